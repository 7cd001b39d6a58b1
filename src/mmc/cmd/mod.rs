//! A file per command.

pub mod get_configuration;
pub mod inquiry;
pub mod read;
pub mod read_capacity;
pub mod read_disc_information;
pub mod read_disc_structure;
pub mod read_full_toc;
pub mod read_toc;
pub mod read_track_information;
pub mod test_unit_ready;
