//! One program, and no one else, gets a drive: where it opens, stats or sends an ioctl to a certain
//! path, the transport answers in the kernel's place, through seccomp user notification (Linux 5.9
//! or later; since 5.6 if the path exists). Needs no privilege and no module. Whatever goes through
//! `SG_IO` works so; block reads do not. This is no prison: the program is trusted, only its drive
//! is made up.

mod bpf;
mod call;
mod ioctls;
mod memory;
mod node;
mod seccomp;
mod sg_io;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::waited::Waited;
use crate::transport::Transport;
use call::{Target, Wish};
use memory::Memory;
use node::Node;
use seccomp::{Listener, Reply};

/// Which program, and where it finds the drive.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The path that is the drive. Nothing need be there; what is there is not touched. `sgN` is
    /// a generic node, every other name one of a block device.
    pub at: PathBuf,
    /// Program and arguments; the program is looked up in `PATH`.
    pub command: Vec<OsString>,
}

/// Why the program could not be run.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// An empty command.
    #[error("no command to run")]
    NoCommand,
    /// Not the program's fault.
    #[error("this type of machine is not supported (x86_64, aarch64 and riscv64 are)")]
    Machine,
    /// The program itself.
    #[error("cannot start {program:?}: {source}")]
    Start {
        /// Its name.
        program: OsString,
        /// What the kernel said.
        source: io::Error,
    },
    /// The kernel refused the filter.
    #[error(
        "cannot watch the program's system calls: {0}; this needs Linux 5.6 with seccomp, outside \
         of a sandbox that watches them itself"
    )]
    Filter(io::Error),
    /// Anything else.
    #[error("cannot run the program: {0}")]
    System(#[from] io::Error),
}

impl From<Errno> for NotifyError {
    fn from(errno: Errno) -> NotifyError {
        NotifyError::System(errno.into())
    }
}

/// Runs one program to its end, with the drive at `options.at`; returns how it ended.
///
/// Programs that it starts see the drive too, and are served until the last of them is gone.
/// SIGTERM and SIGHUP are passed on to the program; SIGINT and SIGQUIT from the terminal
/// reach it anyway and are left to it.
///
/// # Errors
/// The program was not started.
pub fn run(transport: Box<dyn Transport>, options: &RunOptions) -> Result<ExitStatus, NotifyError> {
    let node = Node::new(&options.at)?;
    let signals = HeldSignals::hold()?;
    let (mut child, listener) = seccomp::spawn(&options.command, signals.before)?;
    let (sender, receiver) = channel();
    let outcome = std::thread::scope(|scope| {
        let transport = Waited::new(transport);
        let drive = Drive { transport, listener: &listener, node: &node, buffer: Vec::new() };
        scope.spawn(move || drive.serve(&receiver));
        let desk = Desk { listener: &listener, node: &node, drive: sender };
        desk.serve(&mut child, &signals)
    });
    if outcome.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    outcome
}

/// What a shell makes of an exit status: the code, or 128 and the signal.
pub fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code & 0xff).unwrap_or(1)
}

/// The signals that end programs, held back from us while the program runs.
struct HeldSignals {
    fd: SignalFd,
    before: SigSet,
}

impl HeldSignals {
    fn hold() -> Result<HeldSignals, Errno> {
        let mut held = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP] {
            held.add(signal);
        }
        let before = held.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        match SignalFd::with_flags(&held, flags) {
            Ok(fd) => Ok(HeldSignals { fd, before }),
            Err(errno) => {
                let _ = before.thread_set_mask();
                Err(errno)
            }
        }
    }

    /// Passes on what arrived. What the terminal sends goes to the program by itself.
    fn pass_on(&self, child: &Child) {
        while let Ok(Some(info)) = self.fd.read_signal() {
            let signal = Signal::try_from(info.ssi_signo as i32);
            if info.ssi_code != libc::SI_KERNEL
                && let Ok(signal) = signal
            {
                seccomp::signal(child, signal);
            }
        }
    }
}

impl Drop for HeldSignals {
    fn drop(&mut self) {
        let _ = self.before.thread_set_mask();
    }
}

/// An ioctl on the node, on its way to the drive.
struct Job {
    id: u64,
    pid: u32,
    request: u32,
    argument: u64,
}

/// Takes the calls as they come, and answers what needs no drive.
struct Desk<'a> {
    listener: &'a Listener,
    node: &'a Node,
    drive: Sender<Job>,
}

impl Desk<'_> {
    fn serve(&self, child: &mut Child, signals: &HeldSignals) -> Result<ExitStatus, NotifyError> {
        let end = seccomp::watch(child)?;
        let tells_when_empty = kernel_is_since(5, 8);
        let mut status: Option<ExitStatus> = None;
        loop {
            let mut fds = [
                PollFd::new(self.listener.as_fd(), PollFlags::POLLIN),
                PollFd::new(signals.fd.as_fd(), PollFlags::POLLIN),
                PollFd::new(end.as_fd(), PollFlags::POLLIN),
            ];
            let watched = if status.is_some() { &mut fds[..2] } else { &mut fds[..] };
            match poll(watched, PollTimeout::NONE) {
                Err(Errno::EINTR) => continue,
                other => other?,
            };
            let happened = |index: usize| fds[index].revents().unwrap_or(PollFlags::empty());
            let (calls, signalled, ended) = (happened(0), happened(1), happened(2));
            if !signalled.is_empty() && status.is_none() {
                signals.pass_on(child);
            }
            if calls.contains(PollFlags::POLLIN) {
                if let Some(call) = self.listener.receive()? {
                    self.answer(&call);
                }
                continue;
            }
            if status.is_none() && !ended.is_empty() {
                status = Some(child.wait()?);
            }
            if let Some(status) = status
                && (calls.contains(PollFlags::POLLHUP) || !tells_when_empty)
            {
                return Ok(status);
            }
            if status.is_some() && !signalled.is_empty() {
                return Ok(status.unwrap_or_default());
            }
        }
    }

    fn answer(&self, call: &libc::seccomp_notif) {
        let memory = Memory::of(call.pid);
        let reply = match call::decode(&call.data, memory) {
            Ok(Some((target, wish))) if self.node.is(target, call.pid, memory) => {
                // Only now is it sure that what was looked at belonged to who asked.
                if !self.listener.waits(call.id) {
                    return;
                }
                match self.grant(call, memory, target, wish) {
                    Some(reply) => reply,
                    None => return,
                }
            }
            _ => Reply::Continue,
        };
        self.listener.respond(call.id, reply);
    }

    /// The reply to a call on the node; `None` if the drive will reply.
    fn grant(
        &self,
        call: &libc::seccomp_notif,
        memory: Memory,
        target: Target,
        wish: Wish,
    ) -> Option<Reply> {
        let filled = |address: u64, bytes: &[u8]| match memory.write(address, bytes) {
            Ok(()) => Reply::Value(0),
            Err(errno) => Reply::Error(errno),
        };
        Some(match wish {
            Wish::Open(flags) => self.open(call.id, flags),
            Wish::Stat(address) => filled(address, &self.node.stat()),
            Wish::Statx(address) => filled(address, &self.node.statx()),
            Wish::Access => Reply::Value(0),
            // A node is no link; an empty path would have named one.
            Wish::ReadLink => match target {
                Target::Path { .. } => Reply::Error(Errno::EINVAL),
                Target::Descriptor(_) => Reply::Error(Errno::ENOENT),
            },
            Wish::Ioctl(request, argument) => {
                let job = Job { id: call.id, pid: call.pid, request, argument };
                match self.drive.send(job) {
                    Ok(()) => return None,
                    Err(_) => Reply::Error(Errno::ENODEV),
                }
            }
        })
    }

    fn open(&self, id: u64, flags: i32) -> Reply {
        let wanted = libc::O_CREAT | libc::O_EXCL;
        if flags & wanted == wanted {
            return Reply::Error(Errno::EEXIST);
        }
        if flags & libc::O_DIRECTORY != 0 {
            return Reply::Error(Errno::ENOTDIR);
        }
        let opened = match self.node.open(flags) {
            Ok(opened) => opened,
            Err(error) => {
                return Reply::Error(Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO)));
            }
        };
        match self.listener.give(id, opened.as_fd(), flags & libc::O_CLOEXEC != 0) {
            Ok(fd) => Reply::Value(fd.into()),
            // Before Linux 5.9: what is there under that name will do.
            Err(Errno::EINVAL | Errno::ENOTTY) => Reply::Continue,
            Err(errno) => Reply::Error(errno),
        }
    }
}

/// The drive, on a thread of its own: a slow command holds up nothing else the programs do.
struct Drive<'a> {
    transport: Waited,
    listener: &'a Listener,
    node: &'a Node,
    buffer: Vec<u8>,
}

impl Drive<'_> {
    fn serve(mut self, jobs: &Receiver<Job>) {
        for job in jobs {
            // A defect in a drive that is made up must look like a dead drive, not like a hang.
            let reply = match catch_unwind(AssertUnwindSafe(|| self.answer(&job))) {
                Ok(Ok(value)) => Reply::Value(value),
                Ok(Err(errno)) => Reply::Error(errno),
                Err(_) => Reply::Error(Errno::ENODEV),
            };
            self.listener.respond(job.id, reply);
        }
    }

    fn answer(&mut self, job: &Job) -> Result<i64, Errno> {
        let mut ioctl = ioctls::Ioctl {
            transport: &mut self.transport,
            memory: Memory::of(job.pid),
            kind: self.node.kind(),
            minor: self.node.minor(),
            argument: job.argument,
            waits: &|| self.listener.waits(job.id),
            buffer: &mut self.buffer,
        };
        ioctl.answer(job.request)
    }
}

/// Whether this kernel is at least that one.
fn kernel_is_since(major: u32, minor: u32) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers =
        release.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse::<u32>().ok());
    numbers.next().zip(numbers.next()).is_some_and(|version| version >= (major, minor))
}
