//! The survey of simulated drives and discs: two readings of the standard, the simulator's and the
//! command layer's, that know nothing of each other have to agree on what a disc is.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use oxidisc::jobs::ready::{Readiness, Since, Tray, Waiting, wait_ready};
use oxidisc::jobs::survey::{DriveFacts, MediumFacts, survey_drive, survey_medium};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::mode_page::ModePage;
use oxidisc::units::{Blocks, Lba};

const PERSONAS: [&str; 13] = [
    "wh16ns40",
    "bw-16d1ht",
    "bu40n",
    "se-506cb",
    "dvr-111d",
    "ad-7590s",
    "gsa-4167b",
    "ts-l632h",
    "nd-3540a",
    "drw-24f1st",
    "px-w4824a",
    "cdd4851",
    "burnmax48",
];

/// An image of so many empty sectors, sparse.
fn image(folder: &Path, sectors: u64) -> PathBuf {
    let path = folder.join(format!("{sectors}.iso"));
    let file = std::fs::File::create(&path).expect("a file");
    file.set_len(sectors * 2048).expect("a sparse file");
    path
}

/// A simulated drive; `None` where the persona does not read such a disc.
fn drive(path: &Path, query: &str) -> Option<Drive> {
    let spec = format!("{}?{query}", path.display());
    let drive = oxidisc::sim::open(&spec).map(|drive| Drive::new(Box::new(drive)));
    match drive {
        Ok(drive) => Some(drive),
        Err(error) => {
            assert!(query.contains("persona="), "{error}");
            None
        }
    }
}

fn ready(drive: &mut Drive) -> Readiness {
    let mut observer = |_: Waiting| ControlFlow::Continue(());
    wait_ready(drive, Since::Now, &mut observer).expect("the drive answers")
}

/// The survey of a disc; `None` where the drive takes no such disc.
fn survey(path: &Path, query: &str) -> Option<(DriveFacts, MediumFacts)> {
    let mut drive = drive(path, query)?;
    let mut observer = |_: Waiting| ControlFlow::Continue(());
    match wait_ready(&mut drive, Since::Now, &mut observer) {
        Ok(readiness) => assert_eq!(readiness, Readiness::Ready, "{query}"),
        // Incompatible medium installed.
        Err(error) => {
            assert_eq!(error.triple(), Some((5, 0x30, 0x00)), "{query}");
            return None;
        }
    }
    let facts = survey_drive(&mut drive).expect("the drive tells of itself");
    let medium = survey_medium(&mut drive, &facts).expect("and of its disc");
    Some((facts, medium.expect("there is one")))
}

#[test]
fn every_drive_tells_the_same_size_of_a_disc_in_every_way_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = image(folder.path(), 20_000);
    let mut surveyed = 0;
    for persona in PERSONAS {
        for medium in ["cd-rom", "dvd-rom", "bd-rom", "dvd+r", "dvd-r", "bd-r", "bd-re", "dvd-ram"]
        {
            let query = format!("medium={medium}&persona={persona}");
            let Some((_, facts)) = survey(&path, &query) else { continue };
            surveyed += 1;
            assert!(facts.sizes().len() >= 2, "{query}: {:?}", facts.sizes());
            for (source, size) in facts.sizes() {
                assert_eq!(size, Blocks(20_000), "{query}: {}", source.name());
            }
            assert_eq!(facts.layer_count().unwrap_or(1), 1, "{query}");
        }
    }
    assert!(surveyed >= 30, "{surveyed}");
}

#[test]
fn layers_of_either_track_path_add_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let dvd = image(folder.path(), 3_000_000);
    let bd = image(folder.path(), 13_000_000);
    for (path, query, sectors, layer_break) in [
        (&dvd, "medium=dvd-rom-dl&path=otp", 3_000_000, 1_500_000),
        (&dvd, "medium=dvd-rom-dl&path=ptp", 3_000_000, 1_500_000),
        (&dvd, "medium=dvd-rom-dl&path=ptp&layer_break=1700000", 3_000_000, 1_700_000),
        (&dvd, "medium=dvd-rom-dl&layer_break=1600000", 3_000_000, 1_600_000),
        (&bd, "medium=bd-rom-dl", 13_000_000, 6_500_000),
    ] {
        let (_, facts) = survey(path, query).expect("a disc");
        assert_eq!(facts.layer_count(), Some(2), "{query}");
        assert_eq!(facts.layer_break(), Some(Lba(layer_break)), "{query}");
        assert_eq!(facts.sizes().len(), 4, "{query}: {:?}", facts.sizes());
        for (source, size) in facts.sizes() {
            assert_eq!(size, Blocks(sectors), "{query}: {}", source.name());
        }
        assert_eq!(facts.remarks, [""; 0], "{query}");
    }
}

#[test]
fn protection_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = image(folder.path(), 20_000);
    for (query, expected) in [
        ("medium=dvd-rom&protect=css", Some("css")),
        ("medium=bd-rom&protect=aacs", Some("aacs")),
        ("medium=dvd-rom", None),
        ("medium=bd-rom", None),
    ] {
        let (_, facts) = survey(&path, query).expect("a disc");
        assert_eq!(facts.protection.map(|protection| protection.name()), expected, "{query}");
    }
}

#[test]
fn an_empty_drive_says_where_its_tray_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = image(folder.path(), 1000);
    for (tray, expected) in [("open", Tray::Open), ("empty", Tray::Closed)] {
        let mut drive = drive(&path, &format!("tray={tray}")).expect("a drive");
        assert_eq!(ready(&mut drive), Readiness::NoMedium(expected));
        let facts = survey_drive(&mut drive).expect("the drive tells of itself");
        assert_eq!(facts.identity.vendor, "HL-DT-ST");
        assert_eq!(survey_medium(&mut drive, &facts), Ok(None));
    }
}

#[test]
fn a_drive_is_given_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = image(folder.path(), 1000);
    for persona in PERSONAS {
        let query = format!("medium=cd-rom&persona={persona}");
        let Some(mut drive) = drive(&path, &query) else { continue };
        ready(&mut drive);
        let pages = ModeSense { page: ModeSense::ALL, values: Values::Current };
        let before = drive.ask(&pages).expect("mode pages");
        let recovery = drive.query(&pages).expect("mode pages");
        let retries = recovery.page(ModePage::ERROR_RECOVERY).and_then(|page| page.byte(3));
        let other = retries.unwrap_or(0).wrapping_add(1);
        drive.change_page_01(|page| page.set_read_retries(other)).expect("it answers");
        drive.lock_tray().expect("it answers");
        assert_ne!(drive.ask(&pages).expect("mode pages"), before, "{persona}");
        drive.restore().expect("it takes them back");
        assert_eq!(drive.ask(&pages).expect("mode pages"), before, "{persona}");
    }
}
