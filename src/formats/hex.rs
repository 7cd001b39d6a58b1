//! Bytes as people paste them: `70 00 03`, `0x70,0x00`, `70:00:03`, `700003`, `"\x70\x00"`, the
//! output of `xxd` and `hexdump -C`. Knows nothing of what the bytes mean.

use std::fmt;

/// Why a text is no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HexError {
    /// There is no digit in it.
    Empty,
    /// This part of it is no hex.
    NotHex(String),
    /// This part of it has an odd number of digits.
    Odd(String),
}

impl std::error::Error for HexError {}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HexError::Empty => f.write_str("there is no byte in it"),
            HexError::NotHex(word) => write!(f, "'{word}' is no hex"),
            HexError::Odd(word) => {
                write!(f, "'{word}' has {} hex digits, an odd number", { word.chars().count() })
            }
        }
    }
}

/// What may stand between bytes.
const BETWEEN: &[char] =
    &[',', ';', ':', '-', '_', '.', '/', '(', ')', '[', ']', '{', '}', '"', '\'', '|'];
/// A word is shown in a message up to here.
const SHOWN: usize = 24;

/// Reads bytes in any common spelling. From `#` on, a line is a comment.
///
/// # Errors
/// There are none, or something is no hex.
pub fn parse(text: &str) -> Result<Vec<u8>, HexError> {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .collect();
    if let Some(bytes) = dump(&lines) {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    for word in lines.iter().flat_map(|line| line.split(is_between)) {
        bytes.extend(self::word(word)?);
    }
    if bytes.is_empty() { Err(HexError::Empty) } else { Ok(bytes) }
}

/// `70 00 03`.
pub fn text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push(char::from(DIGITS[usize::from(byte / 16)]));
        text.push(char::from(DIGITS[usize::from(byte % 16)]));
    }
    text
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || BETWEEN.contains(&c)
}

/// The bytes of a word: `70`, `0x70`, `70h`, `\x70\x00`, `7000`, or a lone digit.
fn word(word: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::new();
    for part in word.split("\\x").filter(|part| !part.is_empty()) {
        let digits = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")).unwrap_or(part);
        let digits = digits.strip_suffix(['h', 'H']).unwrap_or(digits);
        let shown = || part.chars().take(SHOWN).collect::<String>();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(HexError::NotHex(shown()));
        }
        if digits.len() > 1 && digits.len() % 2 == 1 {
            return Err(HexError::Odd(shown()));
        }
        let pair = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit));
        bytes.extend(digits.as_bytes().chunks(2).map(pair));
    }
    Ok(bytes)
}

fn value(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}

/// A dump, with the offset of its first byte on each line. `None` if the text is none: the offsets
/// have to be right.
fn dump(lines: &[&str]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut words = line.split_whitespace();
        let offset = words.next()?;
        let digits = offset.trim_end_matches(':');
        let is_offset = (4..=8).contains(&digits.len())
            && usize::from_str_radix(digits, 16).is_ok_and(|offset| offset == bytes.len());
        if !is_offset {
            return None;
        }
        let body: Vec<&str> = words.take_while(|word| is_column(word)).collect();
        // `hexdump` ends with the offset alone. A first line that is so is no dump.
        if body.is_empty() && (index == 0 || index + 1 < lines.len()) {
            return None;
        }
        let line: Vec<u8> = body.iter().filter_map(|text| word(text).ok()).flatten().collect();
        bytes.extend(line.into_iter().take(16));
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// A byte, or the two that `xxd` writes together.
fn is_column(word: &str) -> bool {
    matches!(word.len(), 2 | 4) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read() {
        for text in [
            "70 00 03",
            "700003",
            "70,00,03",
            "0x70, 0x00, 0x03",
            "70:00:03",
            "70-00-03",
            "70h 00h 03h",
            "{ 0x70, 0, 3 };",
            "\"\\x70\\x00\\x03\"",
            "  70\t00\n03 # cut off\n# and nothing",
            "7000 03",
            "0000: 7000 03                                  p..",
            "00000000  70 00 03                                          |p..|\n00000003",
        ] {
            assert_eq!(parse(text), Ok(vec![0x70, 0x00, 0x03]), "{text}");
        }
        assert_eq!(parse("FF Fe"), Ok(vec![0xff, 0xfe]));
    }

    #[test]
    fn what_is_no_hex_is_named() {
        assert_eq!(parse(""), Err(HexError::Empty));
        assert_eq!(parse("# 70"), Err(HexError::Empty));
        assert_eq!(parse("70 0g"), Err(HexError::NotHex("0g".into())));
        assert_eq!(parse("70 0x"), Err(HexError::NotHex("0x".into())));
        assert_eq!(parse("70 123"), Err(HexError::Odd("123".into())));
        assert_eq!(
            parse("123").expect_err("odd").to_string(),
            "'123' has 3 hex digits, an odd number"
        );
    }

    #[test]
    fn bytes_that_look_like_an_offset_are_bytes() {
        assert_eq!(parse("0000 70 00"), Ok(vec![0x70, 0x00]), "an offset");
        assert_eq!(parse("0001 70 00"), Ok(vec![0x00, 0x01, 0x70, 0x00]), "no offset");
        assert_eq!(parse("0000"), Ok(vec![0, 0]));
        let lines = "0000  46 02 00 00 00 00 00 00 08 00 00 00 00 00 00 00  F...............\n\
                     0010  01 02  ..";
        assert_eq!(parse(lines).map(|bytes| bytes.len()), Ok(18));
    }
}
