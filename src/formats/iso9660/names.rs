//! Names and dates of ISO 9660 as text: plain, Joliet and Rock Ridge.

use crate::formats::sectors::{Bytes, tidy};

/// Text of a descriptor: UCS-2 big-endian if `wide`, else by rights ASCII, in practice also UTF-8
/// or Latin-1.
pub(super) fn text(bytes: &[u8], wide: bool) -> String {
    if wide {
        let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        return tidy(
            &char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect::<String>(),
        );
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => tidy(text),
        Err(_) => tidy(&bytes.iter().map(|&byte| char::from(byte)).collect::<String>()),
    }
}

/// A file's name without the version: `README.;1` is `README`. No `/` stays in it.
pub(super) fn file(bytes: &[u8], wide: bool) -> String {
    let mut name = text(bytes, wide);
    if let Some((stem, version)) = name.rsplit_once(';')
        && version.bytes().all(|byte| byte.is_ascii_digit())
    {
        name.truncate(stem.len());
    }
    if !wide && name.ends_with('.') {
        name.pop();
    }
    name.replace('/', "?")
}

/// A date of ECMA-119 8.4.26.1 as ISO 8601. `None` where it is left out (all zeros) or no date.
pub(super) fn date(bytes: &[u8]) -> Option<String> {
    let digits = std::str::from_utf8(bytes.get(..14)?).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.starts_with("0000") {
        return None;
    }
    // Quarters of an hour east of Greenwich, -48 to +52.
    let quarters = (*bytes.get(16)?).cast_signed();
    let (sign, ahead) = (if quarters < 0 { '-' } else { '+' }, quarters.unsigned_abs());
    Some(format!(
        "{}-{}-{}T{}:{}:{}{sign}{:02}:{:02}",
        &digits[..4],
        &digits[4..6],
        &digits[6..8],
        &digits[8..10],
        &digits[10..12],
        &digits[12..14],
        ahead / 4,
        ahead % 4 * 15
    ))
}

/// What the system use area of a directory record adds (SUSP 1.12, Rock Ridge 1.12).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SystemUse {
    /// SP: Rock Ridge is in use, and so many bytes come first in every later area.
    pub(super) skip: Option<usize>,
    /// NM: the name, if one is given.
    pub(super) name: Option<Vec<u8>>,
    /// NM says that the rest of the name is in a further NM.
    name_continues: bool,
    /// CL: the record stands for a directory that is recorded at this block.
    pub(super) child: Option<u32>,
    /// RE: this directory really belongs elsewhere, where a CL points to it.
    pub(super) relocated: bool,
    /// CE: more of the area is at this block, offset and length.
    pub(super) continues: Option<(u32, u32, u32)>,
}

impl SystemUse {
    /// Reads the fields of one area into what earlier areas of the same record said.
    pub(super) fn take(&mut self, mut area: &[u8]) {
        self.continues = None;
        // Signature, length, version: no field is shorter.
        while let [a, b, len, _, ..] = *area
            && len >= 4
            && let Some((field, rest)) = area.split_at_checked(usize::from(len))
        {
            area = rest;
            let bytes = Bytes(field);
            match &[a, b] {
                b"SP" if bytes.get(4, 2) == Some(&[0xbe, 0xef]) => {
                    self.skip = bytes.u8(6).map(usize::from);
                }
                b"NM" => self.name_part(field),
                b"CL" => self.child = bytes.le32(4),
                b"RE" => self.relocated = true,
                b"CE" => self.continues = continuation(bytes),
                b"ST" => break,
                _ => {}
            }
        }
    }

    fn name_part(&mut self, field: &[u8]) {
        // Bit 1 and 2: "." and "..", whose records carry those names anyhow.
        let (Some(&flags), Some(part)) = (field.get(4), field.get(5..)) else { return };
        if flags & 0x06 != 0 || (self.name.is_some() && !self.name_continues) {
            return;
        }
        self.name.get_or_insert_default().extend_from_slice(part);
        self.name_continues = flags & 0x01 != 0;
    }
}

/// SUSP 5.1: block, offset and length, each in both orders.
fn continuation(field: Bytes) -> Option<(u32, u32, u32)> {
    Some((field.le32(4)?, field.le32(12)?, field.le32(20)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_version_and_lone_dot() {
        assert_eq!(file(b"VTS_01_1.VOB;1", false), "VTS_01_1.VOB");
        assert_eq!(file(b"README.;1", false), "README");
        assert_eq!(file(b"a;b", false), "a;b");
        assert_eq!(file(b"\0a\0/\0;\x001", true), "a?");
        assert_eq!(file(b"\xfcber", false), "über");
        assert_eq!(file(b"\xd8\x00\0a", true), "\u{fffd}a");
    }

    #[test]
    fn dates_are_read_and_missing_ones_are_none() {
        assert_eq!(
            date(b"2025112208060099\x05").as_deref(),
            Some("2025-11-22T08:06:00+01:15"),
            "5 quarters of an hour east"
        );
        assert_eq!(
            date(b"1999123123595900\xec").as_deref(),
            Some("1999-12-31T23:59:59-05:00"),
            "20 quarters west"
        );
        assert_eq!(date(b"0000000000000000\0"), None);
        assert_eq!(date(&[0; 17]), None);
        assert_eq!(date(b"2025"), None);
    }

    #[test]
    fn rock_ridge_names_come_in_parts() {
        let mut seen = SystemUse::default();
        // SP with check bytes BE EF, 3 to skip; NM that continues; PX, cut off.
        seen.take(b"SP\x07\x01\xbe\xef\x03NM\x08\x01\x01abcPX\x2c\x01");
        // NM with the rest; ST; what comes after is not read.
        seen.take(b"NM\x06\x01\0dST\x04\x01RE\x04\x01");
        assert_eq!(seen.skip, Some(3));
        assert_eq!(seen.name.as_deref(), Some(&b"abcd"[..]));
        assert!(!seen.relocated);
    }

    #[test]
    fn a_field_without_length_ends_the_area() {
        let mut seen = SystemUse::default();
        seen.take(b"RE\0\x01RE\x04\x01");
        assert_eq!(seen, SystemUse::default());
    }
}
