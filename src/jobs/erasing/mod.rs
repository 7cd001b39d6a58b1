//! What blanking and formatting have in common: a look at the disc, an action that fits it, what
//! would be lost by it, the action carried out and waited for, and a second look that believes no
//! GOOD. Which action it is, `blank` and `format` choose; the choice is pure.

pub mod contents;
mod engine;
pub mod state;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;
use std::ops::{ControlFlow, Range};
use std::time::Duration;

use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::ready::{self, Since};
use crate::jobs::survey::{DriveFacts, survey_drive, survey_medium};
use crate::mmc::Drive;
use crate::mmc::cmd::format_unit::FormatUnit;
use contents::Contents;
use state::State;

pub use engine::carry_out;

/// How thoroughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// As little as makes the disc empty, or ready to be written: seconds to a few minutes.
    Fast,
    /// All of it: as long as writing the disc full.
    Full,
}

/// What is done to a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing is to be done, and why.
    Nothing(String),
    /// BLANK: a CD-RW or DVD-RW.
    Blank(Depth),
    /// FORMAT UNIT, and the drive is waited for.
    Format {
        /// The command.
        unit: FormatUnit,
        /// The disc must have the size asked for afterwards; else the drive may round it.
        exact: bool,
    },
    /// The background format of a DVD+RW.
    Background {
        /// How it is begun; `None`: it runs already.
        start: Option<FormatUnit>,
        /// It is waited for up to the rim of the disc; else it is stopped as soon as the disc can
        /// be written, and goes on when that is done.
        finish: bool,
    },
    /// Zeros over what is on a disc that knows no BLANK.
    Overwrite {
        /// These blocks.
        ranges: Vec<Range<u32>>,
        /// A background format that has to go on for that.
        restart: Option<FormatUnit>,
    },
}

impl Action {
    /// Whether it changes the disc.
    pub fn changes(&self) -> bool {
        !matches!(self, Action::Nothing(_))
    }

    /// Whether what is on the disc is gone afterwards. Growing a session (types 11h and 13h) and
    /// going on with a background format (type 26h with its restart bit) leave it.
    pub fn loses_data(&self) -> bool {
        match self {
            Action::Nothing(_) | Action::Background { start: None, .. } => false,
            Action::Background { start: Some(format), .. } => format.format.parameter & 1 == 0,
            Action::Format { unit, .. } => !matches!(unit.format.kind, 0x11 | 0x13),
            Action::Blank(_) | Action::Overwrite { .. } => true,
        }
    }
}

impl fmt::Display for Action {
    /// In a few words: `blank, fast`, `format, type 26h in the background`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Nothing(why) => f.write_str(why),
            Action::Blank(Depth::Fast) => f.write_str("blank, fast"),
            Action::Blank(Depth::Full) => f.write_str("blank, full"),
            Action::Format { unit, .. } => write!(f, "format, type {:02x}h", unit.format.kind),
            Action::Background { finish: true, .. } => f.write_str("format to the rim"),
            Action::Background { finish: false, .. } => f.write_str("begin the format"),
            Action::Overwrite { ranges, .. } => {
                let blocks: u64 = ranges.iter().map(|range| range.len() as u64).sum();
                write!(f, "overwrite {blocks} sectors with zeros")
            }
        }
    }
}

/// An action and what to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// It.
    pub action: Action,
    /// What it costs, what is unusual. A sentence each, without full stop.
    pub remarks: Vec<String>,
}

impl From<Action> for Choice {
    fn from(action: Action) -> Choice {
        Choice { action, remarks: Vec::new() }
    }
}

/// All that is known before the disc is changed. Nothing that changes it has been sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The drive.
    pub drive: DriveFacts,
    /// The disc as it is.
    pub before: State,
    /// What is on it.
    pub contents: Contents,
    /// What will be done to it.
    pub action: Action,
    /// What to know of that.
    pub remarks: Vec<String>,
}

impl Prepared {
    /// What would be lost, in words: `ISO 9660 'BACKUP'`. `None`: nothing, and no one need be
    /// asked.
    pub fn loses(&self) -> Option<String> {
        let loses = self.action.loses_data() && !self.contents.is_empty();
        loses.then(|| self.contents.to_string())
    }
}

/// What a job is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// BLANK is under way.
    Blanking,
    /// FORMAT UNIT is under way.
    Formatting,
    /// Zeros are written.
    Overwriting,
    /// The drive's buffer goes to the disc.
    Flushing,
    /// The disc is looked at again.
    Checking,
}

/// What happens meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The drive is not ready yet.
    Waiting,
    /// Something worth knowing.
    Remark(String),
    /// How far it is; comes again and again.
    Progress {
        /// What it is at.
        stage: Stage,
        /// How much of the stage is done, 0 to 1. `None`: the drive does not tell.
        done: Option<f64>,
        /// Drive time since the stage began.
        elapsed: Duration,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The drive.
    pub drive: DriveFacts,
    /// The disc as it was.
    pub before: State,
    /// The disc as it is.
    pub after: State,
    /// What was on it.
    pub contents: Contents,
    /// What was done.
    pub action: Action,
    /// What to know of the disc as it is now. A sentence each, without full stop.
    pub remarks: Vec<String>,
    /// Time of the drive.
    pub drive_time: Duration,
    /// Time of the wall clock.
    pub elapsed: Duration,
}

fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted")
}

/// Looks at drive and disc and lets `choose` make of it what is to be done.
///
/// # Errors
/// There is no disc, it is protected, or `choose` says no: the disc is as it was.
pub(crate) fn prepare(
    drive: &mut Drive,
    observer: &mut dyn Observer<Event>,
    choose: impl FnOnce(&State, &Contents) -> Result<Choice, Error>,
) -> Result<Prepared, Error> {
    ready::require(drive, Since::Now, &mut |_| observer.event(Event::Waiting))?;
    let facts = survey_drive(drive)?;
    let no_disc = || ready::no_medium(ready::Tray::Unknown);
    let medium = survey_medium(drive, &facts)?.ok_or_else(no_disc)?;
    let before = State::inspect(drive, &medium)?;
    let contents = Contents::of(drive, &medium, before.is_untouched())?;
    let Choice { action, remarks } = choose(&before, &contents)?;
    if action.changes()
        && let Some(by) = before.protected_by()
    {
        let error = Error::new(Kind::Unusable, format!("the disc is write-protected: {by}"));
        return Err(error.hint("take the protection off, or take another disc"));
    }
    let prepared = Prepared { drive: facts, before, contents, action, remarks };
    for remark in &prepared.remarks {
        if let ControlFlow::Break(()) = observer.event(Event::Remark(remark.clone())) {
            return Err(interrupted());
        }
    }
    Ok(prepared)
}
