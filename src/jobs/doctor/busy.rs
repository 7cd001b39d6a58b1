//! Who has a drive: mounts, and programs that have one of its nodes open. Sends nothing.

use super::finding::{Finding, Keeps, Status, Subject};
use super::tree::Tree;
use super::user::User;
use crate::transport::holders::Holder;
use crate::transport::mend;

/// Programs that burn: stopped in the middle, they leave a disc of no use.
const BURNERS: [&str; 12] = [
    "brasero",
    "cdrdao",
    "cdrecord",
    "cdrskin",
    "dvd+rw-format",
    "growisofs",
    "k3b",
    "oxidisc",
    "wodim",
    "xfburn",
    "xorrecord",
    "xorriso",
];

/// Virtual machines that were given a drive, as the kernel cuts their names: to end one is to pull
/// its plug.
const MACHINES: [&str; 5] =
    ["qemu-kvm", "qemu-system-x86", "VBoxHeadless", "VirtualBoxVM", "vmware-vmx"];

/// What that means to a user. `owner`: whose a process is, where that can be known.
pub fn check(subject: &Subject, holders: &[Holder], user: &User, tree: &Tree) -> Vec<Finding> {
    let mine = |pid: u32| User::of(tree, &pid.to_string()).is_some_and(|who| who.uid == user.uid);
    holders.iter().map(|holder| finding(subject, holder, mine)).collect()
}

fn finding(subject: &Subject, holder: &Holder, mine: impl Fn(u32) -> bool) -> Finding {
    let problem = |id, text: String| {
        Finding::new(id, Status::Problem(Keeps::FromBoth), subject.clone(), text)
    };
    match holder {
        Holder::Mount { path } => {
            let text = format!("its disc is {holder}, which keeps the drive from others");
            problem("mounted", text).mend(mend::unmount(path))
        }
        Holder::Process { .. } if holder.passes_by() => {
            let text = format!("{holder}, which only looks at the disc: it will let go");
            Finding::new("held-briefly", Status::Note, subject.clone(), text)
        }
        Holder::Process { pid, name } if BURNERS.contains(&name.as_str()) => {
            // Waits until it has ended.
            let text =
                format!("{holder}, which would spoil a disc if it were stopped: wait for it");
            problem("held", text).mend(format!("tail --pid={pid} -f /dev/null"))
        }
        Holder::Process { name, .. } if MACHINES.contains(&name.as_str()) => {
            let text = format!("it is {holder}, a virtual machine: take the drive out of it");
            problem("held", text)
        }
        Holder::Process { pid, .. } => {
            let sudo = if mine(*pid) { "" } else { "sudo " };
            let text = format!("it is {holder}: let it finish, or end it");
            problem("held", text).mend(format!("{sudo}kill {pid}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::machine;
    use super::super::user::tests::plain;
    use super::*;

    #[test]
    fn who_holds_a_drive_is_waited_for_ended_or_unmounted() {
        let status = |uid| format!("Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n");
        let (ours, theirs) = (status(1000), status(0));
        let (_folder, tree) = machine(&[("proc/7/status", &ours), ("proc/8/status", &theirs)]);
        let process = |pid, name: &str| Holder::Process { pid, name: name.into() };
        let holders = [
            Holder::Mount { path: "/media/A Disc".into() },
            process(5, "udisksd"),
            process(6, "growisofs"),
            process(7, "vlc"),
            process(8, "vlc"),
            process(9, "qemu-system-x86"),
        ];
        let found = check(&Subject::Drives, &holders, &plain(1000, &[]), &tree);
        let said: Vec<(&str, bool, &str)> = found
            .iter()
            .map(|found| (found.id, found.is_problem(), found.mend.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(
            said,
            [
                ("mounted", true, "sudo umount '/media/A Disc'"),
                ("held-briefly", false, ""),
                ("held", true, "tail --pid=6 -f /dev/null"),
                ("held", true, "kill 7"),
                ("held", true, "sudo kill 8"),
                ("held", true, ""),
            ]
        );
        assert_eq!(
            found[0].text,
            "its disc is mounted at /media/A Disc, which keeps the drive from others"
        );
    }
}
