//! Reads sectors and judges what came: data, a bad place, or the end of the road. Tries
//! again only where the place is not to blame: a drive that is not ready, a command lost on the
//! way.

use std::ops::ControlFlow;
use std::time::Duration;

use super::decide::{Decision, decide};
use super::plan::Outcome;
use crate::jobs::error::{Error, Kind};
use crate::jobs::ready::{self, Readiness, Since};
use crate::mmc::cmd::read::Read10;
use crate::mmc::{CommandError, Drive, Failure, ParseError, Request};
use crate::transport::Sense;
use crate::units::{Blocks, Lba, SECTOR};

/// A read of a bad place may keep a drive busy for a minute with its own retries.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Commands lost one after another before a place known to be good is asked for.
const LOST_BEFORE_PROBE: u32 = 4;
/// Times that a busy drive is waited for before one and the same read.
const WAITS: u32 = 3;

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Data, or a bad place.
    Settled(Outcome),
    /// The drive reported a change of disc meanwhile: what was read may be of another one.
    OtherDisc,
}

/// Reads for one job.
pub struct Reader<'a> {
    /// The drive.
    pub drive: &'a mut Drive,
    /// Reads sent.
    pub reads: u64,
    /// Of them, those that gave no data.
    pub failed: u64,
    /// Whether reads must come from the disc, not from the drive's cache.
    pub fua: bool,
    again: &'static str,
    lost_in_a_row: u32,
    good: Option<Lba>,
}

impl<'a> Reader<'a> {
    /// A reader at the start of its work. `again`: what to do once the trouble is mended, the end
    /// of a hint.
    pub fn new(drive: &'a mut Drive, again: &'static str) -> Reader<'a> {
        Reader { drive, reads: 0, failed: 0, fua: false, again, lost_in_a_row: 0, good: None }
    }

    /// Fills `buffer`, whole sectors, from `lba` on.
    ///
    /// # Errors
    /// More reading is of no use: the drive or the disc is gone, or the disc is protected.
    pub fn attempt(&mut self, lba: Lba, buffer: &mut [u8]) -> Result<Attempt, Error> {
        let (mut waits, mut lost) = (0, 0);
        loop {
            let error = match self.once(lba, buffer) {
                Ok(()) => {
                    self.lost_in_a_row = 0;
                    self.good = Some(lba);
                    return self.whose(Attempt::Settled(Outcome::Good));
                }
                Err(error) => error,
            };
            self.failed += 1;
            match decide(&error) {
                Decision::Bad { at } => {
                    self.lost_in_a_row = 0;
                    return self.whose(Attempt::Settled(Outcome::Failed { at }));
                }
                Decision::Wait if waits < WAITS => {
                    waits += 1;
                    self.wait_until_ready()?;
                }
                Decision::Lost if lost == 0 => {
                    lost += 1;
                    self.look_after_loss(&error)?;
                }
                Decision::Wait | Decision::Lost => {
                    return self.whose(Attempt::Settled(Outcome::Failed { at: None }));
                }
                _ => return Err(end_of_the_road(&error, self.again)),
            }
        }
    }

    fn once(&mut self, lba: Lba, buffer: &mut [u8]) -> Result<(), CommandError> {
        self.reads += 1;
        let blocks = u16::try_from(buffer.len() / SECTOR).unwrap_or(u16::MAX);
        let read = Read10 { lba, blocks, fua: self.fua, timeout: TIMEOUT };
        let done = match self.drive.read_into(&read, buffer) {
            // A drive that knows no FORCE UNIT ACCESS.
            Err(error) if self.fua && error.triple() == Some((0x05, 0x24, 0x00)) => {
                self.fua = false;
                return self.once(lba, buffer);
            }
            other => other?,
        };
        let (need, got) = (buffer.len(), done.transferred);
        if got < need {
            // GOOD, and yet not all of it came: none of it is believed.
            let failure = Failure::Parse(ParseError::TooShort { need, got });
            let (name, cdb) = (Read10::NAME, read.cdb());
            return Err(CommandError { name, cdb, lba: Some(lba), failure });
        }
        Ok(())
    }

    /// A drive that reports a change of disc or a reset does so in place of an answer; the answer
    /// that followed is worth what the report allows.
    fn whose(&mut self, attempt: Attempt) -> Result<Attempt, Error> {
        let attentions = self.drive.take_attentions();
        if attentions.iter().any(is_reset) {
            // A reset drive is back at its own settings.
            // What it does not take back, it does without.
            let _ = self.drive.reapply();
        }
        Ok(if attentions.iter().any(is_change) { Attempt::OtherDisc } else { attempt })
    }

    fn wait_until_ready(&mut self) -> Result<(), Error> {
        let mut nobody = |_| ControlFlow::Continue(());
        match ready::wait_ready(self.drive, Since::Now, &mut nobody) {
            Ok(Readiness::Ready | Readiness::Stopped) => Ok(()),
            Ok(Readiness::NoMedium(_)) => {
                Err(Error::new(Kind::Unusable, "there is no disc in the drive any more")
                    .hint(format!("put it back in; {}", self.again)))
            }
            Err(error) => Err(ready::not_ready(error)),
        }
    }

    /// Tells a bad disc from a drive in trouble: after some losses in a row, a place that was good
    /// before must still be.
    fn look_after_loss(&mut self, error: &CommandError) -> Result<(), Error> {
        self.lost_in_a_row += 1;
        self.drive.wait(Duration::from_secs(1));
        if self.lost_in_a_row < LOST_BEFORE_PROBE {
            return Ok(());
        }
        let mut sector = vec![0; SECTOR];
        let probe = self.once(self.good.unwrap_or(Lba(16)), &mut sector);
        match probe {
            Ok(()) => {
                self.lost_in_a_row = 0;
                Ok(())
            }
            Err(probe) if decide(&probe) == Decision::Gone => {
                Err(end_of_the_road(&probe, self.again))
            }
            Err(_) if self.lost_in_a_row < 2 * LOST_BEFORE_PROBE => Ok(()),
            Err(_) => Err(Error::new(
                Kind::Unusable,
                format!("the drive does not read any more, not even what it read before: {error}"),
            )
            .hint(format!("switch the drive off and on, or plug it in again; {}", self.again))
            .command(error)),
        }
    }
}

/// 6/28: not ready to ready change, medium may have changed.
fn is_change(sense: &Sense) -> bool {
    sense.asc == 0x28
}

/// 6/29: power on or reset.
fn is_reset(sense: &Sense) -> bool {
    sense.asc == 0x29
}

/// The error that a read which ends a job becomes. `again`: as for [`Reader::new`].
pub fn end_of_the_road(error: &CommandError, again: &str) -> Error {
    let (message, hint) = match decide(error) {
        Decision::Protected => {
            return protected(error);
        }
        Decision::NoMedium => (
            format!("there is no disc in the drive any more: {error}"),
            format!("put it back in; {again}"),
        ),
        Decision::Refused => (
            error.to_string(),
            "the kernel keeps this command from this user: run `oxidisc` as root, or join the \
             group that owns the drive"
                .to_string(),
        ),
        _ => (error.to_string(), format!("connect the drive again; {again}")),
    };
    Error::new(Kind::Unusable, message).hint(hint).command(error)
}

fn protected(error: &CommandError) -> Error {
    Error::new(Kind::Unusable, format!("the disc is copy-protected: {error}"))
        .hint("the drive gives such sectors only to a licensed player; the disc is not damaged")
        .command(error)
}

/// Sectors that fit into a transfer of `bytes`, in whole error-correction blocks where one fits.
pub fn chunk(bytes: usize, unit: Blocks) -> Blocks {
    /// Large enough that commands cost nothing, small enough that a bad place costs little.
    const LARGEST: u32 = 256;
    let fitting = u32::try_from(bytes / SECTOR).unwrap_or(u32::MAX).clamp(1, LARGEST);
    let whole = fitting - fitting % unit.0;
    Blocks(if whole > 0 { whole } else { fitting })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_whole_error_correction_blocks_where_one_fits() {
        assert_eq!(chunk(1 << 20, Blocks(32)), Blocks(256));
        assert_eq!(chunk(120 * 1024, Blocks(16)), Blocks(48));
        assert_eq!(chunk(120 * 1024, Blocks(1)), Blocks(60));
        // A bridge that carries less than a BD's block.
        assert_eq!(chunk(32 * 1024, Blocks(32)), Blocks(16));
        assert_eq!(chunk(0, Blocks(16)), Blocks(1));
    }
}
