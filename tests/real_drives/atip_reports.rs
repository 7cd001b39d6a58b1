//! ATIPs as cdrecord and wodim printed them, of ten drives and discs, two of them nonsense.

use oxidisc::mmc::cmd::read_atip::{Atip, ReadAtip};
use oxidisc::mmc::{ParseError, Query};
use oxidisc::units::{Lba, Msf};
use serde_json::Value;

use super::evidence::{file, hex, list};
use super::wodim;

fn reports() -> Vec<Value> {
    list(&file("atip-reports"), "/reports").to_vec()
}

fn parse(report: &Value) -> Result<Atip, ParseError> {
    ReadAtip.parse(&wodim::atip(report))
}

/// Of each report, in their order: what it is called by its lead-in, power, reference speed, and
/// whether it can be erased.
const TOLD: [&str; 10] = [
    "97m34s24f 1 0 erasable",
    "97m26s66f 5 0",
    "97m24s16f 5 0",
    "97m34s22f 6 2",
    "97m26s65f 5 2",
    "97m25s22f 4 0",
    "97m15s17f 4 0",
    "97m25s30f 5 2",
    // Printed as 151:50/00 and 116:21/00, binary: it is BCD.
    "97m32s00f 0 0",
    // All zero: none, and no disc at 00:00/00.
    "none",
];

#[test]
fn every_atip_is_told_as_printed() {
    for (report, told) in reports().iter().zip(TOLD) {
        let atip = parse(report).map_or("none".into(), |atip| {
            let erasable = if atip.erasable { " erasable" } else { "" };
            let (power, speed) = (atip.writing_power, atip.reference_speed);
            format!("{} {power} {speed}{erasable}", atip.media_id())
        });
        assert_eq!(atip, told, "{report}");
    }
    assert_eq!(reports().len(), TOLD.len());
}

#[test]
fn what_is_printed_in_hex_comes_in_as_it_is() {
    for report in reports() {
        let keys = ["A1", "A2", "A3"];
        let printed = keys.map(|key| report[key].as_str().map(hex));
        let Ok(atip) = parse(&report) else { continue };
        assert_eq!(atip.additional.map(|bytes| bytes.map(|bytes| bytes.to_vec())), printed);
    }
}

#[test]
fn times_become_the_addresses_that_were_printed() {
    let mut compared = 0;
    for report in reports() {
        let Some(lba) = report["lead_out_lba"].as_i64() else { continue };
        let atip = parse(&report).expect("an ATIP");
        assert_eq!(i64::from(Lba::from(atip.lead_out).0), lba);
        compared += 1;
    }
    assert_eq!(compared, 2);
    // PHILIPS CDD4851: "97:26/65 = -11635".
    assert_eq!(Lba::from(Msf { minute: 97, second: 26, frame: 65 }), Lba(-11_635));
}

/// Report 9: GOOD, and zeros, with a BD-R in.
#[test]
fn zeros_with_good_status_are_no_atip() {
    let error = parse(&reports()[9]).expect_err("none");
    assert!(error.to_string().contains("lead-in at 00:00:00"), "{error}");
}

/// Report 8: the lead-out would be at 116 minutes, and cdrecord began to burn.
#[test]
fn an_atip_in_bcd_is_none_of_a_disc_of_116_minutes() {
    let atip = parse(&reports()[8]).expect("an ATIP");
    assert_eq!(atip.lead_out, Msf { minute: 74, second: 15, frame: 0 });
}
