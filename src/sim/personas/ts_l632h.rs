//! TSSTcorp DVD+-RW TS-L632H D400: a slim DVD writer.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "ts-l632h",
    inquiry: Inquiry {
        // real-drives: TSSTcorp TS-L632H.
        vendor: "TSSTcorp",
        product: "DVD+-RW TS-L632H",
        revision: "D400",
        version: 0,
        format: 0x32,
        // real-drives: TSSTcorp SE-506CB.
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 96,
    },
    serial: "SIMULATED000000",
    firmware_date: None,
    // real-drives: TSSTcorp SH-S223F, the never-sold DVD-RW DL included.
    profiles: &[
        0x0015, 0x0016, 0x0017, 0x002b, 0x001b, 0x001a, 0x0014, 0x0013, 0x0012, 0x0011, 0x0010,
        0x000a, 0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        page_read_max: 4234,
        // real-drives: TSSTcorp TS-L632H pads its table with repeats of the last speed.
        page_write: &[11_080, 8310, 5540, 4155, 4155, 4155, 4155, 4155, 4155],
        page_write_current: 11_080,
        buffer_kib: 2048,
        buffer_bytes: 2_097_152,
        cd: CD_24X,
        dvd: DVD_8X,
        dvd_dl: DVD_8X,
        bd: &[],
        bd_dl: &[],
    },
    writes: writing::SLIM_DVD,
    sense: SENSE,
    ways: Ways {
        // real-drives: TSSTcorp TS-L632H, closed DVD+R.
        toc_plus: (0x17, 0x17),
        // real-drives: TSSTcorp TS-L632H: type 00 ends at 2295104, type 03 at 2295103.
        performance_end_is_capacity: true,
        // real-drives: TSSTcorp TS-L632H: the same table with a blank and with a closed DVD+R.
        page_speeds_stay: true,
        ..WAYS
    },
};
