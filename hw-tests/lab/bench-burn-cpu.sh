#!/bin/bash
# The second half of `bench burn`: what each program itself spends, in processor time of this
# machine's own kernel, which counts more finely than the lab's. Each gets a drive of its own
# (`virtual run`) at twice the pace of a 16x one, so that it waits for the drive as it would for a
# real one. How long SHA-256 takes for as much, which oxidisc alone computes, is told beside it.
set -u
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1
head -c "${MIB}M" /dev/urandom >disc.iso

# spent PROGRAM MEDIUM: seconds of processor time.
spent() {
  local command
  case $1 in
    oxidisc) command=("$OXIDISC" -q -d /dev/sr0 burn disc.iso --no-verify --yes --force) ;;
    growisofs) command=(growisofs -use-the-force-luke=notray -use-the-force-luke=spare:none
      -dvd-compat -Z /dev/sr0=disc.iso) ;;
    xorriso) command=(xorriso -as cdrecord -v dev=/dev/sr0 disc.iso) ;;
  esac
  rm -f a.disc
  "$OXIDISC" -q virtual create a.disc --medium "$2" || return
  "$OXIDISC" virtual run "sim:$PWD/a.disc?speed=16x&pace=2" --at /dev/sr0 -- \
    /usr/bin/time -q -o took -f '%U %S' "${command[@]}" >said 2>&1 </dev/null ||
    { echo "FAILED $1 on $2: $(tail -n 3 said | tr '\n' '|')" >&2; return 1; }
  awk '{ print $1 + $2 }' took
}

hashed() { /usr/bin/time -q -o took -f '%U' openssl dgst -sha256 disc.iso >/dev/null && cat took; }

printf '\nprocessor time on this kernel, s for %d MiB; a SHA-256 of it takes %s s\n' "$MIB" "$(hashed)"
printf '%-7s %-10s %8s\n' medium program 'CPU s'
for medium in dvd+r bd-r; do
  for program in oxidisc growisofs xorriso; do
    printf '%-7s %-10s %8s\n' $medium $program "$(spent $program $medium || echo failed)"
  done
done
