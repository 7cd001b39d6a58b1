//! The page that `--plan` prints, and the same as JSON: drive, disc, image, what would be done, and
//! every command with its bytes. Made of the plan that a run carries out.

use std::fmt::Write as _;

use oxidisc::formats::hex;
use oxidisc::jobs::burn::Prepared;
use oxidisc::jobs::burn::command::{PlannedCommand, Writes};
use oxidisc::jobs::burn::plan::{Disc, Plan, Step};
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::units::{Blocks, Lba, Rate};
use serde_json::{Value, json};

use super::super::human;
use super::super::output::{Printer, Style};
use super::super::table::table;

/// Bytes in a line of hex.
const BYTES_PER_LINE: usize = 16;

/// What a plan is about.
pub struct About<'a> {
    /// The drive as it was named.
    pub name: &'a str,
    /// The image as it was named.
    pub image: &'a str,
    /// Disc, plan and findings.
    pub prepared: &'a Prepared,
    /// It is read back afterwards.
    pub verify: bool,
}

/// The page.
pub fn page(about: &About<'_>, printer: &Printer) -> String {
    let Prepared { plan, disc, findings, resume, .. } = about.prepared;
    let row = |name: &str, value: String| vec![printer.style(Style::Strong, name), value];
    let size = human::bytes(plan.image.bytes());
    let sectors = human::count(u64::from(plan.image.0), "sector");
    let mut rows = vec![
        row("drive", format!("{} ({})", human::drive(&about.prepared.drive), about.name)),
        row("disc", self::disc(disc)),
        row("image", format!("{}, {size} ({sectors})", about.image)),
        row("mode", plan.mode.clone()),
        row("room", room(plan)),
    ];
    if plan.start != Lba(0) {
        rows.push(row("start", format!("sector {}", plan.start)));
    }
    if let Some((last, next)) = plan.msinfo {
        let made = format!("mkisofs -C {last},{next}");
        rows.push(row("behind", format!("the session at {last}; what adds to it: {made}")));
    }
    if let Some(resume) = resume {
        rows.push(row("resume", format!("at sector {}, after a comparison", resume.nwa)));
    }
    rows.push(row("speed", speed(plan, disc)));
    rows.push(row("after", after(plan)));
    let mut page = table(&rows);
    for finding in findings.iter().chain(&plan.remarks) {
        let _ = writeln!(page, "  - {finding}");
    }
    if let Some(loss) = &about.prepared.loss {
        let _ = writeln!(page, "  - {loss}: that will be lost");
    }
    for (index, step) in plan.steps.iter().enumerate() {
        page.push('\n');
        steps(&mut page, index + 1, step, printer);
    }
    page.push_str("\nThen the drive is asked what it has recorded");
    let verify = about.verify && !plan.simulated;
    page.push_str(if verify { ", and every sector is read back.\n" } else { ".\n" });
    page
}

/// `BD-R, blank, CMCMAG/BA5`
fn disc(disc: &Disc) -> String {
    let mut text = disc.kind.to_string();
    if let Some(status) = disc.status {
        let _ = write!(text, ", {}", state(status));
    }
    if let Some(id) = &disc.media_id {
        let _ = write!(text, ", {id}");
    }
    text
}

/// A disc's state in a word.
pub fn state(status: DiscStatus) -> &'static str {
    match status {
        DiscStatus::Blank => "blank",
        DiscStatus::Appendable => "appendable",
        DiscStatus::Complete => "complete",
        DiscStatus::Other => "of another state",
    }
}

/// `139.5 MiB of 23.3 GiB (71424 of 12219392 sectors), 16 of them padding`
fn room(plan: &Plan) -> String {
    let Plan { image, needed, available, .. } = plan;
    let (need, there) = (human::bytes(needed.bytes()), human::bytes(available.bytes()));
    let mut text = format!("{need} of {there} ({needed} of {available} sectors)");
    if needed > image {
        let _ = write!(text, ", {} of them zeros", needed.0 - image.0);
    }
    text
}

/// `16x of 16x 12x 8x 4x`
fn speed(plan: &Plan, disc: &Disc) -> String {
    let shown = |rate: Rate| match disc.family() {
        Some(family) => human::times(family.x(rate)),
        None => format!("{} kB/s", rate.kbps),
    };
    let asked = plan.rate.map_or("as fast as the drive can".into(), shown);
    if disc.speeds.is_empty() {
        return asked;
    }
    let offered: Vec<String> = disc.speeds.iter().copied().map(shown).collect();
    format!("{asked}; offered: {}", offered.join(" "))
}

/// What the disc is then.
fn after(plan: &Plan) -> String {
    if plan.simulated {
        return "the disc as it was: the drive only rehearses".into();
    }
    let mut text = match plan.closes {
        true => "the disc is closed and takes no more".to_string(),
        false if plan.kind.is_overwritable() => "the disc can be overwritten".into(),
        false => "the disc is open and takes more".into(),
    };
    if plan.loses {
        text.push_str("; what is on it now is lost");
    }
    text
}

/// A step with its commands.
fn steps(page: &mut String, number: usize, step: &Step, printer: &Printer) {
    for (index, command) in step.commands().iter().enumerate() {
        let number = if index == 0 { format!("{number:2}") } else { "  ".into() };
        let name = printer.style(Style::Strong, command.name);
        let _ = writeln!(page, "{number}  {name}{}: {}", times(command), command.why);
        for line in hex_lines(command.cdb.bytes()) {
            let _ = writeln!(page, "      {line}");
        }
        for line in command.data_out.iter().flat_map(|data| hex_lines(data)) {
            let _ = writeln!(page, "    > {line}");
        }
    }
    if let Some(longest) = step.waits() {
        let longest = human::duration(longest);
        let _ = writeln!(page, "      and waits until the drive is done, {longest} at most");
    }
}

/// What several writes come to: ` x 4463, 64 KiB each, 0..71407`.
fn times(command: &PlannedCommand) -> String {
    let Some(Writes { times, blocks, first, last }) = command.writes else {
        return String::new();
    };
    format!(" x {times}, {} KiB each, {first}..{last}", blocks.bytes() / 1024)
}

fn hex_lines(bytes: &[u8]) -> Vec<String> {
    bytes.chunks(BYTES_PER_LINE).map(hex::text).collect()
}

/// The plan's own fields of the document that `--json` ends with.
pub fn document(about: &About<'_>) -> Value {
    let Prepared { plan, disc, findings, resume, .. } = about.prepared;
    let blocks = |blocks: Blocks| json!(blocks.0);
    json!({
        "status": "planned",
        "profile": super::super::json::profile(disc.profile),
        "media_id": disc.media_id,
        "mode": plan.mode,
        "sectors": blocks(plan.image),
        "sectors_needed": blocks(plan.needed),
        "sectors_available": blocks(plan.available),
        "start": plan.start.0,
        "msinfo": plan.msinfo.map(|(last, next)| [last.0, next.0]),
        "write_kbps_requested": plan.rate.map(|rate| rate.kbps),
        "closed": plan.closes,
        "simulated": plan.simulated,
        "loses_data": plan.loses,
        "loss": about.prepared.loss,
        "resumable": plan.resumable,
        "resume_at": resume.map(|resume| resume.nwa.0),
        "path": about.name,
        "drive": super::super::json::drive(&about.prepared.drive),
        "findings": findings,
        "remarks": plan.remarks,
        "steps": plan.steps.iter().map(step_document).collect::<Vec<_>>(),
    })
}

fn step_document(step: &Step) -> Value {
    let commands: Vec<Value> = step
        .commands()
        .iter()
        .map(|command| {
            json!({
                "name": command.name,
                "why": command.why,
                "cdb": hex::text(command.cdb.bytes()),
                "data": command.data_out.as_deref().map(hex::text),
                "times": command.writes.map_or(1, |writes| writes.times),
                "first": command.writes.map(|writes| writes.first.0),
                "last": command.writes.map(|writes| writes.last.0),
            })
        })
        .collect();
    json!({
        "commands": commands,
        "changes_disc": step.changes_disc(),
        "wait_seconds": step.waits().map(|time| time.as_secs()),
    })
}
