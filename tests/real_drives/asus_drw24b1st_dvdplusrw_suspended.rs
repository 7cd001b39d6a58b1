//! ASUS DRW-24B1ST 1.00 with a DVD+RW whose background format was broken off.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus};
use oxidisc::mmc::cmd::read_toc::LEAD_OUT;
use oxidisc::units::Blocks;

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("asus-drw24b1st-dvdplusrw-suspended"), "/reported/text"))
}

#[test]
fn a_complete_disc_that_can_be_written_over_can_be_written_over() {
    let told = disc();
    assert_eq!(told.medium.status(), Some(DiscStatus::Complete));
    assert_eq!(told.disc.kind, DiscKind::DvdPlusRw);
    assert!(told.disc.kind.is_overwritable() && told.disc.formatted);
    assert_eq!(told.disc.background_format, BackgroundFormat::Suspended);
    assert_eq!((told.disc.free, told.disc.capacity), (Blocks(2_295_104), Blocks(2_295_104)));
}

/// CONTROL is 4 on the track and 7 on the lead-out: only bit 2 says what it is.
#[test]
fn bits_beside_the_data_bit_say_nothing() {
    let toc = disc().medium.toc.expect("told");
    let controls: Vec<(u8, u8)> =
        toc.entries.iter().map(|entry| (entry.number, entry.control)).collect();
    assert_eq!(controls, [(1, 4), (LEAD_OUT, 7)]);
    assert!(toc.entries.iter().all(|entry| entry.is_data()));
}
