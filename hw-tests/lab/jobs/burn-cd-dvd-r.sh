#!/bin/bash
# Every mode of burning on CD, DVD-R, DVD-RW: see burn-matrix.sh.
media=(cd-r cd-rw dvd-r dvd-rw dvd-r-dl)
. "$LAB/burn-matrix.sh"
