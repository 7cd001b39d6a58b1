//! What was recorded, in text and JSON. Counted in the file itself: what is told is what is in it.

use std::fmt::Write as _;
use std::path::Path;

use oxidisc::jobs::interview::{self, Ended};
use oxidisc::transport::recording::{Exchange, Recording};
use oxidisc::transport::{SenseKey, Status, TransportError, verdict};
use serde_json::{Value, json};

use super::{Asked, name};
use crate::cli::json;
use crate::cli::output::{Printer, Style};

/// A recording that is done.
pub struct Outcome<'a> {
    /// Where it is.
    pub file: &'a Path,
    /// Of what.
    pub asked: &'a Asked,
    /// How the asking went.
    pub went: interview::Report,
    /// What is in the file.
    pub recording: Recording,
    /// Whether serial numbers are crossed out.
    pub redacted: bool,
}

/// How commands ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    answered: usize,
    refused: usize,
    lost: usize,
    withheld: usize,
}

impl Counts {
    fn of(exchanges: &[Exchange]) -> Counts {
        let mut counts = Counts::default();
        for exchange in exchanges {
            let done = match &exchange.outcome {
                Ok(answer) => verdict::judge(answer, 0),
                Err(errno) => Err(verdict::judge_errno(*errno)),
            };
            let done = match done {
                Ok(done) => done,
                Err(TransportError::Refused) => {
                    counts.withheld += 1;
                    continue;
                }
                Err(_) => {
                    counts.lost += 1;
                    continue;
                }
            };
            let fine = |key| matches!(key, SenseKey::NoSense | SenseKey::Recovered);
            match done.status {
                Status::Good => counts.answered += 1,
                _ if done.sense.is_some_and(|sense| fine(sense.key)) => counts.answered += 1,
                _ => counts.refused += 1,
            }
        }
        counts
    }
}

/// For a person.
pub fn text(outcome: &Outcome, printer: &Printer) -> String {
    let counts = Counts::of(&outcome.recording.exchanges);
    let mut commands = format!("{}: {}", outcome.recording.exchanges.len(), told(counts));
    if outcome.went.ended == Some(Ended::Interrupted) {
        commands += "; interrupted before all was asked";
    }
    let shown = outcome.file.display();
    let mut text = format!("{}\n", printer.style(Style::Strong, &shown.to_string()));
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<15}{value}");
    };
    line("Drive", &name::drive(outcome.asked));
    line("Disc", &name::disc(outcome.asked));
    line("Commands", &commands);
    for topic in &outcome.went.hung {
        line("Cut short", &format!("{topic}: the drive did not answer"));
    }
    match outcome.went.ended {
        Some(Ended::Hung) => line("", "then all the rest: it had failed to answer too often"),
        Some(Ended::Late) => line("Cut short", "all the rest: the drive takes too long"),
        _ => {}
    }
    line("Serial number", &serial(outcome));
    line("Left out", "what is on the disc: sectors are there as checksums only");
    if outcome.asked.found.is_none() {
        return text;
    }
    let _ = write!(text, "\nSend it with what you have to say about the drive. To look at it:\n");
    let _ = writeln!(text, "  oxidisc -d replay:{shown} info");
    text
}

fn told(counts: Counts) -> String {
    let mut told = format!("{} answered, {} refused", counts.answered, counts.refused);
    let rare = [(counts.lost, "without an answer"), (counts.withheld, "that only root may send")];
    for (count, what) in rare.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(told, ", {count} {what}");
    }
    told
}

fn serial(outcome: &Outcome) -> String {
    match outcome.asked.found.as_ref().and_then(|found| found.drive.serial.as_ref()) {
        Some(_) if outcome.redacted => "crossed out".into(),
        Some(serial) => format!("{serial} is in it; --redact crosses it out"),
        None => "none that the drive would tell".into(),
    }
}

/// For a program.
pub fn document(outcome: &Outcome) -> Value {
    let Counts { answered, refused, lost, withheld } = Counts::of(&outcome.recording.exchanges);
    let found = outcome.asked.found.as_ref();
    let serial = found.is_some_and(|found| found.drive.serial.is_some());
    let mut drive = found.map(|found| json::drive(&found.drive));
    if let Some(drive) = drive.as_mut().filter(|_| outcome.redacted) {
        drive["serial"] = Value::Null;
    }
    let hung: Vec<String> = outcome.went.hung.iter().map(ToString::to_string).collect();
    json!({
        "status": match outcome.went.ended {
            Some(Ended::Interrupted) => "interrupted",
            Some(_) => "incomplete",
            None if !hung.is_empty() => "incomplete",
            None => "recorded",
        },
        "file": outcome.file.display().to_string(),
        "drive": drive,
        "medium": outcome.asked.medium().map(|medium| json::profile(medium.profile)),
        "note": outcome.recording.header.note,
        "commands": outcome.recording.exchanges.len(),
        "answered": answered,
        "refused": refused,
        "lost": lost,
        "withheld": withheld,
        "cut_short": hung,
        "holds_serial": serial && !outcome.redacted,
    })
}
