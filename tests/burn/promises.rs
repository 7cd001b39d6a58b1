//! What docs/promises.md promises and no other test shows.

use std::ops::ControlFlow;

use oxidisc::jobs::burn::plan::{Choices, Step, WriteMode};
use oxidisc::jobs::burn::several::{self, Station};
use oxidisc::jobs::burn::{self, Event, Options, Stage, Status, Worth};
use oxidisc::jobs::error::Kind;
use oxidisc::units::Speed;

use super::bench::{Bench, burn, choices, image, is_unlocked, options};

#[test]
fn a_speed_is_asked_for_granted_and_measured() {
    let bench = Bench::blank("dvd+r");
    let slow = Choices { speed: Some(Speed::Times(5.0)), ..choices() };
    let options = Options { choices: slow, ..options(bench.image(&image(12_000, 40))) };
    let (prepared, report, events) = burn(&mut bench.drive(""), &options).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    // 5x is not to be had: the next lower one is asked for, and said.
    let asked = prepared.plan.rate.expect("a speed").kbps;
    assert_eq!(asked, 5540);
    assert_eq!(
        prepared.plan.remarks,
        ["5x is not offered for this disc: 4.0x is the nearest of 16.0x, 12.0x, 8.0x, 6.0x, 4.0x"]
    );
    let granted = report.granted.expect("told").kbps;
    assert!((5530..=5550).contains(&granted), "{granted} kB/s");
    let said = events.iter().find_map(|event| match event {
        Event::Granted(rate) => *rate,
        _ => None,
    });
    assert_eq!(said, report.granted);
    let average = report.kbps_average.expect("measured");
    assert!(average > 1000.0 && average < 1.02 * f64::from(granted), "{average} kB/s");
}

#[test]
fn every_write_ends_with_a_whole_block_of_error_correction() {
    for (medium, unit) in [("dvd-r", 16), ("dvd+r", 16), ("bd-r", 32), ("dvd-rw", 16)] {
        for sectors in [1, 15, 16, 17, 999] {
            let bench = Bench::blank(medium);
            let bytes = image(sectors, 41);
            let options = options(bench.image(&bytes));
            let (prepared, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
            assert_eq!(report.status, Status::Verified, "{medium} {sectors}");
            let Some(Step::Write(write)) =
                prepared.plan.steps.iter().find(|step| matches!(step, Step::Write(_)))
            else {
                panic!("{medium}: nothing is written")
            };
            assert_eq!(write.total().0 % unit, 0, "{medium} {sectors}");
            assert!(write.total().0 < sectors as u32 + unit, "{medium} {sectors}");
            assert!(bench.read(0, sectors as u32) == bytes, "{medium} {sectors}");
        }
    }
}

#[test]
fn a_calibration_that_fails_is_said_in_words_and_not_tried_again() {
    let bench = Bench::blank("bd-r");
    let faults = "[[fault]]\nkind = \"calibration\"\nat_command = 1\nopcode = 0x2a\n";
    std::fs::write(bench.path("faults.toml"), faults).expect("written");
    let options = options(bench.image(&image(1000, 42)));
    let mut drive = bench.drive(&format!("faults={}", bench.path("faults.toml").display()));
    let (_, report, _) = burn(&mut drive, &options).expect("prepared");
    let Status::Failed(error) = &report.status else { panic!("{:?}", report.status) };
    assert!(error.message.contains("power calibration area error (03/73/03)"), "{error}");
    let hint = error.hint.as_deref().expect("a hint");
    assert!(hint.contains("a lower --speed, a disc of another maker"), "{hint}");
    assert_eq!((report.retries, report.written), (0, 0));
    assert!(matches!(report.worth, Worth::Untouched | Worth::Resumable { .. }), "{report:#?}");
    assert!(is_unlocked(&mut drive));
}

#[test]
fn a_flush_that_gets_lost_is_sent_again() {
    let tao = Some(WriteMode::Incremental);
    for (medium, mode) in [
        ("cd-r", None),
        ("cd-r", tao),
        ("dvd-r", None),
        ("dvd-r", tao),
        ("dvd+r", None),
        // Flushed once it is formatted, and once it is written.
        ("dvd+rw", None),
        ("bd-r", None),
        ("bd-re", None),
    ] {
        for (kind, at) in [("host_error", 1), ("host_error", 2), ("timeout", 1)] {
            let bench = Bench::blank(medium);
            let faults =
                format!("[[fault]]\nkind = \"{kind}\"\nat_command = {at}\nopcode = 0x35\n");
            std::fs::write(bench.path("faults.toml"), faults).expect("written");
            let bytes = image(1000, 44);
            let mut options = options(bench.image(&bytes));
            options.choices.mode = mode;
            let mut drive = bench.drive(&format!("faults={}", bench.path("faults.toml").display()));
            let (_, report, _) = burn(&mut drive, &options).expect("prepared");
            assert_eq!(
                report.status,
                Status::Verified,
                "{medium} {mode:?} {kind} {at}: {}",
                report.worth
            );
            drop(drive);
            assert!(bench.read(0, 1000) == bytes, "{medium} {at}");
        }
    }
}

#[test]
fn whenever_it_is_stopped_the_tray_is_unlocked_and_the_disc_can_be_gone_on_with() {
    let bytes = image(6000, 43);
    for stop_at in [Stage::Preparing, Stage::Writing, Stage::Flushing, Stage::Closing] {
        let bench = Bench::blank("bd-r");
        let burning = Options { fifo: Some(1 << 20), ..options(bench.image(&bytes)) };
        let mut drive = bench.drive("");
        let mut stop = |event: Event| match event {
            Event::Progress(at) if at.stage == stop_at && at.done > 1000 => ControlFlow::Break(()),
            Event::Busy { stage, .. } if stage == stop_at => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let prepared = burn::prepare(&mut drive, &burning, &mut stop).expect("prepared");
        let report = burn::carry_out(&mut drive, &prepared, &burning, &mut stop);
        assert!(is_unlocked(&mut drive), "{stop_at:?}");
        drop(drive);
        match (&report.status, &report.worth) {
            // There was no such stage, or it could not be left any more.
            (Status::Verified, _) => assert!(bench.read(0, 6000) == bytes),
            (Status::Interrupted, Worth::Resumable { .. } | Worth::Unclosed) => {
                let resuming = Options { resume: true, ..burning };
                let (_, report, _) = burn(&mut bench.drive(""), &resuming).expect("prepared");
                assert_eq!(report.status, Status::Verified, "{stop_at:?}");
                assert!(bench.read(0, 6000) == bytes, "{stop_at:?}");
            }
            (Status::Interrupted, Worth::Untouched | Worth::Written { .. }) => {}
            other => panic!("{stop_at:?}: {other:?}"),
        }
    }
}

#[test]
fn several_hundred_kilobytes_of_padding_are_not_asked_for() {
    // Exactly what fits: 1600 blocks of a disc of 1600.
    let bench = Bench::blank("dvd+r&capacity=1600");
    let bytes = image(1600, 44);
    let options = options(bench.image(&bytes));
    let (prepared, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
    assert_eq!((prepared.plan.needed.0, prepared.plan.available.0), (1600, 1600));
    assert_eq!(report.status, Status::Verified);
    assert!(bench.read(0, 1600) == bytes);
}

#[test]
fn what_was_refused_names_what_the_kernel_does_not_let_through() {
    let bench = Bench::blank("bd-r");
    let options = options(bench.image(&image(600, 45)));
    // All that a burn needs is let through to a user without privileges.
    let mut drive = bench.drive("filter=user");
    let (_, report, _) = burn(&mut drive, &options).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    drop(drive);
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let error = burn::prepare(&mut bench.drive(""), &options, &mut quiet).expect_err("closed");
    assert_eq!(error.kind, Kind::Unusable);
}

#[test]
fn a_drive_that_is_lost_drops_out_and_the_others_finish_from_the_same_reading() {
    let bytes = image(6000, 46);
    let benches: Vec<Bench> = ["dvd+r", "bd-r", "dvd+r"].map(Bench::blank).into();
    let faults = "[[fault]]\nkind = \"unplug\"\nat_lba = 5000\nopcode = 0x2a\n";
    std::fs::write(benches[1].path("faults.toml"), faults).expect("written");
    let options = Options { fifo: Some(1 << 20), ..options(benches[0].image(&bytes)) };
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let mut drives: Vec<_> = benches
        .iter()
        .enumerate()
        .map(|(index, bench)| match index {
            1 => bench.drive(&format!("faults={}", bench.path("faults.toml").display())),
            _ => bench.drive(""),
        })
        .collect();
    let prepared: Vec<_> = drives
        .iter_mut()
        .map(|drive| burn::prepare(drive, &options, &mut quiet).expect("prepared"))
        .collect();
    let stations = drives.iter_mut().zip(&prepared);
    let stations = stations.map(|(drive, prepared)| Station { drive, prepared }).collect();
    let mut everyone = |_: (usize, Event)| ControlFlow::Continue(());
    let reports = several::together(stations, &options, &mut everyone);
    assert_eq!(reports[0].status, Status::Verified);
    assert_eq!(reports[2].status, Status::Verified);
    let Status::Failed(error) = &reports[1].status else { panic!("{:?}", reports[1].status) };
    assert_eq!(error.kind, Kind::AfterDisc);
    assert_eq!(reports[1].worth, Worth::Unknown { resumable: true });
    drop(drives);
    for index in [0, 2] {
        assert!(benches[index].read(0, 6000) == bytes);
    }
    // What the lost drive had burnt is there, and is gone on with in another.
    let resuming = Options { resume: true, ..options };
    let (_, report, _) = burn(&mut benches[1].drive(""), &resuming).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    assert!(benches[1].read(0, 6000) == bytes);
}
