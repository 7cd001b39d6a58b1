//! `decode sense`: what a drive's no means, why it may be so, what to do.

use std::collections::BTreeSet;

use oxidisc::formats::hex;
use oxidisc::mmc::advice::{self, Advice};
use oxidisc::mmc::describe::{self, Item};
use oxidisc::transport::Cdb;
use oxidisc::transport::sense_input::{self, Found, Given, NoSense};
use serde_json::{Map, Value, json};

use super::page::Page;
use super::{Decoded, command, document, input};
use crate::cli::App;
use crate::cli::args::DecodeSenseArgs;
use crate::cli::error::CliError;
use crate::cli::json::SenseData;

/// Places and remarks of one kind of refusal that are shown.
const SHOWN: usize = 8;
const EXAMPLE: &str = "oxidisc decode sense 70 00 05 00 00 00 00 0a 00 00 00 00 64 00";

/// Explains all sense data of the input.
pub fn run(args: &DecodeSenseArgs, app: &App) -> Result<Vec<Decoded>, CliError> {
    let cdb = args.cdb.as_deref().map(command).transpose()?;
    let input = input::read(&args.input, EXAMPLE)?;
    let found = if input.is_text() {
        sense_input::find(&input.text())
    } else {
        // A log with colours or in an old encoding, or else the bytes themselves.
        let bytes = |_| sense_input::find(&hex::text(&input.bytes));
        sense_input::find(&input.text()).or_else(bytes)
    };
    let found = found.map_err(|error| input.wrong(&error).hint(hint(&error)))?;
    let explained: Vec<Explained> = found.into_iter().map(|found| explain(found, cdb)).collect();
    let mut texts = texts(&explained, app).into_iter();
    Ok(explained
        .iter()
        .map(|Explained { found, advice }| Decoded {
            document: document(found, advice),
            text: texts.next().unwrap_or_default(),
        })
        .collect())
}

/// Sense data and what there is to say of it.
struct Explained {
    found: Found,
    advice: Advice,
}

fn explain(found: Found, cdb: Option<Cdb>) -> Explained {
    let found = Found { cdb: cdb.or(found.cdb), ..found };
    let advice = advice::advice(&found.sense, found.cdb.as_ref());
    Explained { found, advice }
}

/// A text for each kind of refusal, however often it came.
fn texts(all: &[Explained], app: &App) -> Vec<String> {
    let same = |a: &Explained, b: &Explained| {
        a.found.sense.triple() == b.found.sense.triple()
            && a.found.sense.deferred == b.found.sense.deferred
            && a.advice == b.advice
    };
    let mut groups: Vec<Vec<&Explained>> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|group| same(group[0], one)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.iter().map(|group| text(group, all.len() > 1, app)).collect()
}

fn hint(error: &NoSense) -> &'static str {
    match error {
        NoSense::OtherBytes(_) => {
            "a command is explained by `oxidisc decode cdb`, an answer by `oxidisc decode response`"
        }
        NoSense::TooShort => "sense data has 18 bytes as a rule; three say the key, 14 the code",
        NoSense::NoKey => "paste the line with the sense key, too, or write 3/11/05",
        NoSense::NoCode => "paste the line with the sense code, too, or write 3/11/05",
        NoSense::NotHex(_) => "write bytes in hex, with or without blanks: 70 00 05 …",
        NoSense::Nothing => {
            "write bytes (70 00 05 …), a code (3/11/05), or paste the lines of a log that have \
             both sense key and code"
        }
    }
}

/// The parts of the document that are made of sense data.
pub fn document(found: &Found, advice: &Advice) -> Map<String, Value> {
    let Found { sense, cdb, .. } = found;
    let causes = advice
        .causes
        .iter()
        .map(|(likelihood, text)| json!({"likelihood": likelihood.name(), "cause": text}));
    let mut document = match serde_json::to_value(SenseData::from(sense)) {
        Ok(Value::Object(document)) => document,
        _ => Map::new(),
    };
    let given = match found.given {
        Given::Bytes => "bytes",
        Given::Codes => "codes",
        Given::Words => "words",
    };
    let more = json!({
        "meaning": advice.meaning,
        "causes": causes.collect::<Vec<_>>(),
        "advice": advice.steps,
        "fields": document::fields(&describe::sense::items(sense, cdb.as_ref()), None),
        "remarks": describe::sense::remarks(sense, cdb.as_ref()),
        "given": given,
        "line": found.line,
        "bytes": (!sense.raw.is_empty()).then(|| hex::text(&sense.raw)),
        "cdb": cdb.map(|cdb| cdb.to_string()),
        "command": cdb.and_then(|cdb| describe::cdb::name(cdb.opcode())),
    });
    if let Value::Object(more) = more {
        document.extend(more);
    }
    document
}

fn text(group: &[&Explained], several: bool, app: &App) -> String {
    let Explained { found, advice } = group[0];
    let Found { sense, line, .. } = found;
    let mut page = Page::new(app, false);
    page.title(&match group.len() {
        1 if several => format!("line {line}: {sense}"),
        1 => sense.to_string(),
        times => format!("{times} times, first in line {line}: {sense}"),
    });
    page.paragraph(advice.meaning);
    let mut items = if group.len() > 1 { places(group) } else { fields(found) };
    if app.printer.is_verbose() && !sense.raw.is_empty() {
        items.push(Item::bytes("bytes", &sense.raw));
    }
    if !items.is_empty() {
        page.gap();
    }
    page.items(&items, None);
    if !advice.causes.is_empty() {
        page.heading("Causes");
        let rows = advice.causes.iter().map(|(likelihood, text)| (likelihood.name(), *text));
        page.rows(&rows.collect::<Vec<_>>());
    }
    page.heading("What to do");
    let numbers: Vec<String> = (1..=advice.steps.len()).map(|number| number.to_string()).collect();
    let rows = numbers.iter().map(String::as_str).zip(advice.steps.iter().copied());
    page.rows(&rows.collect::<Vec<_>>());
    let of_one =
        |one: &&Explained| describe::sense::remarks(&one.found.sense, one.found.cdb.as_ref());
    let mut remarks: Vec<String> = group.iter().take(SHOWN).flat_map(of_one).collect();
    let mut seen = BTreeSet::new();
    remarks.retain(|remark| seen.insert(remark.clone()));
    page.remarks(&remarks);
    page.into_text()
}

/// The command, and the fields of the sense data.
fn fields(found: &Found) -> Vec<Item> {
    let cdb = found.cdb.as_ref();
    let command = cdb.map(|cdb| Item::text("command", in_short(cdb)));
    let of_sense = describe::sense::items(&found.sense, cdb);
    command.into_iter().chain(of_sense).collect()
}

/// Where the same refusal came: the first few places.
fn places(group: &[&Explained]) -> Vec<Item> {
    let place = |found: &Found| {
        let command = found.cdb.as_ref().map(in_short);
        let sector = found.sense.information.map(|sector| format!("fails at {sector}"));
        let parts: Vec<String> = command.into_iter().chain(sector).collect();
        (!parts.is_empty()).then(|| Item::text(format!("line {}", found.line), parts.join("; ")))
    };
    let mut items: Vec<Item> =
        group.iter().filter_map(|one| place(&one.found)).take(SHOWN + 1).collect();
    if items.len() > SHOWN {
        items.truncate(SHOWN);
        items.push(Item::text("and more", format!("{} in all", group.len())));
    }
    items
}

/// `READ (10), 32 sectors from 11764`.
pub fn in_short(cdb: &Cdb) -> String {
    let name = describe::cdb::name(cdb.opcode());
    let name = name.map_or_else(|| format!("{:02x}h", cdb.opcode()), String::from);
    match describe::cdb::blocks(cdb) {
        Some((first, 1)) => format!("{name}, sector {first}"),
        Some((first, count)) if count > 1 => format!("{name}, {count} sectors from {first}"),
        _ => name,
    }
}
