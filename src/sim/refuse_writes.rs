//! Commands that write, on discs that are closed. The parameter list of one is not looked at.

use super::exchange::Exchange;
use super::machine::Machine;
use super::refusal::Refusal;

/// 5/30/05: cannot write medium, incompatible format (sense-pairs-from-logs: CLOSE SESSION).
/// GUESS: for the other commands that write too.
pub fn write(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Err(Refusal::of(5, 0x30, 0x05))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;

    #[test]
    fn a_closed_disc_takes_no_write_and_no_blanking() {
        let mut bench = Bench::ready(100, "medium=cd-rw");
        let write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        assert_eq!(bench.send(&write, &[0; 2048]), Some((5, 0x30, 0x05)));
        assert_eq!(bench.no(&[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]), (5, 0x30, 0x05));
        // real-drives: ATAPI iHBS212: a1 11 …: 05.30.06.
        assert_eq!(bench.no(&[0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (5, 0x30, 0x06));
    }
}
