//! What `info` prints for a person: aligned, short, no hex. Made from the document alone.

mod disc;
mod section;
mod speed;

use oxidisc::jobs::ready::Tray;
use serde_json::Value;

use super::document::{Drive, Info, Page2a};
use crate::cli::drives::HeldBy;
use crate::cli::human;
use crate::cli::output::Printer;
use section::Section;

/// Why no disc is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDisc {
    /// There is none.
    Empty(Tray),
    /// The drive did not get ready, or was lost: the error that follows says so.
    Unknown,
}

/// The whole of it.
pub fn text(info: &Info, printer: &Printer, no_disc: NoDisc) -> String {
    let mut text = drive(&info.drive, printer);
    text.push_str(&can_do(info, printer));
    match &info.medium {
        Some(medium) => text.push_str(&disc::text(info, medium, printer)),
        None => text.push_str(match no_disc {
            NoDisc::Unknown => "",
            NoDisc::Empty(Tray::Open) => "\nNo disc: the tray is open.\n",
            NoDisc::Empty(Tray::Closed | Tray::Unknown) => "\nNo disc.\n",
        }),
    }
    if printer.is_verbose() {
        text.push_str(&quirks(info, printer));
        text.push_str(&features(info, printer));
        text.push_str(
            &info.drive.page_2a.as_ref().map(|page| page_2a(page, printer)).unwrap_or_default(),
        );
    }
    text.push_str(&remarks(info, printer));
    text.trim_start_matches('\n').to_string()
}

fn drive(drive: &Drive, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Drive");
    out.line("Path", &drive.path);
    let model = format!("{} {}", drive.vendor, drive.product);
    out.line("Model", model.split_whitespace().collect::<Vec<_>>().join(" "));
    let day = drive.firmware_date.as_ref().and_then(|date| date.split(' ').next());
    out.line(
        "Firmware",
        match day {
            Some(day) => format!("{}, of {day}", drive.revision),
            None => drive.revision.clone(),
        },
    );
    out.some("Serial number", drive.serial.as_ref());
    out.some("Connection", drive.bus.as_ref());
    out.list("In use", &drive.held_by.iter().map(HeldBy::to_string).collect::<Vec<_>>());
    out.some("Loading", drive.loading.as_ref());
    out.some("Buffer", drive.buffer_kib.map(|kib| human::bytes(u64::from(kib) * 1024)));
    if let Some(region) = &drive.region {
        let regions: Vec<String> = region.regions.iter().map(u8::to_string).collect();
        let set = match regions.as_slice() {
            _ if !region.enforced => "ignored".to_string(),
            [] => "none set".to_string(),
            regions => regions.join(", "),
        };
        let left = human::count(region.changes_left.into(), "change");
        out.line("DVD region", format!("{set}; {left} left"));
    }
    out.end()
}

fn can_do(info: &Info, printer: &Printer) -> String {
    let strings = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut out = Section::new(printer, "Can do");
    out.list("Reads", &strings(&info.drive.reads));
    out.list("Writes", &strings(&info.drive.writes));
    out.list("Also", &strings(&info.drive.extras));
    out.end()
}

/// What the drive does unlike others, and what is done about it.
fn quirks(info: &Info, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Quirks");
    for quirk in &info.quirks {
        out.sentence(&format!("{}: it {}; {}", quirk.name, quirk.does, quirk.instead));
    }
    out.end()
}

/// Every feature, for who wants to know.
fn features(info: &Info, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Features");
    for feature in &info.features {
        let fields = feature.data.iter().filter(|(name, _)| *name != "profiles");
        let set: Vec<String> = fields.filter_map(|(name, value)| field(name, value)).collect();
        let name = feature.name.clone().unwrap_or_else(|| format!("{:04x}h", feature.code));
        let now = if feature.current { "" } else { " (not now)" };
        let fields = if set.is_empty() { String::new() } else { format!(": {}", set.join(", ")) };
        out.sentence(&format!("{name}{now}{fields}"));
    }
    out.end()
}

/// The page that was there before the features.
fn page_2a(page: &Page2a, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Mode page 2Ah");
    let set: Vec<String> =
        page.flags.iter().filter_map(|(name, value)| field(name, value)).collect();
    out.sentence(&set.join(", "));
    let kbps = |most: Option<u32>, now: Option<u32>| {
        let now = now.map_or_else(String::new, |now| format!(", now {now} kB/s"));
        most.map(|most| format!("{most} kB/s{now}"))
    };
    out.some("Read at most", kbps(page.read_max_kbps, page.read_now_kbps));
    out.some("Write at most", kbps(page.write_max_kbps, page.write_now_kbps));
    out.end()
}

/// A bit that is set, by its name; a number that is not 0, with it; a text alone.
fn field(name: &str, value: &Value) -> Option<String> {
    let name = name.replace('_', " ");
    match value {
        Value::Bool(set) => set.then_some(name),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => (number.as_u64() != Some(0)).then(|| format!("{name} {number}")),
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(Value::to_string).collect();
            (!items.is_empty()).then(|| format!("{name} {}", items.join(" ")))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// Remarks of one kind that are shown before they are only counted.
const REMARKS: usize = 4;

/// What one should know, what made no sense, and where the drive contradicts itself: of its speeds
/// nearly every drive does, so that they are shown with `-v` only.
fn remarks(info: &Info, printer: &Printer) -> String {
    let verbose = printer.is_verbose();
    let mut out = Section::warning(printer, "Remarks");
    for remarks in [&info.remarks, &info.notes] {
        let shown = if verbose || remarks.len() <= REMARKS { remarks.len() } else { REMARKS - 1 };
        for remark in &remarks[..shown] {
            out.sentence(remark);
        }
        if shown < remarks.len() {
            out.sentence(&format!("and {} more like these (-v shows all)", remarks.len() - shown));
        }
    }
    let of_speed = |about: &str| about.ends_with("speed");
    for found in info.disagreements.iter().filter(|found| verbose || !of_speed(found.about)) {
        let (about, features, page) = (found.about, &found.features, &found.page_2a);
        let who = if of_speed(about) { "GET PERFORMANCE says" } else { "the features say" };
        out.sentence(&format!("{about}: {who} {features}, mode page 2Ah says {page}"));
    }
    out.end()
}
