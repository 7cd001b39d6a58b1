//! The disc's part of the document.

use oxidisc::formats::cd_text::{Block, Kind};
use oxidisc::formats::hex;
use oxidisc::jobs::erasing::state::State;
use oxidisc::jobs::format::offers;
use oxidisc::jobs::survey::{Details, MediumFacts, SessionFacts, SizeSource, TrackFacts};
use oxidisc::mmc::cmd::read_atip;
use oxidisc::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation as MmcDisc, DiscStatus, SessionState,
};
use oxidisc::mmc::cmd::read_disc_structure::bd;
use oxidisc::mmc::cmd::read_disc_structure::dvd::{CopyrightSystem, PhysicalFormat};
use oxidisc::mmc::cmd::read_format_capacities::FormatState;
use oxidisc::units::{Family, Msf};

use super::files;
use crate::cli::info::Disc;
use crate::cli::info::document::{
    Atip, BdUnit, CdText, Code, DiscInformation, Format, LayerBoundary, Medium, Offer, Physical,
    PowResources, Session, Size, Text, Track, TrackResources,
};

/// All of it.
pub fn medium(disc: &Disc) -> Medium {
    let Disc { medium: facts, details, files, .. } = disc;
    let sizes = facts.sizes();
    let sessions = facts.sessions();
    let extent = extent(facts, &sessions);
    Medium {
        profile: Code { code: facts.profile.code(), name: facts.profile.to_string() },
        status: facts.status().map(status),
        erasable: facts.disc.as_ref().map(|disc| disc.erasable),
        sessions: sessions.iter().map(|one| session(one, facts, details)).collect(),
        capacity_sectors: extent.capacity,
        used_sectors: extent.used,
        free_sectors: extent.free,
        sector_size: facts.capacity.map(|capacity| capacity.block_len),
        layers: facts.layer_count(),
        layer_break: facts.layer_break().map(|lba| lba.0),
        media_id: facts.media_id.clone(),
        manufacturer: facts.manufacturer.clone(),
        book_type: facts.book_type(),
        protection: facts.protection.map(|protection| protection.name()),
        filesystems: files.names(),
        volume_id: files.volume_id().map(String::from),
        maker: facts.maker(),
        regions: regions(facts),
        write_protection: details.state.as_ref().and_then(State::protected_by),
        sizes: sizes
            .iter()
            .map(|(source, size)| Size { source: source.name(), sectors: size.0 })
            .collect(),
        volumes: files::volumes(files),
        boot: files::boot(disc),
        disc_information: facts.disc.as_ref().map(|disc| disc_information(disc, facts.family)),
        format: details.state.as_ref().map(|state| format(state, details)),
        track_resources: details.track_resources.map(|resources| TrackResources {
            max: resources.max,
            assigned: resources.assigned,
            appendable_max: resources.appendable_max,
            appendable: resources.appendable,
        }),
        pow_resources: details.pow_resources.map(|resources| PowResources {
            replacements: resources.replacements,
            map_entries: resources.map_entries,
            updates: resources.updates,
        }),
        layer_boundary: details.layer_boundary.map(|boundary| LayerBoundary {
            settable: boundary.settable,
            sectors: boundary.layer0.0,
        }),
        atip: facts.atip.as_ref().map(atip),
        physical: facts.physical.iter().map(physical).collect(),
        bd_units: facts.bd.iter().flat_map(|disc| &disc.units).map(bd_unit).collect(),
        bca: facts
            .bca
            .as_ref()
            .map(|area| hex::text(&area.0))
            .or_else(|| details.bca.as_ref().map(|area| hex::text(&area.0))),
        catalog_number: details.catalog_number.clone(),
        cd_text: details.cd_text.iter().map(cd_text).collect(),
    }
}

/// Sectors of the disc, and what is written and free of them.
struct Extent {
    capacity: Option<u64>,
    used: Option<u64>,
    free: Option<u64>,
}

fn extent(facts: &MediumFacts, sessions: &[SessionFacts]) -> Extent {
    let sizes = facts.sizes();
    let written = sizes.iter().find(|(source, _)| *source == SizeSource::Tracks);
    let whole = sizes.first().map(|(_, size)| u64::from(size.0));
    let free = free(sessions);
    let used = match facts.status() {
        Some(DiscStatus::Blank) => Some(0),
        Some(DiscStatus::Appendable) => written.map(|(_, size)| u64::from(size.0)),
        _ => whole,
    };
    let capacity = match facts.status() {
        Some(DiscStatus::Blank | DiscStatus::Appendable) => {
            used.zip(free).map(|(used, free)| used + free)
        }
        _ => whole,
    };
    Extent { capacity, used, free }
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

fn session(session: &SessionFacts, facts: &MediumFacts, details: &Details) -> Session {
    Session {
        number: session.number,
        state: session.state.map(|state| match state {
            SessionState::Empty => "empty",
            SessionState::Incomplete => "incomplete",
            SessionState::Damaged => "damaged",
            SessionState::Complete => "complete",
        }),
        tracks: session.tracks.iter().map(|one| track(one, facts, details)).collect(),
    }
}

fn track(track: &TrackFacts, facts: &MediumFacts, details: &Details) -> Track {
    let told = facts.tracks.iter().find(|told| told.number == track.number);
    let of_text = |kind: Kind| {
        let number = u8::try_from(track.number).ok()?;
        details.cd_text.iter().find_map(|block| block.text(kind, number)).map(String::from)
    };
    let code = |(number, _): &&(u8, String)| u16::from(*number) == track.number;
    let of_cd = facts.family == Some(Family::Cd);
    Track {
        number: track.number,
        kind: track.kind.name(),
        start: track.start.0,
        length: track.length.map(|length| length.0),
        next_writable: track.next_writable.map(|lba| lba.0),
        free: track.free.map(|free| free.0),
        blank: track.blank,
        damaged: track.damaged,
        mode: told
            .filter(|told| of_cd && told.is_data() && (1..=2).contains(&told.data_mode))
            .map(|told| told.data_mode),
        packet_size: told.filter(|told| of_cd && told.fixed_packets).map(|told| told.packet_size),
        isrc: details.recording_codes.iter().find(code).map(|(_, code)| code.clone()),
        title: of_text(Kind::Title),
        performer: of_text(Kind::Performer),
    }
}

/// The regions a DVD-Video is for. A disc without a protection has none that bind.
fn regions(facts: &MediumFacts) -> Option<Vec<u8>> {
    let copyright = facts.copyright.filter(|found| found.system != CopyrightSystem::None)?;
    let allowed = |bit: &u8| copyright.regions_forbidden & 1 << bit == 0;
    Some((0..8).filter(allowed).map(|bit| bit + 1).collect())
}

fn disc_information(disc: &MmcDisc, family: Option<Family>) -> DiscInformation {
    let of_cd = family == Some(Family::Cd);
    DiscInformation {
        sessions: disc.sessions,
        first_track: disc.first_track,
        first_track_in_last_session: disc.first_track_in_last,
        last_track: disc.last_track,
        unrestricted_use: disc.unrestricted_use,
        background_format: match disc.background_format {
            BackgroundFormat::None => "none",
            BackgroundFormat::Suspended => "suspended",
            BackgroundFormat::Running => "running",
            BackgroundFormat::Done => "done",
        },
        disc_type: disc.disc_type,
        // MMC-6 table 384.
        disc_type_name: match disc.disc_type {
            0x00 if of_cd => Some("CD-DA or CD-ROM"),
            0x10 if of_cd => Some("CD-I"),
            0x20 if of_cd => Some("CD-ROM XA"),
            _ => None,
        },
        id: disc.id,
        lead_out_max: disc
            .lead_out_max
            .filter(|_| of_cd)
            .map(|[_, minute, second, frame]| Msf { minute, second, frame }.to_string()),
    }
}

fn format(state: &State, details: &Details) -> Format {
    Format {
        state: state.format_state().and_then(|state| match state {
            FormatState::Unformatted => Some("unformatted"),
            FormatState::Formatted => Some("formatted"),
            FormatState::Unknown => Some("unknown"),
            FormatState::Reserved => None,
        }),
        spare_free_sectors: state.spares.map(|spares| spares.free.0),
        spare_sectors: state.spares.and_then(|spares| spares.total).map(|total| total.0),
        offers: details.offers.iter().map(offer).collect(),
    }
}

fn offer(offer: &offers::Offer) -> Offer {
    Offer {
        index: offer.index,
        code: offer.format.kind,
        name: offer.name,
        meaning: offer.meaning,
        sectors: offer.blocks.0,
        spare_sectors: offer.spares.map(|spares| spares.0),
        refused: offer.refused,
    }
}

fn atip(atip: &read_atip::Atip) -> Atip {
    Atip {
        lead_in: atip.lead_in.to_string(),
        lead_out: atip.lead_out.to_string(),
        erasable: atip.erasable,
        sub_type: atip.sub_type,
        unrestricted_use: atip.unrestricted_use,
        writing_power: atip.writing_power,
        reference_speed: atip.reference_speed,
        additional: atip
            .additional
            .iter()
            .map(|bytes| bytes.map(|bytes| hex::text(&bytes)))
            .collect(),
    }
}

fn physical(format: &PhysicalFormat) -> Physical {
    Physical {
        book_type: format.book_type,
        book_name: format.book_name(),
        version: format.part_version,
        diameter_mm: match format.disc_size {
            0 => Some(120),
            1 => Some(80),
            _ => None,
        },
        layers: format.layers,
        track_path: if format.opposite_track_path { "opposite" } else { "parallel" },
        start: format.start,
        end: format.end,
        layer0_end: format.layer0_end,
        bca: format.bca,
    }
}

fn bd_unit(unit: &bd::Unit) -> BdUnit {
    BdUnit {
        format: unit.format,
        sequence: unit.sequence,
        disc_type: unit.disc_type.clone(),
        layers: unit.layers,
        first: unit.first,
        last: unit.last,
        manufacturer: unit.manufacturer.clone(),
        media_type: unit.media_type.clone(),
    }
}

fn cd_text(block: &Block) -> CdText {
    let text = |text: &oxidisc::formats::cd_text::Text| Text {
        kind: text.kind.name(),
        track: text.track,
        text: text.text.clone(),
    };
    CdText {
        block: block.number,
        language: block.language,
        language_name: block.language_name(),
        letters: block.letters.name(),
        texts: block.texts.iter().map(text).collect(),
    }
}
