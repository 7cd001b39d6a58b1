//! Why a drive could not be opened, in words a person can act on. Knows nothing of commands.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group, Uid, User};

use super::Errno;
use super::holders::Holder;
use super::mend;

/// Why a drive could not be opened. Nothing was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is nothing at that path.
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// A file, a folder, a pipe.
    NotADevice {
        /// The path as given.
        path: PathBuf,
        /// `a file`, `a folder`, …
        what: &'static str,
    },
    /// A device, but no optical drive.
    NotOptical {
        /// The path as given.
        path: PathBuf,
        /// What it is, with its article.
        what: String,
    },
    /// The node's owner, group and mode do not allow it.
    Permission {
        /// The path as given.
        path: PathBuf,
        /// To whom the node belongs.
        owner: Owner,
    },
    /// It can be read but not written to, and writing was asked for.
    ReadOnly {
        /// The path as given.
        path: PathBuf,
        /// To whom the node belongs.
        owner: Owner,
    },
    /// Someone uses it.
    Busy {
        /// The path as given.
        path: PathBuf,
        /// Who, as far as this user may know.
        holders: Vec<Holder>,
    },
    /// There is a node, but no drive behind it any more.
    Gone {
        /// The path as given.
        path: PathBuf,
    },
    /// The operating system refused for another reason.
    Os {
        /// The path as given.
        path: PathBuf,
        /// The reason.
        errno: Errno,
    },
}

/// To whom a node belongs, as `ls -l` would say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Name of the user, or the number where it has no name.
    pub user: String,
    /// Name of the group, or the number.
    pub group: String,
    /// Permission bits.
    pub mode: u32,
}

impl Owner {
    /// Of the node at `path`; links are followed.
    pub fn of(path: &Path) -> Owner {
        let Ok(meta) = fs::metadata(path) else { return Owner::default() };
        let user = User::from_uid(Uid::from_raw(meta.uid())).ok().flatten();
        let group = Group::from_gid(Gid::from_raw(meta.gid())).ok().flatten();
        Owner {
            user: user.map_or_else(|| meta.uid().to_string(), |user| user.name),
            group: group.map_or_else(|| meta.gid().to_string(), |group| group.name),
            mode: meta.mode() & 0o7777,
        }
    }

    /// Whether joining the group would open the node for reading and writing, and not much more.
    pub(crate) fn group_may(&self) -> bool {
        self.mode & 0o060 == 0o060 && mend::may_be_joined(&self.group)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "owner {}, group {}, mode {:04o}", self.user, self.group, self.mode)
    }
}

impl OpenError {
    /// From a path that cannot even be looked at.
    pub(super) fn from_stat(path: &Path, error: &io::Error) -> OpenError {
        let path = path.to_path_buf();
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::ENOENT | Errno::ENOTDIR) => OpenError::NotFound { path },
            Some(errno) => OpenError::Os { path, errno },
            None => OpenError::Os { path, errno: Errno::EIO },
        }
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        match self {
            OpenError::NotFound { path }
            | OpenError::NotADevice { path, .. }
            | OpenError::NotOptical { path, .. }
            | OpenError::Permission { path, .. }
            | OpenError::ReadOnly { path, .. }
            | OpenError::Busy { path, .. }
            | OpenError::Gone { path }
            | OpenError::Os { path, .. } => path,
        }
    }

    /// The command line that mends it, where there is one.
    pub fn mend(&self) -> Option<String> {
        match self {
            OpenError::Permission { owner, .. } | OpenError::ReadOnly { owner, .. } => {
                owner.group_may().then(|| mend::join_group(&owner.group))
            }
            OpenError::Busy { holders, .. } => match holders.first() {
                Some(Holder::Mount { path }) => Some(mend::unmount(path)),
                Some(Holder::Process { .. }) => None,
                None => Some(mend::WHO_HOLDS.to_string()),
            },
            _ => None,
        }
    }

    /// What one can do about it.
    pub fn hint(&self) -> String {
        const LIST: &str = "`oxidisc drives` lists the optical drives of this machine";
        let path = self.path().display();
        let mend = self.mend().unwrap_or_default();
        match self {
            OpenError::NotADevice { what: "a file", .. } => {
                format!("to use a disc image as a simulated drive, write -d sim:{path}")
            }
            OpenError::NotFound { .. }
            | OpenError::NotADevice { .. }
            | OpenError::NotOptical { .. } => LIST.to_string(),
            OpenError::Permission { owner, .. } | OpenError::ReadOnly { owner, .. } => {
                if owner.group_may() {
                    format!("join its group: {mend}, then log in anew")
                } else {
                    "`oxidisc doctor` says what opens it; or run as root".to_string()
                }
            }
            OpenError::Busy { holders, .. } => match holders.first() {
                Some(Holder::Mount { .. }) => format!("unmount the disc: {mend}"),
                Some(Holder::Process { pid, name }) => {
                    format!("let {name} (pid {pid}) finish or close it")
                }
                None => format!("find out as root who holds it: {mend}"),
            },
            OpenError::Gone { .. } => {
                format!("check the drive's cable and power; {LIST}")
            }
            OpenError::Os { errno: Errno::EPERM, .. } => {
                format!("inside a container, give it the device: --device {path}")
            }
            OpenError::Os { .. } => "the kernel's log may say more: sudo dmesg".to_string(),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        match self {
            OpenError::NotFound { .. } => write!(f, "{path}: there is no such drive"),
            OpenError::NotADevice { what, .. } => {
                write!(f, "{path} is {what}, not an optical drive")
            }
            OpenError::NotOptical { what, .. } => {
                write!(f, "{path} is {what}, not an optical drive")
            }
            OpenError::Permission { owner, .. } => {
                write!(f, "no permission to open {path} ({owner})")
            }
            OpenError::ReadOnly { owner, .. } => {
                write!(f, "no permission to write through {path} ({owner})")
            }
            OpenError::Busy { holders, .. } if holders.is_empty() => {
                write!(f, "{path} is in use by another program")
            }
            OpenError::Busy { holders, .. } => {
                let holders: Vec<String> = holders.iter().map(ToString::to_string).collect();
                write!(f, "{path} is in use: {}", holders.join(", "))
            }
            OpenError::Gone { .. } => write!(f, "{path}: no drive answers behind this node"),
            OpenError::Os { errno, .. } => {
                write!(f, "cannot open {path}: {}", errno.desc().to_lowercase())
            }
        }
    }
}

impl std::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(group: &str, mode: u32) -> Owner {
        Owner { user: "root".into(), group: group.into(), mode }
    }

    #[test]
    fn each_reason_says_what_it_is_and_what_to_do() {
        let path = || PathBuf::from("/dev/sr0");
        let mount = Holder::Mount { path: "/media/Disc".into() };
        let process = Holder::Process { pid: 77, name: "vlc".into() };
        for (error, message, hint) in [
            (
                OpenError::Permission { path: path(), owner: owner("cdrom", 0o660) },
                "no permission to open /dev/sr0 (owner root, group cdrom, mode 0660)",
                "join its group: sudo usermod -aG cdrom \"$USER\", then log in anew",
            ),
            (
                OpenError::Permission { path: path(), owner: owner("root", 0o600) },
                "no permission to open /dev/sr0 (owner root, group root, mode 0600)",
                "`oxidisc doctor` says what opens it; or run as root",
            ),
            (
                OpenError::Busy { path: path(), holders: vec![mount, process] },
                "/dev/sr0 is in use: mounted at /media/Disc, open in vlc (pid 77)",
                "unmount the disc: sudo umount '/media/Disc'",
            ),
            (
                OpenError::Busy { path: path(), holders: vec![] },
                "/dev/sr0 is in use by another program",
                "find out as root who holds it: sudo oxidisc drives",
            ),
            (
                OpenError::NotADevice { path: "disc.iso".into(), what: "a file" },
                "disc.iso is a file, not an optical drive",
                "to use a disc image as a simulated drive, write -d sim:disc.iso",
            ),
            (
                OpenError::Os { path: path(), errno: Errno::EPERM },
                "cannot open /dev/sr0: operation not permitted",
                "inside a container, give it the device: --device /dev/sr0",
            ),
        ] {
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint(), hint);
        }
    }

    #[test]
    fn the_owner_of_a_node_is_read_from_it() {
        let owner = Owner::of(Path::new("/dev/null"));
        assert_eq!(owner.mode & 0o600, 0o600);
        assert!(!owner.user.is_empty() && !owner.group.is_empty());
        assert_eq!(Owner::of(Path::new("/nonexistent")), Owner::default());
    }
}
