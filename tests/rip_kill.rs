//! The real binary is killed at random moments of a rip and started again, until it is done:
//! whatever the moment, the image equals the disc in the end, and at no time does the map say of a
//! sector that it was read when it is not in the image.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use oxidisc::formats::mapfile::{Map, State};

/// Moments tried in all; a rip may be killed more than once.
const KILLS: u32 = 200;
const SECTORS: u32 = 3000;
/// Sectors of two ECC blocks that never read.
const BAD: Range<u32> = 1600..1632;

/// A small generator of its own: the moments must differ from run to run of the loop only.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn disc() -> Vec<u8> {
    let mut random = Random(7);
    (0..SECTORS as usize * 2048).map(|_| random.below(256) as u8).collect()
}

fn rip(folder: &Path, damaged: bool) -> Child {
    let defects = if damaged { "&defects=bad.toml" } else { "" };
    Command::new(env!("CARGO_BIN_EXE_oxidisc"))
        .args(["-q", "-d", &format!("sim:disc.iso?medium=dvd-rom{defects}"), "rip", "out.iso"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Kills the rip once its image has grown to `size`, or lets it end before.
fn kill_at(mut child: Child, image: &Path, size: u64, spins: u64) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        if fs::metadata(image).is_ok_and(|found| found.len() >= size) {
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

/// Every sector that the map says was read is in the image as the disc has it.
fn check_map(folder: &Path, disc: &[u8]) {
    let Ok(text) = fs::read_to_string(folder.join("out.iso.map")) else { return };
    let map = Map::parse(&text).unwrap_or_else(|error| panic!("{error} in:\n{text}"));
    let image = fs::read(folder.join("out.iso")).unwrap_or_default();
    for stretch in map.of(State::Finished) {
        let range = stretch.start as usize..stretch.end() as usize;
        let in_image = image.get(range.clone());
        assert!(in_image == Some(&disc[range]), "{stretch:?} is not in the image\n{text}");
    }
}

fn run(damaged: bool, seed: u64) {
    let disc = disc();
    let mut random = Random(seed);
    let mut kills = 0;
    while kills < KILLS / 2 {
        let folder = tempfile::tempdir().expect("a folder");
        let image = folder.path().join("out.iso");
        fs::write(folder.path().join("disc.iso"), &disc).expect("written");
        let (lba, count) = (BAD.start, BAD.end - BAD.start);
        let defects = format!("[[defect]]\nkind = \"hard\"\nlba = {lba}\ncount = {count}\n");
        fs::write(folder.path().join("bad.toml"), defects).expect("written");
        let mut status = None;
        // Ends: after so many kills, nobody kills any more.
        for attempt in 0.. {
            let size = if attempt < 5 { random.below(disc.len() as u64 + 1) } else { u64::MAX };
            let child = rip(folder.path(), damaged);
            status = kill_at(child, &image, size, random.below(40_000));
            check_map(folder.path(), &disc);
            // Killed between its last deed, which is to remove the map, and its end: it is done.
            let has_map = folder.path().join("out.iso.map").exists();
            if status.is_none() && !has_map && fs::metadata(&image).is_ok_and(|at| at.len() > 0) {
                status = Some(ExitStatus::default());
            }
            match status {
                Some(_) => break,
                None => kills += 1,
            }
        }
        let code = status.and_then(|status| status.code());
        let mut expected = disc.clone();
        if damaged {
            assert_eq!(code, Some(4), "seed {seed}");
            expected[BAD.start as usize * 2048..BAD.end as usize * 2048].fill(0);
        } else {
            assert_eq!(code, Some(0), "seed {seed}");
            assert!(!folder.path().join("out.iso.map").exists());
        }
        assert!(fs::read(&image).expect("image") == expected, "the image is not the disc");
    }
}

#[test]
fn a_killed_rip_goes_on_and_the_image_equals_the_disc() {
    run(false, 1);
}

#[test]
fn a_killed_rip_of_a_damaged_disc_leaves_out_exactly_what_is_bad() {
    run(true, 2);
}
