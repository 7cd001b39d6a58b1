//! The conformance battery on the drive that `DRIVE_UNDER_TEST` names: a device node, a `sim:`
//! drive, or a drive file (`hw-tests/README.md`). Writes to no disc: no case of the battery does.

#![expect(clippy::print_stdout, reason = "the test's own report, with --nocapture")]

#[path = "../tests/conformance/battery.rs"]
mod battery;
mod drive_file;
mod kernel;

use std::path::Path;

use battery::Outcome;
use oxidisc::mmc::Drive;
use oxidisc::sim;
use oxidisc::transport::sgio::SgIo;
use oxidisc::transport::{Access, Transport};

/// What is said where no drive is named.
const HOW: &str = "DRIVE_UNDER_TEST names no drive; set it to a node (/dev/sr0) or to a drive file \
    (hw-tests/drives/NAME.toml)";

#[test]
fn the_drive_passes_the_battery() {
    let named = std::env::var("DRIVE_UNDER_TEST").expect(HOW);
    let (path, known) = if named.ends_with(".toml") {
        drive_file::load(Path::new(&named)).unwrap_or_else(|error| panic!("{named}: {error}"))
    } else {
        (named, battery::Known::default())
    };
    let transport: Box<dyn Transport> = if path.starts_with("sim:") {
        Box::new(sim::open(&path).unwrap_or_else(|error| panic!("{error}")))
    } else {
        let device = SgIo::open(Path::new(&path), Access::Read);
        Box::new(device.unwrap_or_else(|error| panic!("{path}: {error}")))
    };
    let findings = battery::run(&mut Drive::new(transport), &known)
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut failed = 0;
    for finding in &findings {
        match &finding.verdict {
            Ok(Outcome::Passed) => println!("case ok: {}", finding.case),
            Ok(Outcome::LeftOut(why)) => println!("case left out: {}: {why}", finding.case),
            Err(why) => {
                failed += 1;
                println!("case FAILED: {}: {why}", finding.case);
            }
        }
    }
    assert_eq!(failed, 0, "{failed} of {} cases failed", findings.len());
}
