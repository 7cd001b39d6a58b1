//! Which command is which, and the order in which a drive checks one: opcode, unit attention,
//! fields, readiness, then the command itself. Knows where the bits of a CDB are, not what they do.

use super::exchange::Exchange;
use super::machine::Machine;
use super::refusal::{INVALID_FIELD_IN_CDB, INVALID_OPCODE, Refusal};
use super::{
    configuration, control, disc_information, events, format, format_capacities, inquire, key,
    modes, performance, read, read_cd, refuse_writes, structures, subchannel, toc, write,
};
use crate::units::{Lba, Msf};

/// What a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    /// Nothing, and a unit attention does not stop it.
    Exempt,
    /// Nothing.
    Nothing,
    /// A disc that is ready.
    Disc,
}
use Needs::{Disc, Exempt, Nothing};

/// Handles a command whose fields are checked. What is sent before an `Err` is sent all the same.
type Handler = fn(&mut Machine, &mut Exchange) -> Result<(), Refusal>;

/// A command that the drive knows.
struct Command {
    opcode: u8,
    needs: Needs,
    /// The bits that may be set, byte by byte; as many bytes as the CDB has.
    bits: &'static [u8],
    run: Handler,
}

const fn command(opcode: u8, needs: Needs, bits: &'static [u8], run: Handler) -> Command {
    Command { opcode, needs, bits, run }
}

const X: u8 = 0xff;

/// The commands, by opcode. The exempt ones: SPC-4 5.14 (INQUIRY, REQUEST SENSE), MMC-6 4.1.7 (GET
/// CONFIGURATION, GET EVENT STATUS NOTIFICATION).
static COMMANDS: &[Command] = &[
    command(0x00, Disc, &[X, 0, 0, 0, 0, 0], control::test_unit_ready),
    command(0x03, Exempt, &[X, 0x01, 0, 0, X, 0], inquire::request_sense),
    command(0x04, Disc, &[X, 0x1f, X, X, X, 0], format::format_unit),
    command(0x12, Exempt, &[X, 0x01, X, X, X, 0], inquire::inquiry),
    command(0x15, Nothing, &[X, 0x11, 0, 0, X, 0], modes::select6),
    command(0x1a, Nothing, &[X, 0x08, X, 0, X, 0], modes::sense6),
    command(0x1b, Nothing, &[X, 0x01, 0, 0x03, 0xf7, 0], control::start_stop_unit),
    command(0x1e, Nothing, &[X, 0, 0, 0, 0x03, 0], control::prevent_allow),
    command(0x23, Nothing, &[X, 0, 0, 0, 0, 0, 0, X, X, 0], format_capacities::format_capacities),
    command(0x25, Disc, &[X, 0, 0, 0, 0, 0, 0, 0, 0, 0], read::capacity),
    command(0x28, Disc, &[X, 0x18, X, X, X, X, 0, X, X, 0], read::read10),
    command(0x2a, Disc, &[X, 0x08, X, X, X, X, 0, X, X, 0], write::write10),
    command(0x2b, Disc, &[X, 0, X, X, X, X, 0, 0, 0, 0], read::seek),
    command(0x2e, Disc, &[X, 0, X, X, X, X, 0, X, X, 0], write::write_and_verify),
    command(0x2f, Disc, &[X, 0x10, X, X, X, X, 0, X, X, 0], read::verify),
    command(0x35, Disc, &[X, 0x02, X, X, X, X, 0, X, X, 0], write::synchronize_cache),
    command(0x42, Disc, &[X, 0x02, 0x40, X, 0, 0, X, X, X, 0], subchannel::read_sub_channel),
    command(0x43, Disc, &[X, 0x02, 0x0f, 0, 0, 0, X, X, X, 0xc0], toc::read_toc),
    command(0x46, Exempt, &[X, 0x03, X, X, 0, 0, 0, X, X, 0], configuration::get_configuration),
    command(0x4a, Exempt, &[X, 0x01, 0, 0, X, 0, 0, X, X, 0], events::get_event_status),
    command(0x51, Disc, &[X, 0x07, 0, 0, 0, 0, 0, X, X, 0], disc_information::disc),
    command(0x52, Disc, &[X, 0x07, X, X, X, X, 0, X, X, 0], disc_information::track),
    command(0x53, Disc, &[X, 0x03, 0, 0, 0, X, X, X, X, 0], write::reserve_track),
    command(0x54, Disc, &[X, 0x01, 0, 0, 0, 0, 0, X, X, 0], write::send_opc),
    command(0x55, Nothing, &[X, 0x11, 0, 0, 0, 0, 0, X, X, 0], modes::select10),
    command(0x58, Disc, &[X, X, X, X, X, X, X, X, X, X], refuse_writes::write),
    command(0x5a, Nothing, &[X, 0x08, X, 0, 0, 0, 0, X, X, 0], modes::sense10),
    command(0x5b, Disc, &[X, 0x01, 0x07, 0, X, X, 0, 0, 0, 0], write::close_track_session),
    command(0x5c, Nothing, &[X, 0x01, 0, 0, 0, 0, 0, X, X, 0], read::buffer_capacity),
    command(0x5d, Disc, &[X, 0, 0, 0, 0, 0, X, X, X, 0], write::send_cue_sheet),
    command(0xa1, Disc, &[X, 0x17, X, X, X, X, 0, 0, 0, 0, 0, 0], format::blank),
    command(0xa3, Disc, &[X, 0, 0, 0, 0, 0, 0, X, X, X, X, 0], key::send_key),
    command(0xa4, Nothing, &[X, 0, X, X, X, X, X, X, X, X, X, 0], key::report_key),
    command(0xa8, Disc, &[X, 0x18, X, X, X, X, X, X, X, X, 0x80, 0], read::read12),
    command(0xaa, Disc, &[X, 0x08, X, X, X, X, X, X, X, X, 0x80, 0], write::write12),
    command(0xac, Disc, &[X, 0x1f, X, X, X, X, 0, 0, X, X, X, 0], performance::get_performance),
    command(0xad, Disc, &[X, 0x0f, X, X, X, X, X, X, X, X, 0xc0, 0], structures::read_structure),
    command(0xb6, Nothing, &[X, 0, 0, 0, 0, 0, 0, 0, X, X, X, 0], performance::set_streaming),
    command(0xb9, Disc, &[X, 0x1e, 0, X, X, X, X, X, X, 0xfe, 0x07, 0], read_cd::read_cd_msf),
    command(0xbb, Nothing, &[X, 0x03, X, X, X, X, 0, 0, 0, 0, 0, 0], performance::set_cd_speed),
    command(0xbd, Nothing, &[X, 0, 0, 0, 0, 0, 0, 0, X, X, 0, 0], control::mechanism_status),
    command(0xbe, Disc, &[X, 0x1e, X, X, X, X, X, X, X, 0xfe, 0x07, 0], read_cd::read_cd),
    command(0xbf, Disc, &[X, 0x0f, 0, 0, 0, 0, 0, X, X, X, 0xc0, 0], structures::send_structure),
];

/// Runs one command.
///
/// # Errors
/// The drive says no, and this is what it says.
pub fn run(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    machine.tick();
    let opcode = exchange.byte(0);
    let found = COMMANDS.iter().find(|command| command.opcode == opcode);
    let command = found.filter(|_| known(machine, opcode)).ok_or(INVALID_OPCODE)?;
    if command.needs != Exempt
        && let Some(attention) = machine.take_attention()
    {
        return Err(attention);
    }
    check_fields(command, exchange.cdb())?;
    if command.needs == Disc {
        machine.medium()?;
        if let Some(busy) = machine.busy() {
            return Err(busy);
        }
    }
    let outcome = (command.run)(machine, exchange);
    machine.rest();
    outcome
}

/// Whether this drive has the command at all.
fn known(machine: &Machine, opcode: u8) -> bool {
    match opcode {
        0x5d => machine.persona.ways.writes_sessions_at_once,
        // MMC-6 table 1: DVD features only.
        0xa3 | 0xa4 | 0xad | 0xbf => machine.persona.knows(0x0010),
        _ => true,
    }
}

/// Reserved bits are zero (SPC-4 4.2.5.1).
fn check_fields(command: &Command, cdb: &[u8]) -> Result<(), Refusal> {
    if cdb.len() < command.bits.len() {
        return Err(INVALID_FIELD_IN_CDB);
    }
    let wrong = cdb.iter().zip(command.bits).position(|(byte, bits)| byte & !bits != 0);
    match wrong {
        Some(at) => Err(Refusal::bad_field(u8::try_from(at).unwrap_or(0))),
        None => Ok(()),
    }
}

/// The blocks that a command reads or writes, for events that wait for one.
pub fn sectors(cdb: &[u8]) -> Option<std::ops::Range<u32>> {
    let be = |range: std::ops::Range<usize>| {
        cdb.get(range).map(|bytes| bytes.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)))
    };
    let blocks = match cdb.first()? {
        0x28 | 0x2a | 0x2e | 0x2f => be(7..9)?,
        0xa8 | 0xaa => be(6..10)?,
        0xbe => be(6..9)?,
        0xb9 => {
            let at = |from: usize| Some(Lba::from(msf(cdb.get(from..from + 3)?)).0);
            let lba = |from| at(from).map(|lba| u32::try_from(lba).unwrap_or(0));
            return Some(lba(3)?..lba(6)?);
        }
        _ => return None,
    };
    let lba = be(2..6)?;
    Some(lba..lba.saturating_add(blocks))
}

fn msf(bytes: &[u8]) -> Msf {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    Msf { minute: byte(0), second: byte(1), frame: byte(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opcodes_are_unique_and_ascend_and_lengths_follow_their_group() {
        for pair in COMMANDS.windows(2) {
            assert!(pair[0].opcode < pair[1].opcode, "{:02x}", pair[1].opcode);
        }
        for command in COMMANDS {
            // SPC-4 4.2.5.1: the upper three bits of an opcode tell the length.
            let length = match command.opcode >> 5 {
                0 => 6,
                1 | 2 => 10,
                _ => 12,
            };
            assert_eq!(command.bits.len(), length, "{:02x}", command.opcode);
        }
    }

    #[test]
    fn a_reading_command_tells_its_blocks() {
        assert_eq!(sectors(&[0x28, 0, 0, 0, 0x10, 0, 0, 0, 0x20, 0]), Some(0x1000..0x1020));
        assert_eq!(sectors(&[0xa8, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]), Some(1..257));
        assert_eq!(sectors(&[0xbe, 0, 0, 0, 0, 1, 0, 0, 2, 0xf8, 0, 0]), Some(1..3));
        assert_eq!(sectors(&[0xb9, 0, 0, 0, 2, 1, 0, 2, 3, 0xf8, 0, 0]), Some(1..3));
        assert_eq!(sectors(&[0x12, 0, 0, 0, 36, 0]), None);
        assert_eq!(sectors(&[0x28, 0]), None);
    }

    #[test]
    fn unknown_commands_and_reserved_bits_are_refused_where_a_drive_refuses_them() {
        use super::super::testing::Bench;
        let mut bench = Bench::cold(100, "");
        // The opcode is looked at before the unit attention.
        assert_eq!(bench.no(&[0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]), (5, 0x20, 0x00));
        // The unit attention comes before the fields.
        assert_eq!(bench.no(&[0x25, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]), (6, 0x29, 0x00));
        // The fields come before the disc.
        assert_eq!(bench.no(&[0x25, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]), (5, 0x24, 0x00));
        assert_eq!(bench.no(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (2, 0x04, 0x01));
    }

    #[test]
    fn a_cd_writer_has_no_dvd_commands() {
        use super::super::testing::Bench;
        let mut bench = Bench::ready(100, "persona=px-w4824a");
        assert_eq!(bench.no(&[0xad, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0]), (5, 0x20, 0x00));
    }
}
