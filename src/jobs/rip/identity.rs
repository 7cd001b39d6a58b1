//! Whether the disc in the drive is the one an image was begun from. Compares what is in the image
//! with the disc at a few places: that holds whoever wrote the map, and for another copy of the
//! same disc, which may go on where the first one failed.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::formats::mapfile::{Map, State};
use crate::jobs::reading::plan::Policy;
use crate::units::{Blocks, Lba, SECTOR};

/// Places that are compared.
const SAMPLES: u64 = 8;

/// What the comparison shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// Every place that could be read is as the image has it, or the image holds nothing yet.
    Same,
    /// This sector differs.
    Different(Lba),
    /// No place could be read.
    Unknown,
}

/// Compares disc and image. `read` fills a buffer with sectors from an address.
///
/// # Errors
/// Only what `read` makes of an error that ends the rip; a place that it says is unreadable
/// (`Ok(false)`) is passed over.
pub fn compare<E>(
    image: &File,
    map: &Map,
    policy: &Policy,
    mut read: impl FnMut(Lba, &mut [u8]) -> Result<bool, E>,
) -> Result<Sameness, E> {
    let places = places(map, policy);
    let mut compared = 0;
    for &(lba, blocks) in &places {
        let len = blocks.0 as usize * SECTOR;
        let (mut ours, mut theirs) = (vec![0; len], vec![0; len]);
        let offset = lba.offset().unwrap_or(0);
        if image.read_exact_at(&mut ours, offset).is_err() || !read(lba, &mut theirs)? {
            continue;
        }
        let pairs = ours.chunks_exact(SECTOR).zip(theirs.chunks_exact(SECTOR));
        if let Some(index) = pairs.into_iter().position(|(a, b)| a != b) {
            return Ok(Sameness::Different(lba + Blocks(u32::try_from(index).unwrap_or(0))));
        }
        compared += 1;
    }
    Ok(if compared > 0 || places.is_empty() { Sameness::Same } else { Sameness::Unknown })
}

/// One error-correction block around each place: the volume descriptors first, where discs differ
/// soonest, then places spread evenly over what was read.
fn places(map: &Map, policy: &Policy) -> Vec<(Lba, Blocks)> {
    const DESCRIPTORS: u64 = 16 * SECTOR as u64;
    let total = map.bytes(State::Finished);
    let spread = (0..SAMPLES).filter_map(|index| nth_finished(map, total * index / SAMPLES));
    let mut places: Vec<(Lba, Blocks)> = Vec::new();
    for at in std::iter::once(DESCRIPTORS).chain(spread) {
        if let Some(place) = sectors_around(map, policy, at)
            && !places.contains(&place)
        {
            places.push(place);
        }
    }
    places
}

/// The position of the `nth` byte that was read.
fn nth_finished(map: &Map, mut nth: u64) -> Option<u64> {
    for stretch in map.of(State::Finished) {
        if nth < stretch.size {
            return Some(stretch.start + nth);
        }
        nth -= stretch.size;
    }
    None
}

/// The whole sectors read of the error-correction block that holds byte `at`.
fn sectors_around(map: &Map, policy: &Policy, at: u64) -> Option<(Lba, Blocks)> {
    const LEN: u64 = SECTOR as u64;
    let stretch = map.at(at).filter(|stretch| stretch.state == State::Finished)?;
    let unit = u64::from(policy.unit.0) * LEN;
    let block = at - at % unit;
    let first = stretch.start.max(block).div_ceil(LEN);
    let last = stretch.end().min(block + unit) / LEN;
    let blocks = u32::try_from(last.checked_sub(first)?).ok().filter(|blocks| *blocks > 0)?;
    Some((Lba(i32::try_from(first).ok()?), Blocks(blocks)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::CommandError;

    const SECTORS: u32 = 1000;

    fn policy() -> Policy {
        Policy {
            unit: Blocks(16),
            chunk: Blocks(64),
            extents: std::iter::once(0..SECTORS).collect(),
            retries: 0,
            run_out: 0..0,
        }
    }

    fn disc(seed: u8) -> Vec<u8> {
        (0..SECTORS as usize * SECTOR).map(|at| (at / SECTOR) as u8 ^ seed).collect()
    }

    fn judge(image: &[u8], map: &Map, disc: &[u8], unreadable: bool) -> Sameness {
        let file = tempfile::tempfile().expect("file");
        file.write_all_at(image, 0).expect("written");
        compare(&file, map, &policy(), |lba, buffer| {
            let start = lba.offset().expect("positive") as usize;
            buffer.copy_from_slice(&disc[start..start + buffer.len()]);
            Ok::<_, CommandError>(!unreadable)
        })
        .expect("compared")
    }

    fn half() -> Map {
        let mut map = Map::new(u64::from(SECTORS) * 2048);
        map.set(0..500 * 2048, State::Finished);
        map
    }

    #[test]
    fn the_same_disc_is_the_same_and_another_is_not() {
        assert_eq!(judge(&disc(0), &half(), &disc(0), false), Sameness::Same);
        assert_eq!(judge(&disc(0), &half(), &disc(1), false), Sameness::Different(Lba(16)));
    }

    #[test]
    fn a_disc_that_differs_late_is_noticed_if_it_differs_widely() {
        let mut other = disc(0);
        other[100 * SECTOR..].fill(0xaa);
        let found = judge(&disc(0), &half(), &other, false);
        assert!(matches!(found, Sameness::Different(lba) if lba >= Lba(100)), "{found:?}");
    }

    #[test]
    fn only_what_was_read_is_compared() {
        let mut image = disc(0);
        image[500 * SECTOR..].fill(0);
        assert_eq!(judge(&image, &half(), &disc(0), false), Sameness::Same);
        let nothing = Map::new(u64::from(SECTORS) * 2048);
        assert_eq!(judge(&[], &nothing, &disc(0), false), Sameness::Same);
    }

    #[test]
    fn where_nothing_can_be_read_nothing_is_known() {
        assert_eq!(judge(&disc(0), &half(), &disc(0), true), Sameness::Unknown);
    }
}
