//! From a spec to a disc in a drive: opens the image, lays out the disc, sets up the mechanics.

use std::path::Path;
use std::time::Duration;

use super::defects::Defects;
use super::demo;
use super::fault::FaultPlan;
use super::geometry::TrackPath;
use super::machine::Machine;
use super::medium::atip::Atip;
use super::medium::blank::Blank;
use super::medium::content::Content;
use super::medium::store::Store;
use super::medium::{self, Kind, Medium, Protection, Sessions, protection, sheet};
use super::persona::{Bus, Persona};
use super::recorded;
use super::spec::Spec;
use super::surface::{FileImage, Image};
use super::timing::{Curve, Mechanics, Settings};
use crate::transport::reason;
use crate::units::{Family, Speed};

/// The largest CD and single-layer or dual-layer DVD in sectors: what decides on the kind of disc.
const CD_MAX: u32 = 360_000;
const DVD_MAX: u32 = 4_171_712;
/// The largest DVD of one layer (MMC-6 table 4: DVD-R 2298496).
const DVD_LAYER_MAX: u32 = 2_298_496;
/// The largest BD by layers (MMC-6 4.5: 12219392 sectors a layer; BDXL 16359424, 15625216).
const BD_MAX: [u32; 4] = [12_219_392, 24_438_784, 48_878_592, 62_500_864];

/// What a spec comes to.
pub struct Built {
    /// The drive, just switched on.
    pub machine: Machine,
    /// What will befall it.
    pub faults: FaultPlan,
}

/// Builds the drive that a spec describes.
///
/// # Errors
/// A file cannot be had, or the disc cannot be so; the reason says which and how it could.
pub fn build(spec: &Spec) -> Result<Built, String> {
    let disc = disc(spec)?;
    let mut defects = match &spec.defects {
        Some(path) => Defects::load(path).map_err(|error| error.to_string())?,
        None => Defects::default(),
    };
    let faults = match &spec.faults {
        Some(path) => FaultPlan::load(path).map_err(|error| error.to_string())?,
        None => FaultPlan::default(),
    };
    for lba in faults.unwritable() {
        defects.add_unwritable(*lba);
    }
    let persona = match &spec.recording {
        Some(path) => recorded::load(path)?,
        None => spec.persona,
    };
    let settings = settings(spec, persona, &disc);
    let mechanics = Mechanics::new(settings, defects, spec.seed, spec.pace);
    let (disc, tray) = match spec.tray {
        Some(tray) => (Some(disc), tray),
        None => (None, super::machine::Tray::Closed),
    };
    let mut machine = Machine::new(persona, disc, tray, mechanics);
    if spec.settled == Some(true) {
        machine.settle();
    }
    Ok(Built { machine, faults })
}

fn disc(spec: &Spec) -> Result<Medium, String> {
    if spec.path == Path::new("blank") {
        let kind = spec.kind.ok_or("a blank disc needs its kind: write sim:blank?medium=dvd+r")?;
        let formatted = spec.formatted.unwrap_or(true);
        let blank = Blank { kind, layers: spec.layers, capacity: spec.capacity, formatted };
        let store = Store::temporary(kind.family());
        let store = store.map_err(|error| format!("blank disc: {}", reason(&error)))?;
        let disc = grooved(blank.on(store).map_err(|error| error.to_string())?, spec)?;
        return Ok(guarded(disc, spec));
    }
    if spec.atip.is_some() {
        return Err("atip is for sim:blank?medium=cd-r and cd-rw".to_string());
    }
    if has_extension(&spec.path, "disc") {
        return recorded(spec);
    }
    let of_writing = spec.capacity.is_some() || spec.formatted.is_some() || spec.write_protect;
    if of_writing || spec.calibrated.is_some() {
        let keys = "capacity, formatted, tab and calibrated";
        return Err(format!("{keys} are for discs that can be written"));
    }
    if has_extension(&spec.path, "cue") {
        return sheet(spec);
    }
    let image = open(&spec.path)?;
    let blocks = image.blocks();
    let kind = spec.kind.unwrap_or(match blocks {
        blocks if blocks <= CD_MAX => Kind::CdRom,
        blocks if blocks <= DVD_MAX => Kind::DvdRom,
        _ => Kind::BdRom,
    });
    let layers = layers(spec, kind, blocks)?;
    let runout = if spec.tao { 2 } else { 0 };
    if spec.tao && !matches!(kind, Kind::CdR | Kind::CdRw) {
        return Err(format!(
            "a {} is not written at once: written=tao is for cd-r, cd-rw",
            kind.name()
        ));
    }
    let sessions = Sessions { starts: spec.sessions.clone(), runout };
    let tracks = medium::lay_tracks(kind, blocks, &sessions)?;
    fits_family(spec.protection, kind)?;
    let protected = match spec.protection {
        Protection::Css if spec.protected.is_empty() => protection::vob_extents(image.as_ref()),
        _ => spec.protected.iter().map(|(first, last)| *first..last.saturating_add(1)).collect(),
    };
    if spec.protection != Protection::Css && !protected.is_empty() {
        return Err("protected=FIRST..LAST goes with protect=css".to_string());
    }
    Ok(Medium {
        kind,
        layers,
        path: spec.track_path,
        layer_break: spec.layer_break,
        tracks,
        protection: spec.protection,
        protected,
        content: Content::image(image),
        record: None,
    })
}

/// With the pre-groove that the spec names.
fn grooved(mut disc: Medium, spec: &Spec) -> Result<Medium, String> {
    let (Some(name), Some(record)) = (&spec.atip, &mut disc.record) else { return Ok(disc) };
    let atip = Atip::find(disc.kind, Some(name)).ok_or_else(|| {
        format!("no pre-groove '{name}' on a {}: there are {}", disc.kind.name(), Atip::names())
    })?;
    if spec.capacity.is_none() {
        (record.capacity, record.whole) = (atip.lead_out(), atip.lead_out());
    }
    record.compact.atip = Some(name.clone());
    Ok(disc)
}

/// What was written before.
fn recorded(spec: &Spec) -> Result<Medium, String> {
    let (store, saved, kind) = Store::open(&spec.path)?;
    if spec.kind.is_some_and(|wanted| wanted != kind) || spec.capacity.is_some() {
        let shown = spec.path.display();
        return Err(format!("{shown} is a {}: its kind and size stay what they are", kind.name()));
    }
    let disc = Medium {
        kind,
        layers: saved.layers,
        path: TrackPath::Opposite,
        layer_break: saved.layer_break,
        tracks: saved.tracks,
        protection: Protection::None,
        protected: Vec::new(),
        content: Content::Recorded(store),
        record: Some(saved.record),
    };
    Ok(guarded(disc, spec))
}

/// With the tab of its cartridge as the spec says.
fn guarded(mut disc: Medium, spec: &Spec) -> Medium {
    if let Some(record) = &mut disc.record {
        record.protection.cartridge = spec.write_protect;
        record.calibrations = spec.calibrated.unwrap_or(record.calibrations);
    }
    disc
}

/// A CD of the tracks that a cue sheet names.
fn sheet(spec: &Spec) -> Result<Medium, String> {
    let kind = spec.kind.unwrap_or(Kind::CdRom);
    let plain = spec.sessions == [0] && !spec.tao && spec.protection == Protection::None;
    if kind.family() != Family::Cd || !plain || spec.layers.is_some_and(|layers| layers != 1) {
        return Err(
            "a cue sheet describes the tracks of a CD: medium is cd-rom, cd-r or cd-rw, and \
                    sessions, written, layers and protect do not go with it"
                .to_string(),
        );
    }
    let sheet = sheet::open(&spec.path)?;
    Ok(Medium {
        kind,
        layers: 1,
        path: spec.track_path,
        layer_break: None,
        tracks: sheet.tracks,
        protection: Protection::None,
        protected: Vec::new(),
        content: sheet.content,
        record: None,
    })
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

fn open(path: &Path) -> Result<Box<dyn Image>, String> {
    if path == Path::new("demo") {
        return Ok(Box::new(demo::image()));
    }
    let shown = path.display();
    match FileImage::open(path) {
        Ok(image) => Ok(Box::new(image)),
        Err(error) => Err(format!("{shown}: {}", reason(&error))),
    }
}

fn layers(spec: &Spec, kind: Kind, blocks: u32) -> Result<u8, String> {
    let max_of = |layers: u8| match kind.family() {
        Family::Cd => u32::MAX,
        Family::Dvd => DVD_LAYER_MAX.saturating_mul(u32::from(layers)),
        Family::Bd => BD_MAX.get(usize::from(layers) - 1).copied().unwrap_or(u32::MAX),
    };
    let (least, most) = (kind.layers_min(), kind.layers_max());
    let by_size = (least..=most).find(|layers| blocks <= max_of(*layers)).unwrap_or(most);
    let layers = spec.layers.unwrap_or(by_size);
    if !(least..=most).contains(&layers) {
        return Err(format!("a {} has {least} to {most} layers, not {layers}", kind.name()));
    }
    if blocks > max_of(layers) {
        let most = max_of(layers);
        return Err(format!("{blocks} sectors are more than the {most} of such a {}", kind.name()));
    }
    if let Some(split) = spec.layer_break {
        // Each layer but the last holds `split` sectors; on an opposite path none holds more after.
        let last = blocks.saturating_sub(split.saturating_mul(u32::from(layers) - 1));
        if layers == 1 || split == 0 || last == 0 || last > split {
            return Err(format!(
                "layer_break={split} does not split {blocks} sectors over {layers} layers: it \
                 is at least {}",
                blocks.div_ceil(u32::from(layers))
            ));
        }
    }
    Ok(layers)
}

fn fits_family(protection: Protection, kind: Kind) -> Result<(), String> {
    let right = match protection {
        Protection::None => true,
        Protection::Css => kind == Kind::DvdRom,
        Protection::Cprm => kind.family() == Family::Dvd && !kind.pressed(),
        Protection::Aacs => kind.family() == Family::Bd,
    };
    if right {
        return Ok(());
    }
    Err(format!(
        "a {} has no such protection: css is for dvd-rom, cprm for recordable DVD, aacs for BD",
        kind.name()
    ))
}

fn settings(spec: &Spec, persona: &Persona, disc: &Medium) -> Settings {
    let family = disc.family();
    let speeds = match persona.read_speeds(family, disc.layers) {
        [] => persona.speeds.cd,
        speeds => speeds,
    };
    let best = speeds.first().copied().unwrap_or(1);
    let least = speeds.last().copied().unwrap_or(1);
    let top = match spec.speed {
        None | Some(Speed::Max) => best,
        Some(Speed::Min) => least,
        Some(Speed::Kbps(kbps)) => kbps,
        Some(Speed::Times(times)) => (times * family.kbps_at_1x()).round() as u32,
    };
    // GUESS: DVD-RAM is read at one rate throughout, everything else at constant turns.
    let curve = match disc.kind {
        Kind::DvdRam => Curve::Clv { kbps: top },
        _ => Curve::Cav { outer_kbps: top },
    };
    // GUESS: these times, such as half-height and slim drives take.
    let ms = Duration::from_millis;
    let (spin_up, layer_change) = match family {
        Family::Cd => (ms(2_500), ms(0)),
        Family::Dvd => (ms(3_500), ms(120)),
        Family::Bd => (ms(5_000), ms(180)),
    };
    Settings {
        layout: disc.layout(),
        curve,
        min_kbps: least.min(top),
        bus_kbps: bus_kbps(persona),
        overhead: Duration::from_micros(200),
        spin_up,
        seek_track: ms(2),
        seek_full: ms(180),
        layer_change,
        buffer_kib: u32::from(persona.speeds.buffer_kib),
        retry_turns: 1.0,
    }
}

/// GUESS: Ultra-DMA 66 and Serial ATA at their name's rate; USB 2 at what its bulk transfers reach.
fn bus_kbps(persona: &Persona) -> u32 {
    match persona.bus {
        Bus::Atapi => 66_600,
        Bus::Sata => 150_000,
        Bus::Usb => 36_000,
    }
}
