//! `record-drive`: one file with all that a drive and its disc answer. Asks what `info` asks, in
//! the same order, so that `info` shows the same of the file; then what else is harmless.

mod name;
mod report;
mod spool;

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use oxidisc::jobs::interview::{self, Ended, Event, interview};
use oxidisc::transport::record::{BULK_ABOVE, Options, Recorder, Trouble};
use oxidisc::transport::recording::{Header, Recording};
use oxidisc::transport::{Access, reason};
use serde_json::json;

use super::App;
use super::args::RecordDriveArgs;
use super::error::CliError;
use super::exit::Exit;
use super::info::{self, Found};
use super::interrupt::Interrupt;
use super::json;
use super::open::Opened;
use super::progress::{Bars, Progress};
use super::tap::{Log, Tap};
use report::Outcome;
use spool::Spool;

/// Records the drive and its disc.
pub fn run(args: &RecordDriveArgs, app: &App) -> Result<Exit, CliError> {
    if app.global.record.is_some() {
        return Err(CliError::usage("record-drive records by itself: --record is too much")
            .hint("name the file behind the command: oxidisc record-drive FILE"));
    }
    if let Some(file) = args.file.as_ref().filter(|file| !args.force && file.exists()) {
        return Err(exists(file));
    }
    let interrupt = Interrupt::install()?;
    let (log, spool) = (Log::default(), Spool::default());
    let mut trouble = Trouble::default();
    let mut opened = app.open_through(Access::Look, |drive| {
        let options =
            Options { bulk_above: BULK_ABOVE, redact: app.global.redact, contents: false };
        let recorder = Recorder::headless(drive, spool.clone(), options);
        trouble = recorder.trouble();
        Box::new(Tap::new(Box::new(recorder), log.clone()))
    })?;
    app.printer.note("asking the drive; nothing is written or changed");
    // What is on it is nobody's business: `info` does without, here and of the file.
    opened.contents = false;
    let (found, mut error) = match info::ask(&mut opened, app, &log) {
        Ok((found, outcome)) => (Some(found), outcome.err()),
        Err(error) => (None, Some(error)),
    };
    let file = args.file.clone().unwrap_or_else(|| name::file(found.as_ref()).into());
    begin(&file, args.force, &spool, &header(&opened, found.as_ref()))?;
    let mut went = interview::Report::default();
    if let Some(found) = &found
        && !opened.drive.is_gone()
    {
        went = ask_the_rest(&mut opened, found, &log, app, &interrupt);
    }
    // Whatever it is given back is recorded, too.
    drop(opened.drive);
    if let Some(failed) = trouble.take() {
        return Err(cannot_write(&file, &failed));
    }
    if went.ended == Some(Ended::Gone) {
        let gone = CliError::unusable("the drive went away while it was asked");
        error = error.or(Some(gone.hint("see that it is connected and powered, then try again")));
    }
    let recording = Recording::load(&file)?;
    let redacted = app.global.redact;
    let outcome = Outcome { file: &file, found: found.as_ref(), went, recording, redacted };
    tell(app, &outcome, error.as_ref())
}

fn tell(app: &App, outcome: &Outcome, error: Option<&CliError>) -> Result<Exit, CliError> {
    if !app.printer.is_quiet() {
        app.printer.data(&report::text(outcome, &app.printer));
    }
    let mut document = report::document(outcome);
    if let (Some(error), Some(fields)) = (error, document.as_object_mut()) {
        app.printer.complain(error);
        fields.insert("status".into(), json!("failed"));
        fields.insert("exit".into(), json!(error.exit.code()));
        fields.insert("error".into(), json!(json::error(error)));
    }
    app.printer.json(&json::result(app.schema, document));
    Ok(match error {
        Some(error) => error.exit,
        None if outcome.went.ended == Some(Ended::Interrupted) => Exit::Interrupted,
        None => Exit::Done,
    })
}

fn ask_the_rest(
    opened: &mut Opened,
    found: &Found,
    log: &Log,
    app: &App,
    interrupt: &Interrupt,
) -> interview::Report {
    let medium = found.disc.as_ref().map(|disc| &disc.medium);
    let already: Vec<_> = log.take().into_iter().map(|exchange| exchange.cdb).collect();
    let mut bar = Bars::one(&app.printer, "record-drive");
    let report = interview(&mut opened.drive, &found.drive, medium, &already, &mut |event| {
        let Event { topic, asked, left } = event;
        bar.update(&Progress {
            phase: topic.to_string(),
            questions: Some((asked, asked + left)),
            ..Progress::default()
        });
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish();
    report
}

fn header(opened: &Opened, found: Option<&Found>) -> Header {
    Header {
        note: name::note(found, opened.entry.as_ref()),
        max_transfer: Some(opened.drive.max_transfer()),
        contents: false,
    }
}

fn begin(file: &Path, force: bool, spool: &Spool, header: &Header) -> Result<(), CliError> {
    let open = if force { File::create(file) } else { File::create_new(file) };
    let open = open.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => cannot_write(file, &error),
    })?;
    spool.settle(open, &header.to_line()).map_err(|error| cannot_write(file, &error))
}

fn exists(file: &Path) -> CliError {
    CliError::failed(format!("{} exists already", file.display()))
        .hint("--force overwrites it; or name another file: oxidisc record-drive FILE")
}

fn cannot_write(file: &Path, error: &io::Error) -> CliError {
    CliError::failed(format!("cannot record to {}: {}", file.display(), reason(error)))
}
