//! TEST UNIT READY, START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, MECHANISM STATUS and SYNCHRONIZE
//! CACHE: commands about the drive, not about what is on the disc.

use super::exchange::{Bytes, Exchange};
use super::machine::{Machine, Tray};
use super::refusal::Refusal;

/// TEST UNIT READY (SPC-4 6.47): the checks before it say all.
pub fn test_unit_ready(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Ok(())
}

/// START STOP UNIT (MMC-6 6.42).
pub fn start_stop_unit(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let immediately = exchange.byte(1) & 0x01 != 0;
    let (power, load_eject, start) =
        (exchange.byte(4) >> 4, exchange.byte(4) & 0x02 != 0, exchange.byte(4) & 0x01 != 0);
    match (power, load_eject, start) {
        // MMC-6 table 627: with a power condition the other bits are ignored.
        (0x1, ..) => machine.spin(true),
        (0x2, ..) => {}
        (0x3 | 0x5, ..) => machine.spin(false),
        (0x0, true, false) => machine.eject(immediately)?,
        (0x0, true, true) => machine.load(immediately),
        (0x0, false, start) => machine.spin(start),
        _ => return Err(Refusal::bad_field(4)),
    }
    Ok(())
}

/// PREVENT ALLOW MEDIUM REMOVAL (MMC-6 6.13).
/// GUESS: a persistent prevent locks as a plain one does.
pub fn prevent_allow(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    machine.lock(exchange.byte(4) & 0x01 != 0);
    Ok(())
}

/// MECHANISM STATUS (MMC-6 6.11): no changer.
pub fn mechanism_status(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let open = if machine.tray() == Tray::Open { 0x10 } else { 0x00 };
    let mut bytes = Bytes::new();
    bytes.put(&[0x00, open]).be24(0).put(&[0x00]).be16(0);
    exchange.reply(&bytes.0, exchange.be16(8));
    Ok(())
}

/// SYNCHRONIZE CACHE (MMC-6 6.44): nothing is ever waiting to be written.
pub fn synchronize_cache(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Ok(())
}
