//! Carries a plan out.

mod buffer;
mod judge;
mod long;
