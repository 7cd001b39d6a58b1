//! Names of ASC/ASCQ pairs (SPC-4 annex, MMC-6 annex F), as far as optical drives send them.

/// The standard's name, lower case; the hex where it names none.
pub(super) fn name(asc: u8, ascq: u8) -> String {
    let found = NAMES.binary_search_by_key(&(asc, ascq), |(code, _)| *code);
    match found {
        Ok(at) => NAMES[at].1.to_string(),
        Err(_) if asc >= 0x80 || ascq >= 0x80 => {
            format!("vendor specific {asc:02x}h/{ascq:02x}h")
        }
        Err(_) => format!("unknown code {asc:02x}h/{ascq:02x}h"),
    }
}

/// Sorted by code.
const NAMES: &[((u8, u8), &str)] = &[
    ((0x00, 0x00), "no additional sense information"),
    ((0x02, 0x00), "no seek complete"),
    ((0x04, 0x00), "logical unit not ready, cause not reportable"),
    ((0x04, 0x01), "logical unit is in process of becoming ready"),
    ((0x11, 0x00), "unrecovered read error"),
    ((0x11, 0x05), "L-EC uncorrectable error"),
    ((0x20, 0x00), "invalid command operation code"),
    ((0x21, 0x00), "logical block address out of range"),
    ((0x24, 0x00), "invalid field in CDB"),
    ((0x28, 0x00), "not ready to ready change, medium may have changed"),
    ((0x29, 0x00), "power on, reset, or bus device reset occurred"),
    ((0x3a, 0x00), "medium not present"),
    ((0x64, 0x00), "illegal mode for this track"),
];
