//! Each kind of disc, burnt and read back, in each way there is; and nothing of what the host did
//! is anything that a real drive would punish.

use oxidisc::jobs::burn::plan::{Choices, Spares, WriteMode};
use oxidisc::jobs::burn::{Options, Report, Status, Worth};
use oxidisc::mmc::Drive;

use super::bench::{Bench, burn, choices, image, is_unlocked, options};

/// Every kind of blank disc.
const MEDIA: [&str; 14] = [
    "cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r", "dvd+r-dl", "dvd+rw", "dvd-ram",
    "bd-r", "bd-r-dl", "bd-r-tl", "bd-re", "bd-re-dl",
];

/// Burns in a drive that watches its host, which must have done nothing wrong.
fn watched(bench: &Bench, options: &Options, what: &str) -> Report {
    let sim = bench.sim("");
    let witness = sim.witness();
    let mut drive = Drive::new(Box::new(sim));
    let (_, report, _) =
        burn(&mut drive, options).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(is_unlocked(&mut drive), "{what}");
    drop(drive);
    let findings = witness.testimony().expect("dropped").findings;
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{what}: {findings:?}");
    report
}

fn is_overwritten(medium: &str) -> bool {
    ["dvd+rw", "dvd-ram", "bd-re"].iter().any(|kind| medium.starts_with(kind))
}

fn with(choices: Choices, options: Options) -> Options {
    Options { choices, ..options }
}

#[test]
fn an_image_is_burnt_and_verified_on_every_kind_of_disc() {
    for medium in MEDIA {
        let bench = Bench::blank(medium);
        let bytes = image(1000, 7);
        let report = watched(&bench, &options(bench.image(&bytes)), medium);
        assert_eq!(report.status, Status::Verified, "{medium}");
        let closed = !is_overwritten(medium);
        assert_eq!(report.worth, Worth::Verified { closed }, "{medium}");
        assert_eq!(report.image_sha256, report.readback_sha256, "{medium}");
        assert!(bench.read(0, 1000) == bytes, "{medium}");
    }
}

#[test]
fn an_image_that_ends_within_a_sector_is_filled_up_with_zeros() {
    for medium in MEDIA {
        let bench = Bench::blank(medium);
        let mut bytes = image(1000, 8);
        bytes.truncate(999 * 2048 + 77);
        let forced = Options { force: true, ..options(bench.image(&bytes)) };
        let report = watched(&bench, &forced, medium);
        assert_eq!(report.status, Status::Verified, "{medium}");
        bytes.resize(1000 * 2048, 0);
        assert!(bench.read(0, 1000) == bytes, "{medium}");
    }
}

#[test]
fn a_disc_that_is_left_open_takes_another_image() {
    let open = Choices { appendable: true, ..choices() };
    for medium in ["cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r", "bd-r-dl"] {
        let bench = Bench::blank(medium);
        let (first, second) = (image(700, 9), image(800, 10));
        let one = with(open.clone(), options(bench.image(&first)));
        let report = watched(&bench, &one, medium);
        let left_open = (Status::Verified, Worth::Verified { closed: false });
        assert_eq!((report.status, report.worth), left_open, "{medium}");
        let two = options(bench.image(&second));
        let report = watched(&bench, &two, medium);
        let closed = (Status::Verified, Worth::Verified { closed: true });
        let start = u32::try_from(report.plan.start.0).expect("behind the first");
        assert_eq!((report.status, report.worth), closed, "{medium}");
        assert!(start > 700, "{medium}");
        assert!(bench.read(0, 700) == first && bench.read(start, 800) == second, "{medium}");
    }
}

#[test]
fn a_disc_that_can_be_rewritten_is_rewritten() {
    for medium in ["cd-rw", "dvd-rw", "dvd+rw", "dvd-ram", "bd-re"] {
        let bench = Bench::blank(medium);
        for (sectors, seed) in [(900, 11), (700, 12)] {
            let bytes = image(sectors, seed);
            let erase = Choices { erase: true, ..choices() };
            let report = watched(&bench, &with(erase, options(bench.image(&bytes))), medium);
            assert_eq!(report.status, Status::Verified, "{medium}");
            assert!(bench.read(0, sectors as u32) == bytes, "{medium}");
        }
    }
}

/// Its open track is not the first, and is gone once the disc is blanked.
#[test]
fn a_disc_of_several_sessions_is_blanked_and_begins_at_its_first_track() {
    let open = Choices { appendable: true, ..choices() };
    let at_once = Choices { erase: true, ..choices() };
    let incremental = Choices { appendable: true, ..at_once.clone() };
    for medium in ["cd-rw", "dvd-rw"] {
        // Left open, and closed: then it is blanked unasked.
        for last in [&open, &choices()] {
            for asked in [&at_once, &incremental] {
                let bench = Bench::blank(medium);
                for (choices, seed) in [(&open, 15), (last, 16)] {
                    let session = options(bench.image(&image(700, seed)));
                    let report = watched(&bench, &with(choices.clone(), session), medium);
                    assert_eq!(report.status, Status::Verified, "{medium}");
                }
                let bytes = image(900, 17);
                let erased = with(asked.clone(), options(bench.image(&bytes)));
                let report = watched(&bench, &erased, medium);
                assert_eq!(report.status, Status::Verified, "{medium} {last:?} {asked:?}");
                assert!(bench.read(0, 900) == bytes, "{medium}");
            }
        }
    }
}

#[test]
fn a_rehearsal_leaves_the_disc_as_it_was() {
    for (medium, mode) in [
        ("cd-r", None),
        ("cd-r", Some(WriteMode::Incremental)),
        ("cd-rw", None),
        ("dvd-r", None),
        ("dvd-r", Some(WriteMode::Incremental)),
        ("dvd-rw", None),
    ] {
        let bench = Bench::blank(medium);
        let bytes = image(900, 13);
        let rehearse = Choices { simulate: true, mode, ..choices() };
        let report = watched(&bench, &with(rehearse, options(bench.image(&bytes))), medium);
        let expected = (Status::Simulated, Worth::Untouched);
        assert_eq!((report.status, report.worth), expected, "{medium} {mode:?}");
        let for_good = with(Choices { mode, ..choices() }, options(bench.image(&bytes)));
        let report = watched(&bench, &for_good, medium);
        assert_eq!(report.status, Status::Verified, "{medium} {mode:?}");
    }
}

#[test]
fn spare_areas_and_streams_are_written_as_they_were_asked_for() {
    for (medium, spares, streaming) in [
        ("bd-r", Some(Spares::Default), false),
        ("bd-r", Some(Spares::Max), true),
        ("bd-re", Some(Spares::None), false),
        ("bd-re", Some(Spares::Default), true),
        ("dvd-ram", None, true),
    ] {
        let bench = Bench::blank(medium);
        let bytes = image(1000, 14);
        let asked = Choices { spares, streaming, ..choices() };
        let report = watched(&bench, &with(asked, options(bench.image(&bytes))), medium);
        assert_eq!(report.status, Status::Verified, "{medium} {spares:?}");
        assert!(bench.read(0, 1000) == bytes, "{medium}");
    }
}
