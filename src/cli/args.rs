//! What can be typed, and its help. Turned into what is meant by each command, before any drive is
//! opened.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use oxidisc::mmc::quirks;
use oxidisc::units::{self, Speed};

use super::exit;

mod burning;
mod decoding;

pub use burning::*;
pub use decoding::*;

const EXAMPLES: &str = "\
Examples:
  oxidisc drives                      which drives are there
  oxidisc info                        what the drive and its disc are
  oxidisc rip disc.iso                the disc as an image
  oxidisc burn disc.iso               the image to a disc, read back and compared
  oxidisc -d /dev/sr1 rip disc.iso    the same from another drive
  oxidisc -d sim:demo rip demo.iso    the same with no drive at all

DRIVE is one of
  /dev/sr0, /dev/sg1, /dev/cdrom      a drive, or any link to one
  sim:demo, sim:disc.iso              a simulated drive with a disc made on the spot, or an image
  sim:blank?medium=bd-r               one with a blank disc, for one run
  replay:FILE                         answers from a recording (see record-drive)";

/// Rips optical discs to images, burns images to discs, says what a drive and its disc can do
#[derive(Debug, Parser)]
#[command(
    name = "oxidisc",
    version,
    max_term_width = 100,
    after_help = format!("{EXAMPLES}\n\n{}", exit::HELP),
    disable_help_subcommand = true,
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What was typed. Drives named before the command's name and behind it add up, where clap by
    /// itself lets the latter win.
    pub fn read(typed: &[OsString]) -> Result<Cli, clap::Error> {
        let mut cli = Cli::try_parse_from(typed)?;
        let before = drives_before_the_command(typed);
        if !before.is_empty() && before != cli.global.drives {
            cli.global.drives.splice(0..0, before);
        }
        Ok(cli)
    }
}

/// The options that may stand before the command's name.
#[derive(Parser)]
struct Before {
    #[command(flatten)]
    global: GlobalArgs,
}

fn drives_before_the_command(typed: &[OsString]) -> Vec<String> {
    let command = Cli::command();
    let is_command = |word: &OsString| word.to_str().and_then(|w| command.find_subcommand(w));
    let ends = (1..typed.len()).filter(|end| is_command(&typed[*end]).is_some());
    // A command's name may also be the value of an option before it.
    let before = ends.map(|end| Before::command().try_get_matches_from(&typed[..end]));
    let Some(matches) = before.flatten().next() else { return Vec::new() };
    if matches.value_source(DRIVE) != Some(ValueSource::CommandLine) {
        return Vec::new();
    }
    matches.get_many(DRIVE).into_iter().flatten().cloned().collect()
}

/// The option that names a drive, as clap knows it.
const DRIVE: &str = "drive";

/// What holds for every command.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct GlobalArgs {
    /// The drive: /dev/sr0, sim:SPEC or replay:FILE [default: the only drive of this machine]
    #[arg(
        short = 'd',
        long = "drive",
        id = DRIVE,
        value_name = "DRIVE",
        global = true,
        env = "OXIDISC_DRIVE",
        hide_env_values = true,
        value_hint = ValueHint::AnyPath
    )]
    pub drives: Vec<String>,
    /// Print JSON, one document a line, the last being the result
    #[arg(long, global = true)]
    pub json: bool,
    /// Write all that the drive is asked and answers to FILE, for `-d replay:FILE`
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
    /// Leave serial numbers out of the recording
    #[arg(long, global = true)]
    pub redact: bool,
    /// Reckon with the quirks Q, names separated by commas or `none`, not with those that the drive
    /// is known for
    #[arg(long, global = true, value_name = "Q", value_parser = quirks::Choice::parse)]
    pub quirks: Option<quirks::Choice>,
    /// Print failures only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more of what happens
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
}

/// When to use colour; `Auto`: on a terminal, unless NO_COLOR is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Drives(DrivesArgs),
    Info(InfoArgs),
    RecordDrive(RecordDriveArgs),
    Rip(RipArgs),
    Burn(Box<BurnArgs>),
    Verify(VerifyArgs),
    Blank(BlankArgs),
    Format(FormatArgs),
    Doctor(DoctorArgs),
    Eject(EjectArgs),
    Load(LoadArgs),
    Decode(DecodeArgs),
    Virtual(VirtualArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

impl Command {
    /// What is typed for it.
    pub fn name(&self) -> &'static str {
        if let Command::RecordDrive(_) = self {
            return "record-drive";
        }
        let schema = self.schema();
        schema.strip_prefix("oxidisc.").and_then(|s| s.strip_suffix("/1")).unwrap_or(schema)
    }

    /// Whether more than one drive may be named.
    pub fn takes_several_drives(&self) -> bool {
        matches!(self, Command::Burn(_) | Command::Doctor(_))
    }

    /// Names the document that `--json` ends with.
    pub fn schema(&self) -> &'static str {
        match self {
            Command::Drives(_) => "oxidisc.drives/1",
            Command::Info(_) => "oxidisc.info/1",
            Command::RecordDrive(_) => "oxidisc.record/1",
            Command::Rip(_) => "oxidisc.rip/1",
            Command::Burn(_) => "oxidisc.burn/1",
            Command::Verify(_) => "oxidisc.verify/1",
            Command::Blank(_) => "oxidisc.blank/1",
            Command::Format(_) => "oxidisc.format/1",
            Command::Doctor(_) => "oxidisc.doctor/1",
            Command::Eject(_) => "oxidisc.eject/1",
            Command::Load(_) => "oxidisc.load/1",
            Command::Decode(_) => "oxidisc.decode/1",
            Command::Virtual(_) => "oxidisc.virtual/1",
            Command::Completions(_) => "oxidisc.completions/1",
            Command::Man(_) => "oxidisc.man/1",
        }
    }
}

/// List the optical drives of this machine
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc drives
  oxidisc drives --json | jq -r '.drives[].path'")]
pub struct DrivesArgs {}

/// Show all one can ask a drive and its disc
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is changed, and a mounted disc is no obstacle. A drive that is busy or hangs is left
alone after half a minute.

Examples:
  oxidisc info
  oxidisc info -v                       every feature, field by field
  oxidisc info --json | jq .medium
  oxidisc info --raw > drive.txt        for a report about a drive")]
pub struct InfoArgs {
    /// Show the bytes of every answer too
    #[arg(long)]
    pub raw: bool,
}

/// Record all that a drive and its disc answer, in one file to send
#[derive(Debug, Args)]
#[command(after_help = "\
Only what is harmless is asked: nothing is written, moved or set, and of what is on the disc nothing
is kept. --redact crosses serial numbers out. See docs/recordings.md.

Examples:
  oxidisc record-drive
  oxidisc record-drive --redact
  oxidisc -d replay:FILE info           what the drive said, without the drive")]
pub struct RecordDriveArgs {
    /// The file to make [default: VENDOR-PRODUCT-FIRMWARE-DISC.jsonl]
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Overwrite a FILE that exists
    #[arg(long, visible_alias = "yes")]
    pub force: bool,
}

/// Copy a disc to an image
#[derive(Debug, Args)]
#[command(after_help = "\
Until the image is complete, OUTPUT.map says what is in it: after an interruption, the same
command goes on from there. Sectors that cannot be read are left out and listed, never made up.

Examples:
  oxidisc rip disc.iso
  oxidisc rip disc.iso --speed 8x --hash sha256,md5
  oxidisc rip disc.iso --retries 10 --budget 2h    when the disc is damaged
  oxidisc rip boot.iso --range 0..5000             the first 5000 sectors only")]
pub struct RipArgs {
    /// The image to make
    #[arg(value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// How fast to read: 8x, 22160kB/s, max or min
    #[arg(long, default_value = "max")]
    pub speed: Speed,
    /// Only these sectors, the last one not included: 0..5000, 100.. or ..5000
    #[arg(long, value_name = "LBA..LBA", value_parser = parse_range)]
    pub range: Option<SectorRange>,
    /// How often to try a sector again that cannot be read
    #[arg(long, value_name = "N", default_value_t = 3, allow_negative_numbers = true)]
    pub retries: u32,
    /// How long to try for in all: 90s, 45m or 2h
    #[arg(long, value_name = "TIME", value_parser = units::parse_duration)]
    pub budget: Option<Duration>,
    /// Where the map of what was read is kept [default: OUTPUT.map]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub map: Option<PathBuf>,
    /// Start over, though a map says that part of the disc was read already
    #[arg(long)]
    pub restart: bool,
    /// Checksums to compute while reading: sha256, md5, sha1, crc32, blake3
    #[arg(
        long,
        value_name = "LIST",
        value_enum,
        value_delimiter = ',',
        default_value = "sha256",
        hide_possible_values = true
    )]
    pub hash: Vec<HashName>,
    /// Read the disc a second time and compare
    #[arg(long)]
    pub verify: bool,
    /// Open the tray when all is good
    #[arg(long)]
    pub eject: bool,
    /// Overwrite an OUTPUT that exists
    #[arg(long, visible_alias = "yes")]
    pub force: bool,
}

/// A checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HashName {
    Sha256,
    Md5,
    Sha1,
    Crc32,
    Blake3,
}

/// Sectors from `start` up to, not including, `end`; no `end`: up to the disc's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectorRange {
    pub start: u32,
    pub end: Option<u32>,
}

fn parse_range(text: &str) -> Result<SectorRange, String> {
    let bad = || format!("'{text}' is no range: write 0..5000, 100.. or ..5000");
    let (start, end) = text.split_once("..").ok_or_else(bad)?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| bad());
    if start.is_empty() && end.is_empty() {
        return Err(bad());
    }
    let range = SectorRange {
        start: if start.is_empty() { 0 } else { number(start)? },
        end: if end.is_empty() { None } else { Some(number(end)?) },
    };
    match range.end {
        Some(end) if end <= range.start => {
            Err(format!("'{text}' holds no sector: the second number is not included"))
        }
        _ => Ok(range),
    }
}

/// Say why you can or cannot rip and burn here, and what mends it
#[derive(Debug, Args)]
#[command(after_help = "\
Looks at drives, permissions, udev rules, who uses a drive, cables, power settings, and the folder
that images go to. Below each finding stands the command line that mends it. Nothing is changed:
drives are sent commands that change nothing, and the folder gets a few MiB for a moment.

Exit codes: 0 you can rip and burn, 3 a drive keeps you from it, 1 something else does.

Examples:
  oxidisc doctor
  oxidisc doctor -d /dev/sr1 --folder /mnt/images
  oxidisc doctor --json | jq '.findings[] | select(.status == \"problem\")'")]
pub struct DoctorArgs {
    /// Where images will be written to
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Print the udev rules that open drives to group cdrom and to who sits at the screen
    #[arg(long)]
    pub udev_rules: bool,
    /// Look at the machine whose /proc, /sys, /dev and /etc are below DIR; opens nothing there
    #[arg(long, value_name = "DIR", hide = true, conflicts_with_all = [DRIVE, "folder"])]
    pub root: Option<PathBuf>,
}

/// Open the tray
#[derive(Debug, Args)]
#[command(after_help = "\
A locked tray is unlocked first. A disc that is mounted or otherwise in use is left in.

Examples:
  oxidisc eject
  oxidisc -d /dev/sr1 eject")]
pub struct EjectArgs {}

/// Close the tray and wait until the disc is ready
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc load
  oxidisc load && oxidisc rip disc.iso")]
pub struct LoadArgs {}

/// Give a simulated drive to other programs
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct VirtualArgs {
    #[command(subcommand)]
    pub command: VirtualCommand,
}

/// To whom.
#[derive(Debug, Subcommand)]
pub enum VirtualCommand {
    Create(VirtualCreateArgs),
    Attach(VirtualAttachArgs),
    Detach(VirtualDetachArgs),
    Run(VirtualRunArgs),
    #[command(hide = true)]
    Guard(VirtualGuardArgs),
}

/// Make a blank virtual disc
#[derive(Debug, Args)]
#[command(after_help = "\
The disc is a file that lasts from one run to the next, and as strict as a real one: what ruins a
disc, ruins it. It takes as much room as is written to it. For one run and nothing left behind there
is -d 'sim:blank?medium=bd-r'.

Examples:
  oxidisc virtual create practice.disc --medium bd-r
  oxidisc -d sim:practice.disc burn disc.iso
  oxidisc virtual create small.disc --medium dvd+rw --size 20MiB")]
pub struct VirtualCreateArgs {
    /// The file to make
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// What kind of disc: cd-r, cd-rw, dvd-r, dvd-rw, dvd-r-dl, dvd+r, dvd+rw, dvd+r-dl, dvd-ram,
    /// bd-r, bd-re; with -dl, -tl or -ql behind for more layers
    #[arg(long, value_name = "KIND")]
    pub medium: String,
    /// Its layers, in place of a letter in KIND
    #[arg(long, value_name = "N")]
    pub layers: Option<u8>,
    /// A smaller disc than there is in shops: 20MiB, 700MB or bytes
    #[arg(long, value_parser = units::parse_size)]
    pub size: Option<u64>,
}

/// Attach a simulated drive to this kernel as a real /dev/srN
#[derive(Debug, Args)]
#[command(after_help = "\
Every program of this machine can use the drive then, burning programs included. Needs root and the
kernel's modules target_core_user and tcm_loop. Prints the nodes, and serves them until interrupted
or detached.

Examples:
  sudo oxidisc virtual attach demo
  sudo oxidisc virtual attach disc.iso?medium=dvd-r --daemon
  sudo oxidisc virtual detach")]
pub struct VirtualAttachArgs {
    /// The simulated drive: as in -d sim:SPEC, or replay:FILE
    #[arg(value_hint = ValueHint::FilePath)]
    pub spec: String,
    /// Serve in the background; return once the node is there
    #[arg(long)]
    pub daemon: bool,
    /// This is the server in the background
    #[arg(long, hide = true, conflicts_with = "daemon")]
    pub background: bool,
}

/// Take an attached drive away
#[derive(Debug, Args)]
#[command(after_help = "\
What a killed server left behind in the kernel is cleaned up, too.

Examples:
  sudo oxidisc virtual detach
  sudo oxidisc virtual detach /dev/sr1
  sudo oxidisc virtual detach --all")]
pub struct VirtualDetachArgs {
    /// Its node [default: the only one that is attached]
    #[arg(value_hint = ValueHint::AnyPath, conflicts_with = "all")]
    pub node: Option<PathBuf>,
    /// All that are attached
    #[arg(long)]
    pub all: bool,
}

/// Clean up after the server that holds our standard input
#[derive(Debug, Args)]
pub struct VirtualGuardArgs {
    /// Names the drive
    pub word: String,
}

/// Run one program with a simulated drive that no other program sees
#[derive(Debug, Args)]
#[command(after_help = "\
Where COMMAND, or a program that it starts, opens PATH and sends it SCSI commands (ioctl SG_IO), the
simulated drive answers. Needs no root. Reading PATH like a file does not work: use `virtual attach`
for that. The exit code is COMMAND's.

Examples:
  oxidisc virtual run demo -- sg_inq /dev/sr0
  oxidisc virtual run disc.iso?medium=dvd-r --at /dev/sg9 -- xorriso -outdev /dev/sg9 -toc
  oxidisc virtual run demo --record asked.rec -- cdrskin dev=/dev/sr0 -minfo")]
pub struct VirtualRunArgs {
    /// The simulated drive: as in -d sim:SPEC
    #[arg(value_hint = ValueHint::FilePath)]
    pub spec: String,
    /// Where the program finds the drive; what is there is not touched
    #[arg(long, value_name = "PATH", default_value = "/dev/sr0")]
    pub at: PathBuf,
    /// The program and its arguments
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments
    )]
    pub program: Vec<OsString>,
}

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc completions bash > ~/.local/share/bash-completion/completions/oxidisc
  oxidisc completions zsh > ~/.zfunc/_oxidisc
  oxidisc completions fish > ~/.config/fish/completions/oxidisc.fish")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// Print the manual page, or write one for each command
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc man | man -l -
  oxidisc man ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn drives_before_and_behind_the_command_add_up() {
        let drives = |typed: &str| {
            let words: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
            Cli::read(&words).expect(typed).global.drives
        };
        assert_eq!(drives("oxidisc -d a info"), ["a"]);
        assert_eq!(drives("oxidisc info -d a"), ["a"]);
        assert_eq!(drives("oxidisc info -d a -d b"), ["a", "b"]);
        assert_eq!(drives("oxidisc -vd a --drive=b info -d c"), ["a", "b", "c"]);
        assert_eq!(drives("oxidisc -d info --color never info -d b"), ["info", "b"]);
        assert_eq!(drives("oxidisc virtual run a -- oxidisc -d b info"), [""; 0]);
    }

    #[test]
    fn ranges_are_read_and_refused() {
        let range = |start, end| Ok(SectorRange { start, end });
        assert_eq!(parse_range("0..5000"), range(0, Some(5000)));
        assert_eq!(parse_range("100.."), range(100, None));
        assert_eq!(parse_range("..5000"), range(0, Some(5000)));
        for bad in ["", "..", "5", "5..5", "9..1", "a..b", "-1..5", "1...5", "0..99999999999"] {
            assert!(parse_range(bad).is_err(), "{bad}");
        }
    }
}
