//! The data phase of one command as the drive sees it: truncation to ALLOCATION LENGTH in one
//! place, a count of what really moved, and writers of big-endian fields. Knows no command.

use super::refusal::{PARAMETER_LIST_LENGTH, Refusal};
use crate::transport::Data;

/// One command under way.
pub struct Exchange<'a> {
    cdb: &'a [u8],
    data: Data<'a>,
    moved: usize,
    overrun: bool,
    surplus: bool,
}

impl<'a> Exchange<'a> {
    /// A command whose data phase has not begun.
    pub fn new(cdb: &'a [u8], data: Data<'a>) -> Exchange<'a> {
        Exchange { cdb, data, moved: 0, overrun: false, surplus: false }
    }

    /// A byte of the CDB; 0 past its end.
    pub fn byte(&self, at: usize) -> u8 {
        self.cdb.get(at).copied().unwrap_or(0)
    }

    /// A 16-bit field of the CDB.
    pub fn be16(&self, at: usize) -> usize {
        usize::from(u16::from_be_bytes([self.byte(at), self.byte(at + 1)]))
    }

    /// A 24-bit field of the CDB.
    pub fn be24(&self, at: usize) -> u32 {
        u32::from_be_bytes([0, self.byte(at), self.byte(at + 1), self.byte(at + 2)])
    }

    /// A 32-bit field of the CDB.
    pub fn be32(&self, at: usize) -> u32 {
        let byte = |offset| self.byte(at + offset);
        u32::from_be_bytes([byte(0), byte(1), byte(2), byte(3)])
    }

    /// The bytes of the CDB.
    pub fn cdb(&self) -> &[u8] {
        self.cdb
    }

    /// Bytes that moved so far.
    pub fn moved(&self) -> usize {
        self.moved
    }

    /// Bytes that the host made room for or brought along.
    pub fn room(&self) -> usize {
        self.data.len()
    }

    /// Whether the drive wanted to send more than the host made room for.
    pub fn overrun(&self) -> bool {
        self.overrun
    }

    /// Whether the host brought more than the drive takes, as it was found to do.
    pub fn surplus(&self) -> bool {
        self.surplus
    }

    /// The host brought more than the command takes: nothing of it is used.
    pub fn refuse_surplus(&mut self) {
        self.surplus = true;
    }

    /// Sends parameter data, cut at ALLOCATION LENGTH (SPC-4 4.3.5.6: that is no error).
    pub fn reply(&mut self, body: &[u8], allocation: usize) {
        let wanted = body.len().min(allocation);
        let sent = self.bulk(wanted);
        let count = sent.len();
        sent.copy_from_slice(&body[..count]);
        self.sent(count);
    }

    /// The host's room for up to `wanted` bytes, from the start of the data phase. What is put
    /// there counts only once [`Exchange::sent`] is told.
    pub fn bulk(&mut self, wanted: usize) -> &mut [u8] {
        match &mut self.data {
            Data::In(buffer) => {
                self.overrun |= wanted > buffer.len();
                let count = wanted.min(buffer.len());
                &mut buffer[..count]
            }
            Data::None | Data::Out(_) => {
                self.overrun |= wanted > 0;
                &mut []
            }
        }
    }

    /// Says how many bytes of the data phase have moved in all.
    pub fn sent(&mut self, count: usize) {
        self.moved = count.min(self.data.len());
    }

    /// Takes a parameter list of the length that the CDB announces.
    ///
    /// # Errors
    /// The host brought less than it announced: 5/1A/00.
    pub fn parameters(&mut self, length: usize) -> Result<&[u8], Refusal> {
        match &self.data {
            Data::Out(bytes) if bytes.len() >= length => {
                self.moved = length;
                Ok(&bytes[..length])
            }
            Data::None if length == 0 => Ok(&[]),
            _ => Err(PARAMETER_LIST_LENGTH),
        }
    }

    /// What the host sees when the answer is noise: bytes from a generator instead of those sent.
    pub fn scramble(&mut self, mut next: impl FnMut() -> u8) {
        let moved = self.moved;
        if let Data::In(buffer) = &mut self.data {
            buffer[..moved].fill_with(&mut next);
        }
    }
}

/// Builds parameter data.
#[derive(Clone, Debug, Default)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// Empty.
    pub fn new() -> Bytes {
        Bytes::default()
    }

    /// Adds bytes.
    pub fn put(&mut self, bytes: &[u8]) -> &mut Bytes {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds 16 bits.
    pub fn be16(&mut self, value: u16) -> &mut Bytes {
        self.put(&value.to_be_bytes())
    }

    /// Adds the low 24 bits.
    pub fn be24(&mut self, value: u32) -> &mut Bytes {
        self.put(&value.to_be_bytes()[1..])
    }

    /// Adds 32 bits.
    pub fn be32(&mut self, value: u32) -> &mut Bytes {
        self.put(&value.to_be_bytes())
    }

    /// Adds text, cut or filled with blanks to `width`.
    pub fn text(&mut self, text: &str, width: usize) -> &mut Bytes {
        let end = self.0.len() + width;
        self.0.extend(text.bytes().take(width));
        self.0.resize(end, b' ');
        self
    }

    /// Fills with zeros up to `length` in all.
    pub fn pad_to(&mut self, length: usize) -> &mut Bytes {
        if self.0.len() < length {
            self.0.resize(length, 0);
        }
        self
    }

    /// Writes into the first two bytes how many follow them.
    pub fn with_length16(mut self) -> Vec<u8> {
        let following = u16::try_from(self.0.len().saturating_sub(2)).unwrap_or(u16::MAX);
        self.0[..2].copy_from_slice(&following.to_be_bytes());
        self.0
    }

    /// Writes into the first four bytes how many follow them.
    pub fn with_length32(mut self) -> Vec<u8> {
        let following = u32::try_from(self.0.len().saturating_sub(4)).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&following.to_be_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_at_the_allocation_length_and_counted() {
        let mut room = [0xee; 8];
        let mut exchange = Exchange::new(&[0x12, 0, 0, 0, 4, 0], Data::In(&mut room));
        exchange.reply(&[1, 2, 3, 4, 5, 6], 4);
        assert_eq!((exchange.moved(), exchange.overrun()), (4, false));
        assert_eq!(room, [1, 2, 3, 4, 0xee, 0xee, 0xee, 0xee]);
    }

    #[test]
    fn sending_more_than_the_host_made_room_for_is_an_overrun() {
        let mut room = [0; 2];
        let mut exchange = Exchange::new(&[0x12], Data::In(&mut room));
        exchange.reply(&[1, 2, 3], 3);
        assert_eq!((exchange.moved(), exchange.overrun()), (2, true));
        let mut exchange = Exchange::new(&[0x12], Data::None);
        exchange.reply(&[1], 1);
        assert_eq!((exchange.moved(), exchange.overrun()), (0, true));
    }

    #[test]
    fn fields_of_a_command_are_big_endian_and_zero_past_its_end() {
        let exchange = Exchange::new(&[0x28, 0, 1, 2, 3, 4], Data::None);
        assert_eq!(exchange.be32(2), 0x0102_0304);
        assert_eq!((exchange.be16(4), exchange.be24(3), exchange.byte(9)), (0x0304, 0x02_0304, 0));
    }

    #[test]
    fn lengths_count_what_follows_them() {
        let mut bytes = Bytes::new();
        bytes.be16(0).text("ab", 3).pad_to(6);
        assert_eq!(bytes.with_length16(), [0, 4, b'a', b'b', b' ', 0]);
    }
}
