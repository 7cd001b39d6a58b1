//! Where a disc cannot be read, or not well: the plan in TOML (`docs/simulator.md`, "Physics"), and
//! what it means for one error-correction block. Whether an attempt succeeds is decided in
//! [`super::timing`], where attempts are made.

mod parse;
#[cfg(test)]
mod tests;

use std::f64::consts::PI;
use std::path::Path;
use std::time::Duration;

use super::geometry::{Layout, RIM_MM};
use super::plan::{self, PlanError};
use super::random;

/// The defects of a disc, as planned. Without any: a disc like new.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defects {
    defects: Vec<Defect>,
}

/// What an error-correction block suffers from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damage {
    /// Chance that an attempt at full speed succeeds.
    pub p: f64,
    /// The same at the drive's lowest speed.
    pub p_slow: f64,
    /// Time that an attempt takes beyond the usual.
    pub extra: Duration,
    /// Turns that even a reading that succeeds at once needs: a recovered error.
    pub turns: u32,
    /// The laser loses the track: a drive notices while it writes.
    pub unwritable: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Defect {
    area: Area,
    layer: Option<u8>,
    damage: Damage,
}

#[derive(Clone, Debug, PartialEq)]
enum Area {
    /// Sectors from..to.
    Run { from: u32, to: u32 },
    /// A straight line through the axis; the angle in turns.
    Scratch { angle: f64, width_mm: f64, from_mm: f64, to_mm: f64 },
    /// Everything between two radii.
    Ring { from_mm: f64, to_mm: f64 },
    /// A circle around a place.
    Blot { angle: f64, radius_mm: f64, diameter_mm: f64 },
    /// Eaten from the rim: all of it there, nothing at `from_mm`, a growing part between.
    Rot { from_mm: f64 },
}

impl Defects {
    /// Reads a plan from a file.
    ///
    /// # Errors
    /// It cannot be read or followed.
    pub fn load(path: impl AsRef<Path>) -> Result<Defects, PlanError> {
        let path = path.as_ref();
        Defects::parse(&plan::read(path)?, &path.display().to_string())
    }

    /// Reads a plan from its text; `file` is its name in errors.
    ///
    /// # Errors
    /// It cannot be followed.
    pub fn parse(text: &str, file: &str) -> Result<Defects, PlanError> {
        Ok(Defects { defects: parse::parse(text, file)? })
    }

    /// One sector more where the laser loses the track.
    pub fn add_unwritable(&mut self, lba: u32) {
        let area = Area::Run { from: lba, to: lba.saturating_add(1) };
        let damage =
            Damage { p: 0.0, p_slow: 0.0, extra: Duration::ZERO, turns: 0, unwritable: true };
        self.defects.push(Defect { area, layer: None, damage });
    }

    /// Whether the disc is like new.
    pub fn is_empty(&self) -> bool {
        self.defects.is_empty()
    }

    /// What the error-correction block that holds `lba` suffers from.
    pub fn damage(&self, layout: &Layout, seed: u64, lba: u32) -> Option<Damage> {
        if self.defects.is_empty() {
            return None;
        }
        let block = Block::of(layout, lba);
        let hits = self.defects.iter().zip(0u64..).filter(|(defect, index)| {
            defect.layer.is_none_or(|layer| layer == block.layer)
                && defect.area.hits(&block, front_of_rot(seed, *index, block.from))
        });
        hits.map(|(defect, _)| defect.damage).reduce(|one, other| Damage {
            p: one.p * other.p,
            p_slow: one.p_slow * other.p_slow,
            extra: one.extra + other.extra,
            turns: one.turns.max(other.turns),
            unwritable: one.unwritable || other.unwritable,
        })
    }

    /// The sectors that no attempt can read at any speed, as runs of whole error-correction blocks
    /// (first sector, count): what a perfect rip leaves out.
    pub fn unreadable(&self, layout: &Layout, seed: u64) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        let mut from = 0;
        while let Some((lba, damage)) = self.first(layout, seed, from, layout.sectors()) {
            let end = Block::of(layout, lba).to;
            match runs.last_mut() {
                _ if damage.p > 0.0 || damage.p_slow > 0.0 => {}
                Some((first, count)) if *first + *count == lba => *count += end - lba,
                _ => runs.push((lba, end - lba)),
            }
            from = end;
        }
        runs
    }

    /// The first damaged error-correction block that has sectors in `from..to`: its first sector in
    /// the range, and what it suffers from.
    pub fn first(&self, layout: &Layout, seed: u64, from: u32, to: u32) -> Option<(u32, Damage)> {
        if !self.defects.iter().any(|defect| defect.may_touch(layout, from, to)) {
            return None;
        }
        let ecc = layout.family().ecc_blocks().0;
        let mut lba = from;
        while lba < to {
            if let Some(damage) = self.damage(layout, seed, lba) {
                return Some((lba, damage));
            }
            lba = (lba / ecc + 1) * ecc;
        }
        None
    }
}

/// Where in the growing part of a rotten rim the front runs, for one block.
fn front_of_rot(seed: u64, index: u64, block: u32) -> f64 {
    random::unit(random::hash(seed, &[0x0072_6f74, index, u64::from(block)]))
}

/// An error-correction block's place.
struct Block {
    from: u32,
    to: u32,
    layer: u8,
    radius_mm: f64,
    turns: (f64, f64),
}

impl Block {
    fn of(layout: &Layout, lba: u32) -> Block {
        let ecc = layout.family().ecc_blocks().0;
        let from = lba / ecc * ecc;
        let to = from.saturating_add(ecc).min(layout.sectors().max(from + 1));
        let layer = layout.layer(from);
        let (begin, end) = (layout.place_on(layer, from), layout.place_on(layer, to));
        Block { from, to, layer, radius_mm: begin.radius_mm, turns: (begin.turns, end.turns) }
    }
}

impl Defect {
    /// Whether the defect can be in `from..to` at all: cheap, and never wrongly no.
    fn may_touch(&self, layout: &Layout, from: u32, to: u32) -> bool {
        let ecc = layout.family().ecc_blocks().0;
        let (from, to) = (from / ecc * ecc, to.div_ceil(ecc).saturating_mul(ecc));
        let (low_mm, high_mm) = match self.area {
            Area::Run { from: first, to: end } => return first < to && from < end,
            Area::Scratch { from_mm, to_mm, .. } | Area::Ring { from_mm, to_mm } => {
                (from_mm, to_mm)
            }
            Area::Blot { radius_mm, diameter_mm, .. } => {
                (radius_mm - diameter_mm / 2.0, radius_mm + diameter_mm / 2.0)
            }
            Area::Rot { from_mm } => (from_mm, f64::INFINITY),
        };
        if layout.layer(from) != layout.layer(to) {
            return true;
        }
        let (one, other) = (layout.place(from).radius_mm, layout.place(to).radius_mm);
        one.min(other) <= high_mm && one.max(other) >= low_mm
    }
}

impl Area {
    fn hits(&self, block: &Block, front: f64) -> bool {
        let r = block.radius_mm;
        match *self {
            Area::Run { from, to } => from < block.to && block.from < to,
            Area::Ring { from_mm, to_mm } => (from_mm..=to_mm).contains(&r),
            Area::Rot { from_mm } => (r - from_mm) / (RIM_MM - from_mm) > front,
            Area::Scratch { angle, width_mm, from_mm, to_mm } => {
                let half = (width_mm / 2.0 / r).asin() / (2.0 * PI);
                (from_mm..=to_mm).contains(&r) && crosses(block.turns, angle, half)
            }
            Area::Blot { angle, radius_mm, diameter_mm } => {
                let reach = diameter_mm / 2.0;
                let cosine =
                    (r * r + radius_mm * radius_mm - reach * reach) / (2.0 * r * radius_mm);
                let half = cosine.clamp(-1.0, 1.0).acos() / (2.0 * PI);
                (r - radius_mm).abs() <= reach && crosses(block.turns, angle, half)
            }
        }
    }
}

/// Whether the stretch of track `turns` passes the angle `centre` (in turns) closer than `half`.
fn crosses(turns: (f64, f64), centre: f64, half: f64) -> bool {
    let next = (turns.0 - centre - half).ceil();
    next + centre - half < turns.1
}
