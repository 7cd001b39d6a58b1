//! What all discs have in common that are written over at any address: one track over all that the
//! format leaves, error-correction blocks that are read before a part of them is written, formats
//! that lay the disc down anew.

use std::time::Duration;

use super::{Change, FormatOrder};
use super::{FORMATTING, Toll, Work, WriteOrder};
use crate::sim::medium::content::Content;
use crate::sim::medium::formats;
use crate::sim::medium::marks::Mark;
use crate::sim::medium::recording::{Format, TrackState};
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Medium, Track, TrackMode};
use crate::sim::refusal::{LBA_OUT_OF_RANGE, Refusal};

/// Any blocks that the format leaves.
///
/// # Errors
/// 5/21/00 beyond them, or what the state of the disc says.
pub fn write(disc: &Medium, order: &WriteOrder) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Write)?;
    let lba = u32::try_from(order.lba).map_err(|_| LBA_OUT_OF_RANGE)?;
    let end = disc.room();
    if lba.saturating_add(order.blocks) > end || lba >= end {
        return Err(LBA_OUT_OF_RANGE.at(lba.max(end)));
    }
    Ok(())
}

/// Error-correction blocks of which only a part is written: these are read first.
pub fn modified(disc: &Medium, order: &WriteOrder) -> u32 {
    let unit = disc.family().ecc_blocks().0;
    let start = u32::try_from(order.lba).unwrap_or(0);
    let end = start.saturating_add(order.blocks);
    let (first, last) = (start % unit != 0, end % unit != 0);
    match (first, last) {
        (true, true) if start / unit == end / unit => 1,
        (first, last) => u32::from(first) + u32::from(last),
    }
}

/// The toll of a disc with defect management: all is read back, unless it streams.
pub fn managed(disc: &Medium, order: &WriteOrder) -> Toll {
    let verified = disc.spares() > 0 && !order.streaming;
    Toll { laying: 0, modified: modified(disc, order), verified }
}

/// Remembers which blocks carry a signal now.
pub fn burnt(disc: &mut Medium, order: &WriteOrder) {
    let Ok(lba) = u32::try_from(order.lba) else { return };
    let end = lba.saturating_add(order.blocks);
    if let Content::Recorded(store) = &mut disc.content {
        // The file of the disc fails: so will the next write.
        let _ = store.mark(Mark::Recorded, lba..end, true);
    }
}

/// The work of a format; what it comes to is in [`apply`].
///
/// # Errors
/// The state of the disc does not allow it, or there is no such format.
pub fn format(disc: &Medium, order: FormatOrder, takes: Duration) -> Result<Work, Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Format)?;
    formats::accept(disc, &order)?;
    Ok(Work { change: Change::Format(order), takes, says: FORMATTING })
}

/// The disc has this format now, and nothing is recorded on it.
pub fn formatted(disc: &mut Medium, format: Format) {
    disc.tracks = vec![Track {
        number: 1,
        session: 1,
        start: 0,
        blocks: format.blocks,
        runout: 0,
        mode: TrackMode::Data,
        state: TrackState::Complete,
    }];
    if let Some(record) = &mut disc.record {
        record.capacity = format.blocks;
        record.next = format.blocks;
        record.closed_sessions = 1;
        record.format = Some(format);
    }
}

/// The disc is as it was made.
pub fn unformatted(disc: &mut Medium) {
    disc.wipe();
    disc.tracks.clear();
    let whole = disc.extent();
    if let Some(record) = &mut disc.record {
        record.capacity = whole;
        record.next = 0;
        record.closed_sessions = 0;
        record.format = None;
        record.background = Default::default();
    }
}

/// All blocks of the format hold zeros, at least.
pub fn lay_all(disc: &mut Medium) {
    let room = disc.room();
    if let Some(record) = &mut disc.record {
        record.laid = room;
    }
}
