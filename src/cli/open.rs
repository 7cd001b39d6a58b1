//! From DRIVE as typed to a drive that commands can be sent to: a device node, a simulated drive,
//! or a recording; recorded itself where that is asked for.

use std::path::PathBuf;

use oxidisc::mmc::Drive;
use oxidisc::transport::Transport;

use super::App;
use super::error::CliError;

/// A drive and what it goes by.
pub struct Opened {
    /// Takes commands.
    pub drive: Drive,
    /// What was typed, or the node that was found: `/dev/sr0`, `sim:demo`.
    pub name: String,
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
    pub fn open(&self) -> Result<Opened, CliError> {
        let name = self.global.drive.clone().unwrap_or_default();
        #[allow(unused_variables, reason = "the transports land next")]
        let transport: Box<dyn Transport> = match Source::parse(&name)? {
            Source::Device(path) => return Err(cannot_open(&path.display().to_string())),
            Source::Simulated(spec) => return Err(cannot_open(&spec)),
            Source::Replay { file, strict } => {
                return Err(cannot_open(&format!("{} ({strict})", file.display())));
            }
        };
        #[allow(unreachable_code, unused_variables, reason = "the transports land next")]
        Ok(Opened { drive: Drive::new(transport), name })
    }
}

fn cannot_open(name: &str) -> CliError {
    CliError::unusable(format!("cannot open {name}"))
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
