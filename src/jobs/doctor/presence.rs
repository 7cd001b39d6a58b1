//! Whether there are drives, whether the kernel's drivers sr and sg have them, and whether their
//! nodes are there. Does not know who may open them.

use std::path::Path;

use super::finding::{Finding, Keeps, Status, Subject};
use super::tree::Tree;
use crate::transport::scan::DriveEntry;
use crate::transport::sysfs;

/// What there is.
#[derive(Clone, Debug)]
pub struct Presence {
    sr: Driver,
    sg: Driver,
    /// Optical drives that sr has not taken.
    unbound: Vec<Unbound>,
    /// Drives that sysfs shows.
    drives: usize,
    /// Nodes that sysfs shows and `/dev` does not: the path, `b` or `c`, and the numbers.
    nodeless: Vec<(String, char, String)>,
    /// A container has the nodes that it was given.
    container: bool,
}

/// An optical drive that sr has not taken.
#[derive(Clone, Debug)]
struct Unbound {
    /// Host, channel, target and unit: `4:0:0:0`.
    address: String,
    /// `HL-DT-ST BD-RE BU40N`.
    name: String,
    /// Whether sg has it.
    sg: bool,
}

/// A driver of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    Working,
    /// There is a module of it.
    Loadable,
    /// This kernel has none.
    Missing,
}

/// Looks at what the kernel shows of these drives, and, if they are `all`, for others.
pub fn look(tree: &Tree, drives: &[DriveEntry], all: bool) -> Presence {
    let device = "sys/bus/scsi/devices";
    let optical = |address: &String| {
        let at = format!("{device}/{address}");
        tree.word(&format!("{at}/type")).as_deref() == Some("5")
            && tree.names(&format!("{at}/block")).is_empty()
    };
    let addresses = tree.names(device).into_iter().filter(|address| all && optical(address));
    let unbound = addresses.map(|address| {
        let at = format!("{device}/{address}");
        let words = ["vendor", "model"].map(|file| tree.word(&format!("{at}/{file}")));
        let name = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Unbound { sg: !tree.names(&format!("{at}/scsi_generic")).is_empty(), name, address }
    });
    Presence {
        sr: driver(tree, "sys/bus/scsi/drivers/sr", "sr_mod"),
        sg: driver(tree, "sys/class/scsi_generic", "sg"),
        unbound: unbound.collect(),
        drives: drives.len(),
        nodeless: drives.iter().flat_map(|drive| nodeless(tree, drive)).collect(),
        container: contained(tree),
    }
}

/// A machine has the kernel's own `/dev`, a container one with what it was given.
fn contained(tree: &Tree) -> bool {
    let kernel_s = tree
        .text("proc/self/mountinfo")
        .lines()
        .any(|line| line.contains(" /dev ") && line.contains(" - devtmpfs "));
    !kernel_s && (tree.has("run/.containerenv") || tree.has(".dockerenv"))
}

fn driver(tree: &Tree, sign: &str, module: &str) -> Driver {
    let kernel = tree.word("proc/sys/kernel/osrelease").unwrap_or_default();
    // modules.dep: `kernel/drivers/scsi/sr_mod.ko.xz: kernel/drivers/cdrom/cdrom.ko.xz`.
    let list = tree.text(&format!("lib/modules/{kernel}/modules.dep"));
    if tree.has(sign) {
        Driver::Working
    } else if list.lines().any(|line| line.contains(&format!("/{module}.ko"))) {
        Driver::Loadable
    } else {
        Driver::Missing
    }
}

fn nodeless(tree: &Tree, drive: &DriveEntry) -> Vec<(String, char, String)> {
    let nodes = [Some(&drive.path), drive.sg_path.as_ref()].into_iter().flatten();
    let mut missing: Vec<(String, char, String)> = nodes
        .filter(|node| !node.exists())
        .filter_map(|node| {
            let name = node.file_name()?.to_str()?;
            let (kind, class) =
                if name.starts_with("sr") { ('b', "block") } else { ('c', "scsi_generic") };
            let numbers = sysfs::text(&drive.device.join(class).join(name).join("dev"));
            Some((tree.shown(node), kind, numbers.unwrap_or_default().replace(':', " ")))
        })
        .collect();
    missing.dedup();
    missing
}

/// What that means.
pub fn check(found: &Presence) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        found.unbound.iter().map(|drive| unbound(found.sr, drive)).collect();
    if found.drives == 0 && found.unbound.is_empty() {
        findings.push(none(found));
    }
    findings.extend(found.nodeless.iter().map(|node| nodeless_finding(found, node)));
    if found.drives > 0 && found.sg != Driver::Working {
        let text =
            "the driver sg is not there: oxidisc does without, sg3_utils and cdrecord do not";
        let finding = Finding::new("sg-missing", Status::Note, Subject::Drives, text);
        findings.push(match found.sg {
            Driver::Loadable => finding.mend("sudo modprobe sg"),
            _ => finding,
        });
    }
    findings
}

fn none(found: &Presence) -> Finding {
    let problem = |text: &str| {
        Finding::new("drive-none", Status::Problem(Keeps::FromBoth), Subject::Drives, text)
    };
    match found.sr {
        Driver::Working => problem(
            "there is no optical drive: connect one and switch it on, or practise with -d sim:demo",
        ),
        Driver::Loadable => {
            problem("there is no optical drive, and the driver sr is not there to find one")
                .mend("sudo modprobe sr_mod")
        }
        Driver::Missing => problem(
            "there is no optical drive, and this kernel has no driver for one (module sr_mod)",
        ),
    }
}

fn unbound(sr: Driver, Unbound { address, name, sg }: &Unbound) -> Finding {
    let subject = Subject::Drive(address.clone());
    let (status, but) = match *sg {
        // Its sg node takes every command; nothing can be mounted or read as a file.
        true => (Status::Warning, ": it works through its sg node only"),
        false => (Status::Problem(Keeps::FromBoth), ""),
    };
    let finding = |why: &str| {
        let text = format!("the driver sr has not taken the drive {name}{why}{but}");
        Finding::new("drive-unbound", status, subject.clone(), text)
    };
    match sr {
        Driver::Working => finding("")
            .mend(format!("echo {address} | sudo tee /sys/bus/scsi/drivers/sr/bind >/dev/null")),
        Driver::Loadable => finding(", as it is not loaded").mend("sudo modprobe sr_mod"),
        Driver::Missing => finding(", as this kernel has none (module sr_mod)"),
    }
}

fn nodeless_finding(found: &Presence, (path, kind, numbers): &(String, char, String)) -> Finding {
    let sr = *kind == 'b';
    let status = if sr { Status::Problem(Keeps::FromBoth) } else { Status::Note };
    let text = match found.container {
        true => format!("this container was not given the node: --device {path}"),
        false => "the kernel has the drive, and its node is not there".to_string(),
    };
    let finding = Finding::new("node-missing", status, Subject::Drive(path.clone()), text);
    if found.container || numbers.is_empty() {
        return finding;
    }
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    let class = if sr { "block" } else { "scsi_generic" };
    finding.mend(format!(
        "sudo mknod {path} {kind} {numbers} && sudo udevadm trigger --settle \
         /sys/class/{class}/{name}"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::machine;
    use super::*;
    use crate::transport::scan;

    const KERNEL: (&str, &str) = ("proc/sys/kernel/osrelease", "6.1.0\n");
    const MODULES: (&str, &str) = (
        "lib/modules/6.1.0/modules.dep",
        "kernel/drivers/scsi/sg.ko:\nkernel/drivers/scsi/sr_mod.ko.xz: kernel/cdrom.ko\n",
    );

    fn said(files: &[(&str, &str)]) -> Vec<(&'static str, bool, String)> {
        let (_folder, tree) = machine(files);
        let drives = scan::drives_in(&tree.roots());
        let findings = check(&look(&tree, &drives, true));
        let mend = |finding: &Finding| finding.mend.clone().unwrap_or_default();
        findings.iter().map(|found| (found.id, found.is_problem(), mend(found))).collect()
    }

    #[test]
    fn a_machine_without_drives_says_whether_it_could_find_one() {
        let driver = ("sys/bus/scsi/drivers/sr/bind", "");
        assert_eq!(said(&[KERNEL, driver]), [("drive-none", true, String::new())]);
        let load = "sudo modprobe sr_mod".to_string();
        assert_eq!(said(&[KERNEL, MODULES]), [("drive-none", true, load)]);
        assert_eq!(said(&[KERNEL]), [("drive-none", true, String::new())]);
    }

    #[test]
    fn a_drive_that_sr_has_not_taken_is_bound_or_gets_its_driver() {
        let device = ("sys/bus/scsi/devices/4:0:0:0/type", "5\n");
        let disk = ("sys/bus/scsi/devices/5:0:0:0/type", "0\n");
        let load = "sudo modprobe sr_mod".to_string();
        assert_eq!(said(&[KERNEL, MODULES, device, disk]), [("drive-unbound", true, load)]);
        let driver = ("sys/bus/scsi/drivers/sr/bind", "");
        let bind = "echo 4:0:0:0 | sudo tee /sys/bus/scsi/drivers/sr/bind >/dev/null".to_string();
        assert_eq!(said(&[KERNEL, driver, device]), [("drive-unbound", true, bind)]);
        let names = [
            ("sys/bus/scsi/devices/4:0:0:0/vendor", "HL-DT-ST\n"),
            ("sys/bus/scsi/devices/4:0:0:0/model", "BD-RE BU40N     \n"),
        ];
        let (_folder, tree) = machine(&[driver, device, names[0], names[1]]);
        let text = &check(&look(&tree, &[], true))[0].text;
        assert_eq!(text, "the driver sr has not taken the drive HL-DT-ST BD-RE BU40N");
        // Another drive is meant.
        assert_eq!(look(&tree, &[], false).unbound.len(), 0);
    }

    #[test]
    fn what_only_sg_has_works_somehow() {
        let findings = said(&[
            ("sys/bus/scsi/devices/4:0:0:0/type", "5\n"),
            ("sys/bus/scsi/devices/4:0:0:0/scsi_generic/sg1/dev", "21:1\n"),
            ("sys/class/scsi_generic/sg1/device/type", "5\n"),
            ("dev/sg1", ""),
        ]);
        assert_eq!(findings, [("drive-unbound", false, String::new())]);
    }

    #[test]
    fn a_node_that_is_not_there_is_made() {
        let drive = [("sys/block/sr0/device/type", "5\n"), ("sys/block/sr0/dev", "11:0\n")];
        let inner = ("sys/block/sr0/device/block/sr0/dev", "11:0\n");
        let sg = ("sys/class/scsi_generic/sg0/name", "");
        let findings = said(&[drive[0], drive[1], inner, sg]);
        let make = "sudo mknod /dev/sr0 b 11 0 && sudo udevadm trigger --settle \
                    /sys/class/block/sr0";
        assert_eq!(findings, [("node-missing", true, make.to_string())]);
        let container = ("run/.containerenv", "");
        let findings = said(&[drive[0], drive[1], inner, sg, container]);
        assert_eq!(findings, [("node-missing", true, String::new())]);
        let own = ("proc/self/mountinfo", "23 22 0:6 / /dev rw - devtmpfs udev rw\n");
        let findings = said(&[drive[0], drive[1], inner, sg, container, own]);
        assert_eq!(findings, [("node-missing", true, make.to_string())]);
    }

    #[test]
    fn a_drive_without_sg_is_worth_a_note() {
        let drive = [("sys/block/sr0/device/type", "5\n"), ("dev/sr0", "")];
        let load = "sudo modprobe sg".to_string();
        assert_eq!(said(&[KERNEL, MODULES, drive[0], drive[1]]), [("sg-missing", false, load)]);
    }
}
