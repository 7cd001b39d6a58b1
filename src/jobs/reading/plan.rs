//! What to read next: a pure function of map and policy, and what an outcome means for the map.
//! Knows neither drive nor file.
//!
//! The phases are ddrescue's, with the error-correction block as the unit: a DVD or BD fails by
//! whole blocks of 16 or 32 sectors, so reading a failed one sector by sector costs up to 16 times
//! the failing reads and gains nothing (8 to 11 times as measured with ddrescue).
//!
//! 1. Copying `?`: forwards, in large reads. A failed one becomes `*`, or, where the drive named
//!    the failing sector, only that sector's block does.
//! 2. Trimming `*` and scraping `/`: block by block. What fails becomes `-`.
//! 3. Retrying `-`: as many passes as asked, backwards first: a head that comes from the other side
//!    may find the track that it lost.

use std::ops::Range;

use crate::formats::mapfile::{Map, Phase, State, Stretch};
use crate::units::{Blocks, Lba, SECTOR};

/// How to read a disc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the drive reads, and fails, at once: the error-correction block.
    pub unit: Blocks,
    /// The largest read: a multiple of `unit`, or less than one where the transport carries less.
    pub chunk: Blocks,
    /// The sectors to read, ascending; what lies outside is left alone.
    pub extents: Vec<Range<u32>>,
    /// Extra passes over what failed.
    pub retries: u32,
    /// The extent that a drive may count although nothing was recorded there: not worth a retry.
    pub run_out: Range<u32>,
}

/// A read to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// First sector.
    pub lba: Lba,
    /// How many.
    pub blocks: Blocks,
    /// For which phase.
    pub phase: Phase,
    /// And which pass of it.
    pub pass: u32,
}

impl Read {
    /// The sectors it covers.
    pub fn sectors(&self) -> Range<u32> {
        let first = self.lba.0.cast_unsigned();
        first..first + self.blocks.0
    }

    /// The bytes of the image it covers.
    pub fn bytes(&self) -> Range<u64> {
        bytes(&self.sectors())
    }
}

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is data.
    Good,
    /// None of it is; the drive may have said at which sector it failed.
    Failed {
        /// That sector, as the drive named it.
        at: Option<Lba>,
    },
}

/// The next read, or `None` when there is nothing left to do.
pub fn next(map: &Map, policy: &Policy) -> Option<Read> {
    let (mut phase, mut pass, mut position) = (map.phase, map.pass, map.position);
    loop {
        let found = match phase {
            Phase::Copying => forwards(map, policy, State::NonTried, policy.chunk, position),
            Phase::Trimming => forwards(map, policy, State::NonTrimmed, policy.unit, position),
            Phase::Scraping => forwards(map, policy, State::NonScraped, policy.unit, position),
            Phase::Retrying => retry(map, policy, pass, position),
            // Of other programs' modes, or done once.
            Phase::Filling | Phase::Generating | Phase::Finished => None,
        };
        if let Some(sectors) = found {
            let lba = Lba(sectors.start.cast_signed());
            return Some(Read { lba, blocks: Blocks(sectors.end - sectors.start), phase, pass });
        }
        (phase, pass) = match phase {
            Phase::Copying => (Phase::Trimming, 1),
            Phase::Trimming => (Phase::Scraping, 1),
            Phase::Scraping if policy.retries > 0 => (Phase::Retrying, 1),
            Phase::Retrying if pass < policy.retries => (Phase::Retrying, pass + 1),
            _ => return None,
        };
        position = if phase == Phase::Retrying && backwards(pass) { u64::MAX } else { 0 };
    }
}

/// Makes a map that another run, or another program, left behind ready to go on from.
pub fn resume(map: &mut Map) {
    match map.phase {
        Phase::Copying | Phase::Trimming | Phase::Scraping => {}
        // A new run has its own retries.
        _ => (map.phase, map.pass, map.position) = (Phase::Copying, 1, 0),
    }
}

/// Writes what came of a read into the map.
pub fn settle(map: &mut Map, policy: &Policy, read: &Read, outcome: Outcome) {
    let all = read.bytes();
    (map.phase, map.pass) = (read.phase, read.pass);
    map.position = if is_backwards(read) { all.start } else { all.end };
    match outcome {
        Outcome::Good => map.set(all, State::Finished),
        Outcome::Failed { at } if read.phase == Phase::Copying => {
            let sectors = read.sectors();
            let named = at.map(|lba| lba.0.cast_unsigned()).filter(|at| sectors.contains(at));
            let failed = named.map_or(sectors.clone(), |at| {
                let cell = unit_around(policy.unit, at);
                cell.start.max(sectors.start)..cell.end.min(sectors.end)
            });
            if named.is_some() {
                // What lies before and after the named block stays to be copied.
                map.position = all.start;
            }
            map.set(bytes(&failed), State::NonTrimmed);
        }
        Outcome::Failed { .. } => map.set(all, State::Bad),
    }
}

fn is_backwards(read: &Read) -> bool {
    read.phase == Phase::Retrying && backwards(read.pass)
}

fn backwards(pass: u32) -> bool {
    pass % 2 == 1
}

fn bytes(sectors: &Range<u32>) -> Range<u64> {
    let at = |sector: u32| u64::from(sector) * SECTOR as u64;
    at(sectors.start)..at(sectors.end)
}

fn unit_around(unit: Blocks, sector: u32) -> Range<u32> {
    let start = sector - sector % unit.0;
    start..start.saturating_add(unit.0)
}

/// The sectors that a stretch touches, also in part: a map of 512-byte blocks is not aligned.
fn sectors(stretch: &Stretch) -> Range<u32> {
    let sector = |byte: u64| u32::try_from(byte / SECTOR as u64).unwrap_or(u32::MAX);
    sector(stretch.start)..sector(stretch.end().saturating_add(SECTOR as u64 - 1))
}

/// The first sectors of a state from `position` on, else from the start, at most to the next
/// multiple of `step`.
fn forwards(
    map: &Map,
    policy: &Policy,
    state: State,
    step: Blocks,
    position: u64,
) -> Option<Range<u32>> {
    let search = |from: u64| {
        policy.extents.iter().find_map(|extent| {
            let extent = bytes(extent);
            let stretch =
                map.within(extent.start.max(from)..extent.end).find(|s| s.state == state)?;
            let sectors = sectors(&stretch);
            Some(sectors.start..sectors.end.min(unit_around(step, sectors.start).end))
        })
    };
    search(position).or_else(|| if position > 0 { search(0) } else { None })
}

/// The next bad block of this retry pass.
fn retry(map: &Map, policy: &Policy, pass: u32, position: u64) -> Option<Range<u32>> {
    let worth_it = policy.extents.iter().filter(|extent| **extent != policy.run_out).map(bytes);
    let bad = |range: Range<u64>| {
        map.within(range).filter(|s| s.state == State::Bad).map(|stretch| sectors(&stretch))
    };
    if backwards(pass) {
        let sectors =
            worth_it.rev().find_map(|all| bad(all.start..all.end.min(position)).last())?;
        let cell = unit_around(policy.unit, sectors.end - 1);
        Some(cell.start.max(sectors.start)..sectors.end)
    } else {
        let sectors =
            worth_it.into_iter().find_map(|all| bad(all.start.max(position)..all.end).next())?;
        Some(sectors.start..sectors.end.min(unit_around(policy.unit, sectors.start).end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dvd(sectors: u32, retries: u32) -> (Map, Policy) {
        let policy = Policy {
            unit: Blocks(16),
            chunk: Blocks(64),
            extents: std::iter::once(0..sectors).collect(),
            retries,
            run_out: 0..0,
        };
        (Map::new(u64::from(sectors) * 2048), policy)
    }

    /// Runs the plan on a disc whose units in `bad` always fail; returns the reads.
    fn run(map: &mut Map, policy: &Policy, bad: &[u32], names_it: bool) -> Vec<(u32, u32, bool)> {
        let mut reads = Vec::new();
        while let Some(read) = next(map, policy) {
            let failing = read.sectors().find(|s| bad.contains(&(s / policy.unit.0)));
            let outcome = match failing {
                None => Outcome::Good,
                Some(s) => Outcome::Failed { at: names_it.then_some(Lba(s.cast_signed())) },
            };
            settle(map, policy, &read, outcome);
            reads.push((read.lba.0.cast_unsigned(), read.blocks.0, failing.is_none()));
            assert!(reads.len() < 10_000, "the plan does not end");
        }
        reads
    }

    fn bad_sectors(map: &Map) -> Vec<(u32, u32)> {
        map.of(State::Bad).map(sectors).map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn a_clean_disc_is_read_once_in_aligned_chunks() {
        let (mut map, policy) = dvd(150, 3);
        assert_eq!(
            run(&mut map, &policy, &[], false),
            [(0, 64, true), (64, 64, true), (128, 22, true)]
        );
        assert_eq!(map.bytes(State::Finished), 150 * 2048);
    }

    #[test]
    fn a_bad_block_that_the_drive_names_costs_one_failing_read_besides_its_own() {
        let (mut map, policy) = dvd(128, 2);
        assert_eq!(
            run(&mut map, &policy, &[2], true),
            [
                (0, 64, false),
                (0, 32, true),
                (48, 16, true),
                (64, 64, true),
                (32, 16, false),
                (32, 16, false),
                (32, 16, false),
            ]
        );
        assert_eq!(bad_sectors(&map), [(32, 48)]);
    }

    #[test]
    fn a_bad_block_that_the_drive_does_not_name_is_found_by_blocks() {
        let (mut map, policy) = dvd(128, 0);
        assert_eq!(
            run(&mut map, &policy, &[1], false),
            [
                (0, 64, false),
                (64, 64, true),
                (0, 16, true),
                (16, 16, false),
                (32, 16, true),
                (48, 16, true),
            ]
        );
        assert_eq!(bad_sectors(&map), [(16, 32)]);
    }

    #[test]
    fn retries_go_backwards_first_and_try_each_block_once_a_pass() {
        let (mut map, policy) = dvd(64, 2);
        map.set(0..64 * 2048, State::Finished);
        map.set(0..32 * 2048, State::Bad);
        map.phase = Phase::Scraping;
        let reads = run(&mut map, &policy, &[0, 1], false);
        assert_eq!(reads, [(16, 16, false), (0, 16, false), (0, 16, false), (16, 16, false)]);
    }

    #[test]
    fn a_finished_map_is_gone_over_again() {
        let (mut map, policy) = dvd(64, 1);
        map.set(0..64 * 2048, State::Finished);
        map.set(16 * 2048..32 * 2048, State::Bad);
        map.phase = Phase::Finished;
        assert_eq!(next(&map, &policy), None);
        resume(&mut map);
        assert_eq!(run(&mut map, &policy, &[], false), [(16, 16, true)]);
    }

    #[test]
    fn only_the_extents_are_read_and_run_out_is_not_retried() {
        let (mut map, mut policy) = dvd(100, 1);
        policy.unit = Blocks(1);
        policy.extents = vec![10..20, 98..100];
        policy.run_out = 98..100;
        let reads = run(&mut map, &policy, &[98, 99], false);
        assert_eq!(reads, [(10, 10, true), (98, 2, false), (98, 1, false), (99, 1, false)]);
    }

    #[test]
    fn a_map_of_other_block_sizes_is_continued() {
        let (mut map, policy) = dvd(64, 0);
        map.set(0..512, State::Finished);
        assert_eq!(run(&mut map, &policy, &[], false), [(0, 64, true)]);
        assert_eq!(map.bytes(State::Finished), 64 * 2048);
    }

    proptest! {
        /// Whatever map one starts from: the plan ends, and exactly the bad blocks are left out.
        #[test]
        fn everything_readable_is_read(
            total in 1u32..300,
            bad in prop::collection::btree_set(0u32..20, 0..6),
            names_it: bool,
            retries in 1u32..3,
            unit in prop::sample::select(vec![1u32, 16, 32]),
            before in prop::collection::vec((0u64..300, 1u64..40, 0usize..4), 0..6),
        ) {
            let (mut map, mut policy) = dvd(total, retries);
            policy.unit = Blocks(unit);
            let states = [State::NonTried, State::NonTrimmed, State::NonScraped, State::Bad];
            for (at, len, state) in before {
                map.set(at * 2048..(at + len) * 2048, states[state]);
            }
            let bad: Vec<u32> = bad.into_iter().collect();
            run(&mut map, &policy, &bad, names_it);
            for sector in 0..total {
                let state = map.at(u64::from(sector) * 2048).expect("inside").state;
                let fails = bad.contains(&(sector / unit));
                let expected = if fails { State::Bad } else { State::Finished };
                prop_assert_eq!(state, expected, "sector {}", sector);
            }
        }
    }
}
