//! HL-DT-ST GSA-H10N JL10 with a DVD+R DL of four sessions.

use oxidisc::jobs::burn::disc::{DiscKind, LayerBoundary};
use oxidisc::units::{Blocks, Lba};

use super::evidence::{Told, file, text, told};

fn disc() -> Told {
    told(text(&file("hldtst-gsah10n-dvdplusrdl-multisession"), "/reported/text"))
}

#[test]
fn a_fifth_session_goes_behind_the_fourth() {
    let told = disc();
    assert_eq!(told.disc.kind, DiscKind::DvdPlusRDl);
    assert_eq!(told.disc.msinfo(), Some((Lba(1_745_088), Lba(2_790_688))));
    let boundary = LayerBoundary { l0: Blocks(2_086_912), settable: false };
    assert_eq!(told.disc.layers, Some(boundary));
    assert_eq!(told.disc.free, Blocks(1_383_136));
    let sessions = told.medium.sessions();
    assert_eq!(sessions.len(), 5);
}

#[test]
fn sessions_lie_2048_blocks_apart() {
    let tracks = disc().medium.tracks;
    for pair in tracks.windows(2) {
        assert_eq!(pair[1].start - (pair[0].start + pair[0].size), 2048);
    }
}

/// It is not in the ADIP, as far as this drive tells.
#[test]
fn the_media_id_may_stand_in_the_physical_format_alone() {
    assert_eq!(disc().medium.media_id.as_deref(), Some("RITEK/D01"));
}
