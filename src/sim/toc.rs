//! READ TOC/PMA/ATIP (MMC-6 6.25): table of contents, multi-session information, the lead-in's Q,
//! ATIP, CD-TEXT. DVD and BD have a fabricated one.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::{Kind, Medium, Track};
use super::persona::Persona;
use super::refusal::Refusal;
use crate::units::{Family, Lba, Msf};

/// TRACK NUMBER of the lead-out.
const LEAD_OUT: u8 = 0xaa;

/// READ TOC/PMA/ATIP.
pub fn read_toc(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let persona = machine.persona;
    let legacy = exchange.byte(9) >> 6;
    if legacy != 0 && !persona.ways.toc_control_byte {
        // real-drives: PLEXTOR PX-S88T: 5/24/00.
        return Err(Refusal::bad_field(9));
    }
    let format = match exchange.byte(2) & 0x0f {
        0 => legacy,
        format => format,
    };
    let medium = machine.medium()?;
    let shape = Shape { persona, medium, msf: exchange.byte(1) & 0x02 != 0 };
    let start = exchange.byte(6);
    let data = match format {
        0 => shape.tracks(start)?,
        1 => shape.sessions(),
        // MMC-6 6.25.1: the other forms are a CD's alone. GUESS: refused so on DVD and BD.
        4 if persona.ways.zero_atip && !has_atip(medium.kind) => vec![0; 28],
        _ if medium.family() != Family::Cd => return Err(Refusal::bad_field(2)),
        2 => shape.lead_in(start.max(1))?,
        4 => atip(medium.kind).ok_or(Refusal::bad_field(2))?,
        // No CD-TEXT: the header alone. GUESS: and GOOD.
        5 => vec![0, 2, 0, 0],
        _ => return Err(Refusal::bad_field(2)),
    };
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

struct Shape<'a> {
    persona: &'a Persona,
    medium: &'a Medium,
    msf: bool,
}

impl Shape<'_> {
    /// Form 0000b: the tracks from `start` on, and the lead-out.
    fn tracks(&self, start: u8) -> Result<Vec<u8>, Refusal> {
        let tracks = self.shown();
        let last = tracks.last().map_or(1, |track| track.number);
        if start > last && start != LEAD_OUT {
            return Err(Refusal::bad_field(6));
        }
        let mut bytes = Bytes::new();
        bytes.be16(0).put(&[tracks.first().map_or(1, |track| track.number), last]);
        for track in tracks.iter().filter(|track| track.number >= start) {
            bytes.put(&[0, self.control(track).0, track.number, 0]);
            self.address(&mut bytes, track.start);
        }
        let control = tracks.last().map_or(0x14, |track| self.control(track).1);
        bytes.put(&[0, control, LEAD_OUT, 0]);
        self.address(&mut bytes, self.medium.capacity());
        Ok(bytes.with_length16())
    }

    /// The tracks that the table shows: on a DVD or BD of several sessions a drive that fabricates
    /// makes one of them.
    fn shown(&self) -> Vec<Track> {
        let tracks = &self.medium.tracks;
        let one = self.medium.family() != Family::Cd && !self.persona.ways.toc_shows_dvd_tracks;
        match tracks.first() {
            Some(first) if one => vec![Track { blocks: self.medium.capacity(), ..*first }],
            _ => tracks.clone(),
        }
    }

    /// ADR and CONTROL of a track, and of the lead-out after it.
    fn control(&self, track: &Track) -> (u8, u8) {
        if self.medium.kind.plus() {
            return self.persona.ways.toc_plus;
        }
        let byte = 0x10 | track.control();
        (byte, byte)
    }

    fn address(&self, bytes: &mut Bytes, lba: u32) {
        if !self.msf {
            bytes.be32(lba);
        } else if self.medium.family() == Family::Cd {
            let msf = msf(lba);
            bytes.put(&[0, msf.minute, msf.second, msf.frame]);
        } else {
            // MMC-6 6.25.3.2.2: an address beyond the form's reach is FF:3B:4A.
            bytes.put(&[0, 0xff, 0x3b, 0x4a]);
        }
    }

    /// Form 0001b: first and last session, and the first track of the last.
    fn sessions(&self) -> Vec<u8> {
        let shown = self.shown();
        let last = shown.last().map_or(1, |track| track.session);
        let mut bytes = Bytes::new();
        bytes.be16(0).put(&[1, last]);
        if let Some(track) = shown.iter().find(|track| track.session == last) {
            bytes.put(&[0, self.control(track).0, track.number, 0]);
            self.address(&mut bytes, track.start);
        }
        bytes.with_length16()
    }

    /// Form 0010b: the Q of the lead-in areas from a session on (MMC-6 6.25.3.4).
    fn lead_in(&self, from: u8) -> Result<Vec<u8>, Refusal> {
        let sessions = self.medium.sessions();
        if from > sessions {
            return Err(Refusal::bad_field(6));
        }
        let mut bytes = Bytes::new();
        bytes.be16(0).put(&[1, sessions]);
        for session in from..=sessions {
            let tracks: Vec<&Track> = self.medium.session(session).collect();
            let (Some(first), Some(last)) = (tracks.first(), tracks.last()) else { continue };
            let mut entry = |adr: u8, control: u8, point: u8, rest: [u8; 7]| {
                bytes.put(&[session, adr << 4 | control, 0, point]).put(&rest);
            };
            // A0h: first track, disc type CD-DA or CD-ROM. A1h: last track. A2h: lead-out.
            entry(1, first.control(), 0xa0, [0, 0, 0, 0, first.number, 0, 0]);
            entry(1, last.control(), 0xa1, [0, 0, 0, 0, last.number, 0, 0]);
            entry(1, last.control(), 0xa2, place(self.medium.lead_out(session)));
            for track in &tracks {
                entry(1, track.control(), track.number, place(track.start));
            }
            if sessions > 1 {
                self.session_pointer(session, &mut entry);
            }
        }
        Ok(bytes.with_length16())
    }

    /// B0h: where the next session's program area begins, or FFh throughout after the last; C0h:
    /// where the disc's first lead-in begins (ECMA-394 and MMC-6 table 484).
    fn session_pointer(&self, session: u8, entry: &mut impl FnMut(u8, u8, u8, [u8; 7])) {
        let next = self.medium.session(session + 1).next().map(|track| msf(track.start));
        let next = next.map_or([0xff; 3], |msf| [msf.minute, msf.second, msf.frame]);
        // GUESS: the outermost lead-out of an 80 minute disc; it ends at 79:59:74.
        entry(5, 0x4, 0xb0, [next[0], next[1], next[2], 2, 79, 59, 74]);
        if session == 1 {
            // real-drives: atip-reports: a lead-in from 97:26:66 on.
            entry(5, 0x4, 0xc0, [0, 0, 0, 0, 97, 26, 66]);
        }
    }
}

fn msf(lba: u32) -> Msf {
    Msf::from(Lba(i32::try_from(lba).unwrap_or(i32::MAX - 150)))
}

fn place(lba: u32) -> [u8; 7] {
    let msf = msf(lba);
    [0, 0, 0, 0, msf.minute, msf.second, msf.frame]
}

fn has_atip(kind: Kind) -> bool {
    matches!(kind, Kind::CdR | Kind::CdRw)
}

/// Form 0100b (MMC-6 6.25.3.6).
fn atip(kind: Kind) -> Option<Vec<u8>> {
    let mut bytes = Bytes::new();
    bytes.be16(0).be16(0);
    match kind {
        Kind::CdR => {
            // real-drives: CD-R of CMC: power 5, A+ (subtype 3), 97:26:66 to 79:59:71.
            bytes.put(&[0xd0, 0x00, 0x98, 0x00]);
            bytes.put(&[97, 26, 66, 0, 79, 59, 71, 0]);
            bytes.put(&[0; 12]);
        }
        Kind::CdRw => {
            // real-drives: ASUS BW-16D1HT with a high-speed CD-RW: power 2, reference speed 3,
            // subtype 1, 97:10:00 to 79:59:74, A1 and A2 valid.
            bytes.put(&[0xa3, 0x00, 0xce, 0x00]);
            bytes.put(&[97, 10, 0, 0, 79, 59, 74, 0]);
            bytes.put(&[0x24, 0x1a, 0xd8, 0, 0x26, 0xb2, 0x48, 0, 0, 0, 0, 0]);
        }
        _ => return None,
    }
    Some(bytes.with_length16())
}
