//! What any drive must do with the disc that is in it, simulated or real: a case is a function over
//! a drive and what is known of its disc. Writes nothing to the disc, opens no tray, and leaves the
//! drive as it was. Where a case asks with bytes of its own rather than with a typed command, it is
//! a third reading of the standard beside the library's and the simulator's.
//!
//! Knows neither where the drive comes from nor how the outcome is shown.

use std::time::Duration;

use oxidisc::mmc::cmd::get_configuration::{Configuration, GetConfiguration, Wanted};
use oxidisc::mmc::cmd::read::Read10;
use oxidisc::mmc::cmd::read_capacity::ReadCapacity;
use oxidisc::mmc::cmd::test_unit_ready::TestUnitReady;
use oxidisc::mmc::{CommandError, Drive, Failure, ParseError, Query, Request};
use oxidisc::transport::{Cdb, TransportError};
use oxidisc::units::{Family, Lba};

#[path = "cases_control.rs"]
mod control;
#[path = "cases_data.rs"]
mod data;
#[path = "cases_inquire.rs"]
mod inquire;

/// What is known of the disc beforehand. `None`: nothing; the case that needs it is left out.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Sectors of its data.
    pub sectors: Option<u32>,
    /// SHA-256 of those sectors, in lower-case hex.
    pub sha256: Option<String>,
    /// CURRENT PROFILE.
    pub profile: Option<u16>,
}

/// How a case ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The drive does what it must.
    Passed,
    /// It cannot be asked of this drive, disc or user, for this reason.
    LeftOut(String),
}

/// A case's verdict: an error says what the drive did and what it should have done.
pub type Verdict = Result<Outcome, String>;

/// A case and its verdict.
pub struct Finding {
    /// The case, as a sentence.
    pub case: &'static str,
    /// What came of it.
    pub verdict: Verdict,
}

/// A drive with a disc that can be read, and what it said about both.
pub struct Subject<'a> {
    drive: &'a mut Drive,
    known: &'a Known,
    configuration: Configuration,
    family: Family,
    /// READ CAPACITY: blocks of the disc.
    blocks: u32,
}

type Case = (&'static str, fn(&mut Subject) -> Verdict);

/// Runs every case. An error: the drive never got as far as the first one.
pub fn run(drive: &mut Drive, known: &Known) -> Result<Vec<Finding>, String> {
    let mut subject = examine(drive, known)?;
    let cases = inquire::CASES.iter().chain(data::CASES).chain(control::CASES);
    Ok(cases.map(|(case, run)| Finding { case, verdict: run(&mut subject) }).collect())
}

/// Waits until the drive is ready, and asks what every case wants to know.
fn examine<'a>(drive: &'a mut Drive, known: &'a Known) -> Result<Subject<'a>, String> {
    let mut patience = 60;
    while let Err(error) = drive.run(&TestUnitReady) {
        patience -= 1;
        // 2/04/xx: becoming ready. Anything else will not pass by waiting.
        if patience == 0 || !matches!(error.triple(), Some((2, 0x04, _) | (6, _, _))) {
            return Err(format!("the drive does not become ready: {error}"));
        }
        drive.wait(Duration::from_secs(1));
    }
    let configuration = ask(drive, &GetConfiguration { wanted: Wanted::All, first: 0 })?;
    let family = match configuration.current_profile {
        0x08..=0x0a => Family::Cd,
        0x10..=0x2b => Family::Dvd,
        0x40..=0x43 => Family::Bd,
        other => return Err(format!("profile {other:04x}h is no disc this battery knows")),
    };
    let blocks = ask(drive, &ReadCapacity)?.blocks.0;
    ensure(blocks > 64, || format!("a disc of {blocks} blocks is too small to test with"))?;
    Ok(Subject { drive, known, configuration, family, blocks })
}

impl Subject<'_> {
    /// Blocks that may be read: on a CD the last two may be the run-out of a track written at once
    /// (MMC-6 4.2.3.10), which the capacity counts and nobody can read.
    fn readable(&self) -> u32 {
        let counted = self.known.sectors.unwrap_or(self.blocks);
        if self.family == Family::Cd && self.known.sectors.is_none() {
            counted - 2
        } else {
            counted
        }
    }

    /// Reads blocks with READ (10).
    fn read(&mut self, lba: u32, blocks: u16) -> Result<Vec<u8>, String> {
        let mut buffer = vec![0; usize::from(blocks) * 2048];
        let read = Read10 {
            lba: Lba(lba.cast_signed()),
            blocks,
            fua: false,
            timeout: Duration::from_secs(60),
        };
        let done = self.drive.read_into(&read, &mut buffer).map_err(|error| error.to_string())?;
        ensure(done.transferred == buffer.len(), || {
            format!("{blocks} blocks at {lba}: {} bytes came, and no error", done.transferred)
        })?;
        Ok(buffer)
    }

    /// Blocks that one command may move.
    fn blocks_max(&self) -> u16 {
        u16::try_from(self.drive.max_transfer() / 2048).unwrap_or(u16::MAX).min(1024)
    }

    /// Sends bytes of ours and gives back what came.
    fn raw(&mut self, cdb: &[u8], allocation: u16) -> Result<Vec<u8>, CommandError> {
        if allocation == 0 {
            return self.drive.run(&Raw { cdb, allocation }).map(|_| Vec::new());
        }
        self.drive.query(&Raw { cdb, allocation })
    }

    /// The same where the drive has to take it.
    fn must(&mut self, what: &str, cdb: &[u8], allocation: u16) -> Result<Vec<u8>, String> {
        self.raw(cdb, allocation).map_err(|error| format!("{what}: {error}"))
    }

    /// The drive has to refuse this with this sense.
    fn must_refuse(&mut self, what: &str, cdb: &[u8], allocation: u16, sense: Sense3) -> Verdict {
        match self.raw(cdb, allocation) {
            Err(error) if error.triple() == Some(sense) => PASSED,
            Err(error) if is_filtered(&error) => left_out("the kernel keeps it from this user"),
            Err(error) => Err(format!("{what}: expected {}, got: {error}", show(sense))),
            Ok(answer) => {
                Err(format!("{what}: expected {}, got {} bytes", show(sense), answer.len()))
            }
        }
    }

    /// Asks a typed question.
    fn ask<Q: Query>(&mut self, query: &Q) -> Result<Q::Response, String> {
        ask(self.drive, query)
    }
}

/// Key, code, qualifier.
type Sense3 = (u8, u8, u8);

const PASSED: Verdict = Ok(Outcome::Passed);
const INVALID_OPCODE: Sense3 = (5, 0x20, 0x00);
const OUT_OF_RANGE: Sense3 = (5, 0x21, 0x00);
const INVALID_FIELD: Sense3 = (5, 0x24, 0x00);

fn show((key, code, qualifier): Sense3) -> String {
    format!("{key:x}/{code:02x}/{qualifier:02x}")
}

fn left_out(reason: impl Into<String>) -> Verdict {
    Ok(Outcome::LeftOut(reason.into()))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn ask<Q: Query>(drive: &mut Drive, query: &Q) -> Result<Q::Response, String> {
    drive.query(query).map_err(|error| error.to_string())
}

/// Whether the kernel did not let this user send it (`scsi_cmd_allowed`).
fn is_filtered(error: &CommandError) -> bool {
    error.failure == Failure::Transport(TransportError::Refused)
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from(be16(bytes, at)) << 16 | u32::from(be16(bytes, at + 2))
}

/// A command given by its bytes, its answer left as it came.
struct Raw<'a> {
    cdb: &'a [u8],
    allocation: u16,
}

impl Request for Raw<'_> {
    const NAME: &'static str = "a command of the battery";

    fn cdb(&self) -> Cdb {
        Cdb::new(self.cdb)
    }
}

impl Query for Raw<'_> {
    type Response = Vec<u8>;

    fn allocation(&self) -> u16 {
        self.allocation
    }

    fn parse(&self, data: &[u8]) -> Result<Vec<u8>, ParseError> {
        Ok(data.to_vec())
    }
}
