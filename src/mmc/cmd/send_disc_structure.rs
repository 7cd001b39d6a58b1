//! SEND DISC STRUCTURE (MMC-6 6.34), format 20h: where the second layer of a DVD+R DL or DVD-R DL
//! begins. Once, before the first write.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_WRITE};
use crate::transport::Cdb;
use crate::units::Blocks;

/// Sets the layer boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendLayerBoundary {
    /// L0 DATA AREA CAPACITY: whole ECC blocks, at least half of what is to be written, and no more
    /// than the medium's own.
    pub layer0: Blocks,
}

impl SendLayerBoundary {
    const LENGTH: u16 = 12;

    /// The structure with its header.
    pub fn data(&self) -> Vec<u8> {
        let [a, b, c, d] = self.layer0.0.to_be_bytes();
        let [high, low] = (Self::LENGTH - 2).to_be_bytes();
        vec![high, low, 0, 0, 0, 0, 0, 0, a, b, c, d]
    }
}

impl Request for SendLayerBoundary {
    const NAME: &'static str = "SEND DISC STRUCTURE (layer boundary)";

    fn cdb(&self) -> Cdb {
        let [high, low] = Self::LENGTH.to_be_bytes();
        Cdb::new(&[0xbf, 0, 0, 0, 0, 0, 0, 0x20, high, low, 0, 0])
    }

    /// Lite-On calibrates here (growisofs: 180 s).
    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let send = SendLayerBoundary { layer0: Blocks(2_086_912) };
        let expected = [
            0xbf, 0x00, 0, 0, 0, 0, 0,    // SEND DISC STRUCTURE, DVD
            0x20, // layer boundary
            0x00, 0x0c, // 12 bytes
            0, 0,
        ];
        assert_eq!(send.cdb().bytes(), expected);
        // The boundary of real-drives' blank DVD+R DL: 2086912 blocks.
        let expected = [
            0x00, 0x0a, 0, 0, // 10 bytes follow
            0x00, 0, 0, 0, // nothing to be told here
            0x00, 0x1f, 0xd8, 0x00,
        ];
        assert_eq!(send.data(), expected);
        assert_eq!(send.timeout(), TIMEOUT_WRITE);
    }
}
