//! ASUS CRW-5232A3 1.02: a session at once on a CD-RW that failed at its first write.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::cmd::synchronize_cache::SynchronizeCache;
use oxidisc::mmc::profile::Profile;
use oxidisc::transport::SenseKey;
use oxidisc::units::{Lba, Msf};
use serde_json::Value;

use super::evidence::{file, hex, list, sense, text};
use super::table::Table;
use super::wodim;

fn evidence() -> Value {
    file("asus-crw5232a3-cdrw-sao-write-fail")
}

/// 5/21/02 with VALID set and an address of 0, of writes at -119 and at 0.
#[test]
fn an_address_of_0_that_is_valid_need_not_be_where_it_failed() {
    let evidence = evidence();
    let addresses: Vec<(i32, Option<u64>)> = list(&evidence, "/exchanges")[..2]
        .iter()
        .map(|exchange| {
            let cdb = hex(text(exchange, "/cdb"));
            let lba = i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
            (lba, sense(text(exchange, "/sense")).information)
        })
        .collect();
    // As the drive had it. Who uses it has to see that it lies within the command.
    assert_eq!(addresses, [(-119, Some(0)), (0, Some(0))]);
}

#[test]
fn what_came_after_it_is_that_the_tray_is_open() {
    let evidence = evidence();
    let mut table = Table::default();
    for exchange in &list(&evidence, "/exchanges")[2..] {
        let told = sense(text(exchange, "/sense"));
        assert_eq!((told.key, told.asc, told.ascq), (SenseKey::NotReady, 0x3a, 0x02));
        table.refuse(&hex(text(exchange, "/cdb")), &told.raw);
    }
    let error = table.drive().run(&SynchronizeCache { immediate: false }).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "SYNCHRONIZE CACHE: not ready, medium not present - tray open (02/3a/02)"
    );
}

#[test]
fn its_disc_is_told_as_printed() {
    let evidence = evidence();
    let report = &evidence["reported"]["atip"];
    let atip = ReadAtip.parse(&wodim::atip(report)).expect("an ATIP");
    assert_eq!((atip.writing_power, atip.reference_speed, atip.erasable), (6, 2, true));
    assert_eq!(atip.lead_in, Msf { minute: 97, second: 34, frame: 22 });
    assert_eq!((Lba::from(atip.lead_in), Lba::from(atip.lead_out)), (Lba(-11_078), Lba(359_849)));
    assert_eq!(atip.additional[..2], [Some([0x02, 0x3a, 0xb0]), Some([0x5c, 0xc6, 0x26])]);
}

#[test]
fn its_profiles_are_told_in_its_order() {
    let evidence = evidence();
    let profiles =
        super::page2a_and_profiles_various::profiles(&evidence, "/reported/get_configuration");
    assert_eq!(
        profiles,
        [
            (Profile::CdRw, true),
            (Profile::CdR, false),
            (Profile::CdRom, false),
            (Profile::RemovableDisk, false)
        ]
    );
}
