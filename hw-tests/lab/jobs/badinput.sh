#!/bin/bash
# What can be wrong about a drive, a node or a folder on a real machine: each ends in a message that
# says what to do, the right exit code, and nothing touched.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
iso=$IMAGES/ipxe.iso

# refused NAME CODE PATTERN COMMAND...: exit code, message, a hint, no output file.
refused() {
  local name=$1 code=$2 pattern=$3
  shift 3
  rm -rf out && mkdir -m 777 out
  expect "$name" "$code" "$@" || return
  says "$name: says so" "$pattern"
  says "$name: hints" '^ *hint: '
  if grep -qE 'panicked|RUST_BACKTRACE' said; then failed "$name" "panicked"; fi
  [ -z "$(ls out)" ] || failed "$name: leaves nothing" "$(ls out | tr '\n' ' ')"
}
rip() { "$OXIDISC" -d "$1" rip out/disc.iso; }

attach "sim:$iso" || finish

# A path that is no optical drive.
mkdir -p folder && echo text >file && truncate -s 8M disk.img
loop=$(losetup --find --show disk.img)
refused "a hard disk" 3 "no optical drive|not an optical drive" rip "$loop"
refused "a file" 3 "no optical drive|not a device|not an optical drive|no device" rip "$PWD/file"
refused "a folder" 3 "no optical drive|not a device|not an optical drive|no device" rip "$PWD/folder"
refused "a terminal" 3 "no optical drive|not an optical drive" rip /dev/null
refused "no such node" 3 "no such|does not exist|not there" rip /dev/sr77
losetup -d "$loop"

# A drive that is not ours to take.
refused "no permission" 3 "permission" stranger "$OXIDISC" -d "$SR" rip out/disc.iso
says "no permission: names the group" "cdrom"
refused "no permission on sg" 3 "permission" stranger "$OXIDISC" -d "$SG" rip out/disc.iso
mkdir -p mounted && mount -o ro "$SR" mounted
refused "mounted" 3 "mounted|busy|in use" rip "$SR"
says "mounted: says where" "$PWD/mounted"
# Who only asks is welcome beside a mount.
for node in "$SR" "$SG"; do
  for user in command plain; do
    expect "mounted: $user asks ${node#/dev/}" 0 $user "$OXIDISC" -d "$node" info
    says "mounted: $user asks ${node#/dev/}: told where" "In use +mounted at $PWD/mounted"
    says "mounted: $user asks ${node#/dev/}: told of the disc" "Kind +CD-ROM"
  done
done
umount mounted
exec 7< <(exec perl -e '
  use Fcntl; sysopen(my $f, $ARGV[0], O_RDWR | O_NONBLOCK | O_EXCL) or die; $| = 1;
  print "held\n"; sleep 1000' "$SR")
holder=$!
read -r -u 7 _
refused "held by another program" 3 "busy|in use|held" rip "$SR"
says "held: says by whom" "perl.*$holder|$holder.*perl"
refused "held: not asked either" 3 "busy|in use|held" "$OXIDISC" -d "$SR" info
says "held: not asked: says by whom" "perl.*$holder|$holder.*perl"
refused "held: not asked through sg" 3 "busy|in use|held" "$OXIDISC" -d "$SG" info
kill "$holder"
exec 7<&-

# sr without its sg sibling: the module is gone, and everything still works.
detach
if rmmod sg 2>/dev/null; then
  attach "sim:$iso"
  expect "without sg" 0 "$OXIDISC" -d "$SR" rip nosg.iso
  same_file "without sg: image" nosg.iso "$iso"
  detach
  modprobe sg
else
  failed "without sg" "the module cannot be removed"
fi

# Unplugged in the middle: what was read is kept, and the same command goes on.
make_volume big.iso 60
attach "sim:$PWD/big.iso?medium=dvd-rom&pace=2"
"$OXIDISC" -d "$SR" rip big-out.iso >said 2>&1 </dev/null &
ripping=$!
for _ in $(seq 100); do
  [ "$(stat -c %s big-out.iso.map 2>/dev/null || echo 0)" -gt 0 ] && break
  read -r -t 0.1 <>/dev/null
done
detach
rc=0
wait "$ripping" || rc=$?
same "unplugged while ripping" "$rc" 3
says "unplugged while ripping: says so" "gone|unplugged|disconnected|no longer there"
[ -s big-out.iso.map ] || failed "unplugged while ripping" "no map is left"
attach "sim:$PWD/big.iso?medium=dvd-rom"
expect "plugged in again: goes on" 0 "$OXIDISC" -d "$SR" rip big-out.iso
same_file "plugged in again: image" big-out.iso big.iso

# Not enough room: found before the first read, and in the middle where someone else takes it.
mkdir -p small && mount -t tmpfs -o size=10M none small
expect "no room" 1 "$OXIDISC" -d "$SR" rip small/disc.iso
says "no room: says so" "room|space"
same "no room: nothing is begun" "$(ls small)" ''
refused "no such folder" 1 "folder|director" "$OXIDISC" -d "$SR" rip nowhere/disc.iso
umount small
mount -t tmpfs -o size=70M none small
detach
attach "sim:$PWD/big.iso?medium=dvd-rom&pace=2"
"$OXIDISC" -d "$SR" rip small/disc.iso >said 2>&1 </dev/null &
ripping=$!
for _ in $(seq 100); do [ -e small/disc.iso.map ] && break; read -r -t 0.1 <>/dev/null; done
head -c 70M /dev/zero >small/other 2>/dev/null
rc=0
wait "$ripping" || rc=$?
same "disk full while ripping" "$rc" 1
says "disk full while ripping: says so" "room|space|full"
rm -f small/other
expect "room again: goes on" 0 "$OXIDISC" -d "$SR" rip small/disc.iso
same_file "room again: image" small/disc.iso big.iso
umount small
detach

# Nothing left behind by any of it.
same "no drive is left" "$(ls /dev/sr* 2>/dev/null)" ''
same "no target is left" "$(ls /sys/kernel/config/target/core | grep -cv '^alua$')" 0
finish
