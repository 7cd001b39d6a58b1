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
use oxidisc::jobs::survey::MediumFacts;
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

/// What was found out before anything else was asked.
struct Asked {
    /// `None` if the drive does not say who it is.
    found: Option<Found>,
    /// Why not all of it could be.
    error: Option<CliError>,
}

impl Asked {
    fn medium(&self) -> Option<&MediumFacts> {
        self.found.as_ref()?.disc.as_ref().map(|disc| &disc.medium)
    }
}

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
    let mut asked = match info::ask(&mut opened, app, &log) {
        Ok((found, outcome)) => Asked { found: Some(found), error: outcome.err() },
        Err(error) => Asked { found: None, error: Some(error) },
    };
    let file = args.file.clone().unwrap_or_else(|| name::file(&asked).into());
    begin(&file, args.force, &spool, &header(&opened, &asked))?;
    let went = ask_the_rest(&mut opened, &asked, &log, app, &interrupt);
    // Whatever it is given back is recorded, too.
    drop(opened.drive);
    if let Some(failed) = trouble.take() {
        return Err(cannot_write(&file, &failed));
    }
    if went.ended == Some(Ended::Gone) {
        let gone = CliError::unusable("the drive went away while it was asked");
        let gone = gone.hint("see that it is connected and powered, then try again");
        asked.error.get_or_insert(gone);
    }
    let recording = Recording::load(&file)?;
    let redacted = app.global.redact;
    tell(app, &Outcome { file: &file, asked: &asked, went, recording, redacted })
}

fn tell(app: &App, outcome: &Outcome) -> Result<Exit, CliError> {
    let error = outcome.asked.error.as_ref();
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
    asked: &Asked,
    log: &Log,
    app: &App,
    interrupt: &Interrupt,
) -> interview::Report {
    let Some(found) = asked.found.as_ref().filter(|_| !opened.drive.is_gone()) else {
        return interview::Report::default();
    };
    let medium = asked.medium();
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

fn header(opened: &Opened, asked: &Asked) -> Header {
    Header {
        note: name::note(asked, opened.entry.as_ref()),
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
