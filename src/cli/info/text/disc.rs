//! The disc in words: what it is, its tracks, what is on it.

use std::time::Duration;

use oxidisc::units::{Blocks, SECTOR};

use super::section::Section;
use super::speed::{curve, speed, speeds};
use crate::cli::human;
use crate::cli::info::document::{Info, Medium, Session, Track, Volume};
use crate::cli::output::{Printer, Style};

/// Disc, tracks and files.
pub fn text(info: &Info, medium: &Medium, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Disc");
    out.line("Kind", &medium.profile.name);
    out.some("State", medium.status.map(|status| state(status, medium)));
    let warning = |text: String| printer.style(Style::Warn, &text);
    let protected = medium.write_protection.map(|by| format!("from writing, {by}"));
    out.some("Protected", protected.map(warning));
    sizes(&mut out, medium);
    layers(&mut out, medium);
    out.some("Book type", medium.book_type.as_deref().map(book));
    out.some("Media code", media_code(medium));
    out.some("Copy guard", medium.protection.map(protection).map(warning));
    if let Some(regions) = medium.regions.as_ref().filter(|_| medium.protection == Some("css")) {
        let named: Vec<String> = regions.iter().map(u8::to_string).collect();
        out.line("For regions", if named.len() == 8 { "all".into() } else { named.join(", ") });
    }
    spares(&mut out, medium);
    texts(&mut out, medium);
    let best = info.read_speeds.first().map(|best| format!("up to {}", speed(best.kbps, best.x)));
    let read = curve(&info.read_curve).map(|curve| with_best(curve, info));
    out.some("Read speed", read.or(best));
    if writable(medium) {
        let of_disc = info.write_speeds.iter().filter(|one| one.x.is_some()).cloned();
        out.list("Write speeds", &speeds(&of_disc.collect::<Vec<_>>()));
        // One speed all over the disc is in the list.
        let changes = info
            .write_curve
            .iter()
            .any(|part| part.kbps != part.end_kbps || part.kbps != info.write_curve[0].kbps);
        out.some("Over the disc", curve(&info.write_curve).filter(|_| changes));
    }
    if printer.is_verbose() {
        details(&mut out, medium);
    }
    let mut text = out.end();
    text.push_str(&tracks(medium, printer));
    text.push_str(&files(medium, printer));
    text
}

/// The curve is that of the speed that is set; what else the drive does is in the list.
fn with_best(curve: String, info: &Info) -> String {
    let top = info.read_curve.iter().map(|part| part.kbps.max(part.end_kbps)).max().unwrap_or(0);
    match info.read_speeds.first() {
        Some(best) if best.kbps > top + top / 20 => {
            format!("{curve}; the drive does up to {}", speed(best.kbps, best.x))
        }
        _ => curve,
    }
}

fn writable(medium: &Medium) -> bool {
    medium.erasable == Some(true) || medium.status != Some("complete")
}

fn bytes(medium: &Medium, sectors: u64) -> u64 {
    sectors.saturating_mul(u64::from(medium.sector_size.unwrap_or(SECTOR as u32)))
}

fn sizes(out: &mut Section, medium: &Medium) {
    let size = |sectors: u64| {
        let bytes = human::bytes(bytes(medium, sectors));
        format!("{bytes}, {}", human::count(sectors, "sector"))
    };
    out.some("Size", medium.capacity_sectors.map(size));
    let partly = medium.used_sectors != medium.capacity_sectors && medium.used_sectors != Some(0);
    out.some("Used", medium.used_sectors.filter(|_| partly).map(size));
    // Of a blank disc, that is its size.
    let rest = medium.free_sectors.filter(|free| *free > 0 && medium.used_sectors != Some(0));
    out.some("Free", rest.map(size));
}

fn layers(out: &mut Section, medium: &Medium) {
    // A CD has one: profiles below 10h (MMC-6 table 93).
    let layers = medium.layers.filter(|_| medium.profile.code >= 0x10);
    out.some(
        "Layers",
        layers.map(|layers| match (medium.layer_break, &medium.layer_boundary) {
            (_, Some(boundary)) => {
                let set = if boundary.settable { "unless set otherwise" } else { "for good" };
                format!("{layers}, the second will start at sector {}, {set}", boundary.sectors)
            }
            (Some(lba), None) => format!("{layers}, the second starts at sector {lba}"),
            (None, None) => layers.to_string(),
        }),
    );
}

fn media_code(medium: &Medium) -> Option<String> {
    let id = medium.media_id.as_ref()?;
    Some(match medium.maker {
        Some(maker) => format!("{id}, made by {maker}"),
        None => id.clone(),
    })
}

/// What a CD says of itself in words.
fn texts(out: &mut Section, medium: &Medium) {
    out.some("Title", of_disc(medium, "title"));
    out.some("Performer", of_disc(medium, "performer"));
    out.some("Catalogue no.", medium.catalog_number.as_ref());
}

/// A text about the whole disc, in the first language that has it.
fn of_disc(medium: &Medium, kind: &str) -> Option<String> {
    let mut texts = medium.cd_text.iter().flat_map(|block| &block.texts);
    texts.find(|text| text.track == 0 && text.kind == kind).map(|text| text.text.clone())
}

fn state(status: &str, medium: &Medium) -> String {
    let state = match status {
        "blank" => "blank",
        "appendable" => "more can be written to it",
        "complete" => "complete",
        "other" => "written at random",
        other => other,
    };
    let mut words = vec![state.to_string()];
    if medium.erasable == Some(true) && status != "blank" {
        words.push("can be erased".into());
    }
    let format = medium.format.as_ref();
    let background = medium.disc_information.as_ref().map(|disc| disc.background_format);
    // CD-RW and DVD-RW are written without a format as well.
    let formatted_first = matches!(medium.profile.code, 0x12 | 0x1a | 0x2a | 0x43);
    if formatted_first && format.and_then(|format| format.state) == Some("unformatted") {
        words.push("not formatted".into());
    }
    if background == Some("suspended") {
        words.push("formatted in part".into());
    } else if background == Some("running") {
        words.push("being formatted".into());
    }
    words.join(", ")
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

fn protection(name: &str) -> String {
    match name {
        "css" => "CSS (DVD-Video): the files are scrambled".into(),
        "cppm" => "CPPM (DVD-Audio)".into(),
        "cprm" => "CPRM".into(),
        "aacs" => "AACS (Blu-ray): the files are encrypted".into(),
        other => other.into(),
    }
}

/// What is set aside for blocks that turn out bad.
fn spares(out: &mut Section, medium: &Medium) {
    let Some(format) = &medium.format else { return };
    let size = |sectors: u32| human::bytes(bytes(medium, u64::from(sectors)));
    match (format.spare_sectors, format.spare_free_sectors) {
        (Some(all), Some(free)) if all > 0 => {
            out.line("Spare areas", format!("{}, {} free", size(all), size(free)));
        }
        (None, Some(free)) => out.line("Spare areas", format!("{} free", size(free))),
        _ => {}
    }
}

/// With `-v`: what is of no use to most.
fn details(out: &mut Section, medium: &Medium) {
    if let Some(atip) = &medium.atip {
        let kind = if atip.erasable { "CD-RW" } else { "CD-R" };
        let (lead_in, lead_out) = (&atip.lead_in, &atip.lead_out);
        out.line("ATIP", format!("{kind}, lead-in {lead_in}, lead-out at most {lead_out}"));
    }
    for (layer, format) in medium.physical.iter().enumerate() {
        let mut words = vec![format!("{} version {}", format.book_name, format.version)];
        words.extend(format.diameter_mm.map(|mm| format!("{mm} mm")));
        if format.layers > 1 {
            words.push(format!("{} track path", format.track_path));
        }
        out.list(&format!("Layer {layer}"), &words);
    }
    out.list(
        "Sizes told",
        &medium
            .sizes
            .iter()
            .map(|size| format!("{} by {}", size.sectors, size.source))
            .collect::<Vec<_>>(),
    );
    if let Some(format) = &medium.format {
        let size = |sectors: u32| human::bytes(bytes(medium, u64::from(sectors)));
        for offer in &format.offers {
            out.line(
                &format!("Format {}", offer.index),
                format!("{}, {}: {}", offer.name, size(offer.sectors), offer.meaning),
            );
        }
    }
    if let Some(left) = &medium.track_resources {
        out.line("Track numbers", format!("{} of {} in use", left.assigned, left.max));
    }
    if let Some(left) = &medium.pow_resources {
        out.line("Overwrites", format!("{} left", left.updates));
    }
    if let Some(bca) = &medium.bca {
        out.line("Burst area", format!("{} bytes", bca.split(' ').count()));
    }
    for block in &medium.cd_text {
        let language = block.language_name.unwrap_or("unknown language");
        let count = human::count(block.texts.len() as u64, "text");
        out.line("CD-TEXT", format!("{language}, {count}"));
    }
}

fn tracks(medium: &Medium, printer: &Printer) -> String {
    let sessions = &medium.sessions;
    let several = sessions.len() > 1;
    let codes = printer.is_verbose()
        && sessions.iter().flat_map(|session| &session.tracks).any(|track| track.isrc.is_some());
    let mut heading =
        vec!["SESSION", "TRACK", "KIND", "FIRST SECTOR", "SECTORS", "SIZE", "ISRC", ""];
    heading.retain(|name| (several || *name != "SESSION") && (codes || *name != "ISRC"));
    let row = |session: &Session, track: &Track| {
        let known = |text: Option<String>| text.unwrap_or_else(|| "?".into());
        let mut row = vec![
            track.number.to_string(),
            kind(track),
            track.start.to_string(),
            known(track.length.map(|length| length.to_string())),
            known(track.length.map(|length| size(track.kind, length))),
        ];
        if several {
            row.insert(0, session.number.to_string());
        }
        if codes {
            row.push(track.isrc.clone().unwrap_or_default());
        }
        row.push(state_of_track(session, track, of_disc(medium, "performer").as_deref()));
        row
    };
    let row = &row;
    let rows = sessions
        .iter()
        .flat_map(|session| session.tracks.iter().map(move |track| row(session, track)))
        .collect();
    let mut out = Section::new(printer, "Tracks");
    out.table(&heading, rows);
    out.end()
}

fn kind(track: &Track) -> String {
    match (track.mode, track.packet_size) {
        (_, Some(_)) => format!("{}, packets", track.kind),
        (Some(2), _) => "data, mode 2".into(),
        _ => track.kind.into(),
    }
}

/// Bytes of data; of sound, how long it plays at 75 sectors a second.
fn size(kind: &str, sectors: u32) -> String {
    match kind {
        "audio" => human::clock(Duration::from_secs(u64::from(sectors / 75))),
        _ => human::bytes(Blocks(sectors).bytes()),
    }
}

/// What there is to say of a track. Its performer where it is not the disc's.
fn state_of_track(session: &Session, track: &Track, performer: Option<&str>) -> String {
    let mut words = Vec::new();
    if track.blank {
        words.push("blank".to_string());
    }
    if track.damaged || session.state == Some("damaged") {
        words.push("damaged".to_string());
    }
    if let Some(next) = track.next_writable {
        words.push(format!("next write at {next}"));
    }
    match (&track.title, track.performer.as_deref().filter(|own| Some(*own) != performer)) {
        (Some(title), Some(performer)) => words.push(format!("{title} ({performer})")),
        (Some(title), None) => words.push(title.clone()),
        _ => {}
    }
    words.join(", ")
}

fn files(medium: &Medium, printer: &Printer) -> String {
    let mut out = Section::new(printer, "Files");
    let others = medium.filesystems.iter().filter(|name| !matches!(**name, "iso9660" | "udf"));
    let mut names: Vec<String> = medium.volumes.iter().map(volume).collect();
    names.extend(others.map(|name| name.to_uppercase()));
    out.list("File systems", &names);
    out.some("Volume", medium.volume_id.as_ref());
    let date = medium.volumes.iter().find_map(|volume| volume.created.as_ref()?.get(..10));
    let with = medium.volumes.iter().find_map(|volume| volume.application.as_ref());
    let made = [date.map(String::from), with.map(|program| format!("with {program}"))];
    out.list("Made", &made.into_iter().flatten().collect::<Vec<_>>());
    let claimed = medium.volumes.iter().filter_map(|volume| volume.sectors).max().map(u64::from);
    let other = claimed.filter(|sectors| Some(*sectors) != medium.used_sectors);
    out.some("Takes", other.map(|sectors| human::bytes(bytes(medium, sectors))));
    let counted = medium.volumes.iter().find_map(|volume| volume.files.zip(volume.folders));
    out.some(
        "Holds",
        counted.map(|(files, folders)| {
            let files = human::count(files.into(), "file");
            format!("{files} in {}", human::count(folders.into(), "folder"))
        }),
    );
    let boots: Vec<String> = medium
        .boot
        .iter()
        .filter(|entry| entry.bootable)
        .map(|entry| entry.platform_name.map_or("unknown".into(), String::from))
        .collect();
    out.list("Starts", &boots);
    out.end()
}

fn volume(volume: &Volume) -> String {
    match (volume.kind, &volume.version) {
        ("iso9660", _) if volume.joliet => "ISO 9660 with Joliet".into(),
        ("iso9660", _) => "ISO 9660".into(),
        ("udf", Some(version)) => format!("UDF {version}"),
        ("udf", None) => "UDF".into(),
        (other, _) => other.into(),
    }
}
