//! HL-DT-ST BT20N KV01 with a blank DVD+R DL.

use oxidisc::jobs::burn::disc::{DiscKind, LayerBoundary};
use oxidisc::units::{Blocks, Rate};

use super::evidence::{file, text, told};

#[test]
fn the_disc_is_told_as_printed_and_its_layers_add_up() {
    let told = told(text(&file("hldtst-bt20n-dvdplusrdl-blank"), "/reported/text"));
    assert_eq!(told.disc.kind, DiscKind::DvdPlusRDl);
    let boundary = LayerBoundary { l0: Blocks(2_086_912), settable: true };
    assert_eq!(told.disc.layers, Some(boundary));
    assert_eq!(told.disc.capacity, Blocks(2 * 2_086_912));
    assert_eq!(told.medium.media_id.as_deref(), Some("MKM/001"));
    // 11079 kB/s: no multiple of 1385, and taken as it is.
    assert_eq!(told.medium.read_speeds(), [Rate { kbps: 11_079 }]);
}
