//! The answers of READ DISC INFORMATION.

use super::item::Item;
use crate::formats::hex;
use crate::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation, DiscStatus, PowResources, SessionState, TrackResources,
};

/// The state of the disc.
pub(super) fn items(disc: &DiscInformation) -> Vec<Item> {
    let status = match disc.status {
        DiscStatus::Blank => (0u8, "blank"),
        DiscStatus::Appendable => (1, "appendable: more can be written"),
        DiscStatus::Complete => (2, "complete: closed"),
        DiscStatus::Other => (3, "written at random"),
    };
    let session = match disc.last_session {
        SessionState::Empty => (0u8, "empty"),
        SessionState::Incomplete => (1, "incomplete: still open"),
        SessionState::Damaged => (2, "reserved or damaged"),
        SessionState::Complete => (3, "complete: closed"),
    };
    let format = match disc.background_format {
        BackgroundFormat::None => (0u8, "none"),
        BackgroundFormat::Suspended => (1, "begun and stopped"),
        BackgroundFormat::Running => (2, "at work"),
        BackgroundFormat::Done => (3, "done"),
    };
    let mut items = vec![
        Item::code("disc status", status.0, status.1).bits(2, 0x03),
        Item::code("last session", session.0, session.1).bits(2, 0x0c),
        Item::flag("erasable", disc.erasable).bits(2, 0x10),
        Item::number("sessions", disc.sessions).at(4, 1),
        Item::number("first track", disc.first_track).at(3, 1),
        Item::number("first track of the last session", disc.first_track_in_last).at(5, 1),
        Item::number("last track", disc.last_track).at(6, 1),
        Item::code("background format", format.0, format.1).bits(7, 0x03),
        Item::flag("unrestricted use", disc.unrestricted_use).bits(7, 0x20),
        Item::code("disc type", disc.disc_type, disc_type(disc.disc_type)).at(8, 1),
    ];
    if let Some(id) = disc.id {
        items.push(Item::text("disc identification", format!("{id:08x}h")).at(12, 4));
    }
    items.extend(disc.lead_in.map(|time| time_item("last session's lead-in", time).at(16, 4)));
    let lead_out = disc.lead_out_max.map(|time| time_item("last possible lead-out", time));
    items.extend(lead_out.map(|item| item.at(20, 4)));
    if let Some(code) = disc.bar_code {
        items.push(Item::text("bar code", hex::text(&code)).at(24, 8));
    }
    if let Some(code) = disc.application_code {
        items.push(Item::code("application code", code, "").at(32, 1));
    }
    for (number, table) in disc.opc_tables.iter().enumerate() {
        let at = 34 + 8 * number;
        let items_of = vec![
            Item::rate("speed", table.speed).at(at, 2),
            Item::bytes("values", &table.values).means("the drive's own").at(at + 2, 6),
        ];
        let name = format!("calibration {}", number + 1);
        items.push(Item::group(name, items_of));
    }
    items
}

fn disc_type(code: u8) -> &'static str {
    match code {
        0x00 => "CD-DA or CD-ROM",
        0x10 => "CD-I",
        0x20 => "CD-ROM XA",
        0xff => "undefined: no CD, or unknown",
        _ => "not known",
    }
}

/// Hour or 0, minute, second, frame.
fn time_item(name: &str, [hour, minute, second, frame]: [u8; 4]) -> Item {
    let text = match hour {
        0 => format!("{minute:02}:{second:02}:{frame:02}"),
        hour => format!("{hour:02}:{minute:02}:{second:02}:{frame:02}"),
    };
    Item::text(name, text)
}

/// Tracks there may be.
pub(super) fn track_resources(resources: &TrackResources) -> Vec<Item> {
    vec![
        Item::number("tracks at most", resources.max).at(4, 2),
        Item::number("tracks assigned", resources.assigned).at(6, 2),
        Item::number("appendable tracks at most", resources.appendable_max).at(8, 2),
        Item::number("appendable tracks", resources.appendable).at(10, 2),
    ]
}

/// What is left for pseudo-overwriting.
pub(super) fn pow_resources(resources: &PowResources) -> Vec<Item> {
    vec![
        Item::number("replacements left", resources.replacements).at(4, 4),
        Item::number("map entries left", resources.map_entries).at(8, 4),
        Item::number("updates left", resources.updates).at(12, 4),
    ]
}
