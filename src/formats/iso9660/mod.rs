//! ISO 9660 (ECMA-119) with Joliet, Rock Ridge and El Torito: what a volume says of itself, and
//! which file owns which sector. Reads; never writes. Knows no device.

mod boot;
mod files;
mod names;

pub use boot::{BootEntry, boot_entries};
pub use files::files;

use crate::formats::sectors::{Bytes, Remark, SectorData, Sectors, remark};
use crate::units::SECTOR;

/// Descriptors start so far into a session (ECMA-119 6.2.1: the system area is 16 sectors).
const SYSTEM_AREA: u32 = 16;
/// More volume descriptors than any disc has; a set without an end stops here.
const DESCRIPTORS_MAX: u32 = 32;
/// After so many unreadable descriptors the rest is not asked for: each may cost a minute.
const UNREADABLE_MAX: u32 = 3;

/// What an ISO 9660 volume says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Volume identifier.
    pub volume_id: String,
    /// Volume identifier of the Joliet descriptor, where there is one.
    pub joliet_id: Option<String>,
    /// System identifier.
    pub system_id: String,
    /// Publisher identifier.
    pub publisher: String,
    /// Data preparer identifier.
    pub preparer: String,
    /// Application identifier: usually the program that made the volume.
    pub application: String,
    /// Date of creation, `2025-11-22T08:06:00+01:00`.
    pub created: Option<String>,
    /// Where the session starts whose descriptors these are.
    pub start: u32,
    /// VOLUME SPACE SIZE as recorded, in sectors of 2048 bytes.
    pub space: u32,
    /// Sectors of the disc from LBA 0 to the end of this volume. Discs may hold more: padding,
    /// run-out, another file system.
    pub sectors: u32,
    /// LOGICAL BLOCK SIZE in bytes: 2048, rarely 512 or 1024.
    pub block_size: u16,
    /// Where the El Torito boot catalogue is, if the disc can be booted.
    pub boot_catalog: Option<u32>,
    /// Whether the application use area bears RipGuard's mark. Such a DVD has runs of sectors made
    /// unreadable on purpose, outside of what a player plays.
    pub ripguard: bool,
    root: Root,
    joliet_root: Option<Root>,
}

impl Volume {
    /// Where the root directory says it is, in sectors from the disc's start.
    pub fn root_lba(&self) -> u32 {
        self.root.lba
    }
}

/// Where a root directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Root {
    lba: u32,
    bytes: u32,
}

/// Reads the volume descriptors of the session that starts at `start`. `capacity`, the sectors of
/// the disc where known, helps to tell how a later session counts its size. `None`: no such volume,
/// or its descriptors are unreadable; `remarks` tells these apart.
pub fn read(
    from: &mut impl Sectors,
    start: u32,
    capacity: Option<u32>,
    remarks: &mut Vec<Remark>,
) -> Option<Volume> {
    let mut set = Set::default();
    let mut unreadable = 0;
    for lba in (0..DESCRIPTORS_MAX).map_while(|n| start.checked_add(SYSTEM_AREA)?.checked_add(n)) {
        let mut sector = [0; SECTOR];
        if let Err(error) = from.read(lba, &mut sector) {
            remark(remarks, lba, format!("ISO 9660 volume descriptor unreadable: {error}"));
            unreadable += 1;
            if unreadable == UNREADABLE_MAX {
                break;
            }
            continue;
        }
        match set.take(lba, &sector, remarks) {
            Next::More => {}
            Next::End => break,
            Next::Foreign => {
                if set.primary.is_some() {
                    remark(remarks, lba, "ISO 9660 descriptor set has no terminator");
                }
                break;
            }
        }
    }
    set.volume(start, capacity, remarks)
}

enum Next {
    More,
    End,
    Foreign,
}

#[derive(Default)]
struct Set {
    primary: Option<(u32, Box<SectorData>)>,
    joliet: Option<(u32, Box<SectorData>)>,
    boot_catalog: Option<u32>,
}

impl Set {
    /// ECMA-119 8.1: type, `CD001`, version, then what the type has.
    fn take(&mut self, lba: u32, sector: &SectorData, remarks: &mut Vec<Remark>) -> Next {
        if &sector[1..6] != b"CD001" {
            return Next::Foreign;
        }
        match sector[0] {
            0 if sector[7..].starts_with(b"EL TORITO SPECIFICATION") => {
                // El Torito 1.0, figure 7: the catalogue's address at byte 47h.
                self.boot_catalog = Bytes(sector).le32(0x47);
            }
            1 if self.primary.is_none() => self.primary = Some((lba, Box::new(*sector))),
            // Joliet: escape sequences of UCS-2 level 1, 2 or 3 (ECMA-119 8.5.6).
            2 if [b"%/@", b"%/C", b"%/E"].iter().any(|code| sector[88..].starts_with(*code)) => {
                if self.joliet.is_none() {
                    self.joliet = Some((lba, Box::new(*sector)));
                }
            }
            255 => return Next::End,
            0..=3 => {}
            other => remark(remarks, lba, format!("volume descriptor of unknown type {other}")),
        }
        Next::More
    }

    fn volume(
        &self,
        start: u32,
        capacity: Option<u32>,
        remarks: &mut Vec<Remark>,
    ) -> Option<Volume> {
        // With the primary descriptor unreadable the Joliet one tells the same.
        let (lba, sector) = self.primary.as_ref().or(self.joliet.as_ref())?;
        let wide = self.primary.is_none();
        let fields = Both { bytes: Bytes(&sector[..]), lba: *lba };
        let text = |at, len| names::text(fields.bytes.get(at, len).unwrap_or_default(), wide);
        let block_size = block_size(&fields, remarks);
        let blocks = fields.u32(80, "volume space size", remarks);
        let bytes = u64::from(blocks) * u64::from(block_size);
        let space = u32::try_from(bytes.div_ceil(SECTOR as u64)).unwrap_or(u32::MAX);
        let root = |(lba, sector): &(u32, Box<SectorData>), remarks: &mut Vec<Remark>| {
            let fields = Both { bytes: Bytes(&sector[..]), lba: *lba };
            Root {
                lba: scaled(fields.u32(156 + 2, "address of the root", remarks), block_size),
                bytes: fields.u32(156 + 10, "size of the root", remarks),
            }
        };
        let joliet = self.joliet.as_ref();
        Some(Volume {
            volume_id: text(40, 32),
            joliet_id: joliet.map(|(_, sector)| names::text(&sector[40..72], true)),
            system_id: text(8, 32),
            publisher: text(318, 128),
            preparer: text(446, 128),
            application: text(574, 128),
            created: fields.bytes.get(813, 17).and_then(names::date),
            start,
            space,
            sectors: end(start, space, capacity),
            block_size,
            boot_catalog: self.boot_catalog,
            // Redumper and its users: in the 512 bytes of application use.
            ripguard: sector[883..1395].windows(8).any(|window| window == b"MVSNRGFP"),
            root: root(self.primary.as_ref().or(joliet)?, remarks),
            joliet_root: joliet.map(|descriptor| root(descriptor, remarks)),
        })
    }
}

/// Where the volume ends, from LBA 0. ECMA-119 counts from the disc's start, but genisoimage and
/// xorriso count a later session's size from that session's start (both tried), unless the session
/// would then end beyond the disc.
fn end(start: u32, space: u32, capacity: Option<u32>) -> u32 {
    let after_start = start.saturating_add(space);
    match capacity {
        Some(capacity) if after_start > capacity && (start..=capacity).contains(&space) => space,
        _ => after_start,
    }
}

fn block_size(fields: &Both<'_>, remarks: &mut Vec<Remark>) -> u16 {
    let size = fields.bytes.le16(128).unwrap_or_default();
    if [512, 1024, 2048].contains(&size) {
        return size;
    }
    remark(remarks, fields.lba, format!("logical block size {size} cannot be, 2048 is taken"));
    2048
}

/// The sector in which block `block` starts.
fn scaled(block: u32, block_size: u16) -> u32 {
    (u64::from(block) * u64::from(block_size) / SECTOR as u64) as u32
}

/// Numbers recorded twice, little- then big-endian (ECMA-119 7.3.3).
struct Both<'a> {
    bytes: Bytes<'a>,
    lba: u32,
}

impl Both<'_> {
    /// The little-endian half; that is what the systems most discs were tried on read. 0 beyond
    /// the end.
    fn u32(&self, at: usize, what: &str, remarks: &mut Vec<Remark>) -> u32 {
        let little = self.bytes.le32(at).unwrap_or_default();
        let big = self.bytes.be32(at.saturating_add(4)).unwrap_or_default();
        if little != big {
            let text = format!("{what}: {little} little-endian, {big} big-endian");
            remark(remarks, self.lba, text);
        }
        little
    }
}

#[cfg(test)]
mod tests;
