//! Discs as they are bought: how many blocks each kind has before anything is recorded.

use std::path::Path;

use super::atip::Atip;
use super::content::Content;
use super::recording::Record;
use super::rules;
use super::store::Store;
use super::{Kind, Medium, Protection};
use crate::sim::geometry::TrackPath;
use crate::transport::reason;

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

/// The smallest disc that can be asked for: some error-correction blocks.
const LEAST: u32 = 512;

impl Blank {
    /// The disc, its sectors in this file.
    ///
    /// # Errors
    /// There is no such disc, or the file cannot be written; the reason says which.
    pub fn on(self, mut store: Store) -> Result<Medium, String> {
        let Blank { kind, layers, capacity, formatted } = self;
        let layers = layers.unwrap_or_else(|| kind.layers_min());
        let name = kind.name();
        let whole = blocks(kind, layers).filter(|_| rules::of(kind).is_some());
        let whole = whole.ok_or_else(|| format!("no blank {name} of {layers} layers"))?;
        let capacity = capacity.unwrap_or(whole);
        if !(LEAST..=whole).contains(&capacity) {
            return Err(format!("a {name} has {LEAST} to {whole} blocks, not {capacity}"));
        }
        let unit = kind.family().ecc_blocks().0;
        let capacity = capacity / unit * unit;
        let failed = |error: std::io::Error| reason(&error).to_string();
        store.keep_marks(capacity, unit).map_err(failed)?;
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
        disc.keep().map_err(failed)?;
        Ok(disc)
    }

    /// Makes a `.disc` file of it.
    ///
    /// # Errors
    /// There is no such disc, or the file is there already or cannot be written.
    pub fn create(self, path: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {}", path.display(), reason(&error));
        let store = Store::create(path, self.kind.family()).map_err(failed)?;
        self.on(store).map(drop).inspect_err(|_| {
            // A file that holds no disc is of no use to anybody.
            let _ = std::fs::remove_file(path);
        })
    }
}
