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
            "format --list -d sim:blank?medium=bd-re",
            "format --list -d sim:blank?medium=dvd-ram",
            "format --list -d sim:blank?medium=bd-r --json",
        ],
    );
}

#[test]
fn a_disc_is_formatted_as_it_was_asked_for() {
    let place = Place::new();
    place.run("virtual create -q a.disc --medium bd-re").code(0);
    let format = |typed: &str| {
        let run = place.run(&format!("format --json -d sim:a.disc {typed}")).code(0);
        let result = run.result();
        assert_eq!(result["schema"], "oxidisc.format/1");
        (result["status"].clone(), result["sectors"].clone())
    };
    assert_eq!(format(""), ("formatted".into(), 11_826_176.into()));
    assert_eq!(format("").0, "nothing_to_do");
    assert_eq!(format("--spares none"), ("formatted".into(), 12_219_392.into()));
    assert_eq!(format("--spares 256MiB"), ("formatted".into(), 12_088_320.into()));
    assert_eq!(format("--type 2"), ("formatted".into(), 5_796_864.into()));
}

#[test]
fn what_a_format_would_lose_is_asked_for() {
    let place = Place::new();
    place.run("rip -q -d sim:demo demo.iso").code(0);
    place.run("virtual create -q a.disc --medium bd-re").code(0);
    place.run("burn -q demo.iso -d sim:a.disc").code(0);
    expect_all(
        "format-asks",
        &place,
        &["format -d sim:a.disc", "format --spares none -d sim:a.disc"],
    );
    let typed = "format --spares none -d sim:a.disc";
    let no = place.run_in_terminal(typed, "no\n").code(3);
    assert!(
        no.stderr.contains("'OXIDISC_DEMO', which will be lost. Go on? [y/N]"),
        "{}",
        no.report()
    );
    let yes = place.run_in_terminal(typed, "yes\n").code(0);
    assert!(yes.stderr.contains("sim:a.disc: formatted, BD-RE, 23.3 GiB"), "{}", yes.report());
}
