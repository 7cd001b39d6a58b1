//! GET PERFORMANCE (MMC-6 6.8), SET STREAMING (6.39) and SET CD SPEED (6.37).

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};

/// Bytes of a SET STREAMING performance descriptor (MMC-6 table 639).
const STREAMING_BYTES: usize = 28;
/// SET CD SPEED: the best there is.
const BEST: u32 = 0xffff;

/// GET PERFORMANCE.
pub fn get_performance(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let most = exchange.be16(8);
    let (flags, descriptors) = match exchange.byte(10) {
        0x00 => nominal(machine, exchange.byte(1))?,
        0x03 => (0, write_speeds(machine)?),
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
    // GUESS: TOLERANCE is not looked at: growisofs sends 00b, MMC-6 table 305 has 10b alone.
    let (write, except) = (data_type & 0x04 != 0, data_type & 3);
    if write {
        // A disc that cannot be written has no write performance. GUESS: an empty list says so.
        return Ok((0x02, Vec::new()));
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

/// Type 03h: write speeds, the read speed beside each.
fn write_speeds(machine: &Machine) -> Result<Vec<Vec<u8>>, Refusal> {
    let end = machine.persona.ways.write_speeds_end;
    let last = machine.medium()?.capacity().saturating_sub(1);
    let read = machine.rate();
    let descriptor = |write: u16| {
        let mut bytes = Bytes::new();
        // EXACT, as flag 02h of real-drives: HL-DT-ST GSA-4167B.
        bytes.put(&[0x02, 0, 0, 0]).be32(end.unwrap_or(last)).be32(read).be32(u32::from(write));
        bytes.0
    };
    Ok(machine.persona.speeds.page_write.iter().copied().map(descriptor).collect())
}

/// SET STREAMING: the read rate of the descriptor, or the defaults back.
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
        return Ok(());
    }
    if be32(8) < be32(4) || time_ms == 0 {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    // READ SIZE in kB per READ TIME in ms.
    let kbps = u64::from(size) * 1000 / u64::from(time_ms);
    machine.set_rate(Some(u32::try_from(kbps).unwrap_or(u32::MAX)));
    Ok(())
}

/// SET CD SPEED: also for DVD on real drives (real-drives: LG GSA-4082B).
pub fn set_cd_speed(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let kbps = u32::try_from(exchange.be16(2)).unwrap_or(BEST);
    machine.set_rate((kbps != BEST).then_some(kbps));
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
