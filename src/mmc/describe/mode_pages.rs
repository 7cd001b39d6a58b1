//! The answers of MODE SENSE: pages 01h, 05h and 2Ah as the program reads them, others that optical
//! drives have field by field, the rest as bytes.

use super::item::{Item, meaning};
use super::response::Described;
use crate::mmc::cmd::mode_sense::ModeData;
use crate::mmc::fields::Fields;
use crate::mmc::mode_page::{Capabilities, ModePage};

const NAMES: &[(u32, &str)] = &[
    (0x01, "read/write error recovery"),
    (0x03, "MRW"),
    (0x05, "write parameters"),
    (0x07, "verify error recovery"),
    (0x08, "caching"),
    (0x0d, "CD device parameters"),
    (0x0e, "CD audio control"),
    (0x1a, "power condition"),
    (0x1c, "fault and failure reporting"),
    (0x1d, "timeout and protect"),
    (0x2a, "capabilities and mechanical status"),
];
const WRITE_TYPES: &[(u32, &str)] = &[
    (0, "packet or incremental"),
    (1, "track at once"),
    (2, "session at once; DVD: disc at once"),
    (3, "raw"),
    (4, "layer jump"),
];
const BLOCK_TYPES: &[(u32, &str)] = &[
    (0, "2352 bytes, raw"),
    (1, "2368 bytes, raw with Q"),
    (2, "2448 bytes, raw with packed P to W"),
    (3, "2448 bytes, raw with P to W"),
    (8, "2048 bytes, mode 1"),
    (9, "2336 bytes, mode 2"),
    (10, "2048 bytes, mode 2 form 1"),
    (11, "2056 bytes, mode 2 form 1 with sub-header"),
    (12, "2324 bytes, mode 2 form 2"),
    (13, "2332 bytes, mode 2 mixed"),
];
const SESSION_FORMATS: &[(u32, &str)] =
    &[(0x00, "CD-DA or CD-ROM"), (0x10, "CD-I"), (0x20, "CD-ROM XA")];
const MULTI: &[(u32, &str)] = &[
    (0, "no: the disc is closed with the session"),
    (1, "no, with a pointer"),
    (2, "reserved"),
    (3, "yes: another session may follow"),
];

/// MODE SENSE (10).
pub(super) fn items(modes: &ModeData, data: &[u8]) -> Vec<Item> {
    let descriptors = Fields(data).be16(6).map_or(0, usize::from);
    let mut items = Vec::new();
    if modes.medium_type != 0 {
        items.push(Item::code("medium type", modes.medium_type, "of an old standard").at(2, 1));
    }
    items.extend(pages(&modes.pages, 8 + descriptors));
    items
}

/// MODE SENSE (6): a shorter header before the same pages.
pub(super) fn of_six(data: &[u8]) -> Described {
    let name = "MODE SENSE (6)".to_string();
    let fields = Fields(data);
    let Ok(descriptors) = fields.u8(3).map(usize::from) else {
        let remarks = vec!["the answer ends within its header".to_string()];
        return Described { name, items: Vec::new(), remarks, needed: Some(4) };
    };
    let announced = fields.u8(0).map_or(0, |length| usize::from(length) + 1);
    let end = if announced < 4 { data.len() } else { announced.min(data.len()) };
    let mut found = Vec::new();
    let mut rest = data[..end].get(4 + descriptors..).unwrap_or(&[]);
    while let [_, length, ..] = *rest {
        let len = (2 + usize::from(length)).min(rest.len());
        found.push(ModePage::new(&rest[..len]));
        rest = &rest[len..];
    }
    let items = pages(&found, 4 + descriptors);
    Described { name, items, remarks: Vec::new(), needed: None }
}

fn pages(pages: &[ModePage], mut at: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for page in pages {
        let len = page.bytes().len();
        let code = page.code();
        let name = match meaning(NAMES, code) {
            "not known" => format!("page {code:02x}h"),
            name => format!("page {code:02x}h, {name}"),
        };
        let cut = if page.is_whole() { "" } else { "cut off" };
        items.push(Item::group(name, fields(page)).means(cut).moved(at).at(at, len));
        at += len;
    }
    items
}

fn fields(page: &ModePage) -> Vec<Item> {
    let items = match page.code() {
        ModePage::ERROR_RECOVERY => recovery(page.clone()),
        ModePage::WRITE_PARAMETERS => write_parameters(page.clone()),
        ModePage::CAPABILITIES => page.capabilities().map(|can| capabilities(&can)),
        0x08 => {
            Some(vec![flag(page, "write cache", 2, 0x04), flag(page, "read cache off", 2, 0x01)])
        }
        0x1a => Some(power(page)),
        0x1d => Some(timeouts(page)),
        _ => None,
    };
    let items = items.unwrap_or_else(|| {
        let body = page.bytes().get(2..).unwrap_or(&[]);
        vec![Item::bytes("bytes", body).at(2, body.len())]
    });
    items.into_iter().filter_map(|item| item.within(page.bytes().len())).collect()
}

fn flag(page: &ModePage, name: &str, at: usize, mask: u8) -> Item {
    Item::flag(name, page.flag(at, mask)).bits(at, mask)
}

fn recovery(mut page: ModePage) -> Option<Vec<Item>> {
    let page = page.error_recovery()?;
    let flags = page.flags();
    let bit = |name: &str, mask: u8, on: &str| {
        let set = flags & mask != 0;
        Item::flag(name, set).means(if set { on } else { "" }).bits(2, mask)
    };
    Some(vec![
        Item::number("read retries", page.read_retries()).means("the drive's own").at(3, 1),
        bit("transfer block", 0x20, "a bad block is sent all the same"),
        bit("read continuous", 0x10, "no time is spent on recovery"),
        bit("report recovered", 0x04, "errors that were mended are told"),
        bit("stop on recovered", 0x02, "the first mended error ends the command"),
        bit("no correction", 0x01, "the last layer of ECC is left out"),
        bit("replace on write", 0x80, "bad blocks get a spare one"),
        bit("replace on read", 0x40, "bad blocks get a spare one"),
    ])
}

fn write_parameters(mut page: ModePage) -> Option<Vec<Item>> {
    let kind = page.write_parameters()?.write_type();
    let fields = Fields(page.bytes());
    let bits = |at: usize, mask: u8| fields.bits(at, mask).unwrap_or(0);
    let table = |name: &str, at: usize, mask: u8, names: &[(u32, &'static str)]| {
        Item::code(name, bits(at, mask), meaning(names, bits(at, mask))).bits(at, mask)
    };
    let mut items = vec![
        Item::code("write type", kind, meaning(WRITE_TYPES, kind)).bits(2, 0x0f),
        flag(&page, "test write", 2, 0x10),
        flag(&page, "underrun protection", 2, 0x40),
        table("multi-session", 3, 0xc0, MULTI),
        Item::code("track mode", bits(3, 0x0f), "CONTROL of the track").bits(3, 0x0f),
        table("data block type", 4, 0x0f, BLOCK_TYPES),
        table("session format", 8, 0xff, SESSION_FORMATS),
        flag(&page, "fixed packets", 3, 0x20),
        Item::number("packet size", fields.be32(10).unwrap_or(0)).unit("sectors").at(10, 4),
        flag(&page, "link size valid", 2, 0x20),
        Item::number("link size", bits(5, 0xff)).unit("sectors").at(5, 1),
        Item::number("audio pause", fields.be16(14).unwrap_or(0)).unit("sectors").at(14, 2),
        flag(&page, "copy", 3, 0x10),
    ];
    let code = |name: &str, at: usize, len: usize| {
        let valid = page.flag(at, 0x80);
        let text = fields.text(at + 1, len).ok().filter(|text| valid && !text.is_empty());
        text.map(|text| Item::text(name, text).at(at, len + 1))
    };
    items.extend(code("catalogue number", 16, 13));
    items.extend(code("ISRC", 32, 12));
    Some(items)
}

fn capabilities(can: &Capabilities) -> Vec<Item> {
    let list = |names: &[&str]| match names {
        [] => "none of those the page knows".to_string(),
        names => names.join(", "),
    };
    let mut items = vec![
        Item::text("reads", list(&can.reads)).at(2, 1),
        Item::text("writes", list(&can.writes)).at(3, 1),
        Item::flag("test write", can.test_write).bits(3, 0x04),
        Item::flag("underrun protection", can.underrun_protection).bits(4, 0x80),
        Item::flag("C2 pointers", can.c2).bits(5, 0x10),
        Item::flag("accurate stream", can.accurate_stream).bits(5, 0x02),
        Item::text("loading", can.loading.name()).bits(6, 0xe0),
        Item::flag("can be locked", can.can_lock).bits(6, 0x01),
        Item::flag("is locked", can.locked).bits(6, 0x02),
        Item::flag("can eject", can.can_eject).bits(6, 0x08),
    ];
    let rate = |name: &str, rate, at| Some(Item::rate(name, rate?).at(at, 2));
    items.extend(rate("read speed at most", can.read_max, 8));
    items.extend(rate("read speed now", can.read_now, 14));
    items.extend(rate("write speed at most", can.write_max, 18));
    items.extend(rate("write speed now", can.write_now, 20));
    let buffer = can.buffer_kib.map(|kib| Item::number("buffer", kib).unit("KiB").at(12, 2));
    items.extend(buffer);
    if !can.write_speeds.is_empty() {
        let speeds: Vec<String> =
            can.write_speeds.iter().map(|speed| speed.kbps.to_string()).collect();
        let text = format!("{} kB/s", speeds.join(", "));
        items.push(Item::text("write speeds", text).at(32, 0));
    }
    items
}

fn power(page: &ModePage) -> Vec<Item> {
    let fields = Fields(page.bytes());
    let timer = |name: &str, at: usize| {
        let tenths = fields.be32(at).unwrap_or(0);
        Item::number(name, tenths).unit("tenths of a second").at(at, 4)
    };
    vec![
        flag(page, "idle", 3, 0x02),
        timer("idle after", 4),
        flag(page, "standby", 3, 0x01),
        timer("standby after", 8),
    ]
}

fn timeouts(page: &ModePage) -> Vec<Item> {
    let fields = Fields(page.bytes());
    let timer = |name: &str, at: usize| {
        Item::number(name, fields.be16(at).unwrap_or(0)).unit("seconds").at(at, 2)
    };
    vec![
        flag(page, "group 3 time-outs", 4, 0x08),
        flag(page, "time-outs enabled", 4, 0x04),
        flag(page, "unavailable until powered off", 4, 0x02),
        flag(page, "write protection by software", 4, 0x01),
        timer("group 1 at least", 6),
        timer("group 2 at least", 8),
    ]
}
