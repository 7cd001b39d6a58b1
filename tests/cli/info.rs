//! `info` on every kind of disc in every state, without one, on every drive, and on drives that
//! fail: all that it prints.

use std::fmt::Write as _;

use serde_json::Value;

use crate::discs::{audio_cd, mixed_cd};
use crate::harness::{Place, Run, expect, expect_all};

const MEDIA: [&str; 14] = [
    "cd-rom", "cd-r", "cd-rw", "dvd-rom", "dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r", "dvd+rw",
    "dvd+r-dl", "dvd-ram", "bd-rom", "bd-r", "bd-re",
];

/// New discs, some in the two states they are sold in.
const BLANK: [&str; 15] = [
    "medium=cd-r",
    "medium=cd-rw",
    "medium=dvd-r",
    "medium=dvd-rw",
    "medium=dvd-r-dl",
    "medium=dvd+r",
    "medium=dvd+rw",
    "medium=dvd+rw&formatted=no",
    "medium=dvd+r-dl",
    "medium=dvd-ram",
    "medium=dvd-ram&tab=protected",
    "medium=bd-r",
    "medium=bd-r-dl",
    "medium=bd-re",
    "medium=bd-re&formatted=no",
];

const PERSONAS: [(&str, &str); 14] = [
    ("wh16ns40", "bd-re"),
    ("bw-16d1ht", "bd-r"),
    ("bu40n", "bd-rom"),
    ("se-506cb", "dvd+rw"),
    ("dvr-111d", "dvd-r"),
    ("dvr-216d", "dvd-rw"),
    ("ad-7590s", "dvd+r-dl"),
    ("gsa-4167b", "dvd-rom"),
    ("ts-l632h", "dvd+r"),
    ("nd-3540a", "dvd+rw"),
    ("drw-24f1st", "dvd-ram"),
    ("px-w4824a", "cd-rw"),
    ("cdd4851", "cd-rom"),
    ("burnmax48", "cd-r"),
];

/// Discs that are burnt first, in a private folder: what is typed, and the disc it leaves.
fn burnt(place: &Place) -> Vec<String> {
    let image = std::fs::File::create(place.path("small.iso")).expect("a file");
    image.set_len(600 * 2048).expect("a sparse file");
    let mut discs = Vec::new();
    for medium in ["cd-r", "dvd-r", "dvd+r", "bd-r"] {
        place.run(&format!("virtual create -q {medium}.disc --medium {medium}")).code(0);
        let burn =
            format!("-q -d sim:{medium}.disc burn small.iso --force --no-verify --appendable");
        place.run(&burn).code(0);
        discs.push(format!("sim:{medium}.disc"));
    }
    place.run("virtual create -q spared.disc --medium bd-r").code(0);
    place.run("-q -d sim:spared.disc format --spares default --yes").code(0);
    discs.push("sim:spared.disc".into());
    place.run("virtual create -q erased.disc --medium cd-rw").code(0);
    place.run("-q -d sim:erased.disc burn small.iso --force --no-verify").code(0);
    discs.push("sim:erased.disc".into());
    audio_cd(place, "audio.disc");
    mixed_cd(place, "mixed.disc");
    discs.extend(["sim:audio.disc".into(), "sim:mixed.disc".into()]);
    discs
}

/// Closed discs, and what there is to them.
const CLOSED: [&str; 6] = [
    "sim:two.iso?medium=cd-r&sessions=0+15000",
    "sim:two.iso?medium=cd-r&written=tao",
    "sim:demo?medium=dvd-rom&layers=2&path=ptp",
    "sim:demo?medium=dvd-rom&layers=2",
    "sim:demo?medium=dvd-rom&protect=css",
    "sim:demo?medium=bd-rom&protect=aacs",
];

fn two_sessions(place: &Place) {
    let image = std::fs::File::create(place.path("two.iso")).expect("a file");
    image.set_len(30_000 * 2048).expect("a sparse file");
}

/// Every disc there is: what is typed after `-d`.
pub fn all_discs(place: &Place) -> Vec<String> {
    two_sessions(place);
    let demo = MEDIA.iter().map(|medium| format!("sim:demo?medium={medium}"));
    let blank = BLANK.iter().map(|query| format!("sim:blank?{query}"));
    let closed = CLOSED.iter().map(ToString::to_string);
    demo.chain(blank).chain(closed).chain(burnt(place)).collect()
}

pub fn all_drives() -> Vec<String> {
    let drive =
        |(persona, medium): &(&str, &str)| format!("sim:demo?persona={persona}&medium={medium}");
    PERSONAS.iter().map(drive).collect()
}

fn shown(name: &str, place: &Place, discs: &[String], options: &str) {
    let typed: Vec<String> = discs.iter().map(|disc| format!("-d {disc} info{options}")).collect();
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    expect_all(name, place, &typed);
}

/// One line for each thing that the document says, without the features and the like where `drive`
/// is not asked for.
fn lines(run: Run, drive: bool) -> Run {
    let result = run.code(0);
    let document = result.result();
    let of_drive = ["drive", "profiles", "features", "quirks"];
    let mut text = String::new();
    for (key, value) in document.as_object().expect("an object") {
        match value {
            _ if of_drive.contains(&key.as_str()) != drive => {}
            Value::Object(fields) => {
                for (field, value) in fields {
                    let _ = writeln!(text, "{key}.{field} {value}");
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    let _ = writeln!(text, "{key} {item}");
                }
            }
            value => {
                let _ = writeln!(text, "{key} {value}");
            }
        }
    }
    Run { stdout: text, ..result }
}

#[test]
fn every_kind_of_disc_is_shown() {
    let place = Place::new();
    let discs: Vec<String> =
        MEDIA.iter().map(|medium| format!("sim:demo?medium={medium}")).collect();
    shown("info-media", &place, &discs, "");
}

#[test]
fn a_new_disc_is_shown_in_the_states_that_it_is_sold_in() {
    let place = Place::new();
    let discs: Vec<String> = BLANK.iter().map(|query| format!("sim:blank?{query}")).collect();
    shown("info-blank", &place, &discs, "");
}

#[test]
fn sessions_layers_and_protection_are_shown() {
    let place = Place::new();
    two_sessions(&place);
    shown("info-discs", &place, &CLOSED.map(String::from), "");
}

#[test]
fn what_was_burnt_is_shown_with_what_can_follow() {
    let place = Place::new();
    let discs = burnt(&place);
    shown("info-burnt", &place, &discs, "");
}

#[test]
fn every_drive_is_shown_and_with_v_all_of_it() {
    let place = Place::new();
    shown("info-drives", &place, &all_drives(), "");
    audio_cd(&place, "audio.disc");
    let discs = [
        "sim:demo?persona=wh16ns40&medium=bd-re",
        "sim:demo?persona=gsa-4167b&medium=dvd-rom",
        "sim:demo?persona=cdd4851&medium=cd-r",
        "sim:audio.disc",
    ];
    shown("info-verbose", &place, &discs.map(String::from), " -v");
}

#[test]
fn the_document_says_the_same_of_every_disc_and_drive() {
    let place = Place::new();
    let ask = |disc: &String| place.run(&format!("--json -d {disc} info"));
    let discs: Vec<Run> = all_discs(&place).iter().map(|disc| lines(ask(disc), false)).collect();
    expect("info-json-discs", &discs);
    let drives: Vec<Run> = all_drives().iter().map(|disc| lines(ask(disc), true)).collect();
    expect("info-json-drives", &drives);
    expect_all("info-json", &place, &["-d sim:demo?medium=dvd+r-dl info --json"]);
}

/// `docs/info.schema.json` is strict: a field that it does not name fails this test.
#[test]
fn every_document_is_as_its_schema_says() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(include_str!("../../docs/info.schema.json"))
        .expect("the schema is JSON");
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("info.json", schema).expect("the schema is one");
    let index = compiler.compile("info.json", &mut schemas).expect("the schema compiles");
    place.file(
        "busy.toml",
        "[[fault]]\nkind = \"check\"\nsense = \"2/04/01\"\nopcode = 0x00\n\
                             times = 1000\n",
    );
    place.file("dead.toml", "[[fault]]\nkind = \"timeout\"\nat_command = 1\ntimes = 1000\n");
    let mut discs = all_discs(&place);
    discs.extend(all_drives());
    discs.extend([
        "sim:demo?tray=open".into(),
        "sim:demo?faults=busy.toml".into(),
        "sim:demo?faults=dead.toml".into(),
        "sim:nope.iso".into(),
    ]);
    for disc in discs {
        for options in ["", " --raw"] {
            let document = place.run(&format!("--json -d {disc} info{options}")).result();
            let checked = schemas.validate(&document, index);
            assert!(checked.is_ok(), "{disc}: {:#}", checked.expect_err("invalid"));
        }
    }
    let mut wrong = place.run("--json -d sim:demo info").result();
    wrong["drive"]["nonsense"] = Value::Bool(true);
    assert!(schemas.validate(&wrong, index).is_err());
}

#[test]
fn quirks_are_shown_and_can_be_chosen() {
    let place = Place::new();
    expect_all(
        "info-quirks",
        &place,
        &[
            "-d sim:demo?persona=px-w4824a --quirks link-size-16,no-dvd-ram-resize -v info",
            "-d sim:demo?persona=px-w4824a --quirks link-size-16 info",
            "-d sim:demo?persona=px-w4824a --quirks link-size-17 info",
        ],
    );
    let typed = "--json -d sim:demo --quirks link-size-16 info";
    let quirks = &place.run(typed).code(0).result()["quirks"];
    assert_eq!(quirks[0]["name"], "link-size-16");
    assert_eq!(quirks[0]["instead"], "16 is taken, the link size of every DVD-R");
    let none = &place.run("--json -d sim:demo info").code(0).result()["quirks"];
    assert_eq!(*none, serde_json::json!([]));
}

#[test]
fn an_empty_drive_is_shown_without_a_disc() {
    let place = Place::new();
    expect_all(
        "info-empty",
        &place,
        &["-d sim:demo?tray=open info", "-d sim:demo?tray=empty info"],
    );
    let result = place.run("-d sim:demo?tray=open info --json").code(0).result();
    assert!(result["medium"].is_null(), "{result}");
}

/// The opcodes that a run sent, in order.
fn sent(place: &Place, disc: &str) -> Vec<Vec<u8>> {
    let _ = std::fs::remove_file(place.path("all.rec"));
    place.run(&format!("-d {disc} info --record all.rec")).code(0);
    let recording = String::from_utf8(place.read("all.rec")).expect("text");
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("hex");
    let cdb = |line: &str| -> Option<Vec<u8>> {
        let line: Value = serde_json::from_str(line).expect("JSON");
        Some(line["cdb"].as_str()?.split(' ').map(byte).collect())
    };
    recording.lines().filter_map(cdb).collect()
}

/// What is known to hang drives, or to lose what is in their buffer, or changes anything, is never
/// sent; and no disc takes more commands than there are questions.
#[test]
fn no_command_is_sent_that_hangs_a_drive_and_none_too_many() {
    let place = Place::new();
    let mut counts = String::new();
    for disc in all_discs(&place).iter().chain(&all_drives()) {
        let commands = sent(&place, disc);
        let compact = disc.contains("cd-")
            || disc.contains("audio")
            || disc.contains("mixed")
            || disc.contains("erased");
        for cdb in &commands {
            match cdb[0] {
                // READ DISC STRUCTURE with a CD in: a PIONEER DVR-110 locks up; with the media type
                // of a DVD for a BD, the buffer's content comes back.
                0xad => {
                    assert!(!compact, "{disc}: {cdb:02x?}");
                    let bd = disc.contains("bd-") || disc.contains("spared");
                    assert_eq!(cdb[1] & 0x0f == 1, bd, "{disc}: {cdb:02x?}");
                    assert!(!bd || cdb[6] == 0, "{disc}: layer of a BD: {cdb:02x?}");
                }
                // What asks, and what gets a disc to turn.
                0x00 | 0x12 | 0x1b | 0x23 | 0x25 | 0x43 | 0x46 | 0x51 | 0x52 | 0x5a | 0xa4
                | 0xac => {}
                0x28 => assert!(cdb[2] < 0x80, "{disc}: before the first sector: {cdb:02x?}"),
                0x42 => assert!(disc.contains("audio") || disc.contains("mixed"), "{disc}"),
                // READ BUFFER CAPACITY, READ CD, everything that writes, all else.
                other => panic!("{disc}: {other:02x}h is not to be sent"),
            }
        }
        let reads = commands.iter().filter(|cdb| cdb[0] == 0x28).count();
        let tests = commands.iter().filter(|cdb| cdb[0] == 0x00).count();
        let asked = commands.len() - reads - tests;
        assert!(asked <= 32 && reads <= 24, "{disc}: {asked} questions, {reads} reads");
        let _ = writeln!(counts, "{asked:3} questions {reads:3} reads  {disc}");
    }
    let run = Run { typed: "info".into(), code: 0, stdout: counts, stderr: String::new() };
    expect("info-commands", &[run]);
}

#[test]
fn a_drive_that_fails_anywhere_is_told_of_within_half_a_minute() {
    let place = Place::new();
    let kinds = [
        "kind = \"timeout\"\ntimes = 1",
        "kind = \"timeout\"\ntimes = 1000",
        "kind = \"host_error\"\ntimes = 1000",
        "kind = \"noise\"\ntimes = 1000",
        "kind = \"busy\"\ntimes = 1000",
        "kind = \"short\"\ntimes = 1000",
        "kind = \"check\"\nsense = \"4/44/00\"\ntimes = 1000",
        "kind = \"check\"\nsense = \"2/04/01\"\ntimes = 1000",
        "kind = \"check\"\nsense = \"2/04/02\"\ntimes = 1",
        "kind = \"reset\"\ntimes = 3",
        "kind = \"unplug\"",
    ];
    for medium in ["dvd+rw", "cd-r"] {
        for kind in kinds {
            for at in [1, 2, 9, 12, 15, 19, 24, 30, 40] {
                place.file("f.toml", format!("[[fault]]\nat_command = {at}\n{kind}\n"));
                let spec = format!("sim:demo?medium={medium}&seed={at}&faults=f.toml");
                let run = place.run(&format!("--json -d {spec} info"));
                let result = run.result();
                let what = format!("{kind} at {at}: {}", run.report());
                assert!([0, 1, 3].contains(&run.code), "{what}");
                assert!(result["drive_seconds"].as_f64().expect("a number") <= 30.0, "{what}");
                if run.code != 0 {
                    assert_eq!(result["status"], "failed", "{what}");
                    assert!(run.stderr.contains("error: "), "{what}");
                    assert!(run.stderr.contains("\nhint: "), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_drive_that_is_busy_or_fails_midway_tells_what_it_told() {
    let place = Place::new();
    place.file(
        "busy.toml",
        "[[fault]]\nkind = \"check\"\nsense = \"2/04/01\"\nopcode = 0x00\n\
                             times = 1000\n",
    );
    place.file("dead.toml", "[[fault]]\nkind = \"timeout\"\nat_command = 1\ntimes = 1000\n");
    place.file(
        "format.toml",
        "[[fault]]\nkind = \"check\"\nsense = \"2/04/04\"\nopcode = 0x00\ntimes = 1000\n",
    );
    place.file("half.toml", "[[fault]]\nkind = \"timeout\"\nopcode = 0x51\ntimes = 1000\n");
    place.file("gone.toml", "[[fault]]\nkind = \"unplug\"\nopcode = 0x52\n");
    place.file("rotten.toml", "[[defect]]\nkind = \"hard\"\nlba = 0\ncount = 4096\n");
    expect_all(
        "info-trouble",
        &place,
        &[
            "-d sim:demo?medium=dvd+r&faults=busy.toml info",
            "-d sim:demo?medium=dvd+rw&faults=format.toml info",
            "-d sim:demo?medium=dvd+r&faults=dead.toml info",
            "-d sim:demo?medium=dvd+r&faults=half.toml info",
            "-d sim:demo?medium=dvd+r&faults=gone.toml info",
            "-d sim:demo?medium=dvd+r&defects=rotten.toml info",
            "-d sim:demo?medium=dvd+r&start=ready info -q",
        ],
    );
}

/// The kernel keeps some commands from users: none of these is needed.
#[test]
fn a_plain_user_is_told_as_much() {
    let place = Place::new();
    for medium in ["cd-r", "dvd+rw", "dvd-ram", "bd-re"] {
        let ask = |filter: &str| {
            let spec = format!("sim:blank?medium={medium}&filter={filter}");
            let run = place.run(&format!("-d {spec} info -v")).code(0);
            run.stdout.replace(&spec, "")
        };
        assert_eq!(ask("user"), ask("off"), "{medium}");
    }
}

#[test]
fn an_image_that_is_larger_than_its_disc_is_remarked_on() {
    let place = Place::new();
    place.run("-q -d sim:demo rip demo.iso").code(0);
    let image = place.read("demo.iso");
    place.file("cut.iso", &image[..3000 * 2048]);
    let run = place.run("-d sim:cut.iso info").code(0);
    let remark = "the file system claims 4096 sectors, and the disc has 3000: 1096 sectors are not \
                  on it";
    let text: String = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(remark), "{}", run.report());
    let result = place.run("--json -d sim:cut.iso info").code(0).result();
    assert_eq!(result["remarks"][0], remark);
}

#[test]
fn raw_shows_every_command_and_its_bytes() {
    let place = Place::new();
    let run = place.run("-d sim:demo info --raw").code(0);
    for line in [
        "Answers\n  00 00 00 00 00 00  TEST UNIT READY\n",
        "  12 00 00 00 60 00  INQUIRY\n    0000  05 80 ",
        "  46 00 00 00 00 00 00 10 00 00  GET CONFIGURATION\n",
        "    not ready, logical unit is in process of becoming ready (02/04/01)\n",
        "READ CAPACITY\n    0000  00 00 0f ff 00 00 08 00                          ........\n",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.report());
    }
    assert!(!run.stdout.contains("READ (10)"), "{}", run.report());
    let result = place.run("-d sim:demo info --raw --json").code(0).result();
    let raw = result["raw"].as_array().expect("a list");
    let inquiry = raw.iter().find(|one| one["cdb"] == "12 00 00 00 60 00").expect("asked");
    assert_eq!((&inquiry["name"], &inquiry["status"]), (&"INQUIRY".into(), &0.into()));
}

#[test]
fn what_was_recorded_is_shown_the_same_again() {
    let place = Place::new();
    let first = place.run("-d sim:demo info --record demo.rec").code(0);
    let again = place.run("-d replay:demo.rec?strict info").code(0);
    let disc = |text: &str| text.split_once("Disc\n").map(|(_, disc)| disc.to_string());
    assert_eq!(disc(&first.stdout), disc(&again.stdout), "{}", again.report());
    assert!(disc(&first.stdout).is_some());
    place.run("-d sim:demo info --record safe.rec --redact").code(0);
    let text = String::from_utf8(place.read("safe.rec")).expect("text");
    // K9SIMULATED0 in feature 0108h.
    assert!(!text.contains("4b 39 53 49 4d"), "{text}");
}

#[test]
fn a_spec_that_means_nothing_is_refused_with_what_would_be_right() {
    let place = Place::new();
    place.file("cut.iso", [0; 1000]);
    expect_all(
        "bad-specs",
        &place,
        &[
            "-d sim: info",
            "-d sim:nope.iso info",
            "-d sim:cut.iso info",
            "-d sim:demo?x=y info",
            "-d sim:demo?medium=floppy info",
            "-d sim:demo?speed=fast info",
            "-d sim:demo?persona=x info",
            "-d sim:demo?seed=x info",
            "-d sim:demo?pace=-1 info",
            "-d sim:demo?filter=maybe info",
            "-d sim:demo?defects=none.toml info",
            "-d sim:demo?faults=none.toml info",
            "--json -d sim:demo?x=y info",
        ],
    );
}
