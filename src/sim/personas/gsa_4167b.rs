//! HL-DT-ST DVDRAM GSA-4167B DL12: a DVD writer on ATAPI.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "gsa-4167b",
    inquiry: Inquiry {
        // real-drives: HL-DT-ST GSA-4167B.
        vendor: "HL-DT-ST",
        product: "DVDRAM GSA-4167B",
        revision: "DL12",
        version: 0,
        format: 0x32,
        // real-drives: HL-DT-ST GUE0N.
        additional_length: 0x5b,
        vendor_specific: "05/12/19 SIM0",
        bytes: 96,
    },
    serial: "K22SIMULATED",
    firmware_date: None,
    // real-drives: HL-DT-ST GSA-4166B: DVD-RAM first.
    profiles: &[
        0x0012, 0x002b, 0x001b, 0x001a, 0x0015, 0x0014, 0x0013, 0x0011, 0x0010, 0x000a, 0x0009,
        0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        page_read_max: 8467,
        // real-drives: HL-DT-ST GSA-4167B: its CD write speeds.
        page_write: &[8467, 7056, 5645, 4234, 2822, 1411, 706],
        page_write_current: 8467,
        buffer_kib: 2048,
        // real-drives: HL-DT-ST GSA-4166B.
        buffer_bytes: 1_409_024,
        cd: CD_48X,
        dvd: DVD_16X,
        dvd_dl: DVD_8X,
        bd: &[],
        bd_dl: &[],
    },
    writes: WriteSpeeds {
        // real-drives: HL-DT-ST GSA-H10N: 3324 only.
        dvd_plus_r_dl: &[3324],
        ..writing::DVD
    },
    sense: SENSE_LG,
    ways: Ways {
        // real-drives: HL-DT-ST GSA-4167B with a DVD-ROM in: CD speeds up to 404849.
        cd_speeds_end: Some(404_849),
        toc_shows_dvd_tracks: true,
        // real-drives: LG GSA-4082B.
        refuses_per: true,
        // GUESS: as real-drives: HL-DT-ST GSA-U10N.
        runout: RunOut::IllegalMode,
        ..WAYS
    },
};
