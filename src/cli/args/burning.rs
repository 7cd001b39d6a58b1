//! What can be typed to commands that change a disc, or compare one: `burn`, `verify`, `blank`,
//! `format`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use oxidisc::units::{self, Speed};

/// Write an image to a disc, read it back and compare
#[derive(Debug, Args)]
#[command(after_help = "\
Image, disc and drive are looked at before anything is written, and what is on the disc in the end
is read back and compared. A disc that holds data is overwritten only after a question, or with
--yes. Nothing but the disc's own unit of writing is added to the image.

Examples:
  oxidisc burn disc.iso
  oxidisc burn disc.iso --plan                   what would be done, command by command
  oxidisc burn disc.iso --speed 8x --eject
  oxidisc burn disc.iso --resume                 go on after an interruption
  oxidisc burn disc.iso --copies 5               five discs, one after another
  oxidisc burn disc.iso -d /dev/sr0 -d /dev/sr1  two at once, the image read once
  xorrisofs -r photos | oxidisc burn - --size 4GiB
  oxidisc burn disc.iso -d 'sim:blank?medium=bd-r'   a rehearsal with no drive at all

Exit codes: 0 verified (or written, with --no-verify), 5 verification found a difference, 6 failed
before the disc was changed, 7 failed after that, 130 interrupted; the others as always.")]
pub struct BurnArgs {
    /// The image, or - for standard input (needs --size)
    #[arg(value_hint = ValueHint::FilePath)]
    pub image: PathBuf,
    /// How fast to write: 8x, 22160kB/s, max or min
    #[arg(long, default_value = "max")]
    pub speed: Speed,
    /// How much standard input will bring, to the byte: 4294967296 or 4GiB
    #[arg(long, value_parser = units::parse_size)]
    pub size: Option<u64>,
    /// Show every command that would be sent, and send none that changes the disc
    #[arg(long)]
    pub plan: bool,
    /// Have the drive do all but switch its laser to writing (CD, DVD-R, DVD-RW)
    #[arg(long)]
    pub simulate: bool,
    /// Do not read the disc back
    #[arg(long)]
    pub no_verify: bool,
    /// Erase a CD-RW or DVD-RW first, even if more would fit on it
    #[arg(long, conflicts_with = "resume")]
    pub erase: bool,
    /// Leave the disc open, so that another session can follow
    #[arg(long)]
    pub appendable: bool,
    /// Go on with an interrupted burn, after a comparison of what is on the disc
    #[arg(long)]
    pub resume: bool,
    /// Write so many discs, one after another in each drive
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub copies: u32,
    /// Read the image to its end before anything is written, to find out in time if it cannot be;
    /// done anyway where a burn that breaks off costs the disc
    #[arg(long)]
    pub read_first: bool,
    /// Open the tray when all is good
    #[arg(long)]
    pub eject: bool,
    /// Overwrite what is on the disc without asking
    #[arg(short, long)]
    pub yes: bool,
    /// Write an image though it looks wrong
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub special: SpecialArgs,
}

/// What matters for some kinds of discs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for some kinds of discs")]
pub struct SpecialArgs {
    /// How a CD or DVD-R is written: in one go (SAO, DAO), or piece by piece (TAO) [default: what
    /// suits disc and image]
    #[arg(long, value_enum)]
    pub mode: Option<ModeArg>,
    /// How much of a BD is set aside for sectors that turn out bad [default: none on a BD-R, else
    /// as the disc is]
    #[arg(long, value_enum, visible_alias = "defect-management")]
    pub spares: Option<SparesArg>,
    /// Let the drive write at full speed without checking what it wrote (BD, DVD-RAM)
    #[arg(long)]
    pub streaming: bool,
    /// The first sector of the second layer (DVD+R DL, DVD-R DL)
    #[arg(long, value_name = "LBA")]
    pub layer_break: Option<u32>,
    /// Have the drive calibrate its laser first; most do it by themselves
    #[arg(long)]
    pub opc: bool,
    /// How much of the image is kept in memory [default: three seconds of the burn and what the
    /// drive may lose]
    #[arg(long, value_name = "SIZE", value_parser = units::parse_size)]
    pub fifo: Option<u64>,
}

/// How a disc is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    #[value(aliases = ["sao", "dao"])]
    AtOnce,
    #[value(alias = "tao")]
    Incremental,
}

/// How much of a disc is set aside for blocks that turn out bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SparesArg {
    None,
    Min,
    Default,
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
