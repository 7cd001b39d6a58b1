//! What an answer to a command that writes means for what is being done. Pure: a table. Evidence:
//! libburn's and growisofs' retry rules, MMC-6 annex F.

use crate::mmc::advice::{self, Doing};
use crate::mmc::{CommandError, Failure};
use crate::transport::{Status, TransportError};

/// What to do about a command that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was taken, the drive's buffer is full: the same again in a moment.
    Full,
    /// Nothing was taken, the drive is at something: the same again when it is ready.
    Busy,
    /// Nothing was taken, the order is wrong: growisofs has seen it where somebody else read the
    /// disc meanwhile, and goes on after a flush.
    Sequence,
    /// The drive is somewhere else than we are.
    Address,
    /// Nobody knows whether it was taken: the drive has to be asked where it is.
    Lost,
    /// The drive is not there any more.
    Gone,
    /// The disc is not there any more.
    NoDisc,
    /// It will not get better.
    Fatal,
}

/// Judges.
pub fn judge(error: &CommandError) -> Verdict {
    match &error.failure {
        Failure::Transport(TransportError::Gone) => Verdict::Gone,
        // It never got there, and never will.
        Failure::Transport(TransportError::Refused | TransportError::TooLarge) => Verdict::Fatal,
        Failure::Transport(_) | Failure::Parse(_) => Verdict::Lost,
        Failure::Status(Status::Busy | Status::TaskSetFull) => Verdict::Full,
        Failure::Status(Status::ReservationConflict) => Verdict::Fatal,
        Failure::Status(_) => Verdict::Lost,
        // Of an earlier command, whose data the drive said it had taken.
        Failure::Check(sense) if sense.deferred => Verdict::Fatal,
        Failure::Check(sense) => match sense.triple() {
            (0x02, 0x04, 0x08) => Verdict::Full,
            // It has to be started, or wants a person.
            (0x02, 0x04, 0x02 | 0x03) => Verdict::Fatal,
            (0x02, 0x04, _) => Verdict::Busy,
            (0x02, 0x3a, _) => Verdict::NoDisc,
            // Communication failure, on whatever key.
            (_, 0x08, _) => Verdict::Lost,
            (0x05, 0x2c, _) => Verdict::Sequence,
            (0x05, 0x21, _) => Verdict::Address,
            // More unit attentions than `Drive` takes in.
            (0x06, ..) => Verdict::Busy,
            (0x0b, ..) => Verdict::Lost,
            _ => Verdict::Fatal,
        },
    }
}

/// What can be done about what a drive says, where a person can do something.
pub fn advice(error: &CommandError) -> Option<&'static str> {
    advice::hint(error, Doing::Writing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::ParseError;
    use crate::mmc::Request;
    use crate::mmc::cmd::test_unit_ready::TestUnitReady;
    use crate::transport::{Errno, Sense, SenseKey};

    fn error(failure: Failure) -> CommandError {
        let (name, cdb) = (TestUnitReady::NAME, TestUnitReady.cdb());
        CommandError { name, cdb, lba: None, failure }
    }

    fn check(key: u8, asc: u8, ascq: u8) -> CommandError {
        let bytes = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
        error(Failure::Check(Sense::parse(&bytes).expect("sense")))
    }

    #[test]
    fn what_drives_say_in_mid_burn_is_told_apart() {
        for (key, asc, ascq, verdict) in [
            (2, 0x04, 0x08, Verdict::Full),
            (2, 0x04, 0x00, Verdict::Busy),
            (2, 0x04, 0x01, Verdict::Busy),
            (2, 0x04, 0x04, Verdict::Busy),
            (2, 0x04, 0x07, Verdict::Busy),
            (2, 0x04, 0x02, Verdict::Fatal),
            (2, 0x04, 0x03, Verdict::Fatal),
            (2, 0x3a, 0x02, Verdict::NoDisc),
            (3, 0x0c, 0x00, Verdict::Fatal),
            (3, 0x73, 0x03, Verdict::Fatal),
            (4, 0x08, 0x03, Verdict::Lost),
            (4, 0x44, 0x00, Verdict::Fatal),
            (5, 0x2c, 0x00, Verdict::Sequence),
            (5, 0x21, 0x00, Verdict::Address),
            (5, 0x21, 0x02, Verdict::Address),
            (5, 0x64, 0x00, Verdict::Fatal),
            (6, 0x28, 0x00, Verdict::Busy),
            (7, 0x27, 0x00, Verdict::Fatal),
            (0xb, 0x47, 0x00, Verdict::Lost),
        ] {
            let error = check(key, asc, ascq);
            assert_eq!(judge(&error), verdict, "{key:x}/{asc:02x}/{ascq:02x}");
        }
    }

    #[test]
    fn what_happened_on_the_way_is_never_taken_for_a_no() {
        let transport = |failure| judge(&error(Failure::Transport(failure)));
        assert_eq!(transport(TransportError::Gone), Verdict::Gone);
        assert_eq!(transport(TransportError::Refused), Verdict::Fatal);
        assert_eq!(transport(TransportError::Timeout), Verdict::Lost);
        assert_eq!(transport(TransportError::Host { host: 7, driver: 0 }), Verdict::Lost);
        assert_eq!(transport(TransportError::Os(Errno::EIO)), Verdict::Lost);
        assert_eq!(judge(&error(Failure::Status(Status::Busy))), Verdict::Full);
        assert_eq!(judge(&error(Failure::Status(Status::Other(4)))), Verdict::Lost);
        let short = Failure::Parse(ParseError::TooShort { need: 2048, got: 0 });
        assert_eq!(judge(&error(short)), Verdict::Lost);
    }

    #[test]
    fn an_error_of_an_earlier_command_ends_the_burn() {
        let mut bytes = Sense::fixed(SenseKey::NotReady, 0x04, 0x08);
        bytes[0] = 0x71;
        let late = error(Failure::Check(Sense::parse(&bytes).expect("sense")));
        assert_eq!(judge(&late), Verdict::Fatal);
    }

    #[test]
    fn a_person_is_told_what_may_help() {
        assert!(advice(&check(3, 0x73, 0x03)).is_some_and(|text| text.contains("--speed")));
        assert!(advice(&check(5, 0x63, 0x00)).is_some_and(|text| text.contains("full")));
        assert_eq!(advice(&check(4, 0x44, 0x00)), None);
    }
}
