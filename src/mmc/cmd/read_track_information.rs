//! READ TRACK INFORMATION (MMC-6 6.27): where a track lies and what can still be written to it.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::{Blocks, Lba};

/// Which track is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackAddress {
    /// 00b: the one that holds a block.
    Lba(Lba),
    /// 01b: the one of a number. FFh is the invisible track of a CD; on DVD and BD it is not to be
    /// relied on (real-drives: Plextor PX-S88T answers it with no byte at all).
    Track(u16),
    /// 10b: the first one of a session.
    Session(u16),
}

/// Asks about a track.
#[derive(Clone, Copy, Debug)]
pub struct ReadTrackInformation(pub TrackAddress);

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackInformation {
    /// LOGICAL TRACK NUMBER.
    pub number: u16,
    /// SESSION NUMBER.
    pub session: u16,
    /// DAMAGE: a write to it was broken off, the next writable address may be wrong.
    pub damaged: bool,
    /// COPY.
    pub copy: bool,
    /// TRACK MODE: the CONTROL bits of a CD track; 4 to 7 for data.
    pub track_mode: u8,
    /// RT: reserved.
    pub reserved: bool,
    /// BLANK: the next writable address is its start.
    pub blank: bool,
    /// PACKET/INC: written in packets or increments.
    pub incremental: bool,
    /// FP: packets of fixed size.
    pub fixed_packets: bool,
    /// DATA MODE: 1, 2, or Fh where it is unknown or there is none.
    pub data_mode: u8,
    /// LOGICAL TRACK START ADDRESS.
    pub start: Lba,
    /// NEXT WRITABLE ADDRESS, where the drive marked it valid.
    pub next_writable: Option<Lba>,
    /// FREE BLOCKS.
    pub free: Blocks,
    /// FIXED PACKET SIZE, or blocking factor.
    pub packet_size: u32,
    /// LOGICAL TRACK SIZE. 0 on some blank discs (real-drives: HL-DT-ST GH22NP20), and on some
    /// counted from LBA 0 (real-drives: HL-DT-ST GUC0N).
    pub size: Blocks,
    /// LAST RECORDED ADDRESS, where the drive marked it valid.
    pub last_recorded: Option<Lba>,
    /// READ COMPATIBILITY LBA, where the answer is that long.
    pub read_compatibility: Option<Lba>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

impl TrackInformation {
    /// TRACK MODE bit 2: data, not sound.
    pub fn is_data(&self) -> bool {
        self.track_mode & 0x04 != 0
    }
}

impl Request for ReadTrackInformation {
    const NAME: &'static str = "READ TRACK INFORMATION";

    fn cdb(&self) -> Cdb {
        let (kind, number) = match self.0 {
            TrackAddress::Lba(lba) => (0, lba.to_be_bytes()),
            TrackAddress::Track(number) => (1, u32::from(number).to_be_bytes()),
            TrackAddress::Session(number) => (2, u32::from(number).to_be_bytes()),
        };
        let [a, b, c, d] = number;
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x52, kind, a, b, c, d, 0, high, low, 0])
    }

    fn lba(&self) -> Option<Lba> {
        match self.0 {
            TrackAddress::Lba(lba) => Some(lba),
            _ => None,
        }
    }
}

impl Query for ReadTrackInformation {
    type Response = TrackInformation;

    fn allocation(&self) -> u16 {
        48
    }

    fn parse(&self, data: &[u8]) -> Result<TrackInformation, ParseError> {
        // GOOD with no byte at all happens (real-drives: Plextor PX-S88T): too short, then.
        let fields = Fields(data);
        let announced = Fields(fields.announced()?);
        // Drives of old stop before the high bytes; MMC-1 ended at byte 27.
        let high = |at: usize| announced.u8(at).map_or(0, |byte| u16::from(byte) << 8);
        let address = |at: usize| fields.be32(at).map(|lba| Lba(lba.cast_signed()));
        let valid = fields.u8(7)?;
        Ok(TrackInformation {
            number: high(32) | u16::from(fields.u8(2)?),
            session: high(33) | u16::from(fields.u8(3)?),
            damaged: fields.flag(5, 0x20)?,
            copy: fields.flag(5, 0x10)?,
            track_mode: fields.bits(5, 0x0f)?,
            reserved: fields.flag(6, 0x80)?,
            blank: fields.flag(6, 0x40)?,
            incremental: fields.flag(6, 0x20)?,
            fixed_packets: fields.flag(6, 0x10)?,
            data_mode: fields.bits(6, 0x0f)?,
            start: address(8)?,
            next_writable: if valid & 0x01 != 0 { Some(address(12)?) } else { None },
            free: Blocks(fields.be32(16)?),
            packet_size: fields.be32(20)?,
            size: Blocks(fields.be32(24)?),
            last_recorded: if valid & 0x02 != 0 { address(28).ok() } else { None },
            read_compatibility: announced.be32(36).ok().map(|lba| Lba(lba.cast_signed())),
            raw: data.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let track = ReadTrackInformation(TrackAddress::Track(1));
        assert_eq!(track.cdb().bytes(), [0x52, 0x01, 0, 0, 0, 1, 0, 0x00, 0x30, 0]);
        let block = ReadTrackInformation(TrackAddress::Lba(Lba(0x0102_0304)));
        assert_eq!(block.cdb().bytes(), [0x52, 0x00, 1, 2, 3, 4, 0, 0x00, 0x30, 0]);
        let session = ReadTrackInformation(TrackAddress::Session(0x0203));
        assert_eq!(session.cdb().bytes(), [0x52, 0x02, 0, 0, 2, 3, 0, 0x00, 0x30, 0]);
    }

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect()
    }

    fn parse(data: &[u8]) -> Result<TrackInformation, ParseError> {
        ReadTrackInformation(TrackAddress::Track(1)).parse(data)
    }

    #[test]
    fn bytes_in() {
        // real-drives: udftools#44, CD-RW written in packets, 34 of 36 bytes as captured.
        let answer = hex("00 22 01 01 00 07 b2 00 00 00 00 00 00 00 00 00 00 00 00 00 \
             00 00 00 20 00 04 81 60 00 00 00 00 00 00");
        let track = parse(&answer).expect("parses");
        assert_eq!((track.number, track.session), (1, 1));
        assert_eq!((track.track_mode, track.data_mode), (7, 2));
        assert!(track.is_data() && track.reserved && track.incremental && track.fixed_packets);
        assert!(!track.blank && !track.damaged && !track.copy);
        assert_eq!((track.start, track.next_writable, track.last_recorded), (Lba(0), None, None));
        assert_eq!((track.packet_size, track.size, track.free), (32, Blocks(295_264), Blocks(0)));
        assert_eq!(track.read_compatibility, None);
    }

    #[test]
    fn a_closed_cd_rw_comes_in() {
        // real-drives: udftools#44, unformatted, closed CD-RW.
        let answer = hex("00 22 01 01 00 04 01 00 00 00 00 00 00 00 00 00 00 00 00 00 \
             00 00 00 00 00 00 85 81 00 00 00 00 00 00");
        let track = parse(&answer).expect("parses");
        assert_eq!((track.track_mode, track.data_mode, track.size), (4, 1, Blocks(34_177)));
        assert!(!track.incremental && !track.reserved);
    }

    #[test]
    fn an_open_track_tells_where_to_go_on() {
        // Derived from the report of HL-DT-ST WH16NS40, track 3 of an appendable BD-R.
        let answer = [
            0x00, 0x2e, 3, 1, 0, // length, track, session
            0x04, 0x21, 0x03, // data; incremental, mode 1; both addresses valid
            0x00, 0x28, 0xb6, 0x60, // start 2668128
            0x00, 0x78, 0xf0, 0x20, // next writable
            0x00, 0x3f, 0x83, 0xe0, // free 4162528
            0x00, 0x00, 0x00, 0x20, // blocking factor
            0x00, 0x8f, 0xbd, 0xa0, // size
            0x00, 0x78, 0xf0, 0x1f, // last recorded
            0x01, 0x02, 0, 0, // high bytes (made up)
            0x00, 0x04, 0x20, 0x00, // read compatibility (ACER AXD001: 270336)
            0, 0, 0, 0, 0, 0, 0, 0,
        ];
        let track = parse(&answer).expect("parses");
        assert_eq!(track.start, Lba(2_668_128));
        assert_eq!(track.next_writable, Some(Lba(7_925_792)));
        assert_eq!(track.last_recorded, Some(Lba(7_925_791)));
        assert_eq!((track.free, track.size), (Blocks(4_162_528), Blocks(9_420_192)));
        assert_eq!((track.number, track.session), (0x103, 0x201));
        assert_eq!(track.read_compatibility, Some(Lba(270_336)));
    }

    #[test]
    fn a_blank_cd_may_begin_before_its_first_block() {
        // Pioneer BDR-205 and LITE-ON LTR-48125S, blank CD-R (libburn); the rest made up.
        let mut answer = [0; 36];
        answer[..8].copy_from_slice(&[0x00, 0x22, 1, 1, 0, 0x04, 0x41, 0x01]);
        answer[12..16].copy_from_slice(&[0xff, 0xff, 0xff, 0x6a]);
        let track = parse(&answer).expect("parses");
        assert!(track.blank);
        assert_eq!(track.next_writable, Some(Lba(-150)));
    }

    #[test]
    fn good_with_no_byte_is_no_track() {
        // real-drives: USB Plextor PX-S88T 1.04, track FFh.
        assert_eq!(parse(&[]), Err(ParseError::TooShort { need: 2, got: 0 }));
        assert_eq!(parse(&[0; 27]), Err(ParseError::TooShort { need: 28, got: 27 }));
    }
}
