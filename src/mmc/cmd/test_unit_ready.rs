//! TEST UNIT READY (SPC-4 6.37).

use crate::mmc::Request;
use crate::transport::Cdb;

/// Asks whether the medium can be used.
#[derive(Clone, Copy, Debug)]
pub struct TestUnitReady;

impl Request for TestUnitReady {
    const NAME: &'static str = "TEST UNIT READY";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x00, 0, 0, 0, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(TestUnitReady.cdb().bytes(), [0x00, 0x00, 0x00, 0x00, 0x00, 0x00]);
    }
}
