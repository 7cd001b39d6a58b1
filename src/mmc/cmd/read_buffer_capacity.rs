//! READ BUFFER CAPACITY (MMC-6 6.14): how full the drive's buffer is.
//!
//! Not to be sent before the buffer has been full once: a Pioneer DVR-216D and what is built like
//! it then loses data (libburn).

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct ReadBufferCapacity;

/// The answer, in bytes; what a drive tells in blocks although it was asked for bytes is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferCapacity {
    /// TOTAL LENGTH OF BUFFER.
    pub total: u32,
    /// BLANK LENGTH OF BUFFER: how much can be sent at once. Never more than there is.
    pub free: u32,
}

impl BufferCapacity {
    /// What is in it.
    pub fn filled(self) -> u32 {
        self.total - self.free
    }
}

impl Request for ReadBufferCapacity {
    const NAME: &'static str = "READ BUFFER CAPACITY";

    fn cdb(&self) -> Cdb {
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x5c, 0, 0, 0, 0, 0, 0, high, low, 0])
    }
}

impl Query for ReadBufferCapacity {
    type Response = BufferCapacity;

    fn allocation(&self) -> u16 {
        12
    }

    fn parse(&self, data: &[u8]) -> Result<BufferCapacity, ParseError> {
        let fields = Fields(data);
        let (total, free) = (fields.be32(4)?, fields.be32(8)?);
        if fields.flag(3, 0x01)? {
            return Err(ParseError::Invalid("asked for bytes and got blocks".into()));
        }
        if free > total {
            return Err(ParseError::Invalid(format!("{free} bytes free of {total}")));
        }
        Ok(BufferCapacity { total, free })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        // 12 bytes.
        assert_eq!(ReadBufferCapacity.cdb().bytes(), [0x5c, 0, 0, 0, 0, 0, 0, 0x00, 0x0c, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived: the buffer of real-drives' ASUS CRW-5232A3, 1362944 bytes.
        let answer = [
            0x00, 0x0a, 0, 0, // 10 bytes follow; in bytes
            0x00, 0x14, 0xcc, 0x00, // 1362944 in all
            0x00, 0x00, 0xf8, 0x00, // 63488 free
        ];
        let capacity = ReadBufferCapacity.parse(&answer).expect("parses");
        assert_eq!(capacity, BufferCapacity { total: 1_362_944, free: 63_488 });
        assert_eq!(capacity.filled(), 1_299_456);
        assert!(ReadBufferCapacity.parse(&answer[..11]).is_err());
        let mut blocks = answer;
        blocks[3] = 0x01;
        let error = ReadBufferCapacity.parse(&blocks).expect_err("not asked for");
        assert_eq!(error.to_string(), "asked for bytes and got blocks");
        // HL-DT-ST GSA-H55N: its answers are not to be relied on (cdrecord).
        let mut odd = answer;
        odd[8] = 0x01;
        let error = ReadBufferCapacity.parse(&odd).expect_err("cannot be");
        assert_eq!(error.to_string(), "16840704 bytes free of 1362944");
    }
}
