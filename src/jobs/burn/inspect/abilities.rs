//! Which features say what a drive can do with a disc (MMC-6 5.3). A feature that is current holds
//! for the disc that is in; one that is only there, for some disc.

use crate::jobs::burn::disc::{Abilities, DiscKind};
use crate::jobs::survey::DriveFacts;
use crate::mmc::cmd::get_configuration::{Configuration, Feature};
use crate::mmc::feature;
use crate::mmc::fields::Fields;
use crate::mmc::quirks::Change;

/// Link size where feature 0021h names none, or is known to name nonsense.
const LINK_SIZE: u8 = 16;

/// What the drive can do with a disc of such a kind, its quirks reckoned with.
pub(super) fn of(
    kind: DiscKind,
    configuration: Option<&Configuration>,
    facts: &DriveFacts,
) -> Abilities {
    let mut can = told(kind, configuration, facts);
    can.flush_without_immed = facts.has(Change::FlushWithoutImmed);
    can.granted_by_page_2a = facts.has(Change::GrantedByPage2a);
    if facts.has(Change::CdSpeedOnDvdPlusRw) && kind == DiscKind::DvdPlusRw {
        can.set_streaming = false;
    }
    if facts.has(Change::LinkSize16) {
        can.link_size = LINK_SIZE;
    }
    can
}

/// As the drive tells it.
fn told(kind: DiscKind, configuration: Option<&Configuration>, facts: &DriveFacts) -> Abilities {
    let Some(configuration) = configuration else { return by_page_2a(kind, facts) };
    let ability = Features { configuration };
    let mut can = Abilities { link_size: LINK_SIZE, ..Abilities::default() };
    match kind {
        DiscKind::CdR | DiscKind::CdRw => ability.cd(&mut can),
        DiscKind::DvdR | DiscKind::DvdRDl | DiscKind::DvdRDlJump | DiscKind::DvdRwSequential => {
            ability.dvd_minus(kind, &mut can);
        }
        DiscKind::DvdRwOverwrite => {
            can.writes = ability.flag(feature::DVD_R_WRITE, 0, 0x02)
                || ability.has(feature::RIGID_RESTRICTED_OVERWRITE);
        }
        // Other discs are written at random too: what is current is said of this one, and page 2Ah
        // names it.
        DiscKind::DvdRam => {
            let page = facts.capabilities.as_ref();
            can.writes = ability.is_current(feature::RANDOM_WRITABLE)
                || ability.is_current(feature::FORMATTABLE)
                || page.is_some_and(|page| page.writes.contains(&"DVD-RAM"));
        }
        DiscKind::DvdPlusRw => can.writes = ability.flag(feature::DVD_PLUS_RW, 0, 0x01),
        DiscKind::DvdPlusR => can.writes = ability.flag(feature::DVD_PLUS_R, 0, 0x01),
        DiscKind::DvdPlusRwDl => can.writes = ability.flag(feature::DVD_PLUS_RW_DL, 0, 0x01),
        DiscKind::DvdPlusRDl => can.writes = ability.flag(feature::DVD_PLUS_R_DL, 0, 0x01),
        DiscKind::BdR | DiscKind::BdRPow | DiscKind::BdRRandom | DiscKind::BdRe => {
            can.writes = ability.has(feature::BD_WRITE);
        }
        DiscKind::ReadOnly | DiscKind::Unknown => {}
    }
    let streaming = feature::REAL_TIME_STREAMING;
    can.set_streaming = ability.is_current(streaming);
    can.stream_writing = ability.is_current(streaming) && ability.flag(streaming, 0, 0x01);
    can.buffer_capacity =
        ability.flag(streaming, 0, 0x10) || matches!(kind, DiscKind::CdR | DiscKind::CdRw);
    can
}

/// A drive from before the features: page 2Ah tells which discs it writes, not in which modes. All
/// of them then, as MMC-1 has them.
fn by_page_2a(kind: DiscKind, facts: &DriveFacts) -> Abilities {
    let mut can = Abilities { link_size: LINK_SIZE, ..Abilities::default() };
    let Some(page) = &facts.capabilities else { return can };
    can.writes = match kind {
        DiscKind::CdR => page.writes.contains(&"CD-R"),
        DiscKind::CdRw => page.writes.contains(&"CD-RW"),
        _ => false,
    };
    (can.track_at_once, can.session_at_once) = (can.writes, can.writes);
    (can.test_at_once, can.test_incremental) = (page.test_write, page.test_write);
    can.underrun_protection = page.underrun_protection;
    can.buffer_capacity = can.writes;
    can
}

struct Features<'a> {
    configuration: &'a Configuration,
}

impl Features<'_> {
    fn get(&self, code: u16) -> Option<&Feature> {
        self.configuration.feature(code)
    }

    fn has(&self, code: u16) -> bool {
        self.get(code).is_some()
    }

    fn is_current(&self, code: u16) -> bool {
        self.configuration.is_current(code)
    }

    /// A bit of a feature's data, whether or not it is current.
    fn flag(&self, code: u16, at: usize, mask: u8) -> bool {
        let feature = self.get(code);
        feature.is_some_and(|feature| Fields(&feature.data).flag(at, mask).unwrap_or(false))
    }

    /// The features of the two modes. Neither may be current with a closed disc that is blanked
    /// first: then what is there counts.
    fn cd(&self, can: &mut Abilities) {
        let (track, session) = (feature::CD_TRACK_AT_ONCE, feature::CD_MASTERING);
        can.writes = self.has(track) || self.has(session);
        let current = self.is_current(track) || self.is_current(session);
        let able = |code| if current { self.is_current(code) } else { self.has(code) };
        can.track_at_once = able(track);
        can.session_at_once = able(session) && self.flag(session, 0, 0x20);
        can.test_incremental = can.track_at_once && self.flag(track, 0, 0x04);
        can.test_at_once = can.session_at_once && self.flag(session, 0, 0x04);
        can.underrun_protection = self.flag(track, 0, 0x40) || self.flag(session, 0, 0x40);
        let mastering = self.get(session).map(|feature| Fields(&feature.data).be24(1));
        can.cue_sheet_max = mastering.and_then(Result::ok).unwrap_or(0);
    }

    fn dvd_minus(&self, kind: DiscKind, can: &mut Abilities) {
        let (write, incremental) = (feature::DVD_R_WRITE, feature::INCREMENTAL_STREAMING);
        can.writes = match kind {
            DiscKind::DvdR => self.has(write) || self.is_current(incremental),
            DiscKind::DvdRwSequential => self.flag(write, 0, 0x02) || self.is_current(incremental),
            _ => self.flag(write, 0, 0x08) || self.is_current(incremental),
        };
        can.incremental = self.is_current(incremental);
        let test = self.flag(write, 0, 0x04);
        (can.test_at_once, can.test_incremental) = (test, test && can.incremental);
        can.underrun_protection = self.flag(write, 0, 0x40) || self.flag(incremental, 2, 0x01);
        let sizes = self.get(incremental).map_or(&[][..], |feature| &feature.data);
        let count = usize::from(sizes.get(3).copied().unwrap_or(0));
        let listed = sizes.get(4..).unwrap_or(&[]);
        let listed = &listed[..count.min(listed.len())];
        if !listed.contains(&LINK_SIZE) {
            can.link_size = listed.iter().copied().find(|size| *size > 0).unwrap_or(LINK_SIZE);
        }
    }
}
