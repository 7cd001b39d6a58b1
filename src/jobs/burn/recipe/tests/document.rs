//! The document that shows the recipes: its blocks are what the recipes yield.
//! `OXIDISC_REWRITE=1 cargo test --lib the_document` rewrites them.

use std::fmt::Write as _;
use std::path::Path;

use super::discs::{appendable, blank, broken_off, complete};
use super::{image, nothing, plan, resume};
use crate::jobs::burn::plan::{Choices, DiscKind, Plan, Spares, WriteMode};
use crate::units::{Blocks, Speed};

/// Sectors of the image that is burnt throughout: no multiple of any unit.
const SECTORS: u32 = 100_005;

/// What the document shows, by the names it has there.
fn cases() -> Vec<(&'static str, Plan)> {
    let choices = nothing();
    let fast = Choices { speed: Some(Speed::Max), ..nothing() };
    let open = Choices { appendable: true, ..nothing() };
    let test = Choices { simulate: true, ..nothing() };
    let tao = Choices { mode: Some(WriteMode::Incremental), ..nothing() };
    let managed = Choices { spares: Some(Spares::Default), streaming: true, ..nothing() };
    let whole = Choices { spares: Some(Spares::None), ..nothing() };
    let two_layers = 3_000_000;
    let going_on = |kind, done| {
        let disc = broken_off(kind, done);
        resume(&disc, &image(SECTORS), &choices, Blocks(done)).expect("a plan")
    };
    vec![
        ("CD, session at once", plan(&blank(DiscKind::CdR), SECTORS, &fast)),
        ("CD, track at once", plan(&blank(DiscKind::CdR), SECTORS, &tao)),
        ("CD, a further session", plan(&appendable(DiscKind::CdR), SECTORS, &open)),
        ("CD-RW that holds something", plan(&complete(DiscKind::CdRw), SECTORS, &choices)),
        ("DVD-R, disc at once", plan(&blank(DiscKind::DvdR), SECTORS, &fast)),
        ("DVD-R, disc at once, simulated", plan(&blank(DiscKind::DvdR), SECTORS, &test)),
        ("DVD-R, incremental", plan(&blank(DiscKind::DvdR), SECTORS, &open)),
        ("DVD-R, gone on with", going_on(DiscKind::DvdR, 50_000)),
        (
            "DVD-RW that holds something",
            plan(&complete(DiscKind::DvdRwSequential), SECTORS, &choices),
        ),
        (
            "DVD-RW, restricted overwrite",
            plan(&complete(DiscKind::DvdRwOverwrite), SECTORS, &choices),
        ),
        (
            "DVD-RW, restricted overwrite, more than it is formatted for",
            plan(&complete(DiscKind::DvdRwOverwrite), 2_260_000, &choices),
        ),
        ("DVD+R", plan(&blank(DiscKind::DvdPlusR), SECTORS, &fast)),
        ("DVD+R, a further session", plan(&appendable(DiscKind::DvdPlusR), SECTORS, &open)),
        ("DVD+R, gone on with", going_on(DiscKind::DvdPlusR, 50_000)),
        ("DVD+R DL", plan(&blank(DiscKind::DvdPlusRDl), two_layers, &choices)),
        ("DVD+RW that was never formatted", plan(&blank(DiscKind::DvdPlusRw), SECTORS, &choices)),
        ("DVD+RW that is formatted", plan(&complete(DiscKind::DvdPlusRw), SECTORS, &choices)),
        ("DVD-RAM", plan(&complete(DiscKind::DvdRam), SECTORS, &choices)),
        ("BD-R", plan(&blank(DiscKind::BdR), SECTORS, &fast)),
        ("BD-R, a further session", plan(&appendable(DiscKind::BdR), SECTORS, &open)),
        ("BD-R, with spare areas, as a stream", plan(&blank(DiscKind::BdR), SECTORS, &managed)),
        ("BD-R, gone on with", going_on(DiscKind::BdR, 50_016)),
        ("BD-RE that was never formatted", plan(&blank(DiscKind::BdRe), SECTORS, &whole)),
        ("BD-RE that is formatted", plan(&complete(DiscKind::BdRe), SECTORS, &choices)),
    ]
}

/// A plan in lines: bytes, name, what for.
fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        for command in step.commands() {
            let cdb = command.cdb.to_string();
            let times = command.writes.map_or(String::new(), |writes| {
                let (times, blocks) = (writes.times, writes.blocks);
                format!(" x {times}, {blocks} blocks each, {}..{}", writes.first, writes.last)
            });
            let _ = writeln!(text, "{cdb:<35}  {}{times}: {}", command.name, command.why);
            for line in command.data_out.iter().flat_map(|data| data.chunks(16)) {
                let bytes: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                let _ = writeln!(text, "    {}", bytes.join(" "));
            }
        }
        if step.waits().is_some() {
            let _ = writeln!(text, "00 00 00 00 00 00{:20}TEST UNIT READY: until it is done", "");
        }
    }
    text
}

#[test]
fn the_document_shows_what_the_recipes_yield() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes.md");
    let text = std::fs::read_to_string(&path).expect("the document");
    let mut rewritten = text.clone();
    for (name, plan) in cases() {
        let start = format!("```plan {name}\n");
        let Some(at) = rewritten.find(&start) else { panic!("no block '{name}' in the document") };
        let from = at + start.len();
        let to = from + rewritten[from..].find("```").expect("the block ends");
        rewritten.replace_range(from..to, &shown(&plan));
    }
    let blocks = rewritten.matches("```plan ").count();
    assert_eq!(blocks, cases().len(), "a block that no case fills");
    if std::env::var_os("OXIDISC_REWRITE").is_some() {
        std::fs::write(&path, rewritten).expect("written");
    } else {
        assert!(
            rewritten == text,
            "docs/recipes.md shows other commands than the recipes yield. If it should be so: \
             OXIDISC_REWRITE=1 cargo test --lib the_document"
        );
    }
}
