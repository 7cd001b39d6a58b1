//! Who uses a drive: the mounts of this process's mount namespace and the open files of every
//! process that may be looked into. Sends nothing to the drive and opens none of its nodes. Does
//! not know mounts of other namespaces, nor, without root, the open files of other users.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::sysfs::{self, Roots};

/// One use of a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Its disc is mounted.
    Mount {
        /// Where.
        path: PathBuf,
    },
    /// A process has the drive open.
    Process {
        /// Its number.
        pid: u32,
        /// The name of its program, as the kernel cuts it (15 bytes).
        name: String,
    },
}

/// Those who only look at a disc after each change, by their names: udev and what it starts, also
/// before it has its own name; udisks.
const PASSING: [&str; 7] =
    ["(udev-worker)", "udev-worker", "systemd-udevd", "(spawn)", "cdrom_id", "blkid", "udisksd"];

impl Holder {
    /// Whether it will let go of the drive by itself, in a moment.
    pub fn passes_by(&self) -> bool {
        match self {
            Holder::Mount { .. } => false,
            Holder::Process { name, .. } => PASSING.contains(&name.as_str()),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Mount { path } => write!(f, "mounted at {}", path.display()),
            Holder::Process { pid, name } => write!(f, "open in {name} (pid {pid})"),
        }
    }
}

/// The uses of the nodes given; this process's own are among them. `numbers` is the block device's
/// `major:minor`, by which mounts are known.
pub fn holders(roots: &Roots, nodes: &[&Path], numbers: Option<&str>) -> Vec<Holder> {
    let mut found = numbers.map(|numbers| mounts(roots, numbers)).unwrap_or_default();
    found.extend(processes(roots, nodes));
    found
}

fn mounts(roots: &Roots, numbers: &str) -> Vec<Holder> {
    let table = fs::read(roots.proc.join("self/mountinfo")).unwrap_or_default();
    let table = String::from_utf8_lossy(&table);
    let mount_point = |line: &str| {
        // proc(5): mount id, parent id, major:minor, root, mount point, …
        let fields: Vec<&str> = line.split(' ').take(5).collect();
        match fields[..] {
            [_, _, device, _, at] if device == numbers => Some(PathBuf::from(unescape(at))),
            _ => None,
        }
    };
    table.lines().filter_map(mount_point).map(|path| Holder::Mount { path }).collect()
}

/// Undoes the kernel's `\040` for blanks, tabs, newlines and backslashes in a path.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|_| first == b'\\');
        let value = octal
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        plain.push(value.unwrap_or(first));
        rest = if value.is_some() { &tail[3..] } else { tail };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn processes(roots: &Roots, nodes: &[&Path]) -> Vec<Holder> {
    let pids = sysfs::names(&roots.proc).into_iter().filter_map(|name| name.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let folder = roots.proc.join(pid.to_string());
        let holds = fs::read_dir(folder.join("fd"))
            .ok()?
            .flatten()
            .filter_map(|entry| fs::read_link(entry.path()).ok())
            .any(|target| nodes.contains(&target.as_path()));
        let name = || sysfs::text(&folder.join("comm")).unwrap_or_else(|| "a program".into());
        holds.then(|| Holder::Process { pid, name: name() })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn machine() -> (tempfile::TempDir, Roots) {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let roots = Roots { sys: at("sys"), proc: at("proc"), dev: at("dev") };
        fs::create_dir_all(roots.proc.join("self")).expect("made");
        fs::write(
            roots.proc.join("self/mountinfo"),
            "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n\
             91 22 11:0 / /media/My\\040Disc\\134n ro,nosuid - iso9660 /dev/sr0 ro\n\
             92 22 11:1 / /mnt ro - udf /dev/sr1 ro\n\
             a line that is no mount\n",
        )
        .expect("written");
        process(&roots, 77, "vlc", &["/dev/null", "/dev/sr0"]);
        process(&roots, 1234, "cdrdao", &["/dev/sg1"]);
        process(&roots, 4, "bash", &["/dev/tty"]);
        (folder, roots)
    }

    fn process(roots: &Roots, pid: u32, name: &str, open: &[&str]) {
        let folder = roots.proc.join(pid.to_string());
        fs::create_dir_all(folder.join("fd")).expect("made");
        fs::write(folder.join("comm"), format!("{name}\n")).expect("written");
        for (number, target) in open.iter().enumerate() {
            symlink(target, folder.join("fd").join(number.to_string())).expect("linked");
        }
    }

    #[test]
    fn mounts_and_open_files_of_both_nodes_are_found() {
        let (_folder, roots) = machine();
        let nodes = [Path::new("/dev/sr0"), Path::new("/dev/sg1")];
        let found = holders(&roots, &nodes, Some("11:0"));
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["mounted at /media/My Disc\\n", "open in vlc (pid 77)", "open in cdrdao (pid 1234)"]
        );
    }

    #[test]
    fn a_free_drive_has_no_holders() {
        let (_folder, roots) = machine();
        assert_eq!(holders(&roots, &[Path::new("/dev/sr7")], Some("11:7")), []);
        let nowhere = Roots { proc: "/nonexistent".into(), ..roots };
        assert_eq!(holders(&nowhere, &[Path::new("/dev/sr0")], Some("11:0")), []);
    }

    #[test]
    fn escapes_that_are_none_stay_as_they_are() {
        assert_eq!(unescape("a\\"), "a\\");
        assert_eq!(unescape("a\\04"), "a\\04");
        assert_eq!(unescape("\\999\\040"), "\\999 ");
    }
}
