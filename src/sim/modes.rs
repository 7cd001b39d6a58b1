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
    let live = Live { locked: machine.locked(), read_kbps: machine.rate() };
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
    machine.pages.select(pages)
}
