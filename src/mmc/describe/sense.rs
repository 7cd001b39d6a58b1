//! Sense data field by field (SPC-4 4.5), and what is wrong with it: real drives and the programs
//! that print it cut it off, and fill in what they do not mark valid.

use super::cdb;
use super::item::{Item, count};
use crate::transport::{Cdb, Sense, SenseKey};

/// Bytes of sense data in the fixed form, as most drives send it.
const FIXED: usize = 18;

/// Its fields beside key, code and qualifier, as far as they hold something.
pub fn items(sense: &Sense, cdb: Option<&Cdb>) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(block) = sense.information {
        items.push(information(block, cdb));
    }
    if sense.ili {
        let meaning = "the drive has another amount to send than was asked for";
        items.push(Item::flag("incorrect length", true).means(meaning));
    }
    if let Some(progress) = sense.progress {
        let percent = u32::from(progress) * 100 / 65_536;
        items.push(Item::number("progress", percent).unit("%").means("done so far"));
    }
    if let Some(retries) = sense.retries {
        items.push(Item::number("tries", retries).means("how often the drive tried"));
    }
    if let Some((in_cdb, byte)) = sense.field {
        items.push(field(in_cdb, byte, sense.field_bit, cdb));
    }
    items.extend(of_bytes(&sense.raw));
    items
}

fn information(block: u64, cdb: Option<&Cdb>) -> Item {
    let number = i64::try_from(block).unwrap_or(i64::MAX);
    // A CDB's four bytes may stand for an address before 0.
    let number = u32::try_from(block).map_or(number, |low| i64::from(low.cast_signed()));
    let range = cdb.and_then(cdb::blocks);
    let meaning = match range {
        Some((first, 0)) if number == i64::from(first) => "the sector the command names".into(),
        Some((first, count)) => {
            let index = number - i64::from(first);
            match u32::try_from(index) {
                Ok(0) => "the first sector of the command".to_string(),
                Ok(index) if index < count => {
                    format!("sector {} of the {count} of the command", index + 1)
                }
                _ => "not among the sectors of the command".into(),
            }
        }
        None => "the sector it is about".into(),
    };
    Item::number("information", number).means(meaning)
}

/// FIELD POINTER: in words, and with the field's name where the command is known.
fn field(in_cdb: bool, byte: u16, bit: Option<u8>, cdb: Option<&Cdb>) -> Item {
    let of = if in_cdb { "command" } else { "data sent with it" };
    let bit_text = bit.map(|bit| format!(", bit {bit}")).unwrap_or_default();
    let known = cdb.filter(|_| in_cdb).map(|cdb| {
        let at = usize::from(byte);
        match (cdb.bytes().get(at), cdb::field_at(cdb, at, bit)) {
            (Some(value), Some(name)) => format!(": {name} ({value:02x})"),
            (Some(value), None) => format!(", which is {value:02x}"),
            (None, _) => ", which the command does not have".to_string(),
        }
    });
    let known = known.unwrap_or_default();
    Item::text("points at", format!("byte {byte}{bit_text} of the {of}{known}"))
}

/// Fields of the fixed form that have no place in `Sense`.
fn of_bytes(raw: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    if !raw.first().is_some_and(|byte| matches!(byte & 0x7f, 0x70 | 0x71)) {
        return items;
    }
    if let Some(bytes) = raw.get(8..12).filter(|bytes| bytes.iter().any(|byte| *byte != 0)) {
        items.push(Item::bytes("command specific", bytes).means("the drive's own"));
    }
    if let Some(unit) = raw.get(14).filter(|unit| **unit != 0) {
        items.push(Item::code("replaceable unit", *unit, "the part that failed, by its maker"));
    }
    items
}

/// What is odd about it.
pub fn remarks(sense: &Sense, cdb: Option<&Cdb>) -> Vec<String> {
    let raw = sense.raw.as_slice();
    let mut remarks = Vec::new();
    if sense.deferred {
        remarks.push(
            "deferred: it is about an earlier command, whose data the drive had said it took"
                .to_string(),
        );
    }
    match raw.first().map(|byte| byte & 0x7f) {
        Some(0x70 | 0x71) => fixed_remarks(raw, cdb, &mut remarks),
        Some(0x72 | 0x73) => descriptor_remarks(raw, &mut remarks),
        _ => {}
    }
    if sense.asc >= 0x80 || sense.ascq >= 0x80 {
        remarks.push("a code of the drive's maker: no standard says what it means".to_string());
    }
    if let SenseKey::Other(key) = sense.key {
        remarks.push(format!("sense key {key:x} is not one that optical drives have"));
    }
    remarks
}

fn fixed_remarks(raw: &[u8], cdb: Option<&Cdb>, remarks: &mut Vec<String>) {
    let announced = raw.get(7).map(|more| 8 + usize::from(*more));
    let specific = raw.get(15).is_none_or(|byte| byte & 0x80 != 0);
    match announced {
        _ if raw.len() < 13 => remarks.push(format!(
            "cut off after {}: code and qualifier are not there, 00/00 stands for them",
            count(raw.len(), "byte")
        )),
        _ if raw.len() < 14 => {
            remarks.push("cut off after 13 bytes: the qualifier is not there".into());
        }
        // What is cut off of 18 bytes matters only where SKSV says that it means something.
        Some(announced) if specific && raw.len() < announced.min(FIXED) => {
            remarks.push(format!(
                "{} of the {announced} it announces: what is specific to the key is cut off",
                count(raw.len(), "byte"),
            ));
        }
        // real-drives: 0Ch, 0Eh, 10h, 12h and 13h are seen as well as 0Ah.
        Some(announced) if announced < 14 => remarks.push(format!(
            "it announces {announced} bytes, too few for the code; it is read all the same"
        )),
        _ => {}
    }
    let information = raw.get(3..7).filter(|bytes| raw[0] & 0x80 == 0 && **bytes != [0; 4]);
    if let Some(&[a, b, c, d]) = information {
        let block = u32::from_be_bytes([a, b, c, d]);
        remarks.push(format!(
            "bytes 3 to 6 hold {block}, not marked valid: it may be the sector where it happened"
        ));
    }
    // real-drives: HL-DT-ST GSA-U10N 28 0a 01 80, CA10N be f8 00 08.
    let opcode = cdb.map(Cdb::opcode);
    if let Some(first) = raw.get(8).filter(|first| **first != 0 && Some(**first) == opcode) {
        remarks.push(format!("byte 8, {first:02x}, is the command's code, as LG drives have it"));
    }
    let beyond = raw.get(2).is_some_and(|byte| byte & 0xd0 != 0);
    if beyond {
        remarks
            .push("FILEMARK, EOM or a reserved bit is set beside the key: it means nothing".into());
    }
}

fn descriptor_remarks(raw: &[u8], remarks: &mut Vec<String>) {
    let announced = raw.get(7).map_or(8, |more| 8 + usize::from(*more));
    if raw.len() < 4 {
        remarks.push(format!("cut off after {}: the code is not whole", count(raw.len(), "byte")));
    } else if raw.len() < announced {
        let len = count(raw.len(), "byte");
        remarks.push(format!("{len} of the {announced} it announces: the rest is cut off"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::hex;
    use crate::mmc::describe::Value;

    fn sense(text: &str) -> Sense {
        Sense::parse(&hex::parse(text).expect("hex")).expect("sense")
    }

    #[test]
    fn a_field_pointer_names_the_field() {
        // READ CD with a sub-channel that the drive does not know: byte 10.
        let cdb = Cdb::new(&[0xbe, 0, 0, 0, 0, 0, 0, 0, 1, 0xf8, 0x07, 0]);
        let sense = sense("70 00 05 00 00 00 00 0a be f8 00 08 24 00 00 ca 00 0a");
        let items = items(&sense, Some(&cdb));
        let text = "byte 10, bit 2 of the command: sub-channel selection (07)";
        assert_eq!(items[0].value, Value::Text(text.into()));
        assert_eq!(items[1].name, "command specific");
        let remark = "byte 8, be, is the command's code, as LG drives have it";
        assert_eq!(remarks(&sense, Some(&cdb)), [remark]);
    }

    #[test]
    fn the_failing_sector_is_counted_within_the_command() {
        // alioth debburn 000801: the second block of the request.
        let cdb = Cdb::new(&[0x28, 0, 0, 5, 0x57, 0x36, 0, 0, 2, 0]);
        let sense = sense("f0 00 03 00 05 57 37 0a 00 00 00 00 11 05 00 00 00 00");
        let items = items(&sense, Some(&cdb));
        assert_eq!(items[0].value, Value::Number(0x55737));
        assert_eq!(items[0].meaning, "sector 2 of the 2 of the command");
        assert_eq!(remarks(&sense, Some(&cdb)), [""; 0]);
    }

    #[test]
    fn what_is_wrong_with_it_is_told() {
        for (bytes, told) in [
            ("70 00 03 00 00 00 00 0a", "code and qualifier are not there"),
            ("70 00 03 00 00 4b 7e 0a 00 00 00 00 0c 00", "hold 19326, not marked valid"),
            ("71 00 03 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00", "an earlier command"),
            ("70 00 43 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00", "FILEMARK"),
            ("70 00 0c 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00", "sense key c"),
            ("72 03 11 00 00 00 00 0c 00 0a", "10 bytes of the 20 it announces"),
            ("70 00 03 00 00 00 00 02 00 00 00 00 11 05", "it announces 10 bytes"),
        ] {
            let remarks = remarks(&sense(bytes), None);
            assert!(remarks.iter().any(|remark| remark.contains(told)), "{bytes}: {remarks:?}");
        }
    }
}
