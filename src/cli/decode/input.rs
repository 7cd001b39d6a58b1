//! What is to be explained: words of the command line, a file, or standard input. Knows nothing of
//! what it means.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use oxidisc::transport::reason;

use crate::cli::error::CliError;

/// Bytes of a file at most: logs and recordings are shorter.
const SIZE_MAX: u64 = 256 * 1024 * 1024;

/// The bytes of an input, and where they are from.
pub struct Input {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The file's name; none of what was typed.
    pub name: Option<String>,
    /// The one word that was typed, where it names no file.
    pub typed: Option<String>,
}

impl Input {
    /// As text; what is no UTF-8 is replaced, and a byte order mark left out.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim_start_matches('\u{feff}').to_string()
    }

    /// Whether it is text, and not binary.
    pub fn is_text(&self) -> bool {
        let printable = |c: char| !c.is_control() || c.is_whitespace();
        str::from_utf8(&self.bytes).is_ok_and(|text| text.chars().all(printable))
    }

    /// An error about it.
    pub fn wrong(&self, what: impl std::fmt::Display) -> CliError {
        match (&self.name, &self.typed) {
            (Some(name), _) => CliError::usage(format!("{name}: {what}")),
            (None, Some(word)) => CliError::usage(format!("'{word}' is no file, and {what}")),
            (None, None) => CliError::usage(what.to_string()),
        }
    }
}

/// Reads the input. `example` is what could be typed.
pub fn read(words: &[OsString], example: &str) -> Result<Input, CliError> {
    let stdin = io::stdin();
    match words {
        [] if stdin.is_terminal() => {
            Err(CliError::usage("there is nothing to decode")
                .hint(format!("for instance: {example}")))
        }
        [] => from(stdin.lock(), "standard input"),
        [dash] if dash == "-" => from(stdin.lock(), "standard input"),
        // A pipe will do as well: <(dmesg).
        [file] if Path::new(file).metadata().is_ok_and(|file| !file.is_dir()) => {
            let name = file.to_string_lossy();
            let opened = File::open(file).map_err(|error| cannot_read(&name, &error))?;
            from(opened, &name)
        }
        words => {
            let all: Vec<String> =
                words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            let is_path = |word: &&String| !word.contains(char::is_whitespace);
            let typed = all.first().filter(|word| words.len() == 1 && is_path(word)).cloned();
            Ok(Input { bytes: all.join(" ").into_bytes(), name: None, typed })
        }
    }
}

fn from(source: impl Read, name: &str) -> Result<Input, CliError> {
    let mut bytes = Vec::new();
    let read = source.take(SIZE_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| cannot_read(name, &error))?;
    if bytes.len() as u64 > SIZE_MAX {
        return Err(CliError::usage(format!("{name} is too large: over {} MiB", SIZE_MAX >> 20)));
    }
    Ok(Input { bytes, name: Some(name.to_string()), typed: None })
}

fn cannot_read(name: &str, error: &io::Error) -> CliError {
    CliError::failed(format!("cannot read {name}: {}", reason(error)))
}
