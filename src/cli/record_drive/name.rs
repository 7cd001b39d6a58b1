//! What a recording is called and what its header says: drive, firmware, disc, and where it was
//! made. Knows no serial number.

use std::path::Path;

use oxidisc::mmc::profile::Profile;
use oxidisc::transport::scan::{Bus, DriveEntry};

use super::Asked;
use crate::cli::human;

/// The kernel's release, as it tells it itself.
const RELEASE: &str = "/proc/sys/kernel/osrelease";

/// `HL-DT-ST-BD-RE-WH16NS40-1.02-BD-R.jsonl`
pub fn file(asked: &Asked) -> String {
    let mut name = String::new();
    for c in format!("{} {}", drive(asked), disc(asked)).chars() {
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
pub fn note(asked: &Asked, entry: Option<&DriveEntry>) -> String {
    let mut parts = vec![drive(asked), disc(asked)];
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

/// Which drive it is.
pub fn drive(asked: &Asked) -> String {
    asked.found.as_ref().map_or("unknown drive".into(), |found| human::drive(&found.drive))
}

/// The kind of the disc.
pub fn disc(asked: &Asked) -> String {
    let Some(medium) = asked.medium() else {
        return if asked.error.is_none() { "no disc".into() } else { "unknown disc".into() };
    };
    match (medium.profile, medium.family) {
        // A drive that knows no profiles.
        (Profile::None, Some(family)) => format!("{family:?}").to_uppercase(),
        (Profile::None, None) => "unknown disc".into(),
        (profile, _) => profile.to_string(),
    }
}
