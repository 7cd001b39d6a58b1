//! How the simulated drive says no: a sense triple with what goes beside it, and the 18 bytes that
//! a given drive makes of it. Knows nothing of the commands that are refused.

use crate::transport::{Sense, SenseKey};

/// A CHECK CONDITION in the making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// SENSE KEY.
    pub key: u8,
    /// ADDITIONAL SENSE CODE.
    pub asc: u8,
    /// ADDITIONAL SENSE CODE QUALIFIER.
    pub ascq: u8,
    /// The LBA for INFORMATION, if this refusal has one.
    pub lba: Option<u32>,
    /// INCORRECT LENGTH INDICATOR.
    pub ili: bool,
    /// Byte of the CDB that is at fault.
    pub field: Option<u8>,
    /// Progress in 65536ths, for an operation that goes on.
    pub progress: Option<u16>,
    /// Of an earlier command: response code 71h (SPC-4 4.5.1).
    pub deferred: bool,
}

impl Refusal {
    /// A bare triple.
    pub const fn of(key: u8, asc: u8, ascq: u8) -> Refusal {
        Refusal {
            key,
            asc,
            ascq,
            lba: None,
            ili: false,
            field: None,
            progress: None,
            deferred: false,
        }
    }

    /// With the LBA that failed.
    pub const fn at(mut self, lba: u32) -> Refusal {
        self.lba = Some(lba);
        self
    }

    /// As the failure of an earlier command.
    pub const fn deferred(mut self) -> Refusal {
        self.deferred = true;
        self
    }

    /// With the INCORRECT LENGTH INDICATOR.
    pub const fn with_ili(mut self) -> Refusal {
        self.ili = true;
        self
    }

    /// 5/24/00, pointing at a byte of the CDB.
    pub const fn bad_field(byte: u8) -> Refusal {
        let mut refusal = INVALID_FIELD_IN_CDB;
        refusal.field = Some(byte);
        refusal
    }

    /// The sense bytes as a drive of this style sends them.
    pub fn encode(&self, style: &SenseStyle, cdb: &[u8]) -> Vec<u8> {
        let mut raw = Sense::fixed(SenseKey::from_byte(self.key), self.asc, self.ascq);
        raw[0] |= u8::from(self.deferred);
        raw[7] = style.additional_length;
        raw.resize(8 + usize::from(style.additional_length).max(10), 0);
        if self.ili && style.information {
            raw[2] |= 0x20;
        }
        if let (Some(lba), true) = (self.lba, style.information) {
            raw[0] |= 0x80;
            raw[3..7].copy_from_slice(&lba.to_be_bytes());
        }
        if style.opcode_in_command_specific {
            // real-drives: HL-DT-ST GSA-U10N "28 0a 01 80", HL-DT-ST CA10N "be f8 00 08". The
            // other three bytes are the firmware's own; GUESS: always those of the READ (10).
            raw[8..12].copy_from_slice(&[cdb.first().copied().unwrap_or(0), 0x0a, 0x01, 0x80]);
        }
        if let (Some(byte), true) = (self.field, style.field_pointer) {
            // SPC-4 4.5.2.4.2: SKSV, C/D; seen as C0h (real-drives: HL-DT-ST CA10N).
            raw[15..18].copy_from_slice(&[0xc0, 0, byte]);
        }
        if let Some(progress) = self.progress {
            raw[15] = 0x80;
            raw[16..18].copy_from_slice(&progress.to_be_bytes());
        }
        raw
    }
}

/// How a drive fills its sense data.
#[derive(Clone, Copy, Debug)]
pub struct SenseStyle {
    /// ADDITIONAL SENSE LENGTH: 0Ah, but 13h on a PHILIPS CDD4851.
    pub additional_length: u8,
    /// Whether the failing LBA is told.
    pub information: bool,
    /// Whether the opcode stands in bytes 8 to 11.
    pub opcode_in_command_specific: bool,
    /// Whether an ILLEGAL REQUEST points at the byte.
    pub field_pointer: bool,
}

/// 5/20/00: MMC-6 annex F.
pub const INVALID_OPCODE: Refusal = Refusal::of(5, 0x20, 0x00);
/// 5/21/00.
pub const LBA_OUT_OF_RANGE: Refusal = Refusal::of(5, 0x21, 0x00);
/// 5/24/00.
pub const INVALID_FIELD_IN_CDB: Refusal = Refusal::of(5, 0x24, 0x00);
/// 5/26/00.
pub const INVALID_FIELD_IN_PARAMETERS: Refusal = Refusal::of(5, 0x26, 0x00);
/// 5/1A/00.
pub const PARAMETER_LIST_LENGTH: Refusal = Refusal::of(5, 0x1a, 0x00);
/// 5/39/00: mode pages are not kept over a power cycle.
pub const SAVING_NOT_SUPPORTED: Refusal = Refusal::of(5, 0x39, 0x00);
/// 5/53/02.
pub const REMOVAL_PREVENTED: Refusal = Refusal::of(5, 0x53, 0x02);
/// 5/64/00.
pub const ILLEGAL_MODE_FOR_TRACK: Refusal = Refusal::of(5, 0x64, 0x00);
/// 2/04/01.
pub const BECOMING_READY: Refusal = Refusal::of(2, 0x04, 0x01);
/// 2/3A/01: no disc, tray closed.
pub const NO_MEDIUM_TRAY_CLOSED: Refusal = Refusal::of(2, 0x3a, 0x01);
/// 2/3A/02: tray open.
pub const NO_MEDIUM_TRAY_OPEN: Refusal = Refusal::of(2, 0x3a, 0x02);
/// 3/11/05: what a data sector ends in that no retry mends (real-drives: kernel-log-sense-lines).
pub const L_EC_UNCORRECTABLE: Refusal = Refusal::of(3, 0x11, 0x05);
/// 8/00/00.
pub const BLANK_CHECK: Refusal = Refusal::of(8, 0x00, 0x00);
/// 1/17/01: recovered with retries, told only where mode page 01h asks (MMC-6 7.2.4).
pub const RECOVERED_WITH_RETRIES: Refusal = Refusal::of(1, 0x17, 0x01);
/// 5/6F/03 (real-drives: the CSS discs of kernel-log-sense-lines).
pub const SCRAMBLED_SECTOR: Refusal = Refusal::of(5, 0x6f, 0x03);
/// 5/6F/00: authentication failed.
pub const KEY_EXCHANGE_FAILURE: Refusal = Refusal::of(5, 0x6f, 0x00);
/// 5/6F/02: no key established.
pub const KEY_NOT_ESTABLISHED: Refusal = Refusal::of(5, 0x6f, 0x02);
/// 6/28/00.
pub const MEDIUM_MAY_HAVE_CHANGED: Refusal = Refusal::of(6, 0x28, 0x00);
/// 6/29/00.
pub const POWER_ON_OR_RESET: Refusal = Refusal::of(6, 0x29, 0x00);
/// 5/30/00: seen with this key (rippers.md 3.1 of the survey); MMC-6 annex F has 2 as well.
pub const INCOMPATIBLE_MEDIUM: Refusal = Refusal::of(5, 0x30, 0x00);

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: SenseStyle = SenseStyle {
        additional_length: 0x0a,
        information: true,
        opcode_in_command_specific: false,
        field_pointer: true,
    };

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect()
    }

    #[test]
    fn a_medium_error_looks_like_the_one_in_the_logs() {
        // sense-pairs-from-logs: READ (10) at 0, "Blk 0 (valid)".
        assert_eq!(
            L_EC_UNCORRECTABLE.at(0).encode(&PLAIN, &[0x28]),
            hex("f0 00 03 00 00 00 00 0a 00 00 00 00 11 05 00 00 00 00")
        );
    }

    #[test]
    fn lg_puts_the_opcode_beside_the_illegal_mode() {
        // sense-pairs-from-logs: HL-DT-ST DVDRAM GSA-U10N.
        let style = SenseStyle { opcode_in_command_specific: true, ..PLAIN };
        assert_eq!(
            ILLEGAL_MODE_FOR_TRACK.at(0).with_ili().encode(&style, &[0x28]),
            hex("f0 00 25 00 00 00 00 0a 28 0a 01 80 64 00 00 00 00 00")
        );
    }

    #[test]
    fn a_drive_that_tells_no_lba_clears_valid_and_ili() {
        // sense-pairs-from-logs: Polaroid BurnMAX48.
        let style = SenseStyle { information: false, ..PLAIN };
        assert_eq!(
            ILLEGAL_MODE_FOR_TRACK.at(353_135).with_ili().encode(&style, &[0x28]),
            hex("70 00 05 00 00 00 00 0a 00 00 00 00 64 00 00 00 00 00")
        );
    }

    #[test]
    fn a_long_additional_length_is_sent_in_full() {
        // real-drives: PHILIPS CDD4851, 13h.
        let style = SenseStyle { additional_length: 0x13, ..PLAIN };
        let raw = Refusal::of(3, 0x73, 0x03).encode(&style, &[0xa1]);
        assert_eq!(raw.len(), 27);
        assert_eq!(raw[..16], hex("70 00 03 00 00 00 00 13 00 00 00 00 73 03 00 00")[..]);
    }

    #[test]
    fn a_bad_field_is_pointed_at() {
        assert_eq!(
            Refusal::bad_field(9).encode(&PLAIN, &[0xbe]),
            hex("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 c0 00 09")
        );
    }
}
