//! What bytes mean to a person: sense data, commands and answers, field by field. What is said of
//! an answer is made from what the commands' own parsers understood of it, so that the two cannot
//! disagree. Knows no file and no drive.

mod cd_text;
pub mod cdb;
mod commands;
mod configuration;
mod disc_information;
mod item;
mod mode_pages;
mod others;
mod performance;
pub mod response;
pub mod sense;
mod structures;
mod toc;
mod track;

pub use item::{Item, Place, Value};
