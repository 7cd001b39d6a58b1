//! `format` on simulated discs.

use crate::harness::{Place, expect_all};

#[test]
fn what_cannot_be_formatted_is_left_alone_with_the_reason() {
    let place = Place::new();
    place.file("disc.iso", vec![1; 640 * 2048]);
    expect_all(
        "format-impossible",
        &place,
        &[
            "format -d sim:blank?medium=dvd+r",
            "format -d sim:blank?medium=dvd-r --json",
            "format -d sim:disc.iso?medium=dvd-rom",
            "format -d sim:disc.iso?medium=cd-r --full --yes",
            "format -d sim:disc.iso?tray=open",
            "format --list -d sim:disc.iso?tray=empty",
            "format --list --full",
            "format --spares some",
            "format --type 00h",
            "format --type 1 --spares max",
        ],
    );
}

#[test]
fn the_formats_there_are_are_listed() {
    let place = Place::new();
    expect_all(
        "format-list",
        &place,
        &[
            "format --list -d sim:blank?medium=dvd+r",
            "format --list -d sim:blank?medium=dvd+r --json",
        ],
    );
}
