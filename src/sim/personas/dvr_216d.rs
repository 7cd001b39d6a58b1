//! PIONEER DVR-216D 1.09: the drive that must not be asked too early how full its buffer is.

use super::*;
use crate::sim::persona::Inquiry;

pub(super) const PERSONA: Persona = Persona {
    name: "dvr-216d",
    inquiry: Inquiry {
        // real-drives: PIONEER DVR-216D 1.09 (quirks-from-tool-authors); the rest as the DVR-111D.
        product: "DVD-RW  DVR-216D",
        revision: "1.09",
        ..dvr_111d::PERSONA.inquiry
    },
    ways: Ways {
        // libburn, cdrtools: DVR-216D and its sisters from 2009 on lose data.
        loses_buffer_asked_early: true,
        ..WAYS
    },
    ..dvr_111d::PERSONA
};
