//! REPORT KEY (MMC-6 6.29), key format 001000b only: which DVD region the drive is set to. No key
//! is asked for.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for the drive's region.
#[derive(Clone, Copy, Debug)]
pub struct ReportRegion;

/// The drive's region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// RPC SCHEME 1: the drive keeps to regions. 0: it does not (RPC-I).
    pub enforced: bool,
    /// TYPE CODE is not 00b: a region is set.
    pub set: bool,
    /// REGION MASK: a bit clear allows a region, bit 0 region 1.
    pub mask: u8,
    /// USER CHANGES left.
    pub changes_left: u8,
    /// VENDOR RESETS left.
    pub resets_left: u8,
}

impl Region {
    /// The regions it is set to, 1 to 8; empty if none is.
    pub fn allowed(&self) -> Vec<u8> {
        (0..8).filter(|bit| self.set && self.mask & 1 << bit == 0).map(|bit| bit + 1).collect()
    }
}

impl Request for ReportRegion {
    const NAME: &'static str = "REPORT KEY (region)";

    fn cdb(&self) -> Cdb {
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0xa4, 0, 0, 0, 0, 0, 0, 0, high, low, 0x08, 0])
    }
}

impl Query for ReportRegion {
    type Response = Region;

    fn allocation(&self) -> u16 {
        8
    }

    fn parse(&self, data: &[u8]) -> Result<Region, ParseError> {
        let fields = Fields(data);
        Ok(Region {
            enforced: fields.u8(6)? != 0,
            set: fields.bits(4, 0xc0)? != 0,
            mask: fields.u8(5)?,
            changes_left: fields.bits(4, 0x07)?,
            resets_left: fields.bits(4, 0x38)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReportRegion.cdb().bytes(), [0xa4, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x08, 0x08, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived: set to region 2, four changes and four resets left, RPC-II.
        let answer = [0x00, 0x06, 0, 0, 0x64, 0xfd, 0x01, 0];
        let region = ReportRegion.parse(&answer).expect("parses");
        assert_eq!((region.changes_left, region.resets_left), (4, 4));
        assert!(region.enforced && region.set);
        assert_eq!(region.allowed(), [2]);
        // Not set yet.
        let region = ReportRegion.parse(&[0x00, 0x06, 0, 0, 0x25, 0xff, 0x01, 0]).expect("parses");
        assert_eq!((region.set, region.changes_left, region.allowed()), (false, 5, vec![]));
        assert!(ReportRegion.parse(&answer[..6]).is_err());
    }
}
