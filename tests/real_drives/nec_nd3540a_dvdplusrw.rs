//! _NEC ND-3540A 1.04 with a DVD+RW.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::units::{Blocks, Lba, Rate};

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("nec-nd3540a-dvdplusrw"), "/reported/text"))
}

/// Page 2Ah has 8467 to 1411 kB/s, 6x to 1x of a CD, and 1411 for the speed of now.
#[test]
fn speeds_of_page_2a_are_those_of_cds_and_not_of_this_disc() {
    let told = disc();
    assert_eq!(told.disc.kind, DiscKind::DvdPlusRw);
    assert_eq!(told.drive.write_speeds[0], Rate { kbps: 8467 });
    assert_eq!(told.disc.speeds, [Rate { kbps: 5540 }, Rate { kbps: 3324 }]);
}

/// END LBA 2295104 of 2295104 blocks.
#[test]
fn the_end_of_the_speeds_may_be_one_past_the_last_block() {
    let told = disc();
    assert_eq!(told.disc.speed_end, Some(Lba(2_295_104)));
    assert_eq!((told.disc.free, told.disc.capacity), (Blocks(2_295_104), Blocks(2_295_104)));
}
