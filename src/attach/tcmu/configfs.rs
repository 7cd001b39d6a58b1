//! The kernel's SCSI target as a tree of folders (`/sys/kernel/config/target`): how a drive is made
//! there, how it is found again, how it is taken away. Moves no data. Every root can be another
//! folder, so that tests run on a made-up tree.
//!
//! A drive of ours is `core/user_N/oxidisc-PID-START`, named after the process that serves it (and
//! when that began, since numbers come back), and `loopback/naa.50014050d15cNNNN`, the SCSI host on
//! which this machine sees it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Nodes;

const PREFIX: &str = "oxidisc-";
/// NAA 5, the OUI of the kernel's own targets (001405h), and a number that spells us.
const HOST: &str = "naa.50014050d15c";
const INITIATOR: &str = "naa.50014050d15d";
/// The number in `HOST` has four hex digits.
const INDEX_MAX: u32 = 0xffff;

/// What is asked of the kernel for one drive. The size is never looked at: the drive itself says
/// how large its disc is. Sectors of 2048 bytes; 8 MiB in one command; a data area that one process
/// reading ahead cannot fill, in blocks so large that a command's data is one piece. What an older
/// kernel does not know it passes over.
const CONTROL: &str = "dev_size=1073741824,hw_block_size=2048,hw_max_sectors=4096,\
                       max_data_area_mb=32,data_pages_per_blk=256,cmd_ring_size_mb=1,\
                       nl_reply_supported=-1";
/// Attributes that must be set before the drive is in use. A command may take half an hour: a drive
/// at work is not a dead one. An aborted command is reported in the ring. Reservations are not
/// the kernel's to answer: optical drives have none.
const ATTRIBUTES: [(&str, &str); 3] =
    [("cmd_time_out", "1800"), ("tmr_notification", "1"), ("emulate_pr", "0")];

/// Where the kernel shows itself.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) target: PathBuf,
    pub(super) sys: PathBuf,
    pub(super) dev: PathBuf,
    pub(super) proc: PathBuf,
}

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", path.display())]
pub struct StepError {
    /// What was being done.
    what: &'static str,
    /// To what.
    path: PathBuf,
    /// What the kernel said.
    source: io::Error,
}

/// One drive in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    pub(super) index: u32,
    pub(super) name: String,
}

/// A process, told from others that had or will have its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// In clock ticks since the machine started.
    pub(super) start: u64,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree {
            target: "/sys/kernel/config/target".into(),
            sys: "/sys".into(),
            dev: "/dev".into(),
            proc: "/proc".into(),
        }
    }
}

impl Tree {
    /// Whether the kernel's SCSI target is there.
    pub(super) fn is_there(&self) -> bool {
        self.target.join("core").is_dir()
    }

    /// All drives of ours, whoever serves them.
    pub(super) fn devices(&self) -> Vec<Device> {
        let mut devices = Vec::new();
        for hba in names(&self.target.join("core")) {
            let Some(index) = hba.strip_prefix("user_").and_then(|n| n.parse().ok()) else {
                continue;
            };
            for name in names(&self.target.join("core").join(&hba)) {
                if Process::of_name(&name).is_some() {
                    devices.push(Device { index, name });
                }
            }
        }
        devices.sort_by_key(|device| device.index);
        devices
    }

    /// Makes the folders of a new drive that `process` serves.
    pub(super) fn claim(&self, process: Process) -> Result<Device, StepError> {
        let core = self.target.join("core");
        for index in 0..=INDEX_MAX {
            let hba = core.join(format!("user_{index}"));
            match fs::create_dir(&hba) {
                Ok(()) => {
                    let device = Device { index, name: process.name() };
                    if let Err(error) = make(&self.device(&device)) {
                        let _ = fs::remove_dir(&hba);
                        return Err(error);
                    }
                    return Ok(device);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(StepError { what: "create", path: hba, source }),
            }
        }
        Err(StepError {
            what: "find a free number in",
            path: core,
            source: io::Error::other("none"),
        })
    }

    /// Makes the kernel set up the ring of a claimed drive.
    pub(super) fn enable(&self, device: &Device) -> Result<(), StepError> {
        let folder = self.device(device);
        write(&folder.join("control"), CONTROL)?;
        // Attributes of later kernels: without them a hung command is found later.
        for (name, value) in ATTRIBUTES {
            let _ = write(&folder.join("attrib").join(name), value);
        }
        write(&folder.join("enable"), "1")
    }

    /// The UIO device of a drive's ring, and how much of it to map; `None` until it is there.
    pub(super) fn ring(&self, device: &Device) -> Option<(PathBuf, usize)> {
        let class = self.sys.join("class/uio");
        let wanted = format!("tcm-user/{}/{}/", device.index, device.name);
        names(&class).into_iter().find_map(|uio| {
            let folder = class.join(&uio);
            let name = text(&folder.join("name"))?;
            // An empty dev_config leaves the name without its last part.
            if !format!("{name}/").starts_with(&wanted) {
                return None;
            }
            let size = text(&folder.join("maps/map0/size"))?;
            let size = usize::from_str_radix(size.trim_start_matches("0x"), 16).ok()?;
            Some((self.dev.join(uio), size))
        })
    }

    /// Makes the SCSI host. The kernel looks for drives on it at once, so the ring must be served
    /// while this runs.
    pub(super) fn link(&self, device: &Device) -> Result<(), StepError> {
        let port = self.port(device);
        let lun = port.join("lun/lun_0");
        // The first folder is what loads the kernel's loopback driver; it stays.
        for folder in [&self.target.join("loopback"), &self.host(device), &port] {
            make(folder)?;
        }
        write(&port.join("nexus"), &format!("{INITIATOR}{:04x}", device.index))?;
        make(&lun)?;
        let link = lun.join(&device.name);
        std::os::unix::fs::symlink(self.device(device), &link).map_err(|source| StepError {
            what: "create",
            path: link,
            source,
        })
    }

    /// The nodes the drive has become; `None` until they are there.
    pub(super) fn nodes(&self, device: &Device) -> Option<Nodes> {
        let address = text(&self.port(device).join("address"))?;
        let folder = self.sys.join("bus/scsi/devices").join(format!("{address}:0"));
        let node = |kind: &str| {
            let name = names(&folder.join(kind)).into_iter().next()?;
            Some(self.dev.join(name))
        };
        let sr = node("block").filter(|path| path.exists())?;
        let sg = match node("scsi_generic") {
            Some(sg) if !sg.exists() => return None,
            sg => sg,
        };
        Some(Nodes { sr, sg })
    }

    /// Takes the SCSI host away: the nodes vanish. The ring must be served while this runs, since
    /// the kernel first waits for what is under way.
    pub(super) fn unlink(&self, device: &Device) -> Result<(), StepError> {
        let port = self.port(device);
        let lun = port.join("lun/lun_0");
        gone(fs::remove_file(lun.join(&device.name)), "remove", &lun)?;
        gone(fs::remove_dir(&lun), "remove", &lun)?;
        // Refused where there is none.
        let _ = write(&port.join("nexus"), "NULL");
        gone(fs::remove_dir(&port), "remove", &port)?;
        let host = self.host(device);
        gone(fs::remove_dir(&host), "remove", &host)
    }

    /// Takes the drive itself away.
    pub(super) fn remove(&self, device: &Device) -> Result<(), StepError> {
        let folder = self.device(device);
        gone(fs::remove_dir(&folder), "remove", &folder)?;
        let hba = self.hba(device);
        gone(fs::remove_dir(&hba), "remove", &hba)
    }

    /// Ends every command of a drive that nobody can serve.
    pub(super) fn abandon(&self, device: &Device) {
        let action = self.device(device).join("action");
        let _ = write(&action.join("block_dev"), "1");
        // 2: as failed for good; 1 would have them sent again.
        let _ = write(&action.join("reset_ring"), "2");
    }

    fn hba(&self, device: &Device) -> PathBuf {
        self.target.join(format!("core/user_{}", device.index))
    }

    fn device(&self, device: &Device) -> PathBuf {
        self.hba(device).join(&device.name)
    }

    fn host(&self, device: &Device) -> PathBuf {
        self.target.join(format!("loopback/{HOST}{:04x}", device.index))
    }

    fn port(&self, device: &Device) -> PathBuf {
        self.host(device).join("tpgt_1")
    }

    /// Since when the process `pid` runs; `None` if it does not, or is dead and only not buried.
    fn start_of(&self, pid: u32) -> Option<u64> {
        // proc(5): the second field is a name in brackets, and may hold anything.
        let stat = text(&self.proc.join(pid.to_string()).join("stat"))?;
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let state = fields.next()?;
        let start = fields.nth(18)?.parse().ok()?;
        (!matches!(state, "Z" | "X")).then_some(start)
    }

    /// This process.
    pub(super) fn this_process(&self) -> Process {
        let pid = std::process::id();
        Process { pid, start: self.start_of(pid).unwrap_or(0) }
    }

    /// The process that serves a drive; `None` if it is dead.
    pub(super) fn server(&self, device: &Device) -> Option<u32> {
        let process = Process::of_name(&device.name)?;
        (self.start_of(process.pid) == Some(process.start)).then_some(process.pid)
    }
}

impl Device {
    /// As one word, for another process to find it.
    pub(super) fn to_word(&self) -> String {
        format!("{}/{}", self.index, self.name)
    }

    /// From such a word; `None` if it is none.
    pub(super) fn from_word(word: &str) -> Option<Device> {
        let (index, name) = word.split_once('/')?;
        Process::of_name(name)?;
        Some(Device { index: index.parse().ok()?, name: name.to_string() })
    }
}

impl Process {
    fn name(self) -> String {
        format!("{PREFIX}{}-{}", self.pid, self.start)
    }

    fn of_name(name: &str) -> Option<Process> {
        let (pid, start) = name.strip_prefix(PREFIX)?.split_once('-')?;
        Some(Process { pid: pid.parse().ok()?, start: start.parse().ok()? })
    }
}

fn make(path: &Path) -> Result<(), StepError> {
    fs::create_dir(path).or_else(|source| match source.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        _ => Err(StepError { what: "create", path: path.into(), source }),
    })
}

/// Configfs takes a value in one write.
fn write(path: &Path, value: &str) -> Result<(), StepError> {
    let written = fs::OpenOptions::new().write(true).open(path);
    written.and_then(|mut file| file.write_all(value.as_bytes())).map_err(|source| StepError {
        what: "write to",
        path: path.into(),
        source,
    })
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>, what: &'static str, path: &Path) -> Result<(), StepError> {
    removed.or_else(|source| match source.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(StepError { what, path: path.into(), source }),
    })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_string())
}

#[cfg(test)]
#[path = "configfs_tests.rs"]
mod tests;
