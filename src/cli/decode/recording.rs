//! `decode recording`: every command of a recording and what came of it. Single lines will do as
//! well, and the answers of `info --raw --json`.

use oxidisc::mmc::advice;
use oxidisc::mmc::describe::response::{Described, describe};
use oxidisc::transport::recording::{Exchange, Payload, Phase, Recording};
use oxidisc::transport::sense_input::{Found, Given};
use oxidisc::transport::{Answer, Status, verdict};
use serde_json::{Map, Value, json};

use super::input::{self, Input};
use super::page::Page;
use super::response::{body, count, fields};
use super::{Decoded, sense};
use crate::cli::App;
use crate::cli::args::DecodeRecordingArgs;
use crate::cli::error::CliError;

const EXAMPLE: &str = "oxidisc decode recording drive.rec";

/// Explains a recording.
pub fn run(args: &DecodeRecordingArgs, app: &App) -> Result<Vec<Decoded>, CliError> {
    let input = input::read(std::slice::from_ref(&args.file), EXAMPLE)?;
    if input.name.is_none() {
        let name = args.file.to_string_lossy();
        return Err(CliError::usage(format!("there is no file {name}"))
            .hint("look for a slip in its name, and where it is"));
    }
    decode(&input, args.raw || app.printer.is_verbose(), app)
}

/// Explains the exchanges of an input.
pub fn decode(input: &Input, raw: bool, app: &App) -> Result<Vec<Decoded>, CliError> {
    let hint = "a recording is made with --record FILE; docs/recordings.md has its form";
    let (text, added) = lines(&input.text());
    let parsed = Recording::parse(&text).map_err(|mut error| {
        error.line = error.line.saturating_sub(added);
        error
    });
    let mut recording = parsed.map_err(|error| input.wrong(error).hint(hint))?;
    recording.exchanges.iter_mut().for_each(|exchange| exchange.line -= added);
    if recording.exchanges.is_empty() {
        return Err(input.wrong("there is no command in the recording").hint(hint));
    }
    let groups = recording.exchanges.chunk_by(same);
    Ok(groups.filter_map(|group| Some(decoded(group.first()?, group.len(), raw, app))).collect())
}

/// The same command with the same outcome once more, but for its line and its time.
fn same(a: &Exchange, b: &Exchange) -> bool {
    let outcome = |exchange: &Exchange| match &exchange.outcome {
        Ok(answer) => Ok(Answer { duration: std::time::Duration::ZERO, ..answer.clone() }),
        Err(errno) => Err(*errno),
    };
    a.cdb == b.cdb && a.phase == b.phase && outcome(a) == outcome(b)
}

/// The text as a whole recording: a header where there is none, and in each line what a line must
/// have, where it is plain from the rest. And how many lines were put before it.
fn lines(text: &str) -> (String, usize) {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(mut keys)) => match keys.remove("raw") {
                Some(Value::Array(answers)) => lines.extend(answers.into_iter().map(whole)),
                _ if lines.is_empty() && keys.contains_key("oxidisc_recording") => {
                    lines.push(line.to_string());
                }
                _ => lines.push(whole(Value::Object(keys))),
            },
            _ => lines.push(line.to_string()),
        }
    }
    let has_header = lines.first().is_some_and(|line| line.contains("oxidisc_recording"));
    if !has_header {
        lines.insert(0, "{\"oxidisc_recording\":1}".to_string());
    }
    (lines.join("\n"), usize::from(!has_header))
}

/// A line with its direction: data that is there came from the drive.
fn whole(line: Value) -> String {
    let Value::Object(mut keys) = line else { return line.to_string() };
    keys.remove("name");
    if !keys.contains_key("dir") {
        let text = |key: &str| keys.get(key).and_then(Value::as_str).is_some_and(|s| !s.is_empty());
        let dir = if text("data") || text("sha256") { "in" } else { "none" };
        keys.insert("dir".into(), json!(dir));
        if dir == "none" {
            keys.remove("data");
        }
    }
    Value::Object(keys).to_string()
}

/// What came of a command.
enum Outcome {
    /// An answer that means something.
    Answer(Described, Vec<u8>),
    /// It was done.
    Done(String),
    /// The drive said no.
    Refused(Box<Found>),
    /// It did not happen, or nobody can know.
    Lost(String),
}

fn outcome(exchange: &Exchange) -> Outcome {
    let answer = match &exchange.outcome {
        Ok(answer) => answer,
        Err(errno) => {
            return Outcome::Lost(verdict::judge_errno(*errno).to_string());
        }
    };
    let asked = match &exchange.phase {
        Phase::None => 0,
        Phase::In { len, .. } | Phase::Out { len, .. } => *len,
    };
    let done = match verdict::judge(answer, asked) {
        Ok(done) => done,
        Err(error) => return Outcome::Lost(error.to_string()),
    };
    match (done.status, done.sense) {
        (Status::Good, _) => good(exchange),
        (_, Some(sense)) => {
            let (line, cdb) = (exchange.line, Some(exchange.cdb));
            Outcome::Refused(Box::new(Found { line, sense, given: Given::Bytes, cdb }))
        }
        (status, None) => {
            Outcome::Lost(format!("refused without a reason: {status:?}").to_lowercase())
        }
    }
}

fn good(exchange: &Exchange) -> Outcome {
    match &exchange.phase {
        Phase::None => Outcome::Done("done".into()),
        Phase::In { data: Payload::Bytes(bytes), .. } => {
            Outcome::Answer(describe(&exchange.cdb, bytes), bytes.clone())
        }
        Phase::In { len, .. } => Outcome::Done(format!("brought up to {}, not kept", count(*len))),
        Phase::Out { len, .. } => Outcome::Done(format!("took {}", count(*len))),
    }
}

fn decoded(exchange: &Exchange, times: usize, raw: bool, app: &App) -> Decoded {
    let cdb = &exchange.cdb;
    let ms = exchange.outcome.as_ref().ok().map(|answer| answer.duration.as_secs_f64() * 1000.0);
    let mut page = Page::new(app, raw);
    let again = if times > 1 { format!(", {times} times") } else { String::new() };
    page.title(&format!("line {}: {}{again}", exchange.line, sense::in_short(cdb)));
    page.paragraph(&cdb.to_string());
    let mut document = Map::new();
    let (mut refused, mut error) = (Value::Null, Value::Null);
    match outcome(exchange) {
        Outcome::Answer(described, data) => {
            let shown = Some(data.as_slice()).filter(|_| raw);
            body(&mut page, &described, shown);
            document = fields(&described, cdb, shown);
            document.insert("bytes".into(), json!(data.len()));
        }
        Outcome::Done(text) => page.paragraph(&text),
        Outcome::Refused(found) => {
            let advice = advice::advice(&found.sense, found.cdb.as_ref());
            page.paragraph(&found.sense.to_string());
            page.paragraph(advice.meaning);
            refused = Value::Object(sense::document(&found, &advice));
        }
        Outcome::Lost(text) => {
            page.paragraph(&text);
            error = json!(text);
        }
    }
    let name = oxidisc::mmc::describe::cdb::name(cdb.opcode());
    let more = json!({
        "cdb": cdb.to_string(), "command": name, "line": exchange.line, "times": times, "ms": ms,
        "sense": refused, "error": error,
    });
    if let Value::Object(more) = more {
        document.extend(more);
    }
    Decoded { document, text: page.into_text() }
}
