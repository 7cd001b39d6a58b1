//! From what the survey found to the document. Unknown stays unknown.

mod disc;
mod files;

use oxidisc::formats::hex;
use oxidisc::jobs::survey::{self, DriveFacts, MediumFacts, abilities};
use oxidisc::mmc::cmd::get_configuration::Feature as MmcFeature;
use oxidisc::mmc::cmd::get_performance::Nominal;
use oxidisc::mmc::cmd::report_key;
use oxidisc::mmc::feature::Value as Field;
use oxidisc::mmc::mode_page::Capabilities;
use oxidisc::mmc::profile::Profile as MmcProfile;
use oxidisc::mmc::quirks;
use oxidisc::units::{Family, Rate};
use serde_json::{Map, Value, json};

use super::document::{
    Disagreement, Drive, Feature, Info, Page2a, Profile, Quirk, Region, Speed, Stretch,
};
use super::{Disc, Found};
use crate::cli::drives;
use crate::cli::json::seconds;
use crate::cli::open::Opened;

/// The whole document, its raw part left out.
pub fn info(found: &Found, opened: &Opened) -> Info {
    let facts = &found.drive;
    let disc = found.disc.as_ref();
    let medium = disc.map(|disc| &disc.medium);
    let features = facts.configuration.iter().flat_map(|all| &all.features);
    let family = medium.and_then(|medium| medium.family);
    let stretch = |part: &Nominal| self::stretch(part, family);
    Info {
        drive: drive(facts, opened),
        profiles: facts.profiles().into_iter().map(profile).collect(),
        features: features.map(feature).collect(),
        quirks: facts.quirks.iter().map(|quirk| self::quirk(quirk)).collect(),
        read_speeds: read_speeds(facts, medium),
        write_speeds: write_speeds(facts, medium),
        read_curve: medium.iter().flat_map(|disc| &disc.performance).map(stretch).collect(),
        write_curve: disc
            .iter()
            .flat_map(|disc| &disc.details.write_performance)
            .map(stretch)
            .collect(),
        medium: disc.map(disc::medium),
        disagreements: survey::disagreements(facts, medium)
            .into_iter()
            .map(|found| Disagreement {
                about: found.about,
                features: found.features,
                page_2a: found.page_2a,
            })
            .collect(),
        remarks: disc.map(files::remarks).unwrap_or_default(),
        notes: notes(facts, disc),
        drive_seconds: seconds(opened.drive.time()),
        raw: None,
    }
}

/// What made no sense, in the order it was met.
fn notes(facts: &DriveFacts, disc: Option<&Disc>) -> Vec<String> {
    let mut notes = facts.remarks.clone();
    if let Some(disc) = disc {
        notes.extend_from_slice(&disc.medium.remarks);
        notes.extend_from_slice(&disc.details.remarks);
    }
    notes
}

fn drive(facts: &DriveFacts, opened: &Opened) -> Drive {
    let can = abilities(facts);
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
        reads: can.reads,
        writes: can.writes,
        extras: can.extras,
        page_2a: facts.capabilities.as_ref().map(page_2a),
        held_by: opened.entry.as_ref().map(drives::others).unwrap_or_default(),
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
        vendor_resets_left: region.resets_left,
    }
}

fn page_2a(page: &Capabilities) -> Page2a {
    let kbps = |rate: Option<Rate>| rate.map(|rate| rate.kbps);
    Page2a {
        length: page.length,
        flags: page.flags.iter().map(|(name, set)| (name.to_string(), json!(set))).collect(),
        loading: page.loading.name(),
        read_max_kbps: kbps(page.read_max),
        read_now_kbps: kbps(page.read_now),
        write_max_kbps: kbps(page.write_max),
        write_now_kbps: kbps(page.write_now),
        write_speeds_kbps: page.write_speeds.iter().map(|rate| rate.kbps).collect(),
        buffer_kib: page.buffer_kib.map(u32::from),
        volume_levels: page.volume_levels,
        copy_management: page.copy_management,
        rotation: page.rotation,
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
        Field::Numbers(numbers) => json!(numbers),
        Field::Text(text) => json!(text),
        Field::Profiles(profiles) => {
            json!(profiles.into_iter().map(profile).collect::<Vec<_>>())
        }
        Field::Bytes(bytes) => json!(hex::text(&bytes)),
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
    let own = medium.filter(|medium| !medium.write_speeds_are_of_cds());
    speeds(&of_medium, own.and_then(|medium| medium.family))
}

fn speeds(rates: &[Rate], family: Option<Family>) -> Vec<Speed> {
    rates.iter().map(|rate| Speed { kbps: rate.kbps, x: times(*rate, family) }).collect()
}

fn times(rate: Rate, family: Option<Family>) -> Option<f64> {
    family.map(|family| (family.x(rate) * 10.0).round() / 10.0)
}

fn stretch(part: &Nominal, family: Option<Family>) -> Stretch {
    Stretch {
        lba: part.start.0,
        kbps: part.start_rate.kbps,
        x: times(part.start_rate, family),
        end_lba: part.end.0,
        end_kbps: part.end_rate.kbps,
        end_x: times(part.end_rate, family),
    }
}
