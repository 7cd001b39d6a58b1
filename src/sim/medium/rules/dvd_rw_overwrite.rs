//! DVD-RW in restricted overwrite mode (MMC-6 4.4.4): whole error-correction blocks alone. As long
//! as the border is open (the intermediate state), writing goes on in order at its end, and over
//! what is written; closed, over what it holds.

use std::time::Duration;

use super::sequential::INVALID_ADDRESS;
use super::{CLOSING, Change, CloseOrder, FORMATTING, FormatOrder, Rules, Work};
use super::{WriteOrder, WriteParameters};
use crate::sim::medium::formats;
use crate::sim::medium::recording::{Format, TrackState};
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Medium, Track, TrackMode};
use crate::sim::refusal::Refusal;

/// The rules of a DVD-RW that is written over.
pub struct Overwrite;

/// Blocks that are written together (libburn's cookbook: alignment has to be 32 KiB).
const UNIT: u32 = 16;
/// Blocks laid down in a second: twice 1385 kB. GUESS: the rate.
const LAID_PER_SECOND: f64 = 2.0 * 1385.0 / 2.048;
/// GUESS: what a lead-in takes, and what the border-out of a closed border takes.
const LEAD_IN: Duration = Duration::from_secs(30);
const BORDER_OUT: Duration = Duration::from_secs(40);

impl Rules for Overwrite {
    fn write(&self, disc: &Medium, order: &WriteOrder, _: &WriteParameters) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Write)?;
        let lba = u32::try_from(order.lba).map_err(|_| INVALID_ADDRESS)?;
        // GUESS: the codes for what is no whole block.
        if !lba.is_multiple_of(UNIT) {
            return Err(INVALID_ADDRESS.at(lba));
        }
        if !order.blocks.is_multiple_of(UNIT) {
            return Err(Refusal::bad_field(8));
        }
        let (furthest, end) = match disc.open_track() {
            Some(track) => (track.recorded(), disc.room()),
            None => (disc.room().saturating_sub(UNIT), disc.room()),
        };
        if lba > furthest || lba.saturating_add(order.blocks) > end {
            return Err(INVALID_ADDRESS.at(lba.max(furthest)));
        }
        Ok(())
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, _: &WriteParameters) {
        let Ok(lba) = u32::try_from(order.lba) else { return };
        let end = lba.saturating_add(order.blocks);
        let Some(track) = disc.open_track_mut() else { return };
        if let TrackState::Open { taken, burnt, reserved } = track.state {
            let taken = taken.max(end);
            track.blocks = taken;
            track.state = TrackState::Open { taken, burnt, reserved };
        }
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        let Ok(lba) = u32::try_from(order.lba) else { return };
        let end = lba.saturating_add(order.blocks);
        if let Some(record) = &mut disc.record {
            record.laid = record.laid.max(end);
        }
        let Some(track) = disc.open_track_mut() else { return };
        if let TrackState::Open { taken, burnt, reserved } = track.state {
            track.state = TrackState::Open { taken, burnt: burnt.max(end), reserved };
        }
    }

    fn reserve(&self, disc: &mut Medium, _: u32, _: &WriteParameters) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Reserve)
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        _: &WriteParameters,
    ) -> Result<Work, Refusal> {
        let act = match order.function {
            0 => Act::StopFormat,
            1 => Act::CloseTrack,
            2 => Act::CloseSession,
            _ => return Err(Refusal::bad_field(2)),
        };
        states::allows(disc.kind, states::state(disc), act)?;
        // libburn's cookbook: on a closed border it does no harm.
        let takes = if disc.open_track().is_some() { BORDER_OUT } else { Duration::ZERO };
        Ok(Work { change: Change::CloseSession, takes, says: CLOSING })
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        if *change == Change::CloseSession && disc.open_track().is_some() {
            close_border(disc);
        }
    }

    fn cut_off(&self, disc: &mut Medium, _: Option<&Change>) {
        let Some(track) = disc.open_track_mut() else { return };
        if let TrackState::Open { burnt, reserved, .. } = track.state {
            track.blocks = burnt;
            track.state = TrackState::Open { taken: burnt, burnt, reserved };
        }
    }
}

/// The border is as long as what was written. GUESS: at least one error-correction block.
fn close_border(disc: &mut Medium) {
    let blocks = disc.open_track().map_or(0, Track::recorded).max(UNIT);
    let Some(record) = &mut disc.record else { return };
    record.laid = record.laid.max(blocks);
    let kind = record.format.map_or(formats::QUICK, |format| format.kind);
    holding(disc, Format { kind, subtype: 0, blocks, spares: 0 });
}

/// One border of so many blocks, closed.
fn holding(disc: &mut Medium, format: Format) {
    super::overwrite::formatted(disc, format);
}

/// FORMAT UNIT of a DVD-RW in either mode.
///
/// # Errors
/// There is no such format now.
pub fn format(disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Format)?;
    // PIONEER R11 command reference: 13h only when the border is closed.
    formats::accept(disc, &order)?;
    let laid = Duration::from_secs_f64(f64::from(order.blocks) / LAID_PER_SECOND);
    Ok(Work { change: Change::Format(order), takes: LEAD_IN + laid, says: FORMATTING })
}

/// The format is done: 00h and 10h leave a closed border, 13h and 15h an open one.
pub fn formatted(disc: &mut Medium, order: FormatOrder) {
    let Ok(format) = formats::accept(disc, &order) else { return };
    let grows = order.kind == formats::QUICK_GROW;
    let before = if grows { disc.room() } else { 0 };
    let blocks = before.saturating_add(format.blocks).min(disc.extent());
    if !grows {
        disc.wipe();
    }
    if let Some(record) = &mut disc.record {
        record.laid = blocks;
        record.finalized = false;
        record.at_once = false;
        record.minimally_blanked = false;
        record.holes.clear();
    }
    let format = Format { blocks, ..format };
    if matches!(order.kind, formats::QUICK | formats::QUICK_GROW) {
        open_border(disc, format);
    } else {
        holding(disc, format);
    }
}

fn open_border(disc: &mut Medium, format: Format) {
    let whole = disc.extent();
    let blocks = format.blocks;
    disc.tracks = vec![Track {
        number: 1,
        session: 1,
        start: 0,
        blocks,
        runout: 0,
        mode: TrackMode::Data,
        state: TrackState::Open { taken: blocks, burnt: blocks, reserved: false },
    }];
    if let Some(record) = &mut disc.record {
        record.capacity = whole;
        record.next = blocks;
        record.closed_sessions = 0;
        record.format = Some(format);
    }
}
