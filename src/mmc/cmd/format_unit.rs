//! FORMAT UNIT (MMC-6 6.5), format code 001b: one descriptor of those that READ FORMAT CAPACITIES
//! lists. Which one fits which medium is not known here.

use std::time::Duration;

use super::read_format_capacities::FormatDescriptor;
use crate::mmc::{Request, TIMEOUT_FORMAT, TIMEOUT_WRITE};
use crate::transport::Cdb;

/// Formats the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatUnit {
    /// The format: type, number of blocks and type dependent parameter.
    pub format: FormatDescriptor,
    /// FORMAT SUB-TYPE: on a BD-R 0 is with pseudo-overwriting, 1 without; on a BD-RE of type 30h
    /// 2 is full certification, 3 a quick one. Two bits.
    pub subtype: u8,
    /// FOV: the options that follow count.
    pub options_valid: bool,
    /// DCRT: no certification, which shortens the format of a DVD-RAM to a moment.
    pub no_certification: bool,
    /// CMPLST: forget the defects that were found so far, where the medium keeps a list.
    pub complete_list: bool,
    /// IMMED: answer at once, and be busy until it is done.
    pub immediate: bool,
}

impl FormatUnit {
    /// NUMBER OF BLOCKS that stands for all there are; type 26h alone takes it.
    pub const ALL: u32 = 0xffff_ffff;

    /// The format, with the drive's defaults for all else, in the background.
    pub fn new(format: FormatDescriptor) -> FormatUnit {
        FormatUnit {
            format,
            subtype: 0,
            options_valid: false,
            no_certification: false,
            complete_list: false,
            immediate: true,
        }
    }

    /// The parameter list: a header of four bytes, a descriptor of eight.
    pub fn data(&self) -> Vec<u8> {
        let flags = u8::from(self.options_valid) << 7
            | u8::from(self.no_certification) << 5
            | u8::from(self.immediate) << 1;
        let [a, b, c, d] = self.format.blocks.0.to_be_bytes();
        let [_, e, f, g] = self.format.parameter.to_be_bytes();
        let kind = self.format.kind << 2 | self.subtype & 0x03;
        vec![0, flags, 0, 8, a, b, c, d, kind, e, f, g]
    }
}

impl Request for FormatUnit {
    const NAME: &'static str = "FORMAT UNIT";

    /// FMTDATA, FORMAT CODE 001b.
    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x04, 0x11 | u8::from(self.complete_list) << 3, 0, 0, 0, 0])
    }

    fn timeout(&self) -> Duration {
        if self.immediate { TIMEOUT_WRITE } else { TIMEOUT_FORMAT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Blocks;

    #[test]
    fn bytes_out() {
        // As growisofs and libburn format a DVD+RW: all of it, in the background.
        let format = FormatDescriptor { kind: 0x26, blocks: Blocks(FormatUnit::ALL), parameter: 0 };
        let unit = FormatUnit::new(format);
        assert_eq!(unit.cdb().bytes(), [0x04, 0x11, 0, 0, 0, 0]);
        let expected = [
            0x00, 0x02, 0x00, 0x08, // IMMED; 8 bytes of descriptor
            0xff, 0xff, 0xff, 0xff, // all there is
            0x98, 0x00, 0x00, 0x00, // 26h
        ];
        assert_eq!(unit.data(), expected);
        // A restart: bit 0 of the parameter.
        let restart = FormatUnit::new(FormatDescriptor { parameter: 1, ..format });
        assert_eq!(restart.data()[8..], [0x98, 0, 0, 1]);
    }

    #[test]
    fn options_and_the_sub_type_have_their_bits() {
        let format = FormatDescriptor { kind: 0x32, blocks: Blocks(11_826_176), parameter: 0 };
        let unit = FormatUnit {
            subtype: 1,
            options_valid: true,
            no_certification: true,
            complete_list: true,
            immediate: false,
            ..FormatUnit::new(format)
        };
        assert_eq!(unit.cdb().bytes()[1], 0x19);
        let expected = [
            0x00, 0xa0, 0x00, 0x08, // FOV, DCRT
            0x00, 0xb4, 0x74, 0x00, // 11826176 blocks
            0xc9, 0x00, 0x00, 0x00, // 32h, sub-type 1
        ];
        assert_eq!(unit.data(), expected);
        assert_eq!(unit.timeout(), TIMEOUT_FORMAT);
        assert_eq!(FormatUnit::new(format).timeout(), TIMEOUT_WRITE);
    }
}
