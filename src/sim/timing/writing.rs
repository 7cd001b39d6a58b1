//! How fast a disc is written, from its begin to its end: what a curve comes to at each address.
//! Knows no drive and no command.

use std::time::Duration;

use super::settings::Curve;
use crate::sim::geometry::Layout;
use crate::units::Family;

/// Blocks that are written at a rate that is even or changes evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    /// The first block.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// The rate at the first, in kB/s.
    pub first_kbps: f64,
    /// The rate at the last.
    pub last_kbps: f64,
}

/// A disc that is written at some speed.
#[derive(Clone, Copy, Debug)]
pub struct WriteRate<'a> {
    layout: &'a Layout,
    curve: &'a Curve,
}

impl<'a> WriteRate<'a> {
    /// A disc, and what its speed comes to.
    pub fn new(layout: &'a Layout, curve: &'a Curve) -> WriteRate<'a> {
        WriteRate { layout, curve }
    }

    /// The rate at a block in kB/s: of raw sectors on a CD, of user data elsewhere.
    pub fn kbps(&self, lba: u32) -> f64 {
        let radius_mm = self.layout.place(lba).radius_mm;
        self.curve.kbps(radius_mm, self.layout.inner_mm(), f64::INFINITY)
    }

    /// How long it takes to write so many blocks from `lba` on, at the rate that is there.
    pub fn time(&self, lba: u32, blocks: u32) -> Duration {
        let bytes = if self.layout.family() == Family::Cd { 2352.0 } else { 2048.0 };
        let seconds = f64::from(blocks) * bytes / (self.kbps(lba) * 1000.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// The zones of the disc, in order.
    pub fn zones(&self) -> Vec<Zone> {
        let end = self.layout.sectors();
        let stepped = matches!(self.curve, Curve::Zclv { .. });
        let mut zones: Vec<Zone> = Vec::new();
        let mut first = 0;
        while first < end {
            let next = if stepped { self.same_until(first) } else { end };
            let first_kbps = self.kbps(first);
            // A step counts from the next whole block for error correction on.
            let last_kbps = if stepped { first_kbps } else { self.kbps(next - 1) };
            match zones.last_mut() {
                Some(before) if stepped && before.last_kbps == first_kbps => {
                    before.last = next - 1;
                }
                _ => zones.push(Zone { first, last: next - 1, first_kbps, last_kbps }),
            }
            first = next;
        }
        zones
    }

    /// The first error-correction block after `lba`, on its layer, that has another rate; or the
    /// layer's end.
    fn same_until(&self, lba: u32) -> u32 {
        let ecc = self.layout.family().ecc_blocks().0;
        let end = self.layout.layer_end(lba);
        let rate = self.kbps(lba);
        if self.kbps(end - 1) == rate {
            return end;
        }
        // Within a layer the radius only grows or only shrinks.
        let (mut same, mut other) = (lba / ecc, (end - 1) / ecc);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if self.kbps(middle * ecc) == rate { same = middle } else { other = middle }
        }
        (other * ecc).clamp(lba + 1, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::geometry::TrackPath;

    #[test]
    fn a_layered_disc_is_slow_at_both_ends_and_fast_between() {
        let layout = Layout::layered(Family::Dvd, 4_173_824, 2, TrackPath::Opposite, None);
        let curve = Curve::Zclv { zones: vec![(0.0, 3324), (29.0, 5540)] };
        let zones = WriteRate::new(&layout, &curve).zones();
        let shown: Vec<(u32, u32, f64)> =
            zones.iter().map(|zone| (zone.first, zone.last, zone.first_kbps)).collect();
        // real-drives: HL-DT-ST BT20N: 219904 blocks at 2.4x, as many at the end.
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert_eq!((shown[0].0, shown[0].2, shown[1].2), (0, 3324.0, 5540.0));
        assert!((150_000..300_000).contains(&shown[0].1), "{shown:?}");
        assert_eq!(shown[1].0, shown[0].1 + 1);
        let last = 4_173_824 - shown[2].0;
        assert!(last.abs_diff(shown[0].1) < 64, "{shown:?}");
        assert_eq!(shown[2].1, 4_173_823);
    }

    #[test]
    fn even_turns_are_one_zone_that_gets_faster() {
        let layout = Layout::single(Family::Dvd, 2_295_104);
        let rate = Curve::Cav { outer_kbps: 16_620 };
        let zones = WriteRate::new(&layout, &rate).zones();
        assert_eq!(zones.len(), 1);
        // real-drives: TSSTcorp SH-224DB: 5.0x to 12.0x.
        assert!((6_700.0..7_000.0).contains(&zones[0].first_kbps), "{zones:?}");
        assert!((16_500.0..16_621.0).contains(&zones[0].last_kbps), "{zones:?}");
    }

    #[test]
    fn a_cd_counts_its_raw_sectors() {
        let layout = Layout::single(Family::Cd, 300_000);
        let curve = Curve::Clv { kbps: 1764 };
        let rate = WriteRate::new(&layout, &curve);
        let second = rate.time(0, 750);
        assert!((second.as_secs_f64() - 1.0).abs() < 0.001, "{second:?}");
    }
}
