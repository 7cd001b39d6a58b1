//! Volumes that other programs wrote (fixtures/filesystems), read and compared with what was put
//! into them.

use std::collections::BTreeMap;
use std::io;

use oxidisc::formats::{FileSystems, Listing, SectorData, Sectors, identify, iso9660, udf};

/// A fixture: its sectors by address.
struct Disc {
    count: u32,
    sectors: BTreeMap<u32, Vec<u8>>,
}

impl Disc {
    fn load(name: &str) -> Disc {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/filesystems");
        let bytes =
            std::fs::read(format!("{folder}/{name}.sectors")).expect("the fixture is there");
        let (head, mut rest) = bytes.split_at(12);
        assert_eq!(&head[..8], b"SECTORS1");
        let count = u32::from_le_bytes(head[8..].try_into().expect("4 bytes"));
        let mut sectors = BTreeMap::new();
        while let Some((place, after)) = rest.split_at_checked(6) {
            let lba = u32::from_le_bytes(place[..4].try_into().expect("4 bytes"));
            let len = u16::from_le_bytes(place[4..].try_into().expect("2 bytes"));
            let (data, after) = after.split_at(usize::from(len));
            sectors.insert(lba, data.to_vec());
            rest = after;
        }
        Disc { count, sectors }
    }

    fn systems(&mut self, start: u32) -> FileSystems {
        let count = self.count;
        let found = identify(self, start, Some(count));
        assert_eq!(found.remarks, []);
        found
    }

    fn iso9660(&mut self) -> Listing {
        let volume = self.systems(0).iso9660.expect("an ISO 9660 volume");
        iso9660::files(self, &volume, 1000)
    }

    fn udf(&mut self) -> Listing {
        let volume = self.systems(0).udf.expect("a UDF volume");
        udf::files(self, &volume, 1000)
    }

    /// The bytes of the files, joined from their runs.
    fn contents(&mut self, listing: &Listing) -> BTreeMap<String, Vec<u8>> {
        assert_eq!(listing.remarks, []);
        assert!(listing.complete);
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for run in &listing.extents {
            let mut bytes = Vec::new();
            for lba in run.lba..run.lba + run.sectors() {
                let mut sector = [0; 2048];
                self.read(lba, &mut sector).expect("a fixture has no bad sectors");
                bytes.extend(sector);
            }
            let from = run.offset as usize;
            let part = &bytes[from.min(bytes.len())..][..run.bytes as usize];
            files.entry(run.path.clone()).or_default().extend_from_slice(part);
        }
        files
    }
}

impl Sectors for Disc {
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        if lba >= self.count {
            return Err(io::Error::other("beyond the end"));
        }
        sector.fill(0);
        if let Some(data) = self.sectors.get(&lba) {
            sector[..data.len()].copy_from_slice(data);
        }
        Ok(())
    }
}

/// `len` bytes of `line` and a line feed, over and over.
fn repeated(line: &str, len: usize) -> Vec<u8> {
    line.bytes().chain([b'\n']).cycle().take(len).collect()
}

/// What make.sh puts into most volumes.
fn tree() -> BTreeMap<String, Vec<u8>> {
    let files = [
        ("VIDEO_TS/VIDEO_TS.IFO", 2048),
        ("VIDEO_TS/VTS_01_1.VOB", 5000),
        ("A long näme.txt", 20),
        ("deep/a/b/c/d/e/f/g/h/deepest.txt", 33),
        ("boot.img", 2048),
        ("empty", 0),
    ];
    files.map(|(path, len)| (path.to_string(), repeated(path, len))).into()
}

/// What fill.sh adds: a hole that is not listed, and files that grew in turns.
fn filled() -> BTreeMap<String, Vec<u8>> {
    let mut files = tree();
    let twice = |line| [repeated(line, 8192), repeated(line, 8192)].concat();
    files.insert("first".to_string(), twice("first"));
    files.insert("second".to_string(), twice("second"));
    files
}

/// Takes the file with the hole out: what is on the disc of it is its last block, with zeros before
/// the last four bytes.
fn without_hole(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let hole = files.remove("hole").expect("the file with the hole");
    assert!(hole.ends_with(b"tail"));
    assert!(hole[..hole.len() - 4].iter().all(|&byte| byte == 0));
    files
}

#[test]
fn rock_ridge_joliet_and_el_torito_of_xorriso() {
    let mut disc = Disc::load("bootable");
    let found = disc.systems(0);
    assert_eq!(found.names(), ["iso9660"]);
    let volume = found.iso9660.expect("a volume");
    assert_eq!((volume.volume_id.as_str(), volume.sectors), ("BOOTABLE", disc.count));
    assert_eq!(volume.joliet_id.as_deref(), Some("BOOTABLE"));
    let catalog = volume.boot_catalog.expect("it can be booted");
    // El Torito 2.1: a validation entry ends in 55h AAh.
    assert_eq!(disc.sectors[&catalog][30..32], [0x55, 0xaa]);
    let listing = disc.iso9660();
    let mut files = disc.contents(&listing);
    assert_eq!(files.remove("boot.catalog").map(|bytes| bytes.len()), Some(2048));
    assert_eq!(files, tree());
}

#[test]
fn plain_and_joliet_names_of_genisoimage() {
    let mut disc = Disc::load("plain");
    assert_eq!(disc.systems(0).volume_id(), Some("PLAIN"));
    let listing = disc.iso9660();
    let paths: Vec<String> = disc.contents(&listing).into_keys().collect();
    assert_eq!(paths, ["DEEP/F/G/H/DEEPEST.TXT", "VIDEO_TS/VIDEO_TS.IFO", "VIDEO_TS/VTS_01_1.VOB"]);

    let mut disc = Disc::load("joliet");
    let listing = disc.iso9660();
    let paths: Vec<String> = disc.contents(&listing).into_keys().collect();
    assert_eq!(paths, ["A long näme.txt", "VIDEO_TS/VIDEO_TS.IFO", "VIDEO_TS/VTS_01_1.VOB"]);
}

#[test]
fn both_sides_of_a_bridge_disc_agree() {
    let mut disc = Disc::load("bridge");
    let found = disc.systems(0);
    assert_eq!(found.names(), ["iso9660", "udf"]);
    assert_eq!(found.sectors(), Some(disc.count));
    let volume = found.udf.expect("a UDF volume");
    assert_eq!(volume.revision.map(|revision| revision.to_string()).as_deref(), Some("1.02"));
    assert_eq!(volume.sectors, Some(disc.count), "the last anchor is the last sector");
    for listing in [disc.iso9660(), disc.udf()] {
        assert_eq!(disc.contents(&listing), tree());
    }
}

#[test]
fn each_session_has_its_own_volume() {
    let mut disc = Disc::load("sessions");
    let first = disc.systems(0).iso9660.expect("a first volume");
    assert_eq!((first.volume_id.as_str(), first.start), ("ONE", 0));
    assert!(first.sectors < 11_616);
    let second = disc.systems(11_616).iso9660.expect("a second volume");
    assert_eq!((second.volume_id.as_str(), second.start), ("TWO", 11_616));
    assert_eq!(second.sectors, disc.count);
    let listing = iso9660::files(&mut disc, &second, 1000);
    let mut files = tree();
    files.insert("added/later.txt".to_string(), repeated("added/later.txt", 100));
    assert_eq!(disc.contents(&listing), files);
}

#[test]
fn udf_volumes_that_the_kernel_filled() {
    for (name, label, revision) in [
        ("udf102-files", "Udf102", 0x0102),
        ("udf150-files", "Udf150", 0x0150),
        ("udf201-files", "Udf201", 0x0201),
        ("udf201-sparable", "Spared", 0x0201),
    ] {
        let mut disc = Disc::load(name);
        let found = disc.systems(0);
        assert_eq!((found.volume_id(), found.names()), (Some(label), vec!["udf"]), "{name}");
        let volume = found.udf.expect("a UDF volume");
        assert_eq!(volume.revision, Some(udf::Revision(revision)), "{name}");
        assert_eq!((volume.sectors, volume.closed), (Some(2048), Some(true)), "{name}");
        assert_eq!(volume.is_sparable, name == "udf201-sparable");
        assert_eq!(volume.file_count, Some(9), "{name}");
        let listing = disc.udf();
        assert_eq!(without_hole(disc.contents(&listing)), filled(), "{name}");
    }
}

#[test]
fn volumes_with_a_vat_or_versioned_icbs_are_walked() {
    for (name, label, vat) in [
        ("udf150-vat", "Vat150", true),
        ("udf201-vat", "Vat201", true),
        ("udf102-4096", "Worm", false),
    ] {
        let mut disc = Disc::load(name);
        let found = disc.systems(0);
        assert_eq!(found.volume_id(), Some(label));
        let volume = found.udf.expect("a UDF volume");
        assert_eq!((volume.has_vat, volume.sectors.is_none()), (vat, vat), "{name}");
        let listing = disc.udf();
        assert_eq!((listing.complete, listing.extents), (true, vec![]), "{name}");
    }
}

#[test]
fn without_its_capacity_a_volume_still_tells_its_end() {
    for name in ["bridge", "udf102-files", "udf201-files"] {
        let mut disc = Disc::load(name);
        let found = identify(&mut disc, 0, None);
        assert_eq!(found.sectors(), Some(disc.count), "{name}");
    }
}

#[test]
fn a_metadata_partition_is_read_from_its_mirror_if_need_be() {
    let mut disc = Disc::load("udf250-files");
    let volume = disc.systems(0).udf.expect("a UDF volume");
    assert_eq!(volume.revision, Some(udf::Revision(0x0250)));
    assert!(volume.has_metadata_partition);
    assert_eq!(volume.sectors, Some(disc.count));
    let listing = disc.udf();
    assert_eq!(disc.contents(&listing), tree());

    // The metadata file's ICB is the last sector but one of the partition, its mirror the last.
    let partition = volume.partitions[0];
    let lost = partition.start + partition.length - 2;
    assert!(disc.sectors.remove(&lost).is_some());
    let listing = disc.udf();
    assert_eq!(listing.remarks[0].to_string(), format!("sector {lost}: no UDF descriptor"));
    assert_eq!(listing.extents.len(), tree().len());
}

#[test]
fn four_file_systems_on_one_disc() {
    let mut disc = Disc::load("hybrid");
    let found = disc.systems(0);
    assert_eq!(found.names(), ["iso9660", "udf", "hfs+"]);
    assert_eq!(found.sectors(), Some(disc.count));
    for listing in [disc.iso9660(), disc.udf()] {
        assert_eq!(disc.contents(&listing), tree());
    }
}
