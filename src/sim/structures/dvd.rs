//! The structures of a DVD (MMC-6 6.22.3.2): physical format, copyright, manufacturer, identifiers
//! of recordable discs.

use super::Asked;
use crate::sim::exchange::Bytes;
use crate::sim::geometry::TrackPath;
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Kind, Medium, Protection};
use crate::sim::persona::Persona;
use crate::sim::refusal::{KEY_NOT_ESTABLISHED, Refusal};

/// Physical sector number of the data area's first sector (ECMA-267 16.5).
const FIRST_PSN: u32 = 0x03_0000;
/// The same of a DVD-RAM (ECMA-330).
const FIRST_PSN_RAM: u32 = 0x03_1000;
/// Physical sector numbers have 24 bits.
const PSN_MASK: u32 = 0xff_ffff;
/// Bytes of a control data block.
const BLOCK: usize = 2048;

/// A structure without its header.
///
/// # Errors
/// The disc or the drive has no such structure.
pub fn structure(persona: &Persona, medium: &Medium, asked: Asked) -> Result<Vec<u8>, Refusal> {
    let kind = medium.kind;
    let none = Err(Refusal::bad_field(7));
    let mut bytes = Bytes::new();
    match asked.format {
        0x00 | 0x10 if asked.layer >= medium.layers => return Err(Refusal::bad_field(6)),
        0x00 => return Ok(physical_format(medium, asked.layer)),
        0x01 => {
            // System; regions: a CSS disc is for all of them here.
            bytes.put(&[medium.protection.system(), 0, 0, 0]);
        }
        0x02 if medium.protection == Protection::Css => return Err(KEY_NOT_ESTABLISHED),
        // Manufacturing information: of the mastering's choice. GUESS: zeros.
        0x04 => {
            bytes.pad_to(BLOCK);
        }
        // DVD-RAM: spare area (real-drives: TSSTcorp SH-S182M: 12784 of 12800, 58368 of 58368).
        0x0a if kind == Kind::DvdRam => {
            let (primary, unused, supplementary) = spare_areas(medium);
            bytes.be32(primary).be32(unused).be32(supplementary);
        }
        0x0e if matches!(kind, Kind::DvdR | Kind::DvdRw | Kind::DvdRDl) => {
            return Ok(pre_recorded());
        }
        0x10 if !kind.plus() && !kind.pressed() && kind != Kind::DvdRam => {
            return Ok(physical_format(medium, asked.layer));
        }
        // ADIP of DVD+ (real-drives: LG GGW-H20L refuses it, TSSTcorp SH-S203B does not).
        0x11 if kind.plus() && !persona.ways.refuses_adip => return Ok(adip(medium)),
        // Layer boundary: whether it is fixed; the capacity of layer 0 (real-drives: HL-DT-ST
        // BT20N: can still be set; GSA-H10N: can no longer).
        0x20 if matches!(kind, Kind::DvdPlusRDl | Kind::DvdRDl) => {
            let free = states::allows(kind, states::state(medium), Act::LayerBreak).is_ok();
            let first = medium.layer_blocks().first().copied().unwrap_or(0);
            bytes.put(&[if free { 0x00 } else { 0x80 }, 0, 0, 0]).be32(first);
        }
        // Write protection (real-drives: TSSTcorp SH-S182M).
        0xc0 if kind.erasable() => {
            bytes.put(&[super::write_protection(medium), 0, 0, 0]);
        }
        _ => return none,
    }
    Ok(bytes.0)
}

/// Blocks of the spare areas of a DVD-RAM that are unused: primary, supplementary, and all of the
/// latter. The primary one is used first.
fn spare_areas(medium: &Medium) -> (u32, u32, u32) {
    let Some(record) = &medium.record else { return (12_784, 58_368, 58_368) };
    let all = record.format.map_or(0, |format| format.spares);
    let supplementary = medium.extent().saturating_sub(medium.room());
    let primary = all.saturating_sub(supplementary);
    let beyond = record.spares_used.saturating_sub(primary);
    (
        primary.saturating_sub(record.spares_used),
        supplementary.saturating_sub(beyond),
        supplementary,
    )
}

/// MMC-6 table 379.
fn physical_format(medium: &Medium, layer: u8) -> Vec<u8> {
    let kind = medium.kind;
    let sizes = medium.layer_blocks();
    let dual = medium.layers > 1;
    let opposite = dual && medium.path == TrackPath::Opposite;
    let first = if kind == Kind::DvdRam { FIRST_PSN_RAM } else { FIRST_PSN };
    let size = |index: usize| sizes.get(index).copied().unwrap_or(0);
    let last_of_first = first + size(0).saturating_sub(1);
    let (end, end_of_first) = match (dual, opposite) {
        (false, _) => (last_of_first, 0),
        // Layer 1 counts on from the complement of layer 0's last sector (real-drives: PLEXTOR
        // PX-760A: 22A66Fh, FCFFFDh).
        (true, true) => ((!last_of_first & PSN_MASK) + size(1).saturating_sub(1), last_of_first),
        // Each layer has a report of its own, both from 30000h on (real-drives: ATAPI iHAS122).
        (true, false) => (first + size(usize::from(layer)).saturating_sub(1), 0),
    };
    let mut bytes = Bytes::new();
    // Disc size 12 cm; maximum rate 10.08 Mb/s (real-drives: PLEXTOR PX-760A).
    bytes.put(&[book(kind), 0x02]);
    let layers = u8::from(dual) << 5;
    let path = u8::from(opposite) << 4;
    let layer_type = if kind.pressed() {
        0x1
    } else if kind.erasable() {
        0x4
    } else {
        0x2
    };
    bytes.put(&[layers | path | layer_type]);
    // Densities: 0.267 and 0.74 um; 0.293 with two layers (real-drives: PLEXTOR PX-760A).
    bytes.put(&[u8::from(dual) << 4]);
    bytes.put(&[0]).be24(first).put(&[0]).be24(end).put(&[0]).be24(end_of_first).put(&[0]);
    if matches!(kind, Kind::DvdPlusR | Kind::DvdPlusRw | Kind::DvdPlusRDl) {
        // Media identifier from byte 19 on (quirks-from-tool-authors: format 00h bytes 19…).
        bytes.pad_to(19);
        identifier(&mut bytes, kind);
    }
    bytes.pad_to(BLOCK);
    bytes.0
}

/// Book type and part version: DVD-ROM 01h, DVD-R 25h, DVD-RW 32h (real-drives: HL-DT-ST GSA-4167B,
/// PIONEER DVR-111D, HL-DT-ST GSA-4083N). The 00h that reports have of DVD+ and DVD-RAM is what
/// newer dvd+rw-mediainfo prints of any disc. GUESS: the part versions of the others.
fn book(kind: Kind) -> u8 {
    match kind {
        Kind::DvdRam => 0x16,
        Kind::DvdR => 0x25,
        Kind::DvdRDl => 0x26,
        Kind::DvdRw => 0x32,
        Kind::DvdPlusRw => 0x92,
        Kind::DvdPlusR => 0xa1,
        Kind::DvdPlusRDl => 0xe1,
        _ => 0x01,
    }
}

/// Manufacturer (8 bytes), media type (3), revision.
fn identifier(bytes: &mut Bytes, kind: Kind) {
    let (manufacturer, media) = match kind {
        // real-drives: TSSTcorp SH-224DB; HL-DT-ST GP60N; HL-DT-ST GSA-H10N.
        Kind::DvdPlusRw => ("RITEK", "004"),
        Kind::DvdPlusRDl => ("RITEK", "D01"),
        _ => ("RITEK", "F16"),
    };
    let mut name = [0; 11];
    name[..manufacturer.len()].copy_from_slice(manufacturer.as_bytes());
    name[8..].copy_from_slice(media.as_bytes());
    bytes.put(&name).put(&[0]);
}

fn adip(medium: &Medium) -> Vec<u8> {
    let mut adip = physical_format(medium, 0);
    adip.truncate(256);
    adip
}

/// Pre-recorded information of DVD-R and DVD-RW: fields of 6 bytes behind their numbers (ECMA-359).
fn pre_recorded() -> Vec<u8> {
    let mut bytes = Bytes::new();
    // real-drives: PIONEER DVR-111D: DAXON016S. Fields 1 and 2, then 3 and 4 with the identifier.
    bytes.put(&[0x01, 0x40, 0xc1, 0xfd, 0x9e, 0xd8, 0x52, 0x00]);
    bytes.put(&[0x02, 0x85, 0x0d, 0x15, 0x66, 0x78, 0x90, 0x00]);
    bytes.put(&[0x03]).put(b"DAXON0").put(&[0x00]);
    bytes.put(&[0x04]).put(b"16S   ").put(&[0x00]);
    bytes.put(&[0x05, 0x88, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00]);
    bytes.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::medium::content::Content;
    use crate::sim::medium::{Sessions, lay_tracks};
    use crate::sim::surface::MemoryImage;

    fn disc(kind: Kind, blocks: u32, layers: u8, path: TrackPath, split: Option<u32>) -> Medium {
        let sessions = Sessions { starts: vec![0], runout: 0 };
        Medium {
            kind,
            layers,
            path,
            layer_break: split,
            tracks: lay_tracks(kind, blocks, &sessions).expect("fits"),
            protection: Protection::None,
            protected: Vec::new(),
            content: Content::image(Box::new(MemoryImage::new(vec![0; 2048]))),
            record: None,
        }
    }

    #[test]
    fn an_opposite_path_disc_counts_layer_1_from_the_complement() {
        // real-drives: PLEXTOR PX-760A: 4148446 blocks, 22A66Fh, FCFFFDh.
        let split = 0x22_a66f - 0x03_0000 + 1;
        let medium = disc(Kind::DvdRom, 4_148_446, 2, TrackPath::Opposite, Some(split));
        let data = physical_format(&medium, 0);
        // Book 0.1; 12 cm, 10.08; 2 layers, opposite, embossed; densities; first; end; end of 0.
        assert_eq!(
            data[..16],
            [
                0x01, 0x02, 0x31, 0x10, 0x00, 0x03, 0x00, 0x00, 0x00, 0xfc, 0xff, 0xfd, 0x00, 0x22,
                0xa6, 0x6f
            ]
        );
        assert_eq!(data.len(), 2048);
    }

    #[test]
    fn a_parallel_path_disc_reports_each_layer_from_30000h_on() {
        // real-drives: ATAPI iHAS122: 1902128 and 2013216 blocks.
        let medium = disc(Kind::DvdRom, 3_915_344, 2, TrackPath::Parallel, Some(1_902_128));
        let first = physical_format(&medium, 0);
        let second = physical_format(&medium, 1);
        assert_eq!(first[2], 0x21);
        assert_eq!(first[4..16], [0, 3, 0, 0, 0, 0x20, 0x06, 0x2f, 0, 0, 0, 0]);
        assert_eq!(second[4..16], [0, 3, 0, 0, 0, 0x21, 0xb8, 0x1f, 0, 0, 0, 0]);
    }

    #[test]
    fn a_single_layer_ends_where_its_blocks_end() {
        // real-drives: DIC #61: 30000h to 22BEFFh, layer 0 end 0.
        let medium = disc(Kind::DvdRom, 0x22_beff - 0x03_0000 + 1, 1, TrackPath::Opposite, None);
        let data = physical_format(&medium, 0);
        assert_eq!(data[..16], [0x01, 0x02, 0x01, 0, 0, 3, 0, 0, 0, 0x22, 0xbe, 0xff, 0, 0, 0, 0]);
    }
}
