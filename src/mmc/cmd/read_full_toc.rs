//! READ TOC/PMA/ATIP (MMC-6 6.26), format 0010b: all that the lead-ins of a CD hold, session by
//! session.

use super::read_toc;
use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::{Lba, Msf};

/// Asks for the Q entries of all lead-ins.
#[derive(Clone, Copy, Debug)]
pub struct ReadFullToc;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullToc {
    /// FIRST COMPLETE SESSION NUMBER.
    pub first_session: u8,
    /// LAST COMPLETE SESSION NUMBER.
    pub last_session: u8,
    /// The entries in the order sent.
    pub entries: Vec<FullTocEntry>,
}

/// One entry of a lead-in (MMC-6 table 490).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullTocEntry {
    /// SESSION NUMBER.
    pub session: u8,
    /// ADR: which kind of Q.
    pub adr: u8,
    /// CONTROL.
    pub control: u8,
    /// TNO: 0 in a lead-in.
    pub tno: u8,
    /// POINT: a track number, or A0h and above for what concerns the session.
    pub point: u8,
    /// MIN, SEC, FRAME.
    pub time: Msf,
    /// ZERO: the hours of both times on a DDCD.
    pub zero: u8,
    /// PMIN, PSEC, PFRAME: a start time, or what the POINT makes of it.
    pub at: Msf,
}

impl FullToc {
    const POINT_FIRST_TRACK: u8 = 0xa0;
    const POINT_LAST_TRACK: u8 = 0xa1;
    const POINT_LEAD_OUT: u8 = 0xa2;

    fn entry(&self, session: u8, point: u8) -> Option<&FullTocEntry> {
        self.entries
            .iter()
            .find(|entry| entry.session == session && entry.adr == 1 && entry.point == point)
    }

    /// The numbers of all sessions that have entries, without repetition.
    pub fn sessions(&self) -> Vec<u8> {
        let mut numbers: Vec<u8> = self.entries.iter().map(|entry| entry.session).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The tracks of a session, in the order sent.
    pub fn tracks(&self, session: u8) -> impl Iterator<Item = &FullTocEntry> {
        self.entries.iter().filter(move |entry| {
            entry.session == session && entry.adr == 1 && (1..=99).contains(&entry.point)
        })
    }

    /// Where a session's lead-out starts. There are sessions without one (real-drives: libburn
    /// ticket 146).
    pub fn lead_out(&self, session: u8) -> Option<Lba> {
        self.entry(session, Self::POINT_LEAD_OUT).map(|entry| Lba::from(entry.at))
    }

    /// The first and the last track number that a session's lead-in tells.
    pub fn track_range(&self, session: u8) -> Option<(u8, u8)> {
        let first = self.entry(session, Self::POINT_FIRST_TRACK)?.at.minute;
        Some((first, self.entry(session, Self::POINT_LAST_TRACK)?.at.minute))
    }

    /// DISC TYPE of a session: 00h CD-DA or CD-ROM, 10h CD-I, 20h CD-ROM XA.
    pub fn disc_type(&self, session: u8) -> Option<u8> {
        self.entry(session, Self::POINT_FIRST_TRACK).map(|entry| entry.at.second)
    }
}

impl Request for ReadFullToc {
    const NAME: &'static str = "READ TOC (full)";

    /// TIME is set as xorriso does: the answer is in MSF in any case.
    fn cdb(&self) -> Cdb {
        read_toc::cdb(2, true, 0, self.allocation())
    }
}

impl Query for ReadFullToc {
    type Response = FullToc;

    /// 372 entries: 99 tracks, and nine more for each of thirty sessions.
    fn allocation(&self) -> u16 {
        4096
    }

    fn parse(&self, data: &[u8]) -> Result<FullToc, ParseError> {
        let fields = Fields(Fields(data).announced()?);
        let (first_session, last_session) = (fields.u8(2)?, fields.u8(3)?);
        // A length that is not 4 + 11 n happens (real-drives: quirks): what is over is left.
        let entries: Result<_, _> = fields.0[4..].chunks_exact(11).map(parse_entry).collect();
        Ok(FullToc { first_session, last_session, entries: entries? })
    }
}

fn parse_entry(entry: &[u8]) -> Result<FullTocEntry, ParseError> {
    let fields = Fields(entry);
    Ok(FullTocEntry {
        session: fields.u8(0)?,
        adr: fields.bits(1, 0xf0)?,
        control: fields.bits(1, 0x0f)?,
        tno: fields.u8(2)?,
        point: fields.u8(3)?,
        time: read_toc::msf(fields, 4)?,
        zero: fields.u8(7)?,
        at: read_toc::msf(fields, 8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadFullToc.cdb().bytes(), [0x43, 0x02, 0x02, 0, 0, 0, 0, 0x10, 0x00, 0]);
    }

    /// Derived from redumper#202, CD-R of two sessions: track 1 at 0, lead-out 188537; track 2 at
    /// 199937, lead-out 201262.
    const TWO_SESSIONS: [u8; 92] = [
        0x00, 0x5a, 1, 2, // 90 bytes follow; sessions 1 to 2
        1, 0x14, 0, 0xa0, 0, 0, 0, 0, 1, 0x00, 0, // first track 1, CD-ROM
        1, 0x14, 0, 0xa1, 0, 0, 0, 0, 1, 0, 0, // last track 1
        1, 0x14, 0, 0xa2, 0, 0, 0, 0, 41, 55, 62, // lead-out 41:55:62
        1, 0x14, 0, 0x01, 0, 0, 0, 0, 0, 2, 0, // track 1 at 00:02:00
        2, 0x14, 0, 0xa0, 0, 0, 0, 0, 2, 0x20, 0, // first track 2, XA
        2, 0x14, 0, 0xa1, 0, 0, 0, 0, 2, 0, 0, // last track 2
        2, 0x14, 0, 0xa2, 0, 0, 0, 0, 44, 45, 37, // lead-out 44:45:37
        2, 0x14, 0, 0x02, 0, 0, 0, 0, 44, 27, 62, // track 2 at 44:27:62
    ];

    #[test]
    fn bytes_in() {
        let toc = ReadFullToc.parse(&TWO_SESSIONS).expect("parses");
        assert_eq!((toc.first_session, toc.last_session), (1, 2));
        assert_eq!(toc.sessions(), [1, 2]);
        assert_eq!(toc.lead_out(1), Some(Lba(188_537)));
        assert_eq!(toc.lead_out(2), Some(Lba(201_262)));
        assert_eq!(toc.track_range(2), Some((2, 2)));
        assert_eq!((toc.disc_type(1), toc.disc_type(2)), (Some(0x00), Some(0x20)));
        let starts: Vec<Lba> = toc.tracks(2).map(|entry| Lba::from(entry.at)).collect();
        assert_eq!(starts, [Lba(199_937)]);
    }

    #[test]
    fn a_remainder_and_a_missing_lead_out_are_tolerated() {
        let mut odd = TWO_SESSIONS[..4 + 2 * 11 + 5].to_vec();
        odd[1] = 0xff;
        let toc = ReadFullToc.parse(&odd).expect("parses");
        assert_eq!((toc.entries.len(), toc.lead_out(1)), (2, None));
        assert_eq!(
            ReadFullToc.parse(&TWO_SESSIONS[..1]),
            Err(ParseError::TooShort { need: 2, got: 1 })
        );
    }
}
