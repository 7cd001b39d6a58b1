//! DVD-R, DVD-R DL and DVD-RW in sequential recording: disc at once on a blank disc, incremental
//! where more is to come or something is there already.

use super::write_parameters::{self, Mode};
use super::{CHUNK_DVD, Job, common, layers, room};
use crate::jobs::burn::plan::{DiscKind, Plan, Reason, Refusal, Step, WriteMode};
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::units::Lba;

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    let rewritable = disc.kind == DiscKind::DvdRwSequential;
    if job.done.is_some() {
        let mut plan = incremental(job, false)?;
        common::say_behind(job, &mut plan);
        return Ok(plan);
    }
    match disc.status {
        Some(DiscStatus::Blank) => fresh(job, false),
        Some(DiscStatus::Appendable) if !(rewritable && job.choices.erase) => append(job),
        Some(_) if rewritable => {
            if job.choices.simulate {
                return Err(common::must_be_blanked(job));
            }
            fresh(job, true)
        }
        Some(_) => Err(common::closed(job)),
        None => Err(common::unknown_state(job)),
    }
}

/// The disc is blank, or will be.
fn fresh(job: &Job<'_>, blank_first: bool) -> Result<Plan, Refusal> {
    let can = &job.disc.can;
    if job.choices.appendable && job.disc.kind == DiscKind::DvdRDl {
        return Err(Refusal::new(
            Reason::Choice,
            "a DVD-R DL takes one session only",
            "leave out --appendable, or use a DVD+R DL",
        ));
    }
    // A full blank brings back what a minimal one took: incremental writing (libburn: NEC ND-4570A,
    // LG GSA-4082B).
    let more_than_once = can.incremental || blank_first;
    let asked = job.choices.appendable || job.choices.mode == Some(WriteMode::Incremental);
    if asked && job.choices.mode == Some(WriteMode::AtOnce) {
        return Err(Refusal::new(
            Reason::Choice,
            "disc at once closes the disc, so it cannot be left appendable",
            "leave out --mode or --appendable",
        ));
    }
    let mut plan = if asked {
        if !more_than_once {
            return Err(no_incremental(job));
        }
        incremental(job, blank_first)?
    } else {
        at_once(job, blank_first)?
    };
    if blank_first {
        plan.steps.insert(0, Step::Blank { full: asked });
        plan.loses = true;
        if asked {
            plan.remarks.push(
                "all of the disc is erased first, which takes as long as burning \
                               it full"
                    .into(),
            );
        }
    }
    Ok(plan)
}

fn no_incremental(job: &Job<'_>) -> Refusal {
    if job.disc.kind == DiscKind::DvdRwSequential {
        return Refusal::new(
            Reason::Disc,
            "this DVD-RW can be written at once only, as after a minimal blank",
            "leave out --appendable and --mode, or blank all of it (`oxidisc blank --full`)",
        );
    }
    Refusal::new(
        Reason::Drive,
        format!("this drive does not write a {} incrementally", job.disc.kind),
        "leave out --appendable and --mode, or try another drive",
    )
}

fn at_once(job: &Job<'_>, blank_first: bool) -> Result<Plan, Refusal> {
    check_test(job, job.disc.can.test_at_once)?;
    let mut plan = job.draft("disc at once");
    plan.closes = !job.choices.simulate;
    plan.available = common::room_when_blank(job, blank_first);
    let needed = common::padded(job.image.blocks, CHUNK_DVD);
    plan.needed = needed;
    room::check(job, &plan, [])?;
    job.begin(&mut plan);
    if job.disc.kind == DiscKind::DvdRDl {
        layers::choose(job, &mut plan)?;
    }
    let track = common::open_track(job, blank_first);
    plan.steps.extend([
        write_parameters::step(job, Mode::DiscAtOnce),
        Step::NextWritable { track, expect: Lba(0) },
        // Whole ECC blocks: some drives want what is written to be what was reserved to the last
        // command (Debian #794868, #755466).
        Step::Reserve { blocks: needed },
        Step::Write(job.write(Lba(0), CHUNK_DVD)),
        Step::FLUSH,
    ]);
    common::say_padding(&mut plan, CHUNK_DVD);
    Ok(plan)
}

/// At the next writable address; of a blank disc, from its beginning.
fn incremental(job: &Job<'_>, blank_first: bool) -> Result<Plan, Refusal> {
    check_test(job, job.disc.can.test_incremental)?;
    let mut plan = job.draft("incremental");
    let disc = job.disc;
    let fresh = blank_first || disc.is_blank();
    let (start, at) = common::place(job, blank_first)?;
    plan.start = start;
    plan.available = if fresh { common::room_when_blank(job, blank_first) } else { disc.free };
    let write = job.write(at, CHUNK_DVD);
    plan.needed = write.total();
    plan.resumable = !job.choices.simulate;
    room::check(job, &plan, room::erased(job))?;
    job.begin(&mut plan);
    plan.steps.push(write_parameters::step(job, Mode::Incremental));
    common::push_next_writable(&mut plan, common::open_track(job, blank_first), &write);
    common::push_write(&mut plan, write);
    if !job.choices.simulate {
        // Not FFh, which is a CD's (libburn).
        let track = if blank_first { 1 } else { disc.last_track };
        if !job.is_written() {
            plan.steps.push(Step::CloseTrack { track });
        }
        plan.steps.push(Step::CloseSession);
    }
    common::say_padding(&mut plan, CHUNK_DVD);
    Ok(plan)
}

/// Behind what is there.
fn append(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    if !job.allows(WriteMode::Incremental) {
        return Err(Refusal::new(
            Reason::Choice,
            format!("disc at once wants a blank disc, and this {} is not", disc.kind),
            "leave out --mode, or put in a blank disc",
        ));
    }
    if !disc.can.incremental {
        return Err(no_incremental(job));
    }
    common::check_open_track(job)?;
    let mut plan = incremental(job, false)?;
    common::say_behind(job, &mut plan);
    Ok(plan)
}

fn check_test(job: &Job<'_>, can: bool) -> Result<(), Refusal> {
    if !job.choices.simulate || can {
        return Ok(());
    }
    Err(Refusal::new(
        Reason::Drive,
        format!("this drive cannot simulate writing a {}", job.disc.kind),
        "leave out --simulate; `--plan` shows what would be done, and sends nothing",
    ))
}
