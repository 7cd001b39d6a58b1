//! What only those ask who want to know all of a disc: formats, resources, write speeds over the
//! disc, texts and codes of an audio CD. Other jobs have no use for these, and spare the commands.

use std::time::Duration;

use super::{DriveFacts, MediumFacts, RawAnswer, Surveyor};
use crate::formats::cd_text::{self, Block};
use crate::jobs::erasing::state::{Formattable, Spares, State};
use crate::jobs::format::offers::{Offer, offers};
use crate::mmc::cmd::get_configuration::Configuration;
use crate::mmc::cmd::get_performance::{GetPerformance, Nominal};
use crate::mmc::cmd::read_disc_information::{
    DiscStatus, PowResources, ReadPowResources, ReadTrackResources, TrackResources,
};
use crate::mmc::cmd::read_disc_structure::{bd, dvd};
use crate::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use crate::mmc::cmd::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use crate::mmc::profile::Profile;
use crate::mmc::{CommandError, Drive, feature};
use crate::units::Family;

/// Each code costs a seek and a tenth of a second of sound: a disc whose first tracks have none has
/// none at all.
const TRACKS_WITHOUT_CODE: u32 = 3;
/// All of them may take so long, in drive time.
const CODES_PATIENCE: Duration = Duration::from_secs(8);

/// What else a disc tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// How it is formatted, protected and spared. Of discs that can be formatted.
    pub state: Option<State>,
    /// What it could be formatted to, with what each means.
    pub offers: Vec<Offer>,
    /// READ DISC STRUCTURE, format 03h. Of a pressed BD, where there is such an area.
    pub bca: Option<bd::BurstCuttingArea>,
    /// READ DISC INFORMATION, type 001b, where feature 0021h says that there is one.
    pub track_resources: Option<TrackResources>,
    /// READ DISC INFORMATION, type 010b. Of a BD-R that is formatted for pseudo-overwrite.
    pub pow_resources: Option<PowResources>,
    /// Where the second layer of a blank disc will begin.
    pub layer_boundary: Option<dvd::LayerBoundary>,
    /// GET PERFORMANCE of writing: the speed over the disc. Of discs that can be written now.
    pub write_performance: Vec<Nominal>,
    /// The CD-TEXT, a block a language.
    pub cd_text: Vec<Block>,
    /// The catalogue number of a CD with sound.
    pub catalog_number: Option<String>,
    /// Numbers and recording codes (ISRC) of the tracks of sound that have one.
    pub recording_codes: Vec<(u8, String)>,
    /// What made no sense.
    pub remarks: Vec<String>,
    /// Every answer in its bytes.
    pub answers: Vec<RawAnswer>,
}

/// Asks a disc for the rest, after [`super::survey_medium`].
///
/// # Errors
/// The drive was lost meanwhile.
pub fn survey_details(
    drive: &mut Drive,
    facts: &DriveFacts,
    medium: &MediumFacts,
) -> Result<Details, CommandError> {
    let mut surveyor = Surveyor::new(drive);
    let current = |code| medium.configuration.as_ref().is_some_and(|all| all.is_current(code));
    let mut details = Details {
        state: surveyor.ask_state(medium)?,
        offers: Vec::new(),
        bca: None,
        track_resources: None,
        pow_resources: None,
        layer_boundary: None,
        write_performance: Vec::new(),
        cd_text: medium.cd_text.iter().flat_map(|text| cd_text::decode(&text.packs)).collect(),
        catalog_number: None,
        recording_codes: Vec::new(),
        remarks: Vec::new(),
        answers: Vec::new(),
    };
    details.offers = details.state.iter().flat_map(offers).collect();
    if tells_track_resources(medium.configuration.as_ref()) {
        details.track_resources = surveyor.ask(&ReadTrackResources)?;
    }
    if current(feature::BD_R_PSEUDO_OVERWRITE) {
        details.pow_resources = surveyor.ask(&ReadPowResources)?;
    }
    let unit = medium.bd.as_ref().and_then(|disc| disc.units.first());
    if unit.is_some_and(bd::Unit::is_pressed) {
        details.bca = surveyor.structure(0)?;
    }
    let blank = medium.status() == Some(DiscStatus::Blank);
    let two_layers = matches!(medium.profile, Profile::DvdPlusRDl | Profile::DvdRDlSequential);
    if blank && two_layers {
        details.layer_boundary = surveyor.structure(0)?;
    }
    if current(feature::REAL_TIME_STREAMING) && can_be_written(facts, medium) {
        details.write_performance =
            surveyor.ask(&GetPerformance { write: true })?.unwrap_or_default();
    }
    if medium.family == Some(Family::Cd) {
        surveyor.ask_codes(medium, &mut details)?;
    }
    details.remarks = surveyor.remarks;
    details.answers = surveyor.answers;
    Ok(details)
}

/// TRIO of feature 0021h (MMC-6 5.3.11): READ DISC INFORMATION knows type 001b.
fn tells_track_resources(configuration: Option<&Configuration>) -> bool {
    let feature = configuration.and_then(|all| all.feature(feature::INCREMENTAL_STREAMING));
    let byte = |feature: &crate::mmc::cmd::get_configuration::Feature| feature.data.get(2).copied();
    feature.is_some_and(|feature| feature.current && byte(feature).unwrap_or(0) & 0x04 != 0)
}

/// Whether this drive could write to the disc as it is.
fn can_be_written(facts: &DriveFacts, medium: &MediumFacts) -> bool {
    let closed = medium.status() == Some(DiscStatus::Complete);
    let writes = facts.capabilities.as_ref().is_none_or(|page| !page.writes.is_empty());
    writes && medium.profile.is_writable() && (medium.profile.is_rewritable() || !closed)
}

impl Surveyor<'_> {
    /// Of what is never formatted, nothing is asked.
    fn ask_state(&mut self, medium: &MediumFacts) -> Result<Option<State>, CommandError> {
        let profile = medium.profile;
        if !profile.is_rewritable() && profile != Profile::BdRSequential {
            return Ok(None);
        }
        let all = medium.configuration.as_ref();
        let current = |code| all.is_some_and(|all| all.is_current(code));
        let formats = self.ask(&ReadFormatCapacities)?;
        let (mut protection, mut spares) = (None, None);
        if profile == Profile::DvdRam {
            protection = self.structure::<dvd::WriteProtection>(0)?.map(|found| found.0);
            spares = self.structure::<dvd::SpareArea>(0)?.map(Spares::from);
        } else if profile.family() == Some(Family::Bd) {
            protection = self.structure::<bd::WriteProtection>(0)?.map(|found| found.0);
            spares = self.structure::<bd::SpareArea>(0)?.map(Spares::from);
        }
        Ok(Some(State {
            profile,
            disc: medium.disc.clone(),
            formats,
            formattable: Formattable::of(all),
            incremental: current(feature::INCREMENTAL_STREAMING),
            pseudo_overwrite: current(feature::BD_R_PSEUDO_OVERWRITE),
            protection,
            spares,
            bare: medium.bd.as_ref().and_then(|disc| disc.units.first()?.sectors()),
        }))
    }

    /// Catalogue number and recording codes, of a CD that holds sound. Where the text brings the
    /// codes, the tracks are not asked one by one.
    fn ask_codes(
        &mut self,
        medium: &MediumFacts,
        details: &mut Details,
    ) -> Result<(), CommandError> {
        let sound = |toc: &crate::mmc::cmd::read_toc::Toc| -> Vec<u8> {
            toc.tracks().filter(|track| !track.is_data()).map(|track| track.number).collect()
        };
        let tracks = medium.toc.as_ref().map(sound).unwrap_or_default();
        if tracks.is_empty() {
            return Ok(());
        }
        details.catalog_number = self.ask(&ReadCatalogNumber)?.flatten();
        let of_text = |track: u8| {
            let codes = details.cd_text.iter().find_map(|b| b.text(cd_text::Kind::Code, track));
            codes.map(|code| (track, code.to_string()))
        };
        details.recording_codes = tracks.iter().filter_map(|track| of_text(*track)).collect();
        if !details.recording_codes.is_empty() {
            return Ok(());
        }
        let begin = self.drive.time();
        let mut without = 0;
        for track in tracks {
            if self.drive.time().saturating_sub(begin) > CODES_PATIENCE {
                self.remark("the drive is slow with recording codes: not all were asked".into());
                break;
            }
            match self.ask(&ReadRecordingCode { track })?.flatten() {
                Some(code) => details.recording_codes.push((track, code)),
                None => without += 1,
            }
            if details.recording_codes.is_empty() && without == TRACKS_WITHOUT_CODE {
                break;
            }
        }
        Ok(())
    }
}
