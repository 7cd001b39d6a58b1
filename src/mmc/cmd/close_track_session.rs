//! CLOSE TRACK SESSION (MMC-6 6.3): ends a track, a session, a disc, or a background format. Which
//! function a medium wants is not known here.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_CLOSE, TIMEOUT_WRITE};
use crate::transport::Cdb;

/// CLOSE FUNCTION.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseFunction {
    /// 000b: stops the background format of a DVD+RW.
    StopBackgroundFormat,
    /// 001b: closes the track of the given number.
    Track,
    /// 010b: closes the session; a DVD+RW is made readable everywhere.
    Session,
    /// 101b: finalises a DVD+R, with no more of a lead-out than it takes (growisofs and libburn
    /// take it for two layers, as a HP dvd520n wants).
    FinalizeMinimalRadius,
    /// 110b: finalises the disc: a BD-R, a DVD+R.
    Finalize,
}

/// Closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseTrackSession {
    /// What.
    pub function: CloseFunction,
    /// LOGICAL TRACK NUMBER: of a track to be closed; else 0, or 1 to finalise.
    pub track: u16,
    /// IMMED: answer at once, and be busy until it is done.
    pub immediate: bool,
}

impl Request for CloseTrackSession {
    const NAME: &'static str = "CLOSE TRACK SESSION";

    fn cdb(&self) -> Cdb {
        let function = match self.function {
            CloseFunction::StopBackgroundFormat => 0,
            CloseFunction::Track => 1,
            CloseFunction::Session => 2,
            CloseFunction::FinalizeMinimalRadius => 5,
            CloseFunction::Finalize => 6,
        };
        let [high, low] = self.track.to_be_bytes();
        Cdb::new(&[0x5b, u8::from(self.immediate), function, 0, high, low, 0, 0, 0, 0])
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
        let bytes =
            |function, track, immediate| CloseTrackSession { function, track, immediate }.cdb();
        use CloseFunction::*;
        // sense-pairs-from-logs: CLOSE SESSION as several programs sent it.
        assert_eq!(bytes(Session, 0, false).bytes(), [0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        // IMMED; function; track 513.
        assert_eq!(bytes(Track, 513, true).bytes(), [0x5b, 1, 1, 0, 2, 1, 0, 0, 0, 0]);
        assert_eq!(bytes(StopBackgroundFormat, 0, true).bytes()[..3], [0x5b, 1, 0]);
        // libburn's finalise of a DVD+R.
        assert_eq!(bytes(FinalizeMinimalRadius, 1, true).bytes()[..6], [0x5b, 1, 5, 0, 0, 1]);
        assert_eq!(bytes(Finalize, 0, true).bytes()[..3], [0x5b, 1, 6]);
        let close = CloseTrackSession { function: Finalize, track: 0, immediate: true };
        assert_eq!(close.timeout(), TIMEOUT_WRITE);
        assert_eq!(CloseTrackSession { immediate: false, ..close }.timeout(), TIMEOUT_CLOSE);
    }
}
