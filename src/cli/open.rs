//! From DRIVE as typed to a drive that commands can be sent to: a device node, a simulated drive,
//! or a recording; recorded itself where that is asked for.

use std::path::PathBuf;

use oxidisc::mmc::Drive;
use oxidisc::sim;
use oxidisc::transport::Access;
use oxidisc::transport::OpenError;
use oxidisc::transport::Transport;
use oxidisc::transport::scan::{self, DriveEntry};
use oxidisc::transport::sgio::SgIo;

use super::App;
use super::drives;
use super::error::CliError;
use super::table::table;

/// A drive and what it goes by.
pub struct Opened {
    /// Takes commands.
    pub drive: Drive,
    /// What was typed, or the node that was found: `/dev/sr0`, `sim:demo`.
    pub name: String,
    /// What the kernel tells of it, if it is a real one.
    pub entry: Option<DriveEntry>,
}

/// What DRIVE means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Device(PathBuf),
    Simulated(String),
    Replay { file: PathBuf, strict: bool },
}

impl Source {
    fn parse(text: &str) -> Result<Source, CliError> {
        if let Some(spec) = text.strip_prefix("sim:") {
            return Ok(Source::Simulated(spec.to_string()));
        }
        if let Some(rest) = text.strip_prefix("replay:") {
            let (file, strict) = match rest.split_once('?') {
                None => (rest, false),
                Some((file, "strict")) => (file, true),
                Some((_, other)) => {
                    return Err(CliError::usage(format!("'{text}': unknown option '{other}'"))
                        .hint("write replay:FILE or replay:FILE?strict"));
                }
            };
            if file.is_empty() {
                return Err(CliError::usage(format!("'{text}' names no recording"))
                    .hint("write replay:FILE; `--record FILE` makes one"));
            }
            return Ok(Source::Replay { file: file.into(), strict });
        }
        if text.is_empty() {
            return Err(CliError::usage("the drive's name is empty")
                .hint("write -d /dev/sr0, or leave -d and OXIDISC_DRIVE out"));
        }
        Ok(Source::Device(text.into()))
    }
}

impl App {
    /// Opens the drive that the user means.
    pub fn open(&self, access: Access) -> Result<Opened, CliError> {
        self.open_through(access, |transport| transport)
    }

    /// The same, its transport wrapped into another.
    pub fn open_through(
        &self,
        access: Access,
        wrap: impl FnOnce(Box<dyn Transport>) -> Box<dyn Transport>,
    ) -> Result<Opened, CliError> {
        let (source, name) = match &self.global.drive {
            Some(typed) => (Source::parse(typed)?, typed.clone()),
            None => {
                let entry = only_drive(scan::drives())?;
                (Source::Device(entry.path.clone()), entry.path.display().to_string())
            }
        };
        let (transport, entry): (Box<dyn Transport>, _) = match source {
            Source::Device(path) => {
                let device = SgIo::open(&path, access)?;
                let entry = device.entry().clone();
                (Box::new(device), Some(entry))
            }
            Source::Simulated(spec) => {
                let drive = sim::open(&spec).map_err(|error| CliError::usage(error.to_string()))?;
                (Box::new(drive), None)
            }
            Source::Replay { file, strict } => {
                return Err(CliError::unusable(format!("cannot open {} {strict}", file.display())));
            }
        };
        Ok(Opened { drive: Drive::new(wrap(transport)), name, entry })
    }
}

/// The drive that is meant when none is named.
fn only_drive(drives: Vec<DriveEntry>) -> Result<DriveEntry, CliError> {
    let mut drives = drives.into_iter();
    match (drives.next(), drives.len()) {
        (None, _) => Err(CliError::unusable("this machine has no optical drive")
            .hint("connect one, or try a simulated one: -d sim:demo")),
        (Some(only), 0) => Ok(only),
        (Some(first), _) => {
            let hint = format!("choose one with -d, as in: -d {}", first.path.display());
            let all = std::iter::once(first).chain(drives);
            let rows: Vec<Vec<String>> = all
                .map(|drive| vec![format!("  {}", drive.path.display()), drives::name(&drive)])
                .collect();
            let list = table(&rows);
            let message = format!("there are {} optical drives:\n{}", rows.len(), list.trim_end());
            Err(CliError::unusable(message).hint(hint))
        }
    }
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> CliError {
        CliError::unusable(error.to_string()).hint(error.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_told_by_its_prefix() {
        let parse = |text| Source::parse(text).ok();
        assert_eq!(parse("/dev/sr0"), Some(Source::Device("/dev/sr0".into())));
        assert_eq!(parse("sim:a b.iso?x=1"), Some(Source::Simulated("a b.iso?x=1".into())));
        let replay = |strict| Some(Source::Replay { file: "f.rec".into(), strict });
        assert_eq!(parse("replay:f.rec"), replay(false));
        assert_eq!(parse("replay:f.rec?strict"), replay(true));
        for bad in ["", "replay:", "replay:?strict", "replay:f?lax"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
