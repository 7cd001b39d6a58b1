//! PREVENT ALLOW MEDIUM REMOVAL (MMC-6 6.18).

use crate::mmc::Request;
use crate::transport::Cdb;

/// Locks or unlocks the tray.
#[derive(Clone, Copy, Debug)]
pub struct PreventAllowMediumRemoval {
    /// PREVENT: the button does nothing.
    pub prevent: bool,
}

impl Request for PreventAllowMediumRemoval {
    const NAME: &'static str = "PREVENT ALLOW MEDIUM REMOVAL";

    /// PERSISTENT is not set: a reset unlocks.
    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x1e, 0, 0, 0, u8::from(self.prevent), 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let bytes = |prevent| PreventAllowMediumRemoval { prevent }.cdb();
        assert_eq!(bytes(true).bytes(), [0x1e, 0, 0, 0, 0x01, 0]);
        assert_eq!(bytes(false).bytes(), [0x1e, 0, 0, 0, 0x00, 0]);
    }
}
