//! READ DISC STRUCTURE (MMC-6 6.22): what it takes of the CDB, and the list of what there is. The
//! structures themselves are in [`dvd`] and [`bd`].

mod bd;
mod dvd;

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::states::{self, Act};
use super::medium::{Kind, Medium};
use super::persona::Persona;
use super::refusal::{INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal};
use crate::units::Family;

/// Format FFh: the list of the others.
const LIST: u8 = 0xff;
/// Format 20h: where layer 1 begins.
const LAYER_BOUNDARY: u8 = 0x20;
/// Format C0h: who forbids writing; the cartridge's tab, the host.
const WRITE_PROTECTION: u8 = 0xc0;
const CWP: u8 = 0x04;
const PWP: u8 = 0x02;

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

/// SEND DISC STRUCTURE (MMC-6 6.36), of which the layer boundary (format 20h) is known, the blocks
/// of layer 0, set before anything is recorded; and the write protection (format C0h).
pub fn send_structure(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let (media_type, format) = (exchange.byte(1) & 0x0f, exchange.byte(7));
    let right = u8::from(machine.medium()?.family() == Family::Bd);
    match format {
        _ if media_type != right => Err(Refusal::bad_field(1)),
        LAYER_BOUNDARY if media_type == 0 => set_layer_boundary(machine, exchange),
        WRITE_PROTECTION => set_write_protection(machine, exchange),
        _ => Err(Refusal::bad_field(7)),
    }
}

/// PWP, on discs that can keep it (PIONEER R8 command reference: "Send PWP status").
fn set_write_protection(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let length = exchange.be16(8);
    let list = exchange.parameters(length)?;
    let (Some(head), Some(flags)) = (list.first_chunk::<2>(), list.get(4)) else {
        return Err(PARAMETER_LIST_LENGTH);
    };
    // Only PWP can be changed.
    if *head != [0, 6] || flags & !PWP != 0 {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    let persistent = flags & PWP != 0;
    let (disc, _) = machine.recordable()?;
    if !matches!(disc.kind, Kind::DvdRam | Kind::BdR | Kind::BdRe) {
        return Err(Refusal::bad_field(7));
    }
    let Some(record) = &mut disc.record else { return Err(Refusal::bad_field(7)) };
    if record.protection.cartridge {
        // 7/27/00: the tab comes first.
        return Err(Refusal::of(7, 0x27, 0x00));
    }
    record.protection.persistent = persistent;
    disc.keep().map_err(|_| Refusal::of(3, 0x0c, 0x00))
}

/// CWP and PWP as READ DISC STRUCTURE tells them (MMC-6 table 431).
fn write_protection(medium: &Medium) -> u8 {
    let protection = medium.record.as_ref().map(|record| record.protection).unwrap_or_default();
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    flag(protection.cartridge, CWP) | flag(protection.persistent, PWP)
}

fn set_layer_boundary(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let length = exchange.be16(8);
    let list = exchange.parameters(length)?;
    // Data length, reserved, then as read: four bytes, and the capacity of layer 0.
    let (Some(head), Some(blocks)) = (list.first_chunk::<2>(), list.get(8..12)) else {
        return Err(PARAMETER_LIST_LENGTH);
    };
    let blocks = u32::from_be_bytes([blocks[0], blocks[1], blocks[2], blocks[3]]);
    if *head != [0, 10] {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    let (disc, _) = machine.recordable()?;
    states::allows(disc.kind, states::state(disc), Act::LayerBreak)?;
    let unit = disc.family().ecc_blocks().0;
    let most = disc.layer_blocks().first().copied().unwrap_or(0);
    if blocks == 0 || blocks % unit != 0 || blocks > most {
        return Err(INVALID_FIELD_IN_PARAMETERS);
    }
    disc.layer_break = Some(blocks);
    if let Some(record) = &mut disc.record {
        // Layer 1 runs back to where layer 0 began, and no further.
        record.capacity = record.capacity.min(blocks.saturating_mul(2));
    }
    let kept = disc.keep();
    machine.lay_out();
    // real-drives: LITE-ON SOHW-1693S calibrates its power here; the others take no time.
    kept.map_err(|_| Refusal::of(3, 0x0c, 0x00))
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
        let length = match structure {
            Ok(structure) => u16::try_from(structure.len() + 4).unwrap_or(u16::MAX),
            // real-drives: HL-DT-ST WH16NS40 lists the spare areas of a BD-R that has none, and
            // refuses to tell of them.
            Err(_) if (format, medium.kind) == (0x0a, Kind::BdR) => 16,
            Err(_) => continue,
        };
        bytes.put(&[format, 0x40]).be16(length);
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
    fn spare_areas_that_are_listed_may_be_refused() {
        let mut bench = Bench::of("sim:blank?medium=bd-r");
        let list = bench.get(&ask(1, 0xff), 8192);
        assert!(list[4..].chunks(4).any(|entry| entry == hex("0a 40 00 10")), "{list:02x?}");
        assert_eq!(bench.no(&ask(1, 0x0a)), (5, 0x24, 0x00));
    }

    #[test]
    fn the_layer_boundary_can_be_set_until_something_is_recorded() {
        // real-drives: HL-DT-ST BT20N: 2086912, can still be set.
        let mut bench = Bench::of("sim:blank?medium=dvd+r-dl");
        let told = bench.get(&ask(0, 0x20), 16);
        assert_eq!(told, hex("00 0a 00 00 00 00 00 00 00 1f d8 00"));
        let send = [0xbf, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0];
        // 1000 blocks are no whole number of 16; 2086928 are more than fit.
        for wrong in ["00 0a 00 00 00 00 00 00 00 00 03 e8", "00 0a 00 00 00 00 00 00 00 1f d8 10"]
        {
            assert_eq!(bench.send(&send, &hex(wrong)), Some((5, 0x26, 0x00)), "{wrong}");
        }
        assert_eq!(bench.send(&send, &hex("00 0a 00 00 00 00 00 00 00 00 04 00")), None);
        let told = bench.get(&ask(0, 0x20), 16);
        assert_eq!(told, hex("00 0a 00 00 00 00 00 00 00 00 04 00"));
        // Free blocks: twice as many.
        let track = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
        assert_eq!(track[16..20], hex("00 00 08 00"));
        let write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 16, 0];
        assert_eq!(bench.send(&write, &[1; 16 * 2048]), None);
        let told = bench.get(&ask(0, 0x20), 16);
        assert_eq!(told, hex("00 0a 00 00 80 00 00 00 00 00 04 00"));
        let again = hex("00 0a 00 00 00 00 00 00 00 00 02 00");
        assert_eq!(bench.send(&send, &again), Some((5, 0x2c, 0x00)));
    }

    #[test]
    fn a_double_layer_disc_tells_its_layer_boundary() {
        let mut bench = Bench::ready(3_000_000, "medium=dvd+r-dl&layer_break=2086912");
        // real-drives: HL-DT-ST BT20N: 2086912.
        assert_eq!(bench.get(&ask(0, 0x20), 16), hex("00 0a 00 00 80 00 00 00 00 1f d8 00"));
    }
}
