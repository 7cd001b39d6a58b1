//! Where a rip's data goes: into the image and through the hashes, each on a thread of its own,
//! and only then into the map. The reader never waits for a disk or a hash unless all buffers are
//! full.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::store::MapStore;
use crate::formats::hash::{HashKind, Hashes};
use crate::formats::mapfile::Map;
use crate::jobs::reading::plan::{self, Outcome, Policy, Read};

/// Buffers in flight: enough to bridge a hiccup of the disk, and memory stays small.
const BUFFERS: usize = 8;
/// Data written before the image is synced once more.
const SYNC_BYTES: u64 = 256 << 20;
/// Time between two saves of a map too long to be saved after every read.
const SAVE_EVERY: Duration = Duration::from_millis(250);

/// What a sink starts from.
pub struct Start<'a> {
    /// The image, open for reading and writing.
    pub image: File,
    /// The map's file.
    pub store: MapStore,
    /// The map as it stands.
    pub map: Map,
    /// As the plan uses it.
    pub policy: Policy,
    /// Which hashes to make.
    pub hashes: &'a [HashKind],
}

/// The receiving end of a rip.
pub struct Sink {
    image: File,
    work: SyncSender<Work>,
    free: Receiver<Vec<u8>>,
    writer: JoinHandle<(Writer, io::Result<()>)>,
    hasher: JoinHandle<Hasher>,
}

/// What a sink leaves behind.
pub struct Finished {
    /// The map of what is in the image.
    pub map: Map,
    /// Its file, saved.
    pub store: MapStore,
    /// The hashes as far as they were made in passing.
    pub hasher: Hasher,
    /// Why the image or the map could not be written any more, if so: a full disk, say. The map
    /// tells what is in the image all the same.
    pub trouble: Option<io::Error>,
}

enum Work {
    Settle { read: Read, outcome: Outcome, buffer: Vec<u8> },
    Tell(Sender<()>),
}

impl Sink {
    /// Starts the threads.
    ///
    /// # Errors
    /// The process has no more file descriptors.
    pub fn start(start: Start<'_>) -> io::Result<Sink> {
        let (work, todo) = sync_channel(BUFFERS);
        let (to_hash, hash_queue) = channel();
        let (give_back, free) = channel();
        for _ in 0..BUFFERS {
            // The other end stands three lines above.
            let _ = give_back.send(Vec::new());
        }
        let mut writer = Writer {
            image: start.image.try_clone()?,
            store: start.store,
            map: start.map,
            policy: start.policy,
            syncer: Syncer::start(start.image.try_clone()?),
            saved: Instant::now(),
        };
        let hasher = Hasher { hashes: Hashes::new(start.hashes), position: 0 };
        Ok(Sink {
            image: start.image,
            work,
            free,
            writer: std::thread::spawn(move || {
                let result = writer.run(&todo, &to_hash);
                (writer, result)
            }),
            hasher: std::thread::spawn(move || hasher.run(&hash_queue, &give_back)),
        })
    }

    /// A buffer of `len` bytes to read into; waits until one is free. `None`: the image or the map
    /// cannot be written any more, and [`Sink::finish`] says why.
    pub fn buffer(&mut self, len: usize) -> Option<Vec<u8>> {
        let mut buffer = self.free.recv().ok()?;
        buffer.resize(len, 0);
        Some(buffer)
    }

    /// Hands over what came of a read, with its buffer.
    pub fn put(&mut self, read: Read, outcome: Outcome, buffer: Vec<u8>) {
        // A writer that has failed takes nothing more: the next `buffer` and `finish` tell.
        let _ = self.work.send(Work::Settle { read, outcome, buffer });
    }

    /// Waits until all that was put is in the image, and gives access to it.
    pub fn settled(&mut self) -> &File {
        let (done, wait) = channel();
        if self.work.send(Work::Tell(done)).is_ok() {
            let _ = wait.recv();
        }
        &self.image
    }

    /// Ends the threads; the image is synced, the map saved.
    ///
    /// # Errors
    /// A thread broke down: a mistake in this program.
    pub fn finish(self) -> io::Result<Finished> {
        let Sink { image, work, free, writer, hasher } = self;
        drop(work);
        let (Writer { map, mut store, .. }, result) = join(writer)?;
        let hasher = join(hasher)?;
        drop(free);
        let synced = result.and_then(|()| {
            image.sync_all()?;
            store.save(&map, &[])?;
            store.sync()
        });
        Ok(Finished { map, store, hasher, trouble: synced.err() })
    }
}

fn join<T>(thread: JoinHandle<T>) -> io::Result<T> {
    thread.join().map_err(|_| io::Error::other("a thread of the rip broke down"))
}

struct Writer {
    image: File,
    store: MapStore,
    map: Map,
    policy: Policy,
    syncer: Syncer,
    saved: Instant,
}

impl Writer {
    fn run(&mut self, todo: &Receiver<Work>, hash: &Sender<Piece>) -> io::Result<()> {
        let result = todo.iter().try_for_each(|work| self.one(work, hash));
        // Whatever happened: the map on disk tells what is in the image.
        let saved = self.save();
        result.and(saved)
    }

    fn one(&mut self, work: Work, hash: &Sender<Piece>) -> io::Result<()> {
        let (read, outcome, buffer) = match work {
            Work::Settle { read, outcome, buffer } => (read, outcome, buffer),
            Work::Tell(done) => {
                let _ = done.send(());
                return Ok(());
            }
        };
        let bytes = read.bytes();
        if outcome == Outcome::Good {
            self.image.write_all_at(&buffer, bytes.start)?;
            self.syncer.wrote(bytes.clone());
        }
        plan::settle(&mut self.map, &self.policy, &read, outcome);
        if self.store.is_cheap() || self.saved.elapsed() >= SAVE_EVERY {
            self.save()?;
        }
        let data = outcome == Outcome::Good;
        let _ = hash.send(Piece { at: bytes.start, data, buffer });
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        self.syncer.collect()?;
        self.store.save(&self.map, &self.syncer.unsynced())?;
        self.saved = Instant::now();
        Ok(())
    }
}

/// Syncs the image in the background and knows what has not been synced.
struct Syncer {
    ask: Sender<()>,
    answer: Receiver<io::Result<()>>,
    dirty: Vec<Range<u64>>,
    syncing: Option<Vec<Range<u64>>>,
    bytes: u64,
}

impl Syncer {
    fn start(image: File) -> Syncer {
        let (ask, asked) = channel::<()>();
        let (reply, answer) = channel();
        std::thread::spawn(move || {
            for () in asked {
                if reply.send(image.sync_data()).is_err() {
                    break;
                }
            }
        });
        Syncer { ask, answer, dirty: Vec::new(), syncing: None, bytes: 0 }
    }

    fn wrote(&mut self, range: Range<u64>) {
        self.bytes += range.end - range.start;
        match self.dirty.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.dirty.push(range),
        }
        // Scattered pieces become one that holds them all: to doubt too much is the safe side.
        if self.dirty.len() > 8 {
            let start = self.dirty.iter().map(|range| range.start).min().unwrap_or(0);
            let end = self.dirty.iter().map(|range| range.end).max().unwrap_or(0);
            self.dirty = std::iter::once(start..end).collect();
        }
        if self.bytes >= SYNC_BYTES && self.syncing.is_none() && self.ask.send(()).is_ok() {
            self.syncing = Some(std::mem::take(&mut self.dirty));
            self.bytes = 0;
        }
    }

    fn collect(&mut self) -> io::Result<()> {
        match self.answer.try_recv() {
            Ok(result) => {
                self.syncing = None;
                result
            }
            Err(_) => Ok(()),
        }
    }

    fn unsynced(&self) -> Vec<Range<u64>> {
        self.syncing.iter().flatten().chain(&self.dirty).cloned().collect()
    }
}

struct Piece {
    at: u64,
    data: bool,
    buffer: Vec<u8>,
}

/// Hashes the image in passing, as far as its data comes in order.
pub struct Hasher {
    hashes: Hashes,
    position: u64,
}

impl Hasher {
    fn run(mut self, queue: &Receiver<Piece>, give_back: &Sender<Vec<u8>>) -> Hasher {
        for Piece { at, data, buffer } in queue {
            if data && at == self.position {
                self.hashes.update(&buffer);
                self.position += buffer.len() as u64;
            }
            let _ = give_back.send(buffer);
        }
        self
    }

    /// Whether something is still missing up to `size`.
    pub fn is_behind(&self, size: u64) -> bool {
        self.position < size
    }

    /// Takes what is still missing up to `size` from the image itself.
    ///
    /// # Errors
    /// The image cannot be read.
    pub fn finish(mut self, image: &File, size: u64) -> io::Result<Vec<(HashKind, String)>> {
        let mut buffer = vec![0; 1 << 20];
        while self.position < size {
            let rest = usize::try_from(size - self.position).unwrap_or(usize::MAX);
            let piece = &mut buffer[..rest.min(1 << 20)];
            image.read_exact_at(piece, self.position)?;
            self.hashes.update(piece);
            self.position += piece.len() as u64;
        }
        Ok(self.hashes.finish())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::formats::mapfile::{Phase, State};
    use crate::jobs::rip::store;
    use crate::units::{Blocks, Lba};

    fn read(lba: i32, blocks: u32) -> Read {
        Read { lba: Lba(lba), blocks: Blocks(blocks), phase: Phase::Copying, pass: 1 }
    }

    fn start(folder: &Path, image: &str) -> Sink {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true);
        let image = options.open(folder.join(image)).expect("image");
        let map = Map::new(64 * 2048);
        let policy = Policy {
            unit: Blocks(1),
            chunk: Blocks(16),
            extents: std::iter::once(0..64).collect(),
            retries: 0,
            run_out: 0..0,
        };
        let store = MapStore::create(&folder.join("a.iso.map"), &map, "rip").expect("map");
        let start = Start { image, store, map, policy, hashes: &[HashKind::Crc32] };
        Sink::start(start).expect("started")
    }

    #[test]
    fn data_goes_to_its_place_and_out_of_order_data_is_hashed_all_the_same() {
        let folder = tempfile::tempdir().expect("folder");
        let mut sink = start(folder.path(), "a.iso");
        for (lba, byte) in [(0, 1u8), (32, 3), (16, 2), (48, 4)] {
            let mut buffer = sink.buffer(16 * 2048).expect("buffer");
            buffer.fill(byte);
            sink.put(read(lba, 16), Outcome::Good, buffer);
        }
        let finished = sink.finish().expect("finished");
        assert_eq!(finished.map.bytes(State::Finished), 64 * 2048);
        let image = std::fs::read(folder.path().join("a.iso")).expect("image");
        let expected: Vec<u8> = (1..=4u8).flat_map(|byte| vec![byte; 16 * 2048]).collect();
        assert!(image == expected);
        let file = File::open(folder.path().join("a.iso")).expect("image");
        let hashes = finished.hasher.finish(&file, 64 * 2048).expect("hashed");
        assert_eq!(hashes, [(HashKind::Crc32, format!("{:08x}", crc32fast::hash(&expected)))]);
    }

    #[test]
    fn what_failed_is_in_the_map_and_not_in_the_image() {
        let folder = tempfile::tempdir().expect("folder");
        let mut sink = start(folder.path(), "a.iso");
        let mut buffer = sink.buffer(16 * 2048).expect("buffer");
        buffer.fill(0xee);
        sink.put(read(16, 16), Outcome::Failed { at: None }, buffer);
        assert_eq!(sink.settled().metadata().expect("image").len(), 0);
        let finished = sink.finish().expect("finished");
        assert_eq!(finished.map.bytes(State::NonTrimmed), 16 * 2048);
        let saved = store::load(&folder.path().join("a.iso.map")).expect("saved");
        assert_eq!(saved, finished.map);
    }

    #[test]
    fn an_image_that_cannot_be_written_ends_the_rip_and_is_not_in_the_map() {
        let folder = tempfile::tempdir().expect("folder");
        // It refuses every write: no space left on device.
        let mut sink = start(folder.path(), "/dev/full");
        let mut puts = 0;
        while let Some(buffer) = sink.buffer(16 * 2048) {
            sink.put(read(0, 16), Outcome::Good, buffer);
            puts += 1;
            assert!(puts < 1000, "nobody tells the reader");
        }
        let error = sink.finish().expect("ended").trouble.expect("full");
        assert_eq!(error.raw_os_error(), Some(28));
        let saved = store::load(&folder.path().join("a.iso.map")).expect("saved");
        assert_eq!(saved.bytes(State::Finished), 0);
    }
}
