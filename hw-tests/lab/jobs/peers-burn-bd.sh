#!/bin/bash
# Burners no one here wrote, on simulated BD-R and BD-RE: written in order, formatted with spare
# areas and without, written over and streamed, read back through the kernel. Where one of them
# fails, the simulator is wrong.
. "$LAB/lib.sh"
. "$LAB/peers-burn.sh"
cd "$TMPDIR" || exit 1
# As growisofs leaves it unasked, a BD-R is formatted.
plain=(-use-the-force-luke=spare:none)

# BD-R with spare areas: by xorriso without, by growisofs with pseudo-overwriting.
spares() {
  disc bd-r || return
  media 'bd-r blank' 'unformatted: 12219392\*2048' '00h\(3000\): 11826176\*' '32h\(0\): 5796864\*' \
    '32h\(0\): 12088320\*' 'Free Blocks: 12219392\*2KB'
  expect 'bd-r xorriso -format' 0 xorriso -outdev "$SR" -format as_needed
  toc 'bd-r formatted' ' 0 readable , 11826176 writable'
  expect 'bd-r is formatted once' 5 xorriso -outdev "$SR" -format fast
  expect 'bd-r formatted: xorriso' 0 xo -volid X1 -map one /
  expect 'bd-r formatted: xorriso appends' 0 xo -volid X2 -map two /
  media 'bd-r formatted: xorriso appends' 'Spare Area: 196608/196608=100.0% free' \
    'Mounted Media: 41h, BD-R SRM$'
  tree 'bd-r formatted: xorriso appends' one two
  detach
  disc bd-r || return
  expect 'bd-r growisofs formats it' 0 grow -Z "$SR"=one.iso
  says 'bd-r growisofs formats it' 'pre-formatting blank BD-R'
  media 'bd-r growisofs formats it' '41h, BD-R SRM\+POW' 'Spare Area: 65536/65536=100.0% free' \
    'State of Last Session: incomplete' 'READ CAPACITY: 12088320\*'
  back 'bd-r growisofs formats it' one.iso
  toc 'bd-r with POW' 'unsuitable Pseudo Overwrite formatted BD-R'
  expect 'bd-r with POW: growisofs -M' 0 grow -M "$SR" -R -V TWO two
  tree 'bd-r with POW: growisofs -M' one two
  detach
}

re() {
  disc bd-re || return
  media 'bd-re blank' 'Disc status: blank' 'unformatted: 12219392\*2048' '00h\(3000\): 11826176\*' \
    '30h\(0\): 5796864\*' '30h\(0\): 12088320\*' '31h\(0\): 12219392\*' 'READ CAPACITY: 0\*'
  expect 'bd-re growisofs formats it' 0 grow -Z "$SR"=one.iso
  says 'bd-re growisofs formats it' 'pre-formatting blank BD-RE'
  media 'bd-re growisofs' 'Disc status: complete' 'Spare Area: 131072/131072=100.0% free'
  back 'bd-re growisofs' one.iso
  overwritten bd-re
  expect 'bd-re cdrskin streams' 0 skin stream_recording=on one.iso
  back 'bd-re cdrskin streams' one.iso
  detach
  disc bd-re || return
  expect 'bd-re xorriso formats it' 0 xo -volid X1 -map one /
  media 'bd-re xorriso formats it' 'formatted: 11826176\*2048' 'Spare Area: 393216/393216=100.0% free'
  detach
  disc 'bd-re&capacity=131072' || return
  expect 'bd-re xorriso without spare areas' 0 xorriso -outdev "$SR" -format by_index_4
  media 'bd-re xorriso without spare areas' 'formatted: 131072\*2048' '31h\(0\): 131072\*'
  expect 'bd-re without spare areas: cdrskin' 0 skin -v one.iso
  back 'bd-re without spare areas: cdrskin' one.iso
  expect 'bd-re cdrskin format_defectmgt_max' 0 skin blank=format_defectmgt_max
  media 'bd-re cdrskin format_defectmgt_max' 'formatted: 62176\*2048'
  expect 'bd-re dvd+rw-format -ssa=none' 0 dvd+rw-format -ssa=none "$SR"
  media 'bd-re dvd+rw-format -ssa=none' 'formatted: 131072\*2048'
  expect 'bd-re dvd+rw-format -ssa=default' 0 dvd+rw-format -ssa=default "$SR"
  media 'bd-re dvd+rw-format -ssa=default' 'formatted: 126848\*2048' \
    'Spare Area: 4224/4224=100.0% free'
  # Which LG's drives refuse and others do.
  expect 'bd-re dvd+rw-format -ssa=max' 0 dvd+rw-format -ssa=max "$SR"
  says 'bd-re dvd+rw-format -ssa=max: quick certification' 'INVALID FIELD IN PARAMETER LIST'
  detach
  disc 'bd-re&capacity=131072&persona=se-506cb' || return
  expect 'bd-re in another drive: dvd+rw-format' 0 dvd+rw-format "$SR"
  expect 'bd-re in another drive: dvd+rw-format -ssa=max' 0 dvd+rw-format -ssa=max "$SR"
  media 'bd-re in another drive: dvd+rw-format -ssa=max' 'formatted: 62176\*2048'
  detach
}

trees
in_order bd-r
spares
re
finish
