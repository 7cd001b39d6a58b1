//! Answers derived from what dvd+rw-mediainfo printed of a drive: its values, in the layout of
//! MMC-6. What it does not print is zero, or what the lines below say. Knows nothing of our
//! parsers: it is what they are tested against.
//!
//! The program (7.x) takes "Media Book Type" from its buffer before it asks for the structure: what
//! it prints is no word of the drive on this disc, and is left out.

use super::evidence::hex;
use super::table::Table;

/// A report, taken apart.
pub struct Printed<'a> {
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    heading: &'a str,
    value: &'a str,
    lines: Vec<(&'a str, &'a str)>,
}

/// First physical sector of the data area.
const START: u32 = 0x03_0000;
const START_RAM: u32 = 0x03_1000;

/// The states of a track as the program names them, by bits 7 and 6 of byte 6 of the answer.
const STATES_PLUS: [&str; 4] = ["invisible", "blank", "partial/complete", "reserved"];
/// By bits 7 to 5.
const STATES: [&str; 8] = [
    "complete",
    "complete incremental",
    "blank",
    "invisible incremental",
    "partial",
    "partial incremental",
    "reserved",
    "reserved incremental",
];

/// Disc status, and state of the last session.
const DISC: [&str; 4] = ["blank", "appendable", "complete", "other"];
const SESSION: [&str; 4] = ["empty", "incomplete", "reserved/damaged", "complete"];
const BACKGROUND: [&str; 4] = ["blank", "suspended", "in progress", "complete"];

fn place(names: &[&str], name: &str) -> u8 {
    let place = names.iter().position(|known| *known == name);
    u8::try_from(place.unwrap_or_else(|| panic!("unknown: {name}"))).expect("few")
}

/// The number that a value begins with.
fn number(value: &str) -> u32 {
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..end].parse().unwrap_or_else(|_| panic!("no number: {value}"))
}

/// The kB/s of `4.0x1385=5540KB/s`.
fn kbps(value: &str) -> u32 {
    number(value.split_once('=').expect("a speed").1)
}

fn be24(value: u32) -> [u8; 3] {
    let [_, a, b, c] = value.to_be_bytes();
    [a, b, c]
}

impl<'a> Printed<'a> {
    /// Takes a report apart.
    pub fn new(report: &'a str) -> Printed<'a> {
        let mut sections: Vec<Section<'a>> = Vec::new();
        for line in report.lines().filter(|line| !line.trim().is_empty()) {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            let (key, value) = (key.trim(), value.trim());
            if line.starts_with(":-[") {
                sections.push(Section { heading: line, value: "", lines: Vec::new() });
            } else if !line.starts_with(' ') {
                sections.push(Section { heading: key, value, lines: Vec::new() });
            } else {
                let section = sections.last_mut().expect("a heading comes first");
                // A further stretch of a speed curve has no key of its own.
                let further = key.starts_with(|c: char| c.is_ascii_digit()) && value.is_empty();
                section.lines.push(if further { ("Write Performance", key) } else { (key, value) });
            }
        }
        Printed { sections }
    }

    /// The report's lines with single blanks; a write speed that was listed before is left out.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut speeds: Vec<&str> = Vec::new();
        for section in &self.sections {
            lines.push(if section.value.is_empty() {
                section.heading.to_string()
            } else {
                format!("{}: {}", section.heading, section.value)
            });
            for (key, value) in &section.lines {
                if key.starts_with("Write Speed #") {
                    if speeds.contains(value) {
                        continue;
                    }
                    speeds.push(value);
                }
                if *key == "Media Book Type" {
                    continue;
                }
                let blank = if value.is_empty() { "" } else { ": " };
                let blanks: Vec<&str> = value.split_whitespace().collect();
                lines.push(format!("{key}{blank}{}", blanks.join(" ")));
            }
        }
        lines
    }

    /// kB/s of 1x, as the program counts.
    pub fn multiple(&self) -> u32 {
        if self.profile() >= 0x40 { 4495 } else { 1385 }
    }

    fn section(&self, heading: &str) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.heading == heading)
    }

    fn profile(&self) -> u8 {
        let media = self.section("GET [CURRENT] CONFIGURATION").and_then(|all| {
            all.lines.iter().find(|(key, _)| *key == "Mounted Media").map(|(_, value)| *value)
        });
        u8::from_str_radix(media.expect("a medium").split_once('h').expect("hex").0, 16)
            .expect("a profile")
    }

    fn all(&self, start: &str) -> Vec<&'a str> {
        let lines = self.sections.iter().flat_map(|section| &section.lines);
        lines.filter(|(key, _)| key.starts_with(start)).map(|(_, value)| *value).collect()
    }

    /// The drive that printed it.
    pub fn table(&self) -> Table {
        let mut table = Table::ready();
        self.identity(&mut table);
        self.configuration(&mut table);
        self.page_2a(&mut table);
        self.performance(&mut table);
        self.structures(&mut table);
        self.media_id(&mut table);
        self.disc_information(&mut table);
        self.formats(&mut table);
        self.tracks(&mut table);
        self.toc(&mut table);
        if let Some(capacity) = self.section("READ CAPACITY") {
            // The program prints 0 where the last block is block 0.
            let last = number(capacity.value).saturating_sub(1);
            table.put(&[0x25, 0], &[last.to_be_bytes(), 2048u32.to_be_bytes()].concat());
        }
        table
    }

    fn identity(&self, table: &mut Table) {
        let names = self.section("INQUIRY").expect("a name").value;
        let mut inquiry = vec![0x05, 0x80, 0x00, 0x32, 0x1f, 0, 0, 0];
        for (part, width) in names.split(']').zip([8, 16, 4]) {
            let name = part.trim_start_matches('[');
            inquiry.extend(format!("{name:width$}").bytes());
        }
        assert_eq!(inquiry.len(), 36, "{names}");
        table.put(&[0x12, 0, 0], &inquiry);
    }

    fn configuration(&self, table: &mut Table) {
        let mut features = vec![0, 0, 0x03, 4, 0, self.profile(), 0x01, 0];
        if self.all("Mounted Media").iter().any(|media| media.ends_with("+POW")) {
            features.extend([0x00, 0x38, 0x01, 4, 0, 0, 0, 0]);
        }
        if self.section("READ FORMAT CAPACITIES").is_some() {
            features.extend([0x00, 0x23, 0x01, 4, 0, 0, 0, 0]);
        }
        // Real-time streaming: what GET PERFORMANCE belongs to.
        features.extend([0x01, 0x07, 0x11, 4, 0x1f, 0, 0, 0]);
        let length = u32::try_from(features.len() + 4).expect("short").to_be_bytes();
        let header = [length, [0, 0, 0, self.profile()]].concat();
        table.put(&[0x46, 0], &[header, features].concat());
    }

    fn page_2a(&self, table: &mut Table) {
        let speed = |value: &str| u16::try_from(kbps(value)).expect("a speed").to_be_bytes();
        let speeds: Vec<[u8; 2]> = self.all("Write Speed #").into_iter().map(speed).collect();
        let Some(current) = self.all("Current Write Speed").first().copied().map(speed) else {
            return;
        };
        let mut page = [0; 32];
        page[0] = 0x2a;
        page[1] = u8::try_from(30 + 4 * speeds.len()).expect("short");
        page[18..20].copy_from_slice(speeds.first().unwrap_or(&current));
        page[28..30].copy_from_slice(&current);
        page[31] = u8::try_from(speeds.len()).expect("few");
        let mut answer = vec![0, page[1] + 8, 0, 0, 0, 0, 0, 0];
        answer.extend(page);
        for [high, low] in speeds {
            answer.extend([0, 0, high, low]);
        }
        table.put(&[0x5a, 0, 0x2a], &answer);
    }

    fn performance(&self, table: &mut Table) {
        let mut nominal = Vec::new();
        for value in self.all("Write Performance") {
            // `5.0x…=6924KB/s@0 -> 12.0x…=16620KB/s@2295103`, or one speed `@[0 -> 2295103]`.
            let (first, last) = value.split_once(" -> ").expect("from and to");
            let (from, start) = first.split_once('@').expect("a place");
            let (to, end) = last.split_once('@').unwrap_or((from, last));
            let start = number(start.trim_start_matches('['));
            for field in [start, kbps(from), number(end.trim_end_matches(']')), kbps(to)] {
                nominal.extend(field.to_be_bytes());
            }
        }
        let mut speeds = Vec::new();
        for value in self.all("Speed Descriptor#") {
            let words: Vec<&str> = value.split_whitespace().collect();
            let (flags, end) = words[0].split_once('/').expect("flags and end");
            speeds.extend([hex(flags)[0], 0, 0, 0]);
            for field in [number(end), kbps(words[1]), kbps(words[2])] {
                speeds.extend(field.to_be_bytes());
            }
        }
        for (cdb, body) in [([0xac, 4, 0], nominal), ([0xac, 0, 3], speeds)] {
            let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
            let cdb = [cdb[0], cdb[1], 0, 0, 0, 0, 0, 0, 0, 0, cdb[2], 0];
            table.put(&cdb, &[&length, &[0; 4], &body[..]].concat());
        }
    }
}

/// READ DISC STRUCTURE.
impl Printed<'_> {
    fn structures(&self, table: &mut Table) {
        for section in &self.sections {
            let format = match section.heading {
                "READ DVD STRUCTURE[#10h]" => 0x10,
                "READ DVD STRUCTURE[#0h]" => 0x00,
                _ => continue,
            };
            put_structure(table, 0, format, &self.physical(section));
        }
        let mut boundary = [0; 8];
        for value in self.all("L0 Data Zone Capacity") {
            boundary[0] = if value.ends_with("no longer be set") { 0x80 } else { 0 };
            boundary[4..].copy_from_slice(&number(value).to_be_bytes());
            put_structure(table, 0, 0x20, &boundary);
        }
        let of = |value: &str| {
            let (free, total) = value.split_once('/').expect("free of all");
            [number(free).to_be_bytes(), number(total).to_be_bytes()]
        };
        for value in self.all("Spare Area") {
            put_structure(table, 1, 0x0a, &[&[0; 4], &of(value).concat()[..]].concat());
        }
        for (primary, other) in self.all("Primary SA").iter().zip(self.all("Supplementary SA")) {
            put_structure(table, 0, 0x0a, &[&of(primary)[0], &of(other).concat()[..]].concat());
        }
        if !self.all("Persistent Write Protection is off").is_empty() {
            put_structure(table, 0, 0xc0, &[0; 4]);
        }
        if self.sections.iter().any(|all| all.heading.contains("BD SPARE INFORMATION failed")) {
            refuse_structure(table, 1, 0x0a);
        }
    }

    /// The physical format of a section.
    fn physical(&self, section: &Section<'_>) -> Vec<u8> {
        let value = |start: &str| {
            section.lines.iter().find(|(key, _)| key.starts_with(start)).map(|(_, value)| *value)
        };
        let two_layers = matches!(self.profile(), 0x15 | 0x16 | 0x2b);
        let start = if self.profile() == 0x12 { START_RAM } else { START };
        let lead_out = value("Legacy lead-out at").or(value("Last border-out at"));
        // The program prints 0 where the drive has an end of 0.
        let end = match number(lead_out.expect("an end")) {
            0 => 0,
            blocks => start + blocks - 1,
        };
        let mut body = vec![0; 32];
        body[2] = if two_layers { 0x32 } else { 0x02 };
        body[5..8].copy_from_slice(&be24(start));
        if two_layers {
            // The second layer is as long as the first.
            body[9..12].copy_from_slice(&be24(0xff_ffff - start));
            body[13..16].copy_from_slice(&be24(end));
        } else {
            body[9..12].copy_from_slice(&be24(end));
        }
        if let Some(id) = value("Media ID") {
            put_plus_id(&mut body, id);
        }
        body
    }

    /// The media id, where it was printed of a structure of its own.
    fn media_id(&self, table: &mut Table) {
        let configuration = self.section("GET [CURRENT] CONFIGURATION").expect("a medium");
        let id = configuration.lines.iter().find(|(key, _)| *key == "Media ID");
        let Some((_, id)) = id else {
            refuse_structure(table, 0, 0x11);
            return;
        };
        match self.profile() {
            0x1a | 0x1b | 0x2b => {
                let mut body = vec![0; 256];
                put_plus_id(&mut body, id);
                put_structure(table, 0, 0x11, &body);
            }
            0x41 => {
                let (maker, kind) = id.split_once('/').expect("maker and type");
                let mut unit = [0; 112];
                unit[..4].copy_from_slice(b"DI\x01\x00");
                unit[8..11].copy_from_slice(b"BDR");
                unit[12] = 0x10;
                // redumper#258: of another disc VERBAT/IMe.
                unit[24..28].copy_from_slice(&131_072u32.to_be_bytes());
                unit[28..32].copy_from_slice(&1_658_494u32.to_be_bytes());
                unit[100..106].copy_from_slice(maker.as_bytes());
                unit[106..109].copy_from_slice(kind.as_bytes());
                put_structure(table, 1, 0x00, &unit);
            }
            _ => {
                let mut body = [0; 68];
                let id = format!("{id:12}");
                (body[16], body[24]) = (3, 4);
                body[17..23].copy_from_slice(&id.as_bytes()[..6]);
                body[25..31].copy_from_slice(&id.as_bytes()[6..]);
                put_structure(table, 0, 0x0e, &body);
            }
        }
    }
}

fn put_plus_id(body: &mut [u8], id: &str) {
    let (maker, kind) = id.split_once('/').expect("maker and type");
    body[19..19 + maker.len()].copy_from_slice(maker.as_bytes());
    body[27..27 + kind.len()].copy_from_slice(kind.as_bytes());
}

fn put_structure(table: &mut Table, media: u8, format: u8, body: &[u8]) {
    let [high, low] = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
    table.put(&[0xad, media, 0, 0, 0, 0, 0, format], &[&[high, low, 0, 0], body].concat());
}

/// 5/24/00.
fn refuse_structure(table: &mut Table, media: u8, format: u8) {
    let sense = hex("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 00 00 00");
    table.refuse(&[0xad, media, 0, 0, 0, 0, 0, format], &sense);
}

/// The state of disc and tracks.
impl Printed<'_> {
    fn disc_information(&self, table: &mut Table) {
        let failed = |all: &Section<'_>| all.heading.contains("READ DISC INFORMATION failed");
        if self.sections.iter().any(failed) {
            // 4/08/03, as printed.
            let sense = hex("70 00 04 00 00 00 00 0a 00 00 00 00 08 03 00 00 00 00");
            table.refuse(&[0x51, 0], &sense);
            return;
        }
        let one = |key: &str| self.all(key).first().copied();
        let mut answer = [0; 34];
        answer[1] = 32;
        let state = place(&SESSION, one("State of Last Session").expect("a state"));
        answer[2] = state << 2 | place(&DISC, one("Disc status").expect("a state"));
        if matches!(self.profile(), 0x12..=0x14 | 0x1a) {
            answer[2] |= 0x10;
        }
        let last = number(one("Number of Tracks").expect("a number"));
        let sessions = number(one("Number of Sessions").expect("a number"));
        let next = one("\"Next\" Track").map_or(last, number);
        for (at, value) in [(3, 1), (4, sessions), (5, next), (6, last)] {
            answer[at] = u8::try_from(value).expect("few");
        }
        if let Some(state) = one("BG Format Status") {
            answer[7] = place(&BACKGROUND, state);
        }
        if let Some(replacements) = one("Remaining Replacements") {
            // What was printed as POW resources is the standard answer: bytes 4 to 6 are there.
            let bytes = number(replacements).to_be_bytes();
            assert_eq!(bytes[..3], answer[4..7]);
            answer[7] = bytes[3];
            table.put(&[0x51, 2], &answer[..16]);
        }
        table.put(&[0x51, 0], &answer);
    }

    fn formats(&self, table: &mut Table) {
        let Some(section) = self.section("READ FORMAT CAPACITIES") else { return };
        let mut list = Vec::new();
        for (key, value) in &section.lines {
            list.extend(number(value).to_be_bytes());
            list.extend(match *key {
                "unformatted" => [0x01, 0, 0x08, 0],
                "formatted" => [0x02, 0, 0x08, 0],
                offer => {
                    let (kind, parameter) = offer.split_once("h(").expect("type and parameter");
                    let parameter = u32::from_str_radix(parameter.trim_end_matches(')'), 16);
                    let [a, b, c] = be24(parameter.expect("hex"));
                    [hex(kind)[0] << 2, a, b, c]
                }
            });
        }
        let header = [0, 0, 0, u8::try_from(list.len()).expect("short")];
        table.put(&[0x23, 0], &[&header, &list[..]].concat());
    }

    fn tracks(&self, table: &mut Table) {
        let sections = self.sections.iter();
        let tracks: Vec<_> =
            sections.filter(|all| all.heading.starts_with("READ TRACK INFORMATION")).collect();
        let sessions = self.all("Number of Sessions").first().map_or(1, |value| number(value));
        for (number, section) in (1u8..).zip(&tracks) {
            // Which session a track is of is not printed.
            let each = usize::try_from(sessions) == Ok(tracks.len());
            let session = if each { number } else { 1 };
            let answer = self.track(number, session, section);
            table.put(&[0x52, 1, 0, 0, 0, number], &answer);
        }
    }

    fn track(&self, track: u8, session: u8, section: &Section<'_>) -> Vec<u8> {
        let value = |start: &str| {
            section.lines.iter().find(|(key, _)| *key == start).map(|(_, value)| *value)
        };
        let printed = value("Track State").expect("a state");
        let plus = self.profile() & 0x0f == 0x0b;
        let open = value("Next Writable Address");
        let state = match printed.strip_prefix("in").filter(|rest| STATES.contains(rest)) {
            _ if plus => place(&STATES_PLUS, printed) << 6,
            // The program's word for a complete one that has a next writable address.
            Some(rest) => place(&STATES, rest) << 5,
            None => place(&STATES, printed) << 5,
        };
        let compatibility = value("ROM Compatibility LBA");
        let length = if compatibility.is_some() { 38 } else { 34 };
        // Data, data mode 1: not printed.
        let mut answer = vec![0, length, track, session, 0, 0x04, state | 0x01, 0];
        answer[7] = u8::from(open.is_some());
        let fields = [
            value("Track Start Address"),
            open,
            value("Free Blocks"),
            None,
            value("Track Size"),
            None,
            None,
            compatibility,
        ];
        for field in fields {
            answer.extend(field.map_or(0, number).to_be_bytes());
        }
        answer.truncate(usize::from(length) + 2);
        answer
    }

    fn toc(&self, table: &mut Table) {
        let Some(section) = self.section("FABRICATED TOC") else { return };
        let at = |value: &str| {
            let (flags, start) = value.split_once('@').expect("flags and place");
            (flags.to_string(), number(start).to_be_bytes())
        };
        let mut entries = Vec::new();
        let mut last = 1;
        for (key, value) in &section.lines {
            let Some(track) = key.strip_prefix("Track#") else { continue };
            let track =
                if track == "AA" { 0xaa } else { u8::try_from(number(track)).expect("few") };
            last = if track == 0xaa { last } else { track };
            let (flags, start) = at(value);
            entries.extend([0, hex(&flags)[0], track, 0]);
            entries.extend(start);
        }
        let length = u8::try_from(entries.len() + 2).expect("short");
        table.put(&[0x43, 0, 0], &[&[0, length, 1, last], &entries[..]].concat());
        let (track, start) = at(self.all("Multi-session Info")[0]);
        let track = u8::try_from(number(track.trim_start_matches('#'))).expect("few");
        let answer = [&[0, 10, 1, 1, 0, 0x14, track, 0], &start[..]].concat();
        table.put(&[0x43, 0, 1], &answer);
    }
}
