//! INQUIRY, vital product data page 80h: the unit's serial number (SPC-4 7.8.15).

use crate::mmc::fields::{Fields, printable};
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for the serial number.
#[derive(Clone, Copy, Debug)]
pub struct InquirySerial;

impl InquirySerial {
    const PAGE: u8 = 0x80;
    const ALLOCATION: u8 = 254;
}

impl Request for InquirySerial {
    const NAME: &'static str = "INQUIRY (serial number)";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x12, 0x01, Self::PAGE, 0, Self::ALLOCATION, 0])
    }
}

impl Query for InquirySerial {
    type Response = String;

    fn allocation(&self) -> u16 {
        u16::from(Self::ALLOCATION)
    }

    fn parse(&self, data: &[u8]) -> Result<String, ParseError> {
        let fields = Fields(data);
        if fields.u8(1)? != Self::PAGE {
            return Err(ParseError::Invalid("the answer is of another page".into()));
        }
        let length = usize::from(fields.be16(2)?).min(data.len().saturating_sub(4));
        let serial = fields.bytes(4, length)?;
        let end = serial.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        // Standard INQUIRY data of a drive that ignores EVPD looks like this page: RMB in byte 1
        // makes it 80h. What gives it away is the zeros within what would be the number.
        if serial[..end].iter().any(|byte| !(0x20..=0x7e).contains(byte)) {
            return Err(ParseError::Invalid("the serial number is no text".into()));
        }
        let serial = printable(serial);
        if serial.is_empty() {
            return Err(ParseError::Invalid("the serial number is blank".into()));
        }
        Ok(serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(InquirySerial.cdb().bytes(), [0x12, 0x01, 0x80, 0x00, 0xfe, 0x00]);
    }

    #[test]
    fn bytes_in() {
        // Derived from the serial that xorriso prints of a TSSTcorp SE-S084F, 16 bytes.
        let answer = b"\x05\x80\x00\x10R8AF6GXB500424  ";
        assert_eq!(InquirySerial.parse(answer).as_deref(), Ok("R8AF6GXB500424"));
        // NULs at the end, of the number or of a transport without residual.
        let answer = b"\x05\x80\x00\x08K123\0\0\0\0\0\0\0\0";
        assert_eq!(InquirySerial.parse(answer).as_deref(), Ok("K123"));
        assert!(InquirySerial.parse(b"\x05\x80\x00\x04    ").is_err());
        assert!(InquirySerial.parse(b"\x05\x83\x00\x04ABCD").is_err());
        assert!(InquirySerial.parse(b"\x05\x80\x00").is_err());
    }

    #[test]
    fn standard_data_is_not_taken_for_a_serial_number() {
        // real-drives: TSSTcorp SE-506CB TS01, standard INQUIRY data.
        let standard = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01  0528";
        assert!(InquirySerial.parse(standard).is_err());
        // The same with an additional length that is a printable character.
        let standard = b"\x05\x80\x00\x32[\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01  0528";
        assert!(InquirySerial.parse(standard).is_err());
    }
}
