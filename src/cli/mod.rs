//! The command line: what was typed becomes jobs' options, their events become text, a bar or JSON,
//! their reports a result and an exit code. The only place that prints.

mod args;
mod ask;
mod blank;
mod burn;
mod decode;
mod doctor;
mod drives;
mod erase;
mod error;
mod exit;
mod format;
mod generate;
mod human;
mod info;
mod interrupt;
mod json;
mod open;
mod output;
mod progress;
mod record_drive;
mod rip;
mod simulated;
mod table;
mod tap;
mod tray;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::CommandFactory;

use args::{Cli, Command, GlobalArgs};
use error::CliError;
use exit::Exit;
use open::Afterwards;
use output::Printer;

/// What every command needs.
#[derive(Debug)]
pub struct App {
    /// The options of every command.
    pub global: GlobalArgs,
    /// The way out.
    pub printer: Printer,
    /// Names the document that `--json` ends with.
    pub schema: &'static str,
    afterwards: Afterwards,
}

/// Runs what was typed.
pub fn main(typed: Vec<OsString>) -> ExitCode {
    match Cli::read(&typed) {
        Ok(Cli { global, command }) => {
            let printer = Printer::new(&global);
            let app = App {
                global,
                printer,
                schema: command.schema(),
                afterwards: Afterwards::default(),
            };
            run(&command, &app).into()
        }
        Err(error) => not_understood(&error, &typed).into(),
    }
}

fn run(command: &Command, app: &App) -> Exit {
    let outcome = interrupt::hold_file_size_signal()
        .and_then(|()| one_drive(command, app))
        .and_then(|()| redacts_something(command, app))
        .and_then(|()| dispatch(command, app));
    // A failure of the work itself is the one to tell.
    let after = app.afterwards().and_then(|()| app.printer.lost().map_or(Ok(()), Err));
    let outcome = outcome.and_then(|exit| after.map(|()| exit));
    outcome.unwrap_or_else(|error| {
        app.printer.error(&error, app.schema);
        error.exit
    })
}

/// Nearly every command is about one drive: it is not guessed which of several is meant.
fn one_drive(command: &Command, app: &App) -> Result<(), CliError> {
    let drives = app.global.drives.len();
    if drives < 2 || command.takes_several_drives() {
        return Ok(());
    }
    let message = format!("{} takes one drive, and {drives} are named", command.name());
    Err(CliError::usage(message).hint("only `burn` and `doctor` take several"))
}

/// Serial numbers are crossed out of recordings alone.
fn redacts_something(command: &Command, app: &App) -> Result<(), CliError> {
    let recorded = app.global.record.is_some() || matches!(command, Command::RecordDrive(_));
    if recorded || !app.global.redact {
        return Ok(());
    }
    Err(CliError::usage("--redact is for a recording, and nothing is recorded")
        .hint("`--record FILE` records what is asked, `record-drive` all there is"))
}

fn dispatch(command: &Command, app: &App) -> Result<Exit, CliError> {
    match command {
        Command::Drives(_) => drives::run(app),
        Command::Info(args) => info::run(args, app),
        Command::RecordDrive(args) => record_drive::run(args, app),
        Command::Rip(args) => rip::run(args, app),
        Command::Burn(args) => burn::run(args, app),
        Command::Verify(args) => verify::run(args, app),
        Command::Blank(args) => blank::run(args, app),
        Command::Format(args) => format::run(args, app),
        Command::Doctor(args) => doctor::run(args, app),
        Command::Eject(_) => tray::eject(app),
        Command::Load(_) => tray::load(app),
        Command::Decode(args) => decode::run(&args.command, app),
        Command::Virtual(args) => simulated::run(&args.command, app),
        Command::Completions(args) => generate::completions(args, app),
        Command::Man(args) => generate::man(args, app),
    }
}

/// Wrong usage, or a wish for help or the version, which clap holds for errors too.
fn not_understood(error: &clap::Error, typed: &[OsString]) -> Exit {
    // Neither a closed stdout nor a closed stderr makes the outcome another.
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Done;
    }
    let words = || typed.iter().skip(1).take_while(|word| *word != "--");
    if words().any(|word| word == "--json") {
        let command = Cli::command();
        let name = words().find_map(|word| command.find_subcommand(word.to_str()?));
        let name = name.map_or("usage", |sub| sub.get_name());
        // `record-drive` makes what is called a recording.
        let schema = format!("oxidisc.{}/1", name.trim_end_matches("-drive"));
        let text = error.to_string();
        let reason = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
        let message = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let failure = CliError::usage(message).hint("see `oxidisc --help`");
        let global = GlobalArgs { json: true, ..GlobalArgs::default() };
        Printer::new(&global).json(&json::failure(&failure, &schema));
    }
    Exit::Usage
}
