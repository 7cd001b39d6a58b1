//! Compares what was read with what should be there, and hashes it, on a thread of its own, so that
//! the drive never waits for a disk or a hash. Knows no drive: positions are those of the image.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use super::prints::{BlockSums, Prints, only};
use crate::formats::hash::{HashKind, Hashes};
use crate::units::SECTOR;

/// Buffers in flight: enough to bridge a hiccup of the disk, and memory stays small.
const BUFFERS: usize = 6;
/// Stretches that differ are listed up to this number and counted beyond: a wrong disc that is the
/// same in every other sector must not fill the memory.
const RANGES_MAX: usize = 1 << 16;

/// What should be there.
#[derive(Debug)]
pub enum Expected {
    /// Exactly this.
    Image(File),
    /// What has these prints.
    Sent(Arc<Prints>),
    /// What has this SHA-256.
    Sum {
        /// 64 lower-case hex digits.
        sha256: String,
        /// The first size that it can be of, in bytes; each further sector may be the last.
        /// `None`: it is of all that is read.
        from: Option<u64>,
    },
}

/// What was read of one stretch.
#[derive(Debug)]
pub struct Piece {
    /// Where in the image, in bytes: whole sectors, each piece where the last one ended.
    pub at: u64,
    /// The data; whole sectors but at the end of an image that ends within one.
    pub bytes: Vec<u8>,
    /// Sectors of the image whose bytes are no data: they could not be read.
    pub missing: Vec<Range<u64>>,
}

impl Piece {
    fn is_missing(&self, sector: u64) -> bool {
        self.missing.iter().any(|range| range.contains(&sector))
    }

    /// Each sector's number and its bytes.
    fn sectors(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.at / SECTOR as u64..).zip(self.bytes.chunks(SECTOR))
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Found {
    /// Sectors that were compared.
    pub compared: u64,
    /// Of them, different.
    pub different: u64,
    /// First and count of each stretch that differs, or the first of them.
    pub ranges: Vec<(u64, u64)>,
    /// The first sector that differs, and the byte in it.
    pub first: Option<(u64, Option<u32>)>,
    /// SHA-256 of what was read; `None` if something is missing.
    pub readback: Option<String>,
    /// SHA-256 of what it was compared with.
    pub expected: Option<String>,
    /// How many bytes the checksum turned out to be of.
    pub matched: Option<u64>,
    /// The image could not be read.
    pub trouble: Option<io::Error>,
}

/// What the thread tells while it works.
#[derive(Debug, Default)]
struct Shared {
    different: AtomicU64,
    over: AtomicBool,
    first: OnceLock<(u64, Option<u32>)>,
}

/// A comparison under way.
pub struct Comparison {
    work: SyncSender<Piece>,
    free: Receiver<Vec<u8>>,
    thread: JoinHandle<Found>,
    shared: Arc<Shared>,
}

impl Comparison {
    /// Starts the thread.
    pub fn start(expected: Expected) -> Comparison {
        let (work, todo) = sync_channel::<Piece>(BUFFERS);
        let (give_back, free) = channel();
        for _ in 0..BUFFERS {
            // The other end stands one line above.
            let _ = give_back.send(Vec::new());
        }
        let shared = Arc::<Shared>::default();
        let mut judge = Judge::new(expected, Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            for piece in todo {
                if let Err(error) = judge.piece(&piece) {
                    judge.found.trouble = Some(error);
                    break;
                }
                let _ = give_back.send(piece.bytes);
            }
            judge.finish()
        });
        Comparison { work, free, thread, shared }
    }

    /// A buffer of `len` bytes; waits until one is free. `None`: there is no use in reading on, and
    /// [`Comparison::finish`] says why.
    pub fn buffer(&mut self, len: usize) -> Option<Vec<u8>> {
        if self.shared.over.load(Ordering::Acquire) {
            return None;
        }
        let mut buffer = self.free.recv().ok()?;
        buffer.resize(len, 0);
        Some(buffer)
    }

    /// Hands over what was read.
    pub fn put(&mut self, piece: Piece) {
        // A thread that has ended takes nothing more: the next `buffer` and `finish` tell.
        let _ = self.work.send(piece);
    }

    /// Sectors that differ, so far.
    pub fn different(&self) -> u64 {
        self.shared.different.load(Ordering::Relaxed)
    }

    /// The first sector that differs, and the byte in it.
    pub fn first(&self) -> Option<(u64, Option<u32>)> {
        self.shared.first.get().copied()
    }

    /// Ends the comparison.
    pub fn finish(self) -> Found {
        drop(self.work);
        let broken = io::Error::other("the thread that compares broke down");
        self.thread.join().unwrap_or(Found { trouble: Some(broken), ..Found::default() })
    }
}

struct Judge {
    expected: Expected,
    /// Of what is read, as long as nothing is missing.
    theirs: Option<Hashes>,
    /// Of the image, from where the two part; until then they are the same.
    ours: Option<Hashes>,
    /// What the image has where the piece is.
    image: Vec<u8>,
    blocks: Option<Blocks>,
    found: Found,
    shared: Arc<Shared>,
}

/// How far the blocks are that have prints.
struct Blocks {
    sums: BlockSums,
    /// Number of the block that is being filled, and the first sector of it.
    index: usize,
    first: u64,
    /// Nothing of it is missing.
    whole: bool,
}

impl Judge {
    fn new(expected: Expected, shared: Arc<Shared>) -> Judge {
        let blocks = match &expected {
            Expected::Sent(prints) => {
                Some(Blocks { sums: BlockSums::new(prints.unit), index: 0, first: 0, whole: true })
            }
            _ => None,
        };
        Judge {
            expected,
            theirs: Some(Hashes::new(&[HashKind::Sha256])),
            ours: None,
            image: Vec::new(),
            blocks,
            found: Found::default(),
            shared,
        }
    }

    fn piece(&mut self, piece: &Piece) -> io::Result<()> {
        if self.found.matched.is_some() {
            return Ok(());
        }
        match &self.expected {
            Expected::Image(file) => {
                self.image.resize(piece.bytes.len(), 0);
                file.read_exact_at(&mut self.image, piece.at)?;
                self.with_image(piece);
            }
            Expected::Sent(prints) => {
                let prints = Arc::clone(prints);
                self.with_prints(piece, &prints);
                self.hash(piece);
            }
            Expected::Sum { from: None, .. } => {
                self.count(piece);
                self.hash(piece);
            }
            Expected::Sum { sha256, from: Some(from) } => {
                let (sha256, from) = (sha256.clone(), *from);
                self.count(piece);
                self.until_it_matches(piece, &sha256, from);
            }
        }
        Ok(())
    }

    fn count(&mut self, piece: &Piece) {
        let missing: u64 = piece.missing.iter().map(|range| range.end - range.start).sum();
        self.found.compared += (piece.bytes.len().div_ceil(SECTOR) as u64).saturating_sub(missing);
    }

    fn hash(&mut self, piece: &Piece) {
        if !piece.missing.is_empty() {
            self.theirs = None;
        }
        if let Some(hashes) = &mut self.theirs {
            hashes.update(&piece.bytes);
        }
    }

    fn with_image(&mut self, piece: &Piece) {
        let image = std::mem::take(&mut self.image);
        let same = image == piece.bytes;
        if !same || !piece.missing.is_empty() {
            self.ours = self.ours.take().or_else(|| self.theirs.clone());
        }
        if let Some(ours) = &mut self.ours {
            ours.update(&image);
        }
        self.hash(piece);
        self.count(piece);
        if !same {
            for ((sector, theirs), ours) in piece.sectors().zip(image.chunks(SECTOR)) {
                if theirs != ours && !piece.is_missing(sector) {
                    let byte = theirs.iter().zip(ours).position(|(a, b)| a != b);
                    self.differs(sector, 1, byte.and_then(|byte| u32::try_from(byte).ok()));
                }
            }
        }
        self.image = image;
    }

    fn with_prints(&mut self, piece: &Piece, prints: &Prints) {
        for (sector, bytes) in piece.sectors() {
            let Some(mut blocks) = self.blocks.take() else { return };
            blocks.whole &= !piece.is_missing(sector);
            let mut sum = None;
            blocks.sums.update(bytes, &mut |block| sum = Some(block));
            self.blocks = Some(blocks);
            if let Some(sum) = sum {
                self.block(prints, sum, sector + 1);
            }
        }
    }

    /// A block is read that ends before sector `end`.
    fn block(&mut self, prints: &Prints, sum: u32, end: u64) {
        let Some(blocks) = &mut self.blocks else { return };
        let expected = prints.blocks.get(blocks.index).copied();
        let (first, whole) = (blocks.first, blocks.whole);
        (blocks.index, blocks.first, blocks.whole) = (blocks.index + 1, end, true);
        if !whole {
            return;
        }
        self.found.compared += end - first;
        if expected != Some(sum) {
            self.differs(first, end - first, None);
        }
    }

    fn until_it_matches(&mut self, piece: &Piece, sha256: &str, from: u64) {
        if !piece.missing.is_empty() {
            self.theirs = None;
        }
        let Some(hashes) = &mut self.theirs else { return };
        let end = piece.at + piece.bytes.len() as u64;
        if end < from {
            hashes.update(&piece.bytes);
            return;
        }
        for (sector, bytes) in piece.sectors() {
            hashes.update(bytes);
            let end = sector * SECTOR as u64 + bytes.len() as u64;
            if end >= from && only(hashes.clone()) == sha256 {
                self.found.matched = Some(end);
                self.found.compared = end.div_ceil(SECTOR as u64);
                self.shared.over.store(true, Ordering::Release);
                return;
            }
        }
    }

    fn differs(&mut self, sector: u64, count: u64, byte: Option<u32>) {
        // Only the first one stays.
        let _ = self.shared.first.set((sector, byte));
        self.found.different += count;
        self.shared.different.fetch_add(count, Ordering::Relaxed);
        let ranges = &mut self.found.ranges;
        let room = ranges.len() < RANGES_MAX;
        match ranges.last_mut() {
            Some((first, len)) if *first + *len == sector => *len += count,
            _ if room => ranges.push((sector, count)),
            _ => {}
        }
    }

    fn finish(mut self) -> Found {
        if let Expected::Sent(prints) = &self.expected {
            let prints = Arc::clone(prints);
            let rest = self.blocks.as_mut().and_then(|blocks| {
                let sum = blocks.sums.rest();
                sum.map(|sum| (sum, blocks.first))
            });
            if let Some((sum, first)) = rest {
                let len = prints.bytes.div_ceil(SECTOR as u64).saturating_sub(first);
                self.block(&prints, sum, first + len);
            }
        }
        let readback = self.theirs.map(only);
        self.found.expected = match self.expected {
            Expected::Image(_) => self.ours.map(only).or_else(|| readback.clone()),
            Expected::Sent(prints) => Some(prints.sha256.clone()),
            Expected::Sum { sha256, .. } => Some(sha256),
        };
        self.found.readback = readback;
        self.found.first = self.shared.first.get().copied();
        self.found
    }
}
