//! Profiles (MMC-6 5.3.1, table 93): what kind of medium a drive says it holds. The drive's word
//! only: a closed BD-R is presented as BD-ROM, a closed DVD-R as DVD-ROM and a CD-R as CD-ROM by
//! some (real-drives: ASUS BW-16D1HT).

use std::fmt;

use crate::units::Family;

/// A profile number and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// 0000h: no medium, or none the drive can name.
    None,
    /// 0002h: a re-writable disk that can be removed; drives list it beside DVD-RAM.
    RemovableDisk,
    /// 0008h.
    CdRom,
    /// 0009h.
    CdR,
    /// 000Ah.
    CdRw,
    /// 0010h.
    DvdRom,
    /// 0011h: written sequentially.
    DvdR,
    /// 0012h.
    DvdRam,
    /// 0013h: formatted, restricted overwrite.
    DvdRwRestrictedOverwrite,
    /// 0014h: written sequentially.
    DvdRwSequential,
    /// 0015h: two layers, written sequentially.
    DvdRDlSequential,
    /// 0016h: two layers, written with layer jumps.
    DvdRDlLayerJump,
    /// 0017h: never sold, and still listed (real-drives: TSSTcorp SH-S223F).
    DvdRwDl,
    /// 0018h.
    DvdDownload,
    /// 001Ah.
    DvdPlusRw,
    /// 001Bh.
    DvdPlusR,
    /// 002Ah.
    DvdPlusRwDl,
    /// 002Bh.
    DvdPlusRDl,
    /// 0040h.
    BdRom,
    /// 0041h: sequential recording mode.
    BdRSequential,
    /// 0042h: random recording mode.
    BdRRandom,
    /// 0043h.
    BdRe,
    /// 0050h.
    HdDvdRom,
    /// 0051h.
    HdDvdR,
    /// 0052h.
    HdDvdRam,
    /// 0053h.
    HdDvdRw,
    /// 0058h.
    HdDvdRDl,
    /// 005Ah.
    HdDvdRwDl,
    /// FFFFh: does not conform to any profile.
    NonConforming,
    /// Any other number.
    Other(u16),
}

/// Code, profile and name, in the order of the codes.
const TABLE: &[(u16, Profile, &str)] = &[
    (0x0000, Profile::None, "no medium"),
    (0x0002, Profile::RemovableDisk, "removable disk"),
    (0x0008, Profile::CdRom, "CD-ROM"),
    (0x0009, Profile::CdR, "CD-R"),
    (0x000a, Profile::CdRw, "CD-RW"),
    (0x0010, Profile::DvdRom, "DVD-ROM"),
    (0x0011, Profile::DvdR, "DVD-R sequential recording"),
    (0x0012, Profile::DvdRam, "DVD-RAM"),
    (0x0013, Profile::DvdRwRestrictedOverwrite, "DVD-RW restricted overwrite"),
    (0x0014, Profile::DvdRwSequential, "DVD-RW sequential recording"),
    (0x0015, Profile::DvdRDlSequential, "DVD-R dual layer sequential recording"),
    (0x0016, Profile::DvdRDlLayerJump, "DVD-R dual layer jump recording"),
    (0x0017, Profile::DvdRwDl, "DVD-RW dual layer"),
    (0x0018, Profile::DvdDownload, "DVD-Download disc recording"),
    (0x001a, Profile::DvdPlusRw, "DVD+RW"),
    (0x001b, Profile::DvdPlusR, "DVD+R"),
    (0x002a, Profile::DvdPlusRwDl, "DVD+RW dual layer"),
    (0x002b, Profile::DvdPlusRDl, "DVD+R dual layer"),
    (0x0040, Profile::BdRom, "BD-ROM"),
    (0x0041, Profile::BdRSequential, "BD-R sequential recording"),
    (0x0042, Profile::BdRRandom, "BD-R random recording"),
    (0x0043, Profile::BdRe, "BD-RE"),
    (0x0050, Profile::HdDvdRom, "HD DVD-ROM"),
    (0x0051, Profile::HdDvdR, "HD DVD-R"),
    (0x0052, Profile::HdDvdRam, "HD DVD-RAM"),
    (0x0053, Profile::HdDvdRw, "HD DVD-RW"),
    (0x0058, Profile::HdDvdRDl, "HD DVD-R dual layer"),
    (0x005a, Profile::HdDvdRwDl, "HD DVD-RW dual layer"),
    (0xffff, Profile::NonConforming, "non-conforming"),
];

impl From<u16> for Profile {
    fn from(code: u16) -> Profile {
        let found = TABLE.iter().find(|(known, ..)| *known == code);
        found.map_or(Profile::Other(code), |(_, profile, _)| *profile)
    }
}

impl Profile {
    /// The number in the standard.
    pub fn code(self) -> u16 {
        if let Profile::Other(code) = self {
            return code;
        }
        self.row().map_or(0, |(code, ..)| *code)
    }

    /// Its name as the standard and shops write it.
    pub fn name(self) -> &'static str {
        self.row().map_or("unknown profile", |(.., name)| *name)
    }

    fn row(self) -> Option<&'static (u16, Profile, &'static str)> {
        TABLE.iter().find(|(_, profile, _)| *profile == self)
    }

    /// What kind of disc it is, where 1x and the size of an ECC block depend on it. `None` for no
    /// medium, for HD DVD and for what is unknown.
    pub fn family(self) -> Option<Family> {
        match self.code() {
            0x0008..=0x000a => Some(Family::Cd),
            0x0010..=0x0018 | 0x001a | 0x001b | 0x002a | 0x002b => Some(Family::Dvd),
            0x0040..=0x0043 => Some(Family::Bd),
            _ => None,
        }
    }

    /// Whether what is written can be written over or erased.
    pub fn is_rewritable(self) -> bool {
        matches!(
            self,
            Profile::RemovableDisk
                | Profile::CdRw
                | Profile::DvdRam
                | Profile::DvdRwRestrictedOverwrite
                | Profile::DvdRwSequential
                | Profile::DvdRwDl
                | Profile::DvdPlusRw
                | Profile::DvdPlusRwDl
                | Profile::BdRe
                | Profile::HdDvdRam
                | Profile::HdDvdRw
                | Profile::HdDvdRwDl
        )
    }

    /// Whether a drive that can write such a medium may write to it.
    pub fn is_writable(self) -> bool {
        self.is_rewritable()
            || matches!(
                self,
                Profile::CdR
                    | Profile::DvdR
                    | Profile::DvdRDlSequential
                    | Profile::DvdRDlLayerJump
                    | Profile::DvdDownload
                    | Profile::DvdPlusR
                    | Profile::DvdPlusRDl
                    | Profile::BdRSequential
                    | Profile::BdRRandom
                    | Profile::HdDvdR
                    | Profile::HdDvdRDl
            )
    }

    /// DVD+R, DVD+RW, of one layer or two: their structures differ from those of DVD-R and DVD-RW.
    pub fn is_dvd_plus(self) -> bool {
        matches!(self.code(), 0x001a | 0x001b | 0x002a | 0x002b)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Profile::Other(code) => write!(f, "unknown profile {code:04x}h"),
            known => f.write_str(known.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        for (code, profile, family, writable, rewritable) in [
            (0x0008, Profile::CdRom, Some(Family::Cd), false, false),
            (0x0009, Profile::CdR, Some(Family::Cd), true, false),
            (0x000a, Profile::CdRw, Some(Family::Cd), true, true),
            (0x0010, Profile::DvdRom, Some(Family::Dvd), false, false),
            (0x0012, Profile::DvdRam, Some(Family::Dvd), true, true),
            (0x001b, Profile::DvdPlusR, Some(Family::Dvd), true, false),
            (0x002b, Profile::DvdPlusRDl, Some(Family::Dvd), true, false),
            (0x0040, Profile::BdRom, Some(Family::Bd), false, false),
            (0x0041, Profile::BdRSequential, Some(Family::Bd), true, false),
            (0x0043, Profile::BdRe, Some(Family::Bd), true, true),
            (0x0050, Profile::HdDvdRom, None, false, false),
            (0x0000, Profile::None, None, false, false),
        ] {
            assert_eq!(Profile::from(code), profile);
            assert_eq!((profile.code(), profile.family()), (code, family), "{profile}");
            assert_eq!((profile.is_writable(), profile.is_rewritable()), (writable, rewritable));
        }
    }

    #[test]
    fn every_code_survives_the_way_there_and_back() {
        for code in 0..=u16::MAX {
            assert_eq!(Profile::from(code).code(), code);
        }
        assert_eq!(Profile::from(0x1234).to_string(), "unknown profile 1234h");
    }
}
