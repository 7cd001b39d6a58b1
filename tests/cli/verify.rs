//! `verify` on simulated discs: what it prints and what it ends with.

use sha2::{Digest, Sha256};

use crate::harness::{Place, Run, expect};

/// Sectors of the disc that most cases compare: 40 error-correction blocks of a DVD.
const SECTORS: usize = 640;

const DVD: &str = "-d sim:disc.iso?medium=dvd-rom";

/// Bytes that differ from sector to sector.
fn disc() -> Vec<u8> {
    (0..SECTORS * 2048).map(|at| (at / 2048) as u8 ^ (at % 251) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A folder with a disc, its checksum, an image that differs from it in two places, and a damaged
/// copy of it.
fn place() -> Place {
    let place = Place::new();
    let mut other = disc();
    other[100 * 2048 + 5] ^= 1;
    other[300 * 2048..303 * 2048].fill(0);
    place
        .file("disc.iso", disc())
        .file("other.iso", other)
        .file("bad.iso", &disc()[320 * 2048..352 * 2048])
        .file("disc.iso.sha256", format!("{}  disc.iso\n", sha256(&disc())))
        .file("bad.toml", "[[defect]]\nkind = \"hard\"\nlba = 320\ncount = 32\n");
    place
}

#[test]
fn a_disc_is_the_same_or_it_is_said_what_differs() {
    let place = place();
    let damaged = "-d sim:disc.iso?medium=dvd-rom&defects=bad.toml";
    expect(
        "verify",
        &[
            place.run(&format!("verify {DVD} disc.iso")),
            place.run(&format!("verify {DVD} other.iso")),
            place.run(&format!("verify {DVD} disc.iso.sha256")),
            place.run(&format!("verify {damaged} disc.iso")),
            place.run(&format!("verify {DVD} -q disc.iso")),
            place.run(&format!("verify {damaged} bad.iso --start 320")),
        ],
    );
}

#[test]
fn the_file_that_differs_is_named() {
    let place = Place::new();
    place.run("rip -d sim:demo?medium=dvd-rom demo.iso").code(0);
    let mut image = place.read("demo.iso");
    let at = image.len() - 3 * 2048;
    image[at] ^= 0x80;
    place.file("changed.iso", image);
    expect("verify-file", &[place.run("verify -d sim:demo?medium=dvd-rom changed.iso")]);
}

#[test]
fn a_checksum_of_another_image_is_told_as_such() {
    let place = place();
    let sum = |name: &str, text: String| place.file(name, text);
    sum("other.sha256", format!("{}  other.iso\n", sha256(b"other")));
    sum("tagged.sha256", format!("SHA256 (disc.iso) = {}\n", sha256(&disc()).to_uppercase()));
    sum("two.sha256", format!("{0}  a\n{0}  b\n", sha256(b"a")));
    sum("none.sha256", "no checksum here\n".into());
    let size = SECTORS * 2048;
    expect(
        "verify-checksum",
        &[
            place.run(&format!("verify {DVD} other.sha256 --size {size}")),
            place.run(&format!("verify {DVD} tagged.sha256 --size {size}")),
            place.run(&format!("verify {DVD} two.sha256")),
            place.run(&format!("verify {DVD} none.sha256")),
            place.run(&format!("verify {DVD} missing.sha256")),
            place.run(&format!("verify {DVD} disc.iso --size {size}")),
        ],
    );
}

#[test]
fn what_cannot_be_compared_is_said_and_why() {
    let place = place();
    let longer = [disc(), vec![1; 64 * 2048]].concat();
    place.file("longer.iso", longer).file("empty.iso", "");
    expect(
        "verify-impossible",
        &[
            place.run(&format!("verify {DVD} missing.iso")),
            place.run(&format!("verify {DVD} .")),
            place.run(&format!("verify {DVD} empty.iso")),
            place.run(&format!("verify {DVD} longer.iso")),
            place.run(&format!("verify {DVD} disc.iso --start 640")),
            place.run(&format!("verify {DVD} disc.iso --speed 100x")),
            place.run("verify -d sim:disc.iso?tray=open disc.iso"),
            place.run("verify -d sim:disc.iso?tray=empty disc.iso"),
        ],
    );
}

#[test]
fn the_result_says_all_that_the_contract_promises() {
    let place = place();
    let result = |run: Run| run.result();
    let same = result(place.run(&format!("verify --json {DVD} disc.iso")).code(0));
    assert_eq!(same["event"], "result");
    assert_eq!(same["schema"], "oxidisc.verify/1");
    assert_eq!(same["status"], "same");
    assert_eq!(same["sectors"], SECTORS);
    assert_eq!(same["different_ranges"].to_string(), "[]");
    assert_eq!(same["unreadable_ranges"].to_string(), "[]");
    assert_eq!(same["readback_sha256"], sha256(&disc()));
    let other = result(place.run(&format!("verify --json {DVD} other.iso")).code(5));
    assert_eq!(other["status"], "different");
    assert_eq!(other["different_ranges"].to_string(), "[[100,1],[300,3]]");
    assert_eq!(other["first_different"].to_string(), r#"{"byte":5,"file":null,"lba":100}"#);
    let damaged = "-d sim:disc.iso?medium=dvd-rom&defects=bad.toml";
    let bad = result(place.run(&format!("verify --json {damaged} disc.iso")).code(4));
    assert_eq!(bad["status"], "incomplete");
    assert_eq!(bad["unreadable_ranges"].to_string(), "[[320,32]]");
}
