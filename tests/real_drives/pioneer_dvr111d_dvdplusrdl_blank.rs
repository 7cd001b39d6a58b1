//! PIONEER DVR-111D 1.23 with a blank DVD+R DL.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::units::{Blocks, Lba, Rate};

use super::evidence::{file, text, told};

#[test]
fn the_disc_is_told_as_printed() {
    let told = told(text(&file("pioneer-dvr111d-dvdplusrdl-blank"), "/reported/text"));
    assert_eq!((told.disc.kind, told.disc.nwa), (DiscKind::DvdPlusRDl, Some(Lba(0))));
    assert_eq!(told.disc.capacity, Blocks(4_173_824));
    assert_eq!(told.disc.speeds, [Rate { kbps: 3324 }]);
    assert_eq!(told.medium.media_id.as_deref(), Some("CMC MAG/D02"));
    // Of the second layer, and no size.
    assert_eq!(told.medium.tracks[0].read_compatibility, Some(Lba(242_432)));
}
