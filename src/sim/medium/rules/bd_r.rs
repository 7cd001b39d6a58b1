//! BD-R recorded sequentially (SRM, MMC-6 4.5.3): no mode page 05h, closed with 01, 02 and 06;
//! formatted with spare areas or not ([`super::bd_r_spares`]).

use std::time::Duration;

use super::{Change, CloseOrder, FormatOrder, Rules, Toll, Work, WriteOrder, WriteParameters};
use super::{bd_r_spares, overwrite, sequential};
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Medium, TrackMode};
use crate::sim::refusal::Refusal;

/// The rules of BD-R.
pub struct BdR;

/// The close functions: what they come to and how long they take.
const CLOSES: &[(u8, Act, Duration)] = &[
    // GUESS: what each takes: the management areas are written; in the end the lead-out.
    (1, Act::CloseTrack, Duration::from_secs(1)),
    (2, Act::CloseSession, Duration::from_secs(5)),
    (6, Act::Finalize, Duration::from_secs(30)),
];

impl Rules for BdR {
    fn write(&self, disc: &Medium, order: &WriteOrder, _: &WriteParameters) -> Result<(), Refusal> {
        if bd_r_spares::writes_over(disc, order)? {
            return states::allows(disc.kind, states::state(disc), Act::Write);
        }
        sequential::write(disc, order)
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, _: &WriteParameters) {
        if !bd_r_spares::taken(disc, order) {
            sequential::taken(disc, order, TrackMode::Data);
        }
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        sequential::burnt(disc, order);
    }

    fn filling(&self, disc: &Medium) -> Option<WriteOrder> {
        sequential::filling(disc)
    }

    fn reserve(&self, disc: &mut Medium, blocks: u32, _: &WriteParameters) -> Result<(), Refusal> {
        sequential::reserve(disc, blocks)
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        _: &WriteParameters,
    ) -> Result<Work, Refusal> {
        if order.function == 2 {
            bd_r_spares::closes_session(disc)?;
        }
        sequential::close(disc, order, CLOSES)
    }

    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        bd_r_spares::format(disc, order)
    }

    fn toll(&self, disc: &Medium, order: &WriteOrder) -> Toll {
        // What is written in order waits in the buffer for the rest of its block.
        Toll { modified: 0, ..overwrite::managed(disc, order) }
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        match change {
            Change::Format(order) => bd_r_spares::formatted(disc, *order),
            _ => sequential::apply(disc, change),
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        // GUESS: what the management areas say is not taken back.
        if let Some(Change::Format(order)) = change {
            bd_r_spares::formatted(disc, *order);
        }
        sequential::cut_off(disc);
    }
}
