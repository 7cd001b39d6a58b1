//! Disc to image. The disc is surveyed, its size settled from all that tells it; then the plan says
//! what to read next, the reader reads and judges it, the sink puts it into image, hashes and map.
//! Whatever ends a rip, the map says what is in the image, and the same call goes on from there.

mod disc;
mod engine;
mod identity;
mod sink;
pub mod size;
pub mod store;
mod target;
mod verify;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::formats::hash::HashKind;
use crate::jobs::error::Error;
use crate::jobs::observe::Observer;
use crate::jobs::survey::{DriveFacts, MediumFacts};
use crate::mmc::Drive;
use crate::units::{Blocks, Family, Lba, Speed};

pub use target::map_beside;

/// What to do once what ended a rip is mended.
const AGAIN: &str = "the same command goes on from here";

/// What to rip, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The image to make.
    pub output: PathBuf,
    /// Its map.
    pub map: PathBuf,
    /// What was typed, for the map's comment.
    pub command_line: String,
    /// How fast to read. `None`: as the drive stands.
    pub speed: Option<Speed>,
    /// Only these sectors: from the first up to, not including, the second, or the disc's end.
    pub range: Option<(u32, Option<u32>)>,
    /// Extra passes over what failed.
    pub retries: u32,
    /// Drive time after which to stop.
    pub budget: Option<Duration>,
    /// Begin anew, though a map is there.
    pub restart: bool,
    /// Overwrite an image that has no map.
    pub force: bool,
    /// Hashes of the image.
    pub hashes: Vec<HashKind>,
    /// Read it all once more and compare.
    pub verify: bool,
}

/// What happens while a disc is ripped.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The drive is not ready yet.
    Waiting,
    /// What will be read.
    Started {
        /// Sectors of the image.
        sectors: Blocks,
        /// Sectors that an earlier run has read.
        done: u64,
        /// What kind of disc, for speeds in x.
        family: Family,
        /// Its kind in words.
        profile: String,
        /// Its label.
        volume_id: Option<String>,
    },
    /// Something worth knowing about the disc or the drive.
    Remark(String),
    /// A place could not be read.
    Unreadable {
        /// The read's first sector.
        lba: Lba,
        /// Its length.
        blocks: Blocks,
    },
    /// How far it is.
    Progress(Progress),
}

/// What a rip is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// First reading.
    Reading,
    /// Finding out which parts of failed reads are bad.
    Narrowing,
    /// Trying bad places again.
    Retrying,
    /// Reading all once more.
    Verifying,
    /// Hashing what did not come in order.
    Hashing,
}

/// How far a rip is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What it is at.
    pub stage: Stage,
    /// Sectors read, earlier runs included.
    pub good: u64,
    /// Sectors found bad so far.
    pub bad: u64,
    /// Sectors in all.
    pub total: u64,
    /// Rate of late in kB/s, in the drive's time.
    pub kbps: Option<f64>,
    /// Drive time still needed.
    pub left: Option<Duration>,
}

/// How a rip ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Every sector is in the image.
    Complete,
    /// Done, and sectors are missing.
    Incomplete,
    /// The second pass read something else.
    Different,
    /// Stopped by the user.
    Interrupted,
    /// Stopped by trouble.
    Failed(Error),
}

/// What came of a rip.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it ended.
    pub status: Status,
    /// The map's file, if it is still there.
    pub map: Option<PathBuf>,
    /// Sectors of the image.
    pub sectors: u64,
    /// Of them, in the image.
    pub good: u64,
    /// Of them, found unreadable so far.
    pub bad: u64,
    /// Of them, never tried: the rip ended before.
    pub untried: u64,
    /// First sector and count of each unreadable place.
    pub bad_ranges: Vec<(u64, u64)>,
    /// Stretches between sessions, where nothing is recorded: zeros in the image.
    pub gaps: Vec<(u64, u64)>,
    /// Where the second pass read something else.
    pub different_ranges: Vec<(u64, u64)>,
    /// Hashes of the complete image.
    pub hashes: Vec<(HashKind, String)>,
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

/// Rips the disc in the drive.
///
/// # Errors
/// Nothing was read, and nothing touched. What goes wrong later is in the report, beside what was
/// read until then.
pub fn rip(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    let started = Instant::now();
    let outcome = from_survey_to_end(drive, options, observer);
    // Given back as it was, however it ended; a drive that is gone needs nothing.
    let _ = drive.restore();
    let mut report = outcome?;
    report.drive_time = drive.time();
    report.elapsed = started.elapsed();
    Ok(report)
}

fn from_survey_to_end(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    let paths = paths(options);
    let found = target::inspect(&paths, options.restart, options.force)?;
    let disc = disc::survey(drive, options, observer)?;
    let job = engine::prepare(drive, &disc, found, &paths, options)?;
    let started = Event::Started {
        sectors: Blocks(disc.size.sectors),
        done: job.done(),
        family: disc.family,
        profile: disc.medium.profile.name().to_string(),
        volume_id: disc.volume_id.clone(),
    };
    for event in std::iter::once(started).chain(disc.remarks.iter().cloned().map(Event::Remark)) {
        // Whether to stop is asked before every read.
        let _ = observer.event(event);
    }
    engine::run(drive, &disc, job, options, observer)
}

fn paths(options: &Options) -> target::Paths {
    target::Paths { output: options.output.clone(), map: options.map.clone() }
}

/// Looks whether the files can be made, without a drive: what is wrong with them is better said
/// before a drive is opened.
///
/// # Errors
/// They cannot, or something would be lost.
pub fn check_files(options: &Options) -> Result<(), Error> {
    target::inspect(&paths(options), options.restart, options.force).map(|_| ())
}
