//! BD-R in sequential recording: as it comes without spare areas, at full speed and full size; or
//! formatted once with spare areas. Never for pseudo-overwrite: most drives then fail to close it.

use super::{CHUNK_BD, Job, common, room};
use crate::jobs::burn::plan::{Plan, Reason, Refusal, Spares, Step};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::units::Blocks;

/// FORMAT TYPE: the drive's default spare areas, and such as are chosen.
const DEFAULT: u8 = 0x00;
const CHOSEN: u8 = 0x32;
/// FORMAT SUB-TYPE: sequential recording without pseudo-overwrite. 0 would be with it.
const NO_POW: u8 = 1;
/// Where libburn begins to warn.
const SESSIONS_MANY: u16 = 300;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    match disc.status {
        Some(DiscStatus::Blank | DiscStatus::Appendable) => {}
        Some(DiscStatus::Complete | DiscStatus::Other) => return Err(common::closed(job)),
        None => return Err(common::unknown_state(job)),
    }
    common::check_open_track(job)?;
    let format = spares(job)?;
    let managed = format.is_some() || disc.formatted;
    let mut plan = job.draft(if managed {
        "sequential, with defect management"
    } else {
        "sequential, without defect management"
    });
    let fresh = disc.is_blank();
    let (start, at) = common::place(job, false)?;
    plan.start = start;
    plan.available = format.map_or_else(|| common::room_at_end(job), |format| format.blocks);
    plan.resumable = true;
    let mut write = job.write(at, CHUNK_BD);
    write.streaming = job.choices.streaming && managed;
    plan.needed = write.total();
    room::check(job, &plan, alternatives(job))?;
    if let Some(format) = format {
        plan.steps.extend([Step::Format(unit(format)), Step::FLUSH]);
    }
    job.begin(&mut plan);
    common::push_next_writable(&mut plan, disc.open_track, &write);
    common::push_write(&mut plan, write);
    if !job.is_written() {
        plan.steps.push(Step::CloseTrack { track: disc.last_track });
    }
    plan.steps.push(if job.choices.appendable {
        Step::CloseSession
    } else {
        Step::Finalize { minimal_radius: false }
    });
    if !fresh {
        common::say_behind(job, &mut plan);
    }
    remarks(job, managed, &mut plan);
    Ok(plan)
}

fn remarks(job: &Job<'_>, managed: bool, plan: &mut Plan) {
    if managed {
        plan.remarks.push(common::speed_remark(job.choices.streaming, false).into());
    } else if job.choices.streaming {
        plan.remarks.push(
            "without spare areas the disc is written at full speed anyway: no streaming bit".into(),
        );
    }
    if job.disc.formatted && job.choices.spares.is_some() {
        plan.remarks.push("the disc has spare areas already: they are used as they are".into());
    }
    if job.disc.sessions >= SESSIONS_MANY {
        let sessions = job.disc.sessions;
        plan.remarks
            .push(format!("the disc has {sessions} sessions: some drives fail with so many"));
    }
    common::say_padding(plan, CHUNK_BD);
}

fn unit(format: FormatDescriptor) -> FormatUnit {
    FormatUnit {
        subtype: NO_POW,
        // As libburn does for a format that is not the drive's default.
        options_valid: format.kind != DEFAULT,
        ..FormatUnit::new(format)
    }
}

/// The format that brings the spare areas asked for; `None` for none.
fn spares(job: &Job<'_>) -> Result<Option<FormatDescriptor>, Refusal> {
    let disc = job.disc;
    let Some(asked) = job.choices.spares else { return Ok(None) };
    let refuse = |message: &str, hint: &str| Err(Refusal::new(Reason::Choice, message, hint));
    match (asked, disc.formatted) {
        (Spares::None, false) => return Ok(None),
        (Spares::None, true) => {
            return refuse(
                "this BD-R is formatted with spare areas, which cannot be undone",
                "leave out --spares, or use a fresh BD-R",
            );
        }
        // The same burn once more, perhaps: it broke off behind the format, which is for good.
        (_, true) => return Ok(None),
        (_, false) if !disc.is_blank() => {
            return refuse(
                "a BD-R gets spare areas only before it is first written",
                "leave out --spares, or use a fresh BD-R",
            );
        }
        _ => {}
    }
    match choose(job, asked) {
        Some(format) => Ok(Some(format)),
        None => Err(Refusal::new(
            Reason::Drive,
            "the drive offers no such spare areas for this BD-R",
            "`--spares default`, or none at all",
        )),
    }
}

fn choose(job: &Job<'_>, asked: Spares) -> Option<FormatDescriptor> {
    let chosen = || job.disc.formats_of(CHOSEN).filter(|format| format.blocks.0 > 0);
    match asked {
        Spares::None => None,
        Spares::Default => job.disc.formats_of(DEFAULT).find(|format| format.blocks.0 > 0),
        Spares::Min => chosen().max_by_key(|format| format.blocks),
        Spares::Max => chosen().min_by_key(|format| format.blocks),
    }
}

/// What a blank disc holds, formatted in each way.
fn alternatives(job: &Job<'_>) -> Vec<(String, Blocks)> {
    if !job.disc.is_blank() || job.disc.formatted {
        return Vec::new();
    }
    let mut ways =
        vec![("this disc without spare areas (--spares none)".to_string(), job.disc.free)];
    for (name, spares) in [("min", Spares::Min), ("default", Spares::Default)] {
        if let Some(format) = choose(job, spares) {
            ways.push((
                format!("this disc with other spare areas (--spares {name})"),
                format.blocks,
            ));
        }
    }
    ways
}
