//! The real binary is killed at random moments of a burn and started again with `--resume`, until
//! it is done: whatever the moment, a write-once disc ends up with the image on it. The simulated
//! drive dies with the program, so that each kill is a power failure too: what it had in its buffer
//! is lost.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use oxidisc::jobs::ready::{Since, require};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::read::Read10;
use oxidisc::sim;
use oxidisc::units::Lba;

/// Kills on each kind of disc.
const KILLS: u32 = 25;
const SECTORS: usize = 2500;

/// A small generator of its own: the moments must differ from run to run of the loop only.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn image() -> Vec<u8> {
    let mut random = Random(9);
    (0..SECTORS * 2048).map(|_| random.below(256) as u8).collect()
}

fn burn(folder: &Path, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_oxidisc"))
        .args(["-q", "-d", "sim:a.disc", "burn", "image.iso", "--yes", "--force"])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Kills the burn once so much is on the disc, unless it ends before. `None`: it was killed.
fn kill_at(mut child: Child, disc: &Path, bytes: u64, spins: u64) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        // The file is sparse: what it takes is what was written.
        if fs::metadata(disc).is_ok_and(|found| found.blocks() * 512 >= bytes) {
            for _ in 0..spins {
                std::hint::spin_loop();
            }
            child.kill().expect("killed");
            let status = child.wait().expect("a child");
            return status.code().map(|_| status);
        }
        std::thread::yield_now();
    }
}

/// What is on the disc, from its beginning.
fn content(folder: &Path) -> Vec<u8> {
    let spec = format!("sim:{}", folder.join("a.disc").display());
    let mut drive = Drive::new(Box::new(sim::open(&spec).expect("a disc")));
    require(&mut drive, Since::Now, &mut |_| ControlFlow::Continue(())).expect("ready");
    let mut all = vec![0; SECTORS * 2048];
    for (at, buffer) in (0..).step_by(16).zip(all.chunks_mut(16 * 2048)) {
        let (blocks, timeout) = ((buffer.len() / 2048) as u16, Duration::from_secs(60));
        let read = Read10 { lba: Lba(at), blocks, fua: false, timeout };
        drive.read_into(&read, buffer).expect("read");
    }
    all
}

/// Burns, killed again and again, until the image is on the disc.
fn run(medium: &str, more: &[&str], seed: u64) {
    let bytes = image();
    let mut random = Random(seed);
    let mut kills = 0;
    while kills < KILLS {
        let folder = tempfile::tempdir().expect("a folder");
        let disc = folder.path().join("a.disc");
        fs::write(folder.path().join("image.iso"), &bytes).expect("written");
        sim::create(&disc, medium, None, Some(4096)).expect("a blank disc");
        for attempt in 0.. {
            assert!(attempt < 20, "{medium}, seed {seed}: it never ends");
            let last = attempt >= 4;
            let size = if last { u64::MAX } else { random.below(bytes.len() as u64 * 5 / 4) };
            let resume: &[&str] = if attempt == 0 { &[] } else { &["--resume"] };
            let child = burn(folder.path(), &[more, resume].concat());
            let status = kill_at(child, &disc, size, random.below(200_000));
            match status.and_then(|status| status.code()) {
                None => kills += 1,
                Some(0) => break,
                // Nothing has come of it yet, or all of it, the verification excepted.
                Some(_) => {
                    let child = burn(folder.path(), more);
                    if kill_at(child, &disc, u64::MAX, 0).is_some_and(|status| status.success()) {
                        break;
                    }
                    if content(folder.path()) == bytes {
                        break;
                    }
                }
            }
        }
        assert!(content(folder.path()) == bytes, "{medium}, seed {seed}: not the image");
    }
}

#[test]
fn a_killed_burn_of_a_dvd_plus_r_goes_on_and_the_disc_is_the_image() {
    run("dvd+r", &[], 1);
}

#[test]
fn a_killed_burn_of_a_bd_r_goes_on_and_the_disc_is_the_image() {
    run("bd-r", &[], 2);
}

#[test]
fn a_killed_burn_of_a_dvd_r_goes_on_and_the_disc_is_the_image() {
    run("dvd-r", &["--mode", "incremental"], 3);
}

#[test]
fn a_killed_burn_of_a_dvd_plus_rw_goes_on_and_the_disc_is_the_image() {
    run("dvd+rw", &[], 4);
}
