//! What the transport takes for granted of a kernel, on the drive that the kernel itself makes up
//! (the module scsi_debug): no code of ours is on the other side. Only the lab runs these:
//! `lab/jobs/kernel.sh` loads the module and names its nodes in KERNEL_NODES.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use oxidisc::transport::holders::Holder;
use oxidisc::transport::sgio::SgIo;
use oxidisc::transport::verdict::{self, TransportError};
use oxidisc::transport::{Access, Answer, Cdb, Data, Errno, OpenError, Transport};

const HOW: &str = "KERNEL_NODES is not set; `hw-tests/lab/run kernel` sets it";
const TEST_UNIT_READY: [u8; 6] = [0; 6];

fn nodes() -> Vec<PathBuf> {
    std::env::var("KERNEL_NODES").expect(HOW).split(':').map(PathBuf::from).collect()
}

fn open(node: &Path, access: Access) -> SgIo {
    SgIo::open(node, access).unwrap_or_else(|error| panic!("{}: {error}", node.display()))
}

fn send(drive: &mut SgIo, cdb: &[u8], data: Data<'_>) -> Result<Answer, Errno> {
    drive.execute(&Cdb::new(cdb), data, Duration::from_secs(20))
}

fn good(drive: &mut SgIo, cdb: &[u8], data: Data<'_>) -> Answer {
    let answer = send(drive, cdb, data).expect("answered");
    assert_eq!((answer.status, answer.host, answer.driver), (0, 0, 0), "{answer:?}");
    answer
}

#[test]
fn data_residual_and_sense_come_through() {
    for node in nodes() {
        let mut drive = open(&node, Access::Write);
        assert!(drive.writable());
        // VPD page 80h: 8 bytes of the 96 asked for.
        let mut page = [0; 96];
        let answer = good(&mut drive, &[0x12, 1, 0x80, 0, 96, 0], Data::In(&mut page));
        assert_eq!((answer.resid, &page[..4]), (88, &[0x05, 0x80, 0x00, 0x04][..]));
        // READ (10) far beyond the end.
        let far = [0x28, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 1, 0];
        let answer = send(&mut drive, &far, Data::In(&mut [0; 2048])).expect("answered");
        let said = verdict::judge(&answer, 2048).expect("completed").sense.expect("sense");
        assert_eq!(said.triple(), (0x05, 0x21, 0x00));
    }
}

#[test]
fn the_largest_transfer_works_from_any_address() {
    for node in nodes() {
        let mut drive = open(&node, Access::Write);
        let size = drive.max_transfer();
        let blocks = u16::try_from(size / 2048).expect("small").to_be_bytes();
        let pattern: Vec<u8> = (0..size).map(|index| (index * 7 + index / 2048) as u8).collect();
        let command = |opcode| [opcode, 0, 0, 0, 0, 0, 0, blocks[0], blocks[1], 0];
        good(&mut drive, &command(0x2a), Data::Out(&pattern));
        let mut memory = vec![0; size + 2];
        good(&mut drive, &command(0x28), Data::In(&mut memory[1..=size]));
        assert_eq!(memory[1..=size], pattern);
        assert_eq!(memory[size + 1], 0);
        let answer = send(&mut drive, &command(0x28), Data::In(&mut memory));
        assert_eq!(answer, Err(Errno::EMSGSIZE));
    }
}

#[test]
fn a_drive_that_is_claimed_is_busy_through_both_nodes() {
    for held in nodes() {
        let claim = open(&held, Access::Read);
        for node in nodes() {
            let Err(OpenError::Busy { holders, .. }) = SgIo::open(&node, Access::Read) else {
                panic!("{} is open, and so is {}", held.display(), node.display());
            };
            let pids: Vec<u32> = holders.iter().filter_map(pid).collect();
            assert_eq!(pids, [std::process::id()]);
        }
        drop(claim);
        open(&held, Access::Read);
    }
}

fn pid(holder: &Holder) -> Option<u32> {
    match holder {
        Holder::Process { pid, .. } => Some(*pid),
        Holder::Mount { .. } => None,
    }
}

#[test]
fn a_command_that_takes_too_long_is_killed_and_is_no_data() {
    let debug = Path::new("/sys/bus/pseudo/drivers/scsi_debug");
    let set = |name: &str, value: &str| fs::write(debug.join(name), value).expect("root");
    for node in nodes() {
        let mut drive = open(&node, Access::Read);
        set("every_nth", "1");
        // SDEBUG_OPT_TIMEOUT: never answers.
        set("opts", "4");
        let cdb = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        let answer = drive.execute(&cdb, Data::In(&mut [0; 2048]), Duration::from_secs(1));
        set("opts", "0");
        set("every_nth", "0");
        let answer = answer.expect("answered");
        // The status byte says GOOD: it was never written.
        assert_eq!((answer.status, answer.host), (0, 3), "{answer:?}");
        assert_eq!(verdict::judge(&answer, 2048), Err(TransportError::Timeout));
        // The sr driver waits no less than seven seconds, whatever it was told.
        let sr = node.to_string_lossy().starts_with("/dev/sr");
        assert_eq!(answer.duration >= Duration::from_secs(7), sr, "{answer:?}");
        good(&mut drive, &TEST_UNIT_READY, Data::None);
    }
}

#[test]
fn a_user_who_may_only_read_can_lock_the_door_and_cannot_write() {
    for node in nodes() {
        let refused = SgIo::open(&node, Access::Write).expect_err("refused");
        assert!(matches!(refused, OpenError::ReadOnly { .. }), "{refused}");
        let mut drive = open(&node, Access::Read);
        assert!(!drive.writable());
        good(&mut drive, &TEST_UNIT_READY, Data::None);
        let write = [0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        assert_eq!(send(&mut drive, &write, Data::Out(&[0; 2048])), Err(Errno::EPERM));
        // CDROM_LOCKDOOR, which only the sr node has.
        let door = [0, 1, 0].map(|prevent| {
            send(&mut drive, &[0x1e, 0, 0, 0, prevent, 0], Data::None).map(|answer| answer.status)
        });
        let sr = node.to_string_lossy().starts_with("/dev/sr");
        assert_eq!(door, [if sr { Ok(0) } else { Err(Errno::EPERM) }; 3]);
    }
}

#[test]
fn a_drive_that_is_unplugged_is_gone() {
    let node = nodes().remove(0);
    let mut drive = open(&node, Access::Read);
    fs::write("/sys/block/sr0/device/delete", "1").expect("root");
    let answer = send(&mut drive, &TEST_UNIT_READY, Data::None);
    let error = answer.map(|answer| verdict::judge(&answer, 0)).map_err(verdict::judge_errno);
    assert!(
        matches!(error, Err(TransportError::Gone) | Ok(Err(TransportError::Gone))),
        "{error:?}"
    );
}
