//! From a block of a logical partition to a sector of the disc: plain, spared, virtual (VAT) and
//! metadata partitions (ECMA-167 3/10.7, UDF 2.2.8 to 2.2.10).

use std::collections::BTreeMap;

use super::descriptor::{self, Address, Extent, id, is_entity};
use super::icb::{self, Icb};
use super::{Partition, Volume};
use crate::formats::limits::Limits;
use crate::formats::sectors::{Bytes, Remark, Sectors, remark};
use crate::units::SECTOR;

/// UDF has two; more than this are not kept.
const MAPS_MAX: usize = 16;
/// A VAT of this many bytes lists four million blocks.
const VAT_MAX: u64 = 16 << 20;
/// How far from the end of what is written a VAT is looked for: some drives count run-out blocks
/// and link blocks as written.
const VAT_BACK: u32 = 4;

/// A partition map of the logical volume descriptor, its numbers not yet followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Map {
    /// Block n is block n of the partition.
    Plain { start: u32, length: u32 },
    /// Packets that went bad are elsewhere.
    Sparable { start: u32, length: u32, packet: u32, tables: Vec<u32>, table_len: u32 },
    /// Blocks are looked up in the VAT.
    Virtual { start: u32, length: u32 },
    /// Blocks are blocks of a file in the partition, of which there may be a copy.
    Metadata { start: u32, length: u32, file: u32, mirror: u32 },
    /// A map we do not know, or of a partition there is no descriptor of.
    Unknown,
}

impl Map {
    /// Where it keeps tables outside of the partition.
    pub(super) fn tables(&self) -> Vec<Extent> {
        match self {
            Map::Sparable { tables, table_len, .. } => {
                tables.iter().map(|&block| Extent { len: *table_len, block }).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Reads the map table (ECMA-167 3/10.6.13).
pub(super) fn maps(
    fields: Bytes,
    partitions: &[Partition],
    lba: u32,
    remarks: &mut Vec<Remark>,
) -> Vec<Map> {
    let table_len = fields.le32(264).unwrap_or_default() as usize;
    let count = fields.le32(268).unwrap_or_default() as usize;
    let mut table = fields.get(440, table_len.min(SECTOR - 440)).unwrap_or_default();
    let mut maps = Vec::new();
    while maps.len() < count.min(MAPS_MAX)
        && let Some(&len) = table.get(1)
        && let Some((map, rest)) = table.split_at_checked(usize::from(len.max(2)))
    {
        table = rest;
        let map = one(Bytes(map), partitions).unwrap_or(Map::Unknown);
        if map == Map::Unknown {
            remark(remarks, lba, format!("UDF partition map {} is not known", maps.len()));
        }
        maps.push(map);
    }
    maps
}

fn one(map: Bytes, partitions: &[Partition]) -> Option<Map> {
    let place = |number: u16| {
        let found = partitions.iter().find(|partition| partition.number == number)?;
        Some((found.start, found.length))
    };
    if map.u8(0)? == 1 {
        let (start, length) = place(map.le16(4)?)?;
        return Some(Map::Plain { start, length });
    }
    let (start, length) = place(map.le16(38)?)?;
    if is_entity(map, 4, b"*UDF Virtual Partition") {
        return Some(Map::Virtual { start, length });
    }
    if is_entity(map, 4, b"*UDF Sparable Partition") {
        let count = usize::from(map.u8(42)?).min(4);
        let tables = (0..count).filter_map(|n| map.le32(48 + 4 * n)).collect();
        let packet = u32::from(map.le16(40)?).max(1);
        return Some(Map::Sparable { start, length, packet, tables, table_len: map.le32(44)? });
    }
    if is_entity(map, 4, b"*UDF Metadata Partition") {
        let (file, mirror) = (map.le32(40)?, map.le32(44)?);
        return Some(Map::Metadata { start, length, file, mirror });
    }
    None
}

/// A map whose tables were read: ready to translate.
pub(super) enum Space {
    Plain {
        start: u32,
        length: u32,
    },
    Sparable {
        start: u32,
        length: u32,
        packet: u32,
        spared: BTreeMap<u32, u32>,
    },
    Virtual {
        start: u32,
        length: u32,
        blocks: Vec<u32>,
    },
    /// By the first block of each run; those not allocated are left out.
    Metadata {
        runs: BTreeMap<u32, Run>,
    },
    Unknown,
}

/// Sectors that follow one another on the disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub lba: u32,
    pub sectors: u32,
}

impl Space {
    /// The sectors of the disc that hold `block` and what follows it without a break.
    pub(super) fn run(&self, block: u32) -> Option<Run> {
        match self {
            Space::Plain { start, length } => within(*start, *length, block),
            Space::Sparable { start, length, packet, spared } => {
                let first = block - block % packet;
                if let Some(elsewhere) = spared.get(&first) {
                    let lba = elsewhere.checked_add(block - first)?;
                    return Some(Run { lba, sectors: packet - (block - first) });
                }
                let run = within(*start, *length, block)?;
                let next = spared.range(block..).next().map_or(u32::MAX, |(next, _)| *next);
                Some(Run { sectors: run.sectors.min(next - block), ..run })
            }
            Space::Virtual { start, length, blocks } => {
                let run = within(*start, *length, *blocks.get(block as usize)?)?;
                Some(Run { sectors: 1, ..run })
            }
            Space::Metadata { runs } => {
                let (first, run) = runs.range(..=block).next_back()?;
                within(run.lba, run.sectors, block - first)
            }
            Space::Unknown => None,
        }
    }
}

fn within(start: u32, length: u32, block: u32) -> Option<Run> {
    let sectors = length.checked_sub(block).filter(|&sectors| sectors > 0)?;
    Some(Run { lba: start.checked_add(block)?, sectors })
}

/// Reads what the maps of `volume` need: sparing tables, the VAT, the metadata file's extents.
pub(super) fn spaces(
    from: &mut impl Sectors,
    volume: &Volume,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Vec<Space> {
    let open = |map: &Map| match *map {
        Map::Plain { start, length } => Space::Plain { start, length },
        Map::Sparable { start, length, packet, ref tables, table_len } => {
            let spared = sparing(from, tables, table_len, limits, remarks);
            Space::Sparable { start, length, packet, spared }
        }
        Map::Virtual { start, length } => {
            let blocks = vat(from, volume, Space::Plain { start, length }, limits, remarks);
            Space::Virtual { start, length, blocks }
        }
        Map::Metadata { start, length, file, mirror } => {
            let plain = Space::Plain { start, length };
            let runs = metadata(from, &plain, file, limits, remarks)
                .or_else(|| metadata(from, &plain, mirror, limits, remarks));
            Space::Metadata { runs: runs.unwrap_or_default() }
        }
        Map::Unknown => Space::Unknown,
    };
    volume.maps.iter().map(open).collect()
}

/// UDF 2.2.12: 56 bytes, then pairs of the packet's block and the sector that stands in for it.
fn sparing(
    from: &mut impl Sectors,
    tables: &[u32],
    table_len: u32,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> BTreeMap<u32, u32> {
    for &table in tables {
        let mut bytes = Vec::new();
        // A table counts its entries in 16 bits: no more than 257 sectors.
        let sectors = table_len.div_ceil(SECTOR as u32).clamp(1, 257);
        for lba in table..table.saturating_add(sectors) {
            let Some(sector) = limits.sector(from, lba, remarks) else { break };
            bytes.extend_from_slice(&sector);
        }
        let fields = Bytes(&bytes);
        let right = descriptor::tag(&bytes, Some(table)) == Ok(id::SPARING_TABLE)
            && is_entity(fields, 16, b"*UDF Sparing Table");
        let Some(count) = fields.le16(48).filter(|_| right) else {
            remark(remarks, table, "no UDF sparing table");
            continue;
        };
        let pairs = (0..usize::from(count))
            .filter_map(|n| Some((fields.le32(56 + 8 * n)?, fields.le32(60 + 8 * n)?)));
        // From FFFFFFF0h up: unused or broken entries.
        return pairs.filter(|(block, _)| *block < 0xffff_fff0).collect();
    }
    BTreeMap::new()
}

/// UDF 2.2.11: the VAT is a file whose ICB is the last block written. Up to revision 1.50 it ends
/// in an entity identifier and the place of the one before; from 2.00 on it starts with a header.
fn vat(
    from: &mut impl Sectors,
    volume: &Volume,
    plain: Space,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Vec<u32> {
    let Space::Plain { start, .. } = plain else { return Vec::new() };
    let Some(capacity) = volume.capacity else {
        remark(remarks, None, "the VAT stands at the disc's end, which is not known");
        return Vec::new();
    };
    let spaces = [plain];
    for lba in (1..=VAT_BACK).filter_map(|back| capacity.checked_sub(back)) {
        let Some(block) = lba.checked_sub(start) else { break };
        let address = Address { block, partition: 0 };
        let mut ignored = Vec::new();
        let Some(icb) = icb::read(from, &spaces, address, limits, &mut ignored) else { continue };
        if !matches!(icb.file_type, 0 | icb::TYPE_VAT) || icb.bytes > VAT_MAX {
            continue;
        }
        let bytes = icb::content(from, &spaces, &icb, limits, remarks);
        let fields = Bytes(&bytes);
        let table = if icb.file_type == icb::TYPE_VAT {
            fields.le16(0).and_then(|header| bytes.get(usize::from(header)..))
        } else {
            let trailer = bytes.len().checked_sub(36);
            trailer
                .filter(|&at| is_entity(fields, at, b"*UDF Virtual Alloc Tbl"))
                .and_then(|at| bytes.get(..at))
        };
        if let Some(table) = table {
            return table.chunks_exact(4).filter_map(|entry| Bytes(entry).le32(0)).collect();
        }
    }
    remark(remarks, capacity.saturating_sub(1), "no VAT at the disc's end");
    Vec::new()
}

/// UDF 2.2.10 and 2.2.13.
fn metadata(
    from: &mut impl Sectors,
    plain: &Space,
    block: u32,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Option<BTreeMap<u32, Run>> {
    let spaces = std::slice::from_ref(plain);
    let icb: Icb = icb::read(from, spaces, Address { block, partition: 0 }, limits, remarks)?;
    let mut runs = BTreeMap::new();
    let mut first = 0u32;
    for piece in icb::runs(from, spaces, &icb, limits, remarks) {
        if let Some(lba) = piece.lba {
            runs.insert(first, Run { lba, sectors: piece.sectors() });
        }
        first = first.checked_add(piece.sectors())?;
    }
    if runs.is_empty() {
        remark(remarks, icb.lba, "UDF metadata file without extents");
        return None;
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_beyond_its_partition_is_nowhere() {
        let plain = Space::Plain { start: 100, length: 10 };
        assert_eq!(plain.run(9), Some(Run { lba: 109, sectors: 1 }));
        assert_eq!(plain.run(10), None);
        assert_eq!(Space::Unknown.run(0), None);
    }

    #[test]
    fn spared_packets_are_elsewhere_and_break_runs() {
        let spared = BTreeMap::from([(32, 5000)]);
        let space = Space::Sparable { start: 100, length: 96, packet: 32, spared };
        assert_eq!(space.run(0), Some(Run { lba: 100, sectors: 32 }));
        assert_eq!(space.run(40), Some(Run { lba: 5008, sectors: 24 }));
        assert_eq!(space.run(64), Some(Run { lba: 164, sectors: 32 }));
        assert_eq!(space.run(96), None);
    }

    #[test]
    fn virtual_and_metadata_blocks_are_looked_up() {
        let space = Space::Virtual { start: 100, length: 50, blocks: vec![7, u32::MAX] };
        assert_eq!(space.run(0), Some(Run { lba: 107, sectors: 1 }));
        assert_eq!(space.run(1), None);
        assert_eq!(space.run(2), None);
        let run = |lba, sectors| Run { lba, sectors };
        let runs = BTreeMap::from([(0, run(10, 4)), (4, run(90, 2)), (8, run(200, 1))]);
        let space = Space::Metadata { runs };
        assert_eq!(space.run(1), Some(Run { lba: 11, sectors: 3 }));
        assert_eq!(space.run(5), Some(Run { lba: 91, sectors: 1 }));
        assert_eq!(space.run(6), None);
    }
}
