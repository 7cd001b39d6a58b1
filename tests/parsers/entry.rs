//! The ways by which bytes of others come into the program, one function each: it parses and prints
//! what came out, and must neither panic nor take long whatever the bytes. `fuzz/` uses them too.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::time::Duration;

use oxidisc::formats::hex;
use oxidisc::formats::mapfile::{Map, State};
use oxidisc::formats::{SectorData, Sectors, identify, iso9660, udf};
use oxidisc::formats::{cd_text, cue};
use oxidisc::formats::{checksums as sums, foreign as others};
use oxidisc::mmc::Query;
use oxidisc::mmc::advice;
use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::get_event_status::GetEventStatus;
use oxidisc::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::inquiry_serial::InquirySerial;
use oxidisc::mmc::cmd::mechanism_status::MechanismStatus;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::cmd::read_buffer_capacity::ReadBufferCapacity;
use oxidisc::mmc::cmd::read_capacity::ReadCapacity;
use oxidisc::mmc::cmd::read_cd_text::ReadCdText;
use oxidisc::mmc::cmd::read_disc_information::{
    ReadDiscInformation, ReadPowResources, ReadTrackResources,
};
use oxidisc::mmc::cmd::read_disc_structure::{ReadDiscStructure, Structure, bd, dvd};
use oxidisc::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use oxidisc::mmc::cmd::read_full_toc::ReadFullToc;
use oxidisc::mmc::cmd::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use oxidisc::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use oxidisc::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use oxidisc::mmc::cmd::report_key::ReportRegion;
use oxidisc::mmc::cmd::request_sense::RequestSense;
use oxidisc::mmc::describe as explain;
use oxidisc::sim::{
    self,
    defects::Defects,
    fault::{Command, FaultPlan},
    geometry::Layout,
};
use oxidisc::transport::{Cdb, Data, Sense, Transport, recording::Recording, sense_input};
use oxidisc::units::Family;

/// An entry point.
pub type Entry = fn(&[u8]);

/// Those that take any bytes, by the names of their fuzz targets.
pub const ALL: &[(&str, Entry)] = &[
    ("filesystems", filesystems),
    ("mapfile", mapfile),
    ("cue", cue),
    ("checksums", checksums),
    ("foreign", foreign),
    ("sense", sense),
    ("mmc", mmc),
    ("recording", recording),
    ("plans", plans),
    ("spec", spec),
    ("drive", drive),
    ("decode", decode),
    ("describe", describe),
];

/// More sectors than a walk may ask for on any disc: what shows that it ends.
pub const READS_MAX: u32 = 300_000;

fn print(value: impl Debug) {
    std::hint::black_box(format!("{value:?}"));
}

/// Without bytes that are no UTF-8, so that few inputs are wasted.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Sectors in the form of tests/fixtures/filesystems; cut off or overlapping as they may be.
#[derive(Clone, Default)]
pub struct Disc {
    pub count: u32,
    pub sectors: BTreeMap<u32, Vec<u8>>,
    pub reads: u32,
}

impl Disc {
    pub fn parse(bytes: &[u8]) -> Disc {
        let mut disc = Disc::default();
        let Some((count, mut rest)) = bytes.get(8..).and_then(|bytes| bytes.split_first_chunk())
        else {
            return disc;
        };
        disc.count = u32::from_le_bytes(*count);
        while let Some((&[a, b, c, d, low, high], after)) = rest.split_first_chunk() {
            let len = usize::from(u16::from_le_bytes([low, high])).min(2048).min(after.len());
            let (data, after) = after.split_at(len);
            disc.sectors.insert(u32::from_le_bytes([a, b, c, d]), data.to_vec());
            rest = after;
        }
        disc
    }
}

impl Sectors for Disc {
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        self.reads += 1;
        if lba >= self.count {
            return Err(io::Error::other("beyond the end"));
        }
        sector.fill(0);
        if let Some(data) = self.sectors.get(&lba) {
            sector[..data.len()].copy_from_slice(data);
            mend_tags(sector);
        }
        Ok(())
    }
}

/// Gives whatever looks like a UDF tag a right checksum and a CRC over nothing: else no change in
/// a descriptor would get further than its tag.
fn mend_tags(sector: &mut SectorData) {
    for at in (0..sector.len() - 16).step_by(4) {
        let tag = &mut sector[at..at + 16];
        let known = matches!(u16::from_le_bytes([tag[0], tag[1]]), 0..=9 | 256..=266);
        if known && (at == 0 || tag[..2] == [1, 1]) && matches!(tag[2..4], [2 | 3, 0]) {
            tag[8..12].fill(0);
            tag[4] = 0;
            tag[4] = tag.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
        }
    }
}

/// A disc's file systems, and the files on them.
pub fn filesystems(bytes: &[u8]) {
    walk(&mut Disc::parse(bytes));
}

/// Reads all there is to know of a disc's file systems.
pub fn walk(disc: &mut Disc) {
    for (start, capacity) in [(0, Some(disc.count)), (11_616, None)] {
        disc.reads = 0;
        let found = identify(disc, start, capacity);
        print((found.names(), found.volume_id(), found.sectors()));
        if let Some(volume) = &found.iso9660 {
            print(iso9660::files(disc, volume, 1000));
            if let Some(lba) = volume.boot_catalog {
                print(iso9660::boot_entries(disc, lba, &mut Vec::new()));
            }
        }
        if let Some(volume) = &found.udf {
            print(udf::files(disc, volume, 1000));
        }
        print(found);
        assert!(disc.reads < 2 * READS_MAX, "{} sectors asked for", disc.reads);
    }
}

/// A cue sheet.
pub fn cue(bytes: &[u8]) {
    match cue::parse(&text(bytes)) {
        Ok(files) => print(files),
        Err(error) => print(error.to_string()),
    }
}

/// A list of checksums.
pub fn checksums(bytes: &[u8]) {
    match sums::parse(&text(bytes)) {
        Ok(found) => print(found),
        Err(error) => print(error.to_string()),
    }
}

/// A file that is no image: its beginning and its end.
pub fn foreign(bytes: &[u8]) {
    let head = &bytes[..bytes.len().min(others::HEAD)];
    let tail = &bytes[bytes.len() - bytes.len().min(others::TAIL)..];
    print(others::identify(head, tail));
}

/// A mapfile; what it says must stay when it is written and read, and may be changed.
pub fn mapfile(bytes: &[u8]) {
    let mut map = match Map::parse(&text(bytes)) {
        Ok(map) => map,
        Err(error) => return print(error.to_string()),
    };
    let again = Map::parse(&map.to_text(&["a comment".to_string()]));
    assert_eq!(again.as_ref(), Ok(&map));
    let size = map.size();
    for (from, to, state) in [
        (0, size / 3, State::Finished),
        (size / 2, size, State::Bad),
        (size / 4, size / 4 * 3, State::NonTried),
        (size / 2, u64::MAX, State::Finished),
    ] {
        map.set(from..to, state);
        assert_eq!(map.size(), size);
        assert!(map.within(from..to.min(size)).all(|stretch| stretch.state == state));
        assert!(map.stretches().windows(2).all(|pair| pair[0].end() == pair[1].start));
    }
    print((map.at(size / 2), map.bytes(State::Finished), &map));
}

/// Sense data.
pub fn sense(bytes: &[u8]) {
    if let Some(sense) = Sense::parse(bytes) {
        print((sense.triple(), sense.name()));
        print(sense);
    }
}

fn ask<Q: Query>(query: Q, bytes: &[u8]) -> Option<Q::Response>
where
    Q::Response: Debug,
{
    print((query.cdb(), query.timeout(), query.lba()));
    let response = query.parse(bytes);
    print(&response);
    response.ok()
}

fn structure<S: Structure + Debug>(bytes: &[u8]) -> Option<S> {
    ask(ReadDiscStructure::<S>::new(), bytes).map(|answer| answer.structure)
}

/// Answers to commands: the first byte says to which.
pub fn mmc(bytes: &[u8]) {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    match which % 48 {
        0 => drop(ask(Inquiry, bytes)),
        1 => drop(ask(InquirySerial, bytes)),
        2 => drop(ask(RequestSense, bytes)),
        3 => modes(bytes),
        4 => drop(ask(GetConfiguration { wanted: Wanted::All, first: 0 }, bytes)),
        5 => drop(ask(GetEventStatus { media: true, external_request: true }, bytes)),
        6 => drop(ask(GetPerformance { write: false }, bytes)),
        7 => drop(ask(GetWriteSpeeds, bytes)),
        8 => drop(ask(MechanismStatus, bytes)),
        9 => drop(ask(ReadCapacity, bytes)),
        10 => drop(ask(ReadFormatCapacities, bytes)),
        11 => drop(ask(ReadDiscInformation, bytes)),
        12 => drop(ask(ReadTrackResources, bytes)),
        13 => drop(ask(ReadPowResources, bytes)),
        14 => tracks(bytes),
        15 => tocs(bytes),
        16 => drop(ask(ReadSessions, bytes)),
        17 => full_toc(bytes),
        18 => drop(ask(ReadAtip, bytes).map(|atip| print(atip.media_id()))),
        19 => drop(ask(ReadCdText, bytes).map(|text| print(cd_text::decode(&text.packs)))),
        20 => drop(ask(ReportRegion, bytes).map(|region| print(region.allowed()))),
        21 => dvd_layers(bytes),
        22 => drop(structure::<dvd::Copyright>(bytes)),
        23 => drop(structure::<dvd::BurstCuttingArea>(bytes)),
        24 => drop(structure::<dvd::Manufacturing>(bytes)),
        25 => drop(structure::<dvd::PrerecordedInformation>(bytes)),
        26 => drop(structure::<dvd::ControlData>(bytes)),
        27 => drop(structure::<dvd::Adip>(bytes)),
        28 => drop(structure::<dvd::Formats>(bytes)),
        29 => bd_units(bytes),
        30 => drop(structure::<bd::Formats>(bytes)),
        31 => drop(ask(ReadBufferCapacity, bytes).map(|buffer| print(buffer.filled()))),
        32 => drop(structure::<dvd::SpareArea>(bytes)),
        33 => drop(structure::<dvd::LayerBoundary>(bytes)),
        34 => drop(structure::<dvd::WriteProtection>(bytes).map(|it| print(it.0.is_set()))),
        35 => drop(structure::<bd::SpareArea>(bytes)),
        36 => drop(structure::<bd::WriteProtection>(bytes).map(|it| print(it.0.is_set()))),
        37 => drop(structure::<bd::BurstCuttingArea>(bytes)),
        38 => drop(ask(ReadCatalogNumber, bytes)),
        39 => drop(ask(ReadRecordingCode { track: 1 }, bytes)),
        _ => {}
    }
}

fn modes(bytes: &[u8]) {
    let Some(data) = ask(ModeSense { page: 0x3f, values: Values::Current }, bytes) else { return };
    for mut page in data.pages {
        print((page.code(), page.is_whole(), page.capabilities()));
        page.set(2, 0x0f, 0xff);
        if let Some(mut recovery) = page.error_recovery() {
            recovery.set_read_retries(1);
            print((recovery.flags(), recovery.read_retries()));
        }
        if let Some(mut parameters) = page.write_parameters() {
            parameters.set_packet_size(Some(16));
            print(parameters.set_catalog(Some(*b"0123456789012")));
            print(parameters.write_type());
        }
    }
}

fn tracks(bytes: &[u8]) {
    let track = ask(ReadTrackInformation(TrackAddress::Track(1)), bytes);
    print(track.map(|track| track.is_data()));
}

fn tocs(bytes: &[u8]) {
    if let Some(toc) = ask(ReadToc { first_track: 0 }, bytes) {
        print((toc.lead_out(), toc.tracks().map(|track| track.is_data()).collect::<Vec<_>>()));
    }
}

fn full_toc(bytes: &[u8]) {
    let Some(toc) = ask(ReadFullToc, bytes) else { return };
    for session in toc.sessions() {
        print((toc.lead_out(session), toc.track_range(session), toc.disc_type(session)));
        print(toc.tracks(session).collect::<Vec<_>>());
    }
}

fn dvd_layers(bytes: &[u8]) {
    let Some(format) = structure::<dvd::PhysicalFormat>(bytes) else { return };
    print(format.book_name());
    let layers = usize::from(format.layers);
    if let Some(layers) = dvd::Layers::new(&vec![format; layers]) {
        print((layers.sectors(), layers.count(), layers.layer_break()));
    }
}

fn bd_units(bytes: &[u8]) {
    let Some(disc) = structure::<bd::DiscInformation>(bytes) else { return };
    print((disc.sectors(), disc.layer_break()));
    print(disc.units.iter().map(|unit| (unit.is_pressed(), unit.sectors())).collect::<Vec<_>>());
}

/// A recording; what is read of it can be written, and read again.
pub fn recording(bytes: &[u8]) {
    let recording = match Recording::parse(&text(bytes)) {
        Ok(recording) => recording,
        Err(error) => return print(error.to_string()),
    };
    let mut again = recording.header.to_line();
    for exchange in &recording.exchanges {
        again += "\n";
        again += &exchange.to_line();
    }
    let again = Recording::parse(&again).expect("our own lines");
    assert_eq!(again.exchanges.len(), recording.exchanges.len());
    print(recording);
}

/// Files of defects and of faults.
pub fn plans(bytes: &[u8]) {
    let text = text(bytes);
    match Defects::parse(&text, "defects.toml") {
        Ok(defects) => {
            print((defects.is_empty(), &defects));
            let layout = Layout::single(Family::Dvd, 100_000);
            print([0, 1000, 5000, 99_999].map(|lba| defects.damage(&layout, 7, lba)));
            print(defects.first(&layout, 7, 900, 1100));
        }
        Err(error) => print(error.to_string()),
    }
    match FaultPlan::parse(&text, "faults.toml") {
        Ok(mut faults) => {
            let mut due = |number| {
                let command = Command { number, opcode: 0x2a, sectors: Some(990..1010) };
                faults.due(&command, Duration::from_secs(number))
            };
            print((1..9).map(&mut due).collect::<Vec<_>>());
            print(faults);
        }
        Err(error) => print(error.to_string()),
    }
}

/// The spec of a simulated drive, which is built if it can be.
pub fn spec(bytes: &[u8]) {
    let text = text(bytes);
    // So that no path leads out of the folder: what files hold is for other entries.
    if text.contains('/') {
        return;
    }
    match sim::open(&text) {
        Ok(drive) => print((drive.seed(), drive.max_transfer())),
        Err(error) => print(error.to_string()),
    }
}

/// What `drive` is given for a drive.
const SPECS: [&str; 8] = [
    "medium=cd-rom",
    "medium=cd-r&written=tao",
    "medium=dvd-rom&layers=2&layer_break=240&protect=css&protected=100..200",
    "medium=bd-rom&protect=aacs",
    "tray=empty",
    "medium=dvd+r&tray=open&persona=dvr-111d",
    "medium=cd-r&filter=user",
    "medium=dvd-rom&max_transfer=4KiB",
];

/// A small disc, as an open file without a name: `demo` takes long to make.
fn image() -> &'static File {
    static IMAGE: OnceLock<File> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let mut disc = Disc::parse(include_bytes!("../fixtures/filesystems/bridge.sectors"));
        let mut file = tempfile::tempfile().expect("a temporary file");
        for lba in 0..disc.count {
            let mut sector = [0; 2048];
            disc.read(lba, &mut sector).expect("a fixture has no bad sectors");
            file.write_all(&sector).expect("room for a megabyte");
        }
        file
    })
}

/// Commands to a simulated drive: the first byte says to which; then, for each command, a byte that
/// says how much data it has, the command, and what it sends.
pub fn drive(bytes: &[u8]) {
    let Some((&which, mut bytes)) = bytes.split_first() else { return };
    let keys = SPECS[usize::from(which) % SPECS.len()];
    let spec = format!("sim:/proc/self/fd/{}?{keys}", image().as_raw_fd());
    let mut drive = sim::open(&spec).unwrap_or_else(|error| panic!("{error}"));
    for _ in 0..64 {
        let Some((&size, rest)) = bytes.split_first() else { return };
        let Some(&opcode) = rest.first() else { return };
        // SPC-4 4.3.4: the length is in the upper three bits.
        let len = [6, 10, 10, 12, 16, 12, 10, 10][usize::from(opcode >> 5)].min(rest.len());
        let (command, rest) = rest.split_at(len);
        let cdb = Cdb::new(command);
        let room = [0, 4, 8, 36, 252, 2048, 4096, 65_536][usize::from(size & 7)];
        let (sent, rest) = rest.split_at(if size & 8 == 0 { 0 } else { room.min(rest.len()) });
        bytes = rest;
        let mut buffer = vec![0; room];
        let data = match (size & 8, room) {
            (0, 0) => Data::None,
            (0, _) => Data::In(&mut buffer),
            _ => Data::Out(sent),
        };
        let most = data.len();
        let answer = drive.execute(&cdb, data, Duration::from_secs(30));
        if let Ok(answer) = &answer {
            let resid = usize::try_from(answer.resid).expect("more came than there was room for");
            assert!(resid <= most, "{cdb:?}: {resid} of {most} bytes left");
        }
        print((answer, drive.now()));
        drive.wait(Duration::from_millis(u64::from(size) * 10));
    }
}

/// What people paste: sense data in any form, commands, hex.
pub fn decode(bytes: &[u8]) {
    let text = text(bytes);
    match hex::parse(&text) {
        Ok(parsed) => assert_eq!(hex::parse(&hex::text(&parsed)).as_ref(), Ok(&parsed)),
        Err(error) => print(error.to_string()),
    }
    for cdb in sense_input::commands(&text) {
        print(explain::cdb::describe(&cdb));
    }
    match sense_input::find(&text) {
        Ok(all) => {
            assert!(!all.is_empty(), "found nothing, and no error");
            for found in all {
                print(advice::advice(&found.sense, found.cdb.as_ref()));
                print(explain::sense::items(&found.sense, found.cdb.as_ref()));
                print(explain::sense::remarks(&found.sense, found.cdb.as_ref()));
            }
        }
        Err(error) => print(error.to_string()),
    }
}

/// An answer to be described: a byte that says how long the command is, the command, the answer.
pub fn describe(bytes: &[u8]) {
    let Some((&len, rest)) = bytes.split_first() else { return };
    let (command, data) = rest.split_at(usize::from(len % 16 + 1).min(rest.len()));
    if command.is_empty() {
        return;
    }
    let described = explain::response::describe(&Cdb::new(command), data);
    for item in &described.items {
        assert!(item.end() <= data.len(), "{item:?} is not within {} bytes", data.len());
    }
    print(described);
}
