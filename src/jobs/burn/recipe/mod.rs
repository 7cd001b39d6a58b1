//! How each kind of disc is to be written: a disc, an image and what was asked for make a plan, or
//! a refusal that says what would work instead. Pure: asks no drive anything. A file per family;
//! the evidence for each sequence stands in `docs/recipes.md`, which is tested against this.

mod bd_r;
mod bd_re;
mod cd;
mod checks;
mod common;
mod dvd_minus;
mod dvd_plus;
mod dvd_plus_rw;
mod dvd_ram;
mod dvd_rw_overwrite;
mod layers;
mod room;
mod salvage;
mod speed;
#[cfg(test)]
mod tests;
mod write_parameters;

use super::plan::{
    Choices, Disc, DiscKind, Image, Plan, Reason, Refusal, Step, Write, WriteMode, chunk,
};
use crate::units::{Blocks, Family, Lba};

/// Bytes that one command writes to a CD or DVD, and to a BD, where the transport carries them: one
/// ECC block. LG's GGW-H20L writes junk to a BD from streams of 32 KiB commands (libburn).
const CHUNK_DVD: Blocks = Blocks(16);
const CHUNK_BD: Blocks = Blocks(32);

/// How to write `image` to `disc`.
///
/// # Errors
/// It cannot be done so; the refusal says what would work.
pub fn recipe(disc: &Disc, image: &Image, choices: &Choices) -> Result<Plan, Refusal> {
    let job = Job { disc, image, choices, done: None };
    checks::check(&job)?;
    job.plan().map(|plan| with_quirks(plan, disc))
}

/// How to go on with a burn that broke off, where the first `done` blocks of the image are on the
/// disc: compared, not guessed. Of a disc with a next writable address that is all that is on the
/// open track. Where the drive does not tell where it broke off, what there is of it is closed, and
/// nothing is written ([`Plan::salvages`]).
///
/// # Errors
/// The disc is none that can be gone on with, or not from there; the refusal says what would work.
pub fn resume(
    disc: &Disc,
    image: &Image,
    choices: &Choices,
    done: Blocks,
) -> Result<Plan, Refusal> {
    let job = Job { disc, image, choices, done: Some(done) };
    checks::check(&job)?;
    if let Some(plan) = salvage::plan(&job) {
        return Ok(with_quirks(plan, disc));
    }
    checks::check_resume(&job, done)?;
    job.plan().map(|plan| with_quirks(plan, disc))
}

/// What is the same on all discs of a drive.
fn with_quirks(mut plan: Plan, disc: &Disc) -> Plan {
    for step in &mut plan.steps {
        if let Step::Flush { immediate } = step {
            *immediate = !disc.can.flush_without_immed;
        }
    }
    plan
}

/// What a recipe works on.
struct Job<'a> {
    disc: &'a Disc,
    image: &'a Image,
    choices: &'a Choices,
    /// Blocks of the image that an earlier burn has written.
    done: Option<Blocks>,
}

impl Job<'_> {
    fn plan(&self) -> Result<Plan, Refusal> {
        match self.disc.kind {
            DiscKind::CdR | DiscKind::CdRw => cd::plan(self),
            DiscKind::DvdR | DiscKind::DvdRDl | DiscKind::DvdRwSequential => dvd_minus::plan(self),
            DiscKind::DvdRwOverwrite => dvd_rw_overwrite::plan(self),
            DiscKind::DvdPlusR | DiscKind::DvdPlusRDl => dvd_plus::plan(self),
            DiscKind::DvdPlusRw => dvd_plus_rw::plan(self),
            DiscKind::DvdRam => dvd_ram::plan(self),
            DiscKind::BdR => bd_r::plan(self),
            DiscKind::BdRe => bd_re::plan(self),
            kind => Err(Refusal::new(
                Reason::Disc,
                format!("a {kind} cannot be written to"),
                "put in another disc",
            )),
        }
    }

    /// Blocks of the image that need not be written. Whole units where any block can be written.
    fn done(&self) -> Blocks {
        let done = self.done.unwrap_or(Blocks(0)).min(self.image.blocks);
        let unit = self.disc.family().map_or(Blocks(1), Family::ecc_blocks);
        if self.disc.kind.is_overwritable() { Blocks(done.0 / unit.0 * unit.0) } else { done }
    }

    /// Whether the image and its track are done with, and only what they stand in is open.
    fn is_written(&self) -> bool {
        self.done.is_some() && !self.disc.is_broken_off() && !self.disc.kind.is_overwritable()
    }

    /// The plan of such a disc before anything is known of how.
    fn draft(&self, mode: impl Into<String>) -> Plan {
        Plan {
            kind: self.disc.kind,
            steps: Vec::new(),
            mode: mode.into(),
            image: self.image.blocks,
            needed: self.image.blocks,
            available: self.disc.free,
            start: Lba(0),
            loses: false,
            simulated: self.choices.simulate,
            closes: !self.choices.appendable && !self.choices.simulate,
            resumable: false,
            salvages: false,
            rate: None,
            msinfo: None,
            remarks: Vec::new(),
        }
    }

    /// What one command writes.
    fn chunk(&self) -> Blocks {
        let family = self.disc.family().unwrap_or(Family::Dvd);
        let wanted = if family == Family::Bd { CHUNK_BD } else { CHUNK_DVD };
        chunk(wanted, wanted, self.disc.max_transfer)
    }

    /// The image from where it is to go on, to `start`, the end padded to whole units.
    fn write(&self, start: Lba, unit: Blocks) -> Write {
        let skip = self.done();
        let rest = self.image.blocks.0 - skip.0;
        Write {
            start,
            lead: Blocks(0),
            skip,
            image: Blocks(rest),
            pad: Blocks(common::padded(Blocks(rest), unit).0 - rest),
            chunk: self.chunk(),
            streaming: false,
        }
    }

    /// Speed and calibration, which come before all else that is about writing.
    fn begin(&self, plan: &mut Plan) {
        speed::choose(self, plan);
        if self.choices.opc {
            plan.steps.push(Step::Opc);
        }
    }

    /// Whether a writing mode is taken: the one asked for, or the one there is.
    fn allows(&self, mode: WriteMode) -> bool {
        self.choices.mode.is_none_or(|asked| asked == mode)
    }
}
