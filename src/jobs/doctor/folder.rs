//! The folder that images are written to: whether it takes files, how large and how fast, and how
//! much room there is. The speed is measured with a few MiB in a file without a name, which is gone
//! again at once.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, eaccess};

use super::finding::{Finding, Keeps, Status, Subject};
use super::memory;
use super::tree::Tree;
use crate::transport::{Errno, holders, mend, reason};

/// A folder, as its file system shows it.
#[derive(Clone, Debug)]
pub struct Folder {
    /// As it was named.
    shown: String,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// It is not there; whether this user can make it.
    Missing {
        makeable: bool,
    },
    /// It is there and is something else, or cannot be looked at: why.
    NoFolder(String),
    There(Room),
}

#[derive(Clone, Debug)]
struct Room {
    /// Whose it is, for what may be said of it.
    writable: bool,
    read_only: bool,
    /// `None`: the file system does not tell, as those of no size do (`/proc`, some of FUSE).
    free: Option<u64>,
    /// What kind of file system, and where it is mounted.
    kind: String,
    mounted_at: PathBuf,
    /// Bytes that one file of this process may have.
    limit: Option<u64>,
    /// Bytes a second, as measured; `Err`: why a file could not be written.
    speed: Option<Result<u64, String>>,
}

/// Looks at it, and tries how fast it takes data.
pub fn look(tree: &Tree, folder: &Path) -> Folder {
    let shown = folder.display().to_string();
    let state = match fs::metadata(folder) {
        Err(_) if folder.is_symlink() => State::NoFolder("it is a link to nothing".into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            State::Missing { makeable: makeable(folder) }
        }
        Err(error) => State::NoFolder(reason(&error)),
        Ok(found) if !found.is_dir() => State::NoFolder("it is not a folder".into()),
        Ok(_) => room(tree, folder).map_or_else(State::NoFolder, State::There),
    };
    Folder { shown, state }
}

/// Whether the nearest folder above it that is there may be written to.
fn makeable(folder: &Path) -> bool {
    let here = |path: &Path| if path.as_os_str().is_empty() { ".".into() } else { path.to_owned() };
    let mut above = folder.ancestors().skip(1).map(here);
    let nearest = above.find(|path| path.exists());
    nearest.is_some_and(|path| eaccess(&path, WRITING).is_ok())
}

/// What making a file takes.
const WRITING: AccessFlags = AccessFlags::W_OK.union(AccessFlags::X_OK);

fn room(tree: &Tree, folder: &Path) -> Result<Room, String> {
    let system = statvfs(folder).map_err(|errno| errno.desc().to_lowercase())?;
    let writes = eaccess(folder, WRITING);
    let read_only = system.flags().contains(FsFlags::ST_RDONLY) || writes == Err(Errno::EROFS);
    let free = system.blocks_available() * system.fragment_size();
    let free = (system.blocks() > 0).then_some(free);
    let (mounted_at, kind) = mount(tree, folder);
    let room = Room {
        writable: writes.is_ok(),
        read_only,
        free,
        kind,
        mounted_at,
        limit: memory::limit(tree, "Max file size"),
        speed: None,
    };
    // Beyond its limit the process would be killed (SIGXFSZ).
    let allowed = room.limit.is_none_or(|limit| limit > SAMPLE);
    let tries = room.writable && allowed && free.is_none_or(|free| free > 4 * SAMPLE);
    let speed = tries.then(|| measure(folder).map_err(|error| reason(&error)));
    Ok(Room { speed, ..room })
}

/// Where the file system of a folder is mounted, and its kind: the longest mount point that the
/// folder lies under; of several mounts there, the last.
fn mount(tree: &Tree, folder: &Path) -> (PathBuf, String) {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
    let table = tree.text("proc/self/mountinfo");
    let mounts = table.lines().filter_map(|line| {
        // proc(5): …, mount point fifth, and behind a lonely dash the kind.
        let (fields, rest) = line.split_once(" - ")?;
        let at = PathBuf::from(holders::unescape(fields.split(' ').nth(4)?));
        folder.starts_with(&at).then(|| (at, rest.split(' ').next().unwrap_or("").to_string()))
    });
    mounts.max_by_key(|(at, _)| at.components().count()).unwrap_or_default()
}

const SAMPLE: u64 = 16 << 20;
const PIECE: usize = 4 << 20;
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

/// Writes and syncs pieces until there are enough, or long enough.
fn measure(folder: &Path) -> io::Result<u64> {
    let mut file = tempfile::tempfile_in(folder)?;
    // Nothing that a file system could make small.
    let mut state = 1_u32;
    let piece: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(PIECE)
    .collect();
    let (started, mut written) = (Instant::now(), 0);
    while written < SAMPLE && started.elapsed() < LONG_ENOUGH {
        file.write_all(&piece)?;
        file.sync_data()?;
        written += PIECE as u64;
    }
    Ok((written as f64 / started.elapsed().as_secs_f64().max(1e-6)) as u64)
}

/// Sizes of full discs in bytes: CD of 80 minutes, DVD (ECMA-359), BD of one layer.
const CD: u64 = 360_000 * 2048;
const DVD: u64 = 2_298_496 * 2048;
const BD: u64 = 12_219_392 * 2048;
/// The largest file of FAT: its size has 32 bits.
const FAT_MAX: u64 = u32::MAX as u64;
/// File systems that are made once and never written to.
const NEVER_WRITTEN: [&str; 5] = ["iso9660", "squashfs", "erofs", "cramfs", "romfs"];
/// Below, a DVD at 8x is read faster than it is kept.
const SLOW: u64 = 11_080_000;

/// What that means.
pub fn check(folder: &Folder) -> Vec<Finding> {
    let finding = |id, status, text: String| {
        Finding::new(id, status, Subject::Folder(folder.shown.clone()), text)
    };
    let rip = Status::Problem(Keeps::FromRipping);
    let quoted = mend::quoted(&folder.shown);
    match &folder.state {
        State::Missing { makeable: true } => {
            let text = "there is no such folder".to_string();
            vec![finding("folder-missing", rip, text).mend(format!("mkdir -p {quoted}"))]
        }
        State::Missing { makeable: false } => {
            let text = "there is no such folder, and you may not make it: rip into one of your own";
            vec![finding("folder-missing", rip, text.into()).mend("cd ~")]
        }
        State::NoFolder(why) => vec![finding("folder-bad", rip, why.clone())],
        State::There(room) if room.read_only => {
            let at = mend::quoted(&room.mounted_at.display().to_string());
            if NEVER_WRITTEN.contains(&room.kind.as_str()) {
                let text = format!("a file system that is only read ({})", room.kind);
                return vec![finding("folder-read-only", rip, text).mend("cd ~")];
            }
            // The kernel does it too, when a disk fails: to write on would make that worse.
            let text = "its file system is mounted read-only; make it writable, unless `dmesg` \
                        says that its disk fails";
            let line = format!("sudo mount -o remount,rw {at}");
            vec![finding("folder-read-only", rip, text.into()).mend(line)]
        }
        State::There(room) if !room.writable => {
            let text = "you may not write here: rip into a folder of your own".to_string();
            vec![finding("folder-denied", rip, text).mend("cd ~")]
        }
        State::There(room) => usable(folder, room),
    }
}

fn usable(folder: &Folder, room: &Room) -> Vec<Finding> {
    let finding = |id, status, text: String| {
        Finding::new(id, status, Subject::Folder(folder.shown.clone()), text)
    };
    let mut findings = Vec::from_iter(room.free.map(|free| space(folder, free)));
    if matches!(room.kind.as_str(), "vfat" | "msdos") {
        let text = format!(
            "{} holds no file of 4 GiB or more: a full DVD needs another file system",
            room.kind
        );
        findings.push(finding("folder-4gib", Status::Warning, text).mend("cd ~"));
    }
    if let Some(limit) = room.limit.filter(|limit| *limit < FAT_MAX) {
        let status = if limit < CD { Status::Problem(Keeps::FromRipping) } else { Status::Warning };
        let text =
            format!("this session's programs write files of {} MB at most", limit / 1_000_000);
        findings.push(finding("limit-file", status, text).mend("ulimit -f unlimited"));
    }
    match &room.speed {
        Some(Ok(speed)) if *speed < SLOW => {
            let text = format!("takes {} MB/s: less than a DVD gives at 8x", speed / 1_000_000);
            findings.push(finding("folder-slow", Status::Warning, text));
        }
        Some(Ok(speed)) => {
            let text = format!("takes {} MB/s ({})", speed / 1_000_000, room.kind);
            findings.push(finding("folder-speed", Status::Ok, text));
        }
        Some(Err(why)) => {
            let text = format!("a file could not be written: {why}");
            findings.push(finding("folder-bad", Status::Problem(Keeps::FromRipping), text));
        }
        None => {}
    }
    findings
}

fn space(folder: &Folder, free: u64) -> Finding {
    let (status, fits) = match free {
        0..CD => (Status::Problem(Keeps::FromRipping), "not even a CD fits"),
        CD..DVD => (Status::Warning, "a CD fits, a DVD does not"),
        DVD..BD => (Status::Note, "a DVD fits, a Blu-ray disc does not"),
        _ => (Status::Ok, "any disc of one layer fits"),
    };
    let text = format!("{} free: {fits}", gigabytes(free));
    let finding = Finding::new("folder-space", status, Subject::Folder(folder.shown.clone()), text);
    match status {
        // What takes the room, largest last.
        Status::Problem(_) | Status::Warning => {
            finding.mend(format!("du -xhd1 {} | sort -h | tail", mend::quoted(&folder.shown)))
        }
        _ => finding,
    }
}

/// `4.7 GB`, as discs are sold.
fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
