//! Where a disc cannot be read, or not well: the plan in TOML (`docs/simulator.md`, "Physics"), and
//! what it means for one error-correction block. Whether an attempt succeeds is decided in
//! [`super::timing`], where attempts are made.

use std::f64::consts::PI;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

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
        let plan: Plan =
            toml::from_str(text).map_err(|error| PlanError::toml(file, text, &error))?;
        let defects = plan.defect.iter().map(|raw| {
            raw.get_ref().meaning().map_err(|wrong| {
                let offset = wrong.offset.unwrap_or(raw.span().start);
                PlanError::at(file, text, offset, wrong.reason)
            })
        });
        Ok(Defects { defects: defects.collect::<Result<_, _>>()? })
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
                && defect.area.hits(&block, hash_of_rot(seed, *index, block.from))
        });
        hits.map(|(defect, _)| defect.damage).reduce(|one, other| Damage {
            p: one.p * other.p,
            p_slow: one.p_slow * other.p_slow,
            extra: one.extra + other.extra,
            turns: one.turns.max(other.turns),
        })
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

fn hash_of_rot(seed: u64, index: u64, block: u32) -> f64 {
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
    fn hits(&self, block: &Block, chance: f64) -> bool {
        let r = block.radius_mm;
        match *self {
            Area::Run { from, to } => from < block.to && block.from < to,
            Area::Ring { from_mm, to_mm } => (from_mm..=to_mm).contains(&r),
            Area::Rot { from_mm } => (r - from_mm) / (RIM_MM - from_mm) > chance,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    #[serde(default)]
    defect: Vec<Spanned<Raw>>,
}

/// All keys of all kinds; which belong to which stands in `Raw::meaning`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: Spanned<String>,
    lba: Option<Spanned<u32>>,
    count: Option<Spanned<u32>>,
    layer: Option<Spanned<u8>>,
    p: Option<Spanned<f64>>,
    p_slow: Option<Spanned<f64>>,
    ms: Option<Spanned<f64>>,
    turns: Option<Spanned<u32>>,
    angle: Option<Spanned<f64>>,
    width_mm: Option<Spanned<f64>>,
    from_mm: Option<Spanned<f64>>,
    to_mm: Option<Spanned<f64>>,
    radius_mm: Option<Spanned<f64>>,
    diameter_mm: Option<Spanned<f64>>,
}

/// What is wrong with a defect; at its first line if there is no better place.
struct Wrong {
    offset: Option<usize>,
    reason: String,
}

fn wrong<T>(offset: Option<usize>, reason: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { offset, reason: reason.into() })
}

const KINDS: [(&str, &[&str]); 8] = [
    ("hard", &["lba", "count"]),
    ("soft", &["lba", "count", "p", "p_slow"]),
    ("slow", &["lba", "count", "ms"]),
    ("recovered", &["lba", "count", "turns"]),
    ("scratch", &["angle", "width_mm", "from_mm", "to_mm", "layer", "p", "p_slow"]),
    ("ring", &["from_mm", "to_mm", "layer", "p", "p_slow"]),
    ("blot", &["angle", "radius_mm", "diameter_mm", "layer", "p", "p_slow"]),
    ("rot", &["from_mm", "layer", "p", "p_slow"]),
];

impl Raw {
    fn meaning(&self) -> Result<Defect, Wrong> {
        let kind = self.kind.get_ref().as_str();
        let Some((_, keys)) = KINDS.iter().find(|(name, _)| *name == kind) else {
            let known: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
            let reason = format!("unknown kind \"{kind}\", expected one of {}", known.join(", "));
            return wrong(Some(self.kind.span().start), reason);
        };
        if let Some((key, offset)) = self.given().find(|(key, _)| !keys.contains(key)) {
            let reason = format!("a \"{kind}\" has no {key}, only {}", keys.join(", "));
            return wrong(Some(offset), reason);
        }
        let mut damage = Damage { p: 0.0, p_slow: 0.0, extra: Duration::ZERO, turns: 0 };
        match kind {
            "slow" => {
                let ms = self.number("ms", &self.ms, 0.0..=60_000.0)?;
                damage = Damage { p: 1.0, p_slow: 1.0, ..damage };
                damage.extra = Duration::from_secs_f64(ms / 1000.0);
            }
            "recovered" => {
                let turns = self.turns.as_ref().map_or(1, |turns| *turns.get_ref());
                damage = Damage { p: 1.0, p_slow: 1.0, turns: turns.clamp(1, 255), ..damage };
            }
            "hard" => {}
            _ => {
                damage.p = match (&self.p, kind) {
                    (None, "soft") => return wrong(None, "a \"soft\" needs p"),
                    (None, _) => 0.0,
                    (p, _) => self.number("p", p, 0.0..=1.0)?,
                };
                damage.p_slow = match &self.p_slow {
                    None => damage.p,
                    p_slow => self.number("p_slow", p_slow, 0.0..=1.0)?,
                };
            }
        }
        let layer = match &self.layer {
            Some(layer) if *layer.get_ref() > 3 => {
                return wrong(Some(layer.span().start), "layer must be 0 to 3");
            }
            layer => layer.as_ref().map(|layer| *layer.get_ref()),
        };
        Ok(Defect { area: self.area(kind)?, layer, damage })
    }

    fn area(&self, kind: &str) -> Result<Area, Wrong> {
        let radius = |name, value| self.number(name, value, 0.0..=RIM_MM);
        let angle = || Ok(self.number("angle", &self.angle, -360.0..=360.0)? / 360.0);
        Ok(match kind {
            "scratch" => {
                let (from_mm, to_mm) = self.between()?;
                let width_mm = self.number("width_mm", &self.width_mm, 0.0..=20.0)?;
                Area::Scratch { angle: angle()?, width_mm, from_mm, to_mm }
            }
            "ring" => {
                let (from_mm, to_mm) = self.between()?;
                Area::Ring { from_mm, to_mm }
            }
            "blot" => Area::Blot {
                angle: angle()?,
                radius_mm: self.number("radius_mm", &self.radius_mm, 1.0..=60.0)?,
                diameter_mm: self.number("diameter_mm", &self.diameter_mm, 0.0..=120.0)?,
            },
            "rot" => Area::Rot { from_mm: radius("from_mm", &self.from_mm)?.min(RIM_MM - 1e-6) },
            _ => {
                let Some(lba) = &self.lba else {
                    return wrong(None, format!("a \"{kind}\" needs lba"));
                };
                let from = *lba.get_ref();
                let count = self.count.as_ref().map_or(1, |count| *count.get_ref());
                let offset = self.count.as_ref().unwrap_or(lba).span().start;
                match from.checked_add(count) {
                    _ if count == 0 => return wrong(Some(offset), "count must be 1 or more"),
                    None => return wrong(Some(offset), "lba + count is beyond every disc"),
                    Some(to) => Area::Run { from, to },
                }
            }
        })
    }

    fn between(&self) -> Result<(f64, f64), Wrong> {
        let from = self.number("from_mm", &self.from_mm, 0.0..=60.0)?;
        let to = self.number("to_mm", &self.to_mm, 0.0..=60.0)?;
        if from < to {
            return Ok((from, to));
        }
        let offset = self.to_mm.as_ref().map(|to| to.span().start);
        wrong(offset, format!("to_mm ({to}) must be more than from_mm ({from})"))
    }

    fn number(
        &self,
        name: &str,
        value: &Option<Spanned<f64>>,
        allowed: std::ops::RangeInclusive<f64>,
    ) -> Result<f64, Wrong> {
        let Some(value) = value else {
            return wrong(None, format!("a \"{}\" needs {name}", self.kind.get_ref()));
        };
        if allowed.contains(value.get_ref()) {
            return Ok(*value.get_ref());
        }
        let (low, high) = (allowed.start(), allowed.end());
        let reason = format!("{name} must be {low} to {high}, not {}", value.get_ref());
        wrong(Some(value.span().start), reason)
    }

    /// The keys that were given besides `kind`, with their offsets.
    fn given(&self) -> impl Iterator<Item = (&'static str, usize)> {
        fn at<T>(value: &Option<Spanned<T>>) -> Option<usize> {
            value.as_ref().map(|value| value.span().start)
        }
        [
            ("lba", at(&self.lba)),
            ("count", at(&self.count)),
            ("layer", at(&self.layer)),
            ("p", at(&self.p)),
            ("p_slow", at(&self.p_slow)),
            ("ms", at(&self.ms)),
            ("turns", at(&self.turns)),
            ("angle", at(&self.angle)),
            ("width_mm", at(&self.width_mm)),
            ("from_mm", at(&self.from_mm)),
            ("to_mm", at(&self.to_mm)),
            ("radius_mm", at(&self.radius_mm)),
            ("diameter_mm", at(&self.diameter_mm)),
        ]
        .into_iter()
        .filter_map(|(key, offset)| Some((key, offset?)))
    }
}
