//! Drives that do one thing unlike all others: without their quirk the burn fails or gets it wrong,
//! with it, it does not. How they fail is as it was written down; codes that were not are made up.

use oxidisc::jobs::burn::plan::{Choices, Step, WriteMode};
use oxidisc::jobs::burn::{Options, Report, Status};
use oxidisc::mmc::Drive;
use oxidisc::mmc::quirks::{ALL, Change, Choice};
use oxidisc::units::{Rate, Speed};

use super::bench::{Bench, burn, choices, image, options};
use super::meddled::{Deed, Log, meddled, no, sent};

const INQUIRY: u8 = 0x12;
const SYNCHRONIZE: u8 = 0x35;
const GET_CONFIGURATION: u8 = 0x46;
const SEND_OPC: u8 = 0x54;
const MODE_SENSE: u8 = 0x5a;
const GET_PERFORMANCE: u8 = 0xac;
const SET_STREAMING: u8 = 0xb6;
const SET_CD_SPEED: u8 = 0xbb;

/// Whether a command asks for the drive's name.
fn asks_name(cdb: &[u8]) -> bool {
    cdb[0] == INQUIRY && cdb[1] & 1 == 0
}

/// Gives the drive another name, 28 characters with revision.
fn rename(answer: &mut [u8], name: &str) {
    answer[8..36].copy_from_slice(name.as_bytes());
}

/// Burns on such a drive as it is known, and as if nothing were known of it.
fn both(
    medium: &str,
    choices: Choices,
    make: impl Fn(&Bench) -> (Drive, Log),
) -> [(Report, Log); 2] {
    [Choice::Known, Choice::Only(Vec::new())].map(|quirks| {
        let bench = Bench::blank(medium);
        let options = Options { choices: choices.clone(), ..options(bench.image(&image(100, 61))) };
        let (mut drive, log) = make(&bench);
        drive.choose_quirks(quirks);
        (burn(&mut drive, &options).expect("prepared").1, log)
    })
}

/// A drive that does nothing for a flush that it should answer at once.
fn without_immed(bench: &Bench, name: fn(&mut [u8])) -> (Drive, Log) {
    meddled(bench.sim(""), move |cdb| match cdb {
        _ if asks_name(cdb) => Deed::Change(name),
        [SYNCHRONIZE, 0x02, ..] => no(4, 0x44, 0x00),
        _ => Deed::Pass,
    })
}

#[test]
fn a_drive_that_does_not_digest_an_immediate_flush_is_sent_another() {
    let [known, unknown] = both("dvd-r", choices(), |bench| {
        without_immed(bench, |answer| rename(answer, "PIONEER DVD-RW  DVR-105 1.33"))
    });
    assert_eq!(known.0.status, Status::Verified);
    assert!(sent(&known.1, SYNCHRONIZE).iter().all(|cdb| cdb[1] == 0));
    assert!(matches!(unknown.0.status, Status::Failed(_)), "{:?}", unknown.0.status);
}

/// redumper#186: bridges put a name of their own in the drive's place.
#[test]
fn a_drive_that_a_bridge_renames_is_given_its_quirks_by_name() {
    let bench = Bench::blank("dvd-r");
    let options = options(bench.image(&image(100, 62)));
    let (mut drive, _) =
        without_immed(&bench, |answer| rename(answer, "USB-HS  DVD RECORDER    2.10"));
    drive.choose_quirks(Choice::parse("flush-without-immed").expect("there is one"));
    assert_eq!(burn(&mut drive, &options).expect("prepared").1.status, Status::Verified);
}

#[test]
fn a_drive_that_refuses_a_stream_s_speed_on_a_dvd_plus_rw_gets_that_of_a_cd() {
    let asked = Choices { speed: Some(Speed::Kbps(3324)), ..choices() };
    let [known, unknown] = both("dvd+rw", asked, |bench| {
        meddled(bench.sim(""), |cdb| match cdb[0] {
            _ if asks_name(cdb) => {
                Deed::Change(|answer| rename(answer, "HL-DT-STDVDRAM GSA-4081BA104"))
            }
            SET_STREAMING => no(5, 0x21, 0x00),
            _ => Deed::Pass,
        })
    });
    let refused = |report: &Report| {
        report.remarks.iter().any(|remark| remark.contains("does not take the speed"))
    };
    assert!(!refused(&known.0) && refused(&unknown.0));
    // 3324 kB/s.
    assert_eq!(sent(&known.1, SET_CD_SPEED)[0][4..6], [0x0c, 0xfc]);
    assert_eq!(sent(&known.1, SET_STREAMING).len(), 0);
    assert_eq!(known.0.granted, Some(Rate { kbps: 3324 }));
}

/// Page 2Ah behind its header of eight bytes: one write speed, 706 kB/s.
fn only_4x(answer: &mut [u8]) {
    answer[26..28].copy_from_slice(&[0x02, 0xc2]);
    answer[38..40].copy_from_slice(&[0, 1]);
    answer[42..44].copy_from_slice(&[0x02, 0xc2]);
}

#[test]
fn a_drive_that_lists_less_than_it_can_is_asked_for_more() {
    let asked = Choices { speed: Some(Speed::Times(24.0)), ..choices() };
    let [known, unknown] = both("cd-r", asked, |bench| {
        meddled(bench.sim(""), |cdb| match cdb {
            _ if asks_name(cdb) => {
                Deed::Change(|answer| rename(answer, "SONY    DVD+-RW DW-Q58A UDS2"))
            }
            [MODE_SENSE, _, 0x2a, ..] => Deed::Change(only_4x),
            _ => Deed::Pass,
        })
    });
    let speed = |log: &Log| {
        let set = sent(log, SET_CD_SPEED);
        u16::from_be_bytes([set[0][4], set[0][5]])
    };
    assert_eq!((speed(&known.1), speed(&unknown.1)), (4234, 706));
    assert_eq!(known.0.status, Status::Verified);
}

/// The one stretch of GET PERFORMANCE: 27700 kB/s from end to end.
fn at_20x(answer: &mut [u8]) {
    for at in [12, 20] {
        answer[at..at + 4].copy_from_slice(&27_700u32.to_be_bytes());
    }
}

#[test]
fn a_speed_that_has_nothing_to_do_with_the_one_that_is_set_is_not_told() {
    let asked = Choices { speed: Some(Speed::Times(4.0)), ..choices() };
    let [known, unknown] = both("dvd+r", asked, |bench| {
        meddled(bench.sim(""), |cdb| match cdb {
            _ if asks_name(cdb) => {
                Deed::Change(|answer| rename(answer, "PLEXTOR DVDR   PX-708A  1.07"))
            }
            // WRITE, type 00h.
            [GET_PERFORMANCE, 0x14, ..] if cdb[10] == 0 => Deed::Change(at_20x),
            _ => Deed::Pass,
        })
    });
    let granted = |report: &Report| report.granted.map(|rate| rate.kbps);
    assert_eq!((granted(&known.0), granted(&unknown.0)), (Some(5540), Some(27_700)));
}

/// Feature 0021h: one link size, 255.
fn odd_link_size(answer: &mut [u8]) {
    let mut at = 8;
    while at + 4 <= answer.len() {
        let length = usize::from(answer[at + 3]);
        if answer[at..at + 2] == [0x00, 0x21] {
            answer[at + 7..at + 9].copy_from_slice(&[1, 255]);
            return;
        }
        at += 4 + length;
    }
    panic!("no feature 0021h");
}

#[test]
fn a_link_size_that_makes_no_sense_is_not_written_with() {
    let sizes = [Choice::Known, Choice::Only(Vec::new())].map(|quirks| {
        let bench = Bench::blank("dvd-r");
        let incremental = Choices { mode: Some(WriteMode::Incremental), ..choices() };
        let options = Options { choices: incremental, ..options(bench.image(&image(100, 63))) };
        let (mut drive, _) = meddled(bench.sim(""), |cdb| match cdb[0] {
            _ if asks_name(cdb) => {
                Deed::Change(|answer| rename(answer, "PIONEER DVD-RW  DVR-104 1.40"))
            }
            GET_CONFIGURATION => Deed::Change(odd_link_size),
            _ => Deed::Pass,
        });
        drive.choose_quirks(quirks);
        let (prepared, ..) = burn(&mut drive, &options).expect("prepared");
        let page = prepared.plan.steps.iter().find_map(|step| match step {
            Step::WriteParameters(page) => page.byte(5),
            _ => None,
        });
        page.expect("page 05h")
    });
    assert_eq!(sizes, [16, 255]);
}

/// real-drives: Panasonic LD-F321, Plextor PX-712A and PX-716UF, Toshiba TS-H542A, in this order.
#[test]
fn a_drive_that_does_not_calibrate_by_command_does_it_by_itself() {
    for (asc, ascq) in [(0x20, 0x00), (0x27, 0x00), (0x2c, 0x00), (0x30, 0x02)] {
        let bench = Bench::blank("dvd+r");
        let asked = Choices { opc: true, ..choices() };
        let options = Options { choices: asked, ..options(bench.image(&image(100, 64))) };
        let (mut drive, _) =
            meddled(
                bench.sim(""),
                move |cdb| {
                    if cdb[0] == SEND_OPC { no(5, asc, ascq) } else { Deed::Pass }
                },
            );
        let report = burn(&mut drive, &options).expect("prepared").1;
        assert_eq!(report.status, Status::Verified, "{asc:02x}/{ascq:02x}");
        let told = |remark: &String| remark.starts_with("the drive does not calibrate by command");
        assert!(report.remarks.iter().any(told), "{:?}", report.remarks);
    }
}

/// Every change that a quirk can make has its test here.
#[test]
fn every_quirk_is_tried() {
    let mut changes: Vec<Change> = ALL.iter().map(|quirk| quirk.change).collect();
    changes.sort_unstable_by_key(|change| format!("{change:?}"));
    let tried = [
        Change::CdSpeedOnDvdPlusRw,
        Change::CdSpeedsNoLimit,
        Change::FlushWithoutImmed,
        Change::GrantedByPage2a,
        Change::LinkSize16,
        Change::Note,
    ];
    assert_eq!(changes, tried);
}
