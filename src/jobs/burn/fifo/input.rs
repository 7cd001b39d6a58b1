//! Where an image comes from: a file, or a stream of a size that is known beforehand. Tells whether
//! it stayed what it was while it was read. Knows no ring and no drive.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::jobs::image::Stamp;
use crate::transport::reason;

/// Images beyond this size are dropped from the page cache behind us: they would push everything
/// else out of it, and a burn reads them once. Smaller ones stay for the comparison afterwards.
const DROP_BEHIND: u64 = 512 << 20;
/// Dropped in strides, so that it costs no call per piece.
const STRIDE: u64 = 8 << 20;
/// How long the other end of a pipe has to hang up, once all that was announced has come. One that
/// has more to say says so at once.
const HANG_UP_MS: u16 = 500;

/// What was wrong with the image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A place cannot be read.
    #[error("the image cannot be read at byte {offset}: {reason}")]
    Unreadable {
        /// In bytes from its start.
        offset: u64,
        /// What the operating system said.
        reason: String,
    },
    /// It ended early.
    #[error("the image ended after {got} bytes, {expected} were to come")]
    Short {
        /// Bytes there were to be.
        expected: u64,
        /// Bytes there were.
        got: u64,
    },
    /// There was more of it than was announced.
    #[error("the image goes on behind the {expected} bytes that were to come")]
    Long {
        /// Bytes there were to be.
        expected: u64,
    },
    /// Somebody wrote to the file while it was read.
    #[error("the image changed while it was read: {what}")]
    Changed {
        /// What is different.
        what: String,
    },
    /// The thread that reads it broke down.
    #[error("the thread that reads the image broke down")]
    Broken,
}

/// An image to be read once, from its start to its end.
pub struct Input {
    reader: Box<dyn Read + Send>,
    bytes: u64,
    watch: Watch,
}

enum Watch {
    /// A file, and what it was when it was opened.
    File { file: File, path: PathBuf, stamp: Stamp, dropped: u64 },
    /// A pipe, a terminal, a socket: what can be polled.
    Stream(File),
    /// What can only be read.
    Nothing,
}

impl Input {
    /// The image in a file or a block device, `bytes` of it from its start.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn file(path: &Path, bytes: u64) -> io::Result<Input> {
        let file = File::open(path)?;
        let (stamp, path) = (Stamp::at(path)?, path.to_path_buf());
        // Only advice: without it, it is read all the same.
        let _ = posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL);
        let reader = Box::new(file.try_clone()?);
        Ok(Input { reader, bytes, watch: Watch::File { file, path, stamp, dropped: 0 } })
    }

    /// The image that comes through a pipe, of `bytes` bytes.
    ///
    /// # Errors
    /// The process has no more file descriptors.
    pub fn stream(pipe: impl AsFd, bytes: u64) -> io::Result<Input> {
        let pipe = File::from(pipe.as_fd().try_clone_to_owned()?);
        let reader = Box::new(pipe.try_clone()?);
        Ok(Input { reader, bytes, watch: Watch::Stream(pipe) })
    }

    /// An image from anything that can be read.
    pub fn reader(reader: impl Read + Send + 'static, bytes: u64) -> Input {
        Input { reader: Box::new(reader), bytes, watch: Watch::Nothing }
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Fills `buffer` with what stands at `offset`; each call goes on where the last one ended.
    pub(super) fn fill(&mut self, buffer: &mut [u8], offset: u64) -> Result<(), SourceError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => {
                    let (expected, got) = (self.bytes, offset + filled as u64);
                    return Err(SourceError::Short { expected, got });
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let offset = offset + filled as u64;
                    return Err(SourceError::Unreadable { offset, reason: reason(&error) });
                }
            }
        }
        self.check()?;
        self.drop_behind(offset + filled as u64);
        Ok(())
    }

    /// Whether it still is what it was. A file that is written to in the middle of a burn is
    /// noticed at once: the rest of a disc need not be spent on it.
    fn check(&self) -> Result<(), SourceError> {
        let Watch::File { path, stamp, .. } = &self.watch else { return Ok(()) };
        // One that was removed meanwhile is read all the same: it is still open.
        let now = Stamp::at(path).ok();
        match now.and_then(|now| stamp.difference(&now)) {
            Some(what) => Err(SourceError::Changed { what }),
            None => Ok(()),
        }
    }

    fn drop_behind(&mut self, done: u64) {
        let all = self.bytes;
        let Watch::File { file, dropped, .. } = &mut self.watch else { return };
        if all <= DROP_BEHIND || done - *dropped < STRIDE {
            return;
        }
        let (from, len) = (dropped.cast_signed(), (done - *dropped).cast_signed());
        // Advice again.
        let _ = posix_fadvise(&*file, from, len, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        *dropped = done;
    }

    /// Looks, once all that was announced has been read, whether that was all.
    pub(super) fn end(&mut self) -> Result<(), SourceError> {
        self.check()?;
        let Watch::Stream(pipe) = &self.watch else { return Ok(()) };
        let mut polled = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
        // A pipe that stays open and silent has said all that it was to say.
        let said = poll(&mut polled, PollTimeout::from(HANG_UP_MS)).unwrap_or(0);
        if said > 0 && matches!(self.reader.read(&mut [0]), Ok(1)) {
            return Err(SourceError::Long { expected: self.bytes });
        }
        Ok(())
    }
}
