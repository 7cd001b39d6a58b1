//! GET EVENT STATUS NOTIFICATION (MMC-6 6.6): what happened to tray and disc since the last asking.

use super::exchange::{Bytes, Exchange};
use super::machine::{Machine, Tray};
use super::refusal::Refusal;

const OPERATIONAL_CHANGE: u8 = 1;
const POWER: u8 = 2;
const MEDIA: u8 = 4;
const BUSY: u8 = 6;
/// The classes that the drive reports, by bit. GUESS: those that have a mandatory feature.
const SUPPORTED: u8 = 1 << OPERATIONAL_CHANGE | 1 << POWER | 1 << MEDIA | 1 << BUSY;
/// NEA: no event available.
const NONE: u8 = 0x80;

/// GET EVENT STATUS NOTIFICATION, polled.
pub fn get_event_status(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.byte(1) & 0x01 == 0 {
        // MMC-6 6.6.2.1: asynchronous notification is not there.
        return Err(Refusal::bad_field(1));
    }
    let allocation = exchange.be16(7);
    let asked = exchange.byte(4) & SUPPORTED;
    let mut bytes = Bytes::new();
    bytes.be16(0);
    if asked == 0 {
        bytes.put(&[NONE, SUPPORTED]);
        exchange.reply(&bytes.with_length16(), allocation);
        return Ok(());
    }
    // A class with news goes first; else the most urgent, which is the lowest (MMC-6 6.6.2.5).
    let media = asked & 1 << MEDIA != 0;
    let event = if media && allocation > 4 { machine.take_event() } else { None };
    let class = match event {
        Some(_) => MEDIA,
        None => u8::try_from(asked.trailing_zeros()).unwrap_or(MEDIA),
    };
    bytes.put(&[class, SUPPORTED]);
    match class {
        MEDIA => {
            let code = event.map_or(0, |event| event.code());
            let open = u8::from(machine.tray() == Tray::Open);
            let present = u8::from(machine.disc_present()) << 1;
            bytes.put(&[code, open | present, 0, 0]);
        }
        // Power status 1: active.
        POWER => {
            bytes.put(&[0, 1, 0, 0]);
        }
        _ => {
            bytes.put(&[0, 0, 0, 0]);
        }
    }
    exchange.reply(&bytes.with_length16(), allocation);
    Ok(())
}
