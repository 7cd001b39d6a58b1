//! CD-R and CD-RW (MMC-6 4.2.3): what mode page 05h asks for goes to tracks at once
//! ([`super::cd_track`]) or to sessions at once ([`super::cd_session`]); blanking.

use std::io;
use std::time::Duration;

use super::cd_track::{self, SEQUENCE, running};
use super::{CLOSING, Change, CloseOrder, Rules, Work, WriteOrder, WriteParameters};
use super::{cd_session, sequential};
use crate::sim::medium::compact::Compact;
use crate::sim::medium::states::{self, Act};
use crate::sim::medium::{Medium, Record};
use crate::sim::refusal::{ILLEGAL_MODE_FOR_TRACK, Refusal};

/// The rules of CD-R and CD-RW.
pub struct Cd;

/// PMA, lead-in and first pre-gap. GUESS: as cdrecord's users wait for.
const MINIMAL_BLANK_TIME: Duration = Duration::from_secs(40);
/// Blocks a second that a full blanking gets through. GUESS: 10x.
const BLANK_RATE: u32 = 750;

impl Rules for Cd {
    fn write(
        &self,
        disc: &Medium,
        order: &WriteOrder,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Write)?;
        match page.write_type {
            2 => cd_session::write(disc, order),
            // GUESS: a session that was begun at once is not gone on with otherwise.
            1 if running(disc) => Err(SEQUENCE),
            1 => cd_track::write_track(disc, order, page),
            // GUESS: packets and raw sectors, which this drive does not write: MMC-6 6.48 has
            // 5/64/00 for a page that does not fit the disc.
            _ => Err(ILLEGAL_MODE_FOR_TRACK),
        }
    }

    fn block_bytes(&self, disc: &Medium, lba: i64, page: &WriteParameters) -> usize {
        let at_once = disc.at_once().filter(|_| page.write_type == 2);
        match at_once.and_then(|session| session.block(lba)) {
            Some((bytes, _)) => usize::from(bytes),
            None => cd_track::block_bytes(disc, page),
        }
    }

    fn taken(&self, disc: &mut Medium, order: &WriteOrder, page: &WriteParameters) {
        if page.write_type == 2 && disc.at_once().is_some() {
            cd_session::taken(disc, order);
        } else {
            // A sheet of which nothing was written counts no more.
            cd_session::forget(disc);
            cd_track::taken(disc, order, page);
        }
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        if running(disc) {
            cd_session::burnt(disc, order);
        } else {
            sequential::burnt(disc, order);
        }
    }

    fn filling(&self, disc: &Medium) -> Option<WriteOrder> {
        if running(disc) {
            return None;
        }
        cd_track::filling(disc)
    }

    fn flushed(&self, disc: &Medium, _: &WriteParameters) -> Option<Work> {
        if running(disc) {
            return cd_session::flushed(disc);
        }
        cd_track::flushed(disc)
    }

    fn lay_down(
        &self,
        disc: &mut Medium,
        order: &WriteOrder,
        block: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        if block == cd_session::TEXT_BLOCK {
            return cd_session::keep_text(disc, bytes);
        }
        disc.content.write_blocks(order.lba, block, bytes)
    }

    fn ruin(&self, disc: &mut Medium) {
        if running(disc) {
            cd_session::abandon(disc);
        } else {
            cd_track::damage(disc);
            cd_track::after_last(disc);
        }
    }

    fn reserve(
        &self,
        disc: &mut Medium,
        blocks: u32,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Reserve)?;
        cd_track::reserve(disc, blocks, page)
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        page: &WriteParameters,
    ) -> Result<Work, Refusal> {
        match order.function {
            1 => cd_track::close_track(disc, order.track),
            2 => cd_track::close_session(disc, page),
            _ => Err(Refusal::bad_field(2)),
        }
    }

    fn cue_sheet(
        &self,
        disc: &mut Medium,
        entries: &[u8],
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        cd_session::announce(disc, entries, page)
    }

    fn blank(&self, disc: &Medium, kind: u8) -> Result<Work, Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Blank)?;
        let takes = match kind {
            0 => Duration::from_secs(u64::from(disc.extent().div_ceil(BLANK_RATE))),
            1 => MINIMAL_BLANK_TIME,
            // GUESS: the others are not a drive's duty, and refused as a field of the command.
            _ => return Err(Refusal::bad_field(1)),
        };
        Ok(Work { change: Change::Blank(kind), takes, says: CLOSING })
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        match change {
            Change::CloseTrack(number) => cd_track::end_track(disc, *number),
            Change::CloseSession | Change::Finalize => {
                cd_session::complete(disc);
                cd_track::end_session(disc, *change == Change::Finalize);
            }
            Change::Blank(_) => erase(disc),
            Change::Format(_) | Change::StopFormat => {}
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        if matches!(change, Some(Change::Blank(_))) {
            erase(disc);
            // GUESS: a disc whose blanking was cut off is shown as one without tracks that nothing
            // can be added to (real-drives: liteon-sohw1673s-dvdrw-complete-zero-tracks).
            if let Some(record) = &mut disc.record {
                record.finalized = true;
            }
            return;
        }
        if running(disc) {
            cd_session::abandon(disc);
            return;
        }
        cd_session::forget(disc);
        // What was flushed ends as it would have: the run-out is written first.
        if let Some(Change::CloseTrack(number)) = change {
            cd_track::end_track(disc, *number);
        }
        sequential::cut_off(disc);
        while disc.tracks.iter().any(|track| track.is_open() && track.recorded() > 0) {
            cd_track::damage(disc);
        }
        cd_track::after_last(disc);
    }
}

/// Nothing was ever written.
fn erase(disc: &mut Medium) {
    disc.tracks.clear();
    disc.wipe();
    if let Some(record) = &mut disc.record {
        let compact = Compact { atip: record.compact.atip.take(), ..Compact::default() };
        let (capacity, whole) = (record.capacity, record.whole);
        *record = Record { capacity, whole, compact, ..Record::default() };
    }
}

#[cfg(test)]
mod tests;
