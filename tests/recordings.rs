//! What real drives answered, as their users recorded it (`hw-tests/recordings`): every answer is
//! read, and `info` shows of each recording what stands beside it in `NAME.info.txt`. An answer
//! that cannot be read stands there, too: a drive that talks nonsense is no mistake of ours, but
//! one that is to be seen. `OXIDISC_REWRITE=1 cargo test --test recordings` writes these files.

use std::path::{Path, PathBuf};
use std::process::Command;

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::get_event_status::GetEventStatus;
use oxidisc::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::inquiry_serial::InquirySerial;
use oxidisc::mmc::cmd::mechanism_status::MechanismStatus;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::cmd::read_capacity::ReadCapacity;
use oxidisc::mmc::cmd::read_cd_text::ReadCdText;
use oxidisc::mmc::cmd::read_disc_information::{
    ReadDiscInformation, ReadPowResources, ReadTrackResources,
};
use oxidisc::mmc::cmd::read_disc_structure::{ReadDiscStructure, Structure, bd, dvd};
use oxidisc::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use oxidisc::mmc::cmd::read_full_toc::ReadFullToc;
use oxidisc::mmc::cmd::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use oxidisc::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use oxidisc::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use oxidisc::mmc::cmd::report_key::ReportRegion;
use oxidisc::transport::recording::{Exchange, Payload, Phase, Recording};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hw-tests/recordings")
}

/// Names without `.jsonl`, sorted.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        name.strip_suffix(".jsonl").map(String::from)
    };
    let mut names: Vec<String> = entries.filter_map(file).collect();
    names.sort();
    names
}

fn parse<Q: Query>(query: &Q, data: &[u8]) -> Result<(), String> {
    query.parse(data).map(drop).map_err(|error| error.to_string())
}

fn structure<S: Structure>(data: &[u8]) -> Result<(), String> {
    parse(&ReadDiscStructure::<S>::new(), data)
}

/// Reads an answer as what the command asks for; what nobody here reads is taken as it is.
fn read(cdb: &[u8], data: &[u8]) -> Result<(), String> {
    match *cdb {
        [0x12, 0, ..] => parse(&Inquiry, data),
        [0x12, 1, 0x80, ..] => parse(&InquirySerial, data),
        [0x23, ..] => parse(&ReadFormatCapacities, data),
        [0x25, ..] => parse(&ReadCapacity, data),
        [0x42, _, _, 2, ..] => parse(&ReadCatalogNumber, data),
        [0x42, _, _, 3, _, _, track, ..] => parse(&ReadRecordingCode { track }, data),
        [0x43, 0, 0, ..] => parse(&ReadToc { first_track: 0 }, data),
        [0x43, 0, 1, ..] => parse(&ReadSessions, data),
        [0x43, _, 2, ..] => parse(&ReadFullToc, data),
        [0x43, _, 4, ..] => parse(&ReadAtip, data),
        [0x43, _, 5, ..] => parse(&ReadCdText, data),
        [0x46, ..] => parse(&GetConfiguration { wanted: Wanted::All, first: 0 }, data),
        [0x4a, ..] => parse(&GetEventStatus { media: true, external_request: true }, data),
        [0x51, 0, ..] => parse(&ReadDiscInformation, data),
        // Many drives answer these as the one before, which says so itself.
        [0x51, 1, ..] if data.get(2).is_some_and(|kind| kind >> 5 == 1) => {
            parse(&ReadTrackResources, data)
        }
        [0x51, 2, ..] if data.get(2).is_some_and(|kind| kind >> 5 == 2) => {
            parse(&ReadPowResources, data)
        }
        [0x52, ..] => parse(&ReadTrackInformation(TrackAddress::Track(1)), data),
        [0x5a, _, page, ..] => {
            parse(&ModeSense { page: page & 0x3f, values: Values::Current }, data)
        }
        [0xa4, ..] => parse(&ReportRegion, data),
        [0xac, _, .., 0x00, _] => parse(&GetPerformance { write: false }, data),
        [0xac, _, .., 0x03, _] => parse(&GetWriteSpeeds, data),
        [0xad, 0, _, _, _, _, _, 0x00, ..] => structure::<dvd::PhysicalFormat>(data),
        [0xad, 0, _, _, _, _, _, 0x01, ..] => structure::<dvd::Copyright>(data),
        [0xad, 0, _, _, _, _, _, 0x0e, ..] => structure::<dvd::PrerecordedInformation>(data),
        [0xad, 0, _, _, _, _, _, 0x11, ..] => structure::<dvd::Adip>(data),
        [0xad, 1, _, _, _, _, _, 0x00, ..] => structure::<bd::DiscInformation>(data),
        [0xad, 1, _, _, _, _, _, 0x0a, ..] => structure::<bd::SpareArea>(data),
        [0xad, _, _, _, _, _, _, 0xff, ..] => structure::<bd::Formats>(data),
        [0xbd, ..] => parse(&MechanismStatus, data),
        _ => Ok(()),
    }
}

/// The answers that cannot be read, a line each.
fn nonsense(recording: &Recording) -> String {
    let fault = |exchange: &Exchange| {
        let Phase::In { data: Payload::Bytes(data), .. } = &exchange.phase else { return None };
        if data.is_empty() {
            return None;
        }
        let reason = read(exchange.cdb.bytes(), data).err()?;
        Some(format!("line {}: {}: {reason}\n", exchange.line, exchange.cdb))
    };
    recording.exchanges.iter().filter_map(fault).collect()
}

/// What `info` prints of the recording, by its name alone.
fn info(name: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oxidisc"))
        .args(["-v", "-d", &format!("replay:{name}.jsonl"), "info"])
        .current_dir(folder())
        .env_clear()
        .output()
        .expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{name}: {err}");
    format!("{out}\n{err}")
}

#[test]
fn every_recorded_drive_is_shown_as_it_should_be() {
    let names = names();
    assert!(names.len() >= 2, "the recordings are gone: {names:?}");
    for name in names {
        let path = folder().join(format!("{name}.jsonl"));
        let recording = Recording::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut found = info(&name);
        let nonsense = nonsense(&recording);
        if !nonsense.is_empty() {
            found += &format!("\nAnswers that make no sense\n{nonsense}");
        }
        let expected = folder().join(format!("{name}.info.txt"));
        if std::env::var_os("OXIDISC_REWRITE").is_some() {
            std::fs::write(&expected, found).expect("expectations are writable");
            continue;
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        assert!(
            found == wanted,
            "{}: expected\n{wanted}\nfound\n{found}\n\
             If it should be so: OXIDISC_REWRITE=1 cargo test --test recordings",
            expected.display()
        );
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_found() {
    let line = |cdb: &str, data: &str| {
        format!("{{\"cdb\":\"{cdb}\",\"dir\":\"in\",\"data\":\"{data}\"}}\n")
    };
    let text = "{\"oxidisc_recording\":1}\n".to_string()
        + &line("25 00 00 00 00 00 00 00 00 00", "00 00 0f ff 00 00 08 00")
        + &line("25 00 00 00 00 00 00 00 00 00", "00 00 0f");
    let found = nonsense(&Recording::parse(&text).expect("a recording"));
    assert!(found.starts_with("line 3: 25 00 00"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}

#[test]
fn no_recording_here_names_one_copy_of_a_drive() {
    for name in names() {
        let path = folder().join(format!("{name}.jsonl"));
        let recording = Recording::load(&path).unwrap_or_else(|error| panic!("{error}"));
        for exchange in &recording.exchanges {
            let Phase::In { data: Payload::Bytes(data), .. } = &exchange.phase else { continue };
            // VPD page 80h: crossed out, or blank.
            if exchange.cdb.bytes().starts_with(&[0x12, 0x01, 0x80]) {
                let serial = data.get(4..).unwrap_or(&[]);
                let plain = serial.iter().all(|byte| matches!(byte, b'X' | b' ' | 0));
                assert!(plain, "{name}: record it with --redact");
            }
        }
    }
}
