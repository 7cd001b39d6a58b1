//! BD-R that was formatted before anything was recorded: with spare areas (MMC-6 4.5.3.5), and, if
//! asked so, with pseudo-overwriting (POW), which lets the host write again what is written, at the
//! price of a spare block each time.

use std::time::Duration;

use super::{Change, FORMATTING, FormatOrder, Work, WriteOrder};
use crate::sim::medium::Medium;
use crate::sim::medium::formats;
use crate::sim::medium::states::{self, Act};
use crate::sim::refusal::{INVALID_FIELD_IN_PARAMETERS, Refusal};

/// FORMAT SUB-TYPE: SRM with POW, SRM without (PIONEER BDR-203 command reference).
const POW: u8 = 0;
const PLAIN: u8 = 1;
/// The management areas are written. GUESS: how long that takes.
const TIME: Duration = Duration::from_secs(40);
/// 5/30/06: cannot format medium.
const CANNOT_FORMAT: Refusal = Refusal::of(5, 0x30, 0x06);
/// 5/24/00 at CLOSE FUNCTION: growisofs on such a disc (Fedora's patch for SRM+POW).
const NO_CLOSE: Refusal = Refusal::bad_field(2);
/// 3/0C/02: no spare block is left. GUESS: the code.
const NO_SPARES: Refusal = Refusal::of(3, 0x0c, 0x02);

/// FORMAT UNIT, once, before anything is recorded.
///
/// # Errors
/// It is not blank any more, or there is no such format.
pub fn format(disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Format)?;
    if disc.record.as_ref().is_none_or(|record| record.format.is_some()) {
        return Err(CANNOT_FORMAT);
    }
    formats::accept(disc, &order)?;
    if !matches!(order.subtype, POW | PLAIN) {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    Ok(Work { change: Change::Format(order), takes: TIME, says: FORMATTING })
}

/// The disc has its spare areas.
pub fn formatted(disc: &mut Medium, order: FormatOrder) {
    let Ok(format) = formats::accept(disc, &order) else { return };
    if let Some(record) = &mut disc.record {
        record.capacity = format.blocks;
        record.format = Some(format);
    }
}

/// Whether a session can be closed: not with POW.
///
/// # Errors
/// It cannot.
pub fn closes_session(disc: &Medium) -> Result<(), Refusal> {
    if disc.pseudo_overwrites() { Err(NO_CLOSE) } else { Ok(()) }
}

/// Whether a write goes over what is written, as POW allows.
///
/// # Errors
/// It does, and no spare block is left for it.
pub fn writes_over(disc: &Medium, order: &WriteOrder) -> Result<bool, Refusal> {
    let over = over(disc, order);
    if over && disc.spares_left() < spare_blocks(disc, order) {
        return Err(NO_SPARES.at(u32::try_from(order.lba).unwrap_or(0)));
    }
    Ok(over)
}

/// The spare blocks that writing over took.
pub fn taken(disc: &mut Medium, order: &WriteOrder) -> bool {
    if !over(disc, order) {
        return false;
    }
    let blocks = spare_blocks(disc, order);
    if let Some(record) = &mut disc.record {
        record.spares_used = record.spares_used.saturating_add(blocks);
    }
    true
}

fn over(disc: &Medium, order: &WriteOrder) -> bool {
    let Ok(lba) = u32::try_from(order.lba) else { return false };
    let within = |track: &&crate::sim::medium::Track| {
        (track.start..track.start + track.recorded()).contains(&lba)
            && lba.saturating_add(order.blocks) <= track.start + track.recorded()
    };
    disc.pseudo_overwrites() && order.blocks > 0 && disc.tracks.iter().any(|track| within(&track))
}

fn spare_blocks(disc: &Medium, order: &WriteOrder) -> u32 {
    let unit = disc.family().ecc_blocks().0;
    let lba = u32::try_from(order.lba).unwrap_or(0);
    let units = lba.saturating_add(order.blocks).div_ceil(unit) - lba / unit;
    units * unit
}
