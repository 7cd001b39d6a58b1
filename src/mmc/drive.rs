//! A drive: sends typed commands, reads typed answers. Owns two policies only: a UNIT ATTENTION
//! that comes in place of an answer is kept for the job to see, and the command is sent once more;
//! and what was changed of the drive is remembered and given back (`settings`). Everything else
//! that may be tried again is the job's business.

use std::time::Duration;

use super::quirks;
use super::settings::Settings;
use super::{CommandError, Failure, Query, Request};
use crate::transport::{Data, Sense, SenseKey, Status, Transport, TransportError, verdict};

/// Unit attentions taken in before one and the same command.
const ATTENTIONS: u32 = 3;

/// A drive that commands can be sent to. What was changed of it is given back when it is dropped.
pub struct Drive {
    transport: Box<dyn Transport>,
    attentions: Vec<Sense>,
    time: Duration,
    gone: bool,
    quirks: quirks::Choice,
    pub(super) settings: Settings,
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
            time: Duration::ZERO,
            gone: false,
            quirks: quirks::Choice::default(),
            settings: Settings::default(),
        }
    }

    /// Chooses the quirks that jobs reckon with; else those that the drive is known for.
    pub fn choose_quirks(&mut self, choice: quirks::Choice) {
        self.quirks = choice;
    }

    /// The quirks that jobs reckon with.
    pub fn quirks(&self) -> &quirks::Choice {
        &self.quirks
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
            .execute(&request.cdb(), data.reborrow(), request.timeout())
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
                _ => return Err(fault(request, Failure::Check(sense))),
            },
            (status, _) => return Err(fault(request, Failure::Status(status))),
        };
        Ok(Done { transferred: completion.transferred, remark, duration: completion.duration })
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
