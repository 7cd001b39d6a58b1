//! The one way out: data and JSON to stdout, all else to stderr. Knows whether to be quiet and
//! whether to colour. A reader of stdout that goes away is no failure.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::args::{ColorChoice, GlobalArgs};
use super::error::CliError;
use super::json;
use oxidisc::transport::reason;

/// Prints.
#[derive(Debug)]
pub struct Printer {
    json: bool,
    quiet: bool,
    verbose: bool,
    colour_out: bool,
    colour_err: bool,
    terminal: bool,
    lost: RefCell<Option<io::Error>>,
}

/// How a piece of text looks where colour is on.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// A heading, or a name to find again.
    Strong,
    /// A failure.
    Bad,
    /// Something to look at.
    Warn,
    /// What one can do.
    Hint,
    /// As it should be.
    Good,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Style::Strong => "1",
            Style::Bad => "1;31",
            Style::Warn => "1;33",
            Style::Hint => "1;36",
            Style::Good => "1;32",
        }
    }
}

impl Printer {
    /// A printer as the options want it.
    pub fn new(global: &GlobalArgs) -> Printer {
        let terminal = io::stderr().is_terminal();
        let colour = |is_terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let no = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                is_terminal && !no && !dumb
            }
        };
        Printer {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose > 0,
            colour_out: colour(io::stdout().is_terminal()),
            colour_err: colour(terminal),
            terminal,
            lost: RefCell::new(None),
        }
    }

    /// Whether stdout carries JSON and nothing else.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether only failures are to be told.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether more is wanted.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether stderr is a terminal, where a bar can move.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Data for people, to stdout as it stands. Nothing with `--json`.
    pub fn data(&self, text: &str) {
        if !self.json {
            self.write(text.as_bytes());
        }
    }

    /// One JSON document, to stdout. Nothing without `--json`.
    pub fn json<T: Serialize>(&self, document: &T) {
        if !self.json {
            return;
        }
        match serde_json::to_vec(document) {
            Ok(mut line) => {
                line.push(b'\n');
                self.write(&line);
            }
            Err(error) => *self.lost.borrow_mut() = Some(error.into()),
        }
    }

    fn write(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => *self.lost.borrow_mut() = Some(error),
        }
    }

    /// What kept data from stdout, if anything did.
    pub fn lost(&self) -> Option<CliError> {
        let error = self.lost.borrow_mut().take()?;
        Some(CliError::failed(format!("cannot write to standard output: {}", reason(&error))))
    }

    /// What happens, to stderr.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// What happens in detail, to stderr with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.tell(text);
        }
    }

    /// Something the user should know though the run goes on.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.tell(&format!("{} {text}", self.style_err(Style::Warn, "warning:")));
        }
    }

    /// The failure that ends the run: lines on stderr, and with `--json` the failed result.
    pub fn error(&self, error: &CliError, schema: &str) {
        self.complain(error);
        self.json(&json::failure(error, schema));
    }

    /// A failure, to stderr alone: the result tells it in its own way.
    pub fn complain(&self, error: &CliError) {
        self.complain_of(error, None);
    }

    /// The same, and before its hint what it came to: no detail that --quiet leaves out.
    pub fn complain_of(&self, error: &CliError, verdict: Option<&str>) {
        self.tell(&format!("{} {}", self.style_err(Style::Bad, "error:"), error.message));
        if let Some(verdict) = verdict {
            self.tell(verdict);
        }
        if let Some(hint) = &error.hint {
            self.tell(&format!("{} {hint}", self.style_err(Style::Hint, "hint:")));
        }
    }

    /// What a failure came to, to stderr: no detail that --quiet leaves out.
    pub fn verdict(&self, text: &str) {
        self.tell(text);
    }

    /// `text` in a style, for stdout.
    pub fn style(&self, style: Style, text: &str) -> String {
        paint(self.colour_out, style, text)
    }

    fn style_err(&self, style: Style, text: &str) -> String {
        paint(self.colour_err, style, text)
    }

    /// stderr may be gone with its terminal: that must not end a job.
    fn tell(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn paint(colour: bool, style: Style, text: &str) -> String {
    if colour { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_string() }
}
