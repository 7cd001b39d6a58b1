//! The kernel's version, as far as drives notice it. Its lockdown modes are not looked at: none of
//! them concerns SG_IO (include/linux/security.h, `enum lockdown_reason`).

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;

/// Until then one lock served all sr nodes (drivers/scsi/sr.c, `sr_mutex`): every drive waited
/// while one of them worked.
const OWN_LOCKS: (u32, u32) = (5, 7);

/// The kernel's release: `6.1.0-18-amd64`.
pub fn look(tree: &Tree) -> String {
    tree.word("proc/sys/kernel/osrelease").unwrap_or_default()
}

/// What that means for so many drives.
pub fn check(release: &str, drives: usize) -> Finding {
    let subject = Subject::Machine("kernel");
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let version = numbers.next().and_then(Result::ok).zip(numbers.next().and_then(Result::ok));
    match version {
        Some(version) if version < OWN_LOCKS && drives > 1 => {
            let text = format!(
                "{release} serves one drive at a time through /dev/srN (before 5.7): several at \
                 once go better by -d /dev/sgN"
            );
            Finding::new("kernel", Status::Warning, subject, text)
        }
        Some(_) => Finding::new("kernel", Status::Ok, subject, format!("Linux {release}")),
        None => Finding::new("kernel", Status::Note, subject, "its version is unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_kernel_matters_to_who_has_several_drives() {
        assert_eq!(check("5.6.19", 2).status, Status::Warning);
        assert_eq!(check("4.19.0-27-amd64", 2).status, Status::Warning);
        assert_eq!(check("5.6.19", 1).status, Status::Ok);
        assert_eq!(check("5.10.0-rc1", 2).status, Status::Ok);
        assert_eq!(check("", 2).status, Status::Note);
    }
}
