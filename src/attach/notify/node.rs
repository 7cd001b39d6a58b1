//! The device node the program sees: which paths and descriptors are it, what `stat` says of it.
//! Behind each descriptor is an empty file in memory, so that locks, duplication and inheritance
//! are the kernel's own. It can be locked and asked, but holds no data.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::mem::offset_of;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};

use super::call::Target;
use super::memory::Memory;

/// Major numbers (`linux/major.h`).
const SCSI_CDROM_MAJOR: u32 = 11;
const SCSI_GENERIC_MAJOR: u32 = 21;

/// Which of the kernel's two drivers the node belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `sr`: a block device.
    Sr,
    /// `sg`: a character device.
    Sg,
}

/// The node.
pub(super) struct Node {
    path: PathBuf,
    /// The directory with its links followed.
    real_parent: Option<PathBuf>,
    file: OwnedFd,
    identity: (u64, u64),
    kind: Kind,
    minor: u32,
}

impl Node {
    /// A node at `at`, made absolute; nothing need be there.
    pub(super) fn new(at: &Path) -> std::io::Result<Node> {
        let path = normal(&std::path::absolute(at)?);
        let file = memfd_create("oxidisc", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING)?;
        let seals = SealFlag::F_SEAL_GROW
            | SealFlag::F_SEAL_SHRINK
            | SealFlag::F_SEAL_WRITE
            | SealFlag::F_SEAL_SEAL;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
        let identity = identity(&descriptor_path(std::process::id(), file.as_raw_fd()))
            .ok_or(Errno::ENOENT)?;
        let (kind, minor) = kind_of(path.file_name().unwrap_or_default());
        let real_parent = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
        Ok(Node { path, real_parent, file, identity, kind, minor })
    }

    /// Which driver it pretends to belong to.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Its minor number: also the drive's number on the bus.
    pub(super) fn minor(&self) -> u32 {
        self.minor
    }

    /// Whether `target`, as the process of `memory` means it, is this node.
    pub(super) fn is(&self, target: Target, pid: u32, memory: Memory) -> bool {
        match target {
            Target::Descriptor(fd) => self.is_descriptor(pid, fd),
            Target::Path { directory, address, may_be_empty } => {
                // A null pointer stands for the empty path since Linux 6.11.
                let path = if address == 0 { Ok(Vec::new()) } else { memory.path(address) };
                match path {
                    Ok(path) if path.is_empty() => {
                        may_be_empty && self.is_descriptor(pid, directory)
                    }
                    Ok(path) => self.is_named(pid, directory, Path::new(OsStr::from_bytes(&path))),
                    Err(_) => false,
                }
            }
        }
    }

    fn is_descriptor(&self, pid: u32, fd: i32) -> bool {
        if fd < 0 {
            return false;
        }
        let link = descriptor_path(pid, fd);
        // Kernels before 5.9 cannot be handed our file: there the node must exist, and is known
        // by its name.
        identity(&link) == Some(self.identity)
            || fs::read_link(&link).is_ok_and(|path| path == self.path)
    }

    fn is_named(&self, pid: u32, directory: i32, path: &Path) -> bool {
        if path.file_name() != self.path.file_name() {
            return false;
        }
        let absolute = if path.is_absolute() {
            path.to_path_buf()
        } else {
            let base = match directory {
                libc::AT_FDCWD => PathBuf::from(format!("/proc/{pid}/cwd")),
                fd => descriptor_path(pid, fd),
            };
            match fs::read_link(base) {
                Ok(base) => base.join(path),
                Err(_) => return false,
            }
        };
        if normal(&absolute) == self.path {
            return true;
        }
        let parent = absolute.parent().and_then(|parent| fs::canonicalize(parent).ok());
        parent.is_some() && parent == self.real_parent
    }

    /// A descriptor of its own for one `open` of the program's. One that was to be read from can
    /// not be, so that copying the node fails; one for reading and writing, as programs open that
    /// send commands, can take locks of both kinds.
    pub(super) fn open(&self, flags: i32) -> std::io::Result<File> {
        OpenOptions::new()
            .read(flags & libc::O_ACCMODE == libc::O_RDWR)
            .write(true)
            .custom_flags(flags & libc::O_NONBLOCK)
            .open(descriptor_path(std::process::id(), self.file.as_raw_fd()))
    }

    /// The `struct stat` of the node, as the kernel lays it out.
    pub(super) fn stat(&self) -> Vec<u8> {
        let mut bytes = vec![0; size_of::<libc::stat>()];
        let (mode, major) = self.mode();
        let (uid, gid) = owner();
        let device = libc::makedev(major, self.minor);
        put(&mut bytes, offset_of!(libc::stat, st_ino), &self.identity.1.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_nlink), &1u32.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_mode), &mode.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_uid), &uid.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_gid), &gid.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_rdev), &device.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::stat, st_blksize), &4096u32.to_ne_bytes());
        bytes
    }

    /// The `struct statx` of the node.
    pub(super) fn statx(&self) -> Vec<u8> {
        let mut bytes = vec![0; size_of::<libc::statx>()];
        let (mode, major) = self.mode();
        let (uid, gid) = owner();
        let filled = libc::STATX_BASIC_STATS;
        put(&mut bytes, offset_of!(libc::statx, stx_mask), &filled.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_blksize), &4096u32.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_nlink), &1u32.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_uid), &uid.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_gid), &gid.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_mode), &(mode as u16).to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_ino), &self.identity.1.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_rdev_major), &major.to_ne_bytes());
        put(&mut bytes, offset_of!(libc::statx, stx_rdev_minor), &self.minor.to_ne_bytes());
        bytes
    }

    fn mode(&self) -> (u32, u32) {
        match self.kind {
            Kind::Sr => (libc::S_IFBLK | 0o660, SCSI_CDROM_MAJOR),
            Kind::Sg => (libc::S_IFCHR | 0o660, SCSI_GENERIC_MAJOR),
        }
    }
}

/// The node belongs to whoever runs the program: it is there for no one else.
fn owner() -> (u32, u32) {
    (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw())
}

/// `sg3` is the generic node 3, everything else a drive's own: `sr1` number 1, other names 0.
fn kind_of(name: &OsStr) -> (Kind, u32) {
    let name = name.to_string_lossy();
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let minor = digits.parse().unwrap_or(0).min(255);
    let kind = if name.starts_with("sg") { Kind::Sg } else { Kind::Sr };
    (kind, minor)
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn descriptor_path(pid: u32, fd: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/fd/{fd}"))
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

/// Without `.` and `..`, as far as that goes without looking at links.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn the_node_is_found_by_any_name_of_its_path() {
        let folder = tempfile::tempdir().expect("folder");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).expect("link");
        let node = Node::new(&folder.path().join("sr7")).expect("node");
        let us = std::process::id();
        let named = |path: PathBuf| node.is_named(us, libc::AT_FDCWD, &path);
        assert!(named(folder.path().join("sr7")));
        assert!(named(folder.path().join("./x/../sr7")));
        assert!(named(link.join("sr7")));
        assert!(!named(folder.path().join("sr8")));
        assert!(!named(PathBuf::from("/dev/null/sr7")));
        assert!(!named(PathBuf::from("sr7")));
        let directory = File::open(folder.path()).expect("opens");
        assert!(node.is_named(us, directory.as_raw_fd(), Path::new("sr7")));
    }

    #[test]
    fn its_descriptors_are_known_and_cannot_be_read_or_written() {
        let node = Node::new(Path::new("/dev/sr0")).expect("node");
        let mut opened = node.open(libc::O_RDONLY | libc::O_NONBLOCK).expect("opens");
        let us = std::process::id();
        assert!(node.is_descriptor(us, opened.as_raw_fd()));
        let copy = opened.try_clone().expect("dup");
        assert!(node.is_descriptor(us, copy.as_raw_fd()));
        assert!(!node.is_descriptor(us, -1));
        let other = Node::new(Path::new("/dev/sr0")).expect("node");
        assert!(!other.is_descriptor(us, opened.as_raw_fd()));
        assert!(opened.read(&mut [0; 1]).is_err());
        assert!(opened.write(&[0; 1]).is_err());
        let mut both = node.open(libc::O_RDWR).expect("opens");
        assert!(both.write(&[0; 1]).is_err());
        let lock = libc::flock {
            l_type: libc::F_RDLCK as i16,
            l_whence: libc::SEEK_SET as i16,
            l_start: 0,
            l_len: 0,
            l_pid: 0,
        };
        // libburn does so while it looks for drives.
        fcntl(&both, FcntlArg::F_SETLK(&lock)).expect("locks");
    }

    #[test]
    fn numbers_follow_the_name() {
        let of = |name: &str| kind_of(OsStr::new(name));
        assert_eq!(of("sr12"), (Kind::Sr, 12));
        assert_eq!(of("sg3"), (Kind::Sg, 3));
        assert_eq!(of("cdrom"), (Kind::Sr, 0));
        assert_eq!(of("sr99999999999999999999"), (Kind::Sr, 0));
    }
}
