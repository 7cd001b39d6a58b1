//! TEST UNIT READY, START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL and MECHANISM STATUS: commands
//! about the drive, not about what is on the disc.

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
    let stops = matches!((power, load_eject, start), (0x3 | 0x5, ..) | (0x0, false, false));
    if stops {
        machine.leave_alone()?;
    }
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    const READY: [u8; 6] = [0; 6];
    const EJECT: [u8; 6] = [0x1b, 0, 0, 0, 0x02, 0];
    const LOAD: [u8; 6] = [0x1b, 0, 0, 0, 0x03, 0];

    #[test]
    fn a_drive_that_was_switched_on_says_so_then_spins_up_then_is_ready() {
        let mut bench = Bench::cold(100, "");
        assert_eq!(bench.no(&READY), (6, 0x29, 0x00));
        assert_eq!(bench.no(&READY), (2, 0x04, 0x01));
        bench.settle();
        assert_eq!(bench.ask(&READY, 0).sense, None);
    }

    #[test]
    fn the_disc_that_became_ready_may_be_another_one() {
        let mut bench = Bench::cold(100, "");
        assert_eq!(bench.no(&READY), (6, 0x29, 0x00));
        let mut said = Vec::new();
        while let Some(sense) = bench.ask(&READY, 0).sense {
            said.push(sense);
            crate::transport::Transport::wait(
                &mut bench.drive,
                std::time::Duration::from_millis(500),
            );
        }
        assert_eq!(said.last(), Some(&(6, 0x28, 0x00)));
        assert!((5..30).contains(&said.len()), "{}", said.len());
        assert!(said[..said.len() - 1].iter().all(|sense| *sense == (2, 0x04, 0x01)));
    }

    #[test]
    fn ejecting_opens_the_tray_and_loading_brings_the_disc_back() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.ask(&EJECT, 0).sense, None);
        assert_eq!(bench.no(&READY), (2, 0x3a, 0x02));
        assert_eq!(
            bench.get(&[0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], 8),
            hex("00 10 00 00 00 00 00 00")
        );
        assert_eq!(bench.ask(&EJECT, 0).sense, None);
        assert_eq!(bench.ask(&LOAD, 0).sense, None);
        assert_eq!(bench.no(&READY), (2, 0x04, 0x01));
        bench.settle();
        assert_eq!(bench.get(&[0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], 8), [0; 8]);
    }

    #[test]
    fn a_locked_tray_stays_in() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.ask(&[0x1e, 0, 0, 0, 1, 0], 0).sense, None);
        assert_eq!(bench.no(&EJECT), (5, 0x53, 0x02));
        assert_eq!(bench.ask(&READY, 0).sense, None);
        assert_eq!(bench.ask(&[0x1e, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(bench.ask(&EJECT, 0).sense, None);
    }

    #[test]
    fn a_drive_of_a_running_machine_has_told_everything_already() {
        let mut bench = Bench::cold(100, "start=ready");
        assert_eq!(bench.get(&[0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0], 8)[4..6], [0, 2]);
        assert_eq!(bench.ask(&READY, 0).sense, None);
    }

    #[test]
    fn trays_begin_open_or_empty_where_asked() {
        let mut bench = Bench::ready(100, "tray=open");
        assert_eq!(bench.no(&READY), (2, 0x3a, 0x02));
        let mut bench = Bench::ready(100, "tray=empty");
        assert_eq!(bench.no(&READY), (2, 0x3a, 0x01));
        bench.ask(&EJECT, 0);
        bench.ask(&LOAD, 0);
        assert_eq!(bench.no(&READY), (2, 0x3a, 0x01));
    }

    #[test]
    fn a_stopped_disc_spins_up_again_when_it_is_read() {
        let mut bench = Bench::ready(100, "");
        bench.get(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0], 2048);
        let begun = bench.drive.now();
        assert_eq!(bench.ask(&[0x1b, 0, 0, 0, 0, 0], 0).sense, None);
        bench.get(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0], 2048);
        assert!((bench.drive.now() - begun).as_secs_f64() > 1.0);
    }
}
