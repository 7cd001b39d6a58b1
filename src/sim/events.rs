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

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    const MEDIA: [u8; 10] = [0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0];

    #[test]
    fn a_new_disc_and_one_that_left_are_told_once_each() {
        let mut bench = Bench::ready(100, "");
        // New media; present.
        assert_eq!(bench.get(&MEDIA, 8), hex("00 06 04 56 02 02 00 00"));
        assert_eq!(bench.get(&MEDIA, 8), hex("00 06 04 56 00 02 00 00"));
        bench.ask(&[0x1b, 0, 0, 0, 2, 0], 0);
        // Removal; door open.
        assert_eq!(bench.get(&MEDIA, 8), hex("00 06 04 56 03 01 00 00"));
        assert_eq!(bench.get(&MEDIA, 8), hex("00 06 04 56 00 01 00 00"));
    }

    #[test]
    fn asking_for_the_header_alone_takes_no_event() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.get(&[0x4a, 1, 0, 0, 0x10, 0, 0, 0, 4, 0], 4), hex("00 06 04 56"));
        assert_eq!(bench.get(&MEDIA, 8)[4], 2);
    }

    #[test]
    fn classes_that_are_not_there_have_no_event() {
        let mut bench = Bench::ready(100, "");
        let ask = |class| [0x4a, 1, 0, 0, class, 0, 0, 0, 8, 0];
        assert_eq!(bench.get(&ask(0x08), 8), hex("00 02 80 56"));
        assert_eq!(bench.get(&ask(0x04), 8), hex("00 06 02 56 00 01 00 00"));
        // Asynchronous notification.
        assert_eq!(bench.no(&[0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8, 0]), (5, 0x24, 0x00));
    }
}
