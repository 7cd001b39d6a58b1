#!/bin/bash
# Every mode of burning on DVD+R, DVD+RW, DVD-RAM and BD: see burn-matrix.sh.
media=(dvd+r dvd+rw dvd+r-dl dvd-ram bd-r bd-re)
. "$LAB/burn-matrix.sh"
