//! READ TOC/PMA/ATIP (MMC-6 6.25): table of contents and multi-session information; DVD and BD have
//! fabricated ones. The forms that only a CD has are in [`super::lead_in`].

use super::exchange::{Bytes, Exchange};
use super::lead_in;
use super::machine::Machine;
use super::medium::{Medium, Track};
use super::persona::Persona;
use super::refusal::Refusal;
use crate::units::{Family, Lba, Msf};

/// TRACK NUMBER of the lead-out.
const LEAD_OUT: u8 = 0xaa;
/// 89:59:74, the last address before those that mean the lead-in (MMC-6 table 743).
const MSF_LAST: u32 = 404_849;

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
    let blank = medium.record.as_ref().is_some_and(|record| record.closed_sessions == 0);
    if blank && matches!(format, 0 | 1) {
        // real-drives: PIONEER DVR-111D, HL-DT-ST WH16NS40: no table with a blank disc in.
        // GUESS: the sense.
        return Err(Refusal::bad_field(2));
    }
    let shape = Shape { persona, medium, msf: exchange.byte(1) & 0x02 != 0 };
    let start = exchange.byte(6);
    let data = match format {
        0 => shape.tracks(start)?,
        1 => shape.sessions(),
        // MMC-6 6.25.1: the other forms are a CD's alone; SPC-4 4.2.5.1: what is reserved is no
        // value of a field.
        4 if persona.ways.zero_atip && medium.atip().is_none() => vec![0; 28],
        _ if medium.family() != Family::Cd => return Err(Refusal::bad_field(2)),
        2 => lead_in::table(medium, start.max(1))?,
        3 => lead_in::program_memory(medium)?,
        4 => lead_in::atip(medium)?,
        5 => lead_in::text(medium)?,
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
        let record = self.medium.record.as_ref();
        let closed = record.map_or(u8::MAX, |record| record.closed_sessions);
        // real-drives: ACER AXD001, HL-DT-ST GSA-H10N: tracks of closed sessions alone.
        let tracks: Vec<Track> =
            self.medium.tracks.iter().copied().filter(|track| track.session <= closed).collect();
        let one = self.medium.family() != Family::Cd && !self.persona.ways.toc_shows_dvd_tracks;
        match tracks.first() {
            Some(first) if one => vec![Track { blocks: self.medium.capacity(), ..*first }],
            _ => tracks,
        }
    }

    /// ADR and CONTROL of a track, and of the lead-out after it.
    fn control(&self, track: &Track) -> (u8, u8) {
        if self.medium.kind.plus() {
            return self.persona.ways.toc_plus;
        }
        let byte = 0x10 | self.medium.control(track);
        (byte, byte)
    }

    fn address(&self, bytes: &mut Bytes, lba: u32) {
        if !self.msf {
            bytes.be32(lba);
        } else if self.medium.family() == Family::Cd || lba <= MSF_LAST {
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
}

fn msf(lba: u32) -> Msf {
    Msf::from(Lba(i32::try_from(lba).unwrap_or(i32::MAX - 150)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn toc(bench: &mut Bench, msf: u8, format: u8, start: u8) -> Vec<u8> {
        bench.get(&[0x43, msf, format, 0, 0, 0, start, 0x0f, 0, 0], 4096)
    }

    #[test]
    fn a_pressed_cd_has_one_data_track_in_either_address_form() {
        let mut bench = Bench::ready(0x8581, "");
        assert_eq!(
            toc(&mut bench, 0, 0, 0),
            hex("00 12 01 01 00 14 01 00 00 00 00 00 00 14 aa 00 00 00 85 81")
        );
        // Lead-out: 34177 + 150 frames are 07:37:52.
        assert_eq!(toc(&mut bench, 2, 0, 0xaa), hex("00 0a 01 01 00 14 aa 00 00 07 25 34"));
        assert_eq!(bench.no(&[0x43, 0, 0, 0, 0, 0, 2, 0, 255, 0]), (5, 0x24, 0x00));
        assert_eq!(toc(&mut bench, 0, 1, 0), hex("00 0a 01 01 00 14 01 00 00 00 00 00"));
    }

    #[test]
    fn sessions_of_a_cd_r_are_tracks_and_the_last_one_is_pointed_at() {
        // real-drives: redumper #202: 0 to 188537, 199937 to 201262.
        let mut bench = Bench::ready(201_262, "medium=cd-r&sessions=0+199937");
        assert_eq!(
            toc(&mut bench, 0, 0, 0),
            hex("00 1a 01 02 00 14 01 00 00 00 00 00 00 14 02 00 00 03 0d 01
                 00 14 aa 00 00 03 12 2e")
        );
        assert_eq!(toc(&mut bench, 0, 1, 0), hex("00 0a 01 02 00 14 02 00 00 03 0d 01"));
    }

    #[test]
    fn the_kernel_s_legacy_control_byte_asks_for_the_last_session() {
        let mut bench = Bench::ready(100, "");
        let legacy = bench.get(&[0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0x40], 12);
        assert_eq!(legacy, toc(&mut bench, 0, 1, 0));
    }

    #[test]
    fn the_full_table_has_pointers_tracks_and_session_pointers() {
        let mut bench = Bench::ready(1000, "");
        assert_eq!(
            toc(&mut bench, 0, 2, 0),
            hex("00 2e 01 01 01 14 00 a0 00 00 00 00 01 00 00 01 14 00 a1 00 00 00 00 01 00 00
                 01 14 00 a2 00 00 00 00 00 0f 19 01 14 00 01 00 00 00 00 00 02 00")
        );
        let mut bench = Bench::ready(30_000, "medium=cd-r&sessions=0+20000");
        let full = toc(&mut bench, 0, 2, 0);
        assert_eq!((full.len() - 4) % 11, 0);
        let points: Vec<u8> = full[4..].chunks(11).map(|entry| entry[3]).collect();
        assert_eq!(points, [0xa0, 0xa1, 0xa2, 1, 0xb0, 0xc0, 0xa0, 0xa1, 0xa2, 2, 0xb0]);
        // The next program area at 20000 + 150 frames: 04:28:50.
        assert_eq!(full[4 + 4 * 11..4 + 5 * 11], hex("01 54 00 b0 04 1c 32 02 4f 3b 4a"));
        let second = toc(&mut bench, 0, 2, 2);
        assert_eq!((second.len(), second[4]), (4 + 5 * 11, 2));
    }

    #[test]
    fn atip_is_a_recordable_disc_s_and_zeros_elsewhere_on_one_drive() {
        let mut bench = Bench::ready(100, "medium=cd-rw");
        assert_eq!(
            toc(&mut bench, 2, 4, 0),
            hex("00 1a 00 00 a3 00 ce 00 61 0a 00 00 4f 3b 4a 00 24 1a d8 00 26 b2 48 00
                 00 00 00 00")
        );
        assert_eq!(Bench::ready(100, "").no(&[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0]), (5, 0x24, 0x00));
        let mut bench = Bench::ready(100, "persona=cdd4851");
        assert_eq!(toc(&mut bench, 2, 4, 0), [0; 28]);
    }

    #[test]
    fn the_program_memory_area_has_the_tracks_of_a_disc_that_can_be_written() {
        let mut bench = Bench::of("sim:blank?medium=cd-r");
        assert_eq!(toc(&mut bench, 2, 3, 0), hex("00 02 00 00"));
        let write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 16, 0];
        assert_eq!(bench.send(&write, &[1; 16 * 2048]), None);
        // The track is entered when it is complete.
        assert_eq!(toc(&mut bench, 2, 3, 0), hex("00 02 00 00"));
        assert_eq!(bench.ask(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0).sense, None);
        // 300 blocks and two of run-out: from 00:02:00 to 00:06:02.
        assert_eq!(toc(&mut bench, 2, 3, 0), hex("00 0d 00 00 00 14 00 01 00 06 02 00 00 02 00"));
        let mut closed = Bench::ready(34_027, "medium=cd-r");
        assert_eq!(toc(&mut closed, 2, 3, 0)[4..], hex("00 14 00 01 07 23 34 00 00 02 00"));
        for query in ["medium=cd-rom", "medium=dvd-rom", "medium=bd-r"] {
            let mut pressed = Bench::ready(100, query);
            assert_eq!(
                pressed.no(&[0x43, 2, 3, 0, 0, 0, 0, 0, 255, 0]),
                (5, 0x24, 0x00),
                "{query}"
            );
        }
    }

    #[test]
    fn a_dvd_s_table_is_fabricated_and_says_what_each_drive_says() {
        // real-drives: HL-DT-ST GSA-4167B: Track#1 14@0, Track#AA 14@2080080.
        let mut bench = Bench::ready(2_080_080, "persona=gsa-4167b&medium=dvd-rom");
        assert_eq!(
            toc(&mut bench, 0, 0, 0),
            hex("00 12 01 01 00 14 01 00 00 00 00 00 00 14 aa 00 00 1f bd 50")
        );
        // Minutes reach the first track, not the lead-out.
        assert_eq!(
            toc(&mut bench, 2, 0, 0),
            hex("00 12 01 01 00 14 01 00 00 00 02 00 00 14 aa 00 00 ff 3b 4a")
        );
        // real-drives: TSSTcorp TS-L632H, closed DVD+R: 17@0, 17@2242464.
        let mut bench = Bench::ready(2_242_464, "persona=ts-l632h&medium=dvd+r");
        assert_eq!(
            toc(&mut bench, 0, 0, 0),
            hex("00 12 01 01 00 17 01 00 00 00 00 00 00 17 aa 00 00 22 37 a0")
        );
        assert_eq!(bench.no(&[0x43, 0, 2, 0, 0, 0, 0, 0, 255, 0]), (5, 0x24, 0x00));
    }

    #[test]
    fn sessions_of_a_dvd_are_shown_by_lg_and_not_by_nec() {
        // As on the disc of real-drives: HL-DT-ST GSA-H10N: 0, 2240, 699520.
        let query = "medium=dvd+r&sessions=0+2240+699520";
        let mut lg = Bench::ready(1_743_040, &format!("{query}&persona=gsa-4167b"));
        let table = toc(&mut lg, 0, 0, 0);
        assert_eq!((table.len(), table[3]), (4 + 4 * 8, 3));
        assert_eq!(table[12..20], hex("00 14 02 00 00 00 08 c0"));
        let mut nec = Bench::ready(1_743_040, &format!("{query}&persona=nd-3540a"));
        let table = toc(&mut nec, 0, 0, 0);
        assert_eq!((table.len(), table[3]), (4 + 2 * 8, 1));
    }
}
