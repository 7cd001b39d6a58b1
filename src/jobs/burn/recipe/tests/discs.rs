//! Discs for the tests, with the numbers of real ones.

use crate::jobs::burn::disc::{Abilities, Disc, DiscKind, LayerBoundary, SpareArea};
use crate::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus, SessionState};
use crate::mmc::cmd::read_format_capacities::{FormatCapacities, FormatDescriptor, FormatState};
use crate::mmc::cmd::read_track_information::TrackAddress;
use crate::mmc::mode_page::ModePage;
use crate::mmc::profile::Profile;
use crate::units::{Blocks, Lba, Rate};

/// Page 05h as another program left it: incremental, a copy, of an application, audio pause 0 as LG
/// has it, with a catalogue number and an ISRC.
pub fn page_05() -> ModePage {
    let mut bytes = [0; 52];
    bytes[..8].copy_from_slice(&[0x05, 0x32, 0x60, 0xf5, 0x08, 16, 0, 0x01]);
    bytes[13] = 16;
    bytes[16..30].copy_from_slice(b"\x804006381333931");
    bytes[32..45].copy_from_slice(b"\x80DEABC0012345");
    ModePage::new(&bytes)
}

pub fn format(kind: u8, blocks: u32, parameter: u32) -> FormatDescriptor {
    FormatDescriptor { kind, blocks: Blocks(blocks), parameter }
}

fn formats(state: FormatState, blocks: u32, formats: &[FormatDescriptor]) -> FormatCapacities {
    FormatCapacities { state, blocks: Blocks(blocks), block_len: 2048, formats: formats.to_vec() }
}

fn rates(kbps: &[u32]) -> Vec<Rate> {
    kbps.iter().map(|kbps| Rate { kbps: *kbps }).collect()
}

/// A drive that can do all that there is to do with such a disc.
fn able(kind: DiscKind) -> Abilities {
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    let minus = matches!(kind, DiscKind::DvdR | DiscKind::DvdRDl | DiscKind::DvdRwSequential);
    Abilities {
        writes: true,
        incremental: minus,
        link_size: 16,
        track_at_once: cd,
        session_at_once: cd,
        cue_sheet_max: 3072,
        test_at_once: cd || minus,
        test_incremental: cd || minus,
        underrun_protection: cd || minus,
        stream_writing: !cd,
        set_streaming: true,
        buffer_capacity: true,
        flush_without_immed: false,
        granted_by_page_2a: false,
    }
}

fn profile(kind: DiscKind) -> u16 {
    match kind {
        DiscKind::CdR => 0x09,
        DiscKind::CdRw => 0x0a,
        DiscKind::DvdR => 0x11,
        DiscKind::DvdRam => 0x12,
        DiscKind::DvdRwOverwrite => 0x13,
        DiscKind::DvdRwSequential => 0x14,
        DiscKind::DvdRDl => 0x15,
        DiscKind::DvdRDlJump => 0x16,
        DiscKind::DvdPlusRw => 0x1a,
        DiscKind::DvdPlusR => 0x1b,
        DiscKind::DvdPlusRwDl => 0x2a,
        DiscKind::DvdPlusRDl => 0x2b,
        DiscKind::ReadOnly => 0x10,
        DiscKind::BdR | DiscKind::BdRPow => 0x41,
        DiscKind::BdRRandom => 0x42,
        DiscKind::BdRe => 0x43,
        DiscKind::Unknown => 0xffff,
    }
}

/// Capacity, the formats there are, the speeds.
fn numbers(kind: DiscKind) -> (u32, Option<FormatCapacities>, Vec<Rate>) {
    use FormatState::{Formatted, Unformatted};
    match kind {
        // 79:59:74 is the last possible lead-out.
        DiscKind::CdR | DiscKind::CdRw => (359_847, None, rates(&[8467, 4234, 706])),
        // real-drives: PIONEER DVR-111D, DAXON016S.
        DiscKind::DvdR => (2_298_496, None, rates(&[22_160, 16_620, 11_080])),
        DiscKind::DvdRDl => (4_171_712, None, rates(&[5540])),
        // real-drives: HL-DT-ST GSA-4083N, TDK502sakuM3.
        DiscKind::DvdRwSequential | DiscKind::DvdRwOverwrite => {
            let list = [0x00, 0x10, 0x15].map(|kind| format(kind, 2_297_888, 0x10));
            (2_297_888, Some(formats(Formatted, 2_254_432, &list)), rates(&[2770]))
        }
        // real-drives: TSSTcorp SH-S182M.
        DiscKind::DvdRam => {
            let list = [
                format(0x00, 2_236_704, 0x800),
                format(0x00, 2_295_072, 0x800),
                format(0x01, 2_226_976, 0x800),
                format(0x01, 2_217_248, 0x800),
            ];
            (2_295_072, Some(formats(Formatted, 2_236_704, &list)), rates(&[4155, 2770]))
        }
        // real-drives: ACER AXD001, TSSTcorp SH-224DB.
        DiscKind::DvdPlusR => (2_295_104, None, rates(&[16_620, 11_080, 5540])),
        // real-drives: Optiarc AD-7590S.
        DiscKind::DvdPlusRDl => (4_173_824, None, rates(&[8310, 5540, 3324])),
        // real-drives: HL-DT-ST GP60N, RITEK/004.
        DiscKind::DvdPlusRw => {
            let list = [format(0x26, 2_295_104, 0)];
            (2_295_104, Some(formats(Unformatted, 2_295_104, &list)), rates(&[5540, 3324]))
        }
        // real-drives: HL-DT-ST WH16NS40, VERBAT/IMe.
        DiscKind::BdR => {
            let list = [
                format(0x00, 11_826_176, 0x3000),
                format(0x32, 11_826_176, 0),
                format(0x32, 5_796_864, 0),
                format(0x32, 12_088_320, 0),
            ];
            let speeds = rates(&[53_952, 44_960, 35_968, 26_976, 17_984]);
            (12_219_392, Some(formats(Unformatted, 12_219_392, &list)), speeds)
        }
        // As xorriso lists the formats of one.
        DiscKind::BdRe => {
            let list = [
                format(0x00, 11_826_176, 0x800),
                format(0x30, 11_826_176, 0x3000),
                format(0x30, 5_796_864, 0x3000),
                format(0x30, 12_088_320, 0x3000),
                format(0x31, 12_219_392, 0x800),
            ];
            (12_219_392, Some(formats(Unformatted, 12_219_392, &list)), rates(&[8991]))
        }
        _ => (0, None, Vec::new()),
    }
}

/// A disc that nothing was done to; what has to be formatted is not.
pub fn blank(kind: DiscKind) -> Disc {
    let (capacity, formats, speeds) = numbers(kind);
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    let sequential = !kind.is_overwritable();
    let minus = matches!(kind, DiscKind::DvdR | DiscKind::DvdRDl | DiscKind::DvdRwSequential);
    let formatted = matches!(kind, DiscKind::DvdRwOverwrite);
    Disc {
        kind,
        profile: Profile::from(profile(kind)),
        status: Some(DiscStatus::Blank),
        last_session: Some(SessionState::Empty),
        sessions: 1,
        last_track: 1,
        open_track: TrackAddress::Track(if cd { 0xff } else { 1 }),
        nwa: sequential.then_some(Lba(0)),
        track_start: sequential.then_some(Lba(0)),
        free: Blocks(if sequential {
            capacity
        } else if formatted {
            2_254_432
        } else {
            0
        }),
        capacity: Blocks(capacity),
        lead_out_max: cd.then_some(Lba(359_849)),
        damaged: false,
        track_begun: false,
        unclosed: None,
        last_session_start: None,
        background_format: BackgroundFormat::None,
        formats,
        formatted,
        recorded: false,
        intermediate: false,
        layers: matches!(kind, DiscKind::DvdPlusRDl | DiscKind::DvdRDl)
            .then_some(LayerBoundary { l0: Blocks(2_086_912), settable: true }),
        spares: None,
        can: able(kind),
        protection: None,
        speeds,
        speed_end: None,
        write_parameters: (cd || minus).then(page_05),
        max_transfer: 65_536,
        media_id: None,
    }
}

/// A disc with one closed session, open for more.
pub fn appendable(kind: DiscKind) -> Disc {
    let fresh = blank(kind);
    let (nwa, free) = match kind {
        // real-drives: TSSTcorp SH-224DB, RITEK/F16.
        DiscKind::DvdPlusR => (1_786_704, 508_400),
        DiscKind::CdR | DiscKind::CdRw => (21_502, 338_345),
        _ => (65_536, fresh.capacity.0 - 65_536),
    };
    let cd = matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    Disc {
        status: Some(DiscStatus::Appendable),
        sessions: 2,
        last_track: 2,
        open_track: TrackAddress::Track(if cd { 0xff } else { 2 }),
        nwa: Some(Lba(nwa)),
        track_start: Some(Lba(nwa)),
        free: Blocks(free),
        last_session_start: Some(Lba(0)),
        ..fresh
    }
}

/// A disc on which a burn broke off after so many sectors.
pub fn broken_off(kind: DiscKind, sectors: u32) -> Disc {
    let fresh = blank(kind);
    Disc {
        status: Some(DiscStatus::Appendable),
        last_session: Some(SessionState::Incomplete),
        nwa: Some(Lba(sectors.cast_signed())),
        free: Blocks(fresh.capacity.0 - sectors),
        track_begun: true,
        ..fresh
    }
}

/// A disc that holds something and takes no more behind it; formatted, where that is a matter.
pub fn complete(kind: DiscKind) -> Disc {
    let fresh = blank(kind);
    let size = match kind {
        DiscKind::DvdRam => 2_236_704,
        DiscKind::BdRe => 11_826_176,
        DiscKind::DvdRwOverwrite => 2_254_432,
        _ if kind.is_overwritable() => fresh.capacity.0,
        _ => 0,
    };
    let done = kind == DiscKind::DvdPlusRw;
    let mut formats = fresh.formats.clone();
    if let Some(formats) = formats.as_mut().filter(|_| kind.is_overwritable()) {
        (formats.state, formats.blocks) = (FormatState::Formatted, Blocks(size));
    }
    Disc {
        status: Some(if kind == DiscKind::DvdRam {
            DiscStatus::Other
        } else {
            DiscStatus::Complete
        }),
        last_session: Some(SessionState::Complete),
        nwa: None,
        track_start: None,
        free: Blocks(size),
        background_format: if done { BackgroundFormat::Done } else { BackgroundFormat::None },
        formatted: kind.is_overwritable(),
        formats,
        spares: (kind == DiscKind::BdRe)
            .then_some(SpareArea { free: Blocks(393_216), total: Blocks(393_216) }),
        ..fresh
    }
}
