//! TSSTcorp BDDVDW SE-506CB TS01: an external BD writer on USB.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "se-506cb",
    inquiry: Inquiry {
        // real-drives: TSSTcorp SE-506CB, 96 bytes as dumped.
        vendor: "TSSTcorp",
        product: "BDDVDW SE-506CB ",
        revision: "TS01",
        version: 0,
        format: 0x32,
        additional_length: 0x1f,
        vendor_specific: "  0528       ",
        bytes: 96,
    },
    serial: "R8SIMULATED0",
    firmware_date: None,
    // GUESS: in the order of real-drives: HL-DT-ST BU40N.
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
        // real-drives: TSSTcorp SE-S204N ends with 2823 where others have 2822.
        page_write: &[4234, 2823, 1764],
        page_write_current: 4234,
        buffer_kib: 2048,
        buffer_bytes: 2_097_152,
        cd: CD_24X,
        dvd: DVD_8X,
        dvd_dl: DVD_8X,
        bd: &[26_976, 17_984, 8990],
        bd_dl: &[26_976, 17_984, 8990],
    },
    writes: writing::SLIM_BD,
    sense: SENSE,
    ways: Ways {
        // real-drives: TSSTcorp TS-L632H, SH-224DB.
        toc_plus: (0x17, 0x17),
        ..WAYS
    },
};
