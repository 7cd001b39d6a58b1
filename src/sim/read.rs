//! READ (10) and (12), VERIFY, SEEK, READ CAPACITY, READ FORMAT CAPACITIES, READ BUFFER CAPACITY.
//! Says which blocks a read reaches and what stops it; how long that takes and which blocks are
//! damaged is for [`super::timing`].

use std::time::Duration;

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::{Area, Medium, TrackMode};
use super::persona::{Persona, RunOut};
use super::refusal::{
    ILLEGAL_MODE_FOR_TRACK, INVALID_FIELD_IN_PARAMETERS, L_EC_UNCORRECTABLE, LBA_OUT_OF_RANGE,
    RECOVERED_WITH_RETRIES, Refusal, SCRAMBLED_SECTOR,
};
use super::timing::ReadOrder;
use crate::units::SECTOR;

/// What a read of sectors without any data costs: real-drives: Polaroid BurnMAX48, 3.267 s.
const NO_SIGNAL_TIME: Duration = Duration::from_millis(3_267);
/// What the refusal of a scrambled sector costs: sense-pairs-from-logs, 44 ms.
const SCRAMBLED_TIME: Duration = Duration::from_millis(44);
/// What the refusal of an audio sector costs: sense-pairs-from-logs, 1 ms.
const WRONG_MODE_TIME: Duration = Duration::from_millis(1);

/// Blocks that a command reads.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The first.
    pub lba: u32,
    /// How many.
    pub blocks: u32,
}

/// READ (10) (MMC-6 6.17).
pub fn read10(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let blocks = u32::try_from(exchange.be16(7)).unwrap_or(0);
    read(machine, exchange, Range { lba: exchange.be32(2), blocks })
}

/// READ (12) (MMC-6 6.18). GUESS: STREAMING changes nothing on a closed disc.
pub fn read12(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let range = Range { lba: exchange.be32(2), blocks: exchange.be32(6) };
    read(machine, exchange, range)
}

fn read(machine: &mut Machine, exchange: &mut Exchange, range: Range) -> Result<(), Refusal> {
    let fua = exchange.byte(1) & 0x08 != 0;
    let order = Order { range, fua, block_bytes: SECTOR as u32 };
    let outcome = go(machine, order, reach)?;
    let (medium, _) = machine.reading()?;
    let mut moved = exchange.bulk(outcome.good as usize * SECTOR);
    let whole = moved.len() / SECTOR * SECTOR;
    moved = &mut moved[..whole];
    medium.content.read_user(range.lba, moved).map_err(|_| failing_image(range.lba))?;
    let keep = outcome.stop.is_none() || machine.persona.ways.moves_good_part;
    exchange.sent(if keep { whole } else { 0 });
    outcome.verdict()
}

/// The file behind the disc cannot be read. GUESS: such as a drive whose electronics fail.
pub fn failing_image(lba: u32) -> Refusal {
    Refusal::of(4, 0x44, 0x00).at(lba)
}

/// A read to be carried out.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Which blocks.
    pub range: Range,
    /// From the disc itself.
    pub fua: bool,
    /// Bytes of each that go to the host.
    pub block_bytes: u32,
}

/// What came of a read.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Blocks that can be handed out.
    pub good: u32,
    /// What stopped it.
    pub stop: Option<Refusal>,
    /// Done, but the host wanted to hear of the trouble.
    remark: Option<Refusal>,
}

impl Outcome {
    /// What the host is told at the end.
    pub fn verdict(&self) -> Result<(), Refusal> {
        self.stop.or(self.remark).map_or(Ok(()), Err)
    }
}

/// How far a command gets on this disc: the first block it cannot have, with the reason.
pub type Reach = fn(&Persona, &Medium, Range) -> Option<(u32, Refusal)>;

/// Carries out a read: checks the range, finds what the command may have of it, and lets the
/// mechanics read that.
///
/// # Errors
/// The range is not on the disc; nothing was read then.
pub fn go(machine: &mut Machine, order: Order, reach: Reach) -> Result<Outcome, Refusal> {
    let retries = machine.pages.read_retries();
    let told = machine.pages.reports_recovered();
    let persona = machine.persona;
    let (medium, mechanics) = machine.reading()?;
    let Range { lba, blocks } = order.range;
    let end = lba.checked_add(blocks).filter(|end| *end <= medium.capacity());
    let end = end.ok_or(LBA_OUT_OF_RANGE)?;
    if blocks == 0 {
        return Ok(Outcome { good: 0, stop: None, remark: None });
    }
    let logical = reach(persona, medium, order.range).filter(|(at, _)| *at < end);
    let readable = logical.map_or(end, |(at, _)| at) - lba;
    let result = mechanics.read(ReadOrder {
        lba,
        blocks: readable,
        block_bytes: order.block_bytes,
        retries,
        fua: order.fua,
    });
    let stop = match (result.failed_at, logical) {
        (Some(at), _) => Some(L_EC_UNCORRECTABLE.at(at)),
        (None, Some((_, refusal))) => {
            mechanics.advance(time_of(refusal));
            Some(refusal)
        }
        (None, None) => None,
    };
    let good = if result.failed_at.is_some() { result.good } else { readable };
    let remark = result.recovered.filter(|_| told).map(|at| RECOVERED_WITH_RETRIES.at(at));
    Ok(Outcome { good, stop, remark })
}

fn time_of(refusal: Refusal) -> Duration {
    match (refusal.key, refusal.asc) {
        (5, 0x6f) => SCRAMBLED_TIME,
        (5, 0x64) if refusal.ili => WRONG_MODE_TIME,
        _ => NO_SIGNAL_TIME,
    }
}

/// How far READ gets: data sectors that are not protected.
fn reach(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    let wanted = |area: &Area| matches!(area, Area::Track(t) if t.mode == TrackMode::Data);
    let stop = first_unwanted(persona, medium, range, wanted);
    let end = stop.map_or(range.lba.saturating_add(range.blocks), |(at, _)| at);
    match medium.first_protected(range.lba..end) {
        // sense-pairs-from-logs: the sense of a scrambled sector has no INFORMATION.
        Some(at) => Some((at, SCRAMBLED_SECTOR)),
        None => stop,
    }
}

/// The first block of a range that is not of the wanted kind, and what a read of it ends in.
pub fn first_unwanted(
    persona: &Persona,
    medium: &Medium,
    range: Range,
    wanted: impl Fn(&Area) -> bool,
) -> Option<(u32, Refusal)> {
    let end = range.lba.saturating_add(range.blocks);
    let mut at = range.lba;
    while at < end {
        let (area, until) = medium.area(at);
        if wanted(&area) {
            at = until;
            continue;
        }
        return Some((at, refusal_of(persona, area).at(at)));
    }
    None
}

fn refusal_of(persona: &Persona, area: Area) -> Refusal {
    match area {
        // real-drives: HL-DT-ST GSA-U10N, kernel-log-sense-lines: ILI, INFORMATION the LBA.
        Area::Track(_) => ILLEGAL_MODE_FOR_TRACK.with_ili(),
        Area::RunOut(_) => match persona.ways.runout {
            RunOut::IllegalMode => ILLEGAL_MODE_FOR_TRACK,
            RunOut::Uncorrectable => L_EC_UNCORRECTABLE,
            RunOut::InvalidParameter => INVALID_FIELD_IN_PARAMETERS,
        },
        // GUESS: between sessions there is a signal, but no sector of that address.
        Area::Gap => L_EC_UNCORRECTABLE,
    }
}

/// VERIFY (10) (MMC-6 6.47): reads, and keeps what it read.
pub fn verify(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let blocks = u32::try_from(exchange.be16(7)).unwrap_or(0);
    let range = Range { lba: exchange.be32(2), blocks };
    go(machine, Order { range, fua: true, block_bytes: 0 }, reach)?.verdict()
}

/// SEEK (10) (MMC-6 6.35). GUESS: it returns before the head has moved.
pub fn seek(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.be32(2) < machine.medium()?.capacity() { Ok(()) } else { Err(LBA_OUT_OF_RANGE) }
}

/// READ CAPACITY (MMC-6 6.19): the last block before the lead-out of the last session, run-out
/// included (sense-pairs-from-logs: capacity 353137, the last two unreadable).
pub fn capacity(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let last = machine.medium()?.capacity().saturating_sub(1);
    let mut bytes = Bytes::new();
    bytes.be32(last).be32(SECTOR as u32);
    exchange.reply(&bytes.0, 8);
    Ok(())
}

/// READ FORMAT CAPACITIES (MMC-6 6.23): the current one alone, since nothing can be formatted.
pub fn format_capacities(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (blocks, kind) = match machine.medium() {
        Ok(medium) => (medium.capacity(), 2),
        // Type 3: no disc; the largest that a drive could take. GUESS: which that is.
        Err(_) => (2_295_104, 3),
    };
    let mut bytes = Bytes::new();
    bytes.put(&[0, 0, 0, 8]).be32(blocks).put(&[kind]).be24(SECTOR as u32);
    exchange.reply(&bytes.0, exchange.be16(7));
    Ok(())
}

/// READ BUFFER CAPACITY (MMC-6 6.16): all of it is free.
pub fn buffer_capacity(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let size = machine.persona.speeds.buffer_bytes;
    let mut bytes = Bytes::new();
    bytes.be16(0);
    if exchange.byte(1) & 0x01 != 0 {
        let blocks = size / SECTOR as u32;
        bytes.put(&[0, 1]).be32(0).be32(blocks);
    } else {
        bytes.put(&[0, 0]).be32(size).be32(size);
    }
    exchange.reply(&bytes.with_length16(), exchange.be16(7));
    Ok(())
}
