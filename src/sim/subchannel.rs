//! READ SUB-CHANNEL (MMC-6, legacy): where the head is, the media catalogue number and the
//! recording codes that a CD was written with. No audio is ever played.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::refusal::Refusal;
use crate::units::{Family, Lba, Msf};

/// No current audio status.
const NOTHING_PLAYED: u8 = 0x15;

/// READ SUB-CHANNEL.
pub fn read_sub_channel(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let medium = machine.medium()?;
    if medium.family() != Family::Cd {
        // GUESS: the command is a CD's, so the disc is the wrong one for it.
        return Err(Refusal::of(5, 0x30, 0x02));
    }
    let wanted = exchange.byte(2) & 0x40 != 0;
    let mut bytes = Bytes::new();
    bytes.put(&[0, NOTHING_PLAYED]).be16(0);
    if wanted {
        match exchange.byte(3) {
            // GUESS: the head rests at the first track between commands.
            0x01 => {
                let track = medium.tracks.first().copied();
                let (number, control) = track.map_or((1, 4), |t| (t.number, medium.control(&t)));
                bytes.put(&[0x01, 0x10 | control, number, 1]);
                if exchange.byte(1) & 0x02 != 0 {
                    let msf = Msf::from(Lba(0));
                    bytes.put(&[0, msf.minute, msf.second, msf.frame, 0, 0, 0, 0]);
                } else {
                    bytes.be32(0).be32(0);
                }
            }
            // MCVAL and TCVAL: 0 where there is none.
            0x02 => {
                let catalogue = medium.compact().and_then(|compact| compact.catalogue.as_ref());
                bytes.put(&[0x02, 0, 0, 0]);
                put_code(&mut bytes, catalogue);
            }
            0x03 => {
                let number = exchange.byte(6);
                let track = medium.tracks.iter().find(|track| track.number == number);
                let track = track.ok_or(Refusal::bad_field(6))?;
                bytes.put(&[0x03, 0x10 | medium.control(track), number, 0]);
                put_code(&mut bytes, medium.code(number).and_then(|code| code.isrc.as_ref()));
            }
            _ => return Err(Refusal::bad_field(3)),
        }
    }
    let following = u16::try_from(bytes.0.len() - 4).unwrap_or(0);
    bytes.0[2..4].copy_from_slice(&following.to_be_bytes());
    exchange.reply(&bytes.0, exchange.be16(7));
    Ok(())
}

/// The sixteen bytes of a code, valid if there is one.
fn put_code(bytes: &mut Bytes, code: Option<&String>) {
    if let Some(code) = code {
        bytes.put(&[0x80]).put(code.as_bytes());
    }
    bytes.pad_to(24);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    #[test]
    fn the_position_is_the_first_track_s_and_there_is_no_catalogue_number() {
        let mut bench = Bench::ready(100, "");
        let ask = |msf, sub, format| [0x42, msf, sub, format, 0, 0, 1, 0, 24, 0];
        assert_eq!(
            bench.get(&ask(2, 0x40, 1), 24),
            hex("00 15 00 0c 01 14 01 01 00 00 02 00 00 00 00 00")
        );
        assert_eq!(bench.get(&ask(0, 0, 1), 24), hex("00 15 00 00"));
        let mut none = hex("00 15 00 14 02");
        none.resize(24, 0);
        assert_eq!(bench.get(&ask(0, 0x40, 2), 24), none);
        assert_eq!(bench.no(&ask(0, 0x40, 4)), (5, 0x24, 0x00));
    }
}
