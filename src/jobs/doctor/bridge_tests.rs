//! Connections of made-up machines.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::tree::tests::machine;
use super::*;

const HOST: &str = "sys/devices/pci0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0";

/// A drive behind a USB bridge; its finding ids, whether they warn, and their mending lines.
fn found(
    bridge: (&str, &str),
    speed: &str,
    quirks: &str,
    kib: (&str, &str),
) -> Vec<(&'static str, bool, String)> {
    let usb = "sys/devices/pci0/usb1/1-4";
    let (vendor, product) = (format!("{usb}/idVendor"), format!("{usb}/idProduct"));
    let (rate, kind) = (format!("{usb}/speed"), format!("{HOST}/type"));
    let queue = format!("{HOST}/block/sr0/queue");
    let (now, most) = (format!("{queue}/max_sectors_kb"), format!("{queue}/max_hw_sectors_kb"));
    let (folder, tree) = machine(&[
        (&vendor, bridge.0),
        (&product, bridge.1),
        (&rate, speed),
        (&kind, "5\n"),
        (&now, kib.0),
        (&most, kib.1),
        ("sys/module/usb_storage/parameters/quirks", quirks),
        ("sys/bus/usb/drivers/uas/bind", ""),
        ("sys/block/README", ""),
    ]);
    let at = |path: &str| folder.path().join(path);
    symlink(at("sys/bus/usb/drivers/uas"), at(&format!("{usb}/1-4:1.0/driver"))).expect("linked");
    fs::create_dir_all(at(&format!("{HOST}/block/sr0"))).expect("made");
    symlink(at(HOST), at(&format!("{HOST}/block/sr0/device"))).expect("linked");
    symlink(at(&format!("{HOST}/block/sr0")), at("sys/block/sr0")).expect("linked");
    let drives = scan::drives_in(&tree.roots());
    let connection = look(&tree, &drives[0]);
    assert_eq!(connection.usb.as_ref().expect("usb").driver.as_deref(), Some("uas"));
    check(&connection, Some(16_620))
        .into_iter()
        .map(|finding| {
            let warns = finding.status == Status::Warning;
            (finding.id, warns, finding.mend.unwrap_or_default())
        })
        .collect()
}

const ENOUGH: (&str, &str) = ("120\n", "120\n");
const GOOD: (&str, &str) = ("174c\n", "1153\n");

#[test]
fn a_good_bridge_at_a_good_rate_is_well() {
    assert_eq!(found(GOOD, "480\n", "", ENOUGH), [("usb", false, String::new())]);
}

#[test]
fn a_connection_slower_than_the_drive_is_told() {
    assert_eq!(found(GOOD, "12\n", "", ENOUGH), [("usb-slow", true, String::new())]);
    let usb = Usb { mbps: Some(480), ..Usb::default() };
    let text = rate(&Connection::default(), &usb, Some(72_000)).text;
    assert_eq!(
        text,
        "connected by USB at 480 Mbit/s (another driver), which carries 53.2 MB/s at best, and it \
         burns at 72.0: try another port or cable"
    );
}

#[test]
fn a_bridge_with_a_fault_is_named_and_mended_once() {
    let initio = ("13fd\n", "3940\n");
    let mend = "echo 13fd:3940:i | sudo tee /sys/module/usb_storage/parameters/quirks && \
                echo 1-4 | sudo tee /sys/bus/usb/drivers/usb/unbind && \
                echo 1-4 | sudo tee /sys/bus/usb/drivers/usb/bind";
    assert_eq!(
        found(initio, "5000\n", "", ENOUGH),
        [("bridge", true, mend.to_string()), ("usb", false, String::new())]
    );
    let set = "174c:55aa:u,13fd:3940:i\n";
    assert_eq!(found(initio, "5000\n", set, ENOUGH), [("usb", false, String::new())]);
    // What is set of others stays, what is set of this one does not.
    let others = found(initio, "5000\n", "174c:55aa:u,13fd:3940:\n", ENOUGH);
    assert!(others[0].2.starts_with("echo 174c:55aa:u,13fd:3940:i | "), "{}", others[0].2);
    let apple = found(("05ac\n", "1500\n"), "480\n", "", ENOUGH);
    assert_eq!(apple[0], ("bridge", true, "sg_raw /dev/sr0 EA 00 00 00 00 00 01".to_string()));
}

#[test]
fn no_bridge_stands_in_the_table_twice() {
    let mut ids: Vec<(u16, u16)> = FAULTY.iter().map(|one| (one.vendor, one.product)).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), FAULTY.len());
}

#[test]
fn a_transfer_limit_is_raised_where_the_hardware_takes_more() {
    let lowered = found(GOOD, "480\n", "", ("32\n", "120\n"));
    let mend = "echo 120 | sudo tee /sys/block/sr0/queue/max_sectors_kb >/dev/null";
    assert_eq!(lowered[0], ("transfer", true, mend.to_string()));
    let small = found(GOOD, "480\n", "", ("32\n", "32\n"));
    assert_eq!(small[0], ("transfer", false, String::new()));
}
