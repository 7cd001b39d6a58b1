//! Structures of a DVD (MMC-6 6.21.3; ECMA-267, ECMA-338, ECMA-349 for what they hold).

use super::{FormatEntry, Structure, format_list};
use crate::mmc::ParseError;
use crate::mmc::fields::{Fields, printable};
use crate::units::{Blocks, Family, Lba};

/// Format 00h: the physical format information as the drive gives it, of one layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhysicalFormat {
    /// DISK CATEGORY: the book the disc claims. Drives can be told to write another one: not to be
    /// relied on.
    pub book_type: u8,
    /// PART VERSION.
    pub part_version: u8,
    /// DISC SIZE: 0 is 12 cm, 1 is 8 cm.
    pub disc_size: u8,
    /// MAXIMUM RATE: 0, 1, 2 for 2.52, 5.04, 10.08 Mbit/s; Fh not specified.
    pub max_rate: u8,
    /// Number of layers: the 0's-based NUMBER OF LAYERS and one.
    pub layers: u8,
    /// TRACK PATH: the second layer is read from the rim inwards.
    pub opposite_track_path: bool,
    /// LAYER TYPE: bit 0 embossed, bit 1 recordable, bit 2 rewritable.
    pub layer_type: u8,
    /// LINEAR DENSITY.
    pub linear_density: u8,
    /// TRACK DENSITY.
    pub track_density: u8,
    /// STARTING PHYSICAL SECTOR NUMBER of the data area: 030000h, on DVD-RAM 031000h.
    pub start: u32,
    /// END PHYSICAL SECTOR NUMBER of the data area.
    pub end: u32,
    /// END PHYSICAL SECTOR NUMBER IN LAYER 0, where two layers run opposite; else 0.
    pub layer0_end: u32,
    /// There is a burst cutting area.
    pub bca: bool,
    /// The media id of a DVD+R or DVD+RW, empty in the rest: manufacturer and type, `RITEK`, `F16`.
    /// Drives copy it from the ADIP (real-drives: quirks, LG GGW-H20L).
    pub plus_id: Option<(String, String)>,
}

/// Format 01h: what protects the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copyright {
    /// COPYRIGHT PROTECTION SYSTEM TYPE.
    pub system: CopyrightSystem,
    /// REGION MANAGEMENT INFORMATION: a bit set forbids a region, bit 0 region 1.
    pub regions_forbidden: u8,
}

/// COPYRIGHT PROTECTION SYSTEM TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyrightSystem {
    /// 00h.
    None,
    /// 01h: CSS or CPPM.
    CssOrCppm,
    /// 02h.
    Cprm,
    /// 03h: AACS on HD DVD; some drives on DVD.
    Aacs,
    /// Anything else.
    Other(u8),
}

/// Format 03h: the burst cutting area, 12 to 188 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BurstCuttingArea(pub Vec<u8>);

/// Format 04h: DISC MANUFACTURING INFORMATION, 2048 bytes of the maker's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manufacturing(pub Vec<u8>);

/// Format 0Ah: the spare areas of a DVD-RAM, in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpareArea {
    /// NUMBER OF UNUSED PRIMARY SPARE BLOCKS.
    pub primary_free: Blocks,
    /// NUMBER OF UNUSED and of ALLOCATED SUPPLEMENTARY SPARE BLOCKS, where the answer is that long.
    pub supplementary: Option<(Blocks, Blocks)>,
}

/// Format 20h: where the second layer of a DVD+R DL or DVD-R DL begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerBoundary {
    /// INIT STATUS clear: SEND DISC STRUCTURE can still set it.
    pub settable: bool,
    /// L0 DATA AREA CAPACITY: blocks of the first layer.
    pub layer0: Blocks,
}

/// Format C0h: what forbids to write to the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteProtection(pub super::Protection);

/// Format 0Eh: what is pre-recorded in the lead-in of a DVD-R or DVD-RW.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrerecordedInformation {
    /// The media id: fields 3 and 4, six characters each (`TDK502sakuM3`). `None` where the fields
    /// are not there.
    pub media_id: Option<String>,
    /// The rest, undecoded.
    pub body: Vec<u8>,
}

/// Format 10h: the control data zone as it stands in the lead-in of a DVD-R or DVD-RW.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlData(pub PhysicalFormat);

/// Format 11h: the ADIP of a DVD+R or DVD+RW.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adip(pub PhysicalFormat);

/// Format FFh: which structures there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formats(pub Vec<FormatEntry>);

/// Physical sector numbers have 24 bits; the second layer of an opposite track path starts at the
/// ones' complement of where the first ends.
const PSN_MASK: u32 = 0x00ff_ffff;

/// How the layers of a DVD lie, and so how many sectors it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layers {
    /// One layer, from and to these physical sectors.
    Single {
        /// First sector.
        start: u32,
        /// Last sector.
        end: u32,
    },
    /// Two layers that are one run of addresses: the second goes back inwards.
    Opposite {
        /// First sector of layer 0.
        start: u32,
        /// Last sector of layer 0.
        layer0_end: u32,
        /// Last sector of layer 1.
        end: u32,
    },
    /// Layers that each start at the hub, with their first and last sector.
    Parallel(Vec<(u32, u32)>),
}

impl Layers {
    /// From the physical format information of each layer, layer 0 first. `None` where the numbers
    /// cannot be: drives answer 0 or the start for the end of what can still be written
    /// (real-drives: PIONEER, Panasonic), and where a parallel layer's own answer is missing.
    pub fn new(formats: &[PhysicalFormat]) -> Option<Layers> {
        let first = formats.first()?;
        let layers = match (first.layers, first.opposite_track_path) {
            (1, _) => Layers::Single { start: first.start, end: first.end },
            (2, true) => Layers::Opposite {
                start: first.start,
                layer0_end: first.layer0_end,
                end: first.end,
            },
            (count, false) if formats.len() == usize::from(count) => {
                Layers::Parallel(formats.iter().map(|layer| (layer.start, layer.end)).collect())
            }
            _ => return None,
        };
        layers.lengths().map(|_| layers)
    }

    /// Sectors of each layer.
    fn lengths(&self) -> Option<Vec<Blocks>> {
        match self {
            Layers::Single { start, end } => Some(vec![run(*start, *end)?]),
            Layers::Opposite { start, layer0_end, end } => {
                Some(vec![run(*start, *layer0_end)?, run(!layer0_end & PSN_MASK, *end)?])
            }
            Layers::Parallel(layers) => {
                layers.iter().map(|(start, end)| run(*start, *end)).collect()
            }
        }
    }

    /// Sectors of all layers together; 0 if the numbers cannot be.
    pub fn sectors(&self) -> Blocks {
        Blocks(self.lengths().unwrap_or_default().iter().map(|length| length.0).sum())
    }

    /// How many there are.
    pub fn count(&self) -> u8 {
        match self {
            Layers::Single { .. } => 1,
            Layers::Opposite { .. } => 2,
            Layers::Parallel(layers) => u8::try_from(layers.len()).unwrap_or(u8::MAX),
        }
    }

    /// First block of the second layer.
    pub fn layer_break(&self) -> Option<Lba> {
        let lengths = self.lengths()?;
        let first = lengths.first().filter(|_| lengths.len() > 1)?;
        i32::try_from(first.0).ok().map(Lba)
    }
}

/// Sectors from the first to the last of a run.
fn run(start: u32, end: u32) -> Option<Blocks> {
    (start > 0 && end > start).then(|| Blocks(end - start + 1))
}

impl PhysicalFormat {
    /// The book's name.
    pub fn book_name(&self) -> &'static str {
        match self.book_type {
            0x0 => "DVD-ROM",
            0x1 => "DVD-RAM",
            0x2 => "DVD-R",
            0x3 => "DVD-RW",
            0x4 => "HD DVD-ROM",
            0x5 => "HD DVD-RAM",
            0x6 => "HD DVD-R",
            0x9 => "DVD+RW",
            0xa => "DVD+R",
            0xd => "DVD+RW DL",
            0xe => "DVD+R DL",
            _ => "unknown book",
        }
    }
}

impl Structure for PhysicalFormat {
    const NAME: &'static str = "READ DISC STRUCTURE (physical format)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x00;
    const ALLOCATION: u16 = 2052;

    fn decode(body: &[u8]) -> Result<PhysicalFormat, ParseError> {
        let fields = Fields(body);
        let maker = fields.text(19, 8).unwrap_or_default();
        let kind = fields.text(27, 3).unwrap_or_default();
        Ok(PhysicalFormat {
            book_type: fields.bits(0, 0xf0)?,
            part_version: fields.bits(0, 0x0f)?,
            disc_size: fields.bits(1, 0xf0)?,
            max_rate: fields.bits(1, 0x0f)?,
            layers: fields.bits(2, 0x60)? + 1,
            opposite_track_path: fields.flag(2, 0x10)?,
            layer_type: fields.bits(2, 0x0f)?,
            linear_density: fields.bits(3, 0xf0)?,
            track_density: fields.bits(3, 0x0f)?,
            start: fields.be24(5)?,
            end: fields.be24(9)?,
            layer0_end: fields.be24(13)?,
            bca: fields.flag(16, 0x80)?,
            plus_id: (!maker.is_empty()).then_some((maker, kind)),
        })
    }
}

impl Structure for Copyright {
    const NAME: &'static str = "READ DISC STRUCTURE (copyright)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x01;
    const ALLOCATION: u16 = 8;

    fn decode(body: &[u8]) -> Result<Copyright, ParseError> {
        let fields = Fields(body);
        Ok(Copyright {
            system: match fields.u8(0)? {
                0 => CopyrightSystem::None,
                1 => CopyrightSystem::CssOrCppm,
                2 => CopyrightSystem::Cprm,
                3 => CopyrightSystem::Aacs,
                other => CopyrightSystem::Other(other),
            },
            regions_forbidden: fields.u8(1)?,
        })
    }
}

impl Structure for BurstCuttingArea {
    const NAME: &'static str = "READ DISC STRUCTURE (burst cutting area)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x03;
    const ALLOCATION: u16 = 192;

    fn decode(body: &[u8]) -> Result<BurstCuttingArea, ParseError> {
        Ok(BurstCuttingArea(body.to_vec()))
    }
}

impl Structure for Manufacturing {
    const NAME: &'static str = "READ DISC STRUCTURE (manufacturing information)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x04;
    const ALLOCATION: u16 = 2052;

    fn decode(body: &[u8]) -> Result<Manufacturing, ParseError> {
        Ok(Manufacturing(body.to_vec()))
    }
}

impl Structure for SpareArea {
    const NAME: &'static str = "READ DISC STRUCTURE (spare area)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x0a;
    const ALLOCATION: u16 = 16;

    fn decode(body: &[u8]) -> Result<SpareArea, ParseError> {
        let fields = Fields(body);
        let blocks = |at: usize| fields.be32(at).map(Blocks);
        Ok(SpareArea {
            primary_free: blocks(0)?,
            supplementary: blocks(4).ok().zip(blocks(8).ok()),
        })
    }
}

impl Structure for LayerBoundary {
    const NAME: &'static str = "READ DISC STRUCTURE (layer boundary)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x20;
    const ALLOCATION: u16 = 12;

    fn decode(body: &[u8]) -> Result<LayerBoundary, ParseError> {
        let fields = Fields(body);
        Ok(LayerBoundary { settable: !fields.flag(0, 0x80)?, layer0: Blocks(fields.be32(4)?) })
    }
}

impl Structure for WriteProtection {
    const NAME: &'static str = "READ DISC STRUCTURE (write protection)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0xc0;
    const ALLOCATION: u16 = 8;

    fn decode(body: &[u8]) -> Result<WriteProtection, ParseError> {
        super::Protection::decode(body).map(WriteProtection)
    }
}

impl Structure for PrerecordedInformation {
    const NAME: &'static str = "READ DISC STRUCTURE (pre-recorded information)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x0e;
    const ALLOCATION: u16 = 72;

    fn decode(body: &[u8]) -> Result<PrerecordedInformation, ParseError> {
        let fields = Fields(body);
        // Fields of eight bytes, the first of which is the number (ECMA-338 24.3).
        let part = |number: u8, at: usize| {
            fields.u8(at).ok().filter(|id| *id == number).and(fields.bytes(at + 1, 6).ok())
        };
        let media_id = part(3, 16).map(|first| {
            let mut id = first.to_vec();
            id.extend_from_slice(part(4, 24).unwrap_or_default());
            printable(&id)
        });
        Ok(PrerecordedInformation {
            media_id: media_id.filter(|id| !id.is_empty()),
            body: body.to_vec(),
        })
    }
}

impl Structure for ControlData {
    const NAME: &'static str = "READ DISC STRUCTURE (control data)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x10;
    const ALLOCATION: u16 = 2052;

    fn decode(body: &[u8]) -> Result<ControlData, ParseError> {
        PhysicalFormat::decode(body).map(ControlData)
    }
}

impl Structure for Adip {
    const NAME: &'static str = "READ DISC STRUCTURE (ADIP)";
    const FAMILY: Family = Family::Dvd;
    const FORMAT: u8 = 0x11;
    const ALLOCATION: u16 = 260;

    fn decode(body: &[u8]) -> Result<Adip, ParseError> {
        PhysicalFormat::decode(body).map(Adip)
    }
}

impl Structure for Formats {
    const NAME: &'static str = "READ DISC STRUCTURE (list of formats)";
    const FAMILY: Family = Family::Dvd;
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

    /// Derived from redumper#59: a pressed DVD-9, opposite track path, in a PLEXTOR PX-760A.
    const DVD_9_OTP: [u8; 17] = [
        0x01, // DVD-ROM, version 1
        0x02, // 12 cm, 10.08 Mbit/s
        0x31, // two layers, opposite track path, embossed
        0x10, // 0.293 um per bit, 0.74 um per track
        0x00, 0x03, 0x00, 0x00, // start
        0x00, 0xfc, 0xff, 0xfd, // end
        0x00, 0x22, 0xa6, 0x6f, // end of layer 0
        0x00, // no burst cutting area
    ];

    #[test]
    fn an_opposite_track_path_comes_in_and_counts() {
        let format = PhysicalFormat::decode(&DVD_9_OTP).expect("parses");
        assert_eq!((format.book_name(), format.part_version), ("DVD-ROM", 1));
        assert_eq!((format.disc_size, format.max_rate, format.layers), (0, 2, 2));
        assert!(format.opposite_track_path && !format.bca);
        assert_eq!((format.layer_type, format.linear_density, format.track_density), (1, 1, 0));
        let layers = Layers::new(&[format]).expect("possible");
        // redumper#59: the dump has 8496017408 bytes.
        assert_eq!(layers.sectors(), Blocks(4_148_446));
        assert_eq!(layers.sectors().bytes(), 8_496_017_408);
        assert_eq!(layers.layer_break(), Some(Lba(0x22_a66f - 0x3_0000 + 1)));
        assert_eq!(layers.count(), 2);
    }

    /// `DVD_9_OTP` with parallel layers; `end` is the last sector.
    #[test]
    fn a_layer_boundary_comes_in() {
        let answer = [
            0x00, 0x0a, 0, 0, // 10 bytes follow
            0x00, 0, 0, 0, // not set yet
            0x00, 0x1f, 0xd8, 0x00, // 2086912, as six drives report of a blank DVD+R DL
        ];
        let query = ReadDiscStructure::<LayerBoundary>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x0c, 0, 0]);
        let boundary = query.parse(&answer).expect("parses").structure;
        assert_eq!(boundary, LayerBoundary { settable: true, layer0: Blocks(2_086_912) });
        let mut set = answer;
        set[4] = 0x80;
        assert!(!query.parse(&set).expect("parses").structure.settable);
        assert!(query.parse(&answer[..11]).is_err());
    }

    #[test]
    fn spare_areas_and_write_protection_come_in() {
        let answer = [0, 14, 0, 0, 0, 0, 0x32, 0, 0, 0, 0x06, 0, 0, 0, 0x12, 0];
        let query = ReadDiscStructure::<SpareArea>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0x10, 0, 0]);
        let spares = query.parse(&answer).expect("parses").structure;
        assert_eq!(spares.primary_free, Blocks(0x3200));
        assert_eq!(spares.supplementary, Some((Blocks(0x600), Blocks(0x1200))));
        // The primary one alone is an answer too.
        let spares = query.parse(&answer[..8]).expect("parses").structure;
        assert_eq!(spares.supplementary, None);
        let query = ReadDiscStructure::<WriteProtection>::new();
        assert_eq!(query.cdb().bytes(), [0xad, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0x08, 0, 0]);
        for (byte, expected) in [
            (0x01, [false, false, false, true]),
            (0x02, [false, false, true, false]),
            (0x04, [false, true, false, false]),
            (0x08, [true, false, false, false]),
        ] {
            let answer = [0, 6, 0, 0, byte, 0, 0, 0];
            let set = query.parse(&answer).expect("parses").structure.0;
            let got = [set.inhibited, set.cartridge, set.persistent, set.software];
            assert_eq!((got, set.is_set()), (expected, true), "{byte}");
        }
    }

    fn parallel(end: u32) -> PhysicalFormat {
        let mut body = DVD_9_OTP;
        body[2] = 0x21;
        body[8..12].copy_from_slice(&end.to_be_bytes());
        body[12..16].fill(0);
        PhysicalFormat::decode(&body).expect("parses")
    }

    #[test]
    fn a_parallel_track_path_needs_both_layers() {
        // Derived from MPF#499, a PlayStation 2 disc in an ATAPI iHAS122: ends printed exclusive.
        let both = [parallel(2_098_735), parallel(2_209_823)];
        let layers = Layers::new(&both).expect("possible");
        assert_eq!(layers.sectors(), Blocks(1_902_128 + 2_013_216));
        assert_eq!(layers.layer_break(), Some(Lba(1_902_128)));
        assert_eq!(Layers::new(&both[..1]), None);
    }

    #[test]
    fn a_single_layer_counts() {
        // Derived from redumper#55: 196608 to 2149054, exclusive; 3998609408 bytes.
        let mut body = DVD_9_OTP;
        body[2] = 0x01;
        body[8..16].copy_from_slice(&[0x00, 0x20, 0xca, 0xbd, 0, 0, 0, 0]);
        let format = PhysicalFormat::decode(&body).expect("parses");
        let layers = Layers::new(&[format]).expect("possible");
        assert_eq!(layers.sectors().bytes(), 3_998_609_408);
        assert_eq!(layers.layer_break(), None);
    }

    #[test]
    fn numbers_that_cannot_be_are_no_layers() {
        // real-drives: PIONEER answers an end of 0 on recordable media, Panasonic the start.
        for end in [[0, 0, 0, 0], [0, 0x03, 0, 0]] {
            let mut body = DVD_9_OTP;
            body[2] = 0x02;
            body[8..12].copy_from_slice(&end);
            let format = PhysicalFormat::decode(&body).expect("parses");
            assert_eq!(Layers::new(&[format]), None);
        }
        let mut body = DVD_9_OTP;
        body[12..16].fill(0);
        assert_eq!(Layers::new(&[PhysicalFormat::decode(&body).expect("parses")]), None);
        assert_eq!(Layers::new(&[]), None);
    }

    #[test]
    fn the_media_id_of_a_dvd_plus_r_comes_in() {
        // Derived from the report of TSSTcorp SH-224DB: RITEK/F16.
        let mut body = [0u8; 48];
        body[..17].copy_from_slice(&DVD_9_OTP);
        body[19..30].copy_from_slice(b"RITEK\0\0\0F16");
        let adip = Adip::decode(&body).expect("parses");
        assert_eq!(adip.0.plus_id, Some(("RITEK".to_string(), "F16".to_string())));
    }

    #[test]
    fn the_media_id_of_a_dvd_rw_comes_in() {
        // Derived from the report of HL-DT-ST GSA-4083N: TDK502sakuM3.
        let mut body = [0u8; 40];
        body[16..23].copy_from_slice(b"\x03TDK502");
        body[24..31].copy_from_slice(b"\x04sakuM3");
        let id = |body: &[u8]| PrerecordedInformation::decode(body).expect("parses").media_id;
        assert_eq!(id(&body).as_deref(), Some("TDK502sakuM3"));
        assert_eq!(id(&body[..24]).as_deref(), Some("TDK502"));
        assert_eq!(id(&body[..20]), None);
        assert_eq!(id(&[0; 40]), None);
    }

    #[test]
    fn the_copyright_comes_in() {
        // 01h: CSS; FDh: region 2 alone is allowed.
        let copyright = Copyright::decode(&[0x01, 0xfd, 0, 0]).expect("parses");
        assert_eq!(copyright.system, CopyrightSystem::CssOrCppm);
        assert_eq!(copyright.regions_forbidden, 0xfd);
        let copyright = Copyright::decode(&[0x10, 0]).expect("parses");
        assert_eq!(copyright.system, CopyrightSystem::Other(0x10));
        assert_eq!(Copyright::decode(&[1]), Err(ParseError::TooShort { need: 2, got: 1 }));
    }
}
