//! What our parsers understand of a drive's answers, told in the words of dvd+rw-mediainfo and in
//! its order: the same lines have to come out that went into the answers.

use oxidisc::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use oxidisc::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use oxidisc::mmc::cmd::inquiry::Inquiry;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read_capacity::ReadCapacity;
use oxidisc::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation, DiscStatus, ReadDiscInformation, SessionState,
};
use oxidisc::mmc::cmd::read_disc_structure::dvd::{
    Adip, ControlData, LayerBoundary, PhysicalFormat, PrerecordedInformation, WriteProtection,
};
use oxidisc::mmc::cmd::read_disc_structure::{ReadDiscStructure, Structure, bd, dvd};
use oxidisc::mmc::cmd::read_format_capacities::{FormatState, ReadFormatCapacities};
use oxidisc::mmc::cmd::read_toc::{LEAD_OUT, ReadSessions, ReadToc};
use oxidisc::mmc::cmd::read_track_information::{
    ReadTrackInformation, TrackAddress, TrackInformation,
};
use oxidisc::mmc::mode_page::ModePage;
use oxidisc::mmc::profile::Profile;
use oxidisc::mmc::{CommandError, Drive};
use oxidisc::units::Rate;

/// Tells all of it. `multiple`: kB/s of 1x.
pub fn retell(drive: &mut Drive, multiple: u32) -> Vec<String> {
    let mut told = Told {
        drive,
        multiple,
        profile: Profile::None,
        pow: false,
        formattable: false,
        id_told: false,
        lines: Vec::new(),
    };
    told.identity();
    told.configuration();
    told.performance();
    told.dvd_structures();
    told.layers_and_spares();
    let tracks = told.disc_information();
    if tracks > 0 {
        told.formats();
        for number in 1..=tracks {
            told.track(number);
        }
        told.toc();
        told.capacity();
    }
    told.lines
}

struct Told<'a> {
    drive: &'a mut Drive,
    multiple: u32,
    profile: Profile,
    pow: bool,
    formattable: bool,
    id_told: bool,
    lines: Vec<String>,
}

impl Told<'_> {
    fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn speed(&self, rate: Rate) -> String {
        let times = f64::from(rate.kbps) / f64::from(self.multiple);
        format!("{times:.1}x{}={}KB/s", self.multiple, rate.kbps)
    }

    fn structure<S: Structure>(&mut self) -> Result<S, CommandError> {
        self.drive.query(&ReadDiscStructure::<S>::new()).map(|answer| answer.structure)
    }

    fn identity(&mut self) {
        let identity = self.drive.query(&Inquiry).expect("a name");
        let (vendor, product, revision) = (identity.vendor, identity.product, identity.revision);
        self.say(format!("INQUIRY: [{vendor:8}][{product:16}][{revision:4}]"));
    }

    fn configuration(&mut self) {
        let all = GetConfiguration { wanted: Wanted::All, first: 0 };
        let configuration = self.drive.query(&all).expect("a configuration");
        let code = configuration.current_profile;
        self.profile = Profile::from(code);
        self.pow = configuration.is_current(0x38);
        self.formattable = configuration.is_current(0x23) || self.profile == Profile::DvdRam;
        self.say("GET [CURRENT] CONFIGURATION");
        let pow = if self.pow { "+POW" } else { "" };
        self.say(format!("Mounted Media: {code:02X}h, {}{pow}", name(self.profile)));
        if let Some(id) = self.own_media_id() {
            self.say(format!("Media ID: {id}"));
            self.id_told = true;
        }
        let query = ModeSense { page: ModePage::CAPABILITIES, values: Values::Current };
        let Ok(data) = self.drive.query(&query) else { return };
        let page = data.page(ModePage::CAPABILITIES).expect("page 2Ah").capabilities();
        let page = page.expect("it is that");
        let now = self.speed(page.write_now.expect("a current speed"));
        self.say(format!("Current Write Speed: {now}"));
        for (number, rate) in page.write_speeds.iter().enumerate() {
            let speed = self.speed(*rate);
            self.say(format!("Write Speed #{number}: {speed}"));
        }
    }

    /// Where the drive has it apart from the physical format.
    fn own_media_id(&mut self) -> Option<String> {
        let pair = |(maker, kind)| format!("{maker}/{kind}");
        if self.profile.is_dvd_plus() {
            self.structure::<Adip>().ok()?.0.plus_id.map(pair)
        } else if self.profile == Profile::BdRSequential {
            let unit = self.structure::<bd::DiscInformation>().ok()?.units.remove(0);
            Some(pair((unit.manufacturer?, unit.media_type?)))
        } else {
            self.structure::<PrerecordedInformation>().ok()?.media_id
        }
    }

    fn performance(&mut self) {
        let nominal = self.drive.query(&GetPerformance { write: true }).expect("an answer");
        if !nominal.is_empty() {
            self.say("GET [CURRENT] PERFORMANCE");
        }
        for part in nominal {
            let (from, to) = (self.speed(part.start_rate), self.speed(part.end_rate));
            let (start, end) = (part.start.0, part.end.0);
            self.say(if from == to {
                format!("Write Performance: {from}@[{start} -> {end}]")
            } else {
                format!("Write Performance: {from}@{start} -> {to}@{end}")
            });
        }
        let speeds = self.drive.query(&GetWriteSpeeds).expect("an answer");
        for (number, speed) in speeds.iter().enumerate() {
            let (read, write) = (self.speed(speed.read), self.speed(speed.write));
            let flags = speed.rotation << 3
                | u8::from(speed.default) << 2
                | u8::from(speed.exact) << 1
                | u8::from(speed.mixed);
            let end = speed.end.0;
            self.say(format!("Speed Descriptor#{number}: {flags:02}/{end} R@{read} W@{write}"));
        }
    }

    fn dvd_structures(&mut self) {
        let control = self.structure::<ControlData>().map(|control| control.0);
        for (format, structure) in [(0x10, control), (0, self.structure::<PhysicalFormat>())] {
            let Ok(physical) = structure else { continue };
            self.say(format!("READ DVD STRUCTURE[#{format:X}h]"));
            if let Some((maker, kind)) = physical.plus_id.as_ref().filter(|_| !self.id_told) {
                self.say(format!("Media ID: {maker}/{kind}"));
            }
            let border = format == 0 && matches!(self.profile.code(), 0x11 | 0x13..=0x16);
            let what = if border { "Last border-out at" } else { "Legacy lead-out at" };
            let end = if physical.layers > 1 { physical.layer0_end } else { physical.end };
            let blocks = if end == 0 { 0 } else { end - physical.start + 1 };
            self.say(format!("{what}: {blocks}*2KB={}", u64::from(blocks) * 2048));
        }
    }

    fn layers_and_spares(&mut self) {
        if let Ok(boundary) = self.structure::<LayerBoundary>() {
            self.say("DVD+R DOUBLE LAYER BOUNDARY INFORMATION");
            let settable = if boundary.settable { "still" } else { "no longer" };
            let blocks = boundary.layer0.0;
            self.say(format!("L0 Data Zone Capacity: {blocks}*2KB, can {settable} be set"));
        }
        let part = |free: u32, all: u32| {
            format!("{free}/{all}={:.1}% free", f64::from(free) * 100.0 / f64::from(all))
        };
        if let Ok(spares) = self.structure::<dvd::SpareArea>() {
            let (free, all) = spares.supplementary.expect("long enough");
            self.say("DVD-RAM SPARE AREA INFORMATION");
            // The whole of it is no part of the answer: the program knows it of 12 cm discs.
            self.say(format!("Primary SA: {}", part(spares.primary_free.0, 12_800)));
            self.say(format!("Supplementary SA: {}", part(free.0, all.0)));
        }
        if let Ok(protection) = self.structure::<WriteProtection>() {
            assert!(!protection.0.is_set());
            self.say("DVD-RAM WRITE PROTECTION STATUS");
            self.say("Persistent Write Protection is off");
        }
        if self.profile == Profile::BdRSequential {
            match self.structure::<bd::SpareArea>() {
                Ok(spares) => {
                    self.say("BD SPARE AREA INFORMATION");
                    self.say(format!("Spare Area: {}", part(spares.free.0, spares.total.0)));
                }
                Err(error) => {
                    let sense = error.sense().expect("the drive said no");
                    let (key, name) = (sense.key.code(), sense.name().to_uppercase());
                    self.say(format!(
                        ":-[ READ BD SPARE INFORMATION failed with SK={key:X}h/{name}]: \
                         Input/output error"
                    ));
                }
            }
        }
    }

    /// How many tracks there are.
    fn disc_information(&mut self) -> u16 {
        let disc = match self.drive.query(&ReadDiscInformation) {
            Ok(disc) => disc,
            Err(error) => {
                let (key, asc, ascq) = error.triple().expect("the drive said no");
                self.say(format!(
                    ":-[ READ DISC INFORMATION failed with SK={key:X}h/ASC={asc:02X}h/\
                     ACQ={ascq:02X}h]: Input/output error"
                ));
                return 0;
            }
        };
        if self.pow {
            // The program takes the first twelve bytes of the standard answer for resources.
            let field = |at: usize| {
                u32::from_be_bytes(disc.raw[at..at + 4].try_into().expect("four bytes"))
            };
            self.say("POW RESOURCES INFORMATION");
            self.say(format!("Remaining Replacements: {}", field(4)));
            self.say(format!("Remaining Map Entries: {}", field(8)));
            self.say(format!("Remaining Updates: {}", field(12)));
        }
        self.say("READ DISC INFORMATION");
        self.state_of(&disc);
        disc.last_track
    }

    fn state_of(&mut self, disc: &DiscInformation) {
        let status = match disc.status {
            DiscStatus::Blank => "blank",
            DiscStatus::Appendable => "appendable",
            DiscStatus::Complete => "complete",
            DiscStatus::Other => "other",
        };
        let session = match disc.last_session {
            SessionState::Empty => "empty",
            SessionState::Incomplete => "incomplete",
            SessionState::Damaged => "reserved/damaged",
            SessionState::Complete => "complete",
        };
        self.say(format!("Disc status: {status}"));
        self.say(format!("Number of Sessions: {}", disc.sessions));
        self.say(format!("State of Last Session: {session}"));
        if disc.status != DiscStatus::Complete {
            self.say(format!("\"Next\" Track: {}", disc.first_track_in_last));
        }
        self.say(format!("Number of Tracks: {}", disc.last_track));
        match disc.background_format {
            BackgroundFormat::None => {}
            BackgroundFormat::Suspended => self.say("BG Format Status: suspended"),
            BackgroundFormat::Running => self.say("BG Format Status: in progress"),
            BackgroundFormat::Done => self.say("BG Format Status: complete"),
        }
    }

    fn formats(&mut self) {
        if !self.formattable {
            return;
        }
        let Ok(formats) = self.drive.query(&ReadFormatCapacities) else { return };
        let size = |blocks: u32| format!("{blocks}*2048={}", u64::from(blocks) * 2048);
        self.say("READ FORMAT CAPACITIES");
        let state = match formats.state {
            FormatState::Unformatted => "unformatted",
            FormatState::Formatted => "formatted",
            FormatState::Unknown => "no media",
            FormatState::Reserved => "reserved",
        };
        self.say(format!("{state}: {}", size(formats.blocks.0)));
        for offer in formats.formats {
            let blocks = size(offer.blocks.0);
            self.say(format!("{:02x}h({:x}): {blocks}", offer.kind, offer.parameter));
        }
    }

    fn track(&mut self, number: u16) {
        let query = ReadTrackInformation(TrackAddress::Track(number));
        let Ok(track) = self.drive.query(&query) else { return };
        self.say(format!("READ TRACK INFORMATION[#{number}]"));
        self.say(format!("Track State: {}", self.track_state(&track)));
        self.say(format!("Track Start Address: {}*2KB", track.start.0));
        if let Some(next) = track.next_writable {
            self.say(format!("Next Writable Address: {}*2KB", next.0));
        }
        self.say(format!("Free Blocks: {}*2KB", track.free.0));
        self.say(format!("Track Size: {}*2KB", track.size.0));
        if let Some(lba) = track.read_compatibility {
            self.say(format!("ROM Compatibility LBA: {}", lba.0));
        }
    }

    fn track_state(&self, track: &TrackInformation) -> &'static str {
        if self.profile.code() & 0x0f == 0x0b {
            return match (track.reserved, track.blank) {
                (false, false) => "invisible",
                (false, true) => "blank",
                (true, false) => "partial/complete",
                (true, true) => "reserved",
            };
        }
        match (track.reserved, track.blank, track.incremental) {
            (false, false, true) if track.next_writable.is_some() => "incomplete incremental",
            (false, false, false) => "complete",
            (false, false, true) => "complete incremental",
            (false, true, false) => "blank",
            (false, true, true) => "invisible incremental",
            (true, false, false) => "partial",
            (true, false, true) => "partial incremental",
            (true, true, false) => "reserved",
            (true, true, true) => "reserved incremental",
        }
    }

    fn toc(&mut self) {
        let Ok(toc) = self.drive.query(&ReadToc { first_track: 0 }) else { return };
        self.say("FABRICATED TOC");
        for entry in &toc.entries {
            let flags = entry.adr << 4 | entry.control;
            let start = entry.start.0;
            self.say(match entry.number {
                LEAD_OUT => format!("Track#AA: {flags:02x}@{start}"),
                number => format!("Track#{number}: {flags:02x}@{start}"),
            });
        }
        let sessions = self.drive.query(&ReadSessions).expect("an answer");
        let first = sessions.first_track_of_last;
        self.say(format!("Multi-session Info: #{}@{}", first.number, first.start.0));
    }

    fn capacity(&mut self) {
        let Ok(capacity) = self.drive.query(&ReadCapacity) else { return };
        // The program prints 0 where the last block is block 0.
        let blocks = if capacity.blocks.0 == 1 { 0 } else { capacity.blocks.0 };
        let bytes = u64::from(blocks) * u64::from(capacity.block_len);
        self.say(format!("READ CAPACITY: {blocks}*{}={bytes}", capacity.block_len));
    }
}

/// The program's names of profiles.
fn name(profile: Profile) -> &'static str {
    match profile {
        Profile::DvdRom => "DVD-ROM",
        Profile::DvdR => "DVD-R Sequential",
        Profile::DvdRam => "DVD-RAM",
        Profile::DvdRwSequential => "DVD-RW Sequential",
        Profile::DvdPlusRw => "DVD+RW",
        Profile::DvdPlusR => "DVD+R",
        Profile::DvdPlusRDl => "DVD+R Double Layer",
        Profile::BdRSequential => "BD-R SRM",
        other => panic!("no report of {}", other.name()),
    }
}
