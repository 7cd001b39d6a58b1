//! What can be typed to commands about a disc that is written: `verify`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use oxidisc::units::{self, Speed};

/// Compare a disc with an image, sector by sector
#[derive(Debug, Args)]
#[command(after_help = "\
The disc is read past all caches. What differs is named, with the file it belongs to. A file of
checksums will do in place of the image; then it can only be said whether there is a difference.

Examples:
  oxidisc verify disc.iso
  oxidisc verify disc.iso -d /dev/sr1      in another drive than the one that wrote it
  oxidisc verify disc.iso.sha256
  oxidisc verify SHA256SUMS --name debian.iso

Exit codes: 0 the same, 4 the same as far as it could be read, 5 different; the others as always.")]
pub struct VerifyArgs {
    /// The image, or a file with its SHA-256 (disc.iso.sha256, SHA256SUMS)
    #[arg(value_hint = ValueHint::FilePath)]
    pub image: PathBuf,
    /// How fast to read: 8x, 22160kB/s, max or min
    #[arg(long, default_value = "max")]
    pub speed: Speed,
    /// Where on the disc the image begins: not at 0 if it is an appended session
    #[arg(long, value_name = "LBA", default_value_t = 0)]
    pub start: u32,
    /// Which of the images in a file of checksums
    #[arg(long, value_name = "IMAGE")]
    pub name: Option<String>,
    /// How much of the disc the checksum is of: 4GiB, 700MB or bytes [default: what its file system
    /// has]
    #[arg(long, value_parser = units::parse_size)]
    pub size: Option<u64>,
    /// How often to try a sector again that cannot be read
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub retries: u32,
    /// Open the tray when all is good
    #[arg(long)]
    pub eject: bool,
}
