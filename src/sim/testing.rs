//! A simulated drive on the bench, for this module's own tests: an image of so many sectors, and
//! commands as bytes.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

use super::{SimDrive, open};
use crate::transport::{Answer, Cdb, Data, Errno, Transport};

/// A drive with a disc whose sector n begins with n in four bytes, least significant first.
pub struct Bench {
    /// The drive.
    pub drive: SimDrive,
    _image: Option<NamedTempFile>,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The bytes that moved.
    pub data: Vec<u8>,
    /// Key, code and qualifier, if the drive had something to say.
    pub sense: Option<(u8, u8, u8)>,
    /// INFORMATION, where it is valid.
    pub lba: Option<u32>,
}

/// Sectors that carry their number; the rest of a large image is left as holes.
const NUMBERED: u32 = 512;

/// What libburn allows for a format that answers only when it is done.
const PATIENCE: Duration = Duration::from_secs(18_000);

impl Bench {
    /// A drive that was just switched on.
    pub fn cold(blocks: u32, query: &str) -> Bench {
        let mut image = Builder::new().suffix(".iso").tempfile().expect("temporary file");
        image.as_file().set_len(u64::from(blocks) * 2048).expect("sized");
        for number in (0..blocks.min(NUMBERED)).chain(blocks.saturating_sub(64)..blocks) {
            image.seek(SeekFrom::Start(u64::from(number) * 2048)).expect("sought");
            image.write_all(&number.to_le_bytes()).expect("written");
        }
        let spec = format!("sim:{}?{query}", image.path().display());
        Bench { drive: open(&spec).expect("good spec"), _image: Some(image) }
    }

    /// A drive of this spec, ready.
    pub fn of(spec: &str) -> Bench {
        let mut bench = Bench { drive: open(spec).expect("good spec"), _image: None };
        bench.settle();
        bench
    }

    /// A drive that is ready, its unit attentions told.
    pub fn ready(blocks: u32, query: &str) -> Bench {
        let mut bench = Bench::cold(blocks, query);
        bench.settle();
        bench
    }

    /// Waits until TEST UNIT READY is good, or says 3A or 30.
    pub fn settle(&mut self) {
        for _ in 0..4000 {
            match self.ask(&[0, 0, 0, 0, 0, 0], 0).sense {
                None | Some((_, 0x3a | 0x30, _)) => return,
                _ => self.drive.wait(Duration::from_millis(250)),
            }
        }
        panic!("the drive never became ready");
    }

    /// A command with a data phase from the drive.
    pub fn ask(&mut self, cdb: &[u8], room: usize) -> Reply {
        let mut buffer = vec![0; room];
        let data = if room == 0 { Data::None } else { Data::In(&mut buffer) };
        let answer = self.run(cdb, data).expect("taken");
        assert_eq!(answer.host, 0, "{cdb:02x?}");
        buffer.truncate(room - answer.resid as usize);
        reply(buffer, &answer)
    }

    /// The data of a command that succeeds.
    pub fn get(&mut self, cdb: &[u8], room: usize) -> Vec<u8> {
        let reply = self.ask(cdb, room);
        assert_eq!(reply.sense, None, "{cdb:02x?}");
        reply.data
    }

    /// What a command is refused with.
    pub fn no(&mut self, cdb: &[u8]) -> (u8, u8, u8) {
        self.ask(cdb, 4096).sense.expect("refused")
    }

    /// A command with a data phase to the drive.
    pub fn send(&mut self, cdb: &[u8], list: &[u8]) -> Option<(u8, u8, u8)> {
        let answer = self.run(cdb, Data::Out(list)).expect("taken");
        reply(Vec::new(), &answer).sense
    }

    /// A command as it is, from a host that waits for the longest of them.
    pub fn run(&mut self, cdb: &[u8], data: Data<'_>) -> Result<Answer, Errno> {
        self.drive.execute(&Cdb::new(cdb), data, PATIENCE)
    }
}

fn reply(data: Vec<u8>, answer: &Answer) -> Reply {
    let raw = &answer.sense;
    let sense = (!raw.is_empty()).then(|| (raw[2] & 0x0f, raw[12], raw[13]));
    assert_eq!(sense.is_some(), answer.status == 2);
    let lba = raw.first().is_some_and(|first| first & 0x80 != 0);
    let lba = lba.then(|| u32::from_be_bytes([raw[3], raw[4], raw[5], raw[6]]));
    Reply { data, sense, lba }
}

/// Bytes from their hex.
pub fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|b| u8::from_str_radix(b, 16).expect("hex")).collect()
}
