//! Every feature of MMC-6 (table 86 and the sections it names): its name, and where its fields are.
//! Those that were in MMC-4 or MMC-5 only are here too: drives still send them. No vendor's own
//! feature (FFxxh) is: none is documented.

/// Where a field is in a feature's data, which starts at byte 4 of the descriptor.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Some bits of a byte.
    Bits(usize, u8),
    /// One bit of a byte.
    Flag(usize, u8),
    /// Two bytes.
    Be16(usize),
    /// Three bytes.
    Be24(usize),
    /// Four bytes.
    Be32(usize),
    /// All of it is text.
    Text,
    /// The name of the physical interface.
    Interface,
    /// The name of the loading mechanism.
    Mechanism,
    /// All of it is profiles.
    Profiles,
    /// As many numbers as a byte counts.
    Counted {
        /// Where they are counted.
        count: usize,
        /// Bytes of each.
        each: usize,
        /// Where they begin.
        from: usize,
    },
    /// All of it is numbers of four bytes.
    Rest32,
}

use Place::{Be16, Be24, Be32, Bits, Counted, Flag, Interface, Mechanism, Profiles, Rest32, Text};

/// Code, name, fields.
pub(super) type Row = (u16, &'static str, &'static [(&'static str, Place)]);

/// LINK SIZE: as many as byte 7 counts.
const LINK_SIZES: Place = Counted { count: 3, each: 1, from: 4 };

/// What block-oriented features share.
const BLOCKS: &[(&str, Place)] =
    &[("block_size", Be32(0)), ("blocking", Be16(4)), ("error_recovery_page", Flag(6, 0x01))];

/// In the order of the codes.
pub(super) const TABLE: &[Row] = &[
    (0x0000, "Profile List", &[("profiles", Profiles)]),
    (
        0x0001,
        "Core",
        &[
            ("physical_interface", Be32(0)),
            ("physical_interface_name", Interface),
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
            ("loading_mechanism_name", Mechanism),
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
            ("link_size_list", LINK_SIZES),
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
            ("fast_reformat", Flag(1, 0x80)),
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
    (
        0x0033,
        "Layer Jump Recording",
        &[("link_sizes", Bits(3, 0xff)), ("link_size_list", LINK_SIZES)],
    ),
    (0x0034, "Layer Jump Rigid Restricted Overwrite", &[]),
    (0x0035, "Stop Long Operation", &[]),
    (
        0x0037,
        "CD-RW Media Write Support",
        &[
            ("sub_types", Bits(1, 0xff)),
            ("multi_speed", Flag(1, 0x01)),
            ("high_speed", Flag(1, 0x02)),
            ("ultra_speed", Flag(1, 0x04)),
            ("ultra_speed_plus", Flag(1, 0x08)),
        ],
    ),
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
            ("bd_re_class_2", Be16(8)),
            ("bd_re_class_3", Be16(10)),
            ("bd_r_class_0", Be16(12)),
            ("bd_r_class_1", Be16(14)),
            ("bd_r_class_2", Be16(16)),
            ("bd_r_class_3", Be16(18)),
            ("bd_rom_class_0", Be16(20)),
            ("bd_rom_class_1", Be16(22)),
            ("bd_rom_class_2", Be16(24)),
            ("bd_rom_class_3", Be16(26)),
        ],
    ),
    (
        0x0041,
        "BD Write",
        &[
            ("no_verify", Flag(0, 0x01)),
            ("bd_re_class_0", Be16(4)),
            ("bd_re_class_1", Be16(6)),
            ("bd_re_class_2", Be16(8)),
            ("bd_re_class_3", Be16(10)),
            ("bd_r_class_0", Be16(12)),
            ("bd_r_class_1", Be16(14)),
            ("bd_r_class_2", Be16(16)),
            ("bd_r_class_3", Be16(18)),
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
    (0x010a, "Disc Control Blocks", &[("entries", Rest32)]),
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
    (
        0x0142,
        "Optical Security Subsystem Class",
        &[
            ("psau", Flag(0, 0x80)),
            ("lospb", Flag(0, 0x40)),
            ("me", Flag(0, 0x01)),
            ("profiles", Counted { count: 1, each: 2, from: 2 }),
        ],
    ),
];
