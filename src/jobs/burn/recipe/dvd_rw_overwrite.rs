//! DVD-RW in restricted overwrite: any ECC block, as often as one likes, as far as it is formatted.

use super::{CHUNK_DVD, Job, common, room};
use crate::jobs::burn::plan::{Plan, Refusal, Step};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::units::{Blocks, Lba};

/// FORMAT TYPE: quick, the session then grows as it is written.
const QUICK: u8 = 0x15;
/// Likewise in full, of a size.
const FULL: [u8; 2] = [0x10, 0x00];

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    let mut plan = job.draft("restricted overwrite");
    let write = job.write(Lba(0) + job.done(), CHUNK_DVD);
    plan.needed = Blocks(job.done().0 + write.total().0);
    plan.start = Lba(0);
    plan.resumable = true;
    plan.closes = false;
    plan.loses = disc.last_track > 0 && !disc.is_blank();
    let grown =
        if plan.needed > disc.free && !disc.intermediate { larger(job, plan.needed) } else { None };
    plan.available = if grown.is_some() || disc.intermediate { disc.capacity } else { disc.free };
    room::check(job, &plan, [])?;
    if let Some(format) = grown {
        plan.steps.push(Step::Format(FormatUnit::new(format)));
        plan.remarks.push(format!(
            "the disc is formatted for {} and is formatted anew",
            room::size(disc.free)
        ));
    }
    job.begin(&mut plan);
    let quick = grown.is_some_and(|format| format.kind == QUICK);
    common::push_write(&mut plan, write);
    // Left as it is, in between, old kernels cannot read it (growisofs).
    if disc.intermediate || quick {
        plan.steps.push(Step::CloseSession);
    }
    common::say_padding(&mut plan, CHUNK_DVD);
    common::say_appendable(job, &mut plan);
    Ok(plan)
}

/// The format that makes room for so much, the quickest first.
fn larger(job: &Job<'_>, needed: Blocks) -> Option<FormatDescriptor> {
    let fits = |format: &FormatDescriptor| format.blocks >= needed;
    // Size 0: it grows from nothing (MMC-6 6.5.3.10; libburn).
    let quick = job.disc.formats_of(QUICK).find(fits);
    let quick = quick.map(|format| FormatDescriptor { blocks: Blocks(0), ..format });
    let full = || FULL.into_iter().find_map(|kind| job.disc.formats_of(kind).find(fits));
    quick.or_else(full)
}
