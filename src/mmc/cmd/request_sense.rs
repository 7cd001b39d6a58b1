//! REQUEST SENSE (SPC-4 6.39): what the drive has to say of itself, progress of a running operation
//! included.

use crate::mmc::{ParseError, Query, Request};
use crate::transport::{Cdb, Sense};

/// Asks for sense data in the fixed format.
#[derive(Clone, Copy, Debug)]
pub struct RequestSense;

impl RequestSense {
    /// All that the one byte of ALLOCATION LENGTH can ask for, made even.
    const ALLOCATION: u8 = 252;
}

impl Request for RequestSense {
    const NAME: &'static str = "REQUEST SENSE";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x03, 0, 0, 0, Self::ALLOCATION, 0])
    }
}

impl Query for RequestSense {
    type Response = Sense;

    fn allocation(&self) -> u16 {
        u16::from(Self::ALLOCATION)
    }

    fn parse(&self, data: &[u8]) -> Result<Sense, ParseError> {
        Sense::parse(data).ok_or_else(|| ParseError::Invalid("no sense data in the answer".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(RequestSense.cdb().bytes(), [0x03, 0x00, 0x00, 0x00, 0xfc, 0x00]);
    }

    #[test]
    fn bytes_in() {
        // real-drives: sense-pairs-from-logs, the first ten bytes of a LiteOn's answer.
        let answer = [0xf0, 0, 0x03, 0, 0, 0x04, 0xd0, 0x0a, 0, 0];
        let sense = RequestSense.parse(&answer).expect("parses");
        assert_eq!((sense.triple(), sense.information), ((3, 0, 0), Some(0x4d0)));
        // Derived: format in progress, half done.
        let answer = [0x70, 0, 0x02, 0, 0, 0, 0, 0x0a, 0, 0, 0, 0, 0x04, 0x04, 0, 0x80, 0x80, 0];
        let sense = RequestSense.parse(&answer).expect("parses");
        assert_eq!((sense.triple(), sense.progress), ((2, 4, 4), Some(0x8000)));
        assert!(RequestSense.parse(&[]).is_err());
        assert!(RequestSense.parse(&[0; 18]).is_err());
    }
}
