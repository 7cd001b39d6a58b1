//! READ CD (MMC-6 6.20): any part of a CD's sectors, with sub-channel where asked. What a data
//! sector carries around its user data is computed here ([`super::raw_sector`]).

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::content::RAW_SECTOR;
use super::medium::{Area, Medium, Track, TrackMode};
use super::persona::Persona;
use super::q_channel;
use super::raw_sector;
use super::read::{self, Order, Range};
use super::refusal::Refusal;
use crate::units::{Family, Lba, Msf, SECTOR};

/// Which parts of a sector are asked for.
#[derive(Clone, Copy, Debug)]
struct Parts {
    /// CDB byte 9: sync 80h, headers 60h, user data 10h, EDC and ECC 08h, C2 06h.
    main: u8,
    /// CDB byte 10: 0 none, 1 raw, 2 Q, 4 R to W.
    sub: u8,
}

/// What a track's sectors are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sector {
    /// 2352 bytes of audio.
    Audio,
    /// Mode 1.
    Mode1,
    /// Mode 2, form 1.
    Form1,
}

impl Sector {
    fn of(medium: &Medium, track: &Track) -> Sector {
        match track.mode {
            TrackMode::Audio => Sector::Audio,
            TrackMode::Data if medium.is_form1(track) => Sector::Form1,
            TrackMode::Data => Sector::Mode1,
        }
    }

    /// Start and length of its sync, header, sub-headers, user data, and codes.
    fn layout(self) -> [(usize, usize); 5] {
        match self {
            Sector::Audio => [(0, 0), (0, 0), (0, 0), (0, RAW_SECTOR), (0, 0)],
            Sector::Mode1 => [(0, 12), (12, 4), (16, 0), (16, SECTOR), (16 + SECTOR, 288)],
            Sector::Form1 => [(0, 12), (12, 4), (16, 8), (24, SECTOR), (24 + SECTOR, 280)],
        }
    }
}

/// The bits of CDB byte 9 that ask for them.
const PARTS: [u8; 5] = [0x80, 0x20, 0x40, 0x10, 0x08];

/// READ CD.
pub fn read_cd(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let range = Range { lba: exchange.be32(2), blocks: exchange.be24(6) };
    transfer(machine, exchange, range)
}

/// READ CD MSF (MMC-5, of the CD Read feature): from one time up to another, which is not read
/// itself. What comes before 00:02:00 no more reads than by READ CD (quirks-from-tool-authors:
/// 00:01:74 fails on drives of TSSTcorp, ASUS and PIONEER).
pub fn read_cd_msf(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let cdb = exchange.cdb();
    let (first, end) = (time(cdb, 3)?, time(cdb, 6)?);
    if end < first {
        return Err(Refusal::bad_field(6));
    }
    let blocks = u32::try_from(end - first).unwrap_or(0);
    // An address before 0 is beyond every disc.
    transfer(machine, exchange, Range { lba: first as u32, blocks })
}

/// The block at a time: minute, second and frame.
fn time(cdb: &[u8], at: usize) -> Result<i32, Refusal> {
    let byte = |offset: usize| cdb.get(at + offset).copied().unwrap_or(0);
    let msf = Msf { minute: byte(0), second: byte(1), frame: byte(2) };
    if msf.second >= 60 || msf.frame >= 75 {
        return Err(Refusal::bad_field(u8::try_from(at).unwrap_or(0)));
    }
    Ok(Lba::from(msf).0)
}

fn transfer(machine: &mut Machine, exchange: &mut Exchange, range: Range) -> Result<(), Refusal> {
    if machine.medium()?.family() != Family::Cd {
        // real-drives: HL-DT-ST CA10N: 5/24/00 with a DVD in.
        return Err(Refusal::bad_field(9));
    }
    let parts = Parts { main: exchange.byte(9), sub: exchange.byte(10) };
    let expected = exchange.byte(1) >> 2 & 0x07;
    let lenient = machine.persona.ways.ignores_sector_type;
    let reach = match expected {
        0 => reach_any,
        _ if lenient => reach_any,
        1 => reach_audio,
        2 => reach_mode1,
        4 => reach_form1,
        // Mode 2 without a form, and form 2: there are no such tracks.
        3 | 5 => reach_none,
        _ => return Err(Refusal::bad_field(1)),
    };
    let medium = machine.medium()?;
    let first = medium.track_at(range.lba).map_or(Sector::Mode1, |t| Sector::of(medium, t));
    let length = parts.length(first)?;
    let order = Order { range, fua: false, block_bytes: length as u32 };
    let outcome = read::go(machine, order, reach)?;
    let mut moved = 0;
    let (medium, _) = machine.reading()?;
    for lba in range.lba..range.lba + outcome.good {
        let sector = sector(medium, lba, parts)?;
        let room = exchange.bulk(moved + sector.len());
        let count = room.len().saturating_sub(moved);
        room[moved..].copy_from_slice(&sector[..count]);
        moved += count;
        if count < sector.len() {
            break;
        }
    }
    let keep = outcome.stop.is_none() || machine.persona.ways.moves_good_part;
    exchange.sent(if keep { moved } else { 0 });
    outcome.verdict()
}

fn reach_any(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    read::first_unwanted(persona, medium, range, |area| matches!(area, Area::Track(_)))
}

fn reach_audio(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    let wanted = |area: &Area| matches!(area, Area::Track(t) if t.mode == TrackMode::Audio);
    read::first_unwanted(persona, medium, range, wanted)
}

fn reach_mode1(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    let wanted =
        |area: &Area| matches!(area, Area::Track(t) if Sector::of(medium, t) == Sector::Mode1);
    read::first_unwanted(persona, medium, range, wanted)
}

fn reach_form1(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    let wanted =
        |area: &Area| matches!(area, Area::Track(t) if Sector::of(medium, t) == Sector::Form1);
    read::first_unwanted(persona, medium, range, wanted)
}

fn reach_none(persona: &Persona, medium: &Medium, range: Range) -> Option<(u32, Refusal)> {
    read::first_unwanted(persona, medium, range, |_| false)
}

impl Parts {
    /// Bytes that a sector of this mode comes to.
    ///
    /// # Errors
    /// The parts do not adjoin (MMC-6 table 351), or a reserved value is set.
    fn length(self, kind: Sector) -> Result<usize, Refusal> {
        let c2 = match self.main & 0x06 {
            0x00 => 0,
            0x02 => 294,
            0x04 => 296,
            _ => return Err(Refusal::bad_field(9)),
        };
        let sub = match self.sub {
            0 => 0,
            1 | 4 => 96,
            2 => 16,
            _ => return Err(Refusal::bad_field(10)),
        };
        // What the sector does not have can be asked for.
        let there = kind.layout().into_iter().zip(PARTS).filter(|((_, length), _)| *length > 0);
        let asked: Vec<bool> = there.map(|(_, bit)| self.main & bit != 0).collect();
        let first = asked.iter().position(|part| *part);
        let last = asked.iter().rposition(|part| *part);
        let gap =
            first.zip(last).is_some_and(|(first, last)| !asked[first..=last].iter().all(|p| *p));
        // EDC and ECC go with the user data.
        let codes_alone = kind != Sector::Audio && first == Some(asked.len() - 1);
        if gap || codes_alone {
            return Err(Refusal::bad_field(9));
        }
        let main: usize = self.pieces(kind).map(|(_, length)| length).sum();
        Ok(main + c2 + sub)
    }

    /// Start and length of each part that is asked for.
    fn pieces(self, kind: Sector) -> impl Iterator<Item = (usize, usize)> {
        let asked = move |(_, bit): &(_, u8)| self.main & bit != 0;
        kind.layout().into_iter().zip(PARTS).filter(asked).map(|(piece, _)| piece)
    }
}

fn sector(medium: &Medium, lba: u32, parts: Parts) -> Result<Vec<u8>, Refusal> {
    let Some(track) = medium.track_at(lba) else { return Ok(Vec::new()) };
    let fail = |_| read::failing_image(lba);
    let mut raw = [0; RAW_SECTOR];
    let mut bytes = Bytes::new();
    let kind = Sector::of(medium, track);
    if kind == Sector::Audio {
        medium.content.read_audio(lba, &mut raw).map_err(fail)?;
    } else if !medium.content.read_raw_data(lba, &mut raw).map_err(fail)? {
        let mut user = [0; SECTOR];
        medium.content.read_user(lba, &mut user).map_err(fail)?;
        raw = match kind {
            // The codes need not be computed.
            _ if parts.main & 0xe8 == 0 => user_only(&user, kind),
            Sector::Form1 => raw_sector::form1(lba, &user),
            _ => raw_sector::mode1(lba, &user),
        };
    }
    for (start, length) in parts.pieces(kind) {
        bytes.put(&raw[start..start + length]);
    }
    // C2: no byte of a good sector is in doubt.
    let flags = [0, 294, 296, 0][usize::from(parts.main >> 1 & 0x03)];
    bytes.put(&[0; 296][..flags]);
    sub_channel(&mut bytes, medium, lba, parts.sub);
    Ok(bytes.0)
}

/// A sector of which only the user data are looked at.
fn user_only(user: &[u8; SECTOR], kind: Sector) -> [u8; RAW_SECTOR] {
    let mut raw = [0; RAW_SECTOR];
    let (start, length) = kind.layout()[3];
    raw[start..start + length].copy_from_slice(user);
    raw
}

/// MMC-6 6.20.3: raw P to W bit by bit, formatted Q, or R to W in packs.
fn sub_channel(bytes: &mut Bytes, medium: &Medium, lba: u32, sub: u8) {
    let q = q_channel::q(medium, lba);
    match sub {
        1 => {
            // Bit 6 of each of the 96 bytes is Q; P and R to W are zero.
            for byte in q {
                for bit in (0..8).rev() {
                    bytes.put(&[(byte >> bit & 1) << 6]);
                }
            }
        }
        2 => {
            bytes.put(&q).put(&[0; 4]);
        }
        4 => {
            // real-drives: ASUS BW-16D1HT: zeros. There are no packs on these discs.
            bytes.put(&[0; 96]);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;

    fn read_cd(lba: u8, blocks: u8, expected: u8, main: u8, sub: u8) -> [u8; 12] {
        [0xbe, expected << 2, 0, 0, 0, lba, 0, 0, blocks, main, sub, 0]
    }

    fn read_msf(first: [u8; 3], end: [u8; 3]) -> [u8; 12] {
        let ([a, b, c], [d, e, f]) = (first, end);
        [0xb9, 2 << 2, 0, a, b, c, d, e, f, 0xf8, 0, 0]
    }

    #[test]
    fn by_time_the_same_sectors_are_read_as_by_address() {
        let mut bench = Bench::ready(100, "");
        let data = bench.get(&read_msf([0, 2, 7], [0, 2, 9]), 2 * 2352);
        assert_eq!(data, bench.get(&read_cd(7, 2, 2, 0xf8, 0), 2 * 2352));
        // The last sector of the disc is before 00:03:25, and nothing is from one time to itself.
        assert_eq!(bench.get(&read_msf([0, 3, 24], [0, 3, 25]), 2352)[12..15], [0, 3, 0x24]);
        assert_eq!(bench.get(&read_msf([0, 2, 7], [0, 2, 7]), 0), [0u8; 0]);
    }

    #[test]
    fn a_time_that_is_none_or_not_on_the_disc_is_refused() {
        let mut bench = Bench::ready(100, "");
        for (first, end, sense) in [
            ([0, 2, 75], [0, 2, 76], (5, 0x24, 0x00)),
            ([0, 60, 0], [0, 61, 0], (5, 0x24, 0x00)),
            ([0, 2, 9], [0, 2, 7], (5, 0x24, 0x00)),
            ([0, 1, 74], [0, 2, 0], (5, 0x21, 0x00)),
            ([0, 3, 24], [0, 3, 26], (5, 0x21, 0x00)),
        ] {
            assert_eq!(bench.no(&read_msf(first, end)), sense, "{first:?}");
        }
        let mut relative = read_msf([0, 2, 7], [0, 2, 9]);
        relative[1] |= 1;
        assert_eq!(bench.no(&relative), (5, 0x24, 0x00));
        let mut reserved = read_msf([0, 2, 7], [0, 2, 9]);
        reserved[2] = 1;
        assert_eq!(bench.no(&reserved), (5, 0x24, 0x00));
        let mut dvd = Bench::ready(1000, "medium=dvd-rom");
        assert_eq!(dvd.no(&read_msf([0, 2, 7], [0, 2, 9])), (5, 0x24, 0x00));
    }

    #[test]
    fn a_whole_mode_1_sector_is_built_around_its_user_data() {
        let mut bench = Bench::ready(100, "");
        let data = bench.get(&read_cd(7, 2, 2, 0xf8, 0), 2 * 2352);
        assert_eq!(data.len(), 2 * 2352);
        assert_eq!(
            data[..16],
            [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 2, 7, 1]
        );
        assert_eq!(data[16..20], [7, 0, 0, 0]);
        assert_eq!(data[2352 + 12..2352 + 20], [0, 2, 8, 1, 8, 0, 0, 0]);
    }

    #[test]
    fn parts_have_their_lengths_and_must_adjoin() {
        let mut bench = Bench::ready(100, "");
        for (main, sub, length) in [
            (0x10, 0, 2048),
            (0x18, 0, 2336),
            (0x38, 0, 2340),
            (0x20, 0, 4),
            (0xb8, 0, 2352),
            (0xf8, 0, 2352),
            (0xfa, 0, 2646),
            (0xfc, 0, 2648),
            (0xf8, 1, 2448),
            (0x10, 2, 2064),
            (0x00, 2, 16),
            (0x00, 0, 0),
        ] {
            let data = bench.get(&read_cd(3, 1, 0, main, sub), 2700);
            assert_eq!(data.len(), length, "{main:02x} {sub}");
        }
        for (main, sub) in [(0x90, 0), (0xa8, 0), (0x08, 0), (0xfe, 0), (0xf8, 3), (0xf8, 5)] {
            assert_eq!(bench.no(&read_cd(3, 1, 0, main, sub)), (5, 0x24, 0x00), "{main:02x} {sub}");
        }
    }

    #[test]
    fn the_wrong_sector_type_is_refused_by_most_and_not_by_the_asus() {
        // quirks-from-tool-authors: be 04 00 …: TSSTcorp 5/64/00, ASUS data and GOOD.
        let mut bench = Bench::ready(100, "persona=se-506cb");
        assert_eq!(bench.no(&read_cd(0, 1, 1, 0x10, 0)), (5, 0x64, 0x00));
        assert_eq!(bench.no(&read_cd(0, 1, 3, 0x10, 0)), (5, 0x64, 0x00));
        let mut bench = Bench::ready(100, "persona=bw-16d1ht");
        assert_eq!(bench.get(&read_cd(0, 1, 1, 0x10, 0), 2352).len(), 2048);
    }

    #[test]
    fn a_dvd_has_no_cd_sectors() {
        // real-drives: HL-DT-ST CA10N: 5/24/00.
        let mut bench = Bench::ready(100, "medium=dvd-rom");
        assert_eq!(bench.no(&read_cd(0, 1, 0, 0xf8, 0)), (5, 0x24, 0x00));
    }

    #[test]
    fn formatted_q_tells_track_and_place() {
        let mut bench = Bench::ready(100, "");
        let q = bench.get(&read_cd(75, 1, 0, 0x00, 2), 16);
        assert_eq!(q[..10], [0x41, 1, 1, 0, 1, 0, 0, 0, 3, 0]);
    }

    #[test]
    fn audio_of_a_cue_sheet_is_read_as_audio_and_not_as_data() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("disc.cue");
        let text = "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n\
                    TRACK 02 AUDIO\nINDEX 01 00:00:04\n";
        std::fs::write(&path, text).expect("written");
        std::fs::write(folder.path().join("a.bin"), vec![7; 10 * 2352]).expect("written");
        let mut bench = Bench::of(&format!("sim:{}?persona=gsa-4167b", path.display()));
        assert_eq!(bench.get(&read_cd(3, 2, 1, 0xf8, 0), 4704), vec![7; 4704]);
        assert_eq!(bench.get(&read_cd(3, 1, 0, 0x10, 2), 2368)[2352..2355], [0x01, 0x01, 0x01]);
        assert_eq!(bench.no(&read_cd(3, 1, 2, 0x10, 0)), (5, 0x64, 0x00));
        // real-drives: HL-DT-ST GSA-U10N: f0 00 25 … 28 0a 01 80 64.
        let reply = bench.ask(&[0x28, 0, 0, 0, 0, 3, 0, 0, 1, 0], 2048);
        assert_eq!((reply.sense, reply.lba), (Some((5, 0x64, 0)), Some(3)));
        let toc = bench.get(&[0x43, 0, 0, 0, 0, 0, 0, 0, 255, 0], 255);
        assert_eq!(
            (toc[5], toc[13], &toc[20..28]),
            (0x10, 0x10, &[0, 0x10, 0xaa, 0, 0, 0, 0, 10][..])
        );
    }
}
