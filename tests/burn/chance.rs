//! Burns drawn by chance: disc, options, image, and one to three things that happen at any command.
//! Whatever it is, what has to be true afterwards is.
//!
//! `OXIDISC_SEEDS=100000` draws more of them, `OXIDISC_SEED=123` that one alone.

use std::fmt;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use oxidisc::jobs::burn::Options;
use oxidisc::jobs::burn::plan::{Spares, WriteMode};
use oxidisc::units::Speed;

use super::bench::{Bench, image, options};
use super::faulty::{FAULTS, Fault};
use super::truths::{Burn, End};

/// Burns that are drawn unless something else is said.
const SEEDS: u64 = 3000;
/// Every kind of disc that is written.
const MEDIA: [&str; 18] = [
    "cd-r", "cd-rw", "dvd-r", "dvd-r-dl", "dvd-rw", "dvd+r", "dvd+r-dl", "dvd+rw", "dvd-ram",
    "bd-r", "bd-r-dl", "bd-r-tl", "bd-r-ql", "bd-re", "bd-re-dl", "bd-re-tl", "dvd+r", "bd-r",
];

/// Numbers from a seed (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// A burn, and what happens to it.
struct Drawn {
    medium: &'static str,
    mode: Option<WriteMode>,
    appendable: bool,
    spares: Option<Spares>,
    streaming: bool,
    opc: bool,
    speed: Option<Speed>,
    verify: bool,
    read_first: bool,
    sectors: usize,
    faults: Vec<(u64, Fault)>,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drawn { medium, mode, appendable, spares, streaming, opc, .. } = self;
        write!(f, "{medium}, {} sectors, mode {mode:?}, appendable {appendable}, ", self.sectors)?;
        write!(f, "spares {spares:?}, streaming {streaming}, opc {opc}, ")?;
        write!(f, "speed {:?}, verify {}: {:?}", self.speed, self.verify, self.faults)
    }
}

impl Drawn {
    fn of(seed: u64) -> Drawn {
        let mut random = Random(seed);
        // The first numbers of neighbours are neighbours.
        for _ in 0..4 {
            random.below(2);
        }
        let medium = random.one_of(&MEDIA);
        let has_modes = matches!(medium, "cd-r" | "cd-rw" | "dvd-r" | "dvd-rw");
        let modes = [None, Some(WriteMode::AtOnce), Some(WriteMode::Incremental)];
        let mode = if has_modes { random.one_of(&modes) } else { None };
        // Disc at once closes the disc.
        let closes = medium == "dvd-r-dl" || mode == Some(WriteMode::AtOnce);
        let appendable = random.once_in(3) && !(medium.starts_with("dvd-r") && closes);
        let bd = medium.starts_with("bd");
        let all = [None, Some(Spares::None), Some(Spares::Default), Some(Spares::Min)];
        let spares = if bd { random.one_of(&all) } else { None };
        let streaming = random.once_in(3) && (bd || medium == "dvd-ram");
        let sectors = random.one_of(&[1, 15, 16, 31, 33, 64, 90, 128, 300, 301, 700]);
        let mut drawn = Drawn {
            medium,
            mode,
            appendable,
            spares,
            streaming,
            opc: random.once_in(4),
            speed: if random.once_in(3) { Some(Speed::Min) } else { None },
            verify: !random.once_in(3),
            read_first: random.once_in(2),
            sectors,
            faults: Vec::new(),
        };
        for _ in 0..=random.below(3) {
            drawn.faults.push(drawn.fault(&mut random));
        }
        drawn
    }

    fn fault(&self, random: &mut Random) -> (u64, Fault) {
        let sectors = self.sectors as u64;
        // Getting ready takes about sixty commands.
        let at = match random.below(4) {
            0 => random.below(60),
            _ => 60 + random.below(40 + sectors / 8),
        };
        let fault = match random.below(12) {
            0 => Fault::Unwritable(random.below(sectors + 1) as u32),
            _ => random.one_of(&FAULTS),
        };
        (at + 1, fault)
    }

    /// Whether a burn of that kind that broke off can be gone on with.
    fn is_resumable(&self) -> bool {
        match self.medium {
            "cd-r" | "cd-rw" | "dvd-r-dl" => false,
            "dvd-r" | "dvd-rw" => self.appendable || self.mode == Some(WriteMode::Incremental),
            _ => true,
        }
    }

    fn options(&self, bench: &Bench, bytes: &[u8]) -> Options {
        let mut options = options(bench.image(bytes));
        options.choices.mode = self.mode;
        options.choices.appendable = self.appendable;
        options.choices.spares = self.spares;
        options.choices.streaming = self.streaming;
        options.choices.opc = self.opc;
        options.choices.speed = self.speed;
        // Bytes by chance may begin as a packed file does.
        Options { verify: self.verify, read_first: self.read_first, force: true, ..options }
    }

    fn burn(&self, seed: u64) -> End {
        let what = format!("OXIDISC_SEED={seed}: {self}");
        let bench = Bench::blank(&format!("{}&capacity=4096", self.medium));
        let bytes = image(self.sectors, seed);
        let options = self.options(&bench, &bytes);
        Burn {
            bench: &bench,
            options: &options,
            bytes: &bytes,
            resumable: self.is_resumable(),
            what: &what,
        }
        .survives(&self.faults)
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn whatever_happens_to_whatever_burn_the_report_is_true_and_the_disc_is_saved() {
    let one = number("OXIDISC_SEED");
    let seeds = match one {
        Some(seed) => seed..seed + 1,
        None => 0..number("OXIDISC_SEEDS").unwrap_or(SEEDS),
    };
    let next = AtomicU64::new(seeds.start);
    let (ends, wrong) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            match catch_unwind(|| Drawn::of(seed).burn(seed)) {
                Ok(end) => ends.lock().expect("no panic").push(end),
                Err(_) => wrong.lock().expect("no panic").push(seed),
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "of {seeds:?}, what is untrue for OXIDISC_SEED= {wrong:?}");
    let ends = ends.into_inner().expect("no panic");
    for end in [End::Refused, End::Done, End::BrokenOff] {
        let share = ends.iter().filter(|other| **other == end).count() * 100 / ends.len();
        assert!(one.is_some() || share >= 2, "{end:?}: {share} % of the burns");
    }
}
