//! `burn` on simulated discs: what it prints, what it asks, what it leaves behind and ends with.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Place, expect, expect_all};

/// An image that no file system is in, not a whole number of a disc's blocks.
fn raw() -> Vec<u8> {
    (0..650 * 2048).map(|at| (at / 2048) as u8 ^ (at % 251) as u8).collect()
}

/// The drive is lost near the end of the image.
const UNPLUGGED: &str = "[[fault]]\nkind = \"unplug\"\nat_lba = 3600\n";

/// A folder with a proper image, one without a file system, and no disc.
fn place() -> Place {
    let place = Place::new();
    place.run("rip -q -d sim:demo demo.iso").code(0);
    place.file("raw.img", raw());
    place
}

/// The same with a blank disc.
fn place_with(medium: &str) -> Place {
    let place = place();
    place.run(&format!("virtual create -q a.disc --medium {medium}")).code(0);
    place
}

#[test]
fn what_would_be_done_is_printed_and_nothing_is_done() {
    let place = place_with("dvd+r");
    expect_all(
        "burn-plan",
        &place,
        &[
            "burn demo.iso --plan -d sim:a.disc",
            "burn raw.img --force --plan -d sim:blank?medium=bd-r --speed 4x --appendable",
            "burn demo.iso --plan -d sim:blank?medium=dvd-r --simulate",
            "burn demo.iso --plan -d sim:blank?medium=dvd+r --json",
        ],
    );
    let after = place.run("info --json -d sim:a.disc").code(0).result();
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
            "burn demo.iso --size 5",
            "burn - -d sim:blank?medium=bd-r",
            "burn - --size 1MiB --copies 2 -d sim:blank?medium=bd-r",
            "burn demo.iso --copies 2 -d sim:blank?medium=bd-r",
            "burn demo.iso --copies 0 -d sim:blank?medium=bd-r",
            "burn demo.iso --speed fast",
            "burn demo.iso --mode raw",
            "burn demo.iso --spares some",
            "burn demo.iso --resume --erase",
            "burn demo.iso -d sim:a.disc -d sim:a.disc",
            "burn demo.iso -d sim:a.disc -d sim:b.disc --record x.rec",
        ],
    );
}

#[test]
fn what_cannot_be_burnt_is_said_before_anything_is_done() {
    let place = place_with("dvd+r");
    let iso = place.read("demo.iso");
    place
        .file("empty.iso", "")
        .file("odd.img", &raw()[..5000])
        .file("cut.iso", &iso[..iso.len() / 2])
        .file("text.txt", "hello\n");
    expect_all(
        "burn-impossible",
        &place,
        &[
            "burn missing.iso -d sim:a.disc",
            "burn . -d sim:a.disc",
            "burn empty.iso -d sim:a.disc",
            "burn odd.img -d sim:a.disc",
            "burn cut.iso -d sim:a.disc",
            "burn text.txt -d sim:a.disc",
            "burn demo.iso -d sim:blank?medium=dvd+r&capacity=1024",
            "burn demo.iso -d sim:demo?medium=dvd-rom",
            "burn demo.iso -d sim:blank?medium=bd-r&tray=open",
            "burn demo.iso -d sim:demo?tray=empty --json",
            "burn demo.iso -d sim:blank?medium=dvd+r --speed 100x -q",
            "burn demo.iso -d sim:a.disc --simulate",
            "burn demo.iso -d sim:a.disc --mode sao",
            "burn demo.iso -d sim:demo?medium=dvd+r --resume",
        ],
    );
    let after = place.run("info --json -d sim:a.disc").code(0).result();
    assert_eq!(after["medium"]["status"], "blank");
}

#[test]
fn a_new_disc_that_can_be_overwritten_is_not_asked_for() {
    for medium in ["dvd-ram", "bd-re", "dvd+rw"] {
        let place = place_with(medium);
        place.run("burn -q demo.iso --no-verify -d sim:a.disc").code(0);
        place.run("burn -q demo.iso --no-verify -d sim:a.disc").code(3);
        let place = place_with(medium);
        if medium != "dvd+rw" {
            place.run("format -q --yes -d sim:a.disc").code(0);
            place.run("burn -q demo.iso --no-verify -d sim:a.disc").code(0);
        }
    }
}

#[test]
fn a_burn_of_which_nothing_got_to_the_disc_is_begun_by_resuming() {
    let place = place_with("dvd+r");
    let run = place.run("burn demo.iso --resume -d sim:a.disc").code(0);
    let told = "nothing of the image is on the disc: it is burnt from its beginning";
    assert!(run.stderr.contains(told), "{}", run.report());
    place.run("verify -q demo.iso -d sim:a.disc").code(0);
}

#[test]
fn an_image_is_burnt_and_read_back() {
    let place = place_with("bd-r");
    let run = place.run("burn demo.iso -d sim:a.disc").code(0);
    assert!(run.stderr.contains("demo.iso: verified, 8.0 MiB"), "{}", run.report());
    expect_all(
        "burn-done",
        &place,
        &[
            "verify -q demo.iso -d sim:a.disc",
            "burn demo.iso -d sim:a.disc",
            "burn -q demo.iso -d sim:blank?medium=bd-r --no-verify",
        ],
    );
}

#[test]
fn a_session_goes_behind_another_and_is_made_for_its_place() {
    let place = place_with("dvd+r");
    place.run("burn -q demo.iso --appendable -d sim:a.disc").code(0);
    expect_all(
        "burn-append",
        &place,
        &["burn demo.iso -d sim:a.disc", "burn raw.img --plan --appendable -d sim:a.disc"],
    );
    let run = place.run("burn --json raw.img -d sim:a.disc").code(0);
    let start = run.result()["start"].as_u64().expect("a number");
    assert!(start > 4096, "{}", run.report());
    place.run(&format!("verify -q raw.img --start {start} -d sim:a.disc")).code(0);
    place.run("verify -q demo.iso -d sim:a.disc").code(0);
}

#[test]
fn the_result_says_all_that_the_contract_promises() {
    let place = place();
    let run = place.run("burn --json demo.iso -d sim:blank?medium=dvd+r").code(0);
    let result = run.result();
    for (key, value) in [
        ("event", Value::from("result")),
        ("schema", "oxidisc.burn/1".into()),
        ("status", "verified".into()),
        ("sectors", 4096.into()),
        ("closed", true.into()),
        ("underruns", 0.into()),
        ("retries", 0.into()),
        ("media_id", "RITEK/F16".into()),
    ] {
        assert_eq!(result[key], value, "{key}: {}", run.report());
    }
    assert_eq!(result["profile"]["name"], "DVD+R");
    assert_eq!(result["image_sha256"], result["readback_sha256"]);
    assert_eq!(result["image_sha256"].as_str().expect("a hash").len(), 64);
    assert!(result["write_kbps_average"].as_u64().expect("a rate") > 0);
    for key in ["drive_seconds", "elapsed_seconds"] {
        assert!(result[key].as_f64().expect(key) > 0.0, "{key}");
    }
    let events: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let phase = |event: &Value| event["phase"].as_str().map(String::from);
    let phases: Vec<String> = events.iter().filter_map(phase).collect();
    for expected in ["writing", "closing", "verifying"] {
        assert!(phases.iter().any(|phase| phase == expected), "{expected}: {phases:?}");
    }
}

#[test]
fn a_drive_that_is_lost_leaves_a_disc_that_can_be_gone_on_with() {
    for medium in ["dvd+r", "bd-r"] {
        let place = place_with(medium);
        // More than the drive's buffer holds: part of it is on the disc by then.
        place.file("f.toml", UNPLUGGED);
        let run = place.run("burn demo.iso -d sim:a.disc?faults=f.toml").code(7);
        expect(&format!("burn-lost-{medium}"), &[run]);
        let run = place.run("burn demo.iso --resume -d sim:a.disc").code(0);
        assert!(run.stderr.contains("are on the disc already"), "{}", run.report());
        place.run("verify -q demo.iso -d sim:a.disc").code(0);
    }
}

#[test]
fn another_image_is_not_gone_on_with() {
    let place = place_with("bd-r");
    place.file("f.toml", UNPLUGGED);
    place.run("burn demo.iso -d sim:a.disc?faults=f.toml").code(7);
    let mut other = place.read("demo.iso");
    other[100 * 2048] ^= 1;
    place.file("other.iso", other);
    expect("burn-resume-other", &[place.run("burn other.iso --resume -d sim:a.disc")]);
    place.run("burn demo.iso --resume -d sim:a.disc").code(0);
}

#[test]
fn an_interrupted_burn_is_gone_on_with() {
    let place = place_with("bd-r");
    place.file("long.img", raw().repeat(32));
    // Real time: there is something to interrupt, on a busy machine too.
    let mut command = place.command("burn --json long.img --speed 2x -d sim:a.disc?pace=2");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut line = || lines.next().map(|line| line.expect("text"));
    let written = |line: &str| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        event["phase"] == "writing" && event["done_bytes"].as_u64() > Some(0)
    };
    while !written(&line().expect("it goes on")) {}
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("sent");
    let mut last = String::new();
    while let Some(line) = line() {
        last = line;
    }
    assert_eq!(child.wait().expect("ended").code(), Some(130), "{last}");
    let result: Value = serde_json::from_str(&last).expect("JSON");
    assert_eq!(result["status"], "interrupted", "{last}");
    assert_eq!(result["worth"]["resumable"], true, "{last}");
    place.run("burn long.img --resume -d sim:a.disc").code(0);
    place.run("verify -q long.img -d sim:a.disc").code(0);
}

#[test]
fn what_is_on_the_disc_is_asked_for() {
    let place = place_with("dvd+rw");
    place.run("burn -q demo.iso -d sim:a.disc").code(0);
    place.file("other.iso", [raw(), place.read("demo.iso")].concat());
    expect_all(
        "burn-asks",
        &place,
        &[
            "burn demo.iso -d sim:a.disc",
            "burn demo.iso -d sim:a.disc --json",
            // What is on the disc is none of this image.
            "burn other.iso --resume -d sim:a.disc",
        ],
    );
    let no = place.run_in_terminal("burn demo.iso -d sim:a.disc", "n\n").code(3);
    assert!(no.stderr.contains(", which will be lost. Go on? [y/N]"), "{}", no.report());
    assert!(no.stderr.contains("the disc is as it was"), "{}", no.report());
    let end = place.run_in_terminal("burn demo.iso -d sim:a.disc", "\u{4}").code(3);
    assert!(end.stderr.contains("the disc is as it was"), "{}", end.report());
    let yes = place.run_in_terminal("burn demo.iso -d sim:a.disc", "y\n").code(0);
    assert!(yes.stderr.contains("demo.iso: verified"), "{}", yes.report());
    place.run("burn -q demo.iso -d sim:a.disc --yes").code(0);
}

#[test]
fn one_reading_of_the_image_serves_several_drives() {
    let place = place_with("dvd+r");
    place.run("virtual create -q b.disc --medium bd-r").code(0);
    place.run("virtual create -q c.disc --medium bd-r").code(0);
    place.file("f.toml", UNPLUGGED);
    let run =
        place.run("burn --json demo.iso -d sim:a.disc -d sim:b.disc -d sim:c.disc?faults=f.toml");
    let result = run.result();
    assert_eq!(run.code, 7, "{}", run.report());
    let discs = result["discs"].as_array().expect("a list");
    let status: Vec<&str> = discs.iter().filter_map(|disc| disc["status"].as_str()).collect();
    assert_eq!(status, ["verified", "verified", "failed"], "{}", run.report());
    assert_eq!(discs[1]["path"], "sim:b.disc");
    for disc in ["a", "b"] {
        place.run(&format!("verify -q demo.iso -d sim:{disc}.disc")).code(0);
    }
}

#[test]
fn copies_are_asked_for_one_by_one() {
    let place = place_with("bd-r");
    // The same disc comes back, which will not do; then nobody has another.
    let typed = "burn demo.iso -d sim:a.disc --copies 2";
    let run = place.run_in_terminal(typed, "\n\u{4}");
    assert!(run.stderr.contains("demo.iso: verified"), "{}", run.report());
    assert!(run.stderr.contains("put disc 2 of 2 into sim:a.disc"), "{}", run.report());
    assert!(run.stderr.contains("this disc will not do"), "{}", run.report());
    // One disc of two is not all that was asked for.
    assert!(run.stderr.ends_with("1 of 2 discs are good\n"), "{}", run.report());
    run.code(130);
}

#[test]
fn an_image_may_come_through_a_pipe() {
    let place = place_with("bd-r");
    let iso = place.read("demo.iso");
    let burn = |typed: &str, bytes: &[u8]| {
        let mut command = place.command(typed);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("started");
        let mut pipe = child.stdin.take().expect("piped");
        // Who has seen enough closes the pipe.
        let _ = pipe.write_all(bytes);
        drop(pipe);
        let output = child.wait_with_output().expect("ended");
        let stderr = String::from_utf8(output.stderr).expect("text");
        (output.status.code().expect("a code"), stderr)
    };
    let (code, text) = burn("burn - --size 8MiB -d sim:a.disc", &iso);
    assert_eq!(code, 0, "{text}");
    place.run("verify -q demo.iso -d sim:a.disc").code(0);
    let (code, text) = burn("burn - --size 8MiB -d sim:blank?medium=dvd+r", &iso[..3 << 20]);
    assert_eq!(code, 7, "{text}");
    assert!(text.contains("the image ended after 3145728 bytes"), "{text}");
}
