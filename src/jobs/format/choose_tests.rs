//! Which format fits: every kind of disc, every state, every choice; the lists are those of real
//! drives where there are reports of them.

use super::*;
use crate::jobs::erasing::state::Formattable;
use crate::jobs::erasing::tests::{information, state};
use crate::jobs::format::offers::Cost;
use crate::mmc::cmd::read_disc_information::DiscStatus::{Appendable, Blank, Complete, Other};
use crate::mmc::cmd::read_format_capacities::FormatState;
use crate::mmc::cmd::read_format_capacities::FormatState::{Formatted, Unformatted, Unknown};

/// real-drives: HL-DT-ST WH16NS40, blank BD-R.
const BD_R: &[(u8, u32, u32)] = &[
    (0x00, 11_826_176, 0x3000),
    (0x32, 11_826_176, 0),
    (0x32, 5_796_864, 0),
    (0x32, 12_088_320, 0),
];
/// real-drives: TSSTcorp SH-S182M, DVD-RAM of 2236704 blocks.
const DVD_RAM: &[(u8, u32, u32)] = &[
    (0x00, 2_236_704, 0x800),
    (0x00, 2_295_072, 0x800),
    (0x01, 2_226_976, 0x800),
    (0x01, 2_217_248, 0x800),
];
/// real-drives: HL-DT-ST GSA-4083N, DVD-RW.
const DVD_RW: &[(u8, u32, u32)] =
    &[(0x00, 2_297_888, 0x800), (0x10, 2_297_888, 0x10), (0x15, 2_297_888, 0x10)];
/// A BD-RE as xorriso lists it; the maximum of spares is made up.
const BD_RE: &[(u8, u32, u32)] = &[
    (0x00, 11_826_176, 0x3000),
    (0x30, 11_826_176, 0x3000),
    (0x30, 5_796_864, 0x31000),
    (0x30, 12_088_320, 0x1000),
    (0x31, 12_219_392, 0x800),
];

/// What is sent, or what is said: the parameter list in hex, and the CDB's byte 1 where it is not
/// 11h.
fn format(state: &State, depth: Depth, spares: Option<Spares>) -> String {
    said(choose(state, &Options { depth, spares, offer: None }))
}

fn said(result: Result<Choice, Error>) -> String {
    let hex = |unit: &FormatUnit| {
        let list = unit.data().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let flags = if unit.complete_list { " cmplst" } else { "" };
        format!("{list}{flags}")
    };
    match result.map(|choice| choice.action) {
        Ok(Action::Format { unit, exact }) => {
            format!("{}{}", hex(&unit), if exact { "" } else { " about" })
        }
        Ok(Action::Background { start, finish }) => {
            let start = start.as_ref().map_or("wait".to_string(), hex);
            format!("{start}{}", if finish { " to the rim" } else { "" })
        }
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}

fn bd_re(format: (FormatState, u32), certifies: bool) -> State {
    let mut disc = state(Profile::BdRe, Complete, format, BD_RE);
    let quickly = certifies;
    disc.formattable = Formattable { no_spares: true, certifies, certifies_quickly: quickly };
    disc
}

#[test]
fn a_bd_re_is_formatted_as_it_was_asked_for() {
    let blank = bd_re((Unformatted, 12_219_392), true);
    let (fast, full) = (Depth::Fast, Depth::Full);
    let rows = [
        // FOV, IMMED; 00h, quickly, by default; with certification type 30h.
        (fast, None, "0082000800b4740000003000"),
        (full, None, "0082000800b47400c2003000"),
        (fast, Some(Spares::Default), "0082000800b4740000003000"),
        // 31h: nothing set aside.
        (fast, Some(Spares::None), "0082000800ba7400c7000800"),
        (full, Some(Spares::None), "0082000800ba7400c6000800"),
        (fast, Some(Spares::Min), "0082000800b87400c3001000"),
        (full, Some(Spares::Max), "0082000800587400c2031000"),
        // 1 GiB is 524288 blocks.
        (fast, Some(Spares::Bytes(1 << 30)), "0082000800b27400c3000000 about"),
        (fast, Some(Spares::Bytes(1)), "the drive offers spare areas of 256 MiB to 12544 MiB"),
        (
            fast,
            Some(Spares::Bytes(1 << 40)),
            "the drive offers spare areas of 256 MiB to 12544 MiB",
        ),
    ];
    for (depth, spares, expected) in rows {
        assert_eq!(format(&blank, depth, spares), expected, "{depth:?} {spares:?}");
    }
    // A drive that certifies nothing.
    let plain = bd_re((Unformatted, 12_219_392), false);
    assert_eq!(format(&plain, full, None), "0082000800b4740000003000");
    assert_eq!(format(&plain, fast, Some(Spares::None)), "0082000800ba7400c5000800");
    assert_eq!(format(&plain, full, Some(Spares::Min)), "0082000800b87400c0001000");
}

#[test]
fn a_formatted_bd_re_stays_as_it_is_unless_something_else_is_meant() {
    let disc = bd_re((Formatted, 12_219_392), true);
    assert_eq!(format(&disc, Depth::Fast, None), "it is formatted already");
    assert_eq!(format(&disc, Depth::Fast, Some(Spares::None)), "it is formatted so already");
    assert_eq!(format(&disc, Depth::Fast, Some(Spares::Default)), "0082000800b4740000003000");
    // Again, and as it was: without spares.
    assert_eq!(format(&disc, Depth::Full, None), "0082000800ba7400c6000800");
}

#[test]
fn a_bd_r_is_formatted_on_demand_only_and_never_for_pseudo_overwrite() {
    let blank = state(Profile::BdRSequential, Blank, (Unformatted, 12_219_392), BD_R);
    let full = Depth::Full;
    for (spares, expected) in [
        (None, "a BD-R needs no format: it is written as it is, at full speed"),
        (Some(Spares::None), "it has no spare areas as long as it is not formatted"),
        (Some(Spares::Default), "0082000800b4740001003000"),
        (Some(Spares::Min), "0082000800b87400c9000000"),
        (Some(Spares::Max), "0082000800587400c9000000"),
        (Some(Spares::Bytes(300 << 20)), "0082000800b81c00c9000000 about"),
    ] {
        assert_eq!(format(&blank, Depth::Fast, spares), expected, "{spares:?}");
        assert_eq!(format(&blank, full, spares), expected, "{spares:?}");
    }
    let default = Some(Spares::Default);
    let written = state(Profile::BdRSequential, Appendable, (Unformatted, 12_219_392), BD_R);
    let said = format(&written, Depth::Fast, default);
    assert_eq!(said, "the BD-R is not blank: it is formatted while nothing is on it, or never");
    let formatted = state(Profile::BdRSequential, Blank, (Formatted, 11_826_176), BD_R);
    let said = format(&formatted, Depth::Fast, default);
    assert_eq!(said, "it is formatted already, and a BD-R is formatted once");
    // Blank, and by its spare areas formatted all the same.
    let total = Some(Blocks(65_536));
    let spares = Some(crate::jobs::erasing::state::Spares { free: Blocks(65_536), total });
    let said = format(&State { spares, ..blank.clone() }, Depth::Fast, default);
    assert_eq!(said, "it is formatted already, and a BD-R is formatted once");
    let pow = State { pseudo_overwrite: true, ..blank };
    let said = format(&pow, Depth::Fast, default);
    assert_eq!(said, "the BD-R is formatted for pseudo-overwrite, which nothing takes back");
}

#[test]
fn a_dvd_ram_takes_the_listed_sizes() {
    let disc = state(Profile::DvdRam, Other, (Formatted, 2_236_704), DVD_RAM);
    let (fast, full) = (Depth::Fast, Depth::Full);
    for (depth, spares, expected) in [
        (fast, None, "it is formatted so already"),
        // FOV, IMMED: with certification.
        (full, None, "008200080022212000000800"),
        // FOV, DCRT, IMMED, and CMPLST: the size changes and nothing else.
        (fast, Some(Spares::Min), "00a200080023052000000800 cmplst"),
        (full, Some(Spares::Min), "008200080023052000000800"),
        (fast, Some(Spares::Max), "008200080021d52004000800"),
        (fast, Some(Spares::None), "a DVD-RAM is never without spare areas"),
        (fast, Some(Spares::Bytes(1)), "a DVD-RAM takes the sizes alone that the drive lists"),
    ] {
        assert_eq!(format(&disc, depth, spares), expected, "{depth:?} {spares:?}");
    }
}

#[test]
fn a_dvd_rw_is_formatted_quickly_or_whole() {
    let sequential = state(Profile::DvdRwSequential, Blank, (Unformatted, 2_297_888), DVD_RW);
    // Size 0, ECC block of 16.
    assert_eq!(format(&sequential, Depth::Fast, None), "000200080000000054000010");
    assert_eq!(format(&sequential, Depth::Full, None), "000200080023102000000800");
    let said = format(&sequential, Depth::Fast, Some(Spares::Min));
    assert_eq!(said, "a DVD-RW sequential recording has no spare areas");
    let mut overwrite = sequential.clone();
    overwrite.profile = Profile::DvdRwRestrictedOverwrite;
    assert_eq!(format(&overwrite, Depth::Fast, None), "it is formatted already");
    assert_eq!(format(&overwrite, Depth::Full, None), "000200080023102000000800");
    let none = state(Profile::DvdRwSequential, Blank, (Unknown, 0), &[]);
    assert_eq!(format(&none, Depth::Fast, None), "drive and disc do not offer a full format");
}

#[test]
fn a_dvd_plus_rw_is_formatted_in_the_background() {
    let list: &[(u8, u32, u32)] = &[(0x26, 2_295_104, 0)];
    let mut disc = state(Profile::DvdPlusRw, Blank, (Unformatted, 2_295_104), list);
    let begin = "00020008ffffffff98000000";
    let again = "00020008ffffffff98000001";
    for (background, fast, full) in [
        (BackgroundFormat::None, begin.to_string(), format!("{begin} to the rim")),
        (
            BackgroundFormat::Suspended,
            "it is formatted in part, which is enough: the rest follows when it is written".into(),
            format!("{again} to the rim"),
        ),
        (
            BackgroundFormat::Running,
            "the drive is formatting it already".into(),
            "wait to the rim".into(),
        ),
        (BackgroundFormat::Done, "it is formatted already".into(), format!("{begin} to the rim")),
    ] {
        disc.disc = Some(information(Complete, background));
        assert_eq!(format(&disc, Depth::Fast, None), fast, "{background:?}");
        assert_eq!(format(&disc, Depth::Full, None), full, "{background:?}");
    }
}

#[test]
fn what_goes_on_with_a_format_loses_nothing_and_what_begins_one_does() {
    let disc = |background| {
        let list: &[(u8, u32, u32)] = &[(0x26, 2_295_104, 0)];
        let mut disc = state(Profile::DvdPlusRw, Complete, (Formatted, 2_295_104), list);
        disc.disc = Some(information(Complete, background));
        let options = Options { depth: Depth::Full, spares: None, offer: None };
        choose(&disc, &options).expect("can be").action.loses_data()
    };
    assert!(!disc(BackgroundFormat::Suspended) && !disc(BackgroundFormat::Running));
    assert!(disc(BackgroundFormat::Done));
}

#[test]
fn a_format_can_be_chosen_by_its_number() {
    let mut list = DVD_RW.to_vec();
    list.extend([(0x13, 43_456, 0x10), (0x12, 100, 0x10)]);
    let disc = state(Profile::DvdRwRestrictedOverwrite, Complete, (Formatted, 2_254_432), &list);
    let by = |offer| {
        said(choose(&disc, &Options { depth: Depth::Fast, spares: None, offer: Some(offer) }))
    };
    assert_eq!(by(1), "000200080023102040000010");
    assert_eq!(by(3), "00020008000000004c000010");
    assert!(by(4).starts_with("format 4 (12h) is not used: "), "{}", by(4));
    assert_eq!(by(5), "there is no format 5: the drive lists 5");
    let grow = Options { depth: Depth::Fast, spares: None, offer: Some(3) };
    assert!(!choose(&disc, &grow).expect("can be").action.loses_data());
    let both = Options { depth: Depth::Fast, spares: Some(Spares::Min), offer: Some(0) };
    assert_eq!(choose(&disc, &both).expect_err("both").kind, Kind::Usage);
}

#[test]
fn what_is_not_formatted_says_what_to_do() {
    let options = Options { depth: Depth::Fast, spares: None, offer: None };
    for (profile, hint) in [
        (Profile::CdRw, "`oxidisc blank`"),
        (Profile::DvdPlusR, "a blank one is written as it is: `oxidisc burn`"),
        (Profile::BdRRandom, "take another disc"),
        (
            Profile::DvdRom,
            "what can be formatted is DVD-RW, DVD+RW, DVD-RAM, BD-RE and a blank BD-R",
        ),
    ] {
        let disc = state(profile, Appendable, (Unformatted, 0), &[]);
        let error = choose(&disc, &options).expect_err("cannot be");
        assert_eq!((error.kind, error.hint.as_deref()), (Kind::Unusable, Some(hint)), "{profile}");
    }
}

#[test]
fn offers_tell_spares_and_cost() {
    let disc = bd_re((Unformatted, 12_219_392), true);
    let offers = offers(&disc);
    let spares: Vec<_> = offers.iter().map(|offer| offer.spares.map(|blocks| blocks.0)).collect();
    let expected = [393_216, 393_216, 6_422_528, 131_072, 0].map(Some);
    assert_eq!(spares, expected);
    assert_eq!((offers[1].cost, offers[4].cost), (Cost::HalfSpeed, Cost::None));
    assert_eq!((offers[4].name, offers[4].refused), ("without spares", None));
    let blank = state(Profile::BdRSequential, Blank, (Unformatted, 12_219_392), BD_R);
    assert_eq!(super::offers(&blank)[3].spares, Some(Blocks(131_072)));
    let written = state(Profile::BdRSequential, Appendable, (Unformatted, 12_219_392), BD_R);
    assert!(super::offers(&written).iter().all(|offer| offer.refused.is_some()));
    let packets = state(Profile::CdRw, Blank, (Unformatted, 0), &[(0x10, 300_000, 32)]);
    assert!(super::offers(&packets)[0].refused.is_some());
}
