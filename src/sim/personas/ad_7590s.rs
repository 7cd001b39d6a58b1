//! Optiarc DVD RW AD-7590S 1.00: a slim DVD writer on SATA.

use super::*;
use crate::sim::persona::{Bus, Inquiry, Speeds};

pub(super) const PERSONA: Persona = Persona {
    name: "ad-7590s",
    inquiry: Inquiry {
        // real-drives: Optiarc AD-7590S.
        vendor: "Optiarc ",
        product: "DVD RW AD-7590S ",
        revision: "1.00",
        version: 5,
        format: 0x02,
        additional_length: 0x1f,
        vendor_specific: "",
        bytes: 36,
    },
    serial: "SIMULATED000000",
    firmware_date: None,
    // real-drives: ASUS DRW-24F1ST, of the same kind.
    profiles: &[
        0x0015, 0x0016, 0x002b, 0x001b, 0x001a, 0x0014, 0x0013, 0x0012, 0x0011, 0x0010, 0x000a,
        0x0009, 0x0008, 0x0002,
    ],
    loading: 1,
    bus: Bus::Sata,
    portrait: None,
    speeds: Speeds {
        // real-drives: Optiarc AD-7590S: the DVD speeds of the disc that was in.
        page_read_max: 8310,
        page_write: &[8310, 5540, 3324],
        page_write_current: 8310,
        buffer_kib: 2048,
        buffer_bytes: 2_097_152,
        cd: CD_24X,
        dvd: DVD_8X,
        dvd_dl: &[8310, 5540, 2770],
        bd: &[],
        bd_dl: &[],
    },
    writes: writing::SLIM_DVD,
    sense: SENSE,
    ways: Ways {
        // real-drives: Optiarc AD-7590S: END LBA 4173824 of 4173824 blocks.
        performance_end_is_capacity: true,
        // real-drives: Optiarc AD-7590S: 4173824 there too.
        write_descriptors_end_is_capacity: true,
        ..WAYS
    },
};
