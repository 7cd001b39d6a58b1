//! REPORT KEY and SEND KEY (MMC-6 6.28, 6.34) as a drive answers before any authentication.
//! There are no keys here: whoever authenticates fails.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::Protection;
use super::refusal::{KEY_EXCHANGE_FAILURE, KEY_NOT_ESTABLISHED, Refusal};

/// KEY CLASS of CSS, CPPM and CPRM.
const CSS: u8 = 0x00;
/// KEY CLASS of AACS.
const AACS: u8 = 0x02;
/// 5/6F/01: the disc has no key of this kind.
const KEY_NOT_PRESENT: Refusal = Refusal::of(5, 0x6f, 0x01);
/// Grants at a time (MMC-6 6.28.2.1).
const GRANTS: u8 = 4;

/// REPORT KEY.
pub fn report_key(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (class, format) = (exchange.byte(7), exchange.byte(10) & 0x3f);
    let mut bytes = Bytes::new();
    bytes.be16(0).be16(0);
    match (class, format) {
        (CSS, 0x08) => {
            // RPC state: no region set, 4 resets by the vendor and 5 changes left, no region
            // excluded yet, RPC phase II (MMC-6 table 550).
            bytes.put(&[0x25, 0xff, 0x01, 0]);
        }
        (CSS | AACS, 0x3f) => {
            machine.grants = 0;
            return Ok(());
        }
        (CSS | AACS, 0x00) => {
            let fits = match machine.medium()?.protection {
                Protection::Css | Protection::Cprm => class == CSS,
                Protection::Aacs => class == AACS,
                Protection::None => false,
            };
            // GUESS: a disc without keys is told from one whose key exchange fails.
            if !fits {
                return Err(KEY_NOT_PRESENT);
            }
            if machine.grants >= GRANTS {
                return Err(KEY_EXCHANGE_FAILURE);
            }
            bytes.put(&[0, 0, 0, machine.grants << 6]);
            machine.grants += 1;
        }
        // Authentication success flag: not set.
        (CSS, 0x05) => {
            machine.medium()?;
            bytes.put(&[0, 0, 0, 0]);
        }
        (CSS, 0x01 | 0x02 | 0x04) | (AACS, 0x01 | 0x02) => {
            machine.medium()?;
            return Err(KEY_NOT_ESTABLISHED);
        }
        _ => return Err(Refusal::bad_field(10)),
    }
    exchange.reply(&bytes.with_length16(), exchange.be16(8));
    Ok(())
}

/// SEND KEY. GUESS: a challenge fails at once.
pub fn send_key(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Err(KEY_EXCHANGE_FAILURE)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn report(class: u8, format: u8) -> [u8; 12] {
        [0xa4, 0, 0, 0, 0, 0, 0, class, 0, 8, format, 0]
    }

    #[test]
    fn the_region_state_of_a_new_drive_needs_no_disc() {
        let mut bench = Bench::ready(100, "tray=empty");
        assert_eq!(bench.get(&report(0, 0x08), 8), hex("00 06 00 00 25 ff 01 00"));
    }

    #[test]
    fn grants_run_out_at_four_and_come_back_when_given_back() {
        let mut bench = Bench::ready(100, "medium=dvd-rom&protect=css");
        for grant in [0x00, 0x40, 0x80, 0xc0] {
            assert_eq!(bench.get(&report(0, 0), 8), [0, 6, 0, 0, 0, 0, 0, grant]);
        }
        assert_eq!(bench.no(&report(0, 0)), (5, 0x6f, 0x00));
        assert_eq!(bench.ask(&report(0, 0x3f), 0).sense, None);
        assert_eq!(bench.get(&report(0, 0), 8)[7], 0x00);
        assert_eq!(bench.get(&report(0, 0x05), 8), hex("00 06 00 00 00 00 00 00"));
        assert_eq!(bench.no(&report(0, 0x04)), (5, 0x6f, 0x02));
        assert_eq!(
            bench.send(&[0xa3, 0, 0, 0, 0, 0, 0, 0, 0, 16, 1, 0], &[0; 16]),
            Some((5, 0x6f, 0))
        );
    }

    #[test]
    fn discs_without_keys_have_none() {
        let mut bench = Bench::ready(100, "medium=dvd-rom");
        assert_eq!(bench.no(&report(0, 0)), (5, 0x6f, 0x01));
        let mut bench = Bench::ready(100, "medium=bd-rom&protect=aacs");
        assert_eq!(bench.no(&report(0, 0)), (5, 0x6f, 0x01));
        assert_eq!(bench.get(&report(2, 0), 8)[7], 0x00);
    }
}
