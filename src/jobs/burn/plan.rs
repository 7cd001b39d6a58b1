//! What a burn is made of, as plain data: the disc as it is, what was asked for, and the steps that
//! come of both. A step knows the commands it sends, so that what is printed and what is sent come
//! from the same place. Knows neither drive nor image.

use std::fmt;
use std::time::Duration;

use crate::jobs::error::{Error, Kind};
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus, SessionState};
use crate::mmc::cmd::read_format_capacities::FormatCapacities;
use crate::mmc::cmd::read_track_information::{TrackAddress, TrackInformation};
use crate::mmc::mode_page::ModePage;
use crate::mmc::profile::Profile;
use crate::mmc::settings::SpeedRequest;
use crate::units::{Blocks, Family, Lba, Rate, SECTOR, Speed};

/// What a disc is, as far as writing goes. Not the profile: a BD-R that can be pseudo-overwritten
/// has the profile of one that cannot, and a closed one that of a pressed disc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiscKind {
    /// CD-R.
    CdR,
    /// CD-RW.
    CdRw,
    /// DVD-R, one layer.
    DvdR,
    /// DVD-R of two layers, written sequentially.
    DvdRDl,
    /// DVD-R of two layers in layer jump recording: neither libburn nor growisofs write it, nor we.
    DvdRDlJump,
    /// DVD-RW, written sequentially like a DVD-R.
    DvdRwSequential,
    /// DVD-RW, formatted: restricted overwrite.
    DvdRwOverwrite,
    /// DVD-RAM.
    DvdRam,
    /// DVD+R.
    DvdPlusR,
    /// DVD+R of two layers.
    DvdPlusRDl,
    /// DVD+RW.
    DvdPlusRw,
    /// DVD+RW of two layers.
    DvdPlusRwDl,
    /// BD-R, sequential recording mode, blank or not, with spare areas or without.
    BdR,
    /// BD-R with pseudo-overwrite, as growisofs formats it: closing it fails in most drives.
    BdRPow,
    /// BD-R in random recording mode.
    BdRRandom,
    /// BD-RE.
    BdRe,
    /// A disc that is pressed, or recordable and closed so that the drive presents it as pressed.
    ReadOnly,
    /// None of those.
    Unknown,
}

impl DiscKind {
    /// Its name as shops write it.
    pub fn name(self) -> &'static str {
        match self {
            DiscKind::CdR => "CD-R",
            DiscKind::CdRw => "CD-RW",
            DiscKind::DvdR => "DVD-R",
            DiscKind::DvdRDl => "DVD-R DL",
            DiscKind::DvdRDlJump => "DVD-R DL (layer jump)",
            DiscKind::DvdRwSequential => "DVD-RW",
            DiscKind::DvdRwOverwrite => "DVD-RW (restricted overwrite)",
            DiscKind::DvdRam => "DVD-RAM",
            DiscKind::DvdPlusR => "DVD+R",
            DiscKind::DvdPlusRDl => "DVD+R DL",
            DiscKind::DvdPlusRw => "DVD+RW",
            DiscKind::DvdPlusRwDl => "DVD+RW DL",
            DiscKind::BdR => "BD-R",
            DiscKind::BdRPow => "BD-R (pseudo-overwrite)",
            DiscKind::BdRRandom => "BD-R (random recording)",
            DiscKind::BdRe => "BD-RE",
            DiscKind::ReadOnly => "read-only disc",
            DiscKind::Unknown => "unknown disc",
        }
    }

    /// Whether it has no next writable address: any block can be written, as often as one likes.
    pub fn is_overwritable(self) -> bool {
        matches!(
            self,
            DiscKind::DvdRwOverwrite
                | DiscKind::DvdRam
                | DiscKind::DvdPlusRw
                | DiscKind::DvdPlusRwDl
                | DiscKind::BdRe
        )
    }

    /// Whether BLANK makes it empty again.
    pub fn is_blankable(self) -> bool {
        matches!(self, DiscKind::CdRw | DiscKind::DvdRwSequential | DiscKind::DvdRwOverwrite)
    }

    /// Whether what is written to it stays for good: a mistake costs the disc.
    pub fn is_write_once(self) -> bool {
        !self.is_overwritable() && !self.is_blankable()
    }
}

impl fmt::Display for DiscKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the drive can do with the disc that is in it: features that are current.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It writes such a disc at all.
    pub writes: bool,
    /// Feature 0021h: incremental writing. Gone from a DVD-RW after a minimal blank.
    pub incremental: bool,
    /// The link size that feature 0021h prefers; 16 where it names none.
    pub link_size: u8,
    /// Feature 002Dh: CD track at once.
    pub track_at_once: bool,
    /// Feature 002Eh: CD session at once.
    pub session_at_once: bool,
    /// The longest cue sheet it takes, in bytes; 0 where it does not say.
    pub cue_sheet_max: u32,
    /// Test writing at once (SAO of feature 002Eh, DAO of 002Fh).
    pub test_at_once: bool,
    /// Test writing track by track (TAO of feature 002Dh, incremental of 002Fh).
    pub test_incremental: bool,
    /// Buffer underrun protection can be asked for by page 05h.
    pub underrun_protection: bool,
    /// Feature 0107h, SW: WRITE (12) with the streaming bit.
    pub stream_writing: bool,
    /// Feature 0107h is there: SET STREAMING.
    pub set_streaming: bool,
    /// READ BUFFER CAPACITY can be asked: feature 0107h, RBCB, or a drive that writes CDs.
    pub buffer_capacity: bool,
    /// Feature 0023h, RENoSA: a BD-RE can be formatted without spare areas.
    pub no_spares: bool,
}

/// The layer break of a disc of two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerBoundary {
    /// Blocks of layer 0.
    pub l0: Blocks,
    /// It can still be set.
    pub settable: bool,
}

/// The spare areas of a disc with defect management.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpareArea {
    /// Blocks that are still there.
    pub free: Blocks,
    /// Blocks there were.
    pub total: Blocks,
}

/// A disc and the drive it is in, as a recipe needs to know them. Made by `inspect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disc {
    /// What it is.
    pub kind: DiscKind,
    /// What the drive calls it.
    pub profile: Profile,
    /// Disc status; `None` if the drive does not say.
    pub status: Option<DiscStatus>,
    /// State of the last session.
    pub last_session: Option<SessionState>,
    /// Number of sessions, the empty or incomplete one at the end included.
    pub sessions: u16,
    /// Number of the last track: the one that is open, on a disc that can be appended to. 1 on a
    /// blank disc.
    pub last_track: u16,
    /// How READ TRACK INFORMATION is to be asked for the open track: FFh on a CD, the number of
    /// [`Disc::last_track`] else (libburn: a DVD or BD may not be asked for FFh).
    pub open_track: TrackAddress,
    /// The open track's next writable address; 0 on a blank disc, whatever the drive says (a
    /// Pioneer BDR-205 and a LITE-ON LTR-48125S say -150). `None`: none, or the disc has no such
    /// thing.
    pub nwa: Option<Lba>,
    /// Blocks that can be written from `nwa` on; of an overwritable disc, its size as formatted.
    pub free: Blocks,
    /// The open track was left behind by a write that broke off.
    pub damaged: bool,
    /// The open track holds data already: a track that was begun and not closed.
    pub track_begun: bool,
    /// First block of the last complete session: what `mkisofs -C` wants first.
    pub last_session_start: Option<Lba>,
    /// How far a DVD+RW is formatted.
    pub background_format: BackgroundFormat,
    /// READ FORMAT CAPACITIES: state, size, and what it could be formatted to.
    pub formats: Option<FormatCapacities>,
    /// Whether it is formatted, where that has a meaning: DVD-RW, DVD-RAM, DVD+RW, BD-R (spare
    /// areas), BD-RE.
    pub formatted: bool,
    /// A DVD-RW whose format was begun by the quick type and whose session was not closed: to be
    /// written from 0 on without gaps (MMC-6: intermediate state).
    pub intermediate: bool,
    /// The layer break, where there is one.
    pub layers: Option<LayerBoundary>,
    /// The spare areas, where the drive tells them.
    pub spares: Option<SpareArea>,
    /// What the drive can do with it.
    pub can: Abilities,
    /// Write protected, and by what, in words.
    pub protection: Option<String>,
    /// The speeds to write at, fastest first: of the medium where the drive tells them (GET
    /// PERFORMANCE), of page 2Ah on a CD.
    pub speeds: Vec<Rate>,
    /// The last block that GET PERFORMANCE names, for SET STREAMING.
    pub speed_end: Option<Lba>,
    /// Mode page 05h as it is now; `None` if the drive does not send it.
    pub write_parameters: Option<ModePage>,
    /// Bytes that one command may move.
    pub max_transfer: usize,
    /// What the maker calls the disc.
    pub media_id: Option<String>,
}

impl Disc {
    /// CD, DVD or BD; `None` for what is none of them.
    pub fn family(&self) -> Option<Family> {
        self.profile.family()
    }

    /// Whether nothing is written to it.
    pub fn is_blank(&self) -> bool {
        self.status == Some(DiscStatus::Blank)
    }

    /// Whether it holds something and can take more at its end.
    pub fn is_appendable(&self) -> bool {
        self.status == Some(DiscStatus::Appendable)
    }

    /// What `mkisofs -C` wants to be told for an image that goes behind what is there: first block
    /// of the last session, and the next writable address.
    pub fn msinfo(&self) -> Option<(Lba, Lba)> {
        self.last_session_start.filter(|_| self.is_appendable()).zip(self.nwa)
    }
}

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

/// The writing of the image: one stretch of addresses without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// First address written to.
    pub start: Lba,
    /// Blocks of zeros before the image: the pre-gap of a CD in SAO.
    pub lead: Blocks,
    /// Blocks of the image, from its beginning.
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

    /// Where block 0 of the image goes.
    pub fn image_start(&self) -> Lba {
        self.start + self.lead
    }

    /// How many commands it takes.
    pub fn commands(&self) -> u32 {
        self.total().0.div_ceil(self.chunk.0.max(1))
    }

    /// The chunk that begins at `lba`; `None` outside.
    pub fn chunk_at(&self, lba: Lba) -> Option<Chunk> {
        let done = u32::try_from(lba - self.start).ok().filter(|done| *done < self.total().0)?;
        let end = self.total().0.min(done.saturating_add(self.chunk.0.max(1)));
        let part = |from: u32, to: u32| end.min(to).saturating_sub(done.max(from));
        let image_end = self.lead.0 + self.image.0;
        Some(Chunk {
            lba,
            lead: Blocks(part(0, self.lead.0)),
            from: Blocks(done.saturating_sub(self.lead.0).min(self.image.0)),
            image: Blocks(part(self.lead.0, image_end)),
            pad: Blocks(part(image_end, self.total().0)),
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

/// FORMAT UNIT with one descriptor (MMC-6 6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// FORMAT TYPE.
    pub kind: u8,
    /// FORMAT SUB-TYPE: of BD only. 1 on a BD-R is sequential recording without pseudo-overwrite.
    pub sub_type: u8,
    /// NUMBER OF BLOCKS; FFFFFFFFh on a DVD+RW: all there are.
    pub blocks: Blocks,
    /// TYPE DEPENDENT PARAMETER; its last bit on a DVD+RW: go on where it stopped.
    pub parameter: u32,
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
    Format(Format),
    /// MODE SELECT of page 05h, sent whether or not the page is so already.
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
    CueSheet {
        /// The address after its last block.
        lead_out: Lba,
    },
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

/// A command of a step, for printing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommand {
    /// Its bytes.
    pub cdb: Vec<u8>,
    /// The bytes that go with it; `None` for none, and for those of the image.
    pub data_out: Option<Vec<u8>>,
    /// Its name in the standard.
    pub name: &'static str,
    /// What for.
    pub why: String,
    /// How often, with the address moved on: more than 1 for WRITE only.
    pub times: u32,
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

/// Whether a track is where a plan needs it. A blank CD may be at -150 or at 0: both mean its
/// beginning (Pioneer BDR-205, LITE-ON LTR-48125S).
pub fn is_at(track: &TrackInformation, expect: Lba) -> bool {
    normalised(track.next_writable) == Some(expect)
}

/// A next writable address, the pre-gap taken for the beginning.
pub fn normalised(nwa: Option<Lba>) -> Option<Lba> {
    nwa.map(|nwa| if nwa == Lba(-150) { Lba(0) } else { nwa })
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
        chunk: Blocks(16),
        streaming: false,
    };

    #[test]
    fn chunks_follow_each_other_and_hold_every_block_once() {
        let chunks: Vec<Chunk> = WRITE.chunks().collect();
        assert_eq!(chunks.len() as u32, WRITE.commands());
        assert_eq!(
            chunks[9..],
            [
                // 144 of 150 zeros are behind.
                Chunk {
                    lba: Lba(-6),
                    lead: Blocks(6),
                    from: Blocks(0),
                    image: Blocks(10),
                    pad: Blocks(0)
                },
                Chunk {
                    lba: Lba(10),
                    lead: Blocks(0),
                    from: Blocks(10),
                    image: Blocks(10),
                    pad: Blocks(6)
                },
                Chunk {
                    lba: Lba(26),
                    lead: Blocks(0),
                    from: Blocks(20),
                    image: Blocks(0),
                    pad: Blocks(1)
                },
            ]
        );
        assert_eq!((WRITE.end(), WRITE.image_start()), (Lba(27), Lba(0)));
        assert_eq!(WRITE.chunk_at(Lba(27)), None);
        assert_eq!(WRITE.chunk_at(Lba(-151)), None);
        // Anywhere in between one can go on.
        assert_eq!(WRITE.chunks_from(Lba(13)).next().map(|chunk| chunk.from), Some(Blocks(13)));
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
