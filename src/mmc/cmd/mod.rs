//! A file per command.

pub mod get_configuration;
pub mod inquiry;
pub mod read;
pub mod read_capacity;
pub mod test_unit_ready;
