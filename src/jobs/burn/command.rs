//! The commands of a step: one enumeration of typed requests, of which a plan is printed and by
//! which it is carried out. Holds no policy.

use super::plan::{Chunk, Plan, Step, Write};
use crate::mmc::cmd::blank::{Blank, BlankKind};
use crate::mmc::cmd::close_track_session::{CloseFunction, CloseTrackSession};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::mode_select::ModeSelect;
use crate::mmc::cmd::read_track_information::ReadTrackInformation;
use crate::mmc::cmd::reserve_track::ReserveTrack;
use crate::mmc::cmd::send_cue_sheet::{CueSheet, SendCueSheet};
use crate::mmc::cmd::send_disc_structure::SendLayerBoundary;
use crate::mmc::cmd::send_opc::SendOpc;
use crate::mmc::cmd::set_cd_speed::SetCdSpeed;
use crate::mmc::cmd::set_streaming::SetStreaming;
use crate::mmc::cmd::synchronize_cache::SynchronizeCache;
use crate::mmc::cmd::write::{Write10, Write12};
use crate::mmc::drive::Done;
use crate::mmc::settings::SpeedCommand;
use crate::mmc::{CommandError, Drive, Request};
use crate::transport::Cdb;
use crate::units::{Blocks, Lba};

/// A command of a plan, typed.
#[derive(Clone, Debug)]
pub enum Command {
    /// Speed of a CD.
    SetCdSpeed(SetCdSpeed),
    /// Speed of a DVD or BD.
    SetStreaming(SetStreaming),
    /// Page 05h.
    ModeSelect(ModeSelect),
    /// Erases.
    Blank(Blank),
    /// Formats.
    FormatUnit(FormatUnit),
    /// Calibrates.
    SendOpc(SendOpc),
    /// Sets the layer break.
    SendLayerBoundary(SendLayerBoundary),
    /// Asks where to write.
    ReadTrackInformation(ReadTrackInformation),
    /// Reserves.
    ReserveTrack(ReserveTrack),
    /// Announces what comes.
    SendCueSheet(SendCueSheet),
    /// Writes.
    Write10(Write10),
    /// Writes, as a stream.
    Write12(Write12),
    /// Flushes.
    SynchronizeCache(SynchronizeCache),
    /// Closes.
    CloseTrackSession(CloseTrackSession),
}

/// Runs an expression over the request in a [`Command`], whichever it is.
macro_rules! with_request {
    ($command:expr, $request:ident => $body:expr) => {
        match $command {
            Command::SetCdSpeed($request) => $body,
            Command::SetStreaming($request) => $body,
            Command::ModeSelect($request) => $body,
            Command::Blank($request) => $body,
            Command::FormatUnit($request) => $body,
            Command::SendOpc($request) => $body,
            Command::SendLayerBoundary($request) => $body,
            Command::ReadTrackInformation($request) => $body,
            Command::ReserveTrack($request) => $body,
            Command::SendCueSheet($request) => $body,
            Command::Write10($request) => $body,
            Command::Write12($request) => $body,
            Command::SynchronizeCache($request) => $body,
            Command::CloseTrackSession($request) => $body,
        }
    };
}

fn name_of<R: Request>(_: &R) -> &'static str {
    R::NAME
}

impl Command {
    /// Its name in the standard.
    pub fn name(&self) -> &'static str {
        with_request!(self, request => name_of(request))
    }

    /// Its bytes.
    pub fn cdb(&self) -> Cdb {
        with_request!(self, request => request.cdb())
    }

    /// The bytes that go with it; `None` for none, for an answer, and for those of the image.
    pub fn data_out(&self) -> Option<Vec<u8>> {
        match self {
            Command::SetStreaming(request) => Some(request.data()),
            Command::ModeSelect(request) => Some(request.data()),
            Command::FormatUnit(request) => Some(request.data()),
            Command::SendLayerBoundary(request) => Some(request.data()),
            Command::SendCueSheet(request) => Some(request.data()),
            _ => None,
        }
    }

    /// Sends it with the data it has of its own. For the steps that neither write the image nor
    /// bring an answer; those that change a setting are better sent by the drive, which gives it
    /// back ([`Drive::set_page`], [`Drive::set_speed`]).
    ///
    /// # Errors
    /// It was not done, or nobody can know.
    pub fn send(&self, drive: &mut Drive) -> Result<Done, CommandError> {
        with_request!(self, request => match self.data_out() {
            Some(data) => drive.write_from(request, &data),
            None => drive.run(request),
        })
    }

    /// Sends it with data of the caller's: a chunk of the image.
    ///
    /// # Errors
    /// As [`Command::send`].
    pub fn write(&self, drive: &mut Drive, data: &[u8]) -> Result<Done, CommandError> {
        with_request!(self, request => drive.write_from(request, data))
    }
}

/// A command of a step, for printing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommand {
    /// Its bytes; of several, those of the first.
    pub cdb: Cdb,
    /// The bytes that go with it; `None` for none, and for those of the image.
    pub data_out: Option<Vec<u8>>,
    /// Its name in the standard.
    pub name: &'static str,
    /// What for.
    pub why: String,
    /// Of WRITE: what is written.
    pub writes: Option<Writes>,
}

/// Commands that write one after the other, as long each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writes {
    /// How many.
    pub times: u32,
    /// Blocks of each.
    pub blocks: Blocks,
    /// First block of the first.
    pub first: Lba,
    /// Last block of the last.
    pub last: Lba,
}

impl Write {
    /// The command that writes a chunk.
    pub fn command(&self, chunk: &Chunk) -> Command {
        let (lba, blocks) = (chunk.lba, chunk.blocks());
        match u16::try_from(blocks.0) {
            Ok(blocks) if !self.streaming => Command::Write10(Write10 { lba, blocks }),
            _ => Command::Write12(Write12 { lba, blocks, streaming: self.streaming }),
        }
    }

    /// What it comes to, equal commands taken together: never more than four.
    fn planned(&self) -> Vec<PlannedCommand> {
        let chunk = self.chunk.0.max(1);
        let mut planned = Vec::new();
        let parts = [
            (self.start, self.lead.0, "zeros of the pre-gap"),
            (self.image_start(), self.image.0 + self.pad.0, "the image"),
        ];
        for (start, blocks, what) in parts {
            let (times, rest) = (blocks / chunk, blocks % chunk);
            let whole = (start, times, chunk);
            let last = (start + Blocks(times * chunk), u32::from(rest > 0), rest);
            for (first, times, blocks) in [whole, last].into_iter().filter(|run| run.1 > 0) {
                let Some(command) = self.chunk_at(first).map(|chunk| self.command(&chunk)) else {
                    continue;
                };
                let end = first + Blocks(times * blocks);
                let why = match self.pad {
                    Blocks(0) => what.to_string(),
                    Blocks(pad) if end == self.end() => {
                        format!("{what}, and {pad} zeros behind it")
                    }
                    _ => what.to_string(),
                };
                planned.push(PlannedCommand {
                    cdb: command.cdb(),
                    data_out: None,
                    name: command.name(),
                    why,
                    writes: Some(Writes {
                        times,
                        blocks: Blocks(blocks),
                        first,
                        last: Lba(end.0.saturating_sub(1)),
                    }),
                });
            }
        }
        planned
    }
}

impl Step {
    /// The command it sends; `None` for [`Step::Write`], which sends many ([`Write::command`]).
    pub fn command(&self) -> Option<Command> {
        let close = |function, track| {
            Command::CloseTrackSession(CloseTrackSession { function, track, immediate: true })
        };
        Some(match self {
            Step::SetSpeed(speed) => match speed.command() {
                SpeedCommand::Cd(set) => Command::SetCdSpeed(set),
                SpeedCommand::Streaming(set) => Command::SetStreaming(set),
            },
            Step::Blank { full } => {
                let kind = if *full { BlankKind::Full } else { BlankKind::Minimal };
                Command::Blank(Blank { kind, immediate: true })
            }
            Step::Format(format) => Command::FormatUnit(*format),
            Step::WriteParameters(page) => Command::ModeSelect(ModeSelect { page: page.clone() }),
            Step::Opc => Command::SendOpc(SendOpc),
            Step::LayerBreak { l0 } => {
                Command::SendLayerBoundary(SendLayerBoundary { layer0: *l0 })
            }
            Step::NextWritable { track, .. } => {
                Command::ReadTrackInformation(ReadTrackInformation(*track))
            }
            Step::Reserve { blocks } => Command::ReserveTrack(ReserveTrack { blocks: *blocks }),
            Step::CueSheet(CueSheet { entries, .. }) => {
                Command::SendCueSheet(SendCueSheet { entries: entries.clone() })
            }
            Step::Write(_) => return None,
            Step::Flush { immediate } => {
                Command::SynchronizeCache(SynchronizeCache { immediate: *immediate })
            }
            Step::CloseTrack { track } => close(CloseFunction::Track, *track),
            Step::CloseSession => close(CloseFunction::Session, 0),
            // libburn names track 1 with function 5, and none with function 6.
            Step::Finalize { minimal_radius: true } => {
                close(CloseFunction::FinalizeMinimalRadius, 1)
            }
            Step::Finalize { minimal_radius: false } => close(CloseFunction::Finalize, 0),
            Step::StopBackgroundFormat => close(CloseFunction::StopBackgroundFormat, 0),
        })
    }

    /// What it is for, in a few words.
    pub fn why(&self) -> String {
        match self {
            Step::SetSpeed(_) => "the writing speed".into(),
            Step::Blank { full: true } => "erases all of the disc".into(),
            Step::Blank { full: false } => "erases what tells of data".into(),
            Step::Format(format) => format!("formats, type {:02x}h", format.format.kind),
            Step::WriteParameters(_) => "how to write: mode page 05h".into(),
            Step::Opc => "calibrates the laser".into(),
            Step::LayerBreak { l0 } => format!("layer 1 begins after {l0} blocks"),
            Step::NextWritable { expect, .. } => {
                format!("the next writable address has to be {expect}")
            }
            Step::Reserve { blocks } => format!("announces {blocks} blocks"),
            Step::CueSheet(sheet) => format!("announces {} blocks", sheet.blocks),
            Step::Write(_) => "the image".into(),
            Step::Flush { .. } => "the drive's buffer goes to the disc".into(),
            Step::CloseTrack { track } => format!("closes track {track}"),
            Step::CloseSession => "closes the session".into(),
            Step::Finalize { .. } => "closes the disc".into(),
            Step::StopBackgroundFormat => "ends the format in the background".into(),
        }
    }

    /// Its commands as they are printed, equal ones taken together.
    pub fn commands(&self) -> Vec<PlannedCommand> {
        if let Step::Write(write) = self {
            return write.planned();
        }
        let printed = self.command().map(|command| PlannedCommand {
            cdb: command.cdb(),
            data_out: command.data_out(),
            name: command.name(),
            why: self.why(),
            writes: None,
        });
        printed.into_iter().collect()
    }
}

impl Plan {
    /// All commands in order, as they are printed. After a step that waits ([`Step::waits`]) TEST
    /// UNIT READY is sent until it is done; these are not among them.
    pub fn commands(&self) -> impl Iterator<Item = PlannedCommand> + '_ {
        self.steps.iter().flat_map(Step::commands)
    }
}
