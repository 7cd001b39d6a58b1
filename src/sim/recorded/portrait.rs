//! What a drive says of itself, taken out of a recording byte for byte: INQUIRY, features, mode
//! pages. Finds answers by the bytes of their commands, and reads them by the standard.

use crate::transport::recording::{Exchange, Payload, Phase, Recording};

/// What a drive says of itself.
#[derive(Debug)]
pub struct Portrait {
    /// Standard INQUIRY data, 36 bytes at least.
    pub inquiry: Vec<u8>,
    /// Pages of vital product data, by code.
    pub vital: Vec<(u8, Vec<u8>)>,
    /// The features, in its order.
    pub features: Vec<Described>,
    /// The mode pages, in its order.
    pub pages: Vec<Page>,
}

/// A feature descriptor (MMC-6 5.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// FEATURE CODE.
    pub code: u16,
    /// VERSION.
    pub version: u8,
    /// PERSISTENT.
    pub persistent: bool,
    /// CURRENT, with the disc that was in the drive.
    pub current: bool,
    /// FEATURE DEPENDENT DATA.
    pub data: Vec<u8>,
}

/// A mode page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// As it is at power-on or, where that is not told, as it was; two bytes at least.
    pub default: Vec<u8>,
    /// A bit set for each that can be changed; two bytes at least, not always as many as those.
    pub changeable: Vec<u8>,
}

/// The last answer to a command that `is_it`: by then the disc was read in.
pub fn answer(recording: &Recording, is_it: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let mut all = recording.exchanges.iter().rev().filter(|exchange| is_it(exchange.cdb.bytes()));
    all.find_map(data)
}

/// GET CONFIGURATION of all features.
pub fn configuration(recording: &Recording) -> Option<&[u8]> {
    answer(recording, |cdb| matches!(cdb, [0x46, 0, 0, 0, ..]))
}

/// What a command brought, if it brought anything.
fn data(exchange: &Exchange) -> Option<&[u8]> {
    match &exchange.phase {
        Phase::In { data: Payload::Bytes(bytes), .. } if !bytes.is_empty() => Some(bytes),
        _ => None,
    }
}

pub fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]))
}

pub fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(be16(bytes, at)?) << 16 | u32::from(be16(bytes, at + 2)?))
}

impl Portrait {
    /// Takes it out of a recording.
    ///
    /// # Errors
    /// What is missing without which there is none.
    pub fn of(recording: &Recording) -> Result<Portrait, &'static str> {
        // SPC-4 6.4: 36 bytes say who it is.
        let inquiry = answer(recording, |cdb| matches!(cdb, [0x12, 0, 0, ..]));
        let inquiry = inquiry.filter(|data| data.len() >= 36);
        let inquiry = inquiry.ok_or("INQUIRY is not answered")?.to_vec();
        let features = configuration(recording).ok_or("GET CONFIGURATION is not answered")?;
        let vital = |page: u8| {
            let data = answer(recording, |cdb| matches!(cdb, [0x12, 1, of, ..] if *of == page));
            Some((page, data?.to_vec()))
        };
        let portrait = Portrait {
            inquiry,
            vital: (0..=u8::MAX).filter_map(vital).collect(),
            features: self::features(features),
            pages: pages(recording),
        };
        if portrait.profiles().is_empty() {
            return Err("GET CONFIGURATION is answered without profiles");
        }
        Ok(portrait)
    }

    /// The profiles of feature 0000h, in the drive's order.
    pub fn profiles(&self) -> Vec<u16> {
        let list = self.feature(0).map_or(&[][..], |list| &list.data);
        list.chunks_exact(4).map(|entry| u16::from_be_bytes([entry[0], entry[1]])).collect()
    }

    /// The feature of a code.
    pub fn feature(&self, code: u16) -> Option<&Described> {
        self.features.iter().find(|feature| feature.code == code)
    }

    /// The mode page of a code.
    pub fn page(&self, code: u8) -> Option<&[u8]> {
        let page = self.pages.iter().find(|page| page.default[0] & 0x3f == code)?;
        Some(&page.default)
    }
}

/// Behind a header of eight bytes, features of four bytes and what the last of them counts.
fn features(configuration: &[u8]) -> Vec<Described> {
    let mut rest = configuration.get(8..).unwrap_or(&[]);
    let mut all: Vec<Described> = Vec::new();
    while let [high, low, flags, length, after @ ..] = rest {
        let data = &after[..after.len().min(usize::from(*length))];
        let code = u16::from_be_bytes([*high, *low]);
        if all.iter().all(|feature| feature.code != code) {
            all.push(Described {
                code,
                version: flags >> 2 & 0x0f,
                persistent: flags & 0x02 != 0,
                current: flags & 0x01 != 0,
                data: data.to_vec(),
            });
        }
        rest = &after[data.len()..];
    }
    all
}

/// The pages that MODE SENSE (10) brought: those of all at once first, for their order.
fn pages(recording: &Recording) -> Vec<Page> {
    let told = |control: u8| -> Vec<Vec<u8>> {
        let one = |page: u8| {
            let wanted = control << 6 | page;
            let data = answer(recording, |cdb| matches!(cdb, [0x5a, _, p, 0, ..] if *p == wanted));
            data.map(pages_in).unwrap_or_default()
        };
        // PAGE CODE 3Fh: all of them.
        std::iter::once(0x3f).chain(0..0x3f).flat_map(one).collect()
    };
    // PAGE CONTROL 0: current values, 1: changeable, 2: those at power-on.
    let (current, changeable, at_start) = (told(0), told(1), told(2));
    let code = |page: &[u8]| page[0] & 0x3f;
    let mut pages: Vec<Page> = Vec::new();
    for page in at_start.into_iter().chain(current) {
        if pages.iter().any(|known| code(&known.default) == code(&page)) {
            continue;
        }
        let same = |mask: &&Vec<u8>| code(mask) == code(&page);
        // Where it is not told, nothing can be changed.
        let changeable = changeable.iter().find(same).cloned();
        let changeable = changeable.unwrap_or_else(|| page[..2].to_vec());
        pages.push(Page { default: page, changeable });
    }
    pages
}

/// SPC-4 7.5.5: behind a header of eight bytes and the block descriptors that it counts. One that
/// is cut off cannot be shown as it is, and is left out.
pub fn pages_in(data: &[u8]) -> Vec<Vec<u8>> {
    let start = 8 + usize::from(be16(data, 6).unwrap_or(0));
    let mut rest = data.get(start..).unwrap_or(&[]);
    let mut pages = Vec::new();
    while let [_, length, ..] = *rest {
        let Some(page) = rest.get(..2 + usize::from(length)) else { break };
        pages.push(page.to_vec());
        rest = &rest[page.len()..];
    }
    pages
}
