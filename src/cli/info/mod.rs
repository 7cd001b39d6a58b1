//! `info`: all one can ask the drive and its disc. Asks through the library's survey, puts what it
//! found into the document, and shows that as text or JSON.

mod document;
mod gather;
mod raw;
mod text;

use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use oxidisc::formats::{self, FileSystems, SectorData};
use oxidisc::jobs::ready::{self, Readiness, Since, Tray, Waiting};
use oxidisc::jobs::survey::{DriveFacts, MediumFacts, TrackKind, survey_drive, survey_medium};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::read::Read10;
use oxidisc::transport::Access;
use oxidisc::units::{Lba, SECTOR};

use super::App;
use super::args::InfoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::json;
use super::open::Opened;
use super::tap::{Log, Tap};

/// A disc that is hard to read keeps a drive busy for so long.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A wait that is longer is explained. Most discs are read in within ten seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was found out.
struct Found {
    drive: DriveFacts,
    medium: Option<(MediumFacts, FileSystems)>,
    /// Where the tray is, if there is no disc.
    tray: Tray,
}

/// Shows the drive and its disc.
pub fn run(args: &InfoArgs, app: &App) -> Result<Exit, CliError> {
    let log = Log::default();
    let mut opened = if args.raw {
        app.open_through(Access::Read, |inner| Box::new(Tap::new(inner, log.clone())))?
    } else {
        app.open(Access::Read)?
    };
    let drive = survey_drive(&mut opened.drive)?;
    let mut found = Found { drive, medium: None, tray: Tray::Unknown };
    let outcome = look_at_medium(&mut opened, &mut found, app, &log);
    let mut info = gather::info(&found, &opened);
    let exchanges = log.take();
    if args.raw {
        info.raw = Some(raw::json(&exchanges, &found));
    }
    let remarks = found.medium.iter().flat_map(|(medium, _)| &medium.remarks);
    for remark in found.drive.remarks.iter().chain(remarks) {
        app.printer.detail(remark);
    }
    app.printer.data(&text::text(&info, &app.printer, outcome.is_ok().then_some(found.tray)));
    if args.raw {
        app.printer.data(&raw::text(&exchanges, &found, &app.printer));
    }
    outcome?;
    app.printer.json(&json::result(app.schema, info));
    Ok(Exit::Done)
}

fn look_at_medium(
    opened: &mut Opened,
    found: &mut Found,
    app: &App,
    log: &Log,
) -> Result<(), CliError> {
    let drive = &mut opened.drive;
    let mut said = false;
    let ready = ready::wait_ready(drive, Since::Now, &mut |waiting| {
        let long = matches!(&waiting, Waiting::Busy { elapsed, .. } if *elapsed >= PATIENCE);
        if long && !std::mem::replace(&mut said, true) {
            app.printer.note("waiting for the drive to read the disc in");
        }
        ControlFlow::Continue(())
    });
    match ready {
        Ok(Readiness::NoMedium(tray)) => found.tray = tray,
        Ok(_) => {
            if let Some(medium) = survey_medium(drive, &found.drive)? {
                // What the sectors hold is no answer to a question about the disc.
                let asked = log.clone().take();
                let files = file_systems(drive, &medium);
                log.put_back(asked);
                found.medium = Some((medium, files));
            }
        }
        Err(error) => return Err(CliError { exit: Exit::Unusable, ..CliError::from(error) }),
    }
    Ok(())
}

/// The file systems of the last session, which stands for the whole disc.
fn file_systems(drive: &mut Drive, medium: &MediumFacts) -> FileSystems {
    let sessions = medium.sessions();
    let mut tracks = sessions.iter().flat_map(|session| &session.tracks);
    let Some(last) = tracks.rfind(|track| track.kind == TrackKind::Data && !track.blank) else {
        return FileSystems::default();
    };
    let start = u32::try_from(last.start.0).unwrap_or(0);
    let sectors = medium.sizes().first().map(|(_, size)| size.0);
    let mut read = |lba: u32, sector: &mut SectorData| {
        let lba = Lba(i32::try_from(lba).map_err(io::Error::other)?);
        let command = Read10 { lba, blocks: 1, fua: false, timeout: READ_TIMEOUT };
        let done = drive.read_into(&command, sector).map_err(io::Error::other)?;
        if done.transferred == SECTOR { Ok(()) } else { Err(io::Error::other("a short answer")) }
    };
    formats::identify(&mut read, start, sectors)
}
