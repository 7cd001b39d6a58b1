//! The commands that change a disc: WRITE (10) and (12), RESERVE TRACK, CLOSE TRACK SESSION,
//! SEND OPC INFORMATION, SEND CUE SHEET, SYNCHRONIZE CACHE. Knows where the bits of a CDB are; what
//! a disc makes of it is for [`super::medium::rules`].

use super::exchange::Exchange;
use super::machine::{Calibration, Machine};
use super::medium::recording::DiscStatus;
use super::medium::rules::{CloseOrder, WriteOrder};
use super::refusal::Refusal;

/// 5/1A/00 is for parameters; a host that brings fewer blocks than it announces fails on the way.
/// GUESS: 5/24/00 at the transfer length.
const TOO_FEW_BLOCKS: Refusal = Refusal::bad_field(8);
/// 3/0C/00: the file behind the disc cannot be written.
const WRITE_ERROR: Refusal = Refusal::of(3, 0x0c, 0x00);
/// FUA of byte 1.
const FORCE_UNIT_ACCESS: u8 = 0x08;
/// GUESS: what a drive says that writes sessions at once on blank discs alone: 5/2C/00.
const NO_SECOND_SESSION: Refusal = Refusal::of(5, 0x2c, 0x00);
/// 1/73/01: power calibration area is almost full; the calibration is done all the same.
const ALMOST_FULL: Refusal = Refusal::of(1, 0x73, 0x01);
/// Bytes of an OPC table: SPEED and the drive's own values (MMC-6 6.34).
const OPC_TABLE: usize = 8;

/// WRITE (10) (MMC-6 6.48).
pub fn write10(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let blocks = u32::try_from(exchange.be16(7)).unwrap_or(0);
    write(machine, exchange, blocks, false)
}

/// WRITE AND VERIFY (10) (MMC-6 6.50): the blocks are on the disc, and read back, before it ends.
/// A block that does not read is told as a read tells it, and one that came before these and could
/// not be written as the failure of an earlier command.
pub fn write_and_verify(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    write10(machine, exchange)?;
    if exchange.surplus() {
        return Ok(());
    }
    let lba = exchange.be32(2);
    let blocks = lba..lba.saturating_add(exchange.be16(7) as u32);
    let own = |at: u32| blocks.contains(&at);
    let earlier =
        |refusal: Refusal| if refusal.lba.is_some_and(own) { refusal } else { refusal.deferred() };
    machine.flush(false).map_err(earlier)?;
    // In the pre-gap of a CD there is nothing to read.
    if (lba as i32) < 0 { Ok(()) } else { machine.read_back(blocks) }
}

/// WRITE (12) (MMC-6 6.49).
pub fn write12(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let streaming = exchange.byte(10) & 0x80 != 0;
    write(machine, exchange, exchange.be32(6), streaming)
}

fn write(
    machine: &mut Machine,
    exchange: &mut Exchange,
    blocks: u32,
    streaming: bool,
) -> Result<(), Refusal> {
    machine.write_arrives();
    machine.burnt_well()?;
    let page = machine.pages.write_parameters();
    let at_once = exchange.byte(1) & FORCE_UNIT_ACCESS != 0;
    let (disc, rules) = machine.recordable()?;
    disc.rehearse(page.test);
    let lba = i64::from(exchange.be32(2) as i32);
    let order = WriteOrder { lba, blocks, streaming };
    rules.write(disc, &order, &page)?;
    let block = rules.block_bytes(disc, lba, &page);
    let length = (blocks as usize).saturating_mul(block);
    if exchange.room() < length {
        return Err(TOO_FEW_BLOCKS);
    }
    if exchange.room() > length {
        // quirks-from-tool-authors (Debian bug 794868): a WRITE of 7 blocks with a buffer of 16
        // ends in a reset of the link.
        exchange.refuse_surplus();
        return Ok(());
    }
    machine.make_room(length, block)?;
    let bytes = exchange.parameters(length)?;
    machine.take(&order, block, bytes);
    let (disc, rules) = machine.recordable()?;
    rules.taken(disc, &order, &page);
    if at_once { machine.flush(false) } else { Ok(()) }
}

/// SYNCHRONIZE CACHE (MMC-6 6.44).
pub fn synchronize_cache(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if machine.recordable().is_err() {
        return Ok(());
    }
    machine.burnt_well()?;
    machine.flush(exchange.byte(1) & 0x02 != 0)
}

/// RESERVE TRACK (MMC-6 6.31).
pub fn reserve_track(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    machine.write_out()?;
    let page = machine.pages.write_parameters();
    let blocks = exchange.be32(5);
    let (disc, rules) = machine.recordable()?;
    disc.rehearse(page.test);
    rules.reserve(disc, blocks, &page)?;
    disc.keep().map_err(|_| WRITE_ERROR)
}

/// CLOSE TRACK SESSION (MMC-6 6.3).
pub fn close_track_session(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if machine.recordable().is_ok() {
        machine.write_out()?;
        machine.flush(false)?;
    }
    let page = machine.pages.write_parameters();
    let order = CloseOrder { function: exchange.byte(2), track: exchange.be16(4) as u16 };
    let immediately = exchange.byte(1) & 0x01 != 0;
    let (disc, rules) = machine.recordable()?;
    disc.rehearse(page.test);
    let work = rules.close(disc, order, &page)?;
    machine.begin(work, immediately);
    Ok(())
}

/// SEND OPC INFORMATION (MMC-6 6.34): the drive finds the right power for the disc, which takes a
/// while and no data; or the host brings tables of eight bytes a speed.
pub fn send_opc(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (calibrate, length) = (exchange.byte(1) & 0x01 != 0, exchange.be16(7));
    machine.write_out()?;
    let (disc, _) = machine.recordable()?;
    if !disc.can_grow() && !disc.kind.erasable() {
        return Err(Refusal::of(5, 0x30, 0x05));
    }
    if calibrate != (length == 0) || !length.is_multiple_of(OPC_TABLE) {
        return Err(Refusal::bad_field(7));
    }
    if !calibrate {
        let tables = exchange.parameters(length)?.chunks_exact(OPC_TABLE);
        machine.learn_calibrations(tables.map(opc_table).collect());
        return Ok(());
    }
    machine.calibrate()?;
    if machine.is_almost_worn() { Err(ALMOST_FULL) } else { Ok(()) }
}

fn opc_table(bytes: &[u8]) -> Calibration {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let values = std::array::from_fn(|at| byte(2 + at));
    Calibration { kbps: u16::from_be_bytes([byte(0), byte(1)]), values }
}

/// SEND CUE SHEET (MMC-6 6.33).
pub fn send_cue_sheet(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    machine.write_out()?;
    let page = machine.pages.write_parameters();
    let length = exchange.be24(6) as usize;
    let appends = machine.persona.ways.appends_sessions_at_once;
    let (disc, rules) = machine.recordable()?;
    disc.rehearse(page.test);
    if disc.status() == DiscStatus::Appendable && !appends {
        return Err(NO_SECOND_SESSION);
    }
    rules.cue_sheet(disc, exchange.parameters(length)?, &page)?;
    disc.keep().map_err(|_| WRITE_ERROR)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::Bench;
    use crate::transport::Data;

    #[test]
    fn a_test_write_answers_as_a_write_and_leaves_the_disc_as_it_was() {
        use super::super::medium::blank::Blank;
        use super::super::medium::store::Store;
        use super::super::medium::{Kind, TrackMode};
        let blank = Blank { kind: Kind::DvdR, layers: None, capacity: Some(4096), formatted: true };
        let store = Store::temporary(crate::units::Family::Dvd).expect("a file");
        let mut disc = blank.on(store).expect("a disc");
        disc.rehearse(true);
        disc.begin_track(TrackMode::Data, Some(64));
        assert_eq!((disc.tracks.len(), disc.recorded_end(), disc.rehearsing()), (1, 0, true));
        disc.rehearse(true);
        disc.rehearse(false);
        assert_eq!((disc.tracks.len(), disc.free(), disc.rehearsing()), (0, 4096, false));
    }

    fn write(bench: &mut Bench, lba: u8, blocks: u8, fill: u8) -> Option<(u8, u8, u8)> {
        let cdb = [0x2a, 0, 0, 0, 0, lba, 0, 0, blocks, 0];
        bench.send(&cdb, &vec![fill; usize::from(blocks) * 2048])
    }

    fn defective(spec: &str, plan: &str) -> (Bench, tempfile::NamedTempFile) {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), plan).expect("written");
        (Bench::of(&format!("{spec}&defects={}", file.path().display())), file)
    }

    /// What is told, whether of an earlier command, where, and how long it took.
    type Checked = (Option<(u8, u8, u8)>, bool, Option<u32>, Duration);

    /// WRITE AND VERIFY of 32 blocks.
    fn checked(bench: &mut Bench, lba: u8) -> Checked {
        let begun = bench.drive.now();
        let cdb = [0x2e, 0, 0, 0, 0, lba, 0, 0, 32, 0];
        let answer = bench.run(&cdb, Data::Out(&[7; 32 * 2048])).expect("taken");
        let raw = &answer.sense;
        let sense = (!raw.is_empty()).then(|| (raw[2] & 0x0f, raw[12], raw[13]));
        let valid = raw.first().is_some_and(|first| first & 0x80 != 0);
        let at = valid.then(|| u32::from_be_bytes([raw[3], raw[4], raw[5], raw[6]]));
        let deferred = raw.first().is_some_and(|first| first & 0x01 != 0);
        (sense, deferred, at, bench.drive.now() - begun)
    }

    const HARD: &str = "[[defect]]\nkind = \"hard\"\nlba = 40\n";

    #[test]
    fn what_is_verified_is_read_back_and_a_block_that_does_not_read_is_told() {
        let (mut bench, _plan) = defective("sim:blank?medium=bd-r&capacity=4096", HARD);
        assert_eq!(checked(&mut bench, 0).0, None);
        let (sense, deferred, at, _) = checked(&mut bench, 32);
        // All of an error-correction block is lost.
        assert_eq!((sense, deferred, at), (Some((3, 0x11, 0x05)), false, Some(32)));
        // It is written all the same: the disc goes on after it.
        assert_eq!(write(&mut bench, 32, 32, 1), Some((5, 0x21, 0x02)));
        let (sense, _, _, verified) = checked(&mut bench, 64);
        assert_eq!(sense, None);
        // The same without a look costs less: at least the turn until the blocks come round again.
        let begun = bench.drive.now();
        assert_eq!(write(&mut bench, 96, 32, 1), None);
        assert_eq!(bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense, None);
        let written = bench.drive.now() - begun;
        assert!(verified > written + Duration::from_millis(5), "{verified:?} {written:?}");
    }

    #[test]
    fn what_is_verified_is_good_where_spare_blocks_stand_in_until_there_are_none() {
        let plan = "[[defect]]\nkind = \"hard\"\nlba = 0\ncount = 4000\n";
        let (mut bench, _plan) = defective("sim:blank?medium=dvd-ram&capacity=512", plan);
        // 48 blocks of spare areas.
        assert_eq!(checked(&mut bench, 0).0, None);
        let (sense, deferred, at, _) = checked(&mut bench, 32);
        assert_eq!((sense, deferred, at), (Some((3, 0x0c, 0x02)), false, Some(48)));
        assert_eq!(bench.ask(&[0x28, 8, 0, 0, 0, 0, 0, 0, 16, 0], 16 * 2048).sense, None);
    }

    #[test]
    fn what_failed_before_it_is_no_failure_of_the_write_that_is_verified() {
        let plan = "[[defect]]\nkind = \"unwritable\"\nlba = 8\n";
        let (mut bench, _plan) = defective("sim:blank?medium=bd-r&capacity=4096", plan);
        assert_eq!(write(&mut bench, 0, 32, 1), None);
        let (sense, deferred, at, _) = checked(&mut bench, 32);
        assert_eq!((sense, deferred, at), (Some((3, 0x0c, 0x00)), true, Some(0)));
    }

    #[test]
    fn a_write_with_more_data_than_its_blocks_resets_the_link_and_writes_nothing() {
        let mut bench = Bench::of("sim:blank?medium=dvd-ram&capacity=4096");
        let cdb = [0x2a, 0, 0, 0, 0, 0, 0, 0, 7, 0];
        let answer = bench.run(&cdb, Data::Out(&[1; 16 * 2048])).expect("taken");
        assert_eq!((answer.status, answer.host, answer.resid), (0, 8, 16 * 2048));
        assert_eq!(bench.no(&[0; 6]), (6, 0x29, 0x00));
        assert_eq!(bench.drive.write_stats().writes, 0);
        assert_eq!(bench.send(&cdb, &[1; 7 * 2048]), None);
    }

    #[test]
    fn no_disc_has_more_tracks_than_its_tables_have_room_for() {
        let reserve = |blocks: u16| {
            let [high, low] = blocks.to_be_bytes();
            [0x53, 0, 0, 0, 0, 0, 0, high, low, 0]
        };
        // libburn's cookbook: a DVD+R has 15 open fragments at most.
        let mut bench = Bench::of("sim:blank?medium=dvd+r&capacity=4096");
        for _ in 0..15 {
            assert_eq!(bench.ask(&reserve(16), 0).sense, None);
        }
        assert_eq!(bench.no(&reserve(16)), (5, 0x72, 0x05));
        let mut bench = Bench::of("sim:blank?medium=cd-r");
        for _ in 0..99 {
            assert_eq!(bench.ask(&reserve(300), 0).sense, None);
        }
        assert_eq!(bench.no(&reserve(300)), (5, 0x72, 0x05));
        let track = bench.get(&[0x52, 1, 0, 0, 0, 99, 0, 0, 36, 0], 36);
        let start = u32::from_be_bytes([track[8], track[9], track[10], track[11]]);
        let [a, b, c, d] = (start + 302 + 150).to_be_bytes();
        let cdb = [0x2a, 0, a, b, c, d, 0, 0, 1, 0];
        assert_eq!(bench.send(&cdb, &[0; 2048]), Some((3, 0x73, 0x05)));
    }

    const CALIBRATE: [u8; 10] = [0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    const FLUSH: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn a_cd_r_is_calibrated_a_hundred_times_and_never_again() {
        let mut bench = Bench::of("sim:blank?medium=cd-r&calibrated=89");
        assert_eq!(bench.ask(&CALIBRATE, 0).sense, None);
        for _ in 91..=100 {
            assert_eq!(bench.no(&CALIBRATE), (1, 0x73, 0x01));
        }
        assert_eq!(bench.no(&CALIBRATE), (3, 0x73, 0x02));
        // The area of a CD-RW is erased.
        let mut bench = Bench::of("sim:blank?medium=cd-rw&calibrated=1000");
        assert_eq!(bench.ask(&CALIBRATE, 0).sense, None);
    }

    #[test]
    fn a_drive_that_cannot_calibrate_by_itself_writes_nothing_and_leaves_the_disc_as_it_was() {
        let mut bench = Bench::of("sim:blank?medium=cd-r&calibrated=100");
        assert_eq!(write(&mut bench, 0, 16, 1), None);
        assert_eq!(bench.no(&FLUSH), (3, 0x73, 0x02));
        assert_eq!(bench.drive.write_stats().bytes_burnt, 0);
        // Blank, and its next writable address is 0.
        assert_eq!(bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)[2] & 3, 0);
        let track = bench.get(&[0x52, 1, 0, 0, 0, 0xff, 0, 0, 36, 0], 36);
        assert_eq!(track[12..16], [0; 4]);
    }

    #[test]
    fn a_session_is_calibrated_once_and_not_where_the_host_has_seen_to_it() {
        // Room for one more: the drive takes it at the first write, and again in each session.
        let mut bench = Bench::of("sim:blank?medium=cd-r&calibrated=99");
        let mut page = vec![0; 8];
        page.extend([0x05, 0x32, 0x41, 0xc4, 0x08]);
        page.resize(60, 0);
        page[8 + 15] = 150;
        assert_eq!(bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &page), None);
        // By the host: the write that follows needs none.
        assert_eq!(bench.no(&CALIBRATE), (1, 0x73, 0x01));
        assert_eq!(write(&mut bench, 0, 16, 1), None);
        assert_eq!(bench.ask(&FLUSH, 0).sense, None);
        assert_eq!(bench.ask(&[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0], 0).sense, None);
        let track = bench.get(&[0x52, 1, 0, 0, 0, 0xff, 0, 0, 36, 0], 36);
        let cdb = [0x2a, 0, track[12], track[13], track[14], track[15], 0, 0, 16, 0];
        assert_eq!(bench.send(&cdb, &[1; 16 * 2048]), None);
        assert_eq!(bench.no(&FLUSH), (3, 0x73, 0x02));
    }

    #[test]
    fn a_drive_that_lists_its_calibrations_lists_the_host_s_too() {
        let listed = |bench: &mut Bench| {
            let data = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 250, 0], 250);
            assert_eq!(data.len(), 34 + 8 * usize::from(data[33]));
            assert_eq!(usize::from(data[1]) + 2, data.len());
            data[34..].to_vec()
        };
        let mut bench = Bench::of("sim:blank?medium=dvd-r&persona=nd-3540a");
        assert_eq!(listed(&mut bench), [0u8; 0]);
        assert_eq!(bench.ask(&CALIBRATE, 0).sense, None);
        assert_eq!(listed(&mut bench)[..2], 22_160u16.to_be_bytes());
        let tables = [0x15, 0xa4, 1, 2, 3, 4, 5, 6, 0x2b, 0x48, 6, 5, 4, 3, 2, 1];
        assert_eq!(bench.send(&[0x54, 0, 0, 0, 0, 0, 0, 0, 16, 0], &tables), None);
        assert_eq!(listed(&mut bench), tables);
        // With DoOpc there are none to send, and without there are.
        assert_eq!(
            bench.send(&[0x54, 1, 0, 0, 0, 0, 0, 0, 8, 0], &tables[..8]),
            Some((5, 0x24, 0))
        );
        assert_eq!(bench.no(&[0x54, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (5, 0x24, 0x00));
        let mut other = Bench::of("sim:blank?medium=dvd-r");
        assert_eq!(other.ask(&CALIBRATE, 0).sense, None);
        assert_eq!(listed(&mut other), [0u8; 0]);
    }

    #[test]
    fn a_dvd_plus_r_is_written_in_order_closed_and_read() {
        let mut bench = Bench::of("sim:blank?medium=dvd+r&capacity=4096");
        assert_eq!(write(&mut bench, 16, 16, 1), Some((5, 0x21, 0x02)));
        assert_eq!(write(&mut bench, 0, 16, 1), None);
        assert_eq!(write(&mut bench, 16, 4, 2), None);
        assert_eq!(write(&mut bench, 16, 4, 2), Some((5, 0x21, 0x02)));
        // Flushed: filled up to 32 blocks.
        assert_eq!(bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(write(&mut bench, 20, 4, 2), Some((5, 0x21, 0x02)));
        // A session with an open track does not close.
        assert_eq!(bench.no(&[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]), (5, 0x72, 0x03));
        assert_eq!(bench.ask(&[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(bench.ask(&[0x5b, 1, 5, 0, 0, 1, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(bench.no(&[0, 0, 0, 0, 0, 0]), (2, 0x04, 0x07));
        bench.settle();
        assert_eq!(write(&mut bench, 32, 4, 2), Some((5, 0x30, 0x05)));
        let data = bench.get(&[0x28, 0, 0, 0, 0, 15, 0, 0, 6, 0], 6 * 2048);
        assert_eq!((data[0], data[2048], data[5 * 2048]), (1, 2, 0));
        assert_eq!(bench.get(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)[..4], [0, 0, 0, 31]);
    }
}
