//! How large a disc is: a pure function of everything that says so. No source is right on all
//! discs: READ CAPACITY counts the run-out of a CD written track at once, returns the whole disc
//! on an open BD-R (real-drives: WH16NS40), and half of a DVD-9 in some drives (redumper#142).

use std::ops::Range;

use crate::jobs::survey::SizeSource;
use crate::units::{Blocks, Family};

/// Sectors at the end of a track written track at once (TAO) that a CD counts and cannot read:
/// the two run-out blocks (MMC-6 4.2.3.6.2).
const RUN_OUT: u32 = 2;

/// The size of the image to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Sectors.
    pub sectors: u32,
    /// The part of them that may be the run-out of the last track; empty, at the end, where there
    /// is none.
    pub run_out: Range<u32>,
    /// Disagreements, in words.
    pub remarks: Vec<String>,
}

/// Settles the size, from what drive and disc say, the first to be believed first, and from where
/// the file systems end. `None`: nobody says how large the disc is.
pub fn resolve(family: Family, said: &[(SizeSource, Blocks)], files: Option<u32>) -> Option<Size> {
    let first = said.first()?.1.0;
    let needed = files.unwrap_or(0);
    let recorded = said.iter().find(|(who, _)| *who == SizeSource::Tracks).map(|(_, size)| size.0);
    let sectors = match recorded {
        // An open BD-R or DVD+R: its capacity is the whole disc, the rest of it is blank.
        Some(recorded) if recorded < first && needed <= recorded && family != Family::Cd => {
            recorded
        }
        // The file system needs more than the first source admits, and another has it.
        _ if needed > first => said
            .iter()
            .map(|(_, size)| size.0)
            .filter(|size| *size >= needed)
            .min()
            .unwrap_or(first),
        _ => first,
    };
    let mut remarks = Vec::new();
    if said.iter().any(|(_, size)| size.0.abs_diff(sectors) > RUN_OUT) {
        let list: Vec<String> =
            said.iter().map(|(who, size)| format!("{} says {size}", who.name())).collect();
        remarks.push(format!("sizes disagree: {}; reading {sectors} sectors", list.join(", ")));
    }
    if needed > sectors {
        remarks.push(format!(
            "the file system needs {needed} sectors, the disc has {sectors}: its end is missing \
             on the disc itself"
        ));
    }
    let may_run_out = family == Family::Cd && sectors > RUN_OUT && needed <= sectors - RUN_OUT;
    let run_out = if may_run_out { sectors - RUN_OUT..sectors } else { sectors..sectors };
    Some(Size { sectors, run_out, remarks })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes by READ CAPACITY, table of contents, track information, format information; 0: none.
    fn settle(family: Family, drive: [u32; 4], files: u32) -> Option<Size> {
        let who =
            [SizeSource::Capacity, SizeSource::Toc, SizeSource::Tracks, SizeSource::PhysicalFormat];
        let said: Vec<_> =
            who.into_iter().zip(drive.map(Blocks)).filter(|(_, size)| size.0 > 0).collect();
        resolve(family, &said, Some(files).filter(|files| *files > 0))
    }

    #[test]
    fn where_all_agree_there_is_nothing_to_say() {
        // real-drives: HL-DT-ST GSA-4167B, a pressed DVD.
        let size = settle(Family::Dvd, [2_080_080; 4], 2_080_000).expect("known");
        let end = 2_080_080;
        assert_eq!(size, Size { sectors: end, run_out: end..end, remarks: vec![] });
    }

    #[test]
    fn the_run_out_of_a_cd_is_known_for_what_it_is() {
        // sense-pairs-from-logs: Polaroid BurnMAX48, capacity 353137, the last two unreadable.
        let cd = [353_137, 353_137, 0, 0];
        assert_eq!(settle(Family::Cd, cd, 353_100).expect("known").run_out, 353_135..353_137);
        // The file system uses them: written disc at once, and a failure there is damage.
        assert!(settle(Family::Cd, cd, 353_137).expect("known").run_out.is_empty());
        // DVD and BD have none.
        assert!(settle(Family::Dvd, cd, 353_100).expect("known").run_out.is_empty());
    }

    #[test]
    fn an_open_disc_ends_where_it_was_written() {
        // real-drives: WH16NS40, BD-R of 3 tracks, the last one written up to 7925792.
        let open = [12_088_320, 12_088_320, 7_925_792, 0];
        let size = settle(Family::Bd, open, 7_000_000).expect("known");
        assert_eq!(size.sectors, 7_925_792);
        assert_eq!(size.remarks.len(), 1);
    }

    #[test]
    fn half_a_dvd_9_is_noticed() {
        let half = [2_074_000, 2_074_000, 0, 4_148_446];
        let size = settle(Family::Dvd, half, 4_148_446).expect("known");
        assert_eq!(size.sectors, 4_148_446);
        assert_eq!(
            size.remarks,
            ["sizes disagree: READ CAPACITY says 2074000, table of contents says 2074000, \
                 physical format information says 4148446; reading 4148446 sectors"]
        );
    }

    #[test]
    fn a_file_system_cut_off_is_said() {
        let size = settle(Family::Dvd, [1000, 0, 0, 0], 1200).expect("known");
        assert_eq!(size.sectors, 1000);
        assert_eq!(
            size.remarks,
            ["the file system needs 1200 sectors, the disc has 1000: its end is missing on the \
                 disc itself"]
        );
    }

    #[test]
    fn a_drive_without_a_capacity_is_helped_out() {
        assert_eq!(settle(Family::Cd, [0, 5000, 0, 0], 0).expect("toc").sectors, 5000);
        assert_eq!(settle(Family::Cd, [0; 4], 300), None);
    }
}
