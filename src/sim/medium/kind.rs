//! The kinds of disc, their names in a spec, their profiles. Knows no disc.

use crate::units::Family;

/// What kind of disc it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Pressed CD.
    CdRom,
    /// CD-R.
    CdR,
    /// CD-RW.
    CdRw,
    /// Pressed DVD.
    DvdRom,
    /// DVD-R, recorded sequentially.
    DvdR,
    /// DVD-RW, recorded sequentially.
    DvdRw,
    /// DVD-R with two layers.
    DvdRDl,
    /// DVD+R.
    DvdPlusR,
    /// DVD+RW.
    DvdPlusRw,
    /// DVD+R with two layers.
    DvdPlusRDl,
    /// DVD-RAM.
    DvdRam,
    /// Pressed BD.
    BdRom,
    /// BD-R, recorded sequentially.
    BdR,
    /// BD-RE.
    BdRe,
}

/// Name in a spec, kind, profile number (MMC-6 table 85), layers at most.
const KINDS: [(&str, Kind, u16, u8); 14] = [
    ("cd-rom", Kind::CdRom, 0x0008, 1),
    ("cd-r", Kind::CdR, 0x0009, 1),
    ("cd-rw", Kind::CdRw, 0x000a, 1),
    ("dvd-rom", Kind::DvdRom, 0x0010, 2),
    ("dvd-r", Kind::DvdR, 0x0011, 1),
    ("dvd-rw", Kind::DvdRw, 0x0014, 1),
    ("dvd-r-dl", Kind::DvdRDl, 0x0015, 2),
    ("dvd+r", Kind::DvdPlusR, 0x001b, 1),
    ("dvd+rw", Kind::DvdPlusRw, 0x001a, 1),
    ("dvd+r-dl", Kind::DvdPlusRDl, 0x002b, 2),
    ("dvd-ram", Kind::DvdRam, 0x0012, 1),
    ("bd-rom", Kind::BdRom, 0x0040, 4),
    ("bd-r", Kind::BdR, 0x0041, 4),
    ("bd-re", Kind::BdRe, 0x0043, 3),
];

/// How a name ends that says the number of layers.
const LAYER_SUFFIXES: [(&str, u8); 3] = [("-dl", 2), ("-tl", 3), ("-ql", 4)];

impl Kind {
    /// Reads a name such as `dvd+r` or `bd-rom-tl`: the kind, and the layers if the name says them.
    pub fn parse(name: &str) -> Option<(Kind, Option<u8>)> {
        if let Some(row) = KINDS.iter().find(|row| row.0 == name) {
            let two = matches!(row.1, Kind::DvdRDl | Kind::DvdPlusRDl);
            return Some((row.1, two.then_some(2)));
        }
        LAYER_SUFFIXES.iter().find_map(|(suffix, layers)| {
            let base = name.strip_suffix(suffix)?;
            let row = KINDS.iter().find(|row| row.0 == base)?;
            (*layers <= row.3).then_some((row.1, Some(*layers)))
        })
    }

    /// The names, for a message.
    pub fn names() -> String {
        let names: Vec<&str> = KINDS.iter().map(|row| row.0).collect();
        format!("{}; with -dl, -tl, -ql for more layers", names.join(" "))
    }

    fn row(self) -> &'static (&'static str, Kind, u16, u8) {
        KINDS.iter().find(|row| row.1 == self).expect("every kind has a row: tested")
    }

    /// Its name in a spec.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Its profile (MMC-6 table 85).
    pub fn profile(self) -> u16 {
        self.row().2
    }

    /// How many layers such a disc has at most.
    pub fn layers_max(self) -> u8 {
        self.row().3
    }

    /// How many layers it has at least.
    pub fn layers_min(self) -> u8 {
        if matches!(self, Kind::DvdRDl | Kind::DvdPlusRDl) { 2 } else { 1 }
    }

    /// CD, DVD or BD.
    pub fn family(self) -> Family {
        match self {
            Kind::CdRom | Kind::CdR | Kind::CdRw => Family::Cd,
            Kind::BdRom | Kind::BdR | Kind::BdRe => Family::Bd,
            _ => Family::Dvd,
        }
    }

    /// Pressed, not recorded.
    pub fn pressed(self) -> bool {
        matches!(self, Kind::CdRom | Kind::DvdRom | Kind::BdRom)
    }

    /// Can be written over.
    pub fn erasable(self) -> bool {
        matches!(self, Kind::CdRw | Kind::DvdRw | Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRe)
    }

    /// Can be written with TEST WRITE: mode page 05h is not for the others (MMC-6 7.5.3).
    pub fn has_test_write(self) -> bool {
        matches!(self, Kind::CdR | Kind::CdRw | Kind::DvdR | Kind::DvdRw | Kind::DvdRDl)
    }

    /// DVD+R, DVD+RW or DVD+R DL.
    pub fn plus(self) -> bool {
        matches!(self, Kind::DvdPlusR | Kind::DvdPlusRw | Kind::DvdPlusRDl)
    }

    /// Can hold more than one session.
    pub fn sessions(self) -> bool {
        !matches!(self, Kind::DvdRom | Kind::DvdPlusRw | Kind::DvdRam | Kind::BdRom | Kind::BdRe)
    }

    /// Blocks between the end of a session and the start of the next that hold no data.
    pub fn session_gap(self, after_first: bool) -> u32 {
        match self {
            // real-drives: redumper #202: 11400. MMC-6 4.2.3.5: lead-out 6750, then 2250; lead-in
            // 4500, pre-gap 150.
            Kind::CdRom | Kind::CdR | Kind::CdRw if after_first => 11_400,
            Kind::CdRom | Kind::CdR | Kind::CdRw => 6_900,
            // real-drives: HL-DT-ST GSA-H10N, ACER AXD001.
            Kind::DvdPlusR | Kind::DvdPlusRDl => 2_048,
            // real-drives: the finalised 8 cm DVD-R of Aaru #588: border-out from E6130h, next
            // border-in at EF4D0h, 10h after it the data.
            Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => 37_792,
            // GUESS: the sessions of a BD-R follow each other without a gap.
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name_and_profile() {
        for (name, profile) in [
            ("cd-rom", 0x08),
            ("cd-r", 0x09),
            ("cd-rw", 0x0a),
            ("dvd-rom", 0x10),
            ("dvd-r", 0x11),
            ("dvd-ram", 0x12),
            ("dvd-rw", 0x14),
            ("dvd-r-dl", 0x15),
            ("dvd+rw", 0x1a),
            ("dvd+r", 0x1b),
            ("dvd+r-dl", 0x2b),
            ("bd-rom", 0x40),
            ("bd-r", 0x41),
            ("bd-re", 0x43),
        ] {
            let (kind, _) = Kind::parse(name).expect(name);
            assert_eq!((kind.name(), kind.profile()), (name, profile));
        }
    }

    #[test]
    fn suffixes_say_the_layers_where_such_a_disc_exists() {
        assert_eq!(Kind::parse("bd-rom-ql"), Some((Kind::BdRom, Some(4))));
        assert_eq!(Kind::parse("bd-re-tl"), Some((Kind::BdRe, Some(3))));
        assert_eq!(Kind::parse("dvd-rom-dl"), Some((Kind::DvdRom, Some(2))));
        assert_eq!(Kind::parse("dvd+r-dl"), Some((Kind::DvdPlusRDl, Some(2))));
        for none in ["bd-re-ql", "cd-r-dl", "dvd-rom-tl", "hd-dvd", ""] {
            assert_eq!(Kind::parse(none), None, "{none}");
        }
    }
}
