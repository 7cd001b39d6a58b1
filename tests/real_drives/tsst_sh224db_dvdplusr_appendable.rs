//! TSSTcorp SH-224DB SB00 with a DVD+R of one session.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::get_performance::GetPerformance;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("tsst-sh224db-dvdplusr-appendable"), "/reported/text"))
}

#[test]
fn a_second_session_goes_behind_the_first() {
    let told = disc();
    assert_eq!(told.disc.kind, DiscKind::DvdPlusR);
    assert_eq!(told.disc.msinfo(), Some((Lba(0), Lba(1_786_704))));
    assert_eq!(told.disc.free, Blocks(508_400));
    assert!(!told.disc.is_broken_off());
    // "invisible": neither reserved nor blank, and complete.
    assert!(!told.medium.tracks[0].reserved && !told.medium.tracks[0].blank);
}

/// 5.0x at the hub, 12.0x at the rim.
#[test]
fn a_speed_may_rise_over_the_disc() {
    let told = disc();
    let nominal = told.table.drive().query(&GetPerformance { write: true }).expect("told");
    assert_eq!((nominal[0].start_rate.kbps, nominal[0].end_rate.kbps), (6924, 16_620));
    assert_eq!(nominal[0].end, Lba(2_295_103));
}
