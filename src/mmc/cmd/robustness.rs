//! No answer, however malformed, makes a parser panic. Knows the parsers only by their trait.

use proptest::prelude::*;

use super::get_configuration::{GetConfiguration, Wanted};
use super::get_event_status::GetEventStatus;
use super::get_performance::{GetPerformance, GetWriteSpeeds};
use super::inquiry::Inquiry;
use super::inquiry_serial::InquirySerial;
use super::mechanism_status::MechanismStatus;
use super::mode_sense::{ModeSense, Values};
use super::read_atip::ReadAtip;
use super::read_buffer_capacity::ReadBufferCapacity;
use super::read_capacity::ReadCapacity;
use super::read_cd_text::ReadCdText;
use super::read_disc_information::{ReadDiscInformation, ReadPowResources, ReadTrackResources};
use super::read_disc_structure::{ReadDiscStructure, Structure, bd, dvd};
use super::read_format_capacities::ReadFormatCapacities;
use super::read_full_toc::ReadFullToc;
use super::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use super::read_toc::{ReadSessions, ReadToc};
use super::read_track_information::{ReadTrackInformation, TrackAddress};
use super::report_key::ReportRegion;
use super::request_sense::RequestSense;
use crate::mmc::{ParseError, Query};

fn parsed<Q: Query>(query: &Q, data: &[u8]) -> Option<Q::Response> {
    match query.parse(data) {
        Ok(response) => Some(response),
        Err(ParseError::TooShort { need, got }) => {
            assert!(need > got, "a need of {need} was met by {got}");
            None
        }
        Err(ParseError::Invalid(why)) => {
            assert!(!why.is_empty());
            None
        }
    }
}

fn structure<S: Structure>(data: &[u8]) -> Option<S> {
    parsed(&ReadDiscStructure::<S>::new(), data).map(|answer| answer.structure)
}

/// Reads an answer as everything it could be, and uses what came of it.
fn read_as_everything(data: &[u8]) {
    parsed(&Inquiry, data);
    parsed(&InquirySerial, data);
    parsed(&RequestSense, data);
    parsed(&GetEventStatus { media: true, external_request: true }, data);
    parsed(&GetPerformance { write: false }, data);
    parsed(&GetWriteSpeeds, data);
    parsed(&MechanismStatus, data);
    parsed(&ReadCapacity, data);
    if let Some(buffer) = parsed(&ReadBufferCapacity, data) {
        assert!(buffer.filled() <= buffer.total);
    }
    parsed(&ReadCdText, data);
    parsed(&ReadDiscInformation, data);
    parsed(&ReadTrackResources, data);
    parsed(&ReadPowResources, data);
    parsed(&ReadFormatCapacities, data);
    parsed(&ReadSessions, data);
    parsed(&ReadCatalogNumber, data);
    parsed(&ReadRecordingCode { track: 1 }, data);
    parsed(&ReadTrackInformation(TrackAddress::Track(1)), data);
    if let Some(atip) = parsed(&ReadAtip, data) {
        assert!(!atip.media_id().is_empty());
    }
    if let Some(region) = parsed(&ReportRegion, data) {
        assert!(region.allowed().len() <= 8);
    }
    if let Some(all) = parsed(&GetConfiguration { wanted: Wanted::All, first: 0 }, data) {
        for feature in &all.features {
            feature.fields();
            feature.loading();
            feature.firmware_date();
        }
    }
    if let Some(modes) = parsed(&ModeSense { page: 0x3f, values: Values::Current }, data) {
        for mut page in modes.pages {
            page.capabilities();
            if let Some(mut recovery) = page.error_recovery() {
                recovery.set_read_retries(recovery.read_retries().wrapping_add(1));
            }
            if let Some(mut write) = page.write_parameters() {
                write.set_packet_size(Some(16));
                write.set_audio_pause(150);
                write.set_catalog(Some(*b"0123456789012"));
                write.set_isrc(None);
            }
        }
    }
    if let Some(toc) = parsed(&ReadToc { first_track: 0 }, data) {
        assert!(toc.tracks().count() <= toc.entries.len());
    }
    if let Some(toc) = parsed(&ReadFullToc, data) {
        for session in toc.sessions() {
            toc.lead_out(session);
            toc.track_range(session);
        }
    }
    read_as_structures(data);
}

fn read_as_structures(data: &[u8]) {
    if let Some(physical) = structure::<dvd::PhysicalFormat>(data)
        && let Some(layers) = dvd::Layers::new(&[physical.clone(), physical])
    {
        assert!(layers.sectors().0 > 0);
        layers.layer_break();
    }
    structure::<dvd::Copyright>(data);
    structure::<dvd::BurstCuttingArea>(data);
    structure::<dvd::Manufacturing>(data);
    structure::<dvd::PrerecordedInformation>(data);
    structure::<dvd::ControlData>(data);
    structure::<dvd::Adip>(data);
    structure::<dvd::Formats>(data);
    structure::<dvd::SpareArea>(data);
    structure::<dvd::LayerBoundary>(data);
    structure::<dvd::WriteProtection>(data);
    structure::<bd::BurstCuttingArea>(data);
    structure::<bd::SpareArea>(data);
    structure::<bd::WriteProtection>(data);
    structure::<bd::Formats>(data);
    if let Some(information) = structure::<bd::DiscInformation>(data) {
        information.sectors();
        information.layer_break();
    }
}

/// Answers of real drives (real-drives: TSSTcorp SE-506CB INQUIRY, udftools#44 READ TRACK
/// INFORMATION, a BD-ROM's disc information), and of every other kind a derived one.
const ANSWERS: &[&[u8]] = &[
    b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01  0528       ",
    b"\x00\x22\x01\x01\x00\x07\xb2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
        \x20\0\x04\x81\x60\0\0\0\0\0\0",
    b"\x10\x02\0\0DI\x01\x08\0\0\x20\0BDO\x01\x11\x01\x01\0\x01\0\0\0\0\x4f\x94\x7f\
        \0\x10\0\0\0\x4f\x94\x7e",
    b"\x00\x2a\x01\x04\0\x14\x01\0\0\0\0\0\0\x14\xaa\0\x00\x2a\x8d\x20",
    b"\x00\x5a\x01\x02\x01\x14\0\xa0\0\0\0\0\x01\0\0\x01\x14\0\xa2\0\0\0\0\x29\x37\x3e",
    b"\x00\x1a\0\0\xe2\x00\xce\0\x61\x22\x16\0\x4f\x3b\x4a\0\
        \x02\x3a\xb0\0\x5c\xc6\x26\0\xff\xff\xff\0",
    b"\x08\x02\0\0\x01\x02\x31\x10\0\x03\0\0\0\xfc\xff\xfd\0\x22\xa6\x6f\0",
    b"\0\0\0\x1c\0\0\0\x41\0\0\x03\x08\0\x41\x01\0\0\x40\0\0\x01\x0c\x03\x0821190104",
    b"\x00\x12\0\0\0\0\0\0\x01\x0a\x80\xc0\0\0\0\0\0\0\0\0",
    b"\0\x0a\0\0\0\0\0\0\0\x1f\xd8\0",
    b"\0\0\0\x14\x02\0\0\0\0\0\0\0\0\0\x1b\x0c\0\x23\x05\x3f\0\0\x40\xec",
];

proptest! {
    #[test]
    fn noise_makes_no_parser_panic(data in prop::collection::vec(any::<u8>(), 0..600)) {
        read_as_everything(&data);
    }

    #[test]
    fn answers_cut_off_and_altered_make_no_parser_panic(
        which in 0..ANSWERS.len(),
        cut in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        padding in 0usize..300,
    ) {
        let mut data = ANSWERS[which].to_vec();
        for (at, value) in changes {
            let at = at.index(data.len());
            data[at] = value;
        }
        read_as_everything(&data[..cut.index(data.len() + 1)]);
        data.resize(data.len() + padding, 0);
        read_as_everything(&data);
    }
}

#[test]
fn answers_cut_off_anywhere_make_no_parser_panic() {
    for answer in ANSWERS {
        for end in 0..=answer.len() {
            read_as_everything(&answer[..end]);
        }
    }
}
