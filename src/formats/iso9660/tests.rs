//! Volumes made of literal bytes, whole and damaged.

use std::collections::BTreeMap;
use std::io;

use super::*;

#[derive(Default)]
struct Disc(BTreeMap<u32, SectorData>);

impl Disc {
    /// Puts `bytes` at `at` in sector `lba`.
    fn put(&mut self, lba: u32, at: usize, bytes: &[u8]) -> &mut Disc {
        let sector = self.0.entry(lba).or_insert([0; SECTOR]);
        sector[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// A number in both orders.
    fn both(&mut self, lba: u32, at: usize, value: u32) -> &mut Disc {
        self.put(lba, at, &value.to_le_bytes()).put(lba, at + 4, &value.to_be_bytes())
    }

    /// A volume descriptor with the fields that count.
    fn descriptor(&mut self, lba: u32, kind: u8, id: &[u8], size: u32, root: u32) -> &mut Disc {
        self.put(lba, 0, &[kind]).put(lba, 1, b"CD001\x01").put(lba, 40, id);
        self.both(lba, 80, size).put(lba, 128, &[0x00, 0x08, 0x08, 0x00]);
        self.both(lba, 158, root).both(lba, 166, 2048)
    }

    fn terminator(&mut self, lba: u32) -> &mut Disc {
        self.put(lba, 0, b"\xffCD001\x01")
    }

    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        let found = self.0.get(&lba).ok_or_else(|| io::Error::other("medium error"))?;
        *sector = *found;
        Ok(())
    }

    fn volume(&mut self, start: u32, capacity: Option<u32>) -> (Option<Volume>, Vec<String>) {
        let mut remarks = Vec::new();
        let mut from = |lba, sector: &mut SectorData| self.read(lba, sector);
        let volume = super::read(&mut from, start, capacity, &mut remarks);
        (volume, remarks.iter().map(Remark::to_string).collect())
    }

    fn files(&mut self, limit: usize) -> crate::formats::Listing {
        let volume = self.volume(0, None).0.expect("the descriptors are right");
        files(&mut |lba, sector: &mut SectorData| self.read(lba, sector), &volume, limit)
    }
}

/// A directory record.
fn record(block: u32, bytes: u32, flags: u8, name: &[u8], system_use: &[u8]) -> Vec<u8> {
    let mut record = vec![0; 33];
    record[2..6].copy_from_slice(&block.to_le_bytes());
    record[6..10].copy_from_slice(&block.to_be_bytes());
    record[10..14].copy_from_slice(&bytes.to_le_bytes());
    record[14..18].copy_from_slice(&bytes.to_be_bytes());
    record[25] = flags;
    record[32] = name.len() as u8;
    record.extend_from_slice(name);
    if name.len().is_multiple_of(2) {
        record.push(0);
    }
    record.extend_from_slice(system_use);
    record[0] = record.len() as u8;
    record
}

/// `.`, `..` and the given records.
fn directory(own: u32, records: &[Vec<u8>]) -> Vec<u8> {
    let links = [record(own, 2048, 2, &[0], &[]), record(own, 2048, 2, &[1], &[])];
    [&links, records].concat().concat()
}

fn small() -> Disc {
    let mut disc = Disc::default();
    disc.descriptor(16, 1, b"DEMO ", 300, 20).terminator(17);
    disc
}

fn paths(listing: &crate::formats::Listing) -> Vec<(&str, u32, u64)> {
    listing.extents.iter().map(|run| (run.path.as_str(), run.lba, run.bytes)).collect()
}

#[test]
fn a_volume_tells_its_names_and_size() {
    let mut disc = Disc::default();
    disc.descriptor(16, 1, b"DEMO                            ", 300, 20);
    // Application identifier, creation date, RipGuard's mark in the application use area.
    disc.put(16, 574, b"MAKER 1.0").put(16, 813, b"2025112208060000\x04");
    disc.put(16, 883 + 100, b"MVSNRGFP");
    disc.put(17, 0, b"\0CD001\x01EL TORITO SPECIFICATION").put(17, 0x47, &[33, 0, 0, 0]);
    disc.descriptor(18, 2, b"\0D\0e\0m\0o", 300, 22).put(18, 88, b"%/E");
    disc.terminator(19);
    let (volume, remarks) = disc.volume(0, None);
    let volume = volume.expect("a volume");
    assert_eq!(remarks, [""; 0]);
    assert_eq!(volume.volume_id, "DEMO");
    assert_eq!(volume.joliet_id.as_deref(), Some("Demo"));
    assert_eq!(volume.application, "MAKER 1.0");
    assert_eq!(volume.created.as_deref(), Some("2025-11-22T08:06:00+01:00"));
    assert_eq!((volume.sectors, volume.block_size), (300, 2048));
    assert_eq!(volume.boot_catalog, Some(33));
    assert!(volume.ripguard);
}

#[test]
fn what_is_no_iso_9660_is_none_without_a_remark() {
    let mut disc = Disc::default();
    disc.put(16, 0, b"\0BEA01\x01");
    assert_eq!(disc.volume(0, None), (None, vec![]));
}

#[test]
fn unreadable_descriptors_are_remarks_and_end_soon() {
    let (volume, remarks) = Disc::default().volume(0, None);
    assert_eq!(volume, None);
    assert_eq!(remarks.len(), 3, "{remarks:?}");
    assert_eq!(remarks[0], "sector 16: ISO 9660 volume descriptor unreadable: medium error");

    // The Joliet descriptor stands in for the primary one.
    let mut disc = Disc::default();
    disc.descriptor(17, 2, b"\0D\0e\0m\0o", 300, 22).put(17, 88, b"%/@").terminator(18);
    let volume = disc.volume(0, None).0.expect("a volume");
    assert_eq!((volume.volume_id.as_str(), volume.sectors), ("Demo", 300));
}

#[test]
fn disagreeing_halves_and_odd_block_sizes_are_remarks() {
    let mut disc = Disc::default();
    disc.descriptor(16, 1, b"DEMO", 300, 20).put(16, 84, &[0, 0, 1, 0x2d]);
    disc.put(16, 128, &[0, 0x10]).put(17, 0, b"\0NSR02");
    let (volume, remarks) = disc.volume(0, None);
    assert_eq!(volume.map(|volume| volume.sectors), Some(300));
    assert_eq!(
        remarks,
        [
            "sector 17: ISO 9660 descriptor set has no terminator",
            "sector 16: logical block size 4096 cannot be, 2048 is taken",
            "sector 16: volume space size: 300 little-endian, 301 big-endian",
        ]
    );
}

#[test]
fn a_later_session_is_counted_from_its_start_if_that_fits() {
    let mut disc = Disc::default();
    disc.descriptor(11_632, 1, b"TWO", 202, 11_644).terminator(11_633);
    let sectors = |disc: &mut Disc, capacity| disc.volume(11_616, capacity).0.map(|v| v.sectors);
    assert_eq!(sectors(&mut disc, None), Some(11_818));
    assert_eq!(sectors(&mut disc, Some(11_900)), Some(11_818));
    // As the standard has it: from the disc's start.
    disc.both(11_632, 80, 11_818);
    assert_eq!(sectors(&mut disc, Some(11_900)), Some(11_818));
}

#[test]
fn small_blocks_are_counted_in_sectors() {
    let mut disc = Disc::default();
    disc.descriptor(16, 1, b"DEMO", 301, 80).put(16, 128, &[0, 2, 2, 0]).terminator(17);
    disc.put(20, 0, &directory(80, &[record(85, 700, 0, b"A.;1", b"")]));
    assert_eq!(disc.volume(0, None).0.map(|volume| volume.sectors), Some(76));
    assert_eq!(paths(&disc.files(9)), [("A", 21, 700)]);
}

#[test]
fn files_are_listed_with_every_run() {
    let mut disc = small();
    let root = [
        record(21, 2048, 2, b"VIDEO_TS", b""),
        record(40, 0xffff_f800, 0x80, b"BIG.BIN;1", b""),
        record(2_097_191, 4096, 0x80, b"BIG.BIN;1", b""),
        record(3_000_000, 5000, 0, b"BIG.BIN;1", b""),
        record(0, 0, 0, b"EMPTY.;1", b""),
    ];
    disc.put(20, 0, &directory(20, &root));
    disc.put(21, 0, &directory(21, &[record(30, 2049, 0, b"VTS_01_1.VOB;1", b"")]));
    let listing = disc.files(100);
    assert_eq!(
        paths(&listing),
        [
            // The second part follows on the first: one run.
            ("BIG.BIN", 40, 4_294_969_344),
            ("BIG.BIN", 3_000_000, 5000),
            ("EMPTY", 0, 0),
            ("VIDEO_TS/VTS_01_1.VOB", 30, 2049),
        ]
    );
    assert!(listing.complete, "{:?}", listing.remarks);
    let cut = disc.files(2);
    assert_eq!((cut.extents.len(), cut.complete), (2, false));
}

#[test]
fn rock_ridge_names_win_and_relocated_directories_go_home() {
    let mut disc = small();
    let first = record(20, 2048, 2, &[0], b"SP\x07\x01\xbe\xef\0");
    // Continuation at block 25, offset 16, 9 bytes.
    let mut more = b"CE\x1c\x01".to_vec();
    for value in [25u32, 16, 9] {
        more.extend(value.to_le_bytes());
        more.extend(value.to_be_bytes());
    }
    disc.put(25, 16, b"NM\x09\x01\0name");
    // CL: the directory is at block 23; its record says it is a file.
    let child = b"CL\x0c\x01\x17\0\0\0\0\0\0\x17NM\x08\x01\0sub";
    let root = [
        first,
        record(30, 10, 0, b"NAME.;1", &more),
        record(0, 0, 0, b"SUB", child),
        record(22, 2048, 2, b"RR_MOVED", b"NM\x0d\x01\0rr_moved"),
    ];
    disc.put(20, 0, &root.concat());
    disc.put(22, 0, &directory(22, &[record(23, 2048, 2, b"SUB", b"RE\x04\x01")]));
    disc.put(23, 0, &directory(23, &[record(31, 20, 0, b"X.;1", b"")]));
    let listing = disc.files(100);
    assert_eq!(paths(&listing), [("name", 30, 10), ("sub/X", 31, 20)]);
    assert!(listing.complete, "{:?}", listing.remarks);
}

#[test]
fn joliet_names_come_before_plain_ones() {
    let mut disc = small();
    disc.descriptor(17, 2, b"\0D", 300, 22).put(17, 88, b"%/E").terminator(18);
    disc.put(20, 0, &directory(20, &[record(30, 10, 0, b"LONGNA~1.;1", b"")]));
    let name: Vec<u8> = "long näme".encode_utf16().flat_map(u16::to_be_bytes).collect();
    disc.put(22, 0, &directory(22, &[record(30, 10, 0, &name, b"")]));
    assert_eq!(paths(&disc.files(100)), [("long näme", 30, 10)]);
}

#[test]
fn a_directory_that_holds_itself_is_read_once() {
    let mut disc = small();
    let root = [record(20, 2048, 2, b"LOOP", b""), record(30, 10, 0, b"A.;1", b"")];
    disc.put(20, 0, &directory(20, &root));
    let listing = disc.files(100);
    assert_eq!(paths(&listing), [("A", 30, 10)]);
    assert_eq!(listing.remarks[0].to_string(), "sector 20: directory met twice: LOOP");
    assert!(!listing.complete);
}

#[test]
fn damage_in_one_directory_leaves_the_others() {
    let mut disc = small();
    let root = [record(21, 4096, 2, b"LOST", b""), record(23, 2048, 2, b"WELL", b"")];
    disc.put(20, 0, &directory(20, &root));
    // Sector 21 is unreadable; 22 has a record whose name is longer than it.
    disc.put(22, 0, &[34, 0]).put(22, 32, &[200]);
    disc.put(23, 0, &directory(23, &[record(30, 10, 0, b"A.;1", b"")]));
    let listing = disc.files(100);
    assert_eq!(paths(&listing), [("WELL/A", 30, 10)]);
    let remarks: Vec<String> = listing.remarks.iter().map(Remark::to_string).collect();
    assert_eq!(
        remarks,
        [
            "sector 21: directory unreadable: medium error",
            "sector 22: damaged directory record in /LOST",
        ]
    );
}

#[test]
fn a_directory_of_four_gigabytes_of_nothing_is_given_up() {
    let mut disc = small();
    disc.put(20, 0, &directory(20, &[record(21, u32::MAX, 2, b"HUGE", b"")]));
    let listing = disc.files(100);
    assert!(!listing.complete);
    assert_eq!(listing.remarks.len(), 16, "one for each sector that was tried");
}
