//! SEND OPC INFORMATION (MMC-6 6.33): the drive calibrates its laser for the medium. Each time
//! costs some of the room that a write-once disc has for it.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_WRITE};
use crate::transport::Cdb;

/// DOOPC: calibrates for the speed that is set. There is no parameter list: the values are the
/// drive's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendOpc;

impl Request for SendOpc {
    const NAME: &'static str = "SEND OPC INFORMATION";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x54, 0x01, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn timeout(&self) -> Duration {
        TIMEOUT_WRITE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        // DOOPC, no parameter list.
        assert_eq!(SendOpc.cdb().bytes(), [0x54, 0x01, 0, 0, 0, 0, 0, 0x00, 0x00, 0]);
        assert_eq!(SendOpc.timeout(), TIMEOUT_WRITE);
    }
}
