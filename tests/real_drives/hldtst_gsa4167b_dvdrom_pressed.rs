//! HL-DT-ST GSA-4167B DL12 with a pressed DVD.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::get_performance::GetWriteSpeeds;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{file, text, told};

#[test]
fn every_source_tells_the_same_size() {
    let told = told(text(&file("hldtst-gsa4167b-dvdrom-pressed"), "/reported/text"));
    let sizes = told.medium.sizes();
    assert_eq!(sizes.len(), 4, "{sizes:?}");
    assert!(sizes.iter().all(|(_, size)| *size == Blocks(2_080_080)), "{sizes:?}");
    assert_eq!(told.disc.kind, DiscKind::ReadOnly);
    assert!(!told.disc.recorded);
}

/// Seven write speeds of a disc that cannot be written, up to the last block of a CD: those of
/// CDs, and none of this disc.
#[test]
fn write_speeds_of_a_pressed_disc_are_not_shown() {
    let told = told(text(&file("hldtst-gsa4167b-dvdrom-pressed"), "/reported/text"));
    let answer = told.table.drive().query(&GetWriteSpeeds).expect("seven");
    assert_eq!((answer.len(), answer[0].end), (7, Lba(404_849)));
    assert_eq!((told.medium.write_speeds.len(), told.disc.speeds.len()), (0, 0));
}
