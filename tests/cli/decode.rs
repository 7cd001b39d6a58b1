//! `decode`: whole outputs, and all the sense data of real drives there is.

use std::fmt::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Place, Run, expect, expect_all};

/// Lower case words with a blank between.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn fixture(text: &str, list: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(text).expect("JSON");
    document[list].as_array().expect("a list").clone()
}

fn decoded(place: &Place, log: &str) -> Vec<Value> {
    place.file("log", log);
    let run = place.run("--json decode sense log").code(0);
    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (result, lines) = lines.split_last().expect("a result");
    assert_eq!(result["schema"], "oxidisc.decode/1");
    assert_eq!(result["count"], lines.len());
    for line in lines {
        assert!(!line["meaning"].as_str().expect("text").is_empty(), "{line}");
        assert!(!line["advice"].as_array().expect("a list").is_empty(), "{line}");
    }
    lines.to_vec()
}

/// As cdrecord prints them, all in one log.
#[test]
fn every_sense_pair_of_real_drives_means_what_was_printed() {
    let text = include_str!("../fixtures/sense/sense-pairs-from-logs.json");
    let pairs = fixture(text, "pairs");
    let text = |pair: &Value, key: &str| pair[key].as_str().map(String::from);
    let sensed = |pair: &&Value| text(pair, "sense").or(text(pair, "sense_triple")).is_some();
    let with_sense: Vec<&Value> = pairs.iter().filter(sensed).collect();
    let mut log = String::new();
    for pair in &with_sense {
        if let Some(cdb) = text(pair, "cdb") {
            let _ = writeln!(log, "CDB:  {}", cdb.to_uppercase());
        }
        let _ = match (text(pair, "sense"), text(pair, "sense_triple")) {
            (Some(bytes), _) => writeln!(log, "Sense Bytes: {}", bytes.to_uppercase()),
            (None, triple) => writeln!(log, "[{}]", triple.expect("one of the two")),
        };
    }
    let lines = decoded(&Place::new(), &log);
    assert_eq!(lines.len(), with_sense.len());
    assert!(lines.len() > 35, "{}", lines.len());
    for (line, pair) in lines.iter().zip(with_sense) {
        let printed = text(pair, "decoded_as_printed").expect("as printed");
        let name = line["name"].as_str().expect("a name");
        assert_eq!(line["cdb"].as_str().map(String::from), text(pair, "cdb"), "{printed}");
        let remarks = line["remarks"].to_string();
        let cut = remarks.contains("code and qualifier are not there");
        if name.contains("vendor specific") {
            assert!(printed.contains("vendor"), "{printed}: {name}");
        } else if !cut {
            let printed = printed.trim_start_matches("5/30/06 ");
            assert!(words(printed).starts_with(&words(name)), "{printed}: {name}");
        }
        assert_eq!(line["deferred"], printed.contains("DEFERRED"), "{printed}");
        if let Some((_, block)) = printed.split_once("Blk ") {
            let (number, _) = block.split_once(' ').expect("a number");
            if block.contains("(valid)") {
                assert_eq!(line["information"].to_string(), number, "{printed}");
            } else {
                assert_eq!(line["information"], Value::Null, "{printed}");
                assert!(remarks.contains(&format!("hold {number}, not marked valid")), "{line}");
            }
        }
        let ili = line["fields"].to_string().contains("incorrect length");
        assert_eq!(ili, printed.contains("illegal block length"), "{printed}");
    }
}

/// As the kernel prints them, all in one log.
#[test]
fn every_line_of_kernel_logs_is_read() {
    let text = include_str!("../fixtures/sense/kernel-log-sense-lines.json");
    let mut log = String::new();
    let mut expected = Vec::new();
    let mut last = String::new();
    for item in fixture(text, "lines") {
        let Some(sense) = item["sense"].as_str() else { continue };
        let sense = if sense == "same" { last.clone() } else { sense.to_string() };
        let (key, code) = sense.split_once(" / ").expect("a key and a code");
        let key = key.split(" (").next().expect("a name");
        let code = code.split(';').next().expect("a name");
        let _ = writeln!(log, "sr 1:0:0:0: [sr0] tag#0 Sense Key : {key} [current]");
        if let Some(info) = item["info"].as_str() {
            let _ = writeln!(log, "Info fld={info}");
        }
        let _ = writeln!(log, "sr 1:0:0:0: [sr0] tag#0 Add. Sense: {code}");
        if let Some(cdb) = item["cdb"].as_str() {
            let _ = writeln!(log, "sr 1:0:0:0: [sr0] tag#0 CDB: {cdb}");
        }
        expected.push((item.clone(), key.to_lowercase(), words(code)));
        last = sense;
    }
    let lines = decoded(&Place::new(), &log);
    assert_eq!(lines.len(), expected.len());
    assert!(lines.len() > 25, "{}", lines.len());
    for (line, (item, key, code)) in lines.iter().zip(expected) {
        assert_eq!(line["key_name"], key.as_str(), "{item}");
        let name = words(line["name"].as_str().expect("a name"));
        // "L-EC" and "no additional sense" are short for it.
        let short = ["l ec", "no additional sense"]
            .iter()
            .any(|short| code.starts_with(short) && name.starts_with(short));
        assert!(code.starts_with(&name) || short, "{item}: {name}");
        if let Some(info) = item["info"].as_str() {
            let digits = info.trim_start_matches("0x").split(',').next().expect("a number");
            let block = u64::from_str_radix(digits, 16).expect("hex");
            assert_eq!(line["information"], block, "{item}");
        }
        assert_eq!(line["cdb"].is_null(), item["cdb"].is_null(), "{item}");
    }
}

/// `dmesg --color=always`, a burning program's umlaut in Latin-1, an editor's byte order mark; and
/// bytes that are none of these.
#[test]
fn a_log_with_colours_or_in_an_old_encoding_is_a_log() {
    let place = Place::new();
    let coloured = b"sr 1:0:0:0: \x1b[1mSense Key : Medium Error\x1b[0m\nAdd. Sense: L-EC\n";
    for log in [coloured.as_slice(), b"Ger\xe4t: [3 11 05]\n", b"\xef\xbb\xbf3/11/05\n"] {
        place.file("log", log);
        let run = place.run("decode sense log").code(0);
        let title = run.stdout.lines().next();
        assert_eq!(title, Some("medium error, L-EC uncorrectable error (03/11/05)"));
    }
    place.file("bytes", [0xf0, 0, 5, 0, 0, 0, 0, 0x0a, 0, 0, 0, 0, 0x24, 0]);
    let run = place.run("decode sense bytes").code(0);
    assert!(run.stdout.starts_with("illegal request, invalid field in CDB"), "{}", run.stdout);
    place.file("plan", b"Ger\xe4t\nCDB: 35 02 00 00 00 00 00 00 00 00\n");
    let run = place.run("decode cdb plan").code(0);
    assert!(run.stdout.starts_with("SYNCHRONIZE CACHE"), "{}", run.stdout);
}

#[test]
fn sense_data_is_explained() {
    let place = Place::new();
    place.file("noise", [0x28, 0x00, 0xff, 0xfe]);
    place.file(
        "dmesg",
        "[  812.1] sr 1:0:0:0: [sr0] tag#0 Sense Key : Medium Error [current]\n\
         [  812.1] sr 1:0:0:0: [sr0] tag#0 Add. Sense: Id CRC or ECC error\n\
         [  812.1] sr 1:0:0:0: [sr0] tag#0 CDB: Read(10) 28 00 00 00 00 02 00 00 02 00\n\
         [  812.2] blk_update_request: critical medium error, dev sr0, sector 8\n\
         [  815.7] sr 1:0:0:0: [sr0] Sense Key : Not Ready [current]\n\
         [  815.7] sr 1:0:0:0: [sr0] Add. Sense: Medium not present - tray open\n",
    );
    let read = |sector: u8| format!("CDB: 28 00 00 00 00 {sector:02x} 00 00 10 00\n");
    let bytes = "Sense Bytes: f0 00 03 00 00 00 21 0a 00 00 00 00 11 05 00 00\n";
    let lines: Vec<String> =
        (0..12).flat_map(|index| [read(16 * index), bytes.to_string()]).collect();
    place.file("repeated", lines.concat() + "[5 24 00]\n");
    expect_all(
        "decode-sense",
        &place,
        &[
            "decode sense f0 00 03 00 05 57 37 0a 00 00 00 00 11 05 0 0 --cdb 28000005573600000200",
            "decode sense 700005000000000abef80008240000ca000a --cdb be0000000000000001f80700",
            "decode sense 72 02 04 04 00 00 00 08 02 06 00 00 80 80 00 00",
            "decode sense 71 00 03 00 98 32 21 0e 00 00 00 00 0c -v",
            "decode sense 70,0,0x25,0,0,0,0,0xa,0x28,0xa,1,0x80,0x64,0,0,0",
            "decode sense 5/24/00 --cdb a11100000000000000000000",
            "decode sense SK=5h/ASC=64h/ACQ=00h --cdb 2a000000000000001000",
            "decode sense 05/a8/04",
            "decode sense 02 99 00",
            "decode sense dmesg",
            "decode sense repeated",
            "decode sense noise",
            "decode sense 28 00 00 00",
            "decode sense 70 00",
            "decode sense 70 0x",
            "decode sense nowhere.log",
            "decode sense Add. Sense: Invalid field in cdb",
            "decode sense 3/11/05 --cdb hello",
            "--json decode sense 6f",
        ],
    );
}

#[test]
fn commands_are_explained() {
    let place = Place::new();
    place.file("plan", "28 00 00 00 2d f4 00 00 20 00\nCDB: 35 02 00 00 00 00 00 00 00 00\n");
    expect_all(
        "decode-cdb",
        &place,
        &[
            "decode cdb 28 00 00 00 2d f4 00 00 20 00",
            "decode cdb 2a 00 ff ff ff 89 00 00 1f 80",
            "decode cdb be 04 00 00 00 00 00 00 01 f8 01 00 -v",
            "decode cdb ac 10 00 00 00 00 00 00 00 40 00 00",
            "decode cdb 52 21 00 00 00 ff 00 00 1c 00",
            "decode cdb 5b 01 02 00 00 00 00 00 00",
            "decode cdb 28 00 00 04 0c 60 00 00 02 00 00 00",
            "decode cdb d8 00 00 00 00 00 00 00 00 01 00 00",
            "decode cdb 60 00",
            "decode cdb plan",
            "--json decode cdb bd0000000000000000080000",
            "decode cdb 00112233445566778899aabbccddeeff00",
            "decode cdb READ",
            "decode cdb /dev/null",
            "decode cdb /",
        ],
    );
}

#[test]
fn answers_are_explained() {
    let place = Place::new();
    place.file("binary", b"\x00\x12\x01\x01\x00\x14\x01\x00\0\0\0\0\0\x14\xaa\0\x00\x2a\x8d\x20");
    place.file(
        "line",
        "{\"cdb\":\"25 00 00 00 00 00 00 00 00 00\",\"data\":\"00 1f d7 ff 00 00 08 00\"}\n",
    );
    place.file("wrong", "{\"cdb\":\"25 00\",\"dat\":\"00\"}\n");
    place.file("words", "no answer at all\n");
    expect_all(
        "decode-response",
        &place,
        &[
            "decode response --cdb 51 00200e010101012000000000ffffffffffffffff000000000000",
            "decode response --cdb 5100 00 20 0e 01 01 01 --raw",
            "decode response --cdb 43 binary",
            "decode response --cdb 46 0000001400000041 00000304 00410100 01071004 1f000000",
            "decode response --cdb 43:02:04 00 1a 00 00 00 00 00 00 00 00 00 00",
            "decode response --cdb 4d 01 02 03",
            "decode response line",
            "--json decode response --cdb 5c 00 0a 00 00 00 10 00 00 00 04 00 00 --raw",
            "decode response wrong",
            "decode response words --cdb 51",
            "decode response 00 20",
            "decode response --cdb zz 00 20",
        ],
    );
}

/// A line of a recording.
fn line(cdb: &str, dir: &str, rest: &str) -> String {
    format!("{{\"cdb\":\"{cdb}\",\"dir\":\"{dir}\",{rest}}}")
}

#[test]
fn recordings_are_explained() {
    let place = Place::new();
    let attention = "70 00 06 00 00 00 00 0a 00 00 00 00 28 00 00 00 00 00";
    let lines = [
        "{\"oxidisc_recording\":1,\"note\":\"\"}".to_string(),
        line("00 00 00 00 00 00", "none", &format!("\"status\":2,\"sense\":\"{attention}\"")),
        line("00 00 00 00 00 00", "none", "\"ms\":0.1"),
        line("00 00 00 00 00 00", "none", "\"ms\":0.2"),
        line("5c 00 00 00 00 00 00 00 0c 00", "in", "\"data\":\"000a0000001000000004 0000\""),
        line("2a 00 00 00 00 10 00 00 10 00", "out", "\"len\":32768"),
        line("bb 00 ff ff ff ff 00 00 00 00 00 00", "none", "\"errno\":\"EPERM\""),
        line("28 00 00 00 00 10 00 00 01 00", "in", "\"len\":2048,\"host\":3"),
    ];
    place.file("drive.rec", lines.join("\n"));
    expect_all(
        "decode-recording",
        &place,
        &[
            "decode recording drive.rec",
            "decode response drive.rec -v",
            "--json decode recording drive.rec",
            "decode recording nowhere.rec",
        ],
    );
}

/// What `info` was told, `decode` reads: from its recording, and from its own JSON.
#[test]
fn what_info_asked_can_be_explained() {
    let place = Place::new();
    place.run("-d sim:demo --record drive.rec info").code(0);
    let text = place.run("decode recording drive.rec").code(0).stdout;
    for word in ["INQUIRY", "Current profile", "Disc status", "READ CAPACITY"] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    let json = place.run("-d sim:demo --json info --raw").code(0).stdout;
    place.file("info.json", json);
    let again = place.run("decode response info.json").code(0).stdout;
    assert!(again.contains("Current profile"), "{again}");
}

/// A terminal is as wide as it is, and what is typed to it is not waited for.
#[test]
fn a_terminal_is_asked_for_nothing() {
    let place = Place::new();
    let run = place.run_in_terminal("decode sense", "").code(2);
    assert!(run.stderr.contains("there is nothing to decode"), "{}", run.report());
    let mut command = place.command("decode cdb -");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("it runs");
    let mut input = child.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut input, b"28 00 00 00 00 10 00 00 01 00\n").expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.starts_with("READ (10)"), "{stdout}");
    let run = Run { typed: "decode cdb -".into(), code: 0, stdout, stderr: String::new() };
    expect("decode-stdin", &[run]);
}
