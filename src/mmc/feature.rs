//! Features (MMC-6 5.3): what they are called and what is in them. A table of names and places;
//! what the table does not know is kept as bytes.

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
/// BD-R Pseudo-Overwrite: current with a disc that is formatted so.
pub const BD_R_PSEUDO_OVERWRITE: u16 = 0x0038;
/// DVD+RW Dual Layer.
pub const DVD_PLUS_RW_DL: u16 = 0x003a;
/// DVD+R Dual Layer.
pub const DVD_PLUS_R_DL: u16 = 0x003b;
/// BD Write.
pub const BD_WRITE: u16 = 0x0041;
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

/// A field of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A bit.
    Flag(bool),
    /// A number.
    Number(u32),
    /// Text, trimmed.
    Text(String),
    /// The profiles of the profile list, and whether each applies now.
    Profiles(Vec<(Profile, bool)>),
    /// What the table does not know.
    Bytes(Vec<u8>),
}

/// Where a field is in a feature's data, which starts at byte 4 of the descriptor.
#[derive(Clone, Copy)]
enum Place {
    Bits(usize, u8),
    Flag(usize, u8),
    Be16(usize),
    Be24(usize),
    Be32(usize),
    Text,
    Profiles,
}

use Place::{Be16, Be24, Be32, Bits, Flag, Profiles, Text};

/// Code, name, fields; in the order of the codes.
type Row = (u16, &'static str, &'static [(&'static str, Place)]);

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
            Flag(at, mask) => Value::Flag(fields.flag(at, mask).ok()?),
            Bits(at, mask) => Value::Number(u32::from(fields.bits(at, mask).ok()?)),
            Be16(at) => Value::Number(u32::from(fields.be16(at).ok()?)),
            Be24(at) => Value::Number(fields.be24(at).ok()?),
            Be32(at) => Value::Number(fields.be32(at).ok()?),
            Text => Value::Text(printable(&self.data)),
            Profiles => Value::Profiles(self.profiles()),
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

/// What block-oriented features share.
const BLOCKS: &[(&str, Place)] =
    &[("block_size", Be32(0)), ("blocking", Be16(4)), ("error_recovery_page", Flag(6, 0x01))];

/// MMC-6 table 86 and the sections it names; those marked so were in MMC-4 or MMC-5 only.
const TABLE: &[Row] = &[
    (0x0000, "Profile List", &[("profiles", Profiles)]),
    (
        0x0001,
        "Core",
        &[
            ("physical_interface", Be32(0)),
            ("inq2", Flag(4, 0x02)),
            ("device_busy_event", Flag(4, 0x01)),
        ],
    ),
    (
        0x0002,
        "Morphing",
        &[("operational_change_event", Flag(0, 0x02)), ("asynchronous", Flag(0, 0x01))],
    ),
    (
        0x0003,
        "Removable Medium",
        &[
            ("loading_mechanism", Bits(0, 0xe0)),
            ("load", Flag(0, 0x10)),
            ("eject", Flag(0, 0x08)),
            ("prevent_jumper", Flag(0, 0x04)),
            ("dbml", Flag(0, 0x02)),
            ("lock", Flag(0, 0x01)),
        ],
    ),
    (
        0x0004,
        "Write Protect",
        &[
            ("dwp", Flag(0, 0x08)),
            ("wdcb", Flag(0, 0x04)),
            ("spwp", Flag(0, 0x02)),
            ("sswpp", Flag(0, 0x01)),
        ],
    ),
    (0x0010, "Random Readable", BLOCKS),
    (0x001d, "Multi-Read", &[]),
    (
        0x001e,
        "CD Read",
        &[("digital_audio_play", Flag(0, 0x80)), ("c2", Flag(0, 0x02)), ("cd_text", Flag(0, 0x01))],
    ),
    (
        0x001f,
        "DVD Read",
        &[
            ("multi110", Flag(0, 0x01)),
            ("dual_layer_rw", Flag(2, 0x02)),
            ("dual_layer_r", Flag(2, 0x01)),
        ],
    ),
    (
        0x0020,
        "Random Writable",
        &[
            ("last_lba", Be32(0)),
            ("block_size", Be32(4)),
            ("blocking", Be16(8)),
            ("error_recovery_page", Flag(10, 0x01)),
        ],
    ),
    (
        0x0021,
        "Incremental Streaming Writable",
        &[
            ("data_block_types", Be16(0)),
            ("track_resources", Flag(2, 0x04)),
            ("address_mode_reservation", Flag(2, 0x02)),
            ("buffer_underrun_free", Flag(2, 0x01)),
            ("link_sizes", Bits(3, 0xff)),
        ],
    ),
    (0x0022, "Sector Erasable", &[]),
    (
        0x0023,
        "Formattable",
        &[
            ("spare_area_choice", Flag(0, 0x08)),
            ("expand", Flag(0, 0x04)),
            ("quick_certification", Flag(0, 0x02)),
            ("certification", Flag(0, 0x01)),
            ("random_recording", Flag(4, 0x01)),
        ],
    ),
    (0x0024, "Hardware Defect Management", &[("spare_area_information", Flag(0, 0x80))]),
    (0x0025, "Write Once", BLOCKS),
    (0x0026, "Restricted Overwrite", &[]),
    (0x0027, "CD-RW CAV Write", &[]),
    (
        0x0028,
        "MRW",
        &[
            ("dvd_plus_write", Flag(0, 0x04)),
            ("dvd_plus_read", Flag(0, 0x02)),
            ("write", Flag(0, 0x01)),
        ],
    ),
    (
        0x0029,
        "Enhanced Defect Reporting",
        &[("drt_dm", Flag(0, 0x01)), ("dbi_cache_zones", Bits(1, 0xff)), ("entries", Be16(2))],
    ),
    (
        0x002a,
        "DVD+RW",
        &[("write", Flag(0, 0x01)), ("quick_start", Flag(1, 0x02)), ("close_only", Flag(1, 0x01))],
    ),
    (0x002b, "DVD+R", &[("write", Flag(0, 0x01))]),
    (
        0x002c,
        "Rigid Restricted Overwrite",
        &[
            ("dsdg", Flag(0, 0x08)),
            ("dsdr", Flag(0, 0x04)),
            ("intermediate", Flag(0, 0x02)),
            ("blank", Flag(0, 0x01)),
        ],
    ),
    (
        0x002d,
        "CD Track at Once",
        &[
            ("buffer_underrun_free", Flag(0, 0x40)),
            ("rw_raw", Flag(0, 0x10)),
            ("rw_pack", Flag(0, 0x08)),
            ("test_write", Flag(0, 0x04)),
            ("cd_rw", Flag(0, 0x02)),
            ("rw_sub_channel", Flag(0, 0x01)),
            ("data_block_types", Be16(2)),
        ],
    ),
    (
        0x002e,
        "CD Mastering",
        &[
            ("buffer_underrun_free", Flag(0, 0x40)),
            ("session_at_once", Flag(0, 0x20)),
            ("raw_multi_session", Flag(0, 0x10)),
            ("raw", Flag(0, 0x08)),
            ("test_write", Flag(0, 0x04)),
            ("cd_rw", Flag(0, 0x02)),
            ("rw_sub_channel", Flag(0, 0x01)),
            ("cue_sheet_max", Be24(1)),
        ],
    ),
    (
        0x002f,
        "DVD-R/-RW Write",
        &[
            ("buffer_underrun_free", Flag(0, 0x40)),
            ("dual_layer", Flag(0, 0x08)),
            ("test_write", Flag(0, 0x04)),
            ("dvd_rw", Flag(0, 0x02)),
        ],
    ),
    (0x0030, "Double Density CD Read", &[]),
    (0x0031, "Double Density CD-R Write", &[("test_write", Flag(0, 0x04))]),
    (
        0x0032,
        "Double Density CD-RW Write",
        &[("intermediate", Flag(0, 0x02)), ("blank", Flag(0, 0x01))],
    ),
    (0x0033, "Layer Jump Recording", &[("link_sizes", Bits(3, 0xff))]),
    (0x0034, "Layer Jump Rigid Restricted Overwrite", &[]),
    (0x0035, "Stop Long Operation", &[]),
    (0x0037, "CD-RW Media Write Support", &[("sub_types", Bits(1, 0xff))]),
    (0x0038, "BD-R Pseudo-Overwrite", &[]),
    (
        0x003a,
        "DVD+RW Dual Layer",
        &[("write", Flag(0, 0x01)), ("quick_start", Flag(1, 0x02)), ("close_only", Flag(1, 0x01))],
    ),
    (0x003b, "DVD+R Dual Layer", &[("write", Flag(0, 0x01))]),
    (
        0x0040,
        "BD Read",
        &[
            ("bd_re_class_0", Be16(4)),
            ("bd_re_class_1", Be16(6)),
            ("bd_r_class_0", Be16(12)),
            ("bd_r_class_1", Be16(14)),
            ("bd_rom_class_0", Be16(20)),
            ("bd_rom_class_1", Be16(22)),
        ],
    ),
    (
        0x0041,
        "BD Write",
        &[
            ("no_verify", Flag(0, 0x01)),
            ("bd_re_class_0", Be16(4)),
            ("bd_re_class_1", Be16(6)),
            ("bd_r_class_0", Be16(12)),
            ("bd_r_class_1", Be16(14)),
        ],
    ),
    (0x0042, "Timely Safe Recording", &[]),
    (0x0050, "HD DVD Read", &[("hd_dvd_r", Flag(0, 0x01)), ("hd_dvd_ram", Flag(2, 0x01))]),
    (0x0051, "HD DVD Write", &[("hd_dvd_r", Flag(0, 0x01)), ("hd_dvd_ram", Flag(2, 0x01))]),
    (0x0052, "HD DVD-RW Fragment Recording", &[]),
    (0x0080, "Hybrid Disc", &[("reset_immunity", Flag(0, 0x01))]),
    (0x0100, "Power Management", &[]),
    (0x0101, "S.M.A.R.T.", &[("mode_page", Flag(0, 0x01))]),
    (
        0x0102,
        "Embedded Changer",
        &[
            ("side_change", Flag(0, 0x10)),
            ("disc_present", Flag(0, 0x04)),
            ("highest_slot", Bits(3, 0x1f)),
        ],
    ),
    (
        0x0103,
        "CD Audio External Play",
        &[
            ("scan", Flag(0, 0x04)),
            ("separate_mute", Flag(0, 0x02)),
            ("separate_volume", Flag(0, 0x01)),
            ("volume_levels", Be16(2)),
        ],
    ),
    (0x0104, "Microcode Upgrade", &[("m5", Flag(0, 0x01))]),
    (0x0105, "Timeout", &[("group_3", Flag(0, 0x01)), ("unit_length", Be16(2))]),
    (0x0106, "DVD CSS", &[("version", Bits(3, 0xff))]),
    (
        0x0107,
        "Real-Time Streaming",
        &[
            ("set_minimum_performance", Flag(0, 0x20)),
            ("read_buffer_capacity_block", Flag(0, 0x10)),
            ("set_cd_speed", Flag(0, 0x08)),
            ("mode_page_2a", Flag(0, 0x04)),
            ("write_speed_descriptors", Flag(0, 0x02)),
            ("stream_writing", Flag(0, 0x01)),
        ],
    ),
    (0x0108, "Drive Serial Number", &[("serial", Text)]),
    (0x0109, "Media Serial Number", &[]),
    (0x010a, "Disc Control Blocks", &[]),
    (0x010b, "DVD CPRM", &[("version", Bits(3, 0xff))]),
    (0x010c, "Firmware Information", &[("created", Text)]),
    (
        0x010d,
        "AACS",
        &[
            ("read_drive_certificate", Flag(0, 0x10)),
            ("read_media_key_block", Flag(0, 0x08)),
            ("write_bus_encryption", Flag(0, 0x04)),
            ("bus_encryption", Flag(0, 0x02)),
            ("binding_nonce", Flag(0, 0x01)),
            ("binding_nonce_blocks", Bits(1, 0xff)),
            ("agids", Bits(2, 0x0f)),
            ("version", Bits(3, 0xff)),
        ],
    ),
    (0x010e, "DVD CSS Managed Recording", &[("scramble_extents_max", Bits(0, 0xff))]),
    (0x0110, "VCPS", &[]),
    (0x0113, "SecurDisc", &[]),
    (0x0120, "BD CPS", &[("version", Bits(0, 0xf0)), ("interfaces", Bits(0, 0x0f))]),
    (0x0142, "Optical Security Subsystem Class", &[]),
];

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
