#!/bin/bash
# What programs no one here wrote printed of real drives, they print of the simulated ones that stand
# for them: the same disc in the same state, the same program, line by line. The reports are those of
# tests/real_drives; what differs there for a reason is left out here too.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
reports=$(readlink -f "$LAB/../../tests/fixtures/real-drives")

# of FILE KEY...: a value in a report, or a list, a value a line.
of() {
  perl -MJSON::PP -e '
    my $file = shift @ARGV;
    open(my $f, "<", $file) or die "$file: $!";
    my $value = decode_json(join "", <$f>);
    $value = ref $value eq "ARRAY" ? $value->[$_] : $value->{$_} for @ARGV;
    print map { "$_\n" } ref $value eq "ARRAY" ? @$value : $value;
  ' "$reports/$1.json" "${@:2}"
}

# one_blank: lines without blanks at their ends, and with single ones within.
one_blank() { sed -E 's/[[:space:]]+/ /g; s/^ //; s/ $//' | grep -v '^$'; }

# prints NAME LEFT-OUT FILE KEY...: each line of a report is in what `expect` ran has said, in its
# order, but those that LEFT-OUT, a pattern, names. Complaints (:-[) may come at any place.
prints() {
  local name=$1 out=$2 lines complaint
  of "${@:3}" | one_blank | grep -vE "^($out)" >report
  one_blank <said >all
  while read -r complaint; do
    grep -qF -- "$complaint" all || failed "$name" "not printed: $complaint"
  done < <(grep '^:-\[' report)
  grep -v '^:-\[' report >printed
  grep -vE "^(:-\[|$out)" all >told
  lines=$(wc -l <printed)
  if [ "$lines" -lt 5 ]; then
    failed "$name" "the report has $lines lines"
  # Comparing in order: what is missing or another is a `<`. More may be told.
  elif diff printed told | grep '^<' >missing; then
    failed "$name" "not printed: $(tr '\n' '|' <missing)"
  else
    ok "$name: $lines lines"
  fi
}

# mediainfo NAME SPEC LEFT-OUT FILE KEY...
mediainfo() {
  attach "sim:$2" || return
  expect "$1: dvd+rw-mediainfo" 0 dvd+rw-mediainfo "$SR" &&
    prints "$1: dvd+rw-mediainfo prints what it printed of the drive" "$3|Media Book Type" "${@:4}"
  detach
}

truncate -s $((2080080 * 2048)) pressed.iso
same_disc='Media ID|ROM Compatibility LBA'
mediainfo WH16NS40 'blank?medium=bd-r&persona=wh16ns40' 'Speed Descriptor' \
  hldtst-wh16ns40-bdr-blank-and-pow reported blank
mediainfo AD-7590S 'blank?medium=dvd+r-dl&persona=ad-7590s' \
  "$same_disc|Write Performance|[0-9.]+x1385=" \
  optiarc-ad7590s-dvdplusrdl-blank-and-page2a reported text
mediainfo DVR-111D 'blank?medium=dvd+r-dl&persona=dvr-111d' "$same_disc|Speed Descriptor" \
  pioneer-dvr111d-dvdplusrdl-blank reported text
mediainfo TS-L632H 'blank?medium=dvd+r&persona=ts-l632h' "$same_disc" \
  tsst-tsl632h-dvdplusr-blank-and-closed reported blank
# The program of 2006 went on where that of today ends: at a pressed DVD.
mediainfo GSA-4167B "$PWD/pressed.iso?medium=dvd-rom&persona=gsa-4167b" \
  'Speed Descriptor|READ (DISC|TRACK|CAPACITY)|Disc status|Number of|State of|Track|Free|FABR|Multi' \
  hldtst-gsa4167b-dvdrom-pressed reported text

# profiles NAME SPEC FILE KEY...: the order in which the drive lists them, by sg_get_config.
profiles() {
  local name=$1 order
  attach "sim:$2" || return
  order=$(of "${@:3}" | sed -E 's/^0x//; s/^(.{4}).*/\1/' | tr 'A-F\n' 'a-f ')
  if expect "$name: sg_get_config" 0 sg_get_config --inner-hex --raw "$SR"; then
    # DATA LENGTH, CURRENT PROFILE, then feature 0000h: four bytes a profile.
    same "$name: sg_get_config reads the order that was printed" "$(
      perl -0777 -ne 'my $n = unpack("x11C", $_);
        print map { sprintf "%04x ", unpack("n", substr($_, 0, 2)) }
          unpack("(a4)" . $n / 4, substr($_, 12, $n))' stdout
    )" "$order"
  fi
  detach
}

profiles DRW-24F1ST 'blank?medium=dvd-ram&persona=drw-24f1st' \
  page2a-and-profiles-various reports 0 profiles_in_order
profiles GSA-4166B 'blank?medium=dvd+r-dl&persona=gsa-4167b' \
  page2a-and-profiles-various reports 3 profiles_in_order
profiles CRW-5232A3 'blank?medium=cd-rw&persona=px-w4824a' \
  page2a-and-profiles-various reports 4 profiles_in_order
profiles CDD4851 'blank?medium=cd-rw&persona=cdd4851' \
  philips-cdd4851-cdrw-blank-fail reported get_configuration profiles_in_order

# page_2a NAME SPEC FILE: mode page 2Ah, by wodim.
page_2a() {
  local name=$1 speed
  attach "sim:$2" || return
  if expect "$name: wodim -prcap" 0 wodim dev="$SR" -prcap; then
    says "$name: its maker" "Vendor_info *: '$(of "$3" reported_page_2a inquiry vendor)'"
    says "$name: its name" "Identification *: '$(of "$3" reported_page_2a inquiry product)'"
    says "$name: its firmware" "Revision *: '$(of "$3" reported_page_2a inquiry rev)'"
    says "$name: its buffer" "Buffer size in KB: $(of "$3" reported_page_2a buffer_KB)\b"
    says "$name: its read speed" \
      "Maximum read +speed: +$(of "$3" reported_page_2a max_read_kBps) kB/s"
    says "$name: its write speed" \
      "Maximum write +speed: +$(of "$3" reported_page_2a max_write_kBps) kB/s"
    for speed in $(of "$3" reported_page_2a write_speeds_kBps); do
      says "$name: $speed kB/s" "Write speed # *[0-9]+: +$speed kB/s"
    done
  fi
  detach
}

page_2a PX-W4824A 'blank?medium=cd-r&persona=px-w4824a' plextor-pxw4824a-page2a
page_2a AD-7590S 'blank?medium=dvd+r-dl&persona=ad-7590s' \
  optiarc-ad7590s-dvdplusrdl-blank-and-page2a

# The CD-R that a drive was reported with, by wodim, cd-info and xorriso.
attach 'sim:blank?medium=cd-r&atip=cmc&persona=px-w4824a'
if expect 'CD-R: wodim -atip' 0 wodim dev="$SR" -atip; then
  says 'CD-R: lead-in' "ATIP start of lead in: +-[0-9]+ \($(of atip-reports reports 1 lead_in)\)"
  says 'CD-R: lead-out' \
    "ATIP start of lead out: $(of atip-reports reports 1 lead_out_lba) \($(of atip-reports reports 1 lead_out)\)"
  says 'CD-R: power' "Indicated writing power: $(of atip-reports reports 1 power)\b"
  says 'CD-R: sub-type' 'Disk sub type: .*\(A\+\) \(3\)'
fi
detach
attach 'sim:demo?medium=cd-rom&persona=px-w4824a'
expect 'PX-W4824A: cd-info' 0 cd-info --no-cddb "$SR" &&
  says 'PX-W4824A: cd-info reads its name' 'PLEXTOR.*|Vendor *: *PLEXTOR' &&
  says 'PX-W4824A: cd-info reads its model' 'CD-R +PX-W4824A'
detach
attach 'sim:blank?medium=bd-r&persona=wh16ns40'
expect 'WH16NS40: xorriso' 0 xorriso -outdev "$SR" -toc &&
  says 'WH16NS40: xorriso reads its name' "Drive current: .*|Drive type *: vendor 'HL-DT-ST' product 'BD-RE +WH16NS40'" &&
  says 'WH16NS40: xorriso finds the disc blank' 'Media status : is blank' &&
  says 'WH16NS40: xorriso counts the blocks' "Media blocks : 0 readable , 12219392 writable"
detach
finish
