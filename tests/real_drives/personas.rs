//! The simulated drives against the reports of the drives they stand for: with the same disc in the
//! same state, each line that was printed is told again. In a real kernel and by the programs
//! themselves, the lab's job `personas` compares them.

use std::ops::ControlFlow;
use std::path::Path;

use oxidisc::jobs::ready::{Since, require};
use oxidisc::jobs::survey::survey_drive;
use oxidisc::mmc::Drive;
use oxidisc::mmc::profile::Profile;

use super::derive::Printed;
use super::evidence::{file, text};
use super::page2a_and_profiles_various::{capabilities, profiles};
use super::retell::retell;

/// A simulated drive with its disc in.
fn drive(spec: &str) -> Drive {
    let drive = oxidisc::sim::open_ready(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
    let mut drive = Drive::new(Box::new(drive));
    let waiting = &mut |_| ControlFlow::Continue(());
    require(&mut drive, Since::Now, waiting).unwrap_or_else(|error| panic!("{spec}: {error}"));
    drive
}

/// What was printed of a drive, and how its simulated one differs: lines begin with these.
struct Case {
    spec: &'static str,
    report: (&'static str, &'static str),
    differs: &'static [&'static str],
}

/// The disc is of another maker.
const OTHER_DISC: &str = "Media ID";
/// Nobody knows what it means on which disc.
const COMPATIBILITY: &str = "ROM Compatibility LBA";

const CASES: [Case; 5] = [
    Case {
        spec: "blank?medium=bd-r&persona=wh16ns40",
        report: ("hldtst-wh16ns40-bdr-blank-and-pow", "/reported/blank"),
        // The read speed of this one disc beside each write speed; no GET PERFORMANCE of writing.
        differs: &["Speed Descriptor", "GET [CURRENT] PERFORMANCE", "Write Performance"],
    },
    Case {
        spec: "blank?medium=dvd+r-dl&persona=ad-7590s",
        report: ("optiarc-ad7590s-dvdplusrdl-blank-and-page2a", "/reported/text"),
        // Three zones of this one disc.
        differs: &[OTHER_DISC, COMPATIBILITY, "Write Performance"],
    },
    Case {
        spec: "blank?medium=dvd+r-dl&persona=dvr-111d",
        report: ("pioneer-dvr111d-dvdplusrdl-blank", "/reported/text"),
        // A read speed of 2.4x beside the write speed; no GET PERFORMANCE of writing.
        differs: &[
            OTHER_DISC,
            COMPATIBILITY,
            "Speed Descriptor",
            "GET [CURRENT] PERFORMANCE",
            "Write Performance",
        ],
    },
    Case {
        spec: "blank?medium=dvd+r&persona=ts-l632h",
        report: ("tsst-tsl632h-dvdplusr-blank-and-closed", "/reported/blank"),
        differs: &[OTHER_DISC],
    },
    Case {
        spec: "IMAGE?medium=dvd-rom&persona=gsa-4167b",
        report: ("hldtst-gsa4167b-dvdrom-pressed", "/reported/text"),
        // A read speed of 2.5x beside the write speeds, those of a CD; these are not printed.
        differs: &["Speed Descriptor", "Current Write Speed", "Write Speed"],
    },
];

#[test]
fn simulated_drives_tell_what_was_printed_of_real_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let pressed = folder.path().join("pressed.iso");
    let image = std::fs::File::create(&pressed).expect("a file");
    image.set_len(2_080_080 * 2048).expect("a sparse file");
    for Case { spec, report: (name, path), differs } in CASES {
        let spec = spec.replace("IMAGE", &pressed.display().to_string());
        let evidence = file(name);
        let printed = Printed::new(text(&evidence, path));
        let left = |line: &String| !differs.iter().any(|start| line.starts_with(start));
        let told = retell(&mut drive(&spec), printed.multiple());
        let told: Vec<String> = told.into_iter().filter(left).collect();
        let expected: Vec<String> = printed.lines().into_iter().filter(left).collect();
        assert_eq!(told, expected, "{spec}");
        assert!(expected.len() > 12, "{spec}: {expected:?}");
    }
}

#[test]
fn page_2a_of_simulated_drives_is_that_of_real_ones() {
    for (spec, name, path) in [
        ("demo?persona=px-w4824a", "plextor-pxw4824a-page2a", "/reported_page_2a"),
        (
            "blank?medium=dvd+r-dl&persona=ad-7590s",
            "optiarc-ad7590s-dvdplusrdl-blank-and-page2a",
            "/reported_page_2a",
        ),
    ] {
        let report = file(name).pointer(path).expect("a report").clone();
        let told =
            survey_drive(&mut drive(spec)).expect("surveyed").capabilities.expect("page 2Ah");
        let mut real = capabilities(&report);
        // Not printed.
        (real.accurate_stream, real.can_lock, real.can_eject) = (true, true, true);
        // The reports name what stands in fields of its own; of every flag they say nothing.
        (real.flags, real.length) = (told.flags.clone(), told.length);
        (real.volume_levels, real.copy_management) = (told.volume_levels, told.copy_management);
        real.rotation = told.rotation;
        assert_eq!(told, real, "{spec}");
        let identity = survey_drive(&mut drive(spec)).expect("surveyed").identity;
        let inquiry = &report["inquiry"];
        assert_eq!(inquiry["version"].as_u64(), Some(u64::from(identity.raw[2])), "{spec}");
        let format = u64::from(identity.raw[3] & 0x0f);
        assert_eq!(inquiry["response_format"].as_u64(), Some(format), "{spec}");
        assert_eq!(inquiry["product"].as_str().map(str::trim), Some(identity.product.as_str()));
    }
}

/// The orders that were printed, and which profile is current.
#[test]
fn profiles_of_simulated_drives_stand_in_the_order_of_real_ones() {
    let various = file("page2a-and-profiles-various");
    let philips = file("philips-cdd4851-cdrw-blank-fail");
    for (spec, evidence, path) in [
        ("blank?medium=dvd-ram&persona=drw-24f1st", &various, "/reports/0"),
        // HL-DT-ST GSA-4166B.
        ("blank?medium=dvd+r-dl&persona=gsa-4167b", &various, "/reports/3"),
        // ASUS CRW-5232A3.
        ("blank?medium=cd-rw&persona=px-w4824a", &various, "/reports/4"),
        ("blank?medium=cd-rw&persona=burnmax48", &various, "/reports/4"),
        ("blank?medium=cd-rw&persona=cdd4851", &philips, "/reported/get_configuration"),
    ] {
        let told = survey_drive(&mut drive(spec)).expect("surveyed").profiles();
        let real = profiles(evidence, path);
        let order = |list: &[(Profile, bool)]| list.iter().map(|(all, _)| *all).collect::<Vec<_>>();
        assert_eq!(order(&told), order(&real), "{spec}");
        // The report of the CDD4851 marks none.
        if real.iter().any(|(_, current)| *current) {
            assert_eq!(told, real, "{spec}");
        }
    }
}

/// The job in the lab leaves out the same of the same reports.
#[test]
fn the_lab_compares_the_same_reports() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("hw-tests/lab/jobs/personas.sh");
    let job = std::fs::read_to_string(path).expect("the job");
    for Case { report: (name, _), spec, .. } in CASES {
        assert!(job.contains(name), "{name}");
        let persona = spec.split("persona=").nth(1).expect("a persona");
        assert!(job.contains(persona), "{persona}");
    }
}
