//! Sense data: what a drive says when it says no (SPC-4 4.5). Reads the fixed (70h, 71h) and the
//! descriptor form (72h, 73h), both current and deferred, and tolerates what real drives get wrong:
//! any ADDITIONAL SENSE LENGTH, cut-off data, the ILI bit beside the key.

use std::fmt;

use super::sense_names;

/// SENSE KEY (SPC-4 table 48).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SenseKey {
    /// 0h.
    NoSense,
    /// 1h: done, with some effort of the drive.
    Recovered,
    /// 2h.
    NotReady,
    /// 3h.
    MediumError,
    /// 4h.
    HardwareError,
    /// 5h.
    IllegalRequest,
    /// 6h: something happened since the last command.
    UnitAttention,
    /// 7h.
    DataProtect,
    /// 8h.
    BlankCheck,
    /// Bh.
    AbortedCommand,
    /// 9h, Ah, Ch to Fh.
    Other(u8),
}

impl SenseKey {
    /// From the low four bits of the key's byte; the bits above are FILEMARK, EOM and ILI.
    pub fn from_byte(byte: u8) -> SenseKey {
        match byte & 0x0f {
            0x0 => SenseKey::NoSense,
            0x1 => SenseKey::Recovered,
            0x2 => SenseKey::NotReady,
            0x3 => SenseKey::MediumError,
            0x4 => SenseKey::HardwareError,
            0x5 => SenseKey::IllegalRequest,
            0x6 => SenseKey::UnitAttention,
            0x7 => SenseKey::DataProtect,
            0x8 => SenseKey::BlankCheck,
            0xb => SenseKey::AbortedCommand,
            other => SenseKey::Other(other),
        }
    }

    /// The number in the standard.
    pub fn code(self) -> u8 {
        match self {
            SenseKey::NoSense => 0x0,
            SenseKey::Recovered => 0x1,
            SenseKey::NotReady => 0x2,
            SenseKey::MediumError => 0x3,
            SenseKey::HardwareError => 0x4,
            SenseKey::IllegalRequest => 0x5,
            SenseKey::UnitAttention => 0x6,
            SenseKey::DataProtect => 0x7,
            SenseKey::BlankCheck => 0x8,
            SenseKey::AbortedCommand => 0xb,
            SenseKey::Other(code) => code,
        }
    }

    /// Its name, lower case.
    pub fn name(self) -> &'static str {
        match self {
            SenseKey::NoSense => "no sense",
            SenseKey::Recovered => "recovered error",
            SenseKey::NotReady => "not ready",
            SenseKey::MediumError => "medium error",
            SenseKey::HardwareError => "hardware error",
            SenseKey::IllegalRequest => "illegal request",
            SenseKey::UnitAttention => "unit attention",
            SenseKey::DataProtect => "data protect",
            SenseKey::BlankCheck => "blank check",
            SenseKey::AbortedCommand => "aborted command",
            SenseKey::Other(_) => "reserved sense key",
        }
    }
}

/// Parsed sense data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sense {
    /// Of an earlier command, not of this one (71h, 73h).
    pub deferred: bool,
    /// What kind of trouble.
    pub key: SenseKey,
    /// ADDITIONAL SENSE CODE.
    pub asc: u8,
    /// ADDITIONAL SENSE CODE QUALIFIER.
    pub ascq: u8,
    /// INFORMATION, if the drive marked it valid; for a read: the LBA that failed.
    pub information: Option<u64>,
    /// INCORRECT LENGTH INDICATOR.
    pub ili: bool,
    /// Progress of a running operation in 65536ths, where the sense-key specific bytes hold it.
    pub progress: Option<u16>,
    /// The byte of CDB (`true`) or parameter data (`false`) that an ILLEGAL REQUEST points at.
    pub field: Option<(bool, u16)>,
    /// The bit in that byte, where the drive named one.
    pub field_bit: Option<u8>,
    /// How often the drive tried, where it says so.
    pub retries: Option<u16>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

impl Sense {
    /// Reads sense data. `None` if there is none or it is of no known form.
    pub fn parse(raw: &[u8]) -> Option<Sense> {
        match raw.first()? & 0x7f {
            form @ (0x70 | 0x71) => Sense::parse_fixed(raw, form == 0x71),
            form @ (0x72 | 0x73) => Sense::parse_descriptor(raw, form == 0x73),
            _ => None,
        }
    }

    fn parse_fixed(raw: &[u8], deferred: bool) -> Option<Sense> {
        let key_byte = *raw.get(2)?;
        let byte = |at: usize| raw.get(at).copied().unwrap_or(0);
        let valid = raw[0] & 0x80 != 0 && raw.len() >= 7;
        let mut sense = Sense {
            deferred,
            key: SenseKey::from_byte(key_byte),
            asc: byte(12),
            ascq: byte(13),
            information: valid
                .then(|| u64::from(u32::from_be_bytes([raw[3], raw[4], raw[5], raw[6]]))),
            ili: key_byte & 0x20 != 0,
            progress: None,
            field: None,
            field_bit: None,
            retries: None,
            raw: raw.to_vec(),
        };
        if let Some(&[first, high, low]) = raw.get(15..18) {
            sense.read_key_specific([first, high, low]);
        }
        Some(sense)
    }

    fn parse_descriptor(raw: &[u8], deferred: bool) -> Option<Sense> {
        let mut sense = Sense {
            deferred,
            key: SenseKey::from_byte(*raw.get(1)?),
            asc: raw.get(2).copied().unwrap_or(0),
            ascq: raw.get(3).copied().unwrap_or(0),
            information: None,
            ili: false,
            progress: None,
            field: None,
            field_bit: None,
            retries: None,
            raw: raw.to_vec(),
        };
        let mut rest = raw.get(8..).unwrap_or(&[]);
        while let [kind, length, ..] = *rest {
            let end = (2 + usize::from(length)).min(rest.len());
            sense.read_descriptor(kind, &rest[..end]);
            rest = &rest[end..];
        }
        Some(sense)
    }

    fn read_descriptor(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            // SPC-4 4.5.2.2: information, VALID in bit 7 of byte 2.
            (0x00, [_, _, flags, _, a, b, c, d, e, f, g, h, ..]) if flags & 0x80 != 0 => {
                self.information = Some(u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
            }
            // SPC-4 4.5.2.4: sense key specific.
            (0x02, [_, _, _, _, a, b, c, ..]) => self.read_key_specific([*a, *b, *c]),
            // SBC-3 4.18.3: block commands, ILI in bit 5 of byte 3.
            (0x05, [_, _, _, flags, ..]) => self.ili = flags & 0x20 != 0,
            _ => {}
        }
    }

    /// SPC-4 4.5.2.4: SKSV, then a field pointer, a progress indication or a count of retries, as
    /// the key decides.
    fn read_key_specific(&mut self, bytes: [u8; 3]) {
        if bytes[0] & 0x80 == 0 {
            return;
        }
        let value = u16::from_be_bytes([bytes[1], bytes[2]]);
        match self.key {
            SenseKey::IllegalRequest => {
                self.field = Some((bytes[0] & 0x40 != 0, value));
                // BPV, BIT POINTER.
                self.field_bit = (bytes[0] & 0x08 != 0).then_some(bytes[0] & 0x07);
            }
            SenseKey::NotReady | SenseKey::NoSense => self.progress = Some(value),
            SenseKey::Recovered | SenseKey::MediumError | SenseKey::HardwareError => {
                self.retries = Some(value);
            }
            _ => {}
        }
    }

    /// Fixed-format sense data of 18 bytes, as optical drives send it.
    pub fn fixed(key: SenseKey, asc: u8, ascq: u8) -> Vec<u8> {
        let mut raw = vec![0; 18];
        raw[0] = 0x70;
        raw[2] = key.code();
        raw[7] = 10;
        raw[12] = asc;
        raw[13] = ascq;
        raw
    }

    /// Key, code and qualifier as one comparable triple.
    pub fn triple(&self) -> (u8, u8, u8) {
        (self.key.code(), self.asc, self.ascq)
    }

    /// The standard's name of code and qualifier, lower case; the hex where it names none.
    pub fn name(&self) -> String {
        sense_names::name(self.asc, self.ascq)
    }
}

impl fmt::Display for Sense {
    /// `medium error, unrecovered read error (03/11/00)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, asc, ascq) = self.triple();
        let deferred = if self.deferred { "deferred " } else { "" };
        write!(f, "{deferred}{}, {} ({key:02x}/{asc:02x}/{ascq:02x})", self.key.name(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect()
    }

    #[test]
    fn a_valid_information_of_zero_is_lba_zero() {
        // sense-pairs-from-logs: READ (10) at 0, "Blk 0 (valid)".
        let sense = Sense::parse(&hex("f0 00 03 00 00 00 00 0a 00 00 00 00 11 05 00 00"));
        let sense = sense.expect("fixed");
        assert_eq!(sense.triple(), (3, 0x11, 5));
        assert_eq!(sense.information, Some(0));
    }

    #[test]
    fn information_without_the_valid_bit_is_not_believed() {
        // sense-pairs-from-logs: a write error whose bytes 3 to 6 hold another LBA.
        let sense = Sense::parse(&hex("70 00 03 00 00 4b 7e 0a 00 00 00 00 0c 00 00 00"));
        assert_eq!(sense.expect("fixed").information, None);
    }

    #[test]
    fn the_length_indicator_beside_the_key_is_masked() {
        // sense-pairs-from-logs: Sony Vaio VGN-S360.
        let sense = Sense::parse(&hex("70 00 25 00 00 00 00 0a 00 00 00 00 64 00 00 00"));
        let sense = sense.expect("fixed");
        assert_eq!(sense.key, SenseKey::IllegalRequest);
        assert!(sense.ili);
        assert_eq!(sense.to_string(), "illegal request, illegal mode for this track (05/64/00)");
    }

    #[test]
    fn deferred_sense_is_told_from_current() {
        // sense-pairs-from-logs: MODE SENSE (6) hit by the error of an aborted burn.
        let sense = Sense::parse(&hex("71 00 03 00 00 00 00 0a 00 00 00 00 02 00 00 00 00 00"));
        let sense = sense.expect("fixed");
        assert!(sense.deferred);
        assert_eq!(sense.to_string(), "deferred medium error, no seek complete (03/02/00)");
    }

    #[test]
    fn descriptor_sense_carries_information_and_progress() {
        let sense =
            Sense::parse(&hex("72 03 11 00 00 00 00 0c 00 0a 80 00 00 00 00 00 00 00 04 d2"));
        let sense = sense.expect("descriptor");
        assert_eq!((sense.triple(), sense.information), ((3, 0x11, 0), Some(1234)));
        let sense = Sense::parse(&hex("72 02 04 04 00 00 00 08 02 06 00 00 80 80 00 00"));
        assert_eq!(sense.expect("descriptor").progress, Some(0x8000));
    }

    #[test]
    fn what_is_specific_to_the_key_is_read_as_the_key_has_it() {
        // BPV: bit 4 of byte 1 of the CDB.
        let sense = Sense::parse(&hex("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 cc 00 01"));
        let sense = sense.expect("fixed");
        assert_eq!((sense.field, sense.field_bit), (Some((true, 1)), Some(4)));
        let sense = Sense::parse(&hex("f0 00 03 00 2d f4 0a 0a 00 00 00 00 11 05 00 80 00 03"));
        assert_eq!(sense.expect("fixed").retries, Some(3));
    }

    #[test]
    fn sense_cut_off_anywhere_is_read_as_far_as_it_goes() {
        let whole = hex("f0 00 25 00 00 04 d2 0a 28 0a 01 80 64 00 00 c0 00 02");
        for len in 0..=whole.len() {
            let sense = Sense::parse(&whole[..len]);
            assert_eq!(sense.is_some(), len >= 3, "{len}");
        }
        let sense = Sense::parse(&whole).expect("fixed");
        assert_eq!((sense.field, sense.field_bit), (Some((true, 2)), None));
        assert_eq!(Sense::parse(&[0x7f, 0, 0]), None);
        // A descriptor that claims more than there is.
        assert!(Sense::parse(&hex("72 05 24 00 00 00 00 ff 00 ff 80")).is_some());
    }
}
