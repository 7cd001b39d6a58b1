//! Page 2Ah, profiles and INQUIRY of seventeen drives, as wodim, sg_get_config, DIC and Aaru print
//! them.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::get_configuration::{Feature, GetConfiguration, Wanted};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read_buffer_capacity::ReadBufferCapacity;
use oxidisc::mmc::mode_page::{Capabilities, Loading, ModePage};
use oxidisc::mmc::profile::Profile;
use serde_json::Value;

use super::evidence::{file, list};
use super::wodim;

fn reports() -> Vec<Value> {
    list(&file("page2a-and-profiles-various"), "/reports").to_vec()
}

fn report(drive: &str) -> Value {
    let all = reports();
    let found = all.iter().find(|report| report["drive"].as_str().expect("text").contains(drive));
    found.expect(drive).clone()
}

/// Page 2Ah, through our parser.
pub fn capabilities(report: &Value) -> Capabilities {
    let query = ModeSense { page: ModePage::CAPABILITIES, values: Values::Current };
    let data = query.parse(&wodim::page_2a(report)).expect("parses");
    data.page(ModePage::CAPABILITIES).expect("the page").capabilities().expect("it is that")
}

/// Compares what page 2Ah says with what was printed of it, as far as it was.
pub fn same_as_printed(report: &Value) {
    let can = capabilities(report);
    let names = |key: &str| report[key].as_array().cloned();
    let text = |names: &[&str]| names.iter().map(|name| Value::from(*name)).collect::<Vec<_>>();
    assert_eq!(names("reads").unwrap_or_default(), text(&can.reads));
    assert_eq!(names("writes").unwrap_or_default(), text(&can.writes));
    for (key, flag) in [
        ("test_write", can.test_write),
        ("burnfree", can.underrun_protection),
        ("c2_pointers", can.c2),
        ("eject", can.can_eject),
        ("locked", can.locked),
    ] {
        assert_eq!(report[key].as_bool().unwrap_or(false), flag, "{key}");
    }
    assert_eq!(can.loading, Loading::Tray);
    for (keys, rate) in [
        (["max_read", "max_read_kBps"], can.read_max),
        (["cur_read", "cur_read_kBps"], can.read_now),
        (["max_write", "max_write_kBps"], can.write_max),
    ] {
        let printed = keys.iter().find_map(|key| report[*key].as_u64());
        assert_eq!(printed, rate.map(|rate| u64::from(rate.kbps)), "{keys:?}");
    }
    let buffer = ["buffer_KB", "buffer_KB_page2A"].iter().find_map(|key| report[*key].as_u64());
    assert_eq!(buffer, can.buffer_kib.map(u64::from));
    let speeds = ["write_speeds", "write_speeds_kBps"].iter().find_map(|key| names(key));
    let kbps = |speed: &Value| {
        let text = speed.to_string();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u32>().expect("a speed")
    };
    let printed: Vec<u32> = speeds.unwrap_or_default().iter().map(kbps).collect();
    let told: Vec<u32> = can.write_speeds.iter().map(|rate| rate.kbps).collect();
    assert_eq!(printed, told);
}

/// The profiles of a report, through our parser: in the drive's order, and which are current.
pub fn profiles(evidence: &Value, path: &str) -> Vec<(Profile, bool)> {
    let report = evidence.pointer(path).expect(path);
    let lists = ["profiles_in_order", "profiles_in_order_partial", "profiles_in_order_as_printed"];
    let printed = lists.iter().find_map(|key| report[*key].as_array()).expect("a list");
    let codes: Vec<(u16, bool)> =
        printed.iter().filter_map(|name| wodim::profile(name.as_str()?)).collect();
    let current = report["current"].as_str().and_then(wodim::profile).map_or(0, |(code, _)| code);
    let query = GetConfiguration { wanted: Wanted::All, first: 0 };
    let answer = wodim::configuration(current, &codes);
    let configuration = query.parse(&answer).expect("parses");
    assert_eq!(configuration.current_profile, current);
    let told = configuration.feature(0).expect("the list").profiles();
    let back: Vec<(u16, bool)> = told.iter().map(|(profile, now)| (profile.code(), *now)).collect();
    assert_eq!(back, codes);
    told
}

/// Of each report, in their order: which of its parts there are. `2A`: page 2Ah; `P` and a number:
/// so many profiles; `I`: what stands behind byte 36 of INQUIRY.
const PARTS: [&str; 17] = [
    "2A P14", "2A", "2A", "P13", "P4", "P3", "P2", "P13", "P14", "", "2A", "2A", "I", "P8 I", "I",
    "I", "I",
];

#[test]
fn every_report_is_told_as_printed() {
    let reports = reports();
    for (number, report) in reports.iter().enumerate() {
        let mut parts = Vec::new();
        if report["buffer_KB"].is_number() || report["buffer_KB_page2A"].is_number() {
            same_as_printed(report);
            parts.push("2A".to_string());
        }
        if report.as_object().expect("a report").keys().any(|key| key.starts_with("profiles_in")) {
            parts.push(format!("P{}", profiles(report, "").len()));
        }
        let tail = [&report["inquiry"]["vendor_specific"], &report["vendor_specific"]];
        if let Some(tail) = tail.iter().find_map(|tail| tail.as_str()) {
            let mut answer = vec![0x05, 0x80, 0x00, 0x32, 91, 0, 0, 0];
            answer.resize(36, b' ');
            answer.extend(tail.bytes());
            answer.resize(96, 0);
            let told = Inquiry.parse(&answer).expect("parses").vendor_specific;
            assert!(tail.trim().starts_with(&told) && !told.is_empty(), "{tail}");
            parts.push("I".to_string());
        }
        assert_eq!(parts.join(" "), PARTS[number], "{report}");
    }
    assert_eq!(reports.len(), PARTS.len());
}

/// ASUS DRW-24F1ST: DVD-RAM, and removable disk.
#[test]
fn two_profiles_may_be_current() {
    let told = profiles(&report("DRW-24F1ST"), "");
    let current: Vec<Profile> = told.iter().filter(|(_, now)| *now).map(|(all, _)| *all).collect();
    assert_eq!(current, [Profile::DvdRam, Profile::RemovableDisk]);
}

/// The same drive: no write speed, and two sizes of its buffer.
#[test]
fn no_write_speed_is_an_answer_too() {
    let report = report("DRW-24F1ST");
    let can = capabilities(&report);
    assert_eq!((can.write_speeds.len(), can.buffer_kib), (0, Some(768)));
    let bytes = u32::try_from(report["read_buffer_capacity_bytes"].as_u64().expect("told"));
    let bytes = bytes.expect("32 bits");
    let answer = [&[0, 10, 0, 0], &bytes.to_be_bytes()[..], &[0; 4]].concat();
    assert_eq!(ReadBufferCapacity.parse(&answer).expect("parses").total, 456_704);
}

/// TSSTcorp SH-S223F: 0017h, which was never sold.
#[test]
fn a_profile_that_nobody_has_seen_is_listed() {
    assert!(profiles(&report("SH-S223F"), "").contains(&(Profile::DvdRwDl, false)));
}

/// hp GH40L: AWRE is set, and goes back to the drive when a retry count is set.
#[test]
fn bits_that_we_do_not_know_go_back_as_they_came() {
    let report = report("GH40L");
    let retries = u8::try_from(report["page_01_read_retry"].as_u64().expect("told")).expect("8");
    let mut page = ModePage::new(&[0x01, 10, 0x80, retries, 0, 0, 0, 0, 3, 0, 0, 0]);
    page.error_recovery().expect("is it").set_read_retries(1);
    assert_eq!(page.bytes(), [0x01, 10, 0x80, 1, 0, 0, 0, 0, 3, 0, 0, 0]);
}

/// ATAPI iHAS124: a page of the maker's own, 30h, behind page 2Ah.
#[test]
fn a_page_of_the_makers_own_is_kept() {
    let report = report("iHAS124");
    assert_eq!(report["unknown_mode_page"], "30h");
    let mut answer = wodim::page_2a(&report);
    answer.extend([0x30, 2, 0xaa, 0x55]);
    answer[1] += 4;
    let query = ModeSense { page: ModeSense::ALL, values: Values::Current };
    let data = query.parse(&answer).expect("parses");
    assert_eq!(data.page(0x30).expect("kept").bytes(), [0x30, 2, 0xaa, 0x55]);
}

/// ASUS BW-16D1HT: firmware of the year 2119.
#[test]
fn a_date_is_not_checked_for_sense() {
    let report = reports().into_iter().last().expect("one");
    let text = report["firmware_creation_date_feature_010C"].as_str().expect("told");
    let feature = Feature {
        code: 0x010c,
        version: 0,
        persistent: true,
        current: true,
        data: text.as_bytes().to_vec(),
    };
    assert_eq!(feature.firmware_date().as_deref(), Some("2119-01-04 10:14"));
}
