//! What the disc in a drive is and holds.

use super::drive::fastest_first;
use super::{DriveFacts, RawAnswer, Surveyor};
use crate::mmc::cmd::get_configuration::{Configuration, GetConfiguration, Wanted};
use crate::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds, Nominal, WriteSpeed};
use crate::mmc::cmd::read_atip::{Atip, ReadAtip};
use crate::mmc::cmd::read_capacity::{Capacity, ReadCapacity};
use crate::mmc::cmd::read_cd_text::{CdText, ReadCdText};
use crate::mmc::cmd::read_disc_information::{
    DiscInformation, DiscStatus, ReadDiscInformation, SessionState,
};
use crate::mmc::cmd::read_disc_structure::dvd::{
    Adip, BurstCuttingArea, Copyright, CopyrightSystem, Layers, PhysicalFormat,
    PrerecordedInformation,
};
use crate::mmc::cmd::read_disc_structure::{ReadDiscStructure, Structure, bd};
use crate::mmc::cmd::read_full_toc::{FullToc, ReadFullToc};
use crate::mmc::cmd::read_toc::{ReadSessions, ReadToc, Sessions, Toc};
use crate::mmc::cmd::read_track_information::{
    ReadTrackInformation, TrackAddress, TrackInformation,
};
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::profile::Profile;
use crate::mmc::{CommandError, Drive, feature, media_id};
use crate::transport::SenseKey;
use crate::units::{Blocks, Family, Lba, Rate, SECTOR};

/// Tracks asked about, one by one. A BD-R may have thousands; no answer needs so many.
const TRACKS_MAX: u16 = 300;

/// What a disc says of itself, through the drive it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediumFacts {
    /// CURRENT PROFILE: the drive's word, which for closed recordable discs may be that of a
    /// pressed one. [`Profile::None`] from a drive that knows no profiles.
    pub profile: Profile,
    /// CD, DVD or BD.
    pub family: Option<Family>,
    /// GET CONFIGURATION, asked once more: now that the disc is read in.
    pub configuration: Option<Configuration>,
    /// READ CAPACITY. Of an open disc: the whole disc, the last session, or next to nothing, as
    /// each drive likes.
    pub capacity: Option<Capacity>,
    /// READ DISC INFORMATION.
    pub disc: Option<DiscInformation>,
    /// READ TOC, format 0. Of a DVD or BD: made up by the drive.
    pub toc: Option<Toc>,
    /// READ TOC, format 1.
    pub session_info: Option<Sessions>,
    /// READ TOC, format 2. CD only.
    pub full_toc: Option<FullToc>,
    /// READ TOC, format 4. CD only.
    pub atip: Option<Atip>,
    /// READ TOC, format 5. CD with sound only.
    pub cd_text: Option<CdText>,
    /// READ TRACK INFORMATION of each track.
    pub tracks: Vec<TrackInformation>,
    /// READ DISC STRUCTURE, format 00h, of each layer that has its own. DVD only.
    pub physical: Vec<PhysicalFormat>,
    /// How the layers lie, where [`MediumFacts::physical`] makes sense. DVD only.
    pub layers: Option<Layers>,
    /// READ DISC STRUCTURE, format 01h. DVD only.
    pub copyright: Option<Copyright>,
    /// READ DISC STRUCTURE, format 03h, where there is such an area. DVD only.
    pub bca: Option<BurstCuttingArea>,
    /// READ DISC STRUCTURE, format 00h of a BD.
    pub bd: Option<bd::DiscInformation>,
    /// What keeps the disc from being copied.
    pub protection: Option<Protection>,
    /// What its maker calls it: `RITEK/F16`, `TDK502sakuM3`, `VERBAT/IMe`, `97m26s66f`.
    pub media_id: Option<String>,
    /// Its maker, where the media id names one.
    pub manufacturer: Option<String>,
    /// GET PERFORMANCE of reading: the speed over the disc.
    pub performance: Vec<Nominal>,
    /// GET PERFORMANCE, type 03h. Recordable discs only: of others, drives tell their CD speeds.
    pub write_speeds: Vec<WriteSpeed>,
    /// What made no sense.
    pub remarks: Vec<String>,
    /// Every answer in its bytes.
    pub answers: Vec<RawAnswer>,
}

/// What keeps a disc from being copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// CSS of a DVD-Video, or CPPM of a DVD-Audio.
    Css,
    /// CPRM of a recorder.
    Cprm,
    /// AACS. By the drive's word (feature 010Dh is current with a pressed BD): the folder AACS on
    /// the disc is the proof.
    Aacs,
}

impl Protection {
    /// As JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Protection::Css => "css",
            Protection::Cprm => "cprm",
            Protection::Aacs => "aacs",
        }
    }
}

/// Who tells a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SizeSource {
    /// READ CAPACITY.
    Capacity,
    /// The lead-out of READ TOC.
    Toc,
    /// The end of the last written track by READ TRACK INFORMATION.
    Tracks,
    /// The physical format information of a DVD.
    PhysicalFormat,
    /// The disc information of a pressed BD.
    DiscInformation,
}

impl SizeSource {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            SizeSource::Capacity => "READ CAPACITY",
            SizeSource::Toc => "table of contents",
            SizeSource::Tracks => "track information",
            SizeSource::PhysicalFormat => "physical format information",
            SizeSource::DiscInformation => "BD disc information",
        }
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    /// Its number, from 1.
    pub number: u16,
    /// State: what the drive says of the last one, and complete for those before it. `None` if the
    /// drive does not say.
    pub state: Option<SessionState>,
    /// Its tracks.
    pub tracks: Vec<TrackFacts>,
}

/// A track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackFacts {
    /// Its number.
    pub number: u16,
    /// What it holds.
    pub kind: TrackKind,
    /// First block.
    pub start: Lba,
    /// Blocks; `None` where nobody says.
    pub length: Option<Blocks>,
    /// Where to go on writing.
    pub next_writable: Option<Lba>,
    /// Blocks that can still be written.
    pub free: Option<Blocks>,
    /// Nothing is written to it.
    pub blank: bool,
    /// A write was broken off.
    pub damaged: bool,
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Data.
    Data,
}

impl TrackKind {
    /// As JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            TrackKind::Audio => "audio",
            TrackKind::Data => "data",
        }
    }

    fn of(is_data: bool) -> TrackKind {
        if is_data { TrackKind::Data } else { TrackKind::Audio }
    }
}

impl MediumFacts {
    /// The state of the disc; `None` if the drive does not say.
    pub fn status(&self) -> Option<DiscStatus> {
        self.disc.as_ref().map(|disc| disc.status)
    }

    /// How many layers there are; `None` if nobody says.
    pub fn layer_count(&self) -> Option<u8> {
        match self.family? {
            Family::Cd => Some(1),
            Family::Dvd => self.physical.first().map(|format| format.layers),
            Family::Bd => self.bd.as_ref()?.units.first().map(|unit| unit.layers),
        }
    }

    /// First block of the second layer.
    pub fn layer_break(&self) -> Option<Lba> {
        let of_dvd = self.layers.as_ref().and_then(Layers::layer_break);
        of_dvd.or_else(|| self.bd.as_ref()?.layer_break())
    }

    /// The company that made it, by public tables of such codes ([`media_id`]).
    pub fn maker(&self) -> Option<&'static str> {
        match &self.atip {
            Some(atip) => media_id::maker_by_lead_in(atip.lead_in),
            None => media_id::maker_by_id(self.media_id.as_ref()?),
        }
    }

    /// The book a DVD claims, which need not be true; the disc type of a BD.
    pub fn book_type(&self) -> Option<String> {
        let dvd = self.physical.first().map(|format| format.book_name().to_string());
        dvd.or_else(|| Some(self.bd.as_ref()?.units.first()?.disc_type.clone()))
    }

    /// Read speeds, fastest first: the top of each stretch, and what goes with each write speed.
    pub fn read_speeds(&self) -> Vec<Rate> {
        let tops = self.performance.iter().map(|part| part.start_rate.max(part.end_rate));
        fastest_first(tops.chain(self.write_speeds.iter().map(|speed| speed.read)).collect())
    }

    /// Whether the write speeds of a DVD or BD are not its own: drives tell those of CDs in their
    /// place, whole multiples of a CD's 1x (real-drives: HL-DT-ST GSA-4167B, _NEC ND-3540A).
    pub fn write_speeds_are_of_cds(&self) -> bool {
        let whole = |rate: Rate, family: Family| {
            let times = family.x(rate).round();
            (f64::from(rate.kbps) - times * family.kbps_at_1x()).abs() <= 1.0
        };
        let other = self.family.filter(|family| *family != Family::Cd);
        let rates = || self.write_speeds.iter().map(|speed| speed.write);
        let suits = |family| rates().all(|rate| whole(rate, family));
        other.is_some_and(|own| !suits(own)) && !self.write_speeds.is_empty() && suits(Family::Cd)
    }

    /// What each source that tells it says of the number of 2048-byte sectors from LBA 0. Left out
    /// is what cannot be: a capacity of one block is how drives say that there is nothing
    /// (real-drives: redumper#258).
    pub fn sizes(&self) -> Vec<(SizeSource, Blocks)> {
        let capacity = self.capacity.filter(|capacity| capacity.block_len as usize == SECTOR);
        let lead_out = self.toc.as_ref().and_then(Toc::lead_out);
        let pressed = self.bd.as_ref().and_then(bd::DiscInformation::sectors);
        let sources = [
            (SizeSource::Capacity, capacity.map(|capacity| capacity.blocks)),
            (SizeSource::Toc, lead_out.and_then(blocks_before)),
            (SizeSource::Tracks, self.written_end().and_then(blocks_before)),
            (SizeSource::PhysicalFormat, self.layers.as_ref().map(Layers::sectors)),
            (SizeSource::DiscInformation, pressed),
        ];
        let told = sources.into_iter().filter_map(|(source, size)| Some((source, size?)));
        told.filter(|(_, size)| size.0 > 1).collect()
    }

    /// The block after the last written one, by track information.
    fn written_end(&self) -> Option<Lba> {
        let ends = self.tracks.iter().filter(|track| !track.blank).map(|track| {
            let written = track.last_recorded.map(|last| last + Blocks(1));
            // A closed track has no next writable address.
            written.or(track.next_writable).unwrap_or(track.start + track.size)
        });
        ends.max()
    }

    /// The sessions and their tracks: from track information, else from the tables of contents.
    pub fn sessions(&self) -> Vec<SessionFacts> {
        let tracks: Vec<(u16, TrackFacts)> = if !self.tracks.is_empty() {
            self.tracks.iter().map(|track| (track.session, of_information(track))).collect()
        } else if let Some(full) = &self.full_toc {
            of_full_toc(full)
        } else {
            self.toc.iter().flat_map(of_toc).collect()
        };
        let mut sessions: Vec<SessionFacts> = Vec::new();
        for (number, track) in tracks {
            match sessions.iter_mut().find(|session| session.number == number) {
                Some(session) => session.tracks.push(track),
                None => sessions.push(SessionFacts { number, state: None, tracks: vec![track] }),
            }
        }
        sessions.sort_by_key(|session| session.number);
        if let (Some(disc), Some((last, before))) = (&self.disc, sessions.split_last_mut()) {
            last.state = Some(disc.last_session);
            for session in before {
                session.state = Some(SessionState::Complete);
            }
        }
        sessions
    }
}

fn blocks_before(lba: Lba) -> Option<Blocks> {
    u32::try_from(lba.0).ok().map(Blocks)
}

fn of_information(track: &TrackInformation) -> TrackFacts {
    TrackFacts {
        number: track.number,
        kind: TrackKind::of(track.is_data()),
        start: track.start,
        length: Some(track.size),
        next_writable: track.next_writable,
        free: Some(track.free),
        blank: track.blank,
        damaged: track.damaged,
    }
}

fn between(start: Lba, end: Option<Lba>) -> Option<Blocks> {
    u32::try_from(end? - start).ok().map(Blocks)
}

fn written(number: u8, is_data: bool, start: Lba, end: Option<Lba>) -> TrackFacts {
    TrackFacts {
        number: u16::from(number),
        kind: TrackKind::of(is_data),
        start,
        length: between(start, end),
        next_writable: None,
        free: None,
        blank: false,
        damaged: false,
    }
}

fn of_full_toc(full: &FullToc) -> Vec<(u16, TrackFacts)> {
    let mut tracks = Vec::new();
    for session in full.sessions() {
        let entries: Vec<_> = full.tracks(session).collect();
        for (index, entry) in entries.iter().enumerate() {
            let next = entries.get(index + 1).map(|next| Lba::from(next.at));
            let end = next.or_else(|| full.lead_out(session));
            let is_data = entry.control & 0x04 != 0;
            tracks.push((
                u16::from(session),
                written(entry.point, is_data, Lba::from(entry.at), end),
            ));
        }
    }
    tracks
}

/// A table of contents says nothing of sessions: all tracks are shown in the first.
fn of_toc(toc: &Toc) -> Vec<(u16, TrackFacts)> {
    let entries: Vec<_> = toc.tracks().collect();
    let track = |(index, entry): (usize, &&_)| {
        let entry: &crate::mmc::cmd::read_toc::TocEntry = entry;
        let next = entries.get(index + 1).map(|next| next.start);
        let end = next.or_else(|| toc.lead_out());
        (1, written(entry.number, entry.is_data(), entry.start, end))
    };
    entries.iter().enumerate().map(track).collect()
}

/// Asks a disc what it is. `None` if there is no disc. The drive has to be ready
/// ([`super::super::ready::wait_ready`]).
///
/// # Errors
/// The drive is not ready, or was lost meanwhile.
pub fn survey_medium(
    drive: &mut Drive,
    facts: &DriveFacts,
) -> Result<Option<MediumFacts>, CommandError> {
    let mut surveyor = Surveyor::new(drive);
    if let Err(error) = surveyor.drive.run(&TestUnitReady) {
        match error.sense().map(|sense| (sense.key, sense.asc)) {
            Some((SenseKey::NotReady, 0x3a)) => return Ok(None),
            Some((SenseKey::NotReady, _)) => return Err(error),
            _ => surveyor.without_answer(error)?,
        }
    }
    let configuration = surveyor.ask(&GetConfiguration { wanted: Wanted::All, first: 0 })?;
    let profile = configuration.as_ref().map_or(Profile::None, |all| all.current_profile.into());
    let family = profile.family().or_else(|| only_cds(&configuration, facts));
    let mut medium = MediumFacts {
        capacity: surveyor.ask(&ReadCapacity)?,
        disc: surveyor.ask(&ReadDiscInformation)?,
        toc: surveyor.ask(&ReadToc { first_track: 0 })?,
        session_info: surveyor.ask(&ReadSessions)?,
        ..nothing(profile, family)
    };
    match family {
        Some(Family::Cd) => surveyor.ask_cd(&mut medium)?,
        Some(Family::Dvd) => surveyor.ask_dvd(&mut medium)?,
        Some(Family::Bd) => surveyor.ask_bd(&mut medium, configuration.as_ref())?,
        None => {}
    }
    medium.tracks = surveyor.ask_tracks(&medium)?;
    let streaming = |all: &Configuration| all.feature(feature::REAL_TIME_STREAMING).is_some();
    medium.configuration = configuration;
    if medium.configuration.as_ref().is_some_and(streaming) {
        medium.performance = surveyor.ask(&GetPerformance { write: false })?.unwrap_or_default();
        if profile.is_writable() {
            medium.write_speeds = surveyor.ask(&GetWriteSpeeds)?.unwrap_or_default();
        }
    }
    medium.remarks = surveyor.remarks;
    medium.answers = surveyor.answers;
    Ok(Some(medium))
}

/// A drive from before the profiles that reads no DVD: what is in it is a CD.
fn only_cds(configuration: &Option<Configuration>, facts: &DriveFacts) -> Option<Family> {
    let reads = &facts.capabilities.as_ref()?.reads;
    let dvd = reads.iter().any(|medium| medium.starts_with("DVD"));
    (configuration.is_none() && !dvd).then_some(Family::Cd)
}

fn nothing(profile: Profile, family: Option<Family>) -> MediumFacts {
    MediumFacts {
        profile,
        family,
        configuration: None,
        capacity: None,
        disc: None,
        toc: None,
        session_info: None,
        full_toc: None,
        atip: None,
        cd_text: None,
        tracks: Vec::new(),
        physical: Vec::new(),
        layers: None,
        copyright: None,
        bca: None,
        bd: None,
        protection: None,
        media_id: None,
        manufacturer: None,
        performance: Vec::new(),
        write_speeds: Vec::new(),
        remarks: Vec::new(),
        answers: Vec::new(),
    }
}

impl Surveyor<'_> {
    /// A structure of a layer.
    pub(super) fn structure<S: Structure>(&mut self, layer: u8) -> Result<Option<S>, CommandError> {
        let answer = self.ask(&ReadDiscStructure::<S>::of_layer(layer))?;
        Ok(answer.map(|answer| answer.structure))
    }

    fn ask_cd(&mut self, medium: &mut MediumFacts) -> Result<(), CommandError> {
        medium.full_toc = self.ask(&ReadFullToc)?;
        // Whatever the profile: a CD-R is presented as a CD-ROM by some (redumper PR#170).
        medium.atip = self.ask(&ReadAtip)?;
        medium.media_id = medium.atip.as_ref().map(Atip::media_id);
        let sound = |toc: &Toc| toc.tracks().any(|track| !track.is_data());
        if medium.toc.as_ref().is_some_and(sound) {
            medium.cd_text = self.ask(&ReadCdText)?;
        }
        Ok(())
    }

    fn ask_dvd(&mut self, medium: &mut MediumFacts) -> Result<(), CommandError> {
        medium.physical.extend(self.structure::<PhysicalFormat>(0)?);
        if let Some(first) = medium.physical.first() {
            // Two layers of an opposite track path share one answer.
            let own = if first.opposite_track_path { 1 } else { first.layers };
            for layer in 1..own {
                medium.physical.extend(self.structure::<PhysicalFormat>(layer)?);
            }
        }
        medium.layers = Layers::new(&medium.physical);
        if medium.layers.is_none()
            && let Some(first) = medium.physical.first()
        {
            let (start, end) = (first.start, first.end);
            self.remark(format!("no size in a data area from {start:#x} to {end:#x}"));
        }
        if medium.physical.first().is_some_and(|format| format.bca) {
            medium.bca = self.structure::<BurstCuttingArea>(0)?;
        }
        medium.copyright = self.structure::<Copyright>(0)?;
        medium.protection = match medium.copyright.map(|copyright| copyright.system) {
            Some(CopyrightSystem::CssOrCppm) => Some(Protection::Css),
            // A medium that can be written says so of what it could be used for.
            Some(CopyrightSystem::Cprm) if !medium.profile.is_writable() => Some(Protection::Cprm),
            Some(CopyrightSystem::Aacs) => Some(Protection::Aacs),
            _ => None,
        };
        self.ask_dvd_media_id(medium)
    }

    fn ask_dvd_media_id(&mut self, medium: &mut MediumFacts) -> Result<(), CommandError> {
        let book = medium.physical.first().map_or(0, |format| format.book_type);
        let plus = medium.profile.is_dvd_plus() || matches!(book, 0x9 | 0xa | 0xd | 0xe);
        let minus = !plus && (medium.profile.is_writable() || matches!(book, 0x2 | 0x3));
        if plus {
            // Some drives refuse the ADIP and have it in format 00h (real-drives: LG GGW-H20L,
            // TSSTcorp TS-L632H).
            let adip = self.structure::<Adip>(0)?.and_then(|adip| adip.0.plus_id);
            let id = adip.or_else(|| medium.physical.first()?.plus_id.clone());
            medium.media_id = id.as_ref().map(|(maker, kind)| format!("{maker}/{kind}"));
            medium.manufacturer = id.map(|(maker, _)| maker);
        } else if minus && medium.profile != Profile::DvdRam {
            let information = self.structure::<PrerecordedInformation>(0)?;
            medium.media_id = information.and_then(|information| information.media_id);
        }
        Ok(())
    }

    fn ask_bd(
        &mut self,
        medium: &mut MediumFacts,
        configuration: Option<&Configuration>,
    ) -> Result<(), CommandError> {
        medium.bd = self.structure::<bd::DiscInformation>(0)?;
        let unit = medium.bd.as_ref().and_then(|information| information.units.first());
        medium.manufacturer = unit.and_then(|unit| unit.manufacturer.clone());
        let kind = unit.and_then(|unit| unit.media_type.as_ref());
        if let (Some(maker), Some(kind)) = (&medium.manufacturer, kind) {
            medium.media_id = Some(format!("{maker}/{kind}"));
        }
        // GUESS: MMC-6 leaves open whether the feature is current with any BD or only with one that
        // is protected; a recordable disc, which is never mistaken for one, is told by its unit.
        let pressed = unit.is_some_and(bd::Unit::is_pressed) || unit.is_none();
        let current = configuration.is_some_and(|all| all.is_current(feature::AACS));
        if medium.profile == Profile::BdRom && pressed && current {
            medium.protection = Some(Protection::Aacs);
        }
        Ok(())
    }

    /// Every track, by the numbers that READ DISC INFORMATION tells, else by those of the TOC.
    fn ask_tracks(&mut self, medium: &MediumFacts) -> Result<Vec<TrackInformation>, CommandError> {
        let of_toc = || medium.toc.as_ref().map(|toc| (u16::from(toc.first), u16::from(toc.last)));
        let of_disc =
            medium.disc.as_ref().map(|disc| (u16::from(disc.first_track), disc.last_track));
        let Some((first, last)) = of_disc.or_else(of_toc) else { return Ok(Vec::new()) };
        let mut tracks = Vec::new();
        for number in first.max(1)..=last {
            if tracks.len() >= usize::from(TRACKS_MAX) {
                self.remark(format!("{last} tracks: only the first {TRACKS_MAX} are shown"));
                break;
            }
            let query = ReadTrackInformation(TrackAddress::Track(number));
            let Some(track) = self.ask(&query)? else { break };
            if track.number != number {
                let got = track.number;
                self.remark(format!("asked for track {number} and got track {got}"));
                break;
            }
            tracks.push(track);
        }
        Ok(tracks)
    }
}
