//! Command lines that mend what keeps a drive from its user. Errors give them as hints and the
//! doctor as what to run, so that both say the same. Knows no error.

use std::path::Path;

/// The udev rules that open drives to group cdrom and to whoever sits at the screen.
pub const UDEV_RULES: &str = include_str!("../../udev/70-oxidisc.rules");

/// Puts [`UDEV_RULES`] where udev finds them, and applies them to the drives that are there.
pub const INSTALL_RULES: &str = "oxidisc doctor --udev-rules | \
     sudo tee /etc/udev/rules.d/70-oxidisc.rules >/dev/null && \
     sudo udevadm control --reload && \
     sudo udevadm trigger --settle --subsystem-match=block --subsystem-match=scsi_generic";

/// Lists who holds the drives; of other users' programs only root may know.
pub const WHO_HOLDS: &str = "sudo oxidisc drives";

/// Whether a user may be told to join a group. `disk` has every disk of the machine, `wheel` and
/// `sudo` become root; `nobody` and `nogroup` stand for groups that a container does not know.
pub fn may_be_joined(group: &str) -> bool {
    !matches!(group, "root" | "disk" | "wheel" | "sudo" | "nobody" | "nogroup")
}

/// Makes the user a member of a group, from the next login on.
pub fn join_group(group: &str) -> String {
    format!("sudo usermod -aG {group} \"$USER\"")
}

/// Takes a disc out of the file system.
pub fn unmount(path: &Path) -> String {
    format!("sudo umount {}", quoted(&path.display().to_string()))
}

/// A path that a shell takes for one word, and a program not for an option.
pub fn quoted(path: &str) -> String {
    let here = if path.starts_with('-') { "./" } else { "" };
    format!("'{here}{}'", path.replace('\'', r"'\''"))
}

/// The line for who is root already: without its `sudo`. What is quoted stays as it is.
pub fn as_root(line: &str) -> String {
    let (mut rest, mut plain, mut in_quotes) = (line, String::new(), false);
    while let Some(c) = rest.chars().next() {
        let word_begins = plain.is_empty() || plain.ends_with(' ');
        rest = match rest.strip_prefix("sudo ") {
            Some(command) if word_begins && !in_quotes => command,
            _ => {
                // Between quoted parts, a path's own quote: \'.
                let escaped = !in_quotes && plain.ends_with('\\');
                in_quotes ^= c == '\'' && !escaped;
                plain.push(c);
                &rest[c.len_utf8()..]
            }
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(unmount(Path::new("/media/My Disc")), "sudo umount '/media/My Disc'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("-rf"), "'./-rf'");
    }

    #[test]
    fn root_needs_no_sudo_and_paths_keep_their_names() {
        assert_eq!(as_root("sudo a && echo b | sudo tee c"), "a && echo b | tee c");
        assert_eq!(as_root("mkdir -p '/my sudo files'"), "mkdir -p '/my sudo files'");
        let quote = unmount(Path::new("/it's a sudo x"));
        assert_eq!(as_root(&quote), r"umount '/it'\''s a sudo x'");
    }

    #[test]
    fn nobody_is_told_to_join_a_group_that_has_the_whole_machine() {
        assert!(may_be_joined("cdrom") && may_be_joined("optical"));
        assert!(!["root", "disk", "wheel"].into_iter().any(may_be_joined));
    }

    #[test]
    fn the_rules_are_those_of_the_repository() {
        assert!(UDEV_RULES.contains("GROUP=\"cdrom\", MODE=\"0660\", TAG+=\"uaccess\""));
        assert!(INSTALL_RULES.contains("/70-oxidisc.rules"));
    }
}
