//! What a host does that a real drive would punish, or leaves behind: looked for while its commands
//! come in and once more at the end. What the standard allows without harm is no finding.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::machine::{Machine, WriteStats};
use super::medium::{Kind, Medium, Track};
use crate::transport::{Answer, Cdb, Data};

/// Something that a host did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// The tray is still locked.
    DoorLocked,
    /// Bytes were never flushed: they are lost with the power.
    NotFlushed {
        /// How many.
        bytes: usize,
    },
    /// A track that was written is open: few drives but burners read it.
    TrackOpen {
        /// Its number.
        number: u8,
    },
    /// A session that was written is open.
    SessionOpen,
    /// A mode page is not what it was.
    PageChanged {
        /// PAGE CODE.
        code: u8,
    },
    /// A speed is still set, which survives a change of discs.
    SpeedLeft,
    /// READ BUFFER CAPACITY before the buffer was full once: some drives lose data (libburn).
    BufferAskedEarly,
    /// Mode page 05h was set for a disc that it is not for (MMC-6 7.5.3).
    PageOfOtherDiscs,
    /// A disc that is written in order was written from the middle of an error-correction block on.
    Unaligned {
        /// Where.
        lba: i64,
    },
    /// The drive had to fill up an error-correction block.
    FilledUp {
        /// With how many blocks.
        blocks: u64,
    },
    /// Streaming moves whole error-correction blocks (libburn's cookbook: else junk is written).
    StreamedPart {
        /// Where.
        lba: i64,
    },
    /// The disc was read while blocks waited to be written (growisofs: 5/2C/00).
    ReadWhileWriting,
    /// A WRITE whose answer was lost was sent again, unasked whether it had been done.
    BlindRepeat {
        /// Where.
        lba: i64,
    },
    /// A command took longer than the host waited: it heard nothing of its end.
    Impatient {
        /// Its opcode.
        opcode: u8,
        /// How long the host waited.
        timeout: Duration,
        /// How long it took.
        took: Duration,
    },
}

impl fmt::Display for Misdeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misdeed::DoorLocked => write!(f, "the tray was left locked"),
            Misdeed::NotFlushed { bytes } => write!(f, "{bytes} bytes were never flushed"),
            Misdeed::TrackOpen { number } => write!(f, "track {number} was left open"),
            Misdeed::SessionOpen => write!(f, "the session was left open"),
            Misdeed::PageChanged { code } => write!(f, "mode page {code:02x}h was left changed"),
            Misdeed::SpeedLeft => write!(f, "a speed was left set"),
            Misdeed::BufferAskedEarly => {
                write!(f, "READ BUFFER CAPACITY before the buffer was full once")
            }
            Misdeed::PageOfOtherDiscs => {
                write!(f, "mode page 05h was set for a disc that it is not for")
            }
            Misdeed::Unaligned { lba } => {
                write!(f, "WRITE at {lba}, in the middle of an error-correction block")
            }
            Misdeed::FilledUp { blocks } => {
                write!(f, "the drive filled up error-correction blocks with {blocks} blocks")
            }
            Misdeed::StreamedPart { lba } => {
                write!(f, "streaming at {lba} of a part of an error-correction block")
            }
            Misdeed::ReadWhileWriting => write!(f, "the disc was read while it was being written"),
            Misdeed::BlindRepeat { lba } => {
                write!(f, "WRITE at {lba} was repeated without asking for the next address")
            }
            Misdeed::Impatient { opcode, timeout, took } => write!(
                f,
                "command {opcode:02x}h took {:.1} s, longer than the {:.1} s allowed for it",
                took.as_secs_f64(),
                timeout.as_secs_f64()
            ),
        }
    }
}

/// A misdeed, and where it was seen first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub misdeed: Misdeed,
    /// The command, counted from power-on, 1 first; `None` for what was found at the end.
    pub command: Option<u64>,
    /// How often.
    pub times: u64,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.command {
            Some(command) => write!(f, "command {command}: {}", self.misdeed)?,
            None => write!(f, "at the end: {}", self.misdeed)?,
        }
        if self.times > 1 { write!(f, ", {} times", self.times) } else { Ok(()) }
    }
}

/// What a drive has to say about its host once nobody uses it any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Testimony {
    /// What the host did.
    pub findings: Vec<Finding>,
    /// How it wrote.
    pub stats: WriteStats,
}

/// Where a drive's testimony will be once it is gone.
#[derive(Clone, Debug, Default)]
pub struct Witness(Arc<Mutex<Option<Testimony>>>);

impl Witness {
    /// What the drive had to say; `None` as long as it is in use.
    pub fn testimony(&self) -> Option<Testimony> {
        let said = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        said.clone()
    }

    pub(super) fn hear(&self, testimony: Testimony) {
        let mut said = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *said = Some(testimony);
    }
}

/// What is known of a command before it runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    opcode: u8,
    lba: i64,
    blocks: u32,
    streaming: bool,
    selects_page_5: bool,
    holds_blocks: bool,
    asked_early: bool,
}

impl Before {
    /// Looks at a command and at the drive that it comes to.
    pub(super) fn of(machine: &Machine, cdb: &Cdb, data: &Data) -> Before {
        let bytes = cdb.bytes();
        let be = |range: std::ops::Range<usize>| {
            let field = bytes.get(range).unwrap_or(&[]);
            field.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte))
        };
        let opcode = cdb.opcode();
        let blocks = if opcode == 0xaa { be(6..10) } else { be(7..9) };
        let header = if opcode == 0x55 { 8 } else { 4 };
        let page = match data {
            Data::Out(list) if matches!(opcode, 0x15 | 0x55) => list.get(header).copied(),
            _ => None,
        };
        Before {
            opcode,
            lba: i64::from(be(2..6) as i32),
            blocks,
            streaming: opcode == 0xaa && bytes.get(10).is_some_and(|byte| byte & 0x80 != 0),
            selects_page_5: page.is_some_and(|code| code & 0x3f == 0x05),
            holds_blocks: machine.holds_blocks(),
            asked_early: machine.is_filling(),
        }
    }

    /// The same once the drive gets to the command.
    pub(super) fn now(self, machine: &Machine) -> Before {
        let (holds_blocks, asked_early) = (machine.holds_blocks(), machine.is_filling());
        Before { holds_blocks, asked_early, ..self }
    }

    fn writes(&self) -> bool {
        matches!(self.opcode, 0x2a | 0x2e | 0xaa)
    }

    fn reads(&self) -> bool {
        matches!(self.opcode, 0x28 | 0xa8 | 0xb9 | 0xbe | 0x2f)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Audit {
    findings: Vec<Finding>,
    /// A WRITE whose answer was lost, until somebody asked for the next address.
    lost: Option<i64>,
    /// Something failed that the host had no part in: it may leave the disc as it is.
    excused: bool,
}

impl Audit {
    /// A command's answer was lost, or it befell the drive otherwise.
    pub(super) fn lost(&mut self, before: &Before) {
        self.excused = true;
        if before.writes() {
            self.lost = Some(before.lba);
        }
    }

    /// A command was given up by the host; the drive is at it for so long.
    pub(super) fn given_up(
        &mut self,
        number: u64,
        before: &Before,
        timeout: Duration,
        took: Duration,
    ) {
        let opcode = before.opcode;
        add(&mut self.findings, Misdeed::Impatient { opcode, timeout, took }, number);
        if before.writes() {
            self.lost = Some(before.lba);
        }
    }

    /// A command was answered.
    pub(super) fn answered(
        &mut self,
        number: u64,
        before: &Before,
        answer: &Answer,
        machine: &Machine,
    ) {
        let good = answer.status == 0 && answer.host == 0;
        let mut find = |misdeed| add(&mut self.findings, misdeed, number);
        if before.opcode == 0x5c && before.asked_early {
            find(Misdeed::BufferAskedEarly);
        }
        if before.reads() && before.holds_blocks {
            find(Misdeed::ReadWhileWriting);
        }
        if let Some(disc) = machine.disc().filter(|disc| disc.can_grow()) {
            if before.selects_page_5 && good && !disc.kind.has_test_write() {
                find(Misdeed::PageOfOtherDiscs);
            }
            if before.writes() && good && before.blocks > 0 {
                written(disc, before, &mut find);
                if self.lost == Some(before.lba) && !overwritable(disc) {
                    find(Misdeed::BlindRepeat { lba: before.lba });
                }
            }
        }
        if matches!(before.opcode, 0x52 | 0x2a | 0x2e | 0xaa) {
            self.lost = None;
        }
        // 2/04/xx: not yet. 6/xx/xx: news, told before the command.
        let key = answer.sense.get(2).map_or(0, |byte| byte & 0x0f);
        let changes = matches!(before.opcode, 0x2a | 0x2e | 0xaa | 0x35 | 0x53 | 0x5b | 0x5d);
        self.excused |= changes && !good && !matches!(key, 2 | 6);
    }

    /// All that there is to say now.
    pub(super) fn findings(&self, machine: &Machine) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        let mut find = |misdeed| findings.push(Finding { misdeed, command: None, times: 1 });
        if machine.locked() {
            find(Misdeed::DoorLocked);
        }
        for code in machine.pages.changed() {
            find(Misdeed::PageChanged { code });
        }
        if machine.speed_is_set() {
            find(Misdeed::SpeedLeft);
        }
        let stats = machine.write_stats();
        let Some(disc) = machine.disc().filter(|_| stats.writes > 0) else { return findings };
        if in_order(disc) && stats.filled_up > 0 {
            find(Misdeed::FilledUp { blocks: stats.filled_up });
        }
        let bytes = machine.held_bytes();
        if bytes > 0 {
            find(Misdeed::NotFlushed { bytes });
        }
        if !self.excused && !disc.rehearsing() && disc.can_grow() {
            if let Some(track) = disc.tracks.iter().find(|track| track.is_open()) {
                find(Misdeed::TrackOpen { number: track.number });
            } else if session_is_open(disc) {
                find(Misdeed::SessionOpen);
            }
        }
        findings
    }
}

fn add(findings: &mut Vec<Finding>, misdeed: Misdeed, number: u64) {
    let same = |finding: &&mut Finding| {
        std::mem::discriminant(&finding.misdeed) == std::mem::discriminant(&misdeed)
    };
    match findings.iter_mut().find(same) {
        Some(finding) => finding.times += 1,
        None => findings.push(Finding { misdeed, command: Some(number), times: 1 }),
    }
}

fn written(disc: &Medium, before: &Before, find: &mut impl FnMut(Misdeed)) {
    let unit = i64::from(disc.family().ecc_blocks().0);
    let lba = before.lba;
    if in_order(disc) && lba % unit != 0 {
        find(Misdeed::Unaligned { lba });
    }
    if before.streaming && (lba % unit != 0 || i64::from(before.blocks) % unit != 0) {
        find(Misdeed::StreamedPart { lba });
    }
}

/// DVD and BD that are written in order, in error-correction blocks.
fn in_order(disc: &Medium) -> bool {
    let sequential = matches!(
        disc.kind,
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl | Kind::DvdPlusR | Kind::DvdPlusRDl | Kind::BdR
    );
    sequential && !overwritable(disc)
}

/// A block can be written as often as one likes.
fn overwritable(disc: &Medium) -> bool {
    let formatted = disc.record.as_ref().is_some_and(|record| record.format.is_some());
    match disc.kind {
        Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe => true,
        Kind::DvdRw => formatted,
        _ => false,
    }
}

fn session_is_open(disc: &Medium) -> bool {
    let closed = disc.record.as_ref().map_or(u8::MAX, |record| record.closed_sessions);
    !overwritable(disc) && disc.tracks.iter().any(|track: &Track| track.session > closed)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;
    use crate::transport::Transport;

    fn write(bench: &mut Bench, lba: u8, blocks: u8) {
        let cdb = [0x2a, 0, 0, 0, 0, lba, 0, 0, blocks, 0];
        bench.send(&cdb, &vec![1; usize::from(blocks) * 2048]);
    }

    fn said(bench: &Bench) -> Vec<String> {
        bench.drive.audit().iter().map(ToString::to_string).collect()
    }

    const FLUSH: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const CLOSE_TRACK: [u8; 10] = [0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0];
    const CLOSE_SESSION: [u8; 10] = [0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn a_burn_by_the_book_leaves_nothing_to_say() {
        let mut bench = Bench::of("sim:blank?medium=dvd+r");
        bench.ask(&[0x1e, 0, 0, 0, 1, 0], 0);
        for lba in [0, 32, 64] {
            write(&mut bench, lba, 32);
        }
        for cdb in [FLUSH, CLOSE_TRACK, CLOSE_SESSION] {
            assert_eq!(bench.ask(&cdb, 0).sense, None);
        }
        bench.ask(&[0x1e, 0, 0, 0, 0, 0], 0);
        assert_eq!(said(&bench), [""; 0]);
    }

    #[test]
    fn what_is_left_behind_is_told_at_the_end() {
        let mut bench = Bench::of("sim:blank?medium=dvd+r");
        bench.ask(&[0x1e, 0, 0, 0, 1, 0], 0);
        bench.ask(&[0xbb, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], 0);
        write(&mut bench, 0, 32);
        assert_eq!(
            said(&bench),
            [
                "at the end: the tray was left locked",
                "at the end: a speed was left set",
                "at the end: 65536 bytes were never flushed",
                "at the end: track 1 was left open",
            ]
        );
        assert_eq!(bench.ask(&CLOSE_TRACK, 0).sense, None);
        assert_eq!(
            said(&bench).last().map(String::as_str),
            Some("at the end: the session was left open")
        );
    }

    #[test]
    fn what_a_real_drive_would_punish_is_told_with_its_command() {
        let mut bench = Bench::of("sim:blank?medium=bd-r");
        let mut page = vec![0; 8];
        page.extend([0x05, 0x32, 0x42, 0x05, 0x08]);
        page.resize(60, 0);
        bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &page);
        write(&mut bench, 0, 32);
        bench.get(&[0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0], 12);
        bench.get(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0], 2048);
        write(&mut bench, 32, 5);
        write(&mut bench, 37, 5);
        let short = Duration::from_secs(1);
        bench.drive.execute(&Cdb::new(&FLUSH), Data::None, short).expect("answered");
        let said = said(&bench);
        for wanted in [
            "mode page 05h was set for a disc that it is not for",
            "READ BUFFER CAPACITY before the buffer was full once",
            "the disc was read while it was being written",
            "WRITE at 37, in the middle of an error-correction block",
            "at the end: the drive filled up error-correction blocks with 22 blocks",
            "at the end: mode page 05h was left changed",
        ] {
            assert!(said.iter().any(|line| line.ends_with(wanted)), "{wanted}: {said:?}");
        }
        assert_eq!(said.iter().filter(|line| line.contains("35h took")).count(), 0);
    }

    #[test]
    fn an_impatient_host_and_one_that_repeats_blindly_are_told() {
        let plan = tempfile::NamedTempFile::new().expect("temporary file");
        let text = "[[fault]]\nkind = \"host_error\"\nopcode = 0x2a\n";
        std::fs::write(plan.path(), text).expect("written");
        let spec = format!("sim:blank?medium=bd-r&faults={}", plan.path().display());
        let mut bench = Bench::of(&spec);
        let cdb = [0x2a, 0, 0, 0, 0, 0, 0, 0, 32, 0];
        let lost = bench.run(&cdb, Data::Out(&[1; 32 * 2048])).expect("taken");
        assert_eq!(lost.host, 7);
        write(&mut bench, 0, 32);
        let short = Duration::from_secs(1);
        bench.drive.execute(&Cdb::new(&FLUSH), Data::None, short).expect("answered");
        let said = said(&bench);
        assert!(said[0].ends_with("WRITE at 0 was repeated without asking for the next address"));
        assert!(said[1].contains("command 35h took 6."), "{said:?}");
        // The track is open, but something had failed.
        assert_eq!(said.len(), 2);
    }

    #[test]
    fn a_drive_testifies_when_nobody_uses_it_any_more() {
        let mut bench = Bench::of("sim:blank?medium=bd-re");
        let witness = bench.drive.witness();
        bench.ask(&[0x1e, 0, 0, 0, 1, 0], 0);
        assert_eq!(witness.testimony(), None);
        drop(bench);
        let testimony = witness.testimony().expect("said");
        assert_eq!(testimony.findings.len(), 1);
        assert_eq!(testimony.stats.writes, 0);
    }
}
