//! Waits for the end of what a drive does by itself after an immediate command: BLANK, FORMAT UNIT,
//! SYNCHRONIZE CACHE, CLOSE TRACK SESSION. Asks twice a second, as libburn does, and takes how far
//! it is from the drive's own sense. Knows no command but the question.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::jobs::observe::Observer;
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::{CommandError, Drive, Failure};
use crate::transport::Status;

/// Before the first question: some drives say for a moment that they are ready (growisofs waits a
/// second after FORMAT UNIT).
const FIRST: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(500);
/// How long "not ready, no reason" is taken for something that passes (libburn has the same 5 s).
const PATIENCE_WITHOUT_REASON: Duration = Duration::from_secs(5);
/// Questions in a row that may get lost: a USB bridge that is reset says nothing for a moment.
const LOST_MAX: u32 = 3;

/// What the drive says meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    /// Drive time waited so far.
    pub elapsed: Duration,
    /// How far it is, in 65536ths. `None`: it does not tell.
    pub progress: Option<u16>,
}

/// How the wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The drive is done.
    Done,
    /// The observer asked to stop. The drive goes on.
    Stopped,
}

enum Next {
    Wait,
    Done,
    Fail,
}

/// Waits until the drive is done with it.
///
/// # Errors
/// The drive says that it failed, or is gone, or is not done after `limit` of drive time.
pub fn wait_done(
    drive: &mut Drive,
    limit: Duration,
    observer: &mut dyn Observer<Working>,
) -> Result<Waited, CommandError> {
    let begin = drive.time();
    let mut lost = 0;
    drive.wait(FIRST);
    loop {
        let Err(error) = drive.run(&TestUnitReady) else { return Ok(Waited::Done) };
        let elapsed = drive.time().saturating_sub(begin);
        lost = if matches!(error.failure, Failure::Transport(_)) { lost + 1 } else { 0 };
        match next(&error, elapsed, lost) {
            Next::Wait if elapsed < limit => {}
            Next::Wait | Next::Fail => return Err(error),
            Next::Done => return Ok(Waited::Done),
        }
        let progress = error.sense().and_then(|sense| sense.progress);
        if let ControlFlow::Break(()) = observer.event(Working { elapsed, progress }) {
            return Ok(Waited::Stopped);
        }
        drive.wait(PAUSE);
    }
}

fn next(error: &CommandError, elapsed: Duration, lost: u32) -> Next {
    match error.triple() {
        // The word on an earlier command: it failed.
        _ if error.sense().is_some_and(|sense| sense.deferred) => Next::Fail,
        // Loading, starting, or waiting for a person: nothing that was begun ends so.
        Some((2, 0x04, 0x02 | 0x03)) => Next::Fail,
        Some((2, 0x04, 0x00)) if elapsed > PATIENCE_WITHOUT_REASON => Next::Done,
        Some((2, 0x04, _) | (6, ..)) => Next::Wait,
        Some(_) => Next::Fail,
        None if error.failure == Failure::Status(Status::Busy) => Next::Wait,
        None if error.is_gone() => Next::Fail,
        None if matches!(error.failure, Failure::Transport(_)) && lost <= LOST_MAX => Next::Wait,
        None => Next::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};
    use crate::transport::Errno;

    const TEST: &[u8] = &[0, 0, 0, 0, 0, 0];

    fn wait(steps: Vec<Step>) -> (Result<Waited, CommandError>, Vec<Working>, Script) {
        let script = Script::new(steps);
        let mut seen = Vec::new();
        let limit = Duration::from_secs(60);
        let result = wait_done(&mut script.drive(), limit, &mut |event: Working| {
            seen.push(event);
            if seen.len() == 9 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (result, seen, script)
    }

    #[test]
    fn progress_comes_from_the_drives_sense() {
        let (result, seen, script) = wait(vec![
            Step::on(TEST).working(0x04, 0x4000),
            Step::on(TEST).fails(6, 0x28, 0x00),
            Step::on(TEST).fails(2, 0x04, 0x07),
            Step::on(TEST).status(0x08),
            Step::on(TEST),
        ]);
        assert_eq!(result, Ok(Waited::Done));
        // The unit attention is the drive's to swallow.
        let progress: Vec<_> = seen.iter().map(|event| event.progress).collect();
        assert_eq!(progress, [Some(0x4000), None, None]);
        assert_eq!(script.waited(), Duration::from_millis(2500));
        script.finish();
    }

    #[test]
    fn what_failed_is_an_error_and_what_says_nothing_for_long_is_done() {
        let (result, ..) = wait(vec![Step::on(TEST).fails(3, 0x31, 0x01)]);
        assert_eq!(result.expect_err("failed").triple(), Some((3, 0x31, 0x01)));
        let (result, ..) = wait(vec![Step::on(TEST).fails(2, 0x3a, 0x02)]);
        assert_eq!(result.expect_err("failed").triple(), Some((2, 0x3a, 0x02)));
        let (result, seen, _) = wait(vec![Step::on(TEST).fails(2, 0x04, 0x00); 12]);
        assert_eq!((result, seen.len()), (Ok(Waited::Done), 8));
        let (result, seen, _) = wait(vec![Step::on(TEST).fails(2, 0x04, 0x08); 9]);
        assert_eq!((result, seen.len()), (Ok(Waited::Stopped), 9));
    }

    #[test]
    fn lost_questions_are_asked_again_but_not_for_ever() {
        let lost = Step::on(TEST).errno(Errno::EIO);
        let (result, ..) = wait(vec![lost.clone(), lost.clone(), lost.clone(), Step::on(TEST)]);
        assert_eq!(result, Ok(Waited::Done));
        let (result, ..) = wait(vec![lost; 5]);
        assert!(result.is_err());
        let (result, seen, _) = wait(vec![Step::on(TEST).errno(Errno::ENODEV)]);
        assert!(result.expect_err("gone").is_gone() && seen.is_empty());
    }
}
