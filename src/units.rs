//! Addresses, counts and rates of optical discs, as types that allow only the sums that mean
//! something. A leaf: uses nothing of ours.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

/// Bytes of user data in a sector of a data disc (MMC-6 4.2: Mode 1, DVD and BD alike).
pub const SECTOR: usize = 2048;

/// A logical block address. Negative on a CD before the program area (LBA -150 is 00:00:00).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lba(pub i32);

/// A number of logical blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blocks(pub u32);

impl Lba {
    /// The four bytes that stand in a CDB: two's complement, big-endian (MMC-6 4.1.3).
    pub fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// Byte offset of this block in an image that starts at LBA 0; `None` before it.
    pub fn offset(self) -> Option<u64> {
        u64::try_from(self.0).ok().map(|lba| lba * SECTOR as u64)
    }
}

impl Add<Blocks> for Lba {
    type Output = Lba;
    fn add(self, count: Blocks) -> Lba {
        Lba(self.0.saturating_add_unsigned(count.0))
    }
}

impl Sub<Lba> for Lba {
    type Output = i64;
    fn sub(self, other: Lba) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }
}

impl Blocks {
    /// Size of that many 2048-byte sectors.
    pub fn bytes(self) -> u64 {
        u64::from(self.0) * SECTOR as u64
    }
}

impl fmt::Display for Lba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A CD position: minute, second, frame; 75 frames a second, counted from LBA -150.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msf {
    /// Minute, 0 to 99.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Frame, 0 to 74.
    pub frame: u8,
}

impl From<Msf> for Lba {
    /// MMC-6 table 743: minutes from 90 up stand for the lead-in, before LBA -150.
    fn from(msf: Msf) -> Lba {
        let frames =
            (i32::from(msf.minute) * 60 + i32::from(msf.second)) * 75 + i32::from(msf.frame);
        Lba(if msf.minute >= 90 { frames - 450_150 } else { frames - 150 })
    }
}

impl From<Lba> for Msf {
    fn from(lba: Lba) -> Msf {
        let frames = if lba.0 >= -150 { lba.0 + 150 } else { lba.0 + 450_150 };
        let part = |value: i32| u8::try_from(value).unwrap_or(u8::MAX);
        Msf {
            minute: part(frames / (60 * 75)),
            second: part(frames / 75 % 60),
            frame: part(frames % 75),
        }
    }
}

impl fmt::Display for Msf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.minute, self.second, self.frame)
    }
}

/// The families whose 1x differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// CD-ROM, CD-R, CD-RW.
    Cd,
    /// DVD of every kind.
    Dvd,
    /// Blu-ray of every kind.
    Bd,
}

impl Family {
    /// The rate of 1x in kB/s (1000 bytes) as drives count it: for a CD that of raw 2352-byte
    /// sectors (MMC-6 4.2.5.4), for DVD and BD that of user data.
    pub fn kbps_at_1x(self) -> f64 {
        match self {
            Family::Cd => 176.4,
            Family::Dvd => 1385.0,
            Family::Bd => 4495.5,
        }
    }

    /// Sectors that one error-correction block holds: what a drive reads, fails and writes at once.
    pub fn ecc_blocks(self) -> Blocks {
        match self {
            Family::Cd => Blocks(1),
            Family::Dvd => Blocks(16),
            Family::Bd => Blocks(32),
        }
    }

    /// `rate` as a multiple of this family's 1x.
    pub fn x(self, rate: Rate) -> f64 {
        f64::from(rate.kbps) / self.kbps_at_1x()
    }
}

/// A drive's rate, in kB/s of 1000 bytes as SET CD SPEED and GET PERFORMANCE count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// kB/s.
    pub kbps: u32,
}

/// A speed as a person writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// `16x`: a multiple of the medium's own 1x.
    Times(f64),
    /// `22160kB/s`.
    Kbps(u32),
    /// `max`: whatever the drive does best.
    Max,
    /// `min`: the slowest that the drive offers.
    Min,
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Speed, String> {
        let bad = || format!("'{text}' is no speed: write 16x, 22160kB/s, max or min");
        let lower = text.trim().to_ascii_lowercase();
        match lower.as_str() {
            "max" => return Ok(Speed::Max),
            "min" => return Ok(Speed::Min),
            _ => {}
        }
        if let Some(number) = lower.strip_suffix("kb/s") {
            let kbps: u32 = number.trim().parse().map_err(|_| bad())?;
            return if kbps == 0 { Err(bad()) } else { Ok(Speed::Kbps(kbps)) };
        }
        let number = lower.strip_suffix('x').ok_or_else(bad)?;
        let times: f64 = number.trim().parse().map_err(|_| bad())?;
        let sane = times.is_finite() && (0.1..=1000.0).contains(&times);
        if sane { Ok(Speed::Times(times)) } else { Err(bad()) }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Speed::Times(times) => write!(f, "{times}x"),
            Speed::Kbps(kbps) => write!(f, "{kbps}kB/s"),
            Speed::Max => f.write_str("max"),
            Speed::Min => f.write_str("min"),
        }
    }
}

/// A time as a person writes it: `90s`, `45m`, `2h`, or a bare number of seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("'{text}' is no time: write 90s, 45m or 2h");
    let (number, scale) = match text.trim().char_indices().last() {
        Some((at, 's')) => (&text.trim()[..at], 1.0),
        Some((at, 'm')) => (&text.trim()[..at], 60.0),
        Some((at, 'h')) => (&text.trim()[..at], 3600.0),
        _ => (text.trim(), 1.0),
    };
    let value: f64 = number.parse().map_err(|_| bad())?;
    let seconds = value * scale;
    if (0.0..1e9).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(bad()) }
}

/// A size as a person writes it: bytes, or with `KiB`, `MiB`, `GiB` (1024) or `kB`, `MB`, `GB`
/// (1000).
pub fn parse_size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];
    let trimmed = text.trim();
    let (number, scale) = UNITS
        .iter()
        .find_map(|(unit, scale)| trimmed.strip_suffix(unit).map(|number| (number, *scale)))
        .unwrap_or((trimmed, 1));
    number
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|value| value.checked_mul(scale))
        .ok_or_else(|| format!("'{text}' is no size: write 700MiB, 4700MB or a number of bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn msf_and_lba_agree_with_the_standard() {
        let msf = |minute, second, frame| Msf { minute, second, frame };
        assert_eq!(Lba::from(msf(0, 0, 0)), Lba(-150));
        assert_eq!(Lba::from(msf(0, 2, 0)), Lba(0));
        assert_eq!(Lba::from(msf(79, 59, 74)), Lba(359_849));
        assert_eq!(Lba::from(msf(97, 27, 0)), Lba(-11_625));
        for lba in [-45_150, -151, -150, -1, 0, 359_849] {
            assert_eq!(Lba::from(Msf::from(Lba(lba))), Lba(lba), "{lba}");
        }
        assert_eq!(msf(1, 2, 3).to_string(), "01:02:03");
    }

    #[test]
    fn speeds_are_read_and_refused() {
        assert_eq!("16x".parse(), Ok(Speed::Times(16.0)));
        assert_eq!("2.4X".parse(), Ok(Speed::Times(2.4)));
        assert_eq!("22160kB/s".parse(), Ok(Speed::Kbps(22_160)));
        assert_eq!("max".parse(), Ok(Speed::Max));
        for bad in ["", "x", "0x", "-4x", "nan x", "16", "0kB/s", "1e99x", "fast"] {
            assert!(bad.parse::<Speed>().is_err(), "{bad}");
        }
    }

    #[test]
    fn times_and_sizes_are_read_and_refused() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("45m"), Ok(Duration::from_secs(2700)));
        assert_eq!(parse_duration("1.5h"), Ok(Duration::from_secs(5400)));
        for bad in ["", "s", "-1s", "inf", "4d"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_size("700MiB"), Ok(734_003_200));
        assert_eq!(parse_size("2048"), Ok(2048));
        assert_eq!(parse_size("4700MB"), Ok(4_700_000_000));
        for bad in ["", "MiB", "-1", "1.5GiB", "99999999999GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_negative_address_goes_into_a_cdb_as_two_s_complement() {
        assert_eq!(Lba(-150).to_be_bytes(), [0xff, 0xff, 0xff, 0x6a]);
    }
}
