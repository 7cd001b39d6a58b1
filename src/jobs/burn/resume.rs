//! Going on with a burn that broke off: where it did, and whether what is on the disc is the
//! image's beginning. Every sector is read back and compared: a disc that is gone on with must be
//! as good as one that was burnt in one go.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use super::disc::Disc;
use super::engine::Stop;
use super::fifo::{SourceError, Take, Tap};
use super::plan::Image;
use super::report::{Progress, Resume, Source, Stage};
use crate::jobs::error::{Error, Kind};
use crate::jobs::reading::eta::{Curve, Pace};
use crate::jobs::reading::plan::Outcome;
use crate::jobs::reading::reader::{Attempt, Reader};
use crate::mmc::Drive;
use crate::transport::reason;
use crate::units::{Blocks, Lba, SECTOR};

/// Read at once: an ECC block of a BD, two of a DVD.
const CHUNK: u32 = 32;
/// How long the image is waited for before the user is asked whether to stop.
const PATIENCE: Duration = Duration::from_millis(200);
const AGAIN: &str = "then `burn --resume` tries again";

/// Where a burn broke off. `None`: there is none to go on with.
pub fn locate(disc: &Disc, image: &Image) -> Option<Resume> {
    if disc.kind.is_overwritable() {
        // No address tells: it is compared as far as it agrees.
        return Some(Resume { start: Lba(0), nwa: Lba(0) + image.blocks });
    }
    if disc.is_broken_off() {
        let (start, nwa) = disc.track_start.zip(disc.nwa)?;
        return Some(Resume { start, nwa });
    }
    // Only the end is missing: all of it must be there.
    disc.unclosed.map(|start| Resume { start, nwa: start + image.blocks })
}

/// Whether what is on the disc may be this image's. A blank disc has nothing of it: the burn was
/// lost before anything got there. A disc that is overwritten tells it by its first sectors alone:
/// what begins otherwise is another's, and may be dear. What comes through a pipe cannot be looked
/// at before it is needed. Of any other disc [`locate`] tells.
///
/// # Errors
/// The drive is lost, or the image cannot be read.
pub fn is_begun(
    drive: &mut Drive,
    disc: &Disc,
    source: &Source,
    image: &Image,
) -> Result<bool, Error> {
    if !disc.kind.is_overwritable() {
        return Ok(!disc.is_blank());
    }
    if !disc.formatted {
        return Ok(false);
    }
    let Source::File { path, .. } = source else { return Ok(true) };
    let blocks = CHUNK.min(image.blocks.0);
    let mut theirs = vec![0; blocks as usize * SECTOR];
    let mut reader = Reader::new(drive, AGAIN);
    reader.fua = true;
    let read = reader.attempt(Lba(0), &mut theirs)?;
    let mut ours = Vec::new();
    let file =
        File::open(path).and_then(|file| file.take(theirs.len() as u64).read_to_end(&mut ours));
    file.map_err(|error| {
        let why = reason(&error);
        Error::new(Kind::BeforeDisc, format!("cannot read {}: {why}", path.display()))
    })?;
    Ok(matches!(read, Attempt::Settled(Outcome::Good)) && agree(&ours, &theirs) == blocks)
}

/// What is compared.
pub struct Compared<'a> {
    /// Where on the disc.
    pub resume: Resume,
    /// The image's size.
    pub image: &'a Image,
    /// It can be written anew from where it differs.
    pub overwritable: bool,
}

/// How many sectors of the image, from its beginning, are on the disc. The image comes next from
/// behind them.
///
/// # Errors
/// On a disc that is written in sequence: what is there is something else, or cannot be read.
pub fn compare(
    drive: &mut Drive,
    tap: &mut Tap,
    compared: &Compared<'_>,
    tell: &mut dyn FnMut(Progress) -> Result<(), Stop>,
) -> Result<Blocks, Stop> {
    let Resume { start, nwa } = compared.resume;
    let recorded = u32::try_from(nwa - start).unwrap_or(0);
    let total = recorded.min(compared.image.blocks.0);
    let first = u32::try_from(start.0).unwrap_or(0);
    let mut pace = Pace::new(Curve::angular(first + total), drive.time(), 0, first);
    let mut reader = Reader::new(drive, AGAIN);
    reader.fua = true;
    let mut theirs = vec![0; CHUNK as usize * SECTOR];
    let mut done = 0;
    while done < total {
        let blocks = CHUNK.min(total - done);
        let lba = start + Blocks(done);
        let bytes = Blocks(done).bytes();
        let (kbps, left) = pace.at(reader.drive.time(), bytes, first + done, first + total);
        let fifo_percent = tap.fill().percent();
        let progress = progress(done, total, kbps, left, fifo_percent);
        tell(progress)?;
        let theirs = &mut theirs[..blocks as usize * SECTOR];
        let read = reader.attempt(lba, theirs).map_err(Stop::Failed)?;
        let agreeing = agreeing(tap, theirs, &mut || tell(progress))?;
        let same = match read {
            Attempt::Settled(Outcome::Good) => agreeing,
            _ if compared.overwritable => 0,
            _ => return Err(unreadable(lba, blocks)),
        };
        done += same;
        if same < blocks {
            if !compared.overwritable {
                return Err(other_image(start + Blocks(done)));
            }
            break;
        }
    }
    Ok(Blocks(done))
}

fn progress(
    done: u32,
    total: u32,
    kbps: Option<f64>,
    left: Option<Duration>,
    fifo_percent: u8,
) -> Progress {
    Progress {
        stage: Stage::Comparing,
        done: u64::from(done),
        total: u64::from(total),
        kbps,
        kbps_average: None,
        left,
        fifo_percent,
        buffer_percent: None,
        underruns: 0,
        retries: 0,
    }
}

/// How many of the sectors agree with the next ones of the image, however long those take.
fn agreeing(
    tap: &mut Tap,
    theirs: &[u8],
    waiting: &mut dyn FnMut() -> Result<(), Stop>,
) -> Result<u32, Stop> {
    loop {
        match tap.take(theirs.len(), PATIENCE)? {
            Take::Bytes(ours) => return Ok(agree(ours, theirs)),
            Take::Waiting => waiting()?,
            Take::End => return Err(SourceError::Broken.into()),
        }
    }
}

/// Sectors that agree from the beginning on. The last one of the image may be short: zeros follow.
fn agree(ours: &[u8], theirs: &[u8]) -> u32 {
    let pairs = ours.chunks(SECTOR).zip(theirs.chunks(SECTOR));
    let same = |(ours, theirs): &(&[u8], &[u8])| {
        let (head, tail) = theirs.split_at(ours.len().min(theirs.len()));
        head == *ours && tail.iter().all(|byte| *byte == 0)
    };
    u32::try_from(pairs.take_while(same).count()).unwrap_or(u32::MAX)
}

fn other_image(lba: Lba) -> Stop {
    Stop::Failed(
        Error::new(
            Kind::Unusable,
            format!("what is on the disc is not this image's beginning: sector {lba} differs"),
        )
        .hint("go on with the image that was being burnt, unchanged"),
    )
}

fn unreadable(lba: Lba, blocks: u32) -> Stop {
    let last = lba + Blocks(blocks - 1);
    Stop::Failed(
        Error::new(
            Kind::Unusable,
            format!(
                "the sectors {lba} to {last} on the disc cannot be read, so that nobody can tell \
                 whether they are the image's"
            ),
        )
        .hint("another drive may read them; what cannot be compared is not gone on with"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_agree_up_to_the_first_that_does_not() {
        let mut disc = vec![7; 4 * SECTOR];
        assert_eq!(agree(&[7; 4 * SECTOR], &disc), 4);
        disc[2 * SECTOR + 5] = 0;
        assert_eq!(agree(&[7; 4 * SECTOR], &disc), 2);
        // An image that ends within a sector, which was filled up with zeros.
        disc[SECTOR + 100..2 * SECTOR].fill(0);
        assert_eq!(agree(&[7; SECTOR + 100], &disc), 2);
        assert_eq!(agree(&[7; SECTOR + 99], &disc), 1);
    }
}
