//! Sizes, times and rates as a person reads them.

use std::time::Duration;

use oxidisc::jobs::survey::DriveFacts;
use oxidisc::mmc::cmd::inquiry::Identity;
use oxidisc::units::Family;

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// How often to divide by 1024 beyond the first time, for a number below 1024.
fn unit(count: u64) -> i32 {
    // 1023.95 would be shown as 1024.0.
    (0..4).find(|unit| (count as f64) < 1023.95 * 1024_f64.powi(unit + 1)).unwrap_or(4)
}

fn scaled(count: u64, unit: i32) -> f64 {
    count as f64 / 1024_f64.powi(unit + 1)
}

fn unit_name(unit: i32) -> &'static str {
    usize::try_from(unit).ok().and_then(|unit| UNITS.get(unit)).copied().unwrap_or("PiB")
}

/// `4.4 GiB`; exact below 1 KiB.
pub fn bytes(count: u64) -> String {
    if count < 1024 {
        return format!("{count} B");
    }
    let unit = unit(count);
    format!("{:.1} {}", scaled(count, unit), unit_name(unit))
}

/// `1.9/4.4 GiB`: a part and the whole in the unit of the whole.
pub fn part(done: u64, total: u64) -> String {
    let unit = unit(total);
    format!("{:.1}/{:.1} {}", scaled(done, unit), scaled(total, unit), unit_name(unit))
}

/// `3:20`, `2:05:00`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, m, s) => format!("{m}:{s:02}"),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    }
}

/// `42 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// `11.1 MB/s`, of 1000 kB as drives count.
pub fn rate(kbps: f64) -> String {
    format!("{:.1} MB/s", kbps / 1000.0)
}

/// A rate of user data as a multiple of 1x. A CD's 1x counts raw sectors: 150 kB/s of 1024 user
/// bytes each (ECMA-130: 75 sectors a second).
pub fn x(kbps: f64, family: Family) -> f64 {
    match family {
        Family::Cd => kbps / 153.6,
        other => kbps / other.kbps_at_1x(),
    }
}

/// `2.4x`, `16.0x`.
pub fn times(x: f64) -> String {
    format!("{x:.1}x")
}

/// `HL-DT-ST BD-RE BH16NS55 1.04`
pub fn drive(facts: &DriveFacts) -> String {
    let Identity { vendor, product, revision, .. } = &facts.identity;
    let words = [vendor, product, revision].into_iter().flat_map(|part| part.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// `1 sector`, `2 sectors`.
pub fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// Lines of at most `width` characters, broken between words; a longer word has a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(2048), "2.0 KiB");
        assert_eq!(bytes(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(bytes(4_707_319_808), "4.4 GiB");
        assert_eq!(bytes(u64::MAX), "16384.0 PiB");
        assert_eq!(part(2_000_000_000, 4_707_319_808), "1.9/4.4 GiB");
        assert_eq!(part(0, 0), "0.0/0.0 KiB");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(duration(Duration::from_millis(400)), "0 s");
        assert_eq!(duration(Duration::from_secs(59)), "59 s");
        assert_eq!(duration(Duration::from_millis(59_900)), "1 min 0 s");
        assert_eq!(duration(Duration::from_secs(7_500)), "2 h 5 min");
        assert_eq!(clock(Duration::from_secs(200)), "3:20");
        assert_eq!(clock(Duration::from_secs(7_500)), "2:05:00");
    }

    #[test]
    fn things_are_counted() {
        assert_eq!(count(1, "sector"), "1 sector");
        assert_eq!(count(1200, "sector"), "1200 sectors");
        assert_eq!(rate(11_080.0), "11.1 MB/s");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-long-word b", 4), ["a-long-word", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
