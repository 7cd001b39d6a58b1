//! What real drives answered, as their users recorded it (`hw-tests/recordings`): every answer is
//! read, and `info` shows of each recording what stands beside it in `NAME.info.txt`. An answer
//! that cannot be read, or is odd, stands there, too: a drive that talks nonsense is no mistake of
//! ours, but it is to be seen. `OXIDISC_REWRITE=1 cargo test --test recordings` writes these files.

use std::path::{Path, PathBuf};
use std::process::Command;

use oxidisc::mmc::describe::response::describe;
use oxidisc::transport::recording::{Exchange, Payload, Phase, Recording};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hw-tests/recordings")
}

/// Names without `.jsonl`, sorted.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        name.strip_suffix(".jsonl").map(String::from)
    };
    let mut names: Vec<String> = entries.filter_map(file).collect();
    names.sort();
    names
}

/// The answers that make no sense to the program, or are odd, a line each.
fn oddities(recording: &Recording) -> String {
    let remarks = |exchange: &Exchange| {
        let Phase::In { data: Payload::Bytes(data), .. } = &exchange.phase else { return vec![] };
        if data.is_empty() {
            return vec![];
        }
        let told = describe(&exchange.cdb, data);
        let line = |what: &String| format!("line {}: {}: {what}\n", exchange.line, exchange.cdb);
        // What nobody here reads is no fault of the drive's.
        let read = told.remarks.iter().filter(|what| !what.ends_with("not known here"));
        read.map(line).collect()
    };
    recording.exchanges.iter().flat_map(remarks).collect()
}

/// What `info` prints of the recording, by its name alone.
fn info(name: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oxidisc"))
        .args(["-v", "-d", &format!("replay:{name}.jsonl"), "info"])
        .current_dir(folder())
        .env_clear()
        .output()
        .expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{name}: {err}");
    format!("{out}\n{err}")
}

#[test]
fn every_recorded_drive_is_shown_as_it_should_be() {
    let names = names();
    assert!(names.len() >= 2, "the recordings are gone: {names:?}");
    for name in names {
        let path = folder().join(format!("{name}.jsonl"));
        let recording = Recording::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut found = info(&name);
        let oddities = oddities(&recording);
        if !oddities.is_empty() {
            found += &format!("\nOdd answers\n{oddities}");
        }
        let expected = folder().join(format!("{name}.info.txt"));
        if std::env::var_os("OXIDISC_REWRITE").is_some() {
            std::fs::write(&expected, found).expect("expectations are writable");
            continue;
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        assert!(
            found == wanted,
            "{}: expected\n{wanted}\nfound\n{found}\n\
             If it should be so: OXIDISC_REWRITE=1 cargo test --test recordings",
            expected.display()
        );
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_found() {
    let line = |cdb: &str, data: &str| {
        format!("{{\"cdb\":\"{cdb}\",\"dir\":\"in\",\"data\":\"{data}\"}}\n")
    };
    let text = "{\"oxidisc_recording\":1}\n".to_string()
        + &line("25 00 00 00 00 00 00 00 00 00", "00 00 0f ff 00 00 08 00")
        + &line("25 00 00 00 00 00 00 00 00 00", "00 00 0f");
    let found = oddities(&Recording::parse(&text).expect("a recording"));
    assert!(found.starts_with("line 3: 25 00 00"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}

#[test]
fn no_recording_here_names_one_copy_of_a_drive() {
    for name in names() {
        let path = folder().join(format!("{name}.jsonl"));
        let recording = Recording::load(&path).unwrap_or_else(|error| panic!("{error}"));
        for exchange in &recording.exchanges {
            let Phase::In { data: Payload::Bytes(data), .. } = &exchange.phase else { continue };
            // VPD page 80h: crossed out, or blank.
            if exchange.cdb.bytes().starts_with(&[0x12, 0x01, 0x80]) {
                let serial = data.get(4..).unwrap_or(&[]);
                let plain = serial.iter().all(|byte| matches!(byte, b'X' | b' ' | 0));
                assert!(plain, "{name}: record it with --redact");
            }
        }
    }
}
