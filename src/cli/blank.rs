//! `blank`: makes a rewritable disc empty.

use oxidisc::jobs::blank::{self, Options};
use oxidisc::jobs::erasing::Depth;

use super::App;
use super::args::BlankArgs;
use super::erase::{self, Asked};
use super::error::CliError;
use super::exit::Exit;

/// Blanks the disc.
pub fn run(args: &BlankArgs, app: &App) -> Result<Exit, CliError> {
    let options = Options { depth: if args.full { Depth::Full } else { Depth::Fast } };
    let asked = Asked { job: "blank", done: "blanked", yes: args.yes, eject: args.eject };
    erase::run(app, &asked, |drive, observer| blank::prepare(drive, &options, observer))
}
