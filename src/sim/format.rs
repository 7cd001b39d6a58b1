//! The commands that make a rewritable disc empty or usable: FORMAT UNIT and BLANK. Knows where the
//! bits of their parameters are; what a disc makes of it is for [`super::medium::rules`].

use super::exchange::Exchange;
use super::machine::Machine;
use super::medium::Kind;
use super::medium::rules::FormatOrder;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};

/// 5/30/06 (real-drives: ATAPI iHBS212): where there is nothing to blank or format.
const CANNOT_FORMAT: Refusal = Refusal::of(5, 0x30, 0x06);
/// DPRY, DCRT, STPF, IP, TRY-OUT and VS of the list's header (MMC-6 table 246).
const OPTIONS: u8 = 0x7d;
const DCRT: u8 = 0x20;

/// BLANK (MMC-6 6.2).
pub fn blank(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (kind, immediately) = (exchange.byte(1) & 0x07, exchange.byte(1) & 0x10 != 0);
    let (disc, rules) = machine.recordable().map_err(|_| CANNOT_FORMAT)?;
    disc.end_rehearsal();
    let work = rules.blank(disc, kind)?;
    machine.begin(work, immediately);
    Ok(())
}

/// FORMAT UNIT (MMC-6 6.4): a header of four bytes and one descriptor of eight.
pub fn format_unit(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    // FMTDATA and FORMAT CODE 001b.
    if exchange.byte(1) & 0x17 != 0x11 {
        return Err(Refusal::bad_field(1));
    }
    let complete_list = exchange.byte(1) & 0x08 != 0;
    let kind = machine.recordable().map_err(|_| CANNOT_FORMAT)?.0.kind;
    let lists_defects = matches!(kind, Kind::DvdRam | Kind::BdRe);
    // PIONEER R8 command reference: CMPLST is not supported and must be zero.
    if complete_list && !lists_defects {
        return Err(Refusal::bad_field(1));
    }
    let length = exchange.room();
    let list = exchange.parameters(length)?;
    let (header, descriptor) = list.split_at_checked(4).ok_or(PARAMETER_LIST_LENGTH)?;
    let descriptor: &[u8; 8] = descriptor.try_into().map_err(|_| PARAMETER_LIST_LENGTH)?;
    let options = header[1] & OPTIONS;
    // PIONEER R8 command reference: with FOV the options shall be zero; libburn sets DCRT on
    // DVD-RAM and BD-RE. MMC-6 6.4.3.2: without FOV they are reserved.
    let allowed = if header[1] & 0x80 != 0 && lists_defects { DCRT } else { 0 };
    if header[0] != 0 || options & !allowed != 0 || header[2..4] != [0, 8] {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    let immediately = header[1] & 0x02 != 0;
    let [a, b, c, d, kind, x, y, z] = *descriptor;
    let order = FormatOrder {
        blocks: u32::from_be_bytes([a, b, c, d]),
        kind: kind >> 2,
        subtype: kind & 0x03,
        parameter: u32::from_be_bytes([0, x, y, z]),
        complete_list,
        no_certification: options & DCRT != 0,
    };
    let (disc, rules) = machine.recordable()?;
    disc.end_rehearsal();
    let work = rules.format(disc, order)?;
    machine.begin(work, immediately);
    Ok(())
}
