//! A drive with somebody in between, who sees each command and may answer in its place.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use oxidisc::mmc::Drive;
use oxidisc::sim::SimDrive;
use oxidisc::transport::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// What is done about a command.
pub enum Deed {
    /// It goes on to the drive.
    Pass,
    /// It never gets there, and is answered so.
    Instead(Answer),
    /// It is done, and answered so.
    DoneAnd(Answer),
    /// It is done, and its data are changed on the way back.
    Change(fn(&mut [u8])),
}

/// Commands that came, in their bytes.
pub type Log = Arc<Mutex<Vec<Vec<u8>>>>;

struct Meddled<F> {
    inner: SimDrive,
    meddle: F,
    log: Log,
}

/// A drive, and the commands that it is sent.
pub fn meddled(
    inner: SimDrive,
    meddle: impl FnMut(&[u8]) -> Deed + Send + 'static,
) -> (Drive, Log) {
    let log = Log::default();
    let transport = Meddled { inner, meddle, log: Arc::clone(&log) };
    (Drive::new(Box::new(transport)), log)
}

/// A refusal.
pub fn no(key: u8, asc: u8, ascq: u8) -> Deed {
    let sense = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
    Deed::Instead(Answer { status: 2, driver: 8, sense, ..Answer::default() })
}

/// GOOD, and nothing is done.
pub fn lie() -> Deed {
    Deed::Instead(Answer::default())
}

/// Of the commands that came, those with an opcode.
pub fn sent(log: &Log, opcode: u8) -> Vec<Vec<u8>> {
    let log = log.lock().expect("no panic");
    log.iter().filter(|cdb| cdb[0] == opcode).cloned().collect()
}

impl<F: FnMut(&[u8]) -> Deed + Send> Transport for Meddled<F> {
    fn execute(
        &mut self,
        cdb: &Cdb,
        mut data: Data<'_>,
        timeout: Duration,
    ) -> Result<Answer, Errno> {
        self.log.lock().expect("no panic").push(cdb.bytes().to_vec());
        match (self.meddle)(cdb.bytes()) {
            Deed::Pass => self.inner.execute(cdb, data, timeout),
            Deed::Instead(answer) => Ok(answer),
            Deed::DoneAnd(answer) => {
                self.inner.execute(cdb, data, timeout)?;
                Ok(answer)
            }
            Deed::Change(change) => {
                let answer = self.inner.execute(cdb, data.reborrow(), timeout)?;
                if let Data::In(bytes) = data {
                    change(bytes);
                }
                Ok(answer)
            }
        }
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
