//! Mode pages: the bytes a drive gave, with names for some of them. Setting a field edits the
//! bytes, and all others go back to the drive as they came.

mod capabilities;

use std::fmt;

pub use capabilities::Capabilities;

use crate::mmc::fields::Fields;

/// A mode page as the drive sent it, PS cleared.
#[derive(Clone, PartialEq, Eq)]
pub struct ModePage {
    bytes: Vec<u8>,
}

impl ModePage {
    /// Read/write error recovery (MMC-6 7.2.6.2).
    pub const ERROR_RECOVERY: u8 = 0x01;
    /// Write parameters (MMC-6 7.2.4).
    pub const WRITE_PARAMETERS: u8 = 0x05;
    /// Capabilities and mechanical status (MMC-3 6.3.11; still sent by all drives).
    pub const CAPABILITIES: u8 = 0x2a;

    /// From its bytes, the two of code and length included.
    pub fn new(bytes: &[u8]) -> ModePage {
        let mut bytes = bytes.to_vec();
        // PS says that a page can be saved; MODE SELECT wants it clear.
        if let Some(first) = bytes.first_mut() {
            *first &= 0x7f;
        }
        ModePage { bytes }
    }

    /// PAGE CODE.
    pub fn code(&self) -> u8 {
        self.bytes.first().map_or(0, |byte| byte & 0x3f)
    }

    /// All of it, as it goes to the drive.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether all the bytes that its length announces are there: only such a page can be sent
    /// back.
    pub fn is_whole(&self) -> bool {
        self.bytes.get(1).is_some_and(|length| self.bytes.len() == 2 + usize::from(*length))
    }

    fn fields(&self) -> Fields<'_> {
        Fields(&self.bytes)
    }

    /// Whether any bit of `mask` is set at `at`; false where the page ends before.
    pub fn flag(&self, at: usize, mask: u8) -> bool {
        self.fields().flag(at, mask).unwrap_or(false)
    }

    /// The byte at `at`, where the page is that long.
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Sets the bits of `mask` at `at` to `value`, which is in place. Nothing where the page ends
    /// before.
    pub fn set(&mut self, at: usize, mask: u8, value: u8) {
        if let Some(byte) = self.bytes.get_mut(at) {
            *byte = *byte & !mask | value & mask;
        }
    }

    /// As the read/write error recovery page.
    pub fn error_recovery(&mut self) -> Option<ErrorRecovery<'_>> {
        (self.code() == Self::ERROR_RECOVERY && self.bytes.len() >= 4)
            .then_some(ErrorRecovery(self))
    }

    /// As the write parameters page.
    pub fn write_parameters(&mut self) -> Option<WriteParameters<'_>> {
        (self.code() == Self::WRITE_PARAMETERS && self.bytes.len() >= 16)
            .then_some(WriteParameters(self))
    }

    /// As the capabilities page.
    pub fn capabilities(&self) -> Option<Capabilities> {
        (self.code() == Self::CAPABILITIES).then(|| Capabilities::new(self)).flatten()
    }
}

impl fmt::Debug for ModePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModePage({:02x?})", self.bytes)
    }
}

/// Page 01h: how hard the drive tries to read.
#[derive(Debug)]
pub struct ErrorRecovery<'a>(&'a mut ModePage);

impl ErrorRecovery<'_> {
    const TB: u8 = 0x20;
    const RC: u8 = 0x10;
    const PER: u8 = 0x04;
    const DTE: u8 = 0x02;
    const DCR: u8 = 0x01;

    /// The flags of byte 2: AWRE, ARRE, TB, RC, PER, DTE, DCR from bit 7 down.
    pub fn flags(&self) -> u8 {
        self.0.bytes[2]
    }

    /// READ RETRY COUNT: the drive's own attempts at each block. 192 by default in an HL-DT-ST
    /// GP60NB60 (aaru#842).
    pub fn read_retries(&self) -> u8 {
        self.0.bytes[3]
    }

    /// Sets READ RETRY COUNT.
    pub fn set_read_retries(&mut self, count: u8) {
        self.0.set(3, 0xff, count);
    }

    /// TB: a block that cannot be read is sent all the same, before the error is told.
    pub fn set_transfer_block(&mut self, on: bool) {
        self.0.set(2, Self::TB, if on { Self::TB } else { 0 });
    }

    /// RC: no delay for recovery; errors may go unnoticed.
    pub fn set_read_continuous(&mut self, on: bool) {
        self.0.set(2, Self::RC, if on { Self::RC } else { 0 });
    }

    /// PER: recovered errors are told. LG's GSA-4082B refuses it (real-drives).
    pub fn set_report_recovered(&mut self, on: bool) {
        self.0.set(2, Self::PER, if on { Self::PER } else { 0 });
    }

    /// DTE: the first recovered error ends the command.
    pub fn set_stop_on_recovered(&mut self, on: bool) {
        self.0.set(2, Self::DTE, if on { Self::DTE } else { 0 });
    }

    /// DCR: no correction by the last layer of ECC.
    pub fn set_no_correction(&mut self, on: bool) {
        self.0.set(2, Self::DCR, if on { Self::DCR } else { 0 });
    }
}

/// Page 05h: how a CD-R, CD-RW, DVD-R or DVD-RW is to be written.
#[derive(Debug)]
pub struct WriteParameters<'a>(&'a mut ModePage);

impl WriteParameters<'_> {
    /// WRITE TYPE: 0 packet or incremental, 1 TAO, 2 SAO or DAO, 3 raw, 4 layer jump.
    pub fn write_type(&self) -> u8 {
        self.0.bytes[2] & 0x0f
    }

    /// Sets WRITE TYPE.
    pub fn set_write_type(&mut self, value: u8) {
        self.0.set(2, 0x0f, value);
    }

    /// TEST WRITE: the laser stays weak.
    pub fn set_test_write(&mut self, on: bool) {
        self.0.set(2, 0x10, u8::from(on) << 4);
    }

    /// LS_V: LINK SIZE counts; and the link size.
    pub fn set_link_size(&mut self, size: Option<u8>) {
        self.0.set(2, 0x20, u8::from(size.is_some()) << 5);
        self.0.set(5, 0xff, size.unwrap_or(0));
    }

    /// BUFE: a buffer that runs empty does no harm.
    pub fn set_underrun_protection(&mut self, on: bool) {
        self.0.set(2, 0x40, u8::from(on) << 6);
    }

    /// TRACK MODE: the CONTROL of the track; 4 is data, 5 what DVD-R and DVD-RW want.
    pub fn set_track_mode(&mut self, value: u8) {
        self.0.set(3, 0x0f, value);
    }

    /// COPY: what is recorded is a copy; of sound that may be copied once.
    pub fn set_copy(&mut self, on: bool) {
        self.0.set(3, 0x10, u8::from(on) << 4);
    }

    /// FP: packets of fixed size, so many blocks each.
    pub fn set_packet_size(&mut self, size: Option<u32>) {
        self.0.set(3, 0x20, u8::from(size.is_some()) << 5);
        for (at, byte) in (10..).zip(size.unwrap_or(0).to_be_bytes()) {
            self.0.set(at, 0xff, byte);
        }
    }

    /// MULTI-SESSION: 11b leaves the disc open for another session, 00b closes it.
    pub fn set_multi_session(&mut self, on: bool) {
        self.0.set(3, 0xc0, if on { 0xc0 } else { 0 });
    }

    /// DATA BLOCK TYPE: 8 is mode 1 with 2048 bytes, 0 is raw with 2352.
    pub fn set_data_block_type(&mut self, value: u8) {
        self.0.set(4, 0x0f, value);
    }

    /// SESSION FORMAT: 00h CD-DA or CD-ROM, 10h CD-I, 20h XA.
    pub fn set_session_format(&mut self, value: u8) {
        self.0.set(8, 0xff, value);
    }

    /// AUDIO PAUSE LENGTH, in blocks. LG sends an illegal default: 150 it has to be (real-drives).
    pub fn set_audio_pause(&mut self, blocks: u16) {
        for (at, byte) in (14..).zip(blocks.to_be_bytes()) {
            self.0.set(at, 0xff, byte);
        }
    }

    /// HOST APPLICATION CODE: 0 where the disc is for no special use.
    pub fn set_application_code(&mut self, value: u8) {
        self.0.set(7, 0x3f, value);
    }

    /// MEDIA CATALOG NUMBER: MCVAL and thirteen digits. Tells whether the page is long enough for
    /// it: some have less than 30 bytes (libburn).
    pub fn set_catalog(&mut self, digits: Option<[u8; 13]>) -> bool {
        self.set_code(16, digits.as_ref().map(<[u8; 13]>::as_slice))
    }

    /// ISRC: TCVAL and twelve letters and digits. Tells whether the page is long enough for it.
    pub fn set_isrc(&mut self, code: Option<[u8; 12]>) -> bool {
        self.set_code(32, code.as_ref().map(<[u8; 12]>::as_slice))
    }

    /// A field of sixteen bytes: whether it counts, the code, zeros.
    fn set_code(&mut self, at: usize, code: Option<&[u8]>) -> bool {
        let Some(field) = self.0.bytes.get_mut(at..at + 16) else { return false };
        field.fill(0);
        if let Some(code) = code {
            field[0] = 0x80;
            field[1..=code.len()].copy_from_slice(code);
        }
        true
    }
}

/// How a disc gets into the drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loading {
    /// 000b: a caddy, or a slot.
    CaddyOrSlot,
    /// 001b.
    Tray,
    /// 010b: a lid, as on laptops.
    PopUp,
    /// 100b: a changer of single discs.
    Changer,
    /// 101b: a changer with a magazine.
    Magazine,
    /// Reserved.
    Other(u8),
}

impl From<u8> for Loading {
    fn from(code: u8) -> Loading {
        match code {
            0 => Loading::CaddyOrSlot,
            1 => Loading::Tray,
            2 => Loading::PopUp,
            4 => Loading::Changer,
            5 => Loading::Magazine,
            other => Loading::Other(other),
        }
    }
}

impl Loading {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Loading::CaddyOrSlot => "caddy or slot",
            Loading::Tray => "tray",
            Loading::PopUp => "pop-up",
            Loading::Changer => "changer",
            Loading::Magazine => "magazine",
            Loading::Other(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_01_is_edited_in_place() {
        // aaru#842: HL-DT-ST GP60NB60, its first bytes.
        let mut page = ModePage::new(&[0x81, 0x0a, 0x80, 0xc0, 9, 9, 9, 9, 1, 9, 9, 9]);
        let mut recovery = page.error_recovery().expect("is it");
        assert_eq!((recovery.flags(), recovery.read_retries()), (0x80, 192));
        recovery.set_read_retries(1);
        recovery.set_transfer_block(true);
        recovery.set_report_recovered(true);
        assert_eq!(page.bytes(), [0x01, 0x0a, 0xa4, 0x01, 9, 9, 9, 9, 1, 9, 9, 9]);
        let mut recovery = page.error_recovery().expect("is it");
        recovery.set_transfer_block(false);
        recovery.set_report_recovered(false);
        recovery.set_read_continuous(true);
        recovery.set_stop_on_recovered(true);
        recovery.set_no_correction(true);
        assert_eq!(page.bytes()[2], 0x93);
        assert!(ModePage::new(&[0x01, 0x0a, 0x80]).error_recovery().is_none());
    }

    #[test]
    fn page_05_is_edited_in_place() {
        let mut page = [0u8; 52];
        page[..2].copy_from_slice(&[0x05, 0x32]);
        page[40] = 0xaa;
        let mut page = ModePage::new(&page);
        let mut write = page.write_parameters().expect("is it");
        write.set_write_type(2);
        write.set_underrun_protection(true);
        write.set_test_write(true);
        write.set_link_size(Some(16));
        write.set_track_mode(5);
        write.set_packet_size(Some(16));
        write.set_multi_session(true);
        write.set_data_block_type(8);
        write.set_session_format(0x20);
        write.set_audio_pause(150);
        assert_eq!(write.write_type(), 2);
        let expected = [0x05, 0x32, 0x72, 0xe5, 8, 16, 0, 0, 0x20, 0, 0, 0, 0, 16, 0, 150];
        assert_eq!(page.bytes()[..16], expected);
        // What has no name stays as it came.
        assert_eq!(page.bytes()[40], 0xaa);
    }

    #[test]
    fn page_05_takes_codes_where_it_is_long_enough() {
        let mut bytes = [0xaa; 52];
        bytes[..2].copy_from_slice(&[0x05, 0x32]);
        let mut page = ModePage::new(&bytes);
        let mut write = page.write_parameters().expect("is it");
        assert!(write.set_catalog(Some(*b"0123456789012")));
        assert!(write.set_isrc(Some(*b"DEABC0012345")));
        write.set_copy(true);
        write.set_application_code(0);
        assert_eq!(page.bytes()[16..32], *b"\x800123456789012\0\0");
        assert_eq!(page.bytes()[32..48], *b"\x80DEABC0012345\0\0\0");
        assert_eq!((page.bytes()[3], page.bytes()[7]), (0xba, 0x80));
        let mut write = page.write_parameters().expect("is it");
        assert!(write.set_catalog(None));
        assert_eq!(page.bytes()[16..32], [0; 16]);
        assert_eq!(page.bytes()[48..], [0xaa; 4]);
        let mut short = ModePage::new(&bytes[..28]);
        let mut write = short.write_parameters().expect("is it");
        assert!(!write.set_catalog(Some(*b"0123456789012")) && !write.set_isrc(None));
        assert_eq!(short.bytes()[16..], [0xaa; 12]);
    }
}
