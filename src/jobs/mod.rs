//! What a person asks for: blocking functions over a drive that report events and return a report.
//! No terminal, no clap, no serde.

pub mod blank;
pub mod burn;
pub mod doctor;
pub mod erasing;
pub mod error;
pub mod format;
pub mod image;
pub mod interview;
mod judge;
mod long;
pub mod observe;
pub mod reading;
pub mod ready;
pub mod rip;
pub mod sectors;
pub mod speed;
pub mod survey;
pub mod tray;
pub mod verify;
