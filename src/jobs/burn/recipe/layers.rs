//! Where the second layer of a DVD+R DL or DVD-R DL begins. It can be set once, on a blank disc.

use super::{CHUNK_DVD, Job, common};
use crate::jobs::burn::plan::{DiscKind, Plan, Reason, Refusal, Step};
use crate::units::Blocks;

/// Adds the step that sets it, where it was asked for or does good: half of the data on each layer
/// of a DVD+R DL, so that the closed disc is no longer than it has to be. Left alone where more is
/// to come. A DVD-R DL is laid out by the drive, from the size that is reserved.
pub(super) fn choose(job: &Job<'_>, plan: &mut Plan) -> Result<(), Refusal> {
    let data = plan.needed;
    if let Some(asked) = job.choices.layer_break {
        let l0 = check(job, common::padded(asked, CHUNK_DVD), data)?;
        plan.steps.push(Step::LayerBreak { l0 });
        return Ok(());
    }
    let blank = job.disc.is_blank();
    let Some(boundary) = job.disc.layers.filter(|_| blank) else { return Ok(()) };
    if data <= boundary.l0 {
        plan.remarks.push(format!(
            "the image fits on one of the two layers: a {} would do, and closing this disc takes \
             long",
            if job.disc.kind == DiscKind::DvdRDl { "DVD-R" } else { "DVD+R" }
        ));
    } else if boundary.settable && !job.choices.appendable && job.disc.kind == DiscKind::DvdPlusRDl
    {
        let l0 = half(data).min(boundary.l0);
        plan.steps.push(Step::LayerBreak { l0 });
        plan.remarks.push(format!("layer 1 begins after {l0} sectors"));
    }
    Ok(())
}

/// Half of it, in whole ECC blocks.
fn half(data: Blocks) -> Blocks {
    common::padded(Blocks(data.0.div_ceil(2)), CHUNK_DVD)
}

/// growisofs' rules: layer 0 is at least half of the data, less than all of it, and no more than
/// there is.
fn check(job: &Job<'_>, l0: Blocks, data: Blocks) -> Result<Blocks, Refusal> {
    let refuse = |message: String, hint: String| Err(Refusal::new(Reason::Choice, message, hint));
    let blank = job.disc.is_blank();
    let Some(boundary) = job.disc.layers.filter(|_| blank) else {
        return Err(Refusal::new(
            Reason::Disc,
            "the layer break can be set on a blank disc only, and this drive does not offer it now",
            "leave out --layer-break",
        ));
    };
    if !boundary.settable {
        return refuse(
            "the layer break of this disc is set already".into(),
            format!("leave out --layer-break; it is at {}", boundary.l0),
        );
    }
    if l0 >= data {
        return refuse(
            format!("the image ends before the layer break at {l0}: it takes {data} sectors"),
            "a smaller --layer-break, or a disc of one layer".into(),
        );
    }
    if l0 < half(data) {
        return refuse(
            format!("with the layer break at {l0}, layer 1 is too short for the rest"),
            format!("layer 0 has to hold half of it at least: {}", half(data)),
        );
    }
    if l0 > boundary.l0 {
        return refuse(
            format!("layer 0 holds {} sectors, not {l0}", boundary.l0),
            "a smaller --layer-break".into(),
        );
    }
    Ok(l0)
}
