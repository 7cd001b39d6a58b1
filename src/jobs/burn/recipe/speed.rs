//! The writing speed: what was asked for, against what drive and disc offer.

use super::Job;
use crate::jobs::burn::plan::{Plan, Step};
use crate::mmc::cmd::set_streaming::SetStreaming;
use crate::mmc::settings::SpeedRequest;
use crate::units::{Family, Lba, Rate, Speed};

/// Speeds are told rounded: 12x of a BD is 53952 kB/s in one drive and 53946 by the book.
const ROUNDING: f64 = 1.01;

/// Adds the step that sets the speed, where one was asked for, and says what became of the wish.
pub(super) fn choose(job: &Job<'_>, plan: &mut Plan) {
    let Some(asked) = job.choices.speed else { return };
    let family = job.disc.family().unwrap_or(Family::Dvd);
    let rate = rate(asked, &job.disc.speeds, family, &mut plan.remarks);
    plan.rate = rate;
    // SET CD SPEED is the CD's command, and what a drive without real-time streaming knows.
    let by_streaming = family != Family::Cd && job.disc.can.set_streaming;
    plan.steps.push(Step::SetSpeed(if by_streaming {
        let (read, write) = (SetStreaming::MAX, rate.unwrap_or(SetStreaming::MAX));
        SpeedRequest::Streaming { read, write, end: end(job) }
    } else {
        SpeedRequest::Cd { read: None, write: rate }
    }));
}

/// The last block of the disc. What GET PERFORMANCE names is one past it in some drives
/// (real-drives: Optiarc AD-7590S), the end of what is written in others (real-drives: ACER
/// AXD001), and LG's GSA-4081B refuses what is beyond: so it is the last resort.
fn end(job: &Job<'_>) -> Lba {
    let disc = job.disc;
    let whole = if disc.free.0 > 0 { disc.nwa.unwrap_or(Lba(0)) + disc.free } else { Lba(0) };
    let end = if whole > Lba(0) { whole } else { Lba(0) + disc.capacity };
    let last = Some(Lba(end.0.saturating_sub(1))).filter(|_| end > Lba(0));
    // libburn's default, a DVD of one layer.
    last.or(disc.speed_end).unwrap_or(Lba(2_294_920))
}

/// `None`: as fast as the drive can.
fn rate(asked: Speed, offered: &[Rate], family: Family, remarks: &mut Vec<String>) -> Option<Rate> {
    let slowest = offered.iter().min().copied();
    let wanted = match asked {
        Speed::Max => return offered.iter().max().copied(),
        Speed::Min => {
            let one = Rate { kbps: family.kbps_at_1x().ceil() as u32 };
            return Some(slowest.unwrap_or(one));
        }
        Speed::Times(times) => times * family.kbps_at_1x(),
        Speed::Kbps(kbps) => f64::from(kbps),
    };
    let fits = |rate: &&Rate| f64::from(rate.kbps) <= wanted * ROUNDING;
    let Some(chosen) = offered.iter().filter(fits).max().copied().or(slowest) else {
        // Nothing is offered: a drive takes the next one below what it is told.
        return Some(Rate { kbps: wanted.ceil().min(f64::from(u32::MAX)) as u32 });
    };
    if (f64::from(chosen.kbps) / wanted - 1.0).abs() > ROUNDING - 1.0 {
        let list: Vec<String> = offered.iter().map(|rate| x(family, *rate)).collect();
        remarks.push(format!(
            "{asked} is not offered for this disc: {} is the nearest of {}",
            x(family, chosen),
            list.join(", ")
        ));
    }
    Some(chosen)
}

fn x(family: Family, rate: Rate) -> String {
    format!("{:.1}x", family.x(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_chosen_from_what_is_offered() {
        // real-drives: HL-DT-ST WH16NS40 with a BD-R; Optiarc AD-7590S with a DVD+R DL.
        let bd = [53_952, 44_960, 35_968, 26_976, 17_984].map(|kbps| Rate { kbps });
        let dvd = [8310, 5540, 3324].map(|kbps| Rate { kbps });
        for (asked, offered, family, chosen, remarks) in [
            (Speed::Times(12.0), &bd[..], Family::Bd, Some(53_952), 0),
            (Speed::Times(16.0), &bd[..], Family::Bd, Some(53_952), 1),
            (Speed::Times(5.0), &bd[..], Family::Bd, Some(17_984), 1),
            (Speed::Times(2.0), &bd[..], Family::Bd, Some(17_984), 1),
            (Speed::Times(2.4), &dvd[..], Family::Dvd, Some(3324), 0),
            (Speed::Kbps(5540), &dvd[..], Family::Dvd, Some(5540), 0),
            (Speed::Max, &dvd[..], Family::Dvd, Some(8310), 0),
            (Speed::Min, &dvd[..], Family::Dvd, Some(3324), 0),
            (Speed::Max, &[], Family::Dvd, None, 0),
            (Speed::Min, &[], Family::Cd, Some(177), 0),
            (Speed::Times(10.0), &[], Family::Cd, Some(1764), 0),
        ] {
            let mut said = Vec::new();
            let rate = rate(asked, offered, family, &mut said);
            assert_eq!(rate.map(|rate| rate.kbps), chosen, "{asked} of {offered:?}");
            assert_eq!(said.len(), remarks, "{said:?}");
        }
        let mut said = Vec::new();
        rate(Speed::Times(16.0), &bd, Family::Bd, &mut said);
        assert_eq!(
            said,
            ["16x is not offered for this disc: 12.0x is the nearest of 12.0x, 10.0x, 8.0x, \
                 6.0x, 4.0x"]
        );
    }
}
