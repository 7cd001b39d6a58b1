//! The drive's clock and moving parts: spindle, sled, lens, buffer and bus, and what a read costs
//! and comes to. Knows sectors, no commands; no bytes either. Time is a number that moves when
//! something takes time, so a whole disc costs nothing to wait for; a paced drive sleeps, in
//! [`Mechanics::depart`] alone, until the wall clock has caught up.
//!
//! Read-ahead, whose reach depends on the host's pauses, never touches a damaged block: how many
//! attempts a sector has had is a function of the commands alone.

mod clock;
mod settings;
#[cfg(test)]
mod tests;
mod writing;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::time::Duration;

use self::clock::DriveClock;
pub use self::clock::{SystemClock, WallClock};
pub use self::settings::{Curve, Settings};
pub use self::writing::{WriteRate, Zone};
use super::defects::{Damage, Defects};
use super::geometry::{Layout, Place};
use super::random;

/// Sectors to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOrder {
    /// The first.
    pub lba: u32,
    /// How many.
    pub blocks: u32,
    /// Bytes of each that go over the bus: 2048, on a CD up to 2448.
    pub block_bytes: u32,
    /// The drive's own retries of an error-correction block: READ RETRY COUNT of mode page 01h.
    pub retries: u8,
    /// From the disc, whatever the buffer holds (FUA).
    pub fua: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadResult {
    /// Sectors from the order's first on that were read.
    pub good: u32,
    /// The first sector that was not, if one could not be read.
    pub failed_at: Option<u32>,
    /// The first sector that took more than one attempt and was read in the end.
    pub recovered: Option<u32>,
}

/// How much of the buffer is read ahead into; the rest keeps what the host had.
/// GUESS: the share; no drive tells.
const AHEAD: f64 = 0.75;
/// A target at most so many turns ahead is waited for, not sought.
/// GUESS: the number.
const READ_THROUGH_TURNS: f64 = 2.0;

/// Where the head is and what it does.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// The sector that it passes the begin of …
    lba: u32,
    /// … at this moment.
    at: Duration,
    place: Place,
    /// It reads no further but stays on its turn.
    resting: bool,
}

/// Longest time that passes at once.
const CENTURY: Duration = Duration::from_secs(3_200_000_000);

/// What came of the attempts at a damaged block.
enum Attempted {
    Read,
    Recovered,
    Failed,
}

/// A drive's moving parts with a disc in it.
pub struct Mechanics {
    settings: Settings,
    defects: Defects,
    seed: u64,
    clock: DriveClock,
    /// Until then the drive is at a command that its host gave up.
    engaged: Duration,
    /// The disc turns, at speed from that moment on.
    ready: Option<Duration>,
    cap_kbps: Option<u32>,
    head: Head,
    /// The buffer holds the sectors from here up to the head.
    buffered_from: u32,
    /// The end of what the host took last, and when it had it.
    taken: (u32, Duration),
    /// Attempts so far, by first sector of the error-correction block.
    attempts: HashMap<u32, u32>,
    /// First sectors of the error-correction blocks that a spare one stands in for.
    replaced: BTreeSet<u32>,
}

impl Mechanics {
    /// A drive with a disc that does not turn yet. `pace` 0: time is only counted; else so many
    /// times as fast as the wall clock.
    pub fn new(settings: Settings, defects: Defects, seed: u64, pace: f64) -> Mechanics {
        Mechanics::with_clock(settings, defects, seed, pace, Box::<SystemClock>::default())
    }

    /// The same with another wall clock.
    pub fn with_clock(
        settings: Settings,
        defects: Defects,
        seed: u64,
        pace: f64,
        wall: Box<dyn WallClock>,
    ) -> Mechanics {
        let place = settings.layout.place(0);
        Mechanics {
            settings,
            defects,
            seed,
            clock: DriveClock::new(pace, wall),
            engaged: Duration::ZERO,
            ready: None,
            cap_kbps: None,
            head: Head { lba: 0, at: Duration::ZERO, place, resting: true },
            buffered_from: 0,
            taken: (0, Duration::ZERO),
            attempts: HashMap::new(),
            replaced: BTreeSet::new(),
        }
    }

    /// The drive's clock: time since power-on.
    pub fn now(&self) -> Duration {
        self.clock.now
    }

    /// Lets time pass: a century at most, so that no sum of times can overflow.
    pub fn advance(&mut self, time: Duration) {
        self.clock.now += time.min(CENTURY);
    }

    /// Time went by outside while no command was under way, and somebody waited for the drive.
    pub fn idle(&mut self, outside: Duration) {
        self.clock.idle(outside.min(CENTURY));
    }

    /// How much that would be for the drive.
    pub fn idle_time(&self, outside: Duration) -> Duration {
        self.clock.idle_time(outside.min(CENTURY))
    }

    /// A command comes in: a paced drive's clock catches up with the wall clock, and the command's
    /// own cost is counted. Returns when it came in: what it takes counts from there, not from the
    /// end of the command before.
    pub fn arrive(&mut self) -> Duration {
        self.clock.catch_up();
        let begun = self.clock.now;
        self.clock.now += self.settings.overhead;
        begun
    }

    /// The host gave the command up at that moment, which has passed: until now the drive is at it
    /// without the host.
    pub fn given_up(&mut self, at: Duration) {
        self.engaged = self.clock.now;
        self.clock.now = at;
    }

    /// A command waits for the drive to be done with one that was given up, no longer than until
    /// `limit`. Whether the drive gets to it.
    pub fn gets_to_it(&mut self, limit: Duration) -> bool {
        let free = self.engaged.max(self.clock.now);
        self.clock.now = free.min(limit);
        free <= limit
    }

    /// A command is done: a paced drive waits until its clock's time has come outside.
    pub fn depart(&mut self) {
        self.clock.let_pass();
    }

    /// The host waits on purpose: as much time passes for the drive, and for a paced one outside.
    pub fn wait(&mut self, time: Duration) {
        self.clock.catch_up();
        self.advance(time);
        self.clock.let_pass();
    }

    /// So many bytes go over the bus.
    pub fn carry(&mut self, bytes: usize) {
        let blocks = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.advance(seconds(self.settings.bus_seconds(blocks, 1)));
    }

    /// How long it takes to go on writing elsewhere: a seek and half a turn.
    pub fn seek_to_write(&self, from: u32, to: u32) -> Duration {
        let layout = &self.settings.layout;
        let (from, to) = (layout.place(from), layout.place(to));
        let turn = self.settings.turn_seconds(to.radius_mm, self.cap_kbps);
        self.settings.seek_time(&from, &to) + seconds(turn / 2.0)
    }

    /// Starts the disc, if it does not turn. It can be read from [`Mechanics::ready_at`] on.
    pub fn spin_up(&mut self) {
        if self.ready.is_none() {
            let ready = self.clock.now + self.settings.spin_up;
            let place = self.settings.layout.place(0);
            self.ready = Some(ready);
            self.head = Head { lba: 0, at: ready, place, resting: true };
            self.buffered_from = 0;
            self.taken = (0, ready);
        }
    }

    /// Stops the disc; the buffer is lost.
    pub fn spin_down(&mut self) {
        self.ready = None;
    }

    /// When the disc can be read, if it turns or is about to: a moment that may have passed.
    pub fn ready_at(&self) -> Option<Duration> {
        self.ready
    }

    /// Forgets what is in the buffer.
    pub fn drop_buffer(&mut self) {
        self.read_ahead();
        self.buffered_from = self.head.lba;
    }

    /// Limits the reading rate to so many kB/s, or lets the drive do its best.
    pub fn set_read_rate(&mut self, kbps: Option<u32>) {
        if kbps != self.cap_kbps {
            self.read_ahead();
            self.head.resting = true;
            self.cap_kbps = kbps;
        }
    }

    /// The rate in kB/s at which `lba` is read now: that of the disc or of the bus.
    pub fn rate_at(&self, lba: u32) -> u32 {
        let radius_mm = self.settings.layout.place(lba).radius_mm;
        let disc = self.settings.kbps(radius_mm, self.cap_kbps);
        disc.min(f64::from(self.settings.bus_kbps)) as u32
    }

    /// The disc's layout.
    pub fn layout(&self) -> &Layout {
        &self.settings.layout
    }

    /// The disc's layout has become another: it was formatted, or got a layer break.
    pub fn lay_out(&mut self, layout: Layout) {
        if layout != self.settings.layout {
            self.drop_buffer();
            self.settings.layout = layout;
        }
    }

    /// Reads sectors: the clock moves to the moment when the last byte has come over the bus or the
    /// drive has given up. Sectors past the end of the disc are left out.
    pub fn read(&mut self, order: ReadOrder) -> ReadResult {
        let end = order.lba.saturating_add(order.blocks).min(self.settings.layout.sectors());
        let mut result = ReadResult::default();
        if order.lba >= end {
            return result;
        }
        self.spin_up();
        let begun = self.clock.now.max(self.ready.unwrap_or_default());
        self.clock.now = begun;
        self.read_ahead();
        if order.fua {
            self.buffered_from = self.head.lba;
        }
        let mut from_disc = begun;
        let mut at = order.lba;
        while at < end {
            if (self.buffered_from..self.head.lba).contains(&at) {
                at = end.min(self.head.lba);
                continue;
            }
            let elsewhere =
                self.replaced.range(at / self.settings.ecc() * self.settings.ecc()..end);
            let elsewhere = elsewhere.min().map(|block| at.max(*block));
            match self.flaw(at..elsewhere.unwrap_or(end)) {
                None if elsewhere == Some(at) => {
                    at = end.min(self.detour(at));
                    from_disc = self.head.at;
                }
                Some((bad, damage)) if bad == at => {
                    let attempted = self.attempt(at, damage, order.retries);
                    from_disc = self.head.at;
                    match attempted {
                        Attempted::Failed => {
                            result.failed_at = Some(at);
                            break;
                        }
                        Attempted::Recovered => result.recovered = result.recovered.or(Some(at)),
                        Attempted::Read => {}
                    }
                    at = end.min(self.head.lba);
                }
                damaged => {
                    let clean = damaged.map(|(bad, _)| bad).or(elsewhere).unwrap_or(end);
                    self.fetch(at, clean);
                    from_disc = self.head.at;
                    at = clean;
                }
            }
        }
        result.good = at - order.lba;
        self.clock.now = self.delivered(&order, result.good, begun, from_disc);
        self.taken = (at, self.clock.now);
        result
    }

    /// The first damaged sector of these that no spare one stands in for, and what it suffers from.
    pub fn flaw(&self, sectors: Range<u32>) -> Option<(u32, Damage)> {
        let mut from = sectors.start;
        loop {
            let layout = &self.settings.layout;
            let (lba, damage) = self.defects.first(layout, self.seed, from, sectors.end)?;
            let ecc = self.settings.ecc();
            if !self.replaced.contains(&(lba / ecc * ecc)) {
                return Some((lba, damage));
            }
            from = (lba / ecc + 1) * ecc;
        }
    }

    /// A spare error-correction block stands in for the one that begins here.
    pub fn recall(&mut self, block: u32) {
        self.replaced.insert(block);
    }

    /// From now on a spare error-correction block stands in for the one that begins here. How long
    /// it takes: the block was written, read back, and written again in the spare area.
    pub fn replace(&mut self, block: u32) -> Duration {
        self.recall(block);
        let way = self.settings.seek_full + self.turn_at(block);
        way * 2
    }

    /// The spare blocks of these sectors do not count any more: which those were.
    pub fn give_up_spares(&mut self, sectors: Range<u32>) -> Vec<u32> {
        let from = sectors.start / self.settings.ecc() * self.settings.ecc();
        let gone: Vec<u32> = self.replaced.range(from..sectors.end).copied().collect();
        for block in &gone {
            self.replaced.remove(block);
        }
        gone
    }

    /// How long a turn takes where a sector lies.
    pub fn turn_at(&self, lba: u32) -> Duration {
        let radius_mm = self.settings.layout.place(lba).radius_mm;
        seconds(self.settings.turn_seconds(radius_mm, self.cap_kbps))
    }

    /// Reads a spare block instead of the one that holds `lba`: the head goes there and comes back.
    /// Returns where it goes on.
    fn detour(&mut self, lba: u32) -> u32 {
        self.go(lba);
        // GUESS: half of the disc away, as the spare areas lie at its ends.
        self.head.at += self.settings.seek_full + self.turn_at(lba);
        let end = self.ecc_end(lba);
        self.run_to(end);
        end
    }

    /// When the last of `good` sectors has come over the bus: they go over it while the disc is
    /// read, but an error-correction block only when it is whole.
    fn delivered(
        &self,
        order: &ReadOrder,
        good: u32,
        begun: Duration,
        from_disc: Duration,
    ) -> Duration {
        let bus = |blocks| seconds(self.settings.bus_seconds(blocks, order.block_bytes));
        (begun + bus(good)).max(from_disc + bus(good.min(self.settings.ecc())))
    }

    /// Reads from the error-correction block of `from` to the end of that of `to - 1`.
    fn fetch(&mut self, from: u32, to: u32) {
        let to = self.ecc_end(to - 1);
        let mut at = from;
        while at < to {
            self.go(at);
            at = to.min(self.settings.layout.layer_end(at));
            self.run_to(at);
        }
    }

    /// The drive's attempts at one damaged error-correction block.
    fn attempt(&mut self, lba: u32, damage: Damage, retries: u8) -> Attempted {
        self.go(lba);
        let block = self.head.lba;
        let radius_mm = self.head.place.radius_mm;
        let slowness = self.settings.slowness(radius_mm, self.cap_kbps);
        let p = damage.p + (damage.p_slow - damage.p) * slowness;
        let (read, retried) = self.tries(block, p, retries);
        let turns = f64::from(retried) * self.settings.retry_turns + f64::from(damage.turns);
        let turn = self.settings.turn_seconds(radius_mm, self.cap_kbps);
        self.head.at += damage.extra * (1 + retried) + seconds(turns * turn);
        let end = self.ecc_end(block);
        if read {
            self.run_to(end);
            return if turns > 0.0 { Attempted::Recovered } else { Attempted::Read };
        }
        let sector = self.settings.sector_seconds(radius_mm, self.cap_kbps);
        self.head.at += seconds(f64::from(end - block) * sector);
        self.head.resting = true;
        Attempted::Failed
    }

    /// Whether one of the attempts succeeds, each with chance `p`, and how many came after the
    /// first.
    fn tries(&mut self, block: u32, p: f64, retries: u8) -> (bool, u32) {
        if p <= 0.0 {
            return (false, u32::from(retries));
        }
        if p >= 1.0 {
            return (true, 0);
        }
        let made = self.attempts.entry(block).or_insert(0);
        for retried in 0..=u32::from(retries) {
            let attempt = *made;
            *made = attempt.wrapping_add(1);
            if random::chance(self.seed, block, attempt) < p {
                return (true, retried);
            }
        }
        (false, u32::from(retries))
    }

    /// Brings the head before the error-correction block of `lba`, waiting for it where it is near
    /// and seeking where it is not.
    fn go(&mut self, lba: u32) {
        let ecc = self.settings.ecc();
        let target = lba / ecc * ecc;
        let layout = &self.settings.layout;
        let layer = layout.layer(target);
        let here = self.head.place;
        let near = READ_THROUGH_TURNS * layout.sectors_per_turn(here.radius_mm);
        let gap = target.checked_sub(self.head.lba).filter(|_| layer == here.layer);
        if let Some(gap) = gap
            && f64::from(gap) <= near
        {
            self.resume(self.clock.now);
            if gap > 0 {
                self.run_to(target);
                self.buffered_from = target;
            }
            return;
        }
        let place = layout.place_on(layer, target);
        let leave = self.clock.now.max(self.head.at);
        let arrive = leave + self.settings.seek_time(&here, &place);
        let turn = self.settings.turn_seconds(place.radius_mm, self.cap_kbps);
        let turned = (arrive - self.head.at).as_secs_f64() / turn;
        let wait = (place.turns - here.turns - turned).rem_euclid(1.0) * turn;
        self.head = Head { lba: target, at: arrive + seconds(wait), place, resting: false };
        self.buffered_from = target;
    }

    /// The head runs on to `lba` on its layer.
    fn run_to(&mut self, lba: u32) {
        let sectors = f64::from(lba.saturating_sub(self.head.lba));
        let sector = self.settings.sector_seconds(self.head.place.radius_mm, self.cap_kbps);
        self.head.at += seconds(sectors * sector);
        self.head.lba = lba;
        self.head.place = self.settings.layout.place_on(self.head.place.layer, lba);
        let oldest = lba.saturating_sub(self.settings.buffer_blocks());
        self.buffered_from = self.buffered_from.max(oldest);
    }

    /// A head that stayed on its turn reads on when its place comes round again, not before `from`.
    fn resume(&mut self, from: Duration) {
        if self.head.resting {
            let turn = self.settings.turn_seconds(self.head.place.radius_mm, self.cap_kbps);
            let missed = from.saturating_sub(self.head.at).as_secs_f64() / turn;
            self.head.at += seconds(missed.ceil() * turn);
            self.head.resting = false;
        }
    }

    /// What the drive has read on its own until now: on from the host's last sector until the
    /// buffer is full, the layer ends or a block is damaged; whole error-correction blocks.
    fn read_ahead(&mut self) {
        let (taken, since) = self.taken;
        let until = self.clock.now;
        let ecc = self.settings.ecc();
        let room = (f64::from(self.settings.buffer_blocks()) * AHEAD) as u32 / ecc * ecc;
        let full = (taken / ecc * ecc).saturating_add(room);
        let layout = &self.settings.layout;
        let same_layer = layout.layer(self.head.lba) == self.head.place.layer;
        let end = if same_layer { layout.layer_end(self.head.lba) } else { self.head.lba };
        let limit = full.min(end);
        if self.ready.is_none() || taken > self.head.lba || limit <= self.head.lba {
            self.head.resting = true;
            return;
        }
        self.resume(since);
        let time = until.saturating_sub(self.head.at).as_secs_f64();
        let sector = self.settings.sector_seconds(self.head.place.radius_mm, self.cap_kbps);
        // A buffer never holds a million blocks: the cut only keeps the product within a u32.
        let could = (time / sector / f64::from(ecc)).min(1e6) as u32 * ecc;
        let to = limit.min(self.head.lba.saturating_add(could));
        let bad = self.defects.first(&self.settings.layout, self.seed, self.head.lba, to);
        let away = self.replaced.range(self.head.lba..to).next().copied();
        let bad = bad.map(|(bad, _)| bad).into_iter().chain(away).min();
        let to = bad.unwrap_or(to);
        self.run_to(to);
        self.head.resting = to == limit || bad.is_some();
    }

    /// The end of the error-correction block that holds `lba`.
    fn ecc_end(&self, lba: u32) -> u32 {
        let ecc = self.settings.ecc();
        (lba / ecc + 1).saturating_mul(ecc).min(self.settings.layout.sectors())
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
