//! Discs as they are bought: how many blocks each kind has before anything is recorded.

use std::io;
use std::path::{Path, PathBuf};

use super::atip::Atip;
use super::content::Content;
use super::recording::Record;
use super::rules;
use super::store::Store;
use super::{Kind, Medium, Protection};
use crate::sim::geometry::TrackPath;
use crate::transport::reason;

/// Why there is no such disc.
#[derive(Debug, thiserror::Error)]
pub enum BlankError {
    /// Nothing has this name.
    #[error("no medium '{name}': there are {}", Kind::names())]
    UnknownMedium {
        /// What was given.
        name: String,
    },
    /// Such discs cannot be written, or do not have so many layers.
    #[error("no blank {medium} of {layers} layers")]
    NoSuchDisc {
        /// Its kind, as in a spec.
        medium: &'static str,
        /// The layers that were asked for.
        layers: u8,
        /// How many there can be: none of a pressed disc.
        possible: Vec<u8>,
    },
    /// Such discs have more or fewer blocks.
    #[error("a {medium} has {LEAST} to {most} blocks, not {asked}")]
    Capacity {
        /// Its kind, as in a spec.
        medium: &'static str,
        /// Blocks of the largest.
        most: u32,
        /// Blocks that were asked for.
        asked: u32,
    },
    /// The file cannot be made or written.
    #[error("{}{}", place(.path.as_deref()), reason(.error))]
    File {
        /// Which, if it has a name.
        path: Option<PathBuf>,
        /// What the system says.
        error: io::Error,
    },
}

impl BlankError {
    /// What would work instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            BlankError::UnknownMedium { .. } => None,
            BlankError::NoSuchDisc { possible, .. } if possible.is_empty() => {
                Some("pressed discs are made of an image: sim:disc.iso".to_string())
            }
            BlankError::NoSuchDisc { medium, possible, .. } => {
                let layers: Vec<String> = possible.iter().map(u8::to_string).collect();
                Some(format!("a {medium} has {} layers", layers.join(" or ")))
            }
            BlankError::Capacity { most, .. } => {
                Some(format!("ask for {} to {} KiB", LEAST * 2, most * 2))
            }
            BlankError::File { error, .. } if error.kind() == io::ErrorKind::AlreadyExists => {
                Some("choose another name, or delete it".to_string())
            }
            BlankError::File { error, .. } if error.kind() == io::ErrorKind::NotFound => {
                Some("make the folder first".to_string())
            }
            BlankError::File { .. } => None,
        }
    }

    fn unnamed(error: io::Error) -> BlankError {
        BlankError::File { path: None, error }
    }
}

fn place(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| format!("{}: ", path.display()))
}

/// A disc to be made.
#[derive(Clone, Copy, Debug)]
pub struct Blank {
    /// Its kind.
    pub kind: Kind,
    /// Its layers; `None`: as few as such a disc has.
    pub layers: Option<u8>,
    /// Blocks, where it is to be smaller than such discs are.
    pub capacity: Option<u32>,
    /// Formatted in the factory, where such discs are: a DVD-RAM.
    pub formatted: bool,
}

/// Blocks of user data by kind and layers, before any format.
fn blocks(kind: Kind, layers: u8) -> Option<u32> {
    Some(match (kind, layers) {
        (Kind::CdR | Kind::CdRw, 1) => Atip::find(kind, None)?.lead_out(),
        // MMC-6 table 4 and the like: DVD-R(W) of 4.7 GB; real-drives: HL-DT-ST GSA-4083N.
        (Kind::DvdR, 1) => 2_298_496,
        // real-drives: HL-DT-ST GSA-4083N: 2297888 in all formats.
        (Kind::DvdRw, 1) => 2_297_888,
        (Kind::DvdRDl, 2) => 4_171_712,
        // real-drives: TSSTcorp TS-L632H: 2295104 free.
        (Kind::DvdPlusR | Kind::DvdPlusRw, 1) => 2_295_104,
        // real-drives: PIONEER DVR-111D: 4173824 free.
        (Kind::DvdPlusRDl, 2) => 4_173_824,
        // real-drives: TSSTcorp SH-S182M: 2295072 unformatted, 2236704 formatted.
        (Kind::DvdRam, 1) => 2_295_072,
        // real-drives: HL-DT-ST WH16NS40: 12219392 unformatted.
        (Kind::BdR | Kind::BdRe, 1) => 12_219_392,
        (Kind::BdR | Kind::BdRe, 2) => 24_438_784,
        (Kind::BdR | Kind::BdRe, 3) => 48_878_592,
        (Kind::BdR, 4) => 62_500_864,
        _ => return None,
    })
}

/// Blocks of a disc as it is bought; none where there is no such disc, or it cannot be written.
fn whole(kind: Kind, layers: u8) -> Option<u32> {
    blocks(kind, layers).filter(|_| rules::of(kind).is_some())
}

/// The smallest disc that can be asked for: some error-correction blocks.
const LEAST: u32 = 512;

impl Blank {
    /// The disc, its sectors in this file.
    ///
    /// # Errors
    /// There is no such disc, or the file cannot be written.
    pub fn on(self, mut store: Store) -> Result<Medium, BlankError> {
        let Blank { kind, layers, capacity, formatted } = self;
        let layers = layers.unwrap_or_else(|| kind.layers_min());
        let medium = kind.name();
        let most = whole(kind, layers).ok_or_else(|| {
            let possible = (1..=kind.layers_max()).filter(|n| whole(kind, *n).is_some()).collect();
            BlankError::NoSuchDisc { medium, layers, possible }
        })?;
        let asked = capacity.unwrap_or(most);
        if !(LEAST..=most).contains(&asked) {
            return Err(BlankError::Capacity { medium, most, asked });
        }
        let unit = kind.family().ecc_blocks().0;
        let capacity = asked / unit * unit;
        store.keep_marks(capacity, unit).map_err(BlankError::unnamed)?;
        let record = Record { capacity, whole: capacity, ..Record::default() };
        let mut disc = Medium {
            kind,
            layers,
            path: TrackPath::Opposite,
            layer_break: None,
            tracks: Vec::new(),
            protection: Protection::None,
            protected: Vec::new(),
            content: Content::Recorded(store),
            record: Some(record),
        };
        if formatted && kind == Kind::DvdRam {
            rules::format_in_factory(&mut disc);
        }
        disc.keep().map_err(BlankError::unnamed)?;
        Ok(disc)
    }

    /// Makes a `.disc` file of it.
    ///
    /// # Errors
    /// There is no such disc, or the file is there already or cannot be written.
    pub fn create(self, path: &Path) -> Result<(), BlankError> {
        let named = |error| BlankError::File { path: Some(path.to_path_buf()), error };
        let store = Store::create(path, self.kind.family()).map_err(named)?;
        let made = self.on(store).map(drop).inspect_err(|_| {
            // A file that holds no disc is of no use to anybody.
            let _ = std::fs::remove_file(path);
        });
        made.map_err(|error| match error {
            BlankError::File { error, .. } => named(error),
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(medium: &str, layers: Option<u8>, capacity: Option<u32>) -> BlankError {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("new.disc");
        let error = crate::sim::create(&path, medium, layers, capacity).expect_err("no disc");
        assert!(!path.exists(), "{medium}");
        error
    }

    #[test]
    fn what_is_no_disc_is_told_with_what_would_be_one() {
        let error = made("floppy", None, None);
        assert!(error.to_string().starts_with("no medium 'floppy': there are cd-rom cd-r "));
        for (error, told, hint) in [
            (
                made("dvd-rom", None, None),
                "no blank dvd-rom of 1 layers",
                "pressed discs are made of an image: sim:disc.iso",
            ),
            (
                made("bd-re", Some(4), None),
                "no blank bd-re of 4 layers",
                "a bd-re has 1 or 2 or 3 layers",
            ),
            (
                made("dvd+r", None, Some(511)),
                "a dvd+r has 512 to 2295104 blocks, not 511",
                "ask for 1024 to 4590208 KiB",
            ),
        ] {
            assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (told, Some(hint)));
        }
    }

    #[test]
    fn a_file_that_cannot_be_made_is_told_by_its_name() {
        let place = tempfile::tempdir().expect("a folder");
        let (there, nowhere) = (place.path().join("a.disc"), place.path().join("no/a.disc"));
        std::fs::write(&there, "precious").expect("written");
        for (path, told, hint) in [
            (&there, "file exists", "choose another name, or delete it"),
            (&nowhere, "no such file or directory", "make the folder first"),
        ] {
            let error = crate::sim::create(path, "bd-r", None, None).expect_err("no disc");
            assert!(matches!(error, BlankError::File { .. }), "{error:?}");
            assert_eq!(error.to_string(), format!("{}: {told}", path.display()));
            assert_eq!(error.hint().as_deref(), Some(hint));
        }
        assert_eq!(std::fs::read(&there).expect("read"), b"precious");
    }
}
