//! `doctor`: what keeps this user from ripping and burning, and what mends it. A line a finding,
//! the worst first, and below it the command line.

use std::fmt::Write as _;
use std::path::PathBuf;

use oxidisc::jobs::doctor::{self, Finding, Options, Report, Status, Subject, Tree};
use oxidisc::transport::{Access, mend};
use serde::Serialize;

use super::App;
use super::args::DoctorArgs;
use super::error::CliError;
use super::exit::Exit;
use super::human::wrap;
use super::json;
use super::open;
use super::output::{Printer, Style};

#[derive(Debug, Serialize)]
struct Document {
    status: &'static str,
    exit: u8,
    can_rip: bool,
    can_burn: bool,
    findings: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    id: &'static str,
    status: &'static str,
    subject: String,
    text: String,
    mend: Option<String>,
}

/// Looks at the machine.
pub fn run(args: &DoctorArgs, app: &App) -> Result<Exit, CliError> {
    if args.udev_rules {
        app.printer.data(mend::UDEV_RULES);
        let body = serde_json::json!({"udev_rules": mend::UDEV_RULES});
        app.printer.json(&json::result(app.schema, body));
        return Ok(Exit::Done);
    }
    let report = report(args, app)?;
    let exit = exit(&report);
    app.printer.data(&text(&app.printer, &report));
    let document = Document {
        status: if exit == Exit::Done { "usable" } else { "unusable" },
        exit: exit.code(),
        can_rip: report.can_rip(),
        can_burn: report.can_burn(),
        findings: report.findings.iter().map(listed).collect(),
    };
    app.printer.json(&json::result(app.schema, document));
    Ok(exit)
}

fn report(args: &DoctorArgs, app: &App) -> Result<Report, CliError> {
    let typed = &app.global.drives;
    let apart = typed.iter().map(|name| open::is_apart(name)).collect::<Result<Vec<_>, _>>()?;
    if let ([name], [true]) = (&typed[..], &apart[..]) {
        let mut opened = app.open(Access::Write)?;
        return Ok(doctor::examine_apart(name, &mut opened.drive, Some(&args.folder)));
    }
    if apart.contains(&true) {
        return Err(CliError::usage("a simulated drive or a recording, and another drive")
            .hint("look at each by itself"));
    }
    if app.global.record.is_some() {
        return Err(CliError::usage("the doctor records nothing")
            .hint("oxidisc info --record FILE records what the drive answers"));
    }
    let root = args.root.as_deref();
    Ok(doctor::examine(&Options {
        tree: root.map(Tree::below).unwrap_or_default(),
        drives: typed.iter().map(PathBuf::from).collect(),
        folder: root.is_none().then(|| args.folder.clone()),
    }))
}

/// What a script is told.
fn exit(report: &Report) -> Exit {
    let problems = || report.findings.iter().filter(|finding| finding.is_problem());
    match (problems().any(Finding::is_of_drive), problems().next()) {
        (true, _) => Exit::Unusable,
        (false, Some(_)) => Exit::Failed,
        (false, None) => Exit::Done,
    }
}

fn text(printer: &Printer, report: &Report) -> String {
    let shown: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| !printer.is_quiet() || finding.is_problem())
        .collect();
    let subjects = shown.iter().map(|finding| subject(finding).chars().count());
    let subject_width = subjects.max().unwrap_or(0);
    let indent = STATUS_WIDTH + 2 + subject_width + 2;
    let columns = terminal_size::terminal_size_of(std::io::stdout());
    let columns = columns.map(|(width, _)| usize::from(width.0));
    let mut text = String::new();
    for finding in shown {
        let (name, style) = status(finding.status);
        let mut lines = lines(&finding.text, columns, indent).into_iter();
        let _ = writeln!(
            text,
            "{}  {:subject_width$}  {}",
            printer.style(style, &format!("{name:STATUS_WIDTH$}")),
            subject(finding),
            lines.next().unwrap_or_default()
        );
        for line in lines {
            let _ = writeln!(text, "{:indent$}{line}", "");
        }
        // Unbroken: it is to be pasted.
        if let Some(line) = &finding.mend {
            let _ = writeln!(text, "{:indent$}{}", "", printer.style(Style::Hint, line));
        }
    }
    let (verdict, style) = match (report.can_rip(), report.can_burn()) {
        (true, true) => ("you can rip and burn here", Style::Good),
        (true, false) => ("you can rip here, and not burn", Style::Bad),
        (false, true) => ("you can burn here, and not rip", Style::Bad),
        (false, false) => ("you can neither rip nor burn here", Style::Bad),
    };
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}", printer.style(style, verdict));
    text
}

/// A text in its column of a terminal; in one line where there is none, or no room for a column.
fn lines(text: &str, columns: Option<usize>, indent: usize) -> Vec<String> {
    match columns.map(|columns| columns.saturating_sub(indent)) {
        Some(room) if room >= ROOM_MIN => wrap(text, room),
        _ => vec![text.to_string()],
    }
}

/// A lone dot says little to people.
fn subject(finding: &Finding) -> String {
    match &finding.subject {
        Subject::Folder(path) if path == "." => "this folder".into(),
        other => other.to_string(),
    }
}

/// A column narrower than this is none.
const ROOM_MIN: usize = 24;
/// `problem` and `warning` are the longest.
const STATUS_WIDTH: usize = 7;

fn status(status: Status) -> (&'static str, Style) {
    match status {
        Status::Problem(_) => ("problem", Style::Bad),
        Status::Warning => ("warning", Style::Warn),
        Status::Note => ("note", Style::Strong),
        Status::Ok => ("ok", Style::Good),
    }
}

fn listed(finding: &Finding) -> Listed {
    Listed {
        id: finding.id,
        status: status(finding.status).0,
        subject: finding.subject.to_string(),
        text: finding.text.clone(),
        mend: finding.mend.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_for_a_terminal_alone() {
        let text = "there is no optical drive in this machine";
        assert_eq!(lines(text, None, 20), [text]);
        assert_eq!(lines(text, Some(46), 20), ["there is no optical drive", "in this machine"]);
        assert_eq!(lines(text, Some(40), 20), [text]);
    }
}
