//! How a drive is connected: what one command may move, and behind USB the bridge in its
//! enclosure, the rate of the connection and the kernel's driver.
//!
//! The kernel's limits stand in the queue's folder of sysfs; usb-storage's own `max_sectors` shows
//! there as `max_hw_sectors_kb`. What sg reserves of memory (SG_GET_RESERVED_SIZE) limits no
//! command sent by SG_IO: more is allocated as it is needed.

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;
use crate::transport::scan::{self, Bus, DriveEntry};
use crate::transport::sysfs;

/// A bridge with a fault, and what is done about it.
struct Faulty {
    vendor: u16,
    product: u16,
    name: &'static str,
    fault: &'static str,
    mend: Mend,
}

enum Mend {
    /// Flags of `usb-storage.quirks` (the kernel's kernel-parameters.txt), which replace the
    /// kernel's own for this device.
    Quirks(&'static str),
    /// A command to the drive.
    Tell(&'static str),
    /// Another bridge.
    None,
}

/// Bridges that somebody had trouble with, optical drives behind them, and whose trouble is told.
const FAULTY: [Faulty; 6] = [
    // real-drives: HL-DT-ST GT80N (linux-usb, 2025-11): BLANK is answered 5/24/00 by the kernel,
    // which takes A1h for ATA PASS-THROUGH (12) and keeps that from this bridge
    // (drivers/usb/storage/unusual_uas.h, US_FL_NO_ATA_1X). `i` keeps the other half of the
    // kernel's entry: its residues are wrong.
    Faulty {
        vendor: 0x13fd,
        product: 0x3940,
        name: "Initio INIC-3069",
        fault: "the kernel keeps the command that blanks a CD-RW or DVD-RW from it",
        mend: Mend::Quirks("i"),
    },
    // The next four: a recovery program's list of bridges that hang after a read error, until they
    // are plugged in anew (libfreemkv, docs/rip-recovery.md).
    Faulty { vendor: 0x13fd, product: 0x0840, name: "Initio", fault: HANGS, mend: Mend::None },
    Faulty {
        vendor: 0x13fd,
        product: 0x3609,
        name: "Initio INIC-3609",
        fault: HANGS,
        mend: Mend::None,
    },
    Faulty {
        vendor: 0x174c,
        product: 0x5106,
        name: "ASMedia ASM1051",
        fault: HANGS,
        mend: Mend::None,
    },
    Faulty { vendor: 0x152d, product: 0x0561, name: "JMicron", fault: HANGS, mend: Mend::None },
    // real-drives: Apple USB SuperDrive.
    Faulty {
        vendor: 0x05ac,
        product: 0x1500,
        name: "Apple SuperDrive",
        fault: "takes no disc until it is told to by a command of Apple's own",
        mend: Mend::Tell("EA 00 00 00 00 00 01"),
    },
];

const HANGS: &str = "is known to hang after a read error until it is plugged in anew";

/// How a drive is connected.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// `/dev/sr0`.
    path: String,
    usb: Option<Usb>,
    /// KiB that one command may move, and that the hardware would.
    transfer_kib: Option<(u64, u64)>,
}

/// The USB device above a drive.
#[derive(Clone, Debug, Default)]
struct Usb {
    vendor: u16,
    product: u16,
    mbps: Option<u32>,
    /// Its name below `/sys/bus/usb/devices`: `1-4`.
    port: String,
    /// `uas` or `usb-storage`.
    driver: Option<String>,
    /// `usb-storage.quirks`: flags by device, `13fd:3940:i,…`.
    quirks: String,
}

/// Looks at it.
pub fn look(tree: &Tree, drive: &DriveEntry) -> Connection {
    let name = drive.path.file_name().unwrap_or_default().to_string_lossy();
    let limit = |name: &str| sysfs::number(&drive.device.join("block").join(name));
    let [now, hardware] =
        ["max_sectors_kb", "max_hw_sectors_kb"].map(|file| limit(&format!("{name}/queue/{file}")));
    Connection {
        path: tree.shown(&drive.path),
        usb: usb(tree, drive),
        transfer_kib: now.zip(hardware),
    }
}

fn usb(tree: &Tree, drive: &DriveEntry) -> Option<Usb> {
    let Bus::Usb { vendor, product, mbps } = drive.bus else { return None };
    let device = scan::usb_device(&drive.device)?;
    let port = device.file_name()?.to_str()?.to_string();
    // The interface lies between the USB device and the SCSI host: `1-4:1.0`.
    let interface = drive.device.ancestors().take_while(|folder| *folder != device).last()?;
    let driver = std::fs::read_link(interface.join("driver")).ok();
    let quirks = tree.word("sys/module/usb_storage/parameters/quirks").unwrap_or_default();
    let driver = driver.and_then(|path| Some(path.file_name()?.to_str()?.to_string()));
    Some(Usb { vendor, product, mbps, port, driver, quirks })
}

/// What that means for a drive that may write at so many kB/s.
pub fn check(found: &Connection, needs_kbps: Option<u32>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = transfer(found).into_iter().collect();
    if let Some(usb) = &found.usb {
        findings.extend(fault(found, usb));
        findings.push(rate(found, usb, needs_kbps));
    }
    findings
}

/// One 64 KiB unit of a BD, which is also what burning programs send at once (libburn).
const ENOUGH_KIB: u64 = 64;

fn transfer(found: &Connection) -> Option<Finding> {
    let (now, hardware) = found.transfer_kib?;
    let subject = Subject::Drive(found.path.clone());
    let text = format!("one command moves {now} KiB at most: burning at full speed wants 64");
    let finding = Finding::new("transfer", Status::Warning, subject, text);
    let name = found.path.rsplit('/').next().unwrap_or_default();
    match () {
        () if now >= ENOUGH_KIB => None,
        () if hardware > now => Some(finding.mend(format!(
            "echo {hardware} | sudo tee /sys/block/{name}/queue/max_sectors_kb >/dev/null"
        ))),
        () => Some(Finding { status: Status::Note, ..finding }),
    }
}

fn fault(found: &Connection, usb: &Usb) -> Option<Finding> {
    let known = FAULTY
        .iter()
        .find(|faulty| (faulty.vendor, faulty.product) == (usb.vendor, usb.product))?;
    let id = format!("{:04x}:{:04x}", usb.vendor, usb.product);
    let text = format!("its USB bridge {} ({id}): {}", known.name, known.fault);
    let subject = Subject::Drive(found.path.clone());
    let finding = Finding::new("bridge", Status::Warning, subject, text);
    match known.mend {
        Mend::None => Some(finding),
        Mend::Tell(bytes) => Some(finding.mend(format!("sg_raw {} {bytes}", found.path))),
        Mend::Quirks(flags) => {
            let (own, others): (Vec<&str>, Vec<&str>) = usb
                .quirks
                .split(',')
                .filter(|entry| !entry.is_empty())
                .partition(|entry| entry.starts_with(&id));
            let set = own.iter().any(|entry| entry[id.len()..].contains(flags));
            (!set).then(|| finding.mend(requirk(usb, &others, &format!("{id}:{flags}"))))
        }
    }
}

/// Sets the flags beside the `others`. They are read when the device is taken up, which unbinding
/// and binding it does again.
fn requirk(usb: &Usb, others: &[&str], entry: &str) -> String {
    let list = [others, &[entry]].concat().join(",");
    let port = &usb.port;
    format!(
        "echo {list} | sudo tee /sys/module/usb_storage/parameters/quirks && \
         echo {port} | sudo tee /sys/bus/usb/drivers/usb/unbind && \
         echo {port} | sudo tee /sys/bus/usb/drivers/usb/bind"
    )
}

/// What a connection carries at best, in kB/s: bulk transfers of USB 2.0 (tables 5-9 and 5-10).
fn carries_kbps(mbps: u32) -> Option<u32> {
    match mbps {
        0..=12 => Some(1216),
        480 => Some(53_248),
        _ => None,
    }
}

fn rate(found: &Connection, usb: &Usb, needs_kbps: Option<u32>) -> Finding {
    let subject = Subject::Drive(found.path.clone());
    let driver = usb.driver.as_deref().unwrap_or("another driver");
    let mbps = usb.mbps.map_or("an unknown rate".into(), |mbps| format!("{mbps} Mbit/s"));
    let connected = format!("connected by USB at {mbps} ({driver})");
    match usb.mbps.and_then(carries_kbps).zip(needs_kbps) {
        Some((carries, needs)) if carries < needs => {
            let [carries, needs] = [carries, needs].map(|kbps| f64::from(kbps) / 1000.0);
            let text = format!(
                "{connected}, which carries {carries:.1} MB/s at best, and it burns at \
                 {needs:.1}: try another port or cable"
            );
            Finding::new("usb-slow", Status::Warning, subject, text)
        }
        _ => Finding::new("usb", Status::Ok, subject, connected),
    }
}

#[cfg(test)]
#[path = "bridge_tests.rs"]
mod tests;
