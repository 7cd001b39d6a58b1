//! What can be typed to commands that change a disc, or compare one: `burn`, `verify`, `blank`,
//! `format`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use oxidisc::units::{self, Speed};

/// How much of a disc is set aside for blocks that turn out bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SparesArg {
    /// All for data, at full speed
    None,
    /// As little as the drive offers
    Min,
    /// What the drive does by itself
    Default,
    /// As much as the drive offers
    Max,
}

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

/// Erase a rewritable disc
#[derive(Debug, Args)]
#[command(after_help = "\
What is on the disc is lost, so that there is a question first, unless --yes is given. The fast way
makes a disc that can be written anew; what was on it can be found by those who look for it. Nothing
blanks a DVD+RW, DVD-RAM or BD-RE: zeros are written over what leads to the data, or over all of it.

Examples:
  oxidisc blank
  oxidisc blank --full --yes")]
pub struct BlankArgs {
    /// Erase every sector, which takes as long as writing the disc
    #[arg(long)]
    pub full: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Open the tray when all is good
    #[arg(long)]
    pub eject: bool,
}

/// Format a disc, or list how it can be formatted
#[derive(Debug, Args)]
#[command(after_help = "\
A DVD+RW, DVD-RAM or BD-RE is formatted before its first use, which `burn` sees to; a BD-R only to
set sectors aside for defects. What is on the disc is lost, so that there is a question first,
unless --yes is given.

Examples:
  oxidisc format --list                 the formats that drive and disc offer
  oxidisc format --spares none          a BD-RE at its full size and speed
  oxidisc format --full --yes           every sector is written and checked
  oxidisc format --type 3               one of those listed, by its number")]
pub struct FormatArgs {
    /// Show what the disc can be formatted to, and change nothing
    #[arg(long, conflicts_with_all = ["full", "spares", "kind", "yes", "eject"])]
    pub list: bool,
    /// Format every sector, which takes as long as writing the disc
    #[arg(long)]
    pub full: bool,
    /// How much of a BD or DVD-RAM is set aside for defects: none, min, default, max, or so much at
    /// least: 256MiB
    #[arg(long, value_parser = parse_spares)]
    pub spares: Option<FormatSpares>,
    /// One of --list, by its number
    #[arg(
        long = "type",
        value_name = "NUMBER",
        value_parser = parse_number,
        conflicts_with_all = ["full", "spares"]
    )]
    pub kind: Option<usize>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Open the tray when all is good
    #[arg(long)]
    pub eject: bool,
}

/// How much is set aside, as `format` knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatSpares {
    /// In words.
    Named(SparesArg),
    /// At least so many bytes.
    Bytes(u64),
}

fn parse_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("'{text}' is no number of --list: 0, 1 or the like"))
}

fn parse_spares(text: &str) -> Result<FormatSpares, String> {
    if let Ok(named) = SparesArg::from_str(text, false) {
        return Ok(FormatSpares::Named(named));
    }
    units::parse_size(text).map(FormatSpares::Bytes).map_err(|_| {
        format!("'{text}' is neither none, min, default, max nor a size such as 256MiB")
    })
}
