//! MODE SELECT (10) (SPC-4 6.12; MMC-6 6.12).

use crate::mmc::Request;
use crate::mmc::mode_page::ModePage;
use crate::transport::Cdb;

/// Changes a mode page, until the next reset.
#[derive(Clone, Debug)]
pub struct ModeSelect {
    /// As MODE SENSE gave it, edited.
    pub page: ModePage,
}

impl ModeSelect {
    /// The parameter list: a header of eight zeros, no block descriptor, the page with PS cleared.
    pub fn data(&self) -> Vec<u8> {
        let mut list = vec![0; 8];
        list.extend_from_slice(self.page.bytes());
        list
    }
}

impl Request for ModeSelect {
    const NAME: &'static str = "MODE SELECT (10)";

    /// PF is set, SP is not: nothing is saved.
    fn cdb(&self) -> Cdb {
        let [high, low] = (8 + self.page.bytes().len() as u16).to_be_bytes();
        Cdb::new(&[0x55, 0x10, 0, 0, 0, 0, 0, high, low, 0])
    }
}

/// Changes nothing: a list without a page, which is no error (SPC-4 6.12, PARAMETER LIST LENGTH).
/// Shows whether commands that change a drive get as far as the drive.
#[derive(Clone, Copy, Debug)]
pub struct ModeSelectNothing;

impl Request for ModeSelectNothing {
    const NAME: &'static str = "MODE SELECT (10)";

    fn cdb(&self) -> Cdb {
        Cdb::new(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(ModeSelectNothing.cdb().bytes(), [0x55, 0x10, 0, 0, 0, 0, 0, 0x00, 0x00, 0]);
        let select =
            ModeSelect { page: ModePage::new(&[0x81, 0x0a, 0, 5, 0, 0, 0, 0, 1, 0, 0, 0]) };
        // 20 bytes of parameter list.
        assert_eq!(select.cdb().bytes(), [0x55, 0x10, 0, 0, 0, 0, 0, 0x00, 0x14, 0]);
        assert_eq!(
            select.data(),
            [
                0, 0, 0, 0, 0, 0, 0, 0, // header: MODE DATA LENGTH is reserved here
                0x01, 0x0a, 0, 5, 0, 0, 0, 0, 1, 0, 0, 0, // the page, PS cleared
            ]
        );
    }
}
