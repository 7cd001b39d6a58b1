//! Burns that the user stops, wherever that is: the disc is worth what the report says, and where a
//! burn can be gone on with, it is.

use std::ops::ControlFlow;

use oxidisc::jobs::burn::plan::WriteMode;
use oxidisc::jobs::burn::{self, Event, Options, Report, Stage, Status, Worth};
use oxidisc::mmc::Drive;
use oxidisc::transport::Answer;
use oxidisc::units::Blocks;

use super::bench::{Bench, burn, image, is_unlocked, options};
use super::meddled::{Deed, meddled};

/// Burns until `stop` says so.
fn until(drive: &mut Drive, options: &Options, mut stop: impl FnMut(&Event) -> bool) -> Report {
    let mut go_on = |_: Event| ControlFlow::Continue(());
    let prepared = burn::prepare(drive, options, &mut go_on).expect("prepared");
    let mut stopped = false;
    let mut observer = |event: Event| {
        stopped |= stop(&event);
        if stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    burn::carry_out(drive, &prepared, options, &mut observer)
}

/// At the first write that is not before so many sectors.
fn written(sectors: u64) -> impl FnMut(&Event) -> bool {
    move |event| match event {
        Event::Progress(at) => at.stage == Stage::Writing && at.done >= sectors,
        _ => false,
    }
}

#[test]
fn a_burn_that_was_stopped_is_gone_on_with_as_if_it_had_not_been() {
    let incremental = Some(WriteMode::Incremental);
    for (medium, mode) in [
        ("dvd+r", None),
        ("dvd+r-dl", None),
        ("bd-r", None),
        ("bd-r-dl", None),
        ("dvd-r", incremental),
        ("dvd-rw", incremental),
    ] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 11);
        let mut options = options(bench.image(&bytes));
        options.choices.mode = mode;
        let mut resuming = options.clone();
        resuming.resume = true;
        // Stopped once, and then again.
        let mut done = 0;
        for (sectors, options) in [(100, &options), (333, &resuming)] {
            let mut drive = bench.drive("");
            let report = until(&mut drive, options, written(sectors));
            assert_eq!(report.status, Status::Interrupted, "{medium}");
            let Worth::Resumable { done: Blocks(now), .. } = report.worth else {
                panic!("{medium}: {}", report.worth)
            };
            assert!(u64::from(now) >= sectors && now > done && now < 700, "{medium}: {now}");
            done = now;
            assert!(is_unlocked(&mut drive), "{medium}");
        }
        let (_, report, events) = burn(&mut bench.drive(""), &resuming).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{medium}");
        let begins = |event: &Event| matches!(event, Event::GoingOn(Blocks(at)) if *at == done);
        assert!(events.iter().any(begins), "{medium}");
        assert!(bench.read(0, 700) == bytes, "{medium}");
    }
}

#[test]
fn how_much_is_on_a_disc_that_is_overwritten_is_told_once_it_was_compared() {
    for (medium, unit) in [("dvd-ram", 16), ("dvd+rw", 16), ("bd-re", 32)] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 18);
        let mut options = options(bench.image(&bytes));
        let report = until(&mut bench.drive(""), &options, written(320));
        assert_eq!(report.status, Status::Interrupted, "{medium}");
        options.resume = true;
        let (_, report, events) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{medium}");
        let told = events.iter().filter_map(|event| match event {
            Event::GoingOn(Blocks(at)) => Some(*at),
            _ => None,
        });
        let told: Vec<u32> = told.collect();
        let begins = report.plan.write().expect("written").skip.0;
        assert!(told.len() == 1 && told[0] < 700 && told[0] / unit * unit == begins, "{told:?}");
        assert!(begins >= 320 / unit * unit, "{medium}: {begins}");
    }
}

#[test]
fn a_burn_that_was_stopped_before_anything_was_written_leaves_the_disc_as_it_was() {
    for medium in ["dvd+r", "bd-r", "dvd-r", "cd-r"] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 12);
        let options = options(bench.image(&bytes));
        let report = until(&mut bench.drive(""), &options, |_| true);
        assert_eq!((report.status, report.worth), (Status::Interrupted, Worth::Untouched));
        let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{medium}");
    }
}

#[test]
fn what_is_written_at_once_is_lost_when_it_is_stopped_and_that_is_said() {
    for (medium, lost) in [
        ("dvd-r", Worth::Ruined),
        ("cd-r", Worth::Ruined),
        ("dvd-rw", Worth::Blankable),
        ("cd-rw", Worth::Blankable),
    ] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 13);
        let mut options = options(bench.image(&bytes));
        let report = until(&mut bench.drive(""), &options, written(200));
        assert_eq!((report.status, report.worth.clone()), (Status::Interrupted, lost), "{medium}");
        options.choices.erase = true;
        if report.worth == Worth::Blankable {
            let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
            assert_eq!(report.status, Status::Verified, "{medium}");
        }
    }
}

#[test]
fn what_cannot_be_gone_on_with_is_closed_so_that_the_disc_takes_more() {
    for (medium, mode) in [("dvd+r", None), ("bd-r", None), ("dvd-r", Some(WriteMode::Incremental))]
    {
        let bench = Bench::blank(medium);
        let bytes = image(700, 18);
        let mut options = options(bench.image(&bytes));
        options.choices.mode = mode;
        until(&mut bench.drive(""), &options, written(200));
        // Whoever burns another image on it is told what to do first.
        let refused = burn(&mut bench.drive(""), &options).expect_err("a burn broke off");
        assert!(refused.hint.is_some_and(|hint| hint.contains("--resume")), "{medium}");
        // A drive that does not tell where to go on: DAMAGE, and no NWA, until it is closed.
        let mut closed = false;
        let (mut drive, _) = meddled(bench.sim(""), move |cdb| {
            closed |= cdb[0] == 0x5b;
            let ask = cdb[0] == 0x52 && !closed;
            let hide = |bytes: &mut [u8]| {
                bytes[5] |= 0x20;
                bytes[7] &= !0x01;
            };
            if ask { Deed::Change(hide) } else { Deed::Pass }
        });
        let resuming = Options { resume: true, ..options.clone() };
        let (prepared, report, _) = burn(&mut drive, &resuming).expect("prepared");
        assert!(prepared.loss.is_some_and(|loss| loss.contains("can only be closed")));
        let Status::Failed(error) = &report.status else { panic!("{:?}", report.status) };
        assert!(error.message.contains("could not be gone on with"), "{error}");
        let Worth::Wasted { free } = report.worth else { panic!("{medium}: {}", report.worth) };
        assert!(free > Blocks(2_000_000), "{medium}");
        drop(drive);
        // And then it takes the image behind what is lost.
        let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{medium}");
        let start = u32::try_from(report.plan.start.0).expect("behind what is lost");
        assert!(start > 200 && bench.read(start, 700) == bytes, "{medium}");
    }
}

#[test]
fn what_can_be_overwritten_is_gone_on_with_or_burnt_again() {
    for medium in ["dvd+rw", "dvd-ram", "bd-re"] {
        for resume in [false, true] {
            let bench = Bench::blank(medium);
            let bytes = image(700, 14);
            let mut options = options(bench.image(&bytes));
            let report = until(&mut bench.drive(""), &options, written(300));
            let expected = (Status::Interrupted, Worth::Rewritable);
            assert_eq!((report.status, report.worth), expected, "{medium}");
            options.resume = resume;
            let (_, report, events) = burn(&mut bench.drive(""), &options).expect("prepared");
            assert_eq!(report.status, Status::Verified, "{medium}");
            assert!(bench.read(0, 700) == bytes, "{medium}");
            // Gone on with, not begun anew.
            let from = events.iter().find_map(|event| match event {
                Event::Progress(at) if at.stage == Stage::Writing => Some(at.done),
                _ => None,
            });
            assert_eq!(from.is_some_and(|from| from >= 288), resume, "{medium}: {from:?}");
        }
    }
}

#[test]
fn a_burn_that_was_stopped_while_it_was_closed_is_closed_all_the_same() {
    let bench = Bench::blank("dvd+r");
    let bytes = image(700, 15);
    let options = options(bench.image(&bytes));
    let closing = |event: &Event| matches!(event, Event::Busy { stage: Stage::Closing, .. });
    let report = until(&mut bench.drive(""), &options, closing);
    let expected = (Status::Interrupted, Worth::Written { closed: true });
    assert_eq!((report.status, report.worth), expected);
    assert!(bench.read(0, 700) == bytes);
}

#[test]
fn another_image_is_not_gone_on_with() {
    let bench = Bench::blank("bd-r");
    let mut bytes = image(700, 16);
    let begun = options(bench.image(&bytes));
    until(&mut bench.drive(""), &begun, written(300));
    bytes[250 * 2048 + 77] ^= 1;
    let other = Options { resume: true, ..options(bench.image(&bytes)) };
    let (_, report, _) = burn(&mut bench.drive(""), &other).expect("prepared");
    let Status::Failed(error) = &report.status else { panic!("{:?}", report.status) };
    assert!(error.message.contains("sector 250 differs"), "{error}");
    assert_eq!(report.worth, Worth::Untouched);
    // The right one still is.
    bytes[250 * 2048 + 77] ^= 1;
    let right = Options { resume: true, ..options(bench.image(&bytes)) };
    let (_, report, _) = burn(&mut bench.drive(""), &right).expect("prepared");
    assert_eq!(report.status, Status::Verified);
}

#[test]
fn a_burn_that_was_lost_before_anything_got_to_the_disc_is_begun_by_resuming() {
    for medium in ["dvd+r", "bd-r", "cd-r"] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 17);
        let options = options(bench.image(&bytes));
        // The cable is out at the first write: nobody knows what came of it.
        let mut written = false;
        let (mut drive, _) = meddled(bench.sim(""), move |cdb| {
            written |= cdb[0] == 0x2a;
            // DID_NO_CONNECT.
            let gone = Answer { host: 1, ..Answer::default() };
            if written { Deed::Instead(gone) } else { Deed::Pass }
        });
        let (_, report, _) = burn(&mut drive, &options).expect("prepared");
        assert!(matches!(report.worth, Worth::Unknown { .. }), "{medium}: {}", report.worth);
        drop(drive);
        let resuming = Options { resume: true, ..options };
        let (prepared, report, _) = burn(&mut bench.drive(""), &resuming).expect("prepared");
        assert!(prepared.findings.iter().any(|note| note.contains("from its beginning")));
        assert_eq!(report.status, Status::Verified, "{medium}");
        assert!(bench.read(0, 700) == bytes, "{medium}");
    }
}

#[test]
fn there_is_nothing_to_go_on_with_where_no_burn_broke_off() {
    let bench = Bench::blank("dvd+r");
    let mut options = options(bench.image(&image(700, 17)));
    options.choices.appendable = true;
    assert_eq!(burn(&mut bench.drive(""), &options).expect("prepared").1.status, Status::Verified);
    // It would be on the disc a second time.
    options.resume = true;
    let error = burn(&mut bench.drive(""), &options).expect_err("complete");
    assert!(error.message.contains("no burn broke off"), "{error}");
}
