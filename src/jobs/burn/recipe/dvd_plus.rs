//! DVD+R and DVD+R DL: sequential, each track a session of its own. Nothing is reserved: a track
//! that ends where the writing ended can be gone on with, or closed by anyone; one that was
//! reserved has to be filled first. growisofs reserves nothing either; libburn does; an HL-DT-ST
//! GSA-4166B fails at it on a DVD+R DL with 3/0C/80 (real-drives: sense pairs from logs).

use super::{CHUNK_DVD, Job, common, layers, room};
use crate::jobs::burn::plan::{DiscKind, Plan, Reason, Refusal, Step};
use crate::mmc::cmd::read_disc_information::DiscStatus;

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
        layers::choose(job, &mut plan)?;
    }
    common::push_next_writable(&mut plan, disc.open_track, &write);
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
