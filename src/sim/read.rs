//! READ (10) and (12), VERIFY, SEEK, READ CAPACITY, READ BUFFER CAPACITY.
//! Says which blocks a read reaches and what stops it; how long that takes and which blocks are
//! damaged is for [`super::timing`].

use std::time::Duration;

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::{Area, Kind, Medium, TrackMode};
use super::persona::{Persona, RunOut};
use super::refusal::{
    BLANK_CHECK, ILLEGAL_MODE_FOR_TRACK, INVALID_FIELD_IN_PARAMETERS, L_EC_UNCORRECTABLE,
    LBA_OUT_OF_RANGE, RECOVERED_WITH_RETRIES, Refusal, SCRAMBLED_SECTOR,
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
    machine.stop_writing()?;
    let retries = machine.pages.read_retries();
    let told = machine.pages.reports_recovered();
    let persona = machine.persona;
    let (medium, mechanics) = machine.reading()?;
    let Range { lba, blocks } = order.range;
    let end = lba.checked_add(blocks).filter(|end| *end <= medium.recorded_end());
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
        return Some((at, refusal_of(persona, medium, area).at(at)));
    }
    None
}

fn refusal_of(persona: &Persona, medium: &Medium, area: Area) -> Refusal {
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
        // Aaru: unwritten sectors of a BD-RE are told as blank. GUESS: by BLANK CHECK; those of a
        // DVD by an error that no retry mends.
        Area::Unrecorded if medium.kind == Kind::BdRe => BLANK_CHECK,
        Area::Unrecorded => L_EC_UNCORRECTABLE,
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

/// READ BUFFER CAPACITY (MMC-6 6.16): of the buffer for writing.
pub fn buffer_capacity(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (size, free) = machine.buffer();
    let word = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let mut bytes = Bytes::new();
    bytes.be16(0);
    if exchange.byte(1) & 0x01 != 0 {
        bytes.put(&[0, 1]).be32(0).be32(word(free / SECTOR));
    } else {
        bytes.put(&[0, 0]).be32(word(size)).be32(word(free));
    }
    exchange.reply(&bytes.with_length16(), exchange.be16(7));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, Reply, hex};

    fn read10(lba: u32, blocks: u8) -> Vec<u8> {
        let [a, b, c, d] = lba.to_be_bytes();
        vec![0x28, 0, a, b, c, d, 0, 0, blocks, 0]
    }

    fn ask(bench: &mut Bench, lba: u32, blocks: u8) -> Reply {
        bench.ask(&read10(lba, blocks), usize::from(blocks) * 2048)
    }

    #[test]
    fn sectors_come_in_order_by_either_command() {
        let mut bench = Bench::ready(100, "");
        let data = ask(&mut bench, 5, 3).data;
        assert_eq!(data.len(), 3 * 2048);
        for (index, number) in [5u8, 6, 7].into_iter().enumerate() {
            assert_eq!(data[index * 2048..index * 2048 + 4], [number, 0, 0, 0]);
        }
        let same = bench.get(&[0xa8, 0, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0], 3 * 2048);
        assert_eq!(same, data);
        assert_eq!(bench.get(&read10(0, 0), 0), [0u8; 0]);
    }

    #[test]
    fn capacity_is_the_last_block_and_reading_past_it_is_refused() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(
            bench.get(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8),
            hex("00 00 00 63 00 00 08 00")
        );
        assert_eq!(ask(&mut bench, 99, 1).data.len(), 2048);
        assert_eq!(bench.no(&read10(99, 2)), (5, 0x21, 0x00));
        assert_eq!(bench.no(&read10(0xffff_ff6a, 1)), (5, 0x21, 0x00));
    }

    #[test]
    fn run_out_is_counted_but_does_not_read_each_drive_saying_so_in_its_way() {
        // real-drives: Polaroid BurnMAX48: capacity 353137, 28 .. 05 63 5b .. 16: 70 .. 05 .. 64,
        // nothing moved.
        let mut bench = Bench::ready(353_135, "medium=cd-r&written=tao&persona=burnmax48");
        let last = bench.get(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8);
        assert_eq!(last, hex("00 05 63 70 00 00 08 00"));
        let reply = ask(&mut bench, 0x5_635b, 22);
        assert_eq!(reply, Reply { data: vec![], sense: Some((5, 0x64, 0)), lba: None });
        // real-drives: the drive of sense-pairs-from-logs that answers 5/26/00.
        let mut bench = Bench::ready(400, "medium=cd-r&written=tao&persona=nd-3540a");
        assert_eq!(ask(&mut bench, 400, 2).sense, Some((5, 0x26, 0)));
        // Others: 3/11/05 with the LBA, the good part moved.
        let mut bench = Bench::ready(400, "medium=cd-r&written=tao&persona=px-w4824a");
        let reply = ask(&mut bench, 390, 12);
        assert_eq!(
            (reply.data.len(), reply.sense, reply.lba),
            (10 * 2048, Some((3, 0x11, 5)), Some(400))
        );
    }

    #[test]
    fn between_sessions_nothing_reads() {
        let mut bench = Bench::ready(30_000, "medium=cd-r&sessions=0+20000");
        assert_eq!(ask(&mut bench, 8599, 1).sense, None);
        let reply = ask(&mut bench, 8598, 4);
        assert_eq!(
            (reply.data.len(), reply.sense, reply.lba),
            (4096, Some((3, 0x11, 5)), Some(8600))
        );
        assert_eq!(ask(&mut bench, 20_000, 1).sense, None);
    }

    #[test]
    fn css_sectors_are_refused_without_an_address() {
        // sense-pairs-from-logs: 70 00 05 … 6f 03.
        let mut bench = Bench::ready(400, "medium=dvd-rom&protect=css&protected=100..199,300..300");
        assert_eq!(ask(&mut bench, 0, 100).sense, None);
        let reply = ask(&mut bench, 96, 8);
        assert_eq!(
            (reply.data.len(), reply.sense, reply.lba),
            (4 * 2048, Some((5, 0x6f, 3)), None)
        );
        assert_eq!(ask(&mut bench, 200, 100).sense, None);
        assert_eq!(ask(&mut bench, 300, 1).sense, Some((5, 0x6f, 3)));
        assert_eq!(ask(&mut bench, 301, 1).sense, None);
    }

    #[test]
    fn aacs_sectors_are_delivered_as_they_lie_there() {
        let mut bench = Bench::ready(400, "medium=bd-rom&protect=aacs");
        assert_eq!(ask(&mut bench, 0, 32).sense, None);
    }

    #[test]
    fn defects_end_a_read_at_the_first_bad_block_and_page_01h_decides_how_long_it_takes() {
        let plan = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(plan.path(), "[[defect]]\nkind = \"hard\"\nlba = 50\n").expect("written");
        let query = format!("medium=cd-rom&defects={}", plan.path().display());
        let mut bench = Bench::ready(100, &query);
        let mut failing = |retries: u8| {
            let list = [0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 0x80, retries, 0, 0, 0, 0, 3, 0, 0, 0];
            assert_eq!(bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0], &list), None);
            ask(&mut bench, 40, 1);
            let begun = bench.drive.now();
            let reply = ask(&mut bench, 48, 4);
            assert_eq!(
                (reply.data.len(), reply.sense, reply.lba),
                (4096, Some((3, 0x11, 5)), Some(50))
            );
            bench.drive.now() - begun
        };
        let (few, many) = (failing(1), failing(100));
        assert!(many > few * 4, "{few:?} {many:?}");
    }

    #[test]
    fn verify_reads_without_moving_anything() {
        let mut bench = Bench::ready(400, "medium=cd-r&written=tao&persona=px-w4824a");
        assert_eq!(bench.ask(&[0x2f, 0, 0, 0, 0, 0, 0, 0, 10, 0], 0).sense, None);
        assert_eq!(bench.no(&[0x2f, 0, 0, 0, 1, 0x8e, 0, 0, 4, 0]), (3, 0x11, 5));
        assert_eq!(bench.ask(&[0x2b, 0, 0, 0, 0, 9, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(bench.no(&[0x2b, 0, 0, 9, 0, 0, 0, 0, 0, 0]), (5, 0x21, 0x00));
    }

    #[test]
    fn the_capacity_of_the_buffer_is_told() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(
            bench.get(&[0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0], 12),
            hex("00 0a 00 00 00 3f 80 00 00 3f 80 00")
        );
    }
}
