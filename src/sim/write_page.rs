//! Mode page 05h, write parameters (MMC-6 7.5): its bytes, and which values of them a drive takes.
//! Knows no disc: whether a page fits one is for [`super::medium::rules`].

use super::medium::rules::WriteParameters;

/// Bytes of the page.
pub const LENGTH: usize = 52;

/// As after power-on: track at once of Mode 1 blocks, 150 frames of audio pause.
pub const DEFAULT: [u8; LENGTH] = {
    let mut page = [0; LENGTH];
    (page[0], page[1]) = (0x05, 0x32);
    (page[2], page[3], page[4]) = (0x01, 0x04, 0x08);
    page[15] = 150;
    page
};

/// What it says; a drive without it writes as if all of it were zero.
pub fn read(page: &[u8]) -> WriteParameters {
    let byte = |at: usize| page.get(at).copied().unwrap_or(0);
    let packet = u32::from_be_bytes([byte(10), byte(11), byte(12), byte(13)]);
    WriteParameters {
        write_type: byte(2) & 0x0f,
        test: byte(2) & 0x10 != 0,
        bufe: byte(2) & 0x40 != 0,
        link_size: (byte(2) & 0x20 != 0).then(|| byte(5)),
        multi_session: byte(3) >> 6,
        packet_size: (byte(3) & 0x20 != 0).then_some(packet),
        track_mode: byte(3) & 0x0f,
        data_block_type: byte(4) & 0x0f,
        // MCVAL and TCVAL.
        catalogue: (byte(16) & 0x80 != 0).then(|| std::array::from_fn(|at| byte(17 + at))),
        isrc: (byte(32) & 0x80 != 0).then(|| std::array::from_fn(|at| byte(33 + at))),
    }
}

/// Whether a drive takes a page with these values; one that does not write sessions at once takes
/// no write type 2.
pub fn fits(page: &[u8], sessions_at_once: bool) -> bool {
    let parameters = read(page);
    let written = match parameters.write_type {
        // Packets; tracks at once: MMC-6 7.5.4.9 has blocks of audio go with the CONTROL of audio.
        0 => true,
        1 => (parameters.data_block_type == 0) == (parameters.track_mode & 0x4 == 0),
        2 => sessions_at_once,
        // Raw sectors, which no drive here writes; GUESS: the rest is reserved, layer jump too.
        _ => false,
    };
    // Raw, Mode 1, and at once Mode 2 form 1, as cdrecord wants it for several sessions; the
    // others carry sub-channels or headers that are not written (libburn: drives refuse them with
    // CD-TEXT).
    let block = match parameters.data_block_type {
        0 | 8 => true,
        10 => parameters.write_type == 1,
        _ => false,
    };
    // 10b is reserved.
    let session = parameters.multi_session != 2;
    // CD-DA or CD-ROM, CD-i, CD-ROM XA.
    let format = matches!(page.get(8), Some(0x00 | 0x10 | 0x20));
    written && block && session && format
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(head: [u8; 3]) -> [u8; LENGTH] {
        let mut page = DEFAULT;
        page[2..5].copy_from_slice(&head);
        page
    }

    #[test]
    fn values_that_no_drive_writes_with_are_refused() {
        for (head, taken, what) in [
            ([0x41, 0x04, 0x08], true, "a data track at once"),
            ([0x41, 0xc4, 0x08], true, "another session to follow"),
            ([0x41, 0x44, 0x08], true, "no other session, and told so"),
            ([0x41, 0x84, 0x08], false, "a reserved multi-session"),
            ([0x51, 0x00, 0x00], true, "an audio track, as a test"),
            ([0x41, 0x03, 0x00], true, "audio with pre-emphasis that can be copied"),
            ([0x41, 0x00, 0x08], false, "data blocks in an audio track"),
            ([0x41, 0x04, 0x00], false, "audio blocks in a data track"),
            ([0x42, 0x00, 0x00], true, "a session at once"),
            ([0x42, 0x00, 0x03], false, "raw sub-channels"),
            ([0x60, 0x25, 0x08], true, "packets"),
            ([0x43, 0x04, 0x01], false, "raw sectors"),
            ([0x44, 0x04, 0x08], false, "layer jump"),
            ([0x41, 0x04, 0x0a], true, "Mode 2, form 1"),
            ([0x42, 0x04, 0x0a], false, "the same in a session at once"),
            ([0x41, 0x04, 0x0b], false, "sub-headers of the host's"),
        ] {
            assert_eq!(fits(&page(head), true), taken, "{what}");
        }
        assert!(!fits(&page([0x42, 0x00, 0x00]), false));
        let mut video = DEFAULT;
        video[8] = 0x30;
        assert!(!fits(&video, true));
    }

    #[test]
    fn codes_are_read_where_they_are_valid() {
        let mut page = DEFAULT;
        page[17..30].copy_from_slice(b"1234567890123");
        page[32] = 0x80;
        page[33..45].copy_from_slice(b"DEABC9812345");
        let read = read(&page);
        assert_eq!((read.catalogue, read.isrc), (None, Some(*b"DEABC9812345")));
    }
}
