//! DVD-RW: recorded in order as a DVD-R ([`super::dvd_minus`]), or, once it is formatted, written
//! over ([`super::dvd_rw_overwrite`]). BLANK leads back, FORMAT UNIT there.

use std::io;
use std::time::Duration;

use super::dvd_minus::DvdMinus;
use super::dvd_rw_overwrite::{self, Overwrite};
use super::{CLOSING, Change, CloseOrder, FormatOrder, Rules, Toll, Work};
use super::{WriteOrder, WriteParameters};
use crate::sim::medium::Medium;
use crate::sim::medium::states::{self, Act};
use crate::sim::refusal::Refusal;

/// The rules of DVD-RW.
pub struct DvdRw;

/// BLANKING TYPE: the disc, or only what makes it look so (PIONEER R11 command reference: the
/// others are not supported).
const WHOLE: u8 = 0;
const MINIMAL: u8 = 1;
/// Blocks erased in a second: twice 1385 kB. GUESS: the rate.
const ERASED_PER_SECOND: f64 = 2.0 * 1385.0 / 2.048;
/// GUESS: the time that the areas before the lead-in and the lead-in take.
const MINIMAL_TIME: Duration = Duration::from_secs(50);

fn now(disc: &Medium) -> &'static dyn Rules {
    if disc.written_over() { &Overwrite } else { &DvdMinus }
}

impl Rules for DvdRw {
    fn write(
        &self,
        disc: &Medium,
        order: &WriteOrder,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        now(disc).write(disc, order, page)
    }

    fn block_bytes(&self, disc: &Medium, lba: i64, page: &WriteParameters) -> usize {
        now(disc).block_bytes(disc, lba, page)
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, page: &WriteParameters) {
        now(disc).taken(disc, order, page);
    }

    fn toll(&self, disc: &Medium, order: &WriteOrder) -> Toll {
        now(disc).toll(disc, order)
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        now(disc).burnt(disc, order);
    }

    fn filling(&self, disc: &Medium) -> Option<WriteOrder> {
        now(disc).filling(disc)
    }

    fn flushed(&self, disc: &Medium, page: &WriteParameters) -> Option<Work> {
        now(disc).flushed(disc, page)
    }

    fn lay_down(
        &self,
        disc: &mut Medium,
        order: &WriteOrder,
        block: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        now(disc).lay_down(disc, order, block, bytes)
    }

    fn ruin(&self, disc: &mut Medium) {
        now(disc).ruin(disc);
    }

    fn reserve(
        &self,
        disc: &mut Medium,
        blocks: u32,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        now(disc).reserve(disc, blocks, page)
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        page: &WriteParameters,
    ) -> Result<Work, Refusal> {
        now(disc).close(disc, order, page)
    }

    fn blank(&self, disc: &Medium, kind: u8) -> Result<Work, Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Blank)?;
        let takes = match kind {
            WHOLE => Duration::from_secs_f64(f64::from(disc.extent()) / ERASED_PER_SECOND),
            MINIMAL => MINIMAL_TIME,
            _ => return Err(Refusal::bad_field(1)),
        };
        Ok(Work { change: Change::Blank(kind), takes, says: CLOSING })
    }

    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        dvd_rw_overwrite::format(disc, order)
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        match change {
            Change::Blank(kind) => blanked(disc, *kind != WHOLE),
            Change::Format(order) => dvd_rw_overwrite::formatted(disc, *order),
            _ => now(disc).apply(disc, change),
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        match change {
            // GUESS: what was to be erased is gone, as after a minimal blanking.
            Some(Change::Blank(_) | Change::Format(_)) => blanked(disc, true),
            _ => now(disc).cut_off(disc, change),
        }
    }
}

/// Nothing is recorded on it. Minimally blanked, it can only be written at once (real-drives: NEC
/// ND-4570A, LG GSA-4082B).
fn blanked(disc: &mut Medium, minimally: bool) {
    disc.wipe();
    disc.tracks.clear();
    let whole = disc.extent();
    if let Some(record) = &mut disc.record {
        record.capacity = whole;
        record.next = 0;
        record.closed_sessions = 0;
        record.finalized = false;
        record.at_once = false;
        record.format = None;
        record.holes.clear();
        record.minimally_blanked = minimally;
    }
}
