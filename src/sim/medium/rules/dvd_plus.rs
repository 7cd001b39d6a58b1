//! DVD+R, of one layer or two (MMC-6 4.4.6): a track a session, no mode page 05h, closed with 01,
//! 02 and 05 or 06.

use std::time::Duration;

use super::sequential;
use super::{Change, CloseOrder, Rules, Work, WriteOrder, WriteParameters};
use crate::sim::medium::states::Act;
use crate::sim::medium::{Medium, TrackMode};
use crate::sim::refusal::Refusal;

/// The rules of DVD+R.
pub struct DvdPlusR;

/// The close functions: what they come to and how long they take.
const CLOSES: &[(u8, Act, Duration)] = &[
    // GUESS: what each takes: run-out; a closure zone; a lead-out up to the minimum radius.
    (1, Act::CloseTrack, Duration::from_secs(2)),
    (2, Act::CloseSession, Duration::from_secs(20)),
    (5, Act::Finalize, Duration::from_secs(60)),
    (6, Act::Finalize, Duration::from_secs(60)),
];

impl Rules for DvdPlusR {
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
