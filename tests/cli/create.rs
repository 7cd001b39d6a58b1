//! `virtual create`, and what a blank disc looks like to the other commands.

use crate::harness::{Place, expect_all};

#[test]
fn a_blank_disc_is_made_and_lasts() {
    let place = Place::new();
    expect_all(
        "create",
        &place,
        &[
            "virtual create small.disc --medium bd-r --size 20MiB",
            "-d sim:small.disc info",
            "virtual create large.disc --medium dvd+r-dl",
            "virtual create json.disc --medium bd-r --layers 2 --json",
        ],
    );
    let size = |name: &str| std::fs::metadata(place.path(name)).expect(name).len();
    assert!(size("large.disc") < 1 << 20, "a disc that is empty takes no room");
    let result = place.run("-d sim:json.disc --json info").code(0).result();
    assert_eq!(result["medium"]["status"], "blank");
    assert_eq!(result["medium"]["layers"], 2);
}

#[test]
fn what_is_no_disc_is_not_made() {
    let place = Place::new();
    place.file("there.disc", "precious");
    expect_all(
        "create-impossible",
        &place,
        &[
            "virtual create there.disc --medium bd-r",
            "virtual create nowhere/new.disc --medium bd-r",
            "virtual create new.disc --medium floppy",
            "virtual create new.disc --medium dvd-rom",
            "virtual create new.disc --medium bd-r --layers 9",
            "virtual create new.disc --medium dvd+r --size 50GiB",
            "virtual create new.disc --medium dvd+r --size 1",
            "virtual create new.disc",
            "virtual create",
            "-d sim:there.disc info",
        ],
    );
    assert_eq!(place.read("there.disc"), b"precious");
    assert_eq!(place.files(), ["there.disc"]);
}
