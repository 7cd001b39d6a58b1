//! Every recipe in its bytes. Written by hand from MMC-6 and from what libburn and growisofs send,
//! not taken from the program.

use super::discs::{appendable, blank, broken_off, complete};
use super::{hex, image, nothing, plan, resume};
use crate::jobs::burn::plan::{Choices, Disc, DiscKind, Spares, WriteMode};
use crate::mmc::cmd::read_disc_information::BackgroundFormat;
use crate::mmc::cmd::read_format_capacities::FormatState;
use crate::units::{Blocks, Lba, Speed};

/// 186A5h: 5 more than whole units of 16 and of 32.
const SECTORS: u32 = 100_005;
const FLUSH: &str = "35 02 00 00 00 00 00 00 00 00";
const CLOSE_SESSION: &str = "5b 01 02 00 00 00 00 00 00 00";
const BLANK_MINIMAL: &str = "a1 11 00 00 00 00 00 00 00 00 00 00";
const BLANK_FULL: &str = "a1 10 00 00 00 00 00 00 00 00 00 00";

/// MODE SELECT of page 05h, 52 bytes behind a header of 8: bytes 2 to 5 of the page, and 10 to 13.
fn page(bytes_2: &str, packet: &str) -> String {
    let zeros = |count: usize| " 00".repeat(count);
    format!(
        "55 10 00 00 00 00 00 00 3c 00 <{} 05 32 {bytes_2}{} {packet} 00 96{}",
        zeros(8),
        zeros(4),
        zeros(36)
    )
}

const NO_PACKET: &str = "00 00 00 00";
const PACKET_16: &str = "00 00 00 10";

/// READ TRACK INFORMATION of a track.
fn nwa(track: &str) -> String {
    format!("52 01 00 00 00 {track} 00 00 30 00")
}

/// FORMAT UNIT: flags, blocks, type and sub-type, parameter.
fn format_unit(flags: &str, descriptor: &str) -> String {
    format!("04 11 00 00 00 00 < 00 {flags} 00 08 {descriptor}")
}

#[track_caller]
fn sends(disc: &Disc, choices: &Choices, expected: &[&str]) {
    assert_eq!(hex(&plan(disc, SECTORS, choices)), expected);
}

fn max() -> Choices {
    Choices { speed: Some(Speed::Max), ..nothing() }
}

fn open() -> Choices {
    Choices { appendable: true, ..nothing() }
}

#[test]
fn a_cd_is_written_in_a_session_at_once() {
    let pre_gap = "2a 00 ff ff ff 6a 00 00 10 00 x9 -150..-7";
    let last_6 = "2a 00 ff ff ff fa 00 00 06 00 x1 -6..-1";
    let whole = "2a 00 00 00 00 00 00 00 10 00 x6250 0..99999";
    let rest = "2a 00 00 01 86 a0 00 00 05 00 x1 100000..100004";
    let cue = "5d 00 00 00 00 00 00 00 20 00 < 41 00 00 14 00 00 00 00 \
               41 01 00 10 00 00 00 00 41 01 01 10 00 00 02 00 41 aa 01 14 00 16 0f 1e";
    sends(
        &blank(DiscKind::CdR),
        &max(),
        &[
            "bb 00 ff ff 21 13 00 00 00 00 00 00",
            &page("42 04 08 00", NO_PACKET),
            cue,
            pre_gap,
            last_6,
            whole,
            rest,
            FLUSH,
        ],
    );
    // To be gone on with: MULTI-SESSION 11b. Simulated: TEST WRITE.
    for (choices, bytes) in
        [(open(), "42 c4 08 00"), (Choices { simulate: true, ..nothing() }, "52 04 08 00")]
    {
        let steps = [&page(bytes, NO_PACKET), cue, pre_gap, last_6, whole, rest, FLUSH];
        sends(&blank(DiscKind::CdR), &choices, &steps);
    }
    let page = page("42 04 08 00", NO_PACKET);
    let steps = [BLANK_MINIMAL, &page, cue, pre_gap, last_6, whole, rest, FLUSH];
    sends(&complete(DiscKind::CdRw), &nothing(), &steps);
}

#[test]
fn a_cd_is_written_track_at_once_behind_what_is_there() {
    let choices = Choices { mode: Some(WriteMode::Incremental), ..nothing() };
    sends(
        &blank(DiscKind::CdR),
        &choices,
        &[
            &page("41 04 08 00", NO_PACKET),
            &nwa("ff"),
            // 150 zeros behind it.
            "2a 00 00 00 00 00 00 00 10 00 x6259 0..100143",
            "2a 00 00 01 87 30 00 00 0b 00 x1 100144..100154",
            FLUSH,
            CLOSE_SESSION,
        ],
    );
    sends(
        &appendable(DiscKind::CdR),
        &open(),
        &[
            &page("41 c4 08 00", NO_PACKET),
            &nwa("ff"),
            "2a 00 00 00 53 fe 00 00 10 00 x6259 21502..121645",
            "2a 00 00 01 db 2e 00 00 0b 00 x1 121646..121656",
            FLUSH,
            CLOSE_SESSION,
        ],
    );
    // Simulated, nothing is closed.
    let test = Choices { simulate: true, ..choices };
    let sent = hex(&plan(&blank(DiscKind::CdR), SECTORS, &test));
    assert_eq!(sent[0], page("51 04 08 00", NO_PACKET));
    assert_eq!(sent.last().map(String::as_str), Some(FLUSH));
}

#[test]
fn a_short_image_is_padded_to_the_shortest_track_of_a_cd() {
    let sent = hex(&plan(&blank(DiscKind::CdR), 20, &nothing()));
    // Lead-out at 00:06:00: two seconds of pre-gap, four of track.
    assert!(sent[1].ends_with("41 aa 01 14 00 00 06 00"), "{sent:#?}");
    assert_eq!(
        sent[4..],
        [
            "2a 00 00 00 00 00 00 00 10 00 x18 0..287",
            "2a 00 00 00 01 20 00 00 0c 00 x1 288..299",
            FLUSH
        ]
    );
    let tao = Choices { mode: Some(WriteMode::Incremental), ..nothing() };
    let padded = plan(&blank(DiscKind::CdR), 20, &tao);
    assert_eq!(padded.needed, Blocks(300));
}

#[test]
fn a_dvd_r_is_written_at_once() {
    let write = "2a 00 00 00 00 00 00 00 10 00 x6251 0..100015";
    let reserve = "53 00 00 00 00 00 01 86 b0 00";
    sends(
        &blank(DiscKind::DvdR),
        &max(),
        &[
            // To block 2298495, reading as fast as it can, writing 22160 kB in a second.
            "b6 00 00 00 00 00 00 00 00 00 1c 00 < 00 00 00 00 00 00 00 00 00 23 12 7f \
             10 00 00 00 00 00 03 e8 00 00 56 90 00 00 03 e8",
            &page("42 05 08 00", NO_PACKET),
            &nwa("01"),
            reserve,
            write,
            FLUSH,
        ],
    );
    let test = Choices { simulate: true, ..nothing() };
    let simulated = [&page("52 05 08 00", NO_PACKET), &nwa("01"), reserve, write, FLUSH];
    sends(&blank(DiscKind::DvdRwSequential), &test, &simulated);
    // A DVD-RW after a minimal blank knows no other way.
    let mut minimal = blank(DiscKind::DvdRwSequential);
    minimal.can.incremental = false;
    let page = page("42 05 08 00", NO_PACKET);
    sends(&minimal, &nothing(), &[&page, &nwa("01"), reserve, write, FLUSH]);
    let full = complete(DiscKind::DvdRwSequential);
    sends(&full, &nothing(), &[BLANK_MINIMAL, &page, &nwa("01"), reserve, write, FLUSH]);
    sends(&blank(DiscKind::DvdRDl), &nothing(), &[&page, &nwa("01"), reserve, write, FLUSH]);
}

#[test]
fn a_dvd_r_is_written_incrementally_where_more_is_to_come() {
    let write = "2a 00 00 00 00 00 00 00 10 00 x6251 0..100015";
    let close = "5b 01 01 00 00 01 00 00 00 00";
    let multi = page("60 e5 08 10", PACKET_16);
    let steps = [&multi, &nwa("01"), write, FLUSH, close, CLOSE_SESSION];
    sends(&blank(DiscKind::DvdR), &open(), &steps);
    // All of a DVD-RW has to be blanked for it.
    let steps = [BLANK_FULL, &multi, &nwa("01"), write, FLUSH, close, CLOSE_SESSION];
    sends(&complete(DiscKind::DvdRwSequential), &open(), &steps);
    sends(
        &appendable(DiscKind::DvdR),
        &nothing(),
        &[
            &page("60 25 08 10", PACKET_16),
            &nwa("02"),
            "2a 00 00 01 00 00 00 00 10 00 x6251 65536..165551",
            FLUSH,
            "5b 01 01 00 00 02 00 00 00 00",
            CLOSE_SESSION,
        ],
    );
    let simulated = Choices { simulate: true, ..open() };
    let test = page("70 e5 08 10", PACKET_16);
    sends(&blank(DiscKind::DvdR), &simulated, &[&test, &nwa("01"), write, FLUSH]);
}

#[test]
fn a_dvd_rw_in_restricted_overwrite_is_formatted_anew_only_where_it_is_too_short() {
    let disc = complete(DiscKind::DvdRwOverwrite);
    let write = "2a 00 00 00 00 00 00 00 10 00 x6251 0..100015";
    sends(&disc, &nothing(), &[write, FLUSH]);
    assert_eq!(
        hex(&plan(&disc, 2_260_000, &nothing())),
        [
            // Quick: type 15h, of no size.
            &*format_unit("02", "00 00 00 00 54 00 00 10"),
            "2a 00 00 00 00 00 00 00 10 00 x141250 0..2259999",
            FLUSH,
            CLOSE_SESSION,
        ]
    );
    let full_only = Disc {
        formats: disc.formats.clone().map(|mut formats| {
            formats.formats.retain(|format| format.kind != 0x15);
            formats
        }),
        ..disc.clone()
    };
    let sent = hex(&plan(&full_only, 2_260_000, &nothing()));
    // 231020h blocks, as the drive lists them.
    assert_eq!(sent[0], format_unit("02", "00 23 10 20 40 00 00 10"));
    assert_eq!(sent.last().map(String::as_str), Some(FLUSH));
    // Begun by another program and left in between.
    let mut between = Disc { intermediate: true, ..disc };
    if let Some(formats) = &mut between.formats {
        formats.state = FormatState::Unknown;
    }
    sends(&between, &nothing(), &[write, FLUSH, CLOSE_SESSION]);
}

#[test]
fn a_dvd_plus_r_is_written_closed_and_finalised() {
    let write = "2a 00 00 00 00 00 00 00 10 00 x6251 0..100015";
    let close = "5b 01 01 00 00 01 00 00 00 00";
    sends(
        &blank(DiscKind::DvdPlusR),
        &nothing(),
        &[&nwa("01"), write, FLUSH, close, "5b 01 05 00 00 01 00 00 00 00"],
    );
    sends(&blank(DiscKind::DvdPlusR), &open(), &[&nwa("01"), write, FLUSH, close, CLOSE_SESSION]);
    sends(
        &appendable(DiscKind::DvdPlusR),
        &open(),
        &[
            &nwa("02"),
            "2a 00 00 1b 43 50 00 00 10 00 x6251 1786704..1886719",
            FLUSH,
            "5b 01 01 00 00 02 00 00 00 00",
            CLOSE_SESSION,
        ],
    );
}

#[test]
fn a_dvd_plus_r_of_two_layers_gets_half_of_the_data_on_each() {
    let close = "5b 01 01 00 00 01 00 00 00 00";
    assert_eq!(
        hex(&plan(&blank(DiscKind::DvdPlusRDl), 3_000_000, &nothing())),
        [
            // 1500000 is 16E360h.
            "bf 00 00 00 00 00 00 20 00 0c 00 00 < 00 0a 00 00 00 00 00 00 00 16 e3 60",
            &nwa("01"),
            "2a 00 00 00 00 00 00 00 10 00 x187500 0..2999999",
            FLUSH,
            close,
            "5b 01 05 00 00 01 00 00 00 00",
        ]
    );
    let write = "2a 00 00 00 00 00 00 00 10 00 x6251 0..100015";
    let fini = "5b 01 05 00 00 01 00 00 00 00";
    // What fits on one layer leaves the break where it is.
    sends(&blank(DiscKind::DvdPlusRDl), &nothing(), &[&nwa("01"), write, FLUSH, close, fini]);
    let asked = Choices { layer_break: Some(Blocks(60_001)), ..nothing() };
    let sent = hex(&plan(&blank(DiscKind::DvdPlusRDl), SECTORS, &asked));
    // 60016 is EA70h.
    assert!(sent[0].ends_with("00 00 ea 70"), "{sent:?}");
    // A DVD-R DL is laid out by the drive, unless it is told how.
    let sent = hex(&plan(&blank(DiscKind::DvdRDl), 3_000_000, &nothing()));
    assert!(sent[0].starts_with("55 "), "{sent:?}");
    let sent = hex(&plan(&blank(DiscKind::DvdRDl), SECTORS, &asked));
    assert!(sent[0].ends_with("00 00 ea 70") && sent[1].starts_with("55 "), "{sent:?}");
}

#[test]
fn a_dvd_plus_rw_is_formatted_while_it_is_written() {
    let whole = "2a 00 00 00 00 00 00 00 10 00 x6250 0..99999";
    let rest = "2a 00 00 01 86 a0 00 00 05 00 x1 100000..100004";
    let stop = "5b 01 00 00 00 00 00 00 00 00";
    let begin = format_unit("02", "ff ff ff ff 98 00 00 00");
    let steps = [&begin, FLUSH, whole, rest, FLUSH, stop, CLOSE_SESSION];
    sends(&blank(DiscKind::DvdPlusRw), &nothing(), &steps);
    let formatted = complete(DiscKind::DvdPlusRw);
    sends(&formatted, &nothing(), &[whole, rest, FLUSH]);
    let of = |background_format| Disc { background_format, ..formatted.clone() };
    let go_on = format_unit("02", "ff ff ff ff 98 00 00 01");
    let steps = [&go_on, FLUSH, whole, rest, FLUSH, stop, CLOSE_SESSION];
    sends(&of(BackgroundFormat::Suspended), &nothing(), &steps);
    let steps = [whole, rest, FLUSH, stop, CLOSE_SESSION];
    sends(&of(BackgroundFormat::Running), &nothing(), &steps);
}

#[test]
fn a_dvd_ram_is_written_as_it_is() {
    let disc = complete(DiscKind::DvdRam);
    let whole = "2a 00 00 00 00 00 00 00 10 00 x6250 0..99999";
    sends(&disc, &nothing(), &[whole, "2a 00 00 01 86 a0 00 00 05 00 x1 100000..100004", FLUSH]);
    // A stream goes in whole blocks.
    let stream = Choices { streaming: true, ..nothing() };
    sends(&disc, &stream, &["aa 00 00 00 00 00 00 00 00 10 80 00 x6251 0..100015", FLUSH]);
    let raw = blank(DiscKind::DvdRam);
    for (spares, descriptor) in [
        (None, "00 22 21 20 00 00 08 00"),
        (Some(Spares::None), "00 23 05 20 00 00 08 00"),
        (Some(Spares::Max), "00 21 d5 20 04 00 08 00"),
    ] {
        let sent = hex(&plan(&raw, SECTORS, &Choices { spares, ..nothing() }));
        assert_eq!(sent[0], format_unit("02", descriptor), "{spares:?}");
    }
}

#[test]
fn a_bd_r_is_written_as_it_comes_and_closed() {
    let write = "2a 00 00 00 00 00 00 00 20 00 x3126 0..100031";
    let close = "5b 01 01 00 00 01 00 00 00 00";
    let finalize = "5b 01 06 00 00 00 00 00 00 00";
    sends(
        &blank(DiscKind::BdR),
        &max(),
        &[
            // 53952 kB/s, to block 12219391.
            "b6 00 00 00 00 00 00 00 00 00 1c 00 < 00 00 00 00 00 00 00 00 00 ba 73 ff \
             10 00 00 00 00 00 03 e8 00 00 d2 c0 00 00 03 e8",
            &nwa("01"),
            write,
            FLUSH,
            close,
            finalize,
        ],
    );
    let steps = [&nwa("01"), write, FLUSH, close, CLOSE_SESSION];
    sends(&blank(DiscKind::BdR), &open(), &steps);
    // Streaming has no use without spare areas.
    let stream = Choices { streaming: true, ..open() };
    sends(&blank(DiscKind::BdR), &stream, &steps);
    sends(
        &appendable(DiscKind::BdR),
        &nothing(),
        &[
            &nwa("02"),
            "2a 00 00 01 00 00 00 00 20 00 x3126 65536..165567",
            FLUSH,
            "5b 01 01 00 00 02 00 00 00 00",
            finalize,
        ],
    );
}

#[test]
fn a_bd_r_gets_spare_areas_and_never_pseudo_overwrite() {
    let disc = blank(DiscKind::BdR);
    for (spares, flags, descriptor) in [
        // Sub-type 1 in all of them.
        (Spares::Default, "02", "00 b4 74 00 01 00 30 00"),
        (Spares::Min, "82", "00 b8 74 00 c9 00 00 00"),
        (Spares::Max, "82", "00 58 74 00 c9 00 00 00"),
    ] {
        let sent = hex(&plan(&disc, SECTORS, &Choices { spares: Some(spares), ..nothing() }));
        assert_eq!(sent[..2], [&*format_unit(flags, descriptor), FLUSH], "{spares:?}");
    }
    let stream = Choices { spares: Some(Spares::Default), streaming: true, ..nothing() };
    let sent = hex(&plan(&disc, SECTORS, &stream));
    assert_eq!(sent[3], "aa 00 00 00 00 00 00 00 00 20 80 00 x3126 0..100031");
}

#[test]
fn a_bd_re_is_formatted_only_if_it_is_not() {
    let whole = "2a 00 00 00 00 00 00 00 20 00 x3125 0..99999";
    let rest = "2a 00 00 01 86 a0 00 00 05 00 x1 100000..100004";
    sends(&complete(DiscKind::BdRe), &nothing(), &[whole, rest, FLUSH]);
    let stream = Choices { streaming: true, ..nothing() };
    let streamed = "aa 00 00 00 00 00 00 00 00 20 80 00 x3126 0..100031";
    sends(&complete(DiscKind::BdRe), &stream, &[streamed, FLUSH]);
    for (spares, flags, descriptor) in [
        (None, "02", "00 b4 74 00 00 00 08 00"),
        (Some(Spares::None), "82", "00 ba 74 00 c4 00 08 00"),
        (Some(Spares::Min), "82", "00 b8 74 00 c0 00 30 00"),
        (Some(Spares::Max), "82", "00 58 74 00 c0 00 30 00"),
    ] {
        let choices = Choices { spares, ..nothing() };
        let steps = [&format_unit(flags, descriptor), whole, rest, FLUSH];
        sends(&blank(DiscKind::BdRe), &choices, &steps);
    }
}

#[test]
fn the_laser_is_calibrated_when_asked_after_the_speed_is_set() {
    let choices = Choices { opc: true, ..max() };
    let sent = hex(&plan(&blank(DiscKind::DvdR), SECTORS, &choices));
    assert!(sent[0].starts_with("b6 "));
    assert_eq!(sent[1], "54 01 00 00 00 00 00 00 00 00");
    assert!(sent[2].starts_with("55 "));
}

#[test]
fn a_burn_that_broke_off_goes_on_where_it_stopped() {
    let on = |disc: &Disc, done| {
        hex(&resume(disc, &image(SECTORS), &nothing(), Blocks(done)).expect("a plan"))
    };
    let close = "5b 01 01 00 00 01 00 00 00 00";
    let finalize = "5b 01 06 00 00 00 00 00 00 00";
    assert_eq!(
        on(&broken_off(DiscKind::BdR, 50_016), 50_016),
        [&*nwa("01"), "2a 00 00 00 c3 60 00 00 20 00 x1563 50016..100031", FLUSH, close, finalize]
    );
    assert_eq!(
        on(&broken_off(DiscKind::DvdR, 50_000), 50_000),
        [
            &*page("60 25 08 10", PACKET_16),
            &nwa("01"),
            "2a 00 00 00 c3 50 00 00 10 00 x3126 50000..100015",
            FLUSH,
            close,
            CLOSE_SESSION,
        ]
    );
    // All of it is there: it is only closed.
    let full = broken_off(DiscKind::BdR, 100_032);
    assert_eq!(on(&full, SECTORS), [FLUSH, close, finalize]);
    let closed = Disc { track_begun: false, unclosed: Some(Lba(0)), ..full };
    assert_eq!(on(&closed, SECTORS), [FLUSH, finalize]);
    // What can be overwritten goes on at a whole block.
    assert_eq!(
        on(&complete(DiscKind::BdRe), 50_020),
        [
            "2a 00 00 00 c3 60 00 00 20 00 x1562 50016..99999",
            "2a 00 00 01 86 a0 00 00 05 00 x1 100000..100004",
            FLUSH
        ]
    );
}

#[test]
fn a_bridge_that_carries_32_kib_gets_half_blocks_of_a_bd() {
    let disc = Disc { max_transfer: 32_768, ..blank(DiscKind::BdR) };
    let sent = hex(&plan(&disc, SECTORS, &nothing()));
    assert_eq!(sent[1], "2a 00 00 00 00 00 00 00 10 00 x6252 0..100031");
}
