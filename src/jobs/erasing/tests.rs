//! What blanking and formatting share, on scripted drives: the waits, the ways to fail, the second
//! look. And the states that the tests of both begin with.

use super::state::{Formattable, State};
use crate::mmc::Query;
use crate::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation, DiscStatus, ReadDiscInformation,
};
use crate::mmc::cmd::read_format_capacities::{FormatCapacities, FormatDescriptor, FormatState};
use crate::mmc::profile::Profile;
use crate::units::Blocks;

/// READ DISC INFORMATION: status, and background format.
pub fn information(status: DiscStatus, background: BackgroundFormat) -> DiscInformation {
    let mut answer = [0u8; 34];
    answer[1] = 32;
    answer[2] = 0x10
        | match status {
            DiscStatus::Blank => 0,
            DiscStatus::Appendable => 1,
            DiscStatus::Complete => 0x0e,
            DiscStatus::Other => 3,
        };
    answer[3..7].fill(1);
    answer[7] = match background {
        BackgroundFormat::None => 0,
        BackgroundFormat::Suspended => 1,
        BackgroundFormat::Running => 2,
        BackgroundFormat::Done => 3,
    };
    ReadDiscInformation.parse(&answer).expect("parses")
}

/// A disc of a profile with a status, formatted or not, and the formats that are listed.
pub fn state(
    profile: Profile,
    status: DiscStatus,
    (format, blocks): (FormatState, u32),
    list: &[(u8, u32, u32)],
) -> State {
    let formats = list.iter().map(|&(kind, blocks, parameter)| FormatDescriptor {
        kind,
        blocks: Blocks(blocks),
        parameter,
    });
    State {
        profile,
        disc: Some(information(status, BackgroundFormat::None)),
        formats: Some(FormatCapacities {
            state: format,
            blocks: Blocks(blocks),
            block_len: 2048,
            formats: formats.collect(),
        }),
        formattable: Formattable::default(),
        incremental: false,
        pseudo_overwrite: false,
        protection: None,
        spares: None,
        bare: None,
    }
}
