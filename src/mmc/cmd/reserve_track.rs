//! RESERVE TRACK (MMC-6 6.31): how much is going to be written, where that is known: the size of a
//! DVD-R in disc at once mode, or room for a track on DVD+R and BD-R.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_WRITE};
use crate::transport::Cdb;
use crate::units::Blocks;

/// Reserves a track of a size, at the next writable address (RMZ and ARSV clear).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReserveTrack {
    /// RESERVATION SIZE. The drive rounds it up to what it writes at once.
    pub blocks: Blocks,
}

impl Request for ReserveTrack {
    const NAME: &'static str = "RESERVE TRACK";

    fn cdb(&self) -> Cdb {
        let [a, b, c, d] = self.blocks.0.to_be_bytes();
        Cdb::new(&[0x53, 0, 0, 0, 0, a, b, c, d, 0])
    }

    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        // sense-pairs-from-logs: as a program sent it.
        let reserve = ReserveTrack { blocks: Blocks(1_628_960) };
        let expected = [
            0x53, 0x00, 0, 0, 0, // RESERVE TRACK, by size
            0x00, 0x18, 0xdb, 0x20, // 1628960 blocks
            0x00,
        ];
        assert_eq!(reserve.cdb().bytes(), expected);
        assert_eq!(reserve.timeout(), TIMEOUT_WRITE);
    }
}
