//! What may put the machine, the connection or the drive to sleep in the middle of a burn. Looks at
//! settings and at who holds sleep off; changes nothing.

use std::path::Path;

use super::finding::{Finding, Status, Subject};
use super::tree::Tree;
use crate::transport::scan::{self, Bus, DriveEntry};
use crate::transport::sysfs;

/// The machine's part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Power {
    /// What logind does when nobody has touched the machine for long: `suspend`, …
    idle: Option<String>,
    /// What it does when the lid is closed, where there is one.
    lid: Option<String>,
    /// What is held off by somebody: `sleep`, `idle`, `handle-lid-switch`.
    held_off: Vec<String>,
    /// The charge in per cent, where the machine runs on its battery.
    battery: Option<u64>,
}

/// Looks at the machine.
pub fn look(tree: &Tree) -> Power {
    let managed = tree.has("run/systemd/system");
    let lid = !tree.names("proc/acpi/button/lid").is_empty();
    let setting = |name: &str, default: &str| {
        managed.then(|| logind(tree, name).unwrap_or_else(|| default.to_string()))
    };
    // logind.conf(5): the defaults.
    let sleeps = |action: &String| !matches!(action.as_str(), "ignore" | "lock" | "");
    Power {
        idle: setting("IdleAction", "ignore").filter(sleeps),
        lid: setting("HandleLidSwitch", "suspend").filter(|_| lid).filter(sleeps),
        held_off: held_off(tree),
        battery: battery(tree),
    }
}

/// A setting of logind: the last that is said, drop-ins after the main file, by their names.
fn logind(tree: &Tree, name: &str) -> Option<String> {
    let mut files: Vec<(String, String)> = Vec::new();
    for folder in ["usr/lib", "run", "etc"] {
        let folder = format!("{folder}/systemd/logind.conf.d");
        for file in tree.names(&folder).into_iter().filter(|file| file.ends_with(".conf")) {
            files.retain(|(other, _)| *other != file);
            files.push((file.clone(), tree.text(&format!("{folder}/{file}"))));
        }
    }
    files.sort();
    files.insert(0, (String::new(), tree.text("etc/systemd/logind.conf")));
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    let value = |line: &str| Some(line.trim().strip_prefix(name)?.strip_prefix('=')?.to_string());
    lines.filter_map(value).next_back()
}

/// logind keeps a file of each lock that holds something off: `WHAT=sleep:idle`, `MODE=block`.
fn held_off(tree: &Tree) -> Vec<String> {
    let folder = "run/systemd/inhibit";
    let locks = tree.names(folder).into_iter().map(|name| tree.text(&format!("{folder}/{name}")));
    let blocking = locks.filter(|lock| lock.lines().any(|line| line == "MODE=block"));
    let what = |lock: String| {
        let what = lock.lines().find_map(|line| line.strip_prefix("WHAT=").map(String::from));
        what.unwrap_or_default().split(':').map(String::from).collect::<Vec<_>>()
    };
    blocking.flat_map(what).collect()
}

fn battery(tree: &Tree) -> Option<u64> {
    let folder = "sys/class/power_supply";
    let supplies = tree.names(folder).into_iter().map(|name| format!("{folder}/{name}"));
    let draining = |supply: &String| {
        let is = |file: &str, value: &str| {
            tree.word(&format!("{supply}/{file}")).as_deref() == Some(value)
        };
        // A mouse has a battery too: scope Device.
        is("type", "Battery") && is("status", "Discharging") && !is("scope", "Device")
    };
    let supply = supplies.into_iter().find(draining)?;
    Some(tree.word(&format!("{supply}/capacity"))?.parse().unwrap_or(0))
}

/// Keeps the machine awake for four hours, and gives the prompt back.
const STAY_AWAKE: &str = "systemd-inhibit --what=sleep:idle:handle-lid-switch --who=oxidisc \
                          --why=burning sleep 4h &";

/// What that means.
pub fn check(found: &Power) -> Vec<Finding> {
    let finding =
        |id, status, text: String| Finding::new(id, status, Subject::Machine("power"), text);
    let held = |what: &str| found.held_off.iter().any(|held| held == what);
    let mut findings = Vec::new();
    if let Some(percent) = found.battery {
        let text = format!("the machine runs on its battery ({percent} %): plug it in to burn");
        findings.push(finding("battery", Status::Warning, text));
    }
    if let Some(action) = found.idle.as_ref().filter(|_| !held("idle") && !held("sleep")) {
        let text = format!("nobody at the keys for a while means {action}, in mid-burn too");
        findings.push(finding("idle", Status::Warning, text).mend(STAY_AWAKE));
    }
    if let Some(action) = found.lid.as_ref().filter(|_| !held("handle-lid-switch")) {
        let text = format!("closing the lid means {action}, in mid-burn too");
        findings.push(finding("lid", Status::Note, text).mend(STAY_AWAKE));
    }
    if findings.is_empty() {
        findings.push(finding("power", Status::Ok, "nothing puts the machine to sleep".into()));
    }
    findings
}

/// What of a drive's own way to the machine may fall asleep.
pub fn of_drive(tree: &Tree, drive: &DriveEntry) -> Vec<Finding> {
    let finding = |id, status, text: &str| {
        Finding::new(id, status, Subject::Drive(tree.shown(&drive.path)), text)
    };
    let mut findings = Vec::new();
    let word = |path: &Path| sysfs::text(path);
    let suspended = |folder: &Path| word(&folder.join("power/control")).as_deref() == Some("auto");
    let usb = scan::usb_device(&drive.device);
    // The driver sr keeps a drive with a disc in it awake (`sr_runtime_suspend`); what is asleep
    // has to wake up for the next disc, and some bridges do not.
    if let Some(folder) = usb.into_iter().chain([drive.device.as_path()]).find(|f| suspended(f)) {
        let text = "sent to sleep while it is empty (autosuspend): some do not wake up again";
        let control = tree.shown(&folder.join("power/control"));
        findings.push(
            finding("autosuspend", Status::Warning, text)
                .mend(format!("echo on | sudo tee {control} >/dev/null")),
        );
    }
    let host = drive.device.ancestors().find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        name.strip_prefix("host")?.parse::<u32>().ok()?;
        Some(name.to_string())
    });
    if let Some(host) = host.filter(|_| drive.bus == Bus::Sata) {
        let policy = format!("/sys/class/scsi_host/{host}/link_power_management_policy");
        let set = tree.word(&policy).unwrap_or_default();
        // libata turns it off for the Pioneer BDR-205 and BDR-207M, where it lost commands.
        if set.starts_with("min_power") || set.starts_with("med_power_with_dipm") {
            let text = format!("its SATA link saves power ({set}): some drives lose commands so");
            findings.push(
                finding("link-power", Status::Note, &text)
                    .mend(format!("echo max_performance | sudo tee {policy} >/dev/null")),
            );
        }
    }
    findings
}

#[cfg(test)]
#[path = "power_tests.rs"]
mod tests;
