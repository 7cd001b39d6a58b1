//! `rip` on simulated discs: what it prints, what it leaves behind, what it ends with.

use std::fs;

use crate::harness::{Place, expect};

/// Sectors of the disc that most cases rip: 40 error-correction blocks of a DVD.
const SECTORS: usize = 640;

/// Bytes that differ from sector to sector.
fn disc(seed: u8) -> Vec<u8> {
    (0..SECTORS * 2048).map(|at| (at / 2048) as u8 ^ (at % 251) as u8 ^ seed).collect()
}

/// A folder with a disc, and one damaged in two places.
fn place() -> Place {
    let place = Place::new();
    place.file("disc.iso", disc(0)).file("other.iso", disc(1)).file(
        "bad.toml",
        "[[defect]]\nkind = \"hard\"\nlba = 100\ncount = 1\n\
         [[defect]]\nkind = \"hard\"\nlba = 320\ncount = 32\n",
    );
    place
}

const DVD: &str = "-d sim:disc.iso?medium=dvd-rom";
const DAMAGED: &str = "-d sim:disc.iso?medium=dvd-rom&defects=bad.toml";

/// What the damaged disc gives: the blocks 96..112 and 320..352 are missing.
fn damaged() -> Vec<u8> {
    let mut expected = disc(0);
    for range in [96..112, 320..352] {
        expected[range.start * 2048..range.end * 2048].fill(0);
    }
    expected
}

#[test]
fn a_disc_becomes_an_image() {
    let place = place();
    expect("rip", &[place.run(&format!("rip {DVD} out.iso"))]);
    assert!(place.read("out.iso") == disc(0));
    assert_eq!(place.files(), ["bad.toml", "disc.iso", "other.iso", "out.iso"]);
}

#[test]
fn the_result_says_all_that_the_contract_promises() {
    let run = place().run(&format!("rip --json {DVD} out.iso --hash sha256,crc32")).code(0);
    let result = run.result();
    let text = |path: &str| result.pointer(path).expect(path).to_string();
    assert_eq!(text("/event"), r#""result""#);
    assert_eq!(text("/schema"), r#""oxidisc.rip/1""#);
    assert_eq!(text("/status"), r#""complete""#);
    assert_eq!(text("/output"), r#""out.iso""#);
    for (path, value) in [
        ("/map", "null"),
        ("/sector_size", "2048"),
        ("/sectors", "640"),
        ("/good", "640"),
        ("/bad", "0"),
        ("/bad_ranges", "[]"),
        ("/failed_reads", "0"),
    ] {
        assert_eq!(text(path), value, "{path}");
    }
    let crc = format!("\"{:08x}\"", crc32fast::hash(&disc(0)));
    assert_eq!(text("/hashes/crc32"), crc);
    assert_eq!(text("/hashes/sha256").len(), 66);
    assert!(result["drive_seconds"].as_f64().expect("a number") > 0.0);
}

#[test]
fn damage_is_left_out_and_listed_and_the_rest_is_right() {
    let place = place();
    expect("rip-damaged", &[place.run(&format!("rip {DAMAGED} out.iso"))]);
    assert!(place.read("out.iso") == damaged());
    let map = String::from_utf8(place.read("out.iso.map")).expect("text");
    let data: Vec<&str> = map.lines().filter(|line| line.ends_with(['+', '-'])).collect();
    assert_eq!(
        data,
        [
            "0x00000000  0x00030000  +",
            "0x00030000  0x00008000  -",
            "0x00038000  0x00068000  +",
            "0x000A0000  0x00010000  -",
            "0x000B0000  0x00090000  +",
        ]
    );
}

#[test]
fn another_drive_reads_what_the_first_could_not() {
    let place = place();
    place.run(&format!("rip {DAMAGED} out.iso")).code(4);
    let run = place.run(&format!("rip --json {DVD} out.iso")).code(0);
    // One read for the samples of the image, and one for each place that was missing.
    assert!(run.result()["reads"].as_u64().expect("a number") < 20, "{}", run.report());
    assert!(place.read("out.iso") == disc(0));
    assert!(!place.path("out.iso.map").exists());
}

#[test]
fn a_rip_is_not_continued_from_another_disc() {
    let place = place();
    place.run(&format!("rip {DAMAGED} out.iso")).code(4);
    let before = (place.read("out.iso"), place.read("out.iso.map"));
    place.file("small.iso", &disc(0)[..100 * 2048]);
    expect(
        "rip-other-disc",
        &[
            place.run("rip -d sim:other.iso?medium=dvd-rom out.iso"),
            place.run("rip -d sim:small.iso?medium=dvd-rom out.iso"),
        ],
    );
    assert!(before == (place.read("out.iso"), place.read("out.iso.map")), "something was touched");
}

#[test]
fn what_cannot_be_ripped_to_is_said_before_anything_is_touched() {
    let place = place();
    place.file("there.iso", "precious").file("broken.map", "0 ? 1\n0 10 +\n99 10 +\n");
    fs::create_dir(place.path("folder")).expect("made");
    let before = place.files();
    expect(
        "rip-bad-output",
        &[
            place.run(&format!("rip {DVD} there.iso")),
            place.run(&format!("rip {DVD} folder")),
            place.run(&format!("rip {DVD} missing/out.iso")),
            place.run(&format!("rip {DVD} new.iso --map broken.map")),
            place.run(&format!("rip {DVD} same.iso --map same.iso")),
        ],
    );
    assert_eq!(place.files(), before);
    assert_eq!(place.read("there.iso"), b"precious");
}

#[test]
fn an_image_is_overwritten_only_when_that_is_said() {
    let place = place();
    place.file("out.iso", vec![7; 5_000_000]);
    place.run(&format!("rip {DVD} out.iso")).code(1);
    place.run(&format!("rip {DVD} out.iso --force")).code(0);
    assert!(place.read("out.iso") == disc(0));
}

#[test]
fn impossible_wishes_are_refused_with_what_is_possible() {
    let place = place();
    let before = place.files();
    expect(
        "rip-impossible",
        &[
            place.run(&format!("rip {DVD} out.iso --range 600..700")),
            place.run(&format!("rip {DVD} out.iso --range 5..5")),
            place.run(&format!("rip {DVD} out.iso --speed 100x")),
            place.run(&format!("rip {DVD} out.iso --speed fast")),
            place.run(&format!("rip {DVD} out.iso --hash sha3")),
            place.run(&format!("rip {DVD} out.iso --budget tomorrow")),
        ],
    );
    assert_eq!(place.files(), before);
}

#[test]
fn a_range_is_read_to_its_own_place_and_the_rest_can_follow() {
    let place = place();
    place.run(&format!("rip {DVD} out.iso --range 64..100")).code(0);
    let mut expected = disc(0)[..100 * 2048].to_vec();
    expected[..64 * 2048].fill(0);
    assert!(place.read("out.iso") == expected);
    place.run(&format!("rip {DVD} out.iso")).code(0);
    assert!(place.read("out.iso") == disc(0));
}

#[test]
fn no_disc_no_rip() {
    let place = place();
    let before = place.files();
    expect(
        "rip-no-disc",
        &[
            place.run("rip -d sim:disc.iso?tray=open out.iso"),
            place.run("rip -d sim:disc.iso?tray=empty out.iso"),
        ],
    );
    assert_eq!(place.files(), before);
}

#[test]
fn a_protected_disc_is_named_as_such_and_nothing_is_made_of_it() {
    let place = place();
    let before = place.files();
    let spec = "sim:disc.iso?medium=dvd-rom&protect=css&protected=32..600";
    expect("rip-protected", &[place.run(&format!("rip -d {spec} out.iso"))]);
    assert_eq!(place.files(), before);
}

/// Every kind of trouble in the middle of a rip, and what it comes to when the trouble is over.
#[test]
fn whatever_happens_to_the_drive_the_next_run_goes_on() {
    for (kind, code) in [
        ("unplug", 3),
        ("tray", 3),
        ("reset", 0),
        ("power_loss", 0),
        ("timeout", 0),
        ("host_error", 0),
        ("busy", 0),
        ("short", 0),
    ] {
        let place = place();
        place.file("f.toml", format!("[[fault]]\nkind = \"{kind}\"\nat_lba = 300\n"));
        let run = place.run(&format!("rip --json {DVD}&faults=f.toml out.iso"));
        assert_eq!(run.code, code, "{kind}: {}", run.report());
        let result = run.result();
        if code == 0 {
            assert!(place.read("out.iso") == disc(0), "{kind}");
            continue;
        }
        assert_eq!(result["status"], "failed", "{kind}");
        assert_eq!(result["exit"], code, "{kind}");
        let good = result["good"].as_u64().expect("a number");
        assert!((1..640).contains(&good), "{kind}: {good}");
        place.run(&format!("rip {DVD} out.iso")).code(0);
        assert!(place.read("out.iso") == disc(0), "{kind}");
    }
}

#[test]
fn the_second_pass_confirms_the_first() {
    let place = place();
    let once = place.run(&format!("rip --json {DVD} once.iso")).code(0).result();
    let twice = place.run(&format!("rip --json {DVD} twice.iso --verify")).code(0).result();
    assert_eq!(twice["different_ranges"].to_string(), "[]");
    assert!(twice["reads"].as_u64() > once["reads"].as_u64(), "{once} {twice}");
}

#[test]
fn a_cd_written_track_at_once_ends_before_its_run_out() {
    let place = place();
    let run = place.run("rip --json -d sim:disc.iso?medium=cd-r&written=tao out.iso").code(0);
    assert!(place.read("out.iso") == disc(0));
    assert_eq!(run.result()["sectors"], 640);
    assert_eq!(run.result()["bad"], 0);
}

/// The same as a full disk: the kernel takes no more bytes.
#[test]
fn an_image_that_can_grow_no_more_is_gone_on_with_when_it_can() {
    let place = place();
    // 500 blocks of 512 bytes.
    let script = format!(
        "ulimit -f 500; exec {} rip {} out.iso",
        env!("CARGO_BIN_EXE_oxidisc"),
        DVD.replace('?', "\\?"),
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(place.path("")).env_clear();
    let run = place.run_command("rip", &mut shell).code(1);
    let error = "error: cannot write out.iso: file too large\n\
                 hint: make room there or mend the disk; the same command goes on from here\n";
    assert!(run.stderr.ends_with(error), "{}", run.report());
    assert!(place.read("out.iso").len() <= 256_000);
    place.run(&format!("rip {DVD} out.iso")).code(0);
    assert!(place.read("out.iso") == disc(0));
}

#[test]
fn an_interrupted_rip_keeps_what_it_has_and_goes_on_from_there() {
    let place = place();
    // Real time: there is something to interrupt, on a busy machine too.
    let typed = format!("rip --json {DVD}&start=ready&pace=1&speed=1x out.iso");
    let mut command = place.command(&typed);
    let child = command.stdout(std::process::Stdio::piped()).spawn().expect("started");
    let image = place.path("out.iso");
    while fs::metadata(&image).map_or(0, |found| found.len()) < 200_000 {
        std::thread::yield_now();
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("sent");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8(output.stdout).expect("text");
    let result = text.lines().last().expect("a result");
    assert!(result.contains(r#""status":"interrupted""#), "{result}");
    place.run(&format!("rip {DVD} out.iso")).code(0);
    assert!(place.read("out.iso") == disc(0));
}

/// From any command on, a drive answers with anything at all. Nothing panics or hangs, and what
/// was read before is gone on with when the drive is well again.
#[test]
fn a_drive_that_answers_noise_is_survived() {
    for seed in 0..24 {
        let place = place();
        let (from, times) = (1 + seed * 5, [3, 40, 100_000][seed % 3]);
        let faults = format!("[[fault]]\nkind = \"noise\"\nat_command = {from}\ntimes = {times}\n");
        place.file("f.toml", faults);
        let run = place.run(&format!("rip --json {DVD}&faults=f.toml&seed={seed} out.iso"));
        assert!([0, 1, 3, 4].contains(&run.code), "seed {seed}: {}", run.report());
        assert_eq!(run.result()["event"], "result");
        if run.code != 0 {
            place.run(&format!("rip {DVD} out.iso")).code(0);
        }
        assert!(place.read("out.iso") == disc(0), "seed {seed}");
    }
}
