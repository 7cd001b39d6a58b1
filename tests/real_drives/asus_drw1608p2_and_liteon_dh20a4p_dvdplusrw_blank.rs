//! ASUS DRW-1608P2 1.41 and ATAPI DH20A4P 9P59 with DVD+RW of one pack, never formatted.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::mmc::cmd::read_format_capacities::FormatState;
use oxidisc::units::{Blocks, Lba};

use super::evidence::{file, list, text, told};

const FILE: &str = "asus-drw1608p2-and-liteon-dh20a4p-dvdplusrw-blank";

#[test]
fn both_drives_tell_the_same_disc() {
    let evidence = file(FILE);
    for drive in ["/reported/asus", "/reported/liteon"] {
        let told = told(text(&evidence, drive));
        assert_eq!(told.disc.kind, DiscKind::DvdPlusRw, "{drive}");
        assert_eq!(told.disc.capacity, Blocks(2_295_104), "{drive}");
        assert!(!told.disc.formatted && told.disc.is_blank(), "{drive}");
        let formats = told.disc.formats.as_ref().expect("told");
        assert_eq!(formats.state, FormatState::Unformatted, "{drive}");
        // Not formatted: there is no next writable address to rely on.
        assert_eq!(told.disc.nwa, None, "{drive}");
    }
}

#[test]
fn an_end_of_0_in_the_speeds_is_no_end() {
    let evidence = file(FILE);
    let ends = ["/reported/asus", "/reported/liteon"].map(|drive| {
        let told = told(text(&evidence, drive));
        // The speeds hold, whatever their end.
        assert_eq!(told.disc.speeds.iter().map(|rate| rate.kbps).collect::<Vec<_>>(), [5540, 3324]);
        told.disc.speed_end
    });
    assert_eq!(ends, [Some(Lba(2_295_103)), Some(Lba(0))]);
}

/// WRITE at 230540h, 5/21/02: the block behind the last one.
#[test]
fn a_write_beyond_the_end_is_refused_at_exactly_the_capacity() {
    let evidence = file(FILE);
    let events = list(&evidence, "/events");
    assert!(events.iter().any(|event| event.as_str().expect("text").contains("230540h")));
    assert_eq!(told(text(&evidence, "/reported/asus")).disc.capacity, Blocks(0x23_0540));
}
