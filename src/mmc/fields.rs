//! Checked big-endian access to the bytes of an answer. A field beyond the end is an error that
//! says so, never zero.

/// An answer that does not make sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The answer ends before a field that must be there.
    #[error("the answer has {got} bytes where {need} are needed")]
    TooShort {
        /// Bytes up to the end of the field.
        need: usize,
        /// Bytes there are.
        got: usize,
    },
    /// A field holds what it cannot hold.
    #[error("{0}")]
    Invalid(String),
}

/// A view of the bytes a drive really sent.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// `len` bytes from `at`.
    pub fn bytes(self, at: usize, len: usize) -> Result<&'a [u8], ParseError> {
        let end = at.saturating_add(len);
        self.0.get(at..end).ok_or(ParseError::TooShort { need: end, got: self.0.len() })
    }

    fn array<const N: usize>(self, at: usize) -> Result<[u8; N], ParseError> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.bytes(at, N)?);
        Ok(bytes)
    }

    /// One byte.
    pub fn u8(self, at: usize) -> Result<u8, ParseError> {
        Ok(self.array::<1>(at)?[0])
    }

    /// Whether any bit of `mask` is set in the byte at `at`.
    pub fn flag(self, at: usize, mask: u8) -> Result<bool, ParseError> {
        Ok(self.u8(at)? & mask != 0)
    }

    /// The bits of `mask` in the byte at `at`, shifted down to bit 0.
    pub fn bits(self, at: usize, mask: u8) -> Result<u8, ParseError> {
        debug_assert!(mask != 0);
        Ok((self.u8(at)? & mask) >> mask.trailing_zeros())
    }

    /// Two bytes.
    pub fn be16(self, at: usize) -> Result<u16, ParseError> {
        Ok(u16::from_be_bytes(self.array(at)?))
    }

    /// Three bytes.
    pub fn be24(self, at: usize) -> Result<u32, ParseError> {
        let [a, b, c] = self.array(at)?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    /// Four bytes.
    pub fn be32(self, at: usize) -> Result<u32, ParseError> {
        Ok(u32::from_be_bytes(self.array(at)?))
    }

    /// The bytes that the two-byte length at the start announces, itself included: a transport that
    /// reports no residual hands over zeros behind them. Never more than came.
    pub fn announced(self) -> Result<&'a [u8], ParseError> {
        let end = usize::from(self.be16(0)?) + 2;
        Ok(&self.0[..end.min(self.0.len())])
    }

    /// ASCII text of `len` bytes, blanks and NULs at both ends removed, what is not printable
    /// shown as `?`.
    pub fn text(self, at: usize, len: usize) -> Result<String, ParseError> {
        Ok(printable(self.bytes(at, len)?))
    }
}

/// ASCII text as a drive pads it, made safe to print.
pub fn printable(bytes: &[u8]) -> String {
    let text: String = bytes
        .iter()
        .map(|&byte| match byte {
            0 => ' ',
            0x20..=0x7e => char::from(byte),
            _ => '?',
        })
        .collect();
    text.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_big_endian() {
        let fields = Fields(&[0x12, 0x34, 0x56, 0x78, 0xa5]);
        assert_eq!(fields.u8(4), Ok(0xa5));
        assert_eq!(fields.be16(1), Ok(0x3456));
        assert_eq!(fields.be24(0), Ok(0x12_3456));
        assert_eq!(fields.be32(0), Ok(0x1234_5678));
        assert_eq!(fields.bits(4, 0xf0), Ok(0xa));
        assert_eq!(fields.bits(4, 0x06), Ok(0x2));
        assert_eq!(fields.flag(4, 0x01), Ok(true));
    }

    #[test]
    fn a_field_beyond_the_end_is_an_error() {
        assert_eq!(Fields(&[1, 2, 3]).be32(0), Err(ParseError::TooShort { need: 4, got: 3 }));
        assert!(Fields(&[]).bytes(usize::MAX, 2).is_err());
    }

    #[test]
    fn an_announced_length_is_believed_up_to_what_came() {
        assert_eq!(Fields(&[0, 2, 3, 4, 0, 0]).announced(), Ok(&[0, 2, 3, 4][..]));
        assert_eq!(Fields(&[0xff, 0xff, 3]).announced(), Ok(&[0xff, 0xff, 3][..]));
        assert!(Fields(&[0]).announced().is_err());
    }

    #[test]
    fn text_is_trimmed_and_made_printable() {
        assert_eq!(Fields(b" HL-DT-ST\0\xff ").text(0, 12), Ok("HL-DT-ST ?".to_string()));
    }
}
