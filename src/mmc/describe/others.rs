//! Short answers: INQUIRY, capacities, events, the buffer, the mechanics, the region.

use super::item::{Item, meaning};
use crate::mmc::cmd::get_event_status::{Event, EventStatus, MediaChange};
use crate::mmc::cmd::inquiry::Identity;
use crate::mmc::cmd::mechanism_status::Mechanism;
use crate::mmc::cmd::read_buffer_capacity::BufferCapacity;
use crate::mmc::cmd::read_capacity::Capacity;
use crate::mmc::cmd::read_format_capacities::{FormatCapacities, FormatState};
use crate::mmc::cmd::report_key::Region;

const DEVICE_TYPES: &[(u32, &str)] = &[
    (0x00, "disk"),
    (0x01, "tape"),
    (0x04, "write-once disk"),
    (0x05, "CD, DVD or BD drive"),
    (0x07, "optical memory"),
    (0x08, "medium changer"),
    (0x1f, "no device"),
];

/// FORMAT TYPE (MMC-6 6.5.4).
const FORMAT_TYPES: &[(u32, &str)] = &[
    (0x00, "full"),
    (0x01, "with spare areas (DVD-RAM)"),
    (0x04, "zone"),
    (0x05, "zone, quick"),
    (0x10, "full (CD-RW, DVD-RW)"),
    (0x11, "grow the session"),
    (0x12, "add a session"),
    (0x13, "grow the last border, quick"),
    (0x14, "add a border, quick"),
    (0x15, "quick"),
    (0x20, "full, of DDCD"),
    (0x24, "MRW"),
    (0x26, "in the background (DVD+RW)"),
    (0x30, "with spare areas (BD-RE)"),
    (0x31, "without spare areas (BD-RE)"),
    (0x32, "with spare areas (BD-R)"),
];

/// INQUIRY, standard data.
pub(super) fn identity(identity: &Identity) -> Vec<Item> {
    let kind = identity.device_type;
    let mut items = vec![
        Item::code("device type", kind, meaning(DEVICE_TYPES, kind)).bits(0, 0x1f),
        Item::text("vendor", &identity.vendor).at(8, 8),
        Item::text("product", &identity.product).at(16, 16),
        Item::text("firmware", &identity.revision).at(32, 4),
    ];
    if !identity.vendor_specific.is_empty() {
        let len = identity.raw.len().saturating_sub(36).min(20);
        items.push(Item::text("vendor specific", &identity.vendor_specific).at(36, len));
    }
    items
}

/// A code of the sub-channel Q, behind the bit that makes it valid.
pub(super) fn code(name: &str, code: Option<&str>) -> Vec<Item> {
    vec![Item::text(name, code.unwrap_or("none")).at(8, 16)]
}

/// INQUIRY, page 80h.
pub(super) fn serial(serial: &str) -> Vec<Item> {
    vec![Item::text("serial number", serial).at(4, serial.len())]
}

/// READ CAPACITY.
pub(super) fn capacity(capacity: &Capacity) -> Vec<Item> {
    let last = i64::from(capacity.blocks.0.wrapping_sub(1));
    let meaning = match capacity.blocks.0 {
        0 => "as large as the field goes, or unknown",
        1 => "nothing is on the disc, or nothing that the drive sees",
        _ => "",
    };
    vec![
        Item::number("last address", last).means(meaning).at(0, 4),
        Item::blocks("size", capacity.blocks).at(0, 4),
        Item::number("block length", capacity.block_len).unit("bytes").at(4, 4),
    ]
}

/// READ FORMAT CAPACITIES.
pub(super) fn format_capacities(capacities: &FormatCapacities) -> Vec<Item> {
    let (code, state) = match capacities.state {
        FormatState::Reserved => (0u8, "not known"),
        FormatState::Unformatted => {
            (1, "unformatted or blank: the size is the most there could be")
        }
        FormatState::Formatted => (2, "formatted"),
        FormatState::Unknown => (3, "no disc, or none of a known state"),
    };
    let mut items = vec![
        Item::code("state", code, state).bits(8, 0x03),
        Item::blocks("size", capacities.blocks).at(4, 4),
        Item::number("block length", capacities.block_len).unit("bytes").at(9, 3),
    ];
    for (index, format) in capacities.formats.iter().enumerate() {
        let fields = vec![
            Item::code("type", format.kind, meaning(FORMAT_TYPES, format.kind)).bits(4, 0xfc),
            Item::blocks("size", format.blocks).at(0, 4),
            Item::number("parameter", format.parameter)
                .means("block length, packet size or spare area, by the type")
                .at(5, 3),
        ];
        let name = format!("format {index}");
        items.push(Item::group(name, fields).moved(12 + 8 * index));
    }
    items
}

/// GET EVENT STATUS NOTIFICATION.
pub(super) fn event(status: &EventStatus) -> Vec<Item> {
    let mut items = Vec::new();
    match status.event {
        None => items.push(
            Item::text("event", "none: no class that was asked for is supported").bits(2, 0x80),
        ),
        Some(Event::Media { change, present, open }) => {
            let (code, change) = media_change(change);
            items.push(Item::code("media event", code, change).bits(4, 0x0f));
            items.push(Item::flag("disc present", present).bits(5, 0x02));
            items.push(Item::flag("tray open", open).bits(5, 0x01));
        }
        Some(Event::ExternalRequest { code, request }) => {
            let names = [(0, "none"), (1, "key down"), (2, "key up"), (3, "request")];
            items.push(Item::code("external request", code, meaning(&names, code)).bits(4, 0x0f));
            let names = [(0x0101, "play"), (0x0102, "rewind"), (0, "none, or unknown")];
            items.push(Item::code16("button", request, meaning(&names, request)).at(6, 2));
        }
        Some(Event::Other { class, bytes }) => {
            items.push(Item::code("event class", class, class_name(class)).bits(2, 0x07));
            items.push(Item::bytes("event", &bytes).at(4, 4));
        }
    }
    let classes: Vec<&str> =
        (0..8).filter(|class| status.supported & 1 << class != 0).map(class_name).collect();
    items.push(Item::text("classes supported", classes.join(", ")).at(3, 1));
    items
}

fn media_change(change: MediaChange) -> (u8, &'static str) {
    match change {
        MediaChange::None => (0, "nothing happened"),
        MediaChange::EjectRequest => (1, "the button was pressed while the tray was locked"),
        MediaChange::New => (2, "a disc is there and can be used"),
        MediaChange::Removed => (3, "the disc was taken out"),
        MediaChange::Changed => (4, "another disc is to be loaded"),
        MediaChange::BackgroundFormatDone => (5, "the background format is done"),
        MediaChange::BackgroundFormatRestarted => (6, "the background format goes on"),
        MediaChange::Other(code) => (code, "not known"),
    }
}

fn class_name(class: u8) -> &'static str {
    match class {
        1 => "operational change",
        2 => "power management",
        3 => "external request",
        4 => "media",
        5 => "multiple hosts",
        6 => "device busy",
        _ => "reserved",
    }
}

/// READ BUFFER CAPACITY.
pub(super) fn buffer(buffer: &BufferCapacity) -> Vec<Item> {
    let filled = u64::from(buffer.filled()) * 100;
    let percent = filled.checked_div(u64::from(buffer.total)).unwrap_or(0);
    let full = format!("{percent} % are in use");
    vec![
        Item::number("buffer", buffer.total).unit("bytes").at(4, 4),
        Item::number("free", buffer.free).unit("bytes").means(full).at(8, 4),
    ]
}

/// MECHANISM STATUS.
pub(super) fn mechanism(mechanism: &Mechanism) -> Vec<Item> {
    let state = [(0, "idle"), (1, "playing"), (2, "scanning"), (3, "active with a host")];
    let changer = [(0, "ready"), (1, "loading"), (2, "unloading"), (3, "initializing")];
    let (moving, changing) = (mechanism.mechanism_state, mechanism.changer_state);
    let moving_name = if moving == 7 { "no information" } else { meaning(&state, moving) };
    let mut items = vec![
        Item::flag("door open", mechanism.door_open).bits(1, 0x10),
        Item::code("mechanism", moving, moving_name).bits(1, 0xe0),
        Item::code("changer", changing, meaning(&changer, changing)).bits(0, 0x60),
        Item::flag("fault", mechanism.fault).bits(0, 0x80),
        Item::number("current slot", mechanism.current_slot).bits(0, 0x1f),
    ];
    for (index, full) in mechanism.slots.iter().enumerate() {
        let state = if *full { "holds a disc" } else { "empty" };
        items.push(Item::text(format!("slot {index}"), state).at(8 + 4 * index, 4));
    }
    items
}

/// REPORT KEY, the region.
pub(super) fn region(region: &Region) -> Vec<Item> {
    let allowed: Vec<String> = region.allowed().iter().map(u8::to_string).collect();
    let regions = if region.set { allowed.join(", ") } else { "none set".into() };
    vec![
        Item::text("regions", regions).at(5, 1),
        Item::flag("enforced", region.enforced)
            .means(if region.enforced { "RPC-II" } else { "RPC-I: the drive plays all" })
            .at(6, 1),
        Item::number("changes left", region.changes_left).bits(4, 0x07),
        Item::number("resets left", region.resets_left).means("by the maker").bits(4, 0x38),
    ]
}
