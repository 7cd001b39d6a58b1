//! `decode`: what bytes of drives mean, with no drive at hand. Text and JSON are made of the same
//! descriptions; what these say is the library's.

mod cdb;
mod document;
mod input;
mod page;
mod recording;
mod response;
mod sense;

use oxidisc::transport::Cdb;
use oxidisc::transport::sense_input;
use serde_json::{Map, Value, json};

use super::App;
use super::args::DecodeCommand;
use super::error::CliError;
use super::exit::Exit;
use super::json;

/// One thing explained.
struct Decoded {
    /// Its fields in the JSON document.
    document: Map<String, Value>,
    /// The same for people; empty where another text tells it too.
    text: String,
}

/// Explains.
pub fn run(command: &DecodeCommand, app: &App) -> Result<Exit, CliError> {
    let (kind, decoded) = match command {
        DecodeCommand::Sense(args) => ("sense", sense::run(args, app)?),
        DecodeCommand::Cdb(args) => ("cdb", cdb::run(args, app)?),
        DecodeCommand::Response(args) => ("response", response::run(args, app)?),
        DecodeCommand::Recording(args) => ("recording", recording::run(args, app)?),
    };
    print(app, kind, decoded);
    Ok(Exit::Done)
}

/// One thing is the result itself; of several, each has its line, and the result counts them.
fn print(app: &App, kind: &str, decoded: Vec<Decoded>) {
    let texts = decoded.iter().map(|one| one.text.as_str()).filter(|text| !text.is_empty());
    let texts: Vec<&str> = texts.collect();
    app.printer.data(&texts.join("\n"));
    let with_kind = |mut document: Map<String, Value>| {
        document.insert("kind".into(), json!(kind));
        document
    };
    match <[Decoded; 1]>::try_from(decoded) {
        Ok([one]) => app.printer.json(&json::result(app.schema, with_kind(one.document))),
        Err(several) => {
            let count = several.len();
            for one in several {
                let mut document = with_kind(one.document);
                document.insert("event".into(), json!("decoded"));
                app.printer.json(&document);
            }
            let body = json!({"kind": kind, "count": count});
            app.printer.json(&json::result(app.schema, body));
        }
    }
}

/// The command of `--cdb`.
fn command(hex: &str) -> Result<Cdb, CliError> {
    match sense_input::commands(hex).as_slice() {
        [cdb] => Ok(*cdb),
        _ => Err(CliError::usage(format!("--cdb: '{hex}' is no command"))
            .hint("write its bytes in hex: --cdb '28 00 00 00 00 00 00 00 01 00'")),
    }
}
