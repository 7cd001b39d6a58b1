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

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn ask(media_type: u8, format: u8) -> [u8; 12] {
        [0xad, media_type, 0, 0, 0, 0, 0, format, 0x20, 0, 0, 0]
    }

    #[test]
    fn a_dvd_has_its_physical_format_and_its_copyright() {
        let mut bench = Bench::ready(2_080_080, "medium=dvd-rom");
        let format = bench.get(&ask(0, 0), 8192);
        assert_eq!((format.len(), format[..4].to_vec()), (2052, hex("08 02 00 00")));
        assert_eq!(format[4..16], hex("01 02 01 00 00 03 00 00 00 22 bd 4f"));
        assert_eq!(bench.get(&ask(0, 1), 8192), hex("00 06 00 00 00 00 00 00"));
        assert_eq!(bench.no(&[0xad, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 0]), (5, 0x24, 0x00));
        assert_eq!(bench.no(&ask(0, 0x03)), (5, 0x24, 0x00));
        let mut css = Bench::ready(100, "medium=dvd-rom&protect=css");
        assert_eq!(css.get(&ask(0, 1), 8192), hex("00 06 00 00 01 00 00 00"));
        assert_eq!(css.no(&ask(0, 2)), (5, 0x6f, 0x02));
    }

    #[test]
    fn a_bd_has_disc_information_and_no_second_layer_field() {
        let mut bench = Bench::ready(100, "medium=bd-rom");
        let information = bench.get(&ask(1, 0), 8192);
        assert_eq!(
            (information.len(), information[..6].to_vec()),
            (4100, hex("10 02 00 00 44 49"))
        );
        // real-drives: redumper #174.
        assert_eq!(bench.no(&[0xad, 1, 0, 0, 0, 0, 1, 0, 16, 4, 0, 0]), (5, 0x24, 0x00));
        // real-drives: HL-DT-ST WH16NS40: no spare area on an unformatted BD-R.
        assert_eq!(Bench::ready(100, "medium=bd-r").no(&ask(1, 0x0a)), (5, 0x24, 0x00));
        let mut aacs = Bench::ready(100, "medium=bd-rom&protect=aacs");
        assert_eq!(aacs.no(&ask(1, 0x80)), (5, 0x6f, 0x02));
        assert_eq!(bench.no(&ask(1, 0x80)), (5, 0x24, 0x00));
    }

    #[test]
    fn the_wrong_media_type_is_refused_or_nothing_comes() {
        assert_eq!(Bench::ready(100, "medium=bd-r").no(&ask(0, 0)), (5, 0x24, 0x00));
        // real-drives: ASUS BW-16D1HT.
        let mut asus = Bench::ready(100, "medium=bd-r&persona=bw-16d1ht");
        assert_eq!(asus.get(&ask(0, 0), 8192), [0u8; 0]);
        assert_eq!(Bench::ready(100, "").no(&ask(0, 0)), (5, 0x30, 0x02));
    }

    #[test]
    fn the_list_names_what_can_be_read() {
        let mut bench = Bench::ready(100, "medium=dvd+rw&persona=se-506cb");
        assert_eq!(
            bench.get(&ask(0, 0xff), 8192),
            hex("00 16 00 00 00 40 08 04 01 40 00 08 04 40 08 04 11 40 01 04 c0 40 00 08")
        );
        // real-drives: LG GGW-H20L refuses format 11h on DVD+.
        let mut lg = Bench::ready(100, "medium=dvd+rw");
        assert_eq!(lg.no(&ask(0, 0x11)), (5, 0x24, 0x00));
    }

    #[test]
    fn a_double_layer_disc_tells_its_layer_boundary() {
        let mut bench = Bench::ready(3_000_000, "medium=dvd+r-dl&layer_break=2086912");
        // real-drives: HL-DT-ST BT20N: 2086912.
        assert_eq!(bench.get(&ask(0, 0x20), 16), hex("00 0a 00 00 80 00 00 00 00 1f d8 00"));
    }
}
