//! Keeps what a drive was asked and what it answered, for `info --raw`. A transport around another;
//! knows no command.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oxidisc::transport::{Answer, Cdb, Data, Errno, Transport, verdict};

/// Bytes of an answer that are kept. Parameter data is shorter; bulk data is not what one looks for
/// here.
const KEPT_MAX: usize = 64 * 1024;

/// One command and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was asked.
    pub cdb: Cdb,
    /// The bytes that came.
    pub data: Vec<u8>,
    /// All else that came; the operating system's refusal instead.
    pub answer: Result<Answer, Errno>,
}

/// What went through a [`Tap`] so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Exchange>>>);

impl Log {
    /// All of it, in order; the log is empty then.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Only these, as if nothing else had been asked.
    pub fn put_back(&self, exchanges: Vec<Exchange>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = exchanges;
    }

    fn push(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

/// A transport that keeps a log.
pub struct Tap {
    inner: Box<dyn Transport>,
    log: Log,
}

impl Tap {
    /// Logs what goes through `inner` to `log`.
    pub fn new(inner: Box<dyn Transport>, log: Log) -> Tap {
        Tap { inner, log }
    }
}

impl Transport for Tap {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        let (answer, data) = match data {
            Data::In(buffer) => {
                let answer = self.inner.execute(cdb, Data::In(&mut *buffer), timeout);
                let came = answer.as_ref().ok().and_then(|answer| {
                    Some(verdict::judge(answer, buffer.len()).ok()?.transferred.min(KEPT_MAX))
                });
                (answer, buffer[..came.unwrap_or(0)].to_vec())
            }
            other => (self.inner.execute(cdb, other, timeout), Vec::new()),
        };
        self.log.push(Exchange { cdb: *cdb, data, answer: answer.clone() });
        answer
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
mod tests {
    use super::*;

    struct Fixed(Answer);

    impl Transport for Fixed {
        fn execute(&mut self, _: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
            if let Data::In(buffer) = data {
                buffer.fill(7);
            }
            Ok(self.0.clone())
        }

        fn max_transfer(&self) -> usize {
            4096
        }

        fn wait(&mut self, _: Duration) {}
    }

    #[test]
    fn a_tap_keeps_the_bytes_that_came_and_no_more() {
        let log = Log::default();
        let answer = Answer { resid: 6, ..Answer::default() };
        let mut tap = Tap::new(Box::new(Fixed(answer.clone())), log.clone());
        let cdb = Cdb::new(&[0x12, 0, 0, 0, 8, 0]);
        let mut buffer = [0; 8];
        let came = tap.execute(&cdb, Data::In(&mut buffer), Duration::ZERO);
        assert_eq!(came, Ok(answer.clone()));
        assert_eq!(log.take(), [Exchange { cdb, data: vec![7, 7], answer: Ok(answer) }]);
        assert_eq!(log.take(), []);
    }

    #[test]
    fn a_tap_keeps_no_bytes_of_a_command_that_was_killed() {
        let log = Log::default();
        let mut tap =
            Tap::new(Box::new(Fixed(Answer { host: 3, ..Answer::default() })), log.clone());
        let _ = tap.execute(&Cdb::new(&[0; 6]), Data::In(&mut [0; 8]), Duration::ZERO);
        assert!(log.take()[0].data.is_empty());
    }
}
