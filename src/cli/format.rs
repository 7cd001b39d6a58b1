//! `format`: formats a disc, or lists how it can be formatted.

use std::ops::ControlFlow;

use oxidisc::jobs::erasing::{Depth, Event};
use oxidisc::jobs::format::offers::{Cost, Offer};
use oxidisc::jobs::format::{self, Listing, Options, Spares};
use oxidisc::mmc::cmd::read_format_capacities::FormatState;
use oxidisc::transport::Access;
use serde_json::{Value, json};

use super::App;
use super::args::{FormatArgs, FormatSpares, SparesArg};
use super::erase::{self, Asked};
use super::error::CliError;
use super::exit::Exit;
use super::human;
use super::interrupt::Interrupt;
use super::json;
use super::open::Opened;
use super::output::{Printer, Style};
use super::table::table;

/// Formats the disc, or lists.
pub fn run(args: &FormatArgs, app: &App) -> Result<Exit, CliError> {
    if args.list {
        return list(app);
    }
    let options = Options {
        depth: if args.full { Depth::Full } else { Depth::Fast },
        spares: args.spares.map(spares),
        offer: args.kind,
    };
    let asked = Asked { job: "format", done: "formatted", yes: args.yes, eject: args.eject };
    erase::run(app, &asked, |drive, observer| format::prepare(drive, &options, observer))
}

fn spares(spares: FormatSpares) -> Spares {
    match spares {
        FormatSpares::Named(SparesArg::None) => Spares::None,
        FormatSpares::Named(SparesArg::Min) => Spares::Min,
        FormatSpares::Named(SparesArg::Default) => Spares::Default,
        FormatSpares::Named(SparesArg::Max) => Spares::Max,
        FormatSpares::Bytes(bytes) => Spares::Bytes(bytes),
    }
}

fn list(app: &App) -> Result<Exit, CliError> {
    let mut opened = app.open(Access::Read)?;
    let interrupt = Interrupt::install()?;
    let mut waiting = false;
    let listing = format::list(&mut opened.drive, &mut |event| {
        if event == Event::Waiting && !std::mem::replace(&mut waiting, true) {
            app.printer.note("waiting for the drive to become ready");
        }
        if interrupt.requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    app.printer.data(&page(&listing, &opened, &app.printer));
    app.printer.json(&json::result(app.schema, document(&listing)));
    Ok(Exit::Done)
}

fn page(listing: &Listing, opened: &Opened, printer: &Printer) -> String {
    let state = &listing.state;
    let strong = |text: &str| printer.style(Style::Strong, text);
    let now = match (state.format_state(), state.formatted_blocks()) {
        (Some(FormatState::Unformatted), _) => "not formatted".to_string(),
        (_, Some(blocks)) if blocks.0 > 0 => {
            format!("formatted, {}", human::bytes(blocks.bytes()))
        }
        _ => "without a format".into(),
    };
    let drive = human::drive(&listing.drive);
    if listing.offers.is_empty() {
        let profile = state.profile;
        return format!("{drive} ({}): {profile}, for which there is no format\n", opened.name);
    }
    let mut text = format!("{drive} ({}): {}, {now}\n", opened.name, state.profile);
    if let Some(spares) = state.spares {
        let total = spares.total.map_or(String::new(), |total| format!(" of {total}"));
        text.push_str(&format!("spare sectors: {}{total} free\n", spares.free));
    }
    let heads = ["no.", "type", "sectors", "size", "spares", "speed", "what it is"];
    let mut rows = vec![heads.map(strong).to_vec()];
    rows.extend(listing.offers.iter().map(row));
    text.push('\n');
    text.push_str(&table(&rows));
    text
}

fn row(offer: &Offer) -> Vec<String> {
    let what = match offer.refused {
        None => format!("{}: {}", offer.name, offer.meaning),
        Some(why) => format!("{}: not done, {why}", offer.name),
    };
    vec![
        offer.index.to_string(),
        format!("{:02x}h", offer.format.kind),
        offer.blocks.to_string(),
        human::bytes(offer.blocks.bytes()),
        offer.spares.map_or("-".into(), |spares| spares.to_string()),
        speed(offer.cost).into(),
        what,
    ]
}

fn speed(cost: Cost) -> &'static str {
    match cost {
        Cost::None => "full",
        Cost::HalfSpeed => "half",
    }
}

fn document(listing: &Listing) -> Value {
    let state = &listing.state;
    // Of a disc that is not formatted ever, some drives say that it is, with no sector.
    let sectors = state.formatted_blocks().map(|blocks| blocks.0).filter(|blocks| *blocks > 0);
    let offers = listing.offers.iter().map(|offer| {
        json!({
            "number": offer.index,
            "type": offer.format.kind,
            "parameter": offer.format.parameter,
            "name": offer.name,
            "meaning": offer.meaning,
            "sectors": offer.blocks.0,
            "spare_sectors": offer.spares.map(|spares| spares.0),
            "speed": speed(offer.cost),
            "refused": offer.refused,
        })
    });
    json!({
        "status": "listed",
        "profile": json::profile(state.profile),
        "formatted": sectors.is_some(),
        "sectors": sectors,
        "formats": offers.collect::<Vec<_>>(),
        "drive": json::drive(&listing.drive),
    })
}
