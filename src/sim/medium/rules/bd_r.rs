//! BD-R recorded sequentially (SRM, MMC-6 4.5.3): no mode page 05h, closed with 01, 02 and 06.

use std::time::Duration;

use super::sequential;
use super::{Change, CloseOrder, Rules, Work, WriteOrder, WriteParameters};
use crate::sim::medium::states::Act;
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
        sequential::write(disc, order)
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, _: &WriteParameters) {
        sequential::taken(disc, order, TrackMode::Data);
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
        sequential::close(disc, order, CLOSES)
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        sequential::apply(disc, change);
    }

    fn cut_off(&self, disc: &mut Medium, _: Option<&Change>) {
        sequential::cut_off(disc);
    }
}
