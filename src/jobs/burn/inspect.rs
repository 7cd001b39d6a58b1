//! What a drive tells of itself and of the disc in it, made into what a recipe needs to know. Asks
//! what a survey left out; sends nothing that changes the disc. Decides nothing: what cannot be
//! known is left empty, and the recipe says so.

mod abilities;
#[cfg(test)]
mod tests;
mod tracks;

use super::disc::{Disc, DiscKind, LayerBoundary, SpareArea};
use crate::jobs::survey::{DriveFacts, MediumFacts};
use crate::mmc::cmd::get_configuration::{Configuration, GetConfiguration, Wanted};
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus, ReadPowResources};
use crate::mmc::cmd::read_disc_structure::{Protection, ReadDiscStructure, Structure, bd, dvd};
use crate::mmc::cmd::read_format_capacities::{
    FormatCapacities, FormatState, ReadFormatCapacities,
};
use crate::mmc::mode_page::ModePage;
use crate::mmc::profile::Profile;
use crate::mmc::quirks::Change;
use crate::mmc::{CommandError, Drive, Failure, Query, feature};
use crate::transport::TransportError;
use crate::units::{Blocks, Family, Lba, Msf, Rate};

/// Looks at a disc as one that is to be written, blanked or formatted. `medium` has to be of now:
/// it is asked again after each of these.
///
/// # Errors
/// The drive is gone, or a command was lost on the way. What it refuses to tell is no error.
pub fn inspect(
    drive: &mut Drive,
    facts: &DriveFacts,
    medium: &MediumFacts,
) -> Result<Disc, CommandError> {
    let all = GetConfiguration { wanted: Wanted::All, first: 0 };
    // Of now: which features are current depends on the disc.
    let configuration = ask(drive, &all)?.or_else(|| facts.configuration.clone());
    let formats = ask(drive, &ReadFormatCapacities)?;
    let pow = is_pow(drive, medium, configuration.as_ref(), formats.as_ref())?;
    let kind = kind(medium, pow);
    let write_parameters = write_parameters(drive, kind)?;
    let open = tracks::open(drive, kind, medium)?;
    let mut disc = Disc {
        kind,
        profile: medium.profile,
        status: medium.status(),
        last_session: medium.disc.as_ref().map(|disc| disc.last_session),
        sessions: medium.disc.as_ref().map_or(0, |disc| disc.sessions),
        last_track: open.number,
        open_track: open.address,
        nwa: open.nwa,
        track_start: open.start,
        free: open.free,
        capacity: Blocks(0),
        lead_out_max: lead_out_max(medium),
        damaged: open.damaged,
        track_begun: open.begun,
        unclosed: open.unclosed,
        last_session_start: tracks::last_session_start(medium),
        background_format: medium
            .disc
            .as_ref()
            .map_or(BackgroundFormat::None, |disc| disc.background_format),
        formats,
        formatted: false,
        recorded: is_recorded(medium),
        intermediate: false,
        layers: layers(drive, kind)?,
        spares: spares(drive, kind)?,
        can: abilities::of(kind, configuration.as_ref(), facts),
        protection: protection(drive, medium, configuration.as_ref())?,
        speeds: speeds(kind, facts, medium),
        speed_end: medium.write_speeds.iter().map(|speed| speed.end).max(),
        write_parameters,
        max_transfer: drive.max_transfer(),
        media_id: medium.media_id.clone(),
    };
    measure(&mut disc, medium);
    Ok(disc)
}

/// The answer; `None` if the drive does not give it, or none that makes sense.
fn ask<Q: Query>(drive: &mut Drive, query: &Q) -> Result<Option<Q::Response>, CommandError> {
    match drive.query(query) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match &error.failure {
            // The kernel keeps it from users.
            Failure::Transport(TransportError::Refused) => Ok(None),
            Failure::Transport(_) => Err(error),
            Failure::Check(_) | Failure::Status(_) | Failure::Parse(_) => Ok(None),
        },
    }
}

fn structure<S: Structure>(drive: &mut Drive) -> Result<Option<S>, CommandError> {
    Ok(ask(drive, &ReadDiscStructure::<S>::new())?.map(|answer| answer.structure))
}

/// Feature 0038h is current with such a disc and not with a blank one (real-drives: HL-DT-ST
/// WH16NS40). Where it is not, the resources tell, if the answer is of the type that was asked for.
fn is_pow(
    drive: &mut Drive,
    medium: &MediumFacts,
    configuration: Option<&Configuration>,
    formats: Option<&FormatCapacities>,
) -> Result<bool, CommandError> {
    if medium.profile != Profile::BdRSequential {
        return Ok(false);
    }
    if configuration.is_some_and(|all| all.is_current(feature::BD_R_PSEUDO_OVERWRITE)) {
        return Ok(true);
    }
    if formats.is_some_and(|formats| formats.state == FormatState::Unformatted) {
        return Ok(false);
    }
    let resources = ask(drive, &ReadPowResources)?;
    Ok(resources.is_some_and(|resources| resources.replacements > 0))
}

fn kind(medium: &MediumFacts, pow: bool) -> DiscKind {
    match medium.profile {
        Profile::CdR => DiscKind::CdR,
        Profile::CdRw => DiscKind::CdRw,
        Profile::DvdR => DiscKind::DvdR,
        Profile::DvdRam => DiscKind::DvdRam,
        Profile::DvdRwRestrictedOverwrite => DiscKind::DvdRwOverwrite,
        Profile::DvdRwSequential => DiscKind::DvdRwSequential,
        Profile::DvdRDlSequential => DiscKind::DvdRDl,
        Profile::DvdRDlLayerJump => DiscKind::DvdRDlJump,
        Profile::DvdPlusRw => DiscKind::DvdPlusRw,
        Profile::DvdPlusR => DiscKind::DvdPlusR,
        Profile::DvdPlusRwDl => DiscKind::DvdPlusRwDl,
        Profile::DvdPlusRDl => DiscKind::DvdPlusRDl,
        Profile::BdRSequential if pow => DiscKind::BdRPow,
        Profile::BdRSequential => DiscKind::BdR,
        Profile::BdRRandom => DiscKind::BdRRandom,
        Profile::BdRe => DiscKind::BdRe,
        // A drive from before the profiles, or one that takes a CD-R for a CD-ROM (redumper).
        Profile::None | Profile::CdRom if medium.family == Some(Family::Cd) => cd_kind(medium),
        Profile::CdRom | Profile::DvdRom | Profile::BdRom => DiscKind::ReadOnly,
        _ => DiscKind::Unknown,
    }
}

/// An ATIP is what only a disc that can be written has.
fn cd_kind(medium: &MediumFacts) -> DiscKind {
    let open = matches!(medium.status(), Some(DiscStatus::Blank | DiscStatus::Appendable));
    let erasable = medium.disc.as_ref().is_some_and(|disc| disc.erasable)
        || medium.atip.as_ref().is_some_and(|atip| atip.erasable);
    match (&medium.atip, erasable) {
        (_, true) => DiscKind::CdRw,
        (Some(_), false) if open || medium.profile == Profile::None => DiscKind::CdR,
        _ if open => DiscKind::CdR,
        _ => DiscKind::ReadOnly,
    }
}

/// A disc that the drive presents as a pressed one although it was recorded: a closed BD-R has the
/// profile of a BD-ROM (real-drives: ASUS BW-16D1HT), a closed DVD-R or DVD+R at times that of a
/// DVD-ROM.
fn is_recorded(medium: &MediumFacts) -> bool {
    let bd = medium.bd.as_ref().and_then(|information| information.units.first());
    let book = medium.physical.first().map_or(0, |format| format.book_type);
    match medium.profile {
        Profile::CdRom => medium.atip.is_some(),
        // DVD-R, DVD-RW, DVD+RW, DVD+R, DVD+RW DL, DVD+R DL.
        Profile::DvdRom => matches!(book, 0x2 | 0x3 | 0x9 | 0xa | 0xd | 0xe),
        Profile::BdRom => bd.is_some_and(|unit| !unit.is_pressed()),
        _ => false,
    }
}

/// LAST POSSIBLE LEAD-OUT START ADDRESS; where the drive leaves it out, that of the ATIP.
fn lead_out_max(medium: &MediumFacts) -> Option<Lba> {
    if medium.family != Some(Family::Cd) {
        return None;
    }
    let told = medium.disc.as_ref().and_then(|disc| disc.lead_out_max);
    let told = told.map(|[_, minute, second, frame]| Msf { minute, second, frame });
    let of_atip = medium.atip.as_ref().map(|atip| atip.lead_out);
    let sane = |lba: &Lba| lba.0 > 0 && lba.0 < 90 * 60 * 75;
    told.into_iter().chain(of_atip).map(Lba::from).find(sane)
}

fn layers(drive: &mut Drive, kind: DiscKind) -> Result<Option<LayerBoundary>, CommandError> {
    if !matches!(kind, DiscKind::DvdPlusRDl | DiscKind::DvdRDl) {
        return Ok(None);
    }
    let boundary: Option<dvd::LayerBoundary> = structure(drive)?;
    Ok(boundary
        .filter(|boundary| boundary.layer0 > Blocks(0))
        .map(|boundary| LayerBoundary { l0: boundary.layer0, settable: boundary.settable }))
}

/// Refused with 5/24/00 by a disc without spare areas (real-drives: HL-DT-ST WH16NS40).
fn spares(drive: &mut Drive, kind: DiscKind) -> Result<Option<SpareArea>, CommandError> {
    if !matches!(kind, DiscKind::BdR | DiscKind::BdRPow | DiscKind::BdRe) {
        return Ok(None);
    }
    let area: Option<bd::SpareArea> = structure(drive)?;
    Ok(area.map(|area| SpareArea { free: area.free, total: area.total }))
}

/// Asked only where the drive knows of such a thing: feature 0004h.
fn protection(
    drive: &mut Drive,
    medium: &MediumFacts,
    configuration: Option<&Configuration>,
) -> Result<Option<String>, CommandError> {
    let known = configuration.is_some_and(|all| all.is_current(feature::WRITE_PROTECT));
    let told: Option<Protection> = match medium.family {
        Some(Family::Dvd) if known => structure::<dvd::WriteProtection>(drive)?.map(|told| told.0),
        Some(Family::Bd) if known => structure::<bd::WriteProtection>(drive)?.map(|told| told.0),
        _ => None,
    };
    let Some(told) = told else { return Ok(None) };
    let ways = [
        (told.cartridge, "by the switch of its cartridge"),
        (told.persistent, "by a mark on the disc that stays"),
        (told.software, "by the drive, until the disc is taken out"),
        (told.inhibited, "by what is recorded on the disc"),
    ];
    Ok(ways.into_iter().find(|(set, _)| *set).map(|(_, way)| way.to_string()))
}

/// GET PERFORMANCE tells those of the disc; page 2Ah, of a CD, those of the drive. None: any may be
/// asked for.
fn speeds(kind: DiscKind, facts: &DriveFacts, medium: &MediumFacts) -> Vec<Rate> {
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    let of_disc = medium.write_speeds.iter().map(|speed| speed.write);
    let mut rates: Vec<Rate> = if cd && facts.has(Change::CdSpeedsNoLimit) {
        Vec::new()
    } else if cd {
        facts.write_speeds.clone()
    } else {
        of_disc.filter(|rate| rate.kbps > 0).collect()
    };
    rates.sort_unstable_by(|a, b| b.cmp(a));
    rates.dedup();
    rates
}

/// Asked only of discs that are written by it.
fn write_parameters(drive: &mut Drive, kind: DiscKind) -> Result<Option<ModePage>, CommandError> {
    let written_by_it = matches!(
        kind,
        DiscKind::CdR
            | DiscKind::CdRw
            | DiscKind::DvdR
            | DiscKind::DvdRDl
            | DiscKind::DvdRwSequential
    );
    if !written_by_it {
        return Ok(None);
    }
    let page = ModeSense { page: ModePage::WRITE_PARAMETERS, values: Values::Current };
    let data = ask(drive, &page)?;
    let page = data.and_then(|data| data.page(ModePage::WRITE_PARAMETERS).cloned());
    Ok(page.filter(ModePage::is_whole))
}

/// What is formatted, and how much there is.
fn measure(disc: &mut Disc, medium: &MediumFacts) {
    let state = disc.formats.as_ref().map(|formats| formats.state);
    let told = disc.formats.as_ref().map_or(Blocks(0), |formats| formats.blocks);
    let readable = medium.capacity.map_or(Blocks(0), |capacity| capacity.blocks);
    let readable = if readable > Blocks(1) { readable } else { Blocks(0) };
    let is_formatted = match state {
        Some(state) => state == FormatState::Formatted,
        None => readable > Blocks(0),
    };
    let spare = disc.spares.is_some_and(|spares| spares.total > Blocks(0));
    disc.formatted = match disc.kind {
        DiscKind::DvdRam | DiscKind::BdRe => is_formatted,
        DiscKind::DvdPlusRw | DiscKind::DvdPlusRwDl => {
            is_formatted || disc.background_format != BackgroundFormat::None
        }
        DiscKind::DvdRwOverwrite => true,
        // One that was written without spare areas has a size too, and is called formatted.
        DiscKind::BdR => spare || (is_formatted && disc.is_blank()),
        DiscKind::BdRPow | DiscKind::BdRRandom => true,
        _ => false,
    };
    // DVD-RW whose quick format is not closed: MMC-6 6.23 has it of unknown capacity, and without
    // the types that make it grow (libburn).
    let grows = disc.formats_of(0x13).chain(disc.formats_of(0x11)).next().is_some();
    disc.intermediate =
        disc.kind == DiscKind::DvdRwOverwrite && state == Some(FormatState::Unknown) && !grows;
    if disc.kind.is_overwritable() {
        disc.free = if is_formatted && told > Blocks(0) { told } else { readable };
    }
    disc.capacity = capacity(disc, medium, told);
}

/// What it would hold if it were empty, or formatted as large as it can be.
fn capacity(disc: &Disc, medium: &MediumFacts, told: Blocks) -> Blocks {
    let most = |kinds: &[u8]| {
        let sizes = kinds.iter().flat_map(|kind| disc.formats_of(*kind));
        sizes.map(|format| format.blocks).max().unwrap_or(Blocks(0))
    };
    let by_physics = medium.layers.as_ref().map_or(Blocks(0), |layers| layers.sectors());
    let by_clock = disc.lead_out_max.or(medium.atip.as_ref().map(|atip| atip.lead_out.into()));
    let by_clock = by_clock.and_then(|lba| u32::try_from(lba.0).ok()).map_or(Blocks(0), Blocks);
    let first = |sizes: &[Blocks]| {
        sizes.iter().copied().find(|size| *size > Blocks(0)).unwrap_or(Blocks(0))
    };
    let when_blank = if disc.is_blank() { disc.free } else { Blocks(0) };
    match disc.kind {
        DiscKind::CdR | DiscKind::CdRw => first(&[when_blank, by_clock]),
        DiscKind::DvdRwSequential => first(&[when_blank, most(&[0x10, 0x00]), by_physics]),
        DiscKind::DvdRwOverwrite => first(&[most(&[0x15, 0x10, 0x00]), disc.free]),
        DiscKind::DvdPlusRw | DiscKind::DvdPlusRwDl => first(&[most(&[0x26]), told, by_physics]),
        DiscKind::DvdRam => first(&[most(&[0x00, 0x01]), told]),
        DiscKind::BdRe => first(&[most(&[0x00, 0x30, 0x31]), told]),
        DiscKind::BdR => first(&[when_blank, told]),
        _ => first(&[when_blank, by_physics]),
    }
}
