//! The conformance battery on simulated drives: every kind of disc, every persona that takes it.
//! `hw-tests` runs the same battery on drives of this machine.

mod battery;

use std::path::Path;

use battery::{Finding, Known, Outcome};
use oxidisc::mmc::Drive;
use oxidisc::sim;
use sha2::{Digest, Sha256};

/// An image of so many sectors, no two alike, and what is known of a disc made from it.
fn image(folder: &Path, sectors: u32) -> (String, Known) {
    let mut bytes = vec![0; sectors as usize * 2048];
    sim::random::fill(7, 0, &mut bytes);
    let path = folder.join("disc.iso");
    std::fs::write(&path, &bytes).expect("a temporary file can be written");
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = path.to_str().expect("a temporary path is text").to_string();
    (path, Known { sectors: Some(sectors), sha256: Some(sha256), profile: None })
}

/// The battery's findings on a disc with these keys.
fn findings(sectors: u32, profile: u16, keys: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (path, known) = image(folder.path(), sectors);
    let known = Known { profile: Some(profile), ..known };
    let drive = sim::open(&format!("{path}?{keys}")).expect("the spec is right");
    let findings =
        battery::run(&mut Drive::new(Box::new(drive)), &known).expect("the drive gets ready");
    assert!(findings.len() > 20, "only {} cases", findings.len());
    findings
}

/// Runs the battery; the cases named in `left_out` cannot be asked, and no other may be left out.
fn passes(sectors: u32, profile: u16, keys: &str, left_out: &[&str]) {
    let mut wrong = Vec::new();
    for finding in findings(sectors, profile, keys) {
        let expected = left_out.iter().any(|case| finding.case.contains(case));
        match finding.verdict {
            Ok(Outcome::Passed) if !expected => {}
            Ok(Outcome::LeftOut(_)) if expected => {}
            verdict => wrong.push(format!("{}: {verdict:?}", finding.case)),
        }
    }
    assert!(wrong.is_empty(), "{keys}:\n{}", wrong.join("\n"));
}

/// Left out on a CD, and on everything else.
const CD: &[&str] = &["structures"];
const NOT_CD: &[&str] = &["READ CD"];

macro_rules! discs {
    ($($name:ident: $sectors:literal, $profile:literal, $keys:literal, $left_out:expr;)+) => {
        $(#[test] fn $name() { passes($sectors, $profile, $keys, $left_out); })+
    };
}

discs! {
    a_pressed_cd: 3000, 0x08, "medium=cd-rom", CD;
    a_cd_r_written_in_one_go: 3000, 0x09, "medium=cd-r", CD;
    a_cd_r_written_track_at_once: 3000, 0x09, "medium=cd-r&written=tao", CD;
    a_cd_rw: 3000, 0x0a, "medium=cd-rw", CD;
    a_pressed_dvd: 5000, 0x10, "medium=dvd-rom", NOT_CD;
    a_pressed_dvd_of_two_layers: 5000, 0x10, "medium=dvd-rom-dl", NOT_CD;
    a_pressed_dvd_of_parallel_layers: 5000, 0x10, "medium=dvd-rom-dl&path=ptp", NOT_CD;
    a_dvd_minus_r: 5000, 0x11, "medium=dvd-r", NOT_CD;
    a_dvd_minus_rw: 5000, 0x14, "medium=dvd-rw", NOT_CD;
    a_dvd_minus_r_of_two_layers: 5000, 0x15, "medium=dvd-r-dl", NOT_CD;
    a_dvd_plus_r: 5000, 0x1b, "medium=dvd+r", NOT_CD;
    a_dvd_plus_rw: 5000, 0x1a, "medium=dvd+rw", NOT_CD;
    a_dvd_plus_r_of_two_layers: 5000, 0x2b, "medium=dvd+r-dl", NOT_CD;
    a_dvd_ram: 5000, 0x12, "medium=dvd-ram", NOT_CD;
    a_pressed_bd: 5000, 0x40, "medium=bd-rom", NOT_CD;
    a_pressed_bd_of_four_layers: 5000, 0x40, "medium=bd-rom-ql", NOT_CD;
    // The drive shows a closed one as pressed (real-drives: ASUS BW-16D1HT).
    a_bd_r_in_a_drive_that_hides_it: 5000, 0x40, "medium=bd-r&persona=bw-16d1ht", NOT_CD;
    a_bd_r: 5000, 0x41, "medium=bd-r&persona=se-506cb", NOT_CD;
    a_bd_re: 5000, 0x43, "medium=bd-re", NOT_CD;
    a_dvd_in_a_host_of_short_transfers: 5000, 0x10, "medium=dvd-rom&max_transfer=32768", NOT_CD;
}

#[test]
fn what_the_kernel_keeps_from_a_plain_user_is_left_out_and_the_rest_passes() {
    passes(
        3000,
        0x08,
        "medium=cd-rom&filter=user",
        &["structures", "does not exist", "MECHANISM STATUS"],
    );
}

#[test]
fn every_persona_passes_with_the_discs_it_takes() {
    let cd = [("cd-rom", 0x08), ("cd-r", 0x09), ("cd-rw", 0x0a)];
    let dvd = [("dvd-rom", 0x10), ("dvd-r", 0x11), ("dvd+rw", 0x1a)];
    let bd = [("bd-rom", 0x40), ("bd-re", 0x43)];
    let cd_drives = ["burnmax48", "cdd4851", "px-w4824a"];
    let dvd_drives = ["ad-7590s", "drw-24f1st", "dvr-111d", "gsa-4167b", "nd-3540a", "ts-l632h"];
    let bd_drives = ["bu40n", "bw-16d1ht", "se-506cb", "wh16ns40"];
    let mut wrong = Vec::new();
    let mut run = |personas: &[&str], discs: &[(&str, u16)]| {
        for (persona, (medium, profile)) in
            personas.iter().flat_map(|persona| discs.iter().map(move |disc| (persona, disc)))
        {
            let keys = format!("medium={medium}&persona={persona}");
            // This one shows every closed disc as a pressed one (real-drives: ASUS BW-16D1HT).
            let profile = match (*persona, *profile) {
                ("bw-16d1ht", 0x09) => 0x08,
                ("bw-16d1ht", 0x11) => 0x10,
                (_, profile) => profile,
            };
            let failed = findings(3000, profile, &keys).into_iter();
            let failed = failed.filter_map(|finding| Some((finding.case, finding.verdict.err()?)));
            wrong.extend(failed.map(|(case, why)| format!("{keys}: {case}: {why}")));
        }
    };
    run(&cd_drives, &cd);
    run(&dvd_drives, &cd);
    run(&dvd_drives, &dvd);
    run(&bd_drives, &cd);
    run(&bd_drives, &dvd);
    run(&bd_drives, &bd);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_battery_notices_a_sector_that_does_not_read_and_a_disc_that_is_another() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (path, known) = image(folder.path(), 5000);
    let defects = folder.path().join("defects.toml");
    std::fs::write(&defects, "[[defect]]\nkind = \"hard\"\nlba = 4992\ncount = 8\n")
        .expect("a temporary file can be written");
    let spec = format!("{path}?medium=dvd-rom&defects={}", defects.display());
    let drive = sim::open(&spec).expect("the spec is right");
    let known = Known { profile: Some(0x40), sha256: Some("0".repeat(64)), ..known };
    let findings =
        battery::run(&mut Drive::new(Box::new(drive)), &known).expect("the drive gets ready");
    let failed: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.verdict.is_err())
        .map(|finding| finding.case)
        .collect();
    assert_eq!(
        failed,
        [
            "the profile is the one that is known of the disc",
            "the first and the last block can be read",
            "the data is the image's",
        ]
    );
}

#[test]
fn the_battery_does_not_start_without_a_disc() {
    let drive = sim::open("demo?tray=open").expect("the spec is right");
    let error = battery::run(&mut Drive::new(Box::new(drive)), &Known::default()).err();
    assert!(error.is_some_and(|error| error.contains("does not become ready")));
}
