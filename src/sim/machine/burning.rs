//! The drive writes: the host's blocks go into the buffer at the speed of the bus and from there on
//! to the disc at the speed of the laser, which stops where the buffer runs dry. What is in the
//! buffer and not on the disc is lost with the power. Knows no command's bytes.

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::{Busy, Machine, with_rules};
use crate::sim::cache::{Entry, Run, WriteCache};
use crate::sim::landing;
use crate::sim::medium::rules::WriteOrder;
use crate::sim::medium::{Medium, Track};
use crate::sim::persona::FullBuffer;
use crate::sim::refusal::{L_EC_UNCORRECTABLE, RECOVERED_WITH_RETRIES, Refusal};
use crate::sim::timing::{Curve, ReadOrder, WriteRate};
use crate::sim::write_speeds;
use crate::units::Family;

/// 2/04/08: long write in progress.
const LONG_WRITE: Refusal = Refusal::of(2, 0x04, 0x08);
/// 3/0C/00: write error.
const WRITE_ERROR: Refusal = Refusal::of(3, 0x0c, 0x00);
/// 3/0C/09: write error, loss of streaming (sense-pairs-from-logs).
const LOSS_OF_STREAMING: Refusal = Refusal::of(3, 0x0c, 0x09);

/// The laser goes on once so much of the buffer is full.
/// GUESS: the share.
const START_SHARE: f64 = 0.8;
/// A calibration. GUESS: as most drives take.
const CALIBRATION: Duration = Duration::from_secs(6);
/// What it takes to find the place again where a buffer ran dry. GUESS: some turns.
const RELINK_TIME: Duration = Duration::from_millis(300);
/// The power for another layer is found out where it begins. GUESS: so long.
const LAYER_TIME: Duration = Duration::from_secs(3);
/// A part of the buffer that stays full while time is only counted.
const LEFT_ALONE: usize = 4;
/// The state of a disc is kept at least that often, in bytes that have reached it.
const KEEP_BYTES: u64 = 1 << 20;

/// What a drive has seen of its host, as far as it writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Commands that brought blocks which were taken.
    pub writes: u64,
    /// Bytes that they brought.
    pub bytes_taken: u64,
    /// Bytes that reached the disc, or would have, in a test write.
    pub bytes_burnt: u64,
    /// How often the drive answered that it cannot take more for now (2/04/08).
    pub long_writes: u64,
    /// How often the buffer ran dry while the laser was on.
    pub underruns: u64,
    /// Blocks with which the drive had to fill up error-correction blocks.
    pub filled_up: u64,
    /// The longest time between the end of a WRITE and the next one, flushes apart.
    pub longest_gap: Duration,
    /// How long writing took, from the first WRITE on to the last block that reached the disc.
    pub busy_time: Duration,
}

impl fmt::Display for WriteStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WriteStats { writes, bytes_taken, bytes_burnt, underruns, .. } = self;
        let gap_ms = self.longest_gap.as_secs_f64() * 1000.0;
        write!(
            f,
            "{bytes_taken} bytes in {writes} writes, {bytes_burnt} of them burnt; longest gap \
             {gap_ms:.1} ms, {underruns} underruns, {} times full",
            self.long_writes
        )
    }
}

/// Buffer, laser, and what they have seen.
#[derive(Debug)]
pub(super) struct Burner {
    cache: WriteCache,
    /// The laser is on, or made ready for it.
    on: bool,
    /// Up to when it has written; before that moment it is made ready.
    at: Duration,
    /// Where it goes on.
    end: i64,
    /// Power and lead-in of this session are done.
    prepared: bool,
    /// The power is: the host asked for it.
    calibrated: bool,
    /// What came of calibrations for this disc, a table each.
    pub(super) calibrations: Vec<Calibration>,
    /// All is to be written out, from that many bytes in the buffer on.
    flushing: Option<usize>,
    /// The buffer has been full since writing began.
    been_full: bool,
    /// Bytes taken since writing began.
    since_start: usize,
    /// Bytes that reached the disc since its state was kept.
    unkept: u64,
    /// To be told to whoever writes next.
    trouble: Option<Refusal>,
    /// When the last WRITE ended, if another may follow it.
    last_write: Option<Duration>,
    first_write: Option<Duration>,
    curve: Option<(u32, Curve)>,
    pub(super) stats: WriteStats,
}

impl Burner {
    pub(super) fn new(bytes: u32) -> Burner {
        Burner {
            cache: WriteCache::new(usize::try_from(bytes).unwrap_or(0)),
            on: false,
            at: Duration::ZERO,
            end: 0,
            prepared: false,
            calibrated: false,
            calibrations: Vec::new(),
            flushing: None,
            been_full: false,
            since_start: 0,
            unkept: 0,
            trouble: None,
            last_write: None,
            first_write: None,
            curve: None,
            stats: WriteStats::default(),
        }
    }

    /// The buffer and what was to become of it are lost; another disc may be in.
    pub(super) fn forget(&mut self) {
        let capacity = u32::try_from(self.cache.capacity()).unwrap_or(u32::MAX);
        *self = Burner { stats: self.stats, ..Burner::new(capacity) };
    }

    /// Whether there is enough in the buffer for the laser to go on.
    fn filled(&self) -> bool {
        self.cache.held() as f64 >= START_SHARE * self.cache.capacity() as f64
    }

    /// The next write begins a session, with all that belongs to it.
    pub(super) fn unprepare(&mut self) {
        self.prepared = false;
        self.calibrated = false;
    }
}

/// An OPC table: SPEED in kB/s, and six bytes that the drive alone understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// SPEED.
    pub kbps: u16,
    /// OPC VALUES.
    pub values: [u8; 6],
}

/// Why the laser cannot go on with what is in the buffer.
enum Stop {
    /// Its time is over, or it is off.
    Time,
    /// The buffer ran dry, then.
    Dry,
}

impl Machine {
    /// What the drive has seen of its host.
    pub fn write_stats(&self) -> WriteStats {
        self.burner.stats
    }

    /// READ BUFFER CAPACITY: all bytes of the buffer, and those that are free.
    pub fn buffer(&mut self) -> (usize, usize) {
        if self.is_filling() && self.persona.ways.loses_buffer_asked_early {
            self.burner.cache.spoil();
        }
        let capacity = self.burner.cache.capacity();
        (capacity, capacity.saturating_sub(self.burner.cache.held()))
    }

    /// Whether blocks are taken that are not on the disc.
    pub fn holds_blocks(&self) -> bool {
        !self.burner.cache.is_empty()
    }

    /// What is known of the power for this disc.
    pub fn calibrations(&self) -> &[Calibration] {
        &self.burner.calibrations
    }

    /// The host says what the power is, speed by speed.
    pub fn learn_calibrations(&mut self, calibrations: Vec<Calibration>) {
        self.burner.calibrations = calibrations;
    }

    /// Finds out the power at the speed that is set, which takes room on the disc.
    ///
    /// # Errors
    /// There is none left.
    pub fn calibrate(&mut self) -> Result<(), Refusal> {
        let rate = self.write_rate().unwrap_or(0);
        let Some(disc) = &mut self.disc else { return Ok(()) };
        let calibrated = disc.calibrate();
        self.keep();
        calibrated?;
        self.mechanics.advance(CALIBRATION);
        let kbps = u16::try_from(rate).unwrap_or(u16::MAX);
        self.burner.calibrations.retain(|known| known.kbps != kbps);
        self.burner.calibrations.push(Calibration { kbps, values: [0x80, 0, 0, 0, 0, 0] });
        self.burner.calibrated = true;
        Ok(())
    }

    /// Whether the disc has room for a few calibrations more and then for none.
    pub fn is_almost_worn(&self) -> bool {
        self.disc.as_ref().is_some_and(Medium::is_almost_worn)
    }

    /// Bytes that are taken and not on the disc.
    pub fn held_bytes(&self) -> usize {
        self.burner.cache.held()
    }

    /// Whether blocks are taken and the buffer was not full yet.
    pub fn is_filling(&self) -> bool {
        !self.burner.been_full && !self.burner.cache.is_empty()
    }

    /// What went wrong with blocks that were taken before: told once.
    ///
    /// # Errors
    /// Something did.
    pub fn burnt_well(&mut self) -> Result<(), Refusal> {
        self.burner.trouble.take().map_or(Ok(()), Err)
    }

    /// A WRITE came in: the time since the last one counts.
    pub fn write_arrives(&mut self) {
        let now = self.mechanics.now();
        if let Some(last) = self.burner.last_write.take() {
            let gap = now.saturating_sub(last);
            self.burner.stats.longest_gap = self.burner.stats.longest_gap.max(gap);
        }
    }

    /// Makes room for so many bytes, or says that there is none yet.
    ///
    /// # Errors
    /// 2/04/08: the host is to send the same command again.
    pub fn make_room(&mut self, bytes: usize, block: usize) -> Result<(), Refusal> {
        let unit_bytes = self.unit() as usize * block;
        while !self.burner.cache.fits(bytes, unit_bytes) {
            self.burner.been_full = true;
            self.start(self.mechanics.now());
            self.burnt_well()?;
            if self.persona.ways.full_buffer == FullBuffer::LongWrite {
                self.burner.stats.long_writes += 1;
                self.burner.last_write = Some(self.mechanics.now());
                return Err(LONG_WRITE);
            }
            self.step(Duration::MAX);
            self.follow_laser();
            self.burnt_well()?;
        }
        Ok(())
    }

    /// Takes blocks into the buffer, at the speed of the bus.
    pub fn take(&mut self, order: &WriteOrder, block: usize, bytes: &[u8]) {
        let now = self.mechanics.now();
        self.burner.first_write.get_or_insert(now);
        self.mechanics.carry(bytes.len());
        let since = self.mechanics.now();
        let WriteOrder { lba, blocks, streaming } = *order;
        self.burner.cache.put(Entry { lba, blocks, block, streaming, since }, bytes);
        self.burner.stats.writes += 1;
        self.burner.stats.bytes_taken += bytes.len() as u64;
        self.burner.last_write = Some(since);
        self.burner.since_start += bytes.len();
        self.burner.been_full |= self.burner.since_start >= self.burner.cache.capacity();
        if self.burner.filled() {
            self.start(since);
        }
    }

    /// Whether it writes, or changes the disc in another way.
    pub(super) fn writes(&self) -> bool {
        self.busy.is_some() || self.burner.on || self.holds_blocks()
    }

    /// What is in the buffer goes first. What fails in that is the failure of an earlier command
    /// (sense-pairs-from-logs: 71h … in answer to CLOSE SESSION).
    ///
    /// # Errors
    /// Writing failed.
    pub fn write_out(&mut self) -> Result<(), Refusal> {
        let well = self.burnt_well();
        let well = if self.holds_blocks() { well.and(self.flush(false)) } else { well };
        well.map_err(Refusal::deferred)
    }

    /// Another use of the disc than writing waits until all is written out.
    ///
    /// # Errors
    /// The disc is written without a stop, or writing failed.
    pub fn stop_writing(&mut self) -> Result<(), Refusal> {
        if !self.holds_blocks() {
            return Ok(());
        }
        let unbroken = self.disc.as_ref().is_some_and(|disc| {
            let at_once = disc.record.as_ref().is_some_and(|record| record.at_once);
            disc.family() == Family::Cd || at_once
        });
        // growisofs: COMMAND SEQUENCE ERROR, "is media being read?"
        if unbroken { Err(Refusal::of(5, 0x2c, 0x00)) } else { self.flush(false) }
    }

    /// What was written with TEST WRITE is forgotten.
    pub fn end_rehearsal(&mut self) {
        if let Some(disc) = &mut self.disc
            && disc.rehearsing()
        {
            self.burner.forget();
            disc.end_rehearsal();
        }
    }

    /// Writes out what is in the buffer: the host waits for it, or asks how far it is.
    ///
    /// # Errors
    /// The host waited, and something went wrong.
    pub fn flush(&mut self, immediately: bool) -> Result<(), Refusal> {
        self.burner.last_write = None;
        self.fill_up();
        self.burner.flushing = Some(self.burner.cache.held());
        if self.holds_blocks() {
            self.start(self.mechanics.now());
        } else if !self.burner.on {
            self.burner.at = self.mechanics.now();
        }
        self.burner.on = true;
        if immediately {
            self.burn();
            return Ok(());
        }
        self.burn_until(Duration::MAX);
        self.follow_laser();
        if let Some(busy) = &self.busy {
            let rest = (busy.since + busy.work.takes).saturating_sub(self.mechanics.now());
            self.mechanics.advance(rest);
            self.finish_work();
        }
        self.burnt_well()
    }

    /// What was written is read back from the disc. Where spare blocks stand in for bad ones the
    /// drive has done that already, as it does with all that it writes.
    ///
    /// # Errors
    /// A block cannot be read.
    pub fn read_back(&mut self, blocks: Range<u32>) -> Result<(), Refusal> {
        let trusted = |disc: &Medium| disc.rehearsing() || disc.spares() > 0;
        if self.disc.as_ref().is_none_or(trusted) {
            return Ok(());
        }
        let result = self.mechanics.read(ReadOrder {
            lba: blocks.start,
            blocks: blocks.end - blocks.start,
            block_bytes: 0,
            retries: self.pages.read_retries(),
            fua: true,
        });
        let told = result.recovered.filter(|_| self.pages.reports_recovered());
        match (result.failed_at, told) {
            (Some(at), _) => Err(L_EC_UNCORRECTABLE.at(at)),
            (None, Some(at)) => Err(RECOVERED_WITH_RETRIES.at(at)),
            (None, None) => Ok(()),
        }
    }

    /// Zeros fill up the last error-correction block.
    fn fill_up(&mut self) {
        let page = self.pages.write_parameters();
        let since = self.mechanics.now();
        let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) else { return };
        // A track each at most.
        for _ in 0..=disc.tracks.len() {
            let Some(order) = rules.filling(disc) else { break };
            let block = rules.block_bytes(disc, order.lba, &page);
            let WriteOrder { lba, blocks, streaming } = order;
            self.burner.stats.filled_up += u64::from(blocks);
            self.burner.cache.put_zeros(Entry { lba, blocks, block, streaming, since });
            rules.taken(disc, &order, &page);
        }
    }

    /// 2/04/08 while all is written out that was asked for, with the progress.
    pub(super) fn flushing(&self) -> Option<Refusal> {
        let from = self.burner.flushing?;
        let left = self.burner.cache.held() as f64 / from.max(1) as f64;
        let share = (1.0 - left).clamp(0.0, 0.9999);
        Some(Refusal { progress: Some((share * 65_536.0) as u16), ..LONG_WRITE })
    }

    /// What the laser has had time for by now.
    pub(super) fn burn(&mut self) {
        self.burn_until(self.mechanics.now());
    }

    /// The drive is left alone until nothing is left to do for it.
    pub fn come_to_rest(&mut self) {
        if self.holds_blocks() {
            self.start(self.mechanics.now());
        }
        self.burn_until(Duration::MAX);
        self.follow_laser();
        if self.busy.is_some() {
            self.finish_work();
        }
        if self.burner.unkept > 0 {
            self.keep();
        }
    }

    /// Time goes by outside while no command is under way. Where time is only counted, the laser
    /// does not empty the buffer meanwhile: how busy this machine is decides on no underrun.
    pub fn idle(&mut self, outside: Duration) {
        if !self.burner.on || self.burner.flushing.is_some() {
            self.mechanics.idle(outside);
            return;
        }
        let until = self.mechanics.now() + self.mechanics.idle_time(outside);
        let least = self.burner.cache.capacity() / LEFT_ALONE;
        while self.burner.cache.held() > least && self.step(until) {}
        let low = self.burner.cache.held() <= least;
        let until = if low { self.burner.at.min(until) } else { until };
        self.mechanics.advance(until.saturating_sub(self.mechanics.now()));
    }

    /// The clock moves to where the laser is.
    fn follow_laser(&mut self) {
        let rest = self.burner.at.saturating_sub(self.mechanics.now());
        self.mechanics.advance(rest);
    }

    fn unit(&self) -> u32 {
        self.disc.as_ref().map_or(1, |disc| disc.family().ecc_blocks().0)
    }

    /// The laser goes on: at once where it was on before, else when power and lead-in are done.
    fn start(&mut self, now: Duration) {
        if self.burner.on {
            return;
        }
        let Some(disc) = &self.disc else { return };
        self.mechanics.spin_up();
        self.mechanics.drop_buffer();
        let turning = self.mechanics.ready_at().unwrap_or(now);
        let at_once = disc.record.as_ref().is_some_and(|record| record.at_once);
        let preparation = write_speeds::preparation(disc.kind, at_once);
        let preparing = match (self.burner.prepared, self.burner.calibrated) {
            (true, _) => RELINK_TIME,
            (false, true) => preparation.saturating_sub(CALIBRATION),
            (false, false) => match self.calibrates_by_itself() {
                Ok(()) => preparation,
                Err(worn) => return self.fail_to_begin(worn),
            },
        };
        self.burner.on = true;
        self.burner.prepared = true;
        self.burner.at = now.max(turning) + preparing;
    }

    /// Before it writes a drive finds out the power, which takes room on the disc.
    fn calibrates_by_itself(&mut self) -> Result<(), Refusal> {
        match &mut self.disc {
            Some(disc) if !disc.rehearsing() => disc.calibrate(),
            _ => Ok(()),
        }
    }

    /// Nothing of what is in the buffer gets to the disc, which stays as it was.
    fn fail_to_begin(&mut self, refusal: Refusal) {
        self.burner.cache.clear();
        self.burner.flushing = None;
        self.burner.trouble = Some(refusal);
        if let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) {
            rules.cut_off(disc, None);
        }
        self.keep();
    }

    fn burn_until(&mut self, limit: Duration) {
        while self.step(limit) {}
    }

    /// Writes one error-correction block, if there is time for it; false if there is not.
    fn step(&mut self, limit: Duration) -> bool {
        if !self.burner.on || self.burner.at > limit {
            return false;
        }
        match self.next_run(limit) {
            Ok((run, time)) => {
                self.burner.at += time;
                self.lay_down(&run);
                true
            }
            Err(Stop::Time) => false,
            Err(Stop::Dry) => self.run_dry(),
        }
    }

    /// The blocks that are next, and how long they take.
    fn next_run(&mut self, limit: Duration) -> Result<(Run, Duration), Stop> {
        let run = self.burner.cache.next(self.unit()).ok_or(Stop::Dry)?;
        let alone = !self.burner.cache.goes_on_after(&run);
        if !run.whole && alone && self.burner.flushing.is_none() {
            return Err(Stop::Dry);
        }
        if run.since > self.burner.at {
            return Err(Stop::Dry);
        }
        let time = self.time_of(&run);
        if self.burner.at.saturating_add(time) > limit { Err(Stop::Time) } else { Ok((run, time)) }
    }

    fn time_of(&mut self, run: &Run) -> Duration {
        let rate = self.write_rate().unwrap_or(1);
        let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) else {
            return Duration::ZERO;
        };
        if self.burner.curve.as_ref().is_none_or(|(of, _)| *of != rate) {
            self.burner.curve = Some((rate, write_speeds::curve(disc.kind, rate)));
        }
        let Some((_, curve)) = &self.burner.curve else { return Duration::ZERO };
        let Run { lba, blocks, streaming, .. } = *run;
        let toll = rules.toll(disc, &WriteOrder { lba, blocks, streaming });
        let lba = u32::try_from(lba).unwrap_or(0);
        let layout = self.mechanics.layout();
        let passes = if toll.verified { 2 } else { 1 };
        let passing = WriteRate::new(layout, curve).time(lba, blocks * passes + toll.laying);
        // What is changed in part passes once to be read and again to be written.
        let mut time = passing + self.mechanics.turn_at(lba) * toll.modified;
        let end = u32::try_from(self.burner.end).unwrap_or(0);
        if self.burner.end != run.lba {
            time += self.mechanics.seek_to_write(end, lba);
        } else if end > 0 && layout.layer(end - 1) != layout.layer(lba) {
            time += LAYER_TIME;
        }
        time
    }

    /// The run at the head of the buffer reaches the disc.
    fn lay_down(&mut self, run: &Run) {
        let Run { lba, blocks, block, streaming, .. } = *run;
        let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) else {
            self.burner.cache.clear();
            return;
        };
        let rehearsing = disc.rehearsing();
        let written = self.burner.cache.pop(run, |lba, blocks, bytes| {
            let order = WriteOrder { lba, blocks, streaming };
            if rehearsing { Ok(()) } else { rules.lay_down(disc, &order, block, bytes) }
        });
        self.burner.end = lba + i64::from(blocks);
        let order = WriteOrder { lba, blocks, streaming };
        let landed = match written {
            Err(_) => Err(WRITE_ERROR),
            Ok(()) if rehearsing => Ok(Duration::ZERO),
            Ok(()) => landing::land(disc, &mut self.mechanics, &order),
        };
        match landed {
            Ok(longer) => self.burner.at += longer,
            Err(refusal) => return self.fail(refusal),
        }
        if let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) {
            rules.burnt(disc, &order);
        }
        let bytes = u64::from(blocks) * block as u64;
        self.burner.stats.bytes_burnt += bytes;
        self.burner.unkept += bytes;
        let first = self.burner.first_write.unwrap_or(self.burner.at);
        self.burner.stats.busy_time = self.burner.at.saturating_sub(first);
        if self.burner.unkept >= KEEP_BYTES {
            self.keep();
        }
    }

    /// Nothing more to write: all is done, or the host is too slow. Whether there is more to do.
    fn run_dry(&mut self) -> bool {
        self.burner.on = false;
        let page = self.pages.write_parameters();
        if self.burner.flushing.take().is_some() {
            self.keep();
            self.burner.been_full = false;
            self.burner.since_start = 0;
            let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) else {
                return false;
            };
            if let Some(work) = rules.flushed(disc, &page) {
                self.busy = Some(Busy { work, since: self.burner.at });
            }
            return false;
        }
        let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) else { return false };
        if !rules.awaits_more(disc) {
            return false;
        }
        self.burner.stats.underruns += 1;
        if !page.bufe && disc.kind.has_test_write() {
            let lba = u32::try_from(self.burner.end).unwrap_or(0);
            self.fail(LOSS_OF_STREAMING.at(lba));
            return false;
        }
        // What came too late may be enough to go on.
        let run = self.burner.cache.next(self.unit()).filter(|run| run.whole);
        if let Some(run) = run.filter(|_| self.burner.filled()) {
            self.start(self.burner.at.max(run.since));
        }
        self.burner.on
    }

    /// Writing went wrong: what is in the buffer is lost, and the host is told next time.
    fn fail(&mut self, refusal: Refusal) {
        self.burner.cache.clear();
        self.burner.on = false;
        self.burner.flushing = None;
        self.burner.trouble = Some(refusal);
        if let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) {
            rules.ruin(disc);
            // What other tracks had in the buffer is lost too.
            if disc.tracks.iter().any(Track::is_open) {
                rules.cut_off(disc, None);
            }
        }
        self.keep();
    }

    fn keep(&mut self) {
        self.burner.unkept = 0;
        if let Some(disc) = &mut self.disc
            && disc.keep().is_err()
        {
            self.burner.trouble.get_or_insert(WRITE_ERROR);
        }
    }
}
