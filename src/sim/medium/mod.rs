//! The disc in the drive: its kind, sessions and tracks, layers, protection, and the bytes of its
//! sectors. What can change on a recordable one is in [`recording`]. Knows no command and no time.

pub mod atip;
pub mod blank;
pub mod calibration;
pub mod compact;
pub mod content;
pub mod cue_sheet;
pub mod formats;
pub mod kind;
pub mod marks;
pub mod protection;
pub mod recording;
pub mod rules;
pub mod sheet;
pub mod states;
pub mod store;

use std::ops::Range;

use super::geometry::{Layout, TrackPath};
use crate::units::Family;
use content::Content;
pub use kind::Kind;
use marks::Mark;
pub use protection::Protection;
pub use recording::{Record, TrackState};
use serde::{Deserialize, Serialize};

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrackMode {
    /// Sectors of 2048 bytes of user data.
    Data,
    /// CD audio: sectors of 2352 bytes.
    Audio,
}

/// A track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its number, 1 first.
    pub number: u8,
    /// The number of its session, 1 first.
    pub session: u8,
    /// Its first block.
    pub start: u32,
    /// Its blocks as the table of contents counts them, run-out included.
    pub blocks: u32,
    /// How many blocks at its end are run-out and cannot be read.
    pub runout: u32,
    /// What it holds.
    pub mode: TrackMode,
    /// Whether blocks can be added.
    #[serde(default)]
    pub state: TrackState,
}

impl Track {
    /// The first block after it.
    pub fn end(&self) -> u32 {
        self.start.saturating_add(self.blocks)
    }

    /// CONTROL of the Q sub-channel: 4 for data, 0 for audio (MMC-6 table 480).
    pub fn control(&self) -> u8 {
        if self.mode == TrackMode::Data { 0x4 } else { 0x0 }
    }
}

/// What lies at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Readable blocks of a track.
    Track(Track),
    /// The run-out of a track written at once.
    RunOut(Track),
    /// Between two sessions.
    Gap,
    /// Of a track, but nothing has been recorded there.
    Unrecorded,
}

/// A disc.
pub struct Medium {
    /// What it is.
    pub kind: Kind,
    /// Its layers.
    pub layers: u8,
    /// How they follow each other.
    pub path: TrackPath,
    /// Blocks on each layer but the last.
    pub layer_break: Option<u32>,
    /// Its tracks, by number.
    pub tracks: Vec<Track>,
    /// How it is protected.
    pub protection: Protection,
    /// Blocks that the drive hands out only after authentication.
    pub protected: Vec<Range<u32>>,
    /// Its bytes.
    pub content: Content,
    /// What can change; `None` for what was pressed, or is an image that shall stay as it is.
    pub record: Option<Record>,
}

impl Medium {
    /// Blocks up to the lead-out of the last session: what READ CAPACITY counts.
    pub fn capacity(&self) -> u32 {
        // real-drives: HL-DT-ST WH16NS40: all of a BD-R with POW that holds something.
        if self.pseudo_overwrites() && !self.tracks.is_empty() {
            return self.room();
        }
        let closed = |track: &&Track| match &self.record {
            Some(record) => track.session <= record.closed_sessions,
            None => true,
        };
        self.tracks.iter().rev().find(closed).map_or(0, Track::end)
    }

    /// One past the last block that was ever recorded: what a read can reach.
    pub fn recorded_end(&self) -> u32 {
        let ends = self.burnt_tracks().iter().map(|track| match track.state {
            TrackState::Complete => track.end(),
            TrackState::Open { .. } | TrackState::Damaged { .. } => {
                track.start.saturating_add(track.recorded())
            }
        });
        ends.max().unwrap_or(0)
    }

    /// The number of the last session.
    pub fn sessions(&self) -> u8 {
        self.tracks.last().map_or(1, |track| track.session)
    }

    /// The tracks of one session.
    pub fn session(&self, number: u8) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(move |track| track.session == number)
    }

    /// Where the lead-out of a session begins.
    pub fn lead_out(&self, session: u8) -> u32 {
        self.session(session).last().map_or(0, Track::end)
    }

    /// The track that holds an address, or the last one before it.
    pub fn track_at(&self, lba: u32) -> Option<&Track> {
        self.tracks.iter().rev().find(|track| track.start <= lba)
    }

    /// What lies at an address, and up to where it is the same.
    pub fn area(&self, lba: u32) -> (Area, u32) {
        match (self.area_of_track(lba), self.hole_from(lba)) {
            (_, Some((start, end))) if start <= lba => (Area::Gap, end),
            ((area, until), Some((start, _))) => (area, until.min(start)),
            (found, None) => found,
        }
    }

    /// Whether an audio track is followed by another of its session.
    fn audio_follows(&self, track: &Track) -> bool {
        let next = self.tracks.iter().find(|next| next.start > track.start);
        next.is_some_and(|next| {
            next.session == track.session
                && next.mode == TrackMode::Audio
                && track.mode == TrackMode::Audio
        })
    }

    fn area_of_track(&self, lba: u32) -> (Area, u32) {
        let next = || {
            let starts = self.tracks.iter().map(|track| track.start);
            starts.filter(|start| *start > lba).min().unwrap_or(u32::MAX)
        };
        match self.track_at(lba) {
            Some(track) if lba < track.start + track.recorded() => {
                let end = track.start + track.recorded();
                match self.recorded_from(lba) {
                    (true, until) => (Area::Track(*track), until.min(end)),
                    (false, until) => (Area::Unrecorded, until.min(end)),
                }
            }
            Some(track) if lba < track.end() && track.is_open() => (Area::Gap, track.end()),
            Some(track) if lba < track.end() => (Area::RunOut(*track), track.end()),
            // The pause between two tracks of audio is silence, whoever made it.
            Some(track) if self.audio_follows(track) => (Area::Track(*track), next()),
            _ => (Area::Gap, next()),
        }
    }

    /// Whether something is recorded at an address of a track, and up to where that is so.
    fn recorded_from(&self, lba: u32) -> (bool, u32) {
        let Some(record) = self.record.as_ref().filter(|_| self.written_over()) else {
            return (true, u32::MAX);
        };
        if lba < record.laid {
            return (true, record.laid);
        }
        match &self.content {
            Content::Recorded(store) => store.marked(Mark::Recorded, lba),
            _ => (true, u32::MAX),
        }
    }

    /// The first block of a range that is handed out only after authentication.
    pub fn first_protected(&self, blocks: Range<u32>) -> Option<u32> {
        let overlap = |range: &Range<u32>| {
            let first = range.start.max(blocks.start);
            (first < range.end.min(blocks.end)).then_some(first)
        };
        self.protected.iter().filter_map(overlap).min()
    }

    /// Whether any track holds data.
    pub fn has_data(&self) -> bool {
        self.tracks.iter().any(|track| track.mode == TrackMode::Data)
    }

    /// Blocks that it has, spare areas among them: those of a closed disc are what it holds.
    pub fn extent(&self) -> u32 {
        let whole = |record: &Record| record.whole.max(record.capacity);
        self.record.as_ref().map_or_else(|| self.capacity(), whole)
    }

    /// Blocks that the host has room for.
    pub fn room(&self) -> u32 {
        self.record.as_ref().map_or_else(|| self.capacity(), |record| record.capacity)
    }

    /// Where its sectors lie.
    pub fn layout(&self) -> Layout {
        Layout::layered(self.kind.family(), self.extent(), self.layers, self.path, self.layer_break)
    }

    /// Blocks of each layer, in order.
    pub fn layer_blocks(&self) -> Vec<u32> {
        let layout = self.layout();
        let starts: Vec<u32> = layout.layer_starts().collect();
        let ends = starts.iter().skip(1).copied().chain([self.extent()]);
        starts.iter().zip(ends).map(|(start, end)| end - start).collect()
    }

    /// CD, DVD or BD.
    pub fn family(&self) -> Family {
        self.kind.family()
    }
}

/// Where the sessions of an image begin and how its tracks were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// First block of each session's track; the first is 0.
    pub starts: Vec<u32>,
    /// Blocks of run-out at the end of each track: 2 for track-at-once.
    pub runout: u32,
}

/// Lays the tracks of an image of `blocks` blocks: one data track a session.
///
/// # Errors
/// The sessions do not fit; the reason says how they would.
pub fn lay_tracks(kind: Kind, blocks: u32, sessions: &Sessions) -> Result<Vec<Track>, String> {
    let starts = &sessions.starts;
    if starts.first() != Some(&0) {
        return Err("the first session begins at 0: write sessions=0+START+…".to_string());
    }
    if starts.len() > 1 && !kind.sessions() {
        return Err(format!("a {} holds one session only", kind.name()));
    }
    if starts.len() > 99 {
        return Err("a disc of this program has at most 99 sessions of one track each".to_string());
    }
    let mut tracks = Vec::new();
    for (index, start) in starts.iter().copied().enumerate() {
        let number = u8::try_from(index + 1).unwrap_or(u8::MAX);
        let end = match starts.get(index + 1) {
            Some(next) => next.checked_sub(kind.session_gap(index == 0)),
            None => blocks.checked_add(sessions.runout),
        };
        let length = end.and_then(|end| end.checked_sub(start)).filter(|n| *n > sessions.runout);
        let Some(length) = length else {
            let gap = kind.session_gap(index == 0);
            return Err(match starts.get(index + 1) {
                Some(next) => format!(
                    "session {} at {next} leaves no room for the one before it at {start}: on a {} \
                     {gap} blocks lie between them",
                    index + 2,
                    kind.name()
                ),
                None => format!("session {number} begins at {start}, the image ends at {blocks}"),
            });
        };
        tracks.push(Track {
            number,
            session: number,
            start,
            blocks: length,
            runout: sessions.runout,
            mode: TrackMode::Data,
            state: TrackState::Complete,
        });
    }
    Ok(tracks)
}

#[cfg(test)]
mod tests {
    use super::super::surface::MemoryImage;
    use super::*;

    fn disc(kind: Kind, blocks: u32, starts: &[u32], runout: u32) -> Medium {
        let sessions = Sessions { starts: starts.to_vec(), runout };
        Medium {
            kind,
            layers: 1,
            path: TrackPath::Opposite,
            layer_break: None,
            tracks: lay_tracks(kind, blocks, &sessions).expect("fits"),
            protection: Protection::None,
            protected: Vec::new(),
            content: Content::image(Box::new(MemoryImage::new(vec![0; 2048]))),
            record: None,
        }
    }

    #[test]
    fn one_session_is_one_track_over_the_whole_image() {
        let medium = disc(Kind::CdRom, 1000, &[0], 0);
        assert_eq!((medium.capacity(), medium.sessions(), medium.lead_out(1)), (1000, 1, 1000));
        assert!(matches!(medium.area(999), (Area::Track(_), 1000)));
    }

    #[test]
    fn run_out_is_counted_and_lies_after_the_image() {
        let medium = disc(Kind::CdR, 1000, &[0], 2);
        assert_eq!(medium.capacity(), 1002);
        assert!(matches!(medium.area(999), (Area::Track(_), 1000)));
        assert!(matches!(medium.area(1000), (Area::RunOut(_), 1002)));
    }

    #[test]
    fn sessions_of_a_cd_lie_11400_then_6900_apart() {
        // As on the disc of real-drives: redumper #202.
        let medium = disc(Kind::CdR, 201_262, &[0, 199_937], 0);
        assert_eq!((medium.lead_out(1), medium.lead_out(2)), (188_537, 201_262));
        assert!(matches!(medium.area(188_537), (Area::Gap, 199_937)));
        let three = disc(Kind::CdR, 60_000, &[0, 20_000, 40_000], 0);
        assert_eq!((three.lead_out(1), three.lead_out(2)), (8_600, 33_100));
    }

    #[test]
    fn sessions_that_do_not_fit_are_refused_with_the_reason() {
        let refuse = |kind, blocks, starts: &[u32]| {
            let sessions = Sessions { starts: starts.to_vec(), runout: 0 };
            lay_tracks(kind, blocks, &sessions).expect_err("refused")
        };
        assert!(refuse(Kind::CdR, 20_000, &[0, 11_000]).contains("11400 blocks lie between"));
        assert!(refuse(Kind::CdR, 20_000, &[0, 30_000]).contains("the image ends at 20000"));
        assert!(refuse(Kind::CdR, 20_000, &[5]).contains("begins at 0"));
        assert!(refuse(Kind::DvdRom, 20_000, &[0, 15_000]).contains("one session only"));
    }

    #[test]
    fn protected_blocks_are_found_at_the_first_that_is_touched() {
        let mut medium = disc(Kind::DvdRom, 1000, &[0], 0);
        medium.protected = vec![300..310, 100..200];
        assert_eq!(medium.first_protected(0..100), None);
        assert_eq!(medium.first_protected(0..1000), Some(100));
        assert_eq!(medium.first_protected(150..1000), Some(150));
        assert_eq!(medium.first_protected(200..305), Some(300));
    }
}
