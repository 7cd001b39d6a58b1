//! READ FORMAT CAPACITIES (MMC-6 6.23): how the disc is formatted, and how it could be.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::formats::{self, Capacity};
use super::refusal::Refusal;
use crate::units::SECTOR;

/// READ FORMAT CAPACITIES.
pub fn format_capacities(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (capacity, offers) = match machine.medium() {
        Ok(medium) => (Some(formats::current(medium)), formats::offers(medium)),
        Err(_) => (None, Vec::new()),
    };
    let (blocks, state) = match capacity {
        Some(Capacity::Unformatted(blocks)) => (blocks, 1),
        Some(Capacity::Formatted(blocks)) => (blocks, 2),
        Some(Capacity::Unknown(blocks)) => (blocks, 3),
        // Type 3: no disc; the largest that a drive could take. GUESS: which that is.
        None => (2_295_104, 3),
    };
    let mut bytes = Bytes::new();
    let length = u8::try_from(8 + 8 * offers.len()).unwrap_or(u8::MAX);
    bytes.put(&[0, 0, 0, length]).be32(blocks).put(&[state]).be24(SECTOR as u32);
    for offer in &offers {
        bytes.be32(offer.blocks).put(&[offer.kind << 2]).be24(offer.parameter);
    }
    exchange.reply(&bytes.0, exchange.be16(7));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    const ASK: [u8; 10] = [0x23, 0, 0, 0, 0, 0, 0, 0, 252, 0];

    #[test]
    fn a_closed_disc_is_formatted_and_no_disc_is_unknown() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.get(&ASK, 252), hex("00 00 00 08 00 00 00 64 02 00 08 00"));
        // real-drives: _NEC ND-3540A: formatted, 26h(0).
        assert_eq!(
            Bench::ready(100, "medium=dvd+rw").get(&ASK, 252),
            hex("00 00 00 10 00 00 00 64 02 00 08 00 00 00 00 64 98 00 00 00")
        );
        bench.ask(&[0x1b, 0, 0, 0, 2, 0], 0);
        assert_eq!(bench.get(&ASK, 252), hex("00 00 00 08 00 23 05 40 03 00 08 00"));
    }

    #[test]
    fn an_unformatted_dvd_plus_rw_is_what_it_was_in_the_lg() {
        // real-drives: HL-DT-ST GP60N: unformatted 2295104, 26h(0) 2295104.
        assert_eq!(
            Bench::of("sim:blank?medium=dvd+rw").get(&ASK, 252),
            hex("00 00 00 10 00 23 05 40 01 00 08 00 00 23 05 40 98 00 00 00")
        );
    }

    #[test]
    fn a_dvd_ram_is_what_it_was_in_the_samsung() {
        // real-drives: TSSTcorp SH-S182M: formatted 2236704; 00h(800) 2236704, 2295072; 01h(800)
        // 2226976, 2217248.
        assert_eq!(
            Bench::of("sim:blank?medium=dvd-ram").get(&ASK, 252),
            hex("00 00 00 28 00 22 21 20 02 00 08 00 00 22 21 20 00 00 08 00
                 00 23 05 20 00 00 08 00 00 21 fb 20 04 00 08 00 00 21 d5 20 04 00 08 00")
        );
    }

    #[test]
    fn a_blank_bd_r_is_what_it_was_in_the_lg() {
        // real-drives: HL-DT-ST WH16NS40: unformatted 12219392; 00h(3000) 11826176; 32h(0)
        // 11826176, 5796864, 12088320.
        assert_eq!(
            Bench::of("sim:blank?medium=bd-r").get(&ASK, 252),
            hex("00 00 00 28 00 ba 74 00 01 00 08 00 00 b4 74 00 00 00 30 00
                 00 b4 74 00 c8 00 00 00 00 58 74 00 c8 00 00 00 00 b8 74 00 c8 00 00 00")
        );
    }

    #[test]
    fn a_bd_re_can_be_formatted_with_more_or_less_or_no_spare_area() {
        // xorriso's list: 00h 11826176, 30h 11826176, 30h 12088320, 31h 12219392.
        assert_eq!(
            Bench::of("sim:blank?medium=bd-re").get(&ASK, 252),
            hex("00 00 00 30 00 ba 74 00 01 00 08 00 00 b4 74 00 00 00 30 00
                 00 b4 74 00 c0 00 00 00 00 58 74 00 c0 00 00 00 00 b8 74 00 c0 00 00 00
                 00 ba 74 00 c4 00 00 00")
        );
    }
}
