//! The pre-groove of recordable CDs (MMC-6 6.25.3.6): what it says of power, speeds, and where the
//! lead-in begins and the lead-out at the latest. A table of discs that drives were seen with.

use super::Kind;
use crate::units::{Lba, Msf};

/// A pre-groove.
#[derive(Debug)]
pub struct Atip {
    /// Its name in a spec.
    pub name: &'static str,
    /// On which kind of disc.
    pub kind: Kind,
    /// Bytes 4 to 6 of the answer: power and reference speed; unrestricted use; erasable, sub-type,
    /// which of A1 to A3 hold.
    head: [u8; 3],
    /// Where the lead-in begins.
    lead_in: [u8; 3],
    /// Where the lead-out begins at the latest.
    lead_out: [u8; 3],
    /// A1, A2 and A3.
    additional: [[u8; 3]; 3],
    /// The slowest and the fastest speed that it can be written at, in kB/s, where it says so.
    pub speeds: Option<(u32, u32)>,
}

/// The discs of real-drives: atip-reports and cdrecord's prints of CD-RW; the first of a kind is
/// the one that a disc has if nothing else is asked for.
const ATIPS: &[Atip] = &[
    // CMC Magnetics: power 5, A+ (3).
    Atip {
        name: "cmc",
        kind: Kind::CdR,
        head: [0xd0, 0x00, 0x98],
        lead_in: [97, 26, 66],
        lead_out: [79, 59, 71],
        additional: [[0; 3]; 3],
        speeds: None,
    },
    // Ritek: power 4, A- (2).
    Atip {
        name: "ritek",
        kind: Kind::CdR,
        head: [0xc0, 0x00, 0x90],
        lead_in: [97, 15, 17],
        lead_out: [79, 59, 70],
        additional: [[0; 3]; 3],
        speeds: None,
    },
    // Sony: power 5, B- (4): the sub-type's upper bit is bit 5.
    Atip {
        name: "sony",
        kind: Kind::CdR,
        head: [0xd0, 0x00, 0xa0],
        lead_in: [97, 24, 16],
        lead_out: [79, 59, 74],
        additional: [[0; 3]; 3],
        speeds: None,
    },
    // ASUS BW-16D1HT with a high-speed CD-RW: power 2, reference speed 3, sub-type 1:
    // 4x to 10x.
    Atip {
        name: "high",
        kind: Kind::CdRw,
        head: [0xa3, 0x00, 0xce],
        lead_in: [97, 10, 0],
        lead_out: [79, 59, 74],
        additional: [[0x24, 0x1a, 0xd8], [0x26, 0xb2, 0x48], [0; 3]],
        speeds: Some((706, 1764)),
    },
    // PHILIPS CDD4851 with a CMC CD-RW: power 5, reference speed 2, 4x at most.
    Atip {
        name: "multi",
        kind: Kind::CdRw,
        head: [0xd2, 0x00, 0xc6],
        lead_in: [97, 26, 65],
        lead_out: [79, 59, 74],
        additional: [[0x02, 0x4c, 0xb0], [0x4a, 0xc8, 0x36], [0; 3]],
        speeds: Some((0, 706)),
    },
    // Mitsubishi Chemical ultra speed: power 1, reference speed 0, sub-type 2: 8x to 24x.
    Atip {
        name: "ultra",
        kind: Kind::CdRw,
        head: [0x90, 0x00, 0xd7],
        lead_in: [97, 34, 24],
        lead_out: [79, 59, 74],
        additional: [[0x66, 0x4a, 0x99], [0x38, 0x80, 0x00], [0x04, 0xc4, 0xa0]],
        speeds: Some((1411, 4234)),
    },
];

impl Atip {
    /// The pre-groove of this name, or the first of this kind.
    pub fn find(kind: Kind, name: Option<&str>) -> Option<&'static Atip> {
        let named = |atip: &&Atip| name.is_none_or(|name| atip.name == name);
        ATIPS.iter().filter(|atip| atip.kind == kind).find(named)
    }

    /// All of them, for a message.
    pub fn names() -> String {
        let named: Vec<String> =
            ATIPS.iter().map(|atip| format!("{} ({})", atip.name, atip.kind.name())).collect();
        named.join(", ")
    }

    /// The last possible start of the lead-out as an LBA.
    pub fn lead_out(&self) -> u32 {
        u32::try_from(lba(self.lead_out)).unwrap_or(0)
    }

    /// Where the lead-in begins, as an LBA; it ends at -150.
    pub fn lead_in(&self) -> i64 {
        lba(self.lead_in)
    }

    /// Where the lead-in begins, as minute, second and frame.
    pub fn lead_in_time(&self) -> [u8; 3] {
        self.lead_in
    }

    /// The answer from byte 4 on, of a disc whose lead-out begins at this block at the latest.
    pub fn bytes(&self, lead_out: u32) -> Vec<u8> {
        let lead_out = Msf::from(Lba(i32::try_from(lead_out).unwrap_or(0)));
        let mut bytes = self.head.to_vec();
        bytes.push(0);
        bytes.extend(self.lead_in);
        bytes.extend([0, lead_out.minute, lead_out.second, lead_out.frame, 0]);
        for value in self.additional {
            bytes.extend(value);
            bytes.push(0);
        }
        bytes
    }
}

fn lba([minute, second, frame]: [u8; 3]) -> i64 {
    i64::from(Lba::from(Msf { minute, second, frame }).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_cdrecord_printed() {
        // real-drives: atip-reports: 97:26/65 = -11635, 97:34/22 = -11078; lead-out 359846, 359845.
        let of = |kind, name| Atip::find(kind, Some(name)).expect("there");
        assert_eq!(of(Kind::CdRw, "multi").lead_in(), -11_635);
        assert_eq!(of(Kind::CdR, "cmc").lead_out(), 359_846);
        assert_eq!(of(Kind::CdR, "ritek").lead_out(), 359_845);
        assert_eq!(of(Kind::CdRw, "high").lead_out(), 359_849);
        assert_eq!(Atip::find(Kind::CdRw, None).expect("there").name, "high");
        assert!(Atip::find(Kind::CdR, Some("ultra")).is_none());
        assert!(Atip::find(Kind::DvdR, None).is_none());
    }

    #[test]
    fn every_answer_has_its_24_bytes_and_its_fixed_bits() {
        for atip in ATIPS {
            let bytes = atip.bytes(atip.lead_out());
            assert_eq!(bytes.len(), 24, "{}", atip.name);
            assert_eq!((bytes[0] & 0x80, bytes[2] & 0x80), (0x80, 0x80), "{}", atip.name);
            assert_eq!(bytes[2] & 0x40 != 0, atip.kind == Kind::CdRw, "{}", atip.name);
            assert_eq!(bytes[4..7], atip.lead_in, "{}", atip.name);
            assert_eq!(bytes[8..11], atip.lead_out, "{}", atip.name);
        }
    }
}
