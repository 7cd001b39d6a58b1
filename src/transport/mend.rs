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

/// Makes the user a member of a group, from the next login on.
pub fn join_group(group: &str) -> String {
    format!("sudo usermod -aG {group} \"$USER\"")
}

/// Takes a disc out of the file system.
pub fn unmount(path: &Path) -> String {
    format!("sudo umount {}", quoted(&path.display().to_string()))
}

/// A word that a shell takes for one.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(unmount(Path::new("/media/My Disc")), "sudo umount '/media/My Disc'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn the_rules_are_those_of_the_repository() {
        assert!(UDEV_RULES.contains("GROUP=\"cdrom\", MODE=\"0660\", TAG+=\"uaccess\""));
        assert!(INSTALL_RULES.contains("/70-oxidisc.rules"));
    }
}
