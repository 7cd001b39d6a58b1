//! `burn` on simulated discs: what it prints, what it asks, what it leaves behind and ends with.

use crate::harness::{Place, expect, expect_all};

/// Sectors of the image that most cases burn: not a whole number of a DVD's blocks.
const SECTORS: usize = 650;

/// Bytes that differ from sector to sector.
fn image(seed: u8) -> Vec<u8> {
    (0..SECTORS * 2048).map(|at| (at / 2048) as u8 ^ (at % 251) as u8 ^ seed).collect()
}

/// A folder with an image.
fn place() -> Place {
    let place = Place::new();
    place.file("disc.iso", image(0));
    place
}

#[test]
fn what_would_be_done_is_printed_and_nothing_is_done() {
    let place = place();
    place.run("virtual create plan.disc --medium dvd+r").code(0);
    expect_all(
        "burn-plan",
        &place,
        &[
            "burn disc.iso --plan -d sim:plan.disc --force",
            "burn disc.iso --plan -d sim:blank?medium=bd-r --force --speed 4x --appendable",
            "burn disc.iso --plan -d sim:blank?medium=dvd-r --force --simulate",
            "burn disc.iso --plan -d sim:blank?medium=dvd+r --force --json",
        ],
    );
    let after = place.run("info --json -d sim:plan.disc").code(0).result();
    assert_eq!(after["medium"]["status"], "blank");
}

#[test]
fn wrong_wishes_are_refused_with_what_would_be_right() {
    let place = place();
    expect_all(
        "burn-usage",
        &place,
        &[
            "burn",
            "burn disc.iso --size 5",
            "burn - -d sim:blank?medium=bd-r",
            "burn disc.iso --speed fast",
            "burn disc.iso --mode raw",
            "burn disc.iso --spares some",
            "burn disc.iso --resume --erase",
            "burn missing.iso -d sim:blank?medium=bd-r",
            "burn . -d sim:blank?medium=bd-r",
            "burn disc.iso -d sim:blank?medium=bd-r&tray=open",
        ],
    );
}

#[test]
fn an_image_is_burnt_and_read_back() {
    let place = place();
    let run = place.run("burn disc.iso -d sim:blank?medium=dvd+r --force").code(0);
    assert!(run.stderr.contains("disc.iso: verified, 1.3 MiB"), "{}", run.report());
    expect("burn-quiet", &[place.run("burn disc.iso -d sim:blank?medium=bd-r --force -q")]);
}
