//! Writes down every command that passes through, and what came of it, in the format of
//! [`super::recording`]. Changes nothing on its way.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::recording::{Exchange, Header, Payload, Phase, is_without_data, moved};
use super::redact::redact;
use super::{Answer, Cdb, Data, Errno, Transport};

/// Data up to this size is written out; beyond, only its hash. Large enough for every structure
/// that a drive tells of itself and its disc, too small for what a rip or burn moves at a time.
pub const BULK_ABOVE: usize = 16 * 1024;

/// How to record.
#[derive(Clone, Debug)]
pub struct Options {
    /// Data of more bytes than this is hashed; [`BULK_ABOVE`] is a good choice.
    pub bulk_above: usize,
    /// Leave out serial numbers.
    pub redact: bool,
    /// Keep what is on the disc as any other data; else it is hashed, however short.
    pub contents: bool,
}

/// A transport that is listened to.
pub struct Recorder {
    inner: Box<dyn Transport>,
    out: Box<dyn Write + Send>,
    options: Options,
    trouble: Trouble,
}

/// Tells whether a recording could be written. Stays at hand when the recorder itself is owned by a
/// drive.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Arc<Mutex<Option<io::Error>>>);

impl Trouble {
    /// Takes what went wrong, if anything did: the recording ends before it.
    pub fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Recorder {
    /// Starts a recording: writes its header. `note` says what is being recorded.
    ///
    /// # Errors
    /// Nothing can be written to `out`.
    pub fn new(
        inner: Box<dyn Transport>,
        mut out: impl Write + Send + 'static,
        note: String,
        options: Options,
    ) -> io::Result<Recorder> {
        let max_transfer = Some(inner.max_transfer());
        let header = Header { note, max_transfer, contents: options.contents };
        write_line(&mut out, &header.to_line())?;
        Ok(Recorder::headless(inner, out, options))
    }

    /// Starts a recording whose header is written by whoever knows, later, what is in it.
    pub fn headless(
        inner: Box<dyn Transport>,
        out: impl Write + Send + 'static,
        options: Options,
    ) -> Recorder {
        Recorder { inner, out: Box::new(out), options, trouble: Trouble::default() }
    }

    /// Tells, later, whether all of it could be written.
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    fn payload(&self, cdb: &Cdb, bytes: Vec<u8>) -> Payload {
        let left_out = !self.options.contents && is_of_the_disc(cdb) && !bytes.is_empty();
        if left_out || bytes.len() > self.options.bulk_above {
            Payload::hashed(&bytes)
        } else {
            Payload::Bytes(bytes)
        }
    }

    fn phase(&self, cdb: &Cdb, data: &Data<'_>, outcome: &Result<Answer, Errno>) -> Phase {
        match data {
            // The kernel and the drive see no data phase either.
            _ if data.is_empty() => Phase::None,
            Data::None => Phase::None,
            Data::Out(bytes) => {
                Phase::Out { data: self.payload(cdb, bytes.to_vec()), len: bytes.len() }
            }
            Data::In(buffer) => {
                let came = match outcome {
                    Ok(answer) if !is_without_data(answer) => moved(buffer.len(), answer.resid),
                    _ => 0,
                };
                let mut bytes = buffer[..came].to_vec();
                if self.options.redact {
                    redact(cdb, &mut bytes);
                }
                Phase::In { len: buffer.len(), data: self.payload(cdb, bytes) }
            }
        }
    }

    /// A recording that cannot be written must not take a burn down with it: it ends, and
    /// [`Trouble`] knows.
    fn write(&mut self, exchange: &Exchange) {
        let mut trouble = self.trouble.0.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.is_none() {
            *trouble = write_line(&mut *self.out, &exchange.to_line()).err();
        }
    }
}

/// Whether a command's data is what is on the disc, or will be.
fn is_of_the_disc(cdb: &Cdb) -> bool {
    matches!(
        cdb.opcode(),
        // READ of 6, 10, 12 and 16 bytes; READ CD and READ CD MSF; READ BUFFER.
        0x08 | 0x28 | 0xa8 | 0x88 | 0xbe | 0xb9 | 0x3c
        // WRITE of 6, 10, 12 and 16 bytes; WRITE AND VERIFY of 10 and 12.
        | 0x0a | 0x2a | 0xaa | 0x8a | 0x2e | 0xae
    )
}

/// One line, all the way out: what is recorded survives a crash of this program.
fn write_line(out: &mut dyn Write, line: &str) -> io::Result<()> {
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}

impl Transport for Recorder {
    fn execute(
        &mut self,
        cdb: &Cdb,
        mut data: Data<'_>,
        timeout: Duration,
    ) -> Result<Answer, Errno> {
        let outcome = self.inner.execute(cdb, data.reborrow(), timeout);
        let phase = self.phase(cdb, &data, &outcome);
        let exchange = Exchange { line: 0, cdb: *cdb, phase, outcome };
        self.write(&exchange);
        exchange.outcome
    }

    fn max_transfer(&self) -> usize {
        self.inner.max_transfer()
    }

    fn wait(&mut self, time: Duration) {
        self.inner.wait(time);
    }

    fn idle(&mut self, outside: Duration) {
        self.inner.idle(outside);
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
