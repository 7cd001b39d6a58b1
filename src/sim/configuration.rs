//! GET CONFIGURATION (MMC-6 6.5): profiles and features (MMC-6 5.3), and which of them are current
//! with the disc that is in.

use super::exchange::{Bytes, Exchange};
use super::machine::Machine;
use super::medium::{Kind, Medium, Protection};
use super::persona::Persona;
use super::recorded::Described;
use super::refusal::Refusal;
use crate::units::Family;

/// A feature descriptor in the making.
struct Feature {
    code: u16,
    version: u8,
    persistent: bool,
    current: bool,
    data: Vec<u8>,
}

impl Feature {
    fn put(&self, bytes: &mut Bytes) {
        let flags = self.version << 2 | u8::from(self.persistent) << 1 | u8::from(self.current);
        let length = u8::try_from(self.data.len()).unwrap_or(u8::MAX);
        bytes.be16(self.code).put(&[flags, length]).put(&self.data);
    }
}

/// GET CONFIGURATION.
pub fn get_configuration(machine: &mut Machine, exchange: &mut Exchange) -> Result<(), Refusal> {
    let first = u16::try_from(exchange.be16(2)).unwrap_or(u16::MAX);
    let wanted: fn(&Feature, u16) -> bool = match exchange.byte(1) & 0x03 {
        0 => |feature, first| feature.code >= first,
        1 => |feature, first| feature.code >= first && feature.current,
        2 => |feature, first| feature.code == first,
        _ => return Err(Refusal::bad_field(1)),
    };
    let mut bytes = Bytes::new();
    bytes.be32(0).be16(0).be16(machine.profile());
    for feature in features(machine).iter().filter(|feature| wanted(feature, first)) {
        feature.put(&mut bytes);
    }
    exchange.reply(&bytes.with_length32(), exchange.be16(7));
    Ok(())
}

/// What the disc makes current.
struct Disc {
    kind: Option<Kind>,
    family: Option<Family>,
    data: bool,
    protection: Protection,
    /// What it is, as far as this drive can still write it.
    writable: Option<Kind>,
    /// Packets can be written to it one by one.
    incremental: bool,
    /// It has a format.
    formatted: bool,
    /// It is a DVD-RW that is written over.
    over: bool,
    /// Spare blocks stand in for defective ones.
    managed: bool,
    /// It is a BD-R with POW.
    pow: bool,
    room: u32,
}

impl Disc {
    fn of(machine: &Machine) -> Disc {
        let medium = machine.medium().ok();
        let kind = medium.map(|medium| medium.kind);
        let can_grow = medium.is_some_and(Medium::can_grow);
        let record = medium.and_then(|medium| medium.record.as_ref());
        Disc {
            kind,
            family: medium.map(|medium| medium.family()),
            data: can_grow || medium.is_some_and(|medium| medium.has_data()),
            protection: medium.map_or(Protection::None, |medium| medium.protection),
            // A CD-RW that is complete can be blanked.
            writable: kind.filter(|kind| {
                let blankable = *kind == Kind::CdRw && record.is_some();
                (can_grow || blankable) && machine.persona.writes(*kind)
            }),
            // real-drives: NEC ND-4570A, LG GSA-4082B: gone after a minimal blanking.
            incremental: record.is_some_and(|record| !record.minimally_blanked),
            formatted: record.is_some_and(|record| record.format.is_some()),
            over: medium.is_some_and(|m| m.kind == Kind::DvdRw && m.written_over()),
            managed: record.and_then(|record| record.format).is_some_and(|f| f.spares > 0),
            pow: medium.is_some_and(Medium::pseudo_overwrites),
            room: medium.map_or(0, Medium::room),
        }
    }

    fn takes(&self, kinds: &[Kind]) -> bool {
        self.writable.is_some_and(|kind| kinds.contains(&kind))
    }

    fn is(&self, family: Family) -> bool {
        self.family == Some(family)
    }

    fn blocking(&self) -> u16 {
        let blocks = self.family.map_or(1, |family| family.ecc_blocks().0);
        u16::try_from(blocks).unwrap_or(1)
    }
}

/// All features, by code.
fn features(machine: &Machine) -> Vec<Feature> {
    let persona = machine.persona;
    let disc = Disc::of(machine);
    let mut all = basic(machine, &disc);
    all.extend(writing(persona, &disc));
    all.extend(late(persona, &disc));
    all.sort_by_key(|feature| feature.code);
    match persona.portrait {
        Some(portrait) => as_recorded(all, &portrait.features),
        None => all,
    }
}

/// Features whose data tell of the disc: the profiles, what reads at random, what writes so.
const OF_THE_DISC: [u16; 3] = [0x0000, 0x0010, 0x0020];

/// The features of a recording, each current as the disc makes it; one that is not known here is
/// what it was.
fn as_recorded(known: Vec<Feature>, recorded: &[Described]) -> Vec<Feature> {
    let feature = |told: &Described| {
        let known = known.iter().find(|feature| feature.code == told.code);
        let own = known.filter(|_| OF_THE_DISC.contains(&told.code));
        Feature {
            code: told.code,
            version: told.version,
            persistent: told.persistent,
            current: known.map_or(told.current, |known| known.current),
            data: own.map_or_else(|| told.data.clone(), |own| own.data.clone()),
        }
    };
    recorded.iter().map(feature).collect()
}

fn lasting(code: u16, version: u8, data: &[u8]) -> Feature {
    Feature { code, version, persistent: true, current: true, data: data.to_vec() }
}

fn passing(code: u16, version: u8, current: bool, data: &[u8]) -> Feature {
    Feature { code, version, persistent: false, current, data: data.to_vec() }
}

/// MMC-6 5.3.1 to 5.3.13: what every drive has, and reading.
fn basic(machine: &Machine, disc: &Disc) -> Vec<Feature> {
    let persona = machine.persona;
    let mut readable = Bytes::new();
    // Block size, blocking, page present.
    readable.be32(2048).be16(disc.blocking()).put(&[1, 0]);
    let mut core = persona.bus.code().to_be_bytes().to_vec();
    // DBE.
    core.extend([1, 0, 0, 0]);
    let mut all = vec![
        lasting(0x0000, 0, &profiles(machine)),
        lasting(0x0001, 2, &core),
        // OCEvent, no asynchronous events.
        lasting(0x0002, 1, &[0x02, 0, 0, 0]),
        // Loading mechanism, load, eject, lock.
        lasting(0x0003, 1, &[persona.loading << 5 | 0x19, 0, 0, 0]),
        passing(0x0010, 0, disc.data, &readable.0),
        passing(0x001d, 0, disc.is(Family::Cd), &[]),
        // C2, CD-TEXT.
        passing(0x001e, 2, disc.is(Family::Cd), &[0x03, 0, 0, 0]),
        lasting(0x0100, 0, &[]),
        lasting(0x0105, 1, &[0, 0, 0, 0]),
        // RBCB, SCS, MP2A, WSPD, SW, as cdrskin's documentation lists it: 1f 00 00 00.
        passing(0x0107, 4, disc.kind.is_some(), &[0x1f, 0, 0, 0]),
    ];
    if persona.knows(0x0010) {
        // MULTI110; dual layer -R.
        all.push(passing(0x001f, 1, disc.is(Family::Dvd), &[1, 0, 1, 0]));
    }
    if persona.knows(0x0040) {
        all.push(passing(0x0040, 1, disc.is(Family::Bd), &bd_classes(&[0x0e, 0x0e, 0x0e])));
    }
    if !persona.serial.is_empty() {
        let mut serial = Bytes::new();
        serial.text(persona.serial, persona.serial.len().next_multiple_of(4));
        all.push(lasting(0x0108, 0, &serial.0));
    }
    if let Some(date) = persona.firmware_date {
        // Century, year, month, day, hour, minute, second (MMC-6 5.3.36).
        let mut firmware = Bytes::new();
        firmware.put(date.as_bytes()).put(b"00").pad_to(16);
        all.push(lasting(0x010c, 0, &firmware.0));
    }
    all
}

fn profiles(machine: &Machine) -> Vec<u8> {
    let current = machine.profile();
    let too = machine.persona.ways.removable_disk_too && current == 0x0012;
    let mut bytes = Bytes::new();
    for profile in machine.persona.profiles {
        let is_current = *profile == current || (too && *profile == 0x0002);
        bytes.be16(*profile).put(&[u8::from(is_current), 0]);
    }
    bytes.0
}

/// Bitmaps of the versions of BD-RE, BD-R and BD-ROM that are known, class 0 (MMC-6 5.3.27).
fn bd_classes(versions: &[u8]) -> Vec<u8> {
    let mut bytes = Bytes::new();
    bytes.be32(0);
    for version in versions {
        bytes.put(&[0, *version]).put(&[0; 6]);
    }
    bytes.0
}

/// MMC-6 5.3.14 to 5.3.28: what needs a disc that can be written; current with such a disc by the
/// tables of its profile (MMC-6 5.4).
fn writing(persona: &Persona, disc: &Disc) -> Vec<Feature> {
    let mut all = Vec::new();
    let mut add = |needs: u16, code: u16, version: u8, kinds: &[Kind], data: &[u8]| {
        if persona.knows(needs) {
            all.push(passing(code, version, disc.takes(kinds), data));
        }
    };
    // Track at once: BUF, test write, CD-RW; the data block types 0, 8 and 10 (real-drives: hp
    // GH40L: 0, 8 to 13, of which those with headers of the host's are not written here).
    add(0x0009, 0x002d, 2, &[Kind::CdR, Kind::CdRw], &[0x46, 0, 0x05, 0x01]);
    // BUF, session at once, test write, CD-RW, not raw; cue sheets of 3072 bytes (real-drives: hp
    // GH40L).
    if persona.ways.writes_sessions_at_once {
        add(0x0009, 0x002e, 0, &[Kind::CdR, Kind::CdRw], &[0x66, 0x00, 0x0c, 0x00]);
    }
    // CD-RW of all four classes (real-drives: Optiarc AD-7590S).
    add(0x000a, 0x0037, 0, &[Kind::CdRw], &[0x00, 0x0f, 0x00, 0x00]);
    // Blocks of 2048; so many at a time.
    // PIONEER R11 command reference: not with a DVD+RW that is not formatted.
    let formatted = [Kind::DvdPlusRw, Kind::DvdRam, Kind::BdRe];
    let random: &[Kind] = if disc.formatted { &formatted } else { &[] };
    let mut writable = Bytes::new();
    let last = if disc.takes(random) { disc.room.saturating_sub(1) } else { 0 };
    let blocking = if disc.takes(random) { disc.blocking() } else { 16 };
    writable.be32(last).be32(2048).be16(blocking).put(&[1, 0]);
    add(0x0012, 0x0020, 1, random, &writable.0);
    let formattable = [Kind::DvdRam, Kind::DvdPlusRw, Kind::DvdRw, Kind::BdR, Kind::BdRe];
    // BD-RE without spare areas, expansion, full certification, and the quick one.
    let bd_re = match (persona.knows(0x0043), persona.ways.certifies_quickly) {
        (false, _) => 0x00,
        (true, false) => 0x0d,
        (true, true) => 0x0f,
    };
    add(0x0012, 0x0023, 1, &formattable, &[bd_re, 0, 0, 0, 0, 0, 0, 0]);
    let managed: &[Kind] = if disc.managed { &[Kind::DvdRam, Kind::BdRe, Kind::BdR] } else { &[] };
    // SSA: a supplementary spare area, of DVD-RAM.
    add(0x0012, 0x0024, 0, managed, &[0x80, 0, 0, 0]);
    // Persistent write protection (SPWP).
    let guarded = [Kind::DvdRam, Kind::BdR, Kind::BdRe];
    add(0x0012, 0x0004, 2, &guarded, &[0x02, 0, 0, 0]);
    // Block types, BUF, one link size: 16.
    let packets: &[Kind] = if disc.incremental && !disc.over {
        &[Kind::DvdR, Kind::DvdRw, Kind::DvdRDl, Kind::BdR]
    } else {
        &[]
    };
    add(0x0011, 0x0021, 3, packets, &[0x01, 0x00, 0x01, 0x01, 16, 0, 0, 0]);
    let over: &[Kind] = if disc.over { &[Kind::DvdRw] } else { &[] };
    add(0x0013, 0x0026, 0, over, &[]);
    add(0x001a, 0x002a, 1, &[Kind::DvdPlusRw], &[1, 0, 0, 0]);
    add(0x001b, 0x002b, 0, &[Kind::DvdPlusR], &[1, 0, 0, 0]);
    add(0x0013, 0x002c, 0, over, &[0x0f, 0, 0, 0]);
    // BUF, dual layer, test write, DVD-RW.
    let in_order: &[Kind] = if disc.over { &[] } else { &[Kind::DvdR, Kind::DvdRw, Kind::DvdRDl] };
    add(0x0011, 0x002f, 2, in_order, &[0x4e, 0, 0, 0]);
    add(0x0016, 0x0033, 0, &[], &[0, 0, 1, 16]);
    add(0x002b, 0x003b, 0, &[Kind::DvdPlusRDl], &[1, 0, 0, 0]);
    let pow: &[Kind] = if disc.pow { &[Kind::BdR] } else { &[] };
    add(0x0041, 0x0038, 0, pow, &[0, 0, 0, 0]);
    add(0x0041, 0x0041, 1, &[Kind::BdR, Kind::BdRe], &bd_classes(&[0x0e, 0x0e]));
    all
}

/// MMC-6 5.3.32 to 5.3.37: protection.
fn late(persona: &Persona, disc: &Disc) -> Vec<Feature> {
    let mut all = Vec::new();
    if persona.knows(0x0010) {
        all.push(passing(0x0106, 0, disc.protection == Protection::Css, &[0, 0, 0, 1]));
    }
    if persona.knows(0x0012) {
        all.push(passing(0x010b, 0, disc.protection == Protection::Cprm, &[0, 0, 0, 1]));
    }
    if persona.knows(0x0040) {
        // Binding nonce of one block; four grants at a time; version 1 (MMC-6 5.3.37).
        let data = [0x01, 0x01, 0x04, 0x01];
        all.push(passing(0x010d, 1, disc.protection == Protection::Aacs, &data));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, hex};

    fn all(bench: &mut Bench) -> Vec<u8> {
        bench.get(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0], 4096)
    }

    fn one(bench: &mut Bench, code: u16) -> Vec<u8> {
        let [high, low] = code.to_be_bytes();
        bench.get(&[0x46, 2, high, low, 0, 0, 0, 1, 0, 0], 256)
    }

    #[test]
    fn the_profile_list_is_in_the_drive_s_order_and_marks_the_disc() {
        // real-drives: HL-DT-ST GSA-4166B: DVD-RAM first.
        let mut bench = Bench::ready(100, "persona=gsa-4167b&medium=dvd-rom");
        let data = one(&mut bench, 0);
        assert_eq!(
            data,
            hex(
                "00 00 00 3c 00 00 00 10 00 00 03 34 00 12 00 00 00 2b 00 00 00 1b 00 00 00 1a 00 00
                 00 15 00 00 00 14 00 00 00 13 00 00 00 11 00 00 00 10 01 00 00 0a 00 00 00 09 00 00
                 00 08 00 00 00 02 00 00"
            )
        );
    }

    #[test]
    fn a_dvd_ram_makes_two_profiles_current_on_the_asus() {
        // real-drives: ASUS DRW-24F1ST.
        let mut bench = Bench::ready(100, "persona=drw-24f1st&medium=dvd-ram");
        let data = one(&mut bench, 0);
        let current: Vec<&[u8]> = data[12..].chunks(4).filter(|p| p[2] == 1).collect();
        assert_eq!(current, [hex("00 12 01 00"), hex("00 02 01 00")]);
    }

    #[test]
    fn features_ascend_and_the_lengths_add_up_on_every_drive_and_disc() {
        for persona in super::super::personas::ALL {
            for medium in ["cd-rom", "dvd-rom", "bd-rom"] {
                let query = format!("persona={}&medium={medium}", persona.name);
                let mut bench = Bench::ready(100, &query);
                let data = all(&mut bench);
                let length = u32::from_be_bytes([data[0], data[1], data[2], data[3]]);
                assert_eq!(length as usize + 4, data.len(), "{query}");
                let (mut at, mut last) = (8, None);
                while at < data.len() {
                    let code = u16::from_be_bytes([data[at], data[at + 1]]);
                    assert!(last < Some(code), "{query}: {code:04x}");
                    assert_eq!(data[at + 3] % 4, 0, "{query}: {code:04x}");
                    last = Some(code);
                    at += 4 + usize::from(data[at + 3]);
                }
                assert_eq!(at, data.len(), "{query}");
            }
        }
    }

    #[test]
    fn current_features_follow_the_disc() {
        let mut bench = Bench::ready(100, "medium=bd-rom&protect=aacs");
        let list = |bench: &mut Bench| {
            let data = bench.get(&[0x46, 1, 0, 0, 0, 0, 0, 0x10, 0, 0], 4096);
            let (mut at, mut codes) = (8, Vec::new());
            while at < data.len() {
                codes.push(u16::from_be_bytes([data[at], data[at + 1]]));
                at += 4 + usize::from(data[at + 3]);
            }
            codes
        };
        assert_eq!(
            list(&mut bench),
            [0, 1, 2, 3, 0x10, 0x40, 0x100, 0x105, 0x107, 0x108, 0x10c, 0x10d]
        );
        bench.ask(&[0x1b, 0, 0, 0, 2, 0], 0);
        assert_eq!(list(&mut bench), [0, 1, 2, 3, 0x100, 0x105, 0x108, 0x10c]);
        // Random Readable: 2048, 32 at a time.
        let mut bench = Bench::ready(100, "medium=bd-rom");
        assert_eq!(
            one(&mut bench, 0x10),
            hex("00 00 00 10 00 00 00 40 00 10 01 08 00 00 08 00 00 20 01 00")
        );
    }

    #[test]
    fn closed_discs_are_shown_as_each_drive_shows_them() {
        let profile = |query: &str| {
            let data = all(&mut Bench::ready(100, query));
            u16::from_be_bytes([data[6], data[7]])
        };
        // real-drives: ASUS BW-16D1HT: BD-R as 0040h, DVD-R as 0010h, CD-R as 0008h.
        assert_eq!(profile("persona=bw-16d1ht&medium=bd-r"), 0x40);
        assert_eq!(profile("persona=bw-16d1ht&medium=dvd-r"), 0x10);
        assert_eq!(profile("persona=bw-16d1ht&medium=cd-r"), 0x08);
        assert_eq!(profile("persona=se-506cb&medium=bd-r"), 0x41);
        assert_eq!(profile("persona=dvr-111d&medium=dvd-r"), 0x11);
        assert_eq!(profile("persona=px-w4824a&medium=cd-r"), 0x09);
        assert_eq!(profile("medium=dvd+rw"), 0x1a);
        assert_eq!(profile("tray=empty"), 0);
    }

    #[test]
    fn a_disc_that_the_drive_cannot_take_has_no_profile() {
        let mut bench = Bench::ready(100, "persona=dvr-111d&medium=bd-rom");
        assert_eq!(bench.no(&[0; 6]), (5, 0x30, 0x00));
        assert_eq!(all(&mut bench)[6..8], [0, 0]);
    }

    #[test]
    fn a_disc_that_can_be_written_makes_the_features_of_its_kind_current() {
        let writing =
            [0x20, 0x21, 0x23, 0x26, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x33, 0x37, 0x3b, 0x41];
        for (medium, profile, features) in [
            ("dvd+r", 0x1b, &[0x2b][..]),
            ("dvd+r-dl", 0x2b, &[0x3b]),
            ("bd-r", 0x41, &[0x21, 0x23, 0x41]),
            ("cd-r", 0x09, &[0x2d, 0x2e]),
            ("cd-rw", 0x0a, &[0x2d, 0x2e, 0x37]),
        ] {
            let mut bench = Bench::of(&format!("sim:blank?medium={medium}"));
            let data = all(&mut bench);
            assert_eq!(u16::from_be_bytes([data[6], data[7]]), profile, "{medium}");
            let current: Vec<u16> =
                writing.into_iter().filter(|code| one(&mut bench, *code)[10] & 1 == 1).collect();
            assert_eq!(current, features, "{medium}");
        }
        let mut closed = Bench::ready(100, "medium=dvd+r");
        assert_eq!(one(&mut closed, 0x2b)[10] & 1, 0);
    }

    #[test]
    fn one_feature_that_is_not_there_is_an_empty_answer() {
        let mut bench = Bench::ready(100, "persona=px-w4824a");
        assert_eq!(one(&mut bench, 0x1f), hex("00 00 00 04 00 00 00 08"));
        assert_eq!(bench.no(&[0x46, 3, 0, 0, 0, 0, 0, 0, 8, 0]), (5, 0x24, 0x00));
    }
}
