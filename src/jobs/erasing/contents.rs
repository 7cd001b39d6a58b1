//! What is on a disc, in words that a person recognises it by: what would be lost. Reads a few
//! sectors and knows no plan.

use std::fmt;
use std::time::Duration;

use crate::jobs::error::Error;
use crate::jobs::sectors::DiscSectors;
use crate::jobs::survey::{MediumFacts, TrackKind};
use crate::mmc::cmd::read::Read10;
use crate::mmc::{CommandError, Drive};
use crate::transport::SenseKey;
use crate::units::{Lba, SECTOR};

/// Blocks of a place that is looked at: an error-correction block of a DVD.
const PLACE: u16 = 16;
/// A disc takes half a minute to spin up in a bad drive, and a bad place as long to fail.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What was found besides file systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Something.
    Data,
    /// It could not be read.
    Unreadable,
}

/// What is on a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The file systems of its last session, `iso9660`, `udf`.
    pub file_systems: Vec<&'static str>,
    /// Its label.
    pub volume_id: Option<String>,
    /// Sectors that the file systems claim.
    pub sectors: Option<u32>,
    /// Sessions that hold something.
    pub sessions: usize,
    /// Tracks of sound.
    pub audio_tracks: usize,
    /// What else.
    pub found: Found,
}

impl Contents {
    /// Of a disc on which nothing is.
    pub const NOTHING: Contents = Contents {
        file_systems: Vec::new(),
        volume_id: None,
        sectors: None,
        sessions: 0,
        audio_tracks: 0,
        found: Found::Nothing,
    };

    /// Looks. `untouched`: nothing can be on it by its state, and it is not read.
    ///
    /// # Errors
    /// The drive is gone. That a disc cannot be read is no error: it may be what it is erased for.
    pub fn of(drive: &mut Drive, medium: &MediumFacts, untouched: bool) -> Result<Contents, Error> {
        if untouched {
            return Ok(Contents::NOTHING);
        }
        let facts = medium.sessions();
        let written = |session: &&_| {
            let session: &crate::jobs::survey::SessionFacts = session;
            session.tracks.iter().any(|track| !track.blank)
        };
        let tracks = facts.iter().flat_map(|session| &session.tracks);
        let sound = tracks.filter(|track| track.kind == TrackKind::Audio && !track.blank);
        let (sessions, audio_tracks) = (facts.iter().filter(written).count(), sound.count());
        let capacity = medium.sizes().first().map(|(_, size)| size.0);
        let mut sectors = DiscSectors::new(drive);
        let systems = sectors.file_systems(medium);
        let mut contents = Contents {
            file_systems: systems.names(),
            volume_id: systems.volume_id().map(String::from),
            sectors: systems.sectors(),
            sessions,
            audio_tracks,
            found: Found::Nothing,
        };
        if let Some(failure) = sectors.take_failure().filter(CommandError::is_gone) {
            return Err(failure.into());
        }
        if contents.file_systems.is_empty() && audio_tracks == 0 {
            contents.found = look(|lba| place(drive, lba), capacity);
        }
        Ok(contents)
    }

    /// Whether nothing is on it that one could miss.
    pub fn is_empty(&self) -> bool {
        self.file_systems.is_empty() && self.audio_tracks == 0 && self.found == Found::Nothing
    }
}

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Zeros,
    /// BLANK CHECK: never written.
    Blank,
    Data,
    Bad,
}

/// Places that may be bad before it is not looked any further.
const BAD_MAX: u32 = 4;
/// The beginning, and where UDF keeps its anchors (ECMA-167 3/8.4.2.1: 256 and the end; 512 on
/// discs that are not closed).
const ANCHORS: [u32; 6] = [0, 16, 32, 48, 256, 512];
/// Places spread over the disc: what takes up more than a sixty-fourth of it in one piece is seen.
const SPREAD: u32 = 64;

/// Whether there is anything but zeros: at the beginning and the end, and at places spread over the
/// disc. What cannot be read at the beginning may be anything; behind it, a DVD+RW that is not
/// formatted to its end has nothing that reads.
fn look(mut at: impl FnMut(u32) -> Place, capacity: Option<u32>) -> Found {
    let last = capacity.map_or(0, |capacity| capacity.saturating_sub(u32::from(PLACE)));
    let spread = (1..SPREAD).map(|part| last / SPREAD * part);
    let is_there = |lba: &u32| *lba == 0 || capacity.is_none() || *lba <= last;
    let (mut at_the_beginning, mut bad) = (false, 0);
    for lba in ANCHORS.into_iter().chain([last]).chain(spread).filter(is_there) {
        match at(lba) {
            Place::Data => return Found::Data,
            Place::Zeros | Place::Blank => {}
            Place::Bad => {
                at_the_beginning |= ANCHORS.contains(&lba);
                bad += 1;
            }
        }
        if at_the_beginning && bad >= BAD_MAX {
            break;
        }
    }
    if at_the_beginning { Found::Unreadable } else { Found::Nothing }
}

/// Reads a few blocks.
fn place(drive: &mut Drive, lba: u32) -> Place {
    let mut buffer = vec![0; usize::from(PLACE) * SECTOR];
    let lba = Lba(i32::try_from(lba).unwrap_or(i32::MAX));
    let read = Read10 { lba, blocks: PLACE, fua: false, timeout: TIMEOUT };
    match drive.read_into(&read, &mut buffer) {
        Ok(done) if buffer[..done.transferred].iter().any(|byte| *byte != 0) => Place::Data,
        Ok(_) => Place::Zeros,
        Err(error) => match error.sense() {
            Some(sense) if sense.key == SenseKey::BlankCheck => Place::Blank,
            _ => Place::Bad,
        },
    }
}

/// A file system's name as people write it.
fn spelt(name: &str) -> &str {
    match name {
        "iso9660" => "ISO 9660",
        "udf" => "UDF",
        "hfs" => "HFS",
        "hfs+" => "HFS+",
        other => other,
    }
}

impl fmt::Display for Contents {
    /// `ISO 9660 and UDF 'BACKUP' in 2 sessions, 3 audio tracks`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.file_systems.is_empty() {
            let names: Vec<&str> = self.file_systems.iter().map(|name| spelt(name)).collect();
            let mut text = names.join(" and ");
            if let Some(label) = &self.volume_id {
                text.push_str(&format!(" '{label}'"));
            }
            if self.sessions > 1 {
                text.push_str(&format!(" in {} sessions", self.sessions));
            }
            parts.push(text);
        }
        match self.audio_tracks {
            0 => {}
            1 => parts.push("an audio track".into()),
            count => parts.push(format!("{count} audio tracks")),
        }
        match self.found {
            Found::Nothing if parts.is_empty() => parts.push("nothing".into()),
            Found::Nothing => {}
            Found::Data => parts.push("data without a file system that is known".into()),
            Found::Unreadable => parts.push("something that cannot be read".into()),
        }
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_is_named_as_one_recognises_it() {
        let disc = Contents {
            file_systems: vec!["iso9660", "udf"],
            volume_id: Some("BACKUP".into()),
            sessions: 2,
            audio_tracks: 3,
            ..Contents::NOTHING
        };
        assert_eq!(disc.to_string(), "ISO 9660 and UDF 'BACKUP' in 2 sessions, 3 audio tracks");
        assert_eq!(Contents::NOTHING.to_string(), "nothing");
        assert!(Contents::NOTHING.is_empty() && !disc.is_empty());
        let sound = Contents { audio_tracks: 1, sessions: 1, ..Contents::NOTHING };
        assert_eq!((sound.to_string().as_str(), sound.is_empty()), ("an audio track", false));
        let raw = Contents { found: Found::Data, ..Contents::NOTHING };
        assert_eq!(raw.to_string(), "data without a file system that is known");
    }

    #[test]
    fn zeros_are_nothing_and_anything_else_is_data() {
        assert_eq!(look(|_| Place::Zeros, Some(10_000)), Found::Nothing);
        assert_eq!(look(|_| Place::Blank, Some(10_000)), Found::Nothing);
        let far = |lba| if lba > 9000 { Place::Data } else { Place::Bad };
        assert_eq!(look(far, Some(10_000)), Found::Unreadable);
        let far = |lba| if lba > 9000 { Place::Data } else { Place::Blank };
        assert_eq!(look(far, Some(10_000)), Found::Data);
        // The last blocks, where UDF has its last anchor, and a place that cannot be read.
        let end = |lba| if lba == 10_000 - 16 { Place::Data } else { Place::Zeros };
        assert_eq!(look(end, Some(10_000)), Found::Data);
        let scratch = |lba| if lba == 512 { Place::Bad } else { Place::Zeros };
        assert_eq!(look(scratch, Some(10_000)), Found::Unreadable);
        let half = |lba| if lba > 5000 { Place::Bad } else { Place::Zeros };
        assert_eq!(look(half, Some(10_000)), Found::Nothing);
        // Nothing behind the end is asked for.
        let small = |lba| if lba + 16 > 64 { Place::Bad } else { Place::Zeros };
        assert_eq!(look(small, Some(64)), Found::Nothing);
        let mut asked = 0;
        let bad = |_| {
            asked += 1;
            Place::Bad
        };
        assert_eq!((look(bad, Some(10_000)), asked), (Found::Unreadable, 4));
    }
}
