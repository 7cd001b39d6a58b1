//! Which change a disc allows in which state: the table, by kind of disc. What it refuses, it
//! refuses as a drive does that would otherwise ruin the disc. Knows no command's bytes.

use super::recording::{DiscStatus, SessionState};
use super::{Kind, Medium};
use crate::sim::refusal::Refusal;

/// What a disc is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing is recorded, and no format is needed or present.
    Blank,
    /// A track is open.
    TrackOpen,
    /// All tracks are closed, their session is not.
    SessionOpen,
    /// All sessions are closed, another can follow.
    Appendable,
    /// Nothing can be added.
    Complete,
}

#[cfg(test)]
impl State {
    /// All of them.
    pub const ALL: [State; 5] =
        [State::Blank, State::TrackOpen, State::SessionOpen, State::Appendable, State::Complete];
}

/// What can be done to a disc.
#[allow(dead_code)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// WRITE.
    Write,
    /// RESERVE TRACK.
    Reserve,
    /// CLOSE TRACK.
    CloseTrack,
    /// CLOSE SESSION.
    CloseSession,
    /// CLOSE SESSION that finalizes.
    Finalize,
    /// BLANK.
    Blank,
    /// FORMAT UNIT.
    Format,
    /// SEND CUE SHEET.
    CueSheet,
    /// SEND DISC STRUCTURE with a layer boundary.
    LayerBreak,
}

#[cfg(test)]
impl Act {
    /// All of them.
    pub const ALL: [Act; 9] = [
        Act::Write,
        Act::Reserve,
        Act::CloseTrack,
        Act::CloseSession,
        Act::Finalize,
        Act::Blank,
        Act::Format,
        Act::CueSheet,
        Act::LayerBreak,
    ];
}

/// What a disc is in now.
pub fn state(disc: &Medium) -> State {
    match (disc.status(), disc.last_session_state()) {
        (DiscStatus::Complete | DiscStatus::Other, _) => State::Complete,
        (DiscStatus::Blank, _) => State::Blank,
        (DiscStatus::Appendable, SessionState::Incomplete) if disc.open_track().is_some() => {
            State::TrackOpen
        }
        (DiscStatus::Appendable, SessionState::Incomplete) => State::SessionOpen,
        (DiscStatus::Appendable, _) => State::Appendable,
    }
}

/// 5/30/05: cannot write medium, incompatible medium (real-drives: ATAPI iHBS212).
const CANNOT_WRITE: Refusal = Refusal::of(5, 0x30, 0x05);
/// 5/30/06: cannot format medium, incompatible medium (real-drives: ATAPI iHBS212).
const CANNOT_FORMAT: Refusal = Refusal::of(5, 0x30, 0x06);
/// 5/2C/00: command sequence error.
const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 5/72/03: session fixation error, incomplete track in session (MMC-6 annex F).
pub const INCOMPLETE_TRACK: Refusal = Refusal::of(5, 0x72, 0x03);

/// Whether a disc of this kind in this state lets itself be changed so.
///
/// # Errors
/// It does not, and this is what the drive says.
pub fn allows(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match kind {
        Kind::DvdPlusR | Kind::DvdPlusRDl | Kind::BdR => plus_sequential(kind, state, act),
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => minus_sequential(kind, state, act),
        _ => {
            Err(if matches!(act, Act::Blank | Act::Format) { CANNOT_FORMAT } else { CANNOT_WRITE })
        }
    }
}

/// DVD+R and BD-R without a format: written in order, track by track.
fn plus_sequential(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Blank | Act::Format, _) => Err(CANNOT_FORMAT),
        // MMC-6 6.36: there is none for these media.
        (Act::CueSheet, _) => Err(SEQUENCE),
        (Act::LayerBreak, State::Blank) if kind == Kind::DvdPlusRDl => Ok(()),
        (Act::LayerBreak, _) => Err(SEQUENCE),
        (_, State::Complete) => Err(CANNOT_WRITE),
        (Act::Write | Act::Reserve, _) => Ok(()),
        (Act::CloseTrack, State::TrackOpen) => Ok(()),
        (Act::CloseTrack, _) => Err(SEQUENCE),
        (Act::CloseSession | Act::Finalize, State::TrackOpen) => Err(INCOMPLETE_TRACK),
        (Act::CloseSession, State::SessionOpen) => Ok(()),
        (Act::CloseSession, _) => Err(SEQUENCE),
        (Act::Finalize, State::SessionOpen | State::Appendable) => Ok(()),
        (Act::Finalize, _) => Err(SEQUENCE),
    }
}

/// DVD-R and DVD-RW recorded in order: no second layer or lead-out but by closing.
fn minus_sequential(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Blank | Act::Format, _) if kind == Kind::DvdRw => Ok(()),
        (Act::LayerBreak, State::Blank) if kind == Kind::DvdRDl => Ok(()),
        // One lead-out ends the session under way and the disc: there must be one.
        (Act::Finalize, State::Appendable) => Err(SEQUENCE),
        _ => plus_sequential(kind, state, act),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(kind: Kind, allowed: &[(State, &[Act])]) {
        for state in State::ALL {
            let row = allowed.iter().find(|row| row.0 == state).expect("every state has its row");
            for act in Act::ALL {
                let expected = row.1.contains(&act);
                let answer = allows(kind, state, act);
                assert_eq!(answer.is_ok(), expected, "{kind:?} {state:?} {act:?}: {answer:?}");
            }
        }
    }

    #[test]
    fn every_pair_of_state_and_act_has_its_answer_on_dvd_plus_r_and_bd_r() {
        use Act::*;
        for (kind, blank) in [
            (Kind::DvdPlusR, &[Write, Reserve][..]),
            (Kind::BdR, &[Write, Reserve]),
            (Kind::DvdPlusRDl, &[Write, Reserve, LayerBreak]),
        ] {
            let rows: [(State, &[Act]); 5] = [
                (State::Blank, blank),
                (State::TrackOpen, &[Write, Reserve, CloseTrack]),
                (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
                (State::Appendable, &[Write, Reserve, Finalize]),
                (State::Complete, &[]),
            ];
            walk(kind, &rows);
        }
    }

    #[test]
    fn every_pair_of_state_and_act_has_its_answer_on_dvd_minus() {
        use Act::*;
        for (kind, blank, always) in [
            (Kind::DvdR, &[Write, Reserve][..], &[][..]),
            (Kind::DvdRDl, &[Write, Reserve, LayerBreak], &[]),
            (Kind::DvdRw, &[Write, Reserve], &[Blank, Format]),
        ] {
            let with = |acts: &[Act]| [acts, always].concat();
            let rows = [
                (State::Blank, with(blank)),
                (State::TrackOpen, with(&[Write, Reserve, CloseTrack])),
                (State::SessionOpen, with(&[Write, Reserve, CloseSession, Finalize])),
                (State::Appendable, with(&[Write, Reserve])),
                (State::Complete, with(&[])),
            ];
            let rows: Vec<(State, &[Act])> =
                rows.iter().map(|(state, acts)| (*state, acts.as_slice())).collect();
            walk(kind, &rows);
        }
    }
}
