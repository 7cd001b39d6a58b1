//! The optical drives of this machine, from sysfs alone: nothing is opened and nothing is sent
//! until [`DriveEntry::medium`] is called. Works without the sg module. Does not know what a drive
//! can do.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::holders::{self, Holder};
use super::node::{self, Kind};
use super::open_error::OpenError;
use super::sgio;
use super::sysfs::{self, Roots};

/// An optical drive as the kernel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveEntry {
    /// Its node: `/dev/srN`, or `/dev/sgN` where the kernel has no sr driver for it.
    pub path: PathBuf,
    /// Its node of the sg driver, if that is loaded.
    pub sg_path: Option<PathBuf>,
    /// T10 VENDOR IDENTIFICATION; empty if the kernel does not tell.
    pub vendor: String,
    /// PRODUCT IDENTIFICATION.
    pub product: String,
    /// PRODUCT REVISION LEVEL: the firmware.
    pub revision: String,
    /// Serial number, where the kernel knows it: the drive's own (VPD 80h), or the USB device's,
    /// which is its enclosure's.
    pub serial: Option<String>,
    /// How it is connected.
    pub bus: Bus,
    /// Links that lead to it, those that stay the same across reboots (`by-id`) first.
    pub links: Vec<PathBuf>,
    /// Its SCSI device's folder in sysfs, links resolved.
    pub device: PathBuf,
    /// The most bytes one command may move, if sysfs tells.
    pub max_transfer: Option<usize>,
    /// The block device's `major:minor`, by which the mount table knows it.
    numbers: Option<String>,
    roots: Roots,
}

/// How a drive is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// Through USB.
    Usb {
        /// idVendor of the USB device: the bridge in the enclosure.
        vendor: u16,
        /// idProduct.
        product: u16,
        /// Rate of the connection in Mbit/s: 12, 480, 5000, …
        mbps: Option<u32>,
    },
    /// Serial ATA.
    Sata,
    /// Parallel ATA.
    Ata,
    /// IEEE 1394.
    Firewire,
    /// A virtual machine's virtio-scsi.
    Virtio,
    /// iSCSI.
    Iscsi,
    /// The kernel's own SCSI target: a drive that a program simulates (`oxidisc virtual attach`).
    Loopback,
    /// Parallel SCSI, SAS, or a host adapter not told apart.
    Scsi,
    /// sysfs does not say.
    Unknown,
}

impl fmt::Display for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bus::Usb { .. } => "usb",
            Bus::Sata => "sata",
            Bus::Ata => "ata",
            Bus::Firewire => "firewire",
            Bus::Virtio => "virtio",
            Bus::Iscsi => "iscsi",
            Bus::Loopback => "loopback",
            Bus::Scsi => "scsi",
            Bus::Unknown => "unknown",
        })
    }
}

/// What the kernel says of the medium in a drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Nobody can say without disturbing whoever uses the drive.
    Unknown,
    /// The tray is closed and empty, or the drive cannot tell an open tray from an empty one.
    Absent,
    /// The tray is out.
    TrayOpen,
    /// There may be one; the drive is still looking at it.
    NotReady,
    /// There is one.
    Present,
}

/// The optical drives of this machine, in the order of their numbers.
pub fn drives() -> Vec<DriveEntry> {
    drives_in(&Roots::default())
}

/// The optical drives of the machine that `roots` shows.
pub fn drives_in(roots: &Roots) -> Vec<DriveEntry> {
    let block = roots.sys.join("block");
    let numbered =
        |name: &String| name.strip_prefix("sr").is_some_and(|n| n.parse::<u32>().is_ok());
    let sr = sysfs::names(&block).into_iter().filter(numbered);
    let mut found: Vec<DriveEntry> =
        sr.map(|name| entry(roots, Some(&name), None, &block.join(&name).join("device"))).collect();
    let generic = roots.sys.join("class/scsi_generic");
    for name in sysfs::names(&generic) {
        let device = generic.join(&name).join("device");
        let optical = sysfs::number(&device.join("type")) == Some(node::TYPE_MMC);
        if optical && sysfs::names(&device.join("block")).is_empty() {
            found.push(entry(roots, None, Some(&name), &device));
        }
    }
    found
}

/// The drive that a path leads to: its sr node, its sg node, or a link to either.
///
/// # Errors
/// It leads to no optical drive.
pub fn resolve(path: &Path) -> Result<DriveEntry, OpenError> {
    resolve_in(&Roots::default(), path)
}

/// [`resolve`] on the machine that `roots` shows.
///
/// # Errors
/// It leads to no optical drive.
pub fn resolve_in(roots: &Roots, path: &Path) -> Result<DriveEntry, OpenError> {
    let node = node::identify(roots, path)?;
    Ok(entry_of(roots, &node))
}

/// The drive behind a node that has been looked at.
pub(super) fn entry_of(roots: &Roots, node: &node::Node) -> DriveEntry {
    let name = node.name.as_str();
    match node.kind {
        Kind::Sr => {
            entry(roots, Some(name), None, &roots.sys.join("block").join(name).join("device"))
        }
        Kind::Sg => {
            let device = roots.sys.join("class/scsi_generic").join(name).join("device");
            let block = sysfs::names(&device.join("block")).into_iter().next();
            entry(roots, block.as_deref(), Some(name), &device)
        }
    }
}

/// `device` is the SCSI device's folder in sysfs, under either node.
fn entry(roots: &Roots, sr: Option<&str>, sg: Option<&str>, device: &Path) -> DriveEntry {
    let device = fs::canonicalize(device).unwrap_or_else(|_| device.to_path_buf());
    let text = |name: &str| sysfs::text(&device.join(name)).unwrap_or_default();
    let generic = sysfs::names(&device.join("scsi_generic")).into_iter().next();
    let sg_path = sg.map(str::to_string).or(generic).map(|name| roots.dev.join(name));
    let path = sr.map(|name| roots.dev.join(name)).or_else(|| sg_path.clone()).unwrap_or_default();
    let block = sr.map(|name| roots.sys.join("block").join(name));
    let queue = block.as_ref().map(|block| block.join("queue"));
    DriveEntry {
        links: links(roots, &path, sg_path.as_deref()),
        path,
        sg_path,
        vendor: text("vendor"),
        product: text("model"),
        revision: text("rev"),
        serial: serial(&device),
        bus: bus(&device),
        max_transfer: queue.and_then(|queue| sysfs::max_transfer(&queue)),
        numbers: block.and_then(|block| sysfs::text(&block.join("dev"))),
        device,
        roots: roots.clone(),
    }
}

/// SPC-4 7.8.13: page 80h, the serial number from byte 4 on. Else that of the USB device above.
fn serial(device: &Path) -> Option<String> {
    let page = sysfs::bytes(&device.join("vpd_pg80")).filter(|page| page.get(1) == Some(&0x80));
    let own = page
        .and_then(|page| Some(String::from_utf8_lossy(page.get(4..)?).into_owned()))
        .map(|text| text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_string())
        .filter(|text| !text.is_empty());
    own.or_else(|| sysfs::text(&usb_device(device)?.join("serial")))
}

/// The folder of the USB device that a SCSI device is behind, if it is.
pub(crate) fn usb_device(device: &Path) -> Option<&Path> {
    device.ancestors().find(|folder| folder.join("idVendor").exists())
}

/// Told from the devices above it in sysfs' tree.
fn bus(device: &Path) -> Bus {
    if let Some(usb) = usb_device(device) {
        let id = |name: &str| {
            let text = sysfs::text(&usb.join(name)).unwrap_or_default();
            u16::from_str_radix(&text, 16).unwrap_or(0)
        };
        // "1.5" of a low-speed device becomes 1.
        let mbps = sysfs::text(&usb.join("speed"))
            .and_then(|text| text.split('.').next().and_then(|whole| whole.parse().ok()));
        return Bus::Usb { vendor: id("idVendor"), product: id("idProduct"), mbps };
    }
    let mut above = device.ancestors();
    let told = above.find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match stem {
            "ata" if stem != name => Some(ata(folder)),
            "fw" if stem != name => Some(Bus::Firewire),
            "virtio" if stem != name => Some(Bus::Virtio),
            "session" if stem != name => Some(Bus::Iscsi),
            _ if name.starts_with("tcm_loop") => Some(Bus::Loopback),
            _ => None,
        }
    });
    told.unwrap_or(if device.exists() { Bus::Scsi } else { Bus::Unknown })
}

/// libata shows a link's speed; a parallel one has none.
fn ata(port: &Path) -> Bus {
    let serial =
        sysfs::names(port).into_iter().filter(|name| name.starts_with("link")).any(|link| {
            let speed = port.join(&link).join("ata_link").join(&link).join("sata_spd");
            sysfs::text(&speed).is_some_and(|speed| speed.ends_with("Gbps"))
        });
    if serial { Bus::Sata } else { Bus::Ata }
}

fn links(roots: &Roots, path: &Path, sg_path: Option<&Path>) -> Vec<PathBuf> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let nodes: Vec<PathBuf> =
        [Some(path), sg_path].into_iter().flatten().filter_map(real).collect();
    let mut links = Vec::new();
    for folder in ["disk/by-id", "disk/by-path", ""] {
        let folder = if folder.is_empty() { roots.dev.clone() } else { roots.dev.join(folder) };
        let candidates = sysfs::names(&folder).into_iter().map(|name| folder.join(name));
        links.extend(candidates.filter(|link| {
            link.is_symlink() && real(link).is_some_and(|target| nodes.contains(&target))
        }));
    }
    links
}

impl DriveEntry {
    /// Who uses the drive through either of its nodes.
    pub fn held_by(&self) -> Vec<Holder> {
        let nodes: Vec<&Path> =
            [Some(self.path.as_path()), self.sg_path.as_deref()].into_iter().flatten().collect();
        holders::holders(&self.roots, &nodes, self.numbers.as_deref())
    }

    /// Whether there is a medium. Asks the kernel, which asks the drive, unless somebody uses it:
    /// the kernel would wait until their command is through.
    pub fn medium(&self) -> Medium {
        let holders = self.held_by();
        if holders.iter().any(|holder| matches!(holder, Holder::Mount { .. })) {
            return Medium::Present;
        }
        if !holders.is_empty() || self.numbers.is_none() {
            return Medium::Unknown;
        }
        sgio::medium(&self.path).unwrap_or(Medium::Unknown)
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
