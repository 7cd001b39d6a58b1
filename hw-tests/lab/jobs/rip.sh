#!/bin/bash
# Rips through a real kernel: every image, every node, every user; a damaged disc shared with
# ddrescue; a rip killed again and again.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1

# every_way NAME IMAGE: both nodes, both users, the same bytes.
every_way() {
  local name=$1 image=$2 wanted node user
  wanted=$(sha "$image")
  for node in "$SR" "$SG"; do
    for user in command plain; do
      rm -rf out && mkdir -m 777 out
      expect "$name $user ${node#/dev/}" 0 $user "$OXIDISC" --json -d "$node" rip out/disc.iso ||
        continue
      same "$name $user ${node#/dev/}: image" "$(sha out/disc.iso)" "$wanted"
      same "$name $user ${node#/dev/}: told" "$(tail -n1 stdout | jq -r .hashes.sha256)" "$wanted"
      [ ! -e out/disc.iso.map ] || failed "$name $user ${node#/dev/}: map" "is still there"
    done
  done
}

# Every image of Debian's packages, and one of them on every kind of disc it could have come on. On
# a disc written track-at-once, two more sectors count as the track's and cannot be read.
real_images() {
  local image medium media
  for image in "$IMAGES"/*.iso; do
    media=(cd-rom)
    case $image in */ipxe.iso) media=(cd-rom "cd-r&written=tao" dvd-rom dvd-rom-dl bd-rom) ;; esac
    for medium in "${media[@]}"; do
      attach "sim:$image?medium=$medium" || continue
      every_way "$(basename "$image") on $medium" "$image"
      detach
    done
  done
}

# bad_blocks FILE COUNT: COUNT defects, each one ECC block of a DVD, none beside another.
bad_blocks() {
  seq 2 $((16384 / 16 - 2)) | awk 'NR % 2' |
    shuf --random-source=<(yes) -n "$2" | sort -n |
    awk '{printf "[[defect]]\nkind = \"hard\"\nlba = %d\ncount = 16\n", $1 * 16}' >"$1"
}

# sectors DEFECTS: every bad sector, as ddrescuelog lists them.
sectors() { awk '/^lba/ {for (i = 0; i < 16; i++) print $3 + i}' "$1"; }

# read_ranges_agree MAP OUTPUT IMAGE: what the map calls read is what the disc holds.
read_ranges_agree() {
  perl -e '
    my ($map, $left, $right) = @ARGV;
    open(my $m, "<", $map) or exit 0;             # nothing is claimed
    open(my $l, "<:raw", $left) or die "no $left\n";
    open(my $r, "<:raw", $right) or die "no $right\n";
    while (<$m>) {
      next unless /^(0x[0-9A-Fa-f]+)\s+(0x[0-9A-Fa-f]+)\s+\+/;
      my ($at, $size) = (hex $1, hex $2);
      while ($size > 0) {
        my $step = $size < 1048576 ? $size : 1048576;
        my ($a, $b) = ("", "");
        seek($l, $at, 0); read($l, $a, $step);
        seek($r, $at, 0); read($r, $b, $step);
        die sprintf("differs at 0x%X\n", $at) if $a ne $b;
        $at += $step; $size -= $step;
      }
    }' "$@"
}

damaged_disc() {
  make_volume damaged.img 32
  bad_blocks all.toml 100
  awk 'NR > 200' all.toml >half.toml
  sectors all.toml >all.txt
  sectors half.toml >half.txt
  rm -f d.iso d.iso.*

  attach "sim:$PWD/damaged.img?medium=dvd-rom&defects=$PWD/all.toml" || return
  expect "100 bad blocks: incomplete" 4 "$OXIDISC" --json -d "$SR" rip d.iso
  same "100 bad blocks: sectors told" "$(tail -n1 stdout | jq .bad)" 1600
  expect "100 bad blocks: ddrescuelog reads the map" 0 ddrescuelog -t d.iso.map
  ddrescuelog -b2048 -l- d.iso.map >listed.txt 2>listed.err
  same_file "100 bad blocks: exactly those in the map" listed.txt all.txt
  expect "100 bad blocks: all else is right" 0 read_ranges_agree d.iso.map d.iso damaged.img
  same "100 bad blocks: nothing is unaccounted for" "$(ddrescuelog -b2048 -l'?*/' d.iso.map)" ''
  detach

  # Half of them have become readable: ddrescue goes on where we stopped.
  attach "sim:$PWD/damaged.img?medium=dvd-rom&defects=$PWD/half.toml" || return
  # Its exit code is 1 as long as something is left.
  expect "ddrescue goes on from our map" 1 ddrescue -q -d -b2048 -r1 "$SR" d.iso d.iso.map
  ddrescuelog -b2048 -l- d.iso.map >listed.txt 2>listed.err
  same_file "ddrescue goes on from our map: half is left" listed.txt half.txt
  detach

  # And all of them: we go on where ddrescue stopped.
  attach "sim:$PWD/damaged.img?medium=dvd-rom" || return
  expect "we go on from ddrescue's map" 0 "$OXIDISC" -d "$SR" rip d.iso
  same_file "we go on from ddrescue's map: image" d.iso damaged.img
  rm -f d.iso d.iso.*
  ddrescue -q -d -b2048 -s 8MiB "$SR" d.iso d.iso.map
  expect "we go on from a map that ddrescue began" 0 "$OXIDISC" -d "$SR" rip d.iso
  same_file "we go on from a map that ddrescue began: image" d.iso damaged.img
  detach
}

# Paced, so that the moments fall everywhere: spin-up, reads, the end.
killed_again_and_again() {
  local killed=0 finished=0 round bad=0
  rm -f k.iso k.iso.*
  attach "sim:$PWD/damaged.img?medium=dvd-rom&pace=8" || return
  RANDOM=1
  for round in $(seq 20); do
    "$OXIDISC" -q -d "$SR" rip k.iso >said 2>&1 </dev/null &
    read -r -t "0.$((RANDOM % 7))$((RANDOM % 10))" <>/dev/null
    if kill -KILL $! 2>/dev/null; then killed=$((killed + 1)); fi
    wait $! 2>/dev/null
    if [ -e k.iso ] && [ ! -e k.iso.map ]; then
      finished=$((finished + 1))
      cmp k.iso damaged.img || bad=$((bad + 1))
      rm -f k.iso k.iso.*
    else
      read_ranges_agree k.iso.map k.iso damaged.img || bad=$((bad + 1))
    fi
  done
  same "killed $killed times, finished $finished: what is mapped is true" "$bad" 0
  [ "$killed" -ge 10 ] || failed "killed again and again" "only $killed of 20 were alive"
  expect "killed again and again: goes on" 0 "$OXIDISC" -d "$SR" rip k.iso
  same_file "killed again and again: image" k.iso damaged.img
  detach
}

real_images
damaged_disc
killed_again_and_again
finish
