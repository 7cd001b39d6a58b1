//! `rip`: disc to image.

use std::cell::Cell;
use std::ops::ControlFlow;

use oxidisc::formats::hash::HashKind;
use oxidisc::jobs::rip::{self, Event, Options, Report, Stage, Status};
use oxidisc::jobs::tray;
use oxidisc::transport::Access;
use oxidisc::units::{Blocks, Family};
use serde_json::{Map, Value, json};

use super::App;
use super::args::{HashName, RipArgs};
use super::error::CliError;
use super::exit::Exit;
use super::human;
use super::interrupt::Interrupt;
use super::json;
use super::output::{Printer, Style};
use super::progress::{Bars, Progress};

/// Places named one by one before it is left at their number.
const NAMED: usize = 8;

/// Copies the disc to an image.
pub fn run(args: &RipArgs, app: &App) -> Result<Exit, CliError> {
    let options = options(args);
    rip::check_files(&options)?;
    let mut opened = app.open(Access::Read)?;
    let interrupt = Interrupt::install()?;
    let mut view = View::new(&app.printer, &interrupt);
    let report = rip::rip(&mut opened.drive, &options, &mut |event| view.show(event));
    view.finish();
    let report = report?;
    app.printer.json(&json::result(app.schema, document(&report, &options)));
    tell(&app.printer, &report, &options);
    let exit = match &report.status {
        Status::Complete => Exit::Done,
        Status::Incomplete => Exit::Missing,
        Status::Different => Exit::Different,
        Status::Interrupted => Exit::Interrupted,
        Status::Failed(error) => {
            let error = CliError::from(error.clone());
            app.printer.complain(&error);
            error.exit
        }
    };
    if args.eject
        && exit == Exit::Done
        && let Err(error) = tray::eject(&mut opened.drive, &mut |_| ControlFlow::Continue(()))
    {
        // The image is good all the same, and its result has been told.
        app.printer.complain(&CliError::from(error));
    }
    Ok(exit)
}

fn options(args: &RipArgs) -> Options {
    Options {
        output: args.output.clone(),
        map: args.map.clone().unwrap_or_else(|| rip::map_beside(&args.output)),
        command_line: std::env::args().collect::<Vec<_>>().join(" "),
        speed: Some(args.speed),
        range: args.range.map(|range| (range.start, range.end)),
        retries: args.retries,
        budget: args.budget,
        restart: args.restart,
        force: args.force,
        hashes: args.hash.iter().map(|name| kind(*name)).collect(),
        verify: args.verify,
    }
}

fn kind(name: HashName) -> HashKind {
    match name {
        HashName::Sha256 => HashKind::Sha256,
        HashName::Md5 => HashKind::Md5,
        HashName::Sha1 => HashKind::Sha1,
        HashName::Crc32 => HashKind::Crc32,
        HashName::Blake3 => HashKind::Blake3,
    }
}

/// Turns events into what is seen.
struct View<'a> {
    printer: &'a Printer,
    interrupt: &'a Interrupt,
    bar: Option<Bars<'a>>,
    family: Cell<Option<Family>>,
    waiting: bool,
    unreadable: usize,
}

impl<'a> View<'a> {
    fn new(printer: &'a Printer, interrupt: &'a Interrupt) -> View<'a> {
        let family = Cell::new(None);
        View { printer, interrupt, bar: None, family, waiting: false, unreadable: 0 }
    }

    fn show(&mut self, event: Event) -> ControlFlow<()> {
        match event {
            Event::Waiting => {
                if !std::mem::replace(&mut self.waiting, true) {
                    self.printer.note("waiting for the drive to become ready");
                }
            }
            Event::Started { sectors, done, family, profile, volume_id } => {
                let label = volume_id.map_or(String::new(), |label| format!(" \"{label}\""));
                let size = human::bytes(sectors.bytes());
                self.printer.note(&format!("{profile}{label}, {size}"));
                if done > 0 {
                    let done = human::bytes(Blocks(u32::try_from(done).unwrap_or(0)).bytes());
                    self.printer.note(&format!("going on: {done} are in the image already"));
                }
                self.family.set(Some(family));
                self.bar = Some(Bars::one(self.printer, "rip"));
            }
            Event::Remark(text) => self.note(&text),
            Event::Unreadable { lba, blocks } => {
                self.unreadable += 1;
                if self.unreadable <= NAMED {
                    let count = human::count(u64::from(blocks.0), "sector");
                    self.note(&format!("cannot read {count} at {lba}"));
                } else if self.unreadable == NAMED + 1 {
                    self.note("more such places are only counted; the map names them all");
                }
            }
            Event::Progress(progress) => self.progress(&progress),
        }
        if self.interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn note(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.note(text),
            None => self.printer.note(text),
        }
    }

    fn progress(&mut self, progress: &rip::Progress) {
        let Some(bar) = &mut self.bar else { return };
        let family = self.family.get();
        bar.update(&Progress {
            phase: stage(progress.stage).to_string(),
            done: progress.good * 2048,
            total: Some(progress.total * 2048),
            rate_kbps: progress.kbps,
            x: progress.kbps.zip(family).map(|(kbps, family)| human::x(kbps, family)),
            eta: progress.left,
            errors: progress.bad,
            ..Progress::default()
        });
    }

    fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish();
        }
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Reading => "reading",
        Stage::Narrowing => "narrowing down",
        Stage::Retrying => "retrying",
        Stage::Verifying => "verifying",
        Stage::Hashing => "hashing",
    }
}

fn document(report: &Report, options: &Options) -> Value {
    let (status, error) = match &report.status {
        Status::Complete => ("complete", None),
        Status::Incomplete => ("incomplete", None),
        Status::Different => ("different", None),
        Status::Interrupted => ("interrupted", None),
        Status::Failed(error) => ("failed", Some(CliError::from(error.clone()))),
    };
    let hashes: Map<String, Value> = options
        .hashes
        .iter()
        .map(|kind| {
            let found = report.hashes.iter().find(|(of, _)| of == kind);
            (kind.to_string(), json!(found.map(|(_, hash)| hash)))
        })
        .collect();
    let mut document = json!({
        "status": status,
        "output": options.output.display().to_string(),
        "map": report.map.as_ref().map(|map| map.display().to_string()),
        "sector_size": 2048,
        "sectors": report.sectors,
        "good": report.good,
        "bad": report.bad,
        "untried": report.untried,
        "bad_ranges": report.bad_ranges,
        "gap_ranges": report.gaps,
        "different_ranges": report.different_ranges,
        "hashes": hashes,
        "reads": report.reads,
        "failed_reads": report.failed_reads,
        "drive_seconds": json::seconds(report.drive_time),
        "elapsed_seconds": json::seconds(report.elapsed),
        "drive": json::drive(&report.drive),
        "volume_id": report.volume_id,
    });
    if let (Some(error), Value::Object(fields)) = (error, &mut document) {
        fields.insert("exit".into(), json!(error.exit.code()));
        fields.insert("error".into(), json!(json::error(&error)));
    }
    document
}

fn tell(printer: &Printer, report: &Report, options: &Options) {
    let output = options.output.display();
    for (kind, hash) in &report.hashes {
        printer.data(&format!("{kind}  {hash}  {output}\n"));
    }
    let read = human::bytes(report.good * 2048);
    let took = human::duration(report.drive_time);
    let missing = || {
        let (sectors, places) = (report.bad, report.bad_ranges.len() as u64);
        format!("{} in {}", human::count(sectors, "sector"), human::count(places, "place"))
    };
    let map = report.map.as_ref().map(|map| map.display().to_string()).unwrap_or_default();
    match &report.status {
        Status::Complete => {
            printer.note(&format!("{output}: complete, {read} in {took} of the drive's time"));
        }
        Status::Incomplete => {
            printer.warn(&format!("{output}: {} could not be read; {map} names them", missing()));
            if report.untried > 0 {
                let untried = human::count(report.untried, "sector");
                printer.note(&format!("  {untried} more were not tried: the time was over"));
            }
            for (first, count) in report.bad_ranges.iter().take(NAMED) {
                printer.note(&format!("  {} at {first}", human::count(*count, "sector")));
            }
            let strong = printer.style(Style::Strong, "run the same command again");
            printer.note(&format!(
                "to try for more, {strong}, at another --speed, with the disc cleaned or in \
                 another drive"
            ));
        }
        Status::Different => {
            let count: u64 = report.different_ranges.iter().map(|(_, count)| count).sum();
            let count = human::count(count, "sector");
            printer.warn(&format!("{output}: {count} read differently the second time"));
        }
        Status::Interrupted | Status::Failed(_) => {
            printer.note(&format!("{output}: {read} are in it; {map} says which"));
        }
    }
}
