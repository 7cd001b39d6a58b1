//! The document `oxidisc.info/1`, as the contract has it. Knows no report it is made from; the text
//! of `info` is made from it too, so that both say the same.

use serde::Serialize;
use serde_json::{Map, Value};

/// All that could be asked.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    pub drive: Drive,
    pub profiles: Vec<Profile>,
    pub features: Vec<Feature>,
    pub quirks: Vec<Quirk>,
    pub read_speeds: Vec<Speed>,
    pub write_speeds: Vec<Speed>,
    pub medium: Option<Medium>,
    /// With `--raw`: every command and its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Vec<Value>>,
}

/// The drive.
#[derive(Clone, Debug, Serialize)]
pub struct Drive {
    pub path: String,
    pub vendor: String,
    pub product: String,
    pub revision: String,
    pub serial: Option<String>,
    pub firmware_date: Option<String>,
    pub bus: Option<String>,
    pub buffer_kib: Option<u32>,
    pub loading: Option<String>,
    pub region: Option<Region>,
}

/// Something that the drive does unlike others.
#[derive(Clone, Debug, Serialize)]
pub struct Quirk {
    pub name: &'static str,
    pub does: &'static str,
    pub instead: &'static str,
}

/// DVD region of the drive.
#[derive(Clone, Debug, Serialize)]
pub struct Region {
    /// Whether the drive keeps to regions at all.
    pub enforced: bool,
    /// Those it is set to, 1 to 8; none if it is not set.
    pub regions: Vec<u8>,
    pub changes_left: u8,
}

/// A kind of disc that the drive knows.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    pub code: u16,
    pub name: String,
    pub current: bool,
}

/// Something the drive can do.
#[derive(Clone, Debug, Serialize)]
pub struct Feature {
    pub code: u16,
    pub name: Option<String>,
    pub version: u8,
    pub persistent: bool,
    pub current: bool,
    pub data: Map<String, Value>,
}

/// A speed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Speed {
    pub kbps: u32,
    /// Of the medium's 1x; null while there is none.
    pub x: Option<f64>,
}

/// A number of the standard and its name.
#[derive(Clone, Debug, Serialize)]
pub struct Code {
    pub code: u16,
    pub name: String,
}

/// The disc.
#[derive(Clone, Debug, Serialize)]
pub struct Medium {
    pub profile: Code,
    pub status: Option<&'static str>,
    pub erasable: Option<bool>,
    pub sessions: Vec<Session>,
    pub capacity_sectors: Option<u64>,
    pub used_sectors: Option<u64>,
    pub free_sectors: Option<u64>,
    pub sector_size: Option<u32>,
    pub layers: Option<u8>,
    pub layer_break: Option<i32>,
    pub media_id: Option<String>,
    pub manufacturer: Option<String>,
    pub book_type: Option<String>,
    pub protection: Option<&'static str>,
    pub filesystems: Vec<&'static str>,
    pub volume_id: Option<String>,
}

/// A session.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    pub number: u16,
    pub state: Option<&'static str>,
    pub tracks: Vec<Track>,
}

/// A track.
#[derive(Clone, Debug, Serialize)]
pub struct Track {
    pub number: u16,
    pub kind: &'static str,
    pub start: i32,
    pub length: Option<u32>,
    pub next_writable: Option<i32>,
    pub free: Option<u32>,
    pub blank: bool,
    pub damaged: bool,
}
