//! The answer of READ TRACK INFORMATION.

use super::item::Item;
use crate::mmc::cmd::read_track_information::TrackInformation;

/// Its fields.
pub(super) fn items(track: &TrackInformation) -> Vec<Item> {
    let data_mode = match track.data_mode {
        1 => "mode 1",
        2 => "mode 2",
        0xf => "unknown, or none",
        _ => "not known",
    };
    let mut items = vec![
        Item::number("track", track.number).at(2, 1),
        Item::number("session", track.session).at(3, 1),
        Item::lba("start", track.start).at(8, 4),
        Item::blocks("size", track.size).at(24, 4),
        Item::blocks("free", track.free).at(16, 4),
    ];
    items.push(match track.next_writable {
        Some(lba) => Item::lba("next writable address", lba).at(12, 4),
        None => Item::flag("next writable address", false).means("not marked valid").bits(7, 0x01),
    });
    if let Some(lba) = track.last_recorded {
        items.push(Item::lba("last recorded address", lba).at(28, 4));
    }
    if let Some(lba) = track.read_compatibility {
        items.push(Item::lba("read compatibility", lba).at(36, 4));
    }
    items.extend([
        Item::code("track mode", track.track_mode, mode(track.is_data())).bits(5, 0x0f),
        Item::code("data mode", track.data_mode, data_mode).bits(6, 0x0f),
        Item::flag("blank", track.blank).bits(6, 0x40),
        Item::flag("reserved", track.reserved).bits(6, 0x80),
        Item::flag("damaged", track.damaged)
            .means(if track.damaged { "a write to it was broken off" } else { "" })
            .bits(5, 0x20),
        Item::flag("copy", track.copy).bits(5, 0x10),
        Item::flag("packets or increments", track.incremental).bits(6, 0x20),
        Item::flag("fixed packets", track.fixed_packets).bits(6, 0x10),
        Item::number("packet size or blocking", track.packet_size).unit("sectors").at(20, 4),
    ]);
    items
}

fn mode(data: bool) -> &'static str {
    if data { "data" } else { "sound" }
}
