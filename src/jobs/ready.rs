//! Waits until the drive and its medium can be used. Knows nothing of what the medium is.

use std::ops::ControlFlow;
use std::time::Duration;

use super::error::{Error, Kind};
use super::observe::Observer;
use crate::mmc::advice::{self, Doing};
use crate::mmc::cmd::start_stop_unit::{Motion, StartStopUnit};
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::{CommandError, Drive, Failure};
use crate::transport::Status;

/// How long a disc may take to be read in, in drive time: bad ones take 30 to 60 s.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a drive that has just taken a disc in may say that there is none (real-drives: LG
/// GSA-4082B).
const PATIENCE_AFTER_LOAD: Duration = Duration::from_secs(10);
/// How long "not ready, no reason" is taken for something that passes (libburn has the same 5 s).
const PATIENCE_WITHOUT_REASON: Duration = Duration::from_secs(5);
/// Two questions a second, as libburn asks.
const PAUSE: Duration = Duration::from_millis(500);

/// What the drive is after the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can be used.
    Ready,
    /// There is no medium.
    NoMedium(Tray),
    /// The observer asked to stop.
    Stopped,
}

/// Where the tray is, when there is no medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tray {
    /// 3A/02.
    Open,
    /// 3A/01.
    Closed,
    /// The drive does not say.
    Unknown,
}

/// What is being waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The drive is busy: it says with what, for so long already, and how far it is where it tells
    /// (65536ths).
    Busy {
        /// Drive time waited so far.
        elapsed: Duration,
        /// What the drive says.
        reason: String,
        /// How far it is.
        progress: Option<u16>,
    },
    /// The disc is told to spin up.
    Starting,
}

/// When the wait begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Just so.
    Now,
    /// Right after the tray was closed by command.
    Load,
}

/// Waits for readiness.
///
/// # Errors
/// The drive is gone, or it says something that waiting does not mend, or says the same for 60 s.
pub fn wait_ready(
    drive: &mut Drive,
    since: Since,
    observer: &mut dyn Observer<Waiting>,
) -> Result<Readiness, CommandError> {
    let begin = drive.time();
    let mut started = false;
    loop {
        let Err(error) = drive.run(&TestUnitReady) else { return Ok(Readiness::Ready) };
        let elapsed = drive.time().saturating_sub(begin);
        let event = match next(&error, elapsed, since, started) {
            Next::Wait => {
                let sense = error.sense();
                Waiting::Busy {
                    elapsed,
                    reason: sense.map_or_else(|| error.to_string(), |sense| sense.name()),
                    progress: sense.and_then(|sense| sense.progress),
                }
            }
            Next::Start => Waiting::Starting,
            Next::Usable => return Ok(Readiness::Ready),
            Next::NoMedium(tray) => return Ok(Readiness::NoMedium(tray)),
            Next::Fail => return Err(error),
        };
        let start = event == Waiting::Starting;
        if let ControlFlow::Break(()) = observer.event(event) {
            return Ok(Readiness::Stopped);
        }
        if start {
            started = true;
            drive.run(&StartStopUnit { motion: Motion::Start, immediate: false })?;
        } else {
            drive.wait(PAUSE);
        }
    }
}

/// Waits for readiness and says what is in the way as a person needs it.
///
/// # Errors
/// There is no disc, the drive does not become ready, or the observer asked to stop.
pub fn require(
    drive: &mut Drive,
    since: Since,
    observer: &mut dyn Observer<Waiting>,
) -> Result<(), Error> {
    match wait_ready(drive, since, observer) {
        Ok(Readiness::Ready) => Ok(()),
        Ok(Readiness::NoMedium(tray)) => Err(no_medium(tray)),
        Ok(Readiness::Stopped) => Err(Error::new(Kind::Interrupted, "interrupted")),
        Err(error) => Err(not_ready(error)),
    }
}

/// The error of a drive that does not become ready.
pub fn not_ready(error: CommandError) -> Error {
    // Incompatible medium, unknown format, and their like.
    let of_disc =
        advice::hint(&error, Doing::Other).filter(|_| matches!(error.triple(), Some((_, 0x30, _))));
    let hint = of_disc.unwrap_or(
        "try again when the drive has come to rest, or take the disc out and put it back in",
    );
    Error { kind: Kind::Unusable, ..Error::from(error) }.hint(hint)
}

/// The error of a drive without a disc.
pub fn no_medium(tray: Tray) -> Error {
    match tray {
        Tray::Open => Error::new(Kind::Unusable, "the tray is open")
            .hint("put a disc in and close it: `oxidisc load`"),
        _ => Error::new(Kind::Unusable, "there is no disc in the drive").hint("put one in"),
    }
}

enum Next {
    Wait,
    Start,
    Usable,
    NoMedium(Tray),
    Fail,
}

/// What to do about an answer to TEST UNIT READY.
fn next(error: &CommandError, elapsed: Duration, since: Since, started: bool) -> Next {
    let within = |patience: Duration| elapsed < patience;
    match error.triple() {
        Some((2, 0x3a, _)) if since == Since::Load && within(PATIENCE_AFTER_LOAD) => Next::Wait,
        Some((2, 0x3a, ascq)) => Next::NoMedium(match ascq {
            0x01 => Tray::Closed,
            0x02 => Tray::Open,
            _ => Tray::Unknown,
        }),
        Some((2, 0x04, 0x02)) if !started => Next::Start,
        Some((2, 0x04, 0x00)) if !within(PATIENCE_WITHOUT_REASON) => Next::Usable,
        // 03h wants a person, 02h again what was tried already.
        Some((2, 0x04, 0x02 | 0x03)) => Next::Fail,
        Some((2, 0x04, _) | (6, ..)) if within(PATIENCE) => Next::Wait,
        None if error.failure == Failure::Status(Status::Busy) && within(PATIENCE) => Next::Wait,
        _ => Next::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};

    const TEST: &[u8] = &[0, 0, 0, 0, 0, 0];

    fn not_ready(asc: u8, ascq: u8) -> Step {
        Step::on(TEST).fails(2, asc, ascq)
    }

    fn wait(script: &Script, since: Since) -> (Result<Readiness, CommandError>, Vec<Waiting>) {
        let mut events = Vec::new();
        let mut observer = |event: Waiting| {
            events.push(event);
            ControlFlow::Continue(())
        };
        (wait_ready(&mut script.drive(), since, &mut observer), events)
    }

    #[test]
    fn a_disc_that_is_read_in_is_waited_for() {
        let script = Script::new(vec![not_ready(4, 1), not_ready(4, 1), Step::on(TEST)]);
        let (result, events) = wait(&script, Since::Now);
        assert_eq!(result, Ok(Readiness::Ready));
        assert_eq!(script.waited(), Duration::from_secs(1));
        assert_eq!(events.len(), 2);
        let Waiting::Busy { elapsed, progress: None, .. } = &events[1] else {
            panic!("{events:?}")
        };
        assert_eq!(*elapsed, Duration::from_millis(502));
        script.finish();
    }

    #[test]
    fn the_wait_ends_after_a_minute_of_drive_time() {
        let script = Script::new(vec![not_ready(4, 1); 200]);
        let (result, _) = wait(&script, Since::Now);
        assert_eq!(result.expect_err("gives up").triple(), Some((2, 4, 1)));
        assert_eq!(script.waited(), Duration::from_secs(60));
    }

    #[test]
    fn a_disc_that_stands_still_is_started_once() {
        let start = Step::on(&[0x1b, 0, 0, 0, 1, 0]);
        let script = Script::new(vec![not_ready(4, 2), start.clone(), Step::on(TEST)]);
        let (result, events) = wait(&script, Since::Now);
        assert_eq!((result, events), (Ok(Readiness::Ready), vec![Waiting::Starting]));
        script.finish();
        let script = Script::new(vec![not_ready(4, 2), start, not_ready(4, 2)]);
        let (result, _) = wait(&script, Since::Now);
        assert_eq!(result.expect_err("did not help").triple(), Some((2, 4, 2)));
    }

    #[test]
    fn a_busy_drive_is_asked_again() {
        let script = Script::new(vec![Step::on(TEST).status(0x08), Step::on(TEST)]);
        assert_eq!(wait(&script, Since::Now).0, Ok(Readiness::Ready));
        let script = Script::new(vec![Step::on(TEST).status(0x18)]);
        let error = wait(&script, Since::Now).0.expect_err("reserved by another host");
        assert_eq!(error.failure, Failure::Status(Status::ReservationConflict));
    }

    #[test]
    fn no_medium_tells_where_the_tray_is() {
        for (ascq, tray) in [(2, Tray::Open), (1, Tray::Closed), (0, Tray::Unknown)] {
            let script = Script::new(vec![not_ready(0x3a, ascq)]);
            let (result, _) = wait(&script, Since::Now);
            assert_eq!(result, Ok(Readiness::NoMedium(tray)));
        }
    }

    #[test]
    fn no_medium_right_after_loading_may_be_premature() {
        // real-drives: LG GSA-4082B.
        let script =
            Script::new(vec![not_ready(0x3a, 0), not_ready(4, 0), not_ready(4, 1), Step::on(TEST)]);
        assert_eq!(wait(&script, Since::Load).0, Ok(Readiness::Ready));
        let script = Script::new(vec![not_ready(0x3a, 1); 40]);
        assert_eq!(wait(&script, Since::Load).0, Ok(Readiness::NoMedium(Tray::Closed)));
        assert_eq!(script.waited(), Duration::from_secs(10));
    }

    #[test]
    fn not_ready_without_a_reason_is_believed_for_five_seconds() {
        let script = Script::new(vec![not_ready(4, 0); 40]);
        assert_eq!(wait(&script, Since::Now).0, Ok(Readiness::Ready));
        assert_eq!(script.waited(), Duration::from_secs(5));
    }

    #[test]
    fn what_waiting_does_not_mend_is_told_at_once() {
        for (key, asc, ascq) in [(2, 0x04, 0x03), (4, 0x44, 0x00), (2, 0x30, 0x00)] {
            let script = Script::new(vec![Step::on(TEST).fails(key, asc, ascq)]);
            let error = wait(&script, Since::Now).0.expect_err("fails");
            assert_eq!(error.triple(), Some((key, asc, ascq)));
        }
    }

    #[test]
    fn the_observer_can_stop_the_wait() {
        let script = Script::new(vec![not_ready(4, 1)]);
        let mut stop = |_: Waiting| ControlFlow::Break(());
        let result = wait_ready(&mut script.drive(), Since::Now, &mut stop);
        assert_eq!(result, Ok(Readiness::Stopped));
    }
}
