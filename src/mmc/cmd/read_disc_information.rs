//! READ DISC INFORMATION (MMC-6 6.22): state of the disc and of its last session, and the
//! resources left for tracks and for pseudo-overwriting.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::Rate;

/// DATA TYPE 000b: asks for the state of the disc.
#[derive(Clone, Copy, Debug)]
pub struct ReadDiscInformation;

/// DATA TYPE 001b: asks how many tracks there may be.
#[derive(Clone, Copy, Debug)]
pub struct ReadTrackResources;

/// DATA TYPE 010b: asks how much can still be pseudo-overwritten on a BD-R.
#[derive(Clone, Copy, Debug)]
pub struct ReadPowResources;

/// What state a disc is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiscStatus {
    /// 00b: nothing on it.
    Blank,
    /// 01b: something on it, and more may come.
    Appendable,
    /// 10b: closed.
    Complete,
    /// 11b: written at random, like DVD-RAM.
    Other,
}

/// What state a session is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// 00b.
    Empty,
    /// 01b.
    Incomplete,
    /// 10b: reserved, or damaged.
    Damaged,
    /// 11b.
    Complete,
}

/// How far a background format has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackgroundFormat {
    /// 00b: none, or the medium knows no such thing.
    None,
    /// 01b: begun and stopped.
    Suspended,
    /// 10b: at work.
    Running,
    /// 11b: done.
    Done,
}

/// The state of the disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscInformation {
    /// DISC STATUS. A DVD+RW that can be written over is reported complete all the same
    /// (real-drives: _NEC ND-3500AG).
    pub status: DiscStatus,
    /// STATE OF LAST SESSION.
    pub last_session: SessionState,
    /// ERASABLE.
    pub erasable: bool,
    /// NUMBER OF FIRST TRACK ON DISC.
    pub first_track: u8,
    /// NUMBER OF SESSIONS, the empty or incomplete one at the end included.
    pub sessions: u16,
    /// FIRST TRACK NUMBER IN LAST SESSION.
    pub first_track_in_last: u16,
    /// LAST TRACK NUMBER IN LAST SESSION.
    pub last_track: u16,
    /// URU: may be written for unrestricted use.
    pub unrestricted_use: bool,
    /// BG FORMAT STATUS.
    pub background_format: BackgroundFormat,
    /// DISC TYPE: 00h CD-DA or CD-ROM, 10h CD-I, 20h XA, FFh undefined. CD only.
    pub disc_type: u8,
    /// DISC IDENTIFICATION, where the drive marked it valid.
    pub id: Option<u32>,
    /// LAST SESSION LEAD-IN START ADDRESS: hours or zero, minute, second, frame; CD only. All FFh:
    /// none.
    pub lead_in: Option<[u8; 4]>,
    /// LAST POSSIBLE LEAD-OUT START ADDRESS, likewise.
    pub lead_out_max: Option<[u8; 4]>,
    /// DISC BAR CODE, where the drive marked it valid.
    pub bar_code: Option<[u8; 8]>,
    /// DISC APPLICATION CODE, where the drive marked it valid.
    pub application_code: Option<u8>,
    /// The OPC tables: a calibration each that the drive keeps for this disc. None: it has to
    /// calibrate before it writes.
    pub opc_tables: Vec<OpcTable>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

/// A calibration of the laser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpcTable {
    /// SPEED: for this one.
    pub speed: Rate,
    /// OPC VALUES, the drive's own.
    pub values: [u8; 6],
}

/// How many tracks there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackResources {
    /// MAXIMUM POSSIBLE NUMBER OF THE TRACKS ON THE DISC.
    pub max: u16,
    /// NUMBER OF THE ASSIGNED TRACKS ON THE DISC.
    pub assigned: u16,
    /// MAXIMUM POSSIBLE NUMBER OF APPENDABLE TRACKS ON THE DISC.
    pub appendable_max: u16,
    /// CURRENT NUMBER OF APPENDABLE TRACKS ON THE DISC.
    pub appendable: u16,
}

/// What is left for pseudo-overwriting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowResources {
    /// REMAINING POW REPLACEMENTS.
    pub replacements: u32,
    /// REMAINING POW REALLOCATION MAP ENTRIES.
    pub map_entries: u32,
    /// NUMBER OF REMAINING POW UPDATES.
    pub updates: u32,
}

/// The tables behind the 34 bytes, as many as are announced and came.
fn opc_tables(announced: Fields<'_>) -> Vec<OpcTable> {
    let count = announced.u8(33).map_or(0, usize::from);
    let table = |at: usize| {
        Some(OpcTable {
            speed: Rate { kbps: u32::from(announced.be16(at).ok()?) },
            values: announced.bytes(at + 2, 6).ok()?.try_into().ok()?,
        })
    };
    (0..count).map_while(|number| table(34 + 8 * number)).collect()
}

fn cdb(data_type: u8, allocation: u16) -> Cdb {
    let [high, low] = allocation.to_be_bytes();
    Cdb::new(&[0x51, data_type, 0, 0, 0, 0, 0, high, low, 0])
}

/// Only the answer's own data type says what it is: dvd+rw-mediainfo asks for POW resources with
/// 10h in byte 1, where DATA TYPE are bits 2 to 0, and prints the standard answer as such
/// (real-drives: HL-DT-ST WH16NS40).
fn expect_type(data: &[u8], asked: u8) -> Result<Fields<'_>, ParseError> {
    let fields = Fields(data);
    let got = fields.bits(2, 0xe0)?;
    if got == asked {
        return Ok(fields);
    }
    Err(ParseError::Invalid(format!("asked for data type {asked} and got data type {got}")))
}

impl Request for ReadDiscInformation {
    const NAME: &'static str = "READ DISC INFORMATION";

    fn cdb(&self) -> Cdb {
        cdb(0, self.allocation())
    }
}

impl Query for ReadDiscInformation {
    type Response = DiscInformation;

    /// Room for 25 OPC tables of 8 bytes behind the 34 bytes that count.
    fn allocation(&self) -> u16 {
        234
    }

    fn parse(&self, data: &[u8]) -> Result<DiscInformation, ParseError> {
        let fields = expect_type(data, 0)?;
        // Not every drive sends 34 bytes. The first 12 hold what one cannot do without.
        let high = |at: usize| fields.u8(at).map(|byte| u16::from(byte) << 8);
        let valid = |mask: u8| fields.flag(7, mask).unwrap_or(false);
        let time = |at: usize| -> Option<[u8; 4]> {
            fields.bytes(at, 4).ok()?.try_into().ok().filter(|time| *time != [0xff; 4])
        };
        Ok(DiscInformation {
            status: match fields.bits(2, 0x03)? {
                0 => DiscStatus::Blank,
                1 => DiscStatus::Appendable,
                2 => DiscStatus::Complete,
                _ => DiscStatus::Other,
            },
            last_session: match fields.bits(2, 0x0c)? {
                0 => SessionState::Empty,
                1 => SessionState::Incomplete,
                2 => SessionState::Damaged,
                _ => SessionState::Complete,
            },
            erasable: fields.flag(2, 0x10)?,
            first_track: fields.u8(3)?,
            sessions: high(9)? | u16::from(fields.u8(4)?),
            first_track_in_last: high(10)? | u16::from(fields.u8(5)?),
            last_track: high(11)? | u16::from(fields.u8(6)?),
            unrestricted_use: fields.flag(7, 0x20)?,
            background_format: match fields.bits(7, 0x03)? {
                0 => BackgroundFormat::None,
                1 => BackgroundFormat::Suspended,
                2 => BackgroundFormat::Running,
                _ => BackgroundFormat::Done,
            },
            disc_type: fields.u8(8)?,
            id: valid(0x80).then(|| fields.be32(12).ok()).flatten(),
            lead_in: time(16),
            lead_out_max: time(20),
            bar_code: valid(0x40).then(|| fields.bytes(24, 8).ok()?.try_into().ok()).flatten(),
            application_code: valid(0x10).then(|| fields.u8(32).ok()).flatten(),
            opc_tables: opc_tables(Fields(fields.announced()?)),
            raw: data.to_vec(),
        })
    }
}

impl Request for ReadTrackResources {
    const NAME: &'static str = "READ DISC INFORMATION (track resources)";

    fn cdb(&self) -> Cdb {
        cdb(1, self.allocation())
    }
}

impl Query for ReadTrackResources {
    type Response = TrackResources;

    fn allocation(&self) -> u16 {
        12
    }

    fn parse(&self, data: &[u8]) -> Result<TrackResources, ParseError> {
        let fields = expect_type(data, 1)?;
        Ok(TrackResources {
            max: fields.be16(4)?,
            assigned: fields.be16(6)?,
            appendable_max: fields.be16(8)?,
            appendable: fields.be16(10)?,
        })
    }
}

impl Request for ReadPowResources {
    const NAME: &'static str = "READ DISC INFORMATION (POW resources)";

    fn cdb(&self) -> Cdb {
        cdb(2, self.allocation())
    }
}

impl Query for ReadPowResources {
    type Response = PowResources;

    fn allocation(&self) -> u16 {
        16
    }

    fn parse(&self, data: &[u8]) -> Result<PowResources, ParseError> {
        let fields = expect_type(data, 2)?;
        Ok(PowResources {
            replacements: fields.be32(4)?,
            map_entries: fields.be32(8)?,
            updates: fields.be32(12)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadDiscInformation.cdb().bytes(), [0x51, 0x00, 0, 0, 0, 0, 0, 0x00, 0xea, 0]);
        assert_eq!(ReadTrackResources.cdb().bytes(), [0x51, 0x01, 0, 0, 0, 0, 0, 0x00, 0x0c, 0]);
        assert_eq!(ReadPowResources.cdb().bytes(), [0x51, 0x02, 0, 0, 0, 0, 0, 0x00, 0x10, 0]);
    }

    /// Derived from the report of HL-DT-ST WH16NS40, an appendable BD-R. Bytes 4 to 7 are certain:
    /// they were printed as POW resources.
    const APPENDABLE: [u8; 34] = [
        0x00, 0x20, // 32 bytes follow
        0x05, // type 0, not erasable, last session incomplete, appendable
        0x01, // first track
        0x01, 0x01, 0x03, // sessions, first and last track of the last: low bytes
        0x20, // URU
        0x00, // disc type
        0x00, 0x00, 0x00, // the high bytes
        0x00, 0x00, 0x00, 0x00, // identification: not valid
        0xff, 0xff, 0xff, 0xff, // lead-in: none
        0x00, 0x4f, 0x3b, 0x4a, // last possible lead-out (made up: 79:59:74)
        0, 0, 0, 0, 0, 0, 0, 0, // bar code: not valid
        0x00, 0x00, // application code: not valid; no OPC table
    ];

    #[test]
    fn bytes_in() {
        let information = ReadDiscInformation.parse(&APPENDABLE).expect("parses");
        assert_eq!(information.status, DiscStatus::Appendable);
        assert_eq!(information.last_session, SessionState::Incomplete);
        assert!(!information.erasable && information.unrestricted_use);
        assert_eq!((information.sessions, information.last_track), (1, 3));
        assert_eq!((information.first_track, information.first_track_in_last), (1, 1));
        assert_eq!((information.id, information.lead_in), (None, None));
        assert_eq!(information.lead_out_max, Some([0, 79, 59, 74]));
        assert_eq!((information.bar_code, information.application_code), (None, None));
        assert_eq!(information.background_format, BackgroundFormat::None);
        assert_eq!(information.opc_tables, []);
    }

    #[test]
    fn opc_tables_come_in_as_far_as_they_are_there() {
        let mut answer = APPENDABLE.to_vec();
        answer[1] = 0x30; // 48 bytes follow
        answer[33] = 2;
        answer.extend([0x56, 0x9a, 1, 2, 3, 4, 5, 6]); // for 22170 kB/s
        answer.extend([0x2b, 0x48, 6, 5, 4, 3, 2, 1]);
        let tables = |data: &[u8]| ReadDiscInformation.parse(data).expect("parses").opc_tables;
        let first = OpcTable { speed: Rate { kbps: 22_170 }, values: [1, 2, 3, 4, 5, 6] };
        let second = OpcTable { speed: Rate { kbps: 11_080 }, values: [6, 5, 4, 3, 2, 1] };
        assert_eq!(tables(&answer), [first, second]);
        assert_eq!(tables(&answer[..49]), [first]);
        // Zeros behind what is announced are none.
        answer[1] = 0x20;
        assert_eq!(tables(&answer), []);
    }

    #[test]
    fn high_bytes_and_validity_bits_count() {
        let mut answer = APPENDABLE;
        answer[2] = 0x1e; // erasable, complete, complete
        answer[7] = 0xd1; // identification, bar code and application code valid; suspended
        answer[9..12].copy_from_slice(&[1, 2, 3]);
        answer[12..16].copy_from_slice(&[0xde, 0xad, 0xbe, 0xef]);
        answer[24..32].copy_from_slice(b"12345678");
        answer[32] = 0x42;
        let information = ReadDiscInformation.parse(&answer).expect("parses");
        assert_eq!(information.status, DiscStatus::Complete);
        assert_eq!(information.last_session, SessionState::Complete);
        assert!(information.erasable);
        assert_eq!(information.sessions, 0x101);
        assert_eq!(information.first_track_in_last, 0x201);
        assert_eq!(information.last_track, 0x303);
        assert_eq!(information.background_format, BackgroundFormat::Suspended);
        assert_eq!(information.id, Some(0xdead_beef));
        assert_eq!(information.bar_code.as_ref(), Some(b"12345678"));
        assert_eq!(information.application_code, Some(0x42));
        // Cut behind the high bytes: enough.
        let short = ReadDiscInformation.parse(&answer[..12]).expect("parses");
        assert_eq!((short.sessions, short.id, short.lead_in), (0x101, None, None));
        assert!(ReadDiscInformation.parse(&answer[..11]).is_err());
    }

    #[test]
    fn an_answer_of_another_type_is_not_believed() {
        // real-drives: HL-DT-ST WH16NS40, printed as POW resources.
        let error = ReadPowResources.parse(&APPENDABLE).expect_err("no resources");
        assert_eq!(error.to_string(), "asked for data type 2 and got data type 0");
        let answer = [0x00, 0x0e, 0x40, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 7, 0, 0, 0, 9];
        let resources = ReadPowResources.parse(&answer).expect("parses");
        assert_eq!(resources, PowResources { replacements: 0x1234, map_entries: 7, updates: 9 });
        let answer = [0x00, 0x0a, 0x20, 0, 0x00, 0x99, 0x00, 0x01, 0x00, 0x10, 0x00, 0x0f];
        assert_eq!(
            ReadTrackResources.parse(&answer),
            Ok(TrackResources { max: 0x99, assigned: 1, appendable_max: 16, appendable: 15 })
        );
    }
}
