//! What a drive is and can do, whatever is in it.

use super::{RawAnswer, Surveyor};
use crate::mmc::cmd::get_configuration::{Configuration, GetConfiguration, Wanted};
use crate::mmc::cmd::inquiry::{Identity, Inquiry};
use crate::mmc::cmd::inquiry_serial::InquirySerial;
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::report_key::{Region, ReportRegion};
use crate::mmc::feature;
use crate::mmc::mode_page::{Capabilities, Loading, ModePage};
use crate::mmc::profile::Profile;
use crate::mmc::quirks::{Change, Quirk};
use crate::mmc::{CommandError, Drive};
use crate::units::Rate;

/// What a drive says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveFacts {
    /// INQUIRY.
    pub identity: Identity,
    /// Serial number: of feature 0108h, else of VPD page 80h.
    pub serial: Option<String>,
    /// When the firmware was made, as feature 010Ch has it.
    pub firmware_date: Option<String>,
    /// Profiles and features. `None` of drives from before MMC-2.
    pub configuration: Option<Configuration>,
    /// Mode page 2Ah.
    pub capabilities: Option<Capabilities>,
    /// Size of its buffer, by page 2Ah.
    pub buffer_kib: Option<u16>,
    /// How a disc gets into it: by feature 0003h, else by page 2Ah.
    pub loading: Option<Loading>,
    /// Its DVD region, if it knows CSS.
    pub region: Option<Region>,
    /// Read speeds by page 2Ah, fastest first: the maximum, which in many drives is the one of now.
    pub read_speeds: Vec<Rate>,
    /// Write speeds by page 2Ah, fastest first. Of CDs in some drives, whatever is in them.
    pub write_speeds: Vec<Rate>,
    /// What it is known to do unlike others, or what it was said to do.
    pub quirks: Vec<&'static Quirk>,
    /// What made no sense.
    pub remarks: Vec<String>,
    /// Every answer in its bytes.
    pub answers: Vec<RawAnswer>,
}

impl DriveFacts {
    /// Whether something is to be done differently.
    pub fn has(&self, change: Change) -> bool {
        self.quirks.iter().any(|quirk| quirk.change == change)
    }

    /// The profiles it knows, in its own order, and whether each applies now.
    pub fn profiles(&self) -> Vec<(Profile, bool)> {
        let list = self.configuration.as_ref().and_then(|all| all.feature(feature::PROFILE_LIST));
        list.map(|list| list.profiles()).unwrap_or_default()
    }
}

/// Asks a drive what it is.
///
/// # Errors
/// It does not even say who it is, or was lost meanwhile.
pub fn survey_drive(drive: &mut Drive) -> Result<DriveFacts, CommandError> {
    let identity = drive.query(&Inquiry)?;
    let quirks = drive.quirks().of(&identity);
    let mut surveyor = Surveyor::new(drive);
    let configuration = surveyor.ask(&GetConfiguration { wanted: Wanted::All, first: 0 })?;
    let of_feature = |code| configuration.as_ref().and_then(|all| all.feature(code));
    let mut serial = of_feature(feature::SERIAL_NUMBER).and_then(|feature| feature.serial());
    if serial.is_none() {
        serial = surveyor.ask(&InquirySerial)?;
    }
    let page =
        surveyor.ask(&ModeSense { page: ModePage::CAPABILITIES, values: Values::Current })?;
    let capabilities = page
        .as_ref()
        .and_then(|data| data.page(ModePage::CAPABILITIES))
        .and_then(ModePage::capabilities);
    let mut region = None;
    if of_feature(feature::DVD_CSS).is_some() {
        region = surveyor.ask(&ReportRegion)?;
    }
    let loading = of_feature(feature::REMOVABLE_MEDIUM).and_then(|feature| feature.loading());
    let of_page = capabilities.as_ref();
    Ok(DriveFacts {
        serial,
        firmware_date: of_feature(feature::FIRMWARE_INFORMATION)
            .and_then(|feature| feature.firmware_date()),
        buffer_kib: of_page.and_then(|page| page.buffer_kib),
        loading: loading.or(of_page.map(|page| page.loading)),
        region,
        read_speeds: of_page.map_or(Vec::new(), |page| {
            fastest_first(page.read_max.into_iter().chain(page.read_now).collect())
        }),
        write_speeds: of_page.map_or(Vec::new(), |page| {
            let table = page.write_speeds.iter().copied();
            fastest_first(table.chain(page.write_max).collect())
        }),
        quirks,
        remarks: surveyor.remarks,
        answers: surveyor.answers,
        identity,
        capabilities,
        configuration,
    })
}

/// Each once, none of nothing. A rate and one a kB/s below are the same: drives round either way
/// (real-drives: ASUS BW-16D1HT has 8467 and 8468).
pub(super) fn fastest_first(mut rates: Vec<Rate>) -> Vec<Rate> {
    rates.retain(|rate| rate.kbps > 0);
    rates.sort_unstable_by(|a, b| b.cmp(a));
    rates.dedup_by(|slower, faster| faster.kbps - slower.kbps <= 1);
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};

    /// real-drives: TSSTcorp SE-506CB, the first 36 bytes.
    const INQUIRY: &[u8] = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01";

    fn inquiry() -> Step {
        Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(INQUIRY)
    }

    #[test]
    fn a_drive_that_knows_nothing_but_its_name_is_surveyed() {
        let facts = survey_drive(&mut Script::table(vec![inquiry()]).drive()).expect("surveyed");
        assert_eq!(facts.identity.product, "BDDVDW SE-506CB");
        assert_eq!((facts.serial.as_deref(), facts.loading, facts.region), (None, None, None));
        assert_eq!((facts.buffer_kib, facts.profiles()), (None, vec![]));
        assert_eq!(facts.remarks, [""; 0]);
    }

    #[test]
    fn features_and_page_2a_are_put_together() {
        let configuration = [
            0, 0, 0, 48, 0, 0, 0, 0x08, // 48 bytes follow, CD-ROM
            0, 0, 3, 4, 0, 0x08, 1, 0, // profile list: CD-ROM
            0, 3, 3, 4, 0x29, 0, 0, 0, // removable: tray, eject, lock
            1, 6, 0, 4, 0, 0, 0, 1, // CSS
            1, 8, 3, 4, b'K', b'0', b'X', b' ', // serial number
            1, 0x0c, 3, 8, b'J', b'A', b'N', b' ', b'2', b'0', b'1', b'0', // firmware
        ];
        let mut page = vec![0, 6 + 22, 0, 0, 0, 0, 0, 0, 0x2a, 20];
        page.extend_from_slice(&[
            0x3f, 0x37, 0xf1, 0x77, 0x29, 0x23, // as a DVD writer
            0x21, 0x14, 1, 0, 0x0f, 0xe0, 0x21, 0x13, // 8468, 4064 KiB, 8467
            0, 0, 0x21, 0x13, 0x21, 0x13, // 8467 for writing
        ]);
        let script = Script::table(vec![
            inquiry(),
            Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&configuration),
            Step::on(&[0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0x18, 0]).answer(&page),
            Step::on(&[0xa4, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0])
                .answer(&[0, 6, 0, 0, 0x64, 0xfd, 1, 0]),
        ]);
        let facts = survey_drive(&mut script.drive()).expect("surveyed");
        assert_eq!(facts.serial.as_deref(), Some("K0X"));
        assert_eq!(facts.firmware_date.as_deref(), Some("JAN 2010"));
        assert_eq!(facts.profiles(), [(Profile::CdRom, true)]);
        assert_eq!((facts.loading, facts.buffer_kib), (Some(Loading::Tray), Some(4064)));
        assert_eq!(facts.region.expect("asked").allowed(), [2]);
        assert_eq!(facts.read_speeds, [Rate { kbps: 8468 }]);
        assert_eq!(facts.write_speeds, [Rate { kbps: 8467 }]);
        assert_eq!(facts.answers.len(), 3);
        // The serial number was known: VPD page 80h is not asked for.
        assert!(!script.sent().iter().any(|cdb| cdb[..2] == [0x12, 0x01]));
    }

    #[test]
    fn nonsense_is_a_remark() {
        let script = Script::table(vec![
            inquiry(),
            // The drive ignores EVPD and says who it is once more.
            Step::on(&[0x12, 0x01, 0x80, 0, 254, 0]).answer(INQUIRY),
            Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&[0, 0, 0]),
        ]);
        let facts = survey_drive(&mut script.drive()).expect("surveyed");
        assert_eq!(facts.serial, None);
        assert_eq!(facts.remarks.len(), 2);
        assert!(facts.remarks[0].starts_with("GET CONFIGURATION: the answer makes no sense"));
    }
}
