//! The defects plan in TOML: which keys a kind has and what they may be. Knows what a defect is,
//! not what it does.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Area, Damage, Defect};
use crate::sim::plan::PlanError;

pub(super) fn parse(text: &str, file: &str) -> Result<Vec<Defect>, PlanError> {
    let plan: Plan = toml::from_str(text).map_err(|error| PlanError::toml(file, text, &error))?;
    let meaning = |raw: &Spanned<Raw>| {
        raw.get_ref().meaning().map_err(|wrong| {
            let offset = wrong.offset.unwrap_or(raw.span().start);
            PlanError::at(file, text, offset, wrong.reason)
        })
    };
    plan.defect.iter().map(meaning).collect()
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

const KINDS: [(&str, &[&str]); 9] = [
    ("hard", &["lba", "count"]),
    ("unwritable", &["lba", "count"]),
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
        let layer = match &self.layer {
            Some(layer) if *layer.get_ref() > 3 => {
                return wrong(Some(layer.span().start), "layer must be 0 to 3");
            }
            layer => layer.as_ref().map(|layer| *layer.get_ref()),
        };
        Ok(Defect { area: self.area(kind)?, layer, damage: self.damage(kind)? })
    }

    fn damage(&self, kind: &str) -> Result<Damage, Wrong> {
        let read =
            |p, p_slow| Damage { p, p_slow, extra: Duration::ZERO, turns: 0, unwritable: false };
        Ok(match kind {
            "hard" => read(0.0, 0.0),
            "unwritable" => Damage { unwritable: true, ..read(0.0, 0.0) },
            "slow" => {
                let ms = self.number("ms", &self.ms, 0.0..=60_000.0)?;
                Damage { extra: Duration::from_secs_f64(ms / 1000.0), ..read(1.0, 1.0) }
            }
            "recovered" => match &self.turns {
                Some(turns) if !(1..=255).contains(turns.get_ref()) => {
                    return wrong(Some(turns.span().start), "turns must be 1 to 255");
                }
                turns => Damage {
                    turns: turns.as_ref().map_or(1, |turns| *turns.get_ref()),
                    ..read(1.0, 1.0)
                },
            },
            _ => {
                let p = match &self.p {
                    None if kind != "soft" => 0.0,
                    p => self.number("p", p, 0.0..=1.0)?,
                };
                let p_slow = match &self.p_slow {
                    None => p,
                    p_slow => self.number("p_slow", p_slow, 0.0..=1.0)?,
                };
                read(p, p_slow)
            }
        })
    }

    fn area(&self, kind: &str) -> Result<Area, Wrong> {
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
            "rot" => Area::Rot { from_mm: self.number("from_mm", &self.from_mm, 0.0..=57.9)? },
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
        allowed: RangeInclusive<f64>,
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
