//! The steps before the first write: speed, write parameters, calibration, blanking, formatting,
//! and what the drive is told of what comes. The disc stays as it was until the first of them that
//! changes it.

use super::{LOST_MAX, Noticed, Out, RESET, Stop};
use crate::jobs::burn::command::Command;
use crate::jobs::burn::plan::{Step, is_at};
use crate::jobs::burn::report::{Event, Stage};
use crate::jobs::burn::worth::Reached;
use crate::jobs::judge::{Verdict, judge};
use crate::mmc::CommandError;
use crate::mmc::cmd::get_performance::GetPerformance;
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::read_disc_information::ReadDiscInformation;
use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use crate::mmc::mode_page::ModePage;
use crate::mmc::settings::{Outcome, SpeedRequest};
use crate::units::{Lba, Rate};

impl Out<'_> {
    /// Runs something that may get lost, and does no harm a second time.
    fn retrying<T>(
        &mut self,
        mut once: impl FnMut(&mut Out<'_>) -> Result<T, CommandError>,
    ) -> Result<T, Stop> {
        let mut lost = 0;
        loop {
            let error = match once(self) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            lost += 1;
            let again = matches!(judge(&error), Verdict::Lost | Verdict::Busy | Verdict::Full);
            if !again || lost > LOST_MAX {
                return Err(error.into());
            }
            self.settle(Stage::Preparing)?;
        }
    }

    pub(super) fn set_speed(&mut self, speed: SpeedRequest) -> Result<(), Stop> {
        match self.retrying(|out| out.drive.set_speed(speed))? {
            Outcome::Done => {}
            Outcome::Ignored => self.remark("the drive ignores the speed".into()),
            Outcome::Rejected(error) => {
                self.remark(format!("the drive does not take the speed: {error}"));
            }
            Outcome::NotPermitted => {
                self.remark("the kernel does not let this user set the speed".into());
            }
        }
        self.tally.granted = self.granted(speed);
        self.tell(Event::Granted(self.tally.granted));
        self.check_same_disc()
    }

    /// What the drive says it will write at. It may not say: then nobody knows.
    fn granted(&mut self, speed: SpeedRequest) -> Option<Rate> {
        if let SpeedRequest::Cd { .. } = speed {
            let page = ModePage::CAPABILITIES;
            let sense = self.drive.query(&ModeSense { page, values: Values::Current }).ok()?;
            return sense.page(page)?.capabilities()?.write_now;
        }
        self.promised = self.drive.query(&GetPerformance { write: true }).unwrap_or_default();
        let rates = self.promised.iter().map(|part| part.start_rate.max(part.end_rate));
        rates.max().filter(|rate| rate.kbps > 0)
    }

    pub(super) fn write_parameters(&mut self, page: &ModePage) -> Result<(), Stop> {
        let refused = |why: String| {
            Stop::because(format!("the drive does not write so: {why}"))
                .hint("another --mode may work, or another drive")
        };
        match self.retrying(|out| out.drive.set_page(page))? {
            Outcome::Done => {}
            // Fields that a drive has its own mind about do no harm; those that say how it writes
            // do. Drives that forget the page are known (udftools #33: ASUS, LG).
            Outcome::Ignored => {
                let now =
                    self.drive.query(&ModeSense { page: page.code(), values: Values::Current });
                let now = now.ok().and_then(|sense| sense.page(page.code()).cloned());
                let kept = now.as_ref().is_some_and(|now| says_the_same(now, page));
                if !kept {
                    return Err(refused("it does not keep the write parameters".into()));
                }
            }
            Outcome::Rejected(error) => return Err(refused(error.to_string())),
            Outcome::NotPermitted => {
                return Err(refused("the kernel does not let this user tell it how".into()));
            }
        }
        self.check_same_disc()
    }

    pub(super) fn next_writable(&mut self, track: TrackAddress, expect: Lba) -> Result<(), Stop> {
        let told = self.retrying(|out| out.drive.query(&ReadTrackInformation(track)))?;
        if is_at(&told, expect) {
            return self.check_same_disc();
        }
        let at = match told.next_writable {
            Some(nwa) => format!("wants to write at {nwa}"),
            None => "does not tell where to write".into(),
        };
        Err(Stop::because(format!("the drive {at}, and not at {expect}"))
            .hint("eject the disc, load it again, and look at it with `oxidisc info`"))
    }

    /// As long as nothing was changed, a disc that was swapped must not be taken for the one that
    /// was looked at.
    pub(super) fn check_same_disc(&mut self) -> Result<(), Stop> {
        let noticed = self.noticed();
        if noticed == Noticed::default() {
            return Ok(());
        }
        if noticed.reset {
            self.drive.reapply()?;
            drop(self.drive.take_attentions());
        }
        if self.tally.reached > Reached::Nothing {
            return Ok(());
        }
        let before = self.prepared.medium.disc.as_ref().map(|disc| disc.raw.clone());
        let now = self.retrying(|out| out.drive.query(&ReadDiscInformation))?;
        if before == Some(now.raw) {
            return Ok(());
        }
        Err(Stop::because("another disc was put into the drive")
            .hint("start again: what is to be done depends on the disc"))
    }

    /// SEND OPC INFORMATION: a drive that does not do it by command does it by itself
    /// (real-drives: Plextor PX-712A, Toshiba TS-H542A).
    pub(super) fn calibrate(&mut self, step: &Step) -> Result<(), Stop> {
        let Some(command) = step.command() else { return Ok(()) };
        self.reach(Reached::Prepared);
        self.tell(Event::Busy {
            stage: Stage::Calibrating,
            elapsed: Default::default(),
            progress: None,
        });
        match self.send(&command, Stage::Calibrating) {
            Ok(_) => Ok(()),
            Err(error) if error.triple().is_some_and(|(key, ..)| key == 5) => {
                self.remark(format!("the drive does not calibrate by command: {error}"));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Layer break, reservation, cue sheet. After a reset the drive may have taken the command
    /// before it was told again how to write: then it is sent once more.
    pub(super) fn announce(&mut self, step: &Step) -> Result<(), Stop> {
        let Some(command) = step.command() else { return Ok(()) };
        let mut tries = 0;
        loop {
            self.reach(Reached::Prepared);
            let sent = command.send(self.drive);
            let noticed = self.noticed();
            let error = match sent {
                Ok(_) if !noticed.reset => return Ok(()),
                Ok(_) => {
                    self.remark(RESET.into());
                    self.drive.reapply()?;
                    drop(self.drive.take_attentions());
                    None
                }
                Err(error) => Some(error),
            };
            tries += 1;
            if let Some(error) = error {
                let again = match judge(&error) {
                    Verdict::Lost | Verdict::Busy | Verdict::Full => tries <= LOST_MAX,
                    // A reset that came between: what was announced is forgotten, or half of it.
                    _ => noticed.reset && tries <= LOST_MAX,
                };
                if !again {
                    return Err(error.into());
                }
                self.settle(Stage::Preparing)?;
            } else if tries > LOST_MAX {
                return Err(Stop::reset_over_and_over());
            }
            if self.is_announced(step) {
                return Ok(());
            }
        }
    }

    /// Whether the drive shows that it has done it: a reservation cannot be made twice.
    fn is_announced(&mut self, step: &Step) -> bool {
        let Step::Reserve { blocks } = step else { return false };
        let track = self.track_to_write();
        let told = self.drive.query(&ReadTrackInformation(track));
        told.is_ok_and(|track| track.reserved && track.size >= *blocks)
    }

    /// The track that the plan writes to.
    pub(super) fn track_to_write(&self) -> TrackAddress {
        let named = self.plan.steps.iter().find_map(|step| match step {
            Step::NextWritable { track, .. } => Some(*track),
            _ => None,
        });
        named.unwrap_or(self.prepared.disc.open_track)
    }

    /// BLANK and FORMAT UNIT. Done twice, they have done the same.
    pub(super) fn erase(&mut self, step: &Step, stage: Stage) -> Result<(), Stop> {
        let Some(command) = step.command() else { return Ok(()) };
        let limit = step.waits().unwrap_or_default();
        for _ in 0..LOST_MAX {
            self.reach(Reached::Prepared);
            self.send_erase(&command, stage)?;
            let waited = self.wait(limit, stage);
            // Some drives take a disc that was formatted for a new one (6/28).
            let noticed = self.noticed();
            if !noticed.reset {
                return waited.map_err(Stop::from);
            }
            self.remark(RESET.into());
            self.settle(stage)?;
            self.drive.reapply()?;
        }
        Err(Stop::reset_over_and_over())
    }

    fn send_erase(&mut self, command: &Command, stage: Stage) -> Result<(), Stop> {
        self.send(command, stage).map(|_| ()).map_err(Stop::from)
    }
}

/// Whether two pages 05h write alike: type, test write, track mode, multi-session, block type.
fn says_the_same(a: &ModePage, b: &ModePage) -> bool {
    let bits = |page: &ModePage, at: usize, mask: u8| page.byte(at).unwrap_or(0) & mask;
    [(2, 0x1f), (3, 0xef), (4, 0x0f)]
        .into_iter()
        .all(|(at, mask)| bits(a, at, mask) == bits(b, at, mask))
}
