//! A drive to which things happen, each at one command: what a bus, a bridge, a person or the drive
//! itself can do to a burn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use oxidisc::sim::SimDrive;
use oxidisc::transport::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The drive refuses with this, and does nothing.
    Refuses(u8, u8, u8),
    /// It does as it is told, and refuses all the same, with this.
    DoesAndRefuses(u8, u8, u8),
    /// It tells of an error of an earlier command.
    Deferred(u8, u8, u8),
    /// The command is lost on the way there.
    Lost,
    /// It is done, and the answer is lost on the way back.
    AnswerLost,
    /// It is lost on the way there, and the kernel gives it up.
    Timeout,
    /// Status BUSY.
    Busy,
    /// The cable is out from here on.
    Unplugged,
    /// The system refuses the call.
    Os(Errno),
    /// Half of the data gets there: of a write, the drive does nothing with it.
    Short,
    /// What the simulated drive does by itself, as its fault plan has it.
    Drive(&'static str),
    /// It cannot write this sector, and says so when it comes to it.
    Unwritable(u32),
}

impl Fault {
    /// What the simulated drive's fault plan says of it, if it is the drive's own.
    pub fn plan(&self, at: u64) -> Option<String> {
        match self {
            Fault::Drive(kind) => Some(format!("[[fault]]\n{kind}\nat_command = {at}\n")),
            Fault::Unwritable(lba) => {
                Some(format!("[[fault]]\nkind = 'write_error'\nat_lba = {lba}\n"))
            }
            _ => None,
        }
    }
}

/// Every fault, and the drive's own that end a burn or only hold it up.
pub const FAULTS: [Fault; 25] = [
    Fault::Refuses(2, 0x04, 0x08),
    Fault::Refuses(2, 0x04, 0x07),
    Fault::Refuses(2, 0x04, 0x01),
    Fault::Refuses(3, 0x0c, 0x00),
    Fault::Refuses(3, 0x73, 0x03),
    Fault::Refuses(4, 0x44, 0x00),
    Fault::Refuses(4, 0x08, 0x03),
    Fault::Refuses(5, 0x2c, 0x00),
    Fault::Refuses(5, 0x21, 0x02),
    Fault::Refuses(5, 0x24, 0x00),
    Fault::DoesAndRefuses(3, 0x0c, 0x00),
    Fault::DoesAndRefuses(4, 0x08, 0x03),
    Fault::Deferred(3, 0x0c, 0x00),
    Fault::Lost,
    Fault::AnswerLost,
    Fault::Timeout,
    Fault::Busy,
    Fault::Unplugged,
    Fault::Os(Errno::ENOMEM),
    Fault::Short,
    Fault::Drive("kind = 'reset'"),
    Fault::Drive("kind = 'power_loss'"),
    Fault::Drive("kind = 'tray'"),
    Fault::Drive("kind = 'host_error'\ndone = true"),
    Fault::Drive("kind = 'timeout'\ndone = true"),
];

/// The drive.
pub struct Faulty {
    inner: SimDrive,
    /// What happens, and the command it happens at, from 1.
    faults: Vec<(u64, Fault)>,
    /// Commands so far.
    count: Arc<AtomicU64>,
}

impl Faulty {
    /// A drive, and what happens to it at which command. The drive's own faults it sees to itself.
    pub fn new(inner: SimDrive, faults: Vec<(u64, Fault)>) -> Faulty {
        Faulty { inner, faults, count: Arc::default() }
    }

    /// Where it counts the commands that come.
    pub fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.count)
    }

    fn does(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        self.inner.execute(cdb, data, timeout)
    }

    /// What happens at this command.
    fn fault(&self, number: u64) -> Option<Fault> {
        let is_due = |(at, fault): &&(u64, Fault)| {
            number == *at || number > *at && *fault == Fault::Unplugged
        };
        // Who is unplugged stays away, whatever else is due.
        let due = || self.faults.iter().filter(is_due).map(|(_, fault)| *fault);
        due().find(|fault| *fault == Fault::Unplugged).or_else(|| due().next())
    }
}

fn lost(room: usize, host: u16) -> Answer {
    Answer { host, resid: i32::try_from(room).unwrap_or(i32::MAX), ..Answer::default() }
}

fn refusal(room: usize, (key, asc, ascq): (u8, u8, u8), deferred: bool) -> Answer {
    let mut sense = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
    if deferred {
        sense[0] |= 1;
    }
    Answer { status: 2, driver: 8, sense, ..lost(room, 0) }
}

impl Transport for Faulty {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let room = data.len();
        let Some(fault) = self.fault(number) else { return self.does(cdb, data, timeout) };
        match fault {
            Fault::Refuses(key, asc, ascq) => Ok(refusal(room, (key, asc, ascq), false)),
            Fault::Deferred(key, asc, ascq) => Ok(refusal(room, (key, asc, ascq), true)),
            Fault::DoesAndRefuses(key, asc, ascq) => {
                self.does(cdb, data, timeout)?;
                Ok(refusal(room, (key, asc, ascq), false))
            }
            Fault::Lost => Ok(lost(room, 7)),
            Fault::AnswerLost => {
                self.does(cdb, data, timeout)?;
                Ok(lost(room, 7))
            }
            Fault::Timeout => {
                self.inner.wait(timeout);
                Ok(lost(room, 3))
            }
            Fault::Busy => Ok(Answer { status: 8, ..lost(room, 0) }),
            Fault::Unplugged => Err(Errno::ENODEV),
            Fault::Os(errno) => Err(errno),
            Fault::Drive(_) | Fault::Unwritable(_) => self.does(cdb, data, timeout),
            Fault::Short => match data {
                Data::Out(_) => Ok(lost(room / 2, 0)),
                data => {
                    let answer = self.does(cdb, data, timeout)?;
                    let half = i32::try_from(room / 2).unwrap_or(i32::MAX);
                    Ok(Answer { resid: answer.resid.max(half), ..answer })
                }
            },
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
