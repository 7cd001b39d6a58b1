//! `record-drive` on every disc and drive: what it prints, what it asks and what it never does, and
//! that `info` shows of the recording what it shows of the drive.

use std::fmt::Write as _;

use serde_json::Value;

use crate::discs::audio_cd;
use crate::harness::{Place, Run, expect, expect_all};
use crate::info::{all_discs, all_drives};

/// The commands of a recording, in order: their bytes, and the line.
fn commands(place: &Place, file: &str) -> Vec<(Vec<u8>, Value)> {
    let recording = String::from_utf8(place.read(file)).expect("text");
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("hex");
    let line = |line: &str| -> Option<(Vec<u8>, Value)> {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let cdb = line["cdb"].as_str()?.split(' ').map(byte).collect();
        Some((cdb, line))
    };
    recording.lines().filter_map(line).collect()
}

/// All that `info` says but for the path, and for what it reads from the disc.
fn without_files(run: &Run) -> Value {
    let mut document = run.result();
    document["drive"]["path"] = Value::Null;
    // Reading takes time.
    document["drive_seconds"] = Value::Null;
    // What a file system says of itself, and what contradicts it.
    document["remarks"] = Value::Null;
    if let Some(medium) = document["medium"].as_object_mut() {
        for of_files in ["filesystems", "volume_id", "volumes", "boot"] {
            medium.remove(of_files).expect("the document has it");
        }
    }
    document
}

/// The same of the text.
fn text_without_files(run: &Run) -> String {
    let sections = run.stdout.split("\n\n");
    let kept = sections.filter(|section| !section.starts_with("Files\n"));
    let lines: Vec<&str> = kept.flat_map(str::lines).collect();
    let path = |line: &str| line.starts_with("  Path");
    let of_files = |line: &str| line.contains("file system");
    lines.into_iter().filter(|line| !path(line) && !of_files(line)).collect::<Vec<_>>().join("\n")
}

/// Every disc and drive is recorded once; what must be true of each recording is checked then.
#[test]
fn every_drive_and_disc_can_be_recorded_and_the_recording_stands_for_it() {
    let place = Place::new();
    let mut counts = String::new();
    for disc in all_discs(&place).iter().chain(&all_drives()) {
        place.run(&format!("-q -d {disc} record-drive a.jsonl --force")).code(0);
        info_shows_of_a_recording_what_it_shows_of_the_drive(&place, disc);
        let commands = commands(&place, "a.jsonl");
        for (cdb, line) in &commands {
            is_harmless(disc, cdb, line);
        }
        let asked = nothing_is_asked_twice(disc, &commands);
        let reads = commands.iter().filter(|(cdb, _)| cdb[0] == 0x28).count();
        assert!(asked <= 120 && reads <= 4, "{disc}: {asked} questions, {reads} reads");
        let _ = writeln!(counts, "{asked:3} questions, {reads} of them reads  {disc}");
    }
    let run = Run { typed: "record-drive".into(), code: 0, stdout: counts, stderr: String::new() };
    expect("record-drive-commands", &[run]);
}

fn info_shows_of_a_recording_what_it_shows_of_the_drive(place: &Place, disc: &str) {
    let [live, replayed] =
        [disc, "replay:a.jsonl"].map(|drive| place.run(&format!("--json -d {drive} info")).code(0));
    assert_eq!(without_files(&replayed), without_files(&live), "{disc}");
    let [live, replayed] = [disc, "replay:a.jsonl?strict"]
        .map(|drive| place.run(&format!("-v -d {drive} info")).code(0));
    assert_eq!(text_without_files(&replayed), text_without_files(&live), "{disc}");
    assert!(!replayed.stderr.contains("has no answer"), "{disc}: {}", replayed.stderr);
}

/// What is known to hang drives, or to lose what is in their buffer, or changes anything, is never
/// sent; and of what is on the disc nothing is kept.
fn is_harmless(disc: &str, cdb: &[u8], line: &Value) {
    let compact = ["cd-", "audio", "mixed", "erased"].iter().any(|word| disc.contains(word));
    let what = format!("{disc}: {cdb:02x?}");
    match cdb[0] {
        0xad => {
            assert!(!compact, "{what}");
            let bd = disc.contains("bd-") || disc.contains("spared");
            assert_eq!(cdb[1] & 0x0f == 1, bd, "{what}");
            assert!(!bd || cdb[6] == 0, "layer of a BD: {what}");
            // What takes a key, or names the drive that wrote the disc.
            assert!(![0x02, 0x05, 0x06, 0x07, 0x0c, 0x0d, 0x0f].contains(&cdb[7]), "{what}");
            assert!(cdb[7] < 0x80 || cdb[7] >= 0xc0, "{what}");
        }
        // REPORT KEY: the region, and no key.
        0xa4 => assert_eq!(cdb[10], 0x08, "{what}"),
        // GET EVENT STATUS: polled.
        0x4a => assert_eq!(cdb[1], 0x01, "{what}"),
        0x28 => {
            assert!(cdb[2] < 0x80, "before the first sector: {what}");
            assert!(line["data"].as_str().is_none_or(str::is_empty), "{disc}: {line}");
        }
        0x42 => assert!(disc.contains("audio") || disc.contains("mixed"), "{what}"),
        0x00 | 0x12 | 0x1b | 0x23 | 0x25 | 0x43 | 0x46 | 0x51 | 0x52 | 0x5a | 0xac | 0xbd => {}
        // READ BUFFER CAPACITY, READ CD, everything that writes, all else.
        _ => panic!("{what} is not to be sent"),
    }
}

/// How many questions there are. GET CONFIGURATION comes before and after the disc was looked at.
fn nothing_is_asked_twice(disc: &str, commands: &[(Vec<u8>, Value)]) -> usize {
    let mut all: Vec<&[u8]> = commands.iter().map(|(cdb, _)| cdb.as_slice()).collect();
    all.retain(|cdb| cdb[0] != 0x00);
    let asked = all.len();
    all.sort_unstable();
    all.dedup();
    assert!(asked <= all.len() + 1, "{disc}: {asked} questions, {} of them new", all.len());
    asked
}

#[test]
fn what_was_recorded_is_told() {
    let place = Place::new();
    audio_cd(&place, "audio.disc");
    expect_all(
        "record-drive",
        &place,
        &[
            "-d sim:demo?medium=bd-r record-drive",
            "-d sim:demo?medium=bd-r record-drive",
            "-d sim:demo?medium=bd-r record-drive --redact --force",
            "-d sim:audio.disc?persona=cdd4851 record-drive old.jsonl --redact",
            "-d sim:demo?tray=empty record-drive",
            "-d replay:HL-DT-ST-BD-RE-WH16NS40-1.00-no-disc.jsonl info",
            "-d sim:demo?medium=bd-r record-drive a.jsonl --record b.jsonl",
            "-d sim:demo?medium=bd-r record-drive nowhere/a.jsonl",
            "-d sim:demo info --redact",
        ],
    );
    let mut result = place.run("--json -d sim:demo?medium=dvd-rom record-drive --redact").result();
    // The kernel it ran on.
    let note = result["note"].take();
    let note = note.as_str().expect("text");
    assert!(note.starts_with("HL-DT-ST BD-RE WH16NS40 1.00, DVD-ROM, Linux "), "{note}");
    let expected = serde_json::json!({
        "event": "result", "schema": "oxidisc.record/1", "status": "recorded",
        "file": "HL-DT-ST-BD-RE-WH16NS40-1.00-DVD-ROM.jsonl",
        "drive": {"vendor": "HL-DT-ST", "product": "BD-RE  WH16NS40", "revision": "1.00",
                  "serial": null},
        "medium": {"code": 16, "name": "DVD-ROM"}, "note": null,
        "commands": 94, "answered": 70, "refused": 24, "lost": 0, "withheld": 0,
        "cut_short": [], "holds_serial": false,
    });
    assert_eq!(result, expected);
}

#[test]
fn with_redact_no_serial_number_is_in_the_file() {
    let place = Place::new();
    for (options, there) in [("", true), (" --redact", false)] {
        place.run(&format!("-q -d sim:demo record-drive a.jsonl --force{options}")).code(0);
        let all: Vec<u8> = commands(&place, "a.jsonl")
            .iter()
            .filter_map(|(_, line)| line["data"].as_str().map(String::from))
            .flat_map(|data| {
                let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("hex");
                data.split_whitespace().map(byte).collect::<Vec<u8>>()
            })
            .collect();
        let serial = b"K9SIMULATED0";
        assert_eq!(all.windows(serial.len()).any(|bytes| bytes == serial), there, "{options}");
    }
}

#[test]
fn a_drive_that_hangs_is_asked_no_more_of_that_kind_and_the_file_is_good() {
    let place = Place::new();
    let hangs = |name: &str, opcodes: &[u8]| {
        let hang =
            |opcode| format!("[[fault]]\nkind = \"timeout\"\nopcode = {opcode}\ntimes = 1000\n");
        place.file(name, opcodes.iter().map(hang).collect::<String>());
    };
    // GET EVENT STATUS; the same, MECHANISM STATUS, READ and READ FORMAT CAPACITIES.
    hangs("one.toml", &[0x4a]);
    hangs("many.toml", &[0x4a, 0x23, 0x28]);
    let busy = "kind = \"check\"\nsense = \"2/04/01\"\nopcode = 0\ntimes = 1000\n";
    place.file("busy.toml", format!("[[fault]]\n{busy}"));
    place.file("dead.toml", "[[fault]]\nkind = \"timeout\"\nat_command = 1\ntimes = 1000\n");
    place.file("gone.toml", "[[fault]]\nkind = \"unplug\"\nopcode = 0x4a\n");
    expect_all(
        "record-drive-hangs",
        &place,
        &[
            "-d sim:demo?medium=dvd-rom&faults=one.toml record-drive one.jsonl",
            "-d sim:demo?medium=dvd-rom&faults=many.toml record-drive many.jsonl",
            "-d sim:demo?medium=dvd-rom&faults=gone.toml record-drive gone.jsonl",
            "-d sim:nope.iso record-drive nope.jsonl",
            "-d sim:demo?medium=dvd-rom&faults=busy.toml record-drive",
            "-d sim:demo?medium=dvd-rom&faults=dead.toml record-drive",
            "-d sim:demo?medium=dvd-rom&filter=user record-drive",
        ],
    );
    let asked = |file: &str, opcode: u8| {
        commands(&place, file).iter().filter(|(cdb, _)| cdb[0] == opcode).count()
    };
    assert_eq!((asked("one.jsonl", 0x4a), asked("one.jsonl", 0x28)), (1, 4));
    assert_eq!((asked("many.jsonl", 0x4a), asked("many.jsonl", 0x28)), (1, 1));
    assert!(place.run("-d replay:gone.jsonl info").code(0).stdout.contains("DVD-ROM"));
    assert!(!place.files().contains(&"nope.jsonl".to_string()));
}

#[test]
fn the_asking_is_shown_in_a_terminal() {
    let place = Place::new();
    let run = place.run_in_terminal("-d sim:demo record-drive a.jsonl", "").code(0);
    assert!(run.stderr.contains("identity"), "{}", run.report());
    assert!(run.stderr.contains("a.jsonl\n  Drive "), "{}", run.report());
}

/// Whole, with the disc's files: a simulated drive reads what a recording has not kept.
#[test]
fn info_shows_of_a_drive_made_of_a_recording_what_it_shows_of_the_drive() {
    let place = Place::new();
    for (persona, medium) in [
        ("wh16ns40", "bd-rom"),
        ("se-506cb", "bd-rom"),
        ("dvr-111d", "dvd-rom"),
        ("gsa-4167b", "dvd-rom"),
        ("px-w4824a", "cd-rom"),
        ("cdd4851", "cd-rom"),
    ] {
        let shown = |persona: &str| {
            let run = place.run(&format!("-v -d sim:demo?medium={medium}&persona={persona} info"));
            let run = run.code(0);
            run.stdout.lines().filter(|line| !line.starts_with("  Path")).collect::<String>()
        };
        place.run(&format!(
            "-q -d sim:demo?medium={medium}&persona={persona} record-drive {persona}.jsonl"
        ));
        assert_eq!(shown(&format!("{persona}.jsonl")), shown(persona), "{persona}");
    }
    // What was recorded without a disc takes one.
    place.run("-q -d sim:demo?tray=empty&persona=dvr-111d record-drive empty.jsonl").code(0);
    let run = place.run("-d sim:blank?medium=dvd-r&persona=empty.jsonl info").code(0);
    assert!(run.stdout.contains("Kind          DVD-R sequential recording"), "{}", run.report());
}
