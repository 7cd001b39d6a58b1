//! Runs real programs under `virtual run`: the shell, and this very test binary, which starts
//! itself once more as the program that uses the drive (`OXIDISC_TEST_CHILD` says which part it
//! plays).

#![allow(unsafe_code)]

use std::fs::OpenOptions;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::*;
use crate::attach::fake::{Fake, SECTORS, byte_of};

const AT: &str = "/dev/oxidisc-test/sr9";
const PART: &str = "OXIDISC_TEST_CHILD";

fn run_at(at: &str, command: &[&str]) -> u8 {
    let command = command.iter().map(OsString::from).collect();
    let options = RunOptions { at: PathBuf::from(at), command };
    exit_code(run(Box::new(Fake::default()), &options).expect("runs"))
}

fn shell(script: &str) -> u8 {
    run_at(AT, &["sh", "-c", script])
}

/// Runs `plays_its_part` of this binary as the program.
fn play(part: &str) -> u8 {
    let us = std::env::current_exe().expect("known").display().to_string();
    let part = format!("{PART}={part}");
    let name = "attach::notify::tests::plays_its_part";
    let script = r#"exec 7<>"$2"; exec "$0" --exact "$1" --nocapture --test-threads 1 >/dev/null"#;
    run_at(AT, &["env", &part, "sh", "-c", script, &us, name, AT])
}

#[test]
fn plays_its_part() {
    match std::env::var(PART).as_deref() {
        Ok("commands") => child::commands(),
        Ok("failures") => child::failures(),
        Ok("header") => child::header_is_checked(),
        Ok("node") => child::node_looks_like_a_drive(),
        Ok("ioctls") => child::ioctls(),
        Ok("fork") => child::descriptors_are_shared(),
        _ => {}
    }
}

#[test]
fn commands_reach_the_drive_and_their_answers_come_back() {
    assert_eq!(play("commands"), 0);
}

#[test]
fn everything_a_kernel_can_say_can_be_said() {
    assert_eq!(play("failures"), 0);
}

#[test]
fn a_header_the_kernel_would_refuse_is_refused() {
    assert_eq!(play("header"), 0);
}

#[test]
fn the_node_is_there_and_is_an_optical_drive() {
    assert_eq!(play("node"), 0);
    let test = format!("test -b {AT} && test -r {AT} && test ! -L {AT} && test ! -e {AT}x");
    assert_eq!(shell(&test), 0);
    assert_eq!(run_at("/dev/oxidisc-test/sg4", &["test", "-c", "/dev/oxidisc-test/sg4"]), 0);
    assert!(!Path::new(AT).exists(), "only the program sees it");
}

#[test]
fn a_relative_path_is_the_node_too() {
    let folder = tempfile::tempdir().expect("folder");
    let at = folder.path().join("sr0");
    let script = format!("cd {} && test -b sr0 && test -b ./sr0", folder.path().display());
    assert_eq!(run_at(&at.display().to_string(), &["sh", "-c", &script]), 0);
}

#[test]
fn the_ioctls_of_an_sr_node_are_answered() {
    assert_eq!(play("ioctls"), 0);
}

#[test]
fn descriptors_are_duplicated_and_inherited() {
    assert_eq!(play("fork"), 0);
}

#[test]
fn a_block_read_fails_rather_than_finding_an_empty_disc() {
    assert_ne!(shell(&format!("dd if={AT} of=/dev/null count=1 2>/dev/null")), 0);
}

#[test]
fn the_exit_status_is_the_program_s() {
    assert_eq!(shell("exit 0"), 0);
    assert_eq!(shell("exit 7"), 7);
    assert_eq!(shell("kill -KILL $$"), 137);
}

#[test]
fn a_program_that_is_left_behind_is_still_served() {
    let folder = tempfile::tempdir().expect("folder");
    let done = folder.path().join("done");
    // The pipe's end tells the background process that its parent is gone.
    let script = format!("{{ cat; test -b {AT} && echo yes >{}; }} <&0 & exit 3", done.display());
    assert_eq!(shell(&script), 3);
    assert_eq!(std::fs::read_to_string(&done).expect("written"), "yes\n");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let options = RunOptions { at: PathBuf::from(AT), command: vec!["/no/such/program".into()] };
    let error = run(Box::new(Fake::default()), &options).expect_err("not there");
    assert!(matches!(error, NotifyError::Start { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/program"), "{error}");
    let options = RunOptions { at: PathBuf::from(AT), command: Vec::new() };
    let error = run(Box::new(Fake::default()), &options).expect_err("empty");
    assert!(matches!(error, NotifyError::NoCommand), "{error}");
}

/// What the program under test does: plain system calls, written down apart from the code that
/// answers them.
mod child {
    use super::*;

    /// `struct sg_io_hdr` of scsi/sg.h.
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct SgIoHdr {
        interface_id: i32,
        dxfer_direction: i32,
        cmd_len: u8,
        mx_sb_len: u8,
        iovec_count: u16,
        dxfer_len: u32,
        dxferp: *mut u8,
        cmdp: *const u8,
        sbp: *mut u8,
        timeout: u32,
        flags: u32,
        pack_id: i32,
        usr_ptr: *mut u8,
        status: u8,
        masked_status: u8,
        msg_status: u8,
        sb_len_wr: u8,
        host_status: u16,
        driver_status: u16,
        resid: i32,
        duration: u32,
        info: u32,
    }

    const IN: i32 = -3;
    const OUT: i32 = -2;
    const NONE: i32 = -1;

    fn header(cdb: &[u8], direction: i32, data: &mut [u8], sense: &mut [u8]) -> SgIoHdr {
        SgIoHdr {
            interface_id: 0x53,
            dxfer_direction: direction,
            cmd_len: cdb.len() as u8,
            mx_sb_len: sense.len() as u8,
            iovec_count: 0,
            dxfer_len: data.len() as u32,
            dxferp: data.as_mut_ptr(),
            cmdp: cdb.as_ptr(),
            sbp: sense.as_mut_ptr(),
            timeout: 1000,
            flags: 0,
            pack_id: 0,
            usr_ptr: std::ptr::null_mut(),
            status: 0xee,
            masked_status: 0xee,
            msg_status: 0xee,
            sb_len_wr: 0xee,
            host_status: 0xeeee,
            driver_status: 0xeeee,
            resid: 0x0eee_eeee,
            duration: 0xeeee,
            info: 0xeeee,
        }
    }

    fn ioctl<T>(file: &std::fs::File, request: u32, argument: *mut T) -> Result<i32, Errno> {
        // SAFETY: `argument` is null or points at what the request reads and writes, in this frame
        // or the caller's.
        Errno::result(unsafe { libc::ioctl(file.as_raw_fd(), request as _, argument) })
    }

    fn send(cdb: &[u8], direction: i32, data: &mut [u8]) -> Result<(SgIoHdr, Vec<u8>), Errno> {
        let mut sense = [0; 32];
        let mut hdr = header(cdb, direction, data, &mut sense);
        ioctl(&open(), 0x2285, &raw mut hdr)?;
        Ok((hdr, sense[..usize::from(hdr.sb_len_wr)].to_vec()))
    }

    fn open() -> std::fs::File {
        let flags = libc::O_NONBLOCK | libc::O_EXCL;
        OpenOptions::new().read(true).write(true).custom_flags(flags).open(AT).expect("opens")
    }

    fn bytes_of(lba: u32, count: usize) -> Vec<u8> {
        (lba..).take(count).flat_map(|lba| [byte_of(lba); 2048]).collect()
    }

    pub(super) fn commands() {
        let mut data = [0xff; 96];
        let (hdr, sense) = send(&[0x12, 0, 0, 0, 96, 0], IN, &mut data).expect("INQUIRY");
        assert_eq!(&data[8..16], b"OXIDISC ");
        assert_eq!((hdr.status, hdr.host_status, hdr.driver_status, hdr.info), (0, 0, 0, 0));
        assert_eq!((hdr.resid, hdr.duration, sense.len()), (60, 3, 0));
        // What the drive did not send stays as it was.
        assert_eq!(data[36..], [0xff; 60]);
        let mut data = vec![0; 3 * 2048];
        send(&[0x28, 0, 0, 0, 0, 200, 0, 0, 3, 0], IN, &mut data).expect("READ (10)");
        assert_eq!(data, bytes_of(200, 3));
        let (hdr, sense) =
            send(&[0x28, 0, 0, 0xff, 0, 0, 0, 0, 1, 0], IN, &mut data[..2048]).expect("READ");
        assert_eq!((hdr.status, hdr.masked_status, hdr.driver_status, hdr.info), (2, 1, 8, 1));
        assert_eq!(sense, [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0]);
        let mut sent: Vec<u8> = (0..=255).collect();
        send(&[0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0], OUT, &mut sent).expect("to the drive");
        let mut back = [0; 256];
        send(&[0xc3, 0, 0, 0, 0, 0, 0, 0, 0, 0], IN, &mut back).expect("from the drive");
        assert_eq!(back, sent[..]);
        send(&[0; 6], NONE, &mut []).expect("TEST UNIT READY");
        scattered();
    }

    /// A list of two buffers, longer than the transfer.
    fn scattered() {
        let (mut first, mut second) = ([0; 1000], [0xff; 5000]);
        let mut list: [libc::iovec; 2] = [
            libc::iovec { iov_base: first.as_mut_ptr().cast(), iov_len: 1000 },
            libc::iovec { iov_base: second.as_mut_ptr().cast(), iov_len: 5000 },
        ];
        let mut hdr = header(&[0x28, 0, 0, 0, 0, 9, 0, 0, 1, 0], IN, &mut [], &mut []);
        hdr.iovec_count = 2;
        hdr.dxfer_len = 2048;
        hdr.dxferp = list.as_mut_ptr().cast();
        ioctl(&open(), 0x2285, &raw mut hdr).expect("READ (10)");
        assert_eq!(first, [byte_of(9); 1000]);
        assert_eq!(second[..1048], [byte_of(9); 1048]);
        assert_eq!(second[1048..], [0xff; 3952]);
    }

    pub(super) fn failures() {
        let mut data = [0; 16];
        // DID_TIME_OUT, DRIVER_TIMEOUT, 12 of 16 bytes missing.
        let (hdr, _) = send(&[0xc0, 3, 6, 12, 0, 0, 0, 0, 0, 0], IN, &mut data).expect("answered");
        assert_eq!((hdr.status, hdr.host_status, hdr.driver_status), (0, 3, 6));
        assert_eq!((hdr.resid, hdr.info), (12, 1));
        assert_eq!(data, [0xdd, 0xdd, 0xdd, 0xdd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for errno in [Errno::EIO, Errno::EPERM, Errno::ENODEV, Errno::ENOMEM] {
            let failed = send(&[0xc1, errno as u8, 0, 0, 0, 0, 0, 0, 0, 0], IN, &mut data);
            assert_eq!(failed.err(), Some(errno));
        }
        let dead = send(&[0xc4, 0, 0, 0, 0, 0, 0, 0, 0, 0], IN, &mut data);
        assert_eq!(dead.err(), Some(Errno::ENODEV));
    }

    pub(super) fn header_is_checked() {
        let mut sense = [0; 32];
        let mut data = vec![0; 4096];
        let good = header(&[0x12, 0, 0, 0, 96, 0], IN, &mut data[..96], &mut sense);
        let refused = |change: &dyn Fn(&mut SgIoHdr)| {
            let mut hdr = good;
            change(&mut hdr);
            ioctl(&open(), 0x2285, &raw mut hdr).err()
        };
        assert_eq!(refused(&|_| {}), None);
        assert_eq!(refused(&|hdr| hdr.interface_id = 0x51), Some(Errno::EINVAL));
        assert_eq!(refused(&|hdr| hdr.cmd_len = 17), Some(Errno::EINVAL));
        assert_eq!(refused(&|hdr| hdr.cmd_len = 0), Some(Errno::EINVAL));
        assert_eq!(refused(&|hdr| hdr.dxfer_direction = 5), Some(Errno::EINVAL));
        assert_eq!(refused(&|hdr| hdr.dxfer_len = (1 << 20) + 1), Some(Errno::EIO));
        assert_eq!(refused(&|hdr| hdr.cmdp = 8 as *const u8), Some(Errno::EFAULT));
        assert_eq!(refused(&|hdr| hdr.dxferp = 8 as *mut u8), Some(Errno::EFAULT));
        let gone = ioctl(&open(), 0x2285, 8 as *mut u8);
        assert_eq!(gone, Err(Errno::EFAULT));
    }

    pub(super) fn node_looks_like_a_drive() {
        for meta in [
            std::fs::metadata(AT).expect("statx by path"),
            std::fs::symlink_metadata(AT).expect("not a link"),
            open().metadata().expect("statx by descriptor"),
        ] {
            assert!(meta.file_type().is_block_device());
            assert_eq!((meta.rdev(), meta.nlink(), meta.size()), (libc::makedev(11, 9), 1, 0));
        }
        let stat = nix::sys::stat::stat(AT).expect("stat");
        assert_eq!(stat.st_mode, 0o60660);
        assert_eq!(stat.st_rdev, libc::makedev(11, 9));
        let stat = nix::sys::stat::fstat(open()).expect("fstat");
        assert_eq!((stat.st_mode, stat.st_nlink), (0o60660, 1));
        assert_eq!(std::fs::read_link(AT).expect_err("no link").raw_os_error(), Some(22));
        let lock = nix::fcntl::Flock::lock(open(), nix::fcntl::FlockArg::LockExclusiveNonblock);
        let held = lock.expect("lock");
        let second = nix::fcntl::Flock::lock(open(), nix::fcntl::FlockArg::LockExclusiveNonblock);
        assert!(second.is_err(), "held by another open");
        drop(held);
        assert!(OpenOptions::new().write(true).create_new(true).open(AT).is_err());
    }

    pub(super) fn ioctls() {
        let file = open();
        let number = |request: u32| {
            let mut value = 0i32;
            ioctl(&file, request, &raw mut value).map(|_| value)
        };
        assert_eq!(number(0x2282), Ok(30_527)); // SG_GET_VERSION_NUM of sr
        assert_eq!(number(0x1268), Ok(2048)); // BLKSSZGET
        assert_eq!(number(0x2272), Ok(1 << 20)); // SG_GET_RESERVED_SIZE
        assert_eq!(number(0x5386), Ok(9)); // SCSI_IOCTL_GET_BUS_NUMBER
        assert_eq!(number(0x53ff), Err(Errno::ENOTTY));
        let mut bytes = 0u64;
        ioctl(&file, 0x8008_1272, &raw mut bytes).expect("BLKGETSIZE64");
        assert_eq!(bytes, u64::from(SECTORS) * 2048);
        let plain = |request: u32| ioctl(&file, request, std::ptr::null_mut::<u8>());
        assert_eq!(plain(0x5326), Ok(4)); // CDROM_DRIVE_STATUS: CDS_DISC_OK
        assert_eq!(plain(0x5327), Ok(101)); // CDROM_DISC_STATUS: CDS_DATA_1
        assert_eq!(plain(0x5331).expect("CDROM_GET_CAPABILITY") & 0x1000, 0x1000);
        assert_eq!(plain(0x5309), Ok(0)); // CDROMEJECT
        let mut header = [0u8; 2];
        ioctl(&file, 0x5305, header.as_mut_ptr()).expect("CDROMREADTOCHDR");
        assert_eq!(header, [1, 1]);
        // Track 1, format CDROM_LBA.
        let mut entry = [1u8, 0, 1, 0, 9, 9, 9, 9, 9, 0, 0, 0];
        ioctl(&file, 0x5306, entry.as_mut_ptr()).expect("CDROMREADTOCENTRY");
        // ADR 1, CONTROL 4; LBA 0; data.
        assert_eq!(entry, [1, 0x41, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        // Ioctls of other files are the kernel's.
        let other = std::fs::File::open("/dev/null").expect("opens");
        assert_eq!(ioctl(&other, 0x2282, &raw mut bytes), Err(Errno::ENOTTY));
    }

    pub(super) fn descriptors_are_shared() {
        let file = open();
        let copy = file.try_clone().expect("dup");
        let mut version = 0i32;
        ioctl(&copy, 0x2282, &raw mut version).expect("duplicate");
        drop(file);
        ioctl(&copy, 0x2282, &raw mut version).expect("the other outlives it");
        let from_thread = std::thread::spawn(move || {
            let mut version = 0i32;
            ioctl(&copy, 0x2282, &raw mut version).map(|_| version)
        });
        assert_eq!(from_thread.join().expect("thread"), Ok(30_527));
        // Descriptor 7 was opened by the shell that became this program.
        // SAFETY: it is open, and nothing else in this process owns it.
        let inherited = unsafe { std::fs::File::from_raw_fd(7) };
        ioctl(&inherited, 0x2282, &raw mut version).expect("inherited");
    }
}
