//! What holds of every plan there is, whatever the disc, the image and the wish.

use proptest::prelude::*;
use proptest::sample::select;

use super::discs::{appendable, blank, broken_off, complete};
use super::{WRITABLE, has, image, recipe, resume};
use crate::jobs::burn::command::Command;
use crate::jobs::burn::plan::{Choices, Disc, DiscKind, Plan, Spares, Step, WriteMode};
use crate::mmc::cmd::read_format_capacities::FormatState;
use crate::units::{Blocks, Family, Lba, Speed};

fn spares() -> impl Strategy<Value = Option<Spares>> {
    let all = [Spares::None, Spares::Default, Spares::Min, Spares::Max];
    prop_oneof![3 => Just(None), 1 => select(all.to_vec()).prop_map(Some)]
}

prop_compose! {
    fn choices()(
        speed in select(vec![None, Some(Speed::Max), Some(Speed::Min), Some(Speed::Times(4.0))]),
        simulate in prop::bool::weighted(0.2),
        appendable in prop::bool::weighted(0.3),
        erase in prop::bool::weighted(0.2),
        streaming in prop::bool::weighted(0.2),
        spares in spares(),
        opc in prop::bool::weighted(0.2),
        layer_break in prop_oneof![5 => Just(None), 1 => (0u32..2_500_000).prop_map(Some)],
        mode in select(vec![None, None, Some(WriteMode::AtOnce), Some(WriteMode::Incremental)]),
    ) -> Choices {
        let layer_break = layer_break.map(Blocks);
        Choices { speed, simulate, appendable, erase, streaming, spares, opc, layer_break, mode }
    }
}

/// A disc in one of the states there are, in a drive that can do more or less with it.
fn disc() -> impl Strategy<Value = Disc> {
    let state = (select(WRITABLE), 0u8..5, any::<[bool; 8]>(), select(&BRIDGES[..]));
    state.prop_map(|(kind, state, can, max_transfer)| {
        let mut disc = match state {
            0 => blank(kind),
            1 if !kind.is_overwritable() => appendable(kind),
            2 if !kind.is_overwritable() => broken_off(kind, 64_000),
            _ => complete(kind),
        };
        if state == 4 && kind == DiscKind::DvdRwOverwrite {
            disc.intermediate = true;
            disc.formats.iter_mut().for_each(|formats| formats.state = FormatState::Unknown);
        }
        disc.can.incremental &= can[0] || can[1];
        disc.can.track_at_once &= can[1] || can[2];
        disc.can.session_at_once &= can[2] || can[3];
        disc.can.test_at_once &= can[3];
        disc.can.test_incremental &= can[4];
        disc.can.stream_writing &= can[5] || can[6];
        disc.can.set_streaming &= can[6];
        disc.can.underrun_protection &= can[7];
        disc.max_transfer = max_transfer;
        disc
    })
}

const BRIDGES: [usize; 6] = [32_768, 65_536, 122_880, 131_072, 1 << 20, 20_000];

/// Sizes that matter: tiny, about what is there, anything.
fn sectors(disc: &Disc) -> impl Strategy<Value = u32> + use<> {
    let (room, capacity) = (disc.free.0.max(1), disc.capacity.0.max(1));
    prop_oneof![
        1u32..700,
        room.saturating_sub(40)..room + 40,
        capacity.saturating_sub(40)..capacity + 40,
        1..capacity + 1000,
    ]
}

fn any_job() -> impl Strategy<Value = (Disc, u32, Choices)> {
    disc().prop_flat_map(|disc| {
        let sectors = sectors(&disc);
        (Just(disc), sectors, choices())
    })
}

/// Every block of the image once, in order, in addresses without gaps, and no more than there is.
fn writes_the_image_once(plan: &Plan, disc: &Disc) -> Result<(), TestCaseError> {
    let write = plan.write().expect("it writes");
    let count = plan.steps.iter().filter(|step| matches!(step, Step::Write(_))).count();
    prop_assert_eq!(count, 1);
    let (mut lba, mut from, mut zeros) = (write.start, write.skip, 0u64);
    let mut commands = 0;
    for chunk in write.chunks() {
        prop_assert_eq!(chunk.lba, lba);
        prop_assert!(chunk.blocks() > Blocks(0) && chunk.blocks() <= write.chunk);
        prop_assert!(chunk.blocks().bytes() <= disc.max_transfer as u64);
        prop_assert!(chunk.image == Blocks(0) || chunk.from == from);
        prop_assert!(chunk.lead == Blocks(0) || chunk.image == Blocks(0));
        (lba, from) = (chunk.end(), Blocks(from.0 + chunk.image.0));
        zeros += u64::from(chunk.pad.0);
        commands += 1;
    }
    prop_assert_eq!(commands, write.commands());
    prop_assert_eq!((lba, from), (write.end(), plan.image));
    prop_assert_eq!(zeros, u64::from(write.pad.0));
    prop_assert!(plan.needed <= plan.available, "{} of {}", plan.needed, plan.available);
    Ok(())
}

/// What no plan ever does, and what each has to.
fn keeps_the_rules(plan: &Plan, disc: &Disc, choices: &Choices) -> Result<(), TestCaseError> {
    let page = has(plan, |step| matches!(step, Step::WriteParameters(_)));
    let by_page = matches!(
        disc.kind,
        DiscKind::CdR
            | DiscKind::CdRw
            | DiscKind::DvdR
            | DiscKind::DvdRDl
            | DiscKind::DvdRwSequential
    );
    prop_assert_eq!(page, by_page, "page 05h");
    for step in &plan.steps {
        if let Step::WriteParameters(page) = step {
            // MULTI-SESSION; TEST WRITE.
            let multi = page.byte(3).map(|byte| byte & 0xc0);
            prop_assert_eq!(multi, Some(if choices.appendable { 0xc0 } else { 0 }));
            prop_assert_eq!(page.flag(2, 0x10), choices.simulate);
        }
        if let Step::Format(format) = step {
            let pow = disc.kind == DiscKind::BdR && format.subtype != 1;
            prop_assert!(!pow, "pseudo-overwrite");
            prop_assert!(format.immediate);
            prop_assert!(!disc.formatted || !disc.kind.is_write_once());
        }
        if choices.simulate {
            let leaves = !matches!(
                step,
                Step::Blank { .. }
                    | Step::Format(_)
                    | Step::Opc
                    | Step::LayerBreak { .. }
                    | Step::CloseTrack { .. }
                    | Step::CloseSession
                    | Step::Finalize { .. }
                    | Step::StopBackgroundFormat
            );
            prop_assert!(leaves, "a simulation with {step:?}");
        }
        if choices.appendable {
            let finalizes = matches!(step, Step::Finalize { .. });
            prop_assert!(!finalizes);
        }
    }
    let blanks = has(plan, |step| matches!(step, Step::Blank { .. }));
    prop_assert!(!blanks || (disc.kind.is_blankable() && plan.loses && !disc.is_blank()));
    prop_assert!(!disc.kind.is_write_once() || !plan.loses);
    prop_assert_eq!(choices.simulate, plan.simulated);
    let written = plan.steps.iter().position(|step| matches!(step, Step::Write(_)));
    let flushed = plan.steps.iter().rposition(|step| matches!(step, Step::Flush { .. }));
    prop_assert!(written < flushed, "flushed after the last write");
    let closed = plan.steps.iter().position(|step| {
        matches!(step, Step::CloseTrack { .. } | Step::CloseSession | Step::Finalize { .. })
    });
    prop_assert!(closed.is_none_or(|closed| Some(closed) > flushed));
    Ok(())
}

/// What is written together is whole ECC blocks, where the disc wants it so.
fn is_aligned(plan: &Plan, disc: &Disc) -> Result<(), TestCaseError> {
    let write = plan.write().expect("it writes");
    let family = disc.family().expect("of a family");
    let exempt = matches!(disc.kind, DiscKind::DvdPlusRw | DiscKind::DvdRam | DiscKind::BdRe);
    let unit = family.ecc_blocks().0;
    if !exempt || write.streaming {
        prop_assert_eq!(write.total().0 % unit, 0);
        prop_assert!(write.pad.0 < unit || family == Family::Cd);
    }
    // A chunk divides a unit or is made of units.
    prop_assert!(write.chunk.0.is_multiple_of(unit) || unit.is_multiple_of(write.chunk.0));
    if write.streaming {
        prop_assert!(write.chunk.0.is_multiple_of(unit));
        prop_assert!(matches!(
            write.command(&write.chunks().next().expect("one")),
            Command::Write12(command) if command.streaming
        ));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn every_plan_keeps_the_rules((disc, sectors, choices) in any_job()) {
        match recipe(&disc, &image(sectors), &choices) {
            Ok(plan) => {
                writes_the_image_once(&plan, &disc)?;
                keeps_the_rules(&plan, &disc, &choices)?;
                is_aligned(&plan, &disc)?;
                prop_assert_eq!(plan.image, Blocks(sectors));
            }
            Err(refusal) => {
                prop_assert!(!refusal.message.is_empty() && !refusal.hint.is_empty());
                prop_assert!(!refusal.message.ends_with('.'));
                let first = refusal.message.chars().next().unwrap_or(' ');
                let lower = first.is_lowercase()
                    || refusal.message.starts_with("DVD") || refusal.message.starts_with("BD");
                prop_assert!(lower, "{}", refusal.message);
            }
        }
    }

    #[test]
    fn nothing_is_written_before_what_is_there((disc, sectors, choices) in any_job()) {
        let Ok(plan) = recipe(&disc, &image(sectors), &choices) else { return Ok(()) };
        let write = plan.write().expect("it writes");
        if disc.is_appendable() && !plan.loses {
            prop_assert_eq!(Some(write.start), disc.nwa);
            let end = write.start + disc.free;
            prop_assert!(write.end() <= end, "{} beyond {}", write.end(), end);
        } else {
            prop_assert_eq!(write.image_start(), Lba(0));
        }
    }

    #[test]
    fn what_goes_on_writes_the_rest_and_nothing_twice(
        kind in select(WRITABLE),
        done in 1u32..9000,
        sectors in 1u32..200_000,
    ) {
        let unit = 32;
        let nwa = done * unit;
        let overwritable = kind.is_overwritable();
        let disc = if overwritable { complete(kind) } else { broken_off(kind, nwa) };
        let done = Blocks(nwa.min(sectors));
        let choices = super::nothing();
        let Ok(plan) = resume(&disc, &image(sectors), &choices, done) else {
            prop_assert!(matches!(kind, DiscKind::CdR | DiscKind::CdRw));
            return Ok(());
        };
        let Some(write) = plan.write() else {
            prop_assert!(sectors <= nwa);
            return Ok(());
        };
        writes_the_image_once(&plan, &disc)?;
        prop_assert_eq!(write.image_start(), Lba(write.skip.0.cast_signed()));
        prop_assert!(write.skip <= done && done.0 - write.skip.0 < unit);
    }
}
