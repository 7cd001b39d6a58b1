//! Volumes made of literal bytes: damage, and what real images of the fixtures do not have.

use std::collections::BTreeMap;
use std::io;

use super::*;
use crate::formats::{Listing, SectorData};

#[derive(Default)]
struct Disc(BTreeMap<u32, SectorData>);

impl Disc {
    /// Puts `bytes` at `at` in sector `lba`.
    fn put(&mut self, lba: u32, at: usize, bytes: &[u8]) -> &mut Disc {
        let sector = self.0.entry(lba).or_insert([0; SECTOR]);
        sector[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Little-endian numbers of 32 bits, one after the other.
    fn numbers(&mut self, lba: u32, at: usize, numbers: &[u32]) -> &mut Disc {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.put(lba, at, &bytes)
    }

    /// Gives the sector a tag, without a CRC, that says it belongs at `block`.
    fn tag(&mut self, lba: u32, id: u16, block: u32) -> &mut Disc {
        let tag = tag(id, block);
        self.put(lba, 0, &tag)
    }

    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        *sector = *self.0.get(&lba).ok_or_else(|| io::Error::other("medium error"))?;
        Ok(())
    }

    fn volume(&mut self, capacity: Option<u32>) -> (Option<Volume>, Vec<String>) {
        let mut remarks = Vec::new();
        let mut from = |lba, sector: &mut SectorData| self.read(lba, sector);
        let volume = super::read(&mut from, 0, capacity, &mut remarks);
        (volume, remarks.iter().map(Remark::to_string).collect())
    }

    fn files(&mut self) -> (Listing, Vec<String>) {
        let volume = self.volume(None).0.expect("the descriptors are right");
        let mut from = |lba, sector: &mut SectorData| self.read(lba, sector);
        let listing = files(&mut from, &volume, 100);
        let remarks = listing.remarks.iter().map(Remark::to_string).collect();
        (listing, remarks)
    }
}

/// A tag without a CRC.
fn tag(id: u16, block: u32) -> [u8; 16] {
    let mut tag = [0; 16];
    tag[..2].copy_from_slice(&id.to_le_bytes());
    tag[2] = 3;
    tag[12..].copy_from_slice(&block.to_le_bytes());
    tag[4] = tag.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
    tag
}

/// A volume with one partition of 100 sectors from 300 on; blocks of it that tests fill: 0 the file
/// set, 1 the root's ICB, 2 the root.
fn disc() -> Disc {
    let mut disc = Disc::default();
    disc.put(16, 0, b"\0BEA01\x01").put(17, 0, b"\0NSR03\x01").put(18, 0, b"\0TEA01\x01");
    // Anchor: both sequences of 16 sectors, at 32 and 48.
    disc.numbers(256, 16, &[32768, 32, 32768, 48]).tag(256, 2, 256);
    for base in [32, 48] {
        disc.put(base, 24, b"\x08PRIMARY").put(base, 55, &[8]).tag(base, 1, base);
        // Partition 0, start 300, 100 sectors, read only.
        disc.numbers(base + 1, 184, &[1, 300, 100]).tag(base + 1, 5, base + 1);
        disc.put(base + 2, 84, b"\x08LABEL").put(base + 2, 211, &[6]);
        disc.numbers(base + 2, 212, &[2048]).put(base + 2, 217, b"*OSTA UDF Compliant");
        disc.put(base + 2, 240, &[0x50, 0x02]);
        // File set: 2048 bytes at block 0; one map of 6 bytes: type 1, of partition 0.
        disc.numbers(base + 2, 248, &[2048, 0]).numbers(base + 2, 264, &[6, 1]);
        disc.put(base + 2, 440, &[1, 6, 1, 0, 0, 0]).tag(base + 2, 6, base + 2);
        disc.tag(base + 3, 8, base + 3);
    }
    // The root's ICB: 2048 bytes at block 1.
    disc.numbers(300, 400, &[2048, 1]).tag(300, 256, 0);
    disc
}

/// A file entry with short descriptors: type, information length, pairs of length and block.
fn entry(disc: &mut Disc, block: u32, kind: u8, bytes: u32, extents: &[u32]) {
    let lba = 300 + block;
    disc.put(lba, 20, &[4]).put(lba, 27, &[kind]).numbers(lba, 56, &[bytes]);
    disc.numbers(lba, 172, &[extents.len() as u32 * 4]).numbers(lba, 176, extents);
    disc.tag(lba, 261, block);
}

/// A file identifier: flags, ICB's block, name of 8-bit characters.
fn name(flags: u8, block: u32, name: &str) -> Vec<u8> {
    let mut bytes = vec![0; 38];
    bytes[..16].copy_from_slice(&tag(257, 2));
    bytes[18] = flags;
    bytes[19] = name.len() as u8 + 1;
    bytes[20..24].copy_from_slice(&2048u32.to_le_bytes());
    bytes[24..28].copy_from_slice(&block.to_le_bytes());
    bytes.push(8);
    bytes.extend_from_slice(name.as_bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn paths(listing: &Listing) -> Vec<(&str, u32, u64)> {
    listing.extents.iter().map(|run| (run.path.as_str(), run.lba, run.bytes)).collect()
}

#[test]
fn a_volume_tells_its_names_and_its_end() {
    let (volume, remarks) = disc().volume(None);
    let volume = volume.expect("a volume");
    assert_eq!(remarks, [""; 0]);
    assert_eq!((volume.volume_id.as_str(), volume.primary_id.as_str()), ("LABEL", "PRIMARY"));
    assert_eq!(format!("{:?}", volume.revision), "Some(Revision(2.50))");
    let partition = Partition { number: 0, start: 300, length: 100, access: 1 };
    assert_eq!((volume.partitions, volume.sectors), (vec![partition], Some(400)));
    assert_eq!((volume.anchors, volume.closed), (vec![256], None));
}

#[test]
fn anchors_behind_the_partition_belong_to_the_volume() {
    let mut disc = disc();
    // An image of 657 sectors: anchors at N - 256 and at N, here 400 and 656.
    disc.numbers(400, 16, &[32768, 32, 32768, 48]).tag(400, 2, 400);
    disc.numbers(656, 16, &[32768, 32, 32768, 48]).tag(656, 2, 656);
    assert_eq!(disc.volume(None).0.and_then(|volume| volume.sectors), Some(657));
    // On a larger disc, too.
    assert_eq!(disc.volume(Some(12_219_392)).0.and_then(|volume| volume.sectors), Some(657));
    // Of an anchor beyond the disc nothing is known.
    assert_eq!(disc.volume(Some(600)).0.and_then(|volume| volume.sectors), Some(401));
}

#[test]
fn with_the_first_anchor_lost_the_last_one_serves() {
    let mut disc = disc();
    disc.0.remove(&256);
    disc.numbers(500, 16, &[32768, 32, 32768, 48]).tag(500, 2, 500);
    let (volume, remarks) = disc.volume(Some(501));
    assert_eq!(volume.map(|volume| volume.anchors), Some(vec![500]));
    assert_eq!(
        remarks,
        [
            "sector 256: UDF anchor unreadable: medium error",
            "sector 244: UDF anchor unreadable: medium error",
        ]
    );
    assert_eq!(disc.volume(None).0, None);
}

#[test]
fn the_reserve_sequence_stands_in_for_the_main_one() {
    let mut disc = disc();
    disc.0.remove(&34);
    // A descriptor whose CRC is wrong counts no more than a lost one.
    disc.put(33, 8, &[1, 0, 10, 0]);
    let fixed = disc.0[&33][..16].iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
    let old = disc.0[&33][4];
    disc.put(33, 4, &[fixed.wrapping_sub(old)]);
    let (volume, remarks) = disc.volume(None);
    assert_eq!(
        volume.map(|volume| (volume.volume_id, volume.sectors)),
        Some(("LABEL".into(), Some(400)))
    );
    assert_eq!(
        remarks,
        [
            "sector 33: UDF descriptor with a wrong CRC",
            "sector 34: UDF descriptor unreadable: medium error",
            "sector 32: main UDF sequence is not whole, the reserve is read",
        ]
    );
}

#[test]
fn old_descriptors_give_way_to_newer_ones() {
    let mut disc = disc();
    // A second logical volume descriptor with a greater sequence number, then the end.
    let newer = disc.0[&34];
    disc.put(35, 0, &newer).put(35, 16, &[1]).put(35, 84, b"\x08NEWER").tag(35, 6, 35);
    disc.tag(36, 8, 36);
    assert_eq!(disc.volume(None).0.map(|volume| volume.volume_id).as_deref(), Some("NEWER"));
}

#[test]
fn an_anchor_of_times_past_on_an_iso_9660_disc_is_no_volume() {
    let mut disc = disc();
    disc.put(16, 0, b"\x01CD001").put(17, 0, b"\xffCD001").put(18, 0, &[0; 8]);
    assert_eq!(disc.volume(None), (None, vec![]));
}

#[test]
fn files_are_listed_from_their_descriptors() {
    let mut disc = disc();
    let root = [name(0x0a, 1, ""), name(0x02, 3, "STREAM"), name(0x04, 9, "GONE"), name(0, 5, "A")];
    let root = root.concat();
    entry(&mut disc, 1, 4, root.len() as u32, &[2048, 2]);
    disc.put(302, 0, &root);
    let sub = name(0, 6, "0.m2ts");
    entry(&mut disc, 3, 4, sub.len() as u32, &[2048, 4]);
    disc.put(304, 0, &sub);
    // 5000 bytes: one block, one that was never written, the rest at the end.
    entry(&mut disc, 5, 5, 5000, &[2048, 20, 2048 | 0x8000_0000, 0, 904, 30]);
    // A Blu-ray's stream: file type 249; its descriptors go on in block 7.
    entry(&mut disc, 6, 249, 6000, &[4096, 40, 2048 | 0xc000_0000, 7]);
    disc.numbers(307, 20, &[8, 1904, 42]).tag(307, 258, 7);
    let (listing, remarks) = disc.files();
    assert_eq!(remarks, [""; 0]);
    assert!(listing.complete);
    assert_eq!(paths(&listing), [("A", 320, 2048), ("A", 330, 904), ("STREAM/0.m2ts", 340, 6000)]);
}

#[test]
fn a_directory_that_holds_itself_is_read_once() {
    let mut disc = disc();
    let root = name(0x02, 1, "LOOP");
    entry(&mut disc, 1, 4, root.len() as u32, &[2048, 2]);
    disc.put(302, 0, &root);
    let (listing, remarks) = disc.files();
    assert_eq!(remarks, ["sector 301: directory met twice: LOOP"]);
    assert!(!listing.complete);
}

#[test]
fn damage_in_a_directory_costs_what_it_covers() {
    let mut disc = disc();
    // Two sectors of directory; the first is lost, the second starts within a descriptor.
    entry(&mut disc, 1, 4, 4096, &[4096, 2]);
    disc.put(303, 0, b"rest of a name\0\0").put(303, 16, &name(0, 5, "WELL"));
    entry(&mut disc, 5, 5, 10, &[2048, 20]);
    let (listing, remarks) = disc.files();
    assert_eq!(paths(&listing), [("WELL", 320, 10)]);
    assert_eq!(
        remarks,
        ["sector 302: directory unreadable: medium error", "sector 301: damaged directory: /"]
    );
}

#[test]
fn what_points_out_of_the_partition_is_a_remark() {
    let mut disc = disc();
    let root = [name(0, 100, "FAR"), name(0, 5, "LONG")].concat();
    entry(&mut disc, 1, 4, root.len() as u32, &[2048, 2]);
    disc.put(302, 0, &root);
    entry(&mut disc, 5, 5, u32::MAX, &[0x3fff_f800, 90]);
    let (listing, remarks) = disc.files();
    assert_eq!(paths(&listing), [("LONG", 390, 20480)]);
    assert_eq!(
        remarks,
        [
            "block 100 is outside of UDF partition 0",
            "sector 305: UDF file with blocks outside of its partition",
        ]
    );
}

#[test]
fn a_chain_of_descriptors_that_bites_its_tail_ends() {
    let mut disc = disc();
    entry(&mut disc, 1, 4, u32::MAX, &[2048 | 0xc000_0000, 7]);
    disc.numbers(307, 20, &[8, 2048 | 0xc000_0000, 7]).tag(307, 258, 7);
    let (listing, _) = disc.files();
    assert_eq!(paths(&listing), []);
}

#[test]
fn blocks_of_another_size_are_told_but_not_walked() {
    let mut disc = disc();
    disc.numbers(34, 212, &[512]);
    let (listing, remarks) = disc.files();
    assert_eq!(remarks, ["UDF with blocks of 512 bytes: files not listed"]);
    assert!(!listing.complete);
}
