//! Carries an action out, waits for its end and looks at the disc again. Decides nothing.

use std::ops::{ControlFlow, Range};
use std::time::{Duration, Instant};

use super::contents::Contents;
use super::state::State;
use super::{Action, Depth, Event, Prepared, Report, Stage};
use crate::jobs::error::{Error, Kind};
use crate::jobs::long::{Waited, wait_done};
use crate::jobs::observe::Observer;
use crate::jobs::survey::survey_medium;
use crate::mmc::advice::{self, Doing};
use crate::mmc::cmd::blank::{Blank, BlankKind};
use crate::mmc::cmd::close_track_session::{CloseFunction, CloseTrackSession};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus, ReadDiscInformation};
use crate::mmc::cmd::read_format_capacities::FormatState;
use crate::mmc::cmd::request_sense::RequestSense;
use crate::mmc::cmd::synchronize_cache::SynchronizeCache;
use crate::mmc::cmd::write::Write10;
use crate::mmc::profile::Profile;
use crate::mmc::{
    CommandError, Drive, Failure, Request, TIMEOUT_CLOSE, TIMEOUT_FORMAT, TIMEOUT_WRITE,
};
use crate::transport::{SenseKey, Status, TransportError};
use crate::units::{Lba, SECTOR};

/// Before the first question: some drives say for a moment that they are ready (growisofs waits a
/// second after FORMAT UNIT).
const FIRST: Duration = Duration::from_secs(1);
/// Between two questions how far a background format is.
const BACKGROUND_PAUSE: Duration = Duration::from_secs(2);
/// Between two attempts of a write that the drive has no room for.
const WRITE_PAUSE: Duration = Duration::from_millis(20);
/// Blocks that a write holds at most: an error-correction block of a BD.
const WRITE_BLOCKS: u32 = 32;

/// Function 000b of CLOSE TRACK SESSION: a DVD+RW that is formatted in the background can be taken
/// out, and the format goes on later.
const STOP_BACKGROUND: CloseTrackSession =
    CloseTrackSession { function: CloseFunction::StopBackgroundFormat, track: 0, immediate: true };

/// Does what was prepared, once it is confirmed where something would be lost.
///
/// # Errors
/// It is not confirmed ([`Kind::Usage`]: nothing was done); it failed before the disc was changed
/// ([`Kind::BeforeDisc`]) or after ([`Kind::AfterDisc`]); the observer stopped it.
pub fn carry_out(
    drive: &mut Drive,
    prepared: &Prepared,
    confirmed: bool,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    if let Some(what) = prepared.loses().filter(|_| !confirmed) {
        let error = Error::new(Kind::Usage, format!("the disc holds {what}"));
        return Err(error.hint("say `--yes` if that may be lost"));
    }
    let (started, begin) = (Instant::now(), drive.time());
    // A drive that keeps its tray shut by itself may refuse, which does no harm.
    drive.lock_tray().map_err(|error| before(&error))?;
    let mut work = Work { drive, prepared, observer };
    let result = work.run();
    let drive_time = work.drive.time().saturating_sub(begin);
    let restored = drive.restore();
    let (after, remarks) = result?;
    if let Err(error) = restored {
        let remark = format!("the tray may still be locked: {error}");
        let _ = observer.event(Event::Remark(remark));
    }
    Ok(Report {
        drive: prepared.drive.clone(),
        before: prepared.before.clone(),
        after,
        contents: prepared.contents.clone(),
        action: prepared.action.clone(),
        remarks,
        drive_time,
        elapsed: started.elapsed(),
    })
}

struct Work<'a> {
    drive: &'a mut Drive,
    prepared: &'a Prepared,
    observer: &'a mut dyn Observer<Event>,
}

impl Work<'_> {
    fn run(&mut self) -> Result<(State, Vec<String>), Error> {
        match &self.prepared.action {
            Action::Nothing(_) => return Ok((self.prepared.before.clone(), Vec::new())),
            Action::Blank(depth) => self.blank(*depth)?,
            Action::Format { unit, .. } => {
                self.start_format(unit)?;
                self.wait(Stage::Formatting)?;
            }
            Action::Background { start, finish } => self.background(start.as_ref(), *finish)?,
            Action::Overwrite { ranges, restart } => {
                if let Some(unit) = restart {
                    self.start_format(unit)?;
                    self.wait(Stage::Formatting)?;
                }
                self.overwrite(ranges, restart.is_some())?;
            }
        }
        self.check()
    }

    fn blank(&mut self, depth: Depth) -> Result<(), Error> {
        let kind = match depth {
            Depth::Fast => BlankKind::Minimal,
            Depth::Full => BlankKind::Full,
        };
        let result = self.drive.run(&Blank { kind, immediate: true });
        match result {
            Ok(_) => {}
            // A drive that does not know IMMED: it answers when it is done, without progress.
            Err(error) if error.triple() == Some((5, 0x24, 0x00)) => {
                let blank = Blank { kind, immediate: false };
                self.drive.run(&blank).map_err(not_blanked)?;
            }
            Err(error) => return Err(not_blanked(error)),
        }
        self.wait(Stage::Blanking)
    }

    fn start_format(&mut self, unit: &FormatUnit) -> Result<(), Error> {
        self.drive.write_from(unit, &unit.data()).map(|_| ()).map_err(refused)
    }

    /// Waits for the end of what goes on in the drive.
    fn wait(&mut self, stage: Stage) -> Result<(), Error> {
        let observer = &mut *self.observer;
        let limit = if stage == Stage::Flushing { TIMEOUT_CLOSE } else { TIMEOUT_FORMAT };
        self.drive.wait(FIRST);
        let waited = wait_done(self.drive, limit, &mut |elapsed, progress| {
            let done = progress.map(|part| f64::from(part) / 65536.0);
            observer.event(Event::Progress { stage, done, elapsed: FIRST + elapsed })
        });
        match waited {
            Ok(Waited::Done) => Ok(()),
            Ok(Waited::Stopped) => Err(left_alone(stage)),
            Err(error) => Err(broken(error)),
        }
    }

    /// A command that ends what was done, and its wait.
    fn finish<R: Request>(&mut self, request: &R) -> Result<(), Error> {
        self.drive.run(request).map_err(broken)?;
        self.wait(Stage::Flushing)
    }

    fn background(&mut self, start: Option<&FormatUnit>, finish: bool) -> Result<(), Error> {
        if let Some(unit) = start {
            self.start_format(unit)?;
            self.wait(Stage::Formatting)?;
        }
        if !finish {
            return self.stop_background();
        }
        let begin = self.drive.time();
        loop {
            let information = self.drive.query(&ReadDiscInformation).map_err(broken)?;
            match information.background_format {
                BackgroundFormat::Done => return Ok(()),
                BackgroundFormat::Running => {}
                BackgroundFormat::None | BackgroundFormat::Suspended => {
                    return Err(after("the drive stopped formatting before the rim of the disc")
                        .hint("`oxidisc format --full` goes on with it"));
                }
            }
            let elapsed = self.drive.time().saturating_sub(begin);
            if elapsed >= TIMEOUT_FORMAT {
                return Err(
                    after("the drive does not come to an end with the format").hint(ONCE_MORE)
                );
            }
            // While it formats in the background TEST UNIT READY says that it is ready; how far it
            // is, REQUEST SENSE tells (MMC-6 6.5.4.2.14).
            let sense = self.drive.query(&RequestSense).ok();
            let done = sense.and_then(|sense| sense.progress).map(|part| f64::from(part) / 65536.0);
            let progress = Event::Progress { stage: Stage::Formatting, done, elapsed };
            if let ControlFlow::Break(()) = self.observer.event(progress) {
                self.drive.run(&STOP_BACKGROUND).map_err(broken)?;
                return Err(Error::new(Kind::Interrupted, "interrupted: the format is stopped")
                    .hint("the disc can be written; `oxidisc format --full` goes on with it"));
            }
            self.drive.wait(BACKGROUND_PAUSE);
        }
    }

    /// Flushes, and stops a background format.
    fn stop_background(&mut self) -> Result<(), Error> {
        self.finish(&SynchronizeCache { immediate: true })?;
        self.finish(&STOP_BACKGROUND)
    }

    /// `background`: a format goes on meanwhile, and is stopped.
    fn overwrite(&mut self, ranges: &[Range<u32>], background: bool) -> Result<(), Error> {
        let carried = u32::try_from(self.drive.max_transfer() / SECTOR).unwrap_or(u32::MAX);
        let chunk = carried.clamp(1, WRITE_BLOCKS);
        let zeros = vec![0; chunk as usize * SECTOR];
        let total: u64 = ranges.iter().map(|range| range.len() as u64).sum();
        let begin = self.drive.time();
        let mut done = 0u64;
        for range in ranges {
            let mut lba = range.start;
            while lba < range.end {
                let blocks = chunk.min(range.end - lba);
                self.write(lba, blocks, &zeros).map_err(|error| match done {
                    0 if !background => refused(error),
                    _ => broken(error),
                })?;
                (lba, done) = (lba + blocks, done + u64::from(blocks));
                let progress = Event::Progress {
                    stage: Stage::Overwriting,
                    done: Some(done as f64 / total as f64),
                    elapsed: self.drive.time().saturating_sub(begin),
                };
                if let ControlFlow::Break(()) = self.observer.event(progress) {
                    self.drive.run(&SynchronizeCache { immediate: false }).map_err(broken)?;
                    return Err(Error::new(
                        Kind::Interrupted,
                        "interrupted: the disc is erased in \
                         part, what was on it can no longer be relied on",
                    ));
                }
            }
        }
        if background {
            return self.stop_background();
        }
        self.finish(&SynchronizeCache { immediate: true })
    }

    /// Writes zeros; a drive whose buffer is full is asked again, with the same command.
    fn write(&mut self, lba: u32, blocks: u32, zeros: &[u8]) -> Result<(), CommandError> {
        let lba = Lba(i32::try_from(lba).unwrap_or(i32::MAX));
        let write = Write10 { lba, blocks: u16::try_from(blocks).unwrap_or(u16::MAX) };
        let begin = self.drive.time();
        loop {
            let Err(error) = self.drive.write_from(&write, &zeros[..blocks as usize * SECTOR])
            else {
                return Ok(());
            };
            let full = matches!(error.triple(), Some((2, 0x04, 0x07 | 0x08)))
                || error.failure == Failure::Status(Status::Busy);
            if !full || self.drive.time().saturating_sub(begin) >= TIMEOUT_WRITE {
                return Err(error);
            }
            self.drive.wait(WRITE_PAUSE);
        }
    }

    /// Looks at the disc again: GOOD is not believed.
    fn check(&mut self) -> Result<(State, Vec<String>), Error> {
        let begun = Event::Progress { stage: Stage::Checking, done: None, elapsed: Duration::ZERO };
        let _ = self.observer.event(begun);
        let after_all = self.prepared.before.again(self.drive).map_err(broken)?;
        match &self.prepared.action {
            Action::Nothing(_) => {}
            Action::Blank(_) => check_blank(&after_all)?,
            Action::Format { unit, exact } => check_format(&after_all, unit, *exact)?,
            Action::Background { finish, .. } => check_background(&after_all, *finish)?,
            Action::Overwrite { .. } => self.check_empty(&after_all)?,
        }
        let mut remarks = Vec::new();
        if after_all.profile == Profile::DvdRwSequential && !after_all.incremental {
            remarks.push("it can now be written at once only, in one session".into());
        }
        if after_all.format_state() == Some(FormatState::Unknown) {
            remarks.push("it has to be written from its start once before it can be read".into());
        }
        Ok((after_all, remarks))
    }

    fn check_empty(&mut self, now: &State) -> Result<(), Error> {
        let medium = survey_medium(self.drive, &self.prepared.drive).map_err(broken)?;
        let medium = medium.ok_or_else(|| {
            after("the disc is gone from the drive").hint("put it back in, and try once more")
        })?;
        let contents = Contents::of(self.drive, &medium, now.is_untouched())?;
        if contents.file_systems.is_empty() {
            return Ok(());
        }
        Err(after(format!("the drive took all zeros, and yet the disc holds {contents}"))
            .hint("the disc or the drive is worn out: take another"))
    }
}

fn check_blank(now: &State) -> Result<(), Error> {
    let sequential = now.profile != Profile::DvdRwRestrictedOverwrite;
    match now.status() {
        Some(DiscStatus::Blank) if sequential => Ok(()),
        _ => Err(after("the drive says that it has blanked the disc, and yet it is not blank")
            .hint("try `oxidisc blank --full`; if that fails too, the disc is worn out")),
    }
}

fn check_format(now: &State, unit: &FormatUnit, exact: bool) -> Result<(), Error> {
    let wanted = unit.format.blocks;
    // Types 13h and 15h leave the size to the writing that follows.
    if matches!(unit.format.kind, 0x13 | 0x15) {
        return match now.profile {
            Profile::DvdRwRestrictedOverwrite => Ok(()),
            other => Err(after(format!("the drive formatted the disc, and yet calls it {other}"))
                .hint(ONCE_MORE)),
        };
    }
    if now.pseudo_overwrite {
        return Err(after(
            "the drive formatted the BD-R for pseudo-overwrite, which was not asked",
        )
        .hint("it cannot be undone, and few programs can write such a disc"));
    }
    match now.formatted_blocks() {
        Some(blocks) if blocks == wanted || !exact => Ok(()),
        Some(blocks) => Err(after(format!(
            "the drive formatted the disc to {blocks} sectors in place of {wanted}"
        ))
        .hint("this drive does not change the size of this disc; it can be used as it is")),
        None => Err(not_formatted()),
    }
}

fn check_background(now: &State, finish: bool) -> Result<(), Error> {
    match now.background() {
        BackgroundFormat::Done => Ok(()),
        BackgroundFormat::Suspended | BackgroundFormat::Running if !finish => Ok(()),
        _ => Err(not_formatted()),
    }
}

const ONCE_MORE: &str = "try once more; if it fails again, the disc is worn out";

fn not_formatted() -> Error {
    after("the drive says that it has formatted the disc, and yet it is not").hint(ONCE_MORE)
}

fn after(message: impl Into<String>) -> Error {
    Error::new(Kind::AfterDisc, message)
}

/// The error of a command that was to change the disc. A refusal left it as it was; of all else
/// nobody can know.
fn refused(error: CommandError) -> Error {
    let untouched = match &error.failure {
        Failure::Check(sense) => matches!(
            sense.key,
            SenseKey::IllegalRequest | SenseKey::NotReady | SenseKey::DataProtect
        ),
        Failure::Transport(TransportError::Refused | TransportError::TooLarge) => true,
        Failure::Transport(_) => false,
        Failure::Status(_) | Failure::Parse(_) => true,
    };
    if untouched { before(&error) } else { broken(error) }
}

fn before(command: &CommandError) -> Error {
    let error = Error::new(Kind::BeforeDisc, format!("{command}: the disc is as it was"));
    let error = error.command(command);
    match advice::hint(command, Doing::Erasing) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The error of BLANK, which more than the drive refuses.
fn not_blanked(error: CommandError) -> Error {
    match error.triple() {
        Some((5, 0x20 | 0x24, _)) => before(&error),
        _ => refused(error),
    }
}

/// The error of what went wrong after the disc began to change.
fn broken(command: CommandError) -> Error {
    let error = Error::new(
        Kind::AfterDisc,
        format!("{command}: what is on the disc now cannot be relied on"),
    );
    let error = error.command(&command);
    match command.triple() {
        Some((3, 0x73, _)) => {
            error.hint(advice::hint(&command, Doing::Erasing).unwrap_or(ONCE_MORE))
        }
        Some((3 | 4, ..)) => error.hint(ONCE_MORE),
        _ => error.hint("take the disc out and put it back in, then ask `oxidisc info`"),
    }
}

fn left_alone(stage: Stage) -> Error {
    let doing = match stage {
        Stage::Blanking => "erasing",
        Stage::Formatting => "formatting",
        Stage::Overwriting | Stage::Flushing | Stage::Checking => "writing",
    };
    let error = format!("interrupted: the drive goes on {doing} by itself");
    Error::new(Kind::Interrupted, error)
        .hint("it takes no other command and keeps the disc until it has done so")
}
