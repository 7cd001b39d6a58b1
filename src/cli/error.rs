//! A failure as a person reads it: what failed and where, and what one can do about it. Knows the
//! exit code and, where a drive's command failed, which and what the drive said.

use oxidisc::jobs::error as job;
use oxidisc::mmc::advice::{self, Doing};
use oxidisc::mmc::{CommandError, Failure};
use oxidisc::transport::{Sense, SenseKey, TransportError};

use super::exit::Exit;

/// What ends a run.
#[derive(Clone, Debug)]
pub struct CliError {
    /// What failed and where: lower case, no full stop.
    pub message: String,
    /// What one can do about it.
    pub hint: Option<String>,
    /// What the shell gets.
    pub exit: Exit,
    /// The command that failed, if one did.
    pub command: Option<Box<FailedCommand>>,
}

/// A drive's command that failed.
#[derive(Clone, Debug)]
pub struct FailedCommand {
    /// Its name in the standard.
    pub name: &'static str,
    /// Its bytes in hex.
    pub cdb: String,
    /// The block it was about, where it was about one.
    pub lba: Option<i32>,
    /// What the drive said, if it said so in full.
    pub sense: Option<Sense>,
}

impl CliError {
    /// A failure that ends with `exit`.
    pub fn new(exit: Exit, message: impl Into<String>) -> CliError {
        CliError { message: message.into(), hint: None, exit, command: None }
    }

    /// A failure of another kind than the table names.
    pub fn failed(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Failed, message)
    }

    /// The drive or the disc cannot be used.
    pub fn unusable(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Unusable, message)
    }

    /// What was typed makes no sense.
    pub fn usage(message: impl Into<String>) -> CliError {
        CliError::new(Exit::Usage, message)
    }

    /// The same, of a job that changes discs, and that had not begun to.
    pub fn before_disc(mut self) -> CliError {
        if self.exit == Exit::Failed {
            self.exit = Exit::BeforeDisc;
        }
        self
    }

    /// The same with a line that one can act on.
    pub fn hint(mut self, hint: impl Into<String>) -> CliError {
        self.hint = Some(hint.into());
        self
    }
}

impl From<job::Error> for CliError {
    fn from(error: job::Error) -> CliError {
        let exit = match error.kind {
            job::Kind::Usage => Exit::Usage,
            job::Kind::Unusable => Exit::Unusable,
            job::Kind::Interrupted => Exit::Interrupted,
            job::Kind::BeforeDisc => Exit::BeforeDisc,
            job::Kind::AfterDisc => Exit::AfterDisc,
            job::Kind::Failed => Exit::Failed,
        };
        let of_command = error.command.map(|command| CliError::from(*command));
        let (hint, command) = match of_command {
            Some(of_command) => (error.hint.or(of_command.hint), of_command.command),
            None => (error.hint, None),
        };
        CliError { message: error.message, hint, exit, command }
    }
}

impl From<CommandError> for CliError {
    fn from(error: CommandError) -> CliError {
        CliError::from(&error)
    }
}

impl From<&CommandError> for CliError {
    fn from(error: &CommandError) -> CliError {
        let (exit, hint) = outcome(error);
        CliError {
            message: error.to_string(),
            hint: hint.map(String::from),
            exit,
            command: Some(Box::new(FailedCommand {
                name: error.name,
                cdb: error.cdb.to_string(),
                lba: error.lba.map(|lba| lba.0),
                sense: error.sense().cloned(),
            })),
        }
    }
}

/// What the shell is told of a command that failed, and what a person can do about it.
fn outcome(error: &CommandError) -> (Exit, Option<&'static str>) {
    match &error.failure {
        Failure::Transport(TransportError::Gone) => {
            (Exit::Unusable, Some("see that the drive is connected and powered, then try again"))
        }
        Failure::Transport(TransportError::Refused) => (
            Exit::Unusable,
            Some("the kernel keeps this command from ordinary users: run it as root"),
        ),
        Failure::Transport(TransportError::Timeout | TransportError::Host { .. }) => (
            Exit::Failed,
            Some("check the cable, the port and the power supply; `dmesg` may say more"),
        ),
        Failure::Check(sense) => {
            (exit_on_sense(sense), advice::hint(error, Doing::of(error.cdb.opcode())))
        }
        _ => (Exit::Failed, None),
    }
}

fn exit_on_sense(sense: &Sense) -> Exit {
    match (sense.key, sense.asc) {
        (SenseKey::NotReady, 0x3a | 0x04) | (_, 0x30 | 0x6f) => Exit::Unusable,
        _ => Exit::Failed,
    }
}
