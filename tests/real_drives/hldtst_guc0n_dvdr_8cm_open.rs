//! HL-DT-ST GUC0N AS01 with a DVD-R of 8 cm that a camcorder did not close.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("hldtst-guc0n-dvdr-8cm-open"), "/reported/text"))
}

#[test]
fn the_open_track_is_the_second_one() {
    let told = disc();
    assert_eq!(told.disc.kind, DiscKind::DvdR);
    assert_eq!(told.disc.last_track, 2);
    assert_eq!((told.disc.nwa, told.disc.free), (Some(Lba(125_360)), Blocks(588_640)));
    assert_eq!(told.medium.media_id.as_deref(), Some("CMC MAG. AM3"));
}

/// Its size counts from block 0, though it begins at 8432: start + size - free is not where it
/// goes on.
#[test]
fn the_next_address_is_the_drives_word_and_no_sum() {
    let told = disc();
    let track = &told.medium.tracks[1];
    let sum = track.start.0 + track.size.0.cast_signed() - track.free.0.cast_signed();
    assert_eq!((sum, track.next_writable), (133_792, Some(Lba(125_360))));
    assert_eq!(told.disc.nwa, Some(Lba(125_360)));
}

/// No last border-out, and a last block of 0.
#[test]
fn an_open_disc_has_the_size_of_what_is_written() {
    let sizes = disc().medium.sizes();
    assert_eq!(sizes.iter().map(|(_, size)| size.0).collect::<Vec<_>>(), [125_360]);
}
