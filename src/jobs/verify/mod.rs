//! Whether a disc holds what it should: every sector is read from the disc itself, past the drive's
//! cache, and compared with an image, with what was sent to the drive, or with a SHA-256. What
//! cannot be read is said apart from what is different, and both with the files they belong to.
//! Nothing counts as the same that was not read.

mod compare;
mod disc;
mod engine;
mod owner;
pub mod prints;
pub mod sums;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::jobs::error::Error;
use crate::jobs::observe::Observer;
use crate::jobs::survey::{DriveFacts, MediumFacts};
use crate::mmc::Drive;
use crate::units::{Blocks, Family, Lba, Speed};
use prints::Prints;

/// What to do once what ended a comparison is mended.
const AGAIN: &str = "then verify the disc again";

/// What a disc is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// An image, byte for byte. One that ends within a sector is compared up to its end.
    Image(PathBuf),
    /// What was sent to the drive and is not at hand any more. A difference is told by the block.
    Sent(Arc<Prints>),
    /// A checksum, of what is on the disc from the start on.
    Sum {
        /// SHA-256, 64 lower-case hex digits.
        sha256: String,
        /// How many bytes it is of. `None`: as many as the disc's file systems have, or up to what
        /// padding images usually have more.
        bytes: Option<u64>,
    },
}

/// What to verify, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// What should be on the disc.
    pub against: Against,
    /// Where on the disc it begins: 0, or where an appended session does.
    pub start: Lba,
    /// Compare no more than so many sectors of it.
    pub most: Option<Blocks>,
    /// How fast to read. `None`: as the drive stands.
    pub speed: Option<Speed>,
    /// How often an unreadable place is tried again.
    pub retries: u32,
}

/// What happens meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The drive is not ready yet.
    Waiting,
    /// What will be compared.
    Started {
        /// Sectors. Of a checksum whose size is not known, the most that it can be of.
        sectors: Blocks,
        /// What kind of disc, for speeds in x.
        family: Family,
        /// Its kind in words.
        profile: String,
        /// Its label.
        volume_id: Option<String>,
    },
    /// Something worth knowing about the disc or the drive.
    Remark(String),
    /// The first place that differs.
    Different(Place),
    /// A place could not be read.
    Unreadable {
        /// Its first sector.
        lba: Lba,
        /// How many.
        blocks: Blocks,
    },
    /// How far it is.
    Progress(Progress),
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Sectors read and compared.
    pub done: u64,
    /// Of them, different so far.
    pub different: u64,
    /// Sectors that could not be read.
    pub unreadable: u64,
    /// Sectors in all.
    pub total: u64,
    /// Rate of late in kB/s, in the drive's time.
    pub kbps: Option<f64>,
    /// Drive time still needed.
    pub left: Option<Duration>,
}

/// A place on a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The sector.
    pub lba: Lba,
    /// The byte in it, where that is known.
    pub byte: Option<u32>,
    /// The file it belongs to, by its path from the root: `VIDEO_TS/VTS_01_1.VOB`. `None`: none, or
    /// none that can be found.
    pub file: Option<String>,
}

/// A file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedFile {
    /// Its path from the root.
    pub path: String,
    /// Sectors of it that differ.
    pub different: u64,
    /// Sectors of it that could not be read.
    pub unreadable: u64,
}

/// How a comparison ended. Where several hold, the first of them counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Ended by trouble; what was found until then is in the report.
    Failed(Error),
    /// Stopped by the user, likewise.
    Interrupted,
    /// Something on the disc is not as it should be.
    Different,
    /// Nothing differs, but not every sector could be read.
    Incomplete,
    /// Every sector was read, and is as it should be.
    Same,
}

/// What came of a comparison.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it ended.
    pub status: Status,
    /// The first sector that was compared.
    pub start: Lba,
    /// Sectors there were to compare.
    pub sectors: u64,
    /// Of them, read and compared.
    pub compared: u64,
    /// Of them, different. Where there is a checksum alone, nobody knows which, and it is 0.
    pub different: u64,
    /// First sector on the disc and count of each stretch that differs; of a disc that differs in
    /// very many places, the first ones.
    pub different_ranges: Vec<(u64, u64)>,
    /// First sector on the disc and count of each stretch that could not be read.
    pub unreadable_ranges: Vec<(u64, u64)>,
    /// The first place that differs.
    pub first_different: Option<Place>,
    /// The files that these places belong to, by where they stand on the disc; at most a few
    /// hundred.
    pub files: Vec<DamagedFile>,
    /// SHA-256 of what was read, where all of it was.
    pub readback_sha256: Option<String>,
    /// SHA-256 of what it was compared with, as it was when it was compared; `None` for an image
    /// that was not read to its end, since the disc is too short or the comparison was stopped.
    pub expected_sha256: Option<String>,
    /// Reads sent.
    pub reads: u64,
    /// Of them, failed.
    pub failed_reads: u64,
    /// Time of the drive.
    pub drive_time: Duration,
    /// Time of the wall clock.
    pub elapsed: Duration,
    /// The drive.
    pub drive: DriveFacts,
    /// The disc.
    pub medium: MediumFacts,
    /// The disc's label.
    pub volume_id: Option<String>,
}

impl Report {
    /// Sectors that could not be read.
    pub fn unreadable(&self) -> u64 {
        self.unreadable_ranges.iter().map(|(_, count)| count).sum()
    }
}

/// Compares the disc in the drive with what should be on it. The drive keeps its settings: a job
/// that this is a part of gives it back, or [`Drive`] does when it is dropped.
///
/// # Errors
/// Nothing was compared. What goes wrong later is in the report, beside what was found until then.
pub fn verify(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    let (started, began) = (Instant::now(), drive.time());
    let disc = disc::survey(drive, options, observer)?;
    let target = engine::target(&disc, options)?;
    let event = Event::Started {
        sectors: Blocks(target.sectors()),
        family: disc.family,
        profile: disc.medium.profile.name().to_string(),
        volume_id: disc.files.volume_id().map(String::from),
    };
    // Whether to stop is asked before every read.
    let _ = observer.event(event);
    let mut report = engine::run(drive, &disc, target, options, observer)?;
    report.drive_time = drive.time().saturating_sub(began);
    report.elapsed = started.elapsed();
    Ok(report)
}
