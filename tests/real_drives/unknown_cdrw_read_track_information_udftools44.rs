//! READ TRACK INFORMATION of two CD-RW, 34 of 36 bytes as they came, from a drive whose name is not
//! told.

use oxidisc::mmc::cmd::read_full_toc::ReadFullToc;
use oxidisc::mmc::cmd::read_track_information::{
    ReadTrackInformation, TrackAddress, TrackInformation,
};
use oxidisc::mmc::{Query, Request};
use oxidisc::units::{Blocks, Lba};
use serde_json::Value;

use super::evidence::{file, hex, list, text};
use super::table::Table;

fn exchanges() -> Vec<Value> {
    list(&file("unknown-cdrw-read-track-information-udftools44"), "/exchanges").to_vec()
}

fn track(exchange: &Value) -> TrackInformation {
    let mut table = Table::ready();
    table.put(&hex(text(exchange, "/cdb")), &hex(text(exchange, "/data_in")));
    let query = ReadTrackInformation(TrackAddress::Track(1));
    table.drive().query(&query).expect("a track")
}

/// 34 bytes came, 36 are announced: what is beyond is not read, and not missed.
#[test]
fn a_formatted_cd_rw_has_packets_of_32_blocks() {
    let track = track(&exchanges()[0]);
    assert!(track.reserved && track.incremental && track.fixed_packets && !track.blank);
    assert_eq!((track.track_mode, track.data_mode, track.packet_size), (7, 2, 32));
    assert_eq!((track.start, track.size), (Lba(0), Blocks(295_264)));
    assert_eq!((track.next_writable, track.last_recorded), (None, None));
}

#[test]
fn an_unformatted_one_is_an_uninterrupted_track() {
    let track = track(&exchanges()[1]);
    assert!(!track.reserved && !track.incremental && !track.fixed_packets && !track.blank);
    assert_eq!((track.track_mode, track.data_mode, track.size), (4, 1, Blocks(34_177)));
}

/// READ TOC, format 2, failed on one of them: as asked by us, but for the bytes asked for.
#[test]
fn the_full_toc_is_asked_for_as_xorriso_does() {
    let asked = hex(text(&exchanges()[2], "/cdb"));
    let ours = ReadFullToc.cdb();
    assert_eq!(ours.bytes()[..7], asked[..7]);
    assert!(ReadFullToc.parse(&[]).is_err());
}
