//! A simulated disc that lasts, images, and a burn of one to the other.

use std::ops::ControlFlow;
use std::path::PathBuf;

use oxidisc::jobs::burn::plan::Choices;
use oxidisc::jobs::burn::{self, Event, Options, Prepared, Report, Source};
use oxidisc::jobs::error::Error;
use oxidisc::jobs::ready::{Since, require};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::mode_sense::{ModeSense, Values};
use oxidisc::mmc::cmd::read::Read10;
use oxidisc::mmc::mode_page::ModePage;
use oxidisc::sim::{self, SimDrive};
use oxidisc::units::Lba;

/// A folder with a disc and an image in it.
pub struct Bench {
    folder: tempfile::TempDir,
}

/// Bytes that are nowhere the same: no block can pass for another.
pub fn image(sectors: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2) | 1;
    let mut bytes = vec![0; sectors * 2048];
    for word in bytes.chunks_exact_mut(8) {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        word.copy_from_slice(&(state ^ state >> 29).to_le_bytes());
    }
    bytes
}

/// What a burn is asked for, by default.
pub fn choices() -> Choices {
    Choices {
        speed: None,
        simulate: false,
        appendable: false,
        erase: false,
        streaming: false,
        spares: None,
        opc: false,
        layer_break: None,
        mode: None,
    }
}

impl Bench {
    /// A blank disc, such as `bd-r`, or `dvd+r&capacity=4096`.
    pub fn blank(medium: &str) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let bench = Bench { folder };
        let (kind, capacity) = match medium.split_once("&capacity=") {
            Some((kind, capacity)) => (kind, Some(capacity.parse().expect("a number"))),
            None => (medium, None),
        };
        sim::create(&bench.disc(), kind, None, capacity).expect("a blank disc");
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn disc(&self) -> PathBuf {
        self.path("a.disc")
    }

    /// The drive with the disc in it; `query` such as `faults=…`.
    pub fn drive(&self, query: &str) -> Drive {
        Drive::new(Box::new(self.sim(query)))
    }

    pub fn sim(&self, query: &str) -> SimDrive {
        let spec = format!("sim:{}?{query}", self.disc().display());
        sim::open(&spec).unwrap_or_else(|error| panic!("{spec}: {error}"))
    }

    /// An image in a file.
    pub fn image(&self, bytes: &[u8]) -> Source {
        let path = self.path("image.iso");
        std::fs::write(&path, bytes).expect("written");
        Source::File { path, bytes: bytes.len() as u64 }
    }

    /// The disc's first sectors.
    pub fn read(&self, lba: u32, sectors: u32) -> Vec<u8> {
        read(&mut self.drive(""), lba, sectors)
    }
}

/// Sectors, read by commands of our own.
pub fn read(drive: &mut Drive, lba: u32, sectors: u32) -> Vec<u8> {
    require(drive, Since::Now, &mut |_| ControlFlow::Continue(())).expect("ready");
    let mut all = Vec::new();
    let mut at = 0;
    while at < sectors {
        let blocks = (sectors - at).min(16);
        let mut buffer = vec![0; blocks as usize * 2048];
        let timeout = std::time::Duration::from_secs(60);
        let lba = Lba(i32::try_from(lba + at).expect("fits"));
        let read = Read10 { lba, blocks: blocks as u16, fua: false, timeout };
        let done = drive.read_into(&read, &mut buffer).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(done.transferred, buffer.len());
        all.extend(buffer);
        at += blocks;
    }
    all
}

/// A burn that is verified, through four megabytes of memory.
pub fn options(source: Source) -> Options {
    Options {
        source,
        choices: choices(),
        resume: false,
        read_first: true,
        verify: true,
        force: false,
        fifo: Some(4 << 20),
    }
}

/// Prepares and burns, keeping the events.
pub fn burn(drive: &mut Drive, options: &Options) -> Result<(Prepared, Report, Vec<Event>), Error> {
    let mut events = Vec::new();
    let mut observer = |event: Event| {
        events.push(event);
        ControlFlow::Continue(())
    };
    let prepared = burn::prepare(drive, options, &mut observer)?;
    let report = burn::carry_out(drive, &prepared, options, &mut observer);
    Ok((prepared, report, events))
}

/// Whether the tray can be opened.
pub fn is_unlocked(drive: &mut Drive) -> bool {
    let page = ModePage::CAPABILITIES;
    let sense = drive.query(&ModeSense { page, values: Values::Current }).expect("page 2Ah");
    !sense.page(page).and_then(ModePage::capabilities).expect("page 2Ah").locked
}
