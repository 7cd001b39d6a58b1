//! What is to be remembered of each error-correction block of a disc that is written over: that
//! something was recorded in it, that a spare one stands in for it. Two rows of bits, in memory and
//! behind the sectors in the disc's file. Knows no medium's rules.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// What is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Something was recorded in it.
    Recorded,
    /// It is defective, and a spare one has its data.
    Replaced,
}

/// The marks of a disc.
pub struct Marks {
    /// Blocks that share a mark.
    unit: u32,
    /// How many marks there are of each kind.
    units: u32,
    /// Where the first row begins in the file; the second follows it.
    at: u64,
    rows: [Vec<u8>; 2],
}

impl Marks {
    /// Reads the marks for so many blocks from where they are kept in the file; what the file does
    /// not reach is unmarked.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(file: &File, at: u64, blocks: u32, unit: u32) -> io::Result<Marks> {
        let units = blocks.div_ceil(unit);
        let length = units.div_ceil(8) as usize;
        let mut rows = [vec![0; length], vec![0; length]];
        for (row, index) in rows.iter_mut().zip(0u64..) {
            let mut filled = 0;
            while filled < length {
                let from = at + index * length as u64 + filled as u64;
                match file.read_at(&mut row[filled..], from)? {
                    0 => break,
                    count => filled += count,
                }
            }
        }
        Ok(Marks { unit, units, at, rows })
    }

    /// Forgets all of them, in memory; the file was cut already.
    pub fn clear(&mut self) {
        for row in &mut self.rows {
            row.fill(0);
        }
    }

    /// Whether the block at an address is marked so, and up to which address that is the same.
    pub fn marked(&self, mark: Mark, lba: u32) -> (bool, u32) {
        let row = &self.rows[mark as usize];
        let first = lba / self.unit;
        let set = bit(row, first);
        let mut end = first + 1;
        while end < self.units && bit(row, end) == set {
            // Bytes that are alike throughout are passed at once.
            let whole =
                end.is_multiple_of(8) && row.get(end as usize / 8) == Some(&(u8::from(set) * 0xff));
            end += if whole { 8 } else { 1 };
        }
        let end = end.min(self.units);
        (set, if end == self.units { u32::MAX } else { end * self.unit })
    }

    /// Marks the error-correction blocks that hold any of these blocks, or takes their marks away.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark(
        &mut self,
        file: &File,
        mark: Mark,
        blocks: Range<u32>,
        set: bool,
    ) -> io::Result<()> {
        let units = blocks.start / self.unit..blocks.end.div_ceil(self.unit).min(self.units);
        if units.is_empty() {
            return Ok(());
        }
        let row = &mut self.rows[mark as usize];
        for unit in units.clone() {
            let (byte, bit) = (unit as usize / 8, 1 << (unit % 8));
            row[byte] = if set { row[byte] | bit } else { row[byte] & !bit };
        }
        let bytes = units.start as usize / 8..(units.end as usize).div_ceil(8);
        let at = self.at + (mark as u64) * row.len() as u64 + bytes.start as u64;
        file.write_all_at(&row[bytes], at)
    }

    /// The first addresses of all error-correction blocks that are marked so.
    pub fn all(&self, mark: Mark) -> Vec<u32> {
        let row = &self.rows[mark as usize];
        (0..self.units).filter(|unit| bit(row, *unit)).map(|unit| unit * self.unit).collect()
    }
}

fn bit(row: &[u8], unit: u32) -> bool {
    row.get(unit as usize / 8).is_some_and(|byte| byte & 1 << (unit % 8) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_again_with_their_ends_and_last() {
        let file = tempfile::tempfile().expect("temporary file");
        let mut marks = Marks::load(&file, 100, 32 * 50, 32).expect("loaded");
        assert_eq!(marks.marked(Mark::Recorded, 0), (false, u32::MAX));
        marks.mark(&file, Mark::Recorded, 33..32 * 40 + 1, true).expect("marked");
        marks.mark(&file, Mark::Replaced, 64..65, true).expect("marked");
        assert_eq!(marks.marked(Mark::Recorded, 31), (false, 32));
        assert_eq!(marks.marked(Mark::Recorded, 32), (true, 32 * 41));
        assert_eq!(marks.marked(Mark::Recorded, 32 * 41), (false, u32::MAX));
        let again = Marks::load(&file, 100, 32 * 50, 32).expect("loaded");
        assert_eq!(again.marked(Mark::Recorded, 1000), (true, 32 * 41));
        assert_eq!(again.all(Mark::Replaced), [64]);
        marks.mark(&file, Mark::Recorded, 96..128, false).expect("unmarked");
        assert_eq!(marks.marked(Mark::Recorded, 64), (true, 96));
        marks.clear();
        assert_eq!(marks.all(Mark::Recorded), [0u32; 0]);
    }
}
