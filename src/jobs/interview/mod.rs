//! Asks a drive everything harmless that it may know the answer to, for whoever keeps the answers:
//! a recording around the drive's transport does. What to ask is in `questions`, a pure function
//! of what the survey found. Reads no answer but the lists of what else can be asked.

mod questions;
#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use super::observe::Observer;
use super::ready::{Since, Waiting, wait_ready};
use super::survey::{DriveFacts, MediumFacts};
use crate::mmc::{CommandError, Drive, Failure};
use crate::transport::{Cdb, TransportError};
use questions::Question;

/// What one question may take that a ready drive answers at once, and all of them together.
const COMMAND: Duration = Duration::from_secs(20);
const ALL: Duration = Duration::from_secs(180);
/// Commands that may be lost on the way before the drive is left alone altogether.
const LOST_MAX: usize = 3;
/// A drive that was reset because it hung gets so long to come back.
const RECOVERY: Duration = Duration::from_secs(20);

/// What questions are about. A drive that hangs on one is asked no more of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// INQUIRY.
    Identity,
    /// GET EVENT STATUS, MECHANISM STATUS.
    State,
    /// MODE SENSE.
    ModePages,
    /// READ CAPACITY, READ FORMAT CAPACITIES, READ DISC INFORMATION.
    Disc,
    /// READ TOC/PMA/ATIP.
    Contents,
    /// READ TRACK INFORMATION.
    Tracks,
    /// READ DISC STRUCTURE.
    Structures,
    /// GET PERFORMANCE.
    Speeds,
    /// READ SUB-CHANNEL.
    SubChannel,
    /// READ.
    Sectors,
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Identity => "identity",
            Topic::State => "tray and events",
            Topic::ModePages => "mode pages",
            Topic::Disc => "disc and formats",
            Topic::Contents => "table of contents",
            Topic::Tracks => "tracks",
            Topic::Structures => "disc structures",
            Topic::Speeds => "speeds",
            Topic::SubChannel => "sub-channel",
            Topic::Sectors => "sectors",
        })
    }
}

/// A question is about to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// About what.
    pub topic: Topic,
    /// Questions asked before.
    pub asked: usize,
    /// Questions left, this one included; more may come of the answers.
    pub left: usize,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What the drive hung on, each once: the rest of it was not asked.
    pub hung: Vec<Topic>,
    /// Why it ended before all was asked.
    pub ended: Option<Ended>,
}

/// Why not all was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The observer wanted so.
    Interrupted,
    /// The drive took too long.
    Late,
    /// Too many commands were lost on the way.
    Hung,
    /// The drive went away.
    Gone,
}

/// Asks everything that `already` does not hold.
pub fn interview(
    drive: &mut Drive,
    facts: &DriveFacts,
    medium: Option<&MediumFacts>,
    already: &[Cdb],
    observer: &mut dyn Observer<Event>,
) -> Report {
    drive.hurry(COMMAND, ALL);
    let mut seen: HashSet<Cdb> = already.iter().copied().collect();
    let mut left: VecDeque<Question> = questions::first(facts, medium).into();
    left.retain(|question| seen.insert(question.cdb));
    let mut report = Report::default();
    let mut asked = 0;
    let mut lost = 0;
    while let Some(question) = left.pop_front() {
        let topic = question.topic;
        if report.hung.contains(&topic) {
            continue;
        }
        let event = Event { topic, asked, left: left.len() + 1 };
        if observer.event(event) == ControlFlow::Break(()) {
            report.ended = Some(Ended::Interrupted);
        } else if drive.is_late() {
            report.ended = Some(Ended::Late);
        }
        if report.ended.is_some() {
            return report;
        }
        asked += 1;
        match drive.ask(&question) {
            Ok(answer) => {
                for more in questions::following(&question, &answer, medium).into_iter().rev() {
                    if seen.insert(more.cdb) {
                        left.push_front(more);
                    }
                }
            }
            Err(CommandError { failure: Failure::Transport(error), .. }) => match error {
                // The kernel did not even hand it over.
                TransportError::Refused => {}
                TransportError::Gone => {
                    report.ended = Some(Ended::Gone);
                    return report;
                }
                _ => {
                    report.hung.push(topic);
                    lost += 1;
                    if lost >= LOST_MAX {
                        report.ended = Some(Ended::Hung);
                        return report;
                    }
                    recover(drive);
                }
            },
            // It said no, which is an answer too.
            Err(_) => {}
        }
    }
    report
}

/// Waits for a drive that the kernel has reset. What does not come back shows in the next answer.
fn recover(drive: &mut Drive) {
    let mut patience = |waiting: Waiting| match waiting {
        Waiting::Busy { elapsed, .. } if elapsed >= RECOVERY => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let _ = wait_ready(drive, Since::Now, &mut patience);
}
