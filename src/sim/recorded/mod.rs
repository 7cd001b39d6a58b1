//! A drive of which there is a recording, to be simulated: what it says of itself, byte for byte
//! as it said it, and its ways as far as the recording shows them. What it does not show is as most
//! drives have it.

mod portrait;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::Path;

pub use portrait::{Described, Page, Portrait};

use super::persona::{Bus, Inquiry, Persona, Speeds, Ways};
use super::personas::{CD_48X, DVD_12X, DVD_16X, SENSE, WAYS, writing};
use super::refusal::SenseStyle;
use super::write_speeds::WriteSpeeds;
use crate::transport::recording::Recording;
use crate::units::Family;
use portrait::{answer, be16, be32, configuration, pages_in};

/// 12x to 2x of a BD.
const BD_12X: &[u32] = &[53_952, 44_960, 35_968, 26_976, 17_984, 8990];
/// Rates in kB/s at and above which nothing is read or written: a slip of the pen.
const KBPS_END: u32 = 200_000;
const RECOVERY: u8 = 0x01;
const CAPABILITIES: u8 = 0x2a;

/// The drive of a recording. It lasts as long as the program, as those that are built in do.
///
/// # Errors
/// The file is no recording, or does not say what the drive is; the reason says which.
pub fn load(path: &Path) -> Result<&'static Persona, String> {
    let recording = Recording::load(path).map_err(|error| error.to_string())?;
    let persona = persona(&recording)
        .map_err(|lack| format!("{}: no drive can be made of it: {lack}", path.display()))?;
    Ok(Box::leak(Box::new(persona)))
}

fn persona(recording: &Recording) -> Result<Persona, &'static str> {
    let portrait: &Portrait = Box::leak(Box::new(Portrait::of(recording)?));
    let byte = |code: u16, at: usize| portrait.feature(code)?.data.get(at).copied();
    let inquiry = &portrait.inquiry;
    Ok(Persona {
        name: "recorded",
        inquiry: Inquiry {
            vendor: text(inquiry, 8..16),
            product: text(inquiry, 16..32),
            revision: text(inquiry, 32..36),
            version: inquiry[2],
            format: inquiry[3],
            additional_length: inquiry[4],
            vendor_specific: "",
            bytes: inquiry.len(),
        },
        serial: "",
        firmware_date: None,
        profiles: portrait.profiles().leak(),
        loading: byte(0x0003, 0).map_or(1, |bits| bits >> 5),
        bus: match byte(0x0001, 3) {
            Some(2) => Bus::Atapi,
            Some(8) => Bus::Usb,
            _ => Bus::Sata,
        },
        speeds: speeds(recording, portrait),
        writes: writes(recording, portrait),
        sense: sense(recording),
        ways: Ways {
            writes_sessions_at_once: portrait.feature(0x002e).is_some(),
            // MMC-6 5.3.13: QCERT.
            certifies_quickly: byte(0x0023, 0).is_some_and(|bits| bits & 0x02 != 0),
            zero_atip: answers_zero_atip(recording),
            performance_end_is_capacity: performance_ends_past(recording),
            write_descriptors_end_is_capacity: write_descriptors_end_past(recording),
            cd_speeds_end: cd_speeds_end(recording),
            lists_calibrations: lists_calibrations(recording),
            page_speeds_stay: page_speeds_stay(recording, portrait),
            read_retries: portrait
                .page(RECOVERY)
                .and_then(|page| page.get(3).copied())
                .unwrap_or(0),
            ..WAYS
        },
        portrait: Some(portrait),
    })
}

/// Text of INQUIRY, as wide as the standard has it.
fn text(inquiry: &[u8], at: Range<usize>) -> &'static str {
    let plain = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' };
    inquiry[at].iter().map(plain).collect::<String>().leak()
}

/// CURRENT PROFILE, if there was a disc.
fn profile(recording: &Recording) -> Option<u16> {
    be16(configuration(recording)?, 6).filter(|profile| *profile != 0)
}

fn in_drive(recording: &Recording) -> Option<Family> {
    match profile(recording)? {
        0x08..=0x0a => Some(Family::Cd),
        0x10..=0x2b => Some(Family::Dvd),
        0x40..=0x43 => Some(Family::Bd),
        _ => None,
    }
}

/// The top speed for the disc that was in the drive is what it said. All else is as most drives
/// have it.
fn speeds(recording: &Recording, portrait: &Portrait) -> Speeds {
    let page = portrait.page(CAPABILITIES).unwrap_or(&[]);
    let word = |at: usize| be16(page, at).unwrap_or(0);
    let profiles = portrait.profiles();
    // 2 MiB, as many have, where it is not told.
    let buffer_kib = if word(12) < 64 { 2048 } else { word(12) };
    let top = top(recording).zip(in_drive(recording));
    let of = |family: Family, usual: &'static [u32]| -> &'static [u32] {
        let Some((top, _)) = top.filter(|(_, of)| *of == family) else { return usual };
        let below = usual.iter().copied().filter(|kbps| *kbps < top);
        std::iter::once(top).chain(below).collect::<Vec<u32>>().leak()
    };
    let mut speeds = Speeds {
        page_read_max: word(8),
        page_write: page_write(page),
        page_write_current: word(20),
        buffer_kib,
        buffer_bytes: u32::from(buffer_kib) * 1024,
        cd: of(Family::Cd, CD_48X),
        dvd: of(Family::Dvd, DVD_16X),
        dvd_dl: of(Family::Dvd, DVD_12X),
        bd: of(Family::Bd, BD_12X),
        bd_dl: of(Family::Bd, BD_12X),
    };
    if !profiles.contains(&0x10) {
        (speeds.dvd, speeds.dvd_dl) = (&[], &[]);
    }
    if !profiles.contains(&0x40) {
        (speeds.bd, speeds.bd_dl) = (&[], &[]);
    }
    speeds
}

/// In kB/s: CURRENT READ SPEED of page 2Ah, or what GET PERFORMANCE tells of any place on the disc.
fn top(recording: &Recording) -> Option<u32> {
    let page = answer(recording, |cdb| matches!(cdb, [0x5a, _, CAPABILITIES, 0, ..]));
    let now = page.and_then(|data| be16(pages_in(data).first()?, 14)).map(u32::from);
    let data = answer(recording, |cdb| matches!(cdb, [0xac, 0x10, .., 0x00, _]));
    let stretches = data.and_then(|data| data.get(8..)).unwrap_or(&[]).chunks_exact(16);
    let ends = stretches.flat_map(|part| [be32(part, 4), be32(part, 12)]).flatten();
    ends.chain(now).filter(|kbps| (1..KBPS_END).contains(kbps)).max()
}

/// The table of write speeds in page 2Ah (MMC-3 table 361).
fn page_write(page: &[u8]) -> &'static [u16] {
    let table = page.get(32..).unwrap_or(&[]).chunks_exact(4);
    let speeds = table.take(usize::from(be16(page, 30).unwrap_or(0)));
    speeds.filter_map(|entry| be16(entry, 2)).collect::<Vec<u16>>().leak()
}

/// The speeds for the disc that was in the drive; else as most drives that write so many kinds.
fn writes(recording: &Recording, portrait: &Portrait) -> WriteSpeeds {
    let profiles = portrait.profiles();
    let mut writes = if profiles.contains(&0x41) {
        writing::BD
    } else if profiles.contains(&0x11) || profiles.contains(&0x1b) {
        writing::DVD
    } else {
        writing::CD
    };
    let Some(offered) = offered(recording, portrait) else { return writes };
    let slot = match profile(recording) {
        Some(0x09) => &mut writes.cd_r,
        Some(0x0a) => &mut writes.cd_rw,
        Some(0x11) => &mut writes.dvd_r,
        Some(0x13 | 0x14) => &mut writes.dvd_rw,
        Some(0x15 | 0x16) => &mut writes.dvd_r_dl,
        Some(0x1b) => &mut writes.dvd_plus_r,
        Some(0x1a) => &mut writes.dvd_plus_rw,
        Some(0x2b) => &mut writes.dvd_plus_r_dl,
        Some(0x12) => &mut writes.dvd_ram,
        Some(0x41) => &mut writes.bd_r,
        Some(0x43) => &mut writes.bd_re,
        _ => return writes,
    };
    *slot = offered.leak();
    writes
}

/// The write speeds of the disc that was in the drive, fastest first, if it could be written as it
/// was: of others, drives tell their own (MMC-6 5.4: which feature is current with which profile).
fn offered(recording: &Recording, portrait: &Portrait) -> Option<Vec<u32>> {
    let writing: &[u16] = match profile(recording)? {
        0x09 | 0x0a => &[0x2d],
        0x11 | 0x15 | 0x16 => &[0x2f],
        0x13 | 0x14 => &[0x2f, 0x2c],
        0x1b => &[0x2b],
        0x1a => &[0x2a],
        0x2b => &[0x3b],
        0x12 => &[0x20],
        0x41 | 0x43 => &[0x41],
        _ => &[],
    };
    let is_current = |code: &u16| portrait.feature(*code).is_some_and(|feature| feature.current);
    if !writing.iter().any(is_current) {
        return None;
    }
    let mut told: Vec<u32> = write_descriptors(recording).filter_map(|row| be32(row, 12)).collect();
    told.retain(|kbps| (1..KBPS_END).contains(kbps));
    told.sort_unstable_by(|a, b| b.cmp(a));
    Some(told).filter(|told| !told.is_empty())
}

/// The write speeds of page 2Ah are not those of the disc.
fn page_speeds_stay(recording: &Recording, portrait: &Portrait) -> bool {
    let page = page_write(portrait.page(CAPABILITIES).unwrap_or(&[]));
    let offered = offered(recording, portrait);
    offered.is_some_and(|offered| !page.iter().copied().map(u32::from).eq(offered))
}

/// READ TOC/PMA/ATIP, format 4, is answered with zeros where there is no ATIP.
fn answers_zero_atip(recording: &Recording) -> bool {
    let data = answer(recording, |cdb| matches!(cdb, [0x43, _, 0x04, ..]));
    data.and_then(|data| data.get(4..)).is_some_and(|atip| atip.iter().all(|byte| *byte == 0))
}

/// GET PERFORMANCE, type 03h.
fn write_descriptors(recording: &Recording) -> impl Iterator<Item = &[u8]> {
    let data = answer(recording, |cdb| matches!(cdb, [0xac, 0, .., 0x03, _]));
    data.and_then(|data| data.get(8..)).unwrap_or(&[]).chunks_exact(16)
}

/// READ CAPACITY: the last block.
fn last_block(recording: &Recording) -> Option<u32> {
    be32(answer(recording, |cdb| matches!(cdb, [0x25, ..]))?, 0)
}

/// A DVD or BD ends with a whole ECC block: whether `end` is one past its last block.
fn is_past(recording: &Recording, end: u32) -> bool {
    let whole = end > 0 && end.is_multiple_of(16);
    whole && matches!(in_drive(recording), Some(Family::Dvd | Family::Bd))
}

/// The end of write descriptors is one past the last block.
fn write_descriptors_end_past(recording: &Recording) -> bool {
    let end = write_descriptors(recording).next().and_then(|row| be32(row, 4));
    end.is_some_and(|end| is_past(recording, end))
}

/// Calibrations are in READ DISC INFORMATION (MMC-6 6.22: byte 33 counts them).
fn lists_calibrations(recording: &Recording) -> bool {
    let data = answer(recording, |cdb| matches!(cdb, [0x51, 0, ..]));
    data.and_then(|data| data.get(33)).is_some_and(|count| *count > 0)
}

/// The end of write descriptors where it has nothing to do with the disc.
fn cd_speeds_end(recording: &Recording) -> Option<u32> {
    let end = write_descriptors(recording).next().and_then(|row| be32(row, 4))?;
    let compact = !matches!(in_drive(recording), Some(Family::Dvd | Family::Bd));
    let of_the_disc = Some(end) == last_block(recording)
        || is_past(recording, end)
        || is_past(recording, end.saturating_add(1));
    (!compact && !of_the_disc).then_some(end)
}

/// GET PERFORMANCE of reading ends one past the last block that READ CAPACITY tells, or that of
/// writing one past the disc's.
fn performance_ends_past(recording: &Recording) -> bool {
    let end = |data_type: u8| {
        let is_it = |cdb: &[u8]| matches!(cdb, [0xac, of, .., 0x00, _] if *of == data_type);
        be32(answer(recording, is_it)?.get(8..)?.chunks_exact(16).next_back()?, 8)
    };
    let past = |(end, last): (u32, u32)| last.checked_add(1) == Some(end);
    let reading = end(0x10).zip(last_block(recording)).is_some_and(past);
    reading || end(0x14).is_some_and(|end| is_past(recording, end))
}

/// How it fills sense: by the first command that it refused because of one of its fields, 5/24/00
/// in the fixed form (SPC-4 4.5.3).
fn sense(recording: &Recording) -> SenseStyle {
    let refused = recording.exchanges.iter().find_map(|exchange| {
        let sense = exchange.outcome.as_ref().ok()?.sense.as_slice();
        let fixed = sense.len() >= 18 && matches!(sense[0] & 0x7f, 0x70);
        let fits = fixed && sense[2] & 0x0f == 5 && sense[12] == 0x24;
        fits.then_some((exchange.cdb.opcode(), sense))
    });
    let Some((opcode, sense)) = refused else { return SENSE };
    SenseStyle {
        additional_length: sense[7],
        opcode_in_command_specific: sense[8] == opcode,
        // SKSV.
        field_pointer: sense[15] & 0x80 != 0,
        ..SENSE
    }
}
