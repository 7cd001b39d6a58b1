//! Opens a drive's node so that nobody else uses the drive meanwhile: `O_EXCL` keeps out mounts and
//! other burning programs, `flock` keeps out udev's probing (systemd.io/BLOCK_DEVICE_LOCKING), and
//! both are done to the drive's other node too. Who only looks is content with a place beside a
//! mount, but not beside a program. Sends nothing to the drive.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::Errno;
use super::holders::Holder;
use super::node::{self, Kind, Node};
use super::open_error::{OpenError, Owner};
use super::scan::{self, DriveEntry};
use super::sgio;
use super::sysfs::Roots;

/// What is to be done with a drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Drive and disc are asked, nothing else: the node is opened for reading, so that the kernel
    /// keeps all that changes anything from the drive, and a mount is no obstacle. A program that
    /// has the drive is: it may be burning.
    Look,
    /// Its disc is only read: where the node cannot be written to, reading it has to do.
    Read,
    /// Its disc is changed: a node that can only be read is refused.
    Write,
}

/// A drive that is ours as long as this lives.
#[derive(Debug)]
pub(super) struct Claim {
    pub file: File,
    pub kind: Kind,
    pub writable: bool,
    pub entry: DriveEntry,
    /// The drive's other node, kept open for the claim alone.
    #[expect(dead_code, reason = "held, not used: closing it gives up the claim")]
    sibling: Option<File>,
}

/// How long to wait for who only looks at a disc after each change: as long as libburn. It takes
/// them seconds while the disc is read in, as right after `oxidisc load`.
const PATIENCE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(100);

enum Refusal {
    Busy,
    Final(OpenError),
}

/// Opens the drive at `path`.
pub(super) fn open(roots: &Roots, path: &Path, access: Access) -> Result<Claim, OpenError> {
    let node = node::identify(roots, path)?;
    let give_up = Instant::now() + PATIENCE;
    let mut beside_mount = false;
    loop {
        match attempt(roots, path, &node, access, beside_mount) {
            Ok(claim) => return Ok(claim),
            Err(Refusal::Final(error)) => return Err(error),
            Err(Refusal::Busy) => {}
        }
        let (mounted, holders) = in_the_way(access, scan::entry_of(roots, &node).held_by());
        if mounted && holders.is_empty() && !beside_mount {
            beside_mount = true;
            continue;
        }
        if !holders.iter().all(Holder::passes_by) || Instant::now() >= give_up {
            return Err(OpenError::Busy { path: path.into(), holders });
        }
        thread::sleep(PAUSE);
    }
}

/// Whether there is a mount that can be lived with, and who cannot.
fn in_the_way(access: Access, holders: Vec<Holder>) -> (bool, Vec<Holder>) {
    if access != Access::Look {
        return (false, holders);
    }
    let (mounts, others): (Vec<Holder>, Vec<Holder>) =
        holders.into_iter().partition(|holder| matches!(holder, Holder::Mount { .. }));
    (!mounts.is_empty(), others)
}

fn attempt(
    roots: &Roots,
    path: &Path,
    node: &Node,
    access: Access,
    beside_mount: bool,
) -> Result<Claim, Refusal> {
    let (file, writable) = open_node(path, node, access, beside_mount)?;
    if node.kind == Kind::Sg {
        must_be_optical(roots, path, node, &file)?;
    }
    lock(path, &file)?;
    let entry = scan::entry_of(roots, node);
    let other = match node.kind {
        Kind::Sr => entry.sg_path.as_deref(),
        _ => Some(entry.path.as_path()).filter(|other| *other != node.path),
    };
    // The mount has the sr node: beside it only an sg sibling can be claimed.
    let other = other.filter(|_| !beside_mount || node.kind == Kind::Sr);
    let sibling = other.map(|other| claim_sibling(other, node.kind)).transpose()?.flatten();
    Ok(Claim { file, kind: node.kind, writable, entry, sibling })
}

/// sysfs said so when it was asked, or said nothing; the driver itself always knows.
fn must_be_optical(roots: &Roots, path: &Path, node: &Node, file: &File) -> Result<(), Refusal> {
    let kind = sgio::scsi_type(file).map_err(|errno| refusal(path, errno))?;
    if kind == node::TYPE_MMC {
        return Ok(());
    }
    let device = roots.sys.join("class/scsi_generic").join(&node.name).join("device");
    let what = node::describe_scsi(&device, kind);
    Err(Refusal::Final(OpenError::NotOptical { path: path.into(), what }))
}

/// Opens for reading and writing; where that is not allowed, for reading. Never waits for a medium
/// and never closes the tray (`O_NONBLOCK`).
fn open_node(
    path: &Path,
    node: &Node,
    access: Access,
    beside_mount: bool,
) -> Result<(File, bool), Refusal> {
    // The sg driver refuses O_EXCL on a read-only descriptor with EPERM.
    let exclusive = |writable: bool| match node.kind {
        Kind::Sr => !beside_mount,
        Kind::Sg => writable,
    };
    // Whoever closes an sr node that was open for writing makes udev look at the disc again.
    let first = match (access, node.kind) {
        (Access::Look, Kind::Sr) => Err(Errno::EACCES),
        _ => open_with(&node.path, true, exclusive(true)),
    };
    let (file, writable) = match first {
        Ok(file) => (file, true),
        Err(Errno::EACCES | Errno::EPERM | Errno::EROFS) => {
            let file = open_with(&node.path, false, exclusive(false));
            (file.map_err(|errno| refusal(path, errno))?, false)
        }
        Err(errno) => return Err(refusal(path, errno)),
    };
    // Unplugged and something else plugged in since we looked.
    if file.metadata().map(|meta| meta.rdev()).ok() != Some(node.rdev) {
        return Err(Refusal::Final(OpenError::Gone { path: path.into() }));
    }
    if access == Access::Write && !writable {
        let owner = Owner::of(path);
        return Err(Refusal::Final(OpenError::ReadOnly { path: path.into(), owner }));
    }
    Ok((file, writable))
}

fn open_with(path: &Path, writable: bool, exclusive: bool) -> Result<File, Errno> {
    // std adds O_CLOEXEC.
    let flags = libc::O_NONBLOCK | if exclusive { libc::O_EXCL } else { 0 };
    let opened = OpenOptions::new().read(true).write(writable).custom_flags(flags).open(path);
    opened.map_err(|error| errno_of(&error))
}

fn refusal(path: &Path, errno: Errno) -> Refusal {
    let path = path.to_path_buf();
    Refusal::Final(match errno {
        Errno::EBUSY => return Refusal::Busy,
        Errno::EACCES => OpenError::Permission { owner: Owner::of(&path), path },
        Errno::ENXIO | Errno::ENODEV => OpenError::Gone { path },
        Errno::ENOENT => OpenError::NotFound { path },
        errno => OpenError::Os { path, errno },
    })
}

fn lock(path: &Path, file: &File) -> Result<(), Refusal> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Refusal::Busy),
        Err(TryLockError::Error(error)) => Err(refusal(path, errno_of(&error))),
    }
}

/// Claims the drive's other node, as far as it is there and this user may: through it others reach
/// the same drive unhindered by what is done to the first.
fn claim_sibling(path: &Path, ours: Kind) -> Result<Option<File>, Refusal> {
    let sg = ours == Kind::Sr;
    match open_with(path, sg, true) {
        Ok(file) => lock(path, &file).map(|()| Some(file)),
        Err(Errno::EBUSY) => Err(Refusal::Busy),
        Err(_) => Ok(None),
    }
}

pub(super) fn errno_of(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_lives_with_a_mount_and_with_no_program() {
        let mount = Holder::Mount { path: "/media/disc".into() };
        let burner = Holder::Process { pid: 7, name: "growisofs".into() };
        let both = || vec![mount.clone(), burner.clone()];
        assert_eq!(in_the_way(Access::Look, vec![mount.clone()]), (true, vec![]));
        assert_eq!(in_the_way(Access::Look, both()), (true, vec![burner.clone()]));
        assert_eq!(in_the_way(Access::Look, vec![]), (false, vec![]));
        for access in [Access::Read, Access::Write] {
            assert_eq!(in_the_way(access, both()), (false, both()));
        }
        assert!(!burner.passes_by() && !mount.passes_by());
    }
}
