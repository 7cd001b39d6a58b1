//! PIONEER DVR-111D 1.23 with a blank DVD-R, on a cable that fails in the middle of the questions.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::units::Rate;

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("pioneer-dvr111d-dvdr-blank-hwerror"), "/reported/text"))
}

/// 4/08/03 at READ DISC INFORMATION: one question without an answer, and a remark.
#[test]
fn a_question_that_fails_on_the_way_is_remarked_and_the_rest_stands() {
    let told = disc();
    assert_eq!(told.medium.status(), None);
    assert_eq!(told.disc.kind, DiscKind::DvdR);
    assert_eq!(told.medium.media_id.as_deref(), Some("DAXON016S"));
    let kbps: Vec<Rate> = [22_160, 16_620, 11_080, 8310, 5540].map(|kbps| Rate { kbps }).to_vec();
    assert_eq!(told.disc.speeds, kbps);
    let crc = told.medium.remarks.iter().find(|remark| remark.contains("(04/08/03)"));
    assert!(crc.expect("remarked").starts_with("READ DISC INFORMATION: hardware error"));
}

/// Nothing is known of it: it is neither blank nor appendable, and nowhere to be written.
#[test]
fn a_disc_of_unknown_state_is_not_taken_for_blank() {
    let told = disc();
    assert!(!told.disc.is_blank() && !told.disc.is_appendable());
    assert_eq!(told.disc.nwa, None);
}
