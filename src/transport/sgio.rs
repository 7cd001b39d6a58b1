//! A real drive: SG_IO version 3 on `/dev/srN` and `/dev/sgN`. The only file outside `attach/` with
//! unsafe code: every ioctl on a drive is here. Knows two commands by meaning, which the kernel
//! refuses to pass for a user who may only read the node although it offers them another way.
//!
//! Layout and rules: Linux `include/scsi/sg.h`, `block/scsi_ioctl.c` (sr), `drivers/scsi/sg.c`.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_uint, c_ulong, c_void};
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, SigmaskHow};

use super::claim::{self, Access, Claim};
use super::node::Kind;
use super::open_error::OpenError;
use super::scan::{DriveEntry, Medium};
use super::sysfs::{self, Roots};
use super::{Answer, Cdb, Data, Errno, Transport};

/// `struct sg_io_hdr`.
#[repr(C)]
struct SgIoHdr {
    interface_id: c_int,
    dxfer_direction: c_int,
    cmd_len: u8,
    mx_sb_len: u8,
    iovec_count: u16,
    dxfer_len: c_uint,
    dxferp: *mut c_void,
    cmdp: *const u8,
    sbp: *mut u8,
    timeout: c_uint,
    flags: c_uint,
    pack_id: c_int,
    usr_ptr: *mut c_void,
    status: u8,
    masked_status: u8,
    msg_status: u8,
    sb_len_wr: u8,
    host_status: u16,
    driver_status: u16,
    resid: c_int,
    duration: c_uint,
    info: c_uint,
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<SgIoHdr>() == 88);
    assert!(offset_of!(SgIoHdr, cmd_len) == 8);
    assert!(offset_of!(SgIoHdr, dxfer_len) == 12);
    assert!(offset_of!(SgIoHdr, dxferp) == 16);
    assert!(offset_of!(SgIoHdr, cmdp) == 24);
    assert!(offset_of!(SgIoHdr, sbp) == 32);
    assert!(offset_of!(SgIoHdr, timeout) == 40);
    assert!(offset_of!(SgIoHdr, usr_ptr) == 56);
    assert!(offset_of!(SgIoHdr, status) == 64);
    assert!(offset_of!(SgIoHdr, sb_len_wr) == 67);
    assert!(offset_of!(SgIoHdr, host_status) == 68);
    assert!(offset_of!(SgIoHdr, driver_status) == 70);
    assert!(offset_of!(SgIoHdr, resid) == 72);
    assert!(offset_of!(SgIoHdr, info) == 80);
};
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<SgIoHdr>() == 64);

const SG_IO: c_ulong = 0x2285;
const SG_GET_SCSI_ID: c_ulong = 0x2276;
const BLKSECTGET: c_ulong = 0x1267;
const CDROM_SELECT_SPEED: c_ulong = 0x5322;
const CDROM_DRIVE_STATUS: c_ulong = 0x5326;
const CDROM_LOCKDOOR: c_ulong = 0x5329;

const SG_DXFER_NONE: c_int = -1;
const SG_DXFER_TO_DEV: c_int = -2;
const SG_DXFER_FROM_DEV: c_int = -3;

/// `CDSL_CURRENT`: the only slot.
const CURRENT_SLOT: c_ulong = i32::MAX as c_ulong;

/// Longest sense data there is: SPC-4 4.5.1 allows 252, drives send 18 and the kernel keeps 96.
const SENSE_MAX: usize = 64;

const SET_CD_SPEED: u8 = 0xbb;
const PREVENT_ALLOW: u8 = 0x1e;

/// A real drive, ours alone until this is dropped.
#[derive(Debug)]
pub struct SgIo {
    claim: Claim,
    max_transfer: usize,
}

impl SgIo {
    /// Claims the drive at `path`: an sr or sg node, or a link to one. Waits up to two seconds for
    /// who only looks at it in passing.
    ///
    /// # Errors
    /// It is no optical drive, it is not allowed, or somebody uses it. Nothing was sent to it.
    pub fn open(path: &Path, access: Access) -> Result<SgIo, OpenError> {
        let claim = claim::open(&Roots::default(), path, access)?;
        let told = claim.entry.max_transfer;
        let max_transfer = told
            .or_else(|| driver_max_transfer(&claim.file, claim.kind))
            .unwrap_or(sysfs::TRANSFER_UNKNOWN);
        Ok(SgIo { claim, max_transfer })
    }

    /// Whether the node is open for writing. If not, the kernel refuses every command that could
    /// change disc or drive (`scsi_cmd_allowed`), root's excepted.
    pub fn writable(&self) -> bool {
        self.claim.writable
    }

    /// The drive as the kernel shows it.
    pub fn entry(&self) -> &DriveEntry {
        &self.claim.entry
    }

    /// Lets the kernel do, in its own words, what it does not pass on. Only sr nodes offer this.
    fn do_otherwise(&self, cdb: &Cdb) -> Option<Answer> {
        if self.claim.kind != Kind::Sr {
            return None;
        }
        let (request, argument) = substitute(cdb)?;
        let started = Instant::now();
        ioctl_value(&self.claim.file, request, argument).ok()?;
        Some(Answer { duration: started.elapsed(), ..Answer::default() })
    }
}

/// The ioctl that does what a command asks, and its argument. `None` if none does.
fn substitute(cdb: &Cdb) -> Option<(c_ulong, c_ulong)> {
    match (cdb.opcode(), cdb.bytes()) {
        // MMC-6 6.45: READ SPEED in kB/s, FFFFh for the best there is. The ioctl takes multiples of
        // 177 kB/s, 0 for the best (`sr_select_speed`). The write speed is lost.
        (SET_CD_SPEED, [_, _, high, low, ..]) => {
            let kbps = u16::from_be_bytes([*high, *low]);
            let times = if kbps == u16::MAX { 0 } else { (kbps.saturating_add(88) / 177).max(1) };
            Some((CDROM_SELECT_SPEED, c_ulong::from(times)))
        }
        // SPC-4 6.18: 00b allow, 01b prevent; the persistent kinds have no ioctl.
        (PREVENT_ALLOW, [_, _, _, _, prevent @ (0 | 1), ..]) => {
            Some((CDROM_LOCKDOOR, c_ulong::from(*prevent)))
        }
        _ => None,
    }
}

impl Transport for SgIo {
    /// The caller's buffer is used as it is. It need not be aligned; where it starts on a page, the
    /// kernel lets the drive write into it directly, else it copies.
    ///
    /// `timeout` goes to the kernel in milliseconds, at least one. On an sr node the kernel makes
    /// seven seconds of anything shorter (`BLK_MIN_SG_TIMEOUT`). When it is over, the kernel aborts
    /// the command and may reset the drive; a GOOD status may then stand beside a host status.
    ///
    /// `Errno::EMSGSIZE`: more than `max_transfer` bytes. `EPERM`: the kernel does not pass this
    /// command for this user. `ENOMEM`: no kernel memory for so large a transfer.
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        // sr says EIO and sg ENOMEM to what the host adapter cannot take; neither tells much.
        if data.len() > self.max_transfer {
            return Err(Errno::EMSGSIZE);
        }
        let _quiet = (self.claim.kind == Kind::Sg).then(SignalsHeld::new);
        match sg_io(&self.claim.file, cdb, data, timeout) {
            Err(Errno::EPERM) => self.do_otherwise(cdb).ok_or(Errno::EPERM),
            other => other,
        }
    }

    /// From the kernel's limits for this host adapter: sysfs has them for the sr node, which stands
    /// for the sg node too; else the driver is asked. At most 512 KiB.
    fn max_transfer(&self) -> usize {
        self.max_transfer
    }

    fn wait(&mut self, time: Duration) {
        thread::sleep(time);
    }
}

/// Runs one command through the SG_IO ioctl.
fn sg_io(file: &File, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
    let mut sense = [0_u8; SENSE_MAX];
    let length = c_uint::try_from(data.len()).map_err(|_| Errno::EMSGSIZE)?;
    let (direction, pointer) = match data {
        Data::In(buffer) if !buffer.is_empty() => (SG_DXFER_FROM_DEV, buffer.as_mut_ptr().cast()),
        // The kernel only reads through this pointer when the direction is to the device.
        Data::Out(bytes) if !bytes.is_empty() => {
            (SG_DXFER_TO_DEV, bytes.as_ptr().cast_mut().cast::<c_void>())
        }
        _ => (SG_DXFER_NONE, std::ptr::null_mut()),
    };
    let mut header = SgIoHdr {
        interface_id: c_int::from(b'S'),
        dxfer_direction: direction,
        cmd_len: cdb.bytes().len() as u8,
        mx_sb_len: SENSE_MAX as u8,
        iovec_count: 0,
        dxfer_len: length,
        dxferp: pointer,
        cmdp: cdb.bytes().as_ptr(),
        sbp: sense.as_mut_ptr(),
        timeout: c_uint::try_from(timeout.as_millis()).unwrap_or(c_uint::MAX).max(1),
        flags: 0,
        pack_id: 0,
        usr_ptr: std::ptr::null_mut(),
        status: 0,
        masked_status: 0,
        msg_status: 0,
        sb_len_wr: 0,
        host_status: 0,
        driver_status: 0,
        resid: 0,
        duration: 0,
        info: 0,
    };
    // Ours, because the kernel's own is in timer ticks of 1 to 10 ms.
    let started = Instant::now();
    // SAFETY: `header` is a whole sg_io_hdr; its three pointers lead to live buffers of the lengths
    // given beside them (or null with length 0), which nothing else touches until the ioctl is
    // back. The kernel keeps none of them longer: sr comes back only when the command is done, and
    // sg moves data through memory of its own.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), SG_IO as _, &raw mut header) };
    let duration = started.elapsed();
    Errno::result(result)?;
    let written = usize::from(header.sb_len_wr).min(SENSE_MAX);
    Ok(Answer {
        status: header.status,
        host: header.host_status,
        driver: header.driver_status,
        resid: header.resid,
        sense: sense[..written].to_vec(),
        duration,
    })
}

/// Keeps signals from this thread while a command runs. The sg driver breaks its wait off for one
/// and forgets the command that still runs: the kernel's restart of the call would send it twice.
/// The sr driver waits to the end (`blk_execute_rq`).
/// What comes meanwhile is delivered right after. SIGKILL and SIGSTOP nobody can hold.
struct SignalsHeld(Option<SigSet>);

impl SignalsHeld {
    fn new() -> SignalsHeld {
        SignalsHeld(SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK).ok())
    }
}

impl Drop for SignalsHeld {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // Cannot fail: the mask is one that the kernel gave us.
            let _ = before.thread_set_mask();
        }
    }
}

/// An ioctl whose argument is a number.
fn ioctl_value(file: &File, request: c_ulong, argument: c_ulong) -> Result<c_int, Errno> {
    debug_assert!([CDROM_SELECT_SPEED, CDROM_LOCKDOOR, CDROM_DRIVE_STATUS].contains(&request));
    // SAFETY: the cdrom driver takes the argument of these requests as a number, no pointer; on a
    // descriptor of another kind they are unknown and refused.
    Errno::result(unsafe { libc::ioctl(file.as_raw_fd(), request as _, argument) })
}

/// SCSI PERIPHERAL DEVICE TYPE of the device behind an sg node. Sends nothing.
pub(super) fn scsi_type(file: &File) -> Result<u64, Errno> {
    // struct sg_scsi_id: host, channel, id, lun, type, two shorts, two spare ints.
    let mut id = [0 as c_int; 8];
    // SAFETY: the request writes 32 bytes to where the pointer leads, or is refused.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), SG_GET_SCSI_ID as _, id.as_mut_ptr()) };
    Errno::result(result)?;
    Ok(u64::try_from(id[4]).unwrap_or(u64::MAX))
}

/// The most bytes one command may move, as the driver of the node tells it. Sends nothing.
fn driver_max_transfer(file: &File, kind: Kind) -> Option<usize> {
    // sr writes a short, in sectors; sg an int, in bytes.
    let mut bytes = [0_u8; size_of::<c_int>()];
    // SAFETY: the request writes two or four bytes to where the pointer leads, or is refused.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), BLKSECTGET as _, bytes.as_mut_ptr()) };
    Errno::result(result).ok()?;
    let limit = match kind {
        Kind::Sr => usize::from(u16::from_ne_bytes([bytes[0], bytes[1]])) * 512,
        Kind::Sg => usize::try_from(c_int::from_ne_bytes(bytes)).ok()?,
    };
    (limit > 0).then(|| sysfs::sane_transfer(limit))
}

/// What the kernel says of the medium in the drive of an sr node. It asks the drive (GET EVENT
/// STATUS NOTIFICATION), waiting for a command that runs; it does not close the tray.
///
/// # Errors
/// The node cannot be opened for reading.
pub(super) fn medium(path: &Path) -> Result<Medium, Errno> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path);
    let file = file.map_err(|error| claim::errno_of(&error))?;
    // CDS_* of include/uapi/linux/cdrom.h.
    Ok(match ioctl_value(&file, CDROM_DRIVE_STATUS, CURRENT_SLOT)? {
        1 => Medium::Absent,
        2 => Medium::TrayOpen,
        3 => Medium::NotReady,
        4 => Medium::Present,
        _ => Medium::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_file_is_refused_and_not_touched() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = SgIo::open(file.path(), Access::Write).expect_err("refused");
        assert_eq!(error, OpenError::NotADevice { path: file.path().into(), what: "a file" });
        assert_eq!(file.as_file().metadata().expect("metadata").len(), 0);
    }

    #[test]
    fn a_device_that_is_no_drive_is_refused_by_name() {
        let error = SgIo::open(Path::new("/dev/null"), Access::Read).expect_err("refused");
        assert!(matches!(error, OpenError::NotOptical { .. }), "{error}");
    }

    #[test]
    fn sg_io_on_a_file_is_an_error_of_the_call() {
        let file = tempfile::tempfile().expect("a file");
        let cdb = Cdb::new(&[0, 0, 0, 0, 0, 0]);
        let answer = sg_io(&file, &cdb, Data::None, Duration::from_secs(1));
        assert_eq!(answer, Err(Errno::ENOTTY));
        assert_eq!(scsi_type(&file), Err(Errno::ENOTTY));
        assert_eq!(driver_max_transfer(&file, Kind::Sr), None);
    }

    #[test]
    fn signals_are_held_only_while_a_command_runs() {
        let before = SigSet::thread_get_mask().expect("mask");
        {
            let _quiet = SignalsHeld::new();
            let during = SigSet::thread_get_mask().expect("mask");
            assert!(during.contains(nix::sys::signal::Signal::SIGINT));
        }
        assert_eq!(SigSet::thread_get_mask().expect("mask"), before);
    }

    #[test]
    fn speed_and_door_have_an_ioctl_that_needs_no_writing() {
        // CDROM_SELECT_SPEED 5322h: 1411 kB/s is 8x; FFFFh is the best, which the ioctl calls 0.
        let speed =
            |high, low| substitute(&Cdb::new(&[0xbb, 0, high, low, 0xff, 0xff, 0, 0, 0, 0, 0, 0]));
        assert_eq!(speed(0x05, 0x83), Some((0x5322, 8)));
        assert_eq!(speed(0x00, 0xb0), Some((0x5322, 1)));
        assert_eq!(speed(0x00, 0x00), Some((0x5322, 1)));
        assert_eq!(speed(0xff, 0xff), Some((0x5322, 0)));
        assert_eq!(speed(0xff, 0xfe), Some((0x5322, 370)));
        // CDROM_LOCKDOOR 5329h.
        assert_eq!(substitute(&Cdb::new(&[0x1e, 0, 0, 0, 1, 0])), Some((0x5329, 1)));
        assert_eq!(substitute(&Cdb::new(&[0x1e, 0, 0, 0, 0, 0])), Some((0x5329, 0)));
        // Persistent prevent: no ioctl does that.
        assert_eq!(substitute(&Cdb::new(&[0x1e, 0, 0, 0, 3, 0])), None);
        assert_eq!(substitute(&Cdb::new(&[0x00, 0, 0, 0, 0, 0])), None);
        // A BBh cut short is no SET CD SPEED.
        assert_eq!(substitute(&Cdb::new(&[0xbb])), None);
    }
}
