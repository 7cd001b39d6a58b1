//! What is refused, in which words, and what is said to work instead.

use super::discs::{appendable, blank, broken_off, complete};
use super::{image, nothing, plan, refused, resume};
use crate::jobs::burn::plan::{
    Alternative, Choices, Disc, DiscKind, Reason, Refusal, SpareArea, Spares, Step, WriteMode,
};
use crate::mmc::profile::Profile;
use crate::units::Blocks;

const SECTORS: u32 = 100_005;

#[track_caller]
fn says(refusal: &Refusal, reason: Reason, message: &str) {
    assert_eq!((refusal.reason, refusal.message.as_str()), (reason, message), "{refusal:?}");
}

#[test]
fn an_image_that_is_too_large_is_told_with_all_numbers_and_what_would_hold_it() {
    let managed = Choices { spares: Some(Spares::Default), ..nothing() };
    let refusal = refused(&blank(DiscKind::BdR), 12_000_000, &managed);
    says(
        &refusal,
        Reason::Size,
        "the image takes 12000000 sectors (23437.5 MiB), and this BD-R holds 11826176 sectors \
         (23098.0 MiB)",
    );
    let way =
        |what: &str, blocks, fits| Alternative { what: what.into(), blocks: Blocks(blocks), fits };
    assert_eq!(
        refusal.alternatives,
        [
            way("this disc without spare areas (--spares none)", 12_219_392, true),
            way("this disc with other spare areas (--spares min)", 12_088_320, true),
            way("a BD-R of 25 GB", 12_219_392, true),
        ]
    );
    assert_eq!(
        refusal.hint,
        "it fits on this disc without spare areas (--spares none), 12219392 sectors (23866.0 MiB); \
         on this disc with other spare areas (--spares min), 12088320 sectors (23610.0 MiB); on a \
         BD-R of 25 GB, 12219392 sectors (23866.0 MiB)"
    );
    // Nothing helps but another disc.
    let refusal = refused(&blank(DiscKind::DvdPlusR), 2_295_105, &nothing());
    assert_eq!(refusal.hint, "it fits on a DVD+R DL, 4173824 sectors (8152.0 MiB)");
    let refusal = refused(&blank(DiscKind::BdR), 70_000_000, &nothing());
    assert_eq!(refusal.hint, "no disc holds so much: split the image");
    let refusal = refused(&appendable(DiscKind::CdRw), 350_000, &nothing());
    says(
        &refusal,
        Reason::Size,
        "the image takes 350000 sectors (683.6 MiB), and there is room for 338345 sectors \
         (660.8 MiB) behind what the CD-RW holds",
    );
    assert_eq!(
        refusal.hint,
        "it fits on this disc, blanked first (--erase), 359847 sectors (702.8 MiB); on a CD-R of \
         80 minutes, 359847 sectors (702.8 MiB)"
    );
}

#[test]
fn an_image_that_just_fits_is_taken() {
    for (kind, blocks) in [
        // To the last block before the latest lead-out.
        (DiscKind::CdR, 359_849),
        (DiscKind::DvdR, 2_298_496),
        (DiscKind::DvdPlusR, 2_295_104),
        (DiscKind::DvdPlusRw, 2_295_104),
        (DiscKind::BdR, 12_219_392),
        (DiscKind::BdRe, 11_826_176),
        (DiscKind::DvdRwOverwrite, 2_297_888),
    ] {
        assert_eq!(plan(&blank(kind), blocks, &nothing()).needed, Blocks(blocks), "{kind}");
        assert_eq!(refused(&blank(kind), blocks + 1, &nothing()).reason, Reason::Size, "{kind}");
    }
    // Padding that is only kind gives way (dvdisaster#130).
    let tao = Choices { mode: Some(WriteMode::Incremental), ..nothing() };
    assert_eq!(plan(&blank(DiscKind::CdR), 359_800, &tao).needed, Blocks(359_847));
}

#[test]
fn what_is_written_once_is_not_erased_and_not_appended_to_instead() {
    let erase = Choices { erase: true, ..nothing() };
    for kind in [DiscKind::CdR, DiscKind::DvdR, DiscKind::DvdPlusR, DiscKind::BdR] {
        let refusal = refused(&appendable(kind), SECTORS, &erase);
        says(&refusal, Reason::Choice, &format!("a {kind} is written once: nothing erases it"));
        assert_eq!(plan(&blank(kind), SECTORS, &erase), plan(&blank(kind), SECTORS, &nothing()));
    }
}

#[test]
fn discs_that_no_one_should_write_are_refused_with_what_to_do() {
    for (kind, message) in [
        (
            DiscKind::BdRPow,
            "this BD-R is formatted for pseudo-overwrite, as growisofs does by default",
        ),
        (
            DiscKind::BdRRandom,
            "this BD-R is formatted for random recording, which no burner writes",
        ),
        (DiscKind::DvdRDlJump, "this DVD-R DL is in layer jump recording, which no burner writes"),
        (DiscKind::ReadOnly, "a DVD-ROM cannot be written to"),
        (DiscKind::Unknown, "the drive does not know what disc this is: it says non-conforming"),
    ] {
        says(&refused(&blank(kind), SECTORS, &nothing()), Reason::Disc, message);
    }
    let closed = Disc {
        kind: DiscKind::ReadOnly,
        profile: Profile::BdRom,
        recorded: true,
        ..blank(DiscKind::BdR)
    };
    says(
        &refused(&closed, SECTORS, &nothing()),
        Reason::Disc,
        "the disc is recorded and closed: the drive takes it for a BD-ROM",
    );
    for kind in [DiscKind::CdR, DiscKind::DvdR, DiscKind::DvdPlusR, DiscKind::BdR] {
        let refusal = refused(&complete(kind), SECTORS, &nothing());
        says(&refusal, Reason::Disc, &format!("this {kind} is closed"));
    }
    let protected = Disc {
        protection: Some("by the switch of its cartridge".into()),
        ..complete(DiscKind::DvdRam)
    };
    says(
        &refused(&protected, SECTORS, &nothing()),
        Reason::Protected,
        "the DVD-RAM is write protected: by the switch of its cartridge",
    );
    let mut reader = blank(DiscKind::DvdPlusR);
    reader.can.writes = false;
    let refusal = refused(&reader, SECTORS, &nothing());
    says(&refusal, Reason::Drive, "this drive does not write DVD+R discs");
    says(&refused(&blank(DiscKind::CdR), 0, &nothing()), Reason::Choice, "the image is empty");
    let mute = Disc { status: None, ..blank(DiscKind::DvdR) };
    says(
        &refused(&mute, SECTORS, &nothing()),
        Reason::Disc,
        "the drive does not tell what state the DVD-R is in",
    );
}

#[test]
fn what_cannot_be_simulated_says_why() {
    let test = Choices { simulate: true, ..nothing() };
    for kind in [DiscKind::DvdPlusR, DiscKind::DvdPlusRw, DiscKind::BdR, DiscKind::DvdRam] {
        let refusal = refused(&blank(kind), SECTORS, &test);
        says(&refusal, Reason::Choice, &format!("no drive can simulate writing a {kind}"));
    }
    let mut cannot = blank(DiscKind::DvdR);
    (cannot.can.test_at_once, cannot.can.test_incremental) = (false, false);
    let refusal = refused(&cannot, SECTORS, &test);
    says(&refusal, Reason::Drive, "this drive cannot simulate writing a DVD-R");
    says(
        &refused(&complete(DiscKind::CdRw), SECTORS, &test),
        Reason::Choice,
        "this CD-RW would have to be blanked before anything can be simulated",
    );
    // A drive that tests at once only, tests so where nothing else is asked.
    let mut at_once = blank(DiscKind::CdR);
    at_once.can.test_incremental = false;
    assert_eq!(plan(&at_once, SECTORS, &test).mode, "session at once");
    let tao = Choices { mode: Some(WriteMode::Incremental), ..test };
    assert_eq!(refused(&at_once, SECTORS, &tao).reason, Reason::Drive);
}

#[test]
fn what_has_no_meaning_for_a_disc_is_refused_and_not_ignored() {
    let stream = Choices { streaming: true, ..nothing() };
    let spares = Choices { spares: Some(Spares::Min), ..nothing() };
    let layers = Choices { layer_break: Some(Blocks(50_000)), ..nothing() };
    let mode = Choices { mode: Some(WriteMode::AtOnce), ..nothing() };
    for (kind, choices, message) in [
        (DiscKind::DvdPlusR, &stream, "a DVD+R is always written at full speed"),
        (DiscKind::DvdPlusR, &spares, "a DVD+R has no spare areas"),
        (DiscKind::DvdR, &layers, "this DVD-R has no layer break that could be set now"),
        (DiscKind::BdR, &mode, "a BD-R is written in one way only: there is no at once mode"),
    ] {
        says(&refused(&blank(kind), SECTORS, choices), Reason::Choice, message);
    }
    let bridge = Disc { max_transfer: 32_768, ..complete(DiscKind::BdRe) };
    says(
        &refused(&bridge, SECTORS, &stream),
        Reason::Drive,
        "streaming wants 64 KiB in one command, and the drive's bus carries 32",
    );
    // A DVD-RAM is content with 32.
    let bridge = Disc { max_transfer: 32_768, ..complete(DiscKind::DvdRam) };
    assert!(plan(&bridge, SECTORS, &stream).write().is_some_and(|write| write.streaming));
    let managed = Disc {
        formatted: true,
        spares: Some(SpareArea { free: Blocks(65_536), total: Blocks(65_536) }),
        ..blank(DiscKind::BdR)
    };
    let without = Choices { spares: Some(Spares::None), ..nothing() };
    says(
        &refused(&managed, SECTORS, &without),
        Reason::Choice,
        "this BD-R is formatted with spare areas, which cannot be undone",
    );
    let whole = Choices { spares: Some(Spares::None), ..nothing() };
    says(
        &refused(&complete(DiscKind::BdRe), SECTORS, &whole),
        Reason::Choice,
        "this BD-RE is formatted already, for 11826176 sectors (23098.0 MiB)",
    );
}

#[test]
fn modes_that_do_not_go_together_are_refused() {
    let both = Choices { appendable: true, mode: Some(WriteMode::AtOnce), ..nothing() };
    says(
        &refused(&blank(DiscKind::DvdR), SECTORS, &both),
        Reason::Choice,
        "disc at once closes the disc, so it cannot be left appendable",
    );
    let open = Choices { appendable: true, ..nothing() };
    says(
        &refused(&blank(DiscKind::DvdRDl), SECTORS, &open),
        Reason::Choice,
        "a DVD-R DL takes one session only",
    );
    let mut minimal = blank(DiscKind::DvdRwSequential);
    minimal.can.incremental = false;
    says(
        &refused(&minimal, SECTORS, &open),
        Reason::Disc,
        "this DVD-RW can be written at once only, as after a minimal blank",
    );
    let at_once = Choices { mode: Some(WriteMode::AtOnce), ..nothing() };
    says(
        &refused(&appendable(DiscKind::CdR), SECTORS, &at_once),
        Reason::Choice,
        "session at once wants a blank disc, and this CD-R is not",
    );
}

#[test]
fn layer_breaks_follow_growisofs_rules() {
    let disc = blank(DiscKind::DvdPlusRDl);
    let at = |blocks| Choices { layer_break: Some(Blocks(blocks)), ..nothing() };
    for (blocks, message) in [
        (3_000_000, "the image ends before the layer break at 3000000: it takes 3000000 sectors"),
        (1_000_000, "with the layer break at 1000000, layer 1 is too short for the rest"),
        (2_500_000, "layer 0 holds 2086912 sectors, not 2500000"),
    ] {
        says(&refused(&disc, 3_000_000, &at(blocks)), Reason::Choice, message);
    }
    let mut set = disc;
    set.layers.iter_mut().for_each(|layers| layers.settable = false);
    says(
        &refused(&set, 3_000_000, &at(1_600_000)),
        Reason::Choice,
        "the layer break of this disc is set already",
    );
    // Unasked, what is set is taken as it is.
    assert!(plan(&set, 3_000_000, &nothing()).remarks.is_empty());
}

#[test]
fn a_burn_that_broke_off_is_gone_on_with_or_left_alone() {
    for kind in [DiscKind::DvdR, DiscKind::DvdPlusR, DiscKind::BdR] {
        let refusal = refused(&broken_off(kind, 64_000), SECTORS, &nothing());
        says(&refusal, Reason::Disc, &format!("a burn broke off on this {kind}"));
        assert!(refusal.hint.contains("--resume"));
    }
    let on = |disc: &Disc, done| resume(disc, &image(SECTORS), &nothing(), Blocks(done));
    let says = |result: Result<_, Refusal>, message: &str| {
        assert_eq!(result.expect_err("refused").message, message);
    };
    let broken = broken_off(DiscKind::BdR, 64_000);
    says(on(&broken, 63_000), "64000 sectors are on the disc, of which 63000 are this image's");
    says(
        on(&blank(DiscKind::BdR), 0),
        "no burn broke off on this BD-R: there is nothing to go on with",
    );
    says(
        on(&broken_off(DiscKind::CdR, 64_000), 64_000),
        "a burn of a CD-R that broke off cannot be gone on with",
    );
    // What cannot be gone on with is closed, so that the disc takes more.
    for kind in [DiscKind::DvdR, DiscKind::DvdPlusR, DiscKind::BdR] {
        let lost = Disc { nwa: None, damaged: true, ..broken_off(kind, 64_000) };
        let plan = on(&lost, 0).expect("closed");
        assert!(plan.salvages && plan.write().is_none() && !plan.closes);
        let track = lost.last_track;
        let end = [Step::CloseTrack { track }, Step::CloseSession];
        assert!(plan.steps.ends_with(&end), "{:?}", plan.steps);
    }
    let lost = Disc { nwa: None, damaged: true, ..broken_off(DiscKind::DvdRwSequential, 64_000) };
    says(on(&lost, 64_000), "the drive cannot tell where the burn on this DVD-RW broke off");
    // A damaged track that has a next writable address goes on (MMC-5 6.27.3.7).
    let damaged = Disc { damaged: true, ..broken_off(DiscKind::DvdR, 64_000) };
    assert!(on(&damaged, 64_000).is_ok());
}

#[test]
fn what_a_plan_tells_is_what_preflight_needs() {
    let fresh = plan(&blank(DiscKind::BdR), SECTORS, &nothing());
    assert_eq!((fresh.needed, fresh.available), (Blocks(100_032), Blocks(12_219_392)));
    assert!(!fresh.loses && fresh.closes && fresh.resumable);
    assert_eq!(
        fresh.remarks,
        ["27 sectors of zeros fill up the last 64 KiB that are written at once"]
    );
    let more = plan(&appendable(DiscKind::DvdPlusR), SECTORS, &nothing());
    assert_eq!(more.mode, "sequential, a further session");
    // What `mkisofs -C 0,1786704` had to be told.
    let msinfo = more.msinfo.expect("a session is there");
    assert_eq!((msinfo.0.0, msinfo.1.0), (0, 1_786_704));
    let over = plan(&complete(DiscKind::BdRe), SECTORS, &nothing());
    assert!(over.loses && !over.closes);
    let rewritten = plan(&complete(DiscKind::CdRw), SECTORS, &nothing());
    assert!(rewritten.loses && rewritten.closes && !rewritten.resumable);
    let managed = Choices { spares: Some(Spares::Default), ..nothing() };
    let remarks = plan(&blank(DiscKind::BdR), SECTORS, &managed).remarks;
    assert!(remarks[0].contains("about half its speed"), "{remarks:?}");
}
