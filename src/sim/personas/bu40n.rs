//! HL-DT-ST BD-RE BU40N 1.03: a slim BD writer in a USB enclosure.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "bu40n",
    inquiry: Inquiry {
        // real-drives: HL-DT-ST BU40N 1.03.
        vendor: "HL-DT-ST",
        product: "BD-RE BU40N     ",
        revision: "1.03",
        version: 0,
        format: 0x32,
        additional_length: 0x5b,
        // real-drives: HL-DT-ST BU40N: its form, made up here.
        vendor_specific: "NM00000SIMULATED00",
        bytes: 96,
    },
    serial: "SIMULATED00",
    firmware_date: Some("201901041014"),
    // real-drives: HL-DT-ST BU40N.
    profiles: &[
        0x0043, 0x0042, 0x0041, 0x0040, 0x002b, 0x001b, 0x001a, 0x0016, 0x0015, 0x0014, 0x0013,
        0x0012, 0x0011, 0x0010, 0x000a, 0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Usb,
    portrait: None,
    speeds: Speeds {
        // GUESS: 24x CD, 8x DVD, 6x BD, as slim drives.
        page_read_max: 4234,
        page_write: &[4234, 2822, 1764],
        page_write_current: 4234,
        buffer_kib: 4096,
        buffer_bytes: 4_194_304,
        cd: CD_24X,
        dvd: DVD_8X,
        dvd_dl: DVD_8X,
        bd: &[26_976, 17_984, 8990],
        bd_dl: &[26_976, 17_984, 8990],
    },
    writes: writing::SLIM_BD,
    sense: SENSE_LG,
    ways: Ways {
        // real-drives: HL-DT-ST BU40N 1.00 (redumper #398).
        closed_bd_r_is_rom: true,
        toc_shows_dvd_tracks: true,
        refuses_adip: true,
        // real-drives: LG GGW-H20L refuses it.
        certifies_quickly: false,
        read_retries: 0xc0,
        ..WAYS
    },
};
