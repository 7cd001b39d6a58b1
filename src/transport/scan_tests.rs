//! Drives of made-up machines. The trees are those of a real kernel, cut down to what is read.

use std::os::unix::fs::symlink;

use super::*;

struct Machine {
    _folder: tempfile::TempDir,
    roots: Roots,
}

impl Machine {
    fn new() -> Machine {
        let folder = tempfile::tempdir().expect("a folder");
        let base = fs::canonicalize(folder.path()).expect("real");
        let roots = Roots { sys: base.join("sys"), proc: base.join("proc"), dev: base.join("dev") };
        fs::create_dir_all(roots.dev.join("disk/by-id")).expect("made");
        fs::create_dir_all(roots.proc.join("self")).expect("made");
        Machine { _folder: folder, roots }
    }

    /// A SCSI device at `at` under /sys/devices, with an sr node, an sg node, both or neither.
    fn drive(&self, at: &str, sr: Option<&str>, sg: Option<&str>, attributes: &[(&str, &str)]) {
        let device = self.roots.sys.join("devices").join(at);
        fs::create_dir_all(&device).expect("made");
        for (name, value) in attributes {
            fs::write(device.join(name), value).expect("written");
        }
        for (class, folder, name) in
            [("block", "block", sr), ("class/scsi_generic", "scsi_generic", sg)]
        {
            let Some(name) = name else { continue };
            let node = device.join(folder).join(name);
            fs::create_dir_all(node.join("queue")).expect("made");
            symlink(&device, node.join("device")).expect("linked");
            fs::create_dir_all(self.roots.sys.join(class)).expect("made");
            symlink(&node, self.roots.sys.join(class).join(name)).expect("linked");
            fs::write(self.roots.dev.join(name), "").expect("written");
        }
    }

    fn attribute(&self, path: &str, value: impl AsRef<[u8]>) {
        let path = self.roots.sys.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
        fs::write(path, value).expect("written");
    }

    fn dev(&self, name: &str) -> PathBuf {
        self.roots.dev.join(name)
    }
}

const PIONEER: &[(&str, &str)] = &[
    ("type", "5\n"),
    ("vendor", "PIONEER \n"),
    ("model", "BD-RW   BDR-209D\n"),
    ("rev", "1.30\n"),
];

#[test]
fn a_sata_drive_is_found_with_all_that_sysfs_tells() {
    let machine = Machine::new();
    let at = "pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0";
    machine.drive(at, Some("sr0"), Some("sg1"), PIONEER);
    machine.attribute(
        "devices/pci0000:00/0000:00:17.0/ata2/link2/ata_link/link2/sata_spd",
        "1.5 Gbps\n",
    );
    machine.attribute("block/sr0/dev", "11:0\n");
    machine.attribute("block/sr0/queue/max_hw_sectors_kb", "128\n");
    // VPD 80h: type 5, page 80h, length 12.
    machine.attribute(
        "devices/pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/vpd_pg80",
        b"\x05\x80\x00\x0cNIDP004012WL",
    );
    symlink("sr0", machine.dev("cdrom")).expect("linked");
    symlink("../../sr0", machine.dev("disk/by-id/ata-PIONEER_BD-RW")).expect("linked");
    symlink("null", machine.dev("dvd")).expect("linked");
    let found = drives_in(&machine.roots);
    assert_eq!(found.len(), 1);
    let drive = &found[0];
    assert_eq!(drive.path, machine.dev("sr0"));
    assert_eq!(drive.sg_path, Some(machine.dev("sg1")));
    assert_eq!((drive.vendor.as_str(), drive.product.as_str()), ("PIONEER", "BD-RW   BDR-209D"));
    assert_eq!(drive.revision, "1.30");
    assert_eq!(drive.serial.as_deref(), Some("NIDP004012WL"));
    assert_eq!((drive.bus, drive.bus.to_string().as_str()), (Bus::Sata, "sata"));
    assert_eq!(drive.max_transfer, Some(131_072));
    assert_eq!(drive.links, [machine.dev("disk/by-id/ata-PIONEER_BD-RW"), machine.dev("cdrom")]);
}

#[test]
fn a_usb_drive_has_the_numbers_speed_and_serial_of_its_bridge() {
    let machine = Machine::new();
    let usb = "devices/pci0000:00/0000:00:14.0/usb1/1-4";
    let at = "pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0";
    machine.drive(at, Some("sr1"), None, PIONEER);
    for (name, value) in
        [("idVendor", "13fd\n"), ("idProduct", "0840\n"), ("speed", "480\n"), ("serial", "S1\n")]
    {
        machine.attribute(&format!("{usb}/{name}"), value);
    }
    let found = drives_in(&machine.roots);
    assert_eq!(found[0].bus, Bus::Usb { vendor: 0x13fd, product: 0x0840, mbps: Some(480) });
    assert_eq!(found[0].serial.as_deref(), Some("S1"));
    // The sg module is not loaded, and the queue says nothing.
    assert_eq!((found[0].sg_path.clone(), found[0].max_transfer), (None, None));
}

#[test]
fn other_buses_are_told_apart() {
    let machine = Machine::new();
    for (name, at, bus) in [
        ("sr0", "pci0000:00/0000:00:04.0/virtio2/host2/target2:0:0/2:0:0:0", Bus::Virtio),
        ("sr1", "platform/host3/session1/target3:0:0/3:0:0:0", Bus::Iscsi),
        ("sr2", "tcm_loop_0/tcm_loop_adapter_0/host4/target4:0:1/4:0:1:0", Bus::Loopback),
        ("sr3", "pci0000:00/0000:00:1f.1/ata1/host0/target0:0:0/0:0:0:0", Bus::Ata),
        ("sr4", "pci0000:00/0000:00:05.0/host5/target5:0:0/5:0:0:0", Bus::Scsi),
        ("sr10", "pci0000:00/0000:05:00.0/fw1/fw1.0/host7/target7:0:0/7:0:0:0", Bus::Firewire),
    ] {
        machine.drive(at, Some(name), None, PIONEER);
        let found = drives_in(&machine.roots);
        let last = found.last().expect("found");
        assert_eq!((&last.path, last.bus), (&machine.dev(name), bus));
    }
}

#[test]
fn a_drive_without_sr_driver_is_found_through_sg_and_a_disk_is_not() {
    let machine = Machine::new();
    machine.drive("a/host0/target0:0:0/0:0:0:0", None, Some("sg0"), PIONEER);
    machine.drive("a/host0/target0:0:1/0:0:1:0", None, Some("sg1"), &[("type", "0\n")]);
    let found = drives_in(&machine.roots);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].path, &found[0].sg_path),
        (&machine.dev("sg0"), &Some(machine.dev("sg0")))
    );
    assert_eq!(found[0].medium(), Medium::Unknown);
}

#[test]
fn a_machine_without_drives_or_sysfs_has_none() {
    let machine = Machine::new();
    assert_eq!(drives_in(&machine.roots), []);
}

#[test]
fn the_sg_node_leads_to_the_same_drive() {
    let machine = Machine::new();
    machine.drive("a/host1/target1:0:0/1:0:0:0", Some("sr0"), Some("sg3"), PIONEER);
    let node =
        |kind, name: &str| node::Node { kind, path: machine.dev(name), name: name.into(), rdev: 0 };
    let by_sr = entry_of(&machine.roots, &node(Kind::Sr, "sr0"));
    let by_sg = entry_of(&machine.roots, &node(Kind::Sg, "sg3"));
    assert_eq!(by_sr, by_sg);
    assert_eq!(by_sr.sg_path, Some(machine.dev("sg3")));
}

#[test]
fn a_mounted_disc_is_present_and_a_held_drive_is_not_asked() {
    let machine = Machine::new();
    machine.drive("a/host1/target1:0:0/1:0:0:0", Some("sr0"), Some("sg3"), PIONEER);
    machine.attribute("block/sr0/dev", "11:0\n");
    let table = machine.roots.proc.join("self/mountinfo");
    fs::write(&table, "91 22 11:0 / /mnt ro - iso9660 /dev/sr0 ro\n").expect("written");
    let drive = &drives_in(&machine.roots)[0];
    assert_eq!(drive.held_by(), [Holder::Mount { path: "/mnt".into() }]);
    assert_eq!(drive.medium(), Medium::Present);
    fs::remove_file(table).expect("removed");
    let fd = machine.roots.proc.join("88/fd");
    fs::create_dir_all(&fd).expect("made");
    symlink(machine.dev("sg3"), fd.join("5")).expect("linked");
    assert_eq!(drive.held_by(), [Holder::Process { pid: 88, name: "a program".into() }]);
    assert_eq!(drive.medium(), Medium::Unknown);
}
