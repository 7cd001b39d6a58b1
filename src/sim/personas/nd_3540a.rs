//! _NEC DVD_RW ND-3540A 1.04: a DVD writer on ATAPI.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "nd-3540a",
    inquiry: Inquiry {
        // real-drives: _NEC ND-3540A.
        vendor: "_NEC    ",
        product: "DVD_RW ND-3540A ",
        revision: "1.04",
        version: 0,
        format: 0x02,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "SIMULATED00",
    firmware_date: None,
    // GUESS: in the order of real-drives: ASUS DRW-24F1ST, without DVD-RAM.
    profiles: &[
        0x0015, 0x0016, 0x002b, 0x001b, 0x001a, 0x0014, 0x0013, 0x0011, 0x0010, 0x000a, 0x0009,
        0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        page_read_max: 8467,
        // real-drives: _NEC ND-3540A: CD speeds, 1411 the current one with a DVD+RW in.
        page_write: &[8467, 7056, 5645, 4234, 2822, 1411],
        page_write_current: 1411,
        buffer_kib: 2048,
        buffer_bytes: 2_097_152,
        cd: CD_48X,
        dvd: DVD_16X,
        dvd_dl: DVD_8X,
        bd: &[],
        bd_dl: &[],
    },
    writes: WriteSpeeds {
        // real-drives: _NEC ND-3540A: 5540 and 3324.
        dvd_plus_rw: &[5540, 3324],
        ..writing::DVD
    },
    sense: SENSE,
    ways: Ways {
        // real-drives: _NEC ND-3540A: END LBA 2295104 of 2295104 blocks.
        performance_end_is_capacity: true,
        // real-drives: _NEC ND-3540A: 2295104 there too.
        write_descriptors_end_is_capacity: true,
        // real-drives: the drive of sense-pairs-from-logs whose last two blocks gave 5/26/00.
        runout: RunOut::InvalidParameter,
        // real-drives: _NEC ND-3540A: CD speeds with a DVD+RW in.
        page_speeds_stay: true,
        // growisofs calibrates a DVD-R by command where no table is listed: drives of its days had
        // them. GUESS: and this one.
        lists_calibrations: true,
        ..WAYS
    },
};
