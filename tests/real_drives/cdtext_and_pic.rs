//! Bytes of discs: the CD-TEXT of a pressed CD, and the disc information of a BD-ROM.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::read_cd_text::ReadCdText;
use oxidisc::mmc::cmd::read_disc_structure::{ReadDiscStructure, bd};
use oxidisc::units::{Blocks, Lba};
use sha2::{Digest, Sha256};

use super::evidence::{file, hex, list, text};

/// The packs of the disc, behind the header that the drive puts before them.
fn cd_text() -> (Vec<u8>, Vec<u8>) {
    let evidence = file("cdtext-and-pic");
    let item = &list(&evidence, "/items")[0];
    let packs = hex(text(item, "/hex"));
    let sum: String = Sha256::digest(&packs).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((sum.as_str(), packs.len()), (text(item, "/sha256"), 846));
    let [high, low] = u16::try_from(packs.len() + 2).expect("short").to_be_bytes();
    ([&[high, low, 0, 0], &packs[..]].concat(), packs)
}

/// CRC-16 of a pack, as ECMA-394 has it: inverted, polynomial 1021h.
pub fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        }
    }
    !crc
}

#[test]
fn every_pack_of_a_pressed_cd_comes_in_whole() {
    let (answer, packs) = cd_text();
    let text = ReadCdText.parse(&answer).expect("parses");
    assert_eq!(text.packs.len(), 47);
    assert_eq!(text.packs.concat(), packs);
    for (number, pack) in text.packs.iter().enumerate() {
        assert_eq!(crc(&pack[..16]), u16::from_be_bytes([pack[16], pack[17]]), "{number}");
        // SEQUENCE COUNTER.
        assert_eq!(usize::from(pack[2]), number);
    }
}

/// A trailing NUL, as files of CD-TEXT have it, is half of no pack.
#[test]
fn a_byte_behind_the_last_pack_is_left() {
    let (mut answer, _) = cd_text();
    answer[1] += 1;
    answer.push(0);
    assert_eq!(ReadCdText.parse(&answer).expect("parses").packs.len(), 47);
}

/// Empty fields, a lone NUL each, stand for tracks too: the packs are handed on as they are.
#[test]
fn empty_fields_are_not_dropped() {
    let (answer, _) = cd_text();
    let text = ReadCdText.parse(&answer).expect("parses");
    let performers: Vec<u8> = text
        .packs
        .iter()
        .filter(|pack| pack[0] == 0x81)
        .flat_map(|pack| pack[4..16].to_vec())
        .collect();
    let fields: Vec<&[u8]> = performers.split(|byte| *byte == 0).take(11).collect();
    assert_eq!(fields[..2], [b"Krosis", b"Krosis"]);
    // A tab: as the one before.
    assert!(fields[2..].iter().all(|field| *field == b"\t"), "{fields:?}");
}

#[test]
fn the_disc_information_of_a_pressed_bd_comes_in() {
    let evidence = file("cdtext-and-pic");
    let item = &list(&evidence, "/items")[1];
    // 132 bytes, of which those behind the first 36 are zero.
    let mut answer = hex(text(item, "/hex_first_36"));
    assert_eq!(answer.len(), 36);
    answer.resize(132, 0);
    let query = ReadDiscStructure::<bd::DiscInformation>::new();
    let information = query.parse(&answer).expect("parses").structure;
    let unit = &information.units[0];
    assert_eq!((unit.disc_type.as_str(), unit.layers), ("BDO", 1));
    assert!(unit.is_pressed() && unit.manufacturer.is_none());
    assert_eq!((unit.first, unit.last), (0x10_0000, 0x4f_947e));
    assert_eq!(information.sectors(), Some(Blocks(0x4f_947e - 0x10_0000 + 2)));
    assert_eq!(information.layer_break(), None::<Lba>);
    assert_eq!(information.units.len(), 1);
}
