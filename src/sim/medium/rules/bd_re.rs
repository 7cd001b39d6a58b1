//! BD-RE (MMC-6 4.5.4): unformatted when new. Formatted with spare areas, all that is written is
//! read back; formatted without, or streaming, it is not. No close, no mode page 05h.

use std::time::Duration;

use super::overwrite;
use super::{Change, CloseOrder, FormatOrder, Rules, Toll, Work, WriteOrder, WriteParameters};
use crate::sim::medium::Medium;
use crate::sim::medium::formats;
use crate::sim::medium::states::{self, Act};
use crate::sim::refusal::{INVALID_FIELD_IN_PARAMETERS, Refusal};

/// The rules of BD-RE.
pub struct BdRe;

/// FORMAT SUB-TYPE of 30h and 31h (libburn's cookbook): full and quick certification.
const FULL_CERTIFICATION: u8 = 2;
const QUICK_CERTIFICATION: u8 = 3;
/// A format that only writes the management areas. GUESS: how long.
const QUICK: Duration = Duration::from_secs(60);
/// Some blocks here and there are certified. GUESS: how long.
const QUICKLY: Duration = Duration::from_secs(150);
/// Blocks certified in a second: written and read back at twice 4495 kB. GUESS: the rate.
const CERTIFIED_PER_SECOND: f64 = 2.0 * 4495.0 / 2.048 / 2.0;

impl Rules for BdRe {
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
        // PIONEER BDR-203 command reference: "This command is not valid for BD-RE."
        states::allows(disc.kind, states::state(disc), Act::CloseSession)?;
        Err(Refusal::bad_field(2))
    }

    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        let format = formats::accept(disc, &order)?;
        let certified = f64::from(format.blocks) / CERTIFIED_PER_SECOND;
        let takes = match (order.kind, order.subtype) {
            (formats::FULL, 0) => QUICK,
            (formats::BD_RE_SPARES | formats::BD_RE_PLAIN, 0 | 1) => QUICK,
            (formats::BD_RE_SPARES | formats::BD_RE_PLAIN, FULL_CERTIFICATION) => {
                Duration::from_secs_f64(certified)
            }
            (formats::BD_RE_SPARES | formats::BD_RE_PLAIN, QUICK_CERTIFICATION) => QUICKLY,
            _ => return Err(INVALID_FIELD_IN_PARAMETERS),
        };
        overwrite::format(disc, order, takes)
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        let Change::Format(order) = change else { return };
        let Ok(format) = formats::accept(disc, order) else { return };
        let certified = order.subtype == FULL_CERTIFICATION;
        let had_spares =
            disc.record.as_ref().and_then(|record| record.format).map(|f| f.spares > 0);
        // The inner spare area lies before block 0: with it or without it, all of them move.
        // GUESS: else a quick format leaves what was written.
        if certified || had_spares != Some(format.spares > 0) {
            disc.wipe();
        }
        overwrite::formatted(disc, format);
        if certified {
            overwrite::lay_all(disc);
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        if let Some(Change::Format(_)) = change {
            overwrite::unformatted(disc);
        }
    }
}
