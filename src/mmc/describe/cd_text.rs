//! CD-TEXT, text by text, as the program reads it.

use super::item::{Item, count};
use crate::formats::cd_text::{self, Block, Text};
use crate::mmc::cmd::read_cd_text::CdText;

const PACK: usize = 18;

/// The texts, language by language.
pub(super) fn items(text: &CdText) -> Vec<Item> {
    let blocks = cd_text::decode(&text.packs);
    let of = |block: &Block| block.texts.iter().map(|text| item(block, text)).collect::<Vec<_>>();
    blocks.iter().flat_map(of).collect()
}

fn item(block: &Block, text: &Text) -> Item {
    let of = if text.track == 0 { "disc".to_string() } else { format!("track {}", text.track) };
    let language = match (block.number, block.language_name()) {
        (0, _) => String::new(),
        (_, Some(name)) => format!(", {name}"),
        (number, None) => format!(", language {number}"),
    };
    let name = format!("{of}{language}, {}", text.kind.name().replace('_', " "));
    Item::text(name, text.text.clone()).at(4 + text.pack * PACK, PACK)
}

/// Packs whose checksum is wrong, where there are some.
pub(super) fn remark(data: &[u8]) -> Option<String> {
    let (packs, _) = data.get(4..)?.as_chunks::<PACK>();
    let wrong = packs.iter().filter(|pack| !cd_text::is_whole(pack)).count();
    let (of, packs) = (packs.len(), count(wrong, "pack"));
    (wrong > 0).then(|| format!("{packs} of {of} with a wrong checksum: their texts are left out"))
}
