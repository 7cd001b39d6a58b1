//! Serves a ring: takes commands out of it, has the transport run them where their data lies, and
//! says in the kernel's words what came of them. Makes and removes nothing.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::direction;
use super::map::Map;
use super::ring::{Command, Outcome, Ring, RingError};
use crate::attach::waited::Waited;
use crate::transport::{Answer, Cdb, Data, Sense, SenseKey, Transport};

/// How often a flag that nobody can wake us for is looked at.
const GLANCE_MS: u16 = 100;
/// The same where somebody waits for the flag.
const BRIEF_GLANCE_MS: u16 = 5;
/// The kernel tells nobody how long the program was ready to wait, and aborts by itself.
const TIMEOUT: Duration = Duration::from_secs(86_400);

/// SCSI status bytes (SAM-5 5.3.1).
const GOOD: u8 = 0x00;
const CHECK_CONDITION: u8 = 0x02;
const BUSY: u8 = 0x08;
const TASK_ABORTED: u8 = 0x40;

// `DID_*` (linux: scsi/scsi_status.h).
const NO_CONNECT: u16 = 0x01;
const BUS_BUSY: u16 = 0x02;
const TIME_OUT: u16 = 0x03;
const RESET: u16 = 0x08;
const IMMEDIATE_RETRY: u16 = 0x0c;
const REQUEUE: u16 = 0x0d;
/// The kernel's summary of sense data.
const FROM_SENSE: std::ops::RangeInclusive<u16> = 0x10..=0x13;
/// `DRIVER_TIMEOUT`.
const DRIVER_TIMEOUT: u16 = 0x06;

/// A ring and the device that tells of news in it.
pub(super) struct Channel {
    device: File,
    ring: Ring,
}

/// Why a channel cannot be had.
#[derive(Debug)]
pub(super) enum OpenError {
    Io(io::Error),
    Ring(RingError),
}

/// What the drive makes of the commands that wait.
pub(super) trait Answers {
    /// Runs one.
    fn answer(&mut self, ring: &mut Ring, command: &Command) -> Verdict;
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The kernel can be told.
    Done(Outcome),
    /// The drive does not answer: the kernel will lose patience.
    Silence,
    /// The drive is not there any more.
    Gone,
}

/// How far a look into the ring got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing waits.
    Idle,
    /// The drive hangs in the command of that number.
    Hung(u16),
    /// The drive is gone.
    Gone,
}

impl Channel {
    /// Opens and maps a UIO device.
    pub(super) fn open(path: &Path, size: usize) -> Result<Channel, OpenError> {
        let device = File::options().read(true).write(true).open(path).map_err(OpenError::Io)?;
        let map = Map::of(&device, size).map_err(|errno| OpenError::Io(errno.into()))?;
        Ok(Channel { device, ring: Ring::new(map).map_err(OpenError::Ring)? })
    }

    /// Answers everything that waits.
    pub(super) fn work(
        &mut self,
        drive: &mut dyn Answers,
        hung: Option<u16>,
    ) -> Result<Progress, RingError> {
        let mut hung = hung;
        let progress = loop {
            let Some(command) = self.ring.next()? else { break Progress::Idle };
            let outcome = if hung.take() == Some(command.id) {
                if !self.ring.is_aborted(command.id)? {
                    break Progress::Hung(command.id);
                }
                Outcome { status: TASK_ABORTED, sense: Vec::new(), read_len: None }
            } else {
                match drive.answer(&mut self.ring, &command) {
                    Verdict::Done(outcome) => outcome,
                    Verdict::Silence => {
                        hung = Some(command.id);
                        continue;
                    }
                    Verdict::Gone => break Progress::Gone,
                }
            };
            self.ring.answer(&command, &outcome);
            self.tell();
        };
        Ok(progress)
    }

    /// Tells the kernel that there are answers. It copies the data out within this call, while a
    /// program that reads ahead can already send its next command.
    fn tell(&mut self) {
        // Fails only where the device is gone, and then nobody waits.
        let _ = self.device.write(&1u32.to_ne_bytes());
    }

    /// Waits for news, or until it is time to look at a flag.
    pub(super) fn wait(&mut self) {
        self.wait_for(GLANCE_MS);
    }

    /// The same, looking more often.
    pub(super) fn wait_briefly(&mut self) {
        self.wait_for(BRIEF_GLANCE_MS);
    }

    fn wait_for(&mut self, ms: u16) {
        let mut fds = [PollFd::new(self.device.as_fd(), PollFlags::POLLIN)];
        let news = poll(&mut fds, PollTimeout::from(ms)).is_ok_and(|count| count > 0);
        let readable = fds[0].revents().is_some_and(|events| events.contains(PollFlags::POLLIN));
        if news && readable {
            // The count of events: read to have the next one reported.
            let _ = self.device.read(&mut [0; 4]);
        }
    }
}

/// A transport that answers.
pub(super) struct Drive {
    transport: Waited,
    bounce: Vec<u8>,
}

impl Drive {
    pub(super) fn new(transport: Box<dyn Transport>) -> Drive {
        Drive { transport: Waited::new(transport), bounce: Vec::new() }
    }

    /// Runs the command on memory of our own, since its data lies in several places.
    fn scattered(&mut self, ring: &mut Ring, command: &Command, cdb: &Cdb, out: bool) -> Run {
        self.bounce.clear();
        if out {
            for piece in &command.pieces {
                self.bounce.extend_from_slice(ring.data(*piece));
            }
            return self.transport.execute(cdb, Data::Out(&self.bounce), TIMEOUT);
        }
        self.bounce.resize(command.data_len(), 0);
        let run = self.transport.execute(cdb, Data::In(&mut self.bounce), TIMEOUT);
        let mut rest = &self.bounce[..];
        for piece in &command.pieces {
            let (head, tail) = rest.split_at(piece.len);
            ring.data_mut(*piece).copy_from_slice(head);
            rest = tail;
        }
        run
    }
}

type Run = Result<Answer, Errno>;

impl Answers for Drive {
    fn answer(&mut self, ring: &mut Ring, command: &Command) -> Verdict {
        let cdb = Cdb::new(command.cdb());
        let out = direction::is_to_drive(command.cdb());
        let asked = command.data_len();
        let run = match command.pieces[..] {
            _ if asked == 0 => self.transport.execute(&cdb, Data::None, TIMEOUT),
            [piece] if out => self.transport.execute(&cdb, Data::Out(ring.data(piece)), TIMEOUT),
            [piece] => self.transport.execute(&cdb, Data::In(ring.data_mut(piece)), TIMEOUT),
            _ => self.scattered(ring, command, &cdb, out),
        };
        verdict(run, (!out && asked > 0).then_some(asked))
    }
}

/// A drive that is being taken away: it refuses all.
pub(super) struct Leaving;

impl Answers for Leaving {
    fn answer(&mut self, _: &mut Ring, _: &Command) -> Verdict {
        // 25h/00h: logical unit not supported.
        Verdict::Done(failed(SenseKey::IllegalRequest, 0x25, 0x00))
    }
}

/// What the kernel can be told of an answer. A ring entry has room for status and sense only; what
/// a host adapter would say is said in the nearest words the SCSI layer has. `reads` is how many
/// bytes the drive could send.
fn verdict(run: Run, reads: Option<usize>) -> Verdict {
    let answer = match run {
        Ok(answer) => answer,
        Err(Errno::ENODEV | Errno::ENXIO) => return Verdict::Gone,
        // The command never got there.
        Err(_) => return Verdict::Done(failed(SenseKey::AbortedCommand, 0x08, 0x00)),
    };
    let summary = FROM_SENSE.contains(&answer.host) && !answer.sense.is_empty();
    match answer.host {
        0 => {}
        _ if summary => {}
        NO_CONNECT => return Verdict::Gone,
        TIME_OUT => return Verdict::Silence,
        BUS_BUSY | IMMEDIATE_RETRY | REQUEUE => {
            return Verdict::Done(Outcome { status: BUSY, sense: Vec::new(), read_len: None });
        }
        // 29h/02h: SCSI bus reset occurred.
        RESET => return Verdict::Done(failed(SenseKey::UnitAttention, 0x29, 0x02)),
        // 08h/00h: logical unit communication failure.
        _ => return Verdict::Done(failed(SenseKey::AbortedCommand, 0x08, 0x00)),
    }
    match answer.driver & 0x0f {
        DRIVER_TIMEOUT => return Verdict::Silence,
        // With a status of GOOD the sense would not be looked at.
        0x08 if answer.status == GOOD && is_refusal(&answer.sense) => {
            let Answer { sense, .. } = answer;
            return Verdict::Done(Outcome { status: CHECK_CONDITION, sense, read_len: Some(0) });
        }
        _ => {}
    }
    let missing = usize::try_from(answer.resid).unwrap_or(0);
    let read_len = reads.map(|asked| asked.saturating_sub(missing).min(u32::MAX as usize) as u32);
    Verdict::Done(Outcome { status: answer.status, sense: answer.sense, read_len })
}

fn is_refusal(sense: &[u8]) -> bool {
    Sense::parse(sense)
        .is_some_and(|sense| !matches!(sense.key, SenseKey::NoSense | SenseKey::Recovered))
}

/// Nothing came of the command.
fn failed(key: SenseKey, asc: u8, ascq: u8) -> Outcome {
    let sense = Sense::fixed(key, asc, ascq);
    Outcome { status: CHECK_CONDITION, sense, read_len: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: Answer, reads: Option<usize>) -> Verdict {
        verdict(Ok(answer), reads)
    }

    fn done(status: u8, sense: &[u8], read_len: Option<u32>) -> Verdict {
        Verdict::Done(Outcome { status, sense: sense.to_vec(), read_len })
    }

    #[test]
    fn status_sense_and_length_are_told_as_they_are() {
        let short = Answer { resid: 48, ..Answer::default() };
        assert_eq!(told(short.clone(), Some(2048)), done(0, &[], Some(2000)));
        assert_eq!(told(short, None), done(0, &[], None));
        let sense = [0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];
        let check = Answer {
            status: 2,
            driver: 8,
            resid: 2048,
            sense: sense.to_vec(),
            ..Answer::default()
        };
        assert_eq!(told(check.clone(), Some(2048)), done(2, &sense, Some(0)));
        // DID_TARGET_FAILURE only sums up the sense.
        assert_eq!(told(Answer { host: 0x10, ..check }, Some(2048)), done(2, &sense, Some(0)));
        let busy = Answer { status: 8, ..Answer::default() };
        assert_eq!(told(busy, None), done(8, &[], None));
    }

    #[test]
    fn what_a_host_says_is_told_in_the_nearest_words() {
        let host = |host| told(Answer { host, ..Answer::default() }, Some(2048));
        assert_eq!(host(0x01), Verdict::Gone); // DID_NO_CONNECT
        assert_eq!(host(0x03), Verdict::Silence); // DID_TIME_OUT
        assert_eq!(host(0x02), done(8, &[], None)); // DID_BUS_BUSY
        let Verdict::Done(reset) = host(0x08) else { panic!("DID_RESET") };
        assert_eq!((reset.status, reset.sense[2], reset.sense[12]), (2, 6, 0x29));
        let Verdict::Done(error) = host(0x07) else { panic!("DID_ERROR") };
        assert_eq!((error.status, error.sense[2], error.sense[12]), (2, 0x0b, 0x08));
        let driver = Answer { driver: 6, ..Answer::default() };
        assert_eq!(told(driver, None), Verdict::Silence);
    }

    #[test]
    fn an_unplugged_drive_is_gone_and_another_errno_is_a_lost_command() {
        assert_eq!(verdict(Err(Errno::ENODEV), None), Verdict::Gone);
        let Verdict::Done(lost) = verdict(Err(Errno::EIO), None) else { panic!("EIO") };
        assert_eq!((lost.status, lost.sense[2]), (2, 0x0b));
    }

    #[test]
    fn a_refusal_whose_status_was_lost_is_still_one() {
        let sense = Sense::fixed(SenseKey::MediumError, 0x11, 0);
        let lost = Answer { driver: 8, sense: sense.clone(), ..Answer::default() };
        assert_eq!(told(lost, Some(2048)), done(2, &sense, Some(0)));
    }
}
