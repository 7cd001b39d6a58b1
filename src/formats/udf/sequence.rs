//! From the anchors to what the volume descriptor sequence says.

use super::descriptor::{self, Address, BadTag, Extent, id, long_ad};
use super::partition::{self, Map};
use super::{Partition, Revision, Volume};
use crate::formats::sectors::{Bytes, Remark, SectorData, Sectors, remark};
use crate::units::SECTOR;

/// A sequence has 16 sectors or a few more; a longer one is not read further.
const SEQUENCE_MAX: u32 = 64;
/// Sequences may point to a next one; discs do not.
const POINTERS_MAX: u32 = 4;
/// After so many unreadable descriptors the sequence is given up.
const UNREADABLE_MAX: u32 = 4;
/// UDF 2.2.3 allows few; more partitions than this are not kept.
const PARTITIONS_MAX: usize = 16;

/// Where the two copies of the sequence are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    main: Extent,
    reserve: Extent,
}

/// Descriptors that count, by the greatest sequence number of each kind (ECMA-167 3/8.4.3).
#[derive(Default)]
pub(super) struct Found {
    primary: Option<Box<SectorData>>,
    logical: Option<Box<SectorData>>,
    partitions: Vec<SectorData>,
}

/// Reads one sector as a descriptor; `None`, with a remark, if it is none.
pub(super) fn descriptor(
    from: &mut impl Sectors,
    lba: u32,
    location: u32,
    remarks: &mut Vec<Remark>,
) -> Option<(u16, Box<SectorData>)> {
    let mut sector = Box::new([0; SECTOR]);
    if let Err(error) = from.read(lba, &mut sector) {
        remark(remarks, lba, format!("UDF descriptor unreadable: {error}"));
        return None;
    }
    match descriptor::tag(&sector[..], Some(location)) {
        Ok(tag) => Some((tag, sector)),
        Err(bad) => {
            remark(remarks, lba, bad.to_string());
            None
        }
    }
}

/// Looks for anchors where ECMA-167 3/8.4.2.1 and UDF 2.2.3 have them: block 256, the last one,
/// the one 256 before; and 512 for a disc that is not finished. Returns the places and the first.
pub(super) fn anchors(
    from: &mut impl Sectors,
    start: u32,
    capacity: Option<u32>,
    remarks: &mut Vec<Remark>,
) -> (Vec<u32>, Option<Anchor>) {
    let last = capacity.and_then(|sectors| sectors.checked_sub(1));
    let mut places = vec![start.saturating_add(256)];
    for place in [Some(256), last, last.and_then(|last| last.checked_sub(256)), Some(512)] {
        places.extend(place.filter(|place| !places.contains(place)));
    }
    let (mut found, mut first) = (Vec::new(), None);
    for lba in places {
        if lba == 512 && !found.is_empty() {
            continue;
        }
        if let Some(anchor) = anchor(from, lba, remarks) {
            found.push(lba);
            first = first.or(Some(anchor));
        }
    }
    (found, first)
}

fn anchor(from: &mut impl Sectors, lba: u32, remarks: &mut Vec<Remark>) -> Option<Anchor> {
    let mut sector = [0; SECTOR];
    if let Err(error) = from.read(lba, &mut sector) {
        remark(remarks, lba, format!("UDF anchor unreadable: {error}"));
        return None;
    }
    match descriptor::tag(&sector, Some(lba)) {
        Ok(id::ANCHOR) => {}
        Err(bad @ (BadTag::Crc | BadTag::Location(_))) if sector[..2] == [2, 0] => {
            remark(remarks, lba, format!("at an anchor's place: {bad}"));
            return None;
        }
        // Not every place has one.
        _ => return None,
    }
    let fields = Bytes(&sector);
    Some(Anchor { main: Extent::parse(fields, 16)?, reserve: Extent::parse(fields, 24)? })
}

/// Reads the main sequence and, if that lacks anything, the reserve one.
pub(super) fn read(
    from: &mut impl Sectors,
    anchor: &Anchor,
    remarks: &mut Vec<Remark>,
) -> Option<Found> {
    let mut found = Found::default();
    found.sequence(from, anchor.main, remarks);
    if !found.whole() {
        remark(remarks, anchor.main.block, "main UDF sequence is not whole, the reserve is read");
        found.sequence(from, anchor.reserve, remarks);
    }
    if found.logical.is_none() {
        remark(remarks, anchor.reserve.block, "no UDF logical volume descriptor");
        return None;
    }
    Some(found)
}

impl Found {
    fn whole(&self) -> bool {
        self.primary.is_some() && self.logical.is_some() && !self.partitions.is_empty()
    }

    fn sequence(&mut self, from: &mut impl Sectors, extent: Extent, remarks: &mut Vec<Remark>) {
        let mut extent = Some(extent);
        let mut unreadable = 0;
        for _ in 0..POINTERS_MAX {
            let Some(Extent { len, block }) = extent.take() else { return };
            let sectors = (len / SECTOR as u32).min(SEQUENCE_MAX);
            for lba in block..block.saturating_add(sectors) {
                let Some((tag, sector)) = descriptor(from, lba, lba, remarks) else {
                    unreadable += 1;
                    if unreadable == UNREADABLE_MAX {
                        return;
                    }
                    continue;
                };
                match tag {
                    id::TERMINATING => break,
                    id::POINTER => extent = Extent::parse(Bytes(&sector[..]), 20),
                    _ => self.take(tag, sector),
                }
            }
        }
    }

    fn take(&mut self, tag: u16, sector: Box<SectorData>) {
        let newer = |old: &SectorData| number(&sector) >= number(old);
        match tag {
            id::PRIMARY if self.primary.as_ref().is_none_or(|old| newer(old)) => {
                self.primary = Some(sector);
            }
            id::LOGICAL if self.logical.as_ref().is_none_or(|old| newer(old)) => {
                self.logical = Some(sector);
            }
            id::PARTITION => {
                let same = |old: &SectorData| old[22..24] == sector[22..24];
                match self.partitions.iter().position(same) {
                    Some(at) if newer(&self.partitions[at]) => self.partitions[at] = *sector,
                    None if self.partitions.len() < PARTITIONS_MAX => self.partitions.push(*sector),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// VOLUME DESCRIPTOR SEQUENCE NUMBER.
fn number(sector: &SectorData) -> u32 {
    Bytes(sector).le32(16).unwrap_or_default()
}

/// ECMA-167 3/10.5.
fn partition(sector: &SectorData) -> Option<Partition> {
    let fields = Bytes(sector);
    Some(Partition {
        number: fields.le16(22)?,
        start: fields.le32(188)?,
        length: fields.le32(192)?,
        access: fields.le32(184)?,
    })
}

/// What the integrity descriptor adds (ECMA-167 3/10.10, UDF 2.2.6).
#[derive(Default)]
struct Integrity {
    closed: Option<bool>,
    files: Option<u32>,
    directories: Option<u32>,
}

/// The newest integrity descriptor: the last before the end of the extent, which may point to a
/// further one.
fn integrity(from: &mut impl Sectors, extent: Extent, remarks: &mut Vec<Remark>) -> Integrity {
    let mut newest = Integrity::default();
    let mut extent = Some(extent);
    for _ in 0..POINTERS_MAX {
        let Some(Extent { len, block }) = extent.take().filter(|extent| extent.len > 0) else {
            break;
        };
        for lba in block..block.saturating_add((len / SECTOR as u32).min(SEQUENCE_MAX)) {
            let mut sector = [0; SECTOR];
            // The rest of the extent may be blank: neither written nor readable.
            if let Err(error) = from.read(lba, &mut sector) {
                if lba == block {
                    remark(remarks, lba, format!("UDF integrity descriptor unreadable: {error}"));
                }
                break;
            }
            if descriptor::tag(&sector, Some(lba)) != Ok(id::INTEGRITY) {
                break;
            }
            let fields = Bytes(&sector);
            let partitions = fields.le32(72).unwrap_or_default().min(SECTOR as u32) as usize;
            // Free space and size tables, then an entity identifier of 32 bytes.
            let counts = 80 + partitions * 8 + 32;
            newest = Integrity {
                closed: fields.le32(28).map(|kind| kind == 1),
                files: fields.le32(counts),
                directories: fields.le32(counts + 4),
            };
            extent = Extent::parse(fields, 32);
        }
    }
    newest
}

/// Puts together what was found, and looks for anchors behind the end it gives.
pub(super) fn volume(
    from: &mut impl Sectors,
    found: Found,
    mut anchors: Vec<u32>,
    anchor: &Anchor,
    capacity: Option<u32>,
    remarks: &mut Vec<Remark>,
) -> Volume {
    let logical = found.logical.unwrap_or_else(|| Box::new([0; SECTOR]));
    let fields = Bytes(&logical[..]);
    let partitions: Vec<Partition> = found.partitions.iter().filter_map(partition).collect();
    if partitions.is_empty() {
        remark(remarks, anchor.main.block, "no UDF partition descriptor");
    }
    let maps = partition::maps(fields, &partitions, anchor.main.block, remarks);
    let extent = Extent::parse(fields, 432).unwrap_or_default();
    let integrity = integrity(from, extent, remarks);
    let has_vat = maps.iter().any(|map| matches!(map, Map::Virtual { .. }));
    let mut extents = vec![anchor.main, anchor.reserve, extent];
    extents.extend(maps.iter().flat_map(Map::tables));
    let end = end(&partitions, &extents);
    let sectors = end.filter(|_| !has_vat).map(|end| {
        trailing(from, end, capacity, &mut anchors);
        anchors.iter().map(|lba| lba.saturating_add(1)).fold(end, u32::max)
    });
    let primary = found.primary.unwrap_or_else(|| Box::new([0; SECTOR]));
    let domain = descriptor::is_entity(fields, 216, b"*OSTA UDF Compliant");
    let (_, file_set) = long_ad(fields, 248).unwrap_or_default();
    Volume {
        volume_id: descriptor::dstring(&logical[84..212]),
        primary_id: descriptor::dstring(&primary[24..56]),
        set_id: descriptor::dstring(&primary[72..200]),
        revision: fields.le16(240).filter(|_| domain).map(Revision),
        created: descriptor::time(Bytes(&primary[..]), 376),
        partitions,
        anchors,
        sectors,
        block_size: fields.le32(212).unwrap_or_default(),
        has_vat,
        is_sparable: maps.iter().any(|map| matches!(map, Map::Sparable { .. })),
        has_metadata_partition: maps.iter().any(|map| matches!(map, Map::Metadata { .. })),
        closed: integrity.closed,
        file_count: integrity.files,
        directory_count: integrity.directories,
        maps,
        file_set: Address { block: file_set.block, partition: file_set.partition },
        capacity,
    }
}

/// The end of all that the descriptors name; `None` without a partition.
fn end(partitions: &[Partition], extents: &[Extent]) -> Option<u32> {
    let ends = partitions.iter().map(|partition| partition.start.saturating_add(partition.length));
    let last = ends.max()?;
    let others = extents.iter().filter(|extent| extent.len > 0);
    Some(others.map(|extent| extent.block.saturating_add(extent.sectors())).fold(last, u32::max))
}

/// A volume that was copied to a larger disc has its last anchors not at the disc's end but at its
/// own: right behind the rest, or 256 blocks behind another one.
fn trailing(from: &mut impl Sectors, end: u32, capacity: Option<u32>, anchors: &mut Vec<u32>) {
    let behind = anchors.iter().copied().max().filter(|&last| last > 256);
    let places = [Some(end), end.checked_add(256), behind.and_then(|last| last.checked_add(256))];
    for lba in places.into_iter().flatten() {
        let on_disc = capacity.is_none_or(|capacity| lba < capacity);
        // Nothing need be there: an error says no more than that.
        if on_disc && !anchors.contains(&lba) && anchor(from, lba, &mut Vec::new()).is_some() {
            anchors.push(lba);
        }
    }
}
