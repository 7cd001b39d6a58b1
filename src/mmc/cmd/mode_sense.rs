//! MODE SENSE (10) (SPC-4 6.14; MMC-6 6.11).

use crate::mmc::fields::Fields;
use crate::mmc::mode_page::ModePage;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for a mode page.
#[derive(Clone, Copy, Debug)]
pub struct ModeSense {
    /// PAGE CODE; 3Fh: all of them.
    pub page: u8,
    /// PAGE CONTROL: which values.
    pub values: Values,
}

/// PAGE CONTROL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// 00b: as they are.
    Current,
    /// 01b: a bit set for each that can be changed.
    Changeable,
    /// 10b: as they are after power on.
    Default,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeData {
    /// MEDIUM TYPE, obsolete.
    pub medium_type: u8,
    /// The pages in the order sent.
    pub pages: Vec<ModePage>,
}

impl ModeSense {
    /// PAGE CODE for all pages.
    pub const ALL: u8 = 0x3f;
}

impl ModeData {
    /// The page of a code.
    pub fn page(&self, code: u8) -> Option<&ModePage> {
        self.pages.iter().find(|page| page.code() == code)
    }
}

impl Request for ModeSense {
    const NAME: &'static str = "MODE SENSE (10)";

    fn cdb(&self) -> Cdb {
        let control = match self.values {
            Values::Current => 0x00,
            Values::Changeable => 0x40,
            Values::Default => 0x80,
        };
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x5a, 0, control | (self.page & 0x3f), 0, 0, 0, 0, high, low, 0])
    }
}

impl Query for ModeSense {
    type Response = ModeData;

    /// Header, a block descriptor, and a page of up to 257 bytes; or all pages.
    fn allocation(&self) -> u16 {
        if self.page == Self::ALL { 2048 } else { 280 }
    }

    fn parse(&self, data: &[u8]) -> Result<ModeData, ParseError> {
        let fields = Fields(Fields(data).announced()?);
        let medium_type = fields.u8(2)?;
        // There are block descriptors although the drive has no use for them.
        let start = 8 + usize::from(fields.be16(6)?);
        let mut rest = fields.0.get(start..).unwrap_or(&[]);
        let mut pages = Vec::new();
        while let [_, length, ..] = *rest {
            // A page that is cut off is kept as far as it goes: drives announce more than they
            // send, and a page of 18 bytes says something too.
            let end = (2 + usize::from(length)).min(rest.len());
            pages.push(ModePage::new(&rest[..end]));
            rest = &rest[end..];
        }
        Ok(ModeData { medium_type, pages })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let page = ModeSense { page: 0x2a, values: Values::Current };
        assert_eq!(page.cdb().bytes(), [0x5a, 0x00, 0x2a, 0, 0, 0, 0, 0x01, 0x18, 0]);
        let page = ModeSense { page: 0x01, values: Values::Changeable };
        assert_eq!(page.cdb().bytes(), [0x5a, 0x00, 0x41, 0, 0, 0, 0, 0x01, 0x18, 0]);
        let all = ModeSense { page: 0x3f, values: Values::Default };
        assert_eq!(all.cdb().bytes(), [0x5a, 0x00, 0xbf, 0, 0, 0, 0, 0x08, 0x00, 0]);
    }

    #[test]
    fn bytes_in() {
        let query = ModeSense { page: 0x01, values: Values::Current };
        // Page 01h of HL-DT-ST GP60NB60 as aaru#842 prints its start, the rest derived.
        let answer = [
            0x00, 0x12, // 18 bytes follow
            0x71, 0x00, 0, 0, 0x00, 0x00, // medium type, no block descriptor
            0x01, 0x0a, 0x80, 0xc0, 0, 0, 0, 0, 0x00, 0, 0, 0,
        ];
        let data = query.parse(&answer).expect("parses");
        assert_eq!(data.medium_type, 0x71);
        let page = data.page(0x01).expect("there");
        assert_eq!(page.bytes(), [0x01, 0x0a, 0x80, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(data.page(0x2a), None);
        assert!(query.parse(&answer[..7]).is_err());
    }

    #[test]
    fn a_block_descriptor_is_passed_over() {
        let query = ModeSense { page: 0x01, values: Values::Current };
        let answer = [
            0x00, 0x12, 0, 0, 0, 0, 0x00, 0x08, // eight bytes of block descriptor
            0, 0, 0, 0, 0, 0, 0x08, 0x00, // 2048 bytes a block
            0x81, 0x02, 0x00, 0x05, // page 01h, PS
        ];
        let data = query.parse(&answer).expect("parses");
        assert_eq!(data.page(0x01).expect("there").bytes(), [0x01, 0x02, 0x00, 0x05]);
        // Cut off within the page, and within the descriptor.
        assert_eq!(query.parse(&answer[..19]).expect("parses").pages[0].bytes().len(), 3);
        assert_eq!(query.parse(&answer[..12]).expect("parses").pages, []);
    }
}
