//! Waiting for what takes a drive long: BLANK, FORMAT UNIT, SYNCHRONIZE CACHE, CLOSE TRACK SESSION.
//! It is asked twice a second (TEST UNIT READY) until it says that it is done. Knows no plan.

use std::ops::ControlFlow;
use std::time::Duration;

use super::judge::{Verdict, judge};
use crate::mmc::cmd::read_disc_information::ReadDiscInformation;
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::{CommandError, Drive};

/// Two questions a second, as libburn asks.
const PAUSE: Duration = Duration::from_millis(500);
/// How long "not ready, no reason" is taken for work (libburn: a "clueless NOT READY cycle").
const WITHOUT_REASON: Duration = Duration::from_secs(5);
/// Questions lost in a row before the drive is taken for hung.
const LOST_MAX: u32 = 5;

/// What the drive said meanwhile: time it has taken, and how far it is in 65536ths. `Break` ends
/// the waiting; the drive goes on.
pub type Tell<'a> = &'a mut dyn FnMut(Duration, Option<u16>) -> ControlFlow<()>;

/// How the wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// The drive is done.
    Done,
    /// It was told to stop waiting.
    Stopped,
}

/// Nothing is told.
pub fn quietly(_: Duration, _: Option<u16>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Waits until the drive is ready, `limit` at most.
///
/// # Errors
/// It failed, or it is not done in time: the last thing it said.
pub fn wait_done(
    drive: &mut Drive,
    limit: Duration,
    tell: Tell<'_>,
) -> Result<Waited, CommandError> {
    let begun = drive.time();
    let mut lost = 0;
    loop {
        let Err(error) = drive.run(&TestUnitReady) else { return Ok(Waited::Done) };
        let elapsed = drive.time().saturating_sub(begun);
        match next(&error, elapsed) {
            Next::Wait => lost = 0,
            Next::Done => return Ok(Waited::Done),
            Next::Lost if lost < LOST_MAX => lost += 1,
            Next::Lost | Next::Fail => return Err(error),
        }
        if elapsed >= limit {
            return Err(error);
        }
        if tell(elapsed, error.sense().and_then(|sense| sense.progress)).is_break() {
            return Ok(Waited::Stopped);
        }
        drive.wait(PAUSE);
    }
}

/// Waits until a close is done, `limit` at most. Pioneer drives of the series R8 and R11 are ready
/// while they close, by their command references; READ DISC INFORMATION is what they refuse
/// meanwhile.
///
/// # Errors
/// As [`wait_done`]. A drive that does not answer the question for another reason is done.
pub fn wait_closed(
    drive: &mut Drive,
    limit: Duration,
    tell: Tell<'_>,
) -> Result<Waited, CommandError> {
    let begun = drive.time();
    loop {
        let left = limit.saturating_sub(drive.time().saturating_sub(begun));
        if wait_done(drive, left, &mut *tell)? == Waited::Stopped {
            return Ok(Waited::Stopped);
        }
        let Err(error) = drive.query(&ReadDiscInformation) else { return Ok(Waited::Done) };
        let elapsed = drive.time().saturating_sub(begun);
        if next(&error, elapsed) != Next::Wait {
            return Ok(Waited::Done);
        }
        if elapsed >= limit {
            return Err(error);
        }
        if tell(elapsed, error.sense().and_then(|sense| sense.progress)).is_break() {
            return Ok(Waited::Stopped);
        }
        drive.wait(PAUSE);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Wait,
    Done,
    Lost,
    Fail,
}

fn next(error: &CommandError, elapsed: Duration) -> Next {
    if error.triple() == Some((2, 0x04, 0x00)) && elapsed >= WITHOUT_REASON {
        return Next::Done;
    }
    match judge(error) {
        // 6/28/00 among them: a disc that was formatted is a new one to some drives.
        Verdict::Full | Verdict::Busy => Next::Wait,
        Verdict::Lost => Next::Lost,
        Verdict::Sequence | Verdict::Address => Next::Fail,
        Verdict::Gone | Verdict::NoDisc | Verdict::Fatal => Next::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};
    use crate::transport::{Errno, Sense, SenseKey};

    const TEST: &[u8] = &[0, 0, 0, 0, 0, 0];
    const HOUR: Duration = Duration::from_secs(3600);

    fn not_ready(ascq: u8) -> Step {
        Step::on(TEST).fails(2, 4, ascq)
    }

    fn wait(steps: Vec<Step>, limit: Duration) -> (Result<Waited, CommandError>, Vec<Option<u16>>) {
        let script = Script::new(steps);
        let mut told = Vec::new();
        let result = wait_done(&mut script.drive(), limit, &mut |_, progress| {
            told.push(progress);
            ControlFlow::Continue(())
        });
        (result, told)
    }

    #[test]
    fn a_drive_at_work_is_asked_twice_a_second_until_it_is_done() {
        let script = Script::new(vec![
            not_ready(7),
            not_ready(8),
            not_ready(4),
            not_ready(1),
            Step::on(TEST),
        ]);
        assert_eq!(wait_done(&mut script.drive(), HOUR, &mut quietly), Ok(Waited::Done));
        assert_eq!(script.waited(), Duration::from_secs(2));
        script.finish();
    }

    #[test]
    fn how_far_it_is_comes_from_the_sense() {
        let mut bytes = Sense::fixed(SenseKey::NotReady, 4, 4);
        bytes.resize(18, 0);
        bytes[15..18].copy_from_slice(&[0x80, 0x40, 0x00]);
        let steps = vec![Step::on(TEST).sense(&bytes), not_ready(4), Step::on(TEST)];
        assert_eq!(wait(steps, HOUR), (Ok(Waited::Done), vec![Some(0x4000), None]));
    }

    #[test]
    fn a_drive_that_is_ready_while_it_closes_is_asked_for_its_disc() {
        let ask = || Step::on(&[0x51, 0, 0, 0, 0, 0, 0, 0, 0xea, 0]);
        let answer = [0, 32, 0x0e, 1, 1, 1, 1, 0, 0, 0, 0, 0];
        let script = Script::new(vec![
            Step::on(TEST),
            ask().fails(2, 4, 7),
            Step::on(TEST),
            ask().fails(2, 4, 7),
            Step::on(TEST),
            ask().answer(&answer),
            // One that does not tell at all is not asked for ever.
            not_ready(7),
            Step::on(TEST),
            ask().fails(5, 0x20, 0),
        ]);
        let mut drive = script.drive();
        assert_eq!(wait_closed(&mut drive, HOUR, &mut quietly), Ok(Waited::Done));
        assert_eq!(wait_closed(&mut drive, HOUR, &mut quietly), Ok(Waited::Done));
        script.finish();
        let script = Script::table(vec![Step::on(TEST), ask().fails(2, 4, 7)]);
        let limit = Duration::from_secs(100);
        let error = wait_closed(&mut script.drive(), limit, &mut quietly).expect_err("gives up");
        assert_eq!(error.triple(), Some((2, 4, 7)));
    }

    #[test]
    fn the_wait_has_an_end() {
        let script = Script::new(vec![not_ready(7); 500]);
        let limit = Duration::from_secs(60);
        let error = wait_done(&mut script.drive(), limit, &mut quietly).expect_err("gives up");
        assert_eq!(error.triple(), Some((2, 4, 7)));
        assert!((59..62).contains(&script.waited().as_secs()));
    }

    #[test]
    fn a_failure_is_told_at_once() {
        for (key, asc, ascq) in [(3, 0x0c, 0), (3, 0x31, 0), (2, 0x3a, 2), (4, 0x44, 0), (2, 4, 3)]
        {
            let steps = vec![not_ready(7), Step::on(TEST).fails(key, asc, ascq)];
            let error = wait(steps, HOUR).0.expect_err("fails");
            assert_eq!(error.triple(), Some((key, asc, ascq)));
        }
        let mut deferred = Sense::fixed(SenseKey::NotReady, 4, 7);
        deferred[0] = 0x71;
        let error = wait(vec![Step::on(TEST).sense(&deferred)], HOUR).0.expect_err("fails");
        assert!(error.sense().is_some_and(|sense| sense.deferred));
    }

    #[test]
    fn questions_that_are_lost_are_asked_again_a_few_times() {
        let lost = || Step::on(TEST).errno(Errno::EIO);
        let (result, _) = wait(vec![lost(), lost(), not_ready(7), lost(), Step::on(TEST)], HOUR);
        assert_eq!(result, Ok(Waited::Done));
        assert!(wait(vec![lost(); 6], HOUR).0.is_err());
        let gone = Step::on(TEST).errno(Errno::ENODEV);
        assert!(wait(vec![gone], HOUR).0.expect_err("gone").is_gone());
    }

    #[test]
    fn not_ready_without_a_reason_is_believed_for_five_seconds() {
        let script = Script::new(vec![not_ready(0); 30]);
        assert_eq!(wait_done(&mut script.drive(), HOUR, &mut quietly), Ok(Waited::Done));
        assert_eq!(script.waited(), Duration::from_secs(5));
    }

    #[test]
    fn who_does_not_want_to_wait_any_more_leaves_the_drive_to_itself() {
        let script = Script::new(vec![not_ready(7); 3]);
        let mut told = 0;
        let waited = wait_done(&mut script.drive(), HOUR, &mut |_, _| {
            told += 1;
            if told == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(waited, Ok(Waited::Stopped));
        script.finish();
    }

    #[test]
    fn a_busy_drive_and_unit_attentions_are_waited_for() {
        let attention = || Step::on(TEST).fails(6, 0x28, 0);
        let mut steps = vec![Step::on(TEST).status(8)];
        // `Drive` takes three in by itself.
        steps.extend((0..5).map(|_| attention()));
        steps.push(Step::on(TEST));
        assert_eq!(wait(steps, HOUR).0, Ok(Waited::Done));
    }
}
