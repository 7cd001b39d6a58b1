//! Discs with sound for tests, burnt command by command into a `.disc`: nothing that the program
//! itself burns holds CD-TEXT, catalogue number and recording codes. The command bytes are those of
//! MMC-6 6.35 (SEND CUE SHEET) and 6.44 (WRITE).

use std::time::Duration;

use oxidisc::sim::{self, SimDrive};
use oxidisc::transport::{Cdb, Data, Sense, Transport};

use crate::harness::Place;

/// CD-TEXT of a real disc: ten tracks.
const KROSIS: &str = include_str!("../fixtures/cd-text/krosis.hex");
/// Sectors of each track of [`audio_cd`]: more than the four seconds that a track needs.
const TRACK: u32 = 375;
/// Where the lead-in of the simulated CD-R begins (97:26:66).
const LEAD_IN: i32 = -11_634;

struct Burner(SimDrive);

impl Burner {
    fn new(place: &Place, name: &str) -> Burner {
        place.run(&format!("virtual create -q {name} --medium cd-r")).code(0);
        let spec = place.path(name).display().to_string();
        Burner(sim::open_ready(&spec).expect("a drive"))
    }

    /// Sends until the drive's buffer has room.
    fn send(&mut self, cdb: &[u8], bytes: &[u8]) {
        loop {
            let data = if bytes.is_empty() { Data::None } else { Data::Out(bytes) };
            let answer = self.0.execute(&Cdb::new(cdb), data, Duration::from_secs(600));
            match Sense::parse(&answer.expect("it takes commands").sense) {
                None => return,
                Some(sense) if (sense.asc, sense.ascq) == (0x04, 0x08) => {
                    self.0.wait(Duration::from_millis(50));
                }
                Some(sense) => panic!("{cdb:02x?}: {sense}"),
            }
        }
    }

    /// Mode page 05h: a session at once, with underrun protection, closed.
    fn session_at_once(&mut self, track_mode: u8, block_type: u8) {
        let mut list = vec![0; 8 + 52];
        list[8..13].copy_from_slice(&[0x05, 0x32, 0x42, track_mode, block_type]);
        list[8 + 15] = 150;
        self.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &list);
    }

    fn sheet(&mut self, entries: &[[u8; 8]]) {
        let bytes = entries.concat();
        self.send(&[0x5d, 0, 0, 0, 0, 0, 0, 0, bytes.len() as u8, 0], &bytes);
    }

    fn write(&mut self, mut lba: i32, bytes: &[u8], block: usize) {
        for part in bytes.chunks(block * 300) {
            let count = (part.len() / block) as u16;
            let ([a, b, c, d], [e, f]) = (lba.to_be_bytes(), count.to_be_bytes());
            self.send(&[0x2a, 0, a, b, c, d, 0, e, f, 0], part);
            lba += i32::from(count);
        }
    }

    fn finish(mut self) {
        self.send(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[]);
    }
}

/// A place as a cue sheet has it.
fn msf(lba: u32) -> [u8; 3] {
    let frames = lba + 150;
    [frames / 75 / 60, frames / 75 % 60, frames % 75].map(|part| part as u8)
}

fn entry(control: u8, track: u8, index: u8, form: u8, [m, s, f]: [u8; 3]) -> [u8; 8] {
    [control, track, index, form, 0, m, s, f]
}

/// Ten tracks of sound and the CD-TEXT of a real disc.
pub fn audio_cd(place: &Place, name: &str) {
    let mut burner = Burner::new(place, name);
    burner.session_at_once(0, 0);
    let mut sheet = vec![entry(0x01, 0, 0, 0x41, [0; 3]), entry(0x01, 1, 0, 0, [0; 3])];
    sheet.extend((0..10).map(|n| entry(0x01, n + 1, 1, 0, msf(u32::from(n) * TRACK))));
    sheet.push(entry(0x01, 0xaa, 1, 1, msf(10 * TRACK)));
    burner.sheet(&sheet);
    let packs: Vec<u8> =
        KROSIS.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect();
    // Four packs a block, in units of six bits, again and again.
    let blocks = (-150 - LEAD_IN) as usize;
    let all: Vec<u8> = packs.iter().copied().cycle().take(blocks * 4 * 18).collect();
    let sixes: Vec<u8> = all
        .chunks(3)
        .flat_map(|three| {
            let word = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| (word >> shift & 0x3f) as u8)
        })
        .collect();
    burner.write(LEAD_IN, &sixes, 96);
    let sectors = 150 + 10 * TRACK as usize;
    burner.write(-150, &vec![0x11; sectors * 2352], 2352);
    burner.finish();
}

/// A track of data and one of sound, a catalogue number, and a code for the sound.
pub fn mixed_cd(place: &Place, name: &str) {
    let mut burner = Burner::new(place, name);
    burner.session_at_once(4, 8);
    burner.sheet(&[
        *b"\x420099923",
        *b"\x42338222\0",
        entry(0x41, 0, 0, 0x14, [0; 3]),
        entry(0x41, 1, 0, 0x10, [0; 3]),
        entry(0x41, 1, 1, 0x10, msf(0)),
        *b"\x03\x02DEC970",
        *b"\x03\x02000231",
        entry(0x01, 2, 0, 0, msf(1000)),
        entry(0x01, 2, 1, 0, msf(1150)),
        entry(0x01, 0xaa, 1, 1, msf(1900)),
    ]);
    burner.write(-150, &vec![0; 1150 * 2048], 2048);
    burner.write(1000, &vec![0x22; 900 * 2352], 2352);
    burner.finish();
}
