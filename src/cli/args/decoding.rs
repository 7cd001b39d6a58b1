//! What can be typed to `decode`.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueHint};

/// Explain the bytes of drives: sense data, commands, answers
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "\
Needs no drive. Bytes may be spelt in any way (70 00 03, 0x70,0x00, 700003, a dump), stand in a
FILE, or come from standard input (-).

Examples:
  oxidisc decode sense 70 00 05 00 00 00 00 0a 00 00 00 00 64 00
  oxidisc decode sense 3/11/05
  dmesg | oxidisc decode sense -
  oxidisc decode cdb 28 00 00 00 2d f4 00 00 20 00
  oxidisc decode response --cdb '51 00' answer.bin
  oxidisc decode recording drive.rec"
)]
pub struct DecodeArgs {
    #[command(subcommand)]
    pub command: DecodeCommand,
}

/// What the bytes are.
#[derive(Debug, Subcommand)]
pub enum DecodeCommand {
    Sense(DecodeSenseArgs),
    Cdb(DecodeCdbArgs),
    Response(DecodeResponseArgs),
    Recording(DecodeRecordingArgs),
}

/// Explain why a drive said no: what it means, what may be the cause, what to do
#[derive(Debug, Args)]
#[command(after_help = "\
INPUT is sense data in hex, a code as programs print it (3/11/05, SK=3 ASC=11 ASCQ=05), or lines
of a log: of the kernel, cdrecord, growisofs or libburn. All that is found in it is explained.

Examples:
  oxidisc decode sense 70 00 05 00 00 00 00 0a 00 00 00 00 64 00
  oxidisc decode sense 5/64/00 --cdb '28 00 00 05 6a 50 00 00 02 00'
  dmesg | oxidisc decode sense -
  oxidisc decode sense burn.log --json | jq -r 'select(.key != null) | .name'")]
pub struct DecodeSenseArgs {
    /// Sense data, a code, a FILE, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub input: Vec<OsString>,
    /// The command that was refused, in hex: causes and fields depend on it
    #[arg(long, value_name = "HEX")]
    pub cdb: Option<String>,
}

/// Explain a command field by field
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc decode cdb 28 00 00 00 2d f4 00 00 20 00
  oxidisc decode cdb 'be,0,0,0,0,0,0,0,1,f8,1,0' -v")]
pub struct DecodeCdbArgs {
    /// A command in hex, several one a line, a FILE, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub input: Vec<OsString>,
    /// Show the bytes beside the fields, as -v does
    #[arg(long)]
    pub raw: bool,
}

/// Explain what a drive answered, field by field
#[derive(Debug, Args)]
#[command(after_help = "\
INPUT is binary, hex, or lines of a recording, which know their commands.

Examples:
  oxidisc decode response --cdb '46 02' answer.bin
  oxidisc decode response --cdb '43 00' 00 12 01 01 00 14 01 00 00 00 00 00 00 14 aa 00 00 2a 8d 20
  oxidisc decode response drive.rec --raw")]
pub struct DecodeResponseArgs {
    /// The command that it answers, in hex; its first bytes are enough
    #[arg(long, value_name = "HEX")]
    pub cdb: Option<String>,
    /// The answer: a FILE, hex, or - for standard input
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub input: Vec<OsString>,
    /// Show the bytes beside the fields, as -v does
    #[arg(long)]
    pub raw: bool,
}

/// Explain every command and answer of a recording
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxidisc -d /dev/sr0 --record drive.rec info && oxidisc decode recording drive.rec")]
pub struct DecodeRecordingArgs {
    /// The recording, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: OsString,
    /// Show the bytes beside the fields, as -v does
    #[arg(long)]
    pub raw: bool,
}
