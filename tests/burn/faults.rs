//! Every command of a burn, and everything that can happen to it: the report tells the truth about
//! the disc, the tray is unlocked, and a write-once disc that can be saved is saved.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use oxidisc::jobs::burn::plan::WriteMode;
use oxidisc::jobs::burn::{self, Options, Status};
use oxidisc::mmc::Drive;

use super::bench::{Bench, image, options};
use super::faulty::{FAULTS, Fault, Faulty};
use super::truths::{Burn, End, faulty};

/// Sectors of the image: six writes on a DVD, and an end that needs filling up.
const SECTORS: usize = 90;

/// How a kind of disc is burnt.
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

/// Commands of a burn that nothing happens to: up to the end of the preparations, of the burn
/// itself, and of the reading back.
fn lengths(case: &Case, bytes: &[u8]) -> [u64; 3] {
    let run = |verify: bool| {
        let bench = Bench::blank(case.medium);
        let options = Options { verify, ..asked(&bench, case, bytes) };
        let clean = faulty(&bench, &options, &[]);
        let expected = if verify { Status::Verified } else { Status::Written };
        assert_eq!(clean.result.expect("prepared").status, expected, "{case:?}");
        clean.commands
    };
    let bench = Bench::blank(case.medium);
    let transport = Faulty::new(bench.sim(""), Vec::new());
    let count = transport.count();
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
    let mut ends = Vec::new();
    let mut wrong = Vec::new();
    for (at, fault) in walk(&case, lengths) {
        let what = format!("{fault:?} at command {at}");
        let one = || {
            let bench = &Bench::blank(case.medium);
            let options = &asked(bench, &case, &bytes);
            let resumable = case.resumable;
            Burn { bench, options, bytes: &bytes, resumable, what: &what }.survives(&[(at, fault)])
        };
        match std::panic::catch_unwind(one) {
            Ok(end) => ends.push(end),
            Err(_) => wrong.push(what),
        }
    }
    assert!(wrong.is_empty(), "{case:?}, commands {lengths:?}: {wrong:#?}");
    // The walk has been everywhere.
    for end in [End::Refused, End::Done, End::BrokenOff] {
        assert!(ends.contains(&end), "{case:?}: never {end:?}");
    }
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
