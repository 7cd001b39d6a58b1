//! What `blank` and `format` have in common: a look at the disc, a question, a bar, a result.

use std::ops::ControlFlow;

use oxidisc::jobs::erasing::{self, Event, Prepared, Report, Stage};
use oxidisc::jobs::error::Error as JobError;
use oxidisc::jobs::observe::Observer;
use oxidisc::jobs::tray;
use oxidisc::mmc::Drive;
use oxidisc::transport::Access;
use serde_json::{Value, json};

use super::App;
use super::ask;
use super::error::CliError;
use super::exit::Exit;
use super::human;
use super::interrupt::Interrupt;
use super::json;
use super::output::{Printer, Style};
use super::progress::{Bars, Busy, Progress};

/// What both commands are told.
pub struct Asked {
    /// `blank` or `format`.
    pub job: &'static str,
    /// What it is called when it is done: `blanked`, `formatted`.
    pub done: &'static str,
    /// What is on the disc may be lost.
    pub yes: bool,
    /// Open the tray in the end.
    pub eject: bool,
}

/// Looks at drive and disc, as `prepare` does, and does what comes of it.
pub fn run(
    app: &App,
    asked: &Asked,
    prepare: impl FnOnce(&mut Drive, &mut dyn Observer<Event>) -> Result<Prepared, JobError>,
) -> Result<Exit, CliError> {
    let mut opened = app.open(Access::Write)?;
    let interrupt = Interrupt::install()?;
    let mut view = View::new(&app.printer, &interrupt, asked.job);
    let prepared = prepare(&mut opened.drive, &mut |event| view.show(event))
        .map_err(|error| CliError::from(error).before_disc())?;
    if !prepared.action.changes() {
        let (profile, why) = (prepared.before.profile, &prepared.action);
        app.printer.note(&format!("nothing to do to the {profile} in {}: {why}", opened.name));
        app.printer.json(&json::result(app.schema, nothing(&prepared)));
    } else {
        may_be_lost(app, asked, &interrupt, &opened.name, &prepared)?;
        let report =
            erasing::carry_out(&mut opened.drive, &prepared, true, &mut |event| view.show(event));
        view.finish();
        let report = report?;
        app.printer.json(&json::result(app.schema, document(asked, &report)));
        tell(&app.printer, asked, &opened.name, &report);
    }
    if asked.eject {
        tray::eject(&mut opened.drive, &mut |_| ControlFlow::Continue(()))?;
    }
    Ok(Exit::Done)
}

/// Makes sure that what is on the disc may be lost.
fn may_be_lost(
    app: &App,
    asked: &Asked,
    interrupt: &Interrupt,
    name: &str,
    prepared: &Prepared,
) -> Result<(), CliError> {
    let Some(what) = prepared.loses().filter(|_| !asked.yes) else { return Ok(()) };
    ask::may_be_lost(
        &app.printer,
        interrupt,
        &format!("the {} in {name} holds {what}", prepared.before.profile),
    )
}

/// Turns events into what is seen.
struct View<'a> {
    interrupt: &'a Interrupt,
    bars: Bars<'a>,
    waiting: bool,
}

impl<'a> View<'a> {
    fn new(printer: &'a Printer, interrupt: &'a Interrupt, job: &str) -> View<'a> {
        View { interrupt, bars: Bars::one(printer, job), waiting: false }
    }

    fn show(&mut self, event: Event) -> ControlFlow<()> {
        match event {
            Event::Waiting => {
                if !std::mem::replace(&mut self.waiting, true) {
                    self.bars.note("waiting for the drive to become ready");
                }
            }
            Event::Remark(text) => self.bars.note(&text),
            Event::Progress { stage, done, elapsed } => {
                let part = done.map(|done| (done.clamp(0.0, 1.0) * 65_535.0) as u16);
                let phase = stage_name(stage).to_string();
                let busy = Some(Busy { elapsed, part });
                self.bars.update(&Progress { phase, busy, ..Progress::default() });
            }
        }
        if self.interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn finish(self) {
        self.bars.finish();
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Blanking => "blanking",
        Stage::Formatting => "formatting",
        Stage::Overwriting => "overwriting",
        Stage::Flushing => "flushing",
        Stage::Checking => "checking",
    }
}

fn tell(printer: &Printer, asked: &Asked, name: &str, report: &Report) {
    let done = printer.style(Style::Strong, asked.done);
    let took = human::duration(report.drive_time);
    let size = report.after.formatted_blocks().map(|blocks| human::bytes(blocks.bytes()));
    let size = size.map_or(String::new(), |size| format!(", {size}"));
    let profile = report.after.profile;
    printer.note(&format!("{name}: {done}, {profile}{size}, in {took} of the drive's time"));
    for remark in &report.remarks {
        printer.note(remark);
    }
}

fn nothing(prepared: &Prepared) -> Value {
    json!({
        "status": "nothing_to_do",
        "action": prepared.action.to_string(),
        "profile": json::profile(prepared.before.profile),
        "remarks": prepared.remarks,
        "drive": json::drive(&prepared.drive),
    })
}

fn document(asked: &Asked, report: &Report) -> Value {
    json!({
        "status": asked.done,
        "action": report.action.to_string(),
        "lost": (!report.contents.is_empty()).then(|| report.contents.to_string()),
        "profile_before": json::profile(report.before.profile),
        "profile": json::profile(report.after.profile),
        "sectors": report.after.formatted_blocks().map(|blocks| blocks.0),
        "spare_sectors_free": report.after.spares.map(|spares| spares.free.0),
        "remarks": report.remarks,
        "drive": json::drive(&report.drive),
        "drive_seconds": json::seconds(report.drive_time),
        "elapsed_seconds": json::seconds(report.elapsed),
    })
}
