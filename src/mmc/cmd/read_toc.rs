//! READ TOC/PMA/ATIP (MMC-6 6.26), formats 0000b and 0001b: the tracks, and where the last session
//! starts. Drives answer both for DVD and BD too, with a table they make up.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::{Lba, Msf};

/// The number of the lead-out in a table of contents.
pub const LEAD_OUT: u8 = 0xaa;

/// The 43h command of a format; `number` is a track or a session, as the format has it.
pub(super) fn cdb(format: u8, msf: bool, number: u8, allocation: u16) -> Cdb {
    let [high, low] = allocation.to_be_bytes();
    Cdb::new(&[0x43, u8::from(msf) << 1, format, 0, 0, 0, number, high, low, 0])
}

/// A minute, second, frame triple of an answer; they are binary there, not BCD.
pub(super) fn msf(fields: Fields<'_>, at: usize) -> Result<Msf, ParseError> {
    Ok(Msf { minute: fields.u8(at)?, second: fields.u8(at + 1)?, frame: fields.u8(at + 2)? })
}

/// Format 0000b: asks for the tracks from a number upwards, and the lead-out.
#[derive(Clone, Copy, Debug)]
pub struct ReadToc {
    /// First track of interest; 0 or 1: all.
    pub first_track: u8,
}

/// Format 0001b: asks which sessions are complete and where the last one starts.
#[derive(Clone, Copy, Debug)]
pub struct ReadSessions;

/// The table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toc {
    /// FIRST TRACK NUMBER.
    pub first: u8,
    /// LAST TRACK NUMBER.
    pub last: u8,
    /// Tracks and lead-out in the order sent.
    pub entries: Vec<TocEntry>,
}

/// A line of the table of contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TocEntry {
    /// 1 to 99; [`LEAD_OUT`] is the lead-out.
    pub number: u8,
    /// CONTROL: four bits of the sub-channel Q.
    pub control: u8,
    /// ADR: which kind of Q.
    pub adr: u8,
    /// Where it starts.
    pub start: Lba,
}

/// The sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// FIRST COMPLETE SESSION NUMBER.
    pub first: u8,
    /// LAST COMPLETE SESSION NUMBER.
    pub last: u8,
    /// First track of the last complete session.
    pub first_track_of_last: TocEntry,
}

impl TocEntry {
    /// CONTROL bit 2: data, not sound. Real drives set other bits at will (real-drives: ASUS
    /// DRW-24B1ST has 4 on the track and 7 on the lead-out).
    pub fn is_data(self) -> bool {
        self.control & 0x04 != 0
    }

    fn parse(entry: &[u8]) -> Result<TocEntry, ParseError> {
        let fields = Fields(entry);
        Ok(TocEntry {
            adr: fields.bits(1, 0xf0)?,
            control: fields.bits(1, 0x0f)?,
            number: fields.u8(2)?,
            start: Lba(fields.be32(4)?.cast_signed()),
        })
    }
}

impl Toc {
    /// Where the lead-out starts.
    pub fn lead_out(&self) -> Option<Lba> {
        self.entries.iter().find(|entry| entry.number == LEAD_OUT).map(|entry| entry.start)
    }

    /// The tracks without the lead-out.
    pub fn tracks(&self) -> impl Iterator<Item = &TocEntry> {
        self.entries.iter().filter(|entry| entry.number != LEAD_OUT)
    }
}

impl Request for ReadToc {
    const NAME: &'static str = "READ TOC";

    fn cdb(&self) -> Cdb {
        cdb(0, false, self.first_track, self.allocation())
    }
}

impl Query for ReadToc {
    type Response = Toc;

    /// Header, 99 tracks, lead-out.
    fn allocation(&self) -> u16 {
        804
    }

    fn parse(&self, data: &[u8]) -> Result<Toc, ParseError> {
        let fields = Fields(Fields(data).announced()?);
        let (first, last) = (fields.u8(2)?, fields.u8(3)?);
        let entries: Result<_, _> = fields.0[4..].chunks_exact(8).map(TocEntry::parse).collect();
        Ok(Toc { first, last, entries: entries? })
    }
}

impl Request for ReadSessions {
    const NAME: &'static str = "READ TOC (sessions)";

    fn cdb(&self) -> Cdb {
        cdb(1, false, 0, self.allocation())
    }
}

impl Query for ReadSessions {
    type Response = Sessions;

    fn allocation(&self) -> u16 {
        12
    }

    fn parse(&self, data: &[u8]) -> Result<Sessions, ParseError> {
        let fields = Fields(data);
        Ok(Sessions {
            first: fields.u8(2)?,
            last: fields.u8(3)?,
            first_track_of_last: TocEntry::parse(fields.bytes(4, 8)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let toc = ReadToc { first_track: 0 };
        assert_eq!(toc.cdb().bytes(), [0x43, 0x00, 0x00, 0, 0, 0, 0x00, 0x03, 0x24, 0]);
        let tail = ReadToc { first_track: 0xaa };
        assert_eq!(tail.cdb().bytes(), [0x43, 0x00, 0x00, 0, 0, 0, 0xaa, 0x03, 0x24, 0]);
        assert_eq!(ReadSessions.cdb().bytes(), [0x43, 0x00, 0x01, 0, 0, 0, 0, 0x00, 0x0c, 0]);
    }

    /// Derived from the report of HL-DT-ST GSA-H10N, DVD+R DL with four sessions.
    const FOUR_SESSIONS: [u8; 44] = [
        0x00, 0x2a, 1, 4, // 42 bytes follow; tracks 1 to 4
        0, 0x14, 1, 0, 0x00, 0x00, 0x00, 0x00, // track 1, ADR 1, data, at 0
        0, 0x14, 2, 0, 0x00, 0x00, 0x08, 0xc0, // at 2240
        0, 0x14, 3, 0, 0x00, 0x0a, 0xac, 0x80, // at 699520
        0, 0x14, 4, 0, 0x00, 0x1a, 0xa0, 0xc0, // at 1745088
        0, 0x14, 0xaa, 0, 0x00, 0x2a, 0x8d, 0x20, // lead-out at 2788640
    ];

    #[test]
    fn bytes_in() {
        let query = ReadToc { first_track: 0 };
        let toc = query.parse(&FOUR_SESSIONS).expect("parses");
        assert_eq!((toc.first, toc.last), (1, 4));
        let starts: Vec<i32> = toc.tracks().map(|entry| entry.start.0).collect();
        assert_eq!(starts, [0, 2240, 699_520, 1_745_088]);
        assert_eq!(toc.lead_out(), Some(Lba(2_788_640)));
        assert!(toc.entries.iter().all(|entry| entry.is_data() && entry.adr == 1));
        // A transport without residual adds zeros; a cut answer keeps its whole entries.
        let mut padded = FOUR_SESSIONS.to_vec();
        padded.resize(804, 0);
        assert_eq!(query.parse(&padded), Ok(toc.clone()));
        assert_eq!(query.parse(&FOUR_SESSIONS[..40]).expect("parses").entries, toc.entries[..4]);
        assert_eq!(query.parse(&[]), Err(ParseError::TooShort { need: 2, got: 0 }));
        assert_eq!(query.parse(&FOUR_SESSIONS[..3]), Err(ParseError::TooShort { need: 4, got: 3 }));
    }

    #[test]
    fn the_sessions_come_in() {
        // Derived from the same report: "Multi-session Info: #4@1745088".
        let answer = [0x00, 0x0a, 1, 4, 0, 0x14, 4, 0, 0x00, 0x1a, 0xa0, 0xc0];
        let sessions = ReadSessions.parse(&answer).expect("parses");
        assert_eq!((sessions.first, sessions.last), (1, 4));
        assert_eq!(sessions.first_track_of_last.start, Lba(1_745_088));
        assert_eq!(
            ReadSessions.parse(&answer[..11]),
            Err(ParseError::TooShort { need: 12, got: 11 })
        );
    }

    #[test]
    fn a_track_before_the_program_area_is_negative() {
        let answer = [0x00, 0x0a, 1, 1, 0, 0x10, 1, 0, 0xff, 0xff, 0xff, 0x6a];
        let toc = ReadToc { first_track: 0 }.parse(&answer).expect("parses");
        assert_eq!((toc.entries[0].start, toc.entries[0].is_data()), (Lba(-150), false));
        assert_eq!(toc.lead_out(), None);
    }
}
