//! Where a drive contradicts itself: features against mode page 2Ah, page 2Ah against GET
//! PERFORMANCE. Pure. Which of them is right nobody can tell from here: both are shown.

use super::abilities::{abilities, has_any};
use super::{DriveFacts, MediumFacts};
use crate::mmc::feature;
use crate::units::Rate;

/// A contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What it is about.
    pub about: &'static str,
    /// What the features say, or GET PERFORMANCE.
    pub features: String,
    /// What mode page 2Ah says.
    pub page_2a: String,
}

/// Kinds of disc of which both tell whether they are read. A drive that only reads lists no
/// profile of CD-R or DVD-R, which it reads all the same.
const READ: [(&str, &str); 2] = [("reading DVD-ROM", "DVD-ROM"), ("reading DVD-RAM", "DVD-RAM")];
/// And of which both tell whether they are written.
const WRITTEN: [(&str, &str); 4] = [
    ("writing CD-R", "CD-R"),
    ("writing CD-RW", "CD-RW"),
    ("writing DVD-R", "DVD-R"),
    ("writing DVD-RAM", "DVD-RAM"),
];

/// All that are found. Of the speeds only where a disc is in: without one, there is one word alone.
pub fn disagreements(facts: &DriveFacts, medium: Option<&MediumFacts>) -> Vec<Disagreement> {
    let (Some(all), Some(page)) = (&facts.configuration, &facts.capabilities) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut compare = |about, features: bool, page_2a: Option<bool>| {
        if page_2a.is_some_and(|page_2a| page_2a != features) {
            let word = |yes: bool| if yes { "yes" } else { "no" }.to_string();
            found.push(Disagreement { about, features: word(features), page_2a: word(!features) });
        }
    };
    let bit = |code, at, mask| has_any(all, &[(code, Some((at, mask)))]);
    let can = abilities(facts);
    for (about, kind) in READ {
        compare(about, can.reads.contains(&kind), Some(page.reads.contains(&kind)));
    }
    for (about, kind) in WRITTEN {
        compare(about, can.writes.contains(&kind), Some(page.writes.contains(&kind)));
    }
    compare("C2 error pointers", can.extras.contains(&"C2 error pointers"), page.flag("c2"));
    if !can.writes.is_empty() {
        let has = |extra| can.extras.contains(&extra);
        compare("test writing", has("test writing"), page.flag("test_write"));
        let protected = has("buffer underrun protection");
        compare("buffer underrun protection", protected, page.flag("buffer_underrun_free"));
    }
    if let Some(removable) = all.feature(feature::REMOVABLE_MEDIUM) {
        let code = feature::REMOVABLE_MEDIUM;
        compare("opening by command", bit(code, 0, 0x08), page.flag("eject"));
        compare("locking", bit(code, 0, 0x01), page.flag("lock"));
        if let Some(loading) = removable.loading().filter(|loading| *loading != page.loading) {
            found.push(Disagreement {
                about: "loading",
                features: loading.name().into(),
                page_2a: page.loading.name().into(),
            });
        }
    }
    found.extend(medium.and_then(|medium| {
        let told = medium.read_speeds().first().copied()?;
        speeds("top read speed", told, page.read_max?)
    }));
    found.extend(medium.and_then(|medium| {
        let told = medium.write_speeds.iter().map(|speed| speed.write).max()?;
        speeds("top write speed", told, page.write_max?)
    }));
    found
}

/// A maximum that is less than what the drive does with the disc: page 2Ah tells of CDs, or of now.
/// More than that is none: a curve does not reach the maximum on every disc. One kB/s is rounding
/// (real-drives: ATAPI iHAS124 has 8467 and 8468).
fn speeds(about: &'static str, told: Rate, page: Rate) -> Option<Disagreement> {
    let word = |rate: Rate| format!("{} kB/s", rate.kbps);
    (told.kbps > page.kbps + 1).then(|| Disagreement {
        about,
        features: word(told),
        page_2a: word(page),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::survey::survey_drive;
    use crate::mmc::testing::{Script, Step};

    /// A drive with these features and this page 2Ah.
    fn facts(features: &[u8], page: &[u8]) -> DriveFacts {
        let mut configuration = (features.len() as u32 + 4).to_be_bytes().to_vec();
        configuration.extend_from_slice(&[0, 0, 0, 0]);
        configuration.extend_from_slice(features);
        let mut modes = vec![0, page.len() as u8 + 6, 0, 0, 0, 0, 0, 0];
        modes.extend_from_slice(page);
        let script = Script::table(vec![
            Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(&[b' '; 36]),
            Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&configuration),
            Step::on(&[0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0x18, 0]).answer(&modes),
        ]);
        survey_drive(&mut script.drive()).expect("surveyed")
    }

    const FEATURES: [u8; 44] = [
        0x00, 0x00, 0x03, 12, 0, 0x10, 0, 0, 0, 0x0a, 0, 0, 0, 0x09, 0,
        0, // DVD-ROM, CD-RW, CD-R
        0x00, 0x03, 0x03, 4, 0x29, 0, 0, 0, // tray, eject, lock
        0x00, 0x1e, 0x09, 4, 0x03, 0, 0, 0, // C2, CD-TEXT
        0x00, 0x2d, 0x08, 8, 0x46, 0, 0, 0, 0, 0, 0, 0, // BUF, test write, CD-RW
    ];

    #[test]
    fn a_drive_that_agrees_with_itself_has_none() {
        let mut page = [0; 32];
        page[..8].copy_from_slice(&[0x2a, 30, 0x0f, 0x07, 0xf1, 0x17, 0x29, 0x23]);
        assert_eq!(disagreements(&facts(&FEATURES, &page), None), []);
        // What an old page does not have is no contradiction; nor is a drive without features.
        assert_eq!(disagreements(&facts(&FEATURES, &page[..14]), None), []);
        let mut old = facts(&FEATURES, &page);
        old.configuration = None;
        assert_eq!(disagreements(&old, None), []);
    }

    #[test]
    fn what_features_and_page_2a_tell_apart_is_named() {
        let mut page = [0; 32];
        // No DVD-ROM; DVD-R written; no test write, no BUF, no C2; a caddy that cannot be locked.
        page[..8].copy_from_slice(&[0x2a, 30, 0x07, 0x13, 0x71, 0x07, 0x08, 0x23]);
        let found = disagreements(&facts(&FEATURES, &page), None);
        let told: Vec<(&str, &str, &str)> =
            found.iter().map(|d| (d.about, d.features.as_str(), d.page_2a.as_str())).collect();
        assert_eq!(
            told,
            [
                ("reading DVD-ROM", "yes", "no"),
                ("writing DVD-R", "no", "yes"),
                ("C2 error pointers", "yes", "no"),
                ("test writing", "yes", "no"),
                ("buffer underrun protection", "yes", "no"),
                ("locking", "yes", "no"),
                ("loading", "tray", "caddy or slot"),
            ]
        );
    }

    #[test]
    fn a_rounded_speed_is_no_contradiction() {
        let rate = |kbps| Rate { kbps };
        assert_eq!(speeds("x", rate(8468), rate(8467)), None);
        assert_eq!(speeds("x", rate(3745), rate(8468)), None);
        let told = speeds("x", rate(22_160), rate(8467)).expect("differ");
        assert_eq!((told.features.as_str(), told.page_2a.as_str()), ("22160 kB/s", "8467 kB/s"));
    }
}
