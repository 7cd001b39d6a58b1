//! Tests of answers: real ones where there are reports, as the program's own parsers have them.

use proptest::prelude::*;

use super::*;
use crate::formats::hex;
use crate::mmc::describe::Value;

fn described(cdb: &str, data: &str) -> Described {
    let bytes = |text: &str| hex::parse(text).unwrap_or_default();
    describe(&Cdb::new(&bytes(cdb)), &bytes(data))
}

/// The fields of all groups, as `name=value`.
fn flat(items: &[Item], into: &mut Vec<String>) {
    for item in items {
        let value = match &item.value {
            Value::Group => "group".to_string(),
            Value::Flag(on) => on.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Code(code, _) => format!("{code:x}h {}", item.meaning),
            Value::Text(text) => text.clone(),
            Value::Bytes(bytes) => hex::text(bytes),
        };
        into.push(format!("{}={value}", item.name));
        flat(&item.items, into);
    }
}

#[track_caller]
fn has(described: &Described, wanted: &[&str]) {
    let mut all = Vec::new();
    flat(&described.items, &mut all);
    for field in wanted {
        assert!(all.iter().any(|one| one == field), "{field} is not in {all:#?}");
    }
}

/// As a log has it that prints 20 bytes of an answer.
#[test]
fn a_structure_that_is_cut_off_is_read_as_far_as_it_goes() {
    let start = "08 02 00 00 02 0f 00 00 00 03 00 00 00 26 12 7f 00 00 00 00";
    let physical = described("ad 00 00 00 00 00 00 00", start);
    has(&physical, &["layers=1"]);
    assert_eq!(physical.remarks, ["it announces 2052 bytes, and 20 are here"]);
    let short = described("ad 00 00 00 00 00 00 00", "00 06 00 00 02 0f 00 00");
    has(&short, &["layers=1"]);
    assert_eq!(short.remarks, ["8 bytes where 21 are needed: what did not come is left out"]);
}

#[test]
fn answers_of_every_command_are_taken_apart() {
    for (cdb, data, wanted) in [
        ("51 00", "00 0a 0e 01 01 01 01 20 00 00 00 00", "disc status=2h complete: closed"),
        ("51 01", "00 0a 20 00 00 63 00 01 00 01 00 01", "tracks at most=99"),
        ("51 02", "00 0e 40 00 00 00 00 07 00 00 00 08 00 00 00 09", "updates left=9"),
        ("43 00", "00 12 01 01 00 14 01 00 00 00 00 00 00 14 aa 00 00 2a 8d 20", "start=2788640"),
        ("43 02", "00 0a 01 01 00 14 01 00 00 00 02 00", "start=00:02:00"),
        ("43 00 01", "00 0a 01 02 00 14 05 00 00 00 2d f4", "it starts at=11764"),
        ("43 00 00 00 00 00 00 00 00 40", "00 0a 01 02 00 14 05 00 00 00 2d f4", "last session=2"),
        ("43 02 02", "00 0d 01 01 01 14 00 a2 00 00 00 00 29 37 3e", "start=41:55:62"),
        (
            "43 02 04",
            "00 1a 00 00 e2 00 ce 00 61 22 16 00 4f 3b 4a 00 02 3a b0 00 5c c6 26 00 ff ff ff 00",
            "media code=97m34s22f",
        ),
        (
            "42 00 40 02 00 00 00",
            "00 15 00 14 02 00 00 00 80 30 30 39 39 39 32 33 33 33 38 32 32 32 00 00",
            "catalogue number=0099923338222",
        ),
        (
            "42 00 40 03 00 00 01",
            "00 15 00 14 03 10 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
            "ISRC=none",
        ),
        ("ad 01 00 00 00 00 00 03", "00 06 00 00 ca fe ba be", "bytes=ca fe ba be"),
        ("25", "00 1f d7 ff 00 00 08 00", "size=2086912"),
        ("5c", "00 0a 00 00 00 10 00 00 00 04 00 00", "free=262144"),
        ("23", "00 00 00 10 00 ba 74 00 01 00 08 00 00 b4 73 00 00 00 0b b8", "parameter=3000"),
        ("bd", "08 10 00 00 00 01 00 04 80 00 00 00", "slot 0=holds a disc"),
        ("4a", "00 06 04 5e 02 02 00 00", "disc present=true"),
        ("4a", "00 02 80 00", "event=none: no class that was asked for is supported"),
        ("a4 00 00 00 00 00 00 00 00 08 08", "00 06 00 00 64 fd 01 00", "regions=2"),
        ("ac 10", "00 00 00 14 00 00 00 00 00000000 00001b0c 0023053f 000040ec", "to=2295103"),
        ("ac 00 00 00 00 00 00 00 00 01 03", "00 00 00 04 00 00 00 00", "descriptors=0"),
        ("ad 00 00 00 00 00 00 01", "00 06 00 00 01 fe 00 00", "regions=1"),
        ("ad 00 00 00 00 00 00 20", "00 0a 00 00 00 00 00 00 00 1f d8 00", "settable=true"),
        ("ad 01 00 00 00 00 00 c0", "00 06 00 00 04 00 00 00", "by the cartridge=true"),
        ("ad 00 00 00 00 00 00 ff", "00 06 00 00 0e 40 00 48", {
            "format 0eh=pre-recorded information: can be read, 72 bytes"
        }),
        (
            "12",
            "05 80 00 32 1f 00 00 00 54 53 53 54 63 6f 72 70 42 44 44 56 44 57 20 53 45 2d 35 30 \
             36 43 42 20 54 53 30 31",
            "firmware=TS01",
        ),
        ("12 01 80", "05 80 00 04 4b 30 58 31", "serial number=K0X1"),
        ("1a 00 2a", "13 00 00 00 08 02 04 00 01 0a 80 c0 00 00 00 00 00 00 00 00", {
            "read retries=192"
        }),
        ("5a 00 01", "00 12 00 00 00 00 00 00 01 0a 80 c0 00 00 00 00 00 00 00 00", {
            "replace on write=true"
        }),
        ("03", "70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 c0 00 02", {
            "points at=byte 2 of the command"
        }),
    ] {
        let described = described(cdb, data);
        has(&described, &[wanted]);
        assert_eq!(described.remarks, [""; 0], "{cdb}");
    }
}

#[test]
fn features_are_told_by_their_table() {
    // As libburn's documentation shows feature 0107h, behind a profile list.
    let all = described(
        "46 00",
        "00 00 00 14 00 00 00 41  00 00 03 04 00 41 01 00  01 07 10 04 1f 00 00 00",
    );
    has(
        &all,
        &[
            "current profile=41h BD-R sequential recording",
            "Profile List=group",
            "BD-R sequential recording=41h current",
            "stream writing=true",
            "set minimum performance=false",
        ],
    );
    assert_eq!(all.items[2].meaning, "feature 0107h, version 4, not now");
    assert_eq!(all.items[2].place.map(|place| (place.at, place.len)), Some((16, 8)));
    let none = described("46 00", "00 00 00 0c 00 00 00 00 ff 00 01 04 01 02 03 04");
    has(&none, &["unknown feature=group", "bytes=01 02 03 04"]);
}

#[test]
fn short_answers_are_read_as_far_as_they_go() {
    // real-drives: ATAPI iHBS112 and others, cut off by the allocation length.
    let short = described("51 00", "00 20 0e 01 01 01");
    has(&short, &["disc status=2h complete: closed", "first track of the last session=1"]);
    let mut all = Vec::new();
    flat(&short.items, &mut all);
    assert!(!all.iter().any(|field| field.starts_with("last track")), "{all:?}");
    assert_eq!(short.remarks, ["it announces 34 bytes, and 6 are here"]);
    let few = described("25", "00 1f d7 ff");
    has(&few, &["size=2086912"]);
    assert_eq!(few.remarks, ["4 bytes where 8 are needed: what did not come is left out"]);
    let empty = described("52", "");
    assert_eq!((empty.items.len(), empty.remarks.len()), (0, 1));
}

#[test]
fn what_the_program_would_not_take_is_told() {
    // real-drives: an ATIP of zeros.
    let zeros = described("43 02 04", &"00 ".repeat(28));
    assert!(zeros.remarks[0].starts_with("oxidisc takes this for no answer"), "{zeros:?}");
    // real-drives: HL-DT-ST WH16NS40 answers another data type than it was asked for.
    let other = described("51 02", "00 20 0e 01 01 01 01 20 00 00 00 00");
    assert!(other.remarks[0].starts_with("data type 2 was asked for, and 0 came"), "{other:?}");
    let unknown = described("4d", "01 02");
    assert_eq!(unknown.name, "LOG SENSE");
    assert_eq!(unknown.remarks, ["the fields of such an answer are not known here"]);
    // real-drives: TSSTcorp SE-506CB has text behind its announced end, which is read; and behind.
    let behind = described("25 00", "00 1f d7 ff 00 00 08 00");
    assert_eq!(behind.remarks, [""; 0]);
}

#[test]
fn sectors_are_counted() {
    let of = |cdb: &[u8], len: usize| describe(&Cdb::new(cdb), &vec![1; len]).items;
    assert_eq!(of(&[0x28], 4096)[0].value, Value::Number(2));
    assert_eq!(of(&[0xbe, 0, 0, 0, 0, 0, 0, 0, 1, 0xf8, 0, 0], 2352)[0].value, Value::Number(1));
    assert_eq!(of(&[0xbe, 0, 0, 0, 0, 0, 0, 0, 1, 0xf8, 1, 0], 2448)[0].name, "bytes");
    assert_eq!(of(&[0x28], 100)[0].name, "bytes");
}

#[test]
fn cd_text_becomes_texts() {
    // Derived: a title of the disc that goes over into that of track 1.
    let mut data = vec![0, 38, 0, 0];
    data.extend([0x80, 0, 0, 0]);
    data.extend(b"Album\0First \xe9");
    data.truncate(4 + 16);
    data.extend([0, 0]);
    data.extend([0x80, 1, 1, 0]);
    data.extend(b"Song\0\0\0\0\0\0\0\0");
    data.extend([0, 0]);
    let all = describe(&Cdb::new(&[0x43, 0, 5]), &data);
    has(&all, &["disc, title=Album", "track 1, title=First Song"]);
    let last = data.len() - 1;
    data[last] = 0xff;
    let all = describe(&Cdb::new(&[0x43, 0, 5]), &data);
    has(&all, &["disc, title=Album"]);
    assert_eq!(all.remarks, ["1 pack of 2 with a wrong checksum: their texts are left out"]);
}

proptest! {
    #[test]
    fn no_answer_makes_a_description_panic(
        cdb in prop::collection::vec(any::<u8>(), 1..13),
        opcode in prop::sample::select(vec![
            0x03u8, 0x12, 0x1a, 0x23, 0x25, 0x43, 0x46, 0x4a, 0x51, 0x52, 0x5a, 0x5c, 0xa4, 0xac,
            0xad, 0xbd,
        ]),
        data in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut cdb = cdb;
        cdb[0] = opcode;
        let described = describe(&Cdb::new(&cdb), &data);
        for item in &described.items {
            prop_assert!(item.end() <= data.len(), "{item:?} of {} bytes", data.len());
        }
    }
}
