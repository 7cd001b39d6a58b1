//! `doctor` on made-up machines, on simulated drives, and on this machine, whatever it has.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use crate::harness::{Place, Run, expect};

/// Without what is said of memory and folder, which are this machine's, and what mends them.
fn plain(mut run: Run) -> Run {
    let theirs = ["memory ", "this folder "];
    let ours =
        |line: &&str| !line.starts_with("  ") && !theirs.iter().any(|part| line.contains(part));
    run.stdout = run.stdout.lines().filter(ours).map(|line| format!("{line}\n")).collect();
    run
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
    fs::write(path, text).expect("written");
}

const DEVICE: &str = "sys/devices/pci0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0";

/// A machine with a USB drive, whose files' owner is called root there and their group cdrom. Its
/// user is ann, who is in no group but her own.
fn machine(place: &Place, mode: u32) -> std::path::PathBuf {
    let root = place.path("machine");
    for (path, text) in [
        ("sys/devices/pci0/usb1/1-4/idVendor", "13fd\n"),
        ("sys/devices/pci0/usb1/1-4/idProduct", "0940\n"),
        ("sys/devices/pci0/usb1/1-4/speed", "5000\n"),
        ("sys/devices/pci0/usb1/1-4/power/control", "on\n"),
        ("sys/bus/usb/drivers/usb-storage/bind", ""),
        ("sys/bus/scsi/drivers/sr/bind", ""),
        ("sys/class/scsi_generic/README", ""),
        ("sys/block/README", ""),
        ("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"),
        ("proc/self/mountinfo", ""),
        ("proc/meminfo", "MemAvailable:    8388608 kB\n"),
        ("run/udev/control", ""),
        (
            "lib/udev/rules.d/70-uaccess.rules",
            "SUBSYSTEM==\"block\", ENV{ID_CDROM}==\"1\", TAG+=\"uaccess\"\n",
        ),
        (
            "lib/udev/rules.d/50-udev-default.rules",
            "SUBSYSTEM==\"block\", KERNEL==\"sr[0-9]*\", GROUP=\"cdrom\"\n",
        ),
        ("dev/sr0", ""),
    ] {
        write(&root, path, text);
    }
    for (name, text) in [("type", "5\n"), ("vendor", "HL-DT-ST\n"), ("model", "BD-RE BU40N\n")] {
        write(&root, &format!("{DEVICE}/{name}"), text);
    }
    for (name, text) in
        [("dev", "11:0\n"), ("queue/max_sectors_kb", "120\n"), ("queue/max_hw_sectors_kb", "120\n")]
    {
        write(&root, &format!("{DEVICE}/block/sr0/{name}"), text);
    }
    let at = |path: &str| root.join(path);
    let interface = "sys/devices/pci0/usb1/1-4/1-4:1.0/driver";
    symlink(at("sys/bus/usb/drivers/usb-storage"), at(interface)).expect("linked");
    symlink(at(DEVICE), at(&format!("{DEVICE}/block/sr0/device"))).expect("linked");
    symlink(at(&format!("{DEVICE}/block/sr0")), at("sys/block/sr0")).expect("linked");
    let node = at("dev/sr0");
    fs::set_permissions(&node, fs::Permissions::from_mode(mode)).expect("set");
    let meta = fs::metadata(&node).expect("is there");
    let (uid, gid, ann) = (meta.uid(), meta.gid(), meta.uid() + 1);
    write(
        &root,
        "etc/passwd",
        &format!("root:x:{uid}:{gid}::/:/bin/sh\nann:x:{ann}:{ann}::/:/bin/sh\n"),
    );
    write(&root, "etc/group", &format!("cdrom:x:{gid}:\n"));
    user(&root, ann, &[]);
    root
}

/// Makes that user the one who asks.
fn user(root: &Path, uid: u32, groups: &[u32]) {
    let groups: Vec<String> = groups.iter().map(u32::to_string).collect();
    let own = uid + 100;
    let status = format!(
        "Name:\toxidisc\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{own}\t{own}\t{own}\t{own}\n\
         Groups:\t{}\nCapEff:\t0000000000000000\n",
        groups.join(" ")
    );
    write(root, "proc/self/status", &status);
}

#[test]
fn a_machine_where_all_is_well_and_one_where_much_is_not() {
    let place = Place::new();
    let root = machine(&place, 0o660);
    let gid = fs::metadata(root.join("dev/sr0")).expect("is there").gid();
    let ann = fs::metadata(root.join("dev/sr0")).expect("is there").uid() + 1;
    user(&root, ann, &[gid]);
    let mut runs = vec![place.run("doctor --root machine")];
    // A desktop laptop that does everything to spoil a burn.
    user(&root, ann, &[]);
    for (path, text) in [
        ("sys/devices/pci0/usb1/1-4/idProduct", "3940\n"),
        ("sys/devices/pci0/usb1/1-4/power/control", "auto\n"),
        ("proc/self/mountinfo", "91 22 11:0 / /media/ann/My\\040Disc ro - iso9660 /dev/sr0 ro\n"),
        ("proc/5/comm", "udisksd\n"),
        ("proc/6/comm", "gvfs-udisks2-vo\n"),
        ("proc/acpi/button/lid/LID0/state", ""),
        ("run/systemd/system/x", ""),
        ("etc/systemd/logind.conf", "[Login]\nIdleAction=suspend\n"),
        ("sys/class/power_supply/BAT0/type", "Battery\n"),
        ("sys/class/power_supply/BAT0/status", "Discharging\n"),
        ("sys/class/power_supply/BAT0/capacity", "41\n"),
    ] {
        write(&root, path, text);
    }
    write(&root, &format!("{DEVICE}/block/sr0/queue/max_sectors_kb"), "32\n");
    fs::create_dir_all(root.join("proc/6/fd")).expect("made");
    symlink(root.join("dev/sr0"), root.join("proc/6/fd/9")).expect("linked");
    runs.push(place.run("doctor --root machine"));
    runs.push(place.run("doctor --root machine --quiet"));
    runs.push(place.run("doctor --root machine --json"));
    expect("doctor-machines", &runs);
}

#[test]
fn a_node_that_can_only_be_read_rips_and_does_not_burn() {
    let place = Place::new();
    machine(&place, 0o664);
    let run = place.run("doctor --root machine --quiet").code(3);
    assert!(run.stdout.ends_with("\nyou can rip here, and not burn\n"), "{}", run.report());
}

#[test]
fn a_machine_without_a_drive_is_told_so() {
    let place = Place::new();
    let root = machine(&place, 0o660);
    fs::remove_file(root.join("sys/block/sr0")).expect("removed");
    expect("doctor-no-drive", &[place.run("doctor --root machine")]);
}

#[test]
fn nothing_of_the_machine_is_in_the_way_of_a_simulated_drive() {
    let place = Place::new();
    let runs = [
        "-d sim:demo doctor",
        "-d sim:demo?filter=user doctor --record said.rec",
        "-d replay:said.rec doctor",
        "-d sim:demo doctor --folder said.rec",
    ];
    let runs: Vec<Run> = runs.iter().map(|typed| plain(place.run(typed))).collect();
    expect("doctor-apart", &runs);
    let run = place.run("-d sim:demo?persona=cdd4851 doctor --json --folder nowhere").code(1);
    let result = run.result();
    assert_eq!((&result["can_rip"], &result["can_burn"]), (&false.into(), &true.into()));
    let first = serde_json::json!({
        "id": "folder-missing",
        "status": "problem",
        "subject": "nowhere",
        "text": "there is no such folder",
        "mend": "mkdir -p 'nowhere'",
    });
    assert_eq!(result["findings"][0], first);
    assert_eq!(place.files(), ["said.rec"]);
}

#[test]
fn what_cannot_be_looked_at_is_wrong_usage() {
    let place = Place::new();
    let runs = [
        "doctor -d sim:demo -d /dev/sr0",
        "doctor --record said.rec",
        "doctor -d replay:nothing.rec",
        "doctor -d sim:nothing.iso",
    ];
    expect("doctor-usage", &runs.map(|typed| place.run(typed)));
}

#[test]
fn the_udev_rules_are_printed() {
    let run = Place::new().run("doctor --udev-rules").code(0);
    let rules = include_str!("../../udev/70-oxidisc.rules");
    assert_eq!(run.stdout, rules);
    let run = Place::new().run("doctor --udev-rules --json").code(0);
    assert_eq!(run.result()["udev_rules"], rules);
}

#[test]
fn this_machine_is_looked_at_whatever_it_has() {
    let place = Place::new();
    let run = place.run("doctor --json");
    let result = run.result();
    let findings = result["findings"].as_array().expect("a list");
    let problem = |finding: &&serde_json::Value| finding["status"] == "problem";
    assert_eq!(findings.iter().any(|finding| problem(&finding)), run.code != 0, "{}", run.report());
    assert_eq!(
        (&result["schema"], &result["exit"]),
        (&"oxidisc.doctor/1".into(), &run.code.into())
    );
    let node = place.run("doctor -d /dev/sr99 --quiet").code(3);
    assert!(node.stdout.contains("/dev/sr99: there is no such drive"), "{}", node.report());
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn the_guide_lists_every_kind_of_finding_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for entry in fs::read_dir(root.join("src/jobs/doctor")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if !path.to_string_lossy().ends_with("_tests.rs") {
            let text = fs::read_to_string(path).expect("text");
            code += text.split("#[cfg(test)]").next().expect("code");
        }
    }
    let code: String = code.split_whitespace().collect();
    let guide = fs::read_to_string(root.join("docs/doctor.md")).expect("text");
    let (_, table) = guide.split_once("| id | status |").expect("a table");
    let listed: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    for id in &listed {
        assert!(code.contains(&format!("\"{id}\"")), "no finding is called {id}");
    }
    for call in ["Finding::new(\"", "finding(\"", "warning(\"", "problem(\"", "udev(\""] {
        for id in code.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
            let is_id =
                id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(!is_id || id.is_empty() || listed.contains(&id), "the guide lacks {id}");
        }
    }
}
