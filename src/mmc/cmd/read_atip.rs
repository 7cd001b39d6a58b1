//! READ TOC/PMA/ATIP (MMC-6 6.26), format 0100b: what is pressed into the groove of a CD-R or
//! CD-RW.

use super::read_toc;
use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::Msf;

/// Asks for the ATIP.
#[derive(Clone, Copy, Debug)]
pub struct ReadAtip;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atip {
    /// INDICATIVE TARGET WRITING POWER.
    pub writing_power: u8,
    /// REFERENCE SPEED of a CD-RW.
    pub reference_speed: u8,
    /// URU: for unrestricted use.
    pub unrestricted_use: bool,
    /// DISC TYPE: a CD-RW.
    pub erasable: bool,
    /// DISC SUB-TYPE.
    pub sub_type: u8,
    /// ATIP START TIME OF LEAD-IN: by its value, the maker is known.
    pub lead_in: Msf,
    /// ATIP LAST POSSIBLE START TIME OF LEAD-OUT.
    pub lead_out: Msf,
    /// Additional information 1, 2 and 3, where marked valid.
    pub additional: [Option<[u8; 3]>; 3],
}

impl Atip {
    /// The lead-in as media ids are written: `97m26s66f`.
    pub fn media_id(&self) -> String {
        let Msf { minute, second, frame } = self.lead_in;
        format!("{minute:02}m{second:02}s{frame:02}f")
    }
}

impl Request for ReadAtip {
    const NAME: &'static str = "READ ATIP";

    /// TIME has to be set (MMC-6 6.26.2.2).
    fn cdb(&self) -> Cdb {
        read_toc::cdb(4, true, 0, self.allocation())
    }
}

impl Query for ReadAtip {
    type Response = Atip;

    fn allocation(&self) -> u16 {
        32
    }

    /// Drives say GOOD with zeros of a disc that has no ATIP (real-drives: YAMAHA, iHBS112): a
    /// lead-in that is none is an error.
    fn parse(&self, data: &[u8]) -> Result<Atip, ParseError> {
        let fields = Fields(data);
        let time = |at: usize| -> Result<Msf, ParseError> {
            let mut time = read_toc::msf(fields, at)?;
            // RICOH of old sends BCD (real-drives: quirks): a lead-in of 90h or more is no binary
            // one.
            if fields.u8(8)? >= 0x90 {
                time = Msf {
                    minute: from_bcd(time.minute),
                    second: from_bcd(time.second),
                    frame: from_bcd(time.frame),
                };
            }
            Ok(time)
        };
        let (lead_in, lead_out) = (time(8)?, time(12)?);
        let sane = |time: Msf| time.second < 60 && time.frame < 75;
        if !(90..100).contains(&lead_in.minute) || !sane(lead_in) || !sane(lead_out) {
            return Err(ParseError::Invalid(format!(
                "an ATIP with a lead-in at {lead_in} and a lead-out at {lead_out}"
            )));
        }
        let additional = |mask: u8, at: usize| {
            let valid = fields.flag(6, mask).unwrap_or(false);
            fields.bytes(at, 3).ok().filter(|_| valid).and_then(|bytes| bytes.try_into().ok())
        };
        Ok(Atip {
            writing_power: fields.bits(4, 0x70)?,
            reference_speed: fields.bits(4, 0x07)?,
            unrestricted_use: fields.flag(5, 0x40)?,
            erasable: fields.flag(6, 0x40)?,
            sub_type: fields.bits(6, 0x38)?,
            lead_in,
            lead_out,
            additional: [additional(0x04, 16), additional(0x02, 20), additional(0x01, 24)],
        })
    }
}

fn from_bcd(byte: u8) -> u8 {
    (byte >> 4) * 10 + (byte & 0x0f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadAtip.cdb().bytes(), [0x43, 0x02, 0x04, 0, 0, 0, 0, 0x00, 0x20, 0]);
    }

    /// Derived from the report of ASUS CRW-5232A3 with a CD-RW.
    const CD_RW: [u8; 28] = [
        0x00, 0x1a, 0, 0,    // 26 bytes follow
        0xe2, // power 6, reference speed 2
        0x00, // restricted use
        0xce, // CD-RW, sub-type 1 (made up), A1 and A2 valid
        0, 97, 34, 22, 0, // lead-in
        79, 59, 74, 0, // lead-out
        0x02, 0x3a, 0xb0, 0, // A1
        0x5c, 0xc6, 0x26, 0, // A2
        0xff, 0xff, 0xff, 0, // A3: not valid
    ];

    #[test]
    fn bytes_in() {
        let atip = ReadAtip.parse(&CD_RW).expect("parses");
        assert_eq!((atip.writing_power, atip.reference_speed), (6, 2));
        assert!(atip.erasable && !atip.unrestricted_use);
        assert_eq!(atip.sub_type, 1);
        assert_eq!(atip.lead_in, Msf { minute: 97, second: 34, frame: 22 });
        assert_eq!(atip.lead_out, Msf { minute: 79, second: 59, frame: 74 });
        assert_eq!(atip.additional, [Some([0x02, 0x3a, 0xb0]), Some([0x5c, 0xc6, 0x26]), None]);
        assert_eq!(atip.media_id(), "97m34s22f");
        // Cut off behind the lead-out: enough.
        assert_eq!(ReadAtip.parse(&CD_RW[..16]).expect("parses").additional, [None; 3]);
        assert!(ReadAtip.parse(&CD_RW[..14]).is_err());
    }

    #[test]
    fn bcd_is_told_from_binary() {
        let mut answer = CD_RW;
        // real-drives: atip-reports, an IDE writer of 2002 whose "garbage" 151:50:00 and 116:21:00,
        // printed as binary, are 97:32:00 and 74:15:00 in BCD.
        answer[8..11].copy_from_slice(&[151, 50, 0]);
        answer[12..15].copy_from_slice(&[116, 21, 0]);
        let atip = ReadAtip.parse(&answer).expect("parses");
        assert_eq!(atip.lead_in, Msf { minute: 97, second: 32, frame: 0 });
        assert_eq!(atip.lead_out, Msf { minute: 74, second: 15, frame: 0 });
    }

    #[test]
    fn zeros_and_noise_are_no_atip() {
        assert!(ReadAtip.parse(&[0; 28]).is_err());
        let mut answer = CD_RW;
        answer[9] = 61;
        assert!(ReadAtip.parse(&answer).is_err());
    }
}
