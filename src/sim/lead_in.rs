//! What a CD has before its program area (MMC-6 6.25.3.4 to 6.25.3.7): the Q of the lead-ins, the
//! program memory area, ATIP, CD-TEXT. Knows the forms of READ TOC/PMA/ATIP that give them out.

use super::exchange::Bytes;
use super::medium::rules::cd_session;
use super::medium::{Medium, Track};
use super::read::failing_image;
use super::refusal::Refusal;
use crate::units::{Lba, Msf};

/// Frames from the start of a lead-in to the pre-gap after it (MMC-6 4.2.3.5: one minute).
const LEAD_IN: i64 = 4500;
/// Frames of a pre-gap.
const PRE_GAP: i64 = 150;

fn msf(lba: i64) -> [u8; 3] {
    let msf = Msf::from(Lba(i32::try_from(lba).unwrap_or(0)));
    [msf.minute, msf.second, msf.frame]
}

fn place(lba: u32) -> [u8; 7] {
    let [minute, second, frame] = msf(i64::from(lba));
    [0, 0, 0, 0, minute, second, frame]
}

/// The last session that has a lead-in.
fn closed(medium: &Medium) -> u8 {
    medium.record.as_ref().map_or(medium.sessions(), |record| record.closed_sessions)
}

/// Form 0010b: the Q of the lead-in areas from a session on. libburn: refused as long as no session
/// is closed.
///
/// # Errors
/// There is no such session.
pub fn table(medium: &Medium, from: u8) -> Result<Vec<u8>, Refusal> {
    let sessions = closed(medium);
    if sessions == 0 {
        return Err(Refusal::bad_field(2));
    }
    if from > sessions {
        return Err(Refusal::bad_field(6));
    }
    let mut bytes = Bytes::new();
    bytes.be16(0).put(&[1, sessions]);
    for session in from..=sessions {
        let tracks: Vec<&Track> = medium.session(session).collect();
        let (Some(first), Some(last)) = (tracks.first(), tracks.last()) else { continue };
        let mut entry = |adr: u8, control: u8, point: u8, rest: [u8; 7]| {
            bytes.put(&[session, adr << 4 | control, 0, point]).put(&rest);
        };
        // A0h: first track, disc type. A1h: last track. A2h: lead-out.
        let disc_type = disc_type(medium, session);
        entry(1, medium.control(first), 0xa0, [0, 0, 0, 0, first.number, disc_type, 0]);
        entry(1, medium.control(last), 0xa1, [0, 0, 0, 0, last.number, 0, 0]);
        entry(1, medium.control(last), 0xa2, place(medium.lead_out(session)));
        for track in &tracks {
            entry(1, medium.control(track), track.number, place(track.start));
        }
        if sessions > 1 || can_follow(medium) {
            session_pointer(medium, session, &mut entry);
        }
    }
    Ok(bytes.with_length16())
}

/// CD-DA or CD-ROM, or CD-ROM XA (MMC-6 table 485).
pub fn disc_type(medium: &Medium, session: u8) -> u8 {
    let form1 = medium.session(session).any(|track| medium.is_form1(track));
    if form1 { 0x20 } else { 0x00 }
}

fn can_follow(medium: &Medium) -> bool {
    medium.record.as_ref().is_some_and(|record| !record.finalized)
}

/// B0h: where the next session's program area begins, or FFh throughout after the last; C0h: where
/// the disc's first lead-in begins (ECMA-394 and MMC-6 table 484).
fn session_pointer(medium: &Medium, session: u8, entry: &mut impl FnMut(u8, u8, u8, [u8; 7])) {
    let following = medium.session(session + 1).next().map(|track| track.start);
    let record = medium.record.as_ref().filter(|record| !record.finalized);
    let next = following.or(record.map(|record| record.next));
    let next = next.map_or([0xff; 3], |start| msf(i64::from(start)));
    let [minute, second, frame] = match medium.record {
        Some(_) => msf(i64::from(medium.extent())),
        // real-drives: atip-reports: the outermost lead-out of most discs.
        None => [79, 59, 74],
    };
    entry(5, 0x4, 0xb0, [next[0], next[1], next[2], 2, minute, second, frame]);
    if session == 1 {
        // real-drives: atip-reports: a lead-in from 97:26:66 on.
        let [minute, second, frame] =
            medium.atip().map_or([97, 26, 66], |atip| atip.lead_in_time());
        entry(5, 0x4, 0xc0, [0, 0, 0, 0, minute, second, frame]);
    }
}

/// Form 0011b: the program memory area has each complete track, stop and start. It is between the
/// power calibration area and the lead-in of discs that can be written (Orange Book); a pressed one
/// has none.
///
/// # Errors
/// There is no such area.
pub fn program_memory(medium: &Medium) -> Result<Vec<u8>, Refusal> {
    if medium.kind.pressed() {
        return Err(Refusal::bad_field(2));
    }
    let mut bytes = Bytes::new();
    bytes.be16(0).be16(0);
    for track in medium.tracks.iter().filter(|track| !track.is_open() && !track.is_damaged()) {
        let (start, stop) = (msf(i64::from(track.start)), msf(i64::from(track.end())));
        bytes.put(&[0, 0x10 | medium.control(track), 0, track.number]);
        bytes.put(&stop).put(&[0]).put(&start);
    }
    Ok(bytes.with_length16())
}

/// Form 0100b.
///
/// # Errors
/// The disc was pressed.
pub fn atip(medium: &Medium) -> Result<Vec<u8>, Refusal> {
    let atip = medium.atip().ok_or(Refusal::bad_field(2))?;
    let lead_out = match medium.record {
        Some(_) => medium.extent(),
        None => atip.lead_out(),
    };
    let mut bytes = Bytes::new();
    bytes.be16(0).be16(0).put(&atip.bytes(lead_out));
    Ok(bytes.with_length16())
}

/// Form 0101b: the packs of CD-TEXT. No CD-TEXT: the header alone. GUESS: and GOOD.
///
/// # Errors
/// The file behind the disc cannot be read.
pub fn text(medium: &Medium) -> Result<Vec<u8>, Refusal> {
    let packs = if closed(medium) > 0 { cd_session::text(medium) } else { Ok(Vec::new()) };
    let mut bytes = Bytes::new();
    bytes.be16(0).be16(0).put(&packs.map_err(|_| failing_image(0))?);
    Ok(bytes.with_length16())
}

/// Where the lead-in of the session under way begins, and the last possible lead-out, as READ DISC
/// INFORMATION tells them; `None` where nothing can follow.
pub fn open_session(medium: &Medium) -> Option<([u8; 3], [u8; 3])> {
    let record = medium.record.as_ref().filter(|record| !record.finalized)?;
    let lead_out = msf(i64::from(medium.extent()));
    if record.closed_sessions == 0 {
        return Some((medium.atip()?.lead_in_time(), lead_out));
    }
    let begun = medium.tracks.iter().find(|track| track.session > record.closed_sessions);
    let start = begun.map_or(record.next, |track| track.start);
    Some((msf(i64::from(start) - PRE_GAP - LEAD_IN), lead_out))
}
