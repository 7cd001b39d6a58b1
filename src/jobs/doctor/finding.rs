//! What the doctor found: of what, how bad, in words, and the command line that mends it. Knows no
//! check.

use std::fmt;

use crate::transport::mend;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It keeps the user from something.
    Problem(Keeps),
    /// It may spoil a rip or a burn, or slow it down.
    Warning,
    /// Worth knowing.
    Note,
    /// As it should be.
    Ok,
}

/// From what a problem keeps the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeps {
    /// From ripping and from burning.
    FromBoth,
    /// From ripping alone.
    FromRipping,
    /// From burning alone.
    FromBurning,
}

/// Of what something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A drive, by its node or by what was typed for it.
    Drive(String),
    /// The drives as such.
    Drives,
    /// A part of the machine: `udev`, `power`, …
    Machine(&'static str),
    /// The folder that images are written to.
    Folder(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Drive(name) | Subject::Folder(name) => f.write_str(name),
            Subject::Drives => f.write_str("drives"),
            Subject::Machine(part) => f.write_str(part),
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Names the kind of finding, for scripts.
    pub id: &'static str,
    /// How bad it is.
    pub status: Status,
    /// Of what.
    pub subject: Subject,
    /// What it is and why it matters: lower case, no full stop.
    pub text: String,
    /// The command line that mends it, as a shell takes it.
    pub mend: Option<String>,
}

impl Finding {
    /// Something found.
    pub fn new(
        id: &'static str,
        status: Status,
        subject: Subject,
        text: impl Into<String>,
    ) -> Finding {
        Finding { id, status, subject, text: text.into(), mend: None }
    }

    /// The same with what mends it.
    #[must_use]
    pub fn mend(self, line: impl Into<String>) -> Finding {
        Finding { mend: Some(line.into()), ..self }
    }

    /// Whether it keeps the user from something.
    pub fn is_problem(&self) -> bool {
        matches!(self.status, Status::Problem(_))
    }

    /// Whether it is about a drive, or about there being none.
    pub fn is_of_drive(&self) -> bool {
        matches!(self.subject, Subject::Drive(_) | Subject::Drives)
    }
}

/// All that was found, problems first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Sorts what was found. `sudo` goes from the command lines of who is root already.
    pub(super) fn new(mut findings: Vec<Finding>, root: bool) -> Report {
        findings.sort_by_key(|finding| match finding.status {
            Status::Problem(_) => 0,
            Status::Warning => 1,
            Status::Note => 2,
            Status::Ok => 3,
        });
        for finding in findings.iter_mut().filter(|_| root) {
            finding.mend = finding.mend.take().map(|line| mend::as_root(&line));
        }
        Report { findings }
    }

    /// Whether nothing keeps the user from ripping.
    pub fn can_rip(&self) -> bool {
        !self.kept(|keeps| keeps != Keeps::FromBurning)
    }

    /// Whether nothing keeps the user from burning.
    pub fn can_burn(&self) -> bool {
        !self.kept(|keeps| keeps != Keeps::FromRipping)
    }

    fn kept(&self, from: impl Fn(Keeps) -> bool) -> bool {
        let status = |finding: &Finding| match finding.status {
            Status::Problem(keeps) => from(keeps),
            _ => false,
        };
        self.findings.iter().any(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(status: Status) -> Finding {
        Finding::new("x", status, Subject::Drives, "").mend("sudo a && sudo b")
    }

    #[test]
    fn problems_come_first_and_decide_what_can_be_done() {
        let burn = Status::Problem(Keeps::FromBurning);
        let report =
            Report::new([Status::Ok, Status::Note, burn, Status::Warning].map(found).into(), false);
        let order: Vec<Status> = report.findings.iter().map(|finding| finding.status).collect();
        assert_eq!(order, [burn, Status::Warning, Status::Note, Status::Ok]);
        assert_eq!((report.can_rip(), report.can_burn()), (true, false));
        let rip = Report::new(vec![found(Status::Problem(Keeps::FromRipping))], false);
        assert_eq!((rip.can_rip(), rip.can_burn()), (false, true));
        let both = Report::new(vec![found(Status::Problem(Keeps::FromBoth))], false);
        assert_eq!((both.can_rip(), both.can_burn()), (false, false));
        assert!(Report::new(vec![], false).can_burn());
    }

    #[test]
    fn root_needs_no_sudo() {
        let report = Report::new(vec![found(Status::Ok)], true);
        assert_eq!(report.findings[0].mend.as_deref(), Some("a && b"));
    }
}
