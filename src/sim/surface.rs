//! What is on a disc: pristine bytes, and apart from them ([`super::defects`]) where they cannot be
//! read, so that no retry can ever heal or change a byte. Knows no command and no time.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

pub use super::defects::Defects;
pub use super::plan::PlanError;
use crate::units::SECTOR;

/// The bytes of a disc's user data: blocks of 2048 bytes.
pub trait Image: Send {
    /// How many blocks there are.
    fn blocks(&self) -> u32;

    /// Fills `buffer`, a whole number of blocks, with what lies from block `lba` on.
    ///
    /// # Errors
    /// The range is not wholly within the image, or the file under it failed.
    fn read(&self, lba: u32, buffer: &mut [u8]) -> io::Result<()>;
}

/// An image in a file of this machine.
#[derive(Debug)]
pub struct FileImage {
    file: File,
    blocks: u32,
}

impl FileImage {
    /// Opens an image file. A device or pipe is none.
    ///
    /// # Errors
    /// It cannot be opened, is empty, or its size is no whole number of blocks that a disc could
    /// have.
    pub fn open(path: impl AsRef<Path>) -> io::Result<FileImage> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let refuse = |reason: String| Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        if !metadata.is_file() {
            return refuse("not a regular file".to_string());
        }
        let bytes = metadata.len();
        match (bytes % SECTOR as u64, u32::try_from(bytes / SECTOR as u64)) {
            (_, Ok(0)) => refuse(format!("{bytes} bytes hold no sector of 2048 bytes")),
            (0, Ok(blocks)) if blocks <= i32::MAX as u32 => Ok(FileImage { file, blocks }),
            (0, _) => refuse(format!("{bytes} bytes are more than a disc can hold")),
            (rest, _) => refuse(format!(
                "{bytes} bytes are no whole number of 2048-byte sectors ({rest} bytes too many)"
            )),
        }
    }
}

impl Image for FileImage {
    fn blocks(&self) -> u32 {
        self.blocks
    }

    fn read(&self, lba: u32, buffer: &mut [u8]) -> io::Result<()> {
        within(self.blocks, lba, buffer)?;
        self.file.read_exact_at(buffer, u64::from(lba) * SECTOR as u64)
    }
}

/// An image in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryImage {
    bytes: std::sync::Arc<[u8]>,
}

impl MemoryImage {
    /// An image of `bytes`; the last block is filled up with zeroes.
    pub fn new(mut bytes: Vec<u8>) -> MemoryImage {
        bytes.resize(bytes.len().next_multiple_of(SECTOR), 0);
        MemoryImage { bytes: bytes.into() }
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Image for MemoryImage {
    fn blocks(&self) -> u32 {
        u32::try_from(self.bytes.len() / SECTOR).unwrap_or(u32::MAX)
    }

    fn read(&self, lba: u32, buffer: &mut [u8]) -> io::Result<()> {
        within(self.blocks(), lba, buffer)?;
        let start = lba as usize * SECTOR;
        buffer.copy_from_slice(&self.bytes[start..start + buffer.len()]);
        Ok(())
    }
}

fn within(blocks: u32, lba: u32, buffer: &[u8]) -> io::Result<()> {
    let end = u64::from(lba) * SECTOR as u64 + buffer.len() as u64;
    let whole = buffer.len().is_multiple_of(SECTOR);
    if whole && end <= u64::from(blocks) * SECTOR as u64 {
        return Ok(());
    }
    let length = buffer.len();
    let reason = format!("{length} bytes at block {lba} are not within {blocks} blocks");
    Err(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("written");
        file
    }

    #[test]
    fn a_file_is_read_by_the_block_and_not_past_its_end() {
        let mut bytes = vec![1; 2048];
        bytes.extend([2; 2048]);
        bytes.extend([3; 2048]);
        let file = file(&bytes);
        let image = FileImage::open(file.path()).expect("three blocks");
        assert_eq!(image.blocks(), 3);
        let mut buffer = [0; 4096];
        image.read(1, &mut buffer).expect("within");
        assert_eq!((buffer[0], buffer[2047], buffer[2048], buffer[4095]), (2, 2, 3, 3));
        for (lba, length) in [(2, 4096), (3, 2048), (u32::MAX, 2048), (0, 100)] {
            let error = image.read(lba, &mut buffer[..length]).expect_err("outside");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn what_is_no_image_is_refused_with_its_reason() {
        let said =
            |bytes: &[u8]| FileImage::open(file(bytes).path()).expect_err("no image").to_string();
        assert_eq!(said(b""), "0 bytes hold no sector of 2048 bytes");
        assert_eq!(
            said(&[0; 5000]),
            "5000 bytes are no whole number of 2048-byte sectors (904 bytes too many)"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let error = FileImage::open(folder.path()).expect_err("a folder");
        assert_eq!(error.to_string(), "not a regular file");
        assert!(FileImage::open(folder.path().join("none")).is_err());
        let vast = file(&[]);
        vast.as_file().set_len(1 << 43).expect("sparse");
        let error = FileImage::open(vast.path()).expect_err("too large").to_string();
        assert_eq!(error, "8796093022208 bytes are more than a disc can hold");
    }

    #[test]
    fn memory_reads_like_a_file_and_fills_up_its_last_block() {
        let image = MemoryImage::new(vec![7; 2049]);
        assert_eq!(image.blocks(), 2);
        let mut buffer = [9; 2048];
        image.read(1, &mut buffer).expect("within");
        assert_eq!((buffer[0], buffer[1]), (7, 0));
        assert!(image.read(1, &mut [0; 4096]).is_err());
    }
}
