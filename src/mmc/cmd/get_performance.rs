//! GET PERFORMANCE (MMC-6 6.8), type 00h: the speed over the disc; type 03h: the speeds that can be
//! chosen for writing.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;
use crate::units::{Lba, Rate};

/// Descriptors asked for. Not 0: some drives then announce one only (real-drives: quirks).
const DESCRIPTORS: u16 = 64;
const HEADER: usize = 8;
const DESCRIPTOR: usize = 16;

/// Type 00h: asks for the nominal performance.
#[derive(Clone, Copy, Debug)]
pub struct GetPerformance {
    /// Of writing, not of reading.
    pub write: bool,
}

/// Type 03h: asks for the write speeds.
#[derive(Clone, Copy, Debug)]
pub struct GetWriteSpeeds;

/// A stretch of the disc, over which the speed changes evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nominal {
    /// START LBA.
    pub start: Lba,
    /// START PERFORMANCE.
    pub start_rate: Rate,
    /// END LBA. The last block, or one past it, or 0 (real-drives: Optiarc AD-7590S, LITE-ON
    /// DH20A4P).
    pub end: Lba,
    /// END PERFORMANCE.
    pub end_rate: Rate,
}

/// A speed to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteSpeed {
    /// WRC: 0 CLV or as the medium has it, 1 CAV.
    pub rotation: u8,
    /// RDD: these are the drive's defaults.
    pub default: bool,
    /// EXACT: this very speed over the whole disc.
    pub exact: bool,
    /// MRW: suits mixed reading and writing.
    pub mixed: bool,
    /// END LBA.
    pub end: Lba,
    /// READ SPEED.
    pub read: Rate,
    /// WRITE SPEED.
    pub write: Rate,
}

fn cdb(data_type: u8, kind: u8) -> Cdb {
    let [high, low] = DESCRIPTORS.to_be_bytes();
    Cdb::new(&[0xac, data_type, 0, 0, 0, 0, 0, 0, high, low, kind, 0])
}

fn allocation() -> u16 {
    HEADER as u16 + DESCRIPTORS * DESCRIPTOR as u16
}

/// The descriptors: none is an answer too (real-drives: LG GCA-4040N).
fn descriptors(data: &[u8]) -> Result<impl Iterator<Item = Fields<'_>>, ParseError> {
    let fields = Fields(data);
    let announced = usize::try_from(fields.be32(0)?).unwrap_or(usize::MAX).saturating_add(4);
    fields.bytes(0, HEADER)?;
    let body = &data[HEADER..announced.clamp(HEADER, data.len())];
    Ok(body.chunks_exact(DESCRIPTOR).map(Fields))
}

fn lba(fields: Fields<'_>, at: usize) -> Result<Lba, ParseError> {
    fields.be32(at).map(|lba| Lba(lba.cast_signed()))
}

fn rate(fields: Fields<'_>, at: usize) -> Result<Rate, ParseError> {
    fields.be32(at).map(|kbps| Rate { kbps })
}

impl Request for GetPerformance {
    const NAME: &'static str = "GET PERFORMANCE";

    /// TOLERANCE 10b: 10 % nominal, 20 % margin, the only one defined. EXCEPT 00b: nominal.
    fn cdb(&self) -> Cdb {
        cdb(0x10 | u8::from(self.write) << 2, 0x00)
    }
}

impl Query for GetPerformance {
    type Response = Vec<Nominal>;

    fn allocation(&self) -> u16 {
        allocation()
    }

    fn parse(&self, data: &[u8]) -> Result<Vec<Nominal>, ParseError> {
        let nominal = |fields| {
            Ok(Nominal {
                start: lba(fields, 0)?,
                start_rate: rate(fields, 4)?,
                end: lba(fields, 8)?,
                end_rate: rate(fields, 12)?,
            })
        };
        descriptors(data)?.map(nominal).collect()
    }
}

impl Request for GetWriteSpeeds {
    const NAME: &'static str = "GET PERFORMANCE (write speeds)";

    fn cdb(&self) -> Cdb {
        cdb(0, 0x03)
    }
}

impl Query for GetWriteSpeeds {
    type Response = Vec<WriteSpeed>;

    fn allocation(&self) -> u16 {
        allocation()
    }

    fn parse(&self, data: &[u8]) -> Result<Vec<WriteSpeed>, ParseError> {
        let speed = |fields: Fields<'_>| {
            Ok(WriteSpeed {
                rotation: fields.bits(0, 0x18)?,
                default: fields.flag(0, 0x04)?,
                exact: fields.flag(0, 0x02)?,
                mixed: fields.flag(0, 0x01)?,
                end: lba(fields, 4)?,
                read: rate(fields, 8)?,
                write: rate(fields, 12)?,
            })
        };
        descriptors(data)?.map(speed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let read = GetPerformance { write: false };
        assert_eq!(read.cdb().bytes(), [0xac, 0x10, 0, 0, 0, 0, 0, 0, 0x00, 0x40, 0x00, 0]);
        let write = GetPerformance { write: true };
        assert_eq!(write.cdb().bytes(), [0xac, 0x14, 0, 0, 0, 0, 0, 0, 0x00, 0x40, 0x00, 0]);
        let speeds = GetWriteSpeeds;
        assert_eq!(speeds.cdb().bytes(), [0xac, 0x00, 0, 0, 0, 0, 0, 0, 0x00, 0x40, 0x03, 0]);
        assert_eq!((read.allocation(), speeds.allocation()), (1032, 1032));
    }

    #[test]
    fn bytes_in() {
        // Derived from the report of TSSTcorp SH-224DB: 5.0x at 0 to 12.0x at 2295103.
        let answer = [
            0x00, 0x00, 0x00, 0x14, 0x02, 0, 0, 0, // 20 bytes follow; WRITE
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1b, 0x0c, // from 0, 6924 kB/s
            0x00, 0x23, 0x05, 0x3f, 0x00, 0x00, 0x40, 0xec, // to 2295103, 16620 kB/s
        ];
        let query = GetPerformance { write: true };
        let expected = Nominal {
            start: Lba(0),
            start_rate: Rate { kbps: 6924 },
            end: Lba(2_295_103),
            end_rate: Rate { kbps: 16_620 },
        };
        assert_eq!(query.parse(&answer), Ok(vec![expected]));
        // A transport without residual: zeros behind.
        let mut padded = answer.to_vec();
        padded.resize(1032, 0);
        assert_eq!(query.parse(&padded), Ok(vec![expected]));
        assert_eq!(query.parse(&answer[..23]), Ok(vec![]));
        assert!(query.parse(&answer[..7]).is_err());
    }

    #[test]
    fn write_speeds_come_in() {
        // Derived from the report of HL-DT-ST WH16NS40: 08/12219391 R@26976 W@53952.
        let answer = [
            0x00, 0x00, 0x00, 0x24, 0, 0, 0, 0, // 36 bytes follow
            0x08, 0, 0, 0, 0x00, 0xba, 0x73, 0xff, // CAV, to 12219391
            0x00, 0x00, 0x69, 0x60, 0x00, 0x00, 0xd2, 0xc0, // 26976, 53952 kB/s
            0x07, 0, 0, 0, 0x00, 0xba, 0x73, 0xff, // CLV, default, exact, mixed
            0x00, 0x00, 0x69, 0x60, 0x00, 0x00, 0x46, 0x40, // 26976, 17984 kB/s
        ];
        let speeds = GetWriteSpeeds.parse(&answer).expect("parses");
        assert_eq!(speeds.len(), 2);
        assert_eq!(
            (speeds[0].rotation, speeds[0].exact, speeds[0].end),
            (1, false, Lba(12_219_391))
        );
        assert_eq!((speeds[0].read.kbps, speeds[0].write.kbps), (26_976, 53_952));
        assert!(speeds[1].default && speeds[1].exact && speeds[1].mixed);
        assert_eq!((speeds[1].rotation, speeds[1].write.kbps), (0, 17_984));
    }

    #[test]
    fn no_descriptor_is_an_answer() {
        // real-drives: LG GCA-4040N sends the header alone.
        assert_eq!(GetWriteSpeeds.parse(&[0, 0, 0, 4, 0, 0, 0, 0]), Ok(vec![]));
        // A length of 0 is less than the header it stands in.
        assert_eq!(GetWriteSpeeds.parse(&[0; 1032]), Ok(vec![]));
    }
}
