//! Which drive is meant, and what is said of a path that is none.

use crate::harness::{Place, expect_all};

#[test]
fn a_path_that_is_no_optical_drive_is_refused_and_left_alone() {
    let place = Place::new();
    place.file("disc.iso", "not a drive");
    std::fs::create_dir(place.path("folder")).expect("a folder");
    expect_all(
        "no-drive",
        &place,
        &[
            "-d disc.iso rip out.iso",
            "-d folder rip out.iso",
            "-d /dev/null rip out.iso",
            "-d /dev/sr99 rip out.iso",
            "-d nowhere/sr0 rip out.iso",
            "-d disc.iso/sr0 rip out.iso",
            "--json -d disc.iso rip out.iso",
            "-d= rip out.iso",
        ],
    );
    assert_eq!(place.files(), ["disc.iso", "folder"]);
    assert_eq!(place.read("disc.iso"), b"not a drive");
}

#[test]
fn the_drive_may_be_named_by_the_environment() {
    let place = Place::new();
    let mut command = place.command("rip out.iso");
    let run = place.run_command("rip out.iso", command.env("OXIDISC_DRIVE", "nowhere")).code(3);
    assert_eq!(
        run.stderr,
        "error: nowhere: there is no such drive\n\
         hint: `oxidisc drives` lists the optical drives of this machine\n"
    );
}

#[test]
fn the_drives_of_this_machine_are_listed_whichever_they_are() {
    let place = Place::new();
    let result = place.run("drives --json").code(0).result();
    assert_eq!(result["schema"], "oxidisc.drives/1");
    let drives = result["drives"].as_array().expect("a list");
    let run = place.run("drives").code(0);
    if drives.is_empty() {
        assert_eq!(run.stdout, "");
        assert_eq!(run.stderr, "this machine has no optical drive\n");
    }
    for drive in drives {
        let path = drive["path"].as_str().expect("a path");
        assert!(run.stdout.contains(path), "{}", run.report());
        assert!(drive["held_by"].is_array(), "{drive}");
    }
}
