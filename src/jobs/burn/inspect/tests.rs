//! Discs as real drives report them, and what is made of them. The bytes are derived from the
//! reports, which name the values.

use super::inspect;
use crate::jobs::burn::disc::{Disc, DiscKind, LayerBoundary, SpareArea};
use crate::jobs::survey::{survey_drive, survey_medium};
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus};
use crate::mmc::cmd::read_track_information::TrackAddress;
use crate::mmc::profile::Profile;
use crate::mmc::testing::{Script, Step};
use crate::transport::Errno;
use crate::units::{Blocks, Lba, Rate};

const INQUIRY: &[u8] = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01";

/// What a drive says with a disc in it.
#[derive(Clone, Default)]
struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// With these features: code, whether current, data.
    fn of(profile: u16, features: &[(u16, bool, &[u8])]) -> Report {
        let mut body = vec![0, 0, profile.to_be_bytes()[0], profile.to_be_bytes()[1]];
        for (code, current, data) in features {
            body.extend(code.to_be_bytes());
            body.extend([u8::from(*current), data.len() as u8]);
            body.extend(*data);
        }
        let mut answer = (body.len() as u32).to_be_bytes().to_vec();
        answer.extend(body);
        let configuration = Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&answer);
        let inquiry = Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(INQUIRY);
        let ready = Step::on(&[0, 0, 0, 0, 0, 0]);
        Report { steps: vec![inquiry, ready, configuration] }
    }

    fn with(mut self, step: Step) -> Report {
        self.steps.push(step);
        self
    }

    /// READ DISC INFORMATION: byte 2, sessions, last track, byte 7 (BG FORMAT STATUS).
    fn disc(self, state: u8, sessions: u8, last_track: u8, flags: u8) -> Report {
        let mut answer = [0; 34];
        answer[1] = 32;
        answer[2..8].copy_from_slice(&[state, 1, sessions, 1, last_track, flags]);
        // No lead-in or lead-out times.
        answer[16..24].fill(0xff);
        self.with(Step::on(&[0x51, 0, 0, 0, 0, 0, 0, 0, 0xea, 0]).answer(&answer))
    }

    /// READ TRACK INFORMATION, asked by `number`: track, session, bytes 5 to 7; start, next
    /// writable address, free blocks, size.
    fn track(self, number: u8, of: [u8; 2], flags: [u8; 3], numbers: [u32; 4]) -> Report {
        let mut answer = vec![0, 0x2e, of[0], of[1], 0];
        answer.extend(flags);
        let [start, nwa, free, size] = numbers;
        for value in [start, nwa, free, 16, size] {
            answer.extend(value.to_be_bytes());
        }
        answer.resize(48, 0);
        self.with(Step::on(&[0x52, 1, 0, 0, 0, number, 0, 0, 48, 0]).answer(&answer))
    }

    /// READ FORMAT CAPACITIES: state and size, then type, blocks, parameter.
    fn formats(self, state: u8, blocks: u32, formats: &[(u8, u32, u32)]) -> Report {
        let mut answer = vec![0, 0, 0, 8 + 8 * formats.len() as u8];
        answer.extend(blocks.to_be_bytes());
        answer.extend([state, 0, 8, 0]);
        for (kind, blocks, parameter) in formats {
            answer.extend(blocks.to_be_bytes());
            answer.push(kind << 2);
            answer.extend(&parameter.to_be_bytes()[1..]);
        }
        self.with(Step::on(&[0x23, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0]).answer(&answer))
    }

    /// GET PERFORMANCE, type 03h: end and write rates.
    fn speeds(self, end: u32, rates: &[u32]) -> Report {
        let mut answer = (4 + 16 * rates.len() as u32).to_be_bytes().to_vec();
        answer.extend([0; 4]);
        for rate in rates {
            answer.extend([0; 4]);
            for value in [end, 8310, *rate] {
                answer.extend(value.to_be_bytes());
            }
        }
        self.with(Step::on(&[0xac, 0, 0, 0, 0, 0, 0, 0, 0, 64, 3, 0]).answer(&answer))
    }

    /// READ DISC STRUCTURE: MEDIA TYPE, format, bytes asked for; what follows the header.
    fn structure(self, media: u8, format: u8, length: u8, body: &[u8]) -> Report {
        let mut answer = vec![0, 2 + body.len() as u8, 0, 0];
        answer.extend(body);
        let cdb = [0xad, media, 0, 0, 0, 0, 0, format, 0, length, 0, 0];
        self.with(Step::on(&cdb).answer(&answer))
    }

    fn look(self) -> Disc {
        let mut drive = Script::table(self.steps).drive();
        let facts = survey_drive(&mut drive).expect("a drive");
        let medium = survey_medium(&mut drive, &facts).expect("asked").expect("a disc");
        inspect(&mut drive, &facts, &medium).expect("looked at")
    }
}

/// Real-Time Streaming: RBCB, SCS, MP2A, WSPD, SW.
const STREAMING: (u16, bool, &[u8]) = (0x0107, true, &[0x1f, 0, 0, 0]);
const BD_WRITE: (u16, bool, &[u8]) = (0x0041, true, &[0; 20]);
/// Incremental, not blank, data mode 1; and blank.
const WRITTEN: [u8; 3] = [0x04, 0x21, 0x00];
const OPEN: [u8; 3] = [0x04, 0x21, 0x01];
const BLANK: [u8; 3] = [0x04, 0x61, 0x01];

#[test]
fn a_blank_bd_r_is_one_without_spare_areas() {
    // real-drives: HL-DT-ST WH16NS40, VERBAT/IMe.
    let disc = Report::of(0x41, &[BD_WRITE, STREAMING, (0x0038, false, &[])])
        .disc(0x00, 1, 1, 0)
        .track(1, [1, 1], BLANK, [0, 0, 12_219_392, 12_219_392])
        .formats(
            1,
            12_219_392,
            &[
                (0x00, 11_826_176, 0x3000),
                (0x32, 11_826_176, 0),
                (0x32, 5_796_864, 0),
                (0x32, 12_088_320, 0),
            ],
        )
        .speeds(12_219_391, &[53_952, 44_960, 35_968, 26_976, 17_984])
        .look();
    assert_eq!((disc.kind, disc.status), (DiscKind::BdR, Some(DiscStatus::Blank)));
    assert_eq!((disc.nwa, disc.free), (Some(Lba(0)), Blocks(12_219_392)));
    assert!(disc.can.writes && disc.can.stream_writing && disc.can.set_streaming);
    assert!(!disc.formatted && disc.spares.is_none() && !disc.can.incremental);
    assert_eq!(disc.speeds.first(), Some(&Rate { kbps: 53_952 }));
    assert_eq!((disc.speeds.len(), disc.speed_end), (5, Some(Lba(12_219_391))));
    assert_eq!(disc.formats_of(0x32).count(), 3);
    assert_eq!((disc.write_parameters, disc.max_transfer), (None, 65_536));
}

#[test]
fn a_bd_r_of_growisofs_is_known_by_its_feature_and_not_by_an_answer_to_another_question() {
    // real-drives: HL-DT-ST WH16NS40, three tracks; "POW resources" are data type 0.
    let report = |pow: bool| {
        Report::of(0x41, &[BD_WRITE, STREAMING, (0x0038, pow, &[])])
            .disc(0x05, 1, 3, 0)
            .track(1, [1, 1], WRITTEN, [0, 0, 0, 761_152])
            .track(2, [2, 1], WRITTEN, [761_152, 0, 0, 1_906_976])
            .track(3, [3, 1], OPEN, [2_668_128, 7_925_792, 4_162_528, 9_420_192])
            .formats(2, 12_088_320, &[])
            .structure(1, 0x0a, 16, &[0, 0, 0, 0, 0, 0, 0x8f, 0x40, 0, 1, 0, 0])
            .with(
                Step::on(&[0x51, 2, 0, 0, 0, 0, 0, 0, 16, 0])
                    .answer(&[0, 32, 0x05, 1, 1, 1, 3, 0x20, 0, 0, 0, 0, 0, 0, 0, 0]),
            )
    };
    let disc = report(true).look();
    assert_eq!(disc.kind, DiscKind::BdRPow);
    assert_eq!(disc.spares, Some(SpareArea { free: Blocks(36_672), total: Blocks(65_536) }));
    // The same without the feature: a BD-R with spare areas on which a track is open.
    let disc = report(false).look();
    assert_eq!((disc.kind, disc.formatted), (DiscKind::BdR, true));
    assert!(disc.is_broken_off() && !disc.damaged);
    assert_eq!((disc.track_start, disc.nwa), (Some(Lba(2_668_128)), Some(Lba(7_925_792))));
    assert_eq!((disc.last_track, disc.free), (3, Blocks(4_162_528)));
    // And by its resources, where a drive answers what it was asked.
    let mut resources = report(false);
    resources.steps.retain(|step| step.bytes().len() != 16 || step.bytes()[2] != 0x05);
    let answer = [0, 14, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 0, 9];
    let asked = Step::on(&[0x51, 2, 0, 0, 0, 0, 0, 0, 16, 0]).answer(&answer);
    assert_eq!(resources.with(asked).look().kind, DiscKind::BdRPow);
}

#[test]
fn a_closed_recordable_disc_is_no_pressed_one() {
    // real-drives: ASUS BW-16D1HT, a closed BD-R with the profile of a BD-ROM.
    let mut unit = [0; 112];
    unit[..12].copy_from_slice(b"DI\x01\x28\0\0\x62\0BDR\x01");
    let mut answer = vec![0x10, 0x02, 0, 0];
    answer.extend(unit);
    let disc = Report::of(0x40, &[])
        .disc(0x0e, 1, 1, 0)
        .with(Step::on(&[0xad, 1, 0, 0, 0, 0, 0, 0, 0x10, 0x04, 0, 0]).answer(&answer))
        .look();
    assert_eq!((disc.kind, disc.recorded), (DiscKind::ReadOnly, true));
    assert_eq!((disc.nwa, disc.open_track), (None, TrackAddress::Track(1)));
    let pressed = Report::of(0x10, &[]).disc(0x0e, 1, 1, 0).look();
    assert_eq!((pressed.kind, pressed.recorded), (DiscKind::ReadOnly, false));
    for profile in [0x0050, 0x1234, 0xffff] {
        assert_eq!(Report::of(profile, &[]).look().kind, DiscKind::Unknown, "{profile:04x}");
    }
}

#[test]
fn an_open_dvd_plus_r_tells_where_its_next_session_goes() {
    // real-drives: TSSTcorp SH-224DB, RITEK/F16. A complete track of a DVD+R is neither reserved
    // nor incremental.
    let disc = Report::of(0x1b, &[(0x002b, true, &[1, 0, 0, 0]), STREAMING])
        .disc(0x01, 2, 2, 0)
        .track(1, [1, 1], [0x07, 0x01, 0x00], [0, 0, 0, 1_784_656])
        .track(2, [2, 2], [0x07, 0x41, 0x01], [1_786_704, 1_786_704, 508_400, 508_400])
        .speeds(2_295_103, &[16_620, 13_850, 11_080, 8310, 5540])
        .look();
    assert_eq!((disc.kind, disc.status), (DiscKind::DvdPlusR, Some(DiscStatus::Appendable)));
    assert_eq!((disc.last_track, disc.open_track), (2, TrackAddress::Track(2)));
    assert!(disc.can.writes && !disc.is_broken_off() && disc.unclosed.is_none());
    assert_eq!((disc.nwa, disc.free), (Some(Lba(1_786_704)), Blocks(508_400)));
    assert_eq!(disc.msinfo(), Some((Lba(0), Lba(1_786_704))));
}

#[test]
fn a_session_that_is_open_with_all_its_tracks_closed_is_told() {
    let report = |last| {
        Report::of(0x1b, &[(0x002b, true, &[1, 0, 0, 0])])
            .disc(0x05, 1, 2, 0)
            .track(1, [1, 1], [0x07, 0x01, 0x00], [0, 0, 0, 1008])
            .track(2, [2, 1], last, [1024, 1024, 2_294_080, 2_294_080])
            .look()
    };
    let disc = report([0x07, 0x41, 0x01]);
    assert_eq!((disc.unclosed, disc.is_broken_off()), (Some(Lba(0)), false));
    let disc = report([0x07, 0x01, 0x01]);
    assert_eq!((disc.unclosed, disc.is_broken_off()), (None, true));
}

#[test]
fn a_reserved_track_is_the_open_one_and_not_the_blank_one_behind_it() {
    let disc = Report::of(0x1b, &[(0x002b, true, &[1, 0, 0, 0])])
        .disc(0x05, 1, 2, 0)
        .track(1, [1, 1], [0x07, 0x81, 0x01], [0, 320, 688, 1008])
        .track(2, [2, 1], [0x07, 0x41, 0x01], [1024, 1024, 2_294_080, 2_294_080])
        .look();
    assert_eq!((disc.last_track, disc.nwa), (1, Some(Lba(320))));
    assert!(disc.is_broken_off());
    assert_eq!(disc.free, Blocks(688));
}

#[test]
fn the_open_track_of_a_camcorders_dvd_r_is_found() {
    // real-drives: HL-DT-ST GUC0N, 8 cm; track 1 reserved and full, its next writable address 0.
    let disc = Report::of(0x11, &[(0x002f, true, &[0x46, 0, 0, 0]), (0x0021, true, &[1, 0, 1, 0])])
        .disc(0x05, 1, 2, 0)
        .track(1, [1, 1], [0x04, 0xa1, 0x01], [0, 0, 0, 8432])
        .track(2, [2, 1], OPEN, [8432, 125_360, 588_640, 714_000])
        .look();
    assert_eq!((disc.kind, disc.last_track), (DiscKind::DvdR, 2));
    assert_eq!((disc.nwa, disc.free), (Some(Lba(125_360)), Blocks(588_640)));
    assert!(disc.can.incremental && disc.can.test_at_once && disc.can.underrun_protection);
    // Feature 0021h lists no link size: 16.
    assert_eq!(disc.can.link_size, 16);
}

#[test]
fn a_minimally_blanked_dvd_rw_can_be_written_at_once_only() {
    // libburn: NEC ND-4570A, LG GSA-4082B lose feature 0021h.
    let report = |incremental: bool| {
        Report::of(
            0x14,
            &[(0x002f, true, &[0x46, 0, 0, 0]), (0x0021, incremental, &[1, 0, 0, 1, 16, 0])],
        )
        .disc(0x10, 1, 1, 0)
        .track(1, [1, 1], [0x04, 0x4f, 0x01], [0, 0, 2_297_888, 2_297_888])
        .look()
    };
    let (minimal, full) = (report(false), report(true));
    assert_eq!(minimal.kind, DiscKind::DvdRwSequential);
    assert!(!minimal.can.incremental && minimal.can.writes && minimal.can.test_at_once);
    assert!(!minimal.can.test_incremental && full.can.test_incremental);
    assert!(full.can.incremental);
}

#[test]
fn a_dvd_rw_that_is_full_is_known_with_what_it_would_hold() {
    // real-drives: HL-DT-ST GSA-4083N, TDK502sakuM3.
    let list = [(0x00, 2_297_888, 0x800), (0x10, 2_297_888, 0x10), (0x15, 2_297_888, 0x10)];
    let disc = Report::of(0x14, &[(0x002f, true, &[0x46, 0, 0, 0])])
        .disc(0x1a, 2, 1, 0)
        .track(1, [1, 1], WRITTEN, [0, 0, 0, 2_254_432])
        .formats(2, 2_254_432, &list)
        .look();
    assert_eq!(disc.status, Some(DiscStatus::Complete));
    assert_eq!((disc.nwa, disc.capacity), (None, Blocks(2_297_888)));
    // The same in restricted overwrite; closed, and in between.
    let report = |state, list: &[(u8, u32, u32)]| {
        Report::of(0x13, &[(0x002c, true, &[0x0f, 0, 0, 0])])
            .disc(0x1e, 1, 1, 0)
            .formats(state, 2_254_432, list)
            .look()
    };
    let closed = report(2, &list);
    assert_eq!((closed.kind, closed.intermediate), (DiscKind::DvdRwOverwrite, false));
    assert_eq!((closed.free, closed.capacity), (Blocks(2_254_432), Blocks(2_297_888)));
    let between = report(3, &[(0x00, 2_297_888, 0x800), (0x15, 2_297_888, 0x10)]);
    assert!(between.intermediate && between.formatted && between.can.writes);
    let grows = report(3, &[(0x00, 2_297_888, 0x800), (0x13, 43_456, 0x10)]);
    assert!(!grows.intermediate);
}

#[test]
fn a_blank_cd_begins_at_0_whatever_the_drive_says() {
    // libburn: Pioneer BDR-205 and LITE-ON LTR-48125S say -150.
    let features: &[(u16, bool, &[u8])] =
        &[(0x002d, true, &[0x46, 0, 0, 0]), (0x002e, true, &[0x6f, 0x00, 0x0c, 0x00])];
    let page = [0, 58, 0, 0, 0, 0, 0, 0, 0x05, 0x32];
    let page: Vec<u8> = page.into_iter().chain([0; 50]).collect();
    let disc = Report::of(0x09, features)
        .disc(0x00, 1, 1, 0)
        .track(0xff, [1, 1], [0x04, 0x41, 0x01], [0, (-150i32).cast_unsigned(), 359_847, 359_847])
        .with(Step::on(&[0x5a, 0, 5, 0, 0, 0, 0, 1, 0x18, 0]).answer(&page))
        .look();
    assert_eq!((disc.kind, disc.open_track), (DiscKind::CdR, TrackAddress::Track(0xff)));
    assert_eq!((disc.nwa, disc.track_start), (Some(Lba(0)), Some(Lba(0))));
    assert!(disc.can.track_at_once && disc.can.session_at_once);
    assert!(disc.can.test_at_once && disc.can.test_incremental);
    // aaru#540.
    assert_eq!(disc.can.cue_sheet_max, 3072);
    assert!(disc.write_parameters.is_some());
    // Asked as it is to be written, track at once, and the page the drive had is what is kept.
    assert_eq!(disc.write_parameters.map(|page| page.byte(2)), Some(Some(0)));
    // real-drives: PHILIPS CDD4851 has no session at once.
    let no_sao = Report::of(0x0a, &features[..1]).disc(0x10, 1, 1, 0).look();
    assert!(no_sao.can.track_at_once && !no_sao.can.session_at_once);
    assert_eq!(no_sao.kind, DiscKind::CdRw);
}

#[test]
fn a_cd_rw_that_is_closed_is_known_by_what_the_drive_can_do_with_others() {
    // Neither mode is current with it.
    let features: &[(u16, bool, &[u8])] =
        &[(0x002d, false, &[0x46, 0, 0, 0]), (0x002e, false, &[0x6f, 0, 0, 0])];
    let atip = [
        0, 26, 0, 0, 0xe2, 0, 0x40, 0, 97, 34, 22, 0, 79, 59, 74, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ];
    let disc = Report::of(0x0a, features)
        .disc(0x1e, 1, 1, 0)
        .with(Step::on(&[0x43, 2, 4, 0, 0, 0, 0, 0, 32, 0]).answer(&atip))
        .look();
    assert!(disc.can.writes && disc.can.session_at_once && disc.can.track_at_once);
    // By its ATIP.
    assert_eq!((disc.lead_out_max, disc.capacity), (Some(Lba(359_849)), Blocks(359_849)));
}

#[test]
fn dvd_plus_rw_tells_how_far_it_is_formatted() {
    let report = |state, flags, formatted| {
        Report::of(0x1a, &[(0x002a, true, &[1, 0, 0, 0]), STREAMING])
            .disc(state, 1, 1, flags)
            .track(1, [1, 1], [0x07, 0x21, 0x00], [0, 0, 0, 2_295_104])
            .formats(formatted, 2_295_104, &[(0x26, 2_295_104, 0)])
            .look()
    };
    // real-drives: HL-DT-ST GP60N, RITEK/004, never formatted.
    let fresh = report(0x10, 0, 1);
    assert_eq!((fresh.kind, fresh.formatted), (DiscKind::DvdPlusRw, false));
    assert_eq!((fresh.nwa, fresh.capacity), (None, Blocks(2_295_104)));
    // real-drives: ASUS DRW-24B1ST, PHILIPS/041: complete, and suspended.
    let suspended = report(0x1e, 1, 2);
    assert_eq!(suspended.background_format, BackgroundFormat::Suspended);
    assert!(suspended.formatted && !suspended.is_broken_off());
    assert_eq!(suspended.free, Blocks(2_295_104));
}

#[test]
fn a_dvd_ram_is_measured_by_its_format() {
    // real-drives: TSSTcorp SH-S182M.
    let list = [(0x00, 2_236_704, 0x800), (0x00, 2_295_072, 0x800), (0x01, 2_226_976, 0x800)];
    let report = Report::of(0x12, &[(0x0020, true, &[0; 12]), (0x0004, true, &[0x07, 0, 0, 0])])
        .disc(0x0f, 1, 1, 0)
        .formats(2, 2_236_704, &list);
    let disc = report.clone().look();
    assert_eq!((disc.kind, disc.status), (DiscKind::DvdRam, Some(DiscStatus::Other)));
    assert_eq!((disc.free, disc.capacity), (Blocks(2_236_704), Blocks(2_295_072)));
    assert!(disc.formatted && disc.can.writes && disc.protection.is_none());
    // CWP: the switch of the cartridge.
    let protected = report.structure(0, 0xc0, 8, &[0x04, 0, 0, 0]).look();
    assert_eq!(protected.protection.as_deref(), Some("by the switch of its cartridge"));
    let raw = Report::of(0x12, &[(0x0020, true, &[0; 12])]).formats(1, 2_295_072, &list).look();
    assert!(!raw.formatted);
}

#[test]
fn the_layer_break_of_a_dvd_plus_r_dl_can_still_be_set() {
    // real-drives: Optiarc AD-7590S, MKM/003.
    let disc = Report::of(0x2b, &[(0x003b, true, &[1, 0, 0, 0]), STREAMING])
        .disc(0x00, 1, 1, 0)
        .track(1, [1, 1], [0x07, 0x41, 0x01], [0, 0, 4_173_824, 4_173_824])
        .structure(0, 0x20, 12, &[0, 0, 0, 0, 0, 0x1f, 0xd8, 0])
        .look();
    let boundary = LayerBoundary { l0: Blocks(2_086_912), settable: true };
    assert_eq!((disc.kind, disc.layers), (DiscKind::DvdPlusRDl, Some(boundary)));
}

#[test]
fn a_drive_that_reads_only_says_so() {
    // A combo drive has feature 002Bh with its write bit clear.
    let disc = Report::of(0x1b, &[(0x002b, true, &[0, 0, 0, 0])]).disc(0x00, 1, 1, 0).look();
    assert!(!disc.can.writes);
    // A drive that reads DVD-RAM, and writes others at random.
    let reads = Report::of(0x12, &[(0x0020, false, &[0; 12]), (0x0023, false, &[0; 8])]).look();
    assert_eq!((reads.kind, reads.can.writes), (DiscKind::DvdRam, false));
    let none = Report::of(0x41, &[(0x0040, true, &[0; 28])]).disc(0x00, 1, 1, 0).look();
    assert_eq!((none.kind, none.can.writes), (DiscKind::BdR, false));
}

#[test]
fn a_drive_from_before_the_profiles_is_taken_at_its_page_2ah() {
    let mut page = vec![0, 6 + 22, 0, 0, 0, 0, 0, 0, 0x2a, 20];
    // Reads and writes CD-R and CD-RW, tests; BUF.
    page.extend([0x03, 0x07, 0xf1, 0x77, 0x29, 0x23, 0x16, 0x0d, 1, 0, 8, 0, 0x16, 0x0d]);
    page.extend([0, 0, 0x05, 0x83, 0x05, 0x83]);
    let atip = [
        0, 26, 0, 0, 0x40, 0, 0, 0, 97, 26, 66, 0, 74, 43, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let steps = vec![
        Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(INQUIRY),
        Step::on(&[0, 0, 0, 0, 0, 0]),
        Step::on(&[0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0x18, 0]).answer(&page),
        Step::on(&[0x43, 2, 4, 0, 0, 0, 0, 0, 32, 0]).answer(&atip),
    ];
    let disc = Report { steps }.disc(0x00, 1, 1, 0).look();
    assert_eq!((disc.kind, disc.profile), (DiscKind::CdR, Profile::None));
    assert!(disc.can.writes && disc.can.track_at_once && disc.can.test_at_once);
    assert_eq!(disc.speeds, [Rate { kbps: 1411 }]);
    // Nothing tells how much is free, but the ATIP where it ends: 74:43:00.
    assert_eq!(disc.capacity, Blocks(336_075));
}

#[test]
fn a_command_that_is_lost_is_no_answer() {
    let lost = Step::on(&[0x23, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0]).errno(Errno::EIO);
    let report = Report::of(0x1b, &[]).disc(0x00, 1, 1, 0).with(lost);
    let mut drive = Script::table(report.steps).drive();
    let facts = survey_drive(&mut drive).expect("a drive");
    let medium = survey_medium(&mut drive, &facts).expect("asked").expect("a disc");
    assert!(inspect(&mut drive, &facts, &medium).is_err());
}
