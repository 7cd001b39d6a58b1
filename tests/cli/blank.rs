//! `blank` on simulated discs.

use crate::harness::{Place, expect_all};

/// A folder with a disc that holds something.
fn place_with(medium: &str) -> Place {
    let place = Place::new();
    place.run("rip -q -d sim:demo demo.iso").code(0);
    place.run(&format!("virtual create -q a.disc --medium {medium}")).code(0);
    place.run("burn -q demo.iso -d sim:a.disc").code(0);
    place
}

#[test]
fn a_rewritable_disc_is_empty_again() {
    for medium in ["cd-rw", "dvd-rw", "dvd+rw", "dvd-ram", "bd-re"] {
        let place = place_with(medium);
        let run = place.run("blank --json --yes -d sim:a.disc").code(0);
        assert_eq!(run.result()["status"], "blanked", "{medium}: {}", run.report());
        assert_eq!(run.result()["lost"], "ISO 9660 'OXIDISC_DEMO'", "{medium}");
        let info = place.run("info --json -d sim:a.disc").code(0).result();
        assert_eq!(info["medium"]["volume_id"], serde_json::Value::Null, "{medium}");
        place.run("burn -q demo.iso -d sim:a.disc").code(0);
    }
}

#[test]
fn what_would_be_lost_is_asked_for() {
    let place = place_with("cd-rw");
    expect_all("blank-asks", &place, &["blank -d sim:a.disc", "blank -d sim:a.disc --json"]);
    let no = place.run_in_terminal("blank -d sim:a.disc", "\n").code(3);
    assert!(
        no.stderr.contains("'OXIDISC_DEMO', which will be lost. Go on? [y/N]"),
        "{}",
        no.report()
    );
    place.run("verify -q demo.iso -d sim:a.disc").code(0);
    let yes = place.run_in_terminal("blank -d sim:a.disc", "Y\n").code(0);
    assert!(yes.stderr.contains("sim:a.disc: blanked, CD-RW"), "{}", yes.report());
    let again = place.run("blank -d sim:a.disc").code(0);
    assert!(again.stderr.contains("nothing to do to the CD-RW"), "{}", again.report());
}

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
