//! PLEXTOR CD-R PX-W4824A 1.04: a CD writer that reads no DVD.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "px-w4824a",
    inquiry: Inquiry {
        // real-drives: PLEXTOR PX-W4824A.
        vendor: "PLEXTOR ",
        product: "CD-R   PX-W4824A",
        revision: "1.04",
        version: 2,
        format: 0x02,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "SIMULATED0",
    firmware_date: None,
    // real-drives: ASUS CRW-5232A3, of the same kind.
    profiles: &[0x000a, 0x0009, 0x0008, 0x0002],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        // real-drives: PLEXTOR PX-W4824A.
        page_read_max: 7056,
        page_write: &[8467, 7056, 5645, 4234, 3528, 2822, 1411, 706],
        page_write_current: 8467,
        buffer_kib: 4096,
        buffer_bytes: 4_194_304,
        cd: CD_40X,
        dvd: &[],
        dvd_dl: &[],
        bd: &[],
        bd_dl: &[],
    },
    writes: WriteSpeeds {
        // real-drives: PLEXTOR PX-W4824A.
        cd_r: &[8467, 7056, 5645, 4234, 3528, 2822, 1411, 706],
        ..writing::CD
    },
    sense: SENSE,
    ways: Ways {
        // GUESS: an early CD writer lets the host wait.
        full_buffer: FullBuffer::Waits,
        // GUESS: as the CD writers that cdrdao was made with.
        appends_sessions_at_once: true,
        ..WAYS
    },
};
