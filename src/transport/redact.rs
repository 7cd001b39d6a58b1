//! Takes serial numbers out of what a drive answered, so that a recording can be shown to others.
//! Knows where the standards put them; it cannot know where else a maker does.

use super::Cdb;

const INQUIRY: u8 = 0x12;
const GET_CONFIGURATION: u8 = 0x46;
const READ_MEDIA_SERIAL_NUMBER: u8 = 0xab;
const READ_DISC_STRUCTURE: u8 = 0xad;
/// Feature 0108h, Logical Unit Serial Number (MMC-6 5.3.34).
const FEATURE_SERIAL: u16 = 0x0108;

/// Overwrites the serial numbers in `data`, the answer to `cdb`, each letter and digit with an `X`.
/// Lengths, blanks and everything else stay.
pub(super) fn redact(cdb: &Cdb, data: &mut [u8]) {
    match (cdb.opcode(), cdb.bytes()) {
        // SPC-4 6.4: bit 0 of byte 1 is EVPD, byte 2 the page.
        (INQUIRY, [_, evpd, page, ..]) if evpd & 1 == 1 => match page {
            // 80h, unit serial number: all of it.
            0x80 => cross_out(data.get_mut(4..)),
            0x83 => designators(data),
            _ => {}
        },
        // SPC-4 6.4.2: vendor specific; many makers put a serial number there.
        (INQUIRY, _) => {
            let end = data.len().min(56);
            cross_out(data.get_mut(36..end));
        }
        (GET_CONFIGURATION, _) => features(data),
        // MMC-6 6.26: a four-byte header, then the disc's own number.
        (READ_MEDIA_SERIAL_NUMBER, _) => cross_out(data.get_mut(4..)),
        // MMC-6 6.21: format 03h of DVD and BD, the burst cutting area: it can number each disc.
        (READ_DISC_STRUCTURE, [_, _, _, _, _, _, _, 0x03, ..]) => cross_out(data.get_mut(4..)),
        _ => {}
    }
}

fn cross_out(bytes: Option<&mut [u8]>) {
    for byte in bytes.into_iter().flatten() {
        if !matches!(byte, 0 | b' ') {
            *byte = b'X';
        }
    }
}

/// SPC-4 7.8.5: designators of four bytes and what the last of them counts.
fn designators(data: &mut [u8]) {
    let mut at = 4;
    while let Some(&length) = data.get(at + 3) {
        let end = (at + 4 + usize::from(length)).min(data.len());
        cross_out(data.get_mut(at + 4..end));
        at += 4 + usize::from(length);
    }
}

/// MMC-6 5.2.2: after a header of eight bytes, features of four bytes and what the last of them
/// counts.
fn features(data: &mut [u8]) {
    let mut at = 8;
    while let Some(&[high, low, _, length]) = data.get(at..at + 4) {
        let end = (at + 4 + usize::from(length)).min(data.len());
        if u16::from_be_bytes([high, low]) == FEATURE_SERIAL {
            cross_out(data.get_mut(at + 4..end));
        }
        at += 4 + usize::from(length);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redacted(cdb: &[u8], data: &[u8]) -> Vec<u8> {
        let mut data = data.to_vec();
        redact(&Cdb::new(cdb), &mut data);
        data
    }

    #[test]
    fn the_serial_number_page_keeps_header_and_blanks() {
        // Type 5, page 80h, length 8.
        let page = redacted(&[0x12, 1, 0x80, 0, 96, 0], b"\x05\x80\x00\x08 AB12-3 ");
        assert_eq!(page, b"\x05\x80\x00\x08 XXXXXX ");
    }

    #[test]
    fn only_the_vendor_specific_part_of_inquiry_goes() {
        // real-drives: TSSTcorp SE-506CB TS01, the first 60 bytes.
        let answer = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01  0528       \
            \0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02";
        let kept = redacted(&[0x12, 0, 0, 0, 96, 0], answer);
        assert_eq!(kept[..36], answer[..36]);
        assert_eq!(&kept[36..47], b"  XXXX     ");
        // Past byte 56 stand version descriptors.
        assert_eq!(kept[56..], answer[56..]);
    }

    #[test]
    fn feature_0108h_goes_and_its_neighbours_stay() {
        let answer = [
            0, 0, 0, 24, 0, 0, 0, 0x40, // header: 24 bytes follow, profile 0040h
            0x01, 0x07, 0x11, 4, 0x10, 0, 0, 0, // 0107h real time streaming
            0x01, 0x08, 0x03, 4, b'K', b'9', b'7', b' ', // 0108h serial number
        ];
        let kept = redacted(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0], &answer);
        assert_eq!(kept[..20], answer[..20]);
        assert_eq!(&kept[20..], b"XXX ");
    }

    #[test]
    fn designators_keep_their_headers() {
        // SPC-4 7.8.5: ASCII, T10 vendor id based, 4 bytes.
        let page = b"\x05\x83\x00\x08\x02\x01\x00\x04SN42";
        assert_eq!(
            redacted(&[0x12, 1, 0x83, 0, 96, 0], page),
            b"\x05\x83\x00\x08\x02\x01\x00\x04XXXX"
        );
    }

    #[test]
    fn a_disc_s_own_number_goes() {
        let area = [0, 6, 0, 0, b'7', 0, 0x1f, b' '];
        let kept = redacted(&[0xad, 1, 0, 0, 0, 0, 0, 0x03, 0, 68, 0, 0], &area);
        assert_eq!(kept, [0, 6, 0, 0, b'X', 0, b'X', b' ']);
        let physical = [0, 6, 0, 0, b'7', 0, 0x1f, b' '];
        assert_eq!(redacted(&[0xad, 0, 0, 0, 0, 0, 0, 0, 0, 68, 0, 0], &physical), physical);
    }

    #[test]
    fn other_answers_stay_as_they_are() {
        let toc = [0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0];
        assert_eq!(redacted(&[0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0], &toc), toc);
    }

    proptest! {
        #[test]
        fn any_answer_keeps_its_length(
            opcode in prop::sample::select(vec![0x12_u8, 0x46, 0xab, 0xad]),
            rest in prop::collection::vec(any::<u8>(), 0..15),
            mut data in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let before = data.len();
            let cdb: Vec<u8> = std::iter::once(opcode).chain(rest).collect();
            redact(&Cdb::new(&cdb), &mut data);
            prop_assert_eq!(data.len(), before);
        }
    }
}
