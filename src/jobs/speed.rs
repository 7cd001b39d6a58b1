//! The reading speed a person asks for, made into what a drive is told.

use crate::jobs::error::{Error, Kind};
use crate::jobs::survey::{DriveFacts, MediumFacts};
use crate::mmc::Drive;
use crate::mmc::cmd::set_streaming::SetStreaming;
use crate::mmc::settings::{Outcome, SpeedRequest};
use crate::units::{Family, Lba, Rate, Speed};

/// The fastest drives ever sold: 56x CD, 24x DVD, 16x BD.
fn fastest(family: Family) -> f64 {
    match family {
        Family::Cd => 56.0,
        Family::Dvd => 24.0,
        Family::Bd => 16.0,
    }
}

/// Sets the speed for reading; what came of it, where it is not as asked.
///
/// # Errors
/// The drive is lost.
pub fn set(drive: &mut Drive, speed: Speed, set: SpeedRequest) -> Result<Option<String>, Error> {
    let why = match drive.set_speed(set)? {
        _ if speed == Speed::Max => return Ok(None),
        Outcome::Done => return Ok(None),
        Outcome::Ignored => "the drive ignores it".to_string(),
        Outcome::Rejected(error) => error.to_string(),
        Outcome::NotPermitted => "the kernel does not let this user set it".to_string(),
    };
    Ok(Some(format!("the speed stays as it is: {why}")))
}

/// What to tell the drive so that it reads the disc at `speed`.
///
/// # Errors
/// No drive reads such a disc so fast.
pub fn request(
    speed: Speed,
    family: Family,
    drive: &DriveFacts,
    medium: &MediumFacts,
    sectors: u32,
) -> Result<SpeedRequest, Error> {
    let read = rate(speed, family, drive, medium)?;
    // SET CD SPEED is the CD's command; its 16 bits of kB/s are too narrow for a BD beyond 14x.
    Ok(match family {
        Family::Cd => SpeedRequest::Cd { read, write: None },
        Family::Dvd | Family::Bd => SpeedRequest::Streaming {
            read: read.unwrap_or(SetStreaming::MAX),
            write: SetStreaming::MAX,
            end: Lba(i32::try_from(sectors.saturating_sub(1)).unwrap_or(i32::MAX)),
        },
    })
}

/// `None`: as fast as the drive can.
fn rate(
    speed: Speed,
    family: Family,
    drive: &DriveFacts,
    medium: &MediumFacts,
) -> Result<Option<Rate>, Error> {
    let kbps = match speed {
        Speed::Max => return Ok(None),
        Speed::Min => {
            let offered = medium.read_speeds().into_iter().chain(drive.read_speeds.iter().copied());
            offered.map(|rate| f64::from(rate.kbps)).fold(family.kbps_at_1x(), f64::min)
        }
        Speed::Times(times) => times * family.kbps_at_1x(),
        Speed::Kbps(kbps) => f64::from(kbps),
    };
    let x = kbps / family.kbps_at_1x();
    if x > fastest(family) * 1.01 {
        let (name, most) = (name(family), fastest(family));
        return Err(Error::new(Kind::Usage, format!("no drive reads a {name} at {speed}")).hint(
            format!("the fastest ever were {most}x; `--speed max` is as fast as this one can"),
        ));
    }
    // A drive chooses the next speed below; rounding up lets it choose the one that is meant.
    Ok(Some(Rate { kbps: kbps.ceil() as u32 }))
}

fn name(family: Family) -> &'static str {
    match family {
        Family::Cd => "CD",
        Family::Dvd => "DVD",
        Family::Bd => "BD",
    }
}
