//! `verify`: a disc against an image or a checksum. [`Compared`] says what came of it, for `burn`
//! too.

use std::cell::Cell;
use std::ops::ControlFlow;

use oxidisc::jobs::image::ImageFile;
use oxidisc::jobs::tray;
use oxidisc::jobs::verify::{self, Against, Event, Options, Place, Report, Status, sums};
use oxidisc::transport::Access;
use oxidisc::units::{Family, Lba};
use serde_json::{Value, json};

use super::App;
use super::args::VerifyArgs;
use super::error::CliError;
use super::exit::Exit;
use super::human;
use super::interrupt::Interrupt;
use super::json;
use super::output::{Printer, Style};
use super::progress::{Bars, Progress};

/// Places and files named one by one before it is left at their number.
const NAMED: usize = 8;

/// Compares the disc with an image or a checksum.
pub fn run(args: &VerifyArgs, app: &App) -> Result<Exit, CliError> {
    let options = options(args)?;
    let mut opened = app.open(Access::Read)?;
    let interrupt = Interrupt::install()?;
    let mut view = View::new(&app.printer, &interrupt);
    let report = verify::verify(&mut opened.drive, &options, &mut |event| view.show(event));
    view.finish();
    let report = report?;
    app.printer.json(&json::result(app.schema, document(&report)));
    let names = Names { disc: &opened.name, image: &args.image.display().to_string() };
    tell(&app.printer, &report, &names);
    let exit = match &report.status {
        Status::Same => Exit::Done,
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
        // The disc is good all the same, and the result has been told.
        app.printer.complain(&CliError::from(error));
    }
    Ok(exit)
}

fn options(args: &VerifyArgs) -> Result<Options, CliError> {
    let against = if sums::is_list(&args.image) {
        sums::load(&args.image, args.name.as_deref(), args.size)?
    } else if args.size.is_some() || args.name.is_some() {
        return Err(CliError::usage("--name and --size go with a file of checksums")
            .hint("an image is compared up to its end"));
    } else {
        // No drive is kept waiting for an image that is not there.
        ImageFile::open(&args.image)?;
        Against::Image(args.image.clone())
    };
    Ok(Options {
        against,
        start: Lba(i32::try_from(args.start).unwrap_or(i32::MAX)),
        most: None,
        speed: Some(args.speed),
        retries: args.retries,
    })
}

/// What is compared goes by these.
pub struct Names<'a> {
    /// The drive as it was named.
    pub disc: &'a str,
    /// The image or the file with the checksum.
    pub image: &'a str,
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
            Event::Started { sectors, family, profile, volume_id } => {
                let label = volume_id.map_or(String::new(), |label| format!(" \"{label}\""));
                let size = human::bytes(sectors.bytes());
                self.printer.note(&format!("{profile}{label}: comparing {size}"));
                self.family.set(Some(family));
                self.bar = Some(Bars::one(self.printer, "verify"));
            }
            Event::Remark(text) => self.note(&text),
            Event::Different(place) => {
                self.note(&format!("the first difference: {}", self::place(&place)));
            }
            Event::Unreadable { lba, blocks } => {
                self.unreadable += 1;
                if self.unreadable <= NAMED {
                    let count = human::count(u64::from(blocks.0), "sector");
                    self.note(&format!("cannot read {count} at {lba}"));
                } else if self.unreadable == NAMED + 1 {
                    self.note("more such places are only counted");
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

    fn progress(&mut self, progress: &verify::Progress) {
        let Some(bar) = &mut self.bar else { return };
        bar.update(&shown(progress, self.family.get()));
    }

    fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish();
        }
    }
}

/// A comparison's progress as the bar has it.
pub fn shown(progress: &verify::Progress, family: Option<Family>) -> Progress {
    Progress {
        phase: "verifying".into(),
        done: progress.done * 2048,
        total: Some(progress.total * 2048),
        rate_kbps: progress.kbps,
        x: progress.kbps.zip(family).map(|(kbps, family)| human::x(kbps, family)),
        eta: progress.left,
        errors: progress.different + progress.unreadable,
        ..Progress::default()
    }
}

/// `sector 100, byte 5, in VIDEO_TS/VTS_01_1.VOB`
pub fn place(place: &Place) -> String {
    let byte = place.byte.map_or(String::new(), |byte| format!(", byte {byte}"));
    let file = place.file.as_ref().map_or(String::new(), |file| format!(", in {file}"));
    format!("sector {}{byte}{file}", place.lba)
}

fn document(report: &Report) -> Value {
    let (status, error) = match &report.status {
        Status::Same => ("same", None),
        Status::Different => ("different", None),
        Status::Incomplete => ("incomplete", None),
        Status::Interrupted => ("interrupted", None),
        Status::Failed(error) => ("failed", Some(CliError::from(error.clone()))),
    };
    let mut document = json!({
        "status": status,
        "start": report.start.0,
        "sectors": report.sectors,
        "compared": report.compared,
        "different": report.different,
        "different_ranges": report.different_ranges,
        "unreadable_ranges": report.unreadable_ranges,
        "first_different": report.first_different.as_ref().map(json::place),
        "files": report.files.iter().map(json::damaged_file).collect::<Vec<_>>(),
        "sha256": report.expected_sha256,
        "readback_sha256": report.readback_sha256,
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

fn tell(printer: &Printer, report: &Report, names: &Names<'_>) {
    let Names { disc, image } = names;
    if let Some(hash) = &report.readback_sha256 {
        printer.data(&format!("sha256  {hash}  {disc}\n"));
    }
    if let Some(hash) = &report.expected_sha256
        && report.status == Status::Different
    {
        printer.data(&format!("sha256  {hash}  {image}\n"));
    }
    let size = human::bytes(report.compared * 2048);
    match &report.status {
        Status::Same => {
            let took = human::duration(report.drive_time);
            let same = printer.style(Style::Strong, "the same");
            printer.note(&format!(
                "the disc and {image} are {same}: {size}, read in {took} of the drive's time"
            ));
        }
        Status::Different | Status::Incomplete => tell_what_is_wrong(printer, report, image),
        Status::Interrupted | Status::Failed(_) => {
            let total = human::bytes(report.sectors * 2048);
            let far = if report.different + report.unreadable() == 0 {
                "the same so far".to_string()
            } else {
                format!("{} so far", wrong(report))
            };
            printer.note(&format!("{size} of {total} were compared: {far}"));
        }
    }
}

/// `3 sectors in 1 place differ, 16 sectors in 1 place cannot be read`
fn wrong(report: &Report) -> String {
    let differ = if report.different == 1 { "differs" } else { "differ" };
    let kinds = [
        (report.different, report.different_ranges.len(), differ),
        (report.unreadable(), report.unreadable_ranges.len(), "cannot be read"),
    ];
    let parts = kinds.iter().filter(|(count, ..)| *count > 0).map(|(count, places, what)| {
        let places = human::count(*places as u64, "place");
        format!("{} in {places} {what}", human::count(*count, "sector"))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What differs and what cannot be read, by place and by file.
pub fn tell_what_is_wrong(printer: &Printer, report: &Report, image: &str) {
    let what = match report.status {
        Status::Different if report.different == 0 => {
            format!("the disc is not what {image} is the checksum of")
        }
        Status::Different => format!("the disc is not {image}: {}", wrong(report)),
        _ => format!("not all of the disc can be read: {}", wrong(report)),
    };
    match report.status {
        Status::Different => printer.complain(&CliError::new(Exit::Different, what)),
        _ => printer.warn(&what),
    }
    for (ranges, what) in
        [(&report.different_ranges, "different"), (&report.unreadable_ranges, "unreadable")]
    {
        for (first, count) in ranges.iter().take(NAMED) {
            printer.note(&format!("  {what}: {} at {first}", human::count(*count, "sector")));
        }
        if ranges.len() > NAMED {
            let more = human::count((ranges.len() - NAMED) as u64, "place");
            printer.note(&format!("  {what}: {more} more"));
        }
    }
    for file in report.files.iter().take(NAMED) {
        printer.note(&format!("  damaged: {}", file.path));
    }
    if report.files.len() > NAMED {
        let more = human::count((report.files.len() - NAMED) as u64, "file");
        printer.note(&format!("  damaged: {more} more"));
    }
    if report.status == Status::Incomplete {
        printer.note(if report.unreadable() < report.sectors {
            "what could be read is the same; another drive may read the rest"
        } else {
            "none of it could be read; another drive may read it"
        });
    }
}
