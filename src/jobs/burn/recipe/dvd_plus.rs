//! DVD+R and DVD+R DL: sequential, each track a session of its own. Nothing is reserved: a track
//! that ends where the writing ended can be gone on with, or closed by anyone; one that was
//! reserved has to be filled first. growisofs reserves nothing either; libburn does; an HL-DT-ST
//! GSA-4166B fails at it on a DVD+R DL with 3/0C/80 (real-drives: sense pairs from logs).

use super::{CHUNK_DVD, Job, common, room};
use crate::jobs::burn::plan::{DiscKind, Plan, Reason, Refusal, Step};
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::units::Blocks;

/// Sessions that a DVD+R can have (libburn).
const SESSIONS_MAX: u16 = 153;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    match disc.status {
        Some(DiscStatus::Blank | DiscStatus::Appendable) => {}
        Some(DiscStatus::Complete | DiscStatus::Other) => return Err(common::closed(job)),
        None => return Err(common::unknown_state(job)),
    }
    if disc.sessions > SESSIONS_MAX {
        return Err(Refusal::new(
            Reason::Disc,
            format!("this {} has {SESSIONS_MAX} sessions, and can have no more", disc.kind),
            "put in another disc",
        ));
    }
    common::check_open_track(job)?;
    let mut plan = job.draft("sequential");
    let (start, at) = common::place(job, false)?;
    plan.start = start;
    plan.available = common::room_at_end(job);
    plan.resumable = true;
    let write = job.write(at, CHUNK_DVD);
    plan.needed = write.total();
    room::check(job, &plan, [])?;
    job.begin(&mut plan);
    if disc.kind == DiscKind::DvdPlusRDl {
        layer_break(job, &mut plan)?;
    }
    common::push_next_writable(job, &mut plan, &write);
    common::push_write(&mut plan, write);
    if !job.is_written() {
        plan.steps.push(Step::CloseTrack { track: disc.last_track });
    }
    plan.steps.push(if job.choices.appendable {
        Step::CloseSession
    } else {
        Step::Finalize { minimal_radius: true }
    });
    if !disc.is_blank() {
        common::say_behind(job, &mut plan);
    }
    common::say_padding(&mut plan, CHUNK_DVD);
    Ok(plan)
}

/// Where layer 1 begins. Half the data on each layer, so that the closed disc is no longer than it
/// has to be; left alone where more is to come, or where what is asked for cannot be.
fn layer_break(job: &Job<'_>, plan: &mut Plan) -> Result<(), Refusal> {
    let asked = job.choices.layer_break;
    let data = plan.needed;
    let Some(boundary) = job.disc.layers.filter(|_| job.disc.is_blank()) else {
        return match asked {
            Some(_) => Err(Refusal::new(
                Reason::Disc,
                "the layer break can be set on a blank disc only, and this drive does not offer it \
                 now",
                "leave out --layer-break",
            )),
            None => Ok(()),
        };
    };
    if let Some(l0) = asked {
        let l0 = common::padded(l0, CHUNK_DVD);
        let refuse =
            |message: String, hint: String| Err(Refusal::new(Reason::Choice, message, hint));
        if !boundary.settable {
            return refuse(
                "the layer break of this disc is set already".into(),
                format!("leave out --layer-break; it is at {}", boundary.l0),
            );
        }
        // growisofs' rules: layer 0 is at least half of the data, less than all of it, and no more
        // than there is.
        if l0 >= data {
            return refuse(
                format!("the image ends before the layer break at {l0}: it takes {data} sectors"),
                "a smaller --layer-break, or a disc of one layer".into(),
            );
        }
        let least = common::padded(Blocks(data.0.div_ceil(2)), CHUNK_DVD);
        if l0 < least {
            return refuse(
                format!("with the layer break at {l0}, layer 1 is too short for the rest"),
                format!("layer 0 has to hold half of it at least: {least}"),
            );
        }
        if l0 > boundary.l0 {
            return refuse(
                format!("layer 0 holds {} sectors, not {l0}", boundary.l0),
                "a smaller --layer-break".into(),
            );
        }
        plan.steps.push(Step::LayerBreak { l0 });
        return Ok(());
    }
    if data <= boundary.l0 {
        plan.remarks.push(
            "the image fits on one of the two layers: a DVD+R would do, and closing this disc \
             takes long"
                .into(),
        );
        return Ok(());
    }
    if boundary.settable && !job.choices.appendable {
        let l0 = common::padded(Blocks(data.0.div_ceil(2)), CHUNK_DVD).min(boundary.l0);
        plan.steps.push(Step::LayerBreak { l0 });
        plan.remarks.push(format!("layer 1 begins after {l0} sectors"));
    }
    Ok(())
}
