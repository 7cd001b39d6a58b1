# For the jobs, inside the kernel: attached drives, users, and what to print. A job sources it first
# and calls `finish` last. Everything a job writes goes to $TMPDIR, which is memory.
# shellcheck shell=bash
set -u
: "${OXIDISC:?the lab is started by hw-tests/lab/run}" "${IMAGES:?}"
failures=0

# Where the repository lies, a plain user may not be let in.
mkdir -p "$TMPDIR/bin"
for program in OXIDISC BATTERY; do
  [ -n "${!program:-}" ] || continue
  install -m 755 "${!program}" "$TMPDIR/bin/"
  declare -x "$program=$TMPDIR/bin/$(basename "${!program}")"
done

ok() { echo "ok $1"; }
failed() {
  echo "FAILED $1: $2"
  failures=$((failures + 1))
}
finish() { exit $((failures > 0)); }

# expect NAME CODE COMMAND...: runs it; its exit code has to be CODE. What it printed is in
# $TMPDIR/stdout, and together with its messages in $TMPDIR/said.
expect() {
  local name=$1 code=$2 rc=0
  shift 2
  "$@" >"$TMPDIR/stdout" 2>"$TMPDIR/said" </dev/null || rc=$?
  cat "$TMPDIR/stdout" >>"$TMPDIR/said"
  if [ "$rc" = "$code" ]; then
    ok "$name"
  else
    failed "$name" "exit $rc instead of $code: $(tail -n 4 "$TMPDIR/said" | tr '\n' '|')"
    return 1
  fi
}

# says NAME PATTERN: what `expect` ran has said so.
says() {
  if grep -qiE -- "$2" "$TMPDIR/said"; then
    ok "$1"
  else
    failed "$1" "no '$2' in: $(tail -n 6 "$TMPDIR/said" | tr '\n' '|')"
  fi
}

# same NAME LEFT RIGHT
same() {
  if [ "$2" = "$3" ]; then ok "$1"; else failed "$1" "'$2' is not '$3'"; fi
}

# same_file NAME LEFT RIGHT
same_file() {
  local said
  if said=$(cmp "$2" "$3" 2>&1); then ok "$1"; else failed "$1" "$said"; fi
}

# attach SPEC: a drive in this kernel; SR and SG are its nodes.
attach() {
  local said
  if ! said=$("$OXIDISC" virtual attach "$1" --daemon 2>&1 </dev/null); then
    failed "attach $1" "$(tr '\n' '|' <<<"$said")"
    return 1
  fi
  SR=$(grep -oE '/dev/sr[0-9]+' <<<"$said" | head -n1)
  SG=$(grep -oE '/dev/sg[0-9]+' <<<"$said" | head -n1)
  # The node is there before its rules have run and before the disc is ready.
  udevadm settle --timeout=20
  local _
  for _ in $(seq 60); do
    sg_turs "${SG:-$SR}" >/dev/null 2>&1 && break
    read -r -t 0.05 <>/dev/null
  done
  export SR SG
}

# detach: takes the drive away again.
detach() {
  local said
  said=$("$OXIDISC" virtual detach "$SR" 2>&1) || failed "detach $SR" "$(tr '\n' '|' <<<"$said")"
  udevadm settle --timeout=20
}

# plain COMMAND...: as a user who has nothing but the group of optical drives.
plain() {
  setpriv --reuid=65534 --regid=65534 --groups="$(group cdrom)" --inh-caps=-all -- "$@"
}

# stranger COMMAND...: as a user who has not even that.
stranger() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all -- "$@"; }

group() { getent group "$1" | cut -d: -f3; }

sha() { sha256sum "$1" | cut -d' ' -f1; }

# make_volume FILE MIB: a volume of that size whose descriptor says so, mostly of random bytes.
make_volume() {
  local tree
  tree=$(mktemp -d)
  echo "a file" >"$tree/file.txt"
  xorriso -as mkisofs -quiet -R -V LAB_VOLUME -o "$1" "$tree" 2>/dev/null
  rm -rf "$tree"
  head -c "${2}M" /dev/urandom >>"$1"
  truncate -s "${2}M" "$1"
  # VOLUME SPACE SIZE, at 80 of the primary descriptor in block 16, in both byte orders.
  perl -e 'open(my $f, "+<:raw", $ARGV[0]) or die; seek($f, 16 * 2048 + 80, 0);
    print $f pack("VN", $ARGV[1] * 512, $ARGV[1] * 512)' "$1" "$2"
}
