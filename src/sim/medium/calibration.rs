//! The area in which a drive finds out the power of its laser for a disc, and how often it can: on
//! a disc that is written once each time takes a part of it for good. Knows no command.

use super::{Kind, Medium};
use crate::sim::refusal::Refusal;

/// 3/73/02: power calibration area is full (MMC-6 annex F).
const FULL: Refusal = Refusal::of(3, 0x73, 0x02);
/// So many calibrations are left when a drive says that the area is almost full (1/73/01).
/// GUESS: the number.
const ALMOST: u32 = 10;

/// The calibrations that such a disc has room for; `None` where the area is erased and used anew,
/// or nobody has heard of a drive that used it up.
fn most(kind: Kind) -> Option<u32> {
    match kind {
        // Orange Book, part II: the test area is divided into 100 partitions.
        Kind::CdR => Some(100),
        // The power calibration area of a DVD-R has 7088 places (dvdplusvideo.com, DVD guide).
        Kind::DvdR | Kind::DvdRDl => Some(7088),
        _ => None,
    }
}

impl Medium {
    /// The drive calibrates its laser once more.
    ///
    /// # Errors
    /// There is no room left for it: the disc takes no more.
    pub fn calibrate(&mut self) -> Result<(), Refusal> {
        let most = most(self.kind);
        let Some(record) = &mut self.record else { return Ok(()) };
        if most.is_some_and(|most| record.calibrations >= most) {
            return Err(FULL);
        }
        record.calibrations = record.calibrations.saturating_add(1);
        Ok(())
    }

    /// Whether it can be calibrated for a few times more, and then never again.
    pub fn is_almost_worn(&self) -> bool {
        let used = self.record.as_ref().map_or(0, |record| record.calibrations);
        most(self.kind).is_some_and(|most| used.saturating_add(ALMOST) > most)
    }
}
