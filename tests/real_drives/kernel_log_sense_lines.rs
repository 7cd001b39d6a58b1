//! What kernels logged of reads that failed: the sense data in words, made into bytes again.

use oxidisc::jobs::reading::decide::decide;
use oxidisc::mmc::{CommandError, Failure};
use oxidisc::transport::{Cdb, Sense, SenseKey};
use oxidisc::units::Lba;
use serde_json::Value;

use super::evidence::{file, list};

const FILE: &str = "kernel-log-sense-lines";

/// Of each line, in their order: what the rip makes of it. `-`: no read.
const DECISIONS: [&str; 30] = [
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: Some(Lba(1021)) }",
    "Bad { at: Some(Lba(350_007)) }",
    // A drive that lost its way over damage, or in trouble: the caller finds out which.
    "Lost",
    "Bad { at: None }",
    // An audio track, the run-out, the end of a track: structure.
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: Some(Lba(117_434)) }",
    "Bad { at: Some(Lba(285_976)) }",
    "Bad { at: Some(Lba(120_986)) }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Lost",
    "Bad { at: None }",
    "Protected",
    "Protected",
    "Protected",
    "Protected",
    "Protected",
    // A remark: see `sense_pairs_from_logs`.
    "-",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: None }",
    "Bad { at: Some(Lba(16)) }",
    // BLANK, refused by a kernel for a USB bridge: see `jobs::erasing`.
    "-",
];

/// The kernel's words for key, code and qualifier (drivers/scsi/constants.c).
fn triple(words: &str) -> Option<(u8, u8, u8)> {
    let (key, code) = words.split_once(" / ")?;
    let key = match key {
        "Medium Error" => 3,
        "Hardware Error" => 4,
        "Illegal Request" => 5,
        _ if key.starts_with("Blank Check") => 8,
        _ => panic!("{key}"),
    };
    let codes = [
        ("L-EC", (0x11, 0x05)),
        ("Timeout on logical unit", (0x3e, 0x02)),
        ("Illegal mode for this track", (0x64, 0x00)),
        ("Id CRC or ECC error", (0x10, 0x00)),
        ("Cannot read medium - unknown format", (0x30, 0x01)),
        ("Read of scrambled sector without authentication", (0x6f, 0x03)),
        ("No additional sense", (0x00, 0x00)),
        ("no additional sense", (0x00, 0x00)),
        ("No seek complete", (0x02, 0x00)),
        ("Invalid field in cdb", (0x24, 0x00)),
    ];
    let (asc, ascq) = codes.iter().find(|(start, _)| code.starts_with(start)).expect(code).1;
    Some((key, asc, ascq))
}

/// The address of a line, and whether ILI was set.
fn information(line: &Value) -> (Option<u32>, bool) {
    let info = line["info"].as_str().unwrap_or("");
    let digits = info.split(',').next().and_then(|info| info.strip_prefix("0x"));
    (digits.map(|hex| u32::from_str_radix(hex, 16).expect("hex")), info.ends_with("ILI"))
}

fn bytes(words: &str, line: &Value) -> Vec<u8> {
    let (key, asc, ascq) = triple(words).expect("key and code");
    let mut raw = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
    let (lba, ili) = information(line);
    if let Some(lba) = lba {
        raw[0] |= 0x80;
        raw[3..7].copy_from_slice(&lba.to_be_bytes());
    }
    if ili {
        raw[2] |= 0x20;
    }
    raw
}

#[test]
fn every_line_is_decided_as_it_should_have_been() {
    let evidence = file(FILE);
    let mut before = "";
    let mut decisions = Vec::new();
    for line in list(&evidence, "/lines") {
        let words = match line["sense"].as_str() {
            // Of a remark without a log.
            None => "",
            Some("same") => before,
            Some(words) => words,
        };
        before = words;
        let read = line["cdb"].as_str().is_none_or(|cdb| !cdb.starts_with("a1"));
        if !read || words.is_empty() {
            decisions.push("-".to_string());
            continue;
        }
        let sense = Sense::parse(&bytes(words, line)).expect("sense data");
        let cdb = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        let failure = Failure::Check(sense);
        let error = CommandError { name: "READ (10)", cdb, lba: None, failure };
        decisions.push(format!("{:?}", decide(&error)));
    }
    let expected: Vec<String> = DECISIONS.iter().map(|text| text.replace('_', "")).collect();
    assert_eq!(decisions, expected);
}

/// The kernel counts in 512 bytes: where both are told, the address is that of the sector.
#[test]
fn the_address_is_that_of_the_sector_that_failed() {
    let evidence = file(FILE);
    let mut compared = 0;
    for line in list(&evidence, "/lines") {
        let (Some(lba), Some(sector)) = (information(line).0, line["sector512"].as_u64()) else {
            continue;
        };
        compared += 1;
        // One kernel names the first sector of the request, one block before the failing one.
        let ahead = if line["note"] == "info = second block of the request" { 1 } else { 0 };
        let at = Lba(i32::try_from(sector / 4).expect("on a disc"));
        assert_eq!(lba.cast_signed(), at.0 + ahead, "{line}");
    }
    assert_eq!(compared, 6);
}
