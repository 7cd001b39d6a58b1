//! What a data sector of a CD carries besides its user data: sync, header, EDC and ECC (ECMA-130
//! 14 and annexes A and B). Knows no disc.

use super::medium::content::RAW_SECTOR;
use crate::units::{Lba, Msf, SECTOR};

/// 12 bytes that begin every data sector (ECMA-130 14.1).
const SYNC: [u8; 12] = [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0];
/// EDC: x^32 + x^31 + x^16 + x^15 + x^4 + x^3 + x + 1, least significant bit first (ECMA-130 14.3).
const EDC_POLYNOMIAL: u32 = 0xd801_8001;

/// A number below 100 in two decimal digits.
pub fn bcd(value: u8) -> u8 {
    ((value / 10) << 4) | (value % 10)
}

/// Completes a Mode 1 sector around its 2048 bytes of user data.
pub fn mode1(lba: u32, user: &[u8; SECTOR]) -> [u8; RAW_SECTOR] {
    let mut sector = [0; RAW_SECTOR];
    sector[..12].copy_from_slice(&SYNC);
    sector[12..15].copy_from_slice(&address(lba));
    sector[15] = 1;
    sector[16..16 + SECTOR].copy_from_slice(user);
    let edc = edc(&sector[..16 + SECTOR]);
    sector[2064..2068].copy_from_slice(&edc.to_le_bytes());
    // ECMA-130 annex A: 43 columns of 24 bytes, then 26 diagonals of 43, on two planes of bytes.
    parity(&mut sector, Code { count: 86, length: 24, step: 86, skip: 2, first: 2076 });
    parity(&mut sector, Code { count: 52, length: 43, step: 88, skip: 86, first: 2248 });
    sector
}

/// Completes a sector of Mode 2, form 1, around its 2048 bytes of user data: data, of no file
/// (ECMA-130 annex A with the header taken for zeros; CD-ROM XA 4).
pub fn form1(lba: u32, user: &[u8; SECTOR]) -> [u8; RAW_SECTOR] {
    let mut sector = [0; RAW_SECTOR];
    for at in [16, 20] {
        sector[at..at + 4].copy_from_slice(&[0, 0, 0x08, 0]);
    }
    sector[24..24 + SECTOR].copy_from_slice(user);
    let edc = edc(&sector[16..24 + SECTOR]);
    sector[2072..2076].copy_from_slice(&edc.to_le_bytes());
    parity(&mut sector, Code { count: 86, length: 24, step: 86, skip: 2, first: 2076 });
    parity(&mut sector, Code { count: 52, length: 43, step: 88, skip: 86, first: 2248 });
    sector[..12].copy_from_slice(&SYNC);
    sector[12..15].copy_from_slice(&address(lba));
    sector[15] = 2;
    sector
}

/// The first three bytes of a header: when it comes.
fn address(lba: u32) -> [u8; 3] {
    let msf = Msf::from(Lba(i32::try_from(lba).unwrap_or(i32::MAX - 150)));
    [bcd(msf.minute), bcd(msf.second), bcd(msf.frame)]
}

fn edc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |edc, byte| {
        (0..8).fold(edc ^ u32::from(*byte), |edc, _| {
            if edc & 1 != 0 { edc >> 1 ^ EDC_POLYNOMIAL } else { edc >> 1 }
        })
    })
}

/// One of the two codes: how many words, how long, how far apart their symbols are, how far apart
/// the words begin (in pairs), and where the parity goes.
struct Code {
    count: usize,
    length: usize,
    step: usize,
    skip: usize,
    first: usize,
}

/// Multiplication by the primitive element of GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.
fn double(value: u8) -> u8 {
    value << 1 ^ if value & 0x80 != 0 { 0x1d } else { 0 }
}

/// The inverse of multiplying by 3: the two parity symbols solve `p + q = a`, `2 p + q = b`.
fn third(value: u8) -> u8 {
    (0..=u8::MAX).find(|x| double(*x) ^ *x == value).unwrap_or(0)
}

/// Fills in the parity of one code over the bytes from the header on.
fn parity(sector: &mut [u8; RAW_SECTOR], code: Code) {
    let size = code.count * code.length;
    let thirds: Vec<u8> = (0..=u8::MAX).map(third).collect();
    for word in 0..code.count {
        let mut at = (word >> 1) * code.skip + (word & 1);
        let (mut sum, mut weighted) = (0u8, 0u8);
        for _ in 0..code.length {
            let symbol = sector[12 + at];
            at += code.step;
            if at >= size {
                at -= size;
            }
            // Horner: each symbol is weighted with the element's power of its distance to the end.
            weighted = double(weighted ^ symbol);
            sum ^= symbol;
        }
        let p = thirds[usize::from(double(weighted) ^ sum)];
        sector[code.first + word] = p;
        sector[code.first + code.count + word] = p ^ sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_sector_has_its_header_and_a_known_edc() {
        let sector = mode1(0, &[0; SECTOR]);
        assert_eq!(sector[..12], SYNC);
        assert_eq!(sector[12..16], [0x00, 0x02, 0x00, 0x01]); // 00:02:00, mode 1
        // EDC of 12 bytes of sync, that header and 2048 zeros: also what other tools compute.
        let again = edc(&sector[..2064]).to_le_bytes();
        assert_eq!(sector[2064..2068], again);
        assert_eq!(sector[2068..2076], [0; 8]);
    }

    #[test]
    fn a_sector_of_form_1_protects_its_sub_header_and_not_its_header() {
        let (one, other) = (form1(0, &[7; SECTOR]), form1(4503, &[7; SECTOR]));
        assert_eq!(one[12..24], [0, 2, 0, 2, 0, 0, 8, 0, 0, 0, 8, 0]);
        assert_eq!(other[12..16], [1, 2, 3, 2]);
        assert_eq!(one[16..], other[16..]);
        assert_eq!(one[2072..2076], edc(&one[16..2072]).to_le_bytes());
        let mut bare = one;
        bare[12..16].fill(0);
        check_all(&bare[12..]);
    }

    #[test]
    fn the_header_counts_in_decimal_digits() {
        // 01:02:03 is block 4503 (62 s and 3 frames, less 2 s).
        assert_eq!(mode1(4503, &[0; SECTOR])[12..16], [0x01, 0x02, 0x03, 0x01]);
    }

    /// ECMA-130 annex A.5 and A.6: each word with its parity is a multiple of the generator, so the
    /// sum of its symbols, and the sum weighted by powers of 2, are both zero.
    #[test]
    fn every_word_of_both_codes_is_a_code_word() {
        let mut user = [0; SECTOR];
        for (index, byte) in user.iter_mut().enumerate() {
            *byte = (index * 7 + index / 256) as u8;
        }
        let sector = mode1(1234, &user);
        check_all(&sector[12..]);
    }

    fn check_all(bytes: &[u8]) {
        for plane in 0..2 {
            let symbol = |index: usize| bytes[2 * index + plane];
            for column in 0..43 {
                let word: Vec<u8> = (0..26).map(|row| symbol(43 * row + column)).collect();
                check(&word);
            }
            for diagonal in 0..26 {
                let body = (0..43).map(|m| symbol((44 * m + 43 * diagonal) % 1118));
                let tail = [symbol(43 * 26 + diagonal), symbol(44 * 26 + diagonal)];
                check(&body.chain(tail).collect::<Vec<u8>>());
            }
        }
    }

    fn check(word: &[u8]) {
        assert_eq!(word.iter().fold(0, |sum, symbol| sum ^ symbol), 0);
        assert_eq!(word.iter().fold(0, |sum, symbol| double(sum) ^ symbol), 0);
    }
}
