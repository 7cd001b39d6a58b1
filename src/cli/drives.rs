//! `drives`: the optical drives of this machine. Asks them nothing that would disturb whoever uses
//! one.

use std::fmt;

use oxidisc::transport::holders::Holder;
use oxidisc::transport::scan::{self, Bus, DriveEntry, Medium};
use serde::Serialize;

use super::App;
use super::error::CliError;
use super::exit::Exit;
use super::json;
use super::output::Style;
use super::table::table;

#[derive(Debug, Serialize)]
struct Drives {
    drives: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    path: String,
    sg_path: Option<String>,
    vendor: Option<String>,
    product: Option<String>,
    revision: Option<String>,
    serial: Option<String>,
    bus: Option<String>,
    medium: Option<&'static str>,
    held_by: Vec<HeldBy>,
    links: Vec<String>,
}

/// Who uses a drive.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum HeldBy {
    Mount { path: String },
    Process { pid: u32, name: String },
}

impl From<&Holder> for HeldBy {
    fn from(holder: &Holder) -> HeldBy {
        match holder {
            Holder::Mount { path } => HeldBy::Mount { path: path.display().to_string() },
            Holder::Process { pid, name } => HeldBy::Process { pid: *pid, name: name.clone() },
        }
    }
}

impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeldBy::Mount { path } => write!(f, "mounted at {path}"),
            HeldBy::Process { pid, name } => write!(f, "open in {name} (pid {pid})"),
        }
    }
}

/// Lists the drives.
pub fn run(app: &App) -> Result<Exit, CliError> {
    let drives: Vec<(DriveEntry, Vec<Holder>, Medium)> = scan::drives()
        .into_iter()
        .map(|drive| {
            let (holders, medium) = (drive.held_by(), drive.medium());
            (drive, holders, medium)
        })
        .collect();
    if drives.is_empty() {
        app.printer.note("this machine has no optical drive");
    } else {
        app.printer.data(&text(app, &drives));
    }
    let drives = drives.iter().map(|(drive, holders, medium)| listed(drive, holders, *medium));
    app.printer.json(&json::result(app.schema, Drives { drives: drives.collect() }));
    Ok(Exit::Done)
}

fn text(app: &App, drives: &[(DriveEntry, Vec<Holder>, Medium)]) -> String {
    let heading = ["PATH", "SG", "DRIVE", "FIRMWARE", "BUS", "DISC", "IN USE"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(drives.iter().map(|(drive, holders, medium)| {
        let uses: Vec<String> = holders.iter().map(Holder::to_string).collect();
        vec![
            drive.path.display().to_string(),
            drive.sg_path.as_ref().map_or("-".into(), |path| path.display().to_string()),
            name(drive),
            or_dash(&drive.revision),
            drive.bus.to_string(),
            medium_name(*medium).into(),
            if uses.is_empty() { "no".into() } else { uses.join(", ") },
        ]
    }));
    let text = table(&rows);
    match text.split_once('\n') {
        Some((heading, rest)) => format!("{}\n{rest}", app.printer.style(Style::Strong, heading)),
        None => text,
    }
}

/// `HL-DT-ST BD-RE BH16NS55`, or what the kernel tells of it.
pub fn name(drive: &DriveEntry) -> String {
    let words = drive.vendor.split_whitespace().chain(drive.product.split_whitespace());
    or_dash(&words.collect::<Vec<_>>().join(" "))
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".into() } else { text.into() }
}

fn medium_name(medium: Medium) -> &'static str {
    match medium {
        Medium::Unknown => "unknown",
        Medium::Absent => "none",
        Medium::TrayOpen => "tray open",
        Medium::NotReady => "not ready",
        Medium::Present => "present",
    }
}

fn listed(drive: &DriveEntry, holders: &[Holder], medium: Medium) -> Listed {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_string());
    Listed {
        path: drive.path.display().to_string(),
        sg_path: drive.sg_path.as_ref().map(|path| path.display().to_string()),
        vendor: known(&drive.vendor),
        product: known(&drive.product),
        revision: known(&drive.revision),
        serial: drive.serial.clone(),
        bus: bus_name(drive.bus),
        medium: match medium {
            Medium::Unknown => None,
            Medium::Absent => Some("none"),
            Medium::TrayOpen => Some("tray_open"),
            Medium::NotReady => Some("not_ready"),
            Medium::Present => Some("present"),
        },
        held_by: holders.iter().map(HeldBy::from).collect(),
        links: drive.links.iter().map(|link| link.display().to_string()).collect(),
    }
}

/// Who uses a drive besides this very process.
pub fn others(drive: &DriveEntry) -> Vec<HeldBy> {
    let ours = |holder: &Holder| match holder {
        Holder::Process { pid, .. } => *pid == std::process::id(),
        Holder::Mount { .. } => false,
    };
    drive.held_by().iter().filter(|holder| !ours(holder)).map(HeldBy::from).collect()
}

/// `sata`; `None` where the kernel does not say.
pub fn bus_name(bus: Bus) -> Option<String> {
    (bus != Bus::Unknown).then(|| bus.to_string())
}
