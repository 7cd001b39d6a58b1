//! What READ FORMAT CAPACITIES lists, with what each format means and costs (MMC-6 6.5.4; MMC-5
//! 6.24.3.3). Pure.

use crate::jobs::erasing::state::State;
use crate::mmc::cmd::read_format_capacities::{FormatDescriptor, FormatState};
use crate::mmc::profile::Profile;
use crate::units::{Blocks, Family};

/// How fast a disc can be written that is formatted so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// As fast as disc and drive can.
    None,
    /// About half as fast: the drive reads back what it writes, and replaces what is bad.
    HalfSpeed,
}

/// A format that the drive offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its number in the drive's list, from 0.
    pub index: usize,
    /// As the drive lists it.
    pub format: FormatDescriptor,
    /// What it is, in a few words.
    pub name: &'static str,
    /// What it is good for, and what one should know.
    pub meaning: &'static str,
    /// Sectors of the disc when it is so formatted; of a session that grows, those it grows by.
    pub blocks: Blocks,
    /// Sectors of its spare areas, where they can be told.
    pub spares: Option<Blocks>,
    /// What it costs.
    pub cost: Cost,
    /// Why we do not format so, if we do not.
    pub refused: Option<&'static str>,
}

/// Name, meaning, and why not.
type Row = (&'static str, &'static str, Option<&'static str>);

const PACKETS: Option<&str> =
    Some("it is for programs that write single files in packets; images need `oxidisc blank`");
const UNTRIED: Option<&str> =
    Some("no program uses it, and nothing is known of what drives do then");

/// All formats of the list.
pub fn offers(state: &State) -> Vec<Offer> {
    let Some(formats) = &state.formats else { return Vec::new() };
    let list = formats.formats.iter().enumerate();
    list.map(|(index, format)| {
        let (name, meaning, refused) = row(state, *format);
        let spares = spares(state, *format);
        Offer {
            index,
            format: *format,
            name,
            meaning,
            blocks: format.blocks,
            spares,
            cost: cost(state.profile, format.kind),
            refused: refused.or_else(|| refused_now(state, format.kind)),
        }
    })
    .collect()
}

fn row(state: &State, format: FormatDescriptor) -> Row {
    match (state.profile, format.kind) {
        (Profile::DvdRam, 0x00) => {
            ("full", "formats the whole disc; fast it changes its size only", None)
        }
        (Profile::DvdRam, 0x01) => ("more spares", "sets more aside, at the end of the disc", None),
        (Profile::DvdRwSequential | Profile::DvdRwRestrictedOverwrite, kind) => dvd_rw(kind),
        (Profile::DvdPlusRw | Profile::DvdPlusRwDl, 0x26) => {
            ("background", "ready in a minute, goes on in the background", None)
        }
        (Profile::BdRe, 0x00) => ("default", "the drive's own spare areas, quickly", None),
        (Profile::BdRe, 0x01) => {
            ("more spares", "sets more aside, at the end of the disc", UNTRIED)
        }
        (Profile::BdRe, 0x30) => ("with spares", "replaces blocks that turn out bad", None),
        (Profile::BdRe, 0x31) => {
            ("without spares", "the whole disc at full speed, bad blocks are errors", None)
        }
        (Profile::BdRSequential, 0x00) => {
            ("default", "for good: the drive's own spare areas, no pseudo-overwrite", None)
        }
        (Profile::BdRSequential, 0x32) => (
            "with spares",
            "for good: replaces blocks that turn out bad, no pseudo-overwrite",
            None,
        ),
        (_, 0x24) => ("Mount Rainier", "defect management by the drive, for packets", PACKETS),
        (_, 0x10..=0x12) => ("packets", "for writing in packets", PACKETS),
        (_, 0x04 | 0x05) => ("zone", "formats one zone of the disc", Some("nobody uses it")),
        _ => ("unknown", "no standard names it", Some("nothing is known of this format")),
    }
}

fn dvd_rw(kind: u8) -> Row {
    match kind {
        0x00 | 0x10 => ("full", "any place can be written over; takes as long as writing it", None),
        0x15 => ("quick", "has to be written from its start once, then any place can be", None),
        0x13 => ("grow", "what is on it stays, and what is free behind can be written", None),
        0x11 => ("grow, full", "what is on it stays, and it grows", UNTRIED),
        0x12 | 0x14 => ("new session", "what is on it stays, and a session is added", UNTRIED),
        _ => ("unknown", "no standard names it", Some("nothing is known of this format")),
    }
}

/// What cannot be done in the state that the disc is in.
fn refused_now(state: &State, kind: u8) -> Option<&'static str> {
    match state.profile {
        Profile::BdRSequential if !state.is_untouched() => {
            Some("a BD-R is formatted while nothing is on it, or never")
        }
        Profile::BdRSequential if state.formatted_blocks().is_some() => {
            Some("a BD-R is formatted once")
        }
        Profile::DvdRwSequential if kind == 0x13 => Some("the disc is not formatted yet"),
        _ => None,
    }
}

/// Sectors of a BD without any spare areas: as large as it can be.
pub fn bare(state: &State) -> Option<Blocks> {
    let formats = state.formats.as_ref()?;
    let unformatted = (formats.state == FormatState::Unformatted).then_some(formats.blocks);
    let without = formats.formats.iter().find(|format| format.kind == 0x31);
    let listed = without.map(|format| format.blocks);
    listed.or(state.bare).or(unformatted.filter(|_| state.profile == Profile::BdRSequential))
}

fn spares(state: &State, format: FormatDescriptor) -> Option<Blocks> {
    let bd = state.profile.family() == Some(Family::Bd);
    let whole = bare(state).filter(|_| bd && format.kind != 0x01)?;
    whole.0.checked_sub(format.blocks.0).map(Blocks)
}

/// Defect management costs half the speed (libburn: DVD-RAM, BD-RE, BD-R); a DVD-RAM has it always.
fn cost(profile: Profile, kind: u8) -> Cost {
    match (profile, kind) {
        (Profile::BdRe, 0x31) => Cost::None,
        (Profile::BdRe | Profile::BdRSequential | Profile::DvdRam, _) => Cost::HalfSpeed,
        _ => Cost::None,
    }
}
