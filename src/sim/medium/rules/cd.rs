//! CD-R and CD-RW: tracks at once, and what both ways of writing share: closing, blanking
//! (MMC-6 4.2.3). Sessions at once are in [`super::cd_session`].

use std::io;
use std::time::Duration;

use super::{CLOSING, Change, CloseOrder, Rules, Work, WriteOrder, WriteParameters};
use super::{cd_session, sequential};
use crate::sim::medium::compact::{AtOnce, Code, Compact};
use crate::sim::medium::states::{self, Act, State};
use crate::sim::medium::{Medium, Record, Track, TrackMode, TrackState};
use crate::sim::refusal::{ILLEGAL_MODE_FOR_TRACK, LBA_OUT_OF_RANGE, Refusal};

/// The rules of CD-R and CD-RW.
pub struct Cd;

/// Blocks of run-out after a track that was written at once (real-drives: Polaroid BurnMAX48:
/// 353135 and 353136 of 353137 do not read; libburn: on every drive).
pub const RUN_OUT: u32 = 2;
/// Blocks before each track (MMC-6 4.2.3.5).
pub const PRE_GAP: u32 = 150;
/// Blocks that a track has at least: 4 seconds (MMC-6 4.2.3.5).
const TRACK_LEAST: u32 = 300;
/// DATA BLOCK TYPE of Mode 2, form 1 (cdrecord: what a disc of several sessions has).
const FORM_1: u8 = 10;
/// The number of the track that is being written, or can be begun (MMC-6 6.26.2.5).
const INVISIBLE: u16 = 0xff;

/// 5/2C/00: command sequence error.
pub const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 5/72/03 (real-drives: sense-pairs-from-logs: 5b 00 02).
const INCOMPLETE_TRACK: Refusal = Refusal::of(5, 0x72, 0x03);
/// 5/72/04: empty or partially written reserved track (real-drives: sense-pairs-from-logs).
const RESERVED_TRACK: Refusal = Refusal::of(5, 0x72, 0x04);
/// 2/04/08: long write in progress.
pub const WRITING: Refusal = Refusal::of(2, 0x04, 0x08);

/// GUESS: run-out and the entry in the program memory area.
const TRACK_TIME: Duration = Duration::from_secs(2);
/// GUESS: lead-in and lead-out, 150 seconds of disc, at 10x.
pub const SESSION_TIME: Duration = Duration::from_secs(15);
/// PMA, lead-in and first pre-gap. GUESS: as cdrecord's users wait for.
const MINIMAL_BLANK_TIME: Duration = Duration::from_secs(40);
/// Blocks a second that a full blanking gets through. GUESS: 10x.
const BLANK_RATE: u32 = 750;

impl Rules for Cd {
    fn write(
        &self,
        disc: &Medium,
        order: &WriteOrder,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Write)?;
        match page.write_type {
            2 => cd_session::write(disc, order),
            // GUESS: a session that was begun at once is not gone on with otherwise.
            1 if running(disc) => Err(SEQUENCE),
            1 => write_track(disc, order, page),
            // GUESS: packets and raw sectors, which this drive does not write: MMC-6 6.48 has
            // 5/64/00 for a page that does not fit the disc.
            _ => Err(ILLEGAL_MODE_FOR_TRACK),
        }
    }

    fn block_bytes(&self, disc: &Medium, lba: i64, page: &WriteParameters) -> usize {
        let at_once = disc.at_once().filter(|_| page.write_type == 2);
        match at_once.and_then(|session| session.block(lba)) {
            Some((bytes, _)) => usize::from(bytes),
            None => match disc.tracks.iter().find(|track| under_way(track)) {
                Some(track) if track.mode == TrackMode::Audio => 2352,
                None if page.data_block_type == 0 => 2352,
                _ => 2048,
            },
        }
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, page: &WriteParameters) {
        if page.write_type == 2 && disc.at_once().is_some() {
            cd_session::taken(disc, order);
        } else {
            // A sheet of which nothing was written counts no more.
            cd_session::forget(disc);
            taken(disc, order, page);
        }
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        if running(disc) {
            cd_session::burnt(disc, order);
        } else {
            sequential::burnt(disc, order);
        }
    }

    fn filling(&self, disc: &Medium) -> Option<WriteOrder> {
        if running(disc) {
            return None;
        }
        // GUESS: a track that is too short is filled up to four seconds.
        let track = disc.tracks.iter().find(|track| under_way(track))?;
        let (nwa, taken) = (track.nwa()?, track.recorded());
        let blocks = TRACK_LEAST.checked_sub(taken).filter(|blocks| *blocks > 0)?;
        let room = end_of_room(disc, track).saturating_sub(nwa);
        let blocks = blocks.min(room);
        (blocks > 0).then_some(WriteOrder { lba: i64::from(nwa), blocks, streaming: false })
    }

    fn flushed(&self, disc: &Medium, _: &WriteParameters) -> Option<Work> {
        if running(disc) {
            return cd_session::flushed(disc);
        }
        let ends = |track: &&Track| under_way(track) || full(track);
        let number = disc.tracks.iter().find(ends)?.number;
        Some(Work { change: Change::CloseTrack(number), takes: TRACK_TIME, says: WRITING })
    }

    fn lay_down(
        &self,
        disc: &mut Medium,
        order: &WriteOrder,
        block: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        if block == cd_session::TEXT_BLOCK {
            return cd_session::keep_text(disc, bytes);
        }
        disc.content.write_blocks(order.lba, block, bytes)
    }

    fn ruin(&self, disc: &mut Medium) {
        if running(disc) {
            cd_session::abandon(disc);
        } else {
            damage(disc);
            after_last(disc);
        }
    }

    fn reserve(
        &self,
        disc: &mut Medium,
        blocks: u32,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Reserve)?;
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

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        page: &WriteParameters,
    ) -> Result<Work, Refusal> {
        match order.function {
            1 => close_track(disc, order.track),
            2 => close_session(disc, page),
            _ => Err(Refusal::bad_field(2)),
        }
    }

    fn cue_sheet(
        &self,
        disc: &mut Medium,
        entries: &[u8],
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        cd_session::announce(disc, entries, page)
    }

    fn blank(&self, disc: &Medium, kind: u8) -> Result<Work, Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Blank)?;
        let takes = match kind {
            0 => Duration::from_secs(u64::from(disc.extent().div_ceil(BLANK_RATE))),
            1 => MINIMAL_BLANK_TIME,
            // GUESS: the others are not a drive's duty, and refused as a field of the command.
            _ => return Err(Refusal::bad_field(1)),
        };
        Ok(Work { change: Change::Blank(kind), takes, says: CLOSING })
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        match change {
            Change::CloseTrack(number) => end_track(disc, *number),
            Change::CloseSession | Change::Finalize => {
                cd_session::complete(disc);
                end_session(disc, *change == Change::Finalize);
            }
            Change::Blank(_) => erase(disc),
            Change::Format(_) | Change::StopFormat => {}
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        if matches!(change, Some(Change::Blank(_))) {
            erase(disc);
            // GUESS: a disc whose blanking was cut off is shown as one without tracks that nothing
            // can be added to (real-drives: liteon-sohw1673s-dvdrw-complete-zero-tracks).
            if let Some(record) = &mut disc.record {
                record.finalized = true;
            }
            return;
        }
        if running(disc) {
            cd_session::abandon(disc);
            return;
        }
        cd_session::forget(disc);
        // What was flushed ends as it would have: the run-out is written first.
        if let Some(Change::CloseTrack(number)) = change {
            end_track(disc, *number);
        }
        sequential::cut_off(disc);
        while disc.tracks.iter().any(|track| track.is_open() && track.recorded() > 0) {
            damage(disc);
        }
        after_last(disc);
    }
}

/// Whether a session is being written at once.
fn running(disc: &Medium) -> bool {
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
fn write_track(disc: &Medium, order: &WriteOrder, page: &WriteParameters) -> Result<(), Refusal> {
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
        None if lba == next(disc) => end_of_disc(disc),
        None => return Err(sequential::INVALID_ADDRESS.at(lba)),
    };
    if lba.saturating_add(order.blocks) > end {
        return Err(LBA_OUT_OF_RANGE.at(end));
    }
    Ok(())
}

fn taken(disc: &mut Medium, order: &WriteOrder, page: &WriteParameters) {
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
fn after_last(disc: &mut Medium) {
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
fn close_track(disc: &Medium, number: u16) -> Result<Work, Refusal> {
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
fn close_session(disc: &Medium, page: &WriteParameters) -> Result<Work, Refusal> {
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
fn end_track(disc: &mut Medium, number: u8) {
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
fn end_session(disc: &mut Medium, last: bool) {
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

/// Nothing was ever written.
fn erase(disc: &mut Medium) {
    disc.tracks.clear();
    disc.wipe();
    if let Some(record) = &mut disc.record {
        let compact = Compact { atip: record.compact.atip.take(), ..Compact::default() };
        let (capacity, whole) = (record.capacity, record.whole);
        *record = Record { capacity, whole, compact, ..Record::default() };
    }
}

/// The first open track that has blocks cannot be gone on with.
fn damage(disc: &mut Medium) {
    let begun = |track: &&mut Track| track.is_open() && track.recorded() > 0;
    let Some(track) = disc.tracks.iter_mut().find(begun) else { return };
    let TrackState::Open { burnt, reserved, .. } = track.state else { return };
    track.state = TrackState::Damaged { burnt };
    if !reserved {
        track.blocks = burnt;
    }
}

#[cfg(test)]
mod tests;
