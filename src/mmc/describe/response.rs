//! An answer field by field. Which command it answers decides how it is read; what the program
//! would not take is told, and short answers are read as far as they go.

use super::item::{Item, count};
use super::{
    cd_text, cdb, configuration, disc_information, mode_pages, others, performance, sense,
    structures, toc, track,
};
use crate::mmc::cmd::get_configuration::{GetConfiguration, Wanted};
use crate::mmc::cmd::get_event_status::GetEventStatus;
use crate::mmc::cmd::get_performance::{GetPerformance, GetWriteSpeeds};
use crate::mmc::cmd::inquiry::Inquiry;
use crate::mmc::cmd::inquiry_serial::InquirySerial;
use crate::mmc::cmd::mechanism_status::MechanismStatus;
use crate::mmc::cmd::mode_sense::{ModeSense, Values};
use crate::mmc::cmd::read_atip::ReadAtip;
use crate::mmc::cmd::read_buffer_capacity::ReadBufferCapacity;
use crate::mmc::cmd::read_capacity::ReadCapacity;
use crate::mmc::cmd::read_cd_text::ReadCdText;
use crate::mmc::cmd::read_disc_information::{
    ReadDiscInformation, ReadPowResources, ReadTrackResources,
};
use crate::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use crate::mmc::cmd::read_full_toc::ReadFullToc;
use crate::mmc::cmd::read_sub_channel::{ReadCatalogNumber, ReadRecordingCode};
use crate::mmc::cmd::read_toc::{ReadSessions, ReadToc};
use crate::mmc::cmd::read_track_information::{ReadTrackInformation, TrackAddress};
use crate::mmc::cmd::report_key::ReportRegion;
use crate::mmc::cmd::request_sense::RequestSense;
use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query};
use crate::transport::Cdb;
use crate::units::SECTOR;

/// An answer, described.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// The command that it answers, and what of it.
    pub name: String,
    /// Its fields; none where nothing is known of such answers.
    pub items: Vec<Item>,
    /// What is wrong with it, or odd.
    pub remarks: Vec<String>,
    /// How many bytes the program needs of such an answer, where fewer came.
    pub needed: Option<usize>,
}

/// Bytes of a CD's sector with all that is around the data.
const RAW: usize = 2352;
/// A field at most may need so many bytes more than came.
const NEED_MAX: usize = 64 * 1024;

/// Describes an answer. The command may be cut off: its first bytes say what was asked.
pub fn describe(cdb: &Cdb, data: &[u8]) -> Described {
    let mut described = by_command(cdb, data);
    described.remarks.extend(length_remark(cdb, data, &described));
    described
}

fn by_command(cdb: &Cdb, data: &[u8]) -> Described {
    let byte = |at: usize| cdb.bytes().get(at).copied().unwrap_or(0);
    match cdb.opcode() {
        0x03 => read(&RequestSense, data, |sense| {
            let mut items = vec![Item::text("sense", sense.to_string()).at(0, data.len().min(18))];
            items.extend(sense::items(sense, None));
            items
        }),
        0x12 if byte(1) & 0x01 == 0 => read(&Inquiry, data, others::identity),
        0x12 if byte(2) == 0x80 => read(&InquirySerial, data, |serial| others::serial(serial)),
        0x1a => mode_pages::of_six(data),
        0x5a => read(&ModeSense { page: byte(2) & 0x3f, values: Values::Current }, data, |modes| {
            mode_pages::items(modes, data)
        }),
        0x23 => read(&ReadFormatCapacities, data, others::format_capacities),
        0x25 => read(&ReadCapacity, data, others::capacity),
        0x42 if byte(3) == 0x02 => read(&ReadCatalogNumber, data, |number| {
            others::code("catalogue number", number.as_deref())
        }),
        0x42 if byte(3) == 0x03 => {
            let asked = ReadRecordingCode { track: byte(6) };
            read(&asked, data, |code| others::code("ISRC", code.as_deref()))
        }
        0x43 => table_of_contents(cdb, data),
        0x46 => {
            let wanted = GetConfiguration { wanted: Wanted::All, first: 0 };
            read(&wanted, data, configuration::items)
        }
        0x4a => {
            let asked = GetEventStatus { media: true, external_request: true };
            read(&asked, data, others::event)
        }
        0x51 => state_of_disc(byte(1) & 0x07, data),
        0x52 => read(&ReadTrackInformation(TrackAddress::Track(1)), data, track::items),
        // BLOCK set: nothing but bytes is asked for here.
        0x5c if byte(1) & 0x01 == 0 => read(&ReadBufferCapacity, data, others::buffer),
        0xa4 if byte(10) & 0x3f == 0x08 => read(&ReportRegion, data, others::region),
        0xac => performance(cdb, data),
        0xad => structures::describe(byte(1) & 0x0f, byte(7), data),
        0xbd => read(&MechanismStatus, data, others::mechanism),
        0x08 | 0x28 | 0x88 | 0xa8 | 0xb9 | 0xbe => sectors(cdb, data),
        _ => unknown(cdb, data),
    }
}

/// What a command's own parser understood of an answer.
pub(super) fn read<Q: Query>(
    query: &Q,
    data: &[u8],
    items: impl FnOnce(&Q::Response) -> Vec<Item>,
) -> Described {
    let mut padded = data.to_vec();
    let (mut needed, mut last) = (None, None);
    loop {
        match query.parse(&padded) {
            Ok(response) => {
                let all = items(&response).into_iter();
                let items = all.filter_map(|item| item.within(data.len())).collect();
                return Described { name: Q::NAME.into(), items, remarks: Vec::new(), needed };
            }
            // Read as far as it goes: zeros stand for what did not come, and are not shown.
            // What is too short may be a part of the answer that its own lengths cut off: then no
            // zeros help.
            Err(ParseError::TooShort { need, got })
                if need > got
                    && padded.len() + need - got <= data.len() + NEED_MAX
                    && last != Some((need, got)) =>
            {
                padded.resize(padded.len() + need - got, 0);
                (needed, last) = (Some(padded.len()), Some((need, got)));
            }
            Err(error) => {
                let remark = format!("oxidisc takes this for no answer: {error}");
                let items = vec![Item::bytes("bytes", data).at(0, data.len())];
                let remarks = vec![remark];
                return Described { name: Q::NAME.into(), items, remarks, needed: None };
            }
        }
    }
}

fn table_of_contents(cdb: &Cdb, data: &[u8]) -> Described {
    let byte = |at: usize| cdb.bytes().get(at).copied().unwrap_or(0);
    // FORMAT; where it is 0, old programs have it in the control byte.
    let format = match byte(2) & 0x0f {
        0 => byte(9) >> 6,
        format => format,
    };
    match format {
        0 if byte(1) & 0x02 != 0 => read(&ReadToc { first_track: 0 }, data, toc::items_in_msf),
        0 => read(&ReadToc { first_track: 0 }, data, toc::items),
        1 => read(&ReadSessions, data, toc::sessions),
        2 | 3 => read(&ReadFullToc, data, toc::full),
        4 => read(&ReadAtip, data, toc::atip),
        5 => {
            let mut described = read(&ReadCdText, data, cd_text::items);
            described.remarks.extend(cd_text::remark(data));
            described
        }
        _ => unknown(cdb, data),
    }
}

/// READ DISC INFORMATION: the answer's own data type counts. Drives ignore the one that was asked
/// for (real-drives: HL-DT-ST WH16NS40, ATAPI iHBS112).
fn state_of_disc(asked: u8, data: &[u8]) -> Described {
    let got = Fields(data).bits(2, 0xe0).unwrap_or(asked);
    let mut described = match got {
        1 => read(&ReadTrackResources, data, disc_information::track_resources),
        2 => read(&ReadPowResources, data, disc_information::pow_resources),
        _ => read(&ReadDiscInformation, data, disc_information::items),
    };
    if got != asked {
        let remark = format!("data type {asked} was asked for, and {got} came: drives ignore it");
        described.remarks.push(remark);
    }
    described
}

fn performance(cdb: &Cdb, data: &[u8]) -> Described {
    let byte = |at: usize| cdb.bytes().get(at).copied().unwrap_or(0);
    match (byte(10), byte(1) & 0x03) {
        (0x00, 0) => {
            let write = byte(1) & 0x04 != 0;
            read(&GetPerformance { write }, data, |all| performance::nominal(all))
        }
        (0x03, _) => read(&GetWriteSpeeds, data, |all| performance::write_speeds(all)),
        _ => unknown(cdb, data),
    }
}

/// Sectors, of which there is nothing to say here but how many they are.
fn sectors(cdb: &Cdb, data: &[u8]) -> Described {
    let byte = |at: usize| cdb.bytes().get(at).copied().unwrap_or(0);
    let (name, len) = match cdb.opcode() {
        // READ CD: all of the main channel, and nothing beside it.
        0xbe | 0xb9 if byte(9) & 0xfe == 0xf8 && byte(10) & 0x07 == 0 => ("raw sectors", RAW),
        0xbe | 0xb9 => ("", data.len() + 1),
        _ => ("sectors", SECTOR),
    };
    let mut described = unknown(cdb, data);
    if !data.is_empty() && data.len().is_multiple_of(len) {
        let count = i64::try_from(data.len() / len).unwrap_or(i64::MAX);
        let meaning = format!("of {len} bytes");
        described.items.insert(0, Item::number(name, count).means(meaning));
    }
    described.remarks.clear();
    described
}

/// An answer whose fields are not known here.
pub(super) fn unknown(cdb: &Cdb, data: &[u8]) -> Described {
    let name = cdb::name(cdb.opcode());
    let name = name.map_or_else(|| format!("command {:02x}h", cdb.opcode()), String::from);
    let items = match data {
        [] => Vec::new(),
        data => vec![Item::bytes("bytes", data).at(0, data.len())],
    };
    let remark = "the fields of such an answer are not known here".to_string();
    Described { name, items, remarks: vec![remark], needed: None }
}

/// How long an answer says it is, its length field included.
fn announced(cdb: &Cdb, data: &[u8]) -> Option<usize> {
    let fields = Fields(data);
    let byte = |at: usize| fields.u8(at).ok().map(usize::from);
    let be16 = |at: usize| fields.be16(at).ok().map(usize::from);
    let be32 = |at: usize| fields.be32(at).ok().and_then(|length| usize::try_from(length).ok());
    match cdb.opcode() {
        0x03 => Some(byte(7)? + 8),
        0x12 if cdb.bytes().get(1).is_some_and(|flags| flags & 0x01 != 0) => Some(be16(2)? + 4),
        0x12 => Some(byte(4)? + 5),
        0x1a => Some(byte(0)? + 1),
        0x23 => Some(byte(3)? + 4),
        0x46 | 0xac => be32(0)?.checked_add(4),
        0x43 | 0x4a | 0x51 | 0x52 | 0x5a | 0x5c | 0xa4 | 0xad => Some(be16(0)? + 2),
        0xbd => Some(be16(6)? + 8),
        _ => None,
    }
}

fn length_remark(cdb: &Cdb, data: &[u8], described: &Described) -> Option<String> {
    let announced = announced(cdb, data);
    let came = count(data.len(), "byte");
    match (announced, described.needed) {
        (Some(announced), _) if announced > data.len() => {
            return Some(format!("it announces {announced} bytes, and {} are here", data.len()));
        }
        (_, Some(needed)) => {
            return Some(format!(
                "{came} where {needed} are needed: what did not come is left out"
            ));
        }
        _ => {}
    }
    let announced = announced?;
    let known = described.items.iter().map(Item::end).fold(announced, usize::max);
    let behind = data.get(known..).filter(|rest| rest.iter().any(|byte| *byte != 0))?;
    Some(format!("{} behind its announced end of {announced}", count(behind.len(), "byte")))
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
