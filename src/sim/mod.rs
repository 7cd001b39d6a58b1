//! The simulated drive: a [`Transport`](crate::transport::Transport) that knows CDBs and nothing of
//! `mmc`, so that a mistake in an offset cannot cancel out.
