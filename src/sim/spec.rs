//! Reads `sim:PATH?key=value&…` (docs/simulator.md) into plain data. Opens nothing but what the
//! path names; knows no command.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::geometry::TrackPath;
use super::machine::Tray;
use super::medium::{Kind, Protection};
use super::persona::Persona;
use crate::units::{Speed, parse_size};

/// A spec that means nothing, or a drive that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("simulated drive '{spec}': {reason}")]
pub struct SpecError {
    /// What was given.
    pub spec: String,
    /// What is wrong with it and what would be right.
    pub reason: String,
}

/// What a spec asks for; `None` where it leaves the choice.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The image, the `.disc`, `demo`, or `blank`.
    pub path: PathBuf,
    /// The kind of disc.
    pub kind: Option<Kind>,
    /// Its layers.
    pub layers: Option<u8>,
    /// How they follow each other.
    pub track_path: TrackPath,
    /// Sectors on each layer but the last.
    pub layer_break: Option<u32>,
    /// Blocks of a blank disc, where it is to be smaller than such discs are.
    pub capacity: Option<u32>,
    /// The pre-groove of a blank CD.
    pub atip: Option<String>,
    /// How often a drive has calibrated its laser on a disc that can be written.
    pub calibrated: Option<u32>,
    /// Whether a blank disc comes formatted; `None`: as such discs do.
    pub formatted: Option<bool>,
    /// The tab of the disc's cartridge forbids writing.
    pub write_protect: bool,
    /// Where the sessions begin.
    pub sessions: Vec<u32>,
    /// Track at once: two blocks of run-out after each track.
    pub tao: bool,
    /// How the disc is protected.
    pub protection: Protection,
    /// First and last block of each protected stretch.
    pub protected: Vec<(u32, u32)>,
    /// The tray at the start; `None`: closed and empty.
    pub tray: Option<Tray>,
    /// As in a machine that runs already: the disc is ready and the attentions have been told;
    /// `None`: as whoever opens it wants it.
    pub settled: Option<bool>,
    /// Which drive.
    pub persona: &'static Persona,
    /// The recording of another one.
    pub recording: Option<PathBuf>,
    /// Its top speed.
    pub speed: Option<Speed>,
    /// A file of defects.
    pub defects: Option<PathBuf>,
    /// A file of events.
    pub faults: Option<PathBuf>,
    /// For all that is left to chance.
    pub seed: u64,
    /// 0: time is only counted; else so many times as fast as the wall clock.
    pub pace: f64,
    /// The kernel's filter for plain users.
    pub filter: bool,
    /// The most bytes that a command may move.
    pub max_transfer: usize,
}

/// What a transfer may move at most, where nothing else is asked: what a USB 3 or SATA host does.
const MAX_TRANSFER: usize = 1 << 20;
/// The keys, for a message.
const KEYS: &str = "medium persona speed defects faults seed pace filter sessions written layers \
                    path layer_break protect protected tray start \
                    max_transfer capacity formatted tab atip calibrated";

impl Spec {
    /// Reads a spec, with or without its `sim:`.
    ///
    /// # Errors
    /// It is malformed; the reason says where and what would be right.
    pub fn parse(text: &str) -> Result<Spec, SpecError> {
        let fail = |reason| SpecError { spec: text.to_string(), reason };
        let body = text.strip_prefix("sim:").unwrap_or(text);
        let (path, query) = body.split_once('?').unwrap_or((body, ""));
        if path.is_empty() {
            return Err(fail("no image is named: write sim:IMAGE.iso or sim:demo".to_string()));
        }
        let mut spec = Spec::of(PathBuf::from(path)).map_err(fail)?;
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| fail(format!("'{pair}' has no value: write key=value")))?;
            if seen.contains(&key) {
                return Err(fail(format!("'{key}' is given twice")));
            }
            seen.push(key);
            spec.set(key, value).map_err(fail)?;
        }
        Ok(spec)
    }

    fn of(path: PathBuf) -> Result<Spec, String> {
        let persona = super::personas::ALL.first().copied().ok_or("there is no persona")?;
        Ok(Spec {
            path,
            kind: None,
            layers: None,
            track_path: TrackPath::Opposite,
            layer_break: None,
            capacity: None,
            atip: None,
            calibrated: None,
            formatted: None,
            write_protect: false,
            sessions: vec![0],
            tao: false,
            protection: Protection::None,
            protected: Vec::new(),
            tray: Some(Tray::Closed),
            settled: None,
            persona,
            recording: None,
            speed: None,
            defects: None,
            faults: None,
            seed: 0,
            pace: 0.0,
            filter: false,
            max_transfer: MAX_TRANSFER,
        })
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "medium" => {
                let (kind, layers) = Kind::parse(value)
                    .ok_or_else(|| wrong(key, value, format_args!("one of {}", Kind::names())))?;
                self.kind = Some(kind);
                self.layers = layers.or(self.layers);
            }
            // No drive is called so.
            "persona" if value.contains(['.', '/']) => self.recording = Some(PathBuf::from(value)),
            "persona" => {
                self.persona = Persona::find(value).ok_or_else(|| {
                    let names = Persona::names();
                    wrong(key, value, format_args!("a recording (FILE.jsonl) or one of {names}"))
                })?;
            }
            "speed" => self.speed = Some(value.parse::<Speed>()?),
            "defects" => self.defects = Some(PathBuf::from(value)),
            "faults" => self.faults = Some(PathBuf::from(value)),
            "seed" => self.seed = number(key, value)?,
            "pace" => {
                let pace = value.parse::<f64>().ok().filter(|pace| (0.0..=1e6).contains(pace));
                self.pace = pace.ok_or_else(|| {
                    wrong(key, value, format_args!("0 (count only), 1 (real time) or more"))
                })?;
            }
            "filter" => self.filter = choice(key, value, &[("user", true), ("off", false)])?,
            "sessions" => {
                let starts: Result<Vec<u32>, String> =
                    value.split(['+', ',', ' ']).map(|start| number(key, start)).collect();
                self.sessions = starts?;
                if !self.sessions.is_sorted() {
                    return Err(wrong(key, value, format_args!("first blocks that ascend")));
                }
            }
            "written" => self.tao = choice(key, value, &[("tao", true), ("sao", false)])?,
            "layers" => self.layers = Some(number(key, value)?),
            "path" => {
                let paths = [("otp", TrackPath::Opposite), ("ptp", TrackPath::Parallel)];
                self.track_path = choice(key, value, &paths)?;
            }
            "layer_break" => self.layer_break = Some(number(key, value)?),
            "capacity" => self.capacity = Some(number(key, value)?),
            "calibrated" => self.calibrated = Some(number(key, value)?),
            "atip" => self.atip = Some(value.to_string()),
            "formatted" => {
                self.formatted = Some(choice(key, value, &[("yes", true), ("no", false)])?);
            }
            "tab" => {
                self.write_protect = choice(key, value, &[("protected", true), ("open", false)])?;
            }
            "protect" => self.protection = choice(key, value, &PROTECTIONS)?,
            "protected" => {
                self.protected = value.split(',').map(extent).collect::<Result<_, _>>()?
            }
            "start" => {
                self.settled = Some(choice(key, value, &[("ready", true), ("cold", false)])?);
            }
            "tray" => self.tray = choice(key, value, &TRAYS)?,
            "max_transfer" => {
                let bytes = parse_size(value)?;
                let fits =
                    usize::try_from(bytes).ok().filter(|bytes| (2048..1 << 26).contains(bytes));
                self.max_transfer =
                    fits.ok_or_else(|| wrong(key, value, format_args!("2048 to 64MiB")))?;
            }
            _ => return Err(format!("no key '{key}': there are {KEYS}")),
        }
        Ok(())
    }
}

const PROTECTIONS: [(&str, Protection); 4] = [
    ("none", Protection::None),
    ("css", Protection::Css),
    ("cprm", Protection::Cprm),
    ("aacs", Protection::Aacs),
];

const TRAYS: [(&str, Option<Tray>); 3] =
    [("closed", Some(Tray::Closed)), ("open", Some(Tray::Open)), ("empty", None)];

fn wrong(key: &str, value: &str, right: fmt::Arguments<'_>) -> String {
    format!("'{value}' is no {key}: it is {right}")
}

fn number<T: FromStr>(key: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| wrong(key, value, format_args!("a whole number that fits")))
}

fn choice<T: Copy>(key: &str, value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == value);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        wrong(key, value, format_args!("one of {}", names.join(" ")))
    })
}

fn extent(text: &str) -> Result<(u32, u32), String> {
    let bad = || wrong("protected", text, format_args!("FIRST..LAST, more of them after commas"));
    let (first, last) = text.split_once("..").ok_or_else(bad)?;
    let pair = (first.parse().map_err(|_| bad())?, last.parse().map_err(|_| bad())?);
    if pair.0 <= pair.1 { Ok(pair) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        Spec::parse(text).expect_err("refused").reason
    }

    #[test]
    fn a_bare_path_leaves_everything_to_the_defaults() {
        let spec = Spec::parse("sim:demo").expect("good");
        assert_eq!((spec.path.to_str(), spec.kind, spec.seed), (Some("demo"), None, 0));
        assert_eq!((spec.persona.name, spec.pace, spec.filter), ("wh16ns40", 0.0, false));
        assert_eq!(spec.tray, Some(Tray::Closed));
        assert_eq!(Spec::parse("demo").expect("good").path, spec.path);
    }

    #[test]
    fn every_key_is_read() {
        let spec = Spec::parse(
            "sim:/a b/x.iso?medium=cd-r&persona=dvr-111d&speed=8x&defects=d.toml&faults=f.toml&\
             seed=7&pace=20&filter=user&sessions=0+20000&written=tao&layers=1&path=ptp&\
             layer_break=100&protect=css&protected=5..9,20..20&tray=open&max_transfer=64KiB",
        )
        .expect("good");
        assert_eq!(spec.path.to_str(), Some("/a b/x.iso"));
        assert_eq!((spec.kind, spec.layers), (Some(Kind::CdR), Some(1)));
        assert_eq!((spec.persona.name, spec.speed), ("dvr-111d", Some(Speed::Times(8.0))));
        assert_eq!((spec.seed, spec.pace, spec.filter), (7, 20.0, true));
        assert_eq!((spec.sessions, spec.tao), (vec![0, 20_000], true));
        assert_eq!((spec.track_path, spec.layer_break), (TrackPath::Parallel, Some(100)));
        assert_eq!((spec.protection, spec.protected), (Protection::Css, vec![(5, 9), (20, 20)]));
        assert_eq!((spec.tray, spec.max_transfer), (Some(Tray::Open), 65_536));
        let recorded = Spec::parse("x?persona=mine.jsonl").expect("good").recording;
        assert_eq!(recorded, Some(PathBuf::from("mine.jsonl")));
        assert_eq!(Spec::parse("x?medium=bd-rom-tl").expect("good").layers, Some(3));
        assert_eq!(Spec::parse("x?tray=empty").expect("good").tray, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        for (text, hint) in [
            ("sim:", "sim:IMAGE.iso"),
            ("sim:x?speeed=4x", "there are medium persona"),
            ("sim:x?medium=hd-dvd", "cd-rom cd-r cd-rw"),
            ("sim:x?persona=nobody", "(FILE.jsonl) or one of wh16ns40 bw-16d1ht"),
            ("sim:x?speed=fast", "write 16x"),
            ("sim:x?seed=-1", "whole number"),
            ("sim:x?pace=nan", "real time"),
            ("sim:x?filter=root", "user off"),
            ("sim:x?written=dao", "tao sao"),
            ("sim:x?path=up", "otp ptp"),
            ("sim:x?protect=drm", "none css cprm aacs"),
            ("sim:x?protected=9..5", "FIRST..LAST"),
            ("sim:x?tray=ajar", "closed open empty"),
            ("sim:x?start=warm", "ready cold"),
            ("sim:x?sessions=0+b", "whole number"),
            ("sim:x?sessions=20+0", "ascend"),
            ("sim:x?max_transfer=1", "2048 to 64MiB"),
            ("sim:x?seed", "key=value"),
            ("sim:x?seed=1&seed=2", "given twice"),
        ] {
            assert!(reason(text).contains(hint), "{text}: {}", reason(text));
        }
    }
}
