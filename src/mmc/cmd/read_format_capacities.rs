//! READ FORMAT CAPACITIES (MMC-6 6.23): how the medium is formatted, and how it could be.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::Blocks;

/// Asks for the formats.
#[derive(Clone, Copy, Debug)]
pub struct ReadFormatCapacities;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatCapacities {
    /// State of the medium.
    pub state: FormatState,
    /// Its size: as formatted, or the most there could be.
    pub blocks: Blocks,
    /// Bytes in a block.
    pub block_len: u32,
    /// What it could be formatted to, in the order sent: the index is how FORMAT UNIT knows them.
    pub formats: Vec<FormatDescriptor>,
}

/// DESCRIPTOR TYPE of the current capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatState {
    /// 01b: unformatted or blank; the size is the most there could be.
    Unformatted,
    /// 10b: formatted.
    Formatted,
    /// 11b: no medium, or a state in between; the size is the most the drive can do.
    Unknown,
    /// 00b: reserved.
    Reserved,
}

/// A format there could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatDescriptor {
    /// FORMAT TYPE.
    pub kind: u8,
    /// NUMBER OF BLOCKS, or what the type makes of it.
    pub blocks: Blocks,
    /// TYPE DEPENDENT PARAMETER: block length, packet size or spare area.
    pub parameter: u32,
}

impl Request for ReadFormatCapacities {
    const NAME: &'static str = "READ FORMAT CAPACITIES";

    fn cdb(&self) -> Cdb {
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x23, 0, 0, 0, 0, 0, 0, high, low, 0])
    }
}

impl Query for ReadFormatCapacities {
    type Response = FormatCapacities;

    /// Header, and 31 descriptors: all that its length byte can count.
    fn allocation(&self) -> u16 {
        252
    }

    fn parse(&self, data: &[u8]) -> Result<FormatCapacities, ParseError> {
        let fields = Fields(data);
        let end = (4 + usize::from(fields.u8(3)?)).min(data.len());
        let state = match fields.bits(8, 0x03)? {
            1 => FormatState::Unformatted,
            2 => FormatState::Formatted,
            3 => FormatState::Unknown,
            _ => FormatState::Reserved,
        };
        let (blocks, block_len) = (Blocks(fields.be32(4)?), fields.be24(9)?);
        let formats: Result<_, ParseError> = data[12.min(end)..end]
            .chunks_exact(8)
            .map(|descriptor| {
                let fields = Fields(descriptor);
                Ok(FormatDescriptor {
                    kind: fields.bits(4, 0xfc)?,
                    blocks: Blocks(fields.be32(0)?),
                    parameter: fields.be24(5)?,
                })
            })
            .collect();
        Ok(FormatCapacities { state, blocks, block_len, formats: formats? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ReadFormatCapacities.cdb().bytes(), [0x23, 0, 0, 0, 0, 0, 0, 0x00, 0xfc, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived from the report of HL-DT-ST WH16NS40 with a blank BD-R.
        let answer = [
            0, 0, 0, 0x18, // 24 bytes follow
            0x00, 0xba, 0x74, 0x00, 0x01, 0x00, 0x08, 0x00, // unformatted, 12219392 of 2048
            0x00, 0xb4, 0x74, 0x00, 0x00, 0x00, 0x30, 0x00, // 00h: 11826176, 3000h
            0x00, 0xb8, 0x74, 0x00, 0xc8, 0x00, 0x00, 0x00, // 32h: 12088320, 0
        ];
        let capacities = ReadFormatCapacities.parse(&answer).expect("parses");
        assert_eq!(capacities.state, FormatState::Unformatted);
        assert_eq!((capacities.blocks, capacities.block_len), (Blocks(12_219_392), 2048));
        assert_eq!(
            capacities.formats,
            [
                FormatDescriptor { kind: 0x00, blocks: Blocks(11_826_176), parameter: 0x3000 },
                FormatDescriptor { kind: 0x32, blocks: Blocks(12_088_320), parameter: 0 },
            ]
        );
        assert_eq!(ReadFormatCapacities.parse(&answer[..12]).expect("parses").formats, []);
        assert!(ReadFormatCapacities.parse(&answer[..11]).is_err());
    }
}
