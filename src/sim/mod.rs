//! The simulated drive: a [`Transport`](crate::transport::Transport) that knows CDBs and nothing of
//! `mmc`, so that a mistake in an offset cannot cancel out.

pub mod defects;
pub mod fault;
pub mod geometry;
pub mod plan;
pub mod random;
pub mod surface;
pub mod timing;
