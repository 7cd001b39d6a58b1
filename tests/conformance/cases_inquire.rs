//! Cases about what a drive says of itself and of the disc, and whether it all fits together.

use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::read_disc_information::{DiscStatus, ReadDiscInformation, SessionState};
use oxidisc::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use oxidisc::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use oxidisc::units::Family;

use super::{
    Case, INVALID_FIELD, PASSED, Subject, Verdict, be16, be32, ensure, is_filtered, left_out,
};

/// All of them.
pub const CASES: &[Case] = &[
    ("INQUIRY names an optical drive with a removable medium", identity),
    ("an answer is cut to the allocation length without an error", truncation),
    ("the profile is the one that is known of the disc", known_profile),
    ("the features are in order, each once, and fit the profile list", features),
    ("GET CONFIGURATION answers for one feature as it does for all", one_feature),
    ("READ CAPACITY counts blocks of 2048 bytes and agrees with the table of contents", capacity),
    ("the table of contents is in order, on a CD the same in MSF", contents),
    ("READ DISC INFORMATION agrees with the table of contents", disc_information),
    ("READ TRACK INFORMATION agrees with the table of contents", track_information),
    ("the disc's structures fit its profile", structures),
    ("GET EVENT STATUS NOTIFICATION sees a medium behind a closed door", event_status),
    ("GET PERFORMANCE has a reading speed", performance),
    ("MECHANISM STATUS is one of a drive at rest", mechanism),
];

fn identity(subject: &mut Subject) -> Verdict {
    let identity = subject.ask(&Inquiry)?;
    ensure(identity.device_type == 5, || format!("device type {}", identity.device_type))?;
    ensure(identity.raw[1] & 0x80 != 0, || "the medium is not removable".into())?;
    ensure(!identity.vendor.is_empty(), || "no vendor".into())?;
    ensure(!identity.product.is_empty(), || "no product".into())?;
    ensure(!identity.revision.is_empty(), || "no revision".into())?;
    PASSED
}

fn truncation(subject: &mut Subject) -> Verdict {
    let long = subject.must("INQUIRY of 96", &[0x12, 0, 0, 0, 96, 0], 96)?;
    let short = subject.must("INQUIRY of 36", &[0x12, 0, 0, 0, 36, 0], 36)?;
    ensure(short == long[..36.min(long.len())], || "36 bytes differ from the first of 96".into())?;
    let header = subject.must("READ TOC of 4", &[0x43, 0, 0, 0, 0, 0, 0, 0, 4, 0], 4)?;
    let whole = subject.must("READ TOC", &[0x43, 0, 0, 0, 0, 0, 0, 0x03, 0x24, 0], 0x324)?;
    ensure(header.len() == 4, || format!("{} bytes for 4", header.len()))?;
    ensure(header == whole[..4], || "the length changes with the allocation length".into())?;
    let length = usize::from(be16(&whole, 0)) + 2;
    ensure(length == whole.len(), || format!("says {length} bytes and sends {}", whole.len()))?;
    PASSED
}

fn known_profile(subject: &mut Subject) -> Verdict {
    let current = subject.configuration.current_profile;
    match subject.known.profile {
        None => left_out("no profile is known"),
        Some(known) if known == current => PASSED,
        Some(known) => Err(format!("profile {current:04x}h, known is {known:04x}h")),
    }
}

fn features(subject: &mut Subject) -> Verdict {
    let configuration = &subject.configuration;
    let codes: Vec<u16> = configuration.features.iter().map(|feature| feature.code).collect();
    ensure(codes.is_sorted_by(|a, b| a < b), || format!("out of order: {codes:04x?}"))?;
    // MMC-6 table 89: what every drive has.
    for needed in [0x0000, 0x0001, 0x0002, 0x0003, 0x0100, 0x0105] {
        ensure(codes.contains(&needed), || format!("feature {needed:04x}h is missing"))?;
    }
    let profiles = &configuration.features[0].data;
    let current: Vec<u16> = profiles
        .chunks_exact(4)
        .filter(|profile| profile[2] & 0x01 != 0)
        .map(|profile| be16(profile, 0))
        .collect();
    ensure(current.contains(&configuration.current_profile), || {
        format!("current are {current:04x?}, not {:04x}h", configuration.current_profile)
    })?;
    // Feature 0010h, Random Readable, is current wherever blocks can be read.
    let readable = configuration.features.iter().find(|feature| feature.code == 0x0010);
    let Some(readable) = readable else { return Err("feature 0010h is missing".into()) };
    ensure(readable.current, || "feature 0010h is not current".into())?;
    let block = be32(&readable.data, 0);
    ensure(block == 2048, || format!("feature 0010h: blocks of {block} bytes"))?;
    PASSED
}

fn one_feature(subject: &mut Subject) -> Verdict {
    let all = subject.configuration.clone();
    for wanted in all.features.iter().take(8) {
        let one = GetConfiguration { wanted: Wanted::One, first: wanted.code };
        let answer = subject.ask(&one)?;
        ensure(answer.features.as_slice() == std::slice::from_ref(wanted), || {
            format!("feature {:04x}h: {:?} alone, {wanted:?} among all", wanted.code, answer)
        })?;
    }
    let current = subject.ask(&GetConfiguration { wanted: Wanted::Current, first: 0 })?;
    for feature in &current.features {
        ensure(feature.current, || format!("feature {:04x}h is not current", feature.code))?;
        ensure(all.features.contains(feature), || format!("{feature:?} is not among all"))?;
    }
    ensure(current.current_profile == all.current_profile, || "another profile".into())?;
    PASSED
}

fn capacity(subject: &mut Subject) -> Verdict {
    let raw = subject.must("READ CAPACITY", &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)?;
    ensure(be32(&raw, 4) == 2048, || format!("blocks of {} bytes", be32(&raw, 4)))?;
    let blocks = i64::from(subject.blocks);
    let lead_out = subject.ask(&ReadToc { first_track: 0 })?.lead_out();
    let Some(lead_out) = lead_out else { return Err("the contents have no lead-out".into()) };
    let beyond = i64::from(lead_out.0) - blocks;
    // A drive may leave the run-out of a CD uncounted, and round a DVD up to its ECC block.
    ensure((0..=32).contains(&beyond), || format!("{blocks} blocks, lead-out at {lead_out}"))?;
    if let Some(known) = subject.known.sectors {
        let extra = blocks - i64::from(known);
        let allowed = if subject.family == Family::Cd { 152 } else { 31 };
        ensure((0..=allowed).contains(&extra), || format!("{blocks} blocks, known are {known}"))?;
    }
    PASSED
}

fn contents(subject: &mut Subject) -> Verdict {
    let toc = subject.ask(&ReadToc { first_track: 0 })?;
    let numbers: Vec<u8> = toc.entries.iter().map(|entry| entry.number).collect();
    let mut wanted: Vec<u8> = (toc.first..=toc.last).collect();
    wanted.push(0xaa);
    ensure(numbers == wanted, || format!("tracks {numbers:?} of {}..{}", toc.first, toc.last))?;
    ensure(toc.entries.is_sorted_by_key(|entry| entry.start.0), || "starts go backwards".into())?;
    if subject.family != Family::Cd {
        // Drives differ in what they make up for a DVD.
        return PASSED;
    }
    let msf = subject.must("READ TOC in MSF", &[0x43, 2, 0, 0, 0, 0, 0, 3, 0x24, 0], 0x324)?;
    for (entry, bytes) in toc.entries.iter().zip(msf[4..].chunks_exact(8)) {
        let [minute, second, frame] = [bytes[5], bytes[6], bytes[7]].map(i32::from);
        let lba = (minute * 60 + second) * 75 + frame - 150;
        ensure(lba == entry.start.0, || {
            format!("track {}: {} and {minute}:{second}:{frame}", entry.number, entry.start)
        })?;
    }
    PASSED
}

fn disc_information(subject: &mut Subject) -> Verdict {
    let disc = subject.ask(&ReadDiscInformation)?;
    let toc = subject.ask(&ReadToc { first_track: 0 })?;
    ensure(disc.first_track == toc.first, || {
        format!("first track {} and {}", disc.first_track, toc.first)
    })?;
    ensure(disc.sessions >= 1, || "no session".into())?;
    ensure(disc.first_track_in_last <= disc.last_track, || "tracks go backwards".into())?;
    if disc.status == DiscStatus::Complete {
        ensure(disc.last_session == SessionState::Complete, || {
            format!("a complete disc whose last session is {:?}", disc.last_session)
        })?;
        ensure(disc.last_track == u16::from(toc.last), || {
            format!("last track {} and {}", disc.last_track, toc.last)
        })?;
        let sessions = subject.ask(&ReadSessions)?;
        ensure(u16::from(sessions.last) == disc.sessions, || {
            format!("{} sessions and {}", disc.sessions, sessions.last)
        })?;
        let first = u16::from(sessions.first_track_of_last.number);
        ensure(first == disc.first_track_in_last, || {
            format!("the last session starts with {} and {first}", disc.first_track_in_last)
        })?;
    }
    PASSED
}

fn track_information(subject: &mut Subject) -> Verdict {
    let toc = subject.ask(&ReadToc { first_track: 0 })?;
    for entry in toc.tracks() {
        let number = u16::from(entry.number);
        let track = subject.ask(&ReadTrackInformation(TrackAddress::Track(number)))?;
        ensure(track.number == number, || format!("asked for {number}, got {}", track.number))?;
        ensure(track.start == entry.start, || {
            format!("track {number} starts at {} and {}", track.start, entry.start)
        })?;
        ensure(track.is_data() == entry.is_data(), || format!("track {number}: data or sound"))?;
        ensure(!track.damaged, || format!("track {number} is damaged"))?;
        let inside = subject.ask(&ReadTrackInformation(TrackAddress::Lba(track.start)))?;
        ensure(inside.number == number, || {
            format!("track {} is at the start of {number}", inside.number)
        })?;
        if number == u16::from(toc.last) {
            let end = i64::from(track.start.0) + i64::from(track.size.0);
            let beyond = end - i64::from(subject.blocks);
            ensure((-2..=152).contains(&beyond), || {
                format!("track {number} ends at {end}, the disc at {}", subject.blocks)
            })?;
        }
    }
    let beyond = [0x52, 1, 0, 0, 0, toc.last + 1, 0, 0, 36, 0];
    subject.must_refuse("a track that is not there", &beyond, 36, INVALID_FIELD)
}

fn structures(subject: &mut Subject) -> Verdict {
    let media = match subject.family {
        // Sent to a CD, this locks up a PIONEER DVR-110 (real-drives: quirks).
        Family::Cd => return left_out("a CD has none"),
        Family::Dvd => 0,
        Family::Bd => 1,
    };
    let answer =
        subject.must("READ DISC STRUCTURE", &[0xad, media, 0, 0, 0, 0, 0, 0, 8, 4, 0, 0], 2052)?;
    if subject.family == Family::Bd {
        // Disc Information units begin with the letters DI.
        ensure(answer.get(4..6) == Some(b"DI"), || format!("{:02x?}", answer.get(4..12)))?;
        return PASSED;
    }
    ensure(answer.len() >= 20, || format!("{} bytes", answer.len()))?;
    // ECMA-267 and ECMA-272: data starts at 30000h, on a DVD-RAM at 31000h.
    let start = be32(&answer, 8) & 0x00ff_ffff;
    let ram = subject.configuration.current_profile == 0x12;
    let wanted = if ram { 0x3_1000 } else { 0x3_0000 };
    ensure(start == wanted, || format!("data starts at {start:x}h, not {wanted:x}h"))?;
    PASSED
}

fn event_status(subject: &mut Subject) -> Verdict {
    let polled = subject.must("media events", &[0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8, 0], 8)?;
    ensure(polled.len() == 8, || format!("{} bytes", polled.len()))?;
    ensure(be16(&polled, 0) == 6, || format!("{} bytes follow", be16(&polled, 0)))?;
    ensure(polled[2] & 0x87 == 4, || format!("class {:02x}h, not media", polled[2]))?;
    ensure(polled[3] & 0x10 != 0, || format!("supported classes {:02x}h", polled[3]))?;
    ensure(polled[5] & 0x03 == 0x02, || format!("media status {:02x}h", polled[5]))?;
    let asynchronous = [0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8, 0];
    subject.must_refuse("asynchronous events", &asynchronous, 8, INVALID_FIELD)
}

fn performance(subject: &mut Subject) -> Verdict {
    let get = [0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0];
    let answer = subject.must("GET PERFORMANCE", &get, 8 + 8 * 16)?;
    ensure(answer.len() >= 24, || format!("{} bytes", answer.len()))?;
    ensure(answer[4] & 0x02 == 0, || "asked for reading, got writing".into())?;
    for speed in answer[8..].chunks_exact(16) {
        let (from, to) = (be32(speed, 4), be32(speed, 12));
        ensure(from > 0 && to > 0 && to < 200_000, || format!("{from} kB/s to {to} kB/s"))?;
    }
    PASSED
}

fn mechanism(subject: &mut Subject) -> Verdict {
    match subject.raw(&[0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], 8) {
        Ok(answer) => {
            ensure(answer.len() == 8, || format!("{} bytes", answer.len()))?;
            ensure(answer[0] & 0x80 == 0, || "a fault".into())?;
            ensure(answer[1] & 0x10 == 0, || "the door is open".into())?;
            PASSED
        }
        Err(error) if is_filtered(&error) => left_out("the kernel keeps it from this user"),
        Err(error) if error.triple().is_some_and(|(key, ..)| key == 5) => {
            left_out(format!("the drive does not know it: {error}"))
        }
        Err(error) => Err(error.to_string()),
    }
}
