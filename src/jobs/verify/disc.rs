//! The disc as a comparison needs it: ready, with something on it, and how large the drive says it
//! is.

use super::{Event, Options};
use crate::formats::FileSystems;
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::reading::eta::Curve;
use crate::jobs::reading::reader::end_of_the_road;
use crate::jobs::ready::{self, Since, Tray};
use crate::jobs::sectors::DiscSectors;
use crate::jobs::speed;
use crate::jobs::survey::{
    DriveFacts, MediumFacts, TrackFacts, TrackKind, survey_drive, survey_medium,
};
use crate::mmc::Drive;
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::units::{Blocks, Family, Lba};

/// What is known of drive and disc before the first sector is compared.
pub struct Disc {
    /// What kind of disc.
    pub family: Family,
    /// The drive.
    pub drive: DriveFacts,
    /// All that the disc says of itself.
    pub medium: MediumFacts,
    /// What is on it.
    pub files: FileSystems,
    /// The sector behind its last one, by the largest of all that tells it.
    pub end: Option<u32>,
    /// The shape of the drive's rate over the disc.
    pub curve: Curve,
}

impl Disc {
    /// The error-correction block.
    pub fn unit(&self) -> Blocks {
        self.family.ecc_blocks()
    }
}

/// Waits for the disc and finds out what is needed of it.
///
/// # Errors
/// There is none, or none that could hold an image.
pub fn survey(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Disc, Error> {
    ready::require(drive, Since::Now, &mut |_| observer.event(Event::Waiting))?;
    // What was reported until here is of the past; what comes from here on is not.
    drop(drive.take_attentions());
    let facts = survey_drive(drive)?;
    let medium = survey_medium(drive, &facts)?.ok_or_else(|| ready::no_medium(Tray::Unknown))?;
    let family = medium.family.ok_or_else(|| {
        let kind = medium.profile.name();
        Error::new(Kind::Unusable, format!("this drive cannot read this kind of disc ({kind})"))
            .hint("`oxidisc info` lists what the drive reads")
    })?;
    if medium.status() == Some(DiscStatus::Blank) {
        return Err(Error::new(Kind::Unusable, "the disc is blank")
            .hint("there is nothing on it that could be compared"));
    }
    holds_data(&medium, options.start)?;
    let mut sectors = DiscSectors::new(drive);
    let files = sectors.file_systems(&medium);
    if let Some(error) = sectors.take_failure() {
        return Err(end_of_the_road(&error, super::AGAIN));
    }
    let end = medium.sizes().iter().map(|(_, size)| size.0).max();
    if let Some(speed) = options.speed {
        let request = speed::request(speed, family, &facts, &medium, end.unwrap_or(0))?;
        if let Some(remark) = speed::set(drive, speed, request)? {
            // Whether to stop is asked before every read.
            let _ = observer.event(Event::Remark(remark));
        }
    }
    let curve = Curve::of(&medium.performance, end.unwrap_or(0));
    Ok(Disc { family, drive: facts, medium, files, end, curve })
}

/// Sound is not read as data is, and every sector of it would fail.
fn holds_data(medium: &MediumFacts, start: Lba) -> Result<(), Error> {
    let sessions = medium.sessions();
    let mut tracks = sessions.iter().flat_map(|session| &session.tracks);
    let holds = |track: &&TrackFacts| {
        track.start <= start && track.length.is_some_and(|length| start < track.start + length)
    };
    match tracks.find(holds) {
        Some(track) if track.kind == TrackKind::Audio => {
            let number = track.number;
            Err(Error::new(Kind::Unusable, format!("track {number} at {start} is sound, not data"))
                .hint("compare sound with a program for it, such as cdparanoia"))
        }
        _ => Ok(()),
    }
}
