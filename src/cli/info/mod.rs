//! `info`: all one can ask the drive and its disc. Asks through the library's survey, puts what it
//! found into the document, and shows that as text or JSON.

mod document;
mod gather;
mod raw;
mod text;

use std::ops::ControlFlow;
use std::time::Duration;

use oxidisc::formats::FileSystems;
use oxidisc::jobs::ready::{self, Readiness, Since, Tray, Waiting};
use oxidisc::jobs::sectors::DiscSectors;
use oxidisc::jobs::survey::{DriveFacts, MediumFacts, survey_drive, survey_medium};
use oxidisc::mmc::{CommandError, Drive};
use oxidisc::transport::Access;

use super::App;
use super::args::InfoArgs;
use super::error::CliError;
use super::exit::Exit;
use super::json;
use super::tap::{Log, Tap};

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
    // First, for what a drive tells of itself depends on the disc in it.
    let ready = wait(&mut opened.drive, app);
    let drive = survey_drive(&mut opened.drive)?;
    let mut found = Found { drive, medium: None, tray: Tray::Unknown };
    let outcome = look_at_medium(ready, &mut opened.drive, &mut found, &log);
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

fn wait(drive: &mut Drive, app: &App) -> Result<Readiness, CommandError> {
    let mut said = false;
    ready::wait_ready(drive, Since::Now, &mut |waiting| {
        let long = matches!(&waiting, Waiting::Busy { elapsed, .. } if *elapsed >= PATIENCE);
        if long && !std::mem::replace(&mut said, true) {
            app.printer.note("waiting for the drive to read the disc in");
        }
        ControlFlow::Continue(())
    })
}

fn look_at_medium(
    ready: Result<Readiness, CommandError>,
    drive: &mut Drive,
    found: &mut Found,
    log: &Log,
) -> Result<(), CliError> {
    match ready {
        Ok(Readiness::NoMedium(tray)) => found.tray = tray,
        Ok(_) => {
            if let Some(medium) = survey_medium(drive, &found.drive)? {
                // What the sectors hold is no answer to a question about the disc.
                let asked = log.clone().take();
                let files = DiscSectors::new(drive).file_systems(&medium);
                log.put_back(asked);
                found.medium = Some((medium, files));
            }
        }
        Err(error) => return Err(CliError { exit: Exit::Unusable, ..CliError::from(error) }),
    }
    Ok(())
}
