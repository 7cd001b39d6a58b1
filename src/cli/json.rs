//! The documents of `--json`: mirrors of the reports that stay as they are while the reports' types
//! move. Unknown is null; integers are integers; codes carry a name beside them.

use std::time::Duration;

use oxidisc::jobs::survey::DriveFacts;
use oxidisc::jobs::verify::{DamagedFile, Place};
use oxidisc::mmc::profile::Profile;
use oxidisc::transport::Sense;
use serde::Serialize;
use serde_json::{Value, json};

use super::error::CliError;

/// The last line of every run: `body`'s fields beside these two.
#[derive(Debug, Serialize)]
pub struct Result<'a, T> {
    event: &'static str,
    schema: &'a str,
    #[serde(flatten)]
    body: T,
}

/// The last line of a run.
pub fn result<T: Serialize>(schema: &str, body: T) -> Result<'_, T> {
    Result { event: "result", schema, body }
}

/// A failure is a result too.
#[derive(Debug, Serialize)]
pub struct Failed {
    status: &'static str,
    exit: u8,
    error: Error,
}

/// What failed, and what to do about it.
#[derive(Debug, Serialize)]
pub struct Error {
    message: String,
    hint: Option<String>,
    command: Option<Command>,
    sense: Option<SenseData>,
}

/// A drive's command.
#[derive(Debug, Serialize)]
pub struct Command {
    name: &'static str,
    cdb: String,
    lba: Option<i32>,
}

/// What a drive said when it said no.
#[derive(Debug, Serialize)]
pub struct SenseData {
    key: u8,
    key_name: &'static str,
    asc: u8,
    ascq: u8,
    name: String,
    deferred: bool,
    valid: bool,
    information: Option<u64>,
}

impl From<&Sense> for SenseData {
    fn from(sense: &Sense) -> SenseData {
        SenseData {
            key: sense.key.code(),
            key_name: sense.key.name(),
            asc: sense.asc,
            ascq: sense.ascq,
            name: sense.name(),
            deferred: sense.deferred,
            valid: sense.information.is_some(),
            information: sense.information,
        }
    }
}

/// A time in seconds, to the millisecond.
pub fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// Which drive it was.
pub fn drive(facts: &DriveFacts) -> Value {
    json!({
        "vendor": facts.identity.vendor,
        "product": facts.identity.product,
        "revision": facts.identity.revision,
        "serial": facts.serial,
    })
}

/// The kind of a disc.
pub fn profile(profile: Profile) -> Value {
    json!({"code": profile.code(), "name": profile.to_string()})
}

/// A place on a disc.
pub fn place(place: &Place) -> Value {
    json!({"lba": place.lba.0, "byte": place.byte, "file": place.file})
}

/// A file that is not as it should be.
pub fn damaged_file(file: &DamagedFile) -> Value {
    json!({"path": file.path, "different": file.different, "unreadable": file.unreadable})
}

/// The failed result.
pub fn failure<'a>(error: &CliError, schema: &'a str) -> Result<'a, Failed> {
    result(schema, failed(error))
}

/// What failed, to stand beside what is known all the same.
pub fn failed(error: &CliError) -> Failed {
    Failed { status: "failed", exit: error.exit.code(), error: self::error(error) }
}

/// A failure's `error` object.
pub fn error(error: &CliError) -> Error {
    let command = error.command.as_deref();
    Error {
        message: error.message.clone(),
        hint: error.hint.clone(),
        command: command.map(|command| Command {
            name: command.name,
            cdb: command.cdb.clone(),
            lba: command.lba,
        }),
        sense: command.and_then(|command| command.sense.as_ref()).map(SenseData::from),
    }
}
