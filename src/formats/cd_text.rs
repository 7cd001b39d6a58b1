//! CD-TEXT (IEC 61866, as MMC-3 annex J tells it): packs of 18 bytes become titles and names, by
//! language and track. Knows no device.

/// What one language says of the disc and its tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number on the disc, 0 to 7.
    pub number: u8,
    /// LANGUAGE CODE; `None` without size information.
    pub language: Option<u8>,
    /// How its letters are written.
    pub letters: Letters,
    /// Its texts, kind by kind, the disc's own before those of the tracks. None where the letters
    /// are of a kind that cannot be read here.
    pub texts: Vec<Text>,
}

/// How letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// 00h: ISO 8859-1; 01h: ASCII, a part of it.
    Latin,
    /// 80h: MS-JIS.
    Japanese,
    /// 81h: Korean.
    Korean,
    /// 82h: Mandarin Chinese.
    Chinese,
    /// Any other code.
    Other(u8),
}

impl Letters {
    fn of(code: u8) -> Letters {
        match code {
            0x00 | 0x01 => Letters::Latin,
            0x80 => Letters::Japanese,
            0x81 => Letters::Korean,
            0x82 => Letters::Chinese,
            other => Letters::Other(other),
        }
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Letters::Latin => "latin",
            Letters::Japanese => "ms-jis",
            Letters::Korean => "korean",
            Letters::Chinese => "chinese",
            Letters::Other(_) => "unknown",
        }
    }
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub kind: Kind,
    /// Which track it is about; 0 is the disc.
    pub track: u8,
    /// The text itself, never empty.
    pub text: String,
    /// The pack it begins in, from 0.
    pub pack: usize,
}

/// What a text is, by PACK TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 80h.
    Title,
    /// 81h.
    Performer,
    /// 82h.
    Songwriter,
    /// 83h.
    Composer,
    /// 84h.
    Arranger,
    /// 85h.
    Message,
    /// 86h.
    DiscId,
    /// 87h, the code before it left out.
    Genre,
    /// 8Eh: the disc's UPC or EAN, a track's ISRC.
    Code,
}

impl Kind {
    fn of(pack_type: u8) -> Option<Kind> {
        Some(match pack_type {
            0x80 => Kind::Title,
            0x81 => Kind::Performer,
            0x82 => Kind::Songwriter,
            0x83 => Kind::Composer,
            0x84 => Kind::Arranger,
            0x85 => Kind::Message,
            0x86 => Kind::DiscId,
            0x87 => Kind::Genre,
            0x8e => Kind::Code,
            _ => return None,
        })
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Title => "title",
            Kind::Performer => "performer",
            Kind::Songwriter => "songwriter",
            Kind::Composer => "composer",
            Kind::Arranger => "arranger",
            Kind::Message => "message",
            Kind::DiscId => "disc_id",
            Kind::Genre => "genre",
            Kind::Code => "code",
        }
    }
}

impl Block {
    /// The language's name (EBU Tech 3264 appendix 3); `None` of a code that is no language's.
    pub fn language_name(&self) -> Option<&'static str> {
        let code = self.language?;
        LANGUAGES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
    }

    /// A text about a track; 0 is the disc.
    pub fn text(&self, kind: Kind, track: u8) -> Option<&str> {
        let found = self.texts.iter().find(|text| text.kind == kind && text.track == track);
        found.map(|text| text.text.as_str())
    }
}

/// Those one meets on discs.
const LANGUAGES: &[(u8, &str)] = &[
    (0x06, "Czech"),
    (0x07, "Danish"),
    (0x08, "German"),
    (0x09, "English"),
    (0x0a, "Spanish"),
    (0x0f, "French"),
    (0x15, "Italian"),
    (0x1b, "Hungarian"),
    (0x1d, "Dutch"),
    (0x1e, "Norwegian"),
    (0x20, "Polish"),
    (0x21, "Portuguese"),
    (0x27, "Finnish"),
    (0x28, "Swedish"),
    (0x29, "Turkish"),
    (0x56, "Russian"),
    (0x65, "Korean"),
    (0x69, "Japanese"),
    (0x75, "Chinese"),
];

/// Size information.
const SIZES: u8 = 0x8f;
/// Blocks there can be.
const BLOCKS: u8 = 8;
/// Tracks there can be.
const TRACK_MAX: u8 = 99;

/// A pack, taken apart.
#[derive(Clone, Copy)]
struct Pack<'a> {
    index: usize,
    kind: u8,
    track: u8,
    sequence: u8,
    wide: bool,
    block: u8,
    text: &'a [u8],
}

impl Pack<'_> {
    /// `None` of a damaged one.
    fn new(index: usize, bytes: &[u8; 18]) -> Option<Pack<'_>> {
        is_whole(bytes).then_some(Pack {
            index,
            kind: bytes[0],
            track: bytes[1] & 0x7f,
            sequence: bytes[2],
            wide: bytes[3] & 0x80 != 0,
            block: bytes[3] >> 4 & 0x07,
            text: &bytes[4..16],
        })
    }
}

/// Whether a pack is what was recorded. A checksum of zero is none: not every writer makes one, and
/// drives that check it themselves send none.
pub fn is_whole(pack: &[u8; 18]) -> bool {
    let told = u16::from_be_bytes([pack[16], pack[17]]);
    told == 0 || told == !crc(&pack[..16])
}

/// CRC-16 of CCITT: x^16 + x^12 + x^5 + 1, from zero; it is recorded inverted.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }
        })
    })
}

/// Reads the packs of a disc: a block for each language that has any. Damaged packs are left out,
/// and the texts that they were part of.
pub fn decode(packs: &[[u8; 18]]) -> Vec<Block> {
    let packs: Vec<Pack<'_>> =
        packs.iter().enumerate().filter_map(|(index, bytes)| Pack::new(index, bytes)).collect();
    (0..BLOCKS).filter_map(|number| block(&packs, number)).collect()
}

fn block(packs: &[Pack<'_>], number: u8) -> Option<Block> {
    let own: Vec<Pack<'_>> = packs.iter().filter(|pack| pack.block == number).copied().collect();
    if own.is_empty() {
        return None;
    }
    // Three packs make the size information, each with its number where others have the track.
    let sizes = |part: u8, at: usize| {
        let pack = own.iter().find(|pack| pack.kind == SIZES && pack.track == part)?;
        pack.text.get(at).copied()
    };
    let letters = Letters::of(sizes(0, 0).unwrap_or(0));
    let mut texts = Vec::new();
    for kind in 0x80..SIZES {
        let run: Vec<Pack<'_>> = own.iter().filter(|pack| pack.kind == kind).copied().collect();
        if let Some(kind) = Kind::of(kind) {
            let plain = matches!(kind, Kind::DiscId | Kind::Code);
            if letters == Letters::Latin || plain {
                texts.extend(read(kind, &run));
            }
        }
    }
    Some(Block { number, language: sizes(2, 4 + usize::from(number)), letters, texts })
}

/// The texts of one kind: they follow each other through the packs, each ended by a zero.
fn read(kind: Kind, packs: &[Pack<'_>]) -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    let mut bytes = Vec::new();
    let (mut track, mut next, mut lost, mut begin) = (0, None, false, 0);
    for pack in packs {
        // Two bytes a letter are not read here.
        if pack.wide {
            return Vec::new();
        }
        if next != Some(pack.sequence) {
            // After a gap, what the pack begins with may be a text's end.
            lost = next.is_some();
            track = pack.track;
            bytes.clear();
        }
        next = Some(pack.sequence.wrapping_add(1));
        for byte in pack.text {
            match byte {
                0 => {
                    if !std::mem::replace(&mut lost, false) {
                        keep(&mut texts, Text { kind, track, text: latin(&bytes), pack: begin });
                    }
                    bytes.clear();
                    track = (track + 1).min(TRACK_MAX + 1);
                }
                byte => {
                    if bytes.is_empty() {
                        begin = pack.index;
                    }
                    bytes.push(*byte);
                }
            }
        }
    }
    texts
}

/// ISO 8859-1.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// A tab alone says that the text is that of the track before.
fn keep(texts: &mut Vec<Text>, mut new: Text) {
    if new.text == "\t" {
        let before = texts.iter().rev().find(|text| text.track + 1 == new.track);
        new.text = before.map(|text| text.text.clone()).unwrap_or_default();
    }
    new.text.retain(|letter| !letter.is_control());
    new.text = new.text.trim().to_string();
    if !new.text.is_empty() && new.track <= TRACK_MAX {
        texts.push(new);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// real-drives: Krosis, "A Memoir of Free Will", all 47 packs.
    const KROSIS: &str = include_str!("../../tests/fixtures/cd-text/krosis.hex");

    fn krosis() -> Vec<[u8; 18]> {
        let bytes: Vec<u8> = KROSIS
            .split_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).expect("hex"))
            .collect();
        bytes.as_chunks::<18>().0.to_vec()
    }

    #[test]
    fn a_real_disc_is_read() {
        let blocks = decode(&krosis());
        let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
        assert_eq!((block.number, block.language_name()), (0, Some("English")));
        assert_eq!(block.letters, Letters::Latin);
        assert_eq!(block.text(Kind::Title, 0), Some("A Memoir of Free Will"));
        assert_eq!(block.text(Kind::Title, 1), Some("Gone But Not Forgotten"));
        // As the disc spells it.
        assert_eq!(block.text(Kind::Title, 10), Some("A Memior of Free Will"));
        // Tabs: the same as the track before.
        for track in 0..=10 {
            assert_eq!(block.text(Kind::Performer, track), Some("Krosis"), "{track}");
        }
        // Only the tracks have one: an empty text counts, too.
        assert_eq!(block.text(Kind::Songwriter, 0), None);
        assert_eq!(block.text(Kind::Songwriter, 1), Some("Krosis"));
        assert_eq!(block.text(Kind::Code, 0), None);
        assert_eq!(block.text(Kind::Code, 1), Some("QM7281905204"));
        assert_eq!(block.text(Kind::Code, 10), Some("QM7281905213"));
    }

    #[test]
    fn a_damaged_pack_costs_its_own_texts_only() {
        let mut packs = krosis();
        // Of tracks 1 and 2: "orgotten", "Ins".
        packs[3][8] ^= 0x20;
        let block = decode(&packs).remove(0);
        assert_eq!(block.text(Kind::Title, 1), None);
        assert_eq!(block.text(Kind::Title, 2), None);
        assert_eq!(block.text(Kind::Title, 3), Some("To Persist or Adhere"));
        assert_eq!(block.text(Kind::Performer, 1), Some("Krosis"));
    }

    #[test]
    fn several_languages_come_in_and_letters_of_two_bytes_are_left_out() {
        let pack = |kind: u8, track: u8, sequence: u8, flags: u8, text: &[u8]| {
            let mut pack = [0; 18];
            pack[..4].copy_from_slice(&[kind, track, sequence, flags]);
            pack[4..4 + text.len()].copy_from_slice(text);
            pack
        };
        let blocks = decode(&[
            pack(0x80, 0, 0, 0x00, b"Lied\0Eins\0"),
            pack(0x8f, 0, 1, 0x00, &[0, 1, 1]),
            pack(0x8f, 2, 3, 0x00, &[0, 0, 0, 0, 0x08, 0x69]),
            pack(0x80, 0, 0, 0x90, &[0x83, 0x41, 0, 0]),
            pack(0x8f, 0, 1, 0x10, &[0x80, 1, 1]),
            pack(0x8f, 2, 3, 0x10, &[0, 0, 0, 0, 0x08, 0x69]),
        ]);
        let names: Vec<_> = blocks.iter().map(Block::language_name).collect();
        assert_eq!(names, [Some("German"), Some("Japanese")]);
        assert_eq!(blocks[0].text(Kind::Title, 1), Some("Eins"));
        assert_eq!((blocks[1].letters, blocks[1].texts.len()), (Letters::Japanese, 0));
    }

    proptest! {
        #[test]
        fn any_packs_are_taken(packs in prop::collection::vec(any::<[u8; 16]>(), 0..64)) {
            // Without a checksum, so that they count.
            let packs: Vec<[u8; 18]> = packs
                .iter()
                .map(|half| {
                    let mut pack = [0; 18];
                    pack[..16].copy_from_slice(half);
                    pack
                })
                .collect();
            for block in decode(&packs) {
                prop_assert!(block.texts.iter().all(|text| !text.text.is_empty()));
            }
        }
    }
}
