#!/bin/bash
# The inside of `bench burn`.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
timed=(/usr/bin/time -q -o took -f '%e %U %S %M')

# serve SPEC: a drive that says at its end what it saw of its host. Its nodes are SR and SG.
serve() {
  local line
  rm -f events && mkfifo events
  "$OXIDISC" --json virtual attach "$1" >events 2>server.said &
  server=$!
  exec 4<events
  read -r line <&4
  SR=$(jq -r .drive.path <<<"$line") SG=$(jq -r .drive.sg_path <<<"$line")
  [ -b "$SR" ] || { failed "attach $1" "$(cat server.said)"; return 1; }
  udevadm settle --timeout=20
  local _
  for _ in $(seq 200); do
    sg_turs "$SG" >/dev/null 2>&1 && break
    read -r -t 0.05 <>/dev/null
  done
}

# ended: takes it away; what it saw is in $seen.
ended() {
  kill -INT "$server"
  seen=$(tail -n1 <&4)
  exec 4<&-
  wait "$server" 2>/dev/null
  udevadm settle --timeout=20
}

burn() {
  case $1 in
    oxidisc) "${timed[@]}" "$OXIDISC" -q -d "$SR" burn disc.iso --no-verify --yes ;;
    growisofs) "${timed[@]}" growisofs -use-the-force-luke=notray -use-the-force-luke=spare:none \
      -dvd-compat -Z "$SR=disc.iso" ;;
    xorriso) "${timed[@]}" xorriso -as cdrecord -v dev="$SR" disc.iso ;;
    stalling) stalling_source | "${timed[@]}" "$OXIDISC" -q -d "$SR" burn - --no-verify --yes \
      --size "${MIB}MiB" ;;
  esac >said 2>&1 </dev/null
}

# The image by a pipe that stands still for two seconds out of every ten.
stalling_source() {
  perl -e 'open(my $f, "<:raw", "disc.iso") or die; binmode STDOUT;
    my ($b, $begun) = ("", time);
    while (sysread($f, $b, 262144)) {
      syswrite(STDOUT, $b);
      if (time - $begun >= 8) { select(undef, undef, undef, 2); $begun = time }
    }'
}

# one ROUND PROGRAM MEDIUM PACE
one() {
  rm -f a.disc
  "$OXIDISC" -q virtual create a.disc --medium "$3" || return
  serve "sim:$PWD/a.disc?speed=16x&pace=$4" || return
  echo 3 >/proc/sys/vm/drop_caches
  burn "$2" || failed "$2 on $3" "$(tail -n 3 said | tr '\n' '|')"
  ended
  [ "$1" != 1 ] || {
    attach "sim:$PWD/a.disc" && {
      same "$2 on $3: the disc" \
        "$(head -c "${MIB}M" "$SR" | sha256sum | cut -d' ' -f1)" "$wanted"
      detach
    }
  }
  jq -cn --arg program "$2" --arg medium "$3" --argjson pace "$4" --arg took "$(cat took)" \
    --argjson seen "$(jq -c '.host' <<<"$seen")" '
    ($took | split(" ") | map(tonumber)) as $t | {$program, $medium, $pace, wall: $t[0],
      cpu: ($t[1] + $t[2]), rss_mib: ($t[3] / 1024), longest_gap_ms: $seen.longest_gap_ms,
      underruns: $seen.underruns, writes: $seen.writes}' | tee -a all
}

make_volume disc.iso "$MIB"
wanted=$(sha disc.iso)
: >all
for medium in dvd+r bd-r; do
  for round in $(seq "$ROUNDS"); do
    for program in oxidisc growisofs xorriso; do one "$round" $program $medium 0; done
  done
  if [ "$PACED" = yes ]; then
    for program in oxidisc growisofs xorriso stalling; do one 1 $program $medium 1; done
  fi
done

jq -s --argjson mib "$MIB" '
  def median: sort | if length % 2 == 1 then .[length / 2 | floor]
    else (.[length / 2 - 1] + .[length / 2]) / 2 end;
  {mib: $mib, runs: ., programs: [group_by([.medium, .pace, .program])[] | {medium: .[0].medium,
    pace: .[0].pace, program: .[0].program, wall: (map(.wall) | median),
    cpu: (map(.cpu) | median), rss_mib: (map(.rss_mib) | max),
    longest_gap_ms: (map(.longest_gap_ms) | max), underruns: (map(.underruns) | max),
    writes: .[0].writes}]}' all >result.json
cp result.json "$RESULT"
printf '%-7s %-5s %-10s %8s %8s %9s %9s %10s %8s\n' medium pace program 'wall s' 'CPU s' \
  'RSS MiB' 'gap ms' underruns writes
jq -r '.programs[] | [.medium, .pace, .program, .wall, .cpu, .rss_mib, .longest_gap_ms,
  .underruns, .writes] | @tsv' result.json | awk -F'\t' '{printf \
  "%-7s %-5s %-10s %8.2f %8.2f %9.1f %9.1f %10d %8d\n", $1, $2, $3, $4, $5, $6, $7, $8, $9}'
finish
