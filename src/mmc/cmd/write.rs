//! WRITE (10) and WRITE (12) (MMC-6 6.44, 6.45): user data, as many bytes a block as the medium and
//! the mode ask for: 2048, on a CD also 2352 and others. Does not know which.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_WRITE};
use crate::transport::Cdb;
use crate::units::{Blocks, Lba};

/// Writes up to 65535 blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write10 {
    /// First block. Negative on a CD in session at once mode: its pre-gap starts at -150.
    pub lba: Lba,
    /// How many.
    pub blocks: u16,
}

impl Request for Write10 {
    const NAME: &'static str = "WRITE (10)";

    fn cdb(&self) -> Cdb {
        let [a, b, c, d] = self.lba.to_be_bytes();
        let [high, low] = self.blocks.to_be_bytes();
        Cdb::new(&[0x2a, 0, a, b, c, d, 0, high, low, 0])
    }

    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }

    fn lba(&self) -> Option<Lba> {
        Some(self.lba)
    }
}

/// Writes any number of blocks, optionally as a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write12 {
    /// First block.
    pub lba: Lba,
    /// How many.
    pub blocks: Blocks,
    /// STREAMING: at full speed, without the drive's check of what it wrote. A BD then wants 64 KiB
    /// a command: an LG GGW-H20L writes junk from 32 KiB ones (libburn).
    pub streaming: bool,
}

impl Request for Write12 {
    const NAME: &'static str = "WRITE (12)";

    fn cdb(&self) -> Cdb {
        let [a, b, c, d] = self.lba.to_be_bytes();
        let [e, f, g, h] = self.blocks.0.to_be_bytes();
        Cdb::new(&[0xaa, 0, a, b, c, d, e, f, g, h, u8::from(self.streaming) << 7, 0])
    }

    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }

    fn lba(&self) -> Option<Lba> {
        Some(self.lba)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let write = Write10 { lba: Lba(-119), blocks: 31 };
        // real-drives: ASUS CRW-5232A3, in the pre-gap, as wodim sent it.
        let expected = [
            0x2a, 0x00, // WRITE (10), no FUA
            0xff, 0xff, 0xff, 0x89, // LBA -119
            0x00, 0x00, 0x1f, // 31 blocks
            0x00,
        ];
        assert_eq!(write.cdb().bytes(), expected);
        let first = Write10 { lba: Lba(-150), blocks: 0x1234 };
        // Where a session at once starts.
        assert_eq!(first.cdb().bytes(), [0x2a, 0, 0xff, 0xff, 0xff, 0x6a, 0, 0x12, 0x34, 0]);
        let write = Write12 { lba: Lba(0x0102_0304), blocks: Blocks(0x0506_0708), streaming: true };
        let expected = [
            0xaa, 0x00, // WRITE (12)
            0x01, 0x02, 0x03, 0x04, // LBA
            0x05, 0x06, 0x07, 0x08, // blocks
            0x80, 0x00, // STREAMING
        ];
        assert_eq!(write.cdb().bytes(), expected);
        let checked = Write12 { streaming: false, ..write };
        assert_eq!(checked.cdb().bytes()[10], 0);
        assert_eq!((write.lba(), write.timeout()), (Some(Lba(0x0102_0304)), TIMEOUT_WRITE));
    }
}
