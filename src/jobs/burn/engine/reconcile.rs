//! Where to go on after a write of which nobody knows whether it happened. The drive is asked for
//! its next writable address; nothing is ever repeated blindly (Debian #789260: a USB bridge loses
//! the answer, the write is sent again, and the disc is lost with 5/21/02).

use super::{LOST_MAX, Noticed, Out, RESET, SETTLE, Stop};
use crate::jobs::burn::command::Command;
use crate::jobs::burn::plan::{Chunk, DiscKind, Write, normalised};
use crate::jobs::burn::report::Stage;
use crate::mmc::CommandError;
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, ReadDiscInformation};
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::mmc::cmd::read_track_information::ReadTrackInformation;
use crate::units::{Blocks, Lba};

/// Goes on with a background format where it stopped (MMC-6 6.5: the last bit of the parameter).
const RESTART: FormatUnit = FormatUnit {
    format: FormatDescriptor { kind: 0x26, blocks: Blocks(FormatUnit::ALL), parameter: 1 },
    subtype: 0,
    options_valid: false,
    no_certification: false,
    complete_list: false,
    immediate: true,
};

/// Where the writing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At this address.
    At(Lba),
    /// As far back as the image is still in memory: what the drive had in its buffer is lost, and
    /// no address tells how much that was.
    Back,
}

/// What is known of a write that may or may not have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The disc has no next writable address.
    pub overwritable: bool,
    /// The drive was reset meanwhile.
    pub reset: bool,
    /// The drive is written to piece by piece: it can go on anywhere. Else (disc at once, session
    /// at once) only where it stopped.
    pub anywhere: bool,
    /// First address of all.
    pub start: Lba,
    /// First address of the write.
    pub from: Lba,
    /// The address after its last.
    pub end: Lba,
}

/// Why a write is in doubt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble<'a> {
    /// What came of it; `None`: the drive said yes, and yet not all is well.
    pub error: Option<&'a CommandError>,
    /// What the drive reported in place of an answer.
    pub noticed: Noticed,
    /// How many there have been in a row.
    pub losses: u32,
}

/// Where to go on; `None`: nowhere.
pub(super) fn decide(question: &Question, nwa: Option<Lba>) -> Option<Next> {
    let Question { overwritable, reset, anywhere, start, from, end } = *question;
    if overwritable {
        // The same block with the same content, once more: that does no harm.
        return Some(if reset { Next::Back } else { Next::At(from) });
    }
    if from == end && !reset && !anywhere {
        // The flush of what is written at once: the drive has all of it, and may have closed it by
        // now, so that there is no such address any more. A flush does no harm a second time.
        return Some(Next::At(end));
    }
    let nwa = nwa?;
    let exact = nwa == from || nwa == end;
    let within = anywhere && (start..=end).contains(&nwa);
    (exact || within).then_some(Next::At(nwa))
}

impl Out<'_> {
    /// Finds out where to go on. `chunk`: what the write was of; `None`: it was the flush.
    pub(super) fn reconcile(
        &mut self,
        write: &Write,
        chunk: Option<&Chunk>,
        trouble: &Trouble<'_>,
    ) -> Result<Next, Stop> {
        self.tally.retries += 1;
        let Trouble { error, mut noticed, losses } = *trouble;
        if losses > LOST_MAX {
            return Err(error.map_or_else(Stop::reset_over_and_over, Stop::from));
        }
        if noticed.reset {
            // Told already; `settle` sees to what comes from now on.
            self.tally.buffer.reset();
        }
        // What was lost first says more than what was lost later.
        let later =
            self.settle(Stage::Writing).map_err(|later| Stop::from(error.unwrap_or(&later)))?;
        if noticed.reset && !later.reset {
            self.drive.reapply()?;
            drop(self.drive.take_attentions());
        }
        noticed.reset |= later.reset;
        noticed.changed |= later.changed;
        if noticed.reset {
            self.remark(RESET.into());
            self.restart_format()?;
        } else if noticed.changed {
            return Err(Stop::because("the drive says that the disc was changed in mid-burn"));
        }
        let question = Question {
            overwritable: self.plan.kind.is_overwritable(),
            reset: noticed.reset,
            anywhere: self.plan.resumable,
            start: write.start,
            from: chunk.map_or(write.end(), |chunk| chunk.lba),
            end: chunk.map_or(write.end(), Chunk::end),
        };
        let nwa = if question.overwritable { None } else { self.ask_nwa(write.start) };
        let Some(next) = decide(&question, nwa) else {
            return Err(error.map_or_else(
                || Stop::because("the drive was reset in mid-burn, and is not where it was"),
                Stop::from,
            ));
        };
        if let (Some(error), Next::At(lba)) = (error, next) {
            self.remark(format!("{error}; went on at {lba}"));
        }
        Ok(next)
    }

    /// A DVD+RW whose format in the background a reset has stopped: as long as it stands still,
    /// nothing can be written behind where it stopped.
    pub(super) fn restart_format(&mut self) -> Result<(), Stop> {
        if self.plan.kind != DiscKind::DvdPlusRw {
            return Ok(());
        }
        let disc = self.drive.query(&ReadDiscInformation)?;
        if disc.background_format != BackgroundFormat::Suspended {
            return Ok(());
        }
        let stage = Stage::Formatting;
        self.send(&Command::FormatUnit(RESTART), stage)?;
        self.wait(SETTLE, stage)?;
        Ok(())
    }

    /// The next writable address, if the drive tells it, of a track written from `start` on.
    pub(super) fn ask_nwa(&mut self, start: Lba) -> Option<Lba> {
        let track = self.track_to_write();
        for _ in 0..LOST_MAX {
            if let Ok(track) = self.drive.query(&ReadTrackInformation(track)) {
                let nwa = track.next_writable;
                // Session at once begins in the pre-gap; all else takes it for the beginning.
                return if start < Lba(0) { nwa } else { normalised(nwa) };
            }
            if self.drive.is_gone() {
                break;
            }
            self.settle(Stage::Writing).ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: Question = Question {
        overwritable: false,
        reset: false,
        anywhere: true,
        start: Lba(0),
        from: Lba(320),
        end: Lba(336),
    };

    #[test]
    fn the_next_writable_address_decides() {
        let at = |nwa: i32| Some(Next::At(Lba(nwa)));
        for (nwa, next) in [
            // It was not taken: again.
            (320, at(320)),
            // It was: on.
            (336, at(336)),
            // Half of it was, or what came before is lost: from there.
            (328, at(328)),
            (160, at(160)),
            (0, at(0)),
            // The drive is somewhere else altogether.
            (352, None),
            (-150, None),
        ] {
            assert_eq!(decide(&QUESTION, Some(Lba(nwa))), next, "{nwa}");
        }
        assert_eq!(decide(&QUESTION, None), None);
    }

    #[test]
    fn what_is_written_at_once_goes_on_only_where_it_stopped() {
        let question = Question { anywhere: false, ..QUESTION };
        assert_eq!(decide(&question, Some(Lba(320))), Some(Next::At(Lba(320))));
        assert_eq!(decide(&question, Some(Lba(336))), Some(Next::At(Lba(336))));
        for nwa in [0, 160, 328] {
            assert_eq!(decide(&question, Some(Lba(nwa))), None, "{nwa}");
        }
        // Of the flush, as long as nothing that was in the drive's buffer is lost.
        let flush = Question { from: question.end, ..question };
        assert_eq!(decide(&flush, None), Some(Next::At(Lba(336))));
        assert_eq!(decide(&Question { reset: true, ..flush }, None), None);
    }

    #[test]
    fn what_can_be_overwritten_is_written_again_and_after_a_reset_from_further_back() {
        let question = Question { overwritable: true, ..QUESTION };
        assert_eq!(decide(&question, None), Some(Next::At(Lba(320))));
        assert_eq!(decide(&Question { reset: true, ..question }, None), Some(Next::Back));
    }
}
