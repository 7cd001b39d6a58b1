//! The map of a rip: which bytes of the image were read, which failed, which are still to come.
//! In the grammar of GNU ddrescue's mapfile, which `ddrescue`, `ddrescuelog` and `ddrescueview`
//! read and write too (ddrescue manual, "Mapfile structure"). Positions and sizes: bytes of the
//! image.

use std::fmt::Write as _;
use std::ops::Range;

/// What is known of a stretch of the image. Ordered from "nothing" to "done" as ddrescue orders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// `?`: not tried yet.
    NonTried,
    /// `*`: a large read failed; which part of it is bad is not known yet.
    NonTrimmed,
    /// `/`: failed, and not yet tried piece by piece.
    NonScraped,
    /// `-`: failed in the smallest pieces that make sense.
    Bad,
    /// `+`: in the image.
    Finished,
}

impl State {
    fn from_char(c: char) -> Option<State> {
        Some(match c {
            '?' => State::NonTried,
            '*' => State::NonTrimmed,
            '/' => State::NonScraped,
            '-' => State::Bad,
            '+' => State::Finished,
            _ => return None,
        })
    }

    /// The character in the file.
    pub fn as_char(self) -> char {
        match self {
            State::NonTried => '?',
            State::NonTrimmed => '*',
            State::NonScraped => '/',
            State::Bad => '-',
            State::Finished => '+',
        }
    }
}

/// What a rescue was doing when the map was saved (`current_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// `?`
    Copying,
    /// `*`
    Trimming,
    /// `/`
    Scraping,
    /// `-`
    Retrying,
    /// `F`: of ddrescue's fill mode.
    Filling,
    /// `G`: of ddrescue's generate mode.
    Generating,
    /// `+`
    Finished,
}

impl Phase {
    fn from_char(c: char) -> Option<Phase> {
        Some(match c {
            '?' => Phase::Copying,
            '*' => Phase::Trimming,
            '/' => Phase::Scraping,
            '-' => Phase::Retrying,
            'F' => Phase::Filling,
            'G' => Phase::Generating,
            '+' => Phase::Finished,
            _ => return None,
        })
    }

    fn as_char(self) -> char {
        match self {
            Phase::Copying => '?',
            Phase::Trimming => '*',
            Phase::Scraping => '/',
            Phase::Retrying => '-',
            Phase::Filling => 'F',
            Phase::Generating => 'G',
            Phase::Finished => '+',
        }
    }

    /// The words ddrescue puts in the comment above the status line.
    fn words(self) -> &'static str {
        match self {
            Phase::Copying => "Copying non-tried blocks...",
            Phase::Trimming => "Trimming failed blocks...",
            Phase::Scraping => "Scraping failed blocks...",
            Phase::Retrying => "Retrying bad sectors...",
            Phase::Filling => "Filling blocks...",
            Phase::Generating => "Generating approximate mapfile...",
            Phase::Finished => "Finished",
        }
    }
}

/// A stretch of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First byte.
    pub start: u64,
    /// Bytes; never 0.
    pub size: u64,
    /// State of all of them.
    pub state: State,
}

impl Stretch {
    /// First byte after it.
    pub fn end(&self) -> u64 {
        self.start + self.size
    }
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct MapError {
    /// Counted from 1; the last line where something is missing at the end.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// The map: stretches from 0 to its end without a gap, neighbours of different states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    stretches: Vec<Stretch>,
    /// `current_pos`: next byte going forwards, end of the stretch going backwards.
    pub position: u64,
    /// `current_status`.
    pub phase: Phase,
    /// `current_pass`, from 1.
    pub pass: u32,
}

/// ddrescue reads lines of at most this length (rippers.md 2.1); comments may be longer.
const LINE_MAX: usize = 127;

impl Map {
    /// A map of `size` bytes of which nothing was tried.
    pub fn new(size: u64) -> Map {
        let whole = Stretch { start: 0, size, state: State::NonTried };
        let stretches = if size == 0 { Vec::new() } else { vec![whole] };
        Map { stretches, position: 0, phase: Phase::Copying, pass: 1 }
    }

    /// Bytes that the map speaks of.
    pub fn size(&self) -> u64 {
        self.stretches.last().map_or(0, Stretch::end)
    }

    /// All stretches in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The stretches of one state.
    pub fn of(&self, state: State) -> impl DoubleEndedIterator<Item = &Stretch> {
        self.stretches.iter().filter(move |stretch| stretch.state == state)
    }

    /// Bytes of one state.
    pub fn bytes(&self, state: State) -> u64 {
        self.of(state).map(|stretch| stretch.size).sum()
    }

    /// The stretch that holds byte `at`.
    pub fn at(&self, at: u64) -> Option<&Stretch> {
        let index = self.stretches.partition_point(|stretch| stretch.end() <= at);
        self.stretches.get(index)
    }

    /// The state of the bytes of `range`, clipped to it, in order.
    pub fn within(&self, range: Range<u64>) -> impl Iterator<Item = Stretch> + '_ {
        let first = self.stretches.partition_point(|stretch| stretch.end() <= range.start);
        self.stretches[first..].iter().take_while(move |s| s.start < range.end).map(move |s| {
            let start = s.start.max(range.start);
            Stretch { start, size: s.end().min(range.end) - start, state: s.state }
        })
    }

    /// Gives the bytes of `range` a state. What lies beyond the map's end is left out.
    pub fn set(&mut self, range: Range<u64>, state: State) {
        let end = range.end.min(self.size());
        if range.start >= end {
            return;
        }
        let first = self.stretches.partition_point(|s| s.end() <= range.start);
        let last = self.stretches.partition_point(|s| s.start < end);
        let mut start = range.start;
        let mut stop = end;
        let mut pieces = Vec::with_capacity(3);
        let (head, tail) = (self.stretches[first], self.stretches[last - 1]);
        // Neighbours of the same state are merged, as ddrescue does when it writes.
        let before = first.checked_sub(1).map(|index| self.stretches[index]);
        let after = self.stretches.get(last).copied();
        let (mut from, mut to) = (first, last);
        if head.start < start {
            if head.state == state {
                start = head.start;
            } else {
                pieces.push(Stretch { size: start - head.start, ..head });
            }
        } else if let Some(before) = before.filter(|s| s.state == state) {
            start = before.start;
            from -= 1;
        }
        let mut rest = None;
        if tail.end() > stop {
            if tail.state == state {
                stop = tail.end();
            } else {
                rest = Some(Stretch { start: stop, size: tail.end() - stop, ..tail });
            }
        } else if let Some(after) = after.filter(|s| s.state == state) {
            stop = after.end();
            to += 1;
        }
        pieces.push(Stretch { start, size: stop - start, state });
        pieces.extend(rest);
        self.stretches.splice(from..to, pieces);
    }

    /// Reads a mapfile. What lies before its first stretch counts as not tried.
    ///
    /// # Errors
    /// The first line that is not of the grammar, or that leaves a gap or overlaps.
    pub fn parse(text: &str) -> Result<Map, MapError> {
        let mut map = Map { stretches: Vec::new(), position: 0, phase: Phase::Copying, pass: 1 };
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, strip_comment(line)))
            .filter(|(_, line)| !line.is_empty())
            .peekable();
        // ddrescue before 1.6 wrote no status line (real-drives: ddrescue-maps, version 1.2): a
        // first line of three fields whose last is a block state starts the data.
        match lines.peek() {
            Some((line, text)) if !is_data(text) => {
                map.read_status(text).map_err(|reason| MapError { line: *line, reason })?;
                lines.next();
            }
            Some(_) => {}
            None => {
                let reason = "no status line and no data: this is no mapfile".to_string();
                return Err(MapError { line: text.lines().count().max(1), reason });
            }
        }
        for (line, text) in lines {
            map.read_data(text).map_err(|reason| MapError { line, reason })?;
        }
        Ok(map)
    }

    fn read_status(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_whitespace();
        let (Some(position), Some(status)) = (words.next(), words.next()) else {
            return Err("a status line is 'position status [pass]'".into());
        };
        self.position = number(position)?;
        self.phase = single_char(status)
            .and_then(Phase::from_char)
            .ok_or_else(|| format!("'{status}' is no current status (one of ? * / - F G +)"))?;
        if let Some(pass) = words.next() {
            self.pass = u32::try_from(number(pass)?)
                .ok()
                .filter(|pass| *pass >= 1)
                .ok_or_else(|| format!("'{pass}' is no pass: it counts from 1"))?;
        }
        match words.next() {
            Some(extra) => Err(format!("unexpected '{extra}' after the status line")),
            None => Ok(()),
        }
    }

    fn read_data(&mut self, line: &str) -> Result<(), String> {
        if line.len() > LINE_MAX {
            return Err(format!("the line is longer than {LINE_MAX} characters"));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [start, size, state] = words[..] else {
            return Err("a data line is 'position size status'".into());
        };
        let state = single_char(state)
            .and_then(State::from_char)
            .ok_or_else(|| format!("'{state}' is no block status (one of ? * / - +)"))?;
        let stretch = Stretch { start: number(start)?, size: number(size)?, state };
        let end = stretch.start.checked_add(stretch.size).filter(|end| i64::try_from(*end).is_ok());
        if end.is_none() {
            return Err("the block ends beyond the largest file".into());
        }
        let known = self.size();
        if self.stretches.is_empty() && stretch.start > 0 {
            let start = Stretch { start: 0, size: stretch.start, state: State::NonTried };
            self.stretches.push(start);
        } else if stretch.start < known {
            return Err(format!("the block overlaps the one before, which ends at {known:#x}"));
        } else if stretch.start > known {
            return Err(format!("the block leaves a gap after the one before, from {known:#x}"));
        }
        // A size of 0 is written for an input of unknown or no size (real-drives: ddrescue-maps).
        match self.stretches.last_mut() {
            _ if stretch.size == 0 && stretch.start == 0 => {}
            _ if stretch.size == 0 => return Err("the block has no size".into()),
            Some(last) if last.state == state => last.size += stretch.size,
            _ => self.stretches.push(stretch),
        }
        Ok(())
    }

    /// The whole file. `comments` come after the first line, one each, without the `#`.
    pub fn to_text(&self, comments: &[String]) -> String {
        let mut text = String::with_capacity(256 + 32 * self.stretches.len());
        let version = env!("CARGO_PKG_VERSION");
        let (position, phase, pass) = (self.position, self.phase.as_char(), self.pass);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# Mapfile. Created by oxidisc version {version}");
        for comment in comments {
            let _ = writeln!(text, "# {}", comment.replace(['\n', '\r'], " "));
        }
        let _ = match self.phase {
            Phase::Finished => writeln!(text, "# {}", self.phase.words()),
            _ => writeln!(text, "# {} Pass {pass}", self.phase.words()),
        };
        text.push_str("# current_pos  current_status  current_pass\n");
        let _ = writeln!(text, "{position:#010X}     {phase}               {pass}");
        text.push_str("#      pos        size  status\n");
        for Stretch { start, size, state } in &self.stretches {
            let _ = writeln!(text, "{start:#010X}  {size:#010X}  {}", state.as_char());
        }
        // The standard's "0x" is lower case, its digits upper case.
        text.replace("0X", "0x")
    }
}

fn is_data(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words[..], [_, size, _] if number(size).is_ok())
}

/// A comment starts with `#` at the start of a line or after white space.
fn strip_comment(line: &str) -> &str {
    let comment = line
        .char_indices()
        .find(|&(at, c)| c == '#' && (at == 0 || line[..at].ends_with([' ', '\t'])));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

fn single_char(word: &str) -> Option<char> {
    let mut chars = word.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// As C's `strtoll` with base 0: decimal, 0x hexadecimal, 0 octal.
fn number(word: &str) -> Result<u64, String> {
    let parsed = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None if word.len() > 1 && word.starts_with('0') => u64::from_str_radix(&word[1..], 8),
        None => word.parse(),
    };
    parsed
        .ok()
        .filter(|value| i64::try_from(*value).is_ok() && !word.contains('+'))
        .ok_or_else(|| format!("'{word}' is no position or size"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BY_DDRESCUE: &str = "\
# Mapfile. Created by GNU ddrescue version 1.27
# Command line: ddrescue -b2048 /dev/sr0 a.iso a.map
# Start time:   2026-01-01 10:00:00
# Current time: 2026-01-01 10:05:00
# Copying non-tried blocks... Pass 1 (forwards)
# current_pos  current_status  current_pass
0x00120000     ?               1
#      pos        size  status
0x00000000  0x00117000  +
0x00117000  0x00000800  -
0x00117800  0x00010000  ?
";

    #[test]
    fn a_map_of_ddrescue_is_read() {
        let map = Map::parse(BY_DDRESCUE).expect("parses");
        assert_eq!((map.position, map.phase, map.pass), (0x12_0000, Phase::Copying, 1));
        assert_eq!(map.size(), 0x12_7800);
        assert_eq!(map.bytes(State::Bad), 2048);
        assert_eq!(map.at(0x11_7000).map(|s| s.state), Some(State::Bad));
        assert_eq!(map.at(0x12_7800), None);
    }

    #[test]
    fn a_map_is_written_as_ddrescue_writes_it() {
        let mut map = Map::new(0x2_0000_0800);
        map.set(0..0x11_7000, State::Finished);
        map.set(0x11_7000..0x11_7800, State::Bad);
        (map.position, map.phase, map.pass) = (0x11_7800, Phase::Trimming, 2);
        let text = map.to_text(&["Command line: oxidisc rip a.iso".to_string()]);
        let (first, rest) = text.split_once('\n').expect("lines");
        assert!(first.starts_with("# Mapfile. Created by oxidisc version "));
        assert_eq!(
            rest,
            "# Command line: oxidisc rip a.iso
# Trimming failed blocks... Pass 2
# current_pos  current_status  current_pass
0x00117800     *               2
#      pos        size  status
0x00000000  0x00117000  +
0x00117000  0x00000800  -
0x00117800  0x1FFEE9000  ?
"
        );
        assert_eq!(Map::parse(&text), Ok(map));
    }

    /// real-drives: ddrescue-maps.
    #[test]
    fn maps_of_older_versions_are_read() {
        let v119 = "# current_pos  current_status\n0x102FBE00     +\n\
            #      pos        size  status\n\
            0x00000000  0x102BC000  +\n0x102BC000  0x00040000  -\n0x102FC000  0x2D100000  +\n";
        let map = Map::parse(v119).expect("1.19");
        assert_eq!((map.phase, map.pass, map.stretches().len()), (Phase::Finished, 1, 3));
        let v12 = "#      pos        size  status\n0x00000000  0x3DEAA91A00  -\n\
            0x3DEAA91A00  0x11F664D4600  /\n";
        let map = Map::parse(v12).expect("1.2 has no status line");
        assert_eq!(map.bytes(State::NonScraped), 0x11F_664D_4600);
        let v111 = "# current_pos  current_status\n0x00000000     +\n0x00000000  0x00000000  ?\n";
        assert_eq!(Map::parse(v111).expect("no size").size(), 0);
    }

    #[test]
    fn a_map_that_starts_later_was_not_tried_before() {
        let map = Map::parse("0x1000 ? 1\n0x1000 0x1000 +\n").expect("parses");
        assert_eq!(map.stretches()[0], Stretch { start: 0, size: 4096, state: State::NonTried });
        assert_eq!(map.size(), 8192);
    }

    #[test]
    fn what_is_no_map_is_refused_with_its_line() {
        let check = |text: &str, line: usize, reason: &str| {
            let error = Map::parse(text).expect_err(text);
            assert_eq!((error.line, error.reason.as_str()), (line, reason), "{text:?}");
        };
        check("", 1, "no status line and no data: this is no mapfile");
        check("hello\n", 1, "a status line is 'position status [pass]'");
        check("0 x\n", 1, "'x' is no current status (one of ? * / - F G +)");
        check("0 ? 0\n", 1, "'0' is no pass: it counts from 1");
        check(
            "0 ? 1\n0 10 +\n20 10 +\n",
            3,
            "the block leaves a gap after the one before, from 0xa",
        );
        check("0 ? 1\n0 10 +\n5 10 +\n", 3, "the block overlaps the one before, which ends at 0xa");
        check("0 ? 1\n0 10 #\n", 2, "a data line is 'position size status'");
        check("0 ? 1\n0 10 x\n", 2, "'x' is no block status (one of ? * / - +)");
        check("0 ? 1\n-1 10 +\n", 2, "'-1' is no position or size");
        let huge = "0x7fffffffffffffff";
        check(
            &format!("0 ? 1\n0 {huge} +\n{huge} {huge} -\n"),
            3,
            "the block ends beyond the largest file",
        );
    }

    proptest! {
        /// Against a plain array of states.
        #[test]
        fn setting_states_keeps_the_map_whole(
            size in 1u64..60,
            sets in prop::collection::vec((0u64..64, 0u64..64, 0usize..5), 0..40),
        ) {
            const ALL: [State; 5] =
                [State::NonTried, State::NonTrimmed, State::NonScraped, State::Bad,
                 State::Finished];
            let mut map = Map::new(size);
            let mut model = vec![State::NonTried; size as usize];
            for (start, len, state) in sets {
                map.set(start..start + len, ALL[state]);
                for cell in model.iter_mut().skip(start as usize).take(len as usize) {
                    *cell = ALL[state];
                }
            }
            let flat: Vec<State> = map.stretches().iter()
                .flat_map(|s| std::iter::repeat_n(s.state, s.size as usize)).collect();
            prop_assert_eq!(flat, model);
            prop_assert!(map.stretches().windows(2).all(|w| w[0].state != w[1].state));
            prop_assert_eq!(Map::parse(&map.to_text(&[])), Ok(map));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[0-9a-fxX?*/+#\\- \t\n-]{0,200}") {
            let _ = Map::parse(&text);
        }
    }
}
