//! DVD-R, DVD-R DL, and DVD-RW as long as it is recorded in order (MMC-6 4.4.3): mode page 05h says
//! whether the disc is written at once (DAO), its length reserved before, or packet by packet.

use std::time::Duration;

use super::sequential;
use super::{CLOSING, Change, CloseOrder, Rules, Work, WriteOrder, WriteParameters};
use crate::sim::medium::states::{self, Act, State};
use crate::sim::medium::{Kind, Medium, TrackMode, TrackState};
use crate::sim::refusal::{ILLEGAL_MODE_FOR_TRACK, Refusal};

/// The rules of DVD-R and its kin.
pub struct DvdMinus;

/// 5/2C/00: command sequence error.
const SEQUENCE: Refusal = Refusal::of(5, 0x2c, 0x00);
/// Blocks of a packet and of a link (MMC-6 table 151: LINK SIZE 16).
const PACKET: u32 = 16;
/// GUESS: run-out.
const TRACK_TIME: Duration = Duration::from_secs(3);
/// GUESS: a border zone.
const SESSION_TIME: Duration = Duration::from_secs(40);
/// GUESS: the lead-in and the lead-out.
const FINAL_TIME: Duration = Duration::from_secs(60);

/// How page 05h wants the disc to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    AtOnce,
    Incremental,
}

/// MMC-6 7.5.4: what a DVD-R takes of page 05h.
fn mode(disc: &Medium, page: &WriteParameters) -> Result<Mode, Refusal> {
    let (minimal, at_once) = disc
        .record
        .as_ref()
        .map_or((false, false), |record| (record.minimally_blanked, record.at_once));
    // growisofs leaves FP as it finds it, and PIONEER R11 command reference has it clear.
    let fixed = page.packet_size.is_none_or(|size| size == PACKET);
    let linked = page.link_size.is_none_or(|size| u32::from(size) == PACKET);
    match page.write_type {
        2 if page.packet_size.is_none() => Ok(Mode::AtOnce),
        // libburn: 5/64/00 where Incremental is tried after a minimal blanking.
        0 if fixed && linked && !minimal && !at_once => Ok(Mode::Incremental),
        _ => Err(ILLEGAL_MODE_FOR_TRACK),
    }
}

/// DAO begins with RESERVE TRACK on a blank disc. GUESS: 5/64/00 where something is recorded.
fn begins_at_once(disc: &Medium) -> Result<(), Refusal> {
    match states::state(disc) {
        State::Blank => Ok(()),
        State::Complete => states::allows(disc.kind, State::Complete, Act::Reserve),
        _ => Err(ILLEGAL_MODE_FOR_TRACK),
    }
}

impl Rules for DvdMinus {
    fn write(
        &self,
        disc: &Medium,
        order: &WriteOrder,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Write)?;
        let at_once = disc.record.as_ref().is_some_and(|record| record.at_once);
        if mode(disc, page)? == Mode::AtOnce && !at_once {
            // GUESS: without its length a disc is not written at once.
            begins_at_once(disc)?;
            return Err(SEQUENCE);
        }
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

    fn flushed(&self, disc: &Medium, _: &WriteParameters) -> Option<Work> {
        let at_once = disc.record.as_ref().is_some_and(|record| record.at_once);
        let track = disc.open_track().filter(|_| at_once)?;
        let whole = matches!(track.state, TrackState::Open { taken, .. } if taken == track.blocks);
        whole.then_some(Work { change: Change::Finalize, takes: FINAL_TIME, says: CLOSING })
    }

    fn reserve(
        &self,
        disc: &mut Medium,
        blocks: u32,
        page: &WriteParameters,
    ) -> Result<(), Refusal> {
        let at_once = mode(disc, page)? == Mode::AtOnce;
        if at_once {
            begins_at_once(disc)?;
        }
        sequential::reserve(disc, blocks)?;
        if let Some(record) = &mut disc.record {
            record.at_once = at_once;
        }
        Ok(())
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        page: &WriteParameters,
    ) -> Result<Work, Refusal> {
        // MMC-5 6.3.3.3.3: a DVD-R DL recorded incrementally is single session.
        let last = page.multi_session == 0 || disc.kind == Kind::DvdRDl;
        let session = if last {
            (2, Act::Finalize, FINAL_TIME)
        } else {
            (2, Act::CloseSession, SESSION_TIME)
        };
        sequential::close(disc, order, &[(1, Act::CloseTrack, TRACK_TIME), session])
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        sequential::apply(disc, change);
    }

    fn cut_off(&self, disc: &mut Medium, _: Option<&Change>) {
        let begun = disc.tracks.iter().any(|track| track.is_open() && track.recorded() > 0);
        sequential::cut_off(disc);
        // A disc that is written at once cannot be gone on with: its lead-in is there already.
        if begun && disc.record.as_ref().is_some_and(|record| record.at_once) {
            sequential::ruin(disc);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::testing::Bench;

    const DAO: [u8; 4] = [0x42, 0x05, 0x08, 0x00];
    /// LS_V, FP, link size 16; with multi-session 3.
    const PACKETS: [u8; 4] = [0x60, 0xe5, 0x08, 0x10];
    const PACKETS_LAST: [u8; 4] = [0x60, 0x25, 0x08, 0x10];

    fn select(bench: &mut Bench, head: [u8; 4]) {
        let mut list = vec![0; 8];
        list.extend([0x05, 0x32]);
        list.extend(head);
        list.resize(60, 0);
        if head[1] & 0x20 != 0 {
            list[8 + 13] = 16;
        }
        list[8 + 15] = 150;
        assert_eq!(bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &list), None);
    }

    fn write(bench: &mut Bench, lba: u8) -> Option<(u8, u8, u8)> {
        bench.send(&[0x2a, 0, 0, 0, 0, lba, 0, 0, 16, 0], &[lba; 16 * 2048])
    }

    fn done(bench: &mut Bench, cdb: &[u8]) {
        assert_eq!(bench.ask(cdb, 0).sense, None, "{cdb:02x?}");
    }

    const FLUSH: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    fn track(bench: &mut Bench, number: u8) -> Vec<u8> {
        bench.get(&[0x52, 1, 0, 0, 0, number, 0, 0, 36, 0], 36)
    }

    #[test]
    fn at_once_a_disc_is_reserved_written_to_its_end_and_complete() {
        let mut bench = Bench::of("sim:blank?medium=dvd-r&capacity=4096");
        // Track at once is for CDs.
        assert_eq!(write(&mut bench, 0), Some((5, 0x64, 0x00)));
        select(&mut bench, DAO);
        assert_eq!(write(&mut bench, 0), Some((5, 0x2c, 0x00)));
        done(&mut bench, &[0x53, 0, 0, 0, 0, 0, 0, 0, 32, 0]);
        assert_eq!(write(&mut bench, 16), Some((5, 0x21, 0x02)));
        assert_eq!(write(&mut bench, 0), None);
        // Its length is fixed: no packets now.
        select(&mut bench, PACKETS);
        assert_eq!(write(&mut bench, 16), Some((5, 0x64, 0x00)));
        select(&mut bench, DAO);
        assert_eq!(write(&mut bench, 16), None);
        assert_eq!(write(&mut bench, 32), Some((5, 0x21, 0x02)));
        done(&mut bench, &FLUSH);
        bench.settle();
        let disc = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        assert_eq!(disc[2] & 0x0f, 0x0e);
        assert_eq!(write(&mut bench, 32), Some((5, 0x30, 0x05)));
        assert_eq!(bench.get(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)[3], 31);
    }

    #[test]
    fn packets_make_tracks_and_sessions_until_a_session_is_the_last() {
        let mut bench = Bench::of("sim:blank?medium=dvd-r");
        // real-drives: HL-DT-ST GUC0N: "invisible incremental".
        assert_eq!(track(&mut bench, 1)[6] & 0xf0, 0x60);
        select(&mut bench, PACKETS);
        assert_eq!(write(&mut bench, 0), None);
        assert_eq!(track(&mut bench, 1)[6] & 0xf0, 0x20);
        select(&mut bench, DAO);
        assert_eq!(bench.no(&[0x53, 0, 0, 0, 0, 0, 0, 0, 32, 0]), (5, 0x64, 0x00));
        select(&mut bench, PACKETS);
        done(&mut bench, &FLUSH);
        assert_eq!(bench.no(&[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]), (5, 0x72, 0x03));
        // Not FFh, but the track's number.
        assert_eq!(bench.no(&[0x5b, 0, 1, 0, 0, 0xff, 0, 0, 0, 0]), (5, 0x24, 0x00));
        done(&mut bench, &[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
        done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        let second = track(&mut bench, 2);
        // Session 2; 16 and 37792 blocks on.
        assert_eq!((second[3], &second[8..12]), (2, &37_808u32.to_be_bytes()[..]));
        let [a, b, c, d] = 37_808u32.to_be_bytes();
        select(&mut bench, PACKETS_LAST);
        let cdb = [0x2a, 0, a, b, c, d, 0, 0, 16, 0];
        assert_eq!(bench.send(&cdb, &[7; 16 * 2048]), None);
        done(&mut bench, &[0x5b, 0, 1, 0, 0, 2, 0, 0, 0, 0]);
        done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        let disc = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        assert_eq!((disc[2] & 0x0f, disc[4]), (0x0e, 2));
    }

    #[test]
    fn a_disc_of_two_layers_is_single_session_whatever_the_page_says() {
        let mut bench = Bench::of("sim:blank?medium=dvd-r-dl&capacity=65536");
        select(&mut bench, PACKETS);
        assert_eq!(write(&mut bench, 0), None);
        done(&mut bench, &[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
        done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        let disc = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        assert_eq!(disc[2] & 0x03, 2);
    }

    #[test]
    fn a_test_write_leaves_the_disc_blank() {
        let mut bench = Bench::of("sim:blank?medium=dvd-r&capacity=4096");
        select(&mut bench, [0x52, 0x05, 0x08, 0x00]);
        done(&mut bench, &[0x53, 0, 0, 0, 0, 0, 0, 0, 16, 0]);
        assert_eq!(write(&mut bench, 0), None);
        done(&mut bench, &FLUSH);
        bench.settle();
        let disc = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        assert_eq!(disc[2] & 0x0f, 0);
    }

    #[test]
    fn a_reserved_track_is_written_beside_the_next_one() {
        let mut bench = Bench::of("sim:blank?medium=dvd-r&capacity=4096");
        select(&mut bench, PACKETS);
        done(&mut bench, &[0x53, 0, 0, 0, 0, 0, 0, 0, 32, 0]);
        assert_eq!(write(&mut bench, 32), None);
        assert_eq!(write(&mut bench, 0), None);
        assert_eq!(write(&mut bench, 48), None);
        assert_eq!(bench.no(&[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]), (5, 0x72, 0x04));
        done(&mut bench, &[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
        done(&mut bench, &[0x5b, 0, 1, 0, 0, 2, 0, 0, 0, 0]);
        done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        let data = bench.get(&[0x28, 0, 0, 0, 0, 15, 0, 0, 2, 0], 4096);
        assert_eq!((data[0], data[2048]), (0, 0));
        assert_eq!(bench.get(&[0x28, 0, 0, 0, 0, 48, 0, 0, 1, 0], 2048)[0], 48);
    }
}
