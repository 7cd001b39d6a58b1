//! Sessions of a CD that are written at once (MMC-6 4.2.3.4.3): announced by a cue sheet, written
//! from the pre-gap or the lead-in on without a hole, closed by the drive itself.

use std::io;

use super::cd_track::{SEQUENCE, SESSION_TIME, WRITING, start_of_session};
use super::sequential::INVALID_ADDRESS;
use super::{Change, Work, WriteOrder, WriteParameters};
use crate::sim::medium::compact::{AtOnce, Code};
use crate::sim::medium::content::Content;
use crate::sim::medium::cue_sheet::{self, Place};
use crate::sim::medium::states::{self, Act, State};
use crate::sim::medium::{Medium, Track, TrackState};
use crate::sim::refusal::{ILLEGAL_MODE_FOR_TRACK, LBA_OUT_OF_RANGE, Refusal};

/// Bytes of a block of the lead-in: the sub-channels R to W of a sector, six bits in each.
pub const TEXT_BLOCK: usize = 96;
/// Bytes of a pack of CD-TEXT, and those that they take in a block.
const PACK: usize = 18;
const PACK_IN_BLOCK: usize = 24;
/// So many sectors behind the last of the disc its file has room for CD-TEXT.
const TEXT_BEHIND: u32 = 256;
/// CD-TEXT has at most eight languages of 256 packs each.
const PACKS_MOST: u32 = 2048;

/// SEND CUE SHEET.
///
/// # Errors
/// It is not the time for one, or it has a mistake.
pub fn announce(disc: &mut Medium, bytes: &[u8], page: &WriteParameters) -> Result<(), Refusal> {
    states::allows(disc.kind, states::state(disc), Act::CueSheet)?;
    // MMC-6 6.33.2: page 05h has to say session at once.
    if page.write_type != 2 || disc.at_once().is_some_and(AtOnce::begun) {
        return Err(SEQUENCE);
    }
    let blank = states::state(disc) == State::Blank;
    let last = disc.tracks.last().map_or(0, |track| track.number);
    let place = Place {
        first_track: (!blank).then_some(last.saturating_add(1)),
        pre_gap: i64::from(start_of_session(disc)) - 150,
        lead_out_last: disc.extent(),
    };
    let sheet = cue_sheet::parse(bytes, place)?;
    let lead_in = disc.atip().map_or(place.pre_gap, |atip| atip.lead_in());
    let session = AtOnce::new(sheet, page.multi_session == 3, lead_in);
    if let Some(record) = &mut disc.record {
        record.compact.at_once = Some(session);
    }
    Ok(())
}

/// Blocks go on where they stopped, of one size, and not beyond the lead-out.
///
/// # Errors
/// 5/2C/00 without a sheet; 5/21/02 elsewhere (real-drives: ASUS CRW-5232A3), 5/21/00 beyond.
pub fn write(disc: &Medium, order: &WriteOrder) -> Result<(), Refusal> {
    let session = disc.at_once().ok_or(SEQUENCE)?;
    let Some((_, end)) = session.block(order.lba).filter(|_| order.lba == session.next) else {
        // INFORMATION is 0 there.
        return Err(INVALID_ADDRESS.at(u32::try_from(order.lba).unwrap_or(0)));
    };
    let after = order.lba.saturating_add(i64::from(order.blocks));
    if after > i64::from(session.sheet.lead_out) {
        return Err(LBA_OUT_OF_RANGE.at(session.sheet.lead_out));
    }
    // GUESS: one command does not bring blocks of two sizes.
    if after > end { Err(ILLEGAL_MODE_FOR_TRACK) } else { Ok(()) }
}

/// The drive has taken blocks; the first of them begin all tracks.
pub fn taken(disc: &mut Medium, order: &WriteOrder) {
    begin(disc);
    let Some(session) = session_mut(disc) else { return };
    session.go_to(order.lba.saturating_add(i64::from(order.blocks)));
    advance(disc);
}

/// Blocks are on the disc itself.
pub fn burnt(disc: &mut Medium, order: &WriteOrder) {
    let Some(session) = session_mut(disc) else { return };
    let end = order.lba.saturating_add(i64::from(order.blocks));
    session.burnt = session.burnt.max(end);
    advance(disc);
}

fn session_mut(disc: &mut Medium) -> Option<&mut AtOnce> {
    disc.record.as_mut()?.compact.at_once.as_mut()
}

fn begin(disc: &mut Medium) {
    let number = disc.session_under_way();
    if disc.tracks.iter().any(|track| track.session == number) {
        return;
    }
    let Some(record) = &mut disc.record else { return };
    let Some(session) = &record.compact.at_once else { return };
    let sheet = &session.sheet;
    for track in &sheet.tracks {
        let (blocks, runout) = sheet.extent(track);
        disc.tracks.push(Track {
            number: track.number,
            session: number,
            start: track.start,
            blocks,
            runout,
            mode: track.mode,
            state: TrackState::Open { taken: 0, burnt: 0, reserved: true },
        });
        record.compact.codes.push(Code {
            track: track.number,
            control: track.control,
            form1: false,
            isrc: track.isrc.clone(),
            pause: sheet.pause(track),
            indexes: sheet.indexes(track),
        });
    }
    record.next = sheet.lead_out;
    if record.compact.catalogue.is_none() {
        record.compact.catalogue.clone_from(&sheet.catalogue);
    }
}

/// How far each track is.
fn advance(disc: &mut Medium) {
    let Some((next, done)) = disc.at_once().map(|session| (session.next, session.burnt)) else {
        return;
    };
    for track in &mut disc.tracks {
        let within = |end: i64| {
            let blocks = (end - i64::from(track.start)).clamp(0, i64::from(track.blocks));
            u32::try_from(blocks).unwrap_or(0)
        };
        if track.is_open() {
            let (taken, burnt) = (within(next), within(done));
            track.state = TrackState::Open { taken, burnt, reserved: true };
        }
    }
}

/// All was taken: the drive closes the session by itself.
pub fn flushed(disc: &Medium) -> Option<Work> {
    let session = disc.at_once().filter(|session| session.whole())?;
    let change = if session.multi_session { Change::CloseSession } else { Change::Finalize };
    Some(Work { change, takes: SESSION_TIME, says: WRITING })
}

/// The tracks are as announced.
pub fn complete(disc: &mut Medium) {
    if session_mut(disc).is_none() {
        return;
    }
    for track in disc.tracks.iter_mut().filter(|track| track.is_open()) {
        track.state = TrackState::Complete;
    }
    if let Some(record) = &mut disc.record {
        record.compact.at_once = None;
    }
}

/// A sheet of which nothing was written counts no more.
pub fn forget(disc: &mut Medium) {
    if let Some(record) = &mut disc.record
        && record.compact.at_once.as_ref().is_some_and(|session| !session.begun())
    {
        record.compact.at_once = None;
    }
}

/// Writing stopped before the end. The lead-in is written first, so that the disc shows all that
/// was announced; what was not written does not read, and nothing can follow. GUESS: as players
/// play such discs up to where the burner stopped.
pub fn abandon(disc: &mut Medium) {
    let Some(session) = session_mut(disc) else { return };
    let (burnt, lead_out) = (session.burnt, session.sheet.lead_out);
    if burnt <= session.first {
        disc.tracks.retain(|track| !track.is_open());
        let start = start_of_session(disc);
        let there = |code: &Code| disc.tracks.iter().any(|track| track.number == code.track);
        if let Some(record) = &mut disc.record {
            record.compact.codes.retain(there);
            record.compact.at_once = None;
            record.next = start;
        }
        return;
    }
    let from = u32::try_from(burnt).unwrap_or(0).max(start_of_session(disc));
    complete(disc);
    if let Some(record) = &mut disc.record {
        if from < lead_out {
            record.holes.push((from, lead_out));
        }
        record.closed_sessions = record.closed_sessions.saturating_add(1);
        record.finalized = true;
    }
}

/// Keeps the CD-TEXT of blocks of the lead-in, once: the host repeats it until the lead-in ends.
///
/// # Errors
/// The file behind the disc cannot be written.
pub fn keep_text(disc: &mut Medium, bytes: &[u8]) -> io::Result<()> {
    let (Content::Recorded(store), Some(record)) = (&disc.content, &mut disc.record) else {
        return Ok(());
    };
    let compact = &mut record.compact;
    for six in bytes.chunks_exact(PACK_IN_BLOCK) {
        let pack = pack(six);
        let head = [pack[0], pack[1], pack[2], pack[3]];
        if compact.text_packs == 0 {
            compact.text_first = head;
        } else if head == compact.text_first || compact.text_packs >= PACKS_MOST {
            compact.text_whole = true;
        }
        if compact.text_whole {
            break;
        }
        let skip = u64::from(compact.text_packs) * PACK as u64;
        store.write(record.whole + TEXT_BEHIND, skip, &pack)?;
        compact.text_packs += 1;
    }
    Ok(())
}

/// 24 bytes of six bits are 18 of eight (MMC-6 annex J).
fn pack(six: &[u8]) -> [u8; PACK] {
    let mut pack = [0; PACK];
    for (three, four) in pack.chunks_exact_mut(3).zip(six.chunks_exact(4)) {
        let word = four.iter().fold(0u32, |word, byte| word << 6 | u32::from(byte & 0x3f));
        three.copy_from_slice(&word.to_be_bytes()[1..]);
    }
    pack
}

/// The packs of CD-TEXT that are on a disc.
///
/// # Errors
/// The file behind the disc cannot be read.
pub fn text(disc: &Medium) -> io::Result<Vec<u8>> {
    let (Content::Recorded(store), Some(record)) = (&disc.content, &disc.record) else {
        return Ok(Vec::new());
    };
    let mut packs = vec![0; record.compact.text_packs as usize * PACK];
    store.read(record.whole + TEXT_BEHIND, 0, &mut packs)?;
    Ok(packs)
}
