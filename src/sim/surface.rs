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
