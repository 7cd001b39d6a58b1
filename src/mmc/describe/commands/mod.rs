//! The commands of MMC-6, and those of SPC-4, SBC-3 and earlier MMC that optical drives know, as
//! tables: name, standard, and each field. What no field covers is reserved. Knows no bytes.

mod asking;
mod audio;
mod changing;
mod control;
mod reading;

/// A command.
pub(super) struct Command {
    /// OPERATION CODE.
    pub opcode: u8,
    /// Its name in the standard.
    pub name: &'static str,
    /// The standard that has it: the newest, where several do.
    pub standard: &'static str,
    /// What it does.
    pub does: &'static str,
    /// Its fields, in the order of a reader's interest.
    pub fields: &'static [Field],
}

/// A field of a command.
#[derive(Clone, Copy)]
pub(super) struct Field {
    /// Its name, lower case.
    pub name: &'static str,
    /// First byte.
    pub at: usize,
    /// Bytes; 1 where there is a mask.
    pub len: usize,
    /// Bits.
    pub mask: u8,
    /// What it holds.
    pub kind: Kind,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A bit, and what it means when it is set.
    Flag(&'static str),
    /// A number of something.
    Number(&'static str),
    /// A number that means itself, unless it is one of these.
    NumberOr(&'static [(u32, &'static str)]),
    /// An address.
    Lba,
    /// Minute, second, frame.
    Msf,
    /// A number that stands for something.
    Code(&'static [(u32, &'static str)]),
    /// A number in hex.
    Hex,
    /// Anything: of old standards, or the maker's own.
    Obsolete,
}

const fn flag(at: usize, mask: u8, name: &'static str, on: &'static str) -> Field {
    Field { name, at, len: 1, mask, kind: Kind::Flag(on) }
}

const fn bits(at: usize, mask: u8, name: &'static str, unit: &'static str) -> Field {
    Field { name, at, len: 1, mask, kind: Kind::Number(unit) }
}

const fn be(at: usize, len: usize, name: &'static str, unit: &'static str) -> Field {
    Field { name, at, len, mask: 0xff, kind: Kind::Number(unit) }
}

const fn code(
    at: usize,
    mask: u8,
    name: &'static str,
    table: &'static [(u32, &'static str)],
) -> Field {
    Field { name, at, len: 1, mask, kind: Kind::Code(table) }
}

const fn number_or(
    at: usize,
    len: usize,
    name: &'static str,
    table: &'static [(u32, &'static str)],
) -> Field {
    Field { name, at, len, mask: 0xff, kind: Kind::NumberOr(table) }
}

const fn hex(at: usize, len: usize, name: &'static str) -> Field {
    Field { name, at, len, mask: 0xff, kind: Kind::Hex }
}

const fn lba(at: usize) -> Field {
    Field { name: "address", at, len: 4, mask: 0xff, kind: Kind::Lba }
}

const fn msf(at: usize, name: &'static str) -> Field {
    Field { name, at, len: 3, mask: 0xff, kind: Kind::Msf }
}

const fn obsolete(at: usize, mask: u8, name: &'static str) -> Field {
    Field { name, at, len: 1, mask, kind: Kind::Obsolete }
}

/// ALLOCATION LENGTH.
const fn room(at: usize, len: usize) -> Field {
    be(at, len, "allocation length", "bytes")
}

/// PARAMETER LIST LENGTH.
const fn list(at: usize, len: usize) -> Field {
    be(at, len, "parameter list length", "bytes")
}

const IMMEDIATE: &str = "the answer comes at once, the work goes on";

/// The formats of READ DISC STRUCTURE, by what they hold.
pub(super) fn structures() -> &'static [(u32, &'static str)] {
    asking::STRUCTURES
}

/// All commands, by family.
const FAMILIES: [&[Command]; 5] =
    [reading::COMMANDS, asking::COMMANDS, changing::COMMANDS, control::COMMANDS, audio::COMMANDS];

/// All commands.
pub(super) fn all() -> impl Iterator<Item = &'static Command> {
    FAMILIES.into_iter().flatten()
}

/// The command of an operation code.
pub(super) fn of(opcode: u8) -> Option<&'static Command> {
    all().find(|command| command.opcode == opcode)
}

/// Codes of makers that are known by what drives and programs use them for; none is in a standard.
pub(super) fn of_maker(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        0xd4 | 0xd5 => "READ CD-DA, of some old drives",
        0xd8 => "READ CD-DA, of Plextor drives",
        0xf1 => "reads the drive's cache, in those with a MediaTek chip (LG, ASUS)",
        _ => return None,
    })
}
