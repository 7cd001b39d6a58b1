//! `decode cdb`: a command field by field.

use oxidisc::mmc::describe::Item;
use oxidisc::mmc::describe::cdb::{Described, describe};
use oxidisc::transport::Cdb;
use oxidisc::transport::kernel_filter::Needs;
use oxidisc::transport::sense_input;
use serde_json::{Map, Value, json};

use super::page::Page;
use super::{Decoded, document, input};
use crate::cli::App;
use crate::cli::args::DecodeCdbArgs;
use crate::cli::error::CliError;

const EXAMPLE: &str = "oxidisc decode cdb 28 00 00 00 2d f4 00 00 20 00";

/// Explains all commands of the input.
pub fn run(args: &DecodeCdbArgs, app: &App) -> Result<Vec<Decoded>, CliError> {
    let input = input::read(&args.input, EXAMPLE)?;
    let commands = if !input.is_text() && input.bytes.len() <= 16 {
        vec![Cdb::new(&input.bytes)]
    } else {
        sense_input::commands(&input.text())
    };
    if commands.is_empty() {
        return Err(input.wrong("there is no command in it").hint(
            "a command is 6 to 16 bytes in hex, several one a line: 28 00 00 00 2d f4 00 00 20 00",
        ));
    }
    let raw = args.raw || app.printer.is_verbose();
    Ok(commands.iter().map(|cdb| decoded(cdb, raw, app)).collect())
}

fn decoded(cdb: &Cdb, raw: bool, app: &App) -> Decoded {
    let described = describe(cdb);
    let data = Some(cdb.bytes()).filter(|_| raw);
    let mut page = Page::new(app, raw);
    page.title(&title(cdb, &described));
    if let Some(does) = described.does {
        page.paragraph(does);
    }
    page.gap();
    let mut items = described.items.clone();
    items.push(Item::text("plain users", may(described.needs)));
    page.items(&items, data);
    page.remarks(&described.remarks);
    Decoded { document: document(cdb, &described, data), text: page.into_text() }
}

fn title(cdb: &Cdb, described: &Described) -> String {
    match (described.name, described.standard) {
        (Some(name), Some(standard)) => format!("{name}, {standard}"),
        _ if described.vendor => format!("a maker's own command, {:02x}h", cdb.opcode()),
        _ => format!("no command of optical drives, {:02x}h", cdb.opcode()),
    }
}

/// What it takes to send it.
fn may(needs: Needs) -> &'static str {
    match needs {
        Needs::Reading => "may send it through /dev/srN",
        Needs::Writing => "may send it through a /dev/srN that they may write to",
        Needs::Privilege => "may not send it through /dev/srN: root may, or /dev/sgN",
    }
}

fn document(cdb: &Cdb, described: &Described, data: Option<&[u8]>) -> Map<String, Value> {
    let permission = match described.needs {
        Needs::Reading => "read",
        Needs::Writing => "write",
        Needs::Privilege => "privileged",
    };
    let document = json!({
        "cdb": cdb.to_string(),
        "opcode": {"code": cdb.opcode(), "name": described.name},
        "does": described.does,
        "standard": described.standard,
        "vendor": described.vendor,
        "permission": permission,
        "fields": document::fields(&described.items, data),
        "remarks": described.remarks,
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
