//! The steps in configfs, on a tree of plain folders in its place.

use super::*;

struct Machine {
    _folder: tempfile::TempDir,
    tree: Tree,
}

fn machine() -> Machine {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let tree = Tree { target: at("target"), sys: at("sys"), dev: at("dev"), proc: at("proc") };
    for made in [tree.target.join("core"), tree.target.join("loopback"), tree.dev.clone()] {
        fs::create_dir_all(made).expect("made");
    }
    Machine { _folder: folder, tree }
}

impl Machine {
    fn put(&self, path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("inside")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// A process in /proc, with a name that tries to confuse.
    fn process(&self, pid: u32, state: &str, start: u64) {
        let fields = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18";
        let text = format!("{pid} (a) Z (b c) {state} {fields} {start} 20 21\n");
        self.put(&self.tree.proc.join(format!("{pid}/stat")), &text);
    }
}

fn process(pid: u32, start: u64) -> Process {
    Process { pid, start }
}

#[test]
fn every_drive_gets_a_place_of_its_own_and_is_found_again() {
    let machine = machine();
    // Somebody else's.
    fs::create_dir_all(machine.tree.target.join("core/user_0/disk")).expect("made");
    fs::create_dir_all(machine.tree.target.join("core/iblock_1/oxidisc-1-1")).expect("made");
    let first = machine.tree.claim(process(10, 777)).expect("claimed");
    let second = machine.tree.claim(process(10, 777)).expect("claimed");
    assert_eq!((first.index, second.index), (1, 2));
    assert_eq!(machine.tree.devices(), [first.clone(), second]);
    assert_eq!(first.name, "oxidisc-10-777");
    assert_eq!(first.to_word(), "1/oxidisc-10-777");
    assert_eq!(Device::from_word("1/oxidisc-10-777"), Some(first.clone()));
    for bad in ["", "1", "1/", "1/disk", "x/oxidisc-10-777", "1/oxidisc-10", "1/oxidisc-a-b"] {
        assert_eq!(Device::from_word(bad), None, "{bad}");
    }
    machine.tree.remove(&first).expect("removed");
    machine.tree.remove(&first).expect("removed already");
    assert_eq!(machine.tree.devices().len(), 1);
    assert!(machine.tree.target.join("core/user_0/disk").exists(), "not ours");
}

#[test]
fn a_server_is_known_by_its_number_and_when_it_began() {
    let machine = machine();
    let tree = &machine.tree;
    machine.process(10, "S", 777);
    machine.process(11, "Z", 777);
    let server = |pid, start| {
        let device = Device { index: 0, name: process(pid, start).name() };
        tree.server(&device)
    };
    assert_eq!(server(10, 777), Some(10));
    assert_eq!(server(10, 778), None, "another process with that number");
    assert_eq!(server(11, 777), None, "dead");
    assert_eq!(server(12, 777), None, "not there");
}

#[test]
fn the_kernel_is_asked_for_large_transfers_and_no_netlink() {
    let machine = machine();
    let device = machine.tree.claim(process(1, 1)).expect("claimed");
    let folder = machine.tree.device(&device);
    for file in ["control", "enable", "attrib/cmd_time_out", "action/block_dev"] {
        machine.put(&folder.join(file), "");
    }
    machine.tree.enable(&device).expect("enabled");
    let control = fs::read_to_string(folder.join("control")).expect("there");
    for part in ["hw_block_size=2048", "nl_reply_supported=-1", "dev_size=1073741824"] {
        assert!(control.split(',').any(|word| word == part), "{control}");
    }
    assert!(!control.contains(' '), "{control}");
    assert_eq!(fs::read_to_string(folder.join("enable")).expect("there"), "1");
    machine.tree.abandon(&device);
    assert_eq!(fs::read_to_string(folder.join("action/block_dev")).expect("there"), "1");
}

#[test]
fn a_kernel_that_refuses_is_quoted_with_the_file() {
    let machine = machine();
    let device = machine.tree.claim(process(1, 1)).expect("claimed");
    let error = machine.tree.enable(&device).expect_err("no control file").to_string();
    assert!(error.starts_with("cannot write to "), "{error}");
    assert!(error.contains("core/user_0/oxidisc-1-1/control: "), "{error}");
}

#[test]
fn the_ring_is_found_by_the_drive_s_whole_name() {
    let machine = machine();
    let device = machine.tree.claim(process(1, 12)).expect("claimed");
    let uio = machine.tree.sys.join("class/uio");
    machine.put(&uio.join("uio0/name"), "tcm-user/0/oxidisc-1-123/\n");
    machine.put(&uio.join("uio0/maps/map0/size"), "0x1000\n");
    assert_eq!(machine.tree.ring(&device), None);
    machine.put(&uio.join("uio1/name"), "tcm-user/0/oxidisc-1-12\n");
    machine.put(&uio.join("uio1/maps/map0/size"), "0x0000000002100000\n");
    let found = machine.tree.ring(&device).expect("found");
    assert_eq!(found, (machine.tree.dev.join("uio1"), 0x210_0000));
}

#[test]
fn the_nodes_are_those_of_the_host_s_only_drive() {
    let machine = machine();
    let tree = &machine.tree;
    let device = tree.claim(process(1, 1)).expect("claimed");
    assert_eq!(tree.nodes(&device), None);
    let port = tree.target.join("loopback/naa.50014050d15c0000/tpgt_1");
    machine.put(&port.join("address"), "3:0:1\n");
    let scsi = tree.sys.join("bus/scsi/devices/3:0:1:0");
    machine.put(&scsi.join("block/sr2/dev"), "11:2\n");
    machine.put(&scsi.join("scsi_generic/sg5/dev"), "21:5\n");
    assert_eq!(tree.nodes(&device), None, "not in /dev yet");
    machine.put(&tree.dev.join("sr2"), "");
    assert_eq!(tree.nodes(&device), None, "its sibling is not");
    machine.put(&tree.dev.join("sg5"), "");
    let nodes = tree.nodes(&device).expect("there");
    assert_eq!(nodes.sr, tree.dev.join("sr2"));
    assert_eq!(nodes.sg, Some(tree.dev.join("sg5")));
}

#[test]
fn a_host_is_made_and_taken_away_however_far_it_got() {
    let machine = machine();
    let tree = &machine.tree;
    let device = tree.claim(process(1, 1)).expect("claimed");
    let host = tree.target.join("loopback/naa.50014050d15c0000");
    machine.put(&host.join("tpgt_1/nexus"), "");
    fs::create_dir(host.join("tpgt_1/lun")).expect("made");
    tree.link(&device).expect("linked");
    let nexus = host.join("tpgt_1/nexus");
    assert_eq!(fs::read_to_string(&nexus).expect("there"), "naa.50014050d15d0000");
    let link = host.join("tpgt_1/lun/lun_0").join(&device.name);
    assert_eq!(fs::read_link(&link).expect("a link"), tree.device(&device));
    // In plain folders, unlike configfs, the kernel's own entries are in the way.
    let error = tree.unlink(&device).expect_err("not empty").to_string();
    assert!(error.starts_with("cannot remove ") && error.contains("tpgt_1"), "{error}");
    assert!(!link.exists());
    // A file, unlike an attribute, keeps the rest of what stood there.
    assert!(fs::read_to_string(&nexus).expect("there").starts_with("NULL"));
    fs::remove_dir_all(&host).expect("removed");
    tree.unlink(&device).expect("nothing to do");
}
