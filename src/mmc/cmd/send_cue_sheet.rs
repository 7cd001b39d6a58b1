//! SEND CUE SHEET (MMC-6 6.32; MMC-3 6.21 for the data forms): the layout of a session that is
//! written at once on a CD-R or CD-RW. Everything is announced before the first write, which then
//! begins in the pre-gap, at LBA -150.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_WRITE};
use crate::transport::Cdb;
use crate::units::{Blocks, Lba, Msf};

/// One entry of a cue sheet; catalogue number and ISRC take two of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueEntry {
    /// Where something begins.
    Position {
        /// CONTROL: 4 is data; of sound, 1 is pre-emphasis, 2 that it may be copied.
        control: u8,
        /// TNO: 0 for the lead-in, [`CueEntry::LEAD_OUT`] for the lead-out.
        track: u8,
        /// INDEX: 0 for the pre-gap.
        index: u8,
        /// DATA FORM: what is sent of each block.
        form: u8,
        /// When, on the disc's own clock.
        at: Msf,
    },
    /// MEDIA CATALOG NUMBER, thirteen digits. Before all others.
    Catalog {
        /// CONTROL, as of track 1.
        control: u8,
        /// The digits, ASCII.
        digits: [u8; 13],
    },
    /// ISRC of a track. Before its first position.
    Isrc {
        /// CONTROL, as of the track.
        control: u8,
        /// TNO.
        track: u8,
        /// Twelve letters and digits, ASCII.
        code: [u8; 12],
    },
}

impl CueEntry {
    /// TNO of the lead-out.
    pub const LEAD_OUT: u8 = 0xaa;

    /// Its lines, of eight bytes each: CTL/ADR, TNO, INDEX, DATA FORM, SCMS, MIN, SEC, FRAME.
    fn write(&self, list: &mut Vec<u8>) {
        match *self {
            CueEntry::Position { control, track, index, form, at } => {
                let first = control << 4 | 0x01;
                list.extend([first, track, index, form, 0, at.minute, at.second, at.frame]);
            }
            CueEntry::Catalog { control, digits } => {
                let (first, second) = digits.split_at(7);
                for (part, end) in [(first, &[][..]), (second, &[0][..])] {
                    list.push(control << 4 | 0x02);
                    list.extend(part);
                    list.extend(end);
                }
            }
            CueEntry::Isrc { control, track, code } => {
                for part in code.chunks(6) {
                    list.extend([control << 4 | 0x03, track]);
                    list.extend(part);
                }
            }
        }
    }
}

/// What a track holds, and so what is sent of each of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CueTrackKind {
    /// Sound: 2352 bytes.
    Audio {
        /// The recording has pre-emphasis.
        pre_emphasis: bool,
        /// It may be copied.
        copy: bool,
    },
    /// Data, mode 1: 2048 bytes.
    Mode1,
    /// Data, mode 2 without forms: 2336 bytes.
    Mode2,
    /// Data, mode 2 with forms (CD-ROM XA): 2336 bytes.
    Xa,
}

impl CueTrackKind {
    fn control(self) -> u8 {
        match self {
            CueTrackKind::Audio { pre_emphasis, copy } => {
                u8::from(copy) << 1 | u8::from(pre_emphasis)
            }
            CueTrackKind::Mode1 | CueTrackKind::Mode2 | CueTrackKind::Xa => 4,
        }
    }

    /// DATA FORM of its blocks.
    fn form(self) -> u8 {
        match self {
            CueTrackKind::Audio { .. } => 0x00,
            CueTrackKind::Mode1 => 0x10,
            CueTrackKind::Xa => 0x20,
            CueTrackKind::Mode2 => 0x30,
        }
    }

    /// DATA FORM of a lead-in or lead-out beside it, which the drive makes by itself.
    fn form_of_drive(self) -> u8 {
        match self {
            CueTrackKind::Audio { .. } => 0x01,
            CueTrackKind::Mode1 | CueTrackKind::Mode2 | CueTrackKind::Xa => self.form() | 0x04,
        }
    }

    /// Bytes of a block as they are sent.
    pub fn block_len(self) -> usize {
        match self {
            CueTrackKind::Audio { .. } => 2352,
            CueTrackKind::Mode1 => 2048,
            CueTrackKind::Mode2 | CueTrackKind::Xa => 2336,
        }
    }

    fn same_mode(self, other: CueTrackKind) -> bool {
        self.form() == other.form()
    }
}

/// A track to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueTrack {
    /// What it holds.
    pub kind: CueTrackKind,
    /// Blocks of its pre-gap, which are sent like its others. Of track 1 at least 150: those before
    /// LBA 0.
    pub pregap: Blocks,
    /// Blocks from its index 1 to its end.
    pub length: Blocks,
    /// Where its indexes from 2 on begin, counted from index 1.
    pub indexes: Vec<Blocks>,
    /// Its ISRC.
    pub isrc: Option<[u8; 12]>,
}

/// A layout that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CueSheetError {
    /// From 1 to 99 it may have.
    #[error("a CD has 1 to 99 tracks, not {0}")]
    Tracks(usize),
    /// ECMA-130 20: a track is of 4 seconds at least.
    #[error("track {0} has {1} blocks; a CD track has 300 at least")]
    Short(usize, Blocks),
    /// ECMA-130 20: two seconds before track 1, and where the kind of track changes.
    #[error("track {0} has a pre-gap of {1} blocks; it takes 150 here")]
    Pregap(usize, Blocks),
    /// Indexes go up, stay in the track and end at 99.
    #[error("the indexes of track {0} do not go up within it")]
    Indexes(usize),
    /// It ends beyond 89:59:74.
    #[error("{0} blocks are more than the addresses of a CD reach")]
    Long(u64),
    /// Not what such a code is made of.
    #[error("'{0}' is no code of {1}")]
    Code(String, &'static str),
}

/// Where the minutes of the lead-in begin, 90:00:00.
const BLOCKS_MAX: u64 = 90 * 60 * 75;
const PREGAP: Blocks = Blocks(150);
const TRACK_MIN: Blocks = Blocks(300);

/// A session's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueSheet {
    /// Its entries in order.
    pub entries: Vec<CueEntry>,
    /// All the blocks that are to be sent, the pre-gap of track 1 included.
    pub blocks: Blocks,
}

impl CueSheet {
    /// Where the first block that is sent lies: the pre-gap of track 1.
    pub const START: Lba = Lba(-150);

    /// One data track, mode 1, of so many blocks; 150 go before them.
    ///
    /// # Errors
    /// It is too short or too long.
    pub fn data(length: Blocks) -> Result<CueSheet, CueSheetError> {
        let track = CueTrack {
            kind: CueTrackKind::Mode1,
            pregap: PREGAP,
            length,
            indexes: Vec::new(),
            isrc: None,
        };
        CueSheet::new(&[track], None)
    }

    /// The tracks of a session, and the catalogue number of the disc.
    ///
    /// # Errors
    /// There can be no such CD.
    pub fn new(tracks: &[CueTrack], catalog: Option<[u8; 13]>) -> Result<CueSheet, CueSheetError> {
        let (Some(first), Some(last), 1..=99) = (tracks.first(), tracks.last(), tracks.len())
        else {
            return Err(CueSheetError::Tracks(tracks.len()));
        };
        let blocks = check(tracks)?;
        let mut entries = Vec::new();
        if let Some(digits) = catalog {
            if !digits.iter().all(u8::is_ascii_digit) {
                return Err(code(&digits, "13 digits"));
            }
            entries.push(CueEntry::Catalog { control: first.kind.control(), digits });
        }
        entries.push(CueEntry::Position {
            control: first.kind.control(),
            track: 0,
            index: 0,
            form: first.kind.form_of_drive(),
            at: Msf { minute: 0, second: 0, frame: 0 },
        });
        let mut at = CueSheet::START;
        for (number, track) in (1..).zip(tracks) {
            at = add_track(&mut entries, number, track, at)?;
        }
        entries.push(CueEntry::Position {
            control: last.kind.control(),
            track: CueEntry::LEAD_OUT,
            index: 1,
            form: last.kind.form_of_drive(),
            at: Msf::from(at),
        });
        Ok(CueSheet { entries, blocks })
    }
}

fn code(bytes: &[u8], what: &'static str) -> CueSheetError {
    CueSheetError::Code(String::from_utf8_lossy(bytes).into_owned(), what)
}

/// The entries of a track that begins, with its pre-gap, at `at`; brings its end.
fn add_track(
    entries: &mut Vec<CueEntry>,
    number: u8,
    track: &CueTrack,
    at: Lba,
) -> Result<Lba, CueSheetError> {
    let control = track.kind.control();
    let position = |index, lba: Lba| CueEntry::Position {
        control,
        track: number,
        index,
        form: track.kind.form(),
        at: Msf::from(lba),
    };
    if let Some(isrc) = track.isrc {
        if !isrc.iter().all(u8::is_ascii_alphanumeric) {
            return Err(code(&isrc, "12 letters and digits"));
        }
        entries.push(CueEntry::Isrc { control, track: number, code: isrc });
    }
    if track.pregap.0 > 0 {
        entries.push(position(0, at));
    }
    let start = at + track.pregap;
    entries.push(position(1, start));
    for (index, offset) in (2..).zip(&track.indexes) {
        entries.push(position(index, start + *offset));
    }
    Ok(start + track.length)
}

/// Whether there can be such tracks; brings the blocks of all of them.
fn check(tracks: &[CueTrack]) -> Result<Blocks, CueSheetError> {
    let mut before = None;
    for (number, track) in (1..).zip(tracks) {
        if track.length < TRACK_MIN {
            return Err(CueSheetError::Short(number, track.length));
        }
        let gap = before.is_none_or(|kind| !track.kind.same_mode(kind));
        if gap && track.pregap < PREGAP {
            return Err(CueSheetError::Pregap(number, track.pregap));
        }
        let rises = track.indexes.is_sorted_by(|a, b| a < b);
        let inside = track.indexes.iter().all(|at| at.0 > 0 && *at < track.length);
        if !rises || !inside || track.indexes.len() > 98 {
            return Err(CueSheetError::Indexes(number));
        }
        before = Some(track.kind);
    }
    let sum = tracks.iter().map(|track| u64::from(track.pregap.0) + u64::from(track.length.0));
    let sum = sum.sum();
    match u32::try_from(sum) {
        Ok(blocks) if sum < BLOCKS_MAX => Ok(Blocks(blocks)),
        _ => Err(CueSheetError::Long(sum)),
    }
}

/// Announces the layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendCueSheet {
    /// It.
    pub entries: Vec<CueEntry>,
}

impl SendCueSheet {
    /// The lines.
    pub fn data(&self) -> Vec<u8> {
        let mut list = Vec::new();
        self.entries.iter().for_each(|entry| entry.write(&mut list));
        list
    }
}

impl Request for SendCueSheet {
    const NAME: &'static str = "SEND CUE SHEET";

    fn cdb(&self) -> Cdb {
        // 99 tracks of 99 indexes are 78 thousand bytes: three are enough.
        let [_, a, b, c] = (self.data().len() as u32).to_be_bytes();
        Cdb::new(&[0x5d, 0, 0, 0, 0, 0, a, b, c, 0])
    }

    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: CueTrackKind = CueTrackKind::Audio { pre_emphasis: false, copy: false };

    fn track(kind: CueTrackKind, pregap: u32, length: u32) -> CueTrack {
        let (pregap, length) = (Blocks(pregap), Blocks(length));
        CueTrack { kind, pregap, length, indexes: Vec::new(), isrc: None }
    }

    #[test]
    fn bytes_out() {
        let sheet = CueSheet::data(Blocks(4500)).expect("can be");
        assert_eq!(sheet.blocks, Blocks(4650));
        let send = SendCueSheet { entries: sheet.entries };
        // sense-pairs-from-logs: 20h bytes, as programs announce one track.
        assert_eq!(send.cdb().bytes(), [0x5d, 0, 0, 0, 0, 0, 0x00, 0x00, 0x20, 0]);
        let expected = [
            0x41, 0x00, 0x00, 0x14, 0, 0, 0, 0, // lead-in, data, made by the drive
            0x41, 0x01, 0x00, 0x10, 0, 0, 0,
            0, // track 1, pre-gap, mode 1 from us, at LBA -150
            0x41, 0x01, 0x01, 0x10, 0, 0, 2, 0, // track 1, at LBA 0
            0x41, 0xaa, 0x01, 0x14, 0, 1, 2, 0, // lead-out, made by the drive, at LBA 4500
        ];
        assert_eq!(send.data(), expected);
        assert_eq!(send.timeout(), TIMEOUT_WRITE);
    }

    #[test]
    fn sound_has_its_codes_its_flags_and_its_indexes() {
        let copied = CueTrackKind::Audio { pre_emphasis: true, copy: true };
        let tracks = [
            CueTrack { isrc: Some(*b"DEABC0012345"), ..track(SOUND, 150, 600) },
            CueTrack { indexes: vec![Blocks(75)], ..track(copied, 0, 300) },
            track(SOUND, 75, 300),
        ];
        let sheet = CueSheet::new(&tracks, Some(*b"0123456789012")).expect("can be");
        assert_eq!(sheet.blocks, Blocks(150 + 600 + 300 + 75 + 300));
        let expected = [
            *b"\x020123456", // catalogue number
            *b"\x02789012\0",
            [0x01, 0x00, 0x00, 0x01, 0, 0, 0, 0], // lead-in
            *b"\x03\x01DEABC0",                   // ISRC of track 1
            *b"\x03\x01012345",
            [0x01, 0x01, 0x00, 0x00, 0, 0, 0, 0],
            [0x01, 0x01, 0x01, 0x00, 0, 0, 2, 0],
            [0x31, 0x02, 0x01, 0x00, 0, 0, 10, 0], // track 2: pre-emphasis, copy; no gap
            [0x31, 0x02, 0x02, 0x00, 0, 0, 11, 0], // its index 2
            [0x01, 0x03, 0x00, 0x00, 0, 0, 14, 0], // track 3: a second of pre-gap
            [0x01, 0x03, 0x01, 0x00, 0, 0, 15, 0],
            [0x01, 0xaa, 0x01, 0x01, 0, 0, 19, 0], // lead-out
        ];
        let send = SendCueSheet { entries: sheet.entries };
        assert_eq!(send.data(), expected.concat());
    }

    #[test]
    fn the_lead_in_is_of_the_first_track_and_the_lead_out_of_the_last() {
        let tracks = [track(CueTrackKind::Xa, 150, 300), track(SOUND, 150, 300)];
        let sheet = CueSheet::new(&tracks, None).expect("can be");
        let data = SendCueSheet { entries: sheet.entries }.data();
        assert_eq!(data[..8], [0x41, 0, 0, 0x24, 0, 0, 0, 0]);
        assert_eq!(data[8..16], [0x41, 1, 0, 0x20, 0, 0, 0, 0]);
        assert_eq!(data[40..], [0x01, 0xaa, 1, 0x01, 0, 0, 12, 0]);
        let mode_2 = CueSheet::new(&[track(CueTrackKind::Mode2, 150, 300)], None);
        let data = SendCueSheet { entries: mode_2.expect("can be").entries }.data();
        assert_eq!((data[3], data[11]), (0x34, 0x30));
    }

    #[test]
    fn what_cannot_be_a_cd_is_refused() {
        let error = |tracks: &[CueTrack]| CueSheet::new(tracks, None).expect_err("cannot be");
        let good = track(SOUND, 150, 300);
        assert_eq!(error(&[]), CueSheetError::Tracks(0));
        assert_eq!(error(&vec![good.clone(); 100]), CueSheetError::Tracks(100));
        assert_eq!(error(&[track(SOUND, 149, 300)]), CueSheetError::Pregap(1, Blocks(149)));
        let mixed = [track(CueTrackKind::Mode1, 150, 300), track(SOUND, 0, 300)];
        assert_eq!(error(&mixed), CueSheetError::Pregap(2, Blocks(0)));
        assert_eq!(error(&[track(SOUND, 150, 299)]), CueSheetError::Short(1, Blocks(299)));
        for indexes in [vec![Blocks(0)], vec![Blocks(300)], vec![Blocks(9), Blocks(9)]] {
            let track = CueTrack { indexes, ..good.clone() };
            assert_eq!(error(&[track]), CueSheetError::Indexes(1));
        }
        assert_eq!(error(&[track(SOUND, 150, 404_850)]), CueSheetError::Long(405_000));
        let isrc = Some(*b"DE-ABC-00123");
        let text = error(&[CueTrack { isrc, ..good.clone() }]).to_string();
        assert_eq!(text, "'DE-ABC-00123' is no code of 12 letters and digits");
        let catalog = Some(*b"012345678901X");
        assert!(CueSheet::new(&[good], catalog).is_err());
    }
}
