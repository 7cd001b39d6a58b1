//! Sleepy machines, made up.

use super::super::tree::tests::machine;
use super::*;

fn found(files: &[(&str, &str)]) -> Vec<(&'static str, Status)> {
    let (_folder, tree) = machine(files);
    check(&look(&tree)).iter().map(|finding| (finding.id, finding.status)).collect()
}

const SYSTEMD: (&str, &str) = ("run/systemd/system/x", "");
const LID: (&str, &str) = ("proc/acpi/button/lid/LID0/state", "state: open\n");
const AWAKE: (&str, Status) = ("power", Status::Ok);

#[test]
fn a_machine_that_stays_awake_is_well() {
    assert_eq!(found(&[]), [AWAKE]);
    assert_eq!(found(&[SYSTEMD]), [AWAKE]);
    // No systemd: its settings are nobody's.
    assert_eq!(found(&[("etc/systemd/logind.conf", "[Login]\nIdleAction=suspend\n")]), [AWAKE]);
}

#[test]
fn sleep_by_idleness_and_by_the_lid_is_told() {
    let idle = ("etc/systemd/logind.conf", "[Login]\n#IdleAction=ignore\nIdleAction=suspend\n");
    assert_eq!(found(&[SYSTEMD, idle]), [("idle", Status::Warning)]);
    assert_eq!(found(&[SYSTEMD, LID]), [("lid", Status::Note)]);
    let not = ("etc/systemd/logind.conf.d/50-x.conf", "[Login]\nIdleAction=ignore\n");
    assert_eq!(found(&[SYSTEMD, idle, not]), [AWAKE]);
    // The same name further up hides it.
    let vendor = ("usr/lib/systemd/logind.conf.d/50-x.conf", "[Login]\nIdleAction=hibernate\n");
    assert_eq!(found(&[SYSTEMD, vendor, not]), [AWAKE]);
    assert_eq!(found(&[SYSTEMD, vendor]), [("idle", Status::Warning)]);
}

#[test]
fn who_holds_sleep_off_is_seen() {
    let idle = ("etc/systemd/logind.conf", "IdleAction=suspend\n");
    let lock = "WHAT=sleep:idle:handle-lid-switch\nWHO=oxidisc\nMODE=block\n";
    assert_eq!(found(&[SYSTEMD, idle, LID, ("run/systemd/inhibit/1", lock)]), [AWAKE]);
    let delay = lock.replace("block", "delay");
    let sleepy = [("idle", Status::Warning), ("lid", Status::Note)];
    assert_eq!(found(&[SYSTEMD, idle, LID, ("run/systemd/inhibit/1", &delay)]), sleepy);
}

#[test]
fn a_machine_on_its_battery_is_told_and_a_mouse_is_not() {
    let battery = |name: &str, scope: &str| {
        let at = |file: &str| format!("sys/class/power_supply/{name}/{file}");
        let files = [
            (at("type"), "Battery\n"),
            (at("status"), "Discharging\n"),
            (at("capacity"), "41\n"),
            (at("scope"), scope),
        ];
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        found(&files)
    };
    assert_eq!(battery("BAT0", ""), [("battery", Status::Warning)]);
    assert_eq!(battery("hidpp_battery_0", "Device\n"), [AWAKE]);
}

fn of(files: &[(&str, &str)], device: &str, bus: Bus) -> Vec<(&'static str, String)> {
    let (_folder, tree) = machine(files);
    let node = ("sys/block/sr0/device/type", "5\n");
    let (_other, plain) = machine(&[node]);
    let mut drive = scan::drives_in(&plain.roots()).remove(0);
    drive.device = tree.path(device);
    drive.path = tree.path("dev/sr0");
    drive.bus = bus;
    let findings = of_drive(&tree, &drive);
    findings.into_iter().map(|found| (found.id, found.mend.unwrap_or_default())).collect()
}

#[test]
fn autosuspend_is_turned_off_where_it_is_on() {
    let control = "sys/devices/usb1/1-4/power/control";
    let id = ("sys/devices/usb1/1-4/idVendor", "13fd\n");
    let device = "sys/devices/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0";
    let bus = Bus::Usb { vendor: 0x13fd, product: 0x0940, mbps: None };
    let mend = "echo on | sudo tee /sys/devices/usb1/1-4/power/control >/dev/null";
    assert_eq!(of(&[id, (control, "auto\n")], device, bus), [("autosuspend", mend.to_string())]);
    assert_eq!(of(&[id, (control, "on\n")], device, bus), []);
}

#[test]
fn a_sata_link_that_saves_power_is_told() {
    let device = "sys/devices/pci0/ata2/host1/target1:0:0/1:0:0:0";
    let policy = "sys/class/scsi_host/host1/link_power_management_policy";
    let mend = "echo max_performance | sudo tee \
                /sys/class/scsi_host/host1/link_power_management_policy >/dev/null";
    assert_eq!(
        of(&[(policy, "med_power_with_dipm\n")], device, Bus::Sata),
        [("link-power", mend.to_string())]
    );
    assert_eq!(of(&[(policy, "max_performance\n")], device, Bus::Sata), []);
    assert_eq!(of(&[(policy, "min_power\n")], device, Bus::Scsi), []);
}
