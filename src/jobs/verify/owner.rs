//! Which file a sector belongs to. Knows the file systems, and neither drive nor comparison.

use std::collections::HashMap;

use super::DamagedFile;
use crate::formats::{self, FileExtent, FileSystems, Sectors, iso9660, udf};
use crate::units::SECTOR;

/// Runs of files that are looked at: room for the largest collections.
const EXTENTS_MAX: usize = 1 << 18;
/// Files that are named.
const NAMED_MAX: usize = 500;

/// The files of a disc and where they stand on it.
#[derive(Debug, Default)]
pub struct Owners {
    /// By file system: a bridge disc has every file in both.
    listings: Vec<Vec<FileExtent>>,
}

impl Owners {
    /// Of an image whose first sector stands at `start` on the disc. Such images count from the
    /// disc's start, as `mkisofs -C` makes them; one that does not is taken as it is.
    pub fn of_image(image: &mut impl Sectors, start: u32) -> Owners {
        let mut on_disc = |lba: u32, sector: &mut [u8; SECTOR]| match lba.checked_sub(start) {
            Some(at) => image.read(at, sector),
            None => Err(std::io::Error::other("of an earlier session")),
        };
        let found = formats::identify(&mut on_disc, start, None);
        let owners = Owners::of(&mut on_disc, &found);
        if start == 0 || !owners.listings.iter().all(Vec::is_empty) {
            return owners;
        }
        let found = formats::identify(image, 0, None);
        let mut owners = Owners::of(image, &found);
        for extent in owners.listings.iter_mut().flatten() {
            extent.lba = extent.lba.saturating_add(start);
        }
        owners
    }

    /// Of a disc with these file systems.
    pub fn of(sectors: &mut impl Sectors, found: &FileSystems) -> Owners {
        let udf = found.udf.as_ref().map(|volume| udf::files(sectors, volume, EXTENTS_MAX));
        let iso = found.iso9660.as_ref().map(|volume| iso9660::files(sectors, volume, EXTENTS_MAX));
        let listings = udf.into_iter().chain(iso).map(|listing| listing.extents).collect();
        Owners { listings }
    }

    /// The file that a byte of a sector belongs to, or, where the byte is not known, the first one
    /// that has a part of the sector.
    pub fn of_sector(&self, lba: u32, byte: Option<u32>) -> Option<&str> {
        let at = |sector: u32, byte: u32| u64::from(sector) * SECTOR as u64 + u64::from(byte);
        let (first, end) = match byte {
            Some(byte) => (at(lba, byte), at(lba, byte) + 1),
            None => (at(lba, 0), at(lba + 1, 0)),
        };
        let holds = |extent: &&FileExtent| {
            let start = at(extent.lba, extent.offset);
            start < end && first < start.saturating_add(extent.bytes)
        };
        self.listings.iter().find_map(|listing| listing.iter().find(holds)).map(|e| e.path.as_str())
    }

    /// The files that have sectors in these ranges (first and count, ascending), in the order they
    /// stand on the disc.
    pub fn damaged(&self, different: &[(u64, u64)], unreadable: &[(u64, u64)]) -> Vec<DamagedFile> {
        // One file system tells all there is to tell, if it has the files at all.
        let of = |listing: &Vec<FileExtent>| damaged(listing, different, unreadable);
        self.listings.iter().map(of).find(|files| !files.is_empty()).unwrap_or_default()
    }
}

fn damaged(
    listing: &[FileExtent],
    different: &[(u64, u64)],
    unreadable: &[(u64, u64)],
) -> Vec<DamagedFile> {
    let mut files: HashMap<&str, (u32, DamagedFile)> = HashMap::new();
    for extent in listing {
        let (first, count) = (u64::from(extent.lba), u64::from(extent.sectors()));
        let (different, unreadable) =
            (overlap(different, first, count), overlap(unreadable, first, count));
        if different + unreadable == 0 {
            continue;
        }
        let none = || DamagedFile { path: extent.path.clone(), different: 0, unreadable: 0 };
        let (lba, file) = files.entry(&extent.path).or_insert_with(|| (extent.lba, none()));
        *lba = extent.lba.min(*lba);
        file.different += different;
        file.unreadable += unreadable;
    }
    let mut files: Vec<(u32, DamagedFile)> = files.into_values().collect();
    files.sort_by(|a, b| (a.0, &a.1.path).cmp(&(b.0, &b.1.path)));
    files.truncate(NAMED_MAX);
    files.into_iter().map(|(_, file)| file).collect()
}

/// How many of the sectors `first..first + count` are in the ranges.
fn overlap(ranges: &[(u64, u64)], first: u64, count: u64) -> u64 {
    let end = first.saturating_add(count);
    let from = ranges.partition_point(|(start, len)| start + len <= first);
    let inside = ranges[from..].iter().take_while(|(start, _)| *start < end);
    inside.map(|(start, len)| (start + len).min(end).saturating_sub((*start).max(first))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(path: &str, lba: u32, offset: u32, bytes: u64) -> FileExtent {
        FileExtent { path: path.into(), lba, offset, bytes }
    }

    fn owners() -> Owners {
        let iso = vec![
            extent("B", 20, 0, 4096),
            extent("A", 10, 0, 5000),
            // In two pieces, and another that shares a sector with its like.
            extent("C", 30, 0, 2048),
            extent("C", 40, 0, 2048),
            extent("D", 50, 100, 100),
            extent("E", 50, 300, 100),
        ];
        Owners { listings: vec![vec![extent("u", 60, 0, 1)], iso] }
    }

    #[test]
    fn a_sector_or_a_byte_of_it_belongs_to_a_file() {
        let owners = owners();
        assert_eq!(owners.of_sector(12, None), Some("A"));
        assert_eq!(owners.of_sector(13, None), None);
        assert_eq!(owners.of_sector(40, Some(2047)), Some("C"));
        assert_eq!(owners.of_sector(50, None), Some("D"));
        assert_eq!(owners.of_sector(50, Some(300)), Some("E"));
        assert_eq!(owners.of_sector(50, Some(250)), None);
        assert_eq!(owners.of_sector(60, None), Some("u"));
    }

    #[test]
    fn damage_is_counted_by_file_in_the_order_of_the_disc() {
        let file = |path: &str, different, unreadable| DamagedFile {
            path: path.into(),
            different,
            unreadable,
        };
        let found = owners().damaged(&[(0, 11), (21, 10), (40, 1)], &[(11, 1), (12, 3)]);
        assert_eq!(found, [file("A", 1, 2), file("B", 1, 0), file("C", 2, 0)]);
        assert_eq!(owners().damaged(&[], &[(0, 10)]), []);
    }
}
