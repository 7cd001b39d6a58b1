//! Speeds in words.

use crate::cli::human;
use crate::cli::info::document::{Speed, Stretch};

/// `16.0x`, or kB/s where there is no 1x.
pub fn speed(kbps: u32, x: Option<f64>) -> String {
    x.map_or_else(|| format!("{kbps} kB/s"), human::times)
}

/// Each speed.
pub fn speeds(speeds: &[Speed]) -> Vec<String> {
    speeds.iter().map(|one| speed(one.kbps, one.x)).collect()
}

/// A curve in words: `6.6x to 16.0x (CAV)`, `2.4x, 4.0x, 6.0x (Z-CLV)`, `16.0x (CLV)`. `None` where
/// there is none, or one that means nothing, as of a blank disc.
pub fn curve(stretches: &[Stretch]) -> Option<String> {
    let first = stretches.first()?;
    let low = |one: &Stretch| speed(one.kbps, one.x);
    let high = |one: &Stretch| speed(one.end_kbps, one.end_x);
    let flat = |one: &Stretch| low(one) == high(one);
    if stretches.iter().any(|one| one.kbps == 0 || one.end_kbps == 0 || one.end_lba <= one.lba) {
        return None;
    }
    if stretches.iter().all(flat) {
        let mut steps: Vec<String> = stretches.iter().map(low).collect();
        steps.dedup();
        // A curve over a few sectors only looks flat: the drive says so by other rates at its ends.
        let exact = stretches.iter().all(|one| one.kbps == one.end_kbps);
        let kind = match steps.len() {
            _ if !exact => "",
            1 => " (CLV)",
            _ => " (Z-CLV)",
        };
        return Some(format!("{}{kind}", steps.join(", ")));
    }
    let last = stretches.last()?;
    let kind = match stretches {
        [only] if only.kbps < only.end_kbps => " (CAV)",
        [head, tail] if !flat(head) && flat(tail) => " (P-CAV)",
        _ => "",
    };
    Some(format!("{} to {}{kind}", low(first), high(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(kbps: u32, end_kbps: u32) -> Stretch {
        let x = |kbps: u32| Some((f64::from(kbps) / 138.5).round() / 10.0);
        let (x, end_x) = (x(kbps), x(end_kbps));
        Stretch { lba: 0, kbps, x, end_lba: 1, end_kbps, end_x }
    }

    #[test]
    fn curves_are_named_for_what_they_are() {
        let told = |rates: &[(u32, u32)]| {
            let stretches: Vec<Stretch> = rates.iter().map(|(a, b)| stretch(*a, *b)).collect();
            curve(&stretches)
        };
        // real-drives: TSSTcorp SH-224DB, Optiarc AD-7590S.
        assert_eq!(told(&[(6924, 16_620)]).as_deref(), Some("5.0x to 12.0x (CAV)"));
        assert_eq!(
            told(&[(3324, 3324), (5540, 5540), (8310, 8310)]).as_deref(),
            Some("2.4x, 4.0x, 6.0x (Z-CLV)")
        );
        assert_eq!(told(&[(22_160, 22_160)]).as_deref(), Some("16.0x (CLV)"));
        assert_eq!(
            told(&[(6924, 16_620), (16_620, 16_620)]).as_deref(),
            Some("5.0x to 12.0x (P-CAV)")
        );
        assert_eq!(told(&[(6924, 6930)]).as_deref(), Some("5.0x"));
        assert_eq!((told(&[]), told(&[(0, 0)])), (None, None));
    }
}
