#!/bin/bash
# The inside of `bench rip`.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1

programs=(oxidisc oxidisc-crc32 dd ddrescue readom xorriso)
run_one() {
  case $1 in
    oxidisc) "${timed[@]}" "$OXIDISC" -q -d "$SR" rip out ;;
    oxidisc-crc32) "${timed[@]}" "$OXIDISC" -q -d "$SR" rip out --hash crc32 ;;
    dd) "${timed[@]}" dd if="$SR" of=out bs=64k iflag=direct status=none ;;
    ddrescue) "${timed[@]}" ddrescue -q -d -b2048 "$SR" out out.map ;;
    readom) "${timed[@]}" readom dev="$SG" f=out ;;
    xorriso) "${timed[@]}" xorriso -indev "$SR" -check_media what=disc use=indev data_to=out -- ;;
  esac >said 2>&1
}
timed=(/usr/bin/time -q -o took -f '%e %U %S %M')

make_volume disc.iso "$MIB"
attach "sim:$PWD/disc.iso?medium=dvd-rom" || finish
wanted=$(sha disc.iso)
: >all
for round in $(seq "$ROUNDS"); do
  for program in "${programs[@]}"; do
    rm -f out out.map
    echo 3 >/proc/sys/vm/drop_caches
    run_one "$program" || failed "$program" "$(tail -n 3 said | tr '\n' '|')"
    [ "$round" != 1 ] || same "$program reads the disc" "$(sha out)" "$wanted"
    echo "$round $program $(cat took)" >>all
  done
done
detach

# seconds KEY DRIVE: how long the last three quarters of 256 MiB take. What starting costs is in
# both of its terms.
seconds() {
  local key=$1 range all
  all=$(for range in 0..32768 0..131072; do
    rm -f out out.map
    "$OXIDISC" -q --json -d "$2" rip --range $range out | tail -n1
  done)
  jq -s ".[1].$key - .[0].$key" <<<"$all"
}

# How much of the drive's own rate is left when the disc turns in real time.
paced='null'
if [ "$PACED" = yes ]; then
  spec="sim:$PWD/disc.iso?medium=bd-rom&speed=16x"
  own=$(seconds drive_seconds "$spec")
  attach "$spec&pace=1" || finish
  took=$(seconds elapsed_seconds "$SR")
  paced=$(jq -n --argjson own "$own" --argjson took "$took" \
    '{"drive_seconds": $own, "elapsed_seconds": $took, "fraction_of_drive": ($own / $took)}')
  detach
fi

# Ratios are taken within a round, so that a slow minute of the machine hits both sides.
jq -Rn --argjson paced "$paced" --argjson mib "$MIB" '
  def median: sort | if length % 2 == 1 then .[length / 2 | floor]
    else (.[length / 2 - 1] + .[length / 2]) / 2 end;
  [inputs | split(" ") | {round: .[0] | tonumber, program: .[1], wall: .[2] | tonumber,
    cpu: ((.[3] | tonumber) + (.[4] | tonumber)), rss_mib: ((.[5] | tonumber) / 1024)}] as $runs
  | ($runs | map(select(.program == "oxidisc"))) as $ours
  | {mib: $mib, paced: $paced, runs: $runs, programs: [
      $runs | group_by(.program)[] | . as $theirs | {
        program: .[0].program,
        wall: (map(.wall) | median), mib_per_second: ($mib / (map(.wall) | median)),
        cpu: (map(.cpu) | median), rss_mib: (map(.rss_mib) | max),
        oxidisc_wall_ratio: ([range(length) | $ours[.].wall / $theirs[.].wall] | median),
        oxidisc_cpu_ratio: ([range(length) | $ours[.].cpu / ([$theirs[.].cpu, 0.01] | max)]
          | median)}] | sort_by(.wall)}' all >result.json
cp result.json "$RESULT"
printf '%-14s %8s %8s %8s %9s   %s\n' program 'wall s' MiB/s 'CPU s' 'RSS MiB' \
  'oxidisc takes (wall, CPU)'
jq -r '.programs[] | [.program, .wall, .mib_per_second, .cpu, .rss_mib, .oxidisc_wall_ratio,
  .oxidisc_cpu_ratio] | @tsv' result.json |
  awk -F'\t' '{printf "%-14s %8.2f %8.0f %8.2f %9.1f   %.2f x, %.2f x\n", $1, $2, $3, $4, $5, $6, $7}'
jq -r 'select(.paced) | .paced | "paced 16x BD: \(.fraction_of_drive * 1000 | round / 10) % of the" +
  " drive'"'"'s own rate (\(.elapsed_seconds * 100 | round / 100) s, the drive alone \(.drive_seconds * 100 | round / 100) s)"' result.json
finish
