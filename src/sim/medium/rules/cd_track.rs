//! Tracks of a CD that are written at once (MMC-6 4.2.3.4.2), each ended by a flush, and how tracks
//! and sessions are closed.

use std::time::Duration;

use super::sequential;
use super::{CLOSING, Change, Work, WriteOrder, WriteParameters};
use crate::sim::medium::compact::{AtOnce, Code};
use crate::sim::medium::states::{self, Act, State};
use crate::sim::medium::{Medium, Track, TrackMode, TrackState};
use crate::sim::refusal::{ILLEGAL_MODE_FOR_TRACK, LBA_OUT_OF_RANGE, Refusal};

/// Blocks of run-out after a track that was written at once (real-drives: Polaroid BurnMAX48:
/// 353135 and 353136 of 353137 do not read; libburn: on every drive).
const RUN_OUT: u32 = 2;
/// Blocks before each track (MMC-6 4.2.3.5).
const PRE_GAP: u32 = 150;
/// Blocks that a track has at least: 4 seconds (MMC-6 4.2.3.5).
const TRACK_LEAST: u32 = 300;
/// The number of the track that is being written, or can be begun (MMC-6 6.26.2.5).
const INVISIBLE: u16 = 0xff;
/// DATA BLOCK TYPE of Mode 2, form 1 (cdrecord: what a disc of several sessions has).
const FORM_1: u8 = 10;
/// 5/2C/00: command sequence error.
pub const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 5/72/03 (real-drives: sense-pairs-from-logs: 5b 00 02).
const INCOMPLETE_TRACK: Refusal = Refusal::of(5, 0x72, 0x03);
/// 5/72/04: empty or partially written reserved track (real-drives: sense-pairs-from-logs).
const RESERVED_TRACK: Refusal = Refusal::of(5, 0x72, 0x04);
/// A CD has tracks 1 to 99 (IEC 60908: TNO is two digits).
const TRACKS_MOST: usize = 99;
/// 3/73/05: program memory area is full. GUESS: said of a track 100.
const PMA_FULL: Refusal = Refusal::of(3, 0x73, 0x05);
/// GUESS: run-out and the entry in the program memory area.
const TRACK_TIME: Duration = Duration::from_secs(2);
/// GUESS: lead-in and lead-out, 150 seconds of disc, at 10x.
pub const SESSION_TIME: Duration = Duration::from_secs(15);

/// 2/04/08: long write in progress.
pub const WRITING: Refusal = Refusal::of(2, 0x04, 0x08);

/// Whether a session is being written at once.
pub fn running(disc: &Medium) -> bool {
    disc.at_once().is_some_and(AtOnce::begun)
}

/// A track at once that is being written.
fn under_way(track: &Track) -> bool {
    matches!(track.state, TrackState::Open { taken: 1.., reserved: false, .. })
}

/// A track that was reserved and has all its blocks.
fn full(track: &Track) -> bool {
    matches!(track.state, TrackState::Open { taken, reserved: true, .. }
        if taken + RUN_OUT >= track.blocks)
}

/// What a track written with this page holds; `None` for what this drive does not write.
fn mode(page: &WriteParameters) -> Option<TrackMode> {
    match (page.data_block_type, page.track_mode & 0x4) {
        (0, 0) => Some(TrackMode::Audio),
        (8 | FORM_1, 4) => Some(TrackMode::Data),
        _ => None,
    }
}

/// One past the last block that can hold data: the run-out comes before the lead-out.
fn end_of_disc(disc: &Medium) -> u32 {
    disc.extent().saturating_sub(RUN_OUT)
}

/// One past the last block of a track that can hold data.
fn end_of_room(disc: &Medium, track: &Track) -> u32 {
    match track.state {
        TrackState::Open { reserved: true, .. } => track.end().saturating_sub(RUN_OUT),
        _ => end_of_disc(disc),
    }
}

/// Where a track begins that nobody has begun.
fn next(disc: &Medium) -> u32 {
    disc.record.as_ref().map_or(0, |record| record.next)
}

/// Whether these blocks go on with a track at once, or begin one.
///
/// # Errors
/// Page 05h does not fit, the address is not the next one, or there is no room.
pub fn write_track(
    disc: &Medium,
    order: &WriteOrder,
    page: &WriteParameters,
) -> Result<(), Refusal> {
    let mode = mode(page).ok_or(ILLEGAL_MODE_FOR_TRACK)?;
    // GUESS: a damaged track has to be closed before anything is written after it.
    if disc.tracks.iter().any(Track::is_damaged) {
        return Err(SEQUENCE);
    }
    let lba = u32::try_from(order.lba).map_err(|_| sequential::INVALID_ADDRESS)?;
    let open = || disc.tracks.iter().filter(|track| track.is_open());
    let fits = |track: &&Track| track.nwa() == Some(lba) && !full(track);
    let running = open().find(|track| under_way(track));
    let end = match running.or(open().find(fits)) {
        Some(track) if track.nwa() != Some(lba) => return Err(sequential::INVALID_ADDRESS.at(lba)),
        Some(track)
            if track.recorded() > 0
                && (track.mode, disc.is_form1(track)) != (mode, page.data_block_type == FORM_1) =>
        {
            return Err(ILLEGAL_MODE_FOR_TRACK);
        }
        Some(track) => end_of_room(disc, track),
        None if lba != next(disc) => return Err(sequential::INVALID_ADDRESS.at(lba)),
        None if disc.tracks.len() >= TRACKS_MOST => return Err(PMA_FULL),
        None => end_of_disc(disc),
    };
    if lba.saturating_add(order.blocks) > end {
        return Err(LBA_OUT_OF_RANGE.at(end));
    }
    Ok(())
}

/// The drive has taken blocks; the first of them begin a track.
pub fn taken(disc: &mut Medium, order: &WriteOrder, page: &WriteParameters) {
    let Ok(lba) = u32::try_from(order.lba) else { return };
    let fits = |track: &Track| track.nwa() == Some(lba) && !full(track);
    let open = |track: &Track| track.is_open() && fits(track);
    let index = match disc.tracks.iter().position(open) {
        Some(index) => index,
        None => {
            let Some(mode) = mode(page) else { return };
            if disc.begin_track(mode, None).is_none() {
                return;
            }
            disc.tracks.len() - 1
        }
    };
    let track = &mut disc.tracks[index];
    let TrackState::Open { taken, burnt, reserved } = track.state else { return };
    if let (0, Some(mode)) = (taken, mode(page)) {
        track.mode = mode;
    }
    let (number, first) = (track.number, taken == 0);
    let taken = taken.saturating_add(order.blocks);
    track.state = TrackState::Open { taken, burnt, reserved };
    if !reserved {
        track.blocks = taken;
    }
    if first {
        note_codes(disc, number, page);
    }
    after_last(disc);
}

/// Bytes of a block that the host sends: the track's that is under way, else by page 05h.
pub fn block_bytes(disc: &Medium, page: &WriteParameters) -> usize {
    match disc.tracks.iter().find(|track| under_way(track)) {
        Some(track) if track.mode == TrackMode::Audio => 2352,
        None if page.data_block_type == 0 => 2352,
        _ => 2048,
    }
}

/// GUESS: a track that is too short is filled up to four seconds.
pub fn filling(disc: &Medium) -> Option<WriteOrder> {
    let track = disc.tracks.iter().find(|track| under_way(track))?;
    let (nwa, taken) = (track.nwa()?, track.recorded());
    let blocks = TRACK_LEAST.checked_sub(taken).filter(|blocks| *blocks > 0)?;
    let room = end_of_room(disc, track).saturating_sub(nwa);
    let blocks = blocks.min(room);
    (blocks > 0).then_some(WriteOrder { lba: i64::from(nwa), blocks, streaming: false })
}

/// A flush ends a track that is under way, and one that was reserved and is full.
pub fn flushed(disc: &Medium) -> Option<Work> {
    let ends = |track: &&Track| under_way(track) || full(track);
    let number = disc.tracks.iter().find(ends)?.number;
    Some(Work { change: Change::CloseTrack(number), takes: TRACK_TIME, says: WRITING })
}

/// RESERVE TRACK: a track of so many blocks, its run-out beside.
///
/// # Errors
/// It is too short, or there is no room for it, or one is under way.
pub fn reserve(disc: &mut Medium, blocks: u32, page: &WriteParameters) -> Result<(), Refusal> {
    if disc.tracks.len() >= TRACKS_MOST {
        return Err(sequential::NO_MORE_TRACKS);
    }
    if running(disc) || disc.tracks.iter().any(under_way) {
        return Err(SEQUENCE);
    }
    let free = end_of_disc(disc).saturating_sub(next(disc));
    if blocks < TRACK_LEAST || blocks > free {
        return Err(LBA_OUT_OF_RANGE);
    }
    let mode = mode(page).ok_or(ILLEGAL_MODE_FOR_TRACK)?;
    disc.begin_track(mode, Some(blocks.saturating_add(RUN_OUT)));
    if let Some(track) = disc.tracks.last_mut() {
        track.runout = RUN_OUT;
    }
    after_last(disc);
    Ok(())
}

/// What page 05h says of the track, and of the disc as long as nothing else is said of it.
fn note_codes(disc: &mut Medium, number: u8, page: &WriteParameters) {
    let Some(record) = &mut disc.record else { return };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let isrc = page.isrc.map(|isrc| text(&isrc));
    record.compact.codes.retain(|code| code.track != number);
    let (control, form1) = (page.track_mode & 0x07, page.data_block_type == FORM_1);
    let code = Code { track: number, control, form1, isrc, pause: PRE_GAP, indexes: Vec::new() };
    record.compact.codes.push(code);
    if let Some(catalogue) = page.catalogue {
        record.compact.catalogue.get_or_insert(text(&catalogue));
    }
}

/// The invisible track begins after the last, its own pre-gap between them.
pub fn after_last(disc: &mut Medium) {
    let gap = |track: &Track| if under_way(track) { 0 } else { PRE_GAP };
    let open = disc.record.as_ref().map_or(0, |record| record.closed_sessions);
    let last = disc.tracks.iter().rfind(|track| track.session > open);
    let next = match last {
        Some(track) => track.end().saturating_add(gap(track)),
        None => start_of_session(disc),
    };
    if let Some(record) = &mut disc.record {
        record.next = next.min(record.capacity);
    }
}

/// Where the first track of the session under way begins.
pub fn start_of_session(disc: &Medium) -> u32 {
    let closed = disc.record.as_ref().map_or(0, |record| record.closed_sessions);
    let last = disc.tracks.iter().rfind(|track| track.session <= closed);
    last.map_or(0, |track| track.end().saturating_add(disc.kind.session_gap(closed <= 1)))
}

/// CLOSE TRACK: by its number, or by FFh the one under way. What is closed already stays so
/// (libburn closes after a flush that has done it).
///
/// # Errors
/// There is no such track, or it is not the time for it.
pub fn close_track(disc: &Medium, number: u16) -> Result<Work, Refusal> {
    states::allows(disc.kind, states::state(disc), Act::CloseTrack)?;
    if running(disc) {
        return Err(SEQUENCE);
    }
    let unfinished = |track: &&Track| track.is_open() || track.is_damaged();
    let found = match number {
        0 | INVISIBLE => disc.tracks.iter().rfind(unfinished).or(disc.tracks.last()),
        _ => disc.tracks.iter().find(|track| u16::from(track.number) == number),
    };
    let track = found.ok_or(Refusal::bad_field(4))?;
    let takes = if unfinished(&track) { TRACK_TIME } else { Duration::ZERO };
    Ok(Work { change: Change::CloseTrack(track.number), takes, says: CLOSING })
}

/// CLOSE SESSION: the multi-session bits of page 05h say whether another can follow.
///
/// # Errors
/// A track is not closed, or there is none.
pub fn close_session(disc: &Medium, page: &WriteParameters) -> Result<Work, Refusal> {
    if running(disc) {
        return Err(INCOMPLETE_TRACK);
    }
    let state = states::state(disc);
    if state == State::TrackOpen {
        let reserved = disc.open_track().is_some_and(Track::is_reserved);
        return Err(if reserved { RESERVED_TRACK } else { INCOMPLETE_TRACK });
    }
    let (act, change) = match page.multi_session {
        3 => (Act::CloseSession, Change::CloseSession),
        _ => (Act::Finalize, Change::Finalize),
    };
    states::allows(disc.kind, state, act)?;
    Ok(Work { change, takes: SESSION_TIME, says: CLOSING })
}

/// Run-out is written, and the track has its length; what was reserved and not written is zeros.
pub fn end_track(disc: &mut Medium, number: u8) {
    let Some(track) = disc.tracks.iter_mut().find(|track| track.number == number) else { return };
    match track.state {
        TrackState::Open { reserved: false, taken, .. } => track.blocks = taken + RUN_OUT,
        TrackState::Damaged { burnt } => track.blocks = burnt + RUN_OUT,
        TrackState::Open { .. } | TrackState::Complete => {}
    }
    if track.state != TrackState::Complete {
        // GUESS: that of an audio track reads as silence.
        let data = track.mode == TrackMode::Data;
        track.runout = if data { RUN_OUT.min(track.blocks) } else { 0 };
        track.state = TrackState::Complete;
        after_last(disc);
    }
}

/// A session ends where its last track does; the next begins after lead-out, lead-in, pre-gap.
pub fn end_session(disc: &mut Medium, last: bool) {
    let damaged: Vec<u8> =
        disc.tracks.iter().filter(|track| track.is_damaged()).map(|track| track.number).collect();
    for number in damaged {
        end_track(disc, number);
    }
    if let Some(record) = &mut disc.record {
        record.closed_sessions = record.closed_sessions.saturating_add(1);
        record.finalized = last;
    }
    after_last(disc);
}

/// The first open track that has blocks cannot be gone on with.
pub fn damage(disc: &mut Medium) {
    let begun = |track: &&mut Track| track.is_open() && track.recorded() > 0;
    let Some(track) = disc.tracks.iter_mut().find(begun) else { return };
    let TrackState::Open { burnt, reserved, .. } = track.state else { return };
    track.state = TrackState::Damaged { burnt };
    if !reserved {
        track.blocks = burnt;
    }
}
