//! The commands that make a rewritable disc empty or usable: FORMAT UNIT and BLANK. Knows where the
//! bits of their parameters are; what a disc makes of it is for [`super::medium::rules`].

use super::exchange::Exchange;
use super::machine::Machine;
use super::medium::Kind;
use super::medium::formats::{BD_RE_PLAIN, BD_RE_SPARES};
use super::medium::rules::FormatOrder;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};

/// 5/30/06 (real-drives: ATAPI iHBS212): where there is nothing to blank or format.
const CANNOT_FORMAT: Refusal = Refusal::of(5, 0x30, 0x06);
/// DPRY, DCRT, STPF, IP, TRY-OUT and VS of the list's header (MMC-6 table 246).
const OPTIONS: u8 = 0x7d;
const DCRT: u8 = 0x20;

/// BLANK (MMC-6 6.2).
pub fn blank(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (kind, immediately) = (exchange.byte(1) & 0x07, exchange.byte(1) & 0x10 != 0);
    machine.write_out()?;
    machine.end_rehearsal();
    let (disc, rules) = machine.recordable().map_err(|_| CANNOT_FORMAT)?;
    let work = rules.blank(disc, kind)?;
    machine.begin(work, immediately);
    Ok(())
}

/// FORMAT UNIT (MMC-6 6.4): a header of four bytes and one descriptor of eight.
pub fn format_unit(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    // FMTDATA and FORMAT CODE 001b.
    if exchange.byte(1) & 0x17 != 0x11 {
        return Err(Refusal::bad_field(1));
    }
    let complete_list = exchange.byte(1) & 0x08 != 0;
    let kind = machine.recordable().map_err(|_| CANNOT_FORMAT)?.0.kind;
    let lists_defects = matches!(kind, Kind::DvdRam | Kind::BdRe);
    // PIONEER R8 command reference: CMPLST is not supported and must be zero.
    if complete_list && !lists_defects {
        return Err(Refusal::bad_field(1));
    }
    let length = exchange.room();
    let list = exchange.parameters(length)?;
    let (header, descriptor) = list.split_at_checked(4).ok_or(PARAMETER_LIST_LENGTH)?;
    let descriptor: &[u8; 8] = descriptor.try_into().map_err(|_| PARAMETER_LIST_LENGTH)?;
    let options = header[1] & OPTIONS;
    // PIONEER R8 command reference: with FOV the options shall be zero; libburn sets DCRT on
    // DVD-RAM and BD-RE. MMC-6 6.4.3.2: without FOV they are reserved.
    let allowed = if header[1] & 0x80 != 0 && lists_defects { DCRT } else { 0 };
    if header[0] != 0 || options & !allowed != 0 || header[2..4] != [0, 8] {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    let immediately = header[1] & 0x02 != 0;
    let [a, b, c, d, kind, x, y, z] = *descriptor;
    let order = FormatOrder {
        blocks: u32::from_be_bytes([a, b, c, d]),
        kind: kind >> 2,
        subtype: kind & 0x03,
        parameter: u32::from_be_bytes([0, x, y, z]),
        complete_list,
        no_certification: options & DCRT != 0,
    };
    let quick_certification =
        matches!(order.kind, BD_RE_SPARES | BD_RE_PLAIN) && order.subtype == 3;
    if quick_certification && !machine.persona.ways.certifies_quickly {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    machine.write_out()?;
    machine.end_rehearsal();
    let (disc, rules) = machine.recordable()?;
    let work = rules.format(disc, order)?;
    machine.begin(work, immediately);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::Bench;
    use crate::transport::Transport;

    type Sense = Option<(u8, u8, u8)>;

    /// FORMAT UNIT: header flags, blocks, type and sub-type, parameter.
    fn format(bench: &mut Bench, flags: u8, blocks: u32, kind: u8, parameter: u32) -> Sense {
        with_cdb(bench, 0x11, flags, blocks, kind, parameter)
    }

    fn with_cdb(bench: &mut Bench, cdb: u8, flags: u8, blocks: u32, kind: u8, param: u32) -> Sense {
        let mut list = vec![0, flags, 0, 8];
        list.extend(blocks.to_be_bytes());
        list.push(kind);
        list.extend(&param.to_be_bytes()[1..]);
        bench.send(&[0x04, cdb, 0, 0, 0, 0], &list)
    }

    fn write(bench: &mut Bench, lba: u32, blocks: u8) -> Sense {
        let [a, b, c, d] = lba.to_be_bytes();
        let data = vec![lba as u8 | 1; usize::from(blocks) * 2048];
        bench.send(&[0x2a, 0, a, b, c, d, 0, 0, blocks, 0], &data)
    }

    fn read(bench: &mut Bench, lba: u32) -> Sense {
        let [a, b, c, d] = lba.to_be_bytes();
        bench.ask(&[0x28, 0x08, a, b, c, d, 0, 0, 1, 0], 2048).sense
    }

    fn close(bench: &mut Bench, function: u8) -> Sense {
        let sense = bench.ask(&[0x5b, 1, function, 0, 0, 0, 0, 0, 0, 0], 0).sense;
        bench.settle();
        sense
    }

    /// Disc status with that of the last session, and the background format's.
    fn states(bench: &mut Bench) -> (u8, u8) {
        let data = bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        (data[2] & 0x0f, data[7] & 0x03)
    }

    fn sense(bench: &mut Bench) -> (u8, u8, u8, Option<u16>) {
        let data = bench.get(&[0x03, 0, 0, 0, 18, 0], 18);
        let progress = (data[15] & 0x80 != 0).then(|| u16::from_be_bytes([data[16], data[17]]));
        (data[2], data[12], data[13], progress)
    }

    fn profile(bench: &mut Bench) -> u8 {
        bench.get(&[0x46, 2, 0, 0, 0, 0, 0, 0, 8, 0], 8)[7]
    }

    const READY: [u8; 6] = [0; 6];
    const CAPACITY: [u8; 10] = [0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const FLUSH: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const ALL: u32 = 0xffff_ffff;

    #[test]
    fn a_dvd_plus_rw_is_formatted_beside_what_the_host_writes() {
        let mut bench = Bench::of("sim:blank?medium=dvd+rw&capacity=200000");
        assert_eq!((states(&mut bench), profile(&mut bench)), ((0, 0), 0x1a));
        assert_eq!(bench.get(&CAPACITY, 8)[..4], [0; 4]);
        assert_eq!(write(&mut bench, 0, 16), Some((5, 0x30, 0x10)));
        // real-drives: ASUS DRW-1608P2: CLOSE SESSION: 5/30/10.
        assert_eq!(close(&mut bench, 2), Some((5, 0x30, 0x10)));
        assert_eq!(format(&mut bench, 2, ALL, 0x98, 0), None);
        // The lead-in is being written: no progress is told, and nothing else is done.
        assert_eq!(bench.no(&READY), (2, 0x04, 0x04));
        assert_eq!(sense(&mut bench), (2, 0x04, 0x04, None));
        bench.settle();
        assert_eq!(states(&mut bench), (0x0e, 2));
        assert_eq!(bench.get(&CAPACITY, 8)[..4], 199_999u32.to_be_bytes());
        assert_eq!(sense(&mut bench).0, 0);
        assert_eq!(bench.no(&[0x1b, 0, 0, 0, 2, 0]), (5, 0x53, 0x02));
        assert_eq!(write(&mut bench, 3, 2), None);
        // Up to there the drive had to lay the disc down first.
        let begun = bench.drive.now();
        assert_eq!(write(&mut bench, 100_000, 1), None);
        assert_eq!(bench.ask(&FLUSH, 0).sense, None);
        assert!(bench.drive.now() - begun > Duration::from_secs(20));
        assert_eq!(read(&mut bench, 50_000), None);
        assert_eq!(read(&mut bench, 190_000), Some((3, 0x11, 0x05)));
        // Stopped: what is laid down can be written, no more; the tray comes out.
        assert_eq!(close(&mut bench, 2), None);
        assert_eq!(states(&mut bench), (0x0e, 1));
        assert_eq!(write(&mut bench, 90_000, 16), None);
        assert_eq!(write(&mut bench, 190_000, 16), Some((5, 0x21, 0x02)));
        assert_eq!(format(&mut bench, 2, ALL, 0x98, 1), None);
        bench.settle();
        assert_eq!(read(&mut bench, 90_000), None);
        bench.drive.wait(Duration::from_secs(3600));
        assert_eq!((states(&mut bench), sense(&mut bench).0), ((0x0e, 3), 0));
        assert_eq!(read(&mut bench, 199_999), None);
        assert_eq!(write(&mut bench, 199_999, 2), Some((5, 0x21, 0x02)));
        // Nothing goes on any more: neither is an error.
        assert_eq!((close(&mut bench, 0), close(&mut bench, 2)), (None, None));
        assert_eq!(states(&mut bench), (0x0e, 3));
        assert_eq!(bench.ask(&[0x1b, 0, 0, 0, 2, 0], 0).sense, None);
    }

    #[test]
    fn a_dvd_plus_rw_takes_its_own_format_alone() {
        let mut bench = Bench::of("sim:blank?medium=dvd+rw&capacity=4096");
        for (blocks, kind, parameter) in
            [(100, 0x98, 0), (ALL, 0x98, 2), (ALL, 0x00, 0), (ALL, 0x54, 0)]
        {
            let refused = format(&mut bench, 2, blocks, kind, parameter);
            assert_eq!(refused, Some((5, 0x26, 0x00)), "{kind:02x}");
        }
        // Only what was stopped goes on.
        assert_eq!(format(&mut bench, 2, ALL, 0x98, 1), Some((5, 0x30, 0x06)));
        assert_eq!(with_cdb(&mut bench, 0x19, 2, ALL, 0x98, 0), Some((5, 0x24, 0x00)));
        assert_eq!(with_cdb(&mut bench, 0x17, 2, ALL, 0x98, 0), Some((5, 0x24, 0x00)));
        assert_eq!(format(&mut bench, 0x22, ALL, 0x98, 0), Some((5, 0x26, 0x00)));
        assert_eq!(bench.send(&[0x04, 0x11, 0, 0, 0, 0], &[0, 2, 0]), Some((5, 0x1a, 0x00)));
        assert_eq!(format(&mut bench, 0x82, 4096, 0x98, 0), None);
    }

    #[test]
    fn a_dvd_ram_is_written_anywhere_at_half_speed_or_streaming_and_never_closed() {
        let mut bench = Bench::of("sim:blank?medium=dvd-ram");
        assert_eq!((states(&mut bench).0, profile(&mut bench)), (0x0f, 0x12));
        assert_eq!(bench.get(&CAPACITY, 8)[..4], 2_236_703u32.to_be_bytes());
        assert_eq!((read(&mut bench, 0), read(&mut bench, 2_236_703)), (None, None));
        // 16 MiB, the buffer emptied before and after.
        let mut timed = |stream: u8| {
            assert_eq!(bench.ask(&FLUSH, 0).sense, None);
            let begun = bench.drive.now();
            for block in 8..40 {
                let cdb = [0xaa, 0, 0, 0, block, 0, 0, 0, 1, 0, stream, 0];
                while let Some(told) = bench.send(&cdb, &[1; 256 * 2048]) {
                    assert_eq!(told, (2, 0x04, 0x08));
                    bench.drive.wait(Duration::from_millis(10));
                }
            }
            assert_eq!(bench.ask(&FLUSH, 0).sense, None);
            (bench.drive.now() - begun).as_secs_f64()
        };
        timed(0);
        let (verified, streamed) = (timed(0), timed(0x80));
        assert!((1.7..2.3).contains(&(verified / streamed)), "{verified} {streamed}");
        assert_eq!(close(&mut bench, 1), Some((5, 0x24, 0x00)));
        assert_eq!(close(&mut bench, 2), Some((5, 0x24, 0x00)));
        assert_eq!(write(&mut bench, 2_236_703, 2), Some((5, 0x21, 0x00)));
        // No certification, at once: more room for data.
        assert_eq!(with_cdb(&mut bench, 0x19, 0xa2, 2_295_072, 0x00, 0x800), None);
        bench.settle();
        assert_eq!(bench.get(&CAPACITY, 8)[..4], 2_295_071u32.to_be_bytes());
        // A format that certifies takes its hour, and says how far it is.
        assert_eq!(format(&mut bench, 0x82, 2_236_704, 0x00, 0x800), None);
        bench.drive.wait(Duration::from_secs(1200));
        let (key, code, qualifier, progress) = sense(&mut bench);
        assert_eq!((key, code, qualifier), (2, 0x04, 0x04));
        assert!((0x2000..0xf000).contains(&progress.expect("told")), "{progress:?}");
        assert_eq!(format(&mut bench, 2, 2_236_704, 0x00, 0x800), Some((2, 0x04, 0x04)));
    }

    #[test]
    fn an_unformatted_dvd_ram_or_a_protected_one_takes_no_write() {
        let mut bench = Bench::of("sim:blank?medium=dvd-ram&formatted=no");
        assert_eq!((states(&mut bench).0, bench.get(&CAPACITY, 8)[3]), (0, 0));
        assert_eq!(write(&mut bench, 0, 16), Some((5, 0x30, 0x10)));
        let mut bench = Bench::of("sim:blank?medium=dvd-ram&tab=protected");
        assert_eq!(write(&mut bench, 0, 16), Some((7, 0x27, 0x00)));
        assert_eq!(format(&mut bench, 2, 2_236_704, 0x00, 0x800), Some((7, 0x27, 0x00)));
        assert_eq!(read(&mut bench, 0), None);
    }

    #[test]
    fn a_bd_re_is_formatted_with_spare_areas_or_without_and_reads_where_it_was_written() {
        let mut bench = Bench::of("sim:blank?medium=bd-re");
        assert_eq!((states(&mut bench).0, profile(&mut bench)), (0, 0x43));
        assert_eq!(write(&mut bench, 0, 32), Some((5, 0x30, 0x10)));
        // real-drives: LG GGW-H20L refuses quick certification.
        assert_eq!(format(&mut bench, 2, 11_826_176, 0xc3, 0), Some((5, 0x26, 0x00)));
        let mut other = Bench::of("sim:blank?medium=bd-re&persona=se-506cb");
        assert_eq!(format(&mut other, 2, 11_826_176, 0xc3, 0), None);
        assert_eq!(format(&mut bench, 2, 12_219_392, 0xc0, 0), Some((5, 0x26, 0x00)));
        assert_eq!(format(&mut bench, 2, 11_826_176, 0x00, 0x3000), None);
        bench.settle();
        assert_eq!((states(&mut bench).0, bench.get(&CAPACITY, 8)[1]), (0x0e, 0xb4));
        assert_eq!(write(&mut bench, 1000, 4), None);
        assert_eq!((read(&mut bench, 1000), read(&mut bench, 992)), (None, None));
        assert_eq!(read(&mut bench, 1024), Some((8, 0x00, 0x00)));
        assert_eq!(close(&mut bench, 6), Some((5, 0x24, 0x00)));
        let spares = [0xad, 1, 0, 0, 0, 0, 0, 0x0a, 0, 16, 0, 0];
        assert_eq!(bench.get(&spares, 16)[8..12], [0, 6, 0, 0]);
        // Without spare areas all addresses move: nothing is left, and there is nothing to tell.
        assert_eq!(format(&mut bench, 2, 12_219_392, 0xc4, 0), None);
        bench.settle();
        assert_eq!(bench.get(&CAPACITY, 8)[..4], 12_219_391u32.to_be_bytes());
        assert_eq!(read(&mut bench, 1000), Some((8, 0x00, 0x00)));
        assert_eq!(bench.no(&spares), (5, 0x24, 0x00));
        // Certified: hours, and zeros everywhere.
        let begun = bench.drive.now();
        assert_eq!(format(&mut bench, 0, 12_088_320, 0xc2, 0), None);
        assert!(bench.drive.now() - begun > Duration::from_secs(5000));
        assert_eq!(read(&mut bench, 12_088_319), None);
    }

    #[test]
    fn a_power_loss_stops_a_background_format_and_undoes_another() {
        let fault = "[[fault]]\nkind = \"power_loss\"\nat_seconds = 100.0\n";
        let plan = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(plan.path(), fault).expect("written");
        let query = |capacity: u32| format!("capacity={capacity}&faults={}", plan.path().display());
        let mut bench = Bench::of(&format!("sim:blank?medium=dvd+rw&{}", query(800_000)));
        assert_eq!(format(&mut bench, 2, ALL, 0x98, 0), None);
        bench.settle();
        bench.drive.wait(Duration::from_secs(100));
        let _ = bench.run(&READY, crate::transport::Data::None);
        bench.settle();
        assert_eq!(states(&mut bench), (0x0e, 1));
        let mut bench = Bench::of(&format!("sim:blank?medium=dvd-ram&{}", query(200_000)));
        assert_eq!(format(&mut bench, 2, 194_912, 0x00, 0x800), None);
        bench.drive.wait(Duration::from_secs(100));
        let _ = bench.run(&READY, crate::transport::Data::None);
        bench.settle();
        assert_eq!(states(&mut bench).0, 0);
    }

    /// READ TRACK INFORMATION of track 1: flags, NWA if it is valid, free blocks, size.
    fn track(bench: &mut Bench) -> (u8, Option<u32>, u32, u32) {
        let data = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
        let be32 =
            |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        (data[6], (data[7] & 1 != 0).then(|| be32(12)), be32(16), be32(24))
    }

    /// READ FORMAT CAPACITIES: state of the current one, its blocks, and the types listed.
    fn capacities(bench: &mut Bench) -> (u8, u32, Vec<(u8, u32)>) {
        let data = bench.get(&[0x23, 0, 0, 0, 0, 0, 0, 0, 252, 0], 252);
        let be32 = |d: &[u8]| u32::from_be_bytes([d[0], d[1], d[2], d[3]]);
        let listed = data[12..].chunks(8).map(|row| (row[4] >> 2, be32(row)));
        (data[8] & 3, be32(&data[4..]), listed.collect())
    }

    fn current(bench: &mut Bench, code: u16) -> bool {
        let [high, low] = code.to_be_bytes();
        bench.get(&[0x46, 2, high, low, 0, 0, 0, 1, 0, 0], 256)[10] & 1 == 1
    }

    fn blank(bench: &mut Bench, kind: u8) -> Sense {
        let sense = bench.ask(&[0xa1, 0x10 | kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense;
        bench.settle();
        sense
    }

    #[test]
    fn a_dvd_rw_formatted_quickly_is_written_in_order_until_its_border_is_closed() {
        let mut bench = Bench::of("sim:blank?medium=dvd-rw");
        // real-drives: HL-DT-ST GSA-4083N: 00h, 10h, 15h, all of 2297888.
        let whole = 2_297_888;
        let blank_list = vec![(0x00, whole), (0x10, whole), (0x15, whole)];
        assert_eq!(capacities(&mut bench), (1, whole, blank_list.clone()));
        assert_eq!((profile(&mut bench), current(&mut bench, 0x2c)), (0x14, false));
        // 13h is for what is formatted already.
        assert_eq!(format(&mut bench, 2, 0, 0x4c, 16), Some((5, 0x26, 0x00)));
        assert_eq!(format(&mut bench, 2, 0, 0x54, 16), None);
        assert_eq!(bench.no(&READY), (2, 0x04, 0x04));
        bench.settle();
        assert_eq!((profile(&mut bench), states(&mut bench).0), (0x13, 0x05));
        assert!(current(&mut bench, 0x26) && current(&mut bench, 0x2c));
        assert!(!current(&mut bench, 0x21) && !current(&mut bench, 0x2f));
        assert_eq!(capacities(&mut bench), (3, whole, blank_list));
        assert_eq!(track(&mut bench), (0x71, Some(0), whole, whole));
        assert_eq!(write(&mut bench, 16, 16), Some((5, 0x21, 0x02)));
        assert_eq!(write(&mut bench, 0, 20), Some((5, 0x24, 0x00)));
        assert_eq!(write(&mut bench, 0, 32), None);
        assert_eq!(write(&mut bench, 8, 16), Some((5, 0x21, 0x02)));
        assert_eq!(write(&mut bench, 16, 32), None);
        assert_eq!(track(&mut bench).1, Some(48));
        assert_eq!(close(&mut bench, 1), Some((5, 0x24, 0x00)));
        assert_eq!(close(&mut bench, 2), None);
        assert_eq!(states(&mut bench).0, 0x0e);
        assert_eq!(bench.get(&CAPACITY, 8)[..4], [0, 0, 0, 47]);
        let (state, blocks, listed) = capacities(&mut bench);
        assert_eq!((state, blocks, listed[2]), (2, 48, (0x13, whole - 48)));
        assert_eq!((write(&mut bench, 0, 48), read(&mut bench, 47)), (None, None));
        assert_eq!(write(&mut bench, 48, 16), Some((5, 0x21, 0x02)));
        // It grows, in order again.
        assert_eq!(format(&mut bench, 2, 0, 0x4c, 16), None);
        bench.settle();
        assert_eq!((write(&mut bench, 48, 16), close(&mut bench, 2)), (None, None));
        assert_eq!(bench.get(&CAPACITY, 8)[..4], [0, 0, 0, 63]);
        assert_eq!(close(&mut bench, 2), None);
    }

    #[test]
    fn a_dvd_rw_is_formatted_in_full_and_blanked_again() {
        let mut bench = Bench::of("sim:blank?medium=dvd-rw&capacity=100000");
        let begun = bench.drive.now();
        assert_eq!(format(&mut bench, 0, 100_000, 0x00, 0x800), None);
        assert!(bench.drive.now() - begun > Duration::from_secs(60));
        assert_eq!((read(&mut bench, 99_999), write(&mut bench, 99_984, 16)), (None, None));
        // MMC-6: nothing to grow.
        assert_eq!(capacities(&mut bench).2[2], (0x13, 0));
        assert_eq!(blank(&mut bench, 4), Some((5, 0x24, 0x00)));
        // Minimally: in order, but at once only.
        assert_eq!(blank(&mut bench, 1), None);
        assert_eq!((profile(&mut bench), states(&mut bench).0), (0x14, 0));
        assert!(!current(&mut bench, 0x21) && current(&mut bench, 0x2f));
        let begun = bench.drive.now();
        assert_eq!(blank(&mut bench, 0), None);
        assert!(bench.drive.now() - begun > Duration::from_secs(60));
        assert!(current(&mut bench, 0x21) && current(&mut bench, 0x2f));
        assert_eq!(bench.get(&CAPACITY, 8)[..4], [0; 4]);
    }

    #[test]
    fn a_bd_r_can_be_formatted_once_and_loses_the_room_of_its_spare_areas() {
        let mut bench = Bench::of("sim:blank?medium=bd-r");
        assert_eq!(track(&mut bench), (0x61, Some(0), 12_219_392, 12_219_392));
        assert!(!current(&mut bench, 0x24));
        assert_eq!(format(&mut bench, 2, 12_088_320, 0xca, 0), Some((5, 0x26, 0x00)));
        assert_eq!(format(&mut bench, 2, 12_088_320, 0xc9, 0), None);
        bench.settle();
        assert_eq!(track(&mut bench), (0x61, Some(0), 12_088_320, 12_088_320));
        assert!(current(&mut bench, 0x24) && !current(&mut bench, 0x38));
        // real-drives: HL-DT-ST WH16NS40: 65536 blocks of the 131072 that are missing.
        let spares = bench.get(&[0xad, 1, 0, 0, 0, 0, 0, 0x0a, 0, 16, 0, 0], 16);
        assert_eq!(spares[8..], [0, 1, 0, 0, 0, 1, 0, 0]);
        assert_eq!(format(&mut bench, 2, 12_088_320, 0xc9, 0), Some((5, 0x30, 0x06)));
        assert_eq!(write(&mut bench, 0, 32), None);
        assert_eq!(write(&mut bench, 0, 32), Some((5, 0x21, 0x02)));
        assert_eq!(format(&mut bench, 2, 11_826_176, 0x01, 0x3000), Some((5, 0x30, 0x06)));
        let mut written = Bench::of("sim:blank?medium=bd-r");
        assert_eq!(write(&mut written, 0, 32), None);
        assert_eq!(format(&mut written, 2, 11_826_176, 0x01, 0x3000), Some((5, 0x30, 0x06)));
    }

    #[test]
    fn a_bd_r_with_pow_is_written_again_and_never_closes_its_session() {
        let mut bench = Bench::of("sim:blank?medium=bd-r&persona=se-506cb");
        // growisofs: 00h with the default spare areas, sub-type 0.
        assert_eq!(format(&mut bench, 2, 11_826_176, 0x00, 0x3000), None);
        bench.settle();
        assert!(current(&mut bench, 0x38));
        assert_eq!((write(&mut bench, 0, 32), write(&mut bench, 32, 32)), (None, None));
        // real-drives: HL-DT-ST WH16NS40: READ CAPACITY is all of it.
        assert_eq!(bench.get(&CAPACITY, 8)[..4], 11_826_175u32.to_be_bytes());
        assert_eq!(write(&mut bench, 16, 32), None);
        assert_eq!(track(&mut bench).1, Some(64));
        let pow = bench.get(&[0x51, 2, 0, 0, 0, 0, 0, 0, 16, 0], 16);
        // 6144 clusters, two of them used.
        assert_eq!(pow[..8], [0, 14, 0x40, 0, 0, 0, 0x17, 0xfe]);
        assert_eq!(bench.ask(&[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0], 0).sense, None);
        // growisofs on such discs: CLOSE SESSION is 5/24/00.
        assert_eq!(close(&mut bench, 2), Some((5, 0x24, 0x00)));
    }

    #[test]
    fn a_host_protects_a_disc_and_frees_it_again() {
        let mut bench = Bench::of("sim:blank?medium=dvd-ram");
        assert!(current(&mut bench, 0x04));
        let ask = [0xad, 0, 0, 0, 0, 0, 0, 0xc0, 0, 8, 0, 0];
        let send = [0xbf, 0, 0, 0, 0, 0, 0, 0xc0, 0, 8, 0, 0];
        assert_eq!(bench.get(&ask, 8), [0, 6, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bench.send(&send, &[0, 6, 0, 0, 0x02, 0, 0, 0]), None);
        assert_eq!(bench.get(&ask, 8)[4], 0x02);
        assert_eq!(write(&mut bench, 0, 16), Some((7, 0x27, 0x00)));
        assert_eq!(bench.send(&send, &[0, 6, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(write(&mut bench, 0, 16), None);
        assert_eq!(bench.send(&send, &[0, 6, 0, 0, 4, 0, 0, 0]), Some((5, 0x26, 0x00)));
        let mut tab = Bench::of("sim:blank?medium=dvd-ram&tab=protected");
        assert_eq!(tab.get(&ask, 8)[4], 0x04);
        assert_eq!(tab.send(&send, &[0, 6, 0, 0, 0, 0, 0, 0]), Some((7, 0x27, 0x00)));
        let mut other = Bench::of("sim:blank?medium=dvd+rw");
        assert_eq!(other.send(&send, &[0, 6, 0, 0, 2, 0, 0, 0]), Some((5, 0x24, 0x00)));
    }
}
