//! `blank` on simulated discs.

use crate::harness::{Place, expect_all};

#[test]
fn what_cannot_be_blanked_is_left_alone_with_the_reason() {
    let place = Place::new();
    place.file("disc.iso", vec![1; 640 * 2048]);
    expect_all(
        "blank-impossible",
        &place,
        &[
            "blank -d sim:blank?medium=dvd+r",
            "blank -d sim:blank?medium=bd-r --json",
            "blank -d sim:disc.iso?medium=dvd-rom",
            "blank -d sim:disc.iso?medium=cd-r --full --yes",
            "blank -d sim:disc.iso?tray=open",
            "blank -d sim:disc.iso?tray=empty --json",
        ],
    );
}
