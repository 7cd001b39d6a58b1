//! A drive in this machine's kernel: a transport becomes `/dev/srN` and `/dev/sgN` that every
//! program can use, through the kernel's SCSI target (TCMU and `tcm_loop`: stock modules; root).
//! One process serves one drive: it answers the commands in a ring that it shares with the kernel.
//!
//! Nothing stays behind: a server takes its drive away when it ends, a guardian process does where
//! it was killed, and where both were, the next [`Server::attach`] or [`detach`] does.
//!
//! What the ring cannot express is told in the nearest words: a command that timed out is left
//! unanswered until the kernel aborts it (so the program sees `DID_TIME_OUT`, after its own
//! timeout); a busy bus is BUSY; a reset is a unit attention 29h/02h; any other host error is
//! ABORTED COMMAND 08h/00h, logical unit communication failure. A drive that is gone vanishes from
//! the kernel.

mod configfs;
mod direction;
mod map;
mod ring;
mod serve;

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::transport::Transport;
pub use configfs::StepError;
use configfs::{Device, Tree};
pub use ring::RingError;
use serve::{Answers, Channel, Drive, Leaving, OpenError, Progress};

/// How long the kernel may take to show the ring's device, and to let go of a dead server's.
const RING_PATIENCE: Duration = Duration::from_secs(5);
/// How long the nodes may take: the kernel first asks the drive a few things, which may spin up.
const NODES_PATIENCE: Duration = Duration::from_secs(120);
/// How long a server may take to end when asked to.
const SERVER_PATIENCE: Duration = Duration::from_secs(5);
/// The kernel's side of the ring, its own SCSI host, and the drivers of the nodes.
const MODULES: [&str; 4] = ["target_core_user", "tcm_loop", "sr_mod", "sg"];
const PAUSE: Duration = Duration::from_millis(10);

/// How to attach.
#[derive(Clone, Debug)]
pub struct AttachOptions {
    /// Program and arguments of a process that, given one more argument, calls [`guard`] with it:
    /// it takes the drive away should this process be killed. `None`: nobody watches.
    pub guardian: Option<Vec<OsString>>,
}

/// What a drive has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// `/dev/srN`.
    pub sr: PathBuf,
    /// `/dev/sgN`; `None` where the kernel has no sg driver.
    pub sg: Option<PathBuf>,
}

/// A drive of ours in the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its nodes; `None` while it comes or goes.
    pub nodes: Option<Nodes>,
    /// The process that serves it; `None` if that is dead and the drive a leftover.
    pub server: Option<u32>,
}

/// Which drives to detach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of ours.
    All,
    /// The one with this node, or a link to it.
    Node(PathBuf),
}

/// Why serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// The transport lost its drive.
    Unplugged,
}

/// Why a drive could not be attached, served or detached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Needs CAP_SYS_ADMIN and more.
    #[error("attaching a drive to the kernel needs root")]
    NotRoot,
    /// The kernel's SCSI target is missing.
    #[error("the kernel's SCSI target is not there: {} does not exist", .0.display())]
    NoTarget(PathBuf),
    /// A step on the way, in configfs.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The shared ring could not be had.
    #[error("cannot use the command ring {}: {source}", path.display())]
    Device {
        /// The UIO device.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The kernel set up no ring.
    #[error("the kernel made no command ring for the drive")]
    NoRing,
    /// The kernel broke the ring's format, or it is another one.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// The drive came, the node did not.
    #[error("the kernel made no /dev/srN of the drive")]
    NoNode,
    /// The transport lost its drive before it was attached.
    #[error("the drive was unplugged while it was being attached")]
    Unplugged,
    /// The guardian did not start.
    #[error("cannot start the process that cleans up after a killed server: {0}")]
    Guardian(io::Error),
    /// Nothing to detach.
    #[error("{} is no drive that was attached by oxidisc", .0.display())]
    NotOurs(PathBuf),
    /// [`guard`] was given something else.
    #[error("'{0}' names no attached drive")]
    BadWord(String),
}

impl AttachError {
    /// What the user can do about it, if anything.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            AttachError::NotRoot => {
                Some("run it with sudo; `virtual run` gives a drive to one program without root")
            }
            AttachError::NoTarget(_) => Some(
                "modprobe -a target_core_user tcm_loop, and if need be \
                 mount -t configfs none /sys/kernel/config; without these modules, `virtual run`",
            ),
            AttachError::Step(_) | AttachError::NoRing => {
                Some("are all modules there? modprobe -a target_core_user tcm_loop sr_mod sg")
            }
            AttachError::NoNode => Some("modprobe sr_mod; does the drive answer INQUIRY?"),
            _ => None,
        }
    }
}

/// A drive in the kernel, for as long as this lives.
pub struct Server {
    presence: Presence,
    drive: Drive,
    nodes: Nodes,
}

impl Server {
    /// Attaches a drive; returns when its nodes are there. Leftovers of killed servers are taken
    /// away on the way.
    ///
    /// # Errors
    /// It was not attached, and nothing of it stays behind.
    pub fn attach(
        transport: Box<dyn Transport>,
        options: &AttachOptions,
    ) -> Result<Server, AttachError> {
        let tree = Tree::default();
        make_ready(&tree)?;
        for leftover in tree.devices() {
            if tree.server(&leftover).is_none() {
                // What cannot be cleaned is in nobody's way: the new drive has its own place.
                let _ = clean(&tree, &leftover);
            }
        }
        let device = tree.claim(tree.this_process())?;
        let mut presence = Presence { tree, device, channel: None, guardian: None };
        presence.guardian = match &options.guardian {
            Some(command) => Some(start_guardian(command, &presence.device)?),
            None => None,
        };
        let mut drive = Drive::new(transport);
        let nodes = presence.bring_up(&mut drive)?;
        Ok(Server { presence, drive, nodes })
    }

    /// What the drive has become.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// Serves the drive until `stop` is set or the drive is gone, then takes it away.
    ///
    /// # Errors
    /// It could not be served any more, or not taken away.
    pub fn serve(mut self, stop: &AtomicBool) -> Result<Ended, AttachError> {
        let served = self.presence.serve(&mut self.drive, stop);
        let taken = self.presence.take_down();
        let ended = served?;
        taken.map(|()| ended)
    }
}

/// The drives of ours in the kernel, whoever serves them.
pub fn attached() -> Vec<Attached> {
    let tree = Tree::default();
    tree.devices().iter().map(|device| describe(&tree, device)).collect()
}

/// Takes drives away: asks their servers to end, and cleans up where one is dead or does not
/// listen. Returns what was there.
///
/// # Errors
/// There is no such drive, or it could not be taken away.
pub fn detach(which: &Which) -> Result<Vec<Attached>, AttachError> {
    let tree = Tree::default();
    let mut found = Vec::new();
    for device in tree.devices() {
        let drive = describe(&tree, &device);
        let wanted = match which {
            Which::All => true,
            Which::Node(path) => drive.nodes.as_ref().is_some_and(|nodes| nodes.has(path)),
        };
        if wanted {
            found.push((device, drive));
        }
    }
    if let (Which::Node(path), true) = (which, found.is_empty()) {
        return Err(AttachError::NotOurs(path.clone()));
    }
    if !found.is_empty() {
        make_ready(&tree)?;
    }
    // Asked all at once, they end side by side.
    for (device, _) in &found {
        if let Some(server) = tree.server(device) {
            let _ = kill(Pid::from_raw(server as i32), Signal::SIGTERM);
        }
    }
    for (device, _) in &found {
        end_server(&tree, device);
        clean(&tree, device)?;
    }
    Ok(found.into_iter().map(|(_, drive)| drive).collect())
}

/// Waits until standard input ends, which it does when the server is gone, then takes away what is
/// left of its drive. To be called by the process that [`AttachOptions::guardian`] starts.
///
/// # Errors
/// Something stays behind.
pub fn guard(word: &str) -> Result<(), AttachError> {
    let device = Device::from_word(word).ok_or_else(|| AttachError::BadWord(word.to_string()))?;
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    let tree = Tree::default();
    // It may have closed its end before it is dead.
    end_server(&tree, &device);
    clean(&tree, &device)
}

impl Nodes {
    fn has(&self, path: &Path) -> bool {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        real == self.sr || Some(&real) == self.sg.as_ref()
    }
}

fn describe(tree: &Tree, device: &Device) -> Attached {
    Attached { nodes: tree.nodes(device), server: tree.server(device) }
}

/// Root, modules, configfs.
fn make_ready(tree: &Tree) -> Result<(), AttachError> {
    if !nix::unistd::geteuid().is_root() {
        return Err(AttachError::NotRoot);
    }
    let loaded = |module: &&str| tree.sys.join("module").join(module).is_dir();
    if !MODULES.iter().all(loaded) {
        // Where it fails, what it should have loaded may be built in: the steps will tell.
        let _ = Command::new("modprobe")
            .args(["-a", "-q"])
            .args(MODULES)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    if tree.is_there() { Ok(()) } else { Err(AttachError::NoTarget(tree.target.clone())) }
}

fn start_guardian(command: &[OsString], device: &Device) -> Result<Child, AttachError> {
    let no_command = || AttachError::Guardian(io::ErrorKind::InvalidInput.into());
    let (program, arguments) = command.split_first().ok_or_else(no_command)?;
    Command::new(program)
        .args(arguments)
        .arg(device.to_word())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What the terminal sends to the server must not reach it.
        .process_group(0)
        .spawn()
        .map_err(AttachError::Guardian)
}

/// Waits for a server to end; one that does not is killed.
fn end_server(tree: &Tree, device: &Device) {
    let asked = Instant::now();
    let mut killed = false;
    while let Some(server) = tree.server(device) {
        if !tree.devices().contains(device) {
            return;
        }
        if asked.elapsed() > SERVER_PATIENCE && !killed {
            let _ = kill(Pid::from_raw(server as i32), Signal::SIGKILL);
            killed = true;
        }
        if asked.elapsed() > 2 * SERVER_PATIENCE {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Takes away what a dead server left.
fn clean(tree: &Tree, device: &Device) -> Result<(), AttachError> {
    if !tree.devices().contains(device) {
        return Ok(());
    }
    let mut channel = None;
    if tree.ring(device).is_some() {
        channel = open_ring(tree, device).ok();
        if channel.is_none() {
            tree.abandon(device);
        }
    }
    let tree = tree.clone();
    let mut presence = Presence { tree, device: device.clone(), channel, guardian: None };
    presence.take_down()
}

/// Opens the ring as soon as the kernel lets us.
fn open_ring(tree: &Tree, device: &Device) -> Result<Channel, AttachError> {
    let asked = Instant::now();
    loop {
        let error = match tree.ring(device) {
            None => AttachError::NoRing,
            Some((path, size)) => match Channel::open(&path, size) {
                Ok(channel) => return Ok(channel),
                Err(OpenError::Ring(error)) => return Err(error.into()),
                Err(OpenError::Io(source)) => AttachError::Device { path, source },
            },
        };
        if asked.elapsed() > RING_PATIENCE {
            return Err(error);
        }
        thread::sleep(PAUSE);
    }
}

/// A drive's place in the kernel. Taken away when dropped.
struct Presence {
    tree: Tree,
    device: Device,
    channel: Option<Channel>,
    guardian: Option<Child>,
}

impl Presence {
    fn bring_up(&mut self, drive: &mut Drive) -> Result<Nodes, AttachError> {
        self.tree.enable(&self.device)?;
        let (tree, device) = (&self.tree, &self.device);
        let channel = self.channel.insert(open_ring(tree, device)?);
        let linked = beside(tree, device, channel, drive, || tree.link(device))?;
        linked.result?;
        if linked.gone {
            return Err(AttachError::Unplugged);
        }
        // The SCSI layer probes the drive on its own time.
        let asked = Instant::now();
        let nodes = || loop {
            match tree.nodes(device) {
                None if asked.elapsed() < NODES_PATIENCE => thread::sleep(PAUSE),
                nodes => break nodes,
            }
        };
        let probed = beside(tree, device, channel, drive, nodes)?;
        match probed.result {
            Some(nodes) if !probed.gone => Ok(nodes),
            Some(_) => Err(AttachError::Unplugged),
            None => Err(AttachError::NoNode),
        }
    }

    fn serve(&mut self, drive: &mut Drive, stop: &AtomicBool) -> Result<Ended, AttachError> {
        let Some(channel) = &mut self.channel else { return Ok(Ended::Stopped) };
        let mut hung = None;
        while !stop.load(Ordering::Relaxed) {
            hung = match channel.work(drive, hung)? {
                Progress::Gone => return Ok(Ended::Unplugged),
                Progress::Hung(id) => Some(id),
                Progress::Idle => None,
            };
            channel.wait();
        }
        Ok(Ended::Stopped)
    }

    /// Idempotent.
    fn take_down(&mut self) -> Result<(), AttachError> {
        let (tree, device) = (&self.tree, &self.device);
        let unlinked = match &mut self.channel {
            Some(channel) => {
                let unlink = || tree.unlink(device);
                beside(tree, device, channel, &mut Leaving, unlink).map(|done| done.result)
            }
            None => Ok(tree.unlink(device)),
        };
        self.channel = None;
        let removed = self.tree.remove(&self.device);
        if let Some(mut guardian) = self.guardian.take() {
            drop(guardian.stdin.take());
            let _ = guardian.wait();
        }
        unlinked??;
        Ok(removed?)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let _ = self.take_down();
    }
}

/// What came of an action that the kernel carries out only while its commands are answered.
struct Beside<T> {
    result: T,
    /// The drive was lost meanwhile.
    gone: bool,
}

/// Carries out `action` on a thread of its own, and serves the ring until it is done.
fn beside<T: Send>(
    tree: &Tree,
    device: &Device,
    channel: &mut Channel,
    drive: &mut dyn Answers,
    action: impl FnOnce() -> T + Send,
) -> Result<Beside<T>, AttachError> {
    thread::scope(|scope| {
        let acting = scope.spawn(action);
        let mut gone = false;
        let mut broken = None;
        let mut hung = None;
        while !acting.is_finished() {
            if broken.is_some() {
                thread::sleep(PAUSE);
                continue;
            }
            let drive: &mut dyn Answers = if gone { &mut Leaving } else { &mut *drive };
            match channel.work(drive, hung) {
                Ok(Progress::Idle) => hung = None,
                Ok(Progress::Hung(id)) => hung = Some(id),
                Ok(Progress::Gone) => gone = true,
                // Nobody can serve such a ring; the kernel must not wait for it.
                Err(error) => {
                    tree.abandon(device);
                    broken = Some(error);
                }
            }
            channel.wait_briefly();
        }
        let result = acting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match broken {
            None => Ok(Beside { result, gone }),
            Some(error) => Err(error.into()),
        }
    })
}
