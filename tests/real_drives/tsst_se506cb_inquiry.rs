//! TSSTcorp SE-506CB TS01: INQUIRY, all 96 bytes as they came.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::inquiry::Inquiry;
use serde_json::Value;

use super::evidence::{file, hex, text};

fn exchange() -> Value {
    file("tsst-se506cb-inquiry")["exchanges"][0].clone()
}

#[test]
fn a_drive_is_told_by_the_bytes_that_came() {
    let answer = hex(text(&exchange(), "/data_in"));
    assert_eq!(answer.len(), 96);
    let identity = Inquiry.parse(&answer).expect("parses");
    assert_eq!(identity.device_type, Inquiry::TYPE_MMC);
    let names = (identity.vendor.as_str(), identity.product.as_str(), identity.revision.as_str());
    assert_eq!(names, ("TSSTcorp", "BDDVDW SE-506CB", "TS01"));
    assert_eq!(identity.raw, answer);
}

/// ADDITIONAL LENGTH ends at byte 36; the date code is at 38.
#[test]
fn what_stands_behind_the_announced_end_is_there_all_the_same() {
    let answer = hex(text(&exchange(), "/data_in"));
    assert_eq!(usize::from(answer[4]) + 5, 36);
    assert_eq!(Inquiry.parse(&answer).expect("parses").vendor_specific, "0528");
}

/// The simulated drive of that name answers the same bytes.
#[test]
fn the_persona_answers_byte_for_byte() {
    use oxidisc::mmc::Drive;
    let drive = oxidisc::sim::open("sim:demo?persona=se-506cb".trim_start_matches("sim:"));
    let mut drive = Drive::new(Box::new(drive.expect("a drive")));
    let answer = drive.ask(&Inquiry).expect("an answer");
    assert_eq!(answer, hex(text(&exchange(), "/data_in")));
}
