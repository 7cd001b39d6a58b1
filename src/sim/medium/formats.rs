//! Which formats a disc can be given, as READ FORMAT CAPACITIES lists them, and what FORMAT UNIT
//! may ask for. Knows no command's bytes and no time.

use super::recording::Format;
use super::rules::FormatOrder;
use super::{Kind, Medium};
use crate::sim::refusal::{INVALID_FIELD_IN_PARAMETERS, Refusal};
use crate::units::Family;

/// 00h: all of it.
pub const FULL: u8 = 0x00;
/// 01h: more spare area (DVD-RAM).
pub const SPARE_EXPANSION: u8 = 0x01;
/// 10h: all of it (CD-RW, DVD-RW).
pub const FULL_RW: u8 = 0x10;
/// 13h: the last border grows as it is written (DVD-RW).
pub const QUICK_GROW: u8 = 0x13;
/// 15h: as much as will be written (DVD-RW).
pub const QUICK: u8 = 0x15;
/// 26h: DVD+RW, in the background.
pub const PLUS_RW: u8 = 0x26;
/// 30h: BD-RE with spare areas.
pub const BD_RE_SPARES: u8 = 0x30;
/// 31h: BD-RE without.
pub const BD_RE_PLAIN: u8 = 0x31;
/// 32h: BD-R with spare areas.
pub const BD_R_SPARES: u8 = 0x32;

/// NUMBER OF BLOCKS that stands for all there are, of type 26h alone (MMC-6 6.4.4.14).
const ALL: u32 = 0xffff_ffff;
/// TYPE DEPENDENT PARAMETER of DVD-RW: blocks of an error-correction block (real-drives: HL-DT-ST
/// GSA-4083N: 10h(10), 15h(10)).
const DVD_UNIT: u32 = 0x10;
/// Of 00h on a DVD: the block length, 00h(800) (real-drives: HL-DT-ST GSA-4083N, TSSTcorp
/// SH-S182M).
const BLOCK_LENGTH: u32 = 0x800;
/// Blocks of a BD that a spare cluster stands in for.
const CLUSTER: u32 = 32;

/// A row of READ FORMAT CAPACITIES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// NUMBER OF BLOCKS.
    pub blocks: u32,
    /// FORMAT TYPE.
    pub kind: u8,
    /// TYPE DEPENDENT PARAMETER.
    pub parameter: u32,
}

/// DESCRIPTOR TYPE of the current capacity (MMC-6 table 477).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// 1: unformatted or blank; so many blocks at most.
    Unformatted(u32),
    /// 2: so many blocks.
    Formatted(u32),
    /// 3: not known until the last session is closed.
    Unknown(u32),
}

/// How a disc is formatted now.
pub fn current(disc: &Medium) -> Capacity {
    let Some(record) = &disc.record else { return Capacity::Formatted(disc.capacity()) };
    match (disc.written_over(), &record.format) {
        // real-drives: HL-DT-ST GP60N, ASUS DRW-1608P2 (DVD+RW).
        (true, None) => Capacity::Unformatted(disc.extent()),
        // libburn's cookbook: what an intermediate DVD-RW says.
        (true, Some(_)) if disc.open_track().is_some() => Capacity::Unknown(disc.extent()),
        (true, Some(_)) => Capacity::Formatted(disc.room()),
        // real-drives: HL-DT-ST WH16NS40 (BD-R).
        (false, _) if disc.tracks.is_empty() => Capacity::Unformatted(record.capacity),
        // real-drives: HL-DT-ST GSA-4083N (DVD-RW).
        (false, _) => Capacity::Formatted(disc.capacity()),
    }
}

/// What it could be formatted to, in the order of the list.
pub fn offers(disc: &Medium) -> Vec<Offer> {
    let Some(record) = &disc.record else { return of_an_image(disc) };
    let whole = disc.extent();
    let offer = |kind, parameter, blocks| Offer { blocks, kind, parameter };
    match disc.kind {
        Kind::DvdPlusRw => vec![offer(PLUS_RW, 0, whole)],
        Kind::DvdRam => {
            let sizes = [ram_default(whole), whole];
            let mut all: Vec<Offer> = sizes.map(|size| offer(FULL, BLOCK_LENGTH, size)).into();
            // GUESS: always these two steps below what it is now.
            let steps = record.format.iter().flat_map(|format| [1, 2].map(|n| (format.blocks, n)));
            let smaller = steps.map(|(now, n)| now.saturating_sub(n * ram_step(whole)));
            all.extend(smaller.map(|size| offer(SPARE_EXPANSION, BLOCK_LENGTH, size)));
            all
        }
        Kind::DvdRw => {
            let mut all = vec![offer(FULL, BLOCK_LENGTH, whole), offer(FULL_RW, DVD_UNIT, whole)];
            // libburn's cookbook: nothing of 13h while the border is open; 0 on a full disc.
            if record.format.is_some() && disc.open_track().is_none() {
                all.push(offer(QUICK_GROW, DVD_UNIT, whole - disc.room().min(whole)));
            }
            all.push(offer(QUICK, DVD_UNIT, whole));
            all
        }
        Kind::BdRe => {
            let spares = bd_sizes(disc);
            let mut all = vec![offer(FULL, bd_clusters(disc), spares[0])];
            // GUESS: the parameters of 30h and 31h; that of 32h is 0.
            all.extend(spares.map(|size| offer(BD_RE_SPARES, 0, size)));
            all.push(offer(BD_RE_PLAIN, 0, whole));
            all
        }
        // real-drives: HL-DT-ST WH16NS40. GUESS: once formatted or written, nothing is offered.
        Kind::BdR if record.format.is_none() && disc.tracks.is_empty() => {
            let spares = bd_sizes(disc);
            let mut all = vec![offer(FULL, bd_clusters(disc), spares[0])];
            all.extend(spares.map(|size| offer(BD_R_SPARES, 0, size)));
            all
        }
        _ => Vec::new(),
    }
}

/// FORMAT TYPE and its parameter of a rewritable disc that is an image (real-drives: TSSTcorp
/// SH-S182M 00h(800), NEC ND-3540A 26h(0), HL-DT-ST GSA-4083N 00h(800)). GUESS: one each.
fn of_an_image(disc: &Medium) -> Vec<Offer> {
    let (kind, parameter) = match disc.kind {
        Kind::DvdRam | Kind::DvdRw => (FULL, BLOCK_LENGTH),
        Kind::DvdPlusRw => (PLUS_RW, 0),
        Kind::BdRe => (FULL, 0x3000),
        _ => return Vec::new(),
    };
    vec![Offer { blocks: disc.capacity(), kind, parameter }]
}

/// What a DVD-RAM has from the factory (real-drives: TSSTcorp SH-S182M: 2236704 of 2295072).
pub fn ram_default(whole: u32) -> u32 {
    share(whole, 2_236_704, 2_295_072, 16)
}

/// By how much type 01h makes it smaller (real-drives: TSSTcorp SH-S182M: 2226976, 2217248).
fn ram_step(whole: u32) -> u32 {
    share(whole, 9_728, 2_295_072, 16).max(16)
}

/// The primary spare area of a DVD-RAM, which lies outside of all that can be addressed
/// (real-drives: TSSTcorp SH-S182M).
const RAM_PRIMARY: u32 = 12_800;

/// User data of a BD with the default, the most and the least spare area.
fn bd_sizes(disc: &Medium) -> [u32; 3] {
    let whole = disc.extent();
    match disc.layers {
        // real-drives: HL-DT-ST WH16NS40.
        0 | 1 => [11_826_176, 5_796_864, 12_088_320].map(|part| bd(whole, part, 12_219_392)),
        // dvdisaster: 23652352 by default, 24307712 with the least; 47305728, 48854016; 60403712.
        // GUESS: the most is as large a part of the disc as with one layer.
        2 => [23_652_352, 11_593_728, 24_307_712].map(|part| bd(whole, part, 24_438_784)),
        3 => [47_305_728, 23_187_456, 48_854_016].map(|part| bd(whole, part, 48_878_592)),
        _ => [60_403_712, 29_609_984, 62_369_792].map(|part| bd(whole, part, 62_500_864)),
    }
}

fn bd(whole: u32, part: u32, of: u32) -> u32 {
    share(whole, part, of, CLUSTER)
}

/// Clusters of the default spare area (real-drives: HL-DT-ST WH16NS40: 00h(3000)).
fn bd_clusters(disc: &Medium) -> u32 {
    (disc.extent() - bd_sizes(disc)[0]) / CLUSTER
}

/// `part` of `of`, of a disc that may be smaller than such discs are; whole units.
fn share(whole: u32, part: u32, of: u32, unit: u32) -> u32 {
    let blocks = u64::from(whole) * u64::from(part) / u64::from(of);
    u32::try_from(blocks).unwrap_or(u32::MAX) / unit * unit
}

/// The format that an order comes to.
///
/// # Errors
/// 5/26/00: READ FORMAT CAPACITIES lists nothing of the sort.
pub fn accept(disc: &Medium, order: &FormatOrder) -> Result<Format, Refusal> {
    let listed = offers(disc);
    let rows = || listed.iter().filter(|offer| offer.kind == order.kind);
    let first = rows().next().ok_or(INVALID_FIELD_IN_PARAMETERS)?;
    let exact = rows().any(|offer| offer.blocks == order.blocks);
    let most = rows().map(|offer| offer.blocks).max().unwrap_or(0);
    let least = rows().map(|offer| offer.blocks).min().unwrap_or(0);
    let bd = disc.family() == Family::Bd;
    // PIONEER R11 command reference: DCRT without CMPLST leaves the size as it is.
    let keeps_size = order.no_certification && !order.complete_list;
    let (fits, parameter) = match order.kind {
        // PIONEER R8 command reference: 1 restarts, whatever the number of blocks (dvd+rw-format
        // sends the lead-out it wishes for); more is refused.
        PLUS_RW => (exact || order.blocks == ALL || order.parameter == 1, order.parameter <= 1),
        // PIONEER BDR-203 command reference: both numbers are ignored.
        FULL if bd => (true, true),
        // PIONEER R11 command reference: neither field is changeable.
        FULL | SPARE_EXPANSION if disc.kind == Kind::DvdRam => {
            (exact || keeps_size, order.parameter == first.parameter)
        }
        // libburn's cookbook: less than all makes a disc that is formatted in part.
        FULL | FULL_RW => (order.blocks <= most, order.parameter == first.parameter),
        QUICK | QUICK_GROW => (order.blocks <= most, order.parameter == first.parameter),
        // libburn's cookbook: any size between the most and the least spare area. PIONEER BDR-203
        // command reference: the number of clusters is ignored.
        BD_RE_SPARES | BD_R_SPARES => ((least..=most).contains(&order.blocks), true),
        _ => (exact, true),
    };
    if !fits || !parameter {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    let unit = disc.kind.family().ecc_blocks().0;
    let blocks = match order.kind {
        PLUS_RW => first.blocks,
        FULL if bd => first.blocks,
        _ if keeps_size => disc.room(),
        _ => order.blocks.div_ceil(unit) * unit,
    };
    let spares = spares(disc, order.kind, blocks);
    Ok(Format { kind: order.kind, subtype: order.subtype, blocks, spares })
}

/// Blocks of the spare areas that a format of so many blocks leaves.
pub fn spares(disc: &Medium, kind: u8, blocks: u32) -> u32 {
    let rest = disc.extent().saturating_sub(blocks);
    match (disc.kind, kind) {
        (Kind::DvdRam, _) => rest + RAM_PRIMARY.min(disc.extent() / 16),
        (Kind::BdRe, FULL | BD_RE_SPARES) => rest,
        // PIONEER BDR-203 command reference: half of the clusters are temporary defect management
        // areas; real-drives: HL-DT-ST WH16NS40: 65536 blocks of 131072.
        (Kind::BdR, FULL | BD_R_SPARES) => rest / 2,
        _ => 0,
    }
}
