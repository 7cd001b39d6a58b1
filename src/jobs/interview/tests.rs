//! What is asked, in its bytes, and what becomes of drives that do not answer.

use std::ops::ControlFlow;

use super::*;
use crate::jobs::survey::{survey_drive, survey_medium};
use crate::mmc::testing::{Script, Step};
use crate::sim;
use crate::transport::Errno;

/// The questions to the drive of a spec, as bytes, and the events.
fn asked(spec: &str) -> Vec<Vec<u8>> {
    let mut drive = Drive::new(Box::new(sim::open_ready(spec).expect("a drive")));
    let facts = survey_drive(&mut drive).expect("a drive that says who it is");
    let medium = survey_medium(&mut drive, &facts).expect("a ready drive");
    let questions = questions::first(&facts, medium.as_ref());
    questions.iter().map(|question| question.cdb.bytes().to_vec()).collect()
}

fn inquiry() -> Step {
    let answer = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01";
    Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(answer)
}

/// An interview of a drive without a disc, of which nothing is known but its name.
fn interviewed(script: &Script) -> (Report, Vec<Vec<u8>>) {
    let mut drive = script.drive();
    let facts = survey_drive(&mut drive).expect("it says who it is");
    let before = script.sent().len();
    let mut go_on = |_: Event| ControlFlow::Continue(());
    let report = interview(&mut drive, &facts, None, &[], &mut go_on);
    (report, script.sent()[before..].to_vec())
}

#[test]
fn an_empty_drive_is_asked_what_needs_no_disc() {
    let (report, sent) = interviewed(&Script::table(vec![inquiry()]));
    assert_eq!(report, Report::default());
    assert_eq!(sent.len(), 1 + 7 + 30 + 1);
    assert_eq!(sent[0], [0x12, 0x01, 0x00, 0, 254, 0]); // EVPD, page 00h
    assert_eq!(sent[1], [0x4a, 0x01, 0, 0, 0x02, 0, 0, 0, 8, 0]); // polled, operational change
    assert_eq!(sent[7], [0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 0x84, 0, 0]);
    assert_eq!(sent[8], [0x5a, 0, 0x01, 0, 0, 0, 0, 1, 0x18, 0]); // current
    assert_eq!(sent[9], [0x5a, 0, 0x41, 0, 0, 0, 0, 1, 0x18, 0]); // changeable
    assert_eq!(sent[10], [0x5a, 0, 0x81, 0, 0, 0, 0, 1, 0x18, 0]); // default
    assert_eq!(sent[37], [0x5a, 0, 0xbf, 0, 0, 0, 0, 8, 0, 0]); // all pages, default
    assert_eq!(sent[38], [0x23, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0]);
}

#[test]
fn only_vital_pages_that_are_listed_are_asked_for() {
    let pages = |answer: &[u8]| {
        let list = Step::on(&[0x12, 0x01, 0x00, 0, 254, 0]).answer(answer);
        let (_, sent) = interviewed(&Script::table(vec![inquiry(), list]));
        sent.into_iter().filter(|cdb| cdb[0] == 0x12).map(|cdb| cdb[2]).collect::<Vec<u8>>()
    };
    assert_eq!(pages(&[5, 0x00, 0, 3, 0x00, 0x80, 0x83]), [0x00, 0x80, 0x83]);
    // Cut off by its own length; cut off; a drive that ignores EVPD.
    assert_eq!(pages(&[5, 0x00, 0, 2, 0x00, 0x80, 0x83]), [0x00, 0x80]);
    assert_eq!(pages(&[5, 0x00, 0]), [0x00]);
    assert_eq!(pages(&[5, 0x80, 0, 0x83, 0x83, 0x80]), [0x00]);
}

#[test]
fn each_kind_of_disc_is_asked_what_suits_it() {
    let all = |cdbs: &[Vec<u8>], opcode: u8| -> Vec<Vec<u8>> {
        cdbs.iter().filter(|cdb| cdb[0] == opcode).cloned().collect()
    };
    let cd = asked("sim:demo?medium=cd-rom");
    // READ TOC/PMA/ATIP: tracks, the same in MSF, sessions; full, PMA, ATIP, CD-TEXT.
    let formats: Vec<(u8, u8)> = all(&cd, 0x43).iter().map(|cdb| (cdb[1], cdb[2])).collect();
    assert_eq!(formats, [(0, 0), (2, 0), (0, 1), (2, 2), (2, 3), (2, 4), (0, 5)]);
    assert_eq!(all(&cd, 0xad), [[0; 0]; 0]);
    assert_eq!(all(&cd, 0x42), [[0; 0]; 0]); // no sound
    let dvd = asked("sim:demo?medium=dvd-rom");
    assert_eq!(all(&dvd, 0x43).len(), 3);
    assert_eq!(all(&dvd, 0xad), [[0xad, 0, 0, 0, 0, 0, 0, 0xff, 4, 4, 0, 0]]);
    // Track 1, the one of block 0, and of session 1.
    assert_eq!(
        all(&dvd, 0x52),
        [
            [0x52, 1, 0, 0, 0, 1, 0, 0, 48, 0],
            [0x52, 0, 0, 0, 0, 0, 0, 0, 48, 0],
            [0x52, 2, 0, 0, 0, 1, 0, 0, 48, 0],
        ]
    );
    // The demo has 4096 sectors.
    assert_eq!(
        all(&dvd, 0x28),
        [
            [0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0],
            [0x28, 0, 0, 0, 0, 16, 0, 0, 1, 0],
            [0x28, 0, 0, 0, 0, 0, 0, 0, 16, 0],
            [0x28, 0, 0, 0, 0x0f, 0xff, 0, 0, 1, 0],
        ]
    );
    // Types 00h, 01h, 02h, 03h, 04h, 05h of GET PERFORMANCE, by TOLERANCE, WRITE and EXCEPT.
    let speeds: Vec<(u8, u8)> = all(&dvd, 0xac).iter().map(|cdb| (cdb[10], cdb[1])).collect();
    let nominal = speeds.iter().filter(|(kind, _)| *kind == 0).count();
    assert_eq!((nominal, speeds.len()), (14, 19));
    assert_eq!(speeds[..3], [(0, 0x10), (0, 0x14), (3, 0)]);
    assert_eq!(speeds[15..], [(1, 0), (2, 0), (4, 0), (5, 0)]);
    let bd = asked("sim:demo?medium=bd-rom");
    assert_eq!(all(&bd, 0xad), [[0xad, 1, 0, 0, 0, 0, 0, 0xff, 4, 4, 0, 0]]);
    // Nothing is read of a disc that holds nothing.
    assert_eq!(all(&asked("sim:blank?medium=dvd+r"), 0x28), [[0; 0]; 0]);
}

#[test]
fn of_structures_only_the_harmless_are_read() {
    let mut drive = Drive::new(Box::new(sim::open_ready("sim:demo?medium=dvd-r").expect("good")));
    let facts = survey_drive(&mut drive).expect("a drive that says who it is");
    let medium = survey_medium(&mut drive, &facts).expect("ready");
    let list = questions::first(&facts, medium.as_ref());
    let list = list.iter().find(|question| question.cdb.opcode() == 0xad).expect("a DVD");
    let answer = [
        0, 22, 0, 0, // 22 bytes follow
        0x00, 0x40, 0x08, 0x04, // physical format
        0x02, 0x40, 0x08, 0x04, // disc key
        0x0d, 0x40, 0x08, 0x04, // what recorders wrote
        0x0e, 0x40, 0x00, 0x00, // prerecorded, of no length
        0x24, 0x80, 0x00, 0x0c, // can be sent only
    ];
    let more = questions::following(list, &answer, medium.as_ref());
    let bytes: Vec<&[u8]> = more.iter().map(|question| question.cdb.bytes()).collect();
    assert_eq!(
        bytes,
        [
            [0xad, 0, 0, 0, 0, 0, 0, 0x00, 0x08, 0x04, 0, 0],
            [0xad, 0, 0, 0, 0, 0, 0, 0x0e, 0x08, 0x04, 0, 0],
        ]
    );
    assert_eq!(questions::following(list, &[0, 1], medium.as_ref()), []);
}

#[test]
fn what_was_asked_before_is_not_asked_again() {
    let script = Script::table(vec![inquiry()]);
    let mut drive = script.drive();
    let facts = survey_drive(&mut drive).expect("it says who it is");
    let before = script.sent().len();
    let already = [Cdb::new(&[0x23, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0])];
    let mut events = Vec::new();
    let mut stop = |event: Event| {
        events.push(event);
        if event.left == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = interview(&mut drive, &facts, None, &already, &mut stop);
    assert_eq!(report.ended, Some(Ended::Interrupted));
    assert!(script.sent()[before..].iter().all(|cdb| cdb[0] != 0x23));
    assert_eq!(events.len(), 38);
    assert_eq!(events[0], Event { topic: Topic::Identity, asked: 0, left: 38 });
}

#[test]
fn a_drive_that_goes_away_is_asked_no_more() {
    let gone = Step::on(&[0x5a, 0, 0x05, 0, 0, 0, 0, 1, 0x18, 0]).errno(Errno::ENODEV);
    let (report, sent) = interviewed(&Script::table(vec![inquiry(), gone]));
    assert_eq!(report.ended, Some(Ended::Gone));
    assert_eq!(sent.last().expect("some")[..3], [0x5a, 0, 0x05]);
    // What the kernel keeps from plain users is no sign of a drive that hangs.
    let refused = Step::on(&[0x5a, 0, 0x05, 0, 0, 0, 0, 1, 0x18, 0]).errno(Errno::EPERM);
    let (report, sent) = interviewed(&Script::table(vec![inquiry(), refused]));
    assert_eq!((report, sent.len()), (Report::default(), 39));
}
