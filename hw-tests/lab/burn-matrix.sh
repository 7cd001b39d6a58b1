# oxidisc burns discs through a real kernel, as root and as a plain user; other people's programs and
# the kernel read them back. Ends with a table of medium, mode and reader. Sourced by the jobs that
# say which kinds of disc: the array `media`, each with all modes, or with those behind its colon
# (`bd-r-tl:fresh`, `bd-r-dl:fresh,killed`).
# shellcheck shell=bash
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1

declare -A cells

# cell MEDIUM MODE WHAT RESULT: one field of the table; a failure is not forgotten.
cell() {
  local key="$1 $2 $3"
  [ "${cells[$key]:-}" = FAIL ] || cells[$key]=$4
}

# kind MEDIUM: what can be done with it besides writing once.
kind() {
  case $1 in
    cd-rw | dvd-rw) echo blankable ;;
    dvd+rw | dvd-ram | bd-re*) echo overwritable ;;
    *) echo once ;;
  esac
}

# tree FILE LABEL [OPTION...]: a volume of both file systems, some of it random.
volume() {
  local out=$1 label=$2
  shift 2
  rm -rf tree && mkdir -p tree/folder
  head -c 3000001 /dev/urandom >tree/random.bin
  head -c 70001 /dev/urandom >tree/folder/odd.bin
  echo "$label" >tree/folder/label.txt
  genisoimage -quiet -udf -J -R -V "$label" -o "$out" "$@" tree 2>/dev/null
}

# blank MEDIUM [SPEC]: a new disc of that kind in a new drive.
blank() {
  rm -f a.disc
  expect "$1: a blank disc" 0 "$OXIDISC" virtual create a.disc --medium "$1" || return
  attach "sim:$PWD/a.disc${2:-}"
}

# again [SPEC]: the same disc in another drive, which knows nothing of what was done to it.
again() {
  detach
  attach "sim:$PWD/a.disc${1:-}"
}

# burn NAME CODE ARGUMENT...: the result is in $TMPDIR/stdout.
burn() {
  local name=$1 code=$2
  shift 2
  expect "$name" "$code" $user "$OXIDISC" --json -d "$SR" burn "$@"
}

told() { tail -n1 stdout | jq -r "$1"; }

# reads MEDIUM MODE IMAGE LBA: every reader finds the image there.
reads() {
  local medium=$1 mode=$2 image=$3 lba=$4 blocks reader
  blocks=$(($(stat -c %s "$image") / 2048))
  for reader in dd readom xorriso; do
    rm -f out
    case $reader in
      # Not through the page cache: its pages reach into the gap before a session of a CD.
      dd) dd if="$SR" of=out bs=2048 skip="$lba" count="$blocks" iflag=direct status=none ;;
      readom) readom dev="$SG" f=out sectors="$lba-$((lba + blocks))" ;;
      xorriso) xorriso -indev "$SR" -check_media what=disc use=indev \
        min_lba="$lba" max_lba=$((lba + blocks - 1)) data_to=out -- ;;
    esac >said 2>&1
    # xorriso keeps the addresses of the disc in what it makes.
    if [ "$reader" = xorriso ] && [ "$lba" != 0 ]; then
      tail -c +$((lba * 2048 + 1)) out >part && mv part out
    fi
    if cmp -s -n $((blocks * 2048)) out "$image"; then
      ok "$medium $mode: $reader"
      cell "$medium" "$mode" "$reader" ok
    else
      failed "$medium $mode: $reader" "$(cmp out "$image" 2>&1) $(tail -n 2 said | tr '\n' '|')"
      cell "$medium" "$mode" "$reader" FAIL
    fi
  done
}

# mounts MEDIUM MODE LABEL OFFSET: the kernel finds the files of the tree.
mounts() {
  mkdir -p here
  if mount -o "ro,sbsector=$4" -t iso9660 "$SR" here 2>said &&
    [ "$(cat here/folder/label.txt)" = "$3" ] && cmp -s here/random.bin tree/random.bin; then
    ok "$1 $2: the kernel mounts it"
    cell "$1" "$2" mount ok
  else
    failed "$1 $2: the kernel mounts it" "$(tr '\n' '|' <said)"
    cell "$1" "$2" mount FAIL
  fi
  umount here 2>/dev/null
}

# outcome MEDIUM MODE: what the burner itself made of it.
outcome() {
  if [ "$(told .status)" = verified ]; then
    cell "$1" "$2" burner ok
  else
    cell "$1" "$2" burner FAIL
  fi
}

fresh() {
  blank "$1" || return
  if burn "$1 fresh" 0 a.iso $([ "$1" = dvd-ram ] && echo --yes); then
    same "$1 fresh: verified" "$(told .status)" verified
    same "$1 fresh: closed" "$(told .closed)" "$([ "$(kind "$1")" = overwritable ] && echo false || echo true)"
    same "$1 fresh: what was read back" "$(told .readback_sha256)" "$(sha a.iso)"
    same "$1 fresh: no underrun" "$(told .underruns)" 0
  fi
  outcome "$1" fresh
  again
  reads "$1" fresh a.iso 0
  mounts "$1" fresh FIRST 0
  expect "$1 fresh: verify in another drive" 0 $user "$OXIDISC" --json -d "$SR" verify a.iso
  same "$1 fresh: verify says so" "$(told .status)" same
  # A disc that is full of something says so, and stays what it is.
  case $(kind "$1") in
    once) expect "$1 closed: refused" 3 $user "$OXIDISC" -d "$SR" burn b.iso --yes ;;
    *) expect "$1 holds data: not unasked" 3 $user "$OXIDISC" -d "$SR" burn b.iso ;;
  esac
  expect "$1: as it was" 0 $user "$OXIDISC" -q -d "$SR" verify a.iso
  detach
}

overwritten() {
  [ "$(kind "$1")" != once ] || return
  attach "sim:$PWD/a.disc" || return
  burn "$1 overwritten" 0 b.iso --yes && same "$1 overwritten: verified" "$(told .status)" verified
  outcome "$1" overwritten
  again
  reads "$1" overwritten b.iso 0
  detach
}

simulated() {
  blank "$1" || return
  case $1 in
    cd-r* | dvd-r | dvd-rw | dvd-r-dl)
      burn "$1 simulated" 0 a.iso --simulate
      expect "$1 simulated: nothing is on the disc" 0 "$OXIDISC" --json -d "$SR" info
      if same "$1 simulated: blank" "$(told .medium.status)" blank; then
        cell "$1" simulated burner ok
      fi
      ;;
    *)
      expect "$1 simulated: such a disc cannot be" 2 "$OXIDISC" -d "$SR" burn a.iso --simulate
      says "$1 simulated: why" 'test write|simulat'
      cell "$1" simulated burner refused
      ;;
  esac
  detach
}

appended() {
  local msinfo next
  # MMC-6: a DVD-R DL takes one session.
  [ "$(kind "$1")" != overwritable ] && [ "$1" != dvd-r-dl ] || return
  blank "$1" || return
  burn "$1 first session" 0 a.iso --appendable || return
  again
  expect "$1: where the next session goes" 0 "$OXIDISC" --json -d "$SR" info
  next=$(told '[.medium.sessions[].tracks[].next_writable | numbers] | last')
  msinfo=$(told '[.medium.sessions[].tracks[] | select(.blank | not)] | last | .start')
  volume second.iso SECOND -C "$msinfo,$next" -M "$SR"
  burn "$1 appended" 0 second.iso && same "$1 appended: verified" "$(told .status)" verified
  outcome "$1" appended
  again
  reads "$1" appended second.iso "$next"
  mounts "$1" appended SECOND "$next"
  detach
}

# A burner that is killed leaves a disc that the next call makes the best of: it goes on where a
# track is open, begins again where the disc can be rewritten, and says so where the disc is lost.
killed() {
  local burner line again code=0 pace=20
  # How far it is, is told once a second: some seconds at the slowest that such a disc is written.
  [[ $1 == dvd* ]] && pace=2
  [[ $1 == bd-* ]] && pace=1
  blank "$1" "?speed=2x&pace=$pace" || return
  rm -f events && mkfifo events
  "$OXIDISC" --json -d "$SR" burn big.iso --yes "${@:2}" >events 2>said &
  burner=$!
  exec 3<events
  while read -r line <&3; do
    [[ $line =~ \"done_bytes\":([0-9]+).*\"phase\":\"writing\" ]] &&
      [ "${BASH_REMATCH[1]}" -gt 8000000 ] && break
  done
  kill -9 "$burner" 2>/dev/null || failed "$1 killed" "it was done already"
  exec 3<&-
  wait "$burner" 2>/dev/null
  rm -f events
  again "?speed=16x"
  case $(kind "$1") in
    once) again=(--resume) ;;
    blankable) again=(--erase --yes) ;;
    *) again=(--yes) ;;
  esac
  case "$1 $*" in
    # Written at once: what was announced and not written is missing for good.
    cd-r\ * | dvd-r-dl\ * | "dvd-r dvd-r")
      $user "$OXIDISC" --json -d "$SR" burn big.iso "${again[@]}" >stdout 2>said || code=$?
      if [ $code = 3 ] && grep -q 'hint:' said; then
        ok "$1 killed: lost, and it says so"
        cell "$1" killed lost ok
        detach
        return
      fi
      same "$1 killed: exit code" $code 0
      ;;
    *) burn "$1 killed: ${again[*]}" 0 big.iso "${again[@]}" ;;
  esac
  outcome "$1" killed
  again
  reads "$1" killed big.iso 0
  detach
}

table() {
  local medium mode reader
  printf '%-10s' medium
  for mode in fresh simulated appended overwritten killed; do printf ' %-28s' "$mode"; done
  printf '\n'
  for medium in "${media[@]%%:*}"; do
    printf '%-10s' "$medium"
    for mode in fresh simulated appended overwritten killed; do
      local row=''
      for reader in burner lost dd readom xorriso mount; do
        case ${cells["$medium $mode $reader"]:-} in
          ok) row+="$reader " ;;
          '') ;;
          FAIL) row+="!$reader " ;;
          *) row+="${cells["$medium $mode $reader"]} " ;;
        esac
      done
      printf ' %-28s' "${row:--}"
    done
    printf '\n'
  done
}

volume a.iso FIRST
cp -r tree tree.first
volume b.iso OTHER
make_volume big.iso 48
number=0
for entry in "${media[@]}"; do
  medium=${entry%%:*}
  modes=fresh,overwritten,simulated,appended,killed
  [ "$entry" = "$medium" ] || modes=${entry#*:}
  # Every other one as a plain user.
  user=$([ $((number++ % 2)) = 0 ] && echo command || echo plain)
  rm -rf tree && cp -r tree.first tree
  for mode in ${modes//,/ }; do "$mode" "$medium"; done
  # The other way of writing such a disc, which can be gone on with.
  [ "$medium" != dvd-r ] || killed "$medium" --mode incremental
done
table
finish
