//! What came of a burn, in words and as JSON.

use std::collections::HashSet;

use oxidisc::jobs::burn::{Report, Status, Worth};
use serde_json::{Value, json};

use super::super::error::CliError;
use super::super::exit::Exit;
use super::super::human;
use super::super::json;
use super::super::output::{Printer, Style};
use super::super::verify as comparison;

/// A burn's report and what it goes by.
pub struct Burnt<'a> {
    /// The drive as it was named.
    pub drive: &'a str,
    /// The image as it was named.
    pub image: &'a str,
    /// What came of it.
    pub report: &'a Report,
}

/// What the shell is told.
pub fn exit(report: &Report) -> Exit {
    match &report.status {
        Status::Verified | Status::Written | Status::Simulated => Exit::Done,
        Status::Mismatch => Exit::Different,
        Status::Interrupted => Exit::Interrupted,
        Status::Failed(error) => CliError::from(error.clone()).exit,
    }
}

/// The worst of several discs' ends, for the shell.
pub fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let badness = |exit: &Exit| match exit {
        Exit::Done => 0,
        Exit::Different => 1,
        Exit::Interrupted => 3,
        Exit::AfterDisc => 4,
        _ => 2,
    };
    exits.max_by_key(badness).unwrap_or(Exit::Done)
}

/// Tells all of it, remarks that have been told already left out.
pub fn tell(printer: &Printer, burnt: &Burnt<'_>, several: bool, told: &HashSet<String>) {
    let Burnt { drive, image, report } = burnt;
    if let Some(hash) = &report.image_sha256 {
        printer.data(&format!("sha256  {hash}  {image}\n"));
    }
    if let Some(hash) = &report.readback_sha256 {
        printer.data(&format!("sha256  {hash}  {drive}\n"));
    }
    let label = if several { format!("{drive}: ") } else { String::new() };
    let strong = |text: &str| printer.style(Style::Strong, text);
    let did = |what: &str| format!("{label}{image}: {}, {}", strong(what), performance(report));
    match &report.status {
        Status::Verified => printer.note(&did("verified")),
        Status::Written => printer.note(&did("written, not read back")),
        Status::Simulated => printer.note(&did("rehearsed")),
        Status::Mismatch => {
            printer.warn(&did("written, but not the same on the disc"));
            if let Some(verify) = &report.verify {
                comparison::tell_what_is_wrong(printer, verify, image);
            }
        }
        Status::Interrupted => printer.note(&format!("{label}{image}: interrupted")),
        Status::Failed(error) => {
            let mut error = CliError::from(error.clone());
            error.message = format!("{label}{}", error.message);
            printer.complain_of(&error, Some(&format!("{label}{}", report.worth)));
        }
    }
    for remark in report.remarks.iter().filter(|remark| !told.contains(*remark)) {
        printer.note(&format!("{label}{remark}"));
    }
    let worth = format!("{label}{}", report.worth);
    match report.status {
        // The truth about a disc is no detail of a failure.
        Status::Interrupted | Status::Mismatch => printer.verdict(&worth),
        Status::Failed(_) => {}
        _ => printer.note(&worth),
    }
}

/// `139.5 MiB at 8.0x on average in 3 min 20 s of the drive's time, 1 underrun`
fn performance(report: &Report) -> String {
    let mut text = human::bytes(report.written * 2048);
    if let Some(kbps) = report.kbps_average {
        let x = report.medium.family.map(|family| human::times(human::x(kbps, family)));
        let x = x.map_or(String::new(), |x| format!("{x}, "));
        text.push_str(&format!(" at {x}{} on average", human::rate(kbps)));
    }
    let took = human::duration(report.drive_time);
    let underruns = match report.underruns {
        0 => "no underrun".to_string(),
        count => human::count(count, "underrun"),
    };
    text.push_str(&format!(", in {took} of the drive's time, {underruns}"));
    if report.retries > 0 {
        let times = human::count(report.retries, "write");
        text.push_str(&format!(", {times} sent again"));
    }
    text
}

/// The fields of the result about several discs.
pub fn documents(burnt: &[Burnt<'_>]) -> Value {
    let exit = worst(burnt.iter().map(|burnt| self::exit(burnt.report)));
    let all: Vec<Value> = burnt.iter().map(document).collect();
    let status = if exit == Exit::Done { "done" } else { "failed" };
    json!({"status": status, "exit": exit.code(), "discs": all})
}

/// The fields of the result.
pub fn document(burnt: &Burnt<'_>) -> Value {
    let Burnt { drive, report, .. } = burnt;
    let (status, error) = match &report.status {
        Status::Verified => ("verified", None),
        Status::Written => ("written", None),
        Status::Simulated => ("simulated", None),
        Status::Mismatch => ("mismatch", None),
        Status::Interrupted => ("interrupted", None),
        Status::Failed(error) => ("failed", Some(CliError::from(error.clone()))),
    };
    let kbps = |rate: Option<f64>| rate.map(|kbps| kbps.round() as u64);
    let plan = &report.plan;
    let mut document = json!({
        "status": status,
        "path": drive,
        "sectors": report.sectors,
        "sectors_written": report.written,
        "profile": json::profile(report.medium.profile),
        "mode": plan.mode,
        "start": plan.start.0,
        "closed": report.closed,
        "worth": worth(&report.worth),
        "write_kbps_requested": plan.rate.map(|rate| rate.kbps),
        "write_kbps_granted": report.granted.map(|rate| rate.kbps),
        "write_kbps_average": kbps(report.kbps_average),
        "underruns": report.underruns,
        "buffer_min_percent": report.buffer_min_percent,
        "retries": report.retries,
        "source_stalls": report.stalls.count,
        "source_stall_seconds": json::seconds(report.stalls.total),
        "image_sha256": report.image_sha256,
        "readback_sha256": report.readback_sha256,
        "different_ranges": report.verify.as_ref().map(|verify| &verify.different_ranges),
        "unreadable_ranges": report.verify.as_ref().map(|verify| &verify.unreadable_ranges),
        "remarks": report.remarks,
        "drive": json::drive(&report.drive),
        "media_id": report.medium.media_id,
        "drive_seconds": json::seconds(report.drive_time),
        "elapsed_seconds": json::seconds(report.elapsed),
    });
    if let (Some(error), Value::Object(fields)) = (error, &mut document) {
        fields.insert("exit".into(), json!(error.exit.code()));
        fields.insert("error".into(), json!(json::error(&error)));
    }
    document
}

/// What the disc is worth: a name for programs, the words, and the numbers in them.
fn worth(worth: &Worth) -> Value {
    let (name, next_writable, resumable) = match worth {
        Worth::Untouched => ("untouched", None, false),
        Worth::Empty => ("empty", None, false),
        Worth::Rewritable => ("rewritable", None, false),
        Worth::Resumable { nwa, .. } => ("resumable", Some(nwa.0), true),
        Worth::Unclosed => ("unclosed", None, true),
        Worth::Wasted { .. } => ("wasted", None, false),
        Worth::Closable => ("closable", None, true),
        Worth::Blankable => ("blankable", None, false),
        Worth::Ruined => ("ruined", None, false),
        Worth::Written { .. } => ("written", None, false),
        Worth::Verified { .. } => ("verified", None, false),
        Worth::Unreadable { .. } => ("unreadable", None, false),
        Worth::Doubtful => ("doubtful", None, false),
        Worth::Different => ("different", None, false),
        Worth::Unknown { resumable } => ("unknown", None, *resumable),
    };
    json!({
        "state": name,
        "text": worth.to_string(),
        "next_writable": next_writable,
        "resumable": resumable,
    })
}
