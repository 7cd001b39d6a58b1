//! Where the sectors of a recordable disc are kept, and beside them what is recorded on it: a
//! sparse file, named (`.disc`) and lasting, or unnamed and gone with the drive. Knows no medium's
//! rules.
//!
//! The file: two slots of 32 KiB for the state, of which the one with the higher number that is
//! whole counts, so that a kill at any moment leaves one; then the sectors in order of their LBA,
//! 2048 bytes each, on a CD 2352; then the marks ([`super::marks`]).

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use super::content::Content;
use super::marks::{Mark, Marks};
use super::recording::Record;
use super::{Kind, Medium, Track};
use crate::transport::reason;
use crate::units::Family;

/// The first line of a slot: what it is, its number, the length and the checksum of what follows.
const MAGIC: &str = "oxidisc virtual disc 1";
/// Bytes of a slot.
const SLOT: usize = 32 << 10;
/// Where the sectors begin.
const SECTORS: u64 = 2 * SLOT as u64;

/// A file of sectors.
pub struct Store {
    file: Flock<File>,
    stride: u64,
    saves: u64,
    marks: Option<Marks>,
}

/// The state of a disc as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Saved {
    /// Its kind, as in a spec.
    pub medium: String,
    /// Its layers.
    pub layers: u8,
    /// Blocks on each layer but the last, where that has been set.
    pub layer_break: Option<u32>,
    /// Its tracks.
    pub tracks: Vec<Track>,
    /// The rest.
    pub record: Record,
}

impl Store {
    /// A disc that is gone with the drive.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn temporary(family: Family) -> io::Result<Store> {
        Store::over(tempfile::tempfile()?, family)
    }

    /// Makes a file for a disc.
    ///
    /// # Errors
    /// It is there already, or cannot be made.
    pub fn create(path: &Path, family: Family) -> io::Result<Store> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Store::over(file, family)
    }

    fn over(file: File, family: Family) -> io::Result<Store> {
        let file =
            Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| errno)?;
        let stride = if family == Family::Cd { 2352 } else { 2048 };
        Ok(Store { file, stride, saves: 0, marks: None })
    }

    /// Opens a disc that was made before.
    ///
    /// # Errors
    /// The reason: it cannot be opened, is in use, or is no virtual disc.
    pub fn open(path: &Path) -> Result<(Store, Saved, Kind), String> {
        let shown = path.display();
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock => format!("{shown}: another program uses this disc"),
            _ => format!("{shown}: {}", reason(&error)),
        };
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
        let mut store = Store::over(file, Family::Dvd).map_err(failed)?;
        let (saves, saved) = store.load().map_err(failed)?.ok_or_else(|| {
            format!("{shown}: no virtual disc; `oxidisc virtual create` makes one")
        })?;
        let (kind, _) = Kind::parse(&saved.medium)
            .ok_or_else(|| format!("{shown}: a virtual disc of unknown kind '{}'", saved.medium))?;
        store.saves = saves;
        store.stride = if kind.family() == Family::Cd { 2352 } else { 2048 };
        store.keep_marks(saved.record.whole, kind.family().ecc_blocks().0).map_err(failed)?;
        Ok((store, saved, kind))
    }

    fn load(&self) -> io::Result<Option<(u64, Saved)>> {
        let mut best: Option<(u64, Saved)> = None;
        for slot in 0..2 {
            let mut bytes = vec![0; SLOT];
            let mut filled = 0;
            while filled < SLOT {
                let at = (slot * SLOT + filled) as u64;
                match self.file.read_at(&mut bytes[filled..], at)? {
                    0 => break,
                    count => filled += count,
                }
            }
            let found = parse_slot(&bytes[..filled]);
            if let Some(found) = found
                && best.as_ref().is_none_or(|(saves, _)| found.0 > *saves)
            {
                best = Some(found);
            }
        }
        Ok(best)
    }

    /// Keeps the state of the disc.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&mut self, saved: &Saved) -> io::Result<()> {
        let body = serde_json::to_vec(saved)?;
        self.saves += 1;
        let head =
            format!("{MAGIC} {} {} {:08x}\n", self.saves, body.len(), crc32fast::hash(&body));
        let mut slot = head.into_bytes();
        slot.extend_from_slice(&body);
        if slot.len() > SLOT {
            return Err(io::Error::other("the state of the disc is too long for its file"));
        }
        self.file.write_all_at(&slot, self.saves % 2 * SLOT as u64)
    }

    /// Reads from a sector, `skip` bytes into it; what was never written is zeros.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self, lba: u32, skip: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        let mut at = SECTORS + u64::from(lba) * self.stride + skip;
        while !buffer.is_empty() {
            match self.file.read_at(buffer, at)? {
                0 => {
                    buffer.fill(0);
                    break;
                }
                count => {
                    buffer = &mut buffer[count..];
                    at += count as u64;
                }
            }
        }
        Ok(())
    }

    /// Writes into a sector, `skip` bytes into it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, lba: u32, skip: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, SECTORS + u64::from(lba) * self.stride + skip)
    }

    /// Bytes that a sector takes in the file.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    /// Forgets all sectors and their marks, and gives their room back.
    ///
    /// # Errors
    /// The file cannot be cut.
    pub fn erase(&mut self) -> io::Result<()> {
        if let Some(marks) = &mut self.marks {
            marks.clear();
        }
        self.file.set_len(SECTORS)
    }

    /// From now on knows marks, behind so many sectors; `unit` sectors share one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn keep_marks(&mut self, blocks: u32, unit: u32) -> io::Result<()> {
        let at = SECTORS + u64::from(blocks) * self.stride;
        self.marks = Some(Marks::load(&self.file, at, blocks, unit)?);
        Ok(())
    }

    /// Whether a sector is marked so, and up to which one that is the same.
    pub fn marked(&self, mark: Mark, lba: u32) -> (bool, u32) {
        self.marks.as_ref().map_or((false, u32::MAX), |marks| marks.marked(mark, lba))
    }

    /// Marks sectors, or takes their marks away.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark(&mut self, mark: Mark, sectors: Range<u32>, set: bool) -> io::Result<()> {
        match &mut self.marks {
            Some(marks) => marks.mark(&self.file, mark, sectors, set),
            None => Ok(()),
        }
    }

    /// The first sectors of all that is marked so.
    pub fn all_marked(&self, mark: Mark) -> Vec<u32> {
        self.marks.as_ref().map_or_else(Vec::new, |marks| marks.all(mark))
    }
}

fn parse_slot(bytes: &[u8]) -> Option<(u64, Saved)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?.strip_prefix(MAGIC)?;
    let mut fields = head.split_ascii_whitespace();
    let saves = fields.next()?.parse().ok()?;
    let length: usize = fields.next()?.parse().ok()?;
    let checksum = u32::from_str_radix(fields.next()?, 16).ok()?;
    let body = bytes.get(end + 1..)?.get(..length)?;
    if crc32fast::hash(body) != checksum {
        return None;
    }
    Some((saves, serde_json::from_slice(body).ok()?))
}

impl Medium {
    /// Forgets what was recorded on it. Where its file cannot be cut, the sectors stay what they
    /// are, as on a disc that was formatted without being erased.
    pub fn wipe(&mut self) {
        if let Content::Recorded(store) = &mut self.content {
            let _ = store.erase();
        }
        if let Some(record) = &mut self.record {
            record.laid = 0;
            record.spares_used = 0;
        }
    }

    /// Keeps its state in its file, if it is recorded in one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&mut self) -> io::Result<()> {
        if self.rehearsing() {
            return Ok(());
        }
        let (Content::Recorded(store), Some(record)) = (&mut self.content, &self.record) else {
            return Ok(());
        };
        store.save(&Saved {
            medium: self.kind.name().to_string(),
            layers: self.layers,
            layer_break: self.layer_break,
            tracks: self.tracks.clone(),
            record: record.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(next: u32) -> Saved {
        let record = Record { capacity: 1000, next, ..Record::default() };
        Saved { medium: "dvd+r".into(), layers: 1, layer_break: None, tracks: vec![], record }
    }

    #[test]
    fn a_disc_lasts_from_one_opening_to_the_next_and_is_nobody_else_s_meanwhile() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.disc");
        let mut store = Store::create(&path, Family::Dvd).expect("made");
        store.save(&saved(16)).expect("saved");
        store.save(&saved(32)).expect("saved");
        store.write(5, 0, &[7; 2048]).expect("written");
        let refused = Store::open(&path).err().expect("in use");
        assert!(refused.contains("another program"), "{refused}");
        drop(store);
        let (store, found, kind) = Store::open(&path).expect("there");
        assert_eq!((found.record.next, kind), (32, Kind::DvdPlusR));
        let mut sector = [1; 4096];
        store.read(5, 0, &mut sector).expect("read");
        assert_eq!((sector[0], sector[2047], sector[2048], sector[4095]), (7, 7, 0, 0));
        assert!(Store::create(&path, Family::Dvd).is_err());
    }

    #[test]
    fn a_slot_that_was_cut_off_leaves_the_one_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.disc");
        let mut store = Store::create(&path, Family::Dvd).expect("made");
        store.save(&saved(16)).expect("saved");
        store.save(&saved(32)).expect("saved");
        // Slot 0 holds the second; half of it is overwritten.
        store.file.write_all_at(&[0; 40], 30).expect("written");
        drop(store);
        assert_eq!(Store::open(&path).expect("there").1.record.next, 16);
    }

    #[test]
    fn what_is_no_virtual_disc_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let refused = Store::open(file.path()).err().expect("empty");
        assert!(refused.contains("virtual create"), "{refused}");
        assert!(Store::open(Path::new("/no/such.disc")).err().expect("none").contains("/no/such"));
    }
}
