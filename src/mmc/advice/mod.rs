//! What a drive's refusal means to a person: its likely causes, the likeliest first, and what to do
//! next. One table, from which the hints of messages come as well as `decode`. Pure.
//!
//! The sources are public reports of real drives (real-drives: sense-pairs-from-logs and
//! kernel-log-sense-lines) and what the authors of ripping and burning programs wrote down; how
//! likely a cause is, is an order, not a measurement.

mod disc;
mod drive;
mod reading;
mod writing;

use crate::mmc::CommandError;
use crate::transport::{Cdb, Sense};

/// What is said of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// Why it may be so, the likeliest first.
    pub causes: &'static [(Likelihood, &'static str)],
    /// What to do, the first thing first.
    pub steps: &'static [&'static str],
    /// The same in one line, for a message; empty where a job knows better.
    pub hint: &'static str,
}

/// How likely a cause is beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likelihood {
    /// More likely than the others.
    Likely,
    /// Common enough to look for.
    Possible,
    /// Seen, and rare.
    Rare,
}

impl Likelihood {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Likelihood::Likely => "likely",
            Likelihood::Possible => "possible",
            Likelihood::Rare => "rare",
        }
    }
}

/// What was to be done when the drive refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Sectors were to be read.
    Reading,
    /// The disc was to be written, or prepared for it, or closed.
    Writing,
    /// The disc was to be erased or formatted.
    Erasing,
    /// Anything else, or unknown.
    Other,
}

impl Doing {
    /// By the command's operation code.
    pub fn of(opcode: u8) -> Doing {
        match opcode {
            0x08 | 0x28 | 0x88 | 0xa8 | 0xb9 | 0xbe | 0x2f | 0xaf | 0x34 | 0x3e | 0xd4 | 0xd8 => {
                Doing::Reading
            }
            0x0a | 0x2a | 0x8a | 0xaa | 0x2e | 0xae | 0x35 | 0x53 | 0x54 | 0x58 | 0x5b | 0x5d => {
                Doing::Writing
            }
            0x04 | 0xa1 => Doing::Erasing,
            _ => Doing::Other,
        }
    }
}

/// A row of the table.
struct Row {
    /// Sense keys; empty: any.
    keys: &'static [u8],
    /// ADDITIONAL SENSE CODE.
    asc: u8,
    /// Qualifiers; empty: any.
    ascqs: &'static [u8],
    /// What was being done; empty: anything.
    doing: &'static [Doing],
    /// An operation code, where it is about one command.
    opcode: Option<u8>,
    advice: Advice,
}

/// Nothing in particular, for the fields of a row.
const ANY: &[u8] = &[];

impl Row {
    const fn new(keys: &'static [u8], asc: u8, ascqs: &'static [u8], advice: Advice) -> Row {
        Row { keys, asc, ascqs, doing: &[], opcode: None, advice }
    }

    const fn when(mut self, doing: &'static [Doing]) -> Row {
        self.doing = doing;
        self
    }

    const fn of(mut self, opcode: u8) -> Row {
        self.opcode = Some(opcode);
        self
    }

    fn fits(&self, (key, asc, ascq): (u8, u8, u8), doing: Doing, opcode: Option<u8>) -> bool {
        self.asc == asc
            && (self.keys.is_empty() || self.keys.contains(&key))
            && (self.ascqs.is_empty() || self.ascqs.contains(&ascq))
            && (self.doing.is_empty() || self.doing.contains(&doing))
            && (self.opcode.is_none() || self.opcode == opcode)
    }
}

/// The rows, those for a single case before those for many.
fn rows() -> impl Iterator<Item = &'static Row> {
    [writing::ROWS, reading::ROWS, disc::ROWS, drive::ROWS].into_iter().flatten()
}

/// What there is to say of a refusal; of its key at least.
pub fn advice(sense: &Sense, cdb: Option<&Cdb>) -> Advice {
    let opcode = cdb.map(Cdb::opcode);
    let doing = opcode.map_or(Doing::Other, Doing::of);
    of_code(sense.triple(), doing, opcode).unwrap_or_else(|| drive::of_key(sense.key))
}

/// One line on a command that failed that can be acted on, where there is one.
pub fn hint(error: &CommandError, doing: Doing) -> Option<&'static str> {
    let advice = of_code(error.triple()?, doing, Some(error.cdb.opcode()))?;
    Some(advice.hint).filter(|hint| !hint.is_empty())
}

fn of_code(triple: (u8, u8, u8), doing: Doing, opcode: Option<u8>) -> Option<Advice> {
    rows().find(|row| row.fits(triple, doing, opcode)).map(|row| row.advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::Failure;
    use crate::transport::SenseKey;

    fn sense(key: u8, asc: u8, ascq: u8) -> Sense {
        let bytes = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
        Sense::parse(&bytes).expect("fixed")
    }

    #[test]
    fn causes_are_in_order_and_every_row_says_what_to_do() {
        for row in rows() {
            let Advice { meaning, causes, steps, .. } = row.advice;
            assert!(!meaning.is_empty() && !steps.is_empty(), "{:02x}", row.asc);
            assert!(causes.is_sorted_by_key(|(likelihood, _)| *likelihood), "{meaning}");
            let texts = causes.iter().map(|(_, text)| *text);
            for text in texts.chain(steps.iter().copied()).chain([meaning]) {
                assert!(!text.ends_with('.') && !text.contains("  "), "{text}");
            }
        }
    }

    #[test]
    fn no_row_is_hidden_behind_another() {
        for (index, row) in rows().enumerate() {
            let key = row.keys.first().copied().unwrap_or(0x0e);
            let ascq = row.ascqs.first().copied().unwrap_or(0x7e);
            let doing = row.doing.first().copied().unwrap_or(Doing::Other);
            let first = rows().position(|row2| row2.fits((key, row.asc, ascq), doing, row.opcode));
            assert_eq!(first, Some(index), "{key:x}/{:02x}/{ascq:02x}", row.asc);
        }
    }

    #[test]
    fn what_was_being_done_decides() {
        let read = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        let write = Cdb::new(&[0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        let blank = Cdb::new(&[0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let mode = sense(5, 0x64, 0);
        assert!(advice(&mode, Some(&read)).meaning.contains("not data"));
        assert!(advice(&sense(5, 0x21, 2), None).meaning.contains("does not write"));
        assert!(advice(&sense(5, 0x21, 0), None).meaning.contains("no such sector"));
        assert!(advice(&mode, Some(&write)).meaning.contains("not written in this way"));
        // real-drives: HL-DT-ST GT80N behind an INIC-3069.
        let field = sense(5, 0x24, 0);
        assert!(advice(&field, Some(&blank)).causes[0].1.contains("USB"));
        assert!(!advice(&field, Some(&read)).causes[0].1.contains("USB"));
        // Progress of what goes on is no "nothing".
        assert!(advice(&sense(0, 0x00, 0x16), None).meaning.contains("something to say"));
        let refused = |sense: Sense| CommandError {
            name: "READ (10)",
            cdb: read,
            lba: None,
            failure: Failure::Check(sense),
        };
        let hint = |sense: Sense| hint(&refused(sense), Doing::Reading);
        assert_eq!(hint(sense(2, 0x3a, 2)), Some("close the tray: `oxidisc load`"));
        assert_eq!(hint(field), None);
    }

    #[test]
    fn there_is_something_to_say_of_every_code() {
        for key in 0..16 {
            for asc in 0..=255 {
                assert!(!advice(&sense(key, asc, 0), None).meaning.is_empty());
            }
        }
    }
}
