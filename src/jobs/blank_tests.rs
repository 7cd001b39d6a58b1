//! What blanking takes for every kind of disc in every state.

use super::*;
use crate::jobs::erasing::contents::Found;
use crate::jobs::erasing::tests::{information, state};
use crate::mmc::cmd::read_disc_information::DiscStatus::{Appendable, Blank, Complete};
use crate::mmc::cmd::read_format_capacities::FormatState::{Formatted, Unformatted, Unknown};

fn full_of_data() -> Contents {
    Contents { found: Found::Data, ..Contents::NOTHING }
}

/// The action, or the error with its hint.
fn blank(state: &State, contents: &Contents, depth: Depth) -> String {
    match choose(state, contents, &Options { depth }) {
        Ok(choice) => choice.action.to_string(),
        Err(error) => format!("{}; {}", error, error.hint.as_deref().unwrap_or("")),
    }
}

#[test]
fn what_blank_does_to_which_disc() {
    use Profile::*;
    let already = "it is blank already";
    let (fast, full) = ("blank, fast", "blank, full");
    let never = "it was never written";
    let rows = [
        (CdRw, Complete, (Unformatted, 359_849), fast, full),
        (CdRw, Blank, (Unformatted, 359_849), already, full),
        (DvdRwSequential, Appendable, (Unformatted, 2_297_888), fast, full),
        (DvdRwSequential, Blank, (Unformatted, 2_297_888), already, full),
        (
            DvdRwRestrictedOverwrite,
            Complete,
            (Formatted, 2_297_888),
            "overwrite 1536 sectors with zeros",
            full,
        ),
        (
            DvdRwRestrictedOverwrite,
            Appendable,
            (Unknown, 2_297_888),
            "the DVD-RW was formatted quickly and not written to its end yet; `oxidisc blank \
             --full` makes it a sequential DVD-RW, which takes long",
            full,
        ),
        (
            DvdPlusRw,
            Complete,
            (Formatted, 2_295_104),
            "overwrite 1536 sectors with zeros",
            "overwrite 2295104 sectors with zeros",
        ),
        (DvdPlusRw, Blank, (Unformatted, 2_295_104), never, never),
        (
            DvdRam,
            Complete,
            (Formatted, 2_236_704),
            "overwrite 1536 sectors with zeros",
            "overwrite 2236704 sectors with zeros",
        ),
        (BdRe, Blank, (Unformatted, 12_219_392), never, never),
        (
            BdRe,
            Complete,
            (Formatted, 1000),
            "overwrite 1000 sectors with zeros",
            "overwrite 1000 sectors with zeros",
        ),
    ];
    for (profile, status, format, quickly, thoroughly) in rows {
        let disc = state(profile, status, format, &[]);
        assert_eq!(blank(&disc, &full_of_data(), Depth::Fast), quickly, "{profile} {status:?}");
        assert_eq!(blank(&disc, &full_of_data(), Depth::Full), thoroughly, "{profile} {status:?}");
    }
}

#[test]
fn an_empty_disc_without_blank_is_left_alone_unless_all_of_it_is_meant() {
    let disc = state(Profile::BdRe, Complete, (Formatted, 11_826_176), &[]);
    assert_eq!(blank(&disc, &Contents::NOTHING, Depth::Fast), "nothing is on it");
    let all = "overwrite 11826176 sectors with zeros";
    assert_eq!(blank(&disc, &Contents::NOTHING, Depth::Full), all);
}

#[test]
fn a_dvd_plus_rw_that_is_formatted_in_part_is_written_where_it_is_formatted() {
    let mut disc = state(Profile::DvdPlusRw, Complete, (Formatted, 2_295_104), &[]);
    disc.disc = Some(information(Complete, BackgroundFormat::Suspended));
    let action = |depth| choose(&disc, &full_of_data(), &Options { depth }).expect("can be").action;
    let head = std::iter::once(0..1024).collect();
    assert_eq!(action(Depth::Fast), Action::Overwrite { ranges: head, restart: None });
    let Action::Overwrite { ranges, restart: Some(unit) } = action(Depth::Full) else {
        panic!("the format has to go on")
    };
    assert_eq!(ranges, std::slice::from_ref(&(0..2_295_104)));
    assert_eq!(unit.data()[4..], [0xff, 0xff, 0xff, 0xff, 0x98, 0, 0, 1]);
}

#[test]
fn what_is_written_once_is_never_blanked() {
    for profile in [
        Profile::CdR,
        Profile::DvdR,
        Profile::DvdRDlSequential,
        Profile::DvdPlusR,
        Profile::DvdPlusRDl,
        Profile::BdRSequential,
        Profile::BdRRandom,
    ] {
        let disc = state(profile, Appendable, (Unformatted, 0), &[]);
        let said = blank(&disc, &full_of_data(), Depth::Fast);
        assert!(said.contains("is written once: nothing erases it; take a rewritable"), "{said}");
    }
    for profile in [Profile::CdRom, Profile::DvdRom, Profile::BdRom] {
        let disc = state(profile, Complete, (Unformatted, 0), &[]);
        let error = choose(&disc, &full_of_data(), &Options { depth: Depth::Full });
        assert_eq!(error.expect_err("cannot be").kind, Kind::Unusable);
    }
}

#[test]
fn ends_are_whole_blocks_of_error_correction() {
    assert_eq!(ends(Blocks(2_295_104)), [0..1024, 2_294_592..2_295_104]);
    assert_eq!(ends(Blocks(2_297_888)), [0..1024, 2_297_376..2_297_888]);
    assert_eq!(ends(Blocks(12_219_392)), [0..1024, 12_218_880..12_219_392]);
    assert_eq!(ends(Blocks(1500)), std::slice::from_ref(&(0..1500)));
}
