//! Burning: what a disc is (`inspect`), how it is to be written (`recipe`, pure), and what that
//! comes to in steps (`plan`). Knows no terminal and no file format.

pub mod plan;
