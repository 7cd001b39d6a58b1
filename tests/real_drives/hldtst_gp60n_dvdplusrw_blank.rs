//! HL-DT-ST GP60N A300 with a DVD+RW that was never formatted.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::units::Blocks;

use super::evidence::{file, text, told};

/// "invisible incremental", no next writable address: to be formatted first.
#[test]
fn an_unformatted_disc_is_told_as_printed_and_has_no_address() {
    let told = told(text(&file("hldtst-gp60n-dvdplusrw-blank"), "/reported/text"));
    assert_eq!((told.disc.kind, told.disc.nwa), (DiscKind::DvdPlusRw, None));
    assert!(!told.disc.formatted);
    assert_eq!(told.disc.capacity, Blocks(2_295_104));
    let track = &told.medium.tracks[0];
    assert!(track.blank && track.incremental && track.next_writable.is_none());
}
