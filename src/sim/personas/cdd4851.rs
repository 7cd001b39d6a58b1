//! PHILIPS CDD4851 C3.7: an early CD writer with long sense data and profiles in ascending order.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "cdd4851",
    inquiry: Inquiry {
        // real-drives: PHILIPS CDD4851: version 0, format 1.
        vendor: "PHILIPS ",
        product: "CDD4851 CD-R/RW ",
        revision: "C3.7",
        version: 0,
        format: 0x01,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "",
    firmware_date: None,
    // real-drives: PHILIPS CDD4851.
    profiles: &[0x0008, 0x0009, 0x000a],
    loading: 1,
    bus: Bus::Atapi,
    portrait: None,
    speeds: Speeds {
        // GUESS: 40x reading, 16x writing.
        page_read_max: 7056,
        page_write: &[2822, 1411, 706],
        page_write_current: 2822,
        buffer_kib: 4096,
        // real-drives: PHILIPS CDD4851.
        buffer_bytes: 3_244_032,
        cd: CD_40X,
        dvd: &[],
        dvd_dl: &[],
        bd: &[],
        bd_dl: &[],
    },
    // GUESS: 16x CD-R, 10x CD-RW.
    writes: WriteSpeeds { cd_r: &[2822, 1411, 706], cd_rw: &[1764, 706], ..writing::CD },
    // real-drives: PHILIPS CDD4851: ADDITIONAL SENSE LENGTH 13h.
    sense: SenseStyle { additional_length: 0x13, field_pointer: false, ..SENSE },
    ways: Ways {
        // real-drives: YAMAHA answers zeros for discs without ATIP; GUESS: this one too.
        zero_atip: true,
        // GUESS: an early CD writer lets the host wait.
        full_buffer: FullBuffer::Waits,
        // real-drives: PHILIPS CDD4851: "TAO PACKET RAW/R16 RAW/R96R".
        writes_sessions_at_once: false,
        ..WAYS
    },
};
