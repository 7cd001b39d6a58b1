//! Where the kernel shows its devices, and how to read one attribute of them. Every root can be
//! another folder, so tests run on a made-up machine. Knows no drive and opens no device.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::units::SECTOR;

/// The folders that tell of devices and of who uses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    /// `/sys`.
    pub sys: PathBuf,
    /// `/proc`.
    pub proc: PathBuf,
    /// `/dev`.
    pub dev: PathBuf,
}

impl Default for Roots {
    /// Those of this machine.
    fn default() -> Roots {
        Roots { sys: "/sys".into(), proc: "/proc".into(), dev: "/dev".into() }
    }
}

/// Bytes of an attribute at most: sysfs shows a page.
const ATTRIBUTE_MAX: u64 = 4096;

/// The bytes of an attribute, if it is there and may be read.
pub(crate) fn bytes(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(ATTRIBUTE_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The text of an attribute without the blanks around it. `None` also if it is empty.
pub(crate) fn text(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes(path)?).trim().to_string();
    (!text.is_empty()).then_some(text)
}

/// An attribute that is a number.
pub(crate) fn number(path: &Path) -> Option<u64> {
    text(path)?.parse().ok()
}

/// The names in a folder, sorted by length, then by letters: sr2 before sr10.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    names
}

/// Bytes that a safe transfer has where the kernel does not tell: what the worst USB bridges take
/// (64 sectors, `drivers/usb/storage/unusual_devs.h`).
pub(super) const TRANSFER_UNKNOWN: usize = 32 * 1024;

/// Bytes per command beyond which nothing is gained and an interruption or a retry costs more: the
/// fastest drives (BD at 16x, 72 MB/s) ask for 140 such commands a second.
const TRANSFER_CAP: usize = 512 * 1024;

/// The smallest page of any Linux: a buffer may be scattered over as many pages of memory.
const PAGE: usize = 4096;

/// The most bytes one command may move, from a block device's `queue` folder. `None` if that does
/// not tell.
///
/// `max_hw_sectors_kb` is the limit that SG_IO enforces; `max_sectors_kb` is where an
/// administrator lowers it for a bridge that claims too much; `max_segments` is how many
/// separate pages a transfer may touch, one of them lost to a buffer that starts inside a page.
pub(super) fn max_transfer(queue: &Path) -> Option<usize> {
    let limit = |name: &str, unit: usize, spare: usize| {
        let value = usize::try_from(number(&queue.join(name))?).ok()?;
        value.checked_sub(spare)?.checked_mul(unit).filter(|bytes| *bytes > 0)
    };
    let sectors = ["max_hw_sectors_kb", "max_sectors_kb"].map(|name| limit(name, 1024, 0));
    let bytes = sectors.into_iter().flatten().min()?;
    Some(sane_transfer(bytes.min(limit("max_segments", PAGE, 1).unwrap_or(bytes))))
}

/// Whole sectors, at least one and not too many.
pub(super) fn sane_transfer(bytes: usize) -> usize {
    let bytes = bytes.min(TRANSFER_CAP);
    (bytes - bytes % SECTOR).max(SECTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, value) in files {
            std::fs::write(folder.path().join(name), value).expect("written");
        }
        folder
    }

    fn max_of(files: &[(&str, &str)]) -> Option<usize> {
        max_transfer(queue(files).path())
    }

    #[test]
    fn the_smallest_limit_of_the_queue_decides() {
        // usb-storage: 240 sectors.
        let usb = [("max_hw_sectors_kb", "120\n"), ("max_sectors_kb", "120\n")];
        assert_eq!(max_of(&usb), Some(122_880));
        // Lowered by hand.
        assert_eq!(
            max_of(&[("max_hw_sectors_kb", "120\n"), ("max_sectors_kb", "32\n")]),
            Some(32_768)
        );
        // 24 pages, one of them spare.
        assert_eq!(
            max_of(&[("max_hw_sectors_kb", "120\n"), ("max_segments", "24\n")]),
            Some(94_208)
        );
    }

    #[test]
    fn a_limit_that_is_huge_odd_or_absent_is_made_sane() {
        assert_eq!(max_of(&[("max_hw_sectors_kb", "32767\n")]), Some(524_288));
        assert_eq!(max_of(&[("max_hw_sectors_kb", "127\n")]), Some(129_024));
        assert_eq!(max_of(&[("max_hw_sectors_kb", "1\n")]), Some(2048));
        assert_eq!(max_of(&[("max_hw_sectors_kb", "0\n")]), None);
        assert_eq!(max_of(&[("max_hw_sectors_kb", "lots\n")]), None);
        assert_eq!(max_of(&[]), None);
    }

    #[test]
    fn names_come_in_the_order_of_their_numbers() {
        let folder = queue(&[("sr10", ""), ("sr2", ""), ("sr0", "")]);
        assert_eq!(names(folder.path()), ["sr0", "sr2", "sr10"]);
        assert!(names(&folder.path().join("nothing")).is_empty());
    }
}
