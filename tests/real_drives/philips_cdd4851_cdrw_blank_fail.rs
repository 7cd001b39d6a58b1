//! PHILIPS CDD4851 C3.7: a CD-RW on which the laser cannot be set.

use oxidisc::mmc::Query;
use oxidisc::mmc::cmd::blank::{Blank, BlankKind};
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::profile::Profile;
use oxidisc::units::Lba;
use serde_json::Value;

use super::evidence::{file, hex, sense, text};
use super::table::Table;
use super::wodim;

fn evidence() -> Value {
    file("philips-cdd4851-cdrw-blank-fail")
}

/// 27 bytes announced, 16 printed: read as far as it goes.
#[test]
fn sense_data_of_any_length_is_sense_data() {
    let evidence = evidence();
    let exchange = &evidence["exchanges"][0];
    let told = sense(text(exchange, "/sense"));
    assert_eq!((usize::from(told.raw[7]) + 8, told.raw.len()), (27, 16));
    let mut table = Table::default();
    table.refuse(&hex(text(exchange, "/cdb")), &told.raw);
    let error = table.drive().run(&Blank { kind: BlankKind::Full, immediate: false });
    assert_eq!(
        error.expect_err("refused").to_string(),
        "BLANK: medium error, power calibration area error (03/73/03)"
    );
}

/// Ascending, where most drives list the newest first.
#[test]
fn profiles_are_told_in_the_drives_order() {
    let evidence = evidence();
    let profiles =
        super::page2a_and_profiles_various::profiles(&evidence, "/reported/get_configuration");
    let codes: Vec<Profile> = profiles.iter().map(|(profile, _)| *profile).collect();
    assert_eq!(codes, [Profile::CdRom, Profile::CdR, Profile::CdRw]);
}

#[test]
fn its_disc_is_told_as_printed() {
    let evidence = evidence();
    let atip = ReadAtip.parse(&wodim::atip(&evidence["reported"]["atip"])).expect("an ATIP");
    assert_eq!(atip.media_id(), "97m26s65f");
    assert_eq!((Lba::from(atip.lead_in), Lba::from(atip.lead_out)), (Lba(-11_635), Lba(359_849)));
}
