//! A drive: sends typed commands, reads typed answers. Owns two policies only: a UNIT ATTENTION
//! that comes in place of an answer is kept for the job to see, and the command is sent once more;
//! and what was changed of the drive is remembered and given back (`settings`). Everything else
//! that may be tried again is the job's business.

use std::time::Duration;

use super::settings::Settings;
use super::{CommandError, Failure, Query, Request, TIMEOUT_SHORT};
use crate::transport::{Data, Sense, SenseKey, Status, Transport, TransportError, verdict};

/// Unit attentions taken in before one and the same command.
const ATTENTIONS: u32 = 3;

/// What a command gets that is sent at the end of a hurry.
const HURRY_LEAST: Duration = Duration::from_secs(1);

/// A drive that commands can be sent to. What was changed of it is given back when it is dropped.
pub struct Drive {
    transport: Box<dyn Transport>,
    attentions: Vec<Sense>,
    deferred: Option<CommandError>,
    time: Duration,
    gone: bool,
    hurry: Option<Hurry>,
    pub(super) settings: Settings,
}

/// How long commands may take at most, for who has no time for a drive that hangs.
#[derive(Clone, Copy, Debug)]
struct Hurry {
    /// One that a ready drive answers at once.
    command: Duration,
    /// All together, on the drive's clock.
    until: Duration,
}

/// What a command that succeeded says besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Bytes of its data phase that moved.
    pub transferred: usize,
    /// A recovered error, where the drive mentioned one: the data is valid.
    pub remark: Option<Sense>,
    /// How long it took.
    pub duration: Duration,
}

impl Drive {
    /// A drive at the end of a transport.
    pub fn new(transport: Box<dyn Transport>) -> Drive {
        Drive {
            transport,
            attentions: Vec::new(),
            deferred: None,
            time: Duration::ZERO,
            gone: false,
            hurry: None,
            settings: Settings::default(),
        }
    }

    /// Runs a command without data.
    ///
    /// # Errors
    /// It was not done.
    pub fn run<R: Request>(&mut self, request: &R) -> Result<Done, CommandError> {
        self.execute(request, Data::None)
    }

    /// Asks a question.
    ///
    /// # Errors
    /// There is no answer, or none that makes sense.
    pub fn query<Q: Query>(&mut self, query: &Q) -> Result<Q::Response, CommandError> {
        let bytes = self.ask(query)?;
        query.parse(&bytes).map_err(|error| fault(query, Failure::Parse(error)))
    }

    /// Asks a question and brings the answer's bytes, of which [`Query::parse`] makes the meaning.
    ///
    /// # Errors
    /// There is no answer.
    pub fn ask<Q: Query>(&mut self, query: &Q) -> Result<Vec<u8>, CommandError> {
        // Zeroed: a drive that sends nothing and says GOOD must not answer with our own bytes.
        let mut buffer = vec![0; usize::from(query.allocation())];
        let done = self.execute(query, Data::In(&mut buffer))?;
        buffer.truncate(done.transferred);
        Ok(buffer)
    }

    /// Reads bulk data into the caller's buffer. Only `Done::transferred` bytes of it are data.
    ///
    /// # Errors
    /// None of it is.
    pub fn read_into<R: Request>(
        &mut self,
        request: &R,
        buffer: &mut [u8],
    ) -> Result<Done, CommandError> {
        self.execute(request, Data::In(buffer))
    }

    /// Sends data to the drive.
    ///
    /// # Errors
    /// It was not taken, or nobody can know.
    pub fn write_from<R: Request>(
        &mut self,
        request: &R,
        data: &[u8],
    ) -> Result<Done, CommandError> {
        self.execute(request, Data::Out(data))
    }

    fn execute<R: Request>(
        &mut self,
        request: &R,
        mut data: Data<'_>,
    ) -> Result<Done, CommandError> {
        // Several may be waiting: a reset and a new disc are two.
        for _ in 0..ATTENTIONS {
            match self.execute_once(request, &mut data) {
                Err(CommandError { failure: Failure::Check(sense), .. })
                    if sense.key == SenseKey::UnitAttention && !sense.deferred =>
                {
                    self.attentions.push(sense);
                }
                other => return other,
            }
        }
        self.execute_once(request, &mut data)
    }

    fn execute_once<R: Request>(
        &mut self,
        request: &R,
        data: &mut Data<'_>,
    ) -> Result<Done, CommandError> {
        let asked = data.len();
        let answer = self
            .transport
            .execute(&request.cdb(), data.reborrow(), self.timeout(request))
            .map_err(|errno| self.lost(request, verdict::judge_errno(errno)))?;
        self.time += answer.duration;
        let completion =
            verdict::judge(&answer, asked).map_err(|error| self.lost(request, error))?;
        let remark = match (completion.status, completion.sense) {
            (Status::Good, remark) => remark,
            // SPC-4 table 48: recovered means done; no sense, that there is nothing to say. Neither
            // holds for an error of an earlier command.
            (Status::CheckCondition, Some(sense)) => match sense.key {
                SenseKey::NoSense | SenseKey::Recovered if !sense.deferred => Some(sense),
                _ => {
                    let deferred = sense.deferred;
                    let error = fault(request, Failure::Check(sense));
                    if deferred {
                        self.deferred.get_or_insert_with(|| error.clone());
                    }
                    return Err(error);
                }
            },
            (status, _) => return Err(fault(request, Failure::Status(status))),
        };
        Ok(Done { transferred: completion.transferred, remark, duration: completion.duration })
    }

    /// The request's own, or what the hurry leaves of it: never nothing, for what is begun shall
    /// have a chance.
    fn timeout<R: Request>(&self, request: &R) -> Duration {
        let Some(hurry) = self.hurry else { return request.timeout() };
        let left = hurry.until.saturating_sub(self.time).max(HURRY_LEAST);
        let at_once = request.timeout() <= TIMEOUT_SHORT;
        request.timeout().min(if at_once { left.min(hurry.command) } else { left })
    }

    /// From now on, no command that a ready drive answers at once may take longer than `command`,
    /// and none lasts more than a second beyond `total` of drive time from now.
    pub fn hurry(&mut self, command: Duration, total: Duration) {
        self.hurry = Some(Hurry { command, until: self.time + total });
    }

    /// Whether the time that [`Drive::hurry`] gave is over.
    pub fn is_late(&self) -> bool {
        self.hurry.is_some_and(|hurry| self.time >= hurry.until)
    }

    fn lost<R: Request>(&mut self, request: &R, error: TransportError) -> CommandError {
        self.gone |= error == TransportError::Gone;
        fault(request, Failure::Transport(error))
    }

    /// Whether a command has found the drive gone.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// The unit attentions since the last call: what happened to the drive meanwhile.
    pub fn take_attentions(&mut self) -> Vec<Sense> {
        std::mem::take(&mut self.attentions)
    }

    /// The first error of an earlier command since the last call, and the command that brought the
    /// news. Whoever can do without the answer to that one must not do without the news.
    pub fn take_deferred(&mut self) -> Option<CommandError> {
        self.deferred.take()
    }

    /// Drive time spent so far: the commands' own and what was waited.
    pub fn time(&self) -> Duration {
        self.time
    }

    /// The most bytes that one command may move.
    pub fn max_transfer(&self) -> usize {
        self.transport.max_transfer()
    }

    /// Lets time pass.
    pub fn wait(&mut self, time: Duration) {
        self.transport.wait(time);
        self.time += time;
    }
}

fn fault<R: Request>(request: &R, failure: Failure) -> CommandError {
    CommandError { name: R::NAME, cdb: request.cdb(), lba: request.lba(), failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::cmd::start_stop_unit::{Motion, StartStopUnit};
    use crate::mmc::cmd::test_unit_ready::TestUnitReady;
    use crate::transport::{Answer, Cdb, Errno};

    /// A drive that answers nothing.
    struct Hung;

    impl Transport for Hung {
        fn execute(&mut self, _: &Cdb, _: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
            Ok(Answer { host: 3, duration: timeout, ..Answer::default() })
        }

        fn max_transfer(&self) -> usize {
            4096
        }

        fn wait(&mut self, _: Duration) {}
    }

    #[test]
    fn who_is_in_a_hurry_is_not_kept_by_a_drive_that_hangs() {
        let mut drive = Drive::new(Box::new(Hung));
        let start = StartStopUnit { motion: Motion::Start, immediate: false };
        let seconds = Duration::from_secs;
        assert!(drive.run(&TestUnitReady).is_err());
        assert_eq!(drive.time(), TIMEOUT_SHORT);
        drive.hurry(seconds(6), seconds(27));
        assert!(drive.run(&TestUnitReady).is_err() && !drive.is_late());
        assert_eq!(drive.time(), TIMEOUT_SHORT + seconds(6));
        // What takes its time gets what is left.
        assert!(drive.run(&start).is_err() && drive.is_late());
        assert_eq!(drive.time(), TIMEOUT_SHORT + seconds(27));
        assert!(drive.run(&TestUnitReady).is_err());
        assert_eq!(drive.time(), TIMEOUT_SHORT + seconds(28));
    }
}
