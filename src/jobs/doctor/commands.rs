//! Which commands get from this user to a drive, tried with some that change nothing; and whether
//! the drive can write at all. Linux passes an ordinary user's commands by a list: those that read
//! on any open node, those that write on one open for writing, and others to nobody (block/
//! scsi_ioctl.c, `scsi_cmd_allowed`).

use super::finding::{Finding, Keeps, Status, Subject};
use crate::jobs::survey::survey_drive;
use crate::mmc::cmd::mechanism_status::MechanismStatus;
use crate::mmc::cmd::mode_select::ModeSelectNothing;
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::profile::Profile;
use crate::mmc::{CommandError, Drive, Failure};
use crate::transport::TransportError;
use crate::units::Family;

/// Names the finding of a drive that burns.
pub(super) const WRITER: &str = "writer";
/// Names that of one that does not.
pub(super) const NO_WRITER: &str = "writer-none";

/// What came of the commands that were tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// One that reads: TEST UNIT READY.
    reads: Passage,
    /// One that writes: MODE SELECT of nothing.
    writes: Passage,
    /// One that is on no list: MECHANISM STATUS.
    others: Passage,
    /// The kinds of disc the drive knows. Empty of drives from before MMC-2.
    profiles: Vec<Profile>,
    /// The fastest it writes, in kB/s, as far as it tells.
    writes_kbps: Option<u32>,
}

/// How far a command got.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Passage {
    /// The drive answered, whatever it said.
    Reached,
    /// The kernel did not pass it on.
    Refused,
    /// It was lost: how.
    Lost(String),
}

impl<T> From<Result<T, CommandError>> for Passage {
    fn from(outcome: Result<T, CommandError>) -> Passage {
        match outcome {
            Err(CommandError { failure: Failure::Transport(TransportError::Refused), .. }) => {
                Passage::Refused
            }
            Err(error) if matches!(error.failure, Failure::Transport(_)) => {
                Passage::Lost(error.to_string())
            }
            _ => Passage::Reached,
        }
    }
}

/// Tries them.
pub fn look(drive: &mut Drive) -> Tried {
    let reads = Passage::from(drive.run(&TestUnitReady));
    let facts = match reads {
        Passage::Reached => survey_drive(drive).ok(),
        _ => None,
    };
    let profiles = facts.as_ref().map(|facts| facts.profiles()).unwrap_or_default();
    Tried {
        writes: drive.run(&ModeSelectNothing).into(),
        others: drive.query(&MechanismStatus).into(),
        profiles: profiles.into_iter().map(|(profile, _)| profile).collect(),
        writes_kbps: facts.and_then(|facts| Some(facts.write_speeds.first()?.kbps)),
        reads,
    }
}

impl Tried {
    /// The rate that a burn may need, in kB/s: the fastest there is, else 1x of the largest disc.
    pub(super) fn needs_kbps(&self) -> Option<u32> {
        let slowest = self.families().last().map(|family| family.kbps_at_1x() as u32);
        self.writes_kbps.max(slowest)
    }

    /// The families of disc that it writes, slowest first.
    fn families(&self) -> Vec<Family> {
        let of = |family| {
            self.profiles.iter().any(|kind| kind.is_writable() && kind.family() == Some(family))
        };
        [Family::Cd, Family::Dvd, Family::Bd].into_iter().filter(|family| of(*family)).collect()
    }
}

fn name(family: Family) -> &'static str {
    match family {
        Family::Cd => "CD",
        Family::Dvd => "DVD",
        Family::Bd => "Blu-ray",
    }
}

/// What that means. `writable`: the node could be opened for writing.
pub fn check(subject: &Subject, tried: &Tried, writable: bool) -> Vec<Finding> {
    let finding = |id, status, text: String| Finding::new(id, status, subject.clone(), text);
    let both = Status::Problem(Keeps::FromBoth);
    if let Passage::Lost(error) = &tried.reads {
        let text = format!("{error}: check cable, port and power");
        return vec![finding("commands-lost", both, text).mend("sudo dmesg | tail -n 20")];
    }
    if tried.reads == Passage::Refused {
        let text = "the kernel passes none of your commands on to it".to_string();
        return vec![finding("commands-refused", both, text)];
    }
    let mut findings = Vec::new();
    match &tried.writes {
        // What the node's mode keeps from the user is told where nodes are looked at.
        Passage::Refused if !writable => {}
        Passage::Refused => {
            let text = "the kernel keeps the commands that change a disc from you".to_string();
            findings.push(finding("commands-write", Status::Problem(Keeps::FromBurning), text));
        }
        Passage::Lost(error) => {
            let text = format!("{error}: check cable, port and power");
            findings.push(finding("commands-lost", both, text).mend("sudo dmesg | tail -n 20"));
        }
        Passage::Reached => {
            let kept = match tried.others {
                Passage::Refused => "; those kept from ordinary users are not needed",
                _ => "",
            };
            let text = format!("commands to read and to write get through{kept}");
            findings.push(finding("commands", Status::Ok, text));
        }
    }
    let names: Vec<&str> = tried.families().into_iter().map(name).collect();
    if !names.is_empty() {
        findings.push(finding(WRITER, Status::Ok, format!("it burns {}", names.join(", "))));
    } else if !tried.profiles.is_empty() {
        let text = "this drive only reads: it knows no kind of disc to write to".to_string();
        findings.push(finding(NO_WRITER, Status::Problem(Keeps::FromBurning), text));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim;
    use crate::transport::Errno;

    fn tried(spec: &str) -> Tried {
        look(&mut Drive::new(Box::new(sim::open(spec).expect("a drive"))))
    }

    fn found(tried: &Tried, writable: bool) -> Vec<(&'static str, Status)> {
        let findings = check(&Subject::Drives, tried, writable);
        findings.iter().map(|finding| (finding.id, finding.status)).collect()
    }

    #[test]
    fn a_writer_without_a_filter_takes_everything() {
        let all = tried("demo");
        assert_eq!(all.families(), [Family::Cd, Family::Dvd, Family::Bd]);
        assert!(all.needs_kbps() >= Some(4495), "{all:?}");
        assert_eq!(found(&all, true), [("commands", Status::Ok), ("writer", Status::Ok)]);
    }

    #[test]
    fn an_ordinary_user_s_commands_suffice() {
        let some = tried("demo?filter=user");
        assert_eq!(some.others, Passage::Refused);
        let finding = &check(&Subject::Drives, &some, true)[0];
        assert_eq!(
            finding.text,
            "commands to read and to write get through; those kept from ordinary users are not \
             needed"
        );
    }

    #[test]
    fn what_the_kernel_keeps_back_is_told_as_such() {
        let kept = |errno: Errno| -> Passage {
            use crate::mmc::testing::{Script, Step};
            let step = Step::on(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 0, 0]).errno(errno);
            Script::table(vec![step]).drive().run(&ModeSelectNothing).into()
        };
        let burn = Status::Problem(Keeps::FromBurning);
        let both = Status::Problem(Keeps::FromBoth);
        let no_writes = Tried { writes: kept(Errno::EPERM), ..tried("demo") };
        assert_eq!(found(&no_writes, true), [("commands-write", burn), ("writer", Status::Ok)]);
        assert_eq!(found(&no_writes, false), [("writer", Status::Ok)]);
        let nothing = Tried { reads: kept(Errno::EPERM), ..tried("demo") };
        assert_eq!(found(&nothing, true), [("commands-refused", both)]);
        let lost = Tried { reads: kept(Errno::ENODEV), ..tried("demo") };
        assert_eq!(found(&lost, true), [("commands-lost", both)]);
    }

    #[test]
    fn a_drive_that_only_reads_does_not_burn() {
        let reader = Tried { profiles: vec![Profile::CdRom, Profile::DvdRom], ..tried("demo") };
        let burn = Status::Problem(Keeps::FromBurning);
        assert_eq!(found(&reader, true), [("commands", Status::Ok), ("writer-none", burn)]);
        let old = Tried { profiles: vec![], ..tried("demo") };
        assert_eq!(found(&old, true), [("commands", Status::Ok)]);
    }
}
