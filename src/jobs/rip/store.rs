//! The map's file. Saved after every read, so that a kill at any moment loses nothing that was
//! read; and honest about a power cut: what is in the image but perhaps not yet on stable storage
//! is named in a comment, with the boot in which it was written, and is not believed in another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::formats::mapfile::{Map, MapError, State};

/// A write of at most this many bytes at the start of a file lies in one page: the kernel does it
/// wholly or not at all, whenever the program is killed.
const ATOMIC: usize = 4096;

/// Maps are small: one of 100,000 stretches has 3 MB.
const MAX: u64 = 64 << 20;

const UNSYNCED: &str = "Unsynced in boot ";

/// The file on disk.
#[derive(Debug)]
pub struct MapStore {
    path: PathBuf,
    file: File,
    len: usize,
    command: String,
    boot: String,
}

/// Why a map that is there cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no map.
    #[error("{0}")]
    Map(#[from] MapError),
}

/// Reads a map. What another boot wrote and may not have reached the disk counts as not tried.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn load(path: &Path) -> Result<Map, LoadError> {
    let invalid = |reason| LoadError::Io(io::Error::new(ErrorKind::InvalidData, reason));
    if fs::metadata(path)?.len() > MAX {
        return Err(invalid("too large for a map"));
    }
    let text = String::from_utf8(fs::read(path)?).map_err(|_| invalid("not a text file"))?;
    let mut map = Map::parse(&text)?;
    for range in doubtful(&text, &this_boot()) {
        let read: Vec<_> = map.within(range).filter(|s| s.state == State::Finished).collect();
        for stretch in read {
            map.set(stretch.start..stretch.end(), State::NonTried);
        }
    }
    Ok(map)
}

/// The ranges that a boot other than `boot` left unsynced.
fn doubtful(text: &str, boot: &str) -> Vec<Range<u64>> {
    let hex = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    let range = |line: &str| {
        let mut words = line.strip_prefix("# ")?.strip_prefix(UNSYNCED)?.split_whitespace();
        let other = words.next() != Some(boot);
        let range = words.next().and_then(hex)?..words.next().and_then(hex)?;
        other.then_some(range)
    };
    text.lines().filter_map(range).collect()
}

/// Names this run of the kernel. Where there is no name, no boot is like another.
fn this_boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let id = id.trim();
    if id.is_empty() { format!("unknown-{}", std::process::id()) } else { id.to_string() }
}

impl MapStore {
    /// Starts the file, or takes over the one that is there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(path: &Path, map: &Map, command: &str) -> io::Result<MapStore> {
        let text = map.to_text(&[]);
        let mut store = MapStore {
            path: path.to_path_buf(),
            file: replace(path, &text)?,
            len: text.len(),
            command: command.to_string(),
            boot: this_boot(),
        };
        store.save(map, &[])?;
        Ok(store)
    }

    /// Saves the map. `unsynced`: what was written since the image was last synced.
    ///
    /// # Errors
    /// The file could not be written; the map before it still stands there.
    pub fn save(&mut self, map: &Map, unsynced: &[Range<u64>]) -> io::Result<()> {
        let mut comments = vec![format!("Command line: {}", self.command)];
        comments.extend(
            unsynced.iter().map(|range| {
                format!("{UNSYNCED}{} {:#x} {:#x}", self.boot, range.start, range.end)
            }),
        );
        let mut text = map.to_text(&comments);
        if text.len() <= ATOMIC && self.len <= ATOMIC {
            // Blank lines in place of what a longer map before it left behind.
            while text.len() < self.len {
                text.push('\n');
            }
            self.file.write_all_at(text.as_bytes(), 0)?;
        } else {
            self.file = replace(&self.path, &text)?;
        }
        self.len = text.len();
        Ok(())
    }

    /// Whether the next save is one write in place, and so costs next to nothing.
    pub fn is_cheap(&self) -> bool {
        self.len <= ATOMIC - 512
    }

    /// Makes what was saved last survive a power cut.
    ///
    /// # Errors
    /// As the file system says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()?;
        sync_folder(&self.path)
    }

    /// Removes the file: the image is complete.
    ///
    /// # Errors
    /// As the file system says.
    pub fn remove(self) -> io::Result<()> {
        // Of a run that was killed between two steps of a save.
        let _ = fs::remove_file(new_name(&self.path));
        fs::remove_file(&self.path)?;
        sync_folder(&self.path)
    }
}

/// Makes the names in a file's folder survive a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match File::open(folder.unwrap_or(Path::new(".")))?.sync_all() {
        // File systems that have nothing to sync there.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

fn new_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Puts a whole new file in the place of the one that is there.
fn replace(path: &Path, text: &str) -> io::Result<File> {
    let new = new_name(path);
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(&new)?;
    file.write_all_at(text.as_bytes(), 0)?;
    fs::rename(&new, path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(map: &Map, unsynced: &[Range<u64>]) -> (tempfile::TempDir, PathBuf, MapStore) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.iso.map");
        let mut store = MapStore::create(&path, map, "oxidisc rip a.iso").expect("created");
        store.save(map, unsynced).expect("saved");
        (folder, path, store)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let mut map = Map::new(1 << 20);
        map.set(0..65536, State::Finished);
        let range = 0..65536;
        let (_folder, path, mut store) = saved(&map, std::slice::from_ref(&range));
        assert_eq!(load(&path).expect("loads"), map);
        // A shorter one over a longer one.
        let short = Map::new(1 << 20);
        store.save(&short, &[]).expect("saved");
        assert_eq!(load(&path).expect("loads"), short);
        store.remove().expect("removed");
        assert!(!path.exists());
    }

    #[test]
    fn a_map_of_many_stretches_grows_beyond_a_page_and_shrinks_again() {
        let mut map = Map::new(1 << 20);
        let (_folder, path, mut store) = saved(&map, &[]);
        for index in 0..200u64 {
            map.set(index * 4096..index * 4096 + 2048, State::Bad);
            store.save(&map, &[]).expect("saved");
            assert_eq!(load(&path).expect("loads"), map);
        }
        assert!(fs::metadata(&path).expect("there").len() > 4096);
        map.set(0..1 << 20, State::Finished);
        store.save(&map, &[]).expect("saved");
        store.save(&map, &[]).expect("saved");
        assert_eq!(load(&path).expect("loads"), map);
    }

    #[test]
    fn after_a_power_cut_only_what_was_synced_is_believed() {
        let mut map = Map::new(1 << 20);
        map.set(0..131_072, State::Finished);
        map.set(131_072..133_120, State::Bad);
        let range = 65_536..133_120;
        let (_folder, path, _store) = saved(&map, std::slice::from_ref(&range));
        let text = fs::read_to_string(&path).expect("text");
        let other_boot = text.replace(&this_boot(), "00000000-0000-0000-0000-000000000000");
        assert_ne!(text, other_boot);
        fs::write(&path, other_boot).expect("written");
        let loaded = load(&path).expect("loads");
        assert_eq!(loaded.bytes(State::Finished), 65_536);
        assert_eq!(loaded.bytes(State::Bad), 2048);
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.map");
        assert!(matches!(load(&path), Err(LoadError::Io(_))));
        fs::write(&path, b"\xff\xfe").expect("written");
        assert_eq!(load(&path).expect_err("binary").to_string(), "not a text file");
        fs::write(&path, "0 ? 1\n0 10 +\n5 5 +\n").expect("written");
        assert!(matches!(load(&path), Err(LoadError::Map(_))));
    }
}
