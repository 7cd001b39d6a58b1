//! Copy protection as the reading host meets it, and which sectors of a DVD-Video CSS covers.
//! Scrambles nothing and knows no keys.

use std::ops::Range;

use super::super::surface::Image;
use crate::units::SECTOR;

/// How a disc is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    None,
    /// CSS: a pressed DVD-Video.
    Css,
    /// CPRM: recordable DVD.
    Cprm,
    /// AACS: BD. Sectors are delivered as they lie there, encrypted.
    Aacs,
}

impl Protection {
    /// COPYRIGHT PROTECTION SYSTEM TYPE of DVD copyright information (MMC-6 table 382).
    pub fn system(self) -> u8 {
        match self {
            Protection::None | Protection::Aacs => 0,
            Protection::Css => 1,
            Protection::Cprm => 2,
        }
    }
}

/// Directory records that are looked at before giving up: a VIDEO_TS has at most 99 title sets.
const RECORDS_MAX: usize = 4096;
/// Blocks of a directory that are read: 64 KiB.
const DIRECTORY_BLOCKS_MAX: u32 = 32;

/// Where the .VOB files of an image lie, by its ISO 9660 directory `VIDEO_TS`. Empty where there
/// are none, or no file system.
pub fn vob_extents(image: &dyn Image) -> Vec<Range<u32>> {
    let Some(descriptor) = block(image, 16) else { return Vec::new() };
    // ECMA-119 8.4: type 1, "CD001"; the root's record is at byte 156.
    if descriptor[..6] != *b"\x01CD001" {
        return Vec::new();
    }
    let Some(root) = Record::parse(&descriptor[156..190]) else { return Vec::new() };
    let find = |record: &Record| record.directory && record.name == b"VIDEO_TS";
    let Some(video) = children(image, &root).into_iter().find(find) else { return Vec::new() };
    let mut extents: Vec<Range<u32>> = children(image, &video)
        .iter()
        .filter(|record| !record.directory && record.is_vob() && record.length > 0)
        .map(|record| {
            let end = record.start.saturating_add(record.length.div_ceil(SECTOR as u32));
            record.start..end.min(image.blocks())
        })
        .filter(|extent| !extent.is_empty())
        .collect();
    extents.sort_by_key(|extent| extent.start);
    extents
}

struct Record {
    start: u32,
    length: u32,
    directory: bool,
    name: Vec<u8>,
}

impl Record {
    /// ECMA-119 9.1.
    fn parse(raw: &[u8]) -> Option<Record> {
        let length = usize::from(*raw.first()?);
        let raw = raw.get(..length)?;
        let number = |at: usize| {
            let bytes = raw.get(at..at + 4)?;
            Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        let name = raw.get(33..33 + usize::from(*raw.get(32)?))?;
        Some(Record {
            start: number(2)?,
            length: number(10)?,
            directory: raw.get(25)? & 0x02 != 0,
            name: name.to_ascii_uppercase(),
        })
    }

    fn is_vob(&self) -> bool {
        let base = self.name.split(|byte| *byte == b';').next().unwrap_or_default();
        base.ends_with(b".VOB")
    }
}

fn block(image: &dyn Image, lba: u32) -> Option<[u8; SECTOR]> {
    let mut bytes = [0; SECTOR];
    (lba < image.blocks()).then_some(())?;
    image.read(lba, &mut bytes).ok()?;
    Some(bytes)
}

fn children(image: &dyn Image, directory: &Record) -> Vec<Record> {
    let blocks = directory.length.div_ceil(SECTOR as u32).min(DIRECTORY_BLOCKS_MAX);
    let mut records = Vec::new();
    for index in 0..blocks {
        let Some(bytes) = directory.start.checked_add(index).and_then(|lba| block(image, lba))
        else {
            break;
        };
        let mut rest = &bytes[..];
        while let Some(record) = Record::parse(rest).filter(|_| rest[0] != 0) {
            rest = &rest[usize::from(rest[0])..];
            records.push(record);
            if records.len() >= RECORDS_MAX {
                return records;
            }
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::super::surface::MemoryImage;
    use super::*;

    fn record(name: &[u8], start: u32, length: u32, directory: bool) -> Vec<u8> {
        let size = (33 + name.len()).next_multiple_of(2);
        let mut raw = vec![0; size];
        raw[0] = size as u8;
        raw[2..6].copy_from_slice(&start.to_le_bytes());
        raw[10..14].copy_from_slice(&length.to_le_bytes());
        raw[25] = u8::from(directory) << 1;
        raw[32] = name.len() as u8;
        raw[33..33 + name.len()].copy_from_slice(name);
        raw
    }

    fn dvd() -> Vec<u8> {
        let mut image = vec![0; 64 * SECTOR];
        image[16 * SECTOR..16 * SECTOR + 6].copy_from_slice(b"\x01CD001");
        let root = record(b"\0", 20, 2048, true);
        image[16 * SECTOR + 156..16 * SECTOR + 156 + root.len()].copy_from_slice(&root);
        let put = |image: &mut Vec<u8>, lba: usize, records: &[Vec<u8>]| {
            let bytes = records.concat();
            image[lba * SECTOR..lba * SECTOR + bytes.len()].copy_from_slice(&bytes);
        };
        put(&mut image, 20, &[record(b"\0", 20, 2048, true), record(b"VIDEO_TS", 21, 2048, true)]);
        put(
            &mut image,
            21,
            &[
                record(b"VTS_01_1.VOB;1", 40, 5000, false),
                record(b"VTS_01_0.IFO;1", 30, 2048, false),
                record(b"VIDEO_TS.VOB;1", 32, 2048, false),
                record(b"VTS_01_2.VOB;1", 60, 2048 * 100, false),
            ],
        );
        image
    }

    #[test]
    fn vob_files_are_found_in_order_and_cut_at_the_image_s_end() {
        let extents = vob_extents(&MemoryImage::new(dvd()));
        assert_eq!(extents, [32..33, 40..43, 60..64]);
    }

    #[test]
    fn an_image_without_a_file_system_has_none() {
        assert_eq!(vob_extents(&MemoryImage::new(vec![0xff; 64 * SECTOR])), []);
        assert_eq!(vob_extents(&MemoryImage::new(vec![0; 2048])), []);
    }

    #[test]
    fn broken_directories_end_the_search() {
        for at in [156, 158, 166, 188] {
            let mut image = dvd();
            image[16 * SECTOR + at..16 * SECTOR + at + 2].fill(0xff);
            vob_extents(&MemoryImage::new(image));
        }
        let mut image = dvd();
        image[21 * SECTOR] = 3;
        assert_eq!(vob_extents(&MemoryImage::new(image)), []);
    }
}
