//! HL-DT-ST BD-RE WH16NS40 1.00: a half-height BD writer, and the default.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "wh16ns40",
    inquiry: Inquiry {
        // real-drives: HL-DT-ST WH16NS40.
        vendor: "HL-DT-ST",
        product: "BD-RE  WH16NS40 ",
        revision: "1.00",
        version: 0,
        format: 0x32,
        // real-drives: HL-DT-ST BU40N, GUE0N: 91 bytes follow.
        additional_length: 0x5b,
        vendor_specific: "",
        bytes: 96,
    },
    serial: "K9SIMULATED0",
    // GUESS: the form is that of real-drives: ASUS BW-16D1HT.
    firmware_date: Some("201401041014"),
    // real-drives: HL-DT-ST BU40N (BD-RE, BD-R random, BD-R sequential, BD-ROM, DVD+R DL, …).
    profiles: &[
        0x0043, 0x0042, 0x0041, 0x0040, 0x002b, 0x001b, 0x001a, 0x0016, 0x0015, 0x0014, 0x0013,
        0x0012, 0x0011, 0x0010, 0x000a, 0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Sata,
    portrait: None,
    speeds: Speeds {
        // GUESS: as its sister, real-drives: ASUS BW-16D1HT.
        page_read_max: 8468,
        page_write: &[8467, 7056, 5645, 4234, 2822],
        page_write_current: 8468,
        buffer_kib: 4064,
        buffer_bytes: 4_161_536,
        cd: CD_48X,
        dvd: DVD_16X,
        dvd_dl: DVD_12X,
        // real-drives: HL-DT-ST WH16NS40 reads BD-R at 26976; GUESS: pressed ones at 12x.
        bd: &[53_952, 44_960, 35_968, 26_976, 17_984, 8990],
        bd_dl: &[35_968, 26_976, 17_984, 8990],
    },
    writes: writing::BD,
    sense: SENSE_LG,
    ways: Ways {
        // real-drives: "other LG-based BD drives" show a closed BD-R as 0040h.
        closed_bd_r_is_rom: true,
        // real-drives: "LG gives detailed format 0 TOC for DVD".
        toc_shows_dvd_tracks: true,
        // real-drives: LG GGW-H20L and GGC-H20L refuse format 11h on DVD+.
        refuses_adip: true,
        // real-drives: LG GGW-H20L refuses it.
        certifies_quickly: false,
        // real-drives: HL-DT-ST GP60NB60: page 01h is 01 0a 80 c0.
        read_retries: 0xc0,
        // GUESS: as real-drives: HL-DT-ST GSA-U10N answers READ (10) of what is no data sector.
        runout: RunOut::IllegalMode,
        ..WAYS
    },
};
