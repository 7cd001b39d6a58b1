//! The simulated drive: a [`Transport`] that knows CDBs and nothing of `mmc`, so that a mistake in
//! an offset cannot cancel out. Single-threaded, no global state: the same seed and the same
//! commands give the same bytes and times. `docs/simulator.md` says what it models, and on what
//! evidence.

pub mod audit;
mod build;
mod cache;
mod configuration;
mod control;
pub mod defects;
pub mod demo;
mod disc_information;
mod dispatch;
mod events;
mod exchange;
pub mod fault;
mod format;
mod format_capacities;
pub mod geometry;
mod inquire;
mod key;
mod landing;
mod lead_in;
mod machine;
mod medium;
mod mode_pages;
mod modes;
mod performance;
mod persona;
mod personas;
pub mod plan;
mod q_channel;
pub mod random;
mod raw_sector;
mod read;
mod read_cd;
mod recorded;
mod refusal;
mod refuse_writes;
mod spec;
mod structures;
mod subchannel;
pub mod surface;
#[cfg(test)]
mod testing;
pub mod timing;
mod toc;
mod write;
mod write_page;
mod write_speeds;

use std::time::Duration;

pub use machine::WriteStats;
pub use medium::blank::BlankError;
pub use spec::SpecError;

use crate::transport::kernel_filter::{self, Needs};
use crate::transport::{Answer, Cdb, Data, Errno, Transport};
use audit::{Audit, Before, Finding, Testimony, Witness};
use exchange::Exchange;
use fault::{Command, FaultEvent, FaultKind, FaultPlan};
use machine::Machine;
use medium::Kind;
use medium::blank::Blank;
use refusal::Refusal;
use spec::Spec;

/// SCSI status GOOD.
const GOOD: u8 = 0x00;
/// SCSI status CHECK CONDITION.
const CHECK_CONDITION: u8 = 0x02;
/// SCSI status BUSY.
const BUSY: u8 = 0x08;
/// Linux says so of an answer that brings sense along.
const DRIVER_SENSE: u16 = 0x08;
/// Linux' host statuses.
const DID_TIME_OUT: u16 = 0x03;
const DID_ERROR: u16 = 0x07;
const DID_RESET: u16 = 0x08;

/// A drive that is not there, with a disc that is a file.
pub struct SimDrive {
    machine: Machine,
    faults: FaultPlan,
    seed: u64,
    filter: bool,
    max_transfer: usize,
    commands: u64,
    audit: Audit,
    witness: Witness,
}

/// Builds the drive of a spec such as `sim:demo?medium=dvd-rom&seed=7`, with or without the `sim:`.
///
/// # Errors
/// The spec is malformed, or a file that it names cannot be used.
pub fn open(text: &str) -> Result<SimDrive, SpecError> {
    made(text, &Spec::parse(text)?)
}

/// The same for another program: unless the spec says `start=cold`, the drive is as one that a
/// kernel found some time ago. Its disc turns, and it has told its unit attentions.
///
/// # Errors
/// As [`open`].
pub fn open_ready(text: &str) -> Result<SimDrive, SpecError> {
    let mut spec = Spec::parse(text)?;
    spec.settled.get_or_insert(true);
    made(text, &spec)
}

fn made(text: &str, spec: &Spec) -> Result<SimDrive, SpecError> {
    let built =
        build::build(spec).map_err(|reason| SpecError { spec: text.to_string(), reason })?;
    Ok(SimDrive {
        machine: built.machine,
        faults: built.faults,
        seed: spec.seed,
        filter: spec.filter,
        max_transfer: spec.max_transfer,
        commands: 0,
        audit: Audit::default(),
        witness: Witness::default(),
    })
}

/// Makes a blank virtual disc: a `.disc` file of this kind of medium (`bd-r`, `dvd+r-dl`), smaller
/// than such discs are if `capacity` says so, in blocks.
///
/// # Errors
/// There is no such disc, or the file is there already or cannot be made.
pub fn create(
    path: &std::path::Path,
    medium: &str,
    layers: Option<u8>,
    capacity: Option<u32>,
) -> Result<(), BlankError> {
    let (kind, named) = Kind::parse(medium)
        .ok_or_else(|| BlankError::UnknownMedium { name: medium.to_string() })?;
    Blank { kind, layers: layers.or(named), capacity, formatted: true }.create(path)
}

impl SimDrive {
    /// The seed for all that is left to chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The drive's clock: time since it was switched on.
    pub fn now(&self) -> Duration {
        self.machine.mechanics.now()
    }

    /// What the drive saw of its host's writing.
    pub fn write_stats(&self) -> WriteStats {
        self.machine.write_stats()
    }

    /// What the host did that a real drive would punish, and what it would leave behind now.
    pub fn audit(&self) -> Vec<Finding> {
        self.audit.findings(&self.machine)
    }

    /// Where [`SimDrive::audit`] and [`SimDrive::write_stats`] will be once the drive is dropped.
    pub fn witness(&self) -> Witness {
        self.witness.clone()
    }

    /// What befalls the command at hand, and the answer where that takes its place.
    fn befall(
        &mut self,
        kind: FaultKind,
        cdb: &Cdb,
        room: usize,
        timeout: Duration,
    ) -> Option<Result<Answer, Errno>> {
        let lost = |status: u8, host: u16| Some(Ok(lost(status, host, room)));
        match kind {
            FaultKind::Unplug => {
                self.machine.lose_power();
                Some(Err(Errno::ENODEV))
            }
            FaultKind::Reset => {
                self.machine.reset();
                lost(GOOD, DID_RESET)
            }
            FaultKind::Timeout => {
                self.machine.mechanics.advance(timeout);
                lost(GOOD, DID_TIME_OUT)
            }
            FaultKind::PowerLoss => {
                self.machine.power_on();
                lost(GOOD, DID_ERROR)
            }
            FaultKind::HostError { host } => lost(GOOD, host),
            FaultKind::Busy => lost(BUSY, 0),
            FaultKind::Check { sense: (key, asc, ascq), deferred } => {
                let refusal = Refusal { deferred, ..Refusal::of(key, asc, ascq) };
                let resid = i32::try_from(room).unwrap_or(i32::MAX);
                let sense = refusal.encode(&self.machine.persona.sense, cdb.bytes());
                let (status, driver) = (CHECK_CONDITION, DRIVER_SENSE);
                Some(Ok(Answer { status, driver, sense, resid, ..Answer::default() }))
            }
            FaultKind::Tray => {
                self.machine.press_button();
                None
            }
            FaultKind::Short { .. } | FaultKind::Noise => None,
        }
    }

    /// The drive gets to the command, whatever befalls it.
    fn served(
        &mut self,
        cdb: &Cdb,
        data: Data<'_>,
        timeout: Duration,
        before: &Before,
    ) -> Result<Answer, Errno> {
        let sectors = dispatch::sectors(cdb.bytes());
        let command = Command { number: self.commands, opcode: cdb.opcode(), sectors };
        let due = self.faults.due(&command, self.machine.mechanics.now());
        self.machine.tick();
        let before = before.now(&self.machine);
        let befallen = due.is_some();
        let outcome = self.outcome(cdb, data, timeout, due);
        match &outcome {
            Ok(answer) if !befallen => {
                self.audit.answered(self.commands, &before, answer, &self.machine);
            }
            _ => self.audit.lost(&before),
        }
        outcome
    }

    /// What the host hears of a command, whatever befalls it.
    fn outcome(
        &mut self,
        cdb: &Cdb,
        mut data: Data<'_>,
        timeout: Duration,
        due: Option<FaultEvent>,
    ) -> Result<Answer, Errno> {
        let Some(FaultEvent { kind, done, .. }) = due else {
            return Ok(self.answer(cdb, data, None));
        };
        let room = data.len();
        if done {
            self.answer(cdb, data.reborrow(), None);
        }
        let instead = self.befall(kind, cdb, room, timeout);
        instead.unwrap_or_else(|| Ok(self.answer(cdb, data, Some(kind))))
    }

    /// Runs the command on the drive itself.
    fn answer(&mut self, cdb: &Cdb, data: Data<'_>, twist: Option<FaultKind>) -> Answer {
        let mut exchange = Exchange::new(cdb.bytes(), data);
        let outcome = dispatch::run(&mut self.machine, &mut exchange);
        let mut answer = Answer::default();
        if let Err(refusal) = outcome {
            answer.status = CHECK_CONDITION;
            answer.driver = DRIVER_SENSE;
            answer.sense = refusal.encode(&self.machine.persona.sense, cdb.bytes());
        }
        if exchange.surplus() {
            self.machine.reset();
            return lost(GOOD, DID_RESET, exchange.room());
        }
        if exchange.overrun() {
            // GUESS: a host adapter that cannot take all that the drive sends fails the command.
            answer.host = DID_ERROR;
        }
        let mut moved = exchange.moved();
        match twist {
            Some(FaultKind::Short { bytes }) => {
                moved = moved.min(usize::try_from(bytes).unwrap_or(usize::MAX));
            }
            Some(FaultKind::Noise) => self.noise(&mut exchange, &mut answer, &mut moved),
            _ => {}
        }
        answer.resid = i32::try_from(exchange.room().saturating_sub(moved)).unwrap_or(i32::MAX);
        answer
    }

    /// Bytes, length, status and sense as chance will have them.
    fn noise(&self, exchange: &mut Exchange, answer: &mut Answer, moved: &mut usize) {
        let room = exchange.room();
        let draw = |what: u64| random::hash(self.seed, &[self.commands, what]);
        *moved = usize::try_from(draw(0)).unwrap_or(0) % (room + 1);
        exchange.sent(*moved);
        let stream = draw(1);
        let mut noise = vec![0; *moved];
        random::fill(self.seed, stream, &mut noise);
        let mut bytes = noise.into_iter();
        exchange.scramble(|| bytes.next().unwrap_or(0));
        answer.status = [GOOD, GOOD, CHECK_CONDITION, draw(2) as u8][(draw(3) % 4) as usize];
        answer.sense = vec![0; (draw(4) % 33) as usize];
        random::fill(self.seed, draw(5), &mut answer.sense);
        answer.driver = if answer.sense.is_empty() { 0 } else { DRIVER_SENSE };
        answer.host = 0;
    }
}

/// An answer that brings none of so many bytes.
fn lost(status: u8, host: u16, room: usize) -> Answer {
    let resid = i32::try_from(room).unwrap_or(i32::MAX);
    Answer { status, host, resid, ..Answer::default() }
}

impl Drop for SimDrive {
    /// Nobody asks the drive for anything any more, but it has its power: it goes on until nothing
    /// is left in its buffer.
    fn drop(&mut self) {
        let findings = self.audit();
        self.machine.come_to_rest();
        self.witness.hear(Testimony { findings, stats: self.write_stats() });
    }
}

impl Transport for SimDrive {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        if self.filter && kernel_filter::needs(cdb.opcode()) == Needs::Privilege {
            return Err(Errno::EPERM);
        }
        if data.len() > self.max_transfer {
            // The block layer refuses what is longer than a request may be (block/scsi_ioctl.c).
            return Err(Errno::EIO);
        }
        self.commands += 1;
        let room = data.len();
        let begun = self.machine.mechanics.arrive();
        let limit = begun.saturating_add(timeout);
        let before = Before::of(&self.machine, cdb, &data);
        let outcome = match self.machine.mechanics.gets_to_it(limit) {
            true => self.served(cdb, data, timeout, &before),
            false => Ok(lost(GOOD, DID_TIME_OUT, room)),
        };
        let now = self.machine.mechanics.now();
        let mut outcome = outcome.map(|answer| Answer { duration: now - begun, ..answer });
        if now > limit && outcome.as_ref().is_ok_and(|answer| answer.host != DID_TIME_OUT) {
            self.machine.mechanics.given_up(limit);
            self.audit.given_up(self.commands, &before, timeout, now - begun);
            outcome = Ok(Answer { duration: timeout, ..lost(GOOD, DID_TIME_OUT, room) });
        }
        self.machine.mechanics.depart();
        outcome
    }

    fn max_transfer(&self) -> usize {
        self.max_transfer
    }

    fn wait(&mut self, time: Duration) {
        self.machine.mechanics.wait(time);
    }

    fn idle(&mut self, outside: Duration) {
        self.machine.idle(outside);
    }
}

#[cfg(test)]
mod tests {
    use super::testing::Bench;
    use super::*;

    fn with_faults(plan: &str) -> Bench {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), plan).expect("written");
        Bench::cold(100, &format!("faults={}", file.path().display()))
    }

    const READY: [u8; 6] = [0; 6];
    const INQUIRY: [u8; 6] = [0x12, 0, 0, 0, 36, 0];

    fn inquire(bench: &mut Bench) -> Result<Answer, Errno> {
        let mut buffer = [0; 36];
        bench.run(&INQUIRY, Data::In(&mut buffer))
    }

    #[test]
    fn the_kernel_s_filter_lets_a_plain_user_read_and_no_more() {
        let mut bench = Bench::ready(100, "filter=user");
        let mechanism = [0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0];
        assert_eq!(bench.run(&mechanism, Data::In(&mut [0; 8])), Err(Errno::EPERM));
        assert_eq!(bench.ask(&READY, 0).sense, None);
    }

    #[test]
    fn a_transfer_beyond_the_limit_is_never_handed_over() {
        let mut bench = Bench::ready(100, "max_transfer=4KiB");
        assert_eq!(bench.drive.max_transfer(), 4096);
        let read = [0x28, 0, 0, 0, 0, 0, 0, 0, 3, 0];
        assert_eq!(bench.run(&read, Data::In(&mut [0; 6144])), Err(Errno::EIO));
    }

    #[test]
    fn a_buffer_too_small_for_what_the_drive_sends_fails_on_the_way() {
        let mut bench = Bench::ready(100, "");
        let read = [0x28, 0, 0, 0, 0, 0, 0, 0, 3, 0];
        let answer = bench.run(&read, Data::In(&mut [0; 2048])).expect("taken");
        assert_eq!((answer.status, answer.host), (0, 7));
    }

    #[test]
    fn an_unplugged_drive_is_gone_for_good() {
        let mut bench = with_faults("[[fault]]\nkind = \"unplug\"\nat_command = 2\n");
        assert!(inquire(&mut bench).is_ok());
        assert_eq!(inquire(&mut bench), Err(Errno::ENODEV));
        assert_eq!(inquire(&mut bench), Err(Errno::ENODEV));
    }

    #[test]
    fn lost_commands_are_told_by_the_host_status_and_a_reset_by_an_attention() {
        for (kind, host) in [("reset", 8), ("timeout", 3), ("power_loss", 7), ("host_error", 7)] {
            let plan = format!("[[fault]]\nkind = \"{kind}\"\nat_command = 2\n");
            let mut bench = with_faults(&plan);
            assert_eq!(bench.no(&READY), (6, 0x29, 0x00));
            let begun = bench.drive.now();
            let answer = inquire(&mut bench).expect("taken");
            assert_eq!((answer.status, answer.host, answer.resid), (0, host, 36), "{kind}");
            let took = bench.drive.now() - begun;
            assert_eq!(took >= Duration::from_secs(30), kind == "timeout", "{kind}");
            let told = bench.no(&READY);
            let attention = matches!(kind, "reset" | "power_loss");
            assert_eq!(told == (6, 0x29, 0x00), attention, "{kind} {told:?}");
        }
    }

    fn within(bench: &mut Bench, cdb: &[u8], data: Data<'_>, seconds: u64) -> Answer {
        let timeout = Duration::from_secs(seconds);
        bench.drive.execute(&Cdb::new(cdb), data, timeout).expect("taken")
    }

    #[test]
    fn a_host_that_does_not_wait_hears_nothing_and_the_drive_goes_on() {
        let mut bench = Bench::of("sim:blank?medium=bd-r");
        let write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 32, 0];
        assert_eq!(bench.send(&write, &[1; 32 * 2048]), None);
        // Lead-in and blocks take seconds.
        let begun = bench.drive.now();
        let flush = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let answer = within(&mut bench, &flush, Data::None, 2);
        assert_eq!((answer.status, answer.host, answer.sense.len()), (0, 3, 0));
        assert_eq!(
            (answer.duration, bench.drive.now() - begun),
            (Duration::from_secs(2), answer.duration)
        );
        // Whoever comes next waits for the drive, and is given up too.
        assert_eq!(within(&mut bench, &INQUIRY, Data::In(&mut [0; 36]), 1).host, 3);
        let answer = within(&mut bench, &READY, Data::None, 30);
        assert_eq!((answer.status, answer.host), (0, 0));
        assert!(answer.duration > Duration::from_secs(1), "{:?}", answer.duration);
        assert_eq!(bench.drive.write_stats().bytes_burnt, 65_536);
    }

    #[test]
    fn nothing_of_an_answer_that_comes_too_late_has_arrived() {
        let mut bench = Bench::ready(100, "medium=dvd-rom");
        assert_eq!(bench.ask(&[0x1b, 0, 0, 0, 0, 0], 0).sense, None);
        let read = [0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        let answer = within(&mut bench, &read, Data::In(&mut [0; 2048]), 1);
        assert_eq!((answer.status, answer.host, answer.resid), (0, 3, 2048));
        assert_eq!(bench.get(&read, 2048).len(), 2048);
    }

    #[test]
    fn busy_short_and_tray_do_what_they_say() {
        let mut bench = with_faults("[[fault]]\nkind = \"busy\"\nat_command = 1\n");
        assert_eq!(inquire(&mut bench).expect("taken").status, 8);
        let mut bench = with_faults("[[fault]]\nkind = \"short\"\nbytes = 5\nat_command = 1\n");
        let answer = inquire(&mut bench).expect("taken");
        assert_eq!((answer.status, answer.resid), (0, 31));
        let mut bench = with_faults("[[fault]]\nkind = \"tray\"\nat_command = 1\n");
        assert_eq!(bench.no(&READY), (6, 0x29, 0x00));
        assert_eq!(bench.no(&READY), (2, 0x3a, 0x02));
    }

    #[test]
    fn noise_is_the_same_noise_each_time_and_stays_within_the_buffer() {
        let plan = "[[fault]]\nkind = \"noise\"\nat_command = 1\ntimes = 200\n";
        let run = || {
            let mut bench = with_faults(plan);
            let mut heard = Vec::new();
            for _ in 0..200 {
                let mut buffer = [0; 36];
                let answer = bench.run(&INQUIRY, Data::In(&mut buffer)).expect("taken");
                assert!((0..=36).contains(&answer.resid));
                heard.push((answer, buffer));
            }
            heard
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn a_busy_machine_makes_no_underrun_where_time_is_only_counted() {
        let mut drive = open_ready("blank?medium=dvd+r").expect("a blank disc");
        let mut lba: u32 = 0;
        while lba < 8192 {
            let [a, b, c, d] = lba.to_be_bytes();
            let cdb = Cdb::new(&[0x2a, 0, a, b, c, d, 0, 0, 32, 0]);
            let data = Data::Out(&[0; 32 * 2048]);
            let answer = drive.execute(&cdb, data, Duration::from_secs(60)).expect("taken");
            // Seconds go by outside, be there room or not.
            drive.idle(Duration::from_secs(1));
            lba += if answer.status == GOOD { 32 } else { 0 };
        }
        assert_eq!(drive.write_stats().underruns, 0);
        assert!(drive.write_stats().bytes_burnt > 8 << 20);
    }

    #[test]
    fn the_same_commands_take_the_same_time() {
        let run = || {
            let mut bench = Bench::ready(5000, "medium=dvd-rom&seed=9");
            let mut times = Vec::new();
            for lba in [0u8, 16, 200, 3, 90, 17] {
                bench.get(&[0x28, 0, 0, 0, 0, lba, 0, 0, 16, 0], 16 * 2048);
                times.push(bench.drive.now());
            }
            (times, bench.drive.seed())
        };
        assert_eq!(run(), run());
        assert_eq!(run().1, 9);
    }

    #[test]
    fn a_spec_that_cannot_be_is_refused_with_the_reason() {
        let image = tempfile::Builder::new().suffix(".iso").tempfile().expect("temporary file");
        image.as_file().set_len(2048 * 500_000).expect("sized");
        let path = image.path().display();
        let reason = |text: &str| open(text).err().expect("refused").to_string();
        for (query, hint) in [
            ("medium=dvd-rom&layers=3", "1 to 2 layers"),
            ("medium=dvd-rom&layer_break=100000&layers=2", "at least 250000"),
            ("medium=dvd+r&written=tao", "cd-r, cd-rw"),
            ("medium=cd-rom&protect=css", "css is for dvd-rom"),
            ("medium=dvd-rom&protected=1..2", "goes with protect=css"),
            ("defects=/no/such.toml", "/no/such.toml"),
            ("faults=/no/such.toml", "/no/such.toml"),
        ] {
            let told = reason(&format!("sim:{path}?{query}"));
            assert!(told.contains(hint), "{query}: {told}");
        }
        assert!(reason("sim:/no/such.iso").contains("/no/such.iso"));
        assert!(reason("sim:/no/such.disc").contains("/no/such.disc"));
        assert!(reason("sim:blank").contains("medium=dvd+r"));
        assert!(reason("sim:blank?medium=dvd-rom").contains("no blank dvd-rom"));
    }

    #[test]
    fn a_drive_for_another_program_is_ready_and_has_no_news() {
        let sense = |drive: &mut SimDrive| {
            let answer = drive.execute(&Cdb::new(&[0; 6]), Data::None, Duration::from_secs(7));
            let answer = answer.expect("answered");
            answer.sense.get(2).map(|key| (*key, answer.sense[12], answer.sense[13]))
        };
        let mut drive = open("demo").expect("made on the spot");
        assert_eq!(sense(&mut drive), Some((6, 0x29, 0x00)));
        let mut drive = open_ready("demo?start=cold").expect("made on the spot");
        assert_eq!(sense(&mut drive), Some((6, 0x29, 0x00)));
        let mut drive = open_ready("demo").expect("made on the spot");
        assert_eq!(sense(&mut drive), None);
        assert!((Duration::from_secs(1)..Duration::from_secs(30)).contains(&drive.now()));
    }
}
