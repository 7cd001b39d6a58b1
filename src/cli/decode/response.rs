//! `decode response`: an answer field by field, by the command it answers. Lines of a recording
//! bring their own commands.

use oxidisc::formats::hex;
use oxidisc::mmc::describe::response::{Described, describe};
use oxidisc::transport::Cdb;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::page::Page;
use super::{Decoded, command, document, input, recording};
use crate::cli::App;
use crate::cli::args::DecodeResponseArgs;
use crate::cli::error::CliError;

const EXAMPLE: &str = "oxidisc decode response --cdb '51 00' answer.bin";

/// Explains an answer, or those of a recording.
pub fn run(args: &DecodeResponseArgs, app: &App) -> Result<Vec<Decoded>, CliError> {
    let cdb = args.cdb.as_deref().map(command).transpose()?;
    let input = input::read(&args.input, EXAMPLE)?;
    let raw = args.raw || app.printer.is_verbose();
    if input.is_text() && input.text().trim_start().starts_with('{') {
        return recording::decode(&input, raw, app);
    }
    let Some(cdb) = cdb else {
        let message = "what an answer means depends on its command, and none is named";
        return Err(CliError::usage(message)
            .hint("name it with --cdb; its first bytes are enough: --cdb '51 00', say"));
    };
    let data = bytes(&input)?;
    let described = describe(&cdb, &data);
    let shown = Some(data.as_slice()).filter(|_| raw);
    let mut page = Page::new(app, raw);
    page.title(&format!("{}, {}", described.name, count(data.len())));
    body(&mut page, &described, shown);
    let mut document = fields(&described, &cdb, shown);
    document.insert("bytes".into(), json!(data.len()));
    Ok(vec![Decoded { document, text: page.into_text() }])
}

/// Hex where it is that, else the bytes themselves.
fn bytes(input: &Input) -> Result<Vec<u8>, CliError> {
    if !input.is_text() {
        return Ok(input.bytes.clone());
    }
    hex::parse(&input.text()).map_err(|error| {
        let hint = "an answer is hex (00 20 0e …), a dump, or a binary file; - is standard input";
        input.wrong(format!("it is no answer: {error}")).hint(hint)
    })
}

/// `34 bytes`.
pub fn count(bytes: usize) -> String {
    format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" })
}

/// Fields and remarks of a description.
pub fn body(page: &mut Page, described: &Described, data: Option<&[u8]>) {
    page.items(&described.items, data);
    page.remarks(&described.remarks);
}

/// A description as a part of a document.
pub fn fields(described: &Described, cdb: &Cdb, data: Option<&[u8]>) -> Map<String, Value> {
    let document = json!({
        "cdb": cdb.to_string(),
        "name": described.name,
        "fields": document::fields(&described.items, data),
        "remarks": described.remarks,
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
