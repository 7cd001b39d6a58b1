#!/bin/bash
# Machines that are set up wrong, one thing at a time: the doctor names it, the very line that it
# prints mends it, and then all is well. Lines that want root are run as root, those that a user
# runs as that user. Accounts and rules are a copy of this machine's in memory.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
cp -a /etc etc.copy && mount --bind etc.copy /etc
mkdir -p bin home images
printf '#!/bin/bash\nexec "$@"\n' >bin/sudo && chmod 755 bin/sudo
export PATH=$TMPDIR/bin:$PATH USER=visitor
useradd --uid 2000 --user-group --home-dir "$TMPDIR/home" --no-create-home visitor
chown visitor: home images
mount -t tmpfs -o size=60G,uid=2000 none images

# visitor COMMAND...: as a user who logs in now; session GROUPS COMMAND...: who has logged in before.
visitor() {
  env HOME="$TMPDIR/home" setpriv --reuid=2000 --regid=2000 --init-groups --inh-caps=-all -- "$@"
}
session() {
  local groups=$1
  shift
  env HOME="$TMPDIR/home" setpriv --reuid=2000 --regid=2000 --groups="$groups" --inh-caps=-all -- "$@"
}

folder=$TMPDIR/images
examine() { "$OXIDISC" doctor --json --folder "$folder" "$@"; }
# finding ID FIELD: of what the last examination found.
finding() { jq -r --arg id "$1" ".findings[] | select(.id == \$id) | .$2" "$TMPDIR/stdout"; }

# names NAME CODE ID STATUS COMMAND...: the examination ends so, and has such a finding.
names() {
  local name=$1 code=$2 id=$3 status=$4
  shift 4
  expect "$name" "$code" "$@" || return 1
  same "$name: $id" "$(finding "$id" status | sort -u)" "$status"
}
# mends NAME ID: the line that the last examination printed runs.
mends() {
  local line
  line=$(finding "$2" mend | head -n1)
  [ -n "$line" ] && [ "$line" != null ] || { failed "$1: has a line" "none"; return 1; }
  cp stdout examined
  expect "$1: $line" 0 bash -c "$line"
  cp examined stdout
}
# well NAME ID COMMAND...: the examination ends well, and the finding is gone.
well() {
  local name=$1 id=$2
  shift 2
  expect "$name: well again" 0 "$@" || finding_list
  same "$name: gone" "$(finding "$id" status | grep -v '^ok$')" ''
}
finding_list() { jq -r '.findings[] | select(.status != "ok") | "\(.id): \(.text)"' stdout; }
as_visitor() { visitor "$OXIDISC" doctor --json --folder "$folder" "$@"; }

# No drive at all.
names "no drive" 3 drive-none problem examine
attach sim:demo || finish
well "a drive is there" drive-none examine
sr=${SR#/dev/}

# No driver has it, then sr alone.
# In this order and settled, or sg is loaded again before the doctor looks.
rmmod sr_mod
udevadm settle
rmmod sg
names "no driver" 3 drive-unbound problem examine
mends "no driver" drive-unbound
udevadm settle
well "no driver" drive-unbound examine
# It may have come back together with sr.
rmmod sg 2>/dev/null
names "no sg" 0 sg-missing note examine
mends "no sg" sg-missing
udevadm settle
well "no sg" sg-missing examine
echo "$(basename "$(readlink -f "/sys/block/$sr/device")")" >/sys/bus/scsi/drivers/sr/unbind
names "unbound" 3 drive-unbound warning as_visitor
mends "unbound" drive-unbound
udevadm settle
well "unbound" drive-unbound examine
rm "$SR"
names "no node" 3 node-missing problem examine
mends "no node" node-missing
well "no node" node-missing examine

# Not in the group; joined, and not logged in since; logged in anew.
names "no permission" 3 access-none "$(printf 'note\nproblem')" as_visitor
same "no permission: neither rips nor burns" "$(jq -c '[.can_rip, .can_burn]' stdout)" '[false,false]'
mends "no permission" access-none
names "joined" 3 access-not-yet "$(printf 'note\nproblem')" session 2000 "$OXIDISC" doctor --json --folder "$folder"
line=$(finding access-not-yet mend | head -n1)
expect "joined: $line" 0 session 2000 bash -c "$line" <<<"$OXIDISC doctor --json --folder $folder"
echo "$OXIDISC doctor --json --folder $folder" >typed
if session 2000 bash -c "$line" <typed >stdout 2>said; then ok "joined: well again"; else failed "joined: well again" "$(finding_list)"; fi
well "logged in anew" access-none as_visitor

# What the kernel's filter lets through.
says "a user: the filter" 'those kept from ordinary users are not needed'
expect "root" 0 examine
same "root: no filter" "$(finding commands text)" "commands to read and to write get through"

# A node that can only be read: rips, and does not burn.
chmod 640 "$SR"
names "read-only node" 3 access-read-only problem as_visitor
same "read-only node: rips" "$(jq -c '[.can_rip, .can_burn]' stdout)" '[true,false]'
mends "read-only node" access-read-only
well "read-only node" access-read-only as_visitor
chmod 640 "$SR"
expect "read-only node: truly rips" 0 visitor "$OXIDISC" -d "$SR" rip images/read.iso
expect "read-only node: truly burns nothing" 3 visitor "$OXIDISC" -d "$SR" blank --yes
rm -f images/read.iso*
udevadm trigger --settle --name-match="$SR"

# A distribution whose rules give drives to nobody.
mv /run/udev/rules.d/70-oxidisc.rules kept.rules
grep -v cdrom /lib/udev/rules.d/50-udev-default.rules | sed 's/GROUP="disk"/GROUP="root"/' \
  >/run/udev/rules.d/50-udev-default.rules
grep -v CDROM /lib/udev/rules.d/70-uaccess.rules >/run/udev/rules.d/70-uaccess.rules
udevadm control --reload
chown root:root "$SR" "$SG" && chmod 600 "$SR" "$SG"
names "no rules" 3 access-none "$(printf 'note\nproblem')" as_visitor
same "no rules: udev" "$(finding udev-rules status)" note
mends "no rules" access-none
well "no rules" access-none as_visitor
says "no rules: ours now" '70-oxidisc.rules'
rm -f /run/udev/rules.d/50-udev-default.rules /run/udev/rules.d/70-uaccess.rules
mv kept.rules /run/udev/rules.d/70-oxidisc.rules
udevadm control --reload

# Somebody has the drive.
mkdir -p "mounted here" && mount -o ro "$SR" "mounted here"
names "mounted" 3 mounted problem as_visitor
mends "mounted" mounted
well "mounted" mounted as_visitor
# hold PROGRAM SECONDS USER...: one of that name has it for so long; HOLDER is its number.
hold() {
  local program=$1 seconds=$2
  shift 2
  cp "$(type -P perl)" "bin/$program"
  exec 7< <("$@" "bin/$program" -e '
    use Fcntl; sysopen(my $f, $ARGV[0], O_RDWR | O_NONBLOCK | O_EXCL) or die; $| = 1;
    print "$$\n"; sleep $ARGV[1]' "$SR" "$seconds")
  read -r -u 7 HOLDER
}
hold vlc 1000 visitor
names "held" 3 held problem as_visitor
says "held: by whom" "vlc \(pid $HOLDER\)"
mends "held" held
exec 7<&-
well "held" held as_visitor
hold growisofs 3 visitor
names "burning" 3 held problem as_visitor
same "burning: is waited for" "$(finding held mend)" "tail --pid=$HOLDER -f /dev/null"
mends "burning" held
exec 7<&-
well "burning" held as_visitor
hold cdrecord 1000 env
names "held by root" 3 drive-unopened problem as_visitor
mends "held by root" drive-unopened
names "held by root: as root" 3 held problem examine
kill "$HOLDER"
exec 7<&-
well "held by root" drive-unopened as_visitor

# What spoils or slows a burn, and keeps from nothing.
echo auto >"/sys/block/$sr/device/power/control"
names "autosuspend" 0 autosuspend warning as_visitor
mends "autosuspend" autosuspend
well "autosuspend" autosuspend as_visitor
echo 32 >"/sys/block/$sr/queue/max_sectors_kb"
names "small transfers" 0 transfer warning as_visitor
mends "small transfers" transfer
well "small transfers" transfer as_visitor
cp "$(type -P sleep)" bin/gvfs-udisks2-volume-monitor
bin/gvfs-udisks2-volume-monitor 1000 &
monitor=$!
names "automounter" 0 automount note as_visitor
mends "automounter" automount
well "automounter" automount as_visitor
kill $monitor
limited='ulimit -S -f 1000; "$0" doctor --json --folder "$1" >"$2"; line=$(jq -r ".findings[] |
  select(.id == \"limit-file\") | .mend" "$2"); $line; "$0" doctor --json --folder "$1"'
expect "limited files: the line lifts it" 0 visitor bash -c "$limited" "$OXIDISC" "$folder" home/first
same "limited files: gone" "$(finding limit-file status)" ''
same "limited files: named" "$(jq -r '.findings[] | select(.id == "limit-file") | .status' home/first)" problem

# Folders.
folder=$TMPDIR/images/new/er
names "no folder" 1 folder-missing problem as_visitor
same "no folder: burns" "$(jq -c '[.can_rip, .can_burn]' stdout)" '[false,true]'
line=$(finding folder-missing mend)
expect "no folder: $line" 0 visitor bash -c "$line"
well "no folder" folder-missing as_visitor
folder=$TMPDIR/images
mount -o remount,ro images
names "read-only folder" 1 folder-read-only problem as_visitor
mends "read-only folder" folder-read-only
well "read-only folder" folder-read-only as_visitor
mount -o remount,size=20M images
names "full folder" 1 folder-space problem as_visitor
mends "full folder" folder-space
mount -o remount,size=60G images
well "full folder" folder-space as_visitor
folder=.
mkdir -p locked && mount -t tmpfs -o size=60G,mode=755 none locked
rmdir home/* 2>/dev/null
mount -t tmpfs -o size=60G,uid=2000 none home
denied='cd locked; "$0" doctor --json >"$1"; cd ../locked || exit
  line=$(jq -r ".findings[] | select(.id == \"folder-denied\") | .mend" "$1"); eval "$line"
  "$0" doctor --json'
expect "somebody else's folder: the line leads away" 0 visitor bash -c "$denied" "$OXIDISC" "$TMPDIR/home/first"
same "somebody else's folder: named" "$(jq -r '.findings[] | select(.id == "folder-denied") | .status' home/first)" problem
modprobe vfat
truncate -s 8G fat.img && mkfs.vfat -F 32 fat.img >/dev/null
mkdir -p fat && mount -o loop,uid=2000 fat.img fat
folder=$TMPDIR/fat
names "vfat" 0 folder-4gib warning as_visitor
same "vfat: room" "$(finding folder-space status)" note
umount fat

# As people see it.
folder=$TMPDIR/images
expect "in words" 0 visitor "$OXIDISC" doctor --folder "$folder"
says "in words: the verdict" '^you can rip and burn here$'
sed 's/^/  /' stdout
detach
finish
