//! Walks the directories of a UDF volume. Whatever they hold, the walk ends: each directory is
//! read once, and depth, sectors, files and unreadable sectors have limits.

use std::collections::HashSet;

use super::Volume;
use super::descriptor::{self, Address, id, long_ad};
use super::icb::{self, Icb, Piece};
use super::partition::{Space, spaces};
use crate::formats::limits::{Limits, join};
use crate::formats::sectors::{Bytes, FileExtent, Listing, Sectors, remark};
use crate::units::SECTOR;

/// Lists at most `limit` file extents. Parts of files that were never written are left out.
pub fn files(from: &mut impl Sectors, volume: &Volume, limit: usize) -> Listing {
    let mut listing = Listing::default();
    if volume.block_size != SECTOR as u32 {
        let what = format!("UDF with blocks of {} bytes: files not listed", volume.block_size);
        remark(&mut listing.remarks, None, what);
        return listing;
    }
    let mut limits = Limits::new(limit);
    let spaces = spaces(from, volume, &mut limits, &mut listing.remarks);
    let mut walk = Walk { from, spaces, seen: HashSet::new(), limits, listing };
    if let Some(root) = walk.root(volume.file_set) {
        walk.tree(root);
    }
    walk.listing.complete = !walk.limits.hit && walk.listing.remarks.is_empty();
    walk.listing
}

struct Walk<'a, S> {
    from: &'a mut S,
    spaces: Vec<Space>,
    seen: HashSet<u32>,
    limits: Limits,
    listing: Listing,
}

/// A directory still to be read.
struct Pending {
    icb: Address,
    path: String,
    depth: usize,
}

/// A file identifier descriptor (ECMA-167 4/14.4).
struct Entry {
    len: usize,
    flags: u8,
    icb: Address,
    name: String,
}

impl Entry {
    /// `Ok(None)`: the descriptor goes on beyond `bytes`. `Err`: there is none.
    fn parse(bytes: &[u8]) -> Result<Option<Entry>, ()> {
        let fields = Bytes(bytes);
        if bytes.len() < 38 {
            return Ok(None);
        }
        let name_len = usize::from(fields.u8(19).unwrap_or_default());
        let name_at = 38 + usize::from(fields.le16(36).unwrap_or_default());
        let len = (name_at + name_len).next_multiple_of(4);
        // Before its length is believed the tag must be right.
        if descriptor::tag(&bytes[..16], None) != Ok(id::FILE_IDENTIFIER) {
            return Err(());
        }
        let (Some(whole), Some((_, icb))) = (bytes.get(..len), long_ad(fields, 20)) else {
            return Ok(None);
        };
        if descriptor::tag(whole, None) != Ok(id::FILE_IDENTIFIER) {
            return Err(());
        }
        let name = descriptor::text(&whole[name_at..name_at + name_len]).replace('/', "?");
        Ok(Some(Entry { len, flags: whole[18], icb, name }))
    }

    fn is_directory(&self) -> bool {
        self.flags & 0x02 != 0
    }

    /// Deleted, or the way back to the parent.
    fn is_to_skip(&self) -> bool {
        self.flags & 0x0c != 0
    }
}

impl<S: Sectors> Walk<'_, S> {
    fn remark(&mut self, lba: impl Into<Option<u32>>, what: impl Into<String>) {
        remark(&mut self.listing.remarks, lba, what);
    }

    fn icb(&mut self, address: Address) -> Option<Icb> {
        let remarks = &mut self.listing.remarks;
        icb::read(self.from, &self.spaces, address, &mut self.limits, remarks)
    }

    fn pieces(&mut self, icb: &Icb) -> Vec<Piece> {
        let remarks = &mut self.listing.remarks;
        icb::runs(self.from, &self.spaces, icb, &mut self.limits, remarks)
    }

    /// ECMA-167 4/14.1: the file set descriptor names the root's ICB at byte 400.
    fn root(&mut self, file_set: Address) -> Option<Address> {
        let space = self.spaces.get(usize::from(file_set.partition));
        let Some(run) = space.and_then(|space| space.run(file_set.block)) else {
            self.remark(None, "UDF file set is outside of its partition");
            return None;
        };
        let sector = self.limits.sector(self.from, run.lba, &mut self.listing.remarks)?;
        if descriptor::tag(&sector, Some(file_set.block)) != Ok(id::FILE_SET) {
            self.remark(run.lba, "no UDF file set descriptor");
            return None;
        }
        long_ad(Bytes(&sector), 400).map(|(_, icb)| icb)
    }

    fn tree(&mut self, root: Address) {
        let mut pending = vec![Pending { icb: root, path: String::new(), depth: 0 }];
        while let Some(directory) = pending.pop() {
            if self.limits.hit {
                break;
            }
            let Some(icb) = self.icb(directory.icb) else { continue };
            if !self.seen.insert(icb.lba) {
                self.remark(icb.lba, format!("directory met twice: {}", directory.path));
                continue;
            }
            if icb.file_type != icb::TYPE_DIRECTORY {
                self.remark(icb.lba, format!("no directory: /{}", directory.path));
                continue;
            }
            let first = pending.len();
            self.directory(&icb, &directory, &mut pending);
            // Popped from the end: so the first one listed is the first one read.
            pending[first..].reverse();
        }
    }

    fn directory(&mut self, icb: &Icb, parent: &Pending, pending: &mut Vec<Pending>) {
        // Descriptors may cross from one block, and one piece, to the next.
        let mut bytes: Vec<u8> = Vec::new();
        let mut damaged = false;
        for piece in self.pieces(icb) {
            let Some(first) = piece.lba else { continue };
            let (mut left, mut at) = (piece.bytes, piece.offset as usize);
            for lba in first..first.saturating_add(piece.sectors()) {
                if self.limits.hit {
                    break;
                }
                let here = left.min((SECTOR - at) as u64) as usize;
                match self.limits.sector(self.from, lba, &mut self.listing.remarks) {
                    Some(sector) => bytes.extend_from_slice(&sector[at..at + here]),
                    None => bytes.clear(),
                }
                left -= here as u64;
                at = 0;
                damaged |= self.entries(&mut bytes, parent, pending);
            }
        }
        if damaged || bytes.len() >= 38 {
            self.remark(icb.lba, format!("damaged directory: /{}", parent.path));
        }
    }

    /// Takes the whole descriptors off the front of `bytes`. Where there is none, looks for the
    /// next one (they start at multiples of 4) and returns true.
    fn entries(
        &mut self,
        bytes: &mut Vec<u8>,
        parent: &Pending,
        pending: &mut Vec<Pending>,
    ) -> bool {
        let (mut at, mut damaged) = (0, false);
        while at < bytes.len() && !self.limits.hit {
            match Entry::parse(&bytes[at..]) {
                Ok(Some(entry)) => {
                    at += entry.len;
                    self.entry(entry, parent, pending);
                }
                Ok(None) => break,
                Err(()) => {
                    damaged = true;
                    at += 4;
                }
            }
        }
        bytes.drain(..at.min(bytes.len()));
        damaged
    }

    fn entry(&mut self, entry: Entry, parent: &Pending, pending: &mut Vec<Pending>) {
        if entry.is_to_skip() {
            return;
        }
        let path = join(&parent.path, &entry.name);
        if entry.is_directory() {
            let depth = parent.depth + 1;
            if self.limits.directory(depth, &path) {
                pending.push(Pending { icb: entry.icb, path, depth });
            }
            return;
        }
        let Some(icb) = self.icb(entry.icb) else { return };
        if icb.bytes == 0 {
            let empty = FileExtent { path, lba: icb.lba, offset: 0, bytes: 0 };
            self.limits.add(&mut self.listing, empty);
            return;
        }
        for piece in self.pieces(&icb) {
            let Piece { lba: Some(lba), offset, bytes } = piece else { continue };
            let extent = FileExtent { path: path.clone(), lba, offset, bytes };
            if !self.limits.add(&mut self.listing, extent) {
                return;
            }
        }
    }
}
