//! Closing: tracks, sessions, discs, background formats. A close that got lost is not sent again
//! before the drive was asked whether it has happened.

use std::time::Duration;

use super::{BUSY_MAX, LOST_MAX, Out, RESET, Stop};
use crate::jobs::burn::command::Command;
use crate::jobs::burn::plan::Step;
use crate::jobs::burn::report::{Event, Stage};
use crate::jobs::judge::{Verdict, judge};
use crate::mmc::cmd::read_disc_information::{DiscStatus, ReadDiscInformation, SessionState};
use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use crate::mmc::cmd::synchronize_cache::SynchronizeCache;
use crate::mmc::{CommandError, Drive};

/// Between two tries of a close that the drive is too busy for (a Pioneer DVR-K04RA says so for a
/// while: growisofs).
const PAUSE: Duration = Duration::from_secs(1);
/// Times that the order is said to be wrong before that is believed.
const SEQUENCE_MAX: u32 = 3;

impl Out<'_> {
    pub(super) fn close(&mut self, step: &Step) -> Result<(), Stop> {
        let Some(command) = step.command() else { return Ok(()) };
        let limit = step.waits().unwrap_or_default();
        let mut lost = 0;
        loop {
            let closed = self.send_close(&command).and_then(|()| self.wait(limit, Stage::Closing));
            let noticed = self.noticed();
            let error = match closed {
                Ok(()) if !noticed.reset => return Ok(()),
                Ok(()) => None,
                Err(error) if judge(&error) == Verdict::Lost || noticed.reset => Some(error),
                Err(error) => return self.refused(step, &error),
            };
            lost += 1;
            if noticed.reset {
                self.remark(RESET.into());
            }
            let settled = self.settle(Stage::Closing);
            if let Err(later) = settled {
                return Err(error.unwrap_or(later).into());
            }
            if is_closed(self.drive, step) == Some(true) {
                return Ok(());
            }
            if lost > LOST_MAX {
                return Err(
                    error.map_or_else(Stop::reset_over_and_over, |error| Stop::from(&error))
                );
            }
        }
    }

    /// A drive that has closed it already, by itself or in an earlier run, may refuse.
    fn refused(&mut self, step: &Step, error: &CommandError) -> Result<(), Stop> {
        let illegal = error.triple().is_some_and(|(key, ..)| key == 5);
        if illegal && is_closed(self.drive, step) == Some(true) {
            self.remark(format!("{error}; it is closed already"));
            return Ok(());
        }
        Err(error.into())
    }

    /// Sends it until the drive is not too busy for it.
    fn send_close(&mut self, command: &Command) -> Result<(), CommandError> {
        let begun = self.drive.time();
        let mut sequence = 0;
        loop {
            let Err(error) = command.send(self.drive) else { return Ok(()) };
            let elapsed = self.drive.time().saturating_sub(begun);
            match judge(&error) {
                Verdict::Full | Verdict::Busy if elapsed < BUSY_MAX => {
                    let stage = Stage::Closing;
                    self.tell(Event::Busy { stage, elapsed, progress: None });
                    self.drive.wait(PAUSE);
                }
                // Something was not flushed yet, or somebody else has used the drive.
                Verdict::Sequence if sequence < SEQUENCE_MAX => {
                    sequence += 1;
                    self.drive.run(&SynchronizeCache { immediate: true })?;
                    self.wait(BUSY_MAX, Stage::Flushing)?;
                }
                _ => return Err(error),
            }
        }
    }
}

/// Whether the drive shows that a closing step has been done; `None`: it cannot be seen.
fn is_closed(drive: &mut Drive, step: &Step) -> Option<bool> {
    match step {
        Step::CloseTrack { track } => {
            let track = ReadTrackInformation(TrackAddress::Track(*track));
            Some(drive.query(&track).ok()?.next_writable.is_none())
        }
        Step::CloseSession => {
            let disc = drive.query(&ReadDiscInformation).ok()?;
            let open =
                matches!(disc.last_session, SessionState::Incomplete | SessionState::Damaged);
            Some(!open)
        }
        Step::Finalize { .. } => {
            Some(drive.query(&ReadDiscInformation).ok()?.status == DiscStatus::Complete)
        }
        _ => None,
    }
}
