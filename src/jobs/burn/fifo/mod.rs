//! The image on its way to the drives: read once by a thread of its own into a bounded ring of
//! pieces, hashed on the way, and handed to any number of drives. A slow drive holds the others up
//! by the ring at most, one that is dropped not at all. Knows no drive and no medium.
//!
//! Needs no locked memory and no priority: with underrun protection on, a late piece costs a gap
//! and no disc.

mod input;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use input::{Input, SourceError};

use crate::jobs::verify::prints::{Printer, Prints};
use crate::units::{Blocks, Rate};

/// Seconds that a source may stand still by default without the drive's having to wait.
const STALL: usize = 3;
/// The least and the most that the ring holds ahead by default.
const AHEAD_MIN: usize = 24 << 20;
const AHEAD_MAX: usize = 512 << 20;
/// What is read at once: a multiple of every write, and few enough calls.
const PIECE: usize = 256 << 10;
/// Sectors of which a difference is told, where what was sent is not at hand any more.
const PRINTED: Blocks = Blocks(32);
/// Where a piece begins in memory. A buffer that is not aligned is copied by the kernel before it
/// goes to the drive (block/blk-map.c: `blk_rq_map_user_iov`).
const ALIGN: usize = 4096;

/// A part of the image, in memory that is used again.
struct Piece {
    memory: Vec<u8>,
    start: usize,
    len: usize,
}

impl Piece {
    fn new() -> Piece {
        let memory = vec![0; PIECE + ALIGN];
        let start = memory.as_ptr().align_offset(ALIGN).min(ALIGN);
        Piece { memory, start, len: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.len]
    }

    fn room(&mut self, len: usize) -> &mut [u8] {
        self.len = len;
        &mut self.memory[self.start..self.start + len]
    }
}

/// The ring: pieces `first..first + pieces.len()` of the image. All but the image's last are full.
struct Ring {
    pieces: VecDeque<Arc<Piece>>,
    first: u64,
    /// Pieces kept that every drive has taken: what a drive has in its own buffer can be lost.
    behind: u64,
    /// What each drive takes next; `None` if it takes nothing more.
    next: Vec<Option<u64>>,
    /// Whether each drive has come to where it takes its first piece.
    ready: Vec<bool>,
    free: Vec<Piece>,
    /// Pieces that memory was taken for.
    made: usize,
    /// How it ended, once it has: what all of it was, or what was wrong with it.
    end: Option<Result<Arc<Prints>, SourceError>>,
}

impl Ring {
    /// The slowest drive's next piece; `None` if no drive is left.
    fn slowest(&self) -> Option<u64> {
        self.next.iter().flatten().min().copied()
    }

    /// What a drive takes next, if it is there.
    fn piece(&self, index: usize) -> Option<Arc<Piece>> {
        let at = self.next[index]?.checked_sub(self.first)?;
        self.pieces.get(usize::try_from(at).ok()?).cloned()
    }

    /// Whether every drive that is still there has come to its first piece.
    fn all_ready(&self) -> bool {
        self.next.iter().zip(&self.ready).all(|(next, ready)| *ready || next.is_none())
    }

    /// Lets go of what every drive has taken.
    fn recycle(&mut self) {
        let keep_from = self.slowest().map_or(u64::MAX, |next| next.saturating_sub(self.behind));
        while self.first < keep_from {
            let Some(piece) = self.pieces.pop_front() else { break };
            self.first += 1;
            match Arc::try_unwrap(piece) {
                Ok(piece) => self.free.push(piece),
                // A drive that is dropping out holds it still: its memory goes with it.
                Err(_) => self.made -= 1,
            }
        }
    }
}

struct Shared {
    ring: Mutex<Ring>,
    /// Pieces the ring may hold.
    pieces_max: usize,
    filled: Condvar,
    freed: Condvar,
    /// A drive has come to its first piece, or has left.
    ready: Condvar,
}

impl Shared {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Every change of the ring is whole: a thread that broke down leaves it usable.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one drive takes from the image.
pub struct Tap {
    shared: Arc<Shared>,
    index: usize,
    held: Option<Arc<Piece>>,
    /// Where the next byte stands in the piece in hand, or in the next one.
    at: usize,
    /// For what does not lie within one piece.
    scratch: Vec<u8>,
    partial: bool,
    stalled: Option<Instant>,
    stalls: Stalls,
}

/// What came of asking for the next piece.
enum Turn {
    Piece,
    Waiting,
    End,
}

/// Times that the image was not there when the drive was ready for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stalls {
    /// How often.
    pub count: u64,
    /// For how long in all, by the wall clock.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
}

/// How much memory the image may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes in all.
    pub capacity: usize,
    /// Of them, kept although every drive has taken them, so that a drive can go back; half of all
    /// at most.
    pub behind: usize,
}

impl Room {
    /// What is taken unless somebody says how much: enough for a source that stands still for a
    /// few seconds while a disc is written at this rate.
    pub fn usual(rate: Option<Rate>, behind: usize) -> Room {
        let ahead = rate.map_or(0, |rate| (rate.kbps as usize).saturating_mul(1000 * STALL));
        Room { capacity: ahead.clamp(AHEAD_MIN, AHEAD_MAX) + behind, behind }
    }
}

/// How full the ring is for one drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Bytes that wait to be taken.
    pub bytes: usize,
    /// Bytes that there is room for.
    pub capacity: usize,
}

impl Fill {
    /// In hundredths. The room of what is kept behind is used for what lies ahead at first.
    pub fn percent(&self) -> u8 {
        u8::try_from(self.bytes.min(self.capacity) * 100 / self.capacity.max(1)).unwrap_or(100)
    }
}

/// What came of asking for bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Take<'a> {
    /// As many as were asked for; fewer are the last ones.
    Bytes(&'a [u8]),
    /// They have not come yet.
    Waiting,
    /// All has been taken.
    End,
}

/// Begins to read `input` for so many drives. At most `room.capacity` bytes are in memory. The
/// thread that reads ends with the image, or when no drive takes anything more; one that waits for
/// a silent pipe then is left behind.
///
/// # Errors
/// The process may have no more threads.
pub fn start(input: Input, room: Room, drives: usize) -> io::Result<Vec<Tap>> {
    // Two: one to be read while the other is written.
    let pieces_max = (room.capacity / PIECE).max(2);
    let behind = room.behind.div_ceil(PIECE).min(pieces_max / 2);
    let shared = Arc::new(Shared {
        ring: Mutex::new(Ring {
            pieces: VecDeque::new(),
            first: 0,
            behind: behind as u64,
            next: vec![Some(0); drives],
            ready: vec![false; drives],
            free: Vec::new(),
            made: 0,
            end: None,
        }),
        pieces_max,
        filled: Condvar::new(),
        freed: Condvar::new(),
        ready: Condvar::new(),
    });
    let tap = |index| Tap {
        shared: Arc::clone(&shared),
        index,
        held: None,
        at: 0,
        scratch: Vec::new(),
        partial: false,
        stalled: None,
        stalls: Stalls::default(),
    };
    let taps = (0..drives).map(tap).collect();
    std::thread::Builder::new().name("image".into()).spawn(move || read_all(input, &shared))?;
    Ok(taps)
}

/// Puts an end into the ring even if the reader breaks down.
struct EndGuard<'a>(&'a Shared);

impl Drop for EndGuard<'_> {
    fn drop(&mut self) {
        self.0.ring().end.get_or_insert(Err(SourceError::Broken));
        self.0.filled.notify_all();
    }
}

/// The reading thread.
fn read_all(input: Input, shared: &Shared) {
    let guard = EndGuard(shared);
    if let Some(end) = read_to_end(input, shared) {
        shared.ring().end = Some(end);
    }
    drop(guard);
}

/// `None`: nobody takes pieces any more.
fn read_to_end(mut input: Input, shared: &Shared) -> Option<Result<Arc<Prints>, SourceError>> {
    let mut printer = Printer::new(PRINTED);
    let mut offset = 0;
    while offset < input.bytes() {
        let mut piece = free_piece(shared)?;
        let len = usize::try_from(input.bytes() - offset).unwrap_or(PIECE).min(PIECE);
        if let Err(error) = input.fill(piece.room(len), offset) {
            return Some(Err(error));
        }
        printer.update(piece.bytes());
        offset += len as u64;
        shared.ring().pieces.push_back(Arc::new(piece));
        shared.filled.notify_all();
    }
    Some(input.end().map(|()| Arc::new(printer.finish())))
}

/// Memory for the next piece; waits for it. `None` if nobody takes pieces any more.
fn free_piece(shared: &Shared) -> Option<Piece> {
    let mut ring = shared.ring();
    loop {
        ring.slowest()?;
        if let Some(piece) = ring.free.pop() {
            return Some(piece);
        }
        if ring.made < shared.pieces_max {
            ring.made += 1;
            return Some(Piece::new());
        }
        ring = shared.freed.wait(ring).unwrap_or_else(PoisonError::into_inner);
    }
}

impl Tap {
    /// The next `len` bytes of the image, waiting up to `patience` for them. Asked again after
    /// [`Take::Waiting`], it has to be for as many.
    ///
    /// # Errors
    /// The image is not what it should be. What came before is given first, in whole pieces.
    pub fn take(&mut self, len: usize, patience: Duration) -> Result<Take<'_>, SourceError> {
        if self.partial {
            return self.assemble(len, patience);
        }
        while self.rest() == 0 {
            match self.turn(patience)? {
                Turn::Piece => {}
                Turn::Waiting => return Ok(Take::Waiting),
                Turn::End => return Ok(Take::End),
            }
        }
        if self.rest() < len {
            self.scratch.clear();
            return self.assemble(len, patience);
        }
        let from = self.at;
        self.at += len;
        let held = self.held.as_ref().map_or(&[][..], |piece| piece.bytes());
        Ok(Take::Bytes(&held[from..from + len]))
    }

    /// Puts together what does not lie within one piece, or is the end of the last.
    fn assemble(&mut self, len: usize, patience: Duration) -> Result<Take<'_>, SourceError> {
        self.partial = true;
        loop {
            let missing = (len - self.scratch.len()).min(self.rest());
            if let Some(piece) = &self.held {
                self.scratch.extend_from_slice(&piece.bytes()[self.at..self.at + missing]);
                self.at += missing;
            }
            if self.scratch.len() == len {
                break;
            }
            match self.turn(patience)? {
                Turn::Piece => {}
                Turn::Waiting => return Ok(Take::Waiting),
                Turn::End => break,
            }
        }
        self.partial = false;
        Ok(Take::Bytes(&self.scratch))
    }

    /// Bytes left of the piece in hand.
    fn rest(&self) -> usize {
        self.held.as_ref().map_or(0, |piece| piece.len - self.at)
    }

    /// Takes the next piece in hand.
    fn turn(&mut self, patience: Duration) -> Result<Turn, SourceError> {
        self.put_back();
        let begun = Instant::now();
        let mut ring = self.shared.ring();
        loop {
            if let Some(piece) = ring.piece(self.index) {
                self.held = Some(piece);
                break;
            }
            match &ring.end {
                Some(Err(error)) => return Err(error.clone()),
                Some(Ok(_)) => return Ok(Turn::End),
                None => {}
            }
            self.stalled.get_or_insert(begun);
            let left = patience.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(Turn::Waiting);
            }
            let woken = self.shared.filled.wait_timeout(ring, left);
            ring = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(since) = self.stalled.take() {
            self.stalls.note(since.elapsed());
        }
        Ok(Turn::Piece)
    }

    /// Lets go of the piece in hand.
    fn put_back(&mut self) {
        if self.held.take().is_none() {
            return;
        }
        self.at = 0;
        let mut ring = self.shared.ring();
        if let Some(next) = &mut ring.next[self.index] {
            *next += 1;
        }
        ring.recycle();
        drop(ring);
        self.shared.freed.notify_all();
    }

    /// Goes back, so that what stands at `offset` comes next. Whether that is still at hand.
    pub fn go_back(&mut self, offset: u64) -> bool {
        let piece = offset / PIECE as u64;
        let mut ring = self.shared.ring();
        let position = ring.next[self.index].map(|next| next * PIECE as u64 + self.at as u64);
        if position == Some(offset) && !self.partial {
            return true;
        }
        let at = piece.checked_sub(ring.first).and_then(|at| usize::try_from(at).ok());
        let Some(len) = at.and_then(|at| ring.pieces.get(at)).map(|piece| piece.len) else {
            return false;
        };
        ring.next[self.index] = Some(piece);
        drop(ring);
        self.held = None;
        // The image may end within the sector that is meant.
        self.at = len.min((offset % PIECE as u64) as usize);
        self.partial = false;
        true
    }

    /// The first byte of the image that can be gone back to.
    pub fn oldest(&self) -> u64 {
        self.shared.ring().first * PIECE as u64
    }

    /// How full the ring is for this drive.
    pub fn fill(&self) -> Fill {
        let ring = self.shared.ring();
        let end = ring.first + ring.pieces.len() as u64;
        let waiting = ring.next[self.index].map_or(0, |next| end.saturating_sub(next));
        let bytes = usize::try_from(waiting).unwrap_or(0) * PIECE;
        let kept = usize::try_from(ring.behind).unwrap_or(0).min(self.shared.pieces_max);
        Fill { bytes, capacity: (self.shared.pieces_max - kept) * PIECE }
    }

    /// Waits until the ring is full or the image has been read to its end, up to `patience`;
    /// whether it is so now.
    pub fn wait_full(&self, patience: Duration) -> bool {
        let ring = self.shared.ring();
        let full =
            |ring: &mut Ring| ring.end.is_none() && ring.pieces.len() < self.shared.pieces_max;
        let waited = self.shared.filled.wait_timeout_while(ring, patience, full);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// This drive is ready for its first piece. Waits up to `patience` for the others that are
    /// still there; whether they are, too: what one of them does for minutes before it takes
    /// anything must not leave another without data in the middle of its disc.
    pub fn wait_ready(&self, patience: Duration) -> bool {
        let mut ring = self.shared.ring();
        ring.ready[self.index] = true;
        self.shared.ready.notify_all();
        let waited = self.shared.ready.wait_timeout_while(ring, patience, |ring| !ring.all_ready());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// This drive takes nothing more, and holds nobody up from here on.
    pub fn leave(&mut self) {
        self.held = None;
        let mut ring = self.shared.ring();
        ring.next[self.index] = None;
        ring.recycle();
        drop(ring);
        self.shared.freed.notify_all();
        self.shared.ready.notify_all();
    }

    /// Checksums of the image, once all of it was read.
    pub fn prints(&self) -> Option<Arc<Prints>> {
        self.shared.ring().end.as_ref()?.as_ref().ok().cloned()
    }

    /// What the image made the drive wait so far.
    pub fn stalls(&self) -> Stalls {
        self.stalls
    }
}

impl Stalls {
    fn note(&mut self, waited: Duration) {
        self.count += 1;
        self.total += waited;
        self.longest = self.longest.max(waited);
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.leave();
    }
}
