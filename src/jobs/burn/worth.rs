//! What a disc is worth after a burn that did not get to its end: from how far the burn got, and
//! what the drive says of the disc. Pure. Says nothing that the drive does not show.

use super::plan::{DiscKind, Plan, normalised};
use super::report::Worth;
use super::state::State;
use crate::mmc::cmd::read_disc_information::{DiscInformation, DiscStatus, SessionState};
use crate::units::{Blocks, Lba};

/// How far a burn got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Nothing that changes the disc was sent.
    Nothing,
    /// It was blanked, formatted, calibrated or reserved; nothing was written.
    Prepared,
    /// Something of the image was sent.
    Writing,
    /// The drive has taken all of it.
    Taken,
    /// It says that all of it is on the disc.
    Flushed,
    /// It says that the disc is closed as it was to be.
    Closed,
}

/// What is known when a burn has ended before its end.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// Where block 0 of the image is.
    pub start: Lba,
    /// It was a burn that was gone on with: part of the image was there before.
    pub resumed: bool,
    /// Status of the disc before.
    pub status_before: Option<DiscStatus>,
    /// The next writable address before.
    pub nwa_before: Option<Lba>,
    /// How far it got.
    pub reached: Reached,
    /// What the drive says now; `None`: it does not answer.
    pub now: Option<&'a State>,
}

/// What it is worth.
pub fn worth(known: &Known<'_>) -> Worth {
    let Known { plan, reached, .. } = known;
    if *reached == Reached::Nothing || plan.simulated {
        return Worth::Untouched;
    }
    let told = known.now.and_then(|state| state.disc.as_ref().map(|disc| (state, disc)));
    let Some((state, disc)) = told else {
        return Worth::Unknown { resumable: plan.resumable };
    };
    if plan.salvages {
        return salvaged(state, disc);
    }
    if plan.kind.is_overwritable() {
        return match reached {
            Reached::Prepared => Worth::Empty,
            Reached::Flushed | Reached::Closed => Worth::Written { closed: false },
            _ => Worth::Rewritable,
        };
    }
    match disc.status {
        // A BD-R stays blank when it gets spare areas, and yet is not as it was.
        DiscStatus::Blank if plan.loses || plan.formats() => Worth::Empty,
        DiscStatus::Blank if known.status_before == Some(DiscStatus::Blank) => Worth::Untouched,
        DiscStatus::Complete if *reached >= Reached::Flushed => Worth::Written { closed: true },
        _ if *reached >= Reached::Flushed && !is_open(disc) => Worth::Written { closed: false },
        _ if *reached >= Reached::Flushed && can_be_closed(plan, state) => Worth::Unclosed,
        _ => broken_off(known, state, disc),
    }
}

/// Whether `burn --resume` can close what is all on the disc. What was written at once closes
/// itself, or is lost; a damaged track is closed as lost.
fn can_be_closed(plan: &Plan, state: &State) -> bool {
    let damaged = state.track.as_ref().is_some_and(|track| track.damaged);
    let cd = matches!(plan.kind, DiscKind::CdR | DiscKind::CdRw);
    cd || plan.resumable && !damaged
}

/// Whether its last session was begun and not closed.
fn is_open(disc: &DiscInformation) -> bool {
    matches!(disc.last_session, SessionState::Incomplete | SessionState::Damaged)
}

/// Of a disc on which what could not be gone on with was to be closed.
fn salvaged(state: &State, disc: &DiscInformation) -> Worth {
    let free = state.writable().map_or(Blocks(0), |track| track.free);
    match disc.status {
        DiscStatus::Appendable if is_open(disc) => Worth::Closable,
        DiscStatus::Appendable if free > Blocks(0) => Worth::Wasted { free },
        _ => Worth::Ruined,
    }
}

/// Of a disc written in sequence, in the middle of the image.
fn broken_off(known: &Known<'_>, state: &State, disc: &DiscInformation) -> Worth {
    let (plan, status) = (known.plan, disc.status);
    let writable = state.writable();
    let nwa = writable.and_then(|track| normalised(track.next_writable));
    if let Some(nwa) = nwa {
        let as_before = known.status_before == Some(status) && known.nwa_before == Some(nwa);
        if as_before && !plan.loses && !known.resumed {
            return Worth::Untouched;
        }
    }
    if known.reached == Reached::Taken && status != DiscStatus::Blank && !is_open(disc) {
        return Worth::Doubtful;
    }
    if let Some(nwa) = nwa {
        let end = known.start + plan.image;
        if plan.resumable && nwa >= end {
            return Worth::Unclosed;
        }
        // A track that is reserved and empty is one that was begun.
        if plan.resumable && nwa >= known.start {
            let done = u32::try_from(nwa - known.start).unwrap_or(0);
            return Worth::Resumable { nwa, done: Blocks(done) };
        }
    }
    // Room in the image's own track, which cannot be gone on with, is no room.
    let open = state.open.as_ref().filter(|track| track.next_writable.is_some());
    let free = open.map_or(Blocks(0), |track| track.free);
    match status {
        _ if disc.erasable => Worth::Blankable,
        DiscStatus::Appendable if free > Blocks(0) => Worth::Wasted { free },
        // What was begun at once has its end written down already.
        DiscStatus::Appendable if plan.resumable && plan.kind.is_salvageable() => Worth::Closable,
        _ => Worth::Ruined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::Query;
    use crate::mmc::cmd::read_disc_information::{DiscInformation, ReadDiscInformation};
    use crate::mmc::cmd::read_track_information::{
        ReadTrackInformation, TrackAddress, TrackInformation,
    };

    fn plan(kind: DiscKind) -> Plan {
        Plan {
            kind,
            steps: Vec::new(),
            mode: "sequential".into(),
            image: Blocks(1000),
            needed: Blocks(1008),
            available: Blocks(2_295_104),
            start: Lba(0),
            loses: false,
            simulated: false,
            closes: true,
            resumable: true,
            salvages: false,
            rate: None,
            msinfo: None,
            remarks: Vec::new(),
        }
    }

    /// Status and last session as byte 2 has them.
    fn disc(flags: u8) -> DiscInformation {
        let mut answer = [0; 34];
        answer[1] = 32;
        answer[2..7].copy_from_slice(&[flags, 1, 1, 1, 1]);
        ReadDiscInformation.parse(&answer).expect("parses")
    }

    fn track(nwa: Option<i32>, free: u32) -> TrackInformation {
        let mut answer = [0; 36];
        answer[1..7].copy_from_slice(&[34, 1, 1, 0, 4, 1]);
        answer[7] = u8::from(nwa.is_some());
        answer[12..16].copy_from_slice(&nwa.unwrap_or(0).to_be_bytes());
        answer[16..20].copy_from_slice(&free.to_be_bytes());
        ReadTrackInformation(TrackAddress::Track(1)).parse(&answer).expect("parses")
    }

    const BLANK: u8 = 0x00;
    const BEGUN: u8 = 0x05;
    const OPEN: u8 = 0x01;
    const CLOSED: u8 = 0x0e;
    const ERASABLE: u8 = 0x10;

    fn state(flags: u8, nwa: Option<i32>) -> State {
        let (disc, track) = (Some(disc(flags)), Some(track(nwa, 2_000_000)));
        State { disc, track, ..State::default() }
    }

    fn of(plan: &Plan, reached: Reached, now: Option<&State>) -> Worth {
        let (status_before, nwa_before) = (Some(DiscStatus::Blank), Some(Lba(0)));
        let (start, resumed) = (plan.start, false);
        worth(&Known { plan, start, resumed, status_before, nwa_before, reached, now })
    }

    #[test]
    fn a_burn_that_broke_off_can_be_gone_on_with_where_the_drive_shows_where() {
        let plan = plan(DiscKind::DvdPlusR);
        let now = |nwa| state(BEGUN, nwa);
        let resumable = |nwa: i32| Worth::Resumable { nwa: Lba(nwa), done: Blocks(nwa as u32) };
        assert_eq!(of(&plan, Reached::Writing, Some(&now(Some(512)))), resumable(512));
        assert_eq!(of(&plan, Reached::Taken, Some(&now(Some(992)))), resumable(992));
        assert_eq!(of(&plan, Reached::Taken, Some(&now(Some(1008)))), Worth::Unclosed);
        assert_eq!(of(&plan, Reached::Flushed, Some(&now(None))), Worth::Unclosed);
        assert_eq!(of(&plan, Reached::Writing, Some(&now(None))), Worth::Closable);
    }

    #[test]
    fn a_disc_that_the_drive_shows_as_it_was_is_as_it_was() {
        let plan = plan(DiscKind::BdR);
        assert_eq!(of(&plan, Reached::Nothing, None), Worth::Untouched);
        let blank = state(BLANK, Some(0));
        assert_eq!(of(&plan, Reached::Writing, Some(&blank)), Worth::Untouched);
        // Appended to: nothing came of it.
        let (status_before, nwa_before) = (Some(DiscStatus::Appendable), Some(Lba(320)));
        let now = state(OPEN, Some(320));
        let appended = Plan { start: Lba(320), ..plan.clone() };
        let (plan, reached, now) = (&appended, Reached::Writing, Some(&now));
        let (start, resumed) = (plan.start, false);
        let known = Known { plan, start, resumed, status_before, nwa_before, reached, now };
        assert_eq!(worth(&known), Worth::Untouched);
        // Gone on with: what was there is there.
        let begun = Known { start: Lba(0), resumed: true, ..known };
        let done = Blocks(320);
        assert_eq!(worth(&begun), Worth::Resumable { nwa: Lba(320), done });
        let reserved = Known { nwa_before: Some(Lba(0)), ..known };
        let done = Blocks(0);
        assert_eq!(worth(&reserved), Worth::Resumable { nwa: Lba(320), done });
        let rehearsed = Plan { simulated: true, ..appended.clone() };
        assert_eq!(of(&rehearsed, Reached::Writing, None), Worth::Untouched);
    }

    #[test]
    fn what_cannot_be_gone_on_with_is_lost_blankable_or_wasted() {
        let at_once = Plan { resumable: false, ..plan(DiscKind::DvdR) };
        assert_eq!(of(&at_once, Reached::Writing, Some(&state(BEGUN, None))), Worth::Ruined);
        let rewritable = Plan { resumable: false, ..plan(DiscKind::CdRw) };
        let now = state(BEGUN | ERASABLE, None);
        assert_eq!(of(&rewritable, Reached::Writing, Some(&now)), Worth::Blankable);
        // A track at once that broke off: another can follow.
        let track_at_once = Plan { resumable: false, ..plan(DiscKind::CdR) };
        let now = State { open: Some(track(Some(800), 2_000_000)), ..state(BEGUN, None) };
        let wasted = Worth::Wasted { free: Blocks(2_000_000) };
        assert_eq!(of(&track_at_once, Reached::Writing, Some(&now)), wasted);
        // Written at once, and the drive would go on in it: nobody can tell it to.
        let now = state(BEGUN, Some(512));
        assert_eq!(of(&at_once, Reached::Writing, Some(&now)), Worth::Ruined);
        // The drive closed it, with half an image on it.
        assert_eq!(of(&at_once, Reached::Writing, Some(&state(CLOSED, None))), Worth::Ruined);
    }

    #[test]
    fn what_was_only_to_be_closed_is_wasted_once_it_is() {
        let plan = Plan { salvages: true, ..plan(DiscKind::DvdR) };
        let now = State { open: Some(track(Some(800), 5000)), ..state(OPEN, None) };
        let wasted = Worth::Wasted { free: Blocks(5000) };
        assert_eq!(of(&plan, Reached::Closed, Some(&now)), wasted);
        assert_eq!(of(&plan, Reached::Prepared, Some(&state(BEGUN, None))), Worth::Closable);
        assert_eq!(of(&plan, Reached::Closed, Some(&state(CLOSED, None))), Worth::Ruined);
    }

    #[test]
    fn a_close_that_failed_leaves_the_image_on_the_disc() {
        let plan = plan(DiscKind::BdR);
        let written = |closed| Worth::Written { closed };
        assert_eq!(of(&plan, Reached::Flushed, Some(&state(CLOSED, None))), written(true));
        assert_eq!(of(&plan, Reached::Flushed, Some(&state(OPEN, Some(1024)))), written(false));
        assert_eq!(of(&plan, Reached::Flushed, Some(&state(BEGUN, Some(1024)))), Worth::Unclosed);
    }

    #[test]
    fn what_was_blanked_or_formatted_is_empty_and_what_can_be_overwritten_stays_so() {
        let blanked = Plan { loses: true, ..plan(DiscKind::CdRw) };
        let now = state(BLANK | ERASABLE, Some(0));
        assert_eq!(of(&blanked, Reached::Prepared, Some(&now)), Worth::Empty);
        let plus_rw = plan(DiscKind::DvdPlusRw);
        let now = state(CLOSED | ERASABLE, None);
        assert_eq!(of(&plus_rw, Reached::Prepared, Some(&now)), Worth::Empty);
        assert_eq!(of(&plus_rw, Reached::Taken, Some(&now)), Worth::Rewritable);
        let written = Worth::Written { closed: false };
        assert_eq!(of(&plus_rw, Reached::Flushed, Some(&now)), written);
    }

    #[test]
    fn a_drive_that_does_not_answer_leaves_it_open() {
        for (resumable, reached) in [(true, Reached::Prepared), (false, Reached::Flushed)] {
            let plan = Plan { resumable, ..plan(DiscKind::DvdR) };
            assert_eq!(of(&plan, reached, None), Worth::Unknown { resumable });
            let silent = State::default();
            assert_eq!(of(&plan, reached, Some(&silent)), Worth::Unknown { resumable });
        }
    }
}
