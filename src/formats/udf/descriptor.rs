//! What all UDF structures share: the tag in front with checksum and CRC, addresses, text, times.

use std::fmt;

use crate::formats::sectors::{Bytes, tidy};

/// Tag identifiers (ECMA-167 3/7.2.1 and 4/7.2.1).
pub(super) mod id {
    pub const SPARING_TABLE: u16 = 0;
    pub const PRIMARY: u16 = 1;
    pub const ANCHOR: u16 = 2;
    pub const POINTER: u16 = 3;
    pub const PARTITION: u16 = 5;
    pub const LOGICAL: u16 = 6;
    pub const TERMINATING: u16 = 8;
    pub const INTEGRITY: u16 = 9;
    pub const FILE_SET: u16 = 256;
    pub const FILE_IDENTIFIER: u16 = 257;
    pub const ALLOCATION_EXTENT: u16 = 258;
    pub const INDIRECT_ENTRY: u16 = 259;
    pub const FILE_ENTRY: u16 = 261;
    pub const EXTENDED_FILE_ENTRY: u16 = 266;
}

/// Why bytes are not the descriptor they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadTag {
    /// The sum over the tag is wrong: most likely no descriptor at all.
    Checksum,
    /// The CRC over the descriptor is wrong.
    Crc,
    /// It says that it belongs elsewhere.
    Location(u32),
}

impl fmt::Display for BadTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadTag::Checksum => f.write_str("no UDF descriptor"),
            BadTag::Crc => f.write_str("UDF descriptor with a wrong CRC"),
            BadTag::Location(at) => write!(f, "UDF descriptor that belongs at block {at}"),
        }
    }
}

/// Checks the tag (ECMA-167 3/7.2) that `bytes` start with and returns its identifier. A CRC over
/// more than `bytes` is not checked.
pub(super) fn tag(bytes: &[u8], location: Option<u32>) -> Result<u16, BadTag> {
    let fields = Bytes(bytes);
    let head = fields.get(0, 16).ok_or(BadTag::Checksum)?;
    let sum = head.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte)).wrapping_sub(head[4]);
    // Sixteen zeros would sum up right.
    if sum != head[4] || head.iter().all(|&byte| byte == 0) {
        return Err(BadTag::Checksum);
    }
    let number = |at| fields.le16(at).ok_or(BadTag::Checksum);
    if let Some(covered) = fields.get(16, usize::from(number(10)?))
        && crc(covered) != number(8)?
    {
        return Err(BadTag::Crc);
    }
    match fields.le32(12) {
        Some(at) if location.is_some_and(|location| location != at) => Err(BadTag::Location(at)),
        _ => number(0),
    }
}

/// CRC-16 of ECMA-167 3/7.2.6: polynomial 1021h, from 0, not reflected.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 != 0 { (crc << 1) ^ 0x1021 } else { crc << 1 }
        })
    })
}

/// Whether the entity identifier (ECMA-167 1/7.4) at `at` has this name.
pub(super) fn is_entity(fields: Bytes, at: usize, name: &[u8]) -> bool {
    let found = fields.get(at.saturating_add(1), 23).unwrap_or_default();
    found.strip_prefix(name).is_some_and(|rest| rest.iter().all(|&byte| byte == 0))
}

/// Two numbers, a length in bytes and a block: extent_ad and short_ad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub len: u32,
    pub block: u32,
}

impl Extent {
    pub(super) fn parse(fields: Bytes, at: usize) -> Option<Extent> {
        Some(Extent { len: fields.le32(at)?, block: fields.le32(at.checked_add(4)?)? })
    }

    pub(super) fn sectors(self) -> u32 {
        self.len.div_ceil(crate::units::SECTOR as u32)
    }
}

/// A block in one of the logical volume's partitions (lb_addr).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub block: u32,
    pub partition: u16,
}

/// long_ad: length at 0, block at 4, partition reference at 8.
pub(super) fn long_ad(fields: Bytes, at: usize) -> Option<(u32, Address)> {
    let extent = Extent::parse(fields, at)?;
    let partition = fields.le16(at.checked_add(8)?)?;
    Some((extent.len, Address { block: extent.block, partition }))
}

/// OSTA CS0 (UDF 2.1.1): a byte that says how wide the characters are, then those.
pub(super) fn text(bytes: &[u8]) -> String {
    match bytes.split_first() {
        // 254 and 255: the name of a deleted file.
        Some((8 | 254, rest)) => {
            tidy(&rest.iter().map(|&byte| char::from(byte)).collect::<String>())
        }
        Some((16 | 255, rest)) => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            let text = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}'));
            tidy(&text.collect::<String>())
        }
        _ => String::new(),
    }
}

/// A field of fixed length whose last byte says how much of it is in use (ECMA-167 1/7.2.12).
pub(super) fn dstring(field: &[u8]) -> String {
    let Some((&used, room)) = field.split_last() else { return String::new() };
    text(&room[..usize::from(used).min(room.len())])
}

/// A timestamp of ECMA-167 1/7.3 as ISO 8601; `None` if it is no date.
pub(super) fn time(fields: Bytes, at: usize) -> Option<String> {
    let bytes = fields.get(at, 12)?;
    let (zone, year) = (fields.le16(at)?, fields.le16(at.checked_add(2)?)?);
    let [month, day, hour, minute, second] = *bytes.get(4..9)? else { return None };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    // Twelve bits, signed: minutes east of Greenwich; -2047 says that it is not known.
    let minutes = i32::from((zone << 4).cast_signed() >> 4);
    let zone = if minutes == -2047 {
        String::new()
    } else {
        let (sign, ahead) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
        format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60)
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_the_standard() {
        // ECMA-167 3/7.2.6: "if the bytes are 70h 6Ah 77h, the CRC is 3299h".
        assert_eq!(crc(&[0x70, 0x6a, 0x77]), 0x3299);
    }

    #[test]
    fn a_tag_is_checked() {
        // Identifier 2, version 3, checksum, reserved, serial 1, CRC 3299h over 3 bytes, block 256.
        let mut bytes = vec![2, 0, 3, 0, 0xd5, 0, 1, 0, 0x99, 0x32, 3, 0, 0, 1, 0, 0];
        bytes.extend([0x70, 0x6a, 0x77]);
        assert_eq!(tag(&bytes, Some(256)), Ok(2));
        assert_eq!(tag(&bytes, Some(512)), Err(BadTag::Location(256)));
        bytes[16] = 0;
        assert_eq!(tag(&bytes, Some(256)), Err(BadTag::Crc));
        bytes[0] = 3;
        assert_eq!(tag(&bytes, None), Err(BadTag::Checksum));
        assert_eq!(tag(&[0; 2048], None), Err(BadTag::Checksum));
        assert_eq!(tag(&[], None), Err(BadTag::Checksum));
    }

    #[test]
    fn text_is_narrow_or_wide() {
        assert_eq!(text(b"\x08\xfcber"), "über");
        assert_eq!(text(b"\x10\x20\xac\0a\0"), "€a");
        assert_eq!(text(b"\x07abc"), "");
        assert_eq!(dstring(b"\x08LABEL\0\0\x06"), "LABEL");
        assert_eq!(dstring(b"\x08AB\xff"), "AB");
        assert_eq!(dstring(b""), "");
    }

    #[test]
    fn times_have_a_zone_unless_it_is_unknown() {
        // Type 1 with 60 minutes, 2025 (07E9h), 22 November, 08:06:00.
        let mut bytes = [0x3c, 0x10, 0xe9, 0x07, 11, 22, 8, 6, 0, 0, 0, 0];
        assert_eq!(time(Bytes(&bytes), 0).as_deref(), Some("2025-11-22T08:06:00+01:00"));
        // -300 minutes.
        bytes[..2].copy_from_slice(&[0xd4, 0x1e]);
        assert_eq!(time(Bytes(&bytes), 0).as_deref(), Some("2025-11-22T08:06:00-05:00"));
        bytes[..2].copy_from_slice(&[0x01, 0x18]);
        assert_eq!(time(Bytes(&bytes), 0).as_deref(), Some("2025-11-22T08:06:00"));
        bytes[4] = 0;
        assert_eq!(time(Bytes(&bytes), 0), None);
    }
}
