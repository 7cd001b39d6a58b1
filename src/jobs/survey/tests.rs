//! Discs as drives describe them, built from reports of real ones. Answers are derived unless they
//! say otherwise.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::formats::cd_text::Kind;
use crate::mmc::cmd::inquiry::Identity;
use crate::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use crate::mmc::profile::Profile;
use crate::mmc::testing::{Script, Step};
use crate::transport::{Answer, Data, Errno, Transport};
use crate::units::{Blocks, Family, Lba};

fn drive_facts() -> DriveFacts {
    DriveFacts {
        identity: Identity {
            device_type: 5,
            vendor: String::new(),
            product: String::new(),
            revision: String::new(),
            vendor_specific: String::new(),
            raw: Vec::new(),
        },
        serial: None,
        firmware_date: None,
        configuration: None,
        capabilities: None,
        buffer_kib: None,
        loading: None,
        region: None,
        read_speeds: Vec::new(),
        write_speeds: Vec::new(),
        quirks: Vec::new(),
        remarks: Vec::new(),
        answers: Vec::new(),
    }
}

fn ready() -> Step {
    Step::on(&[0, 0, 0, 0, 0, 0])
}

/// GET CONFIGURATION with a profile and features without data, current.
fn configuration(profile: u8, features: &[u16]) -> Step {
    let mut answer = vec![0, 0, 0, 4 + 4 * features.len() as u8, 0, 0, 0, profile];
    for code in features {
        let [high, low] = code.to_be_bytes();
        answer.extend_from_slice(&[high, low, 0x01, 0]);
    }
    Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&answer)
}

fn capacity(last: u32) -> Step {
    let mut answer = last.to_be_bytes().to_vec();
    answer.extend_from_slice(&2048u32.to_be_bytes());
    Step::on(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]).answer(&answer)
}

/// READ DISC INFORMATION: byte 2, sessions, last track.
fn disc(state: u8, sessions: u8, last_track: u8) -> Step {
    let mut answer = [0u8; 34];
    answer[1] = 32;
    answer[2..7].copy_from_slice(&[state, 1, sessions, 1, last_track]);
    Step::on(&[0x51, 0, 0, 0, 0, 0, 0, 0, 0xea, 0]).answer(&answer)
}

fn toc(entries: &[(u8, u8, u32)]) -> Step {
    let mut answer = vec![0, 2 + 8 * entries.len() as u8, 1, entries.len() as u8 - 1];
    for (number, control, start) in entries {
        answer.extend_from_slice(&[0, 0x10 | control, *number, 0]);
        answer.extend_from_slice(&start.to_be_bytes());
    }
    Step::on(&[0x43, 0, 0, 0, 0, 0, 0, 0x03, 0x24, 0]).answer(&answer)
}

/// READ TRACK INFORMATION: number, session, bytes 5 to 7, start, next writable, free, size.
fn track(number: u8, session: u8, flags: [u8; 3], numbers: [u32; 4]) -> Step {
    let mut answer = vec![0, 34, number, session, 0];
    answer.extend_from_slice(&flags);
    let [start, next, free, size] = numbers;
    for value in [start, next, free, 32, size, 0] {
        answer.extend_from_slice(&value.to_be_bytes());
    }
    answer.resize(36, 0);
    Step::on(&[0x52, 1, 0, 0, 0, number, 0, 0, 48, 0]).answer(&answer)
}

fn structure(media: u8, layer: u8, format: u8, length: [u8; 2], body: &[u8]) -> Step {
    let mut answer = ((body.len() + 2) as u16).to_be_bytes().to_vec();
    answer.extend_from_slice(&[0, 0]);
    answer.extend_from_slice(body);
    let [high, low] = length;
    Step::on(&[0xad, media, 0, 0, 0, 0, layer, format, high, low, 0, 0]).answer(&answer)
}

fn physical(layer: u8, flags: u8, start: u32, end: u32, layer0_end: u32) -> Step {
    let mut body = vec![0x01, 0x02, flags, 0x10];
    for psn in [start, end, layer0_end] {
        body.extend_from_slice(&psn.to_be_bytes());
    }
    body.push(0);
    structure(0, layer, 0x00, [0x08, 0x04], &body)
}

fn survey(steps: Vec<Step>) -> (MediumFacts, Script) {
    let script = Script::table(steps);
    let facts = survey_medium(&mut script.drive(), &drive_facts());
    (facts.expect("surveyed").expect("a medium"), script)
}

#[test]
fn a_dvd_9_of_opposite_track_path_agrees_with_its_capacity() {
    // redumper#59: PLEXTOR PX-760A.
    let (medium, _) = survey(vec![
        ready(),
        configuration(0x10, &[]),
        capacity(4_148_445),
        disc(0x0e, 1, 1),
        physical(0, 0x31, 0x3_0000, 0xfc_fffd, 0x22_a66f),
        structure(0, 0, 0x01, [0, 8], &[0x01, 0xfd, 0, 0]),
    ]);
    assert_eq!((medium.profile, medium.family), (Profile::DvdRom, Some(Family::Dvd)));
    assert_eq!(
        medium.sizes(),
        [
            (SizeSource::Capacity, Blocks(4_148_446)),
            (SizeSource::PhysicalFormat, Blocks(4_148_446)),
        ]
    );
    assert_eq!(medium.layer_count(), Some(2));
    assert_eq!(medium.layer_break(), Some(Lba(2_074_224)));
    assert_eq!(medium.protection.map(Protection::name), Some("css"));
    assert_eq!(medium.book_type().as_deref(), Some("DVD-ROM"));
    assert_eq!(medium.status(), Some(DiscStatus::Complete));
    assert_eq!(medium.remarks, [""; 0]);
}

#[test]
fn a_dvd_9_of_parallel_track_path_is_asked_for_both_layers() {
    // MPF#499: ATAPI iHAS122 E, a PlayStation 2 disc.
    let (medium, _) = survey(vec![
        ready(),
        configuration(0x10, &[]),
        physical(0, 0x21, 196_608, 2_098_735, 0),
        physical(1, 0x21, 196_608, 2_209_823, 0),
    ]);
    assert_eq!(medium.sizes(), [(SizeSource::PhysicalFormat, Blocks(3_915_344))]);
    assert_eq!(medium.layer_break(), Some(Lba(1_902_128)));
    // Without the second layer's answer: a remark, and no half size.
    let (medium, _) =
        survey(vec![ready(), configuration(0x10, &[]), physical(0, 0x21, 196_608, 2_098_735, 0)]);
    assert_eq!((medium.sizes(), medium.layer_count()), (vec![], Some(2)));
    assert_eq!(medium.remarks.len(), 1);
}

#[test]
fn a_cd_is_never_asked_for_disc_structures() {
    // real-drives: PIONEER DVR-110 locks up.
    let full_toc = [
        0x00, 0x5a, 1, 2, // redumper#202: two sessions
        1, 0x14, 0, 0xa0, 0, 0, 0, 0, 1, 0, 0, 1, 0x14, 0, 0xa1, 0, 0, 0, 0, 1, 0, 0, //
        1, 0x14, 0, 0xa2, 0, 0, 0, 0, 41, 55, 62, 1, 0x14, 0, 0x01, 0, 0, 0, 0, 0, 2, 0, //
        2, 0x14, 0, 0xa0, 0, 0, 0, 0, 2, 0, 0, 2, 0x14, 0, 0xa1, 0, 0, 0, 0, 2, 0, 0, //
        2, 0x14, 0, 0xa2, 0, 0, 0, 0, 44, 45, 37, 2, 0x14, 0, 0x02, 0, 0, 0, 0, 44, 27, 62,
    ];
    let (medium, script) = survey(vec![
        ready(),
        configuration(0x08, &[]),
        capacity(201_261),
        toc(&[(1, 4, 0), (2, 4, 199_937), (0xaa, 4, 201_262)]),
        Step::on(&[0x43, 2, 2, 0, 0, 0, 0, 0x10, 0, 0]).answer(&full_toc),
    ]);
    let opcodes: Vec<u8> = script.sent().iter().map(|cdb| cdb[0]).collect();
    assert!(!opcodes.contains(&0xad), "{opcodes:02x?}");
    // Nor for raw sectors, nor for text where there is no sound.
    assert!(!opcodes.contains(&0xbe));
    assert!(!script.sent().iter().any(|cdb| cdb[0] == 0x43 && cdb[2] == 5));
    let sessions = medium.sessions();
    assert_eq!(sessions.len(), 2);
    let track = sessions[0].tracks[0];
    assert_eq!((track.start, track.length), (Lba(0), Some(Blocks(188_537))));
    let track = sessions[1].tracks[0];
    assert_eq!((track.start, track.length), (Lba(199_937), Some(Blocks(1325))));
    assert_eq!((medium.layer_count(), medium.atip), (Some(1), None));
}

#[test]
fn an_open_bd_r_comes_with_its_tracks() {
    // real-drives: HL-DT-ST WH16NS40, growisofs' BD-R of three tracks.
    let mut di = [0u8; 112];
    di[..12].copy_from_slice(b"DI\x01\x28\0\0\x62\0BDR\x01");
    di[12] = 0x12;
    di[24..28].copy_from_slice(&131_072u32.to_be_bytes());
    di[28..32].copy_from_slice(&1_658_494u32.to_be_bytes());
    di[100..109].copy_from_slice(b"VERBATIMe");
    let (medium, script) = survey(vec![
        ready(),
        configuration(0x41, &[0x010d]),
        capacity(12_088_319),
        disc(0x05, 1, 3),
        track(1, 1, [4, 0x21, 0], [0, 0, 0, 761_152]),
        track(2, 1, [4, 0x21, 0], [761_152, 0, 0, 1_906_976]),
        track(3, 1, [4, 0x21, 1], [2_668_128, 7_925_792, 4_162_528, 9_420_192]),
        structure(1, 0, 0x00, [0x10, 0x04], &di),
    ]);
    assert_eq!(medium.media_id.as_deref(), Some("VERBAT/IMe"));
    assert_eq!(medium.manufacturer.as_deref(), Some("VERBAT"));
    assert_eq!(medium.status(), Some(DiscStatus::Appendable));
    // AACS is current with any medium that could carry it: not with this one.
    assert_eq!(medium.protection, None);
    assert_eq!(
        medium.sizes(),
        [(SizeSource::Capacity, Blocks(12_088_320)), (SizeSource::Tracks, Blocks(7_925_792))]
    );
    let [session] = medium.sessions().try_into().expect("one session");
    assert_eq!(session.state, Some(SessionState::Incomplete));
    assert_eq!(session.tracks.len(), 3);
    assert_eq!(session.tracks[2].next_writable, Some(Lba(7_925_792)));
    assert_eq!(session.tracks[2].free, Some(Blocks(4_162_528)));
    // Only layer 0 is asked for: the field is reserved on a BD (redumper#174).
    assert!(script.sent().iter().all(|cdb| cdb[0] != 0xad || cdb[6] == 0));
}

#[test]
fn a_bd_video_is_told_by_the_feature() {
    let steps = |features: &[u16]| vec![ready(), configuration(0x40, features)];
    assert_eq!(survey(steps(&[0x010d])).0.protection, Some(Protection::Aacs));
    assert_eq!(survey(steps(&[0x0107])).0.protection, None);
}

#[test]
fn a_dvd_plus_r_has_its_id_from_the_adip_or_else_from_format_00() {
    // real-drives: TSSTcorp SH-224DB, RITEK/F16; TS-L632H refuses the ADIP of a blank disc.
    let mut body = vec![0; 48];
    body[19..30].copy_from_slice(b"RITEK\0\0\0F16");
    for (format, length) in [(0x11, [0x01, 0x04]), (0x00, [0x08, 0x04])] {
        let steps = vec![ready(), configuration(0x1b, &[]), structure(0, 0, format, length, &body)];
        let (medium, _) = survey(steps);
        assert_eq!(medium.media_id.as_deref(), Some("RITEK/F16"));
        assert_eq!(medium.manufacturer.as_deref(), Some("RITEK"));
    }
}

#[test]
fn no_disc_is_no_medium_and_a_busy_drive_an_error() {
    let ask = |step: Step| survey_medium(&mut Script::table(vec![step]).drive(), &drive_facts());
    assert_eq!(ask(ready().fails(2, 0x3a, 2)), Ok(None));
    let error = ask(ready().fails(2, 4, 1)).expect_err("busy");
    assert_eq!(error.triple(), Some((2, 4, 1)));
    assert!(ask(ready().errno(Errno::ENODEV)).expect_err("gone").is_gone());
}

#[test]
fn a_drive_that_is_lost_midway_ends_the_survey() {
    let gone = Step::on(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]).errno(Errno::ENODEV);
    let script = Script::table(vec![ready(), configuration(0x08, &[]), gone]);
    let error = survey_medium(&mut script.drive(), &drive_facts()).expect_err("gone");
    assert!(error.is_gone());
    // One lost command is a remark, a second one the end.
    let lost = |cdb: &[u8]| Step::on(cdb).errno(Errno::EIO);
    let read_capacity = lost(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (medium, _) = survey(vec![ready(), configuration(0x08, &[]), read_capacity.clone()]);
    assert_eq!(medium.remarks.len(), 1);
    let atip = lost(&[0x43, 2, 4, 0, 0, 0, 0, 0, 32, 0]);
    let script = Script::table(vec![ready(), configuration(0x08, &[]), read_capacity, atip]);
    assert!(survey_medium(&mut script.drive(), &drive_facts()).is_err());
}

#[test]
fn tracks_that_answer_for_others_are_not_believed() {
    let mut wrong = track(2, 1, [4, 1, 0], [0, 0, 0, 100]);
    wrong = Step::on(&[0x52, 1, 0, 0, 0, 1, 0, 0, 48, 0]).answer(wrong.bytes());
    let (medium, _) = survey(vec![ready(), configuration(0x10, &[]), disc(0x0e, 1, 9), wrong]);
    assert_eq!(medium.tracks, []);
    assert_eq!(medium.remarks, ["asked for track 1 and got track 2"]);
}

/// A drive that says yes to everything and answers noise.
struct Noise(u64);

impl Transport for Noise {
    fn execute(&mut self, _: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        let mut resid = 0;
        if let Data::In(buffer) = data {
            for byte in buffer.iter_mut() {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = (self.0 >> 33) as u8;
            }
            // The most plausible of noise: half of it has a profile.
            if self.0 & 2 == 0 && buffer.len() > 8 {
                buffer[6..8]
                    .copy_from_slice(&[0, [0x08, 0x10, 0x40, 0x1b][self.0 as usize / 2 % 4]]);
            }
            resid = (self.0 >> 40) as i32 % (buffer.len() as i32 + 1);
        }
        Ok(Answer { resid, ..Answer::default() })
    }

    fn max_transfer(&self) -> usize {
        65_536
    }

    fn wait(&mut self, _: Duration) {}
}

proptest! {
    #[test]
    fn a_drive_that_answers_noise_is_surveyed_all_the_same(seed in any::<u64>()) {
        let mut drive = Drive::new(Box::new(Noise(seed)));
        if let Ok(facts) = survey_drive(&mut drive) {
            facts.profiles();
        }
        let medium = survey_medium(&mut drive, &drive_facts()).expect("no error").expect("medium");
        medium.sizes();
        medium.sessions();
        medium.read_speeds();
        medium.layer_break();
        prop_assert!(medium.answers.len() < 400);
    }
}

#[test]
fn speeds_come_from_the_medium() {
    let performance = [
        0x00, 0x00, 0x00, 0x14, 0, 0, 0, 0, // one descriptor
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1b, 0x0c, // from 0, 6924 kB/s
        0x00, 0x23, 0x05, 0x3f, 0x00, 0x00, 0x40, 0xec, // to 2295103, 16620 kB/s
    ];
    let (medium, script) = survey(vec![
        ready(),
        configuration(0x10, &[0x0107]),
        Step::on(&[0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0]).answer(&performance),
    ]);
    assert_eq!(medium.read_speeds().iter().map(|rate| rate.kbps).collect::<Vec<_>>(), [16_620]);
    // real-drives: GSA-4167B tells its CD speeds of a DVD-ROM: not asked.
    assert!(!script.sent().iter().any(|cdb| cdb[0] == 0xac && cdb[10] == 3));
}

fn get_write_speeds(kbps: &[u32]) -> Step {
    let mut answer = (4 + 16 * kbps.len() as u32).to_be_bytes().to_vec();
    answer.extend_from_slice(&[0; 4]);
    for rate in kbps {
        answer.extend_from_slice(&[2, 0, 0, 0, 0, 0x06, 0x2d, 0x71, 0, 0, 0x0d, 0xaf]);
        answer.extend_from_slice(&rate.to_be_bytes());
    }
    Step::on(&[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 3, 0]).answer(&answer)
}

#[test]
fn write_speeds_of_cds_are_told_from_those_of_the_disc() {
    // real-drives: HL-DT-ST GSA-4167B; Optiarc AD-7590S; HL-DT-ST WH16NS40.
    for (profile, kbps, of_cds) in [
        (0x1a, &[8467, 7056, 5645, 4234, 2822, 1411, 706][..], true),
        (0x2b, &[8310, 5540, 3324], false),
        (0x41, &[53_952, 26_976], false),
        (0x0a, &[8467, 7056], false),
        (0x1a, &[], false),
    ] {
        let steps = vec![ready(), configuration(profile, &[0x0107]), get_write_speeds(kbps)];
        assert_eq!(survey(steps).0.write_speeds_are_of_cds(), of_cds, "{kbps:?}");
    }
}

/// READ TOC/PMA/ATIP, format 0101b.
fn cd_text(packs: &[[u8; 18]]) -> Step {
    let mut answer = (2 + 18 * packs.len() as u16).to_be_bytes().to_vec();
    answer.extend_from_slice(&[0, 0]);
    answer.extend_from_slice(&packs.concat());
    Step::on(&[0x43, 0, 5, 0, 0, 0, 0, 0x7f, 0xfe, 0]).answer(&answer)
}

/// READ SUB-CHANNEL: a code of a track; none if it is empty.
fn code(format: u8, track: u8, code: &[u8]) -> Step {
    let mut answer = vec![0, 0x15, 0, 20, format, 0x10, track, 0];
    answer.push(if code.is_empty() { 0 } else { 0x80 });
    answer.extend_from_slice(code);
    answer.resize(24, 0);
    Step::on(&[0x42, 0, 0x40, format, 0, 0, track, 0, 24, 0]).answer(&answer)
}

fn details(steps: Vec<Step>) -> (Details, Vec<Vec<u8>>) {
    let script = Script::table(steps);
    let mut drive = script.drive();
    let facts = drive_facts();
    let medium = survey_medium(&mut drive, &facts).expect("surveyed").expect("a medium");
    let before = script.sent().len();
    let details = survey_details(&mut drive, &facts, &medium).expect("surveyed");
    (details, script.sent()[before..].to_vec())
}

const FIVE_OF_SOUND: [(u8, u8, u32); 6] =
    [(1, 0, 0), (2, 0, 100), (3, 0, 200), (4, 0, 300), (5, 0, 400), (0xaa, 0, 500)];

#[test]
fn codes_of_tracks_are_asked_until_it_is_clear_that_there_are_none() {
    let disc = || vec![ready(), configuration(0x08, &[]), toc(&FIVE_OF_SOUND)];
    let mut none = disc();
    none.extend((1..=5).map(|track| code(3, track, b"")));
    let (told, sent) = details(none);
    assert_eq!((told.catalog_number, told.recording_codes), (None, vec![]));
    assert_eq!(sent.iter().filter(|cdb| cdb[3] == 3).count(), 3);
    // The first has one: then all are asked.
    let mut some = disc();
    some.push(code(2, 0, b"0099923338222"));
    some.push(code(3, 1, b"DEC970000231"));
    some.extend((2..=5).map(|track| code(3, track, b"")));
    let (told, sent) = details(some);
    assert_eq!(told.catalog_number.as_deref(), Some("0099923338222"));
    assert_eq!(told.recording_codes, [(1, "DEC970000231".to_string())]);
    assert_eq!(sent.iter().filter(|cdb| cdb[3] == 3).count(), 5);
}

#[test]
fn codes_that_the_text_brings_are_not_asked_for() {
    let mut pack = [0; 18];
    pack[..4].copy_from_slice(&[0x8e, 1, 0, 0]);
    pack[4..16].copy_from_slice(b"QM7281905204");
    let mut end = [0; 18];
    end[..4].copy_from_slice(&[0x8e, 1, 1, 0x0c]);
    let (told, sent) = details(vec![
        ready(),
        configuration(0x08, &[]),
        toc(&FIVE_OF_SOUND),
        cd_text(&[pack, end]),
    ]);
    assert_eq!(told.cd_text[0].text(Kind::Code, 1), Some("QM7281905204"));
    assert_eq!(told.recording_codes, [(1, "QM7281905204".to_string())]);
    assert_eq!(sent.len(), 1, "the catalogue number alone: {sent:02x?}");
}

#[test]
fn of_a_pressed_disc_nothing_is_asked_that_is_for_writing() {
    let (told, sent) = details(vec![ready(), configuration(0x10, &[0x0107])]);
    assert_eq!((sent.len(), told.state, told.offers.len()), (0, None, 0));
    // A BD-R that is formatted for pseudo-overwrite: formats, protection, spares, resources.
    let (_, sent) = details(vec![ready(), configuration(0x41, &[0x0107, 0x0038])]);
    let opcodes: Vec<u8> = sent.iter().map(|cdb| cdb[0]).collect();
    assert_eq!(opcodes, [0x23, 0xad, 0xad, 0x51, 0xac]);
    assert_eq!(sent[3][1], 2);
}
