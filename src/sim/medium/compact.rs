//! What a recordable CD holds beyond tracks and sessions: its pre-groove, catalogue number,
//! recording codes, CD-TEXT, and a session that is written at once as far as it has come.

use serde::{Deserialize, Serialize};

use super::Medium;
use super::atip::Atip;
use super::cue_sheet::CueSheet;

/// What only a CD has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compact {
    /// The name of its pre-groove; `None`: the usual one of its kind.
    pub atip: Option<String>,
    /// The media catalogue number: 13 digits.
    pub catalogue: Option<String>,
    /// What the Q sub-channel says of tracks, beyond what they hold.
    pub codes: Vec<Code>,
    /// CD-TEXT packs that are kept behind the last sector.
    pub text_packs: u32,
    /// The first four bytes of the first of them; the host sends them again and again.
    pub text_first: [u8; 4],
    /// They have come round once.
    pub text_whole: bool,
    /// A session that was announced and is being written.
    pub at_once: Option<AtOnce>,
}

/// What Q says of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its number.
    pub track: u8,
    /// CONTROL.
    pub control: u8,
    /// Its sectors are of Mode 2, form 1 (CD-ROM XA), not of Mode 1.
    #[serde(default)]
    pub form1: bool,
    /// International Standard Recording Code.
    pub isrc: Option<String>,
    /// Blocks of index 0 before its start.
    #[serde(default)]
    pub pause: u32,
    /// Where index 2 and those after it begin.
    #[serde(default)]
    pub indexes: Vec<u32>,
}

/// A session under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtOnce {
    /// As announced.
    pub sheet: CueSheet,
    /// Another session can follow.
    pub multi_session: bool,
    /// Where its first block goes.
    pub first: i64,
    /// Where the next one goes.
    pub next: i64,
    /// One past the last that is on the disc itself.
    pub burnt: i64,
}

impl AtOnce {
    /// A session that nothing was written of. CD-TEXT begins with the lead-in.
    pub fn new(sheet: CueSheet, multi_session: bool, lead_in: i64) -> AtOnce {
        let first = if sheet.text { lead_in } else { sheet.pre_gap() };
        let mut session = AtOnce { sheet, multi_session, first, next: first, burnt: first };
        session.go_to(first);
        session.first = session.next;
        session.burnt = session.next;
        session
    }

    /// Goes on at an address, or after what the drive makes up there.
    pub fn go_to(&mut self, lba: i64) {
        self.next = lba;
        while let Some((stretch, end)) = self.sheet.at(self.next)
            && stretch.block == 0
        {
            self.next = end;
        }
    }

    /// Whether anything was taken.
    pub fn begun(&self) -> bool {
        self.next > self.first
    }

    /// Whether all of it was taken.
    pub fn whole(&self) -> bool {
        self.next >= i64::from(self.sheet.lead_out)
    }

    /// Bytes of a block at an address, and up to where they are as many: 96 of sub-channel in the
    /// lead-in.
    pub fn block(&self, lba: i64) -> Option<(u16, i64)> {
        if lba < self.sheet.pre_gap() {
            return Some((96, self.sheet.pre_gap()));
        }
        let (stretch, mut end) = self.sheet.at(lba)?;
        while let Some((next, until)) = self.sheet.at(end)
            && next.block == stretch.block
        {
            end = until;
        }
        Some((stretch.block, end))
    }
}

impl Medium {
    /// What only a CD has; `None` of what cannot be recorded.
    pub fn compact(&self) -> Option<&Compact> {
        self.record.as_ref().map(|record| &record.compact)
    }

    /// The session that is being written at once.
    pub fn at_once(&self) -> Option<&AtOnce> {
        self.compact()?.at_once.as_ref()
    }

    /// Its pre-groove, if it has one.
    pub fn atip(&self) -> Option<&'static Atip> {
        let name = self.compact().and_then(|compact| compact.atip.as_deref());
        Atip::find(self.kind, name)
    }

    /// CONTROL of a track: as it was written, or by what it holds.
    pub fn control(&self, track: &super::Track) -> u8 {
        let code = self.code(track.number);
        code.map_or(track.control(), |code| code.control)
    }

    /// Whether the sectors of a data track are of Mode 2, form 1.
    pub fn is_form1(&self, track: &super::Track) -> bool {
        self.code(track.number).is_some_and(|code| code.form1)
    }

    /// What Q says of a track.
    pub fn code(&self, track: u8) -> Option<&Code> {
        self.compact()?.codes.iter().find(|code| code.track == track)
    }
}

#[cfg(test)]
mod tests {
    use super::super::cue_sheet::{Place, parse};
    use super::*;
    use crate::sim::testing::hex;

    fn session(text: &str) -> AtOnce {
        let place = Place { first_track: None, pre_gap: -150, lead_out_last: 359_845 };
        AtOnce::new(parse(&hex(text), place).expect("good"), false, -11_634)
    }

    #[test]
    fn a_pause_that_the_drive_makes_up_is_passed_over() {
        let session = session(
            "41 00 00 14 00 00 00 00 41 01 00 14 00 00 00 00
             41 01 01 10 00 00 02 00 41 aa 01 14 00 00 0f 19",
        );
        assert_eq!((session.first, session.next, session.begun()), (0, 0, false));
        assert_eq!(session.block(0), Some((2048, 1000)));
    }

    #[test]
    fn cd_text_begins_where_the_lead_in_does() {
        let session = session(
            "01 00 00 41 00 00 00 00 01 01 00 00 00 00 00 00
             01 01 01 00 00 00 02 00 01 aa 01 01 00 00 0f 19",
        );
        assert_eq!(session.first, -11_634);
        assert_eq!(session.block(-11_634), Some((96, -150)));
        assert_eq!(session.block(-150), Some((2352, 1000)));
        assert_eq!(session.block(1000), None);
    }
}
