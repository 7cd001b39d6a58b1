//! A command field by field, from its bytes alone: what it asks, which reserved bits are set,
//! whether its length is right, and what it takes to send it.

use super::commands::{self, Command, Field, Kind};
use super::item::{self, Item, count};
use crate::transport::Cdb;
use crate::transport::kernel_filter::{self, Needs};
use crate::units::{Lba, Msf};

/// A command, described.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its name; none where no standard has this operation code for such drives.
    pub name: Option<&'static str>,
    /// What it does, or what is known of a maker's own.
    pub does: Option<&'static str>,
    /// The standard that has it.
    pub standard: Option<&'static str>,
    /// Whether the operation code is the maker's own (C0h and above, where MMC has none).
    pub vendor: bool,
    /// What it takes to send it through `/dev/srN`.
    pub needs: Needs,
    /// Its fields.
    pub items: Vec<Item>,
    /// What is wrong with it, or odd.
    pub remarks: Vec<String>,
}

/// Describes a command.
pub fn describe(cdb: &Cdb) -> Described {
    let opcode = cdb.opcode();
    let command = commands::of(opcode);
    let mut remarks = Vec::from_iter(length_remarks(cdb));
    let mut items = Vec::new();
    if let Some(command) = command {
        items.extend(command.fields.iter().filter_map(|field| item(cdb.bytes(), field)));
        remarks.extend(reserved_remarks(cdb, command));
    }
    Described {
        name: command.map(|command| command.name),
        does: command.map(|command| command.does).or_else(|| commands::of_maker(opcode)),
        standard: command.map(|command| command.standard),
        vendor: command.is_none() && opcode >= 0xc0,
        needs: kernel_filter::needs(opcode),
        items,
        remarks,
    }
}

/// The name of an operation code.
pub fn name(opcode: u8) -> Option<&'static str> {
    commands::of(opcode).map(|command| command.name)
}

/// The name of the field that has a byte of a command, or a bit of it.
pub fn field_at(cdb: &Cdb, at: usize, bit: Option<u8>) -> Option<&'static str> {
    if at == 0 {
        return Some("operation code");
    }
    if Cdb::standard_len(cdb.opcode()) == Some(at + 1) && !covers_last(cdb.opcode(), at) {
        return Some("control");
    }
    let fields = commands::of(cdb.opcode())?.fields;
    let holds = |field: &&Field| {
        (field.at..field.at + field.len).contains(&at)
            && bit.is_none_or(|bit| field.mask & 1 << bit != 0)
    };
    fields.iter().find(holds).map(|field| field.name)
}

/// The sectors a command is about: the first and how many, where its fields say so.
pub fn blocks(cdb: &Cdb) -> Option<(i32, u32)> {
    let fields = commands::of(cdb.opcode())?.fields;
    let of = |name: &str| fields.iter().find(|field| field.name == name && field.len > 1);
    let first = of("address").filter(|field| matches!(field.kind, Kind::Lba))?;
    let first = u32::try_from(value(cdb.bytes(), first)?).ok()?.cast_signed();
    let count = of("length").and_then(|field| value(cdb.bytes(), field))?;
    Some((first, u32::try_from(count).ok()?))
}

fn covers_last(opcode: u8, at: usize) -> bool {
    let fields = commands::of(opcode).map_or(&[][..], |command| command.fields);
    fields.iter().any(|field| (field.at..field.at + field.len).contains(&at))
}

/// A field's number; `None` where the command ends before.
fn value(bytes: &[u8], field: &Field) -> Option<u64> {
    let bytes = bytes.get(field.at..field.at + field.len)?;
    let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let masked = number & u64::from(field.mask);
    Some(if field.len == 1 { masked >> field.mask.trailing_zeros() } else { number })
}

fn item(bytes: &[u8], field: &Field) -> Option<Item> {
    let number = value(bytes, field)?;
    let low = number as u32;
    let signed = || i64::try_from(number).unwrap_or(i64::MAX);
    let item = match field.kind {
        Kind::Flag(_) if number == 0 => return None,
        Kind::Obsolete if number == 0 => return None,
        Kind::Flag(meaning) => Item::flag(field.name, true).means(meaning),
        Kind::Obsolete => Item::number(field.name, signed()).means("of an old standard"),
        Kind::Number(unit) => Item::number(field.name, signed()).unit(unit),
        Kind::NumberOr(table) => match table.iter().find(|(known, _)| *known == low) {
            Some((_, meaning)) => Item::code(field.name, low, *meaning),
            None if field.name.ends_with("speed") => {
                Item::number(field.name, signed()).unit("kB/s")
            }
            None => Item::number(field.name, signed()),
        },
        Kind::Lba => lba(field.name, low),
        Kind::Msf => {
            let [_, minute, second, frame] = low.to_be_bytes();
            let msf = Msf { minute, second, frame };
            Item::text(field.name, msf.to_string()).means(format!("sector {}", Lba::from(msf)))
        }
        Kind::Code(table) => Item::code(field.name, low, item::meaning(table, low)),
        Kind::Hex if field.len <= 4 => {
            let mut item = Item::code(field.name, low, "");
            item.value = super::Value::Code(low, field.len * 2);
            item
        }
        Kind::Hex => Item::bytes(field.name, bytes.get(field.at..field.at + field.len)?),
    };
    Some(match field.len {
        1 => item.bits(field.at, field.mask),
        len => item.at(field.at, len),
    })
}

/// An address; those before 0 are of a CD's lead-in and first pause.
fn lba(name: &'static str, number: u32) -> Item {
    let lba = Lba(number.cast_signed());
    let item = Item::lba(name, lba);
    match lba.0 {
        -150..0 => item.means(format!("{} on a CD, in its first pause", Msf::from(lba))),
        -45_150..-150 => item.means(format!("{} on a CD, in its lead-in", Msf::from(lba))),
        _ => item,
    }
}

const READ_TOC: u8 = 0x43;

fn length_remarks(cdb: &Cdb) -> Option<String> {
    let (len, opcode) = (cdb.bytes().len(), cdb.opcode());
    let right = Cdb::standard_len(opcode)?;
    let code = format!("commands {opcode:02x} have {right}");
    if len < right {
        return Some(format!("{}: {code}; what is not there is left out", count(len, "byte")));
    }
    let rest = &cdb.bytes()[right..];
    (!rest.is_empty()).then(|| {
        let zeros = rest.iter().all(|byte| *byte == 0);
        let why = if zeros && len == 12 {
            "as ATAPI fills them up"
        } else {
            "the rest does not belong to it"
        };
        format!("{}: {code}; {why}", count(len, "byte"))
    })
}

/// Bits that are set and that no field covers, and a CONTROL that is not 0.
fn reserved_remarks(cdb: &Cdb, command: &Command) -> Vec<String> {
    let bytes = cdb.bytes();
    let len = Cdb::standard_len(command.opcode).unwrap_or(bytes.len());
    let mut remarks = Vec::new();
    for (at, byte) in bytes.iter().enumerate().take(len).skip(1) {
        let fields = command.fields.iter();
        let holds = |field: &&Field| (field.at..field.at + field.len).contains(&at);
        let known = fields.filter(holds).fold(0, |known, field| known | field.mask);
        let free = byte & !known;
        if free == 0 {
            continue;
        }
        let bits = bits(free);
        remarks.push(if command.opcode == READ_TOC && at + 1 == len && free & !0xc0 == 0 {
            // SFF-8020 had FORMAT there (real-drives: PLEXTOR PX-S88T says 5/24/00 to it).
            format!("control is {byte:02x}: format {}, as old programs ask for it", free >> 6)
        } else if at + 1 == len {
            let whose = if free & !0xc0 == 0 { ": the maker's own" } else { "" };
            format!("control is {byte:02x}, and not 0{whose}")
        } else if at == 1 && free & !0xe0 == 0 {
            format!("byte 1, {bits}: a unit number, as in old standards; drives ignore it")
        } else {
            format!("byte {at}, {bits}: reserved, and set; strict drives refuse that (5/24/00)")
        });
    }
    remarks
}

/// `bit 5`, `bits 5, 3 and 0`.
fn bits(mask: u8) -> String {
    let set: Vec<String> =
        (0..8).rev().filter(|bit| mask & 1 << bit != 0).map(|bit: u8| bit.to_string()).collect();
    match set.as_slice() {
        [one] => format!("bit {one}"),
        [rest @ .., last] => format!("bits {} and {last}", rest.join(", ")),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::describe::Value;

    fn described(bytes: &[u8]) -> Described {
        describe(&Cdb::new(bytes))
    }

    #[test]
    fn a_command_is_taken_apart() {
        let read = described(&[0x28, 0x08, 0, 0, 0x2d, 0xf4, 0, 0, 0x20, 0]);
        assert_eq!((read.name, read.standard), (Some("READ (10)"), Some("MMC-6")));
        assert_eq!(read.needs, Needs::Reading);
        let [address, length, fua] = read.items.as_slice() else { panic!("{:?}", read.items) };
        assert_eq!((&address.value, &length.value), (&Value::Number(11_764), &Value::Number(32)));
        assert_eq!((length.unit, fua.name.as_str()), ("sectors", "force unit access"));
        assert_eq!(read.remarks, [""; 0]);
    }

    #[test]
    fn addresses_before_0_are_of_a_cd() {
        // real-drives: ASUS CRW-5232A3, in the first pause.
        let write = described(&[0x2a, 0, 0xff, 0xff, 0xff, 0x89, 0, 0, 0x1f, 0]);
        assert_eq!(write.items[0].value, Value::Number(-119));
        assert_eq!(write.items[0].meaning, "00:00:31 on a CD, in its first pause");
        assert_eq!(blocks(&Cdb::new(&[0x2a, 0, 0xff, 0xff, 0xff, 0x89, 0, 0, 0x1f, 0])), {
            Some((-119, 31))
        });
    }

    #[test]
    fn what_is_wrong_with_a_command_is_told() {
        let one = |bytes: &[u8]| described(bytes).remarks.join("; ");
        // real-drives: TEAC writes with 80h in the control byte.
        let teac = one(&[0x2a, 0, 0, 0, 0x9e, 0xff, 0, 0, 0x1f, 0x80]);
        assert_eq!(teac, "control is 80, and not 0: the maker's own");
        let toc = one(&[0x43, 0, 0, 0, 0, 0, 1, 0, 12, 0x40]);
        assert_eq!(toc, "control is 40: format 1, as old programs ask for it");
        let unit = one(&[0x12, 0x20, 0, 0, 36, 0]);
        assert_eq!(unit, "byte 1, bit 5: a unit number, as in old standards; drives ignore it");
        let reserved = one(&[0x51, 0, 1, 0, 0, 0, 0, 0, 34, 0]);
        assert_eq!(
            reserved,
            "byte 2, bit 0: reserved, and set; strict drives refuse that (5/24/00)"
        );
        let atapi = one(&[0x28, 0, 0, 4, 0x0c, 0x60, 0, 0, 2, 0, 0, 0]);
        assert_eq!(atapi, "12 bytes: commands 28 have 10; as ATAPI fills them up");
        let short = described(&[0x28, 0, 0, 3, 0xcc, 0x37, 0, 0, 2]);
        assert_eq!(short.items.len(), 2);
        assert!(short.remarks[0].starts_with("9 bytes: commands 28 have 10"), "{short:?}");
        assert_eq!(bits(0x29), "bits 5, 3 and 0");
    }

    #[test]
    fn makers_own_commands_are_named_as_such() {
        let plextor = described(&[0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert!(plextor.vendor && plextor.name.is_none());
        assert_eq!(plextor.does, Some("READ CD-DA, of Plextor drives"));
        assert_eq!(plextor.needs, Needs::Privilege);
        let reserved = described(&[0x60, 0, 0, 0, 0, 0]);
        assert!(!reserved.vendor && reserved.name.is_none());
    }

    #[test]
    fn every_field_stands_within_its_command_and_no_two_share_a_bit() {
        let mut codes = std::collections::BTreeSet::new();
        for command in commands::all() {
            assert!(codes.insert(command.opcode), "{} twice", command.name);
            let len = Cdb::standard_len(command.opcode).expect("a code of the standards");
            let mut used = vec![0u8; len];
            for field in command.fields {
                assert!(field.at > 0 && field.at + field.len < len + 1, "{}", command.name);
                assert!(field.len == 1 || field.mask == 0xff, "{}", command.name);
                for byte in &mut used[field.at..field.at + field.len] {
                    assert_eq!(*byte & field.mask, 0, "{}: {}", command.name, field.name);
                    *byte |= field.mask;
                }
            }
            assert_eq!(used[len - 1], 0, "{} covers its control byte", command.name);
        }
        assert!(codes.len() > 75, "{}", codes.len());
    }

    #[test]
    fn every_command_of_the_program_has_its_name() {
        // The operation codes of src/mmc/cmd.
        for opcode in [
            0x00, 0x03, 0x04, 0x12, 0x1b, 0x1e, 0x23, 0x25, 0x28, 0x2a, 0x35, 0x43, 0x46, 0x4a,
            0x51, 0x52, 0x53, 0x54, 0x55, 0x5a, 0x5b, 0x5c, 0x5d, 0xa1, 0xa4, 0xa8, 0xaa, 0xac,
            0xad, 0xb6, 0xbb, 0xbd, 0xbe, 0xbf,
        ] {
            assert!(name(opcode).is_some(), "{opcode:02x}");
        }
    }
}
