//! Mode pages in three copies: current, default, changeable. MODE SELECT is right by construction:
//! what the third copy does not allow cannot change. Knows the pages' bytes (MMC-6 7), no CDB.

use super::medium::rules::WriteParameters;
use super::persona::Persona;
use super::recorded;
use super::refusal::{
    INVALID_FIELD_IN_CDB, INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH, Refusal,
    SAVING_NOT_SUPPORTED,
};
use super::write_page;

/// One page.
#[derive(Clone, Debug)]
struct Page {
    current: Vec<u8>,
    default: Vec<u8>,
    changeable: Vec<u8>,
}

/// All pages of a drive.
#[derive(Clone, Debug)]
pub struct ModePages {
    pages: Vec<Page>,
    refuses_per: bool,
    sessions_at_once: bool,
}

/// What stands in page 2Ah and changes without MODE SELECT.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// The tray is locked.
    pub locked: bool,
    /// CURRENT READ SPEED in kB/s.
    pub read_kbps: u32,
    /// The write speeds of the disc that is in, in kB/s; empty where those of the drive stay.
    pub writes: &'static [u32],
    /// The one that is set.
    pub write_kbps: u32,
}

const RECOVERY: u8 = 0x01;
const WRITE_PARAMETERS: u8 = 0x05;
const CAPABILITIES: u8 = 0x2a;
const PER: u8 = 0x04;
/// PAGE CODE for all of them.
const ALL: u8 = 0x3f;

impl ModePages {
    /// As after power-on.
    pub fn new(persona: &Persona) -> ModePages {
        let mut pages = vec![recovery(persona)];
        let ways = &persona.ways;
        let refuses_per = ways.refuses_per;
        let sessions_at_once = ways.writes_sessions_at_once || persona.writes_dvd();
        if let Some(portrait) = persona.portrait.filter(|portrait| !portrait.pages.is_empty()) {
            let pages = as_recorded(pages, &portrait.pages);
            return ModePages { pages, refuses_per, sessions_at_once };
        }
        if !persona.speeds.page_write.is_empty() || persona.writes_dvd() {
            pages.push(write_parameters());
        }
        pages.extend([
            caching(),
            audio_control(),
            power(),
            timeout(),
            fixed(capabilities(persona)),
        ]);
        ModePages { pages, refuses_per, sessions_at_once }
    }

    /// MODE SENSE: the page, or all of them, as PAGE CONTROL asks.
    ///
    /// # Errors
    /// There is no such page, or saved values are asked for.
    pub fn sense(&self, control: u8, code: u8, live: Live) -> Result<Vec<u8>, Refusal> {
        let mut found = Vec::new();
        for page in &self.pages {
            if code != ALL && page.default[0] != code {
                continue;
            }
            match control {
                0 => found.extend(page.current_with(live)),
                1 => found.extend(&page.changeable),
                2 => found.extend(page.default_with(live)),
                _ => return Err(SAVING_NOT_SUPPORTED),
            }
        }
        if found.is_empty() { Err(Refusal::bad_field(2)) } else { Ok(found) }
    }

    /// MODE SELECT: takes pages, all or none.
    ///
    /// # Errors
    /// A page is unknown, has another length, is cut off, or changes what cannot change.
    pub fn select(&mut self, mut list: &[u8]) -> Result<(), Refusal> {
        let mut changed = self.pages.clone();
        while let Some(code) = list.first().map(|byte| byte & 0x3f) {
            let page = changed
                .iter_mut()
                .find(|page| page.default[0] == code)
                .ok_or(INVALID_FIELD_IN_PARAMETERS)?;
            let length = page.default.len();
            if list.get(1).map(|length| usize::from(*length) + 2) != Some(length) {
                return Err(INVALID_FIELD_IN_PARAMETERS);
            }
            let given = list.get(..length).ok_or(PARAMETER_LIST_LENGTH)?;
            page.take(given)?;
            // real-drives: LG GSA-4082B: 5/24/00 where recovered errors are to be reported.
            if code == RECOVERY && self.refuses_per && given[2] & PER != 0 {
                return Err(INVALID_FIELD_IN_CDB);
            }
            if code == WRITE_PARAMETERS && !write_page::fits(given, self.sessions_at_once) {
                return Err(INVALID_FIELD_IN_PARAMETERS);
            }
            list = &list[length..];
        }
        self.pages = changed;
        Ok(())
    }

    /// Read retries of page 01h; with RC set none is made (MMC-6 7.2.2).
    pub fn read_retries(&self) -> u8 {
        let page = self.recovery();
        if page[2] & 0x10 != 0 { 0 } else { page[3] }
    }

    /// Page 05h as it stands (MMC-6 7.2.4); a drive without it writes as if all of it were zero.
    pub fn write_parameters(&self) -> WriteParameters {
        let page = self.pages.iter().find(|page| page.default[0] == WRITE_PARAMETERS);
        write_page::read(page.map_or(&[], |page| &page.current))
    }

    /// The codes of the pages that are not as after power-on.
    pub fn changed(&self) -> Vec<u8> {
        let changed = self.pages.iter().filter(|page| page.current != page.default);
        changed.map(|page| page.default[0]).collect()
    }

    /// PER of page 01h: a recovered error is told.
    pub fn reports_recovered(&self) -> bool {
        self.recovery()[2] & PER != 0
    }

    fn recovery(&self) -> &[u8] {
        &self.pages[0].current
    }
}

impl Page {
    fn take(&mut self, given: &[u8]) -> Result<(), Refusal> {
        let can = |at: usize| self.changeable.get(at).copied().unwrap_or(0);
        let fits = |at: usize| (given[at] ^ self.current[at]) & !can(at) == 0;
        // The two bytes of the page's head are judged by the caller; PS is reserved here.
        if !(2..given.len()).all(fits) {
            return Err(INVALID_FIELD_IN_PARAMETERS);
        }
        self.current[2..].copy_from_slice(&given[2..]);
        Ok(())
    }

    fn current_with(&self, live: Live) -> Vec<u8> {
        with_live(&self.current, live)
    }

    fn default_with(&self, live: Live) -> Vec<u8> {
        with_live(&self.default, live)
    }
}

fn with_live(page: &[u8], live: Live) -> Vec<u8> {
    let mut page = page.to_vec();
    // That of a recorded drive may be of any length.
    if page[0] == CAPABILITIES && page.len() >= 16 {
        page[6] |= u8::from(live.locked) << 1;
        let speed = u16::try_from(live.read_kbps).unwrap_or(u16::MAX);
        page[14..16].copy_from_slice(&speed.to_be_bytes());
        if !live.writes.is_empty() && page.len() >= 32 {
            put_write_speeds(&mut page, live);
        }
    }
    page
}

/// Page 2Ah has the write speeds of the disc that is in (real-drives: HL-DT-ST WH16NS40: 53952 to
/// 17984 with a BD-R).
fn put_write_speeds(page: &mut Vec<u8>, live: Live) {
    let word = |kbps: u32| u16::try_from(kbps).unwrap_or(u16::MAX).to_be_bytes();
    let best = live.writes.first().copied().unwrap_or(0);
    page[18..20].copy_from_slice(&word(best));
    page[20..22].copy_from_slice(&word(live.write_kbps));
    page[28..30].copy_from_slice(&word(live.write_kbps));
    page.truncate(30);
    page.extend(word(u32::try_from(live.writes.len()).unwrap_or(0)));
    for speed in live.writes {
        page.extend([0, 0]);
        page.extend(word(*speed));
    }
    page[1] = u8::try_from(page.len() - 2).unwrap_or(u8::MAX);
}

/// The pages of a recording, page 01h first, for that is what reading looks at: as it was recorded,
/// or as most drives have it.
fn as_recorded(mut pages: Vec<Page>, recorded: &[recorded::Page]) -> Vec<Page> {
    for recorded::Page { default, changeable } in recorded {
        let (mut default, mut changeable) = (default.clone(), changeable.clone());
        // PS: no page can be saved here.
        for page in [&mut default, &mut changeable] {
            page[0] &= 0x3f;
        }
        // What stands there changes with the drive: whether the tray is locked.
        if default[0] == CAPABILITIES && default.len() > 6 {
            default[6] &= !0x02;
        }
        let page = Page { current: default.clone(), default, changeable };
        match page.default[0] {
            RECOVERY if page.default.len() == pages[0].default.len() => pages[0] = page,
            RECOVERY => {}
            _ => pages.push(page),
        }
    }
    pages
}

fn page(default: &[u8], changeable: &[(usize, u8)]) -> Page {
    let mut mask = vec![0; default.len()];
    mask[..2].copy_from_slice(&default[..2]);
    for (at, bits) in changeable {
        mask[*at] = *bits;
    }
    Page { current: default.to_vec(), default: default.to_vec(), changeable: mask }
}

fn fixed(default: Vec<u8>) -> Page {
    page(&default, &[])
}

/// MMC-6 7.2: AWRE set, as seen on real-drives: HL-DT-ST GP60NB60, hp GH40L.
fn recovery(persona: &Persona) -> Page {
    let retries = persona.ways.read_retries;
    let default = [RECOVERY, 0x0a, 0x80, retries, 0, 0, 0, 0, 0x03, 0, 0, 0];
    // AWRE, TB, RC, PER, DTE, DCR; READ RETRY COUNT; EMCDR; WRITE RETRY COUNT.
    page(&default, &[(2, 0xb7), (3, 0xff), (7, 0x03), (8, 0xff)])
}

fn write_parameters() -> Page {
    let all: Vec<(usize, u8)> = (2..write_page::LENGTH).map(|at| (at, 0xff)).collect();
    page(&write_page::DEFAULT, &all)
}

/// SBC-3 6.4.5: WCE set.
fn caching() -> Page {
    page(&[0x08, 0x0a, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[(2, 0x05)])
}

/// MMC-6 7.6 (legacy): immediate, both channels at full volume.
fn audio_control() -> Page {
    let default = [0x0e, 0x0e, 0x04, 0, 0, 0, 0, 0x4b, 1, 0xff, 2, 0xff, 0, 0, 0, 0];
    page(&default, &[(2, 0x02), (8, 0x0f), (9, 0xff), (10, 0x0f), (11, 0xff)])
}

/// SPC-4 7.5.13: idle and standby timers, off.
fn power() -> Page {
    let timers: Vec<(usize, u8)> = (4..12).map(|at| (at, 0xff)).collect();
    let mut all = vec![(3, 0x03)];
    all.extend(timers);
    page(&[0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &all)
}

/// MMC-6 7.9: groups 1 and 2 take 4 and 60 s.
fn timeout() -> Page {
    page(&[0x1d, 0x08, 0, 0, 0, 0, 0, 4, 0, 60], &[(4, 0x07)])
}

/// MMC-6 7.11 and MMC-3 table 361.
fn capabilities(persona: &Persona) -> Vec<u8> {
    let speeds = &persona.speeds;
    let (dvd, ram) = (persona.knows(0x10), persona.knows(0x12));
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    let mut page = vec![CAPABILITIES, 0];
    // Reads CD-R, CD-RW, method 2; DVD-ROM, DVD-R; DVD-RAM.
    page.push(0x07 | flag(dvd, 0x18) | flag(ram, 0x20));
    // Writes CD-R, CD-RW, test write; DVD-R; DVD-RAM.
    page.push(0x07 | flag(persona.writes_dvd(), 0x10) | flag(ram, 0x20));
    // BUF, multi-session, both forms of Mode 2, audio play.
    page.push(0xf1);
    // UPC, ISRC, C2 pointers, R-W, accurate stream, CD-DA.
    page.push(0x77);
    // Loading mechanism, eject, lock; not locked.
    page.push(persona.loading << 5 | 0x09);
    // R-W in lead-in, separate mute and volume.
    page.push(0x23);
    page.extend(speeds.page_read_max.to_be_bytes());
    page.extend(256u16.to_be_bytes());
    page.extend(speeds.buffer_kib.to_be_bytes());
    page.extend(speeds.page_read_max.to_be_bytes());
    page.extend([0, 0]);
    let write_max = speeds.page_write.iter().copied().max().unwrap_or(speeds.page_write_current);
    page.extend(write_max.to_be_bytes());
    page.extend(speeds.page_write_current.to_be_bytes());
    // COPY MANAGEMENT REVISION: 1 with DVD (real-drives: Optiarc AD-7590S), 0 without (PX-W4824A).
    page.extend(u16::from(dvd).to_be_bytes());
    page.extend([0, 0, 0, 0]);
    page.extend(speeds.page_write_current.to_be_bytes());
    page.extend(u16::try_from(speeds.page_write.len()).unwrap_or(0).to_be_bytes());
    for speed in speeds.page_write {
        page.extend([0, 0]);
        page.extend(speed.to_be_bytes());
    }
    page[1] = u8::try_from(page.len() - 2).unwrap_or(u8::MAX);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: Live = Live { locked: false, read_kbps: 7056, writes: &[], write_kbps: 0 };

    fn pages(name: &str) -> ModePages {
        ModePages::new(Persona::find(name).expect("persona"))
    }

    #[test]
    fn page_2a_of_a_plextor_is_what_was_printed_of_it() {
        // real-drives: PLEXTOR PX-W4824A.
        let page = pages("px-w4824a").sense(0, 0x2a, LIVE).expect("there");
        assert_eq!(page.len(), 2 + 0x3e);
        assert_eq!(page[..4], [0x2a, 0x3e, 0x07, 0x07]); // no DVD bit
        assert_eq!(page[8..10], [0x1b, 0x90]); // 7056
        assert_eq!(page[12..14], [0x10, 0x00]); // 4096 KiB
        assert_eq!(page[14..16], [0x1b, 0x90]); // reads at 7056
        assert_eq!(page[28..32], [0x21, 0x13, 0x00, 0x08]); // writes at 8467; 8 speeds
        assert_eq!(page[60..64], [0x00, 0x00, 0x02, 0xc2]); // the last: 706
    }

    #[test]
    fn a_lock_shows_in_page_2a() {
        let locked = Live { locked: true, ..LIVE };
        assert_eq!(pages("wh16ns40").sense(0, 0x2a, locked).expect("there")[6], 0x2b);
        assert_eq!(pages("wh16ns40").sense(0, 0x2a, LIVE).expect("there")[6], 0x29);
    }

    #[test]
    fn selecting_retries_changes_the_current_page_alone() {
        let mut pages = pages("wh16ns40");
        assert_eq!(pages.read_retries(), 192);
        let select = [0x01, 0x0a, 0x80, 0x02, 0, 0, 0, 0, 0x03, 0, 0, 0];
        assert_eq!(pages.select(&select), Ok(()));
        assert_eq!(pages.read_retries(), 2);
        assert_eq!(pages.sense(0, 1, LIVE), Ok(select.to_vec()));
        assert_eq!(pages.sense(2, 1, LIVE).expect("there")[3], 0xc0);
        assert_eq!(
            pages.sense(1, 1, LIVE),
            Ok(vec![0x01, 0x0a, 0xb7, 0xff, 0, 0, 0, 0x03, 0xff, 0, 0, 0])
        );
    }

    #[test]
    fn read_continuous_means_no_retry() {
        let mut pages = pages("wh16ns40");
        pages.select(&[0x01, 0x0a, 0x90, 0x05, 0, 0, 0, 0, 0x03, 0, 0, 0]).expect("taken");
        assert_eq!(pages.read_retries(), 0);
    }

    #[test]
    fn what_cannot_change_is_refused_and_nothing_is_changed() {
        let mut pages = pages("wh16ns40");
        let reserved = [0x01, 0x0a, 0x88, 0x02, 0, 0, 0, 0, 0x03, 0, 0, 0];
        assert_eq!(pages.select(&reserved), Err(INVALID_FIELD_IN_PARAMETERS));
        assert_eq!(pages.select(&[0x01, 0x06, 0, 2]), Err(INVALID_FIELD_IN_PARAMETERS));
        assert_eq!(pages.select(&[0x01, 0x0a, 0x80]), Err(PARAMETER_LIST_LENGTH));
        assert_eq!(pages.select(&[0x33, 0]), Err(INVALID_FIELD_IN_PARAMETERS));
        let mut two = vec![0x01, 0x0a, 0x80, 0x02, 0, 0, 0, 0, 0x03, 0, 0, 0];
        two.extend([0x33, 0]);
        assert_eq!(pages.select(&two), Err(INVALID_FIELD_IN_PARAMETERS));
        assert_eq!(pages.read_retries(), 192);
    }

    #[test]
    fn some_drives_do_not_report_recovered_errors() {
        let per = [0x01, 0x0a, 0x84, 0x02, 0, 0, 0, 0, 0x03, 0, 0, 0];
        assert_eq!(pages("gsa-4167b").select(&per), Err(INVALID_FIELD_IN_CDB));
        let mut other = pages("wh16ns40");
        assert_eq!(other.select(&per), Ok(()));
        assert!(other.reports_recovered());
    }

    #[test]
    fn pages_that_are_not_there_and_saved_ones_are_refused() {
        let pages = pages("wh16ns40");
        assert_eq!(pages.sense(0, 0x30, LIVE), Err(Refusal::bad_field(2)));
        assert_eq!(pages.sense(3, 0x01, LIVE), Err(SAVING_NOT_SUPPORTED));
        let all = pages.sense(0, 0x3f, LIVE).expect("there");
        assert_eq!((all[0], all[12]), (0x01, 0x05));
    }
}
