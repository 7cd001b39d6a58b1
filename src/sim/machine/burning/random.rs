//! Hosts that send whatever comes to their mind, and a disc that stays a disc all the same: tracks
//! do not overlap, what was flushed is there and right, whatever fails afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use crate::sim::medium::Medium;
use crate::sim::testing::Bench;
use crate::transport::Transport;

/// What a host may do.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// So many blocks at the next writable address, or somewhere on a disc that has none.
    Write(u8),
    /// The same a little too far.
    WriteWrongly(u8),
    Reserve(u16),
    Flush {
        wait: bool,
    },
    Close(u8),
    CloseSession,
    Read(u16),
    Wait(u16),
    /// Buffer capacity, disc information, unit ready.
    Ask,
    PowerLoss,
    Reset,
    /// The program that plays the drive is killed; another one takes the disc up.
    Kill,
    /// It ends by itself.
    Reopen,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        8 => (1..80u8).prop_map(Deed::Write),
        1 => (1..8u8).prop_map(Deed::WriteWrongly),
        1 => (1..300u16).prop_map(Deed::Reserve),
        2 => any::<bool>().prop_map(|wait| Deed::Flush { wait }),
        2 => (0..4u8).prop_map(Deed::Close),
        1 => Just(Deed::CloseSession),
        2 => any::<u16>().prop_map(Deed::Read),
        2 => (0..20_000u16).prop_map(Deed::Wait),
        1 => Just(Deed::Ask),
        1 => Just(Deed::PowerLoss),
        1 => Just(Deed::Reset),
        1 => Just(Deed::Kill),
        1 => Just(Deed::Reopen),
    ];
    prop::collection::vec(deed, 1..60)
}

/// A host with its memory of what it wrote.
struct Host {
    bench: Bench,
    folder: tempfile::TempDir,
    opened: u32,
    /// Written and flushed: block, and what its first bytes are.
    safe: BTreeMap<u32, u64>,
    /// Written since.
    loose: BTreeMap<u32, u64>,
    written: u64,
    page: Option<[u8; 4]>,
}

const PACKETS: [u8; 4] = [0x60, 0xe5, 0x08, 0x10];
const TRACK_AT_ONCE: [u8; 4] = [0x41, 0xc4, 0x08, 0x00];

impl Host {
    fn of(medium: &str, capacity: u32) -> Host {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.disc");
        crate::sim::create(&path, medium, None, Some(capacity)).expect("made");
        let page = match medium {
            "dvd-r" | "dvd-rw" => Some(PACKETS),
            "cd-r" => Some(TRACK_AT_ONCE),
            _ => None,
        };
        let bench = Bench::of(&format!("sim:{}", path.display()));
        let (safe, loose) = (BTreeMap::new(), BTreeMap::new());
        let mut host = Host { bench, folder, opened: 0, safe, loose, written: 0, page };
        host.select_page();
        if medium == "dvd+rw" {
            let list = [0, 2, 0, 8, 0xff, 0xff, 0xff, 0xff, 0x98, 0, 0, 0];
            assert_eq!(host.bench.send(&[4, 0x11, 0, 0, 0, 0], &list), None);
            host.bench.settle();
        }
        host
    }

    fn select_page(&mut self) {
        let Some(head) = self.page else { return };
        let mut list = vec![0; 8];
        list.extend([0x05, 0x32]);
        list.extend(head);
        list.resize(60, 0);
        list[8 + 13] = if head[1] & 0x20 != 0 { 16 } else { 0 };
        list[8 + 15] = 150;
        assert_eq!(self.bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &list), None);
    }

    fn disc(&self) -> &Medium {
        self.bench.drive.machine.disc().expect("a disc")
    }

    fn next(&mut self) -> Option<u32> {
        if self.disc().tracks.iter().all(|track| !track.is_open()) && self.overwrites() {
            return Some(
                (self.written as u32).wrapping_mul(7919) % (self.disc().room().max(100) - 80),
            );
        }
        let information = self.bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).data;
        let last = *information.get(6)?;
        let track = self.bench.ask(&[0x52, 1, 0, 0, 0, last, 0, 0, 36, 0], 36).data;
        let valid = track.get(7)? & 1 == 1;
        valid.then(|| u32::from_be_bytes([track[12], track[13], track[14], track[15]]))
    }

    fn overwrites(&self) -> bool {
        matches!(self.disc().kind.name(), "dvd+rw" | "dvd-ram" | "bd-re")
    }

    fn write(&mut self, lba: u32, blocks: u8) {
        let [a, b, c, d] = lba.to_be_bytes();
        let cdb = [0x2a, 0, a, b, c, d, 0, 0, blocks, 0];
        let mut data = vec![0; usize::from(blocks) * 2048];
        for (block, index) in data.chunks_mut(2048).zip(1..) {
            block[..8].copy_from_slice(&(self.written + index).to_le_bytes());
        }
        for _ in 0..2000 {
            match self.bench.send(&cdb, &data) {
                None => {
                    for block in 0..u32::from(blocks) {
                        self.written += 1;
                        self.loose.insert(lba + block, self.written);
                    }
                    return;
                }
                Some((2, 0x04, _)) => self.bench.drive.wait(Duration::from_millis(100)),
                Some(_) => return,
            }
        }
        panic!("the buffer never empties");
    }

    fn settled(&mut self) {
        self.bench.settle();
        self.safe.append(&mut self.loose);
    }

    /// What was not flushed may be there or not; blocks that were overwritten too.
    fn lost(&mut self) {
        for block in self.loose.keys() {
            self.safe.remove(block);
        }
        self.loose.clear();
        self.bench.settle();
        self.select_page();
    }

    fn open(&mut self, copy: bool) {
        let from = self.folder.path().join(format!("{}.disc", self.opened));
        let to = self.folder.path().join(format!("{}.disc", self.opened + 1));
        if copy {
            std::fs::copy(&from, &to).expect("copied");
        }
        let empty = Bench::of("sim:blank?medium=dvd+r&tray=empty");
        drop(std::mem::replace(&mut self.bench, empty));
        if !copy {
            std::fs::rename(&from, &to).expect("renamed");
        }
        self.opened += 1;
        self.bench = Bench::of(&format!("sim:{}", to.display()));
        self.lost();
    }

    fn read(&mut self, which: u16) {
        if self.safe.is_empty() {
            return;
        }
        let (block, wanted) =
            self.safe.iter().nth(usize::from(which) % self.safe.len()).expect("within");
        let (block, wanted) = (*block, *wanted);
        if self.loose.contains_key(&block) {
            return;
        }
        let [a, b, c, d] = block.to_be_bytes();
        let reply = self.bench.ask(&[0x28, 0, a, b, c, d, 0, 0, 1, 0], 2048);
        match reply.sense {
            // It is busy; or a CD is written without a stop.
            Some((2, 0x04, _)) | Some((5, 0x2c, 0x00)) => {}
            sense => {
                assert_eq!(sense, None, "block {block}");
                let found = u64::from_le_bytes(reply.data[..8].try_into().expect("8 bytes"));
                assert_eq!(found, wanted, "block {block}");
            }
        }
    }

    fn does(&mut self, deed: Deed) {
        let before = self.bench.drive.machine.disc().map(nwas);
        match deed {
            Deed::Write(blocks) => {
                if let Some(lba) = self.next() {
                    self.write(lba, blocks);
                }
            }
            Deed::WriteWrongly(far) => {
                if let Some(lba) = self.next().filter(|_| !self.overwrites()) {
                    let [a, b, c, d] = (lba + u32::from(far)).to_be_bytes();
                    let cdb = [0x2a, 0, a, b, c, d, 0, 0, 1, 0];
                    assert!(self.bench.send(&cdb, &[0xee; 2048]).is_some());
                }
            }
            Deed::Reserve(blocks) => {
                let [a, b] = blocks.to_be_bytes();
                self.bench.ask(&[0x53, 0, 0, 0, 0, 0, 0, a, b, 0], 0);
            }
            Deed::Flush { wait } => {
                let immediately = if wait { 0 } else { 2 };
                let told = self.bench.ask(&[0x35, immediately, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense;
                if told.is_none() {
                    self.settled();
                }
            }
            Deed::Close(track) => {
                let told = self.bench.ask(&[0x5b, 1, 1, 0, 0, track, 0, 0, 0, 0], 0).sense;
                if told.is_none() {
                    self.settled();
                }
            }
            Deed::CloseSession => {
                if self.bench.ask(&[0x5b, 1, 2, 0, 0, 0, 0, 0, 0, 0], 0).sense.is_none() {
                    self.settled();
                }
            }
            Deed::Read(which) => self.read(which),
            Deed::Wait(ms) => self.bench.drive.wait(Duration::from_millis(u64::from(ms))),
            Deed::Ask => {
                self.bench.ask(&[0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0], 12);
                self.bench.ask(&[0; 6], 0);
            }
            Deed::PowerLoss => {
                self.bench.drive.machine.power_on();
                self.lost();
            }
            Deed::Reset => {
                self.bench.drive.machine.reset();
                self.bench.settle();
                self.select_page();
            }
            Deed::Kill => self.open(true),
            Deed::Reopen => self.open(false),
        }
        let lossy = matches!(deed, Deed::PowerLoss | Deed::Kill | Deed::Reopen);
        self.check(before.filter(|_| !lossy));
    }

    fn check(&self, before: Option<BTreeMap<u8, u32>>) {
        let disc = self.disc();
        let mut end = 0;
        for track in &disc.tracks {
            assert!(track.start >= end, "{:?}", disc.tracks);
            end = track.end();
            assert!(track.recorded() <= track.blocks, "{track:?}");
        }
        assert!(end <= disc.extent() + 2, "{:?}", disc.tracks);
        let after = nwas(disc);
        for (number, was) in before.into_iter().flatten() {
            let is = after.get(&number).copied().unwrap_or(u32::MAX);
            assert!(is >= was, "track {number}: {was} became {is}");
        }
    }

    /// At last all of it is read.
    fn reads_all(&mut self) {
        if self.bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense.is_none() {
            self.settled();
        }
        self.bench.settle();
        for which in 0..u16::try_from(self.safe.len()).unwrap_or(u16::MAX) {
            self.read(which);
        }
    }
}

/// The next writable address of each open track.
fn nwas(disc: &Medium) -> BTreeMap<u8, u32> {
    disc.tracks.iter().filter_map(|track| Some((track.number, track.nwa()?))).collect()
}

fn lives_through(medium: &str, capacity: u32, deeds: &[Deed]) {
    let mut host = Host::of(medium, capacity);
    for deed in deeds {
        host.does(*deed);
    }
    host.reads_all();
}

/// A disc that is soon full, and one that is not.
fn capacities() -> impl Strategy<Value = u32> {
    prop_oneof![Just(1024), Just(40_000)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_dvd_plus_r_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("dvd+r", size, &deeds);
    }

    #[test]
    fn a_bd_r_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("bd-r", size, &deeds);
    }

    #[test]
    fn a_dvd_r_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("dvd-r", size, &deeds);
    }

    #[test]
    fn a_cd_r_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("cd-r", size, &deeds);
    }

    #[test]
    fn a_dvd_plus_rw_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("dvd+rw", size, &deeds);
    }

    #[test]
    fn a_dvd_ram_stays_whole_whatever_a_host_does(size in capacities(), deeds in deeds()) {
        lives_through("dvd-ram", size, &deeds);
    }
}
