//! The kernel's side of seccomp user notification: installing the filter in a new process,
//! receiving its calls, answering them (`linux/seccomp.h`, seccomp_unotify(2)). Decides nothing.

#![allow(unsafe_code)]

use std::ffi::OsString;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};

use super::NotifyError;

/// Where the calls of the program arrive.
pub(super) struct Listener(OwnedFd);

/// What a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Not ours: the kernel does it.
    Continue,
    /// It returns this.
    Value(i64),
    /// It fails.
    Error(Errno),
}

impl Listener {
    /// The next call; `None` if the program was killed before it could be taken.
    pub(super) fn receive(&self) -> Result<Option<libc::seccomp_notif>, Errno> {
        let data = libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] };
        let mut call = libc::seccomp_notif { id: 0, pid: 0, flags: 0, data };
        // SAFETY: the request's number encodes the size of `seccomp_notif`, so the kernel writes no
        // more than that; it is zeroed, as the kernel demands, and lives across the call.
        match unsafe { self.ioctl(libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut call) } {
            Ok(_) => Ok(Some(call)),
            Err(Errno::ENOENT | Errno::EINTR) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    /// Whether the process still waits for the answer to this call: if not, its number may by now
    /// belong to another.
    pub(super) fn waits(&self, mut id: u64) -> bool {
        // SAFETY: the kernel reads eight bytes from `id`.
        unsafe { self.ioctl(libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &raw mut id) }.is_ok()
    }

    /// Answers a call. That the program is gone meanwhile is no error: nobody waits then.
    pub(super) fn respond(&self, id: u64, reply: Reply) {
        let mut response = libc::seccomp_notif_resp { id, val: 0, error: 0, flags: 0 };
        match reply {
            Reply::Continue => response.flags = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32,
            Reply::Value(value) => response.val = value,
            Reply::Error(errno) => response.error = -(errno as i32),
        }
        // SAFETY: the kernel reads and writes one `seccomp_notif_resp`, which lives across the
        // call.
        let _ = unsafe { self.ioctl(libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut response) };
    }

    /// Puts a copy of `fd` into the waiting process; the number it has there.
    pub(super) fn give(&self, id: u64, fd: BorrowedFd<'_>, cloexec: bool) -> Result<i32, Errno> {
        let mut request = libc::seccomp_notif_addfd {
            id,
            flags: 0,
            srcfd: fd.as_raw_fd() as u32,
            newfd: 0,
            newfd_flags: if cloexec { libc::O_CLOEXEC as u32 } else { 0 },
        };
        // SAFETY: the kernel reads one `seccomp_notif_addfd`, which lives across the call.
        unsafe { self.ioctl(libc::SECCOMP_IOCTL_NOTIF_ADDFD, &raw mut request) }
    }

    /// # Safety
    /// `argument` must point at what `request` reads and writes.
    unsafe fn ioctl<T>(&self, request: libc::Ioctl, argument: *mut T) -> Result<i32, Errno> {
        // SAFETY: the descriptor is open; the caller vouches for the argument.
        Errno::result(unsafe { libc::ioctl(self.0.as_raw_fd(), request, argument) })
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Starts the program under the filter, with the signal mask `mask`.
pub(super) fn spawn(command: &[OsString], mask: SigSet) -> Result<(Child, Listener), NotifyError> {
    let filter = super::bpf::program().ok_or(NotifyError::Machine)?;
    let (program, arguments) = command.split_first().ok_or(NotifyError::NoCommand)?;
    let (ours, theirs) = UnixStream::pair().map_err(NotifyError::System)?;
    let socket = theirs.as_raw_fd();
    let mut command = Command::new(program);
    command.args(arguments);
    // SAFETY: between fork and exec the closure makes system calls only: no allocation, no locks.
    // `filter` and `socket` were made before the fork; `theirs` lives until after the spawn.
    unsafe {
        command.pre_exec(move || {
            let listener = install(&filter)?;
            send_descriptor(socket, listener)?;
            // That we die must not leave a program behind whose calls nobody answers.
            Errno::result(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM))?;
            mask.thread_set_mask()?;
            Ok(())
        });
    }
    let spawned = command.spawn();
    drop(theirs);
    let listener = receive_descriptor(&ours);
    match (spawned, listener) {
        (Ok(child), Some(listener)) => Ok((child, Listener(listener))),
        // The filter stood, so it is the program itself that did not start.
        (Err(source), Some(_)) => Err(NotifyError::Start { program: program.clone(), source }),
        (Err(source), None) => Err(NotifyError::Filter(source)),
        (Ok(mut child), None) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(NotifyError::Filter(io::Error::from(Errno::EPIPE)))
        }
    }
}

/// Installs the filter in this process; its listener.
fn install(filter: &[libc::sock_filter]) -> Result<RawFd, Errno> {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    let call = |flags: libc::c_ulong| {
        // SAFETY: `program` and the instructions it points at live across the call, which copies
        // them.
        let result = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                flags,
                &raw const program,
            )
        };
        Errno::result(result).map(|fd| fd as RawFd)
    };
    // Without privileges a filter may only be set by who can gain none (seccomp(2)).
    // SAFETY: takes plain numbers.
    Errno::result(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
    let listener = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    // Since Linux 5.19: else a signal that the program catches restarts its call, and the drive
    // would see the command twice.
    match call(listener | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) {
        Err(Errno::EINVAL) => call(listener),
        other => other,
    }
}

/// Room for one control message with one descriptor, aligned as `cmsghdr` is.
#[repr(C, align(8))]
struct Control([u8; 64]);

/// Sends a descriptor through a socket, without allocating.
fn send_descriptor(socket: RawFd, fd: RawFd) -> Result<(), Errno> {
    let mut byte = 0u8;
    let mut part = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    let mut control = Control([0; 64]);
    // SAFETY: all of `msghdr` may be zero. The message points at locals that live across the call;
    // CMSG_SPACE of one descriptor (24) fits into the 64 bytes, so that CMSG_FIRSTHDR is not null
    // and CMSG_DATA stays inside.
    let sent = unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        message.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
        std::ptr::write_unaligned(libc::CMSG_DATA(header).cast::<RawFd>(), fd);
        libc::sendmsg(socket, &raw const message, libc::MSG_NOSIGNAL)
    };
    Errno::result(sent).map(drop)
}

/// The descriptor that was sent; `None` if the other side closed without sending one.
fn receive_descriptor(socket: &UnixStream) -> Option<OwnedFd> {
    let mut byte = [0u8];
    let mut parts = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags).ok()?;
    message.cmsgs().ok()?.find_map(|control| match control {
        ControlMessageOwned::ScmRights(fds) => {
            // SAFETY: the kernel has just made this descriptor for us, and nobody else owns it.
            fds.first().map(|fd| unsafe { OwnedFd::from_raw_fd(*fd) })
        }
        _ => None,
    })
}

/// A descriptor that becomes readable when the process ends.
pub(super) fn watch(child: &Child) -> Result<OwnedFd, Errno> {
    // SAFETY: takes plain numbers; what it returns is a descriptor that is ours alone.
    unsafe {
        let fd = Errno::result(libc::syscall(libc::SYS_pidfd_open, child.id(), 0))?;
        Ok(OwnedFd::from_raw_fd(fd as RawFd))
    }
}

/// Sends a signal to the program.
pub(super) fn signal(child: &Child, signal: Signal) {
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    let _ = nix::sys::signal::kill(pid, signal);
}
