//! Burning: what a disc is (`inspect`), how it is to be written (`recipe`, pure), what that comes
//! to in steps (`plan`), and the image's way to the drive (`fifo`). Knows no terminal and no file
//! format.

pub mod command;
pub mod disc;
mod engine;
pub mod fifo;
pub mod inspect;
pub mod plan;
pub mod recipe;
mod report;

pub use report::{
    Event, Options, Prepared, Progress, Report, Resume, Source, Stage, Status, Worth,
};
