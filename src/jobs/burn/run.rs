//! A burn from its first command to its last word: engine, the drive's own account of the disc,
//! reading back. However it ends, the report says what the disc is worth, and the drive is given
//! back as it was, its tray unlocked.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::engine::{Burn, Stop, Tally};
use super::fifo::{self, Room, Tap};
use super::plan::Plan;
use super::preflight::{self, Reading, Whole};
use super::report::{Event, Options, Prepared, Progress, Report, Source, Stage, Status, Worth};
use super::state::State;
use super::truth::{self, Sent, Truth};
use super::worth::{Known, Reached, worth};
use super::{ready, resume};
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::verify::{self, Against};
use crate::mmc::Drive;
use crate::mmc::settings::Outcome;
use crate::transport::reason;
use crate::units::{Blocks, Family, Lba, SECTOR};

/// Kept in memory although it was sent, of a drive that does not tell the size of its buffer.
const BEHIND: usize = 8 << 20;
/// Times that it is tried to give a drive back that is in trouble.
const GIVE_BACK_TRIES: u32 = 5;
/// How often a sector that does not read is tried again before the burn counts as failed: a reader
/// elsewhere will not try harder.
const RETRIES: u32 = 1;

/// Burns what was prepared. What goes wrong is in the report, beside what the disc is worth then.
pub fn carry_out(
    drive: &mut Drive,
    prepared: &Prepared,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Report {
    let ready = examine(options, observer).and_then(|whole| {
        let taps = taps(&options.source, options.fifo, &[prepared]);
        taps.map(|taps| (whole, taps)).map_err(Stop::Failed)
    });
    match ready {
        Ok((whole, mut taps)) => {
            let report = carry_out_from(drive, prepared, options, taps.remove(0), observer);
            held_against(report, whole.as_ref())
        }
        Err(stop) => without_burn(prepared, status_of(stop, &Worth::Untouched), Worth::Untouched),
    }
}

/// Reads the image to its end, if that was asked for and can be.
pub(super) fn examine(
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Option<Whole>, Stop> {
    let (Source::File { path, bytes }, true) = (&options.source, options.read_first) else {
        return Ok(None);
    };
    let begun = Instant::now();
    let read = preflight::read_through(path, *bytes, &mut |done| {
        observer.event(Event::Progress(examined(done, *bytes, begun.elapsed())))
    });
    match read {
        Reading::Whole(whole) => Ok(Some(whole)),
        Reading::Stopped => Err(Stop::Interrupted),
        Reading::Failed(finding) => Err(Stop::Failed(finding.into())),
    }
}

fn examined(done: u64, bytes: u64, took: Duration) -> Progress {
    let rate = done as f64 / 1000.0 / took.as_secs_f64();
    let kbps = (rate.is_finite() && rate > 0.0).then_some(rate);
    let left = kbps.map(|kbps| (bytes - done) as f64 / 1000.0 / kbps);
    Progress {
        stage: Stage::Examining,
        done: done / SECTOR as u64,
        total: bytes.div_ceil(SECTOR as u64),
        kbps,
        kbps_average: kbps,
        left: left.and_then(|left| Duration::try_from_secs_f64(left).ok()),
        fifo_percent: 0,
        buffer_percent: None,
        underruns: 0,
        retries: 0,
    }
}

/// The report of a burn, once what was sent is known to be what was read before.
pub(super) fn held_against(mut report: Report, whole: Option<&Whole>) -> Report {
    let (Some(whole), Some(sent)) = (whole, &report.image_sha256) else { return report };
    if let Some(what) = whole.differs(sent) {
        let error = Error::new(Kind::AfterDisc, what)
            .hint("burn it once more when nothing writes to the image");
        report.status = Status::Failed(error);
        report.worth = Worth::Different;
    }
    report
}

/// The report of a burn that has none of its own.
pub(super) fn without_burn(prepared: &Prepared, status: Status, worth: Worth) -> Report {
    let facts = Facts {
        prepared,
        remarks: Vec::new(),
        drive_time: Duration::ZERO,
        elapsed: Duration::ZERO,
    };
    facts.report(prepared.plan.clone(), None, status, worth)
}

/// The image, for each of several drives.
///
/// # Errors
/// It cannot be opened.
pub(super) fn taps(
    source: &Source,
    capacity: Option<usize>,
    drives: &[&Prepared],
) -> Result<Vec<Tap>, Error> {
    let failed = |error: std::io::Error| {
        let why = reason(&error);
        let name = match source {
            Source::File { path, .. } => path.display().to_string(),
            Source::Stream { .. } => "standard input".into(),
        };
        Error::new(Kind::BeforeDisc, format!("cannot read {name}: {why}"))
    };
    // Twice what a drive has in its buffer: some have more than they tell.
    let behind = drives.iter().map(|prepared| {
        prepared.drive.buffer_kib.map_or(BEHIND, |kib| usize::from(kib) * 2048).max(BEHIND)
    });
    let behind = behind.max().unwrap_or(BEHIND);
    let fastest = drives.iter().filter_map(|prepared| prepared.plan.rate).max();
    let usual = Room::usual(fastest, behind);
    let room = capacity.map_or(usual, |capacity| Room { capacity, behind });
    source.open().and_then(|input| fifo::start(input, room, drives.len())).map_err(failed)
}

/// The same with an image that others take from as well.
pub(super) fn carry_out_from(
    drive: &mut Drive,
    prepared: &Prepared,
    options: &Options,
    tap: Tap,
    observer: &mut dyn Observer<Event>,
) -> Report {
    let mut job = Job::new(drive, prepared, options, observer);
    let report = job.run(tap);
    give_back(job.drive);
    Report { drive_time: job.drive_time(), ..report }
}

/// Given back as it was, however it ended; a drive that is gone needs nothing. A tray that stays
/// locked is what people remember of a burner: it is not left at one try.
fn give_back(drive: &mut Drive) {
    for _ in 0..GIVE_BACK_TRIES {
        if drive.restore().is_ok() || drive.is_gone() {
            return;
        }
        drive.wait(Duration::from_millis(500));
    }
}

struct Job<'a> {
    drive: &'a mut Drive,
    prepared: &'a Prepared,
    options: &'a Options,
    observer: &'a mut dyn Observer<Event>,
    begun: (Duration, Instant),
    remarks: Vec<String>,
}

/// What the engine leaves behind.
struct Done {
    plan: Plan,
    tally: Tally,
    tap: Tap,
}

impl<'a> Job<'a> {
    fn new(
        drive: &'a mut Drive,
        prepared: &'a Prepared,
        options: &'a Options,
        observer: &'a mut dyn Observer<Event>,
    ) -> Job<'a> {
        let begun = (drive.time(), Instant::now());
        Job { drive, prepared, options, observer, begun, remarks: Vec::new() }
    }

    fn drive_time(&self) -> Duration {
        self.drive.time().saturating_sub(self.begun.0)
    }

    /// Where block 0 of the image is, or will be.
    fn start(&self) -> Lba {
        self.prepared.resume.map_or(self.prepared.plan.start, |resume| resume.start)
    }

    fn run(&mut self, mut tap: Tap) -> Report {
        self.lock();
        let mut stop = self.tell_start();
        let plan = match self.settle_plan(&mut tap, &mut stop) {
            Ok(plan) => plan,
            Err(stop) => {
                let status = status_of(stop, &Worth::Untouched);
                return self.report(self.prepared.plan.clone(), None, status, Worth::Untouched);
            }
        };
        let burn = Burn::new(self.drive, self.prepared, &plan, tap, self.observer);
        let (tally, tap, stop) = burn.run();
        let done = Done { plan, tally, tap };
        match stop {
            None if done.plan.salvages => self.salvaged(done),
            Some(stop) => self.broken_off(done, stop),
            None => self.written(done),
        }
    }

    fn lock(&mut self) {
        let why = match self.drive.lock_tray() {
            Ok(Outcome::Done | Outcome::Ignored) => return,
            Ok(Outcome::Rejected(error)) | Err(error) => error.to_string(),
            Ok(Outcome::NotPermitted) => "the kernel does not let this user do so".into(),
        };
        self.remarks.push(format!("the tray could not be locked: {why}"));
    }

    /// Whether the user wants to stop already.
    fn tell_start(&mut self) -> bool {
        let Prepared { plan, disc, .. } = self.prepared;
        let started = Event::Started {
            sectors: plan.image,
            family: disc.family().unwrap_or(Family::Dvd),
            kind: plan.kind.name().into(),
            mode: plan.mode.clone(),
            requested: plan.rate,
        };
        let mut stop = self.observer.event(started).is_break();
        for remark in &self.remarks {
            stop |= self.observer.event(Event::Remark(remark.clone())).is_break();
        }
        stop
    }

    /// The plan; of a burn that is gone on with, once it is known how much of the image is there.
    fn settle_plan(&mut self, tap: &mut Tap, stop: &mut bool) -> Result<Plan, Stop> {
        if *stop {
            return Err(Stop::Interrupted);
        }
        let Some(resume) = self.prepared.resume else { return Ok(self.prepared.plan.clone()) };
        let image = ready::image(self.options).map_err(Stop::Failed)?;
        // What is compared is taken from the image already.
        tap.wait_ready(Duration::ZERO);
        let overwritable = self.prepared.disc.kind.is_overwritable();
        let compared = resume::Compared { resume, image: &image, overwritable };
        let observer = &mut *self.observer;
        let done = resume::compare(self.drive, tap, &compared, &mut |progress| match observer
            .event(Event::Progress(progress))
        {
            ControlFlow::Break(()) => Err(Stop::Interrupted),
            ControlFlow::Continue(()) => Ok(()),
        })?;
        if done > Blocks(0) && self.observer.event(Event::GoingOn(done)).is_break() {
            return Err(Stop::Interrupted);
        }
        let plan = ready::replan(self.prepared, self.options, done).map_err(Stop::Failed)?;
        // Behind what was compared and agrees; less, where an ECC block agrees in part.
        let skip = plan.write().map(|write| write.skip);
        if let Some(skip) = skip
            && !tap.go_back(skip.bytes())
        {
            let error = "the image cannot be turned back to where it is to be gone on with";
            return Err(Stop::Failed(Error::new(Kind::Failed, error)));
        }
        Ok(plan)
    }

    /// The burn ended before its end: what is the disc worth?
    fn broken_off(&mut self, done: Done, stop: Stop) -> Report {
        let worth = self.worth(&done.plan, done.tally.reached);
        let status = status_of(stop, &worth);
        self.report(done.plan.clone(), Some(done), status, worth)
    }

    /// What there was of a burn is closed. That is not what was asked for.
    fn salvaged(&mut self, done: Done) -> Report {
        let worth = self.worth(&done.plan, done.tally.reached);
        let message = "the burn that broke off could not be gone on with, for the drive does not \
                       tell where; what there was of it is closed";
        let error = Error::new(Kind::AfterDisc, message);
        let error = error.hint(match worth {
            Worth::Wasted { .. } => "the image can be burnt behind it, or on another disc",
            _ => "burn the image on another disc",
        });
        self.report(done.plan.clone(), Some(done), Status::Failed(error), worth)
    }

    fn worth(&mut self, plan: &Plan, reached: Reached) -> Worth {
        let asked = reached > Reached::Nothing;
        let now = asked.then(|| self.ask());
        worth(&self.known(plan, reached, now.as_ref()))
    }

    fn known<'b>(&self, plan: &'b Plan, reached: Reached, now: Option<&'b State>) -> Known<'b> {
        Known {
            plan,
            start: self.start(),
            resumed: self.prepared.resume.is_some(),
            status_before: self.prepared.disc.status,
            nwa_before: self.prepared.disc.nwa,
            reached,
            now,
        }
    }

    fn ask(&mut self) -> State {
        let cd = self.prepared.disc.family() == Some(Family::Cd);
        State::ask(self.drive, self.start(), cd)
    }

    /// Every command was called good. Now the disc has its say.
    fn written(&mut self, mut done: Done) -> Report {
        let _ = self.observer.event(checking());
        let mut now = self.ask();
        if let Some(error) = self.drive.take_deferred() {
            // Some of what it had taken did not get to the disc after all.
            done.tally.reached = Reached::Taken;
            return self.broken_off(done, Stop::from(&error));
        }
        let mut truth = truth::compare(&self.sent(&done), &now);
        if !truth.lies.is_empty() {
            // Before a drive is called a liar, it is asked once more.
            self.drive.wait(Duration::from_secs(1));
            now = self.ask();
            truth = truth::compare(&self.sent(&done), &now);
        }
        let Truth { closed, short, mut lies, doubts, remarks } = truth;
        self.remarks.extend(remarks);
        let doubted = !doubts.is_empty();
        if done.plan.simulated {
            lies.extend(doubts);
        } else {
            self.remarks.extend(doubts.into_iter().map(until_read_back));
        }
        if !lies.is_empty() {
            let whole = closed == Some(false) && !short;
            let reached = if whole { Reached::Flushed } else { Reached::Taken };
            let worth = match worth(&self.known(&done.plan, reached, Some(&now))) {
                Worth::Written { .. } => Worth::Different,
                other => other,
            };
            let error = Error::new(
                Kind::AfterDisc,
                format!("the drive called the burn good, but {}", lies.join("; ")),
            )
            .hint("do not rely on this disc; `oxidisc verify` shows what is on it");
            let status = status_of(Stop::Failed(error), &worth);
            return self.report(done.plan.clone(), Some(done), status, worth);
        }
        let written = Worth::Written { closed: closed.unwrap_or(done.plan.closes) };
        let (status, worth) = if done.plan.simulated {
            (Status::Simulated, Worth::Untouched)
        } else if done.tally.stop {
            (Status::Interrupted, written)
        } else {
            (Status::Written, written)
        };
        let verify = status == Status::Written && (self.options.verify || doubted);
        let verified = verify.then(|| self.verify(&done));
        let mut report = self.report(done.plan.clone(), Some(done), status, worth);
        report.closed = closed;
        match verified {
            Some(verified) => judged(report, verified),
            None => report,
        }
    }

    fn sent<'b>(&self, done: &'b Done) -> Sent<'b> {
        Sent {
            plan: &done.plan,
            start: self.start(),
            family: self.prepared.disc.family().unwrap_or(Family::Dvd),
            sectors: done.tally.sent,
            took: done.tally.drive_took.max(done.tally.wall_took),
        }
    }

    fn verify(&mut self, done: &Done) -> Result<verify::Report, Error> {
        let against = match (&self.options.source, done.tap.prints()) {
            (Source::File { path, .. }, _) => Against::Image(path.clone()),
            (Source::Stream { .. }, Some(prints)) => Against::Sent(prints),
            (Source::Stream { .. }, None) => {
                return Err(Error::new(Kind::Failed, "the image was not read to its end"));
            }
        };
        let options = verify::Options {
            against,
            start: self.start(),
            most: Some(done.plan.image),
            speed: None,
            retries: RETRIES,
        };
        let observer = &mut *self.observer;
        let mut passing = |event: verify::Event| observer.event(Event::Verify(event));
        verify::verify(self.drive, &options, &mut passing)
    }

    fn report(&mut self, plan: Plan, done: Option<Done>, status: Status, worth: Worth) -> Report {
        let facts = Facts {
            prepared: self.prepared,
            remarks: std::mem::take(&mut self.remarks),
            drive_time: self.drive_time(),
            elapsed: self.begun.1.elapsed(),
        };
        facts.report(plan, done, status, worth)
    }
}

/// What a report has that is not of the engine.
struct Facts<'a> {
    prepared: &'a Prepared,
    remarks: Vec<String>,
    drive_time: Duration,
    elapsed: Duration,
}

impl Facts<'_> {
    fn report(self, plan: Plan, done: Option<Done>, status: Status, worth: Worth) -> Report {
        let Facts { prepared, mut remarks, drive_time, elapsed } = self;
        let tally = done.as_ref().map(|done| &done.tally);
        remarks.extend(tally.iter().flat_map(|tally| tally.remarks.iter().cloned()));
        Report {
            status,
            worth,
            sectors: u64::from(plan.image.0),
            written: tally.map_or(0, |tally| tally.written),
            closed: None,
            granted: tally.and_then(|tally| tally.granted),
            kbps_average: tally.and_then(|tally| tally.steady.kbps()),
            underruns: tally.map_or(0, |tally| tally.buffer.underruns),
            buffer_min_percent: tally.and_then(|tally| tally.buffer.min_percent),
            retries: tally.map_or(0, |tally| tally.retries),
            buffer_full: tally.map_or(0, |tally| tally.buffer.full_count),
            stalls: done.as_ref().map(|done| done.tap.stalls()).unwrap_or_default(),
            image_sha256: done
                .as_ref()
                .and_then(|done| done.tap.prints())
                .map(|prints| prints.sha256.clone()),
            readback_sha256: None,
            verify: None,
            remarks,
            drive_time,
            elapsed,
            drive: prepared.drive.clone(),
            medium: prepared.medium.clone(),
            plan,
        }
    }
}

fn until_read_back(doubt: String) -> String {
    format!("{doubt}: only what is read back from it is believed")
}

fn checking() -> Event {
    let stage = super::report::Stage::Checking;
    Event::Busy { stage, elapsed: Duration::ZERO, progress: None }
}

/// How a burn ended, with the kind of failure that the disc's state makes of it.
pub(super) fn status_of(stop: Stop, worth: &Worth) -> Status {
    match stop {
        Stop::Interrupted => Status::Interrupted,
        Stop::Failed(error) => {
            let kind = if *worth == Worth::Untouched { Kind::BeforeDisc } else { Kind::AfterDisc };
            Status::Failed(Error { kind, ..error })
        }
    }
}

/// What reading back makes of a burn.
fn judged(mut report: Report, verified: Result<verify::Report, Error>) -> Report {
    let closed = matches!(report.worth, Worth::Written { closed: true });
    let failed = |error: Error| {
        let message = format!("the disc is written, but could not be read back: {error}");
        Status::Failed(Error { kind: Kind::AfterDisc, message, ..error })
    };
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => {
            report.status = failed(error);
            return report;
        }
    };
    let sent = report.image_sha256.as_ref();
    let as_sent = sent.is_some() && verified.readback_sha256.as_ref() == sent;
    (report.status, report.worth) = match &verified.status {
        verify::Status::Different if as_sent && verified.expected_sha256.as_ref() != sent => {
            report.remarks.push(
                "the image has changed since it was sent: the disc holds it as it was then".into(),
            );
            (Status::Verified, Worth::Verified { closed })
        }
        verify::Status::Same => (Status::Verified, Worth::Verified { closed }),
        verify::Status::Different => (Status::Mismatch, Worth::Different),
        verify::Status::Incomplete => {
            (Status::Mismatch, Worth::Unreadable { sectors: verified.unreadable() })
        }
        verify::Status::Interrupted => (Status::Interrupted, report.worth),
        verify::Status::Failed(error) => (failed(error.clone()), report.worth),
    };
    report.readback_sha256.clone_from(&verified.readback_sha256);
    report.verify = Some(Box::new(verified));
    report
}
