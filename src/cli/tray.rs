//! `eject` and `load`: the tray.

use std::ops::ControlFlow;

use oxidisc::jobs::tray::{self, Disc, Error, Event, Outcome};
use oxidisc::transport::Access;
use serde::Serialize;

use super::App;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::json::{self, SenseData};

#[derive(Debug, Serialize)]
struct Moved<'a> {
    status: &'static str,
    path: &'a str,
    disc: Option<&'static str>,
    sense: Option<SenseData>,
}

/// Opens the tray.
pub fn eject(app: &App) -> Result<Exit, CliError> {
    go(app, tray::eject)
}

/// Closes it.
pub fn load(app: &App) -> Result<Exit, CliError> {
    go(app, tray::load)
}

type Job = fn(
    &mut oxidisc::mmc::Drive,
    &mut dyn oxidisc::jobs::observe::Observer<Event>,
) -> Result<Outcome, Error>;

fn go(app: &App, job: Job) -> Result<Exit, CliError> {
    let mut opened = app.open(Access::Write)?;
    let interrupt = Interrupt::install()?;
    let outcome = job(&mut opened.drive, &mut |event| {
        if event == Event::Unlocking {
            app.printer.note("the tray was locked: unlocking it");
        }
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    app.printer.note(&format!("{}: {}", opened.name, sentence(&outcome)));
    app.printer.json(&json::result(app.schema, moved(&outcome, &opened.name)));
    Ok(Exit::Done)
}

fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Opened => "the tray is open".into(),
        Outcome::WasOpen => "the tray was open already".into(),
        Outcome::Out => "there is no disc in the drive any more".into(),
        Outcome::Closed(disc) => format!("the tray is closed, {}", disc_sentence(disc)),
        Outcome::WasClosed(disc) => format!("the tray was closed already, {}", disc_sentence(disc)),
    }
}

fn disc_sentence(disc: &Disc) -> String {
    match disc {
        Disc::None => "with no disc in it".into(),
        Disc::Ready => "the disc is ready".into(),
        Disc::Unusable(sense) => format!("but the disc cannot be used: {sense}"),
    }
}

fn moved<'a>(outcome: &Outcome, path: &'a str) -> Moved<'a> {
    let (status, disc) = match outcome {
        Outcome::Opened => ("opened", None),
        Outcome::WasOpen => ("was_open", None),
        Outcome::Out => ("out", None),
        Outcome::Closed(disc) => ("closed", Some(disc)),
        Outcome::WasClosed(disc) => ("was_closed", Some(disc)),
    };
    let (name, sense) = match disc {
        None => (None, None),
        Some(Disc::None) => (Some("none"), None),
        Some(Disc::Ready) => (Some("ready"), None),
        Some(Disc::Unusable(sense)) => (Some("unusable"), Some(SenseData::from(sense))),
    };
    Moved { status, path, disc: name, sense }
}

impl From<Error> for CliError {
    fn from(error: Error) -> CliError {
        let by_hand = "push the tray in by hand";
        match &error {
            Error::Command(command) => CliError::from(command),
            Error::Locked => CliError::unusable(error.to_string())
                .hint("switch the drive off and on; a power cycle takes every lock off"),
            Error::CannotOpen => CliError::unusable(error.to_string())
                .hint("press its button, or a paper clip into the hole in its front"),
            Error::CannotClose => CliError::unusable(error.to_string()).hint(by_hand),
            Error::NotMoved { open: true } => CliError::failed(error.to_string()).hint(by_hand),
            Error::NotMoved { open: false } => {
                CliError::failed(error.to_string()).hint("see that nothing blocks the tray")
            }
            Error::Interrupted => CliError::new(Exit::Interrupted, error.to_string()),
        }
    }
}
