//! DVD-RAM (MMC-6 4.4.5): formatted in the factory, written at any block, read back by the drive at
//! once; what turns out bad is written to a spare area. No close, no mode page 05h.

use std::time::Duration;

use super::overwrite;
use super::{Change, CloseOrder, FormatOrder, Rules, Toll, Work, WriteOrder, WriteParameters};
use crate::sim::medium::Medium;
use crate::sim::medium::formats;
use crate::sim::medium::states::{self, Act};
use crate::sim::refusal::Refusal;

/// The rules of DVD-RAM.
pub struct DvdRam;

/// A format that only writes the lists of defects anew. GUESS: how long.
const QUICK: Duration = Duration::from_secs(20);
/// Blocks certified in a second: written and read back at twice 1385 kB (PIONEER R11 command
/// reference: "slow initialization"). GUESS: the rate.
const CERTIFIED_PER_SECOND: f64 = 2.0 * 1385.0 / 2.048 / 2.0;

impl Rules for DvdRam {
    fn write(&self, disc: &Medium, order: &WriteOrder, _: &WriteParameters) -> Result<(), Refusal> {
        overwrite::write(disc, order)
    }

    fn taken(&self, _: &mut Medium, _: &WriteOrder, _: &WriteParameters) {}

    fn toll(&self, disc: &Medium, order: &WriteOrder) -> Toll {
        overwrite::managed(disc, order)
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        overwrite::burnt(disc, order);
    }

    fn reserve(&self, disc: &mut Medium, _: u32, _: &WriteParameters) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Reserve)
    }

    fn close(&self, disc: &Medium, _: CloseOrder, _: &WriteParameters) -> Result<Work, Refusal> {
        // PIONEER R11 command reference: not among the media that CLOSE TRACK is valid for.
        states::allows(disc.kind, states::state(disc), Act::CloseSession)?;
        Err(Refusal::bad_field(2))
    }

    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        let format = formats::accept(disc, &order)?;
        // libburn's cookbook: CMPLST and DCRT together change the size in a moment.
        let quick = order.no_certification || order.kind == formats::SPARE_EXPANSION;
        let whole = Duration::from_secs_f64(f64::from(format.blocks) / CERTIFIED_PER_SECOND);
        overwrite::format(disc, order, if quick { QUICK } else { whole })
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        let Change::Format(order) = change else { return };
        let Ok(format) = formats::accept(disc, order) else { return };
        // What was certified was written over; the rest stays, as far as it fits.
        if !order.no_certification && order.kind != formats::SPARE_EXPANSION {
            disc.wipe();
        }
        overwrite::formatted(disc, format);
        overwrite::lay_all(disc);
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        if let Some(Change::Format(_)) = change {
            overwrite::unformatted(disc);
        }
    }
}
