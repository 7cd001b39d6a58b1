//! Says why a user can or cannot rip and burn on a machine, and the command line that mends it. A
//! file per topic: `look` gathers facts from `/proc`, `/sys`, `/dev` and `/etc`, and `check`, a
//! pure function, makes findings of them. What is changed: nothing. A drive that can be opened is
//! sent commands that change nothing; a folder gets a file without a name for a moment.

mod automount;
mod bridge;
mod busy;
mod commands;
mod finding;
mod folder;
mod kernel;
mod memory;
mod nodes;
mod power;
mod presence;
mod tree;
mod udev;
mod user;

use std::path::{Path, PathBuf};

pub use finding::{Finding, Keeps, Report, Status, Subject};
pub use tree::Tree;

use crate::mmc::Drive;
use crate::transport::open_error::OpenError;
use crate::transport::scan::{self, DriveEntry};
use crate::transport::sgio::SgIo;
use crate::transport::{Access, holders::Holder};
use commands::Tried;
use user::{Accounts, User};

/// What to look at.
#[derive(Clone, Debug)]
pub struct Options {
    /// The machine.
    pub tree: Tree,
    /// The drives, by any path to them; none: all that there are.
    pub drives: Vec<PathBuf>,
    /// Where images are written to; `None`: it is not looked at.
    pub folder: Option<PathBuf>,
}

/// Looks at a machine and its drives. Only drives of this machine are opened.
pub fn examine(options: &Options) -> Report {
    let tree = &options.tree;
    let user = User::of(tree, "self").unwrap_or_default();
    let accounts = Accounts::of(tree);
    let rules = udev::look(tree);
    let (drives, mut findings) = drives(options);
    for drive in &drives {
        let nodes = nodes::look(tree, &accounts, drive);
        let nodes = nodes.iter().map(|node| nodes::check(node, &user, &accounts, &rules));
        let of_nodes: Vec<Finding> = nodes.collect();
        let of_drive = of_drive(tree, drive, &user, &of_nodes);
        findings.extend(of_nodes.into_iter().chain(of_drive));
    }
    spare_readers(&mut findings);
    findings.push(udev::check(&rules));
    findings.push(automount::check(&automount::look(tree)));
    findings.push(kernel::check(&kernel::look(tree), drives.len()));
    findings.extend(power::check(&power::look(tree)));
    findings.extend(of_work(tree, options.folder.as_deref()));
    Report::new(findings, user.opens_all())
}

/// Looks at a drive that is no part of the machine: a simulated one, or a recording.
pub fn examine_apart(name: &str, drive: &mut Drive, folder: Option<&Path>) -> Report {
    let subject = Subject::Drive(name.to_string());
    let text = "no drive of this machine: nothing here can be in its way";
    let mut findings = vec![Finding::new("apart", Status::Note, subject.clone(), text)];
    findings.extend(commands::check(&subject, &commands::look(drive), true));
    let tree = Tree::default();
    findings.extend(of_work(&tree, folder));
    Report::new(findings, User::of(&tree, "self").unwrap_or_default().opens_all())
}

/// The drives that are meant, and what is found of their being there.
fn drives(options: &Options) -> (Vec<DriveEntry>, Vec<Finding>) {
    let tree = &options.tree;
    let (mut named, mut findings) = (Vec::new(), Vec::new());
    for path in &options.drives {
        match scan::resolve_in(&tree.roots(), path) {
            Ok(drive) => named.push(drive),
            Err(error) => findings.push(unopened(path.display().to_string(), &error)),
        }
    }
    // One that is named and not found may be any that has no driver or no node.
    let all = options.drives.is_empty() || !findings.is_empty();
    let there = if all { scan::drives_in(&tree.roots()) } else { named.clone() };
    findings.extend(presence::check(&presence::look(tree, &there, all)));
    (if options.drives.is_empty() { there } else { named }, findings)
}

/// A drive that only reads keeps nobody from burning where another one burns.
fn spare_readers(findings: &mut [Finding]) {
    if findings.iter().any(|finding| finding.id == commands::WRITER) {
        let readers = findings.iter_mut().filter(|finding| finding.id == commands::NO_WRITER);
        readers.for_each(|finding| finding.status = Status::Note);
    }
}

/// What rips and burns need besides a drive.
fn of_work(tree: &Tree, folder: Option<&Path>) -> Vec<Finding> {
    let mut findings = memory::check(&memory::look(tree));
    if let Some(folder) = folder {
        findings.extend(folder::check(&folder::look(tree, folder)));
    }
    findings
}

/// What is found of one drive besides its nodes.
fn of_drive(tree: &Tree, drive: &DriveEntry, user: &User, of_nodes: &[Finding]) -> Vec<Finding> {
    let name = tree.shown(&drive.path);
    let subject = Subject::Drive(name.clone());
    let holders = drive.held_by();
    let mut findings = busy::check(&subject, &holders, user, tree);
    let mut needs_kbps = None;
    if tree.is_here() && holders.iter().all(Holder::passes_by) && drive.path.exists() {
        match try_commands(&drive.path) {
            Ok((tried, writable)) => {
                needs_kbps = tried.needs_kbps();
                findings.extend(commands::check(&subject, &tried, writable));
            }
            // Said of the node already.
            Err(OpenError::Permission { .. }) if of_nodes.iter().any(Finding::is_problem) => {}
            Err(error) => findings.push(unopened(name, &error)),
        }
    }
    findings.extend(bridge::check(&bridge::look(tree, drive), needs_kbps));
    findings.extend(power::of_drive(tree, drive));
    findings
}

/// Opens a drive as a burn would, or else as a rip would.
fn try_commands(path: &Path) -> Result<(Tried, bool), OpenError> {
    let device = SgIo::open(path, Access::Read)?;
    let writable = device.writable();
    Ok((commands::look(&mut Drive::new(Box::new(device))), writable))
}

/// A drive that cannot be opened, in the words of every other command.
fn unopened(name: String, error: &OpenError) -> Finding {
    let status = Status::Problem(Keeps::FromBoth);
    let (text, mend) = (error.to_string(), error.mend());
    let text = if mend.is_some() { text } else { format!("{text}; {}", error.hint()) };
    Finding { mend, ..Finding::new("drive-unopened", status, Subject::Drive(name), text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_that_only_reads_is_a_problem_where_no_other_burns() {
        let burning = Status::Problem(Keeps::FromBurning);
        let reader = Finding::new(commands::NO_WRITER, burning, Subject::Drives, "");
        let writer = Finding::new(commands::WRITER, Status::Ok, Subject::Drives, "");
        let mut alone = [reader.clone()];
        spare_readers(&mut alone);
        assert_eq!(alone[0], reader);
        let mut both = [reader, writer];
        spare_readers(&mut both);
        assert_eq!(both[0].status, Status::Note);
    }

    #[test]
    fn a_drive_that_is_named_and_not_there_is_told_with_what_there_is() {
        let (_folder, tree) = tree::tests::machine(&[("sys/bus/scsi/drivers/sr/bind", "")]);
        let report = examine(&Options { tree, drives: vec!["/dev/sr99".into()], folder: None });
        let ids: Vec<&str> = report.findings.iter().map(|finding| finding.id).take(2).collect();
        assert_eq!(ids, ["drive-unopened", "drive-none"]);
        assert_eq!((report.can_rip(), report.can_burn()), (false, false));
    }
}
