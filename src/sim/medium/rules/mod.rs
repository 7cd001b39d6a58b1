//! What each family of recordable disc makes of a write, a close, a blanking or a format: one file
//! a family, behind one trait. Says how long it takes and what changes; the drive lets the time
//! pass. Knows no command's bytes.

mod bd_r;
mod bd_r_spares;
mod bd_re;
mod cd;
pub mod cd_session;
mod cd_track;
mod dvd_minus;
mod dvd_plus;
mod dvd_plus_rw;
mod dvd_ram;
mod dvd_rw;
mod dvd_rw_overwrite;
mod overwrite;
mod sequential;

use std::io;
use std::time::Duration;

use super::{Kind, Medium, formats};
use crate::sim::refusal::Refusal;
use crate::units::SECTOR;

/// Blocks to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOrder {
    /// The first; negative in the pre-gap of a CD.
    pub lba: i64,
    /// How many.
    pub blocks: u32,
    /// STREAMING of WRITE (12): no verification, no replacement of bad blocks.
    pub streaming: bool,
}

/// Mode page 05h as it stands when a write comes (MMC-6 7.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteParameters {
    /// WRITE TYPE: 0 packet, 1 track at once, 2 session at once, 3 raw.
    pub write_type: u8,
    /// TEST WRITE.
    pub test: bool,
    /// BUFE: buffer underruns do no harm.
    pub bufe: bool,
    /// LINK SIZE, where LS_V says that it holds.
    pub link_size: Option<u8>,
    /// MULTI-SESSION: 0 or 3.
    pub multi_session: u8,
    /// PACKET SIZE, where FP says that packets are fixed.
    pub packet_size: Option<u32>,
    /// TRACK MODE: CONTROL of the Q sub-channel.
    pub track_mode: u8,
    /// DATA BLOCK TYPE: 8 Mode 1, 0 raw audio.
    pub data_block_type: u8,
    /// MEDIA CATALOG NUMBER, where it is valid.
    pub catalogue: Option<[u8; 13]>,
    /// INTERNATIONAL STANDARD RECORDING CODE, where it is valid.
    pub isrc: Option<[u8; 12]>,
}

/// What CLOSE TRACK SESSION asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseOrder {
    /// CLOSE FUNCTION.
    pub function: u8,
    /// LOGICAL TRACK NUMBER.
    pub track: u16,
}

/// What FORMAT UNIT asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatOrder {
    /// NUMBER OF BLOCKS.
    pub blocks: u32,
    /// FORMAT TYPE.
    pub kind: u8,
    /// FORMAT SUB-TYPE.
    pub subtype: u8,
    /// TYPE DEPENDENT PARAMETER.
    pub parameter: u32,
    /// CMPLST.
    pub complete_list: bool,
    /// DCRT: no certification.
    pub no_certification: bool,
}

/// What writing some blocks costs beside the time that the blocks themselves take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    /// Blocks that have to be laid down before these can be.
    pub laying: u32,
    /// Error-correction blocks that are read first, since only a part of them is written.
    pub modified: u32,
    /// All of it is read back at once, so that it takes twice the time.
    pub verified: bool,
}

/// A change that takes its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A track is closed, by number.
    CloseTrack(u8),
    /// The session under way is closed; another can follow.
    CloseSession,
    /// Lead-outs are written for good.
    Finalize,
    /// BLANK with its BLANKING TYPE.
    Blank(u8),
    /// FORMAT UNIT.
    Format(FormatOrder),
    /// The formatting that goes on beside the host's commands is stopped.
    StopFormat,
}

/// A change and how long it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What will have changed.
    pub change: Change,
    /// After so long.
    pub takes: Duration,
    /// What the drive answers meanwhile: 2/04/04, 07 or 08.
    pub says: Refusal,
}

/// 2/04/07: operation in progress.
const CLOSING: Refusal = Refusal::of(2, 0x04, 0x07);
/// 2/04/04: format in progress (PIONEER R11 command reference).
const FORMATTING: Refusal = Refusal::of(2, 0x04, 0x04);

/// What a family of discs makes of what the host asks. What a medium does not know is refused.
pub trait Rules: Sync {
    /// Whether these blocks can be written now.
    ///
    /// # Errors
    /// They cannot; the disc is as it was.
    fn write(
        &self,
        disc: &Medium,
        order: &WriteOrder,
        page: &WriteParameters,
    ) -> Result<(), Refusal>;

    /// Bytes that the host sends for each block from this address on: 2048, but 2352 for audio.
    fn block_bytes(&self, disc: &Medium, lba: i64, page: &WriteParameters) -> usize {
        let _ = (disc, lba, page);
        SECTOR
    }

    /// The drive has taken them: the NWA moves.
    fn taken(&self, disc: &mut Medium, order: &WriteOrder, page: &WriteParameters);

    /// What writing them costs beside.
    fn toll(&self, disc: &Medium, order: &WriteOrder) -> Toll {
        let _ = (disc, order);
        Toll::default()
    }

    /// Formatting goes on beside the host's commands, for so long; whether it came to its end.
    fn goes_on(&self, disc: &mut Medium, time: Duration) -> bool {
        let _ = (disc, time);
        false
    }

    /// They are on the disc itself.
    fn burnt(&self, disc: &mut Medium, order: &WriteOrder);

    /// All that was taken has been flushed: what fills up the last block for error correction. The
    /// blocks to be added with zeros, if any.
    fn filling(&self, disc: &Medium) -> Option<WriteOrder> {
        let _ = disc;
        None
    }

    /// All that was taken is on the disc: what the drive now does by itself, such as ending a track
    /// that was written at once.
    fn flushed(&self, disc: &Medium, page: &WriteParameters) -> Option<Work> {
        let _ = (disc, page);
        None
    }

    /// Puts the bytes of a write where they stay.
    ///
    /// # Errors
    /// The file behind the disc cannot be written.
    fn lay_down(
        &self,
        disc: &mut Medium,
        order: &WriteOrder,
        block: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        disc.content.write_blocks(order.lba, block, bytes)
    }

    /// Whether the drive counts on more blocks, so that a buffer that runs dry is an underrun.
    fn awaits_more(&self, disc: &Medium) -> bool {
        disc.tracks.iter().any(|track| track.nwa().is_some())
    }

    /// The laser went off in the middle: what was being written cannot go on.
    fn ruin(&self, disc: &mut Medium) {
        sequential::ruin(disc);
    }

    /// RESERVE TRACK.
    ///
    /// # Errors
    /// It cannot be.
    fn reserve(
        &self,
        disc: &mut Medium,
        blocks: u32,
        page: &WriteParameters,
    ) -> Result<(), Refusal>;

    /// CLOSE TRACK SESSION: what it will come to.
    ///
    /// # Errors
    /// It cannot be.
    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        page: &WriteParameters,
    ) -> Result<Work, Refusal>;

    /// SEND CUE SHEET.
    ///
    /// # Errors
    /// It cannot be.
    fn cue_sheet(
        &self,
        disc: &mut Medium,
        entries: &[u8],
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        let _ = (disc, entries, page);
        Err(Refusal::of(5, 0x20, 0x00))
    }

    /// BLANK.
    ///
    /// # Errors
    /// It cannot be.
    fn blank(&self, disc: &Medium, kind: u8) -> Result<Work, Refusal> {
        let _ = (disc, kind);
        Err(Refusal::of(5, 0x30, 0x06))
    }

    /// FORMAT UNIT.
    ///
    /// # Errors
    /// It cannot be.
    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        let _ = (disc, order);
        Err(Refusal::of(5, 0x30, 0x06))
    }

    /// A change is done.
    fn apply(&self, disc: &mut Medium, change: &Change);

    /// The power failed: what was taken and is not burnt is gone; a change under way was cut off.
    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>);
}

/// A DVD-RAM leaves the factory formatted (libburn's cookbook: "the natural state").
pub fn format_in_factory(disc: &mut Medium) {
    let order = FormatOrder {
        blocks: formats::ram_default(disc.extent()),
        kind: formats::FULL,
        subtype: 0,
        parameter: 0x800,
        complete_list: false,
        no_certification: false,
    };
    if let Some(rules) = of(disc.kind) {
        rules.apply(disc, &Change::Format(order));
    }
}

/// The rules of a kind of disc; `None` for those that no drive writes.
pub fn of(kind: Kind) -> Option<&'static dyn Rules> {
    match kind {
        Kind::CdR | Kind::CdRw => Some(&cd::Cd),
        Kind::DvdPlusR | Kind::DvdPlusRDl => Some(&dvd_plus::DvdPlusR),
        Kind::DvdR | Kind::DvdRDl => Some(&dvd_minus::DvdMinus),
        Kind::DvdRw => Some(&dvd_rw::DvdRw),
        Kind::DvdPlusRw => Some(&dvd_plus_rw::DvdPlusRw),
        Kind::DvdRam => Some(&dvd_ram::DvdRam),
        Kind::BdR => Some(&bd_r::BdR),
        Kind::BdRe => Some(&bd_re::BdRe),
        _ => None,
    }
}
