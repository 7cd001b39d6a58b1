//! A drive for tests that plays a script: each step is a command in its bytes and what comes of it.
//! Knows no command by meaning.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Drive;
use crate::transport::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// One command that has to come, and its answer.
#[derive(Clone, Debug)]
pub struct Step {
    cdb: Vec<u8>,
    takes: Option<Vec<u8>>,
    answer: Vec<u8>,
    status: u8,
    sense: Vec<u8>,
    errno: Option<Errno>,
    duration: Duration,
}

impl Step {
    /// A command that succeeds and moves nothing.
    pub fn on(cdb: &[u8]) -> Step {
        Step {
            cdb: cdb.to_vec(),
            takes: None,
            answer: Vec::new(),
            status: 0,
            sense: Vec::new(),
            errno: None,
            duration: Duration::from_millis(1),
        }
    }

    /// With these bytes as its answer.
    pub fn answer(mut self, bytes: &[u8]) -> Step {
        self.answer = bytes.to_vec();
        self
    }

    /// The bytes of its answer.
    pub fn bytes(&self) -> &[u8] {
        &self.answer
    }

    /// That has to bring these bytes.
    pub fn takes(mut self, bytes: &[u8]) -> Step {
        self.takes = Some(bytes.to_vec());
        self
    }

    /// That the drive refuses.
    pub fn fails(mut self, key: u8, asc: u8, ascq: u8) -> Step {
        self.sense = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
        self.status(0x02)
    }

    /// That the drive refuses because it is busy, and so far with it, in 65536ths.
    pub fn working(self, ascq: u8, progress: u16) -> Step {
        let mut step = self.fails(2, 0x04, ascq);
        let [high, low] = progress.to_be_bytes();
        step.sense[15..18].copy_from_slice(&[0x80, high, low]);
        step
    }

    /// That the drive refuses with these bytes of sense.
    pub fn sense(mut self, sense: &[u8]) -> Step {
        self.sense = sense.to_vec();
        self.status(0x02)
    }

    /// That ends with this status byte.
    pub fn status(mut self, status: u8) -> Step {
        self.status = status;
        self
    }

    /// That the system refuses.
    pub fn errno(mut self, errno: Errno) -> Step {
        self.errno = Some(errno);
        self
    }
}

/// A script, or a table: in order, or each step as often as it is asked.
#[derive(Clone)]
pub struct Script {
    steps: Arc<Mutex<Vec<Step>>>,
    in_order: bool,
    waited: Arc<Mutex<Duration>>,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Script {
    /// Commands that have to come in this order.
    pub fn new(steps: Vec<Step>) -> Script {
        Script {
            steps: Arc::new(Mutex::new(steps)),
            in_order: true,
            waited: Arc::default(),
            sent: Arc::default(),
        }
    }

    /// Commands that may come in any order, or not; all others are refused with 5/20/00.
    pub fn table(steps: Vec<Step>) -> Script {
        Script { in_order: false, ..Script::new(steps) }
    }

    /// A drive that plays it.
    pub fn drive(&self) -> Drive {
        Drive::new(Box::new(self.clone()))
    }

    /// What was waited.
    pub fn waited(&self) -> Duration {
        *self.waited.lock().expect("no panic")
    }

    /// The commands that came.
    pub fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().expect("no panic").clone()
    }

    /// Nothing is left of the script.
    pub fn finish(&self) {
        let left = self.steps.lock().expect("no panic");
        assert!(left.is_empty(), "never sent: {left:02x?}");
    }

    fn next(&self, cdb: &Cdb) -> Step {
        let mut steps = self.steps.lock().expect("no panic");
        if self.in_order {
            assert!(!steps.is_empty(), "not in the script: {cdb}");
            let step = steps.remove(0);
            assert_eq!(cdb.bytes(), step.cdb, "sent {cdb}, the script has {:02x?}", step.cdb);
            return step;
        }
        let found = steps.iter().find(|step| step.cdb == cdb.bytes()).cloned();
        found.unwrap_or_else(|| Step::on(cdb.bytes()).fails(5, 0x20, 0x00))
    }
}

impl Transport for Script {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        let step = self.next(cdb);
        self.sent.lock().expect("no panic").push(cdb.bytes().to_vec());
        if let Some(errno) = step.errno {
            return Err(errno);
        }
        let asked = data.len();
        let mut moved = if step.status == 0 { asked } else { 0 };
        match data {
            Data::In(buffer) => {
                moved = step.answer.len().min(buffer.len());
                buffer[..moved].copy_from_slice(&step.answer[..moved]);
            }
            Data::Out(bytes) => {
                if let Some(takes) = &step.takes {
                    assert_eq!(bytes, takes, "data of {cdb}");
                }
            }
            Data::None => {}
        }
        Ok(Answer {
            status: step.status,
            resid: i32::try_from(asked - moved).expect("small"),
            sense: step.sense,
            duration: step.duration,
            ..Answer::default()
        })
    }

    fn max_transfer(&self) -> usize {
        65_536
    }

    fn wait(&mut self, time: Duration) {
        *self.waited.lock().expect("no panic") += time;
    }
}
