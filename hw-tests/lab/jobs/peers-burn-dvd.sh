#!/bin/bash
# Burners no one here wrote, on simulated DVDs of every kind: written in order, session by session
# and in one go, formatted, written over, blanked, read back through the kernel. Where one of them
# fails, the simulator is wrong.
. "$LAB/lib.sh"
. "$LAB/peers-burn.sh"
cd "$TMPDIR" || exit 1
plain=()

# A disc of two layers, which DVD-R DL takes in one session alone.
two_layers() {
  disc dvd+r-dl || return
  media 'dvd+r-dl blank' 'L0 Data Zone Capacity: 2086912\*2KB, can still be set' \
    'Free Blocks: 4173824\*2KB'
  expect 'dvd+r-dl growisofs -Z' 0 grow -Z "$SR" -R -V ONE one
  tree 'dvd+r-dl growisofs -Z' one
  expect 'dvd+r-dl growisofs -M' 0 grow -M "$SR" -R -V TWO two
  tree 'dvd+r-dl growisofs -M' one two
  detach
  disc dvd-r-dl || return
  expect 'dvd-r-dl cdrskin' 0 skin -v one.iso
  media 'dvd-r-dl cdrskin' 'Disc status: complete' 'Number of Sessions: 1'
  back 'dvd-r-dl cdrskin' one.iso
  detach
}

plus_rw() {
  disc dvd+rw || return
  media 'dvd+rw blank' 'Disc status: blank' 'unformatted: 2295104\*2048' '26h\(0\): 2295104\*2048' \
    'Free Blocks: 2295104\*2KB' 'READ CAPACITY: 0\*'
  toc 'dvd+rw blank' 'Media status : is blank' ' 0 readable , 2295104 writable'
  # It formats the disc in the background, and stops that in the end.
  expect 'dvd+rw growisofs formats it' 0 grow -Z "$SR"=one.iso
  says 'dvd+rw growisofs formats it' 'pre-formatting blank DVD\+RW'
  media 'dvd+rw growisofs' 'Disc status: complete' 'BG Format Status: suspended' \
    'formatted: 2295104\*2048' 'READ CAPACITY: 2295104\*'
  back 'dvd+rw growisofs' one.iso
  overwritten dvd+rw
  expect 'dvd+rw dvd+rw-format -force' 0 dvd+rw-format -force "$SR"
  media 'dvd+rw formatted anew' 'Disc status: complete' 'BG Format Status: suspended'
  toc 'dvd+rw formatted anew' 'Media summary: [01] session'
  detach
  disc 'dvd+rw&capacity=65536' || return
  expect 'dvd+rw xorriso -format full' 0 xorriso -outdev "$SR" -format full
  # A small disc, of which the drive has laid down the rest by now.
  local _
  for _ in $(seq 100); do
    dvd+rw-mediainfo "$SR" 2>&1 | grep -q 'BG Format Status:.*\(in progress\|suspended\)' || break
    read -r -t 0.2 <>/dev/null
  done
  media 'dvd+rw formatted to its end' 'Disc status: complete'
  reload
  expect 'dvd+rw formatted to its end: dd' 0 dd if="$SR" of=/dev/null bs=64k iflag=direct
  detach
}

ram() {
  disc dvd-ram || return
  media 'dvd-ram' 'Disc status: other' 'formatted: 2236704\*2048' '00h\(800\): 2295072\*2048' \
    '01h\(800\): 2226976\*2048' '01h\(800\): 2217248\*2048' 'Primary SA: 12800/12800=100.0% free' \
    'Supplementary SA: 58368/58368=100.0% free' 'READ CAPACITY: 2236704\*'
  overwritten dvd-ram
  expect 'dvd-ram cdrskin streams' 0 skin stream_recording=on one.iso
  back 'dvd-ram cdrskin streams' one.iso
  detach
  disc 'dvd-ram&capacity=65536' || return
  expect 'dvd-ram xorriso -format by_index_1' 0 xorriso -outdev "$SR" -format by_index_1
  media 'dvd-ram xorriso -format by_index_1' 'formatted: 65536\*2048' 'Supplementary SA: 0/0'
  # Its quick formats send a command of two bytes, which kernels refuse since 5.16.
  expect 'dvd-ram dvd+rw-format -force=full' 0 dvd+rw-format -force=full "$SR"
  media 'dvd-ram dvd+rw-format -force=full' 'formatted: 63856\*2048'
  detach
  disc 'dvd-ram&tab=protected' || return
  expect 'dvd-ram with its tab in place: cdrskin' 10 skin one.iso
  detach
}

# DVD-RW goes from one mode to the other and back.
rw() {
  disc 'dvd-rw&capacity=131072' || return
  media 'dvd-rw blank' '14h, DVD-RW Sequential' 'unformatted: 131072\*2048' '00h\(800\): 131072\*' \
    '10h\(10\): 131072\*' '15h\(10\): 131072\*'
  expect 'dvd-rw dvd+rw-format -force' 0 dvd+rw-format -force "$SR"
  media 'dvd-rw formatted quickly' '13h, DVD-RW Restricted Overwrite'
  expect 'dvd-rw growisofs fills it' 0 grow -Z "$SR"=one.iso
  media 'dvd-rw growisofs fills it' 'Disc status: complete' 'State of Last Session: complete' \
    '13h\(10\): '
  back 'dvd-rw growisofs fills it' one.iso
  overwritten dvd-rw
  expect 'dvd-rw xorriso -blank deformat' 0 xorriso -outdev "$SR" -blank deformat
  media 'dvd-rw deformatted' '14h, DVD-RW Sequential' 'Disc status: blank'
  expect 'dvd-rw growisofs in order' 0 grow -Z "$SR" -R -V ONE one
  media 'dvd-rw growisofs in order' 'Disc status: appendable'
  expect 'dvd-rw cdrskin blanks it minimally' 0 skin blank=deformat_sequential_quickest
  toc 'dvd-rw blanked minimally' 'Media status : is blank'
  expect 'dvd-rw blanked minimally: at once' 0 skin -v one.iso
  back 'dvd-rw blanked minimally: at once' one.iso
  expect 'dvd-rw cdrskin format_overwrite_full' 0 skin blank=format_overwrite_full
  media 'dvd-rw formatted in full' '13h, DVD-RW Restricted Overwrite' 'READ CAPACITY: 131072\*' \
    '13h\(10\): 0\*'
  expect 'dvd-rw formatted in full: cdrskin' 0 skin -v one.iso
  back 'dvd-rw formatted in full: cdrskin' one.iso
  expect 'dvd-rw dvd+rw-format -blank' 0 dvd+rw-format -blank "$SR"
  media 'dvd-rw dvd+rw-format -blank' '14h, DVD-RW Sequential' 'Disc status: blank'
  detach
}

trees
for medium in dvd-r dvd-rw dvd+r; do in_order "$medium"; done
two_layers
plus_rw
ram
rw
finish
