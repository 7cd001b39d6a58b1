//! CDs as a host writes them, command by command.

use std::time::Duration;

use crate::sim::testing::{Bench, hex};
use crate::transport::Transport;

/// Mode page 05h, bytes 2 to 4: BUFE; write type; multi-session and CONTROL; block type.
const DATA_LAST: [u8; 3] = [0x41, 0x04, 0x08];
const DATA_MULTI: [u8; 3] = [0x41, 0xc4, 0x08];
const AUDIO_LAST: [u8; 3] = [0x41, 0x00, 0x00];
const SESSION_LAST: [u8; 3] = [0x42, 0x04, 0x08];
const SESSION_MULTI: [u8; 3] = [0x42, 0xc4, 0x08];

const SYNC: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const SYNC_IMMED: [u8; 10] = [0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0];
const CLOSE: [u8; 10] = [0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0];
const READY: [u8; 6] = [0; 6];
const INVALID_ADDRESS: Option<(u8, u8, u8)> = Some((5, 0x21, 0x02));

/// One data track of 1000 blocks; of a later session from block 11802 on, 12102 the lead-out.
const SHEET: &str = "41 00 00 14 00 00 00 00 41 01 00 10 00 00 00 00
                     41 01 01 10 00 00 02 00 41 aa 01 14 00 00 0f 19";
const LATER: &str = "41 00 00 14 00 00 00 00 41 02 00 10 00 02 25 1b
                     41 02 01 10 00 02 27 1b 41 aa 01 14 00 02 2b 1b";

impl Bench {
    fn select(&mut self, head: [u8; 3]) {
        assert_eq!(self.try_select(head), None);
    }

    fn try_select(&mut self, head: [u8; 3]) -> Option<(u8, u8, u8)> {
        let mut list = vec![0; 8 + 52];
        list[8..10].copy_from_slice(&[0x05, 0x32]);
        list[10..13].copy_from_slice(&head);
        list[8 + 15] = 150;
        self.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &list)
    }

    /// Blocks of `size` bytes; each begins with its number and is filled with it.
    fn burn(&mut self, lba: i32, blocks: u16, size: usize) -> Option<(u8, u8, u8)> {
        let ([a, b, c, d], [e, f]) = (lba.to_be_bytes(), blocks.to_be_bytes());
        let bytes: Vec<u8> =
            (lba..lba + i32::from(blocks)).flat_map(|lba| vec![lba as u8; size]).collect();
        self.write_blocks(&[0x2a, 0, a, b, c, d, 0, e, f, 0], &bytes)
    }

    /// The same again as long as the buffer is full.
    fn write_blocks(&mut self, cdb: &[u8], bytes: &[u8]) -> Option<(u8, u8, u8)> {
        loop {
            match self.send(cdb, bytes) {
                Some((2, 0x04, 0x08)) => self.drive.wait(Duration::from_millis(50)),
                answer => return answer,
            }
        }
    }

    fn ok(&mut self, cdb: &[u8]) {
        assert_eq!(self.ask(cdb, 0).sense, None, "{cdb:02x?}");
    }

    fn cue(&mut self, sheet: &str) -> Option<(u8, u8, u8)> {
        let bytes = hex(sheet);
        self.send(&[0x5d, 0, 0, 0, 0, 0, 0, 0, bytes.len() as u8, 0], &bytes)
    }

    /// READ TRACK INFORMATION: start, NWA if it is valid, free, size.
    fn track(&mut self, number: u8) -> (i32, Option<i32>, i32, i32) {
        let data = self.get(&[0x52, 1, 0, 0, 0, number, 0, 0, 36, 0], 36);
        let word =
            |at: usize| i32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        (word(8), (data[7] & 1 != 0).then(|| word(12)), word(16), word(24))
    }

    /// READ DISC INFORMATION: status byte, sessions, first and last track of the last.
    fn disc(&mut self) -> [u8; 4] {
        let data = self.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
        [data[2], data[4], data[5], data[6]]
    }

    fn capacity(&mut self) -> u32 {
        let data = self.get(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8);
        u32::from_be_bytes([data[0], data[1], data[2], data[3]]) + 1
    }

    fn read(&mut self, lba: u32) -> Result<u8, (u8, u8, u8)> {
        let [a, b, c, d] = lba.to_be_bytes();
        let reply = self.ask(&[0x28, 0, a, b, c, d, 0, 0, 1, 0], 2048);
        reply.sense.map_or(Ok(reply.data.first().copied().unwrap_or(0)), Err)
    }

    fn toc(&mut self, form: u8) -> Vec<u8> {
        self.get(&[0x43, 0, form, 0, 0, 0, 0, 0x10, 0, 0], 4096)
    }

    fn power_fails(&mut self) {
        self.drive.machine.power_on();
        self.settle();
    }
}

fn cd_r() -> Bench {
    Bench::of("sim:blank?medium=cd-r&max_transfer=8MiB")
}

fn cd_rw() -> Bench {
    Bench::of("sim:blank?medium=cd-rw&max_transfer=8MiB")
}

/// A disc with one session of one data track of 400 blocks, another to follow.
fn appendable(bench: &mut Bench) {
    bench.select(DATA_MULTI);
    assert_eq!(bench.burn(0, 400, 2048), None);
    bench.ok(&SYNC);
    bench.ok(&CLOSE);
}

#[test]
fn a_blank_disc_tells_its_pre_groove_and_room() {
    let mut bench = cd_r();
    // Status, sessions, tracks; URU; type FFh; lead-in 97:26:66, last lead-out 79:59:71.
    assert_eq!(
        bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34),
        hex("00 20 00 01 01 01 01 20 ff 00 00 00 00 00 00 00 00 61 1a 42 00 4f 3b 47 00 00 00 00
             00 00 00 00 00 00")
    );
    assert_eq!(bench.track(0xff), (0, Some(0), 359_844, 359_844));
    assert_eq!(bench.track(1), bench.track(0xff));
    // Track mode 4; BLANK, data mode unknown.
    assert_eq!(bench.get(&[0x52, 1, 0, 0, 0, 0xff, 0, 0, 8, 0], 8)[2..8], [1, 1, 0, 4, 0x4f, 1]);
    assert_eq!(bench.toc(4)[8..16], hex("61 1a 42 00 4f 3b 47 00"));
    assert_eq!(bench.toc(3), hex("00 02 00 00"));
    assert_eq!(bench.read(0), Err((5, 0x21, 0x00)));
    for form in [0, 1, 2] {
        assert_eq!(bench.no(&[0x43, 0, form, 0, 0, 0, 0, 0, 255, 0]), (5, 0x24, 0x00));
    }
}

#[test]
fn a_blank_disc_can_have_another_pre_groove() {
    // atip-reports: Mitsubishi Chemical, ultra speed: A1 66 4A 99, A2 38 80 00, A3 04 C4 A0.
    let mut bench = Bench::of("sim:blank?medium=cd-rw&atip=ultra");
    assert_eq!(
        bench.toc(4),
        hex("00 1a 00 00 90 00 d7 00 61 22 18 00 4f 3b 4a 00 66 4a 99 00 38 80 00 00 04 c4 a0 00")
    );
    let mut bench = Bench::of("sim:blank?medium=cd-r&atip=sony");
    assert_eq!(bench.track(0xff).2, 359_847);
    let refused = crate::sim::open("sim:blank?medium=cd-r&atip=ultra").err().expect("refused");
    assert!(refused.reason.contains("sony (cd-r), high (cd-rw)"), "{}", refused.reason);
    assert!(crate::sim::open("sim:demo?atip=sony").is_err());
}

#[test]
fn a_track_at_once_is_written_in_order_and_ended_by_a_flush_with_run_out() {
    let mut bench = cd_r();
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(1, 16, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(-150, 16, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(0, 400, 2048), None);
    assert_eq!(bench.burn(500, 16, 2048), INVALID_ADDRESS);
    assert_eq!(bench.track(0xff), (0, Some(400), 359_444, 359_844));
    assert_eq!(bench.disc(), [0x05, 1, 1, 1]);
    // GSA-U10N, sense-pairs-from-logs: an unclosed disc has a capacity of one block.
    assert_eq!(bench.capacity(), 1);
    bench.ok(&SYNC_IMMED);
    assert_eq!(bench.no(&READY), (2, 0x04, 0x08));
    bench.settle();
    // 400 blocks, 2 of run-out, 150 of pre-gap (cdrecord: "starting new track at sector").
    assert_eq!(bench.track(0xff), (552, Some(552), 359_292, 359_292));
    assert_eq!(bench.track(1), (0, None, 0, 402));
    assert_eq!(bench.burn(400, 16, 2048), INVALID_ADDRESS);
    // PMA: track 1 from 00:02:00 to 00:07:27.
    assert_eq!(bench.toc(3), hex("00 0d 00 00 00 14 00 01 00 07 1b 00 00 02 00"));
    bench.ok(&[0x5b, 1, 2, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bench.no(&READY), (2, 0x04, 0x07));
    bench.settle();
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], 402));
    assert_eq!(bench.read(399), Ok(0x8f));
    assert!(bench.read(400).is_err() && bench.read(401).is_err());
    assert_eq!(bench.toc(0)[12..20], hex("00 14 aa 00 00 00 01 92"));
    assert_eq!(bench.burn(552, 16, 2048), Some((5, 0x30, 0x05)));
    assert_eq!(bench.no(&CLOSE), (5, 0x30, 0x05));
}

#[test]
fn a_track_of_less_than_four_seconds_is_filled_up() {
    let mut bench = cd_r();
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(0, 10, 2048), None);
    bench.ok(&SYNC);
    assert_eq!(bench.track(1), (0, None, 0, 302));
    assert_eq!((bench.read(9), bench.read(10), bench.read(299)), (Ok(9), Ok(0), Ok(0)));
    // A flush with nothing to flush changes nothing.
    bench.ok(&SYNC);
    assert_eq!(bench.track(1), (0, None, 0, 302));
}

#[test]
fn sessions_follow_each_other_after_11400_and_6900_blocks() {
    let mut bench = cd_r();
    appendable(&mut bench);
    assert_eq!((bench.disc(), bench.capacity()), ([0x01, 2, 2, 2], 402));
    assert_eq!(bench.track(0xff), (11_802, Some(11_802), 348_042, 348_042));
    // Of the lead-in to come: 11802 - 4650 + 150 frames are 01:37:27.
    assert_eq!(bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)[16..20], [0, 1, 37, 27]);
    // B0h: the next program area at 02:39:27, the last lead-out at 79:59:71.
    let full = bench.toc(2);
    assert_eq!(full[4 + 4 * 11..4 + 5 * 11], hex("01 54 00 b0 02 27 1b 02 4f 3b 47"));
    assert_eq!(full[4 + 5 * 11..], hex("01 54 00 c0 00 00 00 00 61 1a 42"));
    assert_eq!(bench.burn(11_802, 400, 2048), None);
    assert_eq!(bench.disc(), [0x05, 2, 2, 2]);
    assert_eq!((bench.toc(0)[3], bench.capacity()), (1, 402));
    bench.ok(&SYNC);
    // The drive that wrote it reads what is not closed.
    assert_eq!((bench.capacity(), bench.read(11_802)), (402, Ok(0x1a)));
    bench.ok(&CLOSE);
    assert_eq!((bench.toc(1)[2..4].to_vec(), bench.capacity()), (vec![1, 2], 12_204));
    assert_eq!(bench.toc(1)[4..12], hex("00 14 02 00 00 00 2e 1a"));
    assert_eq!(bench.track(0xff).0, 12_204 + 6_900);
    assert_eq!(bench.read(5000), Err((3, 0x11, 5)));
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(19_104, 300, 2048), None);
    bench.ok(&CLOSE);
    let pointers: Vec<u8> =
        bench.toc(2)[4..].chunks(11).filter(|e| e[3] == 0xb0).map(|e| e[4]).collect();
    assert_eq!(pointers, [2, 4, 0xff]);
}

#[test]
fn audio_at_once_has_blocks_of_2352_bytes() {
    let mut bench = cd_r();
    bench.select(AUDIO_LAST);
    assert_eq!(bench.burn(0, 10, 2048), Some((5, 0x24, 0x00)));
    assert_eq!(bench.burn(0, 300, 2352), None);
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(300, 10, 2048), Some((5, 0x64, 0x00)));
    bench.select(AUDIO_LAST);
    assert_eq!(bench.burn(300, 50, 2352), None);
    bench.ok(&SYNC);
    // 350 and 152.
    assert_eq!(bench.burn(502, 300, 2352), None);
    bench.ok(&CLOSE);
    assert_eq!(bench.get(&[0xbe, 4, 0, 0, 0, 5, 0, 0, 1, 0x10, 0, 0], 2352), [5; 2352]);
    assert_eq!(bench.get(&[0xbe, 4, 0, 0, 1, 0xf6, 0, 0, 1, 0x10, 0, 0], 2352), [0xf6; 2352]);
    assert_eq!(bench.read(5), Err((5, 0x64, 0x00)));
    let toc = bench.toc(0);
    assert_eq!((toc[3], toc[5], toc[13], toc.len()), (2, 0x10, 0x10, 4 + 3 * 8));
    // Between them is silence: Q counts down to the second.
    let pause = bench.get(&[0xbe, 4, 0, 0, 1, 0x68, 0, 0, 1, 0x10, 2, 0], 2368);
    assert_eq!((pause[0], &pause[2352..2362]), (0, &hex("01 02 00 00 01 66 00 00 06 60")[..]));
}

#[test]
fn a_track_of_form_1_has_sub_headers_and_makes_its_disc_one_of_cd_rom_xa() {
    let mut bench = cd_r();
    // As wodim -multi writes.
    bench.select([0x41, 0xc4, 0x0a]);
    assert_eq!(bench.burn(0, 300, 2048), None);
    bench.select(DATA_MULTI);
    assert_eq!(bench.burn(300, 16, 2048), Some((5, 0x64, 0x00)));
    bench.ok(&CLOSE);
    assert_eq!(bench.read(299), Ok(0x2b));
    let cd = |expected: u8, main: u8| [0xbe, expected << 2, 0, 0, 0, 7, 0, 0, 1, main, 0, 0];
    let raw = bench.get(&cd(4, 0xf8), 2352);
    assert_eq!(raw[12..26], [0, 2, 7, 2, 0, 0, 8, 0, 0, 0, 8, 0, 7, 7]);
    assert_eq!(bench.get(&cd(0, 0x10), 2352), [7; 2048]);
    assert_eq!(bench.no(&cd(2, 0x10)), (5, 0x64, 0x00));
    assert_eq!(bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 8, 0], 8)[6] & 0x0f, 2);
    assert_eq!(bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)[8], 0x20);
    assert_eq!(bench.toc(2)[4 + 9], 0x20);
}

#[test]
fn what_page_05h_does_not_allow_is_not_written() {
    let mut bench = cd_r();
    // Raw sectors, audio blocks in a data track, a reserved multi-session.
    for head in [[0x43, 0x04, 0x01], [0x41, 0x04, 0x00], [0x41, 0x84, 0x08]] {
        assert_eq!(bench.try_select(head), Some((5, 0x26, 0x00)), "{head:02x?}");
    }
    // Packets.
    bench.select([0x60, 0x25, 0x08]);
    assert_eq!(bench.burn(0, 32, 2048), Some((5, 0x64, 0x00)));
    assert_eq!(bench.cue(SHEET), Some((5, 0x2c, 0x00)));
    bench.select(SESSION_LAST);
    assert_eq!(bench.burn(-150, 16, 2048), Some((5, 0x2c, 0x00)));
    assert_eq!(bench.disc(), [0x00, 1, 1, 1]);
}

#[test]
fn a_session_at_once_begins_with_its_pre_gap_and_closes_by_itself() {
    let mut bench = cd_r();
    bench.select(SESSION_LAST);
    assert_eq!(bench.track(0xff), (0, Some(0), 359_844, 359_844));
    assert_eq!(bench.cue(SHEET), None);
    // real-drives: ASUS CRW-5232A3: 2a 00 ff ff ff 89 00 00 1f 00 and 2a 00 00 00 00 00 after it.
    assert_eq!(bench.burn(-119, 31, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(0, 31, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(-150, 150, 2048), None);
    assert_eq!(bench.disc(), [0x05, 1, 1, 1]);
    assert_eq!(bench.burn(1, 16, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(0, 600, 2048), None);
    assert_eq!(bench.track(0xff), (0, Some(600), 400, 1000));
    // A flush in the middle does no harm, a close is refused.
    bench.ok(&SYNC);
    assert_eq!(bench.no(&CLOSE), (5, 0x72, 0x03));
    assert_eq!(bench.cue(SHEET), Some((5, 0x2c, 0x00)));
    assert_eq!(bench.burn(600, 401, 2048), Some((5, 0x21, 0x00)));
    assert_eq!(bench.burn(600, 400, 2048), None);
    assert_eq!(bench.disc(), [0x05, 1, 1, 1]);
    bench.ok(&SYNC_IMMED);
    assert_eq!(bench.no(&READY), (2, 0x04, 0x08));
    bench.settle();
    // No run-out.
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], 1000));
    assert_eq!((bench.read(0), bench.read(999)), (Ok(0), Ok(0xe7)));
    assert_eq!(bench.burn(1000, 1, 2048), Some((5, 0x30, 0x05)));
}

#[test]
fn a_session_at_once_can_follow_others_on_some_drives() {
    let mut bench = cd_r();
    appendable(&mut bench);
    bench.select(SESSION_MULTI);
    assert_eq!((bench.track(0xff).1, bench.cue(LATER)), (Some(11_802), Some((5, 0x2c, 0x00))));
    let mut bench = Bench::of("sim:blank?medium=cd-r&persona=px-w4824a&max_transfer=8MiB");
    bench.select(SESSION_MULTI);
    assert_eq!(bench.track(0xff).1, Some(-150));
    appendable(&mut bench);
    bench.select(SESSION_MULTI);
    assert_eq!(bench.track(0xff).1, Some(11_652));
    assert_eq!(bench.cue(SHEET), Some((5, 0x26, 0x00)));
    assert_eq!(bench.cue(LATER), None);
    assert_eq!(bench.burn(11_802, 10, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(11_652, 450, 2048), None);
    bench.ok(&SYNC);
    assert_eq!((bench.disc(), bench.capacity()), ([0x01, 3, 3, 3], 12_102));
    assert_eq!(bench.read(12_101), Ok(0x45));
    assert_eq!(bench.track(0xff).1, Some(12_102 + 6_900 - 150));
    // With tracks in the session under way no sheet is taken.
    bench.select(DATA_MULTI);
    assert_eq!(bench.burn(19_002, 300, 2048), None);
    bench.ok(&SYNC);
    bench.select(SESSION_MULTI);
    assert_eq!(bench.cue(LATER), Some((5, 0x2c, 0x00)));
}

#[test]
fn data_and_audio_in_one_session_have_their_own_blocks_and_codes() {
    let mut bench = cd_r();
    bench.select(SESSION_LAST);
    let sheet = "42 31 32 33 34 35 36 37 42 38 39 30 31 32 33 00
                 41 00 00 14 00 00 00 00 41 01 00 10 00 00 00 00 41 01 01 10 00 00 02 00
                 03 02 44 45 41 42 43 39 03 02 38 31 32 33 34 35
                 21 02 00 00 00 00 0f 19 21 02 01 00 00 00 11 19 21 02 02 00 00 00 14 32
                 01 aa 01 01 00 00 1b 19";
    assert_eq!(bench.cue(sheet), None);
    assert_eq!(bench.burn(-150, 150, 2048), None);
    assert_eq!(bench.burn(0, 999, 2048), None);
    // A command that brings blocks of two kinds.
    assert_eq!(bench.burn(999, 2, 2048), Some((5, 0x64, 0x00)));
    assert_eq!(bench.burn(999, 1, 2048), None);
    assert_eq!(bench.burn(1000, 150, 2352), None);
    assert_eq!(bench.burn(1150, 750, 2352), None);
    bench.ok(&SYNC);
    assert_eq!(bench.capacity(), 1900);
    // CONTROL of the second: copies are allowed.
    assert_eq!(bench.toc(0)[12..20], hex("00 12 02 00 00 00 04 7e"));
    let code = |bench: &mut Bench, form: u8| {
        bench.get(&[0x42, 0, 0x40, form, 0, 0, 2, 0, 24, 0], 24)[4..21].to_vec()
    };
    assert_eq!(code(&mut bench, 2), b"\x02\0\0\0\x801234567890123\0"[..17]);
    assert_eq!(code(&mut bench, 3), b"\x03\x12\x02\0\x80DEABC9812345\0"[..17]);
    // Q of the second tells both too, and its second index.
    let q = |bench: &mut Bench, lba: u16| {
        let [high, low] = lba.to_be_bytes();
        bench.get(&[0xbe, 4, 0, 0, high, low, 0, 0, 1, 0x00, 2, 0], 16)[..10].to_vec()
    };
    assert_eq!(q(&mut bench, 1250), hex("22 12 34 56 78 90 12 30 00 50"));
    assert_eq!(q(&mut bench, 1275), hex("23 51 54 52 4c 98 12 34 50 00"));
    assert_eq!(q(&mut bench, 1399), hex("21 02 01 00 03 24 00 00 20 49"));
    assert_eq!(q(&mut bench, 1400), hex("21 02 02 00 03 25 00 00 20 50"));
    // The pause between them reads as neither.
    assert_eq!(bench.read(999), Ok(0xe7));
    assert!(bench.read(1000).is_err());
    assert_eq!(bench.get(&[0xbe, 4, 0, 0, 4, 0x7e, 0, 0, 1, 0x10, 0, 0], 2352), [0x7e; 2352]);
}

#[test]
fn cd_text_is_written_with_the_lead_in_and_read_back() {
    let mut bench = cd_r();
    bench.select([0x42, 0x00, 0x00]);
    let sheet = "01 00 00 41 00 00 00 00 01 01 00 00 00 00 00 00
                 01 01 01 00 00 00 02 00 01 aa 01 01 00 00 0f 19";
    assert_eq!(bench.cue(sheet), None);
    assert_eq!(bench.burn(-150, 150, 2352), INVALID_ADDRESS);
    let pack = |number: u8| {
        let mut pack = [0; 18];
        pack[0] = 0x80;
        pack[2] = number;
        pack[4..8].copy_from_slice(b"Test");
        pack
    };
    // Three packs, again and again, in blocks of four.
    let packs: Vec<u8> = (0..4 * 11_484).flat_map(|at| pack((at % 3) as u8)).collect();
    let sixes = |packs: &[u8]| -> Vec<u8> {
        let six = |three: &[u8]| {
            let word = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| (word >> shift & 0x3f) as u8)
        };
        packs.chunks(3).flat_map(six).collect()
    };
    let mut lba = -11_634i32;
    for blocks in packs.chunks(4 * 18 * 300) {
        let count = (blocks.len() / 72) as u16;
        let ([a, b, c, d], [e, f]) = (lba.to_be_bytes(), count.to_be_bytes());
        assert_eq!(bench.write_blocks(&[0x2a, 0, a, b, c, d, 0, e, f, 0], &sixes(blocks)), None);
        lba += i32::from(count);
    }
    assert_eq!(lba, -150);
    assert_eq!(bench.burn(-150, 150, 2352), None);
    assert_eq!(bench.burn(0, 1000, 2352), None);
    bench.ok(&SYNC);
    let text = bench.toc(5);
    assert_eq!(text[..4], hex("00 38 00 00"));
    assert_eq!(text[4..], [pack(0), pack(1), pack(2)].concat());
}

#[test]
fn a_test_write_leaves_the_disc_blank() {
    let mut bench = cd_r();
    bench.select([0x51, 0x04, 0x08]);
    assert_eq!(bench.burn(0, 400, 2048), None);
    assert_eq!(bench.track(0xff).1, Some(400));
    bench.ok(&SYNC);
    assert_eq!(bench.track(0xff).1, Some(552));
    assert_eq!(bench.read(0), Err((5, 0x21, 0x00)));
    bench.ok(&CLOSE);
    assert_eq!((bench.disc(), bench.track(0xff).1), ([0x00, 1, 1, 1], Some(0)));
    bench.select([0x52, 0x04, 0x08]);
    assert_eq!(bench.cue(SHEET), None);
    assert_eq!(bench.burn(-150, 1150, 2048), None);
    bench.ok(&SYNC);
    assert_eq!(bench.disc(), [0x00, 1, 1, 1]);
    // One that is broken off ends where the host stops pretending.
    assert_eq!(bench.burn(-150, 10, 2048), Some((5, 0x2c, 0x00)));
    assert_eq!(bench.cue(SHEET), None);
    assert_eq!(bench.burn(-150, 200, 2048), None);
    bench.select(DATA_LAST);
    assert_eq!((bench.disc(), bench.burn(0, 400, 2048)), ([0x00, 1, 1, 1], None));
}

#[test]
fn a_sheet_that_nothing_came_of_is_forgotten() {
    let mut bench = cd_r();
    bench.select(SESSION_LAST);
    assert_eq!(bench.cue(SHEET), None);
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(0, 400, 2048), None);
    bench.ok(&CLOSE);
    assert_eq!(bench.capacity(), 402);
}

#[test]
fn blanking_is_for_cd_rw_and_takes_its_time() {
    let blank = |kind: u8| [0xa1, 0x10 | kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // real-drives: ATAPI iHBS212: a1 11 00 …: 5/30/06 of a CD-R.
    assert_eq!(cd_r().no(&blank(1)), (5, 0x30, 0x06));
    let mut bench = cd_rw();
    appendable(&mut bench);
    for kind in 2..=7 {
        assert_eq!(bench.no(&blank(kind)), (5, 0x24, 0x00), "{kind}");
    }
    for (kind, least, most) in [(1, 30, 60), (0, 300, 1200)] {
        let begun = bench.drive.now();
        bench.ok(&blank(kind));
        assert_eq!(bench.no(&READY), (2, 0x04, 0x07));
        assert_eq!(bench.no(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0]), (2, 0x04, 0x07));
        bench.settle();
        let took = (bench.drive.now() - begun).as_secs();
        assert!((least..most).contains(&took), "{kind}: {took} s");
        assert_eq!(bench.disc(), [0x10, 1, 1, 1]);
        assert_eq!(bench.read(0), Err((5, 0x21, 0x00)));
        bench.select(DATA_LAST);
        assert_eq!(bench.burn(0, 300, 2048), None);
        bench.ok(&CLOSE);
        assert_eq!(bench.disc(), [0x1e, 1, 1, 1]);
        assert_eq!(bench.burn(0, 1, 2048), Some((5, 0x30, 0x05)));
    }
}

#[test]
fn a_blanking_that_is_cut_off_can_be_done_again() {
    let mut bench = cd_rw();
    appendable(&mut bench);
    bench.ok(&[0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bench.drive.wait(Duration::from_secs(5));
    bench.power_fails();
    assert_eq!(bench.disc()[0], 0x1e);
    assert_eq!(bench.burn(0, 300, 2048), Some((5, 0x30, 0x05)));
    bench.ok(&[0xa1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bench.disc(), [0x10, 1, 1, 1]);
}

#[test]
fn a_track_at_once_does_not_survive_a_power_failure_but_its_session_can_be_closed() {
    let mut bench = cd_r();
    bench.select(DATA_MULTI);
    assert_eq!(bench.burn(0, 400, 2048), None);
    // As long as all of it is in the buffer, nothing was begun.
    bench.power_fails();
    assert_eq!(bench.disc(), [0x00, 1, 1, 1]);
    bench.select(DATA_MULTI);
    for lba in [0, 2000, 4000] {
        assert_eq!(bench.burn(lba, 2000, 2048), None);
    }
    bench.power_fails();
    // DAMAGE, no NWA; the last block that was recorded.
    let data = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
    assert_eq!((data[5] & 0x20, data[7]), (0x20, 2));
    let last = u32::from_be_bytes([data[28], data[29], data[30], data[31]]);
    assert!((1000..5999).contains(&last), "{last}");
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(last as i32 + 1, 16, 2048), Some((5, 0x2c, 0x00)));
    assert_eq!(bench.read(last), Ok(last as u8));
    assert_eq!(bench.read(last + 1), Err((5, 0x21, 0x00)));
    bench.ok(&CLOSE);
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], last + 3));
}

#[test]
fn a_session_at_once_that_is_cut_off_shows_all_and_has_but_a_part() {
    let mut bench = cd_r();
    bench.select(SESSION_MULTI);
    assert_eq!(bench.cue(SHEET), None);
    // Announced, and nothing more: as if it never was.
    bench.power_fails();
    assert_eq!(bench.disc(), [0x00, 1, 1, 1]);
    bench.select(SESSION_MULTI);
    assert_eq!(bench.cue(SHEET), None);
    assert_eq!(bench.burn(-150, 450, 2048), None);
    bench.ok(&SYNC);
    bench.power_fails();
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], 1000));
    assert_eq!((bench.read(299), bench.read(300)), (Ok(0x2b), Err((3, 0x11, 5))));
    assert_eq!(bench.burn(300, 1, 2048), Some((5, 0x30, 0x05)));
}

#[test]
fn a_buffer_that_runs_dry_ruins_what_is_written_without_protection() {
    let stalled = |head: [u8; 3], first: i32| {
        let mut bench = cd_r();
        bench.select(head);
        if head[0] & 0x0f == 2 {
            assert_eq!(bench.cue(&SHEET.replace("00 00 0f 19", "00 03 00 00")), None);
        }
        // Enough for the laser to go on.
        for lba in (first..first + 1800).step_by(200) {
            assert_eq!(bench.burn(lba, if lba < 0 { 150 } else { 200 }, 2048), None);
            if lba < 0 {
                assert_eq!(bench.burn(0, 50, 2048), None);
            }
        }
        bench.drive.wait(Duration::from_secs(60));
        let answer = bench.burn(first + 1800, 16, 2048);
        (bench, answer)
    };
    let (mut bench, answer) = stalled([0x01, 0x04, 0x08], 0);
    assert_eq!(answer, Some((3, 0x0c, 0x09)));
    assert_eq!(bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36)[5] & 0x20, 0x20);
    bench.ok(&CLOSE);
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], 1802));
    let (mut bench, answer) = stalled([0x02, 0x04, 0x08], -150);
    assert_eq!(answer, Some((3, 0x0c, 0x09)));
    // All is shown, 1650 blocks are there.
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 1], 13_350));
    assert_eq!((bench.read(1649), bench.read(1650)), (Ok(0x71), Err((3, 0x11, 5))));
    // BUFE: the drive waits and goes on.
    let (mut bench, answer) = stalled(DATA_LAST, 0);
    assert_eq!((answer, bench.burn(1816, 16, 2048)), (None, None));
    bench.ok(&CLOSE);
    assert_eq!(bench.capacity(), 1834);
}

#[test]
fn a_reserved_track_has_to_be_filled_or_closed() {
    let mut bench = cd_r();
    bench.select(DATA_LAST);
    assert_eq!(bench.no(&[0x53, 0, 0, 0, 0, 0, 0, 1, 0x2b, 0]), (5, 0x21, 0x00));
    bench.ok(&[0x53, 0, 0, 0, 0, 0, 0, 1, 0x90, 0]);
    assert_eq!(bench.track(1), (0, Some(0), 400, 400));
    assert_eq!(bench.track(2), (552, Some(552), 359_292, 359_292));
    assert_eq!(bench.no(&CLOSE), (5, 0x72, 0x04));
    // The track after it first.
    assert_eq!(bench.burn(552, 300, 2048), None);
    assert_eq!(bench.burn(0, 300, 2048), INVALID_ADDRESS);
    bench.ok(&SYNC);
    assert_eq!(bench.burn(0, 401, 2048), Some((5, 0x21, 0x00)));
    assert_eq!(bench.burn(0, 300, 2048), None);
    bench.ok(&SYNC);
    assert_eq!(bench.track(1), (0, Some(300), 100, 400));
    assert_eq!(bench.no(&CLOSE), (5, 0x72, 0x04));
    bench.ok(&[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(bench.track(1), (0, None, 0, 402));
    bench.ok(&CLOSE);
    assert_eq!((bench.disc(), bench.capacity()), ([0x0e, 1, 1, 2], 854));
}

#[test]
fn closing_a_track_that_is_closed_is_taken_and_one_that_is_not_there_is_not() {
    let mut bench = cd_r();
    bench.select(DATA_LAST);
    assert_eq!(bench.no(&[0x5b, 0, 1, 0, 0, 0xff, 0, 0, 0, 0]), (5, 0x2c, 0x00));
    assert_eq!(bench.no(&CLOSE), (5, 0x2c, 0x00));
    assert_eq!(bench.burn(0, 400, 2048), None);
    // Flushes, which ends the track, and finds it ended.
    bench.ok(&[0x5b, 0, 1, 0, 0, 0xff, 0, 0, 0, 0]);
    assert_eq!(bench.track(1), (0, None, 0, 402));
    assert_eq!(bench.no(&[0x5b, 0, 1, 0, 0, 9, 0, 0, 0, 0]), (5, 0x24, 0x00));
    assert_eq!(bench.no(&[0x5b, 0, 6, 0, 0, 0, 0, 0, 0, 0]), (5, 0x24, 0x00));
}

#[test]
fn a_full_disc_takes_no_more() {
    let mut bench = Bench::of("sim:blank?medium=cd-r&capacity=1000&max_transfer=8MiB");
    bench.select(DATA_LAST);
    assert_eq!(bench.toc(4)[12..15], [0, 15, 25]);
    assert_eq!(bench.burn(0, 999, 2048), Some((5, 0x21, 0x00)));
    assert_eq!(bench.burn(0, 998, 2048), None);
    assert_eq!(bench.burn(998, 1, 2048), Some((5, 0x21, 0x00)));
    bench.ok(&SYNC);
    bench.ok(&CLOSE);
    assert_eq!(bench.capacity(), 1000);
    // At once, there is no run-out.
    let mut bench = Bench::of("sim:blank?medium=cd-r&capacity=1000&max_transfer=8MiB");
    bench.select(SESSION_LAST);
    assert_eq!(bench.cue(&SHEET.replace("0f 19", "0f 1a")), Some((5, 0x26, 0x00)));
    assert_eq!(bench.cue(SHEET), None);
}

#[test]
fn some_drives_differ() {
    // libburn: PIONEER BDR-205 and its like.
    let mut bench = Bench::of("sim:blank?medium=cd-r&persona=dvr-111d");
    assert_eq!(bench.track(0xff).1, Some(-150));
    bench.select(DATA_LAST);
    assert_eq!(bench.burn(-150, 16, 2048), INVALID_ADDRESS);
    assert_eq!(bench.burn(0, 16, 2048), None);
    // real-drives: PHILIPS CDD4851 claims no SAO.
    let mut bench = Bench::of("sim:blank?medium=cd-rw&persona=cdd4851");
    assert_eq!(bench.try_select(SESSION_LAST), Some((5, 0x26, 0x00)));
    assert_eq!(bench.cue(SHEET), Some((5, 0x20, 0x00)));
}

#[test]
fn power_is_calibrated_on_discs_that_can_be_written() {
    let opc = [0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut bench = cd_rw();
    let begun = bench.drive.now();
    bench.ok(&opc);
    assert!(bench.drive.now() - begun > Duration::from_secs(1));
    assert_eq!(Bench::ready(100, "medium=cd-r").no(&opc), (5, 0x30, 0x05));
}

#[test]
fn a_disc_file_lasts_and_remembers_its_sessions() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("a.disc");
    crate::sim::create(&path, "cd-rw", None, None).expect("made");
    let spec = format!("sim:{}", path.display());
    appendable(&mut Bench::of(&spec));
    let mut bench = Bench::of(&spec);
    assert_eq!((bench.disc(), bench.read(399)), ([0x11, 2, 2, 2], Ok(0x8f)));
    assert_eq!(bench.track(0xff).1, Some(11_802));
}
