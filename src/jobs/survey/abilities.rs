//! What kinds of disc a drive reads and writes, and what else it can do: by its features, and by
//! page 2Ah where it knows none. Pure.

use super::DriveFacts;
use crate::mmc::cmd::get_configuration::Configuration;
use crate::mmc::feature;
use crate::mmc::fields::Fields;
use crate::mmc::profile::Profile;

/// What a drive can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Kinds of disc it takes, as shops call them: every kind of its profile list, which is of
    /// discs that it at least reads.
    pub reads: Vec<&'static str>,
    /// Those of them that it writes.
    pub writes: Vec<&'static str>,
    /// What else it can do.
    pub extras: Vec<&'static str>,
}

/// Code, byte and bit of a feature: the feature alone where there is no bit.
type Need = (u16, Option<(usize, u8)>);

/// A kind of disc, its profiles, and the features one of which a drive has that writes it.
type Kind = (&'static str, &'static [Profile], &'static [Need]);

const KINDS: &[Kind] = &[
    ("CD-ROM", &[Profile::CdRom], &[]),
    ("CD-R", &[Profile::CdR], &[(feature::CD_TRACK_AT_ONCE, None), (feature::CD_MASTERING, None)]),
    (
        "CD-RW",
        &[Profile::CdRw],
        &[
            (feature::CD_TRACK_AT_ONCE, Some((0, 0x02))),
            (feature::CD_MASTERING, Some((0, 0x02))),
            (feature::CD_RW_MEDIA_WRITE, None),
        ],
    ),
    ("DVD-ROM", &[Profile::DvdRom], &[]),
    ("DVD-R", &[Profile::DvdR], &[(feature::DVD_R_WRITE, None)]),
    (
        "DVD-R DL",
        &[Profile::DvdRDlSequential, Profile::DvdRDlLayerJump],
        &[(feature::DVD_R_WRITE, Some((0, 0x08)))],
    ),
    (
        "DVD-RW",
        &[Profile::DvdRwSequential, Profile::DvdRwRestrictedOverwrite],
        &[(feature::DVD_R_WRITE, Some((0, 0x02))), (feature::RIGID_RESTRICTED_OVERWRITE, None)],
    ),
    ("DVD+R", &[Profile::DvdPlusR], &[(feature::DVD_PLUS_R, Some((0, 0x01)))]),
    ("DVD+R DL", &[Profile::DvdPlusRDl], &[(feature::DVD_PLUS_R_DL, Some((0, 0x01)))]),
    ("DVD+RW", &[Profile::DvdPlusRw], &[(feature::DVD_PLUS_RW, Some((0, 0x01)))]),
    ("DVD+RW DL", &[Profile::DvdPlusRwDl], &[(feature::DVD_PLUS_RW_DL, Some((0, 0x01)))]),
    ("DVD-RAM", &[Profile::DvdRam], &[(feature::RANDOM_WRITABLE, None)]),
    ("BD-ROM", &[Profile::BdRom], &[]),
    ("BD-R", &[Profile::BdRSequential, Profile::BdRRandom], &[(feature::BD_WRITE, None)]),
    ("BD-RE", &[Profile::BdRe], &[(feature::BD_WRITE, None)]),
    ("HD DVD-ROM", &[Profile::HdDvdRom], &[]),
    ("HD DVD-R", &[Profile::HdDvdR, Profile::HdDvdRDl], &[(feature::HD_DVD_WRITE, None)]),
    ("HD DVD-RW", &[Profile::HdDvdRw, Profile::HdDvdRwDl], &[(feature::HD_DVD_WRITE, None)]),
    ("HD DVD-RAM", &[Profile::HdDvdRam], &[(feature::HD_DVD_WRITE, Some((2, 0x01)))]),
];

/// What else there is, and any of the features by which it is known.
const EXTRAS: &[(&str, &[Need])] = &[
    ("CD-TEXT", &[(feature::CD_READ, Some((0, 0x01)))]),
    ("C2 error pointers", &[(feature::CD_READ, Some((0, 0x02)))]),
    (
        "buffer underrun protection",
        &[
            (feature::INCREMENTAL_STREAMING, Some((2, 0x01))),
            (feature::CD_TRACK_AT_ONCE, Some((0, 0x40))),
            (feature::CD_MASTERING, Some((0, 0x40))),
            (feature::DVD_R_WRITE, Some((0, 0x40))),
        ],
    ),
    (
        "test writing",
        &[
            (feature::CD_TRACK_AT_ONCE, Some((0, 0x04))),
            (feature::CD_MASTERING, Some((0, 0x04))),
            (feature::DVD_R_WRITE, Some((0, 0x04))),
        ],
    ),
    ("layer jump recording", &[(feature::LAYER_JUMP, None)]),
    ("Mount Rainier", &[(feature::MRW, None)]),
    ("pseudo-overwrite", &[(feature::BD_R_PSEUDO_OVERWRITE, None)]),
    ("stream writing", &[(feature::REAL_TIME_STREAMING, Some((0, 0x01)))]),
    ("CSS", &[(feature::DVD_CSS, None)]),
    ("CPRM", &[(feature::DVD_CPRM, None)]),
    ("AACS", &[(feature::AACS, None)]),
    ("SecurDisc", &[(feature::SECURDISC, None)]),
];

/// What a drive can do. Its features count for all kinds of disc, whether or not they are current.
pub fn abilities(facts: &DriveFacts) -> Abilities {
    let Some(configuration) = &facts.configuration else { return by_page_2a(facts) };
    let profiles = facts.profiles();
    let listed = |kind: &&Kind| profiles.iter().any(|(profile, _)| kind.1.contains(profile));
    let named = |kind: &Kind| kind.0;
    let writes = |kind: &&Kind| has_any(configuration, kind.2);
    Abilities {
        reads: KINDS.iter().filter(listed).map(named).collect(),
        writes: KINDS.iter().filter(listed).filter(writes).map(named).collect(),
        extras: EXTRAS
            .iter()
            .filter(|(_, needs)| has_any(configuration, needs))
            .map(|(name, _)| *name)
            .collect(),
    }
}

/// Whether a configuration meets any of these.
pub(super) fn has_any(configuration: &Configuration, needs: &[Need]) -> bool {
    needs.iter().any(|(code, bit)| {
        let feature = configuration.feature(*code);
        feature.is_some_and(|feature| match bit {
            None => true,
            Some((at, mask)) => Fields(&feature.data).flag(*at, *mask).unwrap_or(false),
        })
    })
}

/// A drive from before the features.
fn by_page_2a(facts: &DriveFacts) -> Abilities {
    let Some(page) = &facts.capabilities else { return Abilities::default() };
    let mut reads = vec!["CD-ROM"];
    reads.extend(&page.reads);
    let extras = [
        ("c2", "C2 error pointers"),
        ("buffer_underrun_free", "buffer underrun protection"),
        ("test_write", "test writing"),
    ];
    let set = |(flag, _): &(&str, &str)| page.flag(flag) == Some(true);
    Abilities {
        reads,
        writes: page.writes.clone(),
        extras: extras.into_iter().filter(set).map(|(_, name)| name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::Query;
    use crate::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
    use crate::mmc::mode_page::ModePage;
    use crate::mmc::testing::{Script, Step};

    fn facts(configuration: Option<Configuration>, page: &[u8]) -> DriveFacts {
        let name = Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(&[b' '; 36]);
        let facts = crate::jobs::survey::survey_drive(&mut Script::table(vec![name]).drive());
        DriveFacts {
            configuration,
            capabilities: ModePage::new(page).capabilities(),
            ..facts.expect("surveyed")
        }
    }

    #[test]
    fn what_is_read_is_in_the_profile_list_and_what_is_written_in_the_features() {
        let answer = [
            0, 0, 0, 68, 0, 0, 0, 0, // 68 bytes follow, no medium
            0, 0, 3, 28, 0, 0x2b, 0, 0, 0, 0x1b, 0, 0, 0, 0x1a, 0,
            0, // DVD+R DL, DVD+R, DVD+RW
            0, 0x10, 0, 0, 0, 0x0a, 0, 0, 0, 0x09, 0, 0, 0, 8, 0,
            0, // DVD-ROM, CD-RW, CD-R, CD-ROM
            0, 0x2a, 4, 4, 1, 0, 0, 0, // DVD+RW: writes
            0, 0x2b, 0, 4, 0, 0, 0, 0, // DVD+R: reads only
            0, 0x2d, 8, 8, 0x45, 0, 0, 0, 0, 0, 0, 0, // CD-R, no CD-RW; BUF, test write
        ];
        let all = GetConfiguration { wanted: Wanted::All, first: 0 };
        let configuration = all.parse(&answer).expect("parses");
        let can = abilities(&facts(Some(configuration), &[]));
        assert_eq!(
            can.reads,
            ["CD-ROM", "CD-R", "CD-RW", "DVD-ROM", "DVD+R", "DVD+R DL", "DVD+RW"]
        );
        assert_eq!(can.writes, ["CD-R", "DVD+RW"]);
        assert_eq!(can.extras, ["buffer underrun protection", "test writing"]);
    }

    #[test]
    fn a_drive_from_before_the_features_is_known_by_its_page() {
        // As PLEXTOR PX-W4824A: CD-R and CD-RW, test write, BUF, C2.
        let page = [0x2a, 12, 0x07, 0x07, 0xf3, 0x3f, 0x29, 0x23, 0, 0, 0, 0, 0, 0];
        let can = abilities(&facts(None, &page));
        assert_eq!(can.reads, ["CD-ROM", "CD-R", "CD-RW"]);
        assert_eq!((can.writes.len(), can.extras.len()), (2, 3));
        assert_eq!(abilities(&facts(None, &[])), Abilities::default());
    }
}
