//! TSSTcorp TS-L632H D400 with a DVD+R, blank and closed.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::get_performance::GetPerformance;
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{Told, file, text, told};

fn blank() -> Told {
    told(text(&file("tsst-tsl632h-dvdplusr-blank-and-closed"), "/reported/blank"))
}

/// Nine write speeds in page 2Ah, the last six of them the same.
#[test]
fn a_padded_table_of_speeds_has_each_once() {
    let kbps: Vec<u32> = blank().drive.write_speeds.iter().map(|rate| rate.kbps).collect();
    assert_eq!(kbps, [11_080, 8310, 5540, 4155]);
}

/// The ADIP of the blank disc is refused; format 00h has the media id.
#[test]
fn the_media_id_is_found_where_the_drive_has_it() {
    let told = blank();
    assert_eq!(told.disc.kind, DiscKind::DvdPlusR);
    assert_eq!(told.medium.media_id.as_deref(), Some("SONY/D21"));
}

/// Type 00h ends at 2295104, type 03h at 2295103.
#[test]
fn the_ends_of_two_tables_of_speeds_need_not_agree() {
    let told = blank();
    let nominal = told.table.drive().query(&GetPerformance { write: true }).expect("told");
    assert_eq!((nominal[0].end, told.disc.speed_end), (Lba(2_295_104), Some(Lba(2_295_103))));
    assert_eq!(told.disc.capacity, Blocks(2_295_104));
}

/// The closed disc: its head is that of the blank one, with the media id from the ADIP.
#[test]
fn the_closed_disc_is_told_as_printed() {
    let evidence = file("tsst-tsl632h-dvdplusr-blank-and-closed");
    let (head, _) =
        text(&evidence, "/reported/blank").split_once("GET [CURRENT] PERF").expect("it");
    let (_, rest) = text(&evidence, "/reported/closed").split_once(")\n").expect("a remark");
    let head = head.replace("1Bh, DVD+R\n", "1Bh, DVD+R\n Media ID: SONY/D21\n");
    let told = told(&format!("{head}{rest}"));
    assert_eq!(told.medium.status(), Some(DiscStatus::Complete));
    assert_eq!((told.disc.nwa, told.disc.free), (None, Blocks(0)));
    let sizes = told.medium.sizes();
    assert!(sizes.iter().all(|(_, size)| *size == Blocks(2_242_464)), "{sizes:?}");
}
