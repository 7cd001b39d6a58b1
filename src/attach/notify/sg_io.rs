//! `ioctl(SG_IO)` as the kernel's `sr` driver answers it: `struct sg_io_hdr` (`scsi/sg.h`,
//! interface version 3) from the program's memory to the transport and back. What the kernel checks
//! before it passes a command on (`drivers/scsi/scsi_ioctl.c`, sg_io) is checked here in the same
//! order.

use std::time::Duration;

use nix::errno::Errno;

use super::memory::Memory;
use crate::transport::{Answer, Cdb, Data, Transport};

/// Size of `struct sg_io_hdr` where pointers have 64 bits.
const HEADER: usize = 88;
/// `SG_DXFER_TO_DEV`, `_FROM_DEV`, `_TO_FROM_DEV`.
const TO_DEVICE: i32 = -2;
const FROM_DEVICE: i32 = -3;
const TO_FROM_DEVICE: i32 = -4;
/// `BLK_DEFAULT_SG_TIMEOUT`: what a timeout of 0 means.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(60);
/// `BLK_MIN_SG_TIMEOUT`: the kernel waits no less.
const TIMEOUT_MIN: Duration = Duration::from_secs(7);
/// `UIO_MAXIOV`.
const IOVECS_MAX: usize = 1024;
/// `SG_INFO_CHECK`: something is not as it should be.
const INFO_CHECK: u32 = 1;

/// The header, read-only part.
struct Header {
    direction: i32,
    cdb_len: u8,
    sense_max: u8,
    iovecs: u16,
    len: usize,
    data: u64,
    cdb: u64,
    sense: u64,
    timeout: Duration,
}

/// A piece of the program's buffer.
struct Piece {
    address: u64,
    len: usize,
}

/// Answers one `SG_IO` whose argument is at `address`. `buffer` is for the data, kept from command
/// to command, since the kernel takes long to find new memory.
///
/// # Errors
/// The errno the ioctl fails with.
pub(super) fn answer(
    transport: &mut dyn Transport,
    memory: Memory,
    address: u64,
    waits: &dyn Fn() -> bool,
    buffer: &mut Vec<u8>,
) -> Result<i64, Errno> {
    let raw: [u8; HEADER] = memory.read_array(address)?;
    let header = Header::read(&raw)?;
    if header.len > transport.max_transfer() {
        return Err(Errno::EIO);
    }
    if header.cdb_len == 0 || header.cdb_len > 16 {
        return Err(Errno::EINVAL);
    }
    let mut cdb = [0; 16];
    let cdb = &mut cdb[..usize::from(header.cdb_len)];
    memory.read(header.cdb, cdb)?;
    let pieces = header.pieces(memory)?;
    buffer.clear();
    buffer.resize(pieces.iter().map(|piece| piece.len).sum(), 0);
    if header.direction == TO_DEVICE {
        gather(memory, &pieces, buffer)?;
    }
    let data = match header.direction {
        _ if buffer.is_empty() => Data::None,
        TO_DEVICE => Data::Out(buffer),
        _ => Data::In(buffer),
    };
    // All that was read must be of the process that asked.
    if !waits() {
        return Err(Errno::ESRCH);
    }
    let answer = transport.execute(&Cdb::new(cdb), data, header.timeout)?;
    if !waits() {
        return Err(Errno::ESRCH);
    }
    if header.direction != TO_DEVICE {
        let missing = usize::try_from(answer.resid).unwrap_or(0);
        let came = buffer.len().saturating_sub(missing);
        scatter(memory, &pieces, &buffer[..came])?;
    }
    let sense_len = answer.sense.len().min(usize::from(header.sense_max));
    let sense_len = if header.sense == 0 { 0 } else { sense_len };
    memory.write(header.sense, &answer.sense[..sense_len])?;
    memory.write(address + 64, &results(&answer, sense_len as u8))?;
    Ok(0)
}

impl Header {
    fn read(raw: &[u8; HEADER]) -> Result<Header, Errno> {
        let word = |at: usize| u32::from_ne_bytes([raw[at], raw[at + 1], raw[at + 2], raw[at + 3]]);
        let pointer = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&raw[at..at + 8]);
            u64::from_ne_bytes(bytes)
        };
        if word(0) != u32::from(b'S') {
            return Err(Errno::EINVAL);
        }
        let direction = word(4) as i32;
        let len = word(12) as usize;
        if len > 0 && !matches!(direction, TO_DEVICE | FROM_DEVICE | TO_FROM_DEVICE) {
            return Err(Errno::EINVAL);
        }
        let timeout = match word(40) {
            0 => TIMEOUT_DEFAULT,
            ms => Duration::from_millis(ms.into()).max(TIMEOUT_MIN),
        };
        Ok(Header {
            direction,
            cdb_len: raw[8],
            sense_max: raw[9],
            iovecs: u16::from_ne_bytes([raw[10], raw[11]]),
            len,
            data: pointer(16),
            cdb: pointer(24),
            sense: pointer(32),
            timeout,
        })
    }

    /// Where the data is: one buffer, or a list of them cut to the length that was asked for.
    fn pieces(&self, memory: Memory) -> Result<Vec<Piece>, Errno> {
        if self.iovecs == 0 {
            return Ok(vec![Piece { address: self.data, len: self.len }]);
        }
        let count = usize::from(self.iovecs);
        if count > IOVECS_MAX {
            return Err(Errno::EINVAL);
        }
        let mut raw = vec![0; count * 16];
        memory.read(self.data, &mut raw)?;
        let mut left = self.len;
        let mut pieces = Vec::with_capacity(count);
        let number =
            |bytes: &[u8]| bytes.try_into().map(u64::from_ne_bytes).map_err(|_| Errno::EFAULT);
        for entry in raw.chunks_exact(16) {
            let len = usize::try_from(number(&entry[8..])?).unwrap_or(usize::MAX).min(left);
            pieces.push(Piece { address: number(&entry[..8])?, len });
            left -= len;
        }
        Ok(pieces)
    }
}

fn gather(memory: Memory, pieces: &[Piece], mut buffer: &mut [u8]) -> Result<(), Errno> {
    for piece in pieces {
        let (head, rest) = buffer.split_at_mut(piece.len);
        memory.read(piece.address, head)?;
        buffer = rest;
    }
    Ok(())
}

fn scatter(memory: Memory, pieces: &[Piece], mut bytes: &[u8]) -> Result<(), Errno> {
    for piece in pieces {
        let (head, rest) = bytes.split_at(piece.len.min(bytes.len()));
        memory.write(piece.address, head)?;
        bytes = rest;
    }
    Ok(())
}

/// Bytes 64 to 84 of the header: what came of the command.
fn results(answer: &Answer, sense_len: u8) -> [u8; 20] {
    // `sg_status_byte`: the status without its vendor bits, as old programs look at it.
    let masked = (answer.status >> 1) & 0x1f;
    let wrong = masked != 0 || answer.host != 0 || answer.driver != 0;
    let ms = (answer.duration + Duration::from_micros(500)).as_millis();
    let mut bytes = [0; 20];
    bytes[0] = answer.status;
    bytes[1] = masked;
    bytes[3] = sense_len;
    bytes[4..6].copy_from_slice(&answer.host.to_ne_bytes());
    bytes[6..8].copy_from_slice(&answer.driver.to_ne_bytes());
    bytes[8..12].copy_from_slice(&answer.resid.to_ne_bytes());
    bytes[12..16].copy_from_slice(&u32::try_from(ms).unwrap_or(u32::MAX).to_ne_bytes());
    bytes[16..20].copy_from_slice(&if wrong { INFO_CHECK } else { 0 }.to_ne_bytes());
    bytes
}
