//! Makes a rewritable disc empty: with BLANK where there is such a command (CD-RW, DVD-RW), with
//! zeros where there is none (DVD+RW, DVD-RAM, BD-RE). [`prepare`] tells what will be done and what
//! would be lost, [`carry_out`] does it. What does what to which disc is [`choose`], a table.

use std::ops::Range;

use super::erasing::contents::Contents;
use super::erasing::state::State;
use super::erasing::{self, Action, Choice, Depth, Event, Prepared};
use super::error::{Error, Kind};
use super::observe::Observer;
use crate::mmc::Drive;
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::BackgroundFormat;
use crate::mmc::cmd::read_format_capacities::{FormatDescriptor, FormatState};
use crate::mmc::profile::Profile;
use crate::units::Blocks;

pub use super::erasing::carry_out;

/// How to blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How thoroughly: [`Depth::Fast`] leaves the data where it is and takes away what leads to it;
    /// [`Depth::Full`] leaves nothing of it.
    pub depth: Depth,
}

/// Blocks at the beginning of a disc that lead to what is on it: partition tables, volume
/// descriptors from block 16, UDF's anchors at 256 and 512 (ECMA-167 3/8.4.2.1).
const HEAD: u32 = 1024;
/// Blocks at its end that do: UDF's anchors at the last block and 256 before, a backup of a
/// partition table.
const TAIL: u32 = 512;

/// Looks at drive and disc and says what blanking will do.
///
/// # Errors
/// There is no disc, or none that can be blanked, or it is protected ([`Kind::Unusable`]).
pub fn prepare(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Prepared, Error> {
    erasing::prepare(drive, observer, |state, contents| choose(state, contents, options))
}

/// What blanking such a disc takes.
///
/// # Errors
/// It cannot be blanked; what would do instead stands in the hint.
pub fn choose(state: &State, contents: &Contents, options: &Options) -> Result<Choice, Error> {
    let fast = options.depth == Depth::Fast;
    match state.profile {
        Profile::CdRw | Profile::DvdRwSequential if fast && state.is_untouched() => {
            Ok(nothing("it is blank already"))
        }
        Profile::CdRw => Ok(Action::Blank(options.depth).into()),
        Profile::DvdRwSequential => Ok(sequential(options.depth)),
        Profile::DvdRwRestrictedOverwrite if !fast => Ok(Choice {
            action: Action::Blank(Depth::Full),
            remarks: vec!["it is a sequential DVD-RW again afterwards".into()],
        }),
        Profile::DvdRwRestrictedOverwrite | Profile::DvdPlusRw | Profile::DvdPlusRwDl => {
            overwrite(state, contents, fast)
        }
        Profile::DvdRam | Profile::BdRe => overwrite(state, contents, fast),
        other => Err(cannot(other)),
    }
}

fn nothing(why: &str) -> Choice {
    Action::Nothing(why.into()).into()
}

/// A fast blank takes the possibility to write in increments away (libburn: NEC ND-4570A, LG
/// GSA-4082B).
fn sequential(depth: Depth) -> Choice {
    let mut choice = Choice::from(Action::Blank(depth));
    if depth == Depth::Fast {
        choice.remarks.push(
            "most drives write a DVD-RW at once only after a fast blank, in one session; a full \
             one allows more"
                .into(),
        );
    }
    choice
}

/// A disc without BLANK.
fn overwrite(state: &State, contents: &Contents, fast: bool) -> Result<Choice, Error> {
    if state.is_untouched() {
        return Ok(nothing("it was never written"));
    }
    if fast && contents.is_empty() {
        return Ok(nothing("nothing is on it"));
    }
    let Some(blocks) = state.formatted_blocks().filter(|blocks| blocks.0 > 0) else {
        return Err(not_whole(state));
    };
    let what = "there is no command that blanks such a disc";
    let remark = if fast {
        format!("{what}: zeros are written over what leads to the data")
    } else {
        format!("{what}: all of it is overwritten with zeros")
    };
    // Where a background format was stopped, what is behind cannot be written before it goes on:
    // the rim, which a fast blank would not wait for, holds nothing then.
    let partly = state.background() == BackgroundFormat::Suspended;
    let ranges = match (fast, partly) {
        (true, true) => std::iter::once(0..HEAD.min(blocks.0)).collect(),
        (true, false) => ends(blocks),
        (false, _) => std::iter::once(0..blocks.0).collect(),
    };
    let restart = (partly && !fast).then(|| {
        let all = Blocks(FormatUnit::ALL);
        FormatUnit::new(FormatDescriptor { kind: 0x26, blocks: all, parameter: 1 })
    });
    Ok(Choice { action: Action::Overwrite { ranges, restart }, remarks: vec![remark] })
}

/// Beginning and end, whole error-correction blocks of any disc.
fn ends(blocks: Blocks) -> Vec<Range<u32>> {
    let tail = blocks.0.saturating_sub(TAIL) / 32 * 32;
    if tail <= HEAD {
        std::iter::once(0..blocks.0).collect()
    } else {
        vec![0..HEAD, tail..blocks.0]
    }
}

/// Formatted, but not so that any block could be written.
fn not_whole(state: &State) -> Error {
    if state.format_state() == Some(FormatState::Unknown) {
        let message = "the DVD-RW was formatted quickly and not written to its end yet";
        return Error::new(Kind::Unusable, message)
            .hint("`oxidisc blank --full` makes it a sequential DVD-RW, which takes long");
    }
    Error::new(Kind::Unusable, "the drive does not tell how large the disc is formatted")
        .hint("`oxidisc format` makes it ready to be written")
}

fn cannot(profile: Profile) -> Error {
    let error = |message: String| Error::new(Kind::Unusable, message);
    if profile.is_writable() {
        return error(format!("a {profile} is written once: nothing erases it"))
            .hint("take a rewritable disc: CD-RW, DVD-RW, DVD+RW, DVD-RAM or BD-RE");
    }
    match profile {
        Profile::CdRom | Profile::DvdRom | Profile::BdRom => {
            error(format!("the drive takes the disc for a {profile}, which nothing erases")).hint(
                "a recordable disc that is closed looks so too; a rewritable one only in a drive \
                 that cannot write it",
            )
        }
        other => error(format!("nothing is known of how to blank this disc ({other})")),
    }
}

#[cfg(test)]
#[path = "blank_tests.rs"]
mod tests;
