//! The command line: what was typed becomes jobs' options, their events become text, a bar or JSON,
//! their reports a result and an exit code. The only place that prints.

#![allow(dead_code, reason = "the commands that use the rest of the frame land next")]

mod args;
mod drives;
mod error;
mod exit;
mod generate;
mod human;
mod interrupt;
mod json;
mod open;
mod output;
mod progress;
mod rip;
mod table;
mod tap;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command, GlobalArgs};
use error::CliError;
use exit::Exit;
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
}

/// Runs what was typed.
pub fn main(typed: Vec<OsString>) -> ExitCode {
    match Cli::try_parse_from(&typed) {
        Ok(Cli { global, command }) => {
            let printer = Printer::new(&global);
            let app = App { global, printer, schema: command.schema() };
            run(&command, &app).into()
        }
        Err(error) => not_understood(&error, &typed).into(),
    }
}

fn run(command: &Command, app: &App) -> Exit {
    let outcome = match command {
        Command::Drives(_) => drives::run(app),
        Command::Rip(args) => rip::run(args, app),
        Command::Completions(args) => generate::completions(args, app),
        Command::Man(args) => generate::man(args, app),
    };
    let outcome = match (outcome, app.printer.lost()) {
        (Ok(_), Some(lost)) => Err(lost),
        (outcome, _) => outcome,
    };
    outcome.unwrap_or_else(|error| {
        app.printer.error(&error, app.schema);
        error.exit
    })
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
        let schema = format!("oxidisc.{}/1", name.map_or("usage", |sub| sub.get_name()));
        let text = error.to_string();
        let reason = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
        let message = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let failure = CliError::usage(message).hint("see `oxidisc --help`");
        let global = GlobalArgs { json: true, ..GlobalArgs::default() };
        Printer::new(&global).json(&json::failure(&failure, &schema));
    }
    Exit::Usage
}
