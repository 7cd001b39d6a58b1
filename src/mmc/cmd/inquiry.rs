//! INQUIRY, standard data (SPC-4 6.4; MMC-6 6.10).

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks what the device is.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry;

/// Standard INQUIRY data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// PERIPHERAL DEVICE TYPE: 5 for a CD/DVD/BD drive.
    pub device_type: u8,
    /// T10 VENDOR IDENTIFICATION.
    pub vendor: String,
    /// PRODUCT IDENTIFICATION.
    pub product: String,
    /// PRODUCT REVISION LEVEL: the firmware.
    pub revision: String,
    /// What follows byte 36: dates and serial numbers, as each maker likes. May be there although
    /// ADDITIONAL LENGTH ends before it (real-drives: TSSTcorp SE-506CB).
    pub vendor_specific: String,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

impl Inquiry {
    /// PERIPHERAL DEVICE TYPE of a CD, DVD or BD drive.
    pub const TYPE_MMC: u8 = 5;
    const ALLOCATION: u8 = 96;
}

impl Request for Inquiry {
    const NAME: &'static str = "INQUIRY";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x12, 0, 0, 0, Self::ALLOCATION, 0])
    }
}

impl Query for Inquiry {
    type Response = Identity;

    fn allocation(&self) -> u16 {
        u16::from(Self::ALLOCATION)
    }

    fn parse(&self, data: &[u8]) -> Result<Identity, ParseError> {
        let fields = Fields(data);
        let tail = data.len().saturating_sub(36).min(20);
        Ok(Identity {
            device_type: fields.bits(0, 0x1f)?,
            vendor: fields.text(8, 8)?,
            product: fields.text(16, 16)?,
            revision: fields.text(32, 4)?,
            vendor_specific: fields.text(36, tail)?,
            raw: data.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// real-drives: TSSTcorp SE-506CB TS01, the whole answer as dumped.
    const SE_506CB: &[u8] = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01  \
        0528       \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
        \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    #[test]
    fn bytes_out() {
        assert_eq!(Inquiry.cdb().bytes(), [0x12, 0x00, 0x00, 0x00, 0x60, 0x00]);
    }

    #[test]
    fn bytes_in() {
        assert_eq!(SE_506CB.len(), 96);
        let identity = Inquiry.parse(SE_506CB).expect("parses");
        assert_eq!(identity.device_type, Inquiry::TYPE_MMC);
        assert_eq!(identity.vendor, "TSSTcorp");
        assert_eq!(identity.product, "BDDVDW SE-506CB");
        assert_eq!(identity.revision, "TS01");
        // Beyond ADDITIONAL LENGTH 1Fh, and there all the same.
        assert_eq!(identity.vendor_specific, "0528");
    }

    #[test]
    fn an_answer_of_36_bytes_is_enough_and_35_are_not() {
        assert_eq!(Inquiry.parse(&SE_506CB[..36]).expect("parses").vendor_specific, "");
        assert_eq!(Inquiry.parse(&SE_506CB[..35]), Err(ParseError::TooShort { need: 36, got: 35 }));
    }
}
