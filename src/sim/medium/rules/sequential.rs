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
/// 5/2C/00: command sequence error.
const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 5/72/05: no more track reservations allowed (MMC-6 annex F).
pub const NO_MORE_TRACKS: Refusal = Refusal::of(5, 0x72, 0x05);
/// The fragments of a DVD+R that can be open at once (libburn's cookbook).
const FRAGMENTS: usize = 15;
/// 5/72/04: empty or partially written reserved track (sense-pairs-from-logs: CLOSE SESSION).
const RESERVED_TRACK: Refusal = Refusal::of(5, 0x72, 0x04);

/// How many blocks fit from an address on, where writing can go on there: the NWA of an open track,
/// or of the invisible one.
pub fn room(disc: &Medium, lba: u32) -> Option<u32> {
    let record = disc.record.as_ref().filter(|record| !record.finalized)?;
    let open = disc.tracks.iter().filter(|track| track.is_open());
    let track = open.clone().find(|track| track.nwa() == Some(lba));
    if let Some(track) = track {
        let end = if track.is_reserved() { track.end() } else { record.capacity };
        return Some(end.saturating_sub(lba));
    }
    // An open track that is not reserved has all the room to the end, and one that is written at
    // once is the only one.
    let alone = open.clone().all(Track::is_reserved) && !record.at_once;
    // GUESS: behind a damaged track nothing is written before its session is closed.
    let alone = alone && !disc.session_is_ruined();
    (alone && record.next == lba).then(|| disc.free())
}

/// Writing goes on where it stopped, and not beyond the end.
///
/// # Errors
/// 5/21/02 elsewhere, 5/21/00 beyond.
pub fn write(disc: &Medium, order: &WriteOrder) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Write)?;
    let lba = u32::try_from(order.lba).map_err(|_| INVALID_ADDRESS)?;
    let room = room(disc, lba).ok_or(INVALID_ADDRESS.at(lba))?;
    if order.blocks > room {
        return Err(OUT_OF_RANGE.at(lba.saturating_add(room)));
    }
    Ok(())
}

/// The NWA moves; a first block begins a track.
pub fn taken(disc: &mut Medium, order: &WriteOrder, mode: TrackMode) {
    let Ok(lba) = u32::try_from(order.lba) else { return };
    if order.blocks == 0 {
        return;
    }
    if !disc.tracks.iter().any(|track| track.nwa() == Some(lba)) {
        disc.begin_track(mode, None);
    }
    let Some(track) = disc.tracks.iter_mut().find(|track| track.nwa() == Some(lba)) else {
        return;
    };
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

/// What fills up the last error-correction block of an open track.
pub fn filling(disc: &Medium) -> Option<WriteOrder> {
    let unit = disc.family().ecc_blocks().0;
    disc.tracks.iter().filter(|track| track.is_open()).find_map(|track| {
        let nwa = track.nwa()?;
        let missing = (unit - track.recorded() % unit) % unit;
        let blocks = missing.min(room(disc, nwa)?);
        (blocks > 0).then_some(WriteOrder { lba: i64::from(nwa), blocks, streaming: false })
    })
}

/// RESERVE TRACK: the next track gets its length, filled up to a whole error-correction block.
///
/// # Errors
/// There is no room for it.
pub fn reserve(disc: &mut Medium, blocks: u32) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::Reserve)?;
    // A track that is being written without a reservation has all the room to the end.
    if disc.tracks.iter().any(|track| track.is_open() && !track.is_reserved()) {
        return Err(SEQUENCE);
    }
    if disc.session_is_ruined() {
        return Err(SEQUENCE);
    }
    let open = disc.tracks.iter().filter(|track| track.is_open()).count();
    if disc.kind.plus() && open >= FRAGMENTS {
        return Err(NO_MORE_TRACKS);
    }
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
    let named = disc.tracks.iter().find(|track| u16::from(track.number) == order.track);
    if let Some(track) = named.filter(|track| *act == Act::CloseTrack && track.is_damaged()) {
        // It ends where it was cut off; that is written down again.
        let change = Change::CloseTrack(track.number);
        return Ok(Work { change, takes: *takes, says: CLOSING });
    }
    // PIONEER R11 command reference: closing a track that is empty is GOOD, and nothing is done.
    let next = disc.tracks.last().map_or(1, |track| track.number.saturating_add(1));
    if *act == Act::CloseTrack && named.is_none() && order.track == u16::from(next) {
        let empty = disc.can_grow() && disc.tracks.iter().all(|t| !t.is_open() || t.is_reserved());
        if empty {
            let change = Change::CloseTrack(next);
            return Ok(Work { change, takes: Duration::ZERO, says: CLOSING });
        }
    }
    let partly = disc.tracks.iter().any(|track| track.is_reserved() && track.is_open());
    states::allows(disc.kind, states::state(disc), *act).map_err(|refusal| {
        if refusal == states::INCOMPLETE_TRACK && partly { RESERVED_TRACK } else { refusal }
    })?;
    let change = match act {
        Act::CloseTrack => {
            let track = named.filter(|track| track.is_open()).ok_or(Refusal::bad_field(4))?;
            Change::CloseTrack(track.number)
        }
        Act::CloseSession => Change::CloseSession,
        _ => Change::Finalize,
    };
    Ok(Work { change, takes: *takes, says: CLOSING })
}

/// The track gets the length that was written, or what was reserved for it, the rest zeros.
pub fn close_track(disc: &mut Medium, number: u8) {
    let Some(track) = disc.tracks.iter_mut().find(|track| track.number == number) else { return };
    if track.is_open() {
        track.state = TrackState::Complete;
    }
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
    for track in disc.tracks.iter_mut().filter(|track| track.is_open()) {
        track.state = TrackState::Complete;
    }
    if let Some(record) = &mut disc.record {
        record.closed_sessions = record.closed_sessions.max(open);
        record.finalized = true;
        record.at_once = false;
    }
}

/// What was taken and had not reached the disc is gone: the NWA goes back to what is burnt.
pub fn cut_off(disc: &mut Medium) {
    let mut lost = None;
    for track in &mut disc.tracks {
        if let TrackState::Open { burnt, reserved, .. } = track.state {
            track.state = TrackState::Open { taken: burnt, burnt, reserved };
            if !reserved {
                track.blocks = burnt;
                lost = Some(track.end());
            }
        }
    }
    if let (Some(end), Some(record)) = (lost, &mut disc.record) {
        record.next = end;
    }
    // A track of which nothing reached the disc was never begun.
    let nothing =
        |track: &Track| matches!(track.state, TrackState::Open { burnt: 0, reserved: false, .. });
    disc.tracks.retain(|track| !nothing(track));
}

/// The open track ends where the laser went off.
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
        Change::Blank(_) | Change::Format(_) | Change::StopFormat => {}
    }
}
