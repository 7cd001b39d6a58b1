//! What is seen while discs are burnt: a bar for each drive, remarks, questions.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Duration;

use oxidisc::jobs::burn::{Event, Prepared, Stage};
use oxidisc::jobs::{burn, verify};
use oxidisc::units::{Family, Rate};

use super::super::ask;
use super::super::error::CliError;
use super::super::human;
use super::super::interrupt::Interrupt;
use super::super::output::Printer;
use super::super::progress::{Bars, Buffers, Busy, Progress};
use super::super::verify as comparison;

/// Places named one by one before they are only counted.
const NAMED: usize = 8;

/// Turns the events of one or several drives into what is seen.
pub struct View<'a> {
    printer: &'a Printer,
    interrupt: &'a Interrupt,
    bars: Bars<'a>,
    drives: Vec<OfDrive>,
    told: HashSet<String>,
    /// Whether somebody has said that what is on the discs may be lost.
    yes: bool,
}

/// What is remembered of a drive.
#[derive(Default)]
struct OfDrive {
    name: String,
    family: Option<Family>,
    requested: Option<Rate>,
    waiting: bool,
    unreadable: usize,
}

impl<'a> View<'a> {
    /// For drives that go by these names.
    pub fn new(
        printer: &'a Printer,
        interrupt: &'a Interrupt,
        names: &[String],
        yes: bool,
    ) -> View<'a> {
        let several = names.len() > 1;
        let labels: Vec<String> =
            names.iter().map(|name| if several { name.clone() } else { String::new() }).collect();
        let of_drive = |name: &String| OfDrive { name: name.clone(), ..OfDrive::default() };
        let drives = names.iter().map(of_drive).collect();
        let bars = Bars::new(printer, "burn", &labels);
        View { printer, interrupt, bars, drives, told: HashSet::new(), yes }
    }

    /// Shows what happens in the drive of this number.
    pub fn show(&mut self, (index, event): (usize, Event)) -> ControlFlow<()> {
        if let Some(flow) = self.question(index, &event) {
            return flow;
        }
        match event {
            Event::Waiting => {
                let waiting = self.drives.get_mut(index).map(|drive| &mut drive.waiting);
                if waiting.is_some_and(|waiting| !std::mem::replace(waiting, true)) {
                    self.bars.note_of(index, "waiting for the drive to become ready");
                }
            }
            Event::Remark(text) => self.remark(index, &text),
            Event::Started { sectors, family, kind, mode, requested } => {
                if let Some(drive) = self.drives.get_mut(index) {
                    drive.family = Some(family);
                    drive.requested = requested;
                    drive.unreadable = 0;
                }
                let size = human::bytes(sectors.bytes());
                self.bars.note_of(index, &format!("{kind}, {mode}: {size}"));
            }
            Event::GoingOn(done) => {
                let done = human::bytes(done.bytes());
                self.bars.note_of(index, &format!("going on: {done} are on the disc already"));
            }
            Event::Granted(rate) => self.granted(index, rate),
            Event::Busy { stage, elapsed, progress } => {
                self.bars.update_of(index, &busy(stage, elapsed, progress));
            }
            Event::Progress(progress) => {
                let family = self.drives.get(index).and_then(|drive| drive.family);
                self.bars.update_of(index, &moving(&progress, family));
            }
            Event::Verify(event) => self.verify(index, event),
            Event::NextDisc { .. } | Event::Confirm(_) => {}
        }
        if self.interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The speed that a drive really takes, where it is not the one that was asked for.
    fn granted(&self, index: usize, granted: Option<Rate>) {
        let Some(drive) = self.drives.get(index) else { return };
        let shown = |rate: Rate| match drive.family {
            Some(family) => human::times(family.x(rate)),
            None => format!("{} kB/s", rate.kbps),
        };
        let Some(granted) = granted.map(shown) else { return };
        let text = match drive.requested.map(shown) {
            Some(requested) if requested != granted => {
                format!("the drive takes {granted}, not {requested}")
            }
            _ => format!("at {granted}"),
        };
        self.bars.note_of(index, &text);
    }

    fn verify(&mut self, index: usize, event: verify::Event) {
        match event {
            verify::Event::Waiting | verify::Event::Started { .. } => {}
            verify::Event::Remark(text) => self.remark(index, &text),
            verify::Event::Different(place) => {
                let place = comparison::place(&place);
                self.bars.note_of(index, &format!("the first difference: {place}"));
            }
            verify::Event::Unreadable { lba, blocks } => {
                let Some(drive) = self.drives.get_mut(index) else { return };
                drive.unreadable += 1;
                let count = human::count(u64::from(blocks.0), "sector");
                if drive.unreadable <= NAMED {
                    self.bars.note_of(index, &format!("cannot read {count} at {lba}"));
                }
            }
            verify::Event::Progress(progress) => {
                let family = self.drives.get(index).and_then(|drive| drive.family);
                self.bars.update_of(index, &comparison::shown(&progress, family));
            }
        }
    }

    /// Between two discs: the answer, if it is a question.
    fn question(&mut self, index: usize, event: &Event) -> Option<ControlFlow<()>> {
        let drive = self.drives.get(index)?;
        let go_on = match event {
            Event::NextDisc { copy, copies } => {
                let text = format!(
                    "put disc {copy} of {copies} into {} and press Enter (Ctrl-C ends it) ",
                    drive.name
                );
                self.bars.aside(|| ask::enter(&text, self.interrupt)).unwrap_or(false)
            }
            Event::Confirm(prepared) => {
                self.findings(index, prepared);
                match self.confirm(index, prepared) {
                    Ok(()) => true,
                    Err(error) => {
                        self.bars.note_of(index, &error.message);
                        false
                    }
                }
            }
            _ => return None,
        };
        Some(if go_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    /// Says what one should know before a burn begins.
    pub fn findings(&mut self, index: usize, prepared: &Prepared) {
        for finding in prepared.findings.iter().chain(&prepared.plan.remarks) {
            // What is said of the image holds for all drives.
            if !self.told.contains(finding) {
                self.remark(index, finding);
            }
        }
    }

    /// Makes sure that what is on the disc may be lost.
    ///
    /// # Errors
    /// It may not, or nobody is there to say so.
    pub fn confirm(&self, index: usize, prepared: &Prepared) -> Result<(), CliError> {
        let Some(loss) = prepared.loss.as_ref().filter(|_| !self.yes) else { return Ok(()) };
        let name = self.drives.get(index).map(|drive| drive.name.as_str()).unwrap_or_default();
        let what = format!("{name}: {loss}");
        self.bars.aside(|| ask::may_be_lost(self.printer, self.interrupt, &what))
    }

    /// Says something of a drive, once.
    fn remark(&mut self, index: usize, text: &str) {
        self.bars.note_of(index, text);
        self.told.insert(text.to_string());
    }

    /// Ends the display; what has been said meanwhile.
    pub fn finish(self) -> HashSet<String> {
        self.bars.finish();
        self.told
    }
}

/// What a stage is called.
fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Examining => "reading the image",
        Stage::Filling => "reading ahead",
        Stage::Comparing => "comparing",
        Stage::Preparing => "preparing",
        Stage::Blanking => "blanking",
        Stage::Formatting => "formatting",
        Stage::Calibrating => "calibrating",
        Stage::Writing => "writing",
        Stage::Flushing => "flushing",
        Stage::Closing => "closing",
        Stage::Checking => "checking",
        Stage::Verifying => "verifying",
    }
}

fn busy(stage: Stage, elapsed: Duration, part: Option<u16>) -> Progress {
    let phase = stage_name(stage).to_string();
    Progress { phase, busy: Some(Busy { elapsed, part }), ..Progress::default() }
}

fn moving(progress: &burn::Progress, family: Option<Family>) -> Progress {
    let buffers = (progress.stage == Stage::Writing).then_some(Buffers {
        fifo: progress.fifo_percent,
        drive: progress.buffer_percent,
        underruns: progress.underruns,
    });
    Progress {
        phase: stage_name(progress.stage).to_string(),
        done: progress.done * 2048,
        total: Some(progress.total * 2048),
        rate_kbps: progress.kbps,
        x: progress.kbps.zip(family).map(|(kbps, family)| human::x(kbps, family)),
        eta: progress.left,
        buffers,
        ..Progress::default()
    }
}
