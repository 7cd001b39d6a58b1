//! Commands and the sense data they ended with, from logs of wodim, cdrecord, readcd, cdrdao and
//! the kernel: what each means, and for reads, what the rip makes of it. What a burn makes of the
//! writes among them stands in `jobs::burn`; their names, in `transport::sense_names`.

use std::time::Duration;

use oxidisc::jobs::reading::decide::{Decision, decide};
use oxidisc::jobs::survey::survey_drive;
use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use oxidisc::mmc::{CommandError, Failure, Request};
use oxidisc::transport::{Cdb, Sense, SenseKey, TransportError};
use serde_json::Value;

use super::evidence::{file, hex, list, sense};
use super::table::Table;

const FILE: &str = "sense-pairs-from-logs";

/// Of each pair, in their order: operation code, key/code/qualifier, what else the sense data
/// says, and for a read the decision. Naive readings of them: bytes 3 to 6 as an address without
/// VALID (14, 16, 21, 28, 30); an address of 0 as none (1, 5, 11); the key with the bits beside it
/// (4, 5); an error of an earlier command as this one's (21 to 24); ten bytes and no more (30, 33).
const MEANING: [&str; 44] = [
    // Not damage: no retry helps.
    "28 05/6f/03: Protected",
    "28 03/11/05 at 0: Bad { at: Some(Lba(0)) }",
    // Run-out, sound, an open track: structure, and as unreadable as damage.
    "28 05/64/00: Bad { at: None }",
    "28 05/64/00: Bad { at: None }",
    "28 05/64/00 length: Bad { at: None }",
    "28 05/64/00 at 0 length: Bad { at: Some(Lba(0)) }",
    // Run-out once more.
    "28 05/26/00: Bad { at: None }",
    "47 03/02/00 at 275535",
    // Somebody else's TEST UNIT READY got in between.
    "be 04/08/00: Lost",
    // Twenty seconds, GOOD, and a drive that hangs.
    "be lost",
    "be 05/24/00: Bad { at: None }",
    "2a 05/21/02 at 0",
    "54 03/73/03",
    "54 03/73/03",
    "2a 03/0c/00",
    "2a 03/0c/00",
    "2a 03/0c/00",
    "2a 03/0c/00 at 4204",
    "2a 03/0c/09 at 10008",
    "a1 04/09/02",
    "a1 05/30/06",
    "2a 03/0c/00 deferred",
    "5b 03/73/04 deferred",
    "2a 03/0c/00 deferred",
    "1a 03/02/00 deferred",
    "5b 05/72/03",
    "2a 0b/ba/00",
    "2a 04/08/03",
    "35 04/44/00",
    "5d 05/26/00",
    "5d 04/08/01",
    "5d 04/08/03",
    "5d 05/a8/04",
    "5d 05/26/00",
    "5b 05/72/03",
    "5b 05/30/05",
    "5b 05/72/04",
    "2a 03/10/00",
    "53 03/0c/80",
    "55 05/26/00",
    // The rest end without sense data; see the tests below.
    "52 good",
    // The log breaks off before code and qualifier.
    "03 03/00/00 at 1232",
    "46 lost",
    "5a lost",
];

fn read(failure: Failure) -> Decision {
    let cdb = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    decide(&CommandError { name: "READ (10)", cdb, lba: None, failure })
}

fn pair(number: usize) -> Value {
    list(&file(FILE), "/pairs")[number].clone()
}

/// The row that a pair has to be.
fn meaning(pair: &Value) -> String {
    // One log has a READ CD whose bytes it does not tell.
    let opcode = pair["cdb"].as_str().map_or("be", |cdb| &cdb[..2]);
    let sense = match (pair["sense"].as_str(), pair["sense_triple"].as_str()) {
        (Some(raw), _) => sense(raw),
        (None, Some(triple)) => {
            let triple = hex(&triple.replace('/', " "));
            let key = SenseKey::from_byte(triple[0]);
            Sense::parse(&Sense::fixed(key, triple[1], triple[2])).expect("sense data")
        }
        (None, None) if pair["decoded_as_printed"].as_str().expect("text").contains("time") => {
            return format!("{opcode} lost");
        }
        (None, None) if pair["status"] == "0x00" => return format!("{opcode} good"),
        (None, None) => return format!("{opcode} lost"),
    };
    let (key, asc, ascq) = sense.triple();
    let mut row = format!("{opcode} {key:02x}/{asc:02x}/{ascq:02x}");
    if let Some(lba) = sense.information {
        row += &format!(" at {lba}");
    }
    row += if sense.deferred { " deferred" } else { "" };
    row += if sense.ili { " length" } else { "" };
    if matches!(opcode, "28" | "be") {
        row += &format!(": {:?}", read(Failure::Check(sense)));
    }
    row
}

#[test]
fn every_pair_means_what_it_meant_there() {
    let evidence = file(FILE);
    let rows: Vec<String> = list(&evidence, "/pairs").iter().map(meaning).collect();
    assert_eq!(rows, MEANING);
}

/// Pair 9: what is lost on the way says nothing of the place.
#[test]
fn a_read_that_hangs_the_drive_is_no_bad_sector() {
    assert_eq!(read(Failure::Transport(TransportError::Timeout)), Decision::Lost);
}

/// Pair 14: the drive has its buffer full, and names a block before those that it is sent.
#[test]
fn bytes_of_an_address_that_is_not_valid_are_no_address() {
    let sense = sense(pair(14)["sense"].as_str().expect("bytes"));
    assert_eq!(u32::from_be_bytes([0, sense.raw[4], sense.raw[5], sense.raw[6]]), 19_326);
    assert_eq!(sense.information, None);
}

/// Pair 40: USB Plextor PX-S88T, GOOD and 28 of 28 bytes that did not come.
#[test]
fn good_without_a_byte_is_no_answer() {
    let mut table = Table::ready();
    table.put(&hex(pair(40)["cdb"].as_str().expect("bytes")), &[]);
    let query = ReadTrackInformation(TrackAddress::Track(0xff));
    let error = table.drive().query(&query).expect_err("no track");
    assert!(error.to_string().contains("the answer makes no sense"), "{error}");
}

/// Pair 42: a drive that has 4 bytes for those who ask for 8 takes its bus down. We ask for all.
#[test]
fn no_header_is_asked_for_alone() {
    assert_eq!(pair(42)["cdb"], "46 02 00 00 00 00 00 00 08 00");
    let all = GetConfiguration { wanted: Wanted::All, first: 0 };
    assert_eq!(all.cdb().bytes()[7..9], [0x10, 0x00]);
}

/// Pair 43: LITE-ON LTR-48246S; the rest of the questions are asked all the same.
#[test]
fn one_question_that_is_lost_is_not_the_end_of_the_survey() {
    let mut table = Table::ready();
    table.put(&[0x12, 0, 0], b"\x05\x80\x00\x21\x1f\0\0\0LITE-ON LTR-48246S      SS0A");
    table.lose(&hex(pair(43)["cdb"].as_str().expect("bytes")));
    let facts = survey_drive(&mut table.drive()).expect("surveyed");
    assert_eq!(facts.capabilities, None);
    assert_eq!(facts.remarks, ["MODE SENSE (10): no answer in time, the command was aborted"]);
}

/// Pair 24: an error of an aborted burn ends the first question that comes after it. That is no
/// word on the question: a kernel took the drive for one without page 2Ah, and no writer.
#[test]
fn a_question_that_gets_an_earlier_commands_error_is_asked_again() {
    let mut table = Table::ready();
    table.put(&[0x12, 0, 0], b"\x05\x80\x00\x21\x1f\0\0\0LITE-ON LTR-48246S      SS0A");
    let mut page = vec![0, 30, 0, 0, 0, 0, 0, 0, 0x2a, 22];
    page.extend([0; 22]);
    page[8 + 12..8 + 14].copy_from_slice(&[0x08, 0x00]);
    table.put(&[0x5a, 0, 0x2a], &page);
    table.refuse_once(&[0x5a, 0, 0x2a], &hex(pair(24)["sense"].as_str().expect("bytes")));
    let facts = survey_drive(&mut table.drive()).expect("surveyed");
    assert_eq!(facts.buffer_kib, Some(2048));
    assert_eq!(
        facts.remarks,
        ["MODE SENSE (10): deferred medium error, no seek complete (03/02/00)"]
    );
}

/// Pair 0 and `kernel-log-sense-lines`: repeated reads of protected sectors lock some drives up.
#[test]
fn a_protected_sector_is_asked_for_once() {
    use oxidisc::jobs::reading::reader::Reader;
    let mut table = Table::ready();
    let protected = pair(0);
    let protected = protected["sense"].as_str().expect("bytes");
    table.refuse(&[0x28], &hex(protected));
    let mut drive = table.drive();
    let mut reader = Reader::new(&mut drive, "again");
    let error = reader.attempt(oxidisc::units::Lba(268_800), &mut [0; 2048]).expect_err("refused");
    assert!(error.to_string().contains("copy-protected"), "{error}");
    assert_eq!(reader.reads, 1);
    assert_eq!(drive.time(), Duration::ZERO);
}
