//! The files of `tests/fixtures/real-drives`, and what every module needs of them.

use std::path::PathBuf;

use serde_json::Value;

use super::derive::Printed;
use super::retell::retell;
use super::table::Table;
use oxidisc::jobs::burn::disc::Disc;
use oxidisc::jobs::burn::inspect::inspect;
use oxidisc::jobs::survey::{DriveFacts, MediumFacts, survey_drive, survey_medium};
use oxidisc::transport::Sense;

/// Where they are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real-drives")
}

/// One of them.
pub fn file(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).expect("the file is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// A text in it, by its path: `/reported/text`.
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).expect(path)
}

/// A list in it.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map(Vec::as_slice).expect(path)
}

/// Bytes, written in hex.
pub fn hex(text: &str) -> Vec<u8> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("two hex digits");
    text.split_whitespace().map(byte).collect()
}

/// Bytes of sense data, written in hex.
pub fn sense(text: &str) -> Sense {
    Sense::parse(&hex(text)).expect("sense data")
}

/// What was printed of a drive, the drive that answers so, and what we make of it.
pub struct Told {
    /// The drive.
    pub table: Table,
    /// What it is.
    pub drive: DriveFacts,
    /// What is in it.
    pub medium: MediumFacts,
    /// And what that is to a burn.
    pub disc: Disc,
}

/// A report of dvd+rw-mediainfo becomes a drive that answers so. Read by our own parsers, it has
/// to tell, line by line, what was printed.
pub fn told(report: &str) -> Told {
    let printed = Printed::new(report);
    let table = printed.table();
    let expected: Vec<String> = printed.lines();
    assert_eq!(retell(&mut table.drive(), printed.multiple()), expected);
    survey(table)
}

/// A survey of such a drive.
pub fn survey(table: Table) -> Told {
    let mut drive = table.drive();
    let facts = survey_drive(&mut drive).expect("it says who it is");
    let medium = survey_medium(&mut drive, &facts).expect("it answers").expect("a disc is in");
    let disc = inspect(&mut drive, &facts, &medium).expect("it answers");
    Told { table, drive: facts, medium, disc }
}
