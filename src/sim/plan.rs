//! What is wrong with a plan that a person wrote (defects, faults): which file, which line, why.
//! Knows TOML's errors, not what the plans mean.

use std::path::Path;

use crate::transport::reason;

/// A plan that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", at_line(*.line))]
pub struct PlanError {
    /// The file's name, as given.
    pub file: String,
    /// The line, 1 first; 0 when the file could not be read.
    pub line: usize,
    /// What is wrong, in lower case, with what would be right.
    pub reason: String,
}

impl PlanError {
    /// An error at a byte offset of `text`.
    pub(super) fn at(
        file: &str,
        text: &str,
        offset: usize,
        reason: impl Into<String>,
    ) -> PlanError {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        PlanError { file: file.to_string(), line, reason: reason.into() }
    }

    /// What the TOML reader found wrong.
    pub(super) fn toml(file: &str, text: &str, error: &toml::de::Error) -> PlanError {
        let offset = error.span().map_or(0, |span| span.start);
        let reason = error.message().trim().replace('\n', ", ");
        PlanError::at(file, text, offset, reason)
    }
}

/// Reads a plan's text.
pub(super) fn read(path: &Path) -> Result<String, PlanError> {
    std::fs::read_to_string(path).map_err(|error| PlanError {
        file: path.display().to_string(),
        line: 0,
        reason: reason(&error),
    })
}

fn at_line(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}
