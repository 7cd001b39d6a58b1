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
    /// Status BUSY.
    Busy,
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
}

/// What will happen, and what has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultPlan {
    faults: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fault {
    kind: FaultKind,
    when: When,
    line: usize,
    times: u32,
    happened: u32,
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
        Ok(FaultPlan { faults: faults.collect::<Result<_, _>>()? })
    }

    /// What befalls the command at hand: the `number`-th since power-on (1 first), at `now` on the
    /// drive's clock, which reads or writes `sectors` if any. The first that is due in the order of
    /// the plan; another that is due at once comes with the next command.
    pub fn due(
        &mut self,
        number: u64,
        now: Duration,
        sectors: Option<Range<u32>>,
    ) -> Option<FaultEvent> {
        let fault = self.faults.iter_mut().find(|fault| {
            // Who is unplugged stays away, whatever is asked next.
            let gone = fault.kind == FaultKind::Unplug && fault.happened > 0;
            let due = || match fault.when {
                When::Command(from) => number >= from,
                When::Time(from) => now >= from,
                When::Lba(lba) => sectors.as_ref().is_some_and(|range| range.contains(&lba)),
            };
            gone || (fault.happened < fault.times && due())
        })?;
        let occurrence = fault.happened;
        fault.happened = fault.happened.saturating_add(1);
        Some(FaultEvent { kind: fault.kind, line: fault.line, occurrence })
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
    bytes: Option<Spanned<u32>>,
    host: Option<Spanned<u16>>,
}

type Wrong = (Option<usize>, String);

const KINDS: &str = "unplug, reset, timeout, tray, power_loss, short, noise, host_error, busy";

impl Raw {
    fn meaning(&self, line: usize) -> Result<Fault, Wrong> {
        let kind = match self.kind.get_ref().as_str() {
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
            other => {
                let reason = format!("unknown kind \"{other}\", expected one of {KINDS}");
                return Err((Some(self.kind.span().start), reason));
            }
        };
        if let Some(bytes) = &self.bytes
            && !matches!(kind, FaultKind::Short { .. })
        {
            return Err((Some(bytes.span().start), "bytes belongs to kind \"short\"".into()));
        }
        if let Some(host) = &self.host {
            if !matches!(kind, FaultKind::HostError { .. }) {
                return Err((
                    Some(host.span().start),
                    "host belongs to kind \"host_error\"".into(),
                ));
            }
            if *host.get_ref() == 0 {
                return Err((Some(host.span().start), "host 0 is no error".into()));
            }
        }
        let times = match &self.times {
            Some(times) if kind == FaultKind::Unplug => {
                let reason = "times: an unplugged drive does not come back".into();
                return Err((Some(times.span().start), reason));
            }
            Some(times) if *times.get_ref() == 0 => {
                return Err((Some(times.span().start), "times must be 1 or more".into()));
            }
            Some(times) => *times.get_ref(),
            None if kind == FaultKind::Unplug => u32::MAX,
            None => 1,
        };
        Ok(Fault { kind, when: self.when()?, line, times, happened: 0 })
    }

    fn when(&self) -> Result<When, Wrong> {
        match (&self.at_command, &self.at_seconds, &self.at_lba) {
            (Some(number), None, None) if *number.get_ref() > 0 => {
                Ok(When::Command(*number.get_ref()))
            }
            (Some(number), None, None) => {
                Err((Some(number.span().start), "the first command is at_command = 1".into()))
            }
            (None, Some(seconds), None) => Duration::try_from_secs_f64(*seconds.get_ref())
                .map(When::Time)
                .map_err(|error| (Some(seconds.span().start), format!("at_seconds: {error}"))),
            (None, None, Some(lba)) => Ok(When::Lba(*lba.get_ref())),
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
        let due = |number| plan.due(number, Duration::ZERO, None).map(|event| event.kind);
        commands.map(due).collect()
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
        assert_eq!(plan.due(1, Duration::from_millis(1499), Some(0..100)), None);
        let event = plan.due(2, Duration::from_millis(1500), Some(96..112)).expect("both");
        assert_eq!((event.kind, event.line, event.occurrence), (FaultKind::Reset, 1, 0));
        let event = plan.due(3, Duration::from_secs(2), Some(100..101)).expect("the sector");
        assert_eq!((event.kind, event.line), (FaultKind::Short { bytes: 512 }, 4));
        assert_eq!(plan.due(4, Duration::from_secs(3), Some(100..101)), None);
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
