//! READ CD (MMC-6 6.17): sectors of a CD with as much around the user data as one likes.

use std::time::Duration;

use crate::mmc::Request;
use crate::transport::Cdb;
use crate::units::{Blocks, Lba};

/// Reads sectors of a CD. To be sent for the program area only: at LBA -1 a TSSTcorp drive resets
/// its bus and an ASUS one fails all later writes (real-drives: quirks).
#[derive(Clone, Copy, Debug)]
pub struct ReadCd {
    /// First sector.
    pub lba: Lba,
    /// How many; 24 bits of it are sent.
    pub blocks: Blocks,
    /// EXPECTED SECTOR TYPE: any other ends the command.
    pub expected: SectorType,
    /// DAP: conceal errors of sound.
    pub digital_audio_play: bool,
    /// Main channel.
    pub main: MainChannel,
    /// C2 ERROR INFORMATION.
    pub c2: C2,
    /// SUB-CHANNEL SELECTION.
    pub sub_channel: SubChannel,
    /// How long to wait.
    pub timeout: Duration,
}

/// EXPECTED SECTOR TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectorType {
    /// 000b.
    Any,
    /// 001b.
    CdDa,
    /// 010b.
    Mode1,
    /// 011b.
    Mode2Formless,
    /// 100b.
    Mode2Form1,
    /// 101b.
    Mode2Form2,
}

/// The parts of the main channel that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MainChannel {
    /// SYNC, 12 bytes.
    pub sync: bool,
    /// HEADER CODES 01b: four bytes.
    pub header: bool,
    /// HEADER CODES 10b: the eight bytes of a mode 2 form 1 or 2 sector.
    pub sub_header: bool,
    /// USER DATA.
    pub user_data: bool,
    /// EDC/ECC.
    pub edc_ecc: bool,
}

/// C2 ERROR INFORMATION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum C2 {
    /// 00b.
    None,
    /// 01b: a bit a byte, 294 bytes.
    Bits,
    /// 10b: those, and a summary: 296 bytes.
    BitsAndBlock,
}

/// SUB-CHANNEL SELECTION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubChannel {
    /// 000b.
    None,
    /// 001b: P to W as read, 96 bytes.
    Raw,
    /// 010b: Q, 16 bytes.
    Q,
    /// 100b: R to W, corrected, 96 bytes. All zero on an ASUS BW-16D1HT (real-drives).
    Rw,
}

impl MainChannel {
    /// All 2352 bytes of any sector.
    pub const ALL: MainChannel =
        MainChannel { sync: true, header: true, sub_header: true, user_data: true, edc_ecc: true };

    /// The user data alone.
    pub const USER_DATA: MainChannel = MainChannel {
        sync: false,
        header: false,
        sub_header: false,
        user_data: true,
        edc_ecc: false,
    };

    /// Bytes of it in a sector (MMC-6 table 387); `None` where the sector's own type decides.
    fn len(self, sector: SectorType) -> Option<usize> {
        // Of sound, all of it is user data, whatever else is asked for.
        let (header, sub_header, user_data, edc_ecc) = match sector {
            SectorType::Any if self == MainChannel::ALL => return Some(2352),
            SectorType::Any => return None,
            SectorType::CdDa => return Some(if self.user_data { 2352 } else { 0 }),
            SectorType::Mode1 => (4, 0, 2048, 288),
            SectorType::Mode2Formless => (4, 0, 2336, 0),
            SectorType::Mode2Form1 => (4, 8, 2048, 280),
            SectorType::Mode2Form2 => (4, 8, 2328, 0),
        };
        let parts = [
            (self.sync, 12),
            (self.header, header),
            (self.sub_header, sub_header),
            (self.user_data, user_data),
            (self.edc_ecc, edc_ecc),
        ];
        Some(parts.iter().filter(|(asked, _)| *asked).map(|(_, len)| len).sum())
    }
}

impl ReadCd {
    /// Bytes that come for each sector; `None` where the sector's own type decides.
    pub fn block_len(&self) -> Option<usize> {
        let c2 = match self.c2 {
            C2::None => 0,
            C2::Bits => 294,
            C2::BitsAndBlock => 296,
        };
        let sub_channel = match self.sub_channel {
            SubChannel::None => 0,
            SubChannel::Raw | SubChannel::Rw => 96,
            SubChannel::Q => 16,
        };
        self.main.len(self.expected).map(|main| main + c2 + sub_channel)
    }
}

impl Request for ReadCd {
    const NAME: &'static str = "READ CD";

    fn cdb(&self) -> Cdb {
        let expected = match self.expected {
            SectorType::Any => 0,
            SectorType::CdDa => 1,
            SectorType::Mode1 => 2,
            SectorType::Mode2Formless => 3,
            SectorType::Mode2Form1 => 4,
            SectorType::Mode2Form2 => 5,
        };
        let c2 = match self.c2 {
            C2::None => 0,
            C2::Bits => 1,
            C2::BitsAndBlock => 2,
        };
        let sub_channel = match self.sub_channel {
            SubChannel::None => 0,
            SubChannel::Raw => 1,
            SubChannel::Q => 2,
            SubChannel::Rw => 4,
        };
        let main = u8::from(self.main.sync) << 7
            | u8::from(self.main.sub_header) << 6
            | u8::from(self.main.header) << 5
            | u8::from(self.main.user_data) << 4
            | u8::from(self.main.edc_ecc) << 3
            | c2 << 1;
        let [a, b, c, d] = self.lba.to_be_bytes();
        let [_, e, f, g] = self.blocks.0.to_be_bytes();
        let flags = expected << 2 | u8::from(self.digital_audio_play) << 1;
        Cdb::new(&[0xbe, flags, a, b, c, d, e, f, g, main, sub_channel, 0])
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    fn lba(&self) -> Option<Lba> {
        Some(self.lba)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: ReadCd = ReadCd {
        lba: Lba(0),
        blocks: Blocks(1),
        expected: SectorType::Mode1,
        digital_audio_play: false,
        main: MainChannel::USER_DATA,
        c2: C2::None,
        sub_channel: SubChannel::None,
        timeout: Duration::from_secs(1),
    };

    #[test]
    fn bytes_out() {
        // real-drives: sense-pairs-from-logs, NEC ND-4550A: all of 49 sectors with C2 and summary
        // would be fch; readcd asked for fah, with the bits alone.
        let all = ReadCd {
            lba: Lba(0x31),
            blocks: Blocks(0x31),
            expected: SectorType::Any,
            main: MainChannel::ALL,
            c2: C2::Bits,
            ..DATA
        };
        assert_eq!(all.cdb().bytes(), [0xbe, 0, 0, 0, 0, 0x31, 0, 0, 0x31, 0xfa, 0, 0]);
        // real-drives: TOSHIBA SD-M1502, with raw sub-channels.
        let sound = ReadCd {
            lba: Lba(0x4_2c67),
            blocks: Blocks(0x1a),
            sub_channel: SubChannel::Raw,
            c2: C2::None,
            ..all
        };
        assert_eq!(
            sound.cdb().bytes(),
            [0xbe, 0, 0x00, 0x04, 0x2c, 0x67, 0x00, 0x00, 0x1a, 0xf8, 0x01, 0x00]
        );
        // real-drives: T. Schmitt's ASUS: CD-DA expected, user data.
        let audio = ReadCd { blocks: Blocks(24), expected: SectorType::CdDa, ..DATA };
        assert_eq!(audio.cdb().bytes(), [0xbe, 0x04, 0, 0, 0, 0, 0, 0, 0x18, 0x10, 0, 0]);
        let rest = ReadCd {
            lba: Lba(-150),
            blocks: Blocks(0x01_0203),
            expected: SectorType::Mode2Form2,
            digital_audio_play: true,
            main: MainChannel { header: true, ..MainChannel::default() },
            c2: C2::BitsAndBlock,
            sub_channel: SubChannel::Rw,
            timeout: DATA.timeout,
        };
        assert_eq!(
            rest.cdb().bytes(),
            [0xbe, 0x16, 0xff, 0xff, 0xff, 0x6a, 1, 2, 3, 0x24, 0x04, 0]
        );
        let q = ReadCd { sub_channel: SubChannel::Q, expected: SectorType::Mode2Form1, ..DATA };
        assert_eq!(q.cdb().bytes()[1], 0x10);
        assert_eq!(q.cdb().bytes()[10], 0x02);
    }

    #[test]
    fn a_sector_has_as_many_bytes_as_are_asked_for() {
        assert_eq!(DATA.block_len(), Some(2048));
        let any = ReadCd { expected: SectorType::Any, ..DATA };
        assert_eq!(any.block_len(), None);
        let all = ReadCd { main: MainChannel::ALL, ..any };
        assert_eq!(all.block_len(), Some(2352));
        for expected in [
            SectorType::CdDa,
            SectorType::Mode1,
            SectorType::Mode2Formless,
            SectorType::Mode2Form1,
            SectorType::Mode2Form2,
        ] {
            assert_eq!(ReadCd { expected, ..all }.block_len(), Some(2352), "{expected:?}");
        }
        let dump = ReadCd { c2: C2::Bits, sub_channel: SubChannel::Raw, ..all };
        assert_eq!(dump.block_len(), Some(2352 + 294 + 96));
        let q = ReadCd { c2: C2::BitsAndBlock, sub_channel: SubChannel::Q, ..all };
        assert_eq!(q.block_len(), Some(2352 + 296 + 16));
    }
}
