//! Carries a comparison out: reads every sector there is to compare, in the order of the disc, each
//! as hard as it takes, and hands it to the thread that compares.

use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::Duration;

use super::compare::{Comparison, Expected, Found, Piece};
use super::disc::Disc;
use super::owner::Owners;
use super::{AGAIN, Against, Event, Options, Place, Progress, Report, Status};
use crate::formats::Image;
use crate::jobs::error::{Error, Kind};
use crate::jobs::image::ImageFile;
use crate::jobs::observe::Observer;
use crate::jobs::reading::eta::Pace;
use crate::jobs::reading::plan::Outcome;
use crate::jobs::reading::reader::{Attempt, Reader, chunk};
use crate::jobs::reading::stretch::{self, Effort, Got};
use crate::jobs::ready::{self, Since};
use crate::jobs::sectors::DiscSectors;
use crate::mmc::Drive;
use crate::mmc::cmd::start_stop_unit::{Motion, StartStopUnit};
use crate::transport::reason;
use crate::units::{Blocks, Lba, SECTOR};

/// Sectors that an image may have behind its file system, for a checksum whose size is not known:
/// xorriso pads by 150, and what else is put behind is of some MiB.
const PADDING: u32 = 16_384;
/// Times that all is read anew because the drive reported another disc.
const RESTARTS: u32 = 3;

/// What there is to compare. Sectors are counted from where the image begins.
pub struct Target {
    against: Against,
    image: Option<File>,
    /// Where it begins on the disc.
    start: u32,
    /// Bytes to compare; where the size is not known, the most there can be.
    bytes: u64,
    /// From which size on, in bytes, it may have ended; only where the size is not known.
    open_end: Option<u64>,
    /// The sectors of it that the disc does not reach.
    beyond: Range<u32>,
}

impl Target {
    /// Sectors to compare, or the most there can be.
    pub fn sectors(&self) -> u32 {
        u32::try_from(self.bytes.div_ceil(SECTOR as u64)).unwrap_or(u32::MAX)
    }

    fn expected(&self) -> Result<Expected, Error> {
        Ok(match &self.against {
            Against::Image(_) => {
                let image = self.image.as_ref().map(File::try_clone);
                let file = image.unwrap_or_else(|| Err(std::io::ErrorKind::NotFound.into()));
                Expected::Image(file.map_err(|error| unreadable(&error))?)
            }
            Against::Sent(prints) => Expected::Sent(Arc::clone(prints)),
            Against::Sum { sha256, .. } => {
                Expected::Sum { sha256: sha256.clone(), from: self.open_end }
            }
        })
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    let why = reason(error);
    Error::new(Kind::Failed, format!("the image cannot be read: {why}"))
        .hint("check the disk it is on, or verify against its checksum")
}

/// Settles what is to be compared, before a sector is.
///
/// # Errors
/// There is nothing that it could be compared with.
pub fn target(disc: &Disc, options: &Options) -> Result<Target, Error> {
    let start = u32::try_from(options.start.0).map_err(|_| {
        Error::new(Kind::Usage, format!("no image begins at {}", options.start))
            .hint("an image begins at 0, or where a session does: `oxidisc info` lists them")
    })?;
    let mut target = Target {
        against: options.against.clone(),
        image: None,
        start,
        bytes: 0,
        open_end: None,
        beyond: 0..0,
    };
    match &options.against {
        Against::Image(path) => {
            let image = ImageFile::open(path)?;
            (target.bytes, target.image) = (image.bytes, Some(image.file));
        }
        Against::Sent(prints) => target.bytes = prints.bytes,
        Against::Sum { bytes: Some(bytes), .. } => target.bytes = *bytes,
        Against::Sum { bytes: None, .. } => {
            let (least, most) = sizes(disc, start)?;
            target.bytes = Blocks(most).bytes();
            target.open_end = Some(Blocks(least).bytes());
        }
    }
    if let Some(most) = options.most {
        let unit = match &options.against {
            // A block that is not whole has no print to be compared with.
            Against::Sent(prints) if most.bytes() < prints.bytes => prints.unit.0.max(1),
            _ => 1,
        };
        target.bytes = target.bytes.min(Blocks(most.0 - most.0 % unit).bytes());
    }
    Ok(target)
}

/// The least and the most sectors that an image may have of which only the checksum is known.
fn sizes(disc: &Disc, start: u32) -> Result<(u32, u32), Error> {
    let behind = |end: u32| end.checked_sub(start).filter(|sectors| *sectors > 0);
    let on_disc = disc.end.and_then(behind);
    if let Some(files) = disc.files.sectors().and_then(behind) {
        let most = files.saturating_add(PADDING);
        return Ok((files, on_disc.map_or(most, |end| end.clamp(files, most))));
    }
    let end = on_disc.ok_or_else(|| {
        Error::new(Kind::Failed, "nothing says how many sectors the checksum is of")
            .hint("name the image's size with --size")
    })?;
    Ok((end.saturating_sub(PADDING).max(1), end))
}

/// How a pass over the disc ended.
enum End {
    Done,
    OtherDisc,
    Stopped,
    Trouble(Error),
}

/// A comparison under way.
pub struct Run<'a> {
    disc: &'a Disc,
    target: Target,
    options: &'a Options,
    observer: &'a mut dyn Observer<Event>,
    chunk: Blocks,
    pace: Pace,
    /// Sectors read, of the image.
    done: u64,
    unreadable: Vec<(u64, u64)>,
    told: bool,
    owners: Option<Owners>,
}

/// Compares all of it.
///
/// # Errors
/// Nothing was compared.
pub fn run(
    drive: &mut Drive,
    disc: &Disc,
    target: Target,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    let carried = chunk(drive.max_transfer(), disc.unit());
    let pace = Pace::new(disc.curve.clone(), drive.time(), 0, target.start);
    let mut run = Run {
        disc,
        target,
        options,
        observer,
        chunk: carried,
        pace,
        done: 0,
        unreadable: Vec::new(),
        told: false,
        owners: None,
    };
    let mut reader = Reader::new(drive, AGAIN);
    run.past_the_cache(&mut reader)?;
    run.reach(&mut reader)?;
    for _ in 0..RESTARTS {
        let mut comparison = Comparison::start(run.target.expected()?);
        let end = run.pass(&mut reader, &mut comparison);
        let found = comparison.finish();
        if matches!(end, End::OtherDisc) {
            run.anew();
            continue;
        }
        return Ok(run.conclude(&mut reader, end, found));
    }
    let error = Error::new(Kind::Unusable, "the drive reports another disc again and again")
        .hint("leave the tray closed while a disc is verified");
    Ok(run.conclude(&mut reader, End::Trouble(error), Found::default()))
}

impl Run<'_> {
    fn remark(&mut self, text: impl Into<String>) {
        // Whether to stop is asked before every read.
        let _ = self.observer.event(Event::Remark(text.into()));
    }

    /// Has every read come from the disc. A drive that has just written it holds the end of it in
    /// its buffer, and would confirm that.
    fn past_the_cache(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        reader.fua = true;
        let mut sector = [0; SECTOR];
        // Whether it can be read is found out later.
        let _ = reader.attempt(Lba(self.target.start.cast_signed()), &mut sector)?;
        if reader.fua {
            return Ok(());
        }
        // MMC-6 6.42: a stopped drive may lose what its buffer holds.
        let stop = StartStopUnit { motion: Motion::Stop, immediate: false };
        let stopped = reader.drive.run(&stop).is_ok();
        ready::require(reader.drive, Since::Now, &mut |_| ControlFlow::Continue(()))?;
        let buffer = if stopped { "it was spun down to empty its buffer" } else { "nor stops" };
        self.remark(format!("the drive cannot be told to read past its buffer: {buffer}"));
        Ok(())
    }

    /// Whether the disc is as long as the image. One that is not is not asked for each sector that
    /// it does not have.
    fn reach(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let sectors = self.target.sectors();
        let Some(end) = self.disc.end.and_then(|end| end.checked_sub(self.target.start)) else {
            return Ok(());
        };
        if sectors <= end || self.target.open_end.is_some() {
            return Ok(());
        }
        let mut sector = [0; SECTOR];
        let last = Lba((self.target.start + sectors - 1).cast_signed());
        let read = reader.attempt(last, &mut sector)?;
        if read != Attempt::Settled(Outcome::Good) {
            self.target.beyond = end..sectors;
            let missing = sectors - end;
            self.remark(format!(
                "the disc ends before the image does: the last {missing} of {sectors} sectors are \
                 not on it"
            ));
        }
        Ok(())
    }

    /// Forgets all that was found: the disc it was found on may have been another.
    fn anew(&mut self) {
        self.remark("the drive reported another disc: all is read once more");
        (self.done, self.told) = (0, false);
        self.unreadable.clear();
    }

    fn pass(&mut self, reader: &mut Reader<'_>, comparison: &mut Comparison) -> End {
        let end = match self.target.beyond.is_empty() {
            true => self.target.sectors(),
            false => self.target.beyond.start,
        };
        let effort =
            Effort { unit: self.disc.unit().min(self.chunk), retries: self.options.retries };
        let mut at = 0;
        while at < end {
            let first = self.target.start + at;
            let to_boundary = self.chunk.0 - first % self.chunk.0;
            let blocks = to_boundary.min(end - at);
            let Some(mut bytes) = comparison.buffer(blocks as usize * SECTOR) else { break };
            let mut go_on =
                |reader: &mut Reader<'_>| self.progress(reader.drive.time(), first, comparison);
            let got = stretch::read(reader, effort, first, &mut bytes, &mut go_on);
            let missing = match got {
                Ok(Got::Data { missing }) => missing,
                Ok(Got::OtherDisc) => return End::OtherDisc,
                Ok(Got::Stopped) => return End::Stopped,
                Err(error) => return End::Trouble(error),
            };
            let ended = self.put(comparison, at, bytes, &missing);
            at += blocks;
            self.done = u64::from(at);
            if ended {
                break;
            }
        }
        End::Done
    }

    /// Hands over what was read from sector `at` of the image on. True if that was the end of an
    /// image whose size is not known.
    fn put(
        &mut self,
        comparison: &mut Comparison,
        at: u32,
        mut bytes: Vec<u8>,
        missing: &[Range<u32>],
    ) -> bool {
        let start = self.target.start;
        let mut ended = false;
        let mut kept = Vec::new();
        for range in missing {
            let range = u64::from(range.start - start)..u64::from(range.end - start);
            let may_be_over = |end: u64| range.start * SECTOR as u64 >= end;
            if self.target.open_end.is_some_and(may_be_over) {
                // Behind the file system: where the disc ends, and no damage.
                bytes.truncate((range.start - u64::from(at)) as usize * SECTOR);
                ended = true;
                break;
            }
            self.unreadable(range.clone());
            kept.push(range);
        }
        let at = Blocks(at).bytes();
        let left = usize::try_from(self.target.bytes - at).unwrap_or(usize::MAX);
        bytes.truncate(left);
        comparison.put(Piece { at, bytes, missing: kept });
        ended
    }

    fn unreadable(&mut self, range: Range<u64>) {
        let (first, count) = (u64::from(self.target.start) + range.start, range.end - range.start);
        match self.unreadable.last_mut() {
            Some((start, len)) if *start + *len == first => *len += count,
            _ => self.unreadable.push((first, count)),
        }
        let event = Event::Unreadable {
            lba: Lba(i32::try_from(first).unwrap_or(i32::MAX)),
            blocks: Blocks(u32::try_from(count).unwrap_or(u32::MAX)),
        };
        // Whether to stop is asked before every read.
        let _ = self.observer.event(event);
    }

    fn progress(&mut self, now: Duration, next: u32, comparison: &Comparison) -> ControlFlow<()> {
        let total = self.target.sectors();
        let (kbps, left) =
            self.pace.at(now, Blocks(self.done as u32).bytes(), next, self.target.start + total);
        if !self.told
            && let Some((sector, byte)) = comparison.first()
            && self.target.image.is_some()
        {
            self.told = true;
            self.look_up_files(None);
            let place = self.place(sector, byte);
            // Whether to stop is asked just below.
            let _ = self.observer.event(Event::Different(place));
        }
        self.observer.event(Event::Progress(Progress {
            done: self.done,
            different: comparison.different(),
            unreadable: self.unreadable.iter().map(|(_, count)| count).sum(),
            total: u64::from(total),
            kbps,
            left,
        }))
    }
}

impl Run<'_> {
    /// Makes a report of what was found.
    fn conclude(&mut self, reader: &mut Reader<'_>, end: End, found: Found) -> Report {
        let (start, beyond) = (u64::from(self.target.start), self.target.beyond.clone());
        let missing = u64::from(beyond.end - beyond.start);
        let mut ranges: Vec<(u64, u64)> =
            found.ranges.iter().map(|(first, count)| (start + first, *count)).collect();
        if missing > 0 {
            ranges.push((start + u64::from(beyond.start), missing));
        }
        let first = found.first.or((missing > 0).then(|| (u64::from(beyond.start), None)));
        // Of a size that is searched for and not found, what was read last is no image.
        let settled = self.target.open_end.is_none() || found.matched.is_some();
        let reached = matches!(end, End::Done) && missing == 0;
        let all = reached && self.unreadable.is_empty();
        let readback = found.readback.clone().filter(|_| all && settled);
        // An image is read as far as the disc goes: a part of it is not the image.
        let known = reached || !matches!(self.target.against, Against::Image(_));
        let status = self.status(end, &found, readback.as_deref());
        if !ranges.is_empty() || !self.unreadable.is_empty() {
            self.look_up_files(Some(reader.drive));
        }
        let place = first.map(|(sector, byte)| self.place(sector, byte));
        if let (false, Some(place)) = (self.told, &place) {
            // All is over: there is nothing left to stop.
            let _ = self.observer.event(Event::Different(place.clone()));
        }
        let owners = self.owners.take().unwrap_or_default();
        Report {
            status,
            start: self.options.start,
            sectors: found.matched.map_or_else(
                || u64::from(self.target.sectors()),
                |bytes| bytes.div_ceil(SECTOR as u64),
            ),
            compared: found.compared,
            different: found.different + missing,
            files: owners.damaged(&ranges, &self.unreadable),
            different_ranges: ranges,
            unreadable_ranges: std::mem::take(&mut self.unreadable),
            first_different: place,
            readback_sha256: readback,
            expected_sha256: found.expected.filter(|_| known),
            reads: reader.reads,
            failed_reads: reader.failed,
            drive_time: Duration::ZERO,
            elapsed: Duration::ZERO,
            drive: self.disc.drive.clone(),
            medium: self.disc.medium.clone(),
            volume_id: self.disc.files.volume_id().map(String::from),
        }
    }

    fn status(&mut self, end: End, found: &Found, readback: Option<&str>) -> Status {
        match end {
            End::Trouble(error) => return Status::Failed(error),
            End::Stopped => return Status::Interrupted,
            End::Done | End::OtherDisc => {}
        }
        if let Some(error) = &found.trouble {
            return Status::Failed(unreadable(error));
        }
        if found.different > 0 || !self.target.beyond.is_empty() {
            return Status::Different;
        }
        if !self.unreadable.is_empty() {
            return Status::Incomplete;
        }
        let sum = match &self.target.against {
            Against::Image(_) => None,
            Against::Sent(prints) if self.target.bytes < prints.bytes => None,
            Against::Sent(prints) => Some(&prints.sha256),
            Against::Sum { sha256, .. } => Some(sha256),
        };
        if sum.is_some_and(|sum| readback != Some(sum)) {
            self.tell_sizes();
            return Status::Different;
        }
        let sectors = found.matched.unwrap_or(self.target.bytes).div_ceil(SECTOR as u64);
        if found.compared != sectors {
            let compared = found.compared;
            let message = format!("only {compared} of {sectors} sectors were compared");
            return Status::Failed(Error::new(Kind::Failed, message));
        }
        Status::Same
    }

    /// A checksum may differ because its image is of another size.
    fn tell_sizes(&mut self) {
        let Some(least) = self.target.open_end else { return };
        let (least, most) = (least / SECTOR as u64, self.target.sectors());
        self.remark(format!(
            "none of the sizes from {least} to {most} sectors has this checksum; if the image is \
             larger, name its size with --size"
        ));
    }

    /// Finds out which files there are, once: from the image, else from the disc.
    fn look_up_files(&mut self, drive: Option<&mut Drive>) {
        if self.owners.is_some() {
            return;
        }
        let image = self.target.image.as_ref().and_then(|image| image.try_clone().ok());
        self.owners = match (image, drive) {
            (Some(image), _) => Some(Owners::of_image(&mut Image(image), self.target.start)),
            (None, Some(drive)) => Some(Owners::of(&mut DiscSectors::new(drive), &self.disc.files)),
            (None, None) => None,
        };
    }

    /// A sector of the image as a place on the disc.
    fn place(&self, sector: u64, byte: Option<u32>) -> Place {
        let lba = u32::try_from(u64::from(self.target.start) + sector).unwrap_or(u32::MAX);
        let file = self.owners.as_ref().and_then(|owners| owners.of_sector(lba, byte));
        Place { lba: Lba(lba.cast_signed()), byte, file: file.map(String::from) }
    }
}
