//! ASUS BW-16D1HT 3.10: a half-height BD writer.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "bw-16d1ht",
    inquiry: Inquiry {
        // real-drives: ASUS BW-16D1HT 3.10.
        vendor: "ASUS    ",
        product: "BW-16D1HT       ",
        revision: "3.10",
        version: 0,
        format: 0x32,
        additional_length: 0x5b,
        // real-drives: ASUS BW-16D1HT: its serial number's form, made up here.
        vendor_specific: "WM01601SIMULATED00",
        bytes: 96,
    },
    serial: "SIMULATED00",
    // real-drives: ASUS BW-16D1HT, a date in the year 2119.
    firmware_date: Some("211901041014"),
    // real-drives: HL-DT-ST BU40N, of the same make.
    profiles: &[
        0x0043, 0x0042, 0x0041, 0x0040, 0x002b, 0x001b, 0x001a, 0x0016, 0x0015, 0x0014, 0x0013,
        0x0012, 0x0011, 0x0010, 0x000a, 0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Sata,
    portrait: None,
    speeds: Speeds {
        // real-drives: ASUS BW-16D1HT 3.10.
        page_read_max: 8468,
        page_write: &[8467],
        page_write_current: 8468,
        buffer_kib: 4064,
        buffer_bytes: 4_161_536,
        cd: CD_48X,
        dvd: DVD_16X,
        dvd_dl: DVD_12X,
        // GUESS: 12x, 8x with several layers.
        bd: &[53_952, 44_960, 35_968, 26_976, 17_984, 8990],
        bd_dl: &[35_968, 26_976, 17_984, 8990],
    },
    writes: writing::BD,
    sense: SENSE,
    ways: Ways {
        // real-drives: ASUS BW-16D1HT (qpxtool #3, Aaru #693).
        closed_bd_r_is_rom: true,
        // real-drives: ASUS BW-16D1HT (Aaru #511).
        closed_dvd_r_is_rom: true,
        // real-drives: ASUS (redumper #170): CD-R shown as 0008h, ATIP still readable.
        closed_cd_r_is_rom: true,
        // real-drives: the ASUS drive of quirks-from-tool-authors.
        ignores_sector_type: true,
        // real-drives: ASUS BW-16D1HT (qpxtool #3, Aaru #693).
        wrong_media_type_is_silent: true,
        read_retries: 0xc0,
        ..WAYS
    },
};
