//! Which change a disc allows in which state: the table, by kind of disc. What it refuses, it
//! refuses as a drive does that would otherwise ruin the disc. Knows no command's bytes.

use super::recording::{Background, DiscStatus, SessionState};
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
    /// It has no format, and needs one.
    Unformatted,
    /// It is formatted beside the host's commands (DVD+RW).
    Formatting,
    /// The same was stopped.
    Suspended,
    /// Any block of its format can be written.
    Formatted,
    /// Its border is open: written in order, over what is written too (DVD-RW).
    Intermediate,
    /// Nobody may change anything.
    Protected,
}

#[cfg(test)]
impl State {
    /// All of them.
    pub const ALL: [State; 11] = [
        State::Blank,
        State::TrackOpen,
        State::SessionOpen,
        State::Appendable,
        State::Complete,
        State::Unformatted,
        State::Formatting,
        State::Suspended,
        State::Formatted,
        State::Intermediate,
        State::Protected,
    ];
}

/// What can be done to a disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// WRITE.
    Write,
    /// RESERVE TRACK.
    Reserve,
    /// CLOSE TRACK.
    CloseTrack,
    /// CLOSE TRACK SESSION that stops a background format.
    StopFormat,
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
    pub const ALL: [Act; 10] = [
        Act::Write,
        Act::Reserve,
        Act::CloseTrack,
        Act::StopFormat,
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
    if disc.protected() {
        return State::Protected;
    }
    if disc.written_over() {
        return over(disc);
    }
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

/// The same of a disc that is written over.
fn over(disc: &Medium) -> State {
    let Some(record) = disc.record.as_ref().filter(|record| record.format.is_some()) else {
        return State::Unformatted;
    };
    match record.background {
        Background::Running => State::Formatting,
        Background::Stopped => State::Suspended,
        Background::None | Background::Complete if disc.open_track().is_some() => {
            State::Intermediate
        }
        Background::None | Background::Complete => State::Formatted,
    }
}

/// 5/30/05: cannot write medium, incompatible medium (real-drives: ATAPI iHBS212).
const CANNOT_WRITE: Refusal = Refusal::of(5, 0x30, 0x05);
/// 5/30/06: cannot format medium, incompatible medium (real-drives: ATAPI iHBS212).
const CANNOT_FORMAT: Refusal = Refusal::of(5, 0x30, 0x06);
/// 5/2C/00: command sequence error.
const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 5/30/10: medium not formatted (real-drives: ASUS DRW-1608P2: CLOSE SESSION). GUESS: for a WRITE
/// too.
const NOT_FORMATTED: Refusal = Refusal::of(5, 0x30, 0x10);
/// 7/27/00: write protected (MMC-6 annex F).
const WRITE_PROTECTED: Refusal = Refusal::of(7, 0x27, 0x00);
/// 5/24/00 at CLOSE FUNCTION: the medium has no such thing (PIONEER R11 command reference).
const NO_SUCH_CLOSE: Refusal = Refusal::bad_field(2);
/// 5/72/03: session fixation error, incomplete track in session (MMC-6 annex F).
pub const INCOMPLETE_TRACK: Refusal = Refusal::of(5, 0x72, 0x03);

/// Whether a disc of this kind in this state lets itself be changed so.
///
/// # Errors
/// It does not, and this is what the drive says.
pub fn allows(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    if state == State::Protected {
        return Err(WRITE_PROTECTED);
    }
    match kind {
        Kind::DvdPlusR | Kind::DvdPlusRDl | Kind::BdR => plus_sequential(kind, state, act),
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => minus_sequential(kind, state, act),
        Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe => overwritten(kind, state, act),
        Kind::CdR | Kind::CdRw => compact(kind, state, act),
        _ => {
            Err(if matches!(act, Act::Blank | Act::Format) { CANNOT_FORMAT } else { CANNOT_WRITE })
        }
    }
}

/// DVD+R and BD-R without a format: written in order, track by track.
fn plus_sequential(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Format, State::Blank) if kind == Kind::BdR => Ok(()),
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
        (Act::StopFormat, _) => Err(NO_SUCH_CLOSE),
    }
}

/// What is written over at any block, once it is formatted.
fn overwritten(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Blank, _) => Err(CANNOT_FORMAT),
        (Act::Format, _) => Ok(()),
        // MMC-6 table 1: RESERVE TRACK and SEND CUE SHEET are for media written in order.
        (Act::Reserve | Act::CueSheet | Act::LayerBreak, _) => Err(SEQUENCE),
        (Act::StopFormat, _) if kind == Kind::DvdPlusRw => Ok(()),
        (Act::CloseSession, State::Unformatted) if kind == Kind::DvdPlusRw => Err(NOT_FORMATTED),
        (Act::CloseSession, _) if kind == Kind::DvdPlusRw => Ok(()),
        (Act::StopFormat | Act::CloseTrack | Act::CloseSession | Act::Finalize, _) => {
            Err(NO_SUCH_CLOSE)
        }
        (Act::Write, State::Unformatted) => Err(NOT_FORMATTED),
        (Act::Write, _) => Ok(()),
    }
}

/// DVD-R and DVD-RW recorded in order: no second layer or lead-out but by closing. Written over, a
/// DVD-RW has a border that is open or closed.
fn minus_sequential(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Write | Act::CloseSession, State::Intermediate | State::Formatted) => Ok(()),
        // PIONEER R11 command reference: CLOSE TRACK is not valid for a formatted DVD-RW.
        (Act::CloseTrack | Act::Finalize, State::Intermediate | State::Formatted) => {
            Err(NO_SUCH_CLOSE)
        }
        (Act::Reserve, State::Intermediate | State::Formatted) => Err(SEQUENCE),
        (Act::Blank | Act::Format, _) if kind == Kind::DvdRw => Ok(()),
        (Act::LayerBreak, State::Blank) if kind == Kind::DvdRDl => Ok(()),
        // One lead-out ends the session under way and the disc: there must be one.
        (Act::Finalize, State::Appendable) => Err(SEQUENCE),
        _ => plus_sequential(kind, state, act),
    }
}

/// CD-R and CD-RW: tracks one by one, or a whole session that was announced. A flush ends a track,
/// so that one can be closed that is closed already.
fn compact(kind: Kind, state: State, act: Act) -> Result<(), Refusal> {
    match (act, state) {
        (Act::Blank, _) if kind == Kind::CdRw => Ok(()),
        (Act::Blank | Act::Format, _) => Err(CANNOT_FORMAT),
        (Act::LayerBreak, _) => Err(SEQUENCE),
        (Act::StopFormat, _) => Err(NO_SUCH_CLOSE),
        (_, State::Complete) => Err(CANNOT_WRITE),
        (Act::Write | Act::Reserve, _) => Ok(()),
        (Act::CueSheet, State::Blank | State::Appendable) => Ok(()),
        // GUESS: a session that has tracks is not written at once.
        (Act::CueSheet, _) => Err(SEQUENCE),
        (Act::CloseTrack, State::TrackOpen | State::SessionOpen) => Ok(()),
        (Act::CloseSession | Act::Finalize, State::TrackOpen) => Err(INCOMPLETE_TRACK),
        (Act::CloseSession | Act::Finalize, State::SessionOpen) => Ok(()),
        (Act::CloseTrack | Act::CloseSession | Act::Finalize, _) => Err(SEQUENCE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Act::*;

    /// What is allowed; all that is not here is refused.
    type Row = (State, &'static [Act]);

    const CD_R: &[Row] = &[
        (State::Blank, &[Write, Reserve, CueSheet]),
        (State::TrackOpen, &[Write, Reserve, CloseTrack]),
        (State::SessionOpen, &[Write, Reserve, CloseTrack, CloseSession, Finalize]),
        (State::Appendable, &[Write, Reserve, CueSheet]),
    ];
    const CD_RW: &[Row] = &[
        (State::Blank, &[Write, Reserve, CueSheet, Blank]),
        (State::TrackOpen, &[Write, Reserve, CloseTrack, Blank]),
        (State::SessionOpen, &[Write, Reserve, CloseTrack, CloseSession, Finalize, Blank]),
        (State::Appendable, &[Write, Reserve, CueSheet, Blank]),
        (State::Complete, &[Blank]),
    ];

    /// Every kind of disc with its rows.
    fn table() -> Vec<(Kind, &'static [Row])> {
        const PLUS_R: &[Row] = &[
            (State::Blank, &[Write, Reserve]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
            (State::Appendable, &[Write, Reserve, Finalize]),
        ];
        const BD_R: &[Row] = &[
            (State::Blank, &[Write, Reserve, Format]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
            (State::Appendable, &[Write, Reserve, Finalize]),
        ];
        const PLUS_R_DL: &[Row] = &[
            (State::Blank, &[Write, Reserve, LayerBreak]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
            (State::Appendable, &[Write, Reserve, Finalize]),
        ];
        const PLUS_RW: &[Row] = &[
            (State::Unformatted, &[Format, StopFormat]),
            (State::Formatting, &[Write, Format, StopFormat, CloseSession]),
            (State::Suspended, &[Write, Format, StopFormat, CloseSession]),
            (State::Formatted, &[Write, Format, StopFormat, CloseSession]),
        ];
        const MINUS_R: &[Row] = &[
            (State::Blank, &[Write, Reserve]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
            (State::Appendable, &[Write, Reserve]),
        ];
        const MINUS_R_DL: &[Row] = &[
            (State::Blank, &[Write, Reserve, LayerBreak]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize]),
            (State::Appendable, &[Write, Reserve]),
        ];
        const MINUS_RW: &[Row] = &[
            (State::Blank, &[Write, Reserve, Blank, Format]),
            (State::TrackOpen, &[Write, Reserve, CloseTrack, Blank, Format]),
            (State::SessionOpen, &[Write, Reserve, CloseSession, Finalize, Blank, Format]),
            (State::Appendable, &[Write, Reserve, Blank, Format]),
            (State::Complete, &[Blank, Format]),
            (State::Intermediate, &[Write, CloseSession, Blank, Format]),
            (State::Formatted, &[Write, CloseSession, Blank, Format]),
        ];
        const RANDOM: &[Row] =
            &[(State::Unformatted, &[Format]), (State::Formatted, &[Write, Format])];
        vec![
            (Kind::CdR, CD_R),
            (Kind::CdRw, CD_RW),
            (Kind::DvdR, MINUS_R),
            (Kind::DvdRw, MINUS_RW),
            (Kind::DvdRDl, MINUS_R_DL),
            (Kind::DvdPlusR, PLUS_R),
            (Kind::DvdPlusRDl, PLUS_R_DL),
            (Kind::DvdPlusRw, PLUS_RW),
            (Kind::DvdRam, RANDOM),
            (Kind::BdR, BD_R),
            (Kind::BdRe, RANDOM),
            (Kind::CdRom, &[]),
            (Kind::DvdRom, &[]),
            (Kind::BdRom, &[]),
        ]
    }

    /// The states that a disc of this kind can be in.
    fn possible(kind: Kind) -> Vec<State> {
        let over = [
            State::Unformatted,
            State::Formatting,
            State::Suspended,
            State::Formatted,
            State::Intermediate,
        ];
        let these = |state: &State| match kind {
            Kind::DvdPlusRw => over[..4].contains(state),
            Kind::DvdRam | Kind::BdRe => matches!(state, State::Unformatted | State::Formatted),
            Kind::DvdRw => !over[..3].contains(state),
            _ => !over.contains(state),
        };
        State::ALL.into_iter().filter(these).collect()
    }

    #[test]
    fn every_pair_of_state_and_act_has_its_answer_on_every_kind_of_disc() {
        for (kind, rows) in table() {
            for state in possible(kind) {
                let row = rows.iter().find(|row| row.0 == state).map_or(&[][..], |row| row.1);
                for act in Act::ALL {
                    let answer = allows(kind, state, act);
                    let expected = row.contains(&act);
                    assert_eq!(answer.is_ok(), expected, "{kind:?} {state:?} {act:?}: {answer:?}");
                    if state == State::Protected {
                        assert_eq!(answer, Err(WRITE_PROTECTED), "{kind:?} {act:?}");
                    }
                }
            }
        }
    }
}
