//! The writing itself: chunk after chunk from the image to the drive, until the drive says that all
//! of it is on the disc.

use std::time::{Duration, Instant};

use super::reconcile::{Next, Trouble};
use super::{BUSY_MAX, Burn, LOST_MAX, Noticed, Out, Stop};
use crate::jobs::burn::fifo::{SourceError, Take};
use crate::jobs::burn::plan::{Chunk, Step, Write};
use crate::jobs::burn::report::{Event, Progress, Stage};
use crate::jobs::burn::worth::Reached;
use crate::jobs::judge::{Verdict, judge};
use crate::jobs::long::{quietly, wait_done};
use crate::jobs::reading::eta::Pace;
use crate::mmc::CommandError;
use crate::mmc::cmd::synchronize_cache::SynchronizeCache;
use crate::units::{Blocks, Lba, SECTOR};

/// How long the image is waited for before the user is asked whether to stop.
const PATIENCE: Duration = Duration::from_millis(200);
/// Pauses before a write is sent again that the drive's buffer was too full for (libburn's).
const PAUSE_STEP: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(25);
/// The longest that room in the drive's buffer is waited for before asking: on a slow disc a
/// quarter of it takes seconds.
const ROOM_MAX: Duration = Duration::from_millis(100);
/// Drive time between two looks at whether the user wants to stop, while one write is repeated.
const LOOK: Duration = Duration::from_millis(500);
/// Times that the drive is not ready for one and the same write.
const BUSY_TIMES: u32 = 20;

/// A write that is under way.
struct Sending<'a> {
    write: &'a Write,
    /// Writes that were lost, one after another.
    losses: u32,
    pace: Pace,
}

impl Burn<'_> {
    /// Reads ahead as far as there is room: a drive that has begun wants to be fed.
    pub(super) fn fill(&mut self) -> Result<(), Stop> {
        while !self.tap.wait_full(PATIENCE) {
            let fill = self.tap.fill();
            self.out.tell(Event::Progress(Progress {
                stage: Stage::Filling,
                done: fill.bytes as u64 / SECTOR as u64,
                total: fill.capacity as u64 / SECTOR as u64,
                kbps: None,
                kbps_average: None,
                left: None,
                fifo_percent: fill.percent(),
                buffer_percent: None,
                underruns: 0,
                retries: 0,
            }));
            self.out.checkpoint()?;
        }
        Ok(())
    }

    /// Waits for the other drives that take the same image, so that none of them is formatting,
    /// say, while this one writes and gets nothing more.
    fn wait_for_others(&mut self) -> Result<(), Stop> {
        let begun = Instant::now();
        while !self.tap.wait_ready(PATIENCE) {
            let (stage, elapsed) = (Stage::Preparing, begun.elapsed());
            self.out.tell(Event::Busy { stage, elapsed, progress: None });
            self.out.checkpoint()?;
        }
        Ok(())
    }

    pub(super) fn write(&mut self, write: &Write) -> Result<(), Stop> {
        self.wait_for_others()?;
        let out = &mut self.out;
        out.reach(Reached::Prepared);
        // What is told up to here is not of this write.
        drop(out.drive.take_deferred());
        out.tally.written = u64::from(write.skip.0);
        out.tally.began.get_or_insert((out.drive.time(), Instant::now()));
        self.write_from(write, write.start)?;
        self.end_of_image()?;
        self.out.reach(Reached::Taken);
        Ok(())
    }

    fn write_from(&mut self, write: &Write, from: Lba) -> Result<(), Stop> {
        let first = u32::try_from(write.start.0).unwrap_or(0);
        let pace = Pace::new(self.out.curve(), self.out.drive.time(), 0, first);
        let mut sending = Sending { write, losses: 0, pace };
        let mut at = from;
        while let Some(chunk) = write.chunk_at(at) {
            self.out.progress(&mut sending, at, self.tap.fill().percent());
            self.out.late()?;
            self.out.checkpoint()?;
            let next = self.chunk(&mut sending, &chunk)?;
            at = self.go_on(write, next, Some(&chunk))?;
            self.out.tally.written = image_blocks(write, at);
        }
        Ok(())
    }

    /// The address to go on at; the image is turned back where that is not behind what was sent
    /// last.
    fn go_on(&mut self, write: &Write, next: Next, sent: Option<&Chunk>) -> Result<Lba, Stop> {
        let lost = || {
            Stop::because("the drive has lost more than is still in memory")
                .hint("burn it again; a larger --fifo keeps more")
        };
        let at = match next {
            Next::At(at) => at,
            Next::Back => {
                let last = sent.map_or(write.end(), |chunk| chunk.lba);
                let at = self.oldest(write).min(last);
                let kept = Blocks(u32::try_from(last - at).unwrap_or(0)).bytes();
                let buffer = u64::from(self.out.prepared.drive.buffer_kib.unwrap_or(0)) * 1024;
                if at > write.image_start() && kept < buffer {
                    return Err(lost());
                }
                at
            }
        };
        let expected = sent.map_or(write.end(), Chunk::end);
        if at == expected {
            return Ok(at);
        }
        let blocks = u32::try_from(at - write.image_start()).unwrap_or(0).min(write.image.0);
        if !self.tap.go_back(Blocks(write.skip.0 + blocks).bytes()) {
            return Err(lost());
        }
        Ok(at)
    }

    /// The first address, at the beginning of a chunk, of which the image is still in memory.
    fn oldest(&self, write: &Write) -> Lba {
        let block = self.tap.oldest().div_ceil(SECTOR as u64);
        let block = u32::try_from(block).unwrap_or(u32::MAX).saturating_sub(write.skip.0);
        let chunk = write.chunk.0.max(1);
        write.image_start() + Blocks(block.div_ceil(chunk).saturating_mul(chunk))
    }

    /// Sends one chunk, and brings where to go on.
    fn chunk(&mut self, sending: &mut Sending<'_>, chunk: &Chunk) -> Result<Next, Stop> {
        let bytes = chunk.image.bytes() as usize;
        let all = chunk.blocks().bytes() as usize;
        if bytes == 0 {
            self.scratch.clear();
            self.scratch.resize(all, 0);
            return self.out.send_chunk(sending, chunk, &self.scratch);
        }
        let mut stalled = false;
        loop {
            let Burn { tap, scratch, out } = self;
            match tap.take(bytes, PATIENCE)? {
                Take::Bytes(data) => {
                    if std::mem::take(&mut stalled) {
                        out.tally.buffer.ask(out.drive, true);
                    }
                    if data.len() == all {
                        return out.send_chunk(sending, chunk, data);
                    }
                    // The end of the image: zeros fill up the last sector and what is written at
                    // once.
                    scratch.clear();
                    scratch.resize(chunk.lead.bytes() as usize, 0);
                    scratch.extend_from_slice(data);
                    scratch.resize(all, 0);
                    return out.send_chunk(sending, chunk, scratch);
                }
                Take::Waiting => {
                    stalled = true;
                    out.progress(sending, chunk.lba, 0);
                    out.checkpoint()?;
                }
                Take::End => return Err(SourceError::Broken.into()),
            }
        }
    }

    /// After the last of the image has come, whether it was the last: what goes on, or has changed
    /// meanwhile, is not what was to be burnt.
    pub(super) fn end_of_image(&mut self) -> Result<(), Stop> {
        loop {
            match self.tap.take(SECTOR, PATIENCE)? {
                Take::End => return Ok(()),
                Take::Waiting => self.out.checkpoint()?,
                Take::Bytes(_) => return Err(SourceError::Broken.into()),
            }
        }
    }

    /// SYNCHRONIZE CACHE. What the drive loses of its buffer in a reset meanwhile is sent again.
    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        let mut losses = 0;
        loop {
            let flushed = self.out.flush_once();
            let noticed = self.out.noticed();
            let error = match flushed {
                Ok(()) if !noticed.reset => break,
                Ok(()) => None,
                Err(error) if judge(&error) == Verdict::Lost || noticed.reset => Some(error),
                Err(error) => return Err(error.into()),
            };
            losses += 1;
            let write = self.out.plan.write().copied();
            if let Some(write) = write.filter(|_| self.out.tally.reached >= Reached::Taken) {
                let trouble = Trouble { error: error.as_ref(), noticed, losses };
                let next = self.out.reconcile(&write, None, &trouble)?;
                let at = self.go_on(&write, next, None)?;
                self.write_from(&write, at)?;
                self.end_of_image()?;
            } else if losses <= LOST_MAX {
                // Of a format, or of what an earlier run wrote: nothing of this one is in it.
                let later = self.out.settle(Stage::Flushing)?;
                if noticed.reset && !later.reset {
                    self.out.drive.reapply()?;
                    drop(self.out.drive.take_attentions());
                }
                if noticed.reset || later.reset {
                    self.out.restart_format()?;
                }
            } else {
                return Err(error.map_or_else(Stop::reset_over_and_over, Stop::from));
            }
        }
        let out = &mut self.out;
        if let Some((drive, wall)) = out.tally.began {
            out.tally.drive_took = out.drive.time().saturating_sub(drive);
            out.tally.wall_took = wall.elapsed();
        }
        // A format is flushed as well, before anything is written.
        if out.tally.reached >= Reached::Taken || out.plan.write().is_none() {
            out.reach(Reached::Flushed);
        }
        Ok(())
    }
}

/// Sectors of the image before an address.
fn image_blocks(write: &Write, at: Lba) -> u64 {
    let done = u32::try_from(at - write.image_start()).unwrap_or(0).min(write.image.0);
    u64::from(write.skip.0) + u64::from(done)
}

impl Out<'_> {
    fn progress(&mut self, sending: &mut Sending<'_>, at: Lba, fifo_percent: u8) {
        let write = sending.write;
        let now = self.drive.time();
        self.tally.buffer.ask(self.drive, false);
        let done = u32::try_from(at - write.start).unwrap_or(0);
        let bytes = Blocks(done).bytes();
        let sector = |lba: Lba| u32::try_from(lba.0).unwrap_or(0);
        let (kbps, left) = sending.pace.at(now, bytes, sector(at), sector(write.end()));
        self.tell(Event::Progress(Progress {
            stage: Stage::Writing,
            done: image_blocks(write, at),
            total: u64::from(write.skip.0) + u64::from(write.image.0),
            kbps,
            kbps_average: self.tally.steady.kbps(),
            left,
            fifo_percent,
            buffer_percent: self.tally.buffer.percent,
            underruns: self.tally.buffer.underruns,
            retries: self.tally.retries,
        }));
    }

    /// Sends a chunk until the drive has taken it, and brings where to go on.
    fn send_chunk(
        &mut self,
        sending: &mut Sending<'_>,
        chunk: &Chunk,
        data: &[u8],
    ) -> Result<Next, Stop> {
        let command = sending.write.command(chunk);
        let mut repeats = Repeats::new(self.drive.time());
        loop {
            self.reach(Reached::Writing);
            let result = command.write(self.drive, data);
            let noticed = self.noticed();
            let error = match result {
                Ok(done)
                    if done.transferred == data.len() && !noticed.reset && !noticed.changed =>
                {
                    if let Some(remark) = done.remark {
                        self.remark_once(format!("the drive remarks: {remark}"));
                    }
                    sending.losses = 0;
                    self.tally.sent += u64::from(chunk.blocks().0);
                    self.tally.buffer.took(data.len());
                    if self.tally.buffer.has_been_full() {
                        self.tally.steady.note(self.drive.time(), self.tally.sent);
                    }
                    return Ok(Next::At(chunk.end()));
                }
                // It said yes, and did not take all of it, or took it after a reset.
                Ok(_) => None,
                Err(error) => Some(error),
            };
            let of_error = error.as_ref().filter(|_| noticed == Noticed::default());
            let Some(error) = of_error else {
                return self.lost(sending, chunk, error.as_ref(), noticed);
            };
            match judge(error) {
                Verdict::Full => self.pause(&mut repeats, error)?,
                Verdict::Busy => self.wait_to_write(&mut repeats, error)?,
                Verdict::Sequence => {
                    self.flush_once().map_err(|_| Stop::from(error))?;
                    return self.lost(sending, chunk, Some(error), noticed);
                }
                Verdict::Address | Verdict::Lost => {
                    return self.lost(sending, chunk, Some(error), noticed);
                }
                Verdict::Gone | Verdict::NoDisc | Verdict::Fatal => return Err(error.into()),
            }
        }
    }

    fn lost(
        &mut self,
        sending: &mut Sending<'_>,
        chunk: &Chunk,
        error: Option<&CommandError>,
        noticed: Noticed,
    ) -> Result<Next, Stop> {
        sending.losses += 1;
        let trouble = Trouble { error, noticed, losses: sending.losses };
        self.reconcile(sending.write, Some(chunk), &trouble)
    }

    /// The drive's buffer is full, or the drive busy with another command: a moment later, then.
    fn pause(&mut self, repeats: &mut Repeats, error: &CommandError) -> Result<(), Stop> {
        if error.triple().is_some() {
            self.tally.buffer.is_full();
        }
        let now = self.drive.time();
        if now.saturating_sub(repeats.begun) >= BUSY_MAX {
            return Err(error.into());
        }
        if now.saturating_sub(repeats.looked) >= LOOK {
            repeats.looked = now;
            let (stage, elapsed) = (Stage::Writing, now.saturating_sub(repeats.begun));
            self.tell(Event::Busy { stage, elapsed, progress: None });
            // Nothing of this write was taken: the end of the one before is a clean point.
            self.checkpoint()?;
        }
        let room = self.tally.granted.and_then(|rate| self.tally.buffer.quarter(rate));
        let first = room.filter(|_| repeats.first).map(|room| room.min(ROOM_MAX));
        self.drive.wait(first.unwrap_or_default().max(repeats.pause));
        repeats.first = false;
        repeats.pause = (repeats.pause + PAUSE_STEP).min(PAUSE_MAX);
        Ok(())
    }

    /// The drive is at something else first.
    fn wait_to_write(&mut self, repeats: &mut Repeats, error: &CommandError) -> Result<(), Stop> {
        repeats.busy += 1;
        let spent = self.drive.time().saturating_sub(repeats.begun);
        if repeats.busy > BUSY_TIMES || spent >= BUSY_MAX {
            return Err(error.into());
        }
        self.wait(BUSY_MAX, Stage::Writing)?;
        self.checkpoint()?;
        self.drive.wait(PAUSE_MAX);
        Ok(())
    }

    /// Flushes, and waits until that is done.
    fn flush_once(&mut self) -> Result<(), CommandError> {
        let limit = Step::FLUSH.waits().unwrap_or(BUSY_MAX);
        let begun = self.drive.time();
        let mut immediate = !self.prepared.disc.can.flush_without_immed;
        while let Err(error) = self.drive.run(&SynchronizeCache { immediate }) {
            let elapsed = self.drive.time().saturating_sub(begun);
            match judge(&error) {
                Verdict::Full | Verdict::Busy if elapsed < limit => {
                    self.tell(Event::Busy { stage: Stage::Flushing, elapsed, progress: None });
                    self.drive.wait(LOOK);
                }
                // It knows no IMMED.
                _ if immediate && error.triple() == Some((5, 0x24, 0x00)) => immediate = false,
                _ => return Err(error),
            }
        }
        self.wait(limit, Stage::Flushing)
    }

    /// After a burn that ended in the middle: what the drive has taken goes to the disc, so that
    /// the disc can be gone on with. What does not work here cannot make it worse.
    pub(super) fn salvage(&mut self) {
        for last in [false, false, true] {
            if self.drive.is_gone() {
                return;
            }
            let ready = wait_done(self.drive, BUSY_MAX, &mut quietly);
            match ready.and_then(|_| self.flush_once()) {
                Ok(()) => return,
                Err(error) if last => self
                    .remark(format!("what the drive had taken could not all be written: {error}")),
                Err(_) => {}
            }
        }
    }

    fn remark_once(&mut self, remark: String) {
        if !self.tally.remarks.contains(&remark) {
            self.remark(remark);
        }
    }
}

/// How often one and the same write was sent, and why.
struct Repeats {
    begun: Duration,
    looked: Duration,
    pause: Duration,
    /// It was not yet sent again.
    first: bool,
    busy: u32,
}

impl Repeats {
    fn new(now: Duration) -> Repeats {
        Repeats { begun: now, looked: now, pause: PAUSE_STEP, first: true, busy: 0 }
    }
}
