//! The Q sub-channel (ECMA-130 22): where the head is, and from time to time the catalogue number
//! and the recording code. Knows the disc, not how a host asks.

use super::medium::Medium;
use super::raw_sector::bcd;

/// Of so many blocks one tells the catalogue number and one the recording code, where there are any
/// (ECMA-130 22.3.4.2: one at least).
const CODE_EVERY: u32 = 100;
/// Which of them. GUESS: these.
const CATALOGUE_AT: u32 = 50;
const ISRC_AT: u32 = 75;

/// What Q says in one block.
#[derive(Clone, Copy, Debug)]
enum Says<'a> {
    /// The place in the track: its number, the index, frames within the track or to its start.
    Place { track: u8, index: u8, frames: u32 },
    /// The media catalogue number.
    Catalogue(&'a str),
    /// The recording code of the track.
    Isrc(&'a str),
}

/// The 12 bytes of Q of a block, CRC included.
pub fn q(medium: &Medium, lba: u32) -> [u8; 12] {
    // In a pause, Q belongs to the track to come.
    let to_come = medium.tracks.iter().find(|track| {
        lba < track.start && track.start - lba <= medium.code(track.number).map_or(0, |c| c.pause)
    });
    let Some(track) = to_come.or(medium.track_at(lba)) else { return [0; 12] };
    let code = medium.code(track.number);
    let isrc = code.and_then(|code| code.isrc.as_deref()).filter(|_| to_come.is_none());
    let catalogue = medium.compact().and_then(|compact| compact.catalogue.as_deref());
    let says = match (lba % CODE_EVERY, catalogue, isrc) {
        (CATALOGUE_AT, Some(catalogue), _) => Says::Catalogue(catalogue),
        (ISRC_AT, _, Some(isrc)) => Says::Isrc(isrc),
        _ if to_come.is_some() => {
            // The time in a pause runs down to zero.
            Says::Place { track: track.number, index: 0, frames: track.start - lba - 1 }
        }
        _ => {
            let passed = code.map_or(0, |c| c.indexes.iter().filter(|at| **at <= lba).count());
            let index = u8::try_from(passed + 1).unwrap_or(99);
            Says::Place { track: track.number, index, frames: lba - track.start }
        }
    };
    encode(medium.control(track), says, lba)
}

fn encode(control: u8, says: Says, lba: u32) -> [u8; 12] {
    let digits = |value: u32| bcd(u8::try_from(value).unwrap_or(99));
    let msf = |frames: u32| [frames / 4500, frames / 75 % 60, frames % 75].map(digits);
    let mut q = [0; 12];
    let now = msf(lba.saturating_add(150));
    match says {
        Says::Place { track, index, frames } => {
            (q[0], q[1], q[2]) = (control << 4 | 0x01, bcd(track), bcd(index));
            q[3..6].copy_from_slice(&msf(frames));
            q[7..10].copy_from_slice(&now);
        }
        Says::Catalogue(catalogue) => {
            // Thirteen digits of four bits each.
            q[0] = control << 4 | 0x02;
            let word = catalogue.bytes().fold(0u64, |word, c| word << 4 | u64::from(c & 0x0f));
            q[1..9].copy_from_slice(&(word << 12).to_be_bytes());
            q[9] = now[2];
        }
        Says::Isrc(isrc) => {
            // Five characters of six bits, two bits of zero, seven digits of four bits.
            q[0] = control << 4 | 0x03;
            let (letters, numbers) = isrc.split_at(isrc.len().min(5));
            let word = letters.bytes().fold(0u64, |word, c| word << 6 | u64::from(six(c)));
            let word = numbers.bytes().fold(word << 2, |word, c| word << 4 | u64::from(c & 0x0f));
            q[1..9].copy_from_slice(&(word << 4).to_be_bytes());
            q[9] = now[2];
        }
    }
    // CRC-16 of x^16 + x^12 + x^5 + 1, inverted (ECMA-130 22.3.6).
    let crc = q[..10].iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }
        })
    });
    q[10..].copy_from_slice(&(!crc).to_be_bytes());
    q
}

/// A character of a recording code in six bits (IEC 60908: 0 to 9, then 11h for A).
fn six(character: u8) -> u8 {
    match character {
        b'A'..=b'Z' => character - b'A' + 0x11,
        _ => character & 0x0f,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::hex;
    use super::*;

    #[test]
    fn q_of_a_run_out_sector_is_the_one_that_was_read() {
        // real-drives: PLEXTOR PX-W4824A, LBA 29847 and 29848 of track 1.
        let place = |lba| encode(4, Says::Place { track: 1, index: 1, frames: lba }, lba);
        assert_eq!(place(29_847)[..], hex("41 01 01 06 37 72 00 06 39 72 02 c5"));
        assert_eq!(place(29_848)[..], hex("41 01 01 06 37 73 00 06 39 73 b8 b5"));
    }

    #[test]
    fn codes_are_packed_and_followed_by_the_frame() {
        let q = encode(0, Says::Catalogue("1234567890123"), 50);
        assert_eq!(q[..10], hex("02 12 34 56 78 90 12 30 00 50")[..]);
        // D 14h, E 15h, A 11h, B 12h, C 13h: 010100 010101 010001 010010 010011, 00; 9812345; 0000.
        let q = encode(0, Says::Isrc("DEABC9812345"), 75);
        assert_eq!(q[..10], hex("03 51 54 52 4c 98 12 34 50 00")[..]);
    }
}
