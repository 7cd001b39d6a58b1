//! `completions` and `man`: made from the arguments as they are.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use serde_json::json;

use super::App;
use super::args::{Cli, CompletionsArgs, ManArgs};
use super::error::CliError;
use super::exit::Exit;
use super::json;
use oxidisc::transport::reason;

/// Prints a shell's completion script.
pub fn completions(args: &CompletionsArgs, app: &App) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "oxidisc", &mut script);
    let script = String::from_utf8_lossy(&script);
    app.printer.data(&script);
    let body = json!({"shell": args.shell.to_string(), "script": script});
    app.printer.json(&json::result(app.schema, body));
    Ok(Exit::Done)
}

/// Prints the manual page, or writes all of them.
pub fn man(args: &ManArgs, app: &App) -> Result<Exit, CliError> {
    let mut command = Cli::command();
    command.build();
    let pages = pages(&command).map_err(|error| {
        CliError::failed(format!("cannot make the manual pages: {}", reason(&error)))
    })?;
    let Some(dir) = &args.dir else {
        let page = pages.first().map(|(_, page)| page.as_str()).unwrap_or_default();
        app.printer.data(page);
        app.printer.json(&json::result(app.schema, json!({"page": page})));
        return Ok(Exit::Done);
    };
    let mut files = Vec::new();
    for (name, page) in &pages {
        let path = dir.join(format!("{name}.1"));
        std::fs::write(&path, page).map_err(|error| cannot_write(&path, dir, &error))?;
        app.printer.note(&format!("wrote {}", path.display()));
        files.push(path.display().to_string());
    }
    app.printer.json(&json::result(app.schema, json!({"files": files})));
    Ok(Exit::Done)
}

fn cannot_write(path: &Path, dir: &Path, error: &io::Error) -> CliError {
    let failure = CliError::failed(format!("cannot write {}: {}", path.display(), reason(error)));
    if dir.is_dir() {
        failure
    } else {
        failure.hint(format!("make the folder first: mkdir -p {}", dir.display()))
    }
}

/// The pages of a built command and those below it, by name: `oxidisc`, `oxidisc-rip`, ….
fn pages(command: &clap::Command) -> io::Result<Vec<(String, String)>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut all = vec![(name.to_string(), String::from_utf8_lossy(&text).into_owned())];
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        all.extend(pages(sub)?);
    }
    Ok(all)
}
