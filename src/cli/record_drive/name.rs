//! What a recording is called and what its header says: drive, firmware, disc, and where it was
//! made. Knows no serial number.

use std::path::Path;

use oxidisc::mmc::profile::Profile;
use oxidisc::transport::scan::{Bus, DriveEntry};

use crate::cli::human;
use crate::cli::info::Found;

/// The kernel's release, as it tells it itself.
const RELEASE: &str = "/proc/sys/kernel/osrelease";

/// `HL-DT-ST-BD-RE-WH16NS40-1.02-BD-R.jsonl`
pub fn file(found: Option<&Found>) -> String {
    let drive = found.map_or_else(|| "unknown drive".into(), |found| human::drive(&found.drive));
    let disc = found.and_then(disc).unwrap_or_else(|| "no disc".into());
    let mut name = String::new();
    for c in format!("{drive} {disc}").chars() {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        match if plain { c } else { '-' } {
            '-' if name.is_empty() || name.ends_with('-') => {}
            '.' if name.is_empty() => {}
            c => name.push(c),
        }
    }
    format!("{}.jsonl", name.trim_end_matches('-'))
}

/// `HL-DT-ST BD-RE WH16NS40 1.02, BD-R, usb 152d:0578, Linux 6.12, oxidisc 0.1.0`
pub fn note(found: Option<&Found>, entry: Option<&DriveEntry>) -> String {
    let drive = found.map_or_else(|| "unknown drive".into(), |found| human::drive(&found.drive));
    let disc = found.and_then(disc).unwrap_or_else(|| "no disc".into());
    let mut parts = vec![drive, disc];
    parts.extend(entry.map(|entry| match entry.bus {
        Bus::Usb { vendor, product, .. } => format!("usb {vendor:04x}:{product:04x}"),
        bus => bus.to_string(),
    }));
    let release = std::fs::read_to_string(Path::new(RELEASE)).unwrap_or_default();
    if !release.trim().is_empty() {
        parts.push(format!("Linux {}", release.trim()));
    }
    parts.push(format!("oxidisc {}", env!("CARGO_PKG_VERSION")));
    parts.join(", ")
}

/// The kind of the disc, if there is one.
pub fn disc(found: &Found) -> Option<String> {
    let medium = &found.disc.as_ref()?.medium;
    Some(match (medium.profile, medium.family) {
        // A drive that knows no profiles.
        (Profile::None, Some(family)) => format!("{family:?}").to_uppercase(),
        (Profile::None, None) => "unknown disc".into(),
        (profile, _) => profile.to_string(),
    })
}
