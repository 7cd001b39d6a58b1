//! Asks a drive and its disc all they can tell. What is refused is `None`; an answer that makes no
//! sense is a remark and `None`, never a guess. What disagrees is kept side by side: who resolves
//! it is the job that has to know.

mod abilities;
mod details;
mod disagreements;
mod drive;
mod medium;
#[cfg(test)]
mod tests;

pub use abilities::{Abilities, abilities};
pub use details::{Details, survey_details};
pub use disagreements::{Disagreement, disagreements};
pub use drive::{DriveFacts, survey_drive};
pub use medium::{
    MediumFacts, Protection, SessionFacts, SizeSource, TrackFacts, TrackKind, survey_medium,
};

use crate::mmc::{CommandError, Drive, Failure, Query, Request};
use crate::transport::{Cdb, SenseKey, TransportError};

/// An answer in its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// The command's name.
    pub name: &'static str,
    /// Its bytes.
    pub cdb: Cdb,
    /// What came.
    pub data: Vec<u8>,
}

/// Commands that may be lost on the way before the drive is taken for hung.
const LOST_MAX: u8 = 1;

/// Asks, and keeps what was said.
struct Surveyor<'a> {
    drive: &'a mut Drive,
    answers: Vec<RawAnswer>,
    remarks: Vec<String>,
    lost: u8,
    late: bool,
}

impl<'a> Surveyor<'a> {
    fn new(drive: &'a mut Drive) -> Surveyor<'a> {
        Surveyor { drive, answers: Vec::new(), remarks: Vec::new(), lost: 0, late: false }
    }

    /// The answer, if there is one that makes sense.
    fn ask<Q: Query>(&mut self, query: &Q) -> Result<Option<Q::Response>, CommandError> {
        if self.is_late() {
            return Ok(None);
        }
        let mut asked = self.drive.ask(query);
        // An error of an earlier command, such as an aborted burn, says nothing of this question
        // (real-drives: sense-pairs-from-logs, MODE SENSE met by 71h).
        if let Err(error) = &asked
            && error.sense().is_some_and(|sense| sense.deferred)
        {
            self.remark(error.to_string());
            asked = self.drive.ask(query);
        }
        let data = match asked {
            Ok(data) => data,
            Err(error) => return self.without_answer(error).map(|()| None),
        };
        let parsed = query.parse(&data);
        self.answers.push(RawAnswer { name: Q::NAME, cdb: query.cdb(), data });
        Ok(match parsed {
            Ok(response) => Some(response),
            Err(error) => {
                self.remark(format!(
                    "{}: the answer makes no sense: {error}",
                    <Q as Request>::NAME
                ));
                None
            }
        })
    }

    /// Whether the time is over that the drive was given; the first time it is a remark.
    fn is_late(&mut self) -> bool {
        let late = self.drive.is_late();
        if late && !std::mem::replace(&mut self.late, true) {
            self.remark("the drive takes too long: not all was asked".into());
        }
        late
    }

    /// What is an error, and what only worth a remark.
    fn without_answer(&mut self, error: CommandError) -> Result<(), CommandError> {
        match &error.failure {
            Failure::Transport(TransportError::Gone) => return Err(error),
            Failure::Transport(TransportError::Refused) => {}
            Failure::Transport(_) => {
                self.lost += 1;
                if self.lost > LOST_MAX {
                    return Err(error);
                }
            }
            // It does not know the question, or not with this medium: no wonder.
            Failure::Check(sense) if sense.key == SenseKey::IllegalRequest => return Ok(()),
            Failure::Check(_) | Failure::Status(_) | Failure::Parse(_) => {}
        }
        self.remark(error.to_string());
        Ok(())
    }

    fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }
}
