//! The second pass of a rip: everything is read once more, past the drive's cache where it can be,
//! and compared with the image. A read that agrees with itself is worth more than one.

use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use crate::formats::mapfile::{Map, State};
use crate::jobs::error::{Error, Kind};
use crate::jobs::reading::plan::Policy;
use crate::jobs::reading::reader::Reader;
use crate::jobs::reading::stretch::{self, Effort, Got};
use crate::units::SECTOR;

/// Tells the sectors done and the rate in kB/s of the drive's time.
type Tell<'a> = &'a mut dyn FnMut(u64, Option<f64>) -> ControlFlow<()>;

/// First sector and count of each stretch that came differently, or not at all; `None` if stopped.
///
/// # Errors
/// The drive or the disc is gone, or the image cannot be read.
pub fn compare(
    reader: &mut Reader<'_>,
    image: &File,
    map: &Map,
    policy: &Policy,
    tell: Tell<'_>,
) -> Result<Option<Vec<(u64, u64)>>, Error> {
    reader.fua = true;
    let chunk = policy.chunk.0 as usize * SECTOR;
    let effort = Effort { unit: policy.unit, retries: policy.retries };
    let (mut theirs, mut ours) = (vec![0; chunk], vec![0; chunk]);
    let mut different: Vec<(u64, u64)> = Vec::new();
    let mut done = 0;
    let started = reader.drive.time();
    for stretch in map.of(State::Finished) {
        let mut at = stretch.start;
        while at < stretch.end() {
            let to_boundary = chunk as u64 - at % chunk as u64;
            let len = (stretch.end() - at).min(to_boundary) as usize;
            image.read_exact_at(&mut ours[..len], at).map_err(|error| {
                Error::new(Kind::Failed, format!("the image cannot be read back: {error}"))
            })?;
            let first = at / SECTOR as u64;
            let mut go_on = |reader: &mut Reader<'_>| {
                let took = reader.drive.time().saturating_sub(started);
                tell(done, rate(done, took))
            };
            let sector = u32::try_from(first).unwrap_or(u32::MAX);
            let got = stretch::read(reader, effort, sector, &mut theirs[..len], &mut go_on)?;
            let unread = |sector: u64| match &got {
                Got::Data { missing } => {
                    missing.iter().any(|range| range.contains(&(sector as u32)))
                }
                _ => true,
            };
            if got == Got::Stopped {
                return Ok(None);
            }
            let pairs = ours[..len].chunks(SECTOR).zip(theirs[..len].chunks(SECTOR));
            for (sector, (a, b)) in (first..).zip(pairs) {
                if a != b || unread(sector) {
                    note(&mut different, sector);
                }
            }
            at += len as u64;
            done += (len / SECTOR) as u64;
        }
    }
    Ok(Some(different))
}

fn rate(sectors: u64, took: Duration) -> Option<f64> {
    (!took.is_zero()).then(|| (sectors * SECTOR as u64) as f64 / 1000.0 / took.as_secs_f64())
}

fn note(different: &mut Vec<(u64, u64)>, sector: u64) {
    match different.last_mut() {
        Some((first, count)) if *first + *count == sector => *count += 1,
        _ => different.push((sector, 1)),
    }
}
