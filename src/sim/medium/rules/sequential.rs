//! What all discs have in common that are written in order, track by track: where the next block
//! goes, filling up the last error-correction block, reserving, closing.

use std::time::Duration;

use super::{CLOSING, Change, CloseOrder, Work, WriteOrder};
use crate::sim::medium::recording::TrackState;
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Medium, Track, TrackMode};
use crate::sim::refusal::Refusal;

/// 5/21/02: invalid address for write (real-drives: ASUS CRW-5232A3).
pub const INVALID_ADDRESS: Refusal = Refusal::of(5, 0x21, 0x02);
/// 5/21/00.
const OUT_OF_RANGE: Refusal = Refusal::of(5, 0x21, 0x00);

/// Where the next block goes, and how many fit from there on: in the open track, else in the
/// invisible one.
pub fn next(disc: &Medium) -> Option<(u32, u32)> {
    if let Some(track) = disc.open_track() {
        let nwa = track.nwa()?;
        let end = match track.state {
            TrackState::Open { reserved: true, .. } => track.end(),
            _ => disc.record.as_ref()?.capacity,
        };
        return Some((nwa, end.saturating_sub(nwa)));
    }
    let record = disc.record.as_ref().filter(|record| !record.finalized)?;
    Some((record.next, disc.free()))
}

/// Writing goes on where it stopped, and not beyond the end.
///
/// # Errors
/// 5/21/02 elsewhere, 5/21/00 beyond.
pub fn write(disc: &Medium, order: &WriteOrder) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Write)?;
    let (nwa, room) = next(disc).ok_or(INVALID_ADDRESS)?;
    let lba = u32::try_from(order.lba).map_err(|_| INVALID_ADDRESS)?;
    if lba != nwa {
        return Err(INVALID_ADDRESS.at(lba));
    }
    if order.blocks > room {
        return Err(OUT_OF_RANGE.at(nwa.saturating_add(room)));
    }
    Ok(())
}

/// The NWA moves; a first block begins a track.
pub fn taken(disc: &mut Medium, order: &WriteOrder, mode: TrackMode) {
    if disc.open_track().is_none() {
        disc.begin_track(mode, None);
    }
    let Some(track) = disc.open_track_mut() else { return };
    let TrackState::Open { taken, burnt, reserved } = track.state else { return };
    let taken = taken.saturating_add(order.blocks);
    track.state = TrackState::Open { taken, burnt, reserved };
    if !reserved {
        track.blocks = taken;
        let end = track.end();
        if let Some(record) = &mut disc.record {
            record.next = end;
        }
    }
}

/// Blocks have reached the disc.
pub fn burnt(disc: &mut Medium, order: &WriteOrder) {
    let Some(end) = u32::try_from(order.lba).ok().map(|lba| lba.saturating_add(order.blocks))
    else {
        return;
    };
    for track in &mut disc.tracks {
        let start = track.start;
        if let TrackState::Open { taken, burnt, reserved } = track.state
            && (start..=start.saturating_add(taken)).contains(&end)
        {
            let burnt = burnt.max(end - start);
            track.state = TrackState::Open { taken, burnt, reserved };
        }
    }
}

/// What fills up the last error-correction block of the open track.
pub fn filling(disc: &Medium) -> Option<WriteOrder> {
    let track = disc.open_track()?;
    let unit = disc.family().ecc_blocks().0;
    let nwa = track.nwa()?;
    let missing = (unit - track.recorded() % unit) % unit;
    let (_, room) = next(disc)?;
    let blocks = missing.min(room);
    (blocks > 0).then_some(WriteOrder { lba: i64::from(nwa), blocks, streaming: false })
}

/// RESERVE TRACK: the next track gets its length, filled up to a whole error-correction block.
///
/// # Errors
/// There is no room for it.
pub fn reserve(disc: &mut Medium, blocks: u32) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Reserve)?;
    let unit = disc.family().ecc_blocks().0;
    let length = blocks.checked_next_multiple_of(unit).ok_or(OUT_OF_RANGE)?;
    if length == 0 || length > disc.free() {
        return Err(OUT_OF_RANGE);
    }
    disc.begin_track(TrackMode::Data, Some(length));
    Ok(())
}

/// CLOSE TRACK SESSION: what it will come to, by the functions that such discs have.
///
/// # Errors
/// There is no such function, it is not its time, or it names another track than the open one.
pub fn close(
    disc: &Medium,
    order: CloseOrder,
    functions: &[(u8, Act, Duration)],
) -> Result<Work, Refusal> {
    let found = functions.iter().find(|(function, ..)| *function == order.function);
    let (_, act, takes) = found.ok_or(Refusal::bad_field(2))?;
    states::allows(disc.kind, states::state(disc), *act)?;
    let change = match act {
        Act::CloseTrack => {
            let open = disc.open_track().map(|track| track.number);
            let number = open.filter(|number| u16::from(*number) == order.track);
            Change::CloseTrack(number.ok_or(Refusal::bad_field(4))?)
        }
        Act::CloseSession => Change::CloseSession,
        _ => Change::Finalize,
    };
    Ok(Work { change, takes: *takes, says: CLOSING })
}

/// The track gets the length that was written, or what was reserved for it, the rest zeros.
pub fn close_track(disc: &mut Medium, number: u8) {
    let Some(track) = disc.tracks.iter_mut().find(|track| track.number == number) else { return };
    track.state = TrackState::Complete;
    let end = track.end();
    if let Some(record) = &mut disc.record {
        record.next = record.next.max(end);
    }
}

/// The session under way is closed; the next begins after the gap that such a disc has there.
pub fn close_session(disc: &mut Medium) {
    let first = disc.record.as_ref().is_some_and(|record| record.closed_sessions == 0);
    let gap = disc.kind.session_gap(first);
    if let Some(record) = &mut disc.record {
        record.closed_sessions = record.closed_sessions.saturating_add(1);
        record.next = record.next.saturating_add(gap).min(record.capacity);
    }
}

/// Nothing can follow.
pub fn finalize(disc: &mut Medium) {
    let open = disc.tracks.iter().map(|track| track.session).max().unwrap_or(0);
    if let Some(record) = &mut disc.record {
        record.closed_sessions = record.closed_sessions.max(open);
        record.finalized = true;
    }
}

/// What was taken and had not reached the disc is gone: the NWA goes back to what is burnt.
pub fn cut_off(disc: &mut Medium) {
    for track in &mut disc.tracks {
        if let TrackState::Open { burnt, reserved, .. } = track.state {
            track.state = TrackState::Open { taken: burnt, burnt, reserved };
            if !reserved {
                track.blocks = burnt;
            }
        }
    }
    let end = disc.tracks.iter().filter(|track| track.is_open()).map(Track::end).max();
    if let (Some(end), Some(record)) = (end, &mut disc.record) {
        record.next = end;
    }
    // A track of which nothing reached the disc was never begun.
    let nothing =
        |track: &Track| matches!(track.state, TrackState::Open { burnt: 0, reserved: false, .. });
    disc.tracks.retain(|track| !nothing(track));
}

/// The open track ends where the laser went off.
#[allow(dead_code)]
pub fn ruin(disc: &mut Medium) {
    let Some(track) = disc.open_track_mut() else { return };
    let TrackState::Open { burnt, reserved, .. } = track.state else { return };
    track.state = TrackState::Damaged { burnt };
    if !reserved {
        track.blocks = burnt;
    }
    let end = track.end();
    if let Some(record) = &mut disc.record {
        record.next = record.next.max(end);
    }
}

/// A close is done.
pub fn apply(disc: &mut Medium, change: &Change) {
    match change {
        Change::CloseTrack(number) => close_track(disc, *number),
        Change::CloseSession => close_session(disc),
        Change::Finalize => finalize(disc),
        Change::Blank(_) | Change::Format(_) => {}
    }
}
