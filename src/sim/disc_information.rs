//! READ DISC INFORMATION and READ TRACK INFORMATION (MMC-6 6.21, 6.26).

use super::exchange::{Bytes, Exchange};
use super::lead_in;
use super::machine::{Calibration, Machine};
use super::medium::recording::{DiscStatus, SessionState};
use super::medium::{Kind, Medium, Track, TrackMode, TrackState};
use super::refusal::Refusal;
use crate::units::Family;

/// DATA TYPE 010b.
const POW_RESOURCES: u8 = 2;

/// READ DISC INFORMATION.
pub fn disc(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let ignored = machine.persona.ways.ignores_disc_information_type;
    let medium = machine.medium()?;
    let lists = machine.persona.ways.lists_calibrations;
    let tables = if lists { machine.calibrations() } else { &[] };
    let data = match exchange.byte(1) & 0x07 {
        _ if ignored => standard_information(medium, tables),
        0 => standard_information(medium, tables),
        POW_RESOURCES if medium.pseudo_overwrites() => pow_resources(medium),
        // Track resources and POW resources are a writable BD-R's (MMC-6 6.21.3).
        _ => return Err(Refusal::bad_field(1)),
    };
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

/// MMC-6 table 375: how often blocks can still be written again. GUESS: the map has room for each.
fn pow_resources(medium: &Medium) -> Vec<u8> {
    let clusters = medium.spares_left() / medium.family().ecc_blocks().0;
    let mut bytes = Bytes::new();
    bytes.be16(0).put(&[POW_RESOURCES << 5, 0]).be32(clusters).be32(clusters).be32(clusters);
    bytes.with_length16()
}

fn standard_information(medium: &Medium, calibrations: &[Calibration]) -> Vec<u8> {
    // An empty session and its invisible track are counted (real-drives: HL-DT-ST GSA-H10N).
    let invisible = invisible(medium);
    let shown: Vec<&Track> = medium.tracks.iter().chain(&invisible).collect();
    let sessions = shown.last().map_or(1, |track| track.session);
    let of_last = || shown.iter().filter(|track| track.session == sessions);
    let first = of_last().next().map_or(1, |track| track.number);
    let last = of_last().next_back().map_or(1, |track| track.number);
    let status = match medium.status() {
        DiscStatus::Blank => 0,
        DiscStatus::Appendable => 1,
        DiscStatus::Complete => 2,
        DiscStatus::Other => 3,
    };
    // 11b other on a DVD-RAM (real-drives: TSSTcorp SH-S182M).
    let image = medium.record.is_none();
    let status = if medium.kind == Kind::DvdRam && image { 3 } else { status };
    let state = match medium.last_session_state() {
        SessionState::Empty => 0,
        SessionState::Incomplete => 1,
        SessionState::Complete => 3,
    };
    let status = state << 2 | status;
    let erasable = if medium.kind.erasable() { 0x10 } else { 0 };
    let mut bytes = Bytes::new();
    bytes.be16(0).put(&[status | erasable, 1, sessions, first, last, flags(medium)]);
    // Disc type: CD-DA or CD-ROM; undefined elsewhere, and on a blank one (MMC-6 table 371).
    let recorded = medium.family() == Family::Cd && !medium.tracks.is_empty();
    let disc_type = if recorded { lead_in::disc_type(medium, 1) } else { 0xff };
    // Disc identification: none.
    bytes.put(&[disc_type, 0, 0, 0]).be32(0);
    // Last lead-in and last possible lead-out of a CD; none where the disc is complete.
    match lead_in::open_session(medium).filter(|_| medium.family() == Family::Cd) {
        Some((lead_in, lead_out)) => bytes.put(&[0]).put(&lead_in).put(&[0]).put(&lead_out),
        None => bytes.be32(0xffff_ffff).be32(0xffff_ffff),
    };
    // Bar code, application code, number of OPC tables.
    let count = u8::try_from(calibrations.len()).unwrap_or(u8::MAX);
    bytes.put(&[0; 8]).put(&[0, count]);
    for Calibration { kbps, values } in calibrations.iter().take(usize::from(count)) {
        bytes.be16(*kbps).put(values);
    }
    bytes.with_length16()
}

fn flags(medium: &Medium) -> u8 {
    match (medium.kind, &medium.record) {
        // URU, as in byte 7 of real-drives: HL-DT-ST WH16NS40 and ATAPI iHBS112.
        (Kind::BdR | Kind::BdRe, _) => 0x20,
        // URU; BG FORMAT STATUS (real-drives: ASUS DRW-24B1ST: 1). That of an image: complete.
        (Kind::DvdPlusRw, Some(record)) => 0x20 | record.background.code(),
        (Kind::DvdPlusRw, None) => 0x23,
        // URU. GUESS: on every disc of unrestricted use.
        _ => 0x20,
    }
}

/// READ TRACK INFORMATION.
pub fn track(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let medium = machine.medium()?;
    let ways = &machine.persona.ways;
    let at_once = ways.appends_sessions_at_once && machine.pages.write_parameters().write_type == 2;
    let early = ways.blank_nwa_in_pre_gap;
    let number = exchange.be32(2);
    let invisible = invisible(medium);
    let mut tracks = medium.tracks.iter().chain(&invisible);
    let found = match exchange.byte(1) & 0x03 {
        0 => tracks.rfind(|track| track.start <= number && number < covered(medium, track)),
        1 if number == 0 => None,
        // MMC-6 6.26.2.5: FFh is the invisible track, or an open one: on a CD, and on a DVD+R
        // (libburn asks a blank one so).
        1 if number == 0xff && (medium.family() == Family::Cd || medium.kind.plus()) => {
            let next = medium.at_once().map_or(i64::MAX, |session| session.next);
            let open = || tracks.clone().filter(|track| track.is_open());
            open().rfind(|track| i64::from(track.start) <= next).or(open().next())
        }
        1 => tracks.find(|track| u32::from(track.number) == number),
        2 => tracks.find(|track| u32::from(track.session) == number),
        _ => None,
    };
    let track = found.ok_or(Refusal::bad_field(2))?;
    let mut data = track_information(medium, track);
    if let Some(nwa) = nwa_on_cd(medium, track, at_once, early) {
        data[12..16].copy_from_slice(&nwa.to_be_bytes());
    }
    exchange.reply(&data, exchange.be16(7));
    Ok(())
}

/// The NWA of a CD where it is not the block after the last: in a session that is written at once;
/// on some drives before one, at its pre-gap (cdrdao: the mode of page 05h "influences which
/// address is returned"); and on some on every blank disc.
fn nwa_on_cd(medium: &Medium, track: &Track, at_once: bool, early: bool) -> Option<i32> {
    if medium.family() != Family::Cd || !track.is_open() {
        return None;
    }
    let under_way = medium.at_once().filter(|session| session.begun());
    let nwa = match under_way {
        Some(session) => session.next,
        None if track.recorded() > 0 || track.is_reserved() => return None,
        None if at_once || early && medium.tracks.is_empty() => i64::from(track.start) - 150,
        None => return None,
    };
    i32::try_from(nwa).ok()
}

/// The track that nobody has begun, where one can follow: it begins with the first write.
fn invisible(medium: &Medium) -> Option<Track> {
    let record = medium.record.as_ref().filter(|record| !record.finalized && !record.at_once)?;
    if medium.written_over() && record.format.is_some() {
        return None;
    }
    if medium.at_once().is_some_and(|session| session.begun()) {
        return None;
    }
    let reserved = |track: &Track| matches!(track.state, TrackState::Open { reserved: true, .. });
    // An open track that is not reserved has all the room to the end.
    let open = medium.tracks.iter().any(|track| track.is_open() && !reserved(track));
    if open || medium.session_is_ruined() {
        return None;
    }
    Some(Track {
        number: medium.tracks.last().map_or(1, |track| track.number.saturating_add(1)),
        session: medium.session_under_way(),
        start: record.next,
        blocks: 0,
        runout: 0,
        mode: TrackMode::Data,
        state: TrackState::Open { taken: 0, burnt: 0, reserved: false },
    })
}

/// Where the blocks of a track end that READ TRACK INFORMATION speaks of.
fn covered(medium: &Medium, track: &Track) -> u32 {
    match track.state {
        // The run-out takes two blocks of what a CD has (xorriso: 359847 of 359849 free).
        TrackState::Open { reserved: false, .. } if medium.family() == Family::Cd => {
            medium.extent().saturating_sub(2)
        }
        TrackState::Open { reserved: false, .. } => medium.room(),
        TrackState::Open { reserved: true, .. } => track.end().saturating_sub(track.runout),
        _ => track.end(),
    }
}

/// Whether the tracks of a recordable disc are written packet by packet (real-drives: HL-DT-ST
/// WH16NS40: a blank BD-R's track is "invisible incremental", GUC0N: a DVD-R's "incomplete
/// incremental").
fn incremental(medium: &Medium) -> bool {
    match medium.kind {
        Kind::BdR => medium.record.is_some(),
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => {
            medium.record.as_ref().is_some_and(|record| !record.at_once)
        }
        _ => false,
    }
}

fn track_information(medium: &Medium, track: &Track) -> Vec<u8> {
    let (mode, data_mode) = match track.mode {
        // unknown-cdrw-read-track-information: track mode 4, data mode 1.
        TrackMode::Data => (0x04, 0x01),
        // MMC-6 table 503: an audio track's data mode is Fh.
        TrackMode::Audio => (0x00, 0x0f),
    };
    // quirks-from-tool-authors: the data mode of a blank track is Fh.
    let unknown = medium.family() == Family::Cd && track.is_open() && track.recorded() == 0;
    let data_mode = match () {
        () if unknown => 0x0f,
        () if medium.is_form1(track) => 0x02,
        () => data_mode,
    };
    let mode = medium.code(track.number).map_or(mode, |code| code.control);
    // Track mode 7: incremental, with fixed packets on rewritable DVD and BD (real-drives: ASUS
    // DRW-24B1ST: "complete incremental").
    // PIONEER R11 command reference: so a DVD-RW that is written over.
    let over = medium.kind == Kind::DvdRw && medium.written_over();
    let packets = over || matches!(medium.kind, Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe);
    let mode = if packets { 0x07 } else { mode };
    let (packet_bits, packet_size) = match (packets, medium.family()) {
        (false, _) if incremental(medium) => (0x20, 0),
        (false, _) => (0x00, 0),
        (true, family) => (0x30, family.ecc_blocks().0),
    };
    let end = covered(medium, track);
    let (nwa, free, last) = match track.state {
        // PIONEER R11 command reference: LRA_V always on a DVD-RAM.
        TrackState::Complete if medium.kind == Kind::DvdRam && medium.record.is_some() => {
            (None, 0, end.checked_sub(1))
        }
        TrackState::Complete => (None, 0, None),
        TrackState::Damaged { burnt } => (None, 0, burnt.checked_sub(1).map(|n| track.start + n)),
        // real-drives: HL-DT-ST GP60N, ASUS DRW-1608P2: no NWA, all of it free.
        TrackState::Open { .. } if medium.written_over() && medium.kind != Kind::DvdRw => {
            (None, end.saturating_sub(track.start), None)
        }
        TrackState::Open { taken, .. } => {
            let next = track.start.saturating_add(taken);
            (track.nwa(), end.saturating_sub(next), (taken > 0).then(|| next - 1))
        }
    };
    let reserved = matches!(track.state, TrackState::Open { reserved: true, .. });
    // BLANK: nothing is recorded in it; RT: it was reserved.
    let blank = if track.is_open() && track.recorded() == 0 { 0x40 } else { 0 };
    let flags = blank | if reserved { 0x80 } else { 0 } | packet_bits | data_mode;
    let mut bytes = Bytes::new();
    let damage = if track.is_damaged() { 0x20 } else { 0 };
    bytes.be16(0).put(&[track.number, track.session, 0, damage | mode, flags]);
    // LRA_V and NWA_V.
    bytes.put(&[u8::from(last.is_some()) << 1 | u8::from(nwa.is_some())]);
    bytes.be32(track.start).be32(nwa.unwrap_or(0)).be32(free).be32(packet_size);
    bytes.be32(end.saturating_sub(track.start)).be32(last.unwrap_or(0));
    // The upper bytes of track and session number; 36 bytes in all, as seen in the report above.
    bytes.put(&[0, 0, 0, 0]);
    bytes.with_length16()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn disc(bench: &mut Bench) -> Vec<u8> {
        bench.get(&[0x51, 0, 0, 0, 0, 0, 0, 1, 0, 0], 256)
    }

    #[test]
    fn a_closed_disc_is_complete() {
        let mut bench = Bench::ready(100, "");
        assert_eq!(
            disc(&mut bench),
            hex("00 20 0e 01 01 01 01 20 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff
                 00 00 00 00 00 00 00 00 00 00")
        );
        assert_eq!(disc(&mut Bench::ready(100, "medium=cd-rw"))[2], 0x1e);
        // real-drives: TSSTcorp SH-S182M: status 3, "other".
        assert_eq!(disc(&mut Bench::ready(100, "medium=dvd-ram"))[2] & 3, 3);
    }

    #[test]
    fn a_bd_r_of_the_lg_answers_the_pow_question_with_the_standard_answer() {
        // real-drives: HL-DT-ST WH16NS40: "Remaining Replacements" are bytes 01 01 xx 20.
        let mut bench = Bench::ready(100, "medium=bd-r");
        let pow = bench.get(&[0x51, 2, 0, 0, 0, 0, 0, 1, 0, 0], 256);
        assert_eq!(pow, disc(&mut bench));
        assert_eq!(pow[4..8], [1, 1, 1, 0x20]);
        let mut other = Bench::ready(100, "medium=bd-r&persona=se-506cb");
        assert_eq!(other.no(&[0x51, 2, 0, 0, 0, 0, 0, 1, 0, 0]), (5, 0x24, 0x00));
    }

    #[test]
    fn a_closed_track_reads_as_the_captured_one() {
        // real-drives: unknown-cdrw-read-track-information: 34 of 36 bytes.
        let mut bench = Bench::ready(0x8581, "medium=cd-rw");
        assert_eq!(
            bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 0x22, 0], 34),
            hex(
                "00 22 01 01 00 04 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 85 81
                 00 00 00 00 00 00"
            )
        );
    }

    #[test]
    fn tracks_are_found_by_number_session_and_block() {
        let mut bench = Bench::ready(30_000, "medium=cd-r&sessions=0+20000");
        let ask = |by, number: u32| {
            let [a, b, c, d] = number.to_be_bytes();
            [0x52, by, a, b, c, d, 0, 0, 36, 0]
        };
        for (by, number, track) in [(1, 2, 2), (2, 1, 1), (0, 8_599, 1), (0, 29_999, 2)] {
            assert_eq!(bench.get(&ask(by, number), 36)[2], track, "{by} {number}");
        }
        for (by, number) in [(1, 0), (1, 3), (1, 0xff), (2, 3), (0, 10_000), (0, 30_000)] {
            assert_eq!(bench.no(&ask(by, number)), (5, 0x24, 0x00), "{by} {number}");
        }
    }
}
