//! The real transport against ioctls that a recording answers in the kernel's place: open, claim,
//! `sg_io_hdr`, sense, residual, host status and errno as they cross the system call. Needs no
//! privilege. What it cannot show is the kernel's own behaviour; the lab does that.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use oxidisc::attach::notify::{self, RunOptions};
use oxidisc::transport::recording::Recording;
use oxidisc::transport::replay::Replay;
use oxidisc::transport::scan::{self, Bus};
use oxidisc::transport::sgio::SgIo;
use oxidisc::transport::{Access, Answer, Cdb, Data, Errno, Transport};

/// Tells the copy of this test that runs inside where its drive is.
const NODE: &str = "OXIDISC_TEST_NODE";

/// READ (10) of 16 sectors that the drive fails, MODE SELECT, a killed command, a refused one that
/// the kernel does in its own way (CDROM_SELECT_SPEED sends multiples of 177 kB/s).
const DRIVE: &str = r#"{"oxidisc_recording":1,"max_transfer":49152}
{"cdb":"12 00 00 00 60 00","dir":"in","len":96,"data":"05 80 00 32 1f"}
{"cdb":"28 00 00 00 04 d2 00 00 10 00","dir":"in","len":32768,"status":2,"driver":8,
 "sense":"f0 00 03 00 00 04 d2 0a 00 00 00 00 11 05 00 00 00 00"}
{"cdb":"55 10 00 00 00 00 00 00 04 00","dir":"out","data":"00 01 02 03"}
{"cdb":"00 00 00 00 00 00","dir":"none","host":3}
{"cdb":"bb 00 05 83 ff ff 00 00 00 00 00 00","dir":"none","errno":"EPERM"}
{"cdb":"bb 00 05 88 ff ff 00 00 00 00 00 00","dir":"none"}
{"cdb":"ab 01 00 00 00 00 00 00 00 24 00 00","dir":"in","len":36,"errno":"EPERM"}
"#;

fn run_inside(test: &str, node: &str) {
    let recording = DRIVE.replace(",\n ", ",");
    let recording = Recording::parse(&recording).expect("parses");
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join(node);
    let this = std::env::current_exe().expect("this test");
    let variable = format!("{NODE}={}", at.display());
    let command: Vec<OsString> =
        vec!["env".into(), variable.into(), this.into(), "--exact".into(), test.into()];
    let replay = Replay::new(recording, true);
    let misses = replay.misses();
    let status = notify::run(Box::new(replay), &RunOptions { at, command }).expect("runs");
    assert!(status.success(), "{test} fails inside: {status}");
    assert_eq!(misses.list(), []);
}

fn node() -> Option<PathBuf> {
    std::env::var_os(NODE).map(PathBuf::from)
}

/// Sends one command and drops how long it took, which is never twice the same.
fn send(drive: &mut SgIo, cdb: &[u8], data: Data<'_>) -> Result<Answer, Errno> {
    let answer = drive.execute(&Cdb::new(cdb), data, Duration::from_secs(10))?;
    Ok(Answer { duration: Duration::ZERO, ..answer })
}

fn talk(path: &Path) {
    let mut drive = SgIo::open(path, Access::Write).expect("opens");
    assert!(drive.writable());
    assert_eq!(drive.max_transfer(), 49_152);
    let mut buffer = [0xee; 96];
    let answer = send(&mut drive, &[0x12, 0, 0, 0, 0x60, 0], Data::In(&mut buffer));
    assert_eq!(answer, Ok(Answer { resid: 91, ..Answer::default() }));
    assert_eq!(buffer[..6], [0x05, 0x80, 0x00, 0x32, 0x1f, 0xee]);

    let mut sectors = vec![0; 32_768];
    let read = [0x28, 0, 0, 0, 0x04, 0xd2, 0, 0, 0x10, 0];
    let answer = send(&mut drive, &read, Data::In(&mut sectors)).expect("answered");
    assert_eq!((answer.status, answer.driver, answer.resid), (0x02, 0x08, 32_768));
    let sense = [0xf0, 0, 3, 0, 0, 4, 0xd2, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];
    assert_eq!(answer.sense, sense);

    let select = [0x55, 0x10, 0, 0, 0, 0, 0, 0, 4, 0];
    let answer = send(&mut drive, &select, Data::Out(&[0, 1, 2, 3]));
    assert_eq!(answer, Ok(Answer::default()));
    let answer = send(&mut drive, &[0; 6], Data::None);
    assert_eq!(answer, Ok(Answer { host: 3, ..Answer::default() }));
}

#[test]
fn a_drive_is_driven_through_its_sr_node() {
    match node() {
        None => run_inside("a_drive_is_driven_through_its_sr_node", "sr201"),
        Some(path) => {
            talk(&path);
            let mut drive = SgIo::open(&path, Access::Read).expect("opens again");
            let entry = scan::resolve(&path).expect("resolves");
            assert_eq!((entry.bus, &entry), (Bus::Unknown, drive.entry()));
            let speed = [0xbb, 0, 0x05, 0x83, 0xff, 0xff, 0, 0, 0, 0, 0, 0];
            assert_eq!(send(&mut drive, &speed, Data::None), Ok(Answer::default()));
            let serial = [0xab, 1, 0, 0, 0, 0, 0, 0, 0, 0x24, 0, 0];
            let answer = send(&mut drive, &serial, Data::In(&mut [0; 36]));
            assert_eq!(answer, Err(Errno::EPERM));
            // Not even tried.
            let mut large = vec![0; 49_153];
            let read = [0x28, 0, 0, 0, 0, 0, 0, 0, 0x19, 0];
            assert_eq!(send(&mut drive, &read, Data::In(&mut large)), Err(Errno::EMSGSIZE));
        }
    }
}

#[test]
fn a_drive_is_driven_through_its_sg_node() {
    match node() {
        None => run_inside("a_drive_is_driven_through_its_sg_node", "sg201"),
        Some(path) => {
            talk(&path);
            let mut drive = SgIo::open(&path, Access::Read).expect("opens again");
            // sg has no ioctls for discs: what is refused stays refused.
            let speed = [0xbb, 0, 0x05, 0x83, 0xff, 0xff, 0, 0, 0, 0, 0, 0];
            assert_eq!(send(&mut drive, &speed, Data::None), Err(Errno::EPERM));
        }
    }
}
