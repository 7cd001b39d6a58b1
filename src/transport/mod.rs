//! Carries a command descriptor block to a drive and brings back what came of it. Knows no command
//! by meaning. `Err` means the command was not handed over; everything else, a refusal by the
//! drive or a death on the way included, is an [`Answer`], which only [`verdict::judge`] may read
//! as success or failure.

mod claim;
pub mod holders;
pub mod kernel_filter;
mod node;
pub mod open_error;
pub mod record;
pub mod recording;
mod redact;
pub mod replay;
pub mod scan;
pub mod sense;
pub mod sense_input;
mod sense_names;
pub mod sgio;
pub mod sysfs;
pub mod verdict;

use std::fmt;
use std::io;
use std::time::Duration;

pub use claim::Access;
pub use nix::errno::Errno;
pub use open_error::OpenError;
pub use sense::{Sense, SenseKey};
pub use verdict::{Completion, Status, TransportError};

/// A command descriptor block of 6, 10, 12 or 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cdb {
    bytes: [u8; 16],
    len: u8,
}

impl Cdb {
    /// Takes the bytes of a command. At most 16: more is a mistake of the caller's.
    pub fn new(command: &[u8]) -> Cdb {
        assert!((1..=16).contains(&command.len()), "a CDB has 1 to 16 bytes");
        let mut bytes = [0; 16];
        bytes[..command.len()].copy_from_slice(command);
        Cdb { bytes, len: command.len() as u8 }
    }

    /// The bytes as they go to the drive.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// How long the commands of an operation code are (SPC-4 4.3.4); `None` where the code does not
    /// say: 60h to 7Fh, and C0h and above, which are the maker's own.
    pub fn standard_len(opcode: u8) -> Option<usize> {
        match opcode >> 5 {
            0 => Some(6),
            1 | 2 => Some(10),
            4 => Some(16),
            5 => Some(12),
            _ => None,
        }
    }

    /// OPERATION CODE: the first byte.
    pub fn opcode(&self) -> u8 {
        self.bytes[0]
    }
}

impl fmt::Display for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.bytes().iter().enumerate() {
            write!(f, "{}{byte:02x}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cdb({self})")
    }
}

/// The data phase of a command.
#[derive(Debug)]
pub enum Data<'a> {
    /// The command has none.
    None,
    /// From the drive. The buffer's length is what the drive may send at most.
    In(&'a mut [u8]),
    /// To the drive.
    Out(&'a [u8]),
}

impl Data<'_> {
    /// Bytes the data phase may move at most.
    pub fn len(&self) -> usize {
        match self {
            Data::None => 0,
            Data::In(buffer) => buffer.len(),
            Data::Out(bytes) => bytes.len(),
        }
    }

    /// The same data phase once more, for whoever sends a command on.
    pub fn reborrow(&mut self) -> Data<'_> {
        match self {
            Data::None => Data::None,
            Data::In(buffer) => Data::In(buffer),
            Data::Out(bytes) => Data::Out(bytes),
        }
    }

    /// Whether the command moves no data.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All that a transport reports of one command, unjudged. The fields are those of Linux'
/// `sg_io_hdr`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// SCSI status byte: 00h GOOD, 02h CHECK CONDITION, …
    pub status: u8,
    /// What the host adapter says (`DID_*`): not 0 when the command did not run its course.
    pub host: u16,
    /// What the kernel's SCSI layer says (`DRIVER_*`): 08h only says that sense is present.
    pub driver: u16,
    /// Bytes asked for and not transferred.
    pub resid: i32,
    /// Sense data as it came; empty if none.
    pub sense: Vec<u8>,
    /// How long the command took.
    pub duration: Duration,
}

/// What the operating system said, in the style of our own messages: `no space left on device`.
pub fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => Errno::from_raw(code).desc().to_lowercase(),
        None => error.to_string(),
    }
}

/// Something that can run commands on one drive.
pub trait Transport: Send {
    /// Runs one command to its end.
    ///
    /// # Errors
    /// The operating system refused to take the command or lost the device: nothing is known of
    /// the drive then.
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno>;

    /// The most bytes that one command may move.
    fn max_transfer(&self) -> usize;

    /// Lets time pass for the drive: a real one sleeps, a simulated one turns its clock on.
    fn wait(&mut self, time: Duration);

    /// Says that so much time went by outside since the last command. Only a drive whose clock does
    /// not follow the wall clock needs to be told; whoever sends it another program's commands
    /// does, since that program waits by sleeping.
    fn idle(&mut self, outside: Duration) {
        let _ = outside;
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        (**self).execute(cdb, data, timeout)
    }

    fn max_transfer(&self) -> usize {
        (**self).max_transfer()
    }

    fn wait(&mut self, time: Duration) {
        (**self).wait(time);
    }

    fn idle(&mut self, outside: Duration) {
        (**self).idle(outside);
    }
}
