//! The bytes of a disc's sectors, be they one image of 2048-byte blocks or the files of a cue
//! sheet. Knows where bytes are kept, nothing of what may be read.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::super::surface::Image;
use super::store::Store;
use crate::units::SECTOR;

/// Bytes of a CD sector with all that it carries (MMC-6 4.2.3.8).
pub const RAW_SECTOR: usize = 2352;

/// Where user data begins in a raw Mode 1 sector: after 12 bytes of sync and 4 of header.
const MODE1_USER: u64 = 16;

/// Where the bytes are.
pub enum Content {
    /// One image; block n of the disc is block n of the image.
    Image(Box<dyn Image>),
    /// Pieces of files, by LBA.
    Pieces(Vec<Piece>),
    /// What a drive has written.
    Recorded(Store),
}

/// A run of sectors kept in a file.
pub struct Piece {
    /// First LBA.
    pub start: u32,
    /// Sectors in it.
    pub blocks: u32,
    /// The file; `None` for sectors that no file holds, which are silence or zeros.
    pub file: Option<Arc<File>>,
    /// Where the first of them begins in the file.
    pub offset: u64,
    /// Bytes that each takes there: 2048 or 2352.
    pub stride: u32,
    /// Whether the samples of audio are stored most significant byte first.
    pub big_endian: bool,
}

impl Content {
    /// A disc of one image.
    pub fn image(image: Box<dyn Image>) -> Content {
        Content::Image(image)
    }

    /// Fills `buffer`, a whole number of 2048-byte blocks, with user data.
    ///
    /// # Errors
    /// The files behind it fail or are too short.
    pub fn read_user(&self, lba: u32, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Content::Image(image) => image.read(lba, buffer),
            Content::Pieces(pieces) => {
                for (at, block) in (lba..).zip(buffer.chunks_mut(SECTOR)) {
                    let (piece, offset) = find(pieces, at)?;
                    let skip = if piece.stride as usize == RAW_SECTOR { MODE1_USER } else { 0 };
                    piece.read(offset + skip, block)?;
                }
                Ok(())
            }
            Content::Recorded(store) => match store.stride() as usize {
                RAW_SECTOR => {
                    for (at, block) in (lba..).zip(buffer.chunks_mut(SECTOR)) {
                        store.read(at, MODE1_USER, block)?;
                    }
                    Ok(())
                }
                _ => store.read(lba, 0, buffer),
            },
        }
    }

    /// Keeps user data, a whole number of 2048-byte blocks.
    ///
    /// # Errors
    /// The disc cannot be written, or the file behind it fails.
    pub fn write_user(&self, lba: u32, bytes: &[u8]) -> io::Result<()> {
        let Content::Recorded(store) = self else {
            return Err(io::Error::other("this disc is an image that stays as it is"));
        };
        if store.stride() as usize != RAW_SECTOR {
            return store.write(lba, 0, bytes);
        }
        for (at, block) in (lba..).zip(bytes.chunks(SECTOR)) {
            store.write(at, MODE1_USER, block)?;
        }
        Ok(())
    }

    /// Keeps blocks of so many bytes, as a host sends them: 2048 of user data or 2352 of audio.
    /// What lies before LBA 0, the pre-gap and the lead-in of a CD, is not kept.
    ///
    /// # Errors
    /// The disc cannot be written, or the file behind it fails.
    pub fn write_blocks(&self, lba: i64, block: usize, bytes: &[u8]) -> io::Result<()> {
        let before = usize::try_from(-lba).unwrap_or(0).saturating_mul(block);
        let (Some(bytes), Ok(lba)) = (bytes.get(before..), u32::try_from(lba.max(0))) else {
            return Ok(());
        };
        match self {
            Content::Recorded(store) if block == RAW_SECTOR => store.write(lba, 0, bytes),
            _ => self.write_user(lba, bytes),
        }
    }

    /// Fills `sector` with the 2352 bytes of an audio sector, samples least significant byte first.
    ///
    /// # Errors
    /// The files behind it fail or are too short, or there is no audio.
    pub fn read_audio(&self, lba: u32, sector: &mut [u8; RAW_SECTOR]) -> io::Result<()> {
        let pieces = match self {
            Content::Pieces(pieces) => pieces,
            Content::Recorded(store) => return store.read(lba, 0, sector),
            Content::Image(_) => {
                return Err(io::Error::other("an image of 2048-byte blocks holds no audio"));
            }
        };
        let (piece, offset) = find(pieces, lba)?;
        piece.read(offset, sector)?;
        if piece.big_endian {
            for sample in sector.chunks_exact_mut(2) {
                sample.swap(0, 1);
            }
        }
        Ok(())
    }

    /// Fills `sector` with a data sector as it was dumped, sync to ECC; false if only its user data
    /// are kept and the rest is to be computed.
    ///
    /// # Errors
    /// The files behind it fail or are too short.
    pub fn read_raw_data(&self, lba: u32, sector: &mut [u8; RAW_SECTOR]) -> io::Result<bool> {
        let Content::Pieces(pieces) = self else { return Ok(false) };
        let (piece, offset) = find(pieces, lba)?;
        if piece.stride as usize != RAW_SECTOR || piece.file.is_none() {
            return Ok(false);
        }
        piece.read(offset, sector)?;
        Ok(true)
    }
}

fn find(pieces: &[Piece], lba: u32) -> io::Result<(&Piece, u64)> {
    let piece = pieces.iter().find(|piece| piece.start <= lba && lba - piece.start < piece.blocks);
    let piece = piece.ok_or_else(|| io::Error::other(format!("no file holds sector {lba}")))?;
    let offset = piece.offset + u64::from(lba - piece.start) * u64::from(piece.stride);
    Ok((piece, offset))
}

impl Piece {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        match &self.file {
            Some(file) => file.read_exact_at(buffer, offset),
            None => {
                buffer.fill(0);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> Arc<File> {
        let mut file = tempfile::tempfile().expect("temporary file");
        file.write_all(bytes).expect("written");
        Arc::new(file)
    }

    #[test]
    fn user_data_of_raw_sectors_begin_after_sync_and_header() {
        let mut raw = vec![0xaa; RAW_SECTOR];
        raw[16..16 + 2048].fill(0x55);
        let piece = Piece {
            start: 10,
            blocks: 1,
            file: Some(file(&raw)),
            offset: 0,
            stride: 2352,
            big_endian: false,
        };
        let content = Content::Pieces(vec![piece]);
        let mut user = [0; 2048];
        content.read_user(10, &mut user).expect("read");
        assert_eq!(user, [0x55; 2048]);
        let mut whole = [0; RAW_SECTOR];
        assert!(content.read_raw_data(10, &mut whole).expect("read"));
        assert_eq!((whole[0], whole[16], whole[2064]), (0xaa, 0x55, 0xaa));
        assert!(content.read_user(11, &mut user).is_err());
    }

    #[test]
    fn blocks_of_either_size_are_kept_where_they_belong_and_the_pre_gap_is_not() {
        let store = Store::temporary(crate::units::Family::Cd).expect("temporary file");
        let content = Content::Recorded(store);
        content
            .write_blocks(-2, SECTOR, &[[1; 2048], [2; 2048], [3; 2048]].concat())
            .expect("kept");
        content.write_blocks(1, RAW_SECTOR, &[4; RAW_SECTOR]).expect("kept");
        content.write_blocks(-150, RAW_SECTOR, &[5; RAW_SECTOR]).expect("left out");
        let mut user = [0; 2048];
        content.read_user(0, &mut user).expect("read");
        assert_eq!(user, [3; 2048]);
        let mut audio = [0; RAW_SECTOR];
        content.read_audio(1, &mut audio).expect("read");
        assert_eq!(audio, [4; RAW_SECTOR]);
    }

    #[test]
    fn audio_is_little_endian_whatever_the_file_is() {
        let piece = Piece {
            start: 0,
            blocks: 1,
            file: Some(file(&[1, 2].repeat(1176))),
            offset: 0,
            stride: 2352,
            big_endian: true,
        };
        let mut sector = [0; RAW_SECTOR];
        Content::Pieces(vec![piece]).read_audio(0, &mut sector).expect("read");
        assert_eq!(sector[..4], [2, 1, 2, 1]);
    }
}
