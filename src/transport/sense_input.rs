//! Sense data in what people paste: bytes in any spelling, `3/11/05`, `SK=3 ASC=11 ASCQ=05`, and
//! lines of the kernel's log, of cdrecord, growisofs and libburn, several at once. Knows the forms,
//! not what the codes mean.

use std::fmt;

use super::sense_names::{self, words};
use super::{Cdb, Sense, SenseKey};
use crate::formats::hex::{self, HexError};

/// Sense data in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line of the text, from 1.
    pub line: usize,
    /// What it says. Without bytes (`raw`) where the text has none.
    pub sense: Sense,
    /// How the text has it.
    pub given: Given,
    /// The command that the text names with it.
    pub cdb: Option<Cdb>,
}

/// How a text has sense data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Given {
    /// As bytes.
    Bytes,
    /// As the numbers of key, code and qualifier.
    Codes,
    /// As names.
    Words,
}

/// Why a text holds no sense data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSense {
    /// It is bytes, and the first is not 70h to 73h.
    OtherBytes(u8),
    /// It is sense data that ends before the key.
    TooShort,
    /// It has a code, and no key to it.
    NoKey,
    /// It has a key, and no code to it.
    NoCode,
    /// It is meant to be bytes, and is not.
    NotHex(HexError),
    /// It is something else.
    Nothing,
}

impl std::error::Error for NoSense {}

impl fmt::Display for NoSense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoSense::OtherBytes(first) => write!(
                f,
                "no sense data: it begins with {first:02x}, where 70 to 73 or f0 to f3 stands"
            ),
            NoSense::TooShort => f.write_str("no sense data: it ends before the sense key"),
            NoSense::NoKey => f.write_str("there is a sense code in it, and no sense key"),
            NoSense::NoCode => f.write_str("there is a sense key in it, and no sense code"),
            NoSense::NotHex(error) => write!(f, "no sense data: {error}"),
            NoSense::Nothing => f.write_str("there is no sense data in it"),
        }
    }
}

/// A sense key, code and qualifier.
type Triple = (u8, u8, u8);

/// Bytes at least that are taken for sense data in the middle of a line.
const BYTES_MIN: usize = 8;
/// Lines after the bytes in which cdrecord says the same in words.
const SAME_AGAIN: usize = 8;
/// Lines after the words in which the kernel prints the command.
const COMMAND_AFTER: usize = 3;

/// All sense data that a text holds.
///
/// # Errors
/// It holds none.
pub fn find(text: &str) -> Result<Vec<Found>, NoSense> {
    let whole = hex::parse(text);
    if let Ok(bytes) = &whole
        && !each_line_is_sense(text)
    {
        if let &[key @ ..=0x0f, asc, ascq] = bytes.as_slice() {
            return Ok(vec![Found::of_codes(1, (key, asc, ascq))]);
        }
        // Codes with slashes are hex too: several of them are read as such.
        if is_form(bytes[0]) || !text.contains('/') {
            let found = |sense| vec![Found { line: 1, sense, given: Given::Bytes, cdb: None }];
            return of_bytes(bytes).map(found);
        }
    }
    let mut reader = Reader::default();
    for (number, line) in (1..).zip(text.lines()) {
        reader.line(number, line);
    }
    match (reader.found, whole) {
        (found, _) if !found.is_empty() => Ok(found),
        (_, Err(error)) if text.trim_start().starts_with(['7', 'f', 'F']) => {
            Err(NoSense::NotHex(error))
        }
        _ if reader.code_without_key => Err(NoSense::NoKey),
        _ if reader.key.is_some() => Err(NoSense::NoCode),
        _ => Err(NoSense::Nothing),
    }
}

fn of_bytes(bytes: &[u8]) -> Result<Sense, NoSense> {
    let first = bytes.first().copied().unwrap_or(0);
    match Sense::parse(bytes) {
        Some(sense) => Ok(sense),
        None if is_form(first) => Err(NoSense::TooShort),
        None => Err(NoSense::OtherBytes(first)),
    }
}

/// RESPONSE CODE: 70h to 73h, VALID beside it.
fn is_form(byte: u8) -> bool {
    (0x70..=0x73).contains(&(byte & 0x7f))
}

/// Several lines, each with sense data of its own.
fn each_line_is_sense(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let several = lines.clone().nth(1).is_some();
    several
        && lines.all(|line| match hex::parse(line) {
            Ok(bytes) => {
                matches!(bytes.as_slice(), &[..=0x0f, _, _])
                    || (bytes.len() >= BYTES_MIN && is_form(bytes[0]))
            }
            Err(_) => false,
        })
}

impl Found {
    fn of_codes(line: usize, (key, asc, ascq): Triple) -> Found {
        let bytes = Sense::fixed(SenseKey::from_byte(key), asc, ascq);
        let sense = Sense::parse(&bytes).map(|sense| Sense { raw: Vec::new(), ..sense });
        let sense = sense.expect("made in this form");
        Found { line, sense, given: Given::Codes, cdb: None }
    }
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    found: Vec<Found>,
    /// A command that waits for its sense data.
    cdb: Option<Cdb>,
    /// What was said before the code: the key, whether deferred, information, ILI.
    key: Option<u8>,
    deferred: bool,
    information: Option<u64>,
    ili: bool,
    code_without_key: bool,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let lower = line.to_ascii_lowercase();
        if let Some(cdb) = command(&lower) {
            return self.command(number, cdb);
        }
        if let Some(sense) = bytes_in(&lower) {
            let cdb = self.cdb.take();
            self.found.push(Found { line: number, sense, given: Given::Bytes, cdb });
            return;
        }
        self.extras(&lower);
        let text = words(&lower);
        let key_number = number_after(&lower, &["sense key", "key", "sk"]);
        let key = key_number.filter(|key| *key <= 0x0f).or_else(|| key_named(&text));
        let asc = number_after(&lower, &["asc", "sense code"]);
        let ascq = number_after(&lower, &["ascq", "acq", "qual", "qualifier"]).unwrap_or(0);
        let triples = triples_in(&lower);
        if let Some(asc) = asc.filter(|_| key.is_some() || triples.is_empty()) {
            return self.code(number, key, (asc, ascq), Given::Codes);
        }
        if !triples.is_empty() {
            return triples.into_iter().for_each(|triple| {
                self.complete(number, triple, Given::Codes);
            });
        }
        let about_sense = key.is_some() || self.key.is_some() || text.contains(" sense ");
        if about_sense && let Some(code) = sense_names::find(&lower) {
            return self.code(number, key, code, Given::Words);
        }
        if key.is_some() {
            self.key = key;
        }
    }

    /// The kernel prints the command behind what became of it, cdrecord before.
    fn command(&mut self, number: usize, cdb: Cdb) {
        match self.found.last_mut() {
            Some(last)
                if last.given == Given::Words
                    && last.cdb.is_none()
                    && number - last.line <= COMMAND_AFTER =>
            {
                last.cdb = Some(cdb);
            }
            _ => self.cdb = Some(cdb),
        }
    }

    fn extras(&mut self, lower: &str) {
        self.deferred |= lower.contains("deferred");
        if let Some(at) = lower.find("info") {
            let rest = lower[at..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let rest = rest.trim_start().trim_start_matches("fld").trim_start_matches(['=', ' ']);
            if let Some(digits) = rest.strip_prefix("0x") {
                let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
                self.information = u64::from_str_radix(&digits[..end], 16).ok();
            }
            self.ili |= words(lower).contains(" ili ");
        }
    }

    fn code(&mut self, line: usize, key: Option<u8>, (asc, ascq): (u8, u8), given: Given) {
        match key.or(self.key) {
            Some(key) => self.complete(line, (key, asc, ascq), given),
            None => {
                // What cdrecord says in words of the bytes before.
                let again = self.found.last().is_some_and(|last| {
                    (last.sense.asc, last.sense.ascq) == (asc, ascq)
                        && line - last.line <= SAME_AGAIN
                });
                self.code_without_key |= !again;
            }
        }
    }

    fn complete(&mut self, line: usize, triple: Triple, given: Given) {
        let again = self.found.last().is_some_and(|last| {
            last.given == Given::Bytes
                && last.sense.triple() == triple
                && line - last.line <= SAME_AGAIN
        });
        if !again {
            let mut found = Found::of_codes(line, triple);
            found.given = given;
            found.sense.deferred = self.deferred;
            found.sense.information = self.information;
            found.sense.ili = self.ili;
            found.cdb = self.cdb.take();
            self.found.push(found);
        }
        (self.key, self.information) = (None, None);
        (self.deferred, self.ili) = (false, false);
    }
}

/// `0x70` and `70` alike, as a byte; `None` for any other word.
fn byte(word: &str) -> Option<u8> {
    let word = word.trim_matches(['(', ')', '"', '\'']);
    let digits = word.strip_prefix("0x").unwrap_or(word);
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// The first run of at least `min` bytes whose first one is as wanted.
fn run(text: &str, min: usize, first: impl Fn(u8) -> bool) -> Option<Vec<u8>> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let all: Vec<Option<u8>> =
        text.split(between).filter(|word| !word.is_empty()).map(byte).collect();
    let runs = all.split(Option::is_none).map(|run| run.iter().copied().flatten());
    let mut wanted = runs.map(|run| run.skip_while(|byte| !first(*byte)).collect::<Vec<u8>>());
    wanted.find(|run| run.len() >= min)
}

/// `CDB: Read(10) 28 00 …`
fn command(lower: &str) -> Option<Cdb> {
    let at = lower.find("cdb")?;
    let bytes = run(&lower[at + 3..], 6, |_| true)?;
    // "CDB: Read CD be 00 …": a word of the name that is hex too.
    let fits = |from: &usize| Cdb::standard_len(bytes[*from]) == Some(bytes.len() - from);
    let from = (0..2).find(fits).unwrap_or(0);
    Some(Cdb::new(&bytes[from..bytes.len().min(from + 16)]))
}

/// The commands that a text holds: one as bytes, or one a line, as such or as logs have them.
pub fn commands(text: &str) -> Vec<Cdb> {
    let of_bytes = |bytes: Vec<u8>| (bytes.len() <= 16).then(|| Cdb::new(&bytes));
    if let Some(cdb) = hex::parse(text).ok().and_then(of_bytes) {
        return vec![cdb];
    }
    let of_line = |line: &str| {
        command(&line.to_ascii_lowercase()).or_else(|| of_bytes(hex::parse(line).ok()?))
    };
    text.lines().filter_map(of_line).collect()
}

fn bytes_in(lower: &str) -> Option<Sense> {
    if let Ok(bytes) = hex::parse(lower)
        && is_form(bytes[0])
    {
        return Sense::parse(&bytes);
    }
    Sense::parse(&run(lower, BYTES_MIN, is_form)?)
}

/// The number behind one of these labels: `ASC=0x11`, `asc: 11`, `SK=5h/`, `Sense Key : 0x3`.
fn number_after(lower: &str, labels: &[&str]) -> Option<u8> {
    let number = |label: &&str| {
        lower.match_indices(*label).find_map(|(at, label)| {
            let before = lower[..at].chars().next_back();
            let rest = &lower[at + label.len()..];
            if before.is_some_and(char::is_alphanumeric)
                || rest.starts_with(|c: char| c.is_alphanumeric())
            {
                return None;
            }
            let rest = rest.trim_start_matches([' ', ':', '=', '\t']);
            let rest = rest.strip_prefix("0x").unwrap_or(rest);
            let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
            let behind = rest[end..].strip_prefix('h').unwrap_or(&rest[end..]);
            let alone = !behind.starts_with(|c: char| c.is_alphanumeric());
            u8::from_str_radix(&rest[..end], 16).ok().filter(|_| alone)
        })
    };
    labels.iter().find_map(number)
}

fn key_named(text: &str) -> Option<u8> {
    let key = |code: &u8| {
        let name = words(SenseKey::from_byte(*code).name());
        text.contains(&name)
    };
    [0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0xb, 0x0].into_iter().find(key)
}

/// `[5 24 00]`, `(03/11/05)`, `05.30.06`: in brackets, as the whole line, or words of it. A version
/// (`1.5.6`) or a time (`[05:24:00]`) beside other words is none.
fn triples_in(lower: &str) -> Vec<Triple> {
    let brackets = lower
        .split(['[', '(', '<', '{'])
        .skip(1)
        .filter_map(|rest| rest.split([']', ')', '>', '}']).next());
    let mut inside = brackets.filter_map(|text| triple(text, &[' ', ',', ';', '/']));
    let whole = || triple(lower.trim(), &[' ', ',', ';', '/', '.', ':']);
    let trimmed = |word: &str| {
        let word = word.trim_matches([',', '.', ';', ':']);
        // 05.30.06, and no version: 1.5.6.
        let dotted = word.split('.').all(|part| part.len() == 2);
        triple(word, if dotted { &['.'] } else { &['/'] })
    };
    match inside.next().or_else(whole) {
        Some(triple) => vec![triple],
        None => lower.split_whitespace().filter_map(trimmed).collect(),
    }
}

/// A key of one digit, and two numbers of two; zeros and `0x` may be before them.
fn triple(text: &str, separators: &[char]) -> Option<Triple> {
    let mut parts = text.split(separators).filter(|part| !part.is_empty());
    let mut next = |lengths: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        let digits = part.strip_prefix("0x").unwrap_or(part);
        let digits = digits.strip_suffix('h').unwrap_or(digits);
        lengths.contains(&digits.len()).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
    };
    let triple = (next(1..=2)?, next(1..=2)?, next(1..=2)?);
    (triple.0 <= 0x0f && parts.next().is_none()).then_some(triple)
}

#[cfg(test)]
#[path = "sense_input_tests.rs"]
mod tests;
