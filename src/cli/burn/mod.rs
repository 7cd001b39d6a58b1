//! `burn`: image to disc, to one drive or to several at once. [`view`] shows what happens, [`plan`]
//! prints what would, [`report`] what did.

mod plan;
mod report;
mod view;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::Arc;

use oxidisc::jobs::burn::plan::{Choices, Spares, WriteMode};
use oxidisc::jobs::burn::preflight;
use oxidisc::jobs::burn::several;
use oxidisc::jobs::burn::{self, Options, Prepared, Report, Source};
use oxidisc::jobs::image::ImageFile;
use oxidisc::jobs::tray;
use oxidisc::mmc::Drive;
use oxidisc::transport::{Access, reason};
use oxidisc::units::Blocks;
use serde_json::json;

use self::plan::About;
use self::report::Burnt;
use self::view::View;
use super::App;
use super::args::{BurnArgs, ModeArg, SparesArg};
use super::ask;
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::json;

/// Burns the image.
pub fn run(args: &BurnArgs, app: &App) -> Result<Exit, CliError> {
    check(args, app)?;
    // Whatever ends it by an error, the disc is as it was: afterwards there are reports.
    burn(args, app).map_err(CliError::before_disc)
}

fn burn(args: &BurnArgs, app: &App) -> Result<Exit, CliError> {
    let mut options = options(args)?;
    // What is wrong with the image is no drive's fault, and none is opened for it.
    preflight::settle(preflight::look_at(&options.source).findings, args.force, true)?;
    let (names, mut drives): (Vec<String>, Vec<Drive>) =
        app.open_all(Access::Write)?.into_iter().map(|opened| (opened.name, opened.drive)).unzip();
    let interrupt = Interrupt::install()?;
    let mut view = View::new(&app.printer, &interrupt, &names, args.yes);
    let mut prepared = Vec::new();
    for (index, drive) in drives.iter_mut().enumerate() {
        let ready = burn::prepare(drive, &options, &mut |event| view.show((index, event)));
        prepared.push(ready.map_err(|error| of_drive(&names, index, error.into()))?);
    }
    if args.plan {
        view.finish();
        show_plans(args, app, &names, &prepared);
        return Ok(Exit::Done);
    }
    for (index, prepared) in prepared.iter().enumerate() {
        view.findings(index, prepared);
        view.confirm(index, prepared)?;
    }
    // A disc that is written in one go is lost with an image that cannot be read to its end.
    options.read_first |= prepared.iter().any(|prepared| !prepared.plan.resumable);
    let reports = burn_all(args, &mut drives, prepared, &options, &mut view)?;
    let told = view.finish();
    Ok(tell(args, app, &names, &mut drives, (&reports, &told)))
}

/// The reports of each drive, in order.
fn burn_all(
    args: &BurnArgs,
    drives: &mut [Drive],
    prepared: Vec<Prepared>,
    options: &Options,
    view: &mut View<'_>,
) -> Result<Vec<Vec<Report>>, CliError> {
    if let ([drive], [prepared], 1) = (&mut *drives, prepared.as_slice(), args.copies) {
        let mut observer = |event| view.show((0, event));
        return Ok(vec![vec![burn::carry_out(drive, prepared, options, &mut observer)]]);
    }
    let observer = &mut |event| view.show(event);
    Ok(several::copies(drives, prepared, options, args.copies, observer)?)
}

/// What makes no sense whatever is in the drives.
fn check(args: &BurnArgs, app: &App) -> Result<(), CliError> {
    let pipe = is_pipe(args);
    let usage = |message: &str, hint: &str| Err(CliError::usage(message).hint(hint));
    match (pipe, args.size) {
        (true, None) => {
            return usage(
                "how much standard input will bring has to be said",
                "add --size, in bytes or as 4GiB; `xorrisofs -print-size` tells it in sectors",
            );
        }
        (false, Some(_)) => return usage("--size goes with - for the image", "leave it out"),
        _ => {}
    }
    if pipe && io::stdin().is_terminal() {
        return usage("standard input is a terminal", "pipe an image into it, or name a file");
    }
    if args.copies > 1 && pipe {
        return usage("what comes through a pipe comes once", "write it to a file for --copies");
    }
    if args.copies > 1 && !args.plan && !ask::somebody_is_there(&app.printer) {
        return usage(
            "--copies needs somebody at a terminal to change the discs",
            "run it once for each disc",
        );
    }
    Ok(())
}

fn is_pipe(args: &BurnArgs) -> bool {
    args.image.as_os_str() == "-"
}

fn options(args: &BurnArgs) -> Result<Options, CliError> {
    Ok(Options {
        source: source(args)?,
        choices: choices(args),
        resume: args.resume,
        verify: !args.no_verify,
        force: args.force,
        read_first: args.read_first,
        fifo: args.special.fifo.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
    })
}

fn source(args: &BurnArgs) -> Result<Source, CliError> {
    if !is_pipe(args) {
        let image = ImageFile::open(&args.image)?;
        return Ok(Source::File { path: args.image.clone(), bytes: image.bytes });
    }
    let failed =
        |error| CliError::failed(format!("cannot read standard input: {}", reason(&error)));
    let pipe = io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
    Ok(Source::Stream { pipe: Arc::new(File::from(pipe)), bytes: args.size.unwrap_or(0) })
}

fn choices(args: &BurnArgs) -> Choices {
    Choices {
        speed: Some(args.speed),
        simulate: args.simulate,
        appendable: args.appendable,
        erase: args.erase,
        streaming: args.special.streaming,
        spares: args.special.spares.map(spares),
        opc: args.special.opc,
        layer_break: args.special.layer_break.map(Blocks),
        mode: args.special.mode.map(|mode| match mode {
            ModeArg::AtOnce => WriteMode::AtOnce,
            ModeArg::Incremental => WriteMode::Incremental,
        }),
    }
}

/// What was typed for spare areas.
pub fn spares(spares: SparesArg) -> Spares {
    match spares {
        SparesArg::None => Spares::None,
        SparesArg::Min => Spares::Min,
        SparesArg::Default => Spares::Default,
        SparesArg::Max => Spares::Max,
    }
}

/// Among several drives, an error says which one it is about.
fn of_drive(names: &[String], index: usize, mut error: CliError) -> CliError {
    if let (Some(name), true) = (names.get(index), names.len() > 1) {
        error.message = format!("{name}: {}", error.message);
    }
    error
}

/// Says what came of it, and opens the trays of good discs if that is wanted.
fn tell(
    args: &BurnArgs,
    app: &App,
    names: &[String],
    drives: &mut [Drive],
    (reports, told): (&[Vec<Report>], &HashSet<String>),
) -> Exit {
    let image = args.image.display().to_string();
    let mut all = Vec::new();
    for (drive, reports) in names.iter().zip(reports) {
        all.extend(reports.iter().map(|report| Burnt { drive, image: &image, report }));
    }
    match all.as_slice() {
        [one] => app.printer.json(&json::result(app.schema, report::document(one))),
        several => app.printer.json(&json::result(app.schema, report::documents(several))),
    }
    for burnt in &all {
        report::tell(&app.printer, burnt, all.len() > 1, told);
    }
    for (drive, reports) in drives.iter_mut().zip(reports) {
        if args.eject
            && reports.last().is_some_and(|last| report::exit(last) == Exit::Done)
            && let Err(error) = tray::eject(drive, &mut |_| ControlFlow::Continue(()))
        {
            // The disc is good all the same, and the result has been told.
            app.printer.complain(&CliError::from(error));
        }
    }
    let exit = report::worst(all.iter().map(|burnt| report::exit(burnt.report)));
    let wanted = names.len() * args.copies as usize;
    if all.len() == wanted {
        return exit;
    }
    let good = all.iter().filter(|burnt| report::exit(burnt.report) == Exit::Done).count();
    app.printer.verdict(&format!("{good} of {wanted} discs are good"));
    // Nobody had another disc, or the drive that was to take it is lost.
    match exit {
        Exit::Done if drives.iter().any(|drive| drive.is_gone()) => Exit::Unusable,
        Exit::Done => Exit::Interrupted,
        _ => exit,
    }
}

fn show_plans(args: &BurnArgs, app: &App, names: &[String], prepared: &[Prepared]) {
    let image = args.image.display().to_string();
    let verify = !args.no_verify;
    let named = names.iter().zip(prepared);
    let abouts: Vec<About<'_>> =
        named.map(|(name, prepared)| About { name, prepared, image: &image, verify }).collect();
    let pages: Vec<String> = abouts.iter().map(|about| plan::page(about, &app.printer)).collect();
    app.printer.data(&pages.join("\n"));
    match abouts.as_slice() {
        [about] => app.printer.json(&json::result(app.schema, plan::document(about))),
        several => {
            let plans: Vec<_> = several.iter().map(plan::document).collect();
            let body = json!({"status": "planned", "drives": plans});
            app.printer.json(&json::result(app.schema, body));
        }
    }
}
