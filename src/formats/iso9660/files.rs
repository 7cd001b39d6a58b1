//! Walks the directories of an ISO 9660 volume. Whatever they hold, the walk ends: each directory
//! is read once, and depth, sectors, files and unreadable sectors have limits.

use std::collections::HashSet;

use super::names::{self, SystemUse};
use super::{Root, Volume, scaled};
use crate::formats::limits::{Limits, join};
use crate::formats::sectors::{Bytes, FileExtent, Listing, SectorData, Sectors, remark};
use crate::units::SECTOR;

/// Continuation areas that one record may chain; Rock Ridge needs one or two.
const CONTINUATIONS_MAX: usize = 8;

/// Lists at most `limit` file extents, with Rock Ridge names where there are any, else Joliet's,
/// else the plain ones.
pub fn files(from: &mut impl Sectors, volume: &Volume, limit: usize) -> Listing {
    let mut walk = Walk::new(from, volume, limit);
    walk.find_rock_ridge(volume.root);
    let root = match volume.joliet_root {
        Some(root) if walk.skip.is_none() => {
            walk.wide = true;
            root
        }
        _ => volume.root,
    };
    walk.tree(root);
    walk.listing.complete = !walk.limits.hit && walk.listing.remarks.is_empty();
    walk.listing
}

struct Walk<'a, S> {
    from: &'a mut S,
    block_size: u16,
    /// Joliet: names are UCS-2.
    wide: bool,
    /// Rock Ridge is in use; so many bytes come before its fields.
    skip: Option<usize>,
    /// The continuation area read last: the records of a directory share one.
    continuation: Option<(u32, Box<SectorData>)>,
    seen: HashSet<u32>,
    limits: Limits,
    listing: Listing,
}

/// A directory still to be read.
struct Pending {
    lba: u32,
    bytes: u32,
    path: String,
    depth: usize,
}

/// A directory record (ECMA-119 9.1).
struct Record<'a> {
    block: u32,
    bytes: u32,
    flags: u8,
    name: &'a [u8],
    system_use: &'a [u8],
}

impl<'a> Record<'a> {
    fn parse(record: &'a [u8]) -> Option<Record<'a>> {
        let fields = Bytes(record);
        let name_len = usize::from(fields.u8(32)?);
        // A pad byte makes the name's end even.
        let after = 33 + name_len + usize::from(name_len.is_multiple_of(2));
        // The extended attribute record comes before the data.
        let block = fields.le32(2)?.checked_add(u32::from(fields.u8(1)?))?;
        Some(Record {
            block,
            bytes: fields.le32(10)?,
            flags: fields.u8(25)?,
            name: fields.get(33, name_len)?,
            system_use: record.get(after..).unwrap_or_default(),
        })
    }

    fn is_directory(&self) -> bool {
        self.flags & 0x02 != 0
    }

    /// `.` and `..`.
    fn is_link(&self) -> bool {
        matches!(self.name, [0] | [1])
    }
}

impl<'a, S: Sectors> Walk<'a, S> {
    fn new(from: &'a mut S, volume: &Volume, limit: usize) -> Walk<'a, S> {
        Walk {
            from,
            block_size: volume.block_size,
            wide: false,
            skip: None,
            continuation: None,
            seen: HashSet::new(),
            limits: Limits::new(limit),
            listing: Listing::default(),
        }
    }

    fn remark(&mut self, lba: u32, what: impl Into<String>) {
        remark(&mut self.listing.remarks, lba, what);
    }

    /// One sector; `None`, with a remark, if it cannot be had or enough were read.
    fn sector(&mut self, lba: u32) -> Option<SectorData> {
        self.limits.sector(self.from, lba, &mut self.listing.remarks)
    }

    /// SUSP 5.3: the SP field is in the first record of the root.
    fn find_rock_ridge(&mut self, root: Root) {
        let Some(sector) = self.sector(root.lba) else { return };
        let record = sector.get(..usize::from(sector[0])).and_then(Record::parse);
        if let Some(record) = record {
            self.skip = self.system_use(record.system_use, 0).skip;
        }
    }

    fn system_use(&mut self, area: &[u8], skip: usize) -> SystemUse {
        let mut found = SystemUse::default();
        found.take(area.get(skip..).unwrap_or_default());
        for _ in 0..CONTINUATIONS_MAX {
            let Some((block, offset, len)) = found.continues.take() else { break };
            let lba = scaled(block, self.block_size);
            if self.continuation.as_ref().is_none_or(|(kept, _)| *kept != lba) {
                self.continuation = self.sector(lba).map(|sector| (lba, Box::new(sector)));
            }
            let Some((_, sector)) = &self.continuation else { break };
            let at = block_offset(block, self.block_size).saturating_add(offset as usize);
            let Some(area) = Bytes(&sector[..]).get(at, len as usize) else {
                self.remark(lba, "continuation area leaves its sector");
                break;
            };
            found.take(area);
        }
        found
    }

    fn tree(&mut self, root: Root) {
        let mut pending =
            vec![Pending { lba: root.lba, bytes: root.bytes, path: String::new(), depth: 0 }];
        while let Some(directory) = pending.pop() {
            if !self.seen.insert(directory.lba) {
                self.remark(directory.lba, format!("directory met twice: {}", directory.path));
                continue;
            }
            let first = pending.len();
            self.directory(&directory, &mut pending);
            // Popped from the end: so the first one listed is the first one read.
            pending[first..].reverse();
            if self.limits.hit {
                break;
            }
        }
    }

    fn directory(&mut self, directory: &Pending, pending: &mut Vec<Pending>) {
        for n in 0..directory.bytes.div_ceil(SECTOR as u32) {
            let Some(lba) = directory.lba.checked_add(n) else { return };
            let Some(sector) = self.sector(lba) else {
                if self.limits.hit {
                    return;
                }
                continue;
            };
            let end = (directory.bytes - n * SECTOR as u32).min(SECTOR as u32) as usize;
            self.records(lba, &sector[..end], directory, pending);
        }
    }

    /// The records of one sector; none crosses its end (ECMA-119 6.8.1.1), and a length of zero
    /// says that the rest is unused.
    fn records(
        &mut self,
        lba: u32,
        mut bytes: &[u8],
        parent: &Pending,
        pending: &mut Vec<Pending>,
    ) {
        while let Some(&len) = bytes.first()
            && len != 0
        {
            let split = bytes.split_at_checked(usize::from(len));
            let Some((record, rest)) =
                split.and_then(|(one, rest)| Some((Record::parse(one)?, rest)))
            else {
                return self.remark(lba, format!("damaged directory record in /{}", parent.path));
            };
            bytes = rest;
            if !record.is_link() && !self.entry(&record, parent, pending) {
                return;
            }
        }
    }

    /// Whether there is room for more.
    fn entry(&mut self, record: &Record, parent: &Pending, pending: &mut Vec<Pending>) -> bool {
        let rock_ridge = match self.skip {
            Some(skip) if !self.wide => self.system_use(record.system_use, skip),
            _ => SystemUse::default(),
        };
        let name = match &rock_ridge.name {
            Some(name) => names::text(name, false).replace('/', "?"),
            None => names::file(record.name, self.wide),
        };
        let path = join(&parent.path, &name);
        let lba = scaled(record.block, self.block_size);
        let bytes = record.bytes;
        let directory = Pending { lba, bytes, path, depth: parent.depth + 1 };
        if let Some(child) = rock_ridge.child {
            if let Some(moved) = self.relocated(scaled(child, self.block_size), directory) {
                return self.descend(moved, pending);
            }
            return true;
        }
        if record.is_directory() {
            // A relocated directory is met again where it belongs.
            return rock_ridge.relocated || self.descend(directory, pending);
        }
        let offset = block_offset(record.block, self.block_size) as u32;
        let extent = FileExtent { path: directory.path, lba, offset, bytes: u64::from(bytes) };
        self.limits.add(&mut self.listing, extent)
    }

    /// A relocated directory's size stands in its own first record.
    fn relocated(&mut self, lba: u32, record: Pending) -> Option<Pending> {
        let sector = self.sector(lba)?;
        let Some(own) = sector.get(..usize::from(sector[0])).and_then(Record::parse) else {
            self.remark(lba, format!("no relocated directory for {}", record.path));
            return None;
        };
        Some(Pending { lba, bytes: own.bytes, ..record })
    }

    fn descend(&mut self, directory: Pending, pending: &mut Vec<Pending>) -> bool {
        let room = self.limits.directory(directory.depth, &directory.path);
        if room {
            pending.push(directory);
        }
        room
    }
}

fn block_offset(block: u32, block_size: u16) -> usize {
    (u64::from(block) * u64::from(block_size) % SECTOR as u64) as usize
}
