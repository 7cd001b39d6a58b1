//! Each kind of disc, burnt and read back.

use oxidisc::jobs::burn::{Status, Worth};

use super::bench::{Bench, burn, image, is_unlocked, options};

#[test]
fn an_image_is_burnt_and_verified_on_every_kind_of_disc() {
    for medium in ["dvd+r", "bd-r", "dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r-dl", "bd-r-dl"] {
        let bench = Bench::blank(medium);
        let bytes = image(1000, 7);
        let options = options(bench.image(&bytes));
        let mut drive = bench.drive("");
        let (prepared, report, _) = burn(&mut drive, &options).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{medium}: {:#?}", prepared.plan.steps);
        assert_eq!(report.worth, Worth::Verified { closed: true }, "{medium}");
        assert!(is_unlocked(&mut drive), "{medium}");
        drop(drive);
        assert!(bench.read(0, 1000) == bytes, "{medium}");
    }
}
