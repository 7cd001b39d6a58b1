//! READ DISC STRUCTURE (MMC-6 6.22): what it takes of the CDB, and the list of what there is. The
//! structures themselves are in [`dvd`] and [`bd`].

mod bd;
mod dvd;

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::Medium;
use super::persona::Persona;
use super::refusal::Refusal;
use crate::units::Family;

/// Format FFh: the list of the others.
const LIST: u8 = 0xff;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    format: u8,
    layer: u8,
}

/// READ DISC STRUCTURE.
pub fn read_structure(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let persona = machine.persona;
    let medium = machine.medium()?;
    let media_type = exchange.byte(1) & 0x0f;
    let asked = Asked { format: exchange.byte(7), layer: exchange.byte(6) };
    let right = match medium.family() {
        // MMC-6 6.22.2.1: cannot read medium, incompatible format.
        Family::Cd => return Err(Refusal::of(5, 0x30, 0x02)),
        Family::Dvd => 0,
        Family::Bd => 1,
    };
    if media_type != right {
        // real-drives: ASUS BW-16D1HT: GOOD, and the host's buffer stays what it was.
        return if persona.ways.wrong_media_type_is_silent {
            Ok(())
        } else {
            Err(Refusal::bad_field(1))
        };
    }
    let data = match (asked.format, right) {
        (LIST, _) => list(persona, medium),
        (_, 0) => with_header(dvd::structure(persona, medium, asked)?),
        _ => with_header(bd::structure(medium, asked)?),
    };
    exchange.reply(&data, exchange.be16(8));
    Ok(())
}

/// DISC STRUCTURE DATA LENGTH and two reserved bytes before the structure.
fn with_header(structure: Vec<u8>) -> Vec<u8> {
    let mut bytes = Bytes::new();
    bytes.be32(0).put(&structure);
    bytes.with_length16()
}

/// MMC-6 table 399: format, readable, length.
fn list(persona: &Persona, medium: &Medium) -> Vec<u8> {
    let mut bytes = Bytes::new();
    bytes.be32(0);
    for format in 0..LIST {
        let asked = Asked { format, layer: 0 };
        let structure = match medium.family() {
            Family::Bd => bd::structure(medium, asked),
            _ => dvd::structure(persona, medium, asked),
        };
        if let Ok(structure) = structure {
            let length = u16::try_from(structure.len() + 4).unwrap_or(u16::MAX);
            bytes.put(&[format, 0x40]).be16(length);
        }
    }
    bytes.with_length16()
}
