//! Structures of a BD (MMC-6 6.21.4). What a disc information unit holds is in no free standard:
//! the offsets are those on which public tools agree, checked against reports of real discs.

use super::{FormatEntry, Structure, format_list};
use crate::mmc::ParseError;
use crate::mmc::fields::Fields;
use crate::units::{Blocks, Family, Lba};

/// Format 00h: the disc information units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscInformation {
    /// The units in the order sent: on a BD-ROM one a layer, on others one a write strategy.
    pub units: Vec<Unit>,
}

/// Format 03h: the burst cutting area of a pressed disc, 64 bytes. Most have none, and drives then
/// refuse it (real-drives: aaru#941).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurstCuttingArea(pub Vec<u8>);

/// Format 0Ah: the spare areas, in blocks. Refused with 5/24/00 where there are none, as on a blank
/// BD-R (real-drives: HL-DT-ST WH16NS40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpareArea {
    /// NUMBER OF FREE SPARE BLOCKS.
    pub free: Blocks,
    /// NUMBER OF ALLOCATED SPARE BLOCKS: all there are.
    pub total: Blocks,
}

/// Format C0h: what forbids to write to the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteProtection(pub super::Protection);

/// Format FFh: which structures there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formats(pub Vec<FormatEntry>);

/// A disc information unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// DI format.
    pub format: u8,
    /// Its number in the block.
    pub sequence: u8,
    /// Disc type identifier: `BDO` BD-ROM, `BDU` Ultra HD BD-ROM, `BDR`, `BDW` BD-RE.
    pub disc_type: String,
    /// Number of recording layers.
    pub layers: u8,
    /// First address: a physical sector number on a BD-ROM, a unit of eight sectors on others.
    pub first: u32,
    /// Last address, likewise: that of the last pair of sectors, or of units.
    pub last: u32,
    /// Manufacturer of a recordable disc.
    pub manufacturer: Option<String>,
    /// Media type of a recordable disc.
    pub media_type: Option<String>,
}

/// Bytes of a unit on a pressed disc (public PIC dumps: 4 + 64 a layer).
const PRESSED_UNIT: usize = 64;
/// Bytes of a unit on a recordable disc.
const RECORDABLE_UNIT: usize = 112;

impl Unit {
    fn decode(unit: &[u8]) -> Result<Unit, ParseError> {
        let fields = Fields(unit);
        let disc_type = fields.text(8, 3)?;
        let text = |at: usize, len: usize| {
            let recordable = matches!(disc_type.as_str(), "BDR" | "BDW");
            fields.text(at, len).ok().filter(|text| recordable && !text.is_empty())
        };
        Ok(Unit {
            format: fields.u8(2)?,
            sequence: fields.u8(5)?,
            layers: fields.bits(12, 0xf0)?,
            first: fields.be32(24)?,
            last: fields.be32(28)?,
            manufacturer: text(100, 6),
            media_type: text(106, 3),
            disc_type,
        })
    }

    /// Whether it describes a pressed disc.
    pub fn is_pressed(&self) -> bool {
        !matches!(self.disc_type.as_str(), "BDR" | "BDW")
    }

    /// Sectors from its first to its last address. Pressed: of its layer; else: of the unformatted
    /// disc (real-drives: VERBAT/IMe has 131072 to 1658494 and 12219392 blocks).
    pub fn sectors(&self) -> Option<Blocks> {
        let length = self.last.checked_sub(self.first)?.checked_add(2)?;
        let sectors = if self.is_pressed() { Some(length) } else { length.checked_mul(8) };
        sectors.filter(|_| self.first > 0).map(Blocks)
    }
}

impl DiscInformation {
    /// The units of a pressed disc's layers, one each.
    fn pressed_layers(&self) -> Option<Vec<Blocks>> {
        let first = self.units.first().filter(|unit| unit.is_pressed())?;
        let layers = usize::from(first.layers);
        let units = self.units.get(..layers).filter(|units| !units.is_empty())?;
        units.iter().map(Unit::sectors).collect()
    }

    /// Sectors of a pressed disc: of all layers together.
    pub fn sectors(&self) -> Option<Blocks> {
        let layers = self.pressed_layers()?;
        layers.iter().try_fold(0u32, |sum, layer| sum.checked_add(layer.0)).map(Blocks)
    }

    /// First block of the second layer of a pressed disc.
    pub fn layer_break(&self) -> Option<Lba> {
        let layers = self.pressed_layers()?;
        let first = layers.first().filter(|_| layers.len() > 1)?;
        i32::try_from(first.0).ok().map(Lba)
    }
}

impl Structure for DiscInformation {
    const NAME: &'static str = "READ DISC STRUCTURE (disc information)";
    const FAMILY: Family = Family::Bd;
    const FORMAT: u8 = 0x00;
    const ALLOCATION: u16 = 4100;

    fn decode(body: &[u8]) -> Result<DiscInformation, ParseError> {
        let mut units = Vec::new();
        let mut rest = body;
        while rest.starts_with(b"DI") {
            let unit = match Unit::decode(rest) {
                Ok(unit) => unit,
                // Cut off in a later unit: the first ones stand.
                Err(_) if !units.is_empty() => break,
                Err(error) => return Err(error),
            };
            let step = if unit.is_pressed() { PRESSED_UNIT } else { RECORDABLE_UNIT };
            units.push(unit);
            rest = rest.get(step..).unwrap_or(&[]);
        }
        if units.is_empty() {
            return Err(ParseError::Invalid("no disc information unit in the answer".into()));
        }
        Ok(DiscInformation { units })
    }
}

impl Structure for BurstCuttingArea {
    const NAME: &'static str = "READ DISC STRUCTURE (burst cutting area)";
    const FAMILY: Family = Family::Bd;
    const FORMAT: u8 = 0x03;
    const ALLOCATION: u16 = 68;

    fn decode(body: &[u8]) -> Result<BurstCuttingArea, ParseError> {
        Ok(BurstCuttingArea(body.to_vec()))
    }
}

impl Structure for SpareArea {
    const NAME: &'static str = "READ DISC STRUCTURE (spare area)";
    const FAMILY: Family = Family::Bd;
    const FORMAT: u8 = 0x0a;
    const ALLOCATION: u16 = 16;

    fn decode(body: &[u8]) -> Result<SpareArea, ParseError> {
        let fields = Fields(body);
        Ok(SpareArea { free: Blocks(fields.be32(4)?), total: Blocks(fields.be32(8)?) })
    }
}

impl Structure for WriteProtection {
    const NAME: &'static str = "READ DISC STRUCTURE (write protection)";
    const FAMILY: Family = Family::Bd;
    const FORMAT: u8 = 0xc0;
    const ALLOCATION: u16 = 8;

    fn decode(body: &[u8]) -> Result<WriteProtection, ParseError> {
        super::Protection::decode(body).map(WriteProtection)
    }
}

impl Structure for Formats {
    const NAME: &'static str = "READ DISC STRUCTURE (list of formats)";
    const FAMILY: Family = Family::Bd;
    const FORMAT: u8 = 0xff;
    const ALLOCATION: u16 = 1028;

    fn decode(body: &[u8]) -> Result<Formats, ParseError> {
        format_list(body).map(Formats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::cmd::read_disc_structure::ReadDiscStructure;
    use crate::mmc::{Query, Request};

    /// real-drives: cdtext-and-accuraterip-binaries, the PIC of a BD-ROM with its header.
    const PIC: [u8; 36] = [
        0x10, 0x02, 0x00, 0x00, // 4098 bytes follow
        0x44, 0x49, 0x01, 0x08, 0x00, 0x00, 0x20,
        0x00, // "DI", format 1, unit 0, 32 bytes in use
        0x42, 0x44, 0x4f, 0x01, // "BDO", version 1
        0x11, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, // one layer
        0x00, 0x4f, 0x94, 0x7f, // last user sector
        0x00, 0x10, 0x00, 0x00, // first address
        0x00, 0x4f, 0x94, 0x7e, // last address
    ];

    #[test]
    fn a_pressed_disc_comes_in() {
        let mut answer = PIC.to_vec();
        answer.resize(132, 0);
        let query = ReadDiscStructure::<DiscInformation>::new();
        let information = query.parse(&answer).expect("parses").structure;
        let [unit] = information.units.as_slice() else { panic!("{information:?}") };
        assert_eq!((unit.disc_type.as_str(), unit.layers, unit.format), ("BDO", 1, 1));
        assert_eq!((&unit.manufacturer, &unit.media_type), (&None, &None));
        // From 100000h to the last user sector, both counted.
        assert_eq!(information.sectors(), Some(Blocks(0x4f_947f - 0x10_0000 + 1)));
        assert_eq!(information.layer_break(), None);
        assert!(query.parse(&PIC[..30]).is_err());
    }

    #[test]
    fn a_burst_cutting_area_comes_in() {
        let query = ReadDiscStructure::<BurstCuttingArea>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 1, 0, 0, 0, 0, 0, 0x03, 0, 68, 0, 0]);
        let area = query.parse(&[0, 4, 0, 0, 0xca, 0xfe]).expect("parses").structure;
        assert_eq!(area.0, [0xca, 0xfe]);
    }

    #[test]
    fn two_pressed_layers_add_up() {
        // Derived: the unit above twice, as layers 0 and 1.
        let mut body = PIC[4..].to_vec();
        body.resize(64, 0);
        body[12] = 0x21;
        body.extend_from_within(..);
        body[64 + 5] = 1;
        let information = DiscInformation::decode(&body).expect("parses");
        assert_eq!(information.units.len(), 2);
        assert_eq!(information.sectors(), Some(Blocks(2 * 0x3f_9480)));
        assert_eq!(information.layer_break(), Some(Lba(0x3f_9480)));
        // The second layer's unit missing: no size rather than half of it.
        let half = DiscInformation::decode(&body[..64]).expect("parses");
        assert_eq!((half.sectors(), half.layer_break()), (None, None));
    }

    #[test]
    fn a_recordable_disc_comes_in() {
        // Derived from aaru#693: VERBAT/IMe in an ASUS BW-16D1HT.
        let mut unit = [0u8; 112];
        unit[..12].copy_from_slice(b"DI\x01\x28\x00\x00\x62\x00BDR\x01");
        unit[12] = 0x12;
        unit[24..28].copy_from_slice(&131_072u32.to_be_bytes());
        unit[28..32].copy_from_slice(&1_658_494u32.to_be_bytes());
        unit[100..112].copy_from_slice(b"VERBATIMe\x7d\xa3\x00");
        let mut body = unit.to_vec();
        unit[5] = 1;
        body.extend_from_slice(&unit);
        body.resize(4096, 0);
        let information = DiscInformation::decode(&body).expect("parses");
        assert_eq!(information.units.len(), 2);
        let first = &information.units[0];
        assert_eq!(first.manufacturer.as_deref(), Some("VERBAT"));
        assert_eq!(first.media_type.as_deref(), Some("IMe"));
        // WH16NS40 gives 12219392 blocks for the same medium, blank.
        assert_eq!(first.sectors(), Some(Blocks(12_219_392)));
        assert_eq!(information.sectors(), None);
    }

    #[test]
    fn spare_areas_and_write_protection_come_in() {
        let answer = [
            0x00, 0x0e, 0, 0, // 14 bytes follow
            0, 0, 0, 0, // reserved
            0x00, 0x00, 0x8f, 0x40, // 36672 free, as WH16NS40 reports of a written BD-R
            0x00, 0x01, 0x00, 0x00, // of 65536
        ];
        let query = ReadDiscStructure::<SpareArea>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 1, 0, 0, 0, 0, 0, 0x0a, 0, 0x10, 0, 0]);
        let spares = query.parse(&answer).expect("parses").structure;
        assert_eq!(spares, SpareArea { free: Blocks(36_672), total: Blocks(65_536) });
        assert!(query.parse(&answer[..15]).is_err());
        let query = ReadDiscStructure::<WriteProtection>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 1, 0, 0, 0, 0, 0, 0xc0, 0, 0x08, 0, 0]);
        let free = query.parse(&[0, 6, 0, 0, 0, 0, 0, 0]).expect("parses").structure;
        assert!(!free.0.is_set());
    }

    #[test]
    fn what_holds_no_unit_is_no_disc_information() {
        assert!(DiscInformation::decode(&[0; 4096]).is_err());
        assert!(DiscInformation::decode(b"DI").is_err());
    }
}
