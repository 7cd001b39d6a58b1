//! How long reading a disc still takes. Knows the speed curve: a drive at constant angular
//! velocity reads the rim 2.4 times as fast as the hub, so the rate so far says little about the
//! rest.

use std::time::Duration;

use crate::mmc::cmd::get_performance::Nominal;

/// Radii of the program area in millimetres, for CD, DVD and BD alike (ECMA-130, ECMA-267).
const HUB: f64 = 24.0;
const RIM: f64 = 58.0;

/// The window of drive time over which the rate is taken.
const WINDOW: Duration = Duration::from_secs(10);

/// A part of the curve a drive promises (GET PERFORMANCE type 00h).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    /// First sector.
    pub first: u32,
    /// Rate there in kB/s.
    pub first_kbps: f64,
    /// Last sector.
    pub last: u32,
    /// Rate there.
    pub last_kbps: f64,
}

/// The shape of a disc's rate over its sectors, in kB/s; only its shape matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<Zone>);

impl Curve {
    /// As the drive promises it. `None` if it promises nothing usable.
    pub fn promised(zones: Vec<Zone>) -> Option<Curve> {
        let usable =
            |zone: &Zone| zone.last > zone.first && zone.first_kbps > 0.0 && zone.last_kbps > 0.0;
        (!zones.is_empty() && zones.iter().all(usable)).then_some(Curve(zones))
    }

    /// What the drive promises of a disc of so many sectors, else what physics does.
    pub fn of(promised: &[Nominal], sectors: u32) -> Curve {
        let zone = |part: &Nominal| Zone {
            first: u32::try_from(part.start.0).unwrap_or(0),
            first_kbps: f64::from(part.start_rate.kbps),
            last: u32::try_from(part.end.0).unwrap_or(0),
            last_kbps: f64::from(part.end_rate.kbps),
        };
        Curve::promised(promised.iter().map(zone).collect())
            .unwrap_or_else(|| Curve::angular(sectors))
    }

    /// As physics has it for constant angular velocity, on a full disc of `sectors`.
    pub fn angular(sectors: u32) -> Curve {
        const STEPS: u32 = 16;
        let rate = |step: u32| {
            let share = f64::from(step) / f64::from(STEPS);
            (HUB * HUB + (RIM * RIM - HUB * HUB) * share).sqrt()
        };
        let at = |step: u32| {
            u32::try_from(u64::from(sectors) * u64::from(step) / u64::from(STEPS))
                .unwrap_or(u32::MAX)
        };
        let zone = |step| Zone {
            first: at(step),
            first_kbps: rate(step),
            last: at(step + 1).max(at(step) + 1),
            last_kbps: rate(step + 1),
        };
        Curve((0..STEPS).map(zone).collect())
    }

    /// Relative time to read from `from` up to `to`, in sectors per kB/s.
    fn cost(&self, from: u32, to: u32) -> f64 {
        let ends = self.0.last().map_or((0, 1.0), |zone| (zone.last, zone.last_kbps));
        let inside: f64 = self.0.iter().map(|zone| zone_cost(zone, from, to)).sum();
        let beyond = f64::from(to.saturating_sub(from.max(ends.0))) / ends.1;
        inside + beyond
    }

    /// Time for the rest up to `to`, from what the sectors `from..now` took.
    pub fn rest(&self, from: u32, now: u32, took: Duration, to: u32) -> Option<Duration> {
        let done = self.cost(from, now);
        if done <= 0.0 || took.is_zero() {
            return None;
        }
        let seconds = took.as_secs_f64() * self.cost(now, to) / done;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

/// The rate goes linearly over a zone, so the time over a part of it is a logarithm.
fn zone_cost(zone: &Zone, from: u32, to: u32) -> f64 {
    let (first, last) = (from.max(zone.first), to.min(zone.last));
    if last <= first {
        return 0.0;
    }
    let width = f64::from(zone.last - zone.first);
    let rate = |sector: u32| {
        let share = f64::from(sector - zone.first) / width;
        zone.first_kbps + (zone.last_kbps - zone.first_kbps) * share
    };
    let (a, b) = (rate(first), rate(last));
    let sectors = f64::from(last - first);
    if (b - a).abs() < a * 1e-6 { sectors / a } else { sectors * (b / a).ln() / (b - a) }
}

/// The rate of late, and from it the time left.
pub struct Pace {
    curve: Curve,
    older: Mark,
    newer: Mark,
}

#[derive(Clone, Copy)]
struct Mark {
    time: Duration,
    good: u64,
    sector: u32,
}

impl Pace {
    /// Begins at this drive time, with `good` bytes read, at `sector`.
    pub fn new(curve: Curve, time: Duration, good: u64, sector: u32) -> Pace {
        let mark = Mark { time, good, sector };
        Pace { curve, older: mark, newer: mark }
    }

    /// Rate in kB/s and time left up to `end`, at this drive time, with `good` bytes read in all
    /// and `sector` the next one.
    pub fn at(
        &mut self,
        time: Duration,
        good: u64,
        sector: u32,
        end: u32,
    ) -> (Option<f64>, Option<Duration>) {
        if time.saturating_sub(self.newer.time) >= WINDOW {
            (self.older, self.newer) = (self.newer, Mark { time, good, sector });
        }
        let took = time.saturating_sub(self.older.time);
        if took.is_zero() {
            return (None, None);
        }
        let kbps = good.saturating_sub(self.older.good) as f64 / 1000.0 / took.as_secs_f64();
        (Some(kbps), self.curve.rest(self.older.sector, sector, took, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_a_constant_rate_the_rest_is_in_proportion() {
        let zone = Zone { first: 0, first_kbps: 1385.0, last: 1000, last_kbps: 1385.0 };
        let curve = Curve::promised(vec![zone]).expect("usable");
        let rest = curve.rest(0, 250, Duration::from_secs(10), 1000).expect("known");
        assert!((rest.as_secs_f64() - 30.0).abs() < 1e-6);
    }

    #[test]
    fn the_second_half_of_a_disc_takes_less_than_the_first() {
        // By area: the radius at half the sectors is sqrt((24^2 + 58^2) / 2) = 44.38 mm. Time goes
        // with the number of turns, so with the radius: (58 - 44.38) / (44.38 - 24) = 0.668.
        let curve = Curve::angular(2_000_000);
        let rest = curve.rest(0, 1_000_000, Duration::from_secs(100), 2_000_000).expect("known");
        assert!((rest.as_secs_f64() - 66.8).abs() < 0.3, "{rest:?}");
    }

    #[test]
    fn nothing_read_tells_nothing_and_nonsense_is_refused() {
        let curve = Curve::angular(1000);
        assert_eq!(curve.rest(5, 5, Duration::from_secs(1), 1000), None);
        assert_eq!(curve.rest(0, 5, Duration::ZERO, 1000), None);
        let zone = Zone { first: 7, first_kbps: 0.0, last: 7, last_kbps: 1.0 };
        assert_eq!(Curve::promised(vec![zone]), None);
        assert_eq!(Curve::promised(Vec::new()), None);
        // A promise that ends before the disc does: its last rate goes on.
        let zone = Zone { first: 0, first_kbps: 100.0, last: 500, last_kbps: 100.0 };
        let curve = Curve::promised(vec![zone]).expect("usable");
        let rest = curve.rest(0, 500, Duration::from_secs(5), 1000).expect("known");
        assert!((rest.as_secs_f64() - 5.0).abs() < 1e-6);
    }
}
