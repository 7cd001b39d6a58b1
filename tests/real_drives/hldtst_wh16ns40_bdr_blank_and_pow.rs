//! HL-DT-ST WH16NS40 1.00 with a BD-R, blank and after three runs of growisofs.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::jobs::rip::size;
use oxidisc::jobs::survey::SizeSource;
use oxidisc::mmc::cmd::read_disc_information::{DiscStatus, ReadPowResources};
use oxidisc::units::{Blocks, Family, Lba};

use super::evidence::{file, text, told};

const FILE: &str = "hldtst-wh16ns40-bdr-blank-and-pow";

#[test]
fn the_blank_disc_is_told_as_printed_and_can_be_burnt() {
    let evidence = file(FILE);
    let told = told(text(&evidence, "/reported/blank"));
    assert_eq!(told.disc.kind, DiscKind::BdR);
    assert_eq!(told.disc.capacity, Blocks(12_219_392));
    assert_eq!((told.disc.nwa, told.disc.spares), (Some(Lba(0)), None));
    assert!(!told.disc.formatted);
    assert_eq!(told.medium.media_id.as_deref(), Some("VERBAT/IMe"));
    // A last block of 0 is no disc of one block.
    assert_eq!(told.medium.sizes(), []);
}

#[test]
fn the_written_disc_is_told_as_printed_and_known_for_pseudo_overwritten() {
    let evidence = file(FILE);
    let told = told(text(&evidence, "/reported/written"));
    assert_eq!(told.disc.kind, DiscKind::BdRPow);
    assert_eq!(told.medium.status(), Some(DiscStatus::Appendable));
    assert_eq!(told.disc.nwa, Some(Lba(7_925_792)));
    assert_eq!(told.disc.spares.map(|spares| spares.free), Some(Blocks(36_672)));
}

/// READ CAPACITY and the lead-out are the whole disc's: a third of it was never written.
#[test]
fn an_open_disc_ends_where_it_was_written_whatever_its_capacity_says() {
    let evidence = file(FILE);
    let told = told(text(&evidence, "/reported/written"));
    let sizes = told.medium.sizes();
    assert!(sizes.contains(&(SizeSource::Capacity, Blocks(12_088_320))));
    let size = size::resolve(Family::Bd, &sizes, None).expect("known");
    assert_eq!(size.sectors, 7_925_792);
}

/// "Remaining Replacements: 16843552" are bytes 4 to 7 of the standard answer.
#[test]
fn an_answer_of_another_data_type_is_no_count_of_replacements() {
    let evidence = file(FILE);
    let told = told(text(&evidence, "/reported/written"));
    let answer = told.table.bytes(&[0x51, 2]).expect("there");
    assert_eq!(u32::from_be_bytes([answer[4], answer[5], answer[6], answer[7]]), 16_843_552);
    let error = told.table.drive().query(&ReadPowResources).expect_err("no resources");
    assert!(error.to_string().contains("asked for data type 2 and got data type 0"), "{error}");
}
