//! Whether there is memory for what a burn reads ahead, and whether the limits of this session
//! (`ulimit`) leave room for it.

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;

/// What `burn` reads ahead unless told otherwise, and what the program takes besides.
const NEEDED: u64 = 64 << 20;

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    available: Option<u64>,
    /// Bytes of address space that a process may have.
    address_space: Option<u64>,
    /// Files that a process may have open.
    files: Option<u64>,
}

/// Looks at it.
pub fn look(tree: &Tree) -> Memory {
    let text = tree.text("proc/meminfo");
    // proc(5): `MemAvailable:    1234 kB`.
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Memory {
        available: kib.map(|kib| kib * 1024),
        address_space: limit(tree, "Max address space"),
        files: limit(tree, "Max open files"),
    }
}

/// A limit of this process, by its name in `/proc/self/limits`; `None` if there is none.
pub(super) fn limit(tree: &Tree, name: &str) -> Option<u64> {
    let text = tree.text("proc/self/limits");
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What that means.
pub fn check(found: &Memory) -> Vec<Finding> {
    let warning =
        |id, text: String| Finding::new(id, Status::Warning, Subject::Machine("memory"), text);
    let mib = |bytes: u64| bytes >> 20;
    let mut findings = Vec::new();
    match found.available {
        Some(bytes) if bytes < NEEDED => findings.push(warning(
            "memory",
            format!(
                "{} MiB are free, and a burn reads 32 MiB ahead: close something, or burn with \
                 --fifo 8MiB",
                mib(bytes)
            ),
        )),
        Some(bytes) => findings.push(Finding::new(
            "memory",
            Status::Ok,
            Subject::Machine("memory"),
            format!("{} MiB are free", mib(bytes)),
        )),
        None => {}
    }
    if let Some(bytes) = found.address_space.filter(|bytes| *bytes < 4 * NEEDED) {
        let text = format!("this session's programs may have {} MiB each: too little", mib(bytes));
        findings.push(warning("limit-memory", text).mend("ulimit -v unlimited"));
    }
    // Image, map, drive and its sibling, pipes, and a server's own.
    if let Some(files) = found.files.filter(|files| *files < 64) {
        let text = format!("this session's programs may have {files} files open: too few");
        findings.push(warning("limit-files", text).mend("ulimit -n 1024"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::machine;
    use super::*;

    const LIMITS: &str = "\
Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max open files            32                   1048576              files
Max address space         104857600            unlimited            bytes
";

    #[test]
    fn memory_and_limits_are_read() {
        let info = "MemTotal: 99 kB\nMemFree: 1 kB\nMemAvailable:   20480 kB\n";
        let (_folder, tree) = machine(&[("proc/meminfo", info), ("proc/self/limits", LIMITS)]);
        assert_eq!(limit(&tree, "Max file size"), None);
        let found = look(&tree);
        let findings = check(&found);
        let said: Vec<(&str, Option<&str>)> =
            findings.iter().map(|found| (found.id, found.mend.as_deref())).collect();
        assert_eq!(
            said,
            [
                ("memory", None),
                ("limit-memory", Some("ulimit -v unlimited")),
                ("limit-files", Some("ulimit -n 1024"))
            ]
        );
        assert!(findings.iter().all(|finding| finding.status == Status::Warning));
    }

    #[test]
    fn enough_is_enough() {
        let plenty = Memory { available: Some(8 << 30), address_space: None, files: Some(1024) };
        let findings = check(&plenty);
        assert_eq!((findings.len(), findings[0].text.as_str()), (1, "8192 MiB are free"));
        let unknown = Memory { available: None, address_space: None, files: None };
        assert_eq!(check(&unknown), []);
    }
}
