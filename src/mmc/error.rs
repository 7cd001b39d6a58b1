//! What can come of a command: three floors, never merged.

use std::fmt;

use super::fields::ParseError;
use crate::transport::{Cdb, Sense, Status, TransportError};
use crate::units::Lba;

/// A command that did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    /// Its name in the standard.
    pub name: &'static str,
    /// Its bytes.
    pub cdb: Cdb,
    /// The block it was about, where it was about one.
    pub lba: Option<Lba>,
    /// What happened.
    pub failure: Failure,
}

/// Where it went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The command did not happen, or nobody can know.
    Transport(TransportError),
    /// The drive said no, and why.
    Check(Sense),
    /// The drive said no in one byte.
    Status(Status),
    /// The drive said yes, and its answer makes no sense.
    Parse(ParseError),
}

impl CommandError {
    /// What the drive said, if it said so in full.
    pub fn sense(&self) -> Option<&Sense> {
        match &self.failure {
            Failure::Check(sense) => Some(sense),
            _ => None,
        }
    }

    /// Key, code and qualifier of what the drive said.
    pub fn triple(&self) -> Option<(u8, u8, u8)> {
        self.sense().map(Sense::triple)
    }

    /// Whether the drive is not there any more.
    pub fn is_gone(&self) -> bool {
        self.failure == Failure::Transport(TransportError::Gone)
    }
}

impl std::error::Error for CommandError {}

impl fmt::Display for CommandError {
    /// `READ (10) at 11764: medium error, unrecovered read error (03/11/00)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(lba) = self.lba {
            write!(f, " at {lba}")?;
        }
        match &self.failure {
            Failure::Transport(error) => write!(f, ": {error}"),
            Failure::Check(sense) => write!(f, ": {sense}"),
            Failure::Status(Status::CheckCondition) => {
                write!(f, ": the drive refused and gave no reason")
            }
            Failure::Status(status) => write!(f, ": {}", status_name(*status)),
            Failure::Parse(error) => write!(f, ": the answer makes no sense: {error}"),
        }
    }
}

fn status_name(status: Status) -> String {
    match status {
        Status::Good => "good".into(),
        Status::CheckCondition => "check condition".into(),
        Status::Busy => "the drive is busy".into(),
        Status::ReservationConflict => "another host has reserved the drive".into(),
        Status::TaskSetFull => "the drive's command queue is full".into(),
        Status::TaskAborted => "another host aborted the command".into(),
        Status::Other(byte) => format!("unknown status {byte:02x}h"),
    }
}
