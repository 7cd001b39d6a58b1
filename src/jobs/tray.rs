//! Opens and closes the tray, and waits until it is. A lock is taken off: who calls this has the
//! drive to itself, so that the lock is udev's, which locks every disc it sees (60-cdrom_id.rules,
//! `--lock-media`), or left behind by a program that died. Knows no kernel.

use std::time::Duration;

use super::observe::Observer;
use super::ready::{self, Readiness, Since, Tray};
use crate::mmc::cmd::get_event_status::{Event as DriveEvent, GetEventStatus};
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::prevent_allow::PreventAllowMediumRemoval;
use crate::mmc::cmd::start_stop_unit::{Motion, StartStopUnit};
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::mode_page::{Capabilities, ModePage};
use crate::mmc::{CommandError, Drive, Failure};
use crate::transport::{Sense, SenseKey, Status};

/// What happens meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The tray was locked, and the lock is taken off.
    Unlocking,
    /// The drive is asked whether it is done; comes again and again.
    Waiting,
}

/// What is in the drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disc {
    /// Nothing.
    None,
    /// A disc that can be used.
    Ready,
    /// A disc that the drive can make nothing of, and why.
    Unusable(Sense),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tray is open.
    Opened,
    /// It was open before.
    WasOpen,
    /// The drive is empty, and whether its tray is open it does not tell: it may have none.
    Out,
    /// The tray is closed.
    Closed(Disc),
    /// It was closed before, with a disc in it.
    WasClosed(Disc),
}

/// Why the tray is not where it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The drive refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The tray is locked and the lock does not come off.
    #[error("the tray is locked and the drive does not unlock it")]
    Locked,
    /// It does not open by command.
    #[error("this drive cannot open by command")]
    CannotOpen,
    /// It does not close by command.
    #[error("this drive cannot close its tray by command")]
    CannotClose,
    /// The drive took the command, and nothing moved.
    #[error("the drive took the command, but the tray is still {}", side(*.open))]
    NotMoved {
        /// Where it still is.
        open: bool,
    },
    /// The observer wanted it.
    #[error("interrupted")]
    Interrupted,
}

fn side(open: bool) -> &'static str {
    if open { "open" } else { "closed" }
}

/// What the drive says of itself at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed(Disc),
    /// There is no disc; the drive does not tell open from empty.
    Empty,
    /// It is still at it.
    Busy,
}

/// Trays take up to 3 s; a slow changer more.
const OPENS_WITHIN: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(250);

/// Opens the tray, or gives the disc out.
///
/// # Errors
/// The disc is still in.
pub fn eject(drive: &mut Drive, observer: &mut dyn Observer<Event>) -> Result<Outcome, Error> {
    if look(drive)? == State::Open {
        return Ok(Outcome::WasOpen);
    }
    let eject = StartStopUnit { motion: Motion::Eject, immediate: false };
    let mut result = drive.run(&eject);
    if result.as_ref().is_err_and(is_locked) {
        tell(observer, Event::Unlocking)?;
        drive.run(&PreventAllowMediumRemoval { prevent: false })?;
        result = drive.run(&eject);
    }
    match result {
        Ok(_) => {}
        Err(error) if is_locked(&error) => return Err(Error::Locked),
        Err(error) if is_key(&error, SenseKey::IllegalRequest) => {
            return Err(match capabilities(drive) {
                Some(capabilities) if !capabilities.can_eject => Error::CannotOpen,
                _ => Error::Command(error),
            });
        }
        // "No medium" is no reason not to open, and some say it after they did.
        Err(error) if is_key(&error, SenseKey::NotReady) => {}
        Err(error) => return Err(error.into()),
    }
    let started = drive.time();
    loop {
        let late = drive.time() - started >= OPENS_WITHIN;
        match look(drive)? {
            State::Open => return Ok(Outcome::Opened),
            State::Empty => return Ok(Outcome::Out),
            State::Closed(Disc::None) if late => return Ok(Outcome::Out),
            State::Closed(_) | State::Busy if late => return Err(Error::NotMoved { open: false }),
            State::Closed(_) | State::Busy => {}
        }
        tell(observer, Event::Waiting)?;
        drive.wait(PAUSE);
    }
}

/// Closes the tray and waits until the drive has read the disc in.
///
/// # Errors
/// The tray is still open.
pub fn load(drive: &mut Drive, observer: &mut dyn Observer<Event>) -> Result<Outcome, Error> {
    if let State::Closed(disc @ (Disc::Ready | Disc::Unusable(_))) = look(drive)? {
        return Ok(Outcome::WasClosed(disc));
    }
    match drive.run(&StartStopUnit { motion: Motion::Load, immediate: false }) {
        Ok(_) => {}
        Err(error) if is_key(&error, SenseKey::IllegalRequest) => {
            return Err(if look(drive)? == State::Open {
                Error::CannotClose
            } else {
                Error::Command(error)
            });
        }
        // What it says of the disc, it says again when asked.
        Err(error) if error.sense().is_some() => {}
        Err(error) => return Err(error.into()),
    }
    let ready = ready::wait_ready(drive, Since::Load, &mut |_| observer.event(Event::Waiting));
    match ready {
        Ok(Readiness::Ready) => Ok(Outcome::Closed(Disc::Ready)),
        Ok(Readiness::NoMedium(Tray::Open)) => Err(Error::NotMoved { open: true }),
        Ok(Readiness::NoMedium(_)) if look(drive)? == State::Open => {
            Err(Error::NotMoved { open: true })
        }
        Ok(Readiness::NoMedium(_)) => Ok(Outcome::Closed(Disc::None)),
        Ok(Readiness::Stopped) => Err(Error::Interrupted),
        Err(error) => match error.sense() {
            Some(sense) => Ok(Outcome::Closed(Disc::Unusable(sense.clone()))),
            None => Err(error.into()),
        },
    }
}

fn tell(observer: &mut dyn Observer<Event>, event: Event) -> Result<(), Error> {
    if observer.event(event).is_break() { Err(Error::Interrupted) } else { Ok(()) }
}

/// The media event first: it knows open from empty where the sense code does not. Then whether the
/// disc can be used.
fn look(drive: &mut Drive) -> Result<State, CommandError> {
    let status = match drive.query(&GetEventStatus { media: true, external_request: false }) {
        Ok(status) => status.event,
        Err(error) if error.is_gone() => return Err(error),
        // Not every drive knows it, and TEST UNIT READY tells most of it too.
        Err(_) => None,
    };
    if let Some(DriveEvent::Media { open: true, .. }) = status {
        return Ok(State::Open);
    }
    let closed = matches!(status, Some(DriveEvent::Media { .. }));
    let error = match drive.run(&TestUnitReady) {
        Ok(_) => return Ok(State::Closed(Disc::Ready)),
        Err(error) => error,
    };
    if error.failure == Failure::Status(Status::Busy) {
        return Ok(State::Busy);
    }
    let Some(sense) = error.sense() else { return Err(error) };
    Ok(match sense.triple() {
        (2, 0x3a, 0x02) => State::Open,
        (2, 0x3a, 0x01) => State::Closed(Disc::None),
        (2, 0x3a, _) if closed => State::Closed(Disc::None),
        (2, 0x3a, _) => State::Empty,
        // Becoming ready, formatting, writing: it will tell later.
        (2, 0x04, _) => State::Busy,
        // More than one has piled up: power on, then a new disc.
        (6, ..) => State::Busy,
        _ => State::Closed(Disc::Unusable(sense.clone())),
    })
}

/// MMC-6 table F.1: 5/53/02, medium removal prevented.
fn is_locked(error: &CommandError) -> bool {
    matches!(error.triple(), Some((_, 0x53, 0x02)))
}

fn is_key(error: &CommandError, key: SenseKey) -> bool {
    error.sense().is_some_and(|sense| sense.key == key)
}

fn capabilities(drive: &mut Drive) -> Option<Capabilities> {
    let page = ModePage::CAPABILITIES;
    let data = drive.query(&ModeSense { page, values: Values::Current }).ok()?;
    data.page(page)?.capabilities()
}

#[cfg(test)]
#[path = "tray_tests.rs"]
mod tests;
