//! Lines of a label and a value under a heading. Knows nothing of drives.

use std::fmt::Write as _;

use crate::cli::output::{Printer, Style};
use crate::cli::table::{list, table};

/// Where the values stand.
const COLUMN: usize = 16;
/// Where lines end, however wide the terminal is: text is read in columns, not across the room.
const WIDTH: usize = 80;

/// A heading and what stands under it.
pub struct Section {
    heading: String,
    text: String,
}

impl Section {
    /// An empty one.
    pub fn new(printer: &Printer, heading: &str) -> Section {
        Section { heading: printer.style(Style::Strong, heading), text: String::new() }
    }

    /// One that is to be noticed.
    pub fn warning(printer: &Printer, heading: &str) -> Section {
        Section { heading: printer.style(Style::Warn, heading), text: String::new() }
    }

    /// A line, unless there is nothing to say.
    pub fn line(&mut self, label: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        if !value.is_empty() {
            let width = COLUMN - 2;
            let _ = writeln!(self.text, "  {label:<width$}{value}");
        }
    }

    /// A line, where the value is known.
    pub fn some(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    /// A list, broken at the end of the line.
    pub fn list(&mut self, label: &str, items: &[String]) {
        self.line(label, list(items, COLUMN, WIDTH));
    }

    /// A sentence of its own, broken at the end of the line.
    pub fn sentence(&mut self, text: &str) {
        let mut line = String::from("  ");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() > WIDTH && line.trim() != "" {
                let _ = writeln!(self.text, "{}", line.trim_end());
                line = String::from("    ");
            }
            line.push_str(word);
            line.push(' ');
        }
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// Columns; nothing where there is no row.
    pub fn table(&mut self, heading: &[&str], rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return;
        }
        let names = heading.iter().map(ToString::to_string).collect();
        let all: Vec<Vec<String>> = std::iter::once(names).chain(rows).collect();
        for line in table(&all).lines() {
            let _ = writeln!(self.text, "  {line}");
        }
    }

    /// The whole of it with an empty line before it; nothing if there is nothing under the heading.
    pub fn end(self) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        format!("\n{}\n{}", self.heading, self.text)
    }
}
