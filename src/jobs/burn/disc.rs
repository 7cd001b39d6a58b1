//! A disc and the drive it is in, as a recipe needs to know them. Plain data, which `inspect` makes
//! of a drive's answers. Knows no command.

use std::fmt;

use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus, SessionState};
use crate::mmc::cmd::read_format_capacities::{FormatCapacities, FormatDescriptor};
use crate::mmc::cmd::read_track_information::TrackAddress;
use crate::mmc::mode_page::ModePage;
use crate::mmc::profile::Profile;
use crate::units::{Blocks, Family, Lba, Rate};

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

    /// Whether a track that broke off for good can be closed, so that another can follow.
    pub fn is_salvageable(self) -> bool {
        matches!(self, DiscKind::DvdR | DiscKind::DvdPlusR | DiscKind::DvdPlusRDl | DiscKind::BdR)
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
    /// SYNCHRONIZE CACHE is sent without IMMED: a quirk.
    pub flush_without_immed: bool,
    /// The speed that was granted stands in page 2Ah, whatever GET PERFORMANCE says: a quirk.
    pub granted_by_page_2a: bool,
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
    /// Number of the open track; 1 on a blank disc, the last one on a closed one. On a DVD+R or
    /// BD-R with a reserved track, that one.
    pub last_track: u16,
    /// How READ TRACK INFORMATION is to be asked for the open track: FFh on a CD, its number else
    /// (libburn: a DVD or BD may not be asked for FFh).
    pub open_track: TrackAddress,
    /// The open track's next writable address; 0 on a blank disc, whatever the drive says (a
    /// Pioneer BDR-205 and a LITE-ON LTR-48125S say -150). `None`: none, or the disc has no such
    /// thing.
    pub nwa: Option<Lba>,
    /// Where the open track begins.
    pub track_start: Option<Lba>,
    /// Blocks that can be written from `nwa` on; of an overwritable disc, its size as formatted.
    pub free: Blocks,
    /// What it would hold if it were blank, or formatted as large as it can be; 0 where nobody
    /// says.
    pub capacity: Blocks,
    /// Where the lead-out of a blank CD may begin at the latest.
    pub lead_out_max: Option<Lba>,
    /// A write to the open track was broken off. With a next writable address it can be gone on
    /// with all the same (MMC-5 6.27.3.7).
    pub damaged: bool,
    /// The open track holds data already, or is reserved: it was begun and not closed.
    pub track_begun: bool,
    /// Where the last track of a session begins that is open, though all its tracks are closed.
    pub unclosed: Option<Lba>,
    /// First block of the last complete session: what `mkisofs -C` wants first.
    pub last_session_start: Option<Lba>,
    /// How far a DVD+RW is formatted.
    pub background_format: BackgroundFormat,
    /// READ FORMAT CAPACITIES: state, size, and what it could be formatted to.
    pub formats: Option<FormatCapacities>,
    /// Whether it is formatted, where that has a meaning: DVD-RW, DVD-RAM, DVD+RW, BD-R (spare
    /// areas), BD-RE.
    pub formatted: bool,
    /// Of a [`DiscKind::ReadOnly`]: it was recorded, not pressed; it is closed.
    pub recorded: bool,
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
        Some(match self.kind {
            DiscKind::CdR | DiscKind::CdRw => Family::Cd,
            DiscKind::BdR | DiscKind::BdRPow | DiscKind::BdRRandom | DiscKind::BdRe => Family::Bd,
            DiscKind::ReadOnly | DiscKind::Unknown => return self.profile.family(),
            _ => Family::Dvd,
        })
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
    /// The formats it could be given, of a type, in the drive's order.
    pub fn formats_of(&self, kind: u8) -> impl Iterator<Item = FormatDescriptor> + '_ {
        let all = self.formats.iter().flat_map(|formats| &formats.formats);
        all.filter(move |format| format.kind == kind).copied()
    }

    /// Whether a track was begun and neither closed nor given up: it is gone on with, or closed,
    /// before anything else can be written.
    pub fn is_broken_off(&self) -> bool {
        self.is_appendable() && self.track_begun
    }
}

/// A next writable address, the pre-gap taken for the beginning: a blank CD may be at -150 or at 0
/// (libburn: Pioneer BDR-205, LITE-ON LTR-48125S).
pub fn normalised(nwa: Option<Lba>) -> Option<Lba> {
    nwa.map(|nwa| if nwa == Lba(-150) { Lba(0) } else { nwa })
}
