//! The command ring that the kernel shares with a TCMU handler (`linux/target_core_user.h`): which
//! commands wait, where their data is, how they are answered. Everything in it is checked before it
//! is believed. Knows neither files nor drives.
//!
//! Mailbox: u16 version, u16 flags, u32 ring offset, u32 ring size, u32 head (the kernel's), and at
//! byte 64 u32 tail (ours). Entry: u32 length with the kind in the low three bits, u16 command
//! number, u8 kernel flags, u8 our flags. All numbers are the machine's own.

use super::map::Map;

const VERSION: u16 = 2;
/// `TCMU_MAILBOX_FLAG_CAP_READ_LEN`: a shorter read can be told.
const CAN_READ_LEN: u16 = 2;
const HEAD: usize = 12;
const TAIL: usize = 64;
const KIND: u32 = 7;
const PAD: u32 = 0;
const COMMAND: u32 = 1;
const TASK_MANAGEMENT: u32 = 2;
/// `TCMU_UFLAG_UNKNOWN_OP`.
const UNKNOWN_KIND: u8 = 1;
/// `TCMU_UFLAG_READ_LEN`.
const READ_LEN: u8 = 2;
/// Length of a command's entry at least: header and answer.
const ENTRY_MIN: u32 = 112;
/// Where the list of buffers begins, 16 bytes each.
const IOVECS: usize = 48;
/// Bytes of sense data that travel (`TCMU_SENSE_BUFFERSIZE`).
pub(super) const SENSE: usize = 96;

/// The ring holds what it cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kernel's command ring makes no sense: {what} is {value}")]
pub struct RingError {
    what: &'static str,
    value: u64,
}

fn nonsense(what: &'static str, value: impl TryInto<u64>) -> RingError {
    RingError { what, value: value.try_into().unwrap_or(u64::MAX) }
}

/// A piece of the data area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) offset: usize,
    pub(super) len: usize,
}

/// A command that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    at: usize,
    len: u32,
    /// The number under which the kernel knows it.
    pub(super) id: u16,
    cdb: [u8; 16],
    cdb_len: u8,
    /// Its data, in order.
    pub(super) pieces: Vec<Piece>,
}

impl Command {
    /// The command's bytes.
    pub(super) fn cdb(&self) -> &[u8] {
        &self.cdb[..usize::from(self.cdb_len)]
    }

    /// Bytes of its data phase.
    pub(super) fn data_len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len).sum()
    }
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// SCSI status byte.
    pub(super) status: u8,
    /// Sense data; what is over [`SENSE`] bytes is cut off.
    pub(super) sense: Vec<u8>,
    /// Bytes sent by the drive, where it sends any.
    pub(super) read_len: Option<u32>,
}

/// The ring.
pub(super) struct Ring {
    map: Map,
    start: usize,
    size: u32,
    tail: u32,
    can_read_len: bool,
}

/// What stands at a place in the ring.
enum Entry {
    Other { len: u32 },
    Unknown { len: u32 },
    TaskManagement { len: u32, ids: Vec<u16> },
    Command(Command),
}

impl Ring {
    /// Reads the mailbox at the start of the map, and takes up where the last handler left off.
    pub(super) fn new(map: Map) -> Result<Ring, RingError> {
        let [a, b, c, d] = map.copy::<4>(0).ok_or(nonsense("the map's length", map.len()))?;
        let version = u16::from_ne_bytes([a, b]);
        if version != VERSION {
            return Err(nonsense("the mailbox version", version));
        }
        let flags = u16::from_ne_bytes([c, d]);
        let word = |at: usize| map.load(at).ok_or(nonsense("the map's length", map.len()));
        let (offset, size, tail) = (word(4)?, word(8)?, word(TAIL)?);
        let start = offset as usize;
        if start < TAIL + 4 || !start.is_multiple_of(8) {
            return Err(nonsense("the ring's offset", offset));
        }
        let end = start.checked_add(size as usize);
        if size == 0 || !size.is_multiple_of(8) || end.is_none_or(|end| end > map.len()) {
            return Err(nonsense("the ring's size", size));
        }
        if tail >= size || !tail.is_multiple_of(8) {
            return Err(nonsense("the ring's tail", tail));
        }
        Ok(Ring { map, start, size, tail, can_read_len: flags & CAN_READ_LEN != 0 })
    }

    /// The next command that waits; `None` if none does. The same again until it is answered.
    pub(super) fn next(&mut self) -> Result<Option<Command>, RingError> {
        let head = self.head()?;
        while self.tail != head {
            match self.entry(self.tail, head)? {
                Entry::Command(command) => return Ok(Some(command)),
                Entry::Other { len } | Entry::TaskManagement { len, .. } => self.advance(len),
                Entry::Unknown { len } => {
                    let flags = self.start + self.tail as usize + 7;
                    self.map.write(flags, &[UNKNOWN_KIND]);
                    self.advance(len);
                }
            }
        }
        Ok(None)
    }

    /// Whether the kernel has given up the command `id`: it asks for it to be ended, further on in
    /// the ring.
    pub(super) fn is_aborted(&self, id: u16) -> Result<bool, RingError> {
        let head = self.head()?;
        let mut at = self.tail;
        // Entries have at least 8 bytes: more of them than that cannot be.
        for _ in 0..self.size / 8 {
            if at == head {
                break;
            }
            let len = match self.entry(at, head)? {
                Entry::TaskManagement { ids, .. } if ids.contains(&id) => return Ok(true),
                Entry::Other { len } | Entry::Unknown { len } => len,
                Entry::TaskManagement { len, .. } => len,
                Entry::Command(command) => command.len,
            };
            at = (at + len) % self.size;
        }
        Ok(false)
    }

    /// Answers the command that [`next`](Ring::next) returned. The kernel looks at it when it is
    /// told to.
    pub(super) fn answer(&mut self, command: &Command, outcome: &Outcome) {
        let mut response = [0; 8 + SENSE];
        response[0] = outcome.status;
        if let Some(len) = outcome.read_len.filter(|_| self.can_read_len) {
            response[4..8].copy_from_slice(&len.to_ne_bytes());
            self.map.write(command.at + 7, &[READ_LEN]);
        }
        let sense_len = outcome.sense.len().min(SENSE);
        response[8..8 + sense_len].copy_from_slice(&outcome.sense[..sense_len]);
        self.map.write(command.at + 8, &response);
        self.advance(command.len);
    }

    /// A piece of a command's data, to be filled.
    pub(super) fn data_mut(&mut self, piece: Piece) -> &mut [u8] {
        self.map.slice_mut(piece.offset, piece.len).unwrap_or_default()
    }

    /// A piece of a command's data, to be read.
    pub(super) fn data(&self, piece: Piece) -> &[u8] {
        self.map.slice(piece.offset, piece.len).unwrap_or_default()
    }

    fn head(&self) -> Result<u32, RingError> {
        let head = self.map.load(HEAD).unwrap_or(u32::MAX);
        if head >= self.size || !head.is_multiple_of(8) {
            return Err(nonsense("the ring's head", head));
        }
        Ok(head)
    }

    fn advance(&mut self, len: u32) {
        self.tail = (self.tail + len) % self.size;
        self.map.publish(TAIL, self.tail);
    }

    /// What stands at `at`, which is before `head`.
    fn entry(&self, at: u32, head: u32) -> Result<Entry, RingError> {
        let place = self.start + at as usize;
        let word = self.map.load(place).ok_or(nonsense("an entry's place", place))?;
        let len = word & !KIND;
        let room = if head > at { head - at } else { self.size - at };
        if len < 8 || len > room {
            return Err(nonsense("an entry's length", len));
        }
        match word & KIND {
            PAD => Ok(Entry::Other { len }),
            COMMAND => self.command(place, len).map(Entry::Command),
            TASK_MANAGEMENT => self.task_management(place, len),
            _ => Ok(Entry::Unknown { len }),
        }
    }

    fn command(&self, at: usize, len: u32) -> Result<Command, RingError> {
        if len < ENTRY_MIN {
            return Err(nonsense("a command entry's length", len));
        }
        let copied = |offset| self.map.copy::<8>(offset).ok_or(nonsense("an offset", offset));
        let number = |offset| copied(offset).map(u64::from_ne_bytes);
        let [_, _, _, _, id_low, id_high, _, _] = copied(at)?;
        let [a, b, c, d, ..] = copied(at + 8)?;
        let count = u32::from_ne_bytes([a, b, c, d]);
        if u64::from(count) * 16 + IOVECS as u64 > u64::from(len) {
            return Err(nonsense("a command's number of buffers", count));
        }
        let mut pieces = Vec::with_capacity(count as usize);
        for index in 0..count as usize {
            let entry = at + IOVECS + index * 16;
            pieces.push(self.piece(number(entry)?, number(entry + 8)?)?);
        }
        let cdb_at = number(at + 24)?;
        let (cdb, cdb_len) = self.cdb(cdb_at)?;
        let id = u16::from_ne_bytes([id_low, id_high]);
        Ok(Command { at, len, id, cdb, cdb_len, pieces })
    }

    /// Data lies behind the ring, whole.
    fn piece(&self, offset: u64, len: u64) -> Result<Piece, RingError> {
        let bad = || nonsense("a buffer's place", offset);
        let offset = usize::try_from(offset).map_err(|_| bad())?;
        let len = usize::try_from(len).map_err(|_| bad())?;
        let inside = offset.checked_add(len).is_some_and(|end| end <= self.map.len());
        let behind = offset >= self.start + self.size as usize;
        if inside && behind { Ok(Piece { offset, len }) } else { Err(bad()) }
    }

    fn cdb(&self, offset: u64) -> Result<([u8; 16], u8), RingError> {
        let bad = || nonsense("a CDB's place", offset);
        let at = usize::try_from(offset).map_err(|_| bad())?;
        let [opcode] = self.map.copy::<1>(at).ok_or_else(bad)?;
        // `scsi_command_size_tbl` of the kernel, by the group in the first byte.
        let len: u8 = match opcode >> 5 {
            0 => 6,
            1 | 2 | 6 | 7 => 10,
            4 => 16,
            _ => 12,
        };
        let mut cdb = [0; 16];
        let bytes = self.map.slice(at, usize::from(len)).ok_or_else(bad)?;
        cdb[..usize::from(len)].copy_from_slice(bytes);
        Ok((cdb, len))
    }

    /// u8 type @8, u32 count @12, the command numbers @32, two bytes each.
    fn task_management(&self, at: usize, len: u32) -> Result<Entry, RingError> {
        let count = self.map.load(at + 12).unwrap_or(u32::MAX);
        if u64::from(count) * 2 + 32 > u64::from(len) {
            return Err(nonsense("a task management entry's count", count));
        }
        let id = |index| self.map.copy::<2>(at + 32 + index * 2).map(u16::from_ne_bytes);
        Ok(Entry::TaskManagement { len, ids: (0..count as usize).filter_map(id).collect() })
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
