#!/bin/bash
# Programs no one here wrote use the simulated drive: what they read and say has to be what was put
# in. Where one of them fails, the simulator is wrong.
. "$LAB/lib.sh"
cd "$TMPDIR" || exit 1
iso=$IMAGES/grub-rescue-cdrom.iso

# Both file systems of an image, and what is in it.
volume() {
  mkdir -p tree/folder
  head -c 3M /dev/urandom >tree/random.bin
  head -c 70001 /dev/urandom >tree/folder/odd.bin
  echo "a file" >tree/folder/text.txt
  genisoimage -quiet -udf -J -R -V LAB_VOLUME -o udf.iso tree 2>/dev/null
}

# Bulk reads, each by another path of the kernel, each byte for byte.
readers() {
  local name=$1 image=$2
  rm -f read.*
  expect "$name: dd" 0 dd if="$SR" of=read.dd bs=64k iflag=direct
  same_file "$name: dd's bytes" read.dd "$image"
  expect "$name: ddrescue" 0 ddrescue -q -d -b2048 "$SR" read.ddrescue read.map
  same_file "$name: ddrescue's bytes" read.ddrescue "$image"
  expect "$name: readom" 0 readom dev="$SG" f=read.readom
  same_file "$name: readom's bytes" read.readom "$image"
  expect "$name: xorriso checks the medium" 0 \
    xorriso -indev "$SR" -check_media what=disc use=indev data_to=read.xorriso --
  same_file "$name: xorriso's bytes" read.xorriso "$image"
  if grep -qE 'Media region *: .*- ' said; then
    failed "$name: xorriso finds all of it readable" "$(grep 'Media region' said | tr '\n' '|')"
  else
    ok "$name: xorriso finds all of it readable"
  fi
}

# What they call the disc: NAME IMAGE PROFILE-NAME PROFILE-HEX
names() {
  local name=$1 image=$2 profile=$3 code=$4 blocks
  blocks=$(($(stat -c %s "$image") / 2048))
  expect "$name: sg_turs" 0 sg_turs "$SG"
  expect "$name: sg_inq" 0 sg_inq "$SG"
  says "$name: sg_inq knows the kind of device" 'PDT=5|Peripheral device type: cd/dvd'
  says "$name: sg_inq and the kernel read one vendor" \
    "Vendor identification: $(cat "/sys/block/${SR#/dev/}/device/vendor")"
  expect "$name: sg_readcap" 0 sg_readcap "$SR"
  says "$name: sg_readcap counts the blocks" "Number of logical blocks=$blocks\b"
  expect "$name: sg_get_config" 0 sg_get_config "$SR"
  says "$name: sg_get_config knows the profile" "current profile: .*$profile|$profile.*\\(current"
  expect "$name: xorriso -toc" 0 xorriso -indev "$SR" -toc
  says "$name: xorriso knows the medium" "Media current: $profile"
  says "$name: xorriso knows the volume" "Volume id *: '$(blkid -o value -s LABEL "$image")'"
  same "$name: the kernel's size" "$(blockdev --getsz "$SR")" $((blocks * 4))
  same "$name: blkid" "$(blkid -po value -s UUID -s LABEL "$SR")" \
    "$(blkid -po value -s UUID -s LABEL "$image")"
  expect "$name: isoinfo" 0 isoinfo -d -i "$SR"
  says "$name: isoinfo knows the volume" "Volume id: $(blkid -o value -s LABEL "$image")"
  if [ "$code" = cd ]; then
    expect "$name: wodim -toc" 0 wodim dev="$SR" -toc
    says "$name: wodim finds the track" 'track: *1 lba: *0 '
    says "$name: wodim finds the lead-out" "track:lout lba: *$blocks "
    expect "$name: cd-info" 0 cd-info --no-cddb "$SR"
    says "$name: cd-info finds the track" '1: 00:02:00 +000000 data'
    says "$name: cd-info finds the lead-out" "170: [0-9:]+ +0*$blocks leadout"
    says "$name: cd-info finds the volume" \
      "ISO 9660: .*label .$(blkid -o value -s LABEL "$image")"
  else
    expect "$name: dvd+rw-mediainfo" 0 dvd+rw-mediainfo "$SR"
    says "$name: dvd+rw-mediainfo knows the medium" "Mounted Media: *$code, $profile"
    says "$name: dvd+rw-mediainfo counts the blocks" "READ CAPACITY: *$blocks\*2048=|Legacy lead-out at: *$blocks\*2KB="
  fi
}

# The kernel's own file systems: the same tree as on the image.
mounts() {
  local name=$1 image=$2 kind
  mkdir -p here there
  for kind in "${@:3}"; do
    expect "$name: mount -t $kind" 0 mount -o ro -t "$kind" "$SR" here || continue
    mount -o ro,loop -t "$kind" "$image" there
    expect "$name: $kind has the files of the image" 0 diff -r here there
    [ -n "$(ls here)" ] || failed "$name: $kind" "is empty"
    umount here there
  done
}

# What udev's rules make of it.
links() {
  local name=$1 key=$2
  udevadm info --query=property --name="$SR" >said
  says "$name: udev sees the medium" "^ID_CDROM_MEDIA_$key=1"
  says "$name: udev sees the file system" '^ID_FS_TYPE=(udf|iso9660)'
  same "$name: group of $SR" "$(stat -c %G:%a "$SR")" cdrom:660
  same "$name: group of $SG" "$(stat -c %G:%a "$SG")" cdrom:660
}

volume
for kind in cd-rom:CD-ROM:cd:CD dvd-rom:DVD-ROM:10h:DVD bd-rom:BD-ROM:40h:BD; do
  IFS=: read -r medium profile code key <<<"$kind"
  for image in "$iso" "$PWD/udf.iso"; do
    name="$medium $(basename "$image")"
    attach "sim:$image?medium=$medium" || continue
    links "$name" "$key"
    names "$name" "$image" "$profile" "$code"
    readers "$name" "$image"
    case $image in
      */udf.iso) mounts "$name" "$image" iso9660 udf ;;
      *) mounts "$name" "$image" iso9660 ;;
    esac
    detach
  done
done
finish
