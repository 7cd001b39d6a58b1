//! Where a sector lies: layer, radius and angle, from the length of the spiral that leads to it.
//! Knows sizes of discs, nothing of time and nothing of commands.
//!
//! A track of pitch `q` that has run for the length `s` from radius `r0` has swept the area `s q`,
//! so it is at `r = sqrt(r0² + s q / π)` and has made `(r - r0) / q` turns. Sectors are equally
//! long (constant linear density), whatever the speed they are read at.

use std::f64::consts::PI;

use crate::units::Family;

/// Where the data of every 12 cm disc end: ECMA-130, ECMA-267, BDA white papers.
pub const RIM_MM: f64 = 58.0;

/// How the layers of a disc follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackPath {
    /// Each layer runs from the hub outwards (PTP).
    Parallel,
    /// Each layer begins at the radius where the one before it ended, and runs back (OTP).
    Opposite,
}

/// A place on a disc.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The layer, 0 first.
    pub layer: u8,
    /// Distance from the axis in mm.
    pub radius_mm: f64,
    /// Turns since the layer's begin, in the direction of reading; the fraction is the angle, and
    /// the layer's first sector begins at 0.
    pub turns: f64,
}

/// The family's sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Track {
    inner_mm: f64,
    pitch_mm: f64,
    /// Length of a sector along the track.
    sector_mm: f64,
}

/// The sectors of one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layer {
    start: u32,
    /// Sectors between the inner radius and this layer's first one.
    from: f64,
    inwards: bool,
}

/// The layout of a disc's data area.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    family: Family,
    sectors: u32,
    track: Track,
    layers: Vec<Layer>,
}

impl Layout {
    /// A disc of one layer.
    pub fn single(family: Family, sectors: u32) -> Layout {
        Layout::layered(family, sectors, 1, TrackPath::Opposite, None)
    }

    /// A disc of `layers` layers (1 to 4), of which each but the last holds `layer_break` sectors,
    /// rounded up to whole error-correction blocks; by default they share alike.
    pub fn layered(
        family: Family,
        sectors: u32,
        layers: u8,
        path: TrackPath,
        layer_break: Option<u32>,
    ) -> Layout {
        let sectors = sectors.max(1);
        let layers = u32::from(layers.clamp(1, 4));
        let ecc = family.ecc_blocks().0;
        let share = layer_break.unwrap_or(sectors.div_ceil(layers)).max(1);
        let share = share.div_ceil(ecc).saturating_mul(ecc);
        let mut built: Vec<Layer> = Vec::new();
        let (mut from, mut widest) = (0.0_f64, 0.0_f64);
        for index in 0..layers {
            let start = share.saturating_mul(index);
            if start >= sectors {
                break;
            }
            let last = index + 1 == layers;
            let length = if last { sectors - start } else { share.min(sectors - start) };
            let inwards = path == TrackPath::Opposite && index % 2 == 1;
            let from_here = if path == TrackPath::Parallel { 0.0 } else { from };
            built.push(Layer { start, from: from_here, inwards });
            from =
                if inwards { from_here - f64::from(length) } else { from_here + f64::from(length) };
            widest = widest.max(from);
        }
        let track = Track::of(family, layers, widest);
        Layout { family, sectors, track, layers: built }
    }

    /// The disc's family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Sectors on all layers.
    pub fn sectors(&self) -> u32 {
        self.sectors
    }

    /// How many layers hold data.
    pub fn layers(&self) -> u8 {
        self.layers.len() as u8
    }

    /// The layer that holds `lba`.
    pub fn layer(&self, lba: u32) -> u8 {
        let after = self.layers.iter().take_while(|layer| layer.start <= lba).count();
        after.saturating_sub(1) as u8
    }

    /// The first LBA after `lba` that lies on another layer, or the number of sectors.
    pub fn layer_end(&self, lba: u32) -> u32 {
        self.layers
            .iter()
            .map(|layer| layer.start)
            .find(|&start| start > lba)
            .unwrap_or(self.sectors)
    }

    /// First LBA of each layer.
    pub fn layer_starts(&self) -> impl Iterator<Item = u32> + '_ {
        self.layers.iter().map(|layer| layer.start)
    }

    /// Where the sector `lba` begins. An address past the end counts as the end.
    pub fn place(&self, lba: u32) -> Place {
        let lba = lba.min(self.sectors);
        self.place_on(self.layer(lba), lba)
    }

    /// Where `lba` begins, taken as a sector of `layer`: the end of a layer is not the begin of the
    /// next.
    pub fn place_on(&self, layer: u8, lba: u32) -> Place {
        let part = self.layers[usize::from(layer).min(self.layers.len() - 1)];
        let along = f64::from(lba.saturating_sub(part.start));
        let from = self.track.radius_mm(part.from);
        let at = if part.inwards { part.from - along } else { part.from + along };
        let radius_mm = self.track.radius_mm(at);
        Place { layer, radius_mm, turns: (radius_mm - from).abs() / self.track.pitch_mm }
    }

    /// Innermost radius of the data area in mm.
    pub fn inner_mm(&self) -> f64 {
        self.track.inner_mm
    }

    /// Distance between two turns in mm.
    pub fn pitch_mm(&self) -> f64 {
        self.track.pitch_mm
    }

    /// Length of a sector along the track in mm.
    pub fn sector_mm(&self) -> f64 {
        self.track.sector_mm
    }

    /// Sectors that one turn holds at a radius.
    pub fn sectors_per_turn(&self, radius_mm: f64) -> f64 {
        2.0 * PI * radius_mm / self.track.sector_mm
    }
}

impl Track {
    /// A disc that would not fit between its inner radius and the rim gets a narrower pitch, as
    /// makers of 80-minute CDs do within the tolerance.
    fn of(family: Family, layers: u32, widest: f64) -> Track {
        let nominal = match (family, layers) {
            // ECMA-130: program area from 50 mm diameter, 1,6 µm pitch, 1,2 to 1,4 m/s; 75
            // sectors a second.
            (Family::Cd, _) => Track { inner_mm: 25.0, pitch_mm: 1.6e-3, sector_mm: 1200.0 / 75.0 },
            // ECMA-267: data zone from 24,0 mm, pitch 0,74 µm, channel bits of 133,3 nm, on two
            // layers 146,7 nm; 26 frames of 1488 channel bits in a sector.
            (Family::Dvd, layers) => Track {
                inner_mm: 24.0,
                pitch_mm: 0.74e-3,
                sector_mm: 26.0 * 1488.0 * if layers == 1 { 133.3e-6 } else { 146.7e-6 },
            },
            // Blu-ray Disc Association, white papers on format and BDXL: pitch 0,32 µm, channel
            // bits of 74,5 nm (25 GB a layer), with three or more layers 55,87 nm (33,4 GB); 498
            // frames of 1932 bits for 32 sectors, run-in and run-out included.
            (Family::Bd, layers) => Track {
                inner_mm: 24.0,
                pitch_mm: 0.32e-3,
                sector_mm: 498.0 * 1932.0 / 32.0 * if layers <= 2 { 74.5e-6 } else { 55.87e-6 },
            },
        };
        let room = PI * (RIM_MM * RIM_MM - nominal.inner_mm * nominal.inner_mm);
        let needed = widest * nominal.sector_mm * nominal.pitch_mm;
        Track { pitch_mm: nominal.pitch_mm * (room / needed).min(1.0), ..nominal }
    }

    fn radius_mm(&self, sectors: f64) -> f64 {
        let length = sectors.max(0.0) * self.sector_mm;
        (self.inner_mm * self.inner_mm + length * self.pitch_mm / PI).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, within: f64) {
        assert!((value - expected).abs() <= within, "{value}, expected {expected} ± {within}");
    }

    #[test]
    fn full_discs_end_at_the_rim() {
        // 74 minutes of CD; the 4,7 GB DVD; the two layers of a DVD-9; 25 GB of BD; three layers of
        // 100 GB.
        near(Layout::single(Family::Cd, 333_000).place(333_000).radius_mm, 57.75, 0.1);
        near(Layout::single(Family::Dvd, 2_295_104).place(2_295_104).radius_mm, 58.0, 0.05);
        let dvd9 = Layout::layered(Family::Dvd, 4_171_712, 2, TrackPath::Opposite, None);
        near(dvd9.place_on(0, 2_085_856).radius_mm, 58.0, 0.05);
        near(Layout::single(Family::Bd, 12_219_392).place(12_219_392).radius_mm, 58.0, 0.05);
        let bdxl = Layout::layered(Family::Bd, 48_878_592, 3, TrackPath::Opposite, None);
        near(bdxl.place_on(0, 16_292_864).radius_mm, 58.0, 0.05);
    }

    #[test]
    fn an_80_minute_cd_is_squeezed_to_the_rim_and_not_past_it() {
        let disc = Layout::single(Family::Cd, 359_849);
        near(disc.place(359_849).radius_mm, 58.0, 1e-9);
        near(disc.pitch_mm(), 1.4947e-3, 1e-6);
        near(Layout::single(Family::Cd, 10_000).pitch_mm(), 1.6e-3, 0.0);
    }

    #[test]
    fn the_first_turn_holds_the_circumference() {
        // 2 π 24 mm / 5,157 mm: 29,2 sectors; the next begins a pitch further out.
        let disc = Layout::single(Family::Dvd, 2_000_000);
        near(disc.place(0).radius_mm, 24.0, 0.0);
        near(disc.place(29).turns, 29.0 / 29.24, 1e-3);
        near(disc.sectors_per_turn(24.0), 29.24, 0.01);
        near(disc.sectors_per_turn(58.0), 70.67, 0.01);
        // Half of the area lies within 44,4 mm, not half way.
        near(disc.place(1_147_552).radius_mm, 44.4, 0.05);
    }

    #[test]
    fn opposite_layers_return_and_parallel_ones_start_again() {
        let opposite = Layout::layered(Family::Dvd, 3_000_000, 2, TrackPath::Opposite, None);
        assert_eq!(opposite.layer_starts().collect::<Vec<_>>(), [0, 1_500_000]);
        let last = opposite.place_on(0, 1_500_000);
        let first = opposite.place(1_500_000);
        assert_eq!((last.layer, first.layer), (0, 1));
        near(first.radius_mm, last.radius_mm, 1e-9);
        near(first.turns, 0.0, 0.0);
        near(opposite.place(3_000_000).radius_mm, 24.0, 1e-9);
        near(opposite.place(2_000_000).radius_mm, opposite.place(1_000_000).radius_mm, 1e-9);
        assert!(opposite.place(2_000_000).turns > 0.0, "reading turns forwards on both layers");

        let parallel = Layout::layered(Family::Dvd, 3_000_000, 2, TrackPath::Parallel, None);
        near(parallel.place(1_500_000).radius_mm, 24.0, 0.0);
        near(parallel.place(2_500_000).radius_mm, parallel.place(1_000_000).radius_mm, 1e-9);
    }

    #[test]
    fn a_third_layer_runs_outwards_again() {
        let disc = Layout::layered(Family::Bd, 48_000_000, 3, TrackPath::Opposite, None);
        assert_eq!(disc.layers(), 3);
        assert_eq!(disc.layer_starts().collect::<Vec<_>>(), [0, 16_000_000, 32_000_000]);
        near(disc.place(32_000_000).radius_mm, 24.0, 1e-6);
        near(disc.place(33_000_000).radius_mm, disc.place(1_000_000).radius_mm, 1e-6);
        assert_eq!((disc.layer(31_999_999), disc.layer(32_000_000)), (1, 2));
        assert_eq!(disc.layer_end(0), 16_000_000);
        assert_eq!(disc.layer_end(40_000_000), 48_000_000);
    }

    #[test]
    fn a_layer_break_is_kept_in_whole_ecc_blocks() {
        let disc = Layout::layered(Family::Dvd, 100_000, 2, TrackPath::Opposite, Some(60_001));
        assert_eq!(disc.layer_starts().collect::<Vec<_>>(), [0, 60_016]);
        let short = Layout::layered(Family::Bd, 20, 4, TrackPath::Opposite, None);
        assert_eq!(short.layers(), 1);
    }

    proptest::proptest! {
        #[test]
        fn every_address_has_a_place_on_the_disc(
            family in 0..3,
            sectors in 0..u32::MAX,
            layers in 0..6u8,
            parallel: bool,
            layer_break: Option<u32>,
            lba: u32,
        ) {
            let family = [Family::Cd, Family::Dvd, Family::Bd][family as usize];
            let path = if parallel { TrackPath::Parallel } else { TrackPath::Opposite };
            let disc = Layout::layered(family, sectors, layers, path, layer_break);
            let place = disc.place(lba);
            assert!(place.layer < 4 && place.turns >= 0.0);
            assert!((24.0..=58.000_1).contains(&place.radius_mm), "{}", place.radius_mm);
            assert!(disc.layer_end(lba) > lba || lba >= disc.sectors());
        }
    }
}
