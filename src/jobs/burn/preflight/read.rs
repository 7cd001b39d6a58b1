//! Reads an image once from end to end before the laser is on, so that a bad disk is found while a
//! disc can still be spared, and remembers what it was, so that what is sent can be held against
//! it. A pipe brings its bytes once and cannot be read beforehand.

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use super::{Finding, Severity};
use crate::formats::hash::{HashKind, Hashes};
use crate::jobs::image::Stamp;
use crate::transport::reason;
use crate::units::SECTOR;

/// Read at once.
const PIECE: usize = 1 << 20;
/// Images beyond this size are dropped from the page cache behind us: they would push everything
/// else out of it, and not be there any more when they are sent.
const DROP_BEHIND: u64 = 1 << 30;

/// What came of reading an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All of it was read.
    Whole(Whole),
    /// The user stopped it.
    Stopped,
    /// It cannot be.
    Failed(Finding),
}

/// An image that could be read from end to end, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    path: PathBuf,
    /// SHA-256 of it, 64 lower-case hex digits.
    pub sha256: String,
    stamp: Stamp,
}

impl Whole {
    /// Whether the file is still the one that was read; if not, how it is another.
    pub fn changed(&self) -> Option<String> {
        match Stamp::at(&self.path) {
            Ok(now) => self.stamp.difference(&now),
            Err(error) => Some(format!("it is not there any more: {}", reason(&error))),
        }
    }

    /// Whether what was sent, by its SHA-256, is what was read; if not, why that matters.
    pub fn differs(&self, sent: &str) -> Option<String> {
        (self.sha256 != sent).then(|| {
            "the image was another when it was sent than when it was read before: what is on the \
             disc may be of both"
                .into()
        })
    }
}

/// Reads the first `bytes` of an image, hashing them. `go_on` is told how many were read.
pub fn read_through(
    path: &Path,
    bytes: u64,
    go_on: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Reading {
    let shown = path.display();
    let opened = File::open(path).and_then(|file| Ok((Stamp::at(path)?, file)));
    let (stamp, file) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let text = format!("{shown}: {}", reason(&error));
            return Reading::Failed(Finding::new(Severity::Stop, text));
        }
    };
    // Only advice: without it, it is read all the same.
    let _ = posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL);
    let mut hashes = Hashes::new(&[HashKind::Sha256]);
    let mut buffer = vec![0; PIECE];
    let mut at = 0;
    while at < bytes {
        if go_on(at).is_break() {
            return Reading::Stopped;
        }
        let want = usize::try_from(bytes - at).unwrap_or(PIECE).min(PIECE);
        match file.read_at(&mut buffer[..want], at) {
            Ok(0) => return Reading::Failed(ended(path, at, bytes)),
            Ok(read) => {
                hashes.update(&buffer[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Reading::Failed(unreadable(path, at, &error)),
        }
        if bytes > DROP_BEHIND {
            let done = at.cast_signed();
            // Advice again.
            let _ = posix_fadvise(&file, 0, done, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        }
    }
    let sha256 = hashes.finish().pop().map(|(_, text)| text).unwrap_or_default();
    let whole = Whole { path: path.to_path_buf(), sha256, stamp };
    match whole.changed() {
        None => Reading::Whole(whole),
        Some(how) => {
            let text = format!("{shown} changed while it was read: {how}");
            Reading::Failed(
                Finding::new(Severity::Stop, text).hint("wait until nothing writes to it"),
            )
        }
    }
}

fn ended(path: &Path, at: u64, bytes: u64) -> Finding {
    let shown = path.display();
    let text = format!("{shown} ends after {at} bytes, and had {bytes} a moment ago");
    Finding::new(Severity::Stop, text).hint("wait until nothing writes to it")
}

fn unreadable(path: &Path, at: u64, error: &io::Error) -> Finding {
    let (shown, sector) = (path.display(), at / SECTOR as u64);
    let why = reason(error);
    let text = format!("{shown} cannot be read at byte {at} (sector {sector}): {why}");
    Finding::new(Severity::Stop, text)
        .hint("the disk it is on may be failing: save what is on it, and get the image anew")
}
