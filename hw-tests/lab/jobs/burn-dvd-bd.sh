#!/bin/bash
# Every mode of burning on DVD+R, DVD+RW, DVD-RAM and BD; of BD with more layers, what is its own:
# see burn-matrix.sh.
media=(dvd+r dvd+rw dvd+r-dl dvd-ram bd-r bd-re
  bd-r-dl:fresh,killed bd-r-tl:fresh bd-r-ql:fresh bd-re-dl:fresh)
. "$LAB/burn-matrix.sh"
