//! What can be said before a burn, and should: of the image, what it is and what is wrong with it;
//! of the disc, what would be lost. Findings, the worst of which says no. What disc and drive
//! cannot do at all, the recipes say.

mod image;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;

use super::disc::Disc;
use super::plan::Plan;
use super::report::Source;
use crate::jobs::erasing::contents::Contents;
use crate::jobs::error::{Error, Kind};
use crate::jobs::survey::MediumFacts;
use crate::mmc::Drive;
use crate::units::{Blocks, Lba, SECTOR};

pub use read::{Reading, Whole, read_through};

/// How much a finding weighs. The order is that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something would be lost: only with a yes.
    Ask,
    /// The image would be of no use on a disc, as far as can be told: only by force.
    Doubt,
    /// It cannot be done.
    Stop,
}

/// Something found before a burn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// What it is: lower case, no full stop.
    pub text: String,
    /// What would work instead.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding of a weight.
    pub fn new(severity: Severity, text: impl Into<String>) -> Finding {
        Finding { severity, text: text.into(), hint: None }
    }

    /// The same with what would work instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Error> for Finding {
    /// What cannot be done.
    fn from(error: Error) -> Finding {
        Finding { severity: Severity::Stop, text: error.message, hint: error.hint }
    }
}

impl From<Finding> for Error {
    /// As what ends a burn before it begins.
    fn from(finding: Finding) -> Error {
        Error { hint: finding.hint, ..Error::new(Kind::BeforeDisc, finding.text) }
    }
}

/// An image that has been looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What there is to say.
    pub findings: Vec<Finding>,
    /// Its label.
    pub volume_id: Option<String>,
    /// Sectors that its file systems claim.
    pub claimed: Option<Blocks>,
    /// Where its first directory says it is on the disc (ISO 9660).
    root: Option<u32>,
    sectors: u32,
}

/// Looks at an image. A stream is only known by its size.
pub fn look_at(source: &Source) -> Looked {
    image::look_at(source)
}

impl Looked {
    /// Whether the image is made for where the plan puts it: ISO 9660 names places by where they
    /// are on the disc.
    pub fn place(&self, plan: &Plan) -> Option<Finding> {
        let (root, start) = (self.root?, u32::try_from(plan.start.0).ok()?);
        let end = start.saturating_add(self.sectors);
        if root < end && root >= start {
            return None;
        }
        if start == 0 {
            let text = format!(
                "the image is made to go behind what is on another disc: its first directory is \
                 to be at sector {root}, and it has {}",
                self.sectors
            );
            return Some(Finding::new(Severity::Doubt, text).hint(
                "put in the disc it was made for, or make it without -C and -M; --force burns it \
                 all the same",
            ));
        }
        let text = format!(
            "the image is made for the beginning of a disc: at sector {start}, where it would go, \
             its files are not found by most systems"
        );
        let msinfo = plan.msinfo.unwrap_or((Lba(0), plan.start));
        Some(Finding::new(Severity::Doubt, text).hint(format!(
            "make it with `xorriso -as mkisofs -C {},{} -M /dev/sr0 …`, the drive for /dev/sr0; \
             --force burns it all the same",
            msinfo.0, msinfo.1
        )))
    }
}

/// What of the disc would be lost by the plan, or is kept.
///
/// # Errors
/// The drive is gone.
pub fn losses(
    drive: &mut Drive,
    medium: &MediumFacts,
    disc: &Disc,
    plan: &Plan,
) -> Result<Option<Finding>, Error> {
    let untouched = disc.is_blank() || (disc.kind.is_overwritable() && !disc.formatted);
    if untouched || plan.simulated {
        return Ok(None);
    }
    let contents = Contents::of(drive, medium, untouched)?;
    let kind = disc.kind;
    if !plan.loses {
        let text = format!("the {kind} keeps what it holds: {contents}");
        return Ok(Some(Finding::new(Severity::Note, text)));
    }
    if contents.is_empty() {
        let text = format!("nothing is found on the {kind} that would be lost");
        return Ok(Some(Finding::new(Severity::Note, text)));
    }
    let text = format!("the {kind} holds {contents}");
    Ok(Some(
        Finding::new(Severity::Ask, text)
            .hint("it would be lost: --yes burns all the same, `oxidisc rip` saves it first"),
    ))
}

/// What is left to be told of findings that nothing speaks against.
///
/// # Errors
/// One of them says no. `force` takes doubts for answered, `yes` questions.
pub fn settle(findings: Vec<Finding>, force: bool, yes: bool) -> Result<Vec<Finding>, Error> {
    let against = |finding: &&Finding| match finding.severity {
        Severity::Note => false,
        Severity::Ask => !yes,
        Severity::Doubt => !force,
        Severity::Stop => true,
    };
    // Backwards, for the last of equals is taken: the first one found is the one to say.
    match findings.iter().rev().filter(against).max_by_key(|finding| finding.severity) {
        Some(worst) => Err(worst.clone().into()),
        None => Ok(findings),
    }
}

/// `12 sectors`, `1 sector`.
fn sectors(count: u64) -> String {
    format!("{count} sector{}", if count == 1 { "" } else { "s" })
}

/// `1.5 MiB`.
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Whole sectors of so many bytes, and the bytes that are left.
fn split(bytes: u64) -> (u64, u64) {
    (bytes / SECTOR as u64, bytes % SECTOR as u64)
}
