//! The bytes behind `info --raw`: every command, whether it was answered or refused.

use std::fmt::Write as _;

use oxidisc::formats::hex;
use oxidisc::mmc::describe::cdb;
use oxidisc::transport::{Cdb, Sense};
use serde_json::{Value, json};

use super::Found;
use crate::cli::output::{Printer, Style};
use crate::cli::tap::Exchange;

/// The bytes for JSON.
pub fn json(exchanges: &[Exchange], found: &Found) -> Vec<Value> {
    let document = |exchange: &Exchange| {
        let answer = exchange.answer.as_ref().ok();
        let sense = answer.filter(|answer| !answer.sense.is_empty());
        json!({
            "name": name(&exchange.cdb, found),
            "cdb": exchange.cdb.to_string(),
            "data": hex::text(&exchange.data),
            "status": answer.map(|answer| answer.status),
            "sense": sense.map(|answer| hex::text(&answer.sense)),
        })
    };
    exchanges.iter().map(document).collect()
}

/// The bytes for people: a dump of each answer. What repeats itself is shown once.
pub fn text(exchanges: &[Exchange], found: &Found, printer: &Printer) -> String {
    let mut text = format!("\n{}\n", printer.style(Style::Strong, "Answers"));
    let same = |a: &Exchange, b: &Exchange| {
        let sense = |exchange: &Exchange| exchange.answer.clone().map(|answer| answer.sense);
        a.cdb == b.cdb && a.data == b.data && sense(a) == sense(b)
    };
    for group in exchanges.chunk_by(same) {
        let Some(exchange) = group.first() else { continue };
        let name = name(&exchange.cdb, found).unwrap_or_default();
        let times =
            if group.len() > 1 { format!(", {} times", group.len()) } else { String::new() };
        let _ = writeln!(text, "  {}  {name}{times}", exchange.cdb);
        match &exchange.answer {
            Err(errno) => {
                let _ = writeln!(text, "    {}", errno.desc().to_lowercase());
            }
            Ok(answer) => {
                if let Some(sense) = Sense::parse(&answer.sense) {
                    let _ = writeln!(text, "    {sense}");
                }
            }
        }
        dump(&mut text, &exchange.data);
    }
    text
}

/// What the standard calls the command: the survey knows it of those that were answered.
fn name(cdb: &Cdb, found: &Found) -> Option<&'static str> {
    let disc = found.disc.as_ref();
    let medium =
        disc.into_iter().flat_map(|disc| disc.medium.answers.iter().chain(&disc.details.answers));
    let mut known = found.drive.answers.iter().chain(medium);
    let same = known.find(|answer| answer.cdb == *cdb);
    same.map(|answer| answer.name).or_else(|| cdb::name(cdb.opcode()))
}

/// Sixteen bytes a line, with their offset and what is text of them.
fn dump(text: &mut String, data: &[u8]) {
    for (index, line) in data.chunks(16).enumerate() {
        let printable = |byte: &u8| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        };
        let ascii: String = line.iter().map(printable).collect();
        let _ = writeln!(text, "    {:04x}  {:<47}  {ascii}", index * 16, hex::text(line));
    }
}
