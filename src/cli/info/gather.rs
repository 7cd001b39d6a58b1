//! From what the survey found to the document. Unknown stays unknown.

use oxidisc::formats::FileSystems;
use oxidisc::jobs::survey::{DriveFacts, MediumFacts, SessionFacts, SizeSource, TrackFacts};
use oxidisc::mmc::cmd::get_configuration::Feature as MmcFeature;
use oxidisc::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use oxidisc::mmc::cmd::report_key;
use oxidisc::mmc::feature::Value as Field;
use oxidisc::mmc::profile::Profile as MmcProfile;
use oxidisc::mmc::quirks;
use oxidisc::units::{Family, Rate};
use serde_json::{Map, Value, json};

use super::Found;
use super::document::{
    Code, Drive, Feature, Info, Medium, Profile, Quirk, Region, Session, Speed, Track,
};
use crate::cli::drives;
use crate::cli::open::Opened;

/// The whole document, its raw part left out.
pub fn info(found: &Found, opened: &Opened) -> Info {
    let facts = &found.drive;
    let medium = found.medium.as_ref().map(|(medium, _)| medium);
    let features = facts.configuration.iter().flat_map(|all| &all.features);
    Info {
        drive: drive(facts, opened),
        profiles: facts.profiles().into_iter().map(profile).collect(),
        features: features.map(feature).collect(),
        quirks: facts.quirks.iter().map(|quirk| self::quirk(quirk)).collect(),
        read_speeds: read_speeds(facts, medium),
        write_speeds: write_speeds(facts, medium),
        medium: found.medium.as_ref().map(|(facts, files)| self::medium(facts, files)),
        raw: None,
    }
}

fn drive(facts: &DriveFacts, opened: &Opened) -> Drive {
    Drive {
        path: opened.name.clone(),
        vendor: facts.identity.vendor.clone(),
        product: facts.identity.product.clone(),
        revision: facts.identity.revision.clone(),
        serial: facts.serial.clone(),
        firmware_date: facts.firmware_date.clone(),
        bus: opened.entry.as_ref().and_then(|entry| drives::bus_name(entry.bus)),
        buffer_kib: facts.buffer_kib.map(u32::from),
        loading: facts.loading.map(|loading| loading.name().to_string()),
        region: facts.region.as_ref().map(region),
    }
}

fn quirk(quirk: &quirks::Quirk) -> Quirk {
    Quirk { name: quirk.name, does: quirk.does, instead: quirk.instead }
}

fn region(region: &report_key::Region) -> Region {
    Region {
        enforced: region.enforced,
        regions: region.allowed(),
        changes_left: region.changes_left,
    }
}

fn profile((profile, current): (MmcProfile, bool)) -> Profile {
    Profile { code: profile.code(), name: profile.to_string(), current }
}

fn feature(feature: &MmcFeature) -> Feature {
    let fields = feature.fields().into_iter();
    let data: Map<String, Value> =
        fields.map(|(name, value)| (name.to_string(), field(value))).collect();
    Feature {
        code: feature.code,
        name: feature.name().map(String::from),
        version: feature.version,
        persistent: feature.persistent,
        current: feature.current,
        data,
    }
}

fn field(value: Field) -> Value {
    match value {
        Field::Flag(flag) => json!(flag),
        Field::Number(number) => json!(number),
        Field::Text(text) => json!(text),
        Field::Profiles(profiles) => {
            json!(profiles.into_iter().map(profile).collect::<Vec<_>>())
        }
        Field::Bytes(bytes) => json!(super::raw::hex(&bytes)),
    }
}

/// What the drive says of the disc in it; else, without the medium's 1x, what mode page 2Ah says,
/// which need not be of this medium.
fn read_speeds(facts: &DriveFacts, medium: Option<&MediumFacts>) -> Vec<Speed> {
    let of_medium = medium.map(MediumFacts::read_speeds).unwrap_or_default();
    if of_medium.is_empty() {
        return speeds(&facts.read_speeds, None);
    }
    speeds(&of_medium, medium.and_then(|medium| medium.family))
}

fn write_speeds(facts: &DriveFacts, medium: Option<&MediumFacts>) -> Vec<Speed> {
    let mut of_medium: Vec<Rate> =
        medium.iter().flat_map(|medium| &medium.write_speeds).map(|speed| speed.write).collect();
    of_medium.sort_unstable_by(|a, b| b.cmp(a));
    of_medium.dedup();
    if of_medium.is_empty() {
        return speeds(&facts.write_speeds, None);
    }
    speeds(&of_medium, medium.and_then(|medium| medium.family))
}

fn speeds(rates: &[Rate], family: Option<Family>) -> Vec<Speed> {
    let tenths = |x: f64| (x * 10.0).round() / 10.0;
    let speed =
        |rate: &Rate| Speed { kbps: rate.kbps, x: family.map(|family| tenths(family.x(*rate))) };
    rates.iter().map(speed).collect()
}

fn medium(facts: &MediumFacts, files: &FileSystems) -> Medium {
    let sizes = facts.sizes();
    let said = |source| sizes.iter().find(|(who, _)| *who == source).map(|(_, size)| size.0);
    let sessions = facts.sessions();
    let whole = sizes.first().map(|(_, size)| u64::from(size.0));
    let free = free(&sessions);
    let used = match facts.status() {
        Some(DiscStatus::Blank) => Some(0),
        Some(DiscStatus::Appendable) => said(SizeSource::Tracks).map(u64::from),
        _ => whole,
    };
    let capacity = match facts.status() {
        Some(DiscStatus::Blank | DiscStatus::Appendable) => {
            used.zip(free).map(|(used, free)| used + free)
        }
        _ => whole,
    };
    Medium {
        profile: Code { code: facts.profile.code(), name: facts.profile.to_string() },
        status: facts.status().map(status),
        erasable: facts.disc.as_ref().map(|disc| disc.erasable),
        sessions: sessions.iter().map(session).collect(),
        capacity_sectors: capacity,
        used_sectors: used,
        free_sectors: free,
        sector_size: facts.capacity.map(|capacity| capacity.block_len),
        layers: facts.layer_count(),
        layer_break: facts.layer_break().map(|lba| lba.0),
        media_id: facts.media_id.clone(),
        manufacturer: facts.manufacturer.clone(),
        book_type: facts.book_type(),
        protection: facts.protection.map(|protection| protection.name()),
        filesystems: files.names(),
        volume_id: files.volume_id().map(String::from),
    }
}

/// Sectors that can still be written; unknown if no track tells.
fn free(sessions: &[SessionFacts]) -> Option<u64> {
    let tracks = sessions.iter().flat_map(|session| &session.tracks);
    let known: Vec<u64> = tracks.filter_map(|track| Some(u64::from(track.free?.0))).collect();
    (!known.is_empty()).then(|| known.iter().sum())
}

fn status(status: DiscStatus) -> &'static str {
    match status {
        DiscStatus::Blank => "blank",
        DiscStatus::Appendable => "appendable",
        DiscStatus::Complete => "complete",
        DiscStatus::Other => "other",
    }
}

fn session(session: &SessionFacts) -> Session {
    Session {
        number: session.number,
        state: session.state.map(|state| match state {
            SessionState::Empty => "empty",
            SessionState::Incomplete => "incomplete",
            SessionState::Damaged => "damaged",
            SessionState::Complete => "complete",
        }),
        tracks: session.tracks.iter().map(track).collect(),
    }
}

fn track(track: &TrackFacts) -> Track {
    Track {
        number: track.number,
        kind: track.kind.name(),
        start: track.start.0,
        length: track.length.map(|length| length.0),
        next_writable: track.next_writable.map(|lba| lba.0),
        free: track.free.map(|free| free.0),
        blank: track.blank,
        damaged: track.damaged,
    }
}
