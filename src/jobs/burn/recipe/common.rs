//! What several recipes have in common: refusals, remarks, and the end of a plan.

use super::{Job, room};
use crate::jobs::burn::plan::{Plan, Reason, Refusal, Step, Write};
use crate::mmc::cmd::read_track_information::TrackAddress;
use crate::units::{Blocks, Lba};

/// Rounded up to whole units.
pub(super) fn padded(blocks: Blocks, unit: Blocks) -> Blocks {
    Blocks(blocks.0.div_ceil(unit.0).saturating_mul(unit.0))
}

/// Adds the writing and the flush; only the flush where nothing is left to write.
pub(super) fn push_write(plan: &mut Plan, write: Write) {
    if write.total() > Blocks(0) {
        plan.steps.push(Step::Write(write));
    }
    plan.steps.push(Step::FLUSH);
}

/// What the open track of a disc can take: of a blank one whose track says 0, all of the disc
/// (real-drives: HL-DT-ST GH22NP20).
pub(super) fn room_at_end(job: &Job<'_>) -> Blocks {
    let disc = job.disc;
    if disc.is_blank() && disc.free == Blocks(0) { disc.capacity } else { disc.free }
}

/// Says no to a disc on which a burn broke off, unless it is the one to go on with.
pub(super) fn check_open_track(job: &Job<'_>) -> Result<(), Refusal> {
    if job.done.is_some() || !job.disc.is_broken_off() {
        return Ok(());
    }
    let kind = job.disc.kind;
    let hint = if kind.is_blankable() {
        "`--resume` goes on with it, `--erase` blanks the disc first"
    } else {
        "`--resume` goes on with it, with the same image"
    };
    Err(Refusal::new(Reason::Disc, format!("a burn broke off on this {kind}"), hint))
}

/// Says no to other spare areas on a disc that is formatted: that is a job of its own. Where a burn
/// is gone on with, it is the one that formatted it.
pub(super) fn refuse_reformat(job: &Job<'_>) -> Result<(), Refusal> {
    if job.choices.spares.is_none() || job.done.is_some() {
        return Ok(());
    }
    let (kind, size) = (job.disc.kind, room::size(job.disc.free));
    Err(Refusal::new(
        Reason::Choice,
        format!("this {kind} is formatted already, for {size}"),
        "leave out --spares, or format it anew with `oxidisc format`",
    ))
}

/// What defect management costs.
pub(super) fn speed_remark(streaming: bool, dvd_ram: bool) -> &'static str {
    match (streaming, dvd_ram) {
        (true, _) => "written as a stream: at full speed, and bad blocks stay bad",
        (false, true) => {
            "the drive checks what it writes, at about half its speed; --streaming does without"
        }
        (false, false) => {
            "the drive checks what it writes for its defect management, at about half its speed; \
             --streaming does without"
        }
    }
}

pub(super) fn say_padding(plan: &mut Plan, unit: Blocks) {
    let pad = plan.write().map_or(0, |write| write.pad.0);
    if pad > 0 {
        plan.remarks.push(format!(
            "{pad} sectors of zeros fill up the last {} KiB that are written at once",
            unit.bytes() / 1024
        ));
    }
}

/// A disc that is overwritten is never closed.
pub(super) fn say_appendable(job: &Job<'_>, plan: &mut Plan) {
    if job.choices.appendable {
        let kind = job.disc.kind;
        plan.remarks.push(format!("a {kind} can always be written to again: nothing is left open"));
    }
}

/// The drive does not say what state the disc is in.
pub(super) fn unknown_state(job: &Job<'_>) -> Refusal {
    Refusal::new(
        Reason::Disc,
        format!("the drive does not tell what state the {} is in", job.disc.kind),
        "eject it and load it again; if it stays so, drive and disc do not get along",
    )
}

/// A simulation leaves the disc as it is.
pub(super) fn must_be_blanked(job: &Job<'_>) -> Refusal {
    Refusal::new(
        Reason::Choice,
        format!("this {} would have to be blanked before anything can be simulated", job.disc.kind),
        "`oxidisc blank` blanks it",
    )
}

/// What a disc holds that is blank, or will be.
pub(super) fn room_when_blank(job: &Job<'_>, blank_first: bool) -> Blocks {
    let disc = job.disc;
    if blank_first || disc.free == Blocks(0) { disc.capacity } else { disc.free }
}

/// The drive does not say where to write.
pub(super) fn nowhere(job: &Job<'_>) -> Refusal {
    Refusal::new(
        Reason::Disc,
        format!("the drive does not tell where to go on writing on this {}", job.disc.kind),
        "try another drive, or put in a blank disc",
    )
}

/// A disc that takes no more.
pub(super) fn closed(job: &Job<'_>) -> Refusal {
    Refusal::new(
        Reason::Disc,
        format!("this {} is closed", job.disc.kind),
        "put in a blank disc, or one that can be rewritten",
    )
}

/// Where block 0 of the image goes on a disc with a next writable address, and where the writing
/// begins: not the same for a burn that goes on.
pub(super) fn place(job: &Job<'_>, blank_first: bool) -> Result<(Lba, Lba), Refusal> {
    let disc = job.disc;
    if blank_first || (disc.is_blank() && job.done.is_none()) {
        return Ok((Lba(0), Lba(0)));
    }
    if let (true, Some(start)) = (job.is_written(), disc.unclosed) {
        return Ok((start, start));
    }
    let nwa = disc.nwa.ok_or_else(|| nowhere(job))?;
    Ok((if job.done.is_some() { disc.track_start.unwrap_or(nwa) } else { nwa }, nwa))
}

/// The track that is written to: of a disc that is blanked first, the first.
pub(super) fn open_track(job: &Job<'_>, blank_first: bool) -> TrackAddress {
    if blank_first { TrackAddress::Track(1) } else { job.disc.open_track }
}

/// Makes sure that the drive is where the plan is, where there is something to write.
pub(super) fn push_next_writable(plan: &mut Plan, track: TrackAddress, write: &Write) {
    if write.total() > Blocks(0) {
        plan.steps.push(Step::NextWritable { track, expect: write.start });
    }
}

/// What comes behind something: a session, or the rest of a burn.
pub(super) fn say_behind(job: &Job<'_>, plan: &mut Plan) {
    if job.done.is_some() {
        plan.mode.push_str(", gone on with");
    } else {
        plan.mode.push_str(", a further session");
        plan.msinfo = job.disc.msinfo();
    }
}
