//! The real binary from the outside: what is typed goes in, all that comes out is the expectation
//! (`expected/*.txt`, or inline).

mod blank;
mod burn;
mod create;
mod decode;
mod discs;
mod doctor;
mod drive;
mod format;
mod harness;
mod info;
mod record_drive;
mod rip;
mod simulated;
mod tray;
mod usage;
mod verify;
