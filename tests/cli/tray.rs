//! `eject` and `load` on recordings.

use crate::harness::{Place, expect_all};

const GET_EVENT: &str = r#"{"cdb":"4a 01 00 00 10 00 00 00 08 00","dir":"in","len":8,"data":"#;
const READY: &str = r#"{"cdb":"00 00 00 00 00 00","dir":"none","ms":1}"#;

/// TEST UNIT READY, refused.
fn not_ready(asc: &str) -> String {
    refused("00 00 00 00 00 00", "02", asc)
}

/// A command without data, refused.
fn refused(cdb: &str, key: &str, asc: &str) -> String {
    let sense = format!("70 00 {key} 00 00 00 00 0a 00 00 00 00 {asc} 00 00 00 00");
    format!(r#"{{"cdb":"{cdb}","dir":"none","status":2,"driver":8,"sense":"{sense}"}}"#)
}

/// GET EVENT STATUS NOTIFICATION: the status byte of a media event.
fn event(status: &str) -> String {
    format!(r#"{GET_EVENT}"00 06 04 10 00 {status} 00 00"}}"#)
}

fn recording(lines: &[&str]) -> String {
    format!("{{\"oxidisc_recording\":1,\"note\":\"made up\"}}\n{}\n", lines.join("\n"))
}

#[test]
fn the_tray_opens_and_closes_and_says_so() {
    let place = Place::new();
    let eject = r#"{"cdb":"1b 00 00 00 02 00","dir":"none","ms":1500}"#;
    let load = r#"{"cdb":"1b 00 00 00 03 00","dir":"none","ms":9000}"#;
    let locked = &refused("1b 00 00 00 02 00", "05", "53 02");
    let unlock = r#"{"cdb":"1e 00 00 00 00 00","dir":"none"}"#;
    let (open, closed, disc) = (event("01"), event("00"), event("02"));
    let (no_disc, becoming) = (not_ready("3a 01"), not_ready("04 01"));
    place.file("eject.rec", recording(&[&disc, READY, eject, &open]));
    place.file("open.rec", recording(&[&open]));
    place.file("locked.rec", recording(&[&disc, READY, locked, unlock, eject, &open]));
    place.file("stuck.rec", recording(&[&disc, READY, locked, unlock, locked]));
    place.file("load.rec", recording(&[&open, load, &becoming, &becoming, READY]));
    // For ten seconds, asked twice a second, a drive may say so of a disc that it has not seen yet.
    let mut empty = vec![open.as_str(), load];
    empty.extend([no_disc.as_str(); 21]);
    empty.extend([closed.as_str(), no_disc.as_str()]);
    place.file("empty.rec", recording(&empty));
    place.file("closed.rec", recording(&[&disc, READY]));
    expect_all(
        "tray",
        &place,
        &[
            "-d replay:eject.rec?strict eject",
            "-d replay:eject.rec?strict eject --json",
            "-d replay:eject.rec?strict eject -q",
            "-d replay:open.rec?strict eject",
            "-d replay:locked.rec?strict eject",
            "-d replay:stuck.rec?strict --json eject",
            "-d replay:load.rec?strict load",
            "-d replay:empty.rec?strict load --json",
            "-d replay:closed.rec?strict load",
            // The recording has no answer for what is asked.
            "-d replay:open.rec load -v",
        ],
    );
}

#[test]
fn what_is_played_back_can_be_recorded_again() {
    let place = Place::new();
    place.file("a.rec", recording(&[&event("02"), READY, &event("01")]));
    place.run("-d replay:a.rec?strict --record b.rec load").code(0);
    let text = String::from_utf8(place.read("b.rec")).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains(r#""oxidisc_recording":1"#), "{text}");
    assert!(lines[1].contains(r#""cdb":"4a 01 00 00 10 00 00 00 08 00""#), "{text}");
    assert!(lines[2].contains(r#""cdb":"00 00 00 00 00 00""#), "{text}");
    place.run("-d replay:b.rec?strict load").code(0);
}

#[test]
fn bad_recordings_are_refused_with_file_line_and_reason() {
    let place = Place::new();
    place.file("empty.rec", "");
    place.file("foreign.rec", "{\"hello\":1}\n");
    place.file("version.rec", "{\"oxidisc_recording\":99}\n");
    place.file("json.rec", recording(&["{"]));
    place.file("hex.rec", recording(&[READY, r#"{"cdb":"0g","dir":"none"}"#]));
    place.file("key.rec", recording(&[r#"{"cdb":"00","dir":"none","stauts":2}"#]));
    place.file("binary.rec", [0xff, 0xfe]);
    place.file("there.rec", "precious");
    std::fs::create_dir(place.path("folder")).expect("a folder");
    expect_all(
        "bad-recordings",
        &place,
        &[
            "-d replay:missing.rec eject",
            "-d replay:folder eject",
            "-d replay:empty.rec eject",
            "-d replay:foreign.rec eject",
            "-d replay:version.rec eject",
            "-d replay:json.rec eject",
            "-d replay:hex.rec eject",
            "-d replay:key.rec eject",
            "-d replay:binary.rec eject",
        ],
    );
    place.file("good.rec", recording(&[&event("01")]));
    expect_all(
        "bad-record",
        &place,
        &[
            "-d replay:good.rec --record there.rec eject",
            "-d replay:good.rec --record nowhere/x.rec eject",
            "-d replay:good.rec --record folder eject",
        ],
    );
    assert_eq!(place.read("there.rec"), b"precious");
}
