//! MODE SENSE and MODE SELECT, in the forms of 6 and of 10 bytes.

use super::exchange::Exchange;
use super::machine::Machine;
use super::mode_pages::Live;
use super::refusal::{PARAMETER_LIST_LENGTH, Refusal};

/// MODE SENSE (10) (SPC-4 6.12). Optical drives have no block descriptors (MMC-6 7.1.2).
pub fn sense10(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let pages = sense(machine, exchange)?;
    let length = u16::try_from(pages.len() + 6).unwrap_or(u16::MAX);
    let mut data = length.to_be_bytes().to_vec();
    data.extend([0; 6]);
    data.extend(pages);
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

/// MODE SENSE (6) (SPC-4 6.11).
pub fn sense6(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let pages = sense(machine, exchange)?;
    let length = u8::try_from(pages.len() + 3).unwrap_or(u8::MAX);
    let mut data = vec![length, 0, 0, 0];
    data.extend(pages);
    exchange.reply(&data, usize::from(exchange.byte(4)));
    Ok(())
}

fn sense(machine: &Machine, exchange: &Exchange) -> Result<Vec<u8>, Refusal> {
    let stay = machine.persona.ways.page_speeds_stay;
    let live = Live {
        locked: machine.locked(),
        read_kbps: machine.rate(),
        writes: if stay { &[] } else { machine.write_speeds() },
        write_kbps: machine.write_rate().unwrap_or(0),
    };
    machine.pages.sense(exchange.byte(2) >> 6, exchange.byte(2) & 0x3f, live)
}

/// MODE SELECT (10) (SPC-4 6.10).
pub fn select10(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let length = exchange.be16(7);
    select(machine, exchange, length, 8)
}

/// MODE SELECT (6) (SPC-4 6.9).
pub fn select6(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let length = usize::from(exchange.byte(4));
    select(machine, exchange, length, 4)
}

fn select(
    machine: &mut Machine,
    exchange: &mut Exchange,
    length: usize,
    header: usize,
) -> Result<(), Refusal> {
    // MMC-6 7.1.3: PF is 1; SP is 0, for no page can be saved.
    if exchange.byte(1) & 0x11 != 0x10 {
        return Err(Refusal::bad_field(1));
    }
    if length == 0 {
        return Ok(());
    }
    let list = exchange.parameters(length)?;
    let pages = list.get(header..).ok_or(PARAMETER_LIST_LENGTH)?;
    machine.pages.select(pages)?;
    if !machine.pages.write_parameters().test {
        machine.end_rehearsal();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    #[test]
    fn both_forms_bring_the_same_page_behind_their_own_header() {
        let mut bench = Bench::ready(100, "");
        let long = bench.get(&[0x5a, 0, 0x01, 0, 0, 0, 0, 0, 255, 0], 255);
        assert_eq!(long, hex("00 12 00 00 00 00 00 00 01 0a 80 c0 00 00 00 00 03 00 00 00"));
        let short = bench.get(&[0x1a, 0, 0x01, 0, 255, 0], 255);
        assert_eq!(short, hex("0f 00 00 00 01 0a 80 c0 00 00 00 00 03 00 00 00"));
    }

    #[test]
    fn selecting_is_seen_by_sensing_and_forgotten_by_a_reset() {
        let mut bench = Bench::ready(100, "");
        let list = hex("00 00 00 00 00 00 00 00 01 0a 80 05 00 00 00 00 03 00 00 00");
        assert_eq!(bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0], &list), None);
        assert_eq!(bench.get(&[0x5a, 0, 1, 0, 0, 0, 0, 0, 20, 0], 20)[11], 5);
        // SP asks for a saved page; PF is missing; the list is shorter than announced.
        assert_eq!(
            bench.send(&[0x55, 0x11, 0, 0, 0, 0, 0, 0, 20, 0], &list),
            Some((5, 0x24, 0x00))
        );
        assert_eq!(bench.send(&[0x55, 0, 0, 0, 0, 0, 0, 0, 20, 0], &list), Some((5, 0x24, 0x00)));
        assert_eq!(
            bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 40, 0], &list),
            Some((5, 0x1a, 0x00))
        );
        assert_eq!(bench.send(&[0x15, 0x10, 0, 0, 16, 0], &list[4..]), None);
    }

    #[test]
    fn subpages_and_unknown_pages_are_refused() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.no(&[0x5a, 0, 0x2a, 1, 0, 0, 0, 0, 255, 0]), (5, 0x24, 0x00));
        assert_eq!(bench.no(&[0x5a, 0, 0x31, 0, 0, 0, 0, 0, 255, 0]), (5, 0x24, 0x00));
        assert_eq!(bench.no(&[0x5a, 0, 0xc1, 0, 0, 0, 0, 0, 255, 0]), (5, 0x39, 0x00));
    }
}
