//! A file's ICB: what it is, how long, and where its bytes are (ECMA-167 4/14).

use super::descriptor::{self, Address, Extent, id, long_ad};
use super::partition::Space;
use crate::formats::limits::Limits;
use crate::formats::sectors::{Bytes, Remark, SectorData, Sectors, remark};
use crate::units::SECTOR;

/// FILE TYPE of a directory.
pub(super) const TYPE_DIRECTORY: u8 = 4;
/// FILE TYPE of a VAT from revision 2.00 on.
pub(super) const TYPE_VAT: u8 = 248;

/// Extents of allocation descriptors that one file may chain: 2048 bytes hold at least 126.
const CHAIN_MAX: usize = 4096;
/// Newer versions of an ICB that are followed (strategy 4096, write-once discs).
const VERSIONS_MAX: usize = 64;

/// A file entry or extended file entry.
pub(super) struct Icb {
    /// Where it stands on the disc.
    pub lba: u32,
    pub file_type: u8,
    /// INFORMATION LENGTH.
    pub bytes: u64,
    partition: u16,
    /// 0 short, 1 long, 2 extended descriptors, 3: the data itself.
    kind: u8,
    sector: Box<SectorData>,
    /// Allocation descriptors, or the data.
    at: usize,
    len: usize,
}

/// A piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// First sector; `None`: never written, reads as zeros.
    pub lba: Option<u32>,
    /// Where in that sector it begins.
    pub offset: u32,
    pub bytes: u64,
}

impl Piece {
    /// Sectors it covers, the last one perhaps in part.
    pub(super) fn sectors(&self) -> u32 {
        let end = self.bytes.saturating_add(u64::from(self.offset));
        u32::try_from(end.div_ceil(SECTOR as u64)).unwrap_or(u32::MAX)
    }
}

/// Reads the ICB at `address`, the newest version where there are several.
pub(super) fn read(
    from: &mut impl Sectors,
    spaces: &[Space],
    address: Address,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Option<Icb> {
    let mut icb = entry(from, spaces, address, limits, remarks)?;
    let mut at = address;
    for _ in 0..VERSIONS_MAX {
        // STRATEGY TYPE 4096: the block behind may point to a newer version.
        if Bytes(&icb.sector[..]).le16(20) != Some(4096) {
            break;
        }
        let behind = Address { block: at.block.checked_add(1)?, ..at };
        let Some(lba) = place(spaces, behind) else { break };
        let mut ignored = Vec::new();
        let Some(sector) = limits.sector(from, lba, &mut ignored) else { break };
        if descriptor::tag(&sector, Some(behind.block)) != Ok(id::INDIRECT_ENTRY) {
            break;
        }
        let Some((len, next)) = long_ad(Bytes(&sector), 36).filter(|(len, _)| *len > 0) else {
            break;
        };
        let Some(newer) = entry(from, spaces, next, limits, &mut ignored).filter(|_| len > 0)
        else {
            break;
        };
        (icb, at) = (newer, next);
    }
    Some(icb)
}

fn place(spaces: &[Space], address: Address) -> Option<u32> {
    Some(spaces.get(usize::from(address.partition))?.run(address.block)?.lba)
}

fn entry(
    from: &mut impl Sectors,
    spaces: &[Space],
    address: Address,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Option<Icb> {
    let Some(lba) = place(spaces, address) else {
        let Address { block, partition } = address;
        remark(remarks, None, format!("block {block} is outside of UDF partition {partition}"));
        return None;
    };
    let sector = Box::new(limits.sector(from, lba, remarks)?);
    let fields = Bytes(&sector[..]);
    let (length_at, data_at) = match descriptor::tag(&sector[..], Some(address.block)) {
        Ok(id::FILE_ENTRY) => (168, 176),
        Ok(id::EXTENDED_FILE_ENTRY) => (208, 216),
        Ok(other) => {
            remark(remarks, lba, format!("UDF file entry expected, descriptor {other} found"));
            return None;
        }
        Err(bad) => {
            remark(remarks, lba, bad.to_string());
            return None;
        }
    };
    let attributes = fields.le32(length_at)? as usize;
    let at = attributes.saturating_add(data_at);
    let len = fields.le32(length_at + 4)? as usize;
    if fields.get(at, len).is_none() {
        remark(remarks, lba, "UDF file entry leaves its block");
        return None;
    }
    let (file_type, kind) = (fields.u8(27)?, fields.u8(34)? & 0x07);
    let (bytes, partition) = (fields.le64(56)?, address.partition);
    Some(Icb { lba, file_type, bytes, partition, kind, sector, at, len })
}

/// The pieces of a file in their order, cut to its length.
pub(super) fn runs(
    from: &mut impl Sectors,
    spaces: &[Space],
    icb: &Icb,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Vec<Piece> {
    if icb.kind == 3 {
        let bytes = icb.bytes.min(icb.len as u64);
        return vec![Piece { lba: Some(icb.lba), offset: icb.at as u32, bytes }];
    }
    let (pieces, missing) = (Vec::new(), false);
    let mut pieces = Pieces { spaces, left: icb.bytes, pieces, missing, budget: limits.pieces };
    let mut table = icb.sector[icb.at..icb.at + icb.len].to_vec();
    for _ in 0..CHAIN_MAX {
        let Some(next) = pieces.table(icb, &table) else { break };
        // A further table (ECMA-167 4/14.5): 24 bytes, its length at 20.
        let Some(lba) = place(spaces, next) else {
            pieces.missing = true;
            break;
        };
        let Some(sector) = limits.sector(from, lba, remarks) else { break };
        let fields = Bytes(&sector);
        let right = descriptor::tag(&sector, Some(next.block)) == Ok(id::ALLOCATION_EXTENT);
        let len = fields.le32(20).filter(|_| right).unwrap_or_default() as usize;
        let Some(more) = fields.get(24, len).filter(|more| !more.is_empty()) else {
            remark(remarks, lba, "no UDF allocation extent descriptor");
            break;
        };
        table = more.to_vec();
    }
    limits.pieces = pieces.budget;
    limits.hit |= pieces.budget == 0;
    if pieces.missing {
        remark(remarks, icb.lba, "UDF file with blocks outside of its partition");
    }
    pieces.pieces
}

struct Pieces<'a> {
    spaces: &'a [Space],
    /// Bytes of the file not yet placed.
    left: u64,
    pieces: Vec<Piece>,
    missing: bool,
    /// How many more may be looked up, in this file and all others.
    budget: usize,
}

impl Pieces<'_> {
    /// Takes one table of allocation descriptors; returns where the next one is, if any.
    fn table(&mut self, icb: &Icb, table: &[u8]) -> Option<Address> {
        let width = match icb.kind {
            0 => 8,
            1 => 16,
            _ => 20,
        };
        for one in table.chunks_exact(width) {
            let fields = Bytes(one);
            let (len, address) = match icb.kind {
                0 => {
                    let Extent { len, block } = Extent::parse(fields, 0)?;
                    (len, Address { block, partition: icb.partition })
                }
                1 => long_ad(fields, 0)?,
                // ext_ad: length, recorded length, information length, address.
                _ => {
                    let address = Address { block: fields.le32(12)?, partition: fields.le16(16)? };
                    (fields.le32(0)?, address)
                }
            };
            // The two upper bits: 0 recorded, 1 and 2 not recorded, 3 a further table.
            let bytes = u64::from(len & 0x3fff_ffff);
            match len >> 30 {
                _ if bytes == 0 || self.left == 0 || self.budget == 0 => return None,
                0 => self.extent(address, bytes),
                3 => return Some(address),
                _ => self.add(None, bytes),
            }
        }
        None
    }

    fn extent(&mut self, address: Address, bytes: u64) {
        let Address { mut block, partition } = address;
        let mut bytes = bytes.min(self.left);
        while bytes > 0 && self.budget > 0 {
            let space = self.spaces.get(usize::from(partition));
            let Some(run) = space.and_then(|space| space.run(block)) else {
                self.missing = true;
                return;
            };
            let here = bytes.min(u64::from(run.sectors) * SECTOR as u64);
            self.add(Some(run.lba), here);
            bytes -= here;
            block = block.saturating_add(run.sectors);
        }
    }

    fn add(&mut self, lba: Option<u32>, bytes: u64) {
        let bytes = bytes.min(self.left);
        self.left -= bytes;
        self.budget = self.budget.saturating_sub(1);
        if let Some(last) = self.pieces.last_mut()
            && let Some(next) = last.lba.and_then(|lba| lba.checked_add(last.sectors()))
            && lba == Some(next)
            && last.bytes.is_multiple_of(SECTOR as u64)
        {
            last.bytes += bytes;
            return;
        }
        self.pieces.push(Piece { lba, offset: 0, bytes });
    }
}

/// All bytes of a file, which must be known to be short; what cannot be read is left out.
pub(super) fn content(
    from: &mut impl Sectors,
    spaces: &[Space],
    icb: &Icb,
    limits: &mut Limits,
    remarks: &mut Vec<Remark>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in runs(from, spaces, icb, limits, remarks) {
        let Some(first) = piece.lba else { continue };
        let mut left = piece.bytes;
        let mut at = piece.offset as usize;
        for lba in first..first.saturating_add(piece.sectors()) {
            let Some(sector) = limits.sector(from, lba, remarks) else { return bytes };
            let here = left.min((SECTOR - at) as u64) as usize;
            bytes.extend_from_slice(&sector[at..at + here]);
            left -= here as u64;
            at = 0;
        }
    }
    bytes
}
