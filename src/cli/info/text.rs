//! What `info` prints for a person: aligned, short, no hex. Made from the document alone.

use std::fmt::Write as _;
use std::time::Duration;

use oxidisc::jobs::ready::Tray;

use super::document::{Drive, Info, Medium, Profile, Session, Speed, Track};
use oxidisc::units::{Blocks, SECTOR};

use crate::cli::human;
use crate::cli::output::{Printer, Style};
use crate::cli::table::{list, table};

/// Where the values stand.
const COLUMN: usize = 16;
/// Where lines end, however wide the terminal is: text is read in columns, not across the room.
const WIDTH: usize = 80;

/// The whole of it.
pub fn text(info: &Info, printer: &Printer, empty: Option<Tray>) -> String {
    let mut out = Section::new(printer, "Drive");
    drive(&mut out, &info.drive);
    out.list("Discs", &kinds(&info.profiles));
    if printer.is_verbose() {
        let named = info.features.iter().filter(|feature| feature.current);
        let names: Vec<String> = named
            .map(|feature| feature.name.clone().unwrap_or(format!("{:04x}h", feature.code)))
            .collect();
        out.list("Features now", &names);
        for (number, quirk) in info.quirks.iter().enumerate() {
            let label = if number == 0 { "Quirks" } else { "" };
            out.line(label, format!("{}: it {}", quirk.name, quirk.does));
            out.line("", quirk.instead);
        }
    }
    let mut text = out.text;
    match &info.medium {
        None => text.push_str(match empty {
            None => "",
            Some(Tray::Open) => "\nNo disc: the tray is open.\n",
            Some(Tray::Closed | Tray::Unknown) => "\nNo disc.\n",
        }),
        Some(disc) => {
            let mut out = Section::new(printer, "Disc");
            medium(&mut out, disc);
            out.list("Read speeds", &speeds(&info.read_speeds));
            if disc.erasable == Some(true) || disc.status != Some("complete") {
                out.list("Write speeds", &speeds(&info.write_speeds));
            }
            let _ = write!(text, "\n{}", out.text);
            let _ = write!(text, "{}", tracks(&disc.sessions, printer));
        }
    }
    text
}

/// Lines of a label and a value under a heading.
struct Section {
    text: String,
}

impl Section {
    fn new(printer: &Printer, heading: &str) -> Section {
        Section { text: format!("{}\n", printer.style(Style::Strong, heading)) }
    }

    fn line(&mut self, label: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        if !value.is_empty() {
            let width = COLUMN - 2;
            let _ = writeln!(self.text, "  {label:<width$}{value}");
        }
    }

    fn some(&mut self, label: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    fn list(&mut self, label: &str, items: &[String]) {
        self.line(label, list(items, COLUMN, WIDTH));
    }
}

fn drive(out: &mut Section, drive: &Drive) {
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
}

fn medium(out: &mut Section, medium: &Medium) {
    out.line("Kind", &medium.profile.name);
    out.some("State", medium.status.map(|status| state(status, medium.erasable)));
    let size = |sectors: u64| {
        let bytes = sectors.saturating_mul(u64::from(medium.sector_size.unwrap_or(SECTOR as u32)));
        format!("{}, {}", human::bytes(bytes), human::count(sectors, "sector"))
    };
    out.some("Size", medium.capacity_sectors.map(size));
    if medium.used_sectors != medium.capacity_sectors {
        out.some("Used", medium.used_sectors.map(size));
    }
    if medium.free_sectors != Some(0) {
        out.some("Free", medium.free_sectors.map(size));
    }
    // A CD has one: profiles below 10h (MMC-6 table 93).
    let layers = medium.layers.filter(|_| medium.profile.code >= 0x10);
    out.some(
        "Layers",
        layers.map(|layers| match medium.layer_break {
            Some(lba) => format!("{layers}, the second starts at sector {lba}"),
            None => layers.to_string(),
        }),
    );
    out.some("Book type", medium.book_type.as_deref().map(book));
    out.some("Made by", medium.manufacturer.as_ref());
    out.some("Media code", medium.media_id.as_ref());
    out.some("Protection", medium.protection.map(protection));
    let filesystems: Vec<String> = medium.filesystems.iter().map(|name| filesystem(name)).collect();
    out.list("File systems", &filesystems);
    out.some("Volume", medium.volume_id.as_ref());
}

fn state(status: &str, erasable: Option<bool>) -> String {
    let state = match status {
        "blank" => "blank",
        "appendable" => "more can be written to it",
        "complete" => "complete",
        "other" => "written at random",
        other => other,
    };
    format!("{state}{}", if erasable == Some(true) { ", can be erased" } else { "" })
}

/// A closed BD-R is presented as BD-ROM, which makes the disc's own word worth more.
fn book(name: &str) -> String {
    match name {
        "BDO" => "BDO (pressed)".into(),
        "BDR" => "BDR (recordable)".into(),
        "BDW" => "BDW (rewritable)".into(),
        other => other.into(),
    }
}

/// Kinds of discs, without the ways to write them and what is no disc.
fn kinds(profiles: &[Profile]) -> Vec<String> {
    const WAYS: [&str; 4] =
        [" sequential recording", " random recording", " restricted overwrite", " jump recording"];
    let mut kinds: Vec<String> = Vec::new();
    // 0002h: removable disk.
    for profile in profiles.iter().filter(|profile| profile.code > 0x02) {
        let stem = WAYS.iter().find_map(|way| profile.name.strip_suffix(way));
        let kind = stem.unwrap_or(&profile.name).to_string();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

fn protection(name: &str) -> String {
    match name {
        "css" => "CSS (DVD-Video): the files are scrambled".into(),
        "cppm" => "CPPM (DVD-Audio)".into(),
        "cprm" => "CPRM".into(),
        "aacs" => "AACS (Blu-ray): the files are encrypted".into(),
        other => other.into(),
    }
}

fn filesystem(name: &str) -> String {
    match name {
        "iso9660" => "ISO 9660".into(),
        "joliet" => "Joliet".into(),
        "rock_ridge" => "Rock Ridge".into(),
        "udf" => "UDF".into(),
        other => other.into(),
    }
}

fn speeds(speeds: &[Speed]) -> Vec<String> {
    speeds
        .iter()
        .map(|speed| match speed.x {
            Some(x) => format!("{x:.1}x"),
            None => format!("{} kB/s", speed.kbps),
        })
        .collect()
}

fn tracks(sessions: &[Session], printer: &Printer) -> String {
    let heading = ["  SESSION", "TRACK", "KIND", "FIRST SECTOR", "SECTORS", "SIZE", "STATE"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for session in sessions {
        rows.extend(session.tracks.iter().map(|track| {
            vec![
                format!("  {}", session.number),
                track.number.to_string(),
                track.kind.to_string(),
                track.start.to_string(),
                track.length.map_or("?".into(), |length| length.to_string()),
                track.length.map_or("?".into(), |length| size(track.kind, length)),
                track_state(track),
            ]
        }));
    }
    if rows.len() == 1 {
        return String::new();
    }
    let text = table(&rows);
    match text.split_once('\n') {
        Some((heading, rest)) => format!("\n{}\n{rest}", printer.style(Style::Strong, heading)),
        None => text,
    }
}

/// Bytes of data; of sound, how long it plays at 75 sectors a second.
fn size(kind: &str, sectors: u32) -> String {
    match kind {
        "audio" => human::clock(Duration::from_secs(u64::from(sectors / 75))),
        _ => human::bytes(Blocks(sectors).bytes()),
    }
}

fn track_state(track: &Track) -> String {
    let mut state = Vec::new();
    if track.blank {
        state.push("blank".to_string());
    }
    if track.damaged {
        state.push("damaged".to_string());
    }
    if let Some(next) = track.next_writable {
        state.push(format!("next write at {next}"));
    }
    state.join(", ")
}
