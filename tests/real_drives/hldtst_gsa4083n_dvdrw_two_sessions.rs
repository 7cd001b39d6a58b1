//! HL-DT-ST GSA-4083N 1.00 with a DVD-RW whose second session is damaged.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::read_disc_information::{DiscStatus, SessionState};
use oxidisc::units::Blocks;

use super::evidence::{file, text, told};

/// Two sessions and one track, complete and damaged: nothing is concluded from one of them.
#[test]
fn sessions_and_tracks_that_disagree_are_kept_apart() {
    let told = told(text(&file("hldtst-gsa4083n-dvdrw-two-sessions"), "/reported/text"));
    let disc = told.medium.disc.as_ref().expect("told");
    assert_eq!((disc.sessions, disc.last_track), (2, 1));
    assert_eq!(disc.status, DiscStatus::Complete);
    assert_eq!(disc.last_session, SessionState::Damaged);
    assert_eq!(told.disc.kind, DiscKind::DvdRwSequential);
    // Formatting makes a disc of it again.
    assert_eq!(told.disc.capacity, Blocks(2_297_888));
    assert_eq!(told.medium.media_id.as_deref(), Some("TDK502sakuM3"));
}

/// 2045 blocks of a disc of 2297888: format 00h counts up to the last border-out.
#[test]
fn the_last_border_out_is_no_size_of_the_disc() {
    let told = told(text(&file("hldtst-gsa4083n-dvdrw-two-sessions"), "/reported/text"));
    assert_eq!(told.medium.layers.as_ref().expect("told").sectors(), Blocks(2045));
    assert_eq!(told.disc.capacity, Blocks(2_297_888));
}
