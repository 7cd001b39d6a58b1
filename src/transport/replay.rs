//! Answers from a recording: a drive that says again what it said once. Knows no command by
//! meaning: a command is known by its bytes, its direction and the data sent with it.
//!
//! In order, and where the next line does not match, with the next later line that does; if there
//! is none, with the first line that was passed over. Strict: the next line or none. A command
//! without a line is answered as a drive answers one it does not know (5/20/00), and remembered.
//! Bulk data of which a recording keeps only the hash cannot be given back: the command then dies
//! on the way (host status 07h), so that nobody takes an empty buffer for data.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::recording::{Exchange, Payload, Phase, Recording, RecordingError, is_without_data};
use super::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// Where a recording does not tell: what any host adapter moves.
const MAX_TRANSFER_UNKNOWN: usize = 64 * 1024;
const CHECK_CONDITION: u8 = 0x02;
/// `DID_ERROR`.
const HOST_ERROR: u16 = 0x07;
/// Misses that are remembered in full.
const MISSES_MAX: usize = 1000;

/// A transport that answers from a recording. Time passes only in its answers.
#[derive(Debug)]
pub struct Replay {
    exchanges: Vec<Exchange>,
    used: Vec<bool>,
    by_cdb: HashMap<Cdb, Vec<usize>>,
    /// The first line after the last one that answered in order.
    next: usize,
    strict: bool,
    max_transfer: usize,
    contents: bool,
    misses: Misses,
}

/// A command that the recording had no answer for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The command.
    pub cdb: Cdb,
    /// Why it could not be answered.
    pub reason: String,
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cdb, self.reason)
    }
}

/// The commands that could not be answered. Stays at hand when the replay itself is owned by a
/// drive.
#[derive(Clone, Debug, Default)]
pub struct Misses(Arc<Mutex<(usize, Vec<Miss>)>>);

impl Misses {
    /// How many there were.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The first thousand of them, in order.
    pub fn list(&self) -> Vec<Miss> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    fn add(&self, cdb: &Cdb, reason: String) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        if inner.1.len() < MISSES_MAX {
            inner.1.push(Miss { cdb: *cdb, reason });
        }
    }
}

impl Replay {
    /// Reads the recording at `path`.
    ///
    /// # Errors
    /// It cannot be read, or is none: file, line and reason.
    pub fn load(path: &Path, strict: bool) -> Result<Replay, RecordingError> {
        Recording::load(path).map(|recording| Replay::new(recording, strict))
    }

    /// Answers from a recording at hand.
    pub fn new(recording: Recording, strict: bool) -> Replay {
        let mut by_cdb: HashMap<Cdb, Vec<usize>> = HashMap::new();
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            by_cdb.entry(exchange.cdb).or_default().push(index);
        }
        Replay {
            used: vec![false; recording.exchanges.len()],
            exchanges: recording.exchanges,
            by_cdb,
            next: 0,
            strict,
            max_transfer: recording.header.max_transfer.unwrap_or(MAX_TRANSFER_UNKNOWN),
            contents: recording.header.contents,
            misses: Misses::default(),
        }
    }

    /// Whether what was read from the disc may be in the recording.
    pub fn has_contents(&self) -> bool {
        self.contents
    }

    /// Tells, later, which commands could not be answered.
    pub fn misses(&self) -> Misses {
        self.misses.clone()
    }

    fn find(&self, cdb: &Cdb, data: &Data<'_>) -> Result<usize, String> {
        let fits = |index: &usize| !self.used[*index] && fits(&self.exchanges[*index], cdb, data);
        if self.strict {
            return match self.exchanges.get(self.next) {
                Some(_) if fits(&self.next) => Ok(self.next),
                Some(expected) => Err(format!("line {} has {}", expected.line, expected.cdb)),
                None => Err("the recording is at its end".into()),
            };
        }
        let lines = self.by_cdb.get(cdb).map_or(&[][..], Vec::as_slice);
        let (before, after) = lines.split_at(lines.partition_point(|index| *index < self.next));
        let found = after.iter().chain(before).find(|index| fits(index));
        found.copied().ok_or_else(|| {
            let reason = if lines.is_empty() { "not in the recording" } else { "no line left" };
            reason.to_string()
        })
    }
}

fn fits(exchange: &Exchange, cdb: &Cdb, data: &Data<'_>) -> bool {
    exchange.cdb == *cdb
        && match (&exchange.phase, data) {
            (Phase::None, data) => data.is_empty(),
            (Phase::In { .. }, Data::In(_)) => true,
            (Phase::Out { data, .. }, Data::Out(bytes)) => data.is(bytes),
            _ => false,
        }
}

/// Gives the answer of a line, and its data.
fn play(exchange: &Exchange, mut answer: Answer, data: Data<'_>) -> Result<Answer, String> {
    let (Phase::In { len, data: came }, Data::In(buffer)) = (&exchange.phase, data) else {
        return Ok(answer);
    };
    match came {
        Payload::Bytes(bytes) => {
            let count = bytes.len().min(buffer.len());
            buffer[..count].copy_from_slice(&bytes[..count]);
            if buffer.len() != *len {
                answer.resid = i32::try_from(buffer.len() - count).unwrap_or(i32::MAX);
            }
        }
        Payload::Sha256(_) if is_without_data(&answer) => {
            answer.resid = i32::try_from(buffer.len()).unwrap_or(i32::MAX);
        }
        Payload::Sha256(_) => {
            return Err(format!("line {} has only the hash of its data", exchange.line));
        }
    }
    Ok(answer)
}

impl Transport for Replay {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _timeout: Duration) -> Result<Answer, Errno> {
        let index = match self.find(cdb, &data) {
            Ok(index) => index,
            Err(reason) => {
                self.misses.add(cdb, reason);
                let resid = i32::try_from(data.len()).unwrap_or(i32::MAX);
                // SPC-4 annex F: 20h/00h, invalid command operation code.
                let sense = Sense::fixed(SenseKey::IllegalRequest, 0x20, 0x00);
                return Ok(Answer { status: CHECK_CONDITION, resid, sense, ..Answer::default() });
            }
        };
        self.used[index] = true;
        self.next = self.next.max(index + 1);
        let exchange = &self.exchanges[index];
        let asked = i32::try_from(data.len()).unwrap_or(i32::MAX);
        let answer = exchange.outcome.clone()?;
        Ok(play(exchange, answer, data).unwrap_or_else(|reason| {
            self.misses.add(cdb, reason);
            Answer { host: HOST_ERROR, resid: asked, ..Answer::default() }
        }))
    }

    fn max_transfer(&self) -> usize {
        self.max_transfer
    }

    /// Nothing to wait for.
    fn wait(&mut self, _time: Duration) {}
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
