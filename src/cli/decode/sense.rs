//! `decode sense`: what a drive's no means, why it may be so, what to do.

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

const EXAMPLE: &str = "oxidisc decode sense 70 00 05 00 00 00 00 0a 00 00 00 00 64 00";

/// Explains all sense data of the input.
pub fn run(args: &DecodeSenseArgs, app: &App) -> Result<Vec<Decoded>, CliError> {
    let cdb = args.cdb.as_deref().map(command).transpose()?;
    let input = input::read(&args.input, EXAMPLE)?;
    let found = if input.is_text() {
        sense_input::find(&input.text())
    } else {
        // A file of the bytes themselves.
        sense_input::find(&hex::text(&input.bytes))
    };
    let found = found.map_err(|error| input.wrong(&error).hint(hint(&error)))?;
    let several = found.len() > 1;
    Ok(found
        .into_iter()
        .map(|mut found| {
            found.cdb = cdb.or(found.cdb);
            decoded(&found, several, app)
        })
        .collect())
}

fn hint(error: &NoSense) -> &'static str {
    match error {
        NoSense::OtherBytes(_) => {
            "a command is explained by `oxidisc decode cdb`, an answer by `oxidisc decode response`"
        }
        NoSense::TooShort => "sense data has 18 bytes as a rule; three say the key, 14 the code",
        NoSense::NoKey => "paste the line with the sense key, too, or write 3/11/05",
        NoSense::NotHex(_) => "write bytes in hex, with or without blanks: 70 00 05 …",
        NoSense::Nothing => {
            "write bytes (70 00 05 …), a code (3/11/05), or paste the lines of a log that have \
             both sense key and code"
        }
    }
}

fn decoded(found: &Found, several: bool, app: &App) -> Decoded {
    let advice = advice::advice(&found.sense, found.cdb.as_ref());
    Decoded { document: document(found, &advice), text: text(found, &advice, several, app) }
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

fn text(found: &Found, advice: &Advice, several: bool, app: &App) -> String {
    let Found { sense, cdb, line, .. } = found;
    let mut page = Page::new(app, false);
    let place = if several { format!("line {line}: ") } else { String::new() };
    page.title(&format!("{place}{sense}"));
    page.paragraph(advice.meaning);
    let mut items: Vec<Item> = cdb.iter().map(|cdb| Item::text("command", in_short(cdb))).collect();
    items.extend(describe::sense::items(sense, cdb.as_ref()));
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
    page.remarks(&describe::sense::remarks(sense, cdb.as_ref()));
    page.into_text()
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
