//! Whatever bytes come in, no parser panics, and none takes long: for arbitrary bytes, and for
//! right ones with some changed, which get further. `fuzz/` looks for more with the same entries.

mod entry;

use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use entry::Disc;

/// A change: where, and to what.
type Change = (Index, u8);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Bytes at the ends of their range find more than others.
    let byte = prop_oneof![any::<u8>(), Just(0), Just(1), Just(0x7f), Just(0x80), Just(0xff)];
    vec((any::<Index>(), byte), 1..12)
}

fn change(bytes: &mut [u8], changes: &[Change]) {
    if bytes.is_empty() {
        return;
    }
    for (at, byte) in changes {
        bytes[at.index(bytes.len())] = *byte;
    }
}

fn folder(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// The seeds of every fuzz target, with the entry they are for.
fn seeds() -> Vec<(entry::Entry, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (name, entry) in entry::ALL {
        if *name != "filesystems" {
            for path in folder(&format!("fuzz/seeds/{name}")) {
                seeds.push((*entry, std::fs::read(path).expect("a seed")));
            }
        }
    }
    seeds
}

fn discs() -> Vec<Disc> {
    folder("tests/fixtures/filesystems")
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "sectors"))
        .map(|path| Disc::parse(&std::fs::read(path).expect("a fixture")))
        .collect()
}

#[test]
fn every_entry_has_a_fuzz_target() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for (name, _) in entry::ALL {
        assert!(manifest.contains(&format!("fuzz_targets/{name}.rs")), "{name}");
    }
}

#[test]
fn every_seed_is_taken() {
    seeds().iter().for_each(|(entry, seed)| entry(seed));
    discs().iter_mut().for_each(entry::walk);
}

#[test]
fn beginnings_of_seeds_are_taken() {
    for (entry, seed) in seeds() {
        for len in (0..seed.len()).step_by(1 + seed.len() / 64) {
            entry(&seed[..len]);
        }
    }
}

proptest! {
    // A case that fails is printed; it goes into a test or a seed, not into a file of its own.
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_are_taken(bytes in vec(any::<u8>(), 0..4096)) {
        entry::ALL.iter().for_each(|(_, entry)| entry(&bytes));
    }

    #[test]
    fn seeds_with_changes_are_taken(
        which in any::<Index>(),
        changes in changes(),
        cut in any::<Index>(),
    ) {
        let seeds = seeds();
        let (entry, mut seed) = seeds[which.index(seeds.len())].clone();
        change(&mut seed, &changes);
        entry(&seed);
        entry(&seed[..cut.index(seed.len() + 1)]);
    }

    #[test]
    fn discs_with_changes_are_taken(
        which in any::<Index>(),
        places in vec((any::<Index>(), changes()), 1..6),
        lost in vec(any::<Index>(), 0..3),
    ) {
        let discs = discs();
        let mut disc = discs[which.index(discs.len())].clone();
        let lbas: Vec<u32> = disc.sectors.keys().copied().collect();
        for (place, changes) in places {
            if let Some(sector) = disc.sectors.get_mut(&lbas[place.index(lbas.len())]) {
                change(sector, &changes);
            }
        }
        for index in lost {
            disc.sectors.remove(&lbas[index.index(lbas.len())]);
        }
        entry::walk(&mut disc);
    }
}
