//! Reading a disc well: what to read next, what a failed read means, how long it still takes. For
//! every job that reads whole discs; knows none of them.

pub mod decide;
pub mod eta;
pub mod plan;
pub mod reader;
pub mod stretch;
