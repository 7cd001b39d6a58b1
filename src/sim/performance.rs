//! GET PERFORMANCE (MMC-6 6.8), SET STREAMING (6.39) and SET CD SPEED (6.37).

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};

/// Bytes of a SET STREAMING performance descriptor (MMC-6 table 639).
const STREAMING_BYTES: usize = 28;
/// SET CD SPEED: the best there is.
const BEST: u32 = 0xffff;

/// GET PERFORMANCE.
pub fn get_performance(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let most = exchange.be16(8);
    let (flags, descriptors) = match exchange.byte(10) {
        0x00 => nominal(machine, exchange.byte(1))?,
        0x03 => (0, write_speeds(machine)?),
        _ => return Err(Refusal::bad_field(10)),
    };
    let mut bytes = Bytes::new();
    bytes.be32(0).put(&[flags, 0, 0, 0]);
    for descriptor in &descriptors {
        bytes.put(descriptor);
    }
    // The length tells of all descriptors, however few are sent (MMC-6 6.8.3.1).
    let data = bytes.with_length32();
    exchange.reply(&data, 8 + 16 * most);
    Ok(())
}

/// Type 00h: how fast the disc is read from here to there.
fn nominal(machine: &Machine, data_type: u8) -> Result<(u8, Vec<Vec<u8>>), Refusal> {
    // GUESS: TOLERANCE is not looked at: growisofs sends 00b, MMC-6 table 305 has 10b alone.
    let (write, except) = (data_type & 0x04 != 0, data_type & 3);
    if write {
        // A disc that cannot be written has no write performance. GUESS: an empty list says so.
        return Ok((0x02, Vec::new()));
    }
    if except != 0 {
        // Exceptions to the nominal: none.
        return Ok((0x00, Vec::new()));
    }
    let medium = machine.medium()?;
    let capacity = medium.capacity();
    let past = machine.persona.ways.performance_end_is_capacity;
    let end = if past { capacity } else { capacity.saturating_sub(1) };
    let mut bytes = Bytes::new();
    bytes.be32(0).be32(machine.mechanics.rate_at(0));
    bytes.be32(end).be32(machine.mechanics.rate_at(capacity.saturating_sub(1)));
    Ok((0x00, vec![bytes.0]))
}

/// Type 03h: write speeds, the read speed beside each.
fn write_speeds(machine: &Machine) -> Result<Vec<Vec<u8>>, Refusal> {
    let end = machine.persona.ways.write_speeds_end;
    let last = machine.medium()?.capacity().saturating_sub(1);
    let read = machine.rate();
    let descriptor = |write: u16| {
        let mut bytes = Bytes::new();
        // EXACT, as flag 02h of real-drives: HL-DT-ST GSA-4167B.
        bytes.put(&[0x02, 0, 0, 0]).be32(end.unwrap_or(last)).be32(read).be32(u32::from(write));
        bytes.0
    };
    Ok(machine.persona.speeds.page_write.iter().copied().map(descriptor).collect())
}

/// SET STREAMING: the read rate of the descriptor, or the defaults back.
pub fn set_streaming(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.byte(8) != 0 {
        return Err(Refusal::bad_field(8));
    }
    let length = exchange.be16(9);
    let list = exchange.parameters(length)?;
    if list.len() < STREAMING_BYTES {
        return Err(PARAMETER_LIST_LENGTH);
    }
    let be32 = |at: usize| u32::from_be_bytes([list[at], list[at + 1], list[at + 2], list[at + 3]]);
    let (restore, size, time_ms) = (list[0] & 0x04 != 0, be32(12), be32(16));
    if restore {
        machine.set_rate(None);
        return Ok(());
    }
    if be32(8) < be32(4) || time_ms == 0 {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    // READ SIZE in kB per READ TIME in ms.
    let kbps = u64::from(size) * 1000 / u64::from(time_ms);
    machine.set_rate(Some(u32::try_from(kbps).unwrap_or(u32::MAX)));
    Ok(())
}

/// SET CD SPEED: also for DVD on real drives (real-drives: LG GSA-4082B).
pub fn set_cd_speed(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let kbps = u32::try_from(exchange.be16(2)).unwrap_or(BEST);
    machine.set_rate((kbps != BEST).then_some(kbps));
    Ok(())
}
