//! CD-TEXT: the packs put together to texts (MMC-3 annex J; the form is that of the Red Book).

use std::collections::BTreeMap;

use super::item::{Item, count};
use crate::mmc::cmd::read_cd_text::CdText;
use crate::mmc::fields::printable;

const PACK: usize = 18;
const TEXT: usize = 12;
/// Texts are so long at most: 160 bytes are usual.
const TEXT_MAX: usize = 4096;

/// What a pack type is about.
fn kind(pack: u8) -> Option<&'static str> {
    Some(match pack {
        0x80 => "title",
        0x81 => "performer",
        0x82 => "songwriter",
        0x83 => "composer",
        0x84 => "arranger",
        0x85 => "message",
        0x86 => "disc identification",
        0x87 => "genre",
        0x8e => "catalogue number or ISRC",
        _ => return None,
    })
}

/// The texts, in the order of languages, tracks and kinds.
pub(super) fn items(text: &CdText) -> Vec<Item> {
    let mut texts: BTreeMap<(u8, u8, u8), (usize, String)> = BTreeMap::new();
    // Of each language and kind: the track that the text so far belongs to, where it began, itself.
    let mut open: BTreeMap<(u8, u8), (u8, usize, Vec<u8>)> = BTreeMap::new();
    for (index, pack) in text.packs.iter().enumerate() {
        let at = 4 + index * PACK;
        let (block, double) = (pack[3] >> 4 & 0x07, pack[3] & 0x80 != 0);
        if kind(pack[0]).is_none() || double {
            continue;
        }
        let (track, begin, bytes) =
            open.entry((block, pack[0])).or_insert_with(|| (pack[1], at, Vec::new()));
        if bytes.is_empty() {
            (*track, *begin) = (pack[1], at);
        }
        for byte in &pack[4..4 + TEXT] {
            if *byte != 0 {
                if bytes.len() < TEXT_MAX {
                    bytes.push(*byte);
                }
                continue;
            }
            if !bytes.is_empty() {
                texts.entry((block, *track, pack[0])).or_insert((*begin, latin(bytes)));
                bytes.clear();
            }
            (*track, *begin) = (track.wrapping_add(1), at);
        }
    }
    texts
        .into_iter()
        .map(|((block, track, pack), (at, text))| {
            let of = if track == 0 { "disc".to_string() } else { format!("track {track}") };
            let language = if block == 0 { String::new() } else { format!(", language {block}") };
            let name = format!("{of}{language}, {}", kind(pack).unwrap_or_default());
            Item::text(name, text).at(at, PACK)
        })
        .collect()
}

/// ISO 8859-1; a genre begins with two bytes of a code.
fn latin(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        return printable(bytes);
    }
    let c = |byte: &u8| if (0x7f..0xa0).contains(byte) { '?' } else { char::from(*byte) };
    bytes.iter().map(c).filter(|c| !c.is_control()).collect::<String>().trim().to_string()
}

/// Packs whose checksum is wrong, where there are some.
pub(super) fn remark(data: &[u8]) -> Option<String> {
    let (packs, _) = data.get(4..)?.as_chunks::<PACK>();
    let wrong = packs.iter().filter(|pack| !is_whole(pack)).count();
    let of = packs.len();
    (wrong > 0).then(|| format!("{} of {of} with a wrong checksum", count(wrong, "pack")))
}

/// CRC-16 of the polynomial 1021h over 16 bytes, stored inverted; drives that check it themselves
/// send 0 in its place.
fn is_whole(pack: &[u8; PACK]) -> bool {
    let step = |crc: u16, byte: &u8| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }
        })
    };
    let crc = !pack[..16].iter().fold(0, step);
    let stored = u16::from_be_bytes([pack[16], pack[17]]);
    stored == crc || stored == 0
}
