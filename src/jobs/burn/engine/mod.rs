//! Carries a plan out, step by step, exactly as it was printed. Decides nothing that the plan
//! decides; knows what to do when a drive is busy, loses a command or says no. Whatever ends it,
//! [`Tally`] tells how far it got.

mod buffer;
mod close;
mod prepare;
mod reconcile;
mod steady;
mod writing;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::command::Command;
use super::fifo::{SourceError, Tap};
use super::plan::{Plan, Step};
use super::report::{Event, Prepared, Stage};
use super::worth::Reached;
use crate::jobs::error::{Error, Kind};
use crate::jobs::judge::{Verdict, advice, judge};
use crate::jobs::long::{wait_closed, wait_done};
use crate::jobs::observe::Observer;
use crate::jobs::reading::eta::Curve;
use crate::mmc::cmd::get_performance::Nominal;
use crate::mmc::drive::Done;
use crate::mmc::{CommandError, Drive};
use crate::units::Rate;
use buffer::Buffer;
use steady::Steady;

/// How long a command that is refused because the drive is busy is sent again (libburn: 200 s for
/// all that writes).
const BUSY_MAX: Duration = Duration::from_secs(200);
/// Commands lost in a row before the burn is given up.
const LOST_MAX: u32 = 5;
/// How long a drive that lost a command may take to be ready again.
const SETTLE: Duration = Duration::from_secs(120);

/// What ended a burn before its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// The user.
    Interrupted,
    /// Trouble. What the disc is worth decides on its kind.
    Failed(Error),
}

/// What was done, and what was seen meanwhile.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How far it got.
    pub reached: Reached,
    /// Sectors of the image that the drive has taken, those of an earlier run included.
    pub written: u64,
    /// Sectors sent in this run, padding included.
    pub sent: u64,
    /// Times that a write was sent again, or gone on with, after it had failed.
    pub retries: u64,
    /// The drive's buffer.
    pub buffer: Buffer,
    /// The rate it wrote at.
    pub steady: Steady,
    /// The rate that the drive says it writes at.
    pub granted: Option<Rate>,
    /// What one should know.
    pub remarks: Vec<String>,
    /// The user asked to stop.
    pub stop: bool,
    /// By the drive's clock and the wall's: when writing began.
    began: Option<(Duration, Instant)>,
    /// Time from the first write to the end of the flush, by the drive's clock.
    pub drive_took: Duration,
    /// Likewise by the wall's.
    pub wall_took: Duration,
}

/// All of a burn but the image.
struct Out<'a> {
    drive: &'a mut Drive,
    prepared: &'a Prepared,
    plan: &'a Plan,
    observer: &'a mut dyn Observer<Event>,
    tally: Tally,
    /// What the drive promises of its speed over the disc.
    promised: Vec<Nominal>,
}

/// A burn.
pub struct Burn<'a> {
    tap: Tap,
    /// For chunks that are not all image.
    scratch: Vec<u8>,
    out: Out<'a>,
}

/// What the drive reported in place of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Noticed {
    /// 6/29: it was reset, and has forgotten its settings and what was in its buffer.
    reset: bool,
    /// 6/28: the disc may be another one.
    changed: bool,
}

impl<'a> Burn<'a> {
    /// A burn that has not begun. `plan` is what is carried out: of a burn that is gone on with,
    /// not the one it was prepared with.
    pub fn new(
        drive: &'a mut Drive,
        prepared: &'a Prepared,
        plan: &'a Plan,
        tap: Tap,
        observer: &'a mut dyn Observer<Event>,
    ) -> Burn<'a> {
        let buffer_bytes = prepared.drive.buffer_kib.map(|kib| u64::from(kib) * 1024);
        let tally = Tally {
            reached: Reached::Nothing,
            written: 0,
            sent: 0,
            retries: 0,
            buffer: Buffer::new(prepared.disc.can.buffer_capacity, buffer_bytes),
            steady: Steady::default(),
            granted: None,
            remarks: Vec::new(),
            stop: false,
            began: None,
            drive_took: Duration::ZERO,
            wall_took: Duration::ZERO,
        };
        let out = Out { drive, prepared, plan, observer, tally, promised: Vec::new() };
        Burn { tap, scratch: Vec::new(), out }
    }

    /// Carries the plan out. Brings what was done, the image's tap, and what ended it early.
    pub fn run(mut self) -> (Tally, Tap, Option<Stop>) {
        let stopped = self.steps().err();
        let late = self.out.late().err();
        let stop = stopped.or(late);
        if stop.is_some() {
            // What is still to be found out takes nothing of the image.
            self.tap.leave();
        }
        if stop.is_some() && matches!(self.out.tally.reached, Reached::Writing | Reached::Taken) {
            self.out.salvage();
        }
        (self.out.tally, self.tap, stop)
    }

    fn steps(&mut self) -> Result<(), Stop> {
        // Somebody may have changed the disc while it was asked whether to go on.
        self.out.check_same_disc()?;
        if self.out.plan.write().is_some() {
            self.fill()?;
        } else {
            self.tap.leave();
        }
        let plan = self.out.plan;
        for step in &plan.steps {
            // From the flush on, it is done sooner than it could be stopped.
            if step.changes_disc() && self.out.tally.reached < Reached::Flushed {
                self.out.checkpoint()?;
            }
            match step {
                Step::Write(write) => self.write(write)?,
                Step::Flush => self.flush()?,
                step => self.out.step(step)?,
            }
        }
        self.out.tally.reached = Reached::Closed;
        Ok(())
    }
}

impl Out<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Stop> {
        match step {
            Step::SetSpeed(speed) => self.set_speed(*speed),
            Step::WriteParameters(page) => self.write_parameters(page),
            Step::NextWritable { track, expect } => self.next_writable(*track, *expect),
            Step::Opc => self.calibrate(step),
            Step::LayerBreak { .. } | Step::Reserve { .. } | Step::CueSheet(_) => {
                self.announce(step)
            }
            Step::Blank { .. } => self.erase(step, Stage::Blanking),
            Step::Format(_) => self.erase(step, Stage::Formatting),
            Step::CloseTrack { .. }
            | Step::CloseSession
            | Step::Finalize { .. }
            | Step::StopBackgroundFormat => self.close(step),
            // The image's side sees to them.
            Step::Write(_) | Step::Flush => Ok(()),
        }
    }

    fn tell(&mut self, event: Event) {
        if let ControlFlow::Break(()) = self.observer.event(event) {
            self.tally.stop = true;
        }
    }

    fn remark(&mut self, remark: String) {
        self.tell(Event::Remark(remark.clone()));
        self.tally.remarks.push(remark);
    }

    /// Ends it if the user asked for that.
    fn checkpoint(&self) -> Result<(), Stop> {
        if self.tally.stop { Err(Stop::Interrupted) } else { Ok(()) }
    }

    fn reach(&mut self, reached: Reached) {
        self.tally.reached = self.tally.reached.max(reached);
    }

    /// The failure of an earlier write, whichever command the drive has told it to: also one whose
    /// own failure does no harm. Then not all is on the disc, whatever was said of the flush.
    fn late(&mut self) -> Result<(), Stop> {
        let Some(error) = self.drive.take_deferred() else { return Ok(()) };
        self.tally.reached = self.tally.reached.min(Reached::Taken);
        Err(Stop::from(&error))
    }

    fn curve(&self) -> Curve {
        let last = self.prepared.disc.capacity.0.max(self.plan.needed.0);
        Curve::of(&self.promised, last)
    }

    /// What the drive reported since the last call.
    fn noticed(&mut self) -> Noticed {
        let attentions = self.drive.take_attentions();
        let any = |asc: u8| attentions.iter().any(|sense| sense.asc == asc);
        Noticed { reset: any(0x29), changed: any(0x28) }
    }

    /// Waits until the drive is ready, telling that it is busy with `stage`.
    fn wait(&mut self, limit: Duration, stage: Stage) -> Result<(), CommandError> {
        let Out { drive, observer, tally, .. } = self;
        let wait = if stage == Stage::Closing { wait_closed } else { wait_done };
        wait(drive, limit, &mut |elapsed, progress| {
            let busy = Event::Busy { stage, elapsed, progress };
            if let ControlFlow::Break(()) = observer.event(busy) {
                tally.stop = true;
            }
            // What was begun is waited for all the same.
            ControlFlow::Continue(())
        })
        .map(|_| ())
    }

    /// Lets the drive come to itself after a command was lost, and sets it up again if it was
    /// reset.
    fn settle(&mut self, stage: Stage) -> Result<Noticed, CommandError> {
        self.drive.wait(Duration::from_millis(500));
        self.wait(SETTLE, stage)?;
        let noticed = self.noticed();
        if noticed.reset {
            self.tally.buffer.reset();
            self.drive.reapply()?;
            // What it says to that is of the same reset.
            drop(self.drive.take_attentions());
        }
        Ok(noticed)
    }

    /// Sends a command that may be sent again: until the drive is no longer busy, and a few times
    /// if it gets lost. Whether the drive was reset meanwhile has to be asked.
    fn send(&mut self, command: &Command, stage: Stage) -> Result<Done, CommandError> {
        let begun = self.drive.time();
        let (mut lost, mut pause) = (0, Duration::from_millis(100));
        loop {
            let error = match command.send(self.drive) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let elapsed = self.drive.time().saturating_sub(begun);
            match judge(&error) {
                Verdict::Full | Verdict::Busy if elapsed < BUSY_MAX => {
                    self.tell(Event::Busy { stage, elapsed, progress: None });
                    self.drive.wait(pause);
                    pause = (pause + Duration::from_millis(100)).min(Duration::from_millis(500));
                }
                Verdict::Lost if lost < LOST_MAX => {
                    lost += 1;
                    let noticed = self.settle(stage)?;
                    if noticed.reset {
                        self.remark(RESET.into());
                    }
                }
                _ => return Err(error),
            }
        }
    }
}

const RESET: &str = "the drive was reset in mid-burn, and was set up again";

impl Stop {
    /// Trouble that no command tells of.
    fn because(message: impl Into<String>) -> Stop {
        Stop::Failed(Error::new(Kind::AfterDisc, message))
    }

    fn reset_over_and_over() -> Stop {
        Stop::because("the drive is reset over and over")
    }

    /// With what to do about it.
    fn hint(self, hint: &str) -> Stop {
        match self {
            Stop::Failed(error) => Stop::Failed(error.hint(hint)),
            Stop::Interrupted => Stop::Interrupted,
        }
    }
}

impl From<&CommandError> for Stop {
    /// The command that ended a burn.
    fn from(error: &CommandError) -> Stop {
        let stop = Stop::Failed(Error::new(Kind::AfterDisc, error.to_string()).command(error));
        match judge(error) {
            Verdict::Gone => stop.hint("connect the drive again, and look what is on the disc"),
            Verdict::NoDisc => stop.hint("put the disc back in, and look what is on it"),
            _ => match advice(error) {
                Some(advice) => stop.hint(advice),
                None => stop,
            },
        }
    }
}

impl From<CommandError> for Stop {
    fn from(error: CommandError) -> Stop {
        Stop::from(&error)
    }
}

impl From<SourceError> for Stop {
    /// The image that ended a burn.
    fn from(error: SourceError) -> Stop {
        let stop = Stop::because(error.to_string());
        match error {
            SourceError::Changed { .. } => {
                stop.hint("an image must not be written to while it is burnt")
            }
            SourceError::Short { .. } | SourceError::Long { .. } => {
                stop.hint("what is announced (--size, or the file's size) must be what comes")
            }
            SourceError::Unreadable { .. } => {
                stop.hint("copy the image to a disk that can be read")
            }
            SourceError::Broken => stop,
        }
    }
}
