//! `info`: all one can ask the drive and its disc. Asks through the library's survey, puts what it
//! found into the document, and shows that as text or JSON.

mod document;
mod gather;
mod raw;
mod text;

use std::ops::ControlFlow;
use std::time::Duration;

use oxidisc::formats::FileSystems;
use oxidisc::formats::iso9660::{BootEntry, boot_entries};
use oxidisc::jobs::ready::{self, Readiness, Since, Tray, Waiting};
use oxidisc::jobs::sectors::DiscSectors;
use oxidisc::jobs::survey::{
    Details, DriveFacts, MediumFacts, TrackKind, survey_details, survey_drive, survey_medium,
};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::transport::Access;
use serde::Serialize;

use super::App;
use super::args::InfoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::json;
use super::open::Opened;
use super::tap::{Log, Tap};
use document::Info;
use text::NoDisc;

/// A wait that is longer is explained. Most discs are read in within ten seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// A disc that is not read in by then is left alone: what the drive is can be told without it.
const READING_IN: Duration = Duration::from_secs(16);
/// What any command may take that a ready drive answers at once, and all of them together. A drive
/// that calls itself ready may still have to spin up for the first of them; none that is healthy
/// takes longer, and one command that is lost leaves time for the others.
const COMMAND: Duration = Duration::from_secs(18);
const ALL: Duration = Duration::from_secs(27);

/// What was found out.
pub struct Found {
    /// The drive.
    pub drive: DriveFacts,
    /// What is in it.
    pub disc: Option<Disc>,
    /// Where the tray is, if there is no disc.
    tray: Tray,
}

/// A disc and what is on it.
pub struct Disc {
    /// What it is.
    pub medium: MediumFacts,
    details: Details,
    files: FileSystems,
    boot: Vec<BootEntry>,
}

/// What there is to tell in spite of a failure.
#[derive(Serialize)]
struct InPart {
    #[serde(flatten)]
    failed: json::Failed,
    #[serde(flatten)]
    info: Info,
}

/// What there is to tell of a drive that does not even say who it is.
#[derive(Serialize)]
struct Silent {
    #[serde(flatten)]
    failed: json::Failed,
    drive_seconds: f64,
}

/// Shows the drive and its disc.
pub fn run(args: &InfoArgs, app: &App) -> Result<Exit, CliError> {
    let log = Log::default();
    let mut opened = if args.raw {
        app.open_through(Access::Look, |inner| Box::new(Tap::new(inner, log.clone())))?
    } else {
        app.open(Access::Look)?
    };
    let (found, outcome) = match ask(&mut opened, app, &log) {
        Ok(told) => told,
        Err(error) => {
            let silent = Silent {
                failed: json::failed(&error),
                drive_seconds: json::seconds(opened.drive.time()),
            };
            app.printer.complain(&error);
            app.printer.json(&json::result(app.schema, silent));
            return Ok(error.exit);
        }
    };
    let mut info = gather::info(&found, &opened);
    let exchanges = log.take();
    if args.raw {
        info.raw = Some(raw::json(&exchanges, &found));
    }
    let no_disc = if outcome.is_ok() { NoDisc::Empty(found.tray) } else { NoDisc::Unknown };
    app.printer.data(&text::text(&info, &app.printer, no_disc));
    if !opened.contents && found.disc.is_some() {
        app.printer.note("what is on the disc is not in this recording");
    }
    if args.raw {
        app.printer.data(&raw::text(&exchanges, &found, &app.printer));
    }
    match outcome {
        Ok(()) => {
            app.printer.json(&json::result(app.schema, info));
            Ok(Exit::Done)
        }
        Err(error) => {
            app.printer.complain(&error);
            let failed = json::failed(&error);
            app.printer.json(&json::result(app.schema, InPart { failed, info }));
            Ok(error.exit)
        }
    }
}

/// Asks all that is shown. What could not be asked of the disc is told beside what could.
///
/// # Errors
/// The drive does not even say who it is.
pub fn ask(
    opened: &mut Opened,
    app: &App,
    log: &Log,
) -> Result<(Found, Result<(), CliError>), CliError> {
    opened.drive.hurry(COMMAND, ALL);
    // First, for what a drive tells of itself depends on the disc in it.
    let ready = wait(&mut opened.drive, app);
    let drive = survey_drive(&mut opened.drive).map_err(ready::not_ready)?;
    let mut found = Found { drive, disc: None, tray: Tray::Unknown };
    let outcome = look_at_medium(ready, opened, &mut found, log);
    Ok((found, outcome))
}

/// Waits for the drive, not longer than it is worth. What it was busy with is an error.
fn wait(drive: &mut Drive, app: &App) -> Result<Readiness, CliError> {
    let (mut said, mut busy) = (false, String::new());
    let ready = ready::wait_ready(drive, Since::Now, &mut |waiting| {
        let Waiting::Busy { elapsed, reason, progress } = waiting else {
            return ControlFlow::Continue(());
        };
        let percent = progress.map(|part| format!(", {} %", u32::from(part) * 100 / 65_536));
        busy = format!("{reason}{}", percent.unwrap_or_default());
        if elapsed >= PATIENCE && !std::mem::replace(&mut said, true) {
            app.printer.note(&format!("waiting for the drive: {busy}"));
        }
        if elapsed >= READING_IN { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match ready {
        Ok(Readiness::Stopped) => {
            Err(CliError::unusable(format!("nothing can be told of the disc yet: {busy}"))
                .hint("try again when the drive has come to rest"))
        }
        Ok(other) => Ok(other),
        Err(error) => Err(ready::not_ready(error).into()),
    }
}

fn look_at_medium(
    ready: Result<Readiness, CliError>,
    opened: &mut Opened,
    found: &mut Found,
    log: &Log,
) -> Result<(), CliError> {
    let drive = &mut opened.drive;
    if let Readiness::NoMedium(tray) = ready? {
        found.tray = tray;
        return Ok(());
    }
    let Some(medium) = survey_medium(drive, &found.drive)? else { return Ok(()) };
    let details = survey_details(drive, &found.drive, &medium)?;
    // What the sectors hold is no answer to a question about the disc.
    let asked = log.clone().take();
    let (files, boot) = if opened.contents && holds_data(&medium) {
        read_files(drive, &medium)
    } else {
        (FileSystems::default(), Vec::new())
    };
    log.put_back(asked);
    found.disc = Some(Disc { medium, details, files, boot });
    Ok(())
}

/// Whether it is worth a look for file systems: a read of sound, or of nothing, only fails.
fn holds_data(medium: &MediumFacts) -> bool {
    let sessions = medium.sessions();
    let mut tracks = sessions.iter().flat_map(|session| &session.tracks).peekable();
    let unknown = tracks.peek().is_none();
    let data = tracks.any(|track| track.kind == TrackKind::Data && !track.blank);
    medium.status() != Some(DiscStatus::Blank) && (unknown || data)
}

fn read_files(drive: &mut Drive, medium: &MediumFacts) -> (FileSystems, Vec<BootEntry>) {
    let mut sectors = DiscSectors::new(drive);
    let mut files = sectors.file_systems(medium);
    let catalogue = files.iso9660.as_ref().and_then(|volume| volume.boot_catalog);
    let remarks = &mut files.remarks;
    let boot = catalogue.map(|lba| boot_entries(&mut sectors, lba, remarks));
    (files, boot.unwrap_or_default())
}
