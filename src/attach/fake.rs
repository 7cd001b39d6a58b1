//! A small CD-ROM drive for this module's tests, with vendor-specific commands that bring about
//! what a drive does not do on demand. Test code only.

use std::time::Duration;

use crate::transport::{Answer, Cdb, Data, Errno, Sense, SenseKey, Transport};

/// Sectors of the disc.
pub(super) const SECTORS: u32 = 600;

/// What every command takes.
const DURATION: Duration = Duration::from_millis(3);

/// First byte of every 2048-byte sector `lba`, and every byte after it.
pub(super) fn byte_of(lba: u32) -> u8 {
    (lba * 7 + 3) as u8
}

/// The drive.
#[derive(Default)]
pub(super) struct Fake {
    /// What the last command with data to the drive brought.
    pub(super) written: Vec<u8>,
}

impl Fake {
    fn answer(&mut self, cdb: &[u8], data: Data<'_>) -> Result<Answer, Errno> {
        let mut good = Answer { duration: DURATION, ..Answer::default() };
        let lba = || u32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
        match cdb[0] {
            0x00 | 0x1b | 0x1e => fill(data, &[]),
            // INQUIRY: CD/DVD device, removable, additional length 31.
            0x12 => fill(data, b"\x05\x80\x06\x02\x1f\0\0\0OXIDISC Fake drive      0001"),
            // READ CAPACITY: last LBA, 2048 bytes a block.
            0x25 => {
                let [a, b, c, d] = (SECTORS - 1).to_be_bytes();
                fill(data, &[a, b, c, d, 0, 0, 8, 0])
            }
            // READ TOC: one data track at LBA 0, lead-out.
            0x43 => {
                let [a, b, c, d] = SECTORS.to_be_bytes();
                let head = [0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0];
                fill(data, &[&head[..], &[0, 0x14, 0xaa, 0, a, b, c, d]].concat())
            }
            0x28 if lba() >= SECTORS => Ok(check(SenseKey::IllegalRequest, 0x21, data.len())),
            0x28 => {
                let count = u32::from(u16::from_be_bytes([cdb[7], cdb[8]]));
                let sectors = lba()..lba() + count;
                let bytes: Vec<u8> = sectors.flat_map(|lba| [byte_of(lba); 2048]).collect();
                fill(data, &bytes)
            }
            // Vendor specific: host status, driver status and residual as bytes 1, 2 and 3 say.
            0xc0 => {
                good.host = cdb[1].into();
                good.driver = cdb[2].into();
                good.resid = cdb[3].into();
                if let Data::In(buffer) = data {
                    buffer.fill(0xdd);
                }
                Ok(good)
            }
            // Vendor specific: the call fails with the errno in byte 1.
            0xc1 => Err(Errno::from_raw(cdb[1].into())),
            // Vendor specific: takes data.
            0xc2 => {
                if let Data::Out(bytes) = data {
                    self.written = bytes.to_vec();
                }
                Ok(good)
            }
            // Vendor specific: returns what C2h brought.
            0xc3 => fill(data, &self.written.clone()),
            0xc4 => panic!("a defect in the drive"),
            _ => Ok(check(SenseKey::IllegalRequest, 0x20, data.len())),
        }
    }
}

/// GOOD, with as much of `bytes` as was asked for.
fn fill(data: Data<'_>, bytes: &[u8]) -> Result<Answer, Errno> {
    let mut good = Answer { duration: DURATION, ..Answer::default() };
    if let Data::In(buffer) = data {
        let len = buffer.len().min(bytes.len());
        buffer[..len].copy_from_slice(&bytes[..len]);
        good.resid = (buffer.len() - len) as i32;
    }
    Ok(good)
}

fn check(key: SenseKey, asc: u8, asked: usize) -> Answer {
    let sense = Sense::fixed(key, asc, 0);
    Answer { status: 2, host: 0, driver: 8, resid: asked as i32, sense, duration: DURATION }
}

impl Transport for Fake {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        self.answer(cdb.bytes(), data)
    }

    fn max_transfer(&self) -> usize {
        1 << 20
    }

    fn wait(&mut self, _: Duration) {}
}
