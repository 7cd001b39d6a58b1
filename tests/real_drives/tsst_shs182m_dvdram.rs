//! TSSTcorp SH-S182M SB00 with a DVD-RAM.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::units::{Blocks, Rate};

use super::evidence::{file, text, told};

/// Disc status "other": neither blank nor complete, and written at random.
#[test]
fn a_dvd_ram_is_told_as_printed() {
    let told = told(text(&file("tsst-shs182m-dvdram"), "/reported/text"));
    assert_eq!(told.disc.kind, DiscKind::DvdRam);
    assert_eq!(told.medium.status(), Some(DiscStatus::Other));
    assert!(told.disc.formatted);
    assert_eq!((told.disc.free, told.disc.capacity), (Blocks(2_236_704), Blocks(2_295_072)));
    // 2770 kB/s is told twice.
    assert_eq!(told.disc.speeds, [Rate { kbps: 4155 }, Rate { kbps: 2770 }]);
    assert_eq!(told.disc.protection, None);
}
