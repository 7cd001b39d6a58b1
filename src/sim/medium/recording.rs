//! What can change on a recordable disc: its sessions, its format, where the next write goes. Knows
//! no command; which change is allowed when is for [`super::states`] and [`super::rules`].

use serde::{Deserialize, Serialize};

use super::compact::Compact;
use super::{Kind, Medium, Track, TrackMode};

/// What has been recorded on a disc that a drive can write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// One past the last LBA that can be written, in the format that the disc has now.
    pub capacity: u32,
    /// Sessions that are closed.
    pub closed_sessions: u8,
    /// Nothing can be added any more.
    pub finalized: bool,
    /// Where the next track begins that nobody has begun yet: the invisible track.
    pub next: u32,
    /// How it is formatted, on discs that are; `None` as long as they are not.
    #[serde(default)]
    pub format: Option<Format>,
    /// Blocks of tracks that hold no signal, first and one past the last: what a write did not
    /// come to.
    #[serde(default)]
    pub holes: Vec<(u32, u32)>,
    /// Blanked in a hurry: its packets cannot be written one by one until it is blanked in full.
    #[serde(default)]
    pub minimally_blanked: bool,
    /// The session under way has a length that was told before (DAO): it closes by itself.
    #[serde(default)]
    pub at_once: bool,
    /// What only a CD has.
    #[serde(default)]
    pub compact: Compact,
    /// What is on the disc while the laser only pretends to write: TEST WRITE.
    #[serde(skip)]
    pub rehearsal: Option<Box<Rehearsal>>,
    /// Blocks of the whole disc, whatever a format leaves of them.
    #[serde(default)]
    pub whole: u32,
    /// Blocks from 0 on that a format or a write has laid down: these can be read. Counts on discs
    /// that are written over.
    #[serde(default)]
    pub laid: u32,
    /// How far the formatting is that goes on beside the host's commands.
    #[serde(default)]
    pub background: Background,
    /// Blocks of the spare areas that stand in for defective ones.
    #[serde(default)]
    pub spares_used: u32,
    /// Who forbids that anything is changed.
    #[serde(default)]
    pub protection: WriteProtection,
    /// How often a drive has calibrated its laser on it.
    #[serde(default)]
    pub calibrations: u32,
}

/// The disc as it is while its state shows what a test write would have made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    tracks: Vec<Track>,
    record: Record,
}

/// Why nothing may be changed on a disc (MMC-6 table 431).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteProtection {
    /// PWP: the host has set it, and can take it back.
    pub persistent: bool,
    /// CWP: the tab of the cartridge.
    pub cartridge: bool,
}

/// What READ DISC INFORMATION calls BG FORMAT STATUS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Background {
    /// 0: none has begun.
    #[default]
    None,
    /// 1: one was begun and stopped.
    Stopped,
    /// 2: it goes on.
    Running,
    /// 3: it is done.
    Complete,
}

impl Background {
    /// Its number.
    pub fn code(self) -> u8 {
        match self {
            Background::None => 0,
            Background::Stopped => 1,
            Background::Running => 2,
            Background::Complete => 3,
        }
    }
}

/// A format that a disc was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// FORMAT TYPE (MMC-6 table 248).
    pub kind: u8,
    /// FORMAT SUB-TYPE.
    pub subtype: u8,
    /// Blocks of user data.
    pub blocks: u32,
    /// Blocks of spare area.
    pub spares: u32,
}

/// How far a track is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrackState {
    /// Closed: it stays as it is.
    #[default]
    Complete,
    /// Blocks can be added.
    Open {
        /// Blocks that the drive has taken: the NWA is so many after the start.
        taken: u32,
        /// Of them, on the disc itself; the rest is lost when the power fails.
        burnt: u32,
        /// RESERVE TRACK has given it its length.
        reserved: bool,
    },
    /// Writing was cut off and cannot go on (MMC-6 6.26.3: DAMAGE, and no NWA).
    Damaged {
        /// Blocks from its start that hold data.
        burnt: u32,
    },
}

/// What READ DISC INFORMATION calls DISC STATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscStatus {
    /// 0.
    Blank,
    /// 1.
    Appendable,
    /// 2.
    Complete,
    /// 3: rewritable at random.
    Other,
}

/// What READ DISC INFORMATION calls STATE OF LAST SESSION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// 0.
    Empty,
    /// 1.
    Incomplete,
    /// 3.
    Complete,
}

impl Medium {
    /// Written over at any address, not in order: what needs a format.
    pub fn written_over(&self) -> bool {
        match (&self.record, self.kind) {
            (None, _) => false,
            (Some(_), Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe) => true,
            (Some(record), Kind::DvdRw) => record.format.is_some(),
            _ => false,
        }
    }

    /// Formatted so that what is written can be written again: a BD-R with POW.
    pub fn pseudo_overwrites(&self) -> bool {
        let format = self.record.as_ref().and_then(|record| record.format);
        self.kind == Kind::BdR && format.is_some_and(|format| format.subtype == 0)
    }

    /// Blocks of the spare areas that its format has: with them the drive reads back what it wrote,
    /// and has others stand in for bad ones.
    pub fn spares(&self) -> u32 {
        let format = self.record.as_ref().and_then(|record| record.format);
        format.map_or(0, |format| format.spares)
    }

    /// Those that stand in for none yet.
    pub fn spares_left(&self) -> u32 {
        let used = self.record.as_ref().map_or(0, |record| record.spares_used);
        self.spares().saturating_sub(used)
    }

    /// Nothing may be changed on it.
    pub fn protected(&self) -> bool {
        let protection = self.record.as_ref().map(|record| record.protection);
        protection.is_some_and(|protection| protection.persistent || protection.cartridge)
    }

    /// The track that blocks can be added to, if one was begun: the first of them.
    pub fn open_track(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.is_open())
    }

    /// The same, to be changed.
    pub fn open_track_mut(&mut self) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.is_open())
    }

    /// Whether anything can be added to it or written over.
    pub fn can_grow(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.finalized)
    }

    /// DISC STATUS.
    pub fn status(&self) -> DiscStatus {
        match &self.record {
            Some(record) if record.finalized => DiscStatus::Complete,
            Some(_) if self.tracks.is_empty() => DiscStatus::Blank,
            // real-drives: TSSTcorp SH-S182M: a formatted DVD-RAM is "other".
            Some(_) if self.kind == Kind::DvdRam => DiscStatus::Other,
            // real-drives: ASUS DRW-24B1ST (DVD+RW), PIONEER BDR-209D (BD-RE), MATSHITA UJ8B0AW
            // (DVD-RW): complete, one session, complete.
            Some(_) if self.written_over() && self.open_track().is_none() => DiscStatus::Complete,
            Some(_) => DiscStatus::Appendable,
            None => DiscStatus::Complete,
        }
    }

    /// STATE OF LAST SESSION.
    pub fn last_session_state(&self) -> SessionState {
        match (&self.record, self.status()) {
            (None, _) | (_, DiscStatus::Complete | DiscStatus::Other) => SessionState::Complete,
            (Some(record), _) => {
                let open = self.tracks.iter().any(|track| track.session > record.closed_sessions);
                if open { SessionState::Incomplete } else { SessionState::Empty }
            }
        }
    }

    /// Whether writing failed in the session under way: it can be closed and nothing else.
    pub fn session_is_ruined(&self) -> bool {
        let closed = self.record.as_ref().map_or(u8::MAX, |record| record.closed_sessions);
        self.tracks.iter().any(|track| track.is_damaged() && track.session > closed)
    }

    /// The number of the session that a new track would belong to.
    pub fn session_under_way(&self) -> u8 {
        self.record.as_ref().map_or(1, |record| record.closed_sessions.saturating_add(1))
    }

    /// Blocks that can still be written after all tracks: those of the invisible track.
    pub fn free(&self) -> u32 {
        match &self.record {
            Some(record) if !record.finalized => record.capacity.saturating_sub(record.next),
            _ => 0,
        }
    }

    /// With TEST WRITE, what follows changes the state that the host sees and not the disc; without
    /// it, that pretence is over.
    pub fn rehearse(&mut self, test: bool) {
        // PIONEER R11 command reference: mode page 05h does not apply to what is written over.
        if !test || !self.kind.has_test_write() || self.written_over() {
            self.end_rehearsal();
        } else if let Some(record) = &mut self.record
            && record.rehearsal.is_none()
        {
            let disc = Rehearsal { tracks: self.tracks.clone(), record: record.clone() };
            record.rehearsal = Some(Box::new(disc));
        }
    }

    /// The host sees again what is on the disc.
    pub fn end_rehearsal(&mut self) {
        let Some(record) = &mut self.record else { return };
        // Not all of it was pretence.
        let calibrations = record.calibrations;
        if let Some(disc) = record.rehearsal.take() {
            self.tracks = disc.tracks;
            self.record = Some(Record { calibrations, ..disc.record });
        }
    }

    /// Whether the laser only pretends to write.
    pub fn rehearsing(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.rehearsal.is_some())
    }

    /// The tracks that are on the disc itself.
    pub fn burnt_tracks(&self) -> &[Track] {
        let rehearsal = self.record.as_ref().and_then(|record| record.rehearsal.as_ref());
        rehearsal.map_or(&self.tracks, |disc| &disc.tracks)
    }

    /// The hole at an address, or the next one after it.
    pub fn hole_from(&self, lba: u32) -> Option<(u32, u32)> {
        let holes = self.record.iter().flat_map(|record| &record.holes);
        holes.filter(|hole| hole.1 > lba).min().copied()
    }

    /// Begins a track where the invisible one is.
    pub fn begin_track(&mut self, mode: TrackMode, reserved: Option<u32>) -> Option<&mut Track> {
        let session = self.session_under_way();
        let number = self.tracks.last().map_or(1, |track| track.number.saturating_add(1));
        let record = self.record.as_mut()?;
        let track = Track {
            number,
            session,
            start: record.next,
            blocks: reserved.unwrap_or(0),
            runout: 0,
            mode,
            state: TrackState::Open { taken: 0, burnt: 0, reserved: reserved.is_some() },
        };
        record.next = track.end();
        self.tracks.push(track);
        self.tracks.last_mut()
    }
}

impl Track {
    /// Whether blocks can be added.
    pub fn is_open(&self) -> bool {
        matches!(self.state, TrackState::Open { .. })
    }

    /// Whether RESERVE TRACK gave it its length.
    pub fn is_reserved(&self) -> bool {
        matches!(self.state, TrackState::Open { reserved: true, .. })
    }

    /// Blocks that the drive has taken, run-out not among them.
    pub fn recorded(&self) -> u32 {
        match self.state {
            TrackState::Complete => self.blocks - self.runout,
            TrackState::Open { taken, .. } => taken,
            TrackState::Damaged { burnt } => burnt,
        }
    }

    /// Whether writing it was cut off.
    pub fn is_damaged(&self) -> bool {
        matches!(self.state, TrackState::Damaged { .. })
    }

    /// Where the next block goes, if one fits.
    pub fn nwa(&self) -> Option<u32> {
        let full = self.is_reserved() && self.recorded() >= self.blocks;
        (self.is_open() && !full).then(|| self.start.saturating_add(self.recorded()))
    }
}
