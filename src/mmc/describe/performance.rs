//! The answers of GET PERFORMANCE.

use super::item::Item;
use crate::mmc::cmd::get_performance::{Nominal, WriteSpeed};

const HEADER: usize = 8;
const DESCRIPTOR: usize = 16;

/// Type 00h: stretches of the disc.
pub(super) fn nominal(all: &[Nominal]) -> Vec<Item> {
    let item = |(index, one): (usize, &Nominal)| {
        let fields = vec![
            Item::lba("from", one.start).at(0, 4),
            Item::rate("speed at the start", one.start_rate).at(4, 4),
            Item::lba("to", one.end).at(8, 4),
            Item::rate("speed at the end", one.end_rate).at(12, 4),
        ];
        let name = format!("stretch {}", index + 1);
        Item::group(name, fields).moved(HEADER + index * DESCRIPTOR)
    };
    or_none(all.iter().enumerate().map(item).collect())
}

/// Type 03h: speeds to choose from.
pub(super) fn write_speeds(all: &[WriteSpeed]) -> Vec<Item> {
    let item = |(index, one): (usize, &WriteSpeed)| {
        let rotation = match one.rotation {
            0 => "CLV, or as the medium has it",
            1 => "CAV",
            _ => "not known",
        };
        let fields = vec![
            Item::rate("write speed", one.write).at(12, 4),
            Item::rate("read speed", one.read).at(8, 4),
            Item::lba("last address", one.end).at(4, 4),
            Item::code("rotation", one.rotation, rotation).bits(0, 0x18),
            Item::flag("exact", one.exact).bits(0, 0x02),
            Item::flag("default", one.default).bits(0, 0x04),
            Item::flag("mixed reading and writing", one.mixed).bits(0, 0x01),
        ];
        let name = format!("speed {}", index + 1);
        Item::group(name, fields).moved(HEADER + index * DESCRIPTOR)
    };
    or_none(all.iter().enumerate().map(item).collect())
}

fn or_none(items: Vec<Item>) -> Vec<Item> {
    if items.is_empty() {
        return vec![Item::number("descriptors", 0).means("the drive tells none").at(0, 4)];
    }
    items
}
