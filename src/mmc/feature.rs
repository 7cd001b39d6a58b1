//! Features (MMC-6 5.3): what they are called and what is in them. A table of names and places;
//! what the table does not know is kept as bytes.

mod table;

use super::cmd::get_configuration::Feature;
use super::fields::{Fields, printable};
use super::mode_page::Loading;
use super::profile::Profile;

/// Profile List.
pub const PROFILE_LIST: u16 = 0x0000;
/// Removable Medium.
pub const REMOVABLE_MEDIUM: u16 = 0x0003;
/// Write Protect.
pub const WRITE_PROTECT: u16 = 0x0004;
/// CD Read.
pub const CD_READ: u16 = 0x001e;
/// Random Writable: current with a DVD-RAM, among others.
pub const RANDOM_WRITABLE: u16 = 0x0020;
/// Incremental Streaming Writable.
pub const INCREMENTAL_STREAMING: u16 = 0x0021;
/// Formattable: current with a disc that the drive can format.
pub const FORMATTABLE: u16 = 0x0023;
/// MRW: Mount Rainier.
pub const MRW: u16 = 0x0028;
/// DVD+RW.
pub const DVD_PLUS_RW: u16 = 0x002a;
/// DVD+R.
pub const DVD_PLUS_R: u16 = 0x002b;
/// Rigid Restricted Overwrite: a DVD-RW that is formatted.
pub const RIGID_RESTRICTED_OVERWRITE: u16 = 0x002c;
/// CD Track at Once.
pub const CD_TRACK_AT_ONCE: u16 = 0x002d;
/// CD Mastering: session at once, raw.
pub const CD_MASTERING: u16 = 0x002e;
/// DVD-R/-RW Write.
pub const DVD_R_WRITE: u16 = 0x002f;
/// Layer Jump Recording.
pub const LAYER_JUMP: u16 = 0x0033;
/// CD-RW Media Write Support.
pub const CD_RW_MEDIA_WRITE: u16 = 0x0037;
/// BD-R Pseudo-Overwrite: current with a disc that is formatted so.
pub const BD_R_PSEUDO_OVERWRITE: u16 = 0x0038;
/// DVD+RW Dual Layer.
pub const DVD_PLUS_RW_DL: u16 = 0x003a;
/// DVD+R Dual Layer.
pub const DVD_PLUS_R_DL: u16 = 0x003b;
/// BD Write.
pub const BD_WRITE: u16 = 0x0041;
/// HD DVD Write.
pub const HD_DVD_WRITE: u16 = 0x0051;
/// DVD CSS: the drive can authenticate; current with a protected disc.
pub const DVD_CSS: u16 = 0x0106;
/// Real-Time Streaming: GET PERFORMANCE and SET STREAMING.
pub const REAL_TIME_STREAMING: u16 = 0x0107;
/// Drive Serial Number.
pub const SERIAL_NUMBER: u16 = 0x0108;
/// DVD CPRM.
pub const DVD_CPRM: u16 = 0x010b;
/// Firmware Information.
pub const FIRMWARE_INFORMATION: u16 = 0x010c;
/// AACS.
pub const AACS: u16 = 0x010d;
/// SecurDisc.
pub const SECURDISC: u16 = 0x0113;

/// A field of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A bit.
    Flag(bool),
    /// A number.
    Number(u32),
    /// Text, trimmed.
    Text(String),
    /// A list of numbers.
    Numbers(Vec<u32>),
    /// The profiles of the profile list, and whether each applies now.
    Profiles(Vec<(Profile, bool)>),
    /// What the table does not know.
    Bytes(Vec<u8>),
}

use table::{Place, Row, TABLE};

impl Feature {
    fn row(&self) -> Option<&'static Row> {
        let at = TABLE.binary_search_by_key(&self.code, |(code, ..)| *code).ok()?;
        TABLE.get(at)
    }

    /// Its name in the standard; `None` for what MMC does not name.
    pub fn name(&self) -> Option<&'static str> {
        self.row().map(|(_, name, _)| *name)
    }

    /// Its fields, as far as they are there. One of bytes where nothing is known of a feature that
    /// has some.
    pub fn fields(&self) -> Vec<(&'static str, Value)> {
        let known = self.row().map_or(&[][..], |(.., fields)| fields);
        if known.is_empty() && !self.data.is_empty() {
            return vec![("bytes", Value::Bytes(self.data.clone()))];
        }
        let value = |place: Place| self.value(place);
        known.iter().filter_map(|(name, place)| Some((*name, value(*place)?))).collect()
    }

    fn value(&self, place: Place) -> Option<Value> {
        let fields = Fields(&self.data);
        Some(match place {
            Place::Flag(at, mask) => Value::Flag(fields.flag(at, mask).ok()?),
            Place::Bits(at, mask) => Value::Number(u32::from(fields.bits(at, mask).ok()?)),
            Place::Be16(at) => Value::Number(u32::from(fields.be16(at).ok()?)),
            Place::Be24(at) => Value::Number(fields.be24(at).ok()?),
            Place::Be32(at) => Value::Number(fields.be32(at).ok()?),
            Place::Text => Value::Text(printable(&self.data)),
            Place::Interface => Value::Text(interface(fields.be32(0).ok()?)?.into()),
            Place::Mechanism => Value::Text(self.loading()?.name().into()),
            Place::Profiles => Value::Profiles(self.profiles()),
            Place::Counted { count, each, from } => {
                let count = usize::from(fields.u8(count).ok()?);
                Value::Numbers(numbers(fields, from, each).take(count).collect())
            }
            Place::Rest32 => Value::Numbers(numbers(fields, 0, 4).collect()),
        })
    }

    /// The profiles of feature 0000h in the order sent, and whether each applies now. More than one
    /// may: a DVD-RAM is a removable disk too (real-drives: ASUS DRW-24F1ST).
    pub fn profiles(&self) -> Vec<(Profile, bool)> {
        let (entries, _) = self.data.as_chunks::<4>();
        entries
            .iter()
            .map(|[high, low, flags, _]| {
                (Profile::from(u16::from_be_bytes([*high, *low])), flags & 0x01 != 0)
            })
            .collect()
    }

    /// LOADING MECHANISM TYPE of feature 0003h.
    pub fn loading(&self) -> Option<Loading> {
        Fields(&self.data).bits(0, 0xe0).ok().map(Loading::from)
    }

    /// The text of features 0108h: the serial number.
    pub fn serial(&self) -> Option<String> {
        Some(printable(&self.data)).filter(|text| !text.is_empty())
    }

    /// The date of feature 010Ch, `2010-11-01 10:14:00`. Never checked for sense: an ASUS BW-16D1HT
    /// is of 2119 (real-drives). Other text as it is.
    pub fn firmware_date(&self) -> Option<String> {
        let text = self.serial()?;
        let digits = text.bytes().take(14).take_while(u8::is_ascii_digit).count();
        let part = |from: usize, to: usize| text.get(from..to);
        if digits < 12 {
            return Some(text);
        }
        let date = format!(
            "{}-{}-{} {}:{}",
            part(0, 4)?,
            part(4, 6)?,
            part(6, 8)?,
            part(8, 10)?,
            part(10, 12)?
        );
        let seconds = part(12, 14).filter(|_| digits == 14);
        Some(seconds.map_or(date.clone(), |seconds| format!("{date}:{seconds}")))
    }
}

/// Numbers of `each` bytes from a place on.
fn numbers(fields: Fields<'_>, from: usize, each: usize) -> impl Iterator<Item = u32> {
    let whole = fields.0.get(from..).unwrap_or_default().chunks_exact(each);
    whole.map(|bytes| bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// PHYSICAL INTERFACE STANDARD (MMC-6 table 90).
fn interface(code: u32) -> Option<&'static str> {
    Some(match code {
        1 => "SCSI",
        2 => "ATAPI",
        3 | 4 | 6 => "IEEE 1394",
        5 => "Fibre Channel",
        7 => "Serial ATAPI",
        8 => "USB",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(code: u16, data: &[u8]) -> Feature {
        Feature { code, version: 0, persistent: false, current: true, data: data.to_vec() }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn codes_that_are_decided_on_have_their_names() {
        for (code, name) in [
            (WRITE_PROTECT, "Write Protect"),
            (RANDOM_WRITABLE, "Random Writable"),
            (INCREMENTAL_STREAMING, "Incremental Streaming Writable"),
            (FORMATTABLE, "Formattable"),
            (DVD_PLUS_RW, "DVD+RW"),
            (DVD_PLUS_R, "DVD+R"),
            (RIGID_RESTRICTED_OVERWRITE, "Rigid Restricted Overwrite"),
            (CD_TRACK_AT_ONCE, "CD Track at Once"),
            (CD_MASTERING, "CD Mastering"),
            (DVD_R_WRITE, "DVD-R/-RW Write"),
            (BD_R_PSEUDO_OVERWRITE, "BD-R Pseudo-Overwrite"),
            (DVD_PLUS_RW_DL, "DVD+RW Dual Layer"),
            (DVD_PLUS_R_DL, "DVD+R Dual Layer"),
            (BD_WRITE, "BD Write"),
            (MRW, "MRW"),
            (LAYER_JUMP, "Layer Jump Recording"),
            (CD_RW_MEDIA_WRITE, "CD-RW Media Write Support"),
            (HD_DVD_WRITE, "HD DVD Write"),
            (SECURDISC, "SecurDisc"),
        ] {
            assert_eq!(feature(code, &[]).name(), Some(name));
        }
    }

    #[test]
    fn names_are_those_of_the_standard() {
        for (code, name) in [
            (0x0000, "Profile List"),
            (0x0010, "Random Readable"),
            (0x0021, "Incremental Streaming Writable"),
            (0x0040, "BD Read"),
            (0x0107, "Real-Time Streaming"),
            (0x0108, "Drive Serial Number"),
            (0x010d, "AACS"),
            (0x0142, "Optical Security Subsystem Class"),
        ] {
            assert_eq!(feature(code, &[]).name(), Some(name));
        }
        assert_eq!(feature(0xff00, &[]).name(), None);
    }

    #[test]
    fn fields_are_found_in_their_places() {
        // As libburn's documentation shows it: 1f 00 00 00 is RBCB, SCS, MP2A, WSPD, SW.
        let streaming = feature(0x0107, &[0x1f, 0, 0, 0]).fields();
        let flag = |name| {
            streaming.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone())
        };
        assert_eq!(flag("set_minimum_performance"), Some(Value::Flag(false)));
        assert_eq!(flag("read_buffer_capacity_block"), Some(Value::Flag(true)));
        assert_eq!(flag("stream_writing"), Some(Value::Flag(true)));
        assert_eq!(streaming.len(), 6);
        let readable = feature(0x0010, &[0, 0, 0x08, 0, 0x00, 0x10, 0x01, 0]).fields();
        assert_eq!(
            readable,
            [
                ("block_size", Value::Number(2048)),
                ("blocking", Value::Number(16)),
                ("error_recovery_page", Value::Flag(true)),
            ]
        );
        // Cut off: as far as it goes.
        assert_eq!(feature(0x0010, &[0, 0, 0x08, 0, 0]).fields().len(), 1);
        // real-drives: aaru#540, a cue sheet of 3072 bytes at most.
        let mastering = feature(0x002e, &[0x6f, 0x00, 0x0c, 0x00]).fields();
        assert_eq!(mastering.last(), Some(&("cue_sheet_max", Value::Number(3072))));
        let of = |code, data: &[u8]| feature(code, data).fields();
        assert!(
            of(0x0001, &[0, 0, 0, 7, 1, 0, 0, 0])
                .contains(&("physical_interface_name", Value::Text("Serial ATAPI".into())))
        );
        assert!(
            of(0x0003, &[0x29, 0, 0, 0])
                .contains(&("loading_mechanism_name", Value::Text("tray".into())))
        );
        // Two link sizes, 7 and 16; a third would be beyond what is counted.
        let streaming = of(0x0021, &[0x01, 0, 0x05, 2, 7, 16, 9, 0]);
        assert_eq!(streaming.last(), Some(&("link_size_list", Value::Numbers(vec![7, 16]))));
        assert!(streaming.contains(&("track_resources", Value::Flag(true))));
        // The four sub-types of real-drives: Optiarc AD-7590S.
        let subtypes = of(0x0037, &[0, 0x0f, 0, 0]);
        assert!(subtypes[1..].iter().all(|(_, value)| *value == Value::Flag(true)));
        assert_eq!(subtypes.len(), 5);
        assert_eq!(
            of(0x010a, b"FDC\0SDC\0"),
            [("entries", Value::Numbers(vec![0x4644_4300, 0x5344_4300]))]
        );
        let subsystem = of(0x0142, &[0xc1, 1, 0x00, 0x12]);
        assert_eq!(subsystem[0], ("psau", Value::Flag(true)));
        assert_eq!(subsystem[3], ("profiles", Value::Numbers(vec![0x12])));
        let unknown = feature(0xff00, &[1, 2]).fields();
        assert_eq!(unknown, [("bytes", Value::Bytes(vec![1, 2]))]);
    }

    #[test]
    fn profiles_come_in_the_order_sent_and_several_may_be_current() {
        // real-drives: ASUS DRW-24F1ST with a DVD-RAM, the end of its list.
        let list =
            feature(0, &[0, 0x12, 1, 0, 0, 0x11, 0, 0, 0, 0x10, 0, 0, 0, 0x08, 0, 0, 0, 2, 1, 0]);
        assert_eq!(
            list.profiles(),
            [
                (Profile::DvdRam, true),
                (Profile::DvdR, false),
                (Profile::DvdRom, false),
                (Profile::CdRom, false),
                (Profile::RemovableDisk, true),
            ]
        );
    }

    #[test]
    fn texts_are_kept_as_the_drive_has_them() {
        assert_eq!(feature(0x0108, b"K0X  ").serial().as_deref(), Some("K0X"));
        assert_eq!(feature(0x0108, b"\0\0\0\0").serial(), None);
        // real-drives: ASUS BW-16D1HT 3.10.
        let date = |text: &[u8]| feature(0x010c, text).firmware_date();
        assert_eq!(date(b"211901041014\0\0\0\0").as_deref(), Some("2119-01-04 10:14"));
        assert_eq!(date(b"20101101125959\0\0").as_deref(), Some("2010-11-01 12:59:59"));
        assert_eq!(date(b"JAN 2010").as_deref(), Some("JAN 2010"));
    }
}
