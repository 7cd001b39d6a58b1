//! UDF 1.02 to 2.60 (ECMA-167 and OSTA UDF): what a volume says of itself, and which file owns
//! which sector. Reads; never writes. Knows no device. Blocks are 2048 bytes: a volume with others
//! is recognised, its files are not listed.

mod descriptor;
mod files;
mod icb;
mod partition;
mod sequence;

pub use files::files;

use std::fmt;

use crate::formats::sectors::{Remark, Sectors, remark};
use crate::units::SECTOR;
use descriptor::Address;
use partition::Map;

/// Recognition descriptors start so far into a session (ECMA-167 2/8.3: from byte 32768).
const RECOGNITION: u32 = 16;
/// More of them than any disc has: ISO 9660's descriptors come first.
const RECOGNITION_MAX: u32 = 32;
/// After so many unreadable ones the rest is not asked for: each may cost a minute.
const UNREADABLE_MAX: u32 = 3;

/// A revision of UDF, coded in BCD: 0250h is 2.50.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u16);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:02x}", self.0 >> 8, self.0 & 0xff)
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revision({self})")
    }
}

/// A stretch of the disc that a partition descriptor describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number.
    pub number: u16,
    /// First sector, from LBA 0.
    pub start: u32,
    /// Sectors. On a disc written in pieces often more than is written.
    pub length: u32,
    /// ACCESS TYPE: 1 read only, 2 write once, 3 rewritable, 4 overwritable.
    pub access: u32,
}

/// What a UDF volume says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Logical volume identifier: the label systems show.
    pub volume_id: String,
    /// Volume identifier of the primary volume descriptor.
    pub primary_id: String,
    /// Volume set identifier.
    pub set_id: String,
    /// Revision in the domain identifier; `None` if that is not OSTA's.
    pub revision: Option<Revision>,
    /// When the volume was recorded, `2025-11-22T08:06:00+01:00`.
    pub created: Option<String>,
    /// Partitions by their descriptors.
    pub partitions: Vec<Partition>,
    /// Where there are anchors (AVDP), of those places that were looked at.
    pub anchors: Vec<u32>,
    /// Sectors of the disc from LBA 0 to the end of the last partition, of the descriptors and
    /// anchors behind it. `None` without a partition, and with a VAT: there the partition reaches
    /// over what is yet to be written.
    pub sectors: Option<u32>,
    /// LOGICAL BLOCK SIZE in bytes.
    pub block_size: u32,
    /// Written incrementally: what was written last stands at the end (VAT).
    pub has_vat: bool,
    /// Defects are replaced from a table.
    pub is_sparable: bool,
    /// Directories are gathered in a file (2.50 and later: Blu-ray).
    pub has_metadata_partition: bool,
    /// Whether the last one who wrote it took leave properly (LVID closed); `None` if not recorded.
    pub closed: Option<bool>,
    /// Files it says it has.
    pub file_count: Option<u32>,
    /// Directories it says it has.
    pub directory_count: Option<u32>,
    maps: Vec<Map>,
    file_set: Address,
    capacity: Option<u32>,
}

/// Reads the descriptors of the session that starts at `start`. `capacity` is the number of sectors
/// of the disc where known: anchors and a VAT stand at its end. `None`: no such volume, or its
/// descriptors are unreadable; `remarks` tells these apart.
pub fn read(
    from: &mut impl Sectors,
    start: u32,
    capacity: Option<u32>,
    remarks: &mut Vec<Remark>,
) -> Option<Volume> {
    let recognised = match recognise(from, start, remarks) {
        // A volume with a VAT is recognised in the first session only.
        Recognised::No if start > 0 => recognise(from, 0, remarks),
        other => other,
    };
    if recognised == Recognised::No {
        return None;
    }
    let (anchors, anchor) = sequence::anchors(from, start, capacity, remarks);
    let Some(anchor) = anchor else {
        if recognised == Recognised::Yes {
            remark(remarks, start.saturating_add(256), "UDF is announced, but has no anchor");
        }
        return None;
    };
    let found = sequence::read(from, &anchor, remarks)?;
    Some(sequence::volume(from, found, anchors, &anchor, capacity, remarks))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Recognised {
    Yes,
    No,
    /// Nothing could be read where it would be said.
    Unreadable,
}

/// ECMA-167 2/9: BEA01, NSR02 or NSR03, TEA01, after whatever ISO 9660 has there.
fn recognise(from: &mut impl Sectors, start: u32, remarks: &mut Vec<Remark>) -> Recognised {
    let mut unreadable = 0;
    let first = start.saturating_add(RECOGNITION);
    for lba in first..first.saturating_add(RECOGNITION_MAX) {
        let mut sector = [0; SECTOR];
        if let Err(error) = from.read(lba, &mut sector) {
            remark(remarks, lba, format!("volume recognition descriptor unreadable: {error}"));
            unreadable += 1;
            if unreadable == UNREADABLE_MAX {
                break;
            }
            continue;
        }
        match &sector[1..6] {
            b"NSR02" | b"NSR03" => return Recognised::Yes,
            b"CD001" | b"CDW02" | b"BEA01" | b"BOOT2" => {}
            _ => break,
        }
    }
    if unreadable > 0 { Recognised::Unreadable } else { Recognised::No }
}

#[cfg(test)]
mod tests;
