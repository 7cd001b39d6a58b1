# What the jobs share in which burners no one here wrote use simulated blank DVDs and BDs. Sourced
# after lib.sh.
# shellcheck shell=bash

# disc SPEC: a drive with a blank disc, such as dvd+rw or "bd-re&capacity=65536".
disc() { attach "sim:blank?medium=$1"; }

# The kernel learns of what SG_IO has written when the disc comes in again.
reload() {
  sg_prevent --allow "$SG" >/dev/null 2>&1
  sg_start --eject "$SG" >/dev/null 2>&1 || failed "reload $SR" "the tray stays in"
  sg_start --load "$SG" >/dev/null 2>&1
  local _
  for _ in $(seq 100); do
    sg_turs "$SG" >/dev/null 2>&1 && break
    read -r -t 0.05 <>/dev/null
  done
  udevadm settle --timeout=20
}

# media NAME PATTERN...: what dvd+rw-mediainfo says; a tab of its counts as a blank.
media() {
  local name=$1 pattern
  shift
  expect "$name: dvd+rw-mediainfo" 0 dvd+rw-mediainfo "$SR"
  sed -i 's/[\t ]\+/ /g' "$TMPDIR/said"
  for pattern in "$@"; do says "$name: dvd+rw-mediainfo: $pattern" "$pattern"; done
}

# toc NAME PATTERN...: what xorriso says of sessions and room.
toc() {
  local name=$1 pattern
  shift
  expect "$name: xorriso -toc" 0 xorriso -outdev "$SR" -toc
  sed -i 's/ \+/ /g' "$TMPDIR/said"
  for pattern in "$@"; do says "$name: xorriso: $pattern" "$pattern"; done
}

# back NAME IMAGE: the image is on the disc, byte for byte, by SG_IO and by the kernel.
back() {
  local name=$1 image=$2 blocks
  blocks=$(($(stat -c %s "$image") / 2048))
  reload
  rm -f read.*
  expect "$name: dd" 0 dd if="$SR" of=read.dd bs=2k count=$blocks iflag=direct
  same_file "$name: dd's bytes" read.dd "$image"
  expect "$name: readom" 0 readom dev="$SG" sectors="0-$blocks" f=read.readom
  same_file "$name: readom's bytes" read.readom "$image"
}

# tree NAME FOLDER...: the kernel mounts it and finds these, and no more.
tree() {
  local name=$1 folder
  shift
  reload
  mkdir -p mounted expected
  rm -rf expected/*
  for folder in "$@"; do cp -r "$folder/." expected/; done
  expect "$name: mount" 0 mount -o ro -t iso9660 "$SR" mounted || return
  expect "$name: the files are those that went in" 0 diff -r expected mounted
  umount mounted
}

# The burners. growisofs leaves the tray where it is; "tty" makes it overwrite what it finds.
grow() { growisofs -use-the-force-luke=notray,tty "$@"; }
xo() { xorriso -abort_on FAILURE -dev "$SR" -commit_eject none "$@"; }
skin() { cdrskin dev="$SR" "$@"; }

# Three folders, and an image of the first.
trees() {
  mkdir -p one two three
  head -c 6M /dev/urandom >one/one.bin
  head -c 700001 /dev/urandom >two/two.bin
  head -c 1500k /dev/urandom >three/three.bin
  genisoimage -quiet -R -V ONE -o one.iso one 2>/dev/null
}

# in_order MEDIUM: DVD-R, DVD-RW, DVD+R and BD-R as they are bought, session after session, by
# growisofs and by xorriso; then in one go, and closed.
in_order() {
  local medium=$1
  disc "$medium" || return
  media "$medium blank" 'Disc status: blank' 'State of Last Session: empty' 'READ CAPACITY: 0\*'
  toc "$medium blank" 'Media status : is blank' ' 0 readable , [1-9][0-9]* writable'
  expect "$medium growisofs -Z" 0 grow "${plain[@]}" -Z "$SR" -R -V ONE one
  media "$medium growisofs -Z" 'Disc status: appendable' 'Number of Sessions: 2'
  tree "$medium growisofs -Z" one
  expect "$medium growisofs -M" 0 grow -M "$SR" -R -V TWO two
  media "$medium growisofs -M" 'Disc status: appendable' 'Number of Sessions: 3'
  toc "$medium growisofs -M" 'ISO session : 1 , 0 ,.*ONE' 'ISO session : 2 ,.*TWO'
  tree "$medium growisofs -M" one two
  detach
  disc "$medium" || return
  expect "$medium xorriso" 0 xo -volid X1 -map one /
  expect "$medium xorriso appends" 0 xo -volid X2 -map two /
  toc "$medium xorriso appends" 'Media status : is written , is appendable' 'Media summary: 2 sessions'
  expect "$medium xorriso appends and closes" 0 xo -volid X3 -map three / -close on
  toc "$medium xorriso closes" 'Media status : is written , is closed' 'Media summary: 3 sessions'
  tree "$medium xorriso" one two three
  expect "$medium xorriso adds nothing to a closed disc" 32 xo -map one /again
  detach
  at_once "$medium"
}

# at_once MEDIUM: an image, and the disc is closed.
at_once() {
  local medium=$1 program
  for program in "skin -v one.iso" "grow ${plain[*]} -dvd-compat -Z $SR=one.iso"; do
    disc "$medium" || return
    # shellcheck disable=SC2086
    expect "$medium whole by ${program%% *}" 0 $program
    back "$medium whole by ${program%% *}" one.iso
    detach
  done
}

# overwritten MEDIUM: a formatted disc that all burners write over, in turns.
overwritten() {
  local medium=$1
  expect "$medium xorriso" 0 xo -blank as_needed -volid X1 -map one /
  expect "$medium xorriso appends" 0 xo -volid X2 -map two /
  toc "$medium xorriso appends" 'ISO session : [12] ,.*X2'
  tree "$medium xorriso appends" one two
  expect "$medium cdrskin" 0 skin -v one.iso
  back "$medium cdrskin" one.iso
  expect "$medium growisofs -Z" 0 grow -Z "$SR" -R -V ONE one
  expect "$medium growisofs -M" 0 grow -M "$SR" -R -V TWO two
  tree "$medium growisofs -M" one two
}
