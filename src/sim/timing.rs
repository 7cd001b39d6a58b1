//! The drive's clock and moving parts: spindle, sled, lens, buffer and bus, and what a read costs
//! and comes to. Knows sectors, no commands; no bytes either. Time is a number that moves when
//! something takes time, so a whole disc costs nothing to wait for; a paced drive sleeps, in
//! [`Mechanics::depart`] alone, until the wall clock has caught up.
//!
//! Read-ahead, whose reach depends on the host's pauses, never touches a damaged block: how many
//! attempts a sector has had is a function of the commands alone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::defects::{Damage, Defects};
use super::geometry::{Layout, Place, RIM_MM};
use super::random;
use crate::units::Family;

/// How a drive's speed depends on the radius. Rates are kB/s (1000 bytes) as SET CD SPEED and GET
/// PERFORMANCE count: raw sectors of 2352 bytes on a CD, user data on DVD and BD.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// The same rate everywhere.
    Clv {
        /// That rate.
        kbps: u32,
    },
    /// The same turns a minute everywhere.
    Cav {
        /// The rate at the rim, 58 mm.
        outer_kbps: u32,
    },
    /// The same turns a minute until the rate reaches `kbps`.
    Pcav {
        /// The rate at the innermost sector.
        inner_kbps: u32,
        /// The rate from some radius on.
        kbps: u32,
    },
    /// Steps: from each radius in mm on, ascending, a rate.
    Zclv {
        /// The steps.
        zones: Vec<(f64, u32)>,
    },
}

/// What a drive is able to, and the disc in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the disc's sectors lie.
    pub layout: Layout,
    /// The fastest that it reads this disc.
    pub curve: Curve,
    /// The slowest rate that can be set, in kB/s.
    pub min_kbps: u32,
    /// The bus or its bridge, in kB/s.
    pub bus_kbps: u32,
    /// What any command costs.
    pub overhead: Duration,
    /// From standstill to the first sector that can be read.
    pub spin_up: Duration,
    /// A seek to the next turn.
    pub seek_track: Duration,
    /// A seek from the innermost sector to the rim.
    pub seek_full: Duration,
    /// The jump of the focus to another layer.
    pub layer_change: Duration,
    /// The buffer, in KiB.
    pub buffer_kib: u32,
    /// Turns that one of the drive's own retries takes.
    pub retry_turns: f64,
}

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

/// The time outside: what a paced drive keeps up with.
pub trait WallClock: Send {
    /// Time since some fixed moment.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&mut self, time: Duration);
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock(Instant::now())
    }
}

impl WallClock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
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

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spindle {
    Stopped,
    /// At speed from that moment on.
    Turning(Duration),
}

/// A drive's moving parts with a disc in it.
pub struct Mechanics {
    settings: Settings,
    defects: Defects,
    seed: u64,
    pace: f64,
    wall: Box<dyn WallClock>,
    now: Duration,
    spindle: Spindle,
    cap_kbps: Option<u32>,
    head: Head,
    /// The buffer holds the sectors from here up to the head.
    buffered_from: u32,
    /// The end of what the host took last, and when it had it.
    taken: (u32, Duration),
    /// Attempts so far, by first sector of the error-correction block.
    attempts: HashMap<u32, u32>,
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
            pace: if pace.is_finite() { pace.max(0.0) } else { 0.0 },
            wall,
            now: Duration::ZERO,
            spindle: Spindle::Stopped,
            cap_kbps: None,
            head: Head { lba: 0, at: Duration::ZERO, place, resting: true },
            buffered_from: 0,
            taken: (0, Duration::ZERO),
            attempts: HashMap::new(),
        }
    }

    /// The drive's clock: time since power-on.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Lets time pass.
    pub fn advance(&mut self, time: Duration) {
        self.now += time;
    }

    /// A command comes in: a paced drive's clock catches up with the wall clock, and the command's
    /// own cost is counted.
    pub fn arrive(&mut self) {
        if self.pace > 0.0 {
            self.now = self.now.max(self.wall.elapsed().mul_f64(self.pace));
        }
        self.now += self.settings.overhead;
    }

    /// A command is done: a paced drive waits until its clock's time has come outside.
    pub fn depart(&mut self) {
        if self.pace > 0.0 {
            let due = self.now.div_f64(self.pace);
            let early = due.saturating_sub(self.wall.elapsed());
            if !early.is_zero() {
                self.wall.sleep(early);
            }
        }
    }

    /// Starts the disc, if it does not turn. It can be read from [`Mechanics::ready_at`] on.
    pub fn spin_up(&mut self) {
        if self.spindle == Spindle::Stopped {
            let ready = self.now + self.settings.spin_up;
            self.spindle = Spindle::Turning(ready);
            let place = self.settings.layout.place(0);
            self.head = Head { lba: 0, at: ready, place, resting: true };
            self.buffered_from = 0;
            self.taken = (0, ready);
        }
    }

    /// Stops the disc; the buffer is lost.
    pub fn spin_down(&mut self) {
        self.spindle = Spindle::Stopped;
    }

    /// When the disc can be read, if it turns or is about to: a moment that may have passed.
    pub fn ready_at(&self) -> Option<Duration> {
        match self.spindle {
            Spindle::Stopped => None,
            Spindle::Turning(ready) => Some(ready),
        }
    }

    /// Forgets what is in the buffer.
    pub fn drop_buffer(&mut self) {
        self.read_ahead(self.now);
        self.buffered_from = self.head.lba;
    }

    /// Limits the reading rate to so many kB/s, or lets the drive do its best.
    pub fn set_read_rate(&mut self, kbps: Option<u32>) {
        self.read_ahead(self.now);
        self.head.resting = true;
        self.cap_kbps = kbps.map(|kbps| kbps.max(self.settings.min_kbps));
    }

    /// The rate in kB/s at which `lba` is read now: that of the disc or of the bus.
    pub fn rate_at(&self, lba: u32) -> u32 {
        let radius_mm = self.settings.layout.place(lba).radius_mm;
        self.disc_kbps(radius_mm, self.cap_kbps).min(f64::from(self.settings.bus_kbps)) as u32
    }

    /// The disc's layout.
    pub fn layout(&self) -> &Layout {
        &self.settings.layout
    }

    /// Reads sectors: the clock moves to the moment when the last byte has come over the bus or the
    /// drive has given up.
    pub fn read(&mut self, order: ReadOrder) -> ReadResult {
        self.spin_up();
        if let Spindle::Turning(ready) = self.spindle {
            self.now = self.now.max(ready);
        }
        let begun = self.now;
        self.read_ahead(begun);
        if order.fua {
            self.buffered_from = self.head.lba;
        }
        let end = order.lba.saturating_add(order.blocks).min(self.settings.layout.sectors());
        let mut result = ReadResult::default();
        let mut from_disc = begun;
        let mut at = order.lba;
        while at < end {
            if (self.buffered_from..self.head.lba).contains(&at) {
                at = end.min(self.head.lba);
                continue;
            }
            let first = self.defects.first(&self.settings.layout, self.seed, at, end);
            match first {
                Some((bad, damage)) if bad == at => {
                    let read = self.attempt(at, damage, order.retries);
                    from_disc = self.head.at;
                    match read {
                        Attempted::Failed => {
                            result.failed_at = Some(at);
                            break;
                        }
                        Attempted::Recovered => {
                            result.recovered = result.recovered.or(Some(at));
                        }
                        Attempted::Read => {}
                    }
                    at = end.min(self.head.lba);
                }
                other => {
                    let clean = other.map_or(end, |(bad, _)| bad);
                    self.fetch(at, clean);
                    from_disc = self.head.at;
                    at = clean;
                }
            }
        }
        result.good = at.saturating_sub(order.lba);
        self.now = self.delivered(&order, result.good, begun, from_disc);
        self.taken = (at, self.now);
        result
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
        let rate = f64::from(self.settings.bus_kbps.max(1)) * 1000.0;
        let bus = |blocks: u32| {
            Duration::from_secs_f64(f64::from(blocks) * f64::from(order.block_bytes) / rate)
        };
        let last = good.min(self.settings.layout.family().ecc_blocks().0);
        (begun + bus(good)).max(from_disc + bus(last))
    }

    /// Brings the head before the error-correction block of `lba`.
    fn go(&mut self, lba: u32) {
        let ecc = self.settings.layout.family().ecc_blocks().0;
        let target = lba / ecc * ecc;
        let layout = &self.settings.layout;
        let layer = layout.layer(target);
        let gap = f64::from(target.saturating_sub(self.head.lba));
        let near = READ_THROUGH_TURNS * layout.sectors_per_turn(self.head.place.radius_mm);
        if layer == self.head.place.layer && target >= self.head.lba && gap <= near {
            if self.head.resting {
                self.resume(self.now);
            }
            self.run_to(target);
            self.buffered_from = self.buffered_from.max(if gap > 0.0 { target } else { 0 });
            return;
        }
        let place = layout.place_on(layer, target);
        let leave = self.now.max(self.head.at);
        let arrive = leave + self.seek_time(&self.head.place, &place);
        let turn = self.turn_seconds(place.radius_mm);
        let turned = (arrive.saturating_sub(self.head.at)).as_secs_f64() / turn;
        let wait = (place.turns - self.head.place.turns - turned).rem_euclid(1.0) * turn;
        let at = arrive + Duration::from_secs_f64(wait);
        self.head = Head { lba: target, at, place, resting: false };
        self.buffered_from = target;
    }

    /// Reads from the error-correction block of `from` to the end of that of `to - 1`.
    fn fetch(&mut self, from: u32, to: u32) {
        let ecc = self.settings.layout.family().ecc_blocks().0;
        let to = to.div_ceil(ecc).saturating_mul(ecc).min(self.settings.layout.sectors());
        let mut at = from;
        while at < to {
            self.go(at);
            at = to.min(self.settings.layout.layer_end(at));
            self.run_to(at);
        }
    }

    /// The head runs on to `lba` on its layer.
    fn run_to(&mut self, lba: u32) {
        let sectors = f64::from(lba.saturating_sub(self.head.lba));
        let seconds = sectors * self.sector_seconds(self.head.place.radius_mm);
        self.head.at += Duration::from_secs_f64(seconds);
        self.head.lba = lba;
        self.head.place = self.settings.layout.place_on(self.head.place.layer, lba);
        self.buffered_from = self.buffered_from.max(lba.saturating_sub(self.buffer_blocks()));
    }

    /// A head that stayed on its turn reads on when its place comes round again, not before `from`.
    fn resume(&mut self, from: Duration) {
        let turn = self.turn_seconds(self.head.place.radius_mm);
        let missed = (from.saturating_sub(self.head.at)).as_secs_f64() / turn;
        self.head.at += Duration::from_secs_f64(missed.ceil() * turn);
        self.head.resting = false;
    }

    /// What the drive has read on its own until `until`: on from the host's last sector until the
    /// buffer is full, the layer ends or a block is damaged.
    fn read_ahead(&mut self, until: Duration) {
        let Spindle::Turning(_) = self.spindle else { return };
        let (taken, since) = self.taken;
        let layout = &self.settings.layout;
        let ecc = layout.family().ecc_blocks().0;
        let room = (f64::from(self.buffer_blocks()) * AHEAD) as u32 / ecc * ecc;
        let at_most = (taken / ecc * ecc).saturating_add(room);
        let end_of_layer = match layout.layer(self.head.lba) == self.head.place.layer {
            true => layout.layer_end(self.head.lba),
            false => self.head.lba,
        };
        let limit = at_most.min(end_of_layer);
        if taken > self.head.lba || limit <= self.head.lba {
            self.head.resting |= until > self.head.at;
            return;
        }
        if self.head.resting {
            self.resume(since);
        }
        let time = until.saturating_sub(self.head.at).as_secs_f64();
        let sector = self.sector_seconds(self.head.place.radius_mm);
        let could = (time / sector / f64::from(ecc)).min(1e6) as u32 * ecc;
        let to = limit.min(self.head.lba.saturating_add(could));
        let bad = self.defects.first(&self.settings.layout, self.seed, self.head.lba, to);
        let to = bad.map_or(to, |(bad, _)| bad);
        self.run_to(to);
        self.head.resting = to == limit || bad.is_some();
    }

    fn buffer_blocks(&self) -> u32 {
        self.settings.buffer_kib / 2
    }

    /// The drive's attempts at one damaged error-correction block.
    fn attempt(&mut self, lba: u32, damage: Damage, retries: u8) -> Attempted {
        self.go(lba);
        let block = self.head.lba;
        let radius_mm = self.head.place.radius_mm;
        let turn = self.turn_seconds(radius_mm);
        let p = damage.p + (damage.p_slow - damage.p) * self.slowness(radius_mm);
        let made = self.attempts.entry(block).or_insert(0);
        let mut retried = 0;
        let read = loop {
            *made = made.wrapping_add(1);
            if random::chance(self.seed, block, *made - 1) < p {
                break true;
            }
            if retried == retries {
                break false;
            }
            retried += 1;
        };
        let turns = f64::from(retried) * self.settings.retry_turns + f64::from(damage.turns);
        let ecc = self.settings.layout.family().ecc_blocks().0;
        let end = block.saturating_add(ecc).min(self.settings.layout.sectors());
        self.head.at += damage.extra * (1 + u32::from(retried));
        self.head.at += Duration::from_secs_f64(turns * turn);
        if read {
            self.run_to(end);
            return if turns > 0.0 { Attempted::Recovered } else { Attempted::Read };
        }
        let seconds = f64::from(end - block) * self.sector_seconds(radius_mm);
        self.head.at += Duration::from_secs_f64(seconds);
        self.head.resting = true;
        Attempted::Failed
    }

    /// 0 at the drive's best speed, 1 at its lowest.
    fn slowness(&self, radius_mm: f64) -> f64 {
        let best = self.disc_kbps(radius_mm, None);
        let lowest = self.disc_kbps(radius_mm, Some(self.settings.min_kbps));
        let now = self.disc_kbps(radius_mm, self.cap_kbps);
        if best > lowest { (best - now) / (best - lowest) } else { 0.0 }
    }

    /// The sled needs a settling time for any seek and, accelerating half the way and braking the
    /// other half, the square root of the distance besides.
    fn seek_time(&self, from: &Place, to: &Place) -> Duration {
        let settings = &self.settings;
        let way = (to.radius_mm - from.radius_mm).abs() / (RIM_MM - settings.layout.inner_mm());
        let full = settings.seek_full.saturating_sub(settings.seek_track);
        let jump = if from.layer == to.layer { Duration::ZERO } else { settings.layer_change };
        settings.seek_track + full.mul_f64(way.min(1.0).sqrt()) + jump
    }

    fn disc_kbps(&self, radius_mm: f64, cap_kbps: Option<u32>) -> f64 {
        let cap = cap_kbps.map_or(f64::INFINITY, f64::from);
        let kbps = match &self.settings.curve {
            Curve::Clv { kbps } => f64::from(*kbps).min(cap),
            Curve::Cav { outer_kbps } => f64::from(*outer_kbps).min(cap) * radius_mm / RIM_MM,
            Curve::Pcav { inner_kbps, kbps } => {
                let inner_mm = self.settings.layout.inner_mm();
                (f64::from(*inner_kbps) * radius_mm / inner_mm).min(f64::from(*kbps)).min(cap)
            }
            Curve::Zclv { zones } => {
                let zone = zones.iter().rev().find(|(from_mm, _)| *from_mm <= radius_mm);
                zone.or(zones.first()).map_or(1.0, |(_, kbps)| f64::from(*kbps)).min(cap)
            }
        };
        kbps.max(1.0)
    }

    fn sector_seconds(&self, radius_mm: f64) -> f64 {
        let bytes = match self.settings.layout.family() {
            Family::Cd => 2352.0,
            Family::Dvd | Family::Bd => 2048.0,
        };
        bytes / (self.disc_kbps(radius_mm, self.cap_kbps) * 1000.0)
    }

    fn turn_seconds(&self, radius_mm: f64) -> f64 {
        self.settings.layout.sectors_per_turn(radius_mm) * self.sector_seconds(radius_mm)
    }
}

/// What came of the attempts at a damaged block.
enum Attempted {
    Read,
    Recovered,
    Failed,
}
