#!/bin/bash
# Drives in the kernel: they come, they go, several at once, and whatever ends their servers, nothing
# of them stays behind.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
iso=$IMAGES/ipxe.iso

config=/sys/kernel/config/target
left() {
  find $config -name 'oxidisc-*' -o -name 'naa.50014050d15c*'
  ls -d /dev/sr* /dev/sg* /dev/uio* 2>/dev/null
  # Whatever still runs of ours, the job's own programs apart.
  pgrep -fa "$OXIDISC virtual"
}
# nothing NAME: all that was attached is gone, at once or soon.
nothing() {
  local i
  for i in $(seq 100); do
    [ -z "$(left)" ] && { ok "$1: nothing stays behind"; return; }
    sleep 0.1
  done
  failed "$1: nothing stays behind" "$(left | tr '\n' ' ')"
}
servers() { pgrep -f "$OXIDISC virtual attach" || true; }
guardians() { pgrep -f "$OXIDISC virtual guard" || true; }

# fault NAME KIND: a drive whose reads of block 100 end so.
fault() { printf '[[fault]]\nkind = "%s"\nat_lba = 100\n' "$1" >"$1.toml"; }
read_block_100() { sg_raw -t 8 -r 2048 "$1" 28 00 00 00 00 64 00 00 01 00; }

# A drive is what was attached, and a file system can be mounted from it.
expect "the demo disc from inside" 0 "$OXIDISC" -d sim:demo rip demo.iso
attach sim:demo || finish
expect "demo: a block read" 0 dd if="$SR" of=read.iso bs=64k iflag=direct
same_file "demo: its bytes" read.iso demo.iso
mkdir -p mounted copied
expect "demo: mounted" 0 mount -o ro "$SR" mounted
xorriso -osirrox on -indev demo.iso -extract / copied >/dev/null 2>&1
if said=$(diff -r mounted copied 2>&1); then
  ok "demo: its files"
else
  failed "demo: its files" "$(head -n 3 <<<"$said" | tr '\n' '|')"
fi
umount mounted
expect "demo: it is one of this machine's drives" 0 "$OXIDISC" drives
says "demo: by its node" "$SR"
limit=$(cat "/sys/block/${SR#/dev/}/queue/max_sectors_kb")
if [ "$limit" -ge 512 ]; then ok "large transfers"; else failed "large transfers" "$limit KiB"; fi
# 05/21/00 comes through both drivers; 22 is how sg_raw tells of it.
for node in "$SR" "$SG"; do
  expect "a refusal through ${node#/dev/}" 22 sg_raw -r 2048 "$node" 28 00 7f ff ff ff 00 00 01 00
  says "a refusal through ${node#/dev/}: its sense" 'out of range'
done
detach
nothing "detached"

# Several at once, read side by side.
nodes=() kinds=(cd-rom dvd-rom bd-rom)
for kind in "${kinds[@]}"; do attach "sim:$iso?medium=$kind" && nodes+=("$SR"); done
same "several: each has its own node" "$(sort -u <<<"$(printf '%s\n' "${nodes[@]}")" | wc -l)" 3
jobs=()
for node in "${nodes[@]}"; do cmp "$node" "$iso" >"${node#/dev/}.said" 2>&1 & jobs+=($!); done
for index in "${!jobs[@]}"; do
  if wait "${jobs[$index]}"; then
    ok "several: ${kinds[$index]}"
  else
    failed "several: ${kinds[$index]}" "$(cat "$(basename "${nodes[$index]}").said")"
  fi
done
SR=${nodes[1]} detach
same "several: the others stay" "$(ls "${nodes[@]}" 2>/dev/null | wc -l)" 2
expect "several: all detached" 0 "$OXIDISC" virtual detach --all
nothing "several"

# Every way a server can end.
for signal in INT TERM HUP; do
  attach "sim:$iso" || continue
  kill -$signal "$(servers)"
  nothing "SIG$signal"
done
attach "sim:$iso"
kill -KILL "$(servers)"
nothing "killed"
attach "sim:$iso"
dd if="$SR" of=/dev/null bs=64k iflag=direct >dd.said 2>&1 &
reader=$!
kill -KILL "$(servers)"
wait $reader
nothing "killed while it is read"
attach "sim:$iso"
mount -o ro "$SR" mounted
kill -KILL "$(servers)"
nothing "killed while it is mounted"
umount mounted

# Where the guardian is killed too: the drive is a leftover until somebody looks.
attach "sim:$iso"
# shellcheck disable=SC2046
kill -KILL $(guardians) $(servers)
sleep 0.2
expect "a leftover is detached" 0 "$OXIDISC" virtual detach "$SR"
nothing "leftover"
attach "sim:$iso"
# shellcheck disable=SC2046
kill -KILL $(guardians) $(servers)
sleep 0.2
before=$SR
attach sim:demo
expect "the next attach cleans up" 0 cmp "$SR" demo.iso
same "the leftover's node is gone" "$(ls /dev/sr* | grep -cx "$before")" "$([ "$SR" = "$before" ] && echo 1 || echo 0)"
detach
nothing "leftover before an attach"
attach "sim:$iso"
kill -STOP "$(servers)"
expect "a server that does not listen is detached" 0 "$OXIDISC" virtual detach "$SR"
nothing "stopped server"

# What a drive can do to its command.
fault timeout; fault unplug; fault busy
attach "sim:$iso?faults=$PWD/timeout.toml"
expect "a hung command" 99 read_block_100 "$SG"
says "a hung command: the kernel gave it up" 'DID_TIME_OUT'
expect "a hung command: the drive goes on" 0 read_block_100 "$SG"
detach
attach "sim:$iso?faults=$PWD/unplug.toml"
read_block_100 "$SG" >/dev/null 2>&1
nothing "unplugged"
attach "sim:$iso?faults=$PWD/busy.toml"
expect "a busy drive is asked again by the kernel" 0 read_block_100 "$SG"
detach

# Without root: a message, and nothing in the kernel.
expect "a plain user" 3 plain "$OXIDISC" virtual attach sim:demo
says "a plain user: says so" 'root'
says "a plain user: hints" '^ *hint: .*virtual run'
expect "no such drive to detach" 3 "$OXIDISC" virtual detach /dev/sr77
nothing "in the end"
finish
