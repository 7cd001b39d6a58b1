//! Whether an image fits, and if not, what would hold it: the disc treated otherwise, or another
//! disc, with the numbers.

use super::Job;
use crate::jobs::burn::plan::{Alternative, Plan, Reason, Refusal};
use crate::units::{Blocks, Family};

/// Discs that shops sell and what a blank one holds, smallest first. CD-R of 80 minutes and DVD+R,
/// DVD-R, DVD+R DL, BD-R: as drives report them (real-drives: ACER AXD001, PIONEER DVR-111D,
/// Optiarc AD-7590S, HL-DT-ST WH16NS40); the larger BD by the BD-R books,
/// as libburn and others know them.
const OTHER_DISCS: &[(&str, Family, Blocks)] = &[
    ("a CD-R of 80 minutes", Family::Cd, Blocks(359_847)),
    ("a DVD+R or DVD-R", Family::Dvd, Blocks(2_295_104)),
    ("a DVD+R DL", Family::Dvd, Blocks(4_173_824)),
    ("a BD-R of 25 GB", Family::Bd, Blocks(12_219_392)),
    ("a BD-R of 50 GB", Family::Bd, Blocks(24_438_784)),
    ("a BD-R of 100 GB", Family::Bd, Blocks(48_878_592)),
    ("a BD-R of 128 GB", Family::Bd, Blocks(62_500_864)),
];

/// Says no if the plan needs more than there is. `others` are ways to treat this very disc.
pub(super) fn check(
    job: &Job<'_>,
    plan: &Plan,
    others: impl IntoIterator<Item = (String, Blocks)>,
) -> Result<(), Refusal> {
    if plan.needed <= plan.available {
        return Ok(());
    }
    Err(too_large(job, plan.needed, plan.available, others))
}

fn too_large(
    job: &Job<'_>,
    needed: Blocks,
    available: Blocks,
    others: impl IntoIterator<Item = (String, Blocks)>,
) -> Refusal {
    let fits = |blocks: Blocks| blocks >= needed;
    let mut alternatives: Vec<Alternative> = others
        .into_iter()
        .filter(|(_, blocks)| *blocks > available)
        .map(|(what, blocks)| Alternative { what, blocks, fits: fits(blocks) })
        .collect();
    alternatives.sort_by_key(|alternative| std::cmp::Reverse(alternative.blocks));
    let other_disc = OTHER_DISCS.iter().find(|(.., blocks)| fits(*blocks) && *blocks > available);
    if let Some((what, _, blocks)) = other_disc {
        let what = (*what).to_string();
        alternatives.push(Alternative { what, blocks: *blocks, fits: true });
    }
    let ways: Vec<String> = alternatives
        .iter()
        .filter(|way| way.fits)
        .map(|way| format!("{}, {}", way.what, size(way.blocks)))
        .collect();
    let hint = match ways.is_empty() {
        true => "no disc holds so much: split the image".to_string(),
        false => format!("it fits on {}", ways.join("; on ")),
    };
    let kind = job.disc.kind;
    let there = if job.disc.is_appendable() {
        format!("there is room for {} behind what the {kind} holds", size(available))
    } else {
        format!("this {kind} holds {}", size(available))
    };
    let mut refusal =
        Refusal::new(Reason::Size, format!("the image takes {}, and {there}", size(needed)), hint);
    refusal.alternatives = alternatives;
    refusal
}

/// `12219392 sectors (23866.0 MiB)`.
pub(super) fn size(blocks: Blocks) -> String {
    let mib = blocks.bytes() as f64 / f64::from(1 << 20);
    format!("{blocks} sectors ({mib:.1} MiB)")
}

/// How a disc that was written before would hold more.
pub(super) fn erased(job: &Job<'_>) -> Option<(String, Blocks)> {
    let disc = job.disc;
    let would = disc.kind.is_blankable() && !disc.is_blank() && disc.capacity.0 > 0;
    would.then(|| ("this disc, blanked first (--erase)".to_string(), disc.capacity))
}
