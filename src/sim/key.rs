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
