//! Reads a stretch of a disc as well as it can be read: in one read where all is well, else as the
//! plan narrows a failure down and tries again. Knows nothing of what the data is for.

use std::ops::{ControlFlow, Range};

use super::plan::{self, Outcome, Policy, Read};
use super::reader::{Attempt, Reader};
use crate::formats::mapfile::{Map, Phase, State};
use crate::jobs::error::Error;
use crate::units::{Blocks, Lba, SECTOR};

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// What the drive reads, and fails, at once: the error-correction block.
    pub unit: Blocks,
    /// How often what failed is tried again.
    pub retries: u32,
}

/// What came of a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// All of it but these sectors of the disc, ascending; none, as a rule.
    Data {
        /// What could not be read, however often it was tried.
        missing: Vec<Range<u32>>,
    },
    /// The drive reported a change of disc meanwhile.
    OtherDisc,
    /// Asked to stop.
    Stopped,
}

/// Fills `buffer`, whole sectors, from sector `first` on. `go_on` is asked before every read.
///
/// # Errors
/// More reading is of no use: the drive or the disc is gone, or the disc is protected.
pub fn read(
    reader: &mut Reader<'_>,
    effort: Effort,
    first: u32,
    buffer: &mut [u8],
    go_on: &mut dyn FnMut(&mut Reader<'_>) -> ControlFlow<()>,
) -> Result<Got, Error> {
    let blocks = Blocks(u32::try_from(buffer.len() / SECTOR).unwrap_or(0));
    let whole = first..first + blocks.0;
    let policy = policy(whole.clone(), effort);
    // Drawn up when there is something to put into it.
    let mut map = None;
    let lba = Lba(first.cast_signed());
    let mut next = Some(Read { lba, blocks, phase: Phase::Copying, pass: 1 });
    while let Some(read) = next.filter(|read| read.blocks.0 > 0) {
        if go_on(reader).is_break() {
            return Ok(Got::Stopped);
        }
        let sectors = read.sectors();
        let at = |sector: u32| (sector - first) as usize * SECTOR;
        match reader.attempt(read.lba, &mut buffer[at(sectors.start)..at(sectors.end)])? {
            Attempt::OtherDisc => return Ok(Got::OtherDisc),
            Attempt::Settled(Outcome::Good) if map.is_none() => break,
            Attempt::Settled(outcome) => {
                let map = map.get_or_insert_with(|| Map::new(u64::from(whole.end) * SECTOR as u64));
                plan::settle(map, &policy, &read, outcome);
                next = plan::next(map, &policy);
            }
        }
    }
    Ok(Got::Data { missing: map.map_or_else(Vec::new, |map| missing(&map, &whole)) })
}

/// A plan for this stretch alone.
fn policy(whole: Range<u32>, effort: Effort) -> Policy {
    let unit = Blocks(effort.unit.0.max(1));
    Policy {
        unit,
        // What is left after a failure that the drive has named is read in as few reads as may be.
        chunk: Blocks((whole.end - whole.start).max(1).next_multiple_of(unit.0)),
        extents: vec![whole],
        retries: effort.retries,
        run_out: 0..0,
    }
}

fn missing(map: &Map, whole: &Range<u32>) -> Vec<Range<u32>> {
    const LEN: u64 = SECTOR as u64;
    let bytes = u64::from(whole.start) * LEN..u64::from(whole.end) * LEN;
    let mut missing: Vec<Range<u32>> = Vec::new();
    for stretch in map.within(bytes).filter(|stretch| stretch.state != State::Finished) {
        let sector = |byte: u64| u32::try_from(byte / LEN).unwrap_or(u32::MAX);
        let sectors = sector(stretch.start)..sector(stretch.end());
        match missing.last_mut() {
            Some(last) if last.end == sectors.start => last.end = sectors.end,
            _ => missing.push(sectors),
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};

    fn read_at(lba: u8, blocks: u8) -> Step {
        let good = vec![lba; usize::from(blocks) * SECTOR];
        Step::on(&[0x28, 0, 0, 0, 0, lba, 0, 0, blocks, 0]).answer(&good)
    }

    fn fails(lba: u8, blocks: u8) -> Step {
        Step::on(&[0x28, 0, 0, 0, 0, lba, 0, 0, blocks, 0]).fails(3, 0x11, 0)
    }

    fn run(script: &Script, first: u32, blocks: usize, retries: u32) -> (Got, Vec<u8>) {
        let mut drive = script.drive();
        let mut reader = Reader::new(&mut drive, "again");
        let mut buffer = vec![0; blocks * SECTOR];
        let effort = Effort { unit: Blocks(16), retries };
        let mut on = |_: &mut Reader<'_>| ControlFlow::Continue(());
        let got = read(&mut reader, effort, first, &mut buffer, &mut on).expect("read");
        (got, buffer)
    }

    #[test]
    fn a_good_stretch_is_one_read() {
        let script = Script::new(vec![read_at(32, 24)]);
        let (got, buffer) = run(&script, 32, 24, 3);
        assert_eq!(got, Got::Data { missing: vec![] });
        assert!(buffer == vec![32; 24 * SECTOR]);
        script.finish();
    }

    #[test]
    fn a_bad_block_is_narrowed_down_and_tried_again() {
        let script = Script::new(vec![
            fails(32, 40),
            read_at(32, 16),
            fails(48, 16),
            read_at(64, 8),
            fails(48, 16),
            fails(48, 16),
        ]);
        let (got, buffer) = run(&script, 32, 40, 2);
        let bad = 48..64;
        assert_eq!(got, Got::Data { missing: vec![bad] });
        assert!(buffer[32 * SECTOR..] == vec![64; 8 * SECTOR]);
        script.finish();
        let script = Script::new(vec![fails(0, 16), fails(0, 16), read_at(0, 16)]);
        assert_eq!(run(&script, 0, 16, 1).0, Got::Data { missing: vec![] });
        script.finish();
    }

    #[test]
    fn nothing_is_read_of_an_empty_stretch() {
        assert_eq!(run(&Script::new(vec![]), 7, 0, 1).0, Got::Data { missing: vec![] });
    }

    #[test]
    fn a_stop_is_heeded_before_the_next_read() {
        let script = Script::new(vec![fails(0, 32)]);
        let mut drive = script.drive();
        let mut reader = Reader::new(&mut drive, "again");
        let mut asked = 0;
        let mut once = |_: &mut Reader<'_>| {
            asked += 1;
            if asked > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let effort = Effort { unit: Blocks(16), retries: 0 };
        let got = read(&mut reader, effort, 0, &mut [0; 32 * SECTOR], &mut once);
        assert_eq!(got, Ok(Got::Stopped));
    }
}
