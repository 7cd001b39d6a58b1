//! Recordings in bytes to drives; and that no answer, however malformed, ends in a panic.

use std::io::Write;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::sim::open_ready;
use crate::transport::recording::{Exchange, Header, Payload, Phase};
use crate::transport::{Answer, Cdb, Data, Transport};

fn exchange(cdb: &[u8], data: &[u8]) -> Exchange {
    let phase = Phase::In { len: data.len(), data: Payload::Bytes(data.to_vec()) };
    Exchange { line: 0, cdb: Cdb::new(cdb), phase, outcome: Ok(Answer::default()) }
}

fn recording(answers: &[(&[u8], &[u8])]) -> Recording {
    let exchanges = answers.iter().map(|(cdb, data)| exchange(cdb, data)).collect();
    Recording { header: Header::default(), exchanges }
}

const INQUIRY: [u8; 6] = [0x12, 0, 0, 0, 96, 0];
const CONFIGURATION: [u8; 10] = [0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0];

/// real-drives: TSSTcorp SE-506CB, the first 36 bytes.
const TSST: &[u8] = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01";

#[test]
fn features_and_pages_are_taken_out_as_they_are() {
    let configuration = [
        0, 0, 0, 44, 0, 0, 0, 0x1b, // 44 bytes follow; a DVD+R is in
        0, 0, 3, 12, 0, 0x1b, 1, 0, 0, 0x10, 0, 0, 0, 8, 0, 0, // DVD+R, DVD-ROM, CD-ROM
        0, 1, 7, 4, 0, 0, 0, 8, // core: version 1, USB
        0, 3, 3, 4, 0x29, 0, 0, 0, // a tray
        0, 0x2b, 1, 4, 1, 0, 0, 0, // DVD+R is current
    ];
    let page = [
        0, 42, 0, 0, 0, 0, 0, 0, // no block descriptor
        0x2a, 34, 0x3f, 0x37, 0xf1, 0x77, 0x2b, 0x23, // locked
        0x10, 0x8a, 1, 0, 8, 0, 0x10, 0x8a, // 4234, 256, 2048 KiB, 4234
        0, 0, 0x2b, 0x48, 0x2b, 0x48, 0, 1, // 11080
        0, 0, 0, 0, 0x2b, 0x48, 0, 1, // 11080 is set; one speed
        0, 0, 0x2b, 0x48,
    ];
    let speeds = [
        0, 0, 0, 36, 0, 0, 0, 0, // two descriptors
        0, 0, 0, 0, 0, 0x23, 5, 0x3f, 0, 0, 0x2b, 0x48, 0, 0, 0x15, 0xa4, // 5540
        0, 0, 0, 0, 0, 0x23, 5, 0x3f, 0, 0, 0x2b, 0x48, 0, 0, 0x2b, 0x48, // 11080
    ];
    let persona = persona(&recording(&[
        (&INQUIRY, TSST),
        (&CONFIGURATION, &configuration),
        (&[0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0x18, 0], &page),
        (&[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 64, 3, 0], &speeds),
    ]));
    let persona = persona.expect("a drive");
    assert_eq!(persona.inquiry.product, "BDDVDW SE-506CB ");
    assert_eq!(persona.profiles, [0x1b, 0x10, 0x08]);
    assert_eq!((persona.bus, persona.loading), (Bus::Usb, 1));
    assert_eq!(persona.speeds.dvd, [4234, 2770]);
    assert_eq!(persona.speeds.bd, [0; 0]);
    assert_eq!((persona.speeds.buffer_kib, persona.speeds.page_write), (2048, &[11_080][..]));
    assert_eq!(persona.writes.dvd_plus_r, [11_080, 5540]);
    // Two speeds of the disc, one of the page.
    assert!(persona.ways.page_speeds_stay && !persona.ways.writes_sessions_at_once);
    let portrait = persona.portrait.expect("recorded");
    assert_eq!(portrait.inquiry, TSST);
    let core =
        Described { code: 1, version: 1, persistent: true, current: true, data: vec![0, 0, 0, 8] };
    assert_eq!(portrait.feature(1), Some(&core));
    // What can be changed was not asked.
    assert_eq!(portrait.pages, [Page { default: page[8..].to_vec(), changeable: vec![0x2a, 34] }]);
}

/// Commands whose answers a drive is made of.
const ASKED: [&[u8]; 9] = [
    &[0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0x18, 0],
    &[0x5a, 0, 0x3f, 0, 0, 0, 0, 8, 0, 0],
    &[0x5a, 0, 0x7f, 0, 0, 0, 0, 8, 0, 0],
    &[0x5a, 0, 0x81, 0, 0, 0, 0, 1, 0x18, 0],
    &[0x12, 1, 0x80, 0, 254, 0],
    &[0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0],
    &[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 64, 3, 0],
    &[0x51, 1, 0, 0, 0, 0, 0, 0, 12, 0],
    &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0],
];

/// What the drive is asked then.
const QUESTIONS: [&[u8]; 6] = [
    &INQUIRY,
    &CONFIGURATION,
    &[0x5a, 0, 0x3f, 0, 0, 0, 0, 8, 0, 0],
    &[0x5a, 0, 0x7f, 0, 0, 0, 0, 8, 0, 0],
    &[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 64, 3, 0],
    &[0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_recording_of_nonsense_makes_a_drive_or_a_reason(
        inquiry in prop::collection::vec(any::<u8>(), 0..100),
        profiles in prop::sample::subsequence(vec![0x08_u8, 0x09, 0x10, 0x1a, 0x40, 0x43], 0..6),
        features in prop::collection::vec(any::<u8>(), 0..64),
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 9),
        disc in prop::sample::select(vec!["demo", "blank?medium=dvd+rw", "blank?medium=cd-r"]),
    ) {
        let mut configuration = vec![0, 0, 0, 0, 0, 0, 0, 0x1a];
        configuration.extend([0, 0, 3, profiles.len() as u8 * 4]);
        configuration.extend(profiles.iter().flat_map(|profile| [0, *profile, 0, 0]));
        configuration.extend(features);
        let mut exchanges = vec![
            exchange(&INQUIRY, &inquiry),
            exchange(&CONFIGURATION, &configuration),
        ];
        for (cdb, data) in ASKED.iter().zip(&answers) {
            exchanges.push(exchange(cdb, data));
        }
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        writeln!(file, "{}", Header::default().to_line()).expect("room");
        for exchange in &exchanges {
            writeln!(file, "{}", exchange.to_line()).expect("room");
        }
        let mark = if disc.contains('?') { '&' } else { '?' };
        let spec = format!("sim:{disc}{mark}persona={}", file.path().display());
        let Ok(mut drive) = open_ready(&spec) else { return Ok(()) };
        for question in QUESTIONS {
            let mut buffer = [0; 2048];
            let time = Duration::from_secs(60);
            let answer = drive.execute(&Cdb::new(question), Data::In(&mut buffer), time);
            prop_assert!(answer.is_ok());
        }
        // MODE SELECT of what page 01h is.
        let mut list = vec![0; 8];
        list.extend([0x01, 0x0a, 0x80, 0x02, 0, 0, 0, 0, 0x03, 0, 0, 0]);
        let select = Cdb::new(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0]);
        prop_assert!(drive.execute(&select, Data::Out(&list), Duration::from_secs(60)).is_ok());
    }
}
