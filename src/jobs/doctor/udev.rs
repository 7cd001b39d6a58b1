//! What the udev rules of a machine give drives to: a group, the person at the screen. Reads the
//! rules as far as they are about that; does not run them.

use std::collections::BTreeMap;

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;
use crate::transport::mend;

/// Where rules are, by precedence: of files with one name the first counts (udev(7)).
const FOLDERS: [&str; 5] = [
    "etc/udev/rules.d",
    "run/udev/rules.d",
    "usr/local/lib/udev/rules.d",
    "usr/lib/udev/rules.d",
    "lib/udev/rules.d",
];

/// What the rules give one kind of node to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// A group, and the file that says so.
    pub group: Option<(String, String)>,
    /// The file that gives it to whoever sits at the screen.
    pub seat: Option<String>,
}

/// The rules of a machine, as far as they are about drives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// For `/dev/srN`.
    pub sr: Given,
    /// For `/dev/sgN` of an optical drive.
    pub sg: Given,
    /// Whether udev runs.
    pub running: bool,
}

/// Reads the rules of a machine.
pub fn look(tree: &Tree) -> Rules {
    let mut files: BTreeMap<String, &str> = BTreeMap::new();
    for folder in FOLDERS {
        for name in tree.names(folder).into_iter().filter(|name| name.ends_with(".rules")) {
            files.entry(name).or_insert(folder);
        }
    }
    let mut rules = Rules { running: tree.has("run/udev/control"), ..Rules::default() };
    for (name, folder) in &files {
        let text = tree.text(&format!("{folder}/{name}")).replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            read(line, name, &mut rules);
        }
    }
    rules
}

/// One rule, if it is about drives.
fn read(line: &str, file: &str, rules: &mut Rules) {
    let terms: Vec<&str> = line.split(',').map(str::trim).collect();
    let is = |key: &str| terms.iter().find_map(|term| term.strip_prefix(key)?.strip_prefix("=="));
    let set = |key: &str| terms.iter().find_map(|term| term.strip_prefix(key)?.split_once('='));
    let given = match is("SUBSYSTEM") {
        Some("\"block\"") => {
            let sr = is("KERNEL").is_some_and(|kernel| kernel.starts_with("\"sr"));
            (sr || is("ENV{ID_CDROM}") == Some("\"1\"")).then_some(&mut rules.sr)
        }
        // Type 5 alone, or beside others: "4|5".
        Some("\"scsi_generic\"") => is("ATTRS{type}")
            .is_some_and(|types| types.trim_matches('"').split('|').any(|kind| kind == "5"))
            .then_some(&mut rules.sg),
        _ => None,
    };
    let Some(given) = given else { return };
    if let Some((_, group)) = set("GROUP").filter(|(operator, _)| matches!(*operator, "" | ":")) {
        given.group = Some((group.trim_matches('"').to_string(), file.to_string()));
    }
    if set("TAG") == Some(("+", "\"uaccess\"")) {
        given.seat = Some(file.to_string());
    }
}

/// What that means.
pub fn check(rules: &Rules) -> Finding {
    let udev = |id, status, text: String| Finding::new(id, status, Subject::Machine("udev"), text);
    if !rules.running {
        let text = "udev does not run: nodes stay as the kernel makes them, root's alone";
        return udev("udev-absent", Status::Note, text.into());
    }
    let group = rules.sr.group.as_ref();
    let group = group.map(|(group, file)| format!("group {group} ({file})"));
    let seat = rules.sr.seat.as_ref();
    let seat = seat.map(|file| format!("who sits at the screen ({file})"));
    let given: Vec<String> = [group, seat].into_iter().flatten().collect();
    if given.is_empty() {
        let text = "no rule gives drives to anybody but root".to_string();
        return udev("udev-rules", Status::Note, text).mend(mend::INSTALL_RULES);
    }
    udev("udev-rules", Status::Ok, format!("drives go to {}", given.join(" and to ")))
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::machine;
    use super::*;

    /// systemd 252, as Debian has it.
    const DEFAULTS: &str = r#"
SUBSYSTEM=="block", KERNEL=="sr[0-9]*", GROUP="cdrom"
SUBSYSTEM=="scsi_generic", SUBSYSTEMS=="scsi", ATTRS{type}=="4|5", GROUP="cdrom"
SUBSYSTEM=="scsi_generic", SUBSYSTEMS=="scsi", ATTRS{type}=="0", GROUP="disk"
"#;
    const SEAT: &str = r#"SUBSYSTEM=="block", ENV{ID_CDROM}=="1", TAG+="uaccess"
SUBSYSTEM=="sound", TAG+="uaccess", \
  OPTIONS+="static_node=snd/timer"
"#;

    fn given(group: Option<(&str, &str)>, seat: Option<&str>) -> Given {
        Given {
            group: group.map(|(group, file)| (group.into(), file.into())),
            seat: seat.map(String::from),
        }
    }

    #[test]
    fn a_distribution_s_rules_are_understood() {
        let (_folder, tree) = machine(&[
            ("lib/udev/rules.d/50-udev-default.rules", DEFAULTS),
            ("usr/lib/udev/rules.d/70-uaccess.rules", SEAT),
            ("run/udev/control", ""),
        ]);
        let rules = look(&tree);
        let group = Some(("cdrom", "50-udev-default.rules"));
        assert_eq!(rules.sr, given(group, Some("70-uaccess.rules")));
        assert_eq!(rules.sg, given(group, None));
        let finding = check(&rules);
        assert_eq!((finding.status, finding.mend), (Status::Ok, None));
        assert_eq!(
            finding.text,
            "drives go to group cdrom (50-udev-default.rules) and to who sits at the screen \
             (70-uaccess.rules)"
        );
    }

    #[test]
    fn our_own_rules_are_understood() {
        let ours = ("etc/udev/rules.d/70-oxidisc.rules", mend::UDEV_RULES);
        let (_folder, tree) = machine(&[ours]);
        let all = given(Some(("cdrom", "70-oxidisc.rules")), Some("70-oxidisc.rules"));
        assert_eq!(look(&tree), Rules { sr: all.clone(), sg: all, running: false });
    }

    #[test]
    fn a_file_hides_its_namesake_further_down() {
        let (_folder, tree) = machine(&[
            ("run/udev/rules.d/50-udev-default.rules", "# nothing\n"),
            ("lib/udev/rules.d/50-udev-default.rules", DEFAULTS),
            ("run/udev/control", ""),
        ]);
        let finding = check(&look(&tree));
        assert_eq!(finding.text, "no rule gives drives to anybody but root");
        assert_eq!(finding.mend.as_deref(), Some(mend::INSTALL_RULES));
    }

    #[test]
    fn without_udev_no_rule_holds() {
        let finding = check(&Rules::default());
        assert_eq!((finding.id, finding.status), ("udev-absent", Status::Note));
    }
}
