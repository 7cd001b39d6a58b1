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

    /// A disc of `layers` layers (1 to 4), of which each but the last holds `layer_break` sectors;
    /// by default they share alike.
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
        let share = sectors.div_ceil(layers).div_ceil(ecc).saturating_mul(ecc);
        let share = layer_break.unwrap_or(share).clamp(1, sectors);
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
