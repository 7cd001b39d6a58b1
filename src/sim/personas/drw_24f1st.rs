//! ASUS DRW-24F1ST a 1.00: a half-height DVD writer on SATA.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "drw-24f1st",
    inquiry: Inquiry {
        // real-drives: ASUS DRW-24F1ST.
        vendor: "ASUS    ",
        product: "DRW-24F1ST   a  ",
        revision: "1.00",
        version: 5,
        format: 0x02,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "SIMULATED000000",
    firmware_date: None,
    // real-drives: ASUS DRW-24F1ST.
    profiles: &[
        0x0015, 0x0016, 0x002b, 0x001b, 0x001a, 0x0014, 0x0013, 0x0012, 0x0011, 0x0010, 0x000a,
        0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Sata,
    portrait: None,
    speeds: Speeds {
        // real-drives: ASUS DRW-24F1ST: no write-speed descriptor, 768 KiB, 456704 bytes.
        page_read_max: 8468,
        page_write: &[],
        page_write_current: 8468,
        buffer_kib: 768,
        buffer_bytes: 456_704,
        cd: CD_48X,
        dvd: DVD_16X,
        dvd_dl: DVD_12X,
        bd: &[],
        bd_dl: &[],
    },
    writes: writing::DVD,
    sense: SENSE,
    ways: Ways {
        // real-drives: ASUS DRW-24F1ST: 0012h and 0002h both current.
        removable_disk_too: true,
        // real-drives: ASUS DRW-24F1ST: no write-speed descriptor with a DVD-RAM in.
        page_speeds_stay: true,
        ..WAYS
    },
};
