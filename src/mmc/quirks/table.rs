//! The quirks. Each is one that an author of a burner has seen and written down, and that changes
//! what we do; `docs/quirks.md` shows them and is tested against this, and each has a test that
//! fails without it.
//!
//! Not here is what holds for every drive because one of them does it: `docs/quirks.md` has a list
//! of these too.

use super::{Change, Pattern, Quirk};

/// All of them, in the order of their names.
pub const ALL: &[Quirk] = &[
    Quirk {
        name: "cd-speed-on-dvd+rw",
        drives: &[Pattern { vendor: "HL-DT-ST", product: "DVDRAM GSA-4081B", revision: "*" }],
        change: Change::CdSpeedOnDvdPlusRw,
        does: "refuses SET STREAMING on a DVD+RW with 5/21/00, not on a DVD-R",
        instead: "the speed is set by SET CD SPEED, which its sister GSA-4082B takes for DVD",
        evidence: "growisofs, changes in 5.19; libburn, libburn/mmc.c (GSA-4082B)",
    },
    Quirk {
        name: "cd-speeds-no-limit",
        drives: &[Pattern { vendor: "SONY", product: "DVD+-RW DW-Q58A", revision: "*" }],
        change: Change::CdSpeedsNoLimit,
        does: "lists 706 kB/s (4x) as its only write speed of CDs, and writes at 24x when asked",
        instead: "--speed is passed on as it is, and not lowered to what is listed",
        evidence: "Ubuntu Forums, 2009 (firmware UDS2)",
    },
    Quirk {
        name: "flush-without-immed",
        drives: &[Pattern { vendor: "PIONEER", product: "*DVR-?05*", revision: "*" }],
        change: Change::FlushWithoutImmed,
        does: "does not digest SYNCHRONIZE CACHE with IMMED",
        instead: "SYNCHRONIZE CACHE is sent without, and answers when it is done",
        evidence: "growisofs, changes in 5.3",
    },
    Quirk {
        name: "granted-by-page-2a",
        drives: &[Pattern { vendor: "PLEXTOR", product: "*PX-708A*", revision: "*" }],
        change: Change::GrantedByPage2a,
        does: "tells a speed by GET PERFORMANCE that has nothing to do with the one that is set",
        instead: "the speed it grants is read from page 2Ah",
        evidence: "growisofs, changes in 5.19 and growisofs_mmc.cpp",
    },
    Quirk {
        name: "link-size-16",
        drives: &[Pattern { vendor: "PIONEER", product: "*DVR-104*", revision: "*" }],
        change: Change::LinkSize16,
        does: "lists a link size in feature 0021h that makes no sense",
        instead: "16 is taken, the link size of every DVD-R",
        evidence: "growisofs, transport.hxx",
    },
    Quirk {
        name: "no-dvd-ram-resize",
        drives: &[Pattern { vendor: "*", product: "*SPD3300L*", revision: "*" }],
        change: Change::Note,
        does: "leaves a DVD-RAM as large as it was when it is formatted to another size",
        instead: "nothing: after a format the size is looked at, and told",
        evidence: "libburn, doc/cookbook.txt",
    },
];
