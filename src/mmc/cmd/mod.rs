//! A file per command.

pub mod get_configuration;
pub mod get_event_status;
pub mod get_performance;
pub mod inquiry;
pub mod inquiry_serial;
pub mod mechanism_status;
pub mod mode_select;
pub mod mode_sense;
pub mod prevent_allow;
pub mod read;
pub mod read_atip;
pub mod read_capacity;
pub mod read_cd;
pub mod read_cd_text;
pub mod read_disc_information;
pub mod read_disc_structure;
pub mod read_format_capacities;
pub mod read_full_toc;
pub mod read_toc;
pub mod read_track_information;
pub mod report_key;
pub mod request_sense;
#[cfg(test)]
mod robustness;
pub mod set_cd_speed;
pub mod set_streaming;
pub mod start_stop_unit;
pub mod test_unit_ready;
