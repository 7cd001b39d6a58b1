//! The structures of a BD (MMC-6 6.22.3.3): disc information, spare area, cartridge.

use super::Asked;
use crate::sim::exchange::Bytes;
use crate::sim::medium::{Kind, Medium, Protection};
use crate::sim::refusal::{KEY_NOT_ESTABLISHED, Refusal};

/// Physical address of the data zone's first sector (cdtext-and-accuraterip-binaries: PIC).
const FIRST_PSN: u32 = 0x0010_0000;
/// Physical sector numbers of a layer and of the one above it are complements in 25 bits: a second
/// layer that begins at 01358C00h after 12219392 sectors ends at 01EFFFFEh.
const PSN_MASK: u32 = 0x01ff_ffff;
/// Bytes of the disc information.
const BLOCK: usize = 4096;
/// Sectors that an address unit number of a recordable disc stands for (real-drives: ASUS
/// BW-16D1HT: 131072 to 1658494 for 12219392 sectors).
const AUN_SECTORS: u32 = 8;

/// A structure without its header.
///
/// # Errors
/// The disc has no such structure.
pub fn structure(medium: &Medium, asked: Asked) -> Result<Vec<u8>, Refusal> {
    // real-drives: redumper #174: the layer is reserved for BD.
    if asked.layer != 0 {
        return Err(Refusal::bad_field(6));
    }
    let mut bytes = Bytes::new();
    match asked.format {
        0x00 => return Ok(disc_information(medium)),
        // Cartridge status: none.
        0x09 => {
            bytes.be32(0);
        }
        // Blocks of the spare areas, free and in all; a disc without them refuses
        // (real-drives: HL-DT-ST WH16NS40: 36672 of 65536, and a BD-R that is not formatted).
        0x0a if spares(medium).1 > 0 => {
            let (free, all) = spares(medium);
            bytes.be32(0).be32(free).be32(all);
        }
        // AACS: all of it is behind the key exchange. GUESS: the media key block too.
        0x80..=0x83 if medium.protection == Protection::Aacs => return Err(KEY_NOT_ESTABLISHED),
        // Write protection.
        0xc0 if medium.kind != Kind::BdRom && (medium.kind.erasable() || medium.can_grow()) => {
            bytes.put(&[super::write_protection(medium), 0, 0, 0]);
        }
        // real-drives: DIC #78: the BCA of a BD video disc is refused.
        _ => return Err(Refusal::bad_field(7)),
    }
    Ok(bytes.0)
}

/// Blocks of the spare areas: free, and all of them. GUESS: those of an image are the default, all
/// of it free.
fn spares(medium: &Medium) -> (u32, u32) {
    match &medium.record {
        None if medium.kind == Kind::BdRe => (393_216, 393_216),
        None => (0, 0),
        Some(record) => {
            let all = record.format.map_or(0, |format| format.spares);
            (all.saturating_sub(record.spares_used), all)
        }
    }
}

/// One unit for each layer (cdtext-and-accuraterip-binaries: PIC).
fn disc_information(medium: &Medium) -> Vec<u8> {
    let mut bytes = Bytes::new();
    let mut last_psn = 0;
    for (layer, blocks) in medium.layer_blocks().into_iter().enumerate() {
        let (first, last) = if layer % 2 == 0 {
            (FIRST_PSN, FIRST_PSN + blocks.saturating_sub(1))
        } else {
            let first = !last_psn & PSN_MASK;
            (first, first + blocks.saturating_sub(1))
        };
        last_psn = last;
        unit(&mut bytes, medium, layer, (first, last));
    }
    bytes.pad_to(BLOCK);
    bytes.0
}

fn unit(bytes: &mut Bytes, medium: &Medium, layer: usize, (first, last): (u32, u32)) {
    let start = bytes.0.len();
    let number = u8::try_from(layer).unwrap_or(0);
    let layers = u8::try_from(medium.layer_blocks().len()).unwrap_or(1);
    let (name, class): (&[u8; 3], u8) = match medium.kind {
        Kind::BdR => (b"BDR", 0x2),
        Kind::BdRe => (b"BDW", 0x4),
        _ => (b"BDO", 0x1),
    };
    let recordable = medium.kind != Kind::BdRom;
    // Identifier, format, units of this layer and its number, sequence, bytes in use.
    let used = if recordable { 98 } else { 0x20 };
    bytes.put(b"DI").put(&[0x01, layers << 3 | number, 0, number, used, 0]);
    bytes.put(name).put(&[0x01, layers << 4 | class, 0x01]);
    bytes.put(&[if layers > 1 { 0x03 } else { 0x01 }, 0, 0x01, 0, 0, 0]);
    if recordable {
        // real-drives: ASUS BW-16D1HT: last user sector 0; addresses in units.
        bytes.be32(0).be32(first / AUN_SECTORS).be32((last + 1) / AUN_SECTORS - 2);
        bytes.pad_to(start + 100);
        // real-drives: VERBAT/IMe (ASUS BW-16D1HT), RITEK/DR3 (HL-DT-ST BU40N), CMCMAG/CN2 (PIONEER
        // BDR-209D).
        let (manufacturer, media) = match (medium.kind, layers) {
            (Kind::BdRe, _) => (b"CMCMAG", b"CN2"),
            (_, 1) => (b"VERBAT", b"IMe"),
            _ => (b"RITEK\0", b"DR3"),
        };
        bytes.put(manufacturer).put(media);
        bytes.pad_to(start + 112);
    } else {
        bytes.be32(last).be32(first).be32(last & !1);
        bytes.pad_to(start + 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::geometry::TrackPath;
    use crate::sim::medium::content::Content;
    use crate::sim::medium::{Sessions, lay_tracks};
    use crate::sim::surface::MemoryImage;

    fn disc(kind: Kind, blocks: u32, layers: u8) -> Medium {
        let sessions = Sessions { starts: vec![0], runout: 0 };
        Medium {
            kind,
            layers,
            path: TrackPath::Opposite,
            layer_break: None,
            tracks: lay_tracks(kind, blocks, &sessions).expect("fits"),
            protection: Protection::None,
            protected: Vec::new(),
            content: Content::image(Box::new(MemoryImage::new(vec![0; 2048]))),
            record: None,
        }
    }

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect()
    }

    #[test]
    fn a_pressed_disc_has_the_pic_of_a_pressed_disc() {
        // cdtext-and-accuraterip-binaries: the PIC of 4166784 sectors, without its header.
        let data = disc_information(&disc(Kind::BdRom, 0x4f_9480 - 0x10_0000, 1));
        assert_eq!(
            data[..32],
            hex("44 49 01 08 00 00 20 00 42 44 4f 01 11 01 01 00 01 00 00 00
                 00 4f 94 7f 00 10 00 00 00 4f 94 7e")[..]
        );
        assert_eq!(data.len(), 4096);
    }

    #[test]
    fn a_second_layer_lies_opposite_the_first() {
        let data = disc_information(&disc(Kind::BdRom, 2 * 12_219_392, 2));
        assert_eq!(data[24..32], hex("00 10 00 00 00 ca 73 fe")[..]);
        assert_eq!(data[64..72], hex("44 49 01 11 00 01 20 00")[..]);
        assert_eq!(data[88..96], hex("01 35 8c 00 01 ef ff fe")[..]);
    }

    #[test]
    fn a_recordable_disc_counts_in_address_units_and_names_its_maker() {
        // real-drives: ASUS BW-16D1HT: 131072 to 1658494.
        let data = disc_information(&disc(Kind::BdR, 12_219_392, 1));
        assert_eq!(data[8..12], *b"BDR\x01");
        assert_eq!(data[20..32], hex("00 00 00 00 00 02 00 00 00 19 4e 7e")[..]);
        assert_eq!(data[100..109], *b"VERBATIMe");
    }
}
