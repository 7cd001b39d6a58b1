//! READ (10) and READ (12) (MMC-6 6.21, 6.22): user data, 2048 bytes a block.

use std::time::Duration;

use crate::mmc::Request;
use crate::transport::Cdb;
use crate::units::{Blocks, Lba};

/// Reads up to 65535 blocks.
#[derive(Clone, Copy, Debug)]
pub struct Read10 {
    /// First block.
    pub lba: Lba,
    /// How many.
    pub blocks: u16,
    /// FORCE UNIT ACCESS: from the disc, not from the drive's cache.
    pub fua: bool,
    /// How long to wait: a bad block may cost a drive minutes.
    pub timeout: Duration,
}

impl Request for Read10 {
    const NAME: &'static str = "READ (10)";

    fn cdb(&self) -> Cdb {
        let [a, b, c, d] = self.lba.to_be_bytes();
        let [high, low] = self.blocks.to_be_bytes();
        Cdb::new(&[0x28, u8::from(self.fua) << 3, a, b, c, d, 0, high, low, 0])
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn lba(&self) -> Option<Lba> {
        Some(self.lba)
    }
}

/// Reads any number of blocks, optionally as a stream.
#[derive(Clone, Copy, Debug)]
pub struct Read12 {
    /// First block.
    pub lba: Lba,
    /// How many.
    pub blocks: Blocks,
    /// FORCE UNIT ACCESS.
    pub fua: bool,
    /// STREAMING: rather on time than right.
    pub streaming: bool,
    /// How long to wait.
    pub timeout: Duration,
}

impl Request for Read12 {
    const NAME: &'static str = "READ (12)";

    fn cdb(&self) -> Cdb {
        let [a, b, c, d] = self.lba.to_be_bytes();
        let [e, f, g, h] = self.blocks.0.to_be_bytes();
        let flags = u8::from(self.fua) << 3;
        Cdb::new(&[0xa8, flags, a, b, c, d, e, f, g, h, u8::from(self.streaming) << 7, 0])
    }

    fn timeout(&self) -> Duration {
        self.timeout
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
        let timeout = Duration::from_secs(1);
        let read = Read10 { lba: Lba(0x0004_1a00), blocks: 64, fua: false, timeout };
        // sense-pairs-from-logs: as readom sent it.
        assert_eq!(
            read.cdb().bytes(),
            [0x28, 0x00, 0x00, 0x04, 0x1a, 0x00, 0x00, 0x00, 0x40, 0x00]
        );
        let read = Read10 { lba: Lba(-1), blocks: 0x1234, fua: true, timeout };
        assert_eq!(
            read.cdb().bytes(),
            [0x28, 0x08, 0xff, 0xff, 0xff, 0xff, 0x00, 0x12, 0x34, 0x00]
        );
        let read = Read12 {
            lba: Lba(0x0102_0304),
            blocks: Blocks(0x0506_0708),
            fua: true,
            streaming: true,
            timeout,
        };
        assert_eq!(read.cdb().bytes(), [0xa8, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x80, 0]);
    }
}
