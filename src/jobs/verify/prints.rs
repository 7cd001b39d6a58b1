//! What was sent to a drive, kept small: a checksum of the whole and a short one of each block, so
//! that what came through a pipe and is gone can still be verified, and the place of a difference
//! be told. Knows no drive.

use std::fmt;

use crate::formats::hash::{HashKind, Hashes};
use crate::units::{Blocks, SECTOR};

/// Takes fingerprints of a stream of bytes as it goes by.
#[derive(Debug)]
pub struct Printer {
    sha256: Hashes,
    blocks: BlockSums,
    done: Vec<u32>,
    bytes: u64,
}

/// The fingerprints of a stream of bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Prints {
    /// Sectors in a block.
    pub unit: Blocks,
    /// CRC-32 of each block, the last one perhaps of less: 4 bytes for 32 KiB.
    pub blocks: Vec<u32>,
    /// Bytes in all.
    pub bytes: u64,
    /// SHA-256 of all of it, 64 lower-case hex digits.
    pub sha256: String,
}

impl Printer {
    /// At the start of a stream; `unit`: sectors in a block, best the disc's error-correction block
    /// or a small multiple of it.
    pub fn new(unit: Blocks) -> Printer {
        let (sha256, blocks) = (Hashes::new(&[HashKind::Sha256]), BlockSums::new(unit));
        Printer { sha256, blocks, done: Vec::new(), bytes: 0 }
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.blocks.update(bytes, &mut |sum| self.done.push(sum));
        self.bytes += bytes.len() as u64;
    }

    /// The stream has ended.
    pub fn finish(mut self) -> Prints {
        self.done.extend(self.blocks.rest());
        Prints {
            unit: self.blocks.unit,
            blocks: self.done,
            bytes: self.bytes,
            sha256: only(self.sha256),
        }
    }
}

impl fmt::Debug for Prints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Prints { unit, blocks, bytes, sha256 } = self;
        write!(f, "{bytes} bytes in {} blocks of {unit} sectors, sha256 {sha256}", blocks.len())
    }
}

/// The text of a single hash.
pub(super) fn only(hashes: Hashes) -> String {
    hashes.finish().pop().map(|(_, text)| text).unwrap_or_default()
}

/// CRC-32 of each block of a stream.
#[derive(Debug)]
pub(super) struct BlockSums {
    unit: Blocks,
    block: crc32fast::Hasher,
    /// Bytes of the block that is not complete yet.
    filled: usize,
}

impl BlockSums {
    pub(super) fn new(unit: Blocks) -> BlockSums {
        let unit = Blocks(unit.0.max(1));
        BlockSums { unit, block: crc32fast::Hasher::new(), filled: 0 }
    }

    /// The next bytes; `done` is given the sum of each block that they complete.
    pub(super) fn update(&mut self, mut bytes: &[u8], done: &mut dyn FnMut(u32)) {
        let len = self.unit.0 as usize * SECTOR;
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(len - self.filled));
            self.block.update(now);
            self.filled += now.len();
            if self.filled == len {
                done(self.end_block());
            }
            bytes = rest;
        }
    }

    fn end_block(&mut self) -> u32 {
        self.filled = 0;
        std::mem::take(&mut self.block).finalize()
    }

    /// The sum of a last block that is not whole, if there is one.
    pub(super) fn rest(&mut self) -> Option<u32> {
        (self.filled > 0).then(|| self.end_block())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_in_pieces_has_the_prints_of_the_whole() {
        let bytes: Vec<u8> = (0..10 * SECTOR as u32).map(|at| (at % 251) as u8).collect();
        let of = |piece: usize| {
            let mut printer = Printer::new(Blocks(4));
            bytes[..9 * SECTOR + 7].chunks(piece).for_each(|piece| printer.update(piece));
            printer.finish()
        };
        let whole = of(1 << 20);
        assert_eq!(whole, of(1000));
        assert_eq!(whole, of(4 * SECTOR));
        // The check value: the last block is of one sector and seven bytes.
        let last = crc32fast::hash(&bytes[8 * SECTOR..9 * SECTOR + 7]);
        assert_eq!((whole.blocks.len(), whole.blocks[2], whole.bytes), (3, last, 18_439));
        assert_eq!(whole.sha256.len(), 64);
    }
}
