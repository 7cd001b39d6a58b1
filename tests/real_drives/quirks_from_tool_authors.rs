//! What authors of burners and users wrote down of drives that behave oddly: each item is a quirk,
//! or a rule that holds for every drive, and has its test; or it is of no concern.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::cmd::read_capacity::ReadCapacity;
use oxidisc::mmc::cmd::read_cd_text::ReadCdText;
use oxidisc::mmc::cmd::read_disc_information::ReadDiscInformation;
use oxidisc::mmc::cmd::read_disc_structure::ReadDiscStructure;
use oxidisc::mmc::cmd::read_disc_structure::dvd::PrerecordedInformation;
use oxidisc::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use oxidisc::mmc::cmd::read_full_toc::ReadFullToc;
use oxidisc::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use oxidisc::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use oxidisc::mmc::{Query, Request};
use oxidisc::units::Blocks;

use super::every_item::tests_exist;
use super::evidence::{file, list, survey};
use super::table::Table;
use super::wodim;

const FILE: &str = "quirks-from-tool-authors";

/// The items in their order, by how their drive's name begins, with the test of what is done about
/// it. What has blanks in it says why nothing is.
const ITEMS: [(&str, &str); 56] = [
    ("PIONEER DVR-110", "a_cd_is_never_asked_for_disc_structures"),
    ("YAMAHA", "zeros_with_good_status_are_no_atip"),
    ("RICOH (old)", "an_atip_in_bcd_is_none_of_a_disc_of_116_minutes"),
    ("HP 7100", "a_drive_from_before_the_profiles_is_taken_at_its_page_2ah"),
    ("MITSUMI ATAPI (old)", "a_drive_that_is_ready_while_it_closes_is_asked_for_its_disc"),
    ("LG CD-ROM (on Solaris 8)", "a mistake of Solaris, not of the drive"),
    ("Lite-On (some)", "what_a_drive_writes_is_told_by_its_features"),
    ("NEC (incl. ND-3500AG)", "speeds_of_page_2a_are_those_of_cds_and_not_of_this_disc"),
    ("LG (unspecified)", "a_cd_is_written_in_a_session_at_once"),
    ("_NEC DVD_RW ND-3500AG", "a_complete_disc_that_can_be_written_over_can_be_written_over"),
    ("PIONEER (other than DVR-S101)", "numbers_that_cannot_be_are_no_layers"),
    ("HL-DT-ST DVD-RAM GH22NP20 1.02", "a_blank_track_of_no_size_is_as_large_as_the_disc"),
    ("ACARD AEC-7720", "every_allocation_is_even"),
    ("PIONEER DVR-104", "a_link_size_that_makes_no_sense_is_not_written_with"),
    ("PANASONIC LF-D310", "a_dvd_r_is_written_incrementally_where_more_is_to_come"),
    ("Toshiba/Samsung TS-H542A", "a_data_mode_that_is_unknown_is_kept"),
    ("LG GCA-4040N", "no_descriptor_is_an_answer"),
    ("PIONEER, LG (several)", "a_speed_is_asked_for_granted_and_measured"),
    (
        "Plextor (PX-708A ...)",
        "a_speed_that_has_nothing_to_do_with_the_one_that_is_set_is_not_told",
    ),
    ("Lite-On LDW-811S", "page_2a_is_read_in_every_length"),
    ("LG GSA-4081B", "a_drive_that_refuses_a_stream_s_speed_on_a_dvd_plus_rw_gets_that_of_a_cd"),
    ("PIONEER DVR-x05", "a_drive_that_does_not_digest_an_immediate_flush_is_sent_another"),
    ("PIONEER DVR-x06", "a_full_buffer_takes_the_same_write_again_a_moment_later"),
    ("SONY (some)", "a_minimally_blanked_dvd_rw_can_be_written_at_once_only"),
    ("Panasonic LD-F321", "a_drive_that_does_not_calibrate_by_command_does_it_by_itself"),
    ("Lite-On SOHW-1693S, NEC", "what_drives_say_in_mid_burn_is_told_apart"),
    ("Ricoh (elder)", "the_wait_ends_after_a_minute_of_drive_time"),
    ("LG GGW-H20L, LG GGC-H20L", "the_media_id_is_found_where_the_drive_has_it"),
    ("LG GSA-4082B", "what_is_refused_is_told_and_needs_no_giving_back"),
    ("LG GSA-4082B", "a_drive_that_refuses_a_stream_s_speed_on_a_dvd_plus_rw_gets_that_of_a_cd"),
    ("DVD-ROM drive of the libburn author", "tracks_that_answer_for_others_are_not_believed"),
    ("some drives", "a_remainder_and_a_missing_lead_out_are_tolerated"),
    ("some drive (ticket 146)", "a_remainder_and_a_missing_lead_out_are_tolerated"),
    ("libburn author's drives", "the_sessions_of_a_dvd_are_read_as_they_come"),
    ("LG GGW-H20L YL03", "a_bd_re_is_formatted_as_it_was_asked_for"),
    ("some drives", "speeds_are_asked_for_with_a_number_of_descriptors"),
    ("LG GH22LS30 1.00", "a_structure_is_read_by_what_came"),
    ("LG GSA-4082B", "no_medium_right_after_loading_may_be_premature"),
    ("PIONEER DVR-216D 1.09", "the_buffer_is_not_asked_after_before_it_was_full_once"),
    ("PIONEER BDR-205", "a_bd_re_is_formatted_as_it_was_asked_for"),
    ("PHILIPS SPD3300L", "a_size_that_the_drive_does_not_take_is_found_out"),
    ("two drives", "a_minimally_blanked_dvd_rw_can_be_written_at_once_only"),
    ("two unnamed drives", "a_cd_r_written_track_by_track_is_never_said_to_be_what_it_is_not"),
    ("BD-RE drives tested", "every_write_ends_with_a_whole_block_of_error_correction"),
    ("ASUS drive of T. Schmitt", "READ CD is not sent: sound is not ripped"),
    ("TSSTcorp of T. Schmitt", "READ CD is not sent: sound is not ripped"),
    ("any, Linux >= 3.x libata", "every_write_ends_with_a_whole_block_of_error_correction"),
    ("PLEXTOR PX-S88T", "the_control_byte_is_zero_in_every_question"),
    ("ASUS BW-16D1HT 3.00", "a_closed_bd_r_that_is_called_a_bd_rom_is_known_for_recorded"),
    ("ASUS BW-16D1HT", "a_closed_recordable_disc_is_no_pressed_one"),
    ("Memorex MRX-650LE v7", "a second layer that no answer names cannot be known"),
    ("ASUS BW-16D1HT", "READ CD is not sent: sound is not ripped"),
    ("PLEXTOR PX-W4012A", "a disc that is made to confuse drives: no drive is right"),
    ("PLEXTOR PX-760A", "what_the_standard_does_not_name_is_told_by_its_numbers"),
    ("unnamed BD drive", "a_bd_rom_that_answers_no_structure_is_surveyed_all_the_same"),
    ("Apple USB SuperDrive", "known by its USB number only, which no INQUIRY tells"),
];

#[test]
fn every_item_is_seen_to() {
    let evidence = file(FILE);
    let items = list(&evidence, "/quirks");
    assert_eq!(items.len(), ITEMS.len());
    for (item, (drive, _)) in items.iter().zip(ITEMS) {
        assert!(item["drive"].as_str().expect("text").starts_with(drive), "{drive}");
    }
    tests_exist(ITEMS.map(|(_, test)| test));
}

/// LG GH22LS30: a length of 4, which is none, and 35 bytes.
#[test]
fn a_structure_is_read_by_what_came() {
    let mut answer = vec![0, 2, 0, 0, 1];
    answer.resize(4 + 31, 0);
    answer[4 + 16..4 + 23].copy_from_slice(b"\x03RITEKF");
    answer[4 + 24..4 + 31].copy_from_slice(b"\x041\0\0\0\0\0");
    let query = ReadDiscStructure::<PrerecordedInformation>::new();
    let information = query.parse(&answer).expect("parses").structure;
    assert_eq!(information.media_id.as_deref(), Some("RITEKF1"));
}

/// "MMC-5 says it is a fake": taken for what it says, of whichever track.
#[test]
fn the_sessions_of_a_dvd_are_read_as_they_come() {
    let answer = [0, 10, 1, 4, 0, 0x14, 4, 0, 0x00, 0x1a, 0xa0, 0xc0];
    let sessions = ReadSessions.parse(&answer).expect("parses");
    let first = sessions.first_track_of_last;
    assert_eq!((sessions.last, first.number, first.start.0), (4, 4, 1_745_088));
}

/// Bytes that a question asks for, and its CDB.
fn asked<Q: Query>(query: &Q) -> (u16, Vec<u8>) {
    (query.allocation(), query.cdb().bytes().to_vec())
}

fn all_questions() -> Vec<(u16, Vec<u8>)> {
    vec![
        asked(&GetConfiguration { wanted: Wanted::All, first: 0 }),
        asked(&GetPerformance { write: true }),
        asked(&GetWriteSpeeds),
        asked(&Inquiry),
        asked(&ModeSense { page: 0x2a, values: Values::Current }),
        asked(&ModeSense { page: ModeSense::ALL, values: Values::Current }),
        asked(&ReadAtip),
        asked(&ReadCapacity),
        asked(&ReadCdText),
        asked(&ReadDiscInformation),
        asked(&ReadDiscStructure::<PrerecordedInformation>::new()),
        asked(&ReadFormatCapacities),
        asked(&ReadFullToc),
        asked(&ReadSessions),
        asked(&ReadToc { first_track: 0 }),
        asked(&ReadTrackInformation(TrackAddress::Track(1))),
    ]
}

/// ACARD AEC-7720: an odd number of bytes is rounded up, and overruns the buffer.
#[test]
fn every_allocation_is_even() {
    for (bytes, cdb) in all_questions() {
        assert_eq!(bytes % 2, 0, "{cdb:02x?}");
    }
}

/// PLEXTOR PX-S88T: 40h in the control byte is 5/24/00.
#[test]
fn the_control_byte_is_zero_in_every_question() {
    for (_, cdb) in all_questions() {
        assert_eq!(cdb.last(), Some(&0), "{cdb:02x?}");
    }
}

/// Asked for none, some drives announce one.
#[test]
fn speeds_are_asked_for_with_a_number_of_descriptors() {
    let cdb = GetWriteSpeeds.cdb();
    assert!(u16::from_be_bytes([cdb.bytes()[8], cdb.bytes()[9]]) > 1);
}

/// Toshiba/Samsung TS-H542A: Fh, which is no mode at all.
#[test]
fn a_data_mode_that_is_unknown_is_kept() {
    let mut answer = [0; 36];
    answer[..8].copy_from_slice(&[0, 34, 1, 1, 0, 0x04, 0x4f, 0x01]);
    let query = ReadTrackInformation(TrackAddress::Track(1));
    let track = query.parse(&answer).expect("parses");
    assert!(track.blank);
    assert_eq!(track.data_mode, 0x0f);
}

/// A blank DVD-R: profile, features, state, and a track of no size.
fn blank_dvd_r() -> Table {
    let mut table = Table::ready();
    table.put(&[0x12, 0, 0], b"\x05\x80\x00\x32\x1f\0\0\0HL-DT-STDVD-RAM GH22NP201.02");
    // DVD-R Write, version 2: BUF, test write.
    let mut configuration = wodim::configuration(0x11, &[(0x11, true)]);
    configuration.extend([0x00, 0x2f, 0x09, 4, 0x46, 0, 0, 0]);
    configuration[3] += 8;
    table.put(&[0x46, 0], &configuration);
    let mut state = [0; 34];
    state[..7].copy_from_slice(&[0, 32, 0x00, 1, 1, 1, 1]);
    table.put(&[0x51, 0], &state);
    let mut track = [0; 36];
    track[..8].copy_from_slice(&[0, 34, 1, 1, 0, 0x04, 0x41, 0x01]);
    table.put(&[0x52, 1, 0, 0, 0, 1], &track);
    table
}

/// HL-DT-ST GH22NP20: MCC 03RG20 from 196608 to 2495103, and 0 blocks in its track.
#[test]
fn a_blank_track_of_no_size_is_as_large_as_the_disc() {
    let mut table = blank_dvd_r();
    let mut physical = vec![0x08, 0x02, 0, 0, 0x25, 0x02, 0x02, 0];
    physical.extend(196_608u32.to_be_bytes());
    physical.extend(2_495_103u32.to_be_bytes());
    physical.resize(2052, 0);
    table.put(&[0xad, 0, 0, 0, 0, 0, 0, 0], &physical);
    let told = survey(table);
    assert_eq!((told.disc.kind, told.disc.free), (DiscKind::DvdR, Blocks(0)));
    assert_eq!(told.disc.capacity, Blocks(2_298_496));
}

/// Lite-On: the bits of page 2Ah say that no DVD-R is written. The feature says it is.
#[test]
fn what_a_drive_writes_is_told_by_its_features() {
    let mut table = blank_dvd_r();
    let page = serde_json::json!({"writes": ["CD-R", "CD-RW"], "buffer_KB": 2048});
    table.put(&[0x5a, 0, 0x2a], &wodim::page_2a(&page));
    let told = survey(table);
    assert_eq!(told.drive.capabilities.expect("told").writes, ["CD-R", "CD-RW"]);
    assert!(told.disc.can.writes);
}
