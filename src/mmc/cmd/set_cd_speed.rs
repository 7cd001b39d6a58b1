//! SET CD SPEED (MMC-6 6.36): the speed of a CD; many drives heed it for a DVD as well
//! (real-drives: LG GSA-4082B).

use crate::mmc::Request;
use crate::transport::Cdb;
use crate::units::Rate;

/// Asks for speeds.
#[derive(Clone, Copy, Debug)]
pub struct SetCdSpeed {
    /// LOGICAL UNIT READ SPEED. What does not fit into 16 bits becomes FFFFh, as fast as the drive
    /// can; so does `None`.
    pub read: Option<Rate>,
    /// LOGICAL UNIT WRITE SPEED, likewise.
    pub write: Option<Rate>,
    /// ROTATIONAL CONTROL 01b: constant angular velocity.
    pub cav: bool,
}

impl Request for SetCdSpeed {
    const NAME: &'static str = "SET CD SPEED";

    fn cdb(&self) -> Cdb {
        let field = |rate: Option<Rate>| {
            let kbps = rate.and_then(|rate| u16::try_from(rate.kbps).ok());
            kbps.unwrap_or(u16::MAX).to_be_bytes()
        };
        let ([a, b], [c, d]) = (field(self.read), field(self.write));
        Cdb::new(&[0xbb, u8::from(self.cav), a, b, c, d, 0, 0, 0, 0, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let rate = |kbps| Some(Rate { kbps });
        let set = SetCdSpeed { read: rate(1411), write: None, cav: false };
        // 1411 kB/s is 8x.
        assert_eq!(set.cdb().bytes(), [0xbb, 0x00, 0x05, 0x83, 0xff, 0xff, 0, 0, 0, 0, 0, 0]);
        // 16x on a BD does not fit: never what is left of it (72000 - 65536 is 1.4x).
        let set = SetCdSpeed { read: rate(72_000), write: rate(4234), cav: true };
        assert_eq!(set.cdb().bytes(), [0xbb, 0x01, 0xff, 0xff, 0x10, 0x8a, 0, 0, 0, 0, 0, 0]);
    }
}
