//! START STOP UNIT (MMC-6 6.42): spin up, spin down, the tray.

use std::time::Duration;

use crate::mmc::Request;
use crate::transport::Cdb;

/// What the drive shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Spin down.
    Stop,
    /// Spin up and read the disc in.
    Start,
    /// Open the tray, or give the disc out.
    Eject,
    /// Close the tray and read the disc in.
    Load,
}

/// Starts or stops the disc, opens or closes the tray.
#[derive(Clone, Copy, Debug)]
pub struct StartStopUnit {
    /// What.
    pub motion: Motion,
    /// IMMED: answer at once, and be busy afterwards.
    pub immediate: bool,
}

impl Request for StartStopUnit {
    const NAME: &'static str = "START STOP UNIT";

    fn cdb(&self) -> Cdb {
        let action = match self.motion {
            Motion::Stop => 0x00,
            Motion::Start => 0x01,
            Motion::Eject => 0x02,
            Motion::Load => 0x03,
        };
        Cdb::new(&[0x1b, u8::from(self.immediate), 0, 0, action, 0])
    }

    /// A tray takes seconds, a bad disc a minute to be read in; libburn allows 300 s for a load.
    fn timeout(&self) -> Duration {
        Duration::from_secs(if self.motion == Motion::Load { 300 } else { 120 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let bytes = |motion, immediate| StartStopUnit { motion, immediate }.cdb();
        assert_eq!(bytes(Motion::Stop, false).bytes(), [0x1b, 0x00, 0, 0, 0x00, 0]);
        assert_eq!(bytes(Motion::Start, false).bytes(), [0x1b, 0x00, 0, 0, 0x01, 0]);
        assert_eq!(bytes(Motion::Eject, false).bytes(), [0x1b, 0x00, 0, 0, 0x02, 0]);
        assert_eq!(bytes(Motion::Load, true).bytes(), [0x1b, 0x01, 0, 0, 0x03, 0]);
    }
}
