//! Getting ready: drive and disc are looked at, and a plan is made. Sends nothing that changes
//! either.

use super::inspect::inspect;
use super::plan::{Image, Plan};
use super::preflight::{self, Finding, Severity};
use super::report::{Event, Options, Prepared, Resume, Source};
use super::{recipe, resume};
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::ready::{self, Since, Tray};
use crate::jobs::survey::{survey_drive, survey_medium};
use crate::mmc::Drive;
use crate::units::Blocks;

/// Looks at drive, disc and image, and makes a plan.
///
/// # Errors
/// It cannot be burnt so; the error says what would work. The disc is as it was.
pub fn prepare(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Prepared, Error> {
    // What is wrong with the image is said before a drive has to wait for it.
    let looked = preflight::look_at(&options.source);
    let mut findings = preflight::settle(looked.findings.clone(), options.force, true)?;
    ready::require(drive, Since::Now, &mut |_| observer.event(Event::Waiting))?;
    // What was reported until here is of the past; what comes from here on is not.
    drop(drive.take_attentions());
    let facts = survey_drive(drive)?;
    let medium = survey_medium(drive, &facts)?.ok_or_else(|| ready::no_medium(Tray::Unknown))?;
    let disc = inspect(drive, &facts, &medium)?;
    let image = image(options)?;
    let begun = options.resume && resume::is_begun(drive, &disc, &options.source, &image)?;
    let resume = if begun { resume::locate(&disc, &image) } else { None };
    let plan = if begun {
        let done = resume.map_or(Blocks(0), |resume| done(&resume, &image));
        recipe::resume(&disc, &image, &options.choices, done)?
    } else {
        recipe::recipe(&disc, &image, &options.choices)?
    };
    if options.resume && !begun {
        let text = "nothing of the image is on the disc: it is burnt from its beginning";
        findings.push(Finding::new(Severity::Note, text));
    }
    if !begun {
        let place = looked.place(&plan).into_iter();
        findings.extend(preflight::settle(place.collect(), options.force, true)?);
    }
    let unseen = matches!(options.source, Source::Stream { .. }) && disc.kind.is_overwritable();
    if !begun || unseen {
        findings.extend(preflight::losses(drive, &medium, &disc, &plan)?);
    }
    if plan.salvages {
        let kind = plan.kind;
        let text = format!("the burn that broke off on this {kind} can only be closed");
        findings.push(Finding::new(Severity::Ask, text));
    }
    let (asks, notes): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Ask);
    let findings = notes.into_iter().map(|finding| finding.text).chain(medium.remarks.clone());
    Ok(Prepared {
        findings: findings.collect(),
        loss: asks.into_iter().next().map(|finding| finding.text),
        drive: facts,
        medium,
        disc,
        plan,
        resume,
    })
}

/// What of the image is on the disc, if it is the same image.
fn done(resume: &Resume, image: &Image) -> Blocks {
    let recorded = u32::try_from(resume.nwa - resume.start).unwrap_or(0);
    Blocks(recorded.min(image.blocks.0))
}

/// The image, as a recipe needs to know it.
///
/// # Errors
/// It is empty, or larger than any disc.
pub(super) fn image(options: &Options) -> Result<Image, Error> {
    let blocks = u32::try_from(options.source.blocks()).map_err(|_| {
        let bytes = options.source.bytes();
        Error::new(Kind::Usage, format!("no disc holds {bytes} bytes"))
            .hint("the largest discs there are hold 128 GB")
    })?;
    if blocks == 0 {
        return Err(Error::new(Kind::Usage, "the image is empty")
            .hint("a download or a copy that failed leaves such a file: make it again"));
    }
    Ok(Image { blocks: Blocks(blocks) })
}

/// The plan of a burn that is gone on with, once it is known how much of the image is on the disc.
///
/// # Errors
/// The disc is none that can be gone on with from there.
pub(super) fn replan(prepared: &Prepared, options: &Options, done: Blocks) -> Result<Plan, Error> {
    let image = image(options)?;
    Ok(recipe::resume(&prepared.disc, &image, &options.choices, done)?)
}
