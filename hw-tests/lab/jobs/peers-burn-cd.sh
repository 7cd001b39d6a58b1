#!/bin/bash
# Burners no one here wrote, on simulated CD-R and CD-RW: written at once by track and by session,
# as a test, appended to, blanked, read back through the kernel. Where one of them fails, the
# simulator is wrong.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1

# disc MEDIUM [KEYS]: a drive with a blank one of that kind.
disc() {
  rm -f "$TMPDIR/a.disc"
  "$OXIDISC" virtual create "$TMPDIR/a.disc" --medium "$1" >/dev/null 2>&1 ||
    failed "create $1" "no disc"
  attach "sim:$TMPDIR/a.disc${2:+?$2}"
}

# The kernel learns of what SG_IO has written when the disc comes in again.
reload() {
  sg_start --eject "$SG" && sg_start --load "$SG"
  local _
  for _ in $(seq 60); do
    sg_turs "$SG" >/dev/null 2>&1 && break
    read -r -t 0.05 <>/dev/null
  done
  udevadm settle --timeout=20
}

# back NAME IMAGE [LBA]: the image is on the disc from that block on, by SG_IO and by the kernel.
# The kernel takes a disc for shorter where something fails to read near its end, which run-out does
# (drivers/scsi/sr.c), so it is asked for all but the last two seconds.
back() {
  local name=$1 image=$2 lba=${3:-0} blocks
  blocks=$(($(stat -c %s "$image") / 2048))
  rm -f read.*
  expect "$name: readom" 0 readom dev="$SG" sectors="$lba-$((lba + blocks))" f=read.readom
  same_file "$name: readom's bytes" read.readom "$image"
  reload
  expect "$name: dd" 0 dd if="$SR" of=read.dd bs=2k skip="$lba" count=$((blocks - 150)) iflag=direct
  head -c $(((blocks - 150) * 2048)) "$image" >expected.dd
  same_file "$name: dd's bytes" read.dd expected.dd
}

# status NAME WORD: what cdrskin calls the disc.
status() {
  expect "$1: cdrskin -minfo" 0 cdrskin dev="$SR" -minfo
  says "$1: cdrskin finds it $2" "disk status: *$2"
}

# toc NAME LINE...: lines of wodim's table, such as "1 lba: 0" and "lout lba: 1538".
toc() {
  local name=$1 line
  shift
  expect "$name: wodim -toc" 0 wodim dev="$SR" -toc
  for line in "$@"; do
    says "$name: wodim finds track $line" "track: *${line/lba:/lba: *} "
  done
}

burn() { wodim dev="$SR" gracetime=2 "$@"; }
skin() { cdrskin dev="$SR" "$@"; }
dao() { local job=$1; shift; cdrdao "$job" --device "$SR" --driver "${driver:-generic-mmc}" -n "$@"; }

# wave FILE BLOCKS: so many blocks of noise that can be heard.
wave() {
  head -c $(($2 * 2352)) /dev/urandom >"$1.raw"
  perl -e 'open(my $f, "<:raw", "$ARGV[0].raw") or die; local $/; my $d = <$f>;
    open(my $w, ">:raw", $ARGV[0]) or die;
    print $w "RIFF", pack("V", 36 + length $d), "WAVEfmt ",
      pack("VvvVVvv", 16, 1, 2, 44100, 176400, 4, 16), "data", pack("V", length $d), $d' "$1"
}

# audio NAME FILE...: the waves lie on the disc one after the other from block 0 on. $source has
# options for cdrdao.
audio() {
  local name=$1 blocks=0 wave
  shift
  for wave in "$@"; do blocks=$((blocks + $(stat -c %s "$wave.raw") / 2352)); done
  cat "${@/%/.raw}" >expected.raw
  rm -f read.*
  expect "$name: cdrdao read-cd" 0 dao read-cd ${source:-} --datafile read.bin read.toc
  # Most significant byte first.
  head -c $((blocks * 2352)) read.bin | dd conv=swab of=read.raw 2>/dev/null
  same_file "$name: cdrdao's samples" read.raw expected.raw
}

prepare() {
  make_volume data.iso 5
  mkdir first second
  head -c 1500k /dev/urandom >first/one.bin
  head -c 700001 /dev/urandom >second/two.bin
  genisoimage -quiet -R -V FIRST -o first.iso first
  wave a.wav 700
  wave b.wav 400
}

looks() {
  disc cd-r "" || return
  expect "blank cd-r: wodim -atip" 0 wodim dev="$SR" -atip
  says "blank cd-r: the lead-in begins where the pre-groove says" 'start of lead in: *-11634 '
  says "blank cd-r: and so does the lead-out" 'start of lead out: *359846 '
  expect "blank cd-r: there is no table" 0 wodim dev="$SR" -toc
  says "blank cd-r: wodim says so" 'Cannot read TOC'
  status "blank cd-r" empty
  expect "blank cd-r: cdrdao disk-info" 0 cdrdao disk-info --device "$SR"
  says "blank cd-r: cdrdao finds it empty" 'CD-R empty *: yes'
  says "blank cd-r: cdrdao knows its size" '359846 blocks'
  expect "blank cd-r: xorriso -toc" 0 xorriso -outdev "$SR" -toc
  says "blank cd-r: xorriso finds it blank" 'Media status : is blank'
  says "blank cd-r: xorriso knows its room" '359844 writable'
  expect "blank cd-r: it cannot be blanked" 255 burn blank=fast
  detach
}

# as_test MEDIUM: nothing reaches the disc.
as_test() {
  local mode
  disc "$1" "" || return
  for mode in -tao -sao; do
    expect "$1 wodim -dummy $mode" 0 burn -v -dummy $mode data.iso
    status "$1 wodim -dummy $mode" empty
    expect "$1 cdrskin -dummy $mode" 0 skin -dummy $mode data.iso
    status "$1 cdrskin -dummy $mode" empty
  done
  echo 'CD_ROM TRACK MODE1 DATAFILE "data.iso"' >data.toc
  expect "$1 cdrdao simulate" 0 dao simulate data.toc
  status "$1 cdrdao simulate" empty
  detach
}

# whole MEDIUM: one track, every burner in both modes; a CD-RW is blanked between them.
whole() {
  local medium=$1 program mode runout
  [ "$medium" = cd-r ] || disc "$medium" "" || return
  for program in burn skin; do
    for mode in -tao -sao; do
      [ "$medium" = cd-rw ] || disc "$medium" "" || return
      expect "$medium $program $mode" 0 $program -v $mode data.iso
      status "$medium $program $mode" complete
      runout=0
      [ $mode = -sao ] || runout=2
      toc "$medium $program $mode" "1 lba:0" "lout lba:$((2560 + runout))"
      back "$medium $program $mode" data.iso
      if [ "$medium" = cd-rw ]; then
        expect "cd-rw after $program $mode: blanked" 0 $program blank=fast
        status "cd-rw after $program $mode" empty
      else
        expect "cd-r $program $mode: nothing is added to a closed disc" 254 burn data.iso
        detach
      fi
    done
  done
  [ "$medium" = cd-rw ] || disc "$medium" "" || return
  expect "$medium cdrdao" 0 dao write data.toc
  back "$medium cdrdao" data.iso
  if [ "$medium" = cd-rw ]; then
    expect "cd-rw cdrdao blank" 0 dao blank --blank-mode minimal
    status "cd-rw cdrdao blank" empty
    expect "cd-rw xorriso -as cdrecord" 0 xorriso -as cdrecord dev="$SR" -sao padsize=0 data.iso
    back "cd-rw xorriso -as cdrecord" data.iso
    expect "cd-rw blank=all" 0 burn blank=all
    status "cd-rw blank=all" empty
  fi
  detach
}

# sessions MEDIUM PROGRAM...: one image, a second session that goes on with it, and what the kernel mounts.
sessions() {
  local medium=$1 program msinfo
  shift
  for program; do
    disc "$medium" "" || return
    expect "$medium $program -multi" 0 $program -multi -tao first.iso
    status "$medium $program -multi" incomplete/appendable
    back "$medium $program -multi" first.iso
    expect "$medium $program -msinfo" 0 wodim dev="$SR" -msinfo
    msinfo=$(tail -n 1 stdout)
    same "$medium $program -msinfo" "$msinfo" \
      "0,$(($(stat -c %s first.iso) / 2048 + 2 + 11400))"
    expect "$medium $program: cdrskin agrees" 0 skin -msinfo
    same "$medium $program: cdrskin's -msinfo" "$(tail -n 1 stdout)" "$msinfo"
    genisoimage -quiet -R -V SECOND -C "$msinfo" -M first.iso -o second.iso second 2>/dev/null
    expect "$medium $program: a second session" 0 $program -tao second.iso
    status "$medium $program: a second session" complete
    back "$medium $program: a second session" second.iso "${msinfo#*,}"
    merged "$medium $program: a second session"
    detach
  done
  disc "$medium" "" || return
  expect "$medium xorriso" 0 xorriso -outdev "$SR" -volid FIRST -map first / -close off -commit
  expect "$medium xorriso adds" 0 xorriso -dev "$SR" -map second / -close on -commit
  status "$medium xorriso" complete
  reload
  merged "$medium xorriso"
  expect "$medium xorriso -toc" 0 xorriso -indev "$SR" -toc
  says "$medium xorriso -toc finds both" 'Media summary: 2 sessions'
  detach
}

# merged NAME: the last session shows the files of both.
merged() {
  mkdir -p here there
  expect "$1: mount" 0 mount -o ro -t iso9660 "$SR" here || return
  cp -r first/. second/. there
  expect "$1: the files of both sessions" 0 diff -r here there
  umount here
  rm -rf there
}

# sounds MEDIUM: audio, and data beside it.
sounds() {
  local medium=$1
  disc "$medium" "" || return
  expect "$medium wodim -sao -audio" 0 burn -sao -audio a.wav b.wav
  toc "$medium wodim -sao -audio" "1 lba:0" "2 lba:700" "lout lba:1100"
  audio "$medium wodim -sao -audio" a.wav b.wav
  detach
  disc "$medium" "" || return
  expect "$medium wodim -tao -audio" 0 burn -tao -audio a.wav b.wav
  toc "$medium wodim -tao -audio" "1 lba:0" "2 lba:852" "lout lba:1254"
  source=--tao-source audio "$medium wodim -tao -audio" a.wav
  detach
  disc "$medium" "" || return
  expect "$medium cdrskin -sao -audio" 0 skin -sao -audio a.wav b.wav
  toc "$medium cdrskin -sao -audio" "1 lba:0" "2 lba:700" "lout lba:1100"
  audio "$medium cdrskin -sao -audio" a.wav b.wav
  detach
}

text() {
  cat >audio.toc <<'TOC'
CD_DA
CATALOG "1234567890123"
CD_TEXT { LANGUAGE_MAP { 0: EN } LANGUAGE 0 { TITLE "An Album" PERFORMER "Somebody" } }
TRACK AUDIO
COPY
ISRC "DEABC9812345"
CD_TEXT { LANGUAGE 0 { TITLE "First" PERFORMER "Somebody" } }
FILE "a.wav" 0
TRACK AUDIO
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Somebody" } }
FILE "b.wav" 0
TOC
  disc cd-r "" || return
  driver=generic-mmc:0x10 expect "cdrdao with CD-TEXT" 0 dao write audio.toc
  toc "cdrdao with CD-TEXT" "1 lba:0" "2 lba:700" "lout lba:1100"
  audio "cdrdao with CD-TEXT" a.wav b.wav
  same "cdrdao reads the catalogue number back" "$(grep CATALOG read.toc)" 'CATALOG "1234567890123"'
  same "cdrdao reads the recording code back" "$(grep -m1 ISRC read.toc)" 'ISRC "DEABC9812345"'
  expect "cdrskin reads the CD-TEXT" 0 skin cdtext_to_v07t=-
  says "cdrskin finds the album" 'Album Title *= An Album'
  says "cdrskin finds the second title" 'Track 02 Title *= Second'
  detach
  printf '%s\n' 'CD_ROM' 'TRACK MODE1' 'DATAFILE "data.iso"' 'ZERO MODE1 0:2:0' 'TRACK AUDIO' \
    'PREGAP 0:2:0' 'FILE "b.wav" 0' >mixed.toc
  disc cd-r "" || return
  expect "cdrdao: data and audio" 0 dao write mixed.toc
  toc "cdrdao: data and audio" "1 lba:0" "2 lba:2860" "lout lba:3260"
  back "cdrdao: data and audio" data.iso
  detach
}

# A session at once after another, on a drive that does that: audio, then data (CD-Extra).
extra() {
  disc cd-r persona=px-w4824a || return
  sed '/CATALOG/d; /CD_TEXT/d; /ISRC/d' audio.toc >plain.toc
  expect "cdrdao --multi" 0 dao write --multi --force plain.toc
  status "cdrdao --multi" incomplete/appendable
  expect "cdrdao msinfo" 0 dao msinfo
  same "cdrdao msinfo" "$(tail -n 1 stdout)" "0,12500"
  expect "cdrdao: a second session" 0 dao write data.toc
  toc "cdrdao: a second session" "1 lba:0" "2 lba:700" "3 lba:12500" "lout lba:15060"
  back "cdrdao: a second session" data.iso 12500
  detach
}

prepare
looks
as_test cd-r
whole cd-r
whole cd-rw
sessions cd-r burn
sessions cd-rw skin
sounds cd-r
text
extra
finish
