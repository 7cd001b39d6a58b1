//! The exit codes that scripts may rely on.

use std::process::ExitCode;

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All of it done and good.
    Done,
    /// Failed for another reason than those below.
    Failed,
    /// Wrong usage.
    Usage,
    /// Drive or disc not usable: none, busy, no permission, no medium, wrong medium, protected.
    Unusable,
    /// Finished, but sectors are missing.
    Missing,
    /// Verification found a difference.
    Different,
    /// Burn, blank or format failed before the disc was changed.
    BeforeDisc,
    /// Burn, blank or format failed after the disc was changed.
    AfterDisc,
    /// Interrupted; what was done is kept.
    Interrupted,
    /// What the program that was run with a simulated drive ended with.
    Program(u8),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unusable => 3,
            Exit::Missing => 4,
            Exit::Different => 5,
            Exit::BeforeDisc => 6,
            Exit::AfterDisc => 7,
            Exit::Interrupted => 130,
            Exit::Program(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// The table as `--help` shows it.
pub const HELP: &str = "\
Exit codes:
  0    all of it done and good
  1    failed for another reason (the message says which)
  2    wrong usage
  3    drive or disc not usable: none, busy, no permission, no medium, protected
  4    finished, but sectors are missing: the map says which
  5    verification found a difference
  6    burn, blank or format failed before the disc was changed
  7    burn, blank or format failed after the disc was changed
  130  interrupted; what was done is kept, and the same command goes on from there";
