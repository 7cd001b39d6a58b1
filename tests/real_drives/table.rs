//! A drive that answers from a table: the same question gets the same answer, as often as it is
//! asked, however many bytes are asked for; what is not in the table is refused with 5/20/00.

use std::collections::BTreeMap;
use std::time::Duration;

use oxidisc::mmc::Drive;
use oxidisc::transport::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// Questions and answers.
#[derive(Clone, Debug, Default)]
pub struct Table {
    answers: BTreeMap<Vec<u8>, Reply>,
    once: BTreeMap<Vec<u8>, Reply>,
}

#[derive(Clone, Debug)]
enum Reply {
    Data(Vec<u8>),
    Sense(Vec<u8>),
    Lost,
}

/// What makes two questions the same: the bytes of a CDB that say what is asked, not how much.
fn question(cdb: &[u8]) -> Vec<u8> {
    match cdb[0] {
        // READ TRACK INFORMATION: kind of address, and address.
        0x52 => vec![0x52, cdb[1] & 0x03, cdb[2], cdb[3], cdb[4], cdb[5]],
        // READ DISC INFORMATION: DATA TYPE.
        0x51 => vec![0x51, cdb[1] & 0x07],
        // READ TOC/PMA/ATIP: FORMAT.
        0x43 => vec![0x43, cdb[2] & 0x0f],
        // MODE SENSE (10): PAGE CODE.
        0x5a => vec![0x5a, cdb[2] & 0x3f],
        // READ DISC STRUCTURE: MEDIA TYPE, LAYER NUMBER, FORMAT CODE.
        0xad => vec![0xad, cdb[1] & 0x0f, cdb[6], cdb[7]],
        // GET PERFORMANCE: WRITE, TYPE.
        0xac => vec![0xac, cdb[1] & 0x04, cdb[10]],
        // INQUIRY: EVPD, PAGE CODE.
        0x12 => vec![0x12, cdb[1] & 0x01, cdb[2]],
        opcode => vec![opcode],
    }
}

impl Table {
    /// A drive that is ready and answers nothing else.
    pub fn ready() -> Table {
        let mut table = Table::default();
        table.put(&[0, 0, 0, 0, 0, 0], &[]);
        table
    }

    /// What is answered to a command.
    pub fn put(&mut self, cdb: &[u8], data: &[u8]) {
        self.answers.insert(question(cdb), Reply::Data(data.to_vec()));
    }

    /// That a command is refused with these bytes.
    pub fn refuse(&mut self, cdb: &[u8], sense: &[u8]) {
        self.answers.insert(question(cdb), Reply::Sense(sense.to_vec()));
    }

    /// That a command is refused with these bytes the first time.
    pub fn refuse_once(&mut self, cdb: &[u8], sense: &[u8]) {
        self.once.insert(question(cdb), Reply::Sense(sense.to_vec()));
    }

    /// That a command is lost on the way.
    pub fn lose(&mut self, cdb: &[u8]) {
        self.answers.insert(question(cdb), Reply::Lost);
    }

    /// The answer's bytes, to look at.
    pub fn bytes(&self, cdb: &[u8]) -> Option<&[u8]> {
        match self.answers.get(&question(cdb)) {
            Some(Reply::Data(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// A drive that answers so.
    pub fn drive(&self) -> Drive {
        Drive::new(Box::new(self.clone()))
    }
}

impl Transport for Table {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        let asked = data.len();
        let unknown = Reply::Sense(Sense::fixed(SenseKey::IllegalRequest, 0x20, 0x00));
        let question = question(cdb.bytes());
        let once = self.once.remove(&question);
        let reply = once.as_ref().or(self.answers.get(&question)).unwrap_or(&unknown);
        match (reply, data) {
            // DID_TIME_OUT.
            (Reply::Lost, _) => {
                let resid = i32::try_from(asked).expect("small");
                Ok(Answer { host: 0x03, resid, ..Answer::default() })
            }
            (Reply::Sense(sense), _) => Ok(Answer {
                status: 0x02,
                resid: i32::try_from(asked).expect("small"),
                sense: sense.clone(),
                ..Answer::default()
            }),
            (Reply::Data(bytes), Data::In(buffer)) => {
                let moved = bytes.len().min(buffer.len());
                buffer[..moved].copy_from_slice(&bytes[..moved]);
                let resid = i32::try_from(asked - moved).expect("small");
                Ok(Answer { resid, ..Answer::default() })
            }
            (Reply::Data(_), _) => Ok(Answer::default()),
        }
    }

    fn max_transfer(&self) -> usize {
        65_536
    }

    fn wait(&mut self, _: Duration) {}
}
