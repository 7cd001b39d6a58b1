//! Whole recipes in bytes, what must hold of any of them, what is refused and why, and the document
//! that shows them.

mod discs;
mod document;
mod properties;
mod refusals;
mod sequences;
mod simulated;

use super::{recipe, resume};
use crate::jobs::burn::plan::{Choices, Disc, DiscKind, Image, Plan, Refusal, Step};
use crate::units::Blocks;

/// Nothing asked for.
fn nothing() -> Choices {
    Choices {
        speed: None,
        simulate: false,
        appendable: false,
        erase: false,
        streaming: false,
        spares: None,
        opc: false,
        layer_break: None,
        mode: None,
    }
}

fn image(blocks: u32) -> Image {
    Image { blocks: Blocks(blocks) }
}

fn plan(disc: &Disc, blocks: u32, choices: &Choices) -> Plan {
    recipe(disc, &image(blocks), choices).expect("a plan")
}

fn refused(disc: &Disc, blocks: u32, choices: &Choices) -> Refusal {
    recipe(disc, &image(blocks), choices).expect_err("a refusal")
}

/// A command and its data in hexadecimal, a line each; of WRITE how often and how far.
fn hex(plan: &Plan) -> Vec<String> {
    let bytes = |bytes: &[u8]| {
        let text: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.join(" ")
    };
    let mut lines = Vec::new();
    for command in plan.commands() {
        let cdb = bytes(command.cdb.bytes());
        lines.push(match (&command.data_out, command.writes) {
            (Some(data), _) => format!("{cdb} < {}", bytes(data)),
            (None, Some(writes)) => {
                format!("{cdb} x{} {}..{}", writes.times, writes.first, writes.last)
            }
            (None, None) => cdb,
        });
    }
    lines
}

fn has(plan: &Plan, what: impl Fn(&Step) -> bool) -> bool {
    plan.steps.iter().any(what)
}

/// All kinds that have a recipe.
const WRITABLE: &[DiscKind] = &[
    DiscKind::CdR,
    DiscKind::CdRw,
    DiscKind::DvdR,
    DiscKind::DvdRDl,
    DiscKind::DvdRwSequential,
    DiscKind::DvdRwOverwrite,
    DiscKind::DvdRam,
    DiscKind::DvdPlusR,
    DiscKind::DvdPlusRDl,
    DiscKind::DvdPlusRw,
    DiscKind::BdR,
    DiscKind::BdRe,
];
