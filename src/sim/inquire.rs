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
/// status, so what is left to tell is a pending unit attention, or that the disc is not ready.
pub fn request_sense(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if exchange.byte(1) & 0x01 != 0 {
        // MMC-6 6.33: fixed format only.
        return Err(Refusal::bad_field(1));
    }
    let allocation = usize::from(exchange.byte(4));
    let pending = machine.take_attention().or(machine.medium().err());
    let sense = pending.unwrap_or(Refusal::of(0, 0, 0));
    let data = sense.encode(&machine.persona.sense, &[0x03]);
    exchange.reply(&data, allocation);
    Ok(())
}
