//! A burn that broke off and cannot be gone on with, since the drive does not tell where: its track
//! is closed as it is, and its session, so that the disc can be read and takes more behind it
//! (MMC-6 6.3: a damaged track is closed by its number; libburn does the same on demand).

use super::Job;
use super::write_parameters::{self, Mode};
use crate::jobs::burn::plan::{Choices, DiscKind, Plan, Step};

/// The plan; `None`: nothing broke off, it can be gone on with, or such a disc cannot be saved so.
pub(super) fn plan(job: &Job<'_>) -> Option<Plan> {
    let disc = job.disc;
    // A rewritable disc is blanked, and a CD or a DVD-R DL takes no more.
    if !disc.is_broken_off() || disc.nwa.is_some() || !disc.kind.is_salvageable() {
        return None;
    }
    // Left open, whatever was asked for: what is to follow is the image.
    let choices = Choices { appendable: true, ..job.choices.clone() };
    let job = Job { choices: &choices, ..*job };
    let mut plan = job.draft("only closed: it cannot be gone on with");
    plan.salvages = true;
    plan.start = disc.track_start.unwrap_or_default();
    if disc.kind == DiscKind::DvdR {
        plan.steps.push(write_parameters::step(&job, Mode::Incremental));
    }
    plan.steps.extend([Step::CloseTrack { track: disc.last_track }, Step::CloseSession]);
    plan.remarks.push(format!(
        "the drive does not tell where the burn on this {} broke off: what there is of it is \
         closed, and the disc takes more behind it",
        disc.kind
    ));
    Some(plan)
}
