//! What a failed read means: a bad place on the disc, or trouble that more reading
//! cannot mend. A pure function of the error.

use crate::mmc::{CommandError, Failure};
use crate::transport::{Sense, SenseKey, Status, TransportError};
use crate::units::Lba;

/// What to do after a failed read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The place cannot be read, as far as this attempt goes.
    Bad {
        /// The failing sector, if the drive named it.
        at: Option<Lba>,
    },
    /// The drive is not ready, or busy: wait, then read again.
    Wait,
    /// Something on the way failed. The place may be good: see whether the drive still answers.
    Lost,
    /// The disc protects this place: no retry will help.
    Protected,
    /// There is no disc in the drive any more.
    NoMedium,
    /// The drive is not there any more.
    Gone,
    /// The operating system does not let this user read.
    Refused,
}

/// Judges a failed read.
pub fn decide(error: &CommandError) -> Decision {
    match &error.failure {
        Failure::Transport(TransportError::Gone) => Decision::Gone,
        Failure::Transport(TransportError::Refused) => Decision::Refused,
        Failure::Check(sense) => by_sense(sense),
        Failure::Status(Status::Busy | Status::TaskSetFull | Status::ReservationConflict) => {
            Decision::Wait
        }
        // 04h, 05h, CHECK CONDITION without sense: USB bridges in trouble (rippers.md 3.1).
        Failure::Status(_) | Failure::Transport(_) | Failure::Parse(_) => Decision::Lost,
    }
}

fn by_sense(sense: &Sense) -> Decision {
    // Of an earlier command: says nothing of this place.
    if sense.deferred {
        return Decision::Lost;
    }
    let at = sense.information.and_then(|lba| i32::try_from(lba).ok()).map(Lba);
    match (sense.key, sense.asc) {
        (SenseKey::NotReady, 0x3a) => Decision::NoMedium,
        (SenseKey::NotReady | SenseKey::UnitAttention, _) => Decision::Wait,
        (SenseKey::IllegalRequest, 0x6f) => Decision::Protected,
        // Illegal mode for this track, out of range, the nonsensical 26h at run-out blocks
        // (sense-pairs-from-logs): structure of the disc, not damage, and just as unreadable.
        (SenseKey::IllegalRequest | SenseKey::MediumError | SenseKey::BlankCheck, _) => {
            Decision::Bad { at }
        }
        // 4/3E/02, 4/09: a servo that lost its way over damage, or a drive in real trouble. The
        // caller counts them to tell the two apart.
        _ => Decision::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Cdb, Errno};

    fn error(failure: Failure) -> CommandError {
        let cdb = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        CommandError { name: "READ (10)", cdb, lba: Some(Lba(0)), failure }
    }

    fn sensed(hex: &str) -> Decision {
        let raw: Vec<u8> =
            hex.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect();
        decide(&error(Failure::Check(Sense::parse(&raw).expect("sense"))))
    }

    /// sense-pairs-from-logs and kernel-log-sense-lines, as printed there.
    #[test]
    fn what_real_drives_said_is_understood() {
        let bad = |at| Decision::Bad { at };
        // A CSS-protected DVD in an unnamed drive.
        assert_eq!(sensed("70 00 05 00 00 00 00 0a 00 00 00 00 6f 03 00 00"), Decision::Protected);
        // L-EC error at LBA 0: VALID, and 0 is a real address.
        assert_eq!(sensed("f0 00 03 00 00 00 00 0a 00 00 00 00 11 05 00 00"), bad(Some(Lba(0))));
        // Polaroid BurnMAX48: run-out of a TAO disc.
        assert_eq!(sensed("70 00 05 00 00 00 00 0a 00 00 00 00 64 00 00 00"), bad(None));
        // Run-out answered with "invalid field in parameter list".
        assert_eq!(sensed("70 00 05 00 00 00 00 0a 00 00 00 00 26 00 00 00"), bad(None));
        // ILI beside the key.
        assert_eq!(sensed("70 00 25 00 00 00 00 0a 00 00 00 00 64 00 00 00"), bad(None));
        // NEC ND-4550A: the transfer was killed by another program's command.
        assert_eq!(sensed("70 00 04 00 00 00 00 0a 00 00 00 00 08 00 00 00"), Decision::Lost);
        // Blank check.
        assert_eq!(sensed("70 00 08 00 00 00 00 0a 00 00 00 00 00 00 00 00"), bad(None));
        // A deferred write error met by a read.
        assert_eq!(sensed("71 00 03 00 98 32 21 0e 00 00 00 00 0c 00 00 00"), Decision::Lost);
        // Becoming ready; medium gone.
        assert_eq!(sensed("70 00 02 00 00 00 00 0a 00 00 00 00 04 01 00 00"), Decision::Wait);
        assert_eq!(sensed("70 00 02 00 00 00 00 0a 00 00 00 00 3a 02 00 00"), Decision::NoMedium);
    }

    #[test]
    fn trouble_on_the_way_is_no_bad_sector() {
        let way = |transport| decide(&error(Failure::Transport(transport)));
        assert_eq!(way(TransportError::Timeout), Decision::Lost);
        assert_eq!(way(TransportError::Host { host: 7, driver: 0 }), Decision::Lost);
        assert_eq!(way(TransportError::Gone), Decision::Gone);
        assert_eq!(way(TransportError::Refused), Decision::Refused);
        assert_eq!(way(TransportError::Os(Errno::EIO)), Decision::Lost);
        assert_eq!(decide(&error(Failure::Status(Status::Other(4)))), Decision::Lost);
        assert_eq!(decide(&error(Failure::Status(Status::Busy))), Decision::Wait);
    }
}
