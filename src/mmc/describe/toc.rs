//! The answers of READ TOC/PMA/ATIP.

use super::item::Item;
use crate::mmc::cmd::read_atip::Atip;
use crate::mmc::cmd::read_full_toc::{FullToc, FullTocEntry};
use crate::mmc::cmd::read_toc::{LEAD_OUT, Sessions, Toc, TocEntry};
use crate::units::{Lba, Msf};

/// The table of contents, its addresses in blocks.
pub(super) fn items(toc: &Toc) -> Vec<Item> {
    table(toc, |start| Item::lba("start", start))
}

/// The same, asked for in minutes, seconds and frames: those are in the last three bytes.
pub(super) fn items_in_msf(toc: &Toc) -> Vec<Item> {
    table(toc, |start| {
        let [_, minute, second, frame] = start.to_be_bytes();
        let msf = Msf { minute, second, frame };
        Item::text("start", msf.to_string()).means(format!("sector {}", Lba::from(msf)))
    })
}

fn table(toc: &Toc, start: impl Fn(Lba) -> Item) -> Vec<Item> {
    let mut items = vec![
        Item::number("first track", toc.first).at(2, 1),
        Item::number("last track", toc.last).at(3, 1),
    ];
    let entries = toc.entries.iter().enumerate();
    items.extend(entries.map(|(index, entry)| of_entry(entry, start(entry.start), 4 + 8 * index)));
    items
}

fn of_entry(entry: &TocEntry, start: Item, at: usize) -> Item {
    let name = match entry.number {
        LEAD_OUT => "lead-out".to_string(),
        number => format!("track {number}"),
    };
    let fields = vec![
        start.at(4, 4),
        Item::code("control", entry.control, control(entry.control)).bits(1, 0x0f),
        Item::code("ADR", entry.adr, "").bits(1, 0xf0),
    ];
    Item::group(name, fields).moved(at)
}

/// CONTROL of the sub-channel Q.
fn control(control: u8) -> String {
    let kind = match control & 0x0c {
        0x00 => "sound",
        0x08 => "sound of four channels",
        0x04 => "data",
        _ => "broken",
    };
    let copy = if control & 0x02 != 0 { ", copy allowed" } else { "" };
    let low = match (control & 0x04 != 0, control & 0x01 != 0) {
        (true, true) => ", in increments",
        (false, true) => ", pre-emphasis",
        (_, false) => "",
    };
    format!("{kind}{copy}{low}")
}

/// The sessions.
pub(super) fn sessions(sessions: &Sessions) -> Vec<Item> {
    let first = &sessions.first_track_of_last;
    vec![
        Item::number("first session", sessions.first).at(2, 1),
        Item::number("last session", sessions.last).at(3, 1),
        Item::number("first track of the last session", first.number).at(6, 1),
        Item::lba("it starts at", first.start).at(8, 4),
        Item::code("its control", first.control, control(first.control)).bits(5, 0x0f),
    ]
}

/// The full table of contents, and the PMA, which is of the same form.
pub(super) fn full(toc: &FullToc) -> Vec<Item> {
    let mut items = vec![
        Item::number("first session", toc.first_session).at(2, 1),
        Item::number("last session", toc.last_session).at(3, 1),
    ];
    let entries = toc.entries.iter().enumerate();
    items.extend(entries.map(|(index, entry)| of_full_entry(entry, 4 + 11 * index)));
    items
}

fn of_full_entry(entry: &FullTocEntry, at: usize) -> Item {
    let name = match (entry.adr, entry.point) {
        (1, 0xa0) => "first track of the session".to_string(),
        (1, 0xa1) => "last track of the session".to_string(),
        (1, 0xa2) => "lead-out".to_string(),
        (1, number @ 1..=99) => format!("track {number}"),
        (5, 0xb0) => "next session's program area".to_string(),
        (5, 0xc0) => "ATIP values".to_string(),
        (_, point) => format!("point {point:02x}h"),
    };
    let mut fields = vec![Item::number("session", entry.session).at(0, 1)];
    match (entry.adr, entry.point) {
        (1, 0xa0) => {
            fields.push(Item::number("number", entry.at.minute).at(8, 1));
            let kind = match entry.at.second {
                0x00 => "CD-DA or CD-ROM",
                0x10 => "CD-I",
                0x20 => "CD-ROM XA",
                _ => "not known",
            };
            fields.push(Item::code("disc type", entry.at.second, kind).at(9, 1));
        }
        (1, 0xa1) => fields.push(Item::number("number", entry.at.minute).at(8, 1)),
        (1, 1..=99 | 0xa2) => {
            let lba = format!("sector {}", Lba::from(entry.at));
            fields.push(Item::text("start", entry.at.to_string()).means(lba).at(8, 3));
        }
        _ => {
            fields.push(Item::text("time", entry.time.to_string()).at(4, 3));
            fields.push(Item::text("second time", entry.at.to_string()).at(8, 3));
        }
    }
    fields.push(Item::code("control", entry.control, control(entry.control)).bits(1, 0x0f));
    fields.push(Item::code("ADR", entry.adr, "").bits(1, 0xf0));
    fields.push(Item::code("point", entry.point, "").at(3, 1));
    Item::group(name, fields).moved(at)
}

/// The ATIP.
pub(super) fn atip(atip: &Atip) -> Vec<Item> {
    let time = |name: &str, time: Msf| {
        Item::text(name, time.to_string()).means(format!("sector {}", Lba::from(time)))
    };
    let mut items = vec![
        Item::flag("rewritable", atip.erasable)
            .means(if atip.erasable { "a CD-RW" } else { "a CD-R" })
            .bits(6, 0x40),
        time("lead-in", atip.lead_in).at(8, 3),
        Item::text("media code", atip.media_id()).means("by it, the maker is known").at(8, 3),
        time("last possible lead-out", atip.lead_out).at(12, 3),
        Item::number("writing power", atip.writing_power).bits(4, 0x70),
        Item::number("reference speed", atip.reference_speed).bits(4, 0x07),
        Item::flag("unrestricted use", atip.unrestricted_use).bits(5, 0x40),
        Item::number("sub-type", atip.sub_type).bits(6, 0x38),
    ];
    for (index, bytes) in atip.additional.iter().enumerate() {
        if let Some(bytes) = bytes {
            let name = format!("additional information {}", index + 1);
            items.push(Item::bytes(name, bytes).at(16 + 4 * index, 3));
        }
    }
    items
}
