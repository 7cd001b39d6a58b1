//! PIONEER DVD-RW DVR-111D 1.23: a DVD writer on ATAPI.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds, Ways};

pub(super) const PERSONA: Persona = Persona {
    name: "dvr-111d",
    inquiry: Inquiry {
        // real-drives: PIONEER DVR-111D.
        vendor: "PIONEER ",
        product: "DVD-RW  DVR-111D",
        revision: "1.23",
        // real-drives: PIONEER DVR-115: version 0, format 2 with the ATAPI version above it.
        version: 0,
        format: 0x32,
        additional_length: 0x5b,
        vendor_specific: " 06/06/19  PIONEER  ",
        bytes: 96,
    },
    serial: "SIMULATED000WL",
    firmware_date: None,
    // real-drives: PIONEER DVR-111D, K3b's list.
    profiles: &[
        0x0010, 0x0011, 0x0015, 0x0016, 0x0013, 0x0014, 0x001a, 0x001b, 0x002b, 0x0008, 0x0009,
        0x000a,
    ],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        // GUESS: 40x CD.
        page_read_max: 7056,
        page_write: &[7056, 5645, 4234, 2822, 1764, 706],
        page_write_current: 7056,
        buffer_kib: 2000,
        buffer_bytes: 1_949_696,
        cd: CD_40X,
        // real-drives: PIONEER DVR-111D.
        dvd: DVD_16X,
        dvd_dl: DVD_8X,
        bd: &[],
        bd_dl: &[],
    },
    writes: WriteSpeeds {
        // real-drives: PIONEER DVR-111D: 3324 only.
        dvd_plus_r_dl: &[3324],
        ..writing::DVD
    },
    sense: SENSE,
    ways: Ways {
        // libburn: PIONEER BDR-205. GUESS: and this one.
        blank_nwa_in_pre_gap: true,
        ..WAYS
    },
};
