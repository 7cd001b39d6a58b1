//! ACER AXD001 LD11 with a DVD+R: blank, after one session, after 25.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::units::{Blocks, Lba};
use serde_json::Value;

use super::evidence::{Told, file, list, text, told};

/// The reports lack their head, which the file has in words; of the speeds after the first
/// session, two that lie between were left out.
fn life(evidence: &Value, when: &str) -> Told {
    let head = "INQUIRY: [ACER    ][DVD-RW AXD001   ][LD11]\nGET [CURRENT] CONFIGURATION:\n \
        Mounted Media: 1Bh, DVD+R\n Media ID: CMC MAG/M01\n \
        Current Write Speed: 8.0x1385=11080KB/s\n";
    let report = text(evidence, &format!("/reported/{when}")).replace("tor#3", "tor#1");
    told(&format!("{head}{}", report))
}

fn evidence() -> Value {
    file("acer-axd001-dvdplusr-life-cycle")
}

#[test]
fn the_blank_disc_is_told_as_printed() {
    let told = life(&evidence(), "blank");
    assert_eq!((told.disc.kind, told.disc.nwa), (DiscKind::DvdPlusR, Some(Lba(0))));
    assert_eq!((told.disc.free, told.disc.capacity), (Blocks(2_295_104), Blocks(2_295_104)));
    assert_eq!(told.medium.media_id.as_deref(), Some("CMC MAG/M01"));
}

#[test]
fn an_empty_session_behind_the_closed_one_is_where_it_goes_on() {
    let told = life(&evidence(), "after_first_session");
    assert_eq!(told.medium.status(), Some(DiscStatus::Appendable));
    assert_eq!(told.disc.msinfo(), Some((Lba(0), Lba(2240))));
    // 2048 blocks of lead-out and lead-in lie between.
    assert_eq!(told.disc.nwa, Some(Lba(192 + 2048)));
    assert!(!told.disc.track_begun && !told.disc.is_broken_off());
}

/// The speeds end where the written part does: no limit of what can be written.
#[test]
fn the_end_of_the_speeds_is_no_size_of_the_disc() {
    let told = life(&evidence(), "after_first_session");
    assert_eq!(told.disc.speed_end, Some(Lba(191)));
    assert_eq!(told.disc.free, Blocks(2_292_864));
}

/// growisofs went on at seek=2305, in 32 KiB: the beginning of the last session as mkisofs had it.
#[test]
fn sessions_begin_at_whole_blocks() {
    let evidence = evidence();
    let lines = list(&evidence, "/growisofs");
    let appended = lines.last().and_then(Value::as_str).expect("a line");
    assert!(appended.contains("-C 24416,36880") && appended.contains("seek=2305"));
    let unit = oxidisc::units::Family::Dvd.ecc_blocks().0;
    assert_eq!(2305 * unit, 36_880);
    // 182 sectors of image were 192 on the disc.
    assert_eq!(182u32.next_multiple_of(unit), 192);
}
