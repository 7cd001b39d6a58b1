//! INQUIRY with the pages 00h, 80h and 83h of vital product data, and REQUEST SENSE.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::persona::Persona;
use super::refusal::Refusal;

/// Multimedia device (SPC-4 table 139).
const MULTIMEDIA: u8 = 0x05;

/// INQUIRY (SPC-4 6.4, MMC-6 6.9).
pub fn inquiry(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let vital = exchange.byte(1) & 0x01 != 0;
    let page = exchange.byte(2);
    let allocation = exchange.be16(3);
    let data = match (vital, page) {
        (false, 0) => standard(machine.persona),
        (false, _) => return Err(Refusal::bad_field(2)),
        (true, _) => product_data(machine.persona, page).ok_or(Refusal::bad_field(2))?,
    };
    exchange.reply(&data, allocation);
    Ok(())
}

fn standard(persona: &Persona) -> Vec<u8> {
    if let Some(portrait) = persona.portrait {
        return portrait.inquiry.clone();
    }
    let inquiry = &persona.inquiry;
    let mut bytes = Bytes::new();
    bytes.put(&[MULTIMEDIA, 0x80, inquiry.version, inquiry.format, inquiry.additional_length]);
    bytes.put(&[0, 0, 0]);
    bytes.text(inquiry.vendor, 8).text(inquiry.product, 16).text(inquiry.revision, 4);
    bytes.put(inquiry.vendor_specific.as_bytes());
    bytes.pad_to(inquiry.bytes);
    bytes.0
}

/// SPC-4 7.8: a page that the drive does not have is `None`.
fn product_data(persona: &Persona, page: u8) -> Option<Vec<u8>> {
    if let Some(portrait) = persona.portrait {
        let known = portrait.vital.iter().find(|(code, _)| *code == page);
        return known.map(|(_, data)| data.clone());
    }
    let mut bytes = Bytes::new();
    bytes.put(&[MULTIMEDIA, page, 0, 0]);
    match page {
        0x00 if persona.serial.is_empty() => bytes.put(&[0x00, 0x83]),
        0x00 => bytes.put(&[0x00, 0x80, 0x83]),
        0x80 if !persona.serial.is_empty() => bytes.put(persona.serial.as_bytes()),
        0x83 => {
            // T10 vendor identification, ASCII, of the logical unit (SPC-4 7.8.6.4).
            let inquiry = &persona.inquiry;
            let length = 8 + 16 + persona.serial.len();
            bytes.put(&[0x02, 0x01, 0, u8::try_from(length).unwrap_or(u8::MAX)]);
            bytes.text(inquiry.vendor, 8).text(inquiry.product, 16);
            bytes.put(persona.serial.as_bytes())
        }
        _ => return None,
    };
    let following = u8::try_from(bytes.0.len() - 4).unwrap_or(u8::MAX);
    bytes.0[3] = following;
    Some(bytes.0)
}

/// REQUEST SENSE (SPC-4 6.37). The transport takes the sense of a refused command along with its
/// status, so what is left to tell is a pending unit attention, that the disc is not ready, or how
/// far a format has got.
pub fn request_sense(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.byte(1) & 0x01 != 0 {
        // MMC-6 6.33: fixed format only.
        return Err(Refusal::bad_field(1));
    }
    let allocation = usize::from(exchange.byte(4));
    let pending = machine.take_attention().or(machine.medium().err());
    let pending = pending.or_else(|| machine.busy()).or_else(|| machine.beside());
    let sense = pending.unwrap_or(Refusal::of(0, 0, 0));
    let data = sense.encode(&machine.persona.sense, &[0x03]);
    exchange.reply(&data, allocation);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    #[test]
    fn inquiry_of_the_tsst_is_the_dump_of_it() {
        // real-drives: TSSTcorp SE-506CB: 96 bytes.
        let mut bench = Bench::cold(100, "persona=se-506cb");
        let mut dumped = hex(
            "05 80 00 32 1f 00 00 00 54 53 53 54 63 6f 72 70 42 44 44 56 44 57 20 53 45 2d 35 30
             36 43 42 20 54 53 30 31 20 20 30 35 32 38 20 20 20 20 20 20 20",
        );
        dumped.resize(96, 0);
        assert_eq!(bench.get(&[0x12, 0, 0, 0, 96, 0], 96), dumped);
        assert_eq!(bench.get(&[0x12, 0, 0, 0, 36, 0], 96), dumped[..36]);
    }

    #[test]
    fn inquiry_is_answered_before_the_unit_attention_and_leaves_it() {
        let mut bench = Bench::cold(100, "");
        assert_eq!(bench.get(&[0x12, 0, 0, 0, 8, 0], 8).len(), 8);
        assert_eq!(bench.no(&[0, 0, 0, 0, 0, 0]), (6, 0x29, 0x00));
    }

    #[test]
    fn vital_product_data_names_pages_serial_and_unit() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(bench.get(&[0x12, 1, 0, 0, 255, 0], 255), hex("05 00 00 03 00 80 83"));
        let serial = bench.get(&[0x12, 1, 0x80, 0, 255, 0], 255);
        assert_eq!(
            (serial[..4].to_vec(), &serial[4..]),
            (hex("05 80 00 0c"), &b"K9SIMULATED0"[..])
        );
        let unit = bench.get(&[0x12, 1, 0x83, 0, 255, 0], 255);
        assert_eq!(unit[..8], hex("05 83 00 28 02 01 00 24")[..]);
        assert_eq!(unit[8..], *b"HL-DT-STBD-RE  WH16NS40 K9SIMULATED0");
        assert_eq!(bench.no(&[0x12, 1, 0xb0, 0, 255, 0]), (5, 0x24, 0x00));
        assert_eq!(bench.no(&[0x12, 0, 0x80, 0, 255, 0]), (5, 0x24, 0x00));
    }

    #[test]
    fn request_sense_tells_a_pending_attention_once_and_then_why_it_is_not_ready() {
        let mut bench = Bench::cold(100, "");
        let ask = [0x03, 0, 0, 0, 18, 0];
        let told = bench.get(&ask, 18);
        assert_eq!((told[0], told[2], told[7], told[12], told[13]), (0x70, 6, 10, 0x29, 0));
        let told = bench.get(&ask, 18);
        assert_eq!((told[2], told[12], told[13]), (2, 0x04, 0x01));
        bench.settle();
        let told = bench.get(&ask, 18);
        assert_eq!((told[2], told[12]), (0, 0));
    }
}
