//! Discs that one drive burnt, verified afterwards: in another drive, against a checksum, session
//! by session, and after somebody has damaged them.

use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

use oxidisc::formats::hash::{HashKind, Hashes};
use oxidisc::jobs::burn::plan::Choices;
use oxidisc::jobs::burn::{Options, Source, Status};
use oxidisc::jobs::verify::{self, Against, Event, sums};
use oxidisc::mmc::Drive;
use oxidisc::units::Lba;

use super::bench::{Bench, burn, choices, image, options};

fn verified(drive: &mut Drive, against: Against, start: i32) -> verify::Report {
    let start = Lba(start);
    let options = verify::Options { against, start, most: None, speed: None, retries: 1 };
    let mut quiet = |_: Event| ControlFlow::Continue(());
    verify::verify(drive, &options, &mut quiet).expect("compared")
}

fn burnt(medium: &str, bytes: &[u8]) -> (Bench, Source) {
    let bench = Bench::blank(medium);
    let source = bench.image(bytes);
    let (_, report, _) = burn(&mut bench.drive(""), &options(source.clone())).expect("prepared");
    assert_eq!(report.status, Status::Verified, "{medium}");
    (bench, source)
}

fn image_of(source: &Source) -> Against {
    let Source::File { path, .. } = source else { panic!("a file") };
    Against::Image(path.clone())
}

#[test]
fn a_disc_that_one_drive_burnt_is_verified_in_others_and_against_its_checksum() {
    let bytes = image(1000, 20);
    let mut hashes = Hashes::new(&[HashKind::Sha256]);
    hashes.update(&bytes);
    let sum = hashes.finish().remove(0).1;
    for (medium, others) in [
        ("cd-r", ["px-w4824a", "nd-3540a", "bu40n"]),
        ("dvd+r", ["dvr-111d", "ad-7590s", "ts-l632h"]),
        ("bd-r", ["bu40n", "se-506cb", "bw-16d1ht"]),
    ] {
        let (bench, source) = burnt(medium, &bytes);
        let list = bench.path("image.iso.sha256");
        std::fs::write(&list, format!("{sum}  image.iso\n")).expect("written");
        let against = sums::load(&list, None, Some(bytes.len() as u64)).expect("a sum");
        for persona in others {
            let mut drive = bench.drive(&format!("persona={persona}"));
            let report = verified(&mut drive, image_of(&source), 0);
            assert_eq!(report.status, verify::Status::Same, "{medium} in {persona}");
            assert_eq!(report.readback_sha256.as_ref(), Some(&sum));
            let report = verified(&mut drive, against.clone(), 0);
            assert_eq!(report.status, verify::Status::Same, "{medium} in {persona}");
        }
    }
}

#[test]
fn a_bit_that_turns_on_the_disc_is_found_where_it_is() {
    let bytes = image(1000, 21);
    // On a CD behind sync and header.
    for (medium, stride, into) in [("cd-r", 2352, 16), ("dvd+r", 2048, 0), ("bd-r", 2048, 0)] {
        let (bench, source) = burnt(medium, &bytes);
        for (sector, byte) in [(0, 0), (517, 1000), (999, 2047)] {
            // Where a virtual disc keeps its sectors: behind two slots of 32 KiB.
            let at = 65_536 + sector * stride + into + byte;
            let disc = File::options().read(true).write(true).open(bench.disc()).expect("opened");
            let mut value = [0];
            disc.read_exact_at(&mut value, at).expect("recorded");
            disc.write_all_at(&[value[0] ^ 4], at).expect("changed");
            drop(disc);
            let report = verified(&mut bench.drive(""), image_of(&source), 0);
            assert_eq!(report.status, verify::Status::Different, "{medium} {sector}");
            assert_eq!(report.different_ranges, [(sector, 1)], "{medium}");
            let place = report.first_different.expect("a place");
            assert_eq!((u64::from(place.byte.expect("known")), place.lba.0 as u64), (byte, sector));
            let disc = File::options().write(true).open(bench.disc()).expect("opened");
            disc.write_all_at(&value, at).expect("changed back");
        }
        let report = verified(&mut bench.drive(""), image_of(&source), 0);
        assert_eq!(report.status, verify::Status::Same, "{medium}");
    }
}

#[test]
fn each_session_of_a_disc_is_verified_where_it_begins() {
    for medium in ["cd-r", "dvd-r", "dvd+r", "bd-r"] {
        let bench = Bench::blank(medium);
        let mut starts = Vec::new();
        for seed in 0..3 {
            let bytes = image(700, 30 + seed);
            std::fs::write(bench.path(&format!("{seed}.iso")), &bytes).expect("written");
            let source =
                Source::File { path: bench.path(&format!("{seed}.iso")), bytes: 700 * 2048 };
            let appendable = Choices { appendable: true, ..choices() };
            let options = Options { choices: appendable, ..options(source) };
            let (prepared, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
            assert_eq!(report.status, Status::Verified, "{medium} {seed}: {report:#?}");
            starts.push(prepared.plan.start.0);
        }
        for (seed, start) in (0..3).zip(&starts) {
            let against = Against::Image(bench.path(&format!("{seed}.iso")));
            let report = verified(&mut bench.drive(""), against.clone(), *start);
            assert_eq!(report.status, verify::Status::Same, "{medium} {seed}");
            let report = verified(&mut bench.drive(""), against, starts[(seed + 1) % 3]);
            assert_eq!(report.status, verify::Status::Different, "{medium} {seed}");
        }
    }
}
