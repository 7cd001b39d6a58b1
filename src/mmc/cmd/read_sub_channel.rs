//! READ SUB-CHANNEL (MMC-6, legacy): the catalogue number of a CD and the recording codes of its
//! tracks. Where the head is, nobody here wants to know.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// SUB-CHANNEL DATA FORMAT 02h: asks for the media catalogue number.
#[derive(Clone, Copy, Debug)]
pub struct ReadCatalogNumber;

/// SUB-CHANNEL DATA FORMAT 03h: asks for a track's International Standard Recording Code.
#[derive(Clone, Copy, Debug)]
pub struct ReadRecordingCode {
    /// Which track.
    pub track: u8,
}

const ALLOCATION: u8 = 24;
const CATALOG: u8 = 0x02;
const RECORDING: u8 = 0x03;

/// SUBQ is set: without it only the header comes.
fn cdb(format: u8, track: u8) -> Cdb {
    Cdb::new(&[0x42, 0, 0x40, format, 0, 0, track, 0, ALLOCATION, 0])
}

/// The code of so many characters, if it is valid and one: drives call zeros and blanks valid too.
fn code(data: &[u8], format: u8, length: usize) -> Result<Option<String>, ParseError> {
    let fields = Fields(data);
    let got = fields.u8(4)?;
    if got != format {
        return Err(ParseError::Invalid(format!(
            "asked for sub-channel format {format} and got format {got}"
        )));
    }
    let valid = fields.flag(8, 0x80)?;
    let text = fields.bytes(9, length)?;
    let is_code = text.iter().all(u8::is_ascii_alphanumeric) && text.iter().any(|c| *c != b'0');
    Ok((valid && is_code).then(|| text.iter().map(|byte| char::from(*byte)).collect()))
}

impl Request for ReadCatalogNumber {
    const NAME: &'static str = "READ SUB-CHANNEL (catalogue number)";

    fn cdb(&self) -> Cdb {
        cdb(CATALOG, 0)
    }
}

impl Query for ReadCatalogNumber {
    /// Thirteen digits: an EAN. `None` where the disc has none.
    type Response = Option<String>;

    fn allocation(&self) -> u16 {
        u16::from(ALLOCATION)
    }

    fn parse(&self, data: &[u8]) -> Result<Option<String>, ParseError> {
        let number = code(data, CATALOG, 13)?;
        Ok(number.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit())))
    }
}

impl Request for ReadRecordingCode {
    const NAME: &'static str = "READ SUB-CHANNEL (recording code)";

    fn cdb(&self) -> Cdb {
        cdb(RECORDING, self.track)
    }
}

impl Query for ReadRecordingCode {
    /// Twelve letters and digits. `None` where the track has none.
    type Response = Option<String>;

    fn allocation(&self) -> u16 {
        u16::from(ALLOCATION)
    }

    fn parse(&self, data: &[u8]) -> Result<Option<String>, ParseError> {
        code(data, RECORDING, 12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadCatalogNumber.cdb().bytes(), [0x42, 0, 0x40, 0x02, 0, 0, 0, 0, 24, 0]);
        let track = ReadRecordingCode { track: 7 };
        assert_eq!(track.cdb().bytes(), [0x42, 0, 0x40, 0x03, 0, 0, 7, 0, 24, 0]);
    }

    fn answer(format: u8, valid: u8, code: &[u8]) -> Vec<u8> {
        // Audio status 15h: nothing played; 20 bytes follow.
        let mut answer = vec![0, 0x15, 0, 20, format, 0x10, 1, 0, valid];
        answer.extend_from_slice(code);
        answer.resize(24, 0);
        answer
    }

    #[test]
    fn bytes_in() {
        // real-drives: DiscImageCreator#70, the catalogue number of an Enhanced CD; bytes derived.
        let number = answer(2, 0x80, b"0099923338222");
        assert_eq!(ReadCatalogNumber.parse(&number), Ok(Some("0099923338222".into())));
        let code = answer(3, 0x80, b"QM7281905204");
        assert_eq!(ReadRecordingCode { track: 1 }.parse(&code), Ok(Some("QM7281905204".into())));
        assert!(ReadRecordingCode { track: 1 }.parse(&code[..20]).is_err());
        assert!(ReadCatalogNumber.parse(&code).is_err());
    }

    #[test]
    fn what_is_no_code_is_none() {
        for bytes in [
            answer(2, 0x00, b"0099923338222"),
            answer(2, 0x80, b"0000000000000"),
            answer(2, 0x80, b"00999233A8222"),
            answer(2, 0x80, &[0; 13]),
        ] {
            assert_eq!(ReadCatalogNumber.parse(&bytes), Ok(None));
        }
        assert_eq!(
            ReadRecordingCode { track: 1 }.parse(&answer(3, 0x80, b"            ")),
            Ok(None)
        );
    }
}
