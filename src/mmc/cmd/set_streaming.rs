//! SET STREAMING (MMC-6 6.41): the speed of a stretch of a DVD or BD, in fields wide enough for a
//! BD beyond 14x, where those of SET CD SPEED end.

use crate::mmc::Request;
use crate::transport::Cdb;
use crate::units::{Lba, Rate};

/// Asks for speeds.
#[derive(Clone, Copy, Debug)]
pub struct SetStreaming {
    /// RDD: give up all that was set, and use the drive's defaults. The rest is then ignored.
    pub restore_defaults: bool,
    /// EXACT: fail rather than choose another speed.
    pub exact: bool,
    /// START LBA.
    pub start: Lba,
    /// END LBA: the last block. LG's GSA-4081B refuses what is beyond the medium (real-drives).
    pub end: Lba,
    /// For reading.
    pub read: Rate,
    /// For writing.
    pub write: Rate,
}

impl SetStreaming {
    /// For either speed: as fast as the drive can.
    pub const MAX: Rate = Rate { kbps: 0x1000_0000 };
    const LENGTH: u16 = 28;
    /// READ TIME and WRITE TIME: what is asked for in so many milliseconds.
    const SECOND_MS: u32 = 1000;

    /// The performance descriptor.
    pub fn data(&self) -> Vec<u8> {
        let flags = u8::from(self.restore_defaults) << 2 | u8::from(self.exact) << 1;
        let mut list = vec![flags, 0, 0, 0];
        list.extend_from_slice(&self.start.to_be_bytes());
        list.extend_from_slice(&self.end.to_be_bytes());
        for value in [self.read.kbps, Self::SECOND_MS, self.write.kbps, Self::SECOND_MS] {
            list.extend_from_slice(&value.to_be_bytes());
        }
        list
    }
}

impl Request for SetStreaming {
    const NAME: &'static str = "SET STREAMING";

    fn cdb(&self) -> Cdb {
        let [high, low] = Self::LENGTH.to_be_bytes();
        Cdb::new(&[0xb6, 0, 0, 0, 0, 0, 0, 0, 0, high, low, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let set = SetStreaming {
            restore_defaults: false,
            exact: true,
            start: Lba(0),
            end: Lba(12_219_391),
            read: Rate { kbps: 71_928 },
            write: SetStreaming::MAX,
        };
        assert_eq!(set.cdb().bytes(), [0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x1c, 0]);
        assert_eq!(
            set.data(),
            [
                0x02, 0, 0, 0, // EXACT
                0x00, 0x00, 0x00, 0x00, // from 0
                0x00, 0xba, 0x73, 0xff, // to 12219391
                0x00, 0x01, 0x18, 0xf8, // 71928 kB: 16x on a BD
                0x00, 0x00, 0x03, 0xe8, // in 1000 ms
                0x10, 0x00, 0x00, 0x00, // as much as there is
                0x00, 0x00, 0x03, 0xe8, // in 1000 ms
            ]
        );
        let restore = SetStreaming { restore_defaults: true, exact: false, ..set };
        assert_eq!(restore.data()[0], 0x04);
    }
}
