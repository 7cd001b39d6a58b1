//! READ TOC/PMA/ATIP (MMC-6 6.26), format 0101b: CD-TEXT, as packs of 18 bytes, unread.

use super::read_toc;
use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for the CD-TEXT.
#[derive(Clone, Copy, Debug)]
pub struct ReadCdText;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CdText {
    /// The packs, 18 bytes each, in the order sent.
    pub packs: Vec<[u8; 18]>,
}

impl Request for ReadCdText {
    const NAME: &'static str = "READ CD-TEXT";

    fn cdb(&self) -> Cdb {
        read_toc::cdb(5, false, 0, self.allocation())
    }
}

impl Query for ReadCdText {
    type Response = CdText;

    /// 1820 packs: seven full languages. Fits what every host adapter moves at once.
    fn allocation(&self) -> u16 {
        0x7ffe
    }

    fn parse(&self, data: &[u8]) -> Result<CdText, ParseError> {
        let fields = Fields(Fields(data).announced()?);
        fields.bytes(0, 4)?;
        let (packs, _) = fields.0[4..].as_chunks::<18>();
        Ok(CdText { packs: packs.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadCdText.cdb().bytes(), [0x43, 0x00, 0x05, 0, 0, 0, 0, 0x7f, 0xfe, 0]);
    }

    #[test]
    fn bytes_in() {
        // real-drives: the first two packs of Krosis, "A Memoir of Free Will"; header derived.
        let answer = b"\x00\x26\x00\x00\
            \x80\x00\x00\x00A Memoir of \x5f\x23\x80\x00\x01\x0cFree Will\x00Go\x5b\x8d";
        let text = ReadCdText.parse(answer).expect("parses");
        assert_eq!(text.packs.len(), 2);
        assert_eq!(&text.packs[0][4..16], b"A Memoir of ");
        assert_eq!(text.packs[1][..4], [0x80, 0x00, 0x01, 0x0c]);
        assert_eq!(ReadCdText.parse(&answer[..30]).expect("parses").packs.len(), 1);
        assert!(ReadCdText.parse(&answer[..3]).is_err());
    }
}
