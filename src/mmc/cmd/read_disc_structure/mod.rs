//! READ DISC STRUCTURE, once READ DVD STRUCTURE (MMC-6 6.21): what the lead-in of a DVD or BD
//! holds. A format is a type; what it decodes to is in `dvd` and `bd`.
//!
//! To be sent only where the current profile is of the format's family: a PIONEER DVR-110 locks up
//! when asked with a CD in it, and on a BD the media type 0 brings back what the buffer held
//! before (real-drives: quirks, BD-R QL).

pub mod bd;
pub mod dvd;

use std::marker::PhantomData;

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::Family;

/// A format of READ DISC STRUCTURE.
pub trait Structure: Sized {
    /// Name in errors and traces.
    const NAME: &'static str;
    /// The disc it is asked of: MEDIA TYPE 0000b for DVD, 0001b for BD.
    const FAMILY: Family;
    /// FORMAT CODE.
    const FORMAT: u8;
    /// Bytes to ask for, the header of four included.
    const ALLOCATION: u16;

    /// Reads what follows the header.
    ///
    /// # Errors
    /// The bytes cannot mean such a structure.
    fn decode(body: &[u8]) -> Result<Self, ParseError>;
}

/// Asks for a structure.
#[derive(Clone, Copy, Debug)]
pub struct ReadDiscStructure<S> {
    /// LAYER NUMBER. 0 on a BD: any other is refused there (real-drives: redumper#174).
    pub layer: u8,
    structure: PhantomData<fn() -> S>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<S> {
    /// What it means.
    pub structure: S,
    /// The bytes as they came, header included. Read by what came, not by the length announced: an
    /// LG GH22LS30 announces nothing and delivers 35 bytes (real-drives: quirks).
    pub raw: Vec<u8>,
}

impl<S: Structure> ReadDiscStructure<S> {
    /// Of layer 0.
    pub fn new() -> ReadDiscStructure<S> {
        ReadDiscStructure::of_layer(0)
    }

    /// Of a layer.
    pub fn of_layer(layer: u8) -> ReadDiscStructure<S> {
        ReadDiscStructure { layer, structure: PhantomData }
    }
}

impl<S: Structure> Default for ReadDiscStructure<S> {
    fn default() -> Self {
        ReadDiscStructure::new()
    }
}

impl<S: Structure> Request for ReadDiscStructure<S> {
    const NAME: &'static str = S::NAME;

    fn cdb(&self) -> Cdb {
        let media = u8::from(S::FAMILY == Family::Bd);
        let [high, low] = S::ALLOCATION.to_be_bytes();
        Cdb::new(&[0xad, media, 0, 0, 0, 0, self.layer, S::FORMAT, high, low, 0, 0])
    }
}

impl<S: Structure> Query for ReadDiscStructure<S> {
    type Response = Answer<S>;

    fn allocation(&self) -> u16 {
        S::ALLOCATION
    }

    fn parse(&self, data: &[u8]) -> Result<Answer<S>, ParseError> {
        Fields(data).bytes(0, HEADER)?;
        Ok(Answer { structure: S::decode(&data[HEADER..])?, raw: data.to_vec() })
    }
}

/// Bytes before the structure: its length, two reserved.
const HEADER: usize = 4;

/// One line of the list of formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatEntry {
    /// FORMAT CODE.
    pub format: u8,
    /// SDS: may be sent with SEND DISC STRUCTURE.
    pub sendable: bool,
    /// RDS: may be read.
    pub readable: bool,
    /// STRUCTURE LENGTH, header included.
    pub length: u16,
}

/// What forbids to write (MMC-6 6.21.2, format C0h), alike on DVD and BD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// MSWI: by what the disc itself says, such as a password.
    pub inhibited: bool,
    /// CWP: by the switch of the cartridge.
    pub cartridge: bool,
    /// PWP: by a mark on the disc that lasts.
    pub persistent: bool,
    /// SWPP: by the drive, until the disc is out.
    pub software: bool,
}

impl Protection {
    fn decode(body: &[u8]) -> Result<Protection, ParseError> {
        let fields = Fields(body);
        Ok(Protection {
            inhibited: fields.flag(0, 0x08)?,
            cartridge: fields.flag(0, 0x04)?,
            persistent: fields.flag(0, 0x02)?,
            software: fields.flag(0, 0x01)?,
        })
    }

    /// Whether anything does.
    pub fn is_set(self) -> bool {
        self.inhibited || self.cartridge || self.persistent || self.software
    }
}

fn format_list(body: &[u8]) -> Result<Vec<FormatEntry>, ParseError> {
    let mut entries = Vec::new();
    for entry in body.chunks_exact(4) {
        let fields = Fields(entry);
        let listed = FormatEntry {
            format: fields.u8(0)?,
            sendable: fields.flag(1, 0x80)?,
            readable: fields.flag(1, 0x40)?,
            length: fields.be16(2)?,
        };
        // An entry for nothing is the zeros behind a list whose length went astray.
        if listed.readable || listed.sendable {
            entries.push(listed);
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let physical = ReadDiscStructure::<dvd::PhysicalFormat>::of_layer(1);
        assert_eq!(physical.cdb().bytes(), [0xad, 0x00, 0, 0, 0, 0, 0x01, 0x00, 0x08, 0x04, 0, 0]);
        let copyright = ReadDiscStructure::<dvd::Copyright>::new();
        assert_eq!(copyright.cdb().bytes(), [0xad, 0x00, 0, 0, 0, 0, 0, 0x01, 0x00, 0x08, 0, 0]);
        let information = ReadDiscStructure::<bd::DiscInformation>::new();
        assert_eq!(information.cdb().bytes(), [0xad, 0x01, 0, 0, 0, 0, 0, 0x00, 0x10, 0x04, 0, 0]);
        let formats = ReadDiscStructure::<bd::Formats>::new();
        assert_eq!(formats.cdb().bytes(), [0xad, 0x01, 0, 0, 0, 0, 0, 0xff, 0x04, 0x04, 0, 0]);
    }

    #[test]
    fn bytes_in() {
        let answer = [
            0x00, 0x0e, 0, 0, // 14 bytes follow
            0x00, 0x40, 0x08, 0x04, // 00h: readable, 2052 bytes
            0x0f, 0xc0, 0x00, 0x18, // 0Fh: sendable and readable
            0x00, 0x00, 0x00, 0x00, // nothing
        ];
        let list = ReadDiscStructure::<dvd::Formats>::new().parse(&answer).expect("parses");
        assert_eq!(
            list.structure.0,
            [
                FormatEntry { format: 0x00, sendable: false, readable: true, length: 2052 },
                FormatEntry { format: 0x0f, sendable: true, readable: true, length: 24 },
            ]
        );
        assert!(ReadDiscStructure::<dvd::Formats>::new().parse(&answer[..3]).is_err());
    }
}
