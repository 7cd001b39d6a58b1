//! GET PERFORMANCE (MMC-6 6.8), SET STREAMING (6.39) and SET CD SPEED (6.37).

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};
use super::timing::{WriteRate, Zone};
use super::write_speeds;

/// Bytes of a SET STREAMING performance descriptor (MMC-6 table 639).
const STREAMING_BYTES: usize = 28;
/// SET CD SPEED: the best there is.
const BEST: u32 = 0xffff;

/// GET PERFORMANCE.
pub fn get_performance(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let most = exchange.be16(8);
    let (flags, descriptors) = match exchange.byte(10) {
        0x00 => nominal(machine, exchange.byte(1))?,
        0x03 => (0, speeds(machine)?),
        _ => return Err(Refusal::bad_field(10)),
    };
    let mut bytes = Bytes::new();
    bytes.be32(0).put(&[flags, 0, 0, 0]);
    for descriptor in &descriptors {
        bytes.put(descriptor);
    }
    // The length tells of all descriptors, however few are sent (MMC-6 6.8.3.1).
    let data = bytes.with_length32();
    exchange.reply(&data, 8 + 16 * most);
    Ok(())
}

/// Type 00h: how fast the disc is read from here to there.
fn nominal(machine: &Machine, data_type: u8) -> Result<(u8, Vec<Vec<u8>>), Refusal> {
    // TOLERANCE is not looked at: growisofs sends 00b and libburn 10b, and both are answered
    // (real-drives: HL-DT-ST BT20N, Optiarc AD-7590S, TSSTcorp SH-224DB to growisofs' 00b).
    let (write, except) = (data_type & 0x04 != 0, data_type & 3);
    if write {
        return Ok((0x02, write_zones(machine)));
    }
    if except != 0 {
        // Exceptions to the nominal: none.
        return Ok((0x00, Vec::new()));
    }
    let medium = machine.medium()?;
    let capacity = medium.capacity();
    let past = machine.persona.ways.performance_end_is_capacity;
    let end = if past { capacity } else { capacity.saturating_sub(1) };
    let mut bytes = Bytes::new();
    bytes.be32(0).be32(machine.mechanics.rate_at(0));
    bytes.be32(end).be32(machine.mechanics.rate_at(capacity.saturating_sub(1)));
    Ok((0x00, vec![bytes.0]))
}

/// Type 00h with WRITE: how fast the disc is written from here to there, at the speed that is set.
/// A disc that cannot be written has no write performance. GUESS: an empty list says so.
fn write_zones(machine: &Machine) -> Vec<Vec<u8>> {
    let (Ok(medium), Some(rate)) = (machine.medium(), machine.write_rate()) else {
        return Vec::new();
    };
    let curve = write_speeds::curve(medium.kind, rate);
    let layout = medium.layout();
    let past = machine.persona.ways.performance_end_is_capacity;
    let descriptor = |zone: Zone| {
        let end = if past && zone.last + 1 == medium.extent() { zone.last + 1 } else { zone.last };
        let mut bytes = Bytes::new();
        bytes.be32(zone.first).be32(zone.first_kbps as u32);
        bytes.be32(end).be32(zone.last_kbps as u32);
        bytes.0
    };
    WriteRate::new(&layout, &curve).zones().into_iter().map(descriptor).collect()
}

/// Type 03h: write speeds, the read speed beside each.
fn speeds(machine: &Machine) -> Result<Vec<Vec<u8>>, Refusal> {
    let medium = machine.medium()?;
    let read = machine.rate();
    let descriptor = |flags: u8, last: u32, write: u32| {
        let mut bytes = Bytes::new();
        bytes.put(&[flags, 0, 0, 0]).be32(last).be32(read).be32(write);
        bytes.0
    };
    let offered = machine.persona.write_speeds(medium);
    if offered.is_empty() {
        // What cannot be written has none (real-drives: LG GCA-4040N: a header and no descriptor),
        // but on a drive that lists those of a CD (HL-DT-ST GSA-4167B: flag 02h, EXACT).
        let Some(last) = machine.persona.ways.cd_speeds_end else { return Ok(Vec::new()) };
        let speeds = machine.persona.speeds.page_write.iter();
        return Ok(speeds.map(|speed| descriptor(0x02, last, u32::from(*speed))).collect());
    }
    // real-drives: HL-DT-ST WH16NS40, Optiarc AD-7590S: the disc's whole extent, WRC and no EXACT;
    // ACER AXD001: so too once the disc is complete.
    let past = machine.persona.ways.write_descriptors_end_is_capacity;
    let last = medium.extent().saturating_sub(u32::from(!past));
    let flags = |speed| write_speeds::rotation_control(medium.kind, speed) << 3;
    Ok(offered.iter().map(|speed| descriptor(flags(*speed), last, *speed)).collect())
}

/// SET STREAMING: the rates of the descriptor, or the defaults back.
pub fn set_streaming(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.byte(8) != 0 {
        return Err(Refusal::bad_field(8));
    }
    let length = exchange.be16(9);
    let list = exchange.parameters(length)?;
    if list.len() < STREAMING_BYTES {
        return Err(PARAMETER_LIST_LENGTH);
    }
    let be32 = |at: usize| u32::from_be_bytes([list[at], list[at + 1], list[at + 2], list[at + 3]]);
    let (restore, size, time_ms) = (list[0] & 0x04 != 0, be32(12), be32(16));
    if restore {
        machine.set_rate(None);
        machine.set_write_rate(None);
        return Ok(());
    }
    let (write_size, write_time_ms) = (be32(20), be32(24));
    if be32(8) < be32(4) || time_ms == 0 || write_time_ms == 0 {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    // READ SIZE in kB per READ TIME in ms, and the same for writing.
    let rate = |size: u32, time_ms: u32| {
        u32::try_from(u64::from(size) * 1000 / u64::from(time_ms)).unwrap_or(u32::MAX)
    };
    machine.set_rate(Some(rate(size, time_ms)));
    machine.set_write_rate(Some(rate(write_size, write_time_ms)));
    Ok(())
}

/// SET CD SPEED: also for DVD on real drives (real-drives: LG GSA-4082B).
pub fn set_cd_speed(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let kbps = u32::try_from(exchange.be16(2)).unwrap_or(BEST);
    machine.set_rate((kbps != BEST).then_some(kbps));
    let kbps = u32::try_from(exchange.be16(4)).unwrap_or(BEST);
    machine.set_write_rate((kbps != BEST).then_some(kbps));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn ask(bench: &mut Bench, data_type: u8, kind: u8) -> Vec<u8> {
        bench.get(&[0xac, data_type, 0, 0, 0, 0, 0, 0, 0, 20, kind, 0], 328)
    }

    fn speed(bench: &mut Bench) -> u16 {
        let page = bench.get(&[0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 30, 0], 30);
        u16::from_be_bytes([page[22], page[23]])
    }

    #[test]
    fn write_speeds_of_the_lg_are_those_of_a_cd_up_to_404849() {
        // real-drives: HL-DT-ST GSA-4167B with a pressed DVD: 02/404849 … W 8467, 7056, … 706.
        let mut bench = Bench::ready(2_080_080, "persona=gsa-4167b&medium=dvd-rom");
        let data = ask(&mut bench, 0, 3);
        assert_eq!(data[..8], hex("00 00 00 74 00 00 00 00"));
        assert_eq!(data.len(), 8 + 7 * 16);
        assert_eq!(data[8..16], hex("02 00 00 00 00 06 2d 71"));
        let writes: Vec<u32> = data[8..]
            .chunks(16)
            .map(|d| u32::from_be_bytes([d[12], d[13], d[14], d[15]]))
            .collect();
        assert_eq!(writes, [8467, 7056, 5645, 4234, 2822, 1411, 706]);
        // Fewer are sent than there are; the length tells of all.
        let first = bench.get(&[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0], 24);
        assert_eq!((first.len(), first[3]), (24, 0x74));
    }

    #[test]
    fn a_closed_disc_has_the_speeds_of_its_kind_and_a_pressed_one_none() {
        // real-drives: ACER AXD001, DVD+R complete after 25 sessions: the speeds of a blank one.
        for (query, first) in [
            ("medium=dvd+r", 22_160),
            ("medium=bd-r", 53_952),
            ("medium=cd-r", 8467),
            ("medium=dvd-r&persona=ts-l632h", 11_080),
            ("medium=cd-r&persona=px-w4824a", 8467),
        ] {
            let mut bench = Bench::ready(1000, query);
            let data = ask(&mut bench, 0, 3);
            assert_eq!(be32s(&data[12..24]), [999, be32s(&data[16..20])[0], first], "{query}");
        }
        // real-drives: LG GCA-4040N: a header with zero descriptors.
        for query in ["medium=dvd-rom", "medium=bd-rom", "medium=cd-rom", "persona=ad-7590s"] {
            let mut bench = Bench::ready(1000, query);
            assert_eq!(ask(&mut bench, 0, 3), hex("00 00 00 04 00 00 00 00"), "{query}");
        }
    }

    #[test]
    fn a_cd_rw_is_written_at_the_speeds_of_its_pre_groove() {
        // libburn lists 10x and 4x for a high-speed disc; atip-reports: 4x at most, 8x to 24x.
        for (query, offered) in [
            ("medium=cd-rw", &[1764, 706][..]),
            ("medium=cd-rw&atip=multi", &[706]),
            ("medium=cd-rw&atip=ultra", &[4234, 2822, 1764]),
            ("medium=cd-rw&atip=ultra&persona=se-506cb", &[1764]),
        ] {
            let mut bench = Bench::of(&format!("sim:blank?{query}"));
            let data = ask(&mut bench, 0, 3);
            let speeds: Vec<u32> = data[8..].chunks(16).map(|row| be32s(&row[12..])[0]).collect();
            assert_eq!(speeds, offered, "{query}");
        }
    }

    #[test]
    fn reading_gets_faster_outwards_and_ends_where_each_drive_says() {
        let mut bench = Bench::ready(2_000_000, "persona=dvr-111d&medium=dvd-rom");
        let data = ask(&mut bench, 0x10, 0);
        assert_eq!(data[..12], hex("00 00 00 14 00 00 00 00 00 00 00 00"));
        let be32 =
            |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        assert_eq!(be32(16), 1_999_999);
        assert!(be32(12) > 8_000 && be32(12) < 10_000, "{}", be32(12));
        assert!(be32(20) > 20_000 && be32(20) <= 22_160, "{}", be32(20));
        // real-drives: Optiarc AD-7590S: one past the last block.
        let mut bench = Bench::ready(2_000_000, "persona=ad-7590s&medium=dvd-rom");
        assert_eq!(ask(&mut bench, 0x10, 0)[16..20], 2_000_000u32.to_be_bytes());
        assert_eq!(ask(&mut bench, 0x14, 0).len(), 8);
    }

    fn be32s(bytes: &[u8]) -> Vec<u32> {
        bytes.chunks(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]])).collect()
    }

    #[test]
    fn write_speeds_of_a_blank_disc_are_those_of_its_kind() {
        // real-drives: HL-DT-ST WH16NS40: 08/12219391 … W 53952 to 26976, 00/12219391 W 17984.
        let mut bench = Bench::of("sim:blank?medium=bd-r");
        let data = ask(&mut bench, 0, 3);
        let rows: Vec<(u8, u32, u32)> = data[8..]
            .chunks(16)
            .map(|row| (row[0], be32s(&row[4..8])[0], be32s(&row[12..16])[0]))
            .collect();
        let fast = [53_952, 44_960, 35_968, 26_976].map(|kbps| (0x08, 12_219_391, kbps));
        assert_eq!(rows[..4], fast);
        assert_eq!(rows[4], (0x00, 12_219_391, 17_984));
        // The same in page 2Ah: current; selected, how many, the first.
        let page = bench.get(&[0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 80, 0], 80);
        assert_eq!(page[28..30], 53_952u16.to_be_bytes());
        assert_eq!(page[38..44], hex("00 06 00 00 d2 c0"));
        assert_eq!(usize::from(page[9]) + 10, page.len());
    }

    #[test]
    fn a_write_speed_is_set_to_the_next_lower_and_shows_in_the_performance() {
        // real-drives: Optiarc AD-7590S: 3324, 5540, 8310 kB/s, ending at 4173824.
        let mut bench = Bench::of("sim:blank?medium=dvd+r-dl&persona=ad-7590s");
        let zones = be32s(&ask(&mut bench, 4, 0)[8..]);
        assert_eq!(zones.len() % 4, 0);
        let rates: Vec<u32> = zones.chunks(4).map(|zone| zone[1]).collect();
        assert_eq!(rates, [3324, 5540, 8310, 5540, 3324]);
        assert_eq!(zones[zones.len() - 2], 4_173_824);
        // 6000 kB/s are not offered: 5540 are set.
        let list = hex(
            "00 00 00 00 00 00 00 00 00 3f b0 00 00 00 17 70 00 00 03 e8 00 00 17 70 00 00 03 e8",
        );
        assert_eq!(bench.send(&[0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0], &list), None);
        let rates: Vec<u32> =
            be32s(&ask(&mut bench, 4, 0)[8..]).chunks(4).map(|zone| zone[1]).collect();
        assert_eq!(rates, [3324, 5540, 3324]);
        assert_eq!(bench.ask(&[0xbb, 0, 0xff, 0xff, 0, 1, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(be32s(&ask(&mut bench, 4, 0)[8..]), [0, 3324, 4_173_824, 3324]);
    }

    #[test]
    fn a_speed_is_set_to_the_next_that_the_drive_offers() {
        let mut bench = Bench::ready(100_000, "medium=dvd-rom");
        assert_eq!(speed(&mut bench), 22_160);
        assert_eq!(bench.ask(&[0xbb, 0, 0x30, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(speed(&mut bench), 11_080);
        assert_eq!(bench.ask(&[0xbb, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(speed(&mut bench), 2770);
        assert_eq!(bench.ask(&[0xbb, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(speed(&mut bench), 22_160);
    }

    #[test]
    fn streaming_sets_the_rate_and_takes_it_back() {
        let mut bench = Bench::ready(100_000, "medium=dvd-rom");
        let cdb = [0xb6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0];
        // 5540 kB a second, from 0 to 99999.
        let list = hex(
            "00 00 00 00 00 00 00 00 00 01 86 9f 00 00 15 a4 00 00 03 e8 00 00 15 a4 00 00 03 e8",
        );
        assert_eq!(bench.send(&cdb, &list), None);
        assert_eq!(speed(&mut bench), 5540);
        let mut restore = list.clone();
        restore[0] = 0x04;
        assert_eq!(bench.send(&cdb, &restore), None);
        assert_eq!(speed(&mut bench), 22_160);
        assert_eq!(bench.send(&cdb, &list[..27]), Some((5, 0x1a, 0x00)));
        let mut never = list;
        never[16..20].fill(0);
        assert_eq!(bench.send(&cdb, &never), Some((5, 0x26, 0x00)));
    }
}
