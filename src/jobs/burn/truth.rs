//! Whether a burn that every command called good was good: what the drive says of the disc
//! afterwards is compared with what was sent, and the time it took with what any drive needs.
//! Pure. Users have been told of success in twelve seconds, with a disc that was blank.

use std::time::Duration;

use super::plan::Plan;
use super::state::State;
use crate::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use crate::units::{Blocks, Family, Lba, SECTOR};

/// Shorter times than this say nothing: a drive's buffer alone makes up for them.
const SHORTEST: Duration = Duration::from_secs(2);
/// How much faster than the fastest drive ever sold one may be before it is not believed.
const MARGIN: f64 = 1.5;

/// What was sent, and what it took.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Where block 0 of the image is.
    pub start: Lba,
    /// CD, DVD or BD.
    pub family: Family,
    /// Sectors sent, padding included.
    pub sectors: u64,
    /// Time of writing and flushing: by the drive's clock or by the wall's, whichever says more.
    pub took: Duration,
}

/// What came of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Whether the disc takes no more; `None` if the drive does not say.
    pub closed: Option<bool>,
    /// Less is recorded than was sent.
    pub short: bool,
    /// What does not agree: the burn has failed, whatever the commands said.
    pub lies: Vec<String>,
    /// What cannot be believed until all of it was read back.
    pub doubts: Vec<String>,
    /// What could not be found out, or only looks odd.
    pub remarks: Vec<String>,
}

/// Compares.
pub fn compare(sent: &Sent<'_>, now: &State) -> Truth {
    let mut truth = Truth::default();
    let plan = sent.plan;
    truth.doubts.extend(too_fast(sent));
    let Some(disc) = &now.disc else {
        truth.remarks.push("the drive does not tell what state the disc is in".into());
        return truth;
    };
    truth.closed = Some(disc.status == DiscStatus::Complete && !plan.kind.is_overwritable());
    if plan.simulated {
        return truth;
    }
    status(&mut truth, plan, disc.status, disc.last_session);
    length(&mut truth, sent, now);
    truth
}

fn status(truth: &mut Truth, plan: &Plan, status: DiscStatus, session: SessionState) {
    if status == DiscStatus::Blank {
        truth.lies.push("the drive took all of the image and says that the disc is blank".into());
        return;
    }
    if plan.kind.is_overwritable() {
        return;
    }
    match (plan.closes, status) {
        (true, DiscStatus::Appendable) => {
            let open =
                if session == SessionState::Incomplete { ", and so is its session" } else { "" };
            truth.lies.push(format!("the disc was to be closed and is open{open}"));
        }
        (false, DiscStatus::Complete) => {
            truth
                .remarks
                .push("the disc was to be left open, and the drive says it is closed".into());
        }
        (false, _) if session == SessionState::Incomplete => {
            truth.lies.push("the session was to be closed and is open".into());
        }
        _ => {}
    }
}

/// Every source that tells how much is recorded. Drives keep old answers until the disc is loaded
/// again, so that one that says enough is believed against one that does not.
fn length(truth: &mut Truth, sent: &Sent<'_>, now: &State) {
    let plan = sent.plan;
    let end = sent.start + plan.image;
    let track = now.track.as_ref().map(|track| {
        let recorded = track.last_recorded.map(|last| last + Blocks(1)).filter(|_| !track.blank);
        let told = recorded.or(track.next_writable).unwrap_or(track.start + track.size);
        ("track information", told)
    });
    let settled = plan.closes || plan.kind.is_overwritable();
    let capacity = now.capacity.filter(|capacity| {
        // One block: that is how drives say that they see nothing (real-drives: redumper#258).
        settled && capacity.block_len as usize == SECTOR && capacity.blocks.0 > 1
    });
    let capacity = capacity.map(|capacity| {
        let blocks = i32::try_from(capacity.blocks.0).unwrap_or(i32::MAX);
        ("READ CAPACITY", Lba(blocks))
    });
    let told: Vec<(&str, Lba)> = [track, capacity].into_iter().flatten().collect();
    let short = |at: Lba| format!("ends at {at}, and the image at {end}");
    let texts = told.iter().filter(|(_, at)| *at < end);
    let texts: Vec<String> =
        texts.map(|(name, at)| format!("by the drive's {name} the disc {}", short(*at))).collect();
    if told.is_empty() {
        truth.remarks.push("the drive does not tell how much is recorded".into());
    } else if texts.len() == told.len() {
        truth.short = true;
        truth.lies.extend(texts);
    } else {
        truth.remarks.extend(texts);
    }
}

/// A burn that was faster than any drive has not happened, unless the drive is none: one that a
/// program simulates takes no time, and what it has kept it can show.
fn too_fast(sent: &Sent<'_>) -> Option<String> {
    let kbps = fastest_kbps(sent.family) * MARGIN;
    let bytes = sent.sectors as f64 * SECTOR as f64;
    let least = Duration::try_from_secs_f64(bytes / 1000.0 / kbps).ok()?;
    if least < SHORTEST || sent.took >= least {
        return None;
    }
    let (sectors, took) = (sent.sectors, sent.took.as_secs_f64());
    Some(format!("the drive took {sectors} sectors in {took:.1} s, faster than any drive writes"))
}

/// The fastest writers ever sold: 52x CD, 24x DVD, 16x BD, in kB/s of user data.
fn fastest_kbps(family: Family) -> f64 {
    match family {
        // 75 sectors a second at 1x (ECMA-130).
        Family::Cd => 52.0 * 153.6,
        Family::Dvd => 24.0 * family.kbps_at_1x(),
        Family::Bd => 16.0 * family.kbps_at_1x(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::burn::plan::DiscKind;
    use crate::mmc::Query;
    use crate::mmc::cmd::read_capacity::Capacity;
    use crate::mmc::cmd::read_disc_information::ReadDiscInformation;
    use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};

    fn plan(kind: DiscKind, closes: bool) -> Plan {
        Plan {
            kind,
            steps: Vec::new(),
            mode: "sequential".into(),
            image: Blocks(1000),
            needed: Blocks(1008),
            available: Blocks(2_295_104),
            start: Lba(0),
            loses: false,
            simulated: false,
            closes,
            resumable: true,
            salvages: false,
            rate: None,
            msinfo: None,
            remarks: Vec::new(),
        }
    }

    /// Flags of byte 2 of the disc information; last recorded block, size of the track; capacity.
    fn state(flags: u8, last: Option<u32>, size: u32, capacity: Option<u32>) -> State {
        let mut disc = [0; 34];
        disc[1] = 32;
        disc[2..7].copy_from_slice(&[flags, 1, 1, 1, 1]);
        let mut track = [0; 36];
        track[1..7].copy_from_slice(&[34, 1, 1, 0, 4, 1]);
        track[7] = u8::from(last.is_some()) << 1;
        track[24..28].copy_from_slice(&size.to_be_bytes());
        track[28..32].copy_from_slice(&last.unwrap_or(0).to_be_bytes());
        let address = TrackAddress::Lba(Lba(0));
        State {
            disc: Some(ReadDiscInformation.parse(&disc).expect("parses")),
            track: Some(ReadTrackInformation(address).parse(&track).expect("parses")),
            open: None,
            capacity: capacity.map(|blocks| Capacity { blocks: Blocks(blocks), block_len: 2048 }),
        }
    }

    const BLANK: u8 = 0x00;
    const BEGUN: u8 = 0x05;
    const OPEN: u8 = 0x01;
    const CLOSED: u8 = 0x0e;

    fn check(plan: &Plan, now: &State) -> Truth {
        let took = Duration::from_secs(60);
        compare(&Sent { plan, start: plan.start, family: Family::Dvd, sectors: 1008, took }, now)
    }

    #[test]
    fn what_agrees_is_believed() {
        let closed =
            check(&plan(DiscKind::BdR, true), &state(CLOSED, Some(1007), 1008, Some(1008)));
        assert_eq!(closed, Truth { closed: Some(true), ..Truth::default() });
        let open = check(&plan(DiscKind::BdR, false), &state(OPEN, None, 1008, None));
        assert_eq!(open, Truth { closed: Some(false), ..Truth::default() });
        let rewritten =
            check(&plan(DiscKind::DvdPlusRw, true), &state(CLOSED, None, 2_295_104, None));
        assert_eq!(rewritten, Truth { closed: Some(false), ..Truth::default() });
    }

    #[test]
    fn a_disc_that_is_blank_or_open_after_all_is_a_lie() {
        let lies = |closes, flags| {
            check(&plan(DiscKind::DvdPlusR, closes), &state(flags, None, 1008, Some(1008))).lies
        };
        assert!(lies(true, BLANK)[0].contains("blank"));
        assert_eq!(lies(true, OPEN), ["the disc was to be closed and is open"]);
        assert_eq!(
            lies(true, BEGUN),
            ["the disc was to be closed and is open, and so is its session"]
        );
        assert_eq!(lies(false, BEGUN), ["the session was to be closed and is open"]);
        assert_eq!(lies(false, OPEN), Vec::<String>::new());
        let closed = check(&plan(DiscKind::DvdPlusR, false), &state(CLOSED, None, 1008, None));
        assert!(closed.lies.is_empty() && closed.remarks[0].contains("says it is closed"));
    }

    #[test]
    fn less_recorded_than_sent_is_a_lie_unless_one_source_says_enough() {
        let of = |last, size, capacity| {
            check(&plan(DiscKind::BdR, true), &state(CLOSED, last, size, capacity))
        };
        let short = of(Some(500), 1008, Some(501));
        assert_eq!(short.lies.len(), 2);
        assert!(
            short.short && short.lies[0].contains("ends at 501, and the image at 1000"),
            "{short:?}"
        );
        // An old answer beside a new one.
        let stale = of(Some(1007), 1008, Some(900));
        assert_eq!((stale.lies.len(), stale.remarks.len()), (0, 1));
        // A last address of 0 is no size.
        assert_eq!(of(Some(1007), 1008, Some(1)).remarks, Vec::<String>::new());
        let silent = State { track: None, ..state(CLOSED, None, 0, None) };
        let silent = check(&plan(DiscKind::BdR, true), &silent);
        assert_eq!(silent.remarks, ["the drive does not tell how much is recorded"]);
    }

    #[test]
    fn a_burn_faster_than_any_drive_is_not_believed() {
        let plan = plan(DiscKind::DvdR, true);
        let doubts = |sectors, seconds| {
            let took = Duration::from_secs_f64(seconds);
            let sent = Sent { plan: &plan, start: plan.start, family: Family::Dvd, sectors, took };
            compare(&sent, &state(CLOSED, Some(2_000_000), 2_000_001, None)).doubts
        };
        // 4 GB: at 24x they take two minutes.
        let told = doubts(2_000_000, 1.0);
        assert_eq!(told, ["the drive took 2000000 sectors in 1.0 s, faster than any drive writes"]);
        assert!(doubts(2_000_000, 124.0).is_empty());
        assert!(doubts(10_000, 0.001).is_empty(), "a drive's buffer holds as much");
    }

    #[test]
    fn a_drive_that_does_not_answer_confirms_nothing() {
        let truth = check(&plan(DiscKind::BdR, true), &State::default());
        assert_eq!((truth.closed, truth.lies.len(), truth.remarks.len()), (None, 0, 1));
    }

    #[test]
    fn a_rehearsal_leaves_a_blank_disc_and_that_is_right() {
        let rehearsed = Plan { simulated: true, ..plan(DiscKind::DvdR, true) };
        let truth = check(&rehearsed, &state(BLANK, None, 0, None));
        assert_eq!(truth, Truth { closed: Some(false), ..Truth::default() });
    }
}
