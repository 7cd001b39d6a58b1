//! The commands of MMC-6 as types: each knows its bytes, its timeout and how to read its answer.
//! Holds no policy and touches no file.
//!
//! To add a command: a file in `cmd/` with a struct whose fields are its arguments; `Request` for
//! its bytes; `Query` if it answers with parameter data, parsed through [`fields::Fields`] from the
//! bytes that really came, unknown values kept; a test with the literal bytes out, a comment per
//! field, and one with literal bytes in, from a real drive where there is a report of one.

pub mod advice;
pub mod cmd;
pub mod describe;
pub mod drive;
pub mod error;
pub mod feature;
pub mod fields;
pub mod media_id;
pub mod mode_page;
pub mod profile;
pub mod settings;
#[cfg(test)]
pub(crate) mod testing;

use std::time::Duration;

pub use drive::Drive;
pub use error::{CommandError, Failure};
pub use fields::ParseError;

use crate::transport::Cdb;
use crate::units::Lba;

/// For a command that a ready drive answers at once. A drive that spins up meanwhile may take
/// half a minute (research: 26 s seen for the first read of a disc).
pub const TIMEOUT_SHORT: Duration = Duration::from_secs(45);

/// For a command that writes, and for the start of one that goes on in the background: the first
/// of them calibrates the laser and writes a lead-in. libburn allows 200 s, growisofs 180 s; a NEC
/// was seen to calibrate for 120 s.
pub const TIMEOUT_WRITE: Duration = Duration::from_secs(200);

/// For a close or a flush that answers only when it is done (libburn's value).
pub const TIMEOUT_CLOSE: Duration = Duration::from_secs(3600);

/// For a blank or a format that answers only when it is done (libburn's value): a 100 GB BD-RE with
/// certification takes hours.
pub const TIMEOUT_FORMAT: Duration = Duration::from_secs(18_000);

/// Something we can ask a drive to do.
pub trait Request {
    /// Name in the standard, used in errors and traces.
    const NAME: &'static str;

    /// Its bytes.
    fn cdb(&self) -> Cdb;

    /// How long to wait for its end.
    fn timeout(&self) -> Duration {
        TIMEOUT_SHORT
    }

    /// The block it is about, for messages.
    fn lba(&self) -> Option<Lba> {
        None
    }
}

/// A request answered with parameter data.
pub trait Query: Request {
    /// What the answer means.
    type Response;

    /// How many bytes we ask for (ALLOCATION LENGTH). Even: the ACARD AEC-7720 bridge rounds an
    /// odd one up and overruns.
    fn allocation(&self) -> u16;

    /// Reads the answer: exactly the bytes that came.
    ///
    /// # Errors
    /// The bytes cannot mean an answer to this request.
    fn parse(&self, data: &[u8]) -> Result<Self::Response, ParseError>;
}
