//! Plans that are carried out on the simulated drive, which is another reading of the standard:
//! what a plan sends has to be taken, and the disc has to be afterwards what the plan says. No
//! engine: a drive that is in order is all there is.

use std::time::Duration;

use super::{image, nothing, recipe, resume};
use crate::jobs::burn::inspect::inspect;
use crate::jobs::burn::plan::{
    Choices, Disc, DiscKind, Plan, Spares, Step, Write, WriteMode, is_at,
};
use crate::jobs::survey::{survey_drive, survey_medium};
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read::Read10;
use crate::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use crate::mmc::cmd::read_format_capacities::FormatDescriptor;
use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use crate::mmc::cmd::test_unit_ready::TestUnitReady;
use crate::mmc::{CommandError, Drive};
use crate::sim;
use crate::units::{Blocks, Lba, SECTOR, Speed};

const SECTORS: u32 = 1005;

fn drive(spec: &str) -> Drive {
    Drive::new(Box::new(sim::open_ready(spec).expect("a drive")))
}

fn look(drive: &mut Drive) -> Disc {
    let facts = survey_drive(drive).expect("a drive");
    let medium = survey_medium(drive, &facts).expect("asked").expect("a disc");
    inspect(drive, &facts, &medium).expect("looked at")
}

/// Sector `number` of the image.
fn sector(number: u32) -> [u8; SECTOR] {
    let mut bytes = [0x5a; SECTOR];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// Again while the drive says that it is at something: 2/04/xx.
fn patient<T>(
    drive: &mut Drive,
    mut send: impl FnMut(&mut Drive) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    for _ in 0..20_000 {
        match send(drive) {
            Err(error) if matches!(error.triple(), Some((2, 0x04, _))) => {
                drive.wait(Duration::from_millis(500));
            }
            other => return other,
        }
    }
    panic!("the drive is busy for ever");
}

fn write(drive: &mut Drive, write: &Write) {
    for chunk in write.chunks() {
        let mut data = vec![0; chunk.lead.bytes() as usize];
        (0..chunk.image.0).for_each(|at| data.extend(sector(chunk.from.0 + at)));
        data.resize(chunk.blocks().bytes() as usize, 0);
        let command = write.command(&chunk);
        patient(drive, |drive| command.write(drive, &data)).expect("written");
    }
}

fn carry_out(drive: &mut Drive, plan: &Plan) {
    for step in &plan.steps {
        match step {
            Step::Write(all) => write(drive, all),
            Step::WriteParameters(page) => {
                assert!(drive.set_page(page).expect("sent").is_done(), "page 05h");
            }
            Step::SetSpeed(speed) => assert!(drive.set_speed(*speed).expect("sent").is_done()),
            Step::NextWritable { track, expect } => {
                let track = drive.query(&ReadTrackInformation(*track)).expect("told");
                assert!(is_at(&track, *expect), "{track:?} is not at {expect}");
            }
            _ => {
                let command = step.command().expect("one");
                let sent = patient(drive, |drive| command.send(drive));
                sent.unwrap_or_else(|error| panic!("{step:?}: {error}"));
            }
        }
        if step.waits().is_some() {
            patient(drive, |drive| drive.run(&TestUnitReady)).expect("done");
        }
    }
}

/// The image is on the disc from `start` on.
fn holds(drive: &mut Drive, start: Lba) {
    let mut buffer = [0; SECTOR];
    for number in [0, 1, SECTORS / 2, SECTORS - 1] {
        let read = Read10 {
            lba: start + Blocks(number),
            blocks: 1,
            fua: true,
            timeout: Duration::from_secs(60),
        };
        patient(drive, |drive| drive.read_into(&read, &mut buffer)).expect("read");
        assert!(buffer == sector(number), "sector {number} is another one");
    }
}

fn made(disc: &Disc, choices: &Choices) -> Plan {
    recipe(disc, &image(SECTORS), choices).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// Discs that are written in order, and what the drive calls them when they are closed.
const SEQUENTIAL: &[(&str, DiscKind)] = &[
    ("dvd-r", DiscKind::DvdR),
    ("dvd-rw", DiscKind::DvdRwSequential),
    ("dvd+r", DiscKind::DvdPlusR),
    ("dvd+r-dl", DiscKind::DvdPlusRDl),
    ("bd-r", DiscKind::BdR),
    ("bd-r-dl", DiscKind::BdR),
];

#[test]
fn a_blank_disc_is_taken_for_what_it_is() {
    for (medium, kind) in SEQUENTIAL {
        let disc = look(&mut drive(&format!("sim:blank?medium={medium}")));
        assert_eq!((disc.kind, disc.status), (*kind, Some(DiscStatus::Blank)), "{medium}");
        assert_eq!((disc.nwa, disc.last_track, disc.sessions), (Some(Lba(0)), 1, 1), "{medium}");
        assert!(disc.can.writes && !disc.speeds.is_empty(), "{medium}: {:?}", disc.can);
        assert!(disc.free > Blocks(2_000_000) && disc.free == disc.capacity, "{medium}");
        assert!(!disc.track_begun && !disc.damaged && disc.unclosed.is_none(), "{medium}");
        assert_eq!(disc.layers.is_some(), *kind == DiscKind::DvdPlusRDl, "{medium}");
    }
}

#[test]
fn a_blank_disc_is_written_and_closed() {
    for (medium, _) in SEQUENTIAL {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let disc = look(&mut drive);
        let plan = made(&disc, &nothing());
        carry_out(&mut drive, &plan);
        let after = look(&mut drive);
        assert_eq!(after.status, Some(DiscStatus::Complete), "{medium}");
        assert_eq!(after.nwa, None, "{medium}");
        holds(&mut drive, plan.start);
    }
}

#[test]
fn sessions_are_added_until_the_disc_is_closed() {
    let open = Choices { appendable: true, ..nothing() };
    for (medium, kind) in SEQUENTIAL {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let mut starts = Vec::new();
        for choices in [&open, &open, &nothing()] {
            let disc = look(&mut drive);
            assert_eq!(disc.kind, *kind, "{medium}");
            let plan = made(&disc, choices);
            let sessions = starts.len() as u16;
            assert_eq!(plan.msinfo.is_some(), sessions > 0, "{medium}");
            if let (Some((last, next)), Some(before)) = (plan.msinfo, starts.last()) {
                assert_eq!((last, next), (*before, plan.start), "{medium}");
            }
            starts.push(plan.start);
            carry_out(&mut drive, &plan);
        }
        assert_eq!(look(&mut drive).status, Some(DiscStatus::Complete), "{medium}");
        for start in starts {
            holds(&mut drive, start);
        }
    }
}

/// Writes as far as `stop` says, and what is in the drive's buffer goes to the disc.
fn break_off(drive: &mut Drive, plan: &Plan, sectors: u32) {
    let mut plan = plan.clone();
    let at = plan.steps.iter().position(|step| matches!(step, Step::Write(_))).expect("it writes");
    plan.steps.truncate(at + 2);
    if let Some(Step::Write(write)) = plan.steps.get_mut(at) {
        (write.image, write.pad) = (Blocks(sectors), Blocks(0));
    }
    carry_out(drive, &plan);
}

#[test]
fn a_burn_that_broke_off_goes_on() {
    let open = Choices { appendable: true, ..nothing() };
    for (medium, kind) in SEQUENTIAL {
        // All of it may be there, and only the end missing.
        for sectors in [320, 1024] {
            let mut drive = drive(&format!("sim:blank?medium={medium}"));
            let disc = look(&mut drive);
            let plan = made(&disc, &open);
            let whole = plan.needed.0 <= sectors;
            break_off(&mut drive, &plan, sectors.min(plan.needed.0));
            let disc = look(&mut drive);
            let what = format!("{medium}, {sectors} sectors: {disc:?}");
            assert_eq!(disc.kind, *kind, "{what}");
            assert_eq!(disc.last_session, Some(SessionState::Incomplete), "{what}");
            let done = Blocks(sectors.min(SECTORS));
            let plan = resume(&disc, &image(SECTORS), &nothing(), done)
                .unwrap_or_else(|refusal| panic!("{what}: {refusal:?}"));
            assert_eq!((plan.start, plan.write().is_none()), (Lba(0), whole), "{what}");
            carry_out(&mut drive, &plan);
            assert_eq!(look(&mut drive).status, Some(DiscStatus::Complete), "{what}");
            holds(&mut drive, Lba(0));
        }
    }
}

#[test]
fn a_simulated_burn_leaves_the_disc_as_it_was() {
    for medium in ["dvd-r", "dvd-rw", "cd-r", "cd-rw"] {
        for mode in [WriteMode::AtOnce, WriteMode::Incremental] {
            let mut drive = drive(&format!("sim:blank?medium={medium}"));
            let before = look(&mut drive);
            let test = Choices { simulate: true, mode: Some(mode), ..nothing() };
            carry_out(&mut drive, &made(&before, &test));
            drive.restore().expect("given back");
            assert_eq!(look(&mut drive), before, "{medium}");
        }
    }
}

/// Discs that any block of can be written, once they are formatted.
const OVERWRITABLE: &[(&str, DiscKind)] =
    &[("dvd+rw", DiscKind::DvdPlusRw), ("dvd-ram", DiscKind::DvdRam), ("bd-re", DiscKind::BdRe)];

#[test]
fn what_can_be_overwritten_is_formatted_once_and_written_over_and_over() {
    for (medium, kind) in OVERWRITABLE {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let fresh = look(&mut drive);
        // A DVD-RAM is sold formatted.
        let formatted = *kind == DiscKind::DvdRam;
        assert_eq!((fresh.kind, fresh.nwa), (*kind, None), "{medium}");
        assert_eq!(fresh.formatted, formatted, "{medium}");
        assert!(fresh.can.writes && fresh.capacity > Blocks(2_000_000), "{medium}: {fresh:?}");
        let plan = made(&fresh, &nothing());
        let formats = |plan: &Plan| plan.steps.iter().any(|step| matches!(step, Step::Format(_)));
        assert_eq!((formats(&plan), plan.loses), (!formatted, formatted), "{medium}");
        carry_out(&mut drive, &plan);
        holds(&mut drive, Lba(0));
        let written = look(&mut drive);
        assert!(written.formatted && written.free > Blocks(2_000_000), "{medium}: {written:?}");
        let again = made(&written, &nothing());
        let goes_on = *kind == DiscKind::DvdPlusRw;
        assert!(again.loses && formats(&again) == goes_on, "{medium}: {again:?}");
        carry_out(&mut drive, &again);
        holds(&mut drive, Lba(0));
        // From the middle of it.
        let rest = resume(&look(&mut drive), &image(SECTORS), &nothing(), Blocks(500));
        let rest = rest.expect("a plan");
        assert!(rest.write().is_some_and(|write| write.skip.0 >= 480), "{medium}");
        carry_out(&mut drive, &rest);
        holds(&mut drive, Lba(0));
    }
}

#[test]
fn spare_areas_and_streams_are_had_where_they_are_asked_for() {
    let managed = |spares| Choices { spares: Some(spares), ..nothing() };
    for (medium, spares) in
        [("bd-re", Spares::None), ("bd-re", Spares::Min), ("bd-re", Spares::Max)]
    {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let disc = look(&mut drive);
        let choices = Choices { streaming: disc.can.stream_writing, ..managed(spares) };
        let plan = made(&disc, &choices);
        carry_out(&mut drive, &plan);
        holds(&mut drive, Lba(0));
        let after = look(&mut drive);
        let what = format!("{medium}, {spares:?}: {after:?}");
        if after.kind.is_overwritable() {
            assert_eq!(after.free, plan.available, "{what}");
        } else {
            assert_eq!(after.status, Some(DiscStatus::Complete), "{what}");
        }
    }
}

/// FORMAT UNIT of a type that the drive lists, which no recipe asks for.
fn format(drive: &mut Drive, disc: &Disc, kind: u8, subtype: u8, size: Option<Blocks>) {
    let listed = disc.formats_of(kind).next().expect("listed");
    let blocks = size.unwrap_or(listed.blocks);
    let format = FormatDescriptor { blocks, ..listed };
    let step = Step::Format(FormatUnit { subtype, ..FormatUnit::new(format) });
    let command = step.command().expect("one");
    patient(drive, |drive| command.send(drive)).expect("taken");
    patient(drive, |drive| drive.run(&TestUnitReady)).expect("done");
}

#[test]
fn a_bd_r_for_pseudo_overwrite_is_left_alone() {
    let mut drive = drive("sim:blank?medium=bd-r");
    let disc = look(&mut drive);
    format(&mut drive, &disc, 0x00, 0, None);
    let disc = look(&mut drive);
    assert_eq!(disc.kind, DiscKind::BdRPow, "{disc:?}");
    let refusal = recipe(&disc, &image(SECTORS), &nothing()).expect_err("refused");
    assert!(refusal.message.contains("pseudo-overwrite"));
}

#[test]
fn a_dvd_rw_that_is_formatted_is_written_in_between_over_and_anew() {
    let mut drive = drive("sim:blank?medium=dvd-rw");
    let disc = look(&mut drive);
    // Quick, of no size: it grows as it is written.
    format(&mut drive, &disc, 0x15, 0, Some(Blocks(0)));
    let between = look(&mut drive);
    assert_eq!(between.kind, DiscKind::DvdRwOverwrite, "{between:?}");
    assert!(between.intermediate, "{between:?}");
    let plan = made(&between, &nothing());
    assert!(plan.steps.contains(&Step::CloseSession));
    carry_out(&mut drive, &plan);
    holds(&mut drive, Lba(0));
    let short = look(&mut drive);
    assert!(!short.intermediate && short.free < Blocks(100_000), "{short:?}");
    // As large as it is: written over. Larger: formatted anew.
    for (sectors, steps) in [(SECTORS, 2), (short.free.0 + 1, 4)] {
        let disc = look(&mut drive);
        let plan = recipe(&disc, &image(sectors), &nothing()).expect("a plan");
        assert_eq!(plan.steps.len(), steps, "{:?}", plan.steps);
        carry_out(&mut drive, &plan);
        holds(&mut drive, Lba(0));
    }
}

const CDS: &[(&str, DiscKind)] = &[("cd-r", DiscKind::CdR), ("cd-rw", DiscKind::CdRw)];

#[test]
fn a_blank_cd_is_taken_for_what_it_is() {
    for (medium, kind) in CDS {
        let disc = look(&mut drive(&format!("sim:blank?medium={medium}")));
        assert_eq!((disc.kind, disc.status), (*kind, Some(DiscStatus::Blank)), "{medium}");
        assert_eq!((disc.nwa, disc.open_track), (Some(Lba(0)), TrackAddress::Track(0xff)));
        assert!(disc.can.session_at_once && disc.can.track_at_once, "{:?}", disc.can);
        assert!(disc.free > Blocks(300_000) && disc.write_parameters.is_some(), "{disc:?}");
        assert!(!disc.speeds.is_empty() && disc.lead_out_max.is_some(), "{disc:?}");
    }
}

#[test]
fn a_cd_is_written_in_either_mode_and_closed() {
    let modes = [None, Some(WriteMode::AtOnce), Some(WriteMode::Incremental)];
    for ((medium, kind), mode) in CDS.iter().flat_map(|cd| modes.map(|mode| (cd, mode))) {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let choices = Choices { mode, speed: Some(Speed::Max), ..nothing() };
        let plan = made(&look(&mut drive), &choices);
        let at_once = plan.mode == "session at once";
        assert_eq!(at_once, mode != Some(WriteMode::Incremental));
        carry_out(&mut drive, &plan);
        let after = look(&mut drive);
        assert_eq!(after.status, Some(DiscStatus::Complete), "{medium}, {mode:?}: {after:?}");
        holds(&mut drive, Lba(0));
        let again = recipe(&after, &image(SECTORS), &nothing());
        if *kind == DiscKind::CdR {
            assert!(again.is_err());
            continue;
        }
        // Rewritten: blanked first.
        let again = again.expect("a plan");
        assert!(again.loses && matches!(again.steps[0], Step::Blank { full: false }));
        carry_out(&mut drive, &again);
        holds(&mut drive, Lba(0));
    }
}

#[test]
fn sessions_are_added_to_a_cd_until_it_is_closed() {
    let open = Choices { appendable: true, ..nothing() };
    for ((medium, _), mode) in
        CDS.iter().flat_map(|cd| [None, Some(WriteMode::Incremental)].map(|mode| (cd, mode)))
    {
        let mut drive = drive(&format!("sim:blank?medium={medium}"));
        let mut starts = Vec::new();
        let first = Choices { mode, ..open.clone() };
        for choices in [&first, &open, &nothing()] {
            let disc = look(&mut drive);
            let plan = made(&disc, choices);
            if let (Some((last, next)), Some(before)) = (plan.msinfo, starts.last()) {
                assert_eq!((last, next), (*before, plan.start), "{medium}");
            }
            assert_eq!(plan.msinfo.is_some(), !starts.is_empty(), "{medium}: {disc:?}");
            starts.push(plan.start);
            carry_out(&mut drive, &plan);
        }
        assert_eq!(look(&mut drive).status, Some(DiscStatus::Complete), "{medium}");
        for start in starts {
            holds(&mut drive, start);
        }
    }
}
