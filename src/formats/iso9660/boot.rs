//! The boot catalogue of El Torito (1.0, chapter 2): what a machine can start from the disc.

use crate::formats::sectors::{Bytes, Remark, Sectors, remark};
use crate::units::SECTOR;

/// Bytes of an entry.
const ENTRY: usize = 32;

/// Something that can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootEntry {
    /// PLATFORM ID.
    pub platform: u8,
    /// BOOT INDICATOR: 88h.
    pub bootable: bool,
    /// BOOT MEDIA TYPE: 0 as it is, 1 to 3 as a floppy, 4 as a hard disk.
    pub emulation: u8,
    /// LOAD RBA: where it begins.
    pub lba: u32,
    /// SECTOR COUNT, of 512 bytes, that are loaded at first.
    pub sectors: u16,
}

impl BootEntry {
    /// For which machines: `BIOS`, `UEFI`; `None` of one that has no name.
    pub fn platform_name(&self) -> Option<&'static str> {
        Some(match self.platform {
            0x00 => "BIOS",
            0x01 => "PowerPC",
            0x02 => "Mac",
            0xef => "UEFI",
            _ => return None,
        })
    }
}

/// Reads the catalogue at `lba`. Nothing where it is none, which is a remark.
pub fn boot_entries(
    from: &mut impl Sectors,
    lba: u32,
    remarks: &mut Vec<Remark>,
) -> Vec<BootEntry> {
    let mut sector = [0; SECTOR];
    if let Err(error) = from.read(lba, &mut sector) {
        remark(remarks, lba, format!("boot catalogue unreadable: {error}"));
        return Vec::new();
    }
    let Some(entries) = catalogue(&sector) else {
        remark(remarks, lba, "no boot catalogue where one should be");
        return Vec::new();
    };
    entries
}

/// The validation entry, the default entry, then sections that each name their platform.
fn catalogue(sector: &[u8]) -> Option<Vec<BootEntry>> {
    let mut entries = sector.chunks_exact(ENTRY);
    let first = entries.next()?;
    // Header id, key bytes, and sixteen words that add up to zero.
    let sum = first
        .chunks_exact(2)
        .fold(0u16, |sum, word| sum.wrapping_add(u16::from_le_bytes([word[0], word[1]])));
    if first[0] != 1 || first[30..] != [0x55, 0xaa] || sum != 0 {
        return None;
    }
    let mut found = vec![entry(first[1], entries.next()?)?];
    let mut section = None;
    for bytes in entries {
        match (bytes[0], section) {
            // A header: 90h, or 91h where it is the last.
            (0x90 | 0x91, None | Some((_, 0))) => {
                section = Some((bytes[1], Bytes(bytes).le16(2)?));
            }
            // An extension of the entry before.
            (0x44, Some(_)) => {}
            (0x00 | 0x88, Some((platform, left))) if left > 0 => {
                found.push(entry(platform, bytes)?);
                section = Some((platform, left - 1));
            }
            _ => break,
        }
    }
    Some(found)
}

fn entry(platform: u8, bytes: &[u8]) -> Option<BootEntry> {
    Some(BootEntry {
        platform,
        bootable: bytes[0] == 0x88,
        emulation: bytes[1] & 0x0f,
        lba: Bytes(bytes).le32(8)?,
        sectors: Bytes(bytes).le16(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector() -> [u8; SECTOR] {
        let mut sector = [0; SECTOR];
        sector[0] = 1;
        sector[30..32].copy_from_slice(&[0x55, 0xaa]);
        // 0001h + AA55h + 55AAh is 0 in 16 bits.
        sector[28..30].copy_from_slice(&[0xaa, 0x55]);
        // Started as it is, four sectors of 512 bytes, at 29.
        sector[32..44].copy_from_slice(&[0x88, 0, 0, 0, 0, 0, 4, 0, 29, 0, 0, 0]);
        sector
    }

    #[test]
    fn the_entries_of_a_hybrid_come_in() {
        let mut sector = sector();
        // The last section: UEFI, one entry.
        sector[64..68].copy_from_slice(&[0x91, 0xef, 1, 0]);
        sector[96..108].copy_from_slice(&[0x88, 0, 0, 0, 0, 0, 0, 0x10, 0x00, 1, 0, 0]);
        let entries = catalogue(&sector).expect("a catalogue");
        let names: Vec<_> = entries.iter().map(BootEntry::platform_name).collect();
        assert_eq!(names, [Some("BIOS"), Some("UEFI")]);
        assert_eq!((entries[0].lba, entries[0].sectors, entries[0].bootable), (29, 4, true));
        assert_eq!((entries[1].lba, entries[1].sectors), (256, 4096));
    }

    #[test]
    fn what_is_no_catalogue_is_none() {
        assert_eq!(catalogue(&[0; SECTOR]), None);
        let mut wrong = sector();
        wrong[5] = 1;
        assert_eq!(catalogue(&wrong), None);
        assert_eq!(catalogue(&sector()).map(|entries| entries.len()), Some(1));
        // A section that announces more than there is.
        let mut endless = sector();
        endless[64..68].copy_from_slice(&[0x91, 0, 0xff, 0xff]);
        assert_eq!(catalogue(&endless).map(|entries| entries.len()), Some(1 + 61));
    }
}
