//! The simulated drive as a whole on worn discs: what is read, what is missing, what it costs, seen
//! through commands alone. Knows the drive as a transport; the commands' bytes are written out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use oxidisc::sim::geometry::Layout;
use oxidisc::sim::surface::Defects;
use oxidisc::sim::{SimDrive, random};
use oxidisc::transport::verdict::judge;
use oxidisc::transport::{Cdb, Completion, Data, SenseKey, Status, Transport, TransportError};
use oxidisc::units::Family;

const SECTOR: usize = 2048;
/// Sectors of the worn disc.
const SECTORS: u32 = 40_000;
const TIMEOUT: Duration = Duration::from_secs(60);

/// Two runs, a scratch from the first radius to the second, a ring from the third to the fourth.
fn worn(mm: [f64; 4]) -> String {
    format!(
        r#"
[[defect]]
kind = "hard"
lba = 1000
count = 48
[[defect]]
kind = "hard"
lba = 39999
[[defect]]
kind = "scratch"
angle = 40.0
width_mm = 0.4
from_mm = {}
to_mm = {}
[[defect]]
kind = "ring"
from_mm = {}
to_mm = {}
"#,
        mm[0], mm[1], mm[2], mm[3]
    )
}

/// An image of noise, and plans beside it.
struct Shelf {
    folder: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Shelf {
    fn new(sectors: u32) -> Shelf {
        let folder = tempfile::tempdir().expect("a folder");
        let mut bytes = vec![0; sectors as usize * SECTOR];
        random::fill(1, 1, &mut bytes);
        fs::write(folder.path().join("disc.iso"), &bytes).expect("written");
        Shelf { folder, bytes }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn plan(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("written");
        self.path(name).display().to_string()
    }

    fn spec(&self, query: &str) -> String {
        format!("sim:{}?{query}", self.path("disc.iso").display())
    }

    fn drive(&self, query: &str) -> SimDrive {
        let mut drive = oxidisc::sim::open(&self.spec(query)).expect("a drive");
        make_ready(&mut drive);
        drive
    }
}

fn make_ready(drive: &mut SimDrive) {
    for _ in 0..300 {
        let done = send(drive, &[0x00, 0, 0, 0, 0, 0], &mut []).expect("TEST UNIT READY");
        if done.status == Status::Good {
            return;
        }
        drive.wait(Duration::from_millis(100));
    }
    panic!("the drive never gets ready");
}

fn send(
    drive: &mut SimDrive,
    command: &[u8],
    buffer: &mut [u8],
) -> Result<Completion, TransportError> {
    let asked = buffer.len();
    let data = if buffer.is_empty() { Data::None } else { Data::In(buffer) };
    let answer = drive.execute(&Cdb::new(command), data, TIMEOUT).expect("taken");
    judge(&answer, asked)
}

/// READ (10), with FUA if `fresh`.
fn read(
    drive: &mut SimDrive,
    lba: u32,
    buffer: &mut [u8],
    fresh: bool,
) -> Result<Completion, TransportError> {
    let blocks = u16::try_from(buffer.len() / SECTOR).expect("a short read").to_be_bytes();
    let at = lba.to_be_bytes();
    let fua = if fresh { 0x08 } else { 0 };
    let command = [0x28, fua, at[0], at[1], at[2], at[3], 0, blocks[0], blocks[1], 0];
    send(drive, &command, buffer)
}

/// MODE SELECT (10) of page 01h with so many retries; the other bytes as MODE SENSE gave them.
fn set_retries(drive: &mut SimDrive, retries: u8) {
    let mut list = [0; 20];
    let sense = [0x5a, 0, 0x01, 0, 0, 0, 0, 0, 20, 0];
    let done = send(drive, &sense, &mut list).expect("MODE SENSE");
    assert_eq!((done.status, done.transferred), (Status::Good, 20));
    list[..8].fill(0);
    assert_eq!(list[8] & 0x3f, 0x01);
    list[8] = 0x01;
    list[11] = retries;
    let select = Cdb::new(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0]);
    let answer = drive.execute(&select, Data::Out(&list), TIMEOUT).expect("taken");
    assert_eq!(judge(&answer, 20).expect("MODE SELECT").status, Status::Good);
}

/// Reads the disc in commands of 32 sectors, each error-correction block once more by itself where
/// that fails. The sectors that were not read, as runs, and the bytes of the others.
fn rip(drive: &mut SimDrive, ecc: u32) -> (Vec<(u32, u32)>, Vec<u8>) {
    let mut bytes = vec![0; SECTORS as usize * SECTOR];
    let mut missing: Vec<(u32, u32)> = Vec::new();
    for lba in (0..SECTORS).step_by(32) {
        let end = (lba + 32).min(SECTORS);
        if read(drive, lba, &mut bytes[span(lba, end)], false).expect("answered").status
            == Status::Good
        {
            continue;
        }
        for block in (lba..end).step_by(ecc as usize) {
            let block_end = (block + ecc).min(SECTORS);
            let buffer = &mut bytes[span(block, block_end)];
            let done = read(drive, block, buffer, false).expect("answered");
            if done.status == Status::Good {
                assert_eq!(done.transferred, buffer.len());
                continue;
            }
            let sense = done.sense.expect("a reason");
            assert_eq!((sense.key, sense.asc), (SenseKey::MediumError, 0x11));
            assert_eq!(sense.information, Some(u64::from(block)), "the first sector that failed");
            buffer.fill(0);
            match missing.last_mut() {
                Some((first, count)) if *first + *count == block => *count += block_end - block,
                _ => missing.push((block, block_end - block)),
            }
        }
    }
    (missing, bytes)
}

fn span(from: u32, to: u32) -> std::ops::Range<usize> {
    from as usize * SECTOR..to as usize * SECTOR
}

#[test]
fn a_worn_disc_lacks_exactly_its_unreadable_blocks_and_the_rest_is_right() {
    let shelf = Shelf::new(SECTORS);
    // 40 000 sectors end at 30,8 mm, 25,0 mm and 24,2 mm.
    for (medium, family, mm) in [
        ("cd-rom", Family::Cd, [26.0, 26.2, 30.2, 30.21]),
        ("dvd-rom", Family::Dvd, [24.2, 24.5, 24.85, 24.86]),
        ("bd-rom", Family::Bd, [24.02, 24.1, 24.12, 24.13]),
    ] {
        let plan = shelf.plan("worn.toml", &worn(mm));
        let defects = Defects::load(Path::new(&plan)).expect("a good plan");
        let mut drive = shelf.drive(&format!("medium={medium}&defects={plan}"));
        set_retries(&mut drive, 1);
        let (missing, bytes) = rip(&mut drive, family.ecc_blocks().0);
        let expected = defects.unreadable(&Layout::single(family, SECTORS), 0);
        assert!(expected.len() > 50, "{medium}: {expected:?}");
        assert_eq!(missing, expected, "{medium}");
        let mut pristine = shelf.bytes.clone();
        for (first, count) in &missing {
            pristine[span(*first, first + count)].fill(0);
        }
        assert!(bytes == pristine, "{medium}: what was read is what is on the disc");
    }
}

#[test]
fn the_same_seed_gives_the_same_answers_at_the_same_times() {
    let shelf = Shelf::new(4000);
    let soft = "[[defect]]\nkind = \"soft\"\nlba = 0\ncount = 4000\np = 0.7\n";
    let plan = shelf.plan("soft.toml", soft);
    let run = |seed: u32| {
        let mut drive = shelf.drive(&format!("medium=dvd-rom&defects={plan}&seed={seed}"));
        set_retries(&mut drive, 0);
        let mut seen = Vec::new();
        let mut buffer = vec![0; 16 * SECTOR];
        for step in 0..300 {
            let lba = random::hash(5, &[step]) as u32 % (4000 / 16) * 16;
            let done = read(&mut drive, lba, &mut buffer, step % 3 == 0).expect("answered");
            seen.push((done.status, done.sense, done.transferred, done.duration, drive.now()));
        }
        seen
    };
    let once = run(7);
    assert!(once == run(7));
    assert!(once != run(8));
    let good = once.iter().filter(|(status, ..)| *status == Status::Good).count();
    assert!((180..240).contains(&good), "{good} of 300 at 0,7");
}

#[test]
fn the_drive_s_own_retries_cost_a_turn_each_and_get_soft_blocks() {
    let shelf = Shelf::new(4000);
    let plan = shelf.plan(
        "plan.toml",
        "[[defect]]\nkind = \"hard\"\nlba = 1600\n\
         [[defect]]\nkind = \"soft\"\nlba = 2000\ncount = 1600\np = 0.2\n",
    );
    let mut drive = shelf.drive(&format!("medium=dvd-rom&defects={plan}"));
    let mut buffer = vec![0; 16 * SECTOR];
    let mut hard = |drive: &mut SimDrive, retries| {
        set_retries(drive, retries);
        read(drive, 1600, &mut buffer, false).expect("answered");
        let done = read(drive, 1600, &mut buffer, false).expect("answered");
        assert_eq!(done.status, Status::CheckCondition);
        done.duration.as_secs_f64()
    };
    let (few, many) = (hard(&mut drive, 0), hard(&mut drive, 100));
    // DVD-ROM at 24 to 58 mm turns in 29 to 71 sectors; no drive turns faster than 12 000 a minute.
    let turn = (many - few) / 100.0;
    assert!((0.005..0.06).contains(&turn), "{turn} s a turn");

    let count = |drive: &mut SimDrive, retries| {
        set_retries(drive, retries);
        let mut buffer = vec![0; 16 * SECTOR];
        (0..100)
            .filter(|block| {
                let done = read(drive, 2000 + block * 16, &mut buffer, true).expect("answered");
                done.status == Status::Good
            })
            .count()
    };
    let few = count(&mut drive, 0);
    assert!((8..36).contains(&few), "{few} of 100 at the first attempt");
    assert_eq!(count(&mut drive, 80), 100);
}

#[test]
fn a_slow_drive_reads_what_a_fast_one_does_not() {
    let shelf = Shelf::new(4000);
    let soft = "[[defect]]\nkind = \"soft\"\nlba = 0\ncount = 4000\np = 0.0\np_slow = 1.0\n";
    let plan = shelf.plan("slow.toml", soft);
    let mut drive = shelf.drive(&format!("medium=dvd-rom&defects={plan}"));
    set_retries(&mut drive, 0);
    let mut buffer = vec![0; 16 * SECTOR];
    assert_eq!(
        read(&mut drive, 160, &mut buffer, true).expect("answered").status,
        Status::CheckCondition
    );
    // SET CD SPEED: the lowest there is.
    let slow = [0xbb, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0];
    assert_eq!(send(&mut drive, &slow, &mut []).expect("answered").status, Status::Good);
    let done = read(&mut drive, 160, &mut buffer, true).expect("answered");
    assert_eq!(done.status, Status::Good);
    assert!(buffer == shelf.bytes[span(160, 176)]);
}

#[test]
fn what_the_buffer_holds_comes_at_once_and_fua_goes_to_the_disc() {
    let shelf = Shelf::new(4000);
    let mut drive = shelf.drive("medium=bd-rom");
    let mut buffer = vec![0; 32 * SECTOR];
    let mut time = |lba, fresh| {
        let done = read(&mut drive, lba, &mut buffer, fresh).expect("answered");
        assert!(buffer == shelf.bytes[span(lba, lba + 32)]);
        done.duration
    };
    time(3200, false);
    let again = time(3200, false);
    let fresh = time(3200, true);
    assert!(again < Duration::from_millis(3), "{again:?}");
    assert!(fresh > Duration::from_millis(3), "{fresh:?}");
}

#[test]
fn faults_are_never_data() {
    let shelf = Shelf::new(4000);
    let fault = |kind: &str| {
        let plan = shelf.plan("f.toml", &format!("[[fault]]\n{kind}\nat_lba = 640\n"));
        let mut drive = shelf.drive(&format!("medium=dvd-rom&faults={plan}"));
        let mut buffer = vec![0; 32 * SECTOR];
        let before = drive.now();
        let first = drive.execute(
            &Cdb::new(&[0x28, 0, 0, 0, 2, 0x80, 0, 0, 32, 0]),
            Data::In(&mut buffer),
            TIMEOUT,
        );
        let took = drive.now() - before;
        let first = first.map(|answer| judge(&answer, 32 * SECTOR));
        let then = drive.execute(&Cdb::new(&[0; 6]), Data::None, TIMEOUT);
        (first, took, then.map(|answer| judge(&answer, 0)))
    };
    let attention = |then: Result<Result<Completion, _>, _>| {
        let sense = then.expect("taken").expect("answered").sense.expect("an attention");
        (sense.key, sense.asc, sense.ascq)
    };

    let (first, took, _) = fault("kind = \"timeout\"");
    assert_eq!(first, Ok(Err(TransportError::Timeout)));
    assert!(took >= TIMEOUT);
    let (first, _, then) = fault("kind = \"reset\"");
    assert!(matches!(first, Ok(Err(TransportError::Host { .. }))), "{first:?}");
    assert_eq!(attention(then), (SenseKey::UnitAttention, 0x29, 0x00));
    let (first, _, then) = fault("kind = \"power_loss\"");
    assert!(matches!(first, Ok(Err(TransportError::Host { .. }))), "{first:?}");
    assert_eq!(attention(then), (SenseKey::UnitAttention, 0x29, 0x00));
    let (first, _, _) = fault("kind = \"host_error\"\nhost = 5");
    assert!(matches!(first, Ok(Err(TransportError::Host { host: 5, .. }))), "{first:?}");
    let (first, _, then) = fault("kind = \"busy\"");
    assert_eq!(first.expect("taken").expect("answered").status, Status::Busy);
    assert_eq!(then.expect("taken").expect("answered").status, Status::Good);
    let (first, _, _) = fault("kind = \"short\"\nbytes = 5000");
    let done = first.expect("taken").expect("answered");
    assert_eq!((done.status, done.transferred), (Status::Good, 5000));
    let (first, _, _) = fault("kind = \"tray\"");
    let sense = first.expect("taken").expect("answered").sense.expect("a reason");
    assert_eq!((sense.key, sense.asc), (SenseKey::NotReady, 0x3a));
    let (first, _, then) = fault("kind = \"unplug\"");
    assert!(first.is_err() && then.is_err(), "{first:?} {then:?}");
}

#[test]
fn noise_is_the_same_noise_each_time_and_ends() {
    let shelf = Shelf::new(4000);
    let text = "[[fault]]\nkind = \"noise\"\nat_lba = 0\ntimes = 20\n";
    let plan = shelf.plan("noise.toml", text);
    let run = || {
        let mut drive = shelf.drive(&format!("medium=dvd-rom&faults={plan}"));
        let mut buffer = vec![0; 16 * SECTOR];
        let mut seen = Vec::new();
        for _ in 0..20 {
            let command = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 16, 0]);
            let answer = drive.execute(&command, Data::In(&mut buffer), TIMEOUT).expect("taken");
            seen.push((answer, random::hash(0, &[u64::from(buffer[0]), u64::from(buffer[9])])));
        }
        let done = read(&mut drive, 0, &mut buffer, false).expect("answered");
        assert_eq!(done.status, Status::Good);
        assert!(buffer == shelf.bytes[span(0, 16)]);
        seen
    };
    let once = run();
    assert!(once == run());
    assert!(once.iter().any(|(answer, _)| answer.status == 0), "some noise looks like success");
    assert!(once.iter().any(|(answer, _)| answer.status != 0));
}

#[test]
fn a_plan_with_a_mistake_keeps_the_drive_from_being_there() {
    let shelf = Shelf::new(4000);
    let said = |key: &str, text: &str| {
        let plan = shelf.plan("bad.toml", text);
        let spec = shelf.spec(&format!("{key}={plan}"));
        match oxidisc::sim::open(&spec) {
            Ok(_) => panic!("{text}"),
            Err(error) => error.to_string(),
        }
    };
    let message = said("defects", "[[defect]]\nkind = \"soft\"\nlba = 1\np = 7\n");
    assert!(message.contains("bad.toml:4: p must be 0 to 1, not 7"), "{message}");
    let message = said("faults", "[[fault]]\nkind = \"fire\"\nat_lba = 1\n");
    assert!(message.contains("bad.toml:2: unknown kind \"fire\""), "{message}");
    let spec = shelf.spec("defects=/nonexistent.toml");
    let message = match oxidisc::sim::open(&spec) {
        Ok(_) => panic!("{spec}"),
        Err(error) => error.to_string(),
    };
    assert!(message.contains("/nonexistent.toml"), "{message}");
}

#[test]
fn the_demo_disc_is_read_whole() {
    let mut drive = oxidisc::sim::open("sim:demo").expect("a drive");
    make_ready(&mut drive);
    let demo = oxidisc::sim::demo::image();
    let mut capacity = [0; 8];
    let asked = [0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    send(&mut drive, &asked, &mut capacity).expect("READ CAPACITY");
    assert_eq!(capacity, [0, 0, 0x0f, 0xff, 0, 0, 8, 0]); // the last of 4096, of 2048 bytes
    let mut buffer = vec![0; 64 * SECTOR];
    for lba in (0..4096).step_by(64) {
        let done = read(&mut drive, lba, &mut buffer, false).expect("answered");
        assert_eq!((done.status, done.transferred), (Status::Good, buffer.len()));
        assert!(buffer == demo.bytes()[span(lba, lba + 64)], "at {lba}");
    }
}
