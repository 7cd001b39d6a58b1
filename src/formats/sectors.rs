//! Where a file system's sectors come from: a drive, an image, a test. Knows none of them.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use crate::units::SECTOR;

/// The 2048 bytes of one sector.
pub type SectorData = [u8; SECTOR];

/// Something that gives sectors of 2048 bytes by their address. A closure will do.
pub trait Sectors {
    /// Fills `sector` with what stands at `lba`.
    ///
    /// # Errors
    /// That sector cannot be had; others may still.
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()>;
}

impl<F: FnMut(u32, &mut SectorData) -> io::Result<()>> Sectors for F {
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        self(lba, sector)
    }
}

/// An image that starts at LBA 0, as sectors.
#[derive(Debug)]
pub struct Image<R>(pub R);

impl<R: Read + Seek> Sectors for Image<R> {
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(u64::from(lba) * SECTOR as u64))?;
        self.0.read_exact(sector)
    }
}

/// Something about a file system that is not as it should be, and does not stop us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The sector it is about; `None` where that is no sector of the disc.
    pub lba: Option<u32>,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lba {
            Some(lba) => write!(f, "sector {lba}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// A run of sectors that belongs to a file. A file in several pieces has several of these, in the
/// order of its bytes; an empty file has one of no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileExtent {
    /// Path from the root, parts joined by `/`, none in front: `VIDEO_TS/VTS_01_1.VOB`.
    pub path: String,
    /// First sector on the disc.
    pub lba: u32,
    /// Byte of that sector with which the run begins: 0 but for small files that stand in the same
    /// sector as what describes them (UDF), and for blocks smaller than a sector.
    pub offset: u32,
    /// Bytes of the file in this run.
    pub bytes: u64,
}

impl FileExtent {
    /// Sectors the run covers, the last one perhaps in part.
    pub fn sectors(&self) -> u32 {
        let end = self.bytes.saturating_add(u64::from(self.offset));
        let sectors = if self.bytes == 0 { 0 } else { end.div_ceil(SECTOR as u64) };
        u32::try_from(sectors).unwrap_or(u32::MAX)
    }
}

/// The files of a volume, as far as they could be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Every file's runs.
    pub extents: Vec<FileExtent>,
    /// Whether that is all: no limit was met and nothing was unreadable or damaged.
    pub complete: bool,
    /// What was in the way.
    pub remarks: Vec<Remark>,
}

/// Keeps remarks from growing without bound on a volume that is noise.
const REMARKS_MAX: usize = 64;

/// Adds to `remarks` unless there are many already.
pub(super) fn remark(
    remarks: &mut Vec<Remark>,
    lba: impl Into<Option<u32>>,
    what: impl Into<String>,
) {
    if remarks.len() < REMARKS_MAX {
        remarks.push(Remark { lba: lba.into(), what: what.into() });
    }
}

/// Little-endian, or given by name big-endian, fields of a descriptor; `None` beyond the end.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn get(self, at: usize, len: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(len)?)
    }

    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.get(at, N)?.try_into().ok()
    }

    pub(super) fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn le16(self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    pub(super) fn le32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn le64(self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    pub(super) fn be32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }
}

/// Text made safe to print: control characters become `?`, blanks and NULs at the end go.
pub(super) fn tidy(text: &str) -> String {
    text.trim_end_matches([' ', '\0'])
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sector_beyond_the_image_is_an_error() {
        let mut image = Image(io::Cursor::new(vec![7u8; 3 * SECTOR]));
        let mut sector = [0; SECTOR];
        assert!(image.read(2, &mut sector).is_ok());
        assert_eq!(sector[SECTOR - 1], 7);
        assert!(image.read(3, &mut sector).is_err());
    }

    #[test]
    fn a_run_covers_the_sector_it_ends_in() {
        let run =
            |offset, bytes| FileExtent { path: String::new(), lba: 0, offset, bytes }.sectors();
        assert_eq!((run(0, 0), run(0, 1), run(0, 2048), run(0, 2049)), (0, 1, 1, 2));
        assert_eq!((run(512, 0), run(512, 1536), run(512, 1537)), (0, 1, 2));
    }
}
