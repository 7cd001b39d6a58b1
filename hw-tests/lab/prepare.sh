# What the lab needs on this side of the kernel: programs, images, builds. Sourced by `run` and
# `bench` at the root of the repository. Sets OXIDISC, BATTERY and IMAGES.
# shellcheck shell=bash

target=${CARGO_TARGET_DIR:-$PWD/target}
export OXIDISC=$target/release/oxidisc IMAGES=$target/lab/images

# command:package
peers=(xorriso:xorriso ddrescue:gddrescue readom:wodim wodim:wodim genisoimage:genisoimage
  cd-info:libcdio-utils dvd+rw-mediainfo:dvd+rw-tools dvd+rw-format:dvd+rw-tools growisofs:growisofs
  cdrskin:cdrskin cdrdao:cdrdao sg_inq:sg3-utils mkudffs:udftools mkfs.vfat:dosfstools
  linux.uml:user-mode-linux modprobe:kmod udevadm:udev setpriv:util-linux mount:mount jq:jq pgrep:procps)

# package:image in it
image_packages=(grub-rescue-pc:usr/lib/grub-rescue/grub-rescue-cdrom.iso ipxe:usr/lib/ipxe/ipxe.iso
  memtest86+:usr/lib/memtest86+/memtest86+x64.iso memtest86+:usr/lib/memtest86+/memtest86+ia32.iso
  golang-github-vmware-photon-controller-go-sdk-dev:usr/share/gocode/src/github.com/vmware/photon-controller-go-sdk/testdata/ttylinux-pc_i486-16.1.iso)

apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

# The lists once, and only if something has to be fetched.
updated=no
update_lists() {
  [ $updated = yes ] || apt update
  updated=yes
}

# The packages of the programs that are not there, each once.
missing_packages() {
  local peer
  for peer in "${peers[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${peer%%:*}" >/dev/null || echo "${peer##*:}"
  done | sort -u
}

install_peers() {
  local need
  mapfile -t need < <(missing_packages)
  [ ${#need[@]} = 0 ] && return
  echo "installing ${need[*]}"
  update_lists
  apt install -y --no-install-recommends "${need[@]}" >/dev/null
  need=$(missing_packages)
  [ -z "$need" ] || { echo "their programs are not there still: $need" >&2; return 1; }
}

# The packages are unpacked beside the build, not installed: some of them change boot menus.
fetch_images() {
  local entry package image work
  mkdir -p "$IMAGES"
  for entry in "${image_packages[@]}"; do
    package=${entry%%:*} image=${entry#*:}
    [ -s "$IMAGES/$(basename "$image")" ] && continue
    echo "fetching $(basename "$image") from $package"
    update_lists
    work=$(mktemp -d)
    (cd "$work" && chmod 755 . && apt download "$package" 2>/dev/null && dpkg-deb -x ./*.deb .)
    cp "$work/$image" "$IMAGES/part.$$"
    mv "$IMAGES/part.$$" "$IMAGES/$(basename "$image")"
    rm -rf "$work"
  done
}

build_programs() {
  cargo build --release
  local built
  built=$(cargo test --features hw-tests --test hw --no-run --message-format=json)
  BATTERY=$(jq -r 'select(.executable and .target.name == "hw").executable' <<<"$built" | tail -n1)
  [ -x "$BATTERY" ] || { echo "the battery was not built" >&2; return 1; }
  export BATTERY
}
