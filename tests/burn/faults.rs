//! Every command of a burn, and everything that can happen to it: the report tells the truth about
//! the disc, the tray is unlocked, and a write-once disc that can be saved is saved.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use oxidisc::jobs::burn::plan::WriteMode;
use oxidisc::jobs::burn::{self, Options, Report, Status, Worth};
use oxidisc::jobs::error::{Error, Kind};
use oxidisc::mmc::Drive;
use oxidisc::sim::audit::{Misdeed, Witness};

use super::bench::{Bench, image, is_unlocked, options};
use super::faulty::{FAULTS, Fault, Faulty};

/// Sectors of the image: six writes on a DVD, and an end that needs filling up.
const SECTORS: usize = 90;

/// A kind of disc, and how it is burnt.
#[derive(Clone, Copy, Debug)]
struct Case {
    medium: &'static str,
    mode: Option<WriteMode>,
    appendable: bool,
    /// A burn that broke off can be gone on with.
    resumable: bool,
    /// Everything happens at each command; else a part of it, another one at each.
    everything: bool,
}

const fn case(medium: &'static str, resumable: bool) -> Case {
    Case { medium, mode: None, appendable: false, resumable, everything: false }
}

fn asked(bench: &Bench, case: &Case, bytes: &[u8]) -> Options {
    let mut options = options(bench.image(bytes));
    options.choices.mode = case.mode;
    options.choices.appendable = case.appendable;
    options
}

fn quiet(drive: &mut Drive, options: &Options) -> Result<Report, Error> {
    let mut observer = |_| ControlFlow::Continue(());
    let prepared = burn::prepare(drive, options, &mut observer)?;
    Ok(burn::carry_out(drive, &prepared, options, &mut observer))
}

/// A burn to which something happened.
struct Run {
    result: Result<Report, Error>,
    /// The drive, as it is afterwards.
    drive: Drive,
    /// Commands there were.
    commands: u64,
    /// Where the drive tells of its host.
    witness: Witness,
}

/// Burns with a fault at a command.
fn faulty(bench: &Bench, options: &Options, at: u64, fault: Fault) -> Run {
    let count = Arc::new(AtomicU64::new(0));
    let plan = bench.path("faults.toml");
    let query = match fault {
        Fault::Drive(kind) => {
            let text = format!("[[fault]]\n{kind}\nat_command = {at}\n");
            std::fs::write(&plan, text).expect("written");
            format!("faults={}", plan.display())
        }
        _ => String::new(),
    };
    let inner = bench.sim(&query);
    let witness = inner.witness();
    let transport = Faulty { inner, at, fault, count: Arc::clone(&count) };
    let mut drive = Drive::new(Box::new(transport));
    let result = quiet(&mut drive, options);
    let commands = count.load(Ordering::SeqCst);
    Run { result, drive, commands, witness }
}

/// What a real drive would punish in any case, whatever befell it. What was left undone is no
/// misdeed where the drive was gone, or said no.
fn is_never_excused(misdeed: &Misdeed, fault: Fault) -> bool {
    // The drive does not know that it was said to be full.
    let said_full = fault == Fault::Refuses(2, 0x04, 0x08);
    matches!(
        misdeed,
        Misdeed::BlindRepeat { .. }
            | Misdeed::PageOfOtherDiscs
            | Misdeed::Unaligned { .. }
            | Misdeed::StreamedPart { .. }
    ) || *misdeed == Misdeed::BufferAskedEarly && !said_full
}

/// The disc after a burn that was told to have ended so, in a drive that is well.
fn check(bench: &Bench, case: &Case, bytes: &[u8], result: &Result<Report, Error>, what: &str) {
    let options = asked(bench, case, bytes);
    let resuming = Options { resume: true, ..options.clone() };
    let again = |options: &Options| quiet(&mut bench.drive(""), options);
    let saved = |options: &Options| {
        let report = again(options).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(report.status, Status::Verified, "{what}: {}", report.worth);
        assert!(bench.read(0, SECTORS as u32) == bytes, "{what}");
    };
    let report = match result {
        Ok(report) => report,
        // It was not even prepared.
        Err(_) => return saved(&options),
    };
    if let Status::Failed(error) = &report.status {
        let untouched = report.worth == Worth::Untouched;
        let expected = if untouched { Kind::BeforeDisc } else { Kind::AfterDisc };
        assert_eq!(error.kind, expected, "{what}: {error}");
    }
    match &report.worth {
        Worth::Untouched => saved(&options),
        Worth::Resumable { nwa, done } => {
            assert!(case.resumable, "{what}");
            let prepared =
                burn::prepare(&mut bench.drive(""), &resuming, &mut |_| ControlFlow::Continue(()));
            let prepared = prepared.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(prepared.resume.map(|resume| resume.nwa), Some(*nwa), "{what}");
            assert!(bench.read(0, done.0)[..] == bytes[..done.0 as usize * 2048], "{what}");
            saved(&resuming);
        }
        Worth::Unclosed => saved(&resuming),
        Worth::Verified { .. } | Worth::Written { .. } => {
            assert!(bench.read(0, SECTORS as u32) == bytes, "{what}");
        }
        Worth::Unknown { resumable } => {
            assert_eq!(*resumable, case.resumable, "{what}");
            // Whatever it is: as it was, to be gone on with, or done.
            let outcome = again(&resuming).or_else(|_| again(&options));
            match outcome {
                // What it was is not known, so neither is what becomes of it.
                _ if !case.resumable => {}
                Ok(report) => assert_eq!(report.status, Status::Verified, "{what}"),
                Err(_) => assert!(bench.read(0, SECTORS as u32) == bytes, "{what}"),
            }
        }
        Worth::Blankable => {
            let mut erasing = options.clone();
            erasing.choices.erase = true;
            saved(&erasing);
        }
        Worth::Ruined | Worth::Wasted { .. } => assert!(!case.resumable, "{what}"),
        Worth::Rewritable | Worth::Empty => {
            // It can be gone on with as well.
            saved(if report.written > 32 { &resuming } else { &options });
        }
        other => panic!("{what}: {other:?}"),
    }
}

/// Commands of a burn that nothing happens to: up to the end of the preparations, of the burn
/// itself, and of the reading back.
fn lengths(case: &Case, bytes: &[u8]) -> [u64; 3] {
    let run = |verify: bool| {
        let bench = Bench::blank(case.medium);
        let options = Options { verify, ..asked(&bench, case, bytes) };
        let clean = faulty(&bench, &options, u64::MAX, Fault::Lost);
        let expected = if verify { Status::Verified } else { Status::Written };
        assert_eq!(clean.result.expect("prepared").status, expected, "{case:?}");
        clean.commands
    };
    let bench = Bench::blank(case.medium);
    let count = Arc::new(AtomicU64::new(0));
    let transport = Faulty {
        inner: bench.sim(""),
        at: u64::MAX,
        fault: Fault::Lost,
        count: Arc::clone(&count),
    };
    let mut drive = Drive::new(Box::new(transport));
    let mut observer = |_| ControlFlow::Continue(());
    burn::prepare(&mut drive, &asked(&bench, case, bytes), &mut observer).expect("prepared");
    let prepared = count.load(Ordering::SeqCst);
    [prepared, run(false), run(true)]
}

/// What happens at which command: most at those of the burn itself, and one thing after the other
/// where nothing is written. With `OXIDISC_FAULTS=all`: everything everywhere.
fn walk(case: &Case, [prepared, burnt, verified]: [u64; 3]) -> Vec<(u64, Fault)> {
    let all = std::env::var("OXIDISC_FAULTS").is_ok_and(|value| value == "all");
    let at = |at: u64| {
        let burning = (prepared + 1..=burnt + 1).contains(&at);
        let count = match (all || case.everything && burning, burning) {
            (true, _) => FAULTS.len(),
            (false, true) => 5,
            (false, false) => 1,
        };
        let first = usize::try_from(at).unwrap_or(0) * count;
        (first..first + count).map(move |index| (at, FAULTS[index % FAULTS.len()]))
    };
    (1..=verified).flat_map(at).collect()
}

/// Walks the commands of a burn.
fn matrix(case: Case) {
    let bytes = image(SECTORS, 3);
    let lengths = lengths(&case, &bytes);
    let mut ends = [0; 3];
    let mut wrong = Vec::new();
    for (at, fault) in walk(&case, lengths) {
        let what = format!("{fault:?} at command {at}");
        let one = || {
            let bench = Bench::blank(case.medium);
            let options = asked(&bench, &case, &bytes);
            let Run { result, mut drive, witness, .. } = faulty(&bench, &options, at, fault);
            if !drive.is_gone() {
                assert!(is_unlocked(&mut drive), "{what}: locked");
            }
            drop(drive);
            for finding in witness.testimony().expect("dropped").findings {
                assert!(!is_never_excused(&finding.misdeed, fault), "{what}: {finding}");
            }
            check(&bench, &case, &bytes, &result, &what);
            match &result {
                Err(_) => 0,
                Ok(report) if report.status == Status::Verified => 1,
                Ok(_) => 2,
            }
        };
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(one)) {
            Ok(end) => ends[end] += 1,
            Err(_) => wrong.push(what),
        }
    }
    assert!(wrong.is_empty(), "{case:?}, commands {lengths:?}: {wrong:#?}");
    // The walk has been everywhere.
    assert!(ends.iter().all(|count| *count > 0), "{case:?}: {ends:?}");
}

#[test]
fn a_dvd_plus_r_survives_whatever_happens_at_whatever_command() {
    matrix(Case { everything: true, ..case("dvd+r&capacity=4096", true) });
}

#[test]
fn a_bd_r_survives_whatever_happens_at_whatever_command() {
    matrix(case("bd-r&capacity=4096", true));
}

#[test]
fn a_bd_r_left_open_survives_whatever_happens() {
    matrix(Case { appendable: true, ..case("bd-r&capacity=4096", true) });
}

#[test]
fn a_dvd_r_written_piece_by_piece_survives_whatever_happens() {
    let incremental = Some(WriteMode::Incremental);
    matrix(Case { mode: incremental, ..case("dvd-r&capacity=4096", true) });
}

#[test]
fn a_dvd_r_written_at_once_is_never_said_to_be_what_it_is_not() {
    matrix(case("dvd-r&capacity=4096", false));
}

#[test]
fn a_dvd_rw_can_be_burnt_again_whatever_happens() {
    matrix(case("dvd-rw&capacity=4096", false));
}

#[test]
fn a_cd_r_written_at_once_is_never_said_to_be_what_it_is_not() {
    matrix(case("cd-r&capacity=4096", false));
}

#[test]
fn a_cd_r_written_track_by_track_is_never_said_to_be_what_it_is_not() {
    let incremental = Some(WriteMode::Incremental);
    matrix(Case { mode: incremental, ..case("cd-r&capacity=4096", false) });
}

#[test]
fn a_cd_rw_can_be_burnt_again_whatever_happens() {
    matrix(case("cd-rw&capacity=4096", false));
}

#[test]
fn what_can_be_overwritten_survives_whatever_happens() {
    for medium in ["dvd+rw&capacity=4096", "dvd-ram&capacity=4096", "bd-re&capacity=4096"] {
        matrix(case(medium, true));
    }
}
