//! The drive's buffer while it writes: blocks that were taken and are not on the disc yet, in the
//! order in which they came. Knows no disc, no laser and no command.

use std::collections::VecDeque;
use std::time::Duration;

/// Blocks of a CD that are written in one go.
const AT_ONCE: u32 = 16;

/// Blocks that follow each other, as a command brought them.
#[derive(Debug)]
struct Chunk {
    /// The first that is still to be written.
    lba: i64,
    blocks: u32,
    /// Bytes of each.
    block: usize,
    streaming: bool,
    /// They are in the buffer from then on.
    since: Duration,
    /// Their bytes; `None` for zeros.
    bytes: Option<Vec<u8>>,
    /// How many of the bytes are written already.
    gone: usize,
}

/// Blocks at the head of the buffer that can be written in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first.
    pub lba: i64,
    /// How many.
    pub blocks: u32,
    /// Bytes of each.
    pub block: usize,
    /// Whether the host asked for speed rather than care.
    pub streaming: bool,
    /// All of them are there from then on.
    pub since: Duration,
    /// They fill an error-correction block to its end.
    pub whole: bool,
}

/// The buffer.
#[derive(Debug)]
pub struct WriteCache {
    capacity: usize,
    held: usize,
    chunks: VecDeque<Chunk>,
    /// Room that was used before.
    spare: Vec<Vec<u8>>,
}

/// Where blocks go that come into the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The first.
    pub lba: i64,
    /// How many.
    pub blocks: u32,
    /// Bytes of each.
    pub block: usize,
    /// Whether the host asked for speed rather than care.
    pub streaming: bool,
    /// When they are there.
    pub since: Duration,
}

impl WriteCache {
    /// A buffer of so many bytes.
    pub fn new(capacity: usize) -> WriteCache {
        WriteCache { capacity, held: 0, chunks: VecDeque::new(), spare: Vec::new() }
    }

    /// Bytes that it has room for in all.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes in it.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether so many bytes more fit. A command that brings more than all of the buffer, or finds
    /// it filled by less than one error-correction block, is taken all the same.
    pub fn fits(&self, bytes: usize, unit_bytes: usize) -> bool {
        self.held + bytes <= self.capacity || self.held < unit_bytes
    }

    /// Takes blocks.
    pub fn put(&mut self, entry: Entry, bytes: &[u8]) {
        let mut own = self.spare.pop().unwrap_or_default();
        own.clear();
        own.extend_from_slice(bytes);
        self.push(entry, Some(own));
    }

    /// Adds blocks of zeros.
    pub fn put_zeros(&mut self, entry: Entry) {
        self.push(entry, None);
    }

    fn push(&mut self, entry: Entry, bytes: Option<Vec<u8>>) {
        let Entry { lba, blocks, block, streaming, since } = entry;
        if blocks > 0 {
            self.held += blocks as usize * block;
            self.chunks.push_back(Chunk { lba, blocks, block, streaming, since, bytes, gone: 0 });
        }
    }

    /// What is to be written next: blocks that follow each other up to the end of the
    /// error-correction block, of `unit` blocks, of the first of them. Where each block stands for
    /// itself, some of them.
    pub fn next(&self, unit: u32) -> Option<Run> {
        let first = self.chunks.front()?;
        let missing = match i64::from(unit) {
            0 | 1 => AT_ONCE,
            unit => u32::try_from(unit - first.lba.rem_euclid(unit)).unwrap_or(1),
        };
        let mut run = Run {
            lba: first.lba,
            blocks: 0,
            block: first.block,
            streaming: first.streaming,
            since: Duration::ZERO,
            whole: false,
        };
        for chunk in &self.chunks {
            let follows = chunk.lba == run.lba + i64::from(run.blocks);
            if !follows || chunk.block != run.block || chunk.streaming != run.streaming {
                break;
            }
            run.blocks = missing.min(run.blocks + chunk.blocks);
            run.since = run.since.max(chunk.since);
            if run.blocks == missing {
                break;
            }
        }
        run.whole = unit <= 1 || run.blocks == missing;
        Some(run)
    }

    /// Whether something lies behind the run at the head.
    pub fn goes_on_after(&self, run: &Run) -> bool {
        run.blocks as usize * run.block < self.held
    }

    /// Hands out the bytes of the run at the head, piece by piece with the address of each, and
    /// makes room.
    ///
    /// # Errors
    /// The first that `write` returns; the rest of the run is gone from the buffer all the same.
    pub fn pop<E>(
        &mut self,
        run: &Run,
        mut write: impl FnMut(i64, u32, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut left = run.blocks;
        let mut result = Ok(());
        while left > 0 {
            let Some(chunk) = self.chunks.front_mut() else { break };
            let blocks = left.min(chunk.blocks);
            let count = blocks as usize * chunk.block;
            if result.is_ok() {
                result = match &chunk.bytes {
                    Some(bytes) => write(chunk.lba, blocks, &bytes[chunk.gone..chunk.gone + count]),
                    None => write(chunk.lba, blocks, &vec![0; count]),
                };
            }
            chunk.lba += i64::from(blocks);
            chunk.blocks -= blocks;
            chunk.gone += count;
            self.held -= count;
            left -= blocks;
            if chunk.blocks == 0
                && let Some(Chunk { bytes: Some(bytes), .. }) = self.chunks.pop_front()
                && self.spare.len() < 4
            {
                self.spare.push(bytes);
            }
        }
        result
    }

    /// All that is in it is lost.
    pub fn clear(&mut self) {
        self.chunks.clear();
        self.held = 0;
    }

    /// All that is in it has become zeros.
    pub fn spoil(&mut self) {
        for chunk in &mut self.chunks {
            chunk.bytes = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::ZERO;

    fn entry(lba: i64, blocks: u32) -> Entry {
        Entry { lba, blocks, block: 4, streaming: false, since: AT }
    }

    fn drained(cache: &mut WriteCache, unit: u32) -> Vec<(i64, Vec<u8>)> {
        let mut seen = Vec::new();
        while let Some(run) = cache.next(unit) {
            cache
                .pop(&run, |lba, _, bytes| {
                    seen.push((lba, bytes.to_vec()));
                    Ok::<(), ()>(())
                })
                .expect("taken");
        }
        seen
    }

    #[test]
    fn blocks_come_out_in_whole_units_across_the_commands_that_brought_them() {
        let mut cache = WriteCache::new(1000);
        cache.put(entry(2, 1), &[1; 4]);
        cache.put(entry(3, 3), &[2; 12]);
        let run = cache.next(4).expect("something");
        assert_eq!((run.lba, run.blocks, run.whole), (2, 2, true));
        assert!(cache.goes_on_after(&run));
        assert_eq!(cache.held(), 16);
        assert_eq!(drained(&mut cache, 4), [(2, vec![1; 4]), (3, vec![2; 4]), (4, vec![2; 8])]);
        assert_eq!((cache.held(), cache.is_empty()), (0, true));
    }

    #[test]
    fn what_does_not_follow_is_a_run_of_its_own_and_no_whole_unit() {
        let mut cache = WriteCache::new(1000);
        cache.put(entry(0, 2), &[1; 8]);
        cache.put(entry(8, 4), &[2; 16]);
        let run = cache.next(4).expect("something");
        assert_eq!((run.blocks, run.whole, cache.goes_on_after(&run)), (2, false, true));
        // The pre-gap of a CD: unit 1, addresses below zero.
        let mut cache = WriteCache::new(1000);
        cache.put_zeros(entry(-2, 3));
        assert_eq!(drained(&mut cache, 1), [(-2, vec![0; 12])]);
    }

    #[test]
    fn a_full_buffer_takes_nothing_unless_it_could_never_take_it() {
        let mut cache = WriteCache::new(16);
        cache.put(entry(0, 4), &[1; 16]);
        assert!(!cache.fits(4, 16));
        let mut cache = WriteCache::new(16);
        assert!(cache.fits(64, 16));
        cache.put(entry(0, 3), &[1; 12]);
        assert!(cache.fits(8, 16));
        cache.spoil();
        assert_eq!(drained(&mut cache, 4), [(0, vec![0; 12])]);
    }
}
