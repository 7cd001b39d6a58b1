//! Which track is open, and where a disc can be gone on with.

use super::ask;
use crate::jobs::burn::disc::{DiscKind, normalised};
use crate::jobs::survey::MediumFacts;
use crate::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use crate::mmc::cmd::read_track_information::{
    ReadTrackInformation, TrackAddress, TrackInformation,
};
use crate::mmc::mode_page::ModePage;
use crate::mmc::{CommandError, Drive};
use crate::units::{Blocks, Lba};

/// READ TRACK INFORMATION's number for the open track of a CD.
const INVISIBLE: u16 = 0xff;

/// The track that can be written to.
pub(super) struct Open {
    pub(super) number: u16,
    pub(super) address: TrackAddress,
    pub(super) nwa: Option<Lba>,
    pub(super) start: Option<Lba>,
    pub(super) free: Blocks,
    pub(super) damaged: bool,
    pub(super) begun: bool,
    pub(super) unclosed: Option<Lba>,
}

/// Finds it, by what the survey learned; a track that it left out is asked for.
pub(super) fn open(
    drive: &mut Drive,
    kind: DiscKind,
    medium: &MediumFacts,
) -> Result<Open, CommandError> {
    let last = medium.disc.as_ref().map_or(1, |disc| disc.last_track.max(1));
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    let blank_disc = medium.status() == Some(DiscStatus::Blank);
    let open = matches!(medium.status(), Some(DiscStatus::Blank | DiscStatus::Appendable));
    let (number, address, track) = if cd {
        let address = TrackAddress::Track(INVISIBLE);
        if open {
            track_at_once(drive)?;
        }
        // A Plextor PX-S88T answers with no byte (real-drives): then the last one there is.
        let track = ask(drive, &ReadTrackInformation(address))?;
        (last, address, track.or_else(|| medium.tracks.last().cloned()))
    } else {
        let track = match begun_track(medium) {
            Some(track) => Some(track.clone()),
            None => track_of(drive, medium, last)?,
        };
        let number = track.as_ref().map_or(last, |track| track.number.max(1));
        (number, TrackAddress::Track(number), track)
    };
    let track = track.filter(|_| open && !kind.is_overwritable());
    let of_track = track.as_ref().and_then(|track| track.next_writable);
    // Whatever the drive says of a blank disc, it begins at its beginning.
    let nwa = if blank_disc && track.is_some() { Some(Lba(0)) } else { normalised(of_track) };
    Ok(Open {
        number,
        address,
        nwa,
        start: track.as_ref().map(|track| if blank_disc { Lba(0) } else { track.start }),
        free: track.as_ref().map_or(Blocks(0), |track| track.free),
        damaged: track.as_ref().is_some_and(|track| track.damaged),
        begun: track.as_ref().is_some_and(|track| !blank_disc && is_begun(track)),
        unclosed: if open { unclosed(medium) } else { None },
    })
}

/// Where a CD can be written depends on how: session at once begins with a pre-gap, 150 blocks
/// before what track at once calls the next writable address; LG's GSA-4082B is to be told before
/// it is asked (libburn). The drive gets its page back in the end.
fn track_at_once(drive: &mut Drive) -> Result<(), CommandError> {
    let changed = drive.change_page(ModePage::WRITE_PARAMETERS, |page| {
        if let Some(mut write) = page.write_parameters() {
            write.set_write_type(1);
            write.set_test_write(false);
            write.set_packet_size(None);
            write.set_track_mode(4);
            write.set_data_block_type(8);
        }
    });
    // Refused or ignored, the question is asked all the same; before the first write it is asked
    // again.
    changed.map(|_| ())
}

/// The one of a number.
fn track_of(
    drive: &mut Drive,
    medium: &MediumFacts,
    number: u16,
) -> Result<Option<TrackInformation>, CommandError> {
    if let Some(track) = medium.tracks.iter().find(|track| track.number == number) {
        return Ok(Some(track.clone()));
    }
    ask(drive, &ReadTrackInformation(TrackAddress::Track(number)))
}

/// Written in part, or reserved: its end is open.
fn is_begun(track: &TrackInformation) -> bool {
    let open = track.next_writable.is_some() && track.free > Blocks(0);
    (open && (!track.blank || track.reserved)) || (track.damaged && !track.blank)
}

/// The first track of the last session that was begun: with a reserved one, it is not the last.
fn begun_track(medium: &MediumFacts) -> Option<&TrackInformation> {
    let session = medium.tracks.iter().map(|track| track.session).max()?;
    let of_session = medium.tracks.iter().filter(|track| track.session == session);
    of_session.into_iter().find(|track| is_begun(track))
}

/// Where the last closed track of a session begins that is itself not closed.
fn unclosed(medium: &MediumFacts) -> Option<Lba> {
    let state = medium.disc.as_ref().map(|disc| disc.last_session);
    if state != Some(SessionState::Incomplete) || begun_track(medium).is_some() {
        return None;
    }
    let session = medium.tracks.iter().map(|track| track.session).max()?;
    let of_session = medium.tracks.iter().filter(|track| track.session == session);
    let closed = of_session.filter(|track| !track.blank && track.size > Blocks(0));
    closed.map(|track| track.start).next_back()
}

/// First block of the last session that is closed.
pub(super) fn last_session_start(medium: &MediumFacts) -> Option<Lba> {
    let sessions = medium.sessions();
    let closed = |state: Option<SessionState>| state == Some(SessionState::Complete);
    let last = sessions.iter().rev().find(|session| closed(session.state));
    let start = last.and_then(|session| session.tracks.first()).map(|track| track.start);
    let of_toc = || medium.session_info.as_ref().map(|info| info.first_track_of_last.start);
    start.or_else(|| of_toc().filter(|_| medium.status() == Some(DiscStatus::Appendable)))
}
