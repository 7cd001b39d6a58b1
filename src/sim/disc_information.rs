//! READ DISC INFORMATION and READ TRACK INFORMATION (MMC-6 6.21, 6.26) of closed discs.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::{Kind, Medium, Track, TrackMode};
use super::refusal::Refusal;
use crate::units::Family;

/// READ DISC INFORMATION.
pub fn disc(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let standard = exchange.byte(1) & 0x07 == 0;
    if !standard && !machine.persona.ways.ignores_disc_information_type {
        // Track resources and POW resources are a writable BD-R's (MMC-6 6.21.3).
        return Err(Refusal::bad_field(1));
    }
    let medium = machine.medium()?;
    let data = standard_information(medium);
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

fn standard_information(medium: &Medium) -> Vec<u8> {
    let sessions = medium.sessions();
    let of_last = || medium.session(sessions);
    let first = of_last().next().map_or(1, |track| track.number);
    let last = of_last().last().map_or(1, |track| track.number);
    // State of last session 11b; disc status 10b complete, 11b other on a DVD-RAM
    // (real-drives: TSSTcorp SH-S182M).
    let status = if medium.kind == Kind::DvdRam { 0x0f } else { 0x0e };
    let erasable = if medium.kind.erasable() { 0x10 } else { 0 };
    let mut bytes = Bytes::new();
    bytes.be16(0).put(&[status | erasable, 1, sessions, first, last, flags(medium.kind)]);
    // Disc type: CD-DA or CD-ROM; undefined elsewhere (MMC-6 table 371).
    let disc_type = if medium.family() == Family::Cd { 0x00 } else { 0xff };
    bytes.put(&[disc_type, 0, 0, 0]);
    // Disc identification; last lead-in and last possible lead-out: none, the disc is complete.
    bytes.be32(0).be32(0xffff_ffff).be32(0xffff_ffff);
    // Bar code, application code, number of OPC tables.
    bytes.put(&[0; 8]).put(&[0, 0]);
    bytes.with_length16()
}

fn flags(kind: Kind) -> u8 {
    match kind {
        // URU, as in byte 7 of real-drives: HL-DT-ST WH16NS40 and ATAPI iHBS112.
        Kind::BdR | Kind::BdRe => 0x20,
        // URU; background format complete.
        Kind::DvdPlusRw => 0x23,
        // URU. GUESS: on every disc of unrestricted use.
        _ => 0x20,
    }
}

/// READ TRACK INFORMATION.
pub fn track(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let medium = machine.medium()?;
    let number = exchange.be32(2);
    let found = match exchange.byte(1) & 0x03 {
        0 => medium.track_at(number).filter(|track| number < track.end()),
        1 if number == 0 => None,
        1 => medium.tracks.iter().find(|track| u32::from(track.number) == number),
        2 => medium.tracks.iter().find(|track| u32::from(track.session) == number),
        _ => None,
    };
    // A closed disc has no invisible track FFh (MMC-6 6.26.2.5).
    let track = found.ok_or(Refusal::bad_field(2))?;
    let data = track_information(medium, track);
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

fn track_information(medium: &Medium, track: &Track) -> Vec<u8> {
    let (mode, data_mode) = match track.mode {
        // unknown-cdrw-read-track-information: track mode 4, data mode 1.
        TrackMode::Data => (0x04, 0x01),
        // MMC-6 table 503: an audio track's data mode is Fh.
        TrackMode::Audio => (0x00, 0x0f),
    };
    // Track mode 7: incremental, with fixed packets on rewritable DVD and BD (real-drives: ASUS
    // DRW-24B1ST: "complete incremental").
    let packets = matches!(medium.kind, Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe);
    let mode = if packets { 0x07 } else { mode };
    let (packet_bits, packet_size) = match (packets, medium.family()) {
        (false, _) => (0x00, 0),
        (true, family) => (0x30, family.ecc_blocks().0),
    };
    let mut bytes = Bytes::new();
    bytes.be16(0).put(&[track.number, track.session, 0, mode, packet_bits | data_mode]);
    // LRA_V and NWA_V: the track is complete.
    bytes.put(&[0x00]);
    bytes.be32(track.start).be32(0).be32(0).be32(packet_size).be32(track.blocks).be32(0);
    // The upper bytes of track and session number; 36 bytes in all, as seen in the report above.
    bytes.put(&[0, 0, 0, 0]);
    bytes.with_length16()
}
