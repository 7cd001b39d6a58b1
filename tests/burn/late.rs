//! What a drive tells too late, of a write that it had called good; and discs that a burn which
//! broke off has left formatted. All of it was found by chance (`chance.rs`).

use std::ops::ControlFlow;

use oxidisc::jobs::burn::plan::{Spares, WriteMode};
use oxidisc::jobs::burn::{self, Event, Options, Report, Stage, Status, Worth};
use oxidisc::transport::{Answer, Sense, SenseKey};

use super::bench::{Bench, burn, image, options};
use super::faulty::Fault;
use super::meddled::{Deed, meddled, no};
use super::truths::faulty;

/// Burns ninety sectors, of which one cannot be written.
fn unwritable(bench: &Bench, options: &Options, lba: u32) -> Report {
    faulty(bench, options, &[(1, Fault::Unwritable(lba))]).result.expect("prepared")
}

fn is_failed(report: &Report, with: &str) -> bool {
    matches!(&report.status, Status::Failed(error) if error.message.contains(with))
}

#[test]
fn a_write_that_fails_after_the_flush_leaves_no_whole_image() {
    // It was said that all of the image is on the disc, and only to be closed.
    for (medium, mode, worth) in [
        ("dvd+r", None, Worth::Closable),
        ("bd-r", None, Worth::Closable),
        ("dvd-r", Some(WriteMode::Incremental), Worth::Closable),
        ("cd-rw", Some(WriteMode::Incremental), Worth::Blankable),
    ] {
        let bench = Bench::blank(medium);
        let mut options = options(bench.image(&image(90, 50)));
        options.choices.mode = mode;
        let report = unwritable(&bench, &options, 17);
        assert!(is_failed(&report, "write error"), "{medium}: {:?}", report.status);
        assert_eq!(report.worth, worth, "{medium}");
    }
}

#[test]
fn what_is_written_at_once_and_not_closed_is_not_said_to_be_closed_by_resuming() {
    for (medium, worth) in [("dvd-r", Worth::Ruined), ("dvd-rw", Worth::Blankable)] {
        let bench = Bench::blank(medium);
        for lba in [0, 17] {
            let bench = if lba == 0 { &bench } else { &Bench::blank(medium) };
            let options = options(bench.image(&image(90, 51)));
            let report = unwritable(bench, &options, lba);
            assert!(matches!(report.status, Status::Failed(_)), "{medium}: {:?}", report.status);
            assert_eq!(report.worth, worth, "{medium} at {lba}");
        }
    }
}

#[test]
fn a_failed_write_that_is_told_to_a_question_is_heard() {
    // READ CAPACITY, which the burn can do without, brings the news.
    for (appendable, verify) in [(false, true), (true, false)] {
        let bench = Bench::blank("bd-r");
        let mut options = Options { verify, ..options(bench.image(&image(90, 52))) };
        options.choices.appendable = appendable;
        let mut closed = false;
        let (mut drive, _) = meddled(bench.sim(""), move |cdb| {
            closed |= cdb[0] == 0x5b;
            if cdb[0] != 0x25 || !std::mem::take(&mut closed) {
                return Deed::Pass;
            }
            let mut sense = Sense::fixed(SenseKey::MediumError, 0x0c, 0x00);
            sense[0] |= 1;
            Deed::Instead(Answer { status: 2, driver: 8, sense, ..Answer::default() })
        });
        let (_, report, _) = burn(&mut drive, &options).expect("prepared");
        assert!(is_failed(&report, "READ CAPACITY: deferred medium error"), "{:?}", report.status);
        assert_eq!(report.worth, Worth::Doubtful);
    }
}

#[test]
fn what_the_drive_has_taken_gets_to_the_disc_though_it_refuses_at_first() {
    let bench = Bench::blank("dvd-rw");
    let bytes = image(90, 54);
    let mut options = options(bench.image(&bytes));
    options.choices.mode = Some(WriteMode::Incremental);
    let mut refusals = 2;
    let (mut drive, _) = meddled(bench.sim(""), move |cdb| {
        let refuse = cdb[0] == 0x35 && refusals > 0;
        refusals -= u32::from(refuse);
        if refuse { no(3, 0x73, 0x03) } else { Deed::Pass }
    });
    let (_, report, _) = burn(&mut drive, &options).expect("prepared");
    assert!(is_failed(&report, "power calibration area error"), "{:?}", report.status);
    assert_eq!(report.worth, Worth::Unclosed);
    drop(drive);
    let resuming = Options { resume: true, ..options };
    let (_, report, _) = burn(&mut bench.drive(""), &resuming).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    assert!(bench.read(0, 90) == bytes);
}

#[test]
fn a_burn_with_spare_areas_can_be_begun_again_behind_the_format() {
    // It was refused: "this BD-R is formatted with spare areas already".
    for (medium, spares) in [
        ("bd-r", Spares::Default),
        ("bd-r", Spares::Min),
        ("bd-re", Spares::None),
        ("bd-re", Spares::Min),
    ] {
        for (resume, written) in [(false, 0), (true, 0), (true, 64)] {
            let bench = Bench::blank(&format!("{medium}&capacity=4096"));
            let bytes = image(200, 53);
            let mut options = options(bench.image(&bytes));
            options.choices.spares = Some(spares);
            let mut drive = bench.drive("");
            let mut quiet = |_| ControlFlow::Continue(());
            let prepared = burn::prepare(&mut drive, &options, &mut quiet).expect("prepared");
            let mut stopped = false;
            let mut observer = |event: Event| {
                stopped |= match event {
                    Event::Busy { stage: Stage::Formatting, .. } => written == 0,
                    Event::Progress(at) => at.stage == Stage::Writing && at.done >= written,
                    _ => false,
                };
                if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let report = burn::carry_out(&mut drive, &prepared, &options, &mut observer);
            assert_eq!(report.status, Status::Interrupted);
            if written == 0 && medium == "bd-r" {
                // It has spare areas now: it is not as it was.
                assert_eq!(report.worth, Worth::Empty, "{medium} {spares:?}");
            }
            drop(drive);
            let again = Options { resume, ..options };
            let (_, report, _) = burn(&mut bench.drive(""), &again).expect("not refused");
            assert_eq!(report.status, Status::Verified, "{medium} {spares:?}");
            assert!(bench.read(0, 200) == bytes, "{medium} {spares:?}");
        }
    }
}
