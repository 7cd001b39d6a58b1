//! CD-R and CD-RW: session at once on a blank disc, track at once behind what is there.

use super::write_parameters::{self, Mode};
use super::{Job, common, room};
use crate::jobs::burn::plan::{DiscKind, Plan, Reason, Refusal, Step, Write, WriteMode};
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::mmc::cmd::read_track_information::TrackAddress;
use crate::mmc::cmd::send_cue_sheet::CueSheet;
use crate::units::{Blocks, Lba};

/// A track has four seconds at least (ECMA-130 20; libburn pads to it).
const TRACK_MIN: Blocks = Blocks(300);
/// Zeros behind a track at once: reading ahead into its two run-out blocks fails, and kernels give
/// up what comes 75 sectors before (libburn's author on Debian's PowerPC list).
const RUN_OUT_PAD: Blocks = Blocks(150);
/// The pre-gap of track 1, from LBA -150.
const PREGAP: Blocks = Blocks(150);

pub(super) fn plan(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    if let (true, Some(start)) = (job.is_written(), disc.unclosed) {
        return Ok(close(job, start));
    }
    let rewritable = disc.kind == DiscKind::CdRw;
    let blank_first = match disc.status {
        Some(DiscStatus::Blank) => false,
        Some(DiscStatus::Appendable) => rewritable && job.choices.erase,
        Some(DiscStatus::Complete | DiscStatus::Other) if rewritable => true,
        Some(DiscStatus::Complete | DiscStatus::Other) => return Err(common::closed(job)),
        None => return Err(common::unknown_state(job)),
    };
    if blank_first && job.choices.simulate {
        return Err(common::must_be_blanked(job));
    }
    if blank_first || disc.is_blank() { fresh(job, blank_first) } else { append(job) }
}

/// All of the image is in its track, and only the session is open.
fn close(job: &Job<'_>, start: Lba) -> Plan {
    let mut plan = job.draft("track at once, only to be closed");
    plan.start = start;
    plan.steps =
        vec![write_parameters::step(job, Mode::TrackAtOnce), Step::FLUSH, Step::CloseSession];
    plan
}

/// The disc is blank, or will be.
fn fresh(job: &Job<'_>, blank_first: bool) -> Result<Plan, Refusal> {
    let can = &job.disc.can;
    let at_once = can.session_at_once && job.allows(WriteMode::AtOnce);
    let incremental = can.track_at_once && job.allows(WriteMode::Incremental);
    let mut plan = if at_once && (!job.choices.simulate || can.test_at_once) {
        session_at_once(job, blank_first)?
    } else if incremental && (!job.choices.simulate || can.test_incremental) {
        track_at_once(job, Lba(0), common::room_when_blank(job, blank_first))?
    } else {
        return Err(no_mode(job));
    };
    if blank_first {
        plan.steps.insert(0, Step::Blank { full: false });
        plan.loses = true;
    }
    Ok(plan)
}

fn no_mode(job: &Job<'_>) -> Refusal {
    let (what, hint) = match job.choices.mode {
        Some(WriteMode::AtOnce) => ("session at once", "leave out --mode"),
        Some(WriteMode::Incremental) => ("track at once", "leave out --mode"),
        None if job.choices.simulate => ("in any way it could simulate", "leave out --simulate"),
        None => ("in any way known here", "try another drive"),
    };
    let kind = job.disc.kind;
    Refusal::new(Reason::Drive, format!("this drive does not write a {kind} {what}"), hint)
}

fn session_at_once(job: &Job<'_>, blank_first: bool) -> Result<Plan, Refusal> {
    let mut plan = job.draft("session at once");
    let length = Blocks(job.image.blocks.0.max(TRACK_MIN.0));
    plan.needed = length;
    // Nothing but the lead-out is behind it: no run-out blocks have to be left free.
    let lead_out = job.disc.lead_out_max.and_then(|lba| u32::try_from(lba.0).ok()).map(Blocks);
    plan.available = common::room_when_blank(job, blank_first).max(lead_out.unwrap_or(Blocks(0)));
    room::check(job, &plan, [])?;
    let sheet = CueSheet::data(length).map_err(|error| {
        Refusal::new(Reason::Size, error.to_string(), "a DVD or BD holds more than a CD")
    })?;
    job.begin(&mut plan);
    plan.steps.extend([
        write_parameters::step(job, Mode::SessionAtOnce),
        Step::CueSheet(sheet),
        Step::Write(Write {
            start: CueSheet::START,
            lead: PREGAP,
            pad: Blocks(length.0 - job.image.blocks.0),
            ..job.write(Lba(0), Blocks(1))
        }),
        Step::FLUSH,
    ]);
    say_padding(&mut plan);
    Ok(plan)
}

fn track_at_once(job: &Job<'_>, start: Lba, free: Blocks) -> Result<Plan, Refusal> {
    let mut plan = job.draft("track at once");
    plan.start = start;
    plan.available = free;
    let least = job.image.blocks.max(TRACK_MIN);
    plan.needed = least;
    room::check(job, &plan, room::erased(job))?;
    let wanted = Blocks(job.image.blocks.0 + RUN_OUT_PAD.0).max(least);
    plan.needed = common::padded(wanted.min(free), Blocks(1));
    job.begin(&mut plan);
    plan.steps.extend([
        write_parameters::step(job, Mode::TrackAtOnce),
        Step::NextWritable { track: job.disc.open_track, expect: start },
        Step::Write(Write {
            pad: Blocks(plan.needed.0 - job.image.blocks.0),
            ..job.write(start, Blocks(1))
        }),
        Step::FLUSH,
    ]);
    if !job.choices.simulate {
        plan.steps.push(Step::CloseSession);
    }
    say_padding(&mut plan);
    plan.remarks.push(
        "a track at once ends in two blocks that cannot be read: a reader that counts them in \
         reports errors that are none"
            .into(),
    );
    Ok(plan)
}

fn say_padding(plan: &mut Plan) {
    let pad = plan.needed.0 - plan.image.0;
    if pad > 0 {
        plan.remarks.push(format!("{pad} sectors of zeros are written behind the image"));
    }
}

/// Behind what is there.
fn append(job: &Job<'_>) -> Result<Plan, Refusal> {
    let disc = job.disc;
    if !job.allows(WriteMode::Incremental) {
        return Err(Refusal::new(
            Reason::Choice,
            format!("session at once wants a blank disc, and this {} is not", disc.kind),
            "leave out --mode, or put in a blank disc",
        ));
    }
    let testable = !job.choices.simulate || disc.can.test_incremental;
    if !disc.can.track_at_once || !testable {
        return Err(no_mode(job));
    }
    if disc.damaged {
        return Err(Refusal::new(
            Reason::Disc,
            format!("a burn broke off on this {}", disc.kind),
            "a CD-RW can be blanked (--erase); a CD-R takes no more",
        ));
    }
    let Some(start) = disc.nwa else {
        return Err(Refusal::new(
            Reason::Disc,
            format!("the drive does not tell where to go on writing on this {}", disc.kind),
            "try another drive, or put in a blank disc",
        ));
    };
    debug_assert!(matches!(disc.open_track, TrackAddress::Track(_)));
    let mut plan = track_at_once(job, start, disc.free)?;
    common::say_behind(job, &mut plan);
    Ok(plan)
}
