//! Formats a disc: makes it ready to be written, sets its spare areas. [`list`] tells what drive
//! and disc offer and what each costs; [`prepare`] what will be done and what would be lost;
//! [`carry_out`] does it. Never with pseudo-overwrite: a BD-R so formatted is refused by most
//! programs, and closing it fails (Fedora's dvd+rw-tools, libburn since 1.4.8).

mod choose;
pub mod offers;

use super::erasing::state::State;
use super::erasing::{self, Depth, Event, Prepared};
use super::error::Error;
use super::observe::Observer;
use super::ready::{self, Since};
use super::survey::{DriveFacts, survey_drive, survey_medium};
use crate::mmc::Drive;
use offers::{Offer, offers};

pub use super::erasing::carry_out;
pub use choose::choose;

/// How much is set aside for blocks that turn out bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spares {
    /// Nothing: no defect management. BD-RE only, and the state of a BD-R that is not formatted.
    None,
    /// What the drive does by default.
    Default,
    /// As little as it offers.
    Min,
    /// As much as it offers.
    Max,
    /// So many bytes at least. BD only: of others, drives take listed sizes alone.
    Bytes(u64),
}

/// How to format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How thoroughly. Fast does nothing to a disc that is formatted as it is asked for; full
    /// formats it again, with certification where there is such a thing.
    pub depth: Depth,
    /// The spare areas; `None`: as they are on a formatted disc, else the drive's default.
    pub spares: Option<Spares>,
    /// An offer of [`list`], by its number: in place of both.
    pub offer: Option<usize>,
}

/// What drive and disc offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The drive.
    pub drive: DriveFacts,
    /// The disc as it is.
    pub state: State,
    /// What it could be formatted to, in the drive's order.
    pub offers: Vec<Offer>,
}

/// Asks what the disc can be formatted to. Changes nothing.
///
/// # Errors
/// There is no disc, or the drive was lost.
pub fn list(drive: &mut Drive, observer: &mut dyn Observer<Event>) -> Result<Listing, Error> {
    ready::require(drive, Since::Now, &mut |_| observer.event(Event::Waiting))?;
    let facts = survey_drive(drive)?;
    let no_disc = || ready::no_medium(ready::Tray::Unknown);
    let medium = survey_medium(drive, &facts)?.ok_or_else(no_disc)?;
    let state = State::inspect(drive, &medium)?;
    Ok(Listing { drive: facts, offers: offers(&state), state })
}

/// Looks at drive and disc and says what formatting will do.
///
/// # Errors
/// There is no disc, or none that can be formatted, or it is protected (`Kind::Unusable`); what was
/// asked for is not offered (`Kind::Usage`).
pub fn prepare(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Prepared, Error> {
    erasing::prepare(drive, observer, |state, _| choose(state, options))
}
