//! Folders, real and made up.

use super::super::tree::tests::machine;
use super::*;

fn room(free: u64) -> Room {
    Room {
        writable: true,
        read_only: false,
        free: Some(free),
        kind: "ext4".into(),
        mounted_at: "/home".into(),
        limit: None,
        speed: Some(Ok(200_000_000)),
    }
}

fn found(state: State) -> Vec<(&'static str, Status, String)> {
    let findings = check(&Folder { shown: "/home/a b".into(), state });
    let mend = |finding: &Finding| finding.mend.clone().unwrap_or_default();
    findings.iter().map(|found| (found.id, found.status, mend(found))).collect()
}

const FAST: (&str, Status, String) = ("folder-speed", Status::Ok, String::new());
const RIP: Status = Status::Problem(Keeps::FromRipping);

#[test]
fn room_is_told_in_discs() {
    let space = |free| found(State::There(room(free)));
    let usage = "du -xhd1 '/home/a b' | sort -h | tail".to_string();
    assert_eq!(space(CD - 1), [("folder-space", RIP, usage.clone()), FAST]);
    assert_eq!(space(CD), [("folder-space", Status::Warning, usage), FAST]);
    assert_eq!(space(DVD), [("folder-space", Status::Note, String::new()), FAST]);
    assert_eq!(space(BD), [("folder-space", Status::Ok, String::new()), FAST]);
}

#[test]
fn what_takes_no_file_keeps_from_ripping() {
    let make = "mkdir -p '/home/a b'".to_string();
    assert_eq!(found(State::Missing { makeable: true }), [("folder-missing", RIP, make)]);
    let elsewhere = [("folder-missing", RIP, "cd ~".to_string())];
    assert_eq!(found(State::Missing { makeable: false }), elsewhere);
    let remount = "sudo mount -o remount,rw '/home'".to_string();
    let read_only = Room { read_only: true, writable: false, ..room(BD) };
    assert_eq!(found(State::There(read_only)), [("folder-read-only", RIP, remount)]);
    let disc = Room { read_only: true, writable: false, kind: "iso9660".into(), ..room(BD) };
    assert_eq!(found(State::There(disc)), [("folder-read-only", RIP, "cd ~".into())]);
    let denied = Room { writable: false, ..room(BD) };
    assert_eq!(found(State::There(denied)), [("folder-denied", RIP, "cd ~".into())]);
    let why = State::NoFolder("it is not a folder".into());
    assert_eq!(found(why), [("folder-bad", RIP, String::new())]);
}

#[test]
fn limits_of_files_are_told() {
    let fat = Room { kind: "vfat".into(), ..room(BD) };
    assert!(found(State::There(fat)).contains(&("folder-4gib", Status::Warning, "cd ~".into())));
    let limited = Room { limit: Some(1 << 30), ..room(BD) };
    let mend = "ulimit -f unlimited".to_string();
    let found_limit = found(State::There(limited));
    assert!(found_limit.contains(&("limit-file", Status::Warning, mend.clone())));
    let hardly = Room { limit: Some(1 << 20), ..room(BD) };
    assert!(found(State::There(hardly)).contains(&("limit-file", RIP, mend)));
}

#[test]
fn a_slow_folder_is_told() {
    let slow = Room { speed: Some(Ok(3_000_000)), ..room(BD) };
    assert_eq!(found(State::There(slow))[1].0, "folder-slow");
    let broken = Room { speed: Some(Err("input/output error".into())), ..room(BD) };
    assert_eq!(found(State::There(broken))[1], ("folder-bad", RIP, String::new()));
}

#[test]
fn a_real_folder_is_measured_and_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let State::There(room) = look(&Tree::default(), folder.path()).state else {
        panic!("it is there")
    };
    assert!(room.writable && !room.read_only && room.free > Some(0) && !room.kind.is_empty());
    if let Some(speed) = room.speed {
        assert!(speed.expect("written") > 0);
    }
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
    let missing = look(&Tree::default(), &folder.path().join("x/y"));
    assert!(matches!(missing.state, State::Missing { makeable: true }));
    std::os::unix::fs::symlink("nowhere", folder.path().join("link")).expect("made");
    let link = look(&Tree::default(), &folder.path().join("link"));
    assert!(matches!(link.state, State::NoFolder(_)));
    fs::write(folder.path().join("x"), "").expect("written");
    let file = look(&Tree::default(), &folder.path().join("x"));
    assert!(matches!(file.state, State::NoFolder(_)));
}

#[test]
fn a_file_system_of_no_size_is_judged_by_what_it_takes() {
    let proc = look(&Tree::default(), Path::new("/proc"));
    let ids: Vec<&str> = check(&proc).iter().map(|finding| finding.id).collect();
    // An ordinary user may not write there, and root cannot.
    assert!(matches!(ids[..], ["folder-bad"] | ["folder-denied"]), "{ids:?}");
    assert!(!makeable(Path::new("/proc/x/y")) || eaccess("/proc", WRITING).is_ok());
    let unknown = Room { free: None, ..room(0) };
    assert_eq!(found(State::There(unknown)), [FAST]);
}

#[test]
fn the_mount_of_a_folder_is_the_nearest_and_the_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = fs::canonicalize(folder.path()).expect("real");
    let at = at.display();
    let table = format!(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:2 / {at} rw shared:1 - xfs /dev/b rw\n\
         31 30 8:3 / {at} rw - vfat /dev/c rw\n32 22 8:4 / {at}/x rw - tmpfs none rw\n"
    );
    let (_folder, tree) = machine(&[("proc/self/mountinfo", &table)]);
    assert_eq!(mount(&tree, folder.path()).1, "vfat");
}
