//! Carries a rip out: plan, reader and sink in turn, until nothing is left to do or something ends
//! it.

use std::fs::File;
use std::ops::ControlFlow;
use std::ops::Range;
use std::time::Duration;

use super::disc::Disc;
use super::identity::{self, Sameness};
use super::sink::{Finished, Sink, Start};
use super::store::MapStore;
use super::target::{self, Found, Paths};
use super::{AGAIN, Event, Options, Progress, Report, Stage, Status, verify};
use crate::formats::mapfile::{Map, Phase, State, Stretch};
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::reading::eta::Pace;
use crate::jobs::reading::plan::{self, Outcome, Policy, Read};
use crate::jobs::reading::reader::{self, Attempt, Reader};
use crate::mmc::Drive;
use crate::mmc::cmd::read_capacity::ReadCapacity;
use crate::transport::reason;
use crate::units::{Blocks, SECTOR};

/// A rip that is ready to begin.
pub struct Job {
    image: File,
    store: MapStore,
    map: Map,
    policy: Policy,
    paths: Paths,
}

impl Job {
    /// Sectors that an earlier run has read.
    pub fn done(&self) -> u64 {
        self.map.bytes(State::Finished) / SECTOR as u64
    }
}

/// How the reading ended.
enum End {
    Done,
    Interrupted,
    OutOfTime,
    NotWritable,
    Trouble(Error),
}

/// Looks whether the job can begin, and opens its files.
///
/// # Errors
/// It cannot: another disc's map, no room, no file. Nothing was touched then.
pub fn prepare(
    drive: &mut Drive,
    disc: &Disc,
    found: Found,
    paths: &Paths,
    options: &Options,
) -> Result<Job, Error> {
    let chunk = reader::chunk(drive.max_transfer(), disc.unit());
    let policy = Policy {
        // A bridge that carries less than a whole block at once leaves no choice.
        unit: disc.unit().min(chunk),
        chunk,
        extents: disc.extents.clone(),
        retries: options.retries,
        run_out: disc.size.run_out.clone(),
    };
    let whole = Blocks(disc.size.sectors);
    let fresh = matches!(found, Found::Nothing);
    let map = match found {
        Found::Nothing => Map::new(whole.bytes()),
        Found::Map(map) => {
            belongs(&map, whole, paths)?;
            let image = target::open(&paths.output, false)?;
            same_disc(&mut Reader::new(drive, AGAIN), &image, &map, &policy, paths)?;
            map
        }
    };
    target::has_room(&paths.output, Blocks(policy.extents.last().map_or(0, |last| last.end)))?;
    let image = target::open(&paths.output, fresh)?;
    let store = MapStore::create(&paths.map, &map, &options.command_line).map_err(|error| {
        let why = reason(&error);
        Error::new(Kind::Failed, format!("{}: {why}", paths.map.display()))
    })?;
    Ok(Job { image, store, map, policy, paths: paths.clone() })
}

/// A map's size must be the disc's. One that ends where nothing was tried yet may be shorter.
fn belongs(map: &Map, disc: Blocks, paths: &Paths) -> Result<(), Error> {
    if map.size() == disc.bytes() {
        return Ok(());
    }
    let (ours, sectors) = (disc.0, map.size() / SECTOR as u64);
    Err(Error::new(
        Kind::Unusable,
        format!(
            "the map {} is of a disc of {sectors} sectors, the one in the drive has {ours}",
            paths.map.display()
        ),
    )
    .hint("put the disc in with which the rip began, or start over with --restart"))
}

fn same_disc(
    reader: &mut Reader<'_>,
    image: &File,
    map: &Map,
    policy: &Policy,
    paths: &Paths,
) -> Result<(), Error> {
    let shown = paths.output.display();
    let found = identity::compare(image, map, policy, |lba, buffer| {
        Ok::<bool, Error>(reader.attempt(lba, buffer)? == Attempt::Settled(Outcome::Good))
    })?;
    let error = match found {
        Sameness::Same => return Ok(()),
        Sameness::Different(lba) => {
            format!("the disc in the drive is not the one in {shown}: sector {lba} differs")
        }
        Sameness::Unknown => {
            format!("no sector that is in {shown} can be read: it may be another disc")
        }
    };
    Err(Error::new(Kind::Unusable, error)
        .hint("put the disc in with which the rip began, or start over with --restart"))
}

/// Reads, until there is nothing left to read.
///
/// # Errors
/// Nothing was read: the threads could not be started.
pub fn run(
    drive: &mut Drive,
    disc: &Disc,
    job: Job,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Report, Error> {
    let Job { image, store, mut map, policy, paths } = job;
    plan::resume(&mut map);
    let start = Start {
        image: image.try_clone().map_err(|error| trouble(&paths, &error))?,
        store,
        map: map.clone(),
        policy: policy.clone(),
        hashes: &options.hashes,
    };
    let mut sink = Sink::start(start).map_err(|error| trouble(&paths, &error))?;
    let first = disc.extents.first().map_or(0, |extent| extent.start);
    let pace = Pace::new(disc.curve.clone(), drive.time(), map.bytes(State::Finished), first);
    let mut reader = Reader::new(drive, AGAIN);
    let mut run = Run { disc, options, observer, policy, paths, map, pace };
    let end = run.read(&mut reader, &mut sink);
    let finished = sink.finish().map_err(|error| trouble(&run.paths, &error))?;
    run.conclude(reader, end, finished, &image)
}

fn trouble(paths: &Paths, error: &std::io::Error) -> Error {
    let why = reason(error);
    Error::new(Kind::Failed, format!("cannot write {}: {why}", paths.output.display()))
        .hint("make room there or mend the disk; the same command goes on from here")
}

struct Run<'a> {
    disc: &'a Disc,
    options: &'a Options,
    observer: &'a mut dyn Observer<Event>,
    policy: Policy,
    paths: Paths,
    /// The map as it will be when the sink has done all it was given.
    map: Map,
    pace: Pace,
}

impl Run<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, sink: &mut Sink) -> End {
        let started = reader.drive.time();
        while let Some(read) = plan::next(&self.map, &self.policy) {
            if self.progress(reader.drive.time(), &read).is_break() {
                return End::Interrupted;
            }
            let spent = reader.drive.time().saturating_sub(started);
            if self.options.budget.is_some_and(|budget| spent >= budget) {
                return End::OutOfTime;
            }
            let Some(mut buffer) = sink.buffer(read.blocks.0 as usize * SECTOR) else {
                return End::NotWritable;
            };
            match reader.attempt(read.lba, &mut buffer) {
                Ok(Attempt::Settled(outcome)) => {
                    plan::settle(&mut self.map, &self.policy, &read, outcome);
                    if outcome != Outcome::Good {
                        self.unreadable(&read);
                    }
                    sink.put(read, outcome, buffer);
                }
                Ok(Attempt::OtherDisc) => {
                    let checked = self.still_the_disc(reader, sink);
                    if let Err(error) = checked {
                        return End::Trouble(error);
                    }
                }
                Err(error) => return End::Trouble(error),
            }
        }
        End::Done
    }

    /// After a change of disc was reported: goes on only with the disc it was.
    fn still_the_disc(&mut self, reader: &mut Reader<'_>, sink: &mut Sink) -> Result<(), Error> {
        let capacity = reader.drive.query(&ReadCapacity).ok();
        if capacity != self.disc.medium.capacity {
            return Err(Error::new(Kind::Unusable, "another disc was put into the drive")
                .hint("put the one back in with which the rip began; it goes on from here"));
        }
        let image = sink.settled();
        same_disc(reader, image, &self.map, &self.policy, &self.paths)
    }

    /// Tells of a place when it turns out to be bad: not while it is being narrowed down, nor once
    /// more with every retry.
    fn unreadable(&mut self, read: &Read) {
        let found = matches!(read.phase, Phase::Trimming | Phase::Scraping);
        if found && !self.policy.run_out.contains(&read.sectors().start) {
            let event = Event::Unreadable { lba: read.lba, blocks: read.blocks };
            // Whether to stop is asked before every read.
            let _ = self.observer.event(event);
        }
    }

    fn progress(&mut self, now: Duration, read: &Read) -> ControlFlow<()> {
        let stage = match read.phase {
            Phase::Copying => Stage::Reading,
            Phase::Retrying => Stage::Retrying,
            _ => Stage::Narrowing,
        };
        let good = self.map.bytes(State::Finished);
        let end = self.policy.extents.last().map_or(0, |extent| extent.end);
        let (kbps, left) = self.pace.at(now, good, read.sectors().start, end);
        self.observer.event(Event::Progress(Progress {
            stage,
            good: good / SECTOR as u64,
            bad: self.map.bytes(State::Bad) / SECTOR as u64,
            total: self.total(),
            kbps,
            left: left.filter(|_| stage == Stage::Reading),
        }))
    }

    fn total(&self) -> u64 {
        self.policy.extents.iter().map(|extent| u64::from(extent.end - extent.start)).sum()
    }

    /// Makes the image what the report says of it.
    fn conclude(
        mut self,
        mut reader: Reader<'_>,
        end: End,
        finished: Finished,
        image: &File,
    ) -> Result<Report, Error> {
        let Finished { mut map, mut store, hasher, trouble: not_written } = finished;
        self.map = map.clone();
        let mut report = self.tally();
        report.status = match (end, &not_written) {
            (_, Some(error)) => Status::Failed(trouble(&self.paths, error)),
            (End::Trouble(error), _) => Status::Failed(error),
            (End::Interrupted, _) => Status::Interrupted,
            (End::Done, _) if report.bad == 0 && report.untried == 0 => Status::Complete,
            _ => Status::Incomplete,
        };
        let done = matches!(report.status, Status::Complete | Status::Incomplete);
        let paths = self.paths.clone();
        let wrote = |error: std::io::Error| trouble(&paths, &error);
        if done {
            let len = report.sectors * SECTOR as u64;
            image.set_len(len).map_err(wrote)?;
            (map.phase, map.pass, map.position) = (Phase::Finished, 1, len);
            store.save(&map, &[]).map_err(wrote)?;
        }
        if report.status == Status::Complete {
            let len = report.sectors * SECTOR as u64;
            if hasher.is_behind(len) {
                self.tell_hashing(&report);
            }
            report.hashes = hasher.finish(image, len).map_err(wrote)?;
            if self.options.verify {
                self.verify(&mut reader, image, &mut report);
            }
        }
        (report.reads, report.failed_reads) = (reader.reads, reader.failed);
        let whole = self.options.range.is_none();
        if matches!(report.status, Status::Complete | Status::Different) && whole {
            image.sync_all().and_then(|()| store.remove()).map_err(wrote)?;
        } else {
            report.map = Some(self.paths.map.clone());
        }
        Ok(report)
    }

    /// What did not come in order is read back from the image: that may take a while.
    fn tell_hashing(&mut self, report: &Report) {
        let (good, total) = (report.good, self.total());
        let (bad, kbps, left) = (0, None, None);
        let progress = Progress { stage: Stage::Hashing, good, bad, total, kbps, left };
        // The image is complete: there is nothing left to stop.
        let _ = self.observer.event(Event::Progress(progress));
    }

    fn verify(&mut self, reader: &mut Reader<'_>, image: &File, report: &mut Report) {
        let (total, observer) = (self.total(), &mut *self.observer);
        let found = verify::compare(reader, image, &self.map, &self.policy, &mut |done, kbps| {
            observer.event(Event::Progress(Progress {
                stage: Stage::Verifying,
                good: done,
                bad: 0,
                total,
                kbps,
                left: None,
            }))
        });
        match found {
            Ok(None) => report.status = Status::Interrupted,
            Ok(Some(different)) if different.is_empty() => {}
            Ok(Some(different)) => {
                report.different_ranges = different;
                report.status = Status::Different;
            }
            Err(error) => report.status = Status::Failed(error),
        }
    }

    /// Counts what is in the image and what is not.
    fn tally(&self) -> Report {
        let sectors = |range: &Range<u32>| {
            u64::from(range.start) * SECTOR as u64..u64::from(range.end) * SECTOR as u64
        };
        let run_out = &self.policy.run_out;
        // Run-out that cannot be read is no part of the data; run-out that can be, is.
        let ends_before =
            !run_out.is_empty() && self.map.within(sectors(run_out)).any(|s| s.state == State::Bad);
        let mut report = self.disc.report();
        report.sectors = self.policy.extents.last().map_or(0, |extent| u64::from(extent.end));
        if ends_before && self.policy.extents.last() == Some(run_out) {
            report.sectors = u64::from(run_out.start);
        }
        for extent in self.policy.extents.iter().filter(|e| !(ends_before && *e == run_out)) {
            for stretch in self.map.within(sectors(extent)) {
                count(&mut report, &stretch);
            }
        }
        report
    }
}

/// Adds a stretch to the sums, in whole sectors: one that is missing in part is missing.
fn count(report: &mut Report, stretch: &Stretch) {
    const LEN: u64 = SECTOR as u64;
    if stretch.state == State::Finished {
        let first = stretch.start.div_ceil(LEN);
        report.good += (stretch.end() / LEN).saturating_sub(first);
        return;
    }
    let (first, end) = (stretch.start / LEN, stretch.end().div_ceil(LEN));
    if stretch.state == State::NonTried {
        report.untried += end - first;
        return;
    }
    match report.bad_ranges.last_mut() {
        Some((start, count)) if *start + *count >= first => *count = end - *start,
        _ => report.bad_ranges.push((first, end - first)),
    }
    report.bad = report.bad_ranges.iter().map(|(_, count)| count).sum();
}
