//! What bounds a walk through directories that may be damaged or made up.

use super::sectors::{FileExtent, Listing, Remark, SectorData, Sectors, remark};
use crate::units::SECTOR;

/// ECMA-119 allows 8 levels; Rock Ridge and UDF any number. No tree of files is so deep.
const DEPTH_MAX: usize = 64;
/// 512 MiB of directories and file entries: room for well over a million files.
const SECTORS_MAX: u32 = 1 << 18;
/// Each may cost a drive a minute; after so many the directories are taken for lost.
const UNREADABLE_MAX: u32 = 16;
/// A file of 100 GB has a hundred pieces if its disc is not broken up.
const PIECES_MAX: usize = 1 << 22;
/// All paths together, in bytes.
const TEXT_MAX: usize = 64 << 20;

/// What is left of each, and whether one was used up.
pub(super) struct Limits {
    extents: usize,
    directories: usize,
    sectors: u32,
    unreadable: u32,
    text: usize,
    /// Pieces of files that may still be looked up.
    pub(super) pieces: usize,
    pub(super) hit: bool,
}

impl Limits {
    pub(super) fn new(extents: usize) -> Limits {
        Limits {
            extents,
            directories: extents.max(1),
            sectors: SECTORS_MAX,
            unreadable: UNREADABLE_MAX,
            text: TEXT_MAX,
            pieces: PIECES_MAX,
            hit: false,
        }
    }

    /// One sector; `None`, with a remark, if it cannot be had or enough were read.
    pub(super) fn sector(
        &mut self,
        from: &mut impl Sectors,
        lba: u32,
        remarks: &mut Vec<Remark>,
    ) -> Option<SectorData> {
        if self.sectors == 0 || self.unreadable == 0 {
            self.hit = true;
            return None;
        }
        self.sectors -= 1;
        let mut sector = [0; SECTOR];
        match from.read(lba, &mut sector) {
            Ok(()) => Some(sector),
            Err(error) => {
                self.unreadable -= 1;
                remark(remarks, lba, format!("directory unreadable: {error}"));
                None
            }
        }
    }

    /// Adds a run to the listing, to the run before it where it goes on; false if there is no room.
    pub(super) fn add(&mut self, listing: &mut Listing, extent: FileExtent) -> bool {
        if let Some(last) = listing.extents.last_mut()
            && last.bytes > 0
            && (last.bytes + u64::from(last.offset)).is_multiple_of(SECTOR as u64)
            && extent.offset == 0
            && last.lba.checked_add(last.sectors()) == Some(extent.lba)
            && last.path == extent.path
        {
            last.bytes += extent.bytes;
            return true;
        }
        let room = self.extents > 0 && extent.path.len() <= self.text;
        if room {
            self.extents -= 1;
            self.text -= extent.path.len();
            listing.extents.push(extent);
        }
        self.hit |= !room;
        room
    }

    /// Whether a directory so deep, with such a path, may be read as well.
    pub(super) fn directory(&mut self, depth: usize, path: &str) -> bool {
        let room = self.directories > 0 && depth <= DEPTH_MAX && path.len() <= self.text;
        if room {
            self.directories -= 1;
            self.text -= path.len();
        }
        self.hit |= !room;
        room
    }
}

/// `parent` and `name` as one path.
pub(super) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_string() } else { format!("{parent}/{name}") }
}
