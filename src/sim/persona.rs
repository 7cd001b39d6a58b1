//! Which drive it is: identity, profiles, mode pages, speeds, and where it differs from the others.
//! A persona is data; each value of one has its evidence beside it in `personas/`.

use super::medium::{Kind, Medium};
use super::personas;
use super::recorded::Portrait;
use super::refusal::SenseStyle;
use super::write_speeds::WriteSpeeds;
use crate::units::Family;

/// A drive's identity and ways.
#[derive(Debug)]
pub struct Persona {
    /// Its name in a spec.
    pub name: &'static str,
    /// INQUIRY.
    pub inquiry: Inquiry,
    /// Its serial number: made up, since those of the reports were left out.
    pub serial: &'static str,
    /// FIRMWARE CREATION DATE of feature 010Ch, if it has that feature.
    pub firmware_date: Option<&'static str>,
    /// The profiles, in the order it lists them (MMC-6 5.3.1).
    pub profiles: &'static [u16],
    /// Loading mechanism type of page 2Ah and feature 0003h: 1 tray, 0 caddy.
    pub loading: u8,
    /// Whether the host hears of UNIT SERIAL NUMBER and a date by VPD 80h.
    pub bus: Bus,
    /// Mode page 2Ah and the speeds.
    pub speeds: Speeds,
    /// The speeds at which it writes.
    pub writes: WriteSpeeds,
    /// How it fills sense data.
    pub sense: SenseStyle,
    /// Where it differs.
    pub ways: Ways,
    /// What it says of itself, where there is a recording of it: in place of what the rest comes
    /// to.
    pub portrait: Option<&'static Portrait>,
}

/// How it is attached (MMC-6 table 90, PHYSICAL INTERFACE STANDARD).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// ATAPI: 2.
    Atapi,
    /// Serial ATAPI: 7.
    Sata,
    /// USB: 8.
    Usb,
}

impl Bus {
    /// Its number.
    pub fn code(self) -> u32 {
        match self {
            Bus::Atapi => 2,
            Bus::Sata => 7,
            Bus::Usb => 8,
        }
    }
}

/// Standard INQUIRY data.
#[derive(Debug)]
pub struct Inquiry {
    /// VENDOR, 8 bytes.
    pub vendor: &'static str,
    /// PRODUCT, 16 bytes.
    pub product: &'static str,
    /// REVISION, 4 bytes.
    pub revision: &'static str,
    /// VERSION.
    pub version: u8,
    /// Byte 3: RESPONSE DATA FORMAT, and on ATAPI drives a version above it.
    pub format: u8,
    /// ADDITIONAL LENGTH.
    pub additional_length: u8,
    /// What follows byte 36.
    pub vendor_specific: &'static str,
    /// How many bytes it holds ready, whatever ADDITIONAL LENGTH says.
    pub bytes: usize,
}

/// Speeds and buffer.
#[derive(Debug)]
pub struct Speeds {
    /// Page 2Ah: MAXIMUM READ SPEED in kB/s.
    pub page_read_max: u16,
    /// Page 2Ah: write speeds in kB/s, the current one first.
    pub page_write: &'static [u16],
    /// Page 2Ah: CURRENT WRITE SPEED in kB/s.
    pub page_write_current: u16,
    /// Page 2Ah: BUFFER SIZE in KiB.
    pub buffer_kib: u16,
    /// READ BUFFER CAPACITY: bytes.
    pub buffer_bytes: u32,
    /// Read speeds on a CD, in kB/s, fastest first.
    pub cd: &'static [u32],
    /// On a DVD; empty if it reads none.
    pub dvd: &'static [u32],
    /// On a DVD of two layers.
    pub dvd_dl: &'static [u32],
    /// On a BD; empty if it reads none.
    pub bd: &'static [u32],
    /// On a BD of several layers.
    pub bd_dl: &'static [u32],
}

/// Behaviour in which drives differ.
#[derive(Debug)]
pub struct Ways {
    /// A closed BD-R is shown as BD-ROM.
    pub closed_bd_r_is_rom: bool,
    /// A closed DVD-R is shown as DVD-ROM.
    pub closed_dvd_r_is_rom: bool,
    /// A closed CD-R is shown as CD-ROM.
    pub closed_cd_r_is_rom: bool,
    /// A second profile besides the right one says that it is current while a DVD-RAM is in.
    pub removable_disk_too: bool,
    /// What a read of run-out sectors ends in.
    pub runout: RunOut,
    /// A read that fails moves what could be read before the failing block.
    pub moves_good_part: bool,
    /// READ CD ignores an expected sector type that does not fit.
    pub ignores_sector_type: bool,
    /// ATIP of a disc that has none: zeros, not a refusal.
    pub zero_atip: bool,
    /// The control byte's upper bits choose the form of the table of contents, as before MMC.
    pub toc_control_byte: bool,
    /// The table of contents of a DVD shows each session's track; otherwise one.
    pub toc_shows_dvd_tracks: bool,
    /// ADR and CONTROL of track 1 and the lead-out of DVD+R and DVD+RW.
    pub toc_plus: (u8, u8),
    /// READ DISC INFORMATION lists what came of calibrations.
    pub lists_calibrations: bool,
    /// READ DISC STRUCTURE with the wrong media type: GOOD, and nothing is sent.
    pub wrong_media_type_is_silent: bool,
    /// GET PERFORMANCE type 00h ends one past the last block.
    pub performance_end_is_capacity: bool,
    /// GET PERFORMANCE type 03h of a disc that can be written ends one past the last block.
    pub write_descriptors_end_is_capacity: bool,
    /// GET PERFORMANCE type 03h lists the speeds of a CD for what cannot be written, up to here.
    pub cd_speeds_end: Option<u32>,
    /// Mode page 01h does not take the PER bit.
    pub refuses_per: bool,
    /// The read retries of mode page 01h at power-on.
    pub read_retries: u8,
    /// READ DISC STRUCTURE format 11h of DVD+ is refused.
    pub refuses_adip: bool,
    /// FORMAT UNIT takes the quick certification of a BD-RE.
    pub certifies_quickly: bool,
    /// What it does with blocks that its buffer has no room for.
    pub full_buffer: FullBuffer,
    /// READ BUFFER CAPACITY before the buffer was full once loses what is in it.
    pub loses_buffer_asked_early: bool,
    /// The NWA of a blank CD is -150, whatever mode page 05h says.
    pub blank_nwa_in_pre_gap: bool,
    /// CDs are written in sessions at once.
    pub writes_sessions_at_once: bool,
    /// A session at once can follow others; with page 05h set so, the NWA is where its pre-gap
    /// begins.
    pub appends_sessions_at_once: bool,
    /// The write speeds of page 2Ah stay the same whatever disc is in.
    pub page_speeds_stay: bool,
}

/// What a drive does with blocks that its buffer has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullBuffer {
    /// It takes none of them and says 2/04/08: the host sends the command again.
    LongWrite,
    /// It lets the host wait until they fit.
    Waits,
}

/// What a read of run-out sectors ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOut {
    /// 5/64/00.
    IllegalMode,
    /// 3/11/05.
    Uncorrectable,
    /// 5/26/00.
    InvalidParameter,
}

impl Persona {
    /// The drive of this name.
    pub fn find(name: &str) -> Option<&'static Persona> {
        personas::ALL.iter().copied().find(|persona| persona.name == name)
    }

    /// The names, for a message.
    pub fn names() -> String {
        let names: Vec<&str> = personas::ALL.iter().map(|persona| persona.name).collect();
        names.join(" ")
    }

    /// Whether it knows a profile.
    pub fn knows(&self, profile: u16) -> bool {
        self.profiles.contains(&profile)
    }

    /// Whether it can take a disc of this kind.
    pub fn takes(&self, kind: Kind) -> bool {
        match kind {
            // A drive that knows only CD-ROM among its profiles still reads CD-R and CD-RW.
            Kind::CdRom | Kind::CdR | Kind::CdRw => true,
            // MMC-6 5.3.1: a DVD-ROM drive reads what looks like one; the rest needs a profile.
            Kind::DvdRom | Kind::DvdR | Kind::DvdPlusR => self.knows(0x0010),
            Kind::BdRom => self.knows(0x0040),
            other => self.knows(other.profile()),
        }
    }

    /// The current profile with this disc in.
    pub fn profile_of(&self, medium: &Medium) -> u16 {
        let profile = match medium.kind {
            // MMC-6 table 85: DVD-RW in restricted overwrite mode.
            Kind::DvdRw if medium.written_over() => 0x0013,
            kind => kind.profile(),
        };
        let ways = &self.ways;
        if medium.can_grow() {
            // What can still be written is shown as what it is.
            return if self.knows(profile) { profile } else { 0 };
        }
        match medium.kind {
            Kind::CdR if ways.closed_cd_r_is_rom => 0x0008,
            Kind::DvdR | Kind::DvdRDl if ways.closed_dvd_r_is_rom => 0x0010,
            Kind::BdR if ways.closed_bd_r_is_rom => 0x0040,
            _ if self.knows(profile) => profile,
            kind => match kind.family() {
                Family::Cd => 0x0008,
                Family::Dvd => 0x0010,
                Family::Bd => 0x0040,
            },
        }
    }

    /// The read speeds on such a disc, in kB/s, fastest first.
    pub fn read_speeds(&self, family: Family, layers: u8) -> &'static [u32] {
        match (family, layers) {
            (Family::Cd, _) => self.speeds.cd,
            (Family::Dvd, 0 | 1) => self.speeds.dvd,
            (Family::Dvd, _) => self.speeds.dvd_dl,
            (Family::Bd, 0 | 1) => self.speeds.bd,
            (Family::Bd, _) => self.speeds.bd_dl,
        }
    }

    /// Whether it writes discs of this kind.
    pub fn writes(&self, kind: Kind) -> bool {
        // MMC-6 5.3.1: a profile of a recordable medium in the list says that it is written.
        !kind.pressed() && self.knows(kind.profile())
    }

    /// The write speeds for such a disc, closed or not, in kB/s, fastest first; none where it does
    /// not write them.
    pub fn write_speeds(&self, medium: &Medium) -> &'static [u32] {
        if !self.writes(medium.kind) {
            return &[];
        }
        let all = self.writes.of(medium.kind, medium.layers);
        // A CD-RW has the speeds of its pre-groove (libburn: 10x and 4x of a high-speed disc).
        let Some((least, most)) = medium.atip().and_then(|atip| atip.speeds) else { return all };
        let from = all.partition_point(|kbps| *kbps > most);
        let to = all.partition_point(|kbps| *kbps >= least);
        all.get(from..to).unwrap_or(&[])
    }

    /// Whether it writes anything.
    pub fn writes_dvd(&self) -> bool {
        self.knows(0x0011) || self.knows(0x001b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_persona_has_fields_of_the_right_width_and_a_name_of_its_own() {
        let mut names: Vec<&str> = personas::ALL.iter().map(|persona| persona.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), personas::ALL.len());
        for persona in personas::ALL {
            let inquiry = &persona.inquiry;
            assert_eq!(inquiry.vendor.len(), 8, "{}", persona.name);
            assert_eq!(inquiry.product.len(), 16, "{}", persona.name);
            assert_eq!(inquiry.revision.len(), 4, "{}", persona.name);
            assert!(inquiry.bytes >= 36, "{}", persona.name);
            assert!(!persona.speeds.cd.is_empty(), "{}", persona.name);
            assert_eq!(persona.speeds.dvd.is_empty(), !persona.knows(0x10), "{}", persona.name);
            assert_eq!(persona.speeds.bd.is_empty(), !persona.knows(0x40), "{}", persona.name);
        }
    }

    #[test]
    fn every_drive_has_speeds_for_every_disc_that_it_writes() {
        for persona in personas::ALL {
            for name in Kind::names().split([' ', ';']) {
                let Some((kind, _)) = Kind::parse(name) else { continue };
                for layers in kind.layers_min()..=kind.layers_max() {
                    let speeds = persona.writes.of(kind, layers);
                    assert!(!persona.writes(kind) || !speeds.is_empty(), "{} {name}", persona.name);
                    assert!(speeds.is_sorted_by(|a, b| a > b), "{} {name}", persona.name);
                }
            }
        }
    }

    #[test]
    fn there_are_drives_for_every_family_and_most_are_found_by_name() {
        assert!(personas::ALL.len() >= 8);
        assert!(Persona::find("wh16ns40").expect("there").takes(Kind::BdRe));
        let cd_only = Persona::find("px-w4824a").expect("there");
        assert!(cd_only.takes(Kind::CdRw) && !cd_only.takes(Kind::DvdRom));
        assert!(!Persona::find("dvr-111d").expect("there").takes(Kind::BdRom));
        assert!(Persona::find("nosuch").is_none());
        assert!(Persona::names().contains("bw-16d1ht"));
    }
}
