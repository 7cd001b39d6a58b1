#!/bin/bash
# What the transport takes for granted of a kernel, on the drive that the kernel itself makes up
# (scsi_debug): neither side is ours. The cases are in hw-tests/kernel.rs.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
modprobe scsi_debug ptype=5 sector_size=2048 dev_size_mb=16 delay=0
udevadm settle --timeout=20
chgrp cdrom /dev/sr0 /dev/sg0

# kernel USER MODE TEST: as that user, with the nodes in that mode.
kernel() {
  chmod "$2" /dev/sr0 /dev/sg0
  if expect "$1: $3" 0 "$1" env KERNEL_NODES=/dev/sr0:/dev/sg0 "$BATTERY" --exact "kernel::$3"; then
    # A name that matches no test is no success.
    grep -q '^test result: ok. 1 passed' said || failed "$1: $3" "did not run"
  else
    grep -aE 'panicked|left:|right:|^/dev' said
  fi
}

for user in command plain; do
  kernel $user 660 data_residual_and_sense_come_through
  kernel $user 660 the_largest_transfer_works_from_any_address
  kernel $user 660 a_drive_that_is_claimed_is_busy_through_both_nodes
done
kernel stranger 664 a_user_who_may_only_read_can_lock_the_door_and_cannot_write
kernel command 660 a_command_that_takes_too_long_is_killed_and_is_no_data
kernel command 660 a_drive_that_is_unplugged_is_gone
finish
