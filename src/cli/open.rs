//! From DRIVE as typed to a drive that commands can be sent to: a device node, a simulated drive,
//! or a recording; recorded itself where that is asked for.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use oxidisc::mmc::Drive;
use oxidisc::sim::audit::{Testimony, Witness};
use oxidisc::sim::{self, SimDrive, SpecError};
use oxidisc::transport::Access;
use oxidisc::transport::OpenError;
use oxidisc::transport::Transport;
use oxidisc::transport::record::{self, Recorder, Trouble};
use oxidisc::transport::recording::RecordingError;
use oxidisc::transport::replay::{Misses, Replay};
use oxidisc::transport::scan::{self, DriveEntry};
use oxidisc::transport::sgio::SgIo;

use super::App;
use super::drives;
use super::error::CliError;
use super::table::table;
use oxidisc::transport::reason;

/// A drive and what it goes by.
pub struct Opened {
    /// Takes commands.
    pub drive: Drive,
    /// What was typed, or the node that was found: `/dev/sr0`, `sim:demo`.
    pub name: String,
    /// What the kernel tells of it, if it is a real one.
    pub entry: Option<DriveEntry>,
    /// Whether what is on the disc can be read: there are recordings without.
    pub contents: bool,
}

/// The way to a drive, as [`Opened`] has it.
struct Way {
    transport: Box<dyn Transport>,
    entry: Option<DriveEntry>,
    contents: bool,
}

impl Way {
    fn to(transport: Box<dyn Transport>) -> Way {
        Way { transport, entry: None, contents: true }
    }
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

/// Whether what was typed for a drive is none of this machine: simulated, or a recording.
///
/// # Errors
/// It makes no sense.
pub fn is_apart(typed: &str) -> Result<bool, CliError> {
    Ok(!matches!(Source::parse(typed)?, Source::Device(_)))
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
        match self.global.drives.first() {
            Some(typed) => self.open_named(typed, access, wrap),
            None => {
                let path = only_drive(scan::drives())?.path;
                self.open_named(&path.display().to_string(), access, wrap)
            }
        }
    }

    /// Opens all drives that the user names, or the only one.
    pub fn open_all(&self, access: Access) -> Result<Vec<Opened>, CliError> {
        let drives = &self.global.drives;
        if drives.len() < 2 {
            return Ok(vec![self.open(access)?]);
        }
        for (index, name) in drives.iter().enumerate() {
            if drives[..index].contains(name) {
                return Err(CliError::usage(format!("{name} is named twice"))
                    .hint("one drive after another: --copies"));
            }
        }
        if self.global.record.is_some() {
            return Err(CliError::usage("--record is for one drive")
                .hint("run it with one of them to record it"));
        }
        drives.iter().map(|name| self.open_named(name, access, |transport| transport)).collect()
    }

    fn open_named(
        &self,
        name: &str,
        access: Access,
        wrap: impl FnOnce(Box<dyn Transport>) -> Box<dyn Transport>,
    ) -> Result<Opened, CliError> {
        let Way { transport, entry, contents } = self.way(Source::parse(name)?, access)?;
        let mut drive = Drive::new(wrap(self.recorded(transport, name)?));
        drive.choose_quirks(self.global.quirks.clone().unwrap_or_default());
        Ok(Opened { drive, name: name.to_string(), entry, contents })
    }

    /// Opens what is to be given to other programs: SPEC with or without its `sim:`. A simulated
    /// drive is ready then, as one that is built into a computer is.
    pub fn open_spec(&self, spec: &str) -> Result<Box<dyn Transport>, CliError> {
        let transport: Box<dyn Transport> = match Source::parse(spec)? {
            replay @ Source::Replay { .. } => self.way(replay, Access::Write)?.transport,
            Source::Simulated(text) => self.witnessed(sim::open_ready(&text)?),
            Source::Device(_) => self.witnessed(sim::open_ready(spec)?),
        };
        self.recorded(transport, spec)
    }

    fn way(&self, source: Source, access: Access) -> Result<Way, CliError> {
        Ok(match source {
            Source::Device(path) => {
                let device = SgIo::open(&path, access)?;
                let entry = Some(device.entry().clone());
                Way { entry, ..Way::to(Box::new(device)) }
            }
            Source::Simulated(spec) => Way::to(self.witnessed(sim::open(&spec)?)),
            Source::Replay { file, strict } => {
                let replay = Replay::load(&file, strict)?;
                self.afterwards.misses.replace(Some(replay.misses()));
                Way { contents: replay.has_contents(), ..Way::to(Box::new(replay)) }
            }
        })
    }

    /// Remembers where a simulated drive's word on its host will be.
    fn witnessed(&self, drive: SimDrive) -> Box<dyn Transport> {
        self.afterwards.witnesses.borrow_mut().push(drive.witness());
        Box::new(drive)
    }

    /// With `--record`: a transport that writes down what goes through it.
    fn recorded(
        &self,
        transport: Box<dyn Transport>,
        name: &str,
    ) -> Result<Box<dyn Transport>, CliError> {
        let Some(path) = &self.global.record else { return Ok(transport) };
        let failed = |error: io::Error| {
            let failure = CliError::failed(format!(
                "cannot record to {}: {}",
                path.display(),
                reason(&error)
            ));
            match error.kind() {
                io::ErrorKind::AlreadyExists => failure.hint("choose another name, or delete it"),
                _ => failure,
            }
        };
        let file = File::create_new(path).map_err(failed)?;
        let note = format!("{name}, recorded by oxidisc {}", env!("CARGO_PKG_VERSION"));
        let options = record::Options {
            bulk_above: record::BULK_ABOVE,
            redact: self.global.redact,
            contents: true,
        };
        let recorder = Recorder::new(transport, file, note, options).map_err(failed)?;
        self.afterwards.trouble.replace(Some((path.clone(), recorder.trouble())));
        Ok(Box::new(recorder))
    }

    /// What a simulated drive had to say of its host, if it is gone by now.
    pub fn testimony(&self) -> Option<Testimony> {
        self.afterwards.witnesses.borrow().first().and_then(Witness::testimony)
    }

    /// What can be told of the drive's transport only once the work is done.
    pub fn afterwards(&self) -> Result<(), CliError> {
        for witness in self.afterwards.witnesses.take() {
            let Some(Testimony { findings, stats }) = witness.testimony() else { continue };
            for finding in findings {
                self.printer.detail(&format!("the simulated drive: {finding}"));
            }
            if stats.writes > 0 {
                self.printer.detail(&format!("the simulated drive: {stats}"));
            }
        }
        if let Some(misses) = self.afterwards.misses.take() {
            for miss in misses.list() {
                self.printer.detail(&format!("the recording has no answer: {miss}"));
            }
        }
        let Some((path, trouble)) = self.afterwards.trouble.take() else { return Ok(()) };
        match trouble.take() {
            None => Ok(()),
            Some(error) => Err(CliError::failed(format!(
                "the recording {} is not complete: {}",
                path.display(),
                reason(&error)
            ))),
        }
    }
}

/// What is kept of a transport that is owned by a drive.
#[derive(Debug, Default)]
pub struct Afterwards {
    misses: RefCell<Option<Misses>>,
    witnesses: RefCell<Vec<Witness>>,
    trouble: RefCell<Option<(PathBuf, Trouble)>>,
}

impl From<SpecError> for CliError {
    fn from(error: SpecError) -> CliError {
        CliError::usage(error.to_string())
    }
}

impl From<RecordingError> for CliError {
    fn from(error: RecordingError) -> CliError {
        let hint = if error.line == 0 {
            "`--record FILE` makes a recording"
        } else {
            "mend that line, or make a new recording with `--record FILE`"
        };
        CliError::unusable(error.to_string()).hint(hint)
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
    use oxidisc::transport::sysfs::Roots;

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

    #[test]
    fn without_a_name_it_is_the_only_drive_or_the_user_must_choose() {
        let machine = |drives: usize| {
            let dir = tempfile::tempdir().expect("a folder");
            for index in 0..drives {
                let device = dir.path().join(format!("sys/block/sr{index}/device"));
                std::fs::create_dir_all(&device).expect("a folder");
                std::fs::write(device.join("vendor"), "HL-DT-ST\n").expect("a file");
                std::fs::write(device.join("model"), "BD-RE BH16NS55 \n").expect("a file");
            }
            let [sys, proc] = ["sys", "proc"].map(|name| dir.path().join(name));
            only_drive(scan::drives_in(&Roots { sys, proc, dev: "/dev".into() }))
        };
        let none = machine(0).expect_err("none");
        assert_eq!(none.message, "this machine has no optical drive");
        assert_eq!(none.exit.code(), 3);
        assert_eq!(machine(1).expect("one").path.to_str(), Some("/dev/sr0"));
        let two = machine(2).expect_err("two");
        assert_eq!(
            two.message,
            "there are 2 optical drives:\n  /dev/sr0  HL-DT-ST BD-RE BH16NS55\n  \
             /dev/sr1  HL-DT-ST BD-RE BH16NS55"
        );
        assert_eq!(two.hint.as_deref(), Some("choose one with -d, as in: -d /dev/sr0"));
    }
}
