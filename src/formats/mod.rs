//! Bytes and their meaning: file systems, maps, hashes. Knows no device. A leaf but for
//! [`crate::units`].

pub mod cd_text;
pub mod checksums;
pub mod cue;
pub mod foreign;
pub mod hash;
pub mod hex;
pub mod iso9660;
mod limits;
pub mod mapfile;
mod sectors;
pub mod udf;

use crate::units::SECTOR;

pub use sectors::{FileExtent, Image, Listing, Remark, SectorData, Sectors};

/// What is recorded on a disc, as far as its descriptors say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSystems {
    /// ISO 9660, with Joliet and Rock Ridge.
    pub iso9660: Option<iso9660::Volume>,
    /// UDF.
    pub udf: Option<udf::Volume>,
    /// Others, by name only: `hfs`, `hfs+`.
    pub others: Vec<&'static str>,
    /// What was unreadable or contradictory on the way.
    pub remarks: Vec<Remark>,
}

impl FileSystems {
    /// Names as `info` prints them.
    pub fn names(&self) -> Vec<&'static str> {
        let iso9660 = self.iso9660.as_ref().map(|_| "iso9660");
        let udf = self.udf.as_ref().map(|_| "udf");
        iso9660.into_iter().chain(udf).chain(self.others.iter().copied()).collect()
    }

    /// The disc's label: UDF's where there is one, for ISO 9660 has only capitals.
    pub fn volume_id(&self) -> Option<&str> {
        let udf = self.udf.as_ref().map(|volume| &volume.volume_id);
        let joliet = self.iso9660.as_ref().and_then(|volume| volume.joliet_id.as_ref());
        let plain = self.iso9660.as_ref().map(|volume| &volume.volume_id);
        [udf, joliet, plain].into_iter().flatten().map(String::as_str).find(|id| !id.is_empty())
    }

    /// Sectors of the disc, from LBA 0, that the file systems claim: the most any of them does.
    pub fn sectors(&self) -> Option<u32> {
        let iso9660 = self.iso9660.as_ref().map(|volume| volume.sectors);
        let udf = self.udf.as_ref().and_then(|volume| volume.sectors);
        iso9660.into_iter().chain(udf).max()
    }
}

/// Looks for file systems. `session_start` is the first sector of the last session (0 on most
/// discs), `capacity_hint` the number of sectors of the disc where known. A sector that cannot be
/// read is a remark, and what else can be known is.
pub fn identify(
    from: &mut impl Sectors,
    session_start: u32,
    capacity_hint: Option<u32>,
) -> FileSystems {
    let mut remarks = Vec::new();
    let iso9660 = iso9660::read(from, session_start, capacity_hint, &mut remarks);
    let udf = udf::read(from, session_start, capacity_hint, &mut remarks);
    let others = apple(from, session_start);
    FileSystems { iso9660, udf, others, remarks }
}

/// HFS and HFS+, bare or in an Apple partition map: these are on hybrid discs only. Signatures at
/// byte 1024 of the volume (Apple TN1150), map entries of 512 bytes with type at byte 48.
fn apple(from: &mut impl Sectors, start: u32) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut look = |lba: u32, offset: usize| {
        let mut sector = [0; SECTOR];
        let at = offset + 1024;
        let lba = lba.saturating_add((at / SECTOR) as u32);
        if from.read(lba, &mut sector).is_ok() {
            let name = match &sector[at % SECTOR..at % SECTOR + 2] {
                b"H+" | b"HX" => "hfs+",
                b"BD" => "hfs",
                _ => return sector,
            };
            if !found.contains(&name) {
                found.push(name);
            }
        }
        sector
    };
    let first = look(start, 0);
    if first.starts_with(b"ER") {
        // Of a map with blocks of 2048 bytes this sees the first entry: itself.
        for entry in first[512..].chunks_exact(512) {
            if entry.starts_with(b"PM") && entry[48..].starts_with(b"Apple_HFS") {
                let block = u32::from_be_bytes([entry[8], entry[9], entry[10], entry[11]]);
                look(start.saturating_add(block / 4), block as usize % 4 * 512);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_disc_that_gives_no_sector_has_no_file_system_and_does_not_take_long() {
        let mut reads = 0;
        let mut nothing = |_: u32, _: &mut SectorData| {
            reads += 1;
            Err(io::Error::other("medium error"))
        };
        let found = identify(&mut nothing, 0, Some(2_295_104));
        assert_eq!((found.names(), found.sectors(), found.volume_id()), (vec![], None, None));
        assert!(found.remarks.len() > 5);
        assert!(reads < 20, "{reads} sectors were asked for");
    }

    #[test]
    fn hfs_is_found_bare_and_in_a_partition_map() {
        let mut image = vec![0; 20 * SECTOR];
        image[1024..1026].copy_from_slice(b"H+");
        assert_eq!(identify(&mut Image(io::Cursor::new(&image)), 0, None).names(), ["hfs+"]);

        // Map of 512-byte blocks; entry 2: at block 30, which is byte 1024 of sector 7.
        let mut image = vec![0; 20 * SECTOR];
        image[..2].copy_from_slice(b"ER");
        image[1024..1026].copy_from_slice(b"PM");
        image[1032..1036].copy_from_slice(&[0, 0, 0, 30]);
        image[1072..1081].copy_from_slice(b"Apple_HFS");
        image[30 * 512 + 1024..][..2].copy_from_slice(b"BD");
        assert_eq!(identify(&mut Image(io::Cursor::new(&image)), 0, None).names(), ["hfs"]);
    }
}
