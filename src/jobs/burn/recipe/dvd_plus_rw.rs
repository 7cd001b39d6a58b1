//! DVD+RW: any block, as often as one likes; formatted in the background while it is written.

use super::{Job, common, room};
use crate::jobs::burn::plan::{Plan, Reason, Refusal, Step};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::BackgroundFormat;
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::units::{Blocks, Lba};

/// FORMAT TYPE of a DVD+RW.
const BACKGROUND: u8 = 0x26;
/// Its parameter's last bit: goes on where it stopped.
const RESTART: u32 = 1;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    let mut plan = job.draft("overwrite");
    plan.loses = disc.formatted && !disc.is_blank();
    plan.available = disc.capacity.max(disc.free);
    plan.resumable = true;
    plan.closes = false;
    // Sectors are written one by one: nothing needs to be padded.
    let write = job.write(Lba(0) + job.done(), Blocks(1));
    plan.needed = Blocks(job.done().0 + write.total().0);
    room::check(job, &plan, [])?;
    let format = |parameter| {
        Step::Format(FormatUnit::new(FormatDescriptor {
            kind: BACKGROUND,
            blocks: Blocks(FormatUnit::ALL),
            parameter,
        }))
    };
    let running = match disc.background_format {
        BackgroundFormat::Running => true,
        BackgroundFormat::Done => false,
        BackgroundFormat::Suspended => {
            plan.steps.extend([format(RESTART), Step::FLUSH]);
            true
        }
        BackgroundFormat::None if disc.formatted => false,
        BackgroundFormat::None => {
            plan.steps.extend([format(0), Step::FLUSH]);
            true
        }
    };
    job.begin(&mut plan);
    common::push_write(&mut plan, write);
    if running {
        // Then the tray opens at once, and the rest is formatted when there is need for it
        // (growisofs).
        plan.steps.extend([Step::StopBackgroundFormat, Step::CloseSession]);
        plan.remarks.push("the disc goes on being formatted while it is written".into());
    }
    common::say_appendable(job, &mut plan);
    if plan.available == Blocks(0) {
        return Err(Refusal::new(
            Reason::Disc,
            "the drive does not tell how large this DVD+RW is",
            "try another drive, or another disc",
        ));
    }
    Ok(plan)
}
