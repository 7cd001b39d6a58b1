//! READ CD (MMC-6 6.20): any part of a CD's sectors, with sub-channel where asked. What a data
//! sector carries around its user data is computed here ([`super::raw_sector`]).

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::content::RAW_SECTOR;
use super::medium::{Area, Medium, Track, TrackMode};
use super::persona::Persona;
use super::raw_sector::{self, Position};
use super::read::{self, Order, Range};
use super::refusal::Refusal;
use crate::units::{Family, SECTOR};

/// Which parts of a sector are asked for.
#[derive(Clone, Copy, Debug)]
struct Parts {
    /// CDB byte 9: sync 80h, headers 60h, user data 10h, EDC and ECC 08h, C2 06h.
    main: u8,
    /// CDB byte 10: 0 none, 1 raw, 2 Q, 4 R to W.
    sub: u8,
}

/// READ CD.
pub fn read_cd(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    if machine.medium()?.family() != Family::Cd {
        // real-drives: HL-DT-ST CA10N: 5/24/00 with a DVD in.
        return Err(Refusal::bad_field(9));
    }
    let parts = Parts { main: exchange.byte(9), sub: exchange.byte(10) };
    let range = Range { lba: exchange.be32(2), blocks: exchange.be24(6) };
    let expected = exchange.byte(1) >> 2 & 0x07;
    let lenient = machine.persona.ways.ignores_sector_type;
    let reach = match expected {
        0 => reach_any,
        _ if lenient => reach_any,
        1 => reach_audio,
        2 => reach_mode1,
        // Mode 2 of any kind: there are no such tracks.
        3..=5 => reach_none,
        _ => return Err(Refusal::bad_field(1)),
    };
    let first = machine.medium()?.track_at(range.lba).map_or(TrackMode::Data, |track| track.mode);
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
    let wanted = |area: &Area| matches!(area, Area::Track(t) if t.mode == TrackMode::Data);
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
    fn length(self, mode: TrackMode) -> Result<usize, Refusal> {
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
        // Sync, header, user data, EDC and ECC, in the order of the sector; sub-headers: Mode 2.
        let asked = [0x80, 0x20, 0x10, 0x08].map(|bit| self.main & bit != 0);
        let first = asked.iter().position(|part| *part);
        let last = asked.iter().rposition(|part| *part);
        let gap =
            first.zip(last).is_some_and(|(first, last)| !asked[first..=last].iter().all(|p| *p));
        // EDC and ECC go with the user data.
        if mode == TrackMode::Data && (gap || first == Some(3)) {
            return Err(Refusal::bad_field(9));
        }
        let main: usize = match mode {
            TrackMode::Data => pieces(self.main).map(|(_, length)| length).iter().sum(),
            TrackMode::Audio if self.main & 0x10 != 0 => RAW_SECTOR,
            TrackMode::Audio => 0,
        };
        Ok(main + c2 + sub)
    }
}

/// Start and length of each part of a Mode 1 sector that is asked for; length 0 where not.
fn pieces(main: u8) -> [(usize, usize); 4] {
    let piece =
        |bit: u8, start: usize, length: usize| (start, if main & bit != 0 { length } else { 0 });
    [piece(0x80, 0, 12), piece(0x20, 12, 4), piece(0x10, 16, SECTOR), piece(0x08, 16 + SECTOR, 288)]
}

fn sector(medium: &Medium, lba: u32, parts: Parts) -> Result<Vec<u8>, Refusal> {
    let Some(track) = medium.track_at(lba) else { return Ok(Vec::new()) };
    let fail = |_| read::failing_image(lba);
    let mut raw = [0; RAW_SECTOR];
    let mut bytes = Bytes::new();
    match track.mode {
        TrackMode::Audio => {
            medium.content.read_audio(lba, &mut raw).map_err(fail)?;
            if parts.main & 0x10 != 0 {
                bytes.put(&raw);
            }
        }
        TrackMode::Data => {
            let dumped = medium.content.read_raw_data(lba, &mut raw).map_err(fail)?;
            if !dumped {
                let mut user = [0; SECTOR];
                medium.content.read_user(lba, &mut user).map_err(fail)?;
                raw = if parts.main & 0xe8 == 0 {
                    user_only(&user)
                } else {
                    raw_sector::mode1(lba, &user)
                };
            }
            for (start, length) in pieces(parts.main) {
                bytes.put(&raw[start..start + length]);
            }
        }
    }
    // C2: no byte of a good sector is in doubt.
    let flags = [0, 294, 296, 0][usize::from(parts.main >> 1 & 0x03)];
    bytes.put(&[0; 296][..flags]);
    sub_channel(&mut bytes, track, lba, parts.sub);
    Ok(bytes.0)
}

/// A sector of which only the user data are looked at: the codes need not be computed.
fn user_only(user: &[u8; SECTOR]) -> [u8; RAW_SECTOR] {
    let mut raw = [0; RAW_SECTOR];
    raw[16..16 + SECTOR].copy_from_slice(user);
    raw
}

/// MMC-6 6.20.3: raw P to W bit by bit, formatted Q, or R to W in packs.
fn sub_channel(bytes: &mut Bytes, track: &Track, lba: u32, sub: u8) {
    let q = raw_sector::q(Position {
        control: track.control(),
        track: track.number,
        start: track.start,
        lba,
    });
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
