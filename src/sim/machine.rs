//! The state of the simulated drive as the host can tell it: tray, readiness, lock, unit
//! attentions, events, speeds. Each change is one method. Knows no CDB.

mod burning;

use std::collections::VecDeque;
use std::time::Duration;

use super::medium::Medium;
use super::medium::content::Content;
use super::medium::formats::PLUS_RW;
use super::medium::marks::Mark;
use super::medium::recording::Background;
use super::medium::rules::{self, Change, Rules, Work};
use super::mode_pages::ModePages;
use super::persona::Persona;
use super::refusal::{
    BECOMING_READY, INCOMPATIBLE_MEDIUM, MEDIUM_MAY_HAVE_CHANGED, NO_MEDIUM_TRAY_CLOSED,
    NO_MEDIUM_TRAY_OPEN, POWER_ON_OR_RESET, REMOVAL_PREVENTED, Refusal,
};
use super::timing::Mechanics;

use burning::Burner;
pub use burning::{Calibration, WriteStats};

/// How long the tray takes one way. GUESS: as half-height drives do.
const TRAY_TIME: Duration = Duration::from_millis(1500);
/// From the disc turning to the drive knowing what it is. GUESS: about that.
const MOUNT_TIME: Duration = Duration::from_millis(1200);

/// The tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tray {
    /// In.
    Closed,
    /// Out.
    Open,
}

/// A MEDIA class event (MMC-6 table 337).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaEvent {
    /// 1: somebody pressed the button of a locked drive.
    EjectRequest,
    /// 2: a disc came in and is ready.
    NewMedia,
    /// 3: the disc went out.
    Removal,
}

impl MediaEvent {
    /// Its number.
    pub fn code(self) -> u8 {
        match self {
            MediaEvent::EjectRequest => 1,
            MediaEvent::NewMedia => 2,
            MediaEvent::Removal => 3,
        }
    }
}

/// How far the drive is with the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    /// Tray open or empty.
    Nothing,
    /// The disc is looked at until that moment.
    Becoming(Duration),
    /// It can be read.
    Ready,
}

/// A drive.
pub struct Machine {
    /// Which.
    pub persona: &'static Persona,
    /// The disc in it or on its open tray.
    disc: Option<Medium>,
    /// Its moving parts and its clock.
    pub mechanics: Mechanics,
    /// Its mode pages.
    pub pages: ModePages,
    /// Authentication grants handed out (MMC-6 6.28.2: four at most).
    pub grants: u8,
    tray: Tray,
    readiness: Readiness,
    locked: bool,
    attentions: VecDeque<Refusal>,
    events: VecDeque<MediaEvent>,
    rate_cap: Option<u32>,
    write_cap: Option<u32>,
    /// A change of the disc that goes on while the host can ask about it.
    busy: Option<Busy>,
    /// When the last command was done.
    rested: Duration,
    burner: Burner,
}

/// A change under way.
#[derive(Clone, Debug)]
struct Busy {
    work: Work,
    since: Duration,
}

impl Machine {
    /// A drive that was just switched on.
    pub fn new(
        persona: &'static Persona,
        disc: Option<Medium>,
        tray: Tray,
        mut mechanics: Mechanics,
    ) -> Machine {
        if let Some(Medium { content: Content::Recorded(store), .. }) = &disc {
            for block in store.all_marked(Mark::Replaced) {
                mechanics.recall(block);
            }
        }
        let mut machine = Machine {
            persona,
            disc,
            mechanics,
            pages: ModePages::new(persona),
            grants: 0,
            tray,
            readiness: Readiness::Nothing,
            locked: false,
            attentions: VecDeque::new(),
            events: VecDeque::new(),
            rate_cap: None,
            write_cap: None,
            busy: None,
            rested: Duration::ZERO,
            burner: Burner::new(persona.speeds.buffer_bytes),
        };
        machine.power_on();
        machine
    }

    /// Power comes on: nothing is remembered, the disc is looked at anew.
    pub fn power_on(&mut self) {
        self.lose_power();
        self.pages = ModePages::new(self.persona);
        self.grants = 0;
        self.locked = false;
        self.attentions = VecDeque::from([POWER_ON_OR_RESET]);
        self.events.clear();
        self.set_rate(None);
        self.write_cap = None;
        self.mechanics.spin_down();
        self.readiness = Readiness::Nothing;
        if self.tray == Tray::Closed {
            self.look_at_disc();
        }
    }

    /// The power fails: what is in the buffer is lost, a change of the disc is cut off.
    pub fn lose_power(&mut self) {
        self.burn();
        self.burner.forget();
        let under_way = self.busy.take();
        if let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) {
            disc.end_rehearsal();
            rules.cut_off(disc, under_way.as_ref().map(|busy| &busy.work.change));
            let _ = disc.keep();
        }
    }

    /// The bus is reset: mode pages and lock go back, the disc stays what it is (SPC-4 5.7).
    pub fn reset(&mut self) {
        self.pages = ModePages::new(self.persona);
        self.grants = 0;
        self.locked = false;
        self.set_rate(None);
        self.write_cap = None;
        self.attentions.push_back(POWER_ON_OR_RESET);
    }

    fn look_at_disc(&mut self) {
        if self.disc.is_some() {
            self.mechanics.spin_up();
            let turning = self.mechanics.ready_at().unwrap_or(self.mechanics.now());
            self.readiness = Readiness::Becoming(turning + MOUNT_TIME);
        }
    }

    /// Lets what was due by now have happened.
    pub fn tick(&mut self) {
        self.burn();
        self.catch_up();
        if let Some(busy) = &self.busy
            && self.mechanics.now() >= busy.since + busy.work.takes
        {
            self.finish_work();
        }
        if let Readiness::Becoming(until) = self.readiness
            && self.mechanics.now() >= until
        {
            self.readiness = Readiness::Ready;
            self.attentions.push_back(MEDIUM_MAY_HAVE_CHANGED);
            self.events.push_back(MediaEvent::NewMedia);
        }
    }

    /// Begins a change of the disc; the host waits for its end, or asks how far it is.
    pub fn begin(&mut self, work: Work, immediately: bool) {
        let takes = work.takes;
        self.busy = Some(Busy { work, since: self.mechanics.now() });
        if !immediately {
            self.mechanics.advance(takes);
            self.finish_work();
        }
    }

    fn finish_work(&mut self) {
        let Some(busy) = self.busy.take() else { return };
        if let Some((disc, rules)) = self.disc.as_mut().and_then(with_rules) {
            rules.apply(disc, &busy.work.change);
            if matches!(busy.work.change, Change::CloseSession | Change::Finalize) {
                disc.end_rehearsal();
            }
            if !matches!(busy.work.change, Change::CloseTrack(_)) {
                self.burner.unprepare();
            }
            let _ = disc.keep();
            self.lay_out();
        }
    }

    /// The sectors of the disc may lie elsewhere now.
    pub fn lay_out(&mut self) {
        if let Some(disc) = &self.disc {
            self.mechanics.lay_out(disc.layout());
        }
    }

    /// What the drive is busy with, as it tells the host, with the progress.
    pub fn busy(&self) -> Option<Refusal> {
        let Some(busy) = &self.busy else { return self.flushing() };
        let gone = self.mechanics.now().saturating_sub(busy.since).as_secs_f64();
        let share = (gone / busy.work.takes.as_secs_f64().max(0.001)).min(0.9999);
        let progress = Some((share * 65_536.0) as u16);
        // PIONEER R8 command reference: the foreground of a DVD+RW's format tells no progress.
        let silent = matches!(&busy.work.change, Change::Format(order) if order.kind == PLUS_RW);
        Some(Refusal { progress: progress.filter(|_| !silent), ..busy.work.says })
    }

    /// What goes on beside the host's commands, as REQUEST SENSE tells it: a background format.
    pub fn beside(&self) -> Option<Refusal> {
        let disc = self.medium().ok()?;
        let record = disc.record.as_ref()?;
        let share = f64::from(record.laid) / f64::from(disc.room().max(1));
        let progress = Some((share.min(0.9999) * 65_536.0) as u16);
        // MMC-6 6.4.4.14: 0/04/04 with the progress.
        let running = record.background == Background::Running;
        running.then_some(Refusal { progress, ..Refusal::of(0, 0x04, 0x04) })
    }

    /// A command is done: from here on the drive has its time to itself.
    pub fn rest(&mut self) {
        self.rested = self.mechanics.now();
    }

    /// What the drive did with its time since the last command.
    fn catch_up(&mut self) {
        let idle = self.mechanics.now().saturating_sub(self.rested);
        let ready = self.readiness == Readiness::Ready && !self.writes();
        if let Some((disc, rules)) = self.disc.as_mut().filter(|_| ready).and_then(with_rules)
            && rules.goes_on(disc, idle)
        {
            let _ = disc.keep();
        }
        self.rested = self.mechanics.now();
    }

    /// The disc to be changed, and the rules of its kind.
    ///
    /// # Errors
    /// There is none, it is one that stays as it is, or this drive does not write such discs.
    pub fn recordable(&mut self) -> Result<(&mut Medium, &'static dyn Rules), Refusal> {
        let kind = self.medium()?.kind;
        let writes = self.persona.writes(kind);
        let found = self.disc.as_mut().filter(|_| writes).and_then(with_rules);
        // real-drives: ATAPI iHBS212: 5/30/05.
        found.ok_or(Refusal::of(5, 0x30, 0x05))
    }

    /// Lets it come to rest as in a machine that has been running for a while: the disc is ready,
    /// and what there was to tell has been told.
    pub fn settle(&mut self) {
        if let Readiness::Becoming(until) = self.readiness {
            self.mechanics.advance(until.saturating_sub(self.mechanics.now()));
            self.tick();
        }
        self.attentions.clear();
        self.events.clear();
    }

    /// The disc, if the host can use it.
    ///
    /// # Errors
    /// It cannot, and this is what it is told.
    pub fn medium(&self) -> Result<&Medium, Refusal> {
        match (self.tray, self.readiness, &self.disc) {
            (Tray::Open, ..) => Err(NO_MEDIUM_TRAY_OPEN),
            (Tray::Closed, _, None) => Err(NO_MEDIUM_TRAY_CLOSED),
            (Tray::Closed, Readiness::Ready, Some(disc)) if self.persona.takes(disc.kind) => {
                Ok(disc)
            }
            (Tray::Closed, Readiness::Ready, Some(_)) => Err(INCOMPATIBLE_MEDIUM),
            (Tray::Closed, _, Some(_)) => Err(BECOMING_READY),
        }
    }

    /// The moving parts and the disc together, for reading.
    ///
    /// # Errors
    /// As [`Machine::medium`].
    pub fn reading(&mut self) -> Result<(&Medium, &mut Mechanics), Refusal> {
        self.medium()?;
        match &self.disc {
            Some(disc) => Ok((disc, &mut self.mechanics)),
            None => Err(NO_MEDIUM_TRAY_CLOSED),
        }
    }

    /// The current profile: 0 without a usable disc.
    pub fn profile(&self) -> u16 {
        self.medium().map_or(0, |medium| self.persona.profile_of(medium))
    }

    /// The disc that is in or on the tray, ready or not.
    pub fn disc(&self) -> Option<&Medium> {
        self.disc.as_ref()
    }

    /// Whether a lower speed than the best is set.
    pub fn speed_is_set(&self) -> bool {
        let reads = self.offered().first().is_some_and(|best| self.rate() < *best);
        reads || self.write_rate() < self.write_speeds().first().copied()
    }

    /// Whether a disc is in, readable or not.
    pub fn disc_present(&self) -> bool {
        self.tray == Tray::Closed && self.disc.is_some()
    }

    /// The tray.
    pub fn tray(&self) -> Tray {
        self.tray
    }

    /// Whether the host locked the tray.
    pub fn locked(&self) -> bool {
        self.locked
    }

    /// PREVENT ALLOW MEDIUM REMOVAL.
    pub fn lock(&mut self, locked: bool) {
        self.locked = locked;
    }

    /// Opens the tray at the host's word.
    ///
    /// # Errors
    /// It is locked: 5/53/02.
    pub fn eject(&mut self, immediately: bool) -> Result<(), Refusal> {
        if self.tray == Tray::Open {
            return Ok(());
        }
        // growisofs: the tray stays in while a format goes on. GUESS: what the host is told.
        if self.locked || self.beside().is_some() {
            return Err(REMOVAL_PREVENTED);
        }
        self.leave_alone()?;
        self.open();
        if !immediately {
            self.mechanics.advance(TRAY_TIME);
        }
        Ok(())
    }

    /// The disc is to stop: what is in the buffer is written before.
    ///
    /// # Errors
    /// The drive is busy with the disc, or writing failed.
    pub fn leave_alone(&mut self) -> Result<(), Refusal> {
        self.tick();
        if let Some(busy) = self.busy() {
            return Err(busy);
        }
        if self.holds_blocks() { self.flush(false) } else { Ok(()) }
    }

    fn open(&mut self) {
        self.end_rehearsal();
        self.burner.forget();
        self.tray = Tray::Open;
        self.readiness = Readiness::Nothing;
        self.grants = 0;
        self.mechanics.spin_down();
        if self.disc.is_some() {
            self.events.push_back(MediaEvent::Removal);
        }
    }

    /// Somebody presses the button: the tray opens, or the host hears of the wish.
    pub fn press_button(&mut self) {
        match self.tray {
            Tray::Open => self.load(true),
            // A drive that writes keeps its tray in.
            Tray::Closed if self.locked || self.writes() || self.beside().is_some() => {
                self.events.push_back(MediaEvent::EjectRequest)
            }
            Tray::Closed => self.open(),
        }
    }

    /// Closes the tray and looks at what is on it.
    pub fn load(&mut self, immediately: bool) {
        if self.tray == Tray::Open {
            self.tray = Tray::Closed;
            if !immediately {
                self.mechanics.advance(TRAY_TIME);
            }
            self.look_at_disc();
        }
    }

    /// Starts or stops the disc.
    pub fn spin(&mut self, start: bool) {
        if start && self.disc_present() {
            self.mechanics.spin_up();
        } else {
            self.mechanics.spin_down();
        }
    }

    /// The oldest unit attention, which is told once.
    pub fn take_attention(&mut self) -> Option<Refusal> {
        self.attentions.pop_front()
    }

    /// The oldest media event, which is told once.
    pub fn take_event(&mut self) -> Option<MediaEvent> {
        self.events.pop_front()
    }

    /// Sets the reading rate to the highest the drive offers that is no higher (MMC-6 6.37), or to
    /// its best.
    pub fn set_rate(&mut self, kbps: Option<u32>) {
        let offered = self.offered();
        self.rate_cap = kbps.map(|kbps| {
            let fitting = offered.iter().copied().find(|offer| *offer <= kbps);
            fitting.or(offered.last().copied()).unwrap_or(kbps)
        });
        let cap = self.rate_cap.filter(|cap| Some(cap) < offered.first());
        self.mechanics.set_read_rate(cap);
    }

    /// Sets the writing rate, as [`Machine::set_rate`] the reading rate.
    pub fn set_write_rate(&mut self, kbps: Option<u32>) {
        self.write_cap = kbps;
    }

    /// The write speeds for the disc at hand, in kB/s, fastest first; none where this drive cannot
    /// write it.
    pub fn write_speeds(&self) -> &'static [u32] {
        let disc = self.disc.as_ref().filter(|disc| disc.can_grow());
        disc.map_or(&[], |disc| self.persona.write_speeds(disc))
    }

    /// The writing rate that is set, in kB/s: the highest that is offered and no higher than what
    /// was asked for, else the lowest ("drives pick the next lower", libburn's documentation).
    pub fn write_rate(&self) -> Option<u32> {
        let offered = self.write_speeds();
        let asked = self.write_cap.unwrap_or(u32::MAX);
        offered.iter().copied().find(|offer| *offer <= asked).or(offered.last().copied())
    }

    /// The read speeds for the disc at hand, in kB/s, fastest first.
    pub fn offered(&self) -> &'static [u32] {
        match &self.disc {
            Some(disc) => self.persona.read_speeds(disc.family(), disc.layers),
            None => self.persona.speeds.cd,
        }
    }

    /// The reading rate that is set, in kB/s.
    pub fn rate(&self) -> u32 {
        let best = self.offered().first().copied().unwrap_or(0);
        self.rate_cap.unwrap_or(best)
    }
}

/// A disc that can change, with the rules of its kind.
fn with_rules(disc: &mut Medium) -> Option<(&mut Medium, &'static dyn Rules)> {
    let rules = disc.record.is_some().then(|| rules::of(disc.kind)).flatten()?;
    Some((disc, rules))
}
