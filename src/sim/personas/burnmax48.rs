//! Polaroid BurnMAX48 482E: a CD writer that tells no LBA and moves nothing when a read fails.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "burnmax48",
    inquiry: Inquiry {
        // real-drives: Polaroid BurnMAX48 (sense-pairs-from-logs).
        vendor: "Polaroid",
        product: "BurnMAX48       ",
        revision: "482E",
        version: 0,
        format: 0x01,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "",
    firmware_date: None,
    // real-drives: ASUS CRW-5232A3, of the same kind.
    profiles: &[0x000a, 0x0009, 0x0008, 0x0002],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        // As its name says: 48x.
        page_read_max: 8467,
        page_write: &[8467, 7056, 5645, 4234, 2822, 1411, 706],
        page_write_current: 8467,
        buffer_kib: 2048,
        buffer_bytes: 2_097_152,
        cd: CD_48X,
        dvd: &[],
        dvd_dl: &[],
        bd: &[],
        bd_dl: &[],
    },
    writes: writing::CD,
    // real-drives: Polaroid BurnMAX48: 70 00 05 …, VALID clear.
    sense: SenseStyle { information: false, field_pointer: false, ..SENSE },
    ways: Ways {
        // real-drives: Polaroid BurnMAX48: 5/64/00 for the run-out of a TAO CD-R.
        runout: RunOut::IllegalMode,
        // real-drives: Polaroid BurnMAX48: all 45056 bytes missing though 20 of 22 blocks are good.
        moves_good_part: false,
        // GUESS: an early CD writer lets the host wait.
        full_buffer: FullBuffer::Waits,
        // GUESS: as the CD writers that cdrdao was made with.
        appends_sessions_at_once: true,
        ..WAYS
    },
};
