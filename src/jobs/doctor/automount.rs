//! What mounts a disc as soon as it is in the drive, or starts a program for it. A drive that
//! oxidisc works with is kept from all of them; before that, they may have it first.

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;

/// What runs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automounters {
    programs: Vec<&'static str>,
    /// udisks was told to leave discs alone.
    told: bool,
}

/// Programs, as the kernel cuts their names, and what they are to people.
const PROGRAMS: [(&str, &str); 6] = [
    ("udisksd", "udisks"),
    ("gvfs-udisks2-vo", "gvfs"),
    ("kded5", "KDE's kded5"),
    ("kded6", "KDE's kded6"),
    ("udiskie", "udiskie"),
    ("automount", "autofs"),
];

/// A rule by which udisks leaves discs to whoever mounts them by hand (udisks(8), `UDISKS_AUTO`).
const RULE: &str = r#"SUBSYSTEM=="block", KERNEL=="sr[0-9]*", ENV{UDISKS_AUTO}="0""#;
const FILE: &str = "etc/udev/rules.d/91-oxidisc-no-automount.rules";

/// Looks at what runs.
pub fn look(tree: &Tree) -> Automounters {
    let running = tree.programs();
    let runs = |(program, _): &&(&str, &str)| running.iter().any(|name| name == program);
    let told = ["etc/udev/rules.d", "run/udev/rules.d"].iter().any(|folder| {
        let says = |name: &String| tree.text(&format!("{folder}/{name}")).contains(RULE);
        tree.names(folder).iter().any(says)
    });
    Automounters { programs: PROGRAMS.iter().filter(runs).map(|(_, name)| *name).collect(), told }
}

/// What that means.
pub fn check(found: &Automounters) -> Finding {
    let finding =
        |id, status, text: String| Finding::new(id, status, Subject::Machine("desktop"), text);
    // udisks alone mounts nothing: it does so for the others, and when asked.
    let others = found.programs.iter().any(|name| *name != "udisks");
    if !others || found.told {
        return finding("automount", Status::Ok, "nothing mounts discs by itself".into());
    }
    let text = format!(
        "{} may mount a disc before oxidisc has the drive; to keep them off:",
        found.programs.join(", ")
    );
    let line = format!(
        "echo '{RULE}' | sudo tee /{FILE} >/dev/null && sudo udevadm control --reload && \
         sudo udevadm trigger --settle --subsystem-match=block"
    );
    finding("automount", Status::Note, text).mend(line)
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::machine;
    use super::*;

    #[test]
    fn a_desktop_that_mounts_is_named_and_told_not_to() {
        let mounts = [("proc/5/comm", "udisksd\n"), ("proc/6/comm", "gvfs-udisks2-vo\n")];
        let (_folder, tree) = machine(&mounts);
        let finding = check(&look(&tree));
        assert_eq!(finding.status, Status::Note);
        assert!(finding.text.starts_with("udisks, gvfs may mount"), "{}", finding.text);
        let line = finding.mend.expect("a line");
        assert!(
            line.starts_with("echo 'SUBSYSTEM==\"block\", KERNEL==\"sr[0-9]*\", ENV{"),
            "{line}"
        );
        let told = (FILE, RULE);
        let (_folder, tree) = machine(&[mounts[0], mounts[1], told]);
        assert_eq!(check(&look(&tree)).status, Status::Ok);
    }

    #[test]
    fn udisks_by_itself_mounts_nothing() {
        let (_folder, tree) = machine(&[("proc/5/comm", "udisksd\n")]);
        let finding = check(&look(&tree));
        assert_eq!((finding.status, finding.mend), (Status::Ok, None));
    }
}
