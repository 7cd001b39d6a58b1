//! The disc `demo`, made on the spot: a small ISO 9660 volume with Rock Ridge and Joliet names,
//! the same bytes each time. Knows just enough of ECMA-119, Joliet and RRIP 1.12 to lay out one
//! tree.

use std::sync::OnceLock;

use super::random;
use super::surface::MemoryImage;
use crate::units::SECTOR;

/// ISO 9660 volume identifier.
pub const VOLUME_ID: &str = "OXIDISC_DEMO";

/// The disc, 8 MiB. Built once a process; a copy costs nothing.
pub fn image() -> MemoryImage {
    static IMAGE: OnceLock<MemoryImage> = OnceLock::new();
    IMAGE.get_or_init(|| MemoryImage::new(build())).clone()
}

const README: &str = "This is the demo disc of oxidisc. It does not exist: a simulated drive\r\n\
made it up, and makes up the same bytes each time.\r\n\r\n\
\x20   oxidisc rip -d sim:demo demo.iso\r\n\r\n\
rips it. DATA/NOISE.BIN is noise, each sector of DATA/PATTERN.BIN says which one it is,\r\n\
and TEXT holds a few pages to read.\r\n";

const SECTORS: usize = 4096;
/// The sectors after the volume descriptors.
const PATH_TABLES: usize = 19;
const DIRECTORIES: usize = 23;
/// Empty sectors at the end, as authoring programs leave them for drives that read ahead.
const PADDING: usize = 150;

struct Folder {
    /// ISO 9660 name, d-characters.
    name: &'static str,
    /// Name with Rock Ridge and Joliet.
    long: &'static str,
    /// Index of the folder it is in; the root is its own.
    parent: usize,
    files: Vec<FileEntry>,
}

struct FileEntry {
    /// ISO 9660 level 1: 8.3 and version.
    name: &'static str,
    long: &'static str,
    data: Vec<u8>,
}

/// The tree: parents before children, each level in the order of its names (path tables want that).
fn tree() -> Vec<Folder> {
    let file = |name, long, data| FileEntry { name, long, data };
    let folder = |name, long, parent, files| Folder { name, long, parent, files };
    let mut noise = vec![0; 4 << 20];
    random::fill(0, 1, &mut noise);
    vec![
        folder("", "", 0, vec![file("README.TXT;1", "README.TXT", README.into())]),
        folder(
            "DATA",
            "data",
            0,
            vec![
                file("NOISE.BIN;1", "noise.bin", noise),
                file("PATTERN.BIN;1", "pattern.bin", pattern(1500)),
            ],
        ),
        folder(
            "TEXT",
            "text",
            0,
            vec![
                file("EMPTY.TXT;1", "empty.txt", Vec::new()),
                file("LONGNAME.TXT;1", "A name that only long names can hold.txt", page(2, 900)),
            ],
        ),
        folder("DEEPER", "deeper", 2, vec![file("PAGE.TXT;1", "page.txt", page(3, 40))]),
    ]
}

/// Sectors that say which one they are, 64 times.
fn pattern(sectors: usize) -> Vec<u8> {
    let line = |number| format!("{:<31}\n", format!("sector {number:>6} of PATTERN.BIN"));
    (0..sectors).flat_map(|number| line(number).repeat(SECTOR / 32).into_bytes()).collect()
}

/// Lines of words drawn from the names of the trade.
fn page(stream: u64, lines: u64) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "pit", "land", "groove", "lens", "laser", "sled", "spindle", "frame", "sector", "track",
        "session", "layer", "rim", "hub", "dye", "focus",
    ];
    let word = |line, place| WORDS[random::hash(stream, &[line, place]) as usize % WORDS.len()];
    let line = |line| (0..10).map(|place| word(line, place)).collect::<Vec<_>>().join(" ");
    (0..lines).flat_map(|number| format!("{}\r\n", line(number)).into_bytes()).collect()
}

/// Two ways to say the same tree.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    /// ISO 9660 with Rock Ridge beside.
    Plain,
    Joliet,
}

struct Layout {
    tree: Vec<Folder>,
    /// First sector of each folder's records, plain and Joliet.
    plain: Vec<usize>,
    joliet: Vec<usize>,
    /// First sector of each folder's files' data.
    data: Vec<Vec<usize>>,
}

fn build() -> Vec<u8> {
    let tree = tree();
    // Each folder's records fit in a sector; a test holds the builder to it.
    let folders = tree.len();
    let mut next = DIRECTORIES + 2 * folders;
    let data = tree.iter().map(|folder| {
        let mut place = |file: &FileEntry| {
            let at = next;
            next += file.data.len().div_ceil(SECTOR);
            if file.data.is_empty() { 0 } else { at }
        };
        folder.files.iter().map(&mut place).collect()
    });
    let data: Vec<Vec<usize>> = data.collect();
    assert!(next + PADDING <= SECTORS, "the demo's files fit on it");
    let plain = (DIRECTORIES..DIRECTORIES + folders).collect();
    let joliet = (DIRECTORIES + folders..DIRECTORIES + 2 * folders).collect();
    let layout = Layout { tree, plain, joliet, data };

    let mut disc = vec![0; SECTORS * SECTOR];
    let mut put = |sector: usize, bytes: &[u8]| {
        let start = sector * SECTOR;
        disc[start..start + bytes.len()].copy_from_slice(bytes);
    };
    put(16, &layout.descriptor(Names::Plain));
    put(17, &layout.descriptor(Names::Joliet));
    put(18, b"\xffCD001\x01");
    for (index, names) in [Names::Plain, Names::Joliet].into_iter().enumerate() {
        put(PATH_TABLES + 2 * index, &layout.path_table(names, u32::to_le_bytes, u16::to_le_bytes));
        put(
            PATH_TABLES + 2 * index + 1,
            &layout.path_table(names, u32::to_be_bytes, u16::to_be_bytes),
        );
        for folder in 0..folders {
            put(layout.sectors(names)[folder], &layout.records(names, folder));
        }
    }
    for (folder, places) in layout.tree.iter().zip(&layout.data) {
        for (file, &at) in folder.files.iter().zip(places) {
            put(at, &file.data);
        }
    }
    disc
}

impl Layout {
    fn sectors(&self, names: Names) -> &[usize] {
        match names {
            Names::Plain => &self.plain,
            Names::Joliet => &self.joliet,
        }
    }

    /// ECMA-119 8.4, and 8.5 with the escape sequence of Joliet level 3.
    fn descriptor(&self, names: Names) -> Vec<u8> {
        let joliet = names == Names::Joliet;
        let text = |text: &str, length: usize| {
            let mut field = match names {
                Names::Plain => text.as_bytes().to_vec(),
                Names::Joliet => ucs2(text),
            };
            let filler: &[u8] = if joliet { &[0, b' '] } else { b" " };
            field.extend(filler.iter().copied().cycle().take(length.saturating_sub(field.len())));
            field
        };
        let table = self.path_table(names, u32::to_le_bytes, u16::to_le_bytes).len();
        let first_table = (PATH_TABLES + if joliet { 2 } else { 0 }) as u32;
        let mut d = vec![if joliet { 2 } else { 1 }];
        d.extend(b"CD001\x01\x00");
        d.extend(text("", 32)); // system identifier
        d.extend(text(VOLUME_ID, 32));
        d.extend([0; 8]);
        d.extend(both32(SECTORS)); // volume space size
        let mut escape = [0; 32];
        escape[..3].copy_from_slice(if joliet { b"%/E" } else { &[0; 3] });
        d.extend(escape);
        d.extend([both16(1), both16(1), both16(SECTOR)].concat()); // set size, number, block size
        d.extend(both32(table));
        d.extend(first_table.to_le_bytes());
        d.extend([0; 4]); // no second path table
        d.extend((first_table + 1).to_be_bytes());
        d.extend([0; 4]);
        d.extend(record(self.sectors(names)[0], SECTOR, true, &[0], &[]));
        d.extend(text(VOLUME_ID, 128)); // volume set
        d.extend(text("", 128)); // publisher
        d.extend(text("", 128)); // data preparer
        d.extend(text("OXIDISC", 128)); // application
        for _copyright_abstract_bibliography in 0..3 {
            d.extend(text("", 37));
        }
        for known in [true, true, false, true] {
            // created, modified, expires, effective (8.4.26.1)
            d.extend(if known { b"2026010100000000" } else { b"0000000000000000" });
            d.push(0);
        }
        d.extend([1, 0]);
        d.resize(SECTOR, 0);
        d
    }

    /// ECMA-119 9.4.
    fn path_table(
        &self,
        names: Names,
        long: fn(u32) -> [u8; 4],
        short: fn(u16) -> [u8; 2],
    ) -> Vec<u8> {
        let mut table = Vec::new();
        for (folder, &at) in self.tree.iter().zip(self.sectors(names)) {
            let name = folder_name(folder, names);
            table.extend([name.len() as u8, 0]);
            table.extend(long(at as u32));
            table.extend(short(folder.parent as u16 + 1));
            table.extend(&name);
            table.extend(vec![0; name.len() % 2]);
        }
        table
    }

    /// A folder's sector of directory records (ECMA-119 9.1), sorted by name.
    fn records(&self, names: Names, folder: usize) -> Vec<u8> {
        let sectors = self.sectors(names);
        let rock = |entries: Vec<u8>| if names == Names::Plain { entries } else { Vec::new() };
        let children: Vec<usize> =
            (1..self.tree.len()).filter(|&child| self.tree[child].parent == folder).collect();
        let links =
            |of: usize| 2 + self.tree.iter().skip(1).filter(|child| child.parent == of).count();
        let parent = self.tree[folder].parent;

        let mut own = attributes(true, links(folder));
        if folder == 0 {
            // SUSP 5.3: SP comes first in the root's own record; 5.5: ER names the extension.
            own.splice(0..0, *b"SP\x07\x01\xbe\xef\x00");
            own.extend(b"ER\x12\x01\x0a\x00\x00\x01RRIP_1991A");
        }
        let mut entries: Vec<(Vec<u8>, Vec<u8>)> = children
            .iter()
            .map(|&child| {
                let name = folder_name(&self.tree[child], names);
                let rock = rock(with_name(attributes(true, links(child)), self.tree[child].long));
                let bytes = record(sectors[child], SECTOR, true, &name, &rock);
                (name, bytes)
            })
            .collect();
        for (file, &at) in self.tree[folder].files.iter().zip(&self.data[folder]) {
            let name = match names {
                Names::Plain => file.name.as_bytes().to_vec(),
                Names::Joliet => ucs2(&format!("{};1", file.long)),
            };
            let rock = rock(with_name(attributes(false, 1), file.long));
            let bytes = record(at, file.data.len(), false, &name, &rock);
            entries.push((name, bytes));
        }
        entries.sort();
        let mut records = record(sectors[folder], SECTOR, true, &[0], &rock(own));
        let up = rock(attributes(true, links(parent)));
        records.extend(record(sectors[parent], SECTOR, true, &[1], &up));
        records.extend(entries.into_iter().flat_map(|(_, bytes)| bytes));
        assert!(records.len() <= SECTOR, "a folder's records fit in a sector");
        records.resize(SECTOR, 0);
        records
    }
}

fn folder_name(folder: &Folder, names: Names) -> Vec<u8> {
    match (folder.name, names) {
        ("", _) => vec![0],
        (name, Names::Plain) => name.as_bytes().to_vec(),
        (_, Names::Joliet) => ucs2(folder.long),
    }
}

/// ECMA-119 9.1: extent, size, date, flags, name, and what the system makes of the rest.
fn record(at: usize, size: usize, folder: bool, name: &[u8], system_use: &[u8]) -> Vec<u8> {
    let mut record = vec![0, 0];
    record.extend(both32(at));
    record.extend(both32(size));
    record.extend([126, 1, 1, 0, 0, 0, 0]); // 2026-01-01 00:00:00 UTC
    record.extend([if folder { 2 } else { 0 }, 0, 0]);
    record.extend(both16(1)); // volume
    record.push(name.len() as u8);
    record.extend(name);
    record.extend(vec![0; (name.len() + 1) % 2]);
    record.extend(system_use);
    record.extend(vec![0; record.len() % 2]);
    record[0] = record.len() as u8;
    record
}

/// RRIP 4.1.1 PX (version of 36 bytes): readable by all, owned by root; 4.1.6 TF: modified.
fn attributes(folder: bool, links: usize) -> Vec<u8> {
    let mut entry = b"PX\x24\x01".to_vec();
    let mode = if folder { 0o040_555 } else { 0o100_444 };
    entry.extend([both32(mode), both32(links), both32(0), both32(0)].concat());
    entry.extend(b"TF\x0c\x01\x02");
    entry.extend([126, 1, 1, 0, 0, 0, 0]);
    entry
}

/// RRIP 4.1.4 NM.
fn with_name(mut entries: Vec<u8>, name: &str) -> Vec<u8> {
    entries.extend([b'N', b'M', 5 + name.len() as u8, 1, 0]);
    entries.extend(name.as_bytes());
    entries
}

fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// ECMA-119 7.3.3: little-endian, then big-endian.
fn both32(value: usize) -> Vec<u8> {
    let value = value as u32;
    [value.to_le_bytes(), value.to_be_bytes()].concat()
}

/// ECMA-119 7.2.3.
fn both16(value: usize) -> Vec<u8> {
    let value = value as u16;
    [value.to_le_bytes(), value.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::surface::Image;

    #[test]
    fn the_demo_has_a_primary_and_a_joliet_descriptor_of_its_size() {
        let disc = image();
        assert_eq!(disc.blocks(), 4096);
        let mut sector = [0; SECTOR];
        disc.read(16, &mut sector).expect("within");
        assert_eq!(sector[..8], *b"\x01CD001\x01\x00");
        assert_eq!(sector[40..72], *b"OXIDISC_DEMO                    ");
        assert_eq!(sector[80..88], [0, 0x10, 0, 0, 0, 0, 0x10, 0]); // 4096, both ways round
        assert_eq!(sector[128..132], [0, 8, 8, 0]); // 2048
        assert_eq!(sector[881], 1); // file structure version
        disc.read(17, &mut sector).expect("within");
        assert_eq!(sector[..8], *b"\x02CD001\x01\x00");
        assert_eq!(sector[88..91], *b"%/E");
        assert_eq!(sector[40..48], *b"\0O\0X\0I\0D");
    }

    #[test]
    fn the_demo_is_the_same_each_time() {
        assert_eq!(build(), image().bytes());
        // As xorriso and isoinfo accepted it.
        assert_eq!(crc32fast::hash(image().bytes()), 1_882_779_615);
    }

    #[test]
    fn the_readme_is_where_the_root_says() {
        let disc = image();
        let bytes = disc.bytes();
        let root = &bytes[23 * SECTOR..24 * SECTOR];
        let name = root.windows(12).position(|w| w == b"README.TXT;1").expect("in the root");
        let record = &root[name - 33..];
        let word = |at: usize| {
            u32::from_le_bytes(record[at..at + 4].try_into().expect("four bytes")) as usize
        };
        let (at, size) = (word(2) * SECTOR, word(10));
        assert_eq!(bytes[at..at + size], *README.as_bytes());
    }

    #[test]
    fn each_sector_of_the_pattern_says_its_number() {
        let bytes = pattern(1500);
        assert_eq!(bytes.len(), 1500 * SECTOR);
        assert_eq!(bytes[1499 * SECTOR..][..32], *b"sector   1499 of PATTERN.BIN   \n");
    }
}
