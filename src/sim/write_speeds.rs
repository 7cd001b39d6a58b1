//! How fast a drive writes which disc: the speeds that it offers for each kind, and the curve that
//! each of them is. Knows no disc in particular and no command.

use std::time::Duration;

use super::medium::Kind;
use super::timing::Curve;
use crate::units::Family;

/// Write speeds by kind of disc in kB/s, fastest first; empty where the drive writes none.
#[derive(Clone, Copy, Debug)]
pub struct WriteSpeeds {
    /// CD-R, raw sectors as CD speeds count.
    pub cd_r: &'static [u32],
    /// CD-RW.
    pub cd_rw: &'static [u32],
    /// DVD-R.
    pub dvd_r: &'static [u32],
    /// DVD-RW.
    pub dvd_rw: &'static [u32],
    /// DVD-R DL.
    pub dvd_r_dl: &'static [u32],
    /// DVD+R.
    pub dvd_plus_r: &'static [u32],
    /// DVD+RW.
    pub dvd_plus_rw: &'static [u32],
    /// DVD+R DL.
    pub dvd_plus_r_dl: &'static [u32],
    /// DVD-RAM.
    pub dvd_ram: &'static [u32],
    /// BD-R of one layer.
    pub bd_r: &'static [u32],
    /// BD-R of several.
    pub bd_r_dl: &'static [u32],
    /// BD-RE.
    pub bd_re: &'static [u32],
}

impl WriteSpeeds {
    /// Those for a disc of this kind and so many layers.
    pub fn of(&self, kind: Kind, layers: u8) -> &'static [u32] {
        match kind {
            Kind::CdR => self.cd_r,
            Kind::CdRw => self.cd_rw,
            Kind::DvdR => self.dvd_r,
            Kind::DvdRw => self.dvd_rw,
            Kind::DvdRDl => self.dvd_r_dl,
            Kind::DvdPlusR => self.dvd_plus_r,
            Kind::DvdPlusRw => self.dvd_plus_rw,
            Kind::DvdPlusRDl => self.dvd_plus_r_dl,
            Kind::DvdRam => self.dvd_ram,
            Kind::BdR if layers > 1 => self.bd_r_dl,
            Kind::BdR => self.bd_r,
            Kind::BdRe => self.bd_re,
            Kind::CdRom | Kind::DvdRom | Kind::BdRom => &[],
        }
    }
}

/// From which rate on a disc is written at constant turns, in kB/s. GUESS: where, but for DVD
/// (real-drives: TSSTcorp SH-224DB: DVD+R at 5.0x to 12.0x; TS-L632H: at 8.0x throughout) and BD
/// (HL-DT-ST WH16NS40: speed descriptors 08h, CAV, from 6x on).
fn turns_evenly_from(kind: Kind) -> u32 {
    match kind {
        Kind::CdR => 4234,
        Kind::DvdR | Kind::DvdPlusR => 16_620,
        Kind::BdR => 26_976,
        _ => u32::MAX,
    }
}

/// Radius in mm up to which a disc of two layers is written at 2.4x, and from there up to which at
/// 4x (real-drives: HL-DT-ST BT20N: 219904 blocks; Optiarc AD-7590S: 393216 and 1114112 blocks).
/// GUESS: that the limits are radii, and those of the slow drive.
const ZONES_MM: [f64; 2] = [29.0, 43.0];

/// The rate over the disc that is meant by a speed, in kB/s.
pub fn curve(kind: Kind, kbps: u32) -> Curve {
    match kind {
        _ if kbps >= turns_evenly_from(kind) => Curve::Cav { outer_kbps: kbps },
        Kind::DvdPlusRDl | Kind::DvdRDl if kbps > 3324 => {
            let [slow, middle] = ZONES_MM;
            let mut zones = vec![(0.0, 3324), (slow, kbps.min(5540))];
            if kbps > 5540 {
                zones.push((middle, kbps));
            }
            Curve::Zclv { zones }
        }
        _ => Curve::Clv { kbps },
    }
}

/// What comes before the first block of a session: the power is found out, a lead-in written.
/// GUESS: how long, within what hosts allow for it (growisofs 180 s where a DVD-R is written at
/// once; real-drives: ASUS CRW-5232A3: 21.9 s for the first WRITE of a CD).
pub fn preparation(kind: Kind, at_once: bool) -> Duration {
    Duration::from_secs(match kind {
        Kind::CdR | Kind::CdRw => 8,
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl if at_once => 45,
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => 10,
        Kind::DvdPlusR => 12,
        Kind::DvdPlusRDl => 20,
        Kind::DvdPlusRw => 4,
        Kind::BdR => 6,
        Kind::BdRe => 3,
        _ => 1,
    })
}

/// WRITE ROTATION CONTROL of a speed descriptor (MMC-6 table 324): 1 is constant turns
/// (real-drives: HL-DT-ST WH16NS40 shows it so for BD-R; others show 0 for DVD whatever they do).
pub fn rotation_control(kind: Kind, kbps: u32) -> u8 {
    u8::from(kind.family() == Family::Bd && kbps >= turns_evenly_from(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_discs_turn_evenly_and_slow_ones_keep_their_rate() {
        assert_eq!(curve(Kind::DvdPlusR, 16_620), Curve::Cav { outer_kbps: 16_620 });
        assert_eq!(curve(Kind::DvdPlusR, 11_080), Curve::Clv { kbps: 11_080 });
        assert_eq!(curve(Kind::DvdPlusRw, 11_080), Curve::Clv { kbps: 11_080 });
        let zones = vec![(0.0, 3324), (29.0, 5540), (43.0, 8310)];
        assert_eq!(curve(Kind::DvdPlusRDl, 8310), Curve::Zclv { zones });
        assert_eq!(curve(Kind::DvdPlusRDl, 3324), Curve::Clv { kbps: 3324 });
        assert_eq!(rotation_control(Kind::BdR, 53_952), 1);
        assert_eq!(rotation_control(Kind::BdR, 17_984), 0);
    }
}
