//! BD-RE: any block, as often as one likes, once it is formatted.

use super::{CHUNK_BD, Job, common, room};
use crate::jobs::burn::plan::{Plan, Reason, Refusal, Spares, Step};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::units::{Blocks, Lba};

/// FORMAT TYPE: the drive's default, spare areas as chosen, none.
const DEFAULT: u8 = 0x00;
const CHOSEN: u8 = 0x30;
const NONE: u8 = 0x31;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    let format = if disc.formatted {
        let is_such = |spares| choose(job, spares).is_some_and(|format| format.blocks == disc.free);
        if !job.choices.spares.is_some_and(is_such) {
            common::refuse_reformat(job)?;
        }
        None
    } else {
        let spares = job.choices.spares.unwrap_or(Spares::Default);
        Some(choose(job, spares).ok_or_else(|| {
            Refusal::new(
                Reason::Drive,
                "this BD-RE is not formatted, and the drive offers no such format for it",
                "another --spares, or another drive",
            )
        })?)
    };
    let managed = match format {
        Some(format) => format.kind != NONE,
        None => disc.spares.is_none_or(|spares| spares.total > Blocks(0)),
    };
    let mut plan = job.draft(if managed {
        "overwrite, with defect management"
    } else {
        "overwrite, without defect management"
    });
    plan.resumable = true;
    plan.closes = false;
    plan.loses = disc.formatted;
    plan.available = format.map_or(disc.free, |format| format.blocks);
    // Less than 64 KiB of a stream may never get to the disc (libburn).
    let streaming = job.choices.streaming && managed;
    let unit = if streaming { CHUNK_BD } else { Blocks(1) };
    let mut write = job.write(Lba(0) + job.done(), unit);
    write.streaming = streaming;
    plan.needed = Blocks(job.done().0 + write.total().0);
    room::check(job, &plan, alternatives(job))?;
    if let Some(format) = format {
        plan.steps.push(Step::Format(unit_of(format)));
        let (kind, size) = (format.kind, room::size(format.blocks));
        plan.remarks.push(format!("the disc is formatted first, type {kind:02x}h: {size}"));
    }
    job.begin(&mut plan);
    common::push_write(&mut plan, write);
    if managed {
        plan.remarks.push(common::speed_remark(streaming, false).into());
    } else if job.choices.streaming {
        plan.remarks.push(
            "without spare areas the disc is written at full speed anyway: no streaming bit".into(),
        );
    }
    common::say_padding(&mut plan, CHUNK_BD);
    common::say_appendable(job, &mut plan);
    Ok(plan)
}

fn unit_of(format: FormatDescriptor) -> FormatUnit {
    // As libburn does for a format that is not the drive's default. No certification is asked for:
    // LG's GGW-H20L refuses the quick one (libburn).
    FormatUnit { options_valid: format.kind != DEFAULT, ..FormatUnit::new(format) }
}

fn choose(job: &Job<'_>, spares: Spares) -> Option<FormatDescriptor> {
    let of = |kind| job.disc.formats_of(kind).filter(|format| format.blocks.0 > 0);
    match spares {
        Spares::Default => of(DEFAULT).next(),
        Spares::None => of(NONE).next(),
        Spares::Min => of(CHOSEN).max_by_key(|format| format.blocks),
        Spares::Max => of(CHOSEN).min_by_key(|format| format.blocks),
    }
}

/// What the disc holds, formatted in each way.
fn alternatives(job: &Job<'_>) -> Vec<(String, Blocks)> {
    let how = if job.disc.formatted { "oxidisc format --spares" } else { "--spares" };
    [("none", Spares::None), ("min", Spares::Min), ("default", Spares::Default)]
        .into_iter()
        .filter_map(|(name, spares)| {
            let format = choose(job, spares)?;
            Some((format!("this disc, formatted otherwise ({how} {name})"), format.blocks))
        })
        .collect()
}
