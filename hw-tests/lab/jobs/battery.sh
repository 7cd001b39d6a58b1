#!/bin/bash
# The conformance battery through a real kernel: on each kind of disc, through both nodes, as root
# and as a plain user. Its cases are in tests/conformance.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
image=$IMAGES/grub-rescue-cdrom.iso

# drive_file NODE PROFILE: what is known of the disc.
drive_file() {
  printf 'path = "%s"\nsectors = %d\nsha256 = "%s"\nprofile = %s\n' \
    "$1" $(($(stat -c %s "$image") / 2048)) "$(sha "$image")" "$2" >drive.toml
  chmod 644 drive.toml
}

for kind in cd-rom:0x08 "cd-r&written=tao:0x09" dvd-rom:0x10 dvd-rom-dl:0x10 bd-rom:0x40; do
  medium=${kind%:*} profile=${kind#*:}
  attach "sim:$image?medium=$medium" || continue
  for node in "$SR" "$SG"; do
    drive_file "$node" "$profile"
    for user in command plain; do
      name="battery $medium $user ${node#/dev/}"
      expect "$name" 0 $user env DRIVE_UNDER_TEST="$PWD/drive.toml" \
        "$BATTERY" --nocapture --exact the_drive_passes_the_battery ||
        grep -aE 'FAILED:|panicked|^/dev' said
    done
  done
  detach
done
finish
