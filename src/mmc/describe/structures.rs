//! The answers of READ DISC STRUCTURE, by the kind of disc and the format that was asked for.

use super::item::{Item, meaning};
use super::response::{Described, read, unknown};
use crate::mmc::cmd::read_disc_structure::{
    Answer, FormatEntry, Protection, ReadDiscStructure, Structure, bd, dvd,
};
use crate::transport::Cdb;

/// Bytes before the structure.
const HEADER: usize = 4;
const BD: u8 = 1;

const MAX_RATES: &[(u32, &str)] =
    &[(0, "2.52 Mbit/s"), (1, "5.04 Mbit/s"), (2, "10.08 Mbit/s"), (0xf, "not specified")];
const LINEAR: &[(u32, &str)] = &[
    (0, "0.267 µm a bit"),
    (1, "0.293 µm a bit"),
    (2, "0.409 to 0.435 µm a bit"),
    (4, "0.280 to 0.291 µm a bit"),
    (8, "0.353 µm a bit"),
];
const TRACK: &[(u32, &str)] =
    &[(0, "0.74 µm a track"), (1, "0.80 µm a track"), (2, "0.615 µm a track")];

/// Describes a structure.
pub(super) fn describe(media: u8, format: u8, data: &[u8]) -> Described {
    match (media, format) {
        (BD, 0x00) => of(data, bd_information),
        (BD, 0x03) => of(data, |area: &bd::BurstCuttingArea| vec![bytes(&area.0)]),
        (BD, 0x0a) => of(data, |spare: &bd::SpareArea| {
            vec![
                Item::blocks("free spare blocks", spare.free).unit("blocks").at(4, 4),
                Item::blocks("spare blocks", spare.total).unit("blocks").at(8, 4),
            ]
        }),
        (BD, 0xc0) => of(data, |protection: &bd::WriteProtection| protected(&protection.0)),
        (BD, 0xff) => of(data, |formats: &bd::Formats| list(&formats.0)),
        (0, 0x00) => of(data, physical),
        (0, 0x01) => of(data, copyright),
        (0, 0x03) => of(data, |area: &dvd::BurstCuttingArea| vec![bytes(&area.0)]),
        (0, 0x04) => of(data, |maker: &dvd::Manufacturing| vec![bytes(&maker.0)]),
        (0, 0x0a) => of(data, dvd_spare),
        (0, 0x0e) => of(data, prerecorded),
        (0, 0x10) => of(data, |control: &dvd::ControlData| physical(&control.0)),
        (0, 0x11) => of(data, |adip: &dvd::Adip| physical(&adip.0)),
        (0, 0x20) => of(data, |boundary: &dvd::LayerBoundary| {
            let meaning = if boundary.settable { "can still be set" } else { "is set for good" };
            vec![
                Item::blocks("first layer", boundary.layer0).at(4, 4),
                Item::flag("settable", boundary.settable).means(meaning).bits(0, 0x80),
            ]
        }),
        (0, 0xc0) => of(data, |protection: &dvd::WriteProtection| protected(&protection.0)),
        (0, 0xff) => of(data, |formats: &dvd::Formats| list(&formats.0)),
        _ => unknown(&Cdb::new(&[0xad]), data),
    }
}

fn of<S: Structure>(data: &[u8], items: impl FnOnce(&S) -> Vec<Item>) -> Described {
    read(&ReadDiscStructure::<S>::new(), data, |answer: &Answer<S>| {
        items(&answer.structure).into_iter().map(|item| item.moved(HEADER)).collect()
    })
}

fn bytes(body: &[u8]) -> Item {
    Item::bytes("bytes", body).at(0, body.len())
}

fn physical(format: &dvd::PhysicalFormat) -> Vec<Item> {
    let path = if format.opposite_track_path { "opposite" } else { "parallel" };
    let size = if format.disc_size == 0 { "12 cm" } else { "8 cm" };
    let sector = |name: &str, psn: u32, at: usize| {
        Item::text(name, format!("{psn:06x}h")).means("physical sector number").at(at, 3)
    };
    let layer = |bit: u8| format.layer_type & bit != 0;
    let kinds = [(0x01, "embossed"), (0x02, "recordable"), (0x04, "rewritable")];
    let kinds: Vec<&str> =
        kinds.iter().filter(|(bit, _)| layer(*bit)).map(|(_, kind)| *kind).collect();
    let mut items = vec![
        Item::code("book type", format.book_type, format.book_name()).bits(0, 0xf0),
        Item::number("part version", format.part_version).bits(0, 0x0f),
    ];
    if let Some((maker, kind)) = &format.plus_id {
        items.push(Item::text("media code", format!("{maker}/{kind}")).at(19, 11));
    }
    items.extend([
        Item::number("layers", format.layers).bits(2, 0x60),
        Item::text("track path", path).bits(2, 0x10),
        Item::code("layer type", format.layer_type, kinds.join(", ")).bits(2, 0x0f),
        sector("start of the data area", format.start, 5),
        sector("end of the data area", format.end, 9),
        sector("end in layer 0", format.layer0_end, 13),
        Item::code("disc size", format.disc_size, size).bits(1, 0xf0),
        Item::code("highest rate", format.max_rate, meaning(MAX_RATES, format.max_rate))
            .bits(1, 0x0f),
        Item::code("linear density", format.linear_density, {
            meaning(LINEAR, format.linear_density)
        })
        .bits(3, 0xf0),
        Item::code("track density", format.track_density, meaning(TRACK, format.track_density))
            .bits(3, 0x0f),
        Item::flag("burst cutting area", format.bca).bits(16, 0x80),
    ]);
    items
}

fn copyright(copyright: &dvd::Copyright) -> Vec<Item> {
    let (code, system) = match copyright.system {
        dvd::CopyrightSystem::None => (0, "none"),
        dvd::CopyrightSystem::CssOrCppm => (1, "CSS or CPPM: the sectors may be scrambled"),
        dvd::CopyrightSystem::Cprm => (2, "CPRM"),
        dvd::CopyrightSystem::Aacs => (3, "AACS"),
        dvd::CopyrightSystem::Other(code) => (code, "not known"),
    };
    let regions: Vec<String> = (1..=8)
        .filter(|region| copyright.regions_forbidden & 1 << (region - 1) == 0)
        .map(|region| region.to_string())
        .collect();
    let allowed = match regions.len() {
        0 => "none".to_string(),
        8 => "all".to_string(),
        _ => regions.join(", "),
    };
    vec![Item::code("protection", code, system).at(0, 1), Item::text("regions", allowed).at(1, 1)]
}

fn dvd_spare(spare: &dvd::SpareArea) -> Vec<Item> {
    let blocks = |name: &str, count, at| Item::blocks(name, count).unit("blocks").at(at, 4);
    let mut items = vec![blocks("unused primary spare blocks", spare.primary_free, 0)];
    if let Some((free, all)) = spare.supplementary {
        items.push(blocks("unused supplementary spare blocks", free, 4));
        items.push(blocks("supplementary spare blocks", all, 8));
    }
    items
}

fn prerecorded(information: &dvd::PrerecordedInformation) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(id) = &information.media_id {
        items.push(Item::text("media code", id).at(17, 14));
    }
    items.push(bytes(&information.body));
    items
}

fn bd_information(information: &bd::DiscInformation) -> Vec<Item> {
    let mut at = 0;
    let mut items = Vec::new();
    for unit in &information.units {
        let kind = match unit.disc_type.as_str() {
            "BDO" => "BD-ROM",
            "BDU" => "Ultra HD BD-ROM",
            "BDR" => "BD-R",
            "BDW" => "BD-RE",
            _ => "not known",
        };
        let mut fields = vec![
            Item::text("disc type", &unit.disc_type).means(kind).at(8, 3),
            Item::number("layers", unit.layers).bits(12, 0xf0),
            Item::text("first address", format!("{:08x}h", unit.first)).at(24, 4),
            Item::text("last address", format!("{:08x}h", unit.last)).at(28, 4),
        ];
        if let Some(sectors) = unit.sectors() {
            fields.push(Item::blocks("sectors", sectors).at(24, 8));
        }
        if let (Some(maker), Some(media)) = (&unit.manufacturer, &unit.media_type) {
            fields.push(Item::text("media code", format!("{maker}/{media}")).at(100, 9));
        }
        fields.push(Item::code("format", unit.format, "").at(2, 1));
        let name = format!("unit {}", unit.sequence);
        items.push(Item::group(name, fields).moved(at));
        // Public PIC dumps: 64 bytes a unit of a pressed disc, 112 of others.
        at += if unit.is_pressed() { 64 } else { 112 };
    }
    items
}

fn protected(protection: &Protection) -> Vec<Item> {
    vec![
        Item::flag("by the disc itself", protection.inhibited).bits(0, 0x08),
        Item::flag("by the cartridge", protection.cartridge).bits(0, 0x04),
        Item::flag("for good", protection.persistent).bits(0, 0x02),
        Item::flag("by the drive, until the disc is out", protection.software).bits(0, 0x01),
    ]
}

fn list(entries: &[FormatEntry]) -> Vec<Item> {
    let item = |(index, entry): (usize, &FormatEntry)| {
        let name = meaning(super::commands::structures(), entry.format);
        let how = match (entry.readable, entry.sendable) {
            (true, true) => "read and sent",
            (true, false) => "read",
            (false, _) => "sent",
        };
        let text = format!("{name}: can be {how}, {} bytes", entry.length);
        Item::text(format!("format {:02x}h", entry.format), text).at(4 * index, 4)
    };
    entries.iter().enumerate().map(item).collect()
}
