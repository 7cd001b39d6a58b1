//! What can be said of a wish before the kind of disc has its own say: whether disc and drive can
//! do it at all, and which choices have a meaning for which disc.

use super::Job;
use crate::jobs::burn::plan::{Disc, DiscKind, Reason, Refusal, WriteMode};
use crate::units::Blocks;

type Checked = Result<(), Refusal>;

/// Says no where nothing else needs to be known.
pub(super) fn check(job: &Job<'_>) -> Checked {
    check_disc(job)?;
    if job.image.blocks == Blocks(0) {
        return no(Reason::Choice, "the image is empty", "there is nothing to burn");
    }
    check_erase(job)?;
    check_simulate(job)?;
    check_streaming(job)?;
    check_spares(job)?;
    check_mode(job)?;
    let two_layers = matches!(job.disc.kind, DiscKind::DvdPlusRDl | DiscKind::DvdRDl);
    if job.choices.layer_break.is_some() && (!two_layers || job.choices.simulate) {
        return no(
            Reason::Choice,
            format!("this {} has no layer break that could be set now", job.disc.kind),
            "leave out --layer-break; it is for DVD+R DL and DVD-R DL",
        );
    }
    Ok(())
}

fn no(reason: Reason, message: impl Into<String>, hint: impl Into<String>) -> Checked {
    Err(Refusal::new(reason, message, hint))
}

fn check_disc(job: &Job<'_>) -> Checked {
    let disc = job.disc;
    if let Some((message, hint)) = unwritable(disc) {
        return no(Reason::Disc, message, hint);
    }
    if let Some(protection) = &disc.protection {
        return no(
            Reason::Protected,
            format!("the {} is write protected: {protection}", disc.kind),
            "lift the protection, or put in another disc",
        );
    }
    if !disc.can.writes {
        return no(
            Reason::Drive,
            format!("this drive does not write {} discs", disc.kind),
            "`oxidisc info` lists what it writes; try another drive",
        );
    }
    Ok(())
}

/// What is said of discs that no one writes, or no one should.
fn unwritable(disc: &Disc) -> Option<(String, &'static str)> {
    let profile = disc.profile;
    Some(match disc.kind {
        DiscKind::ReadOnly if disc.recorded => (
            format!("the disc is recorded and closed: the drive takes it for a {profile}"),
            "put in a blank disc, or one that can be rewritten",
        ),
        DiscKind::ReadOnly => (
            format!("a {profile} cannot be written to"),
            "put in a blank disc, or one that can be rewritten",
        ),
        DiscKind::Unknown => (
            format!("the drive does not know what disc this is: it says {profile}"),
            "try another disc, or another drive: no drive writes all kinds of discs",
        ),
        DiscKind::BdRPow => (
            "this BD-R is formatted for pseudo-overwrite, as growisofs does by default".into(),
            "it cannot be undone: most drives fail to close such a disc. Read what is on it, and \
             use a fresh BD-R",
        ),
        DiscKind::BdRRandom => (
            "this BD-R is formatted for random recording, which no burner writes".into(),
            "use a fresh BD-R",
        ),
        DiscKind::DvdRDlJump => (
            "this DVD-R DL is in layer jump recording, which no burner writes".into(),
            "use a fresh DVD-R DL, or a DVD+R DL",
        ),
        DiscKind::DvdPlusRwDl => (
            "a DVD+RW of two layers was never sold, and how to write it is not known".into(),
            "use a DVD+R DL, or a BD-RE",
        ),
        _ => return None,
    })
}

/// More is appended to a disc that is written once: who wants it erased wants something else.
fn check_erase(job: &Job<'_>) -> Checked {
    let disc = job.disc;
    if !job.choices.erase || !disc.kind.is_write_once() || !disc.is_appendable() {
        return Ok(());
    }
    no(
        Reason::Choice,
        format!("a {} is written once: nothing erases it", disc.kind),
        "leave out --erase to write behind what it holds, or put in another disc",
    )
}

/// Feature bits decide (MMC-6 5.3.25, 5.3.26, 5.3.27): no other disc knows a test write.
fn check_simulate(job: &Job<'_>) -> Checked {
    if !job.choices.simulate {
        return Ok(());
    }
    let (disc, can) = (job.disc, &job.disc.can);
    let hint = "leave out --simulate; `--plan` shows what would be done, and sends nothing";
    let knows = matches!(
        disc.kind,
        DiscKind::CdR
            | DiscKind::CdRw
            | DiscKind::DvdR
            | DiscKind::DvdRDl
            | DiscKind::DvdRwSequential
    );
    if !knows {
        let kind = disc.kind;
        return no(Reason::Choice, format!("no drive can simulate writing a {kind}"), hint);
    }
    if !can.test_at_once && !can.test_incremental {
        let message = format!("this drive cannot simulate writing a {}", disc.kind);
        return no(Reason::Drive, message, hint);
    }
    if job.choices.opc {
        return no(
            Reason::Choice,
            "calibrating the laser writes to the disc, which a simulation must not",
            "leave out --opc",
        );
    }
    if job.done.is_some() {
        return no(Reason::Choice, "a burn cannot be gone on with as a simulation", hint);
    }
    Ok(())
}

fn check_streaming(job: &Job<'_>) -> Checked {
    if !job.choices.streaming {
        return Ok(());
    }
    let disc = job.disc;
    if !matches!(disc.kind, DiscKind::DvdRam | DiscKind::BdR | DiscKind::BdRe) {
        return no(
            Reason::Choice,
            format!("a {} is always written at full speed", disc.kind),
            "leave out --streaming; it is for DVD-RAM, BD-RE and BD-R with spare areas",
        );
    }
    if !disc.can.stream_writing {
        return no(
            Reason::Drive,
            format!("this drive does not offer to write a {} as a stream", disc.kind),
            "leave out --streaming: the burn takes longer, and bad blocks are replaced",
        );
    }
    let chunk = job.chunk();
    let bd = disc.kind != DiscKind::DvdRam;
    let whole = if bd { super::CHUNK_BD } else { super::CHUNK_DVD };
    if chunk < whole {
        return no(
            Reason::Drive,
            format!(
                "streaming wants {} KiB in one command, and the drive's bus carries {}",
                whole.bytes() / 1024,
                disc.max_transfer / 1024
            ),
            "leave out --streaming, or connect the drive in another way",
        );
    }
    Ok(())
}

fn check_spares(job: &Job<'_>) -> Checked {
    let takes = matches!(job.disc.kind, DiscKind::DvdRam | DiscKind::BdR | DiscKind::BdRe);
    if job.choices.spares.is_none() || takes {
        return Ok(());
    }
    no(
        Reason::Choice,
        format!("a {} has no spare areas", job.disc.kind),
        "leave out --spares; it is for DVD-RAM, BD-R and BD-RE",
    )
}

fn check_mode(job: &Job<'_>) -> Checked {
    let kind = job.disc.kind;
    let (Some(mode), false) = (job.choices.mode, has_modes(kind)) else { return Ok(()) };
    let name = match mode {
        WriteMode::AtOnce => "at once",
        WriteMode::Incremental => "incremental",
    };
    no(
        Reason::Choice,
        format!("a {kind} is written in one way only: there is no {name} mode"),
        "leave out --mode; it is for CD-R, CD-RW, DVD-R and DVD-RW",
    )
}

fn has_modes(kind: DiscKind) -> bool {
    matches!(
        kind,
        DiscKind::CdR
            | DiscKind::CdRw
            | DiscKind::DvdR
            | DiscKind::DvdRDl
            | DiscKind::DvdRwSequential
    )
}

/// Whether a disc can be gone on with from there.
pub(super) fn check_resume(job: &Job<'_>, done: Blocks) -> Checked {
    let disc = job.disc;
    if disc.kind.is_overwritable() {
        return Ok(());
    }
    let kind = disc.kind;
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    let only_open = disc.is_appendable() && !disc.is_broken_off() && disc.unclosed.is_some();
    if cd && !only_open {
        return no(
            Reason::Disc,
            format!("a burn of a {kind} that broke off cannot be gone on with"),
            "a CD-RW can be blanked and burnt again; a CD-R is lost",
        );
    }
    let nothing = || {
        no(
            Reason::Disc,
            format!("no burn broke off on this {kind}: there is nothing to go on with"),
            "leave out --resume",
        )
    };
    if disc.track_begun && disc.nwa.is_none() {
        return no(
            Reason::Disc,
            format!("the drive cannot tell where the burn on this {kind} broke off"),
            "what is on it may be readable; nothing can be added to it",
        );
    }
    let written = match (disc.is_broken_off(), disc.track_start, disc.nwa, disc.unclosed) {
        (true, Some(start), Some(nwa), _) => u32::try_from(nwa - start).unwrap_or(0),
        // Only the session, or the disc, is left to be closed.
        (false, .., Some(_)) if disc.is_appendable() => job.image.blocks.0,
        _ => return nothing(),
    };
    if done.0 != written.min(job.image.blocks.0) {
        return no(
            Reason::Disc,
            format!("{written} sectors are on the disc, of which {done} are this image's"),
            "go on with the image that was being burnt",
        );
    }
    let minus = matches!(kind, DiscKind::DvdR | DiscKind::DvdRDl | DiscKind::DvdRwSequential);
    if minus && !disc.can.incremental {
        return no(
            Reason::Drive,
            format!("this drive does not write the {kind} incrementally"),
            "try another drive",
        );
    }
    Ok(())
}
