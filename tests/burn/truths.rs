//! What has to be true after a burn, whatever happened to it: the report tells the truth about the
//! disc, the tray is unlocked, nothing was done that a real drive would punish, and a disc that can
//! be saved is saved.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use oxidisc::jobs::burn::{self, Options, Report, Status, Worth};
use oxidisc::jobs::error::{Error, Kind};
use oxidisc::mmc::Drive;
use oxidisc::sim::audit::{Misdeed, Witness};

use super::bench::Bench;
use super::faulty::{Fault, Faulty};

/// What is burnt.
pub struct Burn<'a> {
    /// Where.
    pub bench: &'a Bench,
    /// How.
    pub options: &'a Options,
    /// What.
    pub bytes: &'a [u8],
    /// A burn of this kind that broke off can be gone on with.
    pub resumable: bool,
    /// In words, for whoever reads that it failed.
    pub what: &'a str,
}

/// How a burn ended to which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was not even prepared.
    Refused,
    /// All of it was done all the same.
    Done,
    /// It broke off.
    BrokenOff,
}

/// A burn to which something happened.
pub struct Run {
    pub result: Result<Report, Error>,
    /// The drive, as it is afterwards.
    pub drive: Drive,
    /// Commands there were.
    pub commands: u64,
    /// Where the drive tells of its host.
    witness: Witness,
}

fn quiet(drive: &mut Drive, options: &Options) -> Result<Report, Error> {
    let mut observer = |_| ControlFlow::Continue(());
    let prepared = burn::prepare(drive, options, &mut observer)?;
    Ok(burn::carry_out(drive, &prepared, options, &mut observer))
}

/// Burns while that happens, each at its command.
pub fn faulty(bench: &Bench, options: &Options, faults: &[(u64, Fault)]) -> Run {
    let own: String = faults.iter().filter_map(|(at, fault)| fault.plan(*at)).collect();
    let plan = bench.path("faults.toml");
    std::fs::write(&plan, own).expect("written");
    let inner = bench.sim(&format!("faults={}", plan.display()));
    let witness = inner.witness();
    let transport = Faulty::new(inner, faults.to_vec());
    let count = transport.count();
    let mut drive = Drive::new(Box::new(transport));
    let result = quiet(&mut drive, options);
    let commands = count.load(Ordering::SeqCst);
    Run { result, drive, commands, witness }
}

/// What a real drive would punish in any case, whatever befell it. What was left undone is no
/// misdeed where the drive was gone, or said no.
fn is_never_excused(misdeed: &Misdeed, faults: &[(u64, Fault)]) -> bool {
    // The drive does not know that it was said to be full.
    let said_full = faults.iter().any(|(_, fault)| *fault == Fault::Refuses(2, 0x04, 0x08));
    matches!(
        misdeed,
        Misdeed::BlindRepeat { .. }
            | Misdeed::PageOfOtherDiscs
            | Misdeed::Unaligned { .. }
            | Misdeed::StreamedPart { .. }
    ) || *misdeed == Misdeed::BufferAskedEarly && !said_full
}

impl Burn<'_> {
    /// Burns while that happens, and checks what has to be true then.
    pub fn survives(&self, faults: &[(u64, Fault)]) -> End {
        let Burn { bench, options, what, .. } = *self;
        let Run { result, drive, witness, .. } = faulty(bench, options, faults);
        let gone = drive.is_gone();
        drop(drive);
        for finding in witness.testimony().expect("dropped").findings {
            let locked = finding.misdeed == Misdeed::DoorLocked && !gone;
            let unexcused = locked || is_never_excused(&finding.misdeed, faults);
            assert!(!unexcused, "{what}: {finding}");
        }
        let spoilt = faults.iter().any(|(_, fault)| matches!(fault, Fault::Unwritable(_)));
        self.check(&result, spoilt);
        match &result {
            Err(_) => End::Refused,
            Ok(report) if matches!(report.status, Status::Verified | Status::Written) => End::Done,
            Ok(_) => End::BrokenOff,
        }
    }

    fn again(&self, options: &Options) -> Result<Report, Error> {
        quiet(&mut self.bench.drive(""), &Options { verify: true, ..options.clone() })
    }

    fn is_on_disc(&self) -> bool {
        let sectors = u32::try_from(self.bytes.len() / 2048).expect("a small image");
        self.bench.read(0, sectors) == self.bytes
    }

    /// Burnt so in a drive that is well, it is on the disc.
    fn saved(&self, options: &Options) {
        let what = self.what;
        let report = self.again(options).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(report.status, Status::Verified, "{what}: {}", report.worth);
        assert!(self.is_on_disc(), "{what}");
    }

    /// What there was of it is closed, or it is on the disc after all.
    fn is_closed_only(&self, report: &Report) {
        let told = matches!(report.worth, Worth::Ruined | Worth::Wasted { .. });
        let whole = report.status == Status::Verified && self.is_on_disc();
        assert!(told || whole, "{}: {:?}, {}", self.what, report.status, report.worth);
    }

    /// The disc after a burn that was told to have ended so, in a drive that is well.
    /// `spoilt`: with a sector that cannot be written, so that a write-once disc may be lost.
    fn check(&self, result: &Result<Report, Error>, spoilt: bool) {
        let Burn { options, what, .. } = *self;
        let Ok(report) = result else { return self.saved(options) };
        let told = match &report.status {
            Status::Failed(error) => error.to_string(),
            status => format!("{status:?}"),
        };
        let what = &format!("{what}: {told}: {}", report.worth);
        let burn = Burn { what, ..*self };
        burn.is_worth(report, spoilt);
    }

    /// What the report promises of the disc.
    fn is_worth(&self, report: &Report, spoilt: bool) {
        let Burn { bench, options, bytes, resumable: can, what } = *self;
        let resuming = Options { resume: true, ..options.clone() };
        if let Status::Failed(error) = &report.status {
            let untouched = report.worth == Worth::Untouched;
            let expected = if untouched { Kind::BeforeDisc } else { Kind::AfterDisc };
            assert_eq!(error.kind, expected, "{what}: {error}");
        }
        match &report.worth {
            Worth::Untouched => self.saved(options),
            Worth::Resumable { nwa, done } => {
                assert!(can, "{what}");
                let mut observer = |_| ControlFlow::Continue(());
                let prepared = burn::prepare(&mut bench.drive(""), &resuming, &mut observer);
                let prepared = prepared.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert_eq!(prepared.resume.map(|resume| resume.nwa), Some(*nwa), "{what}");
                assert!(bench.read(0, done.0)[..] == bytes[..done.0 as usize * 2048], "{what}");
                self.saved(&resuming);
            }
            // The drive has not told of it before the disc is gone on with.
            Worth::Unclosed if spoilt => {
                if let Ok(report) = self.again(&resuming) {
                    self.is_closed_only(&report);
                }
            }
            Worth::Unclosed => self.saved(&resuming),
            // The drive's word alone, of a disc that it could not write.
            Worth::Written { .. } if spoilt => {}
            Worth::Doubtful => assert_eq!(report.written, report.sectors, "{what}"),
            Worth::Verified { .. } | Worth::Written { .. } => {
                assert!(self.is_on_disc(), "{what}");
            }
            Worth::Unknown { resumable } => {
                assert_eq!(*resumable, can, "{what}");
                // Whatever it is: as it was, to be gone on with, or done.
                match self.again(&resuming).or_else(|_| self.again(options)) {
                    // What it was is not known, so neither is what becomes of it.
                    _ if !can => {}
                    Ok(report) if spoilt => self.is_closed_only(&report),
                    Ok(report) => assert_eq!(report.status, Status::Verified, "{what}"),
                    Err(_) => assert!(spoilt || self.is_on_disc(), "{what}"),
                }
            }
            Worth::Blankable => {
                let mut erasing = options.clone();
                erasing.choices.erase = true;
                self.saved(&erasing);
            }
            Worth::Ruined | Worth::Wasted { .. } => assert!(!can || spoilt, "{what}"),
            Worth::Unreadable { .. } | Worth::Different => assert!(spoilt, "{what}"),
            Worth::Closable if spoilt => {
                let report = self.again(&resuming);
                self.is_closed_only(&report.unwrap_or_else(|error| panic!("{what}: {error}")));
            }
            Worth::Rewritable | Worth::Empty => {
                // It can be gone on with as well.
                self.saved(if report.written > 32 { &resuming } else { options });
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}
