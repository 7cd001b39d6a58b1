//! Where a recording goes whose name and header are known only once the drive has said who it is:
//! into memory until then, and from then on line by line into its file.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// What is written. Clones write to the same place.
#[derive(Clone, Debug, Default)]
pub struct Spool(Arc<Mutex<Place>>);

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(File),
}

impl Default for Place {
    fn default() -> Place {
        Place::Memory(Vec::new())
    }
}

impl Spool {
    /// Writes the header and all that came so far; the rest follows as it comes.
    ///
    /// # Errors
    /// The file takes no more.
    pub fn settle(&self, mut file: File, header: &str) -> io::Result<()> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Place::Memory(lines) = &*place {
            writeln!(file, "{header}")?;
            file.write_all(lines)?;
        }
        *place = Place::File(file);
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Place::Memory(lines) => lines.write(bytes),
            Place::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_the_file_stands_behind_its_header() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        let spool = Spool::default();
        let mut end = spool.clone();
        end.write_all(b"first\n").expect("memory");
        spool.settle(File::create(&path).expect("a file"), "header").expect("room");
        end.write_all(b"second\n").expect("room");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), "header\nfirst\nsecond\n");
    }
}
