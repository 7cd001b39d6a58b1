//! The moment when blocks reach the disc: what it costs beside their own time, and what becomes of
//! a defect that lies under them. Knows no command.

use std::time::Duration;

use super::medium::Medium;
use super::medium::content::Content;
use super::medium::marks::Mark;
use super::medium::rules::WriteOrder;
use super::refusal::Refusal;
use super::timing::Mechanics;

/// 3/0C/00: write error (sense-pairs-from-logs).
const WRITE_ERROR: Refusal = Refusal::of(3, 0x0c, 0x00);
/// 3/0C/02: auto reallocation failed. GUESS: said when the spare areas are used up.
const NO_SPARES: Refusal = Refusal::of(3, 0x0c, 0x02);
/// A block that reads so seldom is as good as lost to a drive that reads back what it wrote.
/// GUESS: the chance.
const UNRELIABLE: f64 = 0.5;

/// The blocks reach the disc: how much longer that takes than the blocks by themselves. With defect
/// management a spare block stands in for each that turns out bad. Without it, or streaming, the
/// drive does not look: what was written reads back badly (MMC-6 4.5.3.6).
///
/// # Errors
/// One could not be written, nor a spare one in its place.
pub fn land(
    disc: &mut Medium,
    mechanics: &mut Mechanics,
    order: &WriteOrder,
) -> Result<Duration, Refusal> {
    let mut longer = Duration::ZERO;
    let Ok(first) = u32::try_from(order.lba) else { return Ok(longer) };
    let end = first.saturating_add(order.blocks);
    let unit = disc.family().ecc_blocks().0;
    let spares = disc.spares();
    let managed = spares > 0 && !order.streaming;
    if order.streaming {
        // libburn's cookbook: streaming writes to known defective addresses all the same.
        for block in mechanics.give_up_spares(first..end) {
            mark(disc, block, unit, false);
        }
    }
    let mut at = first;
    while let Some((lba, damage)) = mechanics.flaw(at..end) {
        at = (lba / unit + 1) * unit;
        if managed && (damage.p < UNRELIABLE || damage.unwritable) {
            let Some(record) = &mut disc.record else { return Ok(longer) };
            if record.spares_used.saturating_add(unit) > spares {
                return Err(NO_SPARES.at(lba));
            }
            record.spares_used += unit;
            longer += mechanics.replace(lba / unit * unit);
            mark(disc, lba / unit * unit, unit, true);
        } else if damage.unwritable {
            return Err(WRITE_ERROR.at(lba));
        }
    }
    Ok(longer)
}

fn mark(disc: &mut Medium, block: u32, unit: u32, set: bool) {
    if let Content::Recorded(store) = &mut disc.content {
        // The file of the disc fails: so will the next write.
        let _ = store.mark(Mark::Replaced, block..block + unit, set);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn bench(spec: &str, plan: &str) -> (Bench, tempfile::NamedTempFile) {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), plan).expect("written");
        (Bench::of(&format!("{spec}&defects={}", file.path().display())), file)
    }

    fn write(bench: &mut Bench, lba: u8, blocks: u8, streaming: bool) -> Option<(u8, u8, u8)> {
        let stream = if streaming { 0x80 } else { 0 };
        let cdb = [0xaa, 0, 0, 0, 0, lba, 0, 0, 0, blocks, stream, 0];
        let told = bench.send(&cdb, &vec![lba; usize::from(blocks) * 2048]);
        // What becomes of the blocks is told when they reach the disc.
        told.or_else(|| bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense)
    }

    fn read(bench: &mut Bench, lba: u8) -> Option<(u8, u8, u8)> {
        bench.ask(&[0x28, 8, 0, 0, 0, lba, 0, 0, 1, 0], 2048).sense
    }

    const HARD: &str = "[[defect]]\nkind = \"hard\"\nlba = 40\n";
    const SPARES: [u8; 12] = [0xad, 0, 0, 0, 0, 0, 0, 0x0a, 0, 16, 0, 0];

    #[test]
    fn a_spare_block_stands_in_for_a_bad_one_until_a_stream_is_written_over_it() {
        let (mut bench, _plan) = bench("sim:blank?medium=dvd-ram&capacity=4096", HARD);
        assert_eq!(read(&mut bench, 40), Some((3, 0x11, 0x05)));
        assert_eq!(write(&mut bench, 32, 16, false), None);
        assert_eq!(read(&mut bench, 40), None);
        // One error-correction block of the 256 of the primary spare area is used.
        assert_eq!(bench.get(&SPARES, 16)[..8], hex("00 0e 00 00 00 00 00 f0")[..]);
        assert_eq!(write(&mut bench, 32, 16, true), None);
        assert_eq!(read(&mut bench, 40), Some((3, 0x11, 0x05)));
    }

    #[test]
    fn without_defect_management_nobody_notices_until_it_is_read() {
        let (mut bench, _plan) = bench("sim:blank?medium=dvd+r&capacity=4096", HARD);
        for lba in [0, 16, 32, 48] {
            assert_eq!(write(&mut bench, lba, 16, false), None);
        }
        assert_eq!(bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense, None);
        assert_eq!(read(&mut bench, 40), Some((3, 0x11, 0x05)));
        assert_eq!(read(&mut bench, 48), None);
    }

    #[test]
    fn what_cannot_even_be_written_fails_at_once_unless_it_is_replaced() {
        let plan = "[[defect]]\nkind = \"unwritable\"\nlba = 20\n";
        let (mut plain, _plan) = bench("sim:blank?medium=dvd+r&capacity=4096", plan);
        assert_eq!(write(&mut plain, 0, 16, false), None);
        assert_eq!(write(&mut plain, 16, 16, false), Some((3, 0x0c, 0x00)));
        let (mut ram, _plan) = bench("sim:blank?medium=dvd-ram&capacity=4096", plan);
        assert_eq!(write(&mut ram, 16, 16, false), None);
        assert_eq!(read(&mut ram, 20), None);
    }

    #[test]
    fn spare_areas_run_out() {
        let plan = "[[defect]]\nkind = \"hard\"\nlba = 0\ncount = 4000\n";
        let (mut bench, _plan) = bench("sim:blank?medium=dvd-ram&capacity=512", plan);
        // 32 blocks of primary spare area, 16 of the supplementary one.
        for lba in [0, 16, 32] {
            assert_eq!(write(&mut bench, lba, 16, false), None);
        }
        assert_eq!(write(&mut bench, 48, 16, false), Some((3, 0x0c, 0x02)));
        // What is replaced already needs no other.
        assert_eq!(write(&mut bench, 16, 16, false), None);
        assert_eq!(read(&mut bench, 16), None);
    }
}
