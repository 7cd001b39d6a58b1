//! DVD-RAM: any block, as often as one likes; the drive checks what it wrote and replaces what is
//! bad.

use super::{CHUNK_DVD, Job, common, room};
use crate::jobs::burn::plan::{Plan, Reason, Refusal, Spares, Step};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::units::{Blocks, Lba};

/// FORMAT TYPE: full, and with the spare areas expanded.
const FULL: u8 = 0x00;
const EXPANDED: u8 = 0x01;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    let mut plan = job.draft("overwrite");
    plan.resumable = true;
    plan.closes = false;
    plan.loses = disc.formatted;
    let format = if disc.formatted {
        common::refuse_reformat(job)?;
        None
    } else {
        Some(choose(job)?)
    };
    plan.available = format.map_or(disc.free, |format| format.blocks);
    // Some drives fail on less than 32 KiB of a stream (libburn).
    let unit = if job.choices.streaming { CHUNK_DVD } else { Blocks(1) };
    let mut write = job.write(Lba(0) + job.done(), unit);
    write.streaming = job.choices.streaming;
    plan.needed = Blocks(job.done().0 + write.total().0);
    room::check(job, &plan, larger(job))?;
    if let Some(format) = format {
        plan.steps.push(Step::Format(FormatUnit::new(format)));
    }
    job.begin(&mut plan);
    common::push_write(&mut plan, write);
    plan.remarks.push(common::speed_remark(job.choices.streaming, true).into());
    common::say_padding(&mut plan, CHUNK_DVD);
    common::say_appendable(job, &mut plan);
    Ok(plan)
}

fn choose(job: &Job<'_>) -> Result<FormatDescriptor, Refusal> {
    let full = || job.disc.formats_of(FULL);
    let all = || full().chain(job.disc.formats_of(EXPANDED));
    let chosen = match job.choices.spares {
        None | Some(Spares::Default | Spares::Min) => full().next(),
        Some(Spares::None) => full().max_by_key(|format| format.blocks),
        Some(Spares::Max) => all().min_by_key(|format| format.blocks),
    };
    chosen.ok_or_else(|| {
        Refusal::new(
            Reason::Drive,
            "this DVD-RAM is not formatted, and the drive offers no format for it",
            "try another drive",
        )
    })
}

/// How it could be formatted to hold more.
fn larger(job: &Job<'_>) -> Option<(String, Blocks)> {
    let most = job.disc.formats_of(FULL).max_by_key(|format| format.blocks)?;
    Some(("this disc without spare areas (oxidisc format --spares none)".into(), most.blocks))
}
