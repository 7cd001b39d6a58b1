//! The conformance battery on a named drive.
