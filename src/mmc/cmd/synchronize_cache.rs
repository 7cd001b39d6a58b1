//! SYNCHRONIZE CACHE (MMC-6 6.43): what the drive holds in its buffer goes to the disc.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_CLOSE, TIMEOUT_WRITE};
use crate::transport::Cdb;

/// Flushes the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SynchronizeCache {
    /// IMMED: answer at once, and be busy (2/04/07, 2/04/08) until it is done. Pioneer drives want
    /// one without it as well (growisofs).
    pub immediate: bool,
}

impl Request for SynchronizeCache {
    const NAME: &'static str = "SYNCHRONIZE CACHE";

    /// The whole buffer: LBA 0, 0 blocks.
    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x35, u8::from(self.immediate) << 1, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn timeout(&self) -> Duration {
        if self.immediate { TIMEOUT_WRITE } else { TIMEOUT_CLOSE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        // real-drives: ASUS CRW-5232A3, as wodim sent it.
        let flush = SynchronizeCache { immediate: false };
        assert_eq!(flush.cdb().bytes(), [0x35, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(flush.timeout(), TIMEOUT_CLOSE);
        let flush = SynchronizeCache { immediate: true };
        assert_eq!(flush.cdb().bytes(), [0x35, 0x02, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(flush.timeout(), TIMEOUT_WRITE);
    }
}
