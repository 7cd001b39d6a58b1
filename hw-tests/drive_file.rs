//! Drive files: which drive, what disc is in it, what may be done to it. An unknown key is an
//! error, so that a permission is never one by a slip of the pen.

use std::path::Path;

use serde::Deserialize;

use crate::battery::Known;

/// A file `hw-tests/drives/NAME.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DriveFile {
    /// The node; better a link of /dev/disk/by-id, which follows the drive.
    path: String,
    /// What the disc in it is called by the person who put it there.
    #[expect(dead_code, reason = "for people")]
    medium: Option<String>,
    /// Sectors of its data.
    sectors: Option<u32>,
    /// SHA-256 of those sectors.
    sha256: Option<String>,
    /// CURRENT PROFILE.
    profile: Option<u16>,
    /// Whether the disc may be erased. No case of the battery does.
    #[serde(default)]
    erase: bool,
}

/// The drive's path and what is known of its disc.
///
/// # Errors
/// The file cannot be read, says something unknown, or asks for what the battery does not do.
pub fn load(file: &Path) -> Result<(String, Known), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    parse(&text)
}

fn parse(text: &str) -> Result<(String, Known), String> {
    let file: DriveFile = toml::from_str(text).map_err(|error| error.to_string())?;
    if file.erase {
        return Err("`erase = true`: no case of this battery erases; leave it out".into());
    }
    let sha256 = file.sha256.map(|hex| hex.to_lowercase());
    Ok((file.path, Known { sectors: file.sectors, sha256, profile: file.profile }))
}

#[test]
fn a_drive_file_says_what_is_known_and_nothing_else() {
    let (path, known) = parse("path = '/dev/sr0'\nsectors = 100\nprofile = 0x10").expect("parses");
    assert_eq!((path.as_str(), known.sectors, known.profile), ("/dev/sr0", Some(100), Some(16)));
    assert!(parse("path = '/dev/sr0'\nerasable = true").is_err());
    assert!(parse("path = '/dev/sr0'\nerase = true").is_err());
}
