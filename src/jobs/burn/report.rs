//! What a burn is told, what it tells meanwhile, and what came of it: plain data. What the disc is
//! worth stands here in words, since a message that says less would be a guess.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::fifo::{Input, Stalls};
use super::plan::{Choices, Disc, Plan};
use crate::jobs::error::Error;
use crate::jobs::survey::{DriveFacts, MediumFacts};
use crate::jobs::verify;
use crate::units::{Blocks, Family, Lba, Rate};

/// Where the image is.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file or a block device, so many bytes of it.
    File {
        /// Its name.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A pipe that will bring so many bytes, once.
    Stream {
        /// Its reading end.
        pipe: Arc<File>,
        /// How much it will bring.
        bytes: u64,
    },
}

impl Source {
    /// Its size.
    pub fn bytes(&self) -> u64 {
        match self {
            Source::File { bytes, .. } | Source::Stream { bytes, .. } => *bytes,
        }
    }

    /// Its size in sectors, the last one perhaps not full.
    pub fn blocks(&self) -> u64 {
        self.bytes().div_ceil(crate::units::SECTOR as u64)
    }

    /// Ready to be read from its start.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(&self) -> io::Result<Input> {
        match self {
            Source::File { path, bytes } => Input::file(path, *bytes),
            Source::Stream { pipe, bytes } => Input::stream(pipe.as_ref(), *bytes),
        }
    }
}

/// What to burn, and how. No default: a new choice must be made everywhere.
#[derive(Clone, Debug)]
pub struct Options {
    /// The image.
    pub source: Source,
    /// What was asked for.
    pub choices: Choices,
    /// Go on with a burn that broke off.
    pub resume: bool,
    /// Read the image to its end before anything is sent to the disc: a disk that fails is found in
    /// time. What comes through a pipe cannot be.
    pub read_first: bool,
    /// Read it back and compare.
    pub verify: bool,
    /// Write the image though it looks wrong.
    pub force: bool,
    /// Bytes of the image that may be in memory; `None`: as many as the speed wants.
    pub fifo: Option<usize>,
}

/// A burn that is ready to begin: nothing that changes the disc has been sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The drive.
    pub drive: DriveFacts,
    /// The disc, as the drive tells of it.
    pub medium: MediumFacts,
    /// The disc, as the plan takes it.
    pub disc: Disc,
    /// What will be done.
    pub plan: Plan,
    /// Where a burn that broke off is gone on with; `None`: it begins at the image's beginning.
    pub resume: Option<Resume>,
    /// What one should know of image, disc and drive. A sentence each, without full stop.
    pub findings: Vec<String>,
    /// What would be lost, in words: `the DVD+RW holds ISO 9660 'BACKUP'`. To be asked for; `None`:
    /// nothing, as far as can be seen.
    pub loss: Option<String>,
}

/// Where a burn that broke off is gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Where block 0 of the image is.
    pub start: Lba,
    /// The next writable address: up to there the image is on the disc, if it is the same image.
    pub nwa: Lba,
}

/// What a burn is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading the image to its end, before anything is sent to the disc.
    Examining,
    /// Reading ahead, before the first write.
    Filling,
    /// Comparing what is on the disc with the image, before going on with it.
    Comparing,
    /// Setting the drive up.
    Preparing,
    /// BLANK.
    Blanking,
    /// FORMAT UNIT.
    Formatting,
    /// SEND OPC INFORMATION.
    Calibrating,
    /// WRITE.
    Writing,
    /// SYNCHRONIZE CACHE.
    Flushing,
    /// CLOSE TRACK SESSION.
    Closing,
    /// Asking the drive what it has recorded.
    Checking,
    /// Reading it back.
    Verifying,
}

/// What happens during a burn.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The drive is not ready yet.
    Waiting,
    /// Something worth knowing.
    Remark(String),
    /// It begins: what is going to be written, on what.
    Started {
        /// Sectors of the image.
        sectors: Blocks,
        /// What kind of disc, for speeds in x.
        family: Family,
        /// Its kind in words.
        kind: String,
        /// How it will be written, in words.
        mode: String,
        /// The speed that was asked for.
        requested: Option<Rate>,
    },
    /// A burn that broke off is gone on with: so many sectors of the image are on the disc, as the
    /// comparison has shown.
    GoingOn(Blocks),
    /// What the drive says it will write at, once it has been told.
    Granted(Option<Rate>),
    /// The drive is at something long.
    Busy {
        /// What.
        stage: Stage,
        /// Drive time it has taken.
        elapsed: Duration,
        /// How far it is in 65536ths, where it tells.
        progress: Option<u16>,
    },
    /// How far writing or comparing is.
    Progress(Progress),
    /// What happens while it is read back.
    Verify(verify::Event),
    /// The next of several discs is to be put in; `Break` if there is none.
    NextDisc {
        /// Which one, from 2.
        copy: u32,
        /// How many there are to be.
        copies: u32,
    },
    /// Disc and plan of the next of several discs: `Break` if it is not to be written to.
    Confirm(Box<Prepared>),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What it is at.
    pub stage: Stage,
    /// Sectors done, those of an earlier run included.
    pub done: u64,
    /// Sectors in all.
    pub total: u64,
    /// Rate of the last seconds in kB/s, by the drive's clock.
    pub kbps: Option<f64>,
    /// Average rate; of writing, once the drive's buffer has been full.
    pub kbps_average: Option<f64>,
    /// Drive time still needed.
    pub left: Option<Duration>,
    /// How full our buffer is, in hundredths.
    pub fifo_percent: u8,
    /// How full the drive's buffer is, where it tells.
    pub buffer_percent: Option<u8>,
    /// Times that the drive's buffer was seen empty.
    pub underruns: u64,
    /// Times that a write was sent again, or gone on with, after it had failed.
    pub retries: u64,
}

/// How a burn ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// On the disc, and read back byte for byte.
    Verified,
    /// On the disc as far as the drive tells; not read back.
    Written,
    /// The drive rehearsed it.
    Simulated,
    /// On the disc, and read back as something else; the report of the comparison says where.
    Mismatch,
    /// Stopped by the user.
    Interrupted,
    /// Stopped by trouble.
    Failed(Error),
}

/// What the disc is worth after a burn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// As it was: nothing that writes was sent, or the drive shows that nothing came of it.
    Untouched,
    /// Empty, as a blank or a format left it: it can be burnt.
    Empty,
    /// Part of the image is on it, and it can simply be burnt again.
    Rewritable,
    /// The image is on it up to `nwa`, and `burn --resume` goes on there.
    Resumable {
        /// The next writable address.
        nwa: Lba,
        /// Sectors of the image before it.
        done: Blocks,
    },
    /// All of the image is on it; only the end is missing, which `burn --resume` makes up for.
    Unclosed,
    /// The disc takes more behind what was written, but what was written is lost.
    Wasted {
        /// What can still be written.
        free: Blocks,
    },
    /// What was written is lost; closed by `burn --resume`, the rest of the disc can be used.
    Closable,
    /// It can be blanked and used again; what is on it is of no use.
    Blankable,
    /// Of no use any more.
    Ruined,
    /// All of the image is on it, by the drive's word.
    Written {
        /// It takes no more.
        closed: bool,
    },
    /// All of the image is on it, read back.
    Verified {
        /// It takes no more.
        closed: bool,
    },
    /// All of the image was written, and parts of it cannot be read back.
    Unreadable {
        /// How much.
        sectors: u64,
    },
    /// All of the image was sent and its session is closed, but the drive told of a write that
    /// failed, or lost what it had in its buffer.
    Doubtful,
    /// Something else than the image is on it.
    Different,
    /// The drive does not answer any more, so nobody can tell.
    Unknown {
        /// Whether the burn is of a kind that can be gone on with, if the disc turns out well.
        resumable: bool,
    },
}

impl fmt::Display for Worth {
    /// A clause: `the disc is as it was`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Behind what is there, or over it.
        let end = |closed: &bool| if *closed { "is closed" } else { "can still be written to" };
        match self {
            Worth::Untouched => f.write_str("the disc is as it was"),
            Worth::Empty => f.write_str("the disc is empty and can be burnt"),
            Worth::Rewritable => {
                f.write_str("part of the image is on the disc; it can be burnt again as it is")
            }
            Worth::Resumable { nwa, done } => write!(
                f,
                "{done} sectors of the image are on the disc, which is open at {nwa}; `burn \
                 --resume` goes on there"
            ),
            Worth::Unclosed => f.write_str(
                "all of the image is on the disc, but it is not closed; `burn --resume` closes it",
            ),
            Worth::Wasted { free } => write!(
                f,
                "what was written is lost, but the disc takes {free} more sectors behind it"
            ),
            Worth::Closable => f.write_str(
                "what was written is lost; `burn --resume` closes it, so that the rest of the \
                 disc can be used",
            ),
            Worth::Blankable => {
                f.write_str("what is on the disc is of no use; it can be blanked and burnt again")
            }
            Worth::Ruined => f.write_str("the disc is of no use any more"),
            Worth::Written { closed } => {
                write!(f, "the image is on the disc, which {}", end(closed))
            }
            Worth::Verified { closed } => {
                write!(f, "the image is on the disc, byte for byte, and the disc {}", end(closed))
            }
            Worth::Unreadable { sectors } => write!(
                f,
                "the image is on the disc, but {sectors} sectors of it cannot be read back"
            ),
            Worth::Doubtful => f.write_str(
                "the disc is closed, but perhaps not all of the image got onto it; `oxidisc \
                 verify` shows what did",
            ),
            Worth::Different => f.write_str("what is on the disc is not the image"),
            Worth::Unknown { resumable: true } => f.write_str(
                "the drive does not tell what is on the disc; put it in again and try `burn \
                 --resume`",
            ),
            Worth::Unknown { resumable: false } => {
                f.write_str("the drive does not tell what is on the disc")
            }
        }
    }
}

/// What came of a burn.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it ended.
    pub status: Status,
    /// What the disc is worth now.
    pub worth: Worth,
    /// What was to be done.
    pub plan: Plan,
    /// Sectors of the image.
    pub sectors: u64,
    /// Of them, taken by the drive, those of an earlier run included.
    pub written: u64,
    /// Whether the disc takes no more; `None` if the drive does not say.
    pub closed: Option<bool>,
    /// What the drive says it writes at; the plan has what was asked for.
    pub granted: Option<Rate>,
    /// Rate of the writing in kB/s, by the drive's clock: how fast the drive took data once its
    /// buffer had been full, without calibration, lead-in and closing. `None` for an image that
    /// fits into the buffer.
    pub kbps_average: Option<f64>,
    /// Times that the drive's buffer was seen empty.
    pub underruns: u64,
    /// The least that the drive's buffer was seen to hold in mid-burn, in hundredths.
    pub buffer_min_percent: Option<u8>,
    /// Times that a write was sent again, or gone on with, after it had failed.
    pub retries: u64,
    /// Times that the drive said that its buffer was full.
    pub buffer_full: u64,
    /// What the image made the drive wait.
    pub stalls: Stalls,
    /// SHA-256 of the image, if all of it was read.
    pub image_sha256: Option<String>,
    /// SHA-256 of what was read back, if all of it was.
    pub readback_sha256: Option<String>,
    /// What came of reading it back.
    pub verify: Option<Box<verify::Report>>,
    /// What one should know. A sentence each, without full stop.
    pub remarks: Vec<String>,
    /// Time of the drive.
    pub drive_time: Duration,
    /// Time of the wall clock.
    pub elapsed: Duration,
    /// The drive.
    pub drive: DriveFacts,
    /// The disc as it was before.
    pub medium: MediumFacts,
}
