//! Burning: what a disc is (`inspect`), how it is to be written (`recipe`, pure), what that comes
//! to in steps (`plan`), the image's way to the drive (`fifo`), the steps carried out (`engine`),
//! and then what the drive shows (`state`, `truth`) and what the disc is worth (`worth`). Knows no
//! terminal and no file format.

pub mod command;
pub mod disc;
mod engine;
pub mod fifo;
pub mod inspect;
pub mod plan;
pub mod preflight;
mod ready;
pub mod recipe;
mod report;
mod resume;
mod run;
pub mod several;
mod state;
mod truth;
mod worth;

pub use ready::prepare;
pub use report::{
    Event, Options, Prepared, Progress, Report, Resume, Source, Stage, Status, Worth,
};
pub use run::carry_out;
