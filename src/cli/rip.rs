//! `rip`: disc to image.

use oxidisc::transport::Access;

use super::App;
use super::args::RipArgs;
use super::error::CliError;
use super::exit::Exit;

/// Copies the disc to an image.
pub fn run(args: &RipArgs, app: &App) -> Result<Exit, CliError> {
    let opened = app.open(Access::Read)?;
    Err(CliError::failed(format!("cannot rip {} to {} yet", opened.name, args.output.display())))
}
