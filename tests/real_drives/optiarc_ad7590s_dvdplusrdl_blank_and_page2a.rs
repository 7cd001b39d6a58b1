//! Optiarc AD-7590S 1.00 with a blank DVD+R DL, and its page 2Ah.

use oxidisc::jobs::burn::disc::{DiscKind, LayerBoundary};
use oxidisc::mmc::cmd::get_performance::GetPerformance;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{Told, file, text, told};
use super::page2a_and_profiles_various::same_as_printed;

const FILE: &str = "optiarc-ad7590s-dvdplusrdl-blank-and-page2a";

fn disc() -> Told {
    told(text(&file(FILE), "/reported/text"))
}

#[test]
fn the_disc_is_told_as_printed() {
    let told = disc();
    assert_eq!((told.disc.kind, told.disc.nwa), (DiscKind::DvdPlusRDl, Some(Lba(0))));
    let boundary = LayerBoundary { l0: Blocks(2_086_912), settable: true };
    assert_eq!(told.disc.layers, Some(boundary));
    assert_eq!(told.medium.media_id.as_deref(), Some("MKM/003"));
}

/// Three zones of rising speed, the last of which ends one past the last block.
#[test]
fn the_end_of_a_zone_may_be_one_past_the_disc() {
    let told = disc();
    let zones = told.table.drive().query(&GetPerformance { write: true }).expect("told");
    let ends: Vec<i32> = zones.iter().map(|zone| zone.end.0).collect();
    assert_eq!(ends, [393_215, 1_114_111, 4_173_824]);
    assert_eq!(told.disc.speed_end, Some(Lba(4_173_824)));
    assert_eq!(told.disc.capacity, Blocks(4_173_824));
}

#[test]
fn page_2a_is_told_as_printed() {
    same_as_printed(&file(FILE)["reported_page_2a"]);
}
