//! What was recorded, in text and JSON. Counted in the file itself: what is told is what is in it.

use std::fmt::Write as _;
use std::path::Path;

use oxidisc::jobs::interview::{self, Ended};
use oxidisc::transport::recording::{Exchange, Recording};
use oxidisc::transport::{SenseKey, Status, verdict};
use serde_json::{Value, json};

use super::name;
use crate::cli::human;
use crate::cli::info::Found;
use crate::cli::json;
use crate::cli::output::{Printer, Style};

/// A recording that is done.
pub struct Outcome<'a> {
    /// Where it is.
    pub file: &'a Path,
    /// Of what; `None` if the drive does not say who it is.
    pub found: Option<&'a Found>,
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
}

impl Counts {
    fn of(exchanges: &[Exchange]) -> Counts {
        let mut counts = Counts::default();
        for exchange in exchanges {
            let answer = exchange.outcome.as_ref().ok();
            let Some(done) = answer.and_then(|answer| verdict::judge(answer, 0).ok()) else {
                counts.lost += 1;
                continue;
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
    if let Some(found) = outcome.found {
        line("Drive", &human::drive(&found.drive));
        line("Disc", &name::disc(found).unwrap_or_else(|| "none".into()));
    }
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
    let _ = write!(text, "\nSend it with what you have to say about the drive. To look at it:\n");
    let _ = writeln!(text, "  oxidisc -d replay:{shown} info");
    text
}

fn told(counts: Counts) -> String {
    let Counts { answered, refused, lost } = counts;
    let lost = if lost > 0 { format!(", {lost} without an answer") } else { String::new() };
    format!("{answered} answered, {refused} refused{lost}")
}

fn serial(outcome: &Outcome) -> String {
    match outcome.found.and_then(|found| found.drive.serial.as_ref()) {
        Some(_) if outcome.redacted => "crossed out".into(),
        Some(serial) => format!("{serial} is in it; --redact crosses it out"),
        None => "none that the drive would tell".into(),
    }
}

/// For a program.
pub fn document(outcome: &Outcome) -> Value {
    let Counts { answered, refused, lost } = Counts::of(&outcome.recording.exchanges);
    let medium = outcome.found.and_then(|found| found.disc.as_ref()).map(|disc| &disc.medium);
    let serial = outcome.found.is_some_and(|found| found.drive.serial.is_some());
    let mut drive = outcome.found.map(|found| json::drive(&found.drive));
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
        "medium": medium.map(|medium| json::profile(medium.profile)),
        "note": outcome.recording.header.note,
        "commands": outcome.recording.exchanges.len(),
        "answered": answered,
        "refused": refused,
        "lost": lost,
        "cut_short": hung,
        "holds_serial": serial && !outcome.redacted,
    })
}
