//! What ends a job, as a person needs it: what failed, what to do, and which kind of failure it is.

use std::fmt;

use crate::mmc::CommandError;

/// The kinds that a caller must tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The job was asked for something that cannot be.
    Usage,
    /// Drive or disc cannot be used: none, busy, no permission, wrong medium, protected.
    Unusable,
    /// The user stopped it before it began.
    Interrupted,
    /// A burn, blank or format failed, and the disc is as it was.
    BeforeDisc,
    /// A burn, blank or format failed, and the disc is not as it was, or nobody can know.
    AfterDisc,
    /// Anything else: files, space, trouble with the drive in the middle.
    Failed,
}

/// Why a job did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure.
    pub kind: Kind,
    /// What failed and where: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The command that failed, if it was one.
    pub command: Option<Box<CommandError>>,
}

impl Error {
    /// An error of a kind with its message.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), hint: None, command: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the command it came from.
    #[must_use]
    pub fn command(mut self, command: &CommandError) -> Error {
        self.command = Some(Box::new(command.clone()));
        self
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<CommandError> for Error {
    /// A command that a job could not do without.
    fn from(command: CommandError) -> Error {
        let kind = if command.is_gone() { Kind::Unusable } else { Kind::Failed };
        Error { kind, message: command.to_string(), hint: None, command: Some(Box::new(command)) }
    }
}
