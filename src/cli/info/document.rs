//! The document `oxidisc.info/1`, as the contract and `docs/info.schema.json` have it. Knows no
//! report it is made from; the text of `info` is made from it too, so that both say the same.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::drives::HeldBy;

/// All that could be asked.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    pub drive: Drive,
    pub profiles: Vec<Profile>,
    pub features: Vec<Feature>,
    pub quirks: Vec<Quirk>,
    pub read_speeds: Vec<Speed>,
    pub write_speeds: Vec<Speed>,
    /// The speed of reading over the disc, where the drive tells it.
    pub read_curve: Vec<Stretch>,
    /// Of writing, likewise.
    pub write_curve: Vec<Stretch>,
    pub medium: Option<Medium>,
    /// Where the drive contradicts itself.
    pub disagreements: Vec<Disagreement>,
    /// What should be known besides.
    pub remarks: Vec<String>,
    /// What made no sense on the way.
    pub notes: Vec<String>,
    /// What all this took, by the drive's clock.
    pub drive_seconds: f64,
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
    /// Kinds of disc, as shops call them.
    pub reads: Vec<&'static str>,
    pub writes: Vec<&'static str>,
    /// What else it can do.
    pub extras: Vec<&'static str>,
    /// Mode page 2Ah, never mixed with the features.
    pub page_2a: Option<Page2a>,
    /// Where its disc is mounted, and who else uses it.
    pub held_by: Vec<HeldBy>,
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
    pub vendor_resets_left: u8,
}

/// Mode page 2Ah.
#[derive(Clone, Debug, Serialize)]
pub struct Page2a {
    pub length: usize,
    /// Every bit that has a name, as far as the page goes.
    pub flags: Map<String, Value>,
    pub loading: &'static str,
    pub read_max_kbps: Option<u32>,
    pub read_now_kbps: Option<u32>,
    pub write_max_kbps: Option<u32>,
    pub write_now_kbps: Option<u32>,
    pub write_speeds_kbps: Vec<u32>,
    pub buffer_kib: Option<u32>,
    pub volume_levels: u16,
    pub copy_management: Option<u16>,
    pub rotation: Option<u8>,
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

/// A part of the disc over which the speed changes evenly.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stretch {
    pub lba: i32,
    pub kbps: u32,
    pub x: Option<f64>,
    /// As the drive tells it: the last block, one past it, or nothing that makes sense.
    pub end_lba: i32,
    pub end_kbps: u32,
    pub end_x: Option<f64>,
}

/// A contradiction.
#[derive(Clone, Debug, Serialize)]
pub struct Disagreement {
    pub about: &'static str,
    pub features: String,
    pub page_2a: String,
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
    /// The company behind the media id.
    pub maker: Option<&'static str>,
    /// DVD regions that the disc is for; null where nobody says.
    pub regions: Option<Vec<u8>>,
    /// What keeps it from being written: the switch of its cartridge and the like.
    pub write_protection: Option<&'static str>,
    /// Who says what of its size.
    pub sizes: Vec<Size>,
    pub volumes: Vec<Volume>,
    pub boot: Vec<Boot>,
    pub disc_information: Option<DiscInformation>,
    pub format: Option<Format>,
    pub track_resources: Option<TrackResources>,
    pub pow_resources: Option<PowResources>,
    pub layer_boundary: Option<LayerBoundary>,
    pub atip: Option<Atip>,
    pub physical: Vec<Physical>,
    pub bd_units: Vec<BdUnit>,
    /// The burst cutting area, in hex.
    pub bca: Option<String>,
    pub catalog_number: Option<String>,
    pub cd_text: Vec<CdText>,
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
    /// DATA MODE of a CD: 1 or 2.
    pub mode: Option<u8>,
    /// Blocks of a packet, where it is written in packets of a fixed size.
    pub packet_size: Option<u32>,
    pub isrc: Option<String>,
    pub title: Option<String>,
    pub performer: Option<String>,
}

/// What one source says of the size.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    pub source: &'static str,
    pub sectors: u32,
}

/// What a file system says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Volume {
    pub kind: &'static str,
    /// `1.02` of UDF, and whether there is Joliet beside ISO 9660.
    pub version: Option<String>,
    pub joliet: bool,
    pub volume_id: String,
    /// Sectors from LBA 0 to its end.
    pub sectors: Option<u32>,
    pub block_size: u32,
    pub created: Option<String>,
    pub publisher: Option<String>,
    pub preparer: Option<String>,
    pub application: Option<String>,
    pub system: Option<String>,
    /// UDF: files and folders it counts; whether it was closed properly.
    pub files: Option<u32>,
    pub folders: Option<u32>,
    pub closed: Option<bool>,
}

/// Something a machine can start from the disc.
#[derive(Clone, Debug, Serialize)]
pub struct Boot {
    pub platform: u8,
    pub platform_name: Option<&'static str>,
    pub bootable: bool,
    pub emulation: u8,
    pub lba: u32,
    /// Of 512 bytes.
    pub load_sectors: u16,
}

/// READ DISC INFORMATION, beyond status and sessions.
#[derive(Clone, Debug, Serialize)]
pub struct DiscInformation {
    pub sessions: u16,
    pub first_track: u8,
    pub first_track_in_last_session: u16,
    pub last_track: u16,
    pub unrestricted_use: bool,
    pub background_format: &'static str,
    pub disc_type: u8,
    pub disc_type_name: Option<&'static str>,
    pub id: Option<u32>,
    /// `79:59:74`. CD only.
    pub lead_out_max: Option<String>,
}

/// How the disc is formatted, and how it could be.
#[derive(Clone, Debug, Serialize)]
pub struct Format {
    pub state: Option<&'static str>,
    pub spare_free_sectors: Option<u32>,
    pub spare_sectors: Option<u32>,
    pub offers: Vec<Offer>,
}

/// A format there could be.
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    pub index: usize,
    pub code: u8,
    pub name: &'static str,
    pub meaning: &'static str,
    pub sectors: u32,
    pub spare_sectors: Option<u32>,
    pub refused: Option<&'static str>,
}

/// How many tracks there may be.
#[derive(Clone, Debug, Serialize)]
pub struct TrackResources {
    pub max: u16,
    pub assigned: u16,
    pub appendable_max: u16,
    pub appendable: u16,
}

/// What is left for pseudo-overwriting.
#[derive(Clone, Debug, Serialize)]
pub struct PowResources {
    pub replacements: u32,
    pub map_entries: u32,
    pub updates: u32,
}

/// Where the second layer of a blank disc will begin.
#[derive(Clone, Debug, Serialize)]
pub struct LayerBoundary {
    pub settable: bool,
    pub sectors: u32,
}

/// The pre-groove of a CD-R or CD-RW.
#[derive(Clone, Debug, Serialize)]
pub struct Atip {
    pub lead_in: String,
    pub lead_out: String,
    pub erasable: bool,
    pub sub_type: u8,
    pub unrestricted_use: bool,
    pub writing_power: u8,
    pub reference_speed: u8,
    /// A1 to A3 in hex, where they are valid.
    pub additional: Vec<Option<String>>,
}

/// The physical format information of a DVD's layer.
#[derive(Clone, Debug, Serialize)]
pub struct Physical {
    pub book_type: u8,
    pub book_name: &'static str,
    pub version: u8,
    pub diameter_mm: Option<u8>,
    pub layers: u8,
    pub track_path: &'static str,
    pub start: u32,
    pub end: u32,
    pub layer0_end: u32,
    pub bca: bool,
}

/// A disc information unit of a BD.
#[derive(Clone, Debug, Serialize)]
pub struct BdUnit {
    pub format: u8,
    pub sequence: u8,
    pub disc_type: String,
    pub layers: u8,
    pub first: u32,
    pub last: u32,
    pub manufacturer: Option<String>,
    pub media_type: Option<String>,
}

/// The CD-TEXT of one language.
#[derive(Clone, Debug, Serialize)]
pub struct CdText {
    pub block: u8,
    pub language: Option<u8>,
    pub language_name: Option<&'static str>,
    pub letters: &'static str,
    pub texts: Vec<Text>,
}

/// A text of the CD-TEXT.
#[derive(Clone, Debug, Serialize)]
pub struct Text {
    pub kind: &'static str,
    /// 0: the disc.
    pub track: u8,
    pub text: String,
}
