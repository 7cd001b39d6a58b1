//! Events that befall a drive: unplugged, reset, timed out… at a command, a time or a sector, as
//! a plan in TOML says (`docs/simulator.md`, "Physics"). Knows when; what it looks like to the
//! host is the drive's business.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::plan::{self, PlanError};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The cable is pulled: from then on no command gets there. An open device node never comes
    /// back; a drive that is plugged in again is another one.
    Unplug,
    /// The bus is reset: the command is lost, a unit attention 6/29/00 follows.
    Reset,
    /// No answer in time; the kernel gives the command up (host status 3).
    Timeout,
    /// Somebody presses the button: the tray opens, unless it is locked.
    Tray,
    /// The drive's power fails for a moment: buffer, mode pages and speed are lost, a unit
    /// attention 6/29/00 follows.
    PowerLoss,
    /// The command succeeds and moves at most `bytes` bytes.
    Short {
        /// What still arrives.
        bytes: u32,
    },
    /// The drive answers garbage: bytes, length, status and sense are drawn from the seed.
    Noise,
    /// The host adapter fails with this host status (`DID_*`), 7 by default.
    HostError {
        /// The host status.
        host: u16,
    },
    /// Status BUSY (08h), for so many commands or for so long.
    Busy,
    /// The drive refuses the command, which does nothing, with these sense data.
    Check {
        /// SENSE KEY, ADDITIONAL SENSE CODE and its qualifier.
        sense: (u8, u8, u8),
        /// It is an earlier command that failed: response code 71h.
        deferred: bool,
    },
}

/// A command as far as events wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The how many-th it is since power-on, 1 first.
    pub number: u64,
    /// Its opcode.
    pub opcode: u8,
    /// What it reads or writes, if anything.
    pub sectors: Option<Range<u32>>,
}

/// Something that happens to the command at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultEvent {
    /// What happens.
    pub kind: FaultKind,
    /// The line of the plan that asked for it, 1 first.
    pub line: usize,
    /// How often it has happened before, 0 first.
    pub occurrence: u32,
    /// The drive does what the command asks; only nobody hears of it.
    pub done: bool,
}

/// What will happen, and what has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultPlan {
    faults: Vec<Fault>,
    unwritable: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fault {
    kind: FaultKind,
    when: When,
    /// Only these commands; all of them, if none is named.
    opcodes: Vec<u8>,
    /// How many of these commands there were.
    seen: u64,
    done: bool,
    line: usize,
    times: u32,
    happened: u32,
    /// Not so many commands, but all within so long from the first of them on.
    lasts: Option<Duration>,
    since: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Command(u64),
    Time(Duration),
    Lba(u32),
}

impl FaultPlan {
    /// Reads a plan from a file.
    ///
    /// # Errors
    /// It cannot be read or followed.
    pub fn load(path: impl AsRef<Path>) -> Result<FaultPlan, PlanError> {
        let path = path.as_ref();
        FaultPlan::parse(&plan::read(path)?, &path.display().to_string())
    }

    /// Reads a plan from its text; `file` is its name in errors.
    ///
    /// # Errors
    /// It cannot be followed.
    pub fn parse(text: &str, file: &str) -> Result<FaultPlan, PlanError> {
        let plan: Plan =
            toml::from_str(text).map_err(|error| PlanError::toml(file, text, &error))?;
        let faults = plan.fault.iter().map(|raw| {
            let at = |offset, reason: String| PlanError::at(file, text, offset, reason);
            let line = at(raw.span().start, String::new()).line;
            raw.get_ref()
                .meaning(line)
                .map_err(|(offset, reason)| at(offset.unwrap_or(raw.span().start), reason))
        });
        let meanings: Vec<Meaning> = faults.collect::<Result<_, _>>()?;
        let mut plan = FaultPlan::default();
        for meaning in meanings {
            match meaning {
                Meaning::Fault(fault) => plan.faults.push(fault),
                Meaning::Unwritable(lba) => plan.unwritable.push(lba),
            }
        }
        Ok(plan)
    }

    /// Sectors that the laser cannot write, as kind `write_error` names them.
    pub fn unwritable(&self) -> &[u32] {
        &self.unwritable
    }

    /// What befalls the command at hand, at `now` on the drive's clock. The first that is due in
    /// the order of the plan; another that is due at once comes with the next command.
    pub fn due(&mut self, command: &Command, now: Duration) -> Option<FaultEvent> {
        let mut found = None;
        for (index, fault) in self.faults.iter_mut().enumerate() {
            let meant = fault.opcodes.is_empty() || fault.opcodes.contains(&command.opcode);
            fault.seen += u64::from(meant);
            if found.is_none() && fault.is_due(meant, command, now) {
                found = Some(index);
            }
        }
        let fault = self.faults.get_mut(found?)?;
        fault.since.get_or_insert(now);
        let occurrence = fault.happened;
        fault.happened = fault.happened.saturating_add(1);
        Some(FaultEvent { kind: fault.kind, line: fault.line, occurrence, done: fault.done })
    }
}

impl Fault {
    fn is_due(&self, meant: bool, command: &Command, now: Duration) -> bool {
        // Who is unplugged stays away, whatever is asked next.
        if self.kind == FaultKind::Unplug && self.happened > 0 {
            return true;
        }
        if let (Some(lasts), Some(since)) = (self.lasts, self.since) {
            return meant && now < since.saturating_add(lasts);
        }
        // Of named commands the first is 1, of all of them too.
        let number = if self.opcodes.is_empty() { command.number } else { self.seen };
        let due = match self.when {
            When::Command(from) => number >= from,
            When::Time(from) => now >= from,
            When::Lba(lba) => command.sectors.as_ref().is_some_and(|range| range.contains(&lba)),
        };
        meant && due && self.happened < self.times
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    #[serde(default)]
    fault: Vec<Spanned<Raw>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: Spanned<String>,
    at_command: Option<Spanned<u64>>,
    at_seconds: Option<Spanned<f64>>,
    at_lba: Option<Spanned<u32>>,
    times: Option<Spanned<u32>>,
    seconds: Option<Spanned<f64>>,
    bytes: Option<Spanned<u32>>,
    host: Option<Spanned<u16>>,
    opcode: Option<Spanned<u8>>,
    sense: Option<Spanned<String>>,
    done: Option<Spanned<bool>>,
}

type Wrong = (Option<usize>, String);

/// What an entry of the plan comes to.
enum Meaning {
    Fault(Fault),
    Unwritable(u32),
}

const KINDS: &str = "unplug, reset, timeout, tray, power_loss, short, noise, host_error, busy, \
                     check, deferred, calibration, write_error";
/// 3/0C/00: write error.
const WRITE_ERROR: (u8, u8, u8) = (0x03, 0x0c, 0x00);
/// 3/73/03: power calibration area error (sense-pairs-from-logs: SEND OPC).
const CALIBRATION: (u8, u8, u8) = (0x03, 0x73, 0x03);
/// WRITE (10) and (12), SEND OPC INFORMATION: what finds out about the power first.
const CALIBRATING: [u8; 3] = [0x2a, 0xaa, 0x54];

/// Puts a reason where it belongs in the file.
fn wrong<T>(at: &Spanned<T>, reason: impl Into<String>) -> Wrong {
    (Some(at.span().start), reason.into())
}

impl Raw {
    fn meaning(&self, line: usize) -> Result<Meaning, Wrong> {
        if self.kind.get_ref() == "write_error" {
            let lba = self.at_lba.as_ref().ok_or((None, "write_error needs at_lba".to_string()))?;
            return Ok(Meaning::Unwritable(*lba.get_ref()));
        }
        let kind = self.fault_kind()?;
        self.check_options(kind)?;
        let lasts = self.lasts(kind)?;
        let times = match &self.times {
            Some(times) if kind == FaultKind::Unplug => {
                return Err(wrong(times, "times: an unplugged drive does not come back"));
            }
            Some(times) if *times.get_ref() == 0 => {
                return Err(wrong(times, "times must be 1 or more"));
            }
            Some(times) => *times.get_ref(),
            None if kind == FaultKind::Unplug => u32::MAX,
            None => 1,
        };
        let calibration = self.kind.get_ref() == "calibration";
        let opcodes = match &self.opcode {
            Some(opcode) => vec![*opcode.get_ref()],
            None if calibration => CALIBRATING.to_vec(),
            None => Vec::new(),
        };
        let when = self.when(!opcodes.is_empty())?;
        let done = self.done.as_ref().is_some_and(|done| *done.get_ref());
        let since = None;
        let fault =
            Fault { kind, when, opcodes, seen: 0, done, line, times, happened: 0, lasts, since };
        Ok(Meaning::Fault(fault))
    }

    /// How long it goes on, where it is a time that is given and no number of commands.
    fn lasts(&self, kind: FaultKind) -> Result<Option<Duration>, Wrong> {
        let Some(seconds) = &self.seconds else { return Ok(None) };
        if kind != FaultKind::Busy {
            return Err(wrong(seconds, "seconds belongs to kind \"busy\""));
        }
        if self.times.is_some() {
            return Err(wrong(seconds, "only one of times and seconds is possible"));
        }
        let lasts = Duration::try_from_secs_f64(*seconds.get_ref());
        lasts.map(Some).map_err(|error| wrong(seconds, format!("seconds: {error}")))
    }

    fn fault_kind(&self) -> Result<FaultKind, Wrong> {
        let check = |usual, deferred| -> Result<FaultKind, Wrong> {
            Ok(FaultKind::Check { sense: self.triple(usual)?, deferred })
        };
        Ok(match self.kind.get_ref().as_str() {
            "unplug" => FaultKind::Unplug,
            "reset" => FaultKind::Reset,
            "timeout" => FaultKind::Timeout,
            "tray" => FaultKind::Tray,
            "power_loss" => FaultKind::PowerLoss,
            "short" => FaultKind::Short { bytes: self.bytes.as_ref().map_or(0, |b| *b.get_ref()) },
            "noise" => FaultKind::Noise,
            "host_error" => {
                FaultKind::HostError { host: self.host.as_ref().map_or(7, |h| *h.get_ref()) }
            }
            "busy" => FaultKind::Busy,
            "check" => check(None, false)?,
            "deferred" => check(Some(WRITE_ERROR), true)?,
            "calibration" => check(Some(CALIBRATION), false)?,
            other => {
                let reason = format!("unknown kind \"{other}\", expected one of {KINDS}");
                return Err(wrong(&self.kind, reason));
            }
        })
    }

    /// The sense of a refusal: key, code and qualifier in hexadecimal, `3/0C/00`.
    fn triple(&self, usual: Option<(u8, u8, u8)>) -> Result<(u8, u8, u8), Wrong> {
        let Some(given) = &self.sense else {
            return usual.ok_or((None, "check needs its sense: sense = \"3/0C/00\"".to_string()));
        };
        let bytes: Option<Vec<u8>> =
            given.get_ref().split('/').map(|part| u8::from_str_radix(part, 16).ok()).collect();
        match bytes.as_deref() {
            Some([key, code, qualifier]) if *key < 16 => Ok((*key, *code, *qualifier)),
            _ => Err(wrong(given, "sense is key/code/qualifier in hexadecimal, such as 3/0C/00")),
        }
    }

    fn check_options(&self, kind: FaultKind) -> Result<(), Wrong> {
        if let Some(bytes) = &self.bytes
            && !matches!(kind, FaultKind::Short { .. })
        {
            return Err(wrong(bytes, "bytes belongs to kind \"short\""));
        }
        if let Some(sense) = &self.sense
            && !matches!(kind, FaultKind::Check { .. })
        {
            return Err(wrong(sense, "sense belongs to kind \"check\" or \"deferred\""));
        }
        let answerless = matches!(
            kind,
            FaultKind::Reset
                | FaultKind::Timeout
                | FaultKind::PowerLoss
                | FaultKind::HostError { .. }
        );
        if let Some(done) = &self.done
            && !answerless
        {
            let reason = "done belongs to kinds without an answer: reset, timeout, power_loss, \
                          host_error";
            return Err(wrong(done, reason));
        }
        if let Some(host) = &self.host {
            if !matches!(kind, FaultKind::HostError { .. }) {
                return Err(wrong(host, "host belongs to kind \"host_error\""));
            }
            if *host.get_ref() == 0 {
                return Err(wrong(host, "host 0 is no error"));
            }
        }
        Ok(())
    }

    /// When it happens; where commands are named, at the first of them unless something else is
    /// said.
    fn when(&self, named: bool) -> Result<When, Wrong> {
        match (&self.at_command, &self.at_seconds, &self.at_lba) {
            (Some(number), None, None) if *number.get_ref() > 0 => {
                Ok(When::Command(*number.get_ref()))
            }
            (Some(number), None, None) => Err(wrong(number, "the first command is at_command = 1")),
            (None, Some(seconds), None) => Duration::try_from_secs_f64(*seconds.get_ref())
                .map(When::Time)
                .map_err(|error| wrong(seconds, format!("at_seconds: {error}"))),
            (None, None, Some(lba)) => Ok(When::Lba(*lba.get_ref())),
            (None, None, None) if named => Ok(When::Command(1)),
            (None, None, None) => {
                Err((None, "a fault needs at_command, at_seconds or at_lba".into()))
            }
            _ => Err((None, "only one of at_command, at_seconds and at_lba is possible".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> FaultPlan {
        FaultPlan::parse(text, "f.toml").expect("a good plan")
    }

    fn kinds(plan: &mut FaultPlan, commands: Range<u64>) -> Vec<Option<FaultKind>> {
        let due = |number| due(plan, number, 0, None).map(|event| event.kind);
        commands.map(due).collect()
    }

    fn due(
        plan: &mut FaultPlan,
        number: u64,
        ms: u64,
        sectors: Option<Range<u32>>,
    ) -> Option<FaultEvent> {
        plan.due(&Command { number, opcode: 0x28, sectors }, Duration::from_millis(ms))
    }

    #[test]
    fn a_fault_comes_at_its_command_as_often_as_it_says() {
        let mut timeout = plan("[[fault]]\nkind = \"timeout\"\nat_command = 3\ntimes = 2\n");
        let expected = [None, None, Some(FaultKind::Timeout), Some(FaultKind::Timeout), None];
        assert_eq!(kinds(&mut timeout, 1..6), expected);
        let mut unplug = plan("[[fault]]\nkind = \"unplug\"\nat_command = 2\n");
        let gone = Some(FaultKind::Unplug);
        assert_eq!(kinds(&mut unplug, 1..6), [None, gone, gone, gone, gone]);
    }

    #[test]
    fn a_fault_comes_at_its_time_and_at_its_sector() {
        let mut plan = plan(
            "[[fault]]\nkind = \"reset\"\nat_seconds = 1.5\n\
             [[fault]]\nkind = \"short\"\nat_lba = 100\nbytes = 512\n",
        );
        assert_eq!(due(&mut plan, 1, 1499, Some(0..100)), None);
        let event = due(&mut plan, 2, 1500, Some(96..112)).expect("both");
        assert_eq!((event.kind, event.line, event.occurrence), (FaultKind::Reset, 1, 0));
        let event = due(&mut plan, 3, 2000, Some(100..101)).expect("the sector");
        assert_eq!((event.kind, event.line), (FaultKind::Short { bytes: 512 }, 4));
        assert_eq!(due(&mut plan, 4, 3000, Some(100..101)), None);
    }

    #[test]
    fn a_drive_is_busy_for_so_many_commands_or_for_so_long() {
        let busy = Some(FaultKind::Busy);
        let mut twice = plan("[[fault]]\nkind = \"busy\"\nat_command = 2\ntimes = 2\n");
        assert_eq!(kinds(&mut twice, 1..5), [None, busy, busy, None]);
        // From the first WRITE on, whenever that comes.
        let mut long = plan("[[fault]]\nkind = \"busy\"\nopcode = 0x2a\nseconds = 1.5\n");
        let mut told = |number, opcode, ms| {
            let command = Command { number, opcode, sectors: None };
            long.due(&command, Duration::from_millis(ms)).map(|event| event.kind)
        };
        assert_eq!((told(1, 0x00, 0), told(2, 0x2a, 4000)), (None, busy));
        assert_eq!((told(3, 0x2a, 5499), told(4, 0x00, 5499)), (busy, None));
        assert_eq!((told(5, 0x2a, 5500), told(6, 0x2a, 9000)), (None, None));
    }

    #[test]
    fn a_fault_that_names_a_command_counts_that_one_alone() {
        let mut plan = plan(
            "[[fault]]\nkind = \"check\"\nsense = \"3/0c/00\"\nopcode = 0x2a\nat_command = 2\n\
             [[fault]]\nkind = \"timeout\"\nopcode = 0x35\ndone = true\n",
        );
        let mut told =
            |number, opcode| plan.due(&Command { number, opcode, sectors: None }, Duration::ZERO);
        assert_eq!((told(1, 0x00), told(2, 0x2a), told(3, 0x00)), (None, None, None));
        let event = told(4, 0x2a).expect("the second WRITE");
        let sense = (3, 0x0c, 0x00);
        assert_eq!(event.kind, FaultKind::Check { sense, deferred: false });
        assert_eq!(told(5, 0x2a), None);
        let event = told(6, 0x35).expect("the first flush");
        assert_eq!((event.kind, event.done), (FaultKind::Timeout, true));
    }

    #[test]
    fn calibration_fails_with_the_first_command_that_needs_it() {
        let mut plan = plan(
            "[[fault]]\nkind = \"calibration\"\n\
             [[fault]]\nkind = \"write_error\"\nat_lba = 77\n",
        );
        assert_eq!(plan.unwritable(), [77]);
        assert_eq!(due(&mut plan, 1, 0, None), None);
        let write = Command { number: 2, opcode: 0x2a, sectors: None };
        let event = plan.due(&write, Duration::ZERO).expect("the first WRITE");
        assert_eq!(event.kind, FaultKind::Check { sense: (3, 0x73, 0x03), deferred: false });
    }

    #[test]
    fn every_kind_has_its_name() {
        let names = [
            ("unplug", FaultKind::Unplug),
            ("reset", FaultKind::Reset),
            ("timeout", FaultKind::Timeout),
            ("tray", FaultKind::Tray),
            ("power_loss", FaultKind::PowerLoss),
            ("short", FaultKind::Short { bytes: 0 }),
            ("noise", FaultKind::Noise),
            ("host_error", FaultKind::HostError { host: 7 }),
            ("busy", FaultKind::Busy),
            ("deferred", FaultKind::Check { sense: (3, 0x0c, 0), deferred: true }),
        ];
        for (name, kind) in names {
            let text = format!("[[fault]]\nkind = \"{name}\"\nat_command = 1\n");
            assert_eq!(kinds(&mut plan(&text), 1..2), [Some(kind)]);
        }
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused_with_its_line() {
        let cases = [
            ("[[fault]]\nkind = \"reset\"\n", "f.toml:1: a fault needs at_command, at_seconds"),
            ("[[fault]]\nkind = \"fire\"\nat_lba = 1\n", "f.toml:2: unknown kind \"fire\""),
            (
                "[[fault]]\nkind = \"reset\"\nat_command = 0\n",
                "f.toml:3: the first command is at_command = 1",
            ),
            (
                "[[fault]]\nkind = \"reset\"\nat_lba = 1\nat_command = 1\n",
                "f.toml:1: only one of at_command, at_seconds and at_lba",
            ),
            ("[[fault]]\nkind = \"reset\"\nat_seconds = -1\n", "f.toml:3: at_seconds: "),
            ("[[fault]]\nkind = \"reset\"\nat_seconds = inf\n", "f.toml:3: at_seconds: "),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\nbytes = 1\n", "f.toml:4: bytes belongs to"),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\nhost = 1\n", "f.toml:4: host belongs to"),
            ("[[fault]]\nkind = \"host_error\"\nat_lba = 1\nhost = 0\n", "f.toml:4: host 0 is no"),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\ntimes = 0\n", "f.toml:4: times must be 1"),
            (
                "[[fault]]\nkind = \"unplug\"\nat_lba = 1\ntimes = 2\n",
                "f.toml:4: times: an unplugged",
            ),
            ("[[fault]]\nkind = \"busy\"\nat = 1\n", "f.toml:3: unknown field `at`"),
            ("[[fault]]\nkind = \"check\"\nat_lba = 1\n", "f.toml:1: check needs its sense"),
            (
                "[[fault]]\nkind = \"check\"\nsense = \"12\"\nat_lba = 1\n",
                "f.toml:3: sense is key/code/qualifier",
            ),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\nsense = \"3/0/0\"\n", "f.toml:4: sense"),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\ndone = true\n", "f.toml:4: done belongs"),
            ("[[fault]]\nkind = \"write_error\"\nat_command = 1\n", "f.toml:1: write_error needs"),
            ("[[fault]]\nkind = \"reset\"\nat_lba = 1\nseconds = 1\n", "f.toml:4: seconds belongs"),
            ("[[fault]]\nkind = \"busy\"\nat_lba = 1\nseconds = -1\n", "f.toml:4: seconds: "),
            (
                "[[fault]]\nkind = \"busy\"\nat_lba = 1\nseconds = 1\ntimes = 2\n",
                "f.toml:4: only one of times and seconds",
            ),
        ];
        for (text, expected) in cases {
            let said = FaultPlan::parse(text, "f.toml").expect_err("a bad plan").to_string();
            assert!(said.starts_with(expected), "{text}\n{said}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,200}") {
            let _ = FaultPlan::parse(&text, "x");
            let _ = FaultPlan::parse(&format!("[[fault]]\n{text}"), "x");
        }
    }
}
