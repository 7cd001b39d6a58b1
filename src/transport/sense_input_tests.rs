//! Tests of what people paste.

use super::*;

/// What a text holds, as `given key/asc/ascq cdb`.
fn found(text: &str) -> Vec<String> {
    let show = |found: Found| {
        let (key, asc, ascq) = found.sense.triple();
        let cdb = found.cdb.map(|cdb| format!(" of {:02x}", cdb.opcode())).unwrap_or_default();
        format!("{:?} {key:x}/{asc:02x}/{ascq:02x}{cdb}", found.given)
    };
    find(text).unwrap_or_else(|error| panic!("{text}: {error}")).into_iter().map(show).collect()
}

#[test]
fn bytes_and_triples_are_read_in_every_spelling() {
    for text in [
        "f0 00 03 00 00 00 00 0a 00 00 00 00 11 05",
        "f00003000000000a000000001105",
        "0xf0,0x00,0x03,0,0,0,0,0x0a,0,0,0,0,0x11,0x05",
        "F0:00:03:00:00:00:00:0A:00:00:00:00:11:05",
        "Sense Bytes: F0 00 03 00 00 00 00 0A 00 00 00 00 11 05",
    ] {
        assert_eq!(found(text), ["Bytes 3/11/05"], "{text}");
    }
    for text in [
        "3/11/05",
        "3 11 5",
        "03 11 05",
        "[3 11 05]",
        "03.11.05",
        "3,11,05",
        "0x3/0x11/0x05",
        "SK=3 ASC=11 ASCQ=05",
        "SK=3h/ASC=11h/ACQ=05h",
        "sense key: 0x3, asc: 0x11, ascq: 0x5",
        "READ (10) at 5: medium error, L-EC uncorrectable error (03/11/05)",
        "Sense key: 3 ASC: 11 ASCQ: 5",
        "Sense code: 03/11/05",
        "Sector 123: Medium error; L-EC uncorrectable error. (3; 11 05)",
        "[LBA:  12345] SCSI error (SC: 02, SK: 03, ASC: 11, ASCQ: 05)",
        "{ 0x03, 0x11, 0x05 }",
        "libburn : FATAL : SCSI error on read: [3 11 05] Medium error. L-EC uncorrectable error.",
    ] {
        assert_eq!(found(text), ["Codes 3/11/05"], "{text}");
    }
    assert_eq!(found("Medium Error / L-EC uncorrectable error"), ["Words 3/11/05"]);
    assert_eq!(
        found(":-[ READ DVD STRUCTURE failed with SK=5h/INVALID FIELD IN CDB]: I/O error"),
        ["Words 5/24/00"]
    );
}

#[test]
fn the_kernels_lines_belong_together() {
    let log = "\
[  812.1] sr 1:0:0:0: [sr0] tag#0 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE
[  812.1] sr 1:0:0:0: [sr0] tag#0 Sense Key : Medium Error [current]
[  812.1] Info fld=0x3fd, ILI
[  812.1] sr 1:0:0:0: [sr0] tag#0 Add. Sense: L-EC uncorrectable error
[  812.1] sr 1:0:0:0: [sr0] tag#0 CDB: Read(10) 28 00 00 00 03 fc 00 00 02 00
[  812.1] blk_update_request: critical medium error, dev sr0, sector 4084
[  812.2] sr 1:0:0:0: [sr0] Sense Key : Illegal Request [deferred]
[  812.2] sr 1:0:0:0: [sr0] <<vendor>>ASC=0xa8 <<vendor>>ASCQ=0x4";
    assert_eq!(found(log), ["Words 3/11/05 of 28", "Codes 5/a8/04"]);
    let all = find(log).expect("sense");
    assert_eq!((all[0].sense.information, all[0].sense.ili), (Some(0x3fd), true));
    assert!(!all[0].sense.deferred && all[1].sense.deferred);
    let lower = "CDB: Read CD be 00 00 00 00 00 00 00 01 f8 00 00";
    assert_eq!(command(&lower.to_lowercase()).map(|cdb| cdb.opcode()), Some(0xbe));
    assert_eq!((all[0].line, all[1].line, all[1].sense.information), (4, 8, None));
}

#[test]
fn commands_are_read_one_a_line_or_alone() {
    let opcodes = |text: &str| -> Vec<u8> { commands(text).iter().map(Cdb::opcode).collect() };
    assert_eq!(opcodes("28 00 00 00 00 00 00 00 01 00"), [0x28]);
    assert_eq!(opcodes("28000000000000000100\nCDB:  5B 00 02 00 00 00 00 00 00 00"), [0x28, 0x5b]);
    assert_eq!(opcodes("Read(10)"), [0; 0]);
    assert_eq!(opcodes(&"00 ".repeat(17)), [0; 0]);
}

#[test]
fn what_cdrecord_says_twice_is_found_once() {
    let log = "\
wodim: Input/output error. write_g1: scsi sendcmd: no error
CDB:  2A 00 00 00 13 03 00 00 1F 00
status: 0x2 (CHECK CONDITION)
Sense Bytes: F0 00 03 00 00 10 6C 0C 00 00 00 00 0C 00 00 00
Sense Key: 0x3 Medium Error, Segment 0
Sense Code: 0x0C Qual 0x00 (write error) Fru 0x0
Sense flags: Blk 4204 (valid)
resid: 63488
CDB:  5B 00 02 00 00 00 00 00 00 00
Sense Bytes: 70 00 05 00 00 00 00 0A 00 00 00 00 72 03 00 00
Sense Key: 0x5 Illegal Request, Segment 0";
    assert_eq!(found(log), ["Bytes 3/0c/00 of 2a", "Bytes 5/72/03 of 5b"]);
}

#[test]
fn lines_of_sense_are_each_one() {
    assert_eq!(found("3/11/05\n3/11/05\n5/24/00").len(), 3);
    assert_eq!(found("05/24/00 06/28/00"), ["Codes 5/24/00", "Codes 6/28/00"]);
    let two = "70 00 05 00 00 00 00 0a 00 00 00 00 24 00\nf0 00 03 00 00 00 00 0a 0 0 0 0 11 05";
    assert_eq!(found(two), ["Bytes 5/24/00", "Bytes 3/11/05"]);
    // One, broken over two lines.
    let one = "70 00 05 00 00 00 00 0a\n00 00 00 00 24 00 00 00 00 00";
    assert_eq!(found(one), ["Bytes 5/24/00"]);
}

#[test]
fn what_is_no_sense_is_told_as_what_it_is() {
    assert_eq!(find("28 00 00 00"), Err(NoSense::OtherBytes(0x28)));
    assert_eq!(find("70 00"), Err(NoSense::TooShort));
    assert_eq!(find("70 00 zz 00"), Err(NoSense::NotHex(HexError::NotHex("zz".into()))));
    assert_eq!(find("Add. Sense: Invalid field in cdb"), Err(NoSense::NoKey));
    assert_eq!(find("Sense Key: 0x5 Illegal Request, Segment 0"), Err(NoSense::NoCode));
    assert_eq!(find("hello"), Err(NoSense::Nothing));
    assert_eq!(find(""), Err(NoSense::Nothing));
    for log in ["xorriso 1.5.6 : RockRidge", "kernel (5.4.0)", "[05:24:00] reading"] {
        assert_eq!(find(log), Err(NoSense::Nothing), "{log}");
    }
}
