//! What a burn is made of, as plain data: the disc as it is, what was asked for, and the steps that
//! come of both. A step knows the commands it sends, so that what is printed and what is sent come
//! from the same place. Knows neither drive nor image.

use std::fmt;
use std::time::Duration;

pub use super::disc::{Abilities, Disc, DiscKind, LayerBoundary, SpareArea, normalised};
use crate::jobs::error::{Error, Kind};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_track_information::{TrackAddress, TrackInformation};
use crate::mmc::cmd::send_cue_sheet::CueSheet;
use crate::mmc::mode_page::ModePage;
use crate::mmc::settings::SpeedRequest;
use crate::units::{Blocks, Lba, Rate, SECTOR, Speed};

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its size in sectors of 2048 bytes.
    pub blocks: Blocks,
}

/// A writing mode that one may insist on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteMode {
    /// SAO of a CD, DAO of a DVD-R or DVD-RW: the size is told beforehand, the disc is closed with
    /// it.
    AtOnce,
    /// TAO of a CD, incremental of a DVD-R or DVD-RW.
    Incremental,
}

/// How much of a disc is set aside for blocks that turn out bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spares {
    /// Nothing: the whole disc, at full speed.
    None,
    /// As much as the drive does by default.
    Default,
    /// As little as the drive offers.
    Min,
    /// As much as the drive offers.
    Max,
}

/// What was asked for. No default: a new choice must be made everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// How fast; `None` leaves it to the drive.
    pub speed: Option<Speed>,
    /// The drive's own test write.
    pub simulate: bool,
    /// The disc stays open for more.
    pub appendable: bool,
    /// What a disc that can be blanked holds is to go, even where more could be appended to it.
    pub erase: bool,
    /// WRITE (12) with the streaming bit: full speed, defects are not looked for.
    pub streaming: bool,
    /// Spare areas; `None` leaves a formatted disc as it is, a BD-R without, and takes the drive's
    /// default for the rest.
    pub spares: Option<Spares>,
    /// The laser is calibrated by command (SEND OPC INFORMATION); drives do it by themselves.
    pub opc: bool,
    /// Blocks of layer 0 of a DVD+R DL; `None` chooses.
    pub layer_break: Option<Blocks>,
    /// A writing mode; `None` chooses.
    pub mode: Option<WriteMode>,
}

/// The writing of the image: one stretch of addresses without gaps. No command writes both before
/// and behind where the image begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// First address written to.
    pub start: Lba,
    /// Blocks of zeros before the image: the pre-gap of a CD in SAO.
    pub lead: Blocks,
    /// Blocks of the image that are on the disc already, before `start`: of a burn that goes on.
    pub skip: Blocks,
    /// Blocks of the image to write, those skipped not counted.
    pub image: Blocks,
    /// Blocks of zeros behind it.
    pub pad: Blocks,
    /// Blocks that one command writes; the last may be shorter.
    pub chunk: Blocks,
    /// WRITE (12) with the streaming bit in place of WRITE (10).
    pub streaming: bool,
}

/// What one WRITE command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where to.
    pub lba: Lba,
    /// Zeros before.
    pub lead: Blocks,
    /// First block of the image in it.
    pub from: Blocks,
    /// Blocks of the image.
    pub image: Blocks,
    /// Zeros behind.
    pub pad: Blocks,
}

impl Chunk {
    /// Blocks of the command.
    pub fn blocks(&self) -> Blocks {
        Blocks(self.lead.0 + self.image.0 + self.pad.0)
    }

    /// The address after it.
    pub fn end(&self) -> Lba {
        self.lba + self.blocks()
    }
}

impl Write {
    /// All the blocks that are written.
    pub fn total(&self) -> Blocks {
        Blocks(self.lead.0 + self.image.0 + self.pad.0)
    }

    /// The address after the last.
    pub fn end(&self) -> Lba {
        self.start + self.total()
    }

    /// Where the first block of the image that is written goes.
    pub fn image_start(&self) -> Lba {
        self.start + self.lead
    }

    /// How many commands it takes.
    pub fn commands(&self) -> u32 {
        let chunk = self.chunk.0.max(1);
        self.lead.0.div_ceil(chunk) + (self.image.0 + self.pad.0).div_ceil(chunk)
    }

    /// The chunk that begins at `lba`; `None` outside.
    pub fn chunk_at(&self, lba: Lba) -> Option<Chunk> {
        let done = u32::try_from(lba - self.start).ok().filter(|done| *done < self.total().0)?;
        let image_end = self.lead.0 + self.image.0;
        let border = if done < self.lead.0 { self.lead.0 } else { self.total().0 };
        let end = border.min(done.saturating_add(self.chunk.0.max(1)));
        let part = |from: u32, to: u32| Blocks(end.min(to).saturating_sub(done.max(from)));
        let before = done.saturating_sub(self.lead.0).min(self.image.0);
        Some(Chunk {
            lba,
            lead: part(0, self.lead.0),
            from: Blocks(self.skip.0 + before),
            image: part(self.lead.0, image_end),
            pad: part(image_end, self.total().0),
        })
    }

    /// All chunks from `lba` on.
    pub fn chunks_from(&self, lba: Lba) -> impl Iterator<Item = Chunk> + use<> {
        let write = *self;
        std::iter::successors(write.chunk_at(lba), move |last| write.chunk_at(last.end()))
    }

    /// All chunks.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> + use<> {
        self.chunks_from(self.start)
    }
}

/// Something to do to the disc or the drive, in the order of the plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// SET STREAMING or SET CD SPEED.
    SetSpeed(SpeedRequest),
    /// BLANK, immediate; then waits.
    Blank {
        /// All of it rather than what makes it look empty.
        full: bool,
    },
    /// FORMAT UNIT, immediate; then waits.
    Format(FormatUnit),
    /// MODE SELECT of page 05h ([`crate::mmc::Drive::set_page`]: sent whether or not the page is
    /// so already).
    WriteParameters(ModePage),
    /// SEND OPC INFORMATION. A refusal does no harm (real-drives: Plextor PX-712A, Toshiba
    /// TS-H542A); a calibration that failed does.
    Opc,
    /// SEND DISC STRUCTURE, format 20h: where layer 1 begins.
    LayerBreak {
        /// Blocks of layer 0.
        l0: Blocks,
    },
    /// READ TRACK INFORMATION: the drive has to be where the plan is.
    NextWritable {
        /// Of which track.
        track: TrackAddress,
        /// Where it has to be.
        expect: Lba,
    },
    /// RESERVE TRACK.
    Reserve {
        /// How much.
        blocks: Blocks,
    },
    /// SEND CUE SHEET: one track of data from 0 on.
    CueSheet(CueSheet),
    /// WRITE (10) or WRITE (12), over and over.
    Write(Write),
    /// SYNCHRONIZE CACHE, immediate; then waits.
    Flush,
    /// CLOSE TRACK, immediate; then waits.
    CloseTrack {
        /// Its number.
        track: u16,
    },
    /// CLOSE SESSION, immediate; then waits.
    CloseSession,
    /// CLOSE of the disc for good, immediate; then waits.
    Finalize {
        /// Function 5 of a DVD+R (a lead-out at least so far out that old drives find it) in place
        /// of function 6.
        minimal_radius: bool,
    },
    /// CLOSE, function 0: ends the background format of a DVD+RW, immediate; then waits.
    StopBackgroundFormat,
}

impl Step {
    /// Whether the drive is asked by TEST UNIT READY afterwards until it has done it, and how long
    /// at most.
    pub fn waits(&self) -> Option<Duration> {
        let minutes = |minutes: u64| Some(Duration::from_secs(minutes * 60));
        match self {
            Step::Blank { .. } | Step::Format(_) => minutes(300),
            Step::Flush
            | Step::CloseTrack { .. }
            | Step::CloseSession
            | Step::Finalize { .. }
            | Step::StopBackgroundFormat => minutes(60),
            _ => None,
        }
    }

    /// Whether the disc is another one once it has been begun. What comes before leaves it as it
    /// was.
    pub fn changes_disc(&self) -> bool {
        !matches!(self, Step::SetSpeed(_) | Step::WriteParameters(_) | Step::NextWritable { .. })
    }
}

/// Whether a track is where a plan needs it.
pub fn is_at(track: &TrackInformation, expect: Lba) -> bool {
    normalised(track.next_writable) == Some(expect)
}

/// How a burn will go.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is on the disc it is for.
    pub kind: DiscKind,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// How, in words: `session at once`, `sequential, no defect management`.
    pub mode: String,
    /// Blocks of the image.
    pub image: Blocks,
    /// Blocks that it takes on the disc, with all padding.
    pub needed: Blocks,
    /// Blocks there are for it.
    pub available: Blocks,
    /// Where block 0 of the image goes.
    pub start: Lba,
    /// What is on the disc is lost: it is blanked, formatted or overwritten.
    pub loses: bool,
    /// Nothing is written for good: the drive tests.
    pub simulated: bool,
    /// The disc takes no more afterwards.
    pub closes: bool,
    /// Whether a burn that broke off can be gone on with: the disc keeps a next writable address
    /// that tells how far it came.
    pub resumable: bool,
    /// It only closes what a burn left behind that cannot be gone on with.
    pub salvages: bool,
    /// The rate asked for; `None` leaves it to the drive.
    pub rate: Option<Rate>,
    /// What `mkisofs -C` had to be told for an image that refers to what is there: first block
    /// of the last session, next writable address. `None` where nothing is appended.
    pub msinfo: Option<(Lba, Lba)>,
    /// What one should know: what it costs, what is unusual. A sentence each, without full stop.
    pub remarks: Vec<String>,
}

impl Plan {
    /// The step that writes the image.
    pub fn write(&self) -> Option<&Write> {
        self.steps.iter().find_map(|step| match step {
            Step::Write(write) => Some(write),
            _ => None,
        })
    }

    /// Whether the disc is formatted first.
    pub fn formats(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Format(_)))
    }
}

/// Why there is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The disc cannot be written to: pressed, closed, full, of a kind that no one writes, unknown.
    Disc,
    /// The drive cannot, or not so.
    Drive,
    /// The image does not fit.
    Size,
    /// What was asked for does not go together, or not with this disc.
    Choice,
    /// The disc is write protected.
    Protected,
}

/// Something that would do in place of what was asked for, and how much it would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// In words: `without spare areas (--spares none)`.
    pub what: String,
    /// What would fit then.
    pub blocks: Blocks,
    /// Whether the image would.
    pub fits: bool,
}

/// Says no, and what would work instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind of no.
    pub reason: Reason,
    /// Lower case, no full stop.
    pub message: String,
    /// What would work instead.
    pub hint: String,
    /// Where it is a matter of size: what there is, largest first.
    pub alternatives: Vec<Alternative>,
}

impl Refusal {
    /// A no without numbers.
    pub fn new(reason: Reason, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal { reason, message: message.into(), hint: hint.into(), alternatives: Vec::new() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        let kind = match refusal.reason {
            Reason::Choice => Kind::Usage,
            Reason::Disc | Reason::Drive | Reason::Size | Reason::Protected => Kind::Unusable,
        };
        Error::new(kind, refusal.message).hint(refusal.hint)
    }
}

/// The largest multiple of `unit` that a transport carries, up to `wanted`; where it does not carry
/// one unit, as many blocks as it does, a power of two so that they add up to units.
pub fn chunk(wanted: Blocks, unit: Blocks, max_transfer: usize) -> Blocks {
    let carried = u32::try_from(max_transfer / SECTOR).unwrap_or(u32::MAX).max(1);
    let most = carried.min(wanted.0);
    if most >= unit.0 {
        return Blocks(most / unit.0 * unit.0);
    }
    Blocks(1 << most.ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: Write = Write {
        start: Lba(-150),
        lead: Blocks(150),
        image: Blocks(20),
        pad: Blocks(7),
        skip: Blocks(0),
        chunk: Blocks(16),
        streaming: false,
    };

    #[test]
    fn chunks_follow_each_other_and_hold_every_block_once() {
        let chunks: Vec<Chunk> = WRITE.chunks().collect();
        assert_eq!(chunks.len() as u32, WRITE.commands());
        let chunk = |lba, lead, from, image, pad| Chunk {
            lba: Lba(lba),
            lead: Blocks(lead),
            from: Blocks(from),
            image: Blocks(image),
            pad: Blocks(pad),
        };
        assert_eq!(
            chunks[8..],
            [
                chunk(-22, 16, 0, 0, 0),
                // 144 of 150 zeros are behind; the image begins with a command of its own.
                chunk(-6, 6, 0, 0, 0),
                chunk(0, 0, 0, 16, 0),
                chunk(16, 0, 16, 4, 7),
            ]
        );
        assert_eq!((WRITE.end(), WRITE.image_start()), (Lba(27), Lba(0)));
        assert_eq!(WRITE.chunk_at(Lba(27)), None);
        assert_eq!(WRITE.chunk_at(Lba(-151)), None);
        // Anywhere in between one can go on.
        assert_eq!(WRITE.chunks_from(Lba(13)).next(), Some(chunk(13, 0, 13, 7, 7)));
        let rest = Write { skip: Blocks(100), ..WRITE };
        assert_eq!(rest.chunk_at(Lba(16)), Some(chunk(16, 0, 116, 4, 7)));
    }

    #[test]
    fn chunks_are_whole_units_where_the_transport_carries_one() {
        let of = |wanted, unit, bytes| chunk(Blocks(wanted), Blocks(unit), bytes).0;
        assert_eq!(of(16, 16, 131_072), 16);
        assert_eq!(of(32, 32, 65_536), 32);
        // A bridge of 120 KiB holds 60 blocks: one unit of a BD.
        assert_eq!(of(64, 32, 122_880), 32);
        // A bridge that carries 32 KiB holds half a unit of a BD.
        assert_eq!(of(32, 32, 32_768), 16);
        assert_eq!(of(16, 16, 30_000), 8);
        assert_eq!(of(16, 16, 100), 1);
    }
}
