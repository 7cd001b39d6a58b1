//! Feeds `describe` of tests/parsers/entry.rs.

#![no_main]

#[allow(dead_code)]
#[path = "../../tests/parsers/entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::describe(bytes));
