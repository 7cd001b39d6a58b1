//! The recording format: JSON Lines, one command a line, readable with `jq`, editable by hand.
//! Text to values and back; knows no transport and no command by meaning.
//!
//! The first line is the header; every other line that is not blank is one command:
//!
//! ```text
//! {"oxidisc_recording":1,"note":"…","max_transfer":65536}
//! {"cdb":"12 00 00 00 60 00","dir":"in","len":96,"data":"05 80 …",
//!  "status":0,"host":0,"driver":0,"resid":0,"sense":null,"ms":0.8}      (all in one line)
//! {"cdb":"bb 00 ff ff ff ff 00 00 00 00 00 00","dir":"none","len":0,"data":null,"errno":"EPERM"}
//! ```
//!
//! `cdb`, `data` and `sense` are hex, blanks wherever one likes. `dir` is `in`, `out` or `none`;
//! `len` is how much could move at most, `data` what did: `len` less `resid`, and nothing from a
//! command that failed. Bulk data may be `"sha256":"…"` in place of `data`. `errno` stands where
//! the kernel did not take the command.
//! Of a command only `cdb` and `dir` must be there. Keys that begin with `x-` are for the reader's
//! own use; any other unknown key is refused, because it is most likely a misspelt one.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Answer, Cdb, Errno, SenseKey, Status, reason, verdict};
use crate::formats::hex;

/// A whole recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Its first line.
    pub header: Header,
    /// The commands, in the order they ended.
    pub exchanges: Vec<Exchange>,
}

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What was recorded, in someone's words.
    pub note: String,
    /// The most bytes one command could move on that drive; absent where nobody knew.
    pub max_transfer: Option<usize>,
    /// Whether what is on the disc may be in it. If not, what was read is there as hashes only.
    pub contents: bool,
}

impl Default for Header {
    fn default() -> Header {
        Header { note: String::new(), max_transfer: None, contents: true }
    }
}

/// One command and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// Line of the file, counted from 1; 0 if it is from none.
    pub line: usize,
    /// The command.
    pub cdb: Cdb,
    /// Its data phase.
    pub phase: Phase,
    /// The answer, or the kernel's refusal to take the command.
    pub outcome: Result<Answer, Errno>,
}

/// The data phase of a recorded command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It has none.
    None,
    /// From the drive.
    In {
        /// Bytes that could come at most.
        len: usize,
        /// What came.
        data: Payload,
    },
    /// To the drive.
    Out {
        /// What was sent.
        data: Payload,
        /// Bytes that could go at most.
        len: usize,
    },
}

/// Data of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// All of it.
    Bytes(Vec<u8>),
    /// Only what it hashes to: bulk data, left out.
    Sha256([u8; 32]),
}

/// What is wrong with a recording, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingError {
    /// The file; none if the text came from elsewhere.
    pub path: Option<PathBuf>,
    /// The line, counted from 1; 0 if it is about the whole file.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}:", path.display())?;
        }
        if self.line > 0 {
            write!(f, "{}:", self.line)?;
        }
        let blank = if self.path.is_some() || self.line > 0 { " " } else { "" };
        write!(f, "{blank}{}", self.reason)
    }
}

impl std::error::Error for RecordingError {}

/// The version that this program writes and reads.
const VERSION: u64 = 1;
const VERSION_KEY: &str = "oxidisc_recording";
/// Bytes of a recording at most: it is held in memory, and bulk data belongs in hashes.
const FILE_MAX: u64 = 256 * 1024 * 1024;
/// Bytes of a command's data phase at most: far beyond what any host adapter moves.
const LEN_MAX: u64 = 64 * 1024 * 1024;
/// SPC-4 4.5.1: no sense data is longer.
const SENSE_MAX: usize = 252;
/// A day: no command takes longer.
const MS_MAX: f64 = 86_400_000.0;

impl Payload {
    /// The hash of some bytes.
    pub fn hashed(bytes: &[u8]) -> Payload {
        Payload::Sha256(Sha256::digest(bytes).into())
    }

    /// Whether this is what `bytes` are, or what they hash to.
    pub fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Payload::Bytes(own) => own == bytes,
            Payload::Sha256(_) => *self == Payload::hashed(bytes),
        }
    }
}

impl Header {
    /// Its line, without the line's end.
    pub fn to_line(&self) -> String {
        let mut line = format!("{{\"{VERSION_KEY}\":{VERSION},\"note\":{}", json!(self.note));
        if let Some(bytes) = self.max_transfer {
            line += &format!(",\"max_transfer\":{bytes}");
        }
        if !self.contents {
            line += ",\"contents\":false";
        }
        line + "}"
    }

    fn parse(line: &str) -> Result<Header, String> {
        let mut keys = Keys::of(line)?;
        match keys.take(VERSION_KEY) {
            None => return Err(format!("no recording: the first line has no \"{VERSION_KEY}\"")),
            Some(version) if version == json!(VERSION) => {}
            Some(version) => return Err(format!("version {version} is not known, only {VERSION}")),
        }
        let note = keys.take("note").unwrap_or(Value::Null);
        let note = match note {
            Value::Null => String::new(),
            Value::String(note) => note,
            _ => return Err("\"note\" is no text".into()),
        };
        let max_transfer = keys.number("max_transfer", LEN_MAX)?;
        if max_transfer == Some(0) {
            return Err("\"max_transfer\" is 0".into());
        }
        let contents = match keys.take("contents") {
            None | Some(Value::Null) => true,
            Some(Value::Bool(contents)) => contents,
            Some(_) => return Err("\"contents\" is neither true nor false".into()),
        };
        keys.none_left()?;
        let max_transfer = max_transfer.and_then(|bytes| usize::try_from(bytes).ok());
        Ok(Header { note, max_transfer, contents })
    }
}

impl Exchange {
    /// Its line, without the line's end. The same command always gives the same bytes.
    pub fn to_line(&self) -> String {
        let (dir, len, data) = match &self.phase {
            Phase::None => ("none", 0, None),
            Phase::In { len, data } => ("in", *len, Some(data)),
            Phase::Out { data, len } => ("out", *len, Some(data)),
        };
        let data = match data {
            None => "\"data\":null".to_string(),
            Some(Payload::Bytes(bytes)) => format!("\"data\":\"{}\"", hex::text(bytes)),
            Some(Payload::Sha256(digest)) => {
                format!("\"sha256\":\"{}\"", hex::text(digest).replace(' ', ""))
            }
        };
        let head = format!("{{\"cdb\":\"{}\",\"dir\":\"{dir}\",\"len\":{len},{data}", self.cdb);
        let answer = match &self.outcome {
            Err(errno) => return format!("{head},\"errno\":\"{errno:?}\"}}"),
            Ok(answer) => answer,
        };
        let sense = match answer.sense.as_slice() {
            [] => "null".to_string(),
            bytes => format!("\"{}\"", hex::text(bytes)),
        };
        // Whole microseconds: finer is noise, and a float would print it in 17 digits.
        let ms = answer.duration.as_micros() as f64 / 1000.0;
        let Answer { status, host, driver, resid, .. } = answer;
        let codes = format!("\"status\":{status},\"host\":{host},\"driver\":{driver}");
        format!("{head},{codes},\"resid\":{resid},\"sense\":{sense},\"ms\":{}}}", json!(ms))
    }

    fn parse(text: &str, line: usize) -> Result<Exchange, String> {
        let mut keys = Keys::of(text)?;
        let cdb = keys.hex("cdb", 16)?.ok_or("\"cdb\" is missing")?;
        if cdb.is_empty() {
            return Err("\"cdb\" is empty".into());
        }
        let dir = keys.text("dir")?.ok_or("\"dir\" is missing: in, out or none")?;
        let outcome = match keys.text("errno")? {
            Some(name) => Err(errno(&name)?),
            None => Ok(keys.answer()?),
        };
        let has_data = outcome.as_ref().ok().filter(|(answer, _)| !is_without_data(answer));
        let phase = keys.phase(&dir, has_data.and_then(|(_, resid)| *resid))?;
        keys.none_left()?;
        let outcome = outcome.map(|(answer, resid)| Answer {
            resid: resid.unwrap_or_else(|| untold(&phase)),
            ..answer
        });
        Ok(Exchange { line, cdb: Cdb::new(&cdb), phase, outcome })
    }
}

/// What was not transferred, where `resid` is left out.
fn untold(phase: &Phase) -> i32 {
    match phase {
        Phase::In { len, data: Payload::Bytes(bytes) } => {
            i32::try_from(len - bytes.len()).unwrap_or(0)
        }
        _ => 0,
    }
}

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it is wrong.
    pub fn load(path: &Path) -> Result<Recording, RecordingError> {
        let fault = |line, reason: String| RecordingError { path: Some(path.into()), line, reason };
        let mut text = Vec::new();
        let read = std::fs::File::open(path)
            .and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut text));
        read.map_err(|error| fault(0, format!("cannot read the recording: {}", reason(&error))))?;
        if text.len() as u64 > FILE_MAX {
            let reason = format!("too large for a recording: over {} MiB", FILE_MAX >> 20);
            return Err(fault(0, reason));
        }
        let text = String::from_utf8(text).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            fault(line, "no text (invalid UTF-8)".into())
        })?;
        Recording::parse(&text).map_err(|error| fault(error.line, error.reason))
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    /// A line of it is wrong.
    pub fn parse(text: &str) -> Result<Recording, RecordingError> {
        let fault = |line, reason| RecordingError { path: None, line, reason };
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (number, first) = lines.next().ok_or_else(|| fault(1, "empty".to_string()))?;
        let header = Header::parse(first).map_err(|reason| fault(number, reason))?;
        let exchange = |(number, line): (usize, &str)| {
            Exchange::parse(line, number).map_err(|reason| fault(number, reason))
        };
        Ok(Recording { header, exchanges: lines.map(exchange).collect::<Result<_, _>>()? })
    }
}

/// The keys of one line that nobody has asked for yet.
struct Keys(Map<String, Value>);

impl Keys {
    fn of(line: &str) -> Result<Keys, String> {
        match serde_json::from_str(line) {
            Ok(Value::Object(keys)) => Ok(Keys(keys)),
            Ok(_) => Err("no JSON object".into()),
            Err(error) => Err(format!("no JSON: {}", in_one_line(&error))),
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key)
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("\"{key}\" is no text")),
        }
    }

    fn hex(&mut self, key: &str, max: usize) -> Result<Option<Vec<u8>>, String> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let bytes = unhex(&text).map_err(|reason| format!("\"{key}\" {reason}"))?;
        if bytes.len() > max {
            return Err(format!("\"{key}\" has {} bytes, more than {max}", bytes.len()));
        }
        Ok(Some(bytes))
    }

    fn number(&mut self, key: &str, max: u64) -> Result<Option<u64>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) if number <= max => Ok(Some(number)),
                _ => Err(format!("\"{key}\" is {value}, not a whole number up to {max}")),
            },
        }
    }

    /// Beside the answer `resid`, because what it means depends on the data phase.
    fn answer(&mut self) -> Result<(Answer, Option<i32>), String> {
        let mut small = |key, max| self.number(key, max).map(Option::unwrap_or_default);
        let status = small("status", u64::from(u8::MAX))? as u8;
        let host = small("host", u64::from(u16::MAX))? as u16;
        let driver = small("driver", u64::from(u16::MAX))? as u16;
        let resid = match self.take("resid") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let resid = value.as_i64().and_then(|resid| i32::try_from(resid).ok());
                Some(resid.ok_or_else(|| format!("\"resid\" is {value}, not a whole number"))?)
            }
        };
        let sense = self.hex("sense", SENSE_MAX)?.unwrap_or_default();
        let ms = match self.take("ms") {
            None | Some(Value::Null) => 0.0,
            Some(value) => value
                .as_f64()
                .filter(|ms| (0.0..=MS_MAX).contains(ms))
                .ok_or_else(|| format!("\"ms\" is {value}, not a time"))?,
        };
        let duration = Duration::from_micros((ms * 1000.0).round() as u64);
        Ok((Answer { status, host, driver, resid: 0, sense, duration }, resid))
    }

    fn phase(&mut self, dir: &str, resid: Option<i32>) -> Result<Phase, String> {
        let len = self.number("len", LEN_MAX)?;
        let data = self.hex("data", LEN_MAX as usize)?.map(Payload::Bytes);
        let digest = self.hex("sha256", 32)?;
        let data = match (data, digest) {
            (Some(_), Some(_)) => return Err("both \"data\" and \"sha256\"".into()),
            (data, None) => data.unwrap_or_else(|| Payload::Bytes(Vec::new())),
            (None, Some(digest)) => {
                let digest = <[u8; 32]>::try_from(digest);
                Payload::Sha256(digest.map_err(|_| "\"sha256\" has not 32 bytes".to_string())?)
            }
        };
        let known = if let Payload::Bytes(bytes) = &data { bytes.len() } else { 0 };
        let len = len.map_or(known, |len| usize::try_from(len).unwrap_or(usize::MAX));
        if known > len {
            return Err(format!("\"data\" has {known} bytes, \"len\" allows {len}"));
        }
        match (dir, &data) {
            ("none", Payload::Bytes(bytes)) if bytes.is_empty() && len == 0 => Ok(Phase::None),
            ("none", _) => Err("\"dir\" is none, and yet there is data".into()),
            ("in", Payload::Bytes(bytes)) => match resid {
                Some(resid) if moved(len, resid) != bytes.len() => Err(format!(
                    "\"data\" has {known} bytes, \"len\" less \"resid\" are {}",
                    moved(len, resid)
                )),
                _ => Ok(Phase::In { len, data }),
            },
            ("in", Payload::Sha256(_)) => Ok(Phase::In { len, data }),
            ("out", _) => Ok(Phase::Out { data, len }),
            (other, _) => Err(format!("\"dir\" is {other:?}, not in, out or none")),
        }
    }

    fn none_left(self) -> Result<(), String> {
        match self.0.keys().find(|key| !key.starts_with("x-")) {
            Some(key) => Err(format!("unknown key {key:?} (keys of your own begin with x-)")),
            None => Ok(()),
        }
    }
}

/// How many of `len` bytes moved. Bridges are known to report more left than was asked for.
pub(super) fn moved(len: usize, resid: i32) -> usize {
    len.saturating_sub(usize::try_from(resid).unwrap_or(0))
}

/// Whether what is in the buffer after this answer is no data. The sg driver leaves there what an
/// earlier command brought, a serial number for one, and says that all of it was transferred.
pub(super) fn is_without_data(answer: &Answer) -> bool {
    let Ok(done) = verdict::judge(answer, 0) else { return true };
    match (done.status, done.sense) {
        (Status::Good, _) => false,
        (Status::CheckCondition, Some(sense)) => {
            sense.deferred || !matches!(sense.key, SenseKey::NoSense | SenseKey::Recovered)
        }
        _ => true,
    }
}

/// serde_json's message without its position, which would be one within the line.
fn in_one_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default().to_lowercase();
    format!("{reason} (column {})", error.column())
}

fn errno(name: &str) -> Result<Errno, String> {
    // Linux numbers them up to 133; an unknown number has a name of its own in `Errno`.
    let known = (1..=133).map(Errno::from_raw).filter(|errno| *errno != Errno::UnknownErrno);
    let mut named = known.filter(|errno| format!("{errno:?}") == name);
    named.next().ok_or_else(|| format!("\"errno\" is {name:?}, no error of Linux"))
}

/// Hex digits with blanks anywhere between them.
fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            let digit = c.to_digit(16).ok_or_else(|| format!("has {c:?}, which is no hex digit"));
            digit.map(|digit| digit as u8)
        })
        .collect::<Result<_, _>>()?;
    if !digits.len().is_multiple_of(2) {
        return Err(format!("has {} hex digits, an odd number", digits.len()));
    }
    Ok(digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect())
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
