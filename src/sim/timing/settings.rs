//! What a drive is able to with the disc that is in it: rates, turns and seeks as functions of the
//! radius. Knows no state.

use std::time::Duration;

use crate::sim::geometry::{Layout, Place, RIM_MM};
use crate::units::Family;

/// How a drive's speed depends on the radius. Rates are kB/s (1000 bytes) as SET CD SPEED and GET
/// PERFORMANCE count: raw sectors of 2352 bytes on a CD, user data on DVD and BD.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// The same rate everywhere.
    Clv {
        /// That rate.
        kbps: u32,
    },
    /// The same turns a minute everywhere.
    Cav {
        /// The rate at the rim, 58 mm.
        outer_kbps: u32,
    },
    /// The same turns a minute until the rate reaches `kbps`.
    Pcav {
        /// The rate at the innermost sector.
        inner_kbps: u32,
        /// The rate from some radius on.
        kbps: u32,
    },
    /// Steps: from each radius in mm on, ascending, a rate.
    Zclv {
        /// The steps.
        zones: Vec<(f64, u32)>,
    },
}

/// What a drive is able to, and the disc in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the disc's sectors lie.
    pub layout: Layout,
    /// The fastest that it reads this disc.
    pub curve: Curve,
    /// The slowest rate that can be set, in kB/s.
    pub min_kbps: u32,
    /// The bus or its bridge, in kB/s.
    pub bus_kbps: u32,
    /// What any command costs.
    pub overhead: Duration,
    /// From standstill to the first sector that can be read.
    pub spin_up: Duration,
    /// A seek to the next turn.
    pub seek_track: Duration,
    /// A seek from the innermost sector to the rim.
    pub seek_full: Duration,
    /// The jump of the focus to another layer.
    pub layer_change: Duration,
    /// The buffer, in KiB.
    pub buffer_kib: u32,
    /// Turns that one of the drive's own retries takes.
    pub retry_turns: f64,
}

impl Curve {
    /// The rate at a radius in kB/s where the data begin at `inner_mm`, under a limit.
    pub(super) fn kbps(&self, radius_mm: f64, inner_mm: f64, cap: f64) -> f64 {
        let kbps = match self {
            Curve::Clv { kbps } => f64::from(*kbps).min(cap),
            // A limit on a drive that turns evenly slows the turning: it holds at the rim.
            Curve::Cav { outer_kbps } => f64::from(*outer_kbps).min(cap) * radius_mm / RIM_MM,
            Curve::Pcav { inner_kbps, kbps } => {
                (f64::from(*inner_kbps) * radius_mm / inner_mm).min(f64::from(*kbps)).min(cap)
            }
            Curve::Zclv { zones } => {
                let zone = zones.iter().rev().find(|(from_mm, _)| *from_mm <= radius_mm);
                zone.or(zones.first()).map_or(1.0, |(_, kbps)| f64::from(*kbps)).min(cap)
            }
        };
        kbps.max(1.0)
    }
}

impl Settings {
    /// The disc's rate at a radius in kB/s, where `cap_kbps` is set.
    pub(super) fn kbps(&self, radius_mm: f64, cap_kbps: Option<u32>) -> f64 {
        let cap = cap_kbps.map_or(f64::INFINITY, |kbps| f64::from(kbps.max(self.min_kbps)));
        self.curve.kbps(radius_mm, self.layout.inner_mm(), cap)
    }

    /// 0 at the drive's best speed, 1 at its lowest.
    pub(super) fn slowness(&self, radius_mm: f64, cap_kbps: Option<u32>) -> f64 {
        let best = self.kbps(radius_mm, None);
        let lowest = self.kbps(radius_mm, Some(self.min_kbps));
        let now = self.kbps(radius_mm, cap_kbps);
        if best > lowest { (best - now) / (best - lowest) } else { 0.0 }
    }

    /// Seconds that a sector takes to pass.
    pub(super) fn sector_seconds(&self, radius_mm: f64, cap_kbps: Option<u32>) -> f64 {
        let bytes = match self.layout.family() {
            Family::Cd => 2352.0,
            Family::Dvd | Family::Bd => 2048.0,
        };
        bytes / (self.kbps(radius_mm, cap_kbps) * 1000.0)
    }

    /// Seconds of a turn.
    pub(super) fn turn_seconds(&self, radius_mm: f64, cap_kbps: Option<u32>) -> f64 {
        self.layout.sectors_per_turn(radius_mm) * self.sector_seconds(radius_mm, cap_kbps)
    }

    /// The sled needs a settling time for any seek and, accelerating half the way and braking the
    /// other half, the square root of the distance besides.
    pub(super) fn seek_time(&self, from: &Place, to: &Place) -> Duration {
        let way = (to.radius_mm - from.radius_mm).abs() / (RIM_MM - self.layout.inner_mm());
        let full = self.seek_full.saturating_sub(self.seek_track);
        let jump = if from.layer == to.layer { Duration::ZERO } else { self.layer_change };
        self.seek_track + full.mul_f64(way.min(1.0).sqrt()) + jump
    }

    /// Bytes that a block of the order takes on the bus, in seconds.
    pub(super) fn bus_seconds(&self, blocks: u32, block_bytes: u32) -> f64 {
        let rate = f64::from(self.bus_kbps.max(1)) * 1000.0;
        f64::from(blocks) * f64::from(block_bytes) / rate
    }

    /// Sectors that the buffer holds.
    pub(super) fn buffer_blocks(&self) -> u32 {
        self.buffer_kib / 2
    }

    /// Sectors of an error-correction block.
    pub(super) fn ecc(&self) -> u32 {
        self.layout.family().ecc_blocks().0
    }
}
