//! PLEXTOR PX-W4824A 1.04: page 2Ah.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::inquiry::Inquiry;

use super::evidence::file;
use super::page2a_and_profiles_various::{capabilities, same_as_printed};

#[test]
fn page_2a_is_told_as_printed() {
    let evidence = file("plextor-pxw4824a-page2a");
    let report = &evidence["reported_page_2a"];
    same_as_printed(report);
    let can = capabilities(report);
    assert!(can.test_write && can.underrun_protection && can.c2);
    // No DVD: a drive from before the profiles has CDs in it, whatever is in it.
    assert!(!can.reads.iter().any(|medium| medium.starts_with("DVD")));
}

/// A driver cut the answer to INQUIRY short now and then. 36 bytes are a name, fewer are none.
#[test]
fn an_answer_that_is_cut_short_is_no_name() {
    assert!(Inquiry.parse(b"\x05\x80\x02\x02\x1f\0\0\0PLEXTOR ").is_err());
    assert!(Inquiry.parse(&[]).is_err());
}
