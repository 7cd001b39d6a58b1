//! GET CONFIGURATION (MMC-6 6.6): the current profile and the features.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for features, from the numbered one upwards.
#[derive(Clone, Copy, Debug)]
pub struct GetConfiguration {
    /// Which of them.
    pub wanted: Wanted,
    /// STARTING FEATURE NUMBER.
    pub first: u16,
}

/// RT: which features are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// 00b: all the drive supports.
    All,
    /// 01b: those that apply to the medium in it.
    Current,
    /// 10b: the one whose number is given.
    One,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// CURRENT PROFILE: the kind of medium. 0: none.
    pub current_profile: u16,
    /// The features, in the order sent.
    pub features: Vec<Feature>,
}

/// A feature descriptor, undecoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// FEATURE CODE.
    pub code: u16,
    /// VERSION.
    pub version: u8,
    /// Always current.
    pub persistent: bool,
    /// Applies now, with this medium.
    pub current: bool,
    /// What follows the descriptor's header.
    pub data: Vec<u8>,
}

impl Configuration {
    /// The feature of a code.
    pub fn feature(&self, code: u16) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.code == code)
    }

    /// Whether a feature is there and applies now.
    pub fn is_current(&self, code: u16) -> bool {
        self.feature(code).is_some_and(|feature| feature.current)
    }
}

impl Request for GetConfiguration {
    const NAME: &'static str = "GET CONFIGURATION";

    fn cdb(&self) -> Cdb {
        let rt = match self.wanted {
            Wanted::All => 0,
            Wanted::Current => 1,
            Wanted::One => 2,
        };
        let [first_high, first_low] = self.first.to_be_bytes();
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0x46, rt, first_high, first_low, 0, 0, 0, high, low, 0])
    }
}

impl Query for GetConfiguration {
    type Response = Configuration;

    /// 4 KiB: the longest answer on record has 472 bytes.
    fn allocation(&self) -> u16 {
        4096
    }

    fn parse(&self, data: &[u8]) -> Result<Configuration, ParseError> {
        let fields = Fields(data);
        let current_profile = fields.be16(6)?;
        // DATA LENGTH ends the list where a transport without residual hands over zeros behind it.
        // A length that does not even hold its own header is not believed.
        let announced = usize::try_from(fields.be32(0)?).unwrap_or(usize::MAX).saturating_add(4);
        let end = if announced < 8 { data.len() } else { announced.min(data.len()) };
        let mut features = Vec::new();
        let mut rest = &data[8..end];
        // A descriptor that is cut off ends the list too.
        while let [high, low, flags, length, tail @ ..] = rest {
            let Some(body) = tail.get(..usize::from(*length)) else { break };
            features.push(Feature {
                code: u16::from_be_bytes([*high, *low]),
                version: Fields(&[*flags]).bits(0, 0x3c)?,
                persistent: flags & 0x02 != 0,
                current: flags & 0x01 != 0,
                data: body.to_vec(),
            });
            rest = &tail[body.len()..];
        }
        Ok(Configuration { current_profile, features })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let all = GetConfiguration { wanted: Wanted::All, first: 0 };
        assert_eq!(all.cdb().bytes(), [0x46, 0x00, 0, 0, 0, 0, 0, 0x10, 0x00, 0]);
        let one = GetConfiguration { wanted: Wanted::One, first: 0x0108 };
        assert_eq!(one.cdb().bytes(), [0x46, 0x02, 0x01, 0x08, 0, 0, 0, 0x10, 0x00, 0]);
    }

    #[test]
    fn bytes_in() {
        let all = GetConfiguration { wanted: Wanted::All, first: 0 };
        let answer = [
            0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00,
            0x41, // length, current profile BD-R SRM
            0x00, 0x00, 0x03, 0x08, 0x00, 0x41, 0x01, 0x00, 0x00, 0x40, 0x00,
            0x00, // profiles
            0x00, 0x01, 0x0b, 0x08, 0x00, 0x00, 0x00, 0x07, 0x01, 0x00, 0x00,
            0x00, // core, v2
        ];
        let configuration = all.parse(&answer).expect("parses");
        assert_eq!(configuration.current_profile, 0x41);
        assert_eq!(configuration.features.len(), 2);
        let core = &configuration.features[1];
        assert_eq!((core.code, core.version, core.persistent, core.current), (1, 2, true, true));
        assert_eq!(core.data, [0, 0, 0, 7, 1, 0, 0, 0]);
        // Cut off in the second descriptor: the first one stands.
        assert_eq!(all.parse(&answer[..30]).expect("parses").features.len(), 1);
        assert!(all.parse(&answer[..7]).is_err());
        // A transport without residual: zeros behind.
        let mut padded = answer.to_vec();
        padded.resize(4096, 0);
        assert_eq!(all.parse(&padded), Ok(configuration));
    }
}
