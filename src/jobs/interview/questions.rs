//! What to ask a drive, in its bytes. Only what asks: nothing here writes, moves the tray, sets a
//! speed or a page. Left out is what is known to hang drives or to cost them what they hold:
//! READ DISC STRUCTURE but of a DVD or BD and in its own media type (real-drives: quirks, PIONEER
//! DVR-110, BD-R QL), READ BUFFER CAPACITY before its time (libburn), READ CD, reads outside of the
//! tracks; and what would take a key, or tells the serial number of the drive that wrote a disc.

use std::time::Duration;

use super::Topic;
use crate::jobs::survey::{DriveFacts, MediumFacts, TrackKind};
use crate::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use crate::mmc::cmd::mechanism_status::MechanismStatus;
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::read::Read10;
use crate::mmc::cmd::read_atip::ReadAtip;
use crate::mmc::cmd::read_capacity::ReadCapacity;
use crate::mmc::cmd::read_cd_text::ReadCdText;
use crate::mmc::cmd::read_disc_information::{
    DiscStatus, ReadDiscInformation, ReadPowResources, ReadTrackResources,
};
use crate::mmc::cmd::read_disc_structure::{FormatEntry, ReadDiscStructure, bd, dvd};
use crate::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use crate::mmc::cmd::read_full_toc::ReadFullToc;
use crate::mmc::cmd::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use crate::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use crate::mmc::{ParseError, Query, Request, TIMEOUT_SHORT, feature};
use crate::transport::Cdb;
use crate::units::{Family, Lba, SECTOR};

/// The pages that drives are known to have; all at once comes last, for it is the most.
const PAGES: [u8; 10] = [0x01, 0x05, 0x08, 0x0d, 0x0e, 0x1a, 0x1c, 0x1d, 0x2a, ModeSense::ALL];
/// NOTIFICATION CLASS REQUEST: operational change, power, external request, media, multiple hosts,
/// device busy, one at a time.
const EVENT_CLASSES: [u8; 6] = [0x02, 0x04, 0x08, 0x10, 0x20, 0x40];
/// VPD pages: serial number, identification.
const VITAL_PAGES: [u8; 2] = [0x80, 0x83];
/// READ DISC STRUCTURE of a DVD (MMC-6 6.21): physical format, copyright, burst cutting area,
/// manufacturing, definition of a DVD-RAM, its status and spares, prerecorded, format of the
/// control data, ADIP, layers and jumps, write protection. Not 02h, 06h, 07h (need a key), 05h
/// (a sector), 0Ch and 0Dh (recorders leave their serial numbers there), 0Fh (names the copy).
const DVD_STRUCTURES: [u8; 16] = [
    0x00, 0x01, 0x03, 0x04, 0x08, 0x09, 0x0a, 0x0e, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23, 0x24, 0xc0,
];
/// Of a BD: disc information, burst cutting area, definition, cartridge, spares,
/// write protection. Not 10h and 12h (bulk), nor 80h on (AACS).
const BD_STRUCTURES: [u8; 6] = [0x00, 0x03, 0x08, 0x09, 0x0a, 0xc0];
/// Tracks of sound that are asked for their code.
const CODES_MAX: usize = 3;
/// Tracks that are asked one by one.
const TRACKS_MAX: u8 = 99;
/// The first read of a disc may take half a minute, and a bad place as long to fail.
const TIMEOUT_READ: Duration = Duration::from_secs(60);

/// A command that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// About what.
    pub topic: Topic,
    /// Its bytes.
    pub cdb: Cdb,
    allocation: u16,
}

impl Question {
    fn new(topic: Topic, cdb: &[u8], allocation: u16) -> Question {
        Question { topic, cdb: Cdb::new(cdb), allocation }
    }

    fn of<Q: Query>(topic: Topic, query: &Q) -> Question {
        Question { topic, cdb: query.cdb(), allocation: query.allocation() }
    }
}

impl Request for Question {
    const NAME: &'static str = "question";

    fn cdb(&self) -> Cdb {
        self.cdb
    }

    fn timeout(&self) -> Duration {
        if self.topic == Topic::Sectors { TIMEOUT_READ } else { TIMEOUT_SHORT }
    }
}

impl Query for Question {
    type Response = Vec<u8>;

    fn allocation(&self) -> u16 {
        self.allocation
    }

    fn parse(&self, data: &[u8]) -> Result<Vec<u8>, ParseError> {
        Ok(data.to_vec())
    }
}

/// What is asked from the outset.
pub fn first(facts: &DriveFacts, medium: Option<&MediumFacts>) -> Vec<Question> {
    let mut all = vec![vital(0x00)];
    all.extend(state());
    all.extend(mode_pages());
    all.push(Question::of(Topic::Disc, &ReadFormatCapacities));
    let Some(medium) = medium else { return all };
    all.extend(disc());
    all.extend(contents(medium));
    all.extend(tracks(medium));
    all.extend(structure_list(medium));
    if streams(facts, medium) {
        all.extend(speeds());
    }
    all.extend(sub_channel(medium));
    all.extend(sectors(medium));
    all
}

/// What an answer gives reason to ask.
pub fn following(
    question: &Question,
    answer: &[u8],
    medium: Option<&MediumFacts>,
) -> Vec<Question> {
    match (question.cdb.bytes(), answer) {
        // SPC-4 7.8.15: page code 00h, and a list of pages. A drive that ignores EVPD says
        // something else there.
        ([0x12, 1, 0x00, ..], [_, 0x00, _, length, pages @ ..]) => {
            let listed = &pages[..pages.len().min(usize::from(*length))];
            VITAL_PAGES.into_iter().filter(|page| listed.contains(page)).map(vital).collect()
        }
        ([0xad, ..], answer) if Some(*question) == medium.and_then(structure_list) => {
            let query = ReadDiscStructure::<dvd::Formats>::new();
            let list = query.parse(answer).map(|list| list.structure.0).unwrap_or_default();
            medium.map(|medium| structures(medium, &list)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn vital(page: u8) -> Question {
    Question::new(Topic::Identity, &[0x12, 1, page, 0, 254, 0], 254)
}

fn state() -> Vec<Question> {
    // IMMED: polled.
    let event = |class| Question::new(Topic::State, &[0x4a, 0x01, 0, 0, class, 0, 0, 0, 8, 0], 8);
    let mut all: Vec<Question> = EVENT_CLASSES.into_iter().map(event).collect();
    all.push(Question::of(Topic::State, &MechanismStatus));
    all
}

fn mode_pages() -> Vec<Question> {
    let values = [Values::Current, Values::Changeable, Values::Default];
    let page = |page| values.map(|values| ModeSense { page, values });
    PAGES.into_iter().flat_map(page).map(|sense| Question::of(Topic::ModePages, &sense)).collect()
}

fn disc() -> Vec<Question> {
    vec![
        Question::of(Topic::Disc, &ReadCapacity),
        Question::of(Topic::Disc, &ReadDiscInformation),
        Question::of(Topic::Disc, &ReadTrackResources),
        Question::of(Topic::Disc, &ReadPowResources),
    ]
}

/// READ TOC/PMA/ATIP: formats 0 in both forms of address and 1 of any disc, 2 to 5 of a CD.
fn contents(medium: &MediumFacts) -> Vec<Question> {
    let of = Topic::Contents;
    let mut all = vec![
        Question::of(of, &ReadToc { first_track: 0 }),
        Question::new(of, &[0x43, 0x02, 0, 0, 0, 0, 0, 0x03, 0x24, 0], 804),
        Question::of(of, &ReadSessions),
    ];
    if medium.family == Some(Family::Cd) {
        all.extend([
            Question::of(of, &ReadFullToc),
            // Format 3, the program memory area.
            Question::new(of, &[0x43, 0x02, 0x03, 0, 0, 0, 0, 0x10, 0x00, 0], 4096),
            Question::of(of, &ReadAtip),
            Question::of(of, &ReadCdText),
        ]);
    }
    all
}

/// By number, by block, by session, and the one that is still open.
fn tracks(medium: &MediumFacts) -> Vec<Question> {
    let numbers = match (&medium.disc, &medium.toc) {
        (Some(disc), _) => Some((disc.first_track, disc.last_track.min(TRACKS_MAX.into()) as u8)),
        (None, Some(toc)) => Some((toc.first, toc.last.min(TRACKS_MAX))),
        (None, None) => None,
    };
    let mut all: Vec<TrackAddress> = Vec::new();
    if let Some((first, last)) = numbers {
        all.extend((first.max(1)..=last).map(|number| TrackAddress::Track(number.into())));
    }
    all.extend([TrackAddress::Lba(Lba(0)), TrackAddress::Session(1)]);
    if medium.family == Some(Family::Cd) && medium.status() != Some(DiscStatus::Complete) {
        // The invisible one.
        all.push(TrackAddress::Track(0xff));
    }
    all.into_iter().map(|at| Question::of(Topic::Tracks, &ReadTrackInformation(at))).collect()
}

fn structure_list(medium: &MediumFacts) -> Option<Question> {
    match medium.profile.family()? {
        Family::Cd => None,
        Family::Dvd => {
            Some(Question::of(Topic::Structures, &ReadDiscStructure::<dvd::Formats>::new()))
        }
        Family::Bd => {
            Some(Question::of(Topic::Structures, &ReadDiscStructure::<bd::Formats>::new()))
        }
    }
}

/// Those of the list that are harmless.
fn structures(medium: &MediumFacts, list: &[FormatEntry]) -> Vec<Question> {
    let (media, harmless): (u8, &[u8]) = match medium.profile.family() {
        Some(Family::Dvd) => (0, &DVD_STRUCTURES),
        Some(Family::Bd) => (1, &BD_STRUCTURES),
        _ => return Vec::new(),
    };
    let asked = list.iter().filter(|entry| entry.readable && harmless.contains(&entry.format));
    let question = |entry: &FormatEntry| {
        // Even, and never nothing: some lists know no lengths.
        let allocation = entry.length.clamp(4, 0x7ffe).next_multiple_of(2);
        let allocation = if allocation == 4 { 2052 } else { allocation };
        let [high, low] = allocation.to_be_bytes();
        let cdb = [0xad, media, 0, 0, 0, 0, 0, entry.format, high, low, 0, 0];
        Question::new(Topic::Structures, &cdb, allocation)
    };
    asked.map(question).collect()
}

/// GET PERFORMANCE is known.
fn streams(facts: &DriveFacts, medium: &MediumFacts) -> bool {
    let all = medium.configuration.as_ref().or(facts.configuration.as_ref());
    all.is_some_and(|all| all.feature(feature::REAL_TIME_STREAMING).is_some())
}

fn speeds() -> Vec<Question> {
    let of = Topic::Speeds;
    // So many descriptors of so many bytes behind a header of eight.
    let ask = |data_type: u8, kind: u8, most: u8, bytes: u16| {
        let cdb = [0xac, data_type, 0, 0, 0, 0, 0, 0, 0, most, kind, 0];
        Question::new(of, &cdb, 8 + u16::from(most) * bytes)
    };
    let mut all = vec![
        Question::of(of, &GetPerformance { write: false }),
        Question::of(of, &GetPerformance { write: true }),
        Question::of(of, &GetWriteSpeeds),
    ];
    // Type 00h: TOLERANCE 10b and 00b; reading and writing; nominal, all, and the exceptions.
    for tolerance in [0x10, 0x00] {
        for write in [0x00, 0x04] {
            all.extend([0, 1, 2].map(|except| ask(tolerance | write | except, 0x00, 64, 16)));
        }
    }
    // Unusable areas (in blocks of eight bytes), one block of defect status, DBI and its cache.
    all.extend([ask(0, 0x01, 32, 8), ask(0, 0x02, 1, 2048), ask(0, 0x04, 32, 8)]);
    all.push(ask(0, 0x05, 32, 8));
    all
}

/// Where the head is, the catalogue number, and some tracks' codes: of a CD with sound.
fn sub_channel(medium: &MediumFacts) -> Vec<Question> {
    let of = Topic::SubChannel;
    let tracks = medium.toc.iter().flat_map(|toc| toc.tracks()).filter(|track| !track.is_data());
    let sound: Vec<u8> = tracks.map(|track| track.number).collect();
    if medium.family != Some(Family::Cd) || sound.is_empty() {
        return Vec::new();
    }
    let mut all = vec![
        Question::new(of, &[0x42, 0x02, 0x40, 0x01, 0, 0, 0, 0, 16, 0], 16),
        Question::of(of, &ReadCatalogNumber),
    ];
    let codes = sound.into_iter().take(CODES_MAX).map(|track| ReadRecordingCode { track });
    all.extend(codes.map(|query| Question::of(of, &query)));
    all
}

/// Start and end of the first track that holds data.
fn sectors(medium: &MediumFacts) -> Vec<Question> {
    let sessions = medium.sessions();
    let mut tracks = sessions.iter().flat_map(|session| &session.tracks);
    let track = tracks.find(|track| track.kind == TrackKind::Data && !track.blank);
    let blank = medium.status() == Some(DiscStatus::Blank);
    let Some((track, length)) = track.and_then(|track| Some((track, track.length?.0))) else {
        return Vec::new();
    };
    // What the drive calls the disc's end holds even where the track's own is beyond.
    let end = medium.sizes().iter().map(|(_, size)| size.0).max().unwrap_or(0);
    let Ok(start) = u32::try_from(track.start.0) else { return Vec::new() };
    let end = start.saturating_add(length).min(end);
    let read = |(at, blocks): (u32, u16)| {
        let lba = Lba(i32::try_from(at).ok()?);
        let cdb = Read10 { lba, blocks, fua: false, timeout: TIMEOUT_READ }.cdb();
        let fits = !blank && at >= start && at + u32::from(blocks) <= end;
        fits.then(|| Question::new(Topic::Sectors, cdb.bytes(), blocks * SECTOR as u16))
    };
    let wanted = [(start, 1), (start + 16, 1), (start, 16), (end.saturating_sub(1), 1)];
    wanted.into_iter().filter_map(read).collect()
}
