//! Maps that ddrescue 1.2 to 1.23 wrote, most of them of hard disks.

use oxidisc::formats::mapfile::{Map, Phase, State};
use serde_json::Value;

use super::evidence::{file, list, text};

fn maps() -> Vec<Value> {
    list(&file("ddrescue-maps"), "/maps").to_vec()
}

/// The fifth has lost its line ends: they are put back where its text shows them.
fn map_text(map: &Value) -> String {
    let Some(partial) = map["text_partial"].as_str() else { return text(map, "/text").into() };
    let (head, rest) = partial.split_once(" ... ").expect("a gap");
    format!("{head}\n{rest}\n")
}

/// Of each map: size, bytes that are there, bytes that are bad.
const SIZES: [(u64, u64, u64); 5] = [
    (0x3d3f_c000, 0x3d3b_c000, 0x4_0000),
    (0x3d_eaa9_1a00 + 0x11f_664d_4600, 0, 0x3d_eaa9_1a00),
    (0, 0, 0),
    (0x1d1_bf10_0000, 0x3a41_4000 + 0x1d1_84ce_b000, 0x1000),
    (0x2_2924_0000, 0x1_7f9a_6000 + 0xa4c2_3000, 0),
];

#[test]
fn every_map_is_read_and_written_again_as_the_same() {
    let maps = maps();
    for (map, (size, finished, bad)) in maps.iter().zip(SIZES) {
        let text = map_text(map);
        let parsed = Map::parse(&text).expect(&text);
        assert_eq!(parsed.bytes(State::Bad), bad, "{text}");
        assert_eq!(parsed.bytes(State::Finished), finished, "{text}");
        assert_eq!(parsed.size(), size, "{text}");
        assert_eq!(Map::parse(&parsed.to_text(&[])), Ok(parsed), "{text}");
    }
    assert_eq!(maps.len(), SIZES.len());
}

/// Version 1.2: no line of a position.
#[test]
fn a_map_without_a_status_line_is_gone_on_with_from_its_start() {
    let map = Map::parse(&map_text(&maps()[1])).expect("parses");
    assert_eq!((map.phase, map.position, map.pass), (Phase::Copying, 0, 1));
}

/// A drive that reports no capacity: the only entry has a size of 0.
#[test]
fn a_map_of_nothing_is_a_map() {
    let map = Map::parse(&map_text(&maps()[2])).expect("parses");
    assert!(map.stretches().is_empty());
}
