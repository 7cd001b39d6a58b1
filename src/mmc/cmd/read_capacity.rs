//! READ CAPACITY (MMC-6 6.24).

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::Blocks;

/// Asks for the last block of the medium.
#[derive(Clone, Copy, Debug)]
pub struct ReadCapacity;

/// Its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Number of blocks: the LAST LOGICAL BLOCK ADDRESS and one. 0 where a drive answers FFFFFFFFh;
    /// 1, a last address of 0, is what drives say of a disc on which there is nothing, or nothing
    /// that they see (real-drives: redumper#258).
    pub blocks: Blocks,
    /// Bytes in a block.
    pub block_len: u32,
}

impl Request for ReadCapacity {
    const NAME: &'static str = "READ CAPACITY";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}

impl Query for ReadCapacity {
    type Response = Capacity;

    fn allocation(&self) -> u16 {
        8
    }

    fn parse(&self, data: &[u8]) -> Result<Capacity, ParseError> {
        let fields = Fields(data);
        let last = fields.be32(0)?;
        Ok(Capacity { blocks: Blocks(last.wrapping_add(1)), block_len: fields.be32(4)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadCapacity.cdb().bytes(), [0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived from the report of HL-DT-ST GSA-4167B: 2080080*2048.
        let capacity = ReadCapacity.parse(&[0x00, 0x1f, 0xbd, 0x4f, 0x00, 0x00, 0x08, 0x00]);
        assert_eq!(capacity, Ok(Capacity { blocks: Blocks(2_080_080), block_len: 2048 }));
        // Of a blank disc.
        let blank = ReadCapacity.parse(&[0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x08, 0x00]);
        assert_eq!(blank, Ok(Capacity { blocks: Blocks(0), block_len: 2048 }));
        assert_eq!(
            ReadCapacity.parse(&[0x00, 0x1f, 0xbd]),
            Err(ParseError::TooShort { need: 4, got: 3 })
        );
    }
}
