//! Commands that write, on discs that are closed. The parameter list of one is not looked at.

use super::exchange::Exchange;
use super::machine::Machine;
use super::refusal::Refusal;

/// 5/30/05: cannot write medium, incompatible format (sense-pairs-from-logs: CLOSE SESSION).
/// GUESS: for the other commands that write too.
pub fn write(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Err(Refusal::of(5, 0x30, 0x05))
}

/// 5/30/06: cannot format medium, incompatible medium (real-drives: ATAPI iHBS212, BLANK of a CD-R
/// and of a BD-R). GUESS: FORMAT UNIT too.
pub fn format(_: &mut Machine, _: &mut Exchange) -> Result<(), Refusal> {
    Err(Refusal::of(5, 0x30, 0x06))
}
