//! What a job changes of a drive, and giving it back: mode pages, the lock of the tray, the speed.
//! A drive is left as it was found on every way out: by `restore`, and else when it is dropped.
//!
//! None of it is needed to read a disc, so a refusal is an outcome and not an error: the kernel
//! lets a user without write permission neither lock nor set a speed, and many drives take a mode
//! page and ignore it.

use super::cmd::mode_select::ModeSelect;
use super::cmd::mode_sense::{ModeSense, Values};
use super::cmd::prevent_allow::PreventAllowMediumRemoval;
use super::cmd::set_cd_speed::SetCdSpeed;
use super::cmd::set_streaming::SetStreaming;
use super::mode_page::ModePage;
use super::{CommandError, Drive, Failure};
use crate::transport::{SenseKey, TransportError};
use crate::units::{Lba, Rate};

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The drive took it, and says so where it can be asked.
    Done,
    /// The drive said yes and does not do it: what it says afterwards is something else.
    Ignored,
    /// The drive said no.
    Rejected(CommandError),
    /// The kernel did not let the command through.
    NotPermitted,
}

impl Outcome {
    /// Whether the drive does as it was asked.
    pub fn is_done(&self) -> bool {
        *self == Outcome::Done
    }
}

/// A speed to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeedRequest {
    /// By SET CD SPEED: CDs, and what does not know the other.
    Cd {
        /// `None`: as fast as the drive can.
        read: Option<Rate>,
        /// Likewise.
        write: Option<Rate>,
    },
    /// By SET STREAMING: DVD and BD. The only one that is wide enough for a BD beyond 14x.
    Streaming {
        /// For reading.
        read: Rate,
        /// For writing.
        write: Rate,
        /// The last block of the medium.
        end: Lba,
    },
}

/// The command that a speed takes.
#[derive(Clone, Copy, Debug)]
pub enum SpeedCommand {
    /// SET CD SPEED.
    Cd(SetCdSpeed),
    /// SET STREAMING, with its data.
    Streaming(SetStreaming),
}

impl SpeedRequest {
    /// The command that asks for it.
    pub fn command(self) -> SpeedCommand {
        match self {
            SpeedRequest::Cd { read, write } => {
                SpeedCommand::Cd(SetCdSpeed { read, write, cav: false })
            }
            SpeedRequest::Streaming { read, write, end } => SpeedCommand::Streaming(SetStreaming {
                restore_defaults: false,
                exact: false,
                start: Lba(0),
                end,
                read,
                write,
            }),
        }
    }
}

/// What was changed, and how it was before.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pages: Vec<ChangedPage>,
    locked: bool,
    speed: Option<SpeedRequest>,
}

#[derive(Clone, Debug)]
struct ChangedPage {
    original: ModePage,
    wanted: ModePage,
}

/// Makes an outcome of a command's: only that nobody can know stays an error.
fn outcome<T>(result: Result<T, CommandError>) -> Result<Outcome, CommandError> {
    match result {
        Ok(_) => Ok(Outcome::Done),
        Err(error) => match &error.failure {
            Failure::Transport(TransportError::Refused) => Ok(Outcome::NotPermitted),
            Failure::Transport(_) => Err(error),
            Failure::Check(_) | Failure::Status(_) | Failure::Parse(_) => {
                Ok(Outcome::Rejected(error))
            }
        },
    }
}

impl Drive {
    /// Changes a mode page: reads it, lets `edit` change its bytes, sends it, reads it again. The
    /// bytes of the first time are what [`Drive::restore`] gives back.
    ///
    /// # Errors
    /// The drive is gone, or a command was lost on the way.
    pub fn change_page(
        &mut self,
        code: u8,
        edit: impl FnOnce(&mut ModePage),
    ) -> Result<Outcome, CommandError> {
        let current = match self.page(code) {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(Outcome::Ignored),
            Err(error) => return outcome::<()>(Err(error)),
        };
        let mut wanted = current.clone();
        edit(&mut wanted);
        if wanted == current {
            return Ok(Outcome::Done);
        }
        self.replace_page(Some(current), &wanted)
    }

    /// Sends a mode page as it is, even if the drive has it so already: a plan that was printed is
    /// kept to the letter. What the drive had is given back as with [`Drive::change_page`]; a drive
    /// that does not send the page is told all the same, and cannot be given it back.
    ///
    /// # Errors
    /// As [`Drive::change_page`].
    pub fn set_page(&mut self, wanted: &ModePage) -> Result<Outcome, CommandError> {
        let current = match self.page(wanted.code()) {
            Ok(current) => current,
            Err(error) => match outcome::<()>(Err(error))? {
                // It does not know how to tell, or the kernel forbids: what it says to the page
                // itself decides.
                Outcome::Rejected(_) => None,
                other => return Ok(other),
            },
        };
        self.replace_page(current, wanted)
    }

    fn replace_page(
        &mut self,
        current: Option<ModePage>,
        wanted: &ModePage,
    ) -> Result<Outcome, CommandError> {
        let asked = current.is_some();
        let outcome = outcome(self.select(wanted));
        // A command that was lost on the way may have arrived.
        if matches!(outcome, Ok(Outcome::Done) | Err(_))
            && let Some(current) = current
        {
            self.remember(current, wanted.clone());
        }
        let outcome = outcome?;
        if !outcome.is_done() || !asked {
            return Ok(outcome);
        }
        Ok(match self.page(wanted.code()) {
            Ok(Some(now)) if now == *wanted => Outcome::Done,
            _ => Outcome::Ignored,
        })
    }

    /// Changes page 01h: how hard the drive tries to read.
    ///
    /// # Errors
    /// As [`Drive::change_page`].
    pub fn change_page_01(
        &mut self,
        edit: impl FnOnce(&mut super::mode_page::ErrorRecovery<'_>),
    ) -> Result<Outcome, CommandError> {
        self.change_page(ModePage::ERROR_RECOVERY, |page| {
            if let Some(mut recovery) = page.error_recovery() {
                edit(&mut recovery);
            }
        })
    }

    fn remember(&mut self, original: ModePage, wanted: ModePage) {
        let pages = &mut self.settings.pages;
        match pages.iter_mut().find(|page| page.original.code() == original.code()) {
            Some(page) => page.wanted = wanted,
            None => pages.push(ChangedPage { original, wanted }),
        }
    }

    /// A mode page as it is; `None` if the drive does not send it, or not whole.
    fn page(&mut self, code: u8) -> Result<Option<ModePage>, CommandError> {
        let data = self.query(&ModeSense { page: code, values: Values::Current })?;
        Ok(data.page(code).filter(|page| page.is_whole()).cloned())
    }

    fn select(&mut self, page: &ModePage) -> Result<(), CommandError> {
        let select = ModeSelect { page: page.clone() };
        self.write_from(&select, &select.data()).map(|_| ())
    }

    /// Locks the tray.
    ///
    /// # Errors
    /// The drive is gone, or the command was lost on the way.
    pub fn lock_tray(&mut self) -> Result<Outcome, CommandError> {
        let outcome = outcome(self.run(&PreventAllowMediumRemoval { prevent: true }));
        // A drive in trouble may have done it all the same, and to unlock does no harm.
        self.settings.locked |= match &outcome {
            Ok(Outcome::Rejected(error)) => {
                error.sense().is_some_and(|sense| sense.key != SenseKey::IllegalRequest)
            }
            Ok(outcome) => outcome.is_done(),
            Err(_) => true,
        };
        outcome
    }

    /// Unlocks the tray, whoever locked it.
    ///
    /// # Errors
    /// The drive is gone, or the command was lost on the way.
    pub fn unlock_tray(&mut self) -> Result<Outcome, CommandError> {
        let outcome = outcome(self.run(&PreventAllowMediumRemoval { prevent: false }))?;
        self.settings.locked &= !outcome.is_done();
        Ok(outcome)
    }

    /// Asks for a speed. Drives choose the next one below, or none of it: what came of it shows in
    /// how fast they are.
    ///
    /// # Errors
    /// The drive is gone, or the command was lost on the way.
    pub fn set_speed(&mut self, speed: SpeedRequest) -> Result<Outcome, CommandError> {
        let outcome = outcome(self.send_speed(speed))?;
        if outcome.is_done() {
            self.settings.speed = Some(speed);
        }
        Ok(outcome)
    }

    fn send_speed(&mut self, speed: SpeedRequest) -> Result<(), CommandError> {
        match speed.command() {
            SpeedCommand::Cd(set) => self.run(&set).map(|_| ()),
            SpeedCommand::Streaming(set) => self.write_from(&set, &set.data()).map(|_| ()),
        }
    }

    /// The drive's own speed again. No command tells what it was before: the default it is, which
    /// is as fast as it can.
    fn reset_speed(&mut self, set: SpeedRequest) -> Result<(), CommandError> {
        match set {
            SpeedRequest::Cd { .. } => {
                self.send_speed(SpeedRequest::Cd { read: None, write: None })
            }
            SpeedRequest::Streaming { end, .. } => {
                let (start, read) = (Lba(0), SetStreaming::MAX);
                let restore = SetStreaming {
                    restore_defaults: true,
                    exact: false,
                    start,
                    end,
                    read,
                    write: read,
                };
                self.write_from(&restore, &restore.data()).map(|_| ())
            }
        }
    }

    /// Sends again all that was changed: after a reset (UNIT ATTENTION 6/29) the drive has
    /// forgotten it.
    ///
    /// # Errors
    /// The first that was not taken; the others are tried all the same.
    pub fn reapply(&mut self) -> Result<(), CommandError> {
        let mut first = Ok(());
        for page in self.settings.pages.clone() {
            first = first.and(self.select(&page.wanted));
        }
        if self.settings.locked {
            let lock = PreventAllowMediumRemoval { prevent: true };
            first = first.and(self.run(&lock).map(|_| ()));
        }
        if let Some(speed) = self.settings.speed {
            first = first.and(self.send_speed(speed));
        }
        first
    }

    /// Gives the drive back as it was found. What was given back is forgotten, so that a second
    /// call sends only what a drive in trouble did not take the first time.
    ///
    /// # Errors
    /// The first that was not taken; the others are tried all the same.
    pub fn restore(&mut self) -> Result<(), CommandError> {
        let settings = std::mem::take(&mut self.settings);
        let mut first = Ok(());
        if let Some(speed) = settings.speed {
            let result = self.reset_speed(speed);
            self.settings.speed = Some(speed).filter(|_| may_be_taken_later(&result));
            first = first.and(result);
        }
        for page in settings.pages {
            let result = self.select(&page.original);
            if may_be_taken_later(&result) {
                self.settings.pages.push(page);
            }
            first = first.and(result);
        }
        if settings.locked {
            let unlock = PreventAllowMediumRemoval { prevent: false };
            let result = self.run(&unlock).map(|_| ());
            // It took the lock, so it knows the command.
            self.settings.locked = result.is_err() && !self.is_gone();
            first = first.and(result);
        }
        first
    }
}

/// Whether a command that was not taken is worth another try. What the drive does not know, or the
/// kernel forbids, is not.
fn may_be_taken_later(result: &Result<(), CommandError>) -> bool {
    let Err(error) = result else { return false };
    match &error.failure {
        Failure::Transport(TransportError::Refused | TransportError::Gone) => false,
        Failure::Transport(_) | Failure::Status(_) | Failure::Parse(_) => true,
        Failure::Check(sense) => sense.key != SenseKey::IllegalRequest,
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if !self.is_gone() {
            // There is nobody left to tell.
            let _ = self.restore();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};
    use crate::transport::Errno;

    const PAGE_01: &[u8] = &[0x01, 0x0a, 0x80, 0xc0, 0, 0, 0, 0, 1, 0, 0, 0];

    fn sense_of(page: &[u8]) -> Step {
        let mut answer = vec![0, 6 + page.len() as u8, 0, 0, 0, 0, 0, 0];
        answer.extend_from_slice(page);
        Step::on(&[0x5a, 0, page[0], 0, 0, 0, 0, 0x01, 0x18, 0]).answer(&answer)
    }

    /// MODE SELECT of page 01h with these two bytes in it.
    fn select_of(flags: u8, retries: u8) -> Step {
        let mut list = vec![0; 8];
        list.extend_from_slice(PAGE_01);
        list[10] = flags;
        list[11] = retries;
        Step::on(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0]).takes(&list)
    }

    fn changed() -> Vec<u8> {
        let mut page = PAGE_01.to_vec();
        page[2..4].copy_from_slice(&[0xa0, 0x02]);
        page
    }

    fn two_retries(drive: &mut Drive) -> Outcome {
        let outcome = drive.change_page_01(|recovery| {
            recovery.set_read_retries(2);
            recovery.set_transfer_block(true);
        });
        outcome.expect("no transport error")
    }

    #[test]
    fn a_changed_page_is_read_back_and_given_back_on_drop() {
        let script = Script::new(vec![
            sense_of(PAGE_01),
            select_of(0xa0, 2),
            sense_of(&changed()),
            select_of(0x80, 0xc0),
        ]);
        let mut drive = script.drive();
        assert_eq!(two_retries(&mut drive), Outcome::Done);
        drop(drive);
        script.finish();
    }

    #[test]
    fn the_first_original_is_the_one_that_goes_back() {
        let script = Script::new(vec![
            sense_of(PAGE_01),
            select_of(0xa0, 2),
            sense_of(&changed()),
            sense_of(&changed()),
            select_of(0xa0, 9),
            sense_of(&changed()),
            select_of(0x80, 0xc0),
        ]);
        let mut drive = script.drive();
        assert_eq!(two_retries(&mut drive), Outcome::Done);
        // This time the drive says yes and keeps what it has.
        let outcome = drive.change_page_01(|recovery| recovery.set_read_retries(9));
        assert_eq!(outcome, Ok(Outcome::Ignored));
        assert_eq!(drive.restore(), Ok(()));
        // Given back once: dropping sends nothing more.
        drop(drive);
        script.finish();
    }

    #[test]
    fn what_is_refused_is_told_and_needs_no_giving_back() {
        let script = Script::new(vec![
            sense_of(PAGE_01),
            select_of(0xa0, 2).fails(5, 0x26, 0x00),
            Step::on(&[0x1e, 0, 0, 0, 1, 0]).errno(Errno::EPERM),
            Step::on(&[0xbb, 0, 0x05, 0x83, 0xff, 0xff, 0, 0, 0, 0, 0, 0]).errno(Errno::EPERM),
        ]);
        let mut drive = script.drive();
        let Outcome::Rejected(error) = two_retries(&mut drive) else { panic!("rejected") };
        assert_eq!(error.triple(), Some((5, 0x26, 0x00)));
        assert_eq!(drive.lock_tray(), Ok(Outcome::NotPermitted));
        let speed = SpeedRequest::Cd { read: Some(Rate { kbps: 1411 }), write: None };
        assert_eq!(drive.set_speed(speed), Ok(Outcome::NotPermitted));
        drop(drive);
        script.finish();
    }

    #[test]
    fn a_page_that_is_set_is_sent_even_if_it_is_so_already() {
        let script = Script::new(vec![
            sense_of(PAGE_01),
            select_of(0x80, 0xc0),
            sense_of(PAGE_01),
            // Given back, though nothing became of it: no one knows what else the drive keeps.
            select_of(0x80, 0xc0),
            // A drive that does not tell the page is sent it, and is not asked what became of it.
            Step::on(&[0x5a, 0, 1, 0, 0, 0, 0, 0x01, 0x18, 0]).fails(5, 0x24, 0x00),
            select_of(0xa0, 2),
        ]);
        let mut drive = script.drive();
        assert_eq!(drive.set_page(&ModePage::new(PAGE_01)), Ok(Outcome::Done));
        assert_eq!(drive.restore(), Ok(()));
        assert_eq!(drive.set_page(&ModePage::new(&changed())), Ok(Outcome::Done));
        drop(drive);
        script.finish();
    }

    #[test]
    fn a_reset_drive_is_set_up_again_and_then_given_back() {
        let streaming = |flags: u8, read: u32, write: u32| {
            let mut list = vec![flags, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xba, 0x73, 0xff];
            for value in [read, 1000, write, 1000] {
                list.extend_from_slice(&value.to_be_bytes());
            }
            Step::on(&[0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0]).takes(&list)
        };
        let lock = |on: u8| Step::on(&[0x1e, 0, 0, 0, on, 0]);
        let script = Script::new(vec![
            lock(1),
            streaming(0, 71_928, 0x1000_0000),
            lock(1),
            streaming(0, 71_928, 0x1000_0000),
            streaming(4, 0x1000_0000, 0x1000_0000),
            lock(0),
        ]);
        let mut drive = script.drive();
        assert_eq!(drive.lock_tray(), Ok(Outcome::Done));
        let speed = SpeedRequest::Streaming {
            read: Rate { kbps: 71_928 },
            write: SetStreaming::MAX,
            end: Lba(12_219_391),
        };
        assert_eq!(drive.set_speed(speed), Ok(Outcome::Done));
        assert_eq!(drive.reapply(), Ok(()));
        assert_eq!(drive.restore(), Ok(()));
        drop(drive);
        script.finish();
    }

    #[test]
    fn what_a_drive_in_trouble_does_not_take_back_is_sent_again() {
        let lock = |on: u8| Step::on(&[0x1e, 0, 0, 0, on, 0]);
        let script = Script::new(vec![
            // It locks, and says no all the same.
            lock(1).fails(4, 0x44, 0x00),
            lock(0).errno(Errno::EIO),
            lock(0).fails(2, 0x04, 0x07),
            lock(0),
        ]);
        let mut drive = script.drive();
        assert!(matches!(drive.lock_tray(), Ok(Outcome::Rejected(_))));
        assert!(drive.restore().is_err());
        assert!(drive.restore().is_err());
        assert_eq!(drive.restore(), Ok(()));
        assert_eq!(drive.restore(), Ok(()));
        script.finish();
        // What it does not know, it is not told twice.
        let streaming = Step::on(&[0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0]);
        let script = Script::new(vec![streaming.clone(), streaming.fails(5, 0x20, 0x00)]);
        let mut drive = script.drive();
        let (read, end) = (Rate { kbps: 1385 }, Lba(0));
        let speed = SpeedRequest::Streaming { read, write: read, end };
        assert_eq!(drive.set_speed(speed), Ok(Outcome::Done));
        assert!(drive.restore().is_err());
        drop(drive);
        script.finish();
    }

    #[test]
    fn a_drive_that_is_gone_is_left_alone() {
        let script = Script::new(vec![
            Step::on(&[0x1e, 0, 0, 0, 1, 0]),
            Step::on(&[0x1e, 0, 0, 0, 1, 0]).errno(Errno::ENODEV),
        ]);
        let mut drive = script.drive();
        assert_eq!(drive.lock_tray(), Ok(Outcome::Done));
        assert!(drive.lock_tray().expect_err("gone").is_gone());
        drop(drive);
        script.finish();
    }
}
