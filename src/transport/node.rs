//! What a path leads to: decided from its numbers and sysfs, before anything is opened. Only an
//! optical drive's node passes; a file, a folder, a hard disk never does. Sends nothing.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::open_error::OpenError;
use super::sysfs::{self, Roots};

/// Block device major of `sr` (Documentation/admin-guide/devices.txt).
const MAJOR_SR: u64 = 11;
/// Character device major of `sg`.
const MAJOR_SG: u64 = 21;
/// SCSI PERIPHERAL DEVICE TYPE of a CD, DVD or BD drive, as sysfs prints it.
pub(super) const TYPE_MMC: u64 = 5;

/// Which driver's node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `/dev/srN`.
    Sr,
    /// `/dev/sgN`. Where sysfs does not tell of what kind its device is, it has to be asked itself
    /// once it is open (SG_GET_SCSI_ID).
    Sg,
}

/// An optical drive's node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub kind: Kind,
    /// The node itself, links resolved.
    pub path: PathBuf,
    /// The kernel's name: `sr0`, `sg1`.
    pub name: String,
    /// Device number, to know the node again once it is open.
    pub rdev: u64,
}

/// What `stat` says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Block(u64, u64),
    Char(u64, u64),
    Other(&'static str),
}

/// Finds out what `path` is.
pub(super) fn identify(roots: &Roots, path: &Path) -> Result<Node, OpenError> {
    let failed = |error: io::Error| OpenError::from_stat(path, &error);
    let real = fs::canonicalize(path).map_err(failed)?;
    let meta = fs::metadata(&real).map_err(failed)?;
    let (major, minor) = (u64::from(libc::major(meta.rdev())), u64::from(libc::minor(meta.rdev())));
    let kind = meta.file_type();
    let found = if kind.is_block_device() {
        Found::Block(major, minor)
    } else if kind.is_char_device() {
        Found::Char(major, minor)
    } else if kind.is_file() {
        Found::Other("a file")
    } else if kind.is_dir() {
        Found::Other("a folder")
    } else if kind.is_fifo() {
        Found::Other("a pipe")
    } else {
        Found::Other("a socket")
    };
    let (kind, name) = classify(roots, path, found)?;
    Ok(Node { kind, path: real, name, rdev: meta.rdev() })
}

fn classify(roots: &Roots, path: &Path, found: Found) -> Result<(Kind, String), OpenError> {
    let not_optical = |what: String| OpenError::NotOptical { path: path.into(), what };
    match found {
        Found::Block(MAJOR_SR, minor) => {
            let name = kernel_name(roots, "block", MAJOR_SR, minor);
            Ok((Kind::Sr, name.unwrap_or_else(|| format!("sr{minor}"))))
        }
        Found::Block(major, minor) => {
            let name = kernel_name(roots, "block", major, minor);
            Err(not_optical(describe_block(roots, name, major, minor)))
        }
        Found::Char(MAJOR_SG, minor) => {
            let name =
                kernel_name(roots, "char", MAJOR_SG, minor).unwrap_or_else(|| format!("sg{minor}"));
            let device = roots.sys.join("class/scsi_generic").join(&name).join("device");
            match sysfs::number(&device.join("type")) {
                Some(TYPE_MMC) | None => Ok((Kind::Sg, name)),
                Some(other) => Err(not_optical(describe_scsi(&device, other))),
            }
        }
        Found::Char(major, minor) => {
            let name = kernel_name(roots, "char", major, minor);
            let name = name.unwrap_or_else(|| format!("{major}:{minor}"));
            Err(not_optical(format!("the character device {name}")))
        }
        Found::Other(what) => Err(OpenError::NotADevice { path: path.into(), what }),
    }
}

/// The name behind a device number: the last part of where `/sys/dev/block/11:0` leads.
fn kernel_name(roots: &Roots, class: &str, major: u64, minor: u64) -> Option<String> {
    let link = roots.sys.join("dev").join(class).join(format!("{major}:{minor}"));
    let target = fs::canonicalize(link).ok()?;
    Some(target.file_name()?.to_str()?.to_string())
}

/// `the disk sda (ATA Samsung SSD 860)`, `the partition sda1`, `the loop device loop0`.
fn describe_block(roots: &Roots, name: Option<String>, major: u64, minor: u64) -> String {
    let Some(name) = name else { return format!("the block device {major}:{minor}") };
    let folder = roots.sys.join("dev/block").join(format!("{major}:{minor}"));
    if folder.join("partition").exists() {
        return format!("the partition {name}");
    }
    if name.starts_with("loop") {
        return format!("the loop device {name}");
    }
    let device = folder.join("device");
    let words = ["vendor", "model"].map(|attribute| sysfs::text(&device.join(attribute)));
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() {
        format!("the disk {name}")
    } else {
        format!("the disk {name} ({})", words.join(" "))
    }
}

/// SPC-4 table 141, as far as one meets them.
pub(super) fn describe_scsi(device: &Path, kind: u64) -> String {
    let kind = match kind {
        0x00 => "a disk",
        0x01 => "a tape drive",
        0x03 => "a processor device",
        0x06 => "a scanner",
        0x08 => "a media changer",
        0x0d => "an enclosure",
        _ => "a SCSI device of another kind",
    };
    match sysfs::text(&device.join("model")) {
        Some(model) => format!("{kind} ({model})"),
        None => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn machine() -> (tempfile::TempDir, Roots) {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let roots = Roots { sys: at("sys"), proc: at("proc"), dev: at("dev") };
        for (class, numbers, device) in [
            ("block", "11:3", "devices/a/block/sr3"),
            ("block", "8:0", "devices/b/block/sda"),
            ("block", "8:1", "devices/b/block/sda/sda1"),
            ("block", "7:0", "devices/virtual/block/loop0"),
            ("char", "21:1", "devices/a/scsi_generic/sg1"),
            ("char", "21:2", "devices/b/scsi_generic/sg2"),
            ("char", "1:3", "devices/virtual/mem/null"),
        ] {
            let real = roots.sys.join(device);
            fs::create_dir_all(&real).expect("made");
            fs::create_dir_all(roots.sys.join("dev").join(class)).expect("made");
            symlink(&real, roots.sys.join("dev").join(class).join(numbers)).expect("linked");
        }
        fs::create_dir_all(roots.sys.join("class/scsi_generic")).expect("made");
        for (sg, scsi, kind) in [("sg1", "devices/a", "5\n"), ("sg2", "devices/b", "0\n")] {
            let real = roots.sys.join(scsi);
            fs::write(real.join("type"), kind).expect("written");
            symlink(&real, real.join("scsi_generic").join(sg).join("device")).expect("linked");
            let class = roots.sys.join("class/scsi_generic").join(sg);
            symlink(real.join("scsi_generic").join(sg), class).expect("linked");
        }
        let disk = roots.sys.join("devices/b");
        fs::write(disk.join("vendor"), "ATA     \n").expect("written");
        fs::write(disk.join("model"), "Samsung SSD 860 \n").expect("written");
        symlink(&disk, disk.join("block/sda/device")).expect("linked");
        fs::write(disk.join("block/sda/sda1/partition"), "1\n").expect("written");
        (folder, roots)
    }

    #[test]
    fn an_optical_drive_is_known_by_its_numbers_whatever_its_path() {
        let (_folder, roots) = machine();
        let path = Path::new("/dev/cdrom");
        let passed = |found| classify(&roots, path, found).expect("optical");
        assert_eq!(passed(Found::Block(11, 3)), (Kind::Sr, "sr3".into()));
        assert_eq!(passed(Found::Char(21, 1)), (Kind::Sg, "sg1".into()));
        // Major 11 is sr's alone, so sysfs need not be there; an sg device will be asked itself.
        assert_eq!(passed(Found::Block(11, 9)), (Kind::Sr, "sr9".into()));
        assert_eq!(passed(Found::Char(21, 9)), (Kind::Sg, "sg9".into()));
    }

    #[test]
    fn what_is_no_optical_drive_is_named_for_what_it_is() {
        let (_folder, roots) = machine();
        let path = Path::new("/dev/x");
        let refused = |found| classify(&roots, path, found).expect_err("refused").to_string();
        for (found, said) in [
            (Found::Block(8, 0), "the disk sda (ATA Samsung SSD 860)"),
            (Found::Block(8, 1), "the partition sda1"),
            (Found::Block(7, 0), "the loop device loop0"),
            (Found::Block(259, 5), "the block device 259:5"),
            (Found::Char(21, 2), "a disk (Samsung SSD 860)"),
            (Found::Char(1, 3), "the character device null"),
            (Found::Char(9, 9), "the character device 9:9"),
        ] {
            assert_eq!(refused(found), format!("/dev/x is {said}, not an optical drive"));
        }
        assert_eq!(refused(Found::Other("a folder")), "/dev/x is a folder, not an optical drive");
    }

    #[test]
    fn a_path_that_leads_nowhere_is_not_found() {
        let (folder, roots) = machine();
        let link = folder.path().join("cdrom");
        symlink(folder.path().join("gone"), &link).expect("linked");
        let error = identify(&roots, &link).expect_err("refused");
        assert_eq!(error, OpenError::NotFound { path: link });
        let error = identify(&roots, folder.path()).expect_err("refused");
        assert_eq!(error, OpenError::NotADevice { path: folder.path().into(), what: "a folder" });
    }
}
